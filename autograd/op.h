/* The op writer's interface. An op checks its arguments, makes its output, runs one call, and, where a gradient will be
 * wanted, adds a node: the op's table, the edges to its inputs, what backward needs. docs/adding-an-op.md walks through
 * one. */
#ifndef WKI_OP_H
#define WKI_OP_H
#include "autograd/tensor.h"
#include "base/fault.h"

enum { WKI_INLINE_INPUTS = 3, WKI_MAX_SAVED = 4, WKI_ATTRS_BYTES = 112, WKI_MAX_SAMPLE_INPUTS = 3 };

typedef struct wki_backward wki_backward;

/* Samples feed every generic test: gradients in f64, broken inputs, strided inputs. An op without one fails the suite.
 */
typedef struct wki_sample {
    wk_tensor *(*call)(wk_tensor *const *in);
    int inputs;
    struct {
        int ndim;
        int64_t shape[4];
        double low, high;
    } in[WKI_MAX_SAMPLE_INPUTS];
} wki_sample;

/* A call that must fail, and what its error tells. A file lists those of its functions, ended by one without a call,
 * under its own name: const wki_error_sample wki_errors_reduce[]. */
typedef struct wki_error_sample {
    const char *op; /* with which the error begins */
    wk_tensor *(*call)(void);
    wk_status status;
    const char *tells;
} wki_error_sample;

typedef struct wki_opdef {
    const char *name;
    /* d[i] = gradient of input i from b, for inputs that need one; written with tensor ops, so that it can be
     * differentiated */
    wk_status (*backward)(wki_backward *b, wk_tensor **d);
    const wki_sample *samples; /* ended by one without a call */
} wki_opdef;
/* A file of autograd/ops or nn/functional lists its ops, ended by NULL, under its own name: wki_family_reduce. */
typedef const wki_opdef *const wki_family[];

typedef struct wki_edge {
    wki_node *node; /* NULL: no gradient wanted */
} wki_edge;

typedef struct wki_saved {
    wk_tensor *tensor;
    uint32_t version;
    bool is_output;
} wki_saved;

typedef enum { WKI_HOOK_GRAD, WKI_HOOK_LEAF, WKI_HOOK_BEFORE, WKI_HOOK_AFTER, WKI_HOOK_GONE } wki_hook_kind;
typedef struct wki_hook {
    struct wki_hook *next; /* in order of registration */
    wki_hook_kind kind;
    int id;
    wk_grad_hook *grad;
    wk_leaf_hook *leaf;
    wk_node_hook *node;
    void *user;
} wki_hook;

/* Called in backward when the .grad of a leaf is complete: an optimizer's update of its parameter number `index`. */
typedef wk_status wki_leaf_update(void *user, int index);
typedef struct wki_updater {
    wki_leaf_update *call; /* NULL: none */
    void *user;
    int index;
} wki_updater;

struct wki_node {
    wki_object object;
    const wki_opdef *op;
    uint64_t sequence; /* rises with creation: backward runs in descending order */
    int ninputs, nsaved;
    wki_edge inline_edges[WKI_INLINE_INPUTS], *edges;
    wki_saved saved[WKI_MAX_SAVED];
    bool freed;        /* saved tensors were dropped by a backward */
    bool opaque;       /* its backward reads leaves, or sends to them, that no edge tells of */
    bool lacks;        /* something to be saved: there was no memory */
    bool autocast;     /* the mode in which it was recorded, and in which its backward runs */
    wk_tensor *leaf;   /* an accumulator's leaf, not owned: it clears this when it dies */
    wk_tensor *retain; /* a non-leaf that wants its gradient, not owned likewise */
    wk_tensor *grad;   /* while a backward runs: what has arrived so far */
    bool queued, installed;
    bool counted;         /* in early.c's count of edges */
    int pending;          /* of a leaf with an updater, once counted: edges to it whose nodes have yet to run */
    wki_updater updater;  /* of an accumulator */
    wki_hook *hooks;
    void (*release)(wki_node *node); /* drops what extra keeps once a backward has run; NULL: nothing */
    void *extra;   /* an object that lives as long as the node: a user's function; owned */
    char *made_in; /* in anomaly mode: the modules around the op */
    _Alignas(8) char attrs[WKI_ATTRS_BYTES];
};

struct wki_backward {
    wki_node *node;
    wk_tensor *g; /* of the output's shape and dtype */
    bool adds;    /* nobody looks at d or differentiates it: see wki_sum_so_far */
};

/* Will a gradient be wanted of something made from these? NULL inputs are allowed. A stale one may need one: it is for
 * wki_record to refuse. */
