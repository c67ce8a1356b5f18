/* wk_dataset_h5_list: HDF5 files named in a text file, joined. Rests on wk_dataset_h5 and wk_dataset_concat. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "data/hdf5/h5.h"
#include <string.h>

#define WHERE "dataset_h5_list"
enum { TEXT_MOST = 16 << 20, FILES_MOST = 65536 };

typedef struct file_list {
    char *text; /* its lines ended by 0 */
    const char **names;
    int n;
} file_list;

static wk_status add_line(file_list *l, char *line, size_t length, const char *path)
{
    while (length && strchr(" \t\r", line[length - 1])) length--;
    line[length] = 0;
    line += strspn(line, " \t");
    if (!*line || *line == '#') return WK_OK;
    if (l->n == FILES_MOST)
        return wki_fail(WK_E_UNSUPPORTED, WHERE, "%s: names more than %d files", wki_h5_shown(path), FILES_MOST);
    if ((l->n & (l->n - 1)) == 0) {
        const size_t old = (size_t)l->n * sizeof *l->names;
        const char **more = wki_grow(l->names, old, old ? 2 * old : sizeof *more);
        if (!more) return wk_error();
        l->names = more;
    }
    l->names[l->n++] = line;
    return WK_OK;
}

static wk_status read_list(file_list *l, const char *path)
{
    size_t bytes;
    wk_status status = WK_OK;
    l->text = wki_file_slurp(path, TEXT_MOST, &bytes, WHERE);
    if (!l->text) return wk_error();
    if (memchr(l->text, 0, bytes))
        return wki_fail(WK_E_FORMAT, WHERE, "%s: is no text; expected the name of an HDF5 file a line",
                        wki_h5_shown(path));
    for (char *line = l->text, *end = l->text + bytes; line < end && !status;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        status = add_line(l, line, (size_t)(stop - line), path);
        line = stop + 1;
    }
    if (status || l->n) return status;
    return wki_fail(WK_E_INVALID, WHERE, "%s: names no file; expected the name of an HDF5 file a line",
                    wki_h5_shown(path));
}

/* Names are seen from the list's folder. */
static wk_dataset *open_named(const wk_h5_opts *list, const char *name)
{
    const char *slash = strrchr(list->path, '/');
    const int folder = name[0] == '/' || !slash ? 0 : (int)(slash + 1 - list->path);
    char *path = wki_sprintf("%.*s%s", folder, list->path, name);
    if (!path) return NULL;
    wk_h5_opts one = *list;
    one.path = path;
    wk_dataset *set = wk_dataset_h5_new(&one);
    wki_free(path);
    return set;
}

static wk_dataset *join(const file_list *l, const wk_h5_opts *o)
{
    WK_SCOPE(parts);
    wk_dataset **sets = wki_alloc_array((size_t)l->n, sizeof *sets);
    int n = 0;
    while (sets && n < l->n && (sets[n] = open_named(o, l->names[n]))) n++;
    wk_dataset *all = sets && n == l->n ? wk_dataset_concat(sets, n) : NULL;
    wki_free(sets);
    return all ? wk_escape(parts, all) : NULL;
}

wk_dataset *wk_dataset_h5_list_new(const wk_h5_opts *given)
{
    wk_h5_opts o = wk_h5_opts_default();
    if (wk_failed()) return NULL;
    wki_check(given, NULL, WK_E_INVALID, WHERE, "options are NULL");
    wki_options_merge(&o, sizeof o, given);
    wki_check(o.path, NULL, WK_E_INVALID, WHERE, "path is NULL; expected the name of a list of files");
    wki_check(o.begin == 0 && o.end == -1, NULL, WK_E_INVALID, WHERE,
              "%s: .begin and .end are for one file; take a subset of what the list gives", wki_h5_shown(o.path));
    file_list list = { 0 };
    wk_dataset *set = read_list(&list, o.path) == WK_OK ? join(&list, &o) : NULL;
    wki_free(list.names);
    wki_free(list.text);
    return set;
}
