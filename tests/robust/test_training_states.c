/* States of trainings that somebody else wrote: each text and tensor of a good one changed in turn. Such a state is
 * refused, with nothing changed, or loads to a training that goes on without harm. */
#include "wick/train.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 20 };

static const char *const hostile_texts[] = { "",
                                             "x",
                                             "-1",
                                             "0",
                                             "1",
                                             "3",
                                             "0.5",
                                             "1e308",
                                             "-1e308",
                                             "inf",
                                             "-inf",
                                             "nan:7ff8000000000000",
                                             "9223372036854775807",
                                             "-9223372036854775808",
                                             "9223372036854775808",
                                             "4611686018427387903",
                                             "1000000000",
                                             "true" };
enum { TEXTS = sizeof hostile_texts / sizeof *hostile_texts };

/* ---- A training with all its parts ---- */

typedef struct kinds {
    const char *optim, *options, *schedule, *numbers;
    bool swa;
} kinds;

static wk_module *net(bool of_matrices)
{
    if (of_matrices) return wk_nn_sequential(wk_nn_linear(5, 4, .bias = false), wk_nn_linear(4, 3, .bias = false));
    return wk_nn_sequential(wk_nn_linear(5, 4), wk_nn_batch_norm1d(4, .momentum = NAN), wk_nn_relu(),
                            wk_nn_linear(4, 3));
}

static wk_training training(const kinds *k)
{
    wk_training t = wk_training_of(.module = net(!strcmp(k->optim, "muon")));
    wk_tensor *fields[] = { wk_rand(WK_SHAPE(ROWS, 5), WK_F32), wk_zeros(WK_SHAPE(ROWS), WK_I64) };
    t.optim = wk_optim_by_name(k->optim, wk_parameters(t.module), k->options);
    t.loader = wk_loader_new(wk_dataset_tensors(fields, (const char *const[]){ "x", "y" }, 2), .batch_size = 8,
                             .shuffle = true);
    t.schedule = wk_schedule_by_name(k->schedule, t.optim, k->numbers);
    t.average = k->swa ? wk_swa_new(wk_parameters(t.module)) : wk_ema_new(wk_parameters(t.module), 0.9);
    ck_assert_msg(!wk_failed(), "%s, %s: %s", k->optim, k->schedule, wk_error_text());
    return t;
}

typedef struct batch {
    wk_training *t;
    wk_batch *b;
} batch;

static wk_tensor *loss_of(void *user)
{
    const batch *on = user;
    wk_tensor *loss = wk_cross_entropy(wk_forward(on->t->module, wk_batch_x(on->b)), wk_batch_y(on->b));
    wk_zero_grad(on->t->optim);
    wk_backward(loss);
    return loss;
}

/* Errors may end it: a state that was taken may be of no use, as a rate of infinity is. */
static void train(wk_training *t, int steps)
{
    for (int i = 0; i < steps && !wk_failed(); i++) {
        WK_SCOPE(step);
        double loss;
        batch on = { t, wk_loader_next(t->loader) };
        if (!on.b) on.b = wk_loader_next(t->loader);
        if (!on.b) break;
        if (!strcmp(wk_optim_name(t->optim), "lbfgs"))
            wk_step_closure(t->optim, loss_of, &on, &loss);
        else if (loss_of(&on))
            wk_step(t->optim);
        wk_average_update(t->average);
        if (!strcmp(wk_schedule_name(t->schedule), "plateau"))
            wk_schedule_advance_metric(t->schedule, 1);
        else
            wk_schedule_advance(t->schedule);
    }
}

static bool same_bits(wk_tensor *a, wk_tensor *b)
{
    const size_t bytes = (size_t)wk_numel(a) * wk_dtype_size(wk_dtype_of(a));
    return wk_dtype_of(a) == wk_dtype_of(b) && wk_ndim(a) == wk_ndim(b) && wk_numel(a) == wk_numel(b) &&
           (!bytes || !memcmp(wk_data(wk_contiguous(a)), wk_data(wk_contiguous(b)), bytes));
}

static void check_same(const wk_state *a, const wk_state *b, const char *what)
{
    ck_assert_msg(wk_state_count(a) == wk_state_count(b) && wk_state_text_count(a) == wk_state_text_count(b),
                  "%s: a part has changed", what);
    for (int64_t i = 0; i < wk_state_count(a); i++)
        ck_assert_msg(same_bits(wk_state_at(a, i), wk_state_get(b, wk_state_name(a, i))), "%s: %s has changed", what,
                      wk_state_name(a, i));
    for (int64_t i = 0; i < wk_state_text_count(a); i++) {
        const char *key = wk_state_text_key(a, i);
        ck_assert_msg(!strcmp(wk_state_text(a, key), wk_state_text(b, key)), "%s: %s has changed", what, key);
    }
}

