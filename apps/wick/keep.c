/* A run's folder. Its config is kept as text beside the tensors of each checkpoint; config.json is for people. */
#include "keep.h"
#include "json.h"
#include "say.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_folder(keep *k, const char *path)
{
    if (!folder_choose(k->folder, path, "train")) return false;
    if (mkdir(k->folder, 0777) == 0 || errno == EEXIST) return true;
    return say_failed("cannot make the folder %s: %s", k->folder, strerror(errno)), false;
}

/* Where a file system has no locks, none is held. */
bool keep_lock(const keep *k)
{
    const int folder = open(k->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
    close(folder);
    return say_failed("another process trains in %s; it has to end first", k->folder), false;
}

/* A file of JSON that appears, or replaces what there was, when it is whole. */
typedef struct file {
    char path[1100], aside[1110];
    json j;
} file;

static bool begin_file(const keep *k, const char *name, file *f)
{
    snprintf(f->path, sizeof f->path, "%s/%s", k->folder, name);
    snprintf(f->aside, sizeof f->aside, "%s.part", f->path);
    f->j = json_on(fopen(f->aside, "w"));
    f->j.pretty = true;
    if (f->j.out) json_open(&f->j, NULL, '{');
    return f->j.out || (say_failed("cannot write %s: %s", f->path, strerror(errno)), false);
}

static bool end_file(file *f)
{
    json_close(&f->j);
    bool ok = json_end_line(&f->j);
    ok = fclose(f->j.out) == 0 && ok;
    if (ok && rename(f->aside, f->path) == 0) return true;
    say_failed("cannot write %s: %s", f->path, strerror(errno));
    remove(f->aside);
    return false;
}

/* ---- Config ---- */

#define FIELD(name, kind, field, always)                                                                               \
    {                                                                                                                  \
        name, kind, offsetof(keep_config, field), sizeof(((keep_config *)0)->field), always                            \
    }
static const keep_field all_fields[] = {
    FIELD("data", KEEP_TEXT, data, true),
    FIELD("split", KEEP_TEXT, train, false),
    FIELD("test", KEEP_TEXT, test, false),
    FIELD("x", KEEP_TEXT, x, false),
    FIELD("y", KEEP_TEXT, y, false),
    FIELD("isolate", KEEP_FLAG, isolate, false),
    FIELD("model", KEEP_TEXT, model, true),
    FIELD("hidden", KEEP_TEXT, hidden, false),
    FIELD("scale", KEEP_TEXT, scale, false),
    FIELD("optim", KEEP_TEXT, optim, true),
    FIELD("lr", KEEP_REAL, lr, true),
    FIELD("schedule", KEEP_TEXT, schedule, false),
    FIELD("augment", KEEP_TEXT, augment, false),
    FIELD("clip", KEEP_REAL, clip, false),
    FIELD("clip_value", KEEP_REAL, clip_value, false),
    FIELD("ema", KEEP_REAL, ema, false),
    FIELD("nonfinite", KEEP_TEXT, nonfinite, false),
    FIELD("bf16", KEEP_FLAG, bf16, false),
    FIELD("matmul", KEEP_TEXT, matmul, false),
    FIELD("device", KEEP_TEXT, device, false),
    FIELD("epochs", KEEP_WHOLE, epochs, true),
    FIELD("batch_size", KEEP_WHOLE, batch_size, true),
    FIELD("seed", KEEP_WHOLE, seed, true),
    FIELD("early_stop", KEEP_WHOLE, patience, false),
    FIELD("tensorboard", KEEP_FLAG, tensorboard, false),
};
#undef FIELD
enum { FIELDS = sizeof all_fields / sizeof *all_fields };

int keep_fields(const keep_field **fields)
{
    *fields = all_fields;
    return FIELDS;
}

static void *field_of(const keep_config *c, const keep_field *f) { return (char *)c + f->at; }

static bool is_set(const keep_config *c, const keep_field *f)
{
    const void *field = field_of(c, f);
    if (f->kind == KEEP_TEXT) return *(const char *)field;
    if (f->kind == KEEP_WHOLE) return *(const int64_t *)field != 0;
    return f->kind == KEEP_REAL ? *(const double *)field != 0 : *(const bool *)field;
}

static bool write_config(const keep *k)
{
    say_room number;
    file to;
    json *j = &to.j;
    if (!begin_file(k, "config.json", &to)) return false;
    json_text(j, "wick", wk_version());
    for (const keep_field *f = all_fields; f < all_fields + FIELDS; f++) {
        const void *field = field_of(&k->config, f);
        if (!f->always && !is_set(&k->config, f)) continue;
        if (f->kind == KEEP_TEXT) json_text(j, f->name, field);
        if (f->kind == KEEP_WHOLE) json_whole(j, f->name, *(const int64_t *)field);
        if (f->kind == KEEP_REAL) json_literal(j, f->name, say_exact(number, *(const double *)field));
        if (f->kind == KEEP_FLAG) json_bool(j, f->name, *(const bool *)field);
    }
    return end_file(&to);
}

void keep_put_test(json *j, const keep_test *test)
{
    json_number(j, "test_loss", test->loss);
    json_number(j, "test_accuracy", test->accuracy);
    json_number(j, "test_rmse", test->rmse);
    json_number(j, "test_r2", test->r2);
}

bool keep_result(const keep *k, const keep_test *test)
{
    file to;
    if (!begin_file(k, "result.json", &to)) return false;
    keep_put_test(&to.j, test);
    return end_file(&to);
}

static bool has(const keep *k, const char *name)
{
    char path[1100];
    struct stat known;
    snprintf(path, sizeof path, "%s/%s", k->folder, name);
    return stat(path, &known) == 0;
}

bool keep_has_result(const keep *k) { return has(k, "result.json"); }

/* Is the file in the run's folder, of which also one checkpoint may stand for the run? */
static bool same_folder(const char *file, const char *run)
{
    char a[PATH_MAX + 4], b[PATH_MAX + 4];
    struct stat known;
    const bool is_file = stat(run, &known) == 0 && !S_ISDIR(known.st_mode);
    const char *in_file = strrchr(file, '/'), *in_run = is_file ? strrchr(run, '/') : NULL;
    snprintf(a, sizeof a, "%.*s", in_file ? (int)(in_file - file) + 1 : 1, in_file ? file : ".");
    snprintf(b, sizeof b, "%.*s", in_run ? (int)(in_run - run) + 1 : PATH_MAX, is_file && !in_run ? "." : run);
    return folder_same_file(a, b);
}

bool keep_owns(const keep *k, const char *path)
{
    static const char *const names[] = { "config.json", "metrics.csv", "result.json" };
    static const char *const begins[] = { "ckpt-", "best.safetensors", "events.out.tfevents" };
    char at[PATH_MAX];
    if (!realpath(path, at)) snprintf(at, sizeof at, "%s", path);
    const char *slash = strrchr(at, '/'), *name = slash ? slash + 1 : at;
    bool owns = false;
    for (int i = 0; i < 3; i++) owns |= !strcmp(name, names[i]) || !strncmp(name, begins[i], strlen(begins[i]));
    return owns && same_folder(at, k->folder);
}

static wk_status open_logs(keep *k)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/metrics.csv", k->folder);
    k->csv = wk_logger_csv(path);
    k->events = k->config.tensorboard ? wk_logger_tensorboard(k->folder) : NULL;
    return wk_error();
}

