/* The user's own ops: a table of functions behind a node of the graph. What forward saves is checked for changes in
 * place. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/fault.h"

typedef struct kept {
    wk_tensor *tensor;
    uint32_t version;
} kept;

struct wk_function {
    wki_object object;
    const wk_function_ops *ops;
    wki_opdef op; /* the node's table: the user's name, our backward */
    const void *options;
    void *state;
    wki_node *node;   /* that owns this */
    wki_view *inputs; /* as they were: what gradients must be like */
    kept *saved;
    int count;
    bool is_forward, freed;
};

static void function_destroy(void *object)
{
    wk_function *f = object;
    if (f->state && f->ops->destroy) f->ops->destroy(f->state);
    for (int i = 0; i < f->count; i++) wki_object_unref(f->saved[i].tensor);
    wki_free(f->saved);
    wki_free(f->inputs);
    wki_free(f->state);
}

static const wki_type function_type = { "function", sizeof(wk_function), function_destroy };

static bool function_ok(const wk_function *f, const char *where)
{
    return wki_object_check(f, &function_type, where, "f");
}

const void *wk_function_options(wk_function *f) { return function_ok(f, "function_options") ? f->options : NULL; }
void *wk_function_state(wk_function *f) { return function_ok(f, "function_state") ? f->state : NULL; }

wk_status wk_save_for_backward(wk_function *f, wk_tensor *t)
{
    static const char where[] = "save_for_backward";
    if (!function_ok(f, where) || !wki_tensor_ok(t, where, "t")) return wk_error();
    wki_check(f->is_forward, WK_E_STATE, WK_E_STATE, where, "%s saves outside its forward", f->ops->name);
    kept *grown = wki_grow_list(f->saved, (size_t)f->count, sizeof *grown);
    if (!grown) return WK_E_MEMORY;
    f->saved = grown;
    wk_tensor *saved = wki_with_its_history(t);
    if (!saved) return wk_error();
    f->saved[f->count++] = (kept){ saved, t->storage->version };
    return WK_OK;
}

wk_tensor *wk_saved(wk_function *f, int i)
{
    if (!function_ok(f, "saved")) return NULL;
    wki_check(!f->freed, NULL, WK_E_STATE, "saved",
              "what %s had saved was freed by an earlier backward; pass .retain_graph = true to that one",
              f->ops->name);
    wki_check(i >= 0 && i < f->count, NULL, WK_E_RANGE, "saved", "index %d; %s saved %d tensors", i, f->ops->name,
              f->count);
    const kept *k = &f->saved[i];
    wki_check(k->tensor->storage->version == k->version, NULL, WK_E_STATE, "saved",
              "a tensor %s that %s saved was changed in place", wki_show(&k->tensor->v), f->ops->name);
    return k->tensor;
}

bool wk_needs_input_grad(const wk_function *f, int i)
{
    return function_ok(f, "needs_input_grad") && f->node && i >= 0 && i < f->node->ninputs && f->node->edges[i].node;
}

/* What comes before it in the graph takes a gradient as it takes its own. */
static wk_status gradient_ok(const wk_function *f, int i, const wk_tensor *d)
{
    const wki_view *x = &f->inputs[i];
    if (!wki_tensor_ok(d, f->ops->name, "a gradient")) return wk_error();
    if (!f->node->edges[i].node) return WK_OK; /* it goes nowhere */
    wki_check((wki_same_shape(x, &d->v) && x->dtype == d->v.dtype) || WKI_FAULT(227), WK_E_SHAPE, WK_E_SHAPE,
              f->ops->name, "backward sends input %d, %s %s, a gradient %s %s; they must be alike", i,
              wk_dtype_name((wk_dtype)x->dtype), wki_show(x), wk_dtype_name((wk_dtype)d->v.dtype), wki_show(&d->v));
    wki_check(x->device == d->v.device, WK_E_DEVICE, WK_E_DEVICE, f->ops->name,
              "backward sends input %d a gradient on another device; both must be on one", i);
    return WK_OK;
}

static wk_status backward(wki_backward *b, wk_tensor **d)
{
    wk_function *f = b->node->extra;
    wk_status status = f->ops->backward(f, b->g, d);
    if (status || wk_failed()) return wk_failed() ? wk_error() : wki_fail(status, f->ops->name, "backward failed");
    for (int i = 0; i < b->node->ninputs; i++)
        if (d[i] && gradient_ok(f, i, d[i])) return wk_error();
    return WK_OK;
}

static void release(wki_node *node)
{
    wk_function *f = node->extra;
    for (int i = 0; i < f->count; i++) wki_object_unref(f->saved[i].tensor);
    f->freed = f->freed || f->count > 0;
    f->count = 0;
}

/* forward outside the graph; its result without history, however it was made */
static wk_tensor *forward(wk_function *f, wk_tensor *const *in, int n)
{
    WK_SCOPE(forward);
    WK_NO_GRAD(outside);
    f->is_forward = true;
    wk_tensor *y = f->ops->forward(f, in, n);
    f->is_forward = false;
    f->options = NULL;
    wki_check(y || wk_failed(), NULL, WK_E_STATE, f->ops->name, "forward returned NULL without an error");
    if (wk_failed() || !wki_tensor_ok(y, f->ops->name, "forward's result")) return NULL;
    return wk_escape(forward, wki_alias(y, &y->v));
}

wk_tensor *wk_apply(const wk_function_ops *ops, wk_tensor *const *in, int n, const void *options)
{
    wki_check(ops && ops->size >= offsetof(wk_function_ops, destroy) && ops->name && ops->forward, NULL, WK_E_INVALID,
              "apply", "the table needs its size, a name and a forward function");
    wki_check(n > 0 && in, NULL, WK_E_INVALID, ops->name, "no inputs were given");
    for (int i = 0; i < n; i++)
        if (!wki_tensor_ok(in[i], ops->name, "an input")) return NULL;
    wk_function *f = wki_object_new_unscoped(&function_type, ops->name);
    if (!f) return NULL;
    f->ops = ops;
    f->op = (wki_opdef){ ops->name, backward, NULL };
    f->options = options;
    f->state = wki_alloc(ops->state_size ? ops->state_size : 1);
    f->inputs = wki_alloc_array((size_t)n, sizeof *f->inputs);
    for (int i = 0; i < n && f->inputs; i++) f->inputs[i] = in[i]->v;
    wk_tensor *y = f->state && f->inputs ? forward(f, in, n) : NULL;
    if (y && ops->backward && wki_wants_grad(n, in)) {
        y->is_view = false;
        f->node = wki_record(&f->op, y, n, in, NULL, 0);
        if (f->node) {
            f->node->extra = f;
            f->node->release = release;
            return y;
        }
        y = NULL;
    }
    wki_object_unref(f);
    return y;
}
