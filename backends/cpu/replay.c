/* A plan on the CPU: kernels, units and threads chosen once, then one run of the team over all calls. Its parts meet
 * only where bytes go from one to another. */
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "backends/plan.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

typedef struct step {
    const wki_kernel *kernel; /* NULL: the host's */
    const wki_item *item;
    int64_t units;
    int threads;  /* 1: part 0 runs all of it */
    bool barrier; /* before it */
    bool scratch; /* it needs some: kernels tell by that how to go */
} step;

typedef struct ready {
    int nsteps, threads;
    size_t scratch;
    step steps[];
} ready;

/* ---- Where parts must meet ---- */

/* Bytes that an item touches. Split alike: contiguous elements by rows among as many parts, so that each part has its
 * own in both. */
typedef struct span {
    const char *begin, *end;
    int64_t split; /* elements of such a split; 0: another */
    int threads;   /* 1: part 0 has all */
    bool written;
} span;

static span span_of(const wki_view *v)
{
    int64_t low = 0, high = 0;
    for (int d = 0; d < v->ndim; d++) {
        if (v->size[d] == 0) return (span){ 0 };
        const int64_t far = (v->size[d] - 1) * v->stride[d];
        if (far < 0)
            low += far;
        else
            high += far;
    }
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    return (span){ .begin = (const char *)v->data + low * size, .end = (const char *)v->data + (high + 1) * size };
}

static bool meet(const span *a, const span *b)
{
    if (a->begin >= b->end || b->begin >= a->end || !(a->written || b->written)) return false;
    if (a->threads == 1 && b->threads == 1) return false;
    return !(a->split && a->split == b->split && a->threads == b->threads && a->begin == b->begin && a->end == b->end);
}

static int64_t split_of(const step *s)
{
    if (s->kernel != &wki_cpu_row) return 0;
    for (int k = 0; k < s->item->call.nviews; k++)
        if (!wki_is_contiguous(&s->item->views[k])) return 0;
    return wki_numel(&s->item->views[0]);
}

/* The host's part waits for all before it, which may have failed, and all behind it for what it has done.
 * spans[0 .. n) are touched since the parts last met; those of s come behind. */
static bool must_meet(const step *s, span *spans, int n)
{
    const wki_call *call = &s->item->call;
    const int64_t split = split_of(s);
    bool found = false;
    for (int k = 0; k < call->nviews; k++) {
        span *mine = &spans[n + k];
        *mine = span_of(&s->item->views[k]);
        mine->split = split;
        mine->threads = s->threads;
        mine->written = k < call->nout || !s->kernel;
        for (int i = 0; i < n && !found; i++) found = meet(mine, &spans[i]);
    }
    return found;
}

static wk_status find_barriers(wki_plan *plan, ready *r)
{
    size_t views = 0;
    for (int i = 0; i < plan->nitems; i++) views += (size_t)plan->items[i]->call.nviews;
    span *spans = wki_alloc_array(views + 1, sizeof *spans);
    if (!spans) return wk_error();
    int n = 0;
    for (int i = 0; i < r->nsteps; i++) {
        step *s = &r->steps[i];
        s->barrier = must_meet(s, spans, n) || !s->kernel || (i > 0 && !r->steps[i - 1].kernel);
        const int mine = s->item->call.nviews;
        if (s->barrier) memmove(spans, spans + n, (size_t)mine * sizeof *spans);
        n = s->barrier ? mine : n + mine;
    }
    wki_free(spans);
    return WK_OK;
}

/* ---- Preparing and running ---- */

wk_status wki_cpu_prepare(wki_plan *plan)
{
    ready *r = wki_alloc(sizeof *r + (size_t)plan->nitems * sizeof(step));
    if (!r) return wk_error();
    plan->ready = r;
    r->threads = 1;
    for (int i = 0; i < plan->nitems; i++) {
        const wki_call *call = &plan->items[i]->call;
        const wki_kernel *kernel = plan->items[i]->host ? NULL : wki_cpu_kernel(call->op);
        const int64_t units = kernel && kernel->units ? kernel->units(call) : 1;
        if (units == 0) continue;
        step *s = &r->steps[r->nsteps++];
        const size_t scratch = kernel ? wki_cpu_scratch(kernel, call) : 0;
        const int threads = kernel ? wki_cpu_threads(call, units) : 1;
        *s = (step){ kernel, plan->items[i], units, threads, false, scratch > 0 };
        if (scratch > r->scratch) r->scratch = scratch;
        if (s->threads > r->threads) r->threads = s->threads;
    }
    return r->threads > 1 ? find_barriers(plan, r) : WK_OK;
}

