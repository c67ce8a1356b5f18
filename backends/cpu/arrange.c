/* What the CPU does about a plan's products before memory gets its places. Those that add to one sum, such as the
 * gradient of a weight that a sequence uses in each of its steps, move together, so that it stays in the cache
 * meanwhile; gradients of weights are cut as the weights are; what many read is packed once (once.c). Sums are made in
 * the same order as before: no bit changes. */
#include "backends/cpu/arrange.h"
#include "backends/cpu/product.h"
#include "backends/cpu/team.h"
#include "backends/plan.h"
#include "base/fault.h"
#include <string.h>

/* Of a sum: a smaller one stays in the cache anyway, a larger one in no case. It is looked for among the last FAR
 * calls. */
enum { LEAST_BYTES = 256 << 10, MOST_BYTES = 2 << 20, FAR = 256 };

static bool is_product(const wki_item *item) { return !item->host && item->call.op == WKI_OP_product; }

static bool adds(const wki_item *item)
{
    return is_product(item) && ((const wki_product_attrs *)item->call.attrs)->accumulate;
}

static bool touches(const wki_plan *p, const wki_item *item, int32_t space, bool only_writes)
{
    const int n = only_writes && !item->host ? item->call.nout : item->call.nviews;
    for (int k = 0; k < n; k++)
        if (wki_spaces_meet(p, item->spaces[k], space)) return true;
    return false;
}

/* Does the step end at one that fails, or does the host see what is there? */
static bool is_seen(const wki_item *item) { return item->host || wki_checks_values(item->call.op); }

/* The last product before item i that writes to the same sum, if nothing between the two has anything to do with it; or
 * -1. */
static int last_to_add(const wki_plan *p, int i)
{
    const wki_item *item = p->items[i];
    for (int at = i - 1; at >= 0 && at >= i - FAR; at--) {
        const wki_item *other = p->items[at];
        if (touches(p, other, item->spaces[0], false) && (is_product(other) || !WKI_FAULT(179)))
            return is_product(other) && other->spaces[0] == item->spaces[0] ? at : -1;
        if (is_seen(other)) return -1;
    }
    return -1;
}

/* May what the item reads be read behind the calls up to `end`, too? */
static bool may_wait(const wki_plan *p, const wki_item *item, int from, int end)
{
    for (int k = item->call.nout; k < item->call.nviews; k++)
        for (int at = from; at < end; at++)
            if (touches(p, p->items[at], item->spaces[k], true) && !WKI_FAULT(138)) return false;
    return true;
}

/* Bytes that live on only because it waits. */
static size_t held_by(const wki_plan *p, const wki_item *item, int until)
{
    size_t bytes = 0;
    for (int k = item->call.nout; k < item->call.nviews; k++) {
        const wki_space *s = &p->spaces[item->spaces[k]];
        if (s->passing && s->last < until) bytes += s->bytes;
    }
    return bytes;
}

/* What adds to item i's sum just before: its place among the items, or -1: it stays there. *start: the first of those
 * that stand together with it. What they keep alive is to be no larger than the sum. */
static int last_to_wait(const wki_plan *p, int i, int *start)
{
    const int32_t sum = p->items[i]->spaces[0];
    const size_t bytes = p->spaces[sum].bytes;
    const int last = bytes >= LEAST_BYTES && bytes <= MOST_BYTES ? last_to_add(p, i) : -1;
    size_t held = 0;
    for (int at = last; at >= 0 && is_product(p->items[at]) && p->items[at]->spaces[0] == sum; at--) {
        if (!may_wait(p, p->items[at], last + 1, i)) return -1;
        held += held_by(p, p->items[at], i);
        *start = at;
    }
    return last >= 0 && held <= bytes ? last : -1;
}

/* Items [first, last] to just before item `end`. */
static void move_items(wki_plan *p, int first, int last, int end)
{
    for (int n = last + 1 - first; n > 0; n--) {
        wki_item *item = p->items[first];
        memmove(p->items + first, p->items + first + 1, (size_t)(end - 1 - first) * sizeof(wki_item *));
        p->items[end - 1] = item;
    }
}

static void bring_sums_together(wki_plan *p)
{
    for (int i = 1; i < p->nitems; i++) {
        int start = i;
        const int last = adds(p->items[i]) ? last_to_wait(p, i, &start) : -1;
        if (last >= 0 && last + 1 < i) move_items(p, start, last, i);
    }
}

static bool is_update(const wki_item *item) { return !item->host && item->call.op == WKI_OP_update; }

/* Does an optimizer, all of which are among [first, end), read what item i makes? */
static bool is_gradient(const wki_plan *p, int i, int first, int end)
{
    for (int k = i < first ? first : i + 1; k < end; k++)
        if (is_update(p->items[k]) && touches(p, p->items[k], p->items[i]->spaces[0], false)) return true;
    return false;
}

/* An update takes its share of a weight by rows, so gradients with enough of them for all threads are made so, too. */
static void cut_gradients(wki_plan *p)
{
    enum { EACH = 64 };
    const int threads = wk_num_threads();
    int first = 0, end = p->nitems;
    while (first < end && !is_update(p->items[first])) first++;
    while (end > first && !is_update(p->items[end - 1])) end--;
    for (int i = 0; i < end && threads > 1; i++) {
        const wki_view *c = p->items[i]->views;
        if (is_product(p->items[i]) && c->ndim == 2 && c->size[0] >= EACH * threads && is_gradient(p, i, first, end))
            ((wki_product_attrs *)p->items[i]->call.attrs)->split = WKI_SPLIT_ROWS;
    }
}

wk_status wki_cpu_arrange(wki_plan *plan)
{
    bring_sums_together(plan);
    if (wki_merge_sums(plan)) return wk_error();
    wki_plan_touch(plan);
    cut_gradients(plan);
    return wki_pack_once(plan);
}
