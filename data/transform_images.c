/* Transforms of images, [..., height, width] of any dtype: crops, flips, cutout, and where their channels are. */
#include "backends/backend.h"
#include "base/alloc.h"
#include "base/error.h"
#include "data/transform.h"
#include <math.h>
#include <string.h>

static void free_self(void *self) { wki_free(self); }

/* An image's planes, one behind the other */
typedef struct image {
    int64_t planes, height, width;
    size_t item, line, plane; /* bytes */
} image;

static image image_of(const wk_field *f)
{
    image m = { 1, f->shape[f->ndim - 2], f->shape[f->ndim - 1], wk_dtype_size(f->dtype), 0, 0 };
    for (int d = 0; d < f->ndim - 2; d++) m.planes *= f->shape[d];
    m.line = (size_t)m.width * m.item;
    m.plane = (size_t)m.height * m.line;
    return m;
}

static wk_status is_image(const wk_field *f, const char *where)
{
    if (f->ndim >= 2) return WK_OK;
    return wki_fail(WK_E_SHAPE, where, "a row of \"%s\" is %s; expected [..., height, width]", f->name,
                    wki_show_shape(f->ndim, f->shape));
}

/* ---- Crops ---- */

typedef struct crop {
    int64_t height, width, padding;
    bool center;
} crop;

static wk_status crop_plan(void *self, wk_field *f)
{
    const crop *t = self;
    const char *where = t->center ? "center_crop" : "random_crop";
    if (is_image(f, where)) return wk_error();
    int64_t *size = &f->shape[f->ndim - 2], room[2];
    for (int d = 0; d < 2; d++)
        if (__builtin_add_overflow(size[d], 2 * t->padding, &room[d])) room[d] = INT64_MAX;
    if (t->height > room[0] || t->width > room[1])
        return wki_fail(WK_E_SHAPE, where, "%lld x %lld elements do not lie in images of \"%s\", %lld x %lld%s",
                        (long long)t->height, (long long)t->width, f->name, (long long)room[0], (long long)room[1],
                        t->padding ? " with the padding" : "");
    size[0] = t->height;
    size[1] = t->width;
    return WK_OK;
}

/* to[y][x] = from[y + top][x + left], 0 outside */
static void copy_window(const image *m, const char *from, const crop *t, int64_t top, int64_t left, char *to)
{
    const int64_t x0 = left < 0 ? -left : 0, x1 = m->width - left < t->width ? m->width - left : t->width;
    const size_t line = (size_t)t->width * m->item;
    for (int64_t y = 0; y < t->height; y++, to += line) {
        const int64_t at = y + top;
        if (at < 0 || at >= m->height || x0 >= x1) {
            memset(to, 0, line);
            continue;
        }
        memset(to, 0, (size_t)x0 * m->item);
        memcpy(to + (size_t)x0 * m->item, from + (size_t)at * m->line + (size_t)(x0 + left) * m->item,
               (size_t)(x1 - x0) * m->item);
        memset(to + (size_t)x1 * m->item, 0, (size_t)(t->width - x1) * m->item);
    }
}

static wk_status crop_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                            void *to)
{
    const crop *t = self;
    const image m = image_of(before);
    const int64_t down = m.height + 2 * t->padding - t->height, right = m.width + 2 * t->padding - t->width;
    const int64_t top = t->center ? (int64_t)rint((double)down / 2) : wk_row_below(row, down + 1);
    const int64_t left = t->center ? (int64_t)rint((double)right / 2) : wk_row_below(row, right + 1);
    const size_t bytes = (size_t)t->height * (size_t)t->width * m.item;
    (void)after;
    for (int64_t p = 0; p < m.planes; p++)
        copy_window(&m, (const char *)from + (size_t)p * m.plane, t, top - t->padding, left - t->padding,
                    (char *)to + (size_t)p * bytes);
    return WK_OK;
}

static wk_transform *make_crop(const char *field, crop c)
{
    static const wk_transform_ops ops[2] = { { sizeof *ops, "random_crop", crop_plan, crop_apply, free_self },
                                             { sizeof *ops, "center_crop", crop_plan, crop_apply, free_self } };
    enum { MOST = 1 << 24 };
    wki_check(c.height > 0 && c.width > 0 && c.height <= MOST && c.width <= MOST, NULL, WK_E_INVALID,
              ops[c.center].name, "%lld x %lld elements; expected at least 1 x 1", (long long)c.height,
              (long long)c.width);
    wki_check(c.padding >= 0 && c.padding <= MOST, NULL, WK_E_INVALID, ops[c.center].name,
              "padding is %lld; expected 0 or more", (long long)c.padding);
    crop *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = c;
    return wki_transform_new(field, &ops[c.center], t, 0);
}

wk_transform *wk_transform_random_crop(const char *field, int64_t height, int64_t width, int64_t padding)
{
    return make_crop(field, (crop){ height, width, padding, false });
}

wk_transform *wk_transform_center_crop(const char *field, int64_t height, int64_t width)
{
    return make_crop(field, (crop){ height, width, 0, true });
}

