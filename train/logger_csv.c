/* A log as CSV: step, then the columns that the first row names. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/options.h"
#include "train/logger.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    char **columns;
    int count;
} table;

static void forget(void *state)
{
    table *t = state;
    for (int i = 0; i < t->count; i++) wki_free(t->columns[i]);
    wki_free(t->columns);
    *t = (table){ 0 };
}

static wk_status put_cell(wk_logger *log, const char *text)
{
    if (!strpbrk(text, ",\"")) return wki_log_put(log, text, strlen(text));
    wk_status status = wki_log_put(log, "\"", 1);
    for (const char *c = text; *c && !status; c++) status = wki_log_put(log, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    return status ? status : wki_log_put(log, "\"", 1);
}

static wk_status put_heading(wk_logger *log, const wk_scalar_value *s, int n)
{
    table *t = log->state;
    t->columns = wki_alloc_array((size_t)n, sizeof *t->columns);
    if (!t->columns || wki_log_put(log, "step", 4)) return wk_error();
    for (; t->count < n; t->count++) {
        if (!(t->columns[t->count] = wki_strdup(s[t->count].name))) return wk_error();
        if (wki_log_put(log, ",", 1) || put_cell(log, s[t->count].name)) return wk_error();
    }
    return wki_log_put(log, "\n", 1);
}

static wk_status names_known(const wk_logger *log, const wk_scalar_value *s, int n)
{
    const table *t = log->state;
    for (int i = 0; i < n; i++) {
        int at = 0;
        while (at < t->count && strcmp(t->columns[at], s[i].name)) at++;
        wki_check(at < t->count, WK_E_INVALID, WK_E_INVALID, "logger_scalars",
                  "%s has no column '%s'; its first row names them all", log->path, s[i].name);
    }
    return WK_OK;
}

/* NaN has no sign here. */
static const char *number_text(double value, char text[WKI_DOUBLE_TEXT])
{
    return isnan(value) ? "nan" : wki_double_exact(value, text);
}

static wk_status put_row(wk_logger *log, int64_t step, const wk_scalar_value *s, int n)
{
    const table *t = log->state;
    char text[WKI_DOUBLE_TEXT];
    if (wki_log_printf(log, "%lld", (long long)step)) return wk_error();
    for (int column = 0; column < t->count; column++) {
        const char *value = "";
        for (int i = 0; i < n; i++)
            if (!strcmp(s[i].name, t->columns[column])) value = number_text(s[i].value, text);
        if (wki_log_printf(log, ",%s", value)) return wk_error();
    }
    return wki_log_put(log, "\n", 1);
}

static wk_status scalars(wk_logger *log, int64_t step, const wk_scalar_value *s, int n)
{
    table *t = log->state;
    const bool first = !t->count || WKI_FAULT(221);
    if ((t->count ? names_known(log, s, n) : put_heading(log, s, n)) == WK_OK && put_row(log, step, s, n) == WK_OK)
        return WK_OK;
    if (first) forget(t); /* the heading went with its row */
    return wk_error();
}

/* ---- Going on with a file ---- */

typedef struct reading {
    table *table;
    int64_t step;
    wk_status status;
    bool headed;
} reading;

static wk_status add_column(table *t, const char *from, size_t n)
{
    char **grown = wki_grow_list(t->columns, (size_t)t->count, sizeof *grown);
    char *name = grown ? wki_alloc(n + 1) : NULL;
    if (grown) t->columns = grown;
    if (!name) return WK_E_MEMORY;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (from[i] == '"' && (i == 0 || i == n - 1)) continue;
        if (from[i] == '"') i++; /* a quote stands there twice */
        name[used++] = from[i];
    }
    t->columns[t->count++] = name;
    return WK_OK;
}

static wk_status read_heading(table *t, const char *line, size_t n)
{
    bool quoted = false;
    size_t start = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && line[i] == '"') quoted = !quoted;
        if (i < n && (line[i] != ',' || quoted)) continue;
        if (start && add_column(t, line + start, i - start)) return WK_E_MEMORY;
        start = i + 1;
    }
    return WK_OK;
}

static bool keep(void *user, const char *line, size_t n)
{
    reading *r = user;
    if (r->headed) return strtoll(line, NULL, 10) < r->step;
    r->headed = true;
    r->status = read_heading(r->table, line, n);
    return true;
}

static wk_status resume(wk_logger *log, int64_t step)
{
    reading r = { .table = log->state, .step = step };
    wk_status status = wki_log_keep_lines(log, keep, &r);
    return status ? status : r.status;
}

static const wki_log_kind csv = { .name = "csv",
                                  .where = "logger_csv",
                                  .taken = { "step" },
                                  .state_size = sizeof(table),
                                  .resume = resume,
                                  .scalars = scalars,
                                  .destroy = forget };

wk_logger *wk_logger_csv(const char *path) { return wki_log_new(&csv, path); }
