/* wk_dataset_idx, wk_dataset_npy and wk_dataset_npz: x and y in a file of their own each, or as members of an archive.
 * Labels are all looked at when the files are opened; rows are read when they are asked for. Rests on io/rows.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "data/dataset.h"
#include "io/rows.h"
#include "io/zip.h"
#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 4096, COUNTED_CLASSES_MOST = 1000, SCAN = 4096 };

typedef struct source {
    const char *where;
    wk_status (*header)(wki_source *, const char *, wki_stored *);
    const char *x, *y; /* y NULL: none */
    bool raw;
    const char *const *classes;
    int nclasses;       /* 0: counted */
    const wki_zip *zip; /* NULL, or where both are members */
    const wki_zip_entry *members[2];
} source;

typedef struct array_set {
    wki_rows rows[2];
    wk_field fields[2];
    bool unit; /* x is u8 that becomes 0 .. 1 */
    int nfields;
} array_set;

static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    const array_set *s = self;
    for (int f = 0; f < s->nfields; f++) {
        const bool unit = f == 0 && s->unit;
        const wk_status status = wki_rows_read(&s->rows[f], rows, n, s->fields[f].dtype, unit, fields[f]);
        if (status) return status;
    }
    return WK_OK;
}

static void destroy(void *self)
{
    array_set *s = self;
    for (int f = 0; f < s->nfields; f++) wki_rows_close(&s->rows[f]);
    wki_free(s);
}

static const wk_dataset_ops idx_ops = { sizeof idx_ops, "idx", get_many, destroy };
static const wk_dataset_ops npy_ops = { sizeof npy_ops, "npy", get_many, destroy };
static const wk_dataset_ops npz_ops = { sizeof npz_ops, "npz", get_many, destroy };

static wk_status add_field(array_set *s, const source *from, const char *path, const char *name)
{
    wki_rows *r = &s->rows[s->nfields];
    const bool is_x = name[0] == 'x';
    wk_field *f = &s->fields[s->nfields++];
    wki_source *bytes_of =
        from->zip ? wki_zip_source(from->zip, from->members[!is_x], path) : wki_source_open(path, from->where);
    wk_status status = wki_rows_open(r, bytes_of, path, from->header, from->where);
    wki_error_rename("read_idx", from->where);
    wki_error_rename("read_npy", from->where);
    if (status) return status;
    const wki_stored *a = &r->stored;
    const bool bytes = a->number == WKI_U8 && !a->is_bool;
    const bool label = !is_x && wki_number_is_integer(a->number) && r->items == 1 && a->ndim <= 2;
    *f = (wk_field){ .name = name, .ndim = label ? 0 : a->ndim - 1 };
    f->dtype = label ? WK_I64 : a->number == WKI_F64 ? WK_F64 : is_x && bytes && from->raw ? WK_U8 : WK_F32;
    if (is_x) s->unit = bytes && !from->raw;
    memcpy(f->shape, a->shape + 1, (size_t)f->ndim * sizeof *f->shape);
    if (is_x || r->count == s->rows[0].count) return WK_OK;
    return wki_fail(WK_E_SHAPE, from->where, "%s has %lld rows and %s %lld; expected as many", from->x,
                    (long long)s->rows[0].count, path, (long long)r->count);
}

