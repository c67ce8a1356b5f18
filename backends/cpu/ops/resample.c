/* resample: sums of a few elements along one dim, and the transpose of that. A unit is a line, or a band of
 * neighbouring ones walked row by row; either way an element adds up what it takes in ascending order. */
#include "backends/resample.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { BAND = 256 };

/* What each of n elements is the sum of: entries start[i] to start[i + 1] - 1 of at and weight. */
typedef struct table {
    int64_t n, *start, *at;
    void *weight;
} table;

static table table_in(const wki_resample_attrs *a, size_t size, wki_room *room)
{
    const int64_t entries = a->out * wki_taps_of(a->mode);
    table t = { .n = a->back ? a->in : a->out };
    t.start = wki_room_take(room, t.n + 2, sizeof *t.start);
    t.at = wki_room_take(room, entries, sizeof *t.at);
    t.weight = wki_room_take(room, entries, size);
    return t;
}

#define KERNEL(NAME, TYPE)                                                                                             \
    static void fill_##NAME(const wki_resample_attrs *a, const table *t)                                               \
    {                                                                                                                  \
        const int taps = wki_taps_of(a->mode);                                                                         \
        TYPE *const weight = t->weight;                                                                                \
        for (int64_t i = 0; i < a->out; i++) {                                                                         \
            const wki_taps_##NAME seen = wki_see_##NAME(a, i);                                                         \
            for (int k = 0; k < taps; k++) {                                                                           \
                t->at[i * taps + k] = seen.at[k];                                                                      \
                weight[i * taps + k] = seen.weight[k];                                                                 \
            }                                                                                                          \
            t->start[i] = i * taps;                                                                                    \
        }                                                                                                              \
        t->start[a->out] = a->out * taps;                                                                              \
    }                                                                                                                  \
    /* sorted by what is seen, in two passes: each element's number of entries, then these */                          \
    static void turn_##NAME(const wki_resample_attrs *a, const table *t)                                               \
    {                                                                                                                  \
        const int taps = wki_taps_of(a->mode);                                                                         \
        TYPE *const weight = t->weight;                                                                                \
        for (int64_t j = 0; j < t->n + 2; j++) t->start[j] = 0;                                                        \
        for (int64_t i = 0; i < a->out; i++) {                                                                         \
            const wki_taps_##NAME seen = wki_see_##NAME(a, i);                                                         \
            for (int k = 0; k < taps; k++) t->start[seen.at[k] + 2]++;                                                 \
        }                                                                                                              \
        for (int64_t j = 2; j < t->n + 2; j++) t->start[j] += t->start[j - 1];                                         \
        for (int64_t i = 0; i < a->out; i++) {                                                                         \
            const wki_taps_##NAME seen = wki_see_##NAME(a, i);                                                         \
            for (int k = 0; k < taps; k++) {                                                                           \
                const int64_t to = t->start[seen.at[k] + 1]++;                                                         \
                t->at[to] = i;                                                                                         \
                weight[to] = seen.weight[k];                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void line_##NAME(const table *t, TYPE *y, const TYPE *x)                                                    \
    {                                                                                                                  \
        const TYPE *const weight = t->weight;                                                                          \
        for (int64_t i = 0; i < t->n; i++) {                                                                           \
            int64_t e = t->start[i];                                                                                   \
            const int64_t end = t->start[i + 1];                                                                       \
            TYPE sum = e < end ? weight[e] * x[t->at[e]] : 0;                                                          \
            for (e++; e < end; e++) sum += weight[e] * x[t->at[e]];                                                    \
            y[i] = sum;                                                                                                \
        }                                                                                                              \
    }                                                                                                                  \
    static void rows_##NAME(const table *t, TYPE *y, const TYPE *x, int64_t step, int64_t count)                       \
    {                                                                                                                  \
        const TYPE *const weight = t->weight;                                                                          \
        for (int64_t i = 0; i < t->n; i++, y += step) {                                                                \
            int64_t e = t->start[i];                                                                                   \
            const int64_t end = t->start[i + 1];                                                                       \
            if (e == end)                                                                                              \
                for (int64_t j = 0; j < count; j++) y[j] = 0;                                                          \
            for (bool fresh = true; e < end; e++, fresh = false) {                                                     \
                const TYPE w = weight[e], *const row = x + t->at[e] * step;                                            \
                for (int64_t j = 0; j < count; j++) y[j] = fresh ? w * row[j] : y[j] + w * row[j];                     \
            }                                                                                                          \
        }                                                                                                              \
    }
KERNEL(f32, float)
KERNEL(f64, double)

/* elements behind each other in memory that have one place along dim */
static int64_t inner_of(const wki_call *call)
{
    const wki_resample_attrs *a = call->attrs;
    int64_t inner = 1;
    for (int d = a->dim + 1; d < call->views[0]->ndim; d++) inner *= call->views[0]->size[d];
    return inner;
}

static int64_t units(const wki_call *call)
{
    const wki_resample_attrs *a = call->attrs;
    const int64_t n = wki_numel(call->views[0]), inner = inner_of(call);
    return n == 0 ? 0 : n / (inner * (a->back ? a->in : a->out)) * wki_blocks(inner, BAND);
}

static size_t scratch_bytes(const wki_call *call)
{
    wki_room room = { NULL, 0 };
    table_in(call->attrs, wk_dtype_size((wk_dtype)call->views[0]->dtype), &room);
    return room.used;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_resample_attrs *a = call->attrs;
    const bool wide = call->views[0]->dtype == WK_F64;
    const int64_t size = wide ? 8 : 4, inner = inner_of(call), bands = wki_blocks(inner, BAND);
    const int64_t to = (a->back ? a->in : a->out) * inner, from = (a->back ? a->out : a->in) * inner;
    wki_room room = { scratch, 0 };
    const table t = table_in(a, (size_t)size, &room);
    (a->back ? wide ? turn_f64 : turn_f32 : wide ? fill_f64 : fill_f32)(a, &t);
    for (int64_t u = begin; u < end; u++) {
        const int64_t column = u % bands * BAND, count = wki_least(BAND, inner - column);
        char *y = (char *)call->views[0]->data + (u / bands * to + column) * size;
        const char *x = (const char *)call->views[1]->data + (u / bands * from + column) * size;
        if (inner == 1)
            wide ? line_f64(&t, (double *)y, (const double *)x) : line_f32(&t, (float *)y, (const float *)x);
        else if (wide)
            rows_f64(&t, (double *)y, (const double *)x, inner, count);
        else
            rows_f32(&t, (float *)y, (const float *)x, inner, count);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_resample = { "resample", units, scratch_bytes, run };
