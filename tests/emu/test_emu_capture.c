/* Streams whose work becomes a graph, replays, and what must not be done meanwhile. */
#include "emu_check.h"
#include "test_kernels.h"
#include <pthread.h>

enum { N = 200, BYTES = N * sizeof(float), SEEDS = 12 };

static float *ones(float value)
{
    float host[N];
    for (int i = 0; i < N; i++) host[i] = value;
    return on_device(host, BYTES);
}

static void begin(cudaStream_t stream) { OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal)); }

static cudaGraphExec_t finish(cudaStream_t stream)
{
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    OK(cudaStreamEndCapture(stream, &graph));
    OK(cudaGraphInstantiate(&exec, graph, 0));
    OK(cudaGraphDestroy(graph));
    OK(cudaGraphUpload(exec, stream));
    return exec;
}

/* A step with a branch on a second stream: x = (x + 1) * 3, y = sums of x, both wait for each other. */
static void step(float *x, float *y, cudaStream_t a, cudaStream_t b, cudaEvent_t there, cudaEvent_t back)
{
    t_add(x, 1, N, a);
    OK(cudaEventRecord(there, a));
    OK(cudaStreamWaitEvent(b, there, 0));
    t_sum(x, y, N, 2, b);
    OK(cudaEventRecord(back, b));
    OK(cudaStreamWaitEvent(a, back, 0));
    t_scale(x, x, 1.37f, N, a);
}

TEST(capture, replays_what_was_captured_to_the_bit)
{
    float *x = ones(1), *y = ones(0), want[N], got[N], sums[2], again[2];
    cudaStream_t a = new_stream(), b = new_stream();
    cudaEvent_t there = new_event(), back = new_event();
    for (int i = 0; i < 20; i++) step(x, y, a, b, there, back);
    OK(cudaStreamSynchronize(a));
    fetch(want, x, BYTES);
    fetch(sums, y, sizeof sums);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        float *u = ones(1);
        begin(a);
        step(u, y, a, b, there, back);
        cudaGraphExec_t exec = finish(a);
        fetch(got, u, BYTES);
        CHECK(got[0] == 1); /* capturing runs nothing */
        for (int i = 0; i < 20; i++) OK(cudaGraphLaunch(exec, a));
        OK(cudaGraphExecDestroy(exec)); /* what was launched goes on */
        OK(cudaStreamSynchronize(a));
        fetch(got, u, BYTES);
        fetch(again, y, sizeof again);
        CHECK(!memcmp(got, want, BYTES) && !memcmp(again, sums, sizeof sums));
        OK(cudaFree(u));
    }
    OK(cudaStreamDestroy(a));
    OK(cudaStreamDestroy(b));
    OK(cudaEventDestroy(there));
    OK(cudaEventDestroy(back));
    OK(cudaFree(x));
    OK(cudaFree(y));
}

TEST(capture, shows_an_edge_that_is_missing)
{
    bool differ = false;
    cudaStream_t a = new_stream(), b = new_stream();
    cudaEvent_t there = new_event(), back = new_event();
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        float *x = ones(1), got[N];
        begin(a);
        OK(cudaEventRecord(there, a));
        OK(cudaStreamWaitEvent(b, there, 0));
        t_add(x, 1, N, a);
        t_scale(x, x, 5, N, b); /* should have waited for the sum */
        OK(cudaEventRecord(back, b));
        OK(cudaStreamWaitEvent(a, back, 0));
        cudaGraphExec_t exec = finish(a);
        OK(cudaGraphLaunch(exec, a));
        OK(cudaStreamSynchronize(a));
        fetch(got, x, BYTES);
        differ = differ || got[0] != 10;
        OK(cudaGraphExecDestroy(exec));
        OK(cudaFree(x));
    }
    CHECK(differ);
    OK(cudaStreamDestroy(a));
    OK(cudaStreamDestroy(b));
    OK(cudaEventDestroy(there));
    OK(cudaEventDestroy(back));
}

/* One stream whose work is told what it comes after: x = (x + 1) * 5 and, beside it, y = y + 2; then z = the sum of
 * both */
