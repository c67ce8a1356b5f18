/* Arrays and calls for the tests of elementwise rows: views on an arena that each case starts afresh, and one call a
 * row. */
#ifndef ROW_CALLS_H
#define ROW_CALLS_H
#include "backends/cpu/cpu.h"
#include "backends/rows_table.h"
#include "wick_check.h"

enum { WILD = 1037 };

static _Alignas(64) char arena[32 << 20];
static size_t arena_used;

static inline wki_view array(wk_dtype dtype, int64_t n)
{
    wki_view v = { .data = arena + arena_used, .size = { n }, .stride = { 1 }, .ndim = 1, .dtype = (uint8_t)dtype };
    arena_used += ((size_t)n * wk_dtype_size(dtype) + 63) / 64 * 64;
    CHECK(arena_used <= sizeof arena);
    return v;
}

static inline void *element(const wki_view *v, int64_t i)
{
    int64_t offset = 0;
    for (int d = v->ndim - 1; d >= 0; i /= v->size[d--]) offset += i % v->size[d] * v->stride[d];
    return (char *)v->data + offset * (int64_t)wk_dtype_size(v->dtype);
}

static inline double get(const wki_view *v, int64_t i)
{
    void *e = element(v, i);
    switch (v->dtype) {
    case WK_F32: return *(float *)e;
    case WK_F64: return *(double *)e;
    case WK_I64: return (double)*(int64_t *)e;
    case WK_I32: return *(int32_t *)e;
    default: return *(uint8_t *)e;
    }
}

static inline void set(const wki_view *v, int64_t i, double x)
{
    void *e = element(v, i);
    switch (v->dtype) {
    case WK_F32: *(float *)e = (float)x; break;
    case WK_F64: *(double *)e = x; break;
    case WK_I64: *(int64_t *)e = (int64_t)x; break;
    case WK_I32: *(int32_t *)e = (int32_t)x; break;
    default: *(uint8_t *)e = (uint8_t)(int)x;
    }
}

static inline wki_view filled(wk_dtype dtype, int64_t n, double x)
{
    wki_view v = array(dtype, n);
    for (int64_t i = 0; i < n; i++) set(&v, i, x);
    return v;
}

static inline uint64_t random_bits(void)
{
    static uint64_t s = 88172645463325252u;
    s ^= s << 13, s ^= s >> 7, s ^= s << 17;
    return s * 2685821657736338717u;
}

/* A third any bits at all, a third special values, a third ordinary. */
static inline wki_view wild(wk_dtype dtype, int64_t n)
{
    const double special[] = {
        0, -0.0, 1, -1, 2, 0.5, HUGE_VAL, -HUGE_VAL, NAN, 1e-40, -1e-310, 88.8, 709.9, 1e30, -3
    };
    wki_view v = array(dtype, n);
    bool real = dtype == WK_F32 || dtype == WK_F64;
    for (int64_t i = 0; i < n; i++) {
        uint64_t any = random_bits();
        if (dtype == WK_BOOL)
            set(&v, i, (double)(any & 1));
        else if (i % 3 == 0)
            memcpy(element(&v, i), &any, wk_dtype_size(dtype));
        else if (!real)
            set(&v, i, (double)(any % 7) - (dtype == WK_U8 ? 0 : 3));
        else
            set(&v, i, i % 3 == 1 ? special[any % 15] : (double)(any >> 40) / (1 << 20) - 8);
    }
    return v;
}

/* Same bits, all NaNs alike: their sign and payload depend on which operand a compiler puts first. */
static inline bool same_bits(const wki_view *p, const wki_view *q)
{
    for (int64_t i = 0; i < wki_numel(p); i++)
        if (!(isnan(get(p, i)) && isnan(get(q, i))) && memcmp(element(p, i), element(q, i), wk_dtype_size(p->dtype)))
            return false;
    return true;
}

/* x, a, b, g, y by WKI_IN_X ...; what a row lacks is left out */
typedef struct operands {
    wki_view in[WKI_IN_COUNT];
    double s, t;
} operands;

static inline wk_status run_row(int row, int slope, const wki_view *out, const operands *o, int64_t work)
{
    const wki_view *views[WKI_MAX_VIEWS] = { out };
    int n = 1;
    if (slope) views[n++] = &o->in[WKI_IN_G];
    for (int k = 0; k < 3; k++)
        if (wki_row_table[row].operands >> k & 1) views[n++] = &o->in[k];
    if (slope) views[n++] = &o->in[WKI_IN_Y];
    wki_row_attrs attrs = { o->s, o->t, slope };
    wki_call call = { (uint16_t)row, 1, n, views, &attrs, sizeof attrs, work };
    return wki_run(&call);
}

static inline wk_dtype out_dtype(int row, wk_dtype dtype)
{
    return wki_row_table[row].kind == WKI_KIND_TRUTH ? WK_BOOL : dtype;
}

static inline wki_view value(int row, const operands *o, wk_dtype dtype)
{
    const wki_view *like = &o->in[wki_row_table[row].operands & WKI_HAS_A ? WKI_IN_A : WKI_IN_X];
    wki_view y = array(out_dtype(row, dtype), wki_numel(like));
    CHECK(run_row(row, 0, &y, o, 1) == WK_OK);
    return y;
}

static inline wki_view slope_of(int row, int slope, const operands *o)
{
    wki_view d = array(o->in[WKI_IN_G].dtype, wki_numel(&o->in[WKI_IN_G]));
    CHECK(run_row(row, slope, &d, o, 1) == WK_OK);
    return d;
}

static inline bool takes(int row, wk_dtype dtype) { return wki_rows_for(WKI_ISA_BASE, dtype)[row].of[0]; }

static inline operands wild_operands(int row, wk_dtype dtype, int64_t n)
{
    operands o = { .s = wki_row_table[row].sample[0], .t = wki_row_table[row].sample[1] };
    for (int k = 0; k < WKI_IN_COUNT; k++) o.in[k] = wild(k == WKI_IN_X && wki_row_table[row].condition ? WK_BOOL : dtype, n);
    return o;
}
#endif
