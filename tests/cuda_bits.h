/* Calls that give a device the CPU's very bits, or nearly its numbers, whatever order an emulator's seed lets blocks and threads run
 * in. A law makes twins, runs calls with same_as_cpu, and ends with drop_twins. */
#ifndef WICK_CUDA_BITS_H
#define WICK_CUDA_BITS_H
#include "cuda_check.h"

enum { MOST_TWINS = 512 };
static twin twins[MOST_TWINS];
static int ntwins;

static inline twin *keep_twin(twin t)
{
    CHECK(ntwins < MOST_TWINS);
    twins[ntwins] = t;
    return &twins[ntwins++];
}
static inline void drop_twins(void)
{
    while (ntwins > 0) drop(&twins[--ntwins]);
}

static inline twin *reals(wk_dtype dtype, int ndim, const int64_t *size)
{
    return keep_twin(plain_twin(dtype, ndim, size, 30)); /* more digits than f32 has: the order of sums shows */
}

/* Memory of whole numbers from low to high */
static inline twin *wholes_by(wk_dtype dtype, int ndim, const int64_t *size, const int64_t *stride, int64_t low, int64_t high)
{
    twin *t = keep_twin(twin_of(WK_F64, ndim, size, stride, 20)); /* elements of 8 bytes: enough for all */
    t->cpu.dtype = t->gpu.dtype = (uint8_t)dtype;
    const size_t width = wk_dtype_size(dtype), before = (size_t)((char *)t->cpu.data - t->host) / 8;
    for (size_t i = 0; i < t->bytes / width; i++) {
        const int64_t x = low + below(high - low + 1);
        if (dtype == WK_I64) ((int64_t *)t->host)[i] = x;
        if (dtype == WK_I32) ((int32_t *)t->host)[i] = (int32_t)x;
        if (dtype == WK_U8 || dtype == WK_BOOL) ((uint8_t *)t->host)[i] = (uint8_t)x;
        if (dtype == WK_F32) ((float *)t->host)[i] = (float)x;
        if (dtype == WK_F64) ((double *)t->host)[i] = (double)x;
    }
    t->cpu.data = t->host + before * width;
    t->gpu.data = (char *)t->block + before * width;
    send(t);
    return t;
}

static inline twin *wholes(wk_dtype dtype, int ndim, const int64_t *size, int64_t low, int64_t high)
{
    int64_t stride[WKI_MAX_DIMS];
    plain_strides(ndim, size, stride);
    return wholes_by(dtype, ndim, size, stride, low, high);
}

/* Bytes that differ, all NaN being one */
static inline int64_t bytes_apart(const twin *t, const char *want, const char *got)
{
    const int64_t width = (int64_t)wk_dtype_size((wk_dtype)t->cpu.dtype);
    const bool real = wki_is_float((wk_dtype)t->cpu.dtype);
    int64_t apart = 0;
    for (int64_t i = 0; i * width < (int64_t)t->bytes; i++) {
        if (!memcmp(want + i * width, got + i * width, (size_t)width)) continue;
        if (!real || !isnan(number_at(t, want, i)) || !isnan(number_at(t, got, i))) apart++;
    }
    return apart;
}

/* On both; most: how far numbers may be apart, as `distance` has it, 0: not a bit. Every seed gives the same bits, and nothing beside
 * the outputs is touched. */
static inline void same_as_cpu(int op, int nout, int n, twin *const *views, const void *attrs, size_t size, double most)
{
    char **first = calloc((unsigned)nout, sizeof *first);
    CHECK(first && run_on(false, op, nout, n, views, attrs, size) == WK_OK);
    for (unsigned s = 1; s <= 2; s++) {
        sow(s);
        for (int k = 0; k < nout; k++) CHECK(!device_backend()->copy_in(0, views[k]->block, views[k]->before, views[k]->bytes));
        CHECK(run_on(true, op, nout, n, views, attrs, size) == WK_OK);
        for (int k = 0; k < nout; k++) {
            const twin *t = views[k];
            char *after = malloc(t->bytes);
            CHECK(after && !device_backend()->copy_out(0, after, t->block, t->bytes));
            const double off = most > 0 && wki_is_float((wk_dtype)t->cpu.dtype) ? distance(t) : (double)bytes_apart(t, t->host, after);
            ck_assert_msg(off <= most, "%s: view %d, %s %s, is off by %g (seed %u)", wki_op_name(op), k,
                          wk_dtype_name((wk_dtype)t->cpu.dtype), wki_show(&t->cpu), off, s);
            if (!first[k]) {
                first[k] = after;
                continue;
            }
            ck_assert_msg(!memcmp(first[k], after, t->bytes), "%s: view %d has other bits by another seed", wki_op_name(op), k);
            free(after);
        }
    }
    for (int k = 0; k < nout; k++) free(first[k]);
    free(first);
    sow(0);
}
#endif
