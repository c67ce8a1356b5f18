/* Rows: found, read and decoded a block at a time, kept while there is room, and cast on their way out. A block is
 * loaded by the first thread that wants it, others wait for it. Rows of a mapped file need no block. Rests on table.c,
 * decode.c and the file seam. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/dataset.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

enum { DIRECT_ROW = 16 << 10, SCRATCH = 16 << 10, HELD_MOST = 128, HELD_BYTES = 32 << 20, PIECE = 256 };

typedef enum state { LOADING, READY, FAILED } state;
struct wki_h5_block {
    uint64_t index;
    wki_h5_block *chain, *newer, *older; /* in its bucket; by last use */
    int users;
    state state;
    wki_h5_problem problem; /* why it FAILED */
    size_t bytes, got;      /* of data; of its memory */
    unsigned char *data;
};

static void fill(const wki_h5_table *t, unsigned char *to, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += t->item) memcpy(to + i, t->fill, t->item);
}

/* The thread's error becomes the block's. */
static void take_problem(wki_h5_problem *why)
{
    wki_error error;
    wki_error_take(&error);
    const char *text = strstr(error.text, ": ");
    why->code = error.code;
    snprintf(why->text, sizeof why->text, "%.150s", text ? text + 2 : error.text);
}

/* Bytes of the file, with the reason in our words. */
static bool read_bytes(const wki_h5_table *t, uint64_t address, size_t size, unsigned char *to, wki_h5_problem *why)
{
    if (address > t->file->size || size > t->file->size - address) {
        why->code = WK_E_FORMAT;
        snprintf(why->text, sizeof why->text, "%zu bytes at %llu lie outside the file", size,
                 (unsigned long long)address);
        return false;
    }
    if (wki_file_read_at(t->file->bytes, (int64_t)address, to, size) == WK_OK) return true;
    take_problem(why);
    return false;
}

/* Deflate packs at most 1032 to 1, LZF less. */
static bool may_hold(const wki_h5_table *t, const wki_h5_chunk *chunk)
{
    bool packed = false;
    for (int i = 0; i < t->nfilters; i++) packed = packed || (wki_h5_packs(t->filters[i]) && !(chunk->mask >> i & 1));
    return chunk->size <= 2 * (uint64_t)t->chunk_bytes + 65536 && t->chunk_bytes / (packed ? 1032 : 1) <= chunk->size;
}

static bool load_chunk(wki_h5_table *t, uint64_t cell, const hsize_t *offset, bool partial, unsigned char *to,
                       wki_h5_problem *why)
{
    wki_h5_chunk chunk = { 0 };
    if (t->index) {
        chunk = t->index[cell];
    } else if (!t->unwritten && !wki_h5_find_chunk(t, offset, &chunk)) {
        *why = (wki_h5_problem){ WK_E_FORMAT, "its chunk index is damaged" };
        return false;
    }
    if (!chunk.size) {
        fill(t, to, t->chunk_bytes);
        return true;
    }
    if (partial && t->bare_edges) chunk.mask = UINT32_MAX;
    if (!may_hold(t, &chunk) && !WKI_FAULT(88)) {
        why->code = WK_E_FORMAT;
        snprintf(why->text, sizeof why->text, "a chunk of %zu bytes takes %llu", t->chunk_bytes,
                 (unsigned long long)chunk.size);
        return false;
    }
    size_t got;
    unsigned char *stored = wki_block_get(chunk.size, &got);
    const bool ok =
        stored && read_bytes(t, chunk.address, chunk.size, stored, why) && wki_h5_decode(t, &chunk, stored, to, why);
    if (!stored) *why = (wki_h5_problem){ WK_E_MEMORY, "no memory to decode" };
    wki_block_put(stored, got);
    return ok;
}

