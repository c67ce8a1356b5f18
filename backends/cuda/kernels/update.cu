/* update: every optimizer's rule, over many parameters a launch. A table of where their arrays lie travels with the
 * launch; a block takes one stretch of one parameter, and each array is read and written once. The rules are the rows
 * of rules.def, made here for floats and doubles. */
#include "backends/cuda/kernels/kernel.h"
#include "backends/rules.h"

enum { MOST = 64 };

typedef struct arrays {
    void *state[1 + WKI_MAX_STATES]; /* the parameter first */
    const void *gradient;
    int64_t n;
} arrays;

/* As large as a launch's arguments may be. */
typedef struct table {
    arrays of[MOST];
    uint32_t first[MOST]; /* the number of its first block */
    double numbers[WKI_N_COUNT];
    const double *changing; /* or NULL */
    int32_t count, stretch; /* stretch: elements of a block */
} table;

/* Whose block this is: the last that begins at it or before. */
WKI_DEVICE int parameter_of(const table &t)
{
    int k = 0;
    for (int step = MOST / (WKI_FAULT(156) ? 4 : 2); step; step /= 2)
        if (k + step < t.count && t.first[k + step] <= blockIdx.x) k += step;
    return k;
}

#define NUMBER(UPPER, LOWER)                                                                                           \
    const real LOWER = (real)(t.changing ? t.changing[WKI_N_##UPPER] : t.numbers[WKI_N_##UPPER]);                      \
    (void)LOWER;
#define RULE(NAME, STATES, ...)                                                                                        \
    static __global__ void update_##NAME(const table t)                                                                \
    {                                                                                                                  \
        WKI_BEGIN();                                                                                                   \
        WKI_NUMBERS(NUMBER)                                                                                            \
        const int k = parameter_of(t);                                                                                 \
        const arrays &a = t.of[k];                                                                                     \
        const int64_t begin = (int64_t)(blockIdx.x - t.first[k]) * t.stretch;                                          \
        const int64_t end = begin + t.stretch < a.n ? begin + t.stretch : a.n;                                         \
        real *ps = (real *)a.state[0], *s0s = (real *)a.state[1], *s1s = (real *)a.state[2];                           \
        real *s2s = (real *)a.state[3];                                                                                \
        const real *gs = (const real *)a.gradient;                                                                     \
        for (int64_t i = begin + threadIdx.x; i < end; i += WKI_THREADS) {                                             \
            real p = ps[i], g = sign * gs[i];                                                                          \
            real s0 = STATES > 0 ? s0s[i] : 0, s1 = STATES > 1 ? s1s[i] : 0, s2 = STATES > 2 ? s2s[i] : 0;             \
            g = weight_decay != 0 ? g + weight_decay * p : g;                                                          \
            __VA_ARGS__;                                                                                               \
            ps[i] = p;                                                                                                 \
            if (STATES > 0) s0s[i] = s0;                                                                               \
            if (STATES > 1) s1s[i] = s1;                                                                               \
            if (STATES > 2) s2s[i] = s2;                                                                               \
        }                                                                                                              \
    }
namespace f32
{
#include "backends/rules.def"
}
namespace f64
{
#include "backends/rules.def"
}
#undef RULE

typedef void (*rule_kernel)(const table);

static rule_kernel kernel_for(int rule, bool twice)
{
    static const rule_kernel kernels[][2] = {
#define RULE(NAME, ...) { f32::update_##NAME, f64::update_##NAME },
#include "backends/rules.def"
#undef RULE
    };
    return kernels[rule][twice];
}

static void take(table *t, const wki_view *const *states, int nstates, const wki_view *gradient, int64_t n,
                 uint32_t block)
{
    arrays *a = &t->of[t->count];
    for (int s = 0; s <= WKI_MAX_STATES; s++) a->state[s] = s < nstates ? states[s]->data : NULL;
    a->gradient = gradient->data;
    a->n = n;
    t->first[t->count++] = block;
}

/* An element a thread where all of them are at work at once anyway: none waits for another. */
static int32_t stretch_of(const wki_call *call, int count, int each)
{
    enum { FEW = 1 << 19 };
    int64_t all = 0;
    for (int k = 0; k < count; k++) all += wki_numel(call->views[k * each]);
    return all <= FEW ? WKI_THREADS : 4 * WKI_THREADS;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_update_attrs *attrs = (const wki_update_attrs *)call->attrs;
    const int each = 1 + wki_rule_states(attrs->rule);
    uint32_t blocks = 0;
    table t = {}; /* so that a launch does not carry what was on the stack */
    t.stretch = stretch_of(call, attrs->count, each);
    t.changing = (const double *)queue->changing;
    for (int i = 0; i < WKI_N_COUNT; i++) t.numbers[i] = attrs->numbers[i];
    for (int k = 0; k < attrs->count; k++) {
        const wki_view *const *states = call->views + k * each;
        const int64_t n = wki_numel(states[0]);
        if (n > 0) take(&t, states, each, call->views[attrs->count * each + k], n, blocks);
        blocks += (uint32_t)((n + t.stretch - 1) / t.stretch);
        if (t.count < MOST && k + 1 < attrs->count) continue;
        const rule_kernel kernel = kernel_for(attrs->rule, states[0]->dtype == WK_F64);
        if (t.count > 0) WKI_LAUNCH(kernel, blocks, WKI_THREADS, 0, queue, t);
        t.count = 0;
        blocks = 0;
    }
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(update, NULL, run);
