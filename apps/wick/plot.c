/* Charts of characters. Lines are drawn as dots into cells, 2 x 4 in one of braille and a single one in ASCII; then the
 * cells are printed row by row between their axes, with the names behind. Rests on axis.h and say.h. */
#include "plot.h"
#include "axis.h"
#include "say.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDEST = 100, TALLEST = 24, LABEL = 64 };

static const double log_from = 8; /* the span that earns a logarithmic axis */

typedef struct canvas {
    const plot *plot;
    FILE *out;
    bool braille;
    int width, height, across, down; /* cells; dots in a cell */
    int left;                        /* columns of the labels */
    axis x, y;                       /* in dots; y from the bottom */
    unsigned char cells[TALLEST][WIDEST];
    const char *names[TALLEST]; /* behind each row */
    char labels[TALLEST][LABEL];
} canvas;

static bool has_point(const plot_line *l, int i)
{
    return fabs(l->x[i]) < 1e100 && fabs(l->y[i]) < 1e100; /* false for NAN */
}

/* The range of all points' x or y; false where there is none. */
static bool range(const plot *p, bool of_y, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int k = 0; k < p->nlines; k++) {
        const plot_line *l = &p->lines[k];
        for (int i = 0; i < l->n; i++) {
            if (!has_point(l, i)) continue;
            *lo = fmin(*lo, of_y ? l->y[i] : l->x[i]);
            *hi = fmax(*hi, of_y ? l->y[i] : l->x[i]);
        }
    }
    return *lo <= *hi;
}

static void widen(double *lo, double *hi)
{
    if (*lo < *hi) return;
    const double by = *lo == 0 ? 1 : fabs(*lo) * 0.05;
    *lo -= by;
    *hi += by;
}

static void settle_y(canvas *c, double lo, double hi)
{
    chart_scale scale = c->plot->y_scale;
    if (scale == CHART_LOG && !(lo > 0 && hi / lo >= log_from)) scale = CHART_LINEAR;
    if (scale == CHART_NINES && !(hi < 100 && (100 - lo) / (100 - hi) >= log_from)) scale = CHART_LINEAR;
    if (scale == CHART_LINEAR) widen(&lo, &hi);
    c->y = (axis){ .scale = scale, .floor = 1e-300, .to = 12 * (c->height - 1) };
    c->y.lo = axis_measure(&c->y, lo);
    c->y.hi = axis_measure(&c->y, hi);
    axis_ticks(&c->y); /* as if a row were 12 units, so that labels are two rows apart */
    c->y.to = c->height * c->down - 1;
}

static void settle_x(canvas *c, double lo, double hi)
{
    chart_scale scale = lo > 0 && lo < hi ? c->plot->x_scale : CHART_LINEAR;
    if (scale == CHART_LINEAR) widen(&lo, &hi);
    c->x = (axis){ .scale = scale, .floor = 1e-300, .to = 2.5 * (c->width - 1) };
    c->x.lo = axis_measure(&c->x, lo);
    c->x.hi = axis_measure(&c->x, hi);
    if (scale == CHART_LOG) axis_ticks(&c->x);
    if (c->x.nticks < 2) axis_linear_ticks(&c->x, lo, hi, c->width / 10, c->plot->whole_x);
    c->x.to = c->width * c->across - 1;
}

/* ASCII where it has to be: axis.h writes true minus signs and raised digits. */
static int tick_text(const canvas *c, const axis *a, double v, char text[LABEL])
{
    axis_tick_text(text, a, v);
    if (!c->braille && strlen(text) != (size_t)say_width(text)) snprintf(text, LABEL, "%.4g", v);
    return say_width(text);
}

static int row_of(const canvas *c, double y) { return c->height - 1 - (int)lround(axis_place(&c->y, y)) / c->down; }

static void place_labels(canvas *c)
{
    char text[LABEL];
    for (int i = 0; i < c->y.nticks; i++) {
        const int row = row_of(c, c->y.tick[i]), width = tick_text(c, &c->y, c->y.tick[i], text);
        if (row < 0 || row >= c->height) continue;
        strcpy(c->labels[row], text);
        c->left = width > c->left ? width : c->left;
    }
}

static void dot(canvas *c, int x, int y, char sign)
{
    static const unsigned char bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    const int column = x / c->across, from_top = c->height * c->down - 1 - y, row = from_top / c->down;
    if (x < 0 || column >= c->width || row < 0 || row >= c->height) return;
    if (c->braille)
        c->cells[row][column] |= bits[from_top % 4][x % 2];
    else
        c->cells[row][column] = (unsigned char)sign;
}

