/* Which products cuBLASLt has, and whether they are right: a row for each type and epilogue, in it, for operands
 * aligned to 16 bytes and to 4 (doubles to 8), by op(A) op(B), how many algorithms the library offers and what the
 * first one gives beside a plain loop. Then what becomes of NaN under ReLU. Calls the library itself, and nothing of
 * wick.
 *
 *   cublas_matrix
 *
 * "8 ok": 8 offered (no more are asked for), the first is right; "8 WRONG"; "8 e14": its run ends with that status;
 * "-": not supported; "?7": the question ends with that status. It ends with 1 if anything was wrong or failed to run.
 */
#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 64, N = 48, K = 80, OFFERS = 8, MASK_LD = 128, ROOM = 64 * 1024, FORMS = 3 };
#define WORKSPACE ((size_t)32 << 20)

typedef struct kind {
    const char *name;
    cublasComputeType_t compute;
    cudaDataType_t in, out;
    size_t in_size, out_size;
} kind;
static const kind kinds[] = {
    { "f32", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, 4, 4 },
    { "tf32", CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F, 4, 4 },
    { "bf16", CUBLAS_COMPUTE_32F, CUDA_R_16BF, CUDA_R_32F, 2, 4 },
    { "f64", CUBLAS_COMPUTE_64F, CUDA_R_64F, CUDA_R_64F, 8, 8 },
};

enum {
    ADDS = 4,
    RELU = 2,
    MASKED = 8,
    SUMS_D = 16,
    USES_MASK = 128,
    SUMS_A = 256,
    SUMS_B = 512
}; /* an epilogue's bits */
typedef struct ending {
    const char *name;
    uint32_t bits;
} ending;
static const ending endings[] = {
    { "default", CUBLASLT_EPILOGUE_DEFAULT },         { "bias", CUBLASLT_EPILOGUE_BIAS },
    { "relu_bias", CUBLASLT_EPILOGUE_RELU_BIAS },     { "relu_aux_bias", CUBLASLT_EPILOGUE_RELU_AUX_BIAS },
    { "drelu_bgrad", CUBLASLT_EPILOGUE_DRELU_BGRAD }, { "bgrada", CUBLASLT_EPILOGUE_BGRADA },
    { "bgradb", CUBLASLT_EPILOGUE_BGRADB },
};

/* A column-major matrix of the library, rows x columns as they lie in memory. */
typedef struct matrix {
    cudaDataType_t type;
    size_t size, offset; /* bytes of an element, and before the first one */
    int rows, columns, ld;
    char host[ROOM], *device;
    cublasLtMatrixLayout_t layout;
} matrix;

typedef struct problem {
    const kind *kind;
    uint32_t ending;
    bool turned_a, turned_b, aligned, nan;
    matrix a, b, d, bias, mask;
    cublasLtMatmulDesc_t what;
    int offers;
} problem;

static cublasLtHandle_t handle;
static void *workspace;

/* ---- Numbers: small and whole, so that every type sums them without rounding ---- */

static double whole(int salt, int i, int j) { return (i * 7 + j * 5 + i * j + salt) % 5 - 2; }

static void put(matrix *m, int i, int j, double value)
{
    char *to = m->host + m->offset + (size_t)(j * m->ld + i) * m->size;
    const float narrow = (float)value;
    if (m->size == 8)
        memcpy(to, &value, 8);
    else
        memcpy(to, (const char *)&narrow + (4 - m->size), m->size);
}

static double get(const matrix *m, int i, int j)
{
    const char *from = m->host + m->offset + (size_t)(j * m->ld + i) * m->size;
    double wide = 0;
    float narrow = 0;
    if (m->size == 8) return memcpy(&wide, from, 8), wide;
    memcpy((char *)&narrow + (4 - m->size), from, m->size);
    return narrow;
}

static double left(const problem *p, int i, int k) { return p->turned_a ? get(&p->a, k, i) : get(&p->a, i, k); }
static double right(const problem *p, int k, int j) { return p->turned_b ? get(&p->b, j, k) : get(&p->b, k, j); }

