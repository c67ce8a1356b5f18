/* Values of images between their elements, at coordinates of a grid, and grids of affine maps (Jaderberg et al. 2015).
 * Composed: each of a value's neighbours is gathered and weighted, so that gradients of images and coordinates are
 * those of the ops. */
#include "autograd/op.h"
#include "base/options.h"
#include "wick/nn.h"

enum { MOST_TAPS = 4 };

/* Of one dim: which elements, and how much of each; both [n, places]. */
typedef struct taps {
    int n;
    wk_tensor *index[MOST_TAPS], *weight[MOST_TAPS];
} taps;

/* Back and forth between two edges, `twice` being twice the first of them and `span` what lies between. */
static wk_tensor *reflected(wk_tensor *at, double twice, double span)
{
    if (span == 0) return wk_mul_scalar(at, 0);
    wk_tensor *from = wk_abs(wk_sub_scalar(at, twice / 2)), *extra = wk_fmod_scalar(from, span);
    wk_tensor *turns = wk_fmod_scalar(wk_floor(wk_div_scalar(from, span)), 2);
    wk_tensor *back = wk_rsub_scalar(extra, span);
    return wk_add_scalar(wk_where(wk_eq_scalar(turns, 0), extra, back), twice / 2);
}

static wk_tensor *padded(wk_tensor *at, int64_t size, const wk_grid_sample_opts *o)
{
    const double last = (double)(size - 1);
    if (o->padding == WK_GRID_ZEROS) return at;
    if (o->padding == WK_GRID_REFLECTION)
        at = o->align_corners ? reflected(at, 0, last) : reflected(at, -1, (double)size);
    return wk_clamp(at, 0, last);
}

/* The element at `at`, which is whole, and its weight: 0 outside. */
static bool add_tap(taps *t, wk_tensor *at, wk_tensor *weight, int64_t size)
{
    if (!at || !weight) return false;
    const double last = (double)(size - 1);
    wk_tensor *inside = wk_logical_and(wk_ge_scalar(at, 0), wk_le_scalar(at, last));
    t->index[t->n] = wk_to(wk_nan_to_num(wk_clamp(at, 0, last)), WK_I64);
    t->weight[t->n] = wk_mul(weight, inside);
    return t->index[t->n] && t->weight[t->n++];
}

/* Keys 1981, a = -0.75 as PyTorch: of a neighbour that is x away, up to 1 or up to 2 */
static wk_tensor *cubic_near(wk_tensor *x)
{
    const double a = -0.75;
    wk_tensor *inner = wk_sub_scalar(wk_mul_scalar(x, a + 2), a + 3);
    return wk_add_scalar(wk_mul(wk_mul(inner, x), x), 1);
}

static wk_tensor *cubic_far(wk_tensor *x)
{
    const double a = -0.75;
    wk_tensor *y = wk_add_scalar(wk_mul(wk_sub_scalar(wk_mul_scalar(x, a), 5 * a), x), 8 * a);
    return wk_sub_scalar(wk_mul(y, x), 4 * a);
}

static bool cubic_taps(taps *t, wk_tensor *at, int64_t size, const wk_grid_sample_opts *o)
{
    wk_tensor *first = wk_detach(wk_floor(at)), *x = wk_sub(at, first);
    for (int i = -1; i <= 2; i++) {
        wk_tensor *away = i <= 0 ? wk_add_scalar(x, -i) : wk_rsub_scalar(x, i);
        wk_tensor *weight = i == 0 || i == 1 ? cubic_near(away) : cubic_far(away);
        if (!add_tap(t, padded(wk_add_scalar(first, i), size, o), weight, size)) return false;
    }
    return true;
}

