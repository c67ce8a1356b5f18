/* mirror: what lies above the diagonal of a square matrix becomes what lies below it. A unit is a strip of rows below,
 * turned into columns above. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

enum { STRIP = 16 };

static int64_t units(const wki_call *call) { return wki_blocks(call->views[0]->size[0], STRIP); }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0];
    const int64_t n = y->size[0], size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const wki_moves *moves = wki_moves_for(wki_isa(), (size_t)size);
    for (int64_t first = begin * STRIP; first < wki_least(end * STRIP, n); first += STRIP) {
        const int64_t last = wki_least(first + STRIP, n);
        char *const at = y->data;
        moves->turn(first, last - first, at + first * size, n, at + first * n * size, n);
        for (int64_t i = first + 1; i < last; i++)
            wki_copy_elements(i - first, (size_t)size, at + (first * n + i) * size, n, at + (i * n + first) * size, 1);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_mirror = { "mirror", units, NULL, run };