static bool bit(const char *mask, int i, int j) { return mask[(j * MASK_LD + i) / 8] >> (i % 8) & 1; }

/* ---- A product and what it needs ---- */

static void place(matrix *m, cudaDataType_t type, size_t size, int rows, int columns, bool aligned)
{
    const size_t step = aligned ? 0 : size > 4 ? size : 4;
    m->type = type, m->size = size, m->offset = step;
    m->rows = rows, m->columns = columns, m->ld = rows + (int)(step / size);
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) put(m, i, j, whole(rows + 3 * columns, i, j));
}

static bool lay_out(matrix *m)
{
    return !cublasLtMatrixLayoutCreate(&m->layout, m->type, (uint64_t)m->rows, (uint64_t)m->columns, m->ld);
}

static bool set(problem *p, cublasLtMatmulDescAttributes_t name, const void *value, size_t size)
{
    return !cublasLtMatmulDescSetAttribute(p->what, name, value, size);
}

static bool describe(problem *p)
{
    const int32_t ops[] = { CUBLAS_OP_N, CUBLAS_OP_T };
    const void *bias = p->bias.device + p->bias.offset, *mask = p->mask.device;
    const int64_t ld = MASK_LD;
    return !cublasLtMatmulDescCreate(&p->what, p->kind->compute, p->kind->out) &&
           set(p, CUBLASLT_MATMUL_DESC_TRANSA, &ops[p->turned_a], sizeof *ops) &&
           set(p, CUBLASLT_MATMUL_DESC_TRANSB, &ops[p->turned_b], sizeof *ops) &&
           set(p, CUBLASLT_MATMUL_DESC_EPILOGUE, &p->ending, sizeof p->ending) &&
           (!(p->ending & (ADDS | SUMS_D | SUMS_A | SUMS_B)) ||
            set(p, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias)) &&
           (!(p->ending & USES_MASK) || (set(p, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, &mask, sizeof mask) &&
                                         set(p, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, &ld, sizeof ld)));
}

static bool send(matrix *m) { return !cudaMemcpy(m->device, m->host, ROOM, cudaMemcpyHostToDevice); }
static bool fetch(matrix *m) { return !cudaMemcpy(m->host, m->device, ROOM, cudaMemcpyDeviceToHost); }

static bool begin(problem *p)
{
    const kind *k = p->kind;
    p->what = NULL, p->offers = 0;
    place(&p->a, k->in, k->in_size, p->turned_a ? K : M, p->turned_a ? M : K, p->aligned);
    place(&p->b, k->in, k->in_size, p->turned_b ? N : K, p->turned_b ? K : N, p->aligned);
    place(&p->d, k->out, k->out_size, M, N, p->aligned);
    place(&p->bias, k->out, k->out_size, M > N ? M : N, 1, true); /* as all that are given to the library */
    for (int i = 0; i < ROOM; i++) p->mask.host[i] = (char)(i * 37 % 256);
    if (p->nan) put(&p->a, 0, 0, NAN);
    return lay_out(&p->a) && lay_out(&p->b) && lay_out(&p->d) && describe(p) && send(&p->a) && send(&p->b) &&
           send(&p->d) && send(&p->bias) && send(&p->mask);
}

static void end(problem *p)
{
    matrix *laid[] = { &p->a, &p->b, &p->d };
    for (int i = 0; i < 3; i++) {
        if (laid[i]->layout) (void)cublasLtMatrixLayoutDestroy(laid[i]->layout);
        laid[i]->layout = NULL;
    }
    if (p->what) (void)cublasLtMatmulDescDestroy(p->what);
}

static bool wish(cublasLtMatmulPreference_t wishes, cublasLtMatmulPreferenceAttributes_t name, const void *value,
                 size_t size)
{
    return !cublasLtMatmulPreferenceSetAttribute(wishes, name, value, size);
}

