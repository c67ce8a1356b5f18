/* Laws over every op, found by itself: gradients of first and second order against differences in f64, broken and
 * strided inputs. An op without a sample fails. */
#include "autograd/formula.h"
#include "autograd/op.h"
#include "wick/nn.h"
#include "wick_check.h"
#include <stdio.h>

#define X(NAME) extern const wki_family wki_family_##NAME;
#include "wki_family_list.h"
#undef X

static const wki_opdef *const *const families[] = {
#define X(NAME) wki_family_##NAME,
#include "wki_family_list.h"
#undef X
};
enum { FAMILIES = sizeof families / sizeof *families, MOST_INPUTS = WKI_MAX_SAMPLE_INPUTS };

/* A function to differentiate: a sample of an op, or a row with its sample numbers. */
typedef struct subject {
    const char *name;
    const wki_sample *sample;
    int row;
} subject;

static wk_tensor *call(const subject *s, wk_tensor *const *in)
{
    if (s->sample) return s->sample->call(in);
    const wki_row *row = &wki_row_table[s->row];
    if (s->row == WKI_ROW_where) return wk_where(wk_gt(in[0], in[1]), in[1], in[2]);
    wk_tensor *at[3] = { NULL };
    for (int k = 0, n = 0; k < 3; k++)
        if (row->operands >> k & 1) at[k] = in[n++];
    return wki_row_apply(s->row, at[0], at[1], at[2], row->sample[0], row->sample[1]);
}

/* A weighted sum, so that no gradient cancels: weights differ from element to element. */
static wk_tensor *weighted(wk_tensor *y)
{
    if (!y) return NULL;
    WK_NO_GRAD(weights);
    wk_tensor *w =
        wk_reshape(wk_add_scalar(wk_sin(wk_arange(0, (double)wk_numel(y), 1, WK_F64)), 1.5), wk_ndim(y), wk_shape(y));
    wk_set_grad_enabled(weights);
    return wk_sum(wk_mul(wk_to(y, WK_F64), w));
}

static int inputs_of(const subject *s)
{
    if (s->sample) return s->sample->inputs;
    return __builtin_popcount((unsigned)wki_row_table[s->row].operands);
}

static int make_inputs(const subject *s, wk_tensor **in)
{
    wk_manual_seed(11);
    if (s->sample) {
        for (int i = 0; i < s->sample->inputs; i++) {
            in[i] = wk_empty(s->sample->in[i].ndim, s->sample->in[i].shape, WK_F64);
            wk_uniform_(in[i], s->sample->in[i].low, s->sample->in[i].high);
            wk_requires_grad(in[i]);
        }
        return s->sample->inputs;
    }
    const wki_row *row = &wki_row_table[s->row];
    int n = inputs_of(s);
    for (int i = 0; i < n; i++) {
        in[i] = i ? wk_empty(WK_SHAPE(3, 1), WK_F64) : wk_empty(WK_SHAPE(4), WK_F64); /* they broadcast to [3, 4] */
        wk_uniform_(in[i], row->low, row->high);
        wk_requires_grad(in[i]);
    }
    return n;
}

static double value(const subject *s, wk_tensor *const *in)
{
    WK_SCOPE(work);
    return wk_item(weighted(call(s, in)));
}

/* d value / d in[k][e] by five points */
static double difference(const subject *s, wk_tensor *const *in, int k, int64_t e,
                         double (*f)(const subject *, wk_tensor *const *))
{
    double *at = (double *)wk_data(in[k]) + e, x = *at, h = 1e-3, d[4];
    static const double steps[] = { -2, -1, 1, 2 };
    for (int i = 0; i < 4; i++) {
        *at = x + steps[i] * h;
        d[i] = f(s, in);
    }
    *at = x;
    return (d[0] - 8 * d[1] + 8 * d[2] - d[3]) / (12 * h);
}

static void compare(const subject *s, const char *what, wk_tensor *const *in, int n, wk_tensor *const *grads,
                    double (*f)(const subject *, wk_tensor *const *))
{
    for (int k = 0; k < n; k++) {
        wk_tensor *g = grads[k] ? wk_contiguous(grads[k]) : NULL;
        for (int64_t e = 0; e < wk_numel(in[k]); e++) {
            double numeric = difference(s, in, k, e, f), analytic = g ? ((const double *)wk_data(g))[e] : 0;
            double scale = fmax(1, fmax(fabs(numeric), fabs(analytic)));
            if (fabs(numeric - analytic) > 2e-8 * scale)
                ck_abort_msg("%s, %s towards input %d, element %d: %.12g, differences say %.12g", s->name, what, k,
                             (int)e, analytic, numeric);
        }
    }
}

static void first_order(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *grads[MOST_INPUTS] = { 0 };
    int n = make_inputs(s, in);
    wk_tensor *y = call(s, in);
    if (!y) ck_abort_msg("%s: %s", s->name, wk_error_text());
    if (!wk_needs_grad(y)) return; /* comparisons */
    wk_backward(weighted(y));
    for (int k = 0; k < n; k++) grads[k] = wk_grad(in[k]);
    if (wk_failed()) ck_abort_msg("%s: %s", s->name, wk_error_text());
    compare(s, "first order", in, n, grads, value);
    CHECK_OK();
}

