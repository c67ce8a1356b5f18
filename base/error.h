/* The thread's error record. The first error stays until wk_error_clear. Message grammar, "where: what; what was expected":
 * "mm: inner sizes differ (a [32, 1000], b [100, 2]); a's last must equal b's first". */
#ifndef WKI_ERROR_H
#define WKI_ERROR_H
#include "wick/base.h"
#include <stdarg.h>

/* Records "where: message" unless an error is pending; returns code. Never allocates. */
WK_API wk_status wki_fail(wk_status code, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
wk_status wki_fail_list(wk_status code, const char *where, const char *format, va_list arguments);

/* The pending error begins with `to` where it began with `from`: a kernel's name, or an inner call's. */
void wki_error_rename(const char *from, const char *to);
WK_API void wki_error_within(const char *place); /* puts "place: " before a pending error */

/* An error carried between threads: a worker takes its own, the owner raises it. */
typedef struct wki_error {
    wk_status code;
    char text[512];
} wki_error;
WK_API void wki_error_take(wki_error *out);         /* moves the thread's error into out and clears it */
WK_API wk_status wki_error_raise(const wki_error *error);

/* Hides a pending error while cleaning up or probing, and puts it back. */
wki_error *wki_error_of_thread(void);

/* wki_check(cond, value, code, where, ...): returns value from the calling function unless cond holds */
#define wki_check(condition, value, code, where, ...)                                                                  \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0)) {                                                                       \
            wki_fail(code, where, __VA_ARGS__);                                                                        \
            return value;                                                                                              \
        }                                                                                                              \
    } while (0)

/* A NULL argument with no error pending is an error itself: wk_mul(wk_grad(w), x) must not vanish silently. */
WK_API void wki_null_argument(const char *where, const char *argument);

WK_API void wki_log(wk_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "did you mean": the candidate nearest to word (edit distance at most a third of its length, at least 1), or NULL. */
WK_API const char *wki_nearest(const char *word, const char *const *candidates, int n);
#endif
