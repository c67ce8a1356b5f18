/* Backward: nodes run in descending order of creation, each once all that came after it has run; so gradients add up
 * newest first, as in torch. Leaves are written last, all together: on an error no .grad has changed, but where a hook
 * that sees the written ones fails. A leaf with an updater is the exception: it is written and updated as soon as no
 * node is left that sends to it. No recursion, whatever the depth. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/options.h"
#include <string.h>

typedef struct heap {
    wki_node **at;
    size_t count, room;
} heap;

/* A backward in progress. Nodes on the heap are waiting; those in `leaves` have a complete gradient for a .grad. */
typedef struct task {
    heap waiting, leaves;
    wki_node *const *targets; /* nodes whose gradients are captured instead of going into .grad */
    wk_tensor **captured;
    int ntargets;
    bool only_targets; /* no .grad is touched at all: autograd_grad */
    bool retain, create;
    bool updates; /* leaves with an updater are updated; `early`: one has got a gradient; `counted`: pending is known */
    bool early, counted;
    wki_stage stage; /* of the node that runs */
    int opaque;      /* opaque nodes that have yet to run: until then no leaf is known to be complete */
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

/* May g be added to it where it lies? */
static bool is_a_sum(wk_tensor *sum) { return wki_is_sole_owner(sum) && wki_is_contiguous(&sum->v); }

wk_tensor *wki_sum_so_far(const wki_backward *b, int i)
{
    wk_tensor *sum = b->adds && b->node->edges[i].node ? b->node->edges[i].node->grad : NULL;
    return sum && is_a_sum(sum) ? sum : NULL;
}

static wk_status set_add(wk_tensor **slot, wk_tensor *g, bool create)
{
    if (!*slot || WKI_FAULT(7)) {
        wki_object_ref(g);
        *slot = g;
        return WK_OK;
    }
    if (!create && is_a_sum(*slot)) return add_in_place(&(*slot)->v, &g->v);
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
    node->queued = heap_push(node->op->backward ? &t->waiting : &t->leaves, node) == WK_OK;
    t->early |= t->updates && node->updater.call;
    if (node->queued) return WK_OK;
    wki_object_unref(node->grad);
    node->grad = NULL;
    return wk_error();
}

static void free_saved(wki_node *node)
{
    for (int i = 0; i < node->nsaved; i++) wki_object_unref(node->saved[i].tensor);
    node->freed = node->freed || node->nsaved > 0;
    node->nsaved = 0;
    if (node->release) node->release(node);
}

/* Is the node a target? Its complete gradient is then kept. */
static bool capture(task *t, wki_node *node)
{
    bool is_target = false;
    for (int i = 0; i < t->ntargets; i++) {
        if (t->targets[i] != node) continue;
        is_target = true;
        wki_object_ref(node->grad);
        t->captured[i] = node->grad;
    }
    return is_target;
}

/* A .grad that wk_zero_ has just cleared takes g's memory over instead of adding to zeros, if nobody can tell. */
static bool take_over(wk_tensor *grad, wk_tensor *g)
{
    wki_storage *zeros = grad->storage, *full = g->storage;
    if (!zeros->zero_version || zeros->zero_version != zeros->version || wki_storage_refs(zeros) != 1) return false;
    if (!zeros->got) return false; /* memory of the user's, who may look at it */
    if (!wki_is_sole_owner(g) || !wki_is_contiguous(&g->v) || grad->v.data != zeros->data) return false;
    full->version = zeros->version + 1;
    grad->storage = full;
    grad->v.data = g->v.data;
    grad->v.storage = full;
    g->storage = zeros;
    g->v.data = zeros->data;
    g->v.storage = zeros;
    return true;
}

/* Makes *g what can be installed in the tensor's .grad without asking for memory: a buffer that is nobody else's, or,
 * where adding in place is not possible, the sum. */
static wk_status prepare_grad(task *t, const wk_tensor *leaf, wk_tensor **g)
{
    wki_check((*g)->v.dtype == leaf->v.dtype && wki_same_shape(&(*g)->v, &leaf->v), WK_E_STATE, WK_E_STATE, "backward",
              "a gradient %s %s arrives at a leaf that has become %s %s", wk_dtype_name((wk_dtype)(*g)->v.dtype),
              wki_show(&(*g)->v), wk_dtype_name((wk_dtype)leaf->v.dtype), wki_show(&leaf->v));
    wk_tensor *ready = *g;
    if (leaf->grad && (t->create || !wki_is_contiguous(&leaf->grad->v)))
        ready = wk_add(leaf->grad, *g);
    else if (leaf->grad) /* other strides would need scratch when it is added */
        ready = wk_contiguous(*g);
    else if (!leaf->grad && !t->create && !(wki_is_sole_owner(*g) && wki_is_contiguous(&(*g)->v)))
        ready = wki_is_contiguous(&(*g)->v) ? wk_clone(*g) : wk_contiguous(*g);
    if (!ready || ready == *g) return wk_error();
    wki_object_ref(ready);
    wki_object_unref(*g);
    *g = ready;
    return WK_OK;
}

static wk_status install_grad(task *t, wk_tensor *leaf, wk_tensor *g)
{
    wki_grad_touched(leaf, false);
    if (leaf->grad && !t->create && wki_is_contiguous(&leaf->grad->v)) {
        if (take_over(leaf->grad, g)) return WK_OK;
        wki_bump(leaf->grad);
        return add_in_place(&leaf->grad->v, &g->v);
    }
    wki_object_ref(g);
    wki_object_unref(leaf->grad);
    leaf->grad = g;
    return WK_OK;
}

/* Runs one node: its op's backward in a scope of its own, results handed on along the edges. */
static wk_status run_node(task *t, wki_node *node)
{
    WK_SCOPE(backward);
    WKI_BESIDE(gradient, node->grad);
    wki_backward b = { node, node->grad, !t->create && !wki_anomaly && !node->hooks };
    wk_tensor *inline_d[WKI_INLINE_INPUTS] = { 0 }, **d = inline_d;
    if (node->hooks && wki_run_node_hooks(node, WKI_HOOK_BEFORE, NULL)) return wk_error();
    if (node->ninputs > WKI_INLINE_INPUTS && !(d = wki_alloc_array((size_t)node->ninputs, sizeof *d)))
        return wk_error();
    const bool autocast = wk_set_autocast_enabled(WKI_FAULT(36) ? wki_autocast : node->autocast);
    t->stage.name = node->op->name;
    wk_status status = node->op->backward(&b, d);
    t->stage.name = NULL;
    wki_autocast = autocast;
    if (status == WK_OK) status = wk_error();
    if (status == WK_OK && wki_anomaly) status = wki_check_anomaly(node, d);
    if (status == WK_OK && node->hooks) status = wki_run_node_hooks(node, WKI_HOOK_AFTER, d);
    for (int i = 0; i < node->ninputs && status == WK_OK; i++)
        if (node->edges[i].node && d[i]) status = arrive(t, node->edges[i].node, d[i]);
    if (d != inline_d) wki_free(d);
    if (status == WK_OK && (!t->retain || WKI_FAULT(9))) free_saved(node);
    return status;
}

static wk_status retain(task *t, wki_node *node)
{
    WK_SCOPE(retain);
    wk_tensor *g = wk_clone(node->grad);
    if (!g || wk_set_grad(node->retain, NULL)) return wk_error();
    return install_grad(t, node->retain, g);
}

static wk_status update(const task *t, const wki_node *leaf)
{
    return t->updates && leaf->updater.call ? leaf->updater.call(leaf->updater.user, leaf->updater.index) : WK_OK;
}

/* A leaf with an updater whose gradient is complete: what finish_leaves does, for it alone. */
static wk_status finish_early(task *t, wki_node *node)
{
    WK_SCOPE(leaf);
    if (!node->grad || !node->leaf) return WK_OK;
    if (node->hooks && wki_run_grad_hooks(node)) return wk_error();
    if (prepare_grad(t, node->leaf, &node->grad)) return wk_error();
    wk_tensor *g = node->grad;
    node->grad = NULL;
    wk_status status = install_grad(t, node->leaf, g);
    wki_object_unref(g);
    if (status == WK_OK && node->hooks) status = wki_run_leaf_hooks(node);
    return status ? status : update(t, node);
}

static wk_status finish_complete(task *t)
{
    for (size_t i = 0; i < t->leaves.count; i++) {
        wki_node *leaf = t->leaves.at[i];
        if (leaf->updater.call && leaf->pending == 0 && finish_early(t, leaf)) return wk_error();
    }
    return WK_OK;
}

/* After a node has run: which leaves is there nothing more to come for? The first leaf to get a gradient starts the
 * count, so that other backwards pay nothing. */
static wk_status look_for_complete(task *t, const wki_node *ran)
{
    if (!t->counted) {
        t->counted = true;
        if (wki_count_edges(t->waiting.at, t->waiting.count, t->leaves.at, t->leaves.count, &t->opaque))
            return wk_error();
        return t->opaque ? WK_OK : finish_complete(t);
    }
    const bool cleared = ran->opaque && --t->opaque == 0;
    for (int i = 0; i < ran->ninputs; i++) {
        wki_node *leaf = ran->edges[i].node;
        if (leaf && leaf->updater.call && --leaf->pending == 0 && !t->opaque && finish_early(t, leaf))
            return wk_error();
    }
    return cleared ? finish_complete(t) : WK_OK;
}

static wk_status run_all(task *t)
{
    while (t->waiting.count) {
        wki_node *node = heap_pop(&t->waiting);
        wk_status status = node->hooks ? wki_run_grad_hooks(node) : WK_OK;
        if (status == WK_OK && t->ntargets) capture(t, node);
        if (status == WK_OK && node->retain && !t->only_targets) status = retain(t, node);
        if (status == WK_OK) status = run_node(t, node);
        if (status == WK_OK && t->early) status = look_for_complete(t, node);
        node->queued = false;
        wki_object_unref(node->grad);
        node->grad = NULL;
        wki_object_unref(node);
        if (status) return status;
    }
    return WK_OK;
}

/* First everything that can fail, for all leaves; then the gradients are put in place; then hooks that look at them. */
static wk_status finish_leaves(task *t)
{
    WK_SCOPE(leaves);
    for (size_t i = 0; i < t->leaves.count; i++) {
        wki_node *node = t->leaves.at[i];
        if (!node->grad) continue; /* finished early */
        if (node->hooks && wki_run_grad_hooks(node)) return wk_error();
        bool elsewhere = capture(t, node) || t->only_targets || !node->leaf;
        if (elsewhere) {
            wki_object_unref(node->grad);
            node->grad = NULL;
        } else if (prepare_grad(t, node->leaf, &node->grad)) {
            return wk_error();
        }
    }
    for (size_t i = 0; i < t->leaves.count; i++) {
        wki_node *node = t->leaves.at[i];
        wk_tensor *g = node->grad;
        node->grad = NULL; /* so that the leaf may take it over */
        wk_status status = g ? install_grad(t, node->leaf, g) : WK_OK;
        wki_object_unref(g);
        if (status) return status;
        node->installed = g != NULL;
    }
    for (size_t i = 0; i < t->leaves.count; i++) {
        wki_node *node = t->leaves.at[i];
        if (node->installed && node->hooks && wki_run_leaf_hooks(node)) return wk_error();
        if (node->installed && update(t, node)) return wk_error();
    }
    return WK_OK;
}

static void drop(heap *h)
{
    for (size_t i = 0; i < h->count; i++) {
        h->at[i]->queued = h->at[i]->installed = false;
        if (!WKI_FAULT(35)) wki_object_unref(h->at[i]->grad);
        h->at[i]->grad = NULL;
        wki_object_unref(h->at[i]);
    }
    wki_free(h->at);
}

static wk_status run_task(task *t, int n, wk_tensor *const *roots, wk_tensor *const *gradients)
{
    bool mode = wk_set_grad_enabled(t->create);
    const wki_stage *stage = wki_stage_here;
    t->stage.phase = WKI_BACKWARD;
    wki_stage_here = &t->stage;
    wk_status status = WK_OK;
    for (int i = 0; i < n && status == WK_OK; i++) {
        WK_SCOPE(start);
        wk_tensor *root = roots[i], *g = gradients && gradients[i] ? gradients[i] : wk_ones_like(root);
        wki_node *target = wki_target_of(root);
        status = g && target ? arrive(t, target, g) : wk_error();
    }
    if (status == WK_OK) status = run_all(t);
    if (status == WK_OK) status = finish_leaves(t);
    drop(&t->waiting);
    drop(&t->leaves);
    wki_stage_here = stage;
    wk_set_grad_enabled(mode);
    return status;
}

static wk_status check_root(const char *where, wk_tensor *root, wk_tensor *gradient)
{
    if (!wki_tensor_ok(root, where, "root")) return wk_error();
    wki_check(root->rewrites == root->storage->rewrites, WK_E_STATE, WK_E_STATE, where,
              "the root is a view from before its memory was changed in place by a recorded op; make it again");
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

wk_status wk_backward_all(wk_tensor *const *roots, wk_tensor *const *gradients, int n, bool retain_graph,
                          bool create_graph)
{
    if (wk_failed()) return wk_error();
    wki_check(n > 0 && roots, WK_E_INVALID, WK_E_INVALID, "backward", "no roots were given");
    for (int i = 0; i < n; i++)
        if (check_root("backward", roots[i], gradients ? gradients[i] : NULL)) return wk_error();
    const bool retain = retain_graph || create_graph;
    task t = { .retain = retain, .create = create_graph, .updates = !retain };
    return run_task(&t, n, roots, gradients);
}

wk_backward_opts wk_backward_opts_default(void) { return (wk_backward_opts){ .size = sizeof(wk_backward_opts) }; }

wk_status wk_backward_run(const wk_backward_opts *given)
{
    wk_backward_opts o = wk_backward_opts_default();
    if (!wki_options_take("backward", &o, sizeof o, given)) return WK_E_INVALID;
    return wk_backward_all(&o.root, &o.gradient, 1, o.retain_graph, o.create_graph);
}

wk_status wk_backward(wk_tensor *loss) { return wk_backward_all(&loss, NULL, 1, false, false); }

wk_status wki_backward_within(wk_tensor *root, wk_tensor *gradient, int n, wk_tensor *const *inputs,
                              wk_tensor **captured)
{
    wki_node **targets = wki_alloc_array((size_t)n, sizeof *targets);
    if (!targets) return wk_error();
    for (int i = 0; i < n; i++) targets[i] = inputs[i] ? inputs[i]->accumulator : NULL;
    task t = { .targets = targets, .captured = captured, .ntargets = n };
    const wk_status status = run_task(&t, 1, &root, &gradient);
    wki_free(targets);
    return status;
}

wk_autograd_grad_opts wk_autograd_grad_opts_default(void)
{
    return (wk_autograd_grad_opts){ .size = sizeof(wk_autograd_grad_opts) };
}

/* What was captured as a tensor of the caller's scope, with its history if it has one; a leaf, which came through as it
 * was given, is the history of its view. */
static wk_tensor *handed_out(wk_tensor *g)
{
    if (g->requires_grad && !g->grad_fn && !WKI_FAULT(213)) {
        WK_ENABLE_GRAD(recorded);
        return wk_view(g, g->v.ndim, g->v.size);
    }
    wk_tensor *out = wki_alias(g, &g->v);
    if (!out || !g->requires_grad) return out;
    wki_object_ref(g->grad_fn);
    out->grad_fn = g->grad_fn;
    out->requires_grad = true;
    return out;
}

static const char grad_where[] = "autograd_grad";

static bool can_run(const wk_autograd_grad_opts *o)
{
    wki_check(o->outputs && o->inputs, false, WK_E_INVALID, grad_where, "outputs or inputs are NULL");
    wki_check(o->noutputs > 0 && o->ninputs > 0, false, WK_E_INVALID, grad_where,
              "%d outputs and %d inputs; at least one of each is needed", o->noutputs, o->ninputs);
    return true;
}

static wk_status find_targets(const wk_autograd_grad_opts *o, wki_node **targets)
{
    for (int i = 0; i < o->ninputs; i++) {
        if (!wki_tensor_ok(o->inputs[i], grad_where, "input")) return wk_error();
        wki_check(o->inputs[i]->requires_grad, WK_E_STATE, WK_E_STATE, grad_where, "input %d does not require grad", i);
        if (!(targets[i] = wki_target_of(o->inputs[i]))) return wk_error();
    }
    for (int i = 0; i < o->noutputs; i++) {
        if (check_root(grad_where, o->outputs[i], o->gradients ? o->gradients[i] : NULL)) return wk_error();
        if (!wki_target_of(o->outputs[i])) return wk_error();
    }
    return WK_OK;
}

static wk_status run_to_targets(const wk_autograd_grad_opts *o, wki_node *const *targets, wk_tensor **captured)
{
    task t = { .targets = targets,
               .captured = captured,
               .ntargets = o->ninputs,
               .only_targets = true,
               .retain = o->retain_graph || o->create_graph,
               .create = o->create_graph };
    return run_task(&t, o->noutputs, o->outputs, o->gradients);
}

wk_status wk_autograd_grad_run(const wk_autograd_grad_opts *given, wk_tensor **grads)
{
    wk_autograd_grad_opts o = wk_autograd_grad_opts_default();
    wki_check(given && grads, WK_E_INVALID, WK_E_INVALID, grad_where, "the options or grads are NULL");
    wki_options_merge(&o, sizeof o, given);
    wki_node **targets = !wk_failed() && can_run(&o) ? wki_alloc_array((size_t)o.ninputs, sizeof *targets) : NULL;
    wk_tensor **captured = targets ? wki_alloc_array((size_t)o.ninputs, sizeof *captured) : NULL;
    wk_status status = captured ? find_targets(&o, targets) : wk_error();
    if (status == WK_OK) status = run_to_targets(&o, targets, captured);
    for (int i = 0; i < o.ninputs; i++) {
        wk_tensor *g = captured ? captured[i] : NULL, *input = o.inputs ? o.inputs[i] : NULL;
        grads[i] = NULL;
        if (status == WK_OK && g)
            grads[i] = handed_out(g);
        else if (status == WK_OK && o.materialize)
            grads[i] = wk_zeros_like(input);
        wki_object_unref(g);
    }
    wki_free(targets);
    wki_free(captured);
    return status ? status : wk_error();
}

wk_status wk_autograd_grad(wk_tensor *const *outputs, int noutputs, wk_tensor *const *inputs, int ninputs,
                           bool create_graph, wk_tensor **grads)
{
    wk_autograd_grad_opts o = wk_autograd_grad_opts_default();
    o.outputs = outputs;
    o.noutputs = noutputs;
    o.inputs = inputs;
    o.ninputs = ninputs;
    o.create_graph = create_graph;
    return wk_autograd_grad_run(&o, grads);
}

wk_status wk_retain_grad(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "retain_grad", "t")) return wk_error();
    wki_check(t->requires_grad, WK_E_STATE, WK_E_STATE, "retain_grad", "the tensor requires no grad");
    if (!t->grad_fn) return WK_OK; /* leaves keep theirs anyway */
    t->grad_fn->retain = t;
    t->retains_grad = true;
    return WK_OK;
}
