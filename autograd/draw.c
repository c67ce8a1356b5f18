/* Places drawn by their weights (torch.multinomial), on the host: the numbers follow from the seed alone, whatever the
 * device. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/rng.h"
#include <float.h>
#include <math.h>

static const char where[] = "multinomial";

/* The weights of a row, in f64 and dense; how many are above 0, or -1 with an error. */
static int64_t check_row(const double *w, int64_t n, int64_t row)
{
    int64_t positive = 0;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        wki_check(isfinite(w[i]) && w[i] >= 0, -1, WK_E_RANGE, where,
                  "weight %lld of row %lld is %g; it must be finite and not negative", (long long)i, (long long)row,
                  w[i]);
        positive += w[i] > 0;
        sum += w[i];
    }
    wki_check(isfinite(sum), -1, WK_E_RANGE, where, "the weights of row %lld add up to %g; a finite sum is needed",
              (long long)row, sum);
    wki_check(positive, -1, WK_E_RANGE, where, "all weights of row %lld are 0", (long long)row);
    return positive;
}

/* The first place whose running sum is above at, which is below the last one. */
static int64_t search(const double *sums, int64_t n, double at)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (sums[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw_again(const double *w, int64_t n, double *sums, wk_rng *rng, int64_t draws, int64_t *to)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sums[i] = sum += w[i];
    for (int64_t k = 0; k < draws; k++) {
        const double at = wki_rng_uniform(rng) * sum;
        to[k] = search(sums, n, at < sum ? at : nextafter(sum, 0));
    }
}

/* Each weight an exponential clock: the places whose clocks ring first, in that order (Efraimidis and Spirakis 2006).
 */
static wk_tensor *draw_once(wk_tensor *w, wk_rng *rng, int64_t draws)
{
    wk_tensor *keys = wk_empty(w->v.ndim, w->v.size, WK_F64), *places = NULL;
    const double *at = w->v.data;
    for (int64_t i = 0; keys && i < wki_numel(&w->v); i++) {
        const double wait = -log1p(-wki_rng_uniform(rng)) / (WKI_FAULT(217) ? 1 : at[i]);
        ((double *)keys->v.data)[i] = at[i] > 0 ? fmin(wait, DBL_MAX) : (double)INFINITY;
    }
    return keys && wk_topk(keys, draws, -1, false, &places) ? places : NULL;
}

static wk_tensor *draw(wk_tensor *w, int64_t draws, bool replacement)
{
    const int last = w->v.ndim - 1;
    const int64_t n = w->v.size[last], rows = last ? w->v.size[0] : 1;
    const wki_random_key key = wki_random_next();
    wk_rng rng = wki_rng_at(key.seed, key.stream, key.op);
    for (int64_t row = 0; row < rows; row++) {
        const int64_t positive = check_row((const double *)w->v.data + row * n, n, row);
        if (positive < 0) return NULL;
        wki_check(replacement || draws <= positive, NULL, WK_E_INVALID, where,
                  "%lld places without replacement, but %lld weights of row %lld are above 0", (long long)draws,
                  (long long)positive, (long long)row);
    }
    if (!replacement) return draw_once(w, &rng, draws);
    wk_tensor *y = wk_empty(w->v.ndim, last ? (int64_t[]){ rows, draws } : &draws, WK_I64);
    double *sums = y ? wki_alloc_array((size_t)n, sizeof *sums) : NULL;
    for (int64_t row = 0; sums && row < rows; row++)
        draw_again((const double *)w->v.data + row * n, n, sums, &rng, draws, (int64_t *)y->v.data + row * draws);
    wki_free(sums);
    return sums ? y : NULL;
}

wk_tensor *wk_multinomial(wk_tensor *weights, int64_t draws, bool replacement)
{
    if (!wki_tensor_ok(weights, where, "weights") || !wki_float_ok(weights, where, "weights")) return NULL;
    if (wki_not_recorded(where, "places are drawn on the host", "draw them before the step, and give them as an input"))
        return NULL;
    const wki_view *v = &weights->v;
    wki_check((v->ndim == 1 || v->ndim == 2) && v->size[v->ndim - 1] > 0, NULL, WK_E_SHAPE, where,
              "weights is %s; [n] or [rows, n] is needed", wki_show(v));
    wki_check(draws > 0, NULL, WK_E_INVALID, where, "draws is %lld; it must be above 0", (long long)draws);
    WK_SCOPE(work);
    WK_NO_GRAD(drawing);
    const wk_device device = v->device;
    wk_tensor *w = wk_contiguous(wk_to(wk_to_device(wk_detach(weights), WK_CPU), WK_F64));
    WKI_ON_CPU(draws_there);
    wk_tensor *y = w ? draw(w, draws, replacement) : NULL;
    return y ? wk_escape(work, wk_to_device(y, device)) : NULL;
}
