/* Muon (Jordan et al. 2024), as torch.optim.Muon: momentum, made orthogonal by Newton-Schulz steps. As there,
 * these are rounded to bfloat16 after each product; here the numbers stay f32 in memory. Rests on products of numbers
 * of bfloat16 and on two rules of backends/rules.def. */
#include "optim/optim.h"

static const wk_muon_opts defaults = { WK_MUON_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_muon_opts, lr),           WKI_AT_LEAST_0(wk_muon_opts, weight_decay),
    WKI_FRACTION(wk_muon_opts, momentum),       WKI_AT_LEAST_0(wk_muon_opts, eps),
    WKI_FLAG(wk_muon_opts, nesterov),           WKI_FLAG(wk_muon_opts, match_rms_adamw),
    WKI_FLAG(wk_muon_opts, spectral_unclamped), WKI_EITHER_SIGN(wk_muon_opts, ns_a),
    WKI_EITHER_SIGN(wk_muon_opts, ns_b),        WKI_EITHER_SIGN(wk_muon_opts, ns_c),
    WKI_AT_LEAST_0(wk_muon_opts, ns_steps),     { 0 },
};

static wk_status check(const void *opts)
{
    const wk_muon_opts *o = opts;
    wki_check(!o->match_rms_adamw || !o->spectral_unclamped, WK_E_INVALID, WK_E_INVALID, "optim_muon",
              "match_rms_adamw and spectral_unclamped are both true; the lr is adjusted in one way");
    wki_check(o->ns_steps < 100 && o->ns_steps == floor(o->ns_steps), WK_E_INVALID, WK_E_INVALID, "optim_muon",
              "ns_steps is %g; it must be a whole number below 100", o->ns_steps);
    return WK_OK;
}

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = -1, .states = { "momentum_buffer" } };
}

static wk_status takes(const wki_optim_slot *slot, const char *where)
{
    wki_check(slot->p->v.ndim == 2, WK_E_SHAPE, WK_E_SHAPE, where,
              "parameter '%s' is %s; Muon trains matrices, give the others to another optimizer", slot->name,
              wki_show(&slot->p->v));
    return WK_OK;
}

/* x itself, which is dense and nobody else's, to the eight bits of a bfloat16's significand */
static wk_tensor *rounded(wk_tensor *x)
{
    static const double numbers[WKI_N_COUNT];
    static const wki_update_attrs attrs = { WKI_RULE_muon_round, 1, numbers };
    if (!x || wki_do(WKI_OP_update, 1, WKI_VIEWS(&x->v, &x->v), &attrs, sizeof attrs, 4 * wki_numel(&x->v)))
        return NULL;
    return x;
}

/* y = keep y + take x, rounded, by those numbers */
static wk_status mix(wk_tensor *y, const wk_tensor *x, const double *numbers)
{
    const wki_update_attrs attrs = { WKI_RULE_muon_mix, 1, numbers };
    return wki_do(WKI_OP_update, 1, WKI_VIEWS(&y->v, &x->v), &attrs, sizeof attrs, 6 * wki_numel(&y->v));
}

static wk_tensor *f32_copy(const wk_tensor *m)
{
    wk_tensor *x = wki_new("step", m->v.device, m->v.ndim, m->v.size, WK_F32);
    return x && wki_do(WKI_OP_copy, 1, WKI_VIEWS(&x->v, &m->v), NULL, 0, wki_numel(&m->v)) == WK_OK ? x : NULL;
}

/* y = left right, which is symmetric: half of it is computed */
static wk_status square_of(wk_tensor *y, const wk_tensor *left, const wk_tensor *right)
{
    if (wki_product_rounded(&y->v, &left->v, &right->v, true)) return wk_error();
    return wki_do(WKI_OP_mirror, 1, WKI_VIEWS(&y->v), NULL, 0, wki_numel(&y->v));
}

/* The numbers of both mixtures, which a recording keeps. */
typedef struct mixtures {
    double of_b[WKI_N_COUNT], of_x[WKI_N_COUNT];
} mixtures;

