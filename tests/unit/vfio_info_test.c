/* SPDX-License-Identifier: MIT */
/* Answers of VFIO that size themselves, and capability chains that lie. */
#include "uw_test.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "vfio_info.h"

#define FIXED 16u

struct chain {
	uint8_t bytes[128];
};

static void put_cap(struct chain *chain, uint32_t at, uint16_t id, uint32_t next)
{
	struct vfio_info_cap_header header = { .id = id, .version = 1, .next = next };

	memcpy(chain->bytes + at, &header, sizeof(header));
}

static size_t find(const struct chain *chain, uint32_t first, uint16_t id, size_t need)
{
	return vfio_info_find_cap(chain, sizeof(*chain), first, id, need);
}

static void test_find_cap__second_of_two_unaligned__found(void **state)
{
	struct chain chain = { { 0 } };

	(void)state;
	put_cap(&chain, 16, 1, 27);
	put_cap(&chain, 27, 2, 0);
	assert_int_equal(find(&chain, 16, 2, 8), 27);
	assert_int_equal(find(&chain, 16, 1, 8), 16);
}

static void test_find_cap__not_there_or_no_chain__zero(void **state)
{
	struct chain chain = { { 0 } };

	(void)state;
	put_cap(&chain, 16, 1, 0);
	assert_int_equal(find(&chain, 16, 3, 8), 0);
	assert_int_equal(find(&chain, 0, 1, 8), 0);
}

static void test_find_cap__chain_that_loops__ends(void **state)
{
	struct chain chain = { { 0 } };

	(void)state;
	put_cap(&chain, 16, 1, 16);
	assert_int_equal(find(&chain, 16, 3, 8), 0);
	put_cap(&chain, 16, 1, 32);
	put_cap(&chain, 32, 2, 16);
	assert_int_equal(find(&chain, 16, 3, 8), 0);
}

static void test_find_cap__beyond_the_answer__zero(void **state)
{
	struct chain chain = { { 0 } };

	(void)state;
	put_cap(&chain, 16, 1, 4096);
	assert_int_equal(find(&chain, 16, 3, 8), 0);
	assert_int_equal(find(&chain, 125, 1, 8), 0);
	assert_int_equal(find(&chain, UINT32_MAX, 1, 8), 0);
}

static void test_find_cap__cut_off_by_the_end__zero(void **state)
{
	struct chain chain = { { 0 } };

	(void)state;
	put_cap(&chain, 112, 1, 0);
	assert_int_equal(find(&chain, 112, 1, 16), 112);
	assert_int_equal(find(&chain, 112, 1, 17), 0);
}

/* --- vfio_info_query() --- */

static uint32_t claimed, asked_room[4];
static unsigned int asked;
static int answer_err;

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd;
	(void)request;
	if (answer_err)
		return answer_err;
	memcpy(&asked_room[asked++ & 3], arg, sizeof(uint32_t));
	memcpy(arg, &claimed, sizeof(claimed));
	memset((char *)arg + 4, 0x77, 4);
	return 0;
}

static int query(uint32_t claim, int err, size_t *out_len)
{
	static const struct sys_ops ops = { .ioctl = fake_ioctl };
	uint8_t head[FIXED] = { 0 };
	void *info = NULL;
	int result;

	claimed = claim;
	answer_err = err;
	asked = 0;
	sys_set_ops(&ops);
	result = vfio_info_query(7, 1, head, sizeof(head), &info, out_len);
	sys_set_ops(NULL);
	mem_free(info);
	return result;
}

static void test_query__fits__asked_once(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(query(FIXED, 0, &len), 0);
	assert_int_equal(len, FIXED);
	assert_int_equal(asked, 1);
}

static void test_query__claims_less_than_the_question__still_whole(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(query(4, 0, &len), 0);
	assert_int_equal(len, FIXED);
}

static void test_query__wants_more__asked_again_with_that_room(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(query(100, 0, &len), 0);
	assert_int_equal(len, 100);
	assert_int_equal(asked, 2);
	assert_int_equal(asked_room[0], FIXED);
	assert_int_equal(asked_room[1], 100);
}

static void test_query__wants_absurd_room__refused(void **state)
{
	uint64_t blocks = mem_live_blocks();
	size_t len = 3;

	(void)state;
	assert_int_equal(query(UINT32_MAX, 0, &len), -EPROTO);
	assert_int_equal(len, 3);
	assert_int_equal(mem_live_blocks(), blocks);
}

static void test_query__ioctl_fails__its_error(void **state)
{
	uint64_t blocks = mem_live_blocks();
	size_t len;

	(void)state;
	assert_int_equal(query(FIXED, -ENODEV, &len), -ENODEV);
	assert_int_equal(mem_live_blocks(), blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_cap__second_of_two_unaligned__found),
		cmocka_unit_test(test_find_cap__not_there_or_no_chain__zero),
		cmocka_unit_test(test_find_cap__chain_that_loops__ends),
		cmocka_unit_test(test_find_cap__beyond_the_answer__zero),
		cmocka_unit_test(test_find_cap__cut_off_by_the_end__zero),
		cmocka_unit_test(test_query__fits__asked_once),
		cmocka_unit_test(test_query__claims_less_than_the_question__still_whole),
		cmocka_unit_test(test_query__wants_more__asked_again_with_that_room),
		cmocka_unit_test(test_query__wants_absurd_room__refused),
		cmocka_unit_test(test_query__ioctl_fails__its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
