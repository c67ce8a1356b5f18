/* Containers. Sequential: children applied one after the other. Without gradients each child works in a scope of its
 * own, so that what is no longer needed is freed as the values move on. */
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

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    if (wk_grad_enabled()) {
        for (int i = 0; i < m->count && x; i++) x = wk_forward(m->members[i].object, x);
        return x;
    }
    wk_tensor *first = x;
    for (int i = 0; i < m->count && x; i++) {
        WK_SCOPE(child);
        wk_tensor *y = wk_forward(m->members[i].object, x);
        if (y != x) x = x == first ? wk_escape(child, y) : wk_replaced(x, y);
    }
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
