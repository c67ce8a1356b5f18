/* A module's state dict: out as names that share memory, in as values that all fit or are all left alone. */
#include "autograd/state.h"
#include "autograd/tensor.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "base/options.h"
#include "nn/module.h"
#include <string.h>

static wk_status put(void *user, const char *name, wki_member *member)
{
    WK_SCOPE(work);
    return wk_state_set(user, name, wk_detach(member->object));
}

wk_state *wk_state_dict(wk_module *m)
{
    if (!wki_module_ok(m, "state_dict", "m")) return NULL;
    wk_state *s = wk_state_new();
    return s && wki_module_walk(m, put, s) == WK_OK ? s : NULL;
}

/* ---- Loading: what does not fit is gathered, then told at once ---- */

struct wki_module_loading {
    wk_module *m;
    const wk_state *s;
    bool strict;
    wki_pairs pairs; /* what each of m's tensors becomes */
    wki_differences unlike;
};
typedef wki_module_loading loading;

static bool fits(const wk_tensor *to, const wk_tensor *from)
{
    const bool one = to->v.ndim == 0 && from->v.ndim == 1 && from->v.size[0] == 1;
    const bool floats = wki_is_float((wk_dtype)to->v.dtype);
    return (one || wki_same_shape(&to->v, &from->v)) && floats == wki_is_float((wk_dtype)from->v.dtype) &&
           (floats || to->v.dtype == from->v.dtype || wki_dtype_lifts((wk_dtype)from->v.dtype, (wk_dtype)to->v.dtype));
}

/* A NaN is like itself here. */
static bool same_bits(wk_tensor *a, wk_tensor *b)
{
    if (a == b) return true;
    if (a->v.dtype != b->v.dtype || !wki_same_shape(&a->v, &b->v)) return false;
    const void *x = wk_data(wki_on_cpu(a));
    const void *y = wk_data(wki_on_cpu(b));
    return !wki_numel(&a->v) || (x && y && !memcmp(x, y, (size_t)wki_numel(&a->v) * wk_dtype_size(wk_dtype_of(a))));
}

/* A tied tensor came under a name before, as `before`. */
static void compare_names(loading *l, const char *name, wk_tensor *from, wk_tensor *before)
{
    int64_t i = 0;
    if (same_bits(from, before) || wk_failed()) return;
    while (wk_state_at(l->s, i) != before) i++;
    wki_differ(&l->unlike, WKI_UNLIKE, "%.80s and %.80s", wk_state_name(l->s, i), name);
}

static wk_status match(void *user, const char *name, wki_member *member)
{
    loading *l = user;
    wk_tensor *to = member->object;
    const char *foreign = wki_state_foreign(l->s, name);
    if (foreign) wki_differ(&l->unlike, WKI_FOREIGN, "%.80s %s", name, foreign);
    if (!wk_state_has(l->s, name)) return WK_OK;
    wk_tensor *from = wk_state_get(l->s, name);
    if (fits(to, from)) {
        const wki_pair *there = wki_pairs_find(&l->pairs, to);
        if (!there) return wki_pairs_add(&l->pairs, to, from);
        compare_names(l, name, from, there->to);
        return wk_error();
    }
    wki_differ(&l->unlike, WKI_UNFIT, "%.80s %s %s (given: %s %s)", name, wk_dtype_name((wk_dtype)to->v.dtype),
               wki_show(&to->v), wk_dtype_name((wk_dtype)from->v.dtype), wki_show(&from->v));
    return WK_OK;
}

/* Once all that came is known: names are missing unless the tensor came under another, or torch too does without it. */
static wk_status note_missing(void *user, const char *name, wki_member *member)
{
    loading *l = user;
    static const char optional[] = "num_batches_tracked";
    const size_t n = strlen(name), tail = sizeof optional - 1;
    if (wk_state_has(l->s, name) || wki_state_foreign(l->s, name)) return WK_OK;
    const bool optional_name = n >= tail && !strcmp(name + n - tail, optional);
    if (!optional_name && !wki_pairs_find(&l->pairs, member->object)) wki_differ(&l->unlike, WKI_MISSING, "%s", name);
    return WK_OK;
}

