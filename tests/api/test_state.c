/* wick/state.h: named tensors and text in memory, and there and back through a safetensors file. */
#define _GNU_SOURCE 1
#include "io/safetensors.h"
#include "wick/state.h"
#include "wick_check.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static const char *new_path(void)
{
    snprintf(path, sizeof path, "/tmp/wick-test-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    return path;
}

static wk_tensor *numbers(int64_t n) { return wk_arange(0, (double)n, 1, WK_F32); }

TEST(state, keeps_the_order_and_the_tensors_themselves)
{
    wk_state *s = wk_state_new();
    wk_tensor *a = numbers(3), *b = numbers(4), *c = numbers(5);
    CHECK(wk_state_set(s, "z", a) == WK_OK && wk_state_set(s, "a", b) == WK_OK);
    CHECK(wk_state_count(s) == 2 && wk_state_get(s, "z") == a && wk_state_at(s, 1) == b);
    ck_assert_str_eq(wk_state_name(s, 0), "z");
    CHECK(wk_state_set(s, "z", c) == WK_OK && wk_state_count(s) == 2 && wk_state_at(s, 0) == c);
    CHECK(wk_state_has(s, "a") && !wk_state_has(s, "b"));
}

TEST(state, holds_what_its_scope_has_let_go)
{
    wk_state *s = wk_state_new();
    {
        WK_SCOPE(inner);
        wk_state_set(s, "w", numbers(3));
    }
    CHECK_NEAR(wk_item(wk_sum(wk_state_get(s, "w"))), 3, 0);
}

TEST(state, finds_each_of_many_names)
{
    enum { MANY = 5000 };
    wk_state *s = wk_state_new();
    wk_tensor *t = numbers(1);
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        wk_state_set(s, name, i % 2 ? t : wk_scalar(i, WK_I64));
    }
    for (int i = 0; i < MANY; i += 2) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        CHECK_NEAR(wk_item(wk_state_get(s, name)), i, 0);
    }
    CHECK(wk_state_count(s) == MANY);
}

TEST(state, tells_the_nearest_name)
{
    wk_state *s = wk_state_new();
    wk_state_set(s, "encoder.0.weight", numbers(2));
    CHECK_NULL(wk_state_get(s, "encoder.0.weigth"));
    CHECK_ERROR(WK_E_NOT_FOUND, "state_get", "encoder.0.weigth", "did you mean \"encoder.0.weight\"");
    CHECK_NULL(wk_state_get(s, "something else"));
    CHECK_ERROR(WK_E_NOT_FOUND, "state_get", "something else", "among 1");
    CHECK(wk_state_int(s, "step") == 0);
    CHECK_ERROR(WK_E_NOT_FOUND, "state_int", "step");
}

