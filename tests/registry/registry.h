/* What the laws over the registry share: every op finds itself here, by the samples of its family or its row in the
 * table; inputs are drawn and laid out in memory in many ways; what was checked is counted, across the processes in
 * which Check runs tests, and held against a recorded floor, so that a law that no longer reaches the ops fails. */
#ifndef REGISTRY_H
#define REGISTRY_H
#include "autograd/formula.h"
#include "autograd/op.h"
#include "backends/cpu/cpu.h"
#include "wick/nn.h"
#include "wick_check.h"
#include <stdio.h>
#include <sys/mman.h>

/* ---- Counts ---- */

typedef struct registry_counts {
    atomic_long ops, samples, error_samples, checks;
    atomic_long bits;  /* compared between instruction sets, of which machines have more or fewer: without a floor */
    atomic_long kinks; /* places where a value repeats and an op has no derivative: not compared */
} registry_counts;
static registry_counts *counts;

__attribute__((constructor)) static void share_counts(void)
{
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* WICK_FLOORS names a file with lines "law count least". */
static inline int below_floor(const char *law, const char *count, long reached)
{
    const char *path = getenv("WICK_FLOORS");
    FILE *file = path && !getenv("CK_RUN_CASE") && !getenv("CK_RUN_SUITE") ? fopen(path, "r") : NULL;
    char line[256], its_law[64], its_count[64];
    long least;
    int below = 0;
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "%63s %63s %ld", its_law, its_count, &least) != 3 || strcmp(law, its_law) != 0 ||
            strcmp(count, its_count) != 0 || reached >= least)
            continue;
        printf("%s: %s fell to %ld; at least %ld are recorded\n", law, count, reached, least);
        below = 1;
    }
    if (file) fclose(file);
    return below;
}

static inline int registry_main(const char *law)
{
    int failed = wick_test_main();
    printf("%s: ops %ld, samples %ld, error samples %ld, checks %ld, bits %ld, kinks %ld\n", law, counts->ops,
           counts->samples, counts->error_samples, counts->checks, counts->bits, counts->kinks);
    failed |= below_floor(law, "ops", counts->ops) | below_floor(law, "samples", counts->samples);
    return failed | below_floor(law, "errors", counts->error_samples) | below_floor(law, "checks", counts->checks);
}

/* ---- Subjects ---- */

#define X(NAME) extern const wki_family wki_family_##NAME;
#include "wki_family_list.h"
#undef X

__attribute__((unused)) static const wki_opdef *const *const families[] = {
#define X(NAME) wki_family_##NAME,
#include "wki_family_list.h"
#undef X
};
enum { FAMILIES = sizeof families / sizeof *families, MOST_INPUTS = WKI_MAX_SAMPLE_INPUTS, MOST_ELEMENTS = 4096 };

/* The shapes that a row's operands are tried in: broadcast on both sides, on one, not at all, sizes of 1 and none. */
typedef struct row_shapes {
    int ndim[MOST_INPUTS];
    int64_t shape[MOST_INPUTS][2];
} row_shapes;
static const row_shapes row_shape_sets[] = {
    { { 1, 2, 2 }, { { 4 }, { 3, 1 }, { 3, 1 } } },    { { 2, 1, 0 }, { { 3, 4 }, { 4 } } },
    { { 0, 2, 1 }, { { 0 }, { 2, 3 }, { 3 } } },       { { 2, 2, 2 }, { { 1, 3 }, { 1, 3 }, { 1, 3 } } },
    { { 2, 2, 2 }, { { 2, 3 }, { 2, 3 }, { 2, 3 } } },
};
enum { ROW_SHAPES = sizeof row_shape_sets / sizeof *row_shape_sets };

/* A function to hold to the laws: a sample of an op, or a row with its sample numbers and operands of a set of shapes.
 */
typedef struct subject {
    const char *name;
    const wki_sample *sample;
    int row;
    const row_shapes *shapes;
} subject;

static inline int inputs_of(const subject *s)
{
    return s->sample ? s->sample->inputs : __builtin_popcount((unsigned)wki_row_table[s->row].operands);
}

