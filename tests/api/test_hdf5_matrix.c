/* Rows of every layout, index, filter and number are, byte for byte, those that H5Dread gives, for any number of
 * threads; where chunks lie is what libhdf5 says itself. The files are made here, in the oldest and in the newest
 * format. */
#include "base/alloc.h"
#include "base/process.h"
#include "data/hdf5/h5.h"
#include "hdf5_check.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

enum { ROWS = 37, WIDTH = 6, ITEMS = ROWS * WIDTH };

/* The kinds of index that libhdf5 has for chunks, by what may grow and when chunks are made. */
typedef enum way { WHOLE, COMPACT, FIXED, IMPLICIT, SINGLE, GROWS, GROWS_BOTH, BARE_EDGES, WAYS } way;
enum { PACK = 1, SHUFFLE = 2, SUM = 4, SUM_FIRST = 8 };
static const int filters[] = { 0, PACK, SHUFFLE | PACK, SUM, PACK | SUM, SHUFFLE | PACK | SUM, SUM_FIRST | PACK };
enum { FILTERS = sizeof filters / sizeof *filters };

static void set_filters(hid_t plan, int which)
{
    if (which & SUM_FIRST) H5Pset_fletcher32(plan);
    if (which & SHUFFLE) H5Pset_shuffle(plan);
    if (which & PACK) H5Pset_deflate(plan, 5);
    if (which & SUM) H5Pset_fletcher32(plan);
}

