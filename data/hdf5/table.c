/* Opening a data set as a table: its type, shape, layout and filters, each checked against what we can read ourselves.
 * External and virtual storage name other files and are refused. Rests on library.c and sizes.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/h5.h"
#include <string.h>

static bool is_half(hid_t type)
{
    size_t sign, exponent, exponent_bits, fraction, fraction_bits;
    return H5Tget_size(type) == 2 && H5Tget_ebias(type) == 15 && H5Tget_norm(type) == H5T_NORM_IMPLIED &&
           H5Tget_fields(type, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits) >= 0 && sign == 15 &&
           exponent == 10 && exponent_bits == 5 && fraction == 0 && fraction_bits == 10;
}

static bool float_of(hid_t type, wki_number *number)
{
    if (H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0)
        *number = WKI_F32;
    else if (H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0)
        *number = WKI_F64;
    else if (is_half(type))
        *number = WKI_F16;
    else
        return false;
    return true;
}

static bool integer_of(hid_t type, wki_number *number)
{
    const size_t size = H5Tget_size(type);
    const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    if (H5Tget_precision(type) != 8 * size) return false;
    switch (size) {
    case 1: *number = is_signed ? WKI_I8 : WKI_U8; return true;
    case 2: *number = is_signed ? WKI_I16 : WKI_U16; return true;
    case 4: *number = is_signed ? WKI_I32 : WKI_U32; return true;
    case 8: *number = is_signed ? WKI_I64 : WKI_U64; return true;
    default: return false;
    }
}

bool wki_h5_number_of(hid_t type, wki_number *number, bool *swapped)
{
    const H5T_class_t class = H5Tget_class(type);
    if (class == H5T_ENUM) {
        const hid_t base = H5Tget_super(type);
        const bool known = base >= 0 && wki_h5_number_of(base, number, swapped);
        H5Tclose(base);
        return known;
    }
    if (class != H5T_INTEGER && class != H5T_FLOAT) return false;
    const H5T_order_t order = H5Tget_order(type), native = H5Tget_order(H5T_NATIVE_INT);
    if (order != H5T_ORDER_LE && order != H5T_ORDER_BE) return false;
    *swapped = H5Tget_size(type) > 1 && order != native;
    return class == H5T_INTEGER ? integer_of(type, number) : float_of(type, number);
}

static wk_status describe_shape(wki_h5_table *t, hid_t space)
{
    hsize_t dims[H5S_MAX_RANK];
    if (H5Sget_simple_extent_type(space) == H5S_NULL) return wki_h5_fail(t, WK_E_SHAPE, "has no elements");
    t->rank = H5Sget_simple_extent_ndims(space);
    if (t->rank < 0 || t->rank > WK_MAX_DIMS)
        return wki_h5_fail(t, WK_E_SHAPE, "has %d dimensions; at most %d can be read", t->rank, (int)WK_MAX_DIMS);
    H5Sget_simple_extent_dims(space, dims, NULL);
    for (int k = 0; k < t->rank; k++) t->dims[k] = dims[k];
    return wki_h5_size_rows(t);
}

/* ---- Filters ---- */

static const struct {
    H5Z_filter_t id;
    const char *name;
} by_name[] = {
    { H5Z_FILTER_SZIP, "szip" },
    { H5Z_FILTER_NBIT, "nbit" },
    { H5Z_FILTER_SCALEOFFSET, "scaleoffset" },
    { H5Z_FILTER_NONE, "plugins" }, /* all others */
};
enum { NAMES = sizeof by_name / sizeof *by_name };

static const char *allowed_as(H5Z_filter_t id)
{
    int i = 0;
    while (i < NAMES - 1 && by_name[i].id != id) i++;
    return by_name[i].name;
}

/* The next word of a list joined by commas, without spaces around it; NULL after the last. */
static const char *next_word(const char **list, size_t *length)
{
    const char *word = *list + strspn(*list, ", ");
    *length = strcspn(word, ", ");
    *list = word + *length;
    return *length ? word : NULL;
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && !strncmp(word, name, length);
}

