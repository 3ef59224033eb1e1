/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "irq/loop.h"
#include "object/driver.h"
#include "object/functions.h"

struct stack stack;

static const char *const names[PLACES] = { "low", "fn", "up", "top" };
static const char *const files[PLACES] = { "stacked_low", "stacked_function", "stacked_up",
					   "stacked_top" };

/* --- the log --- */

static struct {
	pthread_mutex_t lock;
	char text[8192];
	size_t len;
} notes = { PTHREAD_MUTEX_INITIALIZER, "", 0 };

static void note(const char *name, const char *word)
{
	pthread_mutex_lock(&notes.lock);
	if (notes.len + strlen(name) + strlen(word) + 3 < sizeof(notes.text))
		notes.len +=
			(size_t)snprintf(notes.text + notes.len, sizeof(notes.text) - notes.len,
					 "%s%s.%s", notes.len ? " " : "", name, word);
	pthread_mutex_unlock(&notes.lock);
}

const char *stack_log(void)
{
	return notes.text;
}

void stack_log_clear(void)
{
	pthread_mutex_lock(&notes.lock);
	notes.len = 0;
	notes.text[0] = '\0';
	pthread_mutex_unlock(&notes.lock);
}

static void quiet(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

/* --- life --- */

int stack_setup(void **state)
{
	(void)state;
	memset(&stack, 0, sizeof(stack));
	for (unsigned int i = 0; i < PLACES; i++)
		stack.scripts[i] = (struct stacked_script){
			.name = names[i],
			.filter = i != FN,
			.handlers = i == FN ? STACKED_DEFAULT : 0,
			.information = i + 1,
			.forward = WdfUseDefault,
			.note = note,
		};
	log_set_sink(quiet, NULL);
	stack_log_clear();
	stack.fds = test_open_fds();
	stack.blocks = mem_live_blocks();
	return uwdf_host_new(&stack.rep, &stack.host) ||
	       uwdf_host_verify(stack.host, "", &stack.rep);
}

int stack_teardown(void **state)
{
	(void)state;
	if (stack.file)
		stack_close();
	uwdf_host_free(stack.host);
	assert_int_equal(mem_live_blocks(), stack.blocks);
	assert_int_equal(test_open_fds(), stack.fds);
	log_set_sink(NULL, NULL);
	return 0;
}

/* The driver is loaded: its own copy of the pointer is there. */
static void give_script(const char *path, struct stacked_script *script)
{
	void *image = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	struct stacked_script **pointer;

	assert_non_null(image);
	pointer = dlsym(image, STACKED_SYMBOL);
	assert_non_null(pointer);
	*pointer = script;
	dlclose(image);
}

static int load(enum place place)
{
	char path[512];
	int err;

	if (stack.drivers[place])
		return 0;
	(void)snprintf(path, sizeof(path), TEST_DRIVER_DIR "/%s.so", files[place]);
	err = uwdf_host_load(stack.host, path, &stack.rep, &stack.drivers[place]);
	if (!err)
		give_script(path, &stack.scripts[place]);
	return err;
}

int stack_start(unsigned int places)
{
	struct uwdf_driver *lowers[] = { NULL, NULL };
	struct uwdf_driver *uppers[] = { NULL, NULL, NULL };
	struct uwdf_device_params params = { .address = "model:edu",
					     .lowers = lowers,
					     .uppers = uppers };
	unsigned int count = 0;
	int err = 0;

	for (enum place i = 0; i < PLACES && !err; i++)
		if (places & AT(i))
			err = load(i);
	if (err)
		return err;
	if (places & AT(LOW))
		lowers[0] = stack.drivers[LOW];
	if (places & AT(UP))
		uppers[count++] = stack.drivers[UP];
	if (places & AT(TOP))
		uppers[count++] = stack.drivers[TOP];
	return uwdf_device_start(stack.drivers[FN], &params, &stack.rep, &stack.device);
}

void stack_up(unsigned int places)
{
	if (stack_start(places))
		fail_msg("%s", stack.rep.text);
	stack_log_clear();
}

void stack_remove(void)
{
	uwdf_device_remove(stack.device);
	stack.device = NULL;
}

/* --- a client --- */

struct fx_device *stack_device(enum place place)
{
	for (unsigned int i = 0; i < stack.device->level_count; i++)
		if (stack.device->levels[i].driver == stack.drivers[place])
			return stack.device->levels[i].device;
	return NULL;
}

NTSTATUS stack_open(void)
{
	return fx_file_open(stack.device->device, &stack.file);
}

void stack_close(void)
{
	fx_file_close(stack.file);
	stack.file = NULL;
}

static void completed(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct stack_op *op = uw_container_of(packet, struct stack_op, packet);

	op->completions++;
	op->status = status;
	op->information = information;
}

void stack_op_init(struct stack_op *op, enum fx_packet_kind kind)
{
	memset(op, 0, sizeof(*op));
	op->packet.kind = kind;
	op->packet.complete = completed;
	op->packet.code = kind == FX_PACKET_CONTROL ? 0x222000 : 0x222003;
	if (kind != FX_PACKET_READ) {
		op->packet.in = op->in;
		op->packet.in_len = sizeof(op->in);
	}
	if (kind != FX_PACKET_WRITE) {
		op->packet.out = op->out;
		op->packet.out_len = sizeof(op->out);
	}
}

static void nothing(void *arg)
{
	(void)arg;
}

void stack_settle(void)
{
	for (int i = 0; i < 6; i++) /* a message, deferred, a flush, and what each of them posts */
		irq_loop_call(stack.device->request_loop, nothing, NULL);
}

void stack_submit(struct stack_op *op)
{
	fx_io_submit(stack.file, &op->packet);
	stack_settle();
}

void stack_cancel(struct stack_op *op)
{
	fx_io_cancel(&op->packet);
	stack_settle();
}

void stack_complete(enum place place, NTSTATUS status)
{
	WDFREQUEST request = stack.scripts[place].kept;

	assert_non_null(request);
	stack.scripts[place].kept = NULL;
	fx_WdfRequestComplete(&stack.drivers[place]->fx->globals, request, status);
	stack_settle();
}
