/* Reductions of integers and bools, of which only sums and products can leave the range: they wrap around, as in torch.
 */
#ifndef WKI_CPU_INTEGER_REDUCE_H
#define WKI_CPU_INTEGER_REDUCE_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* Results y_at + j * y_step for j < n: of x along the walk, from x_at + j on. */
void wki_reduce_integers(const wki_view *y, const wki_view *x, int kind, const wki_walk *reduced, int64_t n,
                         int64_t y_at, int64_t y_step, int64_t x_at);
static inline uint64_t wki_first_integer(int kind)
{
    if (kind == WKI_PROD) return 1;
    return kind == WKI_AMAX ? (uint64_t)INT64_MIN : kind == WKI_AMIN ? (uint64_t)INT64_MAX : 0;
}

/* By dtype: n elements joined to one total, or `rows` for each of n columns (isa/integers.c). */
typedef struct wki_integers {
    void (*line[WK_DTYPE_COUNT])(int kind, int64_t n, uint64_t *total, const void *x, int64_t step);
    void (*columns[WK_DTYPE_COUNT])(int kind, int64_t rows, int64_t n, uint64_t *total, const void *x, int64_t stride);
} wki_integers;
extern const wki_integers wki_integers_base, wki_integers_avx2, wki_integers_avx512; /* those that the build has */

void wki_put_integer(const wki_view *y, int64_t at, int64_t value);
#endif
