/* The fake cuBLASLt against plain loops, and what it refuses. */
#include "cublasLt.h"
#include "emu_check.h"
#include <math.h>
#include <stdint.h>

enum { M = 37, NN = 21, K = 150 };
#define STATUS(want, call)                                                                                             \
    do {                                                                                                               \
        cublasStatus_t got_ = (call), want_ = (want);                                                                  \
        ck_assert_msg(got_ == want_, "%s: %s, not %s", #call, cublasGetStatusName(got_), cublasGetStatusName(want_));  \
    } while (0)
#define FINE(call)                     STATUS(CUBLAS_STATUS_SUCCESS, call)
#define SET(kind, object, name, value) FINE(cublasLt##kind##SetAttribute(object, name, &(value), sizeof(value)))

/* A product of M x N x K, made as a user of the library would. */
typedef struct {
    cublasLtHandle_t handle;
    cublasLtMatmulDesc_t desc;
    cublasLtMatrixLayout_t a, b, c, d;
    cublasLtMatmulPreference_t pref;
    cudaDataType in, out;
    int ta, tb, row;
} product;

static size_t size_of(cudaDataType type) { return type == CUDA_R_64F ? 8 : type == CUDA_R_32F ? 4 : 2; }

static cublasLtMatrixLayout_t layout(cudaDataType type, uint64_t rows, uint64_t cols, int row)
{
    cublasLtMatrixLayout_t l;
    int32_t order = row ? CUBLASLT_ORDER_ROW : CUBLASLT_ORDER_COL;
    FINE(cublasLtMatrixLayoutCreate(&l, type, rows, cols, (int64_t)(row ? cols : rows)));
    SET(MatrixLayout, l, CUBLASLT_MATRIX_LAYOUT_ORDER, order);
    return l;
}

static product make(cublasComputeType_t compute, cudaDataType in, cudaDataType out, int ta, int tb, int row)
{
    product p = { .in = in, .out = out, .ta = ta, .tb = tb, .row = row };
    uint64_t workspace = 1 << 16;
    FINE(cublasLtCreate(&p.handle));
    FINE(cublasLtMatmulDescCreate(&p.desc, compute, in == CUDA_R_64F ? CUDA_R_64F : CUDA_R_32F));
    int32_t a = ta ? CUBLAS_OP_T : CUBLAS_OP_N, b = tb ? CUBLAS_OP_T : CUBLAS_OP_N;
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_TRANSA, a);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_TRANSB, b);
    p.a = ta ? layout(in, K, M, row) : layout(in, M, K, row);
    p.b = tb ? layout(in, NN, K, row) : layout(in, K, NN, row);
    p.c = layout(out, M, NN, row);
    p.d = layout(out, M, NN, row);
    FINE(cublasLtMatmulPreferenceCreate(&p.pref));
    SET(MatmulPreference, p.pref, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace);
    return p;
}

static void drop(product *p)
{
    FINE(cublasLtMatmulDescDestroy(p->desc));
    FINE(cublasLtMatrixLayoutDestroy(p->a));
    FINE(cublasLtMatrixLayoutDestroy(p->b));
    FINE(cublasLtMatrixLayoutDestroy(p->c));
    FINE(cublasLtMatrixLayoutDestroy(p->d));
    FINE(cublasLtMatmulPreferenceDestroy(p->pref));
    FINE(cublasLtDestroy(p->handle));
}

static cublasStatus_t ask(const product *p, cublasLtMatmulHeuristicResult_t *result)
{
    int found = -1;
    cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(p->handle, p->desc, p->a, p->b, p->c, p->d, p->pref, 1, result, &found);
    ck_assert_int_eq(found, status == CUBLAS_STATUS_SUCCESS);
    return status;
}

