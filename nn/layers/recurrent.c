/* RNN, LSTM and GRU: the products with the inputs of all steps at once, then one step after the other; and their cells,
 * a step alone. Weights are the module's members in torch's order: for each layer and way, weight_ih, weight_hh and, if
 * asked for, bias_ih and bias_hh. */
#include "base/alloc.h"
#include "base/fault.h"
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef enum { RNN, LSTM, GRU } cell_kind;

typedef struct recurrent {
    wk_rnn_opts o;
    cell_kind kind;
    bool relu;
} recurrent;

static const struct {
    const char *where, *where_cell;
    int gates;
} kinds[] = { [RNN] = { "nn_rnn", "nn_rnn_cell", 1 },
              [LSTM] = { "nn_lstm", "nn_lstm_cell", 4 },
              [GRU] = { "nn_gru", "nn_gru_cell", 3 } };

/* One layer, one way. */
typedef struct weights {
    wk_tensor *ih, *hh, *bias_ih, *bias_hh;
} weights;

typedef struct state {
    wk_tensor *h, *c;
} state;

static int ways(const recurrent *r) { return r->o.bidirectional ? 2 : 1; }

static weights weights_from(const wki_member *at, bool bias)
{
    return (weights){ at[0].object, at[1].object, bias ? at[2].object : NULL, bias ? at[3].object : NULL };
}

static weights weights_at(const wk_module *m, int layer, int way)
{
    const recurrent *r = m->state;
    return weights_from(m->members + (layer * ways(r) + way) * (r->o.bias ? 4 : 2), r->o.bias);
}

/* ---- Making ---- */

/* What a layer has for each way, and a cell once. */
typedef struct sizes {
    int64_t input, hidden;
    int gates;
    bool bias;
    wk_dtype dtype;
} sizes;

static bool add_weight(wk_module *m, const sizes *s, const char *name, const char *ending, int ndim,
                       const int64_t *shape)
{
    char full[48];
    snprintf(full, sizeof full, "%s%s", name, ending);
    wk_tensor *t = wk_nn_param(m, full, wk_empty(ndim, shape, s->dtype));
    const double bound = 1 / sqrt((double)s->hidden);
    return t && wk_init_uniform_(t, -bound, bound) == WK_OK;
}

static wk_status add_weights(wk_module *m, const sizes *s, const char *ending)
{
    const int64_t rows = s->gates * s->hidden;
    if (!add_weight(m, s, "weight_ih", ending, WK_SHAPE(rows, s->input)) ||
        !add_weight(m, s, "weight_hh", ending, WK_SHAPE(rows, s->hidden)))
        return wk_error();
    if (s->bias &&
        (!add_weight(m, s, "bias_ih", ending, WK_SHAPE(rows)) || !add_weight(m, s, "bias_hh", ending, WK_SHAPE(rows))))
        return wk_error();
    return WK_OK;
}

static wk_status init(wk_module *m, void *into)
{
    recurrent *r = into;
    *r = *(const recurrent *)wk_nn_options(m);
    sizes s = { r->o.input_size, r->o.hidden_size, kinds[r->kind].gates, r->o.bias, r->o.dtype };
    for (int layer = 0; layer < r->o.num_layers; layer++, s.input = r->o.hidden_size * ways(r))
        for (int way = 0; way < ways(r); way++) {
            char ending[24];
            snprintf(ending, sizeof ending, "_l%d%s", layer, way ? "_reverse" : "");
            if (add_weights(m, &s, ending)) return wk_error();
        }
    return WK_OK;
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const recurrent *r = m->state;
    size_t n = (size_t)snprintf(text, bytes, "%lld, %lld", (long long)r->o.input_size, (long long)r->o.hidden_size);
    if (r->o.num_layers > 1 && n < bytes)
        n += (size_t)snprintf(text + n, bytes - n, ", num_layers=%d", r->o.num_layers);
    if (r->o.batch_first && n < bytes) n += (size_t)snprintf(text + n, bytes - n, ", batch_first=true");
    if (r->o.bidirectional && n < bytes) n += (size_t)snprintf(text + n, bytes - n, ", bidirectional=true");
    if (r->o.dropout > 0 && n < bytes) snprintf(text + n, bytes - n, ", dropout=%g", r->o.dropout);
}

/* ---- One step: the inputs' part of the gates is there already ---- */

static state rnn_step(bool relu, const weights *w, wk_tensor *gates, state s)
{
    wk_tensor *sum = wk_add(gates, wk_linear(s.h, w->hh, w->bias_hh));
    return (state){ relu ? wk_relu(sum) : wk_tanh(sum), NULL };
}