/* False: such a data set is none. */
static bool set_layout(hid_t plan, way w, int which)
{
    const hsize_t chunk[2] = { w == SINGLE ? ROWS : 8, w == GROWS_BOTH || w == FIXED ? 4 : WIDTH };
    if (w == WHOLE || w == COMPACT) {
        if (w == COMPACT) H5Pset_layout(plan, H5D_COMPACT);
        return !which;
    }
    if (w == IMPLICIT && which) return false;
    H5Pset_chunk(plan, 2, chunk);
    if (w == IMPLICIT) H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    if (w == BARE_EDGES) H5Pset_chunk_opts(plan, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    set_filters(plan, which);
    return true;
}

/* Half of them are written by rows, so that chunks are missing; all of a type's bits come up. */
static void put_one(hid_t f, const char *name, hid_t type, way w, int which, bool half)
{
    unsigned char bytes[ITEMS * 8];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 37 + i / 256 * 101 + (i % 5 == 0) * 128);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t dims[2] = { ROWS, WIDTH };
    const hsize_t most[2] = { w >= GROWS ? H5S_UNLIMITED : ROWS, w == GROWS_BOTH ? H5S_UNLIMITED : WIDTH };
    const hid_t space = H5Screate_simple(2, dims, set_layout(plan, w, which) && w >= GROWS ? most : NULL);
    H5Pset_fill_value(plan, H5T_NATIVE_INT, &(int){ 7 });
    const hid_t set = H5Dcreate2(f, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    CHECK(set >= 0);
    if (half) H5Sselect_hyperslab(space, H5S_SELECT_SET, (hsize_t[]){ 16, 0 }, NULL, (hsize_t[]){ 9, WIDTH }, NULL);
    CHECK(H5Dwrite(set, type, half ? space : H5S_ALL, half ? space : H5S_ALL, H5P_DEFAULT, bytes) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
}

static bool exists(way w, int which)
{
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const bool does = set_layout(plan, w, which);
    H5Pclose(plan);
    return does;
}

/* user: bytes before the file proper, as MATLAB's have. */
static hid_t create_as(const char *name, bool newest, hsize_t user)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), plan = H5Pcreate(H5P_FILE_CREATE);
    if (newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    H5Pset_userblock(plan, user);
    const hid_t f = H5Fcreate(scratch(name), H5F_ACC_TRUNC, plan, access);
    H5Pclose(plan);
    H5Pclose(access);
    CHECK(f >= 0);
    return f;
}

/* ---- Bytes ---- */

typedef struct job {
    wki_h5_table *table;
    const unsigned char *expected;
    int first;
    bool same;
} job;

/* From a row of its own on, so that threads want different blocks first. */
static void *compare(void *argument)
{
    job *j = argument;
    unsigned char row[WIDTH * 8];
    j->same = true;
    for (int i = 0; i < ROWS; i++) {
        const uint64_t at = (uint64_t)(i + j->first) % ROWS;
        const size_t bytes = (size_t)j->table->row_bytes;
        j->same = j->same && wki_h5_read_raw(j->table, at, 1, row) == WK_OK;
        j->same = j->same && !memcmp(row, j->expected + at * bytes, bytes);
    }
    return NULL;
}

static void check_one(const char *name, hid_t native, const unsigned char *expected, int threads)
{
    wki_h5_file *f = wki_h5_file_open(file, "test");
    wki_h5_table *t = wki_h5_table_open(f, name, "test");
    ck_assert_msg(t && t->row_bytes == WIDTH * H5Tget_size(native), "%s: %s", name, wk_error_text());
    pthread_t ids[8];
    job jobs[8];
    for (int i = 0; i < threads; i++) {
        jobs[i] = (job){ t, expected, i * 5, false };
        CHECK(pthread_create(&ids[i], NULL, compare, &jobs[i]) == 0);
    }
    for (int i = 0; i < threads; i++) {
        CHECK(pthread_join(ids[i], NULL) == 0);
        ck_assert_msg(jobs[i].same, "%s differs, with %d threads", name, threads);
    }
    wki_h5_table_close(t);
    wki_h5_file_close(f);
}

TEST(hdf5_matrix, rows_are_bytes_of_h5dread_for_every_layout_filter_and_number)
{
    const hid_t types[] = { H5T_STD_U8LE,   H5T_STD_I16BE,  H5T_STD_I32LE,  H5T_STD_U64BE,
                            H5T_IEEE_F32BE, H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_I8BE };
    const hid_t natives[] = { H5T_NATIVE_UINT8, H5T_NATIVE_INT16, H5T_NATIVE_INT32,  H5T_NATIVE_UINT64,
                              H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT8 };
    enum { TYPES = sizeof types / sizeof *types };
    static unsigned char expected[ITEMS * 8];
    char name[64];
    int count = 0;
    for (int kind = 0; kind < 3; kind++) {
        const bool newest = kind > 0;
        hid_t f = create_as("matrix.h5", newest, kind == 2 ? 2048 : 0);
        for (int i = 0; i < WAYS * FILTERS * TYPES * 2; i++) {
            const int k = i / 2 % TYPES, which = filters[i / 2 / TYPES % FILTERS];
            const way w = (way)(i / 2 / TYPES / FILTERS);
            if (!exists(w, which) || (w == BARE_EDGES && !newest)) continue;
            snprintf(name, sizeof name, "/%d", i);
            put_one(f, name, types[k], w, which, i % 2);
        }
        H5Fclose(f);
        f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
        for (int i = 0; i < WAYS * FILTERS * TYPES * 2; i++) {
            snprintf(name, sizeof name, "/%d", i);
            if (H5Lexists(f, name, H5P_DEFAULT) <= 0) continue;
            const hid_t native = natives[i / 2 % TYPES], set = H5Dopen2(f, name, H5P_DEFAULT);
            CHECK(H5Dread(set, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, expected) >= 0);
            H5Dclose(set);
            check_one(name, native, expected, (int[]){ 1, 2, 8 }[i % 3]);
            count++;
        }
        H5Fclose(f);
    }
    ck_assert_int_eq(count, 1712);
    forget();
}

/* ---- Mapped files ---- */

static bool silent; /* reads fail, but for those of mapped memory */
static int plain_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static ssize_t silent_pread(int fd, void *to, size_t bytes, off_t at)
{
    return silent ? (errno = EIO, -1) : pread(fd, to, bytes, at);
}
static const wki_file_ops mapping = { plain_open, silent_pread, write, fsync, rename, close, NULL, fstat, mmap };

/* Runs, repetitions and jumps. */
static void read_some(wk_dataset *set, char *x)
{
    enum { MANY = 64 };
    int64_t rows[MANY];
    for (int64_t i = 0; i < MANY; i++) rows[i] = i < 30 ? i / 10 * 10 + i % 7 : i * i % ROWS;
    CHECK(wki_dataset_read(set, rows, MANY, (void *const[]){ x }) == WK_OK);
}

static void demand_same_mapped(const char *name, bool raw, bool without_reads)
{
    WK_SCOPE(both);
    static char read[64 * WIDTH * 8], mapped[64 * WIDTH * 8];
    memset(read, 1, sizeof read);
    memset(mapped, 1, sizeof mapped);
    read_some(wk_dataset_h5(file, .split = "/", .x = name, .y = "", .raw = raw), read);
    wk_dataset *set = wk_dataset_h5(file, .split = "/", .x = name, .y = "", .raw = raw, .map = true);
    silent = without_reads;
    read_some(set, mapped);
    silent = false;
    ck_assert_msg(!memcmp(read, mapped, sizeof read), "%s differs where it is mapped", name);
}

TEST(hdf5_matrix, rows_of_a_mapped_file_are_those_that_are_read)
{
    const hid_t types[] = { H5T_STD_U8LE,   H5T_STD_I16BE,  H5T_STD_I32LE,  H5T_STD_U64BE,
                            H5T_IEEE_F32BE, H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_IEEE_F64LE };
    enum { TYPES = sizeof types / sizeof *types };
    char name[64];
    wki_set_file_ops(&mapping);
    for (int kind = 0; kind < 3; kind++) {
        const bool newest = kind > 0;
        const hid_t f = create_as("mapped.h5", newest, kind == 2 ? 2048 : 0);
        put_one(f, "/odd", H5T_STD_U8LE, WHOLE, 0, false); /* so that others do not lie where they would be aligned */
        put(f, (spec){ "/never", H5T_STD_I32LE, H5T_NATIVE_INT, 2, { ROWS, WIDTH }, { 0 }, 0 }, NULL);
        for (int i = 0; i < WAYS * TYPES * 2; i++) {
            const way w = (way)(i / TYPES / 2);
            snprintf(name, sizeof name, "/%d", i);
            if (exists(w, 0) && (w != BARE_EDGES || newest)) put_one(f, name, types[i / 2 % TYPES], w, 0, i % 2);
        }
        H5Fclose(f);
        demand_same_mapped("/never", false, true);
        for (int i = 0; i < 2 * WAYS * TYPES * 2; i++) {
            const way w = (way)(i / 2 / TYPES / 2);
            snprintf(name, sizeof name, "/%d", i / 2);
            if (exists(w, 0) && (w != BARE_EDGES || newest)) demand_same_mapped(name, i % 2, w == WHOLE);
        }
    }
    wki_set_file_ops(NULL);
    forget();
}

/* Large rows, whose elements are swapped, cast, or copied; bytes that go through a table; labels; rows of different
 * lengths; by a list. */
TEST(hdf5_matrix, epochs_of_a_mapped_file_are_those_of_one_that_is_read)
{
    enum { MANY = 40, LONG = 5000 };
    const struct {
        hid_t file, memory;
    } types[] = { { H5T_IEEE_F32LE, H5T_NATIVE_FLOAT },
                  { H5T_IEEE_F32BE, H5T_NATIVE_FLOAT },
                  { H5T_STD_I16LE, H5T_NATIVE_SHORT },
                  { H5T_STD_U8LE, H5T_NATIVE_UINT8 } };
    static float numbers[MANY * LONG];
    static short labels[MANY];
    static const int64_t offsets[] = { 0, 3, 3, 17, 40 };
    for (int i = 0; i < MANY * LONG; i++) numbers[i] = (float)(i % 1013) / 8;
    for (int i = 0; i < MANY; i++) labels[i] = (short)(i % 7);
    FILE *list = fopen(scratch("list.txt"), "w");
    CHECK(list && fputs("large.h5\n", list) >= 0 && fclose(list) == 0);
    for (int k = 0; k < 2 * 2 * 4; k++) {
        WK_SCOPE(both);
        const int type = k / 4;
        const hid_t f = create("large.h5");
        put(f, (spec){ "y", H5T_STD_I16BE, H5T_NATIVE_SHORT, 1, { MANY }, { 0 }, 0 }, labels);
        put(f, (spec){ "z", H5T_STD_I64BE, H5T_NATIVE_INT64, 1, { 5 }, { 0 }, 0 }, offsets);
        put(f, (spec){ "x", types[type].file, types[type].memory, 2, { MANY, LONG }, { 0 }, 0 }, numbers);
        H5Fclose(f);
        wk_loader *loaders[2];
        for (int map = 0; map < 2; map++) {
            wk_h5_opts o = wk_h5_opts_default();
            o.path = k % 2 ? scratch("list.txt") : file;
            o.map = map;
            o.offsets = k / 2 % 2 ? "z" : NULL;
            wk_dataset *set = k % 2 ? wk_dataset_h5_list_new(&o) : wk_dataset_h5_new(&o);
            loaders[map] = wk_loader_new(
                set, .batch_size = 7, .shuffle = true, .num_workers = k % 3,
                .transform = type == 3 ? wk_transform_normalize("x", (double[]){ 3 }, (double[]){ 2 }, 1) : NULL);
        }
        for (int batch = 0;; batch++) {
            wk_batch *read = wk_loader_next(loaders[0]), *mapped = wk_loader_next(loaders[1]);
            ck_assert_msg(!wk_failed() && !read == !mapped, "%d: %s", k, wk_error_text());
            if (!read) break;
            CHECK(wk_equal(wk_batch_x(read), wk_batch_x(mapped)) && wk_equal(wk_batch_y(read), wk_batch_y(mapped)));
        }
    }
    forget();
}

TEST(hdf5_matrix, a_mapping_is_refused_where_a_cut_file_must_not_kill)
{
    const hid_t f = create("mapped.h5");
    put_pair(f, "x", "y", 20, 2);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .map = true, .growing = true));
    CHECK_ERROR(WK_E_INVALID, "mapped.h5", ".map", ".growing");
    CHECK_NULL(wk_dataset_h5(file, .map = true, .isolate = true));
    CHECK_ERROR(WK_E_INVALID, "mapped.h5", ".map", ".isolate");
    forget();
}

