/* Tables of a file that another program is writing: where their chunks lie is written down once, so that what changes
 * later is never mixed with what was read before. This rests on rows that are only ever added: a chunk that is full
 * stays where it is and as it is, and one that is not is kept in memory. Rests on read.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/h5.h"
#include <string.h>

static uint64_t chunks_a_block(const wki_h5_table *t)
{
    uint64_t n = 1;
    for (int k = 1; k < t->rank; k++) n *= t->grid[k];
    return n;
}

/* False: it is not there yet, or an error is recorded. */
static bool find_cell(wki_h5_table *t, uint64_t cell, wki_h5_chunk *chunk)
{
    hsize_t at[WK_MAX_DIMS];
    uint64_t rest = cell;
    for (int k = t->rank - 1; k >= 0; rest /= t->grid[k--]) at[k] = rest % t->grid[k] * t->chunk[k];
    if (!wki_h5_find_chunk(t, at, chunk)) {
        wki_h5_fail(t, WK_E_FORMAT, "its chunk index is damaged");
        return false;
    }
    return chunk->size && chunk->size <= t->file->size && chunk->address <= t->file->size - chunk->size;
}

/* The chunks of all blocks of rows up to the first that lacks one. */
static wk_status write_index(wki_h5_table *t, uint64_t *blocks)
{
    const uint64_t a_block = chunks_a_block(t);
    uint64_t n = 0;
    for (wki_h5_chunk chunk; n / a_block < t->blocks && find_cell(t, n, &chunk); n++) {
        wki_h5_chunk *grown = wki_grow_list(t->index, n, sizeof chunk);
        if (!grown) return wk_error();
        t->index = grown;
        t->index[n] = chunk;
    }
    *blocks = n / a_block;
    return wk_error();
}

wk_status wki_h5_freeze(wki_h5_table *t, uint64_t *rows)
{
    uint64_t blocks = 0;
    *rows = t->rows;
    if (t->by_library)
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "is packed by a filter that is libhdf5's, which .growing does not read");
    if (t->unwritten) *rows = 0;
    if (t->unwritten || t->layout != WKI_H5_CHUNKED) return WK_OK;
    const wk_status status = write_index(t, &blocks);
    if (status) return status;
    if (blocks < t->blocks) *rows = blocks * t->chunk[0];
    /* A packed chunk that is not full moves when it is written again, and its old place may be anybody's. */
    const bool closed = t->file->told && !t->file->marks;
    if (t->nfilters && !closed && !WKI_FAULT(76)) *rows -= *rows % t->chunk[0];
    return WK_OK;
}

wk_status wki_h5_keep_last(wki_h5_table *t, uint64_t rows) { return rows ? wki_h5_keep_block(t, rows - 1) : WK_OK; }

bool wki_h5_goes_on(const wki_h5_table *before, wki_h5_table *after, uint64_t rows)
{
    if (before->layout != after->layout || before->number != after->number || before->row_bytes != after->row_bytes ||
        before->nfilters != after->nfilters || memcmp(before->chunk, after->chunk, sizeof before->chunk) != 0)
        return false;
    if (!rows) return true;
    const uint64_t full = before->index ? rows / before->chunk[0] * chunks_a_block(before) : 0;
    for (uint64_t i = 0; i < full; i++) {
        const wki_h5_chunk *a = &before->index[i], *b = &after->index[i];
        if (a->address != b->address || a->size != b->size || a->mask != b->mask) return false;
    }
    const uint64_t first = (rows - 1) / before->block_rows * before->block_rows;
    return wki_h5_keep_block(after, first) == WK_OK &&
           !memcmp(before->last_rows, after->last_rows, (size_t)((rows - first) * before->row_bytes));
}
