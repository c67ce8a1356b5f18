/* The pieces of a training loop: scores against scikit-learn, early stopping, logs. */
#include "base/alloc.h"
#include "base/file.h"
#include "golden/scores.h"
#include "wick/train.h"
#include "wick_check.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static wk_tensor *outputs(int from, int rows, int columns)
{
    double part[160];
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < columns; c++) part[i * columns + c] = golden_outputs[(from + i) * 4 + c];
    return wk_to(wk_from(part, WK_SHAPE(rows, columns), WK_F64), WK_F32);
}

static wk_scores *of_four(void)
{
    wk_scores *s = wk_scores_new(4);
    for (int from = 0; from < 40; from += 16) { /* the last batch is a short one */
        int rows = from + 16 > 40 ? 40 - from : 16;
        wk_scores_add(s, outputs(from, rows, 4), wk_from(golden_targets + from, WK_SHAPE(rows), WK_I64));
    }
    CHECK_OK();
    return s;
}

TEST(scores, of_classes_equal_scikit_learn)
{
    wk_scores *s = of_four();
    ck_assert_int_eq(wk_scores_rows(s), 40);
    for (int i = 0; i < 16; i++) ck_assert_int_eq(wk_scores_confusion(s, i / 4, i % 4), golden_confusion[i]);
    CHECK_NEAR(wk_scores_accuracy(s), golden_accuracy[0], 1e-15);
    CHECK_NEAR(wk_scores_topk(s, 1), golden_accuracy[0], 1e-15);
    CHECK_NEAR(wk_scores_topk(s, 2), golden_accuracy[1], 1e-15);
    CHECK_NEAR(wk_scores_topk(s, 3), golden_accuracy[2], 1e-15);
    for (int c = 0; c < 4; c++) {
        CHECK_NEAR(wk_scores_precision(s, c), golden_precision[c], 1e-15);
        CHECK_NEAR(wk_scores_recall(s, c), golden_recall[c], 1e-15);
        CHECK_NEAR(wk_scores_f1(s, c), golden_f1[c], 1e-15);
    }
    CHECK_NEAR(wk_scores_precision(s, WK_ALL_CLASSES), golden_precision[4], 1e-15);
    CHECK_NEAR(wk_scores_recall(s, WK_ALL_CLASSES), golden_recall[4], 1e-15);
    CHECK_NEAR(wk_scores_f1(s, WK_ALL_CLASSES), golden_f1[4], 1e-15);
    CHECK_NEAR(wk_scores_auc(s, 0), golden_auc[0], 1e-15);
    CHECK_NEAR(wk_scores_auc(s, 1), golden_auc[1], 1e-15);
    CHECK_NEAR(wk_scores_auc(s, 3), golden_auc[2], 1e-15);
    CHECK_NEAR(wk_scores_auc(s, WK_ALL_CLASSES), (golden_auc[0] + golden_auc[1] + golden_auc[2]) / 3, 1e-15);
    CHECK(isnan(wk_scores_auc(s, 2))); /* it never occurs */
    wk_scores *two = wk_scores_new(2);
    wk_scores_add(two, outputs(0, 40, 2), wk_from(golden_two_targets, WK_SHAPE(40), WK_I64));
    CHECK_NEAR(wk_scores_auc(two, 1), golden_two_auc[0], 1e-15);
    CHECK_NEAR(wk_scores_auc(two, 0), golden_two_auc[0], 1e-15);
}

TEST(scores, of_numbers_equal_scikit_learn)
{
    wk_scores *s = wk_scores_new(0);
    for (int from = 0; from < 20; from += 10)
        wk_scores_add(s, wk_from(golden_a + from, WK_SHAPE(5, 2), WK_F64),
                      wk_from(golden_b + from, WK_SHAPE(5, 2), WK_F64));
    CHECK_NEAR(wk_scores_mae(s), golden_numbers[0], 1e-14);
    CHECK_NEAR(wk_scores_mse(s), golden_numbers[1], 1e-14);
    CHECK_NEAR(wk_scores_r2(s), golden_numbers[2], 1e-13);
    CHECK(wk_scores_reset(s) == WK_OK && isnan(wk_scores_mae(s)) && isnan(wk_scores_r2(s)));
}

