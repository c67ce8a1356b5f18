/* Splitting a dataset in two, at random or with each class keeping its share: a function of the seed. Both parts are
 * subsets whose rows ascend, which is the order that files like to be read in. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/dataset.h"
#include "data/order.h"
#include "io/number.h"
#include <math.h>
#include <string.h>

enum { SPLIT_STREAM = 0x73706C74 }; /* "splt" */

static wk_status take_labels(wk_dataset *set, const void *read, int64_t from, int64_t n, int64_t *labels)
{
    const wk_dtype dtype = set->fields[wki_dataset_find(set, "y")].dtype;
    wki_number_convert(wki_number_of(dtype), read, (size_t)n, WK_I64, labels + from);
    for (int64_t i = from; i < from + n; i++)
        if (labels[i] < 0 || labels[i] >= set->nclasses)
            return wki_fail(WK_E_RANGE, "dataset_split", "the label of row %lld is %lld; the dataset has %d classes",
                            (long long)i, (long long)labels[i], set->nclasses);
    return WK_OK;
}

/* A reader delivers whole rows, so they pass through a block that is small and thrown away. */
static wk_status read_labels(wk_dataset *set, int64_t *labels)
{
    size_t row_bytes = sizeof(int64_t);
    for (int f = 0; f < set->nfields; f++) row_bytes += wki_field_bytes(&set->fields[f]);
    const int64_t most = row_bytes < 4096 ? 256 : 1 + (int64_t)((1 << 20) / row_bytes);
    void *fields[WK_MAX_FIELDS] = { NULL };
    int64_t *rows = wki_alloc_array((size_t)most, sizeof *rows);
    wk_status status = rows ? WK_OK : WK_E_MEMORY;
    for (int f = 0; f < set->nfields && status == WK_OK; f++) {
        fields[f] = wki_alloc_array((size_t)most, wki_field_bytes(&set->fields[f]));
        if (!fields[f]) status = WK_E_MEMORY;
    }
    for (int64_t from = 0; from < set->rows && status == WK_OK; from += most) {
        const int64_t n = set->rows - from < most ? set->rows - from : most;
        for (int64_t i = 0; i < n; i++) rows[i] = from + i;
        status = wki_dataset_read(set, rows, n, fields);
        if (status == WK_OK) status = take_labels(set, fields[wki_dataset_find(set, "y")], from, n, labels);
    }
    for (int f = 0; f < set->nfields; f++) wki_free(fields[f]);
    wki_free(rows);
    return status;
}

/* Groups `order` by class and keeps the order within a class (a counting sort); `grouped` receives it. */
static wk_status group_by_class(wk_dataset *set, const int64_t *order, int64_t *grouped)
{
    int64_t *labels = wki_alloc_array((size_t)set->rows, sizeof *labels);
    int64_t *start = wki_alloc_array((size_t)set->nclasses + 1, sizeof *start);
    wk_status status = labels && start ? read_labels(set, labels) : WK_E_MEMORY;
    if (status == WK_OK) {
        for (int64_t i = 0; i < set->rows; i++) start[labels[i] + 1]++;
        for (int c = 0; c < set->nclasses; c++) start[c + 1] += start[c];
        for (int64_t i = 0; i < set->rows; i++) grouped[start[labels[order[i]]]++] = order[i];
    }
    wki_free(labels);
    wki_free(start);
    return status;
}

/* A row goes to the first part where round(fraction * position) steps up: round(fraction * n) rows in all, and of any
 * run of rows, such as a class, its share to within one. `order` becomes the rows of the first part, then those of the
 * rest; returns how many. */
static int64_t deal(int64_t *order, int64_t n, double fraction, bool *chosen)
{
    for (int64_t i = 0; i < n; i++)
        chosen[order[i]] = llround(fraction * (double)(i + 1 + WKI_FAULT(25))) > llround(fraction * (double)i);
    int64_t first = 0, at = 0;
    for (int64_t row = 0; row < n; row++)
        if (chosen[row]) order[first++] = row;
    at = first;
    for (int64_t row = 0; row < n; row++)
        if (!chosen[row]) order[at++] = row;
    return first;
}

static wk_status split(wk_dataset *set, double fraction, bool stratified, uint64_t seed, wk_dataset *parts[2])
{
    const int64_t n = set->rows;
    int64_t *order = wki_alloc_array((size_t)n, sizeof *order);
    int64_t *grouped = wki_alloc_array(stratified ? (size_t)n : 0, sizeof *grouped);
    bool *chosen = wki_alloc_array((size_t)n, sizeof *chosen);
    wk_status status = order && grouped && chosen ? WK_OK : WK_E_MEMORY;
    if (status == WK_OK) wki_permutation(order, n, wki_rng_at(seed, SPLIT_STREAM, 0));
    if (status == WK_OK && stratified) status = group_by_class(set, order, grouped);
    if (status == WK_OK) {
        int64_t *rows = stratified ? grouped : order;
        const int64_t first = deal(rows, n, fraction, chosen);
        parts[0] = wk_dataset_subset(set, rows, first);
        parts[1] = wk_dataset_subset(set, rows + first, n - first);
        if (!parts[0] || !parts[1]) status = wk_error();
    }
    wki_free(order);
    wki_free(grouped);
    wki_free(chosen);
    return status;
}

wk_status wk_dataset_split(wk_dataset *set, double fraction, bool stratified, uint64_t seed, wk_dataset **first,
                           wk_dataset **rest)
{
    const char *where = "dataset_split";
    if (first) *first = NULL;
    if (rest) *rest = NULL;
    if (wk_failed()) return wk_error();
    if (!wki_object_check(set, &wki_dataset_type, where, "set")) return wk_error();
    if (!first || !rest) return wki_null_argument(where, first ? "rest" : "first"), wk_error();
    if (!(fraction >= 0 && fraction <= 1))
        return wki_fail(WK_E_INVALID, where, "fraction is %g; expected 0 to 1", fraction);
    if (stratified && set->nclasses == 0)
        return wki_fail(WK_E_INVALID, where,
                        "the dataset \"%s\" has no classes to keep the shares of; use a random split", set->ops->name);
    WK_SCOPE(parts_of_a_split);
    wk_dataset *parts[2] = { NULL, NULL };
    const wk_status status = split(set, fraction, stratified, seed, parts);
    if (status != WK_OK) return status;
    *first = wk_escape(parts_of_a_split, parts[0]);
    *rest = wk_escape(parts_of_a_split, parts[1]);
    return WK_OK;
}
