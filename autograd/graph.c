/* The graph: nodes from results back to leaves, what they save, and the rules for changing tensors in place. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <string.h>

static void node_destroy(void *object)
{
    wki_node *node = object;
    for (int i = 0; i < node->nsaved; i++) wki_object_unref(node->saved[i].tensor);
    if (node->edges)
        for (int i = 0; i < node->ninputs; i++) wki_object_unref(node->edges[i].node);
    if (node->edges != node->inline_edges) wki_free(node->edges);
    wki_object_unref(node->grad);
    wki_object_unref(node->extra);
    wki_free_hooks(node);
    wki_free(node->made_in);
}

static const wki_type node_type = { "grad_fn", sizeof(wki_node), node_destroy };
static const wki_opdef accumulate = { "accumulate", NULL, NULL };

static wki_node *node_new(const wki_opdef *op, int n)
{
    static atomic_uint_fast64_t sequences = 1;
    wki_node *node = wki_object_new_unscoped(&node_type, op->name);
    if (!node) return NULL;
    node->op = op;
    node->sequence = atomic_fetch_add_explicit(&sequences, 1, memory_order_relaxed);
    node->ninputs = n;
    node->edges = n <= WKI_INLINE_INPUTS ? node->inline_edges : wki_alloc_array((size_t)n, sizeof *node->edges);
    if (node->edges) return node;
    wki_object_unref(node);
    return NULL;
}

wki_node *wki_target_of(wk_tensor *t)
{
    if (t->grad_fn || t->accumulator) return t->grad_fn ? t->grad_fn : t->accumulator;
    t->accumulator = node_new(&accumulate, 0);
    if (t->accumulator) t->accumulator->leaf = t;
    return t->accumulator;
}

wki_node *wki_record(const wki_opdef *op, wk_tensor *y, int n, wk_tensor *const *in, const void *attrs, size_t bytes)
{
    for (int i = 0; i < n; i++)
        wki_check(!in[i] || !wki_is_stale(in[i]), NULL, WK_E_STATE, op->name,
                  "%s is a view from before its memory was changed in place by a recorded op; make it again",
                  wki_show(&in[i]->v));
    wki_node *node = node_new(op, n);
    if (!node) return NULL;
    for (int i = 0; i < n; i++) {
        if (!in[i] || !in[i]->requires_grad) continue;
        wki_node *target = wki_target_of(in[i]);
        if (!target) {
            wki_object_unref(node);
            return NULL;
        }
        wki_object_ref(target);
        node->edges[i].node = target;
    }
    if (bytes) memcpy(node->attrs, attrs, bytes);
    node->autocast = wki_autocast;
    if (wki_anomaly) node->made_in = wki_frames_text();
    if (y->retains_grad && y->grad_fn) { /* an in-place op rewrites the history: the wish goes with the value */
        y->grad_fn->retain = NULL;
        node->retain = y;
    }
    bool in_place = false;
    for (int i = 0; i < n; i++) in_place |= in[i] == y;
    if (in_place) y->rewrites = ++y->storage->rewrites;
    wki_object_unref(y->grad_fn);
    y->grad_fn = node;
    y->requires_grad = true;
    return node;
}

wk_tensor *wki_with_its_history(wk_tensor *t)
{
    if (t->requires_grad && !t->grad_fn) {
        wki_object_ref(t);
        return t;
    }
    wk_tensor *alias = wki_alias_unscoped(t, &t->v);
    if (!alias || !t->grad_fn) return alias;
    wki_object_ref(t->grad_fn);
    alias->grad_fn = t->grad_fn;
    alias->requires_grad = true;
    return alias;
}

void wki_save(wki_node *node, wk_tensor *t)
{
    if (!node || !t) return;
    if (t->is_inference)
        wki_fail(WK_E_STATE, node->op->name,
                 "a tensor made in inference mode cannot be saved for a backward; clone it outside");
    wk_tensor *kept = t->is_inference ? NULL : wki_with_its_history(t);
    node->lacks |= !kept;
    if (kept) node->saved[node->nsaved++] = (wki_saved){ kept, t->storage->version, false };
}

