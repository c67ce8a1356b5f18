/* Leaves that an optimizer updates within backward: when is a gradient complete? Once the nodes that send to the leaf
 * have all run, so their edges are counted, from the nodes that wait. Rests on the graph alone. */
#include "autograd/op.h"
#include "base/alloc.h"

/* Nodes in the order they were met. */
typedef struct list {
    wki_node **at;
    size_t count;
} list;

static wk_status meet(list *l, wki_node *node)
{
    if (node->counted) return WK_OK;
    wki_node **at = wki_grow_list(l->at, l->count, sizeof *at);
    if (!at) return WK_E_MEMORY;
    l->at = at;
    node->counted = true;
    node->pending = 0;
    l->at[l->count++] = node;
    return WK_OK;
}

static wk_status follow(list *l, const wki_node *node)
{
    for (int i = 0; i < node->ninputs; i++) {
        wki_node *to = node->edges[i].node;
        if (!to || (!to->op->backward && !to->updater.call)) continue;
        if (meet(l, to)) return wk_error();
        to->pending++;
    }
    return WK_OK;
}

wk_status wki_count_edges(wki_node *const *waiting, size_t nwaiting, wki_node *const *arrived, size_t narrived,
                          int *opaque)
{
    list l = { 0 };
    wk_status status = WK_OK;
    *opaque = 0;
    for (size_t i = 0; i < narrived && status == WK_OK; i++) status = meet(&l, arrived[i]);
    for (size_t i = 0; i < nwaiting && status == WK_OK; i++) status = meet(&l, waiting[i]);
    for (size_t i = 0; i < l.count && status == WK_OK; i++) {
        *opaque += l.at[i]->opaque;
        status = follow(&l, l.at[i]);
    }
    for (size_t i = 0; i < l.count; i++) l.at[i]->counted = false;
    wki_free(l.at);
    return status;
}

wki_updater *wki_updater_of(wk_tensor *leaf)
{
    wki_node *node = wki_target_of(leaf);
    return node ? &node->updater : NULL;
}
