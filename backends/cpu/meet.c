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

/* The bytes of a view. elements: how many units are cut from, in order; 0: units lie otherwise. */
typedef struct reach {
    const char *begin, *end;
    int64_t elements;
    int threads; /* 1: part 0 has all */
    bool written;
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

static void take_reaches(const wki_step *s, reach *to)
{
    const wki_call *call = &s->item->call;
    const int64_t elements = is_in_order(s) ? wki_numel(call->views[0]) : 0;
    for (int k = 0; k < call->nviews; k++) {
        to[k] = (reach){ 0 };
        wki_reach(call->views[k], &to[k].begin, &to[k].end);
        to[k].elements = wki_is_contiguous(call->views[k]) && wki_numel(call->views[k]) == elements ? elements : 0;
        to[k].threads = s->threads;
        to[k].written = k < call->nout || !s->kernel;
        to[k].product = k == 0 && !s->handed && s->kernel == &wki_cpu_product && call->views[0]->ndim == 2 ? s : NULL;
    }
}

static bool touch(const reach *a, const reach *b)
{
    return a->begin < b->end && b->begin < a->end && (a->written || b->written);
}

/* Are two products, of matrices that lie alike, cut alike? */
static bool same_cut(const wki_step *s, const wki_step *t)
{
    const wki_call *a = &s->item->call, *b = &t->item->call;
    const wki_product_attrs *x = a->attrs, *y = b->attrs;
    const wki_view *c = a->views[0], *d = b->views[0];
    if (c->dtype != d->dtype || memcmp(c->size, d->size, 2 * sizeof *c->size) || !wki_same_layout(c, d)) return false;
    if (a->views[1]->size[1] != b->views[1]->size[1] && !WKI_FAULT(178)) return false;
    return x->matmul == y->matmul && x->rounds == y->rounds && x->symmetric == y->symmetric && s->units == t->units;
}

/* Each unit has its own bytes in both. */
static bool alike(const reach *a, const reach *b)
{
    if (a->begin != b->begin || a->end != b->end) return false;
    if (a->product && b->product) return same_cut(a->product, b->product);
    return a->elements && a->elements == b->elements;
}

static bool meet(const reach *a, const reach *b)
{
    if (!touch(a, b) || (a->threads == 1 && b->threads == 1) || WKI_FAULT(147)) return false;
    return !(alike(a, b) && a->threads == b->threads);
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
        while (all[j].begin != all[i].begin) j++;
        if (j == i) bytes += all[i].end - all[i].begin;
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
    for (int i = 0; i < nsteps; i++) {
        wki_step *s = &steps[i];
        const int mine = s->item->call.nviews;
        take_reaches(s, all + n);
        s->barrier =
            (team && any(all + n, mine, all + met, n - met, meet)) || !s->kernel || (i > 0 && may_fail(&steps[i - 1]));
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
