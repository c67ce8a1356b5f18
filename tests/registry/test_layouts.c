/* What must not change a bit of any op: where in memory its inputs lie, whether the result is written over the first of
 * them, the instruction set, and, of all but products, autocast. Inputs themselves stay as they were. */
#include "registry.h"

/* ---- Views and copies ---- */

static void unchanged(const subject *s, wk_tensor *const *in, wk_tensor *const *before, int n, int layout)
{
    for (int k = 0; k < n; k++)
        if (!same_bits(in[k], before[k])) BROKEN(s, "layout %d: input %d was changed", layout, k);
}

/* Inputs each in a layout of its own against contiguous copies of the same numbers. */
static void view_against_copy(const subject *s, wk_tensor *const *values, int n, int layout)
{
    WK_SCOPE(work);
    wk_tensor *view[MOST_INPUTS], *copy[MOST_INPUTS], *before[MOST_INPUTS], *d[MOST_INPUTS], *e[MOST_INPUTS];
    for (int k = 0; k < n; k++) {
        view[k] = leaf_of(values[k], (layout + 5 * k) % LAYOUTS, true);
        before[k] = wk_clone(wk_detach(view[k]));
        copy[k] = wk_zeros(view[k]->v.ndim, view[k]->v.size, (wk_dtype)view[k]->v.dtype);
        wk_copy_(copy[k], before[k]);
        wk_requires_grad(copy[k]);
    }
    wk_tensor *a = forward_backward(s, view, n, d), *b = forward_backward(s, copy, n, e);
    if (!a || !b || !same_bits(a, b)) BROKEN(s, "layout %d: a view's result is not its copy's", layout);
    for (int k = 0; k < n; k++)
        if (!same_bits(d[k], e[k])) BROKEN(s, "layout %d: the gradient of view %d is not its copy's", layout, k);
    unchanged(s, view, before, n, layout);
    counts->checks += 1 + 2 * n;
    CHECK_OK();
}

static wk_tensor *of_type(wk_tensor *t, wk_dtype dtype) { return wk_to(t, dtype); }

static void copies_in(const subject *s, wk_dtype dtype)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 0; k < n; k++) in[k] = of_type(in[k], dtype);
    for (int layout = CONTIGUOUS + 1; layout < LAYOUTS; layout++) view_against_copy(s, in, n, layout);
}

static void copies(const subject *s)
{
    copies_in(s, WK_F32);
    copies_in(s, WK_F64);
}
TEST(layouts, views_have_the_bits_of_copies) { each(copies); }

static void cast_copies(const subject *s)
{
    WK_AUTOCAST(on);
    copies_in(s, WK_F32);
}
TEST_ON_CPU(layouts, views_have_the_bits_of_copies_under_autocast,
            "in which order a GPU's library adds up depends on how operands lie")
{
    each(cast_copies);
}

/* Longer than a block of any kernel, with a tail of one. */
static void long_rows(wk_dtype dtype)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++) {
        WK_SCOPE(work);
        wk_tensor *in[MOST_INPUTS];
        const subject s = { .name = wki_row_table[row].name, .row = row, .shapes = &row_shape_sets[0] };
        if (!takes_reals(row)) continue;
        const int n = inputs_of(&s);
        wk_manual_seed(5);
        for (int k = 0; k < n; k++) {
            in[k] = wk_empty(WK_SHAPE(3, 4097), dtype);
            wk_uniform_(in[k], wki_row_table[row].low, wki_row_table[row].high);
        }
        view_against_copy(&s, in, n, TURNED);
        view_against_copy(&s, in, n, PADDED);
        view_against_copy(&s, in, n, FIRST_REPEATS);
        view_against_copy(&s, in, n, LAST_REPEATS);
    }
}
TEST(layouts, long_views_have_the_bits_of_copies)
{
    long_rows(WK_F32);
    long_rows(WK_F64);
}

/* ---- In place ---- */