static double get(const void *at, cudaDataType type, size_t i)
{
    if (type == CUDA_R_64F) return ((const double *)at)[i];
    if (type == CUDA_R_32F) return ((const float *)at)[i];
    uint32_t u = (uint32_t)((const uint16_t *)at)[i] << 16;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

static void put(void *at, cudaDataType type, size_t i, double v)
{
    float f = (float)v;
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    if (type == CUDA_R_64F)
        ((double *)at)[i] = v;
    else if (type == CUDA_R_32F)
        ((float *)at)[i] = f;
    else
        ((uint16_t *)at)[i] = (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* Numbers on host and device; small integers, so that sums are exact in every type but narrow results. */
typedef struct {
    char *host, *device;
    size_t bytes;
} numbers;

static numbers fresh(cudaDataType type, size_t n, int spread, unsigned salt)
{
    numbers x = { malloc(n * size_of(type)), NULL, n * size_of(type) };
    for (size_t i = 0; i < n; i++)
        put(x.host, type, i, (double)((i * 2654435761u + salt * 97u) % 1009u % (unsigned)(2 * spread + 1)) - spread);
    x.device = on_device(x.host, x.bytes);
    return x;
}

static void gone(numbers *x)
{
    free(x->host);
    OK(cudaFree(x->device));
}

static double at(const product *p, const char *host, cudaDataType type, int transposed, int rows, int cols, int i,
                 int j)
{
    int r = transposed ? j : i, c = transposed ? i : j, stored_rows = transposed ? cols : rows,
        stored_cols = transposed ? rows : cols;
    return get(host, type, (size_t)(p->row ? r * stored_cols + c : c * stored_rows + r));
}

static double sum_of(const product *p, const numbers *a, const numbers *b, int i, int j)
{
    double sum = 0;
    for (int k = 0; k < K; k++)
        sum += at(p, a->host, p->in, p->ta, M, K, i, k) * at(p, b->host, p->in, p->tb, K, NN, k, j);
    return sum;
}

static cublasStatus_t run(const product *p, double alpha, double beta, numbers *a, numbers *b, numbers *d,
                          cudaStream_t stream)
{
    cublasLtMatmulHeuristicResult_t best;
    cublasStatus_t status = ask(p, &best);
    if (status) return status;
    void *workspace = on_device(NULL, 1 << 16);
    float narrow[2] = { (float)alpha, (float)beta };
    double wide[2] = { alpha, beta };
    const void *al = p->out == CUDA_R_64F ? (void *)&wide[0] : &narrow[0],
               *be = p->out == CUDA_R_64F ? (void *)&wide[1] : &narrow[1];
    status = cublasLtMatmul(p->handle, p->desc, al, a->device, p->a, b->device, p->b, be, d->device, p->c, d->device,
                            p->d, &best.algo, workspace, 1 << 16, stream);
    narrow[0] = narrow[1] = NAN, wide[0] = wide[1] = NAN; /* were read at the call */
    OK(cudaStreamSynchronize(stream));
    OK(cudaFree(workspace));
    return status;
}

TEST(blas, multiplies_in_all_transposes_types_and_orders)
{
    static const struct {
        cublasComputeType_t compute;
        cudaDataType in, out;
    } kinds[] = { { CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F },
                  { CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F },
                  { CUBLAS_COMPUTE_64F, CUDA_R_64F, CUDA_R_64F },
                  { CUBLAS_COMPUTE_32F, CUDA_R_16BF, CUDA_R_32F },
                  { CUBLAS_COMPUTE_32F, CUDA_R_16BF, CUDA_R_16BF } };
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (int form = 0; form < 8; form++) {
            product p = make(kinds[kind].compute, kinds[kind].in, kinds[kind].out, form & 1, form & 2, form & 4);
            numbers a = fresh(p.in, M * K, 5, 1), b = fresh(p.in, K * NN, 5, 2), d = fresh(p.out, M * NN, 9, 3);
            char *got = malloc(d.bytes);
            FINE(run(&p, 0.5, 2, &a, &b, &d, NULL));
            fetch(got, d.device, d.bytes);
            for (int i = 0; i < M; i++)
                for (int j = 0; j < NN; j++) {
                    double want[1];
                    put(want, p.out, 0, 0.5 * sum_of(&p, &a, &b, i, j) + 2 * at(&p, d.host, p.out, 0, M, NN, i, j));
                    ck_assert_msg(at(&p, got, p.out, 0, M, NN, i, j) == get(want, p.out, 0),
                                  "kind %zu form %d at %d %d", kind, form, i, j);
                }
            free(got);
            gone(&a), gone(&b), gone(&d);
            drop(&p);
        }
}

/* Eleven bits, halves away from zero. */
static float to_tf32(float v)
{
    int exponent = 0;
    (void)frexpf(v, &exponent);
    float unit = ldexpf(1, exponent - 11);
    return roundf(v / unit) * unit;
}

TEST(blas, sums_in_the_order_of_k_with_one_rounding_a_step)
{
    product p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 0, 0);
    numbers a = fresh(p.in, M * K, 5, 1), b = fresh(p.in, K * NN, 5, 2), d = fresh(p.out, M * NN, 9, 3);
    float *x = (float *)a.host, *y = (float *)b.host, *got = (float *)d.host;
    for (int i = 0; i < M * K; i++) x[i] = sinf((float)i);
    for (int i = 0; i < K * NN; i++) y[i] = cosf((float)i);
    OK(cudaMemcpy(a.device, x, a.bytes, cudaMemcpyHostToDevice));
    OK(cudaMemcpy(b.device, y, b.bytes, cudaMemcpyHostToDevice));
    FINE(run(&p, 1, 0, &a, &b, &d, NULL));
    fetch(got, d.device, d.bytes);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < NN; j++) {
            float sum = 0;
            for (int k = 0; k < K; k++) sum = fmaf(x[k * M + i], y[j * K + k], sum);
            CHECK(got[j * M + i] == sum);
        }
    int32_t tf32 = CUBLAS_COMPUTE_32F_FAST_TF32;
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_COMPUTE_TYPE, tf32);
    float before = got[0];
    FINE(run(&p, 1, 0, &a, &b, &d, NULL));
    fetch(got, d.device, d.bytes);
    float narrow = 0;
    for (int k = 0; k < K; k++) narrow = fmaf(to_tf32(x[k * M]), to_tf32(y[k]), narrow);
    CHECK(got[0] == narrow && narrow != before && fabsf(narrow - before) < 0.05f);
    gone(&a), gone(&b), gone(&d);
    drop(&p);
}

