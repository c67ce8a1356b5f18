/* Which values there are, which of them each element is, and how often each occurs: of all elements in order, or of
 * runs of equal neighbours. No gradients. */
#include "autograd/reduce.h"

/* True where a run of equals begins; NaN equals nothing, as in torch. */
static wk_tensor *starts_of(wk_tensor *line)
{
    const int64_t n = wki_numel(&line->v);
    WKI_BESIDE(here, line);
    if (n == 0) return wk_zeros(WK_SHAPE(0), WK_BOOL);
    wk_tensor *changes = wk_ne(wk_narrow(line, 0, 1, n - 1), wk_narrow(line, 0, 0, n - 1));
    return wk_cat((wk_tensor *[]){ wk_ones(WK_SHAPE(1), WK_BOOL), changes }, 2, 0);
}

/* The places of t's elements among the values: their runs, put back where the order took them from. */
static wk_tensor *places_of(wk_tensor *t, wk_tensor *run, wk_tensor *order)
{
    if (order) run = wk_scatter(wk_zeros_like(run), 0, order, run);
    return wk_reshape(run, t->v.ndim, t->v.size);
}

static wk_tensor *values_of(const char *where, wk_tensor *t, bool sorted, wk_tensor **inverse, wk_tensor **counts)
{
    if (inverse) *inverse = NULL;
    if (counts) *counts = NULL;
    if (!wki_tensor_ok(t, where, "t")) return NULL;
    WK_NO_GRAD(plain);
    wk_tensor *line = wk_reshape(t, WK_SHAPE(-1)), *order = NULL;
    if (sorted) line = wk_sort(line, 0, false, inverse ? &order : NULL);
    wk_tensor *starts = line ? starts_of(line) : NULL, *values = wk_masked_select(line, starts);
    if (!values || (!inverse && !counts)) return values;
    wk_tensor *run = wk_sub_scalar(wk_cumsum(starts, 0), 1);
    wk_tensor *places = inverse ? places_of(t, run, order) : NULL, *often = counts ? wk_bincount(run, NULL, 0) : NULL;
    if ((inverse && !places) || (counts && !often)) return NULL;
    if (inverse) *inverse = places;
    if (counts) *counts = often;
    return values;
}

wk_tensor *wk_unique(wk_tensor *t, wk_tensor **inverse, wk_tensor **counts)
{
    return values_of("unique", t, true, inverse, counts);
}

wk_tensor *wk_unique_consecutive(wk_tensor *t, wk_tensor **inverse, wk_tensor **counts)
{
    return values_of("unique_consecutive", t, false, inverse, counts);
}

static wk_tensor *wrong_unique(void) { return wk_unique(NULL, NULL, NULL); }
static wk_tensor *wrong_unique_consecutive(void) { return wk_unique_consecutive(NULL, NULL, NULL); }
const wki_error_sample wki_errors_unique[] = {
    { "unique", wrong_unique, WK_E_INVALID, "t is NULL" },
    { "unique_consecutive", wrong_unique_consecutive, WK_E_INVALID, "t is NULL" },
    { 0 },
};

const wki_family wki_family_unique = { NULL };
