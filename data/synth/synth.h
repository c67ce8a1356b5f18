/* Synthetic data sets: rows computed from (seed, row) alone, in any order, on any thread. Only + - * / and sqrt are
 * used, which IEEE 754 rounds the same everywhere, so that a row has the same bits on every machine (built with
 * -ffp-contract=off, as all of wick is). Rests on base/rng.h. */
#ifndef WKI_SYNTH_H
#define WKI_SYNTH_H
#include "base/rng.h"

/* A row writes its features to x (product of shape[] elements of x_dtype) and its label or value to y (one of y_dtype).
 */
typedef struct wki_synth {
    const char *name, *about;
    int ndim;
    int64_t shape[3];          /* of one row's x */
    wk_dtype x_dtype, y_dtype; /* y: WK_I64 labels below classes, or WK_F32 values */
    int classes;               /* 0: regression */
    int64_t train_rows, test_rows;
    void (*row)(uint64_t seed, uint64_t row, void *x, void *y);
} wki_synth;

/* Test rows start here (a whole number of blocks of labels for every set), so that the test set stays the same whatever
 * the size of the training set. */
#define WKI_SYNTH_TEST UINT64_C(3000000000000)

extern const wki_synth *const wki_synths[];
extern const char *const wki_synth_names[]; /* theirs, in the same order */
extern const int wki_synth_count;
const wki_synth *wki_synth_find(const char *name); /* NULL if there is none of that name */

void wki_synth_digit(uint64_t seed, uint64_t row, uint8_t pixels[784], int64_t *label); /* 0 paper, 255 ink */
void wki_synth_spirals(uint64_t seed, uint64_t row, float x[2], int64_t *label);
void wki_synth_moons(uint64_t seed, uint64_t row, float x[2], int64_t *label);
void wki_synth_blobs(uint64_t seed, uint64_t row, float x[2], int64_t *label);
void wki_synth_sine(uint64_t seed, uint64_t row, float x[1], float *y);

/* What the generators share. Streams keep their numbers apart from each other and from everybody else's. */
enum { WKI_SYNTH_LABEL = 0x73790000, WKI_SYNTH_DIGIT, WKI_SYNTH_POINT, WKI_SYNTH_CENTRE };

/* Labels come in shuffled blocks of one of each class: any run of whole blocks is balanced exactly. */
int64_t wki_synth_label(uint64_t seed, uint64_t row, int classes);
float wki_synth_uniform(wk_rng *rng, float low, float high);
float wki_synth_normal(wk_rng *rng);                             /* mean 0, variance 1, within +-4.9 */
void wki_synth_turn(double turns, double *cosine, double *sine); /* of 2 pi turns; |turns| below 2^31 */
#endif
