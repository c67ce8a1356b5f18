/* The tensor and its storage. A handle (wk_tensor) belongs to a scope or a parent; the storage is counted and shared by
 * views. */
#ifndef WKI_TENSOR_H
#define WKI_TENSOR_H
#include "backends/backend.h"
#include "base/error.h"
#include "base/object.h"
#include "wick/tensor.h"

typedef struct wki_node wki_node;

typedef struct wki_storage {
    wki_object object; /* its references are the storage's */
    wk_device device;
    void *data;
    size_t bytes, got; /* asked for, and what the allocator gave (0: the memory is not ours) */
    uint64_t serial;          /* never used again, as addresses are */
    atomic_bool seen;         /* by a recording: it wants to hear when this dies */
    atomic_int planned;       /* how many of the references are plans' */
    uint32_t version;         /* changes in place; shared by all views */
    uint32_t zero_version;    /* the version at which wk_zero_ made all of it 0; 0: never */
    uint32_t rewrites;        /* changes in place that became part of a graph */
    void (*done)(void *user); /* for borrowed memory */
    void *user;
} wki_storage;

struct wk_tensor {
    wki_object object;
    wki_view v;
    wki_storage *storage;
    wki_node *grad_fn;     /* made by this; NULL for a leaf */
    wki_node *accumulator; /* of a leaf that has been used: where its gradient arrives */
    wk_tensor *grad;       /* owned */
    bool requires_grad;    /* a leaf's own wish, or: history exists */
    bool retains_grad, is_view, is_inference;
    bool is_detached;         /* it, or what it is a view of: numbers alone, whatever becomes of the memory's history */
    bool is_switched;         /* the wish is in wki_switches */
    bool is_planned;          /* a plan's result: its reference to the storage is a plan's */
    atomic_int planned;       /* how many of the references are plans' */
    uint32_t rewrites;        /* the storage's when this handle was made: a view made before a rewrite is stale */
};
extern const wki_type wki_tensor_type;

/* Has its memory got a history since that it does not know of? */
static inline bool wki_is_stale(const wk_tensor *t)
{
    return t->rewrites != t->storage->rewrites && !t->is_detached;
}

/* Counted from one; NULL with WK_E_MEMORY or WK_E_DEVICE recorded. The bytes are undefined. */
wki_storage *wki_storage_new(wk_device device, size_t bytes);
uint64_t wki_storage_next_serial(void);           /* no storage has it, or a higher one, yet */
bool wki_storage_ref_if_alive(wki_storage *s);    /* false: its last reference is gone, its memory about to be */
wki_storage *wki_storage_borrow(void *data, size_t bytes, void (*done)(void *), void *user);
static inline wki_storage *wki_storage_ref(wki_storage *s)
{
    wki_object_ref(s);
    return s;
}
static inline void wki_storage_unref(wki_storage *s) { wki_object_unref(s); } /* NULL allowed */
static inline int wki_storage_refs(wki_storage *s)
{
    return atomic_load_explicit(&s->object.refs, memory_order_acquire);
}

void wki_set_requires_grad(wk_tensor *leaf, bool on);

/* An uninitialised contiguous tensor, without history, in the thread's scope. */
wk_tensor *wki_new(const char *where, wk_device device, int ndim, const int64_t *shape, wk_dtype dtype);
/* The same with t's shape, in the order of t's memory if that is dense, else contiguous. */
wk_tensor *wki_new_like(const char *where, const wk_tensor *t, wk_dtype dtype);
/* A contiguous tensor on storage (a reference is taken), `offset` elements from its start. */
wk_tensor *wki_tensor_on(wki_storage *storage, int64_t offset, int ndim, const int64_t *shape, wk_dtype dtype);
/* A tensor on t's storage with the view v, without history. The unscoped one belongs to the caller. */
wk_tensor *wki_alias(const wk_tensor *t, const wki_view *v);
wk_tensor *wki_alias_unscoped(const wk_tensor *t, const wki_view *v);
/* Its numbers as the host reads them: apart from the graph, side by side in the host's memory, which may be t's own. */
wk_tensor *wki_on_cpu(const wk_tensor *t);
/* Does nothing but this handle reach the memory, so that it may be written over? */
bool wki_is_sole_owner(wk_tensor *t);
/* Are all elements of a float tensor finite? By the largest |element|, so that no more than that is made; false with an
 * error pending if it cannot be told. */
bool wki_all_finite(wk_tensor *t);

/* Argument checks: false with an error recorded. */
static inline bool wki_tensor_ok(const wk_tensor *t, const char *where, const char *argument)
{
    return __builtin_expect(t && t->object.type == &wki_tensor_type, 1) ||
           wki_object_check(t, &wki_tensor_type, where, argument);
}
/* For what may be NULL: not while an error is pending, since then it is the NULL of a maker that failed. */
static inline bool wki_optional_ok(const wk_tensor *t, const char *where, const char *argument)
{
    return t ? wki_tensor_ok(t, where, argument) : !wk_failed();
}
/* How many elements a shape has; false if that is more than can be counted in bytes. Sizes are at least 0. */
static inline bool wki_shape_count(int ndim, const int64_t *shape, int64_t *numel)
{
    enum { ROOM = 16 }; /* bytes of an element at most, and a sign */
    int64_t n = ROOM;
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        empty |= shape[i] == 0;
        if (shape[i] > 1 && __builtin_mul_overflow(n, shape[i], &n)) return false;
    }
    *numel = empty ? 0 : n / ROOM;
    return true;
}
bool wki_shape_ok(const char *where, int ndim, const int64_t *shape, wk_dtype dtype, int64_t *numel);
bool wki_dim_ok(const char *where, const char *argument, int ndim,
                int *dim); /* wraps negative dims; rank 0 counts as 1 */
bool wki_float_ok(const wk_tensor *t, const char *where, const char *argument);
/* Integers take whole numbers that they hold, bools any whole one; "0.5 is not whole; ", says the error, then of, the
 * dtype and behind. */
bool wki_holds(const char *where, wk_dtype dtype, double number, const char *of, const char *behind);

/* Fills v with the contiguous view of a shape (data, storage and device are left alone). */
void wki_view_set(wki_view *v, int ndim, const int64_t *shape, wk_dtype dtype);

/* The thread's modes live here, where every op looks at them. */
extern _Thread_local bool wki_grad_mode, wki_inference_mode, wki_autocast;
static inline bool wki_is_recording(void) { return wki_grad_mode && !wki_inference_mode; }
#endif
