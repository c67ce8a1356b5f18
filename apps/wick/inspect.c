/* wick inspect: what an HDF5 file holds, whether wick can train on it as it is, and what would make it better. look.c
 * gathers, this file prints. */
#include "commands.h"
#include "folder.h"
#include "grid.h"
#include "look.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

typedef struct settings {
    sets_request file;
    bool json;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "split", 0, ARGS_TEXT, AT(file.train), "GROUP", "where the training rows are (train)", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(file.test), "GROUP", "where the test rows are (test)", 0, 0 },
    { "x", 0, ARGS_TEXT, AT(file.x), "NAME", "inputs (x, data, images, features, ...)", 0, 0 },
    { "y", 0, ARGS_TEXT, AT(file.y), "NAME", "targets (y, label, labels, targets, ...)", 0, 0 },
    { "isolate", 0, ARGS_FLAG, AT(file.isolate), NULL, "ask libhdf5 in a process of its own", 0, 0 },
    { "json", 0, ARGS_FLAG, AT(json), NULL, "print one JSON object", 0, 0 },
};

enum { WITH_FILL = 10 }; /* columns, where a data set has a fill value of its own */

static void put_layout(grid *g, const wk_h5_info *info)
{
    say_room a;
    if (info->chunk[0])
        grid_add(g, "%s", say_shape(a, info->ndim, info->chunk));
    else
        grid_add(g, "whole");
    grid_add(g, "%s", info->filters[0] ? info->filters : "none");
    if (g->columns == WITH_FILL) grid_add(g, "%s", info->fill[0] ? info->fill : "0");
    grid_add(g, "%s", say_bytes(a, info->bytes));
    grid_add(g, "%s", say_bytes(a, info->stored_bytes));
}

static void put_range(grid *g, const look_set *set)
{
    const char *about = set->sampled ? "~" : "";
    if (set->count > set->strange) {
        grid_add(g, "%s%.4g .. %.4g", about, set->least, set->most);
        grid_add(g, "%s%.4g", about, set->mean);
    } else {
        grid_add(g, "-");
        grid_add(g, "-");
    }
}

static void put_sets(const look *l)
{
    bool fills = false;
    for (int i = 0; i < l->nsets; i++) fills = fills || l->sets[i].info.fill[0];
    grid g = { .columns = WITH_FILL - !fills, .right = 3 << (5 + fills) };
    static const char *const heads[WITH_FILL] = { "data set", "type", "shape",  "chunk",  "filters",
                                                  "fill",     "size", "stored", "values", "mean" };
    for (int i = 0; i < WITH_FILL; i++)
        if (i != 5 || fills) grid_add(&g, "%s", heads[i]);
    for (int i = 0; i < l->nsets; i++) {
        const wk_h5_info *info = &l->sets[i].info;
        say_room shape;
        grid_add(&g, "%s", info->path);
        grid_add(&g, "%s", info->type);
        grid_add(&g, "%s", info->ndim ? say_shape(shape, info->ndim, info->shape) : "single value");
        put_layout(&g, info);
        put_range(&g, &l->sets[i]);
    }
    grid_put(&g, stdout);
}

static void add_share(grid *g, int64_t n, int64_t all)
{
    say_room count;
    grid_add(g, "%s", say_count(count, n));
    grid_add(g, "%.1f %%", all ? 100 * (double)n / (double)all : 0);
}

static void add_bar(grid *g, double share)
{
    char text[GRID_CELL] = "";
    const char *full = say_in_utf8() ? "■" : "#";
    for (int i = 0; i < (int)ceil(20 * share); i++) strcat(text, full);
    grid_add(g, "%s", text);
}

static void put_classes(const look *l)
{
    enum { SHOWN = 30 };
    int64_t largest = 1, rows[2] = { wk_dataset_len(l->data.all), l->counts[1] ? wk_dataset_len(l->data.test) : 0 };
    const int classes = l->data.classes;
    const bool test = l->counts[1] != NULL;
    for (int c = 0; c < classes; c++)
        if (l->counts[0][c] > largest) largest = l->counts[0][c];
    grid g = { .columns = test ? 6 : 4, .right = test ? 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 : 1 << 1 | 1 << 2 };
    grid_add(&g, "class");
    for (int i = 0; i <= test; i++) {
        grid_add(&g, i ? "test" : "train");
        grid_add(&g, "%s", "");
    }
    grid_add(&g, "%s", "");
    for (int c = 0; c < classes && c < SHOWN; c++) {
        grid_add(&g, "%.40s", l->data.names[c]);
        for (int i = 0; i <= test; i++) add_share(&g, l->counts[i][c], rows[i]);
        add_bar(&g, (double)l->counts[0][c] / (double)largest);
    }
    printf("\n");
    grid_put(&g, stdout);
    if (classes > SHOWN) printf("... and %d more classes\n", classes - SHOWN);
}

/* The command that trains on what was looked at. */
static void put_next(const look *l)
{
    const sets_request *r = l->request;
    const char *const given[][2] = { { "--split", r->train }, { "--test", r->test }, { "--x", r->x }, { "--y", r->y } };
    char *words[10] = { (char *)l->path }, text[4096];
    int n = 1;
    for (int i = 0; i < 4; i++) {
        if (!given[i][1]) continue;
        words[n++] = (char *)given[i][0];
        words[n++] = (char *)given[i][1];
    }
    if (r->isolate) words[n++] = "--isolate";
    args_join(text, sizeof text, n, words);
    printf("%snext: wick train %s\n", l->nadvice && !l->mend[0] ? "\n" : "", text);
}

