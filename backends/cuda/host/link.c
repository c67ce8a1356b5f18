/* How calls become the steps of a chain: what one of them reads of another's is handed on as a value, if it lies at the
 * very same places; what shares bytes in any other way stays out. */
#include "backends/cuda/host/link.h"
#include "base/fault.h"
#include <string.h>

enum { NOWHERE = -1 };

/* ---- Which calls ---- */

static bool is_constant_fill(const wki_call *call)
{
    return call->op == WKI_OP_fill && ((const wki_fill_attrs *)call->attrs)->step == 0;
}

static int slope_of(const wki_call *call) { return call->attrs ? ((const wki_row_attrs *)call->attrs)->slope : 0; }

static int64_t length(int64_t stride) { return stride < 0 ? -stride : stride; }

/* Do neighbours in the one lie side by side in the other? */
static bool walk_alike(const wki_view *y, const wki_view *x)
{
    int inner = NOWHERE;
    for (int d = 0; d < y->ndim; d++)
        if (y->size[d] > 1 && (inner < 0 || length(y->stride[d]) <= length(y->stride[inner]))) inner = d;
    return inner < 0 || length(x->stride[inner]) <= 1;
}

static bool has_form(const wki_call *call)
{
    if (call->op < WKI_ROW_COUNT)
        return call->views[call->nviews - 1]->dtype == WK_F32 && wki_chain_has(call->op, slope_of(call));
    if (call->op == WKI_OP_copy) return call->views[1]->dtype == WK_F32 && walk_alike(call->views[0], call->views[1]);
    return is_constant_fill(call);
}

bool wki_can_link(const wki_item *item)
{
    const wki_call *call = &item->call;
    if (item->host || call->nviews > 1 + WKI_CHAIN_INPUTS || !has_form(call)) return false;
    const int64_t count = wki_numel(call->views[0]);
    bool takes = count > 0 && count < INT32_MAX;
    for (int k = 0; k < call->nviews; k++)
        takes =
            takes && (call->views[k]->dtype == WK_F32 || (call->views[k]->dtype == WK_BOOL && call->op != WKI_OP_copy));
    return takes;
}

/* ---- The shape that they share ---- */

static bool is_number(const wki_view *v)
{
    for (int d = 0; d < v->ndim; d++)
        if (v->size[d] > 1 && v->stride[d] != 0) return false;
    return true;
}

static bool is_plain(const wki_view *v) { return is_number(v) || wki_is_contiguous(v); }

static void lay_out_plainly(const wki_gathered *g, const wki_view *v, int64_t stride[WKI_MAX_DIMS])
{
    int64_t step = is_number(v) ? 0 : 1;
    for (int d = g->ndim - 1; d >= 0; step *= g->size[d--]) stride[d] = step;
}

static void take_shape(wki_gathered *g, const wki_view *v)
{
    g->ndim = 0;
    for (int d = 0; d < v->ndim; d++)
        if (v->size[d] > 1) g->size[g->ndim++] = v->size[d];
    for (int i = 0; i < g->nspots; i++) lay_out_plainly(g, g->spots[i].view, g->spots[i].stride);
}

static bool has_shape(const wki_gathered *g, const wki_view *v)
{
    int n = 0;
    for (int d = 0; d < v->ndim; d++) {
        if (v->size[d] == 1) continue;
        if (n == g->ndim || g->size[n] != v->size[d]) return false;
        n++;
    }
    return n == g->ndim;
}

/* *plainly: by their elements' numbers alone */
static bool take_elements(wki_gathered *g, const wki_call *call, bool *plainly)
{
    bool plain = true;
    for (int k = 0; k < call->nviews; k++) plain = plain && is_plain(call->views[k]);
    *plainly = false;
    if (g->nmembers == 0) {
        g->count = wki_numel(call->views[0]);
        g->plain = true;
        take_shape(g, call->views[0]);
    } else if (wki_numel(call->views[0]) != g->count) {
        return false;
    } else if (!has_shape(g, call->views[0])) {
        if (!plain && !g->plain) return false;
        if (plain)
            *plainly = true;
        else
            take_shape(g, call->views[0]);
    }
    g->plain = g->plain && plain;
    return true;
}

