/* repeat, flip and roll: copies of views, blocks at a time. */
#include "autograd/op.h"

/* ---- repeat ---- */
typedef struct repeats {
    wki_shape from; /* the input's sizes, with 1s in front: as many as counts */
    int64_t count[WK_MAX_DIMS];
    int ndim; /* of the input */
} repeats;

/* Sizes of dim i and what lies around it, in the result: outer, count, inner. */
static void three_dims(const repeats *r, int i, int64_t three[3])
{
    three[0] = three[2] = 1;
    three[1] = r->count[i];
    for (int k = 0; k < i; k++) three[0] *= r->from.size[k];
    for (int k = i; k < r->from.ndim; k++) three[2] *= r->from.size[k] * (k > i ? r->count[k] : 1);
}

/* One dim at a time, so that three are enough, however many there are. */
static wk_status repeat_backward(wki_backward *b, wk_tensor **d)
{
    const wki_shape *from = wki_attrs(b);
    wk_tensor *g = b->g;
    repeats r = { .from = wki_shape_of(g), .ndim = from->ndim };
    for (int i = 0; i < r.from.ndim; i++) {
        int k = i - (r.from.ndim - r.ndim);
        int64_t size = k < 0 ? 1 : from->size[k];
        r.count[i] = size ? r.from.size[i] / size : 1;
        r.from.size[i] = size;
    }
    for (int i = 0; g && i < r.from.ndim; i++) {
        int64_t three[3];
        if (r.count[i] == 1) continue;
        three_dims(&r, i, three);
        g = wk_sum_dim(wk_reshape(g, 3, three), 1, false);
    }
    if (g) d[0] = wk_reshape(g, from->ndim, from->size);
    return WK_OK;
}

static wk_tensor *sample_repeat(wk_tensor *const *in) { return wk_square(wk_repeat(in[0], WK_SHAPE(2, 1, 3))); }
static const wki_sample repeat_samples[] = { { sample_repeat, 1, { { 2, { 3, 2 }, -2, 2 } } }, { 0 } };
static const wki_opdef repeat_op = { "repeat", repeat_backward, repeat_samples };

static void push(wki_view *y, wki_view *x, int64_t size, int64_t y_stride, int64_t x_stride)
{
    y->size[y->ndim] = x->size[x->ndim] = size;
    y->stride[y->ndim++] = y_stride;
    x->stride[x->ndim++] = x_stride;
}

/* Every dim as (count, size): false if that makes too many. */
static bool pairs(const repeats *r, const wk_tensor *t, wki_view *y, wki_view *x)
{
    const wki_view whole = *y;
    int dims = 0;
    for (int i = 0; i < r->from.ndim; i++) dims += (r->count[i] != 1) + (r->from.size[i] != 1);
    if (dims > WK_MAX_DIMS) return false;
    *x = t->v;
    y->ndim = x->ndim = 0;
    for (int i = 0; i < r->from.ndim; i++) {
        int k = i - (r->from.ndim - r->ndim);
        if (r->count[i] != 1) push(y, x, r->count[i], whole.stride[i] * r->from.size[i], 0);
        if (r->from.size[i] != 1) push(y, x, r->from.size[i], whole.stride[i], t->v.stride[k]);
    }
    return true;
}

static wk_tensor *one_by_one(wk_tensor *t, const repeats *r)
{
    for (int i = r->from.ndim - 1; t && i >= 0; i--) {
        int64_t three[3], count = r->count[i];
        if (count == 1) continue;
        three_dims(r, i, three);
        three[1] = 1;
        wk_tensor *lines = wk_reshape(t, 3, three);
        three[1] = count;
        t = lines ? wk_contiguous(wk_expand(lines, 3, three)) : NULL;
    }
    return t;
}

