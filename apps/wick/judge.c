/* The pass of wick eval: scores come from the library; each row's loss is kept beside it only for the worst. */
#include "judge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void judge_free(judge *j)
{
    free(j->worst);
    free(j->outputs);
    free(j->points);
}

static bool make(judge *j, const trial *of, int worst)
{
    const int64_t rows = of->data.test_rows;
    *j = (judge){ .of = of, .most = worst, .stride = (rows + JUDGE_POINTS - 1) / JUDGE_POINTS };
    j->scores = wk_scores_new(of->data.classes);
    j->worst = calloc((size_t)worst + 1, sizeof *j->worst);
    j->outputs = calloc(of->data.classes ? 1 : (size_t)of->data.outputs, sizeof *j->outputs);
    j->points = of->data.classes ? NULL : calloc(JUDGE_POINTS, sizeof *j->points);
    if (!j->worst || !j->outputs || (!of->data.classes && !j->points))
        wk_fail(WK_E_MEMORY, "no memory for what %lld rows come to", (long long)rows);
    for (int64_t c = 0; j->outputs && c < (of->data.classes ? 0 : of->data.outputs); c++)
        j->outputs[c] = (judge_output){ .least = INFINITY, .most = -INFINITY, .low = INFINITY, .high = -INFINITY };
    return !wk_failed();
}

/* NaN is worse than anything. */
static bool is_worse(double a, double b) { return isnan(a) ? !isnan(b) : a > b; }

static void note(judge *j, const judge_row *row)
{
    j->loss += (row->loss - j->loss) / (double)++j->rows;
    int at = j->nworst;
    while (at > 0 && is_worse(row->loss, j->worst[at - 1].loss)) at--;
    if (at == j->most) return;
    if (j->nworst < j->most) j->nworst++;
    memmove(&j->worst[at + 1], &j->worst[at], (size_t)(j->nworst - 1 - at) * sizeof *j->worst);
    j->worst[at] = *row;
    j->worst[at].row = trial_row(j->of, row->at);
    double *const numbers[] = { &j->worst[at].loss, &j->worst[at].p_target, &j->worst[at].p_said, &j->worst[at].wanted,
                                &j->worst[at].got };
    for (int i = 0; i < 5; i++) *numbers[i] = say_plain(*numbers[i]);
}

/* ---- Classes ---- */

static void note_classes(judge *j, const double *log_p, const int64_t *target, const int64_t *rows, int64_t n)
{
    const int classes = j->of->data.classes;
    for (int64_t i = 0; i < n; i++, log_p += classes) {
        int said = 0;
        for (int c = 1; c < classes; c++) said = log_p[c] > log_p[said] ? c : said;
        note(j, &(judge_row){ .at = rows[i],
                              .loss = -log_p[target[i]],
                              .target = (int)target[i],
                              .said = said,
                              .p_target = exp(log_p[target[i]]),
                              .p_said = exp(log_p[said]) });
    }
}

static wk_status add_classes(judge *j, wk_batch *b)
{
    wk_tensor *out = wk_forward(j->of->net, wk_batch_x(b)), *y = wk_contiguous(wk_to_device(wk_batch_y(b), WK_CPU));
    wk_tensor *log_p = wk_contiguous(wk_log_softmax(wk_to(wk_to_device(out, WK_CPU), WK_F64), 1));
    wk_scores_add(j->scores, log_p,
                  y); /* areas are of probabilities: one row's outputs may all be higher than another's */
    if (!wk_failed()) note_classes(j, wk_data(log_p), wk_data(y), wk_batch_rows(b), wk_batch_size(b));
    return wk_error();
}

static int by_rows(const void *a, const void *b)
{
    const judge_mistake *x = a, *y = b;
    if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
    return x->target != y->target ? x->target - y->target : x->said - y->said;
}

int judge_mistakes(const judge *j, judge_mistake *most, int n)
{
    const int classes = j->of->data.classes;
    int found = 0;
    for (int i = 0; i < classes * classes; i++) {
        const judge_mistake m = { i / classes, i % classes, wk_scores_confusion(j->scores, i / classes, i % classes) };
        if (m.target == m.said || m.rows == 0) continue;
        if (found < n)
            most[found++] = m;
        else if (by_rows(&m, &most[n - 1]) < 0)
            most[n - 1] = m;
        else
            continue;
        for (int k = found - 1; k > 0 && by_rows(&most[k], &most[k - 1]) < 0; k--) {
            const judge_mistake lower = most[k - 1];
            most[k - 1] = most[k];
            most[k] = lower;
        }
    }
    return found;
}

