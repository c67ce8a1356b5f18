/* Names in a file: what is there, what an error can suggest, and the names of classes. Rests on library.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

enum { SHOWN = 32, CLASS_NAME_MOST = 4096, TEXT_MOST = 1 << 16 };

static bool is_kind(hid_t at, const char *path, H5I_type_t kind)
{
    const hid_t object = H5Oopen(at, path, H5P_DEFAULT);
    if (object < 0) return false;
    const bool same = H5Iget_type(object) == kind;
    H5Oclose(object);
    return same;
}

bool wki_h5_is(wki_h5_file *file, const char *path, H5I_type_t kind)
{
    if (file->reader) return wki_h5_ask_is(file, path, kind);
    const wki_h5_quiet quiet = wki_h5_enter();
    const bool same = is_kind(file->id, path, kind);
    wki_h5_leave(quiet);
    return same;
}

typedef struct members {
    H5I_type_t kind;
    char names[SHOWN][64], why[160]; /* why: of the first that cannot be opened */
    int count, closed;
    bool more;
} members;

static herr_t note_member(hid_t group, const char *name, const H5L_info_t *link, void *user)
{
    (void)link;
    members *m = user;
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0 && !m->closed++) wki_h5_reason(m->why);
    const bool same = object >= 0 && H5Iget_type(object) == m->kind;
    if (object >= 0) H5Oclose(object);
    if (!same) return 0;
    m->more = m->count == SHOWN;
    if (m->more) return 1;
    snprintf(m->names[m->count++], sizeof m->names[0], "%s", name);
    return 0;
}

const char *wki_h5_hint(wki_h5_file *file, const char *group, H5I_type_t kind, const char *near, char room[WKI_H5_HINT])
{
    members m = { .kind = kind };
    const char *names[SHOWN];
    if (file->reader) return wki_h5_ask_hint(file, group, kind, near, room);
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t id = H5Gopen2(file->id, group, H5P_DEFAULT);
    const bool read = id >= 0 && H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, note_member, &m) >= 0;
    if (id >= 0) H5Gclose(id);
    wki_h5_leave(quiet);
    if (!read) {
        snprintf(room, WKI_H5_HINT, "the group is damaged");
        return room;
    }
    int at = snprintf(room, WKI_H5_HINT, m.count ? "it has " : "it has none");
    for (int i = 0; i < m.count; i++) {
        names[i] = m.names[i];
        if (at < 150) at += snprintf(room + at, WKI_H5_HINT - (size_t)at, "%s'%.40s'", i ? ", " : "", m.names[i]);
    }
    if (m.more || at >= 150) at += snprintf(room + at, WKI_H5_HINT - (size_t)at, " ...");
    if (m.closed)
        at += snprintf(room + at, WKI_H5_HINT - (size_t)at, ", and %d that cannot be opened (%.60s)", m.closed, m.why);
    const char *nearest = near && m.count ? wki_nearest(near, names, m.count) : NULL;
    if (nearest && at < WKI_H5_HINT) snprintf(room + at, WKI_H5_HINT - (size_t)at, "; did you mean '%.40s'?", nearest);
    return room;
}

void wki_h5_names_free(char **names, int n)
{
    for (int i = 0; names && i < n; i++) wki_free(names[i]);
    wki_free(names);
}

static wk_status copy_fixed(hid_t attribute, hid_t type, char **names, int n)
{
    const size_t size = H5Tget_size(type);
    char *text = wki_alloc_array((size_t)n, size), *one = wki_alloc(size + 1);
    bool ok = text && one && H5Aread(attribute, type, text) >= 0;
    for (int i = 0; ok && i < n; i++) {
        memcpy(one, text + (size_t)i * size, size);
        size_t length = strlen(one);
        while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && length && one[length - 1] == ' ') one[--length] = 0;
        ok = (names[i] = wki_strdup(one));
    }
    wki_free(text);
    wki_free(one);
    return ok ? WK_OK : WK_E_FORMAT;
}

static wk_status copy_variable(hid_t attribute, hid_t type, hid_t space, char **names, int n)
{
    char **texts = wki_alloc_array((size_t)n, sizeof *texts);
    if (!texts) return WK_E_MEMORY;
    bool ok = H5Aread(attribute, type, texts) >= 0;
    for (int i = 0; ok && i < n; i++) ok = (names[i] = wki_strdup(texts[i] ? texts[i] : ""));
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
    wki_free(texts);
    return ok ? WK_OK : WK_E_FORMAT;
}

