/* Gradients of first and second order against five-point differences in f64, for every op, every set of inputs that
 * want one, and every layout. Differences depend on the numbers alone, so they are taken once for all layouts of the
 * same. */
#include "registry.h"
#include <float.h>

typedef double function(const subject *s, wk_tensor *const *in, int n, unsigned wants);

typedef struct slopes {
    double of[MOST_INPUTS][MOST_ELEMENTS];
    double noise[MOST_INPUTS][MOST_ELEMENTS]; /* what rounding and curvature of the function itself make of them */
    bool kink[MOST_INPUTS][MOST_ELEMENTS];    /* differences do not tell the slope, or there is none */
} slopes;
static slopes numeric;

/* Left and right differ, and as much twice as near: there is no derivative. */
static bool is_kink(const double f[5], double h)
{
    const double near = fabs(f[3] - 2 * f[2] + f[1]) / h, far = fabs(f[4] - 2 * f[2] + f[0]) / (2 * h);
    return !(near < 1e-6 * (1 + fabs(f[3] - f[1]) / h)) && !(far > 1.5 * near);
}

/* d f / d element e of in[k], which is contiguous */
static void differ(const subject *s, wk_tensor *const *in, int n, unsigned wants, function *f, int k, int64_t e)
{
    static const double steps[7] = { -2, -1, 0, 1, 2, -0.5, 0.5 };
    const double h = 1e-3;
    const wk_device device = wk_device_of(in[k]);
    double *at = (double *)in[k]->v.data + e, x, d[7];
    wki_copy_bytes(WK_CPU, &x, device, at, sizeof x);
    for (int i = 0; i < 7; i++) {
        const double moved = x + steps[i] * h;
        wki_copy_bytes(device, at, WK_CPU, &moved, sizeof moved);
        d[i] = f(s, in, n, wants);
    }
    wki_copy_bytes(device, at, WK_CPU, &x, sizeof x);
    const double slope = (d[0] - 8 * d[1] + 8 * d[3] - d[4]) / (12 * h);
    const double finer = (d[1] - 8 * d[5] + 8 * d[6] - d[3]) / (6 * h), noise = DBL_EPSILON * fabs(d[2]) / h;
    const double apart = fabs(slope - finer); /* half the step makes it 16 times as exact */
    numeric.of[k][e] = slope;
    numeric.noise[k][e] = noise + (apart <= 1e-4 * fabs(slope) ? 1.1 * apart : 0);
    numeric.kink[k][e] = is_kink(d, h) || !(apart <= 1e-9 + 1e-7 * fabs(slope) + 3 * noise);
}

static void differ_all(const subject *s, wk_tensor *const *in, int n, unsigned wants, function *f)
{
    for (int k = 0; k < n; k++) {
        ck_assert_int_le(wk_numel(in[k]), MOST_ELEMENTS);
        for (int64_t e = 0; e < wk_numel(in[k]); e++) differ(s, in, n, wants, f, k, e);
    }
}

/* kinks: may there be any? Drawn numbers keep clear of them, repeated ones may tie. */
static void compare(const subject *s, const char *what, int k, wk_tensor *grad, int64_t count, bool kinks)
{
    wk_tensor *g = grad ? on_cpu(grad) : NULL;
    for (int64_t e = 0; e < count; e++) {
        const double expected = numeric.of[k][e], got = g ? ((const double *)wk_data(g))[e] : 0;
        if (kinks && numeric.kink[k][e]) {
            counts->kinks++;
        } else if (!(fabs(expected - got) <= 1e-9 + 1e-7 * fabs(expected) + numeric.noise[k][e])) {
            BROKEN(s, "%s, towards input %d, element %d: %.12g, differences say %.12g", what, k, (int)e, got, expected);
        } else {
            counts->checks++;
        }
    }
}

/* ---- First order ---- */

static double value(const subject *s, wk_tensor *const *in, int n, unsigned wants)
{
    (void)n, (void)wants;
    WK_SCOPE(work);
    return wk_item(weighted(call(s, in)));
}

/* Some samples differentiate inside, and refuse inputs that want no gradient. */
static bool is_about_gradients(int n, unsigned wants)
{
    return wants != (1u << n) - 1 && strstr(wk_error_text(), "does not require grad");
}

/* Inputs in layouts, those in `wants` with a gradient. */
static void in_layout(const subject *s, wk_tensor *const *values, int n, int layout, unsigned wants)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *grads[MOST_INPUTS];
    char what[64];
    snprintf(what, sizeof what, "first order, layout %d, inputs %x", layout, wants);
    for (int k = 0; k < n; k++) in[k] = leaf_of(values[k], layout, wants >> k & 1);
    if (!forward_backward(s, in, n, grads)) {
        if (!is_about_gradients(n, wants)) BROKEN(s, "%s", what);
        wk_error_clear();
        return;
    }
    for (int k = 0; k < n; k++)
        if (wants >> k & 1) compare(s, what, k, grads[k], wk_numel(in[k]), layout >= KEEPING);
    CHECK_OK();
}