/* All labels are few bytes; that one is out of range is told now, not in the middle of training. */
static wk_status scan_labels(const array_set *s, const source *from, int64_t *least, int64_t *most)
{
    int64_t rows[SCAN], labels[SCAN];
    *least = INT64_MAX;
    *most = INT64_MIN;
    for (int64_t at = 0, n; at < s->rows[1].count; at += n) {
        n = s->rows[1].count - at < SCAN ? s->rows[1].count - at : SCAN;
        for (int64_t i = 0; i < n; i++) rows[i] = at + i;
        const wk_status status = wki_rows_read(&s->rows[1], rows, n, WK_I64, false, labels);
        if (status) return status;
        for (int64_t i = 0; i < n; i++) {
            if (from->nclasses && (labels[i] < 0 || labels[i] >= from->nclasses))
                return wki_fail(WK_E_RANGE, from->where, "%s: label %lld is %lld; expected 0 .. %d for %d class names",
                                from->y, (long long)(at + i), (long long)labels[i], from->nclasses - 1, from->nclasses);
            if (s->rows[1].stored.number == WKI_U64 && labels[i] < 0)
                return wki_fail(WK_E_RANGE, from->where, "%s: label %lld is beyond 2^63 - 1", from->y,
                                (long long)(at + i));
            if (labels[i] < *least) *least = labels[i];
            if (labels[i] > *most) *most = labels[i];
        }
    }
    return WK_OK;
}

typedef struct counted {
    char text[COUNTED_CLASSES_MOST][8];
    const char *names[COUNTED_CLASSES_MOST];
} counted;

/* Names of classes: those given, or "0", "1" .. in *room, which is freed by the caller. */
static wk_status describe_labels(const array_set *s, const source *from, wk_dataset_opts *o, counted **room)
{
    int64_t least, most;
    if (s->nfields < 2 || s->fields[1].dtype != WK_I64) {
        wki_check(!from->nclasses, WK_E_INVALID, WK_E_INVALID, from->where, "classes are named, but %s holds no labels",
                  from->y ? from->y : "no file");
        return WK_OK;
    }
    const wk_status status = scan_labels(s, from, &least, &most);
    o->classes = from->classes;
    o->nclasses = from->nclasses;
    if (status || from->nclasses || least < 0 || most < 0 || most >= COUNTED_CLASSES_MOST) return status;
    counted *c = *room = wki_alloc(sizeof *c);
    if (!c) return wk_error();
    for (int i = 0; i <= most; i++) {
        snprintf(c->text[i], sizeof c->text[i], "%d", i);
        c->names[i] = c->text[i];
    }
    o->classes = c->names;
    o->nclasses = (int)most + 1;
    return WK_OK;
}

static wk_dataset *open_pair(const source *from, const wk_dataset_ops *ops)
{
    wki_check(from->classes ? from->nclasses > 0 : !from->nclasses, NULL, WK_E_INVALID, from->where,
              "classes is %s though nclasses is %d", from->classes ? "given" : "NULL", from->nclasses);
    counted *room = NULL;
    wk_dataset *set = NULL;
    array_set *s = wki_alloc(sizeof *s);
    if (!s) return NULL;
    wk_dataset_opts o = wk_dataset_opts_default();
    wk_status status = add_field(s, from, from->x, "x");
    if (!status && from->y) status = add_field(s, from, from->y, "y");
    if (!status) status = describe_labels(s, from, &o, &room);
    o.ops = ops;
    o.self = s;
    o.rows = s->rows[0].count;
    o.fields = s->fields;
    o.nfields = s->nfields;
    if (status)
        destroy(s);
    else
        set = wk_dataset_custom(&o);
    if (set) set->bytes[0] = s->unit ? WKI_FRACTIONS : s->fields[0].dtype == WK_U8 ? WKI_BYTES : WKI_NO_BYTES;
    wki_free(room);
    return set;
}

/* ---- npy ---- */

wk_npy_opts wk_npy_opts_default(void) { return (wk_npy_opts){ WK_NPY_DEFAULTS, .path = NULL }; }

wk_dataset *wk_dataset_npy_new(const wk_npy_opts *given)
{
    const char *where = "dataset_npy";
    wk_npy_opts o = wk_npy_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    const source from = { where, wki_npy_header_of, o.path, o.y, o.raw, o.classes, o.nclasses, NULL, { NULL } };
    return open_pair(&from, &npy_ops);
}

/* ---- npz ---- */

static const char *const x_names[] = { WKI_X_NAMES }, *const y_names[] = { WKI_Y_NAMES };

