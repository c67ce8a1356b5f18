/* dropout: y = x / (1 - p) where the uniform number of element i, counted row-major, is at least p, else 0. The numbers
 * are those of a random call on f32; a thread makes four of them. */
#include "backends/cuda/kernels/kernel.h"

enum { MADE = 4 };

/* What one thread makes, moved at once where it may be */
template <typename real> struct alignas(16) four {
    real x[MADE];
};

WKI_DEVICE void words_of(const wki_random_key *key, int64_t block, uint32_t word[MADE])
{
    uint32_t counter[4], keys[2];
    wki_random_block(key, (uint64_t)block, counter, keys);
    wki_philox(counter, keys, word);
}

template <typename real> WKI_DEVICE real kept_of(uint32_t word, real x, real scale, int32_t least)
{
    const real kept = x * scale;
    return (int32_t)(word >> 8) >= least ? kept : 0;
}

template <typename real>
static __global__ void fours(int64_t count, four<real> *y, const four<real> *x, real scale, int32_t least,
                             const wki_key from)
{
    WKI_BEGIN();
    const wki_random_key key = wki_key_now(from);
    WKI_EACH(block, count)
    {
        uint32_t word[MADE];
        four<real> some = x[block];
        words_of(&key, block, word);
        WKI_UNROLL for (int k = 0; k < MADE; k++) some.x[k] = kept_of(word[k], some.x[k], scale, least);
        y[block] = some;
    }
}

template <typename real>
static __global__ void any(const wki_lattice l, real *y, const real *x, real scale, int32_t least, const wki_key from)
{
    WKI_BEGIN();
    const wki_random_key key = wki_key_now(from);
    WKI_EACH(block, (l.count + MADE - 1) / MADE)
    {
        uint32_t word[MADE];
        words_of(&key, block, word);
        WKI_UNROLL for (int k = 0; k < MADE; k++)
        {
            int64_t at[2];
            if (block * MADE + k >= l.count) break;
            wki_places<2>(l, block * MADE + k, at);
            y[at[0]] = kept_of(word[k], x[at[1]], scale, least);
        }
    }
}

template <typename real>
static void launch(const wki_queue *queue, const wki_lattice &l, void *y, const void *x, real scale, int32_t least,
                   const wki_key &key)
{
    const unsigned grid = wki_grid((l.count + MADE - 1) / MADE);
    if (l.flat && l.count % MADE == 0 && ((uintptr_t)y | (uintptr_t)x) % sizeof(four<float>) == 0)
        WKI_LAUNCH(fours<real>, grid, WKI_THREADS, 0, queue, l.count / MADE, (four<real> *)y, (const four<real> *)x,
                   scale, least, key);
    else
        WKI_LAUNCH(any<real>, grid, WKI_THREADS, 0, queue, l, (real *)y, (const real *)x, scale, least, key);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_dropout_attrs *a = (const wki_dropout_attrs *)call->attrs;
    const wki_lattice l = wki_lattice_of(call->views, 2, wki_dims_of(y), false);
    const wki_key key = wki_key_of(queue, &a->key);
    const double scale = a->p < 1 ? 1 / (1 - a->p) : 0;
    int32_t least = (int32_t)(a->p * 0x1p24);
    least += (double)least < a->p * 0x1p24;
    (void)scratch;
    if (l.count == 0) return WK_OK;
    if (y->dtype == WK_F32)
        launch<float>(queue, l, y->data, x->data, (float)scale, least, key);
    else
        launch<double>(queue, l, y->data, x->data, scale, least, key);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(dropout, NULL, run);