/* coordinate: [n, places], -1 .. 1 over the whole dim */
static bool taps_of(taps *t, wk_tensor *coordinate, int64_t size, const wk_grid_sample_opts *o)
{
    const double half = (double)(o->align_corners ? size - 1 : size) / 2;
    wk_tensor *at = wk_add_scalar(wk_mul_scalar(coordinate, half), (double)(size - 1) / 2);
    t->n = 0;
    if (o->mode == WK_INTERPOLATE_BICUBIC) return at && cubic_taps(t, at, size, o);
    at = padded(at, size, o);
    if (o->mode == WK_INTERPOLATE_NEAREST) return at && add_tap(t, wk_detach(wk_round(at)), wk_ones_like(at), size);
    wk_tensor *low = at ? wk_detach(wk_floor(at)) : NULL, *above = low ? wk_sub(at, low) : NULL;
    return above && add_tap(t, low, wk_rsub_scalar(above, 1), size) && add_tap(t, wk_add_scalar(low, 1), above, size);
}

/* [n, c, places]: from flat [n, c, elements], the elements at index, weighted */
static wk_tensor *weighted(wk_tensor *flat, wk_tensor *index, wk_tensor *weight)
{
    if (!index || !weight) return NULL;
    const int64_t n = flat->v.size[0], c = flat->v.size[1], places = index->v.size[1];
    wk_tensor *all = wk_expand(wk_unsqueeze(index, 1), WK_SHAPE(n, c, places));
    return wk_mul(wk_gather(flat, 2, all), wk_unsqueeze(weight, 1));
}

static wk_tensor *sampled(wk_tensor *x, wk_tensor *grid, const wk_grid_sample_opts *o)
{
    const int dims = x->v.ndim - 2;
    const int64_t n = x->v.size[0], c = x->v.size[1];
    int64_t elements = 1, places = 1;
    for (int d = 0; d < dims; d++) {
        elements *= x->v.size[2 + d];
        places *= grid->v.size[1 + d];
    }
    wk_tensor *lines = wk_reshape(grid, WK_SHAPE(n, places, dims)), *sum = NULL;
    wk_tensor *flat = wk_reshape(x, WK_SHAPE(n, c, elements));
    taps t[3];
    int combinations = 1, at[3] = { 0 };
    for (int d = 0; d < dims; d++) { /* a grid names the last dim first */
        wk_tensor *coordinate = lines && flat ? wk_select(lines, 2, dims - 1 - d) : NULL;
        if (!coordinate || !taps_of(&t[d], coordinate, x->v.size[2 + d], o)) return NULL;
        combinations *= t[d].n;
    }
    for (int i = 0; i < combinations; i++) {
        wk_tensor *index = t[0].index[at[0]], *weight = t[0].weight[at[0]];
        for (int d = 1; d < dims; d++) {
            index = wk_add(wk_mul_scalar(index, (double)x->v.size[2 + d]), t[d].index[at[d]]);
            weight = wk_mul(weight, t[d].weight[at[d]]);
        }
        wk_tensor *part = weighted(flat, index, weight);
        sum = sum ? wk_add(sum, part) : part;
        if (!sum) return NULL;
        for (int d = dims - 1; d >= 0 && ++at[d] == t[d].n; d--) at[d] = 0;
    }
    wki_shape shape = wki_shape_of(x);
    for (int d = 0; d < dims; d++) shape.size[2 + d] = grid->v.size[1 + d];
    return wk_view(sum, shape.ndim, shape.size);
}

wk_grid_sample_opts wk_grid_sample_opts_default(void) { return (wk_grid_sample_opts){ WK_GRID_SAMPLE_DEFAULTS }; }

