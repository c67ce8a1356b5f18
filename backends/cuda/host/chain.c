/* Gathers chains. From each call that may begin one, those that follow are looked at: what may join does, what must
 * come behind the chain stays behind it, and all else goes before it; so a chain stands where calls between its own let
 * it. A result that only its chain reads is never stored, and a fill that all readers know the value of is never made.
 */
#include "backends/cuda/host/chain.h"
#include "backends/cuda/host/link.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

enum { WINDOW = 64 }; /* how far a call may be brought forward */

typedef struct reach {
    wki_reach bytes;
    bool written;
} reach;

/* What stands in the list: an item, or a chain. */
typedef struct entry {
    int item;
    wki_gathered *chain; /* NULL: the item alone */
    bool closed;         /* nothing joins it any more */
} entry;

typedef struct gathering {
    const wki_plan *plan;
    int first, n;
    entry *list;
    reach *reaches; /* of all items' views, one after the other */
    int *begins;    /* an item's among them */
    const wki_item **constants;
    int *touching, *told; /* by space: items that touch it; and those in chains that know what it holds */
} gathering;

static const wki_item *item_at(const gathering *g, int i) { return g->plan->items[i]; }

/* ---- What is known of spaces ---- */

static bool touches_before(const wki_item *item, int k)
{
    int i = 0;
    while (i < k && item->spaces[i] != item->spaces[k]) i++;
    return i < k;
}

static bool lies_within(const wki_view *v, const wki_view *all)
{
    const wki_reach own = wki_reach_of(v), whole = wki_reach_of(all);
    return v->dtype == all->dtype && own.begin >= whole.begin && own.end <= whole.end;
}

/* Only what passes, and is all of this part's */
static bool may_be_constant(const gathering *g, const wki_item *item, int i)
{
    if (item->host || item->call.op != WKI_OP_fill) return false;
    const wki_space *s = &g->plan->spaces[item->spaces[0]];
    return ((const wki_fill_attrs *)item->call.attrs)->step == 0 && s->passing && s->first == i &&
           s->last < g->first + g->n && item->views[0].dtype == WK_F32 && wki_is_dense(&item->views[0]);
}

static void learn_of_item(gathering *g, const wki_item *item, int i)
{
    for (int k = 0; k < item->call.nviews; k++) {
        const int32_t s = item->spaces[k];
        g->touching[s] += !touches_before(item, k);
        const wki_item *fill = g->constants[s];
        const bool writes = k < item->call.nout || item->host;
        if (fill && (writes || !lies_within(&item->views[k], &fill->views[0]))) g->constants[s] = NULL;
    }
    if (may_be_constant(g, item, i)) g->constants[item->spaces[0]] = item;
}

static void find_reaches(gathering *g)
{
    int n = 0;
    for (int i = 0; i < g->n; i++) {
        const wki_item *item = item_at(g, g->first + i);
        g->begins[i] = n;
        for (int k = 0; k < item->call.nviews; k++)
            g->reaches[n++] = (reach){ wki_reach_of(item->call.views[k]), k < item->call.nout };
    }
    g->begins[g->n] = n;
}

/* ---- Who must wait for whom ---- */

static bool items_meet(const gathering *g, int a, int b)
{
    for (int i = g->begins[a - g->first]; i < g->begins[a - g->first + 1]; i++)
        for (int k = g->begins[b - g->first]; k < g->begins[b - g->first + 1]; k++) {
            const reach *x = &g->reaches[i], *y = &g->reaches[k];
            if ((x->written || y->written) && wki_meet(x->bytes, y->bytes)) return true;
        }
    return false;
}

static int members_of(const entry *e, const int **members)
{
    *members = e->chain ? e->chain->members : &e->item;
    return e->chain ? e->chain->nmembers : 1;
}

static bool entries_meet(const gathering *g, const entry *a, const entry *b)
{
    const int *mine, *others;
    const int n = members_of(a, &mine), m = members_of(b, &others);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++)
            if (items_meet(g, mine[i], others[k])) return true;
    return false;
}

/* ---- One chain ---- */

typedef enum { BEFORE, BEHIND, WITHIN } side;

typedef struct window {
    side side[WINDOW];
    int nbehind;
} window;

/* A fill whose value is known to all that read it: of a chain's calls none waits for it. */
static bool is_known(const gathering *g, const entry *e)
{
    const wki_item *item = item_at(g, e->item);
    return !e->chain && g->constants[item->spaces[0]] == item && !WKI_FAULT(266);
}

