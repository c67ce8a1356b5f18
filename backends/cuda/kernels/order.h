/* Sums and the like by key in a fixed order: what scatter, bincount, histogram and pool_put do with elements that belong to the same place.
 * Entries, a key and a place each, are sorted stably; then whoever has the first of a key joins all of that key, in the order
 * of their places, or the last alone writes. */
#ifndef WKI_CUDA_ORDER_H
#define WKI_CUDA_ORDER_H
#include "backends/cuda/kernels/kernel.h"

/* Keys are line * size + index, places line * length + i. */
typedef struct wki_ordered {
    wki_lattice lines;      /* index, src, y: dims that have indices of their own, but for the one along which they point */
    wki_lattice row;        /* src, y: dims whose elements share an index */
    int64_t length, size;   /* along the dim: of the index, of y */
    int64_t step[3];        /* along the dim: of index, src, y */
    int64_t keys;           /* from 0 to keys - 1; keys itself: an element that belongs nowhere */
    int32_t shift, bits;    /* an entry is key << shift | place; significant bits of the key */
} wki_ordered;

/* lines and row, length, size and step being there, the rest follows. WK_E_UNSUPPORTED: more than 64 bits can tell apart. */
wk_status wki_ordered_close(wki_ordered *o, const char *where);
static inline int64_t wki_ordered_count(const wki_ordered *o) { return o->lines.count * o->length; }
size_t wki_ordered_bytes(int64_t count); /* of scratch */
/* The entries lie at the beginning of scratch, in the order of their places. */
void wki_ordered_move(const wki_queue *queue, const wki_ordered *o, const wki_view *y, const wki_view *src, int how,
                      void *scratch); /* how: as attributes of scatter say */
/* Of vectors: y[key] += src[place] */
wki_ordered wki_ordered_of_vectors(const wki_view *y, const wki_view *src);

/* Operand k, 0 index, 1 src, 2 y, of element i (which is an index, for y) of a line */
WKI_DEVICE int64_t wki_place_in(const wki_ordered &o, int64_t number, int64_t length, int k)
{
    if (o.lines.count == 1) return number * o.step[k];
    const int64_t line = wki_divided(number, length);
    int64_t at[3];
    wki_places<3>(o.lines, line, at);
    return at[k] + (number - line * length) * o.step[k];
}

/* How what is there, y, and what comes, x, become one. */
typedef struct wki_plain_join {
    int how; /* WKI_PUT or WKI_ADD_UP */
} wki_plain_join;
typedef struct wki_real_join {
    int how; /* one of the others */
} wki_real_join;
template <class T> WKI_DEVICE T wki_joined(const wki_plain_join &join, T y, T x)
{
    return join.how == WKI_ADD_UP ? (T)(y + x) : x;
}
template <class T> WKI_DEVICE T wki_joined(const wki_real_join &join, T y, T x)
{
    if (join.how == WKI_MULTIPLY) return y * x;
    const bool keeps = y != y || (join.how == WKI_TAKE_LARGEST ? y >= x : y <= x);
    return keeps ? y : x;
}

/* A kernel by its type: what is only moved is bytes, whole numbers go around at their ends. */
enum { WKI_OF_F32, WKI_OF_F64, WKI_OF_8, WKI_OF_32, WKI_OF_64, WKI_REAL_F32, WKI_REAL_F64 };
#define WKI_JOINED(F)                                                                                                               \
    { F<float, wki_plain_join>, F<double, wki_plain_join>, F<uint8_t, wki_plain_join>, F<uint32_t, wki_plain_join>,                 \
      F<uint64_t, wki_plain_join>, F<float, wki_real_join>, F<double, wki_real_join> }
static inline int wki_ordered_type(const wki_view *y, int how)
{
    if (how > WKI_ADD_UP) return y->dtype == WK_F32 ? WKI_REAL_F32 : WKI_REAL_F64;
    if (how == WKI_ADD_UP && y->dtype == WK_F32) return WKI_OF_F32;
    if (how == WKI_ADD_UP && y->dtype == WK_F64) return WKI_OF_F64;
    const size_t bytes = wk_dtype_size((wk_dtype)y->dtype);
    return bytes == 8 ? WKI_OF_64 : bytes == 4 ? WKI_OF_32 : WKI_OF_8;
}
#endif
