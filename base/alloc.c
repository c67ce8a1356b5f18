/* The allocation seam: host structures, and the one place that calls the host's allocator, malloc and free unless it
 * gave its own. Rests on the context, which counts what is in use. */
#define _GNU_SOURCE 1
#include "base/alloc.h"
#include "base/context.h"
#include "base/pages.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Long passes over memory miss the TLB less with pages of 2 MB, which Linux gives where it is asked to. */
static void *allocate_huge(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, WKI_HUGE_PAGE, bytes)) return NULL;
#ifdef MADV_HUGEPAGE
    madvise(memory, bytes / WKI_HUGE_PAGE * WKI_HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return memory;
}

static void *system_allocate(void *user, size_t bytes, size_t align)
{
    (void)user;
    void *memory = NULL;
    if (align <= _Alignof(max_align_t)) return malloc(bytes);
    if (bytes >= 2 * WKI_HUGE_PAGE) return allocate_huge(bytes);
    if ((memory = wki_pages_get(bytes)) != NULL) return memory;
    return posix_memalign(&memory, align, bytes) == 0 ? memory : NULL;
}

static void system_release(void *user, void *memory, size_t bytes)
{
    (void)user;
    if (!wki_pages_put(memory, bytes)) free(memory);
}

static const wk_allocator from_system = { system_allocate, system_release, NULL };
static wk_allocator host = { system_allocate, system_release, NULL };

void *wki_system_get(size_t bytes, size_t align)
{
    wki_context *here = wki_context_here();
    if (bytes > WKI_LARGEST) return NULL;
    if (bytes == 0) bytes = 1;
    void *memory = host.allocate(host.user, bytes, align);
    if (!memory && wki_blocks_trim(here)) memory = host.allocate(host.user, bytes, align);
    if (memory) wki_counter_add(&here->in_use, 1);
    return memory;
}

void wki_system_put(void *memory, size_t bytes)
{
    if (!memory) return;
    host.release(host.user, memory, bytes ? bytes : 1);
    wki_counter_add(&wki_context_here()->in_use, -1);
}

static wk_status in_use(void)
{
    const wki_totals totals = wki_context_totals();
    const int64_t allocations = totals.in_use - wki_slots_chunks();
    if (totals.live == 0 && allocations == 0 && totals.threads <= 1) return WK_OK;
    return wki_fail(
        WK_E_STATE, "set_allocator",
        "the present one is in use (%lld objects, %lld allocations, %lld threads); set it before any other call",
        (long long)totals.live, (long long)allocations, (long long)totals.threads);
}

wk_status wk_set_allocator(const wk_allocator *allocator)
{
    if (allocator && (!allocator->allocate || !allocator->release))
        return wki_fail(WK_E_INVALID, "set_allocator", "a function is NULL; give both allocate and release");
    wki_context *here = wki_context_here();
    if (here->team_parts > 0)
        return wki_fail(WK_E_STATE, "set_allocator", "called from inside a kernel; set it before any other call");
    wki_team_stop();
    wki_scratch_free(here);
    wki_scopes_forget_spare(here);
    wki_blocks_trim(here);
    const wk_status status = in_use();
    if (status != WK_OK) return status;
    wki_slots_release();
    host = allocator ? *allocator : from_system;
    return WK_OK;
}

/* Each piece has its size in front of it, for the host's release and for growing. */
typedef struct header {
    _Alignas(16) size_t bytes; /* header included */
} header;

static header *get(size_t bytes)
{
    size_t whole;
    header *memory = wki_add_ok(bytes, sizeof(header), &whole) ? wki_system_get(whole, _Alignof(header)) : NULL;
    if (memory)
        memory->bytes = whole;
    else
        wki_fail(WK_E_MEMORY, "memory", "cannot allocate %zu bytes; free some, or work on smaller batches", bytes);
    return memory;
}

void *wki_alloc(size_t bytes)
{
    header *memory = get(bytes);
    return memory ? memset(memory + 1, 0, bytes) : NULL;
}

void *wki_alloc_array(size_t count, size_t size)
{
    size_t bytes;
    return wki_alloc(wki_mul_ok(count, size, &bytes) ? bytes : SIZE_MAX);
}

void *wki_grow(void *memory, size_t old_bytes, size_t bytes)
{
    header *grown = get(bytes);
    if (!grown) return NULL;
    const size_t kept = !memory ? 0 : old_bytes < bytes ? old_bytes : bytes;
    char *contents = (char *)(grown + 1);
    if (kept > 0) memcpy(contents, memory, kept);
    memset(contents + kept, 0, bytes - kept);
    wki_free(memory);
    return contents;
}

char *wki_strdup(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = wki_alloc(bytes);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

char *wki_sprintf(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    char *text = wki_alloc(length < 0 ? SIZE_MAX : (size_t)length + 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

void wki_free(void *memory)
{
    if (!memory) return;
    header *piece = (header *)memory - 1;
    wki_system_put(piece, piece->bytes);
}