/* ---- Spots ---- */

static void find_strides(const wki_gathered *g, const wki_view *v, bool plainly, int64_t stride[WKI_MAX_DIMS])
{
    int n = 0;
    if (plainly)
        lay_out_plainly(g, v, stride);
    else
        for (int d = 0; d < v->ndim; d++)
            if (v->size[d] > 1) stride[n++] = v->stride[d];
}

static bool has_strides(const wki_gathered *g, const wki_spot *a, const wki_spot *b)
{
    return a->view->dtype == b->view->dtype && !memcmp(a->stride, b->stride, (size_t)g->ndim * sizeof *a->stride);
}

/* Strides alike, and far enough apart within the largest of them: columns of a matrix, say */
static bool lie_beside(const wki_gathered *g, const wki_spot *a, const wki_spot *b)
{
    if (g->ndim == 0 || !has_strides(g, a, b)) return false;
    const int64_t width = (int64_t)wk_dtype_size((wk_dtype)a->view->dtype);
    int64_t outer = 0, inner = 1;
    for (int d = 0; d < g->ndim; d++) {
        const int64_t step = length(a->stride[d]);
        inner += (g->size[d] - 1) * step;
        if (step > outer) outer = step;
    }
    for (int d = 0, found = 0; d < g->ndim && !found; d++)
        if ((found = length(a->stride[d]) == outer)) inner -= (g->size[d] - 1) * outer;
    const int64_t bytes = (const char *)b->view->data - (const char *)a->view->data;
    if (outer == 0 || bytes % width != 0) return false;
    const int64_t off = ((bytes / width) % outer + outer) % outer;
    return off >= inner && outer - off >= inner;
}

static bool share_bytes(const wki_gathered *g, const wki_spot *a, const wki_spot *b)
{
    return wki_meet(wki_reach_of(a->view), wki_reach_of(b->view)) && !lie_beside(g, a, b) && !WKI_FAULT(168);
}

/* Has each element bytes of its own? Else what one thread writes is another's, too. */
static bool is_one_to_one(const wki_gathered *g, const wki_spot *s)
{
    bool seen[WKI_MAX_DIMS] = { false };
    int64_t reach = 1;
    for (int n = 0; n < g->ndim; n++) {
        int least = NOWHERE;
        for (int d = 0; d < g->ndim; d++)
            if (!seen[d] && (least < 0 || length(s->stride[d]) < length(s->stride[least]))) least = d;
        seen[least] = true;
        if (length(s->stride[least]) < reach) return false;
        reach += (g->size[least] - 1) * length(s->stride[least]);
    }
    return true;
}

static int spot_of(wki_gathered *g, const wki_view *v, bool plainly)
{
    wki_spot s = { .view = v, .value = NOWHERE };
    find_strides(g, v, plainly, s.stride);
    for (int d = 0; d < g->ndim; d++)
        if (length(s.stride[d]) > INT32_MAX) return NOWHERE;
    for (int i = 0; i < g->nspots; i++)
        if (g->spots[i].view->data == v->data && has_strides(g, &g->spots[i], &s)) return i;
    if (g->nspots == WKI_CHAIN_PLACES) return NOWHERE;
    g->spots[g->nspots] = s;
    return g->nspots++;
}

/* What is written lies apart from all else. */
static bool keeps_apart(const wki_gathered *g, int at, bool written)
{
    for (int i = 0; i < g->nspots; i++)
        if (i != at && (written || g->spots[i].written) && share_bytes(g, &g->spots[at], &g->spots[i])) return false;
    return !written || is_one_to_one(g, &g->spots[at]);
}

/* ---- Links ---- */

