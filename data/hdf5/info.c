/* Looking at any HDF5 file: what data sets it has, and the numbers of one of them. Rests on walk.c and read.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/object.h"
#include "base/options.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

#define EACH "h5_each"
#define READ "h5_read_doubles"
#define VIEW "h5_view"
enum { PATH_MOST = sizeof(((wk_h5_info *)0)->path), READ_ROWS = 512 };

static const char *name_of_class(H5T_class_t class)
{
    switch (class) {
    case H5T_INTEGER: return "integer";
    case H5T_FLOAT: return "float";
    case H5T_TIME: return "time";
    case H5T_STRING: return "string";
    case H5T_BITFIELD: return "bits";
    case H5T_OPAQUE: return "opaque";
    case H5T_COMPOUND: return "compound";
    case H5T_REFERENCE: return "reference";
    case H5T_ENUM: return "enum";
    case H5T_VLEN: return "lists";
    case H5T_ARRAY: return "arrays";
    default: return "?";
    }
}

static void describe_type(hid_t type, wk_h5_info *info)
{
    wki_number number;
    bool swapped;
    const H5T_class_t class = H5Tget_class(type);
    info->numeric = wki_h5_number_of(type, &number, &swapped);
    if (!info->numeric)
        snprintf(info->type, sizeof info->type, "%s", name_of_class(class));
    else if (class == H5T_ENUM)
        snprintf(info->type, sizeof info->type, "enum (%s)", wki_number_name(number));
    else if (H5Tget_order(type) == H5T_ORDER_BE && wki_number_size(number) > 1)
        snprintf(info->type, sizeof info->type, "%s (big-endian)", wki_number_name(number));
    else
        snprintf(info->type, sizeof info->type, "%s", wki_number_name(number));
}

static void describe_shape(hid_t space, size_t item, wk_h5_info *info)
{
    hsize_t dims[H5S_MAX_RANK];
    int64_t bytes = (int64_t)item;
    const int rank = H5Sget_simple_extent_dims(space, dims, NULL);
    if (rank < 0 || rank > WK_MAX_DIMS) {
        info->numeric = false;
        return;
    }
    info->ndim = rank;
    for (int k = 0; k < rank; k++) {
        info->shape[k] = dims[k] > INT64_MAX ? INT64_MAX : (int64_t)dims[k];
        if (__builtin_mul_overflow(bytes, info->shape[k], &bytes)) bytes = INT64_MAX;
    }
    info->bytes = bytes;
}

static int name_filter(hid_t plan, unsigned i, char *to, size_t room)
{
    unsigned flags, config, values[8] = { 0 };
    size_t count = 8;
    char name[24] = "";
    const H5Z_filter_t id = H5Pget_filter2(plan, i, &flags, &count, values, sizeof name, name, &config);
    const char *comma = i ? ", " : "";
    switch (id) {
    case H5Z_FILTER_DEFLATE: return snprintf(to, room, "%sdeflate %u", comma, values[0]);
    case H5Z_FILTER_SHUFFLE: return snprintf(to, room, "%sshuffle", comma);
    case H5Z_FILTER_FLETCHER32: return snprintf(to, room, "%sfletcher32", comma);
    case WKI_H5_LZF: return snprintf(to, room, "%slzf", comma);
    case H5Z_FILTER_SZIP: return snprintf(to, room, "%sszip", comma);
    case H5Z_FILTER_NBIT: return snprintf(to, room, "%snbit", comma);
    case H5Z_FILTER_SCALEOFFSET: return snprintf(to, room, "%sscaleoffset", comma);
    default: return snprintf(to, room, "%s%s %d", comma, name[0] ? name : "filter", (int)id);
    }
}

static void describe_fill(hid_t plan, hid_t type, wk_h5_info *info)
{
    unsigned char bytes[8];
    double real;
    int64_t whole;
    wki_number number;
    bool swapped;
    H5D_fill_value_t kind = H5D_FILL_VALUE_DEFAULT;
    if (H5Pfill_value_defined(plan, &kind) < 0 || kind != H5D_FILL_VALUE_USER_DEFINED) return;
    if (!wki_h5_number_of(type, &number, &swapped) || H5Pget_fill_value(plan, type, bytes) < 0) return;
    if (swapped) wki_number_swap(number, bytes, 1);
    if (wki_number_is_integer(number)) {
        wki_number_convert(number, bytes, 1, WK_I64, &whole);
        snprintf(info->fill, sizeof info->fill, number == WKI_U64 ? "%llu" : "%lld", (long long)whole);
    } else {
        wki_number_convert(number, bytes, 1, WK_F64, &real);
        snprintf(info->fill, sizeof info->fill, "%.*g", number == WKI_F64 ? 17 : 9, real);
    }
}

static void describe_storage(hid_t set, hid_t type, wk_h5_info *info)
{
    const hid_t plan = H5Dget_create_plist(set);
    hsize_t dims[WK_MAX_DIMS] = { 0 };
    size_t at = 0;
    info->stored_bytes = (int64_t)H5Dget_storage_size(set);
    if (plan < 0) return;
    if (H5Pget_layout(plan) == H5D_CHUNKED && H5Pget_chunk(plan, WK_MAX_DIMS, dims) == info->ndim)
        for (int k = 0; k < info->ndim; k++) info->chunk[k] = (int64_t)dims[k];
    const int n = H5Pget_nfilters(plan);
    for (int i = 0; i < n && at < sizeof info->filters - 1; i++)
        at += (size_t)name_filter(plan, (unsigned)i, info->filters + at, sizeof info->filters - at);
    describe_fill(plan, type, info);
    H5Pclose(plan);
}

static void describe(hid_t set, const char *path, wk_h5_info *info)
{
    const hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    snprintf(info->path, sizeof info->path, "%s", path);
    snprintf(info->type, sizeof info->type, "?");
    if (type >= 0 && space >= 0) {
        describe_type(type, info);
        describe_shape(space, H5Tget_size(type), info);
        describe_storage(set, type, info);
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
}

static void describe_at(wki_h5_file *file, const char *path, wk_h5_info *info)
{
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t set = H5Dopen2(file->id, path, H5P_DEFAULT);
    *info = (wk_h5_info){ 0 };
    describe(set, path, info);
    if (set >= 0) H5Dclose(set);
    wki_h5_leave(quiet);
}

wk_status wki_h5_infos(wki_h5_file *file, wk_h5_info **infos, int *n)
{
    wki_h5_catalog c;
    if (file->reader) return wki_h5_ask_infos(file, infos, n);
    if (wki_h5_walk(file, file->where, &c)) return wk_error();
    *infos = wki_alloc_array((size_t)c.count, sizeof **infos);
    for (int i = 0; *infos && i < c.count; i++)
        if (c.objects[i].kind == WKI_H5_SET && strlen(c.objects[i].path) < PATH_MOST)
            describe_at(file, c.objects[i].path, &(*infos)[(*n)++]);
    wki_h5_catalog_free(&c);
    return *infos ? WK_OK : wk_error();
}

/* All are described before the first visit, which may take its time or open the file itself. */
static wk_status visit_each(wk_h5_info *infos, int n, wk_status status,
                            wk_status (*visit)(void *user, const wk_h5_info *info), void *user)
{
    for (int i = 0; i < n && !status; i++) status = visit(user, &infos[i]);
    wki_free(infos);
    return status;
}

