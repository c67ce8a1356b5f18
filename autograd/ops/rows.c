/* Elementwise ops: every row of ops.def as a recorded op, out of place and in place. Dtypes promote, shapes broadcast,
 * one call runs; backward is the row's fused slope, or, where the gradient is to be differentiated again, its formula
 * played with ops. */
#include "autograd/attrs.h"
#include "autograd/formula.h"
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/fault.h"
#include <math.h>

enum { X, A, B, Y, PLACES }; /* operands, and the places of what a node saves */

typedef struct row_attrs {
    int row;
    int8_t ndim[3];  /* of the operands */
    uint8_t ones[3]; /* bit i: the operand's size is 1 where dim i of the result, counted from the right, is larger */
    double s, t;
} row_attrs;

static wk_status row_backward(wki_backward *b, wk_tensor **d);

static const wki_opdef row_ops[WKI_ROW_COUNT] = {
#define ROW(NAME, ...) { #NAME, row_backward, NULL },
#include "backends/ops.def"
};

static inline bool has(const wki_row *row, int place) { return place == Y || row->operands >> place & 1; }

/* v itself, or a copy of it in *wide stretched to the shape */
static const wki_view *stretched(const wki_view *v, const wki_shape *shape, wki_view *wide)
{
    if (wki_fits(v, shape)) return v;
    *wide = *v;
    wki_broadcast_view(wide, shape);
    return wide;
}

/* ---- Backward ---- */

/* The fused slope towards operand k, in the result's shape. What its text does not mention, g stands in for. */
static wk_tensor *fused_slope(const wki_backward *b, const row_attrs *r, int k, wk_tensor *const *saved)
{
    const wki_view *g = &b->g->v, *views[6] = { NULL, g };
    wki_shape shape = wki_shape_of(b->g);
    wki_view wide[PLACES];
    int n = 2;
    for (int i = X; i < PLACES; i++)
        if (has(&wki_row_table[r->row], i)) views[n++] = saved[i] ? stretched(&saved[i]->v, &shape, &wide[i]) : g;
    wk_tensor *d = wki_new("backward", g->device, g->ndim, g->size, g->dtype);
    wki_row_attrs attrs = { r->s, r->t, k + 1 };
    if (!d) return NULL;
    views[0] = &d->v;
    const int64_t work = wki_numel(g) * wki_row_cost(r->row, attrs.slope);
    return wki_do(r->row, 1, n, views, &attrs, sizeof attrs, work) ? NULL : d;
}

static wki_shape operand_shape(const row_attrs *r, int k, const wki_shape *result)
{
    wki_shape shape = { .ndim = r->ndim[k] };
    for (int i = 0; i < shape.ndim; i++)
        shape.size[shape.ndim - 1 - i] = r->ones[k] >> i & 1 ? 1 : result->size[result->ndim - 1 - i];
    return shape;
}

wki_shape wki_row_input(const wki_node *node, int input, const wki_shape *result)
{
    const row_attrs *r = (const void *)node->attrs;
    int k = X;
    while (!has(&wki_row_table[r->row], k) || input--) k++;
    return operand_shape(r, k, result);
}

double wki_row_number(const wki_node *node) { return ((const row_attrs *)(const void *)node->attrs)->s; }

/* Sums d over the dims along which operand k was stretched. */
static wk_tensor *shrunk(wk_tensor *d, const row_attrs *r, int k)
{
    if (!d || (r->ndim[k] == d->v.ndim && !r->ones[k])) return d;
    const wki_shape wide = wki_shape_of(d), shape = operand_shape(r, k, &wide);
    return wki_sum_to(d, &shape);
}