static inline wk_tensor *call(const subject *s, wk_tensor *const *in)
{
    if (s->sample) return s->sample->call(in);
    const wki_row *row = &wki_row_table[s->row];
    if (s->row == WKI_ROW_where) return wk_where(wk_gt(in[0], in[1]), in[1], in[2]);
    wk_tensor *at[3] = { NULL };
    for (int k = 0, n = 0; k < 3; k++)
        if (row->operands >> k & 1) at[k] = in[n++];
    return wki_row_apply(s->row, at[0], at[1], at[2], row->sample[0], row->sample[1]);
}

/* Without a gradient wanted, f64, the same in every call. */
static inline int draw(const subject *s, wk_tensor **in)
{
    const int n = inputs_of(s);
    wk_manual_seed(11);
    for (int k = 0; k < n; k++) {
        if (s->sample)
            in[k] = wk_empty(s->sample->in[k].ndim, s->sample->in[k].shape, WK_F64);
        else
            in[k] = wk_empty(s->shapes->ndim[k], s->shapes->shape[k], WK_F64);
        if (s->sample)
            wk_uniform_(in[k], s->sample->in[k].low, s->sample->in[k].high);
        else
            wk_uniform_(in[k], wki_row_table[s->row].low, wki_row_table[s->row].high);
    }
    return n;
}

static inline bool takes_reals(int row) { return wki_rows_for(WKI_ISA_BASE, WK_F64)[row].of[0] != NULL; }

__attribute__((unused)) static void each(void (*law)(const subject *))
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            for (const wki_sample *sample = (*op)->samples; sample && sample->call; sample++)
                law(&(subject){ .name = (*op)->name, .sample = sample });
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int i = 0; takes_reals(row) && i < ROW_SHAPES; i++)
            law(&(subject){ .name = wki_row_table[row].name, .row = row, .shapes = &row_shape_sets[i] });
}

static inline const char *shapes_text(const subject *s, char text[128])
{
    wk_tensor *in[MOST_INPUTS];
    size_t used = 0;
    WK_SCOPE(shapes);
    int n = draw(s, in);
    for (int k = 0; k < n; k++) used += (size_t)snprintf(text + used, 128 - used, " %s", wki_show(&in[k]->v));
    return text;
}

/* Ends the test: the subject, what was done, what came out. */
#define BROKEN(s, ...)                                                                                                 \
    do {                                                                                                               \
        char text_[256], shapes_[128], pending_[256];                                                                  \
        snprintf(text_, sizeof text_, __VA_ARGS__);                                                                    \
        snprintf(pending_, sizeof pending_, "%s", wk_failed() ? wk_error_text() : "");                                 \
        wk_error_clear();                                                                                              \
        ck_abort_msg("%s%s: %s; %s", (s)->name, shapes_text((s), shapes_), text_, pending_);                           \
    } while (0)

/* ---- In place ---- */

typedef struct in_place {
    const char *name;
    int operands, numbers;
    union {
        wk_status (*f10)(wk_tensor *);
        wk_status (*f11)(wk_tensor *, double);
        wk_status (*f12)(wk_tensor *, double, double);
        wk_status (*f20)(wk_tensor *, wk_tensor *);
        wk_status (*f21)(wk_tensor *, wk_tensor *, double);
        wk_status (*f30)(wk_tensor *, wk_tensor *, wk_tensor *);
        wk_status (*f31)(wk_tensor *, wk_tensor *, wk_tensor *, double);
    } of;
} in_place;

/* Every function that the headers declare so, by the build. */
__attribute__((unused)) static const in_place in_places[] = {
#define X(NAME, OPERANDS, NUMBERS) { #NAME, OPERANDS, NUMBERS, { .f##OPERANDS##NUMBERS = wk_##NAME##_ } },
#include "wki_in_place_list.h"
#undef X
};
enum { IN_PLACES = sizeof in_places / sizeof *in_places };

/* The row that the form is of; -1: none, as with zero_ and copy_ */
static inline int row_in_place(const in_place *p)
{
    const int row = wki_row_named(p->name);
    const bool fits = row >= 0 && wki_row_table[row].numbers == p->numbers && takes_reals(row) &&
                      __builtin_popcount((unsigned)wki_row_table[row].operands) == p->operands;
    return fits ? row : -1;
}

