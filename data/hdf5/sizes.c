/* What follows from the type, shape, layout and filters that a data set is said to have: sizes, each checked before
 * memory is asked for by it, and the blocks that its rows are read in. Who says so does not matter here: libhdf5, or
 * the process that asked it. */
#include "base/error.h"
#include "data/hdf5/h5.h"
#include <stdarg.h>
#include <stdio.h>

static const uint64_t block_most = 1u << 30;
enum { CHUNKS_A_BLOCK = 1 << 20, CONTIGUOUS_BLOCK = 64 * 1024, COMPACT_MOST = 64 * 1024 };

wk_status wki_h5_fail(const wki_h5_table *t, wk_status code, const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return wki_fail(code, t->where, "%s, '%.100s': %s", wki_h5_shown(t->file->path), t->name, text);
}

wk_status wki_h5_size_rows(wki_h5_table *t)
{
    uint64_t total;
    t->rows = t->rank ? t->dims[0] : 1;
    t->row_items = 1;
    for (int k = 1; k < t->rank; k++)
        if (__builtin_mul_overflow(t->row_items, t->dims[k], &t->row_items))
            return wki_h5_fail(t, WK_E_SHAPE, "rows of more than 2^64 elements");
    if (!t->row_items) return wki_h5_fail(t, WK_E_SHAPE, "its rows have no elements");
    if (__builtin_mul_overflow(t->row_items, t->item, &t->row_bytes) || t->row_bytes > block_most)
        return wki_h5_fail(t, WK_E_SHAPE, "rows of more than 1 GiB");
    if (__builtin_mul_overflow(t->row_bytes, t->rows, &total) || total > INT64_MAX)
        return wki_h5_fail(t, WK_E_SHAPE, "more than 2^63 bytes");
    return WK_OK;
}

bool wki_h5_undoes(const wki_h5_table *t, int filter)
{
    int packings = 0;
    for (int i = 0; i <= filter; i++) packings += wki_h5_packs(t->filters[i]);
    const H5Z_filter_t id = t->filters[filter];
    return wki_h5_packs(id) ? packings == 1 : id == H5Z_FILTER_FLETCHER32 || id == H5Z_FILTER_SHUFFLE;
}

bool wki_h5_count_cells(const wki_h5_table *t, uint64_t *cells)
{
    *cells = 1;
    for (int k = 0; k < t->rank; k++)
        if (__builtin_mul_overflow(*cells, t->grid[k], cells)) return false;
    return true;
}

static wk_status size_chunks(wki_h5_table *t)
{
    uint64_t bytes = t->item, a_block = 1, block_bytes;
    for (int k = 0; k < t->rank; k++) {
        const uint64_t size = t->chunk[k];
        if (!size || __builtin_mul_overflow(bytes, size, &bytes) || bytes > block_most)
            return wki_h5_fail(t, WK_E_UNSUPPORTED, "chunks of 0 bytes or more than 1 GiB");
        t->grid[k] = t->dims[k] / size + (t->dims[k] % size != 0);
        if (k && (__builtin_mul_overflow(a_block, t->grid[k], &a_block) || a_block > CHUNKS_A_BLOCK))
            return wki_h5_fail(t, WK_E_UNSUPPORTED, "more than %d chunks a row; expected chunks of whole rows",
                               (int)CHUNKS_A_BLOCK);
    }
    t->chunk_bytes = bytes;
    t->block_rows = t->chunk[0] < t->rows || !t->rows ? t->chunk[0] : t->rows;
    t->blocks = t->grid[0];
    if (__builtin_mul_overflow(t->block_rows, t->row_bytes, &block_bytes) || block_bytes > block_most)
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "chunks of %llu rows make blocks of more than 1 GiB; expected fewer rows a chunk",
                           (unsigned long long)t->chunk[0]);
    return WK_OK;
}

/* Blocks are worth keeping only where all of them fit the cache. */
static wk_status size_contiguous(wki_h5_table *t)
{
    const uint64_t total = t->rows * t->row_bytes;
    t->block_rows = total <= WKI_H5_CACHE && t->row_bytes < CONTIGUOUS_BLOCK ? CONTIGUOUS_BLOCK / t->row_bytes : 1;
    t->blocks = t->rows / t->block_rows + (t->rows % t->block_rows != 0);
    if (t->unwritten || (t->address <= t->file->size && total <= t->file->size - t->address)) return WK_OK;
    return wki_h5_fail(t, WK_E_FORMAT, "its %llu bytes at %llu lie outside the file, which has %llu",
                       (unsigned long long)total, (unsigned long long)t->address, (unsigned long long)t->file->size);
}

static wk_status size_compact(wki_h5_table *t)
{
    t->block_rows = t->rows ? t->rows : 1;
    t->blocks = t->rows > 0;
    if (t->rows * t->row_bytes <= COMPACT_MOST) return WK_OK;
    return wki_h5_fail(t, WK_E_FORMAT, "compact, with more than 64 KiB");
}

wk_status wki_h5_size_blocks(wki_h5_table *t)
{
    switch (t->layout) {
    case WKI_H5_CHUNKED: return size_chunks(t);
    case WKI_H5_CONTIGUOUS: return size_contiguous(t);
    default: return size_compact(t);
    }
}