static bool meets_any(const gathering *g, int at, int j, const window *w, side which)
{
    for (int k = 1; k < j; k++) {
        const entry *e = &g->list[at + k];
        const bool counts = w->side[k] == which && !(which == BEFORE && is_known(g, e));
        if (counts && entries_meet(g, e, &g->list[at + j])) return true;
    }
    return false;
}

/* A call that waits for others than the chain's does not make wait what waits for the chain. */
static bool joins(const gathering *g, wki_gathered *chain, int at, int j, const window *w)
{
    const entry *e = &g->list[at + j];
    if (e->closed || (w->nbehind > 0 && meets_any(g, at, j, w, BEFORE))) return false;
    const wki_item *item = item_at(g, e->item);
    return wki_can_link(item) && wki_link_item(chain, item, e->item, g->constants);
}

static void look_ahead(const gathering *g, wki_gathered *chain, int at, int n, window *w)
{
    const entry so_far = { .chain = chain };
    for (int j = 1; j < n; j++) {
        const bool waits = meets_any(g, at, j, w, BEHIND) && !WKI_FAULT(166);
        const bool behind = waits || entries_meet(g, &so_far, &g->list[at + j]);
        w->side[j] = !waits && joins(g, chain, at, j, w) ? WITHIN : behind ? BEHIND : BEFORE;
        w->nbehind += w->side[j] == BEHIND;
    }
}

/* Those before it, the chain, those behind it. How many entries fewer there are now. */
static int put_in_order(entry *list, int n, wki_gathered *chain, const window *w)
{
    entry kept[WINDOW];
    int to = 0;
    const int item = list[0].item;
    for (int j = 1; j < n; j++)
        if (w->side[j] == BEFORE) kept[to++] = list[j];
    kept[to++] = (entry){ .item = item, .chain = chain, .closed = true };
    for (int j = 1; j < n; j++)
        if (w->side[j] == BEHIND) kept[to++] = list[j];
    memcpy(list, kept, (size_t)to * sizeof *kept);
    return n - to;
}

static bool reads_constant(const gathering *g, const wki_item *item)
{
    for (int k = 1; k < item->call.nviews; k++)
        if (g->constants[item->spaces[k]]) return true;
    return false;
}

/* From the entry at hand, which is closed afterwards. */
static wk_status gather_from(gathering *g, int at, int *n)
{
    entry *e = &g->list[at];
    const wki_item *item = item_at(g, e->item);
    e->closed = true;
    if (!wki_can_link(item)) return WK_OK;
    wki_gathered *chain = wki_alloc(sizeof *chain);
    if (!chain) return WK_E_MEMORY;
    window w = { { WITHIN }, 0 };
    const int ahead = *n - at < WINDOW ? *n - at : WINDOW;
    const bool begins = wki_link_item(chain, item, e->item, g->constants);
    if (begins) look_ahead(g, chain, at, ahead, &w);
    if (!begins || (chain->nmembers == 1 && !reads_constant(g, item))) {
        wki_free(chain);
        return WK_OK;
    }
    const int fewer = put_in_order(e, ahead, chain, &w);
    memmove(e + ahead - fewer, e + ahead, (size_t)(*n - at - ahead) * sizeof *e);
    *n -= fewer;
    return WK_OK;
}

static wk_status gather(gathering *g, int *n)
{
    for (int at = 0; at < *n;) {
        const wk_status status = g->list[at].closed ? WK_OK : gather_from(g, at, n);
        if (status) return status;
        at += g->list[at].closed;
    }
    return WK_OK;
}

/* ---- What memory must hold behind it ---- */

/* Items of the chain that touch the space, and have no constant for it */
static int touched_by(const gathering *g, const wki_gathered *chain, int32_t space)
{
    int n = 0;
    for (int i = 0; i < chain->nmembers; i++) {
        const wki_item *item = item_at(g, chain->members[i]);
        int k = 0;
        while (k < item->call.nviews && item->spaces[k] != space) k++;
        const bool reads = k < item->call.nviews && k >= item->call.nout;
        n += k < item->call.nviews && !(reads && g->constants[space]);
    }
    return n;
}

static void count_told(gathering *g, const wki_gathered *chain)
{
    for (int i = 0; i < chain->nmembers; i++) {
        const wki_item *item = item_at(g, chain->members[i]);
        for (int k = item->call.nout; k < item->call.nviews; k++)
            g->told[item->spaces[k]] += g->constants[item->spaces[k]] && !touches_before(item, k);
    }
}

