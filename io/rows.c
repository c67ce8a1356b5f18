/* Rows of an array in a file: read straight to where they go, or through scratch where bytes are swapped or cast; rows
 * that follow each other by one read. Rests on io/array.h. */
#include "io/rows.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/thread.h"
#include <string.h>

enum { SCRATCH = 256 * 1024 };

static wk_status into_memory(wki_rows *r, wki_source *source, const char *path, const char *where)
{
    const wk_status status = wki_array_read(source, path, &r->stored, &r->memory, where);
    r->stored.number = wki_number_of(r->memory.dtype);
    r->stored.swapped = r->stored.fortran = false;
    return status;
}

static wk_status measure(wki_rows *r, const char *path, const char *where)
{
    wki_check(r->stored.ndim >= 1, WK_E_SHAPE, WK_E_SHAPE, where, "%s: holds a single value; expected rows", path);
    r->count = r->stored.shape[0];
    r->items = 1;
    for (int d = 1; d < r->stored.ndim; d++)
        if (!wki_mul_ok(r->items, (size_t)r->stored.shape[d], &r->items) || r->items > PTRDIFF_MAX / 8)
            return wki_fail(WK_E_FORMAT, where, "%s: a row does not fit in memory", path);
    return WK_OK;
}

wk_status wki_rows_open(wki_rows *r, wki_source *source, const char *path,
                        wk_status (*header)(wki_source *, const char *, wki_stored *), const char *where)
{
    *r = (wki_rows){ .count = 0 };
    if (!source) return wk_error();
    wk_status status = header(source, path, &r->stored);
    if (!status) status = measure(r, path, where);
    if (!status) status = wki_array_check(source, path, &r->stored, where);
    const bool in_order = !r->stored.fortran || r->stored.ndim == 1;
    if (!status && in_order && (r->file = wki_source_release(source, &r->at))) return WK_OK;
    if (!status) status = into_memory(r, source, path, where);
    wki_source_close(source);
    return status;
}

/* Elements from `at` on in the file, swapped and cast on their way through scratch. */
static wk_status cast_from(const wki_rows *r, int64_t at, size_t items, wk_dtype dtype, bool unit, char *to)
{
    const wki_stored *s = &r->stored;
    const size_t item = wki_number_size(s->number);
    char *scratch = wki_thread_scratch(SCRATCH);
    if (!scratch) return wk_error();
    for (size_t done = 0, some; done < items; done += some, at += (int64_t)(some * item)) {
        some = items - done < SCRATCH / item ? items - done : SCRATCH / item;
        const wk_status status = wki_file_read_at(r->file, at, scratch, some * item);
        if (status) return status;
        if (s->swapped) wki_number_swap(s->number, scratch, some);
        for (size_t i = 0; i < some && s->is_bool; i++) scratch[i] = scratch[i] != 0;
        wki_number_deliver(s->number, scratch, some, dtype, unit, to + done * wk_dtype_size(dtype));
    }
    return WK_OK;
}

/* Rows that follow each other, n of them from `row` on. */
static wk_status read_run(const wki_rows *r, int64_t row, int64_t n, wk_dtype dtype, bool unit, char *to)
{
    const wki_number number = r->stored.number;
    const size_t item = wki_number_size(number), first = (size_t)row * r->items * item, items = (size_t)n * r->items;
    if (!r->file) {
        wki_number_deliver(number, (char *)r->memory.data + first, items, dtype, unit, to);
        return WK_OK;
    }
    const int64_t at = r->at + (int64_t)first;
    if (unit || wki_number_of(dtype) != number) return cast_from(r, at, items, dtype, unit, to);
    const wk_status status = wki_file_read_at(r->file, at, to, items * item);
    if (!status && r->stored.swapped) wki_number_swap(number, to, items);
    return status;
}

wk_status wki_rows_read(const wki_rows *r, const int64_t *rows, int64_t n, wk_dtype dtype, bool unit, void *to)
{
    const size_t row_out = r->items * wk_dtype_size(dtype);
    if (!r->items) return WK_OK;
    for (int64_t i = 0, run; i < n; i += run) {
        for (run = 1; i + run < n && rows[i + run] == rows[i] + run;) run++;
        const wk_status status = read_run(r, rows[i], run, dtype, unit, (char *)to + (size_t)i * row_out);
        if (status) return status;
    }
    return WK_OK;
}

void wki_rows_close(wki_rows *r)
{
    wki_file_close(r->file);
    wk_array_free(&r->memory);
}
