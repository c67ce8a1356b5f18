/* What a profile tells: its rows, named and sorted, and a table of them. */
#include "backends/profile.h"
#include "base/alloc.h"
#include "base/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names ---- */

static const char *op_of(const wki_profile_key *key)
{
    switch (key->op) {
    case WKI_PROFILE_HOST: return "host";
    case WKI_PROFILE_RANGE: return key->stage;
    case WKI_PROFILE_OTHERS: return "others";
    default: return wki_op_name(key->op);
    }
}

/* Is the op's name that of the stage, as "cross_entropy_backward" is in the backward of cross_entropy? */
static bool says_no_more(const char *op, const char *stage, const char *phase)
{
    const size_t n = strlen(stage);
    if (!strcmp(op, phase)) return true;
    return n && !strncmp(op, stage, n) && (!op[n] || (op[n] == '_' && !strcmp(op + n + 1, phase)));
}

void wki_profile_name(const wki_profile_key *key, char *text, size_t bytes)
{
    static const char *const phases[] = { "", "backward", "update" };
    const char *op = op_of(key), *phase = phases[key->phase], *space = *key->stage ? " " : "";
    if (key->op >= WKI_PROFILE_RANGE || key->phase == WKI_FORWARD)
        snprintf(text, bytes, "%s", op);
    else if (says_no_more(op, key->stage, phase))
        snprintf(text, bytes, "%s%s%s", key->stage, space, phase);
    else
        snprintf(text, bytes, "%s%s%s: %s", key->stage, space, phase, op);
}

void wki_profile_shapes(const wki_profile_key *key, char *text, size_t bytes)
{
    size_t n = 0;
    *text = 0;
    for (int k = 0; k < WKI_SHOWN_SHAPES && key->ndim[k] && n < bytes; k++)
        n +=
            (size_t)snprintf(text + n, bytes - n, "%s%s", k ? " " : "", wki_show_shape(key->ndim[k] - 1, key->size[k]));
}

/* ---- Rows ---- */

/* The least time that the peak of a thread allows. */
static double least_time(const wk_profile *p, const wki_profile_entry *e)
{
    const double flops = e->flops / p->peak.flops * p->peak.threads * (e->key.f64 ? 2 : 1);
    const double bytes = e->bytes / p->peak.bytes * p->peak.threads;
    return flops > bytes ? flops : bytes;
}

static int by_name(const void *a, const void *b)
{
    const wk_profile_row *x = a, *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    const int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->shapes, y->shapes);
}

static int by_time(const void *a, const void *b)
{
    const wk_profile_row *x = a, *y = b;
    const bool range_x = x->kind == WK_PROFILE_OF_RANGE, range_y = y->kind == WK_PROFILE_OF_RANGE;
    if (range_x != range_y) return range_x ? 1 : -1;
    if (x->seconds != y->seconds) return x->seconds < y->seconds ? 1 : -1;
    return by_name(a, b);
}

static wk_profile_row row_of(const wk_profile *p, const wki_profile_entry *e)
{
    wk_profile_row row = { .calls = e->calls, .seconds = e->seconds, .flops = e->flops, .bytes = e->bytes };
    row.kind = e->key.op == WKI_PROFILE_RANGE ? WK_PROFILE_OF_RANGE : (wk_profile_kind)e->key.phase;
    row.of_peak = p->peak.threads ? least_time(p, e) : (double)NAN; /* becomes a share in the end */
    wki_profile_name(&e->key, row.name, sizeof row.name);
    if (p->opts.shapes) wki_profile_shapes(&e->key, row.shapes, sizeof row.shapes);
    return row;
}

static void join(wk_profile_row *to, const wk_profile_row *from)
{
    to->calls += from->calls;
    to->seconds += from->seconds;
    to->flops += from->flops;
    to->bytes += from->bytes;
    to->of_peak += from->of_peak;
}

/* All rows into `all`, which has room for an entry each; how many they are. */
static int gather(const wk_profile *p, wk_profile_row *all)
{
    int entries = 0, n = 0;
    double seconds = 0;
    for (size_t i = 0; i < p->nentries; i++)
        if (p->entries[i].calls) all[entries++] = row_of(p, &p->entries[i]);
    qsort(all, (size_t)entries, sizeof *all, by_name);
    for (int i = 0; i < entries; i++) {
        if (all[i].kind != WK_PROFILE_OF_RANGE) seconds += all[i].seconds;
        if (n && by_name(&all[n - 1], &all[i]) == 0)
            join(&all[n - 1], &all[i]);
        else
            all[n++] = all[i];
    }
    const double watched = wki_profile_watched(p);
    for (int i = 0; i < n; i++) {
        const bool range = all[i].kind == WK_PROFILE_OF_RANGE;
        const double of = range ? watched : seconds;
        all[i].share = of > 0 ? all[i].seconds / of : 0;
        all[i].of_peak = all[i].bytes > 0 && all[i].seconds > 0 ? all[i].of_peak / all[i].seconds : (double)NAN;
    }
    qsort(all, (size_t)n, sizeof *all, by_time);
    return n;
}

