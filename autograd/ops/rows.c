/* Elementwise ops: every row of ops.def as a recorded op, out of place and in place. Dtypes promote, shapes broadcast,
 * one call runs; backward is the row's fused slope, or, where the gradient is to be differentiated again, its formula
 * played with ops. */
#include "autograd/formula.h"
#include "autograd/op.h"
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
#define UNARY(NAME, ...)    { #NAME, row_backward, NULL },
#define UNARY_S(NAME, ...)  { #NAME, row_backward, NULL },
#define UNARY_ST(NAME, ...) { #NAME, row_backward, NULL },
#define BINARY(NAME, ...)   { #NAME, row_backward, NULL },
#define BINARY_S(NAME, ...) { #NAME, row_backward, NULL },
#define TERNARY(NAME, ...)  { #NAME, row_backward, NULL },
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
    return wki_do(r->row, 1, n, views, &attrs, sizeof attrs, wki_numel(g)) ? NULL : d;
}

/* Sums d over the dims along which operand k was stretched. */
static wk_tensor *shrunk(wk_tensor *d, const row_attrs *r, int k)
{
    if (!d || (r->ndim[k] == d->v.ndim && !r->ones[k])) return d;
    wki_shape shape = { .ndim = r->ndim[k] };
    for (int i = 0; i < shape.ndim; i++)
        shape.size[shape.ndim - 1 - i] = r->ones[k] >> i & 1 ? 1 : d->v.size[d->v.ndim - 1 - i];
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

static wki_node *record(int row, wk_tensor *y, wk_tensor *const in[3], double s, double t)
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
        if (in[k] == y && reads >> k & 1)
            wki_save_output(node, y); /* changed in place: no cycle, and an error at backward */
        else
            wki_save_if(reads >> k & 1, node, in[k]);
    }
    return node;
}

static wk_status save_result(wki_node *node, wk_tensor *y, int row, wk_tensor *const in[3])
{
    if (!node) return wk_error();
    if (!(reads_of(row, in) & WKI_READS_Y)) return WK_OK;
    wki_save_output(node, y);
    return wk_error();
}

static bool numbers_ok(const wki_row *row, wk_dtype dtype, double s, double t)
{
    double numbers[2] = { s, t };
    for (int i = 0; i < row->numbers; i++) {
        wki_check(wki_is_float(dtype) || isnan(numbers[i]) || numbers[i] == floor(numbers[i]), false, WK_E_DTYPE,
                  row->name, "%g is not whole; the tensor is %s, convert it with wk_to", numbers[i],
                  wk_dtype_name(dtype));
        wki_check(wki_is_float(dtype) || fabs(numbers[i]) < 9e18, false, WK_E_RANGE, row->name,
                  "%g does not fit into %s", numbers[i], wk_dtype_name(dtype));
    }
    return true;
}

/* The dtype in which the row computes: the operands' promoted one, f32 for integers where the row is of the real
 * numbers. */
static bool dtype_of(const wki_row *row, wk_tensor *x, wk_tensor *a, wk_tensor *b, wk_dtype *dtype)
{
    *dtype = a ? wki_promote(a, b) : (wk_dtype)x->v.dtype;
    if (row->kind == WKI_KIND_REAL && !wki_is_float(*dtype)) *dtype = WK_F32;
    wki_check(row->kind != WKI_KIND_ALL || *dtype != WK_BOOL, false, WK_E_DTYPE, row->name,
              "takes no bool; convert with wk_to first");
    return true;
}

static bool operands_ok(const wki_row *row, wk_tensor *const in[3])
{
    bool choice = row->operands == (WKI_HAS_X | WKI_HAS_A | WKI_HAS_B);
    const char *const names[] = { choice ? "condition" : "x", "a", "b" };
    wk_tensor *first = NULL;
    for (int k = X; k <= B; k++) {
        if (!has(row, k)) continue;
        if (!wki_tensor_ok(in[k], row->name, names[k])) return false;
        if (!first)
            first = in[k];
        else if (!wki_same_device(row->name, first, in[k]))
            return false;
    }
    bool condition = row->operands == (WKI_HAS_X | WKI_HAS_A | WKI_HAS_B);
    wki_check(!condition || in[X]->v.dtype == WK_BOOL, false, WK_E_DTYPE, row->name,
              "the condition is %s; bool is needed", wk_dtype_name((wk_dtype)in[X]->v.dtype));
    return true;
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
    return wki_do(row, 1, n, views, &attrs, sizeof attrs, wki_numel(y));
}

/* Operands in the dtype of the computation; the condition of where stays. */
static bool convert(wk_tensor *in[3], wk_dtype dtype)
{
    bool condition = in[X] && in[A];
    for (int k = condition ? A : X; k <= B; k++)
        if (in[k] && in[k]->v.dtype != dtype && !(in[k] = wk_to(in[k], dtype))) return false;
    return true;
}

wk_tensor *wki_row_apply(int number, wk_tensor *x, wk_tensor *a, wk_tensor *b, double s, double t)
{
    const wki_row *row = &wki_row_table[number];
    wk_tensor *in[3] = { x, a, b };
    wk_dtype dtype;
    if (!operands_ok(row, in) || !dtype_of(row, x, a, b, &dtype) || !numbers_ok(row, dtype, s, t) ||
        !convert(in, dtype))
        return NULL;
    wki_shape shape = wki_shape_of(in[x ? X : A]);
    for (int k = x ? A : B; k <= B; k++)
        if (in[k] && !wki_broadcast(row->name, &shape, &in[k]->v)) return NULL;
    wk_device device = in[x ? X : A]->v.device;
    wk_tensor *y = wki_new(row->name, device, shape.ndim, shape.size, row->kind == WKI_KIND_TRUTH ? WK_BOOL : dtype);
    if (!y || run(number, &y->v, in, s, t)) return NULL;
    if (row->kind == WKI_KIND_TRUTH || !wki_wants_grad(3, in)) return y;
    return save_result(record(number, y, in, s, t), y, number, in) ? NULL : y;
}

