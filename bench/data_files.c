/* The files that data.c reads, and what reading them costs at least: loops over libdeflate and over arrays, without
 * wick. */
#include "data.h"
#include "measure.h"
#include <hdf5.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if H5_VERSION_GE(2, 0, 0)
#undef H5Dread_chunk
#define H5Dread_chunk H5Dread_chunk1
#endif

/* Pictures' kind of bytes: dark but for a quarter of each row, so that they pack as MNIST's do; or smooth numbers. */
static void make_rows(const bench_file *f, int64_t first, int64_t n, void *to)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < f->row; k++) {
            const uint64_t at = (uint64_t)((first + i) * f->row + k), mixed = at * 0x9e3779b97f4a7c15u >> 40;
            const int64_t from = (first + i) * 37 % f->row;
            if (f->dtype == WK_U8)
                ((uint8_t *)to)[i * f->row + k] = k >= from && k < from + f->row / 4 ? (uint8_t)(mixed >> 16 | 128) : 0;
            else
                ((float *)to)[i * f->row + k] = (float)(mixed >> 12) / 64 + (float)k;
        }
}

static bool write_chunked(const bench_file *f, const char *path, void *rows, const int64_t *labels)
{
    wk_h5_writer *w = wk_h5_writer_new(path, .shuffle = f->shuffle, .deflate = f->deflate, .workers = 2);
    const int64_t step = 1000;
    for (int64_t at = 0; at < f->rows && !wk_failed(); at += step) {
        const int64_t n = f->rows - at < step ? f->rows - at : step;
        make_rows(f, at, n, rows);
        wk_h5_append(w, "x", rows, n, 1, &f->row, f->dtype);
        wk_h5_append(w, "y", labels + at, n, 0, NULL, WK_I64);
    }
    return !wk_failed() && wk_h5_commit(w) == WK_OK;
}

static bool write_contiguous(const bench_file *f, const char *path, const int64_t *labels)
{
    WK_SCOPE(writing);
    wk_tensor *x = wk_empty(WK_SHAPE(f->rows, f->row), f->dtype), *y = wk_from(labels, WK_SHAPE(f->rows), WK_I64);
    const size_t bytes = (size_t)(f->rows * f->row) * wk_dtype_size(f->dtype);
    void *rows = malloc(bytes);
    if (!rows) return false;
    make_rows(f, 0, f->rows, rows);
    wk_write(x, rows, bytes);
    free(rows);
    wk_state *s = wk_state_new();
    wk_state_set(s, "x", x);
    wk_state_set(s, "y", y);
    return wk_state_write_h5(s, path) == WK_OK;
}

bool bench_data_write(const bench_file *f, const char *folder, char path[512])
{
    WK_SCOPE(file);
    snprintf(path, 512, "%s/%s.h5", folder, f->name);
    void *rows = malloc((size_t)(1000 * f->row) * wk_dtype_size(f->dtype));
    int64_t *labels = calloc((size_t)f->rows, sizeof *labels);
    bool ok = rows && labels;
    for (int64_t i = 0; ok && i < f->rows; i++) labels[i] = i % 10;
    ok = ok && (f->deflate < 0 ? write_contiguous(f, path, labels) : write_chunked(f, path, rows, labels));
    free(rows);
    free(labels);
    return ok;
}

bool bench_data_write_chunks(int64_t chunks, const char *folder, char path[512])
{
    WK_SCOPE(file);
    snprintf(path, 512, "%s/chunks-%lld.h5", folder, (long long)chunks);
    wk_h5_writer *w = wk_h5_writer_new(path, .chunk_bytes = 4);
    float rows[1000] = { 0 };
    for (int64_t at = 0; at < chunks && !wk_failed(); at += 1000) wk_h5_append(w, "x", rows, 1000, 0, NULL, WK_F32);
    return !wk_failed() && wk_h5_commit(w) == WK_OK;
}

/* ---- Limits ---- */

typedef struct chunks {
    unsigned char **stored, *rows;
    size_t *size, bytes;
    hsize_t n;
} chunks;

static bool read_chunks(chunks *c, hid_t set)
{
    hsize_t dims[8], each[8];
    const hid_t space = H5Dget_space(set), plan = H5Dget_create_plist(set), type = H5Dget_type(set);
    const int rank = H5Sget_simple_extent_dims(space, dims, NULL);
    const size_t row = H5Tget_size(type) * (rank > 1 ? dims[1] : 1);
    bool ok = H5Pget_chunk(plan, rank, each) == rank && (c->rows = malloc(row * (dims[0] + each[0])));
    c->bytes = row * each[0];
    c->n = ok ? (dims[0] + each[0] - 1) / each[0] : 0;
    c->stored = calloc(c->n + 1, sizeof *c->stored);
    c->size = calloc(c->n + 1, sizeof *c->size);
    for (hsize_t i = 0; ok && i < c->n; i++) {
        const hsize_t at[8] = { i * each[0] };
        hsize_t size = 0;
        uint32_t mask;
        ok = H5Dget_chunk_storage_size(set, at, &size) >= 0 && (c->stored[i] = malloc(size)) &&
             H5Dread_chunk(set, H5P_DEFAULT, at, &mask, c->stored[i]) >= 0;
        c->size[i] = size;
        ok = ok && mask == 0;
    }
    H5Sclose(space);
    H5Pclose(plan);
    H5Tclose(type);
    return ok;
}

static double inflate_all(const chunks *c)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    const double from = bench_us_now();
    for (hsize_t i = 0; i < c->n; i++)
        if (libdeflate_zlib_decompress(d, c->stored[i], c->size[i], c->rows + i * c->bytes, c->bytes, NULL)) return -1;
    const double us = bench_us_now() - from;
    libdeflate_free_decompressor(d);
    return us;
}

