/* Rows of different lengths: a data set of offsets tells where each begins among the items of another, and behind the
 * last one where it ends. Rests on read.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/dataset.h"
#include "data/hdf5/h5.h"

enum { SCAN = 4096, RUN = 512 };

wk_status wki_h5_check_claim(const wki_h5_table *t)
{
    if (t->rows * t->item / 1032 <= t->file->size + 65536) return WK_OK;
    return wki_h5_fail(t, WK_E_FORMAT, "claims %llu rows in a file of %llu bytes", (unsigned long long)t->rows,
                       (unsigned long long)t->file->size);
}

static wk_status read_all(wki_h5_table *t, int64_t all, int64_t *offsets)
{
    int64_t rows[SCAN];
    for (int64_t at = 0, n; at < all; at += n) {
        n = all - at < SCAN ? all - at : SCAN;
        for (int64_t i = 0; i < n; i++) rows[i] = at + i;
        if (wki_h5_read_rows(t, 0, rows, n, (wki_h5_cast){ .dtype = WK_I64 }, offsets + at)) return wk_error();
    }
    return WK_OK;
}

static wk_status check_all(const wki_h5_table *t, const int64_t *offsets, int64_t n, uint64_t items)
{
    const int64_t wrong = wki_offsets_wrong(offsets, n, (int64_t)items);
    if (wrong < 0) return WK_OK;
    return wki_h5_fail(t, WK_E_RANGE, "number %lld is %lld; expected %lld or more, and no more than the %llu items",
                       (long long)wrong, (long long)offsets[wrong], (long long)(wrong ? offsets[wrong - 1] : 0),
                       (unsigned long long)items);
}

/* An offset may be there before what it points to: those of a file that grows are cut, and not refused. */
int64_t *wki_h5_read_offsets(wki_h5_table *t, uint64_t items, bool growing, int64_t *rows)
{
    uint64_t n = t->rows;
    int64_t *offsets = NULL;
    if (t->rank != 1 || !wki_number_is_integer(t->number) || (!n && !growing))
        wki_h5_fail(t, WK_E_SHAPE, "is no list of offsets; expected whole numbers [rows + 1]");
    else if (wki_h5_check_claim(t) == WK_OK && (!growing || wki_h5_freeze(t, &n) == WK_OK))
        offsets = wki_alloc_array(n + 1, sizeof *offsets);
    if (!offsets || read_all(t, (int64_t)n, offsets) ||
        check_all(t, offsets, (int64_t)n, growing ? INT64_MAX : items)) {
        wki_free(offsets);
        return NULL;
    }
    *rows = n ? (int64_t)n - 1 : 0;
    while (growing && *rows && offsets[*rows] > (int64_t)items && !WKI_FAULT(91)) --*rows;
    return offsets;
}

/* In runs that fit on the stack, since readers do not allocate. */
wk_status wki_h5_read_ragged(wki_h5_table *t, const int64_t *offsets, const int64_t *rows, int64_t n, wki_h5_cast cast,
                             void *to)
{
    const size_t item = (size_t)t->row_items * wk_dtype_size(cast.dtype);
    int64_t items[RUN], got = 0;
    char *into = to;
    for (int64_t r = 0; r < n; r++)
        for (int64_t at = offsets[rows[r]]; at < offsets[rows[r] + 1]; at++) {
            items[got++] = at;
            if (got < RUN) continue;
            if (wki_h5_read_rows(t, 0, items, got, cast, into)) return wk_error();
            into += WKI_FAULT(95) ? 0 : (size_t)got * item;
            got = 0;
        }
    return got ? wki_h5_read_rows(t, 0, items, got, cast, into) : WK_OK;
}

/* Rows belong to the block in which they begin. */
int64_t *wki_h5_ragged_blocks(const wki_h5_table *t, const int64_t *offsets, int64_t rows, int64_t *n)
{
    const int64_t size = (int64_t)t->block_rows, most = (offsets[rows - 1] - offsets[0]) / size + 2;
    int64_t last = -1, *blocks = wki_alloc_array((size_t)(most < rows ? most : rows) + 1, sizeof *blocks);
    *n = 0;
    for (int64_t i = 0; blocks && i < rows; i++) {
        if (offsets[i] / size != last) blocks[(*n)++] = i;
        last = offsets[i] / size;
    }
    if (blocks) blocks[*n] = rows;
    return blocks;
}