static state lstm_step(bool relu, const weights *w, wk_tensor *gates, state s)
{
    (void)relu;
    wk_tensor *gate[4];
    if (wk_chunk(wk_add(gates, wk_linear(s.h, w->hh, w->bias_hh)), 4, 1, gate) != 4) return (state){ 0 };
    wk_tensor *kept = wk_mul(wk_sigmoid(gate[1]), s.c);
    wk_tensor *c = wk_addcmul(kept, wk_sigmoid(gate[0]), wk_tanh(gate[2]), 1);
    return (state){ wk_mul(wk_sigmoid(gate[3]), wk_tanh(c)), c };
}

static state gru_step(bool relu, const weights *w, wk_tensor *gates, state s)
{
    (void)relu;
    wk_tensor *in[3], *back[3];
    if (wk_chunk(gates, 3, 1, in) != 3 || wk_chunk(wk_linear(s.h, w->hh, w->bias_hh), 3, 1, back) != 3)
        return (state){ 0 };
    wk_tensor *reset = wk_sigmoid(wk_add(in[0], back[0])), *keep = wk_sigmoid(wk_add(in[1], back[1]));
    wk_tensor *fresh = wk_tanh(wk_addcmul(in[2], reset, back[2], 1));
    return (state){ wk_addcmul(fresh, keep, wk_sub(s.h, fresh), 1), NULL };
}

static state (*const step_of[])(bool, const weights *, wk_tensor *, state) = { rnn_step, lstm_step, gru_step };

/* Where the sequence has no value the state stays. */
static wk_tensor *kept_where(wk_tensor *has, wk_tensor *fresh, wk_tensor *old)
{
    return has && fresh ? wk_where(has, fresh, old) : fresh;
}

/* One layer, one way, over all steps: y[t] of each; *s moves to the end. */
static wk_status run_way(const recurrent *r, const weights *w, wk_tensor *x, wk_tensor *mask, bool reverse, state *s,
                         wk_tensor **y)
{
    const int64_t steps = wk_size(x, 0);
    wk_tensor *gates = wk_linear(x, w->ih, w->bias_ih);
    for (int64_t i = 0; i < steps && !wk_failed(); i++) {
        WK_SCOPE(step); /* what backward does not need is freed behind each */
        int64_t t = reverse ? steps - 1 - i : i;
        wk_tensor *has = mask ? wk_unsqueeze(wk_select(mask, 0, t), 1) : NULL;
        state next = step_of[r->kind](r->relu, w, wk_select(gates, 0, t), *s);
        y[t] = has && next.h ? wk_masked_fill(next.h, wk_logical_not(has), 0) : next.h;
        s->h = wk_escape(step, kept_where(has, next.h, s->h));
        s->c = wk_escape(step, kept_where(has, next.c, s->c));
        wk_escape(step, y[t]);
    }
    return wk_error();
}

static wk_tensor *run_layer(wk_module *m, int layer, wk_tensor *x, wk_tensor *mask, state *ends)
{
    const recurrent *r = m->state;
    const int64_t steps = wk_size(x, 0);
    wk_tensor **y = wki_alloc_array((size_t)steps, sizeof *y), *all[2] = { 0 };
    if (!y) return NULL;
    for (int way = 0; way < ways(r); way++) {
        weights w = weights_at(m, layer, way);
        if (run_way(r, &w, x, mask, way, &ends[layer * ways(r) + way], y) == WK_OK)
            all[way] = wk_stack(y, (int)steps, 0);
    }
    wki_free(y);
    return wk_failed() ? NULL : all[1] ? wk_cat(all, 2, 2) : all[0];
}

/* ---- The whole ---- */

static bool dtype_ok(const wk_module *m, const char *name, const wk_tensor *t)
{
    const wk_tensor *weight = m->members[0].object;
    wki_check(t->v.dtype == weight->v.dtype, false, WK_E_DTYPE, m->ops->name, "%s is %s; the weights are %s", name,
              wk_dtype_name((wk_dtype)t->v.dtype), wk_dtype_name((wk_dtype)weight->v.dtype));
    return true;
}

static bool input_ok(const wk_module *m, wk_tensor *x)
{
    const recurrent *r = m->state;
    const int last = x->v.ndim - 1;
    wki_check((x->v.ndim == 2 || x->v.ndim == 3) && x->v.size[last] == r->o.input_size, false, WK_E_SHAPE, m->ops->name,
              "x is %s; %s or [length, input] with an input of %lld is needed", wki_show(&x->v),
              r->o.batch_first ? "[batch, length, input]" : "[length, batch, input]", (long long)r->o.input_size);
    if (!dtype_ok(m, "x", x)) return false;
    wki_check(x->v.size[r->o.batch_first && last == 2], false, WK_E_SHAPE, m->ops->name,
              "x is %s, a sequence without steps", wki_show(&x->v));
    return true;
}

