/* Every op in a recorded step: values and gradients of a replay have the bits of an ordinary run, on numbers that
 * change from run to run. An op that cannot be recorded says why, and stands in the list below. */
#include "registry.h"
#include "wick/capture.h"

/* Samples make constants by wk_from, which a recorded step refuses as values that would stay. Here they shall: it has
 * those that an ordinary run has made. */
enum { MOST_CONSTANTS = 64 };
static wk_tensor *constants[MOST_CONSTANTS];
static int nconstants;
static bool in_step;

static wk_tensor *constant_like(wk_tensor *t)
{
    for (int i = 0; i < nconstants; i++)
        if (same_bits(t, constants[i])) return constants[i];
    return NULL;
}

wk_tensor *__real_wk_from(const void *data, int ndim, const int64_t *shape, wk_dtype dtype);
wk_tensor *__wrap_wk_from(const void *data, int ndim, const int64_t *shape, wk_dtype dtype);
wk_tensor *__wrap_wk_from(const void *data, int ndim, const int64_t *shape, wk_dtype dtype)
{
    wki_recorder *recorder = wki_recorder_here;
    wki_recorder_here = NULL;
    wk_tensor *t = __real_wk_from(data, ndim, shape, dtype);
    wk_tensor *before = t && in_step ? constant_like(t) : NULL;
    wki_recorder_here = recorder;
    if (t && in_step && !before && nconstants < MOST_CONSTANTS) constants[nconstants++] = wk_keep(t);
    return before ? before : t;
}

/* Why there is no recording of some: shapes that depend on values, and samples that start their random numbers over. */
static const char *const reasons[] = {
    "what a mask selects depends on values",
    "the lengths of ctc_loss decide about shapes",
    "the counts of repeat_interleave decide about shapes",
    "the step seeds random numbers anew",
    "a tensor goes to another device",
};

static bool is_known(const char *why)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(why, reasons[i])) return true;
    return false;
}

typedef struct trial {
    const subject *s;
    int n;
    wk_tensor *leaf[MOST_INPUTS];
} trial;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    const trial *t = user;
    for (int k = 0; k < n; k++) {
        WK_NO_GRAD(values);
        wk_copy_(t->leaf[k], in[k]);
        wk_set_grad(t->leaf[k], NULL);
    }
    in_step = true;
    wk_tensor *y = call(t->s, t->leaf);
    if (y && wk_needs_grad(y)) wk_backward(weighted(y));
    in_step = false;
    return y;
}

static trial trial_of(const subject *s, wk_dtype dtype)
{
    trial t = { .s = s };
    t.n = draw(s, t.leaf);
    for (int k = 0; k < t.n; k++) t.leaf[k] = wk_requires_grad(wk_clone(wk_to(t.leaf[k], dtype)));
    return t;
}

static void compare_runs(const trial *a, const trial *b, wk_tensor *y, wk_tensor *z, int run)
{
    if (!y || !z) BROKEN(a->s, "run %d", run);
    if (!same_bits(y, z)) BROKEN(a->s, "run %d has other bits", run);
    for (int k = 0; k < a->n; k++) {
        wk_tensor *g = wk_grad(a->leaf[k]), *h = wk_grad(b->leaf[k]);
        if (!g != !h || (g && !same_bits(g, h))) BROKEN(a->s, "run %d: gradient %d has other bits", run, k);
    }
    counts->checks += 1 + a->n;
}

static void run_often(const subject *s, wk_dtype dtype)
{
    enum { RUNS = 5 };
    WK_SCOPE(work);
    trial plain = trial_of(s, dtype), planned = trial_of(s, dtype);
    wk_plan *plan = wk_capture(step, &planned);
    wk_tensor *in[MOST_INPUTS];
    for (int run = 0; run < RUNS; run++) {
        WK_SCOPE(one);
        draw(s, in);
        for (int k = 0; k < plain.n; k++) {
            in[k] = wk_to(in[k], dtype);
            if (run % 2 && wk_ndim(in[k]) > 0) in[k] = wk_flip(in[k], 1, (int[]){ -1 });
        }
        wk_manual_seed((uint64_t)run);
        wk_tensor *y = step(&plain, in, plain.n);
        const uint64_t drawn = wk_rng_state().operation;
        wk_manual_seed((uint64_t)run);
        compare_runs(&plain, &planned, y, wk_plan_run(plan, in, plain.n), run);
        if (wk_rng_state().operation != drawn) BROKEN(s, "run %d drew another count of random numbers", run);
    }
    const bool replayed = wk_plan_stats_of(plan).replays == RUNS - 2;
    if (!replayed && !is_known(wk_plan_why(plan))) BROKEN(s, "no replay: %s", wk_plan_why(plan));
    counts->samples += replayed;
    counts->ops++;
}

static void replays(const subject *s)
{
    if (wk_failed()) return;
    run_often(s, WK_F64);
    run_often(s, WK_F32);
    while (nconstants > 0) wk_release(constants[--nconstants]);
}
TEST(replays, have_the_bits_of_ordinary_runs) { each(replays); }

int main(void) { return registry_main("replays"); }
