/* What the two halves of the fake cuBLASLt share: blas.cpp, which checks a product, and blas_run.cpp, which computes it. */
#ifndef WKI_EMU_BLAS_H
#define WKI_EMU_BLAS_H
#include "emu_core.h"
#include "include/cublasLt.h"

namespace wki_emu {

struct Layout {
    cudaDataType type;
    int32_t order, batch;
    uint64_t rows, cols;
    int64_t ld, stride;
};
/* A product that has been checked. D = epilogue(alpha op(A) op(B) + beta C), all as in the descriptors. */
struct Product {
    Layout a, b, c, d;
    uint64_t m, n, k;
    bool trans_a, trans_b;
    cublasComputeType_t compute;
    int epilogue;
    int64_t bias_stride, aux_ld, aux_stride;
};
/* The bytes of one matrix from its first element to its last. */
size_t layout_span(const Layout &layout);
size_t type_size(cudaDataType type);

struct ProductWork : Work {
    Product product;
    bool scale_on_device;
    double alpha, beta;            /* at the call, */
    const void *alpha_at, *beta_at; /* or read on the device */
    const char *a, *b, *c;
    char *d, *bias, *aux, *workspace;
    size_t workspace_size;
    cudaError_t run() override;
};
} // namespace wki_emu
#endif
