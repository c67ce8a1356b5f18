/* States of trainings that somebody else wrote: each text and tensor of a good one changed in turn. Such a state is
 * refused, with nothing changed, or loads to a training that goes on without harm. */
#include "hostile_training.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

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

static void check(wk_training *t, const wk_state *good, const wk_state *bad, const char *name, const char *how)
{
    const char *harm = hostile_harm(t, good, bad);
    ck_assert_msg(!harm, "%s of %s, %s: %s (%s)", name, wk_optim_name(t->optim), how, harm, wk_error_text());
}

static void change_texts(wk_training *t, const wk_state *good, const char *prefix)
{
    char digits[2001];
    memset(digits, '1', 2000);
    digits[2000] = 0;
    for (int64_t i = 0, n = wk_state_text_count(good); i < n; i++) {
        const char *key = wk_state_text_key(good, i), *next = wk_state_text(good, wk_state_text_key(good, (i + 1) % n));
        if (strncmp(key, prefix, strlen(prefix))) continue;
        check(t, good, hostile_text(good, key, NULL), key, "missing");
        check(t, good, hostile_text(good, key, digits), key, "very long");
        check(t, good, hostile_text(good, key, next), key, "that of the next");
        for (int k = 0; k < TEXTS; k++) {
            WK_SCOPE(one);
            check(t, good, hostile_text(good, key, hostile_texts[k]), key, hostile_texts[k]);
        }
    }
}

static void change_tensors(wk_training *t, const wk_state *good, const char *prefix)
{
    char how[32];
    for (int64_t i = 0; i < wk_state_count(good); i++) {
        if (strncmp(wk_state_name(good, i), prefix, strlen(prefix))) continue;
        for (int way = 0; way < HOSTILE_WAYS; way++) {
            WK_SCOPE(one);
            snprintf(how, sizeof how, "changed in way %d", way);
            check(t, good, hostile_tensor(good, i, way), wk_state_name(good, i), how);
        }
    }
}

static void change(hostile_kinds k, const char *const *prefixes, int n)
{
    WK_SCOPE(all);
    wk_manual_seed(3);
    wk_training t = hostile_training(&k);
    hostile_train(&t, 3);
    ck_assert_msg(!wk_failed(), "%s, %s: %s", k.optim, k.schedule, wk_error_text());
    const wk_state *good = wk_state_copy(wk_training_state_dict(&t));
    wk_memory before, after;
    wk_memory_stats(WK_CPU, &before);
    for (int i = 0; i < n; i++) {
        change_texts(&t, good, prefixes[i]);
        change_tensors(&t, good, prefixes[i]);
    }
    wk_memory_stats(WK_CPU, &after);
    ck_assert_msg(after.peak - before.used < 16 << 20, "%s, %s: takes %lld bytes", k.optim, k.schedule,
                  (long long)(after.peak - before.used));
}

TEST(hostile_state, of_model_loader_average_and_numbers_does_no_harm)
{
    static const char *const prefixes[] = { "model.", "loader.", "average.", "random." };
    change((hostile_kinds){ "sgd", "exponential", false }, prefixes, 4);
    change((hostile_kinds){ "sgd", "exponential", true }, prefixes + 2, 1);
}

TEST(hostile_state, of_any_optimizer_does_no_harm)
{
    static const char *const prefix[] = { "optim." };
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) change((hostile_kinds){ names[i], "exponential", false }, prefix, 1);
}

TEST(hostile_state, of_any_schedule_does_no_harm)
{
    static const char *const prefix[] = { "schedule." };
    const char *const *names;
    const int n = wk_schedule_names(&names);
    for (int i = 0; i < n; i++) change((hostile_kinds){ "sgd", names[i], false }, prefix, 1);
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
            CHECK(wk_state_write(hostile_text(s, keys[key], k < TEXTS ? hostile_texts[k] : NULL), path) == WK_OK);
            const wk_state *read = wk_checkpoint_load(folder, &step);
            ck_assert_msg(step >= 0 && (read || hostile_error(wk_error()) || wk_error() == WK_E_UNSUPPORTED),
                          "%s of %s", keys[key], k < TEXTS ? hostile_texts[k] : "nothing");
            wk_error_clear();
        }
    unlink(path);
    rmdir(folder);
}

WICK_TEST_MAIN