static void put_text(const look *l)
{
    say_room size, count;
    printf("%s: %s, %s\n\n", l->path, say_bytes(size, l->bytes), say_plural(count, l->nsets, "data set"));
    if (l->nsets) put_sets(l);
    if (l->counts[0]) put_classes(l);
    printf("\n");
    for (int i = 0; i < l->nadvice; i++) printf("- %s\n", l->advice[i]);
    if (l->mend[0]) printf("\nmend: %s\n", l->mend);
    if (l->trainable) put_next(l);
}

static void json_sizes(json *j, const char *key, int n, const int64_t *sizes)
{
    json_open(j, key, '[');
    for (int i = 0; i < n; i++) json_whole(j, NULL, sizes[i]);
    json_close(j);
}

static void json_set(json *j, const look_set *s)
{
    json_open(j, NULL, '{');
    json_text(j, "path", s->info.path);
    json_text(j, "type", s->info.type);
    json_sizes(j, "shape", s->info.ndim, s->info.shape);
    if (s->info.chunk[0])
        json_sizes(j, "chunk", s->info.ndim, s->info.chunk);
    else
        json_null(j, "chunk");
    json_text(j, "filters", s->info.filters);
    if (s->info.fill[0]) json_text(j, "fill", s->info.fill);
    json_whole(j, "bytes", s->info.bytes);
    json_whole(j, "stored_bytes", s->info.stored_bytes);
    json_number(j, "least", s->count > s->strange ? s->least : NAN);
    json_number(j, "most", s->count > s->strange ? s->most : NAN);
    json_number(j, "mean", s->count > s->strange ? s->mean : NAN);
    json_bool(j, "sampled", s->sampled);
    json_close(j);
}

static void put_json(const look *l)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "path", l->path);
    json_whole(&j, "bytes", l->bytes);
    json_open(&j, "data_sets", '[');
    for (int i = 0; i < l->nsets; i++) json_set(&j, &l->sets[i]);
    json_close(&j);
    json_open(&j, "classes", '[');
    for (int c = 0; l->counts[0] && c < l->data.classes; c++) {
        json_open(&j, NULL, '{');
        json_text(&j, "name", l->data.names[c]);
        json_whole(&j, "train", l->counts[0][c]);
        if (l->counts[1]) json_whole(&j, "test", l->counts[1][c]);
        json_close(&j);
    }
    json_close(&j);
    json_bool(&j, "trainable", l->trainable);
    json_open(&j, "advice", '[');
    for (int i = 0; i < l->nadvice; i++) json_text(&j, NULL, l->advice[i]);
    json_close(&j);
    if (l->mend[0])
        json_text(&j, "mend", l->mend);
    else
        json_null(&j, "mend");
    json_close(&j);
    json_end_line(&j);
}

/* What else people have, and which command is for it; EXIT_DONE: it may be HDF5. */
static int refer(const char *path)
{
    struct stat is;
    const sets_kind kind = sets_kind_of(path);
    const char *import = "wick train takes it as it is, and wick import makes a file of it that inspect reads";
    if (stat(path, &is)) return EXIT_DONE;
    if (kind == SETS_TABLE) return say_failed("%s is a table, no HDF5 file; %s", path, import);
    if (kind == SETS_NPZ) return say_failed("%s is an archive of arrays, no HDF5 file; %s", path, import);
    if (kind == SETS_ARRAY) return say_failed("%s is an array; wick import npy makes a file that inspect reads", path);
    if (sets_ends_in(path, ".safetensors")) return say_failed("%s holds tensors; wick info shows them", path);
    if (kind != SETS_FOLDER) return EXIT_DONE;
    if (folder_is_run(path)) return say_failed("%s is a run; wick show and wick info look into those", path);
    return say_failed("%s is a folder; if it holds pictures or MNIST's files, %s", path, import);
}

static int run(int argc, char **argv)
{
    WK_SCOPE(inspecting);
    settings s = { 0 };
    const char *operands[ARGS_OPERANDS];
    look l;
    if (!args_read(&command_inspect, argc, argv, &s, operands)) return EXIT_USAGE;
    s.file.path = operands[0];
    const int refused = refer(s.file.path);
    if (refused) return refused;
    if (!look_at(&l, &s.file)) return look_free(&l), say_error();
    if (s.json)
        put_json(&l);
    else
        put_text(&l);
    look_free(&l);
    return EXIT_DONE;
}

const args_command command_inspect = {
    .name = "inspect",
    .about = "shows what an HDF5 file holds, and how to improve it",
    .operands = "FILE.h5 [options]",
    .fewest = 1,
    .most = 1,
    .text = "  wick inspect digits.h5\n\n"
            "Types, shapes, chunks, filters, sizes, ranges and class counts of its data sets,\n"
            "and advice. Of large data sets a sample is read; such numbers begin with ~.\n"
            "A stranger's file is looked at with --isolate: one that makes libhdf5 crash or\n"
            "hang, or ask for ever more memory, is an error then.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = run,
};
