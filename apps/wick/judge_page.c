/* The page of wick eval: how good the model is in a sentence, class by class, what is taken for what, or predictions
 * beside targets, and the rows it is most wrong about. Nothing on it is fetched, run or left to another file. */
#include "axis.h"
#include "judge.h"
#include "machine.h"
#include "page.h"
#include "picture.h"
#include <math.h>
#include <string.h>
#include <time.h>

enum { MOST_NUMBERS = 24, MOST_CELLS = 250, FEW = 12, VALUES = 6, MOST_OUTPUTS = 40 };

static const char *const css =
    ":root{--right:0,114,178;--wrong:198,79,0}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--right:34,128,192;--wrong:214,102,40}}\n"
    ".matrix td,.matrix th{padding:0;border:0!important;text-align:center}\n"
    ".matrix tbody td{position:relative;min-width:46px;height:42px;border:1px solid "
    "var(--paper)!important;line-height:1.15;"
    "vertical-align:middle;background:rgba(var(--wrong),var(--a,0))}\n"
    ".matrix td.yes{background:rgba(var(--right),var(--a,0))}.matrix td.full{color:#fff}\n"
    ".matrix td small{display:block;font-size:11px;color:inherit;opacity:.8}.matrix td.none{color:var(--rule)}\n"
    ".matrix tbody th{padding:0 10px 0 0;text-align:right;vertical-align:middle;max-width:11em;overflow:hidden;"
    "text-overflow:ellipsis}\n"
    ".matrix thead th{padding:0 2px 6px;max-width:6.5em;overflow:hidden;text-overflow:ellipsis;border:0!important}\n"
    ".matrix .axis{color:var(--muted);font-size:12.5px;text-align:left;padding-bottom:2px}\n"
    ".dense tbody td{min-width:0;width:9px;height:9px;border-width:0!important}.dense{border:1px solid var(--rule)}\n"
    ".scale{display:flex;flex-wrap:wrap;gap:6px 26px;margin-top:14px;color:var(--muted);font-size:13px}"
    ".scale i{display:inline-block;width:120px;height:11px;margin:0 8px;vertical-align:-1px}\n"
    ".worst{display:grid;grid-template-columns:repeat(auto-fill,minmax(126px,1fr));gap:26px 20px}\n"
    ".worst img{display:block;width:112px;height:112px;object-fit:contain;image-rendering:pixelated;background:#7773}\n"
    ".worst figcaption{margin-top:7px;font-size:13.5px;line-height:1.4}.worst "
    "small{color:var(--muted);font-size:12.5px}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,440px));gap:34px 40px}\n"
    ".list{min-width:30em}.list th,.list td{padding-top:5px;padding-bottom:5px}.list .text{text-align:left}\n"
    "@media print{.matrix td,.scale i{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void put_class(FILE *out, const judge *j, int c)
{
    trial_name text;
    chart_text(out, trial_class(j->of, c, text));
}

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* ---- The top ---- */

static void put_lead_classes(const judge *j, FILE *out)
{
    judge_mistake m[3];
    say_room rows;
    const int n = judge_mistakes(j, m, 3);
    fprintf(out, "Of %s, %.2f %% are recognized. ", say_plural(rows, j->rows, "test row"),
            100 * wk_scores_accuracy(j->scores));
    if (!n) fputs("Not one is taken for another class.", out);
    for (int i = 0; i < n; i++) {
        fputs(i == 0 ? "Mistaken most often: " : ", ", out);
        put_class(out, j, m[i].target);
        fputs(" for ", out);
        put_class(out, j, m[i].said);
        fprintf(out, " (%s)", say_plural(rows, m[i].rows, "row"));
    }
    if (n) fputs(".", out);
}

