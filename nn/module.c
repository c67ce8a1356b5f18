/* The module: its tree, its names, its parameters. A module owns its members; members are registered by its init
 * function. */
#include "nn/module.h"
#include "base/alloc.h"
#include "base/fault.h"
#include <stdio.h>
#include <string.h>

static void module_destroy(void *object)
{
    wk_module *m = object;
    wki_module_changed(m);
    if (m->is_switched) wki_switch(m, &m->is_switched);
    if (m->state && m->ops->destroy) m->ops->destroy(m->state);
    for (int i = 0; i < m->count; i++) {
        wk_module *child = wki_child_at(m, i);
        if (child && child->parent == m) child->parent = NULL;
        wki_free(m->members[i].name);
        wki_object_unref(m->members[i].object);
    }
    wki_free(m->members);
    wki_free(m->hooks);
    wki_free(m->state);
    wki_free(m->name);
}

/* Children that come later are seen when they come. */
void wki_module_see(wk_module *m)
{
    if (atomic_load_explicit(&m->is_seen, memory_order_relaxed) || WKI_FAULT(150)) return;
    atomic_store_explicit(&m->is_seen, true, memory_order_relaxed);
    for (int i = 0; i < m->count; i++)
        if (wki_child_at(m, i)) wki_module_see(wki_child_at(m, i));
}

static void set_mode(wk_module *m, bool training)
{
    if (m->training != training && atomic_load_explicit(&m->is_seen, memory_order_relaxed))
        wki_switch(m, &m->is_switched);
    m->training = training;
}

const wki_type wki_module_type = { "module", sizeof(wk_module), module_destroy };

static bool takes_many(const wk_module_ops *ops)
{
    return ops->size > offsetof(wk_module_ops, forward_many) && ops->forward_many;
}

static wk_module *make(const wk_module_ops *ops, const void *options, bool own)
{
    wk_module *m = wki_object_new(&wki_module_type, ops->name);
    if (!m) return NULL;
    m->ops = ops;
    m->own = own;
    m->training = true;
    m->options = options;
    m->state = wki_alloc(ops->state_size ? ops->state_size : 1);
    bool made = m->state && (!ops->init || ops->init(m, m->state) == WK_OK) && !wk_failed();
    m->options = NULL;
    if (made) return m;
    wki_object_unref(m);
    return NULL;
}

wk_module *wk_nn_custom(const wk_module_ops *ops, const void *options)
{
    wki_check(ops && ops->size >= offsetof(wk_module_ops, destroy) && (ops->forward || takes_many(ops)) && ops->name,
              NULL, WK_E_INVALID, "nn_custom", "the table needs its size, a name and a forward function");
    return make(ops, options, false);
}

wk_module *wki_layer_new(const wk_module_ops *ops, const void *options) { return make(ops, options, true); }

wk_status wki_layer_keep_options(wk_module *m, void *state)
{
    memcpy(state, m->options, m->ops->state_size);
    return WK_OK;
}

const void *wk_nn_options(wk_module *m) { return wki_module_ok(m, "nn_options", "m") ? m->options : NULL; }
void *wk_nn_state(wk_module *m) { return wki_module_ok(m, "nn_state", "m") ? m->state : NULL; }

static wk_status add_member(wk_module *m, const char *where, const char *name, wki_member_kind kind, void *object)
{
    wki_check(name && *name && !strchr(name, '.'), WK_E_INVALID, WK_E_INVALID, where,
              "'%s' is no name: not empty, no dots", name ? name : "NULL");
    for (int i = 0; i < m->count; i++)
        wki_check(strcmp(m->members[i].name, name), WK_E_INVALID, WK_E_INVALID, where, "%s has a member '%s' already",
                  m->ops->name, name);
    wki_member *grown = wki_grow_list(m->members, (size_t)m->count, sizeof *grown);
    if (!grown) return WK_E_MEMORY;
    m->members = grown;
    char *copy = wki_strdup(name);
    if (!copy) return WK_E_MEMORY;
    wki_object_ref(object);
    wki_object_adopt(object);
    wki_object_unref(object); /* the birth reference is the module's now */
    m->members[m->count++] = (wki_member){ copy, kind, object };
    wki_module_changed(m);
    if (kind == WKI_CHILD && atomic_load_explicit(&m->is_seen, memory_order_relaxed)) wki_module_see(object);
    return WK_OK;
}

