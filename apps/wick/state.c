/* A state's file on the screen: its tensors as the file has them, what the parts of a checkpoint take, and files where
 * there are several. Elements are not read. */
#include "state.h"
#include "grid.h"
#include "json.h"
#include "say.h"
#include "wick/state.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct sum {
    int64_t tensors, bytes;
} sum;

typedef struct part {
    const char *prefix, *called;
    sum sum;
} part;

typedef struct file {
    char *path;
    sum sum;
} file;

typedef struct telling {
    grid tensors;
    const char *path;
    json *json; /* NULL: tensors go to the grid; begun once the file is known to be good */
    sum all, foreign;
    part parts[3];
    file *files;
    int nfiles;
} telling;

static void count(sum *s, const wk_state_info *info)
{
    s->tensors++;
    s->bytes += info->bytes;
}

/* Tensors come file by file. */
static bool count_in_file(telling *t, const wk_state_info *info)
{
    if (!t->nfiles || strcmp(t->files[t->nfiles - 1].path, info->file)) {
        file *more = realloc(t->files, ((size_t)t->nfiles + 1) * sizeof *more);
        char *path = more ? strdup(info->file) : NULL;
        if (more) t->files = more;
        if (!path) return false;
        t->files[t->nfiles++] = (file){ .path = path };
    }
    count(&t->files[t->nfiles - 1].sum, info);
    return true;
}

static void begin_json(telling *t)
{
    if (!t->json || t->json->depth) return;
    json_open(t->json, NULL, '{');
    json_text(t->json, "path", t->path);
    json_open(t->json, "tensors", '[');
}

static void put_json(json *j, const wk_state_info *info)
{
    json_open(j, NULL, '{');
    json_text(j, "name", info->name);
    json_text(j, "file", info->file);
    json_text(j, "type", info->type);
    json_text(j, "dtype", info->dtype == WK_DTYPE_COUNT ? NULL : wk_dtype_name(info->dtype));
    json_open(j, "shape", '[');
    for (int d = 0; d < info->ndim && d < WK_MAX_DIMS; d++) json_whole(j, NULL, info->shape[d]);
    json_close(j);
    json_whole(j, "bytes", info->bytes);
    json_close(j);
}

static void put_row(grid *g, const wk_state_info *info)
{
    say_room a;
    const bool lacking = info->dtype == WK_DTYPE_COUNT;
    grid_add(g, "%s", info->name);
    grid_add(g, "%s%s", info->type, lacking ? " *" : "");
    grid_add(g, "%s", say_shape(a, info->ndim < WK_MAX_DIMS ? info->ndim : WK_MAX_DIMS, info->shape));
    grid_add(g, "%s", say_bytes(a, info->bytes));
}

static wk_status visit(void *user, const wk_state_info *info)
{
    telling *t = user;
    if (!count_in_file(t, info)) return wk_fail(WK_E_MEMORY, "out of memory");
    count(&t->all, info);
    if (info->dtype == WK_DTYPE_COUNT) count(&t->foreign, info);
    for (part *p = t->parts; p < t->parts + 3; p++)
        if (!strncmp(info->name, p->prefix, strlen(p->prefix))) count(&p->sum, info);
    begin_json(t);
    if (t->json)
        put_json(t->json, info);
    else
        put_row(&t->tensors, info);
    return WK_OK;
}

static const char *say_sum(say_room room, const sum *s)
{
    say_room count, bytes;
    snprintf(room, sizeof(say_room), "%.40s, %.30s", say_plural(count, s->tensors, "tensor"),
             say_bytes(bytes, s->bytes));
    return room;
}

static void put_text(telling *t)
{
    say_room sum;
    printf("%s: %s\n\n", t->path, say_sum(sum, &t->all));
    grid_put(&t->tensors, stdout);
    if (t->foreign.tensors) printf("\n* no dtype of wick's: cannot be loaded\n");
    grid below = { .columns = 2 };
    for (part *p = t->parts; p < t->parts + 3; p++) {
        if (!p->sum.tensors) continue;
        grid_add(&below, "%s", p->called);
        grid_add(&below, "%s", say_sum(sum, &p->sum));
    }
    for (int i = 0; i < t->nfiles && strcmp(t->files[0].path, t->path); i++) {
        grid_add(&below, "%s", t->files[i].path);
        grid_add(&below, "%s", say_sum(sum, &t->files[i].sum));
    }
    if (below.count) printf("\n");
    grid_put(&below, stdout);
}

static void end_json(json *j, const telling *t)
{
    json_close(j);
    json_open(j, "files", '[');
    for (int i = 0; i < t->nfiles; i++) {
        json_open(j, NULL, '{');
        json_text(j, "path", t->files[i].path);
        json_whole(j, "tensors", t->files[i].sum.tensors);
        json_whole(j, "bytes", t->files[i].sum.bytes);
        json_close(j);
    }
    json_close(j);
    json_whole(j, "bytes", t->all.bytes);
    for (const part *p = t->parts; p < t->parts + 3; p++) {
        char key[32];
        snprintf(key, sizeof key, "%s_bytes", p->called);
        json_whole(j, key, p->sum.bytes);
    }
    json_close(j);
    json_end_line(j);
}

static int tell(telling *t)
{
    static const char *const heads[] = { "tensor", "type", "shape", "size" };
    for (int i = 0; i < 4; i++) grid_add(&t->tensors, "%s", heads[i]);
    if (wk_state_list(t->path, visit, t)) return say_error();
    begin_json(t);
    if (t->json)
        end_json(t->json, t);
    else
        put_text(t);
    return EXIT_DONE;
}

int state_tell(const char *path, bool as_json)
{
    char best[1100];
    struct stat known;
    json j = json_on(stdout);
    telling t = { .path = path,
                  .json = as_json ? &j : NULL,
                  .tensors = { .columns = 4, .right = 1 << 3 },
                  .parts = { { .prefix = "model.", .called = "model" },
                             { .prefix = "optim.", .called = "optimizer" },
                             { .prefix = "average.", .called = "average" } } };
    snprintf(best, sizeof best, "%s/best.safetensors", path);
    if (stat(path, &known) == 0 && S_ISDIR(known.st_mode)) t.path = best;
    const int code = tell(&t);
    for (int i = 0; i < t.nfiles; i++) free(t.files[i].path);
    free(t.files);
    free(t.tensors.cells);
    return code;
}
