/* Transforms of numbers: to another dtype, normalised, labels as one-hot rows or by a table. */
#include "backends/backend.h"
#include "base/alloc.h"
#include "base/error.h"
#include "data/transform.h"
#include "io/number.h"
#include <math.h>
#include <string.h>

static int64_t elements(const wk_field *f)
{
    int64_t n = 1;
    for (int d = 0; d < f->ndim; d++) n *= f->shape[d];
    return n;
}

static void free_self(void *self) { wki_free(self); }

/* ---- to, scaled ---- */

typedef struct to {
    wk_dtype dtype;
    bool scaled;
} to;

static wk_status to_plan(void *self, wk_field *field)
{
    const to *t = self;
    const bool floats = wki_is_float(t->dtype), from_bytes = field->dtype == WK_U8;
    if (t->scaled && !from_bytes)
        return wki_fail(WK_E_DTYPE, "scaled", "\"%s\" is %s; expected u8, whose 255 becomes 1", field->name,
                        wk_dtype_name(field->dtype));
    if (!floats && field->dtype != t->dtype && !(t->dtype == WK_I64 && !wki_is_float(field->dtype)))
        return wki_fail(WK_E_DTYPE, "to", "\"%s\" is %s, which %s may not hold; expected f32, f64 or i64", field->name,
                        wk_dtype_name(field->dtype), wk_dtype_name(t->dtype));
    field->dtype = t->dtype;
    return WK_OK;
}

static wk_status to_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                          void *into)
{
    const to *t = self;
    const size_t n = (size_t)elements(before);
    (void)row, (void)after;
    if (before->dtype == t->dtype && !t->scaled) {
        memcpy(into, from, n * wk_dtype_size(t->dtype));
        return WK_OK;
    }
    double *f64 = into;
    wki_number_deliver(wki_number_of(before->dtype), from, n, t->dtype, t->scaled && t->dtype == WK_F32, into);
    for (size_t i = 0; t->scaled && t->dtype == WK_F64 && i < n; i++) f64[i] /= 255.0;
    return WK_OK;
}

static wk_transform *make_to(const char *field, wk_dtype dtype, bool scaled)
{
    static const wk_transform_ops ops[2] = { { sizeof *ops, "to", to_plan, to_apply, free_self },
                                             { sizeof *ops, "scaled", to_plan, to_apply, free_self } };
    const char *where = ops[scaled].name;
    wki_check((unsigned)dtype < WK_DTYPE_COUNT, NULL, WK_E_DTYPE, where, "dtype is %d; expected a wk_dtype",
              (int)dtype);
    wki_check(!scaled || wki_is_float(dtype), NULL, WK_E_DTYPE, where, "dtype is %s; expected f32 or f64",
              wk_dtype_name(dtype));
    to *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = (to){ dtype, scaled };
    return wki_transform_new(field, &ops[scaled], t, 1);
}

wk_transform *wk_transform_to(const char *field, wk_dtype dtype) { return make_to(field, dtype, false); }
wk_transform *wk_transform_scaled(const char *field, wk_dtype dtype) { return make_to(field, dtype, true); }

/* ---- normalize ---- */

typedef struct normalize {
    int n;
    double numbers[]; /* n means, n deviations */
} normalize;

static wk_status normalize_plan(void *self, wk_field *field)
{
    const normalize *t = self;
    if (!wki_is_float(field->dtype))
        return wki_fail(WK_E_DTYPE, "normalize", "\"%s\" is %s; expected f32 or f64: convert it before", field->name,
                        wk_dtype_name(field->dtype));
    if (t->n == 1 || (field->ndim > 0 && field->shape[0] == t->n)) return WK_OK;
    return wki_fail(WK_E_SHAPE, "normalize", "\"%s\" has %lld channels, mean and std %d; expected as many, or 1",
                    field->name, field->ndim ? (long long)field->shape[0] : 1LL, t->n);
}

#define NORMALIZE(NAME, TYPE)                                                                                          \
    static void NAME(const TYPE *restrict x, TYPE *restrict y, int64_t n, TYPE mean, TYPE std)                         \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) / std;                                                    \
    }
NORMALIZE(normalize_f32, float)
NORMALIZE(normalize_f64, double)
#undef NORMALIZE

