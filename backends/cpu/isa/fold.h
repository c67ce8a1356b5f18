/* A block of a reduction in registers of `real`: element i goes to lane i % 16, then half of the lanes onto the other
 * half. Elements are of `item`, a narrower type than the lanes where ITEM says so. For the sources that are compiled
 * for each instruction set. */
#ifndef WKI_CPU_FOLD_H
#define WKI_CPU_FOLD_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/isa/vector.h"
#include "backends/math.h"

#define VECTORIZE      _Pragma("omp simd")
#define ENDLESS        ((real)__builtin_inf())
#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c)  JOIN_(a, b, c)

enum { TREE = 16, PARTS = TREE / VL }; /* lanes, and the registers that hold them */
typedef vec two_vecs(vec a, vec b);

#ifdef ITEM
typedef ITEM item;
typedef item items __attribute__((vector_size(VL * sizeof(item)), aligned(sizeof(item)), may_alias));
WKI_INLINE vec read_items(const item *x) { return __builtin_convertvector(*(const items *)x, vec); }
WKI_INLINE vec read_some(const item *x, int n)
{
    item some[VL] = { 0 };
    for (int i = 0; i < n; i++) some[i] = x[i];
    return read_items(some);
}
#else
typedef real item;
WKI_INLINE vec read_items(const item *x) { return load(x); }
WKI_INLINE vec read_some(const item *x, int n) { return load_some(x, n); }
#endif

