/* The report of `wick compare` and its charts: markup that balances, texts that cannot break out of it, numbers that
 * agree with ones worked out by hand, and sane pages for runs with one seed, one epoch, or no finite loss. */
#include "../../apps/wick/chart.h"
#include "../../apps/wick/report.h"
#include "../wick_check.h"
#include <ctype.h>

WICK_ON_CPU("it makes no tensors")

enum { SEEDS = 3, POINTS = 4, MOST = 12 };

static const double seconds_of[POINTS] = { 0, 2, 4, 6 };
static const double sgd_accuracy[SEEDS][POINTS] = { { .1, .80, .88, .91 },
                                                    { .1, .81, .89, .92 },
                                                    { .1, .79, .87, .90 } };
static const double adam_accuracy[SEEDS][POINTS] = { { .1, .90, .95, .96 },
                                                     { .1, .91, .94, .97 },
                                                     { .1, .92, .95, .98 } };
static const double losses[POINTS] = { 2.3, .6, .3, .2 };

/* A run whose parts a test may change: sgd 0.90 0.91 0.92 and adam 0.95 0.96 0.97 on the test rows. */
typedef struct sample {
    report_run run;
    report_optimizer optimizers[MOST];
    report_seed seeds[MOST][SEEDS];
} sample;

static report_seed seed_of(int number, const double *accuracy, double test_accuracy)
{
    return (report_seed){ .seed = (uint64_t)number,
                          .points = POINTS,
                          .train_loss = losses,
                          .valid_loss = losses,
                          .valid_accuracy = accuracy,
                          .seconds = seconds_of,
                          .test_loss = 1 - test_accuracy,
                          .test_accuracy = test_accuracy };
}

static void fill(sample *s)
{
    static const char *const names[] = { "SGD (momentum 0.9)", "Adam" };
    memset(s, 0, sizeof *s);
    for (int o = 0; o < 2; o++) {
        for (int i = 0; i < SEEDS; i++)
            s->seeds[o][i] = seed_of(i, o ? adam_accuracy[i] : sgd_accuracy[i], (o ? .95 : .90) + .01 * i);
        s->optimizers[o] = (report_optimizer){ .name = names[o],
                                               .key = o ? "adam" : "sgd",
                                               .lr = 0.1,
                                               .seeds = s->seeds[o],
                                               .seconds_per_epoch = 2 + o,
                                               .samples_per_second = 9000 - 3000 * o };
    }
    s->run = (report_run){ .command = "wick compare digits.h5",
                           .data_path = "data/digits.h5",
                           .fingerprint = "9f2c6a1e",
                           .model = "MLP 784-10",
                           .loss_name = "cross-entropy",
                           .date = "2025-11-25",
                           .train_rows = 18000,
                           .valid_rows = 2000,
                           .test_rows = 4000,
                           .features = 784,
                           .parameters = 7850,
                           .batch_size = 64,
                           .classes = 10,
                           .cores = 2,
                           .threads = 1,
                           .epochs = 3,
                           .total_seconds = 75,
                           .optimizers = s->optimizers,
                           .noptimizers = 2,
                           .nseeds = SEEDS };
}

/* What was written to the file so far; freed by the caller. */
static char *slurp(FILE *file)
{
    long size = ftell(file);
    char *text = calloc((size_t)size + 1, 1);
    rewind(file);
    CHECK(text && fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    return text;
}

static char *page_of(const report_run *run)
{
    FILE *file = tmpfile();
    CHECK(file && report_write(file, run));
    return slurp(file);
}

static char *chart_of(const chart *c)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    chart_write(file, c);
    return slurp(file);
}

/* Does every tag close in order, with every attribute quoted? Comments do not occur. */
static bool balances(const char *page)
{
    const char *open[64];
    size_t length[64];
    int depth = 0;
    for (const char *p = strchr(page, '<'); p; p = strchr(p, '<')) {
        const char *name = ++p, *end = p;
        bool closes = *name == '/', quoted = false;
        for (; *end && (quoted || *end != '>'); end++) {
            if (*end == '<') return false;
            quoted ^= *end == '"';
        }
        if (!*end) return false;
        p = end;
        if (*name == '!' || end[-1] == '/') continue;
        name += closes;
        size_t n = strcspn(name, " \n/>");
        if (closes) {
            if (depth == 0 || length[--depth] != n || strncmp(open[depth], name, n) != 0) return false;
        } else {
            if (depth == 64) return false;
            open[depth] = name;
            length[depth++] = n;
        }
    }
    return depth == 0;
}