static int add_link(wki_gathered *g, uint16_t form, int spot)
{
    if (g->nlinks == WKI_CHAIN_STEPS) return NOWHERE;
    g->links[g->nlinks] = (wki_link){ .form = form, .spot = (int8_t)spot };
    return g->nlinks++;
}

static int value_of_fill(wki_gathered *g, const wki_item *fill)
{
    const float number = (float)((const wki_fill_attrs *)fill->call.attrs)->value;
    for (int i = 0; i < g->nlinks; i++)
        if (g->links[i].form == WKI_CHAIN_FILL && !memcmp(&g->links[i].s, &number, sizeof number))
            return WKI_FIRST_STEP + i;
    const int i = add_link(g, WKI_CHAIN_FILL, NOWHERE);
    if (i >= 0) g->links[i].s = number;
    return i < 0 ? NOWHERE : WKI_FIRST_STEP + i;
}

static int value_at(wki_gathered *g, const wki_view *v, bool plainly, const wki_item *constant)
{
    if (constant) return value_of_fill(g, constant);
    const int i = spot_of(g, v, plainly);
    if (i < 0 || !keeps_apart(g, i, false)) return NOWHERE;
    wki_spot *s = &g->spots[i];
    if (s->value < 0) {
        s->value = i;
        s->loaded = true;
    }
    return s->value;
}

static void set_form(wki_link *link, const wki_call *call)
{
    static const wki_row_attrs none = { 0, 0, 0 };
    if (call->op == WKI_OP_fill) {
        const double value = ((const wki_fill_attrs *)call->attrs)->value;
        link->s = call->views[0]->dtype == WK_BOOL ? value != 0 : (float)value;
    }
    if (call->op >= WKI_ROW_COUNT) return;
    const wki_row_attrs *attrs = call->attrs ? call->attrs : &none;
    link->s = (float)attrs->s;
    link->t = (float)attrs->t;
}

static uint16_t form_of(const wki_call *call)
{
    if (call->op >= WKI_ROW_COUNT) return call->op == WKI_OP_fill ? WKI_CHAIN_FILL : WKI_CHAIN_COPY;
    return (uint16_t)(4 * call->op + slope_of(call));
}

static bool link_call(wki_gathered *g, const wki_item *item, bool plainly, const wki_item *const *constants)
{
    const wki_call *call = &item->call;
    int from[WKI_CHAIN_INPUTS];
    for (int k = 1; k < call->nviews; k++) {
        from[k - 1] = value_at(g, call->views[k], plainly, constants[item->spaces[k]]);
        if (from[k - 1] < 0) return false;
    }
    const int to = spot_of(g, call->views[0], plainly);
    if (to < 0 || !keeps_apart(g, to, true)) return false;
    const int i = add_link(g, form_of(call), to);
    if (i < 0) return false;
    wki_link *link = &g->links[i];
    set_form(link, call);
    link->nfrom = (int8_t)(call->nviews - 1);
    link->space = item->spaces[0];
    for (int k = 0; k < link->nfrom; k++) link->from[k] = (int8_t)from[k];
    g->spots[to].value = WKI_FIRST_STEP + i;
    g->spots[to].written = true;
    return true;
}

/* ---- Dims and slots ---- */

/* As few dims as will do for all spots, in the order of the first result's memory; 0: more than there may be. */
static int merge_dims(const wki_gathered *g, int32_t size[WKI_CHAIN_DIMS], int32_t stride[][WKI_CHAIN_DIMS])
{
    int order[WKI_MAX_DIMS], n = 0;
    const wki_spot *first = &g->spots[g->links[0].spot < 0 ? 0 : g->links[0].spot];
    for (int d = 0; d < g->ndim; d++) {
        int to = d;
        for (; to > 0 && length(first->stride[order[to - 1]]) < length(first->stride[d]); to--)
            order[to] = order[to - 1];
        order[to] = d;
    }
    for (int k = 0; k < g->ndim; k++) {
        const int d = order[k], last = n - 1;
        bool merges = n > 0;
        for (int i = 0; i < g->nspots && merges; i++) merges = stride[i][last] == g->size[d] * g->spots[i].stride[d];
        if (!merges && n == WKI_CHAIN_DIMS) return 0;
        const int to = merges ? last : n++;
        size[to] = (int32_t)(merges ? size[to] * g->size[d] : g->size[d]);
        for (int i = 0; i < g->nspots; i++) stride[i][to] = (int32_t)g->spots[i].stride[d];
    }
    return n > 0 ? n : 1;
}