static inline wk_status change(const in_place *p, const wki_row *row, wk_tensor *const *in)
{
    const double s = row->sample[0], t = row->sample[1];
    switch (10 * p->operands + p->numbers) {
    case 10: return p->of.f10(in[0]);
    case 11: return p->of.f11(in[0], s);
    case 12: return p->of.f12(in[0], s, t);
    case 20: return p->of.f20(in[0], in[1]);
    case 21: return p->of.f21(in[0], in[1], s);
    case 30: return p->of.f30(in[0], in[1], in[2]);
    default: return p->of.f31(in[0], in[1], in[2], s);
    }
}

/* ---- Layouts: a tensor's numbers, elsewhere in memory ---- */

enum layout {
    CONTIGUOUS,
    TURNED,     /* dims in the opposite order in memory */
    EVERY_2ND,  /* in the last dim */
    EVERY_3RD,  /* in the first */
    OFFSET,     /* contiguous, behind something else */
    PADDED,     /* rows with a gap between */
    INNER,      /* the middle of something larger */
    TURNED_2ND, /* TURNED and EVERY_2ND */
    ROTATED,    /* the last dim first in memory */
    KEEPING,    /* the following change numbers: elements repeat, with strides of 0 */
    FIRST_REPEATS = KEEPING,
    LAST_REPEATS,
    ALL_REPEAT,
    LAYOUTS
};

/* t among elements that nobody may read: NaN, or 77 */
static inline wk_tensor *beside(wk_tensor *t, int dim, int before, int behind)
{
    wk_tensor *parts[8], *junk = wk_zeros_like(t);
    wk_fill_(junk, wki_is_float((wk_dtype)t->v.dtype) ? (double)NAN : 77);
    int n = 0;
    for (int i = 0; i < before; i++) parts[n++] = junk;
    parts[n++] = t;
    for (int i = 0; i < behind; i++) parts[n++] = junk;
    return wk_cat(parts, n, dim);
}

/* Every step-th place along dim is t's. */
static inline wk_tensor *spaced(wk_tensor *t, int dim, int step)
{
    const int at = dim < 0 ? dim + wk_ndim(t) : dim;
    wk_tensor *wide = beside(wk_unsqueeze(t, at + 1), at + 1, 0, step - 1);
    return wk_select(wide, at + 1, 0);
}

static inline wk_tensor *in_order(wk_tensor *t, const int *order)
{
    int back[WK_MAX_DIMS];
    for (int i = 0; i < wk_ndim(t); i++) back[order[i]] = i;
    return wk_permute(wk_contiguous(wk_permute(t, wk_ndim(t), order)), wk_ndim(t), back);
}

static inline wk_tensor *turned(wk_tensor *t)
{
    int order[WK_MAX_DIMS];
    for (int i = 0; i < wk_ndim(t); i++) order[i] = wk_ndim(t) - 1 - i;
    return in_order(t, order);
}

static inline wk_tensor *rotated(wk_tensor *t)
{
    int order[WK_MAX_DIMS];
    for (int i = 0; i < wk_ndim(t); i++) order[i] = (i + wk_ndim(t) - 1) % wk_ndim(t);
    return in_order(t, order);
}

/* The 2nd of three along dim, which was cut in as large pieces. */
static inline wk_tensor *middle(wk_tensor *t, int dim)
{
    return wk_narrow(beside(t, dim, 1, 1), dim, wk_shape(t)[dim], wk_shape(t)[dim]);
}

static inline wk_tensor *repeated(wk_tensor *t, int from, int to)
{
    wk_tensor *one = t;
    for (int d = from; d < to; d++)
        if (wk_shape(t)[d] > 0) one = wk_narrow(one, d, 0, 1);
    return wk_expand(one, wk_ndim(t), wk_shape(t));
}

