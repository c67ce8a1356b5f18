/* From recorded calls to a plan, for any device: dead stores go, lifetimes become places in an arena, random keys are
 * found. How the calls run is the backend's business. */
#include "backends/plan.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/object.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

static size_t rounded_up(size_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

/* ---- Items ---- */

wki_item *wki_item_new(const wki_call *call, size_t memory_bytes)
{
    const size_t n = (size_t)call->nviews, views = n * sizeof(wki_view), pointers = n * sizeof(wki_view *);
    const size_t numbers = rounded_up(n * sizeof(int32_t)), attrs = rounded_up(call->attrs_size);
    const size_t head = rounded_up(sizeof(wki_item));
    char *block = wki_alloc(head + rounded_up(views + pointers) + numbers + attrs + memory_bytes);
    if (!block) return NULL;
    wki_item *item = (wki_item *)block;
    item->views = (wki_view *)(block + head);
    const wki_view **at = (const wki_view **)(block + head + views);
    item->spaces = (int32_t *)(block + head + rounded_up(views + pointers));
    char *copy = (char *)item->spaces + numbers;
    item->memory = copy + attrs;
    for (size_t i = 0; i < n; i++) {
        item->views[i] = *call->views[i];
        at[i] = &item->views[i];
    }
    if (call->attrs_size) memcpy(copy, call->attrs, call->attrs_size);
    item->call = *call;
    item->call.views = at;
    item->call.attrs = call->attrs_size ? copy : NULL;
    const wki_stage *stage = wki_stage_here;
    if (stage) item->phase = stage->phase;
    if (stage && stage->name) snprintf(item->stage, sizeof item->stage, "%s", stage->name);
    return item;
}

wki_item *wki_item_with(const wki_item *item, const wki_view *view, int32_t space)
{
    const int n = item->call.nviews;
    const wki_view *views[WKI_MAX_VIEWS];
    for (int k = 0; k < n; k++) views[k] = &item->views[k];
    views[n] = view;
    wki_call call = item->call;
    call.views = views, call.nviews = n + 1;
    wki_item *more = wki_item_new(&call, 0);
    if (!more) return NULL;
    memcpy(more->spaces, item->spaces, (size_t)n * sizeof *more->spaces);
    more->spaces[n] = space;
    more->phase = item->phase;
    memcpy(more->stage, item->stage, sizeof more->stage);
    return more;
}

bool wki_spaces_meet(const wki_plan *p, int32_t a, int32_t b)
{
    const wki_space *s = &p->spaces[a], *t = &p->spaces[b];
    const bool stay = !s->passing && !t->passing;
    return a == b || (stay && s->base < t->base + t->bytes && t->base < s->base + s->bytes && !WKI_FAULT(194));
}

int32_t wki_plan_add_space(wki_plan *p, char *base, size_t bytes)
{
    const size_t n = (size_t)p->nspaces, each = sizeof *p->spaces;
    wki_space *more = wki_grow(p->spaces, n * each, (n + 1) * each);
    if (!more) return -1;
    p->spaces = more;
    more[n] = (wki_space){ .base = base, .bytes = bytes, .passing = true };
    return p->nspaces++;
}

void wki_items_free(wki_item **items, int n)
{
    for (int i = 0; i < n; i++) {
        wki_object_unref(items[i]->object);
        wki_free(items[i]);
    }
    wki_free(items);
}

/* ---- Dead stores ---- */

bool wki_checks_values(int op)
{
    switch (op) {
    case WKI_OP_bincount:
    case WKI_OP_cross_entropy:
    case WKI_OP_ctc:
    case WKI_OP_gather:
    case WKI_OP_nll:
    case WKI_OP_offsets:
    case WKI_OP_scatter: return true;
    default: return false;
    }
}

void wki_plan_touch(wki_plan *p)
{
    for (int s = 0; s < p->nspaces; s++) p->spaces[s].first = -1;
    for (int i = 0; i < p->nitems; i++)
        for (int k = 0; k < p->items[i]->call.nviews; k++) {
            wki_space *space = &p->spaces[p->items[i]->spaces[k]];
            if (space->first < 0) space->first = i;
            space->last = i;
        }
}

/* From the end: a call whose results all pass, and are touched by nothing that stays, goes. */
static wk_status drop_dead(wki_plan *p)
{
    bool *read = wki_alloc_array((size_t)p->nspaces + 1, sizeof *read);
    if (!read) return wk_error();
    int kept = p->nitems;
    for (int i = p->nitems - 1; i >= 0; i--) {
        wki_item *item = p->items[i];
        bool needed = item->host || (wki_checks_values(item->call.op) && !WKI_FAULT(40));
        for (int k = 0; k < item->call.nout && !needed; k++)
            needed = !p->spaces[item->spaces[k]].passing || read[item->spaces[k]];
        if (!needed) {
            wki_free(item);
            continue;
        }
        for (int k = 0; k < item->call.nviews; k++) read[item->spaces[k]] = true;
        p->items[--kept] = item;
    }
    wki_free(read);
    memmove(p->items, p->items + kept, (size_t)(p->nitems - kept) * sizeof *p->items);
    p->nitems -= kept;
    return WK_OK;
}

/* ---- The arena ---- */

static int by_size(const void *a, const void *b)
{
    const wki_space *x = *(wki_space *const *)a, *y = *(wki_space *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

/* Where calls run beside each other, small spaces share their places with none: else what is done with one waits for
 * what was done with another, for no reason of its own. The largest of which all together are no more than may be given
 * away so; 0: none. */
static size_t find_apart(const wki_plan *p, wki_space *const *all, int n)
{
    enum { LARGEST = 128 << 10, TOGETHER = 4 << 20 };
    for (size_t most = wki_backend_of(p->device)->beside && !WKI_FAULT(265) ? LARGEST : 0; most; most /= 2) {
        size_t sum = 0;
        for (int i = 0; i < n; i++) sum += all[i]->bytes <= most ? rounded_up(all[i]->bytes) : 0;
        if (sum <= TOGETHER) return most;
    }
    return 0;
}

/* The largest first, each at the lowest place that is free for its whole life, or, if it is to stay apart, at all
 * times. */
static size_t place(wki_space **all, int n, wki_space **placed, size_t apart)
{
    size_t most = 0;
    qsort(all, (size_t)n, sizeof *all, by_size);
    for (int i = 0; i < n; i++) {
        wki_space *s = all[i];
        const size_t bytes = rounded_up(s->bytes);
        s->at = 0;
        for (int j = 0; j < i && s->at + bytes > placed[j]->at; j++) {
            const wki_space *other = placed[j];
            const bool is_gone = other->first > s->last || s->first > other->last - WKI_FAULT(38);
            if (is_gone && s->bytes > apart && other->bytes > apart) continue;
            const size_t end = other->at + rounded_up(other->bytes);
            if (s->at < end) s->at = end;
        }
        int j = i;
        for (; j > 0 && placed[j - 1]->at > s->at; j--) placed[j] = placed[j - 1];
        placed[j] = s;
        if (s->at + bytes > most) most = s->at + bytes;
    }
    return most;
}

static void move_views(wki_plan *p)
{
    for (int i = 0; i < p->nitems; i++)
        for (int k = 0; k < p->items[i]->call.nviews; k++) {
            wki_view *v = &p->items[i]->views[k];
            const wki_space *s = &p->spaces[p->items[i]->spaces[k]];
            if (s->passing) v->data = (char *)p->arena + s->at + ((char *)v->data - s->base);
        }
}

static wk_status make_arena(wki_plan *p)
{
    wki_space **all = wki_alloc_array(2 * (size_t)p->nspaces + 1, sizeof(wki_space *));
    if (!all) return wk_error();
    int n = 0;
    for (int s = 0; s < p->nspaces; s++)
        if (p->spaces[s].passing && p->spaces[s].first >= 0) all[n++] = &p->spaces[s];
    p->arena_bytes = place(all, n, all + p->nspaces, find_apart(p, all, n));
    wki_free(all);
    const wki_backend *backend = wki_backend_of(p->device);
    if (p->arena_bytes && backend->get(p->device & 0xffffff, p->arena_bytes, &p->arena, &p->arena_got)) {
        p->arena = NULL;
        return wk_error();
    }
    move_views(p);
    return WK_OK;
}

/* ---- Random keys ---- */

static wki_random_key *key_of(const wki_item *item)
{
    const bool has = !item->host && (item->call.op == WKI_OP_random || item->call.op == WKI_OP_dropout);
    return has ? (wki_random_key *)item->call.attrs : NULL; /* the first member of both */
}

static wk_status find_keys(wki_plan *p, uint64_t op_first)
{
    p->keys = wki_alloc_array((size_t)p->nitems + 1, sizeof(wki_random_key *));
    p->draws = wki_alloc_array((size_t)p->nitems + 1, sizeof *p->draws);
    if (!p->keys || !p->draws) return wk_error();
    for (int i = 0; i < p->nitems; i++) {
        wki_random_key *key = key_of(p->items[i]);
        if (!key || key->op < op_first || key->op - op_first >= p->ndraws) continue;
        p->keys[p->nkeys] = key;
        p->draws[p->nkeys++] = key->op - op_first;
    }
    return WK_OK;
}

/* The numbers that the step would draw now. */
static void draw(wki_plan *p)
{
    if (p->ndraws == 0) return;
    const wki_random_key first = wki_random_next();
    wki_random_seek(first.op + p->ndraws);
    for (int i = 0; i < p->nkeys; i++) {
        *p->keys[i] = first;
        p->keys[i]->op += WKI_FAULT(39) ? 0 : p->draws[i];
    }
}

/* ---- Life ---- */

static wk_status make(wki_plan *p, uint64_t op_first)
{
    const wki_backend *backend = wki_backend_of(p->device);
    if (drop_dead(p)) return wk_error();
    wki_plan_touch(p);
    if (wki_plan_fuse_products(p)) return wk_error();
    wki_plan_touch(p);
    if (backend->arrange && backend->arrange(p)) return wk_error();
    wki_plan_touch(p);
    if (wki_plan_share_places(p)) return wk_error();
    wki_plan_touch(p);
    if (make_arena(p) || find_keys(p, op_first)) return wk_error();
    return backend->prepare(p);
}

wki_plan *wki_plan_new(wk_device device, wki_item **items, int nitems, wki_space *spaces, int nspaces,
                       uint64_t op_first, uint64_t ndraws)
{
    wki_plan *p = wki_alloc(sizeof *p);
    if (!p) {
        wki_items_free(items, nitems);
        wki_free(spaces);
        return NULL;
    }
    *p = (wki_plan){ .device = device, .nitems = nitems, .nspaces = nspaces, .items = items, .spaces = spaces };
    p->ndraws = ndraws;
    if (make(p, op_first) == WK_OK) return p;
    wki_plan_free(p);
    return NULL;
}

void wki_plan_free(wki_plan *p)
{
    if (!p) return;
    wki_items_free(p->items, p->nitems);
    wki_free(p->spaces);
    wki_free(p->keys);
    wki_free(p->draws);
    if (p->ready) wki_backend_of(p->device)->forget(p);
    if (p->arena) wki_backend_of(p->device)->put(p->device & 0xffffff, p->arena, p->arena_got);
    wki_free(p);
}

wk_status wki_plan_run(wki_plan *p)
{
    draw(p);
    return wki_backend_of(p->device)->replay(p);
}
