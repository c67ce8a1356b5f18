/* A run's folder. Its config is kept as text beside the tensors of each checkpoint; config.json is for people. */
#include "keep.h"
#include "json.h"
#include "say.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

static bool make_folder(keep *k, const char *path)
{
    if (!folder_choose(k->folder, path, "train")) return false;
    if (mkdir(k->folder, 0777) == 0 || errno == EEXIST) return true;
    return say_failed("cannot make the folder %s: %s", k->folder, strerror(errno)), false;
}

static bool begin_file(const keep *k, const char *name, char path[1100], json *j)
{
    snprintf(path, 1100, "%s/%s", k->folder, name);
    *j = json_on(fopen(path, "w"));
    j->pretty = true;
    if (j->out) json_open(j, NULL, '{');
    return j->out || (say_failed("cannot write %s: %s", path, strerror(errno)), false);
}

static bool end_file(json *j, const char *path)
{
    json_close(j);
    bool ok = json_end_line(j);
    ok = fclose(j->out) == 0 && ok;
    return ok || (say_failed("cannot write %s: %s", path, strerror(errno)), false);
}

static bool write_config(const keep *k)
{
    char path[1100];
    json j;
    if (!begin_file(k, "config.json", path, &j)) return false;
    const keep_config *c = &k->config;
    json_text(&j, "wick", wk_version());
    json_text(&j, "data", c->data);
    json_text(&j, "model", c->model);
    if (!strcmp(c->model, "mlp")) json_text(&j, "hidden", c->hidden);
    json_text(&j, "optim", c->optim);
    json_number(&j, "lr", c->lr);
    json_whole(&j, "epochs", c->epochs);
    json_whole(&j, "batch_size", c->batch_size);
    json_whole(&j, "seed", (int64_t)c->seed);
    if (c->patience) json_whole(&j, "early_stop", c->patience);
    return end_file(&j, path);
}

bool keep_result(const keep *k, double test_loss, double test_accuracy)
{
    char path[1100];
    json j;
    if (!begin_file(k, "result.json", path, &j)) return false;
    json_number(&j, "test_loss", test_loss);
    json_number(&j, "test_accuracy", test_accuracy);
    return end_file(&j, path);
}

static wk_status open_logs(keep *k, bool tensorboard)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/metrics.csv", k->folder);
    k->csv = wk_logger_csv(path);
    k->events = tensorboard ? wk_logger_tensorboard(k->folder) : NULL;
    return wk_error();
}

bool keep_make(keep *k, const char *path, bool tensorboard)
{
    if (!make_folder(k, path) || !write_config(k)) return false;
    if (open_logs(k, tensorboard) == WK_OK) return true;
    say_error();
    return false;
}

/* ---- Config and place as text ---- */

static const struct {
    const char *name;
    size_t at, size;
} texts[] = {
#define TEXT(field)                                                                                                    \
    {                                                                                                                  \
        "config." #field, offsetof(keep_config, field), sizeof(((keep_config *)0)->field)                              \
    }
    TEXT(data), TEXT(train), TEXT(test), TEXT(x), TEXT(y), TEXT(model), TEXT(hidden), TEXT(optim),
#undef TEXT
};
enum { TEXTS = sizeof texts / sizeof *texts };

static wk_status put(wk_state *s, const keep_config *c, const keep_place *p)
{
    for (int i = 0; i < TEXTS; i++) wk_state_set_text(s, texts[i].name, (const char *)c + texts[i].at);
    wk_state_set_int(s, "config.epochs", c->epochs);
    wk_state_set_int(s, "config.batch_size", c->batch_size);
    wk_state_set_int(s, "config.patience", c->patience);
    wk_state_set_int(s, "config.seed", (int64_t)c->seed);
    wk_state_set_number(s, "config.lr", c->lr);
    wk_state_set_int(s, "run.epoch", p->epoch);
    wk_state_set_int(s, "run.step", p->step);
    wk_state_set_int(s, "run.total", p->total);
    wk_state_set_number(s, "run.loss_sum", p->loss_sum);
    wk_state_set_number(s, "run.best", p->best);
    wk_state_set_int(s, "run.checks", p->checks);
    return wk_state_set_int(s, "run.best_at", p->best_at);
}

static wk_status get(const wk_state *s, keep_config *c, keep_place *p)
{
    for (int i = 0; i < TEXTS; i++) {
        const char *text = wk_state_text(s, texts[i].name);
        if (!text) return wk_fail(WK_E_FORMAT, "the checkpoint has no %s; it is not of wick train", texts[i].name);
        snprintf((char *)c + texts[i].at, texts[i].size, "%s", text);
    }
    c->epochs = wk_state_int(s, "config.epochs");
    c->batch_size = wk_state_int(s, "config.batch_size");
    c->patience = wk_state_int(s, "config.patience");
    c->seed = (uint64_t)wk_state_int(s, "config.seed");
    c->lr = wk_state_number(s, "config.lr");
    p->epoch = wk_state_int(s, "run.epoch");
    p->step = wk_state_int(s, "run.step");
    p->total = wk_state_int(s, "run.total");
    p->loss_sum = wk_state_number(s, "run.loss_sum");
    p->best = wk_state_number(s, "run.best");
    p->checks = wk_state_int(s, "run.checks");
    p->best_at = wk_state_int(s, "run.best_at");
    return wk_error();
}

wk_state *keep_read(keep *k, bool best, keep_place *place)
{
    wk_state *s = best ? wk_checkpoint_load_best(k->folder, NULL) : wk_checkpoint_load(k->folder, NULL);
    return s && get(s, &k->config, place) == WK_OK ? s : NULL;
}

wk_status keep_resume_logs(keep *k, const keep_place *place, bool tensorboard)
{
    const int64_t next = place->total - place->step + 1; /* rows are those of ends of epochs */
    char result[1100];
    snprintf(result, sizeof result, "%s/result.json", k->folder);
    remove(result); /* of fewer epochs */
    if (open_logs(k, tensorboard)) return wk_error();
    if (k->events) wk_logger_resume(k->events, next);
    return wk_logger_resume(k->csv, next);
}

wk_status keep_save(const keep *k, const wk_training *t, const keep_place *place, bool best)
{
    WK_SCOPE(saving);
    wk_state *s = wk_training_state_dict(t);
    if (!s || put(s, &k->config, place)) return wk_error();
    return wk_checkpoint_save(k->folder, place->total, s, .best = best);
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
