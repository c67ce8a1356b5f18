/* Eight tiles of 16 rows of 64 bytes and what AMX does with them; without WKI_AMX a twin in
   plain C that gives the same bits. A tile is named by a digit. Sums are numbers of f32, factors pairs of bfloat16, two
   in each four bytes. Rests on vector.h. */
#ifndef WKI_CPU_TILES_H
#define WKI_CPU_TILES_H

#include "backends/cpu/isa/vector.h"
#include <math.h>

enum { TILE_ROWS = 16 };

#ifdef WKI_AMX

/* A thread has no tiles but between these two: others would be saved and restored with it. */
static void tiles_begin(void)
{
    static const struct { /* static: gcc's intrinsic owns up to reading its first 8 bytes alone */
        uint8_t palette, start, unused[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } all = { 1, 0, { 0 }, { 64, 64, 64, 64, 64, 64, 64, 64 }, { 16, 16, 16, 16, 16, 16, 16, 16 } };
    _tile_loadconfig(&all);
}
static void tiles_end(void) { _tile_release(); }

/* what was stored before is seen by loads behind it: gcc's intrinsics do not say that they read memory */
INLINE void tiles_see(void) { __asm__ volatile("" ::: "memory"); }

/* A store behind more loads than these without one was seen to take 300 ns more, so now and then one goes aside. */
enum { TILES_AT_ONCE = 64 };
#define tiles_rest(aside) _tile_stored(4, aside, 64)

#define tile_zero(t)               _tile_zero(t)
#define tile_load(t, from, bytes)  _tile_loadd(t, from, bytes) /* bytes from row to row */
#define tile_store(t, to, bytes)   _tile_stored(t, to, bytes)
#define tile_dot(sums, rows, cols) _tile_dpbf16ps(sums, rows, cols)

#else

static _Thread_local float tiles[8][TILE_ROWS][16];

static void tiles_begin(void) {}
static void tiles_end(void) {}
INLINE void tiles_see(void) {}
enum { TILES_AT_ONCE = 64 };
INLINE void tiles_rest(real *aside) { (void)aside; }

static void tile_zero(int t) { memset(tiles[t], 0, sizeof tiles[t]); }

static void tile_load(int t, const void *from, ptrdiff_t bytes)
{
    for (int i = 0; i < TILE_ROWS; i++) memcpy(tiles[t][i], (const char *)from + i * bytes, sizeof tiles[t][i]);
}

static void tile_store(int t, void *to, ptrdiff_t bytes)
{
    for (int i = 0; i < TILE_ROWS; i++) memcpy((char *)to + i * bytes, tiles[t][i], sizeof tiles[t][i]);
}

INLINE float no_denormal(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

/* a pair's number at an odd place of k (1), its upper half, or an even one */
INLINE float half_of(float pair, int odd)
{
    uint32_t bits;
    memcpy(&bits, &pair, sizeof bits);
    bits = odd ? bits & 0xffff0000 : bits << 16;
    memcpy(&pair, &bits, sizeof pair);
    return no_denormal(pair);
}

/* In double a product of two bfloat16 is exact, and its sum with a float, rounded to one, has the bits of a fused step:
   53 bits are more than twice 24. */
INLINE float fused(float sum, float a, float b)
{
    return no_denormal((float)((double)sum + (double)a * (double)b));
}

/* sums[i, j] += (the chain over even places of k from 0) + (that over odd ones) of rows[i, k] cols[k, j]; each step
   takes and leaves denormals as zeros */
static void tile_dot(int sums, int rows, int cols)
{
    for (int i = 0; i < TILE_ROWS; i++)
        for (int j = 0; j < 16; j++) {
            float even = 0, odd = 0;
            for (int k = 0; k < TILE_ROWS; k++) {
                even = fused(even, half_of(tiles[rows][i][k], 0), half_of(tiles[cols][k][j], 0));
                odd = fused(odd, half_of(tiles[rows][i][k], 1), half_of(tiles[cols][k][j], 1));
            }
            float *const sum = &tiles[sums][i][j];
            *sum = no_denormal(no_denormal(*sum) + no_denormal(even + odd));
        }
}

#endif

#endif