static wk_status row_backward(wki_backward *b, wk_tensor **d)
{
    const row_attrs *r = wki_attrs(b);
    const wki_row *row = &wki_row_table[r->row];
    wk_tensor *saved[PLACES] = { 0 };
    for (int i = 0; i < b->node->nsaved || (i == 0 && b->node->freed); i++)
        if ((b->node->freed || b->node->saved[i].tensor) && !(saved[i] = wki_saved_at(b, i))) return wk_error();
    for (int k = X, input = 0; k <= B; k++) {
        if (!has(row, k)) continue;
        if (!wki_needs(b, input++)) continue;
        const wki_formula *f = wki_formula_of(r->row, k + 1);
        wk_tensor *g = b->g;
        if (f->zero)
            g = NULL;
        else if (!f->passes && wki_is_plain())
            g = fused_slope(b, r, k, saved);
        else if (!f->passes)
            g = wki_formula_play(f, saved[X], saved[A], saved[B], saved[Y], b->g, r->s, r->t);
        if (WKI_FAULT(1) && g) g = wk_mul_scalar(g, 2);
        d[input - 1] = shrunk(g, r, k);
    }
    return WK_OK;
}

/* ---- Forward ---- */

/* Which places the slopes of the operands that want a gradient read. */
static int reads_of(int row, wk_tensor *const in[3])
{
    int reads = 0;
    for (int k = X; k <= B; k++)
        if (in[k] && in[k]->requires_grad) reads |= wki_formula_of(row, k + 1)->reads;
    return reads;
}

/* before: of a call in place, what y was, for the slopes to read; else NULL */
static wki_node *record(int row, wk_tensor *y, wk_tensor *const in[3], double s, double t, int to, wk_tensor *before)
{
    row_attrs r = { .row = row, .s = s, .t = t };
    wk_tensor *inputs[3];
    int n = 0;
    for (int k = X; k <= B; k++) {
        if (!in[k]) continue;
        inputs[n++] = in[k];
        r.ndim[k] = in[k]->v.ndim;
        for (int i = 0; i < in[k]->v.ndim; i++)
            if (in[k]->v.size[in[k]->v.ndim - 1 - i] != y->v.size[y->v.ndim - 1 - i]) r.ones[k] |= (uint8_t)(1u << i);
    }
    wki_node *node = wki_record(&row_ops[row], y, n, inputs, &r, sizeof r);
    int reads = node ? reads_of(row, in) : 0;
    if (!(reads & (WKI_READS_X | WKI_READS_A | WKI_READS_B | WKI_READS_Y))) return node;
    for (int k = X; k <= B; k++) {
        if (before && k == to)
            wki_save(node, before);
        else if (in[k] == y && reads >> k & 1)
            wki_save_output(node, y); /* changed in place: no cycle, and an error at backward */
        else
            wki_save_if(reads >> k & 1, node, in[k]);
    }
    return node;
}