static cublasStatus_t ask(problem *p, cublasLtMatmulAlgo_t *first)
{
    static cublasLtMatmulHeuristicResult_t results[OFFERS];
    const size_t most = WORKSPACE;
    const uint32_t in = p->aligned ? 16 : p->kind->in_size > 4 ? 8 : 4, out = p->aligned ? 16 : p->kind->out_size;
    cublasLtMatmulPreference_t wishes = NULL;
    if (cublasLtMatmulPreferenceCreate(&wishes)) return CUBLAS_STATUS_INTERNAL_ERROR;
    cublasStatus_t status = CUBLAS_STATUS_INVALID_VALUE;
    if (wish(wishes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, sizeof most) &&
        wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &in, sizeof in) &&
        wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, &in, sizeof in) &&
        wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, &out, sizeof out) &&
        wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, &out, sizeof out))
        status = cublasLtMatmulAlgoGetHeuristic(handle, p->what, p->a.layout, p->b.layout, p->d.layout, p->d.layout,
                                                wishes, OFFERS, results, &p->offers);
    (void)cublasLtMatmulPreferenceDestroy(wishes);
    if (status == CUBLAS_STATUS_SUCCESS && p->offers == 0) status = CUBLAS_STATUS_NOT_SUPPORTED;
    if (status == CUBLAS_STATUS_SUCCESS) *first = results[0].algo;
    return status;
}

static cublasStatus_t run(problem *p, const cublasLtMatmulAlgo_t *algo)
{
    static const float narrow[] = { 0, 1 };
    static const double wide[] = { 0, 1 };
    const bool f64 = p->kind->out == CUDA_R_64F;
    const void *one = f64 ? (const void *)&wide[1] : &narrow[1], *none = f64 ? (const void *)&wide[0] : &narrow[0];
    void *d = p->d.device + p->d.offset;
    const cublasStatus_t status =
        cublasLtMatmul(handle, p->what, one, p->a.device + p->a.offset, p->a.layout, p->b.device + p->b.offset,
                       p->b.layout, none, d, p->d.layout, d, p->d.layout, algo, workspace, WORKSPACE, 0);
    if (cudaDeviceSynchronize() != cudaSuccess) return CUBLAS_STATUS_EXECUTION_FAILED;
    return status == CUBLAS_STATUS_SUCCESS && !(fetch(&p->d) && fetch(&p->bias) && fetch(&p->mask))
               ? CUBLAS_STATUS_EXECUTION_FAILED
               : status;
}

/* ---- Is it right? ---- */

/* before: the mask and the bias that it was given. sums: of d along its rows, out. */
static bool right_result(const problem *p, const char *mask, const double *bias, double *sums)
{
    bool ok = true;
    for (int j = 0; j < N; j++)
        for (int i = 0; i < M; i++) {
            double sum = p->ending & ADDS ? bias[i] : 0;
            for (int k = 0; k < K; k++) sum += left(p, i, k) * right(p, k, j);
            const bool on = p->ending & RELU ? sum > 0 : bit(mask, i, j), is_edge = sum == 0; /* whose bit is either */
            if (p->ending & (RELU | MASKED) && !on) sum = 0;
            sums[i] += sum;
            ok = ok && get(&p->d, i, j) == sum;
            if (p->ending & RELU && p->ending & USES_MASK && !is_edge) ok = ok && bit(p->mask.host, i, j) == on;
        }
    return ok;
}

static bool right_bias(const problem *p, const double *sums)
{
    for (int i = 0; i < (p->ending & SUMS_B ? N : M); i++) {
        double sum = p->ending & SUMS_D ? sums[i] : 0;
        for (int k = 0; k < K && p->ending & SUMS_A; k++) sum += left(p, i, k);
        for (int k = 0; k < K && p->ending & SUMS_B; k++) sum += right(p, k, i);
        if (get(&p->bias, i, 0) != sum) return false;
    }
    return true;
}

