/* States in several files with an index, and files with dtypes that wick lacks: what is taken, what is refused, and
 * that one error tells all. */
#include "wick/train.h"
#include "wick_check.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[400], index_path[128];

static void new_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(index_path, sizeof index_path, "%s/net.index.json", folder);
}

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) unlink(in_folder(e->d_name));
    closedir(d);
    rmdir(folder);
}

static void put(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(in_folder(name), "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void put_index(const char *json) { put("net.index.json", json, strlen(json)); }

/* A file of that header and n zeros as elements. */
static void put_zeros(const char *name, const char *json, size_t n)
{
    static char bytes[4096];
    const size_t length = strlen(json);
    memset(bytes, 0, sizeof bytes);
    for (int i = 0; i < 8; i++) bytes[i] = (char)(length >> 8 * i & 0xff);
    memcpy(bytes + 8, json, length);
    put(name, bytes, 8 + length + n);
}

static wk_module *net(void) { return wk_nn_sequential(wk_nn_linear(3, 4), wk_nn_relu(), wk_nn_linear(4, 2)); }

/* A module's state, weights in one file, biases in the other. */
static void write_halves(wk_module *m)
{
    wk_state *all = wk_state_dict(m), *half[2] = { wk_state_new(), wk_state_new() };
    for (int64_t i = 0; i < wk_state_count(all); i++)
        wk_state_set(half[strstr(wk_state_name(all, i), "bias") != NULL], wk_state_name(all, i), wk_state_at(all, i));
    wk_state_set_text(half[1], "note", "biases");
    CHECK(wk_state_write(half[0], in_folder("net-1.safetensors")) == WK_OK);
    CHECK(wk_state_write(half[1], in_folder("net-2.safetensors")) == WK_OK);
}

#define MAP(entries) "{\"metadata\":{\"total_size\":104},\"weight_map\":{" entries "}}\n"
#define WEIGHTS      "\"0.weight\":\"net-1.safetensors\",\"2.weight\":\"net-1.safetensors\""
#define BIASES       "\"2.bias\":\"net-2.safetensors\",\"0.bias\":\"net-2.safetensors\""

typedef struct listed {
    int n, foreign, in[2];
    int64_t bytes;
} listed;

static wk_status list(void *user, const wk_state_info *info)
{
    listed *l = user;
    l->n++;
    l->foreign += info->dtype == WK_DTYPE_COUNT;
    l->bytes += info->bytes;
    if (strstr(info->file, "net-1.")) l->in[0]++;
    if (strstr(info->file, "net-2.")) l->in[1]++;
    return WK_OK;
}

TEST(files, of_one_state_are_read_as_one)
{
    new_folder();
    wk_module *a = net(), *b = net();
    wk_tensor *x = wk_randn(WK_SHAPE(5, 3), WK_F32);
    write_halves(a);
    put_index(MAP(WEIGHTS "," BIASES));
    CHECK(wk_load(b, index_path) == WK_OK);
    CHECK(wk_equal(wk_forward(a, x), wk_forward(b, x)));
    const wk_state *s = wk_state_read(index_path);
    CHECK(wk_state_count(s) == 4 && wk_state_text_count(s) == 1);
    ck_assert_str_eq(wk_state_text(s, "note"), "biases");
    listed l = { 0 };
    CHECK(wk_state_list(index_path, list, &l) == WK_OK && l.n == 4 && l.in[0] == 2 && l.in[1] == 2 && l.bytes == 104);
    remove_folder();
}

TEST(files, may_have_the_names_of_tied_tensors_in_the_index)
{
    new_folder();
    write_halves(net());
    put_index(
        "{\"weight_map\":{" WEIGHTS "," BIASES "},\"metadata\":{\"total_size\":1.04e2,\"head\":\"0.weight\","
        "\"other\":[{\"0.weight\":null}],\"note\":\"of the index\",\"wick.file.version\":\"9\"},\"more\":[true]}");
    const wk_state *s = wk_state_read(index_path);
    CHECK(wk_state_count(s) == 5 && wk_state_get(s, "head") == wk_state_get(s, "0.weight"));
    ck_assert_str_eq(wk_state_text(s, "note"), "of the index");
    CHECK(wk_state_text_count(s) == 1);
    remove_folder();
}

TEST(files, that_differ_from_their_index_are_told_all_at_once)
{
    new_folder();
    write_halves(net());
    put_index(MAP("\"0.weight\":\"net-1.safetensors\",\"3.weight\":\"net-1.safetensors\",\"a\":\"net-3.safetensors\","
                  "\"b\":\"../net-1.safetensors\",\"0.bias\":\"net-2.safetensors\""));
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_FORMAT, "state_read", index_path, "1 missing: \"3.weight\" in net-1.safetensors",
                "2 unexpected: \"2.weight\" in net-1.safetensors, \"2.bias\" in net-2.safetensors",
                "\"../net-1.safetensors\" is no plain name", "cannot open", "net-3.safetensors");
    CHECK(wk_state_list(index_path, list, NULL) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "state_list", "1 missing");
    wk_module *m = net();
    wk_tensor *before = wk_clone(wk_parameter(m, "0.weight"));
    CHECK(wk_load(m, index_path) != WK_OK);
    wk_error_clear();
    CHECK(wk_equal(wk_parameter(m, "0.weight"), before));
    put_index(MAP(WEIGHTS ",\"2.bias\":\"net-3.safetensors\""));
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_NOT_FOUND, "net-3.safetensors");
    remove_folder();
}

