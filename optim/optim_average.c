/* Running averages of parameters, and of buffers where they are wanted: exponential ones and means. */
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "optim/optim.h"
#include "wick/average.h"

/* A parameter or buffer, and its average */
typedef struct averaged {
    wk_tensor *of, *mean; /* held; owned */
    char *name;
} averaged;

struct wk_average {
    wki_object object;
    int count;
    averaged *at;
    double decay; /* below 0: the mean of all */
    int64_t updates;
};

static void drop(averaged *at)
{
    wki_object_unref(at->of);
    wki_object_unref(at->mean);
    wki_free(at->name);
}

static void average_destroy(void *object)
{
    wk_average *a = object;
    while (a->count > 0) drop(&a->at[--a->count]);
    wki_free(a->at);
}

static const wki_type average_type = { "average", sizeof(wk_average), average_destroy };

static bool average_ok(const wk_average *a, const char *where)
{
    return wki_object_check(a, &average_type, where, "a") && !wk_failed();
}

static wk_status make_room(wk_average *a, int n)
{
    const size_t old = (size_t)a->count * sizeof *a->at;
    averaged *more = wki_grow(a->at, old, old + (size_t)n * sizeof *a->at);
    if (!more) return wk_error();
    a->at = more;
    return WK_OK;
}

/* Needs room. */
static wk_status take(wk_average *a, wk_tensor *of, const char *name)
{
    WK_SCOPE(copies);
    WK_NO_GRAD(copying);
    averaged *to = &a->at[a->count];
    wk_tensor *copy = wk_contiguous(wk_clone(of));
    if (!copy || !(to->name = wki_strdup(name))) return wk_error();
    wki_object_adopt(copy);
    wki_object_ref(of);
    to->of = of;
    to->mean = copy;
    a->count++;
    return WK_OK;
}

static wk_average *make(wk_params *params, double decay, const char *where)
{
    if (!params) return wki_null_argument(where, "params"), NULL;
    if (wk_failed()) return NULL;
    const int n = wk_params_count(params);
    wki_check(n > 0, NULL, WK_E_INVALID, where, "params has no parameters; at least one is needed");
    wk_average *a = wki_object_new(&average_type, where);
    if (!a) return NULL;
    a->decay = decay;
    wk_status status = make_room(a, n);
    for (int i = 0; i < n && !status; i++) status = take(a, wk_params_at(params, i), wk_params_name(params, i));
    if (!status) return a;
    wki_object_unref(a);
    return NULL;
}

wk_average *wk_ema_new(wk_params *params, double decay)
{
    wki_check(decay >= 0 && decay <= 1, NULL, WK_E_INVALID, "ema_new", "decay is %g; it must lie between 0 and 1",
              decay);
    return make(params, decay, "ema_new");
}

wk_average *wk_swa_new(wk_params *params) { return make(params, -1, "swa_new"); }

wk_status wk_average_buffers(wk_average *a, const wk_state *buffers)
{
    static const char where[] = "average_buffers";
    if (!average_ok(a, where)) return wk_error();
    wki_check(buffers, WK_E_INVALID, WK_E_INVALID, where, "buffers is NULL; expected wk_buffers(module)");
    wki_check(a->updates == 0, WK_E_STATE, WK_E_STATE, where, "comes after %lld updates; expected before the first",
              (long long)a->updates);
    const int before = a->count, n = (int)wk_state_count(buffers);
    wk_status status = make_room(a, n);
    for (int i = 0; i < n && !status; i++) status = take(a, wk_state_at(buffers, i), wk_state_name(buffers, i));
    while (status && a->count > before) drop(&a->at[--a->count]);
    return status;
}

/* Do the averages still have the parameters' shapes, dtypes and devices? */
static wk_status still_fits(const wk_average *a, const char *where)
{
    for (int i = 0; i < a->count; i++) {
        const wki_view *p = &a->at[i].of->v, *m = &a->at[i].mean->v;
        wki_check(p->dtype == m->dtype && p->device == m->device && wki_same_shape(p, m), WK_E_STATE, WK_E_STATE, where,
                  "'%s' became %s %s after the average was made; make a new one", a->at[i].name,
                  wk_dtype_name((wk_dtype)p->dtype), wki_show(p));
    }
    return WK_OK;
}

static wk_status count(void *object, void *memory, const wki_view *const *views)
{
    (void)memory, (void)views;
    ((wk_average *)object)->updates++;
    return WK_OK;
}

wk_status wk_average_update(wk_average *a)
{
    static const char where[] = "average_update";
    if (!average_ok(a, where) || still_fits(a, where)) return wk_error();
    WK_NO_GRAD(averaging);
    if (a->updates == 0) wki_not_repeated("the first update of an average copies");
    if (a->decay < 0 && wki_not_recorded(where, "a mean's share changes", "update it behind the step"))
        return wk_error();
    const double weight = a->updates == 0 ? 1 : a->decay < 0 ? 1 / (double)(a->updates + 1) : 1 - a->decay;
    for (int i = 0; i < a->count; i++) {
        wk_tensor *p = a->at[i].of, *mean = a->at[i].mean;
        const bool copies = a->updates == 0 || !wki_is_float((wk_dtype)p->v.dtype);
        if (copies ? wk_copy_(mean, p) : wk_lerp_scalar_(mean, p, weight)) return wk_error();
    }
    return wki_on_host(count, a, a, 0, 0, NULL) ? WK_OK : wk_error();
}

static wk_status usable(const wk_average *a, const char *where)
{
    if (!average_ok(a, where)) return wk_error();
    wki_check(a->updates > 0, WK_E_STATE, WK_E_STATE, where,
              "there was no wk_average_update; there is nothing to take");
    return still_fits(a, where);
}