/* Copies what of a chunk lies inside the table; at: its first element. */
static void crop(const wki_h5_table *t, const unsigned char *box, const hsize_t *at, unsigned char *rows)
{
    uint64_t size[WK_MAX_DIMS], i[WK_MAX_DIMS] = { 0 };
    for (int k = 0; k < t->rank; k++) size[k] = t->dims[k] - at[k] < t->chunk[k] ? t->dims[k] - at[k] : t->chunk[k];
    const int inner = t->rank - 1;
    for (int k = 0; k >= 0;) {
        uint64_t from = 0, to = 0;
        for (int d = 0; d < t->rank; d++) {
            from = from * t->chunk[d] + i[d];
            to = to * t->dims[d] + i[d] + (d ? at[d] : 0);
        }
        memcpy(rows + to * t->item, box + from * t->item, size[inner] * t->item);
        for (k = inner - 1; k >= 0 && ++i[k] == size[k]; k--) i[k] = 0;
    }
}

static bool load_chunks(wki_h5_table *t, uint64_t block, unsigned char *rows, wki_h5_problem *why)
{
    uint64_t count = 1;
    bool whole = true;
    for (int k = 1; k < t->rank; k++) {
        count *= t->grid[k];
        whole = whole && t->chunk[k] == t->dims[k];
    }
    whole = whole && t->rows - block * t->chunk[0] >= t->chunk[0];
    size_t got = 0;
    unsigned char *box = whole ? rows : wki_block_get(t->chunk_bytes, &got);
    bool ok = box != NULL;
    if (!ok) *why = (wki_h5_problem){ WK_E_MEMORY, "no memory to decode" };
    for (uint64_t j = 0; ok && j < count; j++) {
        hsize_t at[WK_MAX_DIMS] = { block * t->chunk[0] };
        bool partial = t->dims[0] - at[0] < t->chunk[0];
        uint64_t cell = j;
        for (int k = t->rank - 1; k > 0; cell /= t->grid[k--]) {
            at[k] = cell % t->grid[k] * t->chunk[k];
            partial = partial || t->dims[k] - at[k] < t->chunk[k];
        }
        ok = load_chunk(t, block * count + j, at, partial, box, why);
        if (ok && !whole) crop(t, box, at, rows);
    }
    if (!whole) wki_block_put(box, got);
    return ok;
}

static uint64_t rows_of(const wki_h5_table *t, uint64_t block)
{
    const uint64_t left = t->rows - block * t->block_rows;
    return left < t->block_rows ? left : t->block_rows;
}

/* Elements as the file has them, unpacked by libhdf5. The driver still reads nothing but the one file. */
static bool load_by_library(wki_h5_table *t, wki_h5_block *b)
{
    hsize_t begin[WK_MAX_DIMS] = { b->index * t->block_rows }, size[WK_MAX_DIMS] = { rows_of(t, b->index) };
    for (int k = 1; k < t->rank; k++) size[k] = t->dims[k];
    char reason[160];
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t type = H5Dget_type(t->set), from = H5Dget_space(t->set), to = H5Screate_simple(t->rank, size, NULL);
    const bool ok = type >= 0 && from >= 0 && to >= 0 &&
                    H5Sselect_hyperslab(from, H5S_SELECT_SET, begin, NULL, size, NULL) >= 0 &&
                    H5Dread(t->set, type, to, from, H5P_DEFAULT, b->data) >= 0;
    if (!ok && wk_failed()) {
        take_problem(&b->problem);
    } else if (!ok) {
        b->problem.code = WK_E_FORMAT;
        snprintf(b->problem.text, sizeof b->problem.text, "libhdf5 cannot read them (%.120s)", wki_h5_reason(reason));
    }
    if (type >= 0) H5Tclose(type);
    if (from >= 0) H5Sclose(from);
    if (to >= 0) H5Sclose(to);
    wki_h5_leave(quiet);
    return ok;
}

