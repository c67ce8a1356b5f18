/* wk_dataset_images: pictures made by Pillow, whole and damaged. tests/interop compares many with Pillow's reading. */
#define _GNU_SOURCE 1
#include "tests/pictures.h"
#include "tests/wick_check.h"
#include "wick/data.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

static char folder[64];

static void put(const char *file, const unsigned char *bytes, size_t n)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *slash = strrchr(path, '/');
    *slash = 0;
    mkdir(path, 0777);
    *slash = '/';
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void clear(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK(system(command) == 0);
}

static void new_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
    CHECK(mkdtemp(folder));
}

/* Whether a picture can be read: libpng and libjpeg may be left out of the library, which is then what errors tell. */
static bool reads(const char *file, const unsigned char *bytes, size_t n)
{
    new_folder();
    put(file, bytes, n);
    const bool there = wk_dataset_images(folder);
    if (!there) CHECK_ERROR(WK_E_UNSUPPORTED, "dataset_images", file, "wick was built without");
    clear();
    return there;
}

static double at(wk_tensor *t, int64_t i) { return wk_item(wk_select(wk_reshape(t, WK_SHAPE(-1)), 0, i)); }

TEST(images, a_folder_is_a_class_and_a_picture_a_row_of_planes)
{
    if (!reads("a/1.png", png, sizeof png)) return;
    wk_tensor *row[2] = { NULL };
    const char *const *classes = NULL;
    new_folder();
    put("dog/2.png", png, sizeof png);
    put("cat/b.PNG", png, sizeof png);
    put("cat/a.png", png, sizeof png);
    put("cat/notes.txt", png, 5);
    put("cat/.hidden.png", png, 5);
    put("list.png", png, 5);
    wk_dataset *set = wk_dataset_images(folder);
    CHECK(set && wk_dataset_len(set) == 3 && wk_dataset_classes(set, &classes) == 2 && !strcmp(classes[0], "cat"));
    CHECK(wk_dataset_get_many(set, (const int64_t[]){ 2, 0 }, 2, row, 2) == WK_OK);
    CHECK(at(row[1], 0) == 1 && at(row[1], 1) == 0);
    wk_dataset *dog = wk_dataset_subset(set, (const int64_t[]){ 2 }, 1);
    CHECK(wk_dataset_of_bytes(set, 0) && wk_dataset_of_bytes(dog, 0));
    CHECK(strstr(wk_dataset_file(set, 0), "/cat/a.png") && strstr(wk_dataset_file(dog, 0), "/dog/2.png"));
    CHECK(strstr(wk_dataset_file(wk_dataset_concat((wk_dataset *[]){ set, dog }, 2), 3), "/dog/2.png"));
    CHECK_NULL(wk_dataset_file(dog, 1));
    CHECK_ERROR(WK_E_RANGE, "dataset_file", "row 1");
    CHECK_NULL(wk_dataset_file(wk_dataset_cached(dog), 0));
    CHECK(wk_dtype_of(row[0]) == WK_F32 && wk_ndim(row[0]) == 4 && wk_size(row[0], 1) == 3 && wk_size(row[0], 3) == 3);
    static const uint8_t planes[18] = { 255, 0, 0, 10, 40, 70, 0, 255, 0, 20, 50, 80, 0, 0, 255, 30, 60, 90 };
    for (int i = 0; i < 36; i++) CHECK(at(row[0], i) == (float)planes[i % 18] / 255.0f);
    CHECK(wk_dataset_get(wk_dataset_images(folder, .raw = true, .grey = true), 1, row, 2) == WK_OK);
    CHECK(wk_dtype_of(row[0]) == WK_U8 && wk_numel(row[0]) == 6 && at(row[0], 0) == 76 && at(row[0], 3) == 18);
    clear();
}

TEST(images, of_a_folder_itself_have_no_classes)
{
    if (!reads("a/1.png", png, sizeof png)) return;
    wk_tensor *row[1] = { NULL };
    new_folder();
    put("b.png", png, sizeof png);
    put("a.png", png, sizeof png);
    put("notes.txt", png, 5);
    put("cat/c.png", png, sizeof png);
    wk_dataset *set = wk_dataset_images(folder, .unlabelled = true, .grey = true);
    CHECK(set && wk_dataset_len(set) == 2 && wk_dataset_fields(set, NULL) == 1 && !wk_dataset_classes(set, NULL));
    CHECK(wk_dataset_get(set, 1, row, 1) == WK_OK && wk_numel(row[0]) == 6 && at(row[0], 0) == 76 / 255.0f);
    clear();
    new_folder();
    put("notes.txt", png, 5);
    CHECK_NULL(wk_dataset_images(folder, .unlabelled = true));
    CHECK_ERROR(WK_E_INVALID, folder, "holds no picture");
    clear();
}

TEST(images, sizes_that_differ_are_refused_or_scaled)
{
    if (!reads("a/1.png", png, sizeof png) || !reads("a/1.jpg", jpeg, sizeof jpeg)) return;
    wk_tensor *row[2] = { NULL };
    new_folder();
    put("a/1.png", png, sizeof png);
    put("a/2.jpeg", jpeg, sizeof jpeg);
    CHECK(wk_dataset_get(wk_dataset_images(folder), 1, row, 2) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "dataset_images", "a/2.jpeg", "16 x 16; expected 2 x 3, or ask for resize");
    wk_dataset *set = wk_dataset_images(folder, .height = 1, .width = 4, .resize = true, .grey = true, .raw = true);
    CHECK(wk_dataset_get(set, 1, row, 2) == WK_OK && wk_numel(row[0]) == 4);
    for (int i = 0; i < 4; i++) CHECK_NEAR(at(row[0], i), 24 + 64 * i, 8);
    CHECK_NULL(wk_dataset_images(folder, .height = 1));
    CHECK_ERROR(WK_E_INVALID, "1 x 0");
    clear();
}

