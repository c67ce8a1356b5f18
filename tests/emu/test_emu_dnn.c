/* The fake cuDNN against plain loops, what it refuses, and what it offers that wick must not take. */
#include "cudnn.h"
#include "dlfcn.h"
#include "emu_check.h"
#include <math.h>

enum { FORWARD, DATA, KINDS, X = 0, Y, W, ROOM = 1 << 20 };
#define STATUS(want, call)                                                                                             \
    do {                                                                                                               \
        const int got_ = (int)(call), want_ = (int)(want);                                                             \
        ck_assert_msg(got_ == want_, "%s: %d, not %d", #call, got_, want_);                                            \
    } while (0)
#define FINE(call) STATUS(CUDNN_STATUS_SUCCESS, call)

/* Sizes along up to three dims. */
typedef struct {
    int dims, n, in, out, x[3], y[3], taps[3], pad[3], stride[3], dilation[3];
} sizes;

static const sizes flat = { .dims = 2,
                            .n = 2,
                            .in = 3,
                            .out = 2,
                            .x = { 6, 5 },
                            .y = { 4, 3 },
                            .taps = { 3, 2 },
                            .pad = { 2, 0 },
                            .stride = { 2, 1 },
                            .dilation = { 1, 2 } };
static const sizes deep = { .dims = 3,
                            .n = 2,
                            .in = 2,
                            .out = 3,
                            .x = { 3, 4, 5 },
                            .y = { 3, 2, 6 },
                            .taps = { 1, 3, 2 },
                            .pad = { 0, 0, 1 },
                            .stride = { 1, 1, 1 },
                            .dilation = { 1, 1, 1 } };

/* One, made as a user of the library would; three arrays in host memory and on the device. */
typedef struct {
    sizes s;
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t how;
    size_t count[3];
    float *host[3], *device[3];
    char *workspace;
} convolution;

static int volume(const int *size, int dims)
{
    int all = 1;
    for (int d = 0; d < dims; d++) all *= size[d];
    return all;
}

static cudnnStatus_t set_tensor(cudnnTensorDescriptor_t t, int n, int channels, const int *size, int dims)
{
    int all[5] = { n, channels }, stride[5], step = 1;
    memcpy(all + 2, size, (size_t)dims * sizeof *size);
    for (int d = dims + 1; d >= 0; step *= all[d--]) stride[d] = step;
    return cudnnSetTensorNdDescriptor(t, CUDNN_DATA_FLOAT, dims + 2, all, stride);
}

static cudnnStatus_t set_filter(cudnnFilterDescriptor_t w, int out, int in, const int *size, int dims)
{
    int all[5] = { out, in };
    memcpy(all + 2, size, (size_t)dims * sizeof *size);
    return cudnnSetFilterNdDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, dims + 2, all);
}