TEST(capture, takes_its_order_from_what_it_is_told)
{
    cudaStream_t a = new_stream();
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        float *x = ones(1), *y = ones(1), got[N];
        enum cudaStreamCaptureStatus status;
        const cudaGraphNode_t *nodes;
        cudaGraphNode_t ends[2];
        size_t n = 9;
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, NULL, NULL, NULL));
        CHECK(status == cudaStreamCaptureStatusNone);
        CHECK(cudaStreamUpdateCaptureDependencies(a, NULL, NULL, 0, cudaStreamSetCaptureDependencies) ==
              cudaErrorIllegalState);
        begin(a);
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n));
        CHECK(status == cudaStreamCaptureStatusActive && n == 0);
        t_add(x, 1, N, a);
        t_scale(x, x, 5, N, a);
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n));
        CHECK(n == 1);
        ends[0] = nodes[0];
        OK(cudaStreamUpdateCaptureDependencies(a, NULL, NULL, 0, cudaStreamSetCaptureDependencies));
        t_add(y, 2, N, a);
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n));
        CHECK(n == 1 && nodes[0] != ends[0]);
        ends[1] = (cudaGraphNode_t)(void *)((char *)nodes[0] + 1000);
        CHECK(cudaStreamUpdateCaptureDependencies(a, ends, NULL, 2, cudaStreamSetCaptureDependencies) ==
              cudaErrorInvalidValue);
        OK(cudaStreamUpdateCaptureDependencies(a, ends, NULL, 1, cudaStreamAddCaptureDependencies));
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n));
        CHECK(n == 2);
        t_scale(x, y, 2, N, a);
        cudaGraphExec_t exec = finish(a);
        OK(cudaGraphLaunch(exec, a));
        OK(cudaStreamSynchronize(a));
        fetch(got, y, BYTES);
        CHECK(got[0] == 20 && got[N - 1] == 20);
        OK(cudaGraphExecDestroy(exec));
        OK(cudaFree(x));
        OK(cudaFree(y));
    }
    OK(cudaStreamDestroy(a));
}

/* y = (x + 1) * 3 by a kernel that may be got ready before the other has ended, if it waits by itself. */
TEST(capture, lets_kernels_begin_early_that_wait_by_themselves)
{
    const cudaGraphEdgeData early = { .from_port = cudaGraphKernelNodePortProgrammatic,
                                      .type = cudaGraphDependencyTypeProgrammatic };
    for (int way = 0; way < 3; way++) {
        cudaStream_t a = new_stream();
        float *x = ones(1), *y = ones(0), got[N];
        enum cudaStreamCaptureStatus status;
        enum cudaGraphNodeType type;
        const cudaGraphNode_t *nodes;
        const cudaGraphEdgeData *edges;
        size_t n;
        begin(a);
        t_add(x, 1, N, a);
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, &edges, &n));
        CHECK(n == 1 && edges[0].type == cudaGraphDependencyTypeDefault);
        cudaGraphNode_t node = nodes[0];
        OK(cudaGraphNodeGetType(node, &type));
        CHECK(type == cudaGraphNodeTypeKernel);
        OK(cudaStreamUpdateCaptureDependencies(a, &node, &early, 1, cudaStreamSetCaptureDependencies));
        CHECK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n) == cudaErrorLossyQuery);
        OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, &edges, &n));
        CHECK(n == 1 && nodes[0] == node && edges[0].type == cudaGraphDependencyTypeProgrammatic);
        if (way == 1) { /* what cannot wait */
            cudaGraph_t graph;
            CHECK(cudaMemsetAsync(y, 0, BYTES, a) == cudaErrorInvalidValue);
            CHECK(cudaStreamEndCapture(a, &graph) == cudaErrorStreamCaptureInvalidated);
        } else {
            (way ? b_scale_ahead : t_scale_behind)(x, y, 3, N, a);
            cudaGraphExec_t exec = finish(a);
            wki_emu_quiet(way);
            OK(cudaGraphLaunch(exec, a));
            const cudaError_t error = cudaStreamSynchronize(a);
            CHECK(way ? error == cudaErrorIllegalAddress || error == cudaErrorLaunchFailure : !error);
            CHECK(!way || strstr(wki_emu_last_fault(), "the kernels that it comes behind"));
            if (way) wki_emu_reset();
            fetch(got, y, BYTES);
            CHECK(way || (got[0] == 6 && got[N - 1] == 6));
            OK(cudaGraphExecDestroy(exec));
        }
        OK(cudaFree(x));
        OK(cudaFree(y));
        OK(cudaStreamDestroy(a));
    }
}

