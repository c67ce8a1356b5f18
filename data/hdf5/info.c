/* Looking at any HDF5 file: what data sets it has, and the numbers of one of them. Rests on library.c and read.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

#define EACH "h5_each"
#define READ "h5_read_doubles"
enum { LINKS_MOST = 100000, DEPTH_MOST = 64, PATH_MOST = sizeof(((wk_h5_info *)0)->path), READ_ROWS = 512 };

typedef struct catalog {
    wk_h5_info *infos;
    int count, room, links;
} catalog;

/* What tells one object of a file from another. */
#if H5_VERSION_GE(1, 12, 0)
typedef H5O_token_t identity;
static identity identity_of(hid_t object)
{
    H5O_info2_t info = { 0 };
    H5Oget_info3(object, &info, H5O_INFO_BASIC);
    return info.token;
}
#else
typedef haddr_t identity;
static identity identity_of(hid_t object)
{
    H5O_info_t info = { 0 };
    H5Oget_info1(object, &info);
    return info.addr;
}
#endif

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

static void describe_storage(hid_t set, wk_h5_info *info)
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
    H5Pclose(plan);
}

static bool add(catalog *c, const wk_h5_info *info)
{
    if (c->count == c->room) {
        const int room = c->room ? 2 * c->room : 16;
        wk_h5_info *more = wki_grow(c->infos, (size_t)c->room * sizeof *more, (size_t)room * sizeof *more);
        if (!more) return false;
        c->infos = more;
        c->room = room;
    }
    c->infos[c->count++] = *info;
    return true;
}

static void describe(hid_t set, const char *path, wk_h5_info *info)
{
    const hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    snprintf(info->path, sizeof info->path, "%s", path);
    snprintf(info->type, sizeof info->type, "?");
    if (type >= 0 && space >= 0) {
        describe_type(type, info);
        describe_shape(space, H5Tget_size(type), info);
        describe_storage(set, info);
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
}

/* Groups on the way from the root: one that holds itself is entered once. H5Ovisit would not notice in a damaged file.
 */
typedef struct folder {
    const struct folder *parent;
    const char *path;
    identity id;
    catalog *catalog;
    int depth;
} folder;

static herr_t visit_group(hid_t group, folder *f);

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *user)
{
    folder *in = user;
    char path[PATH_MOST];
    if (++in->catalog->links > LINKS_MOST) return -1;
    if (link->type != H5L_TYPE_HARD) return 0;
    if (snprintf(path, sizeof path, "%s/%s", in->path, name) >= PATH_MOST) return 0;
    herr_t code = 0;
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    const H5I_type_t kind = object < 0 ? H5I_BADID : H5Iget_type(object);
    if (kind == H5I_DATASET) {
        wk_h5_info info = { 0 };
        describe(object, path, &info);
        code = add(in->catalog, &info) ? 0 : -1;
    } else if (kind == H5I_GROUP && in->depth < DEPTH_MOST) {
        code = visit_group(object, &(folder){ in, path, identity_of(object), in->catalog, in->depth + 1 });
    }
    if (object >= 0) H5Oclose(object);
    return code;
}

static herr_t visit_group(hid_t group, folder *f)
{
    for (const folder *up = f->parent; up; up = up->parent)
        if (!memcmp(&up->id, &f->id, sizeof f->id)) return 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, f);
}

static wk_status fill_catalog(wki_h5_file *file, catalog *c)
{
    char reason[160];
    wk_status status = WK_OK;
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t root = H5Gopen2(file->id, "/", H5P_DEFAULT);
    if (root < 0 || visit_group(root, &(folder){ NULL, "", identity_of(root), c, 0 }) < 0)
        status = wki_fail(WK_E_FORMAT, EACH, "%s: its groups cannot be read to the end (%s)", wki_h5_shown(file->path),
                          c->links > LINKS_MOST ? "too many links" : wki_h5_reason(reason));
    if (root >= 0) H5Gclose(root);
    wki_h5_leave(quiet);
    return status;
}

wk_status wk_h5_each(const char *path, wk_status (*visit)(void *user, const wk_h5_info *info), void *user)
{
    catalog c = { 0 };
    if (wk_failed()) return wk_error();
    wki_check(visit, WK_E_INVALID, WK_E_INVALID, EACH, "visit is NULL; expected a function");
    wki_h5_file *file = wki_h5_file_open(path, EACH);
    if (!file) return wk_error();
    wk_status status = fill_catalog(file, &c);
    wki_h5_file_close(file);
    for (int i = 0; i < c.count && !status; i++) status = visit(user, &c.infos[i]);
    wki_free(c.infos);
    return status;
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
        status = wki_h5_read_rows(t, 0, rows, (int64_t)count, (wki_h5_cast){ WK_F64, false }, buffer);
        const uint64_t have = row * items, from = first > have ? first : have;
        const uint64_t stop = first + n < have + count * items ? first + n : have + count * items;
        if (!status) memcpy(to + (from - first), buffer + (from - have), (size_t)(stop - from) * sizeof *to);
    }
    wki_free(buffer);
    return status;
}

wk_status wk_h5_read_doubles(const char *path, const char *name, int64_t first, int64_t n, double *to)
{
    char hint[WKI_H5_HINT];
    if (wk_failed()) return wk_error();
    wki_check(name, WK_E_INVALID, WK_E_INVALID, READ, "name is NULL; expected a data set's path");
    wki_check(to || n == 0, WK_E_INVALID, WK_E_INVALID, READ, "to is NULL; expected room for %lld doubles",
              (long long)n);
    wki_h5_file *file = wki_h5_file_open(path, READ);
    if (!file) return wk_error();
    wki_h5_table *t = NULL;
    if (!name[0] || !wki_h5_is(file, name, H5I_DATASET))
        wki_fail(WK_E_NOT_FOUND, READ, "%s: no data set '%.100s'; at its root, %s", wki_h5_shown(file->path), name,
                 wki_h5_hint(file, "/", H5I_DATASET, name, hint));
    else
        t = wki_h5_table_open(file, name, READ);
    wk_status status = t ? WK_OK : wk_error();
    const int64_t all = t ? (int64_t)(t->rows * t->row_items) : 0;
    if (t && (first < 0 || n < 0 || first > all || n > all - first))
        status = wki_h5_fail(t, WK_E_RANGE, "elements [%lld, %lld + %lld) of %lld", (long long)first, (long long)first,
                             (long long)n, (long long)all);
    if (!status && n) status = read_elements(t, (uint64_t)first, (uint64_t)n, to);
    wki_h5_table_close(t);
    wki_h5_file_close(file);
    return status;
}