/* y lies in a layout; the gradient passes through a copy, which may be written over where the leaf may not. */
static void in_place_against_fresh(const in_place *p, const subject *s, wk_tensor *const *values, int n, int layout)
{
    WK_SCOPE(work);
    wk_tensor *a[MOST_INPUTS], *b[MOST_INPUTS], *over[MOST_INPUTS];
    const bool real = wki_is_float((wk_dtype)values[0]->v.dtype);
    for (int k = 0; k < n; k++) {
        a[k] = leaf_of(values[k], k ? layout : CONTIGUOUS, real);
        over[k] = b[k] = leaf_of(values[k], k ? layout : CONTIGUOUS, real);
    }
    wk_tensor *fresh = call(s, a);
    if (fresh && fresh->v.dtype != values[0]->v.dtype) return;
    if (!fresh || !wki_same_shape(&fresh->v, &values[0]->v)) {
        wk_error_clear();
        return;
    }
    over[0] = real ? wk_mul_scalar(b[0], 1) : leaf_of(values[0], layout, false);
    const uint32_t version = over[0]->storage->version;
    const void *memory = over[0]->v.data;
    if (change(p, &wki_row_table[s->row], over)) BROKEN(s, "in place, layout %d", layout);
    if (!same_bits(over[0], fresh)) BROKEN(s, "in place, layout %d: other bits", layout);
    if (over[0]->v.data != memory) BROKEN(s, "in place, layout %d: other memory", layout);
    if (over[0]->storage->version == version) BROKEN(s, "in place, layout %d: the version stays", layout);
    counts->checks += 3;
    if (!real || !wk_needs_grad(fresh)) return;
    if (wk_backward(weighted(fresh)) || wk_backward(weighted(over[0]))) {
        if (wk_error() != WK_E_STATE) BROKEN(s, "in place, layout %d: backward", layout);
        wk_error_clear(); /* what was written over is needed: refused, never a wrong gradient */
        return;
    }
    for (int k = 0; k < n; k++)
        if (!same_bits(wk_grad(a[k]), wk_grad(b[k]))) BROKEN(s, "in place, layout %d: gradient %d", layout, k);
    counts->checks += n;
}

static void in_place_of(const in_place *p, int row, wk_dtype dtype)
{
    for (int i = 0; i < ROW_SHAPES; i++) {
        WK_SCOPE(work);
        const subject s = { .name = p->name, .row = row, .shapes = &row_shape_sets[i] };
        wk_tensor *in[MOST_INPUTS];
        int n = draw(&s, in);
        for (int k = 0; k < n; k++) in[k] = wk_to(in[k], dtype);
        for (int layout = CONTIGUOUS; layout < KEEPING; layout++) in_place_against_fresh(p, &s, in, n, layout);
    }
}

TEST(layouts, in_place_has_the_bits_of_out_of_place)
{
    int found = 0;
    for (int i = 0; i < IN_PLACES; i++) {
        const in_place *p = &in_places[i];
        const int row = row_in_place(p);
        if (row < 0) continue;
        for (int d = 0; d < 3; d++) in_place_of(p, row, (wk_dtype[]){ WK_F32, WK_F64, WK_I64 }[d]);
        found++;
    }
    ck_assert_int_ge(found, 16);
    CHECK_OK();
}

/* ---- Instruction sets ---- */

static bool is_among(const subject *s, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(*names, s->name) == 0) return true;
    return false;
}

/* Products are chains of fused multiply-adds where there are any; without fma they round once more. */
static bool is_a_product(const subject *s)
{
    static const char *const products[] = { "mm",          "linear",
                                            "dot",         "addmm",
                                            "baddbmm",     "einsum",
                                            "conv",        "conv_transpose",
                                            "conv_weight", "scaled_dot_product_attention",
                                            NULL };
    return is_among(s, products);
}