/* "x" is the name of "x.npy"; NULL, or the last of several with an error. */
static const wki_zip_entry *member(const wki_zip *z, const char *name)
{
    const wki_zip_entry *found = NULL;
    const size_t n = strlen(name);
    for (int i = 0; i < z->n; i++) {
        const char *there = z->entries[i].name;
        if (strncmp(there, name, n) != 0 || strcmp(there + n, ".npy") != 0) continue;
        if (found) wki_fail(WK_E_FORMAT, z->where, "%s: has '%.100s' twice", z->path, there);
        found = &z->entries[i];
    }
    return found;
}

/* As it is, or with the split in one of the ways that are about: x_train, train_x, train/x. */
static const wki_zip_entry *member_of(const wki_zip *z, const char *name, const char *split)
{
    const wki_zip_entry *found = NULL;
    char text[PATH_MOST];
    if (!split) return member(z, name);
    for (int way = 0; way < 3 && !found; way++) {
        snprintf(text, sizeof text, "%s%s%s", way ? split : name, way == 2 ? "/" : "_", way ? name : split);
        found = member(z, text);
    }
    return found;
}

static void list_members(const wki_zip *z, char text[200])
{
    int at = snprintf(text, 200, z->n ? "it has " : "it has none");
    for (int i = 0; i < z->n && at < 160; i++)
        at += snprintf(text + at, 200 - (size_t)at, i ? ", '%.30s'" : "'%.30s'", z->entries[i].name);
    if (at >= 160) snprintf(text + (at < 195 ? at : 195), 5, " ..");
}

/* Exactly one of the names must be there. */
static const wki_zip_entry *find_conventional(const wki_zip *z, const char *field, const char *const *names,
                                              const char *split)
{
    const wki_zip_entry *found = NULL;
    for (int i = 0; i < WKI_NAMES; i++) {
        const wki_zip_entry *e = member_of(z, names[i], split);
        if (e && found)
            wki_fail(WK_E_INVALID, z->where, "%s: '%.60s' and '%.60s' could both be %s; name one with .%s", z->path,
                     found->name, e->name, field, field);
        if (e) found = e;
    }
    return found;
}

static const wki_zip_entry *find_member(const wki_zip *z, const char *field, const char *const *names,
                                        const char *given, const char *split)
{
    char has[200];
    const wki_zip_entry *found = NULL;
    if (given)
        found = member(z, given);
    else
        found = find_conventional(z, field, names, split);
    if (!given && !found && !split) found = find_conventional(z, field, names, "train");
    if (found) return wk_failed() ? NULL : found;
    list_members(z, has);
    if (given)
        wki_fail(WK_E_NOT_FOUND, z->where, "%s: no '%.60s.npy' for .%s; %s", z->path, given, field, has);
    else
        wki_fail(WK_E_NOT_FOUND, z->where, "%s: no %s%s%s (%s, %s, %s ..); %s; name one with .%s%s", z->path, field,
                 split ? " of " : "", split ? split : "", names[0], names[1], names[2], has, field,
                 field[0] == 'y' ? ", or .y = \"\" for none" : "");
    return NULL;
}

wk_npz_opts wk_npz_opts_default(void) { return (wk_npz_opts){ WK_NPZ_DEFAULTS, .path = NULL }; }

static wk_dataset *open_members(const wk_npz_opts *o, source *from)
{
    const bool has_y = !o->y || *o->y;
    from->members[0] = find_member(from->zip, "x", x_names, o->x, o->split);
    if (!from->members[0]) return NULL;
    if (has_y && !(from->members[1] = find_member(from->zip, "y", y_names, o->y, o->split))) return NULL;
    char *x = wki_sprintf("%s, '%s'", o->path, from->members[0]->name);
    char *y = has_y ? wki_sprintf("%s, '%s'", o->path, from->members[1]->name) : NULL;
    from->x = x;
    from->y = y;
    wk_dataset *set = x && (y || !has_y) ? open_pair(from, &npz_ops) : NULL;
    wki_free(x);
    wki_free(y);
    return set;
}

