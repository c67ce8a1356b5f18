/* The report's table: a row an optimizer, a column a measure, each seed's test result as a dot. The columns are data;
 * rests on the statistics that summary.c made. */
#include "page.h"
#include <math.h>

void report_put_count(FILE *out, int64_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0) putc(',', out);
        putc(digits[i], out);
    }
}

typedef enum form { PERCENT, LOSS, SEEDS, TENTHS, TIME, COUNT } form;

typedef struct column {
    report_measure measure;
    form form;
    const char *head;
    int group; /* of neighbours under one heading */
} column;

static const column class_columns[] = {
    { REPORT_TEST_ACCURACY, PERCENT, "accuracy, %", 0 },
    { REPORT_TEST_ACCURACY, SEEDS, "", 0 },
    { REPORT_TEST_LOSS, LOSS, "loss", 0 },
    { REPORT_BEST_ACCURACY, PERCENT, "accuracy, %", 1 },
    { REPORT_EPOCHS_TO_TARGET, TENTHS, "epochs", 2 },
    { REPORT_SECONDS_TO_TARGET, TIME, "seconds", 2 },
    { REPORT_SECONDS_PER_EPOCH, TIME, "s / epoch", 3 },
    { REPORT_SAMPLES_PER_SECOND, COUNT, "samples / s", 3 },
};
static const column loss_columns[] = {
    { REPORT_TEST_LOSS, LOSS, "loss", 0 },
    { REPORT_TEST_LOSS, SEEDS, "", 0 },
    { REPORT_BEST_LOSS, LOSS, "loss", 1 },
    { REPORT_EPOCHS_TO_TARGET, TENTHS, "epochs", 2 },
    { REPORT_SECONDS_TO_TARGET, TIME, "seconds", 2 },
    { REPORT_SECONDS_PER_EPOCH, TIME, "s / epoch", 3 },
    { REPORT_SAMPLES_PER_SECOND, COUNT, "samples / s", 3 },
};

static const column *columns_of(const report_page *p, int *n)
{
    bool classes = p->run->classes > 0;
    *n = classes ? sizeof class_columns / sizeof *class_columns : sizeof loss_columns / sizeof *loss_columns;
    return classes ? class_columns : loss_columns;
}

static double test_of(const report_page *p, int o, int s)
{
    const report_seed *seed = &p->run->optimizers[o].seeds[s];
    if (seed->diverged) return NAN;
    return p->run->classes > 0 ? 100 * seed->test_accuracy : seed->test_loss;
}

/* The common ends of the strips of dots; lo > hi when there is none to draw. */
static void test_range(const report_page *p, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int o = 0; o < p->run->noptimizers; o++) {
        for (int s = 0; s < p->run->nseeds; s++) {
            double v = test_of(p, o, s);
            if (!isfinite(v)) continue;
            *lo = fmin(*lo, v);
            *hi = fmax(*hi, v);
        }
    }
}

static void put_strip(const report_page *p, int o)
{
    double lo, hi, *values = p->numbers;
    test_range(p, &lo, &hi);
    for (int s = 0; s < p->run->nseeds; s++) values[s] = test_of(p, o, s);
    chart_strip(p->out, o, values, p->run->nseeds, lo, hi);
}

static void put_group(const report_page *p, int group, int span)
{
    fprintf(p->out, "<th colspan=\"%d\" scope=\"colgroup\"><span>", span);
    if (group == 0) fputs("Test, measured once", p->out);
    if (group == 1) fputs("Best validation", p->out);
    if (group == 2 && isnan(p->target))
        fputs("To target", p->out);
    else if (group == 2 && p->run->classes > 0)
        fprintf(p->out, "To %.4g %% validation", 100 * p->target);
    else if (group == 2)
        fprintf(p->out, "To validation %.3g", p->target);
    if (group == 3) fputs("Speed", p->out);
    fputs("</span></th>", p->out);
}

static void put_head(const report_page *p)
{
    int n, span;
    const column *c = columns_of(p, &n);
    double lo, hi;
    test_range(p, &lo, &hi);
    fputs("<thead>\n<tr class=\"group\"><th></th><th></th>", p->out);
    for (int i = 0; i < n; i += span) {
        for (span = 1; i + span < n && c[i + span].group == c[i].group; span++) {}
        put_group(p, c[i].group, span);
    }
    fputs("</tr>\n<tr><th scope=\"col\">Optimizer</th><th scope=\"col\">lr</th>", p->out);
    for (int i = 0; i < n; i++) {
        fputs("<th scope=\"col\">", p->out);
        if (c[i].form == SEEDS && lo < hi) {
            const char *ends = p->run->classes > 0 ? "%.2f" : "%.3g";
            char low[32], high[32];
            snprintf(low, sizeof low, ends, lo);
            snprintf(high, sizeof high, ends, hi);
            fprintf(p->out,
                    "<span class=\"seeds\">each seed</span><span class=\"ends\"><span>%s</span><span>%s</span></span>",
                    low, high);
        } else if (c[i].form == SEEDS) {
            fputs("each seed", p->out);
        }
        fprintf(p->out, "%s</th>", c[i].head);
    }
    fputs("</tr>\n</thead>\n", p->out);
}

