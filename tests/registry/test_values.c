/* What must hold of every op's values without knowing them: f32 near f64, tensors without elements or dimensions,
 * numbers that are not finite. */
#include "registry.h"

static bool near(wk_tensor *narrow, wk_tensor *wide)
{
    WK_NO_GRAD(values);
    if (!narrow || !wide) return narrow == wide;
    return wki_same_shape(&narrow->v, &wide->v) && wk_allclose(wk_to(narrow, WK_F64), wk_to(wide, WK_F64), 2e-5, 2e-5);
}

static void precisions(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *wide[MOST_INPUTS], *narrow[MOST_INPUTS], *d[MOST_INPUTS], *e[MOST_INPUTS];
    int n = draw(s, narrow);
    for (int k = 0; k < n; k++) {
        narrow[k] = wk_requires_grad(wk_to(narrow[k], WK_F32));
        wide[k] = wk_requires_grad(wk_detach(wk_to(narrow[k], WK_F64)));
    }
    wk_tensor *a = forward_backward(s, narrow, n, d), *b = forward_backward(s, wide, n, e);
    if (!a || !b || !near(a, b)) BROKEN(s, "f32 is not near f64");
    for (int k = 0; k < n; k++)
        if (!near(d[k], e[k])) BROKEN(s, "gradient %d in f32 is not near f64", k);
    for (int k = 0; k < n; k++)
        if (d[k] && d[k]->v.dtype != WK_F32) BROKEN(s, "gradient %d of an f32 input is no f32", k);
    counts->checks += 1 + n;
    CHECK_OK();
}
TEST(values, f32_is_near_f64) { each(precisions); }

/* ---- No elements, no dimensions ---- */

typedef struct shapes {
    int ndim[MOST_INPUTS];
    int64_t size[MOST_INPUTS][WK_MAX_DIMS];
} shapes;

static shapes shapes_of(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    shapes of = { .ndim = { 0 } };
    int n = draw(s, in);
    for (int k = 0; k < n; k++) {
        of.ndim[k] = wk_ndim(in[k]);
        for (int d = 0; d < of.ndim[k]; d++) of.size[k][d] = wk_shape(in[k])[d];
    }
    return of;
}

/* Inside of others, which have checked. */
static bool checks_no_shapes(const char *name) { return !strcmp(name, "recur"); }

/* An error, or a result and gradients of the inputs' shapes, alike in both precisions. */
static void other_shapes(const subject *s, const shapes *of)
{
    int ndim[2] = { -1, -1 };
    int64_t numel[2] = { 0 };
    if (checks_no_shapes(s->name)) return;
    for (int wide = 0; wide < 2; wide++) {
        WK_SCOPE(work);
        wk_tensor *in[MOST_INPUTS], *grads[MOST_INPUTS];
        const int n = inputs_of(s);
        for (int k = 0; k < n; k++)
            in[k] = wk_requires_grad(wk_full(of->ndim[k], of->size[k], wide ? WK_F64 : WK_F32, 0.5));
        CHECK_OK();
        wk_tensor *y = call(s, in);
        if (!y && wk_failed() && !strchr(wk_error_text(), ':')) BROKEN(s, "an error that names no op");
        wk_error_clear();
        counts->checks++;
        if (!y) continue;
        if (!forward_backward(s, in, n, grads)) BROKEN(s, "an odd shape has a result but no gradient");
        for (int k = 0; k < n; k++)
            if (grads[k] && !wki_same_shape(&grads[k]->v, &in[k]->v)) BROKEN(s, "gradient %d has an odd shape", k);
        ndim[wide] = wk_ndim(y);
        numel[wide] = wk_numel(y);
        counts->checks++;
    }
    if (ndim[0] != ndim[1] || numel[0] != numel[1]) BROKEN(s, "odd shapes depend on the precision");
    CHECK_OK();
}

/* Every size that the inputs have becomes 0, wherever it stands, and so does each place alone. */
static void without_elements(const subject *s)
{
    const shapes of = shapes_of(s);
    for (int k = 0; k < inputs_of(s); k++)
        for (int d = 0; d < of.ndim[k]; d++) {
            shapes alone = of, all = of;
            alone.size[k][d] = 0;
            for (int i = 0; i < inputs_of(s); i++)
                for (int j = 0; j < of.ndim[i]; j++)
                    if (of.size[i][j] == of.size[k][d]) all.size[i][j] = 0;
            other_shapes(s, &alone);
            other_shapes(s, &all);
        }
}
TEST(values, no_elements_give_a_result_or_an_error) { each(without_elements); }