bool keep_make(keep *k, const char *path)
{
    if (!make_folder(k, path) || !keep_lock(k) || !write_config(k)) return false;
    return open_logs(k) == WK_OK || (say_error(), false);
}

/* ---- Config and place as text of a checkpoint ---- */

static const char *key_of(char key[64], const keep_field *f)
{
    snprintf(key, 64, "config.%s", f->name);
    return key;
}

static void put_config(wk_state *s, const keep_config *c)
{
    char key[64];
    for (const keep_field *f = all_fields; f < all_fields + FIELDS; f++) {
        const void *field = field_of(c, f);
        if (!f->always && !is_set(c, f)) continue;
        if (f->kind == KEEP_TEXT) wk_state_set_text(s, key_of(key, f), field);
        if (f->kind == KEEP_WHOLE) wk_state_set_int(s, key_of(key, f), *(const int64_t *)field);
        if (f->kind == KEEP_REAL) wk_state_set_number(s, key_of(key, f), *(const double *)field);
        if (f->kind == KEEP_FLAG) wk_state_set_int(s, key_of(key, f), *(const bool *)field);
    }
    if (*c->rows) wk_state_set_text(s, "config.rows", c->rows);
    if (c->schedule_epochs) wk_state_set_int(s, "config.schedule_epochs", c->schedule_epochs);
}

static int64_t within(const wk_state *s, const char *key, int64_t least, int64_t most)
{
    const int64_t value = wk_state_int(s, key);
    if (!wk_failed() && (value < least || value > most))
        wk_fail(WK_E_FORMAT, "the checkpoint's %s is %lld; expected %lld to %lld", key, (long long)value,
                (long long)least, (long long)most);
    return value;
}

static wk_status get_config(const wk_state *s, keep_config *c)
{
    char key[64];
    *c = (keep_config){ .epochs = 0 };
    for (const keep_field *f = all_fields; f < all_fields + FIELDS; f++) {
        void *field = field_of(c, f);
        const char *text = wk_state_text(s, key_of(key, f));
        if ((!text || !*text) && f->always)
            return wk_fail(WK_E_FORMAT, "the checkpoint has no %s; it is not of wick train", key);
        if (!text) continue;
        if (f->kind == KEEP_TEXT) snprintf(field, f->size, "%s", text);
        if (f->kind == KEEP_WHOLE) *(int64_t *)field = wk_state_int(s, key);
        if (f->kind == KEEP_REAL) *(double *)field = wk_state_number(s, key);
        if (f->kind == KEEP_FLAG) *(bool *)field = wk_state_int(s, key) != 0;
    }
    if (strcmp(c->model, "mlp")) *c->hidden = 0; /* it has no say there */
    const char *rows = wk_state_text(s, "config.rows");
    if (rows) snprintf(c->rows, sizeof c->rows, "%s", rows);
    if (*c->schedule) c->schedule_epochs = within(s, "config.schedule_epochs", 1, KEEP_EPOCHS);
    return wk_error();
}