/* State holds pointers to the module's own tensors and children: the twin's must be to its own. */
static void redirect(wk_module *m, const wk_module *from, size_t bytes)
{
    for (size_t at = 0; at + sizeof(void *) <= bytes; at += sizeof(void *)) {
        void *pointer;
        memcpy(&pointer, (char *)m->state + at, sizeof pointer);
        for (int i = 0; pointer && i < m->count; i++)
            if (from->members[i].object == pointer)
                memcpy((char *)m->state + at, &m->members[i].object, sizeof pointer);
    }
}

wk_module *wki_module_twin(const wk_module *from, void *(*copy)(void *user, wki_member_kind kind, void *object),
                           void *user)
{
    const wk_module_ops *ops = from->ops;
    const bool clones = ops->size > offsetof(wk_module_ops, clone) && ops->clone;
    wki_check(clones || !ops->destroy, NULL, WK_E_UNSUPPORTED, "module_clone", "%s has a destroy, but no clone",
              ops->name);
    wk_module *m = wki_object_new(&wki_module_type, ops->name);
    if (!m) return NULL;
    m->ops = ops;
    m->training = from->training;
    m->own = from->own;
    for (int i = 0; i < from->count; i++) {
        const wki_member *member = &from->members[i];
        void *object = copy(user, member->kind, member->object);
        if (!object || add_member(m, "module_clone", member->name, member->kind, object)) return NULL;
        wk_module *child = wki_child_at(m, i);
        if (child && !child->name && !(child->name = wki_strdup(member->name))) return NULL;
        if (child) child->parent = m;
    }
    if (!(m->state = wki_alloc(ops->state_size ? ops->state_size : 1))) return NULL;
    memcpy(m->state, from->state, ops->state_size);
    redirect(m, from, ops->state_size);
    if (!clones || ops->clone(m->state, from->state) == WK_OK) return m;
    wki_free(m->state); /* half made: not for destroy */
    m->state = NULL;
    return NULL;
}

static bool contains(const wk_module *tree, const wk_module *m)
{
    bool found = tree == m;
    for (int i = 0; i < tree->count && !found; i++) found = wki_child_at(tree, i) && contains(wki_child_at(tree, i), m);
    return found;
}

wk_module *wk_nn_child(wk_module *m, const char *name, wk_module *child)
{
    if (!wki_module_ok(m, "nn_child", "m") || !wki_module_ok(child, "nn_child", "child")) return NULL;
    wki_check(!contains(child, m), NULL, WK_E_INVALID, "nn_child",
              "a module cannot be its own child, directly or further down");
    char *copy = name ? wki_strdup(name) : NULL;
    if ((name && !copy) || add_member(m, "nn_child", name, WKI_CHILD, child)) {
        wki_free(copy);
        return NULL;
    }
    wki_free(child->name);
    child->name = copy;
    child->parent = m;
    return child;
}

wk_tensor *wk_nn_param(wk_module *m, const char *name, wk_tensor *init)
{
    if (!wki_module_ok(m, "nn_param", "m") || !wki_tensor_ok(init, "nn_param", "init")) return NULL;
    wki_check(!init->grad_fn, NULL, WK_E_STATE, "nn_param", "'%s' has a history; a leaf is needed", name);
    if (!wk_requires_grad(init) || add_member(m, "nn_param", name, WKI_PARAMETER, init)) return NULL;
    return init;
}

wk_tensor *wk_nn_buffer(wk_module *m, const char *name, wk_tensor *init)
{
    if (!wki_module_ok(m, "nn_buffer", "m") || !wki_tensor_ok(init, "nn_buffer", "init")) return NULL;
    return add_member(m, "nn_buffer", name, WKI_BUFFER, init) ? NULL : init;
}

_Thread_local wki_watcher *wki_module_watcher;

