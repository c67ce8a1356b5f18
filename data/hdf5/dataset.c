/* wk_dataset_h5: finds x and y by convention or by name, checks that they belong together, and hands rows to the
 * loader. Rests on names.c for finding and on read.c for rows. */
#include "data/dataset.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/options.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WHERE   "dataset_h5"
#define REFRESH "dataset_refresh"
enum { PATH_MOST = 512, COUNTED_CLASSES_MOST = 1000, SCAN = 4096 };

static const char *const x_names[] = { WKI_X_NAMES }, *const y_names[] = { WKI_Y_NAMES };

typedef struct h5_set {
    wki_h5_file *file;
    char group[PATH_MOST], x[PATH_MOST], y[PATH_MOST]; /* absolute; y "": none */
    wki_h5_table *tables[2];
    uint64_t whole[2]; /* rows of the tables; where they grow, those that will stay as they are */
    wki_h5_cast casts[2];
    wk_field fields[2];
    int nfields;
    int64_t begin, rows;
    int64_t *offsets; /* of rows of different lengths, all of the file; NULL: they are not */
    char offsets_at[PATH_MOST];
    unsigned ragged; /* as in wk_dataset_opts */
    wk_h5_opts o;    /* without what it points to */
    char **classes;
    int nclasses;
} h5_set;

wk_h5_opts wk_h5_opts_default(void) { return (wk_h5_opts){ WK_H5_DEFAULTS, .path = NULL }; }

static void destroy(void *self)
{
    h5_set *s = self;
    for (int i = 0; i < 2; i++) wki_h5_table_close(s->tables[i]);
    wki_h5_file_close(s->file);
    wki_h5_names_free(s->classes, s->nclasses);
    wki_free(s->offsets);
    wki_free(s);
}

static wk_status get_lengths(void *self, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const h5_set *s = self;
    for (int64_t i = 0; i < n; i++) {
        const int64_t *begin = &s->offsets[s->begin + rows[i]];
        lengths[i] = begin[1] - begin[0];
    }
    return WK_OK;
}

static wk_status get_through(void *self, const int64_t *rows, int64_t n, void *const *fields,
                             wki_lookup *const *through)
{
    h5_set *s = self;
    for (int i = 0; i < s->nfields; i++) {
        wki_h5_cast cast = s->casts[i];
        cast.lookup = through ? through[i] : NULL;
        const wk_status status = s->ragged >> i & 1
                                     ? wki_h5_read_ragged(s->tables[i], s->offsets + s->begin, rows, n, cast, fields[i])
                                     : wki_h5_read_rows(s->tables[i], (uint64_t)s->begin, rows, n, cast, fields[i]);
        if (status) return status;
    }
    return WK_OK;
}

static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    return get_through(self, rows, n, fields, NULL);
}

static const wk_dataset_ops ops = { sizeof ops, "h5", get_many, destroy };

static wk_status join(const h5_set *s, const char *group, const char *name, char to[PATH_MOST])
{
    const char *slash = group[1] ? "/" : "";
    if (name[0] == '/') group = slash = "";
    if (snprintf(to, PATH_MOST, "%s%s%s", group, slash, name) < PATH_MOST) return WK_OK;
    return wki_fail(WK_E_INVALID, WHERE, "%s: a name of more than %d bytes", wki_h5_shown(s->file->path),
                    PATH_MOST - 1);
}

static wk_status find_group(h5_set *s, const char *split)
{
    char hint[WKI_H5_HINT];
    if (!split) {
        strcpy(s->group, wki_h5_is(s->file, "/train", H5I_GROUP) ? "/train" : "/");
        return WK_OK;
    }
    const char *name = split + (split[0] == '/' && split[1]);
    if (!strcmp(name, "/")) {
        strcpy(s->group, "/");
        return WK_OK;
    }
    const wk_status status = join(s, "/", name, s->group);
    if (status || (name[0] && wki_h5_is(s->file, s->group, H5I_GROUP))) return status;
    return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no group '%.60s' for .split; %s", wki_h5_shown(s->file->path), split,
                    wki_h5_hint(s->file, "/", H5I_GROUP, name, hint));
}

