/* Data sets in npz files: members as numpy.savez and savez_compressed make them, by the names in use; archives that are
 * damaged, or made to mislead, are refused. What NumPy itself wrote: tests/interop/npz.py. */
#include "base/crc32c.h"
#include "data/dataset.h"
#include "refusals.h"
#include "wick/data.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef WICK_WITH_ZLIB
#include <zlib.h>
#endif

static char path[32];

static void make_path(void)
{
    strcpy(path, "/tmp/wick-npz-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
}

/* An archive in the making; its directory is kept apart until the end. */
static struct {
    unsigned char bytes[8192], directory[2048];
    size_t n, nd, end; /* end: of the directory's own record in bytes */
    int entries;
} zip;

static void number(unsigned char *to, size_t *at, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++) to[(*at)++] = (unsigned char)(value >> 8 * i);
}

static void text(unsigned char *to, size_t *at, const void *from, size_t n)
{
    memcpy(to + *at, from, n);
    *at += n;
}

static size_t npy(unsigned char *to, const char *dictionary, const void *data, size_t bytes)
{
    size_t n = 0;
    text(to, &n, "\x93NUMPY\1\0", 8);
    number(to, &n, 2, strlen(dictionary));
    text(to, &n, dictionary, strlen(dictionary));
    text(to, &n, data, bytes);
    return n;
}

/* What both headers of a member have in common. */
static void facts(unsigned char *to, size_t *at, int method, uint32_t sum, size_t np, size_t size, const char *name)
{
    number(to, at, 2, 20);
    number(to, at, 2, 0);
    number(to, at, 2, (uint64_t)method);
    number(to, at, 4, 0);
    number(to, at, 4, sum);
    number(to, at, 4, np);
    number(to, at, 4, size);
    number(to, at, 2, strlen(name));
    number(to, at, 2, 0);
}

static void member(const char *name, const char *dictionary, const void *data, size_t bytes, bool packed)
{
    unsigned char raw[2048], stream[2048];
    const size_t n = npy(raw, dictionary, data, bytes), at = zip.n;
    const uint32_t sum = wki_crc32(0, raw, n);
    size_t np = n;
    memcpy(stream, raw, n);
#ifdef WICK_WITH_ZLIB
    if (packed) {
        z_stream z = { 0 };
        CHECK(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        z.next_in = raw;
        z.avail_in = (unsigned)n;
        z.next_out = stream;
        z.avail_out = sizeof stream;
        CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
        np = z.total_out;
        deflateEnd(&z);
    }
#endif
    number(zip.bytes, &zip.n, 4, 0x04034b50);
    facts(zip.bytes, &zip.n, packed ? 8 : 0, sum, np, n, name);
    text(zip.bytes, &zip.n, name, strlen(name));
    text(zip.bytes, &zip.n, stream, np);
    number(zip.directory, &zip.nd, 4, 0x02014b50);
    number(zip.directory, &zip.nd, 2, 20);
    facts(zip.directory, &zip.nd, packed ? 8 : 0, sum, np, n, name);
    number(zip.directory, &zip.nd, 8, 0); /* no comment, the first disk, no attributes */
    number(zip.directory, &zip.nd, 2, 0);
    number(zip.directory, &zip.nd, 4, at);
    text(zip.directory, &zip.nd, name, strlen(name));
    zip.entries++;
}

static void begin(void) { memset(&zip, 0, sizeof zip); }

static void finish(void)
{
    const size_t start = zip.n;
    text(zip.bytes, &zip.n, zip.directory, zip.nd);
    zip.end = zip.n;
    number(zip.bytes, &zip.n, 4, 0x06054b50);
    number(zip.bytes, &zip.n, 4, 0);
    number(zip.bytes, &zip.n, 2, (uint64_t)zip.entries);
    number(zip.bytes, &zip.n, 2, (uint64_t)zip.entries);
    number(zip.bytes, &zip.n, 4, zip.nd);
    number(zip.bytes, &zip.n, 4, start);
    number(zip.bytes, &zip.n, 2, 0);
}

static void write_bytes(size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(zip.bytes, 1, n, f) == n && fclose(f) == 0);
}

