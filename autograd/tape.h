/* What was recorded of a step for one form of its inputs: a tape. It is asked before a replay whether it still holds.
 * Rests on recording.h. */
#ifndef WKI_TAPE_H
#define WKI_TAPE_H
#include "autograd/recording.h"
#include "wick/capture.h"

/* All that a step depends on besides tensors. */
typedef struct wki_setting {
    bool grad, inference, autocast, anomaly;
    int threads, isa, matmul;
    unsigned structure;
    unsigned long long switches;
} wki_setting;

typedef struct wki_binding { /* a view that lies in an input */
    wki_view *view;
    int input;
    ptrdiff_t at; /* bytes from where the input begins */
} wki_binding;

typedef struct wki_tape {
    int ninputs;
    wki_view form[WK_PLAN_MOST_INPUTS]; /* of the inputs; data: where the bindings have them now */
    int same[WK_PLAN_MOST_INPUTS];      /* the first input that is this one, too */
    bool written[WK_PLAN_MOST_INPUTS];  /* the step changes this input */
    wki_setting made_in;
    wki_plan *plan; /* NULL: nothing recorded */
    wki_binding *bindings;
    int nbindings;
    wki_storage **kept; /* held: what outlives the step; the first nwritten are written */
    bool *before;       /* which of them were there before it: somebody else's, then */
    int nkept, nwritten;
    wki_touched *touched;
    wki_storage **homes; /* of each touched leaf and its .grad, in pairs; not held */
    int ntouched;
    wk_tensor *output;
    /* On a device that keeps addresses, from the first time on that an input lies elsewhere: memory of the plan's own, to which
     * inputs are copied, and from which those that the step changes are copied back. */
    void *slots[WK_PLAN_MOST_INPUTS];
    size_t slots_got[WK_PLAN_MOST_INPUTS];
    bool has_slots;
} wki_tape;

void wki_tape_take_form(wki_tape *t, wk_tensor *const *inputs, int n);
/* Are the inputs of its form, and, of a recording, the gradients before the step there that were? */
bool wki_tape_fits(const wki_tape *t, wk_tensor *const *inputs, int n);
void wki_tape_forget(wki_tape *t); /* what was recorded; the form stays */

wki_setting wki_setting_now(void);
/* Makes the tape, whose made_in is there, of a recording whose inputs each have a storage of their own. false: the
 * recording is broken, or an error pending, and the tape is to be forgotten. */
bool wki_tape_make(wki_tape *t, wki_recording *r, wk_tensor *const *inputs);
/* Why it does not hold any more for such inputs; NULL: it does. */
const char *wki_tape_changed(const wki_tape *t, wk_tensor *const *inputs);
wk_status wki_tape_replay(wki_tape *t, wk_tensor *const *inputs);
#endif