static bool is_all_known(const gathering *g, int32_t space, int touched)
{
    return g->plan->spaces[space].passing && touched + g->told[space] == g->touching[space] - WKI_FAULT(167);
}

static wk_status make_chain(const gathering *g, const entry *e, wki_unit *u)
{
    bool stays[WKI_CHAIN_STEPS];
    const wki_gathered *chain = e->chain;
    const wki_view **views = wki_alloc(WKI_CHAIN_PLACES * sizeof *views);
    u->chain = views ? wki_alloc(sizeof *u->chain) : NULL;
    if (!u->chain) {
        wki_free(views);
        return WK_E_MEMORY;
    }
    for (int i = 0; i < chain->nlinks; i++) {
        const int32_t space = chain->links[i].space;
        stays[i] = !is_all_known(g, space, touched_by(g, chain, space));
    }
    wki_gathered_make(chain, stays, u->chain, views, &u->call);
    return WK_OK;
}

static void free_unit(wki_unit *u)
{
    if (!u->chain) return;
    wki_free(u->chain);
    wki_free((void *)(uintptr_t)u->call.views); /* its own */
}

static bool is_needless(const gathering *g, const entry *e)
{
    const wki_item *item = item_at(g, e->item);
    return !e->chain && g->constants[item->spaces[0]] == item && is_all_known(g, item->spaces[0], 1);
}

static wk_status make_units(gathering *g, int n, wki_units *units)
{
    for (int i = 0; i < n; i++)
        if (g->list[i].chain) count_told(g, g->list[i].chain);
    for (int i = 0; i < n; i++) {
        const entry *e = &g->list[i];
        if (is_needless(g, e)) continue;
        wki_unit *u = &units->all[units->n++];
        *u = (wki_unit){ .item = e->item, .call = item_at(g, e->item)->call };
        if (e->chain && make_chain(g, e, u)) return WK_E_MEMORY;
        if (!u->chain || u->chain->nsteps > 0) continue;
        free_unit(u);
        units->n--;
    }
    return WK_OK;
}

/* ---- All of them ---- */

static wk_status prepare(gathering *g, wki_units *units)
{
    size_t views = 1;
    const size_t n = (size_t)g->n + 1, spaces = (size_t)g->plan->nspaces + 1;
    for (int i = 0; i < g->n; i++) views += (size_t)item_at(g, g->first + i)->call.nviews;
    g->list = wki_alloc(n * sizeof *g->list);
    g->reaches = wki_alloc(views * sizeof *g->reaches);
    g->begins = wki_alloc(n * sizeof *g->begins);
    g->constants = wki_alloc(spaces * sizeof *g->constants);
    g->touching = wki_alloc(spaces * sizeof *g->touching);
    g->told = wki_alloc(spaces * sizeof *g->told);
    units->all = wki_alloc(n * sizeof *units->all);
    const bool got = g->list && g->reaches && g->begins && g->constants && g->touching && g->told && units->all;
    return got ? WK_OK : WK_E_MEMORY;
}

static void finish(gathering *g, int n)
{
    for (int i = 0; i < n && g->list; i++) wki_free(g->list[i].chain);
    wki_free(g->list);
    wki_free(g->reaches);
    wki_free(g->begins);
    wki_free(g->constants);
    wki_free(g->touching);
    wki_free(g->told);
}

wk_status wki_units_of(const wki_plan *plan, int first, int last, wki_units *units)
{
    gathering g = { .plan = plan, .first = first, .n = last - first };
    int n = 0;
    *units = (wki_units){ 0 };
    wk_status status = prepare(&g, units);
    if (status == WK_OK) {
        for (int i = 0; i < plan->nitems; i++) learn_of_item(&g, item_at(&g, i), i);
        find_reaches(&g);
        for (int i = first; i < last; i++)
            if (!item_at(&g, i)->host) g.list[n++].item = i;
        if (!wki_cuda_is_off("WICK_CUDA_CHAINS")) status = gather(&g, &n);
    }
    if (status == WK_OK) status = make_units(&g, n, units);
    finish(&g, n);
    return status;
}

void wki_units_free(wki_units *units)
{
    for (int i = 0; i < units->n; i++) free_unit(&units->all[i]);
    wki_free(units->all);
}
