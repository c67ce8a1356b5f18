/* The order of rows: as they stand, an exact permutation for each epoch, the same by windows of blocks, or a sampler's.
 * Rests on base's Philox alone. */
#include "data/order.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include <string.h>

/* "ordr", "wndw": apart from each other's and everybody else's numbers. */
enum { ORDER_STREAM = 0x6F726472, WINDOW_STREAM = 0x776E6477 };

wki_order wki_order_of(const wk_dataset *set, bool shuffle, int64_t window, const wk_sampler *sampler, uint64_t seed)
{
    wki_order order = { .draws = sampler ? sampler->draws : set->rows, .shuffle = shuffle, .sampler = sampler };
    order.set = set;
    order.seed = seed;
    order.epoch = order.window = -1;
    if (!shuffle || set->nblocks == 0) return order;
    const int64_t rows_a_block = (set->rows + set->nblocks - 1) / set->nblocks;
    /* Of what the set keeps, half: the next window is read ahead while this one is in use. */
    int64_t blocks = set->kept_blocks < set->nblocks ? set->kept_blocks / 2 + (set->kept_blocks == 1) : set->nblocks;
    if (window) blocks = (window - 1) / rows_a_block + 1;
    if (blocks < set->nblocks) order.window_blocks = blocks;
    return order;
}

void wki_order_forget(wki_order *order)
{
    wki_free(order->rows);
    wki_free(order->blocks);
    wki_free(order->starts);
    order->rows = order->blocks = order->starts = NULL;
    order->epoch = order->window = -1;
}

/* The inside-out form: a permutation that has grown to `from` rows gets n more, from `row` on. Places are drawn a few
 * at a time, and asked for before they are used, since of a long order most lie in no cache. */
static void grow(int64_t *order, int64_t from, int64_t n, int64_t row, wk_rng *rng)
{
    enum { DRAWN = 32 };
    int64_t places[DRAWN];
    for (int64_t i = from, run; i < from + n; i += run) {
        run = from + n - i < DRAWN ? from + n - i : DRAWN;
        for (int64_t k = 0; k < run; k++) {
            places[k] = (int64_t)wki_rng_below(rng, (uint64_t)(i + k) + 1);
            __builtin_prefetch(&order[places[k]], 1);
        }
        for (int64_t k = 0; k < run; k++) {
            order[i + k] = order[places[k]];
            order[places[k]] = row++;
        }
    }
}

void wki_permutation(int64_t *order, int64_t n, wk_rng rng) { grow(order, 0, n, 0, &rng); }

/* ---- A whole epoch ---- */

static wk_status remember_epoch(wki_order *order, int64_t epoch)
{
    if (!order->rows) order->rows = wki_alloc_array((size_t)order->draws, sizeof *order->rows);
    if (!order->rows) return WK_E_MEMORY;
    const wk_sampler *s = order->sampler;
    if (!s) {
        const uint64_t row = WKI_FAULT(15) ? 0 : (uint64_t)epoch;
        wki_permutation(order->rows, order->draws, wki_rng_at(order->seed, ORDER_STREAM, row));
        return WK_OK;
    }
    const wk_status status = s->ops->order(s->self, order->seed, epoch, order->draws, order->rows);
    if (status || wk_failed()) return wk_failed() ? wk_error() : wki_fail(status, s->ops->name, "it gave no order");
    for (int64_t i = 0; i < order->draws; i++)
        wki_check(order->rows[i] >= 0 && order->rows[i] < order->set->rows, WK_E_RANGE, WK_E_RANGE, s->ops->name,
                  "draw %lld of epoch %lld is row %lld; the dataset \"%s\" has %lld", (long long)i, (long long)epoch,
                  (long long)order->rows[i], order->set->ops->name, (long long)order->set->rows);
    return WK_OK;
}

/* ---- Windows: blocks are shuffled, and then the rows of so many of them at a time ---- */

/* Rows of any window, at most: one has room for all of them. */
static int64_t window_most(const wki_order *order)
{
    const wk_dataset *set = order->set;
    int64_t longest = 0, most;
    for (int64_t i = 0; i < set->nblocks; i++)
        if (set->blocks[i + 1] - set->blocks[i] > longest) longest = set->blocks[i + 1] - set->blocks[i];
    const bool fits = !__builtin_mul_overflow(longest, order->window_blocks, &most) && most < order->draws;
    return fits ? most : order->draws;
}

