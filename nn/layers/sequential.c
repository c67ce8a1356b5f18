/* Sequential: children applied one after the other. Without gradients each child works in a scope of its own, so that
 * what is no longer needed is freed as the values move on. */
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
    return wk_nn_custom(&ops, &(children){ modules, n });
}
