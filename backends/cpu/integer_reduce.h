/* Reductions of integers and bools, of which only sums and products can leave the range: they wrap around, as in torch.
 */
#ifndef WKI_CPU_INTEGER_REDUCE_H
#define WKI_CPU_INTEGER_REDUCE_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* Results y_at + j * y_step for j < n: of x along the walk, from x_at + j on. */
void wki_reduce_integers(const wki_view *y, const wki_view *x, int kind, const wki_walk *reduced, int64_t n,
                         int64_t y_at, int64_t y_step, int64_t x_at);
void wki_put_integer(const wki_view *y, int64_t at, int64_t value);
#endif