/* The gradients of first order, made with a graph, added up with weights. */
static wk_tensor *slope_value(const subject *s, wk_tensor *const *in, int n)
{
    wk_tensor *grads[MOST_INPUTS], *y = weighted(call(s, in)), *sum = NULL;
    if (!y || wk_autograd_grad(&y, 1, in, n, true, grads)) return NULL;
    for (int k = 0; k < n; k++) {
        wk_tensor *part = grads[k] && wk_needs_grad(grads[k]) ? weighted(wk_square(grads[k])) : NULL;
        sum = !sum ? part : part ? wk_add(sum, part) : sum;
    }
    return sum;
}

static double slope_number(const subject *s, wk_tensor *const *in)
{
    WK_SCOPE(work);
    wk_tensor *v = slope_value(s, in, inputs_of(s));
    return v ? wk_item(v) : 0;
}

static void second_order(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *grads[MOST_INPUTS] = { 0 };
    int n = make_inputs(s, in);
    wk_tensor *y = call(s, in);
    if (!y || !wk_needs_grad(y)) return;
    wk_tensor *v = slope_value(s, in, n);
    if (wk_failed()) ck_abort_msg("%s, second order: %s", s->name, wk_error_text());
    if (!v || !wk_needs_grad(v)) return; /* linear: its slope is constant */
    if (wk_autograd_grad(&v, 1, in, n, false, grads)) ck_abort_msg("%s, second order: %s", s->name, wk_error_text());
    compare(s, "second order", in, n, grads, slope_number);
    CHECK_OK();
}

static void each(void (*law)(const subject *))
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            for (const wki_sample *sample = (*op)->samples; sample && sample->call; sample++)
                law(&(subject){ (*op)->name, sample, -1 });
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        if (wki_row_table[row].kind != WKI_KIND_BITS && wki_row_table[row].kind != WKI_KIND_WHOLE)
            law(&(subject){ wki_row_table[row].name, NULL, row });
}

TEST(gradients, every_op_has_a_sample)
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            if (!(*op)->samples || !(*op)->samples->call) ck_abort_msg("%s has no sample", (*op)->name);
}

TEST(gradients, of_first_order_are_those_of_differences) { each(first_order); }
TEST(gradients, of_second_order_are_those_of_differences) { each(second_order); }

/* Every second column of a transposed tensor: same numbers, other strides. */
static wk_tensor *strided(wk_tensor *t)
{
    WK_NO_GRAD(copy);
    if (wk_ndim(t) == 0) return t;
    wk_tensor *twice = wk_cat((wk_tensor *[]){ wk_unsqueeze(t, -1), wk_unsqueeze(wk_zeros_like(t), -1) }, 2, -1);
    wk_tensor *outermost = wk_contiguous(wk_transpose(twice, 0, -2));
    return wk_requires_grad(wk_detach(wk_select(wk_transpose(outermost, 0, -2), -1, 0)));
}

static void strides_do_not_matter(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *other[MOST_INPUTS];
    int n = make_inputs(s, in);
    for (int k = 0; k < n; k++) other[k] = strided(in[k]);
    CHECK_OK();
    wk_tensor *a = call(s, in), *b = call(s, other);
    if (!a || !b || !wk_equal(a, b)) ck_abort_msg("%s of strided inputs differs; %s", s->name, wk_error_text());
    if (!wk_needs_grad(a)) return;
    wk_backward(weighted(a));
    wk_backward(weighted(b));
    for (int k = 0; k < n; k++)
        if (wk_grad(in[k]) && !wk_equal(wk_grad(in[k]), wk_grad(other[k])))
            ck_abort_msg("%s: the gradient of a strided input %d differs", s->name, k);
    CHECK_OK();
}
TEST(gradients, strides_change_nothing) { each(strides_do_not_matter); }

static void null_is_an_error(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    int n = make_inputs(s, in);
    for (int k = 0; k < n; k++) {
        wk_tensor *kept = in[k];
        in[k] = NULL;
        wk_tensor *y = call(s, in);
        bool optional = y && !wk_failed(); /* linear's bias */
        if (!optional && (y || !wk_failed())) ck_abort_msg("%s takes a NULL input %d without an error", s->name, k);
        wk_error_clear();
        in[k] = kept;
    }
}
TEST(gradients, a_null_input_is_an_error) { each(null_is_an_error); }

static void f32_agrees(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *narrow[MOST_INPUTS];
    int n = make_inputs(s, in);
    WK_NO_GRAD(values);
    for (int k = 0; k < n; k++) narrow[k] = wk_to(in[k], WK_F32);
    wk_set_grad_enabled(true);
    for (int k = 0; k < n; k++) wk_requires_grad(narrow[k]);
    wk_tensor *a = wk_to(call(s, in), WK_F64), *b = wk_to(call(s, narrow), WK_F64);
    if (!a || !b || !wk_allclose(b, a, 2e-5, 2e-5))
        ck_abort_msg("%s in f32 differs from f64; %s", s->name, wk_error_text());
}
TEST(gradients, f32_agrees_with_f64) { each(f32_agrees); }

WICK_TEST_MAIN
