/* Autocast: a mode of the thread in which the operands of products are rounded to bfloat16. The rounded copies live as
 * long as the product; what is saved for backward are the operands themselves, which backward rounds again. Rests on
 * the kernel bf16. */
#include "autograd/op.h"

bool wk_autocast_enabled(void) { return wki_autocast; }

bool wk_set_autocast_enabled(bool on)
{
    bool old = wki_autocast;
    wki_autocast = on;
    return old;
}

void wk_autocast_guard(bool *old) { wki_autocast = *old; }

bool wki_rounds(int op, const wki_view *const *views, const void *attrs)
{
    const wki_backend *backend = wki_backend_of(views[0]->device);
    return backend && backend->rounds(op, views, attrs);
}

static bool repeats(const wki_view *v, int d) { return v->stride[d] == 0 && v->size[d] > 1; }

static wki_view once(const wki_view *v)
{
    wki_view x = *v;
    for (int d = 0; d < x.ndim; d++)
        if (repeats(v, d)) x.size[d] = 1;
    return x;
}

wk_status wki_round_operand(const wki_view *v, wki_view *rounded)
{
    const wki_view x = once(v);
    const int64_t numel = wki_numel(&x);
    wk_tensor *t = wki_new("autocast", v->device, 1, &numel, WK_F32);
    if (!t) return wk_error();
    wki_view y = t->v;
    if (wki_is_dense(&x)) {
        y.ndim = x.ndim;
        for (int d = 0; d < x.ndim; d++) y.size[d] = x.size[d], y.stride[d] = x.stride[d];
    } else {
        wki_view_set(&y, x.ndim, x.size, WK_F32);
    }
    if (wki_do(WKI_OP_bf16, 1, WKI_VIEWS(&y, &x), NULL, 0, numel)) return wk_error();
    for (int d = 0; d < y.ndim; d++)
        if (repeats(v, d)) y.size[d] = v->size[d], y.stride[d] = 0;
    *rounded = y;
    return WK_OK;
}
