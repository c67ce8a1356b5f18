/* The laws of base that need no more than a few calls: errors, the log, random numbers, devices, versions, dtypes. Some
 * are those of internal functions, so the test links the static library. */
#include "base/error.h"
#include "base/options.h"
#include "base/rng.h"
#include "base/thread.h"
#include "base_node.h"
#include "wick/cuda.h"
#include <stdio.h>

WICK_ON_CPU("it makes no tensors")

/* errors */

TEST(error, stays_the_first_until_cleared)
{
    CHECK(!wk_failed() && wk_error() == WK_OK && wk_error_text()[0] == 0);
    CHECK(wk_fail(WK_E_SHAPE, "first %d", 1) == WK_E_SHAPE);
    CHECK(wki_fail(WK_E_IO, "save", "second") == WK_E_IO);
    CHECK(wk_failed() && wk_error() == WK_E_SHAPE && strcmp(wk_error_text(), "first 1") == 0);
    wk_error_clear();
    CHECK(!wk_failed() && wk_error_text()[0] == 0);
    wki_fail(WK_E_IO, "save", "no room in %s", "x.h5");
    CHECK(strcmp(wk_error_text(), "save: no room in x.h5") == 0);
    wk_error_clear();
}

TEST(error, text_is_cut_at_a_whole_character)
{
    char word[1200] = "x";
    for (int i = 0; i < 500; i++) strcat(word, "\xC3\xA9");
    wk_fail(WK_E_INVALID, "%s", word);
    const size_t length = strlen(wk_error_text());
    CHECK(length >= 500 && length < 512);
    CHECK(strcmp(wk_error_text() + length - 5, "\xC3\xA9...") == 0);
    wk_error_clear();
    wki_fail(WK_E_INVALID, word, "never seen");
    CHECK(strlen(wk_error_text()) < 512);
    wk_error_clear();
}

TEST(error, of_ok_is_none)
{
    CHECK(wk_fail(WK_OK, "nothing") == WK_OK);
    CHECK_OK();
    CHECK(strcmp(wk_status_text(WK_E_SHAPE), "shapes do not fit") == 0);
    CHECK(wk_status_text((wk_status)-1) && wk_status_text(WK_STATUS_COUNT));
}

static void fail_on_its_own(void *out)
{
    wk_fail(WK_E_RANGE, "of the worker");
    wki_error_take(out);
}

TEST(error, belongs_to_its_thread_and_can_be_carried)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(fail_on_its_own, &carried, "fails"));
    CHECK_OK();
    CHECK(wki_error_raise(&carried) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "of the worker");
}

TEST(error, null_argument_is_one_only_without_another)
{
    CHECK(!is_live(NULL));
    CHECK_ERROR(WK_E_INVALID, "use: x is NULL");
    wk_fail(WK_E_IO, "cause");
    CHECK(!is_live(NULL));
    CHECK_ERROR(WK_E_IO, "cause");
}

TEST(error, suggests_the_nearest_word)
{
    static const char *const names[] = { "sgd", "adagrad", "rmsprop", "adam", "adamw" };
    const struct {
        const char *word, *nearest;
    } cases[] = { { "adma", "adam" },    { "adagard", "adagrad" }, { "SGD", "sgd" }, { "rmsprp", "rmsprop" },
                  { "adamww", "adamw" }, { "lbfgs", NULL },        { "", NULL },     { "momentum", NULL } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = wki_nearest(cases[i].word, names, 5);
        CHECK(found == cases[i].nearest || (found && cases[i].nearest && strcmp(found, cases[i].nearest) == 0));
    }
}

static char logged[512];
static int times_logged;

static void remember(void *user, wk_log_level level, const char *text)
{
    CHECK(user == logged && level == WK_LOG_WARNING);
    times_logged++;
    snprintf(logged, sizeof logged, "%s", text);
}

TEST(log, warns_once_of_a_scope_with_ten_thousand_objects)
{
    wk_set_log(remember, logged);
    WK_SCOPE(crowded);
    for (int i = 0; i < 9999; i++) node_new();
    CHECK(times_logged == 0);
    for (int i = 0; i < 10001; i++) node_new();
    CHECK(times_logged == 1 && strstr(logged, "crowded") && strstr(logged, "10000"));
    wk_set_log(NULL, NULL);
}

/* random numbers */

TEST(rng, philox_gives_the_known_answers)
{
    /* Random123, kat_vectors, philox4x32 10 */
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        wki_philox(known[i].counter, known[i].key, out);
        CHECK(memcmp(out, known[i].answer, sizeof out) == 0);
    }
}

TEST(rng, streams_repeat_and_differ)
{
    wk_rng a = wki_rng_at(7, 1, 5), b = wki_rng_at(7, 1, 5), c = wki_rng_at(7, 2, 5), d = wki_rng_at(7, 1, 6);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        const uint32_t x = wki_rng_u32(&a);
        CHECK(x == wki_rng_u32(&b));
        same += (x == wki_rng_u32(&c)) + (x == wki_rng_u32(&d));
    }
    CHECK(same == 0);
}