static void find_last_uses(const wki_gathered *g, int last[WKI_FIRST_STEP + WKI_CHAIN_STEPS])
{
    for (int v = 0; v < WKI_FIRST_STEP + WKI_CHAIN_STEPS; v++) last[v] = NOWHERE;
    for (int i = 0; i < g->nlinks; i++)
        for (int k = 0; k < g->links[i].nfrom; k++) last[g->links[i].from[k]] = i;
}

static int free_slot(const int *owner)
{
    int s = 0;
    while (s < WKI_CHAIN_SLOTS && owner[s] >= 0) s++;
    return s;
}

/* Loaded spots have the first slots; the others those of values that nobody reads any more. false: they do not suffice.
 */
static bool find_slots(const wki_gathered *g, uint8_t slot[WKI_FIRST_STEP + WKI_CHAIN_STEPS])
{
    int last[WKI_FIRST_STEP + WKI_CHAIN_STEPS], owner[WKI_CHAIN_SLOTS], n = 0;
    find_last_uses(g, last);
    for (int s = 0; s < WKI_CHAIN_SLOTS; s++) owner[s] = NOWHERE;
    for (int i = 0; i < g->nspots; i++) {
        if (!g->spots[i].loaded) continue;
        if (n == WKI_CHAIN_SLOTS) return false;
        owner[n] = i;
        slot[i] = (uint8_t)n++;
    }
    for (int i = 0; i < g->nlinks; i++) {
        const int value = WKI_FIRST_STEP + i;
        for (int s = 0; s < WKI_CHAIN_SLOTS; s++)
            if (owner[s] >= 0 && last[owner[s]] <= i + WKI_FAULT(169)) owner[s] = NOWHERE;
        slot[value] = WKI_CHAIN_NONE;
        if (last[value] < 0) continue;
        const int s = free_slot(owner);
        if (s == WKI_CHAIN_SLOTS) return false;
        owner[s] = value;
        slot[value] = (uint8_t)s;
    }
    return true;
}

static bool fits(const wki_gathered *g)
{
    int32_t size[WKI_CHAIN_DIMS], stride[WKI_CHAIN_PLACES][WKI_CHAIN_DIMS];
    uint8_t slot[WKI_FIRST_STEP + WKI_CHAIN_STEPS];
    return merge_dims(g, size, stride) && find_slots(g, slot);
}

bool wki_link_item(wki_gathered *g, const wki_item *item, int number, const wki_item *const *constants)
{
    wki_gathered grown = *g;
    bool plainly;
    if (g->nmembers == WKI_CHAIN_STEPS || !take_elements(&grown, &item->call, &plainly)) return false;
    if (!link_call(&grown, item, plainly, constants)) return false;
    grown.members[grown.nmembers++] = number;
    if (!fits(&grown)) return false;
    *g = grown;
    return true;
}

/* ---- The chain ---- */