/* ---- Numbers ---- */

static hid_t half_of(hid_t like)
{
    const hid_t half = H5Tcopy(like);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    return half;
}

/* The same value, or both are not a number. */
static bool same_numbers(const double *a, const double *b, int n)
{
    bool same = true;
    for (int i = 0; i < n; i++) same = same && (a[i] == b[i] || (a[i] != a[i] && b[i] != b[i]));
    return same;
}

TEST(hdf5_matrix, numbers_become_what_libhdf5_makes_of_them)
{
    enum { MANY = 65536 };
    static unsigned char bytes[MANY * 8];
    static double ours[MANY], theirs[MANY];
    static float singles[MANY];
    static long long wholes[MANY];
    const hid_t f = create("numbers.h5"), le = half_of(H5T_IEEE_F32LE), be = half_of(H5T_IEEE_F32BE);
    const hid_t types[] = { le,
                            be,
                            H5T_IEEE_F32LE,
                            H5T_IEEE_F32BE,
                            H5T_IEEE_F64LE,
                            H5T_IEEE_F64BE,
                            H5T_STD_U8LE,
                            H5T_STD_I8LE,
                            H5T_STD_U16BE,
                            H5T_STD_I16LE,
                            H5T_STD_U32LE,
                            H5T_STD_I32BE,
                            H5T_STD_U64LE,
                            H5T_STD_I64BE };
    for (int i = 0; i < MANY; i++) { /* each half, and of wider numbers ends and middles */
        bytes[2 * i] = (unsigned char)i;
        bytes[2 * i + 1] = (unsigned char)(i >> 8);
    }
    for (int i = 2 * MANY; i < 8 * MANY; i++)
        bytes[i] = (unsigned char)(i % 3 ? (unsigned)i * 2654435761u >> 11 : (unsigned)i / 3 % 2 * 255);
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        char name[16];
        snprintf(name, sizeof name, "/%zu", k);
        put(f, (spec){ name, types[k], types[k], 1, { MANY }, { 1000 }, 0 }, bytes);
        H5Fflush(f, H5F_SCOPE_GLOBAL);
        const hid_t set = H5Dopen2(f, name, H5P_DEFAULT);
        CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, theirs) >= 0);
        CHECK(wk_h5_read_doubles(file, name, 0, MANY, ours) == WK_OK);
        ck_assert_msg(same_numbers(ours, theirs, MANY), "doubles of %zu", k);
        CHECK(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, singles) >= 0);
        CHECK(H5Dread(set, H5T_NATIVE_LLONG, H5S_ALL, H5S_ALL, H5P_DEFAULT, wholes) >= 0);
        H5Dclose(set);
        wk_dataset *data = wk_dataset_h5(file, .x = name, .y = k >= 6 && k != 12 ? name : "", .split = "/");
        for (int64_t i = 0; i < MANY && k != 6; i += 7) { /* bytes become fractions */
            double x = 0;
            int64_t y;
            CHECK(read_row(data, i, &x, &y) == WK_OK);
            float single;
            memcpy(&single, &x, sizeof single);
            if (k == 4 || k == 5) single = (float)x;
            ck_assert_msg(single == singles[i] || (single != single && singles[i] != singles[i]), "%zu, %d", k, (int)i);
            if (k >= 6 && k != 12) CHECK(y == wholes[i]);
        }
    }
    H5Tclose(le);
    H5Tclose(be);
    H5Fclose(f);
    forget();
}

