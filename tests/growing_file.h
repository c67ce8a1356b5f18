/* An HDF5 file that grows, written by libhdf5 itself. */
#ifndef WICK_GROWING_FILE_H
#define WICK_GROWING_FILE_H
#include "hdf5_check.h"

/* x [n, 3] f64: 3 row + 1, 3 row + 2, 3 row + 3; y [n] i32: row mod 7 */
typedef struct writer {
    bool latest, swmr;
    int chunk, deflate, a_flush; /* rows */
    hid_t file, sets[2];
} writer;

static inline void make_set(writer *w, int i)
{
    const hsize_t none[2] = { 0, 3 }, all[2] = { H5S_UNLIMITED, 3 }, chunk[2] = { (hsize_t)w->chunk, 3 };
    const hid_t space = H5Screate_simple(2 - i, none, all), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, 2 - i, chunk);
    if (w->deflate) H5Pset_deflate(plan, (unsigned)w->deflate);
    w->sets[i] = H5Dcreate2(w->file, i ? "y" : "x", i ? H5T_NATIVE_INT : H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plan,
                            H5P_DEFAULT);
    H5Pclose(plan);
    H5Sclose(space);
}

static inline void begin(writer *w, const char *path)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (w->latest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    w->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    for (int i = 0; i < 2; i++) make_set(w, i);
    H5Pclose(access);
    if (w->swmr) CHECK(H5Fstart_swmr_write(w->file) >= 0);
    CHECK(H5Fflush(w->file, H5F_SCOPE_LOCAL) >= 0);
}

static inline void flush_rows(writer *w)
{
    for (int i = 0; i < 2 && w->swmr; i++) H5Dflush(w->sets[i]);
    if (!w->swmr) H5Fflush(w->file, H5F_SCOPE_LOCAL);
}

/* Rows [from, from + n), of x, then of y. */
static inline void append(writer *w, int64_t from, int n)
{
    double x[64][3];
    int y[64];
    for (int r = 0; r < n; r++) {
        y[r] = (int)((from + r) % 7);
        for (int k = 0; k < 3; k++) x[r][k] = (double)(3 * (from + r) + k + 1);
    }
    for (int i = 0; i < 2; i++) {
        const hsize_t now[2] = { (hsize_t)(from + n), 3 }, at[2] = { (hsize_t)from, 0 }, size[2] = { (hsize_t)n, 3 };
        H5Dset_extent(w->sets[i], now);
        const hid_t to = H5Dget_space(w->sets[i]), piece = H5Screate_simple(2 - i, size, NULL);
        H5Sselect_hyperslab(to, H5S_SELECT_SET, at, NULL, size, NULL);
        CHECK(H5Dwrite(w->sets[i], i ? H5T_NATIVE_INT : H5T_NATIVE_DOUBLE, piece, to, H5P_DEFAULT,
                       i ? (void *)y : (void *)x) >= 0);
        H5Sclose(piece);
        H5Sclose(to);
    }
}

static inline void end(writer *w)
{
    for (int i = 0; i < 2; i++) H5Dclose(w->sets[i]);
    H5Fclose(w->file);
}

static inline void put_rows(writer *w, int64_t from, int n)
{
    append(w, from, n);
    flush_rows(w);
}
#endif
