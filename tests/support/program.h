/* SPDX-License-Identifier: MIT */
/* program.h - run one of the built programs, see what it prints, and never wait for ever. */
#ifndef TEST_PROGRAM_H
#define TEST_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

struct program {
	pid_t pid;
	char words[256];       /* its command line */
	int fd;                /* its standard output and error */
	char output[1u << 19]; /* read so far */
	size_t len;
};

/* argv[0] is looked up beside the tests: "uwdf" is build/PRESET/uwdf. Last word NULL. The program
 * is killed when the test ends before it. */
void program_start(struct program *p, const char *const *argv);
/* @in_child is called in the new process before it becomes the program. */
void program_start_with(struct program *p, const char *const *argv, void (*in_child)(void));
/* Until @text was printed: fails the test after 10 s or when the program ends first. */
void program_await(struct program *p, const char *text);
/* Until it ends: its exit code, or 128 + signal. Fails the test (and kills it) after @seconds. */
int program_end(struct program *p, unsigned int seconds);
/* All of it at once, within 10 s; output in @p. */
int program_run(struct program *p, const char *const *argv);
#define PROGRAM_RUN(p, ...) program_run(p, (const char *const[]){ __VA_ARGS__, NULL })

#endif
