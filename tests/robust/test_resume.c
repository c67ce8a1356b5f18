/* Stopping and going on: a training that is put together from its checkpoint has the bits of one that never stopped. */
#include "base/alloc.h"
#include "base/file.h"
#include "wick/train.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 23, BATCH = 4, EPOCHS = 3, STEPS = EPOCHS * 6 };

typedef struct run {
    wk_training t;
    int64_t step;
    wk_params *clipped;     /* NULL: none */
    wk_logger *csv, *jsonl; /* NULL: none */
} run;

static wk_dataset *rows(void)
{
    wk_tensor *x = wk_reshape(wk_sin(wk_arange(0, ROWS * 5, 1, WK_F32)), WK_SHAPE(ROWS, 5));
    wk_tensor *y = wk_remainder_scalar(wk_arange(0, ROWS, 1, WK_I64), 3);
    wk_tensor *fields[] = { x, y };
    return wk_dataset_tensors(fields, (const char *const[]){ "x", "y" }, 2);
}

static run start(const char *optimizer, const char *options, uint64_t seed, int workers)
{
    wk_manual_seed(seed);
    wk_module *net = wk_nn_sequential(wk_nn_linear(5, 8), wk_nn_batch_norm1d(8), wk_nn_relu(), wk_nn_dropout(0.3),
                                      wk_nn_linear(8, 3));
    run r = { .t = wk_training_of(.module = net, .optim = wk_optim_by_name(optimizer, wk_parameters(net), options),
                                  .loader = wk_loader_new(rows(), .batch_size = BATCH, .shuffle = true,
                                                          .num_workers = workers)) };
    r.t.schedule = wk_schedule_by_name("cosine_restarts", r.t.optim, "t_0=4,t_mult=2,eta_min=1e-4");
    r.t.average = wk_ema_new(wk_parameters(net), 0.9);
    return r;
}

static void log_step(const run *r, double loss)
{
    const wk_scalar_value row[] = { { "loss", loss }, { "lr", wk_lr(r->t.optim) } };
    if (r->csv) wk_logger_scalars(r->csv, r->step, row, 2);
    if (r->jsonl) wk_logger_scalars(r->jsonl, r->step, row, 2);
}

static void go(run *r, int64_t steps)
{
    while (steps > 0 && !wk_failed())
        for (wk_batch *b; steps > 0 && (b = wk_loader_next(r->t.loader)); steps--) {
            WK_SCOPE(step);
            wk_zero_grad(r->t.optim);
            wk_tensor *loss = wk_cross_entropy(wk_forward(r->t.module, wk_batch_x(b)), wk_batch_y(b));
            wk_backward(loss);
            if (r->clipped) wk_clip_grad_value_(r->clipped, 0.2);
            if (r->clipped) wk_clip_grad_norm_(r->clipped, 0.3);
            wk_step(r->t.optim);
            wk_average_update(r->t.average);
            wk_schedule_advance_metric(r->t.schedule, wk_item(loss));
            log_step(r, wk_item(loss));
            r->step++;
        }
    ck_assert_msg(!wk_failed(), "%s", wk_error_text());
}

static void check_same(const run *a, const run *b)
{
    wk_state *x = wk_training_state_dict(&a->t), *y = wk_training_state_dict(&b->t);
    CHECK(x && y);
    ck_assert_int_eq(wk_state_count(x), wk_state_count(y));
    for (int64_t i = 0; i < wk_state_count(x); i++)
        ck_assert_msg(wk_equal(wk_state_at(x, i), wk_state_get(y, wk_state_name(x, i))), "%s differs",
                      wk_state_name(x, i));
    for (int64_t i = 0; i < wk_state_text_count(x); i++)
        ck_assert_str_eq(wk_state_text(x, wk_state_text_key(x, i)), wk_state_text(y, wk_state_text_key(x, i)));
}

static char folder[64];

static bool unlink_one(void *user, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", (const char *)user, name);
    unlink(path);
    return true;
}

