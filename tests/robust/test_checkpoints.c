/* A folder of checkpoints while the disk fails, the process is killed or the power goes: one that loads is always
 * there, and the best is whole, and not older than one that was saved as the best. And what a state that does not fit
 * tells of itself. */
#define _GNU_SOURCE 1
#include "bad_disk.h"
#include "wick/train.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 4000, KEEP = 1 };
static char above[64], folder[80], lost[80];

static void new_folder(void)
{
    snprintf(above, sizeof above, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(above) != NULL);
    snprintf(folder, sizeof folder, "%s/run", above);
    snprintf(lost, sizeof lost, "%s/lost", above);
}

static void name_in(const char *in, const char *name, char path[400]) { snprintf(path, 400, "%s/%s", in, name); }

static void empty(const char *in)
{
    DIR *d = opendir(in);
    char path[400];
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') name_in(in, e->d_name, path), unlink(path);
    if (d) closedir(d);
    rmdir(in);
}

static void remove_folders(void)
{
    empty(folder);
    empty(lost);
    empty(above);
}

static bool is_best(int step) { return step % 2 == 0; }

/* All numbers of the checkpoint are its step's. */
static wk_status save(int step)
{
    WK_SCOPE(saving);
    wk_state *s = wk_state_new();
    wk_state_set(s, "weight", wk_full(WK_SHAPE(LARGE), WK_F32, step));
    wk_state_set(s, "bias", wk_full(WK_SHAPE(10 + step % 7), WK_F64, step));
    return wk_checkpoint_save(folder, step, s, .best = is_best(step), .keep = KEEP);
}

/* The step of the newest checkpoint that loads, or of the best; -1 with the error cleared. */
static int step_in(const char *in, bool best)
{
    WK_SCOPE(reading);
    int64_t step = 0;
    const wk_state *s = best ? wk_checkpoint_load_best(in, &step) : wk_checkpoint_load(in, &step);
    if (!s) return wk_error_clear(), -1;
    CHECK(wk_equal(wk_state_get(s, "weight"), wk_full(WK_SHAPE(LARGE), WK_F32, (double)step)));
    CHECK(wk_equal(wk_state_get(s, "bias"), wk_full(WK_SHAPE(10 + step % 7), WK_F64, (double)step)));
    return (int)step;
}

/* ---- A disk whose n-th call fails, or before whose n-th call the process is killed ---- */

/* Checkpoints 1 to 3, of which 2 is the best; then 4, which takes its place and that of 2. */
static void begin(void)
{
    empty(folder);
    faults.left = -1;
    faults.error = EIO;
    faults.idle = true;
    wki_set_file_ops(&bad);
    for (int step = 1; step < 4; step++) CHECK(save(step) == WK_OK);
    wki_set_file_ops(NULL);
}

static void check_old_or_new(bool done)
{
    const int step = step_in(folder, false), best = step_in(folder, true);
    CHECK((step == 4 && best == 4) || (!done && step == 3 && (best == 2 || best == 4)));
}

TEST(checkpoint, whose_saving_fails_at_any_call_leaves_the_old_or_the_new)
{
    new_folder();
    bool done = false;
    int n = 0;
    for (; !done; n++) {
        begin();
        faults.left = n;
        faults.kill = false;
        wki_set_file_ops(&bad);
        const wk_status status = save(4);
        done = faults.left >= 0;
        wki_set_file_ops(NULL);
        CHECK(done ? status == WK_OK : status == WK_OK || status == WK_E_IO || status == WK_E_NOT_FOUND);
        CHECK(status == wk_error());
        wk_error_clear();
        check_old_or_new(status == WK_OK);
    }
    CHECK(n > 30);
    remove_folders();
}

TEST(checkpoint, whose_saving_is_killed_before_any_call_leaves_the_old_or_the_new)
{
    new_folder();
    bool done = false;
    int n = 0;
    for (; !done; n++) {
        begin();
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            faults.left = n;
            faults.kill = true;
            wki_set_file_ops(&bad);
            _exit(save(4) != WK_OK);
        }
        const int status = wait_for(child);
        done = WIFEXITED(status);
        CHECK(done ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL);
        check_old_or_new(done);
    }
    CHECK(n > 30);
    remove_folders();
}

/* ---- A machine that loses power: with several names, and a folder that is new itself ---- */

enum { SAVES = 6 };

/* Files go at the end of a saving, after all other calls. */
static void record_removals(void)
{
    char path[400];
    for (int name = 0; name < disk.names; name++) {
        name_in(folder, disk.name[name], path);
        bool there = false;
        for (int i = 0; i < disk.count; i++)
            if (disk.calls[i].name == name && (disk.calls[i].kind == RENAMED || disk.calls[i].kind == REMOVED))
                there = disk.calls[i].kind == RENAMED;
        if (there && access(path, F_OK) != 0) record(REMOVED, -1, name);
    }
}