TEST(blas, reads_scales_on_the_device_when_told)
{
    product p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 0, 0);
    numbers a = fresh(p.in, M * K, 5, 1), b = fresh(p.in, K * NN, 5, 2), d = fresh(p.out, M * NN, 9, 3);
    float scales[2] = { 3, 0 }, *there = on_device(scales, sizeof scales), got[M * NN];
    int32_t mode = CUBLASLT_POINTER_MODE_DEVICE;
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_POINTER_MODE, mode);
    FINE(cublasLtMatmul(p.handle, p.desc, there, a.device, p.a, b.device, p.b, there + 1, d.device, p.c, d.device, p.d,
                        NULL, NULL, 0, NULL));
    fetch(got, d.device, sizeof got);
    CHECK(got[5] == 3 * sum_of(&p, &a, &b, 5, 0));
    OK(cudaFree(there));
    gone(&a), gone(&b), gone(&d);
    drop(&p);
}

/* What an epilogue makes of the plain product: into d, the mask and the bias. */
typedef struct {
    double d[M * NN], bias[M];
    bool mask[M * NN];
} expected;

static void expect(expected *e, const product *p, uint32_t epilogue, const numbers *a, const numbers *b)
{
    double wide[M * NN];
    for (int j = 0; j < NN; j++)
        for (int i = 0; i < M; i++) {
            double *v = &wide[j * M + i];
            *v = sum_of(p, a, b, i, j);
            if (epilogue & CUBLASLT_EPILOGUE_BIAS) *v += e->bias[i];
            if (epilogue & CUBLASLT_EPILOGUE_RELU) e->mask[j * M + i] = *v > 0;
            if (epilogue & (CUBLASLT_EPILOGUE_RELU | 8) && !e->mask[j * M + i]) *v = 0;
            e->d[j * M + i] = *v;
        }
    for (int i = 0; i < M && epilogue & (16 | 256); i++) {
        e->bias[i] = 0;
        for (int j = 0; j < NN && epilogue & 16; j++) e->bias[i] += wide[j * M + i];
        for (int k = 0; k < K && epilogue & 256; k++) e->bias[i] += at(p, a->host, p->in, p->ta, M, K, i, k);
    }
    for (int j = 0; j < NN && epilogue & 512; j++) {
        e->bias[j] = 0;
        for (int k = 0; k < K; k++) e->bias[j] += at(p, b->host, p->in, p->tb, K, NN, k, j);
    }
}