static bool load_block(wki_h5_table *t, wki_h5_block *b)
{
    bool ok = true;
    if (t->by_library)
        ok = load_by_library(t, b);
    else if (t->layout == WKI_H5_CHUNKED)
        ok = load_chunks(t, b->index, b->data, &b->problem);
    else if (t->layout == WKI_H5_COMPACT)
        memcpy(b->data, t->compact, b->bytes);
    else if (t->unwritten)
        fill(t, b->data, b->bytes);
    else
        ok = read_bytes(t, t->address + b->index * t->block_rows * t->row_bytes, b->bytes, b->data, &b->problem);
    if (ok && t->swapped) wki_number_swap(t->number, b->data, b->bytes / t->item);
    return ok;
}

static void unlink_by_use(wki_h5_table *t, wki_h5_block *b)
{
    *(b->newer ? &b->newer->older : &t->newest) = b->older;
    *(b->older ? &b->older->newer : &t->oldest) = b->newer;
}

static void make_newest(wki_h5_table *t, wki_h5_block *b)
{
    b->newer = NULL;
    b->older = t->newest;
    *(t->newest ? &t->newest->newer : &t->oldest) = b;
    t->newest = b;
}

/* For the next one, so that an epoch asks the system for nothing. */
static void free_block(wki_h5_table *t, wki_h5_block *b)
{
    wki_block_put(b->data, b->got);
    b->chain = t->spare;
    t->spare = b;
}

/* Out of the cache; freed by its last user. */
static void evict(wki_h5_table *t, wki_h5_block *b)
{
    wki_h5_block **link = &t->buckets[b->index & (t->nbuckets - 1)];
    while (*link != b) link = &(*link)->chain;
    *link = b->chain;
    unlink_by_use(t, b);
    t->kept -= b->bytes;
    if (!b->users) free_block(t, b);
}

static void evict_old(wki_h5_table *t)
{
    for (wki_h5_block *b = t->oldest, *newer; b && t->kept > WKI_H5_CACHE; b = newer) {
        newer = b->newer;
        if (!b->users) evict(t, b);
    }
}

void wki_h5_drop_blocks(wki_h5_table *t)
{
    if (t->last) t->last->users--;
    t->last = NULL;
    while (t->oldest) evict(t, t->oldest);
    for (wki_h5_block *b; (b = t->spare); wki_free(b)) t->spare = b->chain;
}

static wki_h5_block *new_block(wki_h5_table *t, uint64_t index)
{
    const size_t bytes = (size_t)(rows_of(t, index) * t->row_bytes);
    wki_h5_block *b = t->spare && !WKI_FAULT(93) ? t->spare : wki_alloc(sizeof *b);
    if (!b) return NULL;
    if (b == t->spare) t->spare = b->chain;
    *b = (wki_h5_block){ .index = index, .users = 1, .bytes = bytes };
    b->data = wki_block_get(bytes, &b->got);
    if (!b->data) return free_block(t, b), NULL;
    wki_h5_block **bucket = &t->buckets[index & (t->nbuckets - 1)];
    b->chain = *bucket;
    *bucket = b;
    make_newest(t, b);
    t->kept += bytes;
    evict_old(t);
    return b;
}

/* Those of n that are there. */
static void release(wki_h5_table *t, wki_h5_block **blocks, int n)
{
    wki_lock(&t->lock);
    for (int i = 0; i < n; i++)
        if (blocks[i] && !--blocks[i]->users && blocks[i]->state == FAILED) free_block(t, blocks[i]);
    wki_unlock(&t->lock);
}

static wki_h5_block *fail_to_load(wki_h5_table *t, wki_h5_block *b)
{
    const uint64_t first = b->index * t->block_rows;
    wki_h5_fail(t, b->problem.code, "rows %llu .. %llu: %s", (unsigned long long)first,
                (unsigned long long)(first + rows_of(t, b->index) - 1), b->problem.text);
    release(t, &b, 1);
    return NULL;
}