static wk_status find_given(h5_set *s, const char *field, const char *name, char to[PATH_MOST])
{
    char hint[WKI_H5_HINT];
    const wk_status status = join(s, s->group, name, to);
    if (status || (name[0] && wki_h5_is(s->file, to, H5I_DATASET))) return status;
    return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no data set '%.60s' for .%s in '%.60s'; %s",
                    wki_h5_shown(s->file->path), name, field, s->group,
                    wki_h5_hint(s->file, s->group, H5I_DATASET, name, hint));
}

/* Exactly one of the names must be there. */
static wk_status find_conventional(h5_set *s, const char *field, const char *const *names, char to[PATH_MOST])
{
    char hint[WKI_H5_HINT], path[PATH_MOST];
    const char *found = NULL;
    for (int i = 0; i < WKI_NAMES; i++) {
        const wk_status status = join(s, s->group, names[i], path);
        if (status) return status;
        if (!wki_h5_is(s->file, path, H5I_DATASET)) continue;
        if (found)
            return wki_fail(WK_E_INVALID, WHERE, "%s: '%s' and '%s' in '%.60s' could both be %s; name one with .%s",
                            wki_h5_shown(s->file->path), found, names[i], s->group, field, field);
        found = names[i];
        strcpy(to, path);
    }
    if (found) return WK_OK;
    return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no %s in '%.60s' (%s, %s, %s ..); %s; name one with .%s%s",
                    wki_h5_shown(s->file->path), field, s->group, names[0], names[1], names[2],
                    wki_h5_hint(s->file, s->group, H5I_DATASET, NULL, hint), field,
                    field[0] == 'y' ? ", or .y = \"\" for none" : "");
}

static wk_status find_names(h5_set *s, const wk_h5_opts *o)
{
    wk_status status = find_group(s, o->split);
    if (!status) status = o->x ? find_given(s, "x", o->x, s->x) : find_conventional(s, "x", x_names, s->x);
    if (status || (o->y && !o->y[0])) return status;
    return o->y ? find_given(s, "y", o->y, s->y) : find_conventional(s, "y", y_names, s->y);
}

static bool is_label(const wki_h5_table *t)
{
    return wki_number_is_integer(t->number) && (t->rank == 1 || (t->rank == 2 && t->dims[1] == 1));
}

static wk_status add_field(h5_set *s, const char *name, const char *path, bool raw)
{
    wki_h5_table *t = s->tables[s->nfields] = wki_h5_table_open(s->file, path, WHERE);
    if (!t) return wk_error();
    if (!t->rank) return wki_h5_fail(t, WK_E_SHAPE, "is a single value; expected rows");
    if (!t->rows && !s->o.growing) return wki_h5_fail(t, WK_E_SHAPE, "has no rows");
    s->whole[s->nfields] = t->rows;
    if (s->o.growing && wki_h5_freeze(t, &s->whole[s->nfields])) return wk_error();
    const bool is_x = name[0] == 'x', label = !is_x && is_label(t), bytes = is_x && t->number == WKI_U8;
    wki_h5_cast *cast = &s->casts[s->nfields];
    const bool as_is = raw && is_x && (t->number == WKI_I32 || t->number == WKI_I64);
    *cast = (wki_h5_cast){ label                  ? WK_I64
                           : bytes && raw         ? WK_U8
                           : as_is                ? (t->number == WKI_I32 ? WK_I32 : WK_I64)
                           : t->number == WKI_F64 ? WK_F64
                                                  : WK_F32,
                           .unit = bytes && !raw };
    wk_field *f = &s->fields[s->nfields++];
    *f = (wk_field){ .name = name, .dtype = cast->dtype, .ndim = label ? 0 : t->rank - 1 };
    for (int k = 0; k < f->ndim; k++) f->shape[k] = (int64_t)t->dims[k + 1];
    return WK_OK;
}

