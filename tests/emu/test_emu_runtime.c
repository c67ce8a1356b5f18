/* The fake runtime: streams that run late, events, memory that the host may not touch, errors that stay, failures that
 * a test plans, threads. */
#include "emu_check.h"
#include "test_kernels.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 300, BYTES = N * sizeof(float), SEEDS = 16 };

static float *ones(float value)
{
    float host[N];
    for (int i = 0; i < N; i++) host[i] = value;
    return on_device(host, BYTES);
}

TEST(streams, run_late)
{
    float *x = ones(3), *y = ones(0), *out = pinned(BYTES);
    cudaStream_t stream = new_stream();
    out[0] = -1;
    t_scale(x, y, 2, N, stream);
    OK(cudaMemcpyAsync(out, y, BYTES, cudaMemcpyDeviceToHost, stream));
    CHECK(out[0] == -1);
    CHECK_INT(wki_emu_live().queued, 2);
    OK(cudaStreamSynchronize(stream));
    CHECK(out[0] == 6 && out[N - 1] == 6);
    CHECK_INT(wki_emu_live().queued, 0);
    OK(cudaStreamDestroy(stream));
    OK(cudaFreeHost(out));
    OK(cudaFree(x));
    OK(cudaFree(y));
}

TEST(streams, read_pinned_memory_when_they_run_and_pageable_memory_at_the_call)
{
    float *x = ones(0), *fixed = pinned(BYTES), loose[N], got[N];
    cudaStream_t stream = new_stream();
    for (int i = 0; i < N; i++) fixed[i] = loose[i] = 1;
    OK(cudaMemcpyAsync(x, fixed, BYTES, cudaMemcpyHostToDevice, stream));
    fixed[5] = 2; /* too early: this is what the device gets */
    OK(cudaStreamSynchronize(stream));
    fetch(got, x, BYTES);
    CHECK(got[4] == 1 && got[5] == 2);
    OK(cudaMemcpyAsync(x, loose, BYTES, cudaMemcpyHostToDevice, stream));
    loose[5] = 2;
    OK(cudaStreamSynchronize(stream));
    fetch(got, x, BYTES);
    CHECK(got[4] == 1 && got[5] == 1);
    OK(cudaStreamDestroy(stream));
    OK(cudaFreeHost(fixed));
    OK(cudaFree(x));
}

TEST(streams, do_not_wait_where_pinned_memory_is_freed)
{
    float *x = ones(0), *fixed = pinned(BYTES);
    cudaStream_t stream = new_stream();
    OK(cudaMemcpyAsync(x, fixed, BYTES, cudaMemcpyHostToDevice, stream));
    OK(cudaStreamSynchronize(stream));
    OK(cudaMemcpyAsync(x, fixed, BYTES, cudaMemcpyHostToDevice, stream));
    OK(cudaFreeHost(fixed));
    wki_emu_quiet(1);
    check_fault(stream, cudaErrorIllegalAddress, "a copy", "freed after the call");
    wki_emu_reset();
    OK(cudaStreamDestroy(stream));
    OK(cudaFree(x));
}

TEST(streams, copy_to_pageable_memory_before_the_call_returns)
{
    float *x = ones(1), got[N] = { 0 };
    cudaStream_t stream = new_stream();
    t_add(x, 1, N, stream);
    OK(cudaMemcpyAsync(got, x, BYTES, cudaMemcpyDeviceToHost, stream));
    CHECK(got[0] == 2 && got[N - 1] == 2);
    OK(cudaStreamDestroy(stream));
    OK(cudaFree(x));
}