wk_tensor *wk_repeat(wk_tensor *t, int n, const int64_t *counts)
{
    if (!wki_tensor_ok(t, "repeat", "t")) return NULL;
    wki_check(n >= t->v.ndim && n <= WK_MAX_DIMS && (counts || !n), NULL, WK_E_SHAPE, "repeat",
              "%d counts were given; %s needs from %d to %d", n, wki_show(&t->v), t->v.ndim, WK_MAX_DIMS);
    repeats r = { .from = { .ndim = n }, .ndim = t->v.ndim };
    wki_shape to = { .ndim = n };
    for (int i = 0; i < n; i++) {
        int k = i - (n - t->v.ndim);
        wki_check(counts[i] >= 0, NULL, WK_E_INVALID, "repeat", "counts are %s; they must not be negative",
                  wki_show_shape(n, counts));
        r.from.size[i] = k < 0 ? 1 : t->v.size[k];
        r.count[i] = counts[i];
        wki_check(!__builtin_mul_overflow(r.from.size[i], counts[i], &to.size[i]), NULL, WK_E_SHAPE, "repeat",
                  "%s repeated %s is too large", wki_show(&t->v), wki_show_shape(n, counts));
    }
    int64_t numel;
    if (!wki_shape_ok("repeat", n, to.size, (wk_dtype)t->v.dtype, &numel)) return NULL;
    wk_tensor *y = wki_new("repeat", t->v.device, n, to.size, (wk_dtype)t->v.dtype);
    if (!y) return NULL;
    wki_view into = y->v, x;
    if (!pairs(&r, t, &into, &x)) return wk_reshape(one_by_one(t, &r), n, to.size);
    if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&into, &x), NULL, 0, numel)) return NULL;
    wki_shape from = wki_shape_of(t);
    if (wki_wants_grad(1, &t) && !wki_record(&repeat_op, y, 1, &t, &from, sizeof from)) return NULL;
    return y;
}

/* ---- flip ---- */
static wk_tensor *flip(wk_tensor *t, uint32_t dims);