/* [layers * ways, n, hidden] from what was given; zeros if nothing was. */
static wk_tensor *start_of(const wk_module *m, wk_tensor *given, const char *name, wk_tensor *x, bool alone)
{
    const recurrent *r = m->state;
    const int64_t layers = r->o.num_layers * ways(r), n = wk_size(x, 1), hidden = r->o.hidden_size;
    if (!given) return wk_zeros(WK_SHAPE(layers, n, hidden), (wk_dtype)x->v.dtype);
    if (alone && given->v.ndim == 2) given = wk_unsqueeze(given, 1);
    if (!given) return NULL;
    wki_check(given->v.ndim == 3 && given->v.size[0] == layers && given->v.size[1] == n && given->v.size[2] == hidden,
              NULL, WK_E_SHAPE, m->ops->name,
              "%s is %s; [%lld, %lld, %lld] is needed (layers * directions, batch, hidden)", name, wki_show(&given->v),
              (long long)layers, (long long)n, (long long)hidden);
    return given;
}

static wk_tensor *mask_of(const wk_module *m, wk_tensor *mask, const wk_tensor *like, bool alone, bool swap)
{
    wki_check(mask->v.dtype == WK_BOOL && mask->v.ndim == like->v.ndim - 1 && mask->v.size[0] == like->v.size[0] &&
                  (alone || mask->v.size[1] == like->v.size[1]),
              NULL, WK_E_SHAPE, m->ops->name, "mask is %s %s; a bool for each step of x %s is needed",
              wk_dtype_name((wk_dtype)mask->v.dtype), wki_show(&mask->v), wki_show(&like->v));
    return alone ? wk_unsqueeze(mask, 1) : swap ? wk_transpose(mask, 0, 1) : mask;
}

/* The states of all layers and ways, stacked as torch has them. */
static wk_tensor *joined(const state *ends, int n, bool cells, bool alone)
{
    wk_tensor **parts = wki_alloc_array((size_t)n, sizeof *parts);
    for (int i = 0; parts && i < n; i++) parts[i] = cells ? ends[i].c : ends[i].h;
    wk_tensor *all = parts ? wk_stack(parts, n, 0) : NULL;
    wki_free(parts);
    return alone && all ? wk_squeeze(all, 1) : all;
}

typedef struct inputs {
    wk_tensor *x, *h, *c, *mask;
    bool alone, swap; /* one sequence; batch_first */
} inputs;

static bool read_inputs(const wk_module *m, wk_tensor *const *in, int nin, inputs *to)
{
    const recurrent *r = m->state;
    const bool lstm = r->kind == LSTM;
    wki_check(nin <= 3 + lstm, false, WK_E_INVALID, m->ops->name, "%d inputs; at most %s", nin,
              lstm ? "x, h0, c0 and mask" : "x, h0 and mask");
    wk_tensor *x = in[0], *mask = nin > 2 + lstm ? in[2 + lstm] : NULL;
    if (!input_ok(m, x)) return false;
    to->alone = x->v.ndim == 2;
    to->swap = r->o.batch_first && !to->alone;
    to->mask = mask ? mask_of(m, mask, x, to->alone, to->swap) : NULL;
    to->x = to->alone ? wk_unsqueeze(x, 1) : to->swap ? wk_transpose(x, 0, 1) : x;
    if (!to->x || (mask && !to->mask)) return false;
    if (mask && !WKI_FAULT(214)) /* a NaN there would be one in gradients, too: 0 times what stands there */
        to->x = wk_masked_fill(to->x, wk_unsqueeze(wk_logical_not(to->mask), 2), 0);
    if (!to->x) return false;
    to->h = start_of(m, nin > 1 ? in[1] : NULL, "h0", to->x, to->alone);
    to->c = lstm && to->h ? start_of(m, nin > 2 ? in[2] : NULL, "c0", to->x, to->alone) : NULL;
    return to->h && (!lstm || to->c);
}

