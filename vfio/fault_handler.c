/* SPDX-License-Identifier: MIT */
/*
 * fault_handler.c - a register access that faults yields ones or is dropped.
 *
 * From on_fault() on everything runs in a signal handler: atomic loads, and system calls that POSIX
 * allows there. The fault is the accessing thread's own, so no lock of ours is held by it but those
 * that a register access may be made under.
 */
#include "vfio/fault_handler.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "base/exec.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/sys.h"
#include "fault_ranges.h"
#include "vfio/pci_function.h"

#define TABLES    256 /* images of a process: libuwdf and drivers */
#define STACK_LEN 65536

/* Our own image's accesses; the linker defines both ends. Weak: an image may have none. */
extern const struct vfio_mmio_fault_row __start_uwdf_mmio_faults[]
	__attribute__((weak, visibility("hidden")));
extern const struct vfio_mmio_fault_row __stop_uwdf_mmio_faults[]
	__attribute__((weak, visibility("hidden")));

struct fault_table {
	const struct vfio_mmio_fault_row *first; /* atomic; NULL: free */
	const struct vfio_mmio_fault_row *last;  /* atomic */
};

static struct {
	struct spin_lock lock; /* guards installed, and who writes tables */
	bool installed;
	struct fault_table tables[TABLES];
	struct sigaction old_bus, old_segv; /* constant while installed */
} handler = { .lock = { 0, LOCK_RANK_WINDOW } };

static _Thread_local void *own_stack;

/* --- in the signal handler --- */

#if defined(__x86_64__)
static uintptr_t *program_counter(void *context)
{
	ucontext_t *uc = context;

	return (uintptr_t *)&uc->uc_mcontext.gregs[REG_RIP];
}
#else
static uintptr_t *program_counter(void *context)
{
	(void)context;
	return NULL; /* accesses of this architecture record no landing place */
}
#endif

/* Both members are offsets from their own address. */
static uintptr_t resolve(const int32_t *offset)
{
	return (uintptr_t)offset + (uintptr_t)(intptr_t)*offset;
}

static uintptr_t landing_in(const struct fault_table *table, uintptr_t insn)
{
	const struct vfio_mmio_fault_row *row = __atomic_load_n(&table->first, __ATOMIC_ACQUIRE);
	const struct vfio_mmio_fault_row *last = __atomic_load_n(&table->last, __ATOMIC_RELAXED);

	for (; row && row < last; row++)
		if (resolve(&row->insn) == insn)
			return resolve(&row->landing);
	return 0;
}

static uintptr_t landing_of(uintptr_t insn)
{
	uintptr_t landing = 0;

	for (unsigned int i = 0; !landing && i < TABLES; i++)
		landing = landing_in(&handler.tables[i], insn);
	return landing;
}

/* True: the access is over, with ones or with nothing. */
static bool recover(const siginfo_t *info, void *context)
{
	uintptr_t *pc = program_counter(context);
	struct pci_function *fn = fault_ranges_enter((uintptr_t)info->si_addr);
	uintptr_t landing = fn && pc ? landing_of(*pc) : 0;

	if (landing) {
		*pc = landing;
		/* a device that only stopped decoding is still there: its vendor id says which */
		(void)pci_function_check_gone(fn);
	}
	fault_ranges_leave();
	return landing != 0;
}

/* What would have happened without us: back to the default, and the access faults again. */
static void act_by_default(int signal, const siginfo_t *info)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	if (sys_sigaction(signal, &action, NULL))
		sys_exit_now(128 + signal);
	if (info->si_code <= 0) /* sent by a process: nothing faults again by itself */
		(void)!sys_kill(sys_getpid(), signal);
}

static void chain(int signal, siginfo_t *info, void *context)
{
	const struct sigaction *old = signal == SIGBUS ? &handler.old_bus : &handler.old_segv;

	bool is_fault = info->si_code > 0; /* which cannot be ignored */

	if (old->sa_flags & SA_SIGINFO)
		old->sa_sigaction(signal, info, context);
	else if (old->sa_handler == SIG_DFL || (old->sa_handler == SIG_IGN && is_fault))
		act_by_default(signal, info);
	else if (old->sa_handler != SIG_IGN)
		old->sa_handler(signal);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	int before = sys_last_error(); /* whoever touched the register may look at it next */

	if (info->si_code <= 0 || !recover(info, context))
		chain(signal, info, context);
	sys_set_last_error(before);
}

/* --- tables --- */

