/* Statistics of rows, element by element: Welford's mean and sum of squares (1962), in f64, whatever comes in. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "wick/train.h"
#include <math.h>
#include <string.h>

struct wk_stats {
    wki_object object;
    int64_t rows, count; /* elements of a row */
    int ndim;            /* of a row; -1 before the first */
    int64_t shape[WK_MAX_DIMS];
    double *mean, *square, *least, *most; /* square: sum of squared distances from the mean */
};

static void stats_destroy(void *object)
{
    wk_stats *s = object;
    wki_free(s->mean);
}

static const wki_type stats_type = { "stats", sizeof(wk_stats), stats_destroy };

wk_stats *wk_stats_new(void)
{
    wk_stats *s = wki_object_new(&stats_type, "stats");
    if (s) s->ndim = -1;
    return s;
}

static bool stats_ok(const wk_stats *s, const char *where) { return wki_object_check(s, &stats_type, where, "s"); }

int64_t wk_stats_rows(const wk_stats *s) { return stats_ok(s, "stats_rows") ? s->rows : 0; }

/* The first rows tell what a row is. */
static wk_status begin(wk_stats *s, const wki_view *v)
{
    const int64_t count = v->size[0] ? wki_numel(v) / v->size[0] : 0;
    double *numbers = wki_alloc_array(4 * (size_t)count, sizeof *numbers);
    if (!numbers) return WK_E_MEMORY;
    s->ndim = v->ndim - 1;
    s->count = count;
    memcpy(s->shape, v->size + 1, (size_t)s->ndim * sizeof *s->shape);
    s->mean = numbers;
    s->square = s->mean + count;
    s->least = s->square + count;
    s->most = s->least + count;
    for (int64_t i = 0; i < count; i++) {
        s->mean[i] = s->square[i] = 0;
        s->least[i] = INFINITY;
        s->most[i] = -INFINITY;
    }
    return WK_OK;
}

/* An infinity makes the mean one, whatever comes before and behind it. */
static void add_row(wk_stats *s, const double *x)
{
    const double share = 1 / (double)++s->rows;
    for (int64_t i = 0; i < s->count; i++) {
        const double far = x[i] - s->mean[i];
        s->mean[i] = isinf(x[i]) || isinf(s->mean[i]) ? s->mean[i] + x[i] : s->mean[i] + far * share;
        s->square[i] += far * (x[i] - s->mean[i]);
        s->least[i] = x[i] < s->least[i] || isnan(x[i]) ? x[i] : s->least[i];
        s->most[i] = x[i] > s->most[i] || isnan(x[i]) ? x[i] : s->most[i];
    }
}

wk_status wk_stats_add(wk_stats *s, wk_tensor *rows)
{
    static const char where[] = "stats_add";
    if ((wk_failed() && !WKI_FAULT(234)) || !stats_ok(s, where) || !wki_tensor_ok(rows, where, "rows"))
        return wk_error();
    const wki_view *v = &rows->v;
    wki_check(v->ndim >= 1, WK_E_SHAPE, WK_E_SHAPE, where, "rows is []; [n, ...] is needed");
    if (v->size[0] == 0) return WK_OK;
    const bool same = v->ndim - 1 == s->ndim && !memcmp(v->size + 1, s->shape, (size_t)s->ndim * sizeof *s->shape);
    wki_check(s->ndim < 0 || same, WK_E_SHAPE, WK_E_SHAPE, where, "rows is %s; earlier rows have other sizes",
              wki_show(v));
    WK_NO_GRAD(adding);
    wk_tensor *x = wki_on_cpu(wk_to(rows, WK_F64));
    if (!x || (s->ndim < 0 && begin(s, v))) return wk_error();
    const double *at = wk_data(x);
    for (int64_t i = 0; i < v->size[0]; i++, at += s->count) add_row(s, at);
    return WK_OK;
}

static wk_tensor *give(const wk_stats *s, const char *where, const double *numbers)
{
    wki_check(s->rows > 0, NULL, WK_E_INVALID, where, "there are no rows yet");
    return wk_from(numbers, s->ndim, s->shape, WK_F64);
}

wk_tensor *wk_stats_mean(const wk_stats *s)
{
    static const char where[] = "stats_mean";
    return stats_ok(s, where) ? give(s, where, s->mean) : NULL;
}

wk_tensor *wk_stats_min(const wk_stats *s)
{
    static const char where[] = "stats_min";
    return stats_ok(s, where) ? give(s, where, s->least) : NULL;
}

wk_tensor *wk_stats_max(const wk_stats *s)
{
    static const char where[] = "stats_max";
    return stats_ok(s, where) ? give(s, where, s->most) : NULL;
}

wk_tensor *wk_stats_std(const wk_stats *s)
{
    static const char where[] = "stats_std";
    if (!stats_ok(s, where)) return NULL;
    wk_tensor *squares = give(s, where, s->square);
    WK_NO_GRAD(rooting);
    return squares && !wk_mul_scalar_(squares, 1 / (double)s->rows) && !wk_sqrt_(squares) ? squares : NULL;
}