wk_dataset *wk_dataset_npz_new(const wk_npz_opts *given)
{
    const char *where = "dataset_npz";
    wki_zip zip;
    wk_npz_opts o = wk_npz_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wk_dataset *set = NULL;
    source from = { where, wki_npy_header_of, NULL, NULL, o.raw, o.classes, o.nclasses, &zip, { NULL } };
    if (wki_zip_open(&zip, o.path, where) == WK_OK) set = open_members(&o, &from);
    wki_zip_free(&zip);
    return set;
}

/* ---- IDX ---- */

/* Both ways of writing the names are about, train-images-idx3-ubyte and train-images.idx3-ubyte, packed or not. */
typedef struct wanted {
    const char *stem, *kind;
    int best; /* of the four ways, in this order; 4: none yet */
    char name[64];
} wanted;

static bool is_wanted(void *user, const char *name)
{
    wanted *w = user;
    for (int way = 0; way < w->best; way++) {
        char full[64];
        snprintf(full, sizeof full, "%s%c%s-ubyte%s", w->stem, way < 2 ? '-' : '.', w->kind, way % 2 ? ".gz" : "");
        if (strcmp(name, full)) continue;
        w->best = way;
        memcpy(w->name, full, sizeof full);
    }
    return w->best > 0;
}

static wk_status find_idx(const char *folder, const char *split, bool labels, char path[PATH_MOST], const char *where)
{
    char stem[32];
    snprintf(stem, sizeof stem, "%s-%s", split, labels ? "labels" : "images");
    wanted w = { stem, labels ? "idx1" : "idx3", 4, "" };
    const wk_status status = wki_list_folder(folder, is_wanted, &w, where);
    if (status) return status;
    if (w.best == 4)
        return wki_fail(WK_E_NOT_FOUND, where, "%s: no file %s-%s-ubyte or %s-%s-ubyte.gz", folder, stem, w.kind, stem,
                        w.kind);
    if (snprintf(path, PATH_MOST, "%s/%s", folder, w.name) < PATH_MOST) return WK_OK;
    return wki_fail(WK_E_INVALID, where, "%s: a name of more than %d bytes", folder, PATH_MOST - 1);
}

wk_idx_opts wk_idx_opts_default(void) { return (wk_idx_opts){ WK_IDX_DEFAULTS, .path = NULL }; }

static wk_dataset *open_folder(const wk_idx_opts *o, const char *where)
{
    char x[PATH_MOST], y[PATH_MOST];
    const bool test = o->split && !strcmp(o->split, "test");
    wki_check(!o->split || test || !strcmp(o->split, "train"), NULL, WK_E_INVALID, where,
              "split is \"%s\"; expected \"train\" or \"test\"", o->split);
    const char *stem = test ? "t10k" : "train";
    if (find_idx(o->path, stem, false, x, where) || find_idx(o->path, stem, true, y, where)) return NULL;
    return open_pair(&(source){ where, wki_idx_header, x, y, o->raw, o->classes, o->nclasses, NULL, { NULL } },
                     &idx_ops);
}

wk_dataset *wk_dataset_idx_new(const wk_idx_opts *given)
{
    const char *where = "dataset_idx";
    wk_idx_opts o = wk_idx_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_check(o.path, NULL, WK_E_INVALID, where,
              "path is NULL; expected a file of images, or a folder with the four files");
    if (!o.labels) return open_folder(&o, where);
    wki_check(!o.split, NULL, WK_E_INVALID, where, "split is for a folder; labels names a file");
    const char *y = *o.labels ? o.labels : NULL;
    return open_pair(&(source){ where, wki_idx_header, o.path, y, o.raw, o.classes, o.nclasses, NULL, { NULL } },
                     &idx_ops);
}