/* ---- Rows of different lengths ---- */

/* Fields that have the items which offsets tell are as long as the longest row. */
static void describe_ragged(h5_set *s)
{
    const int64_t longest = wki_longest(s->offsets, s->rows);
    for (int i = 0; i < s->nfields; i++) {
        wk_field *f = &s->fields[i];
        if (!(s->ragged >> i & 1)) continue;
        memmove(f->shape + 1, f->shape, (size_t)f->ndim++ * sizeof *f->shape);
        f->shape[0] = longest;
    }
}

/* Labels belong to rows, of which there are offsets, or to items. In a file that grows the counts do not tell, since
 * each has come as far as it has. */
static wk_status fit_labels(h5_set *s, uint64_t rows)
{
    const wki_h5_table *y = s->tables[1];
    const uint64_t items = s->tables[0]->rows;
    if (s->nfields < 2 || s->ragged >> 1) return WK_OK;
    const bool of_items = y->rows == items && (y->rows != rows || s->o.y_of_items);
    if (s->o.growing && of_items && items > rows)
        return wki_h5_fail(y, WK_E_STATE,
                           "has %llu numbers, as many as there are items, and there are %llu rows; .y_of_items = true "
                           "tells that each item has its own",
                           (unsigned long long)items, (unsigned long long)rows);
    if (s->o.growing) {
        if (s->whole[1] < (uint64_t)s->rows) s->rows = (int64_t)s->whole[1];
        return WK_OK;
    }
    s->ragged |= (unsigned)of_items << 1;
    if (of_items || (y->rows == rows && !s->o.y_of_items)) return WK_OK;
    return wki_h5_fail(y, WK_E_SHAPE, "has %llu rows; expected the %llu rows of the offsets, or their %llu items",
                       (unsigned long long)y->rows, (unsigned long long)rows, (unsigned long long)items);
}

static wk_status take_offsets(h5_set *s, const char *name)
{
    if (find_given(s, "offsets", name, s->offsets_at)) return wk_error();
    wki_h5_table *t = wki_h5_table_open(s->file, s->offsets_at, WHERE);
    if (!t) return wk_error();
    const bool growing = s->o.growing, of_items = growing && s->nfields == 2 && s->o.y_of_items;
    const uint64_t items = of_items && s->whole[1] < s->whole[0] ? s->whole[1] : s->whole[0];
    s->offsets = wki_h5_read_offsets(t, items, growing, &s->rows);
    s->ragged = of_items ? 3 : 1;
    const uint64_t told = t->rows ? t->rows - 1 : 0;
    wki_h5_table_close(t);
    if (!s->offsets || fit_labels(s, told)) return wk_error();
    describe_ragged(s);
    return WK_OK;
}

/* ---- Which rows ---- */

/* Of a file that grows, the rows that all tables have. */
static wk_status count_rows(const h5_set *s, int64_t *rows)
{
    *rows = s->offsets ? s->rows : (int64_t)s->whole[0];
    if (s->offsets || s->nfields == 1 || s->whole[1] == s->whole[0]) return WK_OK;
    if (s->o.growing) {
        if (s->whole[1] < s->whole[0]) *rows = (int64_t)s->whole[1];
        return WK_OK;
    }
    return wki_fail(WK_E_SHAPE, WHERE, "%s: '%.60s' has %lld rows and '%.60s' %lld; expected as many",
                    wki_h5_shown(s->file->path), s->x, (long long)*rows, s->y, (long long)s->tables[1]->rows);
}

static wk_status choose_rows(h5_set *s)
{
    int64_t rows, begin = s->o.begin, end = s->o.end;
    if (count_rows(s, &rows)) return wk_error();
    if (end == -1) end = rows;
    const bool none_yet = s->o.growing && s->o.end == -1 && begin == end;
    if (begin < 0 || (begin >= end && !none_yet) || end > rows)
        return wki_fail(WK_E_RANGE, WHERE, "%s: rows [%lld, %lld) of '%.60s'; expected 0 <= begin < end <= %lld",
                        wki_h5_shown(s->file->path), (long long)begin, (long long)end, s->x, (long long)rows);
    s->begin = begin;
    s->rows = end - begin;
    return WK_OK;
}