static void empty_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/wick-resume-%d", (int)getpid());
    if (wki_list_folder(folder, unlink_one, folder, "test")) wk_error_clear();
    rmdir(folder);
}

static const struct {
    const char *name, *options;
} optimizers[] = { { "sgd", "lr=0.1,momentum=0.9" },
                   { "adagrad", "" },
                   { "rmsprop", "momentum=0.5,centered" },
                   { "adam", "amsgrad" },
                   { "adamw", "" } };

TEST(resume, from_any_step_has_the_same_bits_for_any_number_of_workers)
{
    empty_folder();
    for (int o = 0; o < 5; o++) {
        WK_SCOPE(one);
        run straight = start(optimizers[o].name, optimizers[o].options, 3, 0);
        go(&straight, STEPS);
        for (int64_t stop = o ? 5 : 0; stop <= (o ? 7 : STEPS);
             stop++) { /* all stops of the first; some of the others */
            WK_SCOPE(two);
            run first = start(optimizers[o].name, optimizers[o].options, 3, (int)(stop % 3));
            go(&first, stop);
            CHECK(wk_checkpoint_save(folder, stop, wk_training_state_dict(&first.t)) == WK_OK);
            run second = start(optimizers[o].name, optimizers[o].options, 99, (int)((stop + 1) % 3));
            wk_randn(WK_SHAPE(7), WK_F32);
            wk_state *s = wk_checkpoint_load(folder, &second.step);
            ck_assert_int_eq(second.step, stop);
            ck_assert_msg(wk_training_load_state_dict(&second.t, s) == WK_OK, "%s", wk_error_text());
            go(&second, STEPS - stop);
            check_same(&straight, &second);
            empty_folder();
        }
    }
}

static const struct {
    const char *name, *options;
} schedules[] = { { "constant", "total_iters=8" },
                  { "cosine", "t_max=18" },
                  { "cosine_restarts", "t_0=4,t_mult=2" },
                  { "cyclic", "base_lr=0.01,max_lr=0.3,step_size_up=3,step_size_down=4,gamma=0.99,halving" },
                  { "exponential", "gamma=0.9" },
                  { "linear", "total_iters=9" },
                  { "multistep", "milestones=5:9:16" },
                  { "one_cycle", "max_lr=0.3,total_steps=19" },
                  { "plateau", "patience=0,cooldown=1,factor=0.5" },
                  { "polynomial", "total_iters=20,power=2" },
                  { "step", "step_size=5" },
                  { "swa", "swa_lr=0.01,anneal_epochs=12" } };
enum { SCHEDULES = sizeof schedules / sizeof *schedules };

/* The last checkpoint's file, after n stops. */
static char *file_after(int schedule, int n, const int64_t *stops, size_t *bytes)
{
    empty_folder();
    for (int i = 0; i <= n; i++) {
        WK_SCOPE(part);
        const int64_t from = i ? stops[i - 1] : 0, to = i < n ? stops[i] : STEPS;
        run r = start("sgd", "lr=0.1,momentum=0.9", i ? 99 : 3, i % 3);
        r.clipped = wk_parameters(r.t.module);
        r.t.optim = wk_optim_by_name("sgd", r.clipped, "lr=0.1,momentum=0.9");
        r.t.schedule = wk_schedule_by_name(schedules[schedule].name, r.t.optim, schedules[schedule].options);
        CHECK(r.t.schedule);
        if (i) CHECK(wk_training_load_state_dict(&r.t, wk_checkpoint_load(folder, NULL)) == WK_OK);
        go(&r, to - from);
        CHECK(wk_checkpoint_save(folder, to, wk_training_state_dict(&r.t)) == WK_OK);
    }
    char path[128];
    snprintf(path, sizeof path, "%s/ckpt-%08d.safetensors", folder, STEPS);
    return wki_file_slurp(path, 1 << 20, bytes, "test");
}

