/* Modules inside: a tree of named children, parameters and buffers over a table of functions. */
#ifndef WKI_MODULE_H
#define WKI_MODULE_H
#include "autograd/op.h"
#include "autograd/recording.h"
#include "wick/nn.h"

typedef enum { WKI_PARAMETER, WKI_BUFFER, WKI_CHILD } wki_member_kind;

typedef struct wki_member {
    char *name;
    wki_member_kind kind;
    void *object; /* a wk_tensor or a wk_module, owned */
} wki_member;

typedef struct wki_module_hook {
    int id;
    wk_forward_pre_hook *before;
    wk_forward_hook *after;
    void *user;
} wki_module_hook;

struct wk_module {
    wki_object object;
    const wk_module_ops *ops;
    const void *options; /* during init only */
    void *state;
    wki_member *members; /* in order of creation */
    int count;
    bool training;
    bool own; /* one of nn/layers, by wki_layer_new */
    wki_module_hook *hooks; /* in order of registration */
    int nhooks, hook_id;
    char *name; /* in the parent that took it last; NULL for a root */
    wk_module *parent; /* that one, not owned; NULL once it is gone */
    bool mode_kept, kept_training; /* during an evaluation: see wki_module_keep_modes */
    atomic_bool is_seen;           /* by a recording */
    bool is_switched;              /* its mode is in wki_switches */
};
extern const wki_type wki_module_type;

/* wk_nn_custom for the layers of this library: ops->name tells which one it is. Where it has options that its members do not
 * tell, the state begins with them, as wk_nn_NAME_new takes them or as wki_numbers, so that others may read them. */
wk_module *wki_layer_new(const wk_module_ops *ops, const void *options);
wk_status wki_layer_keep_options(wk_module *m, void *state); /* init of one whose state is its options and no more */
/* in[0] becomes what a container's child makes of the inputs, and *is_ours whether only the container has it: such a value is
 * freed with the next one, as is what the child made besides, if nobody can have kept it. Before the first: false. */
wk_status wki_module_pass(wk_module *child, wk_tensor **in, int nin, bool *is_ours);
typedef struct wki_numbers { /* of makers that take one number or two, in order */
    double a, b;
} wki_numbers;
typedef struct wki_unflatten { /* dim becomes n dims */
    int dim, n;
    int64_t size[WK_MAX_DIMS];
} wki_unflatten;
typedef struct wki_padding { /* as wk_pad takes it */
    int n;
    int64_t by[6];
    wk_pad_mode mode;
    double value;
} wki_padding;
/* For describe: adds ", name=2x3" to the n characters of text where sizes are given; returns how many there are then. */
size_t wki_describe_sizes(char *text, size_t bytes, size_t n, const char *name, const wk_dims *d);

void wki_module_see(wk_module *m); /* it and all below: a recorded step depends on them */
static inline bool wki_module_ok(const wk_module *m, const char *where, const char *argument)
{
    if (!wki_object_check(m, &wki_module_type, where, argument)) return false;
    if (wki_is_recorded()) wki_module_see((wk_module *)m);
    return true;
}
static inline void wki_module_changed(const wk_module *m) /* its members or hooks */
{
    if (atomic_load_explicit(&m->is_seen, memory_order_relaxed)) wki_structure_changed();
}
/* What watches all forwards of this thread; NULL: nothing. */
typedef struct wki_watcher {
    void (*enter)(struct wki_watcher *w, wk_module *m);
    void (*leave)(struct wki_watcher *w, wk_module *m, wk_tensor *first);
} wki_watcher;
extern _Thread_local wki_watcher *wki_module_watcher;
/* A module of the same table with from's state and its members' copies, made by copy in their order. */
wk_module *wki_module_twin(const wk_module *from, void *(*copy)(void *user, wki_member_kind kind, void *object), void *user);
/* What each of a tree's objects becomes: its clone, its conversion, the value it is to take. */
typedef struct wki_pair {
    void *from, *to;
} wki_pair;
typedef struct wki_pairs {
    wki_pair *at; /* freed with wki_free */
    int count;
} wki_pairs;
wk_status wki_pairs_add(wki_pairs *p, void *from, void *to);
wki_pair *wki_pairs_find(const wki_pairs *p, const void *from); /* the first; NULL if there is none */
/* Every parameter and buffer with its full name, depth first; a shared tensor is visited wherever it hangs. */
typedef wk_status wki_visit_fn(void *user, const char *name, wki_member *member);
wk_status wki_module_walk(wk_module *m, wki_visit_fn *visit, void *user);
wki_member *wki_module_find(wk_module *m, const char *path); /* by its dotted path; NULL if there is none */
/* Loading a state dict in two parts: all that may fail, into tensors of the innermost scope, and the copying. */
typedef struct wki_module_loading wki_module_loading;
wki_module_loading *wki_module_load_begin(wk_module *m, const wk_state *s, const wk_load_opts *o); /* o NULL: the defaults */
wk_status wki_module_load_end(wki_module_loading *l, bool taken);                                  /* l NULL: nothing */
/* Evaluation mode for the whole tree, and each module's own mode back again. */
void wki_module_keep_modes(wk_module *m);
void wki_module_restore_modes(wk_module *m);
static inline wk_module *wki_child_at(const wk_module *m, int i)
{
    return m->members[i].kind == WKI_CHILD ? m->members[i].object : NULL;
}
#endif