/* One stream adds, another doubles: ordered by an event, or not. */
static float two_streams(bool wait)
{
    float *x = ones(1), got[N];
    cudaStream_t a = new_stream(), b = new_stream();
    cudaEvent_t added = new_event();
    for (int i = 0; i < 4; i++) t_add(x, 1, N, a);
    OK(cudaEventRecord(added, a));
    if (wait) OK(cudaStreamWaitEvent(b, added, 0));
    t_scale(x, x, 2, N, b);
    OK(cudaStreamSynchronize(b));
    OK(cudaStreamSynchronize(a));
    fetch(got, x, BYTES);
    OK(cudaEventDestroy(added));
    OK(cudaStreamDestroy(a));
    OK(cudaStreamDestroy(b));
    OK(cudaFree(x));
    return got[N / 2];
}

TEST(streams, are_ordered_by_events)
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        CHECK(two_streams(true) == 10);
    }
}

TEST(streams, show_a_forgotten_event)
{
    bool wrong = false;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        wrong = two_streams(false) != 10 || wrong;
    }
    CHECK(wrong);
}

TEST(streams, an_event_stands_for_the_moment_of_its_record)
{
    float *x = ones(1), *out = pinned(BYTES);
    cudaStream_t a = new_stream(), b = new_stream();
    cudaEvent_t event = new_event();
    OK(cudaStreamWaitEvent(b, event, 0)); /* never recorded: nothing to wait for */
    OK(cudaEventSynchronize(event));
    OK(cudaEventQuery(event));
    t_add(x, 1, N, a);
    OK(cudaEventRecord(event, a));
    OK(cudaStreamWaitEvent(b, event, 0));
    t_add(x, 1, N, a); /* not part of it */
    OK(cudaEventRecord(event, a));
    OK(cudaStreamSynchronize(b));
    OK(cudaMemcpyAsync(out, x, BYTES, cudaMemcpyDeviceToHost, b));
    OK(cudaStreamSynchronize(b));
    CHECK(out[0] == 2);
    OK(cudaEventDestroy(event)); /* what was recorded goes on */
    OK(cudaStreamDestroy(a));
    OK(cudaDeviceSynchronize());
    CHECK_INT(wki_emu_live().queued, 0);
    fetch(out, x, BYTES);
    CHECK(out[0] == 3);
    OK(cudaStreamDestroy(b));
    OK(cudaFreeHost(out));
    OK(cudaFree(x));
}

TEST(streams, answer_queries_and_come_to_an_end)
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        float *x = ones(1);
        cudaStream_t stream = new_stream();
        cudaEvent_t event = new_event();
        for (int i = 0; i < 20; i++) t_add(x, 1, N, stream);
        OK(cudaEventRecord(event, stream));
        if (!seed) CHECK_SAYS(cudaErrorNotReady, cudaEventQuery(event));
        int asked = 0;
        while (cudaEventQuery(event) == cudaErrorNotReady) CHECK(asked++ < 500);
        while (cudaStreamQuery(stream) == cudaErrorNotReady) CHECK(asked++ < 500);
        cudaGetLastError();
        CHECK_INT(wki_emu_live().queued, 0);
        OK(cudaEventDestroy(event));
        OK(cudaStreamDestroy(stream));
        OK(cudaFree(x));
    }
}

TEST(streams, the_legacy_stream_waits_for_blocking_streams_and_they_for_it)
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        wki_emu_seed(seed);
        float *x = ones(1), got[N];
        cudaStream_t stream;
        OK(cudaStreamCreate(&stream));
        t_add(x, 1, N, stream);
        t_scale(x, x, 10, N, NULL);
        t_add(x, 1, N, stream);
        OK(cudaStreamSynchronize(stream));
        fetch(got, x, BYTES);
        CHECK(got[0] == 21);
        OK(cudaStreamDestroy(stream));
        OK(cudaFree(x));
    }
}

TEST(streams, take_no_more_than_they_hold)
{
    float *x = ones(0), got[N];
    cudaStream_t stream = new_stream();
    for (int i = 0; i < 5000; i++) t_add(x, 1, N, stream);
    CHECK(wki_emu_live().queued <= 1100);
    OK(cudaStreamSynchronize(stream));
    fetch(got, x, BYTES);
    CHECK(got[0] == 5000);
    OK(cudaStreamDestroy(stream));
    OK(cudaFree(x));
}

