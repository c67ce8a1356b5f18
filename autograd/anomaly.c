/* Anomaly mode: nodes remember the modules they were made in, and each backward's gradients are searched for NaN. */
#include "autograd/op.h"
#include "base/alloc.h"

_Thread_local const wki_frame *wki_frames;
_Thread_local bool wki_anomaly;

bool wk_set_detect_anomaly(bool on)
{
    bool old = wki_anomaly;
    wki_anomaly = on;
    return old;
}

/* "sequential.2 (linear)": outermost first, built by putting outer names in front */
char *wki_frames_text(void)
{
    char *text = NULL;
    for (const wki_frame *f = wki_frames; f; f = f->outer) {
        const char *name = f->name ? f->name : f->kind;
        char *longer = text      ? wki_sprintf("%s.%s", name, text)
                       : f->name ? wki_sprintf("%s (%s)", name, f->kind)
                                 : wki_strdup(name);
        wki_free(text);
        if (!(text = longer)) return NULL;
    }
    return text;
}

wk_status wki_check_anomaly(const wki_node *node, wk_tensor *const *d)
{
    WK_SCOPE(anomaly);
    WK_NO_GRAD(probe);
    for (int i = 0; i < node->ninputs; i++) {
        if (!d[i] || !node->edges[i].node) continue;
        wk_tensor *count = wk_sum(wk_ne(d[i], d[i]));
        if (!count) return wk_error();
        wki_check(wk_item(count) == 0, WK_E_STATE, WK_E_STATE, "backward", "%s sent nan to its input %d%s%s",
                  node->op->name, i, node->made_in ? "; called in " : "", node->made_in ? node->made_in : "");
    }
    return WK_OK;
}
