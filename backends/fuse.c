/* Fewer passes over a plan's memory, for any device: ReLU and its gradient become the last pass of the product that
 * they follow, and an elementwise result takes the place of an operand that nobody reads again. Bits stay as they are.
 */
#include "backends/plan.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/object.h"
#include <string.h>

/* ---- What follows a product ---- */

static bool has_shape_of(const wki_view *a, const wki_view *b)
{
    return a->ndim == b->ndim && !memcmp(a->size, b->size, (size_t)a->ndim * sizeof *a->size);
}

/* Do their elements come in the same order, one to one? */
static bool is_alike(const wki_view *a, const wki_view *b)
{
    if (a->dtype != b->dtype) return false;
    if (has_shape_of(a, b) && wki_same_layout(a, b)) return true;
    return wki_is_contiguous(a) && wki_is_contiguous(b) && wki_numel(a) == wki_numel(b);
}

static bool is_same(const wki_view *a, const wki_view *b) { return a->data == b->data && is_alike(a, b); }

static bool touches(const wki_item *item, int32_t space, bool only_writes)
{
    const int n = only_writes && !item->host ? item->call.nout : item->call.nviews;
    for (int k = 0; k < n; k++)
        if (item->spaces[k] == space) return true;
    return false;
}

/* Does an item between the two touch it? */
static bool is_between(const wki_plan *p, int from, int to, int32_t space, bool only_writes)
{
    for (int i = from + 1; i < to; i++)
        if (p->items[i] && touches(p->items[i], space, only_writes)) return true;
    return false;
}

/* The relu (slope 0) or its gradient (1) that alone reads what item i writes, and whose result nothing touches before;
 * -1: none. */
static int follower_of(const wki_plan *p, int i, int slope)
{
    const wki_item *item = p->items[i];
    const int32_t sums = item->spaces[0];
    const int at = p->spaces[sums].last;
    if (!p->spaces[sums].passing || p->spaces[sums].first != i || at == i || !p->items[at]) return -1;
    const wki_item *next = p->items[at];
    const bool shared = is_between(p, i, at, sums, false) && !WKI_FAULT(47);
    if (next->host || next->call.op != WKI_ROW_relu || shared) return -1;
    const wki_row_attrs *attrs = next->call.attrs;
    const int32_t result = next->spaces[0];
    if (attrs->slope != slope || !p->spaces[result].passing || result == sums) return -1;
    if (!is_same(&next->views[1], &item->views[0]) || !is_alike(&next->views[0], &item->views[0])) return -1;
    return is_between(p, i, at, result, false) ? -1 : at;
}

/* What the item writes, it writes to where `next` did. */
static void write_to(wki_item *item, const wki_item *next)
{
    item->views[0].data = next->views[0].data;
    item->views[0].storage = next->views[0].storage;
    item->spaces[0] = next->spaces[0];
}

static void remove_item(wki_plan *p, int i)
{
    wki_object_unref(p->items[i]->object);
    wki_free(p->items[i]);
    p->items[i] = NULL;
}

/* Where a product or convolution that may have a last pass keeps that it has ReLU's; NULL: it may not. */
static bool *relu_of(wki_item *item)
{
    if (item->host) return NULL;
    if (item->call.op == WKI_OP_conv) return &((wki_conv_attrs *)item->call.attrs)->relu;
    if (item->call.op != WKI_OP_product) return NULL;
    wki_product_attrs *attrs = (wki_product_attrs *)item->call.attrs;
    return attrs->mask || attrs->accumulate || attrs->symmetric ? NULL : &attrs->relu;
}

static void take_relu(wki_plan *p, int i)
{
    wki_item *item = p->items[i];
    bool *relu = relu_of(item);
    const int at = relu && !*relu ? follower_of(p, i, 0) : -1;
    if (at < 0) return;
    *relu = true;
    write_to(item, p->items[at]);
    remove_item(p, at);
}

