/* Bars, rows and JSON lines of running experiments. The bar, the library's, goes to stderr; rows and JSON lines go to
 * stdout. */
#include "progress.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

progress_mode progress_choose(bool as_json, bool quiet)
{
    const char *term = getenv("TERM");
    bool terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    return as_json ? PROGRESS_JSON : quiet ? PROGRESS_NONE : terminal ? PROGRESS_BAR : PROGRESS_LINES;
}

double progress_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_clear(progress *p) { wk_progress_clear(&p->line); }

void progress_task(progress *p, const char *what, double share)
{
    p->line.out = p->mode == PROGRESS_BAR ? stderr : NULL;
    if (share < 1)
        wk_progress_show(&p->line, share, "%s", what);
    else
        progress_clear(p);
}

void progress_step(progress *p, int epoch, double loss)
{
    wk_progress *line = &p->line;
    line->out = p->mode == PROGRESS_BAR ? stderr : NULL;
    line->total = p->steps;
    line->unit = "rows";
    line->per_step = (double)p->rows / (double)p->epoch_steps;
    line->done = p->done++;
    if (p->many)
        wk_progress_step(line, "%-7s seed %llu  epoch %d/%d\tloss %#-6.3g", p->optimizer, (unsigned long long)p->seed,
                         epoch, p->epochs, loss);
    else
        wk_progress_step(line, "epoch %d/%d\tloss %#-6.3g", epoch, p->epochs, loss);
}

void progress_heading(const progress *p)
{
    if (p->mode != PROGRESS_LINES && p->mode != PROGRESS_BAR) return;
    if (p->many) printf("%-*s  %4s  ", p->many, "optimizer", "seed");
    printf("epoch  train loss  valid loss%s        time     rows/s\n", p->accuracy ? "  valid acc" : "");
    fflush(stdout);
}

static bool row_as_json(const progress *p, const progress_epoch *e)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "epoch");
    json_text(&j, "optimizer", p->optimizer);
    json_whole(&j, "seed", (int64_t)p->seed);
    json_whole(&j, "epoch", e->epoch);
    json_number(&j, "train_loss", e->train_loss);
    json_number(&j, "valid_loss", e->valid_loss);
    json_number(&j, "valid_accuracy", e->valid_accuracy);
    json_number(&j, "seconds", e->seconds);
    json_number(&j, "samples_per_second", (double)p->rows / e->seconds);
    json_close(&j);
    return json_end_line(&j);
}

bool progress_row(progress *p, const progress_epoch *e)
{
    say_room time, rate;
    if (p->mode == PROGRESS_NONE) return true;
    if (p->mode == PROGRESS_JSON) return row_as_json(p, e);
    if (p->many && p->mode == PROGRESS_BAR && e->epoch < p->epochs) return true;
    progress_clear(p);
    if (p->many) printf("%-*s  %4llu  ", p->many, p->optimizer, (unsigned long long)p->seed);
    printf("%5d  %#10.4g  %#10.4g", e->epoch, e->train_loss, e->valid_loss);
    if (p->accuracy) printf("  %7.2f %%", 100 * e->valid_accuracy);
    printf("  %10s  %9s\n", say_seconds(time, e->seconds), say_count(rate, llround((double)p->rows / e->seconds)));
    return fflush(stdout) == 0 && !ferror(stdout);
}
