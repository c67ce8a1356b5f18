/* What a comparison comes to: means over seeds, who is best and whether the seeds' spread allows saying so, how soon
 * each optimizer reached a common target, and the sentences that tell it. Rests on the C library alone. */
#include "report.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

static void add(report_stat *s, double v)
{
    if (!isfinite(v)) return;
    double delta = v - s->mean;
    s->n++;
    s->mean += delta / s->n;
    s->std += delta * (v - s->mean); /* Welford: the squares' sum until finish() */
}

static void finish(report_stat *s)
{
    s->std = s->n > 1 ? sqrt(s->std / (s->n - 1)) : NAN;
    if (s->n == 0) s->mean = NAN;
}

static double value_at(const double *curve, int i) { return curve ? curve[i] : NAN; }

/* The best value a validation curve got to: accuracy where there are classes, else loss. */
static double best_of(const report_seed *s, bool accuracy)
{
    double best = NAN;
    for (int i = 0; i < s->points; i++) {
        double v = value_at(accuracy ? s->valid_accuracy : s->valid_loss, i);
        if (isfinite(v)) best = accuracy ? fmax(best, v) : fmin(best, v);
    }
    return best;
}

/* The index where the curve first reaches the target, -1 if it never does. */
static int reaches(const report_seed *s, bool accuracy, double target)
{
    double slack = 1e-9 * fabs(target);
    for (int i = 0; i < s->points; i++) {
        double v = value_at(accuracy ? s->valid_accuracy : s->valid_loss, i);
        if (accuracy ? v >= target - slack : v <= target + slack) return i;
    }
    return -1;
}

/* The next round number at or above v > 0 */
static double round_up(double v)
{
    static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
    double unit = pow(10, floor(log10(v)));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (v <= steps[i] * unit * (1 + 1e-9)) return steps[i] * unit;
    return v;
}

int report_diverged(const report_run *run, int optimizer)
{
    int n = 0;
    for (int s = 0; s < run->nseeds; s++) n += run->optimizers[optimizer].seeds[s].diverged;
    return n;
}

/* How far from perfect the optimizer's least lucky seed stays: 1 - accuracy, or the loss; infinite without a value, or
 * where a seed diverged. */
static double worst_distance(const report_run *run, int optimizer, bool accuracy)
{
    double worst = report_diverged(run, optimizer) ? INFINITY : 0;
    for (int s = 0; s < run->nseeds; s++) {
        double best = best_of(&run->optimizers[optimizer].seeds[s], accuracy);
        worst = isnan(best) ? INFINITY : fmax(worst, accuracy ? 1 - best : best);
    }
    return worst;
}

static int count_within(const report_run *run, bool accuracy, double distance)
{
    int n = 0;
    for (int o = 0; o < run->noptimizers; o++) n += worst_distance(run, o, accuracy) <= distance;
    return n;
}

/* A round target that every seed of at least half of the optimizers reaches (of two, where there are two), a little
 * short of the best they do. */
static double choose_target(const report_run *run, bool accuracy)
{
    double distance = INFINITY;
    int n = run->noptimizers;
    for (int need = n > 3 ? (n + 1) / 2 : n < 2 ? 1 : 2; need > 0 && isinf(distance); need--) {
        for (int o = 0; o < n; o++) {
            double mine = worst_distance(run, o, accuracy);
            if (isfinite(mine) && count_within(run, accuracy, mine) >= need) distance = fmin(distance, mine);
        }
    }
    if (isinf(distance)) return NAN;
    if (distance > 0) distance = round_up(1.15 * distance);
    return accuracy ? fmax(0, 1 - distance) : distance;
}

static bool is_eligible(const report_run *run, int optimizer, const report_stat *s)
{
    return s->n == run->nseeds && !isnan(s->mean) && report_diverged(run, optimizer) == 0;
}

static void mark_best(const report_run *run, report_stat (*stats)[REPORT_MEASURES], report_measure m)
{
    bool high = m == REPORT_TEST_ACCURACY || m == REPORT_BEST_ACCURACY || m == REPORT_SAMPLES_PER_SECOND;
    const report_stat *best = NULL;
    for (int o = 0; o < run->noptimizers; o++) {
        const report_stat *s = &stats[o][m];
        if (!is_eligible(run, o, s)) continue;
        if (!best || (high ? s->mean > best->mean : s->mean < best->mean)) best = s;
    }
    for (int o = 0; o < run->noptimizers && best; o++) {
        report_stat *s = &stats[o][m];
        double noise = fmax(isnan(s->std) ? 0 : s->std, isnan(best->std) ? 0 : best->std);
        s->best = is_eligible(run, o, s) && fabs(s->mean - best->mean) <= noise;
    }
}

