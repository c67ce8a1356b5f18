/* Metadata read by a process of its own: the same rows as without it, and whatever becomes of that process is an error
 * in this one. The helper that misbehaves is this program itself, started with WICK_TEST_HELPER in its environment. */
#define _GNU_SOURCE 1
#include "base/process.h"
#include "data/hdf5/wire.h"
#include "hdf5_check.h"
#include <dirent.h>
#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* ---- A helper that misbehaves ---- */

enum { LIMIT = 3, AMPLE = 60 }; /* seconds for those who take all, however busy the machine, and for those who do not */

/* Says that the file is open, and of what it holds what cannot be. */
static void lie(wki_process *asker, const char *how)
{
    uint64_t size, answer[16] = { 8, 0 };
    char asked[64];
    wki_process_send(asker, answer, 16);
    wki_process_receive(asker, &size, sizeof size, -1);
    wki_process_receive(asker, asked, size, -1);
    /* No texts, two dimensions: 9 in chunks of 2, and of 9. */
    const uint64_t one[] = { 112, 0, 1, 0, 0, 0, 0, 2, 9, 2, 9, 9, 81, 81, 1 };
    memcpy(answer, one, sizeof one);
    if (!strcmp(how, "lie: many")) answer[2] = UINT64_C(1) << 40;
    if (!strcmp(how, "lie: dimensions")) answer[7] = 9;
    if (!strcmp(how, "lie: size")) answer[8] = UINT64_MAX;
    if (!strcmp(how, "lie: text")) answer[3] = 1000;
    if (!strcmp(how, "lie: numeric")) answer[14] = 2;
    if (!strcmp(how, "lie: chunk")) answer[11] = 0;
    wki_process_send(asker, answer, sizeof one);
    sleep(100);
}

static void *map(size_t mib) { return mmap(NULL, mib << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

/* Is a limit of 16 MiB one on what comes, whatever was there? */
static bool has_room_beside_what_is_mapped(void)
{
    if (map(256) == MAP_FAILED || !wki_process_limit(16 << 20, 1)) return false;
    return map(8) != MAP_FAILED && (WKI_SANITIZED || map(16) == MAP_FAILED);
}

static _Noreturn void misbehave(const char *how)
{
    const bool right = strcmp(how, "mapped") || has_room_beside_what_is_mapped();
    wki_process *asker = wki_process_starter();
    uint64_t hello = WKI_WIRE_HELLO, size;
    char asked[64];
    if (!strcmp(how, "stranger")) hello++;
    if (!strcmp(how, "mute")) sleep(100);
    wki_process_limit(64 << 20, 1);
    wki_process_send(asker, &hello, sizeof hello);
    wki_process_receive(asker, &size, sizeof size, -1);
    wki_process_receive(asker, asked, size, -1);
    if (!strcmp(how, "crash")) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer would exit */
        raise(SIGSEGV);
    }
    if (!strcmp(how, "spin"))
        for (volatile unsigned i = 0;; i = !i) continue;
    if (!strcmp(how, "sleep")) sleep(100);
    if (!strcmp(how, "hungry")) wki_process_send(asker, (uint64_t[]){ 16, WK_E_MEMORY, 0 }, 24);
    if (!strncmp(how, "lie", 3)) lie(asker, how);
    if (!strcmp(how, "vast")) wki_process_send(asker, &(uint64_t){ UINT64_MAX }, 8);
    if (!strcmp(how, "short")) wki_process_send(asker, (uint64_t[]){ 800, 0 }, 16);
    if (!strcmp(how, "code")) wki_process_send(asker, (uint64_t[]){ 24, 999, 0, 0 }, 32);
    _exit(right ? 7 : 8);
}

/* Started by the test, and not by whoever set the variable for the test itself. */
__attribute__((constructor(101))) static void misbehave_if_asked(void)
{
    const char *how = getenv("WICK_TEST_HELPER"), *parent = getenv("WICK_TEST_PARENT");
    if (how && parent && atoi(parent) == getppid()) misbehave(how);
}

static int open_files(void)
{
    int n = 0;
    DIR *all = opendir("/proc/self/fd");
    while (readdir(all)) n++;
    closedir(all);
    return n;
}

static void write_pair(void)
{
    const hid_t f = create("pair.h5");
    put_pair(f, "x", "y", 64, 2);
    H5Fclose(f);
}

TEST(isolate, whatever_becomes_of_the_helper_is_an_error_here)
{
    static const struct {
        const char *how, *tells;
        wk_status code;
        bool late;
    } ends[] = {
        { "crash", "libhdf5 crashed (signal 11) while reading its metadata", WK_E_FORMAT, false },
        { "spin", "took longer than 3 s", WK_E_FORMAT, true },
        { "sleep", "took longer than 3 s", WK_E_FORMAT, true },
        { "exit", "ended early (exit code 7)", WK_E_FORMAT, false },
        { "mapped", "ended early (exit code 7)", WK_E_FORMAT, false },
        { "short", "ended early (exit code 7)", WK_E_FORMAT, false },
        { "vast", "", WK_E_FORMAT, false },
        { "code", "", WK_E_FORMAT, false },
        { "hungry", "wanted more than 1024 MiB of memory", WK_E_FORMAT, false },
        { "stranger", "is not the helper of wick", WK_E_STATE, false },
        { "mute", "has not begun within 3 s, the limit (.isolate_seconds)", WK_E_STATE, true },
    };
    char parent[16], *real = strdup(getenv("WICK_H5_HELPER"));
    write_pair();
    const int before = open_files();
    snprintf(parent, sizeof parent, "%d", getpid());
    setenv("WICK_TEST_PARENT", parent, 1);
    setenv("WICK_H5_HELPER", "/proc/self/exe", 1);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        setenv("WICK_TEST_HELPER", ends[i].how, 1);
        const int64_t start = wki_process_clock();
        CHECK_NULL(wk_dataset_h5(file, .isolate = true, .isolate_seconds = ends[i].late ? LIMIT : AMPLE));
        CHECK_ERROR(ends[i].code, "dataset_h5: ", ends[i].tells);
        CHECK(wki_process_clock() - start < 1000 * AMPLE);
        CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
        CHECK(open_files() == before);
    }
    unsetenv("WICK_TEST_HELPER");
    setenv("WICK_H5_HELPER", "/nonexistent/helper", 1);
    CHECK_NULL(wk_dataset_h5(file, .isolate = true));
    CHECK_ERROR(WK_E_NOT_FOUND, "/nonexistent/helper");
    setenv("WICK_H5_HELPER", real, 1);
    CHECK(wk_dataset_h5(file, .isolate = true) != NULL);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && open_files() == before + 1);
    free(real);
    forget();
}

