/* What every test file uses, over Check. A test's name is the law it proves:
 *
 *   TEST(matmul, refuses_inner_sizes_that_differ)
 *   {
 *       CHECK_NULL(wk_matmul(a, b));
 *       CHECK_ERROR(WK_E_SHAPE, "matmul", "[64, 784]", "[785, 10]");
 *   }
 *   WICK_TEST_MAIN
 *
 * Tests list themselves. Each runs in a scope (and, unless CK_FORK=no, in a process of its own), and must end with
 * no error pending and as many live objects as there were before. CK_RUN_SUITE and CK_RUN_CASE choose.
 *
 * WK_DEVICE=cuda, or cuda-emu for the emulator that WICK_CUDA names, puts what laws make there: they read it by host_data. A file
 * whose subject is the CPU says so and why with WICK_ON_CPU, a law with TEST_ON_CPU. */
#ifndef WICK_CHECK_H
#define WICK_CHECK_H
#include "wick/base.h"
#include "wick/cuda.h"
#include "wick/tensor.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wick_test {
    const char *suite, *cpu_reason;
    TTest law;
    struct wick_test *next;
} wick_test;

/* Weak: the test files of one program share these. */
__attribute__((weak)) wick_test *wick_tests, **wick_tests_end;
__attribute__((weak)) wk_scope *wick_test_scope;
__attribute__((weak)) const char *wick_cpu_reason;

/* At the top of a file: its laws are about the CPU, whatever WK_DEVICE says. tests/CMakeLists.txt looks for it. */
#define WICK_ON_CPU(reason)                                                                                            \
    __attribute__((constructor)) static void wick_on_cpu(void) { wick_cpu_reason = (reason); }

static inline void wick_test_add(wick_test *test)
{
    if (!wick_tests_end) wick_tests_end = &wick_tests;
    *wick_tests_end = test;
    wick_tests_end = &test->next;
}

/* Where laws make their tensors. A device that is not there is a failure: nothing would be tested. */
static inline void wick_test_place(const char *cpu_reason, const char *file, int line)
{
    const char *name = getenv("WK_DEVICE");
    wk_device device = WK_CPU;
    wk_set_device(device); /* where laws share a process */
    if (!name || cpu_reason || wick_cpu_reason) return;
    if (wk_device_by_name(strcmp(name, "cuda-emu") ? name : "cuda", &device) || wk_set_device(device))
        _ck_assert_failed(file, line, "WK_DEVICE", "%s: %s", name, wk_error_text());
}

static inline void wick_test_around(void (*law)(void), const wick_test *test)
{
    if (wick_test_scope) wk_scope_close(wick_test_scope); /* left by a test that failed, where tests share a process */
    wk_error_clear();
    wk_set_autocast_enabled(false);
    wk_set_grad_enabled(true);
    const char *name = test->law.name, *file = test->law.file;
    const int line = test->law.line;
    const int64_t before = wk_live_objects();
    wick_test_scope = wk_scope_open(name);
    wick_test_place(test->cpu_reason, file, line);
    law();
    wk_scope_close(wick_test_scope);
    wick_test_scope = NULL;
    const int64_t left = wk_live_objects() - before;
    if (wk_failed()) _ck_assert_failed(file, line, name, "ends with an error pending: %s", wk_error_text());
    if (left != 0) _ck_assert_failed(file, line, name, "leaves %lld objects alive", (long long)left);
}

