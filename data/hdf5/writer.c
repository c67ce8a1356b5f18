/* wk_h5_writer: libhdf5 builds the file in memory, and the file seam puts it on disk. So a full disk cannot reach
 * libhdf5, which does not survive it, and the file appears whole or not at all; about twice its size is needed in
 * memory. Rows wait in a buffer until they fill a chunk. Rests on library.c's lock and base/file.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/object.h"
#include "base/options.h"
#include "data/hdf5/h5.h"
#include <string.h>

#define NEW    "h5_writer"
#define APPEND "h5_append"
#define COMMIT "h5_commit"
enum { CHUNK = 256 * 1024, NAME_MOST = 255, ATTRIBUTE_MOST = 60000, MEMORY_STEP = 4 << 20 };
static const size_t row_most = 1u << 30;

typedef struct stream {
    struct stream *next;
    char *name;
    wk_dtype dtype;
    int ndim;
    int64_t shape[WK_MAX_DIMS - 1];
    size_t row_bytes;
    int64_t chunk_rows, buffered, written;
    char *buffer;
    hid_t set; /* -1 until the first chunk is written */
} stream;

struct wk_h5_writer {
    wki_object object;
    char *path;
    wki_writer *out; /* NULL once committed */
    hid_t file;
    bool shuffle;
    int deflate;
    stream *streams;
};

wk_h5_writer_opts wk_h5_writer_opts_default(void) { return (wk_h5_writer_opts){ WK_H5_WRITER_DEFAULTS, .path = NULL }; }

static void free_streams(wk_h5_writer *w)
{
    for (stream *s = w->streams, *next; s; s = next) {
        next = s->next;
        wki_free(s->buffer);
        wki_free(s->name);
        wki_free(s);
    }
    w->streams = NULL;
}

/* STRONG closing takes the data sets along. */
static void close_file(wk_h5_writer *w)
{
    if (w->file < 0) return;
    const wki_h5_quiet quiet = wki_h5_enter();
    H5Fclose(w->file);
    wki_h5_leave(quiet);
    w->file = -1;
}

static void destroy(void *object)
{
    wk_h5_writer *w = object;
    close_file(w);
    wki_writer_abandon(w->out);
    free_streams(w);
    wki_free(w->path);
}

static const wki_type type = { "h5_writer", sizeof(wk_h5_writer), destroy };

/* The name serves libhdf5 to look whether such a file exists, so it is one that does not. */
static wk_status create_in_memory(wk_h5_writer *w)
{
    char reason[160];
    char *name = wki_temporary_name(w->path);
    if (!name) return wk_error();
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    if (H5Pset_fapl_core(access, MEMORY_STEP, false) >= 0)
        w->file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (w->file < 0)
        wki_fail(WK_E_MEMORY, NEW, "%s: cannot be created (%s)", wki_h5_shown(w->path), wki_h5_reason(reason));
    H5Pclose(access);
    wki_h5_leave(quiet);
    wki_free(name);
    return w->file < 0 ? wk_error() : WK_OK;
}

wk_h5_writer *wk_h5_writer_new_opts(const wk_h5_writer_opts *given)
{
    wk_h5_writer_opts o = wk_h5_writer_opts_default();
    if (wk_failed()) return NULL;
    wki_check(given, NULL, WK_E_INVALID, NEW, "options are NULL");
    wki_options_merge(&o, sizeof o, given);
    wki_check(o.path, NULL, WK_E_INVALID, NEW, "path is NULL; expected the name of the file to write");
    wki_check(o.deflate >= 0 && o.deflate <= 9, NULL, WK_E_INVALID, NEW, "deflate is %d; expected 0 (none) to 9",
              o.deflate);
    wk_h5_writer *w = wki_object_new(&type, NEW);
    if (!w) return NULL;
    w->file = -1;
    w->shuffle = o.shuffle;
    w->deflate = o.deflate;
    w->path = wki_strdup(o.path);
    w->out = w->path ? wki_writer_new(o.path, NEW) : NULL;
    return w->out && create_in_memory(w) == WK_OK ? w : NULL;
}

static hid_t type_in_file(wk_dtype dtype)
{
    switch (dtype) {
    case WK_F32: return H5T_IEEE_F32LE;
    case WK_F64: return H5T_IEEE_F64LE;
    case WK_I64: return H5T_STD_I64LE;
    case WK_I32: return H5T_STD_I32LE;
    default: return H5T_STD_U8LE;
    }
}

static hid_t type_in_memory(wk_dtype dtype)
{
    switch (dtype) {
    case WK_F32: return H5T_NATIVE_FLOAT;
    case WK_F64: return H5T_NATIVE_DOUBLE;
    case WK_I64: return H5T_NATIVE_INT64;
    case WK_I32: return H5T_NATIVE_INT32;
    default: return H5T_NATIVE_UINT8;
    }
}

