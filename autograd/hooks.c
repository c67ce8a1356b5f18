/* Hooks: functions of the user that see gradients on their way. They hang on the node where the gradient arrives. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/alloc.h"

void wki_free_hooks(wki_node *node)
{
    for (wki_hook *h = node->hooks, *next; h; h = next) {
        next = h->next;
        wki_free(h);
    }
}

static int add_hook(wk_tensor *t, const char *where, wki_hook hook)
{
    static atomic_int ids;
    if (!wki_tensor_ok(t, where, "t")) return 0;
    wki_check(t->requires_grad, 0, WK_E_STATE, where, "the tensor requires no grad: nothing would ever arrive");
    wki_check(hook.grad || hook.leaf || hook.node, 0, WK_E_INVALID, where, "the hook is NULL");
    wki_check(!hook.leaf || !t->grad_fn, 0, WK_E_STATE, where, "the tensor is a result; only leaves accumulate");
    wki_check(!hook.node || t->grad_fn, 0, WK_E_STATE, where, "the tensor is a leaf; no node made it");
    wki_node *node = wki_target_of(t);
    wki_hook *made = node ? wki_alloc(sizeof *made) : NULL;
    if (!made) return 0;
    *made = hook;
    if (wki_storage_is_seen(t->storage)) wki_structure_changed();
    made->id = 1 + atomic_fetch_add(&ids, 1);
    wki_hook **end = &node->hooks;
    while (*end) end = &(*end)->next;
    *end = made;
    return made->id;
}

int wk_register_hook(wk_tensor *t, wk_grad_hook *hook, void *user)
{
    return add_hook(t, "register_hook", (wki_hook){ .kind = WKI_HOOK_GRAD, .grad = hook, .user = user });
}

int wk_register_post_accumulate_grad_hook(wk_tensor *leaf, wk_leaf_hook *hook, void *user)
{
    return add_hook(leaf, "register_post_accumulate_grad_hook",
                    (wki_hook){ .kind = WKI_HOOK_LEAF, .leaf = hook, .user = user });
}

int wk_register_node_hook(wk_tensor *t, bool before, wk_node_hook *hook, void *user)
{
    return add_hook(t, "register_node_hook",
                    (wki_hook){ .kind = before ? WKI_HOOK_BEFORE : WKI_HOOK_AFTER, .node = hook, .user = user });
}

wk_status wk_remove_hook(wk_tensor *t, int id)
{
    if (!wki_tensor_ok(t, "remove_hook", "t")) return wk_error();
    wki_node *node = t->grad_fn ? t->grad_fn : t->accumulator;
    if (wki_storage_is_seen(t->storage)) wki_structure_changed();
    for (wki_hook *h = node ? node->hooks : NULL; h; h = h->next) {
        if (h->id != id || h->kind == WKI_HOOK_GONE) continue;
        h->kind = WKI_HOOK_GONE; /* it may be running: freed with the node */
        return WK_OK;
    }
    return wki_fail(WK_E_NOT_FOUND, "remove_hook", "the tensor has no hook %d", id);
}

wk_status wki_run_grad_hooks(wki_node *node)
{
    for (wki_hook *h = node->hooks; h; h = h->next) {
        if (h->kind != WKI_HOOK_GRAD) continue;
        WK_SCOPE(hook);
        wk_tensor *replaced = h->grad(h->user, node->grad), *old = node->grad;
        if (wk_failed()) return wk_error();
        if (!replaced || replaced == old) continue;
        if (!wki_tensor_ok(replaced, "hook", "the returned gradient")) return wk_error();
        wki_check(wki_same_shape(&replaced->v, &old->v) && replaced->v.dtype == old->v.dtype, WK_E_SHAPE, WK_E_SHAPE,
                  "hook", "the returned gradient is %s %s; %s %s came in", wk_dtype_name((wk_dtype)replaced->v.dtype),
                  wki_show(&replaced->v), wk_dtype_name((wk_dtype)old->v.dtype), wki_show(&old->v));
        wki_object_ref(replaced);
        node->grad = replaced;
        wki_object_unref(old);
    }
    return WK_OK;
}

wk_status wki_run_leaf_hooks(wki_node *node)
{
    for (wki_hook *h = node->hooks; h; h = h->next) {
        if (h->kind != WKI_HOOK_LEAF || !node->leaf) continue;
        wk_status status = h->leaf(h->user, node->leaf);
        if (status || wk_failed()) return wk_failed() ? wk_error() : wki_fail(status, "hook", "a leaf's hook failed");
    }
    return WK_OK;
}

wk_status wki_run_node_hooks(wki_node *node, wki_hook_kind kind, wk_tensor *const *sent)
{
    for (wki_hook *h = node->hooks; h; h = h->next) {
        if (h->kind != kind) continue;
        wk_status status = h->node(h->user, node->op->name, node->grad, sent, node->ninputs);
        if (status || wk_failed()) return wk_failed() ? wk_error() : wki_fail(status, "hook", "a node's hook failed");
    }
    return WK_OK;
}
