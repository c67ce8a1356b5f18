/* Plans: a primitive of oneDNN with all that it takes to run it on plain memory. They cost far more to make than to
 * run, so those used last are kept; each is in one thread's hands at a time. */
#ifndef WKI_ONEDNN_PLAN_H
#define WKI_ONEDNN_PLAN_H
#include "backends/backend.h"
#include <dnnl.h>

/* What tells plans apart. No gaps: those of equal bytes are equal. */
typedef struct wki_onednn_plan_key {
    int32_t op, kind, groups, threads; /* kind: whatever op has besides; threads: wki_onednn_plan_take's */
    int64_t n, in, out;                /* images; channels of x and of y */
    wki_window window;
} wki_onednn_plan_key;

/* An argument: plain in the caller's memory, and a copy as the primitive wants it, where that differs. */
typedef struct wki_onednn_plan_arg {
    int name; /* DNNL_ARG_ ... */
    bool written;
    dnnl_memory_t memory, copy;
    dnnl_primitive_t reorder; /* between the two; NULL: there is no copy */
    size_t at;                /* of the copy in scratch */
} wki_onednn_plan_arg;

enum { WKI_PLAN_ARGS = 4 };
typedef struct wki_onednn_plan {
    wki_onednn_plan_key key;
    dnnl_primitive_t run; /* NULL: oneDNN refused */
    dnnl_stream_t stream;
    dnnl_memory_t pad; /* oneDNN's own part of scratch */
    size_t pad_at, scratch;
    int nargs;
    wki_onednn_plan_arg args[WKI_PLAN_ARGS];
} wki_onednn_plan;

typedef bool wki_onednn_plan_maker(wki_onednn_plan *plan); /* false: refused */

/* The plan of a key, kept or made; NULL with WK_E_MEMORY. To be given back. */
wki_onednn_plan *wki_onednn_plan_take(const wki_onednn_plan_key *key, wki_onednn_plan_maker *make);
void wki_onednn_plan_give(wki_onednn_plan *plan);

/* For makers: the primitive of an operation's descriptor, whose arguments plan->args names. */
bool wki_onednn_plan_make(wki_onednn_plan *plan, const void *description, const dnnl_memory_desc_t *plain);

/* data: where each argument is. False: nothing was written that the op would not write over. */
bool wki_onednn_plan_run(const wki_onednn_plan *plan, void *const *data, void *scratch);
#endif
