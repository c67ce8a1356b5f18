/* Products by cuBLASLt. Which of its algorithms takes one is asked once for each kind of product and kept with what
 * describes it. cuBLASLt thinks in columns: what is called c here, row after row, is its D turned, so that D = B A, and
 * a bias that goes with c's columns goes with D's rows, as it must.
 *
 * Results repeat: the algorithm depends on sizes, strides and alignment up to 16 bytes alone, what runs at once uses
 * workspaces of its own, and parts of a sum are kept in the type that they were computed in. */
#include "backends/cuda/host/blas.h"
#include "backends/cuda/host/device.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <cublasLt.h>
#include <stddef.h>
#include <string.h>

enum { SETS = 64, WAYS = 8, ALIGNED = 16, MOST_AT_ONCE = 65535 };
#define WORKSPACE ((size_t)32 << 20) /* of a lane */

/* All that the choice of an algorithm depends on, and its descriptions; compared as bytes. */
typedef struct key {
    int64_t m, n, k, count, ld[3], step[3];
    uint8_t align[4], turned[2], kind, accumulate, bias, rest[7];
} key;

enum { A, B, C, BIAS };

typedef struct recipe {
    key key;
    bool made, biased; /* biased: it adds the bias */
    cublasLtMatmulDesc_t what;
    cublasLtMatrixLayout_t layout[3];
    cublasLtMatmulAlgo_t algorithm;
} recipe;

typedef struct products {
    wki_mutex lock;
    cublasLtHandle_t handle;
    char *workspace;     /* WORKSPACE a lane */
    unsigned next[SETS]; /* the way that is given up next */
    recipe recipes[SETS][WAYS];
} products;

static wk_status check(cublasStatus_t status, const wki_queue *queue, const char *doing)
{
    if (status == CUBLAS_STATUS_SUCCESS) return WK_OK;
    return wki_fail(status == CUBLAS_STATUS_ALLOC_FAILED ? WK_E_MEMORY : WK_E_DEVICE,
                    wki_device_name(queue->index).text, "%s by cuBLASLt (in %s)", cublasLtGetStatusName(status), doing);
}

/* ---- What a device keeps ---- */

static wk_status make_products(const wki_queue *queue, void **to)
{
    products *p = wki_alloc(sizeof *p);
    if (!p) return WK_E_MEMORY;
    p->lock = (wki_mutex)WKI_MUTEX_INIT;
    void *workspace = NULL;
    cudaError_t error = cudaMalloc(&workspace, WKI_PRODUCT_LANES * WORKSPACE);
    if (error == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        wki_device_trim(queue->index);
        error = cudaMalloc(&workspace, WKI_PRODUCT_LANES * WORKSPACE);
    }
    wk_status status = wki_cuda_check(error, queue->index, "asking for memory for products");
    p->workspace = workspace;
    if (status == WK_OK) {
        status = check(cublasLtCreate(&p->handle), queue, "beginning products");
        if (status && cudaFree(p->workspace) != cudaSuccess) (void)cudaGetLastError();
    }
    if (status)
        wki_free(p);
    else
        *to = p;
    return status;
}

static wk_status products_of(const wki_queue *queue, products **own)
{
    static wki_mutex making = WKI_MUTEX_INIT;
    wki_device *d = wki_device_at(queue->index);
    if (!d) return WK_E_DEVICE;
    wki_lock(&making);
    const wk_status status = d->products ? WK_OK : make_products(queue, &d->products);
    *own = d->products;
    wki_unlock(&making);
    return status;
}

/* ---- How a product is made ---- */

static uint8_t alignment(const void *p)
{
    const uintptr_t low = (uintptr_t)p & (ALIGNED - 1);
    return (uint8_t)(low ? low & -low : ALIGNED);
}

static key key_of(const wki_multiply *p, const wki_batch *batch, const void *const at[3])
{
    key k;
    memset(&k, 0, sizeof k);
    k.m = p->m, k.n = p->n, k.k = p->k, k.count = batch->count;
    k.ld[A] = p->a.ld, k.ld[B] = p->b.ld, k.ld[C] = p->c.ld;
    if (batch->count > 1) k.step[A] = batch->a, k.step[B] = batch->b, k.step[C] = batch->c;
    for (int i = 0; i < 3; i++) k.align[i] = alignment(at[i]);
    /* one that lies otherwise is the caller's to add: kernels for it were seen to fault on an A100 */
    k.bias = p->bias && (alignment(p->bias) == ALIGNED || WKI_FAULT(267));
    k.align[BIAS] = k.bias ? ALIGNED : 0;
    k.turned[A] = p->a.turned, k.turned[B] = p->b.turned;
    k.kind = (uint8_t)p->kind, k.accumulate = p->accumulate;
    return k;
}

static size_t key_bytes(void) { return WKI_FAULT(159) ? offsetof(key, align) : sizeof(key); }

static unsigned set_of(const key *k) { return wki_hash(k, key_bytes()) % SETS; }

