/* Refusals of memory: the n-th request for an object, a block or anything else, warm or not, fails. The linker puts
 * what is here in front of base's makers, in the programs that tests/CMakeLists.txt names. */
#ifndef REFUSALS_H
#define REFUSALS_H
#include "base/alloc.h"
#include "base/context.h"
#include "base/error.h"
#include "base/object.h"
#include "base/thread.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

/* Requests until one is refused; 0: none will be. What has been refused tells so here, too, in one word with the rest: a
 * thread that is refusing when the test ends its refusals must not begin them anew. */
enum { REFUSED = -1, REFUSES = -2 }; /* once; from now on */
static struct {
    atomic_long left;
    bool sticky;
} fault;

static bool refuse(void)
{
    long left = fault.left, next;
    do {
        if (left == 0 || left == REFUSED) return false;
        next = left > 1 ? left - 1 : left == REFUSES || fault.sticky ? REFUSES : REFUSED;
    } while (!atomic_compare_exchange_weak(&fault.left, &left, next));
    if (next > 0) return false;
    wki_fail(WK_E_MEMORY, "memory", "refused by the test; take the refusals away");
    return true;
}

/* In front of NAME, for all callers in other files. */
#define REFUSABLE(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                                 \
    RESULT __real_##NAME PARAMETERS;                                                                                   \
    RESULT __wrap_##NAME PARAMETERS;                                                                                   \
    RESULT __wrap_##NAME PARAMETERS { return refuse() ? NULL : __real_##NAME ARGUMENTS; }
REFUSABLE(void *, wki_object_new, (const wki_type *type, const char *where), (type, where))
REFUSABLE(void *, wki_object_new_unscoped, (const wki_type *type, const char *where), (type, where))
REFUSABLE(void *, wki_block_get, (size_t bytes, size_t *got), (bytes, got))
REFUSABLE(void *, wki_thread_scratch, (size_t bytes), (bytes))
REFUSABLE(void *, wki_alloc, (size_t bytes), (bytes))
REFUSABLE(void *, wki_alloc_array, (size_t count, size_t size), (count, size))
REFUSABLE(void *, wki_grow, (void *memory, size_t old_bytes, size_t bytes), (memory, old_bytes, bytes))
REFUSABLE(char *, wki_strdup, (const char *text), (text))

char *__wrap_wki_sprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *__wrap_wki_sprintf(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int n = vsnprintf(NULL, 0, format, arguments);
    char *text = n < 0 || refuse() ? NULL : __real_wki_alloc((size_t)n + 1);
    if (text) vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

static inline void arm(long n, bool sticky)
{
    fault.sticky = sticky;
    fault.left = n;
}

static inline bool disarm(void) { return atomic_exchange(&fault.left, 0) < 0; }

typedef struct footprint {
    int64_t live, allocations;
    size_t used;
} footprint;

static inline footprint footprint_now(void)
{
    wk_memory memory;
    wk_memory_trim();
    wk_memory_stats(WK_CPU, &memory);
    return (footprint){ wk_live_objects(), wki_context_totals().in_use - wki_slots_chunks(), memory.used };
}
#endif