static void put_lead_numbers(const judge *j, FILE *out)
{
    say_room rows;
    const double r2 = judge_mean_r2(j);
    fprintf(out, "On %s, ", say_plural(rows, j->rows, "test row"));
    if (j->of->data.outputs == 1)
        fprintf(out, "predictions are off by %.4g on average (root mean square %.4g); they ", judge_mae(j, 0),
                judge_rmse(j, 0));
    else
        fputs("predictions ", out);
    if (r2 > 0)
        fprintf(out, "explain %.*f %% of the targets’ variance", r2 > 0.99 ? 3 : 1, 100 * r2);
    else
        fputs("are no better than the targets’ mean", out);
    if (j->of->data.outputs > 1) fprintf(out, ", as the mean over %s", say_plural(rows, j->of->data.outputs, "output"));
    fputs(".", out);
}

static void put_top(const judge *j, FILE *out)
{
    const trial *t = j->of;
    char date[64];
    say_room text;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\"/>\n<title>",
          out);
    chart_text(out, base(t->kept.folder));
    fputs(" on ", out);
    chart_text(out, base(t->data.path));
    fputs("</title>\n<style>\n", out);
    page_style(out);
    fprintf(out, "%s</style>\n</head>\n<body>\n<header>\n<p class=\"over\">wick eval · %s</p>\n<h1>", css,
            machine_date(date, sizeof date, "%Y-%m-%d %H:%M", time(NULL)));
    chart_text(out, base(t->kept.folder));
    fputs(" on ", out);
    chart_text(out, base(t->data.path));
    fputs("</h1>\n<p class=\"lead\">", out);
    if (t->data.classes)
        put_lead_classes(j, out);
    else
        put_lead_numbers(j, out);
    fputs("</p>\n<p class=\"meta\">", out);
    chart_text(out, t->plan.model);
    fprintf(out, " · %s", say_plural(text, t->plan.parameters, "parameter"));
    fprintf(out, " · after epoch %lld · loss %.4g", (long long)trial_epoch(t), j->loss);
    if (t->data.classes > 5) fprintf(out, " · %.2f %% among the first 5", 100 * wk_scores_topk(j->scores, 5));
    if (t->data.classes)
        fprintf(out, " · AUC %.4f", wk_scores_auc(j->scores, t->data.classes > 2 ? WK_ALL_CLASSES : 1));
    else
        fprintf(out, " · R² %.4f", judge_mean_r2(j));
    fputs("</p>\n</header>\n<main>\n", out);
}

/* ---- Classes ---- */

static void put_cells(FILE *out, const judge *j, int c)
{
    const wk_scores *s = j->scores;
    fprintf(out, "<td>%.2f</td><td>%.2f</td><td>%.4f</td>", 100 * wk_scores_precision(s, c),
            100 * wk_scores_recall(s, c), wk_scores_f1(s, c));
}

static void put_missing(FILE *out) { fputs("<td>–</td><td>–</td><td>–</td>", out); }

static void put_most_mistaken(FILE *out, const judge *j, int c)
{
    int worst = -1;
    for (int k = 0; k < j->of->data.classes; k++) {
        const int64_t rows = wk_scores_confusion(j->scores, c, k);
        if (k != c && rows && (worst < 0 || rows > wk_scores_confusion(j->scores, c, worst))) worst = k;
    }
    fputs("<td class=\"text\">", out);
    if (worst >= 0) {
        put_class(out, j, worst);
        fprintf(out, " <small>%lld</small>", (long long)wk_scores_confusion(j->scores, c, worst));
    }
    fputs("</td>", out);
}

