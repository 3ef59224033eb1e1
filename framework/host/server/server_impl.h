/* SPDX-License-Identifier: MIT */
/* server_impl.h - the server's own structures; all of it belongs to the server's loop thread. */
#ifndef HOST_SERVER_IMPL_H
#define HOST_SERVER_IMPL_H

#include "access_list.h"
#include "base/exec.h"
#include "base/list.h"
#include "server_quota.h"
#include "uwdf/status.h"
#include "uwdf/wire.h"

#define SERVER_MAX_FILES     65535u      /* handles of one connection: their slots have 16 bits */
#define SERVER_MAX_COPY      (4u << 20)  /* bytes of a buffer that the device would copy */
#define SERVER_MAX_CHARGE    (64u << 20) /* bytes of one connection's requests and answers */
#define SERVER_ANSWER_CHARGE (16u << 20) /* above that, for answers alone: refusals, too */
/* Connections for administrators who have reached their quota: to ask how it is, and to STOP. */
#define SERVER_SPARE_CONNECTIONS 8u
/* Requests and, for each, one cancel may be unanswered; a client that goes beyond does not read. */
#define SERVER_MAX_UNANSWERED (2u * UWDF_WIRE_MAX_OUTSTANDING + 64u)

#define SERVER_RING_REGION (4ull << 20)   /* bytes for payloads, beside a handle's rings */
#define SERVER_MAX_MEMORY  (256ull << 20) /* bytes of one handle, beside those */

struct connection;
struct server_ring;

struct request;

/* A connection's requests at the device, by tag. */
struct server_tags {
	struct list *buckets; /* owned; 1 << bits of them */
	uint32_t bits, count;
};

enum file_state {
	FILE_OPENING, /* the device's: open_start() was called */
	FILE_OPEN,
	FILE_CLOSING, /* closes when its last request is done */
	FILE_ENDING,  /* the device's: close_start() was called */
};

struct server_file {
	enum file_state state;
	struct connection *connection; /* borrowed: stays while the device has it */
	struct uwdf_file *file;        /* owned; open and closing */
	uint32_t handle;               /* slot + 1 | use << 16 */
	uint32_t outstanding;          /* requests at the device; written by the loop, atomic */
	uint64_t tag;                  /* of the OPEN or CLOSE to answer; 0: none */
	uint64_t opened_ns;            /* when it was asked for */
	bool keeps;                    /* counted in connection->keeping */
	struct list in_handles;        /* in server->handles, from OPENING to CLOSING */
	struct list requests;          /* at the device, by by_file */
	int32_t status;                /* of the open */
	char *file_name;               /* owned; until it is opened; NULL: none */
	struct uwdf_open open;
	struct irq_message done;  /* from the device: opened or closed */
	struct server_ring *ring; /* owned; NULL: over the socket alone. Counts as outstanding */
};

/* A request at the device, then its answer until the socket takes it. Or an answer alone. */
struct request {
	struct list by_tag;  /* in connection->tags while at the device */
	struct list by_file; /* in file->requests meanwhile */
	struct list backlog; /* in connection->backlog while it waits for room */
	struct irq_message done;
	struct connection *connection; /* borrowed: outlives its requests */
	struct server_file *file;      /* borrowed: closes when its last request is done */
	struct uwdf_io io;
	struct uwdf_entry answer;
	const void *payload; /* of the answer, in data */
	size_t charge;       /* bytes counted against the connection and its user */
	bool cancel_asked;   /* by the client */
	bool cancel_sent;    /* to the device */
	_Alignas(16) uint8_t data[];
};

struct connection {
	struct list link;        /* in server->connections */
	struct server *server;   /* borrowed: frees us */
	struct quota_user *user; /* borrowed: stays as long as it has connections */
	int fd;                  /* owned; -1 once closed */
	uint32_t process_id;     /* of the client, as the kernel says */
	uint8_t rights;          /* UWDF_ACCESS_* that it has on the device */
	bool is_admin;           /* may stop the host and look at what keeps it */
	bool wants_notice;       /* of QUERY_REMOVE and STAYS; is waited for */
	bool is_spare;           /* beyond its user's quota: opens nothing */
	bool greeted, wants_room;
	struct server_file **files; /* owned, as those in it; NULL: a free slot */
	uint16_t *free_files;       /* owned; a stack of slots */
	uint32_t file_slots, free_file_count;
	uint32_t keeping; /* files that are not closing */
	uint32_t file_uses;
	uint32_t files_moving; /* opening or ending */
	uint32_t outstanding;  /* requests at the device */
	uint32_t unanswered;   /* those and the backlog */
	size_t charge;
	struct list backlog;
	uint64_t stop_tag; /* of the STOP to answer; 0: none */
	bool stop_if_unused;
	char *status_text; /* owned: what STATUS is being read from */
	size_t status_len;
	struct server_tags tags;
};

struct server {
	struct server_params params;
	char name[64], path[108];
	struct irq_loop *loop;         /* owned */
	struct irq_source *source;     /* owned: the epoll set in the loop */
	int epoll_fd, listen_fd;       /* owned */
	struct irq_timer accept_again; /* out of descriptors: look again later */
	struct list connections;
	struct quota quota;
	uint32_t spare_count;
	struct exec_mutex handles_lock;
	struct list handles; /* of server_file; guarded by handles_lock */
	uint32_t open_files; /* from OPENING to ENDING; atomic, as the next */
	uint32_t deaf_files; /* of these: those whose clients do not want notice, but for closing
				ones */
	bool leaving;        /* atomic: nothing new reaches the device */
	uint32_t asking; /* a bit for each enum server_stop that waits for server_answer_stop() */
	uint32_t held;   /* without params.hold_opens: how many want the device unused */
	struct irq_message stop_answer, stop_busy;
	char refusal[512]; /* goes with stop_answer; "": consent */
	struct irq_message query, stays;
	bool querying;            /* clients were told of QUERY_REMOVE */
	struct exec_event let_go; /* and those who wanted to know it have closed */
	struct irq_message leave;
	struct exec_event dry; /* leaving, and no file is open */
	uint8_t *rx;           /* owned: one datagram and a byte */
};

