/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "pnp/host.h"

static void on_leave(void *arg, struct uwdf_device *device, const char *why)
{
	struct rig *rig = arg;

	(void)device;
	(void)why;
	exec_mutex_lock(&rig->lock);
	rig->left++;
	exec_cond_broadcast(&rig->changed);
	exec_mutex_unlock(&rig->lock);
}

static int start_device(struct rig *rig, const struct rig_params *params)
{
	struct uwdf_device_params device = {
		.address = params->address,
		.qemu_args = params->qemu_args,
		.on_leave = on_leave,
		.arg = rig,
	};
	int err;

	if (params->share) {
		rig->driver = params->share->driver;
		return uwdf_device_start(rig->driver, &device, &rig->report, &rig->device);
	}
	err = uwdf_host_new(&rig->report, &rig->host);
	if (err)
		return err;
	if (params->verify)
		err = uwdf_host_verify(rig->host, params->verify, &rig->report);
	if (!err)
		err = uwdf_host_load(rig->host, params->driver, &rig->report, &rig->driver);
	if (!err)
		err = uwdf_device_start(rig->driver, &device, &rig->report, &rig->device);
	if (err)
		uwdf_host_free(rig->host);
	return err;
}

int rig_start_closed(struct rig *rig, const struct rig_params *params)
{
	int err;

	memset(rig, 0, sizeof(*rig));
	err = exec_mutex_init(&rig->lock);
	if (err)
		return err;
	err = exec_cond_init(&rig->changed);
	if (err)
		goto err_mutex;
	err = start_device(rig, params);
	if (err)
		goto err_cond;
	return 0;

err_cond:
	exec_cond_deinit(&rig->changed);
err_mutex:
	exec_mutex_deinit(&rig->lock);
	return err;
}

int rig_start(struct rig *rig, const struct rig_params *params)
{
	int err = rig_start_closed(rig, params);

	if (err)
		return err;
	if (NT_SUCCESS(rig_open(rig, &rig->file)))
		return 0;
	rig_stop(rig);
	return -EIO;
}

void rig_stop(struct rig *rig)
{
	if (rig->file)
		fx_file_close(rig->file);
	if (rig->host)
		uwdf_host_free(rig->host);
	else if (rig->device)
		uwdf_device_remove(rig->device);
	exec_cond_deinit(&rig->changed);
	exec_mutex_deinit(&rig->lock);
}

NTSTATUS rig_open(struct rig *rig, struct fx_file **out)
{
	return fx_file_open(fx_host_device(rig->device), out);
}

struct pci_function *rig_function(struct rig *rig)
{
	return fx_host_function(rig->device);
}

static void complete(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct rig_op *op = packet->owner;
	struct rig *rig = op->rig;

	exec_mutex_lock(&rig->lock);
	op->status = status;
	op->information = information;
	op->order = ++rig->completions;
	op->done = true;
	exec_cond_broadcast(&rig->changed);
	exec_mutex_unlock(&rig->lock);
}

static void prepare(struct rig *rig, struct rig_op *op, enum fx_packet_kind kind)
{
	memset(&op->packet, 0, sizeof(op->packet));
	op->packet.kind = kind;
	op->packet.complete = complete;
	op->packet.owner = op;
	op->rig = rig;
	op->done = false;
}

void rig_read(struct rig *rig, struct rig_op *op, size_t len)
{
	prepare(rig, op, FX_PACKET_READ);
	op->packet.out = op->data;
	op->packet.out_len = len;
	fx_io_submit(rig->file, &op->packet);
}

void rig_write(struct rig *rig, struct rig_op *op, const void *data, size_t len)
{
	prepare(rig, op, FX_PACKET_WRITE);
	memcpy(op->data, data, len < sizeof(op->data) ? len : sizeof(op->data));
	op->packet.in = op->data;
	op->packet.in_len = len;
	fx_io_submit(rig->file, &op->packet);
}

struct many {
	struct rig *rig;
	struct fx_packet *packets[RIG_MANY];
	size_t count;
};

static void submit_many(void *arg)
{
	struct many *many = arg;

	fx_io_submit_many(many->rig->file, many->packets, many->count, NULL);
}

static void transfer_many(struct rig *rig, struct rig_op *ops, size_t count, const size_t *lens,
			  enum fx_packet_kind kind)
{
	struct many many = { .rig = rig, .count = count };