static void put_classes(const judge *j, FILE *out)
{
    say_room rows;
    fputs("<h2>Class by class</h2>\n<div class=\"wide\"><table class=\"list\">\n<thead><tr><th>class</th><th>rows</th>"
          "<th>precision, %</th><th>recall, %</th><th>F1</th><th class=\"text\">taken for</th></tr></thead>\n<tbody>\n",
          out);
    for (int c = 0; c < j->of->data.classes; c++) {
        const int64_t n = judge_class_rows(j, c);
        fputs("<tr><td>", out);
        put_class(out, j, c);
        fprintf(out, "</td><td>%s</td>", say_count(rows, n));
        if (n)
            put_cells(out, j, c);
        else
            put_missing(out);
        put_most_mistaken(out, j, c);
        fputs("</tr>\n", out);
    }
    fprintf(out, "<tr><td><strong>mean</strong></td><td>%s</td>", say_count(rows, j->rows));
    put_cells(out, j, WK_ALL_CLASSES);
    fputs("<td></td></tr>\n</tbody></table></div>\n<p class=\"note\">Precision: of what was taken for the class, the "
          "share that is of it. Recall: of what is of the class, the share that was found. F1: their harmonic mean. "
          "Taken for: the class that most of its rows are mistaken for, and how many.</p>\n",
          out);
}

/* ---- The matrix ---- */

static void put_cell(FILE *out, const judge *j, int target, int said, int64_t all, bool numbers)
{
    const int64_t n = wk_scores_confusion(j->scores, target, said);
    const double share = all ? (double)n / (double)all : 0;
    /* A rare mistake is to be seen as well: its colour grows with the root of its share. */
    const double strength = target == said ? share : sqrt(share);
    if (!n) {
        fputs(numbers ? "<td class=\"none\">·</td>" : "<td></td>", out);
        return;
    }
    fprintf(out, "<td class=\"%s%s\" style=\"--a:%.2f\" title=\"", target == said ? "yes" : "no",
            strength > 0.6 ? " full" : "", 0.04 + 0.96 * strength);
    put_class(out, j, target);
    fputs(target == said ? " is recognized" : " is taken for ", out);
    if (target != said) put_class(out, j, said);
    fprintf(out, ": %lld of %lld\">", (long long)n, (long long)all);
    if (numbers) fprintf(out, "%lld<small>%.*f %%</small>", (long long)n, share < 0.0995 ? 1 : 0, 100 * share);
    fputs("</td>", out);
}

static void put_matrix(const judge *j, FILE *out)
{
    const int n = j->of->data.classes;
    const bool numbers = n <= MOST_NUMBERS;
    fprintf(out, "<div class=\"wide\"><table class=\"matrix%s\">\n<thead>", numbers ? "" : " dense");
    if (numbers) {
        fprintf(out,
                "<tr><td></td><th class=\"axis\" colspan=\"%d\">taken for</th></tr>\n<tr><th class=\"axis\">it is</th>",
                n);
        for (int c = 0; c < n; c++) {
            fputs("<th scope=\"col\">", out);
            put_class(out, j, c);
            fputs("</th>", out);
        }
        fputs("</tr>", out);
    }
    fputs("</thead>\n<tbody>\n", out);
    for (int c = 0; c < n; c++) {
        const int64_t all = judge_class_rows(j, c);
        fputs("<tr>", out);
        if (numbers) {
            fputs("<th scope=\"row\">", out);
            put_class(out, j, c);
            fputs("</th>", out);
        }
        for (int k = 0; k < n; k++) put_cell(out, j, c, k, all, numbers);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n<p class=\"scale\"><span>recognized: 0 %<i style=\"background:linear-gradient(90deg,"
          "rgba(var(--right),.04),rgb(var(--right)))\"></i>100 % of the class</span><span>mistaken: 0 %<i "
          "style=\"background:linear-gradient(90deg,rgba(var(--wrong),.04),rgb(var(--wrong)))\"></i>100 %, by the "
          "root</span></p>\n",
          out);
    if (!numbers)
        fputs("<p class=\"note\">A row a class, in the order of the table below; across, what it was taken for. Point "
              "at a cell for its numbers.</p>\n",
              out);
}