/* ---- Flips ---- */

typedef struct flip {
    double p;
    bool vertical;
} flip;

static wk_status flip_plan(void *self, wk_field *f)
{
    return is_image(f, ((flip *)self)->vertical ? "random_vertical_flip" : "random_horizontal_flip");
}

static void reverse_line(const char *from, char *to, int64_t n, size_t item)
{
    if (item == 1)
        for (int64_t i = 0; i < n; i++) to[i] = from[n - 1 - i];
    else if (item == 4)
        for (int64_t i = 0; i < n; i++) memcpy(to + 4 * i, from + 4 * (n - 1 - i), 4);
    else
        for (int64_t i = 0; i < n; i++) memcpy(to + 8 * i, from + 8 * (n - 1 - i), 8);
}

static wk_status flip_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                            void *to)
{
    const flip *t = self;
    const image m = image_of(before);
    (void)after;
    if (!(wk_row_uniform(row) < t->p)) {
        memcpy(to, from, (size_t)m.planes * m.plane);
        return WK_OK;
    }
    for (int64_t p = 0; p < m.planes; p++)
        for (int64_t y = 0; y < m.height; y++) {
            const char *in = (const char *)from + (size_t)p * m.plane + (size_t)y * m.line;
            char *out = (char *)to + (size_t)p * m.plane;
            if (t->vertical)
                memcpy(out + (size_t)(m.height - 1 - y) * m.line, in, m.line);
            else
                reverse_line(in, out + (size_t)y * m.line, m.width, m.item);
        }
    return WK_OK;
}

static wk_transform *make_flip(const char *field, double p, bool vertical)
{
    static const wk_transform_ops ops[2] = {
        { sizeof *ops, "random_horizontal_flip", flip_plan, flip_apply, free_self },
        { sizeof *ops, "random_vertical_flip", flip_plan, flip_apply, free_self }
    };
    wki_check(p >= 0 && p <= 1, NULL, WK_E_INVALID, ops[vertical].name, "p is %g; expected 0 to 1", p);
    flip *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = (flip){ p, vertical };
    return wki_transform_new(field, &ops[vertical], t, 0);
}

wk_transform *wk_transform_random_horizontal_flip(const char *field, double p) { return make_flip(field, p, false); }
wk_transform *wk_transform_random_vertical_flip(const char *field, double p) { return make_flip(field, p, true); }

/* ---- Cutout ---- */

static wk_status cutout_plan(void *self, wk_field *f) { return (void)self, is_image(f, "cutout"); }

static int64_t within(int64_t at, int64_t size) { return at < 0 ? 0 : at > size ? size : at; }

static wk_status cutout_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                              void *to)
{
    const int64_t side = *(int64_t *)self;
    const image m = image_of(before);
    const int64_t y = wk_row_below(row, m.height) - side / 2, x = wk_row_below(row, m.width) - side / 2;
    const int64_t top = within(y, m.height), bottom = within(y + side, m.height), left = within(x, m.width);
    const size_t bytes = (size_t)(within(x + side, m.width) - left) * m.item;
    (void)after;
    memcpy(to, from, (size_t)m.planes * m.plane);
    for (int64_t p = 0; p < m.planes; p++)
        for (int64_t at = top; at < bottom; at++)
            memset((char *)to + (size_t)p * m.plane + (size_t)at * m.line + (size_t)left * m.item, 0, bytes);
    return WK_OK;
}

wk_transform *wk_transform_cutout(const char *field, int64_t side)
{
    static const wk_transform_ops ops = { sizeof ops, "cutout", cutout_plan, cutout_apply, free_self };
    wki_check(side > 0 && side < INT32_MAX, NULL, WK_E_INVALID, ops.name, "side is %lld; expected at least 1",
              (long long)side);
    int64_t *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = side;
    return wki_transform_new(field, &ops, t, 0);
}

/* ---- Random erasing ---- */

typedef struct erasing {
    double p, scale[2], log_ratio[2], value;
} erasing;

static wk_status erasing_plan(void *self, wk_field *f)
{
    const double value = ((erasing *)self)->value;
    if (is_image(f, "random_erasing")) return wk_error();
    const double most = f->dtype == WK_U8 ? 255 : f->dtype == WK_BOOL ? 1 : INT32_MAX;
    if (wki_is_float(f->dtype) || (rint(value) == value && fabs(value) <= most && (value >= 0 || most > 255)))
        return WK_OK;
    return wki_fail(WK_E_RANGE, "random_erasing", "value is %g, which is no %s; expected one of the dtype of \"%s\"",
                    value, wk_dtype_name(f->dtype), f->name);
}

static void put_number(wk_dtype dtype, double value, void *to)
{
    switch (dtype) {
    case WK_F32: *(float *)to = (float)value; break;
    case WK_F64: *(double *)to = value; break;
    case WK_I64: *(int64_t *)to = (int64_t)value; break;
    case WK_I32: *(int32_t *)to = (int32_t)value; break;
    default: *(uint8_t *)to = (uint8_t)value; break;
    }
}