TEST(resume, with_a_schedule_clips_and_an_average_ends_in_the_same_file)
{
    ck_assert_int_eq(wk_schedule_names(NULL), SCHEDULES);
    for (int k = 0; k < SCHEDULES; k++) {
        size_t straight_bytes = 0, stopped_bytes = 0;
        char *straight = file_after(k, 0, NULL, &straight_bytes);
        char *stopped = file_after(k, 3, (const int64_t[]){ 1, 8, 12 }, &stopped_bytes);
        CHECK(straight && stopped);
        ck_assert_msg(straight_bytes == stopped_bytes && !memcmp(straight, stopped, straight_bytes), "%s differs",
                      schedules[k].name);
        wki_free(straight);
        wki_free(stopped);
    }
    empty_folder();
}

/* A log of that name in the folder, from the run's step on. */
static void log_into(run *r, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    r->csv = wk_logger_csv(path);
    snprintf(path, sizeof path, "%s/%s.jsonl", folder, name);
    r->jsonl = wk_logger_jsonl(path);
    if (r->step) CHECK(wk_logger_resume(r->csv, r->step) == WK_OK && wk_logger_resume(r->jsonl, r->step) == WK_OK);
}

static void check_same_file(const char *a, const char *b, const char *ending)
{
    char path[128];
    size_t na = 0, nb = 0;
    snprintf(path, sizeof path, "%s/%s.%s", folder, a, ending);
    char *one = wki_file_slurp(path, 1 << 20, &na, "test");
    snprintf(path, sizeof path, "%s/%s.%s", folder, b, ending);
    char *two = wki_file_slurp(path, 1 << 20, &nb, "test");
    CHECK(one && two && na > 0);
    ck_assert_msg(na == nb && !memcmp(one, two, na), "%s.%s is not %s.%s", b, ending, a, ending);
    wki_free(one);
    wki_free(two);
}

enum { LONG = 80, STOPS = 20 };
typedef struct recipe {
    const char *optimizer, *options, *schedule, *lengths;
} recipe;

static const recipe recipes[] = { { "adam", "", "cosine_restarts", "t_0=4,t_mult=2" },
                                  { "sgd", "lr=0.1,momentum=0.9", "one_cycle", "max_lr=0.3,total_steps=90" },
                                  { "rmsprop", "momentum=0.5,centered", "plateau", "patience=0,factor=0.5" } };

static run start_logged(const recipe *p, uint64_t seed, int workers)
{
    run r = start(p->optimizer, p->options, seed, workers);
    r.t.optim = wk_optim_by_name(p->optimizer, wk_parameters(r.t.module), p->options);
    r.t.schedule = wk_schedule_by_name(p->schedule, r.t.optim, p->lengths);
    CHECK(r.t.schedule);
    return r;
}

/* One of the parts that make up the run: from the last checkpoint, some steps to the next one, and some that are logged
 * and lost, as of a process that is killed. Returns where the checkpoint is. */
static int64_t part_of(const recipe *p, run *r, int i, int64_t steps, int64_t lost)
{
    *r = start_logged(p, i ? 90 + (uint64_t)i : 5, i % 3);
    if (i) wk_set_lr(r->t.optim, 0.5);
    if (i) CHECK(wk_training_load_state_dict(&r->t, wk_checkpoint_load(folder, &r->step)) == WK_OK);
    log_into(r, "stopped");
    go(r, i == STOPS - 1 || r->step + steps > LONG ? LONG - r->step : steps);
    const int64_t done = r->step;
    CHECK(wk_checkpoint_save(folder, done, wk_training_state_dict(&r->t)) == WK_OK);
    if (i < STOPS - 1) go(r, lost);
    return done;
}

TEST(resume, twenty_chained_stops_change_neither_the_training_nor_its_logs)
{
    uint32_t x = 7;
    for (size_t k = 0; k < sizeof recipes / sizeof *recipes; k++) {
        WK_SCOPE(all);
        empty_folder();
        CHECK(mkdir(folder, 0777) == 0);
        run straight = start_logged(&recipes[k], 5, 1);
        log_into(&straight, "straight");
        go(&straight, LONG);
        CHECK(wk_logger_flush(straight.csv) == WK_OK && wk_logger_flush(straight.jsonl) == WK_OK);
        int64_t done = 0;
        for (int i = 0; i < STOPS; i++) {
            WK_SCOPE(part);
            run r;
            x = x * 1664525u + 1013904223u;
            done = part_of(&recipes[k], &r, i, (int64_t)(x >> 16) % 7, (int64_t)(x >> 24) % 4);
            if (i == STOPS - 1) check_same(&straight, &r);
        }
        ck_assert_int_eq(done, LONG);
        check_same_file("straight", "stopped", "csv");
        check_same_file("straight", "stopped", "jsonl");
    }
    empty_folder();
}