/* How many rows of a table lie before the end of the set's last. */
static uint64_t end_of(const h5_set *s, int table)
{
    const int64_t end = s->begin + s->rows;
    return (uint64_t)(s->ragged >> table & 1 ? s->offsets[end] : end);
}

static wk_status bad_label(const h5_set *s, int64_t row, int64_t label)
{
    return wki_h5_fail(s->tables[1], WK_E_RANGE,
                       "row %lld has label %lld; expected 0 .. %d, since there are %d class names", (long long)row,
                       (long long)label, s->nclasses - 1, s->nclasses);
}

/* Labels are few bytes; all of them are looked at now, so that none can surprise in the middle of training. */
static wk_status scan_labels(h5_set *s, int64_t *least, int64_t *most)
{
    int64_t rows[SCAN], labels[SCAN];
    *least = INT64_MAX;
    *most = INT64_MIN;
    for (int64_t at = 0, n; at < s->rows; at += n) {
        n = s->rows - at < SCAN ? s->rows - at : SCAN;
        for (int64_t i = 0; i < n; i++) rows[i] = at + i;
        const wk_status status = wki_h5_read_rows(s->tables[1], (uint64_t)s->begin, rows, n, s->casts[1], labels);
        if (status) return status;
        for (int64_t i = 0; i < n; i++) {
            if (s->nclasses && (labels[i] < 0 || labels[i] >= s->nclasses))
                return bad_label(s, s->begin + at + i, labels[i]);
            if (s->tables[1]->number == WKI_U64 && labels[i] < 0)
                return wki_h5_fail(s->tables[1], WK_E_RANGE, "row %lld is beyond 2^63 - 1",
                                   (long long)(s->begin + at + i));
            if (labels[i] < *least) *least = labels[i];
            if (labels[i] > *most) *most = labels[i];
        }
    }
    return WK_OK;
}

static wk_status count_classes(h5_set *s, int n)
{
    s->classes = wki_alloc_array((size_t)n, sizeof *s->classes);
    if (!s->classes) return wk_error();
    for (; s->nclasses < n; s->nclasses++)
        if (!(s->classes[s->nclasses] = wki_sprintf("%d", s->nclasses))) return wk_error();
    return WK_OK;
}

static wk_status read_classes(h5_set *s)
{
    const char *const places[] = { s->y, s->group, "/" };
    for (int i = 0; i < 3 && !s->nclasses; i++) {
        const wk_status status = wki_h5_read_classes(s->file, places[i], &s->classes, &s->nclasses);
        if (status) return status;
    }
    return WK_OK;
}

static wk_status describe_labels(h5_set *s)
{
    int64_t least, most;
    if (s->nfields < 2 || s->casts[1].dtype != WK_I64 || !s->rows || s->ragged >> 1) return WK_OK;
    wk_status status = wki_h5_check_claim(s->tables[1]);
    if (!status) status = read_classes(s);
    if (!status) status = scan_labels(s, &least, &most);
    if (status || s->nclasses || least < 0 || most >= COUNTED_CLASSES_MOST) return status;
    return count_classes(s, (int)most + 1);
}

static wki_h5_file *open_file(const wk_h5_opts *o)
{
    if (!o->isolate) return wki_h5_file_open(o->path, WHERE);
    wki_check(!o->allow, NULL, WK_E_INVALID, WHERE,
              ".allow has libhdf5 unpack elements in this process, which .isolate keeps it from; give one of them");
    return wki_h5_file_open_apart(o->path, (wki_h5_limits){ o->isolate_seconds, o->isolate_mib }, WHERE);
}