static void summarize_one(const report_run *run, const report_optimizer *o, double target, report_stat *stat)
{
    bool accuracy = run->classes > 0;
    memset(stat, 0, REPORT_MEASURES * sizeof *stat);
    for (int i = 0; i < run->nseeds; i++) {
        const report_seed *s = &o->seeds[i];
        if (accuracy) add(&stat[REPORT_BEST_ACCURACY], best_of(s, true));
        add(&stat[REPORT_BEST_LOSS], best_of(s, false));
        add(&stat[REPORT_SECONDS_PER_EPOCH], o->seconds_per_epoch);
        add(&stat[REPORT_SAMPLES_PER_SECOND], o->samples_per_second);
        int at = isnan(target) ? -1 : reaches(s, accuracy, target);
        if (at >= 0) {
            add(&stat[REPORT_EPOCHS_TO_TARGET], run->first_epoch + at);
            add(&stat[REPORT_SECONDS_TO_TARGET], value_at(s->seconds, at));
        }
        if (s->diverged) continue;
        if (accuracy) add(&stat[REPORT_TEST_ACCURACY], s->test_accuracy);
        add(&stat[REPORT_TEST_LOSS], s->test_loss);
    }
    for (int m = 0; m < REPORT_MEASURES; m++) finish(&stat[m]);
}

double report_summarize(const report_run *run, report_stat (*stats)[REPORT_MEASURES])
{
    double target = run->target > 0 ? run->target : choose_target(run, run->classes > 0);
    for (int o = 0; o < run->noptimizers; o++) summarize_one(run, &run->optimizers[o], target, stats[o]);
    for (int m = 0; m < REPORT_MEASURES; m++) mark_best(run, stats, (report_measure)m);
    return target;
}

static size_t short_length(const char *name)
{
    const char *paren = strstr(name, " (");
    return paren && paren > name ? (size_t)(paren - name) : strlen(name);
}

const char *report_short_name(char *text, size_t size, const report_run *run, int optimizer)
{
    const char *name = run->optimizers[optimizer].name;
    size_t length = short_length(name);
    for (int o = 0; o < run->noptimizers; o++) {
        const char *other = run->optimizers[o].name;
        if (o != optimizer && short_length(other) == length && !strncmp(name, other, length)) length = strlen(name);
    }
    snprintf(text, size, "%.*s", (int)length, name);
    return text;
}

typedef struct prose {
    char *text;
    size_t size, length;
    const report_run *run;
    report_stat (*stats)[REPORT_MEASURES];
} prose;

__attribute__((format(printf, 2, 3))) static void say(prose *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(p->text + p->length, p->size - p->length, format, args);
    va_end(args);
    if (n > 0) p->length = p->length + (size_t)n < p->size ? p->length + (size_t)n : p->size - 1;
}

static int count_best(const prose *p, report_measure m)
{
    int n = 0;
    for (int o = 0; o < p->run->noptimizers; o++) n += p->stats[o][m].best;
    return n;
}

/* "Adam, RMSProp and SGD": the best of a measure */
static void say_best(prose *p, report_measure m)
{
    int n = count_best(p, m), said = 0;
    char name[128];
    for (int o = 0; o < p->run->noptimizers; o++) {
        if (!p->stats[o][m].best) continue;
        const char *joint = said == 0 ? "" : said == n - 1 ? " and " : ", ";
        say(p, "%s%s", joint, report_short_name(name, sizeof name, p->run, o));
        said++;
    }
}

static void say_value(prose *p, const report_stat *s)
{
    bool accuracy = p->run->classes > 0;
    if (accuracy)
        say(p, "%.2f", 100 * s->mean);
    else
        say(p, "%.4g", s->mean);
    if (s->n > 1 && accuracy)
        say(p, " ± %.2f", 100 * s->std);
    else if (s->n > 1)
        say(p, " ± %.2g", s->std);
    if (accuracy) say(p, " %%");
}

static bool beats(const prose *p, const report_stat *a, const report_stat *b)
{
    return !b || (p->run->classes > 0 ? a->mean > b->mean : a->mean < b->mean);
}

