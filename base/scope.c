/* Scopes, and the verbs that move objects between them: escape, keep, release, replace. A scope is a list of the
 * objects whose birth reference it holds; scopes nest in their thread's context. Rests on object.c for the end of
 * objects. */
#include "base/scope.h"
#include "base/alloc.h"
#include "base/object.h"

static wk_scope *next_scope(wki_context *here)
{
    wk_scope *outer = here->scope;
    if (!outer) return &here->scopes[0];
    if (outer->inner) return outer->inner;
    if (outer->depth < WKI_SCOPES_AT_HAND) return &here->scopes[outer->depth];
    return outer->inner = wki_alloc(sizeof *outer);
}

static void copy_name(char *to, const char *from)
{
    int i = 0;
    for (; i < WKI_SCOPE_NAME - 1 && from[i]; i++) to[i] = from[i];
    to[i] = 0;
}

wk_scope *wk_scope_open(const char *name)
{
    wki_context *here = wki_context_here();
    wk_scope *scope = next_scope(here), *outer = here->scope;
    if (!scope) return NULL; /* with the error pending; the scope around serves in its place */
    scope->owner = here;
    scope->outer = outer;
    scope->depth = outer ? outer->depth + 1 : 1;
    scope->count = 0;
    scope->warned = false;
    scope->newest = NULL;
    copy_name(scope->name, name ? name : "scope");
    here->scope = scope;
    return scope;
}

/* One whose only owner is the scope dies as its; another lives on with whoever holds it. */
static void let_go(wki_context *here, wk_scope *scope, wki_object *object)
{
    wki_scope_unlink(object);
    if (atomic_load_explicit(&object->refs, memory_order_acquire) == 1) object->scope_name = scope->name;
    if (wki_object_drop(object)) wki_object_die(here, object);
}

static void close_innermost(wki_context *here)
{
    wk_scope *scope = here->scope;
    while (scope->newest) let_go(here, scope, scope->newest);
    here->scope = scope->outer;
    scope->owner = NULL;
}

static bool is_open_here(const wki_context *here, const wk_scope *scope)
{
    for (const wk_scope *open = here->scope; open; open = open->outer)
        if (open == scope) return true;
    return false;
}

static bool close_through(wk_scope *scope)
{
    wki_context *here = wki_context_here();
    if (!is_open_here(here, scope)) return false;
    while (here->scope != scope) close_innermost(here);
    close_innermost(here);
    return true;
}

void wk_scope_close(wk_scope *scope)
{
    if (scope && !close_through(scope))
        wki_fail(WK_E_STATE, "scope_close", "the scope is not open on this thread; close it once, where it was opened");
}

/* Quiet about a scope that was closed by hand, or with one around it. */
void wk_scope_guard(wk_scope **scope)
{
    if (*scope) close_through(*scope);
}

void wki_scopes_close_all(wki_context *here)
{
    while (here->scope) close_innermost(here);
}

void wki_scopes_forget_spare(wki_context *here)
{
    const bool deep = here->scope && here->scope->depth > WKI_SCOPES_AT_HAND;
    wk_scope *last = deep ? here->scope : &here->scopes[WKI_SCOPES_AT_HAND - 1];
    wk_scope *spare = last->inner;
    last->inner = NULL;
    for (wk_scope *next; spare; spare = next) {
        next = spare->inner;
        wki_free(spare);
    }
}

int wki_scope_depth(void)
{
    const wk_scope *scope = wki_context_here()->scope;
    return scope ? scope->depth : 0;
}

static bool alive(const wki_object *object, const char *where)
{
    if (object->type) return true;
    wki_fail_dead(object, where, "object");
    return false;
}

static void move(wki_object *object, wk_scope *to)
{
    wki_scope_unlink(object);
    wki_scope_link(to, object);
}

bool wki_scope_holds(const wk_scope *scope, const void *pointer)
{
    const wki_object *object = pointer;
    return scope && object->scope && object->scope->owner == scope->owner && object->scope->depth >= scope->depth;
}

void *wk_escape(wk_scope *scope, void *pointer)
{
    wki_context *here = wki_context_here();
    wki_object *object = pointer;
    if (!object || !scope) return object;
    if (!alive(object, "escape")) return NULL;
    wki_check(is_open_here(here, scope), NULL, WK_E_STATE, "escape", "the scope is not open on this thread");
    if (!wki_scope_holds(scope, object)) return object; /* it lives longer already */
    wki_check(scope->outer, NULL, WK_E_STATE, "escape", "no scope is around '%s'; keep the object instead",
              scope->name);
    move(object, scope->outer);
    return object;
}

void *wk_keep(void *pointer)
{
    wki_object *object = pointer;
    if (!object || !alive(object, "keep")) return NULL;
    atomic_fetch_add_explicit(&object->kept, 1, memory_order_relaxed);
    wki_object_ref(object);
    return object;
}

static bool take_kept(wki_object *object)
{
    int kept = atomic_load_explicit(&object->kept, memory_order_relaxed);
    while (kept > 0 && !atomic_compare_exchange_weak_explicit(&object->kept, &kept, kept - 1, memory_order_relaxed,
                                                              memory_order_relaxed)) {}
    return kept > 0;
}

void wk_release(void *pointer)
{
    wki_object *object = pointer;
    if (!object || !alive(object, "release")) return;
    if (take_kept(object))
        wki_object_unref(object);
    else
        wki_fail(WK_E_STATE, "release", "the %s is not kept; release once for each keep", object->type->name);
}

static bool of_another_thread(const wki_context *here, const wki_object *object)
{
    return object->scope && object->scope->owner != here;
}

/* The scope holds the object from now on, unless a scope around holds it already. */
static void settle(wki_object *object, wk_scope *scope)
{
    if (!object->scope) {
        wki_object_ref(object);
        wki_scope_link(scope, object);
    } else if (object->scope->depth > scope->depth) {
        move(object, scope);
    }
}

void *wk_replaced(void *old_pointer, void *pointer)
{
    wki_context *here = wki_context_here();
    wki_object *old = old_pointer, *object = pointer;
    if (!object && wk_failed()) return old;
    if (old == object || !old) return object;
    if (!alive(old, "replace") || (object && !alive(object, "replace"))) return NULL;
    wki_check(!of_another_thread(here, old) && !(object && of_another_thread(here, object)), old, WK_E_STATE, "replace",
              "the %s belongs to a scope of another thread", old->type->name);
    if (old->scope) {
        if (object) settle(object, old->scope);
        wki_scope_unlink(old);
        wki_object_unref(old);
        return object;
    }
    wki_check(atomic_load(&old->kept) > 0, old, WK_E_STATE, "replace",
              "the old %s is neither kept nor in a scope; it belongs to its parent", old->type->name);
    wk_keep(object);
    wk_release(old);
    return object;
}
