/* wk_dataset_images: a folder of folders of pictures, each folder a class. Names are listed when it is made, pictures
 * read and decoded when their rows are asked for. Rests on io/picture.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "data/dataset.h"
#include "io/picture.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WHERE "dataset_images"

typedef struct names {
    char **list;
    int64_t n;
    const char *folder;
    bool folders; /* of folders, or of pictures */
} names;

typedef struct image_set {
    names pictures; /* paths */
    int64_t *labels;
    int height, width, channels;
    bool resize, raw;
} image_set;

/* ---- Names ---- */

static void free_names(names *l)
{
    for (int64_t i = 0; i < l->n; i++) wki_free(l->list[i]);
    wki_free(l->list);
}

/* Takes name, NULL if there was no memory for it. */
static bool add_name(names *l, char *name)
{
    if (!name) return false;
    char **more = wki_grow_list(l->list, (size_t)l->n, sizeof *more);
    if (!more) return wki_free(name), false;
    l->list = more;
    l->list[l->n++] = name;
    return true;
}

static bool is_picture(const char *name)
{
    static const char *const endings[] = { ".png", ".jpg", ".jpeg" };
    const char *dot = strrchr(name, '.');
    for (int i = 0; dot && i < 3; i++)
        if (!strcasecmp(dot, endings[i])) return true;
    return false;
}

static bool visit(void *user, const char *name)
{
    names *l = user;
    if (name[0] == '.' || (!l->folders && !is_picture(name))) return true;
    char *path = wki_sprintf("%s/%s", l->folder, name);
    if (!path) return false;
    if (!l->folders) return add_name(l, path);
    const bool skip = !wki_is_folder(path);
    wki_free(path);
    return skip || add_name(l, wki_strdup(name));
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Adds what is in the folder, in order of names. */
static wk_status list(names *l, const char *folder)
{
    const int64_t before = l->n;
    l->folder = folder;
    if (wki_list_folder(folder, visit, l, WHERE) || wk_failed()) return wk_error();
    if (l->n > before) qsort(l->list + before, (size_t)(l->n - before), sizeof *l->list, by_name);
    return WK_OK;
}

static wk_status list_class(image_set *s, const char *folder, const char *name)
{
    char *path = wki_sprintf("%s/%s", folder, name);
    if (!path) return wk_error();
    const int64_t before = s->pictures.n;
    wk_status status = list(&s->pictures, path);
    if (!status && s->pictures.n == before)
        status = wki_fail(WK_E_INVALID, WHERE, "%s: holds no picture; expected .png, .jpg or .jpeg", path);
    wki_free(path);
    return status;
}

static wk_status list_unlabelled(image_set *s, const char *folder)
{
    if (list(&s->pictures, folder)) return wk_error();
    wki_check(s->pictures.n, WK_E_INVALID, WK_E_INVALID, WHERE, "%s: holds no picture; expected .png, .jpg or .jpeg",
              folder);
    return WK_OK;
}

static wk_status list_all(image_set *s, const char *folder, names *classes)
{
    classes->folders = true;
    wk_status status = list(classes, folder);
    if (!status && !classes->n)
        status = wki_fail(WK_E_INVALID, WHERE, "%s: holds no folder; expected one of pictures for each class", folder);
    for (int64_t c = 0; c < classes->n && !status; c++) {
        const int64_t before = s->pictures.n;
        if ((status = list_class(s, folder, classes->list[c]))) break;
        const size_t old = (size_t)before * sizeof *s->labels;
        int64_t *labels = wki_grow(s->labels, old, (size_t)s->pictures.n * sizeof *s->labels);
        if (!labels) return wk_error();
        s->labels = labels;
        for (int64_t i = before; i < s->pictures.n; i++) labels[i] = c;
    }
    return status;
}

/* ---- Rows ---- */

/* From pixels side by side to planes of one channel each. */
static void put_planes(const image_set *s, const wki_picture *p, int64_t row, void *to)
{
    const size_t plane = (size_t)s->height * (size_t)s->width, channels = (size_t)s->channels, bytes = plane * channels;
    uint8_t *u8 = (uint8_t *)to + (size_t)row * bytes;
    float *f32 = (float *)to + (size_t)row * bytes;
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < plane; i++) {
            const uint8_t pixel = p->pixels[i * channels + c];
            if (s->raw)
                u8[c * plane + i] = pixel;
            else
                f32[c * plane + i] = (float)pixel / 255.0f;
        }
}