static bool has_word(const char *from, const char *to, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = from; p + n <= to; p++)
        if (!strncmp(p, word, n) && !isalpha((unsigned char)p[-1]) && !isalpha((unsigned char)p[n])) return true;
    return false;
}

/* Is "nan" or "inf" anywhere between < and >? */
static bool has_bad_number(const char *page)
{
    const char *start = strstr(page, "</style>");
    for (const char *p = strchr(start ? start : page, '<'); p; p = strchr(p + 1, '<')) {
        const char *end = strchr(p, '>');
        if (has_word(p + 1, end, "nan") || has_word(p + 1, end, "inf")) return true;
    }
    return false;
}

static void check_sane(const report_run *run)
{
    char *page = page_of(run);
    CHECK(balances(page));
    CHECK(!has_bad_number(page));
    free(page);
}

TEST(report, is_well_formed)
{
    sample s;
    fill(&s);
    check_sane(&s.run);
    CHECK(!balances("<p><b></p></b>"));
    CHECK(has_bad_number("<path d=\"M1 nan\"/>"));
}

TEST(report, fetches_and_runs_nothing)
{
    sample s;
    fill(&s);
    char *page = page_of(&s.run);
    CHECK(!strstr(page, "http"));
    CHECK(!strstr(page, "<script"));
    CHECK(!strstr(page, "src="));
    CHECK(!strstr(page, "@import"));
    CHECK(!strstr(page, "<link"));
    for (const char *p = strstr(page, "url("); p; p = strstr(p + 1, "url(")) CHECK(p[4] == '#');
    free(page);
}

TEST(report, escapes_every_text)
{
    static const char hostile[] = "</style><&\"'>\x01";
    sample s;
    fill(&s);
    s.run.title = s.run.command = s.run.data_path = s.run.data_text = s.run.fingerprint = s.run.model = hostile;
    s.run.loss_name = s.run.cpu = s.run.isa = s.run.wick_version = s.run.compiler = s.run.hdf5_version = hostile;
    s.run.date = s.optimizers[0].name = s.optimizers[1].options = hostile;
    char *page = page_of(&s.run), *style = strstr(page, "</style>");
    CHECK(balances(page));
    CHECK(!strstr(page, "<&"));
    CHECK(!strchr(page, '\x01'));
    CHECK(style && !strstr(style + 1, "</style>"));
    CHECK(strstr(page, "&lt;/style&gt;&lt;&amp;&quot;&#39;&gt;&#xFFFD;") != NULL);
    free(page);
}

TEST(report, draws_loss_and_accuracy_against_epochs_and_seconds)
{
    static const char *const ids[] = { "accuracy-epoch",     "accuracy-seconds", "valid-loss-epoch",
                                       "valid-loss-seconds", "train-loss-epoch", "train-loss-seconds" };
    sample s;
    char mark[64];
    fill(&s);
    char *page = page_of(&s.run);
    for (int i = 0; i < 6; i++) {
        snprintf(mark, sizeof mark, "<title id=\"%s-t\">", ids[i]);
        CHECK(strstr(page, mark) != NULL);
    }
    free(page);
}

TEST(report, shows_losses_alone_without_classes)
{
    sample s;
    fill(&s);
    s.run.classes = 0;
    char *page = page_of(&s.run);
    CHECK(!strstr(page, "ccuracy"));
    CHECK(strstr(page, "lowest test loss") != NULL);
    CHECK(balances(page));
    free(page);
}

TEST(report, is_sane_for_one_seed_one_epoch_one_optimizer)
{
    sample s;
    fill(&s);
    s.run.nseeds = s.run.noptimizers = s.run.epochs = s.run.first_epoch = 1;
    s.seeds[0][0].points = 1;
    check_sane(&s.run);
    s.seeds[0][0].seconds = s.seeds[0][0].train_loss = NULL;
    check_sane(&s.run);
    s.seeds[0][0].points = 0;
    s.seeds[0][0].test_accuracy = s.seeds[0][0].test_loss = NAN;
    check_sane(&s.run);
}