static inline bool wki_wants_grad(int n, wk_tensor *const *in)
{
    if (!wki_is_recording() && !WKI_FAULT(22)) return false;
    for (int i = 0; i < n; i++)
        if (in[i] && (in[i]->requires_grad || (wki_is_stale(in[i]) && !WKI_FAULT(228)))) return true;
    return false;
}
/* Gives y a history; attrs are copied. NULL with WK_E_MEMORY. Save what backward needs right after. */
wki_node *wki_record(const wki_opdef *op, wk_tensor *y, int n, wk_tensor *const *in, const void *attrs, size_t bytes);
/* Where t's gradient goes: its grad_fn, or, for a leaf, the accumulator that all its uses share. NULL with WK_E_MEMORY. */
wki_node *wki_target_of(wk_tensor *t);
/* t for a node to keep, owned by the caller: a leaf that requires grad as it is, another as an alias with t's present
 * history, since a change in place gives t a new one, which may hold the node. NULL with WK_E_MEMORY. */
wk_tensor *wki_with_its_history(wk_tensor *t);
void wki_save(wki_node *node, wk_tensor *t); /* an input */
/* The same, but the place stays empty where nothing will need it: an input changed in place is then no error. */
static inline void wki_save_if(bool needed, wki_node *node, wk_tensor *t)
{
    if (node && needed)
        wki_save(node, t);
    else if (node)
        node->saved[node->nsaved++] = (wki_saved){ 0 };
}
void wki_save_output(wki_node *node, wk_tensor *y); /* the output itself: no cycle, a detached alias */
/* y, or NULL where the node could not be made or could not save everything. */
static inline wk_tensor *wki_recorded(const wki_node *node, wk_tensor *y) { return node && (!node->lacks || WKI_FAULT(33)) ? y : NULL; }

/* In backward: */
static inline bool wki_needs(const wki_backward *b, int i) { return b->node->edges[i].node != NULL; }
/* A backward inside a backward: d roots / d targets into captured, other leaves' into their .grad (checkpoint.c). */
wk_status wki_backward_within(wk_tensor *root, wk_tensor *gradient, int n, wk_tensor *const *inputs,
                              wk_tensor **captured);
static inline const void *wki_attrs(const wki_backward *b) { return b->node->attrs; }
/* What has come so far for input i from other nodes, contiguous, or NULL: an op may add its gradient to it, and leave d[i] NULL. */
wk_tensor *wki_sum_so_far(const wki_backward *b, int i);
wk_tensor *wki_saved_at(wki_backward *b, int i); /* borrowed; NULL with an error if it was changed in place or freed */
/* An op whose backward is called once and needs no graph (no create_graph) may use a fused kernel. */
static inline bool wki_is_plain(void) { return !wki_is_recording(); }

/* early.c: leaves that are updated as soon as they are complete, instead of at the end. Counts the edges that nodes in
 * `waiting`, and those behind them, have to leaves with an updater; *opaque: how many of these nodes are opaque. */
wk_status wki_count_edges(wki_node *const *waiting, size_t nwaiting, wki_node *const *arrived, size_t narrived,
                          int *opaque);
/* The leaf's updater; NULL with WK_E_MEMORY. It stays at its place while the leaf lives. */
wki_updater *wki_updater_of(wk_tensor *leaf);

/* Runs op on these views: outputs first. work: rough elementary operations. */
static inline wk_status wki_do(int op, int nout, int n, const wki_view *const *views, const void *attrs, size_t bytes,
                               int64_t work)
{
    wki_call call = { (uint16_t)op, (uint16_t)nout, n, views, attrs, (uint32_t)bytes, work };
    return wki_run(&call);
}
#define WKI_VIEWS(...)                                                                                                 \
    (int)(sizeof((const wki_view *[]){ __VA_ARGS__ }) / sizeof(wki_view *)), (const wki_view *const[]) { __VA_ARGS__ }

/* Makes y ready to be changed by `where` in place (leaf, view and overlap rules; with: another operand or NULL). */
wk_status wki_begin_inplace(wk_tensor *y, int n, wk_tensor *const *with, const char *where);
/* Raises the version, for a change. */
static inline void wki_bump(wk_tensor *y) { y->storage->version += !WKI_FAULT(8); }
/* For a change that depends on nothing: what came before has no part in y any more. */
wk_status wki_cut_history(wk_tensor *y);
/* A change in place records, saves and raises the version first, and writes last; so, where one of them fails, nothing
 * is written, and what y was before comes back. */
typedef struct wki_history {
    wki_node *grad_fn;
    uint32_t version, rewrites;
    bool requires_grad;
} wki_history;
wki_history wki_history_of(const wk_tensor *y);
wk_status wki_end_inplace(wk_tensor *y, const wki_history *before); /* once for each wki_history_of */

