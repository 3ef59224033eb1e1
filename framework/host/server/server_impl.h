/* SPDX-License-Identifier: MIT */
/* server_impl.h - the server's own structures; all of it belongs to the server's loop thread. */
#ifndef HOST_SERVER_IMPL_H
#define HOST_SERVER_IMPL_H

#include "base/exec.h"
#include "base/list.h"
#include "server.h"
#include "uwdf/status.h"
#include "uwdf/wire.h"

#define SERVER_MAX_CONNECTIONS 128u
#define SERVER_MAX_FILES       16u         /* handles of one connection */
#define SERVER_MAX_CHARGE      (64u << 20) /* bytes of one connection's requests and answers */
#define SERVER_ANSWER_CHARGE   (16u << 20) /* above that, for answers alone: refusals, too */
#define SERVER_TAG_BUCKETS     256u
/* Requests and, for each, one cancel may be unanswered; a client that goes beyond does not read. */
#define SERVER_MAX_UNANSWERED (2u * UWDF_WIRE_MAX_OUTSTANDING + 64u)

struct connection;

enum file_state {
	FILE_FREE,
	FILE_OPENING, /* the device's: open_start() was called */
	FILE_OPEN,
	FILE_CLOSING, /* closes when its last request is done */
	FILE_ENDING,  /* the device's: close_start() was called */
};

struct server_file {
	enum file_state state;
	struct connection *connection; /* borrowed: stays while the device has it */
	struct uwdf_file *file;        /* owned; open and closing */
	uint32_t handle;               /* slot + 1 | use << 8 */
	uint32_t outstanding;          /* requests at the device */
	uint64_t tag;                  /* of the OPEN or CLOSE to answer; 0: none */
	uint64_t opened_ns;            /* when it was asked for */
	int32_t status;                /* of the open */
	struct uwdf_open open;
	struct irq_message done; /* from the device: opened or closed */
};

/* A request at the device, then its answer until the socket takes it. Or an answer alone. */
struct request {
	struct list by_tag;  /* in connection->by_tag while at the device */
	struct list backlog; /* in connection->backlog while it waits for room */
	struct irq_message done;
	struct connection *connection; /* borrowed: outlives its requests */
	struct server_file *file;      /* borrowed: closes when its last request is done */
	struct uwdf_io io;
	struct uwdf_entry answer;
	const void *payload; /* of the answer, in data */
	size_t charge;       /* bytes counted against the connection */
	bool cancel_asked;   /* by the client */
	bool cancel_sent;    /* to the device */
	_Alignas(16) uint8_t data[];
};

struct connection {
	struct list link;      /* in server->connections */
	struct server *server; /* borrowed: frees us */
	int fd;                /* owned; -1 once closed */
	uint32_t process_id;   /* of the client, as the kernel says */
	bool greeted, wants_room;
	struct server_file files[SERVER_MAX_FILES];
	uint32_t file_uses;
	uint32_t files_moving; /* opening or ending */
	uint32_t outstanding;  /* requests at the device */
	uint32_t unanswered;   /* those and the backlog */
	size_t charge;
	struct list backlog;
	char *status_text; /* owned: what STATUS is being read from */
	size_t status_len;
	struct list by_tag[SERVER_TAG_BUCKETS];
};

struct server {
	struct server_params params;
	char name[64], path[108];
	struct irq_loop *loop;         /* owned */
	struct irq_source *source;     /* owned: the epoll set in the loop */
	int epoll_fd, listen_fd;       /* owned */
	struct irq_timer accept_again; /* out of descriptors: look again later */
	struct list connections;
	uint32_t connection_count, open_files; /* of these, from OPENING to ENDING */
	bool leaving;                          /* atomic: nothing new reaches the device */
	struct irq_message leave;
	struct exec_event dry; /* leaving, and no file is open */
	uint8_t *rx;           /* owned: one datagram and a byte */
};

static inline bool server_is_leaving(const struct server *server)
{
	return __atomic_load_n(&server->leaving, __ATOMIC_ACQUIRE);
}

/* server.c */
void server_accept_later(struct server *server);
void server_note_dry(
	struct server *server); /* a file closed: was it the last of a leaving server? */

/* server_socket.c */
/* Claim @wanted, or @wanted-2..., in the runtime directory: name, path and a listening socket. */
int server_socket_claim(struct server *server, const char *wanted,
			struct report *rep) UW_MUST_CHECK;
void server_socket_release(struct server *server);

/* server_connection.c */
void connection_accept(struct server *server);
/* Closes the socket, cancels all; the rest goes when the last request is done. May free @c. */
void connection_close(struct connection *c);
/* Events of epoll on its socket. May free @c. */
void connection_serve(struct connection *c, uint32_t events);
/* An answer without a request: 0, or -errno and the connection must be closed. */
int connection_answer(struct connection *c, const struct uwdf_entry *answer,
		      const void *payload) UW_MUST_CHECK;
int connection_tell_removed(struct connection *c) UW_MUST_CHECK; /* unasked; as above */
/* The same for a request that is done; takes @r. */
int connection_answer_request(struct connection *c, struct request *r) UW_MUST_CHECK;
void connection_release_if_idle(struct connection *c); /* may free @c */

/* server_entry.c */
/* Judge and carry out one datagram. -errno: the client was told what it can be; close. */
int entry_handle(struct connection *c, const uint8_t *datagram, size_t len) UW_MUST_CHECK;

/* server_file.c */
int file_open(struct connection *c, const struct uwdf_entry *entry,
	      const uint8_t *payload) UW_MUST_CHECK;
int file_close_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
struct server_file *file_of(struct connection *c, uint32_t handle); /* an open one, or NULL */
/* Close @f if it is to close and nothing is outstanding; answers its CLOSE. */
void file_close_if_dry(struct connection *c, struct server_file *f);
void files_close_all(struct connection *c);       /* as they run dry */
bool files_are_open(const struct server *server); /* or are being opened */

/* server_request.c */
int request_submit(struct connection *c, const struct uwdf_entry *entry,
		   const uint8_t *payload) UW_MUST_CHECK;
struct request *request_find(struct connection *c, uint64_t tag);
int request_cancel_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
void requests_cancel(struct connection *c, const struct server_file *file);
/* NULL: no memory, or the connection would hold more than @most_charge bytes. */
struct request *request_new(struct connection *c, size_t data_len, size_t most_charge);
void request_free(struct request *r);

#endif
