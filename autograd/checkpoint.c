/* Checkpointing (Chen, Xu, Zhang, Guestrin 2016): a part of the graph is not kept but computed again in backward, with
 * the same random numbers. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/fault.h"

typedef struct part {
    wki_object object;
    wk_checkpoint_fn *fn;
    void *user;
    uint64_t random; /* the thread's next random operation when it first ran */
    wk_tensor **in;
    uint32_t *versions; /* of the inputs when it first ran */
    int n;
} part;

static void part_destroy(void *object)
{
    part *p = object;
    for (int i = 0; i < p->n; i++) wki_object_unref(p->in[i]);
    wki_free(p->in);
    wki_free(p->versions);
}

static const wki_type part_type = { "checkpoint", sizeof(part), part_destroy };

static wk_tensor *run_again(part *p, wk_tensor **in)
{
    for (int i = 0; i < p->n; i++) {
        wki_check(p->in[i]->storage->version == p->versions[i], NULL, WK_E_STATE, "checkpoint",
                  "input %d %s was changed in place since the part first ran", i, wki_show(&p->in[i]->v));
        in[i] = wk_detach(p->in[i]);
        if (!in[i] || (p->in[i]->requires_grad && !wk_requires_grad(in[i]))) return NULL;
        if (in[i]->requires_grad && !wki_target_of(in[i])) return NULL;
    }
    WK_ENABLE_GRAD(again);
    uint64_t now = wki_random_seek(p->random + WKI_FAULT(23));
    wk_tensor *y = p->fn(p->user, in, p->n);
    wki_random_seek(now);
    return y;
}

static wk_status backward(wki_backward *b, wk_tensor **d)
{
    part *p = b->node->extra;
    wki_check(wki_is_plain(), WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "checkpoint",
              "gradients of gradients do not pass through it");
    wk_tensor **in = wki_alloc_array(2 * (size_t)p->n, sizeof *in);
    if (!in) return wk_error();
    wk_tensor **captured = in + p->n, *y = run_again(p, in);
    wk_status status = y ? WK_OK : wk_error();
    if (status == WK_OK && y->requires_grad) status = wki_backward_within(y, b->g, p->n, in, captured);
    for (int i = 0; i < p->n; i++) {
        if (status == WK_OK && captured[i]) d[i] = wki_alias(captured[i], &captured[i]->v);
        wki_object_unref(captured[i]);
    }
    wki_free(in);
    return status;
}

static const wki_opdef op = { "checkpoint", backward, NULL };

static part *part_new(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n)
{
    part *p = wki_object_new_unscoped(&part_type, "checkpoint");
    if (!p) return NULL;
    *p = (part){ .object = p->object, .fn = fn, .user = user, .random = wki_random_position() };
    p->in = wki_alloc_array((size_t)n, sizeof *p->in);
    p->versions = wki_alloc_array((size_t)n, sizeof *p->versions);
    for (; p->in && p->versions && p->n < n; p->n++) {
        p->versions[p->n] = in[p->n]->storage->version;
        if (!(p->in[p->n] = wki_with_its_history(in[p->n]))) break;
    }
    if (p->n == n) return p;
    wki_object_unref(p);
    return NULL;
}

wk_tensor *wk_checkpoint(wk_checkpoint_fn *fn, void *user, wk_tensor *const *in, int n)
{
    wki_check(fn && n > 0 && in, NULL, WK_E_INVALID, "checkpoint", "a function and at least one input are needed");
    for (int i = 0; i < n; i++)
        if (!wki_tensor_ok(in[i], "checkpoint", "an input")) return NULL;
    if (!wki_is_recording()) return fn(user, in, n);
    part *p = part_new(fn, user, in, n);
    if (!p) return NULL;
    WK_SCOPE(inside);
    wk_set_grad_enabled(false);
    wk_tensor *y = fn(user, in, n);
    wk_set_grad_enabled(true);
    y = y && !wk_failed() ? wki_alias(y, &y->v) : NULL;
    wki_node *node = y ? wki_record(&op, y, n, in, NULL, 0) : NULL;
    if (!node) {
        wki_object_unref(p);
        return NULL;
    }
    node->extra = p;
    node->opaque = true;
    y->is_view = false;
    return wk_escape(inside, y);
}