/* ---- Changed states ---- */

static bool is_of_a_state(wk_status s)
{
    return s == WK_E_FORMAT || s == WK_E_INVALID || s == WK_E_SHAPE || s == WK_E_NOT_FOUND || s == WK_E_RANGE ||
           s == WK_E_DTYPE;
}

/* What becomes of a training, which stands at `good`, by a state that is not. */
static void check_state(wk_training *t, const wk_state *good, const wk_state *bad, const char *what)
{
    WK_SCOPE(one);
    ck_assert_msg(!wk_failed(), "%s: %s", what, wk_error_text());
    const wk_state *before = wk_state_copy(wk_training_state_dict(t));
    const wk_status status = wk_training_load_state_dict(t, bad);
    if (status) {
        ck_assert_msg(is_of_a_state(status) && !strncmp(wk_error_text(), "training_load_state_dict: ", 26), "%s: %s",
                      what, wk_error_text());
        wk_error_clear();
        check_same(before, wk_training_state_dict(t), what);
        return;
    }
    train(t, 4);
    wk_error_clear();
    ck_assert_msg(wk_training_load_state_dict(t, good) == WK_OK, "%s, and then the good one: %s", what,
                  wk_error_text());
    check_same(good, wk_training_state_dict(t), what);
}

/* A copy of s in which key has another text; text NULL: it is missing. */
static wk_state *with_text(const wk_state *s, const char *key, const char *text)
{
    wk_state *changed = wk_state_new();
    for (int64_t i = 0; i < wk_state_count(s); i++) wk_state_set(changed, wk_state_name(s, i), wk_state_at(s, i));
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *other = wk_state_text_key(s, i);
        const char *now = strcmp(other, key) ? wk_state_text(s, other) : text;
        if (now) wk_state_set_text(changed, other, now);
    }
    return changed;
}

/* The same of a tensor; name NULL: it is missing. */
static wk_state *with_tensor(const wk_state *s, int64_t at, const char *name, wk_tensor *t)
{
    wk_state *changed = wk_state_new();
    for (int64_t i = 0; i < wk_state_count(s); i++)
        if (i != at) wk_state_set(changed, wk_state_name(s, i), wk_state_at(s, i));
    if (name) wk_state_set(changed, name, t);
    for (int64_t i = 0; i < wk_state_text_count(s); i++)
        wk_state_set_text(changed, wk_state_text_key(s, i), wk_state_text(s, wk_state_text_key(s, i)));
    return changed;
}

static void change_texts(wk_training *t, const wk_state *good, const char *prefix)
{
    char what[256], digits[2001];
    memset(digits, '1', 2000);
    digits[2000] = 0;
    for (int64_t i = 0; i < wk_state_text_count(good); i++) {
        const char *key = wk_state_text_key(good, i),
                   *next = wk_state_text_key(good, (i + 1) % wk_state_text_count(good));
        if (strncmp(key, prefix, strlen(prefix))) continue;
        for (int k = 0; k < TEXTS + 3; k++) {
            WK_SCOPE(one);
            const char *text = k < TEXTS       ? hostile_texts[k]
                               : k == TEXTS    ? digits
                               : k < TEXTS + 2 ? wk_state_text(good, next)
                                               : NULL;
            snprintf(what, sizeof what, "%s of %.40s", key, text ? text : "nothing");
            check_state(t, good, with_text(good, key, text), what);
        }
    }
}

/* The k-th way to change a tensor; *name becomes the name it stands under. */
static wk_tensor *changed(const wk_state *s, int64_t at, int k, const char **name)
{
    wk_tensor *t = wk_state_at(s, at);
    const wk_dtype dtype = wk_dtype_of(t);
    const double fills[] = { NAN, INFINITY, -1, 3e38, 0 };
    *name = wk_state_name(s, at);
    switch (k) {
    case 0: return *name = NULL, t;
    case 1: return *name = "model.another", t;
    case 2: return wk_to(t, dtype == WK_I64 ? WK_F32 : WK_I64);
    case 3: return wk_to(t, dtype == WK_F64 ? WK_F32 : WK_F64);
    case 4: return wk_unsqueeze(t, 0);
    case 5: return wk_zeros(WK_SHAPE(0), dtype);
    case 6: return wk_zeros(WK_SHAPE(7, 3), dtype);
    case 7: return wk_state_at(s, (at + 1) % wk_state_count(s));
    case 8: return wk_full(wk_ndim(t), wk_shape(t), WK_BOOL, 1);
    case 9: return dtype == WK_I64 ? wk_from(&(int64_t){ INT64_MAX }, 0, NULL, WK_I64) : wk_neg(t);
    default: return wk_full(wk_ndim(t), wk_shape(t), dtype, dtype == WK_I64 ? -1 : fills[k - 10]);
    }
}

