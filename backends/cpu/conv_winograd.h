/* Convolutions with kernels of 3x3 at a stride of 1 by Winograd's F(2x2, 3x3) (A. Lavin, S. Gray: "Fast Algorithms for
 * Convolutional Neural Networks", CVPR 2016, section 4.1): conv, conv_data and conv_weight of f32. A tile is 2x2 of
 * what is made and the 4x4 pixels that it sees; as 16 numbers of each channel it takes 16 multiply-adds instead of 36.
 * Channels lie side by side; isa/winograd.c makes tiles of pixels and the reverse, isa/direct.h multiplies.
 *
 * The law of the numbers. Number i of a tile of conv is one chain from 0 over x's channels, of the number i of B^T d B
 * (d are the tile's pixels) times that of G g G^T (g are the weights); A^T m A of a channel's 16, + bias and ReLU, is
 * what is made. conv_data is conv of y with the kernel turned. For conv_weight images come in parts, part k of p being
 * images n k / p to n (k + 1) / p: number i of a part's is one chain from 0 over its images and their tiles in order, of
 * the number of A e A^T (e are 2x2 of y) and that of B^T d B; G^T u G of these, added up over the parts in order, is the
 * gradient. What lies outside of planes is 0. The matrices' rows are added first down columns and then along rows, in
 * the order that isa/winograd.c has, and multiply-adds of chains are fused but in the base set.
 *
 * A number is odd if it is infinite, NaN or of 2^125 or more, which sums of four might carry away. If one is in an
 * image, or in the weights, all that conv or conv_data makes of this image is made the plain way (conv_ways.h); so is all
 * of conv_weight, if one is in x or y. So bits depend on shapes and operands alone. */
#ifndef WKI_CPU_CONV_WINOGRAD_H
#define WKI_CPU_CONV_WINOGRAD_H
#include "backends/backend.h"

enum { WKI_WINOGRAD_PANEL = 32, WKI_WINOGRAD_NUMBERS = 16, WKI_WINOGRAD_ODD = 0x7e000000 }; /* odd: 2^125 */

/* A row of n tiles; number i of tile t is at tiles[i * apart + t * ld], a pixel `row` or `col` from its neighbours. */
typedef struct wki_tile_row {
    int64_t n, channels; /* side by side; whole vectors, in steps of 16 */
    float *pixels;       /* of the first tile */
    int64_t row, col;
    float *tiles;
    int64_t apart, ld;
} wki_tile_row;

typedef struct wki_winograd {
    bool (*any_odd)(int64_t n, const float *x); /* is one of n numbers? */
    /* the same, and to = from */
    bool (*take)(int64_t n, const float *from, float *to);
    void (*see)(const wki_tile_row *r); /* tiles = B^T d B of 4x4 pixels, two from tile to tile */
    void (*make)(const wki_tile_row *r, const float *bias, bool relu); /* 2x2 pixels = A^T m A + bias; NULL: none */
    void (*back)(const wki_tile_row *r);                               /* tiles = A e A^T of 2x2 pixels */
    /* Number i of to[i * apart + k * PANEL ..] = G g G^T for k < n, tap t of g being at taps[(k * 9 + t) * PANEL ..] or,
     * turned, 8 - t. */
    void (*weights)(int64_t n, const float *taps, bool turned, float *to, int64_t apart);
    /* taps += G^T u G, or = if fresh, the same way round, for so many lanes of each PANEL, in steps of 16 */
    void (*gradient)(int64_t n, int lanes, const float *from, int64_t apart, float *taps, bool fresh);
} wki_winograd;
extern const wki_winograd wki_winograd_base, wki_winograd_avx2, wki_winograd_avx512;

/* The parts of conv_weight's images, tiles of so many being seen: for shorter chains, as long as what parts cost is little. */
static inline int64_t wki_winograd_parts(int64_t images, int64_t tiles)
{
    const int64_t most = images < 8 ? images : 8, fit = images * tiles / 512;
    return fit < 1 ? 1 : fit < most ? fit : most;
}

/* Is such a convolution, w being [o, c, ...], made so? Of bfloat16 operands are rounded before. */
bool wki_winograd_takes(int op, const wki_view *w, const wki_conv_attrs *attrs, int64_t images);

extern const wki_kernel wki_conv_by_winograd, wki_conv_data_by_winograd, wki_conv_weight_by_winograd;
#endif