TEST(state, refuses_what_is_no_name_and_no_place)
{
    wk_state *s = wk_state_new();
    wk_tensor *t = numbers(1);
    CHECK(wk_state_set(s, "", t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_set", "name");
    CHECK(wk_state_set(s, "__metadata__", t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_set", "__metadata__");
    CHECK(wk_state_set(s, "\xff", t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_set", "UTF-8");
    CHECK(wk_state_set(s, "\xed\xa0\x80", t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "UTF-8");
    CHECK(wk_state_set(s, NULL, t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "name is NULL");
    CHECK(wk_state_set(s, "t", NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_set", "t is NULL");
    CHECK(wk_state_set_text(s, "wick.file.crc32c", "0") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_set_text", "wick.file.");
    CHECK_NULL(wk_state_at(s, 0));
    CHECK_ERROR(WK_E_RANGE, "state_at", "i is 0; there are 0");
    CHECK_NULL(wk_state_name(s, -1));
    CHECK_ERROR(WK_E_RANGE, "state_name");
    CHECK_NULL(wk_state_text_key(s, 0));
    CHECK_ERROR(WK_E_RANGE, "state_text_key");
    CHECK_NULL(wk_state_text(s, "nothing"));
    CHECK(wk_state_count(s) == 0 && wk_state_text_count(s) == 0);
}

static bool comes_back(wk_state *s, double value)
{
    wk_state_set_number(s, "number", value);
    const double back = wk_state_number(s, "number");
    return memcmp(&back, &value, sizeof value) == 0;
}

TEST(state, keeps_numbers_to_the_bit)
{
    wk_state *s = wk_state_new();
    const double values[] = {
        0, -0.0, 0.1, 1.0 / 3, 1e-3, 5e-324, -1.7976931348623157e308, INFINITY, -INFINITY, 9007199254740991
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) CHECK(comes_back(s, values[i]));
    for (uint64_t i = 0; i < 10000; i++) {
        const uint64_t bits = i * UINT64_C(0x9E3779B97F4A7C15);
        double value;
        memcpy(&value, &bits, sizeof value);
        CHECK(comes_back(s, value));
    }
    CHECK(comes_back(s, (double)NAN) && comes_back(s, -(double)NAN));
    wk_state_set_number(s, "lr", 0.001);
    ck_assert_str_eq(wk_state_text(s, "lr"), "0.001");
    wk_state_set_int(s, "step", INT64_MIN);
    CHECK(wk_state_int(s, "step") == INT64_MIN);
    wk_state_set_text(s, "step", "12 steps");
    CHECK(wk_state_int(s, "step") == 0);
    CHECK_ERROR(WK_E_FORMAT, "state_int", "\"step\" is \"12 steps\"", "whole number");
    CHECK(isnan(wk_state_number(s, "step")));
    CHECK_ERROR(WK_E_FORMAT, "state_number", "12 steps");
}

TEST(state, a_copy_has_its_own_memory_and_no_history)
{
    wk_state *s = wk_state_new();
    wk_tensor *w = wk_requires_grad(numbers(3));
    wk_state_set(s, "w", wk_t(wk_reshape(w, WK_SHAPE(3, 1))));
    wk_state_set_text(s, "note", "first");
    wk_state *copy = wk_state_copy(s);
    wk_tensor *c = wk_state_get(copy, "w");
    CHECK(wk_equal(c, wk_state_get(s, "w")) && !wk_same_storage(c, w) && !wk_needs_grad(c));
    ck_assert_str_eq(wk_state_text(copy, "note"), "first");
}

TEST(state, parts_are_put_together_and_taken_out_again)
{
    wk_state *model = wk_state_new(), *all = wk_state_new();
    wk_tensor *w = numbers(3);
    wk_state_set(model, "0.weight", w);
    wk_state_set_text(model, "kind", "mlp");
    wk_state_set(all, "optim.0.weight.step", numbers(1));
    CHECK(wk_state_add(all, "model.", model) == WK_OK);
    CHECK(wk_state_count(all) == 2 && wk_state_get(all, "model.0.weight") == w);
    wk_state *part = wk_state_part(all, "model.");
    CHECK(wk_state_count(part) == 1 && wk_state_get(part, "0.weight") == w);
    ck_assert_str_eq(wk_state_text(part, "kind"), "mlp");
    CHECK(wk_state_count(wk_state_part(all, "nothing.")) == 0);
    CHECK(wk_state_add(all, "twice.", all) == WK_OK && wk_state_count(all) == 4);
    CHECK(wk_state_add(all, "\x80", model) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_add", "UTF-8");
    CHECK(wk_state_count(all) == 4);
}

/* Same names, dtypes, shapes, bits and text, in any order. */
static bool same(const wk_state *a, const wk_state *b)
{
    if (wk_state_count(a) != wk_state_count(b) || wk_state_text_count(a) != wk_state_text_count(b)) return false;
    for (int64_t i = 0; i < wk_state_count(a); i++) {
        wk_tensor *s = wk_contiguous(wk_state_at(a, i)), *t = wk_state_get(b, wk_state_name(a, i));
        const size_t bytes = (size_t)wk_numel(s) * wk_dtype_size(wk_dtype_of(s));
        if (!t || wk_ndim(s) != wk_ndim(t) || wk_dtype_of(s) != wk_dtype_of(t) || wk_numel(s) != wk_numel(t))
            return false;
        for (int d = 0; d < wk_ndim(s); d++)
            if (wk_size(s, d) != wk_size(t, d)) return false;
        if (bytes && memcmp(host_data(s), host_data(t), bytes) != 0) return false;
    }
    for (int64_t i = 0; i < wk_state_text_count(a); i++) {
        const char *key = wk_state_text_key(a, i), *text = wk_state_text(b, key);
        if (!text || strcmp(text, wk_state_text(a, key)) != 0) return false;
    }
    return true;
}

static wk_state *all_kinds(void)
{
    wk_state *s = wk_state_new();
    for (int dtype = 0; dtype < WK_DTYPE_COUNT; dtype++)
        wk_state_set(s, wk_dtype_name((wk_dtype)dtype), wk_to(wk_reshape(numbers(6), WK_SHAPE(2, 3)), (wk_dtype)dtype));
    wk_state_set(s, "scalar", wk_scalar(-7, WK_I64));
    wk_state_set(s, "empty", wk_zeros(WK_SHAPE(3, 0, 2), WK_F64));
    wk_state_set(s, "turned", wk_t(wk_reshape(numbers(6), WK_SHAPE(2, 3))));
    wk_state_set(s, "every third", wk_slice(numbers(10), 0, 1, 10, 3));
    wk_state_set(s, "eight dims", wk_ones(WK_SHAPE(1, 2, 1, 2, 1, 2, 1, 2), WK_F32));
    wk_state_set(s, "quote \" backslash \\ tab \t \x01 \xc3\xa4 \xf0\x9f\x98\x80",
                 wk_full(WK_SHAPE(2), WK_F32, (double)NAN));
    wk_state_set_text(s, "a\nkey", "{\"json\": [1, 2]}");
    wk_state_set_text(s, "", "");
    return s;
}

TEST(state, comes_back_from_a_file_as_it_was)
{
    wk_state *s = all_kinds(), *empty = wk_state_new();
    CHECK(wk_state_write(s, new_path()) == WK_OK);
    CHECK(same(s, wk_state_read(path)));
    CHECK(wk_state_write(wk_state_read(path), path) == WK_OK && same(s, wk_state_read(path)));
    CHECK(wk_state_write(empty, path) == WK_OK && same(empty, wk_state_read(path)));
    unlink(path);
}

/* ---- Several names of one tensor ---- */

static wk_state *shared_names(void)
{
    wk_state *s = wk_state_new();
    wk_tensor *w = wk_reshape(numbers(4096), WK_SHAPE(64, 64));
    wk_state_set(s, "head.weight", w);
    wk_state_set(s, "embed \"1\".weight", wk_detach(w));
    wk_state_set(s, "other", wk_add_scalar(w, 1));
    wk_state_set(s, "third", wk_reshape(w, WK_SHAPE(64, 64)));
    wk_state_set(s, "turned", wk_t(w)); /* the same memory, but other elements */
    wk_state_set(s, "flat", wk_reshape(w, WK_SHAPE(4096)));
    wk_state_set_text(s, "note", "other"); /* no name, though it tells one */
    return s;
}

TEST(state, what_has_several_names_is_in_the_file_once)
{
    wk_state *s = shared_names();
    struct stat file;
    CHECK(wk_state_write(s, new_path()) == WK_OK && stat(path, &file) == 0);
    ck_assert_int_eq(file.st_size / (4096 * 4), 4);
    wk_state *back = wk_state_read(path);
    CHECK(same(s, back));
    CHECK(wk_state_get(back, "head.weight") == wk_state_get(back, "third"));
    CHECK(wk_state_get(back, "head.weight") == wk_state_get(back, "embed \"1\".weight"));
    CHECK(!wk_same_storage(wk_state_get(back, "third"), wk_state_get(back, "other")));
    ck_assert_str_eq(wk_state_text(back, "note"), "other");
    CHECK(wk_state_write(back, path) == WK_OK && same(s, wk_state_read(path)));
    unlink(path);
}

TEST(state, a_copy_has_what_is_shared_once)
{
    wk_state *s = shared_names(), *copy = wk_state_copy(s);
    ck_assert_int_eq(wk_state_count(copy), wk_state_count(s));
    for (int64_t i = 0; i < wk_state_count(s); i++)
        CHECK(wk_equal(wk_state_at(s, i), wk_state_get(copy, wk_state_name(s, i))));
    CHECK(wk_state_get(copy, "head.weight") == wk_state_get(copy, "third"));
    CHECK(!wk_same_storage(wk_state_get(copy, "third"), wk_state_get(s, "third")));
    CHECK(!wk_same_storage(wk_state_get(copy, "third"), wk_state_get(copy, "turned")));
}

TEST(state, text_of_a_second_name_is_kept_and_the_values_repeated)
{
    wk_state *s = wk_state_new();
    wk_tensor *w = numbers(3);
    for (int i = 0; i < 4; i++) wk_state_set(s, ((const char *[]){ "a", "b", "format", "wick.file.version" })[i], w);
    wk_state_set_text(s, "b", "a");
    CHECK(wk_state_write(s, new_path()) == WK_OK);
    CHECK(same(s, wk_state_read(path)));
    unlink(path);
}

TEST(state, a_file_of_save_model_has_all_names)
{
    static const char header[] = "{\"__metadata__\":{\"head\":\"embed\",\"format\":\"pt\",\"pt\":\"none\"},"
                                 "\"embed\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}   ";
    const uint64_t n = sizeof header - 1;
    const float value = 2.5f;
    FILE *f = fopen(new_path(), "w");
    CHECK(fwrite(&n, 1, 8, f) == 8 && fwrite(header, 1, n, f) == n && fwrite(&value, 1, 4, f) == 4 && !fclose(f));
    wk_state *s = wk_state_read(path);
    CHECK(wk_state_count(s) == 2 && wk_state_get(s, "head") == wk_state_get(s, "embed"));
    CHECK_NEAR(wk_item(wk_state_get(s, "head")), 2.5, 0);
    CHECK(wk_state_text_count(s) == 1);
    ck_assert_str_eq(wk_state_text(s, "pt"), "none");
    unlink(path);
}

TEST(state, a_file_that_names_a_tensor_it_has_not_is_refused)
{
    static const struct {
        const char *key, *text, *tied, *says;
    } wrong[] = {
        { "b", "nothing", "1", "another name of \"nothing\"" }, { "a", "a", "1", "another name of \"a\"" },
        { "format", "a", "1", "\"format\" is told" },           { "b", "a", "2", "wick.file.tied is \"2\"" },
        { "b", "a", "-1", "wick.file.tied is \"-1\"" },         { "b", "a", "99999999999999999999", "wick.file.tied" }
    };
    const float value = 1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wki_st_tensor a = { .name = "a", .type = WKI_ST_F32, .ndim = 1, .shape = { 1 }, .data = &value };
        const wki_st_text texts[] = { { .key = wrong[i].key, .text = wrong[i].text },
                                      { .key = WKI_ST_TIED, .text = wrong[i].tied } };
        CHECK(wki_st_write(new_path(), &a, 1, texts, 2, "test") == WK_OK);
        CHECK_NULL(wk_state_read(path));
        CHECK_ERROR(WK_E_FORMAT, path, wrong[i].says);
        unlink(path);
    }
}

/* tests/golden/state.py: floats are i / 4 - 1. */
TEST(state, pytorchs_own_file_is_read)
{
    static const struct {
        const char *name;
        int ndim;
        int64_t shape[3];
    } floats[] = {
        { "body.0.weight", 3, { 3, 2, 3 } }, { "body.0.bias", 1, { 3 } },         { "body.1.weight", 1, { 3 } },
        { "body.1.bias", 1, { 3 } },         { "body.1.running_mean", 1, { 3 } }, { "body.1.running_var", 1, { 3 } },
        { "body.2.weight", 2, { 5, 4 } },    { "body.2.bias", 1, { 5 } },         { "narrow", 2, { 2, 3 } },
    };
    const char *folder = getenv("WICK_GOLDEN");
    if (!folder) return;
    char file[512];
    snprintf(file, sizeof file, "%s/state.safetensors", folder);
    wk_state *s = wk_state_read(file);
    CHECK(wk_state_count(s) == 11);
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        wk_tensor *t = wk_state_get(s, floats[i].name);
        CHECK(wk_dtype_of(t) == WK_F32 && wk_ndim(t) == floats[i].ndim);
        CHECK(!memcmp(wk_shape(t), floats[i].shape, sizeof(int64_t) * (size_t)floats[i].ndim));
        const float *got = host_data(t);
        for (int64_t k = 0; k < wk_numel(t); k++) CHECK_NEAR(got[k], (double)k / 4 - 1, 0);
    }
    int64_t batches = 0;
    bool mask[3];
    CHECK(wk_read(wk_state_get(s, "body.1.num_batches_tracked"), &batches, sizeof batches) == WK_OK);
    CHECK(wk_read(wk_state_get(s, "mask"), mask, sizeof mask) == WK_OK);
    CHECK(batches == (INT64_C(1) << 53) + 1 && mask[0] && !mask[1] && mask[2]);
    ck_assert_str_eq(wk_state_text(s, "made by"), "PyTorch");
    CHECK(wk_state_text_count(s) == 1);
}

TEST(state, a_file_that_is_none_or_not_there_is_told_so)
{
    CHECK_NULL(wk_state_read(NULL));
    CHECK_ERROR(WK_E_INVALID, "state_read", "path is NULL");
    CHECK_NULL(wk_state_read("/tmp/wick-test-nothing"));
    CHECK_ERROR(WK_E_NOT_FOUND, "state_read", "wick-test-nothing");
    CHECK_NULL(wk_state_read(new_path()));
    CHECK_ERROR(WK_E_FORMAT, "state_read", path, "0 bytes");
    FILE *f = fopen(path, "w");
    fputs("epoch,loss\n1,0.5\n", f);
    fclose(f);
    CHECK_NULL(wk_state_read(path));
    CHECK_ERROR(WK_E_FORMAT, "state_read", path, "no safetensors file");
    CHECK(wk_state_write(wk_state_new(), "/tmp/wick-test-nowhere/state") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "state_write", "wick-test-nowhere");
    unlink(path);
}

TEST(state, a_file_of_another_kind_is_called_by_its_name)
{
    static const struct {
        const char *begin, *kind;
    } others[] = { { "PK\3\4..........", "torch.save" },
                   { "\x80\2........\377.", "pickle" },
                   { "\x89HDF\r\n\x1a\n....", "an HDF5 file" },
                   { "\x93NUMPY\1.......", "a NumPy array" } };
    for (int i = 0; i < 4; i++) {
        FILE *out = fopen(new_path(), "w");
        ck_assert_ptr_nonnull(out);
        fputs(others[i].begin, out);
        fclose(out);
        CHECK_NULL(wk_state_read(path));
        CHECK_ERROR(WK_E_FORMAT, "state_read", path, "no safetensors file but", others[i].kind);
        unlink(path);
    }
}

TEST(state, nothing_is_done_while_an_error_is_pending)
{
    wk_state *s = wk_state_new();
    wk_tensor *t = numbers(1);
    wk_fail(WK_E_RANGE, "first");
    CHECK(wk_state_set(s, "t", t) == WK_E_RANGE && wk_state_set_int(s, "i", 1) == WK_E_RANGE);
    CHECK(wk_state_write(s, "/tmp/wick-test-never") == WK_E_RANGE && wk_state_add(s, "", s) == WK_E_RANGE);
    CHECK(access("/tmp/wick-test-never", F_OK) != 0 && wk_state_read("/tmp/wick-test-never") == NULL);
    CHECK_ERROR(WK_E_RANGE, "first");
    CHECK(wk_state_count(s) == 0);
}

WICK_TEST_MAIN
