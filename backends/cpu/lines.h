/* Lines that lie anywhere, brought into a block side by side and back: turned like a matrix where neighbours lie next
 * to each other, element by element otherwise. `at` is where each begins; steps and the block's pitch count elements.
 */
#ifndef WKI_CPU_LINES_H
#define WKI_CPU_LINES_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* how many lines of n elements make a block that a cache holds, at most WKI_LINES */
static inline int64_t wki_lines_together(int64_t n)
{
    enum { FEWEST = 16, BLOCK = 1 << 16 };
    return n * FEWEST >= BLOCK ? FEWEST : n * WKI_LINES <= BLOCK ? WKI_LINES : BLOCK / n;
}

/* not a power of 2, whose multiples would share a place in the cache */
static inline int64_t wki_lines_pitch(int64_t n) { return n % 64 ? n : n + 16; }

static inline bool wki_lines_touch(int64_t lines, const int64_t *at)
{
    for (int64_t r = 1; r < lines; r++)
        if (at[r] != at[0] + r) return false;
    return lines > 1;
}

static inline void wki_lines_in(int64_t n, int64_t lines, size_t size, char *to, const void *x, const int64_t *at,
                                int64_t step)
{
    const int64_t bytes = (int64_t)size, pitch = wki_lines_pitch(n);
    const char *from = x;
    if (wki_lines_touch(lines, at)) {
        wki_moves_for(wki_isa(), size)->turn(lines, n, to, pitch, from + at[0] * bytes, step);
        return;
    }
    for (int64_t r = 0; r < lines; r++)
        wki_copy_elements(n, size, to + r * pitch * bytes, 1, from + at[r] * bytes, step);
}

static inline void wki_lines_out(int64_t n, int64_t lines, size_t size, const char *from, void *y, const int64_t *at,
                                 int64_t step)
{
    const int64_t bytes = (int64_t)size, pitch = wki_lines_pitch(n);
    char *to = y;
    if (wki_lines_touch(lines, at)) {
        wki_moves_for(wki_isa(), size)->turn(n, lines, to + at[0] * bytes, step, from, pitch);
        return;
    }
    for (int64_t r = 0; r < lines; r++)
        wki_copy_elements(n, size, to + at[r] * bytes, step, from + r * pitch * bytes, 1);
}
#endif
