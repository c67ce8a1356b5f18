/* What data.c and its files and limits (data_files.c) share. */
#ifndef WICK_BENCH_DATA_H
#define WICK_BENCH_DATA_H
#include "wick/hdf5.h"
#include <stdbool.h>

enum { BENCH_DATA_BATCH = 256 };

/* One file: x [rows, ...], y [rows]. */
typedef struct bench_file {
    const char *name;
    int64_t rows, row; /* elements of a row of x */
    wk_dtype dtype;
    bool shuffle;      /* HDF5's, before deflate */
    int deflate;       /* -1: contiguous */
    int64_t window;    /* rows that are shuffled at a time; 0: all */
    bool cached, map;
    bool again;        /* the second epoch of a loader, not the first */
} bench_file;

/* Writes it into the folder; `path` gets its name. */
bool bench_data_write(const bench_file *f, const char *folder, char path[512]);
/* A file of so many chunks of one row. */
bool bench_data_write_chunks(int64_t chunks, const char *folder, char path[512]);
/* Microseconds that so many threads, 1 or 2, need for an epoch of this file with nothing but the work itself. Packed files:
 * inflate, from memory, and cast rows in random order from one array into a batch. Others: copy as many bytes as all batches have.
 * Negative: it failed. */
double bench_data_limit(const bench_file *f, const char *path, int threads);
#endif