/* ---- Where chunks lie ---- */

TEST(hdf5_matrix, chunks_lie_where_libhdf5_says)
{
    char name[64];
    int found = 0, missing = 0;
    for (int newest = 0; newest < 2; newest++) {
        hid_t f = create_as("index.h5", newest, 0);
        for (way w = FIXED; w < WAYS; w++)
            for (int half = 0; half < 2; half++) {
                snprintf(name, sizeof name, "/%d %d", w, half);
                put_one(f, name, H5T_STD_I16LE, w, w == IMPLICIT ? 0 : PACK, half);
            }
        H5Fclose(f);
        f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
        wki_h5_file *ours = wki_h5_file_open(file, "test");
        for (int i = 2 * FIXED; i < 2 * WAYS; i++) {
            snprintf(name, sizeof name, "/%d %d", i / 2, i % 2);
            const hid_t set = H5Dopen2(f, name, H5P_DEFAULT);
            wki_h5_table *t = wki_h5_table_open(ours, name, "test");
            for (hsize_t row = 0; row < ROWS; row += t->chunk[0])
                for (hsize_t column = 0; column < WIDTH; column += t->chunk[1]) {
                    const hsize_t at[2] = { row, column };
                    unsigned mask = 0;
                    haddr_t address = 0;
                    hsize_t size = 0;
                    wki_h5_chunk chunk;
                    H5Dget_chunk_info_by_coord(set, at, &mask, &address, &size);
                    CHECK(wki_h5_find_chunk(t, at, &chunk) && chunk.size == size);
                    CHECK(!size || (chunk.address == address && chunk.mask == mask));
                    found += size != 0;
                    missing += size == 0;
                }
            wki_h5_table_close(t);
            H5Dclose(set);
        }
        wki_h5_file_close(ours);
        H5Fclose(f);
    }
    CHECK(found > 100 && missing > 20);
    forget();
}