TEST(streams, measure_time_between_events)
{
    float *x = ones(0), ms = -1;
    cudaEvent_t start, end, untimed = new_event();
    OK(cudaEventCreate(&start));
    OK(cudaEventCreate(&end));
    OK(cudaEventRecord(start, NULL));
    for (int i = 0; i < 100; i++) t_add(x, 1, N, NULL);
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, end));
    OK(cudaEventRecord(end, NULL));
    CHECK_SAYS(cudaErrorNotReady, cudaEventElapsedTime(&ms, start, end));
    OK(cudaEventSynchronize(end));
    OK(cudaEventElapsedTime(&ms, start, end));
    CHECK(ms > 0 && ms < 10000);
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, untimed));
    OK(cudaEventDestroy(start));
    OK(cudaEventDestroy(end));
    OK(cudaEventDestroy(untimed));
    OK(cudaFree(x));
}

TEST(streams, refuse_handles_that_are_none)
{
    float *x = ones(0);
    cudaStream_t stream = new_stream(), gone = stream;
    OK(cudaStreamDestroy(stream));
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(gone));
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaStreamDestroy(gone));
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaEventRecord((cudaEvent_t)x, NULL));
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaEventDestroy((cudaEvent_t)x));
    CHECK_SAYS(cudaErrorInvalidResourceHandle, cudaMemcpyAsync(x, x, 4, cudaMemcpyDeviceToDevice, gone));
    CHECK_SAYS(cudaErrorInvalidValue, cudaStreamCreateWithFlags(&stream, 8));
    OK(cudaFree(x));
}

/* Does the process end when the host does this? */
static bool dies(void (*what)(volatile float *), float *at)
{
    pid_t child = fork();
    if (!child) {
        close(2);
        what(at);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}
static void reads(volatile float *at) { (void)at[0]; }
static void writes(volatile float *at) { at[1] = 1; }
static void nothing(volatile float *at) { (void)at; }

TEST(memory, of_the_device_faults_on_the_host)
{
    float *x = ones(1);
    CHECK(dies(reads, x));
    CHECK(dies(writes, x));
    t_add(x, 1, N, NULL);
    OK(cudaDeviceSynchronize());
    CHECK(dies(reads, x));
    CHECK(!dies(nothing, x));
    OK(cudaFree(x));
    CHECK(dies(reads, x));
}

TEST(memory, is_full_of_nans_and_never_at_the_same_place_twice)
{
    unsigned got[4];
    void *first = on_device(NULL, 20 << 20);
    fetch(got, (char *)first + (19 << 20), sizeof got);
    CHECK(got[0] == 0xffffffffu && got[3] == 0xffffffffu);
    OK(cudaFree(first));
    for (int i = 0; i < 100; i++) {
        void *next = on_device(NULL, 1000);
        CHECK(next != first && (size_t)next % 256 == 0);
        OK(cudaFree(next));
    }
    CHECK_SAYS(cudaErrorInvalidValue, cudaFree(first));
    CHECK_SAYS(cudaErrorInvalidValue, cudaFree(got));
}

TEST(memory, runs_out_at_the_set_size)
{
    size_t left, total;
    void *a, *b = NULL;
    wki_emu_memory(1 << 20);
    OK(cudaMemGetInfo(&left, &total));
    CHECK(left == 1 << 20 && total == 1 << 20);
    OK(cudaMalloc(&a, 700000));
    CHECK_SAYS(cudaErrorMemoryAllocation, cudaMalloc(&b, 700000));
    CHECK(!b);
    CHECK_SAYS(cudaErrorMemoryAllocation, cudaMalloc(&b, (size_t)-1));
    OK(cudaMemGetInfo(&left, &total));
    CHECK(left < (1 << 20) - 700000 && left > (1 << 20) - 701000);
    OK(cudaSetDevice(1)); /* has memory of its own */
    OK(cudaMalloc(&b, 700000));
    OK(cudaFree(b));
    OK(cudaSetDevice(0));
    OK(cudaFree(a));
    OK(cudaMalloc(&a, 1 << 20));
    OK(cudaFree(a));
    OK(cudaMalloc(&a, 0));
    CHECK(!a);
    OK(cudaFree(a));
}

TEST(memory, copies_stay_within_allocations_and_kinds)
{
    float *x = ones(1), *y = ones(2), *fixed = pinned(BYTES), host[N + 1] = { 0 };
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(x, host, BYTES + 4, cudaMemcpyHostToDevice));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(x + 1, host, BYTES, cudaMemcpyHostToDevice));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(x, host, BYTES, cudaMemcpyDeviceToDevice));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(x, y, BYTES, cudaMemcpyHostToDevice));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(x, y, BYTES, cudaMemcpyDeviceToHost));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(host, x, BYTES, cudaMemcpyHostToHost));
    CHECK_SAYS(cudaErrorInvalidMemcpyDirection, cudaMemcpy(x, y, BYTES, (enum cudaMemcpyKind)7));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpy(fixed + 1, x, BYTES, cudaMemcpyDeviceToHost));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemset(x, 0, BYTES + 1));
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemset(host, 0, 4));
    OK(cudaMemcpy(x, y, BYTES, cudaMemcpyDefault));
    OK(cudaMemcpy(fixed, x, BYTES, cudaMemcpyDefault));
    CHECK(fixed[N - 1] == 2);
    OK(cudaMemset(x, 0, BYTES / 2));
    OK(cudaMemcpy(host, x, BYTES, cudaMemcpyDeviceToHost));
    CHECK(host[0] == 0 && host[N / 2 - 1] == 0 && host[N / 2] == 2);
    OK(cudaFreeHost(fixed));
    CHECK_SAYS(cudaErrorInvalidValue, cudaFreeHost(fixed));
    OK(cudaFree(x));
    OK(cudaFree(y));
}