#define TEST(suite, law) TEST_ON_CPU(suite, law, NULL)
/* A law that is about the CPU, whatever WK_DEVICE says */
#define TEST_ON_CPU(suite, law, reason)                                                                                \
    static void suite##_##law(void);                                                                                   \
    static void suite##_##law##_run(int i);                                                                            \
    static wick_test suite##_##law##_test = { #suite, reason, { #law, suite##_##law##_run, __FILE__, __LINE__ }, NULL }; \
    static void suite##_##law##_run(int i)                                                                             \
    {                                                                                                                  \
        (void)i;                                                                                                       \
        wick_test_around(suite##_##law, &suite##_##law##_test);                                                        \
    }                                                                                                                  \
    __attribute__((constructor)) static void suite##_##law##_add(void) { wick_test_add(&suite##_##law##_test); }       \
    static void suite##_##law(void)

static inline void wick_check(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        _mark_point(file, line);
    else if (wk_failed())
        _ck_assert_failed(file, line, what, "does not hold; pending error: %s", wk_error_text());
    else
        _ck_assert_failed(file, line, what, "does not hold");
}

static inline void wick_check_near(double a, double b, double tolerance, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= tolerance)
        _mark_point(file, line);
    else
        _ck_assert_failed(file, line, what, "%.17g is not within %g of %.17g", a, tolerance, b);
}

/* What a device finds out of range when it comes to it knows the op, the index and its bounds, and no shapes. */
static inline bool wick_found_late(void)
{
    return wk_error() == WK_E_RANGE && strstr(wk_error_text(), " is out of range on cuda:0; expected ");
}

static inline void wick_check_error(wk_status code, const char *const *parts, const char *file, int line)
{
    if (wk_error() != code)
        _ck_assert_failed(file, line, "error code", "expected \"%s\", got \"%s\": %s", wk_status_text(code),
                          wk_status_text(wk_error()), wk_error_text());
    const bool late = wick_found_late();
    for (int i = 0; parts[i] && !(late && i); i++)
        if (!strstr(wk_error_text(), parts[i]))
            _ck_assert_failed(file, line, "error text", "\"%s\" does not tell \"%s\"", wk_error_text(), parts[i]);
    wk_error_clear();
}

/* The elements of t on the CPU, if need be of a copy, which lives in the innermost scope. */
static inline const void *host_data(const wk_tensor *t)
{
    WK_NO_GRAD(reading);
    return wk_data(wk_to_device((wk_tensor *)(uintptr_t)t, WK_CPU));
}

/* Writes where host_data(t) pointed are to be t's. */
static inline void host_changed(wk_tensor *t, const void *data)
{
    WK_NO_GRAD(writing);
    if (wk_device_of(t) != WK_CPU) wk_write(t, data, (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t)));
}

#define CHECK(condition)  wick_check((condition), #condition, __FILE__, __LINE__)
#define CHECK_NULL(maker) wick_check((maker) == NULL, #maker " == NULL", __FILE__, __LINE__)
#define CHECK_OK()        wick_check(!wk_failed(), "no error is pending", __FILE__, __LINE__)
#define CHECK_NEAR(a, b, tolerance)                                                                                    \
    wick_check_near((double)(a), (double)(b), (tolerance), #a " is near " #b, __FILE__, __LINE__)
/* An error with this code is pending and its text tells each of the strings; clears it. */
#define CHECK_ERROR(code, ...) wick_check_error((code), (const char *const[]){ __VA_ARGS__, NULL }, __FILE__, __LINE__)

static inline Suite *wick_suite_of(SRunner *runner, Suite *latest, const char **name, const wick_test *test)
{
    if (latest && strcmp(*name, test->suite) == 0) return latest;
    *name = test->suite;
    latest = suite_create(test->suite);
    srunner_add_suite(runner, latest);
    return latest;
}

static inline int wick_test_main(void)
{
    const char *device = getenv("WK_DEVICE");
    if (wick_cpu_reason && device && strcmp(device, "cpu")) printf("on the CPU: %s\n", wick_cpu_reason);
    SRunner *runner = srunner_create(NULL);
    Suite *suite = NULL;
    const char *name = NULL;
    for (const wick_test *test = wick_tests; test; test = test->next) {
        TCase *law = tcase_create(test->law.name);
        suite = wick_suite_of(runner, suite, &name, test);
        tcase_add_test(law, &test->law);
        if (!getenv("CK_DEFAULT_TIMEOUT")) tcase_set_timeout(law, 120);
        suite_add_tcase(suite, law);
    }
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define WICK_TEST_MAIN                                                                                                 \
    int main(void) { return wick_test_main(); }
#endif
