/* Elements that change places between channels and the image: pixel_shuffle and pixel_unshuffle (Shi et al. 2016), and
 * groups of channels that mix, channel_shuffle (Zhang et al. 2018). Composed of reshape and permute. */
#include "autograd/op.h"
#include "wick/nn.h"

static wk_tensor *sample_pixel(wk_tensor *const *in) { return wk_square(wk_pixel_shuffle(in[0], 2)); }
static wk_tensor *sample_back(wk_tensor *const *in) { return wk_square(wk_pixel_unshuffle(in[0], 2)); }
static wk_tensor *sample_channel(wk_tensor *const *in) { return wk_square(wk_channel_shuffle(in[0], 3)); }
static const wki_sample pixel_samples[] = { { sample_pixel, 1, { { 4, { 2, 4, 2, 3 }, -2, 2 } } },
                                            { sample_pixel, 1, { { 3, { 8, 1, 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_sample back_samples[] = { { sample_back, 1, { { 4, { 2, 2, 2, 4 }, -2, 2 } } },
                                           { sample_back, 1, { { 3, { 1, 4, 2 }, -2, 2 } } },
                                           { 0 } };
static const wki_sample channel_samples[] = { { sample_channel, 1, { { 3, { 2, 6, 2 }, -2, 2 } } }, { 0 } };
static const wki_opdef pixel_op = { "pixel_shuffle", NULL, pixel_samples };
static const wki_opdef back_op = { "pixel_unshuffle", NULL, back_samples };
static const wki_opdef channel_op = { "channel_shuffle", NULL, channel_samples };
const wki_family wki_family_shuffle = { &pixel_op, &back_op, &channel_op, NULL };

static wk_tensor *image(void) { return wk_zeros(WK_SHAPE(2, 6, 3, 4), WK_F32); }
static wk_tensor *wrong_channels(void) { return wk_pixel_shuffle(image(), 2); }
static wk_tensor *wrong_factor(void) { return wk_pixel_shuffle(image(), 0); }
static wk_tensor *wrong_height(void) { return wk_pixel_unshuffle(image(), 2); }
static wk_tensor *wrong_rank(void) { return wk_pixel_unshuffle(wk_zeros(WK_SHAPE(4, 4), WK_F32), 2); }
static wk_tensor *wrong_groups(void) { return wk_channel_shuffle(image(), 4); }
static wk_tensor *wrong_row(void) { return wk_channel_shuffle(wk_zeros(WK_SHAPE(4), WK_F32), 2); }
const wki_error_sample wki_errors_shuffle[] = {
    { "pixel_shuffle", wrong_channels, WK_E_SHAPE, "x is [2, 6, 3, 4]; [..., c * 2 * 2, h, w] is needed" },
    { "pixel_shuffle", wrong_factor, WK_E_INVALID, "upscale_factor is 0" },
    { "pixel_unshuffle", wrong_height, WK_E_SHAPE, "x is [2, 6, 3, 4]; [..., c, h * 2, w * 2] is needed" },
    { "pixel_unshuffle", wrong_rank, WK_E_SHAPE, "x is [4, 4]" },
    { "channel_shuffle", wrong_groups, WK_E_SHAPE, "x is [2, 6, 3, 4]; [n, c * 4, ...] is needed" },
    { "channel_shuffle", wrong_row, WK_E_SHAPE, "x is [4]" },
    { 0 },
};

static bool times(int64_t *a, int64_t b) { return !__builtin_mul_overflow(*a, b, a); }

/* All dims before the last three as one. */
static int64_t batch_of(const wki_view *v)
{
    int64_t n = 1;
    for (int i = 0; i < v->ndim - 3; i++) n *= v->size[i];
    return n;
}

wk_tensor *wk_pixel_shuffle(wk_tensor *x, int64_t upscale_factor)
{
    static const char where[] = "pixel_shuffle";
    const int64_t r = upscale_factor;
    if (!wki_tensor_ok(x, where, "x")) return NULL;
    wki_check(r > 0, NULL, WK_E_INVALID, where, "upscale_factor is %lld; it must be 1 or more", (long long)r);
    wki_shape to = wki_shape_of(x);
    int64_t *size = to.size + to.ndim - 3;
    bool fits = to.ndim >= 3 && size[0] % r == 0 && size[0] / r % r == 0;
    const int64_t n = fits ? batch_of(&x->v) : 0, c = fits ? size[0] / r / r : 0, h = fits ? size[1] : 0;
    const int64_t w = fits ? size[2] : 0;
    fits = fits && times(&size[1], r) && times(&size[2], r);
    wki_check(fits, NULL, WK_E_SHAPE, where, "x is %s; [..., c * %lld * %lld, h, w] is needed", wki_show(&x->v),
              (long long)r, (long long)r);
    size[0] = c;
    wk_tensor *split = wk_reshape(x, WK_SHAPE(n, c, r, r, h, w));
    return split ? wk_reshape(wk_permute(split, 6, (int[]){ 0, 1, 4, 2, 5, 3 }), to.ndim, to.size) : NULL;
}

wk_tensor *wk_pixel_unshuffle(wk_tensor *x, int64_t downscale_factor)
{
    static const char where[] = "pixel_unshuffle";
    const int64_t r = downscale_factor;
    if (!wki_tensor_ok(x, where, "x")) return NULL;
    wki_check(r > 0, NULL, WK_E_INVALID, where, "downscale_factor is %lld; it must be 1 or more", (long long)r);
    wki_shape to = wki_shape_of(x);
    int64_t *size = to.size + to.ndim - 3;
    bool fits = to.ndim >= 3 && size[1] % r == 0 && size[2] % r == 0;
    const int64_t n = fits ? batch_of(&x->v) : 0, c = fits ? size[0] : 0;
    fits = fits && times(&size[0], r) && times(&size[0], r);
    wki_check(fits, NULL, WK_E_SHAPE, where, "x is %s; [..., c, h * %lld, w * %lld] is needed", wki_show(&x->v),
              (long long)r, (long long)r);
    const int64_t h = size[1] /= r, w = size[2] /= r;
    wk_tensor *split = wk_reshape(x, WK_SHAPE(n, c, h, r, w, r));
    return split ? wk_reshape(wk_permute(split, 6, (int[]){ 0, 1, 3, 5, 2, 4 }), to.ndim, to.size) : NULL;
}

wk_tensor *wk_channel_shuffle(wk_tensor *x, int64_t groups)
{
    static const char where[] = "channel_shuffle";
    if (!wki_tensor_ok(x, where, "x")) return NULL;
    wki_check(groups > 0, NULL, WK_E_INVALID, where, "groups is %lld; it must be 1 or more", (long long)groups);
    const wki_view *v = &x->v;
    wki_check(v->ndim >= 2 && v->size[1] % groups == 0, NULL, WK_E_SHAPE, where,
              "x is %s; [n, c * %lld, ...] is needed", wki_show(v), (long long)groups);
    int64_t rest = 1;
    for (int i = 2; i < v->ndim; i++) rest *= v->size[i];
    wk_tensor *split = wk_reshape(x, WK_SHAPE(v->size[0], groups, v->size[1] / groups, rest));
    return split ? wk_reshape(wk_transpose(split, 1, 2), v->ndim, v->size) : NULL;
}