static wk_tensor *recorded(wk_tensor *y, int row, wk_tensor *const in[3], double s, double t)
{
    wki_node *node = record(row, y, in, s, t, 0, NULL);
    if (reads_of(row, in) & WKI_READS_Y) wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* Integers take whole numbers that they can hold; so do bools, of any size, where they are only compared. */
static bool numbers_ok(const char *where, const wki_row *row, wk_dtype dtype, double s, double t)
{
    static const double low[WK_DTYPE_COUNT] = { [WK_I64] = -0x1p63, [WK_I32] = -0x1p31, [WK_BOOL] = -0x1p31 };
    static const double high[WK_DTYPE_COUNT] = {
        [WK_I64] = 0x1p63, [WK_I32] = 0x1p31, [WK_U8] = 256, [WK_BOOL] = 0x1p31
    };
    const double numbers[2] = { s, t };
    for (int i = 0; i < row->numbers && !wki_is_float(dtype); i++) {
        wki_check(isnan(numbers[i]) || numbers[i] == floor(numbers[i]), false, WK_E_DTYPE, where,
                  "%g is not whole; the tensor is %s, convert it with wk_to", numbers[i], wk_dtype_name(dtype));
        wki_check(numbers[i] >= low[dtype] && numbers[i] < high[dtype], false, WK_E_RANGE, where,
                  "%g does not fit into %s", numbers[i], wk_dtype_name(dtype));
    }
    bool negative_power = row == &wki_row_table[WKI_ROW_pow_scalar] && !wki_is_float(dtype) && s < 0;
    wki_check(!negative_power, false, WK_E_RANGE, where,
              "%g is negative, and the tensor is %s, whose powers of it are fractions; convert with wk_to", s,
              wk_dtype_name(dtype));
    return true;
}

/* Numbers for which torch's functions have no meaning */
static bool numbers_mean_something(const char *where, const wki_row *row, double s, double t)
{
    const int number = (int)(row - wki_row_table);
    wki_check(number != WKI_ROW_hardtanh || !(s > t), false, WK_E_INVALID, where,
              "low is %g, high %g; low must not be above high", s, t);
    wki_check(number != WKI_ROW_softshrink || !(s < 0), false, WK_E_INVALID, where,
              "lambda is %g; it must not be negative", s);
    wki_check(number != WKI_ROW_celu || s != 0, false, WK_E_INVALID, where, "alpha is 0, and x is divided by it");
    return true;
}

/* The dtype in which the row computes: the operands' promoted one, and what the row's kind makes of it. */
static bool dtype_of(const char *where, const wki_row *row, wk_tensor *const in[3], wk_dtype *dtype)
{
    wk_tensor *operands[3];
    int n = 0;
    for (int k = row->condition ? A : X; k <= B; k++)
        if (in[k]) operands[n++] = in[k];
    *dtype = wki_promote_all(n, operands);
    const bool is_bool = *dtype == WK_BOOL, is_float = wki_is_float(*dtype);
    const bool whole = row->kind == WKI_KIND_DIVIDE || row->kind == WKI_KIND_WHOLE || row->kind == WKI_KIND_BITS;
    if (row->kind == WKI_KIND_REAL && !is_float) *dtype = WK_F32;
    if (is_bool && (row->kind == WKI_KIND_LIFT || (whole && n == 1 && row->numbers))) *dtype = WK_I64;
    wki_check(row->kind != WKI_KIND_FLOAT || is_float, false, WK_E_DTYPE, where,
              "takes floats, not %s; convert with wk_to first", wk_dtype_name(*dtype));
    wki_check((row->kind != WKI_KIND_WHOLE && row->kind != WKI_KIND_BITS) || !is_float, false, WK_E_DTYPE, where,
              "takes integers, not %s; convert with wk_to first", wk_dtype_name(*dtype));
    bool refuses_bool = row->kind == WKI_KIND_ALL || row->kind == WKI_KIND_WHOLE || row->kind == WKI_KIND_DIVIDE;
    wki_check(!refuses_bool || *dtype != WK_BOOL, false, WK_E_DTYPE, where, "takes no bool; convert with wk_to first");
    return true;
}

/* Integers cannot be divided by 0, whatever the other operand. */
static bool divisor_ok(const char *where, const wki_row *row, wk_dtype dtype, wk_tensor *b, double s)
{
    if (row->kind != WKI_KIND_DIVIDE || wki_is_float(dtype)) return true;
    double zeros = s == 0;
    if (!row->numbers) {
        WK_SCOPE(work);
        zeros = wki_value_of(wk_sum(wk_eq_scalar(b, 0)), "a division of integers looks for zeros");
        if (isnan(zeros)) return false;
    }
    wki_check(zeros == 0, false, WK_E_RANGE, where, "the divisor is 0 in %g places, and %s has no infinity", zeros,
              wk_dtype_name(dtype));
    return true;
}

/* The operands' names in elementwise.h */
static const char *const *names_of(const wki_row *row)
{
    static const char *const plain[] = { "x", "a", "b" }, *const where[] = { "condition", "a", "b" };
    static const char *const lerp[] = { "x", "end", "weight" }, *const lerp_scalar[] = { NULL, "x", "end" };
    const int number = (int)(row - wki_row_table);
    return number == WKI_ROW_lerp ? lerp : number == WKI_ROW_lerp_scalar ? lerp_scalar : row->condition ? where : plain;
}

static bool operands_ok(const char *where, const wki_row *row, wk_tensor *const in[3])
{
    const char *const *names = names_of(row);
    wk_tensor *first = NULL;
    for (int k = X; k <= B; k++) {
        if (!has(row, k)) continue;
        if (!wki_tensor_ok(in[k], where, names[k])) return false;
        if (!first)
            first = in[k];
        else if (!wki_same_device(where, first, in[k]))
            return false;
    }
    wki_check(!row->condition || in[X]->v.dtype == WK_BOOL, false, WK_E_DTYPE, where,
              "the condition is %s; bool is needed", wk_dtype_name((wk_dtype)in[X]->v.dtype));
    return true;
}

/* Where all operands that have y's shape lie in memory in one order, y does too: nothing has to be turned. */
static void keep_layout(wk_tensor *y, wk_tensor *const in[3])
{
    const wki_view *like = NULL;
    for (int k = X; k <= B; k++) {
        if (!in[k] || !wki_same_shape(&in[k]->v, &y->v)) continue;
        if (wki_is_contiguous(&in[k]->v) || (like && !wki_same_layout(&in[k]->v, like))) return;
        like = &in[k]->v;
    }
    if (!like || !wki_is_dense(like)) return;
    for (int d = 0; d < y->v.ndim; d++) y->v.stride[d] = like->stride[d];
}

/* The row's call into y: operands stretched to y's shape. */
static wk_status run(int row, const wki_view *y, wk_tensor *const in[3], double s, double t)
{
    wki_shape shape = { .ndim = y->ndim };
    for (int i = 0; i < y->ndim; i++) shape.size[i] = y->size[i];
    const wki_view *views[4] = { y };
    wki_view wide[3];
    int n = 1;
    for (int k = X; k <= B; k++)
        if (in[k]) views[n++] = stretched(&in[k]->v, &shape, &wide[k]);
    wki_row_attrs attrs = { s, t, 0 };
    return wki_do(row, 1, n, views, &attrs, sizeof attrs, wki_numel(y) * wki_row_cost(row, 0));
}

/* Operands in the dtype of the computation; the condition of where stays. */
static bool convert(const wki_row *row, wk_tensor *in[3], wk_dtype dtype)
{
    for (int k = row->condition ? A : X; k <= B; k++)
        if (in[k] && in[k]->v.dtype != dtype && !(in[k] = wk_to(in[k], dtype))) return false;
    return true;
}

static bool ready(const char *where, const wki_row *row, wk_tensor *in[3], double s, double t, wk_dtype *dtype)
{
    return operands_ok(where, row, in) && dtype_of(where, row, in, dtype) && numbers_ok(where, row, *dtype, s, t) &&
           numbers_mean_something(where, row, s, t);
}

static wk_dtype result_of(const wki_row *row, wk_dtype dtype) { return row->kind == WKI_KIND_TRUTH ? WK_BOOL : dtype; }

wk_tensor *wki_row_apply(int number, wk_tensor *x, wk_tensor *a, wk_tensor *b, double s, double t)
{
    const wki_row *row = &wki_row_table[number];
    wk_tensor *in[3] = { x, a, b };
    wk_dtype dtype;
    if (!ready(row->name, row, in, s, t, &dtype) || !convert(row, in, dtype) ||
        !divisor_ok(row->name, row, dtype, in[B], s))
        return NULL;
    wki_shape shape = wki_shape_of(in[x ? X : A]);
    for (int k = x ? A : B; k <= B; k++)
        if (in[k] && !wki_broadcast(row->name, &shape, &in[k]->v)) return NULL;
    wk_device device = in[x ? X : A]->v.device;
    wk_tensor *y = wki_new(row->name, device, shape.ndim, shape.size, result_of(row, dtype));
    if (!y) return NULL;
    keep_layout(y, in);
    if (run(number, &y->v, in, s, t)) return NULL;
    if (row->kind == WKI_KIND_TRUTH || !wki_wants_grad(3, in)) return y;
    return recorded(y, number, in, s, t);
}

/* May in[to] be written over with the row's result: its shape, its dtype's kind or a lower one, nobody else's memory?
 */
static bool room_for(const char *where, wk_tensor *const in[3], int to, wk_dtype result)
{
    wk_tensor *y = in[to];
    wki_check(wki_dtype_lifts(result, (wk_dtype)y->v.dtype), false, WK_E_DTYPE, where,
              "the result is %s, which does not fit into %s", wk_dtype_name(result),
              wk_dtype_name((wk_dtype)y->v.dtype));
    wki_shape shape = wki_shape_of(y);
    for (int k = X; k <= B; k++)
        if (in[k] && !wki_broadcast(where, &shape, &in[k]->v)) return false;
    wki_check(wki_fits(&y->v, &shape), false, WK_E_SHAPE, where, "the result is %s, which does not fit into %s",
              wki_show_shape(shape.ndim, shape.size), wki_show(&y->v));
    return wki_begin_inplace(y, 3, in, where) == WK_OK;
}

/* In place: in[to] is written over. A result of another dtype is computed aside and copied. */
static wk_status row_in_place(int number, const char *where, int to, wk_tensor *x, wk_tensor *a, wk_tensor *b, double s,
                              double t)
{
    const wki_row *row = &wki_row_table[number];
    wk_tensor *in[3] = { x, a, b }, *y = in[to];
    wk_dtype dtype;
    WK_SCOPE(work);
    if (!ready(where, row, in, s, t, &dtype) || !room_for(where, in, to, result_of(row, dtype))) return wk_error();
    if (row->kind == WKI_KIND_TRUTH || dtype != y->v.dtype) {
        wk_tensor *aside = wki_row_apply(number, x, a, b, s, t);
        return aside ? wk_copy_(y, aside) : wk_error();
    }
    if (!convert(row, in, dtype) || !divisor_ok(where, row, dtype, in[B], s)) return wk_error();
    const bool wants = wki_wants_grad(3, in);
    const int reads = wants ? reads_of(number, in) : 0; /* y gets a history now, and would count */
    wk_tensor *kept = reads >> to & 1 && !WKI_FAULT(212) ? wk_clone(y) : NULL;
    if (wk_failed()) return wk_error();
    const wki_history before = wki_history_of(y);
    wki_node *node = wants ? record(number, y, in, s, t, to, kept) : NULL;
    wki_bump(y);
    if (reads & WKI_READS_Y) wki_save_output(node, y);
    if (!wk_failed()) run(number, &y->v, in, s, t);
    return wki_end_inplace(y, &before);
}

static wk_tensor *wrong_shapes(void) { return wk_add(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32)); }
static wk_tensor *wrong_number(void) { return wk_add_scalar(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0.5); }
static wk_tensor *wrong_condition(void)
{
    return wk_where(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32),
                    wk_zeros(WK_SHAPE(2, 3), WK_F32));
}
static wk_tensor *wrong_leaf(void)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(2, 3), WK_F32));
    return wk_exp_(x) ? NULL : x;
}
static wk_tensor *wrong_expanded(void)
{
    wk_tensor *x = wk_expand(wk_zeros(WK_SHAPE(1), WK_F32), WK_SHAPE(3));
    return wk_mul_(x, x) ? NULL : x;
}
static wk_tensor *wrong_view(void)
{
    wk_tensor *x = wk_mul_scalar(wk_requires_grad(wk_zeros(WK_SHAPE(2, 3), WK_F32)), 2), *first = wk_select(x, 0, 0);
    return wk_exp_(first) ? NULL : first;
}
static wk_tensor *no_end(void)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(2), WK_F32);
    return wk_lerp_scalar_(x, NULL, 0.5) ? NULL : x;
}
static wk_tensor *no_weight(void) { return wk_lerp(wk_zeros(WK_SHAPE(2), WK_F32), wk_ones(WK_SHAPE(2), WK_F32), NULL); }
const wki_error_sample wki_errors_rows[] = {
    { "add", wrong_shapes, WK_E_SHAPE, "[2, 3], [2]" },
    { "add_scalar", wrong_number, WK_E_DTYPE, "0.5 is not whole" },
    { "where", wrong_condition, WK_E_DTYPE, "bool" },
    { "exp_", wrong_view, WK_E_STATE, "a view" },
    { "exp_", wrong_leaf, WK_E_STATE, "leaf" },
    { "lerp_scalar_", no_end, WK_E_INVALID, "end is NULL" },
    { "lerp", no_weight, WK_E_INVALID, "weight is NULL" },
    { "mul_", wrong_expanded, WK_E_STATE, "expanded" },
    { 0 },
};

