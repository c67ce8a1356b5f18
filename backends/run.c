/* The one way in: finds the backend of a call's device and runs the call there. And what views and ops are called in
 * messages. */
#include "backends/cpu/cpu.h"
#include "base/error.h"
#include "base/thread.h"
#include <stdio.h>

const wki_backend *wki_backend_of(wk_device device)
{
    if (device == WK_CPU) return &wki_cpu_backend;
    bool cuda = device >> 24 == WK_CUDA >> 24;
    wki_fail(WK_E_DEVICE, wk_device_name(device), "%s is not part of this build; use cpu",
             cuda ? "cuda" : "such a device");
    return NULL;
}

_Thread_local wki_recorder *wki_recorder_here;
_Thread_local wki_meter *wki_meter_here;
_Thread_local const wki_stage *wki_stage_here;

static wk_status run_metered(wki_meter *meter, const wki_backend *backend, int index, const wki_call *call)
{
    meter->parts = 1;
    meter->spans[0].begin = wki_clock();
    const wk_status status = backend->run(index, call);
    if (meter->parts == 1) meter->spans[0].end = wki_clock();
    meter->ran(meter, call, wki_stage_here, meter->parts, meter->spans);
    return status;
}

wk_status wki_run(const wki_call *call)
{
    if (__builtin_expect(wki_recorder_here != NULL, 0) && wki_recorder_here->take(wki_recorder_here, call))
        return wk_error();
    wk_device device = call->views[0]->device;
    const wki_backend *backend = wki_backend_of(device);
    if (!backend) return WK_E_DEVICE;
    wki_meter *meter = wki_meter_here;
    if (__builtin_expect(meter != NULL, 0)) return run_metered(meter, backend, device & 0xffffff, call);
    return backend->run(device & 0xffffff, call);
}

const char *wki_op_name(int op)
{
    static const char *const names[WKI_OP_COUNT] = {
#define ROW(NAME, ...) #NAME,
#include "backends/ops.def"
#define X(NAME) #NAME,
#include "wki_kernel_list.h"
#undef X
    };
    return op >= 0 && op < WKI_OP_COUNT ? names[op] : "?";
}

int64_t wki_numel(const wki_view *v)
{
    int64_t n = 1;
    for (int d = 0; d < v->ndim; d++) n *= v->size[d];
    return n;
}

void wki_reach(const wki_view *v, const char **begin, const char **end)
{
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    int64_t low = 0, high = size;
    for (int d = 0; d < v->ndim; d++) {
        const int64_t far = (v->size[d] - 1) * v->stride[d] * size;
        *(far < 0 ? &low : &high) += far;
        if (v->size[d] == 0) low = high = 0;
        if (v->size[d] == 0) break;
    }
    *begin = high > low ? (const char *)v->data + low : NULL;
    *end = high > low ? (const char *)v->data + high : NULL;
}

bool wki_is_contiguous(const wki_view *v)
{
    int64_t step = 1;
    for (int d = v->ndim - 1; d >= 0; d--) {
        if (v->size[d] != 1 && v->stride[d] != step) return wki_numel(v) == 0;
        step *= v->size[d];
    }
    return true;
}

bool wki_is_dense(const wki_view *v)
{
    int64_t step = 1;
    uint32_t left = (1u << v->ndim) - 1;
    for (bool found = true; left && found;) {
        found = false;
        for (int d = v->ndim - 1; d >= 0 && !found; d--) {
            if (!(left >> d & 1) || (v->size[d] != 1 && v->stride[d] != step)) continue;
            left &= ~(1u << d);
            step *= v->size[d];
            found = true;
        }
    }
    return !left;
}

bool wki_same_layout(const wki_view *a, const wki_view *b)
{
    for (int d = 0; d < a->ndim; d++)
        if (a->size[d] != 1 && a->stride[d] != b->stride[d]) return false;
    return true;
}

const char *wki_show_shape(int ndim, const int64_t *shape)
{
    enum { BUFFERS = 8, BYTES = WKI_MAX_DIMS * 22 + 3 };
    static _Thread_local char buffers[BUFFERS][BYTES];
    static _Thread_local unsigned next;
    char *text = buffers[next++ % BUFFERS];
    int at = snprintf(text, BYTES, "[");
    for (int d = 0; d < ndim && d < WKI_MAX_DIMS; d++)
        at += snprintf(text + at, (size_t)(BYTES - at), d ? ", %lld" : "%lld", (long long)shape[d]);
    snprintf(text + at, (size_t)(BYTES - at), "]");
    return text;
}

const char *wki_show(const wki_view *v) { return wki_show_shape(v->ndim, v->size); }