static wk_status flip_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = flip(b->g, *(const uint32_t *)wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_flip(wk_tensor *const *in) { return wk_square(wk_flip(in[0], 2, (int[]){ 0, -1 })); }
static const wki_sample flip_samples[] = { { sample_flip, 1, { { 3, { 3, 2, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef flip_op = { "flip", flip_backward, flip_samples };

static wk_tensor *flip(wk_tensor *t, uint32_t dims)
{
    wk_tensor *y = wki_new_like("flip", t, (wk_dtype)t->v.dtype);
    if (!y) return NULL;
    wki_view x = t->v;
    int64_t numel = wki_numel(&x);
    for (int i = 0; i < x.ndim; i++) {
        if (!(dims >> i & 1) || numel == 0) continue;
        x.data = (char *)x.data + (x.size[i] - 1) * x.stride[i] * (int64_t)wk_dtype_size((wk_dtype)x.dtype);
        x.stride[i] = -x.stride[i];
    }
    if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &x), NULL, 0, numel)) return NULL;
    if (wki_wants_grad(1, &t) && !wki_record(&flip_op, y, 1, &t, &dims, sizeof dims)) return NULL;
    return y;
}

wk_tensor *wk_flip(wk_tensor *t, int n, const int *dims)
{
    if (!wki_tensor_ok(t, "flip", "t")) return NULL;
    wki_check(n >= 0 && (dims || !n), NULL, WK_E_INVALID, "flip", "dims is NULL");
    uint32_t set = 0;
    for (int i = 0; i < n; i++) {
        int dim = dims[i];
        if (!wki_dim_ok("flip", "a dim", t->v.ndim, &dim)) return NULL;
        wki_check(!(set >> dim & 1), NULL, WK_E_INVALID, "flip", "dim %d is named twice", dim);
        set |= 1u << dim;
    }
    return flip(t, set);
}

/* ---- roll ---- */
typedef struct shifts {
    int64_t by[WK_MAX_DIMS]; /* each from 0 to size - 1 */
} shifts;

static wk_tensor *roll(wk_tensor *t, const shifts *s);

static wk_status roll_backward(wki_backward *b, wk_tensor **d)
{
    shifts back = *(const shifts *)wki_attrs(b);
    for (int i = 0; i < b->g->v.ndim; i++) back.by[i] = back.by[i] ? b->g->v.size[i] - back.by[i] : 0;
    d[0] = roll(b->g, &back);
    return WK_OK;
}

static wk_tensor *sample_roll(wk_tensor *const *in)
{
    return wk_square(wk_roll_dims(in[0], 2, (int64_t[]){ 1, -6 }, (int[]){ 0, -1 }));
}
static wk_tensor *sample_roll_flat(wk_tensor *const *in) { return wk_square(wk_roll(in[0], 3)); }
static const wki_sample roll_samples[] = { { sample_roll, 1, { { 3, { 3, 2, 4 }, -2, 2 } } },
                                           { sample_roll_flat, 1, { { 2, { 2, 4 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef roll_op = { "roll", roll_backward, roll_samples };

static void cut(wki_view *v, int dim, int64_t start, int64_t length)
{
    if (length) v->data = (char *)v->data + start * v->stride[dim] * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    v->size[dim] = length;
}

/* Each rolled dim is two blocks: what stays behind the shift, and what comes round. */
static wk_status roll_blocks(wki_view y, wki_view x, const shifts *s, int dim)
{
    while (dim < y.ndim && !s->by[dim]) dim++;
    if (dim == y.ndim) return wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y, &x), NULL, 0, wki_numel(&y));
    const int64_t size = y.size[dim], by = s->by[dim];
    for (int round = 0; round < 2; round++) {
        wki_view to = y, from = x;
        cut(&to, dim, round ? 0 : by, round ? by : size - by);
        cut(&from, dim, round ? size - by : 0, round ? by : size - by);
        if (roll_blocks(to, from, s, dim + 1)) return wk_error();
    }
    return WK_OK;
}

static wk_tensor *roll(wk_tensor *t, const shifts *s)
{
    wk_tensor *y = wki_new("roll", t->v.device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype);
    if (!y || roll_blocks(y->v, t->v, s, 0)) return NULL;
    if (wki_wants_grad(1, &t) && !wki_record(&roll_op, y, 1, &t, s, sizeof *s)) return NULL;
    return y;
}

wk_tensor *wk_roll_dims(wk_tensor *t, int n, const int64_t *by, const int *dims)
{
    if (!wki_tensor_ok(t, "roll", "t")) return NULL;
    wki_check(n > 0 && by && dims, NULL, WK_E_INVALID, "roll", "no shifts or no dims were given");
    shifts s = { { 0 } };
    for (int i = 0; i < n; i++) {
        int dim = dims[i];
        if (!wki_dim_ok("roll", "a dim", t->v.ndim, &dim)) return NULL;
        int64_t size = t->v.ndim ? t->v.size[dim] : 1;
        if (size > 0) s.by[dim] = (s.by[dim] + (by[i] % size + size) % size) % size;
    }
    return roll(t, &s);
}

wk_tensor *wk_roll(wk_tensor *t, int64_t by)
{
    if (!wki_tensor_ok(t, "roll", "t")) return NULL;
    if (t->v.ndim == 1) return wk_roll_dims(t, 1, &by, (int[]){ 0 });
    return wk_view(wk_roll_dims(wk_reshape(t, WK_SHAPE(-1)), 1, &by, (int[]){ 0 }), t->v.ndim, t->v.size);
}

static wk_tensor *wrong_repeat(void) { return wk_repeat(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, (int64_t[]){ 2 }); }
static wk_tensor *wrong_flip(void) { return wk_flip(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, (int[]){ 0, 0 }); }
static wk_tensor *wrong_roll(void)
{
    return wk_roll_dims(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, (int64_t[]){ 1 }, (int[]){ 2 });
}
const wki_error_sample wki_errors_repeat[] = {
    { "repeat", wrong_repeat, WK_E_SHAPE, "1 counts were given" },
    { "flip", wrong_flip, WK_E_INVALID, "dim 0 is named twice" },
    { "roll", wrong_roll, WK_E_RANGE, "a dim is 2" },
    { 0 },
};

const wki_family wki_family_repeat = { &repeat_op, &flip_op, &roll_op, NULL };
