/* Products that go on with a chain over their results: where a very small product's results are loaded by a chain,
 * element by element, and nothing that stands between the two touches what the later one of them needs, both are one
 * launch. */
#include "backends/cuda/host/chain.h"
#include "backends/cuda/kernels/small.h"
#include "base/alloc.h"
#include "base/fault.h"

enum { BACK = 64 }; /* how many units are looked back for the product */

static bool views_meet(const wki_view *a, bool a_written, const wki_view *b, bool b_written)
{
    const char *begin, *end, *first, *last;
    wki_reach(a, &begin, &end);
    wki_reach(b, &first, &last);
    return (a_written || b_written) && begin < last && first < end;
}

static bool units_meet(const wki_unit *a, const wki_unit *b)
{
    for (int i = 0; i < a->call.nviews; i++)
        for (int k = 0; k < b->call.nviews; k++)
            if (views_meet(a->call.views[i], i < a->call.nout, b->call.views[k], k < b->call.nout)) return true;
    return false;
}

/* Does the chain load, as its element i, what lies i elements behind `data`? */
static bool loads_in_order(const wki_chain *c, const void *data)
{
    for (int n = 0; n < c->nloads; n++) {
        const wki_chain_place *p = &c->place[n];
        int64_t step = 1;
        bool in_order = p->data == data && !p->is_bool;
        for (int d = WKI_CHAIN_DIMS - 1; d >= 0; step *= c->size[d--])
            in_order = in_order && (c->size[d] == 1 || p->stride[d] == step);
        if (in_order) return true;
    }
    return false;
}

/* A thread has the elements that it made itself, and of nothing else may be sure: neither that others have made theirs,
 * nor that they have read what the product is made of. */
static bool may_go_on(const wki_unit *product, const wki_unit *u)
{
    const wki_view *c = product->call.views[0];
    if (u->chain->dtype != WK_F32 || u->chain->count != wki_numel(c) || !loads_in_order(u->chain, c->data))
        return false;
    for (int k = 0; k < u->call.nviews; k++) {
        const wki_view *v = u->call.views[k];
        const bool written = k < u->call.nout, is_result = v->data == c->data && wki_is_contiguous(v);
        if (!is_result && views_meet(c, true, v, written) && !WKI_FAULT(195)) return false;
        for (int i = 1; i < product->call.nviews && written && !WKI_FAULT(196); i++)
            if (views_meet(product->call.views[i], false, v, true)) return false;
    }
    return true;
}

static bool is_apart(const wki_units *units, int at, int first, int last)
{
    for (int i = first; i < last; i++)
        if (units_meet(&units->all[at], &units->all[i])) return false;
    return true;
}

static const wki_view **views_of_both(const wki_call *a, const wki_call *b, wki_call *both)
{
    const wki_view **views = wki_alloc((size_t)(a->nviews + b->nviews) * sizeof *views);
    int n = 0;
    for (int written = 1; views && written >= 0; written--) {
        for (int i = 0; i < a->nviews; i++)
            if ((i < a->nout) == written) views[n++] = a->views[i];
        for (int i = 0; i < b->nviews; i++)
            if ((i < b->nout) == written) views[n++] = b->views[i];
    }
    *both = (wki_call){ .op = a->op, .views = views, .nout = a->nout + b->nout, .nviews = n };
    return views;
}

/* Units p and u become one, where the one stood that the other could go to. */
static wk_status unite(wki_units *units, const wki_call *product, int p, int u, int to)
{
    wki_unit *from = &units->all[u], both = { .item = units->all[p].item, .product = product };
    both.both = views_of_both(&units->all[p].call, &from->call, &both.call);
    if (!both.both) return WK_E_MEMORY;
    both.chain = from->chain;
    both.views = from->views;
    from->chain = NULL;
    from->views = NULL;
    wki_unit_clear(from);
    wki_unit_clear(&units->all[p]);
    units->all[to] = both;
    return WK_OK;
}

static bool may_be_followed(const wki_unit *unit)
{
    return unit->call.views && !unit->chain && wki_product_goes_on(&unit->call) &&
           wki_is_contiguous(unit->call.views[0]);
}

static wk_status look_back(const wki_plan *plan, wki_units *units, int u)
{
    for (int p = u - 1; p >= 0 && u - p < BACK; p--) {
        const wki_unit *product = &units->all[p];
        if (!may_be_followed(product) || !may_go_on(product, &units->all[u])) continue;
        const bool early = is_apart(units, u, p + 1, u), late = !early && is_apart(units, p, p + 1, u);
        if (early || late || WKI_FAULT(197))
            return unite(units, &plan->items[product->item]->call, p, u, early ? p : u);
    }
    return WK_OK;
}

static void take_apart(const wki_plan *plan, wki_unit *u)
{
    const int item = u->item;
    wki_unit_clear(u);
    *u = (wki_unit){ .item = item, .call = plan->items[item]->call };
}

wk_status wki_units_go_on(const wki_plan *plan, wki_units *units)
{
    int n = 0;
    for (int u = 0; u < units->n; u++) {
        const wk_status status = units->all[u].chain ? look_back(plan, units, u) : WK_OK;
        if (status) return status;
    }
    for (int u = 0; u < units->n; u++) {
        wki_unit *unit = &units->all[u];
        if (!unit->call.views) continue;
        if (unit->single && !unit->product) take_apart(plan, unit);
        const wki_unit kept = *unit;
        *unit = (wki_unit){ 0 };
        units->all[n++] = kept;
    }
    units->n = n;
    return WK_OK;
}
