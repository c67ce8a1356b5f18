/* Which bytes a plan's steps share. Parts of a team need meet only where bytes go from one to another; and steps that
 * go element by element over the same elements are chained: a stretch at a time, so that what one writes is still in
 * the cache when the next reads it. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/replay.h"
#include "backends/cpu/team.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

enum { LONGEST = 32, STRETCH = 128 << 10 };

/* So many reaches are looked back at, for so many threads it is told apart what each of them touches, and of so many
   parts for a step: beyond, it waits. */
enum { FAR = 4096, FEW_THREADS = 8, MOST_PARTS = 4096 };

/* The bytes of a view. elements: how many units are cut from, in order; 0: units lie otherwise. */
typedef struct reach {
    wki_reach bytes;
    int64_t elements;
    int threads; /* 1: part 0 has all */
    bool written;
    bool cut; /* its units are WKI_BLOCK elements each, row-major, which is the order of its memory */
    const wki_view *view;
    int64_t units;
    int *parts;              /* of its step that were looked at so far; of the step at hand alone */
    const wki_step *product; /* which writes it, cut by the product's shape; or NULL */
} reach;

/* Are its units so many elements, in the order of memory? Rows that are not all contiguous may be walked by another dim
 * than the last if that is short. */
static bool is_in_order(const wki_step *s)
{
    const wki_call *call = &s->item->call;
    if (!s->kernel || (s->kernel->units != wki_element_units && s->kernel != &wki_cpu_copy)) return false;
    if (!wki_is_contiguous(call->views[0])) return false;
    bool all = true;
    for (int k = 1; k < call->nviews; k++) all = all && wki_is_contiguous(call->views[k]);
    if (all || s->kernel != &wki_cpu_row) return all;
    int last = call->views[0]->ndim - 1;
    while (last > 0 && call->views[0]->size[last] == 1) last--;
    return call->views[0]->size[last] >= WKI_SHORT_INNER;
}

static bool has_sizes_of(const wki_view *v, const wki_view *w)
{
    return v->ndim == w->ndim && !memcmp(v->size, w->size, (size_t)w->ndim * sizeof *w->size);
}

/* Rows of elements side by side, one behind the other: no kernel would walk them in another order. */
static bool is_in_rows(const wki_view *v)
{
    enum { SHORT = 16 };
    int d = v->ndim - 1;
    while (d > 0 && v->size[d] == 1) d--;
    if (d < 0 || v->size[d] < SHORT || v->stride[d] != 1) return false;
    for (int64_t extent = v->size[d--]; d >= 0; d--) {
        if (v->size[d] == 1) continue;
        if (v->stride[d] < extent) return false;
        extent = v->stride[d] * v->size[d];
    }
    return true;
}

static bool is_in_rows_everywhere(const wki_step *s)
{
    const wki_call *call = &s->item->call;
    if (s->kernel != &wki_cpu_row && s->kernel != &wki_cpu_copy) return false;
    for (int k = 0; k < call->nviews; k++)
        if (!is_in_rows(call->views[k]) || !has_sizes_of(call->views[k], call->views[0])) return false;
    return true;
}

static void take_reaches(const wki_step *s, reach *to, int *parts)
{
    const wki_call *call = &s->item->call;
    const int64_t elements = is_in_order(s) ? wki_numel(call->views[0]) : 0;
    const bool rows = is_in_rows_everywhere(s);
    for (int k = 0; k < call->nviews; k++) {
        to[k] = (reach){ .bytes = wki_reach_of(call->views[k]) };
        to[k].elements = wki_is_contiguous(call->views[k]) && wki_numel(call->views[k]) == elements ? elements : 0;
        to[k].threads = s->threads;
        to[k].cut = rows || to[k].elements;
        to[k].view = call->views[k];
        to[k].units = s->units;
        to[k].parts = parts;
        to[k].written = k < call->nout || !s->kernel;
        to[k].product = k == 0 && !s->handed && s->kernel == &wki_cpu_product && call->views[0]->ndim == 2 ? s : NULL;
    }
}

static bool touch(const reach *a, const reach *b) { return wki_meet(a->bytes, b->bytes) && (a->written || b->written); }

/* Are two products, of matrices that lie alike, cut alike? */
static bool same_cut(const wki_step *s, const wki_step *t)
{
    const wki_call *a = &s->item->call, *b = &t->item->call;
    const wki_product_attrs *x = a->attrs, *y = b->attrs;
    const wki_view *c = a->views[0], *d = b->views[0];
    if (c->dtype != d->dtype || memcmp(c->size, d->size, 2 * sizeof *c->size) || !wki_same_layout(c, d)) return false;
    if (a->views[1]->size[1] != b->views[1]->size[1] && !WKI_FAULT(178)) return false;
    return x->matmul == y->matmul && x->rounds == y->rounds && x->split == y->split && x->symmetric == y->symmetric &&
           s->units == t->units;
}

/* Each unit has its own bytes in both. */
static bool alike(const reach *a, const reach *b)
{
    if (a->bytes.begin != b->bytes.begin || a->bytes.end != b->bytes.end) return false;
    if (a->product && b->product) return same_cut(a->product, b->product);
    return a->elements && a->elements == b->elements;
}

