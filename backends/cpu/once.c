/* An operand that several products on tiles read between two writes of it, such as the weight of a sequence's steps, is
 * packed by a call of its own before the first of them. Bits do not depend on who packs. */
#include "backends/cpu/once.h"
#include "backends/cpu/arrange.h"
#include "backends/plan.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

/* So many products must read it: a product packs while tiles multiply, which is half the price of a call that packs. */
enum { LEAST_USES = 3 };
enum { PACK_WORK = 4 }; /* operations a number, as products count theirs */

/* Side 1 of a product, A's rows, or 2, B's columns, as [lines, k]. */
static wki_view lines_of(const wki_item *item, int side)
{
    wki_view x = item->views[side];
    if (side == 1) return x;
    x.size[0] = item->views[2].size[1], x.size[1] = item->views[2].size[0];
    x.stride[0] = item->views[2].stride[1], x.stride[1] = item->views[2].stride[0];
    return x;
}

/* HIGHEST: it takes no operand packed ahead, or has one. */
static wk_matmul_mode mode_of(const wki_item *item)
{
    if (item->host || item->call.op != WKI_OP_product) return WK_MATMUL_HIGHEST;
    if (((const wki_product_attrs *)item->call.attrs)->packed) return WK_MATMUL_HIGHEST;
    return wki_product_packs(&item->call);
}

static bool is_same(const wki_view *a, const wki_view *b)
{
    return a->data == b->data && a->size[0] == b->size[0] && a->size[1] == b->size[1] && wki_same_layout(a, b);
}

static bool writes(const wki_plan *p, const wki_item *item, int32_t space)
{
    const int n = item->host ? item->call.nviews : item->call.nout;
    for (int k = 0; k < n; k++)
        if (wki_spaces_meet(p, item->spaces[k], space) && !WKI_FAULT(139)) return true;
    return false;
}

typedef struct reads {
    wk_matmul_mode mode;
    wki_view x;
    int32_t space;
} reads;

/* Which side of the item it is: 0 neither. */
static int side_of(const reads *r, const wki_item *item)
{
    for (int side = 1; side <= 2 && side < item->call.nviews; side++) {
        if (item->spaces[side] != r->space || mode_of(item) != r->mode) continue;
        const wki_view x = lines_of(item, side);
        if (is_same(&x, &r->x)) return side;
    }
    return 0;
}

/* The first item behind `from` that is not to be looked at: what is read there was written anew, or is read no more. */
static int end_of(const wki_plan *p, const reads *r, int from)
{
    const int last = p->spaces[r->space].last;
    int i = from;
    while (i <= last && !writes(p, p->items[i], r->space)) i++;
    return i <= last ? i + 1 : i; /* it reads before it writes */
}

static int uses_of(const wki_plan *p, const reads *r, int from, int end)
{
    int uses = 0;
    for (int i = from; i < end; i++) uses += side_of(r, p->items[i]) > 0;
    return uses;
}

/* The call that packs. It lies in the plan's own memory, of which the arena is made. */
static wki_item *packs(wki_plan *p, const reads *r, const wki_item *first)
{
    const wki_pack_attrs attrs = { .matmul = (uint8_t)r->mode };
    const int64_t bytes = wki_packed_bytes(r->mode, r->x.size[0], r->x.size[1]);
    const wki_view y = { .size = { bytes }, .stride = { 1 }, .ndim = 1, .dtype = WK_U8, .device = r->x.device };
    const wki_call call = { .op = WKI_OP_pack,
                            .nout = 1,
                            .nviews = 2,
                            .views = (const wki_view *[]){ &y, &r->x },
                            .attrs = &attrs,
                            .attrs_size = sizeof attrs,
                            .work = PACK_WORK * wki_numel(&r->x) };
    wki_item *item = wki_item_new(&call, 0);
    if (!item) return NULL;
    item->views[0].data = item;
    item->spaces[0] = wki_plan_add_space(p, (char *)item, (size_t)bytes);
    item->spaces[1] = r->space;
    item->phase = first->phase;
    memcpy(item->stage, first->stage, sizeof item->stage);
    if (item->spaces[0] >= 0) return item;
    wki_free(item);
    return NULL;
}

static wk_status take_packed(wki_plan *p, int i, int side, const wki_item *pack)
{
    wki_item *more = wki_item_with(p->items[i], &pack->views[0], pack->spaces[0]);
    if (!more) return wk_error();
    ((wki_product_attrs *)more->call.attrs)->packed = (uint8_t)side;
    wki_free(p->items[i]);
    p->items[i] = more;
    return WK_OK;
}

/* *pack: what is to be put before item i, or NULL. */
static wk_status pack_before(wki_plan *p, int i, wki_item **pack)
{
    const wk_matmul_mode mode = mode_of(p->items[i]);
    for (int side = 1; side <= 2 && mode != WK_MATMUL_HIGHEST && !*pack; side++) {
        const reads r = { mode, lines_of(p->items[i], side), p->items[i]->spaces[side] };
        const int end = end_of(p, &r, i);
        if (uses_of(p, &r, i, end) < LEAST_USES) continue;
        *pack = packs(p, &r, p->items[i]);
        if (!*pack) return wk_error();
        for (int at = i; at < end; at++) {
            const int its = side_of(&r, p->items[at]);
            if (its && take_packed(p, at, its, *pack)) return wk_error();
        }
    }
    return WK_OK;
}

/* packs[i] before item i. */
static wk_status put_between(wki_plan *p, wki_item **packs, int npacks)
{
    wki_item **all = wki_alloc_array((size_t)(p->nitems + npacks), sizeof(wki_item *));
    if (!all) return wk_error();
    int n = 0;
    for (int i = 0; i < p->nitems; i++) {
        if (packs[i]) all[n++] = packs[i];
        packs[i] = NULL;
        all[n++] = p->items[i];
    }
    wki_free(p->items);
    p->items = all;
    p->nitems = n;
    return WK_OK;
}

wk_status wki_pack_once(wki_plan *p)
{
    wki_item **packs = wki_alloc_array((size_t)p->nitems + 1, sizeof(wki_item *));
    if (!packs) return wk_error();
    wk_status status = WK_OK;
    int npacks = 0;
    for (int i = 0; i < p->nitems && status == WK_OK; i++) {
        status = pack_before(p, i, &packs[i]);
        npacks += packs[i] != NULL;
    }
    if (status == WK_OK && npacks > 0) status = put_between(p, packs, npacks);
    for (int i = 0; status && i < p->nitems; i++) wki_free(packs[i]);
    wki_free(packs);
    return status;
}
