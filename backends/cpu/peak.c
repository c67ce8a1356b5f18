/* What this machine does at most, measured: multiply-adds of f32, and the triad y = a + s b over arrays beyond its
 * caches, on the compute team. */
#include "backends/cpu/cpu.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/thread.h"
#include "wick/profile.h"

enum { ELEMENTS = 16 << 20, PASSES = 10, TRIALS = 100 }; /* elements of each of the three arrays: 64 MiB */

static const wki_peak_loops *loops(void)
{
#ifdef __x86_64__
    static const wki_peak_loops *const sets[WKI_ISA_COUNT] = { &wki_peak_base, &wki_peak_avx2, &wki_peak_avx512 };
    return sets[wki_isa()];
#else
    return &wki_peak_base;
#endif
}

typedef struct job {
    float *y, *a, *b; /* NULL: multiply-adds */
    int64_t rounds;
    int parts;
    wki_span spans[WKI_MOST_PARTS]; /* a part's */
    int64_t done[WKI_MOST_PARTS];
} job;

static void run_part(void *argument, int part, int parts)
{
    job *j = argument;
    float end[16];
    const int64_t from = ELEMENTS / parts * part, n = ELEMENTS / parts;
    wki_team_barrier();
    j->spans[part].begin = wki_clock();
    if (j->y)
        loops()->triad(n, j->y + from, j->a + from, j->b + from, 0.5f);
    else
        j->done[part] = loops()->multiply_adds(j->rounds, end);
    j->spans[part].end = wki_clock();
    if (j->y) j->done[part] = n * 3 * (int64_t)sizeof(float);
    if (part == 0) j->parts = parts;
}

/* Work a second, of all parts together, from the first's beginning to the last's end. */
static double rate(job *j)
{
    wki_team_run(run_part, j, wk_num_threads());
    double begin = j->spans[0].begin, end = j->spans[0].end, work = 0;
    for (int i = 0; i < j->parts; i++) {
        if (j->spans[i].begin < begin) begin = j->spans[i].begin;
        if (j->spans[i].end > end) end = j->spans[i].end;
        work += (double)j->done[i];
    }
    return work / (end - begin);
}

static double best_rate(job *j, int passes)
{
    double best = 0;
    for (int i = 0; i < passes; i++) {
        const double now = rate(j);
        if (now > best) best = now;
    }
    return best;
}

wk_status wk_measure_peak(wk_peak *out)
{
    if (!out) return wki_null_argument("measure_peak", "out"), wk_error();
    *out = (wk_peak){ 0 };
    job j = { .rounds = 1 << 20 };
    const double flops = best_rate(&j, TRIALS);
    float *memory = wki_alloc_array(3 * ELEMENTS, sizeof *memory);
    if (!memory) return wk_error();
    j.y = memory;
    j.a = memory + ELEMENTS;
    j.b = memory + 2 * ELEMENTS;
    const double bytes = best_rate(&j, PASSES);
    wki_free(memory);
    *out = (wk_peak){ .threads = j.parts, .flops = flops, .bytes = bytes };
    return WK_OK;
}