static bool differentiable(const subject *s)
{
    WK_SCOPE(probe);
    wk_tensor *in[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 0; k < n; k++) wk_requires_grad(in[k]);
    wk_tensor *y = call(s, in);
    if (!y) BROKEN(s, "cannot be called");
    return wk_needs_grad(y);
}

static void first_order(const subject *s)
{
    if (!differentiable(s)) return;
    WK_SCOPE(work);
    for (int first = CONTIGUOUS; first < LAYOUTS; first = first < KEEPING ? KEEPING : first + 1) {
        wk_tensor *in[MOST_INPUTS];
        int n = draw(s, in), last = first < KEEPING ? KEEPING : first + 1;
        for (int k = 0; k < n; k++) in[k] = leaf_of(wk_clone(laid_out(in[k], first)), CONTIGUOUS, true);
        differ_all(s, in, n, 0, value);
        for (int layout = first; layout < last; layout++)
            for (unsigned wants = 1; wants < 1u << n; wants++) in_layout(s, in, n, layout, wants);
    }
}
TEST(gradients, of_first_order_are_those_of_differences) { each(first_order); }

/* ---- One tensor as all inputs ---- */

static double value_of_one(const subject *s, wk_tensor *const *in, int n, unsigned wants)
{
    wk_tensor *same[MOST_INPUTS] = { in[0], in[0], in[0] };
    return value(s, same, n, wants);
}

/* Has input k the range of the first? A variance, say, cannot be any number. */
static bool is_drawn_alike(const subject *s, int k)
{
    return !s->sample ||
           (s->sample->in[0].low == s->sample->in[k].low && s->sample->in[0].high == s->sample->in[k].high);
}

static void one_for_all(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *grads[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 1; k < n; k++)
        if (!wki_same_shape(&in[0]->v, &in[k]->v) || !is_drawn_alike(s, k)) return;
    if (n < 2 || !differentiable(s)) return;
    wk_requires_grad(in[0]);
    differ_all(s, in, 1, 1, value_of_one);
    wk_tensor *leaf = leaf_of(in[0], CONTIGUOUS, true), *same[MOST_INPUTS] = { leaf, leaf, leaf };
    if (!forward_backward(s, same, n, grads)) BROKEN(s, "one tensor as all inputs");
    compare(s, "one tensor as all inputs", 0, grads[0], wk_numel(leaf), true);
    CHECK_OK();
}
TEST(gradients, add_up_where_one_tensor_is_every_input) { each(one_for_all); }

/* ---- Second order ---- */

/* The gradients of first order, made with a graph, added up with weights. */
static wk_tensor *slope_value(const subject *s, wk_tensor *const *in, int n, unsigned wants)
{
    wk_tensor *targets[MOST_INPUTS], *grads[MOST_INPUTS], *y = weighted(call(s, in)), *sum = NULL;
    int m = 0;
    for (int k = 0; k < n; k++)
        if (wants >> k & 1) targets[m++] = in[k];
    if (!y || !wk_needs_grad(y) || wk_autograd_grad(&y, 1, targets, m, true, grads)) return NULL;
    for (int k = 0; k < m; k++) {
        wk_tensor *part = grads[k] && wk_needs_grad(grads[k]) ? weighted(wk_square(grads[k])) : NULL;
        sum = !sum ? part : part ? wk_add(sum, part) : sum;
    }
    return sum;
}

static double slope_number(const subject *s, wk_tensor *const *in, int n, unsigned wants)
{
    WK_SCOPE(work);
    wk_tensor *v = slope_value(s, in, n, wants);
    return v ? wk_item(v) : 0;
}

static void second_order_of(const subject *s, unsigned wants)
{
    static const int layouts[] = { CONTIGUOUS, TURNED_2ND };
    char what[64];
    WK_SCOPE(work);
    snprintf(what, sizeof what, "second order, inputs %x", wants);
    for (int i = 0; i < 2; i++) {
        wk_tensor *values[MOST_INPUTS], *in[MOST_INPUTS], *targets[MOST_INPUTS], *grads[MOST_INPUTS];
        int n = draw(s, values), m = 0;
        for (int k = 0; k < n; k++) in[k] = leaf_of(values[k], layouts[i], wants >> k & 1);
        wk_tensor *v = slope_value(s, in, n, wants);
        if (wk_failed() && is_about_gradients(n, wants)) {
            wk_error_clear();
            return;
        }
        if (wk_failed()) BROKEN(s, "%s", what);
        if (!v || !wk_needs_grad(v)) return; /* linear: its slope is constant */
        if (i == 0) differ_all(s, in, n, wants, slope_number);
        for (int k = 0; k < n; k++)
            if (wants >> k & 1) targets[m++] = in[k];
        if (wk_autograd_grad(&v, 1, targets, m, false, grads)) BROKEN(s, "%s", what);
        for (int k = 0, j = 0; k < n; k++)
            if (wants >> k & 1) compare(s, what, k, grads[j++], wk_numel(in[k]), false);
        CHECK_OK();
    }
}

static void second_order(const subject *s)
{
    if (!differentiable(s)) return;
    for (unsigned wants = 1; wants < 1u << inputs_of(s); wants++) second_order_of(s, wants);
}
TEST(gradients, of_second_order_are_those_of_differences) { each(second_order); }

int main(void) { return registry_main("gradients"); }
