/* What the tests on HDF5 files share: a folder to write in, and files written by libhdf5 itself. */
#ifndef WICK_HDF5_CHECK_H
#define WICK_HDF5_CHECK_H
#include "data/dataset.h"
#include "wick/hdf5.h"
#include "wick_check.h"
#include <hdf5.h>
#include <stdio.h>

/* A file in a folder of its own, both gone with forget(). */
static char folder[64], file[128];

static inline const char *scratch(const char *name)
{
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
        CHECK(mkdtemp(folder) != NULL);
    }
    snprintf(file, sizeof file, "%s/%s", folder, name);
    return file;
}

static inline int files_in_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *pipe = popen(command, "r");
    int n = -1;
    if (fscanf(pipe, "%d", &n) != 1) n = -1;
    pclose(pipe);
    return n;
}

static inline void forget(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CHECK(system(command) == 0);
    folder[0] = 0;
}

typedef struct spec {
    const char *name;
    hid_t file_type, memory_type;
    int ndim;
    hsize_t shape[3], chunk[3]; /* chunk[0] = 0: contiguous */
    int deflate;
} spec;

static inline hid_t create(const char *name)
{
    const hid_t f = H5Fcreate(scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(f >= 0);
    return f;
}

static inline void put(hid_t f, spec s, const void *data)
{
    const hid_t space = H5Screate_simple(s.ndim, s.shape, NULL);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    if (s.chunk[0]) H5Pset_chunk(plan, s.ndim, s.chunk);
    if (s.deflate) H5Pset_deflate(plan, (unsigned)s.deflate);
    const hid_t set = H5Dcreate2(f, s.name, s.file_type, space, link, plan, H5P_DEFAULT);
    CHECK(set >= 0);
    if (data) CHECK(H5Dwrite(set, s.memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Pclose(plan);
    H5Pclose(link);
    H5Sclose(space);
}

/* x [n, 4] u8 = 0, 1, 2 .., y [n] = row % classes as i16 */
static inline void put_pair(hid_t f, const char *x, const char *y, int n, int classes)
{
    unsigned char *pixels = malloc((size_t)n * 4);
    short *labels = malloc((size_t)n * sizeof *labels);
    for (int i = 0; i < 4 * n; i++) pixels[i] = (unsigned char)i;
    for (int i = 0; i < n; i++) labels[i] = (short)(i % classes);
    if (x) put(f, (spec){ x, H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, { (hsize_t)n, 4 }, { 0 }, 0 }, pixels);
    if (y) put(f, (spec){ y, H5T_STD_I16LE, H5T_NATIVE_SHORT, 1, { (hsize_t)n }, { 0 }, 0 }, labels);
    free(pixels);
    free(labels);
}

static inline wk_status read_row(wk_dataset *set, int64_t row, void *x, void *y)
{
    return wki_dataset_read(set, &row, 1, (void *const[]){ x, y });
}
#endif
