/* Logs: rows gather in memory and go to the file twice a second at most, so that a step may be logged each time. */
#include "train/logger.h"
#include "autograd/tensor.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "io/json.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FULL = 64 * 1024, WAITING = 16 << 20 /* for a disk that takes them, at most */, LONGEST = 1 << 30 };
static const double PATIENCE = 0.5; /* seconds */

double wki_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static wk_status write_out(wk_logger *log)
{
    if (!log->used) return WK_OK;
    bool whole = false;
    wk_status status = wki_file_append(log->path, log->buffer, log->used, &whole, log->kind->where);
    if (!status || !whole || log->used > WAITING) log->used = 0; /* the file would repeat what did arrive */
    log->written = wki_seconds();
    return status;
}

static void log_destroy(void *object)
{
    wk_logger *log = object;
    if (log->used) write_out(log);
    if (log->state && log->kind->destroy) log->kind->destroy(log->state);
    wki_free(log->state);
    wki_free(log->buffer);
    wki_free(log->path);
}

static const wki_type log_type = { "logger", sizeof(wk_logger), log_destroy };

wk_logger *wki_log_new(const wki_log_kind *kind, const char *path)
{
    wki_check(path && *path, NULL, WK_E_INVALID, kind->where, "path is %s; a file's name is needed",
              path ? "empty" : "NULL");
    wk_logger *log = wki_object_new(&log_type, kind->where);
    if (!log) return NULL;
    log->kind = kind;
    log->path = wki_strdup(path);
    log->state = wki_alloc(kind->state_size ? kind->state_size : 1);
    if (log->path && log->state) return log;
    wki_object_unref(log);
    return NULL;
}

wk_status wki_log_put(wk_logger *log, const void *from, size_t bytes)
{
    char *buffer = wki_grow_bytes(log->buffer, log->used, bytes, &log->room);
    if (!buffer) return WK_E_MEMORY;
    log->buffer = buffer;
    if (bytes) memcpy(log->buffer + log->used, from, bytes);
    log->used += bytes;
    return WK_OK;
}

wk_status wki_log_printf(wk_logger *log, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    wki_check(n >= 0 && n < (int)sizeof text, WK_E_INVALID, WK_E_INVALID, log->kind->where,
              "a name is longer than %zu bytes", sizeof text - 100);
    return wki_log_put(log, text, (size_t)n);
}

typedef struct kept_lines {
    wki_writer *out;
    bool (*keep)(void *user, const char *line, size_t n);
    void *user;
} kept_lines;

static wk_status copy_lines(const kept_lines *k, const char *at, const char *end)
{
    wk_status status = WK_OK;
    while (at < end && status == WK_OK) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) break; /* a torn last row */
        if (k->keep(k->user, at, (size_t)(stop - at))) status = wki_writer_put(k->out, at, (size_t)(stop + 1 - at));
        at = stop + 1;
    }
    return status;
}

wk_status wki_log_keep_lines(wk_logger *log, bool (*keep)(void *user, const char *line, size_t n), void *user)
{
    size_t bytes = 0;
    char *text = wki_file_slurp(log->path, LONGEST, &bytes, log->kind->where);
    if (!text && wk_error() == WK_E_NOT_FOUND) {
        wk_error_clear();
        return WK_OK;
    }
    if (!text) return wk_error();
    kept_lines k = { wki_writer_new(log->path, log->kind->where), keep, user };
    wk_status status = k.out ? copy_lines(&k, text, text + bytes) : wk_error();
    wki_free(text);
    if (status == WK_OK) return wki_writer_commit(k.out);
    wki_writer_abandon(k.out);
    return status;
}

/* ---- What users call ---- */

static bool log_ok(wk_logger *log, const char *where)
{
    return !wk_failed() && wki_object_check(log, &log_type, where, "log");
}

static wk_status begin(wk_logger *log)
{
    bool made;
    if (log->begun) return WK_OK;
    if (wki_file_start(log->path, false, &made, log->kind->where)) return wk_error();
    log->begun = true;
    log->written = wki_seconds();
    return log->kind->begin ? log->kind->begin(log) : WK_OK;
}

static wk_status end_row(wk_logger *log, wk_status status, size_t start)
{
    if (status) {
        log->used = start; /* half a row is none */
        return status;
    }
    return log->used > FULL || wki_seconds() - log->written > PATIENCE ? write_out(log) : WK_OK;
}

wk_status wk_logger_resume(wk_logger *log, int64_t step)
{
    if (!log_ok(log, "logger_resume")) return wk_error();
    wki_check(!log->begun, WK_E_STATE, WK_E_STATE, "logger_resume", "%s has rows of this run already", log->path);
    if (log->kind->resume(log, step)) return wk_error();
    log->begun = true;
    return WK_OK;
}

