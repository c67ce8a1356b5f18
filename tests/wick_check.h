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
 * no error pending and as many live objects as there were before. CK_RUN_SUITE and CK_RUN_CASE choose. */
#ifndef WICK_CHECK_H
#define WICK_CHECK_H
#include "wick/base.h"
#include "wick/cuda.h"
#include "wick/tensor.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct wick_test {
    const char *suite;
    TTest law;
    struct wick_test *next;
} wick_test;

/* Weak: the test files of one program share these. */
__attribute__((weak)) wick_test *wick_tests, **wick_tests_end;
__attribute__((weak)) wk_scope *wick_test_scope;
__attribute__((weak)) wk_device wick_test_device;

static inline void wick_test_add(wick_test *test)
{
    if (!wick_tests_end) wick_tests_end = &wick_tests;
    *wick_tests_end = test;
    wick_tests_end = &test->next;
}

static inline void wick_test_around(void (*law)(void), const char *name, const char *file, int line)
{
    if (wick_test_scope) wk_scope_close(wick_test_scope); /* left by a test that failed, where tests share a process */
    wk_error_clear();
    const int64_t before = wk_live_objects();
    wick_test_scope = wk_scope_open(name);
    const char *device = getenv("WK_DEVICE"); /* where laws make their tensors: "cuda" */
    if (device && wk_device_by_name(device, &wick_test_device) == WK_OK) wk_set_device(wick_test_device);
    law();
    wk_scope_close(wick_test_scope);
    wick_test_scope = NULL;
    const int64_t left = wk_live_objects() - before;
    if (wk_failed()) _ck_assert_failed(file, line, name, "ends with an error pending: %s", wk_error_text());
    if (left != 0) _ck_assert_failed(file, line, name, "leaves %lld objects alive", (long long)left);
}

#define TEST(suite, law)                                                                                               \
    static void suite##_##law(void);                                                                                   \
    static void suite##_##law##_run(int i)                                                                             \
    {                                                                                                                  \
        (void)i;                                                                                                       \
        wick_test_around(suite##_##law, #law, __FILE__, __LINE__);                                                     \
    }                                                                                                                  \
    __attribute__((constructor)) static void suite##_##law##_add(void)                                                 \
    {                                                                                                                  \
        static wick_test test = { #suite, { #law, suite##_##law##_run, __FILE__, __LINE__ }, NULL };                   \
        wick_test_add(&test);                                                                                          \
    }                                                                                                                  \
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

static inline void wick_check_error(wk_status code, const char *const *parts, const char *file, int line)
{
    if (wk_error() != code)
        _ck_assert_failed(file, line, "error code", "expected \"%s\", got \"%s\": %s", wk_status_text(code),
                          wk_status_text(wk_error()), wk_error_text());
    for (; *parts; parts++)
        if (!strstr(wk_error_text(), *parts))
            _ck_assert_failed(file, line, "error text", "\"%s\" does not tell \"%s\"", wk_error_text(), *parts);
    wk_error_clear();
}

/* The elements of t on the CPU, if need be of a copy, which lives in the innermost scope. */
static inline const void *host_data(const wk_tensor *t)
{
    WK_NO_GRAD(reading);
    return wk_data(wk_to_device((wk_tensor *)(uintptr_t)t, WK_CPU));
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