void wki_save_output(wki_node *node, wk_tensor *y)
{
    if (!node) return;
    wk_tensor *alias = wki_alias_unscoped(y, &y->v);
    node->lacks |= !alias;
    if (alias) node->saved[node->nsaved++] = (wki_saved){ alias, y->storage->version, true };
}

wk_tensor *wki_saved_at(wki_backward *b, int i)
{
    wki_node *node = b->node;
    wki_check(!node->freed, NULL, WK_E_STATE, "backward",
              "what %s had saved was freed by an earlier backward; pass .retain_graph = true to that one",
              node->op->name);
    wki_check(i < node->nsaved, NULL, WK_E_MEMORY, "backward", "%s could not save what it needs", node->op->name);
    const wki_saved *s = &node->saved[i];
    wki_check(s->tensor->storage->version == s->version, NULL, WK_E_STATE, "backward",
              "a tensor %s that %s saved was changed in place (version %u, saved at %u)", wki_show(&s->tensor->v),
              node->op->name, s->tensor->storage->version, s->version);
    if (!s->is_output || !wki_grad_mode || WKI_FAULT(19)) return s->tensor;
    wk_tensor *y = wki_alias(s->tensor, &s->tensor->v); /* the output again, with its history */
    if (!y) return NULL;
    wki_object_ref(node);
    y->grad_fn = node;
    y->requires_grad = true;
    return y;
}

/* Do the two views touch a byte in common without being the same view? Compared by their address ranges. */
static bool overlap_partly(const wki_view *a, const wki_view *b)
{
    if (a->storage != b->storage || !wki_numel(a) || !wki_numel(b)) return false;
    bool same = a->data == b->data && a->ndim == b->ndim;
    uintptr_t range[2][2];
    const wki_view *views[2] = { a, b };
    for (int k = 0; k < 2; k++) {
        int64_t last = 0;
        for (int i = 0; i < views[k]->ndim; i++) {
            last += (views[k]->size[i] - 1) * views[k]->stride[i];
            same = same && a->size[i] == b->size[i] && (a->stride[i] == b->stride[i] || a->size[i] == 1);
        }
        range[k][0] = (uintptr_t)views[k]->data;
        range[k][1] = range[k][0] + (uintptr_t)last * wk_dtype_size(views[k]->dtype);
    }
    return !same && range[0][0] <= range[1][1] && range[1][0] <= range[0][1];
}

wk_status wki_begin_inplace(wk_tensor *y, int n, wk_tensor *const *with, const char *where)
{
    if (wk_failed()) return wk_error();
    bool wants = wki_wants_grad(1, &y) || wki_wants_grad(n, with);
    wki_check(!y->is_inference || wki_inference_mode, WK_E_STATE, WK_E_STATE, where,
              "a tensor made in inference mode is changed in place outside it; clone it first");
    wki_check(!(wants && y->requires_grad && !y->grad_fn), WK_E_STATE, WK_E_STATE, where,
              "a leaf that requires grad is changed in place; do it under WK_NO_GRAD");
    wki_check(!(wants && y->is_view) || WKI_FAULT(21), WK_E_STATE, WK_E_STATE, where,
              "a view is changed in place while a gradient is wanted; clone it first");
    for (int i = 0; i < y->v.ndim; i++)
        wki_check(y->v.stride[i] != 0 || y->v.size[i] < 2, WK_E_STATE, WK_E_STATE, where,
                  "an expanded tensor %s is changed in place, several elements being one; clone it first",
                  wki_show(&y->v));
    for (int i = 0; i < n; i++)
        wki_check(!with[i] || !overlap_partly(&y->v, &with[i]->v), WK_E_STATE, WK_E_STATE, where,
                  "the tensor written to may overlap an operand in part; clone one of them");
    return WK_OK;
}

wki_history wki_history_of(const wk_tensor *y)
{
    wki_object_ref(y->grad_fn);
    return (wki_history){ y->grad_fn, y->storage->version, y->rewrites, y->requires_grad };
}

