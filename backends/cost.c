/* What a call costs by its views alone: multiplications and additions, and bytes that go to and from memory. For
 * summaries and profiles. */
#include "backends/backend.h"
#include "base/fault.h"

double wki_call_flops(const wki_call *call)
{
    switch (call->op) {
    case WKI_OP_product:
    case WKI_OP_dot:
    case WKI_OP_conv:
    case WKI_OP_conv_data:
    case WKI_OP_conv_depth:
    case WKI_OP_conv_weight: return 2 * (double)call->work;
    default: return 0;
    }
}

/* Repeated elements count once. */
static double bytes_of(const wki_view *v)
{
    double n = (double)wk_dtype_size((wk_dtype)v->dtype);
    for (int d = 0; d < v->ndim; d++)
        if (v->stride[d] || v->size[d] == 0) n *= (double)v->size[d];
    return n;
}

static bool reads_results(const wki_call *call)
{
    if (call->op == WKI_OP_product) return ((const wki_product_attrs *)call->attrs)->accumulate;
    return call->op == WKI_OP_update || call->op == WKI_OP_mirror;
}

/* As many elements of `from` or `to` as there are others. */
static double some_of(const wki_view *v, const wki_view *others)
{
    const double all = bytes_of(v), some = (double)wki_numel(others) * (double)wk_dtype_size((wk_dtype)v->dtype);
    return some < all ? some : all;
}

/* Is operand k one that came already? */
static bool read_before(const wki_call *call, int k)
{
    if (call->nviews > WKI_MAX_VIEWS) return false;
    for (int i = call->nout; i < k; i++)
        if (call->views[i]->data == call->views[k]->data && wki_numel(call->views[i]) == wki_numel(call->views[k]))
            return true;
    return false;
}

double wki_call_bytes(const wki_call *call)
{
    const wki_view *const *v = call->views;
    const bool gathers = call->op == WKI_OP_gather || call->op == WKI_OP_pool_pick;
    if (call->op == WKI_OP_scatter) return 2 * some_of(v[0], v[1]) + bytes_of(v[1]) + bytes_of(v[2]);
    if (gathers) return bytes_of(v[0]) + some_of(v[1], v[0]) + bytes_of(v[2]);
    double bytes = 0;
    for (int k = 0; k < call->nviews; k++)
        if (!read_before(call, k) || WKI_FAULT(103))
            bytes += bytes_of(v[k]) * (k < call->nout && reads_results(call) ? 2 : 1);
    return bytes;
}
