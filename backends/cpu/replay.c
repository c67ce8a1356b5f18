/* A plan on the CPU: kernels, units and threads chosen once, then one run of the team over all calls, of which meet.c
 * tells where parts must wait for each other and which run together. */
#include "backends/cpu/replay.h"
#include "backends/cpu/handover.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "backends/cpu/walk.h"
#include "backends/plan.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

typedef struct ready {
    int nsteps, threads;
    size_t scratch;
    void *handed;           /* what progress lies in */
    wki_progress *progress; /* of threads parts, if a product is handed over; or NULL */
    wki_step steps[];
} ready;

static bool goes_by_elements(const wki_step *s)
{
    return s->kernel && (s->kernel->units == wki_element_units || s->kernel == &wki_cpu_copy);
}

/* Steps in a row that go by elements may be worth threads together although each alone is not; and they run on the
 * threads that have just had these elements. */
static void share_runs(ready *r)
{
    for (int i = 0, end; i < r->nsteps; i = end) {
        int64_t work = 0;
        int most = 1;
        for (end = i; end < r->nsteps && goes_by_elements(&r->steps[end]); end++) {
            work += r->steps[end].item->call.work;
            if (r->steps[end].threads > most) most = r->steps[end].threads;
        }
        for (int k = i; k < end; k++) {
            wki_step *s = &r->steps[k];
            const int together = wki_cpu_element_threads(work, s->units);
            s->threads = (int)wki_least(together > most ? together : most, s->units);
            if (s->threads > r->threads) r->threads = s->threads;
        }
        end += end == i;
    }
}

/* Alone a part has nobody to hand over to. */
static wk_status find_handovers(ready *r)
{
    int64_t pieces = 0;
    for (int i = 0; i < r->nsteps; i++) {
        wki_step *s = &r->steps[i];
        s->handed = wki_handover_pays(r->steps, r->nsteps, i);
        s->pieces = pieces;
        if (s->handed) pieces += wki_handover_pieces(s);
    }
    if (pieces == 0) return WK_OK;
    r->handed = wki_alloc(((size_t)r->threads + 1) * sizeof *r->progress);
    if (!r->handed) return wk_error();
    r->progress = (wki_progress *)(((uintptr_t)r->handed + _Alignof(wki_progress) - 1) & -_Alignof(wki_progress));
    return WK_OK;
}

wk_status wki_cpu_prepare(wki_plan *plan)
{
    ready *r = wki_alloc(sizeof *r + (size_t)plan->nitems * sizeof(wki_step));
    if (!r) return wk_error();
    plan->ready = r;
    r->threads = 1;
    for (int i = 0; i < plan->nitems; i++) {
        const wki_call *call = &plan->items[i]->call;
        const wki_kernel *kernel = plan->items[i]->host ? NULL : wki_cpu_kernel(call->op);
        const int64_t units = kernel && kernel->units ? kernel->units(call) : 1;
        if (units == 0) continue;
        wki_step *s = &r->steps[r->nsteps++];
        const size_t scratch = kernel ? wki_cpu_scratch(kernel, call) : 0;
        const int threads = kernel ? wki_cpu_threads(call, units) : 1;
        *s = (wki_step){ kernel, plan->items[i], units, threads, false, scratch > 0, false, 1, units, 0 };
        if (scratch > r->scratch) r->scratch = scratch;
        if (s->threads > r->threads) r->threads = s->threads;
    }
    share_runs(r);
    if (find_handovers(r)) return wk_error();
    return wki_find_meetings(r->steps, r->nsteps);
}

static wk_status run_host(const wki_item *item) { return item->host(item->object, item->memory, item->call.views); }

typedef struct job {
    const ready *r;
    wki_span *spans; /* r->threads a step, of a metered run; NULL */
    wki_failure failure;
} job;

static wk_status run_step(const job *j, const wki_step *s, int part, int parts, void *scratch)
{
    if (!s->kernel) return run_host(s->item);
    if (s->handed && parts > 1) return wki_hand_over(s, part, parts, scratch, j->r->progress, &j->failure.any);
    const int64_t begin = wki_cpu_share(s->units, part, parts), end = wki_cpu_share(s->units, part + 1, parts);
    return begin < end ? s->kernel->run(&s->item->call, begin, end, s->scratch ? scratch : NULL) : WK_OK;
}