/* Steps whose values nobody wants go, from the end, and so do loads for them. */
static wki_gathered without_the_unused(const wki_gathered *g, const bool *stays)
{
    bool wanted[WKI_FIRST_STEP + WKI_CHAIN_STEPS] = { false }, covered[WKI_CHAIN_PLACES] = { false };
    bool written[WKI_CHAIN_PLACES] = { false };
    int8_t now[WKI_FIRST_STEP + WKI_CHAIN_STEPS];
    wki_gathered left = *g;
    left.nlinks = 0;
    for (int i = g->nlinks - 1; i >= 0; i--) {
        wki_link *link = &left.links[i];
        const int spot = link->spot;
        if (spot >= 0 && (covered[spot] || !stays[i])) link->spot = NOWHERE;
        if (spot >= 0) covered[spot] = true;
        if (link->spot >= 0) written[spot] = wanted[WKI_FIRST_STEP + i] = true;
        for (int k = 0; k < link->nfrom && wanted[WKI_FIRST_STEP + i]; k++) wanted[link->from[k]] = true;
    }
    for (int i = 0; i < g->nspots; i++) {
        now[i] = (int8_t)i;
        left.spots[i].loaded = wanted[i];
        left.spots[i].written = written[i];
    }
    for (int i = 0; i < g->nlinks; i++) {
        if (!wanted[WKI_FIRST_STEP + i]) continue;
        wki_link link = left.links[i];
        for (int k = 0; k < link.nfrom; k++) link.from[k] = now[link.from[k]];
        now[WKI_FIRST_STEP + i] = (int8_t)(WKI_FIRST_STEP + left.nlinks);
        left.links[left.nlinks++] = link;
    }
    return left;
}

static void put_place(wki_chain *to, int at, const wki_spot *s, const int32_t stride[WKI_CHAIN_DIMS])
{
    wki_chain_place *p = &to->place[at];
    *p = (wki_chain_place){ .data = s->view->data, .is_bool = s->view->dtype == WK_BOOL };
    memcpy(p->stride, stride, sizeof p->stride);
}

/* What is loaded first, what is only stored behind it; number[spot]: where in the chain's list */
static void put_places(const wki_gathered *g, int32_t stride[][WKI_CHAIN_DIMS], wki_chain *to, uint8_t *number)
{
    int n = 0;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < g->nspots; i++) {
            const wki_spot *s = &g->spots[i];
            if (round == 0 ? !s->loaded : s->loaded || !s->written) continue;
            number[i] = (uint8_t)n;
            put_place(to, n++, s, stride[i]);
            if (round == 0) to->nloads = n;
        }
}

static void put_steps(const wki_gathered *g, const uint8_t *number, wki_chain *to)
{
    uint8_t slot[WKI_FIRST_STEP + WKI_CHAIN_STEPS];
    (void)find_slots(g, slot); /* a part of what fitted */
    to->nsteps = g->nlinks;
    for (int i = 0; i < g->nlinks; i++) {
        const wki_link *link = &g->links[i];
        wki_chain_step *step = &to->step[i];
        *step = (wki_chain_step){ .form = link->form, .to = slot[WKI_FIRST_STEP + i], .s = link->s, .t = link->t };
        step->put = link->spot < 0 ? WKI_CHAIN_NONE : number[link->spot];
        for (int k = 0; k < link->nfrom; k++) step->from[k] = slot[link->from[k]];
    }
}

void wki_gathered_make(const wki_gathered *g, const bool *stays, wki_chain *to, const wki_view **views, wki_call *call)
{
    int32_t stride[WKI_CHAIN_PLACES][WKI_CHAIN_DIMS] = { { 0 } };
    uint8_t number[WKI_CHAIN_PLACES] = { 0 };
    *to = (wki_chain){ .count = (int32_t)g->count, .size = { 1, 1, 1 } };
    merge_dims(g, to->size, stride);
    const wki_gathered left = without_the_unused(g, stays);
    put_places(&left, stride, to, number);
    put_steps(&left, number, to);
    call->nout = 0;
    call->nviews = 0;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < left.nspots; i++) {
            const wki_spot *s = &left.spots[i];
            if (round == 0 ? !s->written : s->written || !s->loaded) continue;
            views[call->nviews++] = s->view;
            if (round == 0) call->nout++;
        }
    call->views = views;
}