static inline bool server_is_leaving(const struct server *server)
{
	return __atomic_load_n(&server->leaving, __ATOMIC_ACQUIRE);
}

static inline bool quota_fits(struct server *server, struct quota_user *user, enum quota_kind kind,
			      uint64_t count)
{
	return quota_has_room(&server->quota, user, kind, count);
}

/* server.c */
/* Without socket and loop yet; NULL: no memory. And when both are gone. */
struct server *server_new(const struct server_params *params);
void server_destroy(struct server *server);
void server_leave_now(struct server *server); /* what server_leave() has the loop do */
void server_accept_later(struct server *server);
void server_note_dry(
	struct server *server); /* a file closed: was it the last of a leaving server? */

/* server_socket.c */
/* Claim @wanted, or @wanted-2..., in the runtime directory: name, path and a listening socket. */
int server_socket_claim(struct server *server, const char *wanted,
			struct report *rep) UW_MUST_CHECK;
void server_socket_release(struct server *server);

/* What each entry begins with. */
static inline void answer_stamp(struct uwdf_entry *answer)
{
	answer->magic = UWDF_WIRE_MAGIC;
	answer->version = UWDF_WIRE_VERSION;
}

/* server_connection.c */
void connection_accept(struct server *server);
/* Closes the socket, cancels all; the rest goes when the last request is done. May free @c. */
void connection_close(struct connection *c);
/* Events of epoll on its socket. May free @c. */
void connection_serve(struct connection *c, uint32_t events);
/* An answer without a request: 0, or -errno and the connection must be closed. */
int connection_answer(struct connection *c, const struct uwdf_entry *answer,
		      const void *payload) UW_MUST_CHECK;
/* The answer to @entry is nothing but a status; as above. */
int connection_answer_status(struct connection *c, const struct uwdf_entry *entry,
			     int32_t status) UW_MUST_CHECK;
/* Unasked; as above. @handle: 0 where the event is the device's. */
int connection_tell(struct connection *c, enum uwdf_wire_event event,
		    uint32_t handle) UW_MUST_CHECK;
/* The same for a request that is done; takes @r. */
int connection_answer_request(struct connection *c, struct request *r) UW_MUST_CHECK;
void connection_release_if_idle(struct connection *c); /* may free @c */

/* server_name.c */
/* What can be behind a device's name: an interface's reference may come from ourselves. */
#define SERVER_FILE_NAME (4u * UWDF_WIRE_MAX_NAME)
/* Then the driver's part of it goes to @file_name of SERVER_FILE_NAME bytes, "" if there is none.
 */
bool name_is_ours(struct server *server, const struct uwdf_entry *entry, const uint8_t *payload,
		  char *file_name);

/* server_tags.c */
bool tags_init(struct server_tags *tags) UW_MUST_CHECK; /* false: no memory */
void tags_deinit(struct server_tags *tags);
void tags_add(struct server_tags *tags, struct request *r);
void tags_remove(struct server_tags *tags, struct request *r);
struct request *tags_find(const struct server_tags *tags, uint64_t tag);

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
void files_close_all(struct connection *c); /* as they run dry */
void files_free(struct connection *c);      /* all are closed */
/* The client does or does not want notice from now on. */
void files_hear(struct connection *c, bool hear);
void server_file_count(struct server_file *f, uint32_t by); /* of what is outstanding */

/* server_handle.c: who has the device open, for any thread to see */
void handle_add(struct server_file *f);
void handle_remove(struct server_file *f); /* twice is fine */

/* server_access.c */
int server_peer_of(int fd, struct server_peer *out) UW_MUST_CHECK;
uint8_t server_access_of(const struct server *server, const struct server_peer *peer);
bool server_access_allows(uint8_t rights, const struct uwdf_entry *entry);
/* Mode and ACL of the socket at @path. */
int server_access_guard(const struct server *server, const char *path) UW_MUST_CHECK;

/* server_notice.c */
int notify_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
void notice_if_let_go(struct server *server); /* a file closed, or a client hears no more */
/* server_ring.c */
/* RING and MEMORY: as entry_handle(). */
int server_ring_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
int server_memory_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
/* @f closes: what it has in its rings is cancelled; file_close_if_dry() follows. */
void server_ring_detach(struct server_file *f);
/* Of @f's rings: the request with @tag, or all of them for 0. false: it has none. */
bool server_ring_cancel(struct server_file *f, uint64_t tag);
uint32_t server_ring_requests(const struct server_ring *ring); /* any thread; NULL: 0 */

/* server_stop.c */
bool opens_are_held(struct server *server); /* somebody wants the device unused */
/* STOP: ask the host, or refuse because of open files. As entry_handle(). */
int stop_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
/* The host ends for another reason: those who still wait have what they wanted. */
void stops_consent(struct server *server);

/* server_request.c */
int request_submit(struct connection *c, const struct uwdf_entry *entry,
		   const uint8_t *payload) UW_MUST_CHECK;
int request_cancel_asked(struct connection *c, const struct uwdf_entry *entry) UW_MUST_CHECK;
void requests_cancel(struct server_file *file); /* all of it */
/* NULL: no memory, or the connection would hold more than @most_charge bytes. */
struct request *request_new(struct connection *c, size_t data_len, size_t most_charge);
void request_free(struct request *r);

#endif
