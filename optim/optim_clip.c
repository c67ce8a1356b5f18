/* Gradients of a list of parameters: their norm, and clipping (Pascanu, Mikolov and Bengio 2013). */
#include "base/alloc.h"
#include "base/fault.h"
#include "base/options.h"
#include "optim/optim.h"

/* The gradient of parameter i, if it has elements; others have no part in a norm. */
static wk_tensor *part_of(wk_params *params, int i)
{
    wk_tensor *g = wk_grad(wk_params_at(params, i));
    return g && (wk_numel(g) > 0 || WKI_FAULT(220)) ? g : NULL;
}

/* [n] f64: the norm of each gradient there is; n is at least 1. */
static wk_tensor *norms_of(wk_params *params, double p, int n)
{
    wk_tensor **norms = wki_alloc_array((size_t)n, sizeof(wk_tensor *));
    if (!norms) return NULL;
    int used = 0;
    for (int i = 0; i < wk_params_count(params); i++) {
        wk_tensor *g = part_of(params, i);
        if (g) norms[used++] = wk_to(wk_norm(g, p), WK_F64);
    }
    wk_tensor *all = wk_stack(norms, used, 0);
    wki_free(norms);
    return all;
}

static int gradients_of(wk_params *params)
{
    int n = 0;
    for (int i = 0; i < wk_params_count(params); i++) n += part_of(params, i) != NULL;
    return n;
}

static wk_tensor *norm_tensor(wk_params *params, double p, int n) { return wk_norm(norms_of(params, p, n), p); }

static double norm_of(wk_params *params, double p, const char *where)
{
    const double none = (double)NAN;
    if (wk_failed()) return none;
    if (!params) return wki_null_argument(where, "params"), none;
    wki_check(p >= 1, none, WK_E_INVALID, where, "norm_type is %g; it must be at least 1", p);
    const int n = gradients_of(params);
    if (n == 0) return wk_failed() ? none : 0;
    WK_SCOPE(norms);
    WK_NO_GRAD(measuring);
    const double total = wk_item(norm_tensor(params, p, n));
    return wk_failed() ? none : total;
}

double wk_grad_norm(wk_params *params, double norm_type)
{
    static const char where[] = "grad_norm";
    return wki_optim_clip_ok(params, true, where) ? (double)NAN : norm_of(params, norm_type, where);
}

wk_clip_grad_norm_opts wk_clip_grad_norm_opts_default(void)
{
    return (wk_clip_grad_norm_opts){ WK_CLIP_GRAD_NORM_DEFAULTS };
}

static wk_status scale_gradients(wk_params *params, double by)
{
    WK_NO_GRAD(scaling);
    for (int i = 0; i < wk_params_count(params); i++) {
        wk_tensor *g = wk_grad(wk_params_at(params, i));
        if (g && wk_mul_scalar_(g, by)) return wk_error();
    }
    return WK_OK;
}

/* Without a decision: gradients that are short enough are multiplied by 1. The norm told is that of this run. */
static double clip_always(const wk_clip_grad_norm_opts *o)
{
    const double none = (double)NAN;
    if (!o->params) return wki_null_argument("clip_grad_norm_", "params"), none;
    const int n = gradients_of(o->params);
    if (n == 0) return wk_failed() ? none : 0;
    WK_SCOPE(norms);
    WK_NO_GRAD(scaling);
    wk_tensor *total = norm_tensor(o->params, o->norm_type, n);
    WKI_BESIDE(here, total);
    wk_tensor *by = wk_div(wk_full(WK_SCALAR, WK_F64, o->max_norm), wk_add_scalar(total, 1e-6));
    by = wk_clamp_max(by, 1);
    for (int i = 0; i < wk_params_count(o->params); i++) {
        wk_tensor *g = wk_grad(wk_params_at(o->params, i));
        if (g && wk_mul_(g, wk_to(by, wk_dtype_of(g)))) return none;
    }
    return wk_failed() ? none : wki_number_at(&total->v);
}

double wk_clip_grad_norm_run(const wk_clip_grad_norm_opts *given)
{
    static const char where[] = "clip_grad_norm_";
    const double none = (double)NAN;
    wk_clip_grad_norm_opts o = wk_clip_grad_norm_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return none;
    wki_check(o.max_norm >= 0, none, WK_E_INVALID, where, "max_norm is %g; it must be at least 0", o.max_norm);
    if (wki_optim_clip_ok(o.params, false, where)) return none;
    if (wki_is_recorded() && !o.error_if_nonfinite) return clip_always(&o);
    const double total = norm_of(o.params, o.norm_type, where);
    if (wk_failed()) return none;
    wki_check(!o.error_if_nonfinite || isfinite(total), none, WK_E_STATE, where,
              "the norm of the gradients is %g; it was asked to be finite", total);
    const double by = o.max_norm / (total + 1e-6);
    if (!(by >= 1) && scale_gradients(o.params, by)) return none;
    return total;
}

wk_status wk_clip_grad_value_(wk_params *params, double value)
{
    static const char where[] = "clip_grad_value_";
    if (wk_failed()) return wk_error();
    if (!params) return wki_null_argument(where, "params"), wk_error();
    wki_check(value >= 0, WK_E_INVALID, WK_E_INVALID, where, "value is %g; it must be at least 0", value);
    if (wki_optim_clip_ok(params, false, where)) return wk_error();
    WK_NO_GRAD(clamping);
    for (int i = 0; i < wk_params_count(params); i++) {
        wk_tensor *g = wk_grad(wk_params_at(params, i));
        if (g && wk_clamp_(g, -value, value)) return wk_error();
    }
    return WK_OK;
}
