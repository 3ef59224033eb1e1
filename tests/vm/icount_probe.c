/* SPDX-License-Identifier: MIT */
/* icount_probe.c - print what the clock counts over a fixed piece of work, and since boot. */
#include <stdio.h>
#include <unistd.h>
#include <x86intrin.h>

#define CALLS 20000

int main(void)
{
	unsigned long long start, end;

	start = __rdtsc();
	for (int i = 0; i < CALLS; i++)
		(void)getppid();
	end = __rdtsc();
	printf("start %llu work %llu\n", start, end - start);
	return 0;
}
