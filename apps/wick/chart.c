/* Line charts as inline SVG. A chart is laid out in a fixed frame of user units and scaled by its viewBox: settle the
 * axes, then draw grid, bands, lines, markers and, at the right, each line's name where it ends. Rests on stdio and
 * math. */
#include "chart.h"
#include "axis.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 540, HEIGHT = 324, TOP = 34, BOTTOM = 42, MAX_NAMES = 32, STYLES = 8 };

static const double letter = 7;      /* width of a character, on the wide side */
static const double name_gap = 15;   /* least distance of two names */
static const double log_from = 8;    /* the span that earns a logarithmic axis */
static const double largest = 1e100; /* beyond it a value counts as not finite, so that no sum overflows */

typedef struct frame {
    axis x, y;
    double left, right, top, bottom;
} frame;

static bool usable(double v) { return isfinite(v) && fabs(v) < largest; }

static bool has_point(const chart_series *s, int i) { return usable(s->x[i]) && usable(s->y[i]); }

static bool has_band(const chart_series *s, int i)
{
    return s->low && s->high && has_point(s, i) && usable(s->low[i]) && usable(s->high[i]);
}

static int last_point(const chart_series *s)
{
    int i = s->n - 1;
    while (i >= 0 && !has_point(s, i)) i--;
    return i;
}

void chart_text(FILE *out, const char *text)
{
    for (const char *p = text ? text : ""; *p; p++) {
        unsigned char c = (unsigned char)*p;
        switch (c) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default:
            if ((c < ' ' && c != '\n' && c != '\t') || c == 127)
                fputs("&#xFFFD;", out);
            else
                putc(c, out);
        }
    }
}

