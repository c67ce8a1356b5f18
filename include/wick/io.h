/* wick/io.h: arrays and tables in the formats that data sets come in: IDX (MNIST), NumPy's npy, CSV.
 *
 *   wk_array images;
 *   if (wk_read_idx("train-images-idx3-ubyte.gz", &images) == WK_OK) {
 *       ... images.shape[0], images.data ...
 *       wk_array_free(&images);
 *   }
 *
 * Readers return WK_OK and fill *out, or record an error that names the file and leave *out empty. A file must be
 * exactly as long as its header says. */
#ifndef WICK_IO_H
#define WICK_IO_H
#include "wick/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A row-major array in host memory. */
enum { WK_ARRAY_DIMS = 8 };
typedef struct wk_array {
    wk_dtype dtype;
    int ndim;
    int64_t shape[WK_ARRAY_DIMS];
    void *data;
} wk_array;
WK_API void wk_array_free(wk_array *array); /* its data; NULL and empty allowed */

/* IDX, plain or gzip: u8; i8, i16 and i32 as i32; f32; f64. */
WK_API wk_status wk_read_idx(const char *path, wk_array *out);
/* NumPy, versions 1 to 3, either byte order, C or Fortran order: bool; u8; i8, i16, u16 and i32 as i32; u32, i64 and
 * u64 as i64 (WK_E_RANGE beyond it); f16 and f32 as f32; f64. WK_E_UNSUPPORTED: any other type; objects (pickle) are
 * never read. */
WK_API wk_status wk_read_npy(const char *path, wk_array *out);
WK_API wk_status wk_write_npy(const char *path, const wk_array *array); /* version 1; replaces path at once or not at all */

/* CSV, plain or gzip: rows of equal length, quoted fields allowed, numbers with a decimal point. A column whose first value is a
 * number holds numbers; any other holds categories, which become their index in order of names. */
typedef enum wk_csv_target { WK_CSV_AUTO, WK_CSV_CLASSES, WK_CSV_NUMBERS } wk_csv_target;
typedef struct wk_csv_opts {
    size_t size;
    char delimiter;       /* 0: the most frequent of , ; and tab in the first line */
    int header;           /* -1: yes if the first line has no number; 0: none; 1: the first line */
    const char *label;    /* NULL: the last column; "": none; else its name, or its number from 1 without a header */
    wk_csv_target target; /* AUTO: classes if it is text, or numbers 0 .. k - 1, each present, k at most 100 */
    bool missing_as_nan;  /* false: a missing value ("", ?, NA, N/A, NaN, null) is an error, as it is in the label */
    const char *const *features; /* NULL: all columns but the label; else these, in this order, named as the label is;
                                  * a name that comes twice: its first column, then its second */
    int nfeatures;
    bool skip_missing;    /* true: rows with a missing value in these columns or the label are left out */
} wk_csv_opts;
#define WK_CSV_DEFAULTS                                                                                                \
    .size = sizeof(wk_csv_opts), .delimiter = 0, .header = -1, .label = NULL, .target = WK_CSV_AUTO,                   \
    .missing_as_nan = false, .features = NULL, .nfeatures = 0, .skip_missing = false
WK_API wk_csv_opts wk_csv_opts_default(void);

typedef struct wk_csv_column {
    char *name;        /* from the header, or "column 3" */
    char **categories; /* NULL: numbers */
    int ncategories;
} wk_csv_column;
typedef struct wk_csv {
    int64_t rows;
    int nfeatures;
    wk_csv_column *features;
    wk_csv_column label; /* .name NULL: none */
    float *x;            /* [rows, nfeatures] */
    int64_t *classes;    /* [rows], indices into label.categories; NULL: the label is a number, or there is none */
    float *values;       /* [rows]; NULL: the label is a class, or there is none */
    int64_t skipped;     /* rows that were left out */
} wk_csv;
/* Reads front to back and once: memory holds the numbers that are asked for, and of the text a record at a time. */
WK_API wk_status wk_read_csv(const char *path, const wk_csv_opts *o, wk_csv *out); /* o NULL: the defaults */
WK_API void wk_csv_free(wk_csv *csv);                                              /* NULL and empty allowed */

#ifdef __cplusplus
}
#endif
#endif