TEST(files, of_which_two_have_the_same_name_are_refused)
{
    new_folder();
    write_halves(net());
    wk_state *more = wk_state_new();
    wk_state_set(more, "0.weight", wk_zeros(WK_SHAPE(4, 3), WK_F32));
    wk_state_set(more, "0.bias", wk_zeros(WK_SHAPE(4), WK_F32));
    CHECK(wk_state_write(more, in_folder("net-2.safetensors")) == WK_OK);
    put_index(MAP(WEIGHTS ",\"0.bias\":\"net-2.safetensors\""));
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_FORMAT, "1 unexpected: \"0.weight\" in net-2.safetensors");
    put_index(MAP(WEIGHTS "," WEIGHTS));
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_FORMAT, "\"0.weight\" twice");
    remove_folder();
}

TEST(files, lie_beside_their_index_and_nowhere_else)
{
    static const char *const names[] = { "", ".", "..", "/etc/passwd", "../net-1.safetensors", "x/net-1.safetensors" };
    char json[200];
    new_folder();
    write_halves(net());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(json, sizeof json, MAP("\"0.weight\":\"%s\""), names[i]);
        put_index(json);
        CHECK_NULL(wk_state_read(index_path));
        CHECK_ERROR(WK_E_FORMAT, index_path, "no plain name");
    }
    put_index(MAP("\"a\":\"net.index.json\"")); /* an index is no file of tensors */
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_FORMAT, "no safetensors file");
    remove_folder();
}

TEST(files, need_an_index_that_is_one)
{
    static const struct {
        const char *json, *tells;
    } wrong[] = {
        { "", "an opening brace" },
        { "[]", "an opening brace" },
        { "{}", "a weight_map" },
        { "{\"metadata\":{\"weight_map\":{}}}", "a weight_map" },
        { "{\"weight_map\":[]}", "text by name" },
        { "{\"weight_map\":{\"a\":1}}", "a string" },
        { "{\"weight_map\":{\"a\":\"b\"}", "a comma or the end of an object" },
        { "{\"weight_map\":{\"a\":\"b\"}}x", "nothing behind" },
        { "{\"weight_map\":{},\"weight_map\":{}}", "weight_map once" },
        { "{\"weight_map\":{},\"metadata\":{\"k\":\"1\",\"k\":\"2\"}}", "\"k\" twice" },
        { "{\"weight_map\":{},\"metadata\":7}", "text by name" },
        { "{\"weight_map\":{\"\xff\":\"b\"}}", "text in UTF-8" },
        { "{\"weight_map\":{\"\\u0000\":\"b\"}}", "zero characters" },
    };
    new_folder();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put_index(wrong[i].json);
        if (wk_state_read(index_path)) ck_abort_msg("%s is taken", wrong[i].json);
        CHECK_ERROR(WK_E_FORMAT, "state_read", index_path, wrong[i].tells);
    }
    put_index(" { \"weight_map\" : { } }\n");
    CHECK(wk_state_count(wk_state_read(index_path)) == 0);
    CHECK_OK();
    CHECK(truncate(index_path, 100000001) == 0);
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_RANGE, index_path, "at most 100000000");
    unlink(index_path);
    CHECK_NULL(wk_state_read(index_path));
    CHECK_ERROR(WK_E_NOT_FOUND, index_path);
    remove_folder();
}

TEST(files, of_a_checkpoint_are_one_too)
{
    new_folder();
    wk_module *a = net(), *b = net();
    const wk_training one = wk_training_of(.module = a), two = wk_training_of(.module = b);
    int64_t step = 0;
    CHECK(wk_checkpoint_save(folder, 7, wk_training_state_dict(&one)) == WK_OK);
    put_index(MAP("\"model.0.weight\":\"ckpt-00000007.safetensors\",\"model.0.bias\":\"ckpt-00000007.safetensors\","
                  "\"model.2.weight\":\"ckpt-00000007.safetensors\",\"model.2.bias\":\"ckpt-00000007.safetensors\""));
    CHECK(wk_training_load_state_dict(&two, wk_checkpoint_load(index_path, &step)) == WK_OK && step == 7);
    CHECK(wk_equal(wk_parameter(a, "2.weight"), wk_parameter(b, "2.weight")));
    CHECK(wk_checkpoint_load_best(in_folder("ckpt-00000007.safetensors"), &step) && step == 7);
    CHECK_NULL(wk_checkpoint_load(in_folder("ckpt-00000008.safetensors"), NULL));
    CHECK_ERROR(WK_E_NOT_FOUND, "ckpt-00000008.safetensors");
    remove_folder();
}