/* Of 1 to 8 dimensions, with chunks that end with them and that do not; and none at all. */
TEST(hdf5_matrix, rows_may_have_any_number_of_dimensions)
{
    static double expected[3 * 128], got[3 * 128];
    const hid_t f = create("ranks.h5");
    for (int rank = 0; rank <= WK_MAX_DIMS; rank++) {
        const hsize_t dims[] = { 3, 2, 2, 2, 2, 2, 2, 2 }, chunk[] = { 2, 1, 2, 2, 1, 2, 2, 1 };
        char name[16];
        const int n = rank ? 3 << (rank - 1) : 1;
        snprintf(name, sizeof name, "/%d", rank);
        for (int i = 0; i < n; i++) expected[i] = 10 * rank + i;
        const hid_t space = H5Screate_simple(rank, dims, NULL), plan = H5Pcreate(H5P_DATASET_CREATE);
        if (rank) H5Pset_chunk(plan, rank, chunk);
        if (rank) H5Pset_deflate(plan, 1);
        const hid_t set = H5Dcreate2(f, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
        CHECK(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, expected) >= 0);
        H5Dclose(set);
        H5Pclose(plan);
        H5Sclose(space);
        H5Fflush(f, H5F_SCOPE_GLOBAL);
        CHECK(wk_h5_read_doubles(file, name, 0, n, got) == WK_OK && !memcmp(got, expected, (size_t)n * sizeof *got));
    }
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .x = "0", .y = ""));
    CHECK_ERROR(WK_E_SHAPE, "is a single value; expected rows");
    wk_dataset *set = wk_dataset_h5(file, .x = "8", .y = "");
    CHECK(set && wk_dataset_len(set) == 3 && read_row(set, 2, got, NULL) == WK_OK && got[0] == 80 + 256);
    forget();
}

