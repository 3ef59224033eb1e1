/* SPDX-License-Identifier: MIT */
/*
 * A process that is killed, or whose disk or memory fails, while it changes the registry: the file
 * is sound afterwards, and every change that was acknowledged is in it.
 *
 * The changes follow from a seed, so that the checking process knows what the file must hold after
 * the n-th of them. The one that was under way may be there or not, but never a part of it.
 */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bad_disk.h"
#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "registry_dir.h"
#include "support/registry.h"

#define KEYS   4u
#define VALUES 5u

/* What the file must hold: the number of the change that a value is from, 0: there is none. */
struct model {
	bool there[KEYS];
	uint32_t from[KEYS][VALUES];
};

enum kind { SET, SET_ALL, UNSET, REMOVE };

struct step {
	enum kind kind;
	uint32_t key, value, number;
};

/* Shared with the process that is killed. */
static struct shared {
	uint32_t acknowledged; /* atomic: changes that were */
	uint32_t wrong;        /* a status that a change on a good disk must not have */
} * shared;

static uint64_t seed;

static uint32_t draw(uint64_t *state, uint32_t bound)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33) % bound;
}

static struct step step_of(uint32_t number)
{
	uint64_t state = seed * 1000003 + number;
	struct step step = { .number = number };
	uint32_t die;

	(void)draw(&state, 2);
	die = draw(&state, 20);
	step.kind = die < 13 ? SET : die < 15 ? SET_ALL : die < 18 ? UNSET : REMOVE;
	step.key = draw(&state, KEYS);
	step.value = draw(&state, VALUES);
	return step;
}

static void model_step(struct model *m, const struct step *step)
{
	if (step->kind == REMOVE) {
		m->there[step->key] = false;
		memset(m->from[step->key], 0, sizeof(m->from[step->key]));
	} else if (step->kind == UNSET) {
		m->from[step->key][step->value] = 0;
	} else {
		m->there[step->key] = true;
		for (uint32_t v = 0; v < VALUES; v++)
			if (step->kind == SET_ALL || v == step->value)
				m->from[step->key][v] = step->number;
	}
}

/* --- the registry's side --- */

static void key_path(uint32_t key, char *path, size_t len)
{
	snprintf(path, len, "Machine\\Software\\Test\\Key%u", key);
}

/* Up to two pages of a value that its number gives. */
static ULONG data_of(uint32_t number, uint32_t value, uint8_t *data)
{
	ULONG len = (number * 2654435761u + value) % 6000;

	for (ULONG i = 0; i < len; i++)
		data[i] = (uint8_t)(number * 7 + value + i);
	return len;
}

static NTSTATUS set_one(struct registry *r, registry_key key, uint32_t number, uint32_t value)
{
	static uint8_t data[6000];
	struct registry_value v = { .type = number, .data = data };
	char name[16];

	v.len = data_of(number, value, data);
	snprintf(name, sizeof(name), "Value%u", value);
	return registry_set_named(r, key, name, &v);
}

static NTSTATUS do_set(struct registry *r, const struct step *step, const char *path)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = path,
		.parents = true,
	};
	registry_key key;
	NTSTATUS status;
	bool made;

	status = registry_make(r, &params, &key, &made);
	for (uint32_t v = 0; NT_SUCCESS(status) && v < VALUES; v++)
		if (step->kind == SET_ALL || v == step->value)
			status = set_one(r, key, step->number, v);
	return status;
}

static NTSTATUS do_less(struct registry *r, const struct step *step, const char *path)
{
	registry_key key;
	NTSTATUS status = registry_find(r, REGISTRY_ROOT, path, &key);
	char name[16];

	snprintf(name, sizeof(name), "Value%u", step->value);
	if (NT_SUCCESS(status) && step->kind == REMOVE)
		status = registry_remove(r, key, true);
	else if (NT_SUCCESS(status))
		status = registry_unset_named(r, key, name);
	return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_SUCCESS : status;
}

static NTSTATUS do_step(struct registry *r, const struct step *step)
{
	NTSTATUS status = registry_begin(r);
	char path[64];

	if (!NT_SUCCESS(status))
		return status;
	key_path(step->key, path, sizeof(path));
	status = step->kind <= SET_ALL ? do_set(r, step, path) : do_less(r, step, path);
	if (NT_SUCCESS(status))
		return registry_commit(r);
	registry_rollback(r);
	return status;
}

static uint32_t value_in_file(struct registry *r, registry_key key, uint32_t value)
{
	static uint8_t data[6000];
	struct registry_value v;
	char name[16];
	uint32_t number = 0;

	snprintf(name, sizeof(name), "Value%u", value);
	if (!NT_SUCCESS(registry_get_named(r, key, name, &v)))
		return 0;
	number = v.type;
	if (v.len != data_of(number, value, data) || memcmp(v.data, data, v.len))
		number = UINT32_MAX; /* half of one and half of another */
	registry_value_free(&v);
	return number;
}

