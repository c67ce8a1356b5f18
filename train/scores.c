/* Scores over batches: a confusion matrix and the target's rank, or sums of errors. Outputs are kept as well, since the
 * area under a ROC curve needs them all. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "wick/train.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct wk_scores {
    wki_object object;
    int classes;
    int64_t rows, room;
    int64_t *confusion, *rank; /* [target][predicted]; how often so many outputs were larger than the target's */
    float *outputs;            /* [room, classes] */
    int32_t *targets;
    double absolute, squared, mean,
        spread; /* of numbers: sums of errors; Welford's mean and sum of squares of targets */
};

static void scores_destroy(void *object)
{
    wk_scores *s = object;
    wki_free(s->confusion);
    wki_free(s->rank);
    wki_free(s->outputs);
    wki_free(s->targets);
}

static const wki_type scores_type = { "scores", sizeof(wk_scores), scores_destroy };

wk_scores *wk_scores_new(int classes)
{
    wki_check(classes == 0 || (classes >= 2 && classes <= 30000), NULL, WK_E_INVALID, "scores",
              "classes is %d; 2 to 30000, or 0 for numbers, are possible", classes);
    wk_scores *s = wki_object_new(&scores_type, "scores");
    if (!s) return NULL;
    s->classes = classes;
    if (!classes) return s;
    s->confusion = wki_alloc_array((size_t)classes * (size_t)classes, sizeof *s->confusion);
    s->rank = wki_alloc_array((size_t)classes, sizeof *s->rank);
    if (s->confusion && s->rank) return s;
    wki_object_unref(s);
    return NULL;
}

static bool scores_ok(const wk_scores *s, const char *where) { return wki_object_check(s, &scores_type, where, "s"); }

wk_status wk_scores_reset(wk_scores *s)
{
    if (wk_failed() || !scores_ok(s, "scores_reset")) return wk_error();
    const size_t n = (size_t)s->classes;
    if (n) memset(s->confusion, 0, n * n * sizeof *s->confusion);
    if (n) memset(s->rank, 0, n * sizeof *s->rank);
    s->rows = 0;
    s->absolute = s->squared = s->mean = s->spread = 0;
    return WK_OK;
}

/* ---- Adding ---- */

static wk_status make_room(wk_scores *s, int64_t rows)
{
    if (rows <= s->room) return WK_OK;
    const int64_t room = rows < 2 * s->room ? 2 * s->room : rows;
    const size_t was = (size_t)s->room, more = (size_t)room, wide = (size_t)s->classes * sizeof(float);
    float *outputs = wki_grow(s->outputs, was * wide, more * wide);
    if (outputs) s->outputs = outputs;
    int32_t *targets = outputs ? wki_grow(s->targets, was * sizeof *targets, more * sizeof *targets) : NULL;
    if (!targets) return WK_E_MEMORY;
    s->targets = targets;
    s->room = room;
    return WK_OK;
}

static void add_row(wk_scores *s, const float *x, int target)
{
    int best = 0, larger = 0;
    for (int c = 0; c < s->classes; c++) {
        if (x[c] > x[best] || (isnan(x[best]) && !isnan(x[c]))) best = c;
        larger += !(x[c] <= x[target]) && c != target; /* NaN is no good place */
    }
    s->confusion[(int64_t)target * s->classes + best]++;
    s->rank[larger]++;
    memcpy(s->outputs + s->rows * s->classes, x, (size_t)s->classes * sizeof *x);
    s->targets[s->rows++] = target;
}

static wk_status add_classes(wk_scores *s, wk_tensor *output, wk_tensor *target)
{
    wki_check(output->v.ndim == 2 && output->v.size[1] == s->classes && wki_is_float((wk_dtype)output->v.dtype),
              WK_E_SHAPE, WK_E_SHAPE, "scores_add", "output is %s %s; floats [n, %d] are needed",
              wk_dtype_name((wk_dtype)output->v.dtype), wki_show(&output->v), s->classes);
    const int64_t n = output->v.size[0];
    wki_check(target->v.dtype == WK_I64 && target->v.ndim == 1 && target->v.size[0] == n, WK_E_SHAPE, WK_E_SHAPE,
              "scores_add", "target is %s %s; i64 [%lld] is needed", wk_dtype_name((wk_dtype)target->v.dtype),
              wki_show(&target->v), (long long)n);
    wk_tensor *x = wki_on_cpu(wk_to(wk_detach(output), WK_F32));
    wk_tensor *y = wki_on_cpu(target);
    if (!x || !y || make_room(s, s->rows + n)) return wk_error();
    const int64_t *class = wk_data(y);
    for (int64_t i = 0; i < n; i++)
        wki_check(class[i] >= 0 && class[i] < s -> classes, WK_E_RANGE, WK_E_RANGE, "scores_add",
                  "target %lld is %lld; classes are 0 to %d", (long long)i, (long long)class[i], s -> classes - 1);
    for (int64_t i = 0; i < n; i++) add_row(s, (const float *)wk_data(x) + i * s->classes, (int)class[i]);
    return WK_OK;
}

