/* pad: each padded dim is up to three pieces, what lies before, the input (or a cut of it), and what lies behind; a
 * copy for every combination of pieces. The gradient folds the pieces back onto the input, dim by dim. */
#include "autograd/op.h"
#include <math.h>

enum { BEFORE, MIDDLE, BEHIND, PIECES };

typedef struct pads {
    int ndim, mode;
    int32_t by[WK_MAX_DIMS][2]; /* before and behind each dim */
} pads;

typedef struct piece {
    int64_t to, from, length; /* where it starts in the result and in the input */
    int step;                 /* through the input: -1 mirrors, 0 repeats the edge */
} piece;

static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static piece piece_of(const pads *p, int dim, int64_t size, int which)
{
    const int64_t before = p->by[dim][0], behind = p->by[dim][1];
    if (which == MIDDLE) {
        int64_t start = most(0, -before);
        return (piece){ most(0, before), start, size + (behind < 0 ? behind : 0) - start, 1 };
    }
    int64_t n = most(0, which == BEFORE ? before : behind), to = which == BEFORE ? 0 : size + before;
    switch (p->mode) {
    case WK_PAD_REFLECT: return (piece){ to, which == BEFORE ? n : size - 2, n, -1 };
    case WK_PAD_REPLICATE: return (piece){ to, which == BEFORE ? 0 : size - 1, n, 0 };
    case WK_PAD_CIRCULAR: return (piece){ to, which == BEFORE ? size - n : 0, n, 1 };
    default: return (piece){ to, 0, 0, 1 };
    }
}

static wki_view at_piece(const wki_view *v, int dim, int64_t start, int64_t length, int step)
{
    wki_view part = *v;
    if (length) part.data = (char *)v->data + start * v->stride[dim] * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    part.size[dim] = length;
    part.stride[dim] *= step;
    return part;
}

static wk_status copy_pieces(wki_view y, wki_view x, const pads *p, int dim)
{
    while (dim < y.ndim && !p->by[dim][0] && !p->by[dim][1]) dim++;
    if (dim == y.ndim) return wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y, &x), NULL, 0, wki_numel(&y));
    for (int which = BEFORE; which < PIECES; which++) {
        piece c = piece_of(p, dim, x.size[dim], which);
        if (c.length <= 0) continue;
        wki_view to = at_piece(&y, dim, c.to, c.length, 1), from = at_piece(&x, dim, c.from, c.length, c.step);
        if (copy_pieces(to, from, p, dim + 1)) return wk_error();
    }
    return WK_OK;
}

static wk_tensor *pad(wk_tensor *t, const pads *p, double value);
static wk_tensor *unpad(wk_tensor *g, const pads *p);

/* ---- Constant ---- */

/* The opposite padding: zeros where the input had been cut. */
static wk_status constant_backward(wki_backward *b, wk_tensor **d)
{
    pads back = *(const pads *)wki_attrs(b);
    for (int i = 0; i < back.ndim; i++)
        for (int side = 0; side < 2; side++) back.by[i][side] = -back.by[i][side];
    d[0] = pad(b->g, &back, 0);
    return WK_OK;
}