static int add_locked(const struct vfio_mmio_fault_row *first,
		      const struct vfio_mmio_fault_row *last)
{
	for (unsigned int i = 0; i < TABLES; i++) {
		if (handler.tables[i].first)
			continue;
		__atomic_store_n(&handler.tables[i].last, last, __ATOMIC_RELAXED);
		/* release: whoever sees first sees last */
		__atomic_store_n(&handler.tables[i].first, first, __ATOMIC_RELEASE);
		return 0;
	}
	return -ENOSPC;
}

int fault_handler_add_table(const struct vfio_mmio_fault_row *first,
			    const struct vfio_mmio_fault_row *last)
{
	int err = 0;

	spin_lock_acquire(&handler.lock);
	if (first && first < last)
		err = add_locked(first, last);
	spin_lock_release(&handler.lock);
	return err;
}

void fault_handler_remove_table(const struct vfio_mmio_fault_row *first)
{
	spin_lock_acquire(&handler.lock);
	for (unsigned int i = 0; first && i < TABLES; i++)
		if (handler.tables[i].first == first)
			__atomic_store_n(&handler.tables[i].first, NULL, __ATOMIC_SEQ_CST);
	spin_lock_release(&handler.lock);
	fault_ranges_quiesce(); /* the image may be unmapped next */
}

/* --- alternate stacks: a fault on an exhausted stack can still be told --- */

int fault_handler_thread_enter(void)
{
	stack_t stack = { .ss_size = STACK_LEN }, old;
	int err = sys_sigaltstack(NULL, &old);

	if (err || !(old.ss_flags & SS_DISABLE))
		return err; /* a sanitizer's, for example */
	err = sys_mmap(NULL, STACK_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
		       &stack.ss_sp);
	if (err)
		return err;
	err = sys_sigaltstack(&stack, NULL);
	if (err)
		sys_munmap(stack.ss_sp, STACK_LEN);
	else
		own_stack = stack.ss_sp;
	return err;
}

void fault_handler_thread_leave(void)
{
	stack_t off = { .ss_flags = SS_DISABLE };

	if (!own_stack || sys_sigaltstack(&off, NULL))
		return;
	sys_munmap(own_stack, STACK_LEN);
	own_stack = NULL;
}

/* A thread without one serves its faults on its own stack, as long as there is some left. */
static void enter_thread(void)
{
	int err = fault_handler_thread_enter();

	if (err)
		log_warn("vfio", "a thread has no alternate stack for faults: %s", err_text(err));
}

static const struct exec_thread_hooks thread_hooks = { enter_thread, fault_handler_thread_leave };

/* --- installing --- */

static int install_both(void)
{
	struct sigaction action = { .sa_sigaction = on_fault,
				    .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
	int err;

	sigemptyset(&action.sa_mask);
	/* the old ones first: a fault of another thread may come at once */
	err = sys_sigaction(SIGSEGV, NULL, &handler.old_segv);
	if (!err)
		err = sys_sigaction(SIGBUS, NULL, &handler.old_bus);
	if (!err)
		err = sys_sigaction(SIGSEGV, &action, NULL);
	if (err)
		return err;
	err = sys_sigaction(SIGBUS, &action, NULL);
	if (err && sys_sigaction(SIGSEGV, &handler.old_segv, NULL))
		return err; /* half installed, and told so */
	return err;
}

static int install_once(void)
{
	int err = -EALREADY;

	spin_lock_acquire(&handler.lock);
	if (!handler.installed) {
		err = install_both();
		handler.installed = !err;
		if (!err)
			exec_set_thread_hooks(&thread_hooks);
	}
	spin_lock_release(&handler.lock);
	return err;
}

int fault_handler_install(void)
{
	int err = install_once();

	if (err)
		return err;
	err = fault_handler_add_table(__start_uwdf_mmio_faults, __stop_uwdf_mmio_faults);
	if (err)
		fault_handler_uninstall();
	return err;
}

static void put_back(int signal, const struct sigaction *old)
{
	struct sigaction now;

	if (sys_sigaction(signal, NULL, &now) || !(now.sa_flags & SA_SIGINFO) ||
	    now.sa_sigaction != on_fault)
		return; /* somebody else's by now, who chains to us */
	if (sys_sigaction(signal, old, NULL))
		return; /* what was read from the kernel is not refused by it */
}

void fault_handler_uninstall(void)
{
	spin_lock_acquire(&handler.lock);
	if (handler.installed) {
		exec_set_thread_hooks(NULL);
		put_back(SIGSEGV, &handler.old_segv);
		put_back(SIGBUS, &handler.old_bus);
	}
	handler.installed = false;
	spin_lock_release(&handler.lock);
	fault_handler_remove_table(__start_uwdf_mmio_faults);
}