static wk_status count_sets(void *user, const wk_h5_info *info)
{
    ++*(int *)user;
    CHECK(info->path[0] == '/' || !info->path[0]);
    return WK_OK;
}

/* Helpers that misbehave, from here on; "": the real one. */
static void have_helper(const char *how)
{
    static char real[512], parent[16];
    if (!real[0]) snprintf(real, sizeof real, "%s", getenv("WICK_H5_HELPER"));
    snprintf(parent, sizeof parent, "%d", getpid());
    setenv("WICK_TEST_PARENT", parent, 1);
    setenv("WICK_TEST_HELPER", how, 1);
    setenv("WICK_H5_HELPER", how[0] ? "/proc/self/exe" : real, 1);
}

TEST(isolate, a_crash_costs_a_view_one_call_and_a_loop_all)
{
    int n = 0;
    double x;
    write_pair();
    wk_h5_view *v = wk_h5_view_new(file, .isolate = true, .isolate_seconds = 30);
    CHECK(v && wk_h5_view_each(v, count_sets, &n) == WK_OK && n == 2);
    have_helper("crash");
    CHECK(wk_h5_view_read_doubles(v, "/x", 5, 1, &x) == WK_OK && x == 5);
    CHECK_NULL(wk_h5_view_new(file, .isolate = true));
    CHECK_ERROR(WK_E_FORMAT, "h5_view: ", "pair.h5", "libhdf5 crashed (signal 11)");
    have_helper("lie: numeric");
    wk_h5_view *w = wk_h5_view_new(file, .isolate = true, .isolate_seconds = 30);
    CHECK(w && wk_h5_view_each(w, count_sets, &n) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "pair.h5", "an answer that makes no sense");
    have_helper("crash");
    CHECK(wk_h5_view_read_doubles(w, "/x", 5, 1, &x) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "pair.h5", "libhdf5 crashed (signal 11)");
    have_helper("");
    CHECK(wk_h5_view_read_doubles(w, "/x", 6, 1, &x) == WK_OK && x == 6);
    CHECK(wk_h5_view_read_doubles(w, "/z", 6, 1, &x) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'/z'", "it has 'x', 'y'");
    have_helper("lie: numeric");
    wk_h5_view *late = wk_h5_view_new(file, .isolate = true, .isolate_seconds = LIMIT);
    CHECK(late && wk_h5_view_each(late, count_sets, &n) == WK_E_FORMAT);
    wk_error_clear();
    have_helper("sleep");
    CHECK(wk_h5_view_each(late, count_sets, &n) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "took longer than 3 s", ".isolate_seconds");
    have_helper("");
    CHECK(wk_h5_view_each(late, count_sets, &n) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "took longer than 3 s");
    forget();
}

TEST(isolate, what_is_told_of_data_sets_is_checked)
{
    static const char *const lies[] = { "lie: many", "lie: dimensions", "lie: size",
                                        "lie: text", "lie: chunk",      "lie: numeric" };
    int n = 0;
    write_pair();
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        have_helper(lies[i]);
        wk_h5_view *v = wk_h5_view_new(file, .isolate = true);
        CHECK(v && wk_h5_view_each(v, count_sets, &n) == WK_E_FORMAT && n == 0);
        CHECK_ERROR(WK_E_FORMAT, "pair.h5", "an answer that makes no sense");
    }
    have_helper("lie: nothing");
    CHECK(wk_h5_view_each(wk_h5_view_new(file, .isolate = true), count_sets, &n) == WK_OK && n == 1);
    have_helper("");
    forget();
}

