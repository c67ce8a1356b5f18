/* What the tests of loaders share: the rows that batches are of, and in which order. */
#ifndef WICK_LOADER_CHECK_H
#define WICK_LOADER_CHECK_H
#include "wick/data.h"
#include "wick_check.h"

enum { MOST_ROWS = 4096 };

/* Those of a batch, behind the n that are there; how many there are then. */
static inline int64_t add_rows(const wk_batch *b, int64_t *rows, int64_t n)
{
    CHECK(n + wk_batch_size(b) <= MOST_ROWS);
    memcpy(rows + n, wk_batch_rows(b), (size_t)wk_batch_size(b) * sizeof *rows);
    return n + wk_batch_size(b);
}

/* Those of one epoch, in the order in which they came; how many. */
static inline int64_t epoch_rows(wk_loader *loader, int64_t *rows)
{
    int64_t n = 0;
    for (wk_batch *b; (b = wk_loader_next(loader));) n = add_rows(b, rows, n);
    CHECK_OK();
    return n;
}

static inline bool same_rows(const int64_t *a, const int64_t *b, int64_t n) { return !memcmp(a, b, (size_t)n * sizeof *a); }

static inline bool once_each(const int64_t *rows, int64_t n)
{
    char seen[MOST_ROWS] = { 0 };
    for (int64_t i = 0; i < n; i++)
        if (rows[i] < 0 || rows[i] >= n || seen[rows[i]]++) return false;
    return true;
}
#endif
