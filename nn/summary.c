/* Summary: one forward under watch, a row for each call of a module. */
#include "base/alloc.h"
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 64 };

typedef struct watch {
    wki_watcher watcher; /* first: see enter and leave */
    wki_meter meter;
    wk_summary *s;
    int depth;
    int open[DEEPEST]; /* the rows of the calls that run, -1 beyond the first DEEPEST */
    double flops, before[DEEPEST];
    double samples;
    char path[96];
    bool failed;
} watch;

static void count_own(wk_summary_row *row, const wk_module *m)
{
    for (int i = 0; i < m->count; i++)
        if (m->members[i].kind == WKI_PARAMETER) row->parameters += wki_numel(&((wk_tensor *)m->members[i].object)->v);
}

static wk_summary_row *new_row(watch *w)
{
    wk_summary *s = w->s;
    wk_summary_row *grown = wki_grow_list(s->rows, (size_t)s->count, sizeof *grown);
    if (!grown) return NULL;
    s->rows = grown;
    return &s->rows[s->count++];
}

static void count_flops(wki_meter *meter, const wki_call *call, const wki_stage *stage, int parts,
                        const wki_span *spans)
{
    (void)stage, (void)parts, (void)spans;
    if (call) ((watch *)((char *)meter - offsetof(watch, meter)))->flops += wki_call_flops(call);
}

static void enter(wki_watcher *watcher, wk_module *m)
{
    watch *w = (watch *)watcher;
    const int depth = w->depth++;
    if (depth >= DEEPEST) return;
    w->open[depth] = -1;
    w->before[depth] = w->flops;
    wk_summary_row *row = new_row(w);
    if (!row) {
        w->failed = true;
        return;
    }
    w->open[depth] = w->s->count - 1;
    row->depth = depth;
    const char *parent = depth && w->open[depth - 1] >= 0 ? w->s->rows[w->open[depth - 1]].path : "";
    snprintf(row->path, sizeof row->path, "%.60s%s%.30s", parent, *parent ? "." : "", depth && m->name ? m->name : "");
    snprintf(row->type, sizeof row->type, "%s", m->ops->name);
    row->leaf = wk_module_child_count(m) == 0;
    for (int i = 0; i < w->s->count - 1; i++)
        if (!strcmp(w->s->rows[i].path, row->path) && depth) return; /* called before */
    count_own(row, m);
}

static void leave(wki_watcher *watcher, wk_module *m, wk_tensor *first)
{
    (void)m;
    watch *w = (watch *)watcher;
    const int depth = --w->depth;
    if (depth >= DEEPEST || w->open[depth] < 0 || !first) return;
    wk_summary_row *row = &w->s->rows[w->open[depth]];
    row->ndim = first->v.ndim;
    memcpy(row->shape, first->v.size, sizeof row->shape);
    row->flops = (w->flops - w->before[depth]) / w->samples;
    if (row->leaf) w->s->activation_bytes += wki_numel(&first->v) * (int64_t)wk_dtype_size((wk_dtype)first->v.dtype);
}

static void count_weights(wk_module *m, wk_summary *s)
{
    wk_params *trained = wk_parameters(m);
    wk_state *all = wk_state_dict(m);
    for (int i = 0; trained && i < wk_params_count(trained); i++) {
        const wk_tensor *t = wk_params_at(trained, i);
        s->trained += wki_numel(&t->v);
        s->gradient_bytes += wki_numel(&t->v) * (int64_t)wk_dtype_size((wk_dtype)t->v.dtype);
    }
    s->parameters = wk_parameter_count(m);
    for (int64_t i = 0; all && i < wk_state_count(all); i++) {
        const wk_tensor *t = wk_state_at(all, i);
        bool seen = false;
        for (int64_t k = 0; k < i && !seen; k++) seen = wk_same_storage(t, wk_state_at(all, k));
        if (!seen) s->weight_bytes += wki_numel(&t->v) * (int64_t)wk_dtype_size((wk_dtype)t->v.dtype);
    }
}

