/* A module of the user's own in ONNX. Its forward runs once with history; the modules that it calls and the operators
 * between their calls are then read off the graph, from the result back to x. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "train/onnx.h"
#include <string.h>

/* A module inside, to be noticed when it is called */
typedef struct watched {
    struct trace *trace;
    wk_module *module;
    char *name;
    int hook;
} watched;

/* Where in the graph a result stands: of a call, or, without `of`, of an operator */
typedef struct step {
    const wki_node *node;
    const watched *of;
    wk_tensor *x, *y; /* of a call, kept: the module may have a scope of its own, and another node the place of one that
                         is gone */
    bool known;
    wki_onnx_value value;
} step;

typedef struct trace {
    wki_onnx *g;
    wk_module *m;
    wki_onnx_value x;
    wk_tensor *given; /* x, with a history that begins here where it is a float */
    wk_tensor *result;
    watched *inside;
    int ninside, inside_room, depth;
    step *steps;
    int nsteps;
} trace;

/* ---- Forward, with its calls noticed ---- */

static step *add_step(trace *t, const wki_node *node)
{
    step *more = wki_grow_list(t->steps, (size_t)t->nsteps, sizeof *more);
    if (!more) return NULL;
    t->steps = more;
    t->steps[t->nsteps] = (step){ .node = node };
    return &t->steps[t->nsteps++];
}

static wk_status enter(void *user, wk_module *m, wk_tensor **in, int nin)
{
    (void)m, (void)in, (void)nin;
    ((watched *)user)->trace->depth++;
    return WK_OK;
}

/* Calls from within other calls are theirs to tell. */
static wk_status leave(void *user, wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    watched *of = user;
    trace *t = of->trace;
    (void)m;
    if (--t->depth > 0) return WK_OK;
    if (nin != 1 || nout != 1) {
        wki_onnx_refuse(t->g, t->m, "its '%s' is called with %d inputs for %d results; one each has a form there",
                        of->name, nin, nout);
        return WK_E_UNSUPPORTED;
    }
    if (out[0] == in[0]) return WK_OK;
    const wki_node *node = wk_needs_grad(out[0]) ? wki_target_of(out[0]) : NULL;
    step *s = node ? add_step(t, node) : NULL;
    if (!s) return wk_error();
    s->of = of;
    s->x = wk_keep(in[0]);
    s->y = wk_keep(out[0]);
    return WK_OK;
}

static wk_status watch(void *user, const char *name, wk_module *m)
{
    trace *t = user;
    for (int i = 0; i < t->ninside; i++)
        if (t->inside[i].module == m) return WK_OK;
    if (!*name) return WK_OK;
    if (t->ninside == t->inside_room) return wki_fail(WK_E_STATE, "export_onnx", "the module changes while it is read");
    watched *w = &t->inside[t->ninside];
    *w = (watched){ .trace = t, .module = m, .name = wki_strdup(name) };
    if (!w->name) return wk_error();
    w->hook = wk_module_hook(m, enter, leave, w);
    t->ninside++;
    return wk_error();
}

static wk_status count(void *user, const char *name, wk_module *m)
{
    (void)name, (void)m;
    ++*(int *)user;
    return WK_OK;
}

static wk_tensor *run(trace *t)
{
    WK_ENABLE_GRAD(recording);
    t->given = wk_detach(t->x.t);
    if (t->given && wki_is_float((wk_dtype)t->given->v.dtype)) t->given = wk_requires_grad(wk_clone(t->given));
    if (!t->given || wk_module_apply(t->m, count, &t->inside_room)) return NULL;
    t->inside = wki_alloc_array((size_t)t->inside_room, sizeof *t->inside);
    if (!t->inside || wk_module_apply(t->m, watch, t)) return NULL;
    return wk_forward(t->m, t->given);
}