typedef struct wki_shape {
    int ndim;
    int64_t size[WK_MAX_DIMS];
} wki_shape;
static inline wki_shape wki_shape_of(const wk_tensor *t)
{
    wki_shape s = { .ndim = t->v.ndim };
    for (int i = 0; i < t->v.ndim; i++) s.size[i] = t->v.size[i];
    return s;
}
static inline bool wki_same_shape(const wki_view *a, const wki_view *b)
{
    if (a->ndim != b->ndim) return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->size[i] != b->size[i]) return false;
    return true;
}
static inline bool wki_fits(const wki_view *v, const wki_shape *shape) /* has v this shape? */
{
    if (v->ndim != shape->ndim) return false;
    for (int i = 0; i < v->ndim; i++)
        if (v->size[i] != shape->size[i]) return false;
    return true;
}
bool wki_broadcast(const char *where, wki_shape *into, const wki_view *with); /* WK_E_SHAPE names both */
void wki_broadcast_view(wki_view *v, const wki_shape *shape);                 /* v's strides made to fit shape */
wk_tensor *wki_sum_to(wk_tensor *t, const wki_shape *shape); /* the transpose of broadcasting; t itself if it fits */
wk_dtype wki_promote(const wk_tensor *a, const wk_tensor *b);
/* Before t is changed in place along dim: are all of index (WK_I64) in range? */
bool wki_indices_within(const char *where, wk_tensor *index, const wk_tensor *t, int dim);
/* src into y, one for each element of index, which fits into both: see wki_along_attrs; no gradient */
wk_status wki_scatter_into(wk_tensor *y, int dim, wk_tensor *index, wk_tensor *src, int how);
wk_tensor *wki_apart(wk_tensor *from, const wk_tensor *t); /* [d] from, or a copy where it shares the memory of t */
bool wki_index_ok(const char *where, wk_tensor *t, wk_tensor **index); /* WK_I64 on t's device; WK_I32 is converted */
wk_dtype wki_promote_all(int n, wk_tensor *const *in);
bool wki_dtype_lifts(wk_dtype from, wk_dtype to); /* is `to` of the same kind (bool, integers, floats) or higher? */
bool wki_same_device(const char *where, const wk_tensor *a, const wk_tensor *b);

/* hooks.c */
wk_status wki_run_grad_hooks(wki_node *node);
wk_status wki_run_leaf_hooks(wki_node *node);
wk_status wki_run_node_hooks(wki_node *node, wki_hook_kind kind, wk_tensor *const *sent);
void wki_free_hooks(wki_node *node);

/* anomaly.c: the modules being called, as a chain through the callers' stack frames */
typedef struct wki_frame {
    const struct wki_frame *outer;
    const char *name, *kind; /* "2", "linear" */
} wki_frame;
extern _Thread_local const wki_frame *wki_frames;
extern _Thread_local bool wki_anomaly;
char *wki_frames_text(void); /* allocated */
wk_status wki_check_anomaly(const wki_node *node, wk_tensor *const *d);

/* Elementwise rows: x, a, b as the row has them, and up to two numbers. */
wk_tensor *wki_row_apply(int row, wk_tensor *x, wk_tensor *a, wk_tensor *b, double s, double t);
/* where(mask, values, x) written over x */
wk_status wki_put_masked(const char *where, wk_tensor *x, wk_tensor *mask, wk_tensor *values);

/* Under autocast the operands of products are rounded first (autocast.c); the result's memory is the innermost scope's. */
static inline bool wki_casts(const wki_view *v) { return wki_autocast && v->dtype == WK_F32; }
wk_status wki_round_operand(const wki_view *v, wki_view *rounded);
bool wki_rounds(int op, const wki_view *const *views, const void *attrs); /* does the backend itself, if attrs.rounds? */

/* The product with its bias in the last pass (bias NULL: none): c [.., m, n] = a [.., m, k] b [.., k, n] + bias. */
wk_status wki_product(const wki_view *c, const wki_view *a, const wki_view *b, const wki_view *bias, bool relu,
                      bool accumulate);
/* Of operands that are numbers of bfloat16 already; symmetric: see wki_product_attrs. */
wk_status wki_product_rounded(const wki_view *c, const wki_view *a, const wki_view *b, bool symmetric);
bool wki_product_ok(const char *where, const wk_tensor *a, const wk_tensor *b); /* one float dtype, one device */
/* [d] a [.., m, k] b [.., k, n], checked by the caller: leading dims are equal. */
wk_tensor *wki_batched(const char *where, wk_tensor *a, wk_tensor *b);
wk_tensor *wki_dots(const char *where, wk_tensor *a, wk_tensor *b); /* [d] [.., k] x [.., k] -> [..], of one shape */

/* Until the block ends the thread makes its tensors on the CPU: for what the host computes with. */
static inline wk_device wki_to_cpu(void)
{
    const wk_device was = wk_current_device();
    wk_set_device(WK_CPU);
    return was;
}
static inline void wki_device_guard(const wk_device *was)
{
    if (wk_current_device() != *was) wk_set_device(*was);
}
#define WKI_ON_CPU(name) wk_device name WK_CLEANUP(wki_device_guard) = wki_to_cpu()

/* The same beside t, wherever that is; NULL: where it does already. */
static inline wk_device wki_to_device_of(const wk_tensor *t)
{
    const wk_device was = wk_current_device();
    if (t && t->v.device != was) wk_set_device(t->v.device);
    return was;
}
#define WKI_BESIDE(name, t) wk_device name WK_CLEANUP(wki_device_guard) = wki_to_device_of(t)
#endif