wk_tensor *wk_grid_sample_run(const wk_grid_sample_opts *given)
{
    static const char where[] = "grid_sample";
    wk_grid_sample_opts o = wk_grid_sample_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    if (!wki_tensor_ok(o.x, where, "x") || !wki_tensor_ok(o.grid, where, "grid") || !wki_float_ok(o.x, where, "x") ||
        !wki_same_device(where, o.x, o.grid))
        return NULL;
    const wki_view *x = &o.x->v, *grid = &o.grid->v;
    wki_check(x->dtype == grid->dtype, NULL, WK_E_DTYPE, where, "x is %s, grid %s; both need one dtype",
              wk_dtype_name((wk_dtype)x->dtype), wk_dtype_name((wk_dtype)grid->dtype));
    const bool fits = (x->ndim == 4 || x->ndim == 5) && grid->ndim == x->ndim && grid->size[0] == x->size[0] &&
                      grid->size[x->ndim - 1] == x->ndim - 2;
    wki_check(fits, NULL, WK_E_SHAPE, where,
              "x is %s, grid %s; [n, c, h, w] and [n, ho, wo, 2], or [n, c, d, h, w] and [n, do, ho, wo, 3] are needed",
              wki_show(x), wki_show(grid));
    for (int d = 2; d < x->ndim; d++)
        wki_check(x->size[d] > 0, NULL, WK_E_SHAPE, where, "x is %s; its images have no elements", wki_show(x));
    const bool known = o.mode == WK_INTERPOLATE_NEAREST || o.mode == WK_INTERPOLATE_LINEAR ||
                       (o.mode == WK_INTERPOLATE_BICUBIC && x->ndim == 4);
    wki_check(known, NULL, WK_E_INVALID, where, "mode is %d; nearest, linear, or of x [n, c, h, w] bicubic are needed",
              (int)o.mode);
    wki_check((int)o.padding >= 0 && o.padding <= WK_GRID_REFLECTION, NULL, WK_E_INVALID, where, "padding is %d",
              (int)o.padding);
    return sampled(o.x, o.grid, &o);
}

/* ---- affine_grid ---- */

/* The middles of a dim's elements, from -1 to 1 between its outer edges, or between the first and the last of them */
static wk_tensor *coordinates(int64_t size, bool align_corners, wk_dtype dtype)
{
    wk_tensor *line = size > 1 ? wk_linspace(-1, 1, size, dtype) : wk_zeros(WK_SHAPE(size), dtype);
    return align_corners || size < 2 ? line : wk_mul_scalar(line, (double)(size - 1) / (double)size);
}

wk_tensor *wk_affine_grid(wk_tensor *theta, int ndim, const int64_t *size, bool align_corners)
{
    static const char where[] = "affine_grid";
    if (!wki_tensor_ok(theta, where, "theta") || !wki_float_ok(theta, where, "theta")) return NULL;
    wki_check((ndim == 4 || ndim == 5) && size, NULL, WK_E_SHAPE, where,
              "size has %d numbers; [n, c, h, w] or [n, c, d, h, w] is needed", size ? ndim : 0);
    const int dims = ndim - 2;
    const bool fits =
        theta->v.ndim == 3 && theta->v.size[0] == size[0] && theta->v.size[1] == dims && theta->v.size[2] == dims + 1;
    wki_check(fits, NULL, WK_E_SHAPE, where, "theta is %s; [%lld, %d, %d] is needed", wki_show(&theta->v),
              (long long)size[0], dims, dims + 1);
    for (int d = 1; d < ndim; d++)
        wki_check(size[d] > 0, NULL, WK_E_SHAPE, where, "size[%d] is %lld", d, (long long)size[d]);
    WKI_BESIDE(here, theta);
    const wk_dtype dtype = (wk_dtype)theta->v.dtype;
    wk_tensor *parts[4];
    wki_shape wide = { dims, { 0 } };
    for (int d = 0; d < dims; d++) wide.size[d] = size[2 + d];
    for (int d = 0; d < dims; d++) { /* the last dim first */
        wki_shape shape = { dims, { 1, 1, 1 } };
        shape.size[dims - 1 - d] = size[ndim - 1 - d];
        wk_tensor *line = coordinates(size[ndim - 1 - d], align_corners, dtype);
        parts[d] = wk_expand(line ? wk_view(line, dims, shape.size) : NULL, dims, wide.size);
        if (!parts[d]) return NULL;
    }
    parts[dims] = wk_ones(dims, wide.size, dtype);
    wk_tensor *base = parts[dims] ? wk_reshape(wk_stack(parts, dims + 1, dims), WK_SHAPE(-1, 1, dims + 1)) : NULL;
    wk_tensor *y = base ? wk_sum_dim(wk_mul(base, wk_unsqueeze(theta, 1)), -1, false) : NULL;
    wki_shape shape = { ndim, { size[0] } };
    for (int d = 0; d < dims; d++) shape.size[1 + d] = wide.size[d];
    shape.size[ndim - 1] = dims;
    return y ? wk_view(y, ndim, shape.size) : NULL;
}

