/* wk_h5_shards: rows of a running simulation as a list of files. Rows wait in memory until a file is full; it appears
 * whole, and only then its name in the list, which is replaced as a whole too. Rests on wk_h5_writer and the file seam.
 */
#include "base/alloc.h"
#include "base/error.h"
#include "base/object.h"
#include "base/options.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEW    "h5_shards"
#define APPEND "h5_shards_append"
#define FLUSH  "h5_shards_flush"
enum { USUAL = 64 << 20, LIST_MOST = 16 << 20 };

typedef struct shard_field {
    char *name;
    wk_dtype dtype;
    int ndim;
    int64_t shape[WK_MAX_DIMS];
    size_t bytes; /* of a row */
    char *rows;
} shard_field;

struct wk_h5_shards {
    wki_object object;
    char *path, *stem; /* "out/rows.txt", "out/rows" */
    char *list;        /* its text */
    shard_field fields[WK_MAX_FIELDS];
    int nfields, deflate, workers, nclasses;
    bool shuffle, tried; /* tried: to write the list with its next line */
    char **classes;
    int64_t room, waiting, written, next; /* rows of a file, in memory, in files; the next file's number */
};

wk_h5_shards_opts wk_h5_shards_opts_default(void) { return (wk_h5_shards_opts){ WK_H5_SHARDS_DEFAULTS, .path = NULL }; }

static void destroy(void *object)
{
    wk_h5_shards *s = object;
    for (int f = 0; f < WK_MAX_FIELDS; f++) {
        wki_free(s->fields[f].name);
        wki_free(s->fields[f].rows);
    }
    wki_h5_names_free(s->classes, s->nclasses);
    wki_free(s->list);
    wki_free(s->stem);
    wki_free(s->path);
}

static const wki_type type = { "h5_shards", sizeof(wk_h5_shards), destroy };

static bool usable(const wk_h5_shards *s, const char *where)
{
    return wki_object_check(s, &type, where, "s") && !wk_failed();
}

/* ---- Make ---- */

static wk_status take_field(wk_h5_shards *s, const wk_field *given, int f)
{
    wki_check(given->name && *given->name && given->ndim >= 0 && given->ndim < WK_MAX_DIMS &&
                  (unsigned)given->dtype < WK_DTYPE_COUNT,
              WK_E_INVALID, WK_E_INVALID, NEW, "field %d has no name or dtype, or too many dimensions", f);
    shard_field *to = &s->fields[f];
    *to = (shard_field){ .dtype = given->dtype, .ndim = given->ndim, .bytes = wk_dtype_size(given->dtype) };
    for (int d = 0; d < given->ndim; d++) {
        to->shape[d] = given->shape[d];
        wki_check(given->shape[d] > 0 && wki_mul_ok(to->bytes, (size_t)given->shape[d], &to->bytes) &&
                      to->bytes <= 1u << 30,
                  WK_E_SHAPE, WK_E_SHAPE, NEW, "rows of \"%s\" have no elements, or more than 1 GiB", given->name);
    }
    return (to->name = wki_strdup(given->name)) ? WK_OK : wk_error();
}

static wk_status make_room(wk_h5_shards *s, int64_t rows)
{
    size_t row = 0, bytes;
    for (int f = 0; f < s->nfields; f++) row += s->fields[f].bytes;
    s->room = rows ? rows : (int64_t)(USUAL / row > 0 ? USUAL / row : 1);
    for (int f = 0; f < s->nfields; f++) {
        wki_check(wki_mul_ok((size_t)s->room, s->fields[f].bytes, &bytes) && bytes <= PTRDIFF_MAX, WK_E_INVALID,
                  WK_E_INVALID, NEW, "%lld rows of \"%s\" do not fit in memory", (long long)s->room, s->fields[f].name);
        if (!(s->fields[f].rows = wki_alloc(bytes))) return wk_error();
    }
    return WK_OK;
}