static const real_int wki_places[TREE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

WKI_INLINE vec add(vec a, vec b) { return a + b; }
WKI_INLINE vec greater(vec a, vec b) { return unless_nan(a, larger(a, b)); }
WKI_INLINE vec smaller(vec a, vec b) { return unless_nan(a, lesser(a, b)); }
WKI_INLINE vec itself(vec x, vec centre)
{
    (void)centre;
    return x;
}

/* in the first n lanes; the others stay a's */
WKI_INLINE vec join_some(vec a, vec b, int n, two_vecs *both)
{
    return choose(*(const ivec *)wki_places < (ivec){ 0 } + (real_int)n, both(a, b), a);
}

/* wki_exp; the loop has a register's length */
WKI_INLINE vec exp_of(vec x)
{
    real y[VL];
#if VECTOR_BYTES == 64
    real power[VL];
    store(y, lesser(splat(wki_exp_limits[1]), larger(splat(wki_exp_limits[0]), x)));
    VECTORIZE for (int l = 0; l < VL; l++) y[l] = wki_exp_parts(y[l], &power[l]);
    return scale_by(load(y), load(power));
#else
    store(y, x);
    VECTORIZE for (int l = 0; l < VL; l++) y[l] = wki_exp(y[l]);
    return load(y);
#endif
}

/* Lane l of the upper half onto lane l of the lower, until lane 0 has all. */
#define OTHER_2  1, -1
#define OTHER_4  2, 3, -1, -1
#define OTHER_8  4, 5, 6, 7, -1, -1, -1, -1
#define OTHER_16 8, 9, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1
#define NONE_4   -1, -1, -1, -1
#if VECTOR_BYTES * 8 == 16 * REAL_BITS
#define HALVES(DO)                                                                                                     \
    DO(OTHER_16)                                                                                                       \
    DO(OTHER_8, NONE_4, NONE_4) DO(OTHER_4, NONE_4, NONE_4, NONE_4) DO(OTHER_2, -1, -1, NONE_4, NONE_4, NONE_4)
#elif VECTOR_BYTES * 8 == 8 * REAL_BITS
#define HALVES(DO) DO(OTHER_8) DO(OTHER_4, NONE_4) DO(OTHER_2, -1, -1, NONE_4)
#elif VECTOR_BYTES * 8 == 4 * REAL_BITS
#define HALVES(DO) DO(OTHER_4) DO(OTHER_2, -1, -1)
#else
#define HALVES(DO) DO(OTHER_2)
#endif
#define HALVE(...) x = both(x, __builtin_shufflevector(x, x, __VA_ARGS__));

WKI_INLINE real halved(const vec lane[PARTS], two_vecs *both)
{
    vec part[PARTS];
    UNROLL for (int p = 0; p < PARTS; p++) part[p] = lane[p];
    UNROLL for (int p = 0; PARTS > 4 && p < 4; p++) part[p] = both(part[p], part[(p + 4) % PARTS]);
    UNROLL for (int p = 0; PARTS > 2 && p < 2; p++) part[p] = both(part[p], part[(p + 2) % PARTS]);
    vec x = PARTS > 1 ? both(part[0], part[1 % PARTS]) : part[0];
    HALVES(HALVE)
    return x[0];
}

/* Lines side by side, of term(x, centre) joined by `both`: `lines` is 1 or, so that none waits for another, 4. */
enum { ABREAST = 4 };
WKI_INLINE void fold(int64_t n, int lines, const item *const x[ABREAST], const real centre[ABREAST], double y[ABREAST],
                     real first, two_vecs *term, two_vecs *both)
{
    vec lane[ABREAST][PARTS];
    int64_t i = 0;
    UNROLL for (int k = 0; k < lines; k++) UNROLL for (int p = 0; p < PARTS; p++) lane[k][p] = splat(first);
    for (; i + TREE <= n; i += TREE)
        UNROLL for (int k = 0; k < lines; k++) UNROLL for (int p = 0; p < PARTS; p++) lane[k][p] =
            both(lane[k][p], term(read_items(x[k] + i + p * VL), splat(centre[k])));
    UNROLL for (int p = 0; p < PARTS; p++)
    {
        const int left = (int)(n - i) - p * VL, some = left < VL ? left : VL;
        UNROLL for (int k = 0; left > 0 && k < lines; k++) lane[k][p] =
            join_some(lane[k][p], term(read_some(x[k] + i + p * VL, some), splat(centre[k])), some, both);
    }
    UNROLL for (int k = 0; k < lines; k++) y[k] = (double)halved(lane[k], both);
}

WKI_INLINE double fold_one(int64_t n, const item *x, real centre, real first, two_vecs *term, two_vecs *both)
{
    double y[ABREAST];
    fold(n, 1, (const item *const[ABREAST]){ x }, (const real[ABREAST]){ centre }, y, first, term, both);
    return y[0];
}

/* One turn of the lanes; before they have begun, what follows them is free. */
WKI_INLINE void fold_turn(int64_t n, real *lane, const item *x, const real *centre, bool begun, real first,
                          two_vecs *term, two_vecs *both)
{
    int64_t i = 0;
    for (; i + VL <= n; i += VL)
        store(lane + i,
              both(begun ? load(lane + i) : splat(first), term(read_items(x + i), centre ? load(centre + i) : splat(0))));
    if (i == n) return;
    const int left = (int)(n - i);
    const vec end = term(read_some(x + i, left), centre ? load_some(centre + i, left) : splat(0));
    store(lane + i, begun ? join_some(load(lane + i), end, left, both) : both(splat(first), end));
}

/* Rows without gaps are one long row: 16 of them make one turn of the lanes, however narrow. */
WKI_INLINE void fold_dense(int64_t rows, int64_t n, real *lane, const item *x, const real *centre, real first,
                           two_vecs *term, two_vecs *both)
{
    _Alignas(64) real middle[TREE * WKI_COLUMNS];
    for (int64_t r = 0; centre && r < TREE; r++) memcpy(middle + r * n, centre, (size_t)n * sizeof *centre);
    fold_turn((rows < TREE ? rows : TREE) * n, lane, x, centre ? middle : NULL, false, first, term, both);
    for (int64_t r = TREE; r < rows; r += TREE)
        fold_turn((rows - r < TREE ? rows - r : TREE) * n, lane, x + r * n, centre ? middle : NULL, true, first, term,
                  both);
}

/* `wide` registers of columns, or the first `some` of one: a few lanes at a time, which fit into registers. */
enum { WIDE = 4, DEEP = VECTOR_BYTES == 64 ? 4 : 2 };
WKI_INLINE void fold_strip(int64_t rows, int wide, int some, real *lane, int64_t pitch, const item *x, int64_t stride,
                           const real *centre, real first, two_vecs *term, two_vecs *both)
{
    vec part[DEEP][WIDE], middle[WIDE];
    UNROLL for (int c = 0; c < wide; c++) middle[c] = !centre ? splat(0)
                                                      : some  ? load_some(centre, some)
                                                              : load(centre + c * VL);
#define FOLD_ROW(d)                                                                                                    \
    UNROLL for (int c = 0; c < wide; c++) part[d][c] =                                                                 \
        both(part[d][c],                                                                                               \
             term(some ? read_some(x + (r + d) * stride, some) : read_items(x + (r + d) * stride + c * VL), middle[c]))
    for (int l = 0; l < TREE; l += DEEP) {
        int64_t r = l;
        UNROLL for (int d = 0; d < DEEP; d++) UNROLL for (int c = 0; c < wide; c++) part[d][c] = splat(first);
        for (; r + DEEP <= rows; r += TREE) UNROLL for (int d = 0; d < DEEP; d++) FOLD_ROW(d);
        UNROLL for (int d = 0; d < DEEP - 1; d++) if (r + d < rows) FOLD_ROW(d);
        UNROLL for (int d = 0; d < DEEP; d++) UNROLL for (int c = 0; c < wide; c++)
            store(lane + (l + d) * pitch + c * VL, part[d][c]);
    }
#undef FOLD_ROW
}

/* The same for each of n columns. A NULL centre is one of a term that has none. */
WKI_INLINE void fold_columns(int64_t rows, int64_t n, real *y, const item *x, int64_t stride, const real *centre,
                             real first, two_vecs *term, two_vecs *both)
{
    _Alignas(64) real lane[TREE * WKI_COLUMNS + VL];
    const bool dense = stride == n;
    const int64_t pitch = dense ? n : (n + VL - 1) / VL * VL;
    int64_t j = 0;
#define AT_J lane + j, pitch, x + j, stride, centre ? centre + j : NULL, first, term, both
    if (dense) fold_dense(rows, n, lane, x, centre, first, term, both);
    for (; !dense && j + WIDE * VL <= n; j += WIDE * VL) fold_strip(rows, WIDE, 0, AT_J);
    for (; !dense && j + VL <= n; j += VL) fold_strip(rows, 1, 0, AT_J);
    if (!dense && j < n) fold_strip(rows, 1, (int)(n - j), AT_J);
#undef AT_J
    for (j = 0; j < n; j += VL) {
        vec part[TREE];
        UNROLL for (int l = 0; l < TREE; l++) part[l] = l < rows ? load(lane + l * pitch + j) : splat(first);
        UNROLL for (int l = 0; l < TREE / 2; l++) part[l] = both(part[l], part[l + TREE / 2]);
        UNROLL for (int l = 0; l < TREE / 4; l++) part[l] = both(part[l], part[l + TREE / 4]);
        store(y + j, both(both(part[0], part[2]), both(part[1], part[3])));
    }
}

/* The functions NAME_line, NAME_four and NAME_columns of a wki_folds */
#define FOLD(NAME, FIRST, BOTH, TERM)                                                                                  \
    WKI_INLINE vec NAME##_term(vec x, vec c)                                                                           \
    {                                                                                                                  \
        (void)c;                                                                                                       \
        return TERM;                                                                                                   \
    }                                                                                                                  \
    static double NAME##_line(int64_t n, const void *x, double centre)                                                 \
    {                                                                                                                  \
        return fold_one(n, x, (real)centre, FIRST, NAME##_term, BOTH);                                                 \
    }                                                                                                                  \
    static void NAME##_four(int64_t n, const void *const x[4], const double centre[4], double y[4])                    \
    {                                                                                                                  \
        const real c[] = { (real)centre[0], (real)centre[1], (real)centre[2], (real)centre[3] };                       \
        fold(n, ABREAST, (const item *const[]){ x[0], x[1], x[2], x[3] }, c, y, FIRST, NAME##_term, BOTH);             \
    }                                                                                                                  \
    static void NAME##_columns(int64_t rows, int64_t n, void *y, const void *x, int64_t stride, const void *centre)    \
    {                                                                                                                  \
        fold_columns(rows, n, y, x, stride, centre, FIRST, NAME##_term, BOTH);                                         \
    }
#define OFFSET_FOLDS                                                                                                   \
    FOLD(offsets, 0, add, x - c)                                                                                       \
    FOLD(offset_squares, 0, add, (x - c) * (x - c))
#endif
