/* Modules inside: a tree of named children, parameters and buffers over a table of functions. */
#ifndef WKI_MODULE_H
#define WKI_MODULE_H
#include "autograd/op.h"
#include "wick/nn.h"

typedef enum { WKI_PARAMETER, WKI_BUFFER, WKI_CHILD } wki_member_kind;

typedef struct wki_member {
    char *name;
    wki_member_kind kind;
    void *object; /* a wk_tensor or a wk_module, owned */
} wki_member;

struct wk_module {
    wki_object object;
    const wk_module_ops *ops;
    const void *options; /* during init only */
    void *state;
    wki_member *members; /* in order of creation */
    int count, room;
    bool training;
    char *name; /* in the parent that took it last; NULL for a root */
    bool mode_kept, kept_training; /* during an evaluation: see wki_module_keep_modes */
};
extern const wki_type wki_module_type;

static inline bool wki_module_ok(const wk_module *m, const char *where, const char *argument)
{
    return wki_object_check(m, &wki_module_type, where, argument);
}
/* Every parameter and buffer with its full name, depth first; a shared tensor is visited wherever it hangs. */
typedef wk_status wki_visit_fn(void *user, const char *name, wki_member *member);
wk_status wki_module_walk(wk_module *m, wki_visit_fn *visit, void *user);
wki_member *wki_module_find(wk_module *m, const char *path); /* by its dotted path; NULL if there is none */
/* Evaluation mode for the whole tree, and each module's own mode back again. */
void wki_module_keep_modes(wk_module *m);
void wki_module_restore_modes(wk_module *m);
static inline wk_module *wki_child_at(const wk_module *m, int i)
{
    return m->members[i].kind == WKI_CHILD ? m->members[i].object : NULL;
}
#endif