static void read_file(struct registry *r, struct model *m)
{
	memset(m, 0, sizeof(*m));
	for (uint32_t k = 0; k < KEYS; k++) {
		registry_key key;
		char path[64];

		key_path(k, path, sizeof(path));
		m->there[k] = NT_SUCCESS(registry_find(r, REGISTRY_ROOT, path, &key));
		for (uint32_t v = 0; m->there[k] && v < VALUES; v++)
			m->from[k][v] = value_in_file(r, key, v);
	}
}

/* After @done changes, or one more. */
static void check_file(uint32_t done, const char *what)
{
	struct model before = { 0 }, after, found;
	struct report rep = REPORT_INIT;
	struct registry *r;
	NTSTATUS status;
	struct step next;

	for (uint32_t i = 1; i <= done; i++) {
		struct step step = step_of(i);

		model_step(&before, &step);
	}
	after = before;
	next = step_of(done + 1);
	model_step(&after, &next);
	status = registry_open(test_registry_path, true, &rep, &r);
	if (NT_SUCCESS(status))
		status = registry_check(r, &rep);
	if (!NT_SUCCESS(status))
		fail_msg("%s, after %u changes: 0x%08x %s", what, done, (unsigned int)status,
			 rep.text);
	read_file(r, &found);
	registry_close(r);
	if (memcmp(&found, &before, sizeof(found)) && memcmp(&found, &after, sizeof(found)))
		fail_msg("%s, after %u changes of seed %llu: something is missing or torn", what,
			 done, (unsigned long long)seed);
}

/* --- the process that changes it --- */

static void change_it(uint32_t count)
{
	struct registry *r;
	NTSTATUS status = registry_open(test_registry_path, true, NULL, &r);

	for (uint32_t i = 1; NT_SUCCESS(status) && i <= count; i++) {
		struct step step = step_of(i);

		status = do_step(r, &step);
		if (NT_SUCCESS(status))
			__atomic_store_n(&shared->acknowledged, i, __ATOMIC_RELEASE);
	}
	if (NT_SUCCESS(status))
		registry_close(r);
	__atomic_store_n(&shared->wrong, (uint32_t)status, __ATOMIC_RELEASE);
}

static pid_t start_child(uint32_t count, enum bad_disk_way way, uint64_t k)
{
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	bad_disk_arm(way, k);
	change_it(count);
	child_exit(0);
}

/* Was it killed? */
static bool end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

static void fresh_file(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -f %s*", test_registry_path);
	assert_int_equal(system(command), 0);
}

static unsigned int rounds(unsigned int few, unsigned int many)
{
	return getenv("UWDF_LONG") ? many : few;
}

static void test_kill__at_any_time_in_1000_changes__nothing_acknowledged_is_lost(void **state)
{
	unsigned int killed = 0, count = rounds(12, 400);
	uint64_t random = 1;
	(void)state;
	for (unsigned int round = 1; round <= count; round++) {
		uint32_t until = draw(&random, 1000), spin = draw(&random, 400);
		pid_t pid;

		seed = round;
		fresh_file();
		pid = start_child(1000, BAD_DISK_COUNTS, 0);
		while (__atomic_load_n(&shared->acknowledged, __ATOMIC_ACQUIRE) < until &&
		       !__atomic_load_n(&shared->wrong, __ATOMIC_ACQUIRE))
			exec_sleep_until(exec_now_ns() + 20000);
		exec_sleep_until(exec_now_ns() + spin * 1000);
		kill(pid, SIGKILL);
		killed += end_of(pid);
		assert_int_equal(shared->wrong, 0);
		assert_true(shared->acknowledged >= until);
		check_file(shared->acknowledged, "killed at some time");
	}
	printf("killed in %u of %u rounds of 1000 changes\n", killed, count);
	assert_true(killed > count / 2);
}

static void kill_at_every_change(enum bad_disk_way way, const char *what)
{
	uint64_t k = 1, stride = rounds(3, 1), points = 0;
	bool killed = true;

	seed = 77;
	for (; killed; k += stride, points++) {
		fresh_file();
		killed = end_of(start_child(25, way, k));
		check_file(shared->acknowledged, what);
	}
	assert_int_equal(shared->wrong, 0);
	assert_int_equal(shared->acknowledged, 25);
	printf("%s: %llu points\n", what, (unsigned long long)points - 1);
	assert_true(points > 20);
}

static void test_kill__before_each_change_of_the_disk__sound(void **state)
{
	(void)state;
	kill_at_every_change(BAD_DISK_KILLS, "killed before a change of the disk");
}

static void test_kill__in_the_middle_of_each_write__sound(void **state)
{
	(void)state;
	kill_at_every_change(BAD_DISK_TEARS, "killed in the middle of a write");
}

/* --- failures that the process survives --- */

/* Changes until one fails, and then once more, as a program would. @return those acknowledged. */
static uint32_t change_and_go_on(uint32_t count, bool *out_failed)
{
	struct registry *r;
	uint32_t i = 1, retries = 0;

	*out_failed = false;
	while (!NT_SUCCESS(registry_open(test_registry_path, true, NULL, &r))) {
		*out_failed = true;
		if (retries++)
			return 0;
	}
	while (i <= count) {
		struct step step = step_of(i);

		if (NT_SUCCESS(do_step(r, &step))) {
			i++;
			continue;
		}
		*out_failed = true;
		if (retries++ > 2)
			break;
	}
	registry_close(r);
	return i - 1;
}