/* text: one string, and not an array. */
static wk_status read_strings(hid_t attribute, hid_t type, hid_t space, bool text, char ***names, int *n)
{
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const bool variable = H5Tis_variable_str(type) > 0;
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_ndims(space) != (text && !WKI_FAULT(249) ? 0 : 1) ||
        count < 1)
        return WK_OK;
    if (count > WKI_H5_CLASSES || (!variable && H5Tget_size(type) > (text ? TEXT_MOST : CLASS_NAME_MOST)))
        return WK_E_FORMAT;
    *names = wki_alloc_array((size_t)count, sizeof **names);
    if (!*names) return WK_E_MEMORY;
    *n = (int)count;
    return variable ? copy_variable(attribute, type, space, *names, *n) : copy_fixed(attribute, type, *names, *n);
}

static const char *attribute_of(hid_t object)
{
    static const char *const known[] = { "classes", "class_names", "label_names" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (H5Aexists(object, known[i]) > 0) return known[i];
    return NULL;
}

static wk_status read_attribute(hid_t object, const char *name, bool text, char ***names, int *n)
{
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    const bool known = attribute >= 0 && type >= 0 && space >= 0;
    const wk_status status = known ? read_strings(attribute, type, space, text, names, n) : WK_E_FORMAT;
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    if (attribute >= 0) H5Aclose(attribute);
    return status;
}

/* -1: it has no number that could be a class. */
static int64_t value_of(hid_t type, unsigned member, wki_number number, bool swapped)
{
    unsigned char bytes[8] = { 0 };
    int64_t value = -1;
    if (H5Tget_member_value(type, member, bytes) < 0) return -1;
    if (swapped && !WKI_FAULT(106)) wki_number_swap(number, bytes, 1);
    wki_number_convert(number, bytes, 1, WK_I64, &value);
    return value;
}

/* Members of an enumeration that are 0 .. n - 1 in any order; h5py's bools, FALSE and TRUE, are no classes' names. */
static wk_status read_members(hid_t type, char ***names, int *n)
{
    wki_number number;
    bool swapped;
    const int count = H5Tget_class(type) == H5T_ENUM ? H5Tget_nmembers(type) : 0;
    if (count < 1 || count > WKI_H5_CLASSES || !wki_h5_number_of(type, &number, &swapped)) return WK_OK;
    *names = wki_alloc_array((size_t)count, sizeof **names);
    if (!*names) return WK_E_MEMORY;
    *n = count;
    int have = 0;
    for (int i = 0; i < count && !wk_failed(); i++) {
        const int64_t value = value_of(type, (unsigned)i, number, swapped);
        char *name = H5Tget_member_name(type, (unsigned)i);
        if (name && value >= 0 && value < count && !(*names)[value])
            have += ((*names)[value] = wki_strdup(name)) != NULL;
        H5free_memory(name);
    }
    if (wk_failed()) return WK_E_MEMORY;
    if (have == count && (count != 2 || strcmp(**names, "FALSE") != 0)) return WK_OK;
    wki_h5_names_free(*names, count);
    *names = NULL;
    *n = 0;
    return WK_OK;
}

wk_status wki_h5_read_classes(wki_h5_file *file, const char *object, char ***names, int *n)
{
    *names = NULL;
    *n = 0;
    if (file->reader) return wki_h5_ask_classes(file, object, names, n);
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t at = H5Oopen(file->id, object, H5P_DEFAULT);
    const hid_t type = at >= 0 && H5Iget_type(at) == H5I_DATASET ? H5Dget_type(at) : -1;
    const char *name = at < 0 ? NULL : attribute_of(at);
    const wk_status status = name        ? read_attribute(at, name, false, names, n)
                             : type >= 0 ? read_members(type, names, n)
                                         : WK_OK;
    if (type >= 0) H5Tclose(type);
    if (at >= 0) H5Oclose(at);
    wki_h5_leave(quiet);
    if (!status) return WK_OK;
    wki_h5_names_free(*names, *n);
    *names = NULL;
    *n = 0;
    return wki_fail(status, file->where,
                    "%s, '%.100s': its attribute '%s' cannot be read; expected an array of strings",
                    wki_h5_shown(file->path), object, name ? name : "classes");
}

char *wki_h5_read_text(wki_h5_file *file, const char *name)
{
    char **texts = NULL, *text = NULL;
    int n = 0;
    if (file->reader) return wki_h5_ask_text(file, name);
    const wki_h5_quiet quiet = wki_h5_enter();
    const bool there = H5Aexists(file->id, name) > 0;
    const wk_status status = there ? read_attribute(file->id, name, true, &texts, &n) : WK_OK;
    wki_h5_leave(quiet);
    if (!status) text = n ? texts[0] : wki_strdup("");
    if (!status && n) texts[0] = NULL;
    wki_h5_names_free(texts, n);
    if (status && !wk_failed())
        wki_fail(status, file->where, "%s: its attribute '%.60s' cannot be read; expected a text of at most %d bytes",
                 wki_h5_shown(file->path), name, TEXT_MOST);
    return wk_failed() ? NULL : text;
}