int64_t judge_class_rows(const judge *j, int c)
{
    int64_t rows = 0;
    for (int k = 0; k < j->of->data.classes; k++) rows += wk_scores_confusion(j->scores, c, k);
    return rows;
}

/* ---- Numbers ---- */

static void note_output(judge_output *o, int64_t rows, double wanted, double got)
{
    scale_score_add(&o->score, rows, wanted, got);
    o->absolute += fabs(got - wanted);
    o->least = fmin(o->least, wanted);
    o->most = fmax(o->most, wanted);
    o->low = fmin(o->low, fmin(wanted, got));
    o->high = fmax(o->high, fmax(wanted, got));
}

/* A batch's numbers: as training has them, and in the data's units. */
typedef struct numbers {
    const double *scaled_out, *scaled_target, *out, *target;
} numbers;

static void note_row(judge *j, int64_t row, const numbers *n, int64_t at)
{
    const int64_t outputs = j->of->data.outputs;
    const bool drawn = j->rows % j->stride == 0 && j->npoints < JUDGE_POINTS;
    judge_row r = { .at = row };
    double far = -1;
    for (int64_t c = 0; c < outputs; c++, at++) {
        const double off = n->scaled_out[at] - n->scaled_target[at];
        note_output(&j->outputs[c], j->rows + 1, n->target[at], n->out[at]);
        r.loss += off * off / (double)outputs;
        if (drawn && c < JUDGE_PLOTS) {
            j->points[j->npoints][2 * c] = n->target[at];
            j->points[j->npoints][2 * c + 1] = n->out[at];
        }
        if (!is_worse(fabs(off), far)) continue;
        far = fabs(off);
        r.output = (int)c;
        r.wanted = n->target[at];
        r.got = n->out[at];
    }
    j->npoints += drawn;
    note(j, &r);
}

static const double *flat(wk_tensor *t)
{
    wk_tensor *as = wk_contiguous(wk_to_device(wk_to(t, WK_F64), WK_CPU));
    return as ? wk_data(as) : NULL;
}

static wk_status add_numbers(judge *j, wk_batch *b)
{
    const scales *s = &j->of->plan.scales;
    const int64_t n = wk_batch_size(b), outputs = j->of->data.outputs;
    wk_tensor *y = wk_batch_y(b), *out = wk_forward(j->of->net, wk_batch_x(b));
    wk_tensor *as = out ? wk_reshape(scale_results(s, out), wk_ndim(y), wk_shape(y)) : NULL;
    if (wk_scores_add(j->scores, as, y)) return wk_error();
    const numbers all = { flat(out), flat(scale_targets(s, y)), flat(as), flat(y) };
    for (int64_t i = 0; i < n && !wk_failed(); i++) note_row(j, wk_batch_rows(b)[i], &all, i * outputs);
    return wk_error();
}

double judge_rmse(const judge *j, int64_t c) { return sqrt(j->outputs[c].score.squared / (double)j->rows); }

double judge_mae(const judge *j, int64_t c) { return j->outputs[c].absolute / (double)j->rows; }

double judge_r2(const judge *j, int64_t c) { return scale_score_r2(&j->outputs[c].score, j->rows); }

double judge_mean_r2(const judge *j)
{
    double sum = 0;
    for (int64_t c = 0; c < j->of->data.outputs; c++) sum += judge_r2(j, c);
    return sum / (double)j->of->data.outputs;
}

bool judge_rows(judge *j, const trial *of, int worst)
{
    WK_NO_GRAD(judging);
    if (!make(j, of, worst)) return false;
    wk_loader *loader = trial_rows(of);
    for (wk_batch *b; !wk_failed() && (b = wk_loader_next(loader));) {
        WK_SCOPE(batch);
        if (of->data.classes)
            add_classes(j, b);
        else
            add_numbers(j, b);
    }
    j->loss = say_plain(j->loss);
    return !wk_failed();
}