static wk_status call(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (takes_many(m->ops)) return m->ops->forward_many(m, in, nin, out, nout);
    wki_check(nin == 1 && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs and %d results were named; it has one of each", nin, nout);
    out[0] = m->ops->forward(m, in[0]);
    return wk_error();
}

/* With hooks, which may put other tensors in the places of those that were given. */
static wk_status call_hooked(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    enum { MOST = 16 };
    wk_tensor *given[MOST];
    wki_check(nin <= MOST, WK_E_INVALID, WK_E_INVALID, m->ops->name, "%d inputs; with hooks at most %d", nin, MOST);
    memcpy(given, in, (size_t)nin * sizeof *given);
    wk_status status = WK_OK;
    for (int i = 0; i < m->nhooks && !status; i++)
        if (m->hooks[i].before) status = m->hooks[i].before(m->hooks[i].user, m, given, nin);
    if (!status) status = call(m, given, nin, out, nout);
    for (int i = 0; i < m->nhooks && !status; i++)
        if (m->hooks[i].after) status = m->hooks[i].after(m->hooks[i].user, m, given, nin, out, nout);
    return status && !wk_failed() ? wki_fail(status, m->ops->name, "a hook failed") : status;
}

/* "encoder.0", cut if need be; "" for a root */
static void path_of(const wk_module *m, char *text, size_t bytes)
{
    char tail[160] = "";
    for (; m->parent && m->name; m = m->parent) {
        snprintf(text, bytes, "%.60s%s%.90s", m->name, *tail ? "." : "", tail);
        snprintf(tail, sizeof tail, "%s", text);
    }
    snprintf(text, bytes, "%s", tail);
}

/* An error tells where in the model it happened: once, in the innermost forward. */
static _Thread_local bool told_path;

static void tell_path(const wk_module *m)
{
    char path[160];
    path_of(m, path, sizeof path);
    if (*path) wki_error_within(path);
    told_path = true;
}

wk_status wk_forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    for (int i = 0; out && i < nout; i++) out[i] = NULL;
    if (!wki_module_ok(m, "forward_many", "m")) return wk_error();
    wki_check(in && out && nin > 0 && nout > 0, WK_E_INVALID, WK_E_INVALID, "forward_many",
              "%d inputs and %d results; at least one of each is needed", in ? nin : 0, out ? nout : 0);
    for (int i = 0; i < nin; i++)
        if ((i == 0 || in[i]) && !wki_tensor_ok(in[i], m->ops->name, i ? "an input" : "x")) return wk_error();
    WKI_BESIDE(input, in[0]);
    wki_frame frame = { wki_frames, m->name, m->ops->name }; /* for anomaly mode */
    wki_watcher *watcher = wki_module_watcher;
    wki_frames = &frame;
    const bool failed = wk_failed();
    if (!failed) told_path = false;
    if (watcher) watcher->enter(watcher, m);
    wk_status status = m->nhooks ? call_hooked(m, in, nin, out, nout) : call(m, in, nin, out, nout);
    if (watcher) watcher->leave(watcher, m, out[0]);
    wki_frames = frame.outer;
    for (int i = 0; i < nout && status == WK_OK; i++)
        wki_check(out[i] || wk_failed(), WK_E_STATE, WK_E_STATE, m->ops->name, "forward gave no result %d and no error",
                  i);
    if (!failed && !told_path && wk_failed()) tell_path(m);
    return status ? status : wk_error();
}

wk_tensor *wk_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *y;
    return !wki_module_ok(m, "forward", "m") || wk_forward_many(m, &x, 1, &y, 1) ? NULL : y;
}

wk_module *wk_train(wk_module *m, bool on)
{
    if (!wki_module_ok(m, "train", "m")) return NULL;
    set_mode(m, on);
    for (int i = 0; i < m->count; i++)
        if (wki_child_at(m, i)) wk_train(wki_child_at(m, i), on);
    return m;
}

bool wk_is_training(const wk_module *m) { return wki_module_ok(m, "is_training", "m") && m->training; }

void wki_module_keep_modes(wk_module *m)
{
    if (m->mode_kept) return; /* shared, and visited before */
    m->mode_kept = true;
    m->kept_training = m->training;
    set_mode(m, false);
    for (int i = 0; i < m->count; i++)
        if (wki_child_at(m, i)) wki_module_keep_modes(wki_child_at(m, i));
}

void wki_module_restore_modes(wk_module *m)
{
    if (!m->mode_kept) return;
    m->mode_kept = false;
    set_mode(m, m->kept_training);
    for (int i = 0; i < m->count; i++)
        if (wki_child_at(m, i)) wki_module_restore_modes(wki_child_at(m, i));
}

/* ---- Walking the tree ---- */

static wk_status walk(wk_module *m, const char *prefix, wki_visit_fn *visit, void *user)
{
    for (int i = 0; i < m->count; i++) {
        char *name = wki_sprintf("%s%s%s", prefix, *prefix ? "." : "", m->members[i].name);
        if (!name) return WK_E_MEMORY;
        wk_module *child = wki_child_at(m, i);
        wk_status status = child ? walk(child, name, visit, user) : visit(user, name, &m->members[i]);
        wki_free(name);
        if (status) return status;
    }
    return WK_OK;
}