TEST(capture, does_not_let_kernels_begin_early_behind_copies)
{
    const cudaGraphEdgeData early = { .from_port = cudaGraphKernelNodePortProgrammatic,
                                      .type = cudaGraphDependencyTypeProgrammatic };
    float *x = ones(1);
    cudaStream_t a = new_stream();
    enum cudaStreamCaptureStatus status;
    enum cudaGraphNodeType type;
    const cudaGraphNode_t *nodes;
    size_t n;
    begin(a);
    OK(cudaMemsetAsync(x, 0, BYTES, a));
    OK(cudaStreamGetCaptureInfo(a, &status, NULL, NULL, &nodes, NULL, &n));
    cudaGraphNode_t node = nodes[0];
    OK(cudaGraphNodeGetType(node, &type));
    CHECK(type == cudaGraphNodeTypeMemset && cudaGraphNodeGetType(NULL, &type) == cudaErrorInvalidValue);
    CHECK(cudaStreamUpdateCaptureDependencies(a, &node, &early, 1, cudaStreamSetCaptureDependencies) ==
          cudaErrorInvalidValue);
    OK(cudaGraphExecDestroy(finish(a)));
    OK(cudaFree(x));
    OK(cudaStreamDestroy(a));
}

TEST(capture, holds_copies_fills_and_other_graphs)
{
    float *x = ones(1), *y = ones(0), *fixed = pinned(BYTES);
    cudaStream_t stream = new_stream();
    begin(stream);
    t_add(x, 1, N, stream);
    cudaGraphExec_t inner = finish(stream);
    begin(stream);
    OK(cudaMemcpyAsync(x, fixed, BYTES, cudaMemcpyHostToDevice, stream));
    OK(cudaGraphLaunch(inner, stream));
    OK(cudaMemsetAsync(y, 0, BYTES, stream));
    OK(cudaMemcpyAsync(y, x, BYTES / 2, cudaMemcpyDeviceToDevice, stream));
    OK(cudaMemcpyAsync(fixed, y, BYTES, cudaMemcpyDeviceToHost, stream));
    cudaGraphExec_t outer = finish(stream);
    for (int i = 0; i < N; i++) fixed[i] = 7;
    OK(cudaGraphLaunch(outer, stream));
    OK(cudaStreamSynchronize(stream));
    CHECK(fixed[0] == 8 && fixed[N / 2 - 1] == 8 && fixed[N / 2] == 0);
    OK(cudaGraphLaunch(outer, stream));
    OK(cudaStreamSynchronize(stream));
    CHECK(fixed[0] == 9 && fixed[N - 1] == 0);
    OK(cudaGraphExecDestroy(inner));
    OK(cudaGraphExecDestroy(outer));
    OK(cudaStreamDestroy(stream));
    OK(cudaFreeHost(fixed));
    OK(cudaFree(x));
    OK(cudaFree(y));
}

typedef cudaError_t (*forbidden)(cudaStream_t stream, cudaStream_t other, cudaEvent_t old, float *x);

static cudaError_t f_sync(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)o, (void)e, (void)x, cudaStreamSynchronize(s);
}
static cudaError_t f_query(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)o, (void)e, (void)x, cudaStreamQuery(s);
}
static cudaError_t f_device(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)s, (void)o, (void)e, (void)x, cudaDeviceSynchronize();
}
static cudaError_t f_malloc(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    void *at;
    return (void)s, (void)o, (void)e, (void)x, cudaMalloc(&at, 10);
}
static cudaError_t f_copy(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    float host;
    return (void)s, (void)o, (void)e, cudaMemcpy(&host, x, 4, cudaMemcpyDeviceToHost);
}
static cudaError_t f_pageable(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    float host = 0;
    return (void)o, (void)e, cudaMemcpyAsync(x, &host, 4, cudaMemcpyHostToDevice, s);
}
static cudaError_t f_event(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)s, (void)o, (void)x, cudaEventQuery(e);
}
static cudaError_t f_begin(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)o, (void)e, (void)x, cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed);
}
static cudaError_t f_isolation(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)o, (void)x, cudaStreamWaitEvent(s, e, 0);
}
static cudaError_t f_captured(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    (void)o, (void)x;
    OK(cudaEventRecord(e, s));
    return cudaEventSynchronize(e);
}
static cudaError_t f_destroy(cudaStream_t s, cudaStream_t o, cudaEvent_t e, float *x)
{
    return (void)o, (void)e, (void)x, cudaStreamDestroy(s);
}

