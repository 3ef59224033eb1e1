/* SPDX-License-Identifier: MIT */
#include "wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/sys.h"

#define EXIT_BY_SECOND_SIGNAL 130

static int event_fd = -1;
static int noted;             /* atomic; enum wake_reason */
static char reason_text[256]; /* written once, before noted is set */
static int text_taken;        /* atomic */
static char last_words[256];

/* In a signal handler nothing but a compare and a write. */
static void note_reason(enum wake_reason reason)
{
	const uint64_t one = 1;
	int none = WAKE_NONE;

	if (!__atomic_compare_exchange_n(&noted, &none, (int)reason, false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		return;
	if (write(event_fd, &one, sizeof(one)) < 0)
		noted = (int)reason; /* the counter cannot be full: it was written once */
}

void wake_note(enum wake_reason reason, const char *why)
{
	if (why && !__atomic_exchange_n(&text_taken, 1, __ATOMIC_ACQUIRE))
		snprintf(reason_text, sizeof(reason_text), "%s", why);
	note_reason(reason);
}

static void on_signal(int signal)
{
	(void)signal;
	if (__atomic_load_n(&noted, __ATOMIC_RELAXED) == WAKE_SIGNAL)
		_exit(EXIT_BY_SECOND_SIGNAL);
	note_reason(WAKE_SIGNAL);
}

static void on_alarm(int signal)
{
	(void)signal;
	if (write(STDERR_FILENO, last_words, strlen(last_words)) < 0)
		_exit(EXIT_BY_SECOND_SIGNAL);
	_exit(1);
}

int wake_init(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	event_fd = sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0)
		return event_fd;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) || sigaction(SIGTERM, &action, NULL))
		return -EINVAL;
	action.sa_handler = SIG_IGN; /* a reader of our output that went away is no reason to die */
	return sigaction(SIGPIPE, &action, NULL) ? -EINVAL : 0;
}

enum wake_reason wake_wait(void)
{
	int reason;

	while (!(reason = __atomic_load_n(&noted, __ATOMIC_ACQUIRE)))
		if (exec_wait_fd(event_fd, POLLIN, EXEC_FOREVER) < 0)
			return WAKE_SIGNAL; /* cannot wait: better to end in good order */
	return (enum wake_reason)reason;
}

const char *wake_why(void)
{
	return reason_text[0] ? reason_text : "no reason given";
}

void wake_watchdog(unsigned int seconds, const char *what)
{
	struct sigaction action = { .sa_handler = on_alarm };

	snprintf(last_words, sizeof(last_words), "uwdf: %s: not done within %u s; ending anyway\n",
		 what, seconds);
	sigemptyset(&action.sa_mask);
	if (!sigaction(SIGALRM, &action, NULL))
		alarm(seconds);
}