TEST(scores, of_equal_targets_equal_scikit_learn)
{
    wk_scores *met = wk_scores_new(0), *missed = wk_scores_new(0), *lost = wk_scores_new(0);
    wk_tensor *level = wk_full(WK_SHAPE(4), WK_F32, 2.5);
    wk_scores_add(met, wk_full(WK_SHAPE(1), WK_F32, 2.5), wk_full(WK_SHAPE(1), WK_F32, 2.5));
    CHECK(isnan(wk_scores_r2(met))); /* one row has none */
    wk_scores_add(met, level, level);
    CHECK_NEAR(wk_scores_r2(met), golden_level_r2[0], 0);
    wk_scores_add(missed, wk_from((float[]){ 2.5f, 2.5f, 2.5f, 3 }, WK_SHAPE(4), WK_F32), level);
    CHECK_NEAR(wk_scores_r2(missed), golden_level_r2[1], 0);
    wk_scores_add(lost, wk_full(WK_SHAPE(4), WK_F32, NAN), level);
    CHECK(isnan(wk_scores_r2(lost)));
}

TEST(scores, tell_what_does_not_fit)
{
    wk_scores *s = wk_scores_new(4);
    wk_tensor *x = wk_zeros(WK_SHAPE(2, 4), WK_F32);
    CHECK(wk_scores_add(s, wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_I64)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "scores_add", "[2, 3]", "[n, 4]");
    CHECK(wk_scores_add(s, x, wk_zeros(WK_SHAPE(3), WK_I64)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "i64 [3]", "i64 [2] is needed");
    CHECK(wk_scores_add(s, x, wk_from((int64_t[]){ 1, 4 }, WK_SHAPE(2), WK_I64)) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "target 1 is 4", "0 to 3");
    ck_assert_int_eq(wk_scores_rows(s), 0);
    CHECK(isnan(wk_scores_accuracy(s)) && isnan(wk_scores_f1(s, WK_ALL_CLASSES)));
    wk_scores_mae(s);
    CHECK_ERROR(WK_E_STATE, "scores_mae", "of classes");
    wk_scores_topk(s, 5);
    CHECK_ERROR(WK_E_RANGE, "k is 5");
    CHECK_NULL(wk_scores_new(1));
    CHECK_ERROR(WK_E_INVALID, "classes is 1");
}

TEST(scores, nan_is_never_right)
{
    wk_scores *s = wk_scores_new(2);
    wk_scores_add(s, wk_from((float[]){ NAN, 1, NAN, NAN }, WK_SHAPE(2, 2), WK_F32),
                  wk_from((int64_t[]){ 0, 1 }, WK_SHAPE(2), WK_I64));
    CHECK_NEAR(wk_scores_accuracy(s), 0, 0);
    CHECK_NEAR(wk_scores_topk(s, 1), 0, 0);
    CHECK(isnan(wk_scores_auc(s, 1)));
}

/* Mean and sum of squares that a plain sum of squares would lose in f64. */
TEST(evaluate, counts_each_label_of_rows_that_have_several)
{
    const float logits[3][2][3] = { { { 2, 0, 1 }, { 1, 1, 0 } },
                                    { { 0, 0, 0 }, { 1, 1, 1 } },
                                    { { 1, 0, 0 }, { 0, 0, 1 } } };
    const int64_t labels[3][3] = { { 0, 1, 1 }, { 1, -100, -100 }, { 0, 0, -100 } }; /* right: all but [0][2] */
    wk_tensor *x = wk_from(logits, WK_SHAPE(3, 2, 3), WK_F32), *y = wk_from(labels, WK_SHAPE(3, 3), WK_I64);
    wk_loader *loader = wk_loader_new(wk_dataset_tensors((wk_tensor *[]){ x, y }, NULL, 2), .batch_size = 3);
    wk_metrics m;
    CHECK(wk_evaluate(wk_nn_identity(), loader, &m) == WK_OK);
    CHECK(m.rows == 3 && fabs(m.accuracy - 5.0 / 6) < 1e-9);
    CHECK(fabs(m.loss - wk_item(wk_cross_entropy_run(x, y, NULL))) < 1e-6);
}

TEST(stats, of_large_numbers_that_vary_little_are_exact)
{
    static const double rows[] = { 1e9 + 4, 7, 1e9 + 7, 7, 1e9 + 13, 7, 1e9 + 16, 7 };
    wk_stats *s = wk_stats_new();
    CHECK(wk_stats_add(s, wk_from(rows, WK_SHAPE(3, 2), WK_F64)) == WK_OK);
    CHECK(wk_stats_add(s, wk_zeros(WK_SHAPE(0, 2), WK_F64)) == WK_OK);
    CHECK(wk_stats_add(s, wk_from(rows + 6, WK_SHAPE(1, 2), WK_F64)) == WK_OK);
    ck_assert_int_eq(wk_stats_rows(s), 4);
    const double *mean = host_data(wk_stats_mean(s)), *std = host_data(wk_stats_std(s)),
                 *least = host_data(wk_stats_min(s)), *most = host_data(wk_stats_max(s));
    CHECK(mean[0] == 1e9 + 10 && mean[1] == 7 && std[1] == 0);
    CHECK_NEAR(std[0], 4.743416490252569, 1e-15); /* numpy.std */
    CHECK(least[0] == 1e9 + 4 && most[0] == 1e9 + 16 && least[1] == 7 && most[1] == 7);
}

TEST(stats, take_any_dtype_and_keep_nan)
{
    wk_stats *s = wk_stats_new();
    wk_stats_add(s, wk_from((uint8_t[]){ 1, 3 }, WK_SHAPE(2, 1), WK_U8));
    CHECK(*(double *)host_data(wk_stats_mean(s)) == 2 && wk_dtype_of(wk_stats_std(s)) == WK_F64);
    wk_stats_add(s, wk_full(WK_SHAPE(1, 1), WK_F32, NAN));
    wk_stats_add(s, wk_full(WK_SHAPE(1, 1), WK_F32, 5));
    CHECK(isnan(wk_item(wk_stats_mean(s))) && isnan(wk_item(wk_stats_std(s))));
    CHECK(isnan(wk_item(wk_stats_min(s))) && isnan(wk_item(wk_stats_max(s))));
}

/* numpy.mean of the rows, however they come: an infinity, unless its opposite or a NaN is there, too. */
TEST(stats, with_an_infinity_have_an_infinite_mean_in_any_order)
{
    static const double rows[][3] = {
        { INFINITY, 1, 2 }, { 1, INFINITY, 2 }, { 1, INFINITY, INFINITY }, { -INFINITY, 0, 5 }
    };
    for (int i = 0; i < 4; i++) {
        wk_stats *s = wk_stats_new();
        for (int k = 0; k < 3; k++) CHECK(wk_stats_add(s, wk_from(&rows[i][k], WK_SHAPE(1, 1), WK_F64)) == WK_OK);
        CHECK(isinf(wk_item(wk_stats_mean(s))) && (wk_item(wk_stats_mean(s)) < 0) == (i == 3));
        CHECK(isnan(wk_item(wk_stats_std(s))));
    }
    wk_stats *s = wk_stats_new();
    CHECK(wk_stats_add(s, wk_from((double[]){ INFINITY, -INFINITY, 1 }, WK_SHAPE(3, 1), WK_F64)) == WK_OK);
    CHECK(isnan(wk_item(wk_stats_mean(s))));
}

TEST(stats, and_scores_stay_as_they_are_while_an_error_is_pending)
{
    wk_stats *s = wk_stats_new();
    wk_scores *scores = wk_scores_new(2);
    wk_tensor *x = wk_ones(WK_SHAPE(2, 2), WK_F32), *y = wk_zeros(WK_SHAPE(2), WK_I64);
    CHECK(wk_stats_add(s, x) == WK_OK && wk_scores_add(scores, x, y) == WK_OK);
    wk_fail(WK_E_TIMEOUT, "of something else");
    CHECK(wk_stats_add(s, x) == WK_E_TIMEOUT && wk_scores_add(scores, x, y) == WK_E_TIMEOUT);
    CHECK(wk_scores_reset(scores) == WK_E_TIMEOUT);
    CHECK_ERROR(WK_E_TIMEOUT, "of something else");
    CHECK(wk_stats_rows(s) == 2 && wk_scores_rows(scores) == 2);
}

TEST(stats, tell_what_does_not_fit)
{
    wk_stats *s = wk_stats_new();
    CHECK(!wk_stats_mean(s));
    CHECK_ERROR(WK_E_INVALID, "stats_mean", "no rows");
    CHECK(wk_stats_add(s, wk_scalar(1, WK_F32)) != WK_OK);
    CHECK_ERROR(WK_E_SHAPE, "stats_add", "[n, ...]");
    wk_stats_add(s, wk_ones(WK_SHAPE(2, 3), WK_F32));
    CHECK(wk_stats_add(s, wk_ones(WK_SHAPE(2, 4), WK_F32)) != WK_OK);
    CHECK_ERROR(WK_E_SHAPE, "[2, 4]");
    CHECK(wk_stats_add(s, NULL) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "rows");
}

/* ---- Scaling ---- */

TEST(scale, brings_columns_to_mean_0_and_deviation_1_and_back)
{
    static const double rows[] = { 1e5, 2, 7, 3e5, 6, 7 };
    wk_tensor *x = wk_to(wk_from(rows, WK_SHAPE(2, 3), WK_F64), WK_F32);
    wk_stats *s = wk_stats_new();
    wk_stats_add(s, x);
    wk_tensor *mean = wk_stats_mean(s), *std = wk_stats_std(s);
    wk_module *scale = wk_nn_scale(mean, std), *back = wk_nn_unscale(mean, std);
    wk_tensor *y = wk_forward(scale, x), *again = wk_forward(back, y);
    static const float wanted[] = { -1, -1, 0, 1, 1, 0 }; /* a column that does not vary is moved, but not divided */
    CHECK(y && wk_dtype_of(y) == WK_F32 && !memcmp(host_data(y), wanted, sizeof wanted));
    CHECK(again && !memcmp(host_data(again), host_data(x), sizeof wanted));
    CHECK(wk_parameter_count(scale) == 0 && wk_state_count(wk_state_dict(scale)) == 2);
}

TEST(scale, travels_with_the_model)
{
    wk_tensor *three = wk_full(WK_SHAPE(2), WK_F32, 3), *x = wk_ones(WK_SHAPE(1, 2), WK_F32);
    wk_module *from = wk_nn_sequential(wk_nn_scale(three, three), wk_nn_linear(2, 1));
    wk_module *to =
        wk_nn_sequential(wk_nn_scale(wk_zeros(WK_SHAPE(2), WK_F32), wk_ones(WK_SHAPE(2), WK_F32)), wk_nn_linear(2, 1));
    CHECK(wk_load_state_dict(to, wk_state_dict(from)) == WK_OK);
    CHECK(wk_item(wk_forward(to, x)) == wk_item(wk_forward(from, x)));
    CHECK(wk_item(wk_forward(wk_module_clone(to), x)) == wk_item(wk_forward(from, x)));
    CHECK(!wk_nn_scale(NULL, three));
    CHECK_ERROR(WK_E_INVALID, "nn_scale", "offset");
}

TEST(early_stopping, waits_patience_checks)
{
    wk_early_stopping stop = wk_early_stopping_init(.patience = 2, .min_delta = 0.1);
    static const double values[] = { 1, 0.95, 0.8, 0.75, NAN, 0.9 };
    static const bool improved[] = { true, false, true, false, false, false }, over[] = { 0, 0, 0, 0, 1, 1 };
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(wk_early_stopping_step(&stop, values[i]), over[i]);
        ck_assert_int_eq(stop.improved, improved[i]);
    }
    CHECK(stop.best == 0.8 && stop.best_at == 2);
    const wk_early_stopping plain = wk_early_stopping_default(), given = wk_early_stopping_init(.patience = 5);
    CHECK(plain.patience == given.patience && isnan(plain.best) && plain.checks == 0);
    wk_early_stopping more = wk_early_stopping_init(.maximize = true, .patience = 1);
    CHECK(!wk_early_stopping_step(&more, 0.5) && !wk_early_stopping_step(&more, 0.6) && more.improved);
    CHECK(!wk_early_stopping_step(&more, 0.6) == false);
}