static uint64_t fail_at_every_change(enum bad_disk_way way, uint32_t most, const char *what)
{
	uint64_t k = 1, stride = rounds(2, 1), blocks = mem_live_blocks(), failures = 0, counted;

	seed = 78;
	do {
		uint32_t done;
		bool failed;

		fresh_file();
		bad_disk_arm(way, k);
		done = change_and_go_on(most, &failed);
		counted = bad_disk_disarm();
		failures += failed;
		if (way == BAD_DISK_FAILS && done != most)
			fail_msg("%s %llu: it does not get over it", what, (unsigned long long)k);
		check_file(done, what);
		assert_int_equal(mem_live_blocks(), blocks);
		k += stride;
	} while (k - stride <= counted);
	printf("%s: %llu of %llu points were noticed\n", what, (unsigned long long)failures,
	       (unsigned long long)(k / stride - 1));
	return failures;
}

static void test_disk__each_change_fails_once__said_and_gone_on(void **state)
{
	(void)state;
	assert_true(fail_at_every_change(BAD_DISK_FAILS, 25, "an I/O error") > 10);
}

static void test_disk__full_from_some_change_on__said_and_sound(void **state)
{
	(void)state;
	assert_true(fail_at_every_change(BAD_DISK_FULL, 25, "a full disk") > 10);
}

static void test_memory__each_allocation_fails__said_and_gone_on(void **state)
{
	uint64_t k = 1, stride = rounds(7, 1), blocks = mem_live_blocks(), points = 0;
	uint64_t noticed = 0, counted;
	(void)state;
	seed = 79;
	do {
		uint32_t done;
		bool failed;

		fresh_file();
		fault_arm(FAULT_ALLOC, k);
		done = change_and_go_on(6, &failed);
		counted = fault_disarm();
		noticed += failed;
		points++;
		assert_int_equal(done, 6);
		check_file(done, "an allocation failed");
		assert_int_equal(mem_live_blocks(), blocks);
		k += stride;
	} while (k - stride <= counted);
	printf("an allocation failed: %llu points, %llu noticed\n", (unsigned long long)points,
	       (unsigned long long)noticed);
	assert_true(noticed > 10);
}

/* --- several at once --- */

static NTSTATUS count_values(uint32_t writer, uint32_t count)
{
	struct registry *r;
	NTSTATUS status = registry_open(test_registry_path, true, NULL, &r);

	for (uint32_t i = 0; NT_SUCCESS(status) && i < count; i++) {
		const struct step step = {
			.kind = SET,
			.key = writer % KEYS,
			.value = i % VALUES,
			.number = i + 1,
		};
		status = do_step(r, &step);
	}
	if (NT_SUCCESS(status))
		registry_close(r);
	return status;
}

static void four_processes(uint32_t changes)
{
	pid_t pids[KEYS];

	fresh_file();
	fflush(NULL);
	for (uint32_t i = 0; i < KEYS; i++) {
		pids[i] = fork();
		if (!pids[i])
			child_exit(!NT_SUCCESS(count_values(i, changes)));
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

static void test_processes__four_at_once_on_a_new_file__each_change_of_each(void **state)
{
	enum { EACH = 100 };
	struct registry *r;
	struct model found;
	(void)state;
	four_processes(EACH);
	assert_int_equal(registry_open(test_registry_path, false, NULL, &r), STATUS_SUCCESS);
	assert_int_equal(registry_check(r, NULL), STATUS_SUCCESS);
	read_file(r, &found);
	registry_close(r);
	for (uint32_t k = 0; k < KEYS; k++)
		for (uint32_t v = 0; v < VALUES; v++)
			assert_int_equal(found.from[k][v], EACH - VALUES + v + 1);
}

/* Whoever looks while another one makes the tables sees all of them or none. */
static void test_processes__four_make_the_same_file__each_gets_it(void **state)
{
	(void)state;
	for (unsigned int round = rounds(40, 1000); round; round--)
		four_processes(1);
}

static int setup(void **state)
{
	(void)state;
	test_registry_begin();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return -1;
	seed = 1;
	change_it(1); /* sqlite3 gets our memory functions before the disk initialises it */
	bad_disk_install();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(shared, sizeof(*shared));
	test_registry_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_kill__at_any_time_in_1000_changes__nothing_acknowledged_is_lost),
		cmocka_unit_test(test_kill__before_each_change_of_the_disk__sound),
		cmocka_unit_test(test_kill__in_the_middle_of_each_write__sound),
		cmocka_unit_test(test_disk__each_change_fails_once__said_and_gone_on),
		cmocka_unit_test(test_disk__full_from_some_change_on__said_and_sound),
		cmocka_unit_test(test_memory__each_allocation_fails__said_and_gone_on),
		cmocka_unit_test(test_processes__four_at_once_on_a_new_file__each_change_of_each),
		cmocka_unit_test(test_processes__four_make_the_same_file__each_gets_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