wk_status wki_h5_check_allow(const char *allow, const char *where)
{
    size_t length;
    for (const char *word; allow && (word = next_word(&allow, &length));) {
        int i = 0;
        while (i < NAMES && !is_word(word, length, by_name[i].name)) i++;
        if (i == NAMES)
            return wki_fail(WK_E_INVALID, where, ".allow names \"%.*s\"; expected szip, nbit, scaleoffset or plugins",
                            length < 40 ? (int)length : 40, word);
    }
    return WK_OK;
}

static bool is_allowed(const char *allow, const char *name)
{
    size_t length;
    for (const char *word; allow && (word = next_word(&allow, &length));)
        if (is_word(word, length, name)) return true;
    return false;
}

/* A filter that is not ours: libhdf5's business if that is allowed and it can. */
static wk_status leave_to_library(wki_h5_table *t, H5Z_filter_t id, const char *name)
{
    const char *word = allowed_as(id);
    t->by_library = true;
    if (!is_allowed(t->file->allow, word))
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "is packed by filter %d (%.40s); expected deflate (gzip) or lzf, shuffle, fletcher32: "
                           "repack it (h5repack -f GZIP=4), or let libhdf5 undo it with .allow = \"%s\"",
                           (int)id, name[0] ? name : "unknown", word);
    if (H5Zfilter_avail(id) > 0) return WK_OK;
    return wki_h5_fail(t, WK_E_UNSUPPORTED, "is packed by filter %d (%.40s), which this libhdf5 has not", (int)id,
                       name[0] ? name : "unknown");
}

static wk_status describe_filters(wki_h5_table *t, hid_t plan)
{
    t->nfilters = H5Pget_nfilters(plan);
    if (t->nfilters > WKI_H5_FILTERS) return wki_h5_fail(t, WK_E_UNSUPPORTED, "has %d filters", t->nfilters);
    for (int i = 0; i < t->nfilters; i++) {
        unsigned flags, config, values[8] = { 0 };
        size_t count = 8;
        char name[40] = "";
        t->filters[i] = H5Pget_filter2(plan, (unsigned)i, &flags, &count, values, sizeof name, name, &config);
        const bool odd = t->filters[i] == H5Z_FILTER_SHUFFLE && (!count || values[0] != t->item);
        const wk_status status = odd || !wki_h5_undoes(t, i) ? leave_to_library(t, t->filters[i], name) : WK_OK;
        if (status) return status;
    }
    return WK_OK;
}

static wk_status describe_chunks(wki_h5_table *t, hid_t plan)
{
    hsize_t dims[WK_MAX_DIMS];
    unsigned options = 0;
    if (H5Pget_chunk(plan, WK_MAX_DIMS, dims) != t->rank || !t->rank)
        return wki_h5_fail(t, WK_E_FORMAT, "its chunks have another rank than its shape");
    for (int k = 0; k < t->rank; k++) t->chunk[k] = dims[k];
    t->bare_edges =
        H5Pget_chunk_opts(plan, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) && !WKI_FAULT(96);
    const wk_status status = wki_h5_size_blocks(t);
    return status ? status : describe_filters(t, plan);
}

/* At most 64 KiB inside the metadata, which libhdf5 has read and checked: the one place where it delivers elements. */
static wk_status read_compact(wki_h5_table *t, hid_t type)
{
    const wk_status status = wki_h5_size_blocks(t);
    if (status) return status;
    t->compact = wki_alloc(t->rows * t->row_bytes + 1);
    if (!t->compact) return wk_error();
    if (H5Dread(t->set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, t->compact) >= 0) return WK_OK;
    return wki_h5_fail(t, WK_E_FORMAT, "its elements cannot be read");
}

