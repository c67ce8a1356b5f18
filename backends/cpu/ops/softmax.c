/* softmax: y -> x, its logarithm, and the gradients of both, along one dim. Short lines are taken many at a time and
 * turned on their side, long ones one by one; the length alone decides, so strides change no bit. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

typedef struct plan {
    wki_walk lines;
    int64_t n, step[WKI_WALK_VIEWS];
    size_t size; /* of an element */
    int inputs;
    const wki_loops *loops;
    const wki_softmax_attrs *attrs;
} plan;

static void make_plan(plan *p, const wki_call *call)
{
    const wki_view *y = call->views[0];
    p->attrs = call->attrs;
    p->inputs = p->attrs->backward ? 2 : 1;
    p->lines = wki_walk_over(call->views, 1 + p->inputs, wki_all_dims(y) & ~(1u << p->attrs->dim));
    p->n = y->ndim ? y->size[p->attrs->dim] : 1;
    for (int v = 0; v <= p->inputs; v++) p->step[v] = y->ndim ? call->views[v]->stride[p->attrs->dim] : 1;
    p->size = wk_dtype_size((wk_dtype)y->dtype);
    p->loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
}

static int64_t units(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    return p.n == 0 ? 0 : p.lines.count;
}

/* Two blocks of short lines, or the output and the inputs of one long line. */
static size_t scratch_bytes(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    return p.size * (size_t)(p.n <= WKI_SHORT_LINE ? 2 * p.n * WKI_LINES : 3 * p.n);
}

static void short_lines(const wki_call *call, const plan *p, wki_cursor *c, int64_t lines, void *scratch)
{
    const wki_loops *loops = p->loops;
    int64_t at[WKI_WALK_VIEWS][WKI_LINES];
    char *t[] = { scratch, (char *)scratch + p->size * (size_t)(p->n * WKI_LINES) };
    double top[WKI_LINES], logsum[WKI_LINES];
    for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->lines, c, 1))
        for (int v = 0; v < WKI_WALK_VIEWS; v++) at[v][r] = c->at[v];
    for (int v = 1; v <= p->inputs; v++) loops->turn_in(p->n, lines, t[v - 1], call->views[v]->data, at[v], p->step[v]);
    if (p->attrs->backward)
        loops->softmax_slope_turned(p->n, wki_width(lines), t[0], t[1], p->attrs->log);
    else
        loops->softmax_turned(p->n, wki_width(lines), t[0], top, logsum,
                              p->attrs->log && !(WKI_FAULT(32) && wki_isa() == WKI_ISA_BASE));
    loops->turn_out(p->n, lines, t[0], call->views[0]->data, at[0], p->step[0]);
}

static void long_line(const wki_call *call, const plan *p, const wki_cursor *c, void *scratch)
{
    const wki_loops *loops = p->loops;
    char *line[WKI_WALK_VIEWS];
    double top, logsum;
    for (int v = 0; v <= p->inputs; v++) {
        char *there = (char *)call->views[v]->data + c->at[v] * (int64_t)p->size;
        line[v] = p->step[v] == 1 ? there : (char *)scratch + p->size * (size_t)(v * p->n);
        if (v > 0 && line[v] != there) wki_copy_elements(p->n, p->size, line[v], 1, there, p->step[v]);
    }
    if (p->attrs->backward)
        loops->softmax_slope_line(p->n, line[0], line[1], line[2], p->attrs->log);
    else
        loops->softmax_line(p->n, line[0], line[1], &top, &logsum, p->attrs->log);
    if (p->step[0] != 1)
        wki_copy_elements(p->n, p->size, (char *)call->views[0]->data + c->at[0] * (int64_t)p->size, p->step[0],
                          line[0], 1);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    make_plan(&p, call);
    wki_cursor c = wki_cursor_at(&p.lines, begin);
    if (p.n <= WKI_SHORT_LINE)
        for (; begin < end; begin += WKI_LINES) short_lines(call, &p, &c, wki_least(WKI_LINES, end - begin), scratch);
    else
        for (; begin < end; begin++, wki_cursor_move(&p.lines, &c, 1)) long_line(call, &p, &c, scratch);
    return WK_OK;
}

const wki_kernel wki_cpu_softmax = { "softmax", units, scratch_bytes, run };
