/* HDF5 files that libhdf5 has to unpack, where that is allowed, and lists of files. */
#include "hdf5_check.h"
#include "wick/hdf5.h"
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* x [200, 6] packed by a filter that wick does not undo, then summed; y [200] */
enum { ROWS = 200, ITEMS = 6, CHUNK = 32 };

static bool pack(hid_t plan, const char *by)
{
    if (!strcmp(by, "nbit")) return H5Pset_nbit(plan) >= 0;
    if (!strcmp(by, "scaleoffset")) return H5Pset_scaleoffset(plan, H5Z_SO_INT, 0) >= 0;
    return H5Zfilter_avail(H5Z_FILTER_SZIP) > 0 && H5Pset_szip(plan, H5_SZIP_NN_OPTION_MASK, 8) >= 0;
}

static const char *packed_file(const char *by)
{
    int values[ROWS * ITEMS];
    for (int i = 0; i < ROWS * ITEMS; i++) values[i] = i * 37 % 1001 - 500;
    const hid_t f = create("packed.h5"), plan = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(2, (hsize_t[]){ ROWS, ITEMS }, NULL), type = H5Tcopy(H5T_STD_I32BE);
    if (!strcmp(by, "nbit")) H5Tset_precision(type, 32);
    H5Pset_chunk(plan, 2, (hsize_t[]){ CHUNK, 4 });
    const bool able = pack(plan, by) && H5Pset_fletcher32(plan) >= 0;
    const hid_t set = H5Dcreate2(f, "x", type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (able) CHECK(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Pclose(plan);
    H5Tclose(type);
    H5Sclose(space);
    put_pair(f, NULL, "y", ROWS, 4);
    H5Fclose(f);
    return able ? file : NULL;
}

TEST(hdf5_sources, what_libhdf5_unpacks_is_read_where_it_is_allowed)
{
    static const char *const filters[] = { "nbit", "scaleoffset", "szip" };
    for (int k = 0; k < 3; k++) {
        WK_SCOPE(one);
        const char *path = packed_file(filters[k]);
        if (!path) continue;
        CHECK_NULL(wk_dataset_h5(path));
        CHECK_ERROR(WK_E_UNSUPPORTED, "packed.h5", "'/x'", "h5repack", ".allow", filters[k]);
        CHECK_NULL(wk_dataset_h5(path, .allow = "plugins"));
        CHECK_ERROR(WK_E_UNSUPPORTED, filters[k]);
        wk_dataset *set = wk_dataset_h5(path, .allow = "nbit, scaleoffset,szip");
        for (int64_t row = ROWS - 1; row >= 0; row--) {
            float x[ITEMS];
            int64_t y;
            CHECK(read_row(set, row, x, &y) == WK_OK && y == row % 4);
            for (int i = 0; i < ITEMS; i++) CHECK(x[i] == (float)((row * ITEMS + i) * 37 % 1001 - 500));
        }
    }
    CHECK(folder[0]);
    forget();
}

TEST(hdf5_sources, only_filters_can_be_allowed)
{
    const hid_t f = create("plain.h5");
    put_pair(f, "x", "y", 8, 2);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .allow = "szip,everything"));
    CHECK_ERROR(WK_E_INVALID, "\"everything\"", "szip, nbit, scaleoffset or plugins");
    CHECK(wk_dataset_h5(file, .allow = "") != NULL);
    forget();
}

TEST(hdf5_sources, damage_that_libhdf5_notices_names_the_rows)
{
    if (!packed_file("scaleoffset")) return;
    const hid_t f = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT), set = H5Dopen2(f, "x", H5P_DEFAULT);
    CHECK(H5Dwrite_chunk(set, H5P_DEFAULT, 0, (hsize_t[]){ CHUNK, 0 }, 16, "not what it says") >= 0);
    H5Dclose(set);
    H5Fclose(f);
    float x[ITEMS];
    int64_t y;
    wk_dataset *damaged = wk_dataset_h5(file, .allow = "scaleoffset");
    CHECK(read_row(damaged, 0, x, &y) == WK_OK);
    CHECK(read_row(damaged, CHUNK, x, &y) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "packed.h5", "'/x'", "rows 32 .. 63", "libhdf5");
    forget();
}