wk_status wk_h5_each(const char *path, wk_status (*visit)(void *user, const wk_h5_info *info), void *user)
{
    wk_h5_info *infos = NULL;
    int n = 0;
    if (wk_failed()) return wk_error();
    wki_check(visit, WK_E_INVALID, WK_E_INVALID, EACH, "visit is NULL; expected a function");
    wki_h5_file *file = wki_h5_file_open(path, EACH);
    if (!file) return wk_error();
    const wk_status status = wki_h5_infos(file, &infos, &n);
    wki_h5_file_close(file);
    return visit_each(infos, n, status, visit, user);
}

/* Whole rows through a buffer, of which the wanted elements are copied. */
static wk_status read_elements(wki_h5_table *t, uint64_t first, uint64_t n, double *to)
{
    const uint64_t items = t->row_items, last_row = (first + n - 1) / items;
    const uint64_t at_once = READ_ROWS / items ? READ_ROWS / items : 1;
    double *buffer = wki_alloc_array((size_t)(at_once * items), sizeof *buffer);
    if (!buffer) return wk_error();
    wk_status status = WK_OK;
    for (uint64_t row = first / items; row <= last_row && !status; row += at_once) {
        int64_t rows[READ_ROWS];
        const uint64_t count = last_row - row + 1 < at_once ? last_row - row + 1 : at_once;
        for (uint64_t i = 0; i < count; i++) rows[i] = (int64_t)(row + i);
        status = wki_h5_read_rows(t, 0, rows, (int64_t)count, (wki_h5_cast){ .dtype = WK_F64 }, buffer);
        const uint64_t have = row * items, from = first > have ? first : have;
        const uint64_t stop = first + n < have + count * items ? first + n : have + count * items;
        if (!status) memcpy(to + (from - first), buffer + (from - have), (size_t)(stop - from) * sizeof *to);
    }
    wki_free(buffer);
    return status;
}