static void record_saves(void)
{
    struct stat over;
    CHECK(stat(above, &over) == 0);
    memset(&disk, 0, sizeof disk);
    disk.above = over.st_ino;
    wki_set_file_ops(&recording);
    for (int step = 1; step <= SAVES; step++) {
        CHECK(save(step) == WK_OK);
        record_removals();
        record(SAVED, step, -1);
    }
    wki_set_file_ops(NULL);
}

/* The file that a name may stand for: what is in a synced folder has happened, of the rest as much as chance will. */
static int file_after(int calls, int name, wk_rng *rng)
{
    const int synced = last_of(calls, INSIDE_SYNCED);
    int file = -1;
    for (int i = 0; i < calls; i++) {
        const call *c = &disk.calls[i];
        if (c->name != name || (c->kind != RENAMED && c->kind != REMOVED)) continue;
        if (i > synced && wki_rng_below(rng, 2)) break;
        file = c->file;
    }
    return file;
}

/* What may be left after so many calls, in a folder of its own; false: not even the folder. */
static bool lose_power(int calls, wk_rng *rng)
{
    unsigned char bytes[8 * LARGE];
    char path[400];
    empty(lost);
    if (last_of(calls, ABOVE_SYNCED) < 0 && wki_rng_below(rng, 2)) return false;
    CHECK(mkdir(lost, 0777) == 0);
    for (int name = 0; name < disk.names; name++) {
        const int file = file_after(calls, name, rng);
        if (file < 0) continue;
        const size_t n = bytes_after(calls, file, bytes, rng);
        name_in(lost, disk.name[name], path);
        FILE *f = fopen(path, "wb");
        CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
    }
    return true;
}

static void check_loss(int calls, wk_rng *rng)
{
    const int at = last_of(calls, SAVED), saved = at < 0 ? -1 : disk.calls[at].file;
    const bool there = lose_power(calls, rng);
    const int step = there ? step_in(lost, false) : -1, best = there ? step_in(lost, true) : -1;
    if (step < saved || best < step - !is_best(step) - (step < 2))
        ck_abort_msg("after call %d: step %d was saved; step %d and best %d are there", calls, saved, step, best);
}

/* WICK_FUZZ times as many. */
TEST(checkpoint, two_thousand_losses_of_power_leave_one_and_the_best)
{
    const int losses = 2000 * (getenv("WICK_FUZZ") ? atoi(getenv("WICK_FUZZ")) : 1);
    wk_rng rng = wki_rng_at(31, 0, 0);
    new_folder();
    record_saves();
    for (int i = 0; i < losses; i++) check_loss((int)wki_rng_below(&rng, (uint64_t)disk.count + 1), &rng);
    forget_calls();
    remove_folders();
}

TEST(checkpoint, in_a_new_folder_outlives_a_loss_of_power)
{
    wk_rng rng = wki_rng_at(37, 0, 0);
    new_folder();
    record_saves();
    const int saved = last_of(disk.count, SAVED);
    for (int i = 0; i < 20; i++) check_loss(saved + 1, &rng);
    CHECK(last_of(disk.count, ABOVE_SYNCED) >= 0);
    forget_calls();
    remove_folders();
}

/* ---- What killed processes left ---- */

/* A file's descriptor, of a minute that is long over. */
static int leave(const char *name)
{
    const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    char path[400];
    name_in(folder, name, path);
    const int fd = open(path, O_WRONLY | O_CREAT, 0666);
    CHECK(fd >= 0 && futimens(fd, old) == 0);
    return fd;
}

static bool is_there(const char *name)
{
    char path[400];
    name_in(folder, name, path);
    return access(path, F_OK) == 0;
}

TEST(checkpoint, takes_away_what_was_left_of_other_steps_and_of_the_best)
{
    static const char *const left[] = { "ckpt-00000123.safetensors.7-0.tmp", "best.safetensors.7-1.tmp" };
    static const char *const others[] = { "mine.safetensors.7-2.tmp", "ckpt-00000123.safetensors.7.tmp", "ckpt-notes" };
    new_folder();
    CHECK(mkdir(folder, 0777) == 0);
    for (int i = 0; i < 2; i++) close(leave(left[i]));
    for (int i = 0; i < 3; i++) close(leave(others[i]));
    const int held = leave("ckpt-00000124.safetensors.8-0.tmp");
    CHECK(flock(held, LOCK_EX) == 0);
    CHECK(save(1) == WK_OK && step_in(folder, false) == 1);
    for (int i = 0; i < 2; i++) CHECK(!is_there(left[i]));
    for (int i = 0; i < 3; i++) CHECK(is_there(others[i]));
    CHECK(is_there("ckpt-00000124.safetensors.8-0.tmp"));
    close(held); /* as its process ends */
    CHECK(save(2) == WK_OK && !is_there("ckpt-00000124.safetensors.8-0.tmp"));
    remove_folders();
}

