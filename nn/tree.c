/* What is done to a whole tree of modules: visiting, printing, freezing, hooks, copying, moving, cloning. */
#include "base/alloc.h"
#include "nn/module.h"
#include <stdio.h>
#include <string.h>

int wk_module_child_count(const wk_module *m)
{
    int n = 0;
    if (!wki_module_ok(m, "module_child_count", "m")) return 0;
    for (int i = 0; i < m->count; i++) n += m->members[i].kind == WKI_CHILD;
    return n;
}

static const wki_member *child_member(const wk_module *m, const char *where, int at)
{
    if (!wki_module_ok(m, where, "m")) return NULL;
    int n = 0;
    for (int i = 0; i < m->count; i++)
        if (m->members[i].kind == WKI_CHILD && n++ == at) return &m->members[i];
    wki_fail(WK_E_RANGE, where, "child %d; %s has %d", at, m->ops->name, n);
    return NULL;
}

wk_module *wk_module_child_at(wk_module *m, int i)
{
    const wki_member *member = child_member(m, "module_child_at", i);
    return member ? member->object : NULL;
}

const char *wk_module_child_name(const wk_module *m, int i)
{
    const wki_member *member = child_member(m, "module_child_name", i);
    return member ? member->name : NULL;
}

const char *wk_module_type(const wk_module *m) { return wki_module_ok(m, "module_type", "m") ? m->ops->name : NULL; }

static wk_status apply(wk_module *m, const char *name, wk_module_fn *fn, void *user)
{
    for (int i = 0; i < m->count; i++) {
        wk_module *child = wki_child_at(m, i);
        if (!child) continue;
        char *path = wki_sprintf("%s%s%s", name, *name ? "." : "", m->members[i].name);
        wk_status status = path ? apply(child, path, fn, user) : WK_E_MEMORY;
        wki_free(path);
        if (status) return status;
    }
    wk_status status = fn(user, name, m);
    return status && !wk_failed() ? wki_fail(status, "module_apply", "fn failed at '%s'", name) : status;
}

wk_status wk_module_apply(wk_module *m, wk_module_fn *fn, void *user)
{
    if (wk_failed() || !wki_module_ok(m, "module_apply", "m")) return wk_error();
    wki_check(fn, WK_E_INVALID, WK_E_INVALID, "module_apply", "fn is NULL");
    return apply(m, "", fn, user);
}

static void print_tree(const wk_module *m, FILE *out, int depth)
{
    char text[128] = "";
    if (m->ops->size > offsetof(wk_module_ops, describe) && m->ops->describe)
        m->ops->describe((wk_module *)m, text, sizeof text);
    fprintf(out, "%s(%s)\n", m->ops->name, text);
    for (int i = 0; i < m->count; i++) {
        const wk_tensor *t = m->members[i].object;
        fprintf(out, "%*s%s: ", 2 * depth + 2, "", m->members[i].name);
        if (wki_child_at(m, i))
            print_tree(wki_child_at(m, i), out, depth + 1);
        else
            fprintf(out, "%s %s\n", wk_dtype_name((wk_dtype)t->v.dtype), wki_show(&t->v));
    }
}

wk_status wk_module_print(const wk_module *m, FILE *out)
{
    if (!wki_module_ok(m, "module_print", "m")) return wk_error();
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "module_print", "out is NULL");
    print_tree(m, out, 0);
    return WK_OK;
}

static wk_status zero_one(void *user, const char *name, wki_member *member)
{
    (void)user, (void)name;
    return member->kind == WKI_PARAMETER ? wk_set_grad(member->object, NULL) : WK_OK;
}

void wk_module_zero_grad(wk_module *m)
{
    if (wki_module_ok(m, "module_zero_grad", "m")) wki_module_walk(m, zero_one, NULL);
}

static wk_status put_buffer(void *user, const char *name, wki_member *member)
{
    return member->kind == WKI_BUFFER ? wk_state_set(user, name, member->object) : WK_OK;
}

wk_state *wk_buffers(wk_module *m)
{
    if (!wki_module_ok(m, "buffers", "m")) return NULL;
    wk_state *s = wk_state_new();
    return s && wki_module_walk(m, put_buffer, s) == WK_OK ? s : NULL;
}

