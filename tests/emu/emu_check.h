/* What the emulator's own tests use, over Check: TEST(suite, law) as in the rest of the tests, but resting on nothing of wick. Each law starts
 * with a reset emulator and seed 0, in a process of its own, and ends with nothing of the device alive. */
#ifndef EMU_CHECK_H
#define EMU_CHECK_H
#include "cuda_runtime_api.h"
#include "emu_control.h"
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct emu_test {
    TTest law;
    struct emu_test *next;
} emu_test;
static emu_test *emu_tests, **emu_tests_end;
static bool emu_may_leak; /* a law whose device is broken at its end */

static inline void emu_around(void (*law)(void), const char *name, const char *file, int line)
{
    wki_emu_seed(0);
    wki_emu_reset();
    emu_may_leak = false;
    law();
    wki_emu_live_t live = wki_emu_live();
    size_t left = live.device_blocks + live.pinned_blocks + live.streams + live.events + live.graphs + live.graph_execs + live.blas + live.dnn;
    if (left && !emu_may_leak) _ck_assert_failed(file, line, name, "leaves %zu things of the device alive", left);
}

#define TEST(suite, law)                                                                    \
    static void suite##_##law(void);                                                        \
    static void suite##_##law##_run(int i)                                                  \
    {                                                                                       \
        (void)i;                                                                            \
        emu_around(suite##_##law, #law, __FILE__, __LINE__);                                \
    }                                                                                       \
    __attribute__((constructor)) static void suite##_##law##_add(void)                      \
    {                                                                                       \
        static emu_test test = { { #law, suite##_##law##_run, __FILE__, __LINE__ }, NULL }; \
        if (!emu_tests_end) emu_tests_end = &emu_tests;                                     \
        *emu_tests_end = &test;                                                             \
        emu_tests_end = &test.next;                                                         \
    }                                                                                       \
    static void suite##_##law(void)

#define CHECK(...) ck_assert_msg((__VA_ARGS__), "does not hold: %s", #__VA_ARGS__)
#define CHECK_INT(a, b)                                                                            \
    do {                                                                                           \
        long long a_ = (long long)(a), b_ = (long long)(b);                                        \
        ck_assert_msg(a_ == b_, "%s is %lld, not %lld", #a, a_, b_);                               \
    } while (0)
#define CHECK_SAYS(error, call)                                                                    \
    do {                                                                                           \
        cudaError_t got_ = (call), want_ = (error);                                                \
        ck_assert_msg(got_ == want_, "%s: %s, not %s", #call, cudaGetErrorName(got_), cudaGetErrorName(want_)); \
    } while (0)
#define OK(call) CHECK_SAYS(cudaSuccess, call)

#define EMU_TEST_MAIN(title)                                                                \
    int main(void)                                                                          \
    {                                                                                       \
        Suite *suite = suite_create(title);                                                 \
        TCase *laws = tcase_create("laws");                                                 \
        tcase_set_timeout(laws, 300);                                                       \
        suite_add_tcase(suite, laws);                                                       \
        for (emu_test *test = emu_tests; test; test = test->next) {                         \
            const char *only = getenv("CK_RUN_CASE");                                       \
            if (!only || !strcmp(only, test->law.name)) tcase_add_test(laws, &test->law);   \
        }                                                                                   \
        unsetenv("CK_RUN_CASE");                                                            \
        SRunner *runner = srunner_create(suite);                                            \
        srunner_run_all(runner, CK_NORMAL);                                                 \
        int failed = srunner_ntests_failed(runner);                                         \
        srunner_free(runner);                                                               \
        return failed ? 1 : 0;                                                              \
    }

static inline cudaStream_t new_stream(void)
{
    cudaStream_t stream = NULL;
    OK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    return stream;
}
static inline cudaEvent_t new_event(void)
{
    cudaEvent_t event = NULL;
    OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    return event;
}
static inline void *on_device(const void *from, size_t size)
{
    void *at = NULL;
    OK(cudaMalloc(&at, size));
    if (from) OK(cudaMemcpy(at, from, size, cudaMemcpyHostToDevice));
    return at;
}
static inline void *pinned(size_t size)
{
    void *at = NULL;
    OK(cudaMallocHost(&at, size));
    return at;
}
static inline void fetch(void *to, const void *from, size_t size) { OK(cudaMemcpy(to, from, size, cudaMemcpyDeviceToHost)); }

/* A fault's word on stderr is expected, and kept from it. */
static inline void check_fault(cudaStream_t stream, cudaError_t error, const char *kernel, const char *says)
{
    CHECK_SAYS(error, cudaStreamSynchronize(stream));
    const char *text = wki_emu_last_fault();
    ck_assert_msg(strstr(text, kernel) && strstr(text, says), "the fault says \"%s\", without \"%s\" or \"%s\"", text, kernel, says);
}
#endif