/* A limit is one only if it is compiled for what the machine has. */
#if defined(__x86_64__) && defined(__linux__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define WIDE
#endif

WIDE static void cast_row(const unsigned char *restrict row, int64_t n, float *restrict to)
{
    for (int64_t k = 0; k < n; k++) to[k] = (float)row[k] * 0.0127f - 0.424f;
}

static double unshuffle_all(const chunks *c)
{
    unsigned char *to = malloc(c->bytes);
    const double from = bench_us_now();
    for (hsize_t i = 0; i < c->n; i++) {
        const size_t n = c->bytes / 4;
        const unsigned char *a = c->rows + i * c->bytes, *b = a + n, *e = b + n, *d = e + n;
        for (size_t k = 0; k < n; k++) {
            const uint32_t word = a[k] | (uint32_t)b[k] << 8 | (uint32_t)e[k] << 16 | (uint32_t)d[k] << 24;
            memcpy(to + 4 * k, &word, 4);
        }
    }
    const double us = bench_us_now() - from;
    free(to);
    return us;
}

/* Rows of an array in random order into a batch again and again: bytes cast to normalised f32, f32 copied. */
static double gather_all(const bench_file *f, const unsigned char *rows)
{
    float *batch = malloc((size_t)(BENCH_DATA_BATCH * f->row) * sizeof *batch);
    int64_t *order = malloc((size_t)f->rows * sizeof *order);
    if (!batch || !order) return -1;
    uint64_t x = 1;
    for (int64_t i = 0; i < f->rows; i++) order[i] = i;
    for (int64_t i = f->rows - 1; i > 0; i--) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const int64_t k = (int64_t)((x >> 33) % (uint64_t)(i + 1)), was = order[i];
        order[i] = order[k];
        order[k] = was;
    }
    const double from = bench_us_now();
    for (int64_t i = 0; i < f->rows; i++) {
        float *to = batch + i % BENCH_DATA_BATCH * f->row;
        const unsigned char *row = rows + order[i] * f->row * (int64_t)wk_dtype_size(f->dtype);
        if (f->dtype == WK_F32)
            memcpy(to, row, (size_t)f->row * sizeof *to);
        else
            cast_row(row, f->row, to);
    }
    const double us = bench_us_now() - from;
    free(batch);
    free(order);
    return us;
}

typedef struct part {
    char *from, *to;
    size_t bytes;
} part;

static void *copy_part(void *argument)
{
    const part *p = argument;
    return memcpy(p->to, p->from, p->bytes);
}

/* As many bytes as the epoch's batches have, by one thread or two, between arrays that no cache holds. */
static double copy_all(const bench_file *f, int threads)
{
    const size_t bytes = (size_t)(f->rows * f->row) * sizeof(float), half = threads > 1 ? bytes / 2 : bytes;
    char *from = malloc(bytes), *to = malloc(bytes);
    double least = -1;
    if (from && to) {
        memset(from, 1, bytes);
        memset(to, 2, bytes);
    }
    for (int k = 0; from && to && k < 3; k++) {
        part parts[2] = { { from, to, half }, { from + half, to + half, bytes - half } };
        pthread_t other;
        const double begin = bench_us_now();
        if (threads > 1 && pthread_create(&other, NULL, copy_part, &parts[1])) break;
        copy_part(&parts[0]);
        if (threads > 1) pthread_join(other, NULL);
        const double us = bench_us_now() - begin;
        if (least < 0 || us < least) least = us;
    }
    free(from);
    free(to);
    return least;
}

typedef struct unpacking {
    const bench_file *f;
    chunks c;
    double least; /* microseconds */
} unpacking;

static double unpack_once(const unpacking *u)
{
    const double us = inflate_all(&u->c);
    return us < 0 ? us : us + (u->f->shuffle ? unshuffle_all(&u->c) : 0) + gather_all(u->f, u->c.rows);
}

static void *unpack(void *argument)
{
    unpacking *u = argument;
    unpack_once(u); /* brings the memory */
    for (int k = 0; k < 3; k++) {
        const double us = unpack_once(u);
        if (k == 0 || us < u->least) u->least = us;
    }
    return NULL;
}

static void free_chunks(chunks *c)
{
    for (hsize_t i = 0; i < c->n; i++) free(c->stored[i]);
    free(c->stored);
    free(c->size);
    free(c->rows);
}

/* All threads do all of it, each for itself, at the same time. */
static double unpack_all(const bench_file *f, const char *path, int threads)
{
    unpacking all[2] = { { .f = f, .least = -1 }, { .f = f, .least = -1 } };
    pthread_t other;
    bool ok = true, started = false;
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(file, "x", H5P_DEFAULT);
    for (int k = 0; k < threads; k++) ok = ok && set >= 0 && read_chunks(&all[k].c, set);
    H5Dclose(set);
    H5Fclose(file);
    if (ok && threads > 1) ok = started = !pthread_create(&other, NULL, unpack, &all[1]);
    if (ok) unpack(&all[0]);
    if (started) pthread_join(other, NULL);
    const double us = threads > 1 ? (all[0].least + all[1].least) / 4 : all[0].least;
    for (int k = 0; k < threads; k++) free_chunks(&all[k].c);
    return ok ? us : -1;
}

double bench_data_limit(const bench_file *f, const char *path, int threads)
{
    if (f->deflate <= 0) return copy_all(f, threads);
    return unpack_all(f, path, threads);
}