TEST(memory, pointers_tell_where_they_are)
{
    struct cudaPointerAttributes is;
    float *x = ones(1), *fixed = pinned(16), host;
    OK(cudaPointerGetAttributes(&is, x + 3));
    CHECK(is.type == cudaMemoryTypeDevice && is.device == 0 && is.devicePointer == x + 3 && !is.hostPointer);
    OK(cudaPointerGetAttributes(&is, fixed));
    CHECK(is.type == cudaMemoryTypeHost && is.hostPointer == fixed);
    OK(cudaPointerGetAttributes(&is, &host));
    CHECK(is.type == cudaMemoryTypeUnregistered && !is.devicePointer);
    OK(cudaFreeHost(fixed));
    OK(cudaFree(x));
}

TEST(devices, are_two_with_properties)
{
    int count = 0, device = -1, value = 0;
    struct cudaDeviceProp prop;
    OK(cudaGetDeviceCount(&count));
    CHECK_INT(count, 2);
    CHECK_SAYS(cudaErrorInvalidDevice, cudaSetDevice(2));
    CHECK_SAYS(cudaErrorInvalidDevice, cudaGetDeviceProperties(&prop, -1));
    OK(cudaGetDeviceProperties(&prop, 1));
    CHECK(prop.name[0] && prop.major == 9 && prop.warpSize == 32 && prop.maxThreadsPerBlock == 1024 &&
          prop.multiProcessorCount > 0);
    OK(cudaDeviceGetAttribute(&value, cudaDevAttrComputeCapabilityMajor, 0));
    CHECK_INT(value, prop.major);
    CHECK_SAYS(cudaErrorInvalidValue, cudaDeviceGetAttribute(&value, (enum cudaDeviceAttr)9999, 0));
    OK(cudaSetDevice(1));
    OK(cudaGetDevice(&device));
    CHECK_INT(device, 1);
    OK(cudaRuntimeGetVersion(&value));
    CHECK_INT(value, 13000);
    CHECK(!strcmp(cudaGetErrorName(cudaErrorNotReady), "cudaErrorNotReady") &&
          strstr(cudaGetErrorString(cudaErrorMemoryAllocation), "memory"));
}

