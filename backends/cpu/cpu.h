/* The CPU backend: plain C kernels, a file a family in ops/, and the same sources compiled again for each instruction
 * set in isa/. */
#ifndef WKI_CPU_H
#define WKI_CPU_H
#include "backends/backend.h"
#include "backends/rules.h"

enum { WKI_ISA_BASE, WKI_ISA_AVX2, WKI_ISA_AVX512, WKI_ISA_COUNT };
int wki_isa(void);           /* the one in use */
bool wki_tiles_chosen(void); /* it has tiles, */
bool wki_has_tiles(void);    /* and the process may use them, which is asked for here (precision.c) */
extern const wki_backend wki_cpu_backend;

/* One kernel an op of backends/cpu/ops, named after its file: wki_cpu_reduce. Rows share wki_cpu_row. */
#define X(NAME) extern const wki_kernel wki_cpu_##NAME;
#include "wki_kernel_list.h"
#undef X
extern const wki_kernel wki_cpu_row;
bool wki_cpu_rounds(int op, const wki_view *const *views, const void *attrs); /* see wki_backend */

/* Inner loops over contiguous memory, compiled for each element type and instruction set (isa/rows.c): n elements of x,
 * a, b, g and y, as far as the row has them, the others never read. The output may be one of the inputs. */
enum { WKI_IN_X, WKI_IN_A, WKI_IN_B, WKI_IN_G, WKI_IN_Y, WKI_IN_COUNT };
typedef void wki_row_loop(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s, double t);
typedef struct wki_row_loops {
    wki_row_loop *of[4]; /* by the attribute `slope`: the value, the derivatives towards x, a, b; or NULL */
} wki_row_loops;
const wki_row_loops *wki_rows_for(int isa, wk_dtype dtype); /* [WKI_ROW_COUNT] */

/* Everything else that is worth compiling for an instruction set (isa/loops.c), for real = float or double. Memory is
 * contiguous and of that type; every set gives the same bits. */
enum {
    WKI_FOLD = 1024,     /* elements of one block of a reduction */
    WKI_COLUMNS = 128,   /* columns folded together */
    WKI_LINES = 64,      /* short lines that softmax takes at once */
    WKI_SHORT_LINE = 64, /* the longest of them */
    WKI_GROUP = 64,      /* random numbers made at once */
    WKI_BLOCK = 4096,    /* elements of a unit of kernels that go element by element */
    WKI_SHORT_INNER = 8  /* rows whose last dim is shorter, and which are not contiguous, may be walked by another dim */
};
/* Units of kernels of which element i depends on element i of the operands alone, and on i. */
int64_t wki_element_units(const wki_call *call);

typedef struct wki_norm_loops wki_norm_loops; /* isa/norm.c, described in norm.h */
typedef struct wki_loops {
    double (*dot)(int64_t n, const void *a, const void *b); /* a reduction's lanes (below), by fused multiply-adds */

    /* Short lines, turned on their side so that even ten classes fill the vectors: t[j * width + r] is element j of
     * line r, at x[at[r] + j * step]; width is `lines` rounded up to whole vectors, wki_width(lines). */
    void (*turn_in)(int64_t n, int64_t lines, void *t, const void *x, const int64_t *at, int64_t step);
    void (*turn_out)(int64_t n, int64_t lines, const void *t, void *x, const int64_t *at, int64_t step);
    /* In place: softmax, or its logarithm; top[r] is the largest of a line, logsum[r] the log of sum exp(x - top). */
    void (*softmax_turned)(int64_t n, int64_t width, void *t, void *top, void *logsum, bool log);
    void (*softmax_slope_turned)(int64_t n, int64_t width, void *g, const void *y, bool log); /* g becomes the answer */
    /* The same for one long line; y may be x, d may be g. */
    void (*softmax_line)(int64_t n, void *y, const void *x, void *top, void *logsum, bool log);
    void (*softmax_slope_line)(int64_t n, void *d, const void *g, const void *y, bool log);

    /* Groups of WKI_GROUP elements, the first being number `group` of the tensor. */
    void (*uniform)(const wki_random_key *key, int64_t group, int64_t groups, void *y, double low, double high);
    void (*normal)(const wki_random_key *key, int64_t group, int64_t groups, void *y, double mean, double std);
    void (*dropout)(const wki_random_key *key, int64_t group, int64_t groups, void *y, const void *x, double p);

    /* state: the parameter and the rule's states; numbers: see rules.h */
    void (*update[WKI_RULE_COUNT])(int64_t n, void *const state[1 + WKI_MAX_STATES], const void *g,
                                   const double *numbers);
    const wki_norm_loops *norm;
} wki_loops;
const wki_loops *wki_loops_for(int isa, wk_dtype dtype); /* WK_F32 or WK_F64 */

