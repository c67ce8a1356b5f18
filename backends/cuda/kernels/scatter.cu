/* scatter: src[.., i, ..] into y[.., index[.., i, ..], ..] along one dim, in ascending i. Where the dim is short, or
 * there are lines enough for all threads, each thread takes a line of it; otherwise elements are sorted by where they
 * go (order.h). */
#include "backends/cuda/kernels/order.h"

static __global__ void make_entries(int64_t n, const wki_ordered o, int64_t least, wki_cuda_fault *fault,
                                    const int64_t *index, uint64_t *entries)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        const int64_t to = index[wki_place_in(o, i, o.length, 0)];
        int64_t key = o.keys;
        if (to >= least && to < o.size)
            key = wki_divided(i, o.length) * o.size + (to < 0 ? to + o.size : to);
        else
            wki_out_of_range(fault, WKI_OP_scatter, to, least, o.size - 1);
        entries[i] = (uint64_t)key << o.shift | (uint64_t)i;
    }
}

/* ---- A line a thread ---- */

template <class T, class Join>
static __global__ void move_lines(const wki_lattice l, const wki_ordered o, int64_t least, wki_cuda_fault *fault,
                                  const Join join, T *y, const T *src, const int64_t *index)
{
    WKI_BEGIN();
    WKI_EACH(line, l.count)
    {
        int64_t at[3];
        wki_places<3>(l, line, at);
        for (int64_t i = 0; i < o.length; i++) {
            const int64_t to = index[at[0] + i * o.step[0]];
            if (to < least || to >= o.size) {
                wki_out_of_range(fault, WKI_OP_scatter, to, least, o.size - 1);
                continue;
            }
            T *place = y + at[2] + (to < 0 ? to + o.size : to) * o.step[2];
            *place = wki_joined(join, *place, src[at[1] + i * o.step[1]]);
        }
    }
}

typedef struct task {
    const wki_queue *queue;
    wki_lattice all; /* index, src, y: every dim but the one */
    wki_ordered o;
    int64_t least;
    int how;
    const wki_view *y, *src, *index;
} task;

template <class T, class Join> static void launch_lines(const task *t)
{
    const Join join = { t->how };
    WKI_LAUNCH((move_lines<T, Join>), wki_grid(t->all.count), WKI_THREADS, 0, t->queue, t->all, t->o, t->least,
               t->queue->fault, join, (T *)t->y->data, (const T *)t->src->data, (const int64_t *)t->index->data);
}

static task task_of(const wki_queue *queue, const wki_call *call)
{
    const wki_along_attrs *attrs = (const wki_along_attrs *)call->attrs;
    const int dim = attrs->dim;
    task t = {};
    t.queue = queue;
    t.y = call->views[0];
    t.src = call->views[1];
    t.index = call->views[2];
    const wki_view *const views[] = { t.index, t.src, t.y };
    const uint32_t others = wki_dims_of(t.index) & ~(1u << dim);
    uint32_t shared = 0;
    for (int d = 0; d < t.index->ndim; d++)
        if (others >> d & 1 && (t.index->stride[d] == 0 || t.index->size[d] == 1)) shared |= 1u << d;
    t.all = wki_lattice_of(views, 3, others, false);
    t.o.lines = wki_lattice_of(views, 3, others & ~shared, false);
    t.o.row = wki_lattice_of(views + 1, 2, shared, false);
    t.o.length = t.index->size[dim];
    t.o.size = t.y->size[dim];
    for (int k = 0; k < 3; k++) t.o.step[k] = views[k]->stride[dim];
    t.least = attrs->wrap ? -t.o.size : 0;
    t.how = attrs->how;
    return t;
}

static bool is_sorted(const task *t)
{
    enum { SHORT = 32, MANY = 1 << 16 };
    return t->o.length > SHORT && t->all.count < MANY;
}

static size_t scratch_bytes(const wki_call *call)
{
    const task t = task_of(NULL, call);
    return is_sorted(&t) ? wki_ordered_bytes(wki_ordered_count(&t.o)) : 0;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    static void (*const lines[])(const task *) = WKI_JOINED(launch_lines);
    task t = task_of(queue, call);
    const int64_t n = wki_ordered_count(&t.o);
    if (wki_numel(t.index) == 0) return WK_OK;
    if (!is_sorted(&t)) {
        lines[wki_ordered_type(t.y, t.how)](&t);
        return wki_launched(queue, call);
    }
    if (wki_ordered_close(&t.o, "scatter")) return WK_E_UNSUPPORTED;
    WKI_LAUNCH(make_entries, wki_grid(n), WKI_THREADS, 0, queue, n, t.o, t.least, queue->fault,
               (const int64_t *)t.index->data, (uint64_t *)scratch);
    wki_ordered_move(queue, &t.o, t.y, t.src, t.how, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(scatter, scratch_bytes, run);