static cudnnStatus_t set_window(const convolution *c)
{
    return cudnnSetConvolutionNdDescriptor(c->how, c->s.dims, c->s.pad, c->s.stride, c->s.dilation,
                                           CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
}

static convolution make(const sizes *s)
{
    convolution c = { .s = *s };
    FINE(cudnnCreate(&c.handle));
    FINE(cudnnCreateTensorDescriptor(&c.x));
    FINE(cudnnCreateTensorDescriptor(&c.y));
    FINE(cudnnCreateFilterDescriptor(&c.w));
    FINE(cudnnCreateConvolutionDescriptor(&c.how));
    FINE(set_tensor(c.x, s->n, s->in, s->x, s->dims));
    FINE(set_tensor(c.y, s->n, s->out, s->y, s->dims));
    FINE(set_filter(c.w, s->out, s->in, s->taps, s->dims));
    FINE(set_window(&c));
    FINE(cudnnSetConvolutionMathType(c.how, CUDNN_FMA_MATH));
    c.count[X] = (size_t)(s->n * s->in * volume(s->x, s->dims));
    c.count[Y] = (size_t)(s->n * s->out * volume(s->y, s->dims));
    c.count[W] = (size_t)(s->out * s->in * volume(s->taps, s->dims));
    for (int k = 0; k < 3; k++) {
        c.host[k] = malloc(c.count[k] * sizeof(float));
        for (size_t i = 0; i < c.count[k]; i++) c.host[k][i] = sinf((float)(i * 7 + (size_t)k));
        c.device[k] = on_device(c.host[k], c.count[k] * sizeof(float));
    }
    c.workspace = on_device(NULL, ROOM);
    return c;
}

static void drop(convolution *c)
{
    for (int k = 0; k < 3; k++) {
        free(c->host[k]);
        OK(cudaFree(c->device[k]));
    }
    OK(cudaFree(c->workspace));
    FINE(cudnnDestroyTensorDescriptor(c->x));
    FINE(cudnnDestroyTensorDescriptor(c->y));
    FINE(cudnnDestroyFilterDescriptor(c->w));
    FINE(cudnnDestroyConvolutionDescriptor(c->how));
    FINE(cudnnDestroy(c->handle));
}

/* An algorithm offered, whatever it is for. */
typedef struct {
    int algorithm, status, repeats;
    size_t memory;
} offer;

#define ASK(GET, PERF, ...)                                                                                            \
    do {                                                                                                               \
        PERF found[8];                                                                                                 \
        const cudnnStatus_t status = GET(c->handle, __VA_ARGS__, 8, &n, found);                                        \
        if (status) return -(int)status;                                                                               \
        for (int i = 0; i < n; i++)                                                                                    \
            to[i] = (offer){ (int)found[i].algo, (int)found[i].status, (int)found[i].determinism, found[i].memory };   \
        return n;                                                                                                      \
    } while (0)

/* How many; a status turned negative. */
static int ask(const convolution *c, int kind, offer to[8])
{
    int n = 0;
    if (kind == FORWARD)
        ASK(cudnnGetConvolutionForwardAlgorithm_v7, cudnnConvolutionFwdAlgoPerf_t, c->x, c->w, c->how, c->y);
    ASK(cudnnGetConvolutionBackwardDataAlgorithm_v7, cudnnConvolutionBwdDataAlgoPerf_t, c->w, c->y, c->how, c->x);
}

static cudnnStatus_t size_of(const convolution *c, int kind, int algorithm, size_t *bytes)
{
    if (kind == FORWARD)
        return cudnnGetConvolutionForwardWorkspaceSize(c->handle, c->x, c->w, c->how, c->y,
                                                       (cudnnConvolutionFwdAlgo_t)algorithm, bytes);
    return cudnnGetConvolutionBackwardDataWorkspaceSize(c->handle, c->w, c->y, c->how, c->x,
                                                        (cudnnConvolutionBwdDataAlgo_t)algorithm, bytes);
}

static cudnnStatus_t run(const convolution *c, int kind, int algorithm, float alpha, float beta, void *workspace,
                         size_t bytes)
{
    if (kind == FORWARD)
        return cudnnConvolutionForward(c->handle, &alpha, c->x, c->device[X], c->w, c->device[W], c->how,
                                       (cudnnConvolutionFwdAlgo_t)algorithm, workspace, bytes, &beta, c->y,
                                       c->device[Y]);
    return cudnnConvolutionBackwardData(c->handle, &alpha, c->w, c->device[W], c->y, c->device[Y], c->how,
                                        (cudnnConvolutionBwdDataAlgo_t)algorithm, workspace, bytes, &beta, c->x,
                                        c->device[X]);
}

/* The one that wick would take. */
static int plain_one(int kind)
{
    return kind == FORWARD ? CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM : CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
}

static int result_of(int kind) { return kind == FORWARD ? Y : X; }

/* Adds up what each product goes into: a loop over all of them, by their places in three dims. */
static void add_products(const convolution *c, int kind, double *to)
{
    const sizes *s = &c->s;
    const int windows = volume(s->y, s->dims), taps = volume(s->taps, s->dims), plane = volume(s->x, s->dims);
    for (int i = 0; i < s->n * s->out * s->in * windows * taps; i++) {
        int rest = i, at = 0, inside = 1;
        const int tap = rest % taps, window = (rest /= taps) % windows, in = (rest /= windows) % s->in;
        const int out = (rest /= s->in) % s->out, n = rest / s->out;
        for (int d = 0; d < s->dims; d++) {
            const int inner_taps = volume(s->taps + d + 1, s->dims - d - 1),
                      inner = volume(s->y + d + 1, s->dims - d - 1);
            const int place =
                window / inner % s->y[d] * s->stride[d] - s->pad[d] + tap / inner_taps % s->taps[d] * s->dilation[d];
            inside = inside && place >= 0 && place < s->x[d];
            at = at * s->x[d] + place;
        }
        if (!inside) continue;
        const int x = (n * s->in + in) * plane + at;
        const int y = (n * s->out + out) * windows + window;
        const int w = (out * s->in + in) * taps + tap;
        if (kind == FORWARD) to[y] += (double)c->host[X][x] * c->host[W][w];
        if (kind == DATA) to[x] += (double)c->host[Y][y] * c->host[W][w];
    }
}

/* The largest difference to alpha times the sums, plus beta times what was there. */
static double off(const convolution *c, int kind, double alpha, double beta)
{
    const int which = result_of(kind);
    const size_t n = c->count[which];
    double *want = calloc(n, sizeof *want), most = 0;
    float *got = malloc(n * sizeof *got);
    add_products(c, kind, want);
    fetch(got, c->device[which], n * sizeof *got);
    for (size_t i = 0; i < n; i++) {
        const double apart = fabs(got[i] - alpha * want[i] - beta * c->host[which][i]);
        if (!(apart <= most)) most = apart;
    }
    free(want);
    free(got);
    return most;
}

TEST(dnn, convolves_in_two_and_three_dims)
{
    const sizes *const all[] = { &flat, &deep };
    for (int i = 0; i < 8; i++) {
        const int kind = i % KINDS;
        const float alpha = i >= 4 ? 0.5f : 1, beta = i >= 4 ? -2 : 0;
        convolution c = make(all[i / KINDS % 2]);
        FINE(run(&c, kind, plain_one(kind), alpha, beta, c.workspace, ROOM));
        CHECK(off(&c, kind, alpha, beta) < 1e-5);
        drop(&c);
    }
}

/* Of what was there before nothing is read where beta is 0, and nothing runs before somebody waits. */
TEST(dnn, runs_late_and_overwrites)
{
    convolution c = make(&deep);
    cudaStream_t stream = new_stream();
    float got, nan = NAN;
    OK(cudaMemcpy(c.device[Y], &nan, sizeof nan, cudaMemcpyHostToDevice));
    FINE(cudnnSetStream(c.handle, stream));
    const unsigned long before = wki_emu_dnn_runs();
    FINE(run(&c, FORWARD, plain_one(FORWARD), 1, 0, c.workspace, ROOM));
    CHECK_INT(wki_emu_dnn_runs() - before, 1);
    CHECK_INT(wki_emu_live().queued, 1);
    fetch(&got, c.device[Y], sizeof got);
    CHECK(isnan(got));
    OK(cudaStreamSynchronize(stream));
    CHECK(off(&c, FORWARD, 1, 0) < 1e-5);
    OK(cudaStreamDestroy(stream));
    drop(&c);
}

static sizes square(void)
{
    sizes s = { .dims = 2, .n = 2, .in = 5, .out = 3, .x = { 7, 7 }, .y = { 7, 7 }, .taps = { 3, 3 } };
    for (int d = 0; d < 2; d++) s.pad[d] = s.stride[d] = s.dilation[d] = 1;
    return s;
}

TEST(dnn, offers_first_what_is_coarse_or_does_not_repeat)
{
    const sizes s = square();
    for (int kind = 0; kind < KINDS; kind++) {
        convolution c = make(&s);
        offer o[8];
        const int n = ask(&c, kind, o), which = result_of(kind);
        const size_t size = c.count[which] * sizeof(float);
        float *first = malloc(size), *second = malloc(size);
        CHECK(n >= 3 && (kind == FORWARD) == o[0].repeats);
        for (int i = 0; i < n; i++) {
            size_t bytes = ROOM + 1;
            FINE(o[i].status);
            FINE(size_of(&c, kind, o[i].algorithm, &bytes));
            CHECK(bytes == o[i].memory && bytes <= ROOM);
            FINE(run(&c, kind, o[i].algorithm, 1, 0, c.workspace, bytes));
            fetch(first, c.device[which], size);
            const double coarse = off(&c, kind, 1, 0);
            FINE(run(&c, kind, o[i].algorithm, 1, 0, c.workspace, bytes));
            fetch(second, c.device[which], size);
            CHECK((memcmp(first, second, size) == 0) == o[i].repeats);
            CHECK(coarse < 1e-2 && (i > 0 || kind != FORWARD || coarse > 1e-5));
            if (o[i].algorithm == plain_one(kind)) CHECK(o[i].repeats && coarse < 1e-5);
        }
        free(first);
        free(second);
        drop(&c);
    }
}

TEST(dnn, names_what_there_is_not_as_such)
{
    convolution c = make(&deep);
    offer o[8];
    size_t bytes;
    const int n = ask(&c, FORWARD, o);
    CHECK(n > 0 && o[n - 1].status == CUDNN_STATUS_NOT_SUPPORTED);
    STATUS(CUDNN_STATUS_NOT_SUPPORTED, size_of(&c, FORWARD, o[n - 1].algorithm, &bytes));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED, run(&c, FORWARD, o[n - 1].algorithm, 1, 0, c.workspace, ROOM));
    drop(&c);
}

