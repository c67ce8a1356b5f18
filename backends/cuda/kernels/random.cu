/* random: element i of y, counted row-major, is a pure function of (key, i), the same as on the CPU. A thread makes
 * what one block of Philox gives: four floats, or two doubles or integers. */
#include "backends/cpu/saturate.h"
#include "backends/cuda/kernels/kernel.h"

WKI_DEVICE void words_of(const wki_random_key *key, int64_t block, uint32_t word[4])
{
    uint32_t counter[4], keys[2];
    wki_random_block(key, (uint64_t)block, counter, keys);
    wki_philox(counter, keys, word);
}

/* The k-th number in [0, 1) of a block, a multiple of 2^-24 (2^-53) */
WKI_DEVICE uint64_t wide_of(const uint32_t word[4], int k) { return (uint64_t)word[2 * k + 1] << 32 | word[2 * k]; }
WKI_DEVICE void unit(const uint32_t word[4], int k, float *u) { *u = (float)(int32_t)(word[k] >> 8) * 0x1p-24f; }
WKI_DEVICE void unit(const uint32_t word[4], int k, double *u)
{
    *u = (double)(int64_t)(wide_of(word, k) >> 11) * 0x1p-53;
}

WKI_DEVICE float far_of(float u) { return f32::wki_sqrt(-2 * f32::wki_log(1 - u)); }
WKI_DEVICE double far_of(double u) { return f64::wki_sqrt(-2 * f64::wki_log(1 - u)); }
WKI_DEVICE float turned(float angle, int k) { return k % 2 ? f32::wki_sin(angle) : f32::wki_cos(angle); }
WKI_DEVICE double turned(double angle, int k) { return k % 2 ? f64::wki_sin(angle) : f64::wki_cos(angle); }

template <typename real>
static __global__ void floats(const wki_lattice l, real *y, const wki_random_attrs a, const wki_key from)
{
    WKI_BEGIN();
    enum { MADE = 16 / sizeof(real) };
    const wki_random_key key = wki_key_now(from);
    const real low = (real)a.a, high = (real)a.b, span = (real)(a.b - a.a);
    WKI_EACH(block, (l.count + MADE - 1) / MADE)
    {
        uint32_t word[4];
        words_of(&key, block, word);
        WKI_UNROLL for (int k = 0; k < MADE; k++)
        {
            const int64_t i = block * MADE + k;
            real u, x, far, angle;
            int64_t at[1];
            if (i >= l.count) break;
            if (a.kind == WKI_RANDOM_UNIFORM) {
                unit(word, k, &u);
                x = low + u * span;
                x = x < high ? x : low; /* rounding may reach the end, which is not part of it */
            } else {                    /* pairs, independent and normal (Box and Muller 1958) */
                unit(word, k / 2 * 2, &u);
                unit(word, k / 2 * 2 + 1, &angle);
                far = far_of(u);
                x = low + high * (far * turned(angle * (real)6.2831853071795865, k));
            }
            wki_places<1>(l, i, at);
            y[at[0]] = x;
        }
    }
}

/* low + a 64-bit number scaled to the range; the bias is below range / 2^64. */
static __global__ void integers(const wki_lattice l, int64_t *y, const wki_random_attrs a, const wki_key from)
{
    WKI_BEGIN();
    const wki_random_key key = wki_key_now(from);
    const uint64_t low = (uint64_t)wki_to_i64(a.a), range = (uint64_t)wki_to_i64(a.b) - low;
    WKI_EACH(block, (l.count + 1) / 2)
    {
        uint32_t word[4];
        words_of(&key, block, word);
        for (int k = 0; k < 2 && block * 2 + k < l.count; k++) {
            int64_t at[1];
            wki_places<1>(l, block * 2 + k, at);
            y[at[0]] = (int64_t)(low + __umul64hi(wide_of(word, k), range));
        }
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0];
    const wki_random_attrs *a = (const wki_random_attrs *)call->attrs;
    const wki_lattice l = wki_lattice_of(call->views, 1, wki_dims_of(y), false);
    const wki_key key = wki_key_of(queue, &a->key);
    (void)scratch;
    if (l.count == 0) return WK_OK;
    if (a->kind == WKI_RANDOM_INT)
        WKI_LAUNCH(integers, wki_grid((l.count + 1) / 2), WKI_THREADS, 0, queue, l, (int64_t *)y->data, *a, key);
    else if (y->dtype == WK_F32)
        WKI_LAUNCH(floats<float>, wki_grid((l.count + 3) / 4), WKI_THREADS, 0, queue, l, (float *)y->data, *a, key);
    else
        WKI_LAUNCH(floats<double>, wki_grid((l.count + 1) / 2), WKI_THREADS, 0, queue, l, (double *)y->data, *a, key);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(random, NULL, run);