static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    const image_set *s = self;
    const int height = s->resize ? 0 : s->height, width = s->resize ? 0 : s->width;
    for (int64_t i = 0; i < n; i++) {
        wki_picture p;
        const char *path = s->pictures.list[rows[i]];
        wk_status status = wki_picture_read(path, s->channels, height, width, &p, WHERE);
        if (!status) status = wki_picture_fit(&p, s->height, s->width);
        if (!status) put_planes(s, &p, i, fields[0]);
        wki_free(p.pixels);
        if (status) return status;
        if (s->labels) ((int64_t *)fields[1])[i] = s->labels[rows[i]];
    }
    return WK_OK;
}

static const char *file_of(const void *self, int64_t row) { return ((const image_set *)self)->pictures.list[row]; }

static void destroy(void *self)
{
    image_set *s = self;
    free_names(&s->pictures);
    wki_free(s->labels);
    wki_free(s);
}

static const wk_dataset_ops ops = { sizeof ops, "images", get_many, destroy };

/* ---- Make ---- */

wk_images_opts wk_images_opts_default(void) { return (wk_images_opts){ WK_IMAGES_DEFAULTS, .path = NULL }; }

static wk_status choose_size(image_set *s, const wk_images_opts *o)
{
    wki_picture first;
    s->height = (int)o->height;
    s->width = (int)o->width;
    if (s->height) return WK_OK;
    const wk_status status = wki_picture_read(s->pictures.list[0], s->channels, 0, 0, &first, WHERE);
    s->height = first.height;
    s->width = first.width;
    wki_free(first.pixels);
    return status;
}

static wk_dataset *make(image_set *s, const wk_images_opts *o, names *classes)
{
    const wk_status listed = o->unlabelled ? list_unlabelled(s, o->path) : list_all(s, o->path, classes);
    if (listed || choose_size(s, o)) {
        destroy(s);
        return NULL;
    }
    const wk_field fields[2] = {
        { .name = "x", .dtype = s->raw ? WK_U8 : WK_F32, .ndim = 3, .shape = { s->channels, s->height, s->width } },
        { .name = "y", .dtype = WK_I64 }
    };
    wk_dataset *set = wk_dataset_custom(&(wk_dataset_opts){ .size = sizeof(wk_dataset_opts),
                                                            .ops = &ops,
                                                            .self = s,
                                                            .rows = s->pictures.n,
                                                            .fields = fields,
                                                            .nfields = o->unlabelled ? 1 : 2,
                                                            .classes = (const char *const *)classes->list,
                                                            .nclasses = (int)classes->n });
    if (set) set->bytes[0] = s->raw ? WKI_BYTES : WKI_FRACTIONS;
    if (set) set->file = file_of;
    return set;
}

wk_dataset *wk_dataset_images_new(const wk_images_opts *given)
{
    wk_images_opts o = wk_images_opts_default();
    if (wk_failed()) return NULL;
    if (!wki_options_take(WHERE, &o, sizeof o, given)) return NULL;
    wki_check(o.path, NULL, WK_E_INVALID, WHERE, "path is NULL; expected a folder of folders of pictures");
    wki_check(o.height >= 0 && o.width >= 0 && !o.height == !o.width && o.height <= WKI_PICTURE_SIDE_MOST &&
                  o.width <= WKI_PICTURE_SIDE_MOST,
              NULL, WK_E_INVALID, WHERE, "a size of %lld x %lld; expected sides of 1 to %d, or both 0",
              (long long)o.height, (long long)o.width, WKI_PICTURE_SIDE_MOST);
    names classes = { 0 };
    image_set *s = wki_alloc(sizeof *s);
    if (!s) return NULL;
    s->channels = o.grey ? 1 : 3;
    s->resize = o.resize;
    s->raw = o.raw;
    wk_dataset *set = make(s, &o, &classes);
    free_names(&classes);
    return set;
}
