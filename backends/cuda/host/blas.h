/* Matrix products by cuBLASLt, of matrices as it can take them. C and CUDA C++ include it. */
#ifndef WKI_CUDA_BLAS_H
#define WKI_CUDA_BLAS_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/cuda.h"

/* What is multiplied and how it is added up; C is f32, or f64. */
typedef enum wki_blas_kind { WKI_BLAS_F32, WKI_BLAS_TF32, WKI_BLAS_BF16, WKI_BLAS_F64 } wki_blas_kind;

typedef struct wki_matrix {
    void *data;
    int64_t ld;  /* elements from a row to the next, or turned, from a column to the next; no less than a row or column has */
    bool turned; /* column after column in memory */
} wki_matrix;

/* So many products, and elements from the matrices of one to those of the next. */
typedef struct wki_batch {
    int64_t count, a, b, c;
} wki_batch;

typedef struct wki_multiply {
    wki_blas_kind kind;
    int64_t m, n, k;        /* each at least 1 */
    wki_matrix a, b, c;     /* c is not turned */
    int nbatch;
    wki_batch batch[WKI_MAX_DIMS];
    const void *bias;       /* one number a column of c, side by side, or NULL */
    bool accumulate;
} wki_multiply;

/* c = a b, or c + a b, and + bias if *biased says so then: where the library has no way to add it, it is the caller's to add. */
wk_status wki_multiply_run(const wki_queue *queue, const wki_call *call, const wki_multiply *p, bool *biased);
#ifdef __cplusplus
}
#endif
#endif