/* The gradient of relu reads what came in and what went out; its operand is not asked for. */
static wk_status take_mask(wki_plan *p, int i)
{
    wki_item *item = p->items[i];
    const bool *relu = item->call.op == WKI_OP_product ? relu_of(item) : NULL;
    const int at = relu && !*relu && item->views[0].ndim == 2 ? follower_of(p, i, 1) : -1;
    if (at < 0) return WK_OK;
    const wki_item *next = p->items[at];
    const int last = next->call.nviews - 1;
    const int32_t mask = next->spaces[last];
    if (!has_shape_of(&next->views[last], &item->views[0]) || mask == item->spaces[0] || !p->spaces[mask].passing ||
        is_between(p, i, at, mask, true))
        return WK_OK;
    wki_item *fused = wki_item_with(item, &next->views[last], mask);
    if (!fused) return wk_error();
    ((wki_product_attrs *)fused->call.attrs)->mask = true;
    write_to(fused, next);
    remove_item(p, at);
    remove_item(p, i);
    p->items[i] = fused;
    return WK_OK;
}

wk_status wki_plan_fuse_products(wki_plan *p)
{
    wk_status status = WK_OK;
    for (int i = 0; i < p->nitems && status == WK_OK; i++) {
        if (!p->items[i]) continue;
        take_relu(p, i);
        status = take_mask(p, i);
    }
    int kept = 0;
    for (int i = 0; i < p->nitems; i++)
        if (p->items[i]) p->items[kept++] = p->items[i];
    p->nitems = kept;
    return status;
}

/* ---- Results in the place of operands ---- */

enum { LEAST_BYTES = 64 << 10 }; /* less is not worth the barrier that sharing a place may cost */

static int64_t offset_of(const wki_plan *p, const wki_item *item, int k)
{
    return (char *)item->views[k].data - p->spaces[item->spaces[k]].base;
}

static bool in_one_order(const wki_view *a, const wki_view *b)
{
    return a->dtype == b->dtype && wki_is_contiguous(a) && wki_is_contiguous(b) && wki_numel(a) == wki_numel(b);
}

/* The operand whose bytes the item's result may take over: it ends here, and is as large, and lies the same; or -1. */
static int operand_to_replace(const wki_plan *p, int i, const int32_t *stands_for)
{
    const wki_item *item = p->items[i];
    if (item->host || item->call.nout != 1) return -1;
    const wki_space *spaces = p->spaces, *result = &spaces[item->spaces[0]];
    if (!result->passing || result->first != i || result->bytes < LEAST_BYTES) return -1;
    for (int k = 1; k < item->call.nviews; k++) {
        if (offset_of(p, item, k) != offset_of(p, item, 0) || !in_one_order(&item->views[0], &item->views[k])) continue;
        const int32_t s = stands_for[item->spaces[k]];
        if (!spaces[s].passing || (spaces[s].last != i && !WKI_FAULT(48)) || spaces[s].bytes != result->bytes) continue;
        bool fits = true;
        for (int j = 1; j < item->call.nviews; j++)
            fits = fits && (stands_for[item->spaces[j]] != s || is_same(&item->views[j], &item->views[k]));
        if (fits && wki_backend_of(p->device)->in_place(&item->call)) return k;
    }
    return -1;
}

/* Two that share their place become one, which lives from the first of the one to the last of the other. */
wk_status wki_plan_share_places(wki_plan *p)
{
    int32_t *stands_for = wki_alloc_array((size_t)p->nspaces + 1, sizeof *stands_for);
    if (!stands_for) return wk_error();
    for (int s = 0; s < p->nspaces; s++) stands_for[s] = s;
    for (int i = 0; i < p->nitems; i++) {
        const int k = operand_to_replace(p, i, stands_for);
        if (k < 0) continue;
        const int32_t t = p->items[i]->spaces[0], s = stands_for[p->items[i]->spaces[k]];
        stands_for[t] = s;
        p->spaces[s].last = p->spaces[t].last;
    }
    for (int i = 0; i < p->nitems; i++)
        for (int k = 0; k < p->items[i]->call.nviews; k++) {
            wki_item *item = p->items[i];
            const int32_t t = item->spaces[k], s = stands_for[t];
            item->views[k].data = p->spaces[s].base + ((char *)item->views[k].data - p->spaces[t].base);
            item->spaces[k] = s;
        }
    wki_free(stands_for);
    return WK_OK;
}