wk_status wk_average_swap(wk_average *a)
{
    if (usable(a, "average_swap")) return wk_error();
    WK_NO_GRAD(swapping);
    WK_SCOPE(work);
    wk_tensor **kept = wki_alloc_array((size_t)a->count, sizeof *kept);
    for (int i = 0; kept && i < a->count && !wk_failed(); i++) kept[i] = wk_clone(a->at[i].of);
    for (int i = 0; i < a->count && !wk_failed(); i++)
        if (wk_copy_(a->at[i].of, a->at[i].mean) == WK_OK) wk_copy_(a->at[i].mean, kept[i]);
    wki_free(kept);
    return wk_error();
}

wk_status wk_average_apply(wk_average *a)
{
    if (usable(a, "average_apply")) return wk_error();
    WK_NO_GRAD(applying);
    for (int i = 0; i < a->count; i++)
        if (wk_copy_(a->at[i].of, a->at[i].mean)) return wk_error();
    return WK_OK;
}

int64_t wk_average_updates(const wk_average *a)
{
    return wki_object_check(a, &average_type, "average_updates", "a") ? a->updates : 0;
}

wk_tensor *wk_average_at(wk_average *a, int i)
{
    static const char where[] = "average_at";
    if (!wki_object_check(a, &average_type, where, "a")) return NULL;
    wki_check(i >= 0 && i < a->count, NULL, WK_E_RANGE, where, "parameter %d of %d; the first is 0", i, a->count);
    return a->at[i].mean;
}

/* ---- State dict ---- */

static char *name_of(const wk_average *a, int i) { return wki_sprintf("module.%s", a->at[i].name); }

wk_state *wk_average_state_dict(wk_average *a)
{
    if (!average_ok(a, "average_state_dict")) return NULL;
    wk_state *s = wk_state_new();
    if (!s || wk_state_set_int(s, "n_averaged", a->updates)) return NULL;
    for (int i = 0; i < a->count && !wk_failed(); i++) {
        char *name = name_of(a, i);
        if (name) wk_state_set(s, name, a->at[i].mean);
        wki_free(name);
    }
    return wk_failed() ? NULL : s;
}

static const char loading[] = "average_load_state_dict";

struct wki_average_loading {
    wk_tensor **from;
    int64_t updates;
};

static wk_tensor *entry(const wk_average *a, int i, const wk_state *s, wki_differences *d)
{
    const wki_view *mean = &a->at[i].mean->v;
    char *name = name_of(a, i);
    wk_tensor *t = name && wk_state_has(s, name) ? wk_state_get(s, name) : NULL;
    if (name && !t) wki_differ(d, WKI_MISSING, "%s", name);
    const bool fits =
        t && wki_same_shape(&t->v, mean) && wki_is_float((wk_dtype)t->v.dtype) == wki_is_float((wk_dtype)mean->dtype);
    if (t && !fits)
        wki_differ(d, WKI_UNFIT, "%.80s %s %s (given: %s %s)", name, wk_dtype_name((wk_dtype)mean->dtype),
                   wki_show(mean), wk_dtype_name((wk_dtype)t->v.dtype), wki_show(&t->v));
    wki_free(name);
    return fits ? wk_to(t, (wk_dtype)mean->dtype) : NULL;
}

/* n_averaged may be a tensor, as PyTorch saves it. */
static wk_status read_all(const wk_average *a, const wk_state *s, wki_average_loading *l)
{
    wki_differences d = { 0 };
    const bool as_tensor = wk_state_has(s, "n_averaged"), as_text = wk_state_text(s, "n_averaged");
    double n = 0;
    if (as_tensor || as_text)
        n = as_tensor ? wk_item(wk_state_get(s, "n_averaged")) : (double)wk_state_int(s, "n_averaged");
    else
        wki_differ(&d, WKI_MISSING, "n_averaged");
    const bool counts = n >= 0 && n < 9007199254740992.0; /* 2^53 */
    if (counts) l->updates = (int64_t)n;
    if (!wk_failed() && !counts) wki_fail(WK_E_FORMAT, loading, "n_averaged is %g; it must be a count of updates", n);
    wki_differ_by_error(&d, NULL);
    if (wk_failed() || !(l->from = wki_alloc_array((size_t)a->count, sizeof *l->from))) return wk_error();
    for (int i = 0; i < a->count && !wk_failed(); i++) l->from[i] = entry(a, i, s, &d);
    return wk_failed() ? wk_error() : wki_differences_fail(&d, loading);
}

void wki_average_load_end(wk_average *a, wki_average_loading *l, bool taken)
{
    WK_NO_GRAD(copying);
    if (!l) return;
    for (int i = 0; taken && i < a->count; i++) wk_copy_(a->at[i].mean, l->from[i]);
    if (taken) a->updates = l->updates;
    if (taken) wki_structure_changed();
    wki_free(l->from);
    wki_free(l);
}

wki_average_loading *wki_average_load_begin(wk_average *a, const wk_state *s)
{
    if (!average_ok(a, loading)) return NULL;
    wki_check(s, NULL, WK_E_INVALID, loading, "s is NULL; a state dict is needed");
    WK_NO_GRAD(untracked);
    wki_average_loading *l = wki_alloc(sizeof *l);
    if (l && read_all(a, s, l) == WK_OK) return l;
    wki_average_load_end(a, l, false);
    return NULL;
}

wk_status wk_average_load_state_dict(wk_average *a, const wk_state *s)
{
    WK_SCOPE(reading);
    wki_average_load_end(a, wki_average_load_begin(a, s), true);
    return wk_error();
}