static wk_status prepare(h5_set *s, const wk_h5_opts *o)
{
    wk_status status = wki_h5_check_allow(o->allow, WHERE);
    wki_check(!o->isolate || !o->growing, WK_E_INVALID, WK_E_INVALID, WHERE,
              "%s: isolate and growing cannot be joined: a file that grows is asked about again and again",
              wki_h5_shown(o->path));
    wki_check(o->offsets || !o->y_of_items, WK_E_INVALID, WK_E_INVALID, WHERE,
              "y_of_items tells what y belongs to where there are .offsets, which are NULL");
    wki_check(!o->map || (!o->isolate && !o->growing), WK_E_INVALID, WK_E_INVALID, WHERE,
              "%s: .map cannot be joined with .isolate or .growing: a mapped file that is cut kills the program",
              wki_h5_shown(o->path));
    if (status || !(s->file = open_file(o))) return wk_error();
    if (o->map && !(s->file->map = wki_file_map(s->file->bytes))) return wk_error();
    if (s->file->marks && !o->growing)
        return wki_fail(WK_E_STATE, WHERE,
                        "%s: another program is writing it, or died; .growing = true reads the rows that it has",
                        wki_h5_shown(o->path));
    s->file->allow = o->allow;
    status = find_names(s, o);
    if (!status) status = add_field(s, "x", s->x, o->raw);
    if (!status && s->y[0]) status = add_field(s, "y", s->y, false);
    if (!status && o->offsets) status = take_offsets(s, o->offsets);
    s->file->allow = NULL;
    if (!status) status = choose_rows(s);
    for (int i = 0; i < s->nfields && o->growing && !status; i++) status = wki_h5_keep_last(s->tables[i], end_of(s, i));
    if (!status) status = describe_labels(s);
    wki_h5_file_settle(s->file);
    return wk_failed() ? wk_error() : status;
}

static h5_set *open_set(const wk_h5_opts *o, bool *moved)
{
    h5_set *s = wki_alloc(sizeof *s);
    if (!s) return NULL;
    s->o = *o;
    const wk_status status = prepare(s, o);
    if (moved) *moved = !s->file || !wki_file_is_quiet(s->file->bytes);
    if (status == WK_OK) return s;
    destroy(s);
    return NULL;
}

/* ---- Files that grow ---- */

static wk_status check_goes_on(const h5_set *before, h5_set *after)
{
    const char *path = wki_h5_shown(after->file->path);
    if (!wki_file_is_same(before->file->bytes, after->file->bytes))
        return wki_fail(WK_E_STATE, REFRESH, "%s: is another file than the one that was opened", path);
    if (after->rows < before->rows)
        return wki_fail(WK_E_STATE, REFRESH, "%s: has %lld rows, and had %lld before; expected rows to be added only",
                        path, (long long)after->rows, (long long)before->rows);
    const size_t offsets = (size_t)(before->begin + before->rows + 1) * sizeof *before->offsets;
    bool same = !before->offsets || !memcmp(before->offsets, after->offsets, offsets) || WKI_FAULT(92);
    for (int i = 0; i < before->nfields && same; i++)
        same = (WKI_FAULT(77) || wki_h5_goes_on(before->tables[i], after->tables[i], end_of(before, i))) &&
               wki_h5_keep_last(after->tables[i], end_of(after, i)) == WK_OK;
    return same ? WK_OK : wki_fail(WK_E_STATE, REFRESH, "%s: was written anew; expected rows to be added only", path);
}

/* A file that moved while it was read may be seen as it never was, unless SWMR orders its writes. It is read again
 * until it did not. */
static h5_set *open_growing(const wk_h5_opts *o, const h5_set *before)
{
    enum { TRIES = 60 };
    for (int try = 1;; try++) {
        bool moved = false;
        h5_set *s = open_set(o, &moved);
        if (s && moved && !WKI_FAULT(78) && !(s->file->marks & WKI_H5_SWMR))
            wki_fail(WK_E_STATE, WHERE,
                     "%s: is written to without a pause; expected one for as long as its metadata is read, or SWMR",
                     wki_h5_shown(o->path));
        else if (s && (!before || check_goes_on(before, s) == WK_OK))
            return s;
        const bool torn = (moved && wk_error() == WK_E_FORMAT) || wk_error() == WK_E_STATE;
        if (s) destroy(s);
        if (!torn || try == TRIES) return NULL;
        wk_error_clear();
        nanosleep(&(struct timespec){ .tv_nsec = try * 1000000 }, NULL);
    }
}