static wk_status keep(void *object, void *memory, const wki_view *const *views)
{
    (void)object, (void)memory, (void)views;
    return WK_OK;
}

/* x, no taller than wide, ns_steps times ns_a x + (ns_b a + ns_c a a) x where a = x x' */
static wk_status iterate(wk_tensor *x, const wk_muon_opts *o)
{
    WK_SCOPE(iterate);
    mixtures made = { .of_b = { [WKI_N_SIGN] = 1, [WKI_N_KEEP] = o->ns_c, [WKI_N_TAKE] = o->ns_b },
                      .of_x = { [WKI_N_SIGN] = 1, [WKI_N_KEEP] = o->ns_a, [WKI_N_TAKE] = 1 } };
    const mixtures *m = wki_on_host(keep, NULL, &made, sizeof made, 0, NULL);
    const int64_t square[] = { wk_size(x, 0), wk_size(x, 0) };
    wk_tensor *a = wki_new("step", x->v.device, 2, square, WK_F32),
              *b = wki_new("step", x->v.device, 2, square, WK_F32);
    wk_tensor *y = wki_new("step", x->v.device, 2, x->v.size, WK_F32), *turned = wk_t(x);
    if (!m || !a || !b || !y || !turned) return wk_error();
    for (int step = 0; step < (int)o->ns_steps; step++)
        if (square_of(a, x, turned) || !rounded(a) || square_of(b, a, a) || mix(b, a, m->of_b) ||
            wki_product_rounded(&y->v, &b->v, &x->v, false) || mix(x, y, m->of_x))
            return wk_error();
    return WK_OK;
}

static wk_tensor *orthogonal(wk_tensor *m, const wk_muon_opts *o)
{
    if (!m) return NULL;
    const bool tall = wk_size(m, 0) > wk_size(m, 1);
    wk_tensor *x = rounded(f32_copy(tall ? wk_t(m) : m));
    x = rounded(wk_div(x, rounded(wk_clamp_min(wk_norm(x, 2), o->eps))));
    if (!x || iterate(x, o)) return NULL;
    return tall ? wk_t(x) : x;
}

/* By how much the lr is adjusted to a matrix of this shape. */
static double ratio_of(const wk_muon_opts *o, const wki_view *p)
{
    const double rows = (double)p->size[0], columns = (double)p->size[1];
    if (rows == 0 || columns == 0) return 1;
    if (o->match_rms_adamw) return 0.2 * sqrt(fmax(rows, columns));
    return sqrt(o->spectral_unclamped ? rows / columns : fmax(rows / columns, 1));
}

static wk_status renew(const void *opts, const wki_optim_slot *slot, int64_t t, wk_tensor **fresh)
{
    const wk_muon_opts *o = opts;
    const wk_tensor *p = slot->p;
    wk_tensor *g = p->grad, *buffer = wk_lerp_scalar(slot->state[0], g, 1 - o->momentum);
    (void)t;
    wk_tensor *u = orthogonal(o->nesterov ? wk_lerp_scalar(g, buffer, o->momentum) : buffer, o);
    u = wk_mul_scalar(wk_to(u, (wk_dtype)p->v.dtype), o->lr * ratio_of(o, &p->v));
    fresh[0] = wk_sub(wk_mul_scalar(slot->p, 1 - o->lr * o->weight_decay), u);
    fresh[1] = buffer;
    return wk_error();
}

const wki_optim_kind wki_optim_kind_muon = {
    .name = "muon",
    .where = "optim_muon",
    .opts_size = sizeof(wk_muon_opts),
    .defaults = &defaults,
    .options = options,
    .check = check,
    .plan = plan,
    .takes = takes,
    .renew = renew,
};

wk_muon_opts wk_muon_opts_default(void) { return defaults; }

wk_optim *wk_optim_muon_new(const wk_muon_opts *o) { return wki_optim_new(&wki_optim_kind_muon, o); }
