/* The page of `wick compare`: the result in a sentence, the table, the curves, and how all of it was measured. Numbers
 * come from summary.c, charts from chart.c; nothing on the page is fetched, run or left to another file. */
#include "page.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef enum curve { ACCURACY, VALID_LOSS, TRAIN_LOSS } curve;

static void put_duration(FILE *out, double seconds)
{
    if (!(seconds > 0 && seconds < 1e12)) seconds = 0;
    long long s = (long long)(seconds + 0.5);
    if (s < 60)
        fprintf(out, "%.1f s", seconds);
    else if (s < 3600)
        fprintf(out, "%lld min %02lld s", s / 60, s % 60);
    else
        fprintf(out, "%lld h %02lld min", s / 3600, s / 60 % 60);
}

static const double *curve_of(const report_seed *s, curve which)
{
    return which == ACCURACY ? s->valid_accuracy : which == VALID_LOSS ? s->valid_loss : s->train_loss;
}

static double at(const double *values, int i) { return values ? values[i] : NAN; }

/* One optimizer's line: mean, lowest and highest over its seeds, where all of them have a value. Seeds that diverged
 * are left out unless all did. */
static void gather(const report_page *p, int o, curve which, bool by_seconds)
{
    const report_run *run = p->run;
    const report_optimizer *opt = &run->optimizers[o];
    double *x = p->numbers + (size_t)o * 4 * (size_t)p->points, *mean = x + p->points, *low = mean + p->points,
           *high = low + p->points;
    bool broken = report_diverged(run, o) == run->nseeds;
    double unit = which == ACCURACY ? 100 : 1;
    int used = 0;
    for (int i = 0; i < p->points; i++) {
        double sum = 0, seconds = 0;
        low[i] = INFINITY;
        high[i] = -INFINITY;
        used = 0;
        for (int s = 0; s < run->nseeds; s++) {
            const report_seed *seed = &opt->seeds[s];
            if (seed->diverged && !broken) continue;
            double v = i < seed->points ? unit * at(curve_of(seed, which), i) : NAN;
            sum += v;
            seconds += i < seed->points ? at(seed->seconds, i) : NAN;
            low[i] = fmin(low[i], v);
            high[i] = fmax(high[i], v);
            used++;
        }
        mean[i] = sum / used;
        x[i] = by_seconds ? seconds / used : run->first_epoch + i;
    }
    bool band = used > 1;
    p->series[o] = (chart_series){ .name = p->names[o],
                                   .style = o,
                                   .broken = broken,
                                   .n = p->points,
                                   .x = x,
                                   .y = mean,
                                   .low = band ? low : NULL,
                                   .high = band ? high : NULL };
}

static void put_chart(const report_page *p, curve which, bool by_seconds)
{
    static const char *const titles[] = { "Validation accuracy", "Validation loss", "Training loss" };
    static const char *const ids[] = { "accuracy-epoch",     "accuracy-seconds", "valid-loss-epoch",
                                       "valid-loss-seconds", "train-loss-epoch", "train-loss-seconds" };
    for (int o = 0; o < p->run->noptimizers; o++) gather(p, o, which, by_seconds);
    chart c = { .id = ids[2 * which + by_seconds],
                .title = titles[which],
                .unit = which == ACCURACY ? "%" : p->run->loss_name,
                .x_title = by_seconds ? "seconds" : "epoch",
                .scale = which == ACCURACY ? CHART_NINES : CHART_LOG,
                .whole_x = !by_seconds,
                .series = p->series,
                .nseries = p->run->noptimizers };
    fputs("<figure>", p->out);
    chart_write(p->out, &c);
    fputs("</figure>\n", p->out);
}

static void put_legend(const report_page *p)
{
    fputs("<ul class=\"legend\">", p->out);
    for (int o = 0; o < p->run->noptimizers; o++) {
        fputs("<li>", p->out);
        chart_key(p->out, o);
        chart_text(p->out, p->run->optimizers[o].name);
        fprintf(p->out, " <span>lr %g</span></li>", p->run->optimizers[o].lr);
    }
    fputs("</ul>\n", p->out);
}

static void put_curves(const report_page *p)
{
    fputs("<h2>Curves</h2>\n", p->out);
    put_legend(p);
    fprintf(p->out, "<div class=\"charts%s\">\n", p->timed ? "" : " one");
    for (int which = p->run->classes > 0 ? ACCURACY : VALID_LOSS; which <= TRAIN_LOSS; which++) {
        put_chart(p, (curve)which, false);
        if (p->timed) put_chart(p, (curve)which, true);
    }
    fputs("</div>\n<p class=\"note\">", p->out);
    if (p->run->nseeds > 1)
        fprintf(p->out, "Lines are means over %d seeds; bands reach from the lowest seed to the highest. ",
                p->run->nseeds);
    else
        fputs("One seed, so there is no band to show the spread. ", p->out);
    for (int o = 0, said = 0; o < p->run->noptimizers && !said; o++) {
        said = report_diverged(p->run, o) > 0;
        if (said) fputs("Seeds that diverged are left out; where all did, a cross marks the end. ", p->out);
    }
    if (p->run->first_epoch == 0) fputs("Epoch 0 is before the first step. ", p->out);
    if (p->timed) fputs("Seconds count training alone, not validation. ", p->out);
    fputs("</p>\n", p->out);
}