/* ---- The same rows ---- */

enum { ROOM = 1 << 16 };

/* Reads all of both, or demands that neither can be opened, for the same reason. */
static void demand_same(const wk_h5_opts *o)
{
    static unsigned char a[2][ROOM], b[2][ROOM];
    wk_h5_opts apart = *o;
    char reason[512] = "";
    const char *const *names[2] = { NULL, NULL };
    const wk_field *fields[2];
    apart.isolate = true;
    wk_dataset *one = wk_dataset_h5_new(o);
    if (!one) snprintf(reason, sizeof reason, "%s", wk_error_text());
    wk_error_clear();
    wk_dataset *two = wk_dataset_h5_new(&apart);
    ck_assert_str_eq(wk_error_text(), reason);
    wk_error_clear();
    if (!one) return;
    const int64_t rows = wk_dataset_len(one);
    const int n = wk_dataset_fields(one, &fields[0]), classes = wk_dataset_classes(one, &names[0]);
    CHECK(wk_dataset_len(two) == rows && wk_dataset_fields(two, &fields[1]) == n);
    CHECK(wk_dataset_classes(two, &names[1]) == classes);
    for (int i = 0; i < classes; i++) CHECK(!strcmp(names[0][i], names[1][i]));
    for (int i = 0; i < n; i++) CHECK(fields[0][i].dtype == fields[1][i].dtype);
    for (int64_t row = 0; row < rows; row++) {
        memset(a, 1, sizeof a);
        memset(b, 1, sizeof b);
        CHECK(wki_dataset_read(one, &row, 1, (void *const[]){ a[0], a[1] }) == WK_OK);
        CHECK(wki_dataset_read(two, &row, 1, (void *const[]){ b[0], b[1] }) == WK_OK);
        CHECK(!memcmp(a, b, sizeof a));
    }
}

static wk_status demand_same_of(void *path, const wk_h5_info *info)
{
    wk_h5_opts o = wk_h5_opts_default();
    o.path = path;
    o.x = info->path;
    o.y = "";
    o.split = "/";
    demand_same(&o);
    o.begin = 3;
    o.end = 11;
    demand_same(&o);
    return WK_OK;
}

TEST(isolate, rows_are_those_that_are_read_without_it)
{
    char path[512];
    const char *where = getenv("WICK_GOLDEN");
    snprintf(path, sizeof path, "%s/h5py_latest.hdf5", where ? where : "tests/golden");
    CHECK(wk_h5_each(path, demand_same_of, path) == WK_OK);
    snprintf(path, sizeof path, "%s/h5py_earliest.hdf5", where ? where : "tests/golden");
    CHECK(wk_h5_each(path, demand_same_of, path) == WK_OK);
}

typedef struct listing {
    wk_h5_info infos[64];
    int n;
} listing;

static wk_status list(void *user, const wk_h5_info *info)
{
    listing *l = user;
    l->infos[l->n++] = *info;
    return l->n == 64 ? WK_E_RANGE : WK_OK;
}