static int letters(const char *text)
{
    int n = 0;
    for (; text && *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

typedef struct span {
    double lo, hi, least; /* least: the smallest positive value, seen from the scale's zero */
} span;

static void span_add(span *s, chart_scale scale, double v)
{
    double from_zero = scale == CHART_NINES ? 100 - v : v;
    s->lo = fmin(s->lo, v);
    s->hi = fmax(s->hi, v);
    if (from_zero > 0) s->least = fmin(s->least, from_zero);
}

/* The range of y; of the unbroken series alone, unless there are none. */
static span span_of(const chart *c)
{
    span s = { INFINITY, -INFINITY, INFINITY };
    for (int broken = 0; broken < 2 && s.lo > s.hi; broken++) {
        for (int k = 0; k < c->nseries; k++) {
            const chart_series *line = &c->series[k];
            if (line->broken != (broken == 1)) continue;
            for (int i = 0; i < line->n; i++) {
                if (has_point(line, i)) span_add(&s, c->scale, line->y[i]);
                if (!has_band(line, i)) continue;
                span_add(&s, c->scale, line->low[i]);
                span_add(&s, c->scale, line->high[i]);
            }
        }
    }
    return s;
}

static bool settle_y(const chart *c, axis *a)
{
    span s = span_of(c);
    if (s.lo > s.hi) return false;
    double big = c->scale == CHART_NINES ? 100 - s.lo : s.hi;
    bool negative = c->scale == CHART_NINES ? s.hi > 100 : s.lo < 0;
    a->scale = !negative && isfinite(s.least) && big > log_from * s.least ? c->scale : CHART_LINEAR;
    a->floor = s.least / 2;
    double lo = axis_measure(a, s.lo), hi = axis_measure(a, s.hi);
    if (lo == hi) {
        double room = a->scale == CHART_LINEAR ? fmax(fabs(lo) * 0.1, 1e-3) : 0.5;
        lo -= room;
        hi += room;
    }
    double pad = 0.06 * (hi - lo);
    a->lo = lo - pad;
    a->hi = hi + pad;
    if (a->scale == CHART_LINEAR && s.lo >= 0 && a->lo < 0.25 * a->hi) a->lo = 0;
    if (a->scale == CHART_LINEAR && c->scale == CHART_NINES && s.hi <= 100) a->hi = fmin(a->hi, 100 + 0.2 * pad);
    axis_ticks(a);
    return true;
}

static void settle_x(const chart *c, axis *a)
{
    double lo = INFINITY, hi = -INFINITY;
    for (int k = 0; k < c->nseries; k++) {
        for (int i = 0; i < c->series[k].n; i++) {
            if (!usable(c->series[k].x[i])) continue;
            lo = fmin(lo, c->series[k].x[i]);
            hi = fmax(hi, c->series[k].x[i]);
        }
    }
    if (!c->whole_x && lo > 0) lo = 0;
    if (lo == hi) {
        double room = fmax(fabs(lo) * 0.5, 0.5);
        lo -= room;
        hi += room;
    }
    a->scale = CHART_LINEAR;
    a->lo = lo;
    a->hi = hi;
    axis_linear_ticks(a, lo, hi, 7, c->whole_x);
}

static double name_room(const chart *c)
{
    int most = 0;
    for (int k = 0; k < c->nseries; k++)
        if (letters(c->series[k].name) > most) most = letters(c->series[k].name);
    return fmin(most * letter + 16, WIDTH / 3.0);
}

static double tick_room(const axis *a)
{
    char text[64];
    int most = 4; /* so that charts of one page line up */
    for (int i = 0; i < a->nticks; i++) {
        axis_tick_text(text, a, a->tick[i]);
        if (letters(text) > most) most = letters(text);
    }
    return most * letter + 9;
}

static bool settle(const chart *c, frame *f)
{
    f->top = TOP;
    f->bottom = HEIGHT - BOTTOM;
    f->right = WIDTH - name_room(c);
    f->y = (axis){ .from = f->bottom, .to = f->top };
    if (!settle_y(c, &f->y)) return false;
    f->left = tick_room(&f->y);
    f->x = (axis){ .from = f->left, .to = f->right };
    settle_x(c, &f->x);
    f->x.from += 5; /* room for the first markers */
    f->x.to -= 5;
    return true;
}

static void draw_grid(FILE *out, const frame *f)
{
    char text[64];
    fputs("<path class=\"grid\" d=\"", out);
    for (int i = 0; i < f->y.nticks; i++)
        fprintf(out, "M%.1f %.1fH%.1f", f->left, axis_place(&f->y, f->y.tick[i]), f->right);
    fprintf(out, "\"/>\n<path class=\"base\" d=\"M%.1f %.1fH%.1f", f->left, f->bottom, f->right);
    for (int i = 0; i < f->x.nticks; i++) fprintf(out, "M%.1f %.1fv4", axis_place(&f->x, f->x.tick[i]), f->bottom);
    fputs("\"/>\n<g class=\"ticks\" text-anchor=\"end\">", out);
    for (int i = 0; i < f->y.nticks; i++) {
        axis_tick_text(text, &f->y, f->y.tick[i]);
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", f->left - 7, axis_place(&f->y, f->y.tick[i]) + 4, text);
    }
    fputs("</g>\n<g class=\"ticks\" text-anchor=\"middle\">", out);
    for (int i = 0; i < f->x.nticks; i++) {
        axis_tick_text(text, &f->x, f->x.tick[i]);
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", axis_place(&f->x, f->x.tick[i]), f->bottom + 17, text);
    }
    fputs("</g>\n", out);
}

static void draw_titles(FILE *out, const chart *c, const frame *f)
{
    static const char *const spread[] = { "", "log scale", "log scale of the error" };
    const char *how = spread[f->y.scale];
    fputs("<text class=\"title\" x=\"0\" y=\"13\">", out);
    chart_text(out, c->title);
    if (c->unit || *how) fputs("<tspan class=\"unit\" dx=\"7\">", out);
    chart_text(out, c->unit);
    if (c->unit && *how) fputs(", ", out);
    fputs(how, out);
    if (c->unit || *how) fputs("</tspan>", out);
    fprintf(out, "</text>\n<text class=\"unit\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">", (f->left + f->right) / 2,
            HEIGHT - 5);
    chart_text(out, c->x_title);
    fputs("</text>\n", out);
}

static const char *style_class(int style)
{
    static const char *const names[] = { "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7" };
    return names[(style < 0 ? 0 : style) % STYLES];
}

/* Colours come round after eight styles; a dash then tells the second round from the first. */
static const char *style_dash(int style) { return style / STYLES % 2 ? " dash" : ""; }

static void draw_marker(FILE *out, int style, double x, double y)
{
    static const char *const shapes[STYLES] = {
        "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
        "m-3-3h6v6h-6z",
        "m0-4.1l4 7h-8z",
        "m0-4.4l4.4 4.4l-4.4 4.4l-4.4-4.4z",
        "m0 4.1l4-7h-8z",
        "m-1.4-4h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6z",
        "m-4-1.7h8v3.4h-8z",
        "m-1.7-4h3.4v8h-3.4z",
    };
    fprintf(out, "M%.1f %.1f%s", x, y, shapes[(style < 0 ? 0 : style) % STYLES]);
}

static void draw_band(FILE *out, const frame *f, const chart_series *s)
{
    for (int i = 0, end; i < s->n; i = end + 1) {
        for (end = i; end < s->n && has_band(s, end); end++) {}
        if (end == i) continue;
        fprintf(out, "<path class=\"band %s\" d=\"", style_class(s->style));
        for (int k = i; k < end; k++)
            fprintf(out, "%c%.1f %.1f", k == i ? 'M' : 'L', axis_place(&f->x, s->x[k]), axis_place(&f->y, s->high[k]));
        for (int k = end - 1; k >= i; k--)
            fprintf(out, "L%.1f %.1f", axis_place(&f->x, s->x[k]), axis_place(&f->y, s->low[k]));
        fputs("z\"/>\n", out);
    }
}

static void draw_line(FILE *out, const frame *f, const chart_series *s)
{
    bool pen_down = false;
    if (last_point(s) < 0) return;
    fprintf(out, "<path class=\"line %s%s\" d=\"", style_class(s->style), style_dash(s->style));
    for (int i = 0; i < s->n; i++) {
        bool here = has_point(s, i);
        if (here)
            fprintf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', axis_place(&f->x, s->x[i]), axis_place(&f->y, s->y[i]));
        pen_down = here;
    }
    fputs("\"/>\n", out);
}

/* A long line gets a dozen markers, its end always among them. */
static bool is_marked(const chart_series *s, int i)
{
    int last = last_point(s), every = s->n > 26 ? (s->n + 11) / 12 : 1;
    return has_point(s, i) && (i == last || (i % every == 0 && last - i >= every / 2));
}

static void draw_markers(FILE *out, const frame *f, const chart_series *s)
{
    int last = last_point(s);
    if (last < 0) return;
    fprintf(out, "<path class=\"mark %s\" d=\"", style_class(s->style));
    for (int i = 0; i < s->n; i++)
        if (is_marked(s, i) && !(s->broken && i == last))
            draw_marker(out, s->style, axis_place(&f->x, s->x[i]), axis_place(&f->y, s->y[i]));
    fputs("\"/>\n", out);
    if (!s->broken) return;
    double y = fmin(fmax(axis_place(&f->y, s->y[last]), f->top), f->bottom);
    fprintf(out, "<path class=\"cross %s\" d=\"M%.1f %.1fm-4-4l8 8m0-8l-8 8\"/>\n", style_class(s->style),
            axis_place(&f->x, s->x[last]), y);
}

/* Unseen discs that carry each marked point's numbers as a tooltip. */
static void draw_tooltips(FILE *out, const chart *c, const frame *f, const chart_series *s)
{
    for (int i = 0; i < s->n; i++) {
        double y = has_point(s, i) ? axis_place(&f->y, s->y[i]) : -1;
        if (!is_marked(s, i) || y < f->top || y > f->bottom) continue;
        fprintf(out, "<circle class=\"hit\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"><title>", axis_place(&f->x, s->x[i]), y);
        chart_text(out, s->name);
        fputs(", ", out);
        chart_text(out, c->x_title);
        fprintf(out, " %.4g: %.4g", s->x[i], s->y[i]);
        if (has_band(s, i) && s->low[i] < s->high[i]) fprintf(out, " (%.4g to %.4g)", s->low[i], s->high[i]);
        fputs("</title></circle>\n", out);
    }
}

typedef struct line_end {
    const chart_series *series;
    double x, y;  /* where the line ends */
    double label; /* where its name goes */
} line_end;

static int collect_ends(const chart *c, const frame *f, line_end *ends)
{
    int n = 0;
    for (int k = 0; k < c->nseries && n < MAX_NAMES; k++) {
        const chart_series *s = &c->series[k];
        int last = last_point(s), at = n;
        if (last < 0 || !s->name) continue;
        line_end e = { .series = s, .x = axis_place(&f->x, s->x[last]), .y = axis_place(&f->y, s->y[last]) };
        e.y = fmin(fmax(e.y, f->top), f->bottom);
        for (; at > 0 && ends[at - 1].y > e.y; at--) ends[at] = ends[at - 1];
        ends[at] = e;
        n++;
    }
    return n;
}

/* Names as near to their lines as they can be without touching: with the gaps subtracted this is isotonic regression,
 * solved by pooling neighbours that are out of order (Ayer et al. 1955). */
static void spread_names(const frame *f, line_end *ends, int n)
{
    double mean[MAX_NAMES], gap = fmin(name_gap, (f->bottom - f->top) / n);
    int size[MAX_NAMES], pools = 0;
    for (int i = 0; i < n; i++) {
        mean[pools] = ends[i].y - i * gap;
        size[pools++] = 1;
        for (; pools > 1 && mean[pools - 2] > mean[pools - 1]; pools--) {
            int a = size[pools - 2], b = size[pools - 1];
            mean[pools - 2] = (a * mean[pools - 2] + b * mean[pools - 1]) / (a + b);
            size[pools - 2] = a + b;
        }
    }
    for (int p = 0, i = 0; p < pools; p++)
        for (int k = 0; k < size[p]; k++, i++)
            ends[i].label = fmin(fmax(mean[p], f->top), f->bottom - (n - 1) * gap) + i * gap;
}

/* A name of at most `most` characters, the end of a longer one left out. */
static void put_short(FILE *out, const char *name, int most)
{
    char text[256];
    size_t bytes = 0;
    if (letters(name) <= most) {
        chart_text(out, name);
        return;
    }
    for (int n = 0; n < most && bytes < sizeof text - 4; n++)
        for (bytes++; (name[bytes] & 0xC0) == 0x80 && bytes < sizeof text - 4; bytes++) {}
    snprintf(text, sizeof text, "%.*s…", (int)bytes, name);
    chart_text(out, text);
}

static void draw_names(FILE *out, const chart *c, const frame *f)
{
    line_end ends[MAX_NAMES];
    int n = collect_ends(c, f, ends);
    double x = f->right + 8;
    if (n == 0) return;
    spread_names(f, ends, n);
    for (int i = 0; i < n; i++) {
        const line_end *e = &ends[i];
        if (x - e->x > 20 || fabs(e->label - e->y) > 3)
            fprintf(out, "<path class=\"leader %s\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", style_class(e->series->style),
                    e->x + 6, e->y, x - 2, e->label);
        fprintf(out, "<text class=\"name %s\" x=\"%.1f\" y=\"%.1f\">", style_class(e->series->style), x, e->label + 4);
        put_short(out, e->series->name, (int)((WIDTH - x) / letter));
        fputs("</text>\n", out);
    }
}

/* What a reader who does not see the chart is told. */
static void describe(FILE *out, const chart *c)
{
    chart_text(out, c->title);
    fputs(" against ", out);
    chart_text(out, c->x_title);
    fputs(". Last values:", out);
    for (int k = 0, said = 0; k < c->nseries; k++) {
        int last = last_point(&c->series[k]);
        if (last < 0) continue;
        fputs(said++ ? ", " : " ", out);
        chart_text(out, c->series[k].name);
        fprintf(out, " %.4g at %.4g", c->series[k].y[last], c->series[k].x[last]);
        if (c->series[k].broken) fputs(" (diverged)", out);
    }
    fputs(".", out);
}

void chart_write(FILE *out, const chart *c)
{
    frame f;
    fprintf(out,
            "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">\n"
            "<title id=\"%s-t\">",
            WIDTH, HEIGHT, c->id, c->id, c->id);
    chart_text(out, c->title);
    fprintf(out, "</title>\n<desc id=\"%s-d\">", c->id);
    describe(out, c);
    fputs("</desc>\n", out);
    if (!settle(c, &f)) {
        fprintf(out, "<text class=\"unit\" x=\"0\" y=\"%d\">No finite values to draw.</text>\n</svg>\n", TOP);
        return;
    }
    draw_titles(out, c, &f);
    draw_grid(out, &f);
    fprintf(out,
            "<clipPath id=\"%s-c\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n"
            "<g clip-path=\"url(#%s-c)\">\n",
            c->id, f.left - 6, f.top - 6, f.right - f.left + 12, f.bottom - f.top + 12, c->id);
    for (int k = 0; k < c->nseries; k++) draw_band(out, &f, &c->series[k]);
    for (int k = c->nseries - 1; k >= 0; k--) draw_line(out, &f, &c->series[k]);
    for (int k = c->nseries - 1; k >= 0; k--) draw_markers(out, &f, &c->series[k]);
    fputs("</g>\n", out);
    for (int k = 0; k < c->nseries; k++) draw_tooltips(out, c, &f, &c->series[k]);
    draw_names(out, c, &f);
    fputs("</svg>\n", out);
}

void chart_key(FILE *out, int style)
{
    fprintf(out,
            "<svg class=\"key\" viewBox=\"0 0 30 12\" aria-hidden=\"true\"><path class=\"line %s%s\" d=\"M1 6H29\"/>"
            "<path class=\"mark %s\" d=\"",
            style_class(style), style_dash(style), style_class(style));
    draw_marker(out, style, 15, 6);
    fputs("\"/></svg>", out);
}

void chart_strip(FILE *out, int style, const double *values, int n, double lo, double hi)
{
    double sum = 0, scale = hi > lo ? 88 / (hi - lo) : 0, start = hi > lo ? 6 : 50;
    int count = 0;
    fputs("<svg class=\"strip\" viewBox=\"0 0 100 18\" aria-hidden=\"true\"><path class=\"grid\" d=\"M6 9H94\"/>", out);
    for (int i = 0; i < n; i++) {
        if (!usable(values[i])) continue;
        fprintf(out, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"9\" r=\"3.6\"/>", style_class(style),
                start + (values[i] - lo) * scale);
        sum += values[i];
        count++;
    }
    if (count > 0)
        fprintf(out, "<path class=\"line %s\" d=\"M%.1f 2v14\"/>", style_class(style),
                start + (sum / count - lo) * scale);
    fputs("</svg>", out);
}

void chart_style(FILE *out)
{
    fputs(":root{color-scheme:light dark;--paper:#fdfdfb;--ink:#1c1e21;--muted:#63676e;--rule:#e3e2dc;--k0:#0072b2;"
          "--k1:#c64f00;--k2:#00835f;--k3:#a9457f;--k4:#8f6a00;--k5:#2f87b8;--k6:#5b5f66;--k7:#8a3b12}\n"
          "@media screen and (prefers-color-scheme:dark){:root{--paper:#15171a;--ink:#e8e7e3;--muted:#9a9ea6;"
          "--rule:#2d3036;--k0:#4aa8e0;--k1:#f0803c;--k2:#2fbd94;--k3:#dd8bb8;--k4:#e0ac2b;--k5:#8fd0f2;--k6:#b4b8bf;"
          "--k7:#d99a78}}\n",
          out);
    for (int k = 0; k < STYLES; k++) fprintf(out, ".k%d{--c:var(--k%d)}", k, k);
    fputs("\nsvg{display:block}svg text{font-family:inherit;fill:var(--muted);font-size:12px}\n"
          "svg .title{fill:var(--ink);font-size:13.5px;font-weight:600}svg .ticks{font-variant-numeric:tabular-nums}\n"
          "svg .unit{fill:var(--muted);font-size:12px;font-weight:400}svg .name{fill:var(--c);font-weight:500}\n"
          ".chart{width:100%;height:auto;overflow:visible}.grid,.base{fill:none;stroke:var(--rule);stroke-width:1;"
          "shape-rendering:crispEdges}.base{stroke:var(--muted)}\n"
          ".line,.cross,.leader{fill:none;stroke:var(--c);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}"
          ".dash{stroke-dasharray:5 4}.cross{stroke-width:2.2}.leader{stroke-width:.75;stroke-opacity:.55;"
          "stroke-dasharray:1.5 2.5}\n"
          ".band{fill:var(--c);fill-opacity:.13;stroke:var(--c);stroke-opacity:.22;stroke-width:.75}\n"
          ".mark{fill:var(--c);stroke:var(--paper);stroke-width:1.1;paint-order:stroke}.hit{fill:transparent}\n"
          ".dot{fill:var(--c);fill-opacity:.5}.key{display:inline-block;width:30px;height:12px;vertical-align:-1px}"
          ".strip{width:100px;height:18px}\n",
          out);
}