static void put_title(const report_page *p)
{
    const report_run *run = p->run;
    const char *slash = run->data_path ? strrchr(run->data_path, '/') : NULL;
    if (run->title) {
        chart_text(p->out, run->title);
        return;
    }
    if (run->noptimizers > 4) fprintf(p->out, "%d optimizers", run->noptimizers);
    for (int o = 0; o < run->noptimizers && run->noptimizers <= 4; o++) {
        if (o > 0) fputs(o == run->noptimizers - 1 ? " and " : ", ", p->out);
        chart_text(p->out, p->names[o]);
    }
    if (run->data_path) fputs(" on ", p->out);
    chart_text(p->out, slash ? slash + 1 : run->data_path);
}

static void put_plural(FILE *out, int64_t n, const char *what)
{
    report_put_count(out, n);
    fprintf(out, " %s%s", what, n == 1 ? "" : "s");
}

static void put_top(const report_page *p)
{
    const report_run *run = p->run;
    char headline[2048];
    FILE *out = p->out;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\"/>\n<title>",
          out);
    put_title(p);
    fputs("</title>\n<style>\n", out);
    page_style(out);
    fputs("</style>\n</head>\n<body>\n<header>\n<p class=\"over\">wick compare", out);
    if (run->date) fputs(" · ", out);
    chart_text(out, run->date);
    fputs("</p>\n<h1>", out);
    put_title(p);
    fputs("</h1>\n<p class=\"lead\">", out);
    report_headline(headline, sizeof headline, run, p->stats, p->target);
    chart_text(out, headline);
    fputs("</p>\n<p class=\"meta\">", out);
    chart_text(out, run->model);
    fputs(run->model ? " · " : "", out);
    put_plural(out, run->parameters, "parameter");
    fputs(" · ", out);
    put_plural(out, run->train_rows, "training row");
    fputs(" · batch ", out);
    report_put_count(out, run->batch_size);
    fputs(" · ", out);
    put_plural(out, run->epochs, "epoch");
    fputs(" · ", out);
    put_plural(out, run->nseeds, "seed");
    fputs("</p>\n</header>\n<main>\n", out);
}