static wki_h5_table *open_table(wki_h5_file *file, const char *name)
{
    char hint[WKI_H5_HINT];
    if (name[0] && wki_h5_is(file, name, H5I_DATASET)) return wki_h5_table_open(file, name, file->where);
    if (wk_failed()) return NULL;
    wki_h5_hint(file, "/", H5I_DATASET, name, hint);
    wki_fail(WK_E_NOT_FOUND, file->where, "%s: no data set '%.100s'; at its root, %s", wki_h5_shown(file->path), name,
             hint);
    return NULL;
}

static wk_status read_range(wki_h5_table *t, int64_t first, int64_t n, double *to)
{
    const int64_t all = (int64_t)(t->rows * t->row_items);
    if (first < 0 || n < 0 || first > all || n > all - first)
        return wki_h5_fail(t, WK_E_RANGE, "elements [%lld, %lld + %lld) of %lld", (long long)first, (long long)first,
                           (long long)n, (long long)all);
    return n ? read_elements(t, (uint64_t)first, (uint64_t)n, to) : WK_OK;
}

static wk_status check_place(const char *name, int64_t n, const double *to, const char *where)
{
    if (wk_failed()) return wk_error();
    wki_check(name, WK_E_INVALID, WK_E_INVALID, where, "name is NULL; expected a data set's path");
    wki_check(to || n == 0, WK_E_INVALID, WK_E_INVALID, where, "to is NULL; expected room for %lld doubles",
              (long long)n);
    return WK_OK;
}

wk_status wk_h5_read_doubles(const char *path, const char *name, int64_t first, int64_t n, double *to)
{
    if (check_place(name, n, to, READ)) return wk_error();
    wki_h5_file *file = wki_h5_file_open(path, READ);
    wki_h5_table *t = file ? open_table(file, name) : NULL;
    const wk_status status = t ? read_range(t, first, n, to) : wk_error();
    wki_h5_table_close(t);
    wki_h5_file_close(file);
    return status;
}

/* ---- Views ---- */

struct wk_h5_view {
    wki_object object;
    wki_h5_file *file;
    wki_h5_table *table; /* the last one that was read, or NULL */
};

static void destroy(void *object)
{
    wk_h5_view *v = object;
    wki_h5_table_close(v->table);
    wki_h5_file_close(v->file);
}

static const wki_type type = { "h5_view", sizeof(wk_h5_view), destroy };

wk_h5_view_opts wk_h5_view_opts_default(void) { return (wk_h5_view_opts){ WK_H5_VIEW_DEFAULTS, .path = NULL }; }

wk_h5_view *wk_h5_view_new_opts(const wk_h5_view_opts *given)
{
    wk_h5_view_opts o = wk_h5_view_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(VIEW, &o, sizeof o, given)) return NULL;
    wk_h5_view *v = wki_object_new(&type, VIEW);
    const wki_h5_limits limits = { o.isolate_seconds, o.isolate_mib };
    if (!v) return NULL;
    v->file = o.isolate ? wki_h5_file_open_apart(o.path, limits, VIEW) : wki_h5_file_open(o.path, VIEW);
    return v->file ? v : NULL;
}

wk_status wk_h5_view_each(wk_h5_view *v, wk_status (*visit)(void *user, const wk_h5_info *info), void *user)
{
    wk_h5_info *infos = NULL;
    int n = 0;
    if (!wki_object_check(v, &type, VIEW, "v") || wk_failed()) return wk_error();
    wki_check(visit, WK_E_INVALID, WK_E_INVALID, VIEW, "visit is NULL; expected a function");
    const wk_status status = wki_h5_infos(v->file, &infos, &n);
    return visit_each(infos, n, status, visit, user);
}

wk_status wk_h5_view_text(wk_h5_view *v, const char *name, char *to, size_t size)
{
    if (!wki_object_check(v, &type, VIEW, "v") || wk_failed()) return wk_error();
    wki_check(name && *name && to && size, WK_E_INVALID, WK_E_INVALID, VIEW,
              "%s; expected an attribute's name and room",
              name ? "name is empty, or there is no room" : "name is NULL");
    char *text = wki_h5_read_text(v->file, name);
    if (!text) return wk_error();
    if (strlen(text) >= size)
        wki_fail(WK_E_RANGE, VIEW, "%s: its attribute '%.60s' has %zu bytes; there is room for %zu",
                 wki_h5_shown(v->file->path), name, strlen(text), size - 1);
    else
        memcpy(to, text, strlen(text) + 1);
    wki_free(text);
    return wk_error();
}

wk_status wk_h5_view_read_doubles(wk_h5_view *v, const char *name, int64_t first, int64_t n, double *to)
{
    if (!wki_object_check(v, &type, VIEW, "v") || check_place(name, n, to, VIEW)) return wk_error();
    if (v->table && strcmp(v->table->name, name) != 0) {
        wki_h5_table_close(v->table);
        v->table = NULL;
    }
    if (!v->table) v->table = open_table(v->file, name);
    return v->table ? read_range(v->table, first, n, to) : wk_error();
}