TEST(report, is_sane_for_values_that_are_not_finite_or_huge)
{
    static const double wild[POINTS] = { NAN, INFINITY, -1e308, 1e308 }, perfect[POINTS] = { 1, 1, 1, 1 };
    sample s;
    fill(&s);
    for (int i = 0; i < SEEDS; i++) {
        s.seeds[0][i].valid_loss = s.seeds[0][i].train_loss = s.seeds[0][i].valid_accuracy = wild;
        s.seeds[1][i].valid_accuracy = perfect;
    }
    s.run.total_seconds = NAN;
    s.optimizers[0].seconds_per_epoch = INFINITY;
    check_sane(&s.run);
}

TEST(report, says_where_a_run_diverged_and_never_calls_it_best)
{
    sample s;
    report_stat stats[2][REPORT_MEASURES];
    char text[512];
    fill(&s);
    s.seeds[1][2].diverged = true;
    s.seeds[1][2].diverged_epoch = 2;
    s.seeds[1][2].diverged_step = 117;
    s.seeds[1][2].test_accuracy = s.seeds[1][2].test_loss = NAN;
    char *page = page_of(&s.run);
    CHECK(strstr(page, "1 of 3 seeds diverged, first at epoch 2, step 117") != NULL);
    free(page);
    report_headline(text, sizeof text, &s.run, stats, report_summarize(&s.run, stats));
    for (int m = 0; m < REPORT_MEASURES; m++) CHECK(!stats[1][m].best);
    CHECK(strstr(text, "SGD has the highest test accuracy: 91.00 ± 1.00 %") != NULL);
    CHECK(strstr(text, "Adam diverged with 1 of 3 seeds.") != NULL);
    check_sane(&s.run);
    for (int i = 0; i < SEEDS; i++) s.seeds[0][i].diverged = s.seeds[1][i].diverged = true;
    report_headline(text, sizeof text, &s.run, stats, report_summarize(&s.run, stats));
    CHECK(strstr(text, "No optimizer came through") != NULL);
    check_sane(&s.run);
}

TEST(report, takes_means_and_sample_deviations_over_seeds)
{
    sample s;
    report_stat stats[2][REPORT_MEASURES];
    fill(&s);
    s.run.target = 0.9;
    CHECK_NEAR(report_summarize(&s.run, stats), 0.9, 0);
    CHECK_NEAR(stats[0][REPORT_TEST_ACCURACY].mean, 0.91, 1e-12);
    CHECK_NEAR(stats[0][REPORT_TEST_ACCURACY].std, 0.01, 1e-12);
    CHECK_NEAR(stats[1][REPORT_BEST_ACCURACY].mean, 0.97, 1e-12);
    CHECK_NEAR(stats[1][REPORT_EPOCHS_TO_TARGET].mean, 1, 0);
    CHECK_NEAR(stats[1][REPORT_SECONDS_TO_TARGET].mean, 2, 0);
    CHECK_NEAR(stats[0][REPORT_EPOCHS_TO_TARGET].mean, 3, 0);
    CHECK(stats[1][REPORT_TEST_ACCURACY].best && !stats[0][REPORT_TEST_ACCURACY].best);
    CHECK(stats[0][REPORT_SECONDS_PER_EPOCH].best && !stats[1][REPORT_SECONDS_PER_EPOCH].best);
}

TEST(report, chooses_a_target_that_both_optimizers_reach)
{
    sample s;
    report_stat stats[2][REPORT_MEASURES];
    fill(&s);
    double target = report_summarize(&s.run, stats);
    CHECK_NEAR(target, 0.85, 1e-9); /* the worst best is 0.90; 1.15 times its error rounds up to 0.15 */
    CHECK(stats[0][REPORT_EPOCHS_TO_TARGET].n == SEEDS && stats[1][REPORT_EPOCHS_TO_TARGET].n == SEEDS);
}