static wk_status put(wk_state *s, const keep_config *c, const keep_place *p)
{
    put_config(s, c);
    wk_state_set_int(s, "run.epoch", p->epoch);
    wk_state_set_int(s, "run.step", p->step);
    wk_state_set_int(s, "run.total", p->total);
    wk_state_set_int(s, "run.lost", p->lost);
    wk_state_set_int(s, "run.skipped", p->skipped);
    wk_state_set_number(s, "run.loss_sum", p->loss_sum);
    wk_state_set_number(s, "run.best", p->best);
    wk_state_set_int(s, "run.checks", p->checks);
    return wk_state_set_int(s, "run.best_at", p->best_at);
}

static wk_status get(const wk_state *s, keep_config *c, keep_place *p)
{
    if (get_config(s, c)) return wk_error();
    const int64_t most = INT64_C(1) << 53;
    p->epoch = within(s, "run.epoch", 1, KEEP_EPOCHS + 1);
    p->step = within(s, "run.step", 0, most);
    p->total = within(s, "run.total", p->step, most);
    p->lost = wk_state_text(s, "run.lost") ? within(s, "run.lost", 0, p->step) : 0;
    p->skipped = wk_state_text(s, "run.skipped") ? within(s, "run.skipped", 0, p->total) : 0;
    p->loss_sum = wk_state_number(s, "run.loss_sum");
    p->best = wk_state_number(s, "run.best");
    p->checks = within(s, "run.checks", 0, KEEP_EPOCHS);
    p->best_at = within(s, "run.best_at", 0, p->checks);
    return wk_error();
}

wk_state *keep_read(keep *k, bool best, keep_place *place)
{
    wk_state *s = best ? wk_checkpoint_load_best(k->folder, NULL) : wk_checkpoint_load(k->folder, NULL);
    return s && get(s, &k->config, place) == WK_OK ? s : NULL;
}

/* A run has no best checkpoint before its first epoch is over. A report is of wick compare's folders, which have no
 * weights. */
int keep_say_unread(const keep *k, bool best)
{
    const bool absent = wk_error() == WK_E_NOT_FOUND || wk_error() == WK_E_IO,
               is_run = has(k, "config.json") && !has(k, "report.html");
    const char *hint = "";
    if (absent && !is_run) hint = "; expected a run of wick train";
    if (is_run && best && !has(k, "best.safetensors")) hint = "; until the first epoch is over there is only --last";
    const int code = say_failed("%s%s", say_reason(), hint);
    wk_error_clear();
    return code;
}

bool keep_resume(keep *k, const keep_place *place)
{
    const int64_t next = place->total - place->step + 1; /* rows are those of ends of epochs */
    char result[1100];
    snprintf(result, sizeof result, "%s/result.json", k->folder);
    remove(result); /* of fewer epochs */
    if (!write_config(k)) return false;
    if (open_logs(k) == WK_OK && k->events) wk_logger_resume(k->events, next);
    wk_logger_resume(k->csv, next);
    return !wk_failed() || (say_error(), false);
}

wk_state *keep_weights(const wk_state *checkpoint)
{
    wk_state *weights = wk_state_part(checkpoint, "model."), *averaged = wk_state_part(checkpoint, "average.module.");
    for (int64_t i = 0; i < (averaged ? wk_state_count(averaged) : 0); i++)
        wk_state_set(weights, wk_state_name(averaged, i), wk_state_at(averaged, i));
    return wk_failed() ? NULL : weights;
}

wk_status keep_save(const keep *k, const wk_training *t, const keep_place *place, bool best)
{
    WK_SCOPE(saving);
    wk_state *s = wk_training_state_dict(t);
    if (!s || put(s, &k->config, place) || wk_state_add(s, "data.", k->about)) return wk_error();
    if (wk_checkpoint_save(k->folder, place->total, s, .best = best) != WK_E_STATE) return wk_error();
    wk_error_clear();
    return wk_fail(WK_E_STATE,
                   "after step %lld weights or the optimizer's numbers are not finite, and %s stays as it was; "
                   "try a smaller learning rate (--lr %g)",
                   (long long)place->total, k->folder, k->config.lr / 10);
}

wk_status keep_log(keep *k, const keep_place *place, double train_loss, double valid_loss, double valid_accuracy,
                   double lr)
{
    const wk_scalar_value row[] = { { "epoch", (double)place->epoch },
                                    { "train_loss", train_loss },
                                    { "valid_loss", valid_loss },
                                    { "lr", lr },
                                    { "valid_accuracy", valid_accuracy } };
    const int n = isnan(valid_accuracy) ? 4 : 5;
    if (k->events) wk_logger_scalars(k->events, place->total, row + 1, n - 1);
    wk_logger_scalars(k->csv, place->total, row, n);
    return wk_logger_flush(k->csv);
}
