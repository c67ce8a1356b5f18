/* HDF5: files that wick writes are read back by libhdf5, whole or not there at all; what a file holds is told. */
#define _GNU_SOURCE 1
#include "data/hdf5/writer.h"
#include "hdf5_check.h"
#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

static void write_sample(const char *path, bool shuffle, int deflate, int n)
{
    wk_h5_writer *w = wk_h5_writer_new(path, .shuffle = shuffle, .deflate = deflate);
    for (int64_t i = 0; i < n; i++) {
        const float x[3] = { (float)i, -0.5f, (float)i / 7 };
        const int64_t y = i % 3;
        CHECK(wk_h5_append(w, "train/x", x, 1, 1, (int64_t[]){ 3 }, WK_F32) == WK_OK);
        CHECK(wk_h5_append(w, "train/y", &y, 1, 0, NULL, WK_I64) == WK_OK);
    }
    CHECK(wk_h5_classes(w, (const char *const[]){ "one", "two", "thr\xc3\xa9\xc3\xa9" }, 3) == WK_OK);
    CHECK(wk_h5_attribute(w, "source", "a test") == WK_OK);
    CHECK(wk_h5_commit(w) == WK_OK);
}

TEST(h5_writer, what_it_writes_is_read_back_by_libhdf5_and_by_us)
{
    enum { N = 30000 };
    float *all = malloc(N * 3 * sizeof *all);
    for (int deflate = 0; deflate < 2; deflate++) {
        write_sample(scratch("written.h5"), deflate, deflate * 4, N);
        const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(f, "train/x", H5P_DEFAULT);
        CHECK(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
        H5Dclose(set);
        H5Fclose(f);
        float x[3];
        int64_t y;
        const char *const *names = NULL;
        wk_dataset *data = wk_dataset_h5(file);
        CHECK(data && wk_dataset_len(data) == N && wk_dataset_classes(data, &names) == 3);
        CHECK(!strcmp(names[2], "thr\xc3\xa9\xc3\xa9"));
        for (int64_t i = 0; i < N; i += 37) {
            CHECK(read_row(data, i, x, &y) == WK_OK && y == i % 3);
            CHECK(x[0] == (float)i && x[1] == -0.5f && x[2] == (float)i / 7);
            CHECK(!memcmp(x, all + 3 * i, sizeof x));
        }
        CHECK(files_in_folder() == 1);
    }
    free(all);
    forget();
}

static char *slurp(const char *path, long *size)
{
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    char *bytes = malloc((size_t)*size);
    CHECK(fread(bytes, 1, (size_t)*size, f) == (size_t)*size);
    fclose(f);
    return bytes;
}

TEST(h5_writer, the_same_rows_make_the_same_bytes)
{
    long sizes[2];
    char *bytes[2];
    for (int i = 0; i < 2; i++) {
        write_sample(scratch("same.h5"), true, 3, 500);
        bytes[i] = slurp(file, &sizes[i]);
        if (!i) sleep(1);
    }
    CHECK(sizes[0] == sizes[1] && !memcmp(bytes[0], bytes[1], (size_t)sizes[0]));
    free(bytes[0]);
    free(bytes[1]);
    forget();
}

/* Chunks that shrink, chunks that do not, two data sets whose chunks end at different times, and attributes between. */
static void write_mixed(const char *path, int workers)
{
    enum { ROW = 100, ROWS = 9000 };
    wk_h5_writer *w = wk_h5_writer_new(path, .shuffle = true, .deflate = 5, .workers = workers, .chunk_bytes = 50000);
    uint32_t noise = 1;
    for (int i = 0; i < ROWS; i++) {
        int32_t row[ROW];
        double y = i / 3;
        for (int k = 0; k < ROW; k++) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            row[k] = i / 1000 % 2 ? (int32_t)noise : i / 7 + k;
        }
        CHECK(wk_h5_append(w, "x", row, 1, 1, (int64_t[]){ ROW }, WK_I32) == WK_OK);
        CHECK(wk_h5_append(w, "y", &y, 1, 0, NULL, WK_F64) == WK_OK);
        if (i == 5000) CHECK(wk_h5_attribute(w, "half", "of the rows") == WK_OK);
    }
    CHECK(wk_h5_classes(w, (const char *const[]){ "a", "b" }, 2) == WK_OK);
    CHECK(wk_h5_commit(w) == WK_OK);
}

