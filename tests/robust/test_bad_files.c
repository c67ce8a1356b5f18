/* Damaged HDF5 files: cut anywhere, changed while open, with bytes overwritten. libhdf5 parses the metadata, so random
 * damage is read in child processes: a crash inside libhdf5 is counted, one in our code fails the test. */
#define _GNU_SOURCE 1
#include "base/file.h"
#include "base/process.h"
#include "data/dataset.h"
#include "tests/wick_check.h"
#include "wick/hdf5.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* libhdf5 1.10.8 loses a path's text where reading the root group fails. */
WK_API const char *__lsan_default_suppressions(void); /* seen by a sanitizer that is a library of its own */
const char *__lsan_default_suppressions(void) { return "leak:libhdf5"; }
/* It asks for sizes that damaged files tell. */
WK_API const char *__tsan_default_options(void);
const char *__tsan_default_options(void) { return "allocator_may_return_null=1"; }

enum { ROWS = 300, WIDTH = 20 };
static char path[64];

static void new_path(void)
{
    snprintf(path, sizeof path, "/tmp/wick-test-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
}

static void put(const unsigned char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static unsigned char *take(size_t *n)
{
    struct stat facts;
    CHECK(stat(path, &facts) == 0);
    unsigned char *bytes = malloc((size_t)facts.st_size);
    FILE *f = fopen(path, "rb");
    CHECK(f && fread(bytes, 1, (size_t)facts.st_size, f) == (size_t)facts.st_size && fclose(f) == 0);
    *n = (size_t)facts.st_size;
    return bytes;
}

typedef enum how { PACKED, SUMMED, PLAIN_CHUNKS, CONTIGUOUS, WAYS } how;

/* x [300, 20] f32, y [300] i16 0 .. 9, names of classes */
static void put_set(hid_t f, const char *name, how way, bool label)
{
    static float x[ROWS][WIDTH];
    static short y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = (short)(i % 10);
        for (int k = 0; k < WIDTH; k++) x[i][k] = (float)(i * k);
    }
    const hid_t space = H5Screate_simple(label ? 1 : 2, (hsize_t[]){ ROWS, WIDTH }, NULL);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    if (way != CONTIGUOUS) H5Pset_chunk(plan, label ? 1 : 2, (hsize_t[]){ 64, WIDTH });
    if (way == PACKED || way == SUMMED) {
        H5Pset_shuffle(plan);
        H5Pset_deflate(plan, 6);
    }
    if (way == SUMMED) H5Pset_fletcher32(plan);
    const hid_t type = label ? H5T_STD_I16LE : H5T_IEEE_F32BE;
    const hid_t set = H5Dcreate2(f, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    CHECK(H5Dwrite(set, label ? H5T_NATIVE_SHORT : H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   label ? (void *)y : (void *)x) >= 0);
    H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
}

static void write_good(how way, bool newest)
{
    static const char names[10][5] = { "zero", "one", "two", "3", "4", "5", "6", "7", "8", "nine" };
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access), text = H5Tcopy(H5T_C_S1);
    const hid_t ten = H5Screate_simple(1, (hsize_t[]){ 10 }, NULL);
    put_set(f, "x", way, false);
    put_set(f, "y", way, true);
    H5Tset_size(text, 5);
    const hid_t classes = H5Acreate2(f, "classes", text, ten, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Awrite(classes, text, names) >= 0);
    H5Aclose(classes);
    H5Sclose(ten);
    H5Tclose(text);
    H5Fclose(f);
    H5Pclose(access);
}

static wk_status ignore(void *user, const wk_h5_info *info)
{
    (void)user, (void)info;
    return WK_OK;
}

/* Everything a user may do with a file; the first error, or WK_OK. */
static wk_status use_by(bool map)
{
    WK_SCOPE(using);
    float x[WIDTH];
    int64_t y;
    wk_dataset *set = wk_dataset_h5(path, .map = map);
    const int64_t rows = set ? wk_dataset_len(set) : 0;
    const wk_field *fields;
    if (set) wk_dataset_fields(set, &fields);
    const bool fits = set && fields[0].ndim == 1 && fields[0].shape[0] == WIDTH && fields[0].dtype == WK_F32;
    for (int64_t row = 0; fits && row < rows && row < 2 * ROWS && !wk_failed(); row++)
        wki_dataset_read(set, &row, 1, (void *const[]){ x, &y });
    const wk_status status = wk_error();
    wk_error_clear();
    return status;
}

static wk_status use(void)
{
    const wk_status status = use_by(false);
    CHECK(use_by(true) == status);
    wk_h5_each(path, ignore, NULL);
    wk_error_clear();
    return status;
}

TEST(bad_files, what_is_no_hdf5_file_is_called_so)
{
    new_path();
    CHECK_NULL(wk_dataset_h5(path));
    CHECK_ERROR(WK_E_FORMAT, "dataset_h5", path, "is empty");
    put((const unsigned char *)"x,y\n1,2\n", 8);
    CHECK_NULL(wk_dataset_h5(path));
    CHECK_ERROR(WK_E_FORMAT, path, "is no HDF5 file");
    unlink(path);
    CHECK_NULL(wk_dataset_h5(path));
    CHECK_ERROR(WK_E_NOT_FOUND, path);
    CHECK_NULL(wk_dataset_h5("/tmp"));
    CHECK_ERROR(WK_E_IO, "/tmp");
    CHECK_NULL(wk_dataset_h5(NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
}

TEST(bad_files, a_file_cut_anywhere_is_refused)
{
    size_t n;
    new_path();
    for (how way = 0; way < WAYS; way++) {
        write_good(way, way % 2);
        CHECK(use() == WK_OK);
        unsigned char *bytes = take(&n);
        for (size_t cut = 1; cut < n; cut += 1 + n / 400) {
            put(bytes, n - cut);
            CHECK(use() != WK_OK);
        }
        free(bytes);
    }
    unlink(path);
}

TEST(bad_files, a_file_cut_while_open_is_an_error_that_names_the_rows)
{
    new_path();
    for (how way = 0; way < WAYS; way++) {
        WK_SCOPE(reading);
        float x[WIDTH];
        int64_t y, row = ROWS - 1;
        write_good(way, true);
        wk_dataset *set = wk_dataset_h5(path);
        CHECK(set != NULL);
        CHECK(truncate(path, 600) == 0);
        CHECK(wki_dataset_read(set, &row, 1, (void *const[]){ x, &y }) == WK_E_FORMAT);
        CHECK_ERROR(WK_E_FORMAT, path, "'/x'", "rows", ".. 299");
    }
    unlink(path);
}

/* Where the bytes of the data set's last chunk are. */
static size_t find_last_chunk(const char *name, size_t *size)
{
    hsize_t stored;
    haddr_t address;
    unsigned mask;
    const hid_t f = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(f, name, H5P_DEFAULT);
    CHECK(H5Dget_chunk_info_by_coord(set, (hsize_t[]){ 256, 0 }, &mask, &address, &stored) >= 0);
    H5Dclose(set);
    H5Fclose(f);
    *size = (size_t)stored;
    return (size_t)address;
}

TEST(bad_files, damage_under_deflate_or_a_checksum_is_never_data)
{
    size_t n, size;
    new_path();
    write_good(SUMMED, true);
    unsigned char *bytes = take(&n);
    const size_t at = find_last_chunk("x", &size);
    for (size_t i = 0; i < size; i += 1 + size / 200) {
        bytes[at + i] ^= 0x10;
        put(bytes, n);
        bytes[at + i] ^= 0x10;
        CHECK(use() == WK_E_FORMAT);
    }
    free(bytes);
    unlink(path);
}

/* A chunk whose stream is whole but inflates to `have` bytes instead of the 64 * 20 * 4 of a chunk; with `bare`, a
 * chunk of `have` bytes that says it skipped deflate. */
static void write_chunk_of(size_t have, bool bare)
{
    const hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), plan = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(2, (hsize_t[]){ 64, WIDTH }, NULL);
    const size_t stored = have / 65535 * 65540 + 65540 + 6;
    unsigned char *zlib = calloc(stored, 1);
    size_t at = 2, left = have;
    memcpy(zlib, "\x78\x01", 2); /* stored blocks of zeros, whose Adler sum is have mod 65521, 1 */
    do {
        const unsigned block = left < 65535 ? (unsigned)left : 65535;
        left -= block;
        const unsigned char head[5] = { !left, (unsigned char)block, (unsigned char)(block >> 8), (unsigned char)~block,
                                        (unsigned char)(~block >> 8) };
        memcpy(zlib + at, head, 5);
        at += 5 + block;
    } while (left);
    const unsigned b = (unsigned)(have % 65521);
    memcpy(zlib + at, (unsigned char[]){ (unsigned char)(b >> 8), (unsigned char)b, 0, 1 }, 4);
    H5Pset_chunk(plan, 2, (hsize_t[]){ 64, WIDTH });
    H5Pset_deflate(plan, 1);
    const hid_t set = H5Dcreate2(f, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    CHECK(H5Dwrite_chunk(set, H5P_DEFAULT, bare, (hsize_t[]){ 0, 0 }, bare ? have : at + 4, zlib) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
    H5Fclose(f);
    free(zlib);
}

TEST(bad_files, a_chunk_must_inflate_to_its_exact_size)
{
    static const struct {
        size_t bytes;
        const char *tells;
        bool bare;
    } sizes[] = {
        { 5120, NULL, false },
        { 5119, "inflates to less", false },
        { 0, "inflates to less", false },
        { 5121, "inflates to more", false },
        { 1000000, "takes", false },
        { 5120, NULL, true },
        { 5119, "takes", true },
        { 5121, "another size", true },
    };
    new_path();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        WK_SCOPE(reading);
        float x[WIDTH];
        write_chunk_of(sizes[i].bytes, sizes[i].bare);
        wk_dataset *set = wk_dataset_h5(path, .y = "");
        CHECK(set != NULL);
        const wk_status status = wki_dataset_read(set, &(int64_t){ 63 }, 1, (void *const[]){ x });
        CHECK((status == WK_OK) == !sizes[i].tells);
        if (sizes[i].tells) CHECK_ERROR(WK_E_FORMAT, path, "'/x'", "rows 0 .. 63", sizes[i].tells);
    }
    unlink(path);
}

TEST(bad_files, a_small_file_may_claim_a_vast_table)
{
    new_path();
    const hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), plan = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(2, (hsize_t[]){ 1ull << 40, 4 }, NULL);
    const hid_t labels = H5Screate_simple(1, (hsize_t[]){ 1ull << 40 }, NULL);
    H5Pset_chunk(plan, 2, (hsize_t[]){ 16, 4 });
    H5Dclose(H5Dcreate2(f, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Pset_chunk(plan, 1, (hsize_t[]){ 16 });
    H5Dclose(H5Dcreate2(f, "y", H5T_STD_U8LE, labels, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Sclose(space);
    H5Sclose(labels);
    H5Pclose(plan);
    H5Fclose(f);
    float x[4] = { 1, 1, 1, 1 };
    CHECK_NULL(wk_dataset_h5(path));
    CHECK_ERROR(WK_E_FORMAT, "'/y'", "claims 1099511627776 rows");
    wk_dataset *set = wk_dataset_h5(path, .y = "");
    CHECK(wki_dataset_read(set, &(int64_t){ 1ll << 39 }, 1, (void *const[]){ x }) == WK_OK && x[3] == 0);
    unlink(path);
}

static uint32_t next_random(uint32_t *state) { return *state = *state * 1664525u + 1013904223u; }

static void put_damaged(const unsigned char *good, size_t n, uint32_t *seed)
{
    unsigned char *bytes = malloc(n);
    memcpy(bytes, good, n);
    for (uint32_t hits = 1 + (next_random(seed) >> 20) % 8; hits; hits--) {
        const size_t at = (next_random(seed) >> 4) % n;
        bytes[at] = (unsigned char)(next_random(seed) >> 16);
    }
    put(bytes, n);
    free(bytes);
}

/* Uses `count` damaged copies in this process, which may crash. */
static void use_damaged(const unsigned char *good, size_t n, uint32_t seed, int count)
{
    alarm(60);
    for (int i = 0; i < count; i++) {
        put_damaged(good, n, &seed);
        use();
    }
}

/* The report of a sanitizer blames us if one of the innermost frames is ours, and libhdf5 is not within it. */
static bool blames_us(const char *report)
{
    const char *first = strstr(report, "#0 "), *end = first ? strstr(first, "#3 ") : NULL;
    char frames[4096];
    if (!first) return strstr(report, "runtime error") != NULL;
    snprintf(frames, sizeof frames, "%.*s", end ? (int)(end - first) : 4000, first);
    char *library = strstr(frames, "libhdf5_");
    if (library) *library = 0;
    return strstr(frames, "/data/hdf5/") || strstr(frames, "/io/") || strstr(frames, "/base/");
}

/* True if a child did it all; a crash of libhdf5 is counted. */
static void run_child(const unsigned char *good, size_t n, uint32_t seed, int count, int *crashes)
{
    char report[16384] = "";
    int ends[2], status;
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        dup2(ends[1], 2);
        close(ends[0]);
        use_damaged(good, n, seed, count);
        _exit(0);
    }
    close(ends[1]);
    for (size_t at = 0; at < sizeof report - 1;) {
        const ssize_t got = read(ends[0], report + at, sizeof report - 1 - at);
        if (got <= 0) break;
        at += (size_t)got;
    }
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child);
    ck_assert_msg(!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM, "seed %u hangs", seed);
    ck_assert_msg(!blames_us(report), "seed %u: %.3000s", seed, report);
    *crashes += status != 0;
}

TEST(bad_files, overwritten_bytes_never_crash_our_code)
{
    enum { CHILDREN = 10, EACH = 40 };
    const char *more = getenv("WICK_FUZZ"); /* how many times as many */
    const int times = more ? atoi(more) : 1;
    int crashes = 0;
    new_path();
    for (int way = 0; way < 2 * WAYS; way++) {
        size_t n;
        write_good(way / 2, way % 2);
        unsigned char *good = take(&n);
        for (int i = 0; i < CHILDREN * times; i++) run_child(good, n, (uint32_t)(1000 * way + i), EACH, &crashes);
        free(good);
    }
    unlink(path);
    ck_assert_msg(crashes <= CHILDREN * times * WAYS / 10, "libhdf5 crashed in %d children", crashes);
}

/* ---- Mutants ---- */

/* Damage that the harness above found, told by its seed: libhdf5 1.10.8 crashes, or would sleep for ever. */
static const struct {
    int way;
    uint32_t seed;
    bool deadly;
} mutants[] = { { 4, 473, true }, { 1, 1477, false }, { 5, 691, false }, { 5, 896, false } };

/* Does a process of its own end by itself, without help? */
static bool survives_here(void)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(20);
        use();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return status == 0;
}

static void forget_it(void *user, const char *what) { (void)user, (void)what; }

TEST(bad_files, mutants_are_errors_and_crashes_too_where_libhdf5_is_isolated)
{
    unsigned version[3];
    new_path();
    H5get_libversion(&version[0], &version[1], &version[2]);
    const bool known = version[0] == 1 && version[1] == 10 && version[2] == 8 && !WKI_SANITIZED;
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        size_t n;
        write_good(mutants[i].way / 2, mutants[i].way % 2);
        unsigned char *good = take(&n);
        put_damaged(good, n, &(uint32_t){ mutants[i].seed });
        free(good);
        if (known || !mutants[i].deadly) CHECK(survives_here() == !mutants[i].deadly);
        CHECK_NULL(wk_dataset_h5(path, .isolate = true));
        ck_assert_msg(wk_error() == WK_E_FORMAT && strstr(wk_error_text(), path), "%zu: %s", i, wk_error_text());
        wk_error_clear();
        char copy[80];
        snprintf(copy, sizeof copy, "%s.copy", path);
        const wk_status status = wk_h5_repack(path, .to = copy, .skip = forget_it, .isolate = true);
        ck_assert_msg(unlink(copy) == (status ? -1 : 0) && (!status || strstr(wk_error_text(), path)), "%zu: %s", i,
                      wk_error_text());
        if (known && mutants[i].deadly) CHECK(status == WK_E_FORMAT);
        wk_error_clear();
        CHECK(waitpid(-1, NULL, WNOHANG) < 0);
    }
    unlink(path);
}

/* ---- Memory and disks that fail at the n-th call ---- */

static int calls_left; /* of any kind below; at 0 one fails */
static bool fails_now(void) { return calls_left > 0 && --calls_left == 0; }

static void *failing_allocate(void *user, size_t bytes, size_t align)
{
    (void)user;
    if (fails_now()) return NULL;
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void plain_release(void *user, void *memory, size_t bytes)
{
    (void)user, (void)bytes;
    free(memory);
}

static bool broken(void)
{
    const bool fails = fails_now();
    if (fails) errno = EIO;
    return fails;
}

static int failing_open(const char *name, int flags, mode_t mode) { return broken() ? -1 : open(name, flags, mode); }
static ssize_t failing_pread(int fd, void *to, size_t bytes, off_t at)
{
    return broken() ? -1 : pread(fd, to, bytes, at);
}
static ssize_t failing_write(int fd, const void *from, size_t bytes) { return broken() ? -1 : write(fd, from, bytes); }
static int failing_fsync(int fd) { return broken() ? -1 : fsync(fd); }
static int failing_rename(const char *from, const char *to) { return broken() ? -1 : rename(from, to); }
static int failing_close(int fd) { return close(fd) || broken() ? -1 : 0; }
static int failing_fstat(int fd, struct stat *facts) { return broken() ? -1 : fstat(fd, facts); }
static void *failing_mmap(void *at, size_t bytes, int may, int how, int fd, off_t offset)
{
    return broken() ? MAP_FAILED : mmap(at, bytes, may, how, fd, offset);
}

/* Writes a file, reads all of it and looks at it. */
static wk_status write_and_read(void)
{
    WK_SCOPE(working);
    float x[WIDTH] = { 0 };
    int64_t y = 0;
    double numbers[100];
    wk_h5_writer *w = wk_h5_writer_new(path, .shuffle = true, .deflate = 1);
    for (int64_t i = 0; w && i < ROWS; i++) {
        wk_h5_append(w, "train/x", x, 1, 1, (int64_t[]){ WIDTH }, WK_F32);
        wk_h5_append(w, "train/y", &y, 1, 0, NULL, WK_I64);
    }
    if (w) wk_h5_classes(w, (const char *const[]){ "a", "b" }, 2);
    if (w) wk_h5_commit(w);
    wk_dataset *set = wk_dataset_h5(path);
    if (set) wki_dataset_read(set, &(int64_t){ 0 }, 1, (void *const[]){ x, &y });
    wk_dataset_h5(path, .isolate = true);
    wk_h5_each(path, ignore, NULL);
    wk_h5_read_doubles(path, "train/x", 5, 100, numbers);
    return wk_error();
}

static wk_status read_mapped(void)
{
    WK_SCOPE(working);
    float x[WIDTH];
    int64_t y;
    wk_dataset *set = wk_dataset_h5(path, .map = true);
    for (int64_t row = 0; set && row < 8 && !wk_failed(); row++)
        wki_dataset_read(set, &row, 1, (void *const[]){ x, &y });
    return wk_error();
}

/* Lets each call in turn fail; how many there were. */
static int fail_at_every_call(wk_status expected, wk_status (*work)(void))
{
    int n = 0;
    for (wk_status status = expected; status; n++) {
        const int64_t live = wk_live_objects();
        calls_left = n + 1;
        status = work();
        const bool reached = calls_left == 0;
        calls_left = 0;
        ck_assert_msg(!reached || !status || status == expected, "call %d: %s", n, wk_error_text());
        if (!reached) CHECK_OK();
        if (reached) status = expected;
        wk_error_clear();
        CHECK(wk_live_objects() == live);
    }
    return n - 1;
}

TEST(bad_files, memory_that_fails_at_any_call_is_an_error)
{
    static const wk_allocator allocator = { failing_allocate, plain_release, NULL };
    new_path();
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(&allocator) == WK_OK);
    wick_test_scope = wk_scope_open("again");
    CHECK(fail_at_every_call(WK_E_MEMORY, write_and_read) > 50);
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("again");
    unlink(path);
}

TEST(bad_files, a_disk_that_fails_at_any_call_is_an_error)
{
    static const wki_file_ops ops = { failing_open,  failing_pread, failing_write, failing_fsync, failing_rename,
                                      failing_close, NULL,          failing_fstat, failing_mmap };
    new_path();
    wki_set_file_ops(&ops);
    CHECK(fail_at_every_call(WK_E_IO, write_and_read) > 20);
    wki_set_file_ops(NULL);
    write_good(CONTIGUOUS, false);
    wki_set_file_ops(&ops);
    CHECK(fail_at_every_call(WK_E_IO, read_mapped) > 20);
    wki_set_file_ops(NULL);
    unlink(path);
}

WICK_TEST_MAIN
