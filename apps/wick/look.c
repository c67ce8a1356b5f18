/* Gathering what wick inspect shows. Values come from whole data sets up to a size, then from blocks spread over them.
 * Rests on wick/hdf5.h. */
#include "look.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 65536, ALL_BLOCKS = 1024, SAMPLE_BLOCKS = 64, LABELS_PATH = 1024 };

static wk_status note_set(void *user, const wk_h5_info *info)
{
    look *l = user;
    if (l->nsets % 16 == 0) {
        look_set *more = realloc(l->sets, (size_t)(l->nsets + 16) * sizeof *more);
        if (!more) return wk_fail(WK_E_MEMORY, "no memory for %d data sets", l->nsets);
        l->sets = more;
    }
    l->sets[l->nsets++] = (look_set){ .info = *info };
    return WK_OK;
}

int64_t look_elements(const wk_h5_info *info)
{
    int64_t all = 1;
    for (int d = 0; d < info->ndim; d++)
        if (__builtin_mul_overflow(all, info->shape[d], &all)) return -1;
    return all;
}

static void add_values(look_set *s, const double *values, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double v = values[i];
        s->count++;
        if (!isfinite(v)) {
            s->strange++;
            continue;
        }
        const double finite = (double)(s->count - s->strange);
        s->least = finite == 1 ? v : fmin(s->least, v);
        s->most = finite == 1 ? v : fmax(s->most, v);
        s->mean += (v - s->mean) / finite;
    }
}

/* Of data sets left to libhdf5 the filters tell; a first one that is damaged is told of, and stands for others. */
static void note_damage(look *l, const char *path)
{
    if (wk_error() == WK_E_INTERRUPTED) return;
    if (wk_error() != WK_E_UNSUPPORTED && !l->nadvice) look_tell(l, "%s: cannot be read: %s", path, say_reason());
    wk_error_clear();
}

/* A data set that cannot be read keeps its description. */
static void look_at_values(look *l, look_set *s, double *room)
{
    const int64_t all = look_elements(&s->info);
    if (!s->info.numeric || all < 0 || all > INT64_MAX - BLOCK) return;
    int64_t blocks = (all + BLOCK - 1) / BLOCK, step = 1;
    s->sampled = blocks > ALL_BLOCKS;
    if (s->sampled) step = blocks / SAMPLE_BLOCKS;
    for (int64_t b = 0; b < blocks; b += step) {
        const int64_t first = b * BLOCK, n = all - first < BLOCK ? all - first : BLOCK;
        if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
        if (wk_h5_view_read_doubles(l->view, s->info.path, first, n, room)) break;
        add_values(s, room, n);
    }
    if (wk_failed()) note_damage(l, s->info.path);
}

/* Where the data set is that wk_dataset_h5 took for y in a group, so that labels can be counted without reading x. It
 * may be a link, which is none of the file's sets. */
static bool find_labels(const look *l, const char *group, const char *given, char path[LABELS_PATH])
{
    static const char *const usual[] = { "y", "label", "labels", "targets", "Y", "outputs" };
    const char *start = group[0] == '/' ? group + 1 : group;
    for (int k = 0; k < (given ? 1 : 6); k++) {
        const char *name = given ? given : usual[k];
        if (name[0] == '/')
            snprintf(path, LABELS_PATH, "%s", name);
        else
            snprintf(path, LABELS_PATH, "/%s%s%s", start, *start ? "/" : "", name);
        if (wk_h5_view_read_doubles(l->view, path, 0, 0, NULL) == WK_OK) return true;
        if (wk_error() != WK_E_NOT_FOUND) return false;
        wk_error_clear();
    }
    return false;
}

static void count_labels(look *l, int which, const char *path, wk_dataset *set)
{
    const int64_t all = wk_dataset_len(set);
    double *room = malloc(BLOCK * sizeof *room);
    l->counts[which] = calloc((size_t)l->data.classes, sizeof *l->counts[which]);
    if (!l->counts[which] || !room) wk_fail(WK_E_MEMORY, "no memory for %d classes", l->data.classes);
    for (int64_t at = 0, n; at < all && !wk_failed(); at += n) {
        n = all - at < BLOCK ? all - at : BLOCK;
        if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
        if (wk_h5_view_read_doubles(l->view, path, at, n, room)) break;
        for (int64_t i = 0; i < n; i++)
            if (room[i] >= 0 && room[i] < l->data.classes) l->counts[which][(int)room[i]]++;
    }
    free(room);
}

/* Rows that lie deeper in the file than by convention, by a name that is usual there. */
static void look_for_group(look *l)
{
    static const char *const usual[] = { "x", "data", "images", "features", "X", "inputs" };
    for (int i = 0; i < l->nsets; i++) {
        const char *path = l->sets[i].info.path, *slash = strrchr(path, '/');
        if (!slash || slash == path) continue;
        for (int k = 0; k < 6; k++)
            if (!strcmp(slash + 1, usual[k])) {
                look_tell(l, "--split %.*s takes the rows of that group", (int)(slash - path) - 1, path + 1);
                return;
            }
    }
}

/* Classes as rows of zeros with a one in them are numbers to train and loss. */
static void look_for_one_hot(look *l, const char *path)
{
    for (int i = 0; i < l->nsets && !l->data.classes; i++) {
        const look_set *s = &l->sets[i];
        const double columns = s->info.ndim == 2 ? (double)s->info.shape[1] : 0;
        if (strcmp(s->info.path, path) != 0 || columns < 2 || s->least != 0 || s->most != 1) continue;
        if (fabs(s->mean * columns - 1) < 1e-6)
            look_tell(l,
                      "%s: zeros with a one look like classes; their numbers, 0 .. %.0f as integers, train as classes, "
                      "these as numbers",
                      path, columns - 1);
    }
}

/* What keeps wick train from the file becomes advice. */
static void look_as_train(look *l, const sets_request *r)
{
    l->trainable = sets_examine(&l->data, r);
    if (!l->trainable && wk_error() != WK_E_INTERRUPTED) {
        const bool nowhere = wk_error() == WK_E_NOT_FOUND && !r->train && !r->x;
        look_tell(l, "cannot be trained on as it is: %s", say_reason());
        wk_error_clear();
        if (nowhere) look_for_group(l);
    }
    if (!l->trainable) return;
    char path[LABELS_PATH];
    if (!find_labels(l, r->train ? r->train : "train", r->y, path) &&
        (wk_failed() || r->train || !find_labels(l, "", r->y, path)))
        return;
    look_for_one_hot(l, path);
    if (!l->data.classes) return;
    count_labels(l, 0, path, l->data.all);
    if (l->data.test && !wk_failed() && find_labels(l, r->test ? r->test : "test", r->y, path))
        count_labels(l, 1, path, l->data.test);
}

bool look_at(look *l, const sets_request *r)
{
    struct stat known;
    *l = (look){ .path = r->path, .request = r, .view = wk_h5_view_new(r->path, .isolate = r->isolate) };
    if (wk_h5_view_each(l->view, note_set, l)) return false;
    l->bytes = stat(r->path, &known) == 0 ? known.st_size : 0;
    double *room = malloc(BLOCK * sizeof *room);
    if (!room) return wk_fail(WK_E_MEMORY, "no memory"), false;
    for (int i = 0; i < l->nsets && !wk_failed(); i++) look_at_values(l, &l->sets[i], room);
    free(room);
    if (!wk_failed()) look_as_train(l, r);
    if (!wk_failed()) look_advise(l);
    return !wk_failed();
}

void look_free(look *l)
{
    free(l->sets);
    free(l->counts[0]);
    free(l->counts[1]);
}