typedef struct freezing {
    const char *prefix;
    bool on;
    int found;
    wk_tensor **of; /* NULL: they are counted */
} freezing;

static wk_status pick(void *user, const char *name, wki_member *member)
{
    freezing *f = user;
    if (member->kind != WKI_PARAMETER || strncmp(name, f->prefix, strlen(f->prefix))) return WK_OK;
    if (f->of) f->of[f->found] = member->object;
    f->found++;
    return WK_OK;
}

static wk_status freeze(wk_module *m, freezing *f)
{
    if (wki_module_walk(m, pick, f)) return wk_error();
    wki_check(f->found, WK_E_NOT_FOUND, WK_E_NOT_FOUND, "module_requires_grad",
              "%s has no parameter that begins with '%s'", m->ops->name, f->prefix);
    if (!(f->of = wki_alloc_array((size_t)f->found, sizeof *f->of))) return wk_error();
    f->found = 0;
    if (wki_module_walk(m, pick, f)) return wk_error();
    for (int i = 0; i < f->found; i++) {
        wki_set_requires_grad(f->of[i], f->on);
        if (!f->on) wk_set_grad(f->of[i], NULL);
    }
    return wk_error();
}

wk_status wk_module_requires_grad(wk_module *m, const char *prefix, bool on)
{
    if (wk_failed() || !wki_module_ok(m, "module_requires_grad", "m")) return wk_error();
    wki_check(prefix, WK_E_INVALID, WK_E_INVALID, "module_requires_grad", "prefix is NULL; \"\" means all");
    freezing f = { .prefix = prefix, .on = on };
    freeze(m, &f);
    wki_free(f.of);
    return wk_error();
}

int wk_module_hook(wk_module *m, wk_forward_pre_hook *before, wk_forward_hook *after, void *user)
{
    if (!wki_module_ok(m, "module_hook", "m")) return 0;
    wki_check(before || after, 0, WK_E_INVALID, "module_hook", "before and after are NULL");
    wki_module_hook *grown = wki_grow_list(m->hooks, (size_t)m->nhooks, sizeof *grown);
    if (!grown) return 0;
    m->hooks = grown;
    wki_module_changed(m);
    m->hooks[m->nhooks++] = (wki_module_hook){ ++m->hook_id, before, after, user };
    return m->hook_id;
}

wk_status wk_module_remove_hook(wk_module *m, int hook)
{
    if (!wki_module_ok(m, "module_remove_hook", "m")) return wk_error();
    int at = 0;
    while (at < m->nhooks && m->hooks[at].id != hook) at++;
    wki_module_changed(m);
    wki_check(at < m->nhooks, WK_E_NOT_FOUND, WK_E_NOT_FOUND, "module_remove_hook", "%s has no hook %d", m->ops->name,
              hook);
    memmove(m->hooks + at, m->hooks + at + 1, (size_t)(m->nhooks - at - 1) * sizeof *m->hooks);
    m->nhooks--;
    return WK_OK;
}

/* ---- What becomes of each ---- */

wk_status wki_pairs_add(wki_pairs *p, void *from, void *to)
{
    wki_pair *grown = wki_grow_list(p->at, (size_t)p->count, sizeof *grown);
    if (!grown) return WK_E_MEMORY;
    p->at = grown;
    p->at[p->count++] = (wki_pair){ from, to };
    return WK_OK;
}

wki_pair *wki_pairs_find(const wki_pairs *p, const void *from)
{
    for (int i = 0; i < p->count; i++)
        if (p->at[i].from == from) return &p->at[i];
    return NULL;
}

/* ---- Moving and copying: check everything first, so that nothing changes on an error ---- */

static wk_status check_same(void *user, const char *name, wki_member *member)
{
    wki_member *other = wki_module_find(user, name);
    wk_tensor *mine = member->object, *its = other ? other->object : NULL;
    wki_check(other && other->kind == member->kind, WK_E_NOT_FOUND, WK_E_NOT_FOUND, "module_copy_",
              "only one of them has '%s'", name);
    wki_check(wki_same_shape(&mine->v, &its->v) && mine->v.dtype == its->v.dtype, WK_E_SHAPE, WK_E_SHAPE,
              "module_copy_", "'%s' is %s %s here, %s %s in the source", name, wk_dtype_name((wk_dtype)mine->v.dtype),
              wki_show(&mine->v), wk_dtype_name((wk_dtype)its->v.dtype), wki_show(&its->v));
    return WK_OK;
}