/* ---- The public names, as declared in elementwise.h ---- */
#define APPLY(NAME, OPERANDS, ...)                                                                                     \
    wk_tensor *wk_##NAME OPERANDS { return wki_row_apply(WKI_ROW_##NAME, __VA_ARGS__); }
#define UNARY(NAME, ...)    APPLY(NAME, (wk_tensor * x), x, NULL, NULL, 0, 0)
#define UNARY_S(NAME, ...)  APPLY(NAME, (wk_tensor * x, double s), x, NULL, NULL, s, 0)
#define UNARY_ST(NAME, ...) APPLY(NAME, (wk_tensor * x, double s, double t), x, NULL, NULL, s, t)
#define BINARY(NAME, ...)   APPLY(NAME, (wk_tensor * a, wk_tensor * b), NULL, a, b, 0, 0)
#define BINARY_S(NAME, ...) APPLY(NAME, (wk_tensor * a, wk_tensor * b, double s), NULL, a, b, s, 0)
#define TRIPLE(NAME, ...)   APPLY(NAME, (wk_tensor * x, wk_tensor * a, wk_tensor * b), x, a, b, 0, 0)
#define TRIPLE_S(NAME, ...) APPLY(NAME, (wk_tensor * x, wk_tensor * a, wk_tensor * b, double s), x, a, b, s, 0)
#define TERNARY             TRIPLE
#include "backends/ops.def"