/* And gradients are made by products, which autocast leaves alone. */
static bool has_products_behind(const subject *s)
{
    return is_among(s, (const char *const[]){ "cholesky", "solve_triangular", "solve", "inv", NULL });
}

static void agree(const subject *s, wk_tensor *a, wk_tensor *b, bool bits, const char *what)
{
    WK_NO_GRAD(values);
    const double tolerance = a && a->v.dtype == WK_F32 ? 1e-5 : 1e-13;
    if (!a != !b || (a && !(bits ? same_bits(a, b) : wk_allclose(a, b, tolerance, tolerance)))) BROKEN(s, "%s", what);
    counts->bits++;
}

static wk_tensor *in_isa(const subject *s, wk_dtype dtype, const char *isa, wk_tensor **grads)
{
    wk_tensor *in[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 0; k < n; k++) in[k] = wk_requires_grad(wk_clone(wk_to(in[k], dtype)));
    if (wk_set_cpu_isa(isa)) {
        wk_error_clear(); /* not on this machine */
        return NULL;
    }
    wk_tensor *y = forward_backward(s, in, n, grads);
    if (!y) BROKEN(s, "with %s", isa);
    return y;
}

static void isas(const subject *s)
{
    static const char *const names[] = { "base", "avx2", "avx512" };
    for (int wide = 0; wide < 2; wide++) {
        WK_SCOPE(work);
        wk_tensor *y[WKI_ISA_COUNT], *d[WKI_ISA_COUNT][MOST_INPUTS];
        for (int i = 0; i < WKI_ISA_COUNT; i++) {
            y[i] = in_isa(s, wide ? WK_F64 : WK_F32, names[i], d[i]);
            if (i == 0 || !y[i]) continue;
            const bool bits = i > 1 || !(is_a_product(s) || has_products_behind(s));
            agree(s, y[i - 1], y[i], bits, names[i]);
            for (int k = 0; k < inputs_of(s); k++) agree(s, d[i - 1][k], d[i][k], bits, names[i]);
        }
        CHECK_OK();
    }
}

TEST(layouts, instruction_sets_change_no_bit)
{
    const char *was = wk_cpu_isa();
    each(isas);
    wk_set_cpu_isa(was);
}

/* ---- Autocast ---- */

static wk_tensor *in_mode(const subject *s, wk_dtype dtype, bool cast, wk_tensor **grads)
{
    bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(cast);
    wk_tensor *in[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 0; k < n; k++) in[k] = wk_requires_grad(wk_clone(wk_to(in[k], dtype)));
    wk_tensor *y = forward_backward(s, in, n, grads);
    if (!y) BROKEN(s, "under autocast");
    return y;
}

/* einsum may have nothing to multiply, or nothing to sum. */
static bool may_round(const subject *s) { return is_a_product(s) && strcmp(s->name, "dot") != 0; }
static bool must_round(const subject *s) { return may_round(s) && strcmp(s->name, "einsum") != 0; }

static void modes(const subject *s)
{
    for (int wide = 0; wide < 2; wide++) {
        WK_SCOPE(work);
        wk_tensor *d[2][MOST_INPUTS], *y[2];
        for (int cast = 0; cast < 2; cast++) y[cast] = in_mode(s, wide ? WK_F64 : WK_F32, cast, d[cast]);
        WK_NO_GRAD(values);
        const bool same = same_bits(y[0], y[1]);
        if (same ? !wide && must_round(s) : wide || !may_round(s)) BROKEN(s, "under autocast, f%d", wide ? 64 : 32);
        for (int k = 0; k < inputs_of(s); k++)
            if ((wide || !may_round(s)) && !same_bits(d[0][k], d[1][k])) BROKEN(s, "under autocast: gradient %d", k);
        counts->checks += 1 + inputs_of(s);
        CHECK_OK();
    }
}
TEST(layouts, autocast_rounds_products_of_f32_and_nothing_else) { each(modes); }

int main(void) { return registry_main("layouts"); }
