/* Views as kernels see them: neighbouring dims merged wherever all strides allow it. */
#include "backends/cuda/host/cuda.h"

static int64_t length(int64_t stride) { return stride < 0 ? -stride : stride; }

static void push(wki_lattice *l, const wki_view *const *views, int n, int dim)
{
    const int64_t size = views[0]->size[dim];
    l->count *= size;
    if (size == 1) return;
    const int last = l->ndim - 1;
    bool merges = l->ndim > 0;
    for (int k = 0; k < n && merges; k++) merges = l->stride[k][last] == size * views[k]->stride[dim];
    const int d = merges ? last : l->ndim++;
    l->size[d] = merges ? l->size[d] * size : size;
    for (int k = 0; k < n; k++) l->stride[k][d] = views[k]->stride[dim];
}

wki_lattice wki_lattice_of(const wki_view *const *views, int n, uint32_t dims, bool by_memory)
{
    wki_lattice l = { .count = 1 };
    int order[WKI_MAX_DIMS], taken = 0;
    for (int d = 0; d < views[0]->ndim; d++) {
        if (!(dims >> d & 1)) continue;
        const int64_t step = length(views[0]->stride[d]);
        int to = taken++;
        for (; by_memory && to > 0 && length(views[0]->stride[order[to - 1]]) < step; to--) order[to] = order[to - 1];
        order[to] = d;
    }
    for (int i = 0; i < taken; i++) push(&l, views, n, order[i]);
    if (l.ndim == 0) {
        l.ndim = 1;
        l.size[0] = 1;
    }
    l.flat = l.ndim == 1;
    for (int k = 0; k < n && l.size[0] > 1; k++) l.flat = l.flat && l.stride[k][0] == 1;
    return l;
}
