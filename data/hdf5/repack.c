/* wk_h5_repack: a file copied so that it loads fast. What cannot be carried is looked for first, so that a long copy
 * does not end in a refusal. Rests on walk.c for what there is, read.c for elements and writer.c for chunks. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "data/hdf5/writer.h"
#include <stdio.h>
#include <string.h>

#define WHERE "h5_repack"
enum { USUAL_LEVEL = 4, PIECE = 1 << 20, ATTRIBUTE_MOST = 1 << 20 };

typedef struct repack {
    const wk_h5_repack_opts *o;
    wki_h5_file *file;
    const wki_h5_out *out; /* NULL: a file, o->to */
    wki_h5_catalog catalog;
    wk_h5_writer *w; /* NULL while things that cannot be carried are looked for */
    const char *at;  /* the object in hand, for what is said of it */
    char **left;     /* what cannot be carried, in words */
    int nleft;
    wk_status status;
} repack;

wk_h5_repack_opts wk_h5_repack_opts_default(void) { return (wk_h5_repack_opts){ WK_H5_REPACK_DEFAULTS, .path = NULL }; }

/* ---- What cannot be carried ---- */

static void leave(repack *r, char *words)
{
    char **left = words ? wki_grow_list(r->left, (size_t)r->nleft, sizeof *left) : NULL;
    if (left) {
        r->left = left;
        r->left[r->nleft++] = words;
    } else {
        wki_free(words);
        r->status = WK_E_MEMORY;
    }
}

static const char *shown(const char *path) { return *path ? path : "/"; }

/* ---- Attributes ---- */

/* Text of any length included; a reference would lead to where things lay in the old file. */
static herr_t copy_value(hid_t from, hid_t type, hid_t space, hid_t to, const char *name)
{
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    unsigned char *room = wki_alloc_array((size_t)n + 1, H5Tget_size(type));
    if (!room) return -1;
    const hid_t copy = H5Acreate2(to, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t code = copy < 0 ? -1 : 0;
    if (!code && n > 0) {
        code = H5Aread(from, type, room) < 0 || H5Awrite(copy, type, room) < 0 ? -1 : 0;
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, room);
    }
    if (copy >= 0) H5Aclose(copy);
    wki_free(room);
    return code;
}

typedef struct carrier {
    repack *r;
    hid_t to; /* -1: only look */
} carrier;

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user)
{
    const carrier *c = user;
    herr_t code = 0;
    (void)info;
    const hid_t from = H5Aopen(object, name, H5P_DEFAULT), type = from < 0 ? -1 : H5Aget_type(from);
    const hid_t space = from < 0 ? -1 : H5Aget_space(from), plain = type < 0 ? -1 : H5Tcopy(type);
    const hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    const char *why = plain < 0 || n < 0                                 ? "cannot be read"
                      : H5Tdetect_class(type, H5T_REFERENCE) > 0         ? "holds references"
                      : (uint64_t)n > ATTRIBUTE_MOST / H5Tget_size(type) ? "is too large"
                                                                         : NULL;
    if (why && c->to < 0)
        leave(c->r, wki_sprintf("%s: its attribute '%s' %s", shown(c->r->at), name, why));
    else if (!why && c->to >= 0)
        code = copy_value(from, plain, space, c->to, name);
    if (plain >= 0) H5Tclose(plain);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    if (from >= 0) H5Aclose(from);
    return code;
}

static bool carry_attributes(repack *r, hid_t from, hid_t to)
{
    return H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &(carrier){ r, to }) >= 0;
}

/* ---- Data sets ---- */

static wk_status progress(const repack *r, const char *path, double share)
{
    return r->o->watch ? r->o->watch(r->o->user, path, share) : WK_OK;
}

static int level_of(const wk_h5_repack_opts *o) { return o->deflate < 0 ? USUAL_LEVEL : o->deflate; }

static bool is_packed(const wki_h5_table *t)
{
    for (int i = 0; i < t->nfilters; i++)
        if (t->filters[i] != H5Z_FILTER_SHUFFLE && t->filters[i] != H5Z_FILTER_FLETCHER32) return true;
    return false;
}

