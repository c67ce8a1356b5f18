/* A step length for which the strong Wolfe conditions hold (Nocedal and Wright 2006, algorithms 3.5 and 3.6), with the
 * choices of torch.optim.LBFGS: cubic interpolation, kept off an interval's ends. A trial that is not finite counts as
 * one that went too far. */
#include "base/object.h"
#include "optim/wolfe.h"
#include <math.h>

static const double decrease = 1e-4, curvature = 0.9, narrow = 1e-9;

typedef struct search {
    wki_line *line;
    const wki_trial *start;
    wki_trial end[2]; /* of the interval; if it is found, end[0] alone counts */
    int64_t trials;   /* past the first */
    int low;          /* which end has the smaller loss */
    bool found;
} search;

static wki_trial shared(const wki_trial *trial)
{
    wki_object_ref(trial->g);
    return *trial;
}

static void put(wki_trial *to, wki_trial trial)
{
    wki_object_unref(to->g);
    *to = trial;
}

static wki_trial evaluate(search *s, double t)
{
    wki_trial trial = { .t = t };
    s->line->at(s->line->user, &trial);
    if (!isfinite(trial.loss) || !isfinite(trial.slope)) trial.loss = (double)INFINITY;
    return trial;
}

static bool went_too_far(const search *s, const wki_trial *trial)
{
    return trial->loss > s->start->loss + decrease * trial->t * s->start->slope;
}

static bool is_flat(const search *s, const wki_trial *trial)
{
    return fabs(trial->slope) <= -curvature * s->start->slope;
}

/* Where the cubic through two trials is least, but within [low, high]; the middle if it is so nowhere (their equation
 * 3.59). */
static double least_of_cubic(const wki_trial *a, const wki_trial *b, double low, double high)
{
    if (a->t > b->t) {
        const wki_trial *swapped = a;
        a = b;
        b = swapped;
    }
    const double mean = a->slope + b->slope - 3 * (a->loss - b->loss) / (a->t - b->t);
    const double root = sqrt(mean * mean - a->slope * b->slope);
    const double t = b->t - (b->t - a->t) * ((b->slope + root - mean) / (b->slope - a->slope + 2 * root));
    return isfinite(t) ? fmin(fmax(t, low), high) : (low + high) / 2;
}

/* Longer and longer steps, until the last two enclose what is looked for. */
static void enclose(search *s, double t)
{
    wki_trial last = shared(s->start), now = evaluate(s, t);
    for (; s->trials < s->line->most && !wk_failed(); s->trials++) {
        const bool past = went_too_far(s, &now) || (s->trials > 1 && now.loss >= last.loss);
        s->found = !past && is_flat(s, &now);
        if (past || s->found || now.slope >= 0) break;
        const double next = least_of_cubic(&last, &now, now.t + 0.01 * (now.t - last.t), 10 * now.t);
        put(&last, now);
        now = evaluate(s, next);
    }
    if (s->trials == s->line->most) put(&last, shared(s->start));
    s->end[s->found] = last;
    s->end[!s->found] = now;
}

/* A step too near an end is taken once; the next one is moved a tenth of the interval away. */
static double inside(const search *s, bool *near)
{
    const double low = fmin(s->end[0].t, s->end[1].t), high = fmax(s->end[0].t, s->end[1].t);
    const double t = least_of_cubic(&s->end[0], &s->end[1], low, high), margin = 0.1 * (high - low);
    const bool was_near = *near;
    *near = fmin(high - t, t - low) < margin;
    if (!*near || (!was_near && t < high && t > low)) return t;
    *near = false;
    return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
}

static void shrink(search *s, bool *near)
{
    const wki_trial now = evaluate(s, inside(s, near));
    wki_trial *low = &s->end[s->low], *high = &s->end[!s->low];
    if (went_too_far(s, &now) || now.loss >= low->loss) {
        put(high, now);
        s->low = !(s->end[0].loss <= s->end[1].loss);
        return;
    }
    s->found = is_flat(s, &now);
    if (!s->found && now.slope * (high->t - low->t) >= 0) put(high, shared(low));
    put(low, now);
}

wk_status wki_strong_wolfe(wki_line *line, double t, wki_trial *best)
{
    search s = { .line = line, .start = best };
    bool near = false;
    enclose(&s, t);
    if (!s.found) s.low = !(s.end[0].loss <= s.end[1].loss);
    for (; !s.found && s.trials < line->most && !wk_failed(); s.trials++) {
        if (fabs(s.end[1].t - s.end[0].t) * line->reach < narrow) break;
        shrink(&s, &near);
    }
    if (!wk_failed()) put(best, shared(&s.end[s.low]));
    wki_object_unref(s.end[0].g);
    wki_object_unref(s.end[1].g);
    return wk_error();
}