static wk_status add_numbers(wk_scores *s, wk_tensor *output, wk_tensor *target)
{
    wki_check(wki_same_shape(&output->v, &target->v), WK_E_SHAPE, WK_E_SHAPE, "scores_add",
              "output is %s, target %s; equal shapes are needed", wki_show(&output->v), wki_show(&target->v));
    wk_tensor *x = wki_on_cpu(wk_to(wk_detach(output), WK_F64)), *y = wki_on_cpu(wk_to(wk_detach(target), WK_F64));
    if (!x || !y) return wk_error();
    const double *a = wk_data(x), *b = wk_data(y);
    for (int64_t i = 0; i < wk_numel(x); i++) {
        const double off = b[i] - s->mean;
        s->absolute += fabs(a[i] - b[i]);
        s->squared += (a[i] - b[i]) * (a[i] - b[i]);
        s->mean += off / (double)++s->rows;
        s->spread += off * (b[i] - s->mean);
    }
    return WK_OK;
}

wk_status wk_scores_add(wk_scores *s, wk_tensor *output, wk_tensor *target)
{
    static const char where[] = "scores_add";
    if (wk_failed() || !scores_ok(s, where) || !wki_tensor_ok(output, where, "output") ||
        !wki_tensor_ok(target, where, "target"))
        return wk_error();
    WK_SCOPE(work);
    WK_NO_GRAD(reading);
    return s->classes ? add_classes(s, output, target) : add_numbers(s, output, target);
}

/* ---- Asking ---- */

static bool kind_ok(const wk_scores *s, const char *where, bool classes)
{
    if (!scores_ok(s, where)) return false;
    wki_check((s->classes > 0) == classes, false, WK_E_STATE, where, "the scores are of %s",
              classes ? "numbers, not of classes" : "classes, not of numbers");
    return true;
}

int64_t wk_scores_rows(const wk_scores *s) { return scores_ok(s, "scores_rows") ? s->rows : 0; }

static double share(double part, double whole) { return whole > 0 ? part / whole : (double)NAN; }

double wk_scores_accuracy(const wk_scores *s)
{
    if (!kind_ok(s, "scores_accuracy", true)) return (double)NAN;
    int64_t hits = 0;
    for (int c = 0; c < s->classes; c++) hits += s->confusion[(int64_t)c * s->classes + c];
    return share((double)hits, (double)s->rows);
}

double wk_scores_topk(const wk_scores *s, int k)
{
    if (!kind_ok(s, "scores_topk", true)) return (double)NAN;
    wki_check(k >= 1 && k <= s->classes, (double)NAN, WK_E_RANGE, "scores_topk", "k is %d; there are %d classes", k,
              s->classes);
    int64_t hits = 0;
    for (int i = 0; i < k; i++) hits += s->rank[i];
    return share((double)hits, (double)s->rows);
}

static bool class_ok(const wk_scores *s, const char *where, int c, bool all_allowed)
{
    if (!kind_ok(s, where, true)) return false;
    wki_check((c >= 0 && c < s->classes) || (all_allowed && c == WK_ALL_CLASSES), false, WK_E_RANGE, where,
              "class %d; there are 0 to %d", c, s->classes - 1);
    return true;
}

int64_t wk_scores_confusion(const wk_scores *s, int target, int predicted)
{
    if (!class_ok(s, "scores_confusion", target, false) || !class_ok(s, "scores_confusion", predicted, false)) return 0;
    return s->confusion[(int64_t)target * s->classes + predicted];
}

