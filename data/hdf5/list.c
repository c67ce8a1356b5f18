/* wk_dataset_h5_list: HDF5 files named in a text file, joined; looked at again, it goes on with the names that came.
 * Rests on wk_dataset_h5 and wk_dataset_concat. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "data/dataset.h"
#include "data/hdf5/h5.h"
#include <string.h>

#define WHERE   "dataset_h5_list"
#define REFRESH "dataset_refresh"
enum { TEXT_MOST = 16 << 20, FILES_MOST = 65536, TEXTS = 6 };

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
    const char **more = wki_grow_list(l->names, (size_t)l->n, sizeof *more);
    if (!more) return wk_error();
    l->names = more;
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

/* Where a list's dataset comes from. */
typedef struct origin {
    file_list list;
    wk_dataset **parts; /* of the dataset, which holds them */
    wk_h5_opts o;
    char *texts[TEXTS]; /* what o points to */
} origin;

static void forget(void *pointer)
{
    origin *from = pointer;
    for (int i = 0; i < TEXTS; i++) wki_free(from->texts[i]);
    wki_free(from->list.names);
    wki_free(from->list.text);
    wki_free(from->parts);
    wki_free(from);
}

static origin *remember(const wk_h5_opts *o)
{
    origin *from = wki_alloc(sizeof *from);
    if (!from) return NULL;
    from->o = *o;
    const char **const texts[TEXTS] = { &from->o.path, &from->o.split,   &from->o.x,
                                        &from->o.y,    &from->o.offsets, &from->o.allow };
    for (int i = 0; i < TEXTS; i++) {
        if (!*texts[i]) continue;
        if (!(from->texts[i] = wki_strdup(*texts[i]))) return forget(from), NULL;
        *texts[i] = from->texts[i];
    }
    return from;
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

static wk_dataset *refresh(wk_dataset *set);

/* The first `nparts` are open already. */
static wk_dataset *join(origin *from, wk_dataset *const *parts, int nparts)
{
    WK_SCOPE(opened);
    const int all = from->list.n;
    from->parts = wki_alloc_array((size_t)all, sizeof *from->parts);
    int n = 0;
    for (; from->parts && n < nparts; n++) from->parts[n] = parts[n];
    while (from->parts && n < all && (from->parts[n] = open_named(&from->o, from->list.names[n]))) n++;
    wk_dataset *set = n == all && from->parts ? wk_dataset_concat(from->parts, n) : NULL;
    if (!set) return NULL;
    set->refresh = refresh;
    set->origin = from;
    set->forget = forget;
    return wk_escape(opened, set);
}

static wk_dataset *open_list(const wk_h5_opts *o, const origin *before)
{
    origin *from = remember(o);
    wk_dataset *set = NULL;
    bool goes_on = from && read_list(&from->list, from->o.path) == WK_OK;
    const int nparts = before ? before->list.n : 0;
    for (int i = 0; goes_on && i < nparts; i++)
        if (i >= from->list.n || strcmp(from->list.names[i], before->list.names[i]) != 0) {
            wki_fail(WK_E_STATE, REFRESH, "%s: its file %d is no longer %.100s; expected names to be added only",
                     wki_h5_shown(o->path), i + 1, before->list.names[i]);
            goes_on = false;
        }
    if (goes_on) set = join(from, before ? before->parts : NULL, nparts);
    if (from && !set) forget(from);
    return set;
}

static wk_dataset *refresh(wk_dataset *set)
{
    const origin *before = set->origin;
    wk_dataset *after = open_list(&before->o, before);
    if (!after || after->rows > set->rows) return after;
    wki_object_adopt(after);
    wki_object_unref(after);
    return set;
}

wk_dataset *wk_dataset_h5_list_new(const wk_h5_opts *given)
{
    wk_h5_opts o = wk_h5_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(WHERE, &o, sizeof o, given)) return NULL;
    wki_check(o.path, NULL, WK_E_INVALID, WHERE, "path is NULL; expected the name of a list of files");
    wki_check(o.begin == 0 && o.end == -1 && !o.growing, NULL, WK_E_INVALID, WHERE,
              "%s: .begin, .end and .growing are for one file; take a subset of what the list gives",
              wki_h5_shown(o.path));
    return open_list(&o, NULL);
}