static wk_status remember_blocks(wki_order *order, int64_t epoch)
{
    const wk_dataset *set = order->set;
    const size_t n = (size_t)set->nblocks;
    if (!order->rows) order->rows = wki_alloc_array((size_t)window_most(order), sizeof *order->rows);
    if (!order->blocks) order->blocks = wki_alloc_array(n, sizeof *order->blocks);
    if (!order->starts) order->starts = wki_alloc_array(n + 1, sizeof *order->starts);
    if (!order->rows || !order->blocks || !order->starts) return WK_E_MEMORY;
    wki_permutation(order->blocks, set->nblocks, wki_rng_at(order->seed, ORDER_STREAM, (uint64_t)epoch));
    for (int64_t i = 0; i < set->nblocks; i++) {
        const int64_t *start = &set->blocks[order->blocks[i]];
        order->starts[i + 1] = order->starts[i] + (start[1] - start[0]);
    }
    order->window = -1;
    return WK_OK;
}

/* The positions [from, upto) of a window. */
static void span_of(const wki_order *order, int64_t window, int64_t *from, int64_t *upto)
{
    const int64_t first = window * order->window_blocks, after = first + order->window_blocks;
    *from = order->starts[first];
    *upto = order->starts[after < order->set->nblocks ? after : order->set->nblocks];
}

static void remember_window(wki_order *order, int64_t epoch, int64_t window)
{
    int64_t from, upto, n = 0;
    span_of(order, window, &from, &upto);
    wk_rng rng = wki_rng_at(wki_mix_seeds(order->seed, (uint64_t)epoch), WINDOW_STREAM, (uint64_t)window);
    for (int64_t i = window * order->window_blocks; n < upto - from; i++) {
        const int64_t *start = &order->set->blocks[order->blocks[i]];
        grow(order->rows, n, start[1] - start[0], start[0], &rng);
        n += start[1] - start[0];
    }
    order->window = window;
}

static void take_by_windows(wki_order *order, int64_t epoch, int64_t at, int64_t n, int64_t *rows)
{
    for (int64_t run; n > 0; at += run, rows += run, n -= run) {
        const int64_t window = wki_start_at(order->starts, order->set->nblocks, at) / order->window_blocks;
        if (window != order->window) remember_window(order, epoch, window);
        int64_t from, upto;
        span_of(order, window, &from, &upto);
        run = upto - at < n ? upto - at : n;
        memcpy(rows, order->rows + (at - from), (size_t)run * sizeof *rows);
    }
}

wk_status wki_order_take(wki_order *order, int64_t epoch, int64_t from, int64_t n, int64_t *rows)
{
    if (!order->shuffle && !order->sampler) {
        for (int64_t i = 0; i < n; i++) rows[i] = from + i;
        return WK_OK;
    }
    if (order->epoch != epoch) {
        order->epoch = -1;
        const wk_status status = order->window_blocks ? remember_blocks(order, epoch) : remember_epoch(order, epoch);
        if (status) return status;
        order->epoch = epoch;
    }
    if (order->window_blocks)
        take_by_windows(order, epoch, from, n, rows);
    else
        memcpy(rows, order->rows + from, (size_t)n * sizeof *rows);
    return WK_OK;
}

bool wki_order_ahead(const wki_order *order, int64_t k, int64_t taken, int64_t *row)
{
    const wk_dataset *set = order->set;
    if (!order->window_blocks || order->epoch < 0 || order->window < 0 || k >= order->window_blocks) return false;
    if (set->kept_blocks < set->nblocks && set->kept_blocks / 2 < order->window_blocks && !WKI_FAULT(86)) return false;
    const int64_t block = (order->window + 1) * order->window_blocks + k;
    if (block >= set->nblocks) return false;
    int64_t from, upto;
    span_of(order, order->window, &from, &upto);
    if (taken < upto && (double)k * (double)(upto - from) >= (double)order->window_blocks * (double)(taken - from))
        return false;
    *row = set->blocks[order->blocks[block]];
    return true;
}

uint64_t wki_mix_seeds(uint64_t a, uint64_t b)
{
    const uint32_t counter[4] = { (uint32_t)a, (uint32_t)(a >> 32), ORDER_STREAM, 0 };
    const uint32_t key[2] = { (uint32_t)b, (uint32_t)(b >> 32) };
    uint32_t mixed[4];
    wki_philox(counter, key, mixed);
    return mixed[0] | (uint64_t)mixed[1] << 32;
}
