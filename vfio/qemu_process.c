/* SPDX-License-Identifier: MIT */
/* qemu_process.c - QEMU's arguments, start, end and last words. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "base/sys.h"
#include "qemu_private.h"

#define PROGRAM       "qemu-system-x86_64"
#define STOP_GRACE_MS 1000
#define FIRMWARE_LEN  65536
#define RESET_VECTOR  0xfff0 /* in a firmware of 64 KiB */
#define ARGS_MAX      96

/* The processor of the machine has nothing to do: cli; hlt; and once more should it wake up. */
static int make_firmware(struct qemu *qemu)
{
	static const uint8_t code[] = { 0xfa, 0xf4, 0xeb, 0xfc };
	ssize_t put;
	int err;

	qemu->firmware = sys_memfd_create("uwdf-firmware", 0);
	if (qemu->firmware < 0)
		return qemu->firmware;
	err = sys_ftruncate(qemu->firmware, FIRMWARE_LEN);
	if (err)
		return err;
	put = sys_pwrite(qemu->firmware, code, sizeof(code), RESET_VECTOR);
	if (put < 0)
		return (int)put;
	return put == sizeof(code) ? 0 : -EIO;
}

/* The machine's memory is ours too: what lies above the first 16 MiB is the device's arena. */
static int make_memory(struct qemu *qemu)
{
	struct pci_dma_info *dma = &qemu->fn->dma;
	int err;

	qemu->memory = sys_memfd_create("uwdf-memory", 0);
	if (qemu->memory < 0)
		return qemu->memory;
	err = sys_ftruncate(qemu->memory, QEMU_MEMORY_LEN);
	if (err)
		return err;
	dma->fixed_len = QEMU_MEMORY_LEN - QEMU_ARENA_ADDR;
	err = sys_mmap(NULL, dma->fixed_len, PROT_READ | PROT_WRITE, MAP_SHARED, qemu->memory,
		       QEMU_ARENA_ADDR, &dma->fixed_base);
	if (err)
		return err;
	dma->fixed_addr = QEMU_ARENA_ADDR;
	dma->ranges[0] = (struct pci_dma_range){ QEMU_ARENA_ADDR, QEMU_MEMORY_LEN - 1 };
	dma->range_count = 1;
	dma->page_sizes = sys_page_size();
	dma->memlock_limit = UINT64_MAX;
	/* a child must not write into what the device still reads */
	return sys_madvise(dma->fixed_base, dma->fixed_len, MADV_DONTFORK);
}

/* --- arguments --- */

struct command_line {
	const char *argv[ARGS_MAX];
	unsigned int count;
	char *owned[16]; /* formatted ones */
	unsigned int owned_count;
	int err;
};

static void add(struct command_line *line, const char *arg)
{
	if (line->count + 1 < ARGS_MAX)
		line->argv[line->count++] = arg;
	else
		line->err = -E2BIG;
}

/* @text is owned from here on; NULL says that memory ran out. */
static void add_owned(struct command_line *line, const char *option, char *text)
{
	if (!text) {
		line->err = -ENOMEM;
		return;
	}
	line->owned[line->owned_count++] = text;
	add(line, option);
	add(line, text);
}

static void line_free(struct command_line *line)
{
	for (unsigned int i = 0; i < line->owned_count; i++)
		mem_free(line->owned[i]);
}

struct peers {
	int qtest, monitor, doorbell; /* QEMU's ends */
};

static void add_machine(struct command_line *line, const struct qemu *qemu)
{
	static const char *const fixed[] = { PROGRAM,
					     "-nodefaults",
					     "-no-user-config",
					     "-display",
					     "none",
					     "-accel",
					     "tcg",
					     "-m",
					     "256M",
					     "-machine",
					     "q35,memory-backend=memory" };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fixed); i++)
		add(line, fixed[i]);
	add_owned(line, "-bios", mem_asprintf("/proc/self/fd/%d", qemu->firmware));
	add_owned(line, "-object",
		  mem_asprintf("memory-backend-file,id=memory,size=256M,share=on,mem-path=/proc/"
			       "self/fd/%d",
			       qemu->memory));
}

static void add_connections(struct command_line *line, const struct peers *peers)
{
	add_owned(line, "-chardev", mem_asprintf("socket,id=qtest,fd=%d", peers->qtest));
	add(line, "-object");
	add(line, "qtest,id=uwdf-qtest,chardev=qtest,log=none");
	add_owned(line, "-chardev", mem_asprintf("socket,id=monitor,fd=%d", peers->monitor));
	add(line, "-mon");
	add(line, "chardev=monitor,mode=control");
	add_owned(line, "-chardev", mem_asprintf("socket,id=doorbell,fd=%d", peers->doorbell));
}

