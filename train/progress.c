/* wk_progress: a line about a loop, drawn anew in place on a terminal. It is built whole and written at once, cut to
 * the terminal's width so that it can be taken back. Rests on base/terminal.h. */
#include "base/error.h"
#include "base/options.h"
#include "base/terminal.h"
#include "base/thread.h"
#include "wick/train.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BAR = 24, TEXT = 256, LINE = 3 * TEXT };

typedef struct line {
    char text[LINE];
    int used, columns;
} line;

/* As many characters as there are columns; a character is one column. */
static void add(line *l, const char *text)
{
    for (; *text && l->used < LINE - 4; text++) {
        const bool begins = (*text & 0xC0) != 0x80;
        if (begins && l->columns == 0) break;
        l->columns -= begins;
        l->text[l->used++] = *text;
    }
}

static int width_of(const char *text)
{
    int n = 0;
    for (; *text; text++) n += (*text & 0xC0) != 0x80;
    return n;
}

static void add_bar(line *l, int width, double share)
{
    static const char *const signs[2][2] = { { "=", "." }, { "━", "─" } };
    const char *const *sign = signs[wki_in_utf8()];
    const int full = (int)(share * width + 0.5);
    for (int i = 0; i < width; i++) add(l, sign[i >= full]);
}

static void put(wk_progress *p, const line *l)
{
    const bool drawn_anew = p->kind == WK_PROGRESS_TERMINAL;
    fprintf(p->out, "%s%.*s%s", drawn_anew ? "\r\033[K" : "", l->used, l->text, drawn_anew ? "" : "\n");
    fflush(p->out);
    p->shown = drawn_anew;
}

/* text is what stands before the bar and, after a tab, behind it. The bar gives way first. */
static void draw(wk_progress *p, double share, char *text, const char *tail)
{
    const bool on_terminal = p->kind == WK_PROGRESS_TERMINAL, known = isfinite(share);
    line l = { .columns = on_terminal ? wki_terminal_columns(p->out) - 1 : LINE };
    char end[TEXT + 80], *behind = strchr(text, '\t');
    if (behind) *behind++ = 0;
    int n = known ? snprintf(end, sizeof end, " %3.0f %%", 100 * share) : snprintf(end, sizeof end, "%s", "");
    if (behind && *behind) n += snprintf(end + n, sizeof end - (size_t)n, "  %s", behind);
    if (*tail) snprintf(end + n, sizeof end - (size_t)n, "  %s", tail);
    const int room = l.columns - width_of(text) - width_of(end) - 1;
    add(&l, text);
    if (known && on_terminal) add(&l, " ");
    if (known && on_terminal) add_bar(&l, room < 0 ? 0 : room > BAR ? BAR : room, share);
    add(&l, end);
    put(p, &l);
}

static bool is_due(wk_progress *p, double now)
{
    if (!p->out) return false;
    if (!p->kind) p->kind = wki_is_terminal(p->out) ? WK_PROGRESS_TERMINAL : WK_PROGRESS_ELSEWHERE;
    const bool on_terminal = p->kind == WK_PROGRESS_TERMINAL;
    const double every = p->every > 0 ? p->every : on_terminal ? 0.05 : 10;
    if ((!on_terminal && !p->always) || now - p->drawn < every) return false;
    p->drawn = now;
    return true;
}

static const char *duration(double seconds, char text[32])
{
    const long long whole = isfinite(seconds) && seconds < 1e12 ? llround(seconds) : 0;
    if (!isfinite(seconds))
        snprintf(text, 32, "-");
    else if (seconds < 0.0995)
        snprintf(text, 32, "%.1f ms", 1000 * seconds);
    else if (seconds < 9.95)
        snprintf(text, 32, "%.2f s", seconds);
    else if (seconds < 59.5)
        snprintf(text, 32, "%.1f s", seconds);
    else if (whole < 3600)
        snprintf(text, 32, "%lld min %02lld s", whole / 60, whole % 60);
    else
        snprintf(text, 32, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
    return text;
}

/* The pace since the first step, which often does more than the others and is left out. */
static void tell_pace(const wk_progress *p, double now, char tail[80])
{
    char a[WKI_DOUBLE_TEXT], b[32];
    const double steps = (double)(p->done - p->first), seconds = now - p->clock, pace = steps / seconds;
    const double rate = pace * p->per_step;
    int n = rate < 9.95 || rate > 1e15 ? snprintf(tail, 80, "%.3g", rate)
                                       : snprintf(tail, 80, "%s", wki_count_text(llround(rate), a));
    n += snprintf(tail + n, 80 - (size_t)n, " %.20s/s", p->unit ? p->unit : "steps");
    if (p->total > 0) snprintf(tail + n, 80 - (size_t)n, "  %s left", duration((double)(p->total - p->done) / pace, b));
}

static void format_text(char text[TEXT], const char *format, va_list arguments)
{
    *text = 0;
    if (format) vsnprintf(text, TEXT, format, arguments);
}

wk_progress wk_progress_default(void) { return (wk_progress){ WK_PROGRESS_DEFAULTS }; }

void wk_progress_step(wk_progress *p, const char *format, ...)
{
    char text[TEXT], tail[80];
    if (!p) {
        wki_null_argument("progress_step", "p");
        return;
    }
    const double now = wki_clock();
    p->done++;
    if (p->clock == 0) p->clock = now, p->first = p->done;
    if (!is_due(p, now) || p->done == p->first) return;
    va_list arguments;
    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    tell_pace(p, now, tail);
    draw(p, p->total > 0 ? fmin((double)p->done / (double)p->total, 1) : (double)NAN, text, tail);
}

void wk_progress_show(wk_progress *p, double share, const char *format, ...)
{
    char text[TEXT];
    if (!p) {
        wki_null_argument("progress_show", "p");
        return;
    }
    if (!is_due(p, wki_clock())) return;
    va_list arguments;
    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    draw(p, fmin(fmax(share, 0), 1), text, "");
}

void wk_progress_clear(wk_progress *p)
{
    if (!p || !p->shown) return;
    fputs("\r\033[K", p->out);
    fflush(p->out);
    p->shown = false;
}