static const float xs[] = { 1, 2, 3, 4, 5, 6 };
static const int64_t ys[] = { 0, 1, 1 };
static const char x_head[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n";
static const char y_head[] = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }\n";

static void pair(const char *x, const char *y, bool packed)
{
    member(x, x_head, xs, sizeof xs, packed);
    if (y) member(y, y_head, ys, sizeof ys, packed);
}

static void check_rows(wk_dataset *set)
{
    float x[6];
    int64_t y[3];
    CHECK(set && wk_dataset_len(set) == 3 && wk_dataset_fields(set, NULL) == 2 && wk_dataset_classes(set, NULL) == 2);
    CHECK(wki_dataset_read(set, (const int64_t[]){ 2, 0, 1 }, 3, (void *const[]){ x, y }) == WK_OK);
    CHECK(x[0] == 5 && x[1] == 6 && x[2] == 1 && x[5] == 4 && y[0] == 1 && y[1] == 0 && y[2] == 1);
}

#ifdef WICK_WITH_ZLIB
enum { WAYS = 2 };
#else
enum { WAYS = 1 };
#endif

TEST(npz, members_are_rows_stored_or_deflated)
{
    make_path();
    for (int packed = 0; packed < WAYS; packed++) {
        begin();
        member("other.npy", x_head, xs, sizeof xs, packed);
        pair("x.npy", "y.npy", packed);
        finish();
        write_bytes(zip.n);
        check_rows(wk_dataset_npz(path));
        check_rows(wk_dataset_npz(path, .x = "other", .y = "y"));
        CHECK(wk_dataset_fields(wk_dataset_npz(path, .y = ""), NULL) == 1);
    }
    unlink(path);
}