wk_status wki_module_walk(wk_module *m, wki_visit_fn *visit, void *user) { return walk(m, "", visit, user); }

typedef struct list {
    wk_tensor **leaves;
    char **names;
    int count;
    bool trained; /* those alone that require grad */
} list;

static wk_status list_add(void *user, const char *name, wki_member *member)
{
    list *l = user;
    const wk_tensor *t = member->object;
    if (member->kind != WKI_PARAMETER || (l->trained && !t->requires_grad)) return WK_OK;
    for (int i = 0; i < l->count; i++)
        if (l->leaves[i] == member->object) return WK_OK;
    wk_tensor **leaves = wki_grow_list(l->leaves, (size_t)l->count, sizeof *leaves);
    if (leaves) l->leaves = leaves;
    char **names = leaves ? wki_grow_list(l->names, (size_t)l->count, sizeof *names) : NULL;
    if (!names) return WK_E_MEMORY;
    l->names = names;
    if (!(l->names[l->count] = wki_strdup(name))) return WK_E_MEMORY;
    l->leaves[l->count++] = member->object;
    return WK_OK;
}

static void list_free(list *l)
{
    for (int i = 0; i < l->count; i++) wki_free(l->names[i]);
    wki_free(l->names);
    wki_free(l->leaves);
}

wk_params *wk_parameters(wk_module *m)
{
    if (!wki_module_ok(m, "parameters", "m")) return NULL;
    list l = { .trained = true };
    wk_params *params =
        walk(m, "", list_add, &l) ? NULL : wk_params_new(l.leaves, (const char *const *)l.names, l.count);
    list_free(&l);
    return params;
}

int64_t wk_parameter_count(wk_module *m)
{
    if (!wki_module_ok(m, "parameter_count", "m")) return 0;
    list l = { 0 };
    int64_t n = 0;
    if (walk(m, "", list_add, &l) == WK_OK)
        for (int i = 0; i < l.count; i++) n += wki_numel(&l.leaves[i]->v);
    list_free(&l);
    return n;
}

wki_member *wki_module_find(wk_module *m, const char *path)
{
    for (const char *dot; m; path = dot + 1) {
        dot = strchr(path, '.');
        size_t n = dot ? (size_t)(dot - path) : strlen(path);
        wki_member *member = NULL;
        for (int i = 0; i < m->count && !member; i++)
            if (strlen(m->members[i].name) == n && !strncmp(m->members[i].name, path, n)) member = &m->members[i];
        if (!member || !dot) return member;
        m = member->kind == WKI_CHILD ? member->object : NULL;
    }
    return NULL;
}

wk_tensor *wk_parameter(wk_module *m, const char *name)
{
    if (!wki_module_ok(m, "parameter", "m")) return NULL;
    wki_check(name, NULL, WK_E_INVALID, "parameter", "name is NULL");
    wki_member *member = wki_module_find(m, name);
    if (member && member->kind != WKI_CHILD) return member->object;
    list l = { 0 };
    char text[256] = "";
    if (walk(m, "", list_add, &l) == WK_OK)
        for (int i = 0; i < l.count && strlen(text) < sizeof text - 40; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.32s", i ? ", " : "", l.names[i]);
    wki_fail(WK_E_NOT_FOUND, "parameter", "%s has no '%s'; there are %s", m->ops->name, name, *text ? text : "none");
    list_free(&l);
    return NULL;
}

wk_module *wk_module_child(wk_module *m, const char *name)
{
    if (!wki_module_ok(m, "module_child", "m")) return NULL;
    wki_member *member = name ? wki_module_find(m, name) : NULL;
    wki_check(member && member->kind == WKI_CHILD, NULL, WK_E_NOT_FOUND, "module_child", "%s has no child '%s'",
              m->ops->name, name ? name : "NULL");
    return member->object;
}

size_t wki_describe_sizes(char *text, size_t bytes, size_t n, const char *name, const wk_dims *d)
{
    for (int i = 0; i < d->n && n < bytes; i++)
        n += i ? (size_t)snprintf(text + n, bytes - n, "x%lld", (long long)d->size[i])
               : (size_t)snprintf(text + n, bytes - n, "%s%s=%lld", n ? ", " : "", name, (long long)d->size[i]);
    return n;
}
