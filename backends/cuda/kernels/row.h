/* What the rows of every type look like to row.cu. */
#ifndef WKI_CUDA_ROW_H
#define WKI_CUDA_ROW_H
#include "backends/cuda/kernels/kernel.h"

typedef struct wki_row_args {
    wki_lattice places;
    void *data[6]; /* of the views */
    double s, t;
} wki_row_args;
typedef void wki_row_kernel(const wki_row_args r);

typedef struct wki_row_kernels {
    wki_row_kernel *of[4]; /* the value; the derivatives towards x, a, b. NULL: not for this type */
} wki_row_kernels;

/* By row; together: how many elements a thread takes at once where they lie flat */
typedef const wki_row_kernels *wki_row_table_of(int *together);
wki_row_table_of wki_cuda_rows_f32, wki_cuda_rows_f64, wki_cuda_rows_i64, wki_cuda_rows_i32, wki_cuda_rows_u8,
    wki_cuda_rows_truth;
#endif
