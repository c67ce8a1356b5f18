/* The contract of the CPU's matrix products: one description of a product, and a kernel for every instruction set and
   element type. It rests on the public modes alone; who calls it picks a kernel and splits its units over threads.
 */
#ifndef WKI_CPU_PRODUCT_H
#define WKI_CPU_PRODUCT_H

#include "wick/base.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* which way units cut C; a caller that knows where the weights live keeps each thread on the same part of them */
typedef enum wki_split { WKI_SPLIT_BY_SHAPE, WKI_SPLIT_ROWS, WKI_SPLIT_COLUMNS } wki_split;

/* C[m, n] = A[m, k] B[k, n] (or C + A B), then + bias, then ReLU, then the mask. Strides count elements and may be
   anything (transposed, every second column, negative, 0 in A and B), as long as C overlaps neither itself nor an
   operand.

   The law of the numbers: every element of C is ONE chain c = fma(a[i, t], b[t, j], c) over t ascending, from 0 or from
   C's old value, and then the epilogue. Blocks, tiles, units and threads never change a bit, and the avx2 and avx512
   kernels have the same bits. The base kernel has no fma instruction and bits of its own: it rounds the product and
   then the sum.

   A product may ask for lanes, and its shape alone, m = 1 or n = 1, decides that it gets them: such a C costs reading an
   operand once, and one chain would be slower than memory. Then lane l of WKI_LANES sums the products with t = l, l +
   WKI_LANES, ... from 0 on, product and sum each rounded; lane l takes lane l + 8's sum, then l + 4's, l + 2's, l + 1's;
   lane 0 is added to C's old value, and the epilogue follows. These bits are the same on every instruction set, base
   included, for any strides, units and threads. But a row of a larger product, one chain, may differ in its last bits
   from the product of that row alone.

   The bf16 kernels round A and B to bfloat16 first, to the nearest and even, and know no lanes. Their chains have the
   bits of the avx2 and avx512 kernels' over the rounded numbers, but that what is smaller than 2^-126 counts as zero:
   elements of A and B, C's old values, and every sum on the way.

   The kernels on tiles, split, split3 and bf16, take A and B in three, two parts or one. The first part is x rounded to
   bfloat16, of two nearest the one further from 0, the second what x - first rounds to so, the third the rest, which is
   exact; but bf16's is rounded to the even one. c is 0 or C's old value; for each 32 numbers along k, in ascending
   order, the products of parts a3 b1, a2 b1, a2 b2, a1 b2, a1 b3, a1 b1 are added to it one after the other (of two
   parts a2 b1, a1 b1, a1 b2; of one a1 b1): c + (e + o), where e is the chain, from 0, of the first 16 of them, o that
   of the others. As above what is smaller than 2^-126 counts as zero, parts included; the epilogue follows. Two things
   are left to the f32 kernel, and of bf16 the first to that of pairs: products with k < 32, m < 16 or n < 16; and rows
   16 i to 16 i + 15 of A, as far as there are any, and such columns of B, if one of their numbers is infinite, NaN or
   of 0x1.ffp127 or more, whose first part would be infinite: all that they reach is f32's chain, never in lanes. So an
   element's bits depend on shape and operands alone, not on strides, units, blocks or threads. */
enum { WKI_LANES = 16 };

/* An operand that was packed before it is multiplied (wki_packing). Its lines are A's rows or B's columns. 16 of
   them are a group, 32 numbers of each along k a step, zeros where there are none. Group g's step s is as many tiles of
   1 KB as there are parts, at tile (g steps + s) parts, each [16 lines, 16 pairs], or across [16 pairs, 16 lines]; pair
   i are the numbers 32 s + i, its lower half, and 32 s + 16 + i. A is taken so, and B across, or the other way round;
   two that do not fit are not both taken. */
typedef struct wki_packed {
    void *tiles;        /* its bytes, aligned to 64 */
    unsigned char *odd; /* a byte a group: 0, or one of its numbers is infinite, NaN or too large to be rounded */
    bool across;
} wki_packed;

typedef struct wki_product {
    int64_t m, n, k; /* any may be 0; with k = 0 the sum is 0 and A and B are not looked at */
    const void *a, *b;
    void *c;
    int64_t a_rs, a_cs, b_rs, b_cs, c_rs, c_cs;
    const void *bias; /* one per column, side by side, or NULL */
    const void *mask; /* as large as C: becomes 0 where mask <= 0 (a NaN there keeps); or NULL */
    int64_t mask_rs, mask_cs;
    bool relu; /* x < 0 ? 0 : x, so NaN stays */
    bool accumulate;
    bool bf16;       /* A and B are numbers of bfloat16, for onednn.c; a kernel takes them as any others */
    bool lanes;      /* asks for lanes where m or n is 1 */
    bool symmetric;  /* A B is its own transpose: what lies above C's diagonal may be left as it is */
    const wki_packed *a_packed, *b_packed; /* the same numbers as a and b, or NULL; looked at on tiles */
    wki_split split; /* counts neither with lanes, which are cut by outputs, nor where C is symmetric */
} wki_product;

/* Units are bands of rows or columns of C. Their number depends on shape and split alone, and runs of neighbouring
   units cost no more than one band. Threads share nothing; each brings its own scratch, aligned to 64 bytes. */
typedef struct wki_product_kernel {
    const char *isa;
    int real_bits;
    int64_t (*units)(const wki_product *p);
    size_t (*scratch)(const wki_product *p); /* bytes, enough for any run of units */
    void (*run)(const wki_product *p, int64_t first, int64_t end, void *scratch);
} wki_product_kernel;

/* for a kernel that takes operands packed ahead, of products that are not too small for tiles */
typedef struct wki_packing {
    bool (*takes)(const wki_product *p);
    size_t (*bytes)(int64_t lines, int64_t k);
    /* groups [first, end) of an operand: from line to line ls, from k to k ks */
    void (*pack)(const wki_packed *to, const void *from, ptrdiff_t ls, ptrdiff_t ks, int64_t lines, int64_t k,
                 int64_t first, int64_t end);
} wki_packing;

/* which of them a build has is the build's business: one object per instruction set and element type; of bf16_base, a
   twin in plain C for the tests, only theirs */
extern const wki_product_kernel wki_product_f32_base, wki_product_f32_avx2, wki_product_f32_avx512;
extern const wki_product_kernel wki_product_f64_base, wki_product_f64_avx2, wki_product_f64_avx512;
extern const wki_product_kernel wki_product_bf16_base, wki_product_bf16_avx512;

extern const wki_product_kernel wki_product_split_amx, wki_product_split3_amx, wki_product_bf16_amx;
extern const wki_product_kernel wki_product_split_base, wki_product_split3_base, wki_product_bf16_tiles_base;
extern const wki_packing wki_packing_split_amx, wki_packing_split3_amx, wki_packing_bf16_amx;
extern const wki_packing wki_packing_split_base, wki_packing_split3_base, wki_packing_bf16_tiles_base;

/* the one for the instruction set in use; rounds: that of bfloat16, where wki_cpu_rounds said so */
const wki_product_kernel *wki_product_for(int real_bits, bool rounds);
const wki_product_kernel *wki_product_on_tiles(wk_matmul_mode mode); /* of f32; NULL: WK_MATMUL_HIGHEST, or no tiles */
const wki_packing *wki_packing_on_tiles(wk_matmul_mode mode);        /* NULL: the same */

#endif