TEST(log, that_goes_on_takes_away_what_was_left_of_it)
{
    char path[400];
    new_folder();
    CHECK(mkdir(folder, 0777) == 0);
    close(leave("metrics.csv"));
    close(leave("metrics.csv.7-0.tmp"));
    const int held = leave("metrics.csv.8-0.tmp");
    CHECK(flock(held, LOCK_EX) == 0);
    name_in(folder, "metrics.csv", path);
    CHECK(wk_logger_resume(wk_logger_csv(path), 1) == WK_OK);
    CHECK(!is_there("metrics.csv.7-0.tmp") && is_there("metrics.csv.8-0.tmp"));
    close(held);
    remove_folders();
}

/* ---- A state that does not fit ---- */

/* Of two forms, which differ in each part. */
static wk_training training(bool other)
{
    const int width = other ? 6 : 8, rows = other ? 16 : 20;
    wk_module *children[] = { wk_nn_linear(5, width), wk_nn_relu(), wk_nn_linear(width, 3), wk_nn_linear(3, 3) };
    wk_module *net = wk_nn_sequential_new(children, other ? 4 : 3);
    wk_training t = wk_training_of(.module = net, .optim = wk_optim_adam(wk_parameters(net)));
    wk_tensor *fields[] = { wk_zeros(WK_SHAPE(rows, 5), WK_F32), wk_zeros(WK_SHAPE(rows), WK_I64) };
    t.loader = wk_loader_new(wk_dataset_tensors(fields, (const char *const[]){ "x", "y" }, 2), .batch_size = 4);
    t.schedule = other ? wk_schedule_cosine(t.optim, 10, 0) : wk_schedule_exponential(t.optim, 0.9);
    t.average = wk_ema_new(wk_parameters(net), 0.9);
    return t;
}

static void train(wk_training *t)
{
    wk_batch *b = wk_loader_next(t->loader);
    wk_backward(wk_cross_entropy(wk_forward(t->module, wk_batch_x(b)), wk_batch_y(b)));
    wk_step(t->optim);
    wk_average_update(t->average);
    wk_schedule_advance(t->schedule);
}

static void check_unchanged(const wk_state *before, const wk_state *after)
{
    CHECK(wk_state_count(before) == wk_state_count(after));
    CHECK(wk_state_text_count(before) == wk_state_text_count(after));
    for (int64_t i = 0; i < wk_state_count(before); i++)
        CHECK(wk_equal(wk_state_at(before, i), wk_state_get(after, wk_state_name(before, i))));
    for (int64_t i = 0; i < wk_state_text_count(before); i++) {
        const char *key = wk_state_text_key(before, i);
        CHECK(!strcmp(wk_state_text(before, key), wk_state_text(after, key)));
    }
}

TEST(training, whose_parts_all_differ_says_so_in_one_error_and_is_unchanged)
{
    wk_training mine = training(false), other = training(true);
    train(&mine);
    train(&other);
    wk_state *before = wk_state_copy(wk_training_state_dict(&mine)),
             *wrong = wk_state_copy(wk_training_state_dict(&other));
    CHECK(wk_training_load_state_dict(&mine, wrong) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "training_load_state_dict: model: 2 unexpected: 3.", "; 3 of another shape or dtype: 0.",
                "optim: 6 unexpected: 3.", "; 6 of another shape or dtype: 0.", "schedule: the state is of cosine",
                "average: 3 of another shape or dtype: m", "loader: rows is 20 here");
    check_unchanged(before, wk_training_state_dict(&mine));
}

TEST(training, of_which_one_part_differs_is_unchanged_in_all)
{
    static const char *const parts[] = { "model.", "optim.", "schedule.", "average.", "loader.", "random." };
    wk_training mine = training(false), later = training(false), other = training(true);
    train(&mine);
    for (int i = 0; i < 3; i++) train(&later);
    train(&other);
    wk_state *before = wk_state_copy(wk_training_state_dict(&mine));
    wk_state *fits = wk_training_state_dict(&later), *wrong = wk_training_state_dict(&other);
    char text[64];
    for (int differs = 0; differs < 6; differs++) {
        wk_state *s = wk_state_new();
        for (int i = 0; i < 6; i++)
            if (i != differs || differs < 5)
                wk_state_add(s, parts[i], wk_state_part(i == differs ? wrong : fits, parts[i]));
        CHECK_OK();
        CHECK(wk_training_load_state_dict(&mine, s) != WK_OK);
        snprintf(text, sizeof text, "training_load_state_dict: %.*s: ", (int)strlen(parts[differs]) - 1,
                 parts[differs]);
        CHECK_ERROR(wk_error(), text);
        check_unchanged(before, wk_training_state_dict(&mine));
    }
    CHECK(wk_training_load_state_dict(&mine, fits) == WK_OK);
    check_unchanged(fits, wk_training_state_dict(&mine));
}

WICK_TEST_MAIN
