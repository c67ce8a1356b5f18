/* Logs inside: a kind knows how its rows look; the rest (buffer, file, errors) is the same for all. */
#ifndef WKI_LOGGER_H
#define WKI_LOGGER_H
#include "autograd/op.h"
#include "wick/train.h"

typedef struct wki_histogram {
    double min, max, sum, sum_squares;
    int64_t count;
    int bins;
    double right[64], in[64]; /* right edges and how many */
} wki_histogram;

typedef struct wki_log_kind {
    const char *name, *where; /* "csv", "logger_csv" */
    const char *taken[2];     /* names that a row's own fields have */
    size_t state_size;
    wk_status (*begin)(wk_logger *log);                      /* a new file has been started; may be NULL */
    wk_status (*resume)(wk_logger *log, int64_t step);       /* rows of step and later are void */
    wk_status (*scalars)(wk_logger *log, int64_t step, const wk_scalar_value *s, int n);
    wk_status (*text)(wk_logger *log, int64_t step, const char *name, const char *text);   /* NULL: not in this kind */
    wk_status (*histogram)(wk_logger *log, int64_t step, const char *name, const wki_histogram *h);
    void (*destroy)(void *state);                         /* may be NULL */
} wki_log_kind;

struct wk_logger {
    wki_object object;
    const wki_log_kind *kind;
    char *path;
    char *buffer;
    size_t used, room;
    double written; /* when, in seconds */
    bool begun;     /* the file has been started, or is gone on with */
    void *state;
};

wk_logger *wki_log_new(const wki_log_kind *kind, const char *path);
wk_status wki_log_put(wk_logger *log, const void *from, size_t bytes);
wk_status wki_log_printf(wk_logger *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Rewrites a file of lines: those stay that keep says to. A missing file is an empty one. */
wk_status wki_log_keep_lines(wk_logger *log, bool (*keep)(void *user, const char *line, size_t n), void *user);
double wki_seconds(void); /* since 1970 */
#endif