static void forget(recipe *r)
{
    if (r->what) (void)cublasLtMatmulDescDestroy(r->what);
    for (int i = 0; i < 3; i++)
        if (r->layout[i]) (void)cublasLtMatrixLayoutDestroy(r->layout[i]);
    memset(r, 0, sizeof *r);
}

static bool set(cublasLtMatmulDesc_t what, cublasLtMatmulDescAttributes_t name, const void *value, size_t bytes)
{
    return cublasLtMatmulDescSetAttribute(what, name, value, bytes) == CUBLAS_STATUS_SUCCESS;
}

static bool describe(recipe *r, bool bias)
{
    static const cublasComputeType_t sums[] = { CUBLAS_COMPUTE_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_COMPUTE_32F,
                                                CUBLAS_COMPUTE_64F };
    const key *k = &r->key;
    const cudaDataType_t scale = k->kind == WKI_BLAS_F64 ? CUDA_R_64F : CUDA_R_32F;
    const int32_t first = k->turned[B] ? CUBLAS_OP_T : CUBLAS_OP_N, second = k->turned[A] ? CUBLAS_OP_T : CUBLAS_OP_N;
    const uint32_t epilogue = bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
    /* nobody looks there: it only says how the bias is aligned */
    const void *aligned = (const void *)(uintptr_t)k->align[BIAS];
    r->biased = bias;
    return cublasLtMatmulDescCreate(&r->what, sums[k->kind], scale) == CUBLAS_STATUS_SUCCESS &&
           set(r->what, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof first) &&
           set(r->what, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof second) &&
           set(r->what, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue) &&
           (!bias || set(r->what, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &aligned, sizeof aligned));
}

static bool lay_out(recipe *r, int i, cudaDataType_t type, int64_t rows, int64_t columns)
{
    const key *k = &r->key;
    const int32_t count = (int32_t)k->count;
    if (cublasLtMatrixLayoutCreate(&r->layout[i], type, (uint64_t)columns, (uint64_t)rows, k->ld[i])) return false;
    return count == 1 ||
           (!cublasLtMatrixLayoutSetAttribute(r->layout[i], CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count) &&
            !cublasLtMatrixLayoutSetAttribute(r->layout[i], CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &k->step[i],
                                              sizeof k->step[i]));
}

static bool lay_all_out(recipe *r)
{
    static const cudaDataType_t types[] = { CUDA_R_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_64F };
    const key *k = &r->key;
    const cudaDataType_t type = types[k->kind], result = k->kind == WKI_BLAS_F64 ? CUDA_R_64F : CUDA_R_32F;
    return lay_out(r, A, type, k->turned[A] ? k->k : k->m, k->turned[A] ? k->m : k->k) &&
           lay_out(r, B, type, k->turned[B] ? k->n : k->k, k->turned[B] ? k->k : k->n) &&
           lay_out(r, C, result, k->m, k->n);
}

/* The library's first choice, of those that fit in the workspace and repeat their results. */
static bool choose(const products *p, recipe *r)
{
    const uint32_t sums = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    const size_t workspace = WORKSPACE;
    const uint32_t align[] = { r->key.align[B], r->key.align[A], r->key.align[C], r->key.align[C] };
    static const cublasLtMatmulPreferenceAttributes_t aligned[] = { CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
                                                                    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                                                                    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
                                                                    CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES };
    cublasLtMatmulPreference_t wishes = NULL;
    if (cublasLtMatmulPreferenceCreate(&wishes)) return false;
    bool ok =
        !cublasLtMatmulPreferenceSetAttribute(wishes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                              sizeof workspace) &&
        !cublasLtMatmulPreferenceSetAttribute(wishes, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &sums, sizeof sums);
    for (int i = 0; i < 4; i++)
        ok = ok && !cublasLtMatmulPreferenceSetAttribute(wishes, aligned[i], &align[i], sizeof align[i]);
    cublasLtMatmulHeuristicResult_t best;
    int found = 0;
    ok = ok &&
         !cublasLtMatmulAlgoGetHeuristic(p->handle, r->what, r->layout[B], r->layout[A], r->layout[C], r->layout[C],
                                         wishes, 1, &best, &found) &&
         found > 0 && best.state == CUBLAS_STATUS_SUCCESS && best.workspaceSize <= WORKSPACE;
    if (ok) r->algorithm = best.algo;
    (void)cublasLtMatmulPreferenceDestroy(wishes);
    return ok;
}

/* With the bias, else without. */
static bool make_recipe(const products *p, recipe *r, const key *k)
{
    for (int bias = k->bias; bias >= 0; bias--) {
        forget(r);
        r->key = *k;
        if (describe(r, bias) && lay_all_out(r) && choose(p, r)) return r->made = true;
    }
    forget(r);
    return false;
}

static recipe *recipe_for(products *p, const key *k)
{
    const unsigned set = set_of(k);
    for (int i = 0; i < WAYS; i++) {
        recipe *r = &p->recipes[set][i];
        if (r->made && !memcmp(&r->key, k, key_bytes())) return r;
    }
    recipe *r = &p->recipes[set][p->next[set]++ % WAYS];
    return make_recipe(p, r, k) ? r : NULL;
}

