/* Rows of different lengths: how long they are, and what fills the places behind them. Rests on the dataset that tells
 * the lengths. */
#include "backends/backend.h"
#include "backends/cpu/cpu.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/transform.h"
#include <math.h>
#include <string.h>

enum { RUN = 512 }; /* rows measured at a time, where nobody wants their lengths */

static int64_t bound_of(const wk_dataset *set)
{
    int f = 0;
    while (!wki_is_ragged(set, f)) f++;
    return set->fields[f].shape[0];
}

static wk_status check_lengths(const wk_dataset *set, const int64_t *rows, int64_t n, const int64_t *lengths,
                               int64_t *items, int64_t *longest)
{
    const int64_t bound = bound_of(set);
    for (int64_t i = 0; i < n; i++) {
        if (lengths[i] < 0 || lengths[i] > bound)
            return wki_fail(WK_E_RANGE, set->ops->name, "the length of row %lld is %lld; expected 0 .. %lld",
                            (long long)rows[i], (long long)lengths[i], (long long)bound);
        *items += lengths[i];
        if (lengths[i] > *longest) *longest = lengths[i];
    }
    return WK_OK;
}

wk_status wki_dataset_lengths(const wk_dataset *set, const int64_t *rows, int64_t n, int64_t *lengths, int64_t *items,
                              int64_t *longest)
{
    int64_t some[RUN], sum = 0, most = 0;
    WK_SCOPE(lengths_of_rows);
    for (int64_t from = 0, run; from < n; from += run) {
        run = n - from < RUN ? n - from : RUN;
        int64_t *to = lengths ? lengths + from : some;
        const wk_status status = set->lengths(set->self, rows + from, run, to);
        if (status && !wk_failed())
            wki_fail((unsigned)status < WK_STATUS_COUNT ? status : WK_E_STATE, set->ops->name,
                     "lengths failed without saying why (%lld rows from row %lld on)", (long long)run,
                     (long long)rows[from]);
        if (wk_failed() || check_lengths(set, rows + from, run, to, &sum, &most)) return wk_error();
    }
    if (items) *items = sum;
    if (longest) *longest = most;
    return WK_OK;
}

wk_status wk_dataset_lengths(wk_dataset *set, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const char *where = "dataset_lengths";
    if (wk_failed() || !wki_object_check(set, &wki_dataset_type, where, "set")) return wk_error();
    if (n > 0 && (!rows || !lengths)) return wki_null_argument(where, rows ? "lengths" : "rows"), wk_error();
    wki_check(set->ragged, WK_E_STATE, WK_E_STATE, where, "all rows of the dataset \"%s\" are of one length",
              set->ops->name);
    for (int64_t i = 0; i < n; i++)
        wki_check(rows[i] >= 0 && rows[i] < set->rows, WK_E_RANGE, WK_E_RANGE, where,
                  "row %lld is not in the dataset \"%s\"; it has %lld rows", (long long)rows[i], set->ops->name,
                  (long long)set->rows);
    return wki_dataset_lengths(set, rows, n, lengths, NULL, NULL);
}

int64_t wki_offsets_wrong(const int64_t *offsets, int64_t n, int64_t items)
{
    for (int64_t i = 0; i < n; i++)
        if ((offsets[i] < (i ? offsets[i - 1] : 0) && !WKI_FAULT(99)) || offsets[i] > items) return i;
    return -1;
}

int64_t wki_longest(const int64_t *offsets, int64_t rows)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < rows; i++)
        if (offsets[i + 1] - offsets[i] > longest) longest = offsets[i + 1] - offsets[i];
    return longest;
}

/* ---- Padding ---- */

bool wki_pad_of(wk_dtype dtype, double value, unsigned char pad[8])
{
    const double least = dtype == WK_I64 ? -0x1p53 : dtype == WK_I32 ? INT32_MIN : 0;
    const double most = dtype == WK_I64 ? 0x1p53 : dtype == WK_I32 ? INT32_MAX : dtype == WK_U8 ? 255 : 1;
    const bool fits = wki_is_float(dtype) || (value >= least && value <= most && floor(value) == value);
    const float f32 = (float)value;
    const int64_t whole = fits && !wki_is_float(dtype) ? (int64_t)value : 0;
    switch (dtype) {
    case WK_F64: memcpy(pad, &value, sizeof value); break;
    case WK_F32: memcpy(pad, &f32, sizeof f32); break;
    case WK_I64: memcpy(pad, &whole, sizeof whole); break;
    case WK_I32: memcpy(pad, &(int32_t){ (int32_t)whole }, sizeof(int32_t)); break;
    default: pad[0] = (unsigned char)whole; break;
    }
    return fits;
}
