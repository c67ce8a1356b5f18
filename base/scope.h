/* What object.c and scope.c tell each other: the lists of scopes, and the end of objects. For these two only. */
#ifndef WKI_SCOPE_H
#define WKI_SCOPE_H
#include "base/context.h"

static inline void wki_scope_link(wk_scope *scope, wki_object *object)
{
    object->scope = scope;
    object->next = NULL;
    object->prev = scope->newest;
    if (scope->newest) scope->newest->next = object;
    scope->newest = object;
    scope->count++;
}

static inline void wki_scope_unlink(wki_object *object)
{
    wk_scope *scope = object->scope;
    if (object->prev) object->prev->next = object->next;
    if (object->next)
        object->next->prev = object->prev;
    else
        scope->newest = object->prev;
    scope->count--;
    object->scope = NULL;
}

/* Gives one reference up; was it the last? The only owner needs no atomic subtraction. */
static inline bool wki_object_drop(wki_object *object)
{
    return atomic_load_explicit(&object->refs, memory_order_acquire) == 1 ||
           atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) == 1;
}

void wki_object_die(wki_context *here,
                    wki_object *object); /* destroys it, or queues it while another is being destroyed */
void wki_fail_dead(const wki_object *object, const char *where, const char *argument);
#endif