/* [freed with wki_free] all rows; NULL with WK_E_MEMORY */
static wk_profile_row *rows_of(const wk_profile *p, int *n)
{
    wki_profile_lock(p);
    wk_profile_row *all = wki_alloc_array(p->nentries, sizeof *all);
    if (all) *n = gather(p, all);
    wki_profile_unlock(p);
    return all;
}

int wk_profile_rows(const wk_profile *p, wk_profile_row *rows, int most)
{
    static const char where[] = "profile_rows";
    if (!wki_profile_ok(p, where)) return -1;
    if (!rows && most > 0) return wki_null_argument(where, "rows"), -1;
    int n = 0;
    wk_profile_row *all = rows_of(p, &n);
    if (!all) return -1;
    if (most > 0) memcpy(rows, all, (size_t)(n < most ? n : most) * sizeof *rows);
    wki_free(all);
    return n;
}

/* ---- The table ---- */

static int width_of(const wk_profile_row *rows, int n, bool shapes)
{
    int width = shapes ? 6 : 5;
    for (int i = 0; i < n; i++) {
        const int length = (int)strlen(shapes ? rows[i].shapes : rows[i].name);
        if (length > width) width = length;
    }
    return width;
}

static void print_rate(FILE *out, double work, double seconds)
{
    if (work > 0 && seconds > 0)
        fprintf(out, "  %8.1f", 1e-9 * work / seconds);
    else
        fprintf(out, "  %8s", "");
}

static void print_row(FILE *out, const wk_profile_row *row, int name, int shapes)
{
    fprintf(out, "%-*s", name, row->name);
    if (shapes) fprintf(out, "  %-*s", shapes, row->shapes);
    fprintf(out, "  %9lld  %10.3f  %5.1f %%  %9.2f", (long long)row->calls, 1e3 * row->seconds, 100 * row->share,
            1e6 * row->seconds / (double)row->calls);
    print_rate(out, row->flops, row->seconds);
    print_rate(out, row->bytes, row->seconds);
    if (!isnan(row->of_peak)) fprintf(out, "  %5.0f %%", 100 * row->of_peak);
    fprintf(out, "\n");
}

static void print_heading(FILE *out, const char *what, int name, int shapes, bool peak)
{
    fprintf(out, "%-*s", name, what);
    if (shapes) fprintf(out, "  %-*s", shapes, "shapes");
    fprintf(out, "  %9s  %10s  %7s  %9s  %8s  %8s%s\n", "calls", "ms", "share", "us/call", "GFLOP/s", "GB/s",
            peak ? "  of peak" : "");
}

static void print_ranges(FILE *out, const wk_profile_row *rows, int n, int name)
{
    fprintf(out, "\n%-*s  %9s  %10s  %7s  %9s\n", name, "range", "calls", "ms", "watched", "us/call");
    for (int i = 0; i < n; i++)
        fprintf(out, "%-*s  %9lld  %10.3f  %5.1f %%  %9.2f\n", name, rows[i].name, (long long)rows[i].calls,
                1e3 * rows[i].seconds, 100 * rows[i].share, 1e6 * rows[i].seconds / (double)rows[i].calls);
}

static wk_peak peak_of(const wk_profile *p)
{
    wki_profile_lock(p);
    const wk_peak peak = p->peak;
    wki_profile_unlock(p);
    return peak;
}

static void print_end(FILE *out, const wk_profile *p, const wk_peak *peak)
{
    const wk_profile_totals total = wk_profile_total(p), *t = &total;
    const double all = t->watched * t->threads;
    fprintf(out,
            "\n%.3f ms watched on %d compute thread%s, %.3f ms in %lld calls (%.1f %%); times and rates are of one "
            "thread\n",
            1e3 * t->watched, t->threads, t->threads == 1 ? "" : "s", 1e3 * t->seconds, (long long)t->calls,
            all > 0 ? 100 * t->seconds / all : 0);
    if (peak->threads)
        fprintf(out,
                "of peak: the least time that %.1f GFLOP/s and %.1f GB/s of memory a thread allow, of the time taken\n",
                1e-9 * peak->flops / peak->threads, 1e-9 * peak->bytes / peak->threads);
    if (t->left_out && p->opts.most_events)
        fprintf(out, "the trace has the first %lld events; %lld behind them are in the table alone\n",
                (long long)t->events, (long long)t->left_out);
}

wk_status wk_profile_print(const wk_profile *p, FILE *out)
{
    static const char where[] = "profile_print";
    if (!wki_profile_ok(p, where)) return wk_error();
    if (!out) return wki_null_argument(where, "out"), wk_error();
    int n = 0, calls = 0;
    wk_profile_row *rows = rows_of(p, &n);
    if (!rows) return wk_error();
    const wk_peak peak = peak_of(p);
    while (calls < n && rows[calls].kind != WK_PROFILE_OF_RANGE) calls++;
    const int name = width_of(rows, n, false), shapes = p->opts.shapes ? width_of(rows, n, true) : 0;
    print_heading(out, "op", name, shapes, peak.threads > 0);
    for (int i = 0; i < calls; i++) print_row(out, &rows[i], name, shapes);
    if (calls < n) print_ranges(out, rows + calls, n - calls, name);
    wki_free(rows);
    print_end(out, p, &peak);
    return WK_OK;
}
