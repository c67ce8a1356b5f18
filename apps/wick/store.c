/* Rows of any dataset into a file, block by block; the file appears when it is complete. Rests on wick/hdf5.h. */
#include "store.h"
#include "folder.h"
#include "machine.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define AT(field) offsetof(store_settings, field)
const args_option store_options[STORE_OPTIONS] = {
    { "output", 'o', ARGS_TEXT, AT(path), "FILE", "the file to write", 0, 0 },
    { "deflate", 0, ARGS_WHOLE, AT(deflate), "L", "compress, from 1 (fast) to 9 (small); 0 does not (0)", 0, 9 },
    { "shuffle", 0, ARGS_FLAG, AT(shuffle), NULL, "shuffle bytes before compressing; helps floats", 0, 0 },
    { "workers", 0, ARGS_WHOLE, AT(workers), "N", "threads that compress (one less than cores)", 1, 64 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "replace the file if there is one", 0, 0 },
    { "quiet", 'q', ARGS_FLAG, AT(quiet), NULL, "print nothing", 0, 0 },
};

int store_workers(int64_t given)
{
    enum { MOST = 8 };
    const int others = machine_cores() - 1;
    return given ? (int)given : others < MOST ? others : MOST;
}

int store_check(const store_settings *s)
{
    struct stat known;
    if (!s->path || !*s->path) return say_usage("where to? -o FILE.h5 names the file to write");
    if (s->shuffle && !s->deflate)
        return say_usage("--shuffle is for what is compressed; expected --deflate beside it");
    if (stat(s->path, &known) != 0) return EXIT_DONE;
    if (S_ISDIR(known.st_mode)) return say_failed("%s is a folder; expected the name of a file to write", s->path);
    return s->force ? EXIT_DONE : say_failed("%s exists; --force replaces it", s->path);
}

int store_check_sources(const store_settings *s, const char *const *sources)
{
    for (; s->path && *sources; sources++)
        if (folder_same_file(s->path, *sources))
            return say_failed("%s is the file that is read; expected another name", s->path);
    return store_check(s);
}

bool store_open(store *s, const store_settings *settings, const char *source)
{
    *s = (store){ .settings = settings, .progress.mode = progress_choose(false, settings->quiet) };
    s->writer = wk_h5_writer_new(settings->path, .shuffle = settings->shuffle, .deflate = (int)settings->deflate,
                                 .workers = store_workers(settings->workers));
    if (source) wk_h5_attribute(s->writer, "source", source);
    return !wk_failed();
}

static void append(store *s, const char *group, const wk_field *field, wk_tensor *rows, bool pixels)
{
    char name[64];
    snprintf(name, sizeof name, "%s/%s", group, field->name);
    const int64_t n = wk_size(rows, 0);
    if (pixels) rows = wk_to(wk_add_scalar(wk_mul_scalar(rows, 255), 0.5), WK_U8);
    const void *data = wk_data(rows);
    if (!wk_failed()) wk_h5_append(s->writer, name, data, n, field->ndim, field->shape, pixels ? WK_U8 : field->dtype);
}

static size_t row_bytes(const wk_field *fields, int n)
{
    size_t bytes = 1;
    for (int f = 0; f < n; f++) {
        size_t one = wk_dtype_size(fields[f].dtype);
        for (int d = 0; d < fields[f].ndim; d++) one *= (size_t)fields[f].shape[d];
        bytes += one;
    }
    return bytes;
}

bool store_rows(store *s, const char *group, wk_dataset *set, bool pixels)
{
    enum { MOST = 1024, BYTES = 4 << 20 };
    int64_t rows[MOST], all = wk_dataset_len(set);
    const wk_field *fields;
    char what[300];
    const int n = wk_dataset_fields(set, &fields);
    const int64_t fit = (int64_t)(BYTES / row_bytes(fields, n)), block = fit < 1 ? 1 : fit < MOST ? fit : MOST;
    snprintf(what, sizeof what, "%s: %s rows", s->settings->path, group);
    for (int64_t at = 0, count; at < all && !wk_failed(); at += count) {
        WK_SCOPE(copying);
        wk_tensor *read[WK_MAX_FIELDS] = { NULL };
        count = all - at < block ? all - at : block;
        for (int64_t i = 0; i < count; i++) rows[i] = at + i;
        if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
        if (wk_dataset_get_many(set, rows, count, read, n)) break;
        for (int f = 0; f < n; f++) append(s, group, &fields[f], read[f], pixels && f == 0);
        progress_task(&s->progress, what, (double)(at + count) / (double)all);
    }
    progress_clear(&s->progress);
    return !wk_failed();
}

static void describe(const store *s, wk_dataset *train, wk_dataset *test, bool pixels)
{
    const wk_field *fields;
    struct stat written;
    say_room a, b, c, d;
    char path[1100];
    wk_dataset_fields(train, &fields);
    const int classes = wk_dataset_classes(train, NULL);
    const bool known = stat(s->settings->path, &written) == 0;
    printf("%s: %s and %s for test, each %s %s", s->settings->path,
           say_plural(a, wk_dataset_len(train), "training row"), test ? say_count(b, wk_dataset_len(test)) : "none",
           pixels ? "u8" : wk_dtype_name(fields[0].dtype), say_shape(c, fields[0].ndim, fields[0].shape));
    if (classes) printf(", %d classes", classes);
    printf(" (%s)\n", known ? say_bytes(d, written.st_size) : "?");
    printf("next: wick compare %s\n", args_word(path, sizeof path, s->settings->path));
}

int store_close(store *s, wk_dataset *train, wk_dataset *test, bool pixels)
{
    const char *const *names;
    int classes = wk_dataset_classes(train, &names);
    if (classes) wk_h5_classes(s->writer, names, classes);
    if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
    wk_h5_commit(s->writer);
    if (wk_failed()) return say_error();
    if (!s->settings->quiet) describe(s, train, test, pixels);
    return EXIT_DONE;
}