/* Times are left out, so that the same rows make the same bytes. */
static hid_t create_set(const wk_h5_writer *w, const stream *s)
{
    hsize_t dims[WK_MAX_DIMS] = { 0 }, most[WK_MAX_DIMS] = { H5S_UNLIMITED }, chunk[WK_MAX_DIMS];
    chunk[0] = (hsize_t)(s->buffered ? s->buffered : s->chunk_rows);
    for (int k = 0; k < s->ndim; k++) dims[k + 1] = most[k + 1] = chunk[k + 1] = (hsize_t)s->shape[k];
    const hid_t space = H5Screate_simple(s->ndim + 1, dims, most);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_chunk(plan, s->ndim + 1, chunk);
    H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(plan, false);
    if (w->shuffle) H5Pset_shuffle(plan);
    if (w->deflate) H5Pset_deflate(plan, (unsigned)w->deflate);
    H5Pset_create_intermediate_group(link, 1);
    const hid_t set = H5Dcreate2(w->file, s->name, type_in_file(s->dtype), space, link, plan, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(plan);
    H5Pclose(link);
    return set;
}

static bool write_buffer(stream *s)
{
    hsize_t dims[WK_MAX_DIMS] = { 0 }, start[WK_MAX_DIMS] = { (hsize_t)s->written }, count[WK_MAX_DIMS];
    count[0] = (hsize_t)s->buffered;
    dims[0] = (hsize_t)(s->written + s->buffered);
    for (int k = 0; k < s->ndim; k++) dims[k + 1] = count[k + 1] = (hsize_t)s->shape[k];
    if (H5Dset_extent(s->set, dims) < 0) return false;
    const hid_t from = H5Screate_simple(s->ndim + 1, count, NULL), to = H5Dget_space(s->set);
    const bool ok = H5Sselect_hyperslab(to, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                    H5Dwrite(s->set, type_in_memory(s->dtype), from, to, H5P_DEFAULT, s->buffer) >= 0;
    H5Sclose(from);
    H5Sclose(to);
    return ok;
}

static hid_t create_whole(const wk_h5_writer *w, const char *name, const wk_array *array)
{
    hsize_t dims[WK_ARRAY_DIMS] = { 0 };
    for (int k = 0; k < array->ndim; k++) dims[k] = (hsize_t)array->shape[k];
    const hid_t space = array->ndim ? H5Screate_simple(array->ndim, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_obj_track_times(plan, false);
    H5Pset_create_intermediate_group(link, 1);
    const hid_t set = H5Dcreate2(w->file, name, type_in_file(array->dtype), space, link, plan, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(plan);
    H5Pclose(link);
    return set;
}

wk_status wki_h5_put(wk_h5_writer *w, const char *name, const wk_array *array, const char *where)
{
    char reason[160];
    wk_status status = WK_OK;
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t set = create_whole(w, name, array);
    if (set < 0)
        status = wki_fail(WK_E_INVALID, where, "%s: no data set can stand at '%.100s' (%s)", wki_h5_shown(w->path),
                          name, wki_h5_reason(reason));
    else if (H5Dwrite(set, type_in_memory(array->dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, array->data) < 0)
        status = wki_fail(WK_E_IO, where, "%s, '%.100s': libhdf5 cannot take the elements (%s)", wki_h5_shown(w->path),
                          name, wki_h5_reason(reason));
    if (set >= 0) H5Dclose(set);
    wki_h5_leave(quiet);
    return status;
}

static wk_status flush(wk_h5_writer *w, stream *s, const char *where)
{
    char reason[160];
    wk_status status = WK_OK;
    const wki_h5_quiet quiet = wki_h5_enter();
    if (s->set < 0) s->set = create_set(w, s);
    if (s->set < 0 || (s->buffered && !write_buffer(s)))
        status = wki_fail(WK_E_IO, where, "%s, '%.100s': libhdf5 cannot %s (%s)", wki_h5_shown(w->path), s->name,
                          s->set < 0 ? "make this data set" : "take these rows", wki_h5_reason(reason));
    wki_h5_leave(quiet);
    s->written += s->buffered;
    s->buffered = 0;
    return status;
}

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

static stream *add_stream(wk_h5_writer *w, const char *name, int ndim, const int64_t *shape, wk_dtype dtype)
{
    size_t row_bytes = wk_dtype_size(dtype);
    wki_check(good_name(name), NULL, WK_E_INVALID, APPEND,
              "name is '%.100s'; expected one like 'train/x', at most %d bytes", name, NAME_MOST);
    wki_check(ndim >= 0 && ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, APPEND,
              "'%.100s': rows of %d dimensions; expected 0 to %d", name, ndim, WK_MAX_DIMS - 1);
    for (int k = 0; k < ndim; k++)
        wki_check(shape[k] > 0 && wki_mul_ok(row_bytes, (size_t)shape[k], &row_bytes) && row_bytes <= row_most, NULL,
                  WK_E_SHAPE, APPEND,
                  "'%.100s': row_shape[%d] is %lld; expected a size above 0, and rows of at most 1 GiB", name, k,
                  (long long)shape[k]);
    stream *s = wki_alloc(sizeof *s);
    if (!s) return NULL;
    s->set = -1;
    s->dtype = dtype;
    s->ndim = ndim;
    s->row_bytes = row_bytes;
    s->chunk_rows = row_bytes < CHUNK ? (int64_t)(CHUNK / row_bytes) : 1;
    for (int k = 0; k < ndim; k++) s->shape[k] = shape[k];
    s->name = wki_strdup(name);
    s->buffer = s->name ? wki_alloc_array((size_t)s->chunk_rows, row_bytes) : NULL;
    stream **end = &w->streams;
    while (*end) end = &(*end)->next;
    *end = s;
    return s->buffer ? s : NULL;
}

static wk_status check_same(const stream *s, int ndim, const int64_t *shape, wk_dtype dtype)
{
    if (dtype != s->dtype)
        return wki_fail(WK_E_DTYPE, APPEND, "'%.100s': rows of %s; expected %s, as in its first call", s->name,
                        wk_dtype_name(dtype), wk_dtype_name(s->dtype));
    if (ndim != s->ndim)
        return wki_fail(WK_E_SHAPE, APPEND, "'%.100s': rows of %d dimensions; expected %d, as in its first call",
                        s->name, ndim, s->ndim);
    for (int k = 0; k < ndim; k++)
        if (shape[k] != s->shape[k])
            return wki_fail(WK_E_SHAPE, APPEND, "'%.100s': row_shape[%d] is %lld; expected %lld, as in its first call",
                            s->name, k, (long long)shape[k], (long long)s->shape[k]);
    return WK_OK;
}

static bool usable(const wk_h5_writer *w, const char *where)
{
    if (wk_failed() || !wki_object_check(w, &type, where, "w")) return false;
    wki_check(w->out, false, WK_E_STATE, where, "%s is committed already; expected an open writer",
              wki_h5_shown(w->path));
    return true;
}

/* A data set cannot be the group of another: "train" and "train/x". */
static wk_status check_clash(const wk_h5_writer *w, const char *name)
{
    for (const stream *s = w->streams; s; s = s->next) {
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
    stream *s = w->streams;
    while (s && strcmp(s->name, name)) s = s->next;
    if (s && check_same(s, ndim, row_shape, dtype)) return wk_error();
    if (!s && (check_clash(w, name) || !(s = add_stream(w, name, ndim, row_shape, dtype)))) return wk_error();
    for (const char *from = rows; n;) {
        const int64_t room = s->chunk_rows - s->buffered, take = n < room ? n : room;
        memcpy(s->buffer + (size_t)s->buffered * s->row_bytes, from, (size_t)take * s->row_bytes);
        s->buffered += take;
        from += (size_t)take * s->row_bytes;
        n -= take;
        if (s->buffered == s->chunk_rows && flush(w, s, APPEND)) return wk_error();
    }
    return WK_OK;
}

/* A text attribute of the root in place of any older one: n strings of `size` bytes; n = 0: one string, not an array.
 */
static wk_status set_attribute(wk_h5_writer *w, const char *name, const char *text, size_t size, int n,
                               const char *where)
{
    char reason[160];
    const hsize_t dims[1] = { (hsize_t)n };
    wk_status status = WK_OK;
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t string = H5Tcopy(H5T_C_S1), space = n ? H5Screate_simple(1, dims, NULL) : H5Screate(H5S_SCALAR);
    H5Tset_size(string, size);
    H5Tset_strpad(string, H5T_STR_NULLPAD);
    H5Tset_cset(string, H5T_CSET_UTF8);
    if (H5Aexists(w->file, name) > 0) H5Adelete(w->file, name);
    const hid_t attribute = H5Acreate2(w->file, name, string, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, string, text) < 0)
        status = wki_fail(WK_E_IO, where, "%s: libhdf5 cannot write attribute '%.60s' (%s)", wki_h5_shown(w->path),
                          name, wki_h5_reason(reason));
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

/* The whole file as libhdf5 would have written it; freed with wki_free. */
static char *image_of(wk_h5_writer *w, size_t *bytes)
{
    char reason[160];
    char *image = NULL;
    const wki_h5_quiet quiet = wki_h5_enter();
    const ssize_t size = H5Fflush(w->file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(w->file, NULL, 0);
    if (size > 0 && (image = wki_alloc((size_t)size)) && H5Fget_file_image(w->file, image, (size_t)size) != size) {
        wki_free(image);
        image = NULL;
    }
    if (!image)
        wki_fail(WK_E_IO, COMMIT, "%s: libhdf5 cannot finish it (%s)", wki_h5_shown(w->path), wki_h5_reason(reason));
    wki_h5_leave(quiet);
    *bytes = image ? (size_t)size : 0;
    return image;
}

wk_status wk_h5_commit(wk_h5_writer *w)
{
    size_t bytes;
    if (!usable(w, COMMIT)) return wk_error();
    for (stream *s = w->streams; s; s = s->next)
        if ((s->buffered || s->set < 0) && flush(w, s, COMMIT)) return wk_error();
    char *image = image_of(w, &bytes);
    close_file(w);
    free_streams(w);
    if (!image) return wk_error();
    wki_writer *out = w->out;
    w->out = NULL;
    wki_writer_put(out, image, bytes);
    const wk_status status = wki_writer_commit(out);
    wki_free(image);
    return status;
}