static wk_dataset *make_dataset(h5_set *s);

static wk_dataset *refresh(wk_dataset *set)
{
    const h5_set *s = set->self;
    wk_h5_opts o = s->o;
    o.path = s->file->path;
    o.split = s->group;
    o.x = s->x;
    o.y = s->y;
    o.offsets = s->offsets ? s->offsets_at : NULL;
    o.allow = NULL;
    wki_file *now = wki_file_open(o.path, REFRESH);
    if (!now) return NULL;
    const bool same = wki_file_is_same(now, s->file->bytes);
    wki_file_close(now);
    wki_check(same, NULL, WK_E_STATE, REFRESH, "%s: is another file than the one that was opened",
              wki_h5_shown(o.path));
    if (o.end != -1 || wki_file_is_quiet(s->file->bytes)) return set;
    h5_set *after = open_growing(&o, s);
    if (after && after->rows > s->rows) return make_dataset(after);
    if (!after) return NULL;
    destroy(after);
    return set;
}

static int64_t kept_blocks(const wki_h5_table *t)
{
    const uint64_t kept = WKI_H5_CACHE / (t->block_rows * t->row_bytes);
    return kept > 2 ? (int64_t)kept : 2;
}

/* The blocks of the larger table: what the other's cost is little beside them. Rows of contiguous tables stand alone.
 */
static void describe_blocks(const h5_set *s, wk_dataset_opts *o)
{
    const wki_h5_table *t = s->tables[0];
    if (s->nfields == 2 && s->tables[1]->row_bytes > t->row_bytes) t = s->tables[1];
    if (t->layout != WKI_H5_CHUNKED) return;
    const uint64_t rows = t->block_rows, over = (uint64_t)s->begin % rows;
    o->block_rows = (int64_t)rows;
    o->block_lead = over ? (int64_t)(rows - over) : 0;
    o->kept_blocks = kept_blocks(t);
}

static wk_status take_ragged_blocks(wk_dataset *set, const h5_set *s)
{
    const wki_h5_table *t = s->tables[0];
    int64_t n;
    if (t->layout != WKI_H5_CHUNKED || !s->rows) return WK_OK;
    int64_t *blocks = wki_h5_ragged_blocks(t, s->offsets + s->begin, s->rows, &n);
    return wki_dataset_set_blocks(set, blocks, n, kept_blocks(t));
}

static wk_dataset *make_dataset(h5_set *s)
{
    wk_dataset_opts custom = wk_dataset_opts_default();
    custom.ops = &ops;
    custom.self = s;
    custom.rows = s->rows;
    custom.fields = s->fields;
    custom.nfields = s->nfields;
    custom.classes = (const char *const *)s->classes;
    custom.nclasses = s->nclasses;
    custom.ragged = s->ragged;
    custom.lengths = s->ragged ? get_lengths : NULL;
    if (!s->ragged) describe_blocks(s, &custom);
    wk_dataset *set = wk_dataset_custom(&custom);
    if (!set) return NULL;
    if (s->o.growing) set->refresh = refresh;
    if (s->ragged && take_ragged_blocks(set, s)) return NULL;
    set->get_through = get_through;
    set->bytes[0] = s->casts[0].unit ? WKI_FRACTIONS : s->casts[0].dtype == WK_U8 ? WKI_BYTES : WKI_NO_BYTES;
    return set;
}

wk_dataset *wk_dataset_h5_new(const wk_h5_opts *given)
{
    wk_h5_opts o = wk_h5_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(WHERE, &o, sizeof o, given)) return NULL;
    h5_set *s = o.growing ? open_growing(&o, NULL) : open_set(&o, NULL);
    return s ? make_dataset(s) : NULL;
}