/* ---- Large files ---- */

/* What other programs take does not count. */
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static atomic_int allocations;

static void *count_and_allocate(void *user, size_t bytes, size_t align)
{
    (void)user;
    allocations++;
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void release(void *user, void *memory, size_t bytes)
{
    (void)user, (void)bytes;
    free(memory);
}

/* A million rows in as many chunks, none of which takes more in the file than a byte. */
TEST(hdf5_matrix, a_million_rows_open_without_an_allocation_a_row)
{
    enum { MANY = 1000000 };
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), f = create_as("many.h5", true, 0);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){ MANY }, NULL);
    H5Pset_chunk(plan, 1, (hsize_t[]){ 1 });
    H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    H5Dclose(H5Dcreate2(f, "x", H5T_STD_U8LE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(plan);
    H5Fclose(f);
    float x = 1;
    static const wk_allocator counting = { count_and_allocate, release, NULL };
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(&counting) == WK_OK);
    wick_test_scope = wk_scope_open("counted");
    const double start = processor_seconds();
    wk_dataset *set = wk_dataset_h5(file, .y = "");
    CHECK(set && wk_dataset_len(set) == MANY && read_row(set, MANY - 1, &x, NULL) == WK_OK && x == 0);
    CHECK(processor_seconds() - start < 10); /* bench/data measures it */
    CHECK(allocations > 0 && allocations < 200);
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("again");
    forget();
}

/* A number of /proc/self/status, in bytes. */
static size_t status_of(const char *name)
{
    char line[256];
    size_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name))) kib = (size_t)strtoul(line + strlen(name), NULL, 10);
    fclose(f);
    return kib * 1024;
}

/* 400 MiB of rows, of which 256 MiB, two windows, may stay unpacked. */
TEST(hdf5_matrix, an_epoch_takes_two_windows_its_batches_and_little_else)
{
    enum { MANY = 6400, ROW = 64 << 10, BATCH = 16, SLOTS = 8, WINDOWS = WKI_H5_CACHE };
    const int64_t shape[] = { ROW };
    int64_t seen = 0;
    if (WKI_SANITIZED) return;
    unsigned char *row = calloc(1, ROW);
    {
        WK_SCOPE(writing);
        wk_h5_writer *w = wk_h5_writer_new(scratch("zeros.h5"), .deflate = 1);
        for (int i = 0; i < MANY; i++) CHECK(wk_h5_append(w, "x", row, 1, 1, shape, WK_U8) == WK_OK);
        CHECK(wk_h5_commit(w) == WK_OK);
    }
    free(row);
    const size_t before = status_of("VmRSS:");
    FILE *f = fopen("/proc/self/clear_refs", "w");
    CHECK(f && fputs("5", f) >= 0 && fclose(f) == 0); /* VmHWM starts again */
    wk_loader *loader = wk_loader_new(wk_dataset_h5(file, .y = "", .raw = true), .batch_size = BATCH, .shuffle = true,
                                      .num_workers = 2);
    for (int epoch = 0; epoch < 2; epoch++)
        for (wk_batch *b; (b = wk_loader_next(loader));) seen += wk_batch_size(b);
    const size_t grown = status_of("VmHWM:") - before;
    const size_t bound = WINDOWS + SLOTS * BATCH * ROW + 24 * MANY / 4 + (64 << 20);
    CHECK(seen == 2 * MANY);
    ck_assert_msg(grown > WINDOWS / 4 && grown <= bound, "%zu MiB; at most %zu", grown >> 20, bound >> 20);
    forget();
}

WICK_TEST_MAIN
