/* Lists of named leaves: what a module hands to an optimizer. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <stdio.h>

struct wk_params {
    wki_object object;
    int count;
    wk_tensor **leaves;
    char **names;
};

static void params_destroy(void *object)
{
    wk_params *p = object;
    for (int i = 0; i < p->count; i++) {
        if (p->leaves) wki_object_unref(p->leaves[i]);
        if (p->names) wki_free(p->names[i]);
    }
    wki_free(p->leaves);
    wki_free(p->names);
}

static const wki_type params_type = { "params", sizeof(wk_params), params_destroy };

wk_params *wk_params_new(wk_tensor *const *leaves, const char *const *names, int n)
{
    wki_check(n >= 0 && (leaves || n == 0), NULL, WK_E_INVALID, "params", "%d leaves were announced, none given", n);
    for (int i = 0; i < n; i++) {
        if (!wki_tensor_ok(leaves[i], "params", "a leaf")) return NULL;
        wki_check(!leaves[i]->grad_fn && leaves[i]->requires_grad, NULL, WK_E_STATE, "params",
                  "tensor %d (%s) is %s; leaves that require grad are needed", i, wki_show(&leaves[i]->v),
                  leaves[i]->grad_fn ? "a result" : "a leaf without requires_grad");
    }
    wk_params *p = wki_object_new(&params_type, "params");
    if (!p) return NULL;
    p->leaves = wki_alloc_array((size_t)n, sizeof *p->leaves);
    p->names = wki_alloc_array((size_t)n, sizeof *p->names);
    p->count = n;
    for (int i = 0; i < n && p->leaves && p->names; i++) {
        if (!(p->names[i] = names && names[i] ? wki_strdup(names[i]) : wki_sprintf("%d", i))) break;
        wki_object_ref(leaves[i]);
        p->leaves[i] = leaves[i];
    }
    if (n == 0 || (p->names && p->leaves && p->leaves[n - 1])) return p;
    wki_object_unref(p);
    return NULL;
}

static bool params_ok(const wk_params *p, const char *where)
{
    return wki_object_check(p, &params_type, where, "params");
}

int wk_params_count(const wk_params *p) { return params_ok(p, "params_count") ? p->count : 0; }

wk_tensor *wk_params_at(const wk_params *p, int i)
{
    if (!params_ok(p, "params_at")) return NULL;
    wki_check(i >= 0 && i < p->count, NULL, WK_E_RANGE, "params_at", "index %d; there are %d", i, p->count);
    return p->leaves[i];
}

const char *wk_params_name(const wk_params *p, int i)
{
    if (!params_ok(p, "params_name")) return NULL;
    wki_check(i >= 0 && i < p->count, NULL, WK_E_RANGE, "params_name", "index %d; there are %d", i, p->count);
    return p->names[i];
}

/* ---- Lists of lists ---- */

/* Those of n lists that keep takes; NULL takes all. */
static wk_params *gather(wk_params *const *lists, int n, wk_params_fn *keep, void *user)
{
    int most = 0, count = 0;
    for (int k = 0; k < n; k++) most += lists[k]->count;
    wk_tensor **leaves = wki_alloc_array((size_t)most, sizeof *leaves);
    const char **names = wki_alloc_array((size_t)most, sizeof *names);
    for (int k = 0; k < n && leaves && names; k++)
        for (int i = 0; i < lists[k]->count && !wk_failed(); i++) {
            if (keep && !keep(user, lists[k]->names[i], lists[k]->leaves[i]) && !WKI_FAULT(226)) continue;
            leaves[count] = lists[k]->leaves[i];
            names[count++] = lists[k]->names[i];
        }
    wk_params *made = wk_failed() ? NULL : wk_params_new(leaves, names, count);
    wki_free(leaves);
    wki_free(names);
    return made;
}

wk_params *wk_params_where(const wk_params *params, wk_params_fn *keep, void *user)
{
    wk_params *list = (wk_params *)params;
    if (wk_failed() || !params_ok(params, "params_where")) return NULL;
    wki_check(keep, NULL, WK_E_INVALID, "params_where", "keep is NULL; a function is needed");
    return gather(&list, 1, keep, user);
}

wk_params *wk_params_join(wk_params *const *lists, int n)
{
    if (wk_failed()) return NULL;
    wki_check(n >= 0 && (lists || n == 0), NULL, WK_E_INVALID, "params_join", "%d lists were announced, none given", n);
    for (int k = 0; k < n; k++)
        if (!params_ok(lists[k], "params_join")) return NULL;
    return gather(lists, n, NULL, NULL);
}