TEST(capture, is_spoiled_by_what_waits_or_allocates)
{
    static const struct {
        forbidden call;
        cudaError_t error;
    } all[] = { { f_sync, cudaErrorStreamCaptureUnsupported },    { f_query, cudaErrorStreamCaptureUnsupported },
                { f_device, cudaErrorStreamCaptureUnsupported },  { f_malloc, cudaErrorStreamCaptureUnsupported },
                { f_copy, cudaErrorStreamCaptureUnsupported },    { f_pageable, cudaErrorStreamCaptureUnsupported },
                { f_event, cudaErrorStreamCaptureUnsupported },   { f_begin, cudaErrorIllegalState },
                { f_isolation, cudaErrorStreamCaptureIsolation }, { f_captured, cudaErrorCapturedEvent },
                { f_destroy, cudaErrorStreamCaptureUnsupported } };
    float *x = ones(1), got[N];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cudaStream_t stream = new_stream(), other = new_stream();
        cudaEvent_t old = new_event();
        cudaGraph_t graph = (cudaGraph_t)x;
        enum cudaStreamCaptureStatus status;
        cudaGetLastError();
        OK(cudaEventRecord(old, other));
        begin(stream);
        t_add(x, 1, N, stream);
        OK(cudaGetLastError());
        cudaError_t said = all[i].call(stream, other, old, x);
        ck_assert_msg(said == all[i].error, "call %zu: %s", i, cudaGetErrorName(said));
        OK(cudaStreamIsCapturing(stream, &status));
        CHECK_INT(status, cudaStreamCaptureStatusInvalidated);
        cudaGetLastError();
        t_add(x, 1, N, stream);
        CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaGetLastError());
        CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(stream, &graph));
        CHECK(!graph);
        OK(cudaStreamIsCapturing(stream, &status));
        CHECK_INT(status, cudaStreamCaptureStatusNone);
        OK(cudaStreamDestroy(stream));
        OK(cudaStreamDestroy(other));
        OK(cudaEventDestroy(old));
    }
    fetch(got, x, BYTES);
    CHECK(got[0] == 1);
    OK(cudaFree(x));
}

TEST(capture, a_relaxed_thread_may_allocate)
{
    cudaStream_t stream = new_stream();
    void *at;
    enum cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    begin(stream);
    OK(cudaThreadExchangeStreamCaptureMode(&mode));
    CHECK_INT(mode, cudaStreamCaptureModeGlobal);
    OK(cudaMalloc(&at, 100));
    OK(cudaThreadExchangeStreamCaptureMode(&mode));
    CHECK_INT(mode, cudaStreamCaptureModeRelaxed);
    OK(cudaGraphExecDestroy(finish(stream)));
    OK(cudaFree(at));
    OK(cudaStreamDestroy(stream));
}

TEST(capture, leaves_the_legacy_stream_to_others_only_if_the_captured_one_does_not_block)
{
    float *x = ones(1);
    cudaStream_t blocking, stream = new_stream();
    cudaGraph_t graph;
    OK(cudaStreamCreate(&blocking));
    CHECK_SAYS(cudaErrorStreamCaptureUnsupported, cudaStreamBeginCapture(NULL, cudaStreamCaptureModeRelaxed));
    cudaGetLastError();
    begin(stream);
    t_add(x, 1, N, NULL);
    OK(cudaGetLastError());
    OK(cudaGraphExecDestroy(finish(stream)));
    begin(blocking);
    t_add(x, 1, N, NULL);
    CHECK_SAYS(cudaErrorStreamCaptureImplicit, cudaGetLastError());
    CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(blocking, &graph));
    OK(cudaStreamDestroy(stream));
    OK(cudaStreamDestroy(blocking));
    OK(cudaFree(x));
}