TEST(devices, copy_from_one_to_the_other)
{
    float *x = ones(4), got[N];
    OK(cudaSetDevice(1));
    float *y = ones(0);
    OK(cudaMemcpyPeerAsync(y, 1, x, 0, BYTES, NULL));
    OK(cudaDeviceSynchronize());
    fetch(got, y, BYTES);
    CHECK(got[0] == 4);
    CHECK_SAYS(cudaErrorInvalidValue, cudaMemcpyPeerAsync(y, 0, x, 1, BYTES, NULL));
    CHECK_SAYS(cudaErrorInvalidDevice, cudaMemcpyPeerAsync(y, 1, x, 5, BYTES, NULL));
    OK(cudaFree(x));
    OK(cudaFree(y));
}

TEST(errors, that_a_test_plans_come_at_the_nth_call)
{
    void *at[3];
    float *x = ones(1);
    wki_emu_fail(WKI_EMU_FAIL_MALLOC, 3, cudaErrorMemoryAllocation);
    OK(cudaMalloc(&at[0], 4));
    OK(cudaMallocHost(&at[1], 4));
    CHECK_SAYS(cudaErrorMemoryAllocation, cudaMalloc(&at[2], 4));
    CHECK_SAYS(cudaErrorMemoryAllocation, cudaGetLastError());
    OK(cudaMalloc(&at[2], 4));
    OK(cudaFree(at[0]));
    OK(cudaFreeHost(at[1]));
    OK(cudaFree(at[2]));
    unsigned long before = wki_emu_count(WKI_EMU_FAIL_LAUNCH);
    wki_emu_fail(WKI_EMU_FAIL_LAUNCH, 2, cudaErrorLaunchOutOfResources - 1 + 100);
    t_add(x, 1, N, NULL);
    OK(cudaGetLastError());
    t_add(x, 1, N, NULL);
    CHECK_SAYS((cudaError_t)800, cudaGetLastError());
    t_add(x, 1, N, NULL);
    OK(cudaGetLastError());
    CHECK_INT(wki_emu_count(WKI_EMU_FAIL_LAUNCH) - before, 3);
    wki_emu_fail(WKI_EMU_FAIL_CALL, 1, cudaErrorUnknown);
    CHECK_SAYS(cudaErrorUnknown, cudaDeviceSynchronize());
    OK(cudaDeviceSynchronize());
    OK(cudaFree(x));
}

TEST(errors, of_the_device_stay_and_drop_what_was_queued)
{
    float *x = ones(1), got[N];
    cudaStream_t stream = new_stream();
    t_add(x, 1, N, stream);
    wki_emu_fail(WKI_EMU_FAIL_LAUNCH, 1, cudaErrorLaunchFailure);
    t_add(x, 1, N, stream);
    CHECK_SAYS(cudaErrorLaunchFailure, cudaGetLastError());
    CHECK_SAYS(cudaErrorLaunchFailure, cudaStreamSynchronize(stream));
    CHECK_SAYS(cudaErrorLaunchFailure, cudaMemcpy(got, x, BYTES, cudaMemcpyDeviceToHost));
    CHECK_SAYS(cudaErrorLaunchFailure, cudaStreamDestroy(stream)); /* gone all the same */
    CHECK_INT(wki_emu_live().streams, 0);
    OK(cudaSetDevice(1));
    OK(cudaDeviceSynchronize());
    OK(cudaSetDevice(0));
    wki_emu_reset();
    fetch(got, x, BYTES);
    CHECK(got[0] == 1);
    OK(cudaFree(x));
}

static void *look_at_errors(void *unused)
{
    (void)unused;
    return (void *)(size_t)cudaGetLastError();
}