/* The chart's means again, as numbers. */
static void put_numbers(const report_page *p, curve which)
{
    static const char *const captions[] = { "Validation accuracy, %", "Validation loss", "Training loss" };
    FILE *out = p->out;
    fprintf(out, "<div class=\"wide\"><table><caption>%s</caption>\n<thead><tr><th scope=\"col\">epoch</th>",
            captions[which]);
    for (int o = 0; o < p->run->noptimizers; o++) {
        gather(p, o, which, false);
        fputs("<th scope=\"col\">", out);
        chart_text(out, p->names[o]);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (int i = 0; i < p->points; i++) {
        fprintf(out, "<tr><td>%d</td>", p->run->first_epoch + i);
        for (int o = 0; o < p->run->noptimizers; o++) {
            double v = p->series[o].y[i];
            if (isfinite(v))
                fprintf(out, which == ACCURACY ? "<td>%.2f</td>" : "<td>%#.4g</td>", v);
            else
                fputs("<td>–</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_details(const report_page *p)
{
    fputs("<details><summary>The numbers behind the curves (means over the seeds)</summary>\n<div class=\"numbers\">\n",
          p->out);
    for (int which = p->run->classes > 0 ? ACCURACY : VALID_LOSS; which <= TRAIN_LOSS; which++)
        put_numbers(p, (curve)which);
    fputs("</div></details>\n", p->out);
}

static void put_method(const report_page *p)
{
    const report_run *run = p->run;
    FILE *out = p->out;
    int64_t all = run->train_rows + run->valid_rows;
    fputs("<h2>How this was measured</h2>\n<p class=\"prose\">", out);
    if (run->noptimizers > 1)
        fputs(
            "For each seed, all optimizers start from equal weights and see the same rows in the same order; only the "
            "rule that updates the weights differs. ",
            out);
    fputs("Of the ", out);
    report_put_count(out, all);
    fputs(" rows for training, ", out);
    report_put_count(out, run->valid_rows);
    fprintf(out,
            " (%.3g %%, %s) were set aside for validation and never trained on; they alone drive the curves and the "
            "time to a target. The ",
            all > 0 ? 100.0 * (double)run->valid_rows / (double)all : 0,
            run->classes > 0 ? "the same share of every class" : "drawn at random");
    report_put_count(out, run->test_rows);
    fputs(" test rows were measured once, after the last epoch.</p>\n<p class=\"prose\">Training loss is the mean over "
          "the "
          "epoch’s batches as they were trained on, while the weights still moved; validation loss is measured after "
          "the epoch. ",
          out);
    if (!isnan(p->target) && !(run->target > 0) && run->noptimizers > 1)
        fputs("The target is a round number that at least half of the optimizers reach with every seed. ", out);
    fputs("A run whose loss stops being finite ends there and counts as diverged", out);
    fputs(run->nseeds > 1 ? "; means are then over the other seeds, and its optimizer is never marked best.</p>\n"
                          : ".</p>\n",
          out);
    fputs("<h2>To repeat it</h2>\n<pre><code>", out);
    chart_text(out, run->command);
    fputs("</code></pre>\n", out);
}

static void open_fact(FILE *out, const char *name, const char *text)
{
    fprintf(out, "<dt>%s</dt><dd>", name);
    chart_text(out, text);
}

static void put_data_facts(const report_page *p)
{
    const report_run *run = p->run;
    FILE *out = p->out;
    open_fact(out, "Data set", run->data_path);
    if (run->data_path && run->data_text) fputs("<br/>", out);
    chart_text(out, run->data_text);
    fputs("</dd>\n", out);
    open_fact(out, "Rows", NULL);
    report_put_count(out, run->train_rows);
    fputs(" train, ", out);
    report_put_count(out, run->valid_rows);
    fputs(" validation, ", out);
    report_put_count(out, run->test_rows);
    fputs(" test; ", out);
    put_plural(out, run->features, "feature");
    if (run->classes > 0) fprintf(out, ", %d classes", run->classes);
    fputs("</dd>\n<dt>Fingerprint</dt><dd class=\"mono\">", out);
    chart_text(out, run->fingerprint ? run->fingerprint : "–");
    fputs("</dd>\n", out);
}

static void put_facts(const report_page *p)
{
    const report_run *run = p->run;
    FILE *out = p->out;
    fputs("<h2>Data, model and machine</h2>\n<dl class=\"facts\">\n", out);
    put_data_facts(p);
    open_fact(out, "Model", run->model);
    fputs(run->model ? ", " : "", out);
    put_plural(out, run->parameters, "parameter");
    fputs("</dd>\n", out);
    open_fact(out, "Training", NULL);
    put_plural(out, run->epochs, "epoch");
    fputs(", batch size ", out);
    report_put_count(out, run->batch_size);
    if (run->loss_name) fputs(", ", out);
    chart_text(out, run->loss_name);
    fputs(run->nseeds == 1 ? ", seed" : ", seeds", out);
    for (int s = 0; s < run->nseeds && run->noptimizers > 0; s++)
        fprintf(out, "%s%llu", s == 0 ? " " : ", ", (unsigned long long)run->optimizers[0].seeds[s].seed);
    fputs("</dd>\n", out);
    open_fact(out, "Machine", run->cpu);
    fputs(run->cpu ? ", " : "", out);
    put_plural(out, run->cores, "core");
    if (run->isa) fputs(", kernels for ", out);
    chart_text(out, run->isa);
    fputs(", ", out);
    put_plural(out, run->threads, "thread");
    fputs(" used</dd>\n", out);
    open_fact(out, "Versions", run->wick_version ? "wick " : NULL);
    chart_text(out, run->wick_version);
    fputs(run->compiler ? ", " : "", out);
    chart_text(out, run->compiler);
    fputs(run->hdf5_version ? ", HDF5 " : "", out);
    chart_text(out, run->hdf5_version);
    fputs("</dd>\n", out);
    open_fact(out, "Time taken", NULL);
    put_duration(out, run->total_seconds);
    fputs("</dd>\n</dl>\n</main>\n</body>\n</html>\n", out);
}

static bool allocate(report_page *p)
{
    const report_run *run = p->run;
    size_t n = (size_t)run->noptimizers, count;
    for (int o = 0; o < run->noptimizers; o++) {
        for (int s = 0; s < run->nseeds; s++) {
            const report_seed *seed = &run->optimizers[o].seeds[s];
            if (seed->points > p->points) p->points = seed->points;
            for (int i = 0; i < seed->points; i++) p->timed |= isfinite(at(seed->seconds, i));
        }
    }
    count = n * 4 * (size_t)p->points + (size_t)run->nseeds;
    p->stats = calloc(n + 1, sizeof *p->stats);
    p->series = calloc(n + 1, sizeof *p->series);
    p->names = calloc(n + 1, sizeof *p->names);
    p->numbers = calloc(count + 1, sizeof *p->numbers);
    return p->stats && p->series && p->names && p->numbers;
}

bool report_write(FILE *out, const report_run *run)
{
    report_page p = { .out = out, .run = run };
    bool ok = allocate(&p);
    if (ok) {
        p.target = report_summarize(run, p.stats);
        for (int o = 0; o < run->noptimizers; o++) report_short_name(p.names[o], sizeof p.names[o], run, o);
        put_top(&p);
        report_put_table(&p);
        put_curves(&p);
        put_details(&p);
        put_method(&p);
        put_facts(&p);
    }
    free(p.stats);
    free(p.series);
    free(p.names);
    free(p.numbers);
    return ok && !ferror(out);
}