static void try_epilogue(uint32_t epilogue, cudaDataType in, int form)
{
    enum { LD = 128 };
    product p = make(CUBLAS_COMPUTE_32F, in, CUDA_R_32F, form & 1, form & 2, 0);
    numbers a = fresh(p.in, M * K, 3, epilogue), b = fresh(p.in, K * NN, 3, 2), d = fresh(p.out, M * NN, 9, 3);
    float bias[M], got[M * NN];
    unsigned char mask[LD / 8 * NN];
    expected e = { 0 };
    for (int i = 0; i < M; i++) e.bias[i] = bias[i] = (float)(i % 7 - 3);
    for (size_t i = 0; i < sizeof mask; i++) mask[i] = (unsigned char)(i * 37);
    for (int j = 0; j < NN; j++)
        for (int i = 0; i < M; i++) e.mask[j * M + i] = mask[(j * LD + i) / 8] >> (i % 8) & 1;
    void *there = on_device(bias, sizeof bias), *aux = on_device(mask, sizeof mask);
    int64_t ld = LD;
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, there);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, ld);
    expect(&e, &p, epilogue, &a, &b);
    FINE(run(&p, 1, 0, &a, &b, &d, NULL));
    fetch(got, d.device, sizeof got);
    fetch(bias, there, sizeof bias);
    fetch(mask, aux, sizeof mask);
    for (int k = 0; k < M * NN; k++) {
        CHECK(got[k] == e.d[k]);
        if (epilogue & 128) CHECK((mask[(k / M * LD + k % M) / 8] >> (k % M % 8) & 1) == e.mask[k]);
    }
    for (int i = 0; i < M; i++) CHECK(bias[i] == e.bias[i]);
    OK(cudaFree(there));
    OK(cudaFree(aux));
    gone(&a), gone(&b), gone(&d);
    drop(&p);
}

TEST(blas, finishes_with_every_epilogue)
{
    static const uint32_t all[] = { CUBLASLT_EPILOGUE_DEFAULT,  CUBLASLT_EPILOGUE_RELU,
                                    CUBLASLT_EPILOGUE_BIAS,     CUBLASLT_EPILOGUE_RELU_BIAS,
                                    CUBLASLT_EPILOGUE_RELU_AUX, CUBLASLT_EPILOGUE_RELU_AUX_BIAS,
                                    CUBLASLT_EPILOGUE_DRELU,    CUBLASLT_EPILOGUE_DRELU_BGRAD,
                                    CUBLASLT_EPILOGUE_BGRADA,   CUBLASLT_EPILOGUE_BGRADB };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int form = 0; form < 4; form++) {
            try_epilogue(all[i], CUDA_R_32F, form);
            try_epilogue(all[i], CUDA_R_16BF, form);
        }
}

TEST(blas, multiplies_batches)
{
    enum { B = 3 };
    product p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 1, 0);
    numbers a = fresh(p.in, M * K * B, 5, 1), b = fresh(p.in, K * NN, 5, 2), d = fresh(p.out, M * NN * B, 9, 3);
    int32_t count = B;
    int64_t sa = M * K, sb = 0, sd = M * NN;
    float *got = malloc(d.bytes);
    for (int i = 0; i < 4; i++) {
        cublasLtMatrixLayout_t l = i == 0 ? p.a : i == 1 ? p.b : i == 2 ? p.c : p.d;
        SET(MatrixLayout, l, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, count);
        SET(MatrixLayout, l, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, *(i == 0 ? &sa : i == 1 ? &sb : &sd));
    }
    FINE(run(&p, 1, 0, &a, &b, &d, NULL));
    fetch(got, d.device, d.bytes);
    for (int k = 0; k < B; k++) {
        numbers part = { a.host + (size_t)k * (size_t)sa * sizeof(float), NULL, 0 };
        for (int i = 0; i < M; i++)
            for (int j = 0; j < NN; j++) CHECK(got[k * sd + j * M + i] == sum_of(&p, &part, &b, i, j));
    }
    sd = M * NN - 1; /* results would lie in each other */
    SET(MatrixLayout, p.d, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, sd);
    STATUS(CUBLAS_STATUS_INVALID_VALUE, run(&p, 1, 0, &a, &b, &d, NULL));
    count = 2, sd = M * NN;
    SET(MatrixLayout, p.d, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, sd);
    SET(MatrixLayout, p.b, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, count);
    STATUS(CUBLAS_STATUS_INVALID_VALUE, run(&p, 1, 0, &a, &b, &d, NULL));
    free(got);
    gone(&a), gone(&b), gone(&d);
    drop(&p);
}

