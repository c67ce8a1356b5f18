/* softmax: y -> x, its logarithm, and the gradients of both, along one dim. Short lines are taken many at a time and
 * turned on their side, long ones one by one; the length alone decides, so strides change no bit. */
#include "backends/cpu/lines.h"
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

/* Two blocks of lines, of the inputs; a single input leaves the second to the output. */
static size_t scratch_bytes(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    if (p.n <= WKI_SHORT_LINE) return p.size * (size_t)(2 * p.n * WKI_LINES);
    const bool direct = p.step[0] == 1 && p.step[1] == 1 && (p.inputs == 1 || p.step[2] == 1);
    return direct ? 0 : p.size * (size_t)(2 * wki_lines_pitch(p.n) * wki_lines_together(p.n));
}

static void short_lines(const wki_call *call, const plan *p, wki_cursor *c, int64_t lines, char *scratch)
{
    const wki_loops *loops = p->loops;
    int64_t at[WKI_WALK_VIEWS][WKI_LINES];
    char *t[] = { scratch, scratch + p->size * (size_t)(p->n * WKI_LINES) };
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

static void long_lines(const wki_call *call, const plan *p, wki_cursor *c, int64_t lines, char *scratch)
{
    const wki_loops *loops = p->loops;
    const int64_t bytes = wki_lines_pitch(p->n) * (int64_t)p->size;
    int64_t at[WKI_WALK_VIEWS][WKI_LINES];
    char *second = scratch ? scratch + bytes * wki_lines_together(p->n) : NULL; /* none where all lines are direct */
    char *block[] = { p->attrs->backward ? scratch : second, scratch, second };
    double top, logsum;
    for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->lines, c, 1))
        for (int v = 0; v < WKI_WALK_VIEWS; v++) at[v][r] = c->at[v];
    for (int v = 1; v <= p->inputs; v++)
        if (p->step[v] != 1) wki_lines_in(p->n, lines, p->size, block[v], call->views[v]->data, at[v], p->step[v]);
    for (int64_t r = 0; r < lines; r++) {
        char *line[WKI_WALK_VIEWS];
        for (int v = 0; v <= p->inputs; v++)
            line[v] =
                p->step[v] == 1 ? (char *)call->views[v]->data + at[v][r] * (int64_t)p->size : block[v] + r * bytes;
        if (p->attrs->backward)
            loops->softmax_slope_line(p->n, line[0], line[1], line[2], p->attrs->log);
        else
            loops->softmax_line(p->n, line[0], line[1], &top, &logsum, p->attrs->log);
    }
    if (p->step[0] != 1) wki_lines_out(p->n, lines, p->size, block[0], call->views[0]->data, at[0], p->step[0]);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    make_plan(&p, call);
    wki_cursor c = wki_cursor_at(&p.lines, begin);
    const bool is_short = p.n <= WKI_SHORT_LINE;
    const int64_t most = is_short ? WKI_LINES : wki_lines_together(p.n);
    for (int64_t lines; begin < end; begin += lines) {
        lines = wki_least(most, end - begin);
        (is_short ? short_lines : long_lines)(call, &p, &c, lines, scratch);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_softmax = { "softmax", units, scratch_bytes, run };
