/* Backward: nodes run in descending order of creation, each once all that came after it has run; so gradients add up
 * newest first, as in torch. Leaves are written last, all together: on an error no .grad has changed. No recursion,
 * whatever the depth. */
#include "autograd/op.h"
#include "base/alloc.h"
#include <string.h>

typedef struct heap {
    wki_node **at;
    size_t count, room;
} heap;

/* A backward in progress. Nodes on the heap are waiting; those in `leaves` have a complete gradient for a .grad. */
typedef struct task {
    heap waiting, leaves;
    wki_node *const *targets; /* autograd_grad: where gradients are captured instead; NULL: into .grad */
    wk_tensor **captured;
    int ntargets;
    bool retain, create;
} task;

static wk_status heap_push(heap *h, wki_node *node)
{
    if (h->count == h->room) {
        size_t room = h->room ? 2 * h->room : 64;
        wki_node **at = wki_grow(h->at, h->room * sizeof *at, room * sizeof *at);
        if (!at) return WK_E_MEMORY;
        h->at = at;
        h->room = room;
    }
    size_t i = h->count++;
    for (; i > 0 && h->at[(i - 1) / 2]->sequence < node->sequence; i = (i - 1) / 2) h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = node;
    wki_object_ref(node);
    return WK_OK;
}

static wki_node *heap_pop(heap *h)
{
    wki_node *top = h->at[0], *last = h->at[--h->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
        if (child + 1 < h->count && h->at[child + 1]->sequence > h->at[child]->sequence) child++;
        if (last->sequence >= h->at[child]->sequence) break;
        h->at[i] = h->at[child];
    }
    if (h->count) h->at[i] = last;
    return top;
}

static wk_status add_in_place(const wki_view *y, const wki_view *g)
{
    return wki_do(WKI_ROW_add, 1, WKI_VIEWS(y, y, g), &(wki_row_attrs){ 0 }, sizeof(wki_row_attrs), wki_numel(y));
}

static wk_status set_add(wk_tensor **slot, wk_tensor *g, bool create)
{
    if (!*slot) {
        wki_object_ref(g);
        *slot = g;
        return WK_OK;
    }
    if (!create && wki_is_sole_owner(*slot) && wki_is_contiguous(&(*slot)->v)) return add_in_place(&(*slot)->v, &g->v);
    wk_tensor *sum = wk_add(*slot, g);
    if (!sum) return wk_error();
    wki_object_ref(sum);
    wki_object_unref(*slot);
    *slot = sum;
    return WK_OK;
}

static wk_status arrive(task *t, wki_node *node, wk_tensor *g)
{
    if (set_add(&node->grad, g, t->create)) return wk_error();
    if (node->queued) return WK_OK;
    node->queued = true;
    return heap_push(node->op->backward ? &t->waiting : &t->leaves, node);
}

static void free_saved(wki_node *node)
{
    for (int i = 0; i < node->nsaved; i++) wki_object_unref(node->saved[i].tensor);
    node->freed = node->freed || node->nsaved > 0;
    node->nsaved = 0;
}

static wk_status capture(task *t, wki_node *node)
{
    for (int i = 0; i < t->ntargets; i++) {
        if (t->targets[i] != node || t->captured[i]) continue;
        wki_object_ref(node->grad);
        t->captured[i] = node->grad;
    }
    return WK_OK;
}

/* A .grad that wk_zero_ has just cleared takes g's memory over instead of adding to zeros, if nobody can tell. */
static bool take_over(wk_tensor *grad, wk_tensor *g)
{
    wki_storage *zeros = grad->storage, *full = g->storage;
    if (!zeros->zero_version || zeros->zero_version != zeros->version || wki_storage_refs(zeros) != 1) return false;
    if (!wki_is_sole_owner(g) || !wki_is_contiguous(&g->v) || grad->v.data != zeros->data) return false;
    full->version = zeros->version + 1;
    grad->storage = full;
    grad->v.data = g->v.data;
    grad->v.storage = full->serial;
    g->storage = zeros;
    g->v.data = zeros->data;
    g->v.storage = zeros->serial;
    return true;
}

