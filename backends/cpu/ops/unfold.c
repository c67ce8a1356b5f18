/* unfold: what each window of a plane sees, as columns. A unit is a plane. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

static int64_t units(const wki_call *call)
{
    const wki_view *x = call->views[1];
    return wki_numel(call->views[0]) == 0 ? 0 : x->size[0] * x->size[1];
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_window *w = call->attrs;
    const wki_view *y = call->views[0], *x = call->views[1];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), windows = wki_volume(w->out);
    const int64_t rows = wki_volume(w->kernel) * windows * size, plane = wki_volume(w->in) * size;
    const wki_windows *loops = wki_windows_for((wk_dtype)x->dtype);
    for (; begin < end; begin++)
        loops->unfold(w, 1, wki_at(x->data, begin * plane), 0, windows, (char *)y->data + begin * rows, windows,
                      w->out[2]);
    return WK_OK;
}

const wki_kernel wki_cpu_unfold = { "unfold", units, NULL, run };