/* One optimizer ahead of all others by more than the seeds' spread; next is the one behind it, -1 for none. */
static void say_leader(prose *p, report_measure m, int leader, int next)
{
    bool accuracy = p->run->classes > 0;
    char name[128];
    say(p, "%s", report_short_name(name, sizeof name, p->run, leader));
    if (p->run->noptimizers == 1)
        say(p, accuracy ? " reaches a test accuracy of " : " reaches a test loss of ");
    else
        say(p, accuracy ? " has the highest test accuracy: " : " has the lowest test loss: ");
    say_value(p, &p->stats[leader][m]);
    if (p->run->nseeds > 1) say(p, " over %d seeds", p->run->nseeds);
    if (next >= 0) {
        double gap = fabs(p->stats[leader][m].mean - p->stats[next][m].mean);
        if (accuracy)
            say(p, ", %.2f points above ", 100 * gap);
        else
            say(p, ", %.2g below ", gap);
        say(p, "%s", report_short_name(name, sizeof name, p->run, next));
        if (p->run->nseeds == 1) say(p, " (one seed, so it may be chance)");
    }
    say(p, ".");
}

static void say_level(prose *p, report_measure m, int level, const report_stat *best, const report_stat *least)
{
    say_best(p, m);
    say(p, p->run->classes > 0 ? " share the highest test accuracy: " : " share the lowest test loss: ");
    say_value(p, best);
    if (p->run->nseeds == 1) {
        say(p, ".");
        return;
    }
    say(p, level == 2 ? " and " : " to ");
    say_value(p, least);
    say(p, ", %s within one standard deviation of %d seeds.", level == 2 ? "a difference" : "differences",
        p->run->nseeds);
}

static void say_winner(prose *p)
{
    report_measure m = p->run->classes > 0 ? REPORT_TEST_ACCURACY : REPORT_TEST_LOSS;
    const report_stat *best = NULL, *least = NULL, *behind = NULL;
    int level = count_best(p, m), leader = -1, next = -1;
    for (int o = 0; o < p->run->noptimizers; o++) {
        const report_stat *s = &p->stats[o][m];
        if (s->best && beats(p, s, best)) best = s, leader = o;
        if (s->best && (!least || beats(p, least, s))) least = s;
        if (!s->best && is_eligible(p->run, o, s) && beats(p, s, behind)) behind = s, next = o;
    }
    if (level == 0)
        say(p, "No optimizer came through with every seed.");
    else if (level == 1)
        say_leader(p, m, leader, next);
    else
        say_level(p, m, level, best, least);
}

static void say_fastest(prose *p, double target)
{
    int first = count_best(p, REPORT_EPOCHS_TO_TARGET), quick = count_best(p, REPORT_SECONDS_TO_TARGET);
    const report_stat *epochs = NULL, *seconds = NULL;
    bool same = true;
    for (int o = 0; o < p->run->noptimizers; o++) {
        report_stat *s = p->stats[o];
        if (s[REPORT_EPOCHS_TO_TARGET].best) epochs = &s[REPORT_EPOCHS_TO_TARGET];
        if (s[REPORT_SECONDS_TO_TARGET].best) seconds = &s[REPORT_SECONDS_TO_TARGET];
        same &= s[REPORT_EPOCHS_TO_TARGET].best == s[REPORT_SECONDS_TO_TARGET].best;
    }
    if (first == 0 || quick == 0 || p->run->noptimizers < 2) return;
    if (first == p->run->noptimizers && quick == first) {
        say(p, p->run->classes > 0 ? " All reach %.4g %% validation accuracy" : " All reach a validation loss of %.4g",
            p->run->classes > 0 ? 100 * target : target);
        say(p, " in about the same number of epochs and the same time.");
        return;
    }
    if (p->run->classes > 0)
        say(p, " To reach %.4g %% validation accuracy, ", 100 * target);
    else
        say(p, " To reach a validation loss of %.4g, ", target);
    say_best(p, REPORT_EPOCHS_TO_TARGET);
    say(p, first > 1 ? " need the fewest epochs" : " needs the fewest epochs");
    if (first == 1) say(p, " (%.1f)", epochs->mean);
    if (same) {
        say(p, " and the least time");
    } else {
        say(p, ", ");
        say_best(p, REPORT_SECONDS_TO_TARGET);
        say(p, " the least time");
    }
    if (quick == 1) say(p, " (%.*f s)", seconds->mean < 10 ? 2 : seconds->mean < 100 ? 1 : 0, seconds->mean);
    say(p, ".");
}

void report_headline(char *text, size_t size, const report_run *run, report_stat (*stats)[REPORT_MEASURES],
                     double target)
{
    prose p = { .text = text, .size = size, .run = run, .stats = stats };
    char name[128];
    text[0] = 0;
    say_winner(&p);
    say_fastest(&p, target);
    for (int o = 0; o < run->noptimizers; o++) {
        int n = report_diverged(run, o);
        if (n == 0) continue;
        say(&p, " %s diverged", report_short_name(name, sizeof name, run, o));
        if (n < run->nseeds) say(&p, " with %d of %d seeds", n, run->nseeds);
        say(&p, ".");
    }
}