static wk_status add_to_grad(task *t, wk_tensor *leaf, wk_tensor *g)
{
    if (leaf->grad && !t->create && wki_is_contiguous(&leaf->grad->v)) {
        if (take_over(leaf->grad, g)) return WK_OK;
        wki_bump(leaf->grad);
        return add_in_place(&leaf->grad->v, &g->v);
    }
    if (leaf->grad) return set_add(&leaf->grad, g, t->create);
    wk_tensor *mine = g;
    if (!t->create && !(wki_is_sole_owner(g) && wki_is_contiguous(&g->v))) {
        mine = wk_clone(g); /* never somebody else's buffer */
        if (!mine) return wk_error();
    }
    wki_object_ref(mine);
    leaf->grad = mine;
    return WK_OK;
}

/* Runs one node: its op's backward in a scope of its own, results handed on along the edges. */
static wk_status run_node(task *t, wki_node *node)
{
    WK_SCOPE(backward);
    wki_backward b = { node, node->grad };
    wk_tensor *inline_d[WKI_INLINE_INPUTS] = { 0 }, **d = inline_d;
    if (node->ninputs > WKI_INLINE_INPUTS && !(d = wki_alloc_array((size_t)node->ninputs, sizeof *d)))
        return wk_error();
    wk_status status = node->op->backward(&b, d);
    if (status == WK_OK) status = wk_error();
    for (int i = 0; i < node->ninputs && status == WK_OK; i++)
        if (node->edges[i].node && d[i]) status = arrive(t, node->edges[i].node, d[i]);
    if (d != inline_d) wki_free(d);
    if (status == WK_OK && !t->retain) free_saved(node);
    return status;
}

static wk_status run_all(task *t)
{
    while (t->waiting.count) {
        wki_node *node = heap_pop(&t->waiting);
        wk_status status = capture(t, node);
        if (status == WK_OK && node->retain && !t->targets) {
            WK_SCOPE(retain);
            wk_set_grad(node->retain, NULL);
            status = add_to_grad(t, node->retain, node->grad);
        }
        if (status == WK_OK) status = run_node(t, node);
        node->queued = false;
        wki_object_unref(node->grad);
        node->grad = NULL;
        wki_object_unref(node);
        if (status) return status;
    }
    return WK_OK;
}

static wk_status finish_leaves(task *t)
{
    WK_SCOPE(leaves);
    for (size_t i = 0; i < t->leaves.count; i++) {
        wki_node *node = t->leaves.at[i];
        wk_tensor *g = node->grad;
        node->grad = NULL;
        wk_status status = WK_OK;
        if (t->targets) {
            node->grad = g;
            status = capture(t, node);
            node->grad = NULL;
        } else if (node->leaf) {
            status = add_to_grad(t, node->leaf, g);
        }
        wki_object_unref(g);
        if (status) return status;
    }
    return WK_OK;
}

static void drop(heap *h)
{
    for (size_t i = 0; i < h->count; i++) {
        h->at[i]->queued = false;
        wki_object_unref(h->at[i]->grad);
        h->at[i]->grad = NULL;
        wki_object_unref(h->at[i]);
    }
    wki_free(h->at);
}

static wk_status run_task(task *t, int n, wk_tensor *const *roots, wk_tensor *const *gradients)
{
    bool mode = wk_set_grad_enabled(t->create);
    wk_status status = WK_OK;
    for (int i = 0; i < n && status == WK_OK; i++) {
        WK_SCOPE(start);
        wk_tensor *root = roots[i], *g = gradients && gradients[i] ? gradients[i] : wk_ones_like(root);
        status = g ? arrive(t, root->grad_fn ? root->grad_fn : root->accumulator, g) : wk_error();
    }
    if (status == WK_OK) status = run_all(t);
    if (status == WK_OK) status = finish_leaves(t);
    drop(&t->waiting);
    drop(&t->leaves);
    wk_set_grad_enabled(mode);
    return status;
}