	for (size_t i = 0; i < count; i++) {
		struct fx_packet *packet = many.packets[i] = &ops[i].packet;

		prepare(rig, &ops[i], kind);
		packet->in = packet->out = ops[i].data;
		packet->in_len = kind == FX_PACKET_WRITE ? lens[i] : 0;
		packet->out_len = kind == FX_PACKET_READ ? lens[i] : 0;
	}
	(void)fx_io_call(rig->file, submit_many, &many);
}

void rig_read_many(struct rig *rig, struct rig_op *ops, size_t count, const size_t *lens)
{
	transfer_many(rig, ops, count, lens, FX_PACKET_READ);
}

void rig_write_many(struct rig *rig, struct rig_op *ops, size_t count, const size_t *lens)
{
	transfer_many(rig, ops, count, lens, FX_PACKET_WRITE);
}

static void cancel_there(void *arg)
{
	fx_io_cancel(arg);
}

void rig_cancel_of_many(struct rig_op *op)
{
	(void)fx_io_call(op->rig->file, cancel_there, &op->packet);
}

void rig_control(struct rig *rig, struct rig_op *op, uint32_t code, const void *in, size_t in_len,
		 size_t out_len)
{
	prepare(rig, op, FX_PACKET_CONTROL);
	op->packet.code = code;
	memcpy(op->data, in, in_len);
	op->packet.in = op->data;
	op->packet.in_len = in_len;
	op->packet.out = op->data;
	op->packet.out_len = out_len;
	fx_io_submit(rig->file, &op->packet);
}

void rig_control_in_place(struct rig *rig, struct rig_op *op, uint32_t code, const void *in,
			  size_t in_len, void *out, size_t out_len)
{
	prepare(rig, op, FX_PACKET_CONTROL);
	op->packet.code = code;
	op->packet.in = in;
	op->packet.in_len = in_len;
	op->packet.out = out;
	op->packet.out_len = out_len;
	fx_io_submit(rig->file, &op->packet);
}

void rig_cancel(struct rig_op *op)
{
	fx_io_cancel(&op->packet);
}

bool rig_is_done(struct rig_op *op)
{
	bool done;

	exec_mutex_lock(&op->rig->lock);
	done = op->done;
	exec_mutex_unlock(&op->rig->lock);
	return done;
}

bool rig_wait(struct rig_op *op)
{
	return rig_wait_for(op, RIG_DEADLINE_MS);
}

static bool wait_for(struct rig_op *op, uint64_t ms, bool unless_left)
{
	uint64_t deadline = exec_deadline_ms(ms);
	struct rig *rig = op->rig;
	bool done;

	exec_mutex_lock(&rig->lock);
	while (!op->done && !(unless_left && rig->left) &&
	       exec_cond_wait(&rig->changed, &rig->lock, deadline))
		;
	done = op->done;
	exec_mutex_unlock(&rig->lock);
	return done;
}

bool rig_wait_for(struct rig_op *op, uint64_t ms)
{
	return wait_for(op, ms, false);
}

bool rig_wait_unless_left(struct rig_op *op, uint64_t ms)
{
	return wait_for(op, ms, true);
}

bool rig_has_left(struct rig *rig)
{
	bool left;

	exec_mutex_lock(&rig->lock);
	left = rig->left > 0;
	exec_mutex_unlock(&rig->lock);
	return left;
}

bool rig_wait_left(struct rig *rig)
{
	uint64_t deadline = exec_deadline_ms(RIG_DEADLINE_MS);
	bool left;

	exec_mutex_lock(&rig->lock);
	while (!rig->left && exec_cond_wait(&rig->changed, &rig->lock, deadline))
		;
	left = rig->left > 0;
	exec_mutex_unlock(&rig->lock);
	return left;
}

/* Entries of a /proc/self directory, without "." and "..". */
static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = -3; /* and the descriptor of @dir */

	if (!dir)
		return -1;
	while (readdir(dir)) // NOLINT(concurrency-mt-unsafe): the stream is ours
		count++;
	closedir(dir);
	return count;
}

struct rig_leftovers rig_leftovers_now(void)
{
	return (struct rig_leftovers){
		.blocks = mem_live_blocks(),
		.descriptors = count_entries("/proc/self/fd"),
	};
}

bool rig_nothing_left(const struct rig_leftovers *before)
{
	struct rig_leftovers now = rig_leftovers_now();

	return now.blocks == before->blocks && now.descriptors == before->descriptors;
}
