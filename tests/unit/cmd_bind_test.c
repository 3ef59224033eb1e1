/* SPDX-License-Identifier: MIT */
/* uwdf bind and unbind, on a kernel in memory: what is changed, what is printed, the exit code. */
#include "vfio_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "commands.h"
#include "jtext.h"
#include "say.h"

static char printed[4096], complained[4096]; /* standard output and error of the last command */

static int begin(void **state)
{
	fix_begin(state);
	strcpy(fake.functions[0].driver, "e1000e");
	fake.functions[0].override[0] = '\0';
	return 0;
}

struct capture {
	FILE *stream, *file;
	int fd;
};

static void capture_begin(struct capture *c, FILE *stream)
{
	fflush(stream);
	c->stream = stream;
	c->file = tmpfile();
	assert_non_null(c->file);
	c->fd = dup(fileno(stream));
	assert_int_equal(dup2(fileno(c->file), fileno(stream)), fileno(stream));
}

static void capture_end(struct capture *c, char *text, size_t len)
{
	fflush(c->stream);
	assert_int_equal(dup2(c->fd, fileno(c->stream)), fileno(c->stream));
	close(c->fd);
	rewind(c->file);
	text[fread(text, 1, len - 1, c->file)] = '\0';
	fclose(c->file);
}

/* @option: or NULL. The exit code. */
static int run(const struct command *command, const char *address, const char *option)
{
	const char *const words[] = { command->name, address, option };
	struct capture out, err;
	struct arguments args;
	int code;

	assert_int_equal(options_parse(command, option ? 3 : 2, (char *const *)(uintptr_t)words,
				       NULL, &args),
			 0);
	capture_begin(&out, stdout);
	capture_begin(&err, stderr);
	code = command->run(&args);
	capture_end(&err, complained, sizeof(complained));
	capture_end(&out, printed, sizeof(printed));
	return code;
}

static void test_bind_then_unbind__says_what_it_did(void **state)
{
	(void)state;
	assert_int_equal(run(&command_bind, FIX_ADDRESS, NULL), EXIT_CODE_OK);
	assert_string_equal(printed, FIX_ADDRESS " bound to vfio-pci\n");
	assert_string_equal(fake.functions[0].driver, "vfio-pci");
	assert_int_equal(run(&command_unbind, FIX_ADDRESS, NULL), EXIT_CODE_OK);
	assert_string_equal(printed, FIX_ADDRESS " given back to the kernel\n");
	assert_string_equal(fake.functions[0].driver, "e1000e");
	assert_string_equal(complained, "");
}

static void expect_json(const char *result)
{
	struct jtext *object = jtext_parse(printed);

	assert_non_null(object);
	assert_string_equal(jtext_text(object, "address"), FIX_ADDRESS);
	assert_string_equal(jtext_text(object, "result"), result);
	jtext_free(object);
}

static void test_json__is_one_object_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(run(&command_bind, FIX_ADDRESS, "--json"), EXIT_CODE_OK);
	expect_json("bound to vfio-pci");
	assert_int_equal(run(&command_unbind, FIX_ADDRESS, "--json"), EXIT_CODE_OK);
	expect_json("given back to the kernel");
}

static void test_interface_up__refused_unless_forced(void **state)
{
	(void)state;
	fake_add_link("/sys/class/net/eth0",
		      "../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0");
	fake_add_text("/sys/class/net/eth0/flags", "0x1003\n");
	assert_int_equal(run(&command_bind, FIX_ADDRESS, NULL), EXIT_CODE_FAILED);
	assert_string_equal(printed, "");
	assert_non_null(strstr(complained, "eth0"));
	assert_string_equal(fake.functions[0].driver, "e1000e");
	assert_int_equal(run(&command_bind, FIX_ADDRESS, "--force"), EXIT_CODE_OK);
	assert_string_equal(fake.functions[0].driver, "vfio-pci");
}

static void test_no_such_function__code_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(run(&command_bind, "0000:00:1f.7", NULL), EXIT_CODE_NOT_FOUND);
	assert_non_null(strstr(complained, "0000:00:1f.7"));
	assert_int_equal(run(&command_unbind, "0000:00:1f.7", NULL), EXIT_CODE_NOT_FOUND);
	assert_non_null(strstr(complained, "0000:00:1f.7"));
	assert_string_equal(printed, "");
}

static void test_malformed_address__exit_code_2_and_nothing_else_has_it(void **state)
{
	(void)state;
	assert_int_equal(run(&command_bind, "0000:00:1f.9", NULL), EXIT_CODE_USAGE);
	assert_int_equal(run(&command_unbind, "nonsense", NULL), EXIT_CODE_USAGE);
	assert_int_equal(exit_code_of(-EINVAL), EXIT_CODE_FAILED); /* the kernel's, say */
}

#define on_fake(test) cmocka_unit_test_setup_teardown(test, begin, fix_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_fake(test_bind_then_unbind__says_what_it_did),
		on_fake(test_json__is_one_object_and_nothing_else),
		on_fake(test_interface_up__refused_unless_forced),
		on_fake(test_no_such_function__code_of_its_own),
		on_fake(test_malformed_address__exit_code_2_and_nothing_else_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