static wk_status take_classes(wk_h5_shards *s, const char *const *names, int n)
{
    wki_check(n >= 0 && (names || n == 0), WK_E_INVALID, WK_E_INVALID, NEW, "classes is NULL though nclasses is %d", n);
    if (n == 0) return WK_OK;
    if (!(s->classes = wki_alloc_array((size_t)n, sizeof *s->classes))) return wk_error();
    for (; s->nclasses < n; s->nclasses++) {
        wki_check(names[s->nclasses], WK_E_INVALID, WK_E_INVALID, NEW, "the name of class %d is NULL", s->nclasses);
        if (!(s->classes[s->nclasses] = wki_strdup(names[s->nclasses]))) return wk_error();
    }
    return WK_OK;
}

/* "out/rows.txt" -> "out/rows" */
static wk_status name_files(wk_h5_shards *s, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    wki_check(*name, WK_E_INVALID, WK_E_INVALID, NEW, "%s: is no name of a list; expected one like rows.txt",
              wki_h5_shown(path));
    s->path = wki_strdup(path);
    s->stem = wki_sprintf("%.*s", (int)(dot && dot > name ? dot - path : (long)strlen(path)), path);
    return s->path && s->stem ? WK_OK : wk_error();
}

/* Its text, "" if there is none yet. */
static char *slurp_list(const char *path)
{
    char *text = wki_file_slurp(path, LIST_MOST, NULL, NEW);
    if (text || wk_error() != WK_E_NOT_FOUND) return text;
    wk_error_clear();
    return wki_strdup("");
}

/* Goes on behind the files that a list names already. */
static wk_status read_list(wk_h5_shards *s)
{
    s->list = slurp_list(s->path);
    s->next = 1;
    const char *name = strrchr(s->stem, '/') ? strrchr(s->stem, '/') + 1 : s->stem;
    const size_t length = strlen(name);
    for (const char *line = s->list; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, name, length) || line[length] != '-') continue;
        const long long number = strtoll(line + length + 1, NULL, 10);
        if (number >= s->next && number < INT64_MAX) s->next = number + 1;
    }
    return s->list ? WK_OK : wk_error();
}

/* What processes that were killed left of files and of the list. */
static wk_status sweep(const wk_h5_shards *s)
{
    char *files = wki_sprintf("%s-", s->stem);
    if (!files) return wk_error();
    wki_sweep_temporaries(files);
    wki_sweep_temporaries(s->path);
    wki_free(files);
    return WK_OK;
}

wk_h5_shards *wk_h5_shards_new_opts(const wk_h5_shards_opts *given)
{
    wk_h5_shards_opts o = wk_h5_shards_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(NEW, &o, sizeof o, given)) return NULL;
    wki_check(o.path, NULL, WK_E_INVALID, NEW, "path is NULL; expected the name of the list");
    wki_check(o.fields && o.nfields >= 1 && o.nfields <= WK_MAX_FIELDS, NULL, WK_E_INVALID, NEW,
              "there are %d fields; expected 1 to %d", o.fields ? o.nfields : 0, WK_MAX_FIELDS);
    wki_check(o.rows >= 0, NULL, WK_E_INVALID, NEW, "rows is %lld; expected 0 or more", (long long)o.rows);
    wki_check(o.deflate >= 0 && o.deflate <= 9, NULL, WK_E_INVALID, NEW, "deflate is %d; expected 0 (none) to 9",
              o.deflate);
    wki_check(o.workers >= 0, NULL, WK_E_INVALID, NEW, "workers is %d; expected 0 or more", o.workers);
    wk_h5_shards *s = wki_object_new(&type, NEW);
    if (!s || name_files(s, o.path)) return NULL;
    s->deflate = o.deflate;
    s->shuffle = o.shuffle;
    s->workers = o.workers;
    for (; s->nfields < o.nfields; s->nfields++)
        if (take_field(s, &o.fields[s->nfields], s->nfields)) return NULL;
    return make_room(s, o.rows) || take_classes(s, o.classes, o.nclasses) || read_list(s) || sweep(s) ? NULL : s;
}

/* ---- Write ---- */

