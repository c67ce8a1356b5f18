/* masked: the elements of x where the mask is true, or their places, one behind the other, or the way back. Blocks
 * count what is true in their tiles of the mask, the counts are summed up, and then each knows where its elements
 * belong. */
#include "backends/cuda/kernels/scan.h"

enum { EACH = 8, TILE = EACH * WKI_THREADS }; /* elements of a thread, side by side; of a block */

static int64_t tiles_of(int64_t n) { return (n + TILE - 1) / TILE; }

/* The lattice's operands: mask, whole */
WKI_DEVICE uint32_t trues_of(const wki_lattice &l, int64_t first, const uint8_t *mask)
{
    uint32_t bits = 0;
    for (int k = 0; k < EACH && first + k < l.count; k++) {
        int64_t at[2];
        wki_places<2>(l, first + k, at);
        bits |= (uint32_t)(mask[at[0]] != 0) << k;
    }
    return bits;
}

WKI_DEVICE int64_t mine() { return (int64_t)blockIdx.x * TILE + threadIdx.x * EACH; }

static __global__ void count(const wki_lattice l, const uint8_t *mask, uint64_t *counts)
{
    WKI_BEGIN();
    uint64_t all;
    wki_sum_before((uint64_t)__popc(trues_of(l, mine(), mask)), &all);
    if (threadIdx.x == 0) counts[blockIdx.x] = all;
}

template <class T>
static __global__ void move(const wki_lattice l, bool spread, const uint8_t *mask, const uint64_t *before, T *whole,
                            T *packed, int64_t room)
{
    WKI_BEGIN();
    const uint32_t bits = trues_of(l, mine(), mask);
    uint64_t all;
    int64_t next = (int64_t)((WKI_FAULT(155) ? 0 : before[blockIdx.x]) + wki_sum_before((uint64_t)__popc(bits), &all));
    for (int k = 0; k < EACH && mine() + k < l.count; k++) {
        const bool is_true = bits >> k & 1;
        int64_t at[2];
        wki_places<2>(l, mine() + k, at);
        if (spread)
            whole[at[1]] = is_true && next < room ? packed[next] : (T)0;
        else if (is_true && next < room)
            packed[next] = whole[at[1]];
        next += is_true;
    }
}

template <class T>
static void launch(const wki_queue *queue, const wki_lattice *l, bool spread, const wki_view *mask,
                   const uint64_t *before, const wki_view *whole, const wki_view *packed)
{
    WKI_LAUNCH(move<T>, (unsigned)tiles_of(l->count), WKI_THREADS, 0, queue, *l, spread, (const uint8_t *)mask->data,
               before, (T *)whole->data, (T *)packed->data, packed->size[0]);
}

static __global__ void find_places(const wki_lattice l, const uint8_t *mask, const uint64_t *before, int64_t *y,
                                   int64_t room)
{
    WKI_BEGIN();
    const uint32_t bits = trues_of(l, mine(), mask);
    uint64_t all;
    int64_t next = (int64_t)(before[blockIdx.x] + wki_sum_before((uint64_t)__popc(bits), &all));
    for (int k = 0; k < EACH; k++)
        if (bits >> k & 1 && next < room) y[next++] = mine() + k;
}

static size_t scratch_bytes(const wki_call *call)
{
    return (size_t)tiles_of(wki_numel(call->views[2])) * sizeof(uint64_t);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_masked_attrs *attrs = (const wki_masked_attrs *)call->attrs;
    const bool spread = attrs->spread;
    const wki_view *whole = call->views[spread ? 0 : 1], *packed = call->views[spread ? 1 : 0], *mask = call->views[2];
    const wki_view *const views[] = { mask, whole };
    const wki_lattice l = wki_lattice_of(views, 2, wki_dims_of(mask), false);
    uint64_t *counts = (uint64_t *)scratch;
    if (l.count == 0 || wki_numel(call->views[0]) == 0) return WK_OK;
    const int64_t tiles = tiles_of(l.count);
    WKI_LAUNCH(count, (unsigned)tiles, WKI_THREADS, 0, queue, l, (const uint8_t *)mask->data, counts);
    WKI_LAUNCH(wki_scan_rows, 1, WKI_THREADS, 0, queue, tiles, counts, (uint64_t *)NULL);
    if (attrs->places) {
        WKI_LAUNCH(find_places, (unsigned)tiles, WKI_THREADS, 0, queue, l, (const uint8_t *)mask->data,
                   (const uint64_t *)counts, (int64_t *)packed->data, packed->size[0]);
        return wki_launched(queue, call);
    }
    const size_t bytes = wk_dtype_size((wk_dtype)whole->dtype);
    (bytes == 4   ? launch<uint32_t>
     : bytes == 8 ? launch<uint64_t>
                  : launch<uint8_t>)(queue, &l, spread, mask, counts, whole, packed);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(masked, scratch_bytes, run);