static void put_mistakes(const judge *j, FILE *out)
{
    judge_mistake m[FEW];
    const int n = judge_mistakes(j, m, FEW);
    if (!n) return;
    fputs("<h2>Mistaken most often</h2>\n<div class=\"wide\"><table class=\"list\">\n<thead><tr><th>it is</th><th "
          "class=\"text\">taken for</th><th>rows</th><th>of its class, %</th></tr></thead>\n<tbody>\n",
          out);
    for (int i = 0; i < n; i++) {
        fputs("<tr><td>", out);
        put_class(out, j, m[i].target);
        fputs("</td><td class=\"text\">", out);
        put_class(out, j, m[i].said);
        fprintf(out, "</td><td>%lld</td><td>%.1f</td></tr>\n", (long long)m[i].rows,
                100 * (double)m[i].rows / (double)judge_class_rows(j, m[i].target));
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_confusion(const judge *j, FILE *out)
{
    if (j->of->data.classes <= MOST_CELLS) {
        fputs("<h2>What is taken for what</h2>\n", out);
        put_matrix(j, out);
    }
    if (j->of->data.classes > MOST_NUMBERS) put_mistakes(j, out);
}

/* ---- Numbers ---- */

static void put_outputs(const judge *j, FILE *out)
{
    const int64_t n = j->of->data.outputs, shown = n <= MOST_OUTPUTS ? n : MOST_OUTPUTS;
    fputs("<h2>Output by output</h2>\n<div class=\"wide\"><table class=\"list\">\n<thead><tr><th>output</th><th>root "
          "mean square</th><th>mean error</th><th>R²</th><th>targets from</th><th>to</th></tr></thead>\n<tbody>\n",
          out);
    for (int64_t c = 0; c < shown; c++)
        fprintf(out, "<tr><td>%lld</td><td>%.4g</td><td>%.4g</td><td>%.4f</td><td>%.6g</td><td>%.6g</td></tr>\n",
                (long long)c, judge_rmse(j, c), judge_mae(j, c), judge_r2(j, c), j->outputs[c].least,
                j->outputs[c].most);
    fputs("</tbody></table></div>\n", out);
    if (shown < n) fprintf(out, "<p class=\"note\">The first %lld of %lld.</p>\n", (long long)shown, (long long)n);
}

static axis axis_of(const judge_output *o, double from, double to)
{
    const double pad = o->high > o->low ? 0.04 * (o->high - o->low) : 0.5;
    axis a = { .scale = CHART_LINEAR, .lo = o->low - pad, .hi = o->high + pad, .from = from, .to = to };
    axis_linear_ticks(&a, a.lo, a.hi, 5, false);
    return a;
}

static void put_plot(const judge *j, FILE *out, int c)
{
    enum { LEFT = 62, TOP = 30, SIDE = 340, WIDTH = LEFT + SIDE + 8, HEIGHT = TOP + SIDE + 42 };
    const axis x = axis_of(&j->outputs[c], LEFT, LEFT + SIDE), y = axis_of(&j->outputs[c], TOP + SIDE, TOP);
    char text[64];
    fprintf(
        out,
        "<figure><svg class=\"chart k0\" viewBox=\"0 0 %d %d\" role=\"img\"><text class=\"title\" x=\"0\" y=\"14\">",
        WIDTH, HEIGHT);
    if (j->of->data.outputs > 1) fprintf(out, "Output %d ", c);
    fputs("<tspan class=\"unit\">predicted, by target</tspan></text>\n<g class=\"ticks\">", out);
    for (int i = 0; i < x.nticks; i++) {
        const double at = axis_place(&x, x.tick[i]), up = axis_place(&y, x.tick[i]);
        axis_tick_text(text, &x, x.tick[i]);
        fprintf(
            out,
            "<path class=\"grid\" d=\"M%.1f %d V%d M%d %.1f H%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s"
            "</text><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
            at, TOP, TOP + SIDE, LEFT, up, LEFT + SIDE, at, TOP + SIDE + 18, text, LEFT - 8, up + 4, text);
    }
    fprintf(
        out,
        "</g>\n<path class=\"base\" d=\"M%d %d L%d %d\"/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\">target</text>\n"
        "<path d=\"",
        LEFT, TOP + SIDE, LEFT + SIDE, TOP, LEFT + SIDE / 2, HEIGHT - 4);
    for (int64_t i = 0; i < j->npoints; i++) {
        const double *p = &j->points[i][2 * c];
        if (isfinite(p[0]) && isfinite(p[1])) fprintf(out, "M%.1f %.1fh0", axis_place(&x, p[0]), axis_place(&y, p[1]));
    }
    fprintf(out,
            "\" fill=\"none\" stroke=\"var(--c)\" stroke-opacity=\".45\" stroke-width=\"%d\" "
            "stroke-linecap=\"round\"/></svg></figure>\n",
            j->npoints > 400 ? 4 : 6);
}

static void put_plots(const judge *j, FILE *out)
{
    const int64_t n = j->of->data.outputs < JUDGE_PLOTS ? j->of->data.outputs : JUDGE_PLOTS;
    say_room rows;
    fputs("<h2>Predictions beside targets</h2>\n<div class=\"plots\">\n", out);
    for (int c = 0; c < n; c++)
        if (isfinite(j->outputs[c].high - j->outputs[c].low)) put_plot(j, out, c);
    fprintf(out, "</div>\n<p class=\"note\">A point a row%s%s. On the line, prediction and target are equal.</p>\n",
            j->stride > 1 ? ", of " : "", j->stride > 1 ? say_plural(rows, j->npoints, "row") : "");
}

/* ---- The worst rows ---- */

static wk_tensor *row_of(const judge *j, int64_t row)
{
    wk_tensor *fields[WK_MAX_FIELDS] = { NULL };
    const wk_field *names;
    const int n = wk_dataset_fields(j->of->data.test, &names);
    return wk_dataset_get(j->of->data.test, row, fields, n) ? NULL : fields[0];
}

static void put_judgement(FILE *out, const judge *j, const judge_row *r)
{
    if (j->of->data.classes) {
        fputs("<strong>", out);
        put_class(out, j, r->target);
        fputs(r->target == r->said ? "</strong>, recognized" : "</strong> taken for <strong>", out);
        if (r->target != r->said) put_class(out, j, r->said);
        fprintf(out, "%s, %.1f&nbsp;%%<br/><small>row %lld · loss %.3g", r->target == r->said ? "" : "</strong>",
                100 * r->p_said, (long long)r->row, r->loss);
    } else {
        fprintf(out, "<strong>%.5g</strong> instead of <strong>%.5g</strong><br/><small>row %lld", r->got, r->wanted,
                (long long)r->row);
        if (j->of->data.outputs > 1) fprintf(out, " · output %d", r->output);
    }
    const char *file = wk_dataset_file(j->of->data.test, r->at);
    if (file) fputs("<br/>", out), chart_text(out, file);
    fputs("</small>", out);
}

static void put_pictures(const judge *j, FILE *out)
{
    fputs("<div class=\"worst\">\n", out);
    for (int i = 0; i < j->nworst && !wk_failed(); i++) {
        WK_SCOPE(reading);
        wk_tensor *x = row_of(j, j->worst[i].at);
        fputs("<figure>", out);
        if (x) picture_put(out, x, "");
        fputs("<figcaption>", out);
        put_judgement(out, j, &j->worst[i]);
        fputs("</figcaption></figure>\n", out);
    }
    fputs("</div>\n", out);
}

static void put_values(const judge *j, FILE *out, int64_t row)
{
    WK_SCOPE(reading);
    wk_tensor *x = row_of(j, row), *as = x ? wk_contiguous(wk_to_device(wk_to(x, WK_F64), WK_CPU)) : NULL;
    const double *at = as ? wk_data(as) : NULL;
    for (int64_t i = 0; as && i < wk_numel(as) && i < VALUES; i++) fprintf(out, "<td>%.5g</td>", at[i]);
}

static void put_rows(const judge *j, FILE *out)
{
    const int64_t values = j->of->data.features < VALUES ? j->of->data.features : VALUES;
    const bool named = j->of->data.classes > 0;
    fputs("<div class=\"wide\"><table class=\"list\">\n<thead><tr><th>row</th>", out);
    fputs(named ? "<th class=\"text\">it is</th><th class=\"text\">taken for</th><th>probability, %</th>"
          : j->of->data.outputs > 1 ? "<th>output</th><th>target</th><th>predicted</th><th>error</th>"
                                    : "<th>target</th><th>predicted</th><th>error</th>",
          out);
    fputs("<th>loss</th>", out);
    for (int64_t i = 0; i < values; i++) fprintf(out, "<th>x<sub>%lld</sub></th>", (long long)i);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (int i = 0; i < j->nworst && !wk_failed(); i++) {
        const judge_row *r = &j->worst[i];
        fprintf(out, "<tr><td>%lld</td>", (long long)r->row);
        if (named) {
            fputs("<td class=\"text\">", out);
            put_class(out, j, r->target);
            fputs("</td><td class=\"text\">", out);
            put_class(out, j, r->said);
            fprintf(out, "</td><td>%.1f</td>", 100 * r->p_said);
        } else {
            if (j->of->data.outputs > 1) fprintf(out, "<td>%d</td>", r->output);
            fprintf(out, "<td>%.6g</td><td>%.6g</td><td>%.4g</td>", r->wanted, r->got, say_plain(r->got - r->wanted));
        }
        fprintf(out, "<td>%.4g</td>", r->loss);
        put_values(j, out, r->at);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_worst(const judge *j, FILE *out)
{
    fprintf(out, "<h2>The %d rows with the largest loss</h2>\n", j->nworst);
    if (picture_of_rows(&j->of->data.x))
        put_pictures(j, out);
    else
        put_rows(j, out);
    if (!j->of->data.classes && j->of->data.outputs > 1)
        fputs("<p class=\"note\">Of each row, the output that is furthest off.</p>\n", out);
}

/* ---- The end ---- */

static void put_facts(const judge *j, FILE *out, const char *command)
{
    const trial *t = j->of;
    char text[200];
    sets_describe(&t->data, text, sizeof text);
    fputs("<h2>To repeat it</h2>\n<pre><code>", out);
    chart_text(out, command);
    fputs("</code></pre>\n<h2>Model and data</h2>\n<dl class=\"facts\">\n<dt>Run</dt><dd>", out);
    chart_text(out, t->kept.folder);
    fprintf(out, ", after epoch %lld</dd>\n<dt>Model</dt><dd>", (long long)trial_epoch(t));
    chart_text(out, t->plan.model);
    fputs("</dd>\n<dt>Data set</dt><dd>", out);
    chart_text(out, t->data.path);
    fputs("<br/>", out);
    chart_text(out, text);
    fprintf(out,
            "</dd>\n<dt>Rows</dt><dd>%lld for test%s</dd>\n<dt>Version</dt><dd>wick "
            "%s</dd>\n</dl>\n</main>\n</body>\n</html>\n",
            (long long)j->rows, t->data.test_split_off ? ", a fifth of the file, which has no test group" : "",
            wk_version());
}

bool judge_put_page(const judge *j, FILE *out, const char *command)
{
    put_top(j, out);
    const bool many = j->of->data.classes > MOST_NUMBERS; /* then the long table comes last */
    if (j->of->data.classes) {
        if (!many) put_classes(j, out);
        put_confusion(j, out);
    } else {
        put_outputs(j, out);
        put_plots(j, out);
    }
    put_worst(j, out);
    if (many) put_classes(j, out);
    put_facts(j, out, command);
    return !wk_failed();
}