static wk_status check_root(const char *where, wk_tensor *root, wk_tensor *gradient)
{
    if (!wki_tensor_ok(root, where, "root")) return wk_error();
    wki_check(root->requires_grad, WK_E_STATE, WK_E_STATE, where,
              "the root has no history: nothing it was made from requires grad, or it was made under WK_NO_GRAD");
    if (!gradient) {
        wki_check(wki_numel(&root->v) == 1, WK_E_SHAPE, WK_E_SHAPE, where,
                  "the root is %s; without a gradient given it must have one element", wki_show(&root->v));
        return WK_OK;
    }
    if (!wki_tensor_ok(gradient, where, "gradient")) return wk_error();
    wki_check(wki_same_shape(&root->v, &gradient->v) && root->v.dtype == gradient->v.dtype, WK_E_SHAPE, WK_E_SHAPE,
              where, "the gradient is %s %s; the root is %s %s", wk_dtype_name(gradient->v.dtype),
              wki_show(&gradient->v), wk_dtype_name(root->v.dtype), wki_show(&root->v));
    return WK_OK;
}

wk_backward_opts wk_backward_opts_default(void) { return (wk_backward_opts){ .size = sizeof(wk_backward_opts) }; }

wk_status wk_backward_run(const wk_backward_opts *o)
{
    if (wk_failed() || check_root("backward", o->root, o->gradient)) return wk_error();
    wk_tensor *root = o->root;
    if (!root->grad_fn) { /* the leaf itself: its gradient is the one given */
        WK_SCOPE(leaf);
        task t = { .create = false };
        wk_tensor *g = o->gradient ? o->gradient : wk_ones_like(root);
        return g ? add_to_grad(&t, root, wk_clone(g)) : wk_error();
    }
    task t = { .retain = o->retain_graph || o->create_graph, .create = o->create_graph };
    return run_task(&t, 1, &root, &(wk_tensor *){ o->gradient });
}

wk_status wk_backward(wk_tensor *loss)
{
    wk_backward_opts o = wk_backward_opts_default();
    o.root = loss;
    return wk_backward_run(&o);
}

wk_status wk_autograd_grad(wk_tensor *const *outputs, int noutputs, wk_tensor *const *inputs, int ninputs,
                           bool create_graph, wk_tensor **grads)
{
    if (wk_failed()) return wk_error();
    wki_check(noutputs > 0 && ninputs > 0 && ninputs <= 64, WK_E_INVALID, WK_E_INVALID, "autograd_grad",
              "%d outputs and %d inputs; from 1 to 64 inputs are possible", noutputs, ninputs);
    wki_node *targets[64];
    for (int i = 0; i < ninputs; i++) {
        if (!wki_tensor_ok(inputs[i], "autograd_grad", "input")) return wk_error();
        wki_check(inputs[i]->requires_grad, WK_E_STATE, WK_E_STATE, "autograd_grad", "input %d does not require grad",
                  i);
        targets[i] = inputs[i]->grad_fn ? inputs[i]->grad_fn : inputs[i]->accumulator;
        grads[i] = NULL;
    }
    for (int i = 0; i < noutputs; i++) {
        if (check_root("autograd_grad", outputs[i], NULL)) return wk_error();
        wki_check(outputs[i]->grad_fn, WK_E_STATE, WK_E_STATE, "autograd_grad", "output %d is a leaf", i);
    }
    wk_tensor *captured[64] = { 0 };
    task t = { .targets = targets, .captured = captured, .ntargets = ninputs, .retain = true, .create = create_graph };
    wk_status status = run_task(&t, noutputs, outputs, NULL);
    for (int i = 0; i < ninputs; i++) {
        if (status == WK_OK && captured[i]) grads[i] = wki_alias(captured[i], &captured[i]->v);
        if (grads[i] && captured[i]->grad_fn) {
            wki_object_ref(captured[i]->grad_fn);
            grads[i]->grad_fn = captured[i]->grad_fn;
            grads[i]->requires_grad = true;
        }
        wki_object_unref(captured[i]);
    }
    return status ? status : wk_error();
}

wk_status wk_retain_grad(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "retain_grad", "t")) return wk_error();
    if (!t->grad_fn) return WK_OK; /* leaves keep theirs anyway */
    t->grad_fn->retain = t;
    t->retains_grad = true;
    return WK_OK;
}
