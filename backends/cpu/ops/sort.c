/* sort: the first k elements of each line along one dim, in order, with their places; k may be all. Elements become
 * unsigned keys in the order wanted (for floats: NaN last, -0 equal to 0), which also carry the place, so that equals
 * keep their order. A few are kept in order, past what is worse than all of them; more in a buffer from which the worse
 * half is thrown out whenever it is full. */
#include "backends/cpu/lines.h"
#include "backends/cpu/order.h"

enum { LEAST_BUFFER = 64, FEW = 16 };

typedef struct plan {
    wki_walk kept;
    int64_t n, k, room, y_step, index_step, x_step;
    wk_dtype dtype;
    const wki_folds *folds;                         /* of floats */
    bool descending, narrow, unsorted, few, turned; /* turned: lines are brought side by side first */
} plan;

static void make_plan(plan *p, const wki_call *call)
{
    const wki_sort_attrs *a = call->attrs;
    const wki_view *views[] = { call->views[2], call->views[0], call->views[1] };
    p->kept = wki_walk_over(views, 3, wki_all_dims(views[0]) & ~(1u << a->dim));
    p->n = views[0]->size[a->dim];
    p->k = call->views[0]->size[a->dim];
    p->x_step = views[0]->stride[a->dim];
    p->y_step = call->views[0]->stride[a->dim];
    p->index_step = call->views[1]->stride[a->dim];
    p->dtype = (wk_dtype)views[0]->dtype;
    p->descending = a->descending;
    p->unsorted = a->unsorted;
    p->narrow = wk_dtype_size(p->dtype) <= 4 && p->n <= UINT32_MAX;
    p->few = p->k <= FEW && p->k < p->n;
    p->turned = p->x_step != 1 && wk_dtype_size(p->dtype) >= 4 && p->n >= LEAST_BUFFER;
    p->room = p->k > p->n / 4 ? p->n : 2 * p->k > LEAST_BUFFER ? 2 * p->k : wki_least(LEAST_BUFFER, p->n);
}

static int64_t units(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    return p.k == 0 ? 0 : p.kept.count;
}

static size_t entries_bytes(const plan *p)
{
    return 2 * (size_t)p->room * (p->narrow ? sizeof(wki_narrow) : sizeof(wki_wide));
}

static size_t scratch_bytes(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    if (!p.turned) return entries_bytes(&p);
    return entries_bytes(&p) + (size_t)(wki_lines_pitch(p.n) * wki_lines_together(p.n)) * wk_dtype_size(p.dtype);
}

/* ---- Keys, and elements of keys: the sign of a zero and the bits of a NaN are not in them ---- */

static uint64_t key_of_f32(float x)
{
    union {
        float x;
        uint32_t w;
    } u = { .x = x == 0 ? 0 : x };
    return x != x ? UINT32_MAX : u.w >> 31 ? ~u.w : u.w | 0x80000000u;
}

static float of_key_f32(uint64_t key, const float *x)
{
    union {
        uint32_t w;
        float x;
    } u = { .w = key >> 31 ? (uint32_t)key ^ 0x80000000u : ~(uint32_t)key };
    return key == UINT32_MAX || key == 0x80000000u ? *x : u.x;
}

static uint64_t key_of_f64(double x)
{
    union {
        double x;
        uint64_t w;
    } u = { .x = x == 0 ? 0 : x };
    return x != x ? UINT64_MAX : u.w >> 63 ? ~u.w : u.w | (uint64_t)1 << 63;
}

static double of_key_f64(uint64_t key, const double *x)
{
    union {
        uint64_t w;
        double x;
    } u = { .w = key >> 63 ? key ^ (uint64_t)1 << 63 : ~key };
    return key == UINT64_MAX || key == (uint64_t)1 << 63 ? *x : u.x;
}

static uint64_t key_of_i64(int64_t x) { return (uint64_t)x ^ (uint64_t)1 << 63; }
static int64_t of_key_i64(uint64_t key, const int64_t *x) { return (void)x, (int64_t)(key ^ (uint64_t)1 << 63); }
static uint64_t key_of_i32(int32_t x) { return (uint32_t)x ^ 0x80000000u; }
static int32_t of_key_i32(uint64_t key, const int32_t *x) { return (void)x, (int32_t)((uint32_t)key ^ 0x80000000u); }
static uint64_t key_of_u8(uint8_t x) { return x; }
static uint8_t of_key_u8(uint64_t key, const uint8_t *x) { return (void)x, (uint8_t)key; }