static wk_status no_recipe(const wki_queue *queue, const wki_call *call, const wki_multiply *p, int64_t count)
{
    return wki_fail(WK_E_UNSUPPORTED, wki_op_name(call->op),
                    "cuBLASLt has no way on cuda:%d to multiply [%lld, %lld] by [%lld, %lld], %lld times at once",
                    queue->index, (long long)p->m, (long long)p->k, (long long)p->k, (long long)p->n, (long long)count);
}

static wk_status multiply(const wki_queue *queue, const wki_call *call, products *own, const wki_multiply *p,
                          const wki_batch *batch, void *const at[3], bool *biased)
{
    static const float factors[] = { 0, 1 };
    static const double wide[] = { 0, 1 };
    const bool f64 = p->kind == WKI_BLAS_F64;
    const void *one = f64 ? (const void *)&wide[1] : &factors[1];
    const void *old = f64 ? (const void *)&wide[p->accumulate] : &factors[p->accumulate];
    const key k = key_of(p, batch, (const void *const *)at);
    wki_lock(&own->lock);
    const recipe *r = recipe_for(own, &k);
    cublasStatus_t status = CUBLAS_STATUS_SUCCESS;
    if (r && r->biased && !set(r->what, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &p->bias, sizeof p->bias))
        status = CUBLAS_STATUS_INVALID_VALUE;
    if (r && !status)
        status = cublasLtMatmul(own->handle, r->what, one, at[B], r->layout[B], at[A], r->layout[A], old, at[C],
                                r->layout[C], at[C], r->layout[C], &r->algorithm,
                                own->workspace + (size_t)queue->lane * WORKSPACE, WORKSPACE, queue->stream);
    if (r) *biased = r->biased;
    wki_unlock(&own->lock);
    return r ? check(status, queue, wki_op_name(call->op)) : no_recipe(queue, call, p, batch->count);
}

/* ---- Batches ---- */

/* Where b is the same for all of them and rows of a and c go on at equal distances, they are one product of more rows.
 */
static bool goes_on(const wki_multiply *p, const wki_batch *batch)
{
    return batch->b == 0 && !p->a.turned && p->m <= INT32_MAX / batch->count && batch->a == p->m * p->a.ld &&
           batch->c == p->m * p->c.ld;
}

/* Without those of one product; the largest that is left comes last, if it can be one call. */
static void tidy(wki_multiply *p)
{
    int n = 0, largest = -1;
    for (int i = p->nbatch - 1; i >= 0; i--) {
        if (!goes_on(p, &p->batch[i])) continue;
        p->m *= p->batch[i].count;
        p->batch[i] = (wki_batch){ 1, 0, 0, 0 };
    }
    const int64_t whole = (p->m - 1) * p->c.ld + p->n; /* elements of c */
    for (int i = 0; i < p->nbatch; i++) {
        const wki_batch b = p->batch[i];
        if (b.count == 1) continue;
        if (b.a >= 0 && b.b >= 0 && b.c >= whole && (largest < 0 || b.count > p->batch[largest].count)) largest = n;
        p->batch[n++] = b;
    }
    if (largest < 0) {
        p->batch[n++] = (wki_batch){ 1, 0, 0, 0 };
    } else {
        const wki_batch last = p->batch[n - 1];
        p->batch[n - 1] = p->batch[largest];
        p->batch[largest] = last;
    }
    p->nbatch = n;
}

static void *moved(const void *data, int64_t elements, wki_blas_kind kind, int which)
{
    const int64_t size = kind == WKI_BLAS_F64 ? 8 : kind == WKI_BLAS_BF16 && which != C ? 2 : 4;
    return (char *)data + elements * size;
}

wk_status wki_multiply_run(const wki_queue *queue, const wki_call *call, const wki_multiply *given, bool *biased)
{
    wki_multiply p = *given;
    products *own;
    const wk_status begun = products_of(queue, &own);
    if (begun) return begun;
    int64_t count = 1;
    tidy(&p);
    const wki_batch *last = &p.batch[p.nbatch - 1];
    for (int i = 0; i < p.nbatch - 1; i++) count *= p.batch[i].count;
    for (int64_t i = 0; i < count; i++) {
        int64_t a = 0, b = 0, c = 0, rest = i;
        for (int d = p.nbatch - 2; d >= 0; rest /= p.batch[d--].count) {
            const int64_t at = rest % p.batch[d].count;
            a += at * p.batch[d].a, b += at * p.batch[d].b, c += at * p.batch[d].c;
        }
        for (wki_batch part = *last, done = { 0 }; done.count < last->count; done.count += part.count) {
            if (part.count > MOST_AT_ONCE) part.count = MOST_AT_ONCE;
            if (part.count > last->count - done.count) part.count = last->count - done.count;
            void *const at[] = { moved(p.a.data, a + done.count * part.a, p.kind, A),
                                 moved(p.b.data, b + done.count * part.b, p.kind, B),
                                 moved(p.c.data, c + done.count * part.c, p.kind, C) };
            const wk_status status = multiply(queue, call, own, &p, &part, at, biased);
            if (status) return status;
        }
    }
    return WK_OK;
}