static wk_status run(wk_module *m, const inputs *in, state *ends, wk_tensor **out, int nout)
{
    const recurrent *r = m->state;
    const int n = r->o.num_layers * ways(r);
    for (int i = 0; i < n; i++) ends[i] = (state){ wk_select(in->h, 0, i), in->c ? wk_select(in->c, 0, i) : NULL };
    wk_tensor *y = in->x;
    for (int layer = 0; layer < r->o.num_layers && y; layer++) {
        if (layer && r->o.dropout > 0) y = wk_dropout(y, r->o.dropout, m->training);
        y = y ? run_layer(m, layer, y, in->mask, ends) : NULL;
    }
    if (!y) return wk_error();
    out[0] = in->alone ? wk_squeeze(y, 1) : in->swap ? wk_transpose(y, 0, 1) : y;
    if (nout > 1) out[1] = joined(ends, n, false, in->alone);
    if (nout > 2) out[2] = joined(ends, n, true, in->alone);
    return wk_error();
}

static wk_status forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const recurrent *r = m->state;
    const int most = r->kind == LSTM ? 3 : 2;
    wki_check(nout <= most, WK_E_INVALID, WK_E_INVALID, m->ops->name, "%d results were asked for; there are %d", nout,
              most);
    inputs i = { 0 };
    if (!read_inputs(m, in, nin, &i)) return wk_error();
    state *ends = wki_alloc_array((size_t)(r->o.num_layers * ways(r)), sizeof *ends);
    wk_status status = ends ? run(m, &i, ends, out, nout) : WK_E_MEMORY;
    wki_free(ends);
    return status;
}

wk_rnn_opts wk_rnn_opts_default(void) { return (wk_rnn_opts){ WK_RNN_DEFAULTS }; }

static const wk_module_ops ops[] = {
#define KIND(NAME)                                                                                                     \
    {                                                                                                                  \
        .size = sizeof(wk_module_ops), .name = NAME, .state_size = sizeof(recurrent), .init = init,                    \
        .describe = describe, .forward_many = forward_many                                                             \
    }
    [RNN] = KIND("rnn"),
    [LSTM] = KIND("lstm"),
    [GRU] = KIND("gru"),
#undef KIND
};

/* *nonlinearity, the caller's string, becomes one of ours. */
static bool names_ok(const char *where, cell_kind kind, wk_dtype dtype, const char **nonlinearity, bool *relu)
{
    wki_check(wki_is_float(dtype), false, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(dtype));
    *relu = *nonlinearity && !strcmp(*nonlinearity, "relu");
    wki_check(*relu || (*nonlinearity && !strcmp(*nonlinearity, "tanh")), false, WK_E_INVALID, where,
              "nonlinearity is '%s'; tanh or relu is needed", *nonlinearity ? *nonlinearity : "NULL");
    wki_check(kind == RNN || !*relu, false, WK_E_INVALID, where, "nonlinearity is an option of %s alone",
              where == kinds[kind].where ? kinds[RNN].where : kinds[RNN].where_cell);
    *nonlinearity = *relu ? "relu" : "tanh";
    return true;
}

static wk_module *make(cell_kind kind, const wk_rnn_opts *given)
{
    const char *where = kinds[kind].where;
    recurrent r = { .o = wk_rnn_opts_default(), .kind = kind };
    if (!wki_options_take(where, &r.o, sizeof r.o, given)) return NULL;
    wki_check(r.o.input_size > 0 && r.o.hidden_size > 0 && r.o.num_layers > 0, NULL, WK_E_INVALID, where,
              "input_size %lld, hidden_size %lld, num_layers %d; each must be 1 or more", (long long)r.o.input_size,
              (long long)r.o.hidden_size, r.o.num_layers);
    wki_check(r.o.dropout >= 0 && r.o.dropout <= 1, NULL, WK_E_INVALID, where,
              "dropout is %g; 0 <= dropout <= 1 is needed", r.o.dropout);
    if (!names_ok(where, kind, r.o.dtype, &r.o.nonlinearity, &r.relu)) return NULL;
    return wki_layer_new(&ops[kind], &r);
}

wk_module *wk_nn_rnn_new(const wk_rnn_opts *o) { return make(RNN, o); }
wk_module *wk_nn_lstm_new(const wk_rnn_opts *o) { return make(LSTM, o); }
wk_module *wk_nn_gru_new(const wk_rnn_opts *o) { return make(GRU, o); }

/* ---- Cells ---- */

typedef struct cell {
    wk_rnn_cell_opts o;
    cell_kind kind;
    bool relu;
} cell;

static wk_status cell_init(wk_module *m, void *into)
{
    cell *c = into;
    *c = *(const cell *)wk_nn_options(m);
    return add_weights(m, &(sizes){ c->o.input_size, c->o.hidden_size, kinds[c->kind].gates, c->o.bias, c->o.dtype },
                       "");
}

static void cell_describe(wk_module *m, char *text, size_t bytes)
{
    const cell *c = m->state;
    snprintf(text, bytes, "%lld, %lld%s%s", (long long)c->o.input_size, (long long)c->o.hidden_size,
             c->o.bias ? "" : ", bias=false", c->relu ? ", nonlinearity=relu" : "");
}