TEST(report, tells_a_lead_from_noise)
{
    sample s;
    report_stat stats[2][REPORT_MEASURES];
    char text[512];
    fill(&s);
    report_headline(text, sizeof text, &s.run, stats, report_summarize(&s.run, stats));
    CHECK(strstr(text, "Adam has the highest test accuracy: 96.00 ± 1.00 % over 3 seeds, 5.00 points above SGD.") !=
          NULL);
    CHECK(strstr(text, "Adam needs the fewest epochs (1.0) and the least time (2.00 s).") != NULL);
    for (int i = 0; i < SEEDS; i++) s.seeds[0][i].test_accuracy += 0.045;
    report_headline(text, sizeof text, &s.run, stats, report_summarize(&s.run, stats));
    CHECK(strstr(text, "SGD and Adam share the highest test accuracy") != NULL);
    CHECK(strstr(text, "within one standard deviation") != NULL);
    s.run.nseeds = 1;
    report_headline(text, sizeof text, &s.run, stats, report_summarize(&s.run, stats));
    CHECK(strstr(text, "it may be chance") != NULL);
}

TEST(report, keeps_names_apart_that_differ_in_their_parentheses_alone)
{
    sample s;
    char text[64];
    fill(&s);
    CHECK(strcmp(report_short_name(text, sizeof text, &s.run, 0), "SGD") == 0);
    s.optimizers[1].name = "SGD (Nesterov)";
    CHECK(strcmp(report_short_name(text, sizeof text, &s.run, 0), "SGD (momentum 0.9)") == 0);
}

TEST(chart, writes_names_without_overlap)
{
    static const double x[2] = { 0, 1 }, y[2] = { 1, 0.5 };
    chart_series lines[MOST];
    double last = -100;
    int names = 0;
    for (int k = 0; k < MOST; k++) lines[k] = (chart_series){ .name = "Adam", .style = k, .n = 2, .x = x, .y = y };
    chart c = { .id = "c", .title = "Loss", .x_title = "epoch", .scale = CHART_LOG, .series = lines, .nseries = MOST };
    char *svg = chart_of(&c);
    for (const char *p = strstr(svg, "class=\"name"); p; p = strstr(p + 1, "class=\"name"), names++) {
        double at = strtod(strstr(p, " y=\"") + 4, NULL);
        CHECK(at - last > 14);
        last = at;
    }
    CHECK(names == MOST);
    CHECK(last < 300);
    free(svg);
}

TEST(chart, is_logarithmic_only_where_it_helps)
{
    static const double x[2] = { 0, 1 }, wide[2] = { 2, 0.01 }, narrow[2] = { 2, 1 }, negative[2] = { 2, -9 };
    const double *const values[] = { wide, narrow, negative };
    for (int i = 0; i < 3; i++) {
        chart_series line = { .name = "Adam", .n = 2, .x = x, .y = values[i] };
        chart c = { .id = "c", .title = "Loss", .x_title = "epoch", .scale = CHART_LOG, .series = &line, .nseries = 1 };
        char *svg = chart_of(&c);
        CHECK((strstr(svg, "log scale") != NULL) == (i == 0));
        CHECK(balances(svg));
        free(svg);
    }
}

TEST(chart, tells_screen_readers_the_last_values)
{
    static const double x[2] = { 0, 1 }, y[2] = { 2, 0.25 };
    chart_series line = { .name = "Adam", .n = 2, .x = x, .y = y };
    chart c = { .id = "c", .title = "Loss", .x_title = "epoch", .series = &line, .nseries = 1 };
    char *svg = chart_of(&c);
    CHECK(strstr(svg, "role=\"img\"") != NULL);
    CHECK(strstr(svg, "<desc id=\"c-d\">Loss against epoch. Last values: Adam 0.25 at 1.</desc>") != NULL);
    free(svg);
}

TEST(chart, says_so_when_there_is_nothing_to_draw)
{
    static const double x[1] = { 0 }, y[1] = { NAN };
    chart_series line = { .name = "Adam", .n = 1, .x = x, .y = y };
    chart c = { .id = "c", .title = "Loss", .x_title = "epoch", .series = &line, .nseries = 1 };
    char *svg = chart_of(&c);
    CHECK(strstr(svg, "No finite values") != NULL);
    CHECK(balances(svg));
    free(svg);
}

WICK_TEST_MAIN
