/* wk_h5_writer: data sets of rows. Rows wait in a buffer until they fill a chunk, which the packer filters and which
 * goes into the file after all that came before it. Rests on sink.c for the file and pack.c for the filters. */
#include "data/hdf5/writer.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/object.h"
#include "base/options.h"
#include <string.h>

#define NEW    "h5_writer"
#define APPEND "h5_append"
#define COMMIT "h5_commit"
enum { NAME_MOST = 255, ATTRIBUTE_MOST = 60000, WORKERS_MOST = 256 };
static const size_t row_most = 1u << 30;

struct wki_h5_stream {
    wki_h5_stream *next;
    char *name;
    hid_t type;
    wk_dtype dtype; /* of what wk_h5_append was given */
    wki_h5_plan plan;
    hsize_t most[WK_MAX_DIMS];
    size_t row_bytes;
    int64_t chunk_rows, buffered, submitted;
    wki_h5_room buffer;
    unsigned char fill[8]; /* what a chunk is filled up with, as the file has it */
    hid_t set;             /* -1 until the first chunk is written */
};

struct wk_h5_writer {
    wki_object object;
    char *path;
    wki_h5_sink *sink; /* NULL once committed */
    wki_h5_packer *packer;
    bool shuffle, broken;
    int deflate;
    size_t chunk_bytes;
    wki_h5_stream *streams;
};

wk_h5_writer_opts wk_h5_writer_opts_default(void) { return (wk_h5_writer_opts){ WK_H5_WRITER_DEFAULTS, .path = NULL }; }

/* With the lock held. */
static void free_stream(wki_h5_stream *s)
{
    if (s->type >= 0) H5Tclose(s->type);
    wki_free(s->buffer.bytes);
    wki_free(s->name);
    wki_free(s);
}

/* The file is closed already, and with it the data sets. */
static void free_streams(wk_h5_writer *w)
{
    const wki_h5_quiet quiet = wki_h5_enter();
    for (wki_h5_stream *s = w->streams, *next; s; s = next) {
        next = s->next;
        free_stream(s);
    }
    wki_h5_leave(quiet);
    w->streams = NULL;
}

static void destroy(void *object)
{
    wk_h5_writer *w = object;
    wki_h5_packer_free(w->packer);
    wki_h5_sink_abandon(w->sink);
    free_streams(w);
    wki_free(w->path);
}

static const wki_type type = { "h5_writer", sizeof(wk_h5_writer), destroy };

wk_h5_writer *wk_h5_writer_new_opts(const wk_h5_writer_opts *given) { return wki_h5_writer_over(given, NULL); }

wk_h5_writer *wki_h5_writer_over(const wk_h5_writer_opts *given, const wki_h5_out *out)
{
    wk_h5_writer_opts o = wk_h5_writer_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(NEW, &o, sizeof o, given)) return NULL;
    wki_check(o.path, NULL, WK_E_INVALID, NEW, "path is NULL; expected the name of the file to write");
    wki_check(o.deflate >= 0 && o.deflate <= 9, NULL, WK_E_INVALID, NEW, "deflate is %d; expected 0 (none) to 9",
              o.deflate);
    wki_check(o.workers >= 0 && o.workers <= WORKERS_MOST, NULL, WK_E_INVALID, NEW, "workers is %d; expected 0 to %d",
              o.workers, WORKERS_MOST);
    wki_check(o.chunk_bytes >= 1 && o.chunk_bytes <= (int64_t)row_most, NULL, WK_E_INVALID, NEW,
              "chunk_bytes is %lld; expected 1 to %zu (1 GiB)", (long long)o.chunk_bytes, row_most);
    wk_h5_writer *w = wki_object_new(&type, NEW);
    if (!w) return NULL;
    w->shuffle = o.shuffle;
    w->deflate = o.deflate;
    w->chunk_bytes = (size_t)o.chunk_bytes;
    w->path = wki_strdup(o.path);
    w->sink = w->path ? wki_h5_sink_new(o.path, out, NEW) : NULL;
    w->packer = w->sink ? wki_h5_packer_new(o.deflate, o.workers) : NULL;
    return w->packer ? w : NULL;
}