static wk_tensor *sample_constant(wk_tensor *const *in)
{
    return wk_square(wk_pad(in[0], 4, (int64_t[]){ 1, -1, 0, 2 }, WK_PAD_CONSTANT, 3));
}
static const wki_sample pad_samples[] = { { sample_constant, 1, { { 3, { 2, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef pad_op = { "pad", constant_backward, pad_samples };

/* ---- Reflect, replicate, circular ---- */
static wk_status border_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = unpad(b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_reflect(wk_tensor *const *in)
{
    return wk_square(wk_pad(in[0], 4, (int64_t[]){ 2, -1, 1, 2 }, WK_PAD_REFLECT, 0));
}
static wk_tensor *sample_replicate(wk_tensor *const *in)
{
    return wk_square(wk_pad(in[0], 4, (int64_t[]){ 5, 1, -1, 2 }, WK_PAD_REPLICATE, 0));
}
static wk_tensor *sample_circular(wk_tensor *const *in)
{
    return wk_square(wk_pad(in[0], 2, (int64_t[]){ 4, 2 }, WK_PAD_CIRCULAR, 0));
}
static const wki_sample border_samples[] = { { sample_reflect, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                             { sample_replicate, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                             { sample_circular, 1, { { 2, { 2, 4 }, -2, 2 } } },
                                             { 0 } };
static const wki_opdef border_op = { "pad", border_backward, border_samples };

static wk_status unpad_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = pad(b->g, wki_attrs(b), 0);
    return WK_OK;
}

static wk_tensor *sample_unpad(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(wk_square(wk_pad(in[0], 2, (int64_t[]){ 1, -1 }, WK_PAD_REFLECT, 0)));
    return wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample unpad_samples[] = { { sample_unpad, 1, { { 2, { 2, 3 }, -1, 1 } } }, { 0 } };
static const wki_opdef unpad_op = { "unpad", unpad_backward, unpad_samples };

static wk_tensor *pad(wk_tensor *t, const pads *p, double value)
{
    wki_shape to = wki_shape_of(t);
    bool covered = true;
    for (int i = 0; i < to.ndim; i++) {
        to.size[i] += p->by[i][0] + p->by[i][1];
        covered = covered && (p->mode != WK_PAD_CONSTANT || (p->by[i][0] <= 0 && p->by[i][1] <= 0));
    }
    wk_tensor *y = wki_new("pad", t->v.device, to.ndim, to.size, (wk_dtype)t->v.dtype);
    wki_fill_attrs fill = { value, 0 };
    if (!y || (!covered && wki_do(WKI_OP_fill, 1, WKI_VIEWS(&y->v), &fill, sizeof fill, wki_numel(&y->v)))) return NULL;
    if (copy_pieces(y->v, t->v, p, 0)) return NULL;
    const wki_opdef *op = p->mode == WK_PAD_CONSTANT ? &pad_op : &border_op;
    if (wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, p, sizeof *p)) return NULL;
    return y;
}

static wk_status add_onto(const wki_view *y, const wki_view *g)
{
    return wki_do(WKI_ROW_add, 1, WKI_VIEWS(y, y, g), &(wki_row_attrs){ 0 }, sizeof(wki_row_attrs), wki_numel(y));
}

/* A piece of g onto the elements of y that it was copied from. */
static wk_status fold_piece(const wki_view *y, const wki_view *g, int dim, const piece *c)
{
    wki_view part = at_piece(g, dim, c->to, c->length, 1);
    if (c->step < 0) part = at_piece(g, dim, c->to + c->length - 1, c->length, -1);
    if (c->step) {
        wki_view onto = at_piece(y, dim, c->step > 0 ? c->from : c->from - c->length + 1, c->length, 1);
        return add_onto(&onto, &part);
    }
    wki_view edge = at_piece(y, dim, c->from, 1, 1);
    wk_tensor *sum = wki_new("pad", y->device, edge.ndim, edge.size, (wk_dtype)y->dtype);
    wki_reduce_attrs attrs = { WKI_SUM, 1u << dim, 1 };
    if (!sum || wki_do(WKI_OP_reduce, 1, WKI_VIEWS(&sum->v, &part), &attrs, sizeof attrs, wki_numel(&part)))
        return wk_error();
    return add_onto(&edge, &sum->v);
}

static wk_tensor *unpad_dim(wk_tensor *g, const pads *p, int dim)
{
    wki_shape to = wki_shape_of(g);
    to.size[dim] -= p->by[dim][0] + p->by[dim][1];
    wk_tensor *y = wk_zeros(to.ndim, to.size, (wk_dtype)g->v.dtype);
    if (!y) return NULL;
    piece middle = piece_of(p, dim, to.size[dim], MIDDLE);
    wki_view from = at_piece(&g->v, dim, middle.to, middle.length, 1),
             onto = at_piece(&y->v, dim, middle.from, middle.length, 1);
    if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&onto, &from), NULL, 0, wki_numel(&onto))) return NULL;
    for (int which = BEFORE; which < PIECES; which += BEHIND) {
        piece c = piece_of(p, dim, to.size[dim], which);
        if (c.length > 0 && fold_piece(&y->v, &g->v, dim, &c)) return NULL;
    }
    return y;
}

static wk_tensor *unpad(wk_tensor *g, const pads *p)
{
    wk_tensor *y = g;
    for (int i = 0; y && i < p->ndim; i++)
        if (p->by[i][0] || p->by[i][1]) y = unpad_dim(y, p, i);
    if (!y || !wki_wants_grad(1, &g)) return y;
    if (y == g && !(y = wki_alias(g, &g->v))) return NULL;
    return wki_record(&unpad_op, y, 1, &g, p, sizeof *p) ? y : NULL;
}

/* What a mode asks of one dim. */
static bool pad_fits(const wk_tensor *t, int dim, int64_t before, int64_t behind, wk_pad_mode mode)
{
    const int64_t size = t->v.size[dim], larger = most(before, behind);
    wki_check(most(larger, -before) < INT32_MAX && -behind < INT32_MAX, false, WK_E_RANGE, "pad",
              "dim %d is padded by %lld and %lld; that is out of reach", dim, (long long)before, (long long)behind);
    wki_check(size + before + behind >= 0 && size + before >= 0 && size + behind >= 0, false, WK_E_SHAPE, "pad",
              "padding by %lld and %lld cuts more than dim %d of %s has", (long long)before, (long long)behind, dim,
              wki_show(&t->v));
    if (mode == WK_PAD_CONSTANT || larger <= 0) return true;
    wki_check(mode != WK_PAD_REFLECT || larger < size, false, WK_E_SHAPE, "pad",
              "reflecting %lld elements needs more of them than dim %d of %s has", (long long)larger, dim,
              wki_show(&t->v));
    wki_check(mode != WK_PAD_REPLICATE || size > 0, false, WK_E_SHAPE, "pad", "dim %d of %s has no edge to repeat", dim,
              wki_show(&t->v));
    wki_check(mode != WK_PAD_CIRCULAR || (larger <= size && before >= 0 && behind >= 0), false, WK_E_SHAPE, "pad",
              "circular padding by %lld and %lld; 0 to %lld is possible for dim %d of %s", (long long)before,
              (long long)behind, (long long)size, dim, wki_show(&t->v));
    return true;
}

wk_tensor *wk_pad(wk_tensor *t, int n, const int64_t *by, wk_pad_mode mode, double value)
{
    if (!wki_tensor_ok(t, "pad", "t")) return NULL;
    wki_check((unsigned)mode <= WK_PAD_CIRCULAR, NULL, WK_E_INVALID, "pad", "%d is no mode", (int)mode);
    wki_check(n >= 0 && n % 2 == 0 && n / 2 <= t->v.ndim && (by || !n), NULL, WK_E_SHAPE, "pad",
              "%d numbers were given for %s; a pair for each dim, the last first, are possible", n, wki_show(&t->v));
    pads p = { .ndim = t->v.ndim, .mode = (int)mode };
    for (int i = 0; i < n / 2; i++) {
        int dim = t->v.ndim - 1 - i;
        if (!pad_fits(t, dim, by[2 * i], by[2 * i + 1], mode)) return NULL;
        p.by[dim][0] = (int32_t)by[2 * i];
        p.by[dim][1] = (int32_t)by[2 * i + 1];
    }
    if (mode == WK_PAD_CONSTANT && !wki_holds("pad", (wk_dtype)t->v.dtype, value, "t is ", "")) return NULL;
    return pad(t, &p, value);
}

static wk_tensor *wrong_pad(void)
{
    return wk_pad(wk_zeros(WK_SHAPE(2, 3), WK_F32), 6, (int64_t[]){ 0, 0, 0, 0, 1, 1 }, WK_PAD_CONSTANT, 0);
}
static wk_tensor *wrong_reflect(void)
{
    return wk_pad(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, (int64_t[]){ 3, 0 }, WK_PAD_REFLECT, 0);
}
const wki_error_sample wki_errors_pad[] = {
    { "pad", wrong_pad, WK_E_SHAPE, "6 numbers were given for [2, 3]" },
    { "pad", wrong_reflect, WK_E_SHAPE, "reflecting 3 elements needs more of them than dim 1 of [2" },
    { 0 },
};

const wki_family wki_family_pad = { &pad_op, &border_op, &unpad_op, NULL };