TEST(early_stopping, counts_checks_before_the_first_value_and_none_that_is_better)
{
    wk_early_stopping never = wk_early_stopping_init(.patience = 2), eager = wk_early_stopping_init(.patience = 0);
    CHECK(!wk_early_stopping_step(&never, NAN) && wk_early_stopping_step(&never, NAN));
    CHECK(!wk_early_stopping_step(&eager, 3) && !wk_early_stopping_step(&eager, 2) &&
          wk_early_stopping_step(&eager, 2));
}

/* ---- Logs ---- */

static char folder[] = "/tmp/wick-logs-XXXXXX", path[200];

static const char *in_folder(const char *name)
{
    if (strstr(folder, "XXXXXX")) CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static bool remove_one(void *user, const char *name)
{
    (void)user;
    if (name[0] != '.') unlink(in_folder(name));
    return true;
}

static void remove_folder(void)
{
    wki_list_folder(folder, remove_one, NULL, "test");
    rmdir(folder);
    memcpy(strrchr(folder, '-') + 1, "XXXXXX", 6);
}

static void check_file(const char *name, const char *expected)
{
    size_t bytes;
    char *text = wki_file_slurp(in_folder(name), 1 << 20, &bytes, "test");
    ck_assert_msg(text && !strcmp(text, expected), "%s holds\n%s", name, text ? text : "nothing");
    wki_free(text);
}

TEST(logger, csv_has_a_column_for_each_name_of_the_first_row)
{
    {
        WK_SCOPE(run);
        wk_logger *log = wk_logger_csv(in_folder("a.csv"));
        wk_logger_row(log, 1, { "loss", 0.1 }, { "acc, val", 0.5 });
        wk_logger_row(log, 2, { "acc, val", 1.0 / 3 });
        wk_logger_row(log, 3, { "loss", (double)NAN });
        CHECK_OK();
        CHECK(wk_logger_row(log, 4, { "los", 1.0 }) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "a.csv", "no column 'los'");
        CHECK(wk_logger_text(log, 4, "note", "x") == WK_E_UNSUPPORTED);
        CHECK_ERROR(WK_E_UNSUPPORTED, "csv");
        CHECK(wk_logger_flush(log) == WK_OK && wk_logger_row(log, 4, { "los", 1.0 }) == WK_E_INVALID);
        wk_error_clear();
        CHECK(wk_logger_row(log, 4, { "loss", 2.0 }) == WK_OK);
    }
    check_file("a.csv", "step,loss,\"acc, val\"\n1,0.1,0.5\n2,,0.3333333333333333\n3,nan,\n4,2,\n");
    {
        WK_SCOPE(again);
        wk_logger *log = wk_logger_csv(in_folder("a.csv"));
        CHECK(wk_logger_resume(log, 2) == WK_OK);
        CHECK(wk_logger_row(log, 2, { "loss", 7.0 }) == WK_OK);
        CHECK(wk_logger_row(log, 2, { "other", 7.0 }) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "other");
        CHECK(wk_logger_resume(log, 1) == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "rows of this run");
    }
    check_file("a.csv", "step,loss,\"acc, val\"\n1,0.1,0.5\n2,7,\n");
    {
        WK_SCOPE(anew);
        wk_logger_row(wk_logger_csv(in_folder("a.csv")), 0, { "x", 1e300 });
    }
    check_file("a.csv", "step,x\n0,1e+300\n");
    remove_folder();
}

TEST(logger, jsonl_has_an_object_a_line)
{
    {
        WK_SCOPE(run);
        wk_logger *log = wk_logger_jsonl(in_folder("a.jsonl"));
        wk_logger_row(log, 1, { "loss", 0.25 }, { "a\"b", (double)INFINITY }, { "c", (double)NAN });
        wk_logger_text(log, 2, "note", "line\n\"two\"");
        wk_logger_histogram(log, 3, "w", wk_from((float[]){ 1, 1, NAN }, WK_SHAPE(3), WK_F32));
        CHECK(wk_logger_flush(log) == WK_OK);
        check_file("a.jsonl",
                   "{\"step\":1,\"loss\":0.25,\"a\\\"b\":null,\"c\":null,\"nonfinite\":[\"a\\\"b\",\"c\"]}\n"
                   "{\"step\":2,\"note\":\"line\\u000a\\\"two\\\"\"}\n"
                   "{\"step\":3,\"w\":{\"count\":2,\"min\":1,\"max\":1,\"sum\":2,\"right\":[1],\"bins\":[2]}}\n");
    }
    WK_SCOPE(again);
    wk_logger *log = wk_logger_jsonl(in_folder("a.jsonl"));
    CHECK(wk_logger_resume(log, 2) == WK_OK && wk_logger_row(log, 9, { "x", 1.0 }) == WK_OK &&
          wk_logger_flush(log) == WK_OK);
    check_file("a.jsonl", "{\"step\":1,\"loss\":0.25,\"a\\\"b\":null,\"c\":null,\"nonfinite\":[\"a\\\"b\",\"c\"]}\n{"
                          "\"step\":9,\"x\":1}\n");
    remove_folder();
}

static void check_bins(double least, double most, const char *bins)
{
    WK_SCOPE(run);
    char wanted[64];
    wk_logger *log = wk_logger_jsonl(in_folder("h.jsonl"));
    const double numbers[] = { least, most, NAN, most, INFINITY };
    CHECK(wk_logger_histogram(log, 1, "w", wk_from(numbers, WK_SHAPE(5), WK_F64)) == WK_OK);
    CHECK(wk_logger_flush(log) == WK_OK);
    static char text[4096];
    memset(text, 0, sizeof text);
    FILE *file = fopen(wk_logger_path(log), "r");
    CHECK(file && fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    snprintf(wanted, sizeof wanted, "\"bins\":[%s]}}\n", bins);
    CHECK(strstr(text, wanted) && strstr(text, "\"count\":3,"));
}

TEST(logger, histograms_are_of_numbers_as_far_apart_as_there_are)
{
    static const char ends[] = "1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2";
    check_bins(-1, 1, ends);
    check_bins(-1.7e308, 1.7e308, ends);
    check_bins(5e-324, 1, ends);
    check_bins(-1e308, -1e308, "3");
    remove_folder();
}

TEST(logger, refuses_names_and_texts_that_are_not_utf8)
{
    wk_logger *log = wk_logger_jsonl(in_folder("u.jsonl"));
    CHECK(wk_logger_row(log, 1, { "\xC3\xA9", 1.0 }) == WK_OK);
    CHECK(wk_logger_row(log, 1, { "\xE9", 1.0 }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_scalars", "a name is not UTF-8");
    CHECK(wk_logger_text(log, 1, "a\xFF", "b") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_text", "a name is not UTF-8");
    CHECK(wk_logger_text(log, 1, "a", "b\xFF") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_text", "text is not UTF-8");
    CHECK(wk_logger_flush(log) == WK_OK);
    check_file("u.jsonl", "{\"step\":1,\"\xC3\xA9\":1}\n");
    remove_folder();
}

TEST(logger, refuses_names_that_would_stand_in_a_row_twice)
{
    wk_logger *json = wk_logger_jsonl(in_folder("t.jsonl")), *csv = wk_logger_csv(in_folder("t.csv"));
    wk_logger *events = wk_logger_tensorboard(in_folder("t"));
    CHECK(wk_logger_row(json, 1, { "loss", 1.0 }, { "step", 2.0 }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_scalars", "'step' is a name that jsonl logs use themselves");
    CHECK(wk_logger_row(json, 1, { "nonfinite", 1.0 }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_scalars", "'nonfinite' is a name");
    CHECK(wk_logger_text(json, 1, "step", "one") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_text", "'step' is a name");
    CHECK(wk_logger_histogram(json, 1, "step", wk_ones(WK_SHAPE(2), WK_F32)) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_histogram", "'step' is a name");
    CHECK(wk_logger_row(csv, 1, { "step", 2.0 }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_scalars", "'step' is a name that csv logs");
    CHECK(wk_logger_row(json, 1, { "a", 1.0 }, { "b", 1.0 }, { "a", 2.0 }) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "logger_scalars", "'a' is named twice");
    CHECK(wk_logger_row(json, 1, { "steps", 3.0 }) == WK_OK && wk_logger_flush(json) == WK_OK);
    CHECK(wk_logger_row(csv, 1, { "nonfinite", 1.0 }) == WK_OK && wk_logger_flush(csv) == WK_OK);
    CHECK(wk_logger_row(events, 1, { "step", 2.0 }) == WK_OK && wk_logger_flush(events) == WK_OK);
    check_file("t.jsonl", "{\"step\":1,\"steps\":3}\n");
    check_file("t.csv", "step,nonfinite\n1,1\n");
    CHECK(unlink(wk_logger_path(events)) == 0 && rmdir(in_folder("t")) == 0);
    remove_folder();
}

static int room; /* bytes that a disk still takes */

static ssize_t little_room(int fd, const void *from, size_t bytes)
{
    const ssize_t n = write(fd, from, bytes < (size_t)room ? bytes : (size_t)room);
    room -= (int)n;
    return n;
}

TEST(logger, a_full_disk_is_an_error_and_no_crash)
{
    wk_logger *log = wk_logger_jsonl(in_folder("full.jsonl"));
    wki_file_ops full = *wki_set_file_ops(NULL);
    full.write = little_room;
    for (int i = 0; i < 2; i++) {
        CHECK(wk_logger_row(log, 1 + i, { "x", 1.0 }) == WK_OK);
        wki_set_file_ops(&full);
        room = 7;
        CHECK(wk_logger_flush(log) == WK_E_IO);
        CHECK_ERROR(WK_E_IO, "full.jsonl", "No space left");
        wki_set_file_ops(NULL);
        check_file("full.jsonl", i ? "{\"step\":1,\"x\":1}\n" : "");
        CHECK(wk_logger_flush(log) == WK_OK);
    }
    check_file("full.jsonl", "{\"step\":1,\"x\":1}\n{\"step\":2,\"x\":1}\n");
    CHECK(wk_logger_row(wk_logger_csv(in_folder("none/a.csv")), 1, { "x", 1.0 }) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "none/a.csv");
    remove_folder();
}

WICK_TEST_MAIN
