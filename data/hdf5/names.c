/* Names in a file: what is there, what an error can suggest, and the names of classes. Rests on library.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

enum { SHOWN = 32, CLASS_NAME_MOST = 4096 };

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
    char names[SHOWN][64];
    int count;
    bool more;
} members;

static herr_t note_member(hid_t group, const char *name, const H5L_info_t *link, void *user)
{
    (void)link;
    members *m = user;
    if (!is_kind(group, name, m->kind)) return 0;
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
    const char *nearest = near && m.count ? wki_nearest(near, names, m.count) : NULL;
    if (nearest) snprintf(room + at, WKI_H5_HINT - (size_t)at, "; did you mean '%.40s'?", nearest);
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

static wk_status read_strings(hid_t attribute, hid_t type, hid_t space, char ***names, int *n)
{
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const bool variable = H5Tis_variable_str(type) > 0;
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_ndims(space) != 1 || count < 1) return WK_OK;
    if (count > WKI_H5_CLASSES || (!variable && H5Tget_size(type) > CLASS_NAME_MOST)) return WK_E_FORMAT;
    *names = wki_alloc_array((size_t)count, sizeof **names);
    if (!*names) return WK_E_MEMORY;
    *n = (int)count;
    return variable ? copy_variable(attribute, type, space, *names, *n) : copy_fixed(attribute, type, *names, *n);
}

wk_status wki_h5_read_classes(wki_h5_file *file, const char *object, char ***names, int *n)
{
    *names = NULL;
    *n = 0;
    if (file->reader) return wki_h5_ask_classes(file, object, names, n);
    wk_status status = WK_OK;
    const wki_h5_quiet quiet = wki_h5_enter();
    if (H5Aexists_by_name(file->id, object, "classes", H5P_DEFAULT) > 0) {
        const hid_t attribute = H5Aopen_by_name(file->id, object, "classes", H5P_DEFAULT, H5P_DEFAULT);
        const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
        status = attribute < 0 || type < 0 || space < 0 ? WK_E_FORMAT : read_strings(attribute, type, space, names, n);
        if (type >= 0) H5Tclose(type);
        if (space >= 0) H5Sclose(space);
        if (attribute >= 0) H5Aclose(attribute);
    }
    wki_h5_leave(quiet);
    if (!status) return WK_OK;
    wki_h5_names_free(*names, *n);
    *names = NULL;
    *n = 0;
    return wki_fail(status, file->where,
                    "%s, '%.100s': its attribute 'classes' cannot be read; expected an array of strings",
                    wki_h5_shown(file->path), object);
}
