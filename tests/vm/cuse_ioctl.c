/* SPDX-License-Identifier: MIT */
/*
 * cuse_ioctl.c - a program that knows nothing of uwdf but uwdf/cuse.h: in the guest, what system
 * calls do with the nodes of "uwdf run --cuse".
 *
 * usage: cuse_ioctl edu|nonpnp|pending|gone NODE
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "uwdf/cuse.h"
#include "uwdf_edu.h"
#include "uwdf_nic.h"
#include "uwdf_nonpnp.h"

static bool failed;

#define CHECK(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			int err = errno;                                                           \
			printf("cuse_ioctl: line %d: not so: %s (errno %d, %s)\n", __LINE__,       \
			       #what, err, strerrorname_np(err));                                  \
			failed = true;                                                             \
		}                                                                                  \
	} while (0)

static struct uwdf_cuse_control control_of(uint32_t code, const void *in, size_t in_len, void *out,
					   size_t out_len)
{
	return (struct uwdf_cuse_control){ .code = code,
					   .status = -1,
					   .in = UWDF_CUSE_ADDRESS(in),
					   .in_len = (uint32_t)in_len,
					   .out = UWDF_CUSE_ADDRESS(out),
					   .out_len = (uint32_t)out_len };
}

/* The errno of what must fail. */
static int control(int fd, struct uwdf_cuse_control *c)
{
	return ioctl(fd, UWDF_CUSE_CONTROL, c) < 0 ? errno : 0;
}

static short polled(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, 0) < 0)
		return -1;
	return p.revents;
}

/* --- edu: codes, lengths, access --- */

static void refusals(int fd)
{
	uint32_t number = 3, result = 7;
	struct uwdf_cuse_control c = control_of(IOCTL_EDU_FACTORIAL, &number, 3, &result, 4);

	CHECK(control(fd, &c) == ERANGE && (uint32_t)c.status == 0xc0000023u);
	c = control_of(IOCTL_EDU_FACTORIAL + 4, &number, 4, &result, 4);
	CHECK(control(fd, &c) == EOPNOTSUPP && (uint32_t)c.status == 0xc0000010u && result == 7);
	c = control_of(IOCTL_EDU_FACTORIAL, NULL, 4, &result, 4);
	CHECK(control(fd, &c) == EFAULT && c.status == -1);
	c = control_of(IOCTL_EDU_FACTORIAL, &number, 4, NULL, 4);
	CHECK(control(fd, &c) == EFAULT);
	c = control_of(IOCTL_EDU_FACTORIAL, &number, UWDF_CUSE_MOST_BYTES + 1, &result, 4);
	CHECK(control(fd, &c) == EMSGSIZE);
	CHECK(ioctl(fd, _IO('w', 1), 0) < 0 && errno == ENOTTY);
	CHECK(ioctl(fd, UWDF_CUSE_CONTROL, NULL) < 0 && errno == EFAULT);
}

static void edu(int fd)
{
	uint32_t number = 10, result = 0;
	struct uwdf_cuse_control c = control_of(IOCTL_EDU_FACTORIAL, &number, 4, &result, 4);
	char back[8] = "";

	CHECK(control(fd, &c) == 0 && !c.status && c.information == 4 && result == 3628800);
	CHECK(write(fd, "by node", 7) == 7);
	CHECK(read(fd, back, 7) == 7 && !memcmp(back, "by node", 7));
	CHECK(polled(fd, POLLIN | POLLOUT) == (POLLIN | POLLOUT));
	CHECK(write(fd, back, 0) == 0);
	refusals(fd);
}

/* --- nonpnp: the four ways of memory, and the most of it --- */

static void capitals(int fd, uint32_t code)
{
	char in[] = "through the node", out[64] = "";
	struct uwdf_cuse_control c = control_of(code, in, sizeof(in), out, sizeof(out));

	CHECK(control(fd, &c) == 0 && c.information == sizeof(in));
	CHECK(!strcmp(out, "THROUGH THE NODE"));
}

static void nonpnp(int fd)
{
	static char text[NONPNP_TEXT_BYTES], out[128u << 10];
	struct uwdf_cuse_control c;

	capitals(fd, IOCTL_NONPNP_BUFFERED);
	capitals(fd, IOCTL_NONPNP_NEITHER);
	memset(text, 'x', sizeof(text));
	c = control_of(IOCTL_NONPNP_IN_DIRECT, NULL, 0, text, sizeof(text));
	CHECK(control(fd, &c) == 0);
	c = control_of(IOCTL_NONPNP_OUT_DIRECT, NULL, 0, out, UWDF_CUSE_MOST_BYTES);
	CHECK(control(fd, &c) == 0 && c.information == sizeof(text));
	CHECK(!memcmp(text, out, sizeof(text)) && !out[sizeof(text)]);
}

/* --- a network card without frames: what waits, and signals --- */

static void nothing(int signal)
{
	(void)signal;
}

static void alarm_in_ms(unsigned int ms)
{
	const struct itimerval when = { .it_value = { .tv_usec = ms * 1000 } };

	setitimer(ITIMER_REAL, &when, NULL);
}

static void pending(int fd)
{
	const struct sigaction action = { .sa_handler = nothing }; /* no SA_RESTART */
	uint32_t status = 0;
	struct uwdf_cuse_control c =
		control_of(IOCTL_NIC_INDICATE_STATUS, NULL, 0, &status, sizeof(status));
	char frame[2048];

	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 3; i++) {
		alarm_in_ms(50);
		CHECK(read(fd, frame, sizeof(frame)) == -1 && errno == EINTR);
		alarm_in_ms(50);
		CHECK(control(fd, &c) == EINTR && (uint32_t)c.status == 0xc0000120u);
	}
	CHECK(polled(fd, POLLIN) == POLLIN); /* nothing waits any more */
}

/* The host is stopped meanwhile: says "ready", and must not hang. */
static void gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	char frame[2048];

	puts("ready");
	fflush(stdout);
	CHECK(read(fd, frame, sizeof(frame)) == -1 && (errno == ENODEV || errno == ECONNABORTED));
	CHECK(poll(&p, 1, 60000) == 1 && (p.revents & POLLERR));
	CHECK(read(fd, frame, sizeof(frame)) == -1);
}

int main(int argc, char **argv)
{
	int fd;

	alarm(120);
	fd = argc == 3 ? open(argv[2], O_RDWR | O_CLOEXEC) : -1;
	CHECK(fd >= 0);
	if (fd < 0)
		return 1;
	if (!strcmp(argv[1], "edu"))
		edu(fd);
	else if (!strcmp(argv[1], "nonpnp"))
		nonpnp(fd);
	else if (!strcmp(argv[1], "pending"))
		pending(fd);
	else
		gone(fd);
	CHECK(close(fd) == 0);
	return failed;
}
