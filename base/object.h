/* Objects with a lifetime: a reference count, a type, and the scope that holds the birth reference. Memory of objects comes in
 * slots that are never given back to the system, so a dead handle can be told from a live one: an error, never a crash. */
#ifndef WKI_OBJECT_H
#define WKI_OBJECT_H
#include "wick/base.h"
#include <stdatomic.h>

typedef struct wki_object wki_object;

typedef struct wki_type {
    const char *name;                   /* "tensor" */
    size_t size;                        /* of the whole object */
    void (*destroy)(void *object);      /* releases what the object holds; must not recurse deeply: see wki_object_unref */
} wki_type;

struct wki_object {                     /* the first member of every object */
    const wki_type *type;               /* NULL once dead; then `scope_name` says which scope took it along */
    atomic_int refs, kept;              /* kept: how many of the references are wk_keep's */
    wk_scope *scope;                    /* holds the birth reference; NULL: none does (a parent, or kept only) */
    wki_object *prev, *next;            /* in the scope's list */
    const char *scope_name;
};

/* A zeroed object with one reference, owned by the thread's innermost scope (WK_E_STATE without one), or NULL. */
WK_API void *wki_object_new(const wki_type *type, const char *where);
/* The same without a scope: the caller owns the reference. */
WK_API void *wki_object_new_unscoped(const wki_type *type, const char *where);

WK_API void wki_object_ref(void *object);   /* NULL allowed */
/* Drops a reference; at the last the object is destroyed. Iterative: destructors started inside a destructor are queued, so a
 * chain of a million nodes does not overflow the stack. NULL allowed. Leaves the current error alone. */
WK_API void wki_object_unref(void *object);
/* Does the object die with the scope, which is open on this thread, or with one inside it? */
WK_API bool wki_scope_holds(const wk_scope *scope, const void *object);
/* The scope's birth reference becomes the caller's: used when an object gets a parent. */
WK_API void wki_object_adopt(void *object);
/* Is this a live object of the type? If not, records WK_E_STATE naming where, the type and the scope that closed; NULL (with an
 * error pending or not) goes through wki_null_argument and is false too. */
WK_API bool wki_object_check(const void *object, const wki_type *type, const char *where, const char *argument);

int wki_scope_depth(void);
#endif
