/* Axes: where a value lies, which ticks are round and far enough apart, and how a tick is written. Rests on math. */
#include "axis.h"
#include <math.h>
#include <stdio.h>

static const double tick_gap = 22; /* least distance of two ticks on a logarithmic axis */

/* A value in the measure its axis is linear in. */
double axis_measure(const axis *a, double v)
{
    if (a->scale == CHART_LOG) return log10(fmax(v, a->floor));
    if (a->scale == CHART_NINES) return -log10(fmax(100 - v, a->floor));
    return v;
}

double axis_place(const axis *a, double v)
{
    double at = a->from + (axis_measure(a, v) - a->lo) / (a->hi - a->lo) * (a->to - a->from);
    return fmin(fmax(at, -9999), 9999);
}

/* 1, 2, 2.5 or 5 times a power of ten, so that about `want` steps cover the span */
static double nice_step(double span, int want)
{
    double raw = span / want, unit = pow(10, floor(log10(raw))), ratio = raw / unit;
    return unit * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 2.5 ? 2.5 : ratio <= 5 ? 5 : 10);
}

void axis_linear_ticks(axis *a, double lo, double hi, int want, bool whole)
{
    a->step = nice_step(hi - lo, want);
    if (whole) a->step = fmax(1, ceil(a->step));
    double first = ceil(lo / a->step - 1e-9);
    for (a->nticks = 0; a->nticks < AXIS_TICKS; a->nticks++) {
        double v = (first + a->nticks) * a->step;
        if (v > hi + 1e-9 * a->step) return;
        a->tick[a->nticks] = v;
    }
}

/* Ticks at the given digits of every stride-th decade; false when they are too few, too many or too close. */
static bool decade_ticks(axis *a, const char *digits, int stride)
{
    bool nines = a->scale == CHART_NINES;
    double low = nines ? -a->hi : a->lo, high = nines ? -a->lo : a->hi, previous = -INFINITY;
    a->nticks = 0;
    a->step = 0;
    for (int decade = (int)floor(low); decade <= (int)ceil(high); decade++) {
        if (decade % stride) continue;
        for (const char *d = digits; *d; d++) {
            double size = (*d - '0') * pow(10, decade), at = log10(size);
            if (at < low - 1e-9 || at > high + 1e-9) continue;
            double y = (at - low) / (high - low) * fabs(a->to - a->from);
            if (a->nticks == AXIS_TICKS || y - previous < tick_gap) return false;
            a->tick[a->nticks++] = nines ? 100 - size : size;
            previous = y;
        }
    }
    return a->nticks >= 2;
}

void axis_ticks(axis *a)
{
    if (a->scale == CHART_LINEAR) {
        axis_linear_ticks(a, a->lo, a->hi, 5, false);
        return;
    }
    if (decade_ticks(a, "1235", 1) || decade_ticks(a, "125", 1) || decade_ticks(a, "13", 1)) return;
    for (int stride = 1; stride < 200; stride++)
        if (decade_ticks(a, "1", stride)) return;
}

static void power_of_ten(char *text, size_t size, int exponent)
{
    static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    char digits[16];
    int n = snprintf(text, size, "10%s", exponent < 0 ? "⁻" : "");
    snprintf(digits, sizeof digits, "%d", exponent < 0 ? -exponent : exponent);
    for (const char *d = digits; *d; d++) n += snprintf(text + n, size - (size_t)n, "%s", raised[*d - '0']);
}

void axis_tick_text(char text[64], const axis *a, double v)
{
    double size = fabs(v), step = a->step;
    if (size > 0 && (size >= 1e5 || size < 1e-4) && step == 0) {
        int exponent = (int)floor(log10(size) + 1e-9);
        int digit = (int)lround(size / pow(10, exponent));
        int n = digit == 1 ? 0 : snprintf(text, 64, "%d·", digit);
        power_of_ten(text + n, 64 - (size_t)n, exponent);
        return;
    }
    if (size < step * 1e-6) v = size = 0;
    int decimals = step > 0 ? (int)fmax(0, -floor(log10(step) + 1e-9)) : 0;
    if (step > 0 && fabs(step * pow(10, decimals) - round(step * pow(10, decimals))) > 1e-6) decimals++;
    bool plain = step > 0 && decimals < 7 && size < 1e7;
    snprintf(text, 64, plain ? "%s%.*f" : "%s%.*g", v < 0 ? "−" : "", plain ? decimals : 6, size);
}