TEST(rng, numbers_have_their_distributions)
{
    wk_rng rng = wki_rng_at(1, 0, 0);
    double sum = 0, squares = 0, flat = 0;
    int counts[7] = { 0 };
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        const double x = wki_rng_normal(&rng), u = wki_rng_uniform(&rng);
        CHECK(u >= 0 && u < 1);
        sum += x;
        squares += x * x;
        flat += u;
        counts[wki_rng_below(&rng, 7)]++;
    }
    CHECK_NEAR(sum / n, 0, 0.01);
    CHECK_NEAR(squares / n, 1, 0.02);
    CHECK_NEAR(flat / n, 0.5, 0.005);
    for (int i = 0; i < 7; i++) CHECK_NEAR(counts[i] * 7.0 / n, 1, 0.03);
    CHECK(wki_rng_below(&rng, 0) == 0 && wki_rng_below(&rng, 1) == 0);
}

static void next_of_a_thread(void *key) { *(wki_random_key *)key = wki_random_next(); }

TEST(rng, operations_are_numbered_from_the_seed)
{
    wk_manual_seed(42);
    CHECK(wk_initial_seed() == 42);
    const wki_random_key first = wki_random_next(), second = wki_random_next();
    CHECK(first.seed == 42 && first.op == 0 && second.op == 1 && first.stream == second.stream);
    wki_random_key other;
    wki_thread_join(wki_thread_start(next_of_a_thread, &other, "draws"));
    CHECK(other.seed == 42 && other.op == 0 && other.stream != first.stream);
    wk_manual_seed(42);
    const wki_random_key again = wki_random_next();
    CHECK(again.op == 0 && again.stream == first.stream);
}

TEST(rng, goes_on_from_a_place_that_was_kept)
{
    wk_manual_seed(7);
    wki_random_next();
    const wk_rng_place place = wk_rng_state();
    const wki_random_key key = wki_random_next();
    wki_random_next();
    wk_set_rng_state(place);
    const wki_random_key same = wki_random_next();
    CHECK(same.seed == key.seed && same.op == key.op && same.stream == key.stream);
    wk_manual_seed(8);
    wk_set_rng_state(place);
    const wki_random_key again = wki_random_next();
    CHECK(again.seed == 7 && again.op == key.op && again.stream == key.stream && wk_initial_seed() == 7);
    wki_random_key other;
    wki_thread_join(wki_thread_start(next_of_a_thread, &other, "draws"));
    CHECK(other.seed == 7 && other.op == 0 && other.stream != key.stream);
}

/* devices and versions */

TEST(device, what_is_not_there_is_refused_with_advice)
{
    const int count = wk_cuda_device_count();
    CHECK(wk_cuda_is_available() == (count > 0) && !*wk_cuda_why_not() == (count > 0));
    CHECK(wk_set_device(wk_cuda(count)) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "set_device: ", count ? "there is no cuda:" : "cuda:0 is not to be had",
                wk_cuda_why_not());
    CHECK(wk_set_device(WK_CPU) == WK_OK && wk_current_device() == WK_CPU);
    CHECK(strcmp(wk_device_name(WK_CPU), "cpu") == 0 && strcmp(wk_device_name(wk_cuda(3)), "cuda:3") == 0);
    CHECK(wk_set_device(5) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "set_device", "use cpu");
    wk_memory memory;
    CHECK(wk_memory_stats(wk_cuda(count), &memory) == WK_E_DEVICE && memory.used == 0);
    CHECK_ERROR(WK_E_DEVICE, "memory_stats: ", "cuda:");
    wk_cuda_properties facts;
    CHECK(wk_cuda_get_device_properties(WK_CPU, &facts) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "cuda_get_device_properties: cpu is no CUDA device");
}

TEST(device, has_a_name_by_which_it_is_found)
{
    wk_device device = 7;
    CHECK(wk_device_by_name("cpu", &device) == WK_OK && device == WK_CPU);
    CHECK(wk_device_by_name("auto", &device) == WK_OK && (device == WK_CPU) == !wk_cuda_is_available());
    const char *const wrong[] = { "", "gpu", "cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda1", "cuda:99999999", "CPU" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(wk_device_by_name(wrong[i], &device) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "device_by_name: no device is called \"", wrong[i], "cuda:N or auto");
    }
    CHECK(wk_device_by_name("cuda:60000", &device) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "cuda:60000");
    CHECK(wk_device_by_name(NULL, &device) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "name is NULL");
}

TEST(version, is_that_of_the_header)
{
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", WK_VERSION_MAJOR, WK_VERSION_MINOR, WK_VERSION_PATCH);
    CHECK(strcmp(wk_version(), expected) == 0);
}

TEST(dtype, has_a_name_and_a_size)
{
    CHECK(strcmp(wk_dtype_name(WK_F32), "f32") == 0 && wk_dtype_size(WK_F32) == sizeof(float));
    CHECK(strcmp(wk_dtype_name(WK_BOOL), "bool") == 0 && wk_dtype_size(WK_BOOL) == 1);
    CHECK(strcmp(wk_dtype_name(WK_DTYPE_COUNT), "?") == 0 && wk_dtype_size((wk_dtype)-1) == 0);
}

TEST(number, is_told_exactly_in_as_few_digits_as_can_be)
{
    static const struct {
        double number;
        const char *text;
    } told[] = { { 0.1, "0.1" },
                 { 1.0 / 3, "0.3333333333333333" },
                 { 0.1 + 0.2, "0.30000000000000004" },
                 { 1e300, "1e+300" },
                 { -7, "-7" } };
    char text[WKI_DOUBLE_TEXT];
    double again;
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(wki_double_exact(told[i].number, text), told[i].text);
        CHECK(wki_double_of(text, strlen(text), &again) && again == told[i].number);
    }
}

WICK_TEST_MAIN
