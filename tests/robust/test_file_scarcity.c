/* Out of memory anywhere while a data set is opened in a file and its rows are read, or varied by transforms: every
 * request is refused in turn, once or from then on. Each time it is an error of memory, nothing is lost, and the same
 * works once there is memory.
 */
#define _GNU_SOURCE 1
#include "pictures.h"
#include "refusals.h"
#include "wick/data.h"
#include "wick_check.h"
#include <sys/stat.h>
#include <unistd.h>

WICK_ON_CPU("it takes the host's memory away")

static char folder[] = "/tmp/wick-test-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[2][128];
    static int next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(in_folder(name), "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static wk_dataset *idx(void) { return wk_dataset_idx(in_folder("images"), .labels = in_folder("labels")); }
static wk_dataset *fortran(void) { return wk_dataset_npy(in_folder("x.npy")); }
static wk_dataset *table(void) { return wk_dataset_csv(in_folder("t.csv"), NULL); }
static wk_dataset *pictures(void) { return wk_dataset_images(in_folder("all"), .resize = true, .grey = true); }

/* WK_E_MEMORY: not done. */
static wk_status read_last_row(wk_dataset *(*make)(void))
{
    WK_SCOPE(reading);
    wk_tensor *row[2];
    wk_dataset *set = make();
    return set ? wk_dataset_get(set, wk_dataset_len(set) - 1, row, wk_dataset_fields(set, NULL)) : wk_error();
}

static void holds(wk_status (*deed)(wk_dataset *(*)(void)), wk_dataset *(*make)(void))
{
    CHECK(deed(make) == WK_OK);
    const footprint before = footprint_now();
    for (int sticky = 0; sticky < 2; sticky++)
        for (long n = 1;; n++) {
            arm(n, sticky);
            const wk_status status = deed(make);
            if (!disarm()) break;
            CHECK(status == WK_E_MEMORY && wk_error() == WK_E_MEMORY);
            wk_error_clear();
            CHECK(deed(make) == WK_OK);
        }
    CHECK_OK();
    const footprint after = footprint_now();
    CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
}

TEST(scarcity, of_memory_while_files_are_read_loses_nothing)
{
    static const unsigned char images[] = { 0, 0, 11, 2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 };
    static const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1 };
    static const char columns[] = "\x93NUMPY\1\0\x39\0{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2)}\n"
                                  "\0\1\0\3\0\2\0\1";
    static const char text[] = "a,b,y\n1,u,dog\n2,\"v\",cat\n3,w,dog\n";
    wk_set_num_threads(1);
    CHECK(mkdtemp(folder));
    put("images", images, sizeof images);
    put("labels", labels, sizeof labels);
    put("x.npy", columns, sizeof columns - 1);
    put("t.csv", text, sizeof text - 1);
    mkdir(in_folder("all"), 0777);
    mkdir(in_folder("all/a"), 0777);
    mkdir(in_folder("all/b"), 0777);
    put("all/a/1.png", png, sizeof png);
    put("all/b/1.jpg", jpeg, sizeof jpeg);
    holds(read_last_row, idx);
    holds(read_last_row, fortran);
    holds(read_last_row, table);
    if (read_last_row(pictures) == WK_E_UNSUPPORTED)
        wk_error_clear();
    else
        holds(read_last_row, pictures);
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK(system(command) == 0);
}

static wk_dataset *black(void)
{
    wk_tensor *fields[] = { wk_zeros(WK_SHAPE(10, 1, 28, 28), WK_U8), wk_zeros(WK_SHAPE(10), WK_I64) };
    return wk_failed() ? NULL : wk_dataset_tensors(fields, NULL, 2);
}

/* An epoch in which every transform has its turn. */
static wk_status vary(wk_dataset *(*make)(void))
{
    WK_SCOPE(varying);
    wk_transform *images = wk_transforms(
        wk_transform_random_crop("x", 24, 24, 2), wk_transform_center_crop("x", 20, 20),
        wk_transform_random_horizontal_flip("x", 0.5), wk_transform_random_vertical_flip("x", 0.5),
        wk_transform_cutout("x", 3), wk_transform_random_erasing("x", 0.5, NULL, NULL, 0),
        wk_transform_channels_last("x"), wk_transform_channels_first("x"), wk_transform_scaled("x", WK_F32),
        wk_transform_to("x", WK_F64), wk_transform_normalize("x", (double[]){ 0.5 }, (double[]){ 0.5 }, 1));
    wk_transform *labels = wk_transforms(wk_transform_map("y", (int64_t[]){ 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 }, 10),
                                         wk_transform_one_hot("y", 10));
    wk_loader *loader =
        wk_loader_new(make(), .batch_size = 4, .shuffle = true, .transform = wk_transforms(images, labels));
    while (wk_loader_next(loader)) continue;
    return wk_error();
}

TEST(scarcity, of_memory_while_rows_are_varied_loses_nothing)
{
    wk_set_num_threads(1);
    holds(vary, black);
}

WICK_TEST_MAIN