/* [n, hidden] from what was given; zeros if nothing was. */
static wk_tensor *cell_state(const wk_module *m, wk_tensor *given, const char *name, const wk_tensor *x)
{
    const cell *c = m->state;
    const bool alone = x->v.ndim == 1;
    const int64_t n = alone ? 1 : x->v.size[0], hidden = c->o.hidden_size;
    if (!given) return wk_zeros(WK_SHAPE(n, hidden), (wk_dtype)x->v.dtype);
    wki_check(given->v.ndim == x->v.ndim && (alone || given->v.size[0] == n) &&
                  given->v.size[given->v.ndim - 1] == hidden,
              NULL, WK_E_SHAPE, m->ops->name, "%s is %s; beside x %s a hidden size of %lld is needed", name,
              wki_show(&given->v), wki_show(&x->v), (long long)hidden);
    return !dtype_ok(m, name, given) ? NULL : alone ? wk_unsqueeze(given, 0) : given;
}

static wk_status cell_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const cell *c = m->state;
    const bool lstm = c->kind == LSTM;
    wk_tensor *x = in[0];
    wki_check(nin <= 2 + lstm && nout <= 1 + lstm, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most %s", nin, nout, lstm ? "x, h and c, and h and c" : "x and h, and h");
    wki_check((x->v.ndim == 1 || x->v.ndim == 2) && x->v.size[x->v.ndim - 1] == c->o.input_size, WK_E_SHAPE, WK_E_SHAPE,
              m->ops->name, "x is %s; [batch, input] or [input] with an input of %lld is needed", wki_show(&x->v),
              (long long)c->o.input_size);
    if (!dtype_ok(m, "x", x)) return wk_error();
    const bool alone = x->v.ndim == 1;
    WK_SCOPE(work); /* as in run_way */
    state s = { cell_state(m, nin > 1 ? in[1] : NULL, "h", x), NULL };
    if (s.h && lstm) s.c = cell_state(m, nin > 2 ? in[2] : NULL, "c", x);
    if (!s.h || (lstm && !s.c)) return wk_error();
    const weights w = weights_from(m->members, c->o.bias);
    wk_tensor *gates = wk_linear(alone ? wk_unsqueeze(x, 0) : x, w.ih, w.bias_ih);
    s = gates ? step_of[c->kind](c->relu, &w, gates, s) : (state){ 0 };
    if (!s.h) return wk_error();
    out[0] = wk_escape(work, alone ? wk_squeeze(s.h, 0) : s.h);
    if (nout > 1) out[1] = wk_escape(work, alone ? wk_squeeze(s.c, 0) : s.c);
    return wk_error();
}

wk_rnn_cell_opts wk_rnn_cell_opts_default(void) { return (wk_rnn_cell_opts){ WK_RNN_CELL_DEFAULTS }; }

static const wk_module_ops cell_ops[] = {
#define KIND(NAME)                                                                                                     \
    {                                                                                                                  \
        .size = sizeof(wk_module_ops), .name = NAME, .state_size = sizeof(cell), .init = cell_init,                    \
        .describe = cell_describe, .forward_many = cell_forward                                                        \
    }
    [RNN] = KIND("rnn_cell"),
    [LSTM] = KIND("lstm_cell"),
    [GRU] = KIND("gru_cell"),
#undef KIND
};

static wk_module *make_cell(cell_kind kind, const wk_rnn_cell_opts *given)
{
    const char *where = kinds[kind].where_cell;
    cell c = { .o = wk_rnn_cell_opts_default(), .kind = kind };
    if (!wki_options_take(where, &c.o, sizeof c.o, given)) return NULL;
    wki_check(c.o.input_size > 0 && c.o.hidden_size > 0, NULL, WK_E_INVALID, where,
              "input_size %lld, hidden_size %lld; each must be 1 or more", (long long)c.o.input_size,
              (long long)c.o.hidden_size);
    if (!names_ok(where, kind, c.o.dtype, &c.o.nonlinearity, &c.relu)) return NULL;
    return wki_layer_new(&cell_ops[kind], &c);
}

wk_module *wk_nn_rnn_cell_new(const wk_rnn_cell_opts *o) { return make_cell(RNN, o); }
wk_module *wk_nn_lstm_cell_new(const wk_rnn_cell_opts *o) { return make_cell(LSTM, o); }
wk_module *wk_nn_gru_cell_new(const wk_rnn_cell_opts *o) { return make_cell(GRU, o); }