static wk_status run_host(const wki_item *item) { return item->host(item->object, item->memory, item->call.views); }

typedef struct job {
    const ready *r;
    wki_span *spans; /* r->threads a step, of a metered run; NULL */
    wki_failure failure;
} job;

static wk_status run_step(const step *s, int part, int parts, void *scratch)
{
    if (!s->kernel) return run_host(s->item);
    const int64_t begin = wki_cpu_share(s->units, part, parts), end = wki_cpu_share(s->units, part + 1, parts);
    return begin < end ? s->kernel->run(&s->item->call, begin, end, s->scratch ? scratch : NULL) : WK_OK;
}

static wk_status run_timed(const step *s, int part, int parts, void *scratch, wki_span *span)
{
    span->begin = wki_clock();
    const wk_status status = run_step(s, part, parts, scratch);
    span->end = wki_clock();
    return status;
}

static wk_status run_in(const job *j, const step *s, int part, int parts, void *scratch)
{
    if (parts > s->threads) parts = s->threads;
    if (part >= parts) return WK_OK;
    if (__builtin_expect(!j->spans, 1)) return run_step(s, part, parts, scratch);
    return run_timed(s, part, parts, scratch, &j->spans[(s - j->r->steps) * j->r->threads + part]);
}

static void run_part(void *argument, int part, int parts)
{
    job *j = argument;
    void *scratch = wki_part_scratch(&j->failure, j->r->scratch, part);
    for (const step *s = j->r->steps, *end = s + j->r->nsteps; s < end; s++) {
        if (s->barrier) wki_team_barrier();
        if (!atomic_load_explicit(&j->failure.any, memory_order_relaxed))
            wki_part_failed(&j->failure, part, run_in(j, s, part, parts, scratch));
    }
}

static wk_status run_alone(const job *j)
{
    const ready *r = j->r;
    void *scratch = r->scratch ? wki_thread_scratch(r->scratch) : NULL;
    if (r->scratch && !scratch) return WK_E_MEMORY;
    wk_status status = WK_OK;
    for (const step *s = r->steps, *end = s + r->nsteps; s < end && status == WK_OK; s++)
        status = run_in(j, s, 0, 1, scratch);
    return status;
}

static wk_status run_together(job *j)
{
    j->failure.lock = (wki_mutex)WKI_MUTEX_INIT;
    wki_team_run(run_part, j, j->r->threads);
    return wki_part_raise(&j->failure);
}

static wk_status run(job *j) { return j->r->threads == 1 ? run_alone(j) : run_together(j); }

static void tell(wki_meter *meter, const step *s, int parts, const wki_span *spans)
{
    const wki_stage stage = { s->item->phase, *s->item->stage ? s->item->stage : NULL };
    meter->ran(meter, s->kernel ? &s->item->call : NULL, &stage, parts, spans);
}

/* Parts note when they work, each at its own places; the meter hears of it when all are done. Without memory for that
 * it hears nothing. */
static wk_status run_metered(job *j, wki_meter *meter)
{
    const wki_error before = *wki_error_of_thread();
    j->spans = wki_alloc_array((size_t)j->r->nsteps * (size_t)j->r->threads, sizeof *j->spans);
    if (!j->spans && !WKI_FAULT(93)) *wki_error_of_thread() = before;
    const wk_status status = run(j);
    const int threads = j->r->threads;
    for (int i = 0; i < j->r->nsteps && j->spans; i++)
        tell(meter, &j->r->steps[i], WKI_FAULT(91) ? 1 : threads, &j->spans[i * threads]);
    wki_free(j->spans);
    return status;
}

/* oneDNN has threads and kernels of its own. */
static wk_status run_by_call(const ready *r, wki_meter *meter)
{
    wk_status status = WK_OK;
    for (const step *s = r->steps, *end = s + r->nsteps; s < end && status == WK_OK; s++) {
        const double from = meter ? wki_clock() : 0;
        status = s->kernel ? wki_cpu_backend.run(0, &s->item->call) : run_host(s->item);
        if (meter) tell(meter, s, 1, &(wki_span){ from, wki_clock() });
    }
    return status;
}

wk_status wki_cpu_replay(wki_plan *plan)
{
    job j = { .r = plan->ready };
    wki_meter *meter = wki_meter_here;
    if (wki_onednn_chosen()) return run_by_call(j.r, meter);
    return meter ? run_metered(&j, meter) : run(&j);
}