static wk_status copy_one(void *user, const char *name, wki_member *member)
{
    return wk_copy_(member->object, wki_module_find(user, name)->object);
}

wk_status wk_module_copy_(wk_module *m, wk_module *from)
{
    if (wk_failed() || !wki_module_ok(m, "module_copy_", "m") || !wki_module_ok(from, "module_copy_", "from"))
        return wk_error();
    WK_NO_GRAD(update);
    if (wki_module_walk(m, check_same, from) || wki_module_walk(from, check_same, m)) return wk_error();
    return wki_module_walk(m, copy_one, from);
}

/* Conversions are made first, all of them, and then put in place: the handles stay, as others hold them, with other
 * memory. */
typedef struct converted {
    wk_device device;
    wk_dtype dtype; /* of floats */
    wki_pairs pairs;
} converted;

static wk_status convert_tensor(converted *c, wk_tensor *t)
{
    const wk_dtype dtype = t && wki_is_float((wk_dtype)t->v.dtype) ? c->dtype : t ? (wk_dtype)t->v.dtype : 0;
    if (!t || (t->v.dtype == dtype && t->v.device == c->device)) return WK_OK;
    if (wki_pairs_find(&c->pairs, t)) return WK_OK;
    wk_tensor *as = wk_to_device(wk_to(t, dtype), c->device);
    return as ? wki_pairs_add(&c->pairs, t, as) : wk_error();
}

static wk_status convert_one(void *user, const char *name, wki_member *member)
{
    (void)name;
    wk_tensor *t = member->object;
    return convert_tensor(user, t) ? wk_error() : convert_tensor(user, t->grad);
}

static void exchange(wk_tensor *t, wk_tensor *as)
{
    as->storage->version = t->storage->version + 1; /* a graph that saved t notices */
    wki_storage *old = t->storage;
    t->storage = wki_storage_ref(as->storage);
    t->rewrites = as->rewrites;
    t->v = as->v;
    wki_storage_unref(old);
}

wk_module *wk_module_to(wk_module *m, wk_device device, wk_dtype dtype)
{
    if (wk_failed() || !wki_module_ok(m, "module_to", "m")) return NULL;
    if (wki_device_ok("module_to", device)) return NULL;
    wki_check(wki_is_float(dtype), NULL, WK_E_DTYPE, "module_to", "%s is no float dtype", wk_dtype_name(dtype));
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    converted c = { .device = device, .dtype = dtype };
    wk_status status = wki_module_walk(m, convert_one, &c);
    for (int i = 0; i < c.pairs.count && status == WK_OK; i++) exchange(c.pairs.at[i].from, c.pairs.at[i].to);
    wki_free(c.pairs.at);
    return status ? NULL : m;
}

/* ---- Cloning ---- */

static void *clone_object(void *user, wki_member_kind kind, void *object)
{
    wki_pairs *twins = user;
    const wki_pair *there = wki_pairs_find(twins, object);
    if (there) return there->to;
    void *made;
    if (kind == WKI_CHILD) {
        made = wki_module_twin(object, clone_object, twins);
    } else {
        const wk_tensor *from = object;
        WK_NO_GRAD(copying);
        wk_tensor *copy = wk_clone(object);
        if (copy && from->requires_grad) copy = wk_requires_grad(copy);
        made = copy;
    }
    return made && wki_pairs_add(twins, object, made) == WK_OK ? made : NULL;
}

wk_module *wk_module_clone(wk_module *m)
{
    if (wk_failed() || !wki_module_ok(m, "module_clone", "m")) return NULL;
    WK_SCOPE(work);
    wki_pairs twins = { 0 };
    wk_module *copy = wki_module_twin(m, clone_object, &twins);
    wki_free(twins.at);
    return copy ? wk_escape(work, copy) : NULL;
}