/* One attribute of a layout at a time is wrong. */
static void wrong_layout(cublasStatus_t status, int which, cublasLtMatrixLayoutAttribute_t name, const void *value,
                         size_t size)
{
    cublasLtMatmulHeuristicResult_t best;
    product p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 0, 0);
    cublasLtMatrixLayout_t l = which == 0 ? p.a : which == 1 ? p.b : which == 2 ? p.c : p.d;
    FINE(ask(&p, &best));
    FINE(cublasLtMatrixLayoutSetAttribute(l, name, value, size));
    STATUS(status, ask(&p, &best));
    drop(&p);
}

TEST(blas, refuses_shapes_that_do_not_fit)
{
    for (int which = 0; which < 4; which++) {
        uint64_t none = 0, other = 38;
        int64_t short_ld = which == 1 ? K - 1 : M - 1;
        int32_t order = CUBLASLT_ORDER_COL32, type = CUDA_R_64F, half = CUDA_R_16F;
        wrong_layout(CUBLAS_STATUS_INVALID_VALUE, which, CUBLASLT_MATRIX_LAYOUT_ROWS, &none, sizeof none);
        wrong_layout(CUBLAS_STATUS_INVALID_VALUE, which, CUBLASLT_MATRIX_LAYOUT_COLS, &none, sizeof none);
        wrong_layout(CUBLAS_STATUS_INVALID_VALUE, which, CUBLASLT_MATRIX_LAYOUT_COLS, &other, sizeof other);
        wrong_layout(CUBLAS_STATUS_INVALID_VALUE, which, CUBLASLT_MATRIX_LAYOUT_LD, &short_ld, sizeof short_ld);
        wrong_layout(CUBLAS_STATUS_NOT_SUPPORTED, which, CUBLASLT_MATRIX_LAYOUT_ORDER, &order, sizeof order);
        wrong_layout(CUBLAS_STATUS_NOT_SUPPORTED, which, CUBLASLT_MATRIX_LAYOUT_TYPE, &type, sizeof type);
        wrong_layout(CUBLAS_STATUS_NOT_SUPPORTED, which, CUBLASLT_MATRIX_LAYOUT_TYPE, &half, sizeof half);
    }
}

TEST(blas, refuses_attributes_that_it_does_not_know)
{
    product p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 0, 0);
    int32_t four = 4;
    int64_t eight = 8;
    uint32_t three = 3;
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatmulDescSetAttribute(p.desc, (cublasLtMatmulDescAttributes_t)99, &four, 4));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, cublasLtMatmulDescSetAttribute(p.desc, CUBLASLT_MATMUL_DESC_TRANSA, &eight, 8));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatmulDescSetAttribute(p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, &four, 4));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatrixLayoutSetAttribute(p.a, (cublasLtMatrixLayoutAttribute_t)99, &four, 4));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatrixLayoutSetAttribute(p.a, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &eight, 8));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatmulPreferenceSetAttribute(p.pref, (cublasLtMatmulPreferenceAttributes_t)2, &four, 4));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatmulPreferenceSetAttribute(p.pref, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &three, 4));
    STATUS(CUBLAS_STATUS_INVALID_VALUE,
           cublasLtMatmulDescSetAttribute((cublasLtMatmulDesc_t)p.a, CUBLASLT_MATMUL_DESC_TRANSA, &four, 4));
    int32_t mode = CUBLASLT_POINTER_MODE_DEVICE_VECTOR;
    cublasLtMatmulHeuristicResult_t best;
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_POINTER_MODE, mode);
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, ask(&p, &best));
    drop(&p);
}