static void put_loss(FILE *out, double mean, double std)
{
    bool plain = fabs(mean) >= 1e-3 && fabs(mean) < 1e4;
    if (isnan(std))
        fprintf(out, plain ? "%.4f" : "%.3e", mean);
    else
        fprintf(out, plain ? " <span class=\"pm\">± %.4f</span>" : " <span class=\"pm\">± %.1e</span>", std);
}

static void put_value(const report_page *p, form f, const report_stat *s)
{
    FILE *out = p->out;
    if (isnan(s->mean)) {
        fputs("–", out);
        return;
    }
    bool bold = s->best && p->run->noptimizers > 1;
    if (bold) fputs("<strong>", out);
    switch (f) {
    case PERCENT: fprintf(out, "%.2f", 100 * s->mean); break;
    case LOSS: put_loss(out, s->mean, NAN); break;
    case TENTHS: fprintf(out, "%.1f", s->mean); break;
    case TIME: fprintf(out, s->mean < 9.995 ? "%.2f" : "%.1f", s->mean); break;
    case COUNT: report_put_count(out, (int64_t)(s->mean + 0.5)); break;
    case SEEDS: break;
    }
    if (bold) fputs("</strong>", out);
    if (f == PERCENT && !isnan(s->std)) fprintf(out, " <span class=\"pm\">± %.2f</span>", 100 * s->std);
    if (f == LOSS && !isnan(s->std)) put_loss(out, s->mean, s->std);
    if ((f == TENTHS || f == TIME) && s->n < p->run->nseeds)
        fprintf(out, " <small>(%d of %d)</small>", s->n, p->run->nseeds);
}

/* The seed that got least far; one of them has diverged. */
static const report_seed *first_diverged(const report_run *run, int o)
{
    const report_seed *first = NULL;
    for (int i = 0; i < run->nseeds; i++) {
        const report_seed *s = &run->optimizers[o].seeds[i];
        if (!s->diverged) continue;
        if (!first || s->diverged_epoch < first->diverged_epoch ||
            (s->diverged_epoch == first->diverged_epoch && s->diverged_step < first->diverged_step))
            first = s;
    }
    return first;
}

static void put_name(const report_page *p, int o)
{
    const report_optimizer *opt = &p->run->optimizers[o];
    int diverged = report_diverged(p->run, o);
    fputs("<th scope=\"row\">", p->out);
    chart_key(p->out, o);
    chart_text(p->out, opt->name);
    if (opt->options && *opt->options) {
        fputs("<small>", p->out);
        chart_text(p->out, opt->options);
        fputs("</small>", p->out);
    }
    if (diverged > 0) {
        const report_seed *first = first_diverged(p->run, o);
        fprintf(p->out, "<small>%d of %d seeds diverged, first at epoch %d, step %lld</small>", diverged,
                p->run->nseeds, first->diverged_epoch, (long long)first->diverged_step);
    }
    fputs("</th>", p->out);
}

void report_put_table(const report_page *p)
{
    int n;
    const column *c = columns_of(p, &n);
    fputs("<h2>Result</h2>\n<div class=\"wide\"><table class=\"result\">\n", p->out);
    put_head(p);
    fputs("<tbody>\n", p->out);
    for (int o = 0; o < p->run->noptimizers; o++) {
        fputs("<tr>", p->out);
        put_name(p, o);
        fprintf(p->out, "<td>%g</td>", p->run->optimizers[o].lr);
        for (int i = 0; i < n; i++) {
            fputs("<td>", p->out);
            if (c[i].form == SEEDS)
                put_strip(p, o);
            else
                put_value(p, c[i].form, &p->stats[o][c[i].measure]);
            fputs("</td>", p->out);
        }
        fputs("</tr>\n", p->out);
    }
    fputs("</tbody>\n</table></div>\n<p class=\"note\">", p->out);
    if (p->run->nseeds > 1) fputs("Mean ± sample standard deviation over the seeds. ", p->out);
    if (p->run->noptimizers > 1 && p->run->nseeds > 1)
        fputs("Bold: the best, and what lies within one standard deviation of it. ", p->out);
    else if (p->run->noptimizers > 1)
        fputs("Bold: the best. ", p->out);
    fputs("The test rows were measured once, after the last epoch.</p>\n", p->out);
}