/* ---- dtypes that wick lacks ---- */

#define E(name, dtype, shape, begin, end)                                                                              \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

static const char *put_foreign(void)
{
    put_zeros("odd.safetensors",
              "{" E("bias", "F32", "[2]", 0, 8) "," E("weight", "F8_E4M3", "[2,3]", 8, 14) "," E(
                  "m.c", "C64", "[1]", 14, 22) "," E("m.f", "F6_E2M3", "[4]", 22, 25) "}",
              25);
    return in_folder("odd.safetensors");
}

TEST(foreign, tensors_are_listed_and_refused_only_where_they_are_asked_for)
{
    new_folder();
    listed l = { 0 };
    CHECK(wk_state_list(put_foreign(), list, &l) == WK_OK && l.n == 4 && l.foreign == 3 && l.bytes == 25);
    wk_state *s = wk_state_read(path);
    CHECK(wk_state_count(s) == 1 && wk_state_has(s, "bias") && !wk_state_has(s, "weight"));
    CHECK_OK();
    CHECK_NULL(wk_state_get(s, "weight"));
    CHECK_ERROR(WK_E_UNSUPPORTED, "state_get",
                "of a dtype that wick lacks (it has f32, f64, i64, i32, u8, bool): weight", "F8_E4M3 [2, 3]");
    CHECK(wk_state_write(s, in_folder("again.safetensors")) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "state_write", "3 of a dtype", "weight F8_E4M3 [2, 3], m.c C64 [1], m.f F6_E2M3 [4]");
    CHECK(access(path, F_OK) != 0);
    CHECK(wk_state_write_npz(s, path) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "state_write_npz");
    CHECK(wk_state_add(wk_state_new(), "a.", s) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "state_add");
    remove_folder();
}

TEST(foreign, tensors_that_a_module_loads_are_named_with_all_else)
{
    new_folder();
    wk_module *m = wk_nn_linear(3, 2);
    const wk_state *s = wk_state_read(put_foreign());
    CHECK(wk_load(m, path) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "load_state_dict", "2 unexpected: m.c, m.f",
                "1 of a dtype that wick lacks (it has f32", "weight F8_E4M3 [2, 3]");
    CHECK(wk_load_state_dict_with(m, s, .strict = false) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "load_state_dict: 1 of a dtype");
    wk_state *copy = wk_state_copy(s);
    wk_state_set(copy, "weight", wk_ones(WK_SHAPE(2, 3), WK_F32)); /* as its owner converted it */
    CHECK(wk_load_state_dict_with(m, copy, .strict = false) == WK_OK);
    CHECK(wk_load_state_dict(m, copy) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "2 unexpected: m.c, m.f");
    const wk_state *part = wk_state_part(copy, "m.");
    CHECK(wk_state_count(part) == 0 && !wk_failed());
    CHECK_NULL(wk_state_get(part, "c"));
    CHECK_ERROR(WK_E_UNSUPPORTED, "c C64 [1]");
    remove_folder();
}

/* ---- Memory that runs out ---- */

static long left;

static void *failing_allocate(void *user, size_t bytes, size_t align)
{
    (void)user;
    void *memory = NULL;
    if (left > 0 && --left == 0) return NULL;
    return posix_memalign(&memory, align < sizeof memory ? sizeof memory : align, bytes ? bytes : 1) ? NULL : memory;
}

static void release(void *user, void *memory, size_t bytes)
{
    (void)user, (void)bytes;
    free(memory);
}

TEST_ON_CPU(files, and_memory_that_runs_out_anywhere_is_an_error, "an allocator comes before all else")
{
    const wk_allocator allocator = { failing_allocate, release, NULL };
    new_folder();
    write_halves(net());
    put_foreign();
    put_index("{\"metadata\":{\"head\":\"m.c\"},\"weight_map\":{" WEIGHTS "," BIASES
              ",\"bias\":\"odd.safetensors\",\"weight\":\"odd.safetensors\",\"m.c\":\"odd.safetensors\","
              "\"m.f\":\"odd.safetensors\"}}");
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(&allocator) == WK_OK);
    long n = 0;
    for (bool done = false; !done;) {
        WK_SCOPE(trying);
        left = ++n;
        const wk_state *s = wk_state_copy(wk_state_read(index_path));
        done = left > 0;
        left = 0;
        CHECK(s ? wk_state_count(s) == 5 && !wk_failed() : wk_error() == WK_E_MEMORY);
        CHECK(s || !done);
        wk_error_clear();
    }
    CHECK(n > 40);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("again");
    remove_folder();
}

WICK_TEST_MAIN