static wki_h5_block *find(const wki_h5_table *t, uint64_t index)
{
    wki_h5_block *b = t->buckets[index & (t->nbuckets - 1)];
    while (b && b->index != index) b = b->chain;
    return b;
}

/* READY or FAILED, and counted as used; NULL: no memory. The lock is held, but not while it loads. */
static wki_h5_block *load_new(wki_h5_table *t, uint64_t index)
{
    wki_h5_block *b = new_block(t, index);
    if (!b) return NULL;
    wki_unlock(&t->lock);
    const bool ok = load_block(t, b);
    wki_lock(&t->lock);
    b->state = ok ? READY : FAILED;
    if (!ok) evict(t, b);
    wki_wake_all(&t->loaded);
    return b;
}

/* The block, loaded and counted as used; NULL with the error recorded. */
static wki_h5_block *acquire(wki_h5_table *t, uint64_t index)
{
    wki_lock(&t->lock);
    wki_h5_block *b = find(t, index);
    if (b) {
        b->users++;
        while (b->state == LOADING) wki_wait(&t->loaded, &t->lock);
        if (b->state == READY) {
            unlink_by_use(t, b);
            make_newest(t, b);
        }
        wki_unlock(&t->lock);
        return b->state == READY ? b : fail_to_load(t, b);
    }
    b = load_new(t, index);
    wki_unlock(&t->lock);
    return !b ? NULL : b->state == READY ? b : fail_to_load(t, b);
}

static int64_t run_of(const int64_t *rows, int64_t n, uint64_t most)
{
    int64_t run = 1;
    while (run < n && (uint64_t)run < most && rows[run] == rows[0] + run) run++;
    return run;
}

/* Large rows that the file holds as they are wanted: copying them from block to batch would take as long again. */
static bool is_direct(const wki_h5_table *t, wki_h5_cast cast)
{
    return t->layout == WKI_H5_CONTIGUOUS && !t->unwritten && !t->by_library && !t->swapped &&
           t->row_bytes >= DIRECT_ROW && !cast.unit && !cast.lookup && t->number == wki_number_of(cast.dtype);
}

static wk_status read_direct(const wki_h5_table *t, uint64_t base, const int64_t *rows, int64_t n, unsigned char *to)
{
    for (int64_t i = 0, run; i < n; i += run) {
        const uint64_t row = base + (uint64_t)rows[i];
        wki_h5_problem why;
        run = run_of(rows + i, n - i, t->rows - row);
        if (!read_bytes(t, t->address + row * t->row_bytes, (size_t)run * t->row_bytes, to + (size_t)i * t->row_bytes,
                        &why))
            return wki_h5_fail(t, why.code, "rows %llu .. %llu: %s", (unsigned long long)row,
                               (unsigned long long)(row + (uint64_t)run - 1), why.text);
    }
    return WK_OK;
}

/* Rows of the table that follow each other in memory. */
static void put_rows(const wki_h5_table *t, const unsigned char *from, int64_t n, wki_h5_cast cast, char *to)
{
    if (cast.lookup)
        wki_look_up(cast.lookup, from, n, to);
    else
        wki_number_deliver(t->number, from, (size_t)n * t->row_items, cast.dtype, cast.unit, to);
}

static size_t row_out(const wki_h5_table *t, wki_h5_cast cast)
{
    return cast.lookup ? wki_lookup_row(cast.lookup) : (size_t)t->row_items * wk_dtype_size(cast.dtype);
}

/* ---- Rows of a mapped file ---- */

static bool is_mapped(const wki_h5_table *t) { return t->file->map && t->layout == WKI_H5_CONTIGUOUS && !t->unwritten; }

/* Can they be put from where they lie? A cast wants them aligned. */
static bool are_ready(const wki_h5_table *t, const unsigned char *from, wki_h5_cast cast)
{
    return !t->swapped && ((uintptr_t)from % t->item == 0 || t->number == wki_number_of(cast.dtype));
}

