/* Laws of the synthetic data sets: rows depend on (seed, row) alone, labels are balanced, values are what the sets
 * promise, and the bits of each set stay what they were, whatever compiles them. */
#include "data/synth/strokes.h"
#include "data/synth/synth.h"
#include "wick_check.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

WICK_ON_CPU("rows that are made are the host's")

typedef struct example {
    unsigned char x[784];
    unsigned char y[8];
} example;

static example make(const wki_synth *set, uint64_t seed, uint64_t row)
{
    example e;
    memset(&e, 0, sizeof e);
    set->row(seed, row, e.x, e.y);
    return e;
}

static int64_t label(const example *e)
{
    int64_t y;
    memcpy(&y, e->y, sizeof y);
    return y;
}

/* FNV-1a, of Fowler, Noll and Vo. */
static uint64_t fingerprint(uint64_t hash, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

TEST(synth, finds_every_set_by_its_name)
{
    static const char *const names[] = { "digits", "spirals", "moons", "blobs", "sine" };
    CHECK(wki_synth_count == 5);
    for (int i = 0; i < wki_synth_count; i++) {
        const wki_synth *set = wki_synth_find(names[i]);
        CHECK(set != NULL && set == wki_synths[i]);
        CHECK(!strcmp(set->name, names[i]) && set->about[0] && set->train_rows > set->test_rows && set->test_rows > 0);
    }
    CHECK(wki_synth_find("digit") == NULL && wki_synth_find("") == NULL);
}

TEST(synth, writes_exactly_one_row)
{
    for (int k = 0; k < wki_synth_count; k++) {
        const wki_synth *set = wki_synths[k];
        size_t x_bytes = set->x_dtype == WK_U8 ? 1 : sizeof(float);
        const size_t y_bytes = set->y_dtype == WK_I64 ? sizeof(int64_t) : sizeof(float);
        for (int d = 0; d < set->ndim; d++) x_bytes *= (size_t)set->shape[d];
        unsigned char x[800], y[16];
        memset(x, 0xA5, sizeof x);
        memset(y, 0xA5, sizeof y);
        set->row(1, 2, x, y);
        for (size_t i = x_bytes; i < sizeof x; i++) CHECK(x[i] == 0xA5);
        for (size_t i = y_bytes; i < sizeof y; i++) CHECK(y[i] == 0xA5);
    }
}

TEST(synth, rows_do_not_depend_on_their_order)
{
    for (int k = 0; k < wki_synth_count; k++) {
        static example forth[100];
        for (int i = 0; i < 100; i++) forth[i] = make(wki_synths[k], 7, (uint64_t)i);
        for (int i = 99; i >= 0; i--) {
            const example back = make(wki_synths[k], 7, (uint64_t)i);
            CHECK(!memcmp(&back, &forth[i], sizeof back));
        }
    }
}

TEST(synth, rows_and_seeds_differ)
{
    for (int k = 0; k < wki_synth_count; k++)
        for (uint64_t row = 0; row < 100; row++) {
            const example e = make(wki_synths[k], 0, row), next = make(wki_synths[k], 0, row + 1);
            const example test = make(wki_synths[k], 0, WKI_SYNTH_TEST + row);
            const example low = make(wki_synths[k], 1, row), high = make(wki_synths[k], UINT64_C(1) << 32, row);
            CHECK(memcmp(e.x, next.x, sizeof e.x) && memcmp(e.x, test.x, sizeof e.x));
            CHECK(memcmp(e.x, low.x, sizeof e.x) && memcmp(e.x, high.x, sizeof e.x));
        }
}

TEST(synth, balances_the_labels)
{
    for (int k = 0; k < wki_synth_count; k++) {
        const wki_synth *set = wki_synths[k];
        if (!set->classes) continue;
        int counts[2][10] = { { 0 } }, repeats = 0;
        const int rows = 60 * set->classes;
        for (int split = 0; split < 2; split++)
            for (int i = 0; i < rows; i++) {
                const example e = make(set, 3, (split ? WKI_SYNTH_TEST : 0) + (uint64_t)i);
                CHECK(label(&e) >= 0 && label(&e) < set->classes);
                counts[split][label(&e)]++;
                repeats += label(&e) == i % set->classes;
            }
        for (int c = 0; c < set->classes; c++) CHECK(counts[0][c] == 60 && counts[1][c] == 60);
        CHECK(repeats < rows * 3 / 2); /* of 2 * rows: shuffled, not counted up */
        CHECK(set->train_rows % set->classes == 0 && set->test_rows % set->classes == 0);
    }
}

TEST(digits, look_like_ink_on_paper)
{
    double all = 0;
    for (uint64_t row = 0; row < 1000; row++) {
        const example e = make(wki_synths[0], 5, row);
        int dark = 0, ink = 0, rim = 0;
        for (int i = 0; i < 784; i++) {
            const bool on_rim = i < 28 || i >= 756 || i % 28 == 0 || i % 28 == 27;
            dark += e.x[i] > 100;
            ink += e.x[i];
            rim += on_rim && e.x[i] > 100;
        }
        CHECK(dark >= 8 && dark < 300);
        CHECK(rim < 20);
        all += ink / (784 * 255.0);
    }
    CHECK(all / 1000 > 0.07 && all / 1000 < 0.16);
}

TEST(digits, mean_images_of_any_two_digits_differ)
{
    static double mean[10][784];
    for (uint64_t row = 0; row < 2000; row++) {
        const example e = make(wki_synths[0], 0, row);
        for (int i = 0; i < 784; i++) mean[label(&e)][i] += e.x[i] / (200 * 255.0);
    }
    for (int a = 0; a < 10; a++)
        for (int b = 0; b < a; b++) {
            double square = 0;
            for (int i = 0; i < 784; i++) square += (mean[a][i] - mean[b][i]) * (mean[a][i] - mean[b][i]);
            CHECK(sqrt(square) > 1);
        }
}

/* Reads a way's knots as strokes.h describes them, into "?" for each knot and its marks; false if they are malformed.
 */
static bool outline(const char *text, char out[64])
{
    int n = 0;
    for (int x, y, used; *text; text += used) {
        if (n > 60 || sscanf(text, "%d,%d%n", &x, &y, &used) != 2 || x < 0 || x > 100 || y < 0 || y > 100) return false;
        out[n++] = '?';
        for (; strchr(" !/", text[used]) && text[used]; used++)
            if (text[used] != ' ') out[n++] = text[used];
    }
    out[n] = 0;
    return true;
}

TEST(strokes, two_extremes_of_a_way_have_the_same_knots)
{
    for (int i = 0; i < wki_digit_strokes_count; i++) {
        const wki_strokes *way = &wki_digit_strokes[i];
        char one[64], other[64];
        CHECK(outline(way->one, one) && outline(way->other, other));
        CHECK(!strcmp(one, other) && strlen(one) <= 24);
    }
}

TEST(strokes, weights_of_a_digit_sum_to_100)
{
    int sums[10] = { 0 };
    for (int i = 0; i < wki_digit_strokes_count; i++) {
        CHECK(i == 0 || wki_digit_strokes[i].digit >= wki_digit_strokes[i - 1].digit);
        sums[wki_digit_strokes[i].digit] += wki_digit_strokes[i].weight;
    }
    for (int d = 0; d < 10; d++) CHECK(sums[d] == 100);
}

TEST(points, lie_around_their_curves)
{
    double sums[4] = { 0 }, squares[4] = { 0 };
    const int rows = 4000;
    for (uint64_t row = 0; row < (uint64_t)rows; row++) {
        double off[4]; /* distance from the curve, outwards, over what the noise should be */
        float x[2], y;
        int64_t c;
        wki_synth_sine(0, row, x, &y);
        CHECK(fabsf(x[0]) <= 3.1415927f);
        off[0] = (y - sin(x[0])) / 0.1;
        wki_synth_moons(0, row, x, &c);
        off[1] = (c ? hypot(x[0] - 1, x[1] - 0.5) - 1 : hypot(x[0], x[1]) - 1) / 0.15;
        wki_synth_spirals(0, row, x, &c);
        const double turn = atan2(x[1], x[0]) / 6.283185307179586, t = (hypot(x[0], x[1]) - 0.08) / 0.92;
        off[2] = remainder(turn - (double)c / 3 - 1.1 * t, 1) / 0.035;
        wki_synth_blobs(0, row, x, &c);
        off[3] = hypot(x[0], x[1]) - 4;
        for (int k = 0; k < 4; k++) sums[k] += off[k], squares[k] += off[k] * off[k];
    }
    for (int k = 0; k < 4; k++) {
        CHECK(fabs(sums[k] / rows) < 0.2);
        CHECK(fabs(squares[k] / rows - 1) < 0.1);
    }
}

TEST(synth, keeps_its_bits)
{
    static const uint64_t golden[] = { UINT64_C(0xc3d08f3f50f740cc), UINT64_C(0xe628687ff97ec715),
                                       UINT64_C(0x16601a95c48d8367), UINT64_C(0x7d88d78e7405e1ab),
                                       UINT64_C(0x0900fed5950b946b) };
    for (int k = 0; k < wki_synth_count; k++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (uint64_t row = 0; row < 100; row++) {
            const example e = make(wki_synths[k], 0, row);
            hash = fingerprint(hash, e.x, sizeof e.x);
            hash = fingerprint(hash, e.y, sizeof e.y);
        }
        CHECK(hash == golden[k]);
    }
}

WICK_TEST_MAIN