/* Elements of 4 or 8 bytes, whatever they are (isa/moves.c). turn: y[i * y_row + j] = x[j * x_row + i] for i < rows, j
 * < cols. */
typedef struct wki_moves {
    void (*fill)(int64_t n, void *y, const void *value);
    void (*reverse)(int64_t n, void *y, const void *last);         /* y[i] = last[-i] */
    void (*thin)(int64_t n, void *y, const void *x, int64_t step); /* y[i] = x[i * step], not in place */
    void (*turn)(int64_t rows, int64_t cols, void *y, int64_t y_row, const void *x, int64_t x_row);
} wki_moves;
const wki_moves *wki_moves_for(int isa, size_t size);                /* of an element */
void wki_repeat(int64_t n, void *y, size_t size, const void *value); /* an element of 1, 4 or 8 bytes, n times */

/* A block of a reduction (isa/folds.c): n elements, or `rows` for each of n columns (at most WKI_FOLD, WKI_COLUMNS), in
 * one tree: 16 lanes, then half of them onto the other half. Of nothing: 0, 1 or an infinity. NaN wins. centre is
 * subtracted in the last three, and else 0 or NULL. Lanes, centres and results of columns are of the element's type;
 * in those of offsets, whose squares may leave f32, doubles. */
enum {
    WKI_FOLD_SUM,
    WKI_FOLD_MAX,
    WKI_FOLD_MIN,
    WKI_FOLD_PRODUCT,
    WKI_FOLD_SIZES,
    WKI_FOLD_SQUARES,
    WKI_FOLD_MAX_SIZE,
    WKI_FOLD_MIN_SIZE,
    WKI_FOLD_NONZERO,
    WKI_FOLD_OFFSETS,
    WKI_FOLD_OFFSET_SQUARES,
    WKI_FOLD_EXPS,
    WKI_FOLD_COUNT
};
typedef struct wki_folds {
    double (*line[WKI_FOLD_COUNT])(int64_t n, const void *x, double centre);
    void (*four[WKI_FOLD_COUNT])(int64_t n, const void *const x[4], const double centre[4], double y[4]);
    void (*columns[WKI_FOLD_COUNT])(int64_t rows, int64_t n, void *y, const void *x, int64_t stride,
                                    const void *centre);
    int64_t (*find)(int64_t n, const void *x, double value); /* the first equal to it, NaN to NaN; n: none */
    int64_t (*beyond)(int64_t n, const void *x, double limit, bool least); /* the first not <= (least: >=) it; or n */
    /* The largest (0) or smallest (1) of each column and the first row that has it, an int32_t or int64_t as wide as
     * the element; the first NaN before all. */
    void (*first[2])(int64_t rows, int64_t n, void *top, void *place, const void *x, int64_t stride);
} wki_folds;
const wki_folds *wki_folds_for(int isa, wk_dtype dtype);        /* WK_F32 or WK_F64; of f32 all but those of offsets */
const wki_folds *wki_offset_folds_for(int isa, wk_dtype dtype); /* those */

/* What a core can do at most (isa/peak.c), in f32. */
typedef struct wki_peak_loops {
    int64_t (*multiply_adds)(int64_t rounds, float *to); /* how many operations; to: 16 floats, so that they are needed */
    void (*triad)(int64_t n, float *y, const float *a, const float *b, float s); /* y = a + s b */
} wki_peak_loops;
extern const wki_peak_loops wki_peak_base, wki_peak_avx2, wki_peak_avx512;

extern const wki_loops wki_loops_f32_base, wki_loops_f32_avx2, wki_loops_f32_avx512; /* those that the build has */
extern const wki_loops wki_loops_f64_base, wki_loops_f64_avx2, wki_loops_f64_avx512;
extern const wki_norm_loops wki_norm_f32_base, wki_norm_f32_avx2, wki_norm_f32_avx512;
extern const wki_norm_loops wki_norm_f64_base, wki_norm_f64_avx2, wki_norm_f64_avx512;
extern const wki_folds wki_folds_f32_base, wki_folds_f32_avx2, wki_folds_f32_avx512;
extern const wki_folds wki_offset_folds_f32_base, wki_offset_folds_f32_avx2, wki_offset_folds_f32_avx512;
extern const wki_folds wki_folds_f64_base, wki_folds_f64_avx2, wki_folds_f64_avx512;
extern const wki_moves wki_moves_32_base, wki_moves_32_avx2, wki_moves_32_avx512;
extern const wki_moves wki_moves_64_base, wki_moves_64_avx2, wki_moves_64_avx512;

static inline int64_t wki_width(int64_t lines) { return (lines + 15) / 16 * 16; }
#endif