#define NARROW_ENTRY(key, i) ((key) << 32 | (uint64_t)(i))
#define WIDE_ENTRY(key, i)   ((wki_wide){ (key), (uint64_t)(i) })
#define NARROW_KEY(entry)    ((entry) >> 32)
#define WIDE_KEY(entry)      ((entry).key)
#define NARROW_PLACE(entry)  ((int64_t)((entry)&UINT32_MAX))
#define WIDE_PLACE(entry)    ((int64_t)(entry).place)

/* from i on, the first that may come before the last of a few; `last` is at its place */
static int64_t next_of(const plan *p, const char *x, int64_t i, int64_t last)
{
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    if (!wki_is_float(p->dtype) || p->x_step != 1) return i;
    const char *at = x + last * size;
    const double limit = p->dtype == WK_F32 ? (double)*(const float *)at : *(const double *)at;
    return i + p->folds->beyond(p->n - i, x + i * size, limit, !p->descending);
}

/* The k first of a line: among those that came later, only keys below the limit matter. */
#define LINE(NAME, TYPE, FORM, ENTRY, MAKE, KEY, PLACE)                                                                \
    static void few_##FORM##_##NAME(const plan *p, const TYPE *x, uint64_t flip, ENTRY *a)                             \
    {                                                                                                                  \
        const int64_t k = p->k;                                                                                        \
        for (int64_t i = 0; i < k; i++) {                                                                              \
            const uint64_t key = key_of_##NAME(x[i * p->x_step]) ^ flip;                                               \
            int64_t j = i;                                                                                             \
            for (; j > 0 && key < KEY(a[j - 1]); j--) a[j] = a[j - 1];                                                 \
            a[j] = MAKE(key, i);                                                                                       \
        }                                                                                                              \
        for (int64_t i = k; i < p->n; i++) {                                                                           \
            if (i >= FEW) i = next_of(p, (const char *)x, i, PLACE(a[k - 1]));                                         \
            if (i == p->n) return;                                                                                     \
            const uint64_t key = key_of_##NAME(x[i * p->x_step]) ^ flip;                                               \
            if (i >= FEW && key >= KEY(a[k - 1])) continue;                                                            \
            const ENTRY entry = MAKE(key, i);                                                                          \
            for (int64_t j = k - 1; j > 0; j--)                                                                        \
                a[j] = key < KEY(a[j - 1]) ? a[j - 1] : key < KEY(a[j]) ? entry : a[j];                                \
            a[0] = key < KEY(a[0]) ? entry : a[0];                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    static void firsts_##FORM##_##NAME(const plan *p, const TYPE *x, uint64_t flip, ENTRY *a)                          \
    {                                                                                                                  \
        int64_t held = p->room, i = p->room;                                                                           \
        for (int64_t j = 0; j < held; j++) a[j] = MAKE(key_of_##NAME(x[j * p->x_step]) ^ flip, j);                     \
        if (p->k == p->n) return;                                                                                      \
        while (i < p->n) {                                                                                             \
            uint64_t limit = 0;                                                                                        \
            wki_select_##FORM(held, p->k, a);                                                                          \
            for (int64_t j = 0; j < p->k; j++) limit = KEY(a[j]) > limit ? KEY(a[j]) : limit;                          \
            for (held = p->k; i < p->n && held < p->room; i++) {                                                       \
                const uint64_t key = key_of_##NAME(x[i * p->x_step]) ^ flip;                                           \
                if (key < limit) a[held++] = MAKE(key, i);                                                             \
            }                                                                                                          \
        }                                                                                                              \
        wki_select_##FORM(held, p->k, a);                                                                              \
    }                                                                                                                  \
    static void line_##FORM##_##NAME(const plan *p, void *to, int64_t *index, const void *from, void *scratch)         \
    {                                                                                                                  \
        const uint64_t flip = p->descending ? sizeof(TYPE) == 8 ? UINT64_MAX : UINT32_MAX : 0;                         \
        const TYPE *x = from;                                                                                          \
        TYPE *y = to;                                                                                                  \
        ENTRY *a = scratch;                                                                                            \
        if (p->few)                                                                                                    \
            few_##FORM##_##NAME(p, x, flip, a);                                                                        \
        else                                                                                                           \
            firsts_##FORM##_##NAME(p, x, flip, a);                                                                     \
        if (!p->unsorted && !p->few) a = wki_sort_##FORM(p->k, p->k == p->n, a, a + p->room);                          \
        for (int64_t i = 0; i < p->k; i++) {                                                                           \
            index[i * p->index_step] = PLACE(a[i]);                                                                    \
            y[i * p->y_step] = of_key_##NAME(KEY(a[i]) ^ flip, x + PLACE(a[i]) * p->x_step);                           \
        }                                                                                                              \
    }
#define NARROW(NAME, TYPE) LINE(NAME, TYPE, narrow, wki_narrow, NARROW_ENTRY, NARROW_KEY, NARROW_PLACE)
#define WIDE(NAME, TYPE)   LINE(NAME, TYPE, wide, wki_wide, WIDE_ENTRY, WIDE_KEY, WIDE_PLACE)
NARROW(f32, float)
NARROW(i32, int32_t)
NARROW(u8, uint8_t)
WIDE(f32, float)
WIDE(f64, double)
WIDE(i64, int64_t)
WIDE(i32, int32_t)
WIDE(u8, uint8_t)

static void do_line(const wki_call *call, const plan *p, const int64_t *at, const void *x, void *scratch)
{
    typedef void do_one(const plan *, void *, int64_t *, const void *, void *);
    static do_one *const narrow[] = {
        [WK_F32] = line_narrow_f32,
        [WK_I32] = line_narrow_i32,
        [WK_U8] = line_narrow_u8,
        [WK_BOOL] = line_narrow_u8,
    };
    static do_one *const wide[] = {
        [WK_F32] = line_wide_f32, [WK_F64] = line_wide_f64, [WK_I64] = line_wide_i64,
        [WK_I32] = line_wide_i32, [WK_U8] = line_wide_u8,   [WK_BOOL] = line_wide_u8,
    };
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    (p->narrow ? narrow : wide)[p->dtype](p, (char *)call->views[0]->data + at[1] * size,
                                          (int64_t *)call->views[1]->data + at[2], x, scratch);
}

static void turned_lines(const wki_call *call, plan *p, int64_t begin, int64_t end, char *scratch)
{
    const size_t size = wk_dtype_size(p->dtype);
    const int64_t step = p->x_step, pitch = wki_lines_pitch(p->n), most = wki_lines_together(p->n);
    char *entries = scratch, *block = scratch + entries_bytes(p); /* those first that need to lie even */
    wki_cursor ahead = wki_cursor_at(&p->kept, begin), c = ahead;
    int64_t at[WKI_LINES];
    p->x_step = 1;
    for (int64_t lines; begin < end; begin += lines) {
        lines = wki_least(most, end - begin);
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &ahead, 1)) at[r] = ahead.at[0];
        wki_lines_in(p->n, lines, size, block, call->views[2]->data, at, step);
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &c, 1))
            do_line(call, p, c.at, block + (size_t)(r * pitch) * size, entries);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    if (begin >= end) return WK_OK;
    make_plan(&p, call);
    p.folds = wki_is_float(p.dtype) ? wki_folds_for(wki_isa(), p.dtype) : NULL;
    if (p.turned) {
        turned_lines(call, &p, begin, end, scratch);
        return WK_OK;
    }
    const int64_t size = (int64_t)wk_dtype_size(p.dtype);
    wki_cursor c = wki_cursor_at(&p.kept, begin);
    for (; begin < end; begin++, wki_cursor_move(&p.kept, &c, 1))
        do_line(call, &p, c.at, (const char *)call->views[2]->data + c.at[0] * size, scratch);
    return WK_OK;
}

const wki_kernel wki_cpu_sort = { "sort", units, scratch_bytes, run };