wk_status wki_end_inplace(wk_tensor *y, const wki_history *before)
{
    wki_node *replaced = before->grad_fn;
    if (wk_failed() && !WKI_FAULT(34)) {
        replaced = y->grad_fn;
        if (replaced) replaced->retain = NULL;
        if (before->grad_fn && y->retains_grad) before->grad_fn->retain = y;
        y->grad_fn = before->grad_fn;
        y->requires_grad = before->requires_grad;
        y->storage->version = before->version;
        if (y->rewrites != before->rewrites) y->rewrites = --y->storage->rewrites;
    }
    wki_object_unref(replaced);
    return wk_error();
}

bool wki_broadcast(const char *where, wki_shape *into, const wki_view *with)
{
    wki_shape a = *into;
    int n = a.ndim > with->ndim ? a.ndim : with->ndim;
    into->ndim = n;
    for (int i = 0; i < n; i++) {
        int ia = i - (n - a.ndim), ib = i - (n - with->ndim);
        int64_t sa = ia < 0 ? 1 : a.size[ia], sb = ib < 0 ? 1 : with->size[ib];
        wki_check(sa == sb || sa == 1 || sb == 1, false, WK_E_SHAPE, where,
                  "shapes do not broadcast (%s, %s); sizes must be equal or 1, counted from the right",
                  wki_show_shape(a.ndim, a.size), wki_show(with));
        into->size[i] = sa == 1 ? sb : sa;
    }
    return true;
}

void wki_broadcast_view(wki_view *v, const wki_shape *shape)
{
    int shift = shape->ndim - v->ndim;
    for (int i = shape->ndim - 1; i >= 0; i--) {
        bool repeats = i < shift || (v->size[i - shift] == 1 && shape->size[i] != 1);
        v->stride[i] = repeats ? 0 : v->stride[i - shift];
        v->size[i] = shape->size[i];
    }
    v->ndim = (int8_t)shape->ndim;
}

wk_tensor *wki_sum_to(wk_tensor *t, const wki_shape *shape)
{
    int dims[WK_MAX_DIMS], n = 0, shift = t->v.ndim - shape->ndim;
    for (int i = 0; i < t->v.ndim; i++)
        if (i < shift || (shape->size[i - shift] == 1 && t->v.size[i] != 1)) dims[n++] = i;
    if (n == 0 || WKI_FAULT(2)) return t;
    return wk_view(wk_sum_dims(t, n, dims, true), shape->ndim, shape->size);
}

/* bool, integers, floats: a higher kind always lifts, whatever the ranks */
static int kind_of(wk_dtype d) { return wki_is_float(d) ? 2 : d == WK_BOOL ? 0 : 1; }

static int rank_of(wk_dtype d)
{
    static const int rank[WK_DTYPE_COUNT] = {
        [WK_BOOL] = 0, [WK_U8] = 1, [WK_I32] = 2, [WK_I64] = 3, [WK_F32] = 4, [WK_F64] = 5
    };
    return rank[d];
}

wk_dtype wki_promote(const wk_tensor *a, const wk_tensor *b)
{
    wk_dtype da = (wk_dtype)a->v.dtype, db = (wk_dtype)b->v.dtype;
    if (da == db) return da;
    bool scalar_a = a->v.ndim == 0, scalar_b = b->v.ndim == 0;
    if (kind_of(da) != kind_of(db)) return kind_of(da) > kind_of(db) ? da : db;
    if (scalar_a != scalar_b) return scalar_a ? db : da;
    return rank_of(da) > rank_of(db) ? da : db;
}

/* The best of those with dimensions and the best of those without: the latter wins by a higher kind only. */
wk_dtype wki_promote_all(int n, wk_tensor *const *in)
{
    int best[2] = { -1, -1 };
    for (int i = 0; i < n; i++) {
        int *to = &best[in[i]->v.ndim > 0];
        if (*to < 0 || rank_of((wk_dtype)in[i]->v.dtype) > rank_of((wk_dtype)in[*to]->v.dtype)) *to = i;
    }
    if (best[0] < 0 || best[1] < 0) return (wk_dtype)in[best[best[0] < 0]]->v.dtype;
    return wki_promote(in[best[0]], in[best[1]]);
}

bool wki_dtype_lifts(wk_dtype from, wk_dtype to) { return kind_of(from) <= kind_of(to); }
