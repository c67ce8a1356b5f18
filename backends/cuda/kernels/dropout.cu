/* dropout: y = x / (1 - p) where the uniform number of element i, counted row-major, is at least p, else 0. The numbers
 * are those of a random call on f32; a thread makes four of them. */
#include "backends/cuda/kernels/kernel.h"

enum { MADE = 4 };

template <typename real>
static __global__ void dropout(const wki_lattice l, real *y, const real *x, real scale, int32_t least,
                               const wki_key from)
{
    const wki_random_key key = wki_key_now(from);
    WKI_EACH(block, (l.count + MADE - 1) / MADE)
    {
        uint32_t counter[4], keys[2], word[4];
        int64_t at[MADE][2];
        real kept[MADE];
        wki_random_block(&key, (uint64_t)block, counter, keys);
        wki_philox(counter, keys, word);
        WKI_UNROLL for (int k = 0; k < MADE; k++)
        {
            const int64_t i = block * MADE + k;
            wki_places<2>(l, i < l.count ? i : block * MADE, at[k]);
            kept[k] = x[at[k][1]] * scale;
        }
        WKI_UNROLL for (int k = 0; k < MADE; k++) if (block * MADE + k < l.count) y[at[k][0]] =
            (int32_t)(word[k] >> 8) >= least ? kept[k] : 0;
    }
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
        WKI_LAUNCH(dropout<float>, wki_grid((l.count + 3) / 4), WKI_THREADS, 0, queue, l, (float *)y->data,
                   (const float *)x->data, (float)scale, least, key);
    else
        WKI_LAUNCH(dropout<double>, wki_grid((l.count + 3) / 4), WKI_THREADS, 0, queue, l, (double *)y->data,
                   (const double *)x->data, scale, least, key);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(dropout, NULL, run);