typedef struct counts {
    double hit, taken, there; /* rows of the class that were found; taken for it; of the class */
} counts;

static counts counts_of(const wk_scores *s, int c)
{
    counts n = { .hit = (double)s->confusion[(int64_t)c * s->classes + c] };
    for (int other = 0; other < s->classes; other++) {
        n.there += (double)s->confusion[(int64_t)c * s->classes + other];
        n.taken += (double)s->confusion[(int64_t)other * s->classes + c];
    }
    return n;
}

static double precision(const wk_scores *s, int c)
{
    counts n = counts_of(s, c);
    return n.taken > 0 ? n.hit / n.taken : 0;
}

static double recall(const wk_scores *s, int c)
{
    counts n = counts_of(s, c);
    return n.there > 0 ? n.hit / n.there : 0;
}

static double f1(const wk_scores *s, int c)
{
    counts n = counts_of(s, c);
    return n.taken + n.there > 0 ? 2 * n.hit / (n.taken + n.there) : 0;
}

/* Of one class, or the mean over those that occur as target or as prediction. */
static double of_classes(const wk_scores *s, const char *where, int c, double (*score)(const wk_scores *, int))
{
    if (!class_ok(s, where, c, true)) return (double)NAN;
    if (c != WK_ALL_CLASSES) return s->rows ? score(s, c) : (double)NAN;
    double sum = 0, classes = 0;
    for (int i = 0; i < s->classes; i++) {
        counts n = counts_of(s, i);
        if (n.taken + n.there == 0) continue;
        sum += score(s, i);
        classes++;
    }
    return share(sum, classes);
}

double wk_scores_precision(const wk_scores *s, int c) { return of_classes(s, "scores_precision", c, precision); }
double wk_scores_recall(const wk_scores *s, int c) { return of_classes(s, "scores_recall", c, recall); }
double wk_scores_f1(const wk_scores *s, int c) { return of_classes(s, "scores_f1", c, f1); }

typedef struct ranked {
    float value;
    bool is;
} ranked;

static int by_value(const void *a, const void *b)
{
    const float x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

/* The share of pairs, one of the class and one not, in which the first has the larger output. */
static double auc(const wk_scores *s, int c)
{
    const int64_t n = s->rows;
    ranked *all = wki_alloc_array((size_t)n, sizeof *all);
    if (!all) return (double)NAN;
    double in = 0, pairs = 0;
    for (int64_t i = 0; i < n; i++) {
        const float *x = s->outputs + i * s->classes;
        all[i] = (ranked){ s->classes == 2 ? x[c] - x[1 - c] : x[c], s->targets[i] == c };
        in += all[i].is;
    }
    qsort(all, (size_t)n, sizeof *all, by_value);
    double below = 0; /* of the others */
    for (int64_t i = 0, end; i < n; i = end) {
        double ours = 0, others = 0;
        for (end = i; end < n && all[end].value == all[i].value; end++) {
            ours += all[end].is;
            others += !all[end].is;
        }
        if (end == i) end = n, below = (double)NAN; /* NaN cannot be ranked */
        pairs += ours * (below + others / 2);
        below += others;
    }
    wki_free(all);
    return share(pairs, in * ((double)n - in));
}

double wk_scores_auc(const wk_scores *s, int c)
{
    if (!class_ok(s, "scores_auc", c, true)) return (double)NAN;
    if (c != WK_ALL_CLASSES) return auc(s, c);
    double sum = 0, classes = 0;
    for (int i = 0; i < s->classes; i++) {
        if (counts_of(s, i).there == 0) continue;
        sum += auc(s, i);
        classes++;
    }
    return share(sum, classes);
}

double wk_scores_mae(const wk_scores *s)
{
    return kind_ok(s, "scores_mae", false) ? share(s->absolute, (double)s->rows) : (double)NAN;
}

double wk_scores_mse(const wk_scores *s)
{
    return kind_ok(s, "scores_mse", false) ? share(s->squared, (double)s->rows) : (double)NAN;
}

double wk_scores_r2(const wk_scores *s)
{
    if (!kind_ok(s, "scores_r2", false) || s->rows < 2) return (double)NAN;
    if (s->spread == 0 && !isnan(s->squared) && !WKI_FAULT(237)) return s->squared == 0;
    return 1 - s->squared / s->spread;
}