TEST(checkpoint, keeps_the_last_three_and_the_best)
{
    empty_folder();
    wk_state *s = wk_state_new();
    for (int64_t step = 1; step <= 5; step++) {
        wk_state_set(s, "x", wk_full(WK_SHAPE(2), WK_F32, (double)step));
        CHECK(wk_checkpoint_save(folder, step, s, .best = step == 2) == WK_OK);
    }
    int64_t step = 0;
    CHECK(wk_item(wk_sum(wk_state_get(wk_checkpoint_load(folder, &step), "x"))) == 10 && step == 5);
    CHECK(wk_item(wk_sum(wk_state_get(wk_checkpoint_load_best(folder, &step), "x"))) == 4 && step == 2);
    char path[128];
    for (int i = 1; i <= 5; i++) {
        snprintf(path, sizeof path, "%s/ckpt-%08d.safetensors", folder, i);
        ck_assert_int_eq(access(path, F_OK) == 0, i >= 3);
    }
    /* a damaged one is passed over */
    FILE *file = fopen(path, "r+");
    fseek(file, -1, SEEK_END);
    fputc(255, file);
    fclose(file);
    CHECK(wk_item(wk_sum(wk_state_get(wk_checkpoint_load(folder, &step), "x"))) == 8 && step == 4);
    for (int i = 3; i <= 4; i++) {
        snprintf(path, sizeof path, "%s/ckpt-%08d.safetensors", folder, i);
        CHECK(truncate(path, 20) == 0);
    }
    CHECK_NULL(wk_checkpoint_load(folder, NULL));
    CHECK_ERROR(WK_E_FORMAT, "ckpt-00000005");
    empty_folder();
    CHECK_NULL(wk_checkpoint_load(folder, NULL));
    CHECK_ERROR(WK_E_NOT_FOUND, folder);
    CHECK(wk_checkpoint_save(folder, -1, s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "step -1");
}

TEST(checkpoint, that_is_not_finite_never_takes_the_place_of_a_good_one)
{
    empty_folder();
    run r = start("adam", "lr=0.1", 1, 0);
    go(&r, 3);
    CHECK(wk_checkpoint_save(folder, 3, wk_training_state_dict(&r.t), .best = true, .keep = 1) == WK_OK);
    wk_tensor *m = wk_optim_state(r.t.optim, 0, "exp_avg");
    const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    for (int i = 0; i < 3; i++) {
        wk_fill_(wk_select(wk_select(m, 0, 1), 0, 1), bad[i]);
        CHECK(wk_checkpoint_save(folder, 4, wk_training_state_dict(&r.t), .best = true, .keep = 1) == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "checkpoint_save", "'optim.0.weight.exp_avg' of step 4 is not finite", folder);
        int64_t step = 0, best = 0;
        CHECK(wk_checkpoint_load(folder, &step) && wk_checkpoint_load_best(folder, &best) && step == 3 && best == 3);
    }
    CHECK(wk_checkpoint_save(folder, 4, wk_training_state_dict(&r.t), .nonfinite = true) == WK_OK);
    empty_folder();
}

TEST(checkpoint, of_a_newer_version_is_refused)
{
    empty_folder();
    wk_state *s = wk_state_new();
    CHECK(wk_checkpoint_save(folder, 1, s) == WK_OK);
    wk_state_set_int(s, "checkpoint.version", 2);
    wk_state_set_int(s, "checkpoint.step", 2);
    char path[128];
    snprintf(path, sizeof path, "%s/ckpt-00000002.safetensors", folder);
    CHECK(wk_state_write(s, path) == WK_OK);
    CHECK_NULL(wk_checkpoint_load(folder, NULL));
    CHECK_ERROR(WK_E_UNSUPPORTED, "version 2", "up to 1");
    empty_folder();
}

/* A program that begins anew where there is none (WK_E_NOT_FOUND) must not do so over weights that somebody put there.
 */
TEST(checkpoint, is_more_than_a_file_of_weights)
{
    char path[128];
    empty_folder();
    CHECK(wk_checkpoint_save(folder, 1, wk_state_new()) == WK_OK);
    for (int best = 0; best < 2; best++) {
        snprintf(path, sizeof path, "%s/%s.safetensors", folder, best ? "best" : "ckpt-00000001");
        CHECK(wk_state_write(wk_state_new(), path) == WK_OK);
        CHECK_NULL(best ? wk_checkpoint_load_best(folder, NULL) : wk_checkpoint_load(folder, NULL));
        CHECK_ERROR(WK_E_FORMAT, "checkpoint_load", path, "holds tensors alone");
    }
    empty_folder();
}

TEST(checkpoint, that_does_not_fit_changes_nothing)
{
    run a = start("adam", "", 1, 0), b = start("sgd", "lr=0.1", 1, 0);
    go(&a, 3);
    wk_state *before = wk_state_copy(wk_training_state_dict(&a.t)), *other = wk_training_state_dict(&b.t);
    CHECK(wk_training_load_state_dict(&a.t, other) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "of sgd", "this is adam");
    wk_state *wrong = wk_state_copy(before); /* the optimizer's part fits, the model's does not */
    wk_state_set(wrong, "model.0.weight", wk_zeros(WK_SHAPE(2, 2), WK_F32));
    wk_state_set(wrong, "optim.0.weight.exp_avg", wk_ones(WK_SHAPE(8, 5), WK_F32));
    CHECK(wk_training_load_state_dict(&a.t, wrong) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "0.weight", "[2, 2]");
    wk_state *after = wk_training_state_dict(&a.t);
    for (int64_t i = 0; i < wk_state_count(before); i++)
        CHECK(wk_equal(wk_state_at(before, i), wk_state_get(after, wk_state_name(before, i))));
    wk_loader *smaller = wk_loader_new(rows(), .batch_size = 3, .shuffle = true);
    CHECK(wk_loader_load_state_dict(smaller, wk_state_part(before, "loader.")) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "batch_size is 3 here", "was 4");
}

TEST(loader, seeks_any_batch)
{
    for (int workers = 0; workers < 3; workers++) {
        WK_SCOPE(one);
        wk_loader *loader =
            wk_loader_new(rows(), .batch_size = BATCH, .shuffle = true, .num_workers = workers, .seed = 4);
        int64_t order[2][6][BATCH] = { { { 0 } } };
        for (int epoch = 0; epoch < 2; epoch++)
            for (wk_batch *b; (b = wk_loader_next(loader));)
                memcpy(order[epoch][wk_loader_batch(loader) - 1], wk_batch_rows(b),
                       (size_t)wk_batch_size(b) * sizeof(int64_t));
        for (int k = 0; k < 12; k++) {
            const int epoch = k * 7 % 12 / 6, batch = k * 7 % 6;
            CHECK(wk_loader_seek(loader, epoch, batch) == WK_OK && wk_loader_epoch(loader) == epoch &&
                  wk_loader_batch(loader) == batch);
            wk_batch *b = wk_loader_next(loader);
            CHECK(!memcmp(wk_batch_rows(b), order[epoch][batch], (size_t)wk_batch_size(b) * sizeof(int64_t)));
        }
        CHECK(wk_loader_seek(loader, 1, 6) == WK_OK && !wk_loader_next(loader) && wk_loader_epoch(loader) == 2);
        CHECK(wk_loader_seek(loader, 0, 7) == WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, "batch is 7", "has 6");
    }
}

WICK_TEST_MAIN