static void change_tensors(wk_training *t, const wk_state *good, const char *prefix)
{
    char what[256];
    for (int64_t i = 0; i < wk_state_count(good); i++) {
        if (strncmp(wk_state_name(good, i), prefix, strlen(prefix))) continue;
        for (int k = 0; k < 15; k++) {
            WK_SCOPE(one);
            const char *name;
            wk_tensor *to = changed(good, i, k, &name);
            snprintf(what, sizeof what, "%s, changed in way %d", wk_state_name(good, i), k);
            check_state(t, good, with_tensor(good, i, name, to), what);
        }
    }
}

static void change(const kinds *k, const char *const *prefixes, int n)
{
    WK_SCOPE(all);
    wk_manual_seed(3);
    wk_training t = training(k);
    train(&t, 3);
    ck_assert_msg(!wk_failed(), "%s, %s: %s", k->optim, k->schedule, wk_error_text());
    const wk_state *good = wk_state_copy(wk_training_state_dict(&t));
    wk_memory before, after;
    wk_memory_stats(WK_CPU, &before);
    for (int i = 0; i < n; i++) {
        change_texts(&t, good, prefixes[i]);
        change_tensors(&t, good, prefixes[i]);
    }
    wk_memory_stats(WK_CPU, &after);
    ck_assert_msg(after.peak - before.used < 16 << 20, "%s, %s: takes %lld bytes", k->optim, k->schedule,
                  (long long)(after.peak - before.used));
}

TEST(hostile_state, of_model_loader_average_and_numbers_does_no_harm)
{
    static const char *const prefixes[] = { "model.", "loader.", "average.", "random." };
    change(&(kinds){ "sgd", NULL, "exponential", "gamma=0.9", false }, prefixes, 4);
    change(&(kinds){ "sgd", NULL, "exponential", "gamma=0.9", true }, prefixes + 2, 1);
}

TEST(hostile_state, of_any_optimizer_does_no_harm)
{
    static const char *const prefixes[] = { "optim." };
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++)
        change(
            &(kinds){ names[i], !strcmp(names[i], "sgd") ? "momentum=0.9" : NULL, "exponential", "gamma=0.9", false },
            prefixes, 1);
}

TEST(hostile_state, of_any_schedule_does_no_harm)
{
    static const char *const prefixes[] = { "schedule." };
    const char *const *names;
    const int n = wk_schedule_names(&names);
    for (int i = 0; i < n; i++) {
        const char *numbers = !strcmp(names[i], "cosine")            ? "t_max=5"
                              : !strcmp(names[i], "cosine_restarts") ? "t_0=2,t_mult=2"
                              : !strcmp(names[i], "exponential")     ? "gamma=0.9"
                              : !strcmp(names[i], "step")            ? "step_size=2"
                              : !strcmp(names[i], "multistep")       ? "milestones=2:4"
                              : !strcmp(names[i], "one_cycle")       ? "max_lr=0.1,total_steps=100"
                              : !strcmp(names[i], "swa")             ? "swa_lr=0.01"
                                                                     : NULL;
        change(&(kinds){ "sgd", "momentum=0.9", names[i], numbers, false }, prefixes, 1);
    }
}

TEST(hostile_state, of_a_file_is_passed_over_or_has_a_step)
{
    char folder[] = "/tmp/wick-test-XXXXXX", path[64];
    const char *const keys[] = { "checkpoint.version", "checkpoint.step" };
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/ckpt-00000007.safetensors", folder);
    wk_state *s = wk_state_new();
    wk_state_set_int(s, keys[0], 1);
    wk_state_set_int(s, keys[1], 7);
    for (int key = 0; key < 2; key++)
        for (int k = 0; k <= TEXTS; k++) {
            WK_SCOPE(one);
            int64_t step = 7;
            CHECK(wk_state_write(with_text(s, keys[key], k < TEXTS ? hostile_texts[k] : NULL), path) == WK_OK);
            const wk_state *read = wk_checkpoint_load(folder, &step);
            ck_assert_msg(step >= 0 && (read || is_of_a_state(wk_error()) || wk_error() == WK_E_UNSUPPORTED),
                          "%s of %s", keys[key], k < TEXTS ? hostile_texts[k] : "nothing");
            wk_error_clear();
        }
    unlink(path);
    rmdir(folder);
}

WICK_TEST_MAIN