/* Elements that are not ready, by way of memory where they are. */
static wk_status put_odd(const wki_h5_table *t, const unsigned char *from, size_t items, wki_h5_cast cast, char *to)
{
    char *scratch = wki_thread_scratch(SCRATCH);
    if (!scratch) return wk_error();
    for (size_t some; items; items -= some, from += some * t->item, to += some * wk_dtype_size(cast.dtype)) {
        some = items < SCRATCH / t->item ? items : SCRATCH / t->item;
        memcpy(scratch, from, some * t->item);
        if (t->swapped) wki_number_swap(t->number, scratch, some);
        wki_number_deliver(t->number, scratch, some, cast.dtype, cast.unit, to);
    }
    return WK_OK;
}

/* What was cut off is told before it is touched; what is cut off meanwhile afterwards, if that brought no signal. */
static wk_status read_mapped(const wki_h5_table *t, uint64_t base, const int64_t *rows, int64_t n, wki_h5_cast cast,
                             char *to)
{
    const unsigned char *first = t->file->map + t->address + base * t->row_bytes;
    const size_t out = row_out(t, cast);
    const int64_t ahead = wki_rows_ahead(t->row_bytes);
    wk_status status = wki_file_check_length(t->file->bytes);
    for (int64_t i = 0, run; i < n && !status; i += run, to += (size_t)run * out) {
        const unsigned char *from = first + (uint64_t)rows[i] * t->row_bytes;
        run = run_of(rows + i, n - i, t->rows);
        if (i + ahead < n) wki_expect_row(first + (uint64_t)rows[i + ahead] * t->row_bytes, t->row_bytes);
        if (are_ready(t, from, cast))
            put_rows(t, from, run, cast, to);
        else
            status = put_odd(t, from, (size_t)run * t->row_items, cast, to);
    }
    return status ? status : wki_file_check_length(t->file->bytes);
}

wk_status wki_h5_keep_block(wki_h5_table *t, uint64_t row)
{
    release(t, &t->last, 1);
    t->last = acquire(t, row / t->block_rows);
    t->last_rows = t->last ? t->last->data : NULL;
    return t->last ? WK_OK : wk_error();
}

/* ---- Rows of a batch, a piece at a time ---- */

/* Some rows and the blocks that they lie in, each once. Blocks are held until all these rows are delivered, so that the
 * lock is taken twice a piece and not for each row. */
typedef struct piece {
    int rows, blocks;
    uint8_t block_of[PIECE];       /* of each row: which of the blocks */
    uint8_t places[2 * HELD_MOST]; /* by hash: 1 + which of the blocks; 0: none */
    uint64_t index[HELD_MOST];
    wki_h5_block *held[HELD_MOST];
} piece;

/* Which of the blocks has this index; -1: it is another one, and there is no room for it. */
static int place_of(piece *p, uint64_t index, int most)
{
    uint64_t at = (index * 0x9e3779b97f4a7c15u >> 32) % (2 * HELD_MOST);
    for (; p->places[at]; at = (at + 1) % (2 * HELD_MOST))
        if (p->index[p->places[at] - 1] == index) return p->places[at] - 1;
    if (p->blocks == most) return -1;
    p->index[p->blocks++] = index;
    return (p->places[at] = (uint8_t)p->blocks) - 1;
}

static void cut_piece(const wki_h5_table *t, uint64_t base, const int64_t *rows, int64_t n, piece *p)
{
    const uint64_t fit = HELD_BYTES / (t->block_rows * t->row_bytes + 1);
    const int most = fit < 1 ? 1 : fit < HELD_MOST ? (int)fit : HELD_MOST;
    p->rows = p->blocks = 0;
    memset(p->places, 0, sizeof p->places);
    uint64_t first = 0, after = 0; /* rows of the last one's block */
    for (int place = 0; p->rows < n && p->rows < PIECE; p->block_of[p->rows++] = (uint8_t)place) {
        const uint64_t row = base + (uint64_t)rows[p->rows];
        if (row >= first && row < after) continue;
        const uint64_t index = row / t->block_rows;
        if ((place = place_of(p, index, most)) < 0) break;
        first = index * t->block_rows;
        after = first + t->block_rows;
    }
}