static void note_unexpected(loading *l, const char *name)
{
    const wki_member *member = wki_module_find(l->m, name);
    if (!member || member->kind == WKI_CHILD) wki_differ(&l->unlike, WKI_UNEXPECTED, "%s", name);
}

static wk_status compare(loading *l)
{
    const wki_names *foreign = &l->s->foreign;
    if (wki_module_walk(l->m, match, l) || (l->strict && wki_module_walk(l->m, note_missing, l))) return wk_error();
    for (int64_t i = 0; l->strict && i < wk_state_count(l->s); i++) note_unexpected(l, wk_state_name(l->s, i));
    for (int64_t i = 0; l->strict && i < foreign->count; i++)
        if (wki_state_foreign(l->s, foreign->entries[i].name)) note_unexpected(l, foreign->entries[i].name);
    return wki_differences_fail(&l->unlike, "load_state_dict");
}

/* Conversions first, as they may fail; copies of equal dtypes do not. */
static wk_status convert_all(const loading *l)
{
    WK_NO_GRAD(update);
    for (int i = 0; i < l->pairs.count; i++) {
        wki_pair *p = &l->pairs.at[i];
        const wk_tensor *mine = p->from;
        wk_tensor *value = wk_to(p->to, (wk_dtype)mine->v.dtype);
        if (value && value->v.ndim != mine->v.ndim) value = wk_reshape(value, 0, NULL);
        if (!value) return wk_error();
        p->to = value;
    }
    return WK_OK;
}

static wk_status copy_all(const loading *l)
{
    WK_NO_GRAD(update);
    for (int i = 0; i < l->pairs.count; i++)
        if (wk_copy_(l->pairs.at[i].from, l->pairs.at[i].to)) return wk_error();
    return WK_OK;
}

wk_load_opts wk_load_opts_default(void) { return (wk_load_opts){ .size = sizeof(wk_load_opts), .strict = true }; }

wk_status wki_module_load_end(wki_module_loading *l, bool taken)
{
    if (l && taken) copy_all(l);
    if (l) wki_free(l->pairs.at);
    wki_free(l);
    return wk_error();
}

wki_module_loading *wki_module_load_begin(wk_module *m, const wk_state *s, const wk_load_opts *given)
{
    wk_load_opts o = wk_load_opts_default();
    if (wk_failed() || !wki_module_ok(m, "load_state_dict", "m")) return NULL;
    wki_check(s, NULL, WK_E_INVALID, "load_state_dict", "s is NULL; a state dict is needed");
    if (given) wki_options_merge(&o, sizeof o, given);
    wk_state_count(s); /* refuses what is no state */
    loading *l = wk_failed() ? NULL : wki_alloc(sizeof *l);
    if (!l) return NULL;
    l->m = m;
    l->s = s;
    l->strict = o.strict;
    if (compare(l) == WK_OK && convert_all(l) == WK_OK) return l;
    wki_module_load_end(l, false);
    return NULL;
}

wk_status wk_load_state_dict_run(wk_module *m, const wk_state *s, const wk_load_opts *given)
{
    WK_SCOPE(loading);
    return wki_module_load_end(wki_module_load_begin(m, s, given), true);
}

wk_status wk_load_state_dict(wk_module *m, const wk_state *s) { return wk_load_state_dict_run(m, s, NULL); }

wk_status wk_save(wk_module *m, const char *path)
{
    if (wk_failed()) return wk_error();
    WK_SCOPE(work);
    wk_state *s = wk_state_dict(m);
    return s ? wk_state_write(s, path) : wk_error();
}

wk_status wk_load(wk_module *m, const char *path)
{
    if (wk_failed() || !wki_module_ok(m, "load", "m")) return wk_error();
    WK_SCOPE(work);
    wk_state *s = wk_state_read(path);
    return s ? wk_load_state_dict(m, s) : wk_error();
}
