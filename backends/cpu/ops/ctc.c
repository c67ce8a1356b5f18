/* ctc: the negative logarithm of the probability of all alignments of a target with t frames (Graves, Fernandez, Gomez,
 * Schmidhuber 2006), and its gradient. The extended target has a blank around each label; alpha[t][k] is the logarithm
 * of the probability of all ways to be at its element k after frame t, beta that of all ways on. A unit is one
 * sequence. */
#include "backends/cpu/cpu.h"
#include "base/error.h"
#include <math.h>

typedef struct sequence {
    const wki_view *logp;
    const wki_ctc_attrs *a;
    const int64_t *labels, *span;
    int64_t b, states; /* of the extended target */
    double *alpha;     /* [t, width] */
    int64_t width;
} sequence;

enum { START, FRAMES, LABELS }; /* of a span */

static double logp_at(const sequence *s, int64_t t, int64_t class)
{
    const wki_view *v = s->logp;
    const int64_t at = t * v->stride[0] + s->b * v->stride[1] + class * v->stride[2];
    return v->dtype == WK_F32 ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
}

static int64_t label_at(const sequence *s, int64_t i) { return s->labels[s->span[START] + i]; }
static int64_t class_of(const sequence *s, int64_t k) { return k % 2 ? label_at(s, k / 2) : s->a->blank; }
static bool may_skip_to(const sequence *s, int64_t k)
{
    return k % 2 && k > 1 && label_at(s, k / 2) != label_at(s, k / 2 - 1);
}

/* log(exp(a) + exp(b) + exp(c)) */
static double added(double a, double b, double c)
{
    const double top = fmax(fmax(a, b), c);
    return top == -INFINITY ? top : top + log(exp(a - top) + exp(b - top) + exp(c - top));
}

static wk_status check(const sequence *s, const wki_view *target)
{
    const int64_t frames = s->span[FRAMES], labels = s->span[LABELS], start = s->span[START],
                  classes = s->logp->size[2];
    wki_check(frames >= 0 && frames <= s->logp->size[0], WK_E_RANGE, WK_E_RANGE, "ctc_loss",
              "input_lengths has %lld for sequence %lld; from 0 to the %lld frames of log_probs are possible",
              (long long)frames, (long long)s->b, (long long)s->logp->size[0]);
    const int64_t room = s->a->room < 0 ? target->size[0] - start : s->a->room;
    wki_check(labels >= 0 && start >= 0 && labels <= room, WK_E_RANGE, WK_E_RANGE, "ctc_loss",
              "target_lengths has %lld for sequence %lld; targets have %lld there", (long long)labels, (long long)s->b,
              (long long)room);
    for (int64_t i = 0; i < labels; i++)
        wki_check(label_at(s, i) >= 0 && label_at(s, i) < classes, WK_E_RANGE, WK_E_RANGE, "ctc_loss",
                  "label %lld of sequence %lld is %lld; expected 0 to %lld", (long long)i, (long long)s->b,
                  (long long)label_at(s, i), (long long)classes - 1);
    return WK_OK;
}

static sequence sequence_at(const wki_call *call, int64_t b)
{
    const wki_ctc_attrs *a = call->attrs;
    const wki_view *const *in = call->views + (a->backward ? 3 : 2), *alpha = call->views[a->backward ? 2 : 1];
    const int64_t *span = (const int64_t *)in[2]->data + 3 * b;
    return (sequence){ .logp = in[0],
                       .a = a,
                       .labels = in[1]->data,
                       .span = span,
                       .b = b,
                       .states = 2 * span[LABELS] + 1,
                       .alpha = (double *)alpha->data + b * alpha->size[1] * alpha->size[2],
                       .width = alpha->size[2] };
}

/* Minus the logarithm, from the last alphas. */
static double loss_of(const sequence *s)
{
    const int64_t frames = s->span[FRAMES], states = s->states;
    if (frames == 0) return states == 1 ? 0 : INFINITY;
    const double *last = s->alpha + (frames - 1) * s->width;
    return -added(last[states - 1], states > 1 ? last[states - 2] : -INFINITY, -INFINITY);
}

