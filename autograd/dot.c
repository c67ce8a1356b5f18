/* The graph as a drawing in Graphviz's language: leaves as boxes, nodes as ovals, edges the way gradients flow. */
#include "autograd/op.h"
#include "base/alloc.h"

typedef struct drawing {
    FILE *out;
    const wk_params *params;
    wki_node **seen; /* in order of discovery: a node's number is its place, the rest is still to be drawn */
    size_t count;
} drawing;

static int64_t number_of(drawing *d, wki_node *node)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->seen[i] == node) return (int64_t)i;
    wki_node **seen = wki_grow_list(d->seen, d->count, sizeof *seen);
    if (!seen) return -1;
    d->seen = seen;
    d->seen[d->count] = node;
    return (int64_t)d->count++;
}

static void quoted(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        fputc(*text, out);
    }
}

static void draw_leaf(const drawing *d, size_t i, const wk_tensor *leaf)
{
    fprintf(d->out, "  n%zu [shape=box, style=filled, fillcolor=\"#dbe9f6\", label=\"", i);
    for (int k = 0; leaf && d->params && k < wk_params_count(d->params); k++)
        if (wk_params_at(d->params, k) == leaf) {
            quoted(d->out, wk_params_name(d->params, k));
            fputs("\\n", d->out);
        }
    fprintf(d->out, "%s\"];\n", leaf ? wki_show(&leaf->v) : "(gone)");
}

static wk_status draw(drawing *d, size_t i)
{
    const wki_node *node = d->seen[i];
    if (!node->op->backward) {
        draw_leaf(d, i, node->leaf);
        return WK_OK;
    }
    fprintf(d->out, "  n%zu [label=\"", i);
    quoted(d->out, node->op->name);
    for (int k = 0; k < node->nsaved; k++)
        if (node->saved[k].tensor)
            fprintf(d->out, "\\n%s %s", node->saved[k].is_output ? "result" : "saved",
                    wki_show(&node->saved[k].tensor->v));
    fputs("\"];\n", d->out);
    for (int k = 0; k < node->ninputs; k++) {
        if (!node->edges[k].node) continue;
        int64_t to = number_of(d, node->edges[k].node);
        if (to < 0) return wk_error();
        fprintf(d->out, "  n%zu -> n%lld;\n", i, (long long)to);
    }
    return WK_OK;
}

wk_status wk_graph_dot(wk_tensor *root, const wk_params *params, FILE *out)
{
    if (!wki_tensor_ok(root, "graph_dot", "root")) return wk_error();
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "graph_dot", "out is NULL");
    if (params && wk_params_count(params) == 0 && wk_failed()) return wk_error();
    wki_check(root->requires_grad, WK_E_STATE, WK_E_STATE, "graph_dot", "the root has no history");
    drawing d = { out, params, NULL, 0 };
    fputs("digraph graph_of_gradients {\n  rankdir=TB; node [fontname=\"sans-serif\", fontsize=10];\n", out);
    wki_node *first = wki_target_of(root);
    wk_status status = first && number_of(&d, first) == 0 ? WK_OK : wk_error();
    for (size_t i = 0; i < d.count && status == WK_OK; i++) status = draw(&d, i);
    fputs("}\n", out);
    wki_free(d.seen);
    return status;
}
