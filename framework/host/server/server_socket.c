/* SPDX-License-Identifier: MIT */
/* server_socket.c - a name of one's own in the runtime directory; dead hosts' sockets give way. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/un.h>

#include "base/log.h"
#include "base/sys.h"
#include "runtime_dir.h"
#include "server_impl.h"

#define MAX_NAMESAKES  99u
#define CLAIM_WAIT_MS  2000u
#define LISTEN_BACKLOG 64

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	memcpy(addr.sun_path, path, strlen(path)); /* runtime_socket_path() checked the length */
	return addr;
}

/* Does somebody listen at @path? Never waits: a full backlog means yes as well. */
static bool is_served(const char *path)
{
	struct sockaddr_un addr = address_of(path);
	int fd = sys_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return true; /* not known to be dead */
	err = sys_connect(fd, (const struct sockaddr *)&addr, sizeof(addr));
	sys_close(fd);
	return err != -ECONNREFUSED && err != -ENOENT;
}

/* Free @path if nobody, or nobody alive, is there. */
static bool make_way(const char *path)
{
	struct stat st;
	int err = sys_lstat(path, &st);

	if (err)
		return err == -ENOENT;
	if (!S_ISSOCK(st.st_mode) || is_served(path))
		return false;
	return sys_unlink(path) == 0;
}

/* No device is called so, and it is shorter than the socket's own path. */
static void hide(const struct server *server, char *hidden, size_t len)
{
	int dir = (int)(strrchr(server->path, '/') - server->path);

	snprintf(hidden, len, "%.*s/.%s", dir, server->path, server->name);
}

/* The socket gets its name when it listens: whoever finds the name is not refused. */
static int listen_at(struct server *server)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = sys_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return fd;
	hide(server, addr.sun_path, sizeof(addr.sun_path));
	err = sys_unlink(addr.sun_path); /* of a host killed here */
	if (!err || err == -ENOENT)
		err = sys_bind(fd, (const struct sockaddr *)&addr, sizeof(addr));
	if (err)
		goto err_close;
	err = server_access_guard(server, addr.sun_path);
	if (!err)
		err = sys_listen(fd, LISTEN_BACKLOG);
	if (!err)
		err = sys_rename(addr.sun_path, server->path);
	if (err)
		goto err_unlink;
	server->listen_fd = fd;
	return 0;

err_unlink:
	if (sys_unlink(addr.sun_path))
		log_debug("server", "%s stays", addr.sun_path); /* until the name's next host */
err_close:
	sys_close(fd);
	return err;
}

/* Between looking and listening nobody else may claim: hosts do this one at a time. */
static int lock_dir(const char *dir)
{
	uint64_t deadline = exec_deadline_ms(CLAIM_WAIT_MS);
	int fd = sys_open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	int err;

	if (fd < 0)
		return fd;
	while ((err = sys_flock(fd, LOCK_EX | LOCK_NB)) == -EWOULDBLOCK) {
		if (exec_now_ns() >= deadline)
			break;
		exec_sleep_ms(5);
	}
	if (err) {
		sys_close(fd);
		return err == -EWOULDBLOCK ? -ETIMEDOUT : err;
	}
	return fd;
}

static void name_candidate(struct server *server, const char *wanted, unsigned int n)
{
	if (n == 1)
		snprintf(server->name, sizeof(server->name), "%s", wanted);
	else
		snprintf(server->name, sizeof(server->name), "%.60s-%u", wanted, n);
}

static int claim_locked(struct server *server, const char *dir, const char *wanted)
{
	for (unsigned int n = 1; n <= MAX_NAMESAKES; n++) {
		int err;

		name_candidate(server, wanted, n);
		err = runtime_socket_path(dir, server->name, server->path, sizeof(server->path));
		if (err)
			return err;
		if (make_way(server->path))
			return listen_at(server);
	}
	return -EEXIST;
}

int server_socket_claim(struct server *server, const char *wanted, struct report *rep)
{
	char dir[256];
	int lock, err;

	if (!runtime_name_valid(wanted)) {
		report_fail(rep, -EINVAL, "naming the device '%s'", wanted);
		report_hint(rep, "use letters, digits and . _ - +, at most 63: --name nic0");
		return -EINVAL;
	}
	err = runtime_dir_prepare(rep, dir, sizeof(dir));
	if (err)
		return err;
	lock = lock_dir(dir);
	if (lock < 0)
		return report_fail(rep, lock, "locking runtime directory %s", dir);
	err = claim_locked(server, dir, wanted);
	sys_close(lock);
	if (err == -ENAMETOOLONG)
		report_hint(rep, "export UWDF_RUNTIME_DIR=/a/shorter/path");
	return err ? report_fail(rep, err, "making the socket of %s in %s", wanted, dir) : 0;
}

void server_socket_release(struct server *server)
{
	/* the name first, so that nobody finds a dead socket; it may be gone by somebody's hand */
	if (sys_unlink(server->path))
		server->path[0] = '\0';
	sys_close(server->listen_fd);
	server->listen_fd = -1;
}