TEST(dnn, rounds_operands_unless_told_not_to)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const sizes s = square();
        convolution c = make(&s);
        FINE(cudnnSetConvolutionMathType(c.how, CUDNN_DEFAULT_MATH));
        FINE(run(&c, kind, plain_one(kind), 1, 0, c.workspace, ROOM));
        CHECK(off(&c, kind, 1, 0) > 1e-5 && off(&c, kind, 1, 0) < 1e-2);
        drop(&c);
    }
}

TEST(dnn, refuses_descriptors_that_do_not_fit)
{
    convolution c = make(&flat);
    offer o[8];
    const sizes *s = &c.s;
    int none[] = { 2, 0, 6, 5 }, stride[] = { 180, 30, 5, 1 }, vast[] = { 1 << 12, 1 << 12, 1 << 12, 2 };
    int size[] = { 2, 6, 6, 5 }, turned[] = { 180, 1, 30, 6 }, negative[] = { -1, 0 };
    STATUS(CUDNN_STATUS_BAD_PARAM, cudnnSetTensorNdDescriptor(c.x, CUDNN_DATA_FLOAT, 4, none, stride));
    STATUS(CUDNN_STATUS_BAD_PARAM, cudnnSetTensorNdDescriptor(c.x, CUDNN_DATA_FLOAT, 4, vast, stride));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT, cudnnSetTensorNdDescriptor(c.x, CUDNN_DATA_FLOAT, 4, size, turned));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, cudnnSetTensorNdDescriptor(c.x, CUDNN_DATA_BFLOAT16, 4, size, stride));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED, cudnnSetTensorNdDescriptor(c.x, CUDNN_DATA_FLOAT, 3, size, stride));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT,
           cudnnSetFilterNdDescriptor(c.w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, 4, size));
    STATUS(CUDNN_STATUS_BAD_PARAM, cudnnSetConvolutionNdDescriptor(c.how, 2, negative, s->stride, s->dilation,
                                                                   CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    STATUS(CUDNN_STATUS_NOT_SUPPORTED, cudnnSetConvolutionNdDescriptor(c.how, 2, s->pad, s->stride, s->dilation,
                                                                       CUDNN_CONVOLUTION, CUDNN_DATA_FLOAT));
    STATUS(CUDNN_STATUS_BAD_PARAM, cudnnSetConvolutionMathType(c.how, (cudnnMathType_t)4));
    STATUS(CUDNN_STATUS_BAD_PARAM, set_tensor((cudnnTensorDescriptor_t)c.w, 2, 6, s->x, 2));
    FINE(set_tensor(c.x, s->n, s->in, s->x, 2));
    FINE(set_filter(c.w, s->out, s->in, s->taps, 2));
    FINE(set_window(&c));
    CHECK(ask(&c, FORWARD, o) > 0);
    /* each size in turn another one */
    const int mismatch = -CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    for (int kind = 0; kind < KINDS; kind++) {
        FINE(set_tensor(c.y, s->n + 1, s->out, s->y, 2));
        CHECK_INT(ask(&c, kind, o), mismatch);
        FINE(set_tensor(c.y, s->n, s->out + 1, s->y, 2));
        CHECK_INT(ask(&c, kind, o), mismatch);
        FINE(set_tensor(c.y, s->n, s->out, s->x, 2));
        CHECK_INT(ask(&c, kind, o), mismatch);
        FINE(set_tensor(c.y, s->n, s->out, s->y, 2));
        FINE(set_tensor(c.x, s->n, 2 * s->in, s->x, 2));
        CHECK_INT(ask(&c, kind, o), mismatch);
        FINE(set_tensor(c.x, s->n, s->in, s->x, 2));
        FINE(set_filter(c.w, s->out, s->in, s->x, 2));
        CHECK_INT(ask(&c, kind, o), mismatch);
        FINE(set_filter(c.w, s->out, s->in, s->taps, 2));
        CHECK(ask(&c, kind, o) > 0);
    }
    drop(&c);
}

TEST(dnn, refuses_arguments_that_an_algorithm_is_not_for)
{
    for (int kind = 0; kind < KINDS; kind++) {
        convolution c = make(&flat);
        const int algorithm = plain_one(kind);
        size_t bytes = 0;
        FINE(size_of(&c, kind, algorithm, &bytes));
        CHECK(bytes > 0);
        FINE(run(&c, kind, algorithm, 1, 0, c.workspace, bytes));
        STATUS(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, run(&c, kind, algorithm, 1, 0, c.workspace, bytes - 1));
        STATUS(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, run(&c, kind, algorithm, 1, 0, NULL, bytes));
        STATUS(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, run(&c, kind, algorithm, 1, 0, c.workspace + 4, bytes));
        for (int k = 0; k < 3; k++) {
            c.device[k]++;
            STATUS(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, run(&c, kind, algorithm, 1, 0, c.workspace, bytes));
            c.device[k]--;
        }
        cudnnHandle_t handle = c.handle;
        c.handle = (cudnnHandle_t)c.x;
        STATUS(CUDNN_STATUS_NOT_INITIALIZED, run(&c, kind, algorithm, 1, 0, c.workspace, bytes));
        c.handle = handle;
        wki_emu_dnn_refuse(1);
        STATUS(CUDNN_STATUS_NOT_SUPPORTED, run(&c, kind, algorithm, 1, 0, c.workspace, bytes));
        wki_emu_dnn_refuse(0);
        OK(cudaSetDevice(1));
        STATUS(CUDNN_STATUS_EXECUTION_FAILED, run(&c, kind, algorithm, 1, 0, c.workspace, bytes));
        OK(cudaSetDevice(0));
        OK(cudaDeviceSynchronize());
        drop(&c);
    }
}

TEST(dnn, faults_on_what_is_not_the_device_s)
{
    static const char *const words[] = { "x,", "y,", "w,", "the workspace," };
    wki_emu_quiet(1);
    for (int wrong = 0; wrong < 4; wrong++) {
        convolution c = make(&flat), other = c;
        float *host = malloc(4096);
        if (wrong < 3) other.device[wrong] = wrong ? c.device[wrong] + 4 : host;
        size_t bytes = 0;
        FINE(size_of(&c, FORWARD, plain_one(FORWARD), &bytes));
        char *end = c.workspace + ROOM - bytes / 2 / 16 * 16;
        FINE(run(&other, FORWARD, plain_one(FORWARD), 1, 0, wrong == 3 ? end : c.workspace, bytes));
        check_fault(NULL, cudaErrorIllegalAddress, "a convolution of 2 images", words[wrong]);
        STATUS(CUDNN_STATUS_EXECUTION_FAILED_CUDART, run(&c, FORWARD, plain_one(FORWARD), 1, 0, c.workspace, bytes));
        wki_emu_reset();
        free(host);
        drop(&c);
    }
}

TEST(dnn, may_be_captured_and_may_fail_when_planned)
{
    convolution c = make(&flat);
    cudaStream_t stream = new_stream();
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    const int algorithm = plain_one(DATA);
    OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    FINE(cudnnSetStream(c.handle, stream));
    FINE(run(&c, DATA, algorithm, 1, 0, c.workspace, ROOM));
    OK(cudaStreamEndCapture(stream, &graph));
    OK(cudaGraphInstantiate(&exec, graph, 0));
    CHECK(off(&c, DATA, 0, 1) == 0); /* capturing runs nothing */
    OK(cudaGraphLaunch(exec, stream));
    OK(cudaStreamSynchronize(stream));
    CHECK(off(&c, DATA, 1, 0) < 1e-5);
    OK(cudaGraphDestroy(graph));
    OK(cudaGraphExecDestroy(exec));
    OK(cudaStreamDestroy(stream));
    FINE(cudnnSetStream(c.handle, NULL));
    wki_emu_fail(WKI_EMU_FAIL_LAUNCH, 1, cudaErrorUnknown);
    STATUS(CUDNN_STATUS_EXECUTION_FAILED, run(&c, DATA, algorithm, 1, 0, c.workspace, ROOM));
    wki_emu_fail(WKI_EMU_FAIL_CALL, 1, cudaErrorMemoryAllocation);
    cudnnTensorDescriptor_t none;
    STATUS(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, cudnnCreateTensorDescriptor(&none));
    drop(&c);
}

TEST(dnn, does_not_begin_while_something_is_captured)
{
    cudaStream_t stream = new_stream();
    cudnnHandle_t handle;
    cudaGraph_t graph = NULL;
    OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    CHECK(cudnnCreate(&handle) != CUDNN_STATUS_SUCCESS);
    CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(stream, &graph));
    OK(cudaStreamDestroy(stream));
}

TEST(dnn, is_the_one_library_that_is_found)
{
    void *library = dlopen("libcudnn.so.9", RTLD_NOW | RTLD_LOCAL);
    CHECK(library && !dlopen("libcudnn.so.8", RTLD_NOW) && !dlopen("libm.so.6", RTLD_NOW));
    CHECK(dlsym(library, "cudnnCreate") == (void *)cudnnCreate && !dlsym(library, "cudnnPoolingForward"));
    CHECK(!dlsym(NULL, "cudnnCreate"));
    CHECK(!strcmp(cudnnGetErrorString(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT), "CUDNN_STATUS_NOT_SUPPORTED_LAYOUT"));
}

EMU_TEST_MAIN("emu_dnn")