static wk_status normalize_apply(void *self, wk_row *row, const wk_field *before, const void *from,
                                 const wk_field *after, void *into)
{
    const normalize *t = self;
    const int64_t each = elements(before) / t->n;
    (void)row, (void)after;
    for (int c = 0; c < t->n; c++) {
        const double mean = t->numbers[c], std = t->numbers[t->n + c];
        if (before->dtype == WK_F32)
            normalize_f32((const float *)from + c * each, (float *)into + c * each, each, (float)mean, (float)std);
        else
            normalize_f64((const double *)from + c * each, (double *)into + c * each, each, mean, std);
    }
    return WK_OK;
}

wk_transform *wk_transform_normalize(const char *field, const double *mean, const double *std, int n)
{
    static const wk_transform_ops ops = { sizeof ops, "normalize", normalize_plan, normalize_apply, free_self };
    wki_check(mean && std && n > 0, NULL, WK_E_INVALID, ops.name, "mean or std is NULL, or n is %d", n);
    for (int i = 0; i < n; i++)
        wki_check(isfinite(mean[i]) && isfinite(std[i]) && std[i] != 0, NULL, WK_E_INVALID, ops.name,
                  "mean[%d] is %g and std[%d] %g; expected finite numbers, std not 0", i, mean[i], i, std[i]);
    normalize *t = wki_alloc(sizeof *t + 2 * (size_t)n * sizeof(double));
    if (!t) return NULL;
    t->n = n;
    memcpy(t->numbers, mean, (size_t)n * sizeof *mean);
    memcpy(t->numbers + n, std, (size_t)n * sizeof *std);
    return wki_transform_new(field, &ops, t, n);
}

/* ---- Labels ---- */

typedef struct labels {
    int64_t n;
    int64_t to[]; /* of map */
} labels;

static wk_status label_of(const wk_field *f, const void *from, int64_t n, const char *where, int64_t *label)
{
    wki_number_convert(wki_number_of(f->dtype), from, 1, WK_I64, label);
    if (*label >= 0 && *label < n) return WK_OK;
    return wki_fail(WK_E_RANGE, where, "label %lld; expected 0 .. %lld", (long long)*label, (long long)n - 1);
}

static wk_status label_plan(wk_field *field, const char *where)
{
    if (field->ndim == 0 && !wki_is_float(field->dtype)) return WK_OK;
    return wki_fail(WK_E_DTYPE, where, "\"%s\" is %s of %d dimensions; expected a whole number a row", field->name,
                    wk_dtype_name(field->dtype), field->ndim);
}

static wk_status one_hot_plan(void *self, wk_field *field)
{
    const labels *t = self;
    if (label_plan(field, "one_hot")) return wk_error();
    field->dtype = WK_F32;
    field->ndim = 1;
    field->shape[0] = t->n;
    return WK_OK;
}

static wk_status one_hot_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                               void *into)
{
    const labels *t = self;
    int64_t label;
    (void)row, (void)after;
    if (label_of(before, from, t->n, "one_hot", &label)) return wk_error();
    memset(into, 0, (size_t)t->n * sizeof(float));
    ((float *)into)[label] = 1;
    return WK_OK;
}

wk_transform *wk_transform_one_hot(const char *field, int classes)
{
    static const wk_transform_ops ops = { sizeof ops, "one_hot", one_hot_plan, one_hot_apply, free_self };
    wki_check(classes > 0, NULL, WK_E_INVALID, ops.name, "classes is %d; expected at least 1", classes);
    labels *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    t->n = classes;
    return wki_transform_new(field, &ops, t, 0);
}

static wk_status map_plan(void *self, wk_field *field)
{
    (void)self;
    if (label_plan(field, "map")) return wk_error();
    field->dtype = WK_I64;
    return WK_OK;
}

static wk_status map_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                           void *into)
{
    const labels *t = self;
    int64_t label;
    (void)row, (void)after;
    if (label_of(before, from, t->n, "map", &label)) return wk_error();
    *(int64_t *)into = t->to[label];
    return WK_OK;
}

wk_transform *wk_transform_map(const char *field, const int64_t *to, int n)
{
    static const wk_transform_ops ops = { sizeof ops, "map", map_plan, map_apply, free_self };
    wki_check(to && n > 0, NULL, WK_E_INVALID, ops.name, "to is NULL, or n is %d", n);
    labels *t = wki_alloc(sizeof *t + (size_t)n * sizeof *to);
    if (!t) return NULL;
    t->n = n;
    memcpy(t->to, to, (size_t)n * sizeof *to);
    return wki_transform_new(field, &ops, t, 0);
}
