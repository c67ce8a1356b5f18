/* Copies of a matrix that a product reads, or turns, fast: one index runs on, whatever the strides were. Rests on
   vector.h. */
#ifndef WKI_CPU_PACK_H
#define WKI_CPU_PACK_H

#include "backends/cpu/isa/vector.h"

enum { ROWS_AHEAD = 64 }; /* a copy fetches that far ahead: its rows lie too far apart for the processor to foresee */

/* to[t ts + i] = from[i fs + t] for i < rows <= VL, t < cols: squares of LANE x LANE inside 16-byte lanes. Rows that
   are not there repeat the last one, so nothing outside is read. */
INLINE void transpose_strip(real *to, ptrdiff_t ts, const real *from, ptrdiff_t fs, const int rows, int64_t cols)
{
    const real *row[VL], *whole[LANES];
    for (int i = 0; i < VL; i++) row[i] = from + (i < rows ? i : rows - 1) * fs;
    UNROLL for (int i = 0; i < LANES; i++)
    {
        whole[i] = from + (rows == VL ? i * LANE * fs : 0);
        OPAQUE(whole[i]);
    }
    int64_t t = 0;
    for (; t + LANE <= cols; t += LANE) {
        vec x[LANE];
        if (rows == VL) {
            UNROLL for (int i = 0; i < LANE; i++) x[i] = load_lanes(whole, 1, i * fs);
            UNROLL for (int i = 0; i < LANES; i++) whole[i] += LANE;
            turn_loaded(x);
        } else {
            turn_lanes(row, t, x);
        }
        UNROLL for (int i = 0; i < LANE; i++) store(to + (t + i) * ts, x[i]);
    }
    for (; t < cols; t++)
        for (int i = 0; i < rows; i++) to[t * ts + i] = from[i * fs + t];
}

/* Whole vectors are written, up to VL - 1 reals too many, which the next row of `to` then overwrites: hence the order,
   last strip first. `to` needs room for VL reals more at its end. */
static void transpose(real *to, ptrdiff_t ts, const real *from, ptrdiff_t fs, int64_t rows, int64_t cols)
{
    int64_t i = rows - rows % VL;
    if (i < rows) transpose_strip(to + i, ts, from + i * fs, fs, (int)(rows - i), cols);
    for (i -= VL; i >= 0; i -= VL) transpose_strip(to + i, ts, from + i * fs, fs, VL, cols);
}

/* to[t ts + i] = from[i is + t tis], along i as fast as the strides allow; overwrites as transpose does */
static void pack(real *to, ptrdiff_t ts, const real *from, ptrdiff_t is, ptrdiff_t tis, int64_t rows, int64_t cols)
{
    if (is == 1) {
        for (int64_t t = 0; t < cols; t++, to += ts, from += tis) {
            int64_t i = 0;
            if (t + ROWS_AHEAD < cols)
                for (; i < rows; i += VL) __builtin_prefetch(from + ROWS_AHEAD * tis + i);
            for (i = 0; i + VL <= rows; i += VL) store(to + i, load(from + i));
            if (i == rows) continue;
            store(to + i, load_some(from + i, (int)(rows - i)));
        }
        return;
    }
    if (tis == 1) {
        transpose(to, ts, from, is, rows, cols);
        return;
    }
    for (int64_t t = 0; t < cols; t++)
        for (int64_t i = 0; i < rows; i++) to[t * ts + i] = from[i * is + t * tis];
}

/* to[(s cols + t) width + i] = from[t tis + s width + i], i < width: strips of rows, and every row is read in one go */
static inline void pack_strips(real *to, int64_t width, int64_t strips, const real *from, ptrdiff_t tis, int64_t cols)
{
    for (int64_t t = 0; t < cols; t++, to += width, from += tis)
        for (int64_t s = 0; s < strips; s++) {
            const real *const row = from + s * width;
            if (t + ROWS_AHEAD < cols) __builtin_prefetch(row + ROWS_AHEAD * tis);
            int64_t i = 0;
            for (; i + VL <= width; i += VL) store(to + s * cols * width + i, load(row + i));
            if (i < width) store_some(to + s * cols * width + i, load_some(row + i, (int)(width - i)), (int)(width - i));
        }
}

#endif