/* @device: "e1000,mac=..." as after "qemu:"; the caller's own arguments come before it. */
static void add_devices(struct command_line *line, const char *device,
			const struct pci_function_params *params)
{
	for (const char *const *arg = params ? params->qemu_args : NULL; arg && *arg; arg++)
		add(line, *arg);
	add_owned(line, "-device",
		  mem_asprintf("ivshmem-doorbell,vectors=%u,chardev=doorbell,ioeventfd=off,addr=%u",
			       QEMU_VECTORS_MAX + 1, QEMU_DOORBELL_SLOT));
	add_owned(line, "-device",
		  mem_asprintf("pcie-root-port,id=rootport,addr=%u,chassis=1,slot=1",
			       QEMU_PORT_SLOT));
	/* behind the port; romfile: no option ROM, which nobody would run */
	add_owned(line, "-device",
		  mem_asprintf("%s,id=function,bus=rootport,addr=0,romfile=", device));
	line->argv[line->count] = NULL;
}

static int spawn(struct qemu *qemu, const char *device, const struct pci_function_params *params,
		 const struct peers *peers)
{
	const int inherit[] = { qemu->firmware, qemu->memory, peers->qtest, peers->monitor,
				peers->doorbell };
	struct command_line line = { .count = 0 };
	struct exec_process_params process = { .path = PROGRAM,
					       .stderr_fd = qemu->words,
					       .inherit_fds = inherit,
					       .inherit_count = UW_ARRAY_SIZE(inherit) };
	int err;

	add_machine(&line, qemu);
	add_connections(&line, peers);
	add_devices(&line, device, params);
	process.argv = (char *const *)(uintptr_t)line.argv;
	err = line.err ? line.err : exec_process_start(&process, &qemu->process);
	line_free(&line);
	return err;
}

/* --- connections --- */

static int connect_monitor(struct qemu *qemu, int *out_peer)
{
	int ends[2];
	int err = sys_socketpair(AF_UNIX, SOCK_STREAM, 0, ends);

	if (err)
		return err;
	qemu->monitor = ends[0];
	*out_peer = ends[1];
	return 0;
}

static int connect_qtest(struct qemu *qemu, int *out_peer)
{
	struct qtest_callbacks callbacks = { .irq = qemu_irq_pin, .dead = qemu_died, .arg = qemu };
	int ends[2];
	int err = sys_socketpair(AF_UNIX, SOCK_STREAM, 0, ends);

	if (err)
		return err;
	err = qtest_init(&qemu->qtest, ends[0], qemu->fn->deadline_ms, &callbacks);
	if (err) {
		sys_close(ends[0]);
		sys_close(ends[1]);
		return err;
	}
	qemu->qtest_open = true;
	*out_peer = ends[1];
	return 0;
}

static int connect_all(struct qemu *qemu, struct peers *peers)
{
	int err = connect_qtest(qemu, &peers->qtest);

	if (!err)
		err = connect_monitor(qemu, &peers->monitor);
	if (!err)
		err = qemu_doorbell_init(qemu, &peers->doorbell);
	return err;
}

static int prepare(struct qemu *qemu, struct peers *peers)
{
	int err = make_firmware(qemu);

	if (!err)
		err = make_memory(qemu);
	if (err)
		return err;
	qemu->words = sys_memfd_create("uwdf-qemu-stderr", 0);
	return qemu->words < 0 ? qemu->words : connect_all(qemu, peers);
}

int qemu_process_start(struct qemu *qemu, const char *device,
		       const struct pci_function_params *params, struct report *rep)
{
	struct peers peers = { -1, -1, -1 };
	int err = prepare(qemu, &peers);

	if (!err)
		err = spawn(qemu, device, params, &peers);
	sys_close(peers.qtest);
	sys_close(peers.monitor);
	sys_close(peers.doorbell);
	if (!err) {
		qemu->fn->backend_pid = exec_process_pid(qemu->process);
		return 0;
	}
	report_fail(rep, err, "starting %s for %s", PROGRAM, qemu->fn->address);
	if (err == -ENOENT)
		report_hint(rep, "apt-get install qemu-system-x86");
	return err;
}

void qemu_process_stop(struct qemu *qemu)
{
	struct pci_dma_info *dma = &qemu->fn->dma;

	exec_process_stop(qemu->process, STOP_GRACE_MS);
	qemu->process = NULL;
	if (qemu->qtest_open)
		qtest_deinit(&qemu->qtest);
	qemu->qtest_open = false;
	qemu_doorbell_deinit(qemu);
	sys_close(qemu->monitor);
	sys_close(qemu->words);
	if (dma->fixed_base)
		sys_munmap(dma->fixed_base, dma->fixed_len);
	dma->fixed_base = NULL;
	sys_close(qemu->memory);
	sys_close(qemu->firmware);
}

/* --- last words --- */

static void join_lines(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
}

void qemu_last_words(struct qemu *qemu, char *out, size_t len)
{
	struct stat file = { .st_size = 0 };
	char path[32];
	int64_t from;
	ssize_t got;

	out[0] = '\0';
	snprintf(path, sizeof(path), "/proc/self/fd/%d", qemu->words);
	if (sys_stat(path, &file))
		return;
	from = file.st_size > (int64_t)len - 1 ? file.st_size - ((int64_t)len - 1) : 0;
	got = sys_pread(qemu->words, out, len - 1, from);
	out[got > 0 ? got : 0] = '\0';
	join_lines(out);
}