static wk_status name_ok(const wk_logger *log, const char *where, const char *name)
{
    const char *const *taken = log->kind->taken;
    wki_check(name && *name, WK_E_INVALID, WK_E_INVALID, where, "a name is %s", name ? "empty" : "NULL");
    wki_check(wki_utf8_ok(name, strlen(name)), WK_E_INVALID, WK_E_INVALID, where, "a name is not UTF-8");
    for (const char *c = name; *c; c++)
        wki_check((unsigned char)*c >= 32, WK_E_INVALID, WK_E_INVALID, where, "'%.40s' has a control character", name);
    for (int i = 0; i < 2 && taken[i]; i++)
        wki_check(WKI_FAULT(246) || strcmp(name, taken[i]), WK_E_INVALID, WK_E_INVALID, where,
                  "'%s' is a name that %s logs use themselves; another one is needed", name, log->kind->name);
    return WK_OK;
}

static wk_status names_ok(const wk_logger *log, const wk_scalar_value *s, int n)
{
    for (int i = 0; i < n; i++) {
        if (name_ok(log, "logger_scalars", s[i].name)) return wk_error();
        for (int k = 0; k < i; k++)
            wki_check(strcmp(s[k].name, s[i].name), WK_E_INVALID, WK_E_INVALID, "logger_scalars",
                      "'%.40s' is named twice in a row", s[i].name);
    }
    return WK_OK;
}

wk_status wk_logger_scalars(wk_logger *log, int64_t step, const wk_scalar_value *scalars, int n)
{
    if (!log_ok(log, "logger_scalars")) return wk_error();
    wki_check(scalars && n > 0, WK_E_INVALID, WK_E_INVALID, "logger_scalars", "no values were given");
    if (names_ok(log, scalars, n) || begin(log)) return wk_error();
    const size_t start = log->used;
    return end_row(log, log->kind->scalars(log, step, scalars, n), start);
}

wk_status wk_logger_text(wk_logger *log, int64_t step, const char *name, const char *text)
{
    if (!log_ok(log, "logger_text") || name_ok(log, "logger_text", name)) return wk_error();
    wki_check(text && wki_utf8_ok(text, strlen(text)), WK_E_INVALID, WK_E_INVALID, "logger_text", "text is %s",
              text ? "not UTF-8" : "NULL");
    wki_check(log->kind->text, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "logger_text", "a %s log holds numbers alone",
              log->kind->name);
    if (begin(log)) return wk_error();
    const size_t start = log->used;
    return end_row(log, log->kind->text(log, step, name, text), start);
}

/* Thirty bins of equal width between the smallest and the largest finite element. */
static wk_status measure(wk_tensor *t, wki_histogram *h)
{
    WK_SCOPE(work);
    WK_NO_GRAD(reading);
    wk_tensor *all = wki_on_cpu(wk_to(t, WK_F64));
    if (!all) return wk_error();
    const double *x = wk_data(all);
    *h = (wki_histogram){ .min = (double)INFINITY, .max = -(double)INFINITY, .bins = 30 };
    for (int64_t i = 0; i < wk_numel(all); i++) {
        if (!isfinite(x[i])) continue;
        h->count++;
        h->sum += x[i];
        h->sum_squares += x[i] * x[i];
        h->min = fmin(h->min, x[i]);
        h->max = fmax(h->max, x[i]);
    }
    if (!h->count) h->min = h->max = 0;
    const double scale =
        WKI_FAULT(233) || isfinite(h->max - h->min) ? 1 : 0.5; /* numbers may lie farther apart than one can be large */
    const double width = (scale * h->max - scale * h->min) / h->bins;
    if (!(width > 0)) h->bins = 1;
    for (int b = 0; b < h->bins; b++) h->right[b] = b == h->bins - 1 ? h->max : h->min + width / scale * (b + 1);
    for (int64_t i = 0; i < wk_numel(all); i++) {
        if (!isfinite(x[i])) continue;
        const int b = h->bins > 1 ? (int)((scale * x[i] - scale * h->min) / width) : 0;
        h->in[b < h->bins ? b : h->bins - 1]++;
    }
    return WK_OK;
}

wk_status wk_logger_histogram(wk_logger *log, int64_t step, const char *name, wk_tensor *t)
{
    if (!log_ok(log, "logger_histogram") || name_ok(log, "logger_histogram", name)) return wk_error();
    if (!wki_tensor_ok(t, "logger_histogram", "t")) return wk_error();
    wki_check(log->kind->histogram, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "logger_histogram",
              "a %s log holds numbers alone", log->kind->name);
    wki_histogram h;
    if (measure(t, &h) || begin(log)) return wk_error();
    const size_t start = log->used;
    return end_row(log, log->kind->histogram(log, step, name, &h), start);
}

wk_status wk_logger_flush(wk_logger *log) { return log_ok(log, "logger_flush") ? write_out(log) : wk_error(); }
const char *wk_logger_path(const wk_logger *log)
{
    return wki_object_check(log, &log_type, "logger_path", "log") ? log->path : NULL;
}