static void draw_line(canvas *c, const plot_line *l)
{
    int before = -1, drawn = 0;
    const char sign = l->sign ? l->sign : l->faint ? '.' : '*';
    for (int i = 0; i < l->n; i++) {
        if (!has_point(l, i)) {
            before = -1;
            continue;
        }
        const int from = before < 0 ? i : before;
        const double x0 = axis_place(&c->x, l->x[from]), y0 = axis_place(&c->y, l->y[from]);
        const double x1 = axis_place(&c->x, l->x[i]), y1 = axis_place(&c->y, l->y[i]);
        const int steps = (int)ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
        for (int k = before >= 0; k <= steps; k++) {
            const double t = steps ? (double)k / steps : 0;
            if (l->faint && c->braille && drawn++ % 3) continue;
            dot(c, (int)lround(x0 + t * (x1 - x0)), (int)lround(y0 + t * (y1 - y0)), sign);
        }
        before = i;
    }
}

/* A name goes where its line ends, or to the nearest free row. */
static void place_name(canvas *c, const plot_line *l)
{
    int i = l->n - 1;
    while (i >= 0 && !has_point(l, i)) i--;
    if (i < 0 || !*l->name) return;
    const int row = row_of(c, l->y[i]);
    for (int away = 0; away < c->height; away++) {
        for (int side = -1; side <= 1; side += 2) {
            const int at = row + side * away;
            if (at < 0 || at >= c->height || c->names[at]) continue;
            c->names[at] = l->name;
            return;
        }
    }
}

static void put_rows(const canvas *c)
{
    const char *bar = c->braille ? "│" : "|", *tick = c->braille ? "┤" : "+";
    for (int row = 0; row < c->height; row++) {
        int end = c->width;
        while (end > 0 && !c->cells[row][end - 1]) end--;
        if (c->names[row]) end = c->width;
        fprintf(c->out, "%*s%s %s", c->left - say_width(c->labels[row]), "", c->labels[row],
                *c->labels[row] ? tick : bar);
        for (int i = 0; i < end; i++) {
            const unsigned char cell = c->cells[row][i];
            if (!cell)
                putc(' ', c->out);
            else if (c->braille) /* U+2800 and up */
                fprintf(c->out, "\xE2%c%c", 0xA0 | cell >> 6, 0x80 | (cell & 0x3F));
            else
                putc(cell, c->out);
        }
        fprintf(c->out, "%s%s\n", c->names[row] ? " " : "", c->names[row] ? c->names[row] : "");
    }
}

static int column_of(const canvas *c, double x)
{
    const int at = (int)lround(axis_place(&c->x, x)) / c->across;
    return at < 0 ? 0 : at < c->width ? at : c->width - 1;
}

static void put_x_axis(const canvas *c)
{
    char below[WIDEST] = { 0 }, text[LABEL];
    for (int i = 0; i < c->x.nticks; i++) below[column_of(c, c->x.tick[i])] = 1;
    if (isfinite(c->plot->mark)) below[column_of(c, c->plot->mark)] = 2;
    fprintf(c->out, "%*s %s", c->left, "", c->braille ? "└" : "+");
    static const char *const signs[2][3] = { { "-", "+", "^" }, { "─", "┬", "▲" } };
    for (int i = 0; i < c->width; i++) fputs(signs[c->braille][(int)below[i]], c->out);
    fprintf(c->out, "\n%*s  ", c->left, "");
    int at = 0;
    for (int i = 0; i < c->x.nticks; i++) {
        const int width = tick_text(c, &c->x, c->x.tick[i], text), from = column_of(c, c->x.tick[i]) - width / 2;
        if (from < at && at) continue;
        fprintf(c->out, "%*s%s", from > at ? from - at : 0, "", text);
        at = (from > at ? from : at) + width;
        fprintf(c->out, i + 1 < c->x.nticks ? " " : "");
        at += i + 1 < c->x.nticks;
    }
    fprintf(c->out, "\n");
}

static int columns(void)
{
    struct winsize size;
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return !known || size.ws_col > WIDEST ? known ? WIDEST : 80 : size.ws_col < 40 ? 40 : size.ws_col;
}

void plot_put(FILE *out, const plot *p)
{
    enum { HEIGHT = 12 };
    canvas c = { .plot = p, .out = out, .braille = say_in_utf8(), .height = p->height ? p->height : HEIGHT };
    double lo, hi;
    int behind = 3; /* half a label of the x axis */
    c.across = c.braille ? 2 : 1;
    c.down = c.braille ? 4 : 1;
    if (!range(p, true, &lo, &hi)) return;
    settle_y(&c, lo, hi);
    place_labels(&c);
    for (int i = 0; i < p->nlines; i++) behind = (int)fmax(behind, say_width(p->lines[i].name) + 1);
    c.width = columns() - c.left - 2 - behind;
    range(p, false, &lo, &hi);
    settle_x(&c, lo, hi);
    for (int i = 0; i < p->nlines; i++) draw_line(&c, &p->lines[i]);
    for (int i = p->nlines - 1; i >= 0; i--) place_name(&c, &p->lines[i]);
    fprintf(out, "%s\n", p->title);
    put_rows(&c);
    put_x_axis(&c);
}