static double between(wk_row *row, const double range[2])
{
    return range[0] + (range[1] - range[0]) * wk_row_uniform(row);
}

/* As torchvision draws them: up to ten times, until one is smaller than the image both ways. */
static bool draw_rectangle(const erasing *t, const image *m, wk_row *row, int64_t size[2])
{
    for (int i = 0; i < 10; i++) {
        const double area = (double)m->height * (double)m->width * between(row, t->scale);
        const double aspect = exp(between(row, t->log_ratio));
        size[0] = (int64_t)rint(sqrt(area * aspect));
        size[1] = (int64_t)rint(sqrt(area / aspect));
        if (size[0] < m->height && size[1] < m->width) return true;
    }
    return false;
}

static wk_status erasing_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                               void *to)
{
    const erasing *t = self;
    const image m = image_of(before);
    int64_t size[2];
    (void)after;
    memcpy(to, from, (size_t)m.planes * m.plane);
    if (!(wk_row_uniform(row) < t->p) || !draw_rectangle(t, &m, row, size)) return WK_OK;
    const int64_t top = wk_row_below(row, m.height - size[0] + 1), left = wk_row_below(row, m.width - size[1] + 1);
    for (int64_t p = 0; p < m.planes; p++)
        for (int64_t y = top; y < top + size[0]; y++)
            for (int64_t x = left; x < left + size[1]; x++)
                put_number(before->dtype, t->value,
                           (char *)to + (size_t)p * m.plane + (size_t)y * m.line + (size_t)x * m.item);
    return WK_OK;
}

wk_transform *wk_transform_random_erasing(const char *field, double p, const double scale[2], const double ratio[2],
                                          double value)
{
    static const wk_transform_ops ops = { sizeof ops, "random_erasing", erasing_plan, erasing_apply, free_self };
    static const double usual_scale[2] = { 0.02, 0.33 }, usual_ratio[2] = { 0.3, 3.3 };
    if (!scale) scale = usual_scale;
    if (!ratio) ratio = usual_ratio;
    wki_check(p >= 0 && p <= 1, NULL, WK_E_INVALID, ops.name, "p is %g; expected 0 to 1", p);
    wki_check(scale[0] >= 0 && scale[0] <= scale[1] && scale[1] <= 1, NULL, WK_E_INVALID, ops.name,
              "scale is %g to %g; expected 0 <= scale[0] <= scale[1] <= 1", scale[0], scale[1]);
    wki_check(ratio[0] > 0 && ratio[0] <= ratio[1] && isfinite(ratio[1]), NULL, WK_E_INVALID, ops.name,
              "ratio is %g to %g; expected 0 < ratio[0] <= ratio[1]", ratio[0], ratio[1]);
    erasing *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = (erasing){ p, { scale[0], scale[1] }, { log(ratio[0]), log(ratio[1]) }, value };
    return wki_transform_new(field, &ops, t, 0);
}

/* ---- Channels ---- */

static wk_status channels_plan(void *self, wk_field *f)
{
    const bool first = *(bool *)self;
    if (f->ndim != 3)
        return wki_fail(WK_E_SHAPE, first ? "channels_first" : "channels_last", "a row of \"%s\" is %s; expected %s",
                        f->name, wki_show_shape(f->ndim, f->shape),
                        first ? "[height, width, channels]" : "[channels, height, width]");
    const int64_t moved = f->shape[first ? 2 : 0];
    memmove(f->shape + first, f->shape + !first, 2 * sizeof *f->shape);
    f->shape[first ? 0 : 2] = moved;
    return WK_OK;
}

/* to[j][i] = from[i][j] */
static void turn(const char *from, char *to, int64_t rows, int64_t columns, size_t item)
{
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++, to += item) memcpy(to, from + (size_t)(i * columns + j) * item, item);
}

static wk_status channels_apply(void *self, wk_row *row, const wk_field *before, const void *from,
                                const wk_field *after, void *to)
{
    const bool first = *(bool *)self;
    const int64_t *s = before->shape, rows = first ? s[0] * s[1] : s[0], columns = first ? s[2] : s[1] * s[2];
    (void)row, (void)after;
    switch (wk_dtype_size(before->dtype)) { /* sizes that the compiler knows make single moves */
    case 1: turn(from, to, rows, columns, 1); break;
    case 4: turn(from, to, rows, columns, 4); break;
    default: turn(from, to, rows, columns, 8); break;
    }
    return WK_OK;
}

static wk_transform *make_channels(const char *field, bool first)
{
    static const wk_transform_ops ops[2] = { { sizeof *ops, "channels_last", channels_plan, channels_apply, free_self },
                                             { sizeof *ops, "channels_first", channels_plan, channels_apply,
                                               free_self } };
    bool *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = first;
    return wki_transform_new(field, &ops[first], t, 0);
}

wk_transform *wk_transform_channels_first(const char *field) { return make_channels(field, true); }
wk_transform *wk_transform_channels_last(const char *field) { return make_channels(field, false); }
