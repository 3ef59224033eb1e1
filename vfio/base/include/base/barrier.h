/* SPDX-License-Identifier: MIT */
/*
 * barrier.h - ordering between the CPU, device registers and DMA memory, by name.
 *
 * x86 keeps stores in order and never moves a load ahead of an uncached load, so only the compiler
 * has to be held; arm64 needs the real instructions.
 */
#ifndef BASE_BARRIER_H
#define BASE_BARRIER_H

static inline void barrier_compiler(void)
{
	__asm__ __volatile__("" ::: "memory");
}

#if defined(__x86_64__)
/* Earlier stores to DMA memory before a later register write. */
static inline void barrier_dma_before_register_write(void)
{
	barrier_compiler();
}
/* An earlier register read before later loads from DMA memory. */
static inline void barrier_register_read_before_dma(void)
{
	barrier_compiler();
}
/* Loads of DMA memory in program order (descriptor status before descriptor body). */
static inline void barrier_dma_read(void)
{
	barrier_compiler();
}
/* Stores to DMA memory in program order (descriptor body before its owner bit). */
static inline void barrier_dma_write(void)
{
	barrier_compiler();
}
static inline void barrier_cpu_pause(void)
{
	__builtin_ia32_pause();
}
#elif defined(__aarch64__)
static inline void barrier_dma_before_register_write(void)
{
	__asm__ __volatile__("dmb oshst" ::: "memory");
}
static inline void barrier_register_read_before_dma(void)
{
	__asm__ __volatile__("dmb oshld" ::: "memory");
}
static inline void barrier_dma_read(void)
{
	__asm__ __volatile__("dmb oshld" ::: "memory");
}
static inline void barrier_dma_write(void)
{
	__asm__ __volatile__("dmb oshst" ::: "memory");
}
static inline void barrier_cpu_pause(void)
{
	__asm__ __volatile__("yield" ::: "memory");
}
#else
#error "barrier.h: name the barriers of this architecture"
#endif

/*
 * Full barrier between normal loads and stores (KeMemoryBarrier). Written out, because gcc refuses
 * __atomic_thread_fence() under ThreadSanitizer, which knows no fences.
 */
static inline void barrier_full(void)
{
#if defined(__x86_64__)
	__asm__ __volatile__("lock; orq $0, (%%rsp)" ::: "memory", "cc");
#else
	__asm__ __volatile__("dmb ish" ::: "memory");
#endif
}

#endif