wk_status wk_module_summary(wk_module *m, wk_tensor *x, wk_summary *out)
{
    static const char where[] = "module_summary";
    wki_check(out, WK_E_INVALID, WK_E_INVALID, where, "out is NULL");
    *out = (wk_summary){ 0 };
    if (wk_failed() || !wki_module_ok(m, where, "m") || !wki_tensor_ok(x, where, "x")) return wk_error();
    wki_check(x->v.ndim > 0 && x->v.size[0] > 0, WK_E_SHAPE, WK_E_SHAPE, where, "x is %s; [batch, ...] is needed",
              wki_show(&x->v));
    WK_SCOPE(work);
    WK_NO_GRAD(summary);
    watch w = {
        .watcher = { enter, leave }, .meter = { .ran = count_flops }, .s = out, .samples = (double)x->v.size[0]
    };
    wki_watcher *outer = wki_module_watcher;
    wki_meter *meter = wki_meter_here;
    wki_module_keep_modes(m);
    wki_module_watcher = &w.watcher;
    wki_meter_here = &w.meter;
    wk_forward(m, x);
    wki_module_watcher = outer;
    wki_meter_here = meter;
    wki_module_restore_modes(m);
    if (!wk_failed()) count_weights(m, out);
    out->flops = w.flops / w.samples;
    if (!wk_failed() && !w.failed) return WK_OK;
    wk_summary_free(out);
    return wk_error();
}

void wk_summary_free(wk_summary *s)
{
    if (!s) return;
    wki_free(s->rows);
    *s = (wk_summary){ 0 };
}

static const char *scaled(double value, const char *unit, double step, char text[32])
{
    static const char *const prefixes[] = { "", "K", "M", "G", "T" };
    int at = 0;
    for (; value >= step && at < 4; at++) value /= step;
    snprintf(text, 32, "%.*f %s%s%s", at ? 1 : 0, value, prefixes[at], at && step == 1024 ? "i" : "", unit);
    return text;
}

static void shape_text(const wk_summary_row *row, char *text, size_t bytes)
{
    size_t n = (size_t)snprintf(text, bytes, "[");
    for (int i = 0; i < row->ndim && n < bytes; i++)
        n += (size_t)snprintf(text + n, bytes - n, "%s%lld", i ? ", " : "", (long long)row->shape[i]);
    if (n < bytes) snprintf(text + n, bytes - n, "]");
}

wk_status wk_summary_print(const wk_summary *s, FILE *out)
{
    wki_check(s && out, WK_E_INVALID, WK_E_INVALID, "summary_print", "%s is NULL", s ? "out" : "s");
    int path = 5, type = 4, shape = 6;
    char text[160], a[32], b[32];
    for (int i = 0; i < s->count; i++) {
        const wk_summary_row *row = &s->rows[i];
        shape_text(row, text, sizeof text);
        if ((int)strlen(row->path) > path) path = (int)strlen(row->path);
        if ((int)strlen(row->type) > type) type = (int)strlen(row->type);
        if ((int)strlen(text) > shape) shape = (int)strlen(text);
    }
    fprintf(out, "%-*s  %-*s  %-*s  %13s  %11s\n", path, "layer", type, "type", shape, "output", "parameters", "FLOPs");
    for (int i = 0; i < s->count; i++) {
        const wk_summary_row *row = &s->rows[i];
        if (row->depth == 0 && !row->leaf) continue;
        shape_text(row, text, sizeof text);
        fprintf(out, "%-*s  %-*s  %-*s  %13s", path, row->path, type, row->type, shape, text,
                wki_count_text(row->parameters, a));
        if (row->flops > 0) fprintf(out, "  %11s", scaled(row->flops, "", 1000, b));
        fputc('\n', out);
    }
    fprintf(out, "%s parameters", wki_count_text(s->parameters, a));
    if (s->trained != s->parameters) fprintf(out, " (%s trained)", wki_count_text(s->trained, a));
    fprintf(out, ", %s with buffers; gradients %s", scaled((double)s->weight_bytes, "B", 1024, a),
            scaled((double)s->gradient_bytes, "B", 1024, b));
    if (s->optimizer_bytes) fprintf(out, ", optimizer %s", scaled((double)s->optimizer_bytes, "B", 1024, a));
    fprintf(out, ", activations %s; %s a sample\n", scaled((double)s->activation_bytes, "B", 1024, a),
            scaled(s->flops, "FLOPs", 1000, b));
    return WK_OK;
}