TEST(hdf5_sources, a_file_cut_while_libhdf5_reads_it_is_an_error)
{
    if (!packed_file("scaleoffset")) return;
    float x[ITEMS];
    int64_t y;
    wk_dataset *cut = wk_dataset_h5(file, .allow = "scaleoffset");
    CHECK(cut && truncate(file, 1200) == 0);
    CHECK(read_row(cut, ROWS - 1, x, &y) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "packed.h5", "'/x'", "rows 192 .. 199");
    forget();
}

/* ---- Lists ---- */

static void write_list(const char *name, const char *text)
{
    FILE *f = fopen(scratch(name), "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void two_files(void)
{
    hid_t f = create("one.h5");
    put_pair(f, "data", "label", 10, 2);
    H5Fclose(f);
    f = create("two.h5");
    put_pair(f, "data", "label", 7, 3);
    H5Fclose(f);
}

TEST(hdf5_sources, files_of_a_list_are_one_set)
{
    two_files();
    write_list("all.txt", "# shards\n\n  one.h5\r\ntwo.h5\none.h5");
    wk_dataset *all = wk_dataset_h5_list(file, .raw = true);
    CHECK(wk_dataset_len(all) == 27 && wk_dataset_classes(all, NULL) == 3);
    for (int64_t row = 0; row < 27; row++) {
        unsigned char x[4];
        int64_t y, there = row < 10 ? row : row < 17 ? row - 10 : row - 17;
        CHECK(read_row(all, row, x, &y) == WK_OK);
        CHECK(x[0] == 4 * there && y == there % (row < 10 || row >= 17 ? 2 : 3));
    }
    forget();
}

TEST(hdf5_sources, a_list_that_leads_nowhere_tells_why)
{
    two_files();
    CHECK_NULL(wk_dataset_h5_list(scratch("none.txt")));
    CHECK_ERROR(WK_E_NOT_FOUND, "none.txt");
    write_list("empty.txt", "# nothing\n\n");
    CHECK_NULL(wk_dataset_h5_list(file));
    CHECK_ERROR(WK_E_INVALID, "empty.txt", "names no file");
    CHECK_NULL(wk_dataset_h5_list(scratch("one.h5")));
    CHECK_ERROR(WK_E_FORMAT, "one.h5", "is no text");
    write_list("lost.txt", "one.h5\nthree.h5\n");
    CHECK_NULL(wk_dataset_h5_list(file));
    CHECK_ERROR(WK_E_NOT_FOUND, "three.h5");
    CHECK_NULL(wk_dataset_h5_list(file, .begin = 3));
    CHECK_ERROR(WK_E_INVALID, "lost.txt", ".begin", "subset");
    CHECK_NULL(wk_dataset_h5_list(NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
    const hid_t f = create("wide.h5");
    put(f, (spec){ "data", H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, { 3, 5 }, { 0 }, 0 }, NULL);
    put_pair(f, NULL, "label", 3, 3);
    H5Fclose(f);
    write_list("mixed.txt", "one.h5\nwide.h5\n");
    CHECK_NULL(wk_dataset_h5_list(file));
    CHECK_ERROR(WK_E_SHAPE, "[4]", "[5]");
    forget();
}

TEST(hdf5_sources, joined_sets_must_mean_the_same_by_a_class)
{
    static const char *const names[][3] = { { "cat", "dog", "emu" }, { "cat", "fox" } };
    wk_dataset *sets[3];
    for (int i = 0; i < 3; i++) {
        char name[] = "0.h5";
        name[0] = (char)('0' + i);
        wk_h5_writer *w = wk_h5_writer_new(scratch(name));
        const float x[2] = { 1, 2 };
        const int64_t y[2] = { 0, 1 };
        CHECK(wk_h5_append(w, "x", x, 2, 1, (int64_t[]){ 1 }, WK_F32) == WK_OK);
        CHECK(wk_h5_append(w, "y", y, 2, 0, NULL, WK_I64) == WK_OK);
        CHECK(wk_h5_classes(w, i < 2 ? names[0] : names[1], i ? 2 : 3) == WK_OK && wk_h5_commit(w) == WK_OK);
        sets[i] = wk_dataset_h5(file);
    }
    const char *const *classes;
    wk_dataset *both = wk_dataset_concat((wk_dataset *[]){ sets[1], sets[0] }, 2);
    CHECK(wk_dataset_classes(both, &classes) == 3 && !strcmp(classes[2], "emu"));
    CHECK_NULL(wk_dataset_concat(sets, 3));
    CHECK_ERROR(WK_E_INVALID, "class 1", "\"dog\" in sets[0]", "\"fox\" in sets[2]");
    forget();
}

WICK_TEST_MAIN
