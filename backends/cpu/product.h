/* The contract of the CPU's matrix products: one description of a product, and a kernel for every instruction set and
   element type. It rests on nothing but the C headers; who calls it picks a kernel and splits its units over threads.
 */
#ifndef WKI_CPU_PRODUCT_H
#define WKI_CPU_PRODUCT_H

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
   elements of A and B, C's old values, and every sum on the way. */
enum { WKI_LANES = 16 };

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

/* which of them a build has is the build's business: one object per instruction set and element type; of bf16_base, a
   twin in plain C for the tests, only theirs */
extern const wki_product_kernel wki_product_f32_base, wki_product_f32_avx2, wki_product_f32_avx512;
extern const wki_product_kernel wki_product_f64_base, wki_product_f64_avx2, wki_product_f64_avx512;
extern const wki_product_kernel wki_product_bf16_base, wki_product_bf16_avx512;

/* the one for the instruction set in use; rounds: that of bfloat16, where wki_cpu_rounds said so */
const wki_product_kernel *wki_product_for(int real_bits, bool rounds);

#endif