static wk_status write_shard(wk_h5_shards *s, const char *path)
{
    WK_SCOPE(writing);
    wk_h5_writer *w = wk_h5_writer_new(path, .deflate = s->deflate, .shuffle = s->shuffle, .workers = s->workers);
    if (!w) return wk_error();
    for (int f = 0; f < s->nfields; f++) {
        const shard_field *field = &s->fields[f];
        if (wk_h5_append(w, field->name, field->rows, s->waiting, field->ndim, field->shape, field->dtype))
            return wk_error();
    }
    if (s->nclasses && wk_h5_classes(w, (const char *const *)s->classes, s->nclasses)) return wk_error();
    return wk_h5_commit(w);
}

static char *longer_list(const wk_h5_shards *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t n = strlen(s->list);
    return wki_sprintf("%s%s%s\n", s->list, n && s->list[n - 1] != '\n' ? "\n" : "", slash ? slash + 1 : path);
}

/* Is the list as this one left it, but for a line whose writing may have failed after it was there? */
static wk_status is_ours(const wk_h5_shards *s, const char *path)
{
    char *longer = longer_list(s, path), *now = longer ? slurp_list(s->path) : NULL;
    const bool same = now && (!strcmp(now, s->list) || (s->tried && !strcmp(now, longer)));
    wki_free(now);
    wki_free(longer);
    if (same || wk_failed()) return wk_error();
    return wki_fail(WK_E_STATE, FLUSH, "%s: was changed by another; a list has one writer", wki_h5_shown(s->path));
}

static wk_status write_list(wk_h5_shards *s, const char *path)
{
    char *longer = longer_list(s, path);
    s->tried = true;
    wki_writer *out = longer ? wki_writer_new(s->path, FLUSH) : NULL;
    if (!out || wki_writer_put(out, longer, strlen(longer))) {
        wki_writer_abandon(out);
        wki_free(longer);
        return wk_error();
    }
    if (wki_writer_commit(out)) {
        wki_free(longer);
        return wk_error();
    }
    wki_free(s->list);
    s->list = longer;
    s->tried = false;
    return WK_OK;
}

/* Rows that wait become a file and a line of the list; on an error they go on waiting. */
static wk_status flush(wk_h5_shards *s)
{
    if (s->waiting == 0) return WK_OK;
    char *path = wki_sprintf("%s-%06lld.h5", s->stem, (long long)s->next);
    const bool done =
        path && is_ours(s, path) == WK_OK && write_shard(s, path) == WK_OK && write_list(s, path) == WK_OK;
    wki_free(path);
    if (!done) return wk_error();
    s->written += s->waiting;
    s->waiting = 0;
    s->next++;
    return WK_OK;
}

wk_status wk_h5_shards_append(wk_h5_shards *s, const void *const *fields, int64_t n)
{
    if (!usable(s, APPEND)) return wk_error();
    wki_check(n >= 0, WK_E_INVALID, WK_E_INVALID, APPEND, "n is %lld; expected 0 or more rows", (long long)n);
    for (int f = 0; f < s->nfields && n > 0; f++)
        wki_check(fields && fields[f], WK_E_INVALID, WK_E_INVALID, APPEND, "the rows of \"%s\" are NULL",
                  s->fields[f].name);
    for (int64_t done = 0, run; done < n; done += run) {
        if (s->waiting == s->room && flush(s)) return wk_error();
        run = n - done < s->room - s->waiting ? n - done : s->room - s->waiting;
        for (int f = 0; f < s->nfields; f++) {
            const size_t bytes = s->fields[f].bytes;
            memcpy(s->fields[f].rows + (size_t)s->waiting * bytes, (const char *)fields[f] + (size_t)done * bytes,
                   (size_t)run * bytes);
        }
        s->waiting += run;
    }
    return s->waiting == s->room ? flush(s) : WK_OK;
}

wk_status wk_h5_shards_flush(wk_h5_shards *s) { return usable(s, FLUSH) ? flush(s) : wk_error(); }

int64_t wk_h5_shards_rows(const wk_h5_shards *s)
{
    return wki_object_check(s, &type, "h5_shards_rows", "s") ? s->written + s->waiting : 0;
}