TEST(npz, names_are_those_in_use_with_the_split_in_them_or_without)
{
    static const char *const names[][5] = {
        { "data.npy", "label.npy" },      { "features.npy", "targets.npy" },          { "X.npy", "Y.npy" },
        { "x_train.npy", "y_train.npy" }, { "train_images.npy", "train_labels.npy" }, { "train/x.npy", "train/y.npy" },
    };
    make_path();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        begin();
        pair(names[i][0], names[i][1], false);
        finish();
        write_bytes(zip.n);
        check_rows(wk_dataset_npz(path));
        CHECK_NULL(wk_dataset_npz(path, .split = "test"));
        CHECK_ERROR(WK_E_NOT_FOUND, "dataset_npz", names[i][0], "no x of test");
        if (i < 3) continue;
        check_rows(wk_dataset_npz(path, .split = "train"));
    }
    begin();
    pair("x.npy", "y.npy", false);
    member("images.npy", x_head, xs, sizeof xs, false);
    finish();
    write_bytes(zip.n);
    CHECK_NULL(wk_dataset_npz(path));
    CHECK_ERROR(WK_E_INVALID, "'x.npy' and 'images.npy' could both be x", ".x");
    CHECK_NULL(wk_dataset_npz(path, .x = "z"));
    CHECK_ERROR(WK_E_NOT_FOUND, "no 'z.npy'", "'x.npy', 'y.npy', 'images.npy'");
    CHECK_NULL(wk_dataset_npz(path, .x = "x", .classes = (const char *const[]){ "a" }, .nclasses = 1));
    CHECK_ERROR(WK_E_RANGE, "'y.npy'", "label 1 is 1");
    CHECK_NULL(wk_dataset_npz("/nowhere/x.npz"));
    CHECK_ERROR(WK_E_NOT_FOUND, "/nowhere/x.npz");
    CHECK_NULL(wk_dataset_npz(NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
    unlink(path);
}

/* Places in the archive of x.npy, y.npy: the first local header, its bytes, the first entry of the directory, the end.
 */
enum { LOCAL, DATA, ENTRY, SECOND, END };
typedef struct damage {
    int place;
    int at, bytes;
    uint64_t value;
    wk_status status;
    const char *words;
} damage;
static const damage damages[] = {
    { LOCAL, 0, 4, 0, WK_E_FORMAT, "the header of 'x.npy'" },
    { LOCAL, 8, 2, 8, WK_E_FORMAT, "the header of 'x.npy'" },
    { LOCAL, 14, 4, 7, WK_E_FORMAT, "the header of 'x.npy'" },
    { LOCAL, 26, 2, 6, WK_E_FORMAT, "the header of 'x.npy'" },
    { LOCAL, 28, 2, 60000, WK_E_FORMAT, "the header of 'x.npy'" },
    { LOCAL, 30, 1, 'z', WK_E_FORMAT, "called otherwise" },
    { DATA, 0, 1, 0, WK_E_FORMAT, "no NumPy array" },
    { ENTRY, 0, 4, 0, WK_E_FORMAT, "entry 0" },
    { ENTRY, 8, 2, 1, WK_E_UNSUPPORTED, "encrypted" },
    { ENTRY, 10, 2, 12, WK_E_UNSUPPORTED, "method 12" },
    { ENTRY, 10, 2, 8, WK_E_FORMAT, "the header of 'x.npy'" },
    { ENTRY, 20, 4, 100000, WK_E_FORMAT, "outside the file" },
    { ENTRY, 24, 4, 10, WK_E_FORMAT, "10 bytes" },
    { ENTRY, 20, 4, UINT32_MAX, WK_E_FORMAT, "'x.npy' lies outside" },
    { ENTRY, 28, 2, 60000, WK_E_FORMAT, "entry 0 of its directory is cut" },
    { ENTRY, 30, 2, 60000, WK_E_FORMAT, "entry 0 of its directory is cut" },
    { ENTRY, 30, 2, 1, WK_E_FORMAT, "entry 1" },
    { ENTRY, 42, 4, 1, WK_E_FORMAT, "the header of 'x.npy'" },
    { ENTRY, 42, 4, 1u << 30, WK_E_FORMAT, "outside the file" },
    { ENTRY, 46, 1, 0, WK_E_FORMAT, "odd name" },
    { SECOND, 46, 1, 'x', WK_E_FORMAT, "has 'x.npy' twice" },
    { END, 0, 4, 0, WK_E_FORMAT, "no directory" },
    { END, 4, 2, 1, WK_E_UNSUPPORTED, "several disks" },
    { END, 8, 2, 1, WK_E_UNSUPPORTED, "several disks" },
    { END, 8, 4, 0x00010001, WK_E_FORMAT, "bytes follow the last entry" },
    { END, 8, 4, 0x40004000, WK_E_FORMAT, "16384 entries" },
    { END, 8, 4, UINT32_MAX, WK_E_FORMAT, "zip64" },
    { END, 12, 4, 40, WK_E_FORMAT, "does not reach its end" },
    { END, 16, 4, 3, WK_E_FORMAT, "does not reach its end" },
    { END, 16, 4, UINT32_MAX, WK_E_FORMAT, "zip64" },
    { END, 20, 2, 1, WK_E_FORMAT, "no directory" },
};

TEST(npz, damaged_archives_are_refused_with_what_is_wrong)
{
    make_path();
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const damage *d = &damages[i];
        begin();
        pair("x.npy", "y.npy", false);
        const size_t start = zip.n;
        finish();
        const size_t places[] = { 0, 35, start, start + 51, zip.end };
        size_t at = places[d->place] + (size_t)d->at;
        number(zip.bytes, &at, d->bytes, d->value);
        write_bytes(zip.n);
        CHECK_NULL(wk_dataset_npz(path));
        CHECK_ERROR(d->status, "dataset_npz", path, d->words);
    }
    begin();
    pair("x.npy", "y.npy", false);
    finish();
    for (size_t n = 0; n < zip.n; n++) {
        write_bytes(n);
        CHECK_NULL(wk_dataset_npz(path));
        CHECK(wk_error() == WK_E_FORMAT);
        wk_error_clear();
    }
    zip.bytes[zip.n] = 'c'; /* a comment of one byte, which is told */
    zip.bytes[zip.n - 2] = 1;
    write_bytes(zip.n + 1);
    check_rows(wk_dataset_npz(path));
    unlink(path);
}

