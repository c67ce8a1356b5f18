/* The JSON lines that begin and end a run; progress.c writes those of its epochs. */
#include "run.h"

static void put_rows(json *j, const sets *data)
{
    json_open(j, "rows", '{');
    json_whole(j, "train", data->train_rows);
    json_whole(j, "valid", data->valid_rows);
    json_whole(j, "test", data->test_rows);
    json_close(j);
}

bool run_put_start(const run *r)
{
    const run_plan *p = r->plan;
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "start");
    json_whole(&j, "schema", 1);
    json_text(&j, "wick", wk_version());
    json_text(&j, "data", p->data->path);
    put_rows(&j, p->data);
    json_whole(&j, "classes", p->data->classes);
    json_text(&j, "model", p->model);
    json_whole(&j, "parameters", p->parameters);
    json_text(&j, "optimizer", r->optimizer->key);
    json_text(&j, "settings", r->optimizer_text);
    json_number(&j, "lr", r->lr);
    json_whole(&j, "seed", (int64_t)r->seed.seed);
    json_whole(&j, "epochs", p->settings->epochs);
    json_whole(&j, "batch_size", p->batch_size);
    json_whole(&j, "threads", p->settings->threads);
    json_text(&j, "device", wk_device_name(wk_current_device()));
    json_whole(&j, "workers", p->workers);
    json_close(&j);
    return json_end_line(&j);
}

bool run_put_end(const run *r, const char *status)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "end");
    json_text(&j, "optimizer", r->optimizer->key);
    json_whole(&j, "seed", (int64_t)r->seed.seed);
    json_text(&j, "status", status);
    json_whole(&j, "epochs", r->epochs_done);
    if (r->seed.diverged) {
        json_whole(&j, "diverged_epoch", r->seed.diverged_epoch);
        json_whole(&j, "diverged_step", r->seed.diverged_step);
    }
    json_number(&j, "seconds", r->seconds);
    keep_put_test(&j, &(keep_test){ r->seed.test_loss, r->seed.test_accuracy, r->test_rmse, r->test_r2 });
    json_close(&j);
    return json_end_line(&j);
}