TEST(isolate, a_view_shows_what_is_there)
{
    static double a[ROOM], b[ROOM];
    static listing plain, apart;
    char path[512];
    const char *where = getenv("WICK_GOLDEN");
    snprintf(path, sizeof path, "%s/h5py_latest.hdf5", where ? where : "tests/golden");
    plain.n = apart.n = 0;
    wk_h5_view *v = wk_h5_view_new(path, .isolate = true), *here = wk_h5_view_new(path);
    CHECK(wk_h5_each(path, list, &plain) == WK_OK && wk_h5_view_each(v, list, &apart) == WK_OK);
    CHECK(plain.n == apart.n && plain.n > 10);
    for (int i = 0; i < plain.n; i++) {
        const wk_h5_info *info = &plain.infos[i];
        CHECK(!memcmp(info, &apart.infos[i], sizeof *info));
        int64_t all = 1;
        for (int d = 0; d < info->ndim; d++) all *= info->shape[d];
        const wk_status status = wk_h5_read_doubles(path, info->path, 0, all, a);
        wk_error_clear();
        CHECK(wk_h5_view_read_doubles(v, info->path, 0, all, b) == status);
        wk_error_clear();
        CHECK(status || !memcmp(a, b, (size_t)all * sizeof *a));
        CHECK(wk_h5_view_read_doubles(here, info->path, 0, all, b) == status);
        wk_error_clear();
        CHECK(status || !memcmp(a, b, (size_t)all * sizeof *a));
    }
}

