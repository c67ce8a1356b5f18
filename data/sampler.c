/* Samplers: a user's order of rows, and rows drawn by weights. With replacement by an alias table (Walker 1977, Vose
 * 1991); without, the rows whose exponential keys -log(u) / w are the least (Efraimidis and Spirakis 2006). */
#include "base/alloc.h"
#include "base/error.h"
#include "data/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_STREAM = 0x77676874 }; /* "wght" */

static void sampler_destroy(void *object)
{
    wk_sampler *s = object;
    if (s->ops && s->ops->destroy) s->ops->destroy(s->self);
}

const wki_type wki_sampler_type = { "sampler", sizeof(wk_sampler), sampler_destroy };

static wk_sampler *new_sampler(const wk_sampler_ops *ops, void *self, int64_t rows, int64_t draws, const char *where)
{
    wk_sampler *s = wki_object_new(&wki_sampler_type, where);
    if (!s) {
        if (ops->destroy) ops->destroy(self);
        return NULL;
    }
    s->ops = ops;
    s->self = self;
    s->rows = rows;
    s->draws = draws;
    return s;
}

wk_sampler *wk_sampler_custom(const wk_sampler_ops *ops, void *self, int64_t draws)
{
    const char *where = "sampler_custom";
    if (!ops) return wki_null_argument(where, "ops"), NULL;
    const bool whole = ops->size >= sizeof *ops && ops->name && ops->order;
    if (whole && draws > 0) return new_sampler(ops, self, 0, draws, where);
    if (!whole)
        wki_fail(WK_E_INVALID, where, "ops has no size, name or order");
    else
        wki_fail(WK_E_INVALID, where, "draws is %lld; expected at least one row an epoch", (long long)draws);
    if (ops->size >= sizeof *ops && ops->destroy) ops->destroy(self);
    return NULL;
}

/* ---- By weights ---- */

typedef struct weighted {
    int64_t n;
    double *keep; /* with replacement: the chance that column i gives row i, and not other[i] */
    int64_t *other;
    double *weight; /* without */
} weighted;

static void weighted_destroy(void *self)
{
    weighted *w = self;
    wki_free(w->keep);
    wki_free(w->other);
    wki_free(w->weight);
    wki_free(w);
}

static wk_status draw_again(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows)
{
    const weighted *w = self;
    wk_rng rng = wki_rng_at(seed, WEIGHT_STREAM, (uint64_t)epoch);
    for (int64_t i = 0; i < draws; i++) {
        const int64_t column = (int64_t)wki_rng_below(&rng, (uint64_t)w->n);
        rows[i] = wki_rng_uniform(&rng) < w->keep[column] ? column : w->other[column];
    }
    return WK_OK;
}

typedef struct keyed {
    double key;
    int64_t row;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : (x->row > y->row) - (x->row < y->row);
}

static wk_status draw_once(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows)
{
    const weighted *w = self;
    wk_rng rng = wki_rng_at(seed, WEIGHT_STREAM, (uint64_t)epoch);
    keyed *keys = wki_alloc_array((size_t)w->n, sizeof *keys);
    if (!keys) return wk_error();
    for (int64_t i = 0; i < w->n; i++) {
        const double u = wki_rng_uniform(&rng);
        keys[i] = (keyed){ w->weight[i] > 0 ? -log1p(-u) / w->weight[i] : INFINITY, i };
    }
    qsort(keys, (size_t)w->n, sizeof *keys, by_key);
    for (int64_t i = 0; i < draws; i++) rows[i] = keys[i].row;
    wki_free(keys);
    return WK_OK;
}

static const wk_sampler_ops again_ops = { sizeof again_ops, "weighted", draw_again, weighted_destroy };
static const wk_sampler_ops once_ops = { sizeof once_ops, "weighted once", draw_once, weighted_destroy };

/* Columns of equal height 1: what a light row leaves free in its own is filled by a heavy one. */
static wk_status make_table(weighted *w, const double *weights, double sum)
{
    int64_t *todo = wki_alloc_array((size_t)w->n, sizeof *todo), light = 0, heavy = w->n;
    w->keep = wki_alloc_array((size_t)w->n, sizeof *w->keep);
    w->other = wki_alloc_array((size_t)w->n, sizeof *w->other);
    for (int64_t i = 0; todo && w->keep && w->other && i < w->n; i++) {
        w->keep[i] = weights[i] / sum * (double)w->n;
        w->other[i] = i;
        todo[w->keep[i] < 1 ? light++ : --heavy] = i;
    }
    while (!wk_failed() && light > 0 && heavy < w->n) {
        const int64_t small = todo[--light], large = todo[heavy];
        w->other[small] = large;
        w->keep[large] -= 1 - w->keep[small];
        if (w->keep[large] >= 1) continue;
        heavy++;
        todo[light++] = large;
    }
    /* Rounding may leave columns over: full but for an ulp, or of a row without weight, which is never drawn. */
    int64_t drawn = 0;
    while (weights[drawn] <= 0) drawn++;
    while (!wk_failed() && light > 0) {
        const int64_t i = todo[--light];
        if (weights[i] > 0)
            w->keep[i] = 1;
        else
            w->other[i] = drawn;
    }
    wki_free(todo);
    return wk_error();
}

static bool weights_ok(const double *weights, int64_t n, int64_t draws, bool replacement, double *sum)
{
    const char *where = "sampler_weighted";
    int64_t positive = 0;
    if (!weights) return wki_null_argument(where, "weights"), false;
    wki_check(n > 0 && draws > 0, false, WK_E_INVALID, where, "n is %lld and draws %lld; expected at least one of each",
              (long long)n, (long long)draws);
    *sum = 0;
    for (int64_t i = 0; i < n; i++) {
        wki_check(weights[i] >= 0 && isfinite(weights[i]), false, WK_E_RANGE, where,
                  "weights[%lld] is %g; expected a finite number of 0 or more", (long long)i, weights[i]);
        positive += weights[i] > 0;
        *sum += weights[i];
    }
    wki_check(positive > 0 && isfinite(*sum), false, WK_E_RANGE, where,
              "the weights' sum is %g; expected a finite number above 0", *sum);
    wki_check(replacement || draws <= positive, false, WK_E_INVALID, where,
              "draws is %lld; without replacement, the %lld rows of weight above 0 are the most", (long long)draws,
              (long long)positive);
    return true;
}

wk_sampler *wk_sampler_weighted(const double *weights, int64_t n, int64_t draws, bool replacement)
{
    const char *where = "sampler_weighted";
    double sum;
    if (!weights_ok(weights, n, draws, replacement, &sum)) return NULL;
    weighted *w = wki_alloc(sizeof *w);
    if (!w) return NULL;
    w->n = n;
    if (replacement)
        make_table(w, weights, sum);
    else if ((w->weight = wki_alloc_array((size_t)n, sizeof *w->weight)))
        memcpy(w->weight, weights, (size_t)n * sizeof *weights);
    if (!wk_failed()) return new_sampler(replacement ? &again_ops : &once_ops, w, n, draws, where);
    weighted_destroy(w);
    return NULL;
}