#define WRITE(NAME, OPERANDS, ...)                                                                                     \
    wk_status wk_##NAME##_ OPERANDS { return row_in_place(WKI_ROW_##NAME, #NAME "_", __VA_ARGS__); }
#define IN_PLACE_ROWS
#define UNARY(NAME, ...)    WRITE(NAME, (wk_tensor * x), X, x, NULL, NULL, 0, 0)
#define UNARY_S(NAME, ...)  WRITE(NAME, (wk_tensor * x, double s), X, x, NULL, NULL, s, 0)
#define UNARY_ST(NAME, ...) WRITE(NAME, (wk_tensor * x, double s, double t), X, x, NULL, NULL, s, t)
#define BINARY(NAME, ...)   WRITE(NAME, (wk_tensor * a, wk_tensor * b), A, NULL, a, b, 0, 0)
#define BINARY_S(NAME, ...) WRITE(NAME, (wk_tensor * a, wk_tensor * b, double s), A, NULL, a, b, s, 0)
#define TRIPLE(NAME, ...)   WRITE(NAME, (wk_tensor * x, wk_tensor * a, wk_tensor * b), X, x, a, b, 0, 0)
#define TRIPLE_S(NAME, ...) WRITE(NAME, (wk_tensor * x, wk_tensor * a, wk_tensor * b, double s), X, x, a, b, s, 0)
#include "backends/ops.def"

wk_status wki_put_masked(const char *where, wk_tensor *x, wk_tensor *mask, wk_tensor *values)
{
    return row_in_place(WKI_ROW_where, where, B, mask, values, x, 0, 0);
}

const wki_family wki_family_rows = { NULL }; /* the table of rows is their list, with samples in its columns */