static cublasStatus_t epilogue_says(uint32_t epilogue, int64_t ld, cudaDataType type, int row)
{
    cublasLtMatmulHeuristicResult_t best;
    product p = make(type == CUDA_R_64F ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F, type, type, 0, 0, row);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
    SET(MatmulDesc, p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, ld);
    cublasStatus_t status = ask(&p, &best);
    drop(&p);
    return status;
}

TEST(blas, refuses_epilogues_that_ask_too_much)
{
    FINE(epilogue_says(CUBLASLT_EPILOGUE_RELU_AUX, 128, CUDA_R_32F, 0));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, epilogue_says(CUBLASLT_EPILOGUE_RELU_AUX, 0, CUDA_R_32F, 0));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, epilogue_says(CUBLASLT_EPILOGUE_DRELU, 64, CUDA_R_32F, 0));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, epilogue_says(3, 128, CUDA_R_32F, 0));
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, epilogue_says(CUBLASLT_EPILOGUE_GELU, 128, CUDA_R_32F, 0));
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, epilogue_says(CUBLASLT_EPILOGUE_BIAS, 128, CUDA_R_64F, 0));
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, epilogue_says(CUBLASLT_EPILOGUE_BIAS, 128, CUDA_R_32F, 1));
    wki_emu_blas_refuse(CUBLASLT_EPILOGUE_BIAS, 1);
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, epilogue_says(CUBLASLT_EPILOGUE_BIAS, 128, CUDA_R_32F, 0));
    wki_emu_blas_refuse(CUBLASLT_EPILOGUE_BIAS, 0);
    FINE(epilogue_says(CUBLASLT_EPILOGUE_BIAS, 128, CUDA_R_32F, 0));
}

/* A call with one argument wrong. */
typedef struct {
    product p;
    numbers a, b, d;
    char *workspace;
    cublasLtMatmulHeuristicResult_t best;
    float one, zero;
} call;

static call ready(void)
{
    call c = { .p = make(CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 0, 0, 0), .one = 1 };
    c.a = fresh(CUDA_R_32F, M * K + 64, 5, 1), c.b = fresh(CUDA_R_32F, K * NN, 5, 2),
    c.d = fresh(CUDA_R_32F, M * NN, 9, 3);
    c.workspace = on_device(NULL, 1 << 16);
    FINE(ask(&c.p, &c.best));
    return c;
}

static void over(call *c)
{
    OK(cudaFree(c->workspace));
    gone(&c->a), gone(&c->b), gone(&c->d);
    drop(&c->p);
}

static cublasStatus_t call_it(call *c, const void *a, char *workspace, size_t size, const cublasLtMatmulAlgo_t *algo)
{
    return cublasLtMatmul(c->p.handle, c->p.desc, &c->one, a, c->p.a, c->b.device, c->p.b, &c->zero, c->d.device,
                          c->p.c, c->d.device, c->p.d, algo, workspace, size, NULL);
}

TEST(blas, refuses_arguments_that_an_algorithm_is_not_for)
{
    call c = ready();
    CHECK(c.best.workspaceSize > 0 && c.best.workspaceSize <= 1 << 16);
    FINE(call_it(&c, c.a.device, c.workspace, 1 << 16, &c.best.algo));
    FINE(call_it(&c, c.a.device, c.workspace, 1 << 16, NULL));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, call_it(&c, NULL, c.workspace, 1 << 16, &c.best.algo));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, call_it(&c, c.a.device, c.workspace + 8, 1 << 15, &c.best.algo));
    STATUS(CUBLAS_STATUS_INVALID_VALUE, call_it(&c, c.a.device, NULL, 1 << 16, &c.best.algo));
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED, call_it(&c, c.a.device, c.workspace, 16, &c.best.algo));
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED,
           call_it(&c, c.a.device + 16, c.workspace, 1 << 16, &c.best.algo)); /* was asked for 256 */
    STATUS(CUBLAS_STATUS_INVALID_VALUE, call_it(&c, c.a.device + 2, c.workspace, 1 << 16, NULL));
    uint32_t align = 16;
    SET(MatmulPreference, c.p.pref, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, align);
    FINE(ask(&c.p, &c.best));
    FINE(call_it(&c, c.a.device + 16, c.workspace, 1 << 16, &c.best.algo));
    int32_t t = CUBLAS_OP_T;
    uint64_t rows = K, cols = M;
    int64_t ld = K;
    SET(MatmulDesc, c.p.desc, CUBLASLT_MATMUL_DESC_TRANSA, t);
    SET(MatrixLayout, c.p.a, CUBLASLT_MATRIX_LAYOUT_ROWS, rows);
    SET(MatrixLayout, c.p.a, CUBLASLT_MATRIX_LAYOUT_COLS, cols);
    SET(MatrixLayout, c.p.a, CUBLASLT_MATRIX_LAYOUT_LD, ld);
    STATUS(CUBLAS_STATUS_NOT_SUPPORTED,
           call_it(&c, c.a.device, c.workspace, 1 << 16, &c.best.algo)); /* another problem's */
    OK(cudaDeviceSynchronize());
    over(&c);
}