TEST(errors, that_do_not_stay_are_the_thread_s_own)
{
    pthread_t thread;
    void *other;
    CHECK_SAYS(cudaErrorInvalidValue, cudaFree((void *)&thread));
    pthread_create(&thread, NULL, look_at_errors, NULL);
    pthread_join(thread, &other);
    CHECK_INT((size_t)other, cudaSuccess);
    CHECK_SAYS(cudaErrorInvalidValue, cudaPeekAtLastError());
    CHECK_SAYS(cudaErrorInvalidValue, cudaGetLastError());
    OK(cudaGetLastError());
}

/* A loader's thread copies batches into two slots while this one uses them. */
typedef struct {
    cudaStream_t copies;
    cudaEvent_t full[2], free[2];
    float *slot[2], *fixed[2];
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int filled, used;
} loader;
enum { BATCHES = 50 };

static void *load(void *arg)
{
    loader *l = arg;
    for (int i = 0; i < BATCHES; i++) {
        int s = i % 2;
        pthread_mutex_lock(&l->lock);
        while (l->filled - l->used == 2) pthread_cond_wait(&l->moved, &l->lock);
        pthread_mutex_unlock(&l->lock);
        if (i >= 2) OK(cudaEventSynchronize(l->full[s])); /* the pinned slot has been read */
        for (int k = 0; k < N; k++) l->fixed[s][k] = (float)i;
        OK(cudaStreamWaitEvent(l->copies, l->free[s], 0));
        OK(cudaMemcpyAsync(l->slot[s], l->fixed[s], BYTES, cudaMemcpyHostToDevice, l->copies));
        OK(cudaEventRecord(l->full[s], l->copies));
        pthread_mutex_lock(&l->lock);
        l->filled++;
        pthread_cond_signal(&l->moved);
        pthread_mutex_unlock(&l->lock);
    }
    return NULL;
}

static void use(loader *l, float *sum, cudaStream_t work)
{
    for (int i = 0; i < BATCHES; i++) {
        int s = i % 2;
        pthread_mutex_lock(&l->lock);
        while (l->filled == l->used) pthread_cond_wait(&l->moved, &l->lock);
        pthread_mutex_unlock(&l->lock);
        OK(cudaStreamWaitEvent(work, l->full[s], 0));
        t_sum(l->slot[s], sum + i, N, 1, work);
        OK(cudaEventRecord(l->free[s], work));
        pthread_mutex_lock(&l->lock);
        l->used++;
        pthread_cond_signal(&l->moved);
        pthread_mutex_unlock(&l->lock);
    }
}

TEST(threads, load_and_compute_at_the_same_time)
{
    for (unsigned seed = 0; seed < 8; seed++) {
        wki_emu_seed(seed);
        loader l = { .copies = new_stream(), .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };
        cudaStream_t work = new_stream();
        float *sum = on_device(NULL, BATCHES * sizeof *sum), got[BATCHES];
        for (int s = 0; s < 2; s++) {
            l.full[s] = new_event(), l.free[s] = new_event();
            l.slot[s] = on_device(NULL, BYTES), l.fixed[s] = pinned(BYTES);
        }
        pthread_t thread;
        pthread_create(&thread, NULL, load, &l);
        use(&l, sum, work);
        pthread_join(thread, NULL);
        OK(cudaStreamSynchronize(work));
        fetch(got, sum, sizeof got);
        for (int i = 0; i < BATCHES; i++) CHECK(got[i] == (float)(i * N));
        for (int s = 0; s < 2; s++) {
            OK(cudaEventDestroy(l.full[s]));
            OK(cudaEventDestroy(l.free[s]));
            OK(cudaFree(l.slot[s]));
            OK(cudaFreeHost(l.fixed[s]));
        }
        OK(cudaStreamDestroy(work));
        OK(cudaStreamDestroy(l.copies));
        OK(cudaFree(sum));
    }
}

EMU_TEST_MAIN("emu_runtime")
