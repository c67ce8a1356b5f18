/* What calls and views are: names, sizes, layouts, how they are shown in messages. Rests on nothing, so that a backend
 * that is loaded has a copy of its own. */
#include "backends/call.h"
#include <stdio.h>

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

wki_reach wki_reach_of(const wki_view *v)
{
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    int64_t low = 0, high = size;
    for (int d = 0; d < v->ndim; d++) {
        const int64_t far = (v->size[d] - 1) * v->stride[d] * size;
        *(far < 0 ? &low : &high) += far;
        if (v->size[d] == 0) low = high = 0;
        if (v->size[d] == 0) break;
    }
    if (high <= low) return (wki_reach){ NULL, NULL };
    return (wki_reach){ (const char *)v->data + low, (const char *)v->data + high };
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

int64_t wki_reduce_line(const wki_view *x, uint32_t dims, int64_t count)
{
    enum { MANY = 1 << 15, LONG = 256 };
    int d = x->ndim - 1;
    while (d >= 0 && (!(dims >> d & 1) || x->size[d] == 1)) d--;
    int64_t line = d >= 0 ? x->size[d] : 0;
    while (line < LONG && --d >= 0 && (dims >> d & 1)) line *= x->size[d];
    return count >= MANY && line >= LONG ? line : count;
}