TEST(isolate, a_view_reads_the_text_that_is_there)
{
    char text[16] = "?";
    const hid_t f = H5Fcreate(scratch("text.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t string = H5Tcopy(H5T_C_S1), one = H5Screate(H5S_SCALAR);
    H5Tset_size(string, H5T_VARIABLE); /* as h5py has it */
    const hid_t unit = H5Acreate2(f, "unit", string, one, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Awrite(unit, string, (const char *[]){ "a\tmetre" }) >= 0);
    H5Aclose(unit);
    H5Sclose(one);
    H5Tclose(string);
    H5Fclose(f);
    wk_h5_view *v = wk_h5_view_new(file, .isolate = true);
    CHECK(wk_h5_view_text(v, "unit", text, sizeof text) == WK_OK && !strcmp(text, "a\tmetre"));
    CHECK(wk_h5_view_text(v, "units", text, sizeof text) == WK_OK && !*text);
    forget();
}

/* x [60, 7] in chunks of [8, 3] that grew to 90 rows, of which some were never written, and shrank to 41. */
static void put_grown(hid_t f, const char *name, bool newest)
{
    short rows[60][7];
    for (int i = 0; i < 60 * 7; i++) rows[i / 7][i % 7] = (short)(i * 31);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space =
        H5Screate_simple(2, (hsize_t[]){ 60, 7 }, (hsize_t[]){ H5S_UNLIMITED, newest ? 7 : H5S_UNLIMITED });
    H5Pset_chunk(plan, 2, (hsize_t[]){ 8, 3 });
    H5Pset_deflate(plan, 3);
    if (newest) H5Pset_chunk_opts(plan, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    const hid_t set = H5Dcreate2(f, name, H5T_STD_I16BE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    CHECK(H5Dwrite(set, H5T_NATIVE_SHORT, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0);
    CHECK(H5Dset_extent(set, (hsize_t[]){ 90, 7 }) >= 0 && H5Dset_extent(set, (hsize_t[]){ 41, 7 }) >= 0);
    CHECK(H5Dset_extent(set, (hsize_t[]){ 70, 7 }) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
}

TEST(isolate, names_classes_splits_and_errors_are_too)
{
    for (int newest = 0; newest < 2; newest++) {
        const hid_t access = H5Pcreate(H5P_FILE_ACCESS), text = H5Tcopy(H5T_C_S1);
        if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
        const hid_t f = H5Fcreate(scratch("all.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access);
        const hid_t three = H5Screate_simple(1, (hsize_t[]){ 3 }, NULL);
        put_pair(f, "train/x", "train/y", 30, 3);
        put_pair(f, "test/images", "test/labels", 20, 5);
        put_grown(f, "grown", newest);
        H5Tset_size(text, H5T_VARIABLE);
        const hid_t group = H5Gopen2(f, "train", H5P_DEFAULT);
        const hid_t names = H5Acreate2(group, "classes", text, three, H5P_DEFAULT, H5P_DEFAULT);
        CHECK(H5Awrite(names, text, (const char *[]){ "cat", "dog", "a\nb" }) >= 0);
        H5Lcreate_external("/etc/hostname", "/x", f, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
        H5Aclose(names);
        H5Gclose(group);
        H5Sclose(three);
        H5Tclose(text);
        H5Fclose(f);
        H5Pclose(access);
        static const char *const asked[][3] = {
            { NULL, NULL, NULL },         { "test", NULL, NULL },
            { "tset", NULL, NULL },       { "/", "grown", "" },
            { "/", NULL, NULL },          { "train", "y", "x" },
            { "train", "z", NULL },       { "/", "elsewhere", "" },
            { "/", "train", "" },         { "/", "train/x", "test/labels" },
            { "test", NULL, "/train/y" },
        };
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            wk_h5_opts o = wk_h5_opts_default();
            o.path = file;
            o.split = asked[i][0];
            o.x = asked[i][1];
            o.y = asked[i][2];
            demand_same(&o);
        }
    }
    forget();
}

TEST(isolate, what_cannot_be_asked_is_refused)
{
    write_pair();
    CHECK_NULL(wk_dataset_h5(file, .isolate = true, .allow = "szip"));
    CHECK_ERROR(WK_E_INVALID, ".allow", ".isolate");
    CHECK_NULL(wk_dataset_h5(file, .isolate = true, .isolate_seconds = 0));
    CHECK_ERROR(WK_E_INVALID, ".isolate_seconds = 0");
    CHECK_NULL(wk_dataset_h5(file, .isolate = true, .isolate_mib = -1));
    CHECK_ERROR(WK_E_INVALID, ".isolate_mib = -1");
    CHECK_NULL(wk_h5_view_new(file, .isolate = true, .isolate_mib = 0));
    CHECK_ERROR(WK_E_INVALID, "h5_view: ", ".isolate_mib = 0");
    CHECK_NULL(wk_h5_view_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "h5_view: ", "path is NULL");
    CHECK(wk_h5_view_each(wk_h5_view_new(file), NULL, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "visit is NULL");
    CHECK_NULL(wk_dataset_h5("/nonexistent.h5", .isolate = true));
    CHECK_ERROR(WK_E_NOT_FOUND, "/nonexistent.h5");
    forget();
}

/* A million chunks of one element, none of which takes more in the file than a byte. */
TEST(isolate, metadata_wants_no_more_memory_than_it_may)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t f = H5Fcreate(scratch("many.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){ 1 << 20 }, NULL);
    H5Pset_chunk(plan, 1, (hsize_t[]){ 1 });
    H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER);
    H5Dclose(H5Dcreate2(f, "x", H5T_STD_U8LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(f);
    H5Pclose(plan);
    H5Pclose(access);
    if (!WKI_SANITIZED) {
        CHECK_NULL(wk_dataset_h5(file, .y = "", .isolate = true, .isolate_mib = 1));
        CHECK_ERROR(WK_E_FORMAT, "many.h5", "wanted more than 1 MiB of memory", ".isolate_mib");
    }
    float x;
    wk_dataset *set = wk_dataset_h5(file, .y = "", .isolate = true);
    CHECK(set && read_row(set, (1 << 20) - 1, &x, NULL) == WK_OK);
    forget();
}

/* Each byte of the metadata in turn: this process lives, and what rows there are can be read or are an error. */
TEST(isolate, no_byte_of_metadata_harms_the_caller)
{
    const int step = getenv("WICK_FUZZ") ? 1 : 13;
    int opened = 0, refused = 0;
    for (int newest = 0; newest < 2; newest++) {
        const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
        if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
        const hid_t f = H5Fcreate(scratch("damaged.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access);
        put_grown(f, "x", newest);
        H5Fclose(f);
        H5Pclose(access);
        FILE *bytes = fopen(file, "r+b");
        CHECK(bytes && fseek(bytes, 0, SEEK_END) == 0);
        const long size = ftell(bytes) < 4096 ? ftell(bytes) : 4096;
        for (long at = newest; at < size; at += step) {
            WK_SCOPE(trying);
            float x[64 * 64];
            fseek(bytes, at, SEEK_SET);
            const int old = fgetc(bytes);
            fseek(bytes, at, SEEK_SET);
            fputc(old ^ 0x41, bytes);
            fflush(bytes);
            const wk_field *fields;
            wk_dataset *set = wk_dataset_h5(file, .y = "", .isolate = true, .isolate_seconds = 20, .isolate_mib = 64);
            const bool fits =
                set && wk_dataset_fields(set, &fields) && fields[0].ndim == 1 && fields[0].shape[0] < 2048;
            for (int64_t row = 0; fits && row < wk_dataset_len(set) && row < 100 && !wk_failed(); row++)
                read_row(set, row, x, NULL);
            opened += set != NULL;
            refused += set == NULL;
            if (!set) CHECK(strstr(wk_error_text(), "damaged.h5") != NULL);
            wk_error_clear();
            fseek(bytes, at, SEEK_SET);
            fputc(old, bytes);
            fflush(bytes);
        }
        fclose(bytes);
    }
    CHECK(opened > 20 && refused > 20 && waitpid(-1, NULL, WNOHANG) < 0);
    forget();
}

WICK_TEST_MAIN
