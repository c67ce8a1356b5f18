/* A log as JSON lines: {"step":7,"loss":0.25}. What is not finite is null, and named in "nonfinite". */
#include "base/error.h"
#include "base/options.h"
#include "train/logger.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static wk_status put_string(wk_logger *log, const char *text)
{
    wk_status status = wki_log_put(log, "\"", 1);
    for (const char *c = text; *c && !status; c++) {
        if (*c == '"' || *c == '\\')
            status = wki_log_printf(log, "\\%c", *c);
        else if ((unsigned char)*c < 32)
            status = wki_log_printf(log, "\\u%04x", (unsigned)*c);
        else
            status = wki_log_put(log, c, 1);
    }
    return status ? status : wki_log_put(log, "\"", 1);
}

static wk_status put_number(wk_logger *log, double value)
{
    char text[WKI_DOUBLE_TEXT];
    const char *shown = isfinite(value) ? wki_double_exact(value, text) : "null";
    return wki_log_put(log, shown, strlen(shown));
}

static wk_status put_member(wk_logger *log, const char *name, double value)
{
    if (wki_log_put(log, ",", 1) || put_string(log, name) || wki_log_put(log, ":", 1)) return wk_error();
    return put_number(log, value);
}

static wk_status put_nonfinite(wk_logger *log, const wk_scalar_value *s, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++) {
        if (isfinite(s[i].value)) continue;
        if (wki_log_printf(log, any ? "," : ",\"nonfinite\":[") || put_string(log, s[i].name)) return wk_error();
        any = true;
    }
    return any ? wki_log_put(log, "]", 1) : WK_OK;
}

static wk_status scalars(wk_logger *log, int64_t step, const wk_scalar_value *s, int n)
{
    if (wki_log_printf(log, "{\"step\":%lld", (long long)step)) return wk_error();
    for (int i = 0; i < n; i++)
        if (put_member(log, s[i].name, s[i].value)) return wk_error();
    return put_nonfinite(log, s, n) ? wk_error() : wki_log_put(log, "}\n", 2);
}

static wk_status text(wk_logger *log, int64_t step, const char *name, const char *words)
{
    if (wki_log_printf(log, "{\"step\":%lld,", (long long)step) || put_string(log, name) || wki_log_put(log, ":", 1))
        return wk_error();
    return put_string(log, words) ? wk_error() : wki_log_put(log, "}\n", 2);
}

static wk_status histogram(wk_logger *log, int64_t step, const char *name, const wki_histogram *h)
{
    if (wki_log_printf(log, "{\"step\":%lld,", (long long)step) || put_string(log, name) ||
        wki_log_printf(log, ":{\"count\":%lld", (long long)h->count) || put_member(log, "min", h->min) ||
        put_member(log, "max", h->max) || put_member(log, "sum", h->sum) || wki_log_printf(log, ",\"right\":["))
        return wk_error();
    for (int i = 0; i < h->bins; i++)
        if ((i && wki_log_put(log, ",", 1)) || put_number(log, h->right[i])) return wk_error();
    if (wki_log_printf(log, "],\"bins\":[")) return wk_error();
    for (int i = 0; i < h->bins; i++)
        if ((i && wki_log_put(log, ",", 1)) || put_number(log, h->in[i])) return wk_error();
    return wki_log_put(log, "]}}\n", 4);
}

static bool keep(void *user, const char *line, size_t n)
{
    static const char start[] = "{\"step\":";
    const size_t length = sizeof start - 1;
    return n <= length || memcmp(line, start, length) || strtoll(line + length, NULL, 10) < *(const int64_t *)user;
}

static wk_status resume(wk_logger *log, int64_t step) { return wki_log_keep_lines(log, keep, &step); }

static const wki_log_kind jsonl = { .name = "jsonl",
                                    .where = "logger_jsonl",
                                    .taken = { "step", "nonfinite" },
                                    .resume = resume,
                                    .scalars = scalars,
                                    .text = text,
                                    .histogram = histogram };

wk_logger *wk_logger_jsonl(const char *path) { return wki_log_new(&jsonl, path); }
