/* The same bits: from every instruction set, any strides, in place, any number of threads, and from the derivative's
 * formula. */
#include "autograd/formula.h"
#include "row_calls.h"

WICK_ON_CPU("its subject is the CPU's kernels")

static void same_on(int isa, int row, int slope, const operands *o, wk_dtype dtype)
{
    static const char *const names[] = { "base", "avx2", "avx512" };
    wki_view base = array(slope ? dtype : out_dtype(row, dtype), WILD), other = base;
    other.data = array(base.dtype, WILD).data;
    CHECK(wk_set_cpu_isa("base") == WK_OK && run_row(row, slope, &base, o, 1) == WK_OK);
    CHECK(wk_set_cpu_isa(names[isa]) == WK_OK && run_row(row, slope, &other, o, 1) == WK_OK);
    ck_assert_msg(same_bits(&base, &other), "%s, slope %d, %s: %s differs from base", wki_row_table[row].name, slope,
                  wk_dtype_name(dtype), names[isa]);
}

TEST(rows, instruction_sets_change_no_bit)
{
    for (int isa = WKI_ISA_AVX2; isa < WKI_ISA_COUNT; isa++) {
        if (wk_set_cpu_isa(isa == WKI_ISA_AVX2 ? "avx2" : "avx512")) {
            wk_error_clear();
            continue;
        }
        for (int row = 0; row < WKI_ROW_COUNT; row++)
            for (wk_dtype dtype = 0; dtype < WK_DTYPE_COUNT; dtype++) {
                if (!takes(row, dtype)) continue;
                arena_used = 0;
                operands o = wild_operands(row, dtype, WILD);
                for (int slope = 0; slope <= 3; slope++)
                    if (wki_rows_for(isa, dtype)[row].of[slope]) same_on(isa, row, slope, &o, dtype);
            }
    }
}

static const int64_t form_size[] = { 3, 7, 1, 49 };
enum { FORM_DIMS = 4, FORM_COUNT = 3 * 7 * 49 };

/* A view of a random layout: dims in any order in memory, gaps between them, and for inputs some dims repeated */
static wki_view random_layout(wk_dtype dtype, bool input)
{
    wki_view v = array(dtype, 8 * FORM_COUNT);
    int order[FORM_DIMS] = { 0, 1, 2, 3 };
    int64_t step = random_bits() % 3 ? 1 : 2;
    v.ndim = FORM_DIMS;
    for (int d = FORM_DIMS - 1; d >= 0 && random_bits() % 2; d--) {
        int other = (int)(random_bits() % FORM_DIMS), was = order[d];
        order[d] = order[other];
        order[other] = was;
    }
    for (int d = FORM_DIMS - 1; d >= 0; d--) {
        v.size[order[d]] = form_size[order[d]];
        v.stride[order[d]] = input && random_bits() % 4 == 0 ? 0 : step;
        step *= form_size[order[d]];
        if (random_bits() % 4 == 0) step += 1;
    }
    return v;
}

/* the same elements, side by side */
static wki_view packed(const wki_view *v)
{
    wki_view p = array(v->dtype, FORM_COUNT);
    for (int i = 0; i < FORM_COUNT; i++) memcpy(element(&p, i), element(v, i), wk_dtype_size(v->dtype));
    return p;
}

static void check_form(int row, int slope, wk_dtype dtype)
{
    arena_used = 0;
    operands o = wild_operands(row, dtype, FORM_COUNT), flat = o;
    for (int k = 0; k < WKI_IN_COUNT; k++) {
        wki_view v = random_layout(o.in[k].dtype, true), source = wild(v.dtype, FORM_COUNT);
        for (int i = 0; i < FORM_COUNT; i++) memcpy(element(&v, i), element(&source, i), wk_dtype_size(v.dtype));
        o.in[k] = v;
        flat.in[k] = packed(&v);
    }
    wk_dtype out = slope ? dtype : out_dtype(row, dtype);
    wki_view y = random_layout(out, false), want = array(out, FORM_COUNT);
    CHECK(run_row(row, slope, &want, &flat, 1) == WK_OK);
    CHECK(run_row(row, slope, &y, &o, 1) == WK_OK);
    wki_view got = packed(&y);
    ck_assert_msg(same_bits(&got, &want), "%s, slope %d, %s, strides %s out", wki_row_table[row].name, slope,
                  wk_dtype_name(dtype), wki_show_shape(4, y.stride));
    int first = wki_row_table[row].operands & WKI_HAS_A ? WKI_IN_A : WKI_IN_X;
    if (slope || out != dtype) return;
    o.in[first] = random_layout(dtype, false);
    for (int i = 0; i < FORM_COUNT; i++)
        memcpy(element(&o.in[first], i), element(&flat.in[first], i), wk_dtype_size(dtype));
    CHECK(run_row(row, 0, &o.in[first], &o, 1) == WK_OK);
    got = packed(&o.in[first]);
    ck_assert_msg(same_bits(&got, &want), "%s in place, %s", wki_row_table[row].name, wk_dtype_name(dtype));
}

