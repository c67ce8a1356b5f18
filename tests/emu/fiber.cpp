/* Stacks of their own and the change from one to another. On x86-64 a change is a few instructions (swapcontext would
 * ask the kernel for the signal mask each time); elsewhere, or with WKI_EMU_UCONTEXT, ucontext does it. */
#include "emu_core.h"
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#ifdef WKI_EMU_UCONTEXT
#include <ucontext.h>
#endif

namespace wki_emu
{

constexpr size_t guard = 4096, stack_size = (asan || tsan ? 512 : 128) * 1024;

#ifndef WKI_EMU_UCONTEXT
extern "C" void wki_emu_start(void) __attribute__((visibility("hidden")));
/* Saves what a call must keep and goes on where the other left; a fresh stack begins in wki_emu_start with its body in
 * rbx. */
__asm__(".text\n.p2align 4\n"
        ".globl wki_emu_jump\n.hidden wki_emu_jump\n.type wki_emu_jump,@function\n"
        "wki_emu_jump:\n.cfi_startproc\nendbr64\n"
        "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp, (%rdi)\nmov %rsi, %rsp\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n.cfi_endproc\n"
        ".size wki_emu_jump,.-wki_emu_jump\n"
        ".globl wki_emu_start\n.hidden wki_emu_start\n.type wki_emu_start,@function\n"
        "wki_emu_start:\n.cfi_startproc\n.cfi_undefined rip\nendbr64\ncall *%rbx\nud2\n.cfi_endproc\n"
        ".size wki_emu_start,.-wki_emu_start\n");
#endif

void fiber_prepare(Fiber *fiber, void (*body)())
{
    unpoison(fiber->stack, fiber->size);
    fiber->fake = nullptr;
#ifdef WKI_EMU_TSAN
    if (fiber->tsan) __tsan_destroy_fiber(fiber->tsan);
    fiber->tsan = __tsan_create_fiber(0);
#endif
#ifdef WKI_EMU_UCONTEXT
    if (!fiber->context) fiber->context = malloc(sizeof(ucontext_t));
    ucontext_t *context = (ucontext_t *)fiber->context;
    getcontext(context);
    context->uc_stack.ss_sp = fiber->stack;
    context->uc_stack.ss_size = fiber->size;
    context->uc_link = nullptr;
    makecontext(context, body, 0);
#else
    void **top = (void **)(fiber->stack + fiber->size);
    *--top = nullptr; /* a call's return address would lie here: the stack is 16-aligned in wki_emu_start */
    *--top = nullptr;
    *--top = (void *)wki_emu_start;
    *--top = nullptr;      /* rbp */
    *--top = (void *)body; /* rbx */
    for (int i = 0; i < 4; i++) *--top = nullptr;
    fiber->sp = top;
#endif
}

Fiber *fiber_new(unsigned number, void (*body)())
{
    Fiber *fiber = new Fiber;
    size_t size = stack_size + guard;
    char *at = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED || mprotect(at, guard, PROT_NONE)) {
        fprintf(stderr, "wick-emu: no memory for the stack of a thread\n");
        abort();
    }
    fiber->stack = at + guard;
    /* Tops at different places of a page, or the same lines of the cache would serve all stacks. */
    fiber->size = stack_size - (number % 32) * 128;
    fiber_prepare(fiber, body);
    return fiber;
}

void fiber_host(Fiber *host)
{
#ifdef WKI_EMU_TSAN
    host->tsan = __tsan_get_current_fiber();
#endif
#ifdef WKI_EMU_UCONTEXT
    if (!host->context) host->context = malloc(sizeof(ucontext_t));
#endif
    host->stack = nullptr;
}

#ifndef WKI_EMU_BARE
static Fiber *came_from;

/* Where a stack goes on after a change: on the host's first, ASan tells where the host's stack lies. */
static void arrived(Fiber *self)
{
#ifdef WKI_EMU_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(self->fake, &bottom, &size);
    if (came_from && !came_from->stack) {
        came_from->stack = (char *)bottom;
        came_from->size = size;
    }
#else
    (void)self;
#endif
}

void fiber_entered(Fiber *self) { arrived(self); }

void fiber_switch(Fiber *from, Fiber *to)
{
    came_from = from;
#ifdef WKI_EMU_ASAN
    __sanitizer_start_switch_fiber(&from->fake, to->stack, to->size);
#endif
#ifdef WKI_EMU_TSAN
    __tsan_switch_to_fiber(to->tsan, 1);
#endif
#ifdef WKI_EMU_UCONTEXT
    swapcontext((ucontext_t *)from->context, (ucontext_t *)to->context);
#else
    wki_emu_jump(&from->sp, to->sp);
#endif
    arrived(from);
}
#endif
} // namespace wki_emu