/* Writes the cell; false: it is wrong, or does not run. */
static bool cell(problem *p, char text[16])
{
    static char mask[ROOM];
    double bias[M], sums[M] = { 0 };
    cublasLtMatmulAlgo_t first;
    cublasStatus_t status = begin(p) ? ask(p, &first) : CUBLAS_STATUS_INTERNAL_ERROR;
    bool ok = true;
    if (status == CUBLAS_STATUS_NOT_SUPPORTED) {
        snprintf(text, 16, "-");
    } else if (status != CUBLAS_STATUS_SUCCESS) {
        snprintf(text, 16, "?%d", (int)status);
    } else {
        memcpy(mask, p->mask.host, sizeof mask);
        for (int i = 0; i < M; i++) bias[i] = get(&p->bias, i, 0);
        status = run(p, &first);
        ok = status == CUBLAS_STATUS_SUCCESS && right_result(p, mask, bias, sums) &&
             (!(p->ending & (SUMS_D | SUMS_A | SUMS_B)) || right_bias(p, sums));
        snprintf(text, 16, status ? "%d e%d" : ok ? "%d ok" : "%d WRONG", p->offers, (int)status);
    }
    end(p);
    return ok;
}

static bool print_row(problem *p, const kind *k, const ending *e)
{
    static const bool turned[FORMS][2] = { { false, false }, { false, true }, { true, false } };
    bool ok = true;
    printf("%-6s%-15s", k->name, e->name);
    for (int i = 0; i < 2 * FORMS; i++) {
        char text[16];
        p->kind = k, p->ending = e->bits;
        p->turned_a = turned[i % FORMS][0], p->turned_b = turned[i % FORMS][1], p->aligned = i < FORMS;
        ok = cell(p, text) && ok;
        printf(" %-7s%s", text, i == FORMS - 1 ? "|" : "");
    }
    putchar('\n');
    return ok;
}

/* The first row of A B is NaN. */
static void print_nan(problem *p, const kind *k)
{
    static const ending relus[] = { { "relu", CUBLASLT_EPILOGUE_RELU },
                                    { "relu_bias", CUBLASLT_EPILOGUE_RELU_BIAS },
                                    { "relu_aux_bias", CUBLASLT_EPILOGUE_RELU_AUX_BIAS } };
    printf("%-6sNaN becomes", k->name);
    p->nan = true, p->aligned = true, p->turned_a = p->turned_b = false, p->kind = k;
    for (size_t i = 0; i < sizeof relus / sizeof *relus; i++) {
        cublasLtMatmulAlgo_t first;
        p->ending = relus[i].bits;
        const bool ran = begin(p) && !ask(p, &first) && !run(p, &first);
        printf("%s %s: ", i ? "," : "", relus[i].name);
        if (ran)
            printf("%g", get(&p->d, 0, 0));
        else
            printf("-");
        if (ran && p->ending & USES_MASK) printf(" (its bit %d)", bit(p->mask.host, 0, 0));
        end(p);
    }
    putchar('\n');
    p->nan = false;
}

static bool get_memory(problem *p)
{
    matrix *all[] = { &p->a, &p->b, &p->d, &p->bias, &p->mask };
    void *block;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (cudaMalloc(&block, ROOM)) return false;
        all[i]->device = block;
    }
    return !cudaMalloc(&workspace, WORKSPACE) && !cublasLtCreate(&handle);
}

static void put_memory(problem *p)
{
    matrix *all[] = { &p->a, &p->b, &p->d, &p->bias, &p->mask };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) (void)cudaFree(all[i]->device);
    (void)cudaFree(workspace);
    if (handle) (void)cublasLtDestroy(handle);
}

int main(void)
{
    static problem p;
    bool ok = get_memory(&p);
    if (ok) {
        printf("cuBLASLt %zu, %d x %d x %d\n%-21s %-23s | aligned to 4 bytes\n%-21s", cublasLtGetVersion(), M, N, K, "",
               "aligned to 16 bytes", "");
        for (int i = 0; i < 2; i++) printf(" %-7s %-7s %-7s%s", "nn", "nt", "tn", i ? "\n" : "|");
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
                ok = print_row(&p, &kinds[k], &endings[e]) && ok;
        for (size_t k = 0; k + 1 < sizeof kinds / sizeof *kinds; k++) print_nan(&p, &kinds[k]);
    } else {
        fprintf(stderr, "cublas_matrix: no device, or no memory: %s\n", cudaGetErrorString(cudaGetLastError()));
    }
    put_memory(&p);
    return !ok;
}