TEST(h5_writer, any_number_of_workers_makes_the_same_bytes)
{
    long size, other;
    write_mixed(scratch("alone.h5"), 0);
    char *alone = slurp(file, &size);
    for (int workers = 1; workers <= 8; workers = 2 * workers + 1) {
        write_mixed(scratch("threads.h5"), workers);
        char *threads = slurp(file, &other);
        CHECK(size == other && !memcmp(alone, threads, (size_t)size));
        free(threads);
    }
    free(alone);
    forget();
}

/* What does not shrink is stored as it is, with a mask; libhdf5 and we undo the same filters. */
TEST(h5_writer, libhdf5_unpacks_what_the_workers_packed)
{
    enum { N = 9000 * 100 };
    int32_t *all = malloc(N * sizeof *all);
    double *ours = malloc(N * sizeof *ours);
    hsize_t at[2] = { 0 }, bytes;
    unsigned masks = 0, mask;
    haddr_t address;
    write_mixed(scratch("mixed.h5"), 2);
    const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(f, "x", H5P_DEFAULT);
    const hid_t plan = H5Dget_create_plist(set);
    CHECK(H5Pget_nfilters(plan) == 2 && H5Dread(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
    for (; at[0] < 9000; at[0] += 125) {
        CHECK(H5Dget_chunk_info_by_coord(set, at, &mask, &address, &bytes) >= 0);
        CHECK(mask == 2 ? bytes == 50000 : mask == 0 && bytes < 50000);
        masks |= 1u << mask;
    }
    CHECK(masks == (1u << 0 | 1u << 2));
    H5Pclose(plan);
    H5Dclose(set);
    H5Fclose(f);
    CHECK(wk_h5_read_doubles(file, "x", 0, N, ours) == WK_OK);
    for (int i = 0; i < N; i++) CHECK(ours[i] == all[i]);
    CHECK(all[100 * 8500 + 3] == 8500 / 7 + 3);
    free(all);
    free(ours);
    forget();
}

static wk_status note_filters(void *user, const wk_h5_info *info)
{
    strcpy(user, info->filters);
    return WK_OK;
}

TEST(h5_writer, single_bytes_are_not_shuffled)
{
    char filters[96] = "";
    wk_h5_writer *w = wk_h5_writer_new(scratch("bytes.h5"), .shuffle = true, .deflate = 1);
    CHECK(wk_h5_append(w, "x", "abc", 3, 0, NULL, WK_U8) == WK_OK && wk_h5_commit(w) == WK_OK);
    CHECK(wk_h5_each(file, note_filters, filters) == WK_OK && !strcmp(filters, "deflate 1"));
    forget();
}

TEST(h5_writer, leaves_a_sample_for_h5py)
{
    const char *path = getenv("WICK_H5_SAMPLE");
    if (path) write_sample(path, true, 4, 30000);
}

/* libhdf5 keeps 64 KiB of metadata here, of some MiB. */
TEST(h5_writer, what_libhdf5_forgets_is_read_back_as_it_was_written)
{
    enum { GROUPS = 3000 };
    char name[32];
    H5AC_cache_config_t kept = { .version = H5AC__CURR_CACHE_CONFIG_VERSION };
    wki_h5_sink *sink = wki_h5_sink_new(scratch("groups.h5"), NULL, "test");
    CHECK(sink != NULL);
    const hid_t out = wki_h5_sink_file(sink), one = H5Screate(H5S_SCALAR);
    CHECK(H5Fget_mdc_config(out, &kept) >= 0);
    kept.set_initial_size = true;
    kept.initial_size = kept.min_size = kept.max_size = 64 << 10;
    kept.incr_mode = H5C_incr__off;
    kept.flash_incr_mode = H5C_flash_incr__off;
    kept.decr_mode = H5C_decr__off;
    CHECK(H5Fset_mdc_config(out, &kept) >= 0);
    for (int i = 0; i < GROUPS; i++) {
        snprintf(name, sizeof name, "group %d", i * 7919 % GROUPS);
        const hid_t group = H5Gcreate2(out, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        const hid_t number = H5Acreate2(group, "number", H5T_NATIVE_INT, one, H5P_DEFAULT, H5P_DEFAULT);
        CHECK(H5Awrite(number, H5T_NATIVE_INT, &i) >= 0);
        H5Aclose(number);
        H5Gclose(group);
    }
    H5Sclose(one);
    CHECK(wki_h5_sink_commit(sink) == WK_OK);
    const hid_t in = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    for (int i = 0, number; i < GROUPS; i++) {
        snprintf(name, sizeof name, "group %d", i * 7919 % GROUPS);
        const hid_t attribute = H5Aopen_by_name(in, name, "number", H5P_DEFAULT, H5P_DEFAULT);
        CHECK(H5Aread(attribute, H5T_NATIVE_INT, &number) >= 0 && number == i);
        H5Aclose(attribute);
    }
    H5Fclose(in);
    forget();
}

TEST(h5_writer, nothing_remains_without_a_commit)
{
    {
        WK_SCOPE(writing);
        wk_h5_writer *w = wk_h5_writer_new(scratch("lost.h5"));
        CHECK(wk_h5_append(w, "x", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    }
    CHECK(files_in_folder() == 0);
    forget();
}

TEST(h5_writer, rows_keep_the_shape_and_dtype_of_the_first)
{
    const float x[6] = { 0 };
    wk_h5_writer *w = wk_h5_writer_new(scratch("shape.h5"));
    CHECK(wk_h5_append(w, "/x", x, 2, 1, (int64_t[]){ 3 }, WK_F32) == WK_OK);
    wk_h5_append(w, "x", x, 1, 1, (int64_t[]){ 4 }, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "'x'", "row_shape[0] is 4", "expected 3");
    wk_h5_append(w, "x", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "0 dimensions", "expected 1");
    wk_h5_append(w, "x", x, 1, 1, (int64_t[]){ 3 }, WK_F64);
    CHECK_ERROR(WK_E_DTYPE, "f64", "expected f32");
    wk_h5_append(w, "x", NULL, 1, 1, (int64_t[]){ 3 }, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "rows is NULL");
    wk_h5_append(w, "x", x, -1, 1, (int64_t[]){ 3 }, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "n is -1");
    wk_h5_append(w, "x", x, 1, 1, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "row_shape is NULL", "1 sizes");
    wk_h5_append(w, "a//b", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "'a//b'");
    wk_h5_append(w, "a/..", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "'a/..'");
    wk_h5_append(w, "z", x, 1, 1, (int64_t[]){ 0 }, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "row_shape[0] is 0");
    CHECK(wk_h5_commit(w) == WK_OK);
    CHECK(wk_h5_commit(w) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "committed already");
    CHECK(wk_dataset_len(wk_dataset_h5(file, .y = "")) == 2);
    forget();
}

TEST(h5_writer, a_data_set_cannot_also_be_a_group)
{
    wk_h5_writer *w = wk_h5_writer_new(scratch("clash.h5"));
    CHECK(wk_h5_append(w, "a", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    CHECK(wk_h5_append(w, "a/b", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'a' and 'a/b'");
    CHECK(wk_h5_append(w, "c/d", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    CHECK(wk_h5_append(w, "c", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'c/d' and 'c'");
    CHECK(wk_h5_commit(w) == WK_OK); /* what fits is kept */
    forget();
}

TEST(h5_writer, a_path_that_cannot_be_written_is_known_at_once)
{
    CHECK_NULL(wk_h5_writer_new("/no/such/folder/x.h5"));
    CHECK_ERROR(WK_E_IO, "/no/such/folder/x.h5");
    CHECK_NULL(wk_h5_writer_new("/tmp"));
    CHECK_ERROR(WK_E_IO, "/tmp");
    CHECK_NULL(wk_h5_writer_new(scratch("x.h5"), .deflate = 10));
    CHECK_ERROR(WK_E_INVALID, "deflate is 10");
    CHECK_NULL(wk_h5_writer_new(scratch("x.h5"), .workers = -1));
    CHECK_ERROR(WK_E_INVALID, "workers is -1");
    CHECK_NULL(wk_h5_writer_new(scratch("x.h5"), .chunk_bytes = 0));
    CHECK_ERROR(WK_E_INVALID, "chunk_bytes is 0");
    forget();
}

TEST(h5_writer, a_full_disk_leaves_the_old_file_as_it_was)
{
    long before, after;
    write_sample(scratch("full.h5"), false, 0, 10);
    char *old = slurp(file, &before);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, small;
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    small.rlim_cur = 20000;
    setrlimit(RLIMIT_FSIZE, &small);
    {
        WK_SCOPE(writing);
        wk_h5_writer *w = wk_h5_writer_new(file);
        float x[8192] = { 1 };
        wk_status status = WK_OK;
        for (int i = 0; i < 20 && !status; i++) status = wk_h5_append(w, "x", x, 8192, 0, NULL, WK_F32);
        CHECK(status == WK_E_IO);
        CHECK_ERROR(WK_E_IO, "full.h5", "File too large");
        CHECK(wk_h5_append(w, "x", x, 1, 0, NULL, WK_F32) == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "full.h5", "an earlier error");
        CHECK(wk_h5_commit(w) == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "full.h5", "write it anew");
    }
    setrlimit(RLIMIT_FSIZE, &limit);
    char *now = slurp(file, &after);
    CHECK(before == after && !memcmp(old, now, (size_t)before));
    CHECK(files_in_folder() == 1);
    free(old);
    free(now);
    forget();
}

TEST(h5_writer, a_forked_process_is_told_that_its_workers_are_elsewhere)
{
    wk_h5_writer *w = wk_h5_writer_new(scratch("forked.h5"), .deflate = 1, .workers = 2);
    const pid_t child = fork();
    if (child == 0) _exit(wk_h5_append(w, "x", "abc", 3, 0, NULL, WK_U8) == WK_E_STATE ? 0 : 1);
    int code = -1;
    CHECK(waitpid(child, &code, 0) == child && code == 0);
    CHECK(wk_h5_append(w, "x", "abc", 3, 0, NULL, WK_U8) == WK_OK && wk_h5_commit(w) == WK_OK);
    forget();
}

/* ---- States ---- */

/* Reads what libhdf5 finds at this path, as doubles; the data set has this type, and the shape of t. */
static void check_set(hid_t f, const char *at, hid_t type, wk_tensor *t)
{
    double found[8] = { 0 }, expected[8] = { 0 };
    hsize_t dims[WK_MAX_DIMS];
    const hid_t set = H5Dopen2(f, at, H5P_DEFAULT), space = H5Dget_space(set), kind = H5Dget_type(set);
    CHECK(set >= 0 && H5Tequal(kind, type) > 0);
    CHECK(H5Sget_simple_extent_dims(space, dims, NULL) == wk_ndim(t));
    for (int d = 0; d < wk_ndim(t); d++) CHECK(dims[d] == (hsize_t)wk_size(t, d));
    CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0);
    t = wk_to(t, WK_F64);
    CHECK(wk_read(t, expected, (size_t)wk_numel(t) * sizeof *expected) == WK_OK);
    CHECK(!memcmp(found, expected, sizeof found));
    H5Tclose(kind);
    H5Sclose(space);
    H5Dclose(set);
}

TEST(state_h5, each_tensor_is_a_data_set_at_its_path)
{
    wk_tensor *t = wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(2, 3)), *half = wk_mul_scalar(t, 0.5);
    wk_state *s = wk_state_new();
    wk_state_set(s, "encoder.0.weight", wk_t(half));
    wk_state_set(s, "encoder.0.seen", wk_scalar(-7, WK_I64));
    wk_state_set(s, "encoder.1.rows", wk_to(t, WK_I32));
    wk_state_set(s, "wide", wk_to(half, WK_F64));
    wk_state_set(s, "bytes", wk_to(t, WK_U8));
    wk_state_set(s, "mask", wk_to(t, WK_BOOL));
    wk_state_set(s, "empty", wk_zeros(WK_SHAPE(3, 0, 2), WK_F32));
    wk_state_set_text(s, "lr", "0.001");
    CHECK(wk_state_write_h5(s, scratch("state.h5")) == WK_OK);
    const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_set(f, "/encoder/0/weight", H5T_IEEE_F32LE, wk_t(half));
    check_set(f, "/encoder/0/seen", H5T_STD_I64LE, wk_scalar(-7, WK_I64));
    check_set(f, "/encoder/1/rows", H5T_STD_I32LE, t);
    check_set(f, "/wide", H5T_IEEE_F64LE, half);
    check_set(f, "/bytes", H5T_STD_U8LE, t);
    check_set(f, "/mask", H5T_STD_U8LE, wk_to(t, WK_BOOL));
    check_set(f, "/empty", H5T_IEEE_F32LE, wk_zeros(WK_SHAPE(3, 0, 2), WK_F32));
    char text[8] = "";
    const hid_t string = H5Tcopy(H5T_C_S1), attribute = H5Aopen(f, "lr", H5P_DEFAULT);
    H5Tset_size(string, sizeof text);
    H5Tset_cset(string, H5T_CSET_UTF8);
    CHECK(H5Aread(attribute, string, text) >= 0 && !strcmp(text, "0.001"));
    H5Aclose(attribute);
    H5Tclose(string);
    H5Fclose(f);
    forget();
}

TEST(state_h5, names_that_cannot_stand_side_by_side_leave_no_file)
{
    static const char *const pairs[][3] = { { "a", "a.b", "'a' and 'a.b'" },
                                            { "a.b.c", "a.b", "'a.b' and 'a.b.c'" },
                                            { "a.b", "a/b", "'a/b'" },
                                            { "a", "b..c", "'b..c' has an empty part" },
                                            { "a", "b.", "'b.' has an empty part" } };
    wk_tensor *one = wk_ones(WK_SHAPE(1), WK_F32);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        wk_state *s = wk_state_new();
        wk_state_set(s, pairs[i][0], one);
        wk_state_set(s, pairs[i][1], one);
        CHECK(wk_state_write_h5(s, scratch("state.h5")) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "state_write_h5", pairs[i][2]);
        CHECK(files_in_folder() == 0);
    }
    CHECK(wk_state_write_h5(wk_state_new(), "/no/such/folder/x.h5") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "/no/such/folder/x.h5");
    CHECK(wk_state_write_h5(NULL, "x.h5") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_write_h5");
    forget();
}

static wk_status check_written(void *user, const wk_h5_info *info)
{
    int *n = user;
    (*n)++;
    if (!strcmp(info->path, "/train/x")) {
        CHECK(!strcmp(info->type, "f32") && info->ndim == 2 && info->shape[0] == 30000 && info->shape[1] == 3);
        CHECK(info->chunk[0] == 256 * 1024 / 12 && info->chunk[1] == 3 && !strcmp(info->filters, "shuffle, deflate 9"));
        CHECK(info->bytes == 360000 && info->stored_bytes < info->bytes && info->numeric);
    } else {
        CHECK(!strcmp(info->path, "/train/y") && !strcmp(info->type, "i64") && info->ndim == 1);
    }
    return WK_OK;
}

static wk_status count(void *user, const wk_h5_info *info)
{
    (void)info;
    ++*(int *)user;
    return WK_OK;
}

static wk_status stop(void *user, const wk_h5_info *info)
{
    (void)info;
    ++*(int *)user;
    return WK_E_INTERRUPTED;
}

TEST(h5_each, tells_each_data_set_in_order_and_stops_when_asked)
{
    int n = 0;
    write_sample(scratch("each.h5"), true, 9, 30000);
    CHECK(wk_h5_each(file, check_written, &n) == WK_OK && n == 2);
    n = 0;
    CHECK(wk_h5_each(file, stop, &n) == WK_E_INTERRUPTED && n == 1);
    forget();
}

TEST(h5_each, a_group_that_holds_itself_is_entered_once)
{
    int n = 0;
    const hid_t f = create("ring.h5");
    put_pair(f, "a/b/x", NULL, 4, 2);
    H5Lcreate_hard(f, "/a", f, "/a/b/a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(f, "/", f, "/a/root", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(f);
    CHECK(wk_h5_each(file, count, &n) == WK_OK && n == 1);
    forget();
}

TEST(h5_view, text_of_the_root_is_what_was_written)
{
    char text[8];
    const int64_t one = 1;
    wk_h5_writer *w = wk_h5_writer_new(scratch("text.h5"));
    wk_h5_append(w, "y", &one, 1, 0, NULL, WK_I64);
    wk_h5_attribute(w, "unit", "\303\251\tm");
    wk_h5_classes(w, (const char *const[]){ "a", "b" }, 2);
    CHECK(wk_h5_commit(w) == WK_OK);
    wk_h5_view *v = wk_h5_view_new(file);
    CHECK(wk_h5_view_text(v, "unit", text, sizeof text) == WK_OK && !strcmp(text, "\303\251\tm"));
    CHECK(wk_h5_view_text(v, "units", text, sizeof text) == WK_OK && !*text);
    CHECK(wk_h5_view_text(v, "classes", text, sizeof text) == WK_OK && !*text); /* several are no text */
    CHECK(wk_h5_view_text(v, "unit", text, 4) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "'unit' has 4 bytes; there is room for 3");
    CHECK(wk_h5_view_text(v, "", text, sizeof text) == WK_E_INVALID);
    wk_error_clear();
    forget();
}

TEST(h5_read_doubles, refuses_elements_beyond_the_end)
{
    double to[8];
    write_sample(scratch("doubles.h5"), false, 0, 2);
    CHECK(wk_h5_read_doubles(file, "train/x", 3, 3, to) == WK_OK && to[0] == 1 && to[1] == -0.5);
    CHECK(wk_h5_read_doubles(file, "/train/x", 6, 0, to) == WK_OK);
    CHECK(wk_h5_read_doubles(file, "/train/x", 4, 3, to) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "doubles.h5", "[4, 4 + 3) of 6");
    CHECK(wk_h5_read_doubles(file, "/train/z", 0, 1, to) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'/train/z'");
    forget();
}

WICK_TEST_MAIN
