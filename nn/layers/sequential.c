/* Containers. Sequential: children applied one after the other, each in a scope of its own where nobody can have kept
 * what it made, so that values are freed as they move on. */
#include "base/fault.h"
#include "nn/module.h"
#include <stdio.h>

typedef struct children {
    wk_module *const *modules;
    int count;
} children;

static wk_status init(wk_module *m, void *state)
{
    (void)state;
    const children *c = wk_nn_options(m);
    for (int i = 0; i < c->count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        if (!wk_nn_child(m, name, c->modules[i])) return wk_error();
    }
    return WK_OK;
}

/* A layer of this library keeps no tensor of a forward; a module of the user's may until the step ends, as may a hook.
 */
static bool keeps_nothing(const wk_module *m)
{
    if (!m->own || m->nhooks > 0 || WKI_FAULT(208)) return WKI_FAULT(208);
    for (int i = 0; i < m->count; i++)
        if (m->members[i].kind == WKI_CHILD && !keeps_nothing(m->members[i].object)) return false;
    return true;
}

wk_status wki_module_pass(wk_module *child, wk_tensor **in, int nin, bool *is_ours)
{
    wk_tensor *y;
    if (!keeps_nothing(child)) {
        *is_ours = false;
        if (wk_forward_many(child, in, nin, &y, 1)) return wk_error();
        in[0] = y;
        return WK_OK;
    }
    WK_SCOPE(work);
    if (wk_forward_many(child, in, nin, &y, 1)) return wk_error();
    if (y == in[0]) return WK_OK;
    const bool is_new = wki_scope_holds(work, y); /* and no tensor of the caller's, or of a module */
    in[0] = *is_ours && is_new ? wk_replaced(in[0], y) : wk_escape(work, y);
    *is_ours = is_new;
    return WK_OK;
}

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    bool is_ours = false;
    for (int i = 0; i < m->count; i++)
        if (wki_module_pass(m->members[i].object, &x, 1, &is_ours)) return NULL;
    return x;
}

static const wk_module_ops ops = { .size = sizeof ops, .name = "sequential", .init = init, .forward = forward };

wk_module *wk_nn_sequential_new(wk_module *const *modules, int n)
{
    wki_check(n >= 0 && (modules || n == 0), NULL, WK_E_INVALID, "nn_sequential",
              "%d children were announced, none given", n);
    for (int i = 0; i < n; i++)
        if (!wki_module_ok(modules[i], "nn_sequential", "a child")) return NULL;
    return wki_layer_new(&ops, &(children){ modules, n });
}

static wk_tensor *refuse(wk_module *m, wk_tensor *x)
{
    (void)x;
    wki_fail(WK_E_STATE, m->ops->name, "it has no forward of its own; call its children");
    return NULL;
}

static const wk_module_ops list_ops = {
    .size = sizeof list_ops, .name = "module_list", .init = init, .forward = refuse
};

wk_module *wk_nn_module_list_new(wk_module *const *modules, int n)
{
    wki_check(n >= 0 && (modules || n == 0), NULL, WK_E_INVALID, "nn_module_list",
              "%d children were announced, none given", n);
    for (int i = 0; i < n; i++)
        if (!wki_module_ok(modules[i], "nn_module_list", "a child")) return NULL;
    return wki_layer_new(&list_ops, &(children){ modules, n });
}

static const wk_module_ops dict_ops = { .size = sizeof dict_ops, .name = "module_dict", .forward = refuse };

wk_module *wk_nn_module_dict_new(const char *const *names, wk_module *const *modules, int n)
{
    wki_check(n >= 0 && ((modules && names) || n == 0), NULL, WK_E_INVALID, "nn_module_dict",
              "%d children were announced, but names or children not given", n);
    for (int i = 0; i < n; i++)
        if (!wki_module_ok(modules[i], "nn_module_dict", "a child")) return NULL;
    wk_module *m = wki_layer_new(&dict_ops, NULL);
    for (int i = 0; i < n && m; i++)
        if (!wk_nn_child(m, names[i], modules[i])) return NULL;
    return m;
}

wk_module *wk_module_append(wk_module *list, wk_module *child)
{
    if (!wki_module_ok(list, "module_append", "list") || !wki_module_ok(child, "module_append", "child")) return NULL;
    wki_check(list->ops == &ops || list->ops == &list_ops, NULL, WK_E_INVALID, "module_append",
              "list is a %s; a sequential or module_list is needed", list->ops->name);
    char name[16];
    snprintf(name, sizeof name, "%d", list->count);
    return wk_nn_child(list, name, child);
}