hid_t wki_h5_writer_file(const wk_h5_writer *w) { return wki_h5_sink_file(w->sink); }

static hid_t type_of(wk_dtype dtype)
{
    switch (dtype) {
    case WK_F32: return H5T_NATIVE_FLOAT;
    case WK_F64: return H5T_NATIVE_DOUBLE;
    case WK_I64: return H5T_NATIVE_INT64;
    case WK_I32: return H5T_NATIVE_INT32;
    default: return H5T_NATIVE_UINT8;
    }
}

/* ---- Data sets of rows ---- */

bool wki_h5_keep_fill(hid_t from, hid_t type, hid_t to)
{
    unsigned char fill[8];
    H5D_fill_value_t kind = H5D_FILL_VALUE_DEFAULT;
    H5D_fill_time_t when = H5D_FILL_TIME_IFSET;
    if (H5Pfill_value_defined(from, &kind) < 0 || H5Pget_fill_time(from, &when) < 0) return false;
    H5Pset_fill_time(to, when);
    if (kind == H5D_FILL_VALUE_UNDEFINED) return H5Pset_fill_value(to, type, NULL) >= 0;
    if (kind == H5D_FILL_VALUE_DEFAULT) return true;
    return H5Pget_fill_value(from, type, fill) >= 0 && H5Pset_fill_value(to, type, fill) >= 0;
}

/* Times are left out, so that the same rows make the same bytes. */
static hid_t create_set(const wk_h5_writer *w, const wki_h5_stream *s)
{
    hsize_t dims[WK_MAX_DIMS] = { 0 }, chunk[WK_MAX_DIMS] = { (hsize_t)s->chunk_rows };
    for (int k = 0; k < s->plan.ndim; k++) dims[k + 1] = chunk[k + 1] = (hsize_t)s->plan.shape[k];
    const hid_t space = H5Screate_simple(s->plan.ndim + 1, dims, s->most);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_chunk(plan, s->plan.ndim + 1, chunk);
    H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(plan, false);
    if (s->plan.shuffle) H5Pset_shuffle(plan);
    if (s->plan.deflate) H5Pset_deflate(plan, (unsigned)w->deflate);
    if (s->plan.checksum) H5Pset_fletcher32(plan);
    const bool filled = !s->plan.like || wki_h5_keep_fill(s->plan.like, s->type, plan);
    H5Pset_create_intermediate_group(link, 1);
    const hid_t file = wki_h5_writer_file(w);
    const hid_t set = filled ? H5Dcreate2(file, s->name, s->type, space, link, plan, H5P_DEFAULT) : -1;
    H5Sclose(space);
    H5Pclose(plan);
    H5Pclose(link);
    return set;
}

static bool write_job(const wki_h5_stream *s, const wki_h5_job *j)
{
    hsize_t dims[WK_MAX_DIMS] = { (hsize_t)(j->first + j->rows) }, start[WK_MAX_DIMS] = { (hsize_t)j->first };
    for (int k = 0; k < s->plan.ndim; k++) dims[k + 1] = (hsize_t)s->plan.shape[k];
    return H5Dset_extent(s->set, dims) >= 0 &&
           H5Dwrite_chunk(s->set, H5P_DEFAULT, j->mask, start, j->packed_bytes, j->packed) >= 0;
}

/* The error of a write may be the sink's, which is recorded, or libhdf5's own. */
wk_status wki_h5_settle(wk_h5_writer *w, bool done, const char *name, const char *verb, const char *where)
{
    char reason[160];
    if (done && !wki_h5_sink_status(w->sink)) return WK_OK;
    w->broken = true;
    if (wki_h5_sink_status(w->sink)) return wki_h5_sink_status(w->sink);
    return wki_fail(WK_E_IO, where, "%s, '%.100s': libhdf5 cannot %s (%s)", wki_h5_shown(w->path), name, verb,
                    wki_h5_reason(reason));
}