TEST(rows, strides_broadcasting_and_in_place_change_no_bit)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (wk_dtype dtype = 0; dtype < WK_DTYPE_COUNT; dtype++)
            for (int slope = 0; slope <= 3; slope++)
                for (int form = 0; form < 4 && wki_rows_for(WKI_ISA_BASE, dtype)[row].of[slope]; form++)
                    check_form(row, slope, dtype);
}

TEST(rows, threads_change_no_bit)
{
    enum { N = 100001 };
    operands o = wild_operands(WKI_ROW_div, WK_F32, N);
    wki_view alone = array(WK_F32, N), together = array(WK_F32, N);
    CHECK(run_row(WKI_ROW_div, 2, &alone, &o, N) == WK_OK);
    for (int threads = 2; threads <= 4; threads++) {
        CHECK(wk_set_num_threads(threads) == WK_OK);
        CHECK(run_row(WKI_ROW_div, 2, &together, &o, 100 * N) == WK_OK);
        CHECK(same_bits(&alone, &together));
    }
    CHECK(wk_set_num_threads(1) == WK_OK);
}

TEST(rows, nothing_is_written_for_no_elements)
{
    operands o = wild_operands(WKI_ROW_add, WK_F32, 8);
    wki_view y = filled(WK_F32, 8, 7);
    y.size[0] = o.in[WKI_IN_A].size[0] = o.in[WKI_IN_B].size[0] = 0;
    CHECK(run_row(WKI_ROW_add, 0, &y, &o, 0) == WK_OK && *(float *)y.data == 7);
}

/* ---- Formulas ---- */

TEST(formula, refuses_what_c_would_read_otherwise)
{
    static const char *const bad[] = { "0.5 * g",
                                       "1 / 2 * g",
                                       "(x > 0 ? 1 : 0) / 2 * g",
                                       "g * gamma(x)",
                                       "g * pow(x)",
                                       "g * z",
                                       "g * (x",
                                       "g x",
                                       "(x > 0) * g",
                                       "g ? x : y",
                                       "x > 0",
                                       "g * clamp(x)",
                                       "-(x > 0) * g",
                                       "x > 0 ? g",
                                       "real(g)",
                                       "" };
    wki_formula f;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(wki_formula_read(bad[i], &f) != NULL, "\"%s\" was accepted", bad[i]);
    CHECK(wki_formula_read("g * real(0.5)", &f) == NULL && f.reads == WKI_READS_G);
}

TEST(formula, knows_what_a_derivative_mentions)
{
    CHECK(wki_formula_of(WKI_ROW_tanh, 1)->reads == (WKI_READS_G | WKI_READS_Y));
    CHECK(wki_formula_of(WKI_ROW_mul, 2)->reads == (WKI_READS_G | WKI_READS_B));
    CHECK(wki_formula_of(WKI_ROW_add, 3)->passes && wki_formula_of(WKI_ROW_sign, 1)->zero);
    CHECK(wki_formula_of(WKI_ROW_where, 2)->reads == (WKI_READS_G | WKI_READS_X));
    CHECK_NULL(wki_formula_of(WKI_ROW_add, 1));
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int k = 0; k < 3; k++)
            if (wki_row_table[row].slope[k]) CHECK(wki_formula_of(row, k + 1) != NULL);
    CHECK_OK();
}

static bool flows(int row, int k)
{
    const char *text = wki_row_table[row].slope[k];
    return text && strcmp(text, "0");
}

static wki_view play(const wki_formula *f, const operands *o, wk_dtype dtype)
{
    static const char letters[] = "xabgy";
    wki_view made[WKI_FORMULA_STEPS];
    for (int i = 0; i < f->count; i++) {
        const wki_step *step = &f->step[i];
        if (step->kind == '(') {
            operands args = { .s = 0 };
            for (int k = 0, n = 0; k < 3; k++)
                if (wki_row_table[step->row].operands >> k & 1) args.in[k] = made[step->arg[n++]];
            made[i] = value(step->row, &args, dtype);
        } else if (strchr(letters, step->kind))
            made[i] = o->in[strchr(letters, step->kind) - letters];
        else
            made[i] = filled(dtype, WILD, step->kind == 's' ? o->s : step->kind == 't' ? o->t : step->number);
    }
    return made[f->count - 1];
}

TEST(formula, gives_the_bits_of_the_fast_derivative)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int k = 0; k < 3; k++)
            for (wk_dtype dtype = WK_F32; dtype <= WK_F64 && flows(row, k); dtype++) {
                arena_used = 0;
                operands o = wild_operands(row, dtype, WILD);
                o.in[WKI_IN_Y] = value(row, &o, dtype);
                wki_view fast = slope_of(row, k + 1, &o), slow = play(wki_formula_of(row, k + 1), &o, dtype);
                ck_assert_msg(same_bits(&fast, &slow), "%s, operand %d, %s", wki_row_table[row].name, k,
                              wk_dtype_name(dtype));
            }
}

WICK_TEST_MAIN