static wk_status run_chain(const wki_step *s, int part, int parts, void *scratch)
{
    const int64_t end = wki_cpu_share(s->units, part + 1, parts);
    wk_status status = WK_OK;
    for (int64_t u = wki_cpu_share(s->units, part, parts); u < end && status == WK_OK; u += s->stretch)
        for (const wki_step *t = s; t < s + s->chain && status == WK_OK; t++)
            status = t->kernel->run(&t->item->call, u, wki_least(u + s->stretch, end), t->scratch ? scratch : NULL);
    return status;
}

static wk_status run_timed(const job *j, const wki_step *s, int part, int parts, void *scratch, wki_span *span)
{
    span->begin = wki_clock();
    const wk_status status = run_step(j, s, part, parts, scratch);
    span->end = wki_clock();
    return status;
}

static wk_status run_in(const job *j, const wki_step *s, int part, int parts, void *scratch)
{
    if (parts > s->threads) parts = s->threads;
    if (part >= parts) return WK_OK;
    if (__builtin_expect(!j->spans, 1))
        return s->chain > 1 ? run_chain(s, part, parts, scratch) : run_step(j, s, part, parts, scratch);
    return run_timed(j, s, part, parts, scratch, &j->spans[(s - j->r->steps) * j->r->threads + part]);
}

/* Where each step is timed they run one by one. */
static const wki_step *behind(const job *j, const wki_step *s) { return s + (j->spans ? 1 : s->chain); }

static void run_part(void *argument, int part, int parts)
{
    job *j = argument;
    void *scratch = wki_part_scratch(&j->failure, j->r->scratch, part);
    for (const wki_step *s = j->r->steps, *end = s + j->r->nsteps; s < end; s = behind(j, s)) {
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
    for (const wki_step *s = r->steps, *end = s + r->nsteps; s < end && status == WK_OK; s = behind(j, s))
        status = run_in(j, s, 0, 1, scratch);
    return status;
}

static wk_status run_together(job *j)
{
    j->failure.lock = (wki_mutex)WKI_MUTEX_INIT;
    for (int i = 0; j->r->progress && i < j->r->threads; i++)
        atomic_store_explicit(&j->r->progress[i].pieces, 0, memory_order_relaxed);
    wki_team_run(run_part, j, j->r->threads);
    return wki_part_raise(&j->failure);
}

static wk_status run(job *j) { return j->r->threads == 1 ? run_alone(j) : run_together(j); }

static void tell(wki_meter *meter, const wki_step *s, int parts, const wki_span *spans)
{
    const wki_stage stage = { s->item->phase, *s->item->stage ? s->item->stage : NULL };
    meter->ran(meter, s->kernel ? &s->item->call : NULL, &stage, parts, spans);
}

static bool has_run(const wki_span *spans, int parts)
{
    int i = 0;
    while (i < parts && spans[i].end == 0) i++;
    return i < parts;
}

/* Parts note when they work, each at its own places; the meter hears of it when all are done. Without memory for that
 * it hears nothing. */
static wk_status run_metered(job *j, wki_meter *meter)
{
    const wki_error before = *wki_error_of_thread();
    j->spans = wki_alloc_array((size_t)j->r->nsteps * (size_t)j->r->threads, sizeof *j->spans);
    if (!j->spans && !WKI_FAULT(104)) *wki_error_of_thread() = before;
    const wk_status status = run(j);
    const int threads = j->r->threads;
    for (int i = 0; i < j->r->nsteps && j->spans; i++)
        if (status == WK_OK || has_run(&j->spans[i * threads], threads))
            tell(meter, &j->r->steps[i], WKI_FAULT(102) ? 1 : threads, &j->spans[i * threads]);
    wki_free(j->spans);
    return status;
}

/* oneDNN has threads and kernels of its own. */
static wk_status run_by_call(const ready *r, wki_meter *meter)
{
    wk_status status = WK_OK;
    for (const wki_step *s = r->steps, *end = s + r->nsteps; s < end && status == WK_OK; s++) {
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

void wki_cpu_forget(wki_plan *plan)
{
    ready *r = plan->ready;
    if (r) wki_free(r->handed);
    wki_free(r);
}