/* The oldest chunk goes into the file. */
static wk_status retire(wk_h5_writer *w, const wki_h5_job *j, const char *where)
{
    wki_h5_stream *s = j->owner;
    const wki_h5_quiet quiet = wki_h5_enter();
    if (s->set < 0) s->set = create_set(w, s);
    const bool made = s->set >= 0, done = made && (!j->rows || write_job(s, j));
    const wk_status status = wki_h5_settle(w, done, s->name, made ? "take these rows" : "make this data set", where);
    wki_h5_leave(quiet);
    wki_h5_packer_drop(w->packer);
    return status;
}

static wk_status drain(wk_h5_writer *w, const char *where)
{
    wk_status status = WK_OK;
    for (const wki_h5_job *j; !status && (j = wki_h5_packer_take(w->packer));) status = retire(w, j, where);
    return status;
}

/* The rows that wait become a chunk: a whole one, but that the first chunk of a data set may be short. */
static wk_status submit(wk_h5_writer *w, wki_h5_stream *s, const char *where)
{
    if (!s->submitted && s->buffered) s->chunk_rows = s->buffered;
    const size_t bytes = (size_t)s->chunk_rows * s->row_bytes, used = (size_t)s->buffered * s->row_bytes;
    const size_t item = s->plan.item;
    wki_h5_job *j = wki_h5_packer_next(w->packer);
    const wki_h5_room filled = s->buffer;
    s->buffer = j->raw;
    j->raw = filled;
    w->broken = wki_h5_room_for(&s->buffer, filled.size) ||
                ((s->plan.shuffle || s->plan.deflate) && wki_h5_room_for(&j->other, filled.size));
    if (w->broken) return wk_error();
    for (size_t at = used; at < bytes && !WKI_FAULT(72); at += item) memcpy(j->raw.bytes + at, s->fill, item);
    j->owner = s;
    j->first = s->submitted;
    j->rows = s->buffered;
    j->shuffle = s->plan.shuffle;
    j->deflate = s->plan.deflate;
    j->checksum = s->plan.checksum;
    j->item = item;
    j->bytes = bytes;
    s->submitted += s->buffered;
    s->buffered = 0;
    wki_h5_packer_submit(w->packer);
    return wki_h5_packer_is_full(w->packer) ? retire(w, wki_h5_packer_take(w->packer), where) : WK_OK;
}

/* Everything but its type, which a libhdf5 that is short of memory may not give. */
static wki_h5_stream *make_stream(wk_h5_writer *w, const wki_h5_plan *plan)
{
    wki_h5_stream *s = wki_alloc(sizeof *s), **end = &w->streams;
    if (!s) return NULL;
    s->set = s->type = -1;
    s->plan = *plan;
    s->most[0] = plan->most ? plan->most[0] : H5S_UNLIMITED;
    s->row_bytes = plan->item;
    for (int k = 0; k < plan->ndim; k++) {
        s->row_bytes *= (size_t)plan->shape[k];
        s->most[k + 1] = plan->most ? plan->most[k + 1] : (hsize_t)plan->shape[k];
    }
    s->chunk_rows = s->row_bytes < w->chunk_bytes ? (int64_t)(w->chunk_bytes / s->row_bytes) : 1;
    while (*end) end = &(*end)->next;
    *end = s;
    s->name = wki_strdup(plan->name);
    const size_t bytes = (size_t)s->chunk_rows * s->row_bytes;
    const size_t room = (bytes > w->chunk_bytes ? bytes : w->chunk_bytes) + WKI_H5_SUM;
    return s->name && !wki_h5_room_for(&s->buffer, room) ? s : NULL;
}

/* Rows that come later may begin in a last chunk, where another program takes what is behind its rows for this. */
static bool read_fill(hid_t plan, hid_t type, unsigned char fill[8])
{
    H5D_fill_value_t kind = H5D_FILL_VALUE_DEFAULT;
    const bool known = H5Pfill_value_defined(plan, &kind) >= 0;
    return known && (kind != H5D_FILL_VALUE_USER_DEFINED || H5Pget_fill_value(plan, type, fill) >= 0);
}

