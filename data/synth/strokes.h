/* Pen strokes of the ten digits: several ways to write each, every way between two extremes. */
#ifndef WKI_STROKES_H
#define WKI_STROKES_H
#include "wick/base.h"

/* Knots "x,y" that the pen passes, smoothly unless '!' marks a corner; '/' lifts the pen. y points down, a digit stands
 * in 0..100 by 0..100 or close to it, twice as high as wide for most. `one` and `other` have the same knots in other
 * places: a row draws something between them. Weights of a digit's ways sum to 100. */
typedef struct wki_strokes {
    int digit, weight;
    const char *one, *other;
} wki_strokes;

extern const wki_strokes wki_digit_strokes[];
extern const int wki_digit_strokes_count;
#endif
