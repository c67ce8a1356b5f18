/* Gradients against differences: five points, f64. The result of fn is weighted, element by element, so that errors
 * cannot cancel. */
#include "autograd/op.h"
#include <math.h>

enum { MOST_INPUTS = 16 };

typedef struct check {
    const char *where;
    wk_checkpoint_fn *fn;
    void *user;
    wk_tensor *const *in;
    int n;
    double rtol, atol;
} check;

/* A one-element number that depends on every element of y. */
static wk_tensor *weighted(wk_tensor *y)
{
    if (!y) return NULL;
    WKI_BESIDE(here, y);
    wk_tensor *w = wk_add_scalar(wk_sin(wk_arange(0, (double)wki_numel(&y->v), 1, WK_F64)), 1.5);
    return wk_sum(wk_mul(wk_to(y, WK_F64), wk_reshape(w, y->v.ndim, y->v.size)));
}

static wk_tensor *first_order(const check *c) { return weighted(c->fn(c->user, c->in, c->n)); }

/* The gradients of first order, weighted and added up: what second order is the slope of. */
static wk_tensor *second_order(const check *c)
{
    wk_tensor *y = first_order(c), *grads[MOST_INPUTS], *sum = NULL;
    if (!y || wk_autograd_grad(&y, 1, c->in, c->n, true, grads)) return NULL;
    for (int i = 0; i < c->n; i++) {
        wk_tensor *part = grads[i] ? weighted(wk_square(grads[i])) : NULL;
        if (part) sum = sum ? wk_add(sum, part) : part;
    }
    return sum ? sum : wk_scalar(0, WK_F64);
}

static double number(const check *c, wk_tensor *(*of)(const check *))
{
    WK_SCOPE(probe);
    wk_tensor *t = of(c);
    return t ? wk_item(t) : (double)NAN;
}

/* x: on the device */
static double difference(const check *c, wk_tensor *(*of)(const check *), wk_device device, double *x)
{
    static const double steps[] = { -2, -1, 1, 2, 0 };
    const double h = 1e-3;
    double f[5] = { 0 }, at;
    if (wki_copy_bytes(WK_CPU, &at, device, x, sizeof at)) return (double)NAN;
    for (int i = 0; i < 5; i++) {
        const double moved = at + steps[i] * h;
        if (wki_copy_bytes(device, x, WK_CPU, &moved, sizeof moved)) return (double)NAN;
        if (i < 4) f[i] = number(c, of);
    }
    return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
}

/* Walks input k's elements through its strides. */
static wk_status compare(const check *c, wk_tensor *(*of)(const check *), int k, wk_tensor *grad)
{
    const wki_view *v = &c->in[k]->v;
    wk_tensor *g = wki_on_cpu(grad ? grad : wk_zeros_like(c->in[k]));
    if (!g) return wk_error();
    for (int64_t e = 0; e < wki_numel(v); e++) {
        int64_t at = 0, rest = e;
        for (int d = v->ndim - 1; d >= 0; d--) {
            at += rest % v->size[d] * v->stride[d];
            rest /= v->size[d];
        }
        double numeric = difference(c, of, v->device, (double *)v->data + at),
               analytic = ((const double *)g->v.data)[e];
        if (wk_failed()) return wk_error();
        wki_check(fabs(numeric - analytic) <= c->atol + c->rtol * fabs(analytic), WK_E_STATE, WK_E_STATE, c->where,
                  "input %d, element %lld: the gradient is %.12g, differences say %.12g", k, (long long)e, analytic,
                  numeric);
    }
    return WK_OK;
}

static wk_status run(const check *c, wk_tensor *(*of)(const check *))
{
    wki_check(c->fn && c->in && c->n > 0 && c->n <= MOST_INPUTS, WK_E_INVALID, WK_E_INVALID, c->where,
              "a function and from 1 to %d inputs are needed", MOST_INPUTS);
    for (int i = 0; i < c->n; i++) {
        if (!wki_tensor_ok(c->in[i], c->where, "an input")) return wk_error();
        wki_check(c->in[i]->v.dtype == WK_F64 && c->in[i]->requires_grad && !c->in[i]->grad_fn, WK_E_DTYPE, WK_E_DTYPE,
                  c->where, "input %d must be an f64 leaf that requires grad", i);
    }
    WK_SCOPE(gradcheck);
    WK_ENABLE_GRAD(recording);
    wk_tensor *y = of(c), *grads[MOST_INPUTS] = { 0 };
    wki_check(y || wk_failed(), WK_E_INVALID, WK_E_INVALID, c->where, "the function gave nothing; a tensor is needed");
    if (!y) return wk_error();
    if (y->requires_grad && wk_autograd_grad(&y, 1, c->in, c->n, false, grads)) return wk_error();
    for (int k = 0; k < c->n; k++)
        if (compare(c, of, k, grads[k])) return wk_error();
    return WK_OK;
}

wk_status wk_gradcheck(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n, double rtol, double atol)
{
    return run(&(check){ "gradcheck", fn, user, in, n, rtol, atol }, first_order);
}

wk_status wk_gradgradcheck(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n, double rtol, double atol)
{
    return run(&(check){ "gradgradcheck", fn, user, in, n, rtol, atol }, second_order);
}