static inline wk_tensor *laid_out(wk_tensor *t, int layout)
{
    WK_NO_GRAD(values);
    const int n = wk_ndim(t);
    if (n == 0)
        return layout == CONTIGUOUS ? t : wk_select(beside(wk_unsqueeze(t, 0), 0, layout % 4, 2), 0, layout % 4);
    switch (layout) {
    case TURNED: return turned(t);
    case EVERY_2ND: return spaced(t, -1, 2);
    case EVERY_3RD: return spaced(t, 0, 3);
    case OFFSET: return wk_select(beside(wk_unsqueeze(t, 0), 0, 1, 0), 0, 1);
    case PADDED: return wk_narrow(beside(t, n - 1, 0, 1), n - 1, 0, wk_shape(t)[n - 1]);
    case INNER: return n == 1 ? middle(t, 0) : middle(middle(t, 0), n - 1);
    case TURNED_2ND: return spaced(turned(t), -1, 2);
    case ROTATED: return rotated(t);
    case FIRST_REPEATS: return repeated(t, 0, 1);
    case LAST_REPEATS: return repeated(t, n - 1, n);
    case ALL_REPEAT: return repeated(t, 0, n);
    default: return t;
    }
}

/* A leaf with these numbers in this layout; it wants a gradient if asked to. */
static inline wk_tensor *leaf_of(wk_tensor *t, int layout, bool wants)
{
    wk_tensor *leaf = wk_detach(laid_out(t, layout));
    return wants ? wk_requires_grad(leaf) : leaf;
}

/* ---- Results ---- */

/* A weighted sum, so that no gradient cancels: weights differ from element to element. */
static inline wk_tensor *weighted(wk_tensor *y)
{
    if (!y) return NULL;
    WK_NO_GRAD(weights);
    wk_tensor *w =
        wk_reshape(wk_add_scalar(wk_sin(wk_arange(0, (double)wk_numel(y), 1, WK_F64)), 1.5), wk_ndim(y), wk_shape(y));
    wk_set_grad_enabled(weights);
    return wk_sum(wk_mul(wk_to(y, WK_F64), w));
}

static inline double element_of(const wki_view *v, int64_t i)
{
    switch (v->dtype) {
    case WK_F32: return (double)((const float *)v->data)[i];
    case WK_F64: return ((const double *)v->data)[i];
    default: return 0;
    }
}

/* Where oneDNN was chosen, layouts change bits, but no number by much. */
static inline bool near_enough(const wki_view *v, double a, double b)
{
#ifdef WICK_WITH_ONEDNN
    const char *kernels = getenv("WICK_KERNELS");
    return kernels && !strcmp(kernels, "onednn") && v->dtype == WK_F32 && fabs(a - b) <= 1e-4 * (1 + fabs(b));
#else
    return (void)v, (void)a, (void)b, false;
#endif
}

static inline wk_tensor *on_cpu(wk_tensor *t) { return wk_contiguous(wk_to_device(wk_detach(t), WK_CPU)); }

/* One shape, one dtype, the same bits; all NaNs alike, because a compiler may put either operand first. */
static inline bool same_bits(wk_tensor *a, wk_tensor *b)
{
    WK_NO_GRAD(values);
    if (!a || !b || a->v.dtype != b->v.dtype || !wki_same_shape(&a->v, &b->v)) return a == b;
    const wki_view *p = &on_cpu(a)->v, *q = &on_cpu(b)->v;
    const size_t size = wk_dtype_size((wk_dtype)p->dtype);
    for (int64_t i = 0; i < wki_numel(p); i++)
        if (memcmp((const char *)p->data + (size_t)i * size, (const char *)q->data + (size_t)i * size, size) != 0 &&
            !(isnan(element_of(p, i)) && isnan(element_of(q, i))) &&
            !near_enough(p, element_of(p, i), element_of(q, i)))
            return false;
    return true;
}

/* Runs the subject and, where it has a gradient, backward: grads of the n inputs, or NULL. */
static inline wk_tensor *forward_backward(const subject *s, wk_tensor *const *in, int n, wk_tensor **grads)
{
    wk_tensor *y = call(s, in);
    for (int k = 0; k < n; k++) grads[k] = NULL;
    if (!y || !wk_needs_grad(y)) return y;
    if (wk_backward(weighted(y))) return NULL;
    for (int k = 0; k < n; k++) grads[k] = wk_grad(in[k]);
    return y;
}
#endif