/* In place: the first operand is written over; the result must have its shape and dtype. */
static wk_status row_in_place(int number, const char *where, wk_tensor *y, wk_tensor *b, double s, double t)
{
    const wki_row *row = &wki_row_table[number];
    bool unary = row->operands == WKI_HAS_X;
    wk_tensor *in[3] = { unary ? y : NULL, unary ? NULL : y, b };
    wk_dtype dtype;
    WK_SCOPE(work);
    if (!operands_ok(row, in) || !dtype_of(row, in[X], in[A], b, &dtype) || !numbers_ok(row, dtype, s, t))
        return wk_error();
    wki_check(dtype == y->v.dtype, WK_E_DTYPE, WK_E_DTYPE, where, "the result is %s, which does not fit into %s",
              wk_dtype_name(dtype), wk_dtype_name((wk_dtype)y->v.dtype));
    wki_shape shape = wki_shape_of(y);
    if (b && !wki_broadcast(where, &shape, &b->v)) return wk_error();
    wki_check(wki_fits(&y->v, &shape), WK_E_SHAPE, WK_E_SHAPE, where, "the result is %s, which does not fit into %s",
              wki_show_shape(shape.ndim, shape.size), wki_show(&y->v));
    if (wki_begin_inplace(y, 1, &b, where) || !convert(in, dtype) || run(number, &y->v, in, s, t)) return wk_error();
    wki_node *node = NULL;
    bool wants = wki_wants_grad(3, in);
    int reads = wants ? reads_of(number, in) : 0;
    if (wants && !(node = record(number, y, in, s, t))) return wk_error();
    wki_bump(y);
    if (reads & WKI_READS_Y) wki_save_output(node, y);
    return wk_error();
}

/* ---- The public names, as declared in tensor.h ---- */
#define UNARY(NAME, ...)                                                                                               \
    wk_tensor *wk_##NAME(wk_tensor *x) { return wki_row_apply(WKI_ROW_##NAME, x, NULL, NULL, 0, 0); }
#define UNARY_S(NAME, ...)                                                                                             \
    wk_tensor *wk_##NAME(wk_tensor *x, double s) { return wki_row_apply(WKI_ROW_##NAME, x, NULL, NULL, s, 0); }
#define UNARY_ST(NAME, ...)                                                                                            \
    wk_tensor *wk_##NAME(wk_tensor *x, double s, double t)                                                             \
    {                                                                                                                  \
        return wki_row_apply(WKI_ROW_##NAME, x, NULL, NULL, s, t);                                                     \
    }
#define BINARY(NAME, ...)                                                                                              \
    wk_tensor *wk_##NAME(wk_tensor *a, wk_tensor *b) { return wki_row_apply(WKI_ROW_##NAME, NULL, a, b, 0, 0); }
#define BINARY_S(NAME, ...)                                                                                            \
    wk_tensor *wk_##NAME(wk_tensor *a, wk_tensor *b, double s)                                                         \
    {                                                                                                                  \
        return wki_row_apply(WKI_ROW_##NAME, NULL, a, b, s, 0);                                                        \
    }
#define TERNARY(NAME, ...)                                                                                             \
    wk_tensor *wk_##NAME(wk_tensor *x, wk_tensor *a, wk_tensor *b)                                                     \
    {                                                                                                                  \
        return wki_row_apply(WKI_ROW_##NAME, x, a, b, 0, 0);                                                           \
    }
#include "backends/ops.def"

#define IN_PLACE(NAME)                                                                                                 \
    wk_status wk_##NAME##_(wk_tensor *x) { return row_in_place(WKI_ROW_##NAME, #NAME "_", x, NULL, 0, 0); }
#define IN_PLACE_S(NAME)                                                                                               \
    wk_status wk_##NAME##_(wk_tensor *x, double s) { return row_in_place(WKI_ROW_##NAME, #NAME "_", x, NULL, s, 0); }
#define IN_PLACE_ST(NAME)                                                                                              \
    wk_status wk_##NAME##_(wk_tensor *x, double s, double t)                                                           \
    {                                                                                                                  \
        return row_in_place(WKI_ROW_##NAME, #NAME "_", x, NULL, s, t);                                                 \
    }
#define IN_PLACE_B(NAME)                                                                                               \
    wk_status wk_##NAME##_(wk_tensor *a, wk_tensor *b) { return row_in_place(WKI_ROW_##NAME, #NAME "_", a, b, 0, 0); }
#define IN_PLACE_BS(NAME)                                                                                              \
    wk_status wk_##NAME##_(wk_tensor *a, wk_tensor *b, double s)                                                       \
    {                                                                                                                  \
        return row_in_place(WKI_ROW_##NAME, #NAME "_", a, b, s, 0);                                                    \
    }
IN_PLACE(neg)
IN_PLACE(abs)
IN_PLACE(sqrt)
IN_PLACE(exp)
IN_PLACE(log)
IN_PLACE(tanh)
IN_PLACE(sigmoid)
IN_PLACE(relu)
IN_PLACE_ST(clamp)
IN_PLACE_S(add_scalar)
IN_PLACE_S(mul_scalar)
IN_PLACE_B(add)
IN_PLACE_B(sub)
IN_PLACE_B(mul)
IN_PLACE_B(div)
IN_PLACE_BS(add_alpha)

const wki_family wki_family_rows = { NULL }; /* the table of rows is their list, with samples in its columns */