/* First the blocks that nobody has begun to load, then those that others load: so threads whose rows lie in the same
 * blocks share the work. The first block that cannot be had ends it. */
static wk_status hold(wki_h5_table *t, piece *p)
{
    wki_h5_block *failed = NULL;
    int n = 0, waited = 0;
    wki_lock(&t->lock);
    for (wki_h5_block *b; n < p->blocks && !failed; p->held[n++] = b) {
        if ((b = find(t, p->index[n])))
            b->users++;
        else if (!(b = load_new(t, p->index[n])))
            break;
        if (b->state == FAILED) failed = b;
    }
    for (; waited < n && n == p->blocks && !failed; waited++) {
        wki_h5_block *b = p->held[waited];
        while (b->state == LOADING) wki_wait(&t->loaded, &t->lock);
        if (b->state == FAILED) failed = b;
        if (b->state == READY) unlink_by_use(t, b), make_newest(t, b);
    }
    wki_unlock(&t->lock);
    if (!failed && n == p->blocks) return WK_OK;
    for (int i = 0; i < n; i++)
        if (p->held[i] != failed) release(t, &p->held[i], 1);
    if (failed) fail_to_load(t, failed);
    return wk_error();
}

static void deliver(const wki_h5_table *t, uint64_t base, const int64_t *rows, const piece *p, wki_h5_cast cast,
                    char *to)
{
    const int ahead = (int)wki_rows_ahead(t->row_bytes);
    const size_t out = row_out(t, cast);
    for (int64_t i = 0, run; i < p->rows; i += run) {
        const int place = p->block_of[i];
        const uint64_t in_block = base + (uint64_t)rows[i] - p->index[place] * t->block_rows;
        for (run = 1; i + run < p->rows && p->block_of[i + run] == place && rows[i + run] == rows[i] + run;) run++;
        if (i + ahead < p->rows) {
            const int next = p->block_of[i + ahead];
            const uint64_t there = base + (uint64_t)rows[i + ahead] - p->index[next] * t->block_rows;
            wki_expect_row(p->held[next]->data + there * t->row_bytes, t->row_bytes);
        }
        const unsigned char *from = p->held[place]->data + in_block * t->row_bytes;
        put_rows(t, from, run, cast, to + (size_t)i * out);
    }
}

wk_status wki_h5_read_rows(wki_h5_table *t, uint64_t base, const int64_t *rows, int64_t n, wki_h5_cast cast, void *to)
{
    if (is_mapped(t)) return read_mapped(t, base, rows, n, cast, to);
    if (is_direct(t, cast)) return read_direct(t, base, rows, n, to);
    piece p;
    for (int64_t i = 0; i < n; i += p.rows) {
        cut_piece(t, base, rows + i, n - i, &p);
        if (hold(t, &p)) return wk_error();
        deliver(t, base, rows + i, &p, cast, (char *)to + (size_t)i * row_out(t, cast));
        release(t, p.held, p.blocks);
    }
    return WK_OK;
}

wk_status wki_h5_read_raw(wki_h5_table *t, uint64_t first, uint64_t n, void *to)
{
    for (uint64_t row = first, run; row < first + n; row += run) {
        wki_h5_block *b = acquire(t, row / t->block_rows);
        if (!b) return wk_error();
        const uint64_t in_block = row % t->block_rows, most = rows_of(t, b->index) - in_block;
        run = first + n - row < most ? first + n - row : most;
        memcpy((char *)to + (row - first) * t->row_bytes, b->data + in_block * t->row_bytes, run * t->row_bytes);
        release(t, &b, 1);
    }
    return WK_OK;
}
