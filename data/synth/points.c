/* Points in the plane, and a curve to fit: small sets on which a network shows in seconds whether it learns. Each row
 * is placed on its class's ideal curve at random, then moved by noise. Rests on base/rng.h. */
#include "data/synth/synth.h"

/* An arm winds a little more than once round the middle, so that no straight line tells two of them apart. */
void wki_synth_spirals(uint64_t seed, uint64_t row, float x[2], int64_t *label)
{
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_POINT, row);
    *label = wki_synth_label(seed, row, 3);
    const double t = wki_rng_uniform(&rng), radius = 0.08 + 0.92 * t;
    double cosine, sine;
    wki_synth_turn((double)*label / 3 + 1.1 * t + 0.035 * wki_synth_normal(&rng), &cosine, &sine);
    x[0] = (float)(radius * cosine);
    x[1] = (float)(radius * sine);
}

void wki_synth_moons(uint64_t seed, uint64_t row, float x[2], int64_t *label)
{
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_POINT, row);
    *label = wki_synth_label(seed, row, 2);
    double cosine, sine;
    wki_synth_turn(wki_rng_uniform(&rng) / 2, &cosine, &sine);
    x[0] = (float)(*label ? 1 - cosine : cosine) + 0.15f * wki_synth_normal(&rng);
    x[1] = (float)(*label ? 0.5 - sine : sine) + 0.15f * wki_synth_normal(&rng);
}

/* Centres stand on a ring and are moved a little by the seed: where the clouds are differs, how hard they are does not.
 */
void wki_synth_blobs(uint64_t seed, uint64_t row, float x[2], int64_t *label)
{
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_POINT, row);
    *label = wki_synth_label(seed, row, 5);
    wk_rng place = wki_rng_at(seed, WKI_SYNTH_CENTRE, (uint64_t)*label);
    double cosine, sine;
    wki_synth_turn((double)*label / 5 + 0.03 * wki_synth_normal(&place), &cosine, &sine);
    x[0] = (float)(4 * cosine) + wki_synth_normal(&rng);
    x[1] = (float)(4 * sine) + wki_synth_normal(&rng);
}

void wki_synth_sine(uint64_t seed, uint64_t row, float x[1], float *y)
{
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_POINT, row);
    const double turns = wki_rng_uniform(&rng) - 0.5;
    double cosine, sine;
    wki_synth_turn(turns, &cosine, &sine);
    x[0] = (float)(turns * 6.283185307179586);
    *y = (float)sine + 0.1f * wki_synth_normal(&rng);
}
