/* The fake cuBLASLt: its handles and descriptors, what it takes for a product and what it refuses. It is meant to be at
 * least as hard to please as the library: what works here should work there. */
#include "blas.h"
#include "objects.h"
#include <cstdio>

namespace wki_emu
{

struct LtHandle : Object {
    int device;
    LtHandle() : Object(LT_HANDLE), device(current_device()) {}
};
struct Desc : Object {
    cublasComputeType_t compute;
    cudaDataType scale;
    int32_t pointer_mode = CUBLASLT_POINTER_MODE_HOST, trans[3] = {}, fill = 2, sm_target = 0, bias_type = -1,
            aux_type = -1;
    uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    void *bias = nullptr, *aux = nullptr;
    int64_t bias_stride = 0, aux_ld = 0, aux_stride = 0, alpha_stride = 0;
    Desc(cublasComputeType_t c, cudaDataType s) : Object(DESC), compute(c), scale(s) {}
};
struct LayoutObject : Object, Layout {
    explicit LayoutObject(const Layout &l) : Object(LAYOUT), Layout(l) {}
};
struct Preference : Object {
    uint32_t search = CUBLASLT_SEARCH_BEST_FIT, schemes = CUBLASLT_REDUCTION_SCHEME_MASK,
             align[4] = { 256, 256, 256, 256 };
    uint64_t workspace = 0, implementations = ~0ull;
    float waves = 0;
    Preference() : Object(PREFERENCE) {}
};
/* What a cublasLtMatmulAlgo_t holds here. */
struct Algo {
    uint64_t magic, problem;
    uint32_t workspace, align[4];
};
static_assert(sizeof(Algo) <= sizeof(cublasLtMatmulAlgo_t), "an algorithm fits the caller's struct");
constexpr uint64_t magic = 0x77696c6b656d7531ull;

using LtApi = LibraryApi<cublasStatus_t, CUBLAS_STATUS_SUCCESS, CUBLAS_STATUS_ALLOC_FAILED,
                         CUBLAS_STATUS_EXECUTION_FAILED, CUBLAS_STATUS_INTERNAL_ERROR>;

template <class H, class T> static cublasStatus_t give(H *out, T *made)
{
    give(out, made, &state().blas);
    return CUBLAS_STATUS_SUCCESS;
}

template <class T, class H> static cublasStatus_t destroy(H handle, Tag tag)
{
    LtApi api(API_ANYWAY);
    T *at = object<T>(handle, tag);
    if (!at) return handle || tag == LT_HANDLE ? CUBLAS_STATUS_INVALID_VALUE : CUBLAS_STATUS_SUCCESS;
    take_back(at, &state().blas);
    return CUBLAS_STATUS_SUCCESS;
}

/* An attribute's value, if the caller's buffer has its size. */
template <class T> static cublasStatus_t take(T *field, const void *from, size_t size)
{
    if (!from || size != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
    memcpy(field, from, sizeof(T));
    return CUBLAS_STATUS_SUCCESS;
}

size_t type_size(cudaDataType type)
{
    return type == CUDA_R_64F ? 8 : type == CUDA_R_32F ? 4 : type == CUDA_R_16BF ? 2 : 0;
}

size_t layout_span(const Layout &l)
{
    uint64_t lines = l.order == CUBLASLT_ORDER_COL ? l.cols : l.rows,
             line = l.order == CUBLASLT_ORDER_COL ? l.rows : l.cols;
    return ((lines - 1) * (uint64_t)l.ld + line) * type_size(l.type);
}

static bool layout_valid(const Layout &l)
{
    uint64_t line = l.order == CUBLASLT_ORDER_COL ? l.rows : l.cols;
    if (!l.rows || !l.cols || l.ld < (int64_t)line || l.batch < 1) return false;
    return l.batch == 1 || l.stride >= 0;
}

static bool types_known(const Product &p)
{
    if (p.a.type != p.b.type || p.c.type != p.d.type) return false;
    switch (p.compute) {
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC:
        if (p.a.type == CUDA_R_16BF) return p.d.type == CUDA_R_16BF || p.d.type == CUDA_R_32F;
        return p.a.type == CUDA_R_32F && p.d.type == CUDA_R_32F;
    case CUBLAS_COMPUTE_32F_FAST_TF32: return p.a.type == CUDA_R_32F && p.d.type == CUDA_R_32F;
    case CUBLAS_COMPUTE_64F:
    case CUBLAS_COMPUTE_64F_PEDANTIC: return p.a.type == CUDA_R_64F && p.d.type == CUDA_R_64F;
    default: return false;
    }
}

static bool all_columns(const Product &p)
{
    return p.a.order == CUBLASLT_ORDER_COL && p.b.order == CUBLASLT_ORDER_COL && p.c.order == CUBLASLT_ORDER_COL &&
           p.d.order == CUBLASLT_ORDER_COL;
}

/* What the epilogue asks for: no plain products in double, none on rows, whole masks. */
static cublasStatus_t check_epilogue(const Desc &desc, const Product &p)
{
    if (state().blas_refused.count(p.epilogue)) return CUBLAS_STATUS_NOT_SUPPORTED;
    bool aux = p.epilogue & 128, gradient = p.epilogue & (16 | 256 | 512);
    switch (p.epilogue) {
    case CUBLASLT_EPILOGUE_DEFAULT: return CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_EPILOGUE_RELU:
    case CUBLASLT_EPILOGUE_BIAS:
    case CUBLASLT_EPILOGUE_RELU_BIAS:
    case CUBLASLT_EPILOGUE_RELU_AUX:
    case CUBLASLT_EPILOGUE_RELU_AUX_BIAS:
    case CUBLASLT_EPILOGUE_DRELU:
    case CUBLASLT_EPILOGUE_DRELU_BGRAD:
    case CUBLASLT_EPILOGUE_BGRADA:
    case CUBLASLT_EPILOGUE_BGRADB: break;
    case CUBLASLT_EPILOGUE_GELU:
    case CUBLASLT_EPILOGUE_GELU_AUX:
    case CUBLASLT_EPILOGUE_GELU_BIAS:
    case CUBLASLT_EPILOGUE_GELU_AUX_BIAS:
    case CUBLASLT_EPILOGUE_DGELU:
    case CUBLASLT_EPILOGUE_DGELU_BGRAD: return CUBLAS_STATUS_NOT_SUPPORTED;
    default: return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (p.d.type == CUDA_R_64F || !all_columns(p)) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (desc.bias_type != -1 && desc.bias_type != (int)p.d.type) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (desc.aux_type != -1) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (gradient && p.d.batch > 1) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (aux && (p.aux_ld % 128 || p.aux_ld < (int64_t)p.d.rows)) return CUBLAS_STATUS_INVALID_VALUE;
    if (aux && p.d.batch > 1 && (p.aux_stride % 128 || p.aux_stride < p.aux_ld * (int64_t)p.d.cols))
        return CUBLAS_STATUS_INVALID_VALUE;
    return CUBLAS_STATUS_SUCCESS;
}

static bool sizes_fit(Product *p)
{
    uint64_t ka = p->trans_a ? p->a.rows : p->a.cols, kb = p->trans_b ? p->b.cols : p->b.rows;
    p->m = p->trans_a ? p->a.cols : p->a.rows;
    p->n = p->trans_b ? p->b.rows : p->b.cols;
    p->k = ka;
    if (ka != kb || p->d.rows != p->m || p->d.cols != p->n || p->c.rows != p->m || p->c.cols != p->n) return false;
    int32_t batch = p->d.batch;
    if (p->a.batch != batch || p->b.batch != batch || p->c.batch != batch) return false;
    return batch == 1 || p->d.stride * (int64_t)type_size(p->d.type) >= (int64_t)layout_span(p->d);
}

static cublasStatus_t check(const Desc *desc, const Layout *a, const Layout *b, const Layout *c, const Layout *d,
                            Product *p)
{
    if (!desc || !a || !b || !c || !d) return CUBLAS_STATUS_INVALID_VALUE;
    *p = { *a,
           *b,
           *c,
           *d,
           0,
           0,
           0,
           desc->trans[0] != CUBLAS_OP_N,
           desc->trans[1] != CUBLAS_OP_N,
           desc->compute,
           (int)desc->epilogue,
           desc->bias_stride,
           desc->aux_ld,
           desc->aux_stride };
    for (int32_t t : desc->trans)
        if (t < CUBLAS_OP_N || t > CUBLAS_OP_C) return CUBLAS_STATUS_INVALID_VALUE;
    for (const Layout *l : { a, b, c, d }) {
        if (l->order != CUBLASLT_ORDER_COL && l->order != CUBLASLT_ORDER_ROW) return CUBLAS_STATUS_NOT_SUPPORTED;
        if (!layout_valid(*l)) return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (!sizes_fit(p)) return CUBLAS_STATUS_INVALID_VALUE;
    bool right_scale = desc->scale == (p->d.type == CUDA_R_64F ? CUDA_R_64F : CUDA_R_32F);
    if (!types_known(*p) || !right_scale || c->order != d->order) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (desc->trans[2] != CUBLAS_OP_N || desc->fill != 2 || desc->pointer_mode > CUBLASLT_POINTER_MODE_DEVICE)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    return check_epilogue(*desc, *p);
}

static uint64_t mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x100000001b3ull; }

/* An algorithm holds for the problem that it was asked for, and for no other. */
static uint64_t fingerprint(const Product &p)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (const Layout *l : { &p.a, &p.b, &p.c, &p.d })
        for (uint64_t v :
             { (uint64_t)l->type, (uint64_t)l->order, (uint64_t)l->batch, l->rows, l->cols, (uint64_t)l->ld })
            hash = mix(hash, v);
    for (uint64_t v : { (uint64_t)p.trans_a, (uint64_t)p.trans_b, (uint64_t)p.compute, (uint64_t)p.epilogue })
        hash = mix(hash, v);
    return hash;
}

static uint32_t workspace_wanted(const Product &p) { return p.k > 128 ? 16384 : 0; }

static bool algo_fits(const cublasLtMatmulAlgo_t *given, const Product &p, const void *const at[4], size_t workspace)
{
    Algo algo;
    memcpy(&algo, given, sizeof algo);
    if (algo.magic != magic || algo.problem != fingerprint(p) || algo.workspace > workspace) return false;
    for (int i = 0; i < 4; i++)
        if ((uintptr_t)at[i] % algo.align[i]) return false;
    return true;
}

static cublasStatus_t make_work(const Desc &desc, const Product &p, const void *alpha, const void *beta,
                                ProductWork *work)
{
    work->product = p;
    work->scale_on_device = desc.pointer_mode == CUBLASLT_POINTER_MODE_DEVICE;
    work->alpha_at = alpha;
    work->beta_at = beta;
    bool wide = p.d.type == CUDA_R_64F;
    if (!work->scale_on_device) {
        work->alpha = wide ? *(const double *)alpha : *(const float *)alpha;
        work->beta = wide ? *(const double *)beta : *(const float *)beta;
    }
    work->bias = (char *)desc.bias;
    work->aux = (char *)desc.aux;
    bool uses_bias = p.epilogue & (4 | 16 | 256 | 512), uses_aux = p.epilogue & 128;
    /* the library takes any, and then some of its kernels fault: marian-nmt met that on an A100
     * (src/tensors/gpu/prod.cpp) */
    if (uses_bias && (!work->bias || (uintptr_t)work->bias % 16)) return CUBLAS_STATUS_INVALID_VALUE;
    if (uses_aux && (!work->aux || (uintptr_t)work->aux % 16)) return CUBLAS_STATUS_INVALID_VALUE;
    return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t launch_product(const std::shared_ptr<Stream> &stream, const std::shared_ptr<ProductWork> &work)
{
    cudaError_t error = planned(WKI_EMU_FAIL_LAUNCH);
    if (error >= 700 && error < 800) set_sticky(stream->device, error);
    work->device = stream->device;
    if (!error) error = issue(stream, work);
    return error ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}
} // namespace wki_emu
using namespace wki_emu;

struct StatusText {
    cublasStatus_t status;
    const char *name, *text;
};
#define WKI_EMU_STATUS(name, text)                                                                                     \
    {                                                                                                                  \
        name, #name, text                                                                                              \
    }
static const StatusText status_texts[] = {
    WKI_EMU_STATUS(CUBLAS_STATUS_SUCCESS, "success"),
    WKI_EMU_STATUS(CUBLAS_STATUS_NOT_INITIALIZED, "no handle of the library"),
    WKI_EMU_STATUS(CUBLAS_STATUS_ALLOC_FAILED, "no memory"),
    WKI_EMU_STATUS(CUBLAS_STATUS_INVALID_VALUE, "an invalid argument"),
    WKI_EMU_STATUS(CUBLAS_STATUS_ARCH_MISMATCH, "the device lacks what this needs"),
    WKI_EMU_STATUS(CUBLAS_STATUS_MAPPING_ERROR, "device memory cannot be reached"),
    WKI_EMU_STATUS(CUBLAS_STATUS_EXECUTION_FAILED, "the launch failed"),
    WKI_EMU_STATUS(CUBLAS_STATUS_INTERNAL_ERROR, "an error inside the library"),
    WKI_EMU_STATUS(CUBLAS_STATUS_NOT_SUPPORTED, "not supported"),
    WKI_EMU_STATUS(CUBLAS_STATUS_LICENSE_ERROR, "no license"),
};
static const StatusText *text_of(cublasStatus_t status)
{
    static const StatusText unknown = { CUBLAS_STATUS_INTERNAL_ERROR, "unknown status", "unknown status" };
    for (const StatusText &one : status_texts)
        if (one.status == status) return &one;
    return &unknown;
}
const char *cublasGetStatusName(cublasStatus_t status) { return text_of(status)->name; }
const char *cublasGetStatusString(cublasStatus_t status) { return text_of(status)->text; }
const char *cublasLtGetStatusName(cublasStatus_t status) { return text_of(status)->name; }
const char *cublasLtGetStatusString(cublasStatus_t status) { return text_of(status)->text; }
size_t cublasLtGetVersion(void) { return CUBLAS_VERSION; }
size_t cublasLtGetCudartVersion(void) { return CUDART_VERSION; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t *out)
{
    LtApi api(API_UNSAFE); /* the library allocates */
    if (!out) return CUBLAS_STATUS_INVALID_VALUE;
    return api.status ? CUBLAS_STATUS_NOT_INITIALIZED : give(out, new LtHandle);
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle)
{
    return destroy<LtHandle>(handle, LT_HANDLE) ? CUBLAS_STATUS_NOT_INITIALIZED : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *out, cudaDataType type, uint64_t rows, uint64_t cols,
                                          int64_t ld)
{
    LtApi api;
    if (!out) return CUBLAS_STATUS_INVALID_VALUE;
    return api.status ? api.status
                      : give(out, new LayoutObject(Layout{ type, CUBLASLT_ORDER_COL, 1, rows, cols, ld, 0 }));
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout)
{
    return destroy<LayoutObject>(layout, LAYOUT);
}

cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t attr,
                                                const void *buf, size_t size)
{
    LtApi api;
    LayoutObject *l = object<LayoutObject>(layout, LAYOUT);
    if (api.status || !l) return api.status ? api.status : CUBLAS_STATUS_INVALID_VALUE;
    switch (attr) {
    case CUBLASLT_MATRIX_LAYOUT_TYPE: return take(&l->type, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_ORDER: return take(&l->order, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_ROWS: return take(&l->rows, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_COLS: return take(&l->cols, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_LD: return take(&l->ld, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT: return take(&l->batch, buf, size);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET: return take(&l->stride, buf, size);
    default: return CUBLAS_STATUS_INVALID_VALUE;
    }
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *out, cublasComputeType_t compute, cudaDataType_t scale)
{
    LtApi api;
    if (!out) return CUBLAS_STATUS_INVALID_VALUE;
    return api.status ? api.status : give(out, new Desc(compute, scale));
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) { return destroy<Desc>(desc, DESC); }

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc, cublasLtMatmulDescAttributes_t attr,
                                              const void *buf, size_t size)
{
    LtApi api;
    Desc *d = object<Desc>(desc, DESC);
    if (api.status || !d) return api.status ? api.status : CUBLAS_STATUS_INVALID_VALUE;
    switch (attr) {
    case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE: return take(&d->compute, buf, size);
    case CUBLASLT_MATMUL_DESC_SCALE_TYPE: return take(&d->scale, buf, size);
    case CUBLASLT_MATMUL_DESC_POINTER_MODE: return take(&d->pointer_mode, buf, size);
    case CUBLASLT_MATMUL_DESC_TRANSA: return take(&d->trans[0], buf, size);
    case CUBLASLT_MATMUL_DESC_TRANSB: return take(&d->trans[1], buf, size);
    case CUBLASLT_MATMUL_DESC_TRANSC: return take(&d->trans[2], buf, size);
    case CUBLASLT_MATMUL_DESC_FILL_MODE: return take(&d->fill, buf, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE: return take(&d->epilogue, buf, size);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER: return take(&d->bias, buf, size);
    case CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE: return take(&d->bias_stride, buf, size);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: return take(&d->bias_type, buf, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER: return take(&d->aux, buf, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD: return take(&d->aux_ld, buf, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE: return take(&d->aux_stride, buf, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_DATA_TYPE: return take(&d->aux_type, buf, size);
    case CUBLASLT_MATMUL_DESC_ALPHA_VECTOR_BATCH_STRIDE: return take(&d->alpha_stride, buf, size);
    case CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET: return take(&d->sm_target, buf, size);
    default: return CUBLAS_STATUS_INVALID_VALUE;
    }
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *out)
{
    LtApi api;
    if (!out) return CUBLAS_STATUS_INVALID_VALUE;
    return api.status ? api.status : give(out, new Preference);
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t pref)
{
    return destroy<Preference>(pref, PREFERENCE);
}

static cublasStatus_t take_alignment(uint32_t *field, const void *buf, size_t size)
{
    cublasStatus_t status = take(field, buf, size);
    if (!status && (!*field || *field & (*field - 1))) status = CUBLAS_STATUS_INVALID_VALUE;
    return status;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t pref,
                                                    cublasLtMatmulPreferenceAttributes_t attr, const void *buf,
                                                    size_t size)
{
    LtApi api;
    Preference *p = object<Preference>(pref, PREFERENCE);
    if (api.status || !p) return api.status ? api.status : CUBLAS_STATUS_INVALID_VALUE;
    switch (attr) {
    case CUBLASLT_MATMUL_PREF_SEARCH_MODE: return take(&p->search, buf, size);
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES: return take(&p->workspace, buf, size);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK: return take(&p->schemes, buf, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES: return take_alignment(&p->align[0], buf, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES: return take_alignment(&p->align[1], buf, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES: return take_alignment(&p->align[2], buf, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES: return take_alignment(&p->align[3], buf, size);
    case CUBLASLT_MATMUL_PREF_MAX_WAVES_COUNT: return take(&p->waves, buf, size);
    case CUBLASLT_MATMUL_PREF_IMPL_MASK: return take(&p->implementations, buf, size);
    default: return CUBLAS_STATUS_INVALID_VALUE;
    }
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[], int *found)
{
    LtApi api;
    if (found) *found = 0;
    Preference *pref = object<Preference>(preference, PREFERENCE);
    if (api.status) return api.status;
    if (!object<LtHandle>(handle, LT_HANDLE)) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!pref || wanted < 1 || !results || !found) return CUBLAS_STATUS_INVALID_VALUE;
    Product p;
    cublasStatus_t status =
        check(object<Desc>(desc, DESC), object<LayoutObject>(a, LAYOUT), object<LayoutObject>(b, LAYOUT),
              object<LayoutObject>(c, LAYOUT), object<LayoutObject>(d, LAYOUT), &p);
    if (status) return status;
    if (pref->search != CUBLASLT_SEARCH_BEST_FIT) return CUBLAS_STATUS_NOT_SUPPORTED;
    uint64_t most = pref->workspace < workspace_wanted(p) ? 0 : workspace_wanted(p);
    Algo algo = {
        magic, fingerprint(p), (uint32_t)most, { pref->align[0], pref->align[1], pref->align[2], pref->align[3] }
    };
    results[0] = cublasLtMatmulHeuristicResult_t();
    memcpy(&results[0].algo, &algo, sizeof algo);
    results[0].workspaceSize = algo.workspace;
    results[0].state = CUBLAS_STATUS_SUCCESS;
    results[0].wavesCount = 1;
    *found = 1;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t compute, const void *alpha, const void *A,
                              cublasLtMatrixLayout_t a, const void *B, cublasLtMatrixLayout_t b, const void *beta,
                              const void *C, cublasLtMatrixLayout_t c, void *D, cublasLtMatrixLayout_t d,
                              const cublasLtMatmulAlgo_t *algo, void *workspace, size_t workspace_size, cudaStream_t on)
{
    LtApi api;
    Desc *desc = object<Desc>(compute, DESC);
    LtHandle *lt = object<LtHandle>(handle, LT_HANDLE);
    auto stream = stream_find(on);
    if (api.status) return api.status;
    if (!lt) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (!alpha || !beta || !A || !B || !C || !D || !stream) return CUBLAS_STATUS_INVALID_VALUE;
    if (lt->device != current_device() || stream->device != current_device()) return CUBLAS_STATUS_INVALID_VALUE;
    if ((workspace_size && !workspace) || (uintptr_t)workspace % 16) return CUBLAS_STATUS_INVALID_VALUE;
    Product p;
    cublasStatus_t status = check(desc, object<LayoutObject>(a, LAYOUT), object<LayoutObject>(b, LAYOUT),
                                  object<LayoutObject>(c, LAYOUT), object<LayoutObject>(d, LAYOUT), &p);
    if (status) return status;
    const void *const at[4] = { A, B, C, D };
    const Layout *const layouts[4] = { &p.a, &p.b, &p.c, &p.d };
    for (int i = 0; i < 4; i++)
        if ((uintptr_t)at[i] % type_size(layouts[i]->type)) return CUBLAS_STATUS_INVALID_VALUE;
    if (C == D && (p.c.ld != p.d.ld || p.c.stride != p.d.stride)) return CUBLAS_STATUS_INVALID_VALUE;
    if (algo && !algo_fits(algo, p, at, workspace_size)) return CUBLAS_STATUS_NOT_SUPPORTED;
    auto work = std::make_shared<ProductWork>();
    status = make_work(*desc, p, alpha, beta, work.get());
    if (status) return status;
    work->a = (const char *)A, work->b = (const char *)B, work->c = (const char *)C, work->d = (char *)D;
    work->workspace = (char *)workspace;
    work->workspace_size = workspace_size;
    return launch_product(stream, work);
}