wki_h5_stream *wki_h5_stream_new(wk_h5_writer *w, const wki_h5_plan *plan, const char *where)
{
    wki_h5_stream *s = make_stream(w, plan);
    if (!s) {
        w->broken = true;
        return NULL;
    }
    const wki_h5_quiet quiet = wki_h5_enter();
    s->type = H5Tcopy(plan->type);
    const bool done = s->type >= 0 && (!plan->like || read_fill(plan->like, s->type, s->fill));
    const wk_status status = wki_h5_settle(w, done, s->name, "copy its type", where);
    wki_h5_leave(quiet);
    return status ? NULL : s;
}

wk_status wki_h5_stream_put(wk_h5_writer *w, wki_h5_stream *s, const void *rows, int64_t n, const char *where)
{
    for (const char *from = rows; n;) {
        const int64_t room = s->chunk_rows - s->buffered, take = n < room ? n : room;
        memcpy(s->buffer.bytes + (size_t)s->buffered * s->row_bytes, from, (size_t)take * s->row_bytes);
        s->buffered += take;
        from += (size_t)take * s->row_bytes;
        n -= take;
        if (s->buffered == s->chunk_rows && submit(w, s, where)) return wk_error();
    }
    return WK_OK;
}

/* A data set without rows is made all the same. */
static wk_status finish(wk_h5_writer *w, wki_h5_stream *s, const char *where)
{
    return s->buffered || !s->submitted ? submit(w, s, where) : WK_OK;
}

hid_t wki_h5_stream_end(wk_h5_writer *w, wki_h5_stream *s, const char *where)
{
    wki_h5_stream **link = &w->streams;
    if (finish(w, s, where) || drain(w, where)) return -1;
    const hid_t set = s->set;
    while (*link != s) link = &(*link)->next;
    *link = s->next;
    const wki_h5_quiet quiet = wki_h5_enter();
    free_stream(s);
    wki_h5_leave(quiet);
    return set;
}

/* ---- Data sets at once ---- */

