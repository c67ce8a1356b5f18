/* fold: columns added where unfold found them, tap after tap and in ascending order of windows. A unit is a plane. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

static int64_t units(const wki_call *call)
{
    const wki_view *x = call->views[0];
    return wki_numel(x) == 0 ? 0 : x->size[0] * x->size[1];
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    static const double zero = 0;
    const wki_window *w = call->attrs;
    const wki_view *x = call->views[0], *y = call->views[1];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), windows = wki_volume(w->out);
    const int64_t rows = wki_volume(w->kernel) * windows * size, plane = wki_volume(w->in);
    const wki_windows *loops = wki_windows_for((wk_dtype)x->dtype);
    for (; begin < end; begin++) {
        char *to = (char *)x->data + begin * plane * size;
        loops->set(plane, to, &zero);
        loops->fold(w, 1, to, 0, windows, wki_at(y->data, begin * rows), windows);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_fold = { "fold", units, NULL, run };
