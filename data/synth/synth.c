/* The table of synthetic data sets, and the little arithmetic that their generators share. Rests on base/rng.h. */
#include "data/synth/synth.h"
#include <string.h>

static void digit_row(uint64_t seed, uint64_t row, void *x, void *y) { wki_synth_digit(seed, row, x, y); }
static void spirals_row(uint64_t seed, uint64_t row, void *x, void *y) { wki_synth_spirals(seed, row, x, y); }
static void moons_row(uint64_t seed, uint64_t row, void *x, void *y) { wki_synth_moons(seed, row, x, y); }
static void blobs_row(uint64_t seed, uint64_t row, void *x, void *y) { wki_synth_blobs(seed, row, x, y); }
static void sine_row(uint64_t seed, uint64_t row, void *x, void *y) { wki_synth_sine(seed, row, x, y); }

#define SET(NAME, ...) static const wki_synth NAME##_set = { #NAME, __VA_ARGS__ }
SET(digits, "handwritten-looking digits, drawn from pen strokes", 2, { 28, 28 }, WK_U8, WK_I64, 10, 20000, 4000,
    digit_row);
SET(spirals, "three spiral arms, wound into each other", 1, { 2 }, WK_F32, WK_I64, 3, 3000, 600, spirals_row);
SET(moons, "two half circles that interlock", 1, { 2 }, WK_F32, WK_I64, 2, 2000, 500, moons_row);
SET(blobs, "five round clouds that touch", 1, { 2 }, WK_F32, WK_I64, 5, 5000, 1000, blobs_row);
SET(sine, "one period of a noisy sine, for regression", 1, { 1 }, WK_F32, WK_F32, 0, 2000, 500, sine_row);

#define EACH(X)     X(digits), X(spirals), X(moons), X(blobs), X(sine)
#define ENTRY(NAME) &NAME##_set
#define TEXT(NAME)  #NAME
const wki_synth *const wki_synths[] = { EACH(ENTRY) };
const char *const wki_synth_names[] = { EACH(TEXT) };
const int wki_synth_count = sizeof wki_synths / sizeof *wki_synths;

const wki_synth *wki_synth_find(const char *name)
{
    for (int i = 0; i < wki_synth_count; i++)
        if (!strcmp(wki_synths[i]->name, name)) return wki_synths[i];
    return NULL;
}

/* Fisher and Yates, run for the row's block and read off at the row's place in it. */
int64_t wki_synth_label(uint64_t seed, uint64_t row, int classes)
{
    unsigned char order[32] = { 0 };
    const uint64_t n = (uint64_t)classes;
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_LABEL, row / n);
    for (int i = 0; i < classes; i++) {
        const int j = (int)wki_rng_below(&rng, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = (unsigned char)i;
    }
    return order[row % n];
}

float wki_synth_uniform(wk_rng *rng, float low, float high)
{
    return low + (high - low) * ((float)(wki_rng_u32(rng) >> 8) * 0x1p-24f);
}

/* Eight uniform halves of words, centred and scaled (Irwin 1927, Hall 1927): close enough, and needs no logarithm. */
float wki_synth_normal(wk_rng *rng)
{
    int sum = -4 * 65535;
    for (int i = 0; i < 4; i++) {
        const uint32_t word = wki_rng_u32(rng);
        sum += (int)(word & 0xFFFF) + (int)(word >> 16);
    }
    return (float)sum * (1.22474487f / 65536);
}

/* Taylor series within an eighth of a turn (error below 1e-11), quarter turns by swapping and negating. */
void wki_synth_turn(double turns, double *cosine, double *sine)
{
    const double quarters = turns * 4;
    const long quarter = (long)(quarters + (quarters < 0 ? -0.5 : 0.5));
    const double a = (quarters - (double)quarter) * 1.5707963267948966, b = a * a;
    const double s = a * (1 - b / 6 * (1 - b / 20 * (1 - b / 42 * (1 - b / 72 * (1 - b / 110)))));
    const double c = 1 - b / 2 * (1 - b / 12 * (1 - b / 30 * (1 - b / 56 * (1 - b / 90 * (1 - b / 132)))));
    const bool odd = quarter & 1;
    *cosine = ((quarter + 1) & 2 ? -1 : 1) * (odd ? s : c);
    *sine = (quarter & 2 ? -1 : 1) * (odd ? c : s);
}
