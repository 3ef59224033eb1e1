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
static unsigned int noted;    /* atomic; a bit for each enum wake_reason */
static unsigned int guard_s;  /* atomic; not 0: while the driver is asked */
static char reason_text[256]; /* written once, before noted is set */
static int text_taken;        /* atomic */
static char last_words[256];

/* In a signal handler, too: nothing but what is allowed there. */
static void note_reason(enum wake_reason reason)
{
	const uint64_t one = 1;
	unsigned int bit = 1u << reason, seconds;

	if (__atomic_fetch_or(&noted, bit, __ATOMIC_SEQ_CST) & bit)
		return;
	/* noted before the guard is looked at, the other way round than in wake_asking() */
	seconds = __atomic_load_n(&guard_s, __ATOMIC_SEQ_CST);
	if (seconds && reason != WAKE_CHANGE)
		alarm(seconds);
	if (write(event_fd, &one, sizeof(one)) < 0)
		return; /* never full: a few writes, and the reader looks at what was noted first */
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
	if (__atomic_load_n(&noted, __ATOMIC_RELAXED) & 1u << WAKE_SIGNAL)
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
	unsigned int reasons;

	while (!(reasons = __atomic_load_n(&noted, __ATOMIC_ACQUIRE)))
		if (exec_wait_fd(event_fd, POLLIN, EXEC_FOREVER) < 0)
			return WAKE_SIGNAL; /* cannot wait: better to end in good order */
	return (enum wake_reason)__builtin_ctz(reasons);
}

const char *wake_why(void)
{
	return reason_text[0] ? reason_text : "no reason given";
}

static bool prepare_alarm(unsigned int seconds, const char *what)
{
	struct sigaction action = { .sa_handler = on_alarm };

	snprintf(last_words, sizeof(last_words), "uwdf: %s: not done within %u s; ending anyway\n",
		 what, seconds);
	sigemptyset(&action.sa_mask);
	return !sigaction(SIGALRM, &action, NULL);
}

void wake_watchdog(unsigned int seconds, const char *what)
{
	if (prepare_alarm(seconds, what))
		alarm(seconds);
}

/* Drained first, then looked at what is noted: whoever notes later writes later. */
void wake_taken(enum wake_reason reason)
{
	uint64_t count;

	__atomic_fetch_and(&noted, ~(1u << reason), __ATOMIC_SEQ_CST);
	(void)!sys_read(event_fd, &count, sizeof(count));
}

static bool ends_noted(void)
{
	return __atomic_load_n(&noted, __ATOMIC_SEQ_CST) & ~(1u << WAKE_CHANGE);
}

void wake_asking(unsigned int seconds, const char *what)
{
	wake_taken(WAKE_STOP);
	if (!prepare_alarm(seconds, what))
		return;
	__atomic_store_n(&guard_s, seconds, __ATOMIC_SEQ_CST);
	if (ends_noted())
		alarm(seconds);
}

void wake_asked(void)
{
	__atomic_store_n(&guard_s, 0, __ATOMIC_SEQ_CST);
	/* an alarm that is set meanwhile is for a reason, which wake_wait() tells next */
	if (!ends_noted())
		alarm(0);
}