static void end(trace *t)
{
    for (int i = 0; i < t->ninside; i++) {
        wki_free(t->inside[i].name);
        if (t->inside[i].hook) wk_module_remove_hook(t->inside[i].module, t->inside[i].hook);
    }
    wki_free(t->inside);
    for (int i = 0; i < t->nsteps; i++) {
        wk_release(t->steps[i].x);
        wk_release(t->steps[i].y);
    }
    wki_free(t->steps);
}

/* ---- From the result back to x ---- */

static wki_onnx_value find(trace *t, const wki_node *node, const wki_shape *shape);

static wki_onnx_value put_call(trace *t, int at)
{
    wk_tensor *x = t->steps[at].x;
    const wki_shape shape = wki_shape_of(x);
    wki_onnx_value from =
        x == t->given ? t->x
        : !wk_needs_grad(x)
            ? wki_onnx_refuse(t->g, t->m, "its '%s' is called with what x has no part in", t->steps[at].of->name)
            : find(t, wki_target_of(x), &shape);
    from.t = wk_detach(x);
    return wki_onnx_child(t->g, t->m, t->steps[at].of->name, from);
}

static wki_onnx_value put_parameter(trace *t, const wk_tensor *leaf)
{
    wk_params *all = wk_parameters(t->m);
    for (int i = 0; all && i < wk_params_count(all); i++) {
        if (wk_params_at(all, i) != leaf) continue;
        const char *name = wki_onnx_weight_as(t->g, wk_params_name(all, i), wk_params_at(all, i));
        return WKI_NODE(t->g, "Identity", name ? name : "");
    }
    return wki_onnx_refuse(t->g, t->m, "its forward takes a tensor that is no parameter of it");
}

static wki_onnx_value put_operator(trace *t, const wki_node *node, const wki_shape *shape)
{
    wki_onnx_value in[WKI_ONNX_INPUTS];
    const char *names[WKI_ONNX_INPUTS];
    if (!wki_onnx_is_operator(node))
        return wki_onnx_refuse(t->g, t->m, "its forward calls %s, which has a form there as a layer at most",
                               node->op->name);
    for (int k = 0; k < node->ninputs; k++) {
        const wki_shape from = wki_onnx_operator_input(node, k, shape);
        if (!node->edges[k].node)
            return wki_onnx_refuse(t->g, t->m, "its forward takes a tensor in %s that is neither x nor trained",
                                   node->op->name);
        in[k] = find(t, node->edges[k].node, &from);
        names[k] = in[k].name;
    }
    if (wk_failed()) return (wki_onnx_value){ 0 };
    return wki_onnx_operator(t->g, t->m, node, names, shape, t->result);
}

static wki_onnx_value find(trace *t, const wki_node *node, const wki_shape *shape)
{
    int at = 0;
    if (wk_failed() || !node) return (wki_onnx_value){ 0 };
    while (at < t->nsteps && t->steps[at].node != node) at++;
    if (at == t->nsteps && node->leaf == t->given) return t->x;
    if (at == t->nsteps && !add_step(t, node)) return (wki_onnx_value){ 0 };
    if (t->steps[at].known) return t->steps[at].value;
    const wki_onnx_value value = t->steps[at].of ? put_call(t, at)
                                 : node->leaf    ? put_parameter(t, node->leaf)
                                                 : put_operator(t, node, shape);
    t->steps[at].known = true;
    t->steps[at].value = value;
    return value;
}

wki_onnx_value wki_onnx_custom(wki_onnx *g, wk_module *m, wki_onnx_value x)
{
    trace t = { .g = g, .m = m, .x = x };
    wki_onnx_value result = { 0 };
    wk_tensor *y = t.result = run(&t);
    const wki_shape shape = y ? wki_shape_of(y) : (wki_shape){ 0 };
    if (y == t.given && y)
        result = x;
    else if (y && !wk_needs_grad(y))
        wki_onnx_refuse(g, m, "its result does not depend on x in a way that could be read");
    else if (y)
        result = find(&t, wki_target_of(y), &shape);
    if (y) result.t = wk_detach(y);
    end(&t);
    return result;
}