TEST(capture, ends_where_it_began_with_everything_joined)
{
    float *x = ones(1);
    cudaStream_t a = new_stream(), b = new_stream(), c = new_stream();
    cudaEvent_t there = new_event();
    cudaGraph_t graph;
    CHECK_SAYS(cudaErrorIllegalState, cudaStreamEndCapture(a, &graph));
    for (int matched = 0; matched < 2; matched++) {
        begin(a);
        t_add(x, 1, N, a);
        OK(cudaEventRecord(there, a));
        OK(cudaStreamWaitEvent(b, there, 0));
        t_add(x, 1, N, b);
        if (matched) {
            CHECK_SAYS(cudaErrorStreamCaptureUnjoined, cudaStreamEndCapture(a, &graph));
        } else {
            CHECK_SAYS(cudaErrorStreamCaptureUnmatched, cudaStreamEndCapture(b, &graph));
            CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(a, &graph));
        }
        CHECK(!graph);
    }
    begin(a);
    begin(c);
    OK(cudaEventRecord(there, a));
    CHECK_SAYS(cudaErrorStreamCaptureMerge, cudaStreamWaitEvent(c, there, 0));
    CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(a, &graph));
    CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(c, &graph));
    OK(cudaStreamDestroy(a));
    OK(cudaStreamDestroy(b));
    OK(cudaStreamDestroy(c));
    OK(cudaEventDestroy(there));
    OK(cudaFree(x));
}

typedef struct {
    cudaStream_t captured, own;
    float *x;
    cudaError_t ended, allocated, synced;
} stranger;

static void *act_strange(void *arg)
{
    stranger *s = arg;
    cudaGraph_t graph;
    void *at = NULL;
    s->ended = cudaStreamEndCapture(s->captured, &graph);
    s->allocated = cudaMalloc(&at, 10);
    cudaFree(at);
    t_add(s->x, 1, N, s->own);
    s->synced = cudaStreamSynchronize(s->own);
    return NULL;
}

TEST(capture, in_one_thread_leaves_another_thread_free)
{
    stranger s = { new_stream(), new_stream(), ones(1), 0, 0, 0 };
    cudaGraph_t graph;
    pthread_t thread;
    begin(s.captured);
    pthread_create(&thread, NULL, act_strange, &s);
    pthread_join(thread, NULL);
    CHECK_SAYS(cudaErrorStreamCaptureWrongThread, s.ended);
    OK(s.allocated);
    OK(s.synced);
    OK(cudaGraphExecDestroy(finish(s.captured)));
    OK(cudaStreamBeginCapture(s.captured, cudaStreamCaptureModeGlobal));
    pthread_create(&thread, NULL, act_strange, &s);
    pthread_join(thread, NULL);
    CHECK_SAYS(cudaErrorStreamCaptureUnsupported, s.allocated);
    CHECK_SAYS(cudaErrorStreamCaptureInvalidated, cudaStreamEndCapture(s.captured, &graph));
    OK(cudaStreamDestroy(s.captured));
    OK(cudaStreamDestroy(s.own));
    OK(cudaFree(s.x));
}

TEST(capture, a_launch_that_fails_shows_at_the_replay)
{
    float *x = ones(1);
    cudaStream_t stream = new_stream();
    begin(stream);
    t_add(x, 1, N, stream);
    cudaGraphExec_t exec = finish(stream);
    wki_emu_fail(WKI_EMU_FAIL_LAUNCH, 1, cudaErrorUnknown);
    CHECK_SAYS(cudaErrorUnknown, cudaGraphLaunch(exec, stream));
    OK(cudaGraphLaunch(exec, stream));
    OK(cudaStreamSynchronize(stream));
    OK(cudaFree(x)); /* but the graph still names it: */
    wki_emu_quiet(1);
    OK(cudaGraphLaunch(exec, stream));
    check_fault(stream, cudaErrorIllegalAddress, "k_add", "freed");
    wki_emu_reset();
    OK(cudaGraphExecDestroy(exec));
    CHECK_SAYS(cudaErrorInvalidValue, cudaGraphLaunch(exec, stream));
    CHECK_SAYS(cudaErrorInvalidValue, cudaGraphDestroy((cudaGraph_t)exec));
    OK(cudaStreamDestroy(stream));
}

EMU_TEST_MAIN("emu_capture")