TEST(images, folders_without_classes_or_pictures_are_refused)
{
    new_folder();
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_INVALID, folder, "holds no folder");
    put("a/notes.txt", png, 3);
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_INVALID, "/a: holds no picture");
    put("a/1.png", jpeg + 3, 50);
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_FORMAT, "a/1.png", "expected a picture");
    CHECK_NULL(wk_dataset_images(NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
    clear();
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_NOT_FOUND, folder);
}

static bool reads_row(const char *file, const unsigned char *bytes, size_t n)
{
    WK_SCOPE(reading);
    wk_tensor *row[2];
    put(file, bytes, n);
    wk_dataset *set = wk_dataset_images(folder);
    const bool done = set && wk_dataset_get(set, 0, row, 2) == WK_OK;
    CHECK(done || wk_error() == WK_E_FORMAT);
    wk_error_clear();
    return done;
}

static void damage(const char *file, const unsigned char *good, size_t n, size_t least)
{
    unsigned char bytes[2048];
    if (!reads(file, good, n)) return;
    new_folder();
    for (size_t cut = 0; cut < n; cut++) CHECK(!reads_row(file, good, cut) || cut >= least);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 10; k++) {
            memcpy(bytes, good, n);
            bytes[i] = k < 8 ? (unsigned char)(good[i] ^ 1 << k) : k == 8 ? 0 : 255;
            reads_row(file, bytes, n);
        }
    clear();
}

TEST(images, a_png_cut_or_flipped_is_refused_or_read) { damage("a/1.png", png, sizeof png, sizeof png); }
TEST(images, a_jpeg_cut_or_flipped_is_refused_or_read) { damage("a/1.jpg", jpeg, sizeof jpeg, sizeof jpeg); }

TEST(images, a_picture_of_absurd_size_is_refused_before_it_has_room)
{
    unsigned char bytes[2048];
    if (!reads("a/1.jpg", jpeg, sizeof jpeg)) return;
    memcpy(bytes, jpeg, sizeof jpeg);
    unsigned char *frame = memmem(bytes, sizeof jpeg, "\xff\xc2", 2); /* marker, length, precision, height, width */
    CHECK(frame);
    memset(frame + 5, 0x7f, 4);
    new_folder();
    put("a/1.jpg", bytes, sizeof jpeg);
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_FORMAT, "a/1.jpg", "32639 x 32639", "at most 67108864 pixels");
    clear();
}

static uint32_t crc_of(const unsigned char *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* 4096 x 4096 in some hundred bytes. */
TEST(images, a_small_file_that_claims_a_large_picture_is_refused_before_it_has_room)
{
    static const unsigned char large[8] = { 0, 0, 16, 0, 0, 0, 16, 0 };
    unsigned char bytes[2048];
    if (!reads("a/1.jpg", jpeg, sizeof jpeg) || !reads("a/1.png", png, sizeof png)) return;
    memcpy(bytes, jpeg, sizeof jpeg);
    unsigned char *frame = memmem(bytes, sizeof jpeg, "\xff\xc2", 2);
    memcpy(frame + 5, (const unsigned char[]){ 16, 0, 16, 0 }, 4);
    new_folder();
    put("a/1.jpg", bytes, sizeof jpeg);
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_FORMAT, "a/1.jpg", "claims 4096 x 4096 pixels in");
    clear();
    memcpy(bytes, png, sizeof png);
    memcpy(bytes + 16, large, 8);
    const uint32_t crc = crc_of(bytes + 12, 17);
    for (int i = 0; i < 4; i++) bytes[29 + i] = (unsigned char)(crc >> 8 * (3 - i));
    new_folder();
    put("a/1.png", bytes, sizeof png);
    CHECK_NULL(wk_dataset_images(folder));
    CHECK_ERROR(WK_E_FORMAT, "a/1.png", "claims 4096 x 4096 pixels in");
    clear();
}

TEST(images, workers_decode_what_the_caller_does)
{
    if (!reads("a/1.jpg", jpeg, sizeof jpeg)) return;
    new_folder();
    for (int i = 0; i < 40; i++) {
        char file[32];
        snprintf(file, sizeof file, "c%d/%d.jpg", i % 4, i);
        put(file, jpeg, sizeof jpeg);
    }
    wk_dataset *set = wk_dataset_images(folder);
    wk_loader *some = wk_loader_new(set, .batch_size = 7, .shuffle = true, .num_workers = 3, .seed = 3);
    wk_loader *none = wk_loader_new(set, .batch_size = 7, .shuffle = true, .seed = 3);
    int64_t rows = 0;
    for (wk_batch *a, *b; (a = wk_loader_next(some)) && (b = wk_loader_next(none)); rows += wk_batch_size(a)) {
        WK_SCOPE(step);
        CHECK(wk_equal(wk_batch_x(a), wk_batch_x(b)) && wk_equal(wk_batch_y(a), wk_batch_y(b)));
    }
    CHECK(rows == 40);
    clear();
}

WICK_TEST_MAIN
