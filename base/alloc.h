/* The allocation seam: the only place that asks the system for memory. Host structures come from wki_alloc, the bytes of CPU
 * tensors from wki_block_get, a caching allocator over it. Sizes are checked: an overflow is an allocation that fails. */
#ifndef WKI_ALLOC_H
#define WKI_ALLOC_H
#include "wick/base.h"

/* Zeroed memory aligned to 64 bytes at most as needed; NULL with WK_E_MEMORY recorded. Freed with wki_free, NULL allowed. */
WK_API void *wki_alloc(size_t bytes);
WK_API void *wki_alloc_array(size_t count, size_t size);           /* zeroed, count * size checked */
WK_API void *wki_grow(void *memory, size_t old_bytes, size_t bytes); /* keeps the contents, zeroes the rest; old stays valid on NULL */
/* Room for one more in a list of `count` that grows by this alone, to twice its size whenever it is full. NULL: as wki_grow. */
static inline void *wki_grow_list(void *list, size_t count, size_t size)
{
    enum { FIRST = 8 };
    if ((count & (count - 1)) || (count && count < FIRST)) return list;
    const size_t room = count ? 2 * count : FIRST;
    return wki_grow(list, count * size, room <= SIZE_MAX / size ? room * size : SIZE_MAX);
}
/* Room for `more` bytes behind the first `used` of a buffer of *room, which at least doubles where there is too little. NULL: as wki_grow. */
static inline void *wki_grow_bytes(void *buffer, size_t used, size_t more, size_t *room)
{
    size_t larger;
    if (buffer && more <= *room - used) return buffer;
    if (__builtin_mul_overflow(*room, 2, &larger) || __builtin_add_overflow(larger, more, &larger) ||
        __builtin_add_overflow(larger, 64, &larger))
        larger = SIZE_MAX;
    void *grown = wki_grow(buffer, used, larger);
    if (grown) *room = larger;
    return grown;
}
WK_API char *wki_strdup(const char *text);
WK_API char *wki_sprintf(const char *format, ...) __attribute__((format(printf, 1, 2))); /* allocated text */
WK_API void wki_free(void *memory);

/* Cached blocks for tensor bytes, aligned to 64, NOT zeroed. Size classes: at most 25 % are lost; *got is the size to give back.
 * Safe from every thread; warm calls never reach the system. 0 bytes is allowed. NULL with WK_E_MEMORY recorded. */
WK_API void *wki_block_get(size_t bytes, size_t *got);
WK_API void wki_block_put(void *block, size_t got);
void wki_block_stats(wk_memory *out);

/* a * b and a + b that say whether they fit */
static inline bool wki_mul_ok(size_t a, size_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }
static inline bool wki_add_ok(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }
#endif
