/* Bars, rows and JSON lines of running experiments. The bar goes to stderr and is redrawn at most every 50 ms; rows and
 * JSON lines go to stdout. */
#include "progress.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24, LINE = 256 };

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

void progress_clear(progress *p)
{
    if (p->shown) fputs("\r\033[K", stderr);
    p->shown = false;
}

static bool is_due(progress *p)
{
    double now = progress_now();
    if (p->mode != PROGRESS_BAR || now - p->drawn < 0.05) return false;
    p->drawn = now;
    return true;
}

static int terminal_width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* One line, cut to the terminal's width so that it can be taken back; the bar gives way first. */
static void draw(progress *p, const char *left, double share, const char *right)
{
    static const char *const signs[2][2] = { { "=", "." }, { "━", "─" } };
    const char *const *sign = signs[say_in_utf8()];
    char end[LINE];
    snprintf(end, sizeof end, " %3.0f %%%s%s", 100 * share, *right ? "  " : "", right);
    int width = terminal_width() - 1, room = width - (int)strlen(left) - (int)strlen(end) - 1;
    int bar = room < 0 ? 0 : room > BAR ? BAR : room, full = (int)(share * bar + 0.5);
    fprintf(stderr, "\r\033[K%.*s", width, left);
    width -= (int)strlen(left) + bar + 1;
    if (width >= 0) fputc(' ', stderr);
    for (int i = 0; i < bar; i++) fputs(sign[i >= full], stderr);
    if (width > 0) fprintf(stderr, "%.*s", width, end);
    fflush(stderr);
    p->shown = true;
}

void progress_task(progress *p, const char *what, double share)
{
    if (share < 1 && is_due(p)) draw(p, what, share, "");
    if (share >= 1) progress_clear(p);
}

void progress_step(progress *p, int epoch, double loss)
{
    double now = progress_now();
    p->done++;
    if (p->clock == 0) p->clock = now, p->first_done = p->done;
    if (!is_due(p) || p->done == p->first_done) return;
    char left[LINE], right[LINE];
    say_room rate, time;
    double elapsed = now - p->clock, done = (double)(p->done - p->first_done);
    double rows = done * (double)p->rows / (double)p->epoch_steps;
    if (p->many)
        snprintf(left, sizeof left, "%-7s seed %llu  epoch %d/%d", p->optimizer, (unsigned long long)p->seed, epoch,
                 p->epochs);
    else
        snprintf(left, sizeof left, "epoch %d/%d", epoch, p->epochs);
    snprintf(right, sizeof right, "loss %#-6.3g  %s rows/s  %s left", loss, say_count(rate, llround(rows / elapsed)),
             say_seconds(time, elapsed / done * (double)(p->steps - p->done)));
    draw(p, left, (double)p->done / (double)p->steps, right);
}

void progress_heading(const progress *p)
{
    if (p->mode != PROGRESS_LINES && p->mode != PROGRESS_BAR) return;
    if (p->many) printf("%-9s  %4s  ", "optimizer", "seed");
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
    if (p->many) printf("%-9s  %4llu  ", p->optimizer, (unsigned long long)p->seed);
    printf("%5d  %#10.4g  %#10.4g", e->epoch, e->train_loss, e->valid_loss);
    if (p->accuracy) printf("  %7.2f %%", 100 * e->valid_accuracy);
    printf("  %10s  %9s\n", say_seconds(time, e->seconds), say_count(rate, llround((double)p->rows / e->seconds)));
    return fflush(stdout) == 0 && !ferror(stdout);
}