static void forward(const sequence *s)
{
    for (int64_t t = 0; t < s->span[FRAMES]; t++) {
        double *now = s->alpha + t * s->width;
        const double *before = now - s->width;
        for (int64_t k = 0; k < s->states; k++) {
            double reached = t > 0 || k > 1 ? -INFINITY : 0;
            if (t > 0)
                reached =
                    added(before[k], k > 0 ? before[k - 1] : -INFINITY, may_skip_to(s, k) ? before[k - 2] : -INFINITY);
            now[k] = reached + logp_at(s, t, class_of(s, k));
        }
    }
}

static double *slope_of(const wki_view *d, const sequence *s, int64_t t) /* as a double or a float, by d's dtype */
{
    const int64_t at = (t * d->size[1] + s->b) * d->size[2];
    return (double *)(void *)((char *)d->data + at * (int64_t)wk_dtype_size((wk_dtype)d->dtype));
}

static void put_slopes(const wki_view *d, const sequence *s, int64_t t, const double *slope)
{
    for (int64_t c = 0; c < d->size[2]; c++)
        if (d->dtype == WK_F32)
            ((float *)(void *)slope_of(d, s, t))[c] = (float)(slope ? slope[c] : 0);
        else
            slope_of(d, s, t)[c] = slope ? slope[c] : 0;
}

/* beta without frame t's own probability; `after` is the frame behind, with its own. */
static void step_back(const sequence *s, int64_t t, const double *after, double *beta)
{
    const bool last = t == s->span[FRAMES] - 1;
    for (int64_t k = 0; k < s->states; k++)
        if (last)
            beta[k] = k >= s->states - 2 ? 0 : -INFINITY;
        else
            beta[k] = added(after[k], k + 1 < s->states ? after[k + 1] : -INFINITY,
                            k + 2 < s->states && may_skip_to(s, k + 2) ? after[k + 2] : -INFINITY);
}

/* (exp(logp) - the probability of being at the class) * g: right behind a log_softmax, whose gradient it makes exact.
 */
static void backward(const sequence *s, const wki_view *d, double g, double *scratch)
{
    const int64_t classes = d->size[2], frames = s->span[FRAMES];
    const double loss = loss_of(s);
    double *slope = scratch, *after = slope + classes, *beta = after + s->width;
    const bool nothing = s->a->zero_infinity && loss == INFINITY;
    for (int64_t t = d->size[0] - 1; t >= 0; t--) {
        if (nothing || t >= frames) {
            put_slopes(d, s, t, NULL);
            continue;
        }
        step_back(s, t, after, beta);
        for (int64_t c = 0; c < classes; c++) slope[c] = loss == INFINITY ? (double)NAN : exp(logp_at(s, t, c)) * g;
        for (int64_t k = 0; k < s->states; k++) {
            slope[class_of(s, k)] -= exp(s->alpha[t * s->width + k] + beta[k] + loss) * g;
            after[k] = beta[k] + logp_at(s, t, class_of(s, k));
        }
        put_slopes(d, s, t, slope);
    }
}

static int64_t units(const wki_call *call)
{
    return call->views[((const wki_ctc_attrs *)call->attrs)->backward ? 3 : 2]->size[1];
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_ctc_attrs *a = call->attrs;
    return a->backward ? (size_t)(call->views[0]->size[2] + 2 * call->views[2]->size[2]) * sizeof(double) : 0;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_ctc_attrs *a = call->attrs;
    const wki_view *y = call->views[0], *g = call->views[1];
    for (int64_t b = begin; b < end; b++) {
        const sequence s = sequence_at(call, b);
        if (a->backward) {
            const int64_t at = b * g->stride[0];
            backward(&s, y, g->dtype == WK_F32 ? (double)((const float *)g->data)[at] : ((const double *)g->data)[at],
                     scratch);
            continue;
        }
        if (check(&s, call->views[3])) return wk_error();
        forward(&s);
        double loss = loss_of(&s);
        if (a->zero_infinity && loss == INFINITY) loss = 0;
        if (y->dtype == WK_F32)
            ((float *)y->data)[b] = (float)loss;
        else
            ((double *)y->data)[b] = loss;
    }
    return WK_OK;
}

const wki_kernel wki_cpu_ctc = { "ctc", units, scratch_bytes, run };
