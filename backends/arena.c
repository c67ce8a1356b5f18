/* Arenas in common: views of passing memory move along with it. */
#include "backends/arena.h"
#include "base/fault.h"

static void move(wki_plan *p, const void *from, const void *to)
{
    p->moves++;
    for (int i = 0; i < p->nitems; i++)
        for (int k = 0; k < p->items[i]->call.nviews; k++) {
            wki_view *v = &p->items[i]->views[k];
            if (p->spaces[p->items[i]->spaces[k]].passing) v->data = (char *)to + ((char *)v->data - (char *)from);
        }
}

void wki_arena_put(wki_arena *a)
{
    if (a->data) wki_backend_of(a->device)->put(a->device & 0xffffff, a->data, a->got);
    *a = (wki_arena){ 0 };
}

void wki_arena_take(wki_arena *a, wki_plan *p, wki_plan *const *others, int n)
{
    if (!p->arena || (a->data && a->device != p->device)) return;
    wki_arena its = { p->device, p->arena, p->arena_bytes, p->arena_got };
    p->arena = NULL;
    if (its.bytes <= a->bytes) {
        move(p, its.data, a->data);
        wki_arena_put(&its);
        return;
    }
    for (int i = 0; i < n; i++)
        if (!others[i]->arena && !WKI_FAULT(146)) move(others[i], a->data, its.data);
    wki_arena_put(a);
    *a = its;
}