static void without_dimensions(const subject *s)
{
    const shapes of = shapes_of(s);
    shapes all = of;
    for (int k = 0; k < inputs_of(s); k++) {
        shapes alone = of;
        all.ndim[k] = alone.ndim[k] = 0;
        other_shapes(s, &alone);
    }
    other_shapes(s, &all);
}
TEST(values, no_dimensions_give_a_result_or_an_error) { each(without_dimensions); }

TEST(values, rows_of_nothing_have_the_shape_that_broadcasting_gives)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++) {
        WK_SCOPE(work);
        const subject s = { .name = wki_row_table[row].name, .row = row, .shapes = &row_shape_sets[0] };
        if (!takes_reals(row)) continue;
        wk_tensor *a = wk_zeros(WK_SHAPE(2, 0, 3), WK_F32), *b = wk_zeros(WK_SHAPE(0, 1), WK_F32);
        wk_tensor *in[MOST_INPUTS] = { a, b, b }, *y = call(&s, in);
        if (!y || wk_ndim(y) != 3 || y->v.size[0] != 2 || y->v.size[1] != 0 || y->v.size[2] != 3)
            BROKEN(&s, "rows of nothing");
        counts->checks++;
    }
}

/* ---- Not finite ---- */

static const double odd[] = { NAN, HUGE_VAL, -HUGE_VAL, -0.0, 1e-310, 1e300 };

static void set_element(wk_tensor *t, int64_t e, double x)
{
    const float single = (float)x;
    const size_t size = wk_dtype_size(wk_dtype_of(t));
    wki_copy_bytes(t->v.device, (char *)t->v.data + (size_t)e * size, WK_CPU, size == 4 ? (void *)&single : &x, size);
}

/* One odd number at an end of one input: a result as with ordinary numbers, or a refusal; the same bits in any layout.
 */
static void odd_number(const subject *s, wk_dtype dtype, int k, bool last, double x)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS], *other[MOST_INPUTS], *d[MOST_INPUTS], *e[MOST_INPUTS];
    int n = draw(s, in);
    for (int i = 0; i < n; i++) in[i] = wk_clone(wk_to(in[i], dtype));
    if (wk_numel(in[k]) == 0) return;
    set_element(in[k], last ? wk_numel(in[k]) - 1 : 0, x);
    for (int i = 0; i < n; i++) {
        other[i] = leaf_of(in[i], TURNED_2ND, true);
        wk_requires_grad(in[i]);
    }
    wk_tensor *a = forward_backward(s, in, n, d), *b = forward_backward(s, other, n, e);
    if (!a && !b && wk_error() == WK_E_RANGE) { /* out of the domain, as bce has one */
        wk_error_clear();
        return;
    }
    if (!a || !b) BROKEN(s, "%g in input %d", x, k);
    if (!same_bits(a, b)) BROKEN(s, "%g in input %d: a view's result is not its copy's", x, k);
    for (int i = 0; i < n; i++)
        if (!same_bits(d[i], e[i])) BROKEN(s, "%g in input %d: gradient %d of a view is not its copy's", x, k, i);
    counts->checks += 1 + n;
    CHECK_OK();
}

static void odd_numbers(const subject *s)
{
    for (int k = 0; k < inputs_of(s); k++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
            for (int way = 0; way < 4; way++) odd_number(s, way % 2 ? WK_F64 : WK_F32, k, way / 2, odd[i]);
}
TEST(values, that_are_not_finite_are_computed_with) { each(odd_numbers); }

/* As in torch, these two make a number of it. */
static bool swallows_nan(const char *name) { return !strcmp(name, "sign") || !strcmp(name, "nan_to_num"); }

TEST(values, nan_passes_through_rows_of_one_operand)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++) {
        WK_SCOPE(work);
        const wki_row *r = &wki_row_table[row];
        const subject s = { .name = r->name, .row = row, .shapes = &row_shape_sets[0] };
        if (r->operands != WKI_HAS_X || r->kind == WKI_KIND_TRUTH || !takes_reals(row) || swallows_nan(r->name))
            continue;
        wk_tensor *in[MOST_INPUTS] = { wk_full(WK_SHAPE(3), WK_F64, (double)NAN) }, *y = call(&s, in);
        if (!y || !isnan(((const double *)on_cpu(y)->v.data)[1])) BROKEN(&s, "NaN does not pass");
        counts->checks++;
    }
}

int main(void) { return registry_main("values"); }
