/* Convolutions on tiles: conv, conv_data and conv_weight of f32, each number taken as one, two or three of bfloat16, as
 * product.h says of products. Images lie side by side: a tile is 16 images at one pixel, or 32 of them, so that a tap
 * finds what it sees as whole tiles, and what it would see outside is left out. isa/conv.c packs and multiplies.
 *
 * The law of the numbers. An element of conv is one chain from 0 over x's channels, 32 at a time, and for each 32 of
 * them over the kernel's taps in order, those outside of x for the element left out: such a step adds as 32 numbers
 * along k do in product.h, x being A and the weights B. conv_data is the same of y's channels, and of the taps that have
 * a window there. Neighbours (in conv_data those a stride apart) are made two by two, from the first of a row on: a tap
 * that only one of them sees adds a step of zeros to the other, which changes at most the sign of a zero. Bias and ReLU
 * follow. An element of conv_weight is one chain from 0 over images, 32 at a time, and for each 32 over the windows
 * in order, those outside left out; y is A, x is B, and a step has a window of each of the 32 images, image i and
 * 16 + i of them as numbers i and 16 + i. What there is no channel or image for is zero. As on tiles everywhere, what is
 * smaller than 2^-126 counts as zero.
 *
 * A number is odd if it is infinite, NaN or of 0x1.ffp127 or more; rows of a plane behind the last that a window sees do
 * not count. If one is in images 16 i to 16 i + 15, or in the weights, all that conv or conv_data makes for these images
 * is made by the kernel without tiles; and so is what conv_weight makes of channels 32 i to 32 i + 31 of x and 32 j to
 * 32 j + 31 of y, if one is in these. So bits depend on shapes and operands alone. */
#ifndef WKI_CPU_CONV_TILES_H
#define WKI_CPU_CONV_TILES_H
#include "backends/backend.h"

enum { WKI_TILE_SIDE = 16, WKI_TILE_WIDTH = 32, WKI_TILE_REALS = 256 };

/* Two groups of rows by two of columns: the sums over `blocks` blocks of n steps each. In block b step t takes the tiles
 * at p[i] + b p_next + p_at[i][t], and q[j] + b q_next + q_at[t], a part behind the other. They go to to[i][j], 16 rows
 * of 16, `row` reals from row to row; or are added to what is there. */
typedef struct wki_tile_sums {
    const float *p[2], *q[2];
    const int64_t *p_at[2], *q_at;
    int64_t n, blocks, p_next, q_next;
    float *to[2][2];
    int64_t row;
    bool accumulate;
} wki_tile_sums;

typedef struct wki_tile_loops {
    int parts;
    void (*begin)(void); /* before sums and after them: a thread's tiles */
    void (*end)(void);
    void (*add)(const wki_tile_sums *s);
    /* Row r of n tiles, `apart` reals from one to the next: in tile i the pairs low[0 .. 16)[i], high[0 .. 16)[i]. Is
     * one of the numbers odd? */
    bool (*pack)(float *to, int64_t apart, int64_t n, const float *const *low, const float *const *high);
    /* rows of 32: + bias, if there is one, then ReLU */
    void (*finish)(float *sums, int64_t rows, const float *bias, bool relu);
} wki_tile_loops;
extern const wki_tile_loops wki_tiles_split_amx, wki_tiles_split3_amx, wki_tiles_bf16_amx;
extern const wki_tile_loops wki_tiles_split_base, wki_tiles_split3_base, wki_tiles_bf16_base; /* twins, for tests */

/* Those for a call, or a call with these attributes and so many images of which w, [o, c, ...], are the weights; NULL: by
 * its shapes tiles do not pay, it does not ask for them, or there are none. */
const wki_tile_loops *wki_conv_tiles_for(const wki_call *call);
bool wki_conv_tiles_take(int op, const wki_view *w, const wki_conv_attrs *attrs, int64_t images);

/* The functions of a kernel, with loops of the caller's choice; and as kernels, with those for the call. */
typedef struct wki_tile_way {
    int64_t (*units)(const wki_call *call);
    size_t (*scratch)(const wki_call *call, const wki_tile_loops *loops);
    wk_status (*run)(const wki_call *call, const wki_tile_loops *loops, int64_t begin, int64_t end, void *scratch);
} wki_tile_way;
extern const wki_tile_way wki_conv_tile_way, wki_conv_weight_tile_way;
extern const wki_kernel wki_conv_by_tiles, wki_conv_weight_by_tiles; /* conv and conv_data; conv_weight */
#endif