#ifdef WICK_WITH_ZLIB
/* No bit of an archive whose members are deflated can change without an error, but for times and versions. */
TEST(npz, every_bit_of_a_deflated_member_counts)
{
    float x[2];
    int64_t y;
    make_path();
    begin();
    pair("x.npy", "y.npy", true);
    const size_t start = zip.n;
    finish();
    for (size_t bit = 0; bit < 8 * start; bit++) {
        zip.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        write_bytes(zip.n);
        wk_dataset *set = wk_dataset_npz(path);
        if (set) {
            CHECK(wki_dataset_read(set, &(int64_t){ 2 }, 1, (void *const[]){ x, &y }) == WK_OK);
            CHECK(x[0] == 5 && x[1] == 6 && y == 1);
        } else {
            CHECK(wk_error() == WK_E_FORMAT || wk_error() == WK_E_UNSUPPORTED);
        }
        wk_error_clear();
        zip.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    static const struct {
        size_t at;
        uint64_t value;
        const char *words;
    } lies[] = {
        { 16, 5, "checksum" }, { 24, 90, "truncated" }, { 24, 200, "bytes follow" }, { 24, 100000000, "cannot hold" }
    };
    for (int i = 0; i < 4; i++) { /* in both headers; the local one has them two bytes earlier */
        unsigned char before[2][4];
        size_t at = start + lies[i].at, local = lies[i].at - 2;
        memcpy(before[0], zip.bytes + at, 4);
        memcpy(before[1], zip.bytes + local, 4);
        number(zip.bytes, &at, 4, lies[i].value);
        number(zip.bytes, &local, 4, lies[i].value);
        write_bytes(zip.n);
        CHECK_NULL(wk_dataset_npz(path));
        CHECK_ERROR(WK_E_FORMAT, "'x.npy'", lies[i].words);
        memcpy(zip.bytes + at - 4, before[0], 4);
        memcpy(zip.bytes + local - 4, before[1], 4);
    }
    begin(); /* a stream that is shorter than its archive and its own header say */
    pair("y.npy", NULL, true);
    member("x.npy", x_head, xs, sizeof xs - 4, true);
    size_t at = 51 + 24, size = zip.directory[at] + 4u; /* behind the first entry */
    number(zip.directory, &at, 4, size);
    finish();
    write_bytes(zip.n);
    CHECK_NULL(wk_dataset_npz(path, .y = ""));
    CHECK_ERROR(WK_E_FORMAT, "'x.npy'", "unpacks to less");
    unlink(path);
}
#endif

static wk_status read_all(void)
{
    WK_SCOPE(reading);
    wk_tensor *row[2];
    wk_dataset *set = wk_dataset_npz(path);
    return set ? wk_dataset_get(set, 2, row, 2) : wk_error();
}

TEST(npz, memory_that_runs_out_anywhere_is_an_error)
{
    wk_set_num_threads(1);
    make_path();
    for (int packed = 0; packed < WAYS; packed++) {
        begin();
        pair("x.npy", "y.npy", packed);
        finish();
        write_bytes(zip.n);
        CHECK(read_all() == WK_OK);
        const footprint before = footprint_now();
        for (int sticky = 0; sticky < 2; sticky++)
            for (long n = 1;; n++) {
                arm(n, sticky);
                const wk_status status = read_all();
                if (!disarm()) break;
                CHECK(status == WK_E_MEMORY && wk_error() == WK_E_MEMORY);
                wk_error_clear();
            }
        const footprint after = footprint_now();
        CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
    }
    unlink(path);
}

WICK_TEST_MAIN