/* ---- samples: coordinates that stay between the same elements ---- */
static wk_tensor *sample_linear(wk_tensor *const *in)
{
    return wk_square(wk_grid_sample(in[0], in[1], .align_corners = true));
}
static wk_tensor *sample_volume(wk_tensor *const *in)
{
    return wk_square(wk_grid_sample(wk_unsqueeze(in[0], 0), wk_unsqueeze(in[1], 0), .align_corners = true));
}
static wk_tensor *sample_nearest(wk_tensor *const *in)
{
    WKI_BESIDE(here, in[0]);
    wk_tensor *grid = wk_reshape(wk_linspace(-0.8, 0.9, 8, wk_dtype_of(in[0])), WK_SHAPE(1, 2, 2, 2));
    return wk_square(wk_grid_sample(in[0], grid, .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER));
}
static wk_tensor *sample_cubic(wk_tensor *const *in)
{
    return wk_square(wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_REFLECTION));
}
static wk_tensor *sample_affine(wk_tensor *const *in)
{
    return wk_square(wk_affine_grid(in[0], 4, (int64_t[]){ 2, 1, 3, 2 }, false));
}
static const wki_sample grid_sample_samples[] = {
    { sample_linear, 2, { { 4, { 1, 2, 2, 2 }, -2, 2 }, { 4, { 1, 2, 1, 2 }, -0.9, 0.9 } } },
    { sample_volume, 2, { { 4, { 1, 2, 2, 2 }, -2, 2 }, { 4, { 1, 1, 2, 3 }, -0.9, 0.9 } } },
    { sample_nearest, 1, { { 4, { 1, 1, 3, 3 }, -2, 2 } } },
    { sample_cubic, 2, { { 4, { 1, 1, 2, 2 }, -2, 2 }, { 4, { 1, 1, 2, 2 }, -0.4, 0.4 } } },
    { 0 }
};
static const wki_sample affine_grid_samples[] = { { sample_affine, 1, { { 3, { 2, 2, 3 }, -2, 2 } } }, { 0 } };
static const wki_opdef grid_sample_op = { "grid_sample", NULL, grid_sample_samples };
static const wki_opdef affine_grid_op = { "affine_grid", NULL, affine_grid_samples };

static wk_tensor *image(void) { return wk_zeros(WK_SHAPE(1, 2, 3, 4), WK_F32); }
static wk_tensor *wrong_grid(void) { return wk_grid_sample(image(), wk_zeros(WK_SHAPE(1, 2, 2, 3), WK_F32)); }
static wk_tensor *wrong_dtype(void) { return wk_grid_sample(image(), wk_zeros(WK_SHAPE(1, 2, 2, 2), WK_F64)); }
static wk_tensor *wrong_mode(void)
{
    return wk_grid_sample(image(), wk_zeros(WK_SHAPE(1, 2, 2, 2), WK_F32), .mode = WK_INTERPOLATE_AREA);
}
static wk_tensor *wrong_theta(void)
{
    return wk_affine_grid(wk_zeros(WK_SHAPE(1, 2, 2), WK_F32), 4, (int64_t[]){ 1, 2, 3, 4 }, false);
}
static wk_tensor *wrong_size(void)
{
    return wk_affine_grid(wk_zeros(WK_SHAPE(1, 2, 3), WK_F32), 3, (int64_t[]){ 1, 2, 3 }, false);
}
const wki_error_sample wki_errors_grid_sample[] = {
    { "grid_sample", wrong_grid, WK_E_SHAPE, "x is [1, 2, 3, 4], grid [1, 2, 2, 3]" },
    { "grid_sample", wrong_dtype, WK_E_DTYPE, "x is f32, grid f64" },
    { "grid_sample", wrong_mode, WK_E_INVALID, "mode is 4" },
    { "affine_grid", wrong_theta, WK_E_SHAPE, "theta is [1, 2, 2]; [1, 2, 3] is needed" },
    { "affine_grid", wrong_size, WK_E_SHAPE, "size has 3 numbers" },
    { 0 },
};

const wki_family wki_family_grid_sample = { &grid_sample_op, &affine_grid_op, NULL };