static bool deflates(const repack *r, const wki_h5_table *t)
{
    return r->o->deflate < 0 ? is_packed(t) : r->o->deflate > 0;
}

/* Rows [first, first + n) of a data set that is not chunked, or its single value. */
static bool write_rows(const wki_h5_table *t, hid_t set, hid_t type, uint64_t first, uint64_t n, const void *rows)
{
    if (!t->rank) return H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0;
    hsize_t start[WK_MAX_DIMS] = { first }, count[WK_MAX_DIMS] = { n };
    for (int k = 1; k < t->rank; k++) count[k] = t->dims[k];
    const hid_t from = H5Screate_simple(t->rank, count, NULL), to = H5Dget_space(set);
    const bool done = H5Sselect_hyperslab(to, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                      H5Dwrite(set, type, from, to, H5P_DEFAULT, rows) >= 0;
    H5Sclose(from);
    H5Sclose(to);
    return done;
}

/* Creation properties of a data set whose rows do not go through the writer. */
static hid_t new_plan(hid_t like, hid_t type)
{
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(plan, false);
    if (wki_h5_keep_fill(like, type, plan)) return plan;
    H5Pclose(plan);
    return -1;
}

/* Closes the plan. */
static hid_t create_set(const repack *r, const char *path, hid_t type, hid_t space, hid_t plan)
{
    if (plan < 0) return -1;
    const hid_t set = H5Dcreate2(wki_h5_writer_file(r->w), path, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    H5Pclose(plan);
    return set;
}

/* Where rows go: chunk by chunk through the writer, or straight into a data set that stays whole. */
typedef struct target {
    wki_h5_stream *stream; /* NULL: set */
    hid_t set, type, like; /* like: the creation properties of the old one */
} target;

static wk_status put_rows(const repack *r, const wki_h5_table *t, const target *to, uint64_t row, uint64_t n,
                          unsigned char *rows)
{
    if (t->swapped) wki_number_swap(t->number, rows, (size_t)(n * t->row_items));
    if (to->stream) return wki_h5_stream_put(r->w, to->stream, rows, (int64_t)n, WHERE);
    const wki_h5_quiet quiet = wki_h5_enter();
    const bool done = write_rows(t, to->set, to->type, row, n, rows);
    const wk_status status = wki_h5_settle(r->w, done, t->name, "take these rows", WHERE);
    wki_h5_leave(quiet);
    return status;
}

/* Block by block, so that one of them is in memory at a time. */
static wk_status copy_rows(const repack *r, wki_h5_table *t, const target *to)
{
    const uint64_t most = t->row_bytes < PIECE ? PIECE / t->row_bytes : 1;
    unsigned char *rows = wki_alloc_array((size_t)most, (size_t)t->row_bytes);
    wk_status status = rows ? WK_OK : WK_E_MEMORY;
    for (uint64_t row = 0, n; row < t->rows && !status; row += n) {
        const uint64_t in_block = t->block_rows - row % t->block_rows, left = t->rows - row;
        n = in_block < most ? in_block : most;
        if (n > left) n = left;
        status = wki_h5_read_raw(t, row, n, rows);
        if (n == in_block) wki_h5_drop_blocks(t);
        if (!status) status = put_rows(r, t, to, row, n, rows);
        if (!status) status = progress(r, t->name, (double)(row + n) / (double)t->rows);
    }
    wki_free(rows);
    return status;
}

static wk_status open_target(const repack *r, const wki_h5_table *t, target *to)
{
    hsize_t most[WK_MAX_DIMS];
    const bool deflate = deflates(r, t), chunked = t->rank && (deflate || t->layout == WKI_H5_CHUNKED);
    wki_h5_plan plan = { .name = t->name, .type = to->type, .item = t->item, .ndim = t->rank - 1, .most = most };
    for (int k = 1; k < t->rank; k++) plan.shape[k - 1] = (int64_t)t->dims[k];
    plan.deflate = deflate;
    plan.shuffle = deflate && r->o->shuffle && t->item > 1;
    for (int i = 0; i < t->nfilters; i++) plan.checksum = plan.checksum || t->filters[i] == H5Z_FILTER_FLETCHER32;
    plan.like = to->like;
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t space = H5Dget_space(t->set);
    H5Sget_simple_extent_dims(space, NULL, most);
    if (!chunked) to->set = create_set(r, t->name, to->type, space, new_plan(to->like, to->type));
    const wk_status status = wki_h5_settle(r->w, chunked || to->set >= 0, t->name, "make this data set", WHERE);
    H5Sclose(space);
    wki_h5_leave(quiet);
    if (chunked) to->stream = wki_h5_stream_new(r->w, &plan, WHERE);
    return status || (chunked && !to->stream) ? wk_error() : WK_OK;
}

static hid_t copy_table(repack *r, wki_h5_table *t)
{
    target to = { NULL, -1, -1, -1 };
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t type = H5Dget_type(t->set);
    to.type = H5Tcopy(type);
    H5Tclose(type);
    to.like = H5Dget_create_plist(t->set);
    wki_h5_leave(quiet);
    wk_status status = open_target(r, t, &to);
    if (!status) status = copy_rows(r, t, &to);
    if (!status && to.stream) to.set = wki_h5_stream_end(r->w, to.stream, WHERE);
    const wki_h5_quiet again = wki_h5_enter();
    H5Tclose(to.type);
    H5Pclose(to.like);
    wki_h5_leave(again);
    r->status = status;
    return to.set;
}

/* The filters of one that has no chunk yet, as open_target has them. */
static void keep_filters(const repack *r, hid_t like, size_t item, hid_t plan)
{
    bool packed = false, checksum = false;
    for (int i = 0, n = H5Pget_nfilters(like); i < n; i++) {
        unsigned flags, config;
        size_t none = 0;
        const H5Z_filter_t id = H5Pget_filter2(like, (unsigned)i, &flags, &none, NULL, 0, NULL, &config);
        checksum = checksum || id == H5Z_FILTER_FLETCHER32;
        packed = packed || (id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32);
    }
    const bool deflate = r->o->deflate < 0 ? packed : r->o->deflate > 0;
    if (deflate && r->o->shuffle && item > 1) H5Pset_shuffle(plan);
    if (deflate) H5Pset_deflate(plan, (unsigned)level_of(r->o));
    if (checksum) H5Pset_fletcher32(plan);
}

/* Without elements there are no rows to read, but a shape and what it may grow to. */
static hid_t copy_empty(const repack *r, const char *path, hid_t from)
{
    hsize_t dims[H5S_MAX_RANK], most[H5S_MAX_RANK], chunk[H5S_MAX_RANK];
    const hid_t kind = H5Dget_type(from), type = H5Tcopy(kind), space = H5Dget_space(from);
    const int rank = H5Sget_simple_extent_dims(space, dims, most);
    bool grows = false;
    size_t row = H5Tget_size(type);
    for (int k = rank - 1; k >= 0; k--) {
        grows = grows || most[k] != dims[k];
        chunk[k] = dims[k] ? dims[k] : 1;
        if (!k) chunk[k] = row < (size_t)r->o->chunk_bytes ? (size_t)r->o->chunk_bytes / row : 1;
        if (most[k] && chunk[k] > most[k]) chunk[k] = most[k];
        if (k && !wki_mul_ok(row, chunk[k], &row)) row = SIZE_MAX;
    }
    const hid_t like = H5Dget_create_plist(from), plan = new_plan(like, type);
    if (grows && plan >= 0) {
        H5Pset_chunk(plan, rank, chunk);
        keep_filters(r, like, H5Tget_size(type), plan);
    }
    const hid_t set = create_set(r, path, type, space, plan);
    H5Pclose(like);
    H5Sclose(space);
    H5Tclose(type);
    H5Tclose(kind);
    return set;
}

static bool is_empty(hid_t set)
{
    const hid_t space = H5Dget_space(set);
    const bool empty = H5Sget_simple_extent_npoints(space) == 0;
    H5Sclose(space);
    return empty;
}

/* ---- Objects ---- */

static hid_t open_object(const repack *r, const char *path) { return H5Oopen(r->file->id, shown(path), H5P_DEFAULT); }

static wki_h5_table *open_table(const repack *r, const char *path)
{
    r->file->allow = r->o->allow;
    wki_h5_table *t = wki_h5_table_open(r->file, path, WHERE);
    r->file->allow = NULL;
    return t;
}

/* What keeps a data set from being carried becomes words, without the file's name, which all of them would have. */
static void look_at_set(repack *r, const wki_h5_object *o)
{
    wki_error error;
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t set = open_object(r, o->path), type = H5Dget_type(set);
    wki_number number;
    bool swapped;
    const bool empty = wki_h5_number_of(type, &number, &swapped) && is_empty(set);
    if (type >= 0) H5Tclose(type);
    if (set >= 0) H5Oclose(set);
    wki_h5_leave(quiet);
    wki_h5_table *t = empty ? NULL : open_table(r, o->path);
    wki_h5_table_close(t);
    if (empty || t) return;
    wki_error_take(&error);
    if (error.code == WK_E_MEMORY) {
        r->status = wki_error_raise(&error);
        return;
    }
    const char *why = strstr(error.text, "': ");
    leave(r, wki_sprintf("%s: %s", o->path, why ? why + 3 : error.text));
}

static void look_at_object(repack *r, wki_h5_object *o)
{
    const int before = r->nleft;
    r->at = o->path;
    if (o->same_as >= 0 || o->kind == WKI_H5_SOFT) return;
    if (o->kind == WKI_H5_OTHER) {
        leave(r, wki_sprintf("%s: is %s", o->path, o->what));
        return;
    }
    if (o->kind == WKI_H5_SET) look_at_set(r, o);
    if (r->nleft > before) {
        o->kind = WKI_H5_OTHER;
        return;
    }
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t object = open_object(r, o->path);
    const bool done = carry_attributes(r, object, -1);
    if (object >= 0) H5Oclose(object);
    wki_h5_leave(quiet);
    if (!done) leave(r, wki_sprintf("%s: its attributes cannot be read", shown(o->path)));
}

static wk_status carry_set(repack *r, const wki_h5_object *o)
{
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t from = open_object(r, o->path);
    const bool empty = is_empty(from);
    hid_t to = empty ? copy_empty(r, o->path, from) : -1;
    wki_h5_leave(quiet);
    wki_h5_table *t = empty ? NULL : open_table(r, o->path);
    if (t) to = copy_table(r, t);
    wki_h5_table_close(t);
    const wki_h5_quiet again = wki_h5_enter();
    if (!r->status && !wk_failed())
        wki_h5_settle(r->w, to >= 0 && carry_attributes(r, from, to), o->path, "make this data set", WHERE);
    H5Oclose(from);
    if (to >= 0) H5Dclose(to);
    wki_h5_leave(again);
    return r->status ? r->status : wk_error();
}

static bool carry_group(repack *r, const wki_h5_object *o)
{
    const hid_t file = wki_h5_writer_file(r->w), from = open_object(r, o->path);
    const hid_t to =
        *o->path ? H5Gcreate2(file, o->path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : H5Gopen2(file, "/", H5P_DEFAULT);
    const bool done = from >= 0 && to >= 0 && carry_attributes(r, from, to);
    if (to >= 0) H5Gclose(to);
    if (from >= 0) H5Oclose(from);
    return done;
}

/* A second name for what is there already, text that leads somewhere, or a group. */
static wk_status carry_other(repack *r, const wki_h5_object *o)
{
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t file = wki_h5_writer_file(r->w);
    bool done = true;
    if (o->same_as >= 0)
        done = H5Lcreate_hard(file, shown(r->catalog.objects[o->same_as].path), file, o->path, H5P_DEFAULT,
                              H5P_DEFAULT) >= 0;
    else if (o->kind == WKI_H5_SOFT)
        done = H5Lcreate_soft(o->target, file, o->path, H5P_DEFAULT, H5P_DEFAULT) >= 0;
    else
        done = carry_group(r, o);
    const wk_status status = wki_h5_settle(r->w, done, shown(o->path), "make this object", WHERE);
    wki_h5_leave(quiet);
    return status;
}

/* The members of a group that is there under another name are there too. */
static int end_of_group(const wki_h5_catalog *c, int i)
{
    const size_t n = strlen(c->objects[i].path);
    int end = i + 1;
    while (end < c->count && !strncmp(c->objects[end].path, c->objects[i].path, n) && c->objects[end].path[n] == '/')
        end++;
    return end;
}

static wk_status carry_all(repack *r)
{
    wki_h5_catalog *c = &r->catalog;
    wk_status status = WK_OK;
    for (int i = 0, next; i < c->count && !status; i = next) {
        const wki_h5_object *o = &c->objects[i];
        r->at = o->path;
        next = o->same_as >= 0 ? end_of_group(c, i) : i + 1;
        if (o->same_as >= 0 && c->objects[o->same_as].kind == WKI_H5_OTHER) continue;
        if (o->kind == WKI_H5_SET && o->same_as < 0)
            status = carry_set(r, o);
        else if (o->kind != WKI_H5_OTHER)
            status = carry_other(r, o);
    }
    return status;
}

/* ---- The file ---- */

static wk_status tell_what_is_left(const repack *r)
{
    for (int i = 0; i < r->nleft && r->o->skip; i++) r->o->skip(r->o->user, r->left[i]);
    if (!r->nleft || r->o->skip) return WK_OK;
    char more[40] = "";
    if (r->nleft > 1) snprintf(more, sizeof more, ", and %d more of its things,", r->nleft - 1);
    return wki_fail(WK_E_UNSUPPORTED, WHERE, "%s, %s%s cannot be carried; .skip leaves such things out",
                    wki_h5_shown(r->o->path), r->left[0], more);
}

static wk_status copy_file(repack *r)
{
    wki_h5_catalog *c = &r->catalog;
    if (wki_h5_walk(r->file, WHERE, c)) return wk_error();
    for (int i = 0, next; i < c->count && !r->status; i = next) {
        next = c->objects[i].same_as >= 0 ? end_of_group(c, i) : i + 1;
        look_at_object(r, &c->objects[i]);
    }
    if (r->status || tell_what_is_left(r)) return wk_error();
    wk_h5_writer_opts o = wk_h5_writer_opts_default();
    o.path = r->o->to;
    o.deflate = level_of(r->o);
    o.workers = r->o->workers;
    o.chunk_bytes = r->o->chunk_bytes;
    r->w = wki_h5_writer_over(&o, r->out);
    if (!r->w) return wk_error();
    const wk_status status = carry_all(r);
    return status ? status : wk_h5_commit(r->w);
}

wk_status wki_h5_repack_file(wki_h5_file *file, const wk_h5_repack_opts *o, const wki_h5_out *out)
{
    WK_SCOPE(copying);
    repack r = { .o = o, .file = file, .out = out };
    const wk_status status = copy_file(&r);
    wki_h5_catalog_free(&r.catalog);
    for (int i = 0; i < r.nleft; i++) wki_free(r.left[i]);
    wki_free(r.left);
    return wk_failed() ? wk_error() : status;
}

wk_status wk_h5_repack_new_opts(const wk_h5_repack_opts *given)
{
    wk_h5_repack_opts o = wk_h5_repack_opts_default();
    if (wk_failed()) return wk_error();
    wki_check(given, WK_E_INVALID, WK_E_INVALID, WHERE, "options are NULL");
    wki_options_merge(&o, sizeof o, given);
    wki_check(o.path && o.to, WK_E_INVALID, WK_E_INVALID, WHERE, "%s is NULL; expected the name of a file",
              o.path ? "to" : "path");
    wki_check(o.deflate >= -1 && o.deflate <= 9, WK_E_INVALID, WK_E_INVALID, WHERE,
              "deflate is %d; expected -1 (as it is), 0 (none) to 9", o.deflate);
    if (wki_h5_check_allow(o.allow, WHERE)) return wk_error();
    const wki_h5_limits limits = { o.isolate_seconds, o.isolate_mib };
    wki_h5_file *file = o.isolate ? wki_h5_file_open_apart(o.path, limits, WHERE) : wki_h5_file_open(o.path, WHERE);
    if (!file) return wk_error();
    const wk_status status = o.isolate ? wki_h5_ask_repack(file, &o) : wki_h5_repack_file(file, &o, NULL);
    wki_h5_file_close(file);
    return status;
}