static hid_t create_whole(const wk_h5_writer *w, const char *name, const wk_array *array)
{
    hsize_t dims[WK_ARRAY_DIMS] = { 0 };
    for (int k = 0; k < array->ndim; k++) dims[k] = (hsize_t)array->shape[k];
    const hid_t space = array->ndim ? H5Screate_simple(array->ndim, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_obj_track_times(plan, false);
    H5Pset_create_intermediate_group(link, 1);
    const hid_t set = H5Dcreate2(wki_h5_writer_file(w), name, type_of(array->dtype), space, link, plan, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(plan);
    H5Pclose(link);
    return set;
}

wk_status wki_h5_put(wk_h5_writer *w, const char *name, const wk_array *array, const char *where)
{
    char reason[160];
    if (drain(w, where)) return wk_error();
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t set = create_whole(w, name, array);
    const bool done = set >= 0 && H5Dwrite(set, type_of(array->dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, array->data) >= 0;
    if (set < 0)
        wki_fail(WK_E_INVALID, where, "%s: no data set can stand at '%.100s' (%s)", wki_h5_shown(w->path), name,
                 wki_h5_reason(reason));
    else
        wki_h5_settle(w, done, name, "take the elements", where);
    if (set >= 0) H5Dclose(set);
    wki_h5_leave(quiet);
    return wk_error();
}

/* ---- Calls ---- */

static bool good_name(const char *name)
{
    const size_t n = strlen(name);
    bool dots = true;
    for (size_t i = 0, start = 0; i <= n; i++) {
        if (name[i] && name[i] != '/') {
            dots = dots && name[i] == '.';
            continue;
        }
        if (i == start || dots) return false;
        start = i + 1;
        dots = true;
    }
    return n <= NAME_MOST;
}

static wki_h5_stream *add_stream(wk_h5_writer *w, const char *name, int ndim, const int64_t *shape, wk_dtype dtype)
{
    wki_h5_plan plan = { .name = name, .type = type_of(dtype), .item = wk_dtype_size(dtype), .ndim = ndim };
    size_t row_bytes = plan.item;
    wki_check(good_name(name), NULL, WK_E_INVALID, APPEND,
              "name is '%.100s'; expected one like 'train/x', at most %d bytes", name, NAME_MOST);
    wki_check(ndim >= 0 && ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, APPEND,
              "'%.100s': rows of %d dimensions; expected 0 to %d", name, ndim, WK_MAX_DIMS - 1);
    for (int k = 0; k < ndim; k++) {
        wki_check(shape[k] > 0 && wki_mul_ok(row_bytes, (size_t)shape[k], &row_bytes) && row_bytes <= row_most, NULL,
                  WK_E_SHAPE, APPEND,
                  "'%.100s': row_shape[%d] is %lld; expected a size above 0, and rows of at most 1 GiB", name, k,
                  (long long)shape[k]);
        plan.shape[k] = shape[k];
    }
    plan.shuffle = w->shuffle && plan.item > 1;
    plan.deflate = w->deflate > 0;
    wki_h5_stream *s = wki_h5_stream_new(w, &plan, APPEND);
    if (s) s->dtype = dtype;
    return s;
}

static wk_status check_same(const wki_h5_stream *s, int ndim, const int64_t *shape, wk_dtype dtype)
{
    if (dtype != s->dtype)
        return wki_fail(WK_E_DTYPE, APPEND, "'%.100s': rows of %s; expected %s, as in its first call", s->name,
                        wk_dtype_name(dtype), wk_dtype_name(s->dtype));
    if (ndim != s->plan.ndim)
        return wki_fail(WK_E_SHAPE, APPEND, "'%.100s': rows of %d dimensions; expected %d, as in its first call",
                        s->name, ndim, s->plan.ndim);
    for (int k = 0; k < ndim; k++)
        if (shape[k] != s->plan.shape[k])
            return wki_fail(WK_E_SHAPE, APPEND, "'%.100s': row_shape[%d] is %lld; expected %lld, as in its first call",
                            s->name, k, (long long)shape[k], (long long)s->plan.shape[k]);
    return WK_OK;
}

static bool usable(const wk_h5_writer *w, const char *where)
{
    if (wk_failed() || !wki_object_check(w, &type, where, "w")) return false;
    wki_check(w->sink, false, WK_E_STATE, where, "%s is committed already; expected an open writer",
              wki_h5_shown(w->path));
    wki_check(!w->broken, false, WK_E_STATE, where, "%s cannot be finished after an earlier error; write it anew",
              wki_h5_shown(w->path));
    wki_check(!wki_h5_packer_is_elsewhere(w->packer), false, WK_E_STATE, where,
              "%s: its workers are in the process that was forked; make writers after the fork", wki_h5_shown(w->path));
    return true;
}

/* A data set cannot be the group of another: "train" and "train/x". */
static wk_status check_clash(const wk_h5_writer *w, const char *name)
{
    for (const wki_h5_stream *s = w->streams; s; s = s->next) {
        const size_t a = strlen(s->name), b = strlen(name);
        const bool clash =
            a < b ? !strncmp(name, s->name, a) && name[a] == '/' : !strncmp(s->name, name, b) && s->name[b] == '/';
        wki_check(!clash, WK_E_INVALID, WK_E_INVALID, APPEND,
                  "'%.100s' and '%.100s': one cannot be a data set and a group", s->name, name);
    }
    return WK_OK;
}

wk_status wk_h5_append(wk_h5_writer *w, const char *name, const void *rows, int64_t n, int ndim,
                       const int64_t *row_shape, wk_dtype dtype)
{
    if (!usable(w, APPEND)) return wk_error();
    wki_check(name, WK_E_INVALID, WK_E_INVALID, APPEND, "name is NULL; expected one like 'train/x'");
    wki_check(n >= 0, WK_E_INVALID, WK_E_INVALID, APPEND, "'%.100s': n is %lld; expected 0 or more", name,
              (long long)n);
    wki_check(rows || !n, WK_E_INVALID, WK_E_INVALID, APPEND, "'%.100s': rows is NULL; expected %lld rows", name,
              (long long)n);
    wki_check(wk_dtype_size(dtype), WK_E_DTYPE, WK_E_DTYPE, APPEND, "'%.100s': dtype %d does not exist", name,
              (int)dtype);
    wki_check(row_shape || ndim <= 0, WK_E_INVALID, WK_E_INVALID, APPEND,
              "'%.100s': row_shape is NULL; expected %d sizes", name, ndim);
    name += name[0] == '/';
    wki_h5_stream *s = w->streams;
    while (s && strcmp(s->name, name)) s = s->next;
    if (s && check_same(s, ndim, row_shape, dtype)) return wk_error();
    if (!s && (check_clash(w, name) || !(s = add_stream(w, name, ndim, row_shape, dtype)))) return wk_error();
    return wki_h5_stream_put(w, s, rows, n, APPEND);
}

/* A text attribute of the root in place of any older one: n strings of `size` bytes; n = 0: one string, not an array.
 */
static wk_status set_attribute(wk_h5_writer *w, const char *name, const char *text, size_t size, int n,
                               const char *where)
{
    const hsize_t dims[1] = { (hsize_t)n };
    if (drain(w, where)) return wk_error(); /* or where it lies would depend on the workers */
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t file = wki_h5_writer_file(w);
    const hid_t string = H5Tcopy(H5T_C_S1), space = n ? H5Screate_simple(1, dims, NULL) : H5Screate(H5S_SCALAR);
    H5Tset_size(string, size);
    H5Tset_strpad(string, H5T_STR_NULLPAD);
    H5Tset_cset(string, H5T_CSET_UTF8);
    if (H5Aexists(file, name) > 0) H5Adelete(file, name);
    const hid_t attribute = H5Acreate2(file, name, string, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool done = attribute >= 0 && H5Awrite(attribute, string, text) >= 0;
    const wk_status status = wki_h5_settle(w, done, name, "write this attribute", where);
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(string);
    wki_h5_leave(quiet);
    return status;
}

wk_status wk_h5_classes(wk_h5_writer *w, const char *const *names, int n)
{
    static const char where[] = "h5_classes";
    size_t longest = 1, bytes;
    if (!usable(w, where)) return wk_error();
    wki_check(names && n > 0, WK_E_INVALID, WK_E_INVALID, where, "%d names; expected at least one", n);
    for (int i = 0; i < n; i++) {
        wki_check(names[i] && names[i][0], WK_E_INVALID, WK_E_INVALID, where,
                  "names[%d] is %s; expected a class's name", i, names[i] ? "empty" : "NULL");
        if (strlen(names[i]) > longest) longest = strlen(names[i]);
    }
    wki_check(wki_mul_ok(longest, (size_t)n, &bytes) && bytes <= ATTRIBUTE_MOST, WK_E_RANGE, WK_E_RANGE, where,
              "%d names of up to %zu bytes; an attribute holds %d", n, longest, ATTRIBUTE_MOST);
    char *text = wki_alloc(bytes);
    if (!text) return wk_error();
    for (int i = 0; i < n; i++) memcpy(text + (size_t)i * longest, names[i], strlen(names[i]));
    const wk_status status = set_attribute(w, "classes", text, longest, n, where);
    wki_free(text);
    return status;
}

wk_status wk_h5_attribute(wk_h5_writer *w, const char *name, const char *text)
{
    static const char where[] = "h5_attribute";
    if (!usable(w, where)) return wk_error();
    wki_check(name && name[0], WK_E_INVALID, WK_E_INVALID, where, "name is %s; expected an attribute's name",
              name ? "empty" : "NULL");
    wki_check(text, WK_E_INVALID, WK_E_INVALID, where, "'%.60s': text is NULL", name);
    const size_t size = strlen(text);
    wki_check(size <= ATTRIBUTE_MOST, WK_E_RANGE, WK_E_RANGE, where, "'%.60s': %zu bytes; an attribute holds %d", name,
              size, ATTRIBUTE_MOST);
    return set_attribute(w, name, text, size ? size : 1, 0, where);
}

wk_status wk_h5_commit(wk_h5_writer *w)
{
    if (!usable(w, COMMIT)) return wk_error();
    for (wki_h5_stream *s = w->streams; s; s = s->next)
        if (finish(w, s, COMMIT)) return wk_error();
    if (drain(w, COMMIT)) return wk_error();
    wki_h5_sink *sink = w->sink;
    w->sink = NULL;
    const wk_status status = wki_h5_sink_commit(sink);
    free_streams(w);
    return status;
}
