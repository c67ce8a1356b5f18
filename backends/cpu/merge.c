/* Neighbours in a plan that add to one sum become one product over all their terms, whose operands lie one behind the
 * other for that: the sum is read and written once. Each of its elements is one chain either way, so no bit changes. */
#include "backends/cpu/arrange.h"
#include "backends/cpu/onednn.h"
#include "backends/plan.h"
#include "base/alloc.h"
#include <string.h>

/* Where a space went: into another one. */
typedef struct home {
    int32_t space; /* -1: it stays what it is */
    size_t at;
} home;

/* Is it one whose sums are chains, with nothing behind them? */
static bool is_chain(const wki_item *item)
{
    if (item->host || item->call.op != WKI_OP_product || item->views[0].ndim != 2) return false;
    const wki_product_attrs *x = item->call.attrs;
    const bool plain = !x->bias && !x->relu && !x->mask && !x->symmetric && !x->bf16 && !x->rounds;
    return plain && x->matmul == WK_MATMUL_HIGHEST && item->views[0].size[0] > 1 && item->views[0].size[1] > 1;
}

/* Is side 1 or 2 all of a passing space that has not gone elsewhere, and would more terms follow at its end? */
static bool may_go(const wki_plan *p, const wki_item *item, int side, const home *homes)
{
    const wki_view *v = &item->views[side];
    const wki_space *s = &p->spaces[item->spaces[side]];
    const int64_t each = (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    const int along = side == 1, across = side != 1;
    return s->passing && homes[item->spaces[side]].space < 0 && v->data == s->base && v->stride[across] == 1 &&
           v->stride[along] == v->size[across] && (int64_t)s->bytes == v->size[along] * v->stride[along] * each;
}

static bool reads(const wki_item *item, int32_t space) { return item->spaces[1] == space || item->spaces[2] == space; }

/* Does item i go on where those from `first` on end? */
static bool goes_on(const wki_plan *p, int first, int i, const home *homes)
{
    const wki_item *head = p->items[first], *item = p->items[i];
    const wki_view *c = &head->views[0], *d = &item->views[0];
    if (!is_chain(item) || !((const wki_product_attrs *)item->call.attrs)->accumulate) return false;
    if (c->data != d->data || head->spaces[0] != item->spaces[0] || c->dtype != d->dtype || !wki_same_layout(c, d) ||
        c->size[0] != d->size[0] || c->size[1] != d->size[1] || item->spaces[1] == item->spaces[2])
        return false;
    for (int at = first; at < i; at++)
        if (reads(p->items[at], item->spaces[1]) || reads(p->items[at], item->spaces[2])) return false;
    return may_go(p, item, 1, homes) && may_go(p, item, 2, homes);
}

static size_t bytes_read(const wki_plan *p, const wki_item *item)
{
    return p->spaces[item->spaces[1]].bytes + p->spaces[item->spaces[2]].bytes;
}

/* The first item that is not one product with those from `first` on. But for the last, what they read is no larger than
 * the sum. */
static int end_of(const wki_plan *p, int first, const home *homes)
{
    const wki_item *head = p->items[first];
    int i = first + 1;
    if (!is_chain(head) || head->spaces[1] == head->spaces[2] || reads(head, head->spaces[0])) return i;
    if (!may_go(p, head, 1, homes) || !may_go(p, head, 2, homes)) return i;
    size_t bytes = bytes_read(p, head);
    for (; i < p->nitems && bytes <= p->spaces[head->spaces[0]].bytes && goes_on(p, first, i, homes); i++)
        bytes += bytes_read(p, p->items[i]);
    return i;
}

/* One space for that side of items [first, end), in their order. */
static wk_status join(wki_plan *p, int first, int end, int side, home *homes)
{
    size_t bytes = 0;
    for (int i = first; i < end; i++) bytes += p->spaces[p->items[i]->spaces[side]].bytes;
    const int32_t space = wki_plan_add_space(p, p->spaces[p->items[first]->spaces[side]].base, bytes);
    if (space < 0) return wk_error();
    size_t at = 0;
    for (int i = first; i < end; i++) {
        const int32_t old = p->items[i]->spaces[side];
        homes[old] = (home){ space, at };
        at += p->spaces[old].bytes;
    }
    return WK_OK;
}

/* The first of them takes the terms of the others, which go. */
static void take_terms(wki_plan *p, int first, int end)
{
    wki_item *head = p->items[first];
    for (int i = first + 1; i < end; i++) {
        head->views[1].size[1] += p->items[i]->views[1].size[1];
        head->views[2].size[0] += p->items[i]->views[2].size[0];
        head->call.work += p->items[i]->call.work;
        wki_free(p->items[i]);
        p->items[i] = NULL;
    }
}

static void move_in(wki_plan *p, const home *homes, int nhomes)
{
    int kept = 0;
    for (int i = 0; i < p->nitems; i++) {
        wki_item *item = p->items[i];
        if (!item) continue;
        p->items[kept++] = item;
        for (int k = 0; k < item->call.nviews; k++) {
            const int32_t old = item->spaces[k];
            if (old >= nhomes || homes[old].space < 0) continue;
            const ptrdiff_t offset = (char *)item->views[k].data - p->spaces[old].base;
            item->spaces[k] = homes[old].space;
            item->views[k].data = p->spaces[item->spaces[k]].base + homes[old].at + offset;
        }
    }
    p->nitems = kept;
}

wk_status wki_merge_sums(wki_plan *p)
{
    if (wki_onednn_chosen()) return WK_OK;
    const int n = p->nspaces;
    home *homes = wki_alloc_array((size_t)n + 1, sizeof *homes);
    if (!homes) return wk_error();
    for (int s = 0; s < n; s++) homes[s].space = -1;
    wk_status status = WK_OK;
    for (int i = 0, end; i < p->nitems && status == WK_OK; i = end) {
        end = end_of(p, i, homes);
        if (end == i + 1) continue;
        status = join(p, i, end, 1, homes);
        if (status == WK_OK) status = join(p, i, end, 2, homes);
        if (status == WK_OK) take_terms(p, i, end);
    }
    move_in(p, homes, n);
    wki_free(homes);
    return status;
}