TEST(blas, faults_on_what_is_not_the_device_s)
{
    wki_emu_quiet(1);
    for (int wrong = 0; wrong < 3; wrong++) {
        call c = ready();
        float *host = malloc(c.a.bytes);
        const void *bad = wrong == 0 ? (void *)host : wrong == 1 ? c.a.device + 64 * 4 + 4 : c.a.device;
        if (wrong == 2) {
            uint32_t bias = CUBLASLT_EPILOGUE_BIAS;
            SET(MatmulDesc, c.p.desc, CUBLASLT_MATMUL_DESC_EPILOGUE, bias);
            STATUS(CUBLAS_STATUS_INVALID_VALUE, call_it(&c, c.a.device, c.workspace, 1 << 16, NULL)); /* no bias */
            char *beyond = c.d.device + c.d.bytes - 4;
            SET(MatmulDesc, c.p.desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, beyond);
        }
        FINE(call_it(&c, bad, c.workspace, 1 << 16, NULL));
        check_fault(NULL, cudaErrorIllegalAddress, "a product of 37 x 21 x 150", wrong == 2 ? "the bias" : "A,");
        STATUS(CUBLAS_STATUS_EXECUTION_FAILED, call_it(&c, c.a.device, c.workspace, 1 << 16, NULL));
        wki_emu_reset();
        free(host);
        over(&c);
    }
}

TEST(blas, may_be_captured_and_may_fail_when_planned)
{
    call c = ready();
    cudaStream_t stream = new_stream();
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    float want[M * NN], got[M * NN];
    FINE(call_it(&c, c.a.device, c.workspace, 1 << 16, &c.best.algo));
    fetch(want, c.d.device, sizeof want);
    OK(cudaMemset(c.d.device, 0, sizeof got));
    OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    FINE(cublasLtMatmul(c.p.handle, c.p.desc, &c.one, c.a.device, c.p.a, c.b.device, c.p.b, &c.zero, c.d.device, c.p.c,
                        c.d.device, c.p.d, &c.best.algo, c.workspace, 1 << 16, stream));
    OK(cudaStreamEndCapture(stream, &graph));
    OK(cudaGraphInstantiate(&exec, graph, 0));
    fetch(got, c.d.device, sizeof got);
    CHECK(got[3] == 0);
    OK(cudaGraphLaunch(exec, stream));
    OK(cudaStreamSynchronize(stream));
    fetch(got, c.d.device, sizeof got);
    CHECK(!memcmp(got, want, sizeof got));
    wki_emu_fail(WKI_EMU_FAIL_LAUNCH, 1, cudaErrorUnknown);
    STATUS(CUBLAS_STATUS_EXECUTION_FAILED, call_it(&c, c.a.device, c.workspace, 1 << 16, NULL));
    wki_emu_fail(WKI_EMU_FAIL_CALL, 1, cudaErrorMemoryAllocation);
    cublasLtMatmulDesc_t desc;
    STATUS(CUBLAS_STATUS_ALLOC_FAILED, cublasLtMatmulDescCreate(&desc, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    OK(cudaGraphDestroy(graph));
    OK(cudaGraphExecDestroy(exec));
    OK(cudaStreamDestroy(stream));
    over(&c);
}

EMU_TEST_MAIN("emu_blas")