static const char *address_of(const wki_view *v, int64_t element)
{
    int64_t offset = 0;
    for (int d = v->ndim - 1; d >= 0; d--) {
        offset += element % v->size[d] * v->stride[d];
        element /= v->size[d];
    }
    return (const char *)v->data + offset * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
}

/* What a part, of so many, touches; nothing: NULL twice. */
static wki_reach part_of(const reach *r, int part, int parts)
{
    if (parts > r->threads) parts = r->threads;
    const int64_t from = part < parts ? wki_cpu_share(r->units, part, parts) : 0;
    const int64_t to = part < parts ? wki_cpu_share(r->units, part + 1, parts) : 0;
    if (from >= to) return (wki_reach){ NULL, NULL };
    wki_reach own = r->bytes;
    if (r->cut) own.begin = address_of(r->view, from * WKI_BLOCK);
    if (r->cut && to < r->units)
        own.end = address_of(r->view, to * WKI_BLOCK - 1 - WKI_FAULT(207) * WKI_BLOCK) +
                  wk_dtype_size((wk_dtype)r->view->dtype);
    return own;
}

/* Does one part of a team touch what another one does? A team may be smaller than it was wanted. */
static bool parts_touch(const reach *a, const reach *b, int parts)
{
    for (int p = 0; p < parts; p++) {
        const wki_reach own = part_of(a, p, parts);
        for (int q = 0; q < parts && own.begin; q++)
            if (p != q && wki_meet(own, part_of(b, q, parts))) return true;
    }
    return false;
}

static bool meet(const reach *a, const reach *b)
{
    if (!touch(a, b) || (a->threads == 1 && b->threads == 1) || WKI_FAULT(147)) return false;
    if (alike(a, b) && a->threads == b->threads) return false;
    const int threads = a->threads > b->threads ? a->threads : b->threads;
    if (!a->cut || !b->cut || threads > FEW_THREADS) return true;
    for (int parts = 2; parts <= threads; parts++)
        if ((*a->parts += parts * parts) > MOST_PARTS || parts_touch(a, b, parts)) return true;
    return false;
}

static bool cross(const reach *a, const reach *b) { return touch(a, b) && !alike(a, b) && !WKI_FAULT(44); }

static bool any(const reach *mine, int n, const reach *others, int m, bool (*test)(const reach *, const reach *))
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < m; i++)
            if (test(&mine[k], &others[i])) return true;
    return false;
}

/* first: the reach of the step's first result; its elements are 0 if units lie otherwise. */
static bool may_join(const wki_step *head, const reach *heads_first, const wki_step *s, const reach *first)
{
    return head->chain < LONGEST && head->units == s->units && head->threads == s->threads &&
           first->elements == heads_first->elements;
}

/* As many units as the second cache has room for. */
static int64_t stretch_of(const wki_step *head, const reach *all, int n)
{
    int64_t bytes = 0;
    for (int i = 0; i < n; i++) {
        int j = 0;
        while (all[j].bytes.begin != all[i].bytes.begin) j++;
        if (j == i) bytes += all[i].bytes.end - all[i].bytes.begin;
    }
    const int64_t each = bytes / head->units + 1;
    return each < STRETCH ? STRETCH / each : 1;
}

bool wki_cpu_in_place(const wki_call *call) { return call->op <= WKI_OP_FIRST || call->op == WKI_OP_dropout; }

/* May it turn out behind it that the step ends here? */
static bool may_fail(const wki_step *s)
{
    return !s->kernel || (wki_checks_values(s->item->call.op) && !WKI_FAULT(145));
}

/* The host's part waits for all before it, which may have failed, and all behind it for what it has done; nothing is
 * written behind a call that fails on another thread. */
wk_status wki_find_meetings(wki_step *steps, int nsteps)
{
    size_t views = 0;
    bool team = false;
    for (int i = 0; i < nsteps; i++) {
        views += (size_t)steps[i].item->call.nviews;
        team = team || steps[i].threads > 1;
    }
    reach *all = wki_alloc_array(views + 1, sizeof *all);
    if (!all) return wk_error();
    wki_step *head = NULL;         /* of a chain that may go on */
    int met = 0, begun = 0, n = 0; /* reaches since parts met, and of the chain */
    int parts;
    for (int i = 0; i < nsteps; i++) {
        wki_step *s = &steps[i];
        const int mine = s->item->call.nviews;
        parts = 0;
        take_reaches(s, all + n, &parts);
        s->barrier = (team && (n - met > FAR || any(all + n, mine, all + met, n - met, meet))) || !s->kernel ||
                     (i > 0 && may_fail(&steps[i - 1]));
        s->chain = 1;
        s->stretch = s->units;
        if (s->barrier) met = n;
        if (head && !s->barrier && may_join(head, all + begun, s, all + n) &&
            !any(all + n, mine, all + begun, n - begun, cross)) {
            head->chain++;
            head->stretch = stretch_of(head, all + begun, n + mine - begun);
        } else {
            head = all[n].elements ? s : NULL;
            begun = n;
        }
        n += mine;
    }
    wki_free(all);
    return WK_OK;
}