static wk_status describe_layout(wki_h5_table *t, hid_t plan, hid_t type)
{
    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    H5Pfill_value_defined(plan, &fill);
    if (fill != H5D_FILL_VALUE_UNDEFINED && H5Pget_fill_value(plan, type, t->fill) < 0)
        return wki_h5_fail(t, WK_E_FORMAT, "its fill value cannot be read");
    if (H5Pget_external_count(plan) > 0)
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "keeps its elements in other files, which is refused; repack it (h5repack)");
    H5D_space_status_t space;
    t->unwritten = H5Dget_storage_size(t->set) == 0; /* for an error, too */
    if (t->unwritten && H5Dget_space_status(t->set, &space) < 0)
        return wki_h5_fail(t, WK_E_FORMAT, "where its elements lie cannot be read");
    switch (H5Pget_layout(plan)) {
    case H5D_CHUNKED: t->layout = WKI_H5_CHUNKED; return describe_chunks(t, plan);
    case H5D_COMPACT: t->layout = WKI_H5_COMPACT; return read_compact(t, type);
    case H5D_CONTIGUOUS:
        t->layout = WKI_H5_CONTIGUOUS;
        t->address = t->unwritten ? 0 : H5Dget_offset(t->set);
        return wki_h5_size_blocks(t);
    default:
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "is a view of other data sets, which is refused; expected elements of its own");
    }
}

static wk_status open_set(wki_h5_table *t)
{
    char reason[160];
    t->set = H5Dopen2(t->file->id, t->name, H5P_DEFAULT);
    if (t->set < 0) return wki_h5_fail(t, WK_E_FORMAT, "is no data set that can be opened (%s)", wki_h5_reason(reason));
    const hid_t type = H5Dget_type(t->set), space = H5Dget_space(t->set), plan = H5Dget_create_plist(t->set);
    wk_status status = WK_OK;
    if (type < 0 || space < 0 || plan < 0)
        status = wki_h5_fail(t, WK_E_FORMAT, "cannot be read (%s)", wki_h5_reason(reason));
    else if (!wki_h5_number_of(type, &t->number, &t->swapped))
        status = wki_h5_fail(t, WK_E_DTYPE, "%s",
                             H5Tget_class(type) == H5T_STRING
                                 ? "holds no numbers, but text; expected integers or floats, of classes their numbers, "
                                   "with their names in an attribute 'classes'"
                                 : "holds no numbers that can be read; expected integers or floats of 1 to 8 bytes");
    t->item = wki_number_size(t->number);
    if (!status) status = describe_shape(t, space);
    if (!status) status = describe_layout(t, plan, type);
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    if (plan >= 0) H5Pclose(plan);
    return status;
}

static wk_status open_in_library(wki_h5_table *t)
{
    const wki_h5_quiet quiet = wki_h5_enter();
    const wk_status status = open_set(t);
    wki_h5_leave(quiet);
    return status;
}

static wk_status make_cache(wki_h5_table *t)
{
    t->nbuckets = 1;
    while (t->nbuckets < t->blocks && t->nbuckets < 1 << 16) t->nbuckets *= 2;
    t->buckets = wki_alloc_array(t->nbuckets, sizeof(wki_h5_block *));
    return t->buckets ? WK_OK : wk_error();
}

wki_h5_table *wki_h5_table_open(wki_h5_file *file, const char *name, const char *where)
{
    wki_h5_table *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    t->file = file;
    t->where = where;
    t->set = -1;
    t->name = wki_strdup(name);
    wki_mutex_init(&t->lock);
    wki_cond_init(&t->loaded);
    if (t->name) {
        const wk_status status = file->reader ? wki_h5_ask_table(t) : open_in_library(t);
        if (!status && !make_cache(t)) return t;
    }
    wki_h5_table_close(t);
    return NULL;
}

void wki_h5_table_close(wki_h5_table *t)
{
    if (!t) return;
    if (t->set >= 0) {
        const wki_h5_quiet quiet = wki_h5_enter();
        H5Dclose(t->set);
        wki_h5_leave(quiet);
    }
    wki_h5_drop_blocks(t);
    wki_free(t->buckets);
    wki_free(t->places);
    wki_free(t->index);
    wki_free(t->compact);
    wki_free(t->name);
    wki_mutex_destroy(&t->lock);
    wki_cond_destroy(&t->loaded);
    wki_free(t);
}
