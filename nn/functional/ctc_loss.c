/* CTC loss. One kernel does the recursions forward and back; where the gradient is to be differentiated again, the same
 * recursions are played with ops, -inf being a number so far below that it takes no part. */
#include "autograd/recording.h"
#include "base/alloc.h"
#include "nn/loss.h"
#include <math.h>

typedef struct ctc {
    wki_ctc_attrs a;
    int64_t width; /* of the extended targets */
} ctc;

/* ---- Backward with ops ---- */

static const double NEVER = -1e30; /* the logarithm of what cannot be; sums of a few are finite in f32 */

typedef struct extended {
    int64_t frames, n, width;
    wk_tensor *class;  /* WK_I64 [n, width] */
    wk_tensor *inside; /* WK_BOOL [n, width]: is there such an element? */
    wk_tensor *skips;  /* WK_BOOL [n, width]: may the element two before lead here? */
    wk_tensor *is_end; /* WK_BOOL [n, width]: the last label and the blank behind */
    wk_tensor *length; /* of the input, WK_I64 [n, 1] */
} extended;

static wk_tensor *whole(int64_t n) { return wk_arange(0, (double)n, 1, WK_I64); }

/* Columns of spans [n, 3] */
static wk_tensor *column(wk_tensor *spans, int64_t i) { return wk_narrow(spans, 1, i, 1); }

static bool extend(const ctc *c, wk_tensor *labels, wk_tensor *spans, extended *e)
{
    WK_NO_GRAD(plain);
    WKI_BESIDE(here, spans);
    wk_tensor *k = wk_unsqueeze(whole(e->width), 0), *count = wk_add_scalar(wk_mul_scalar(column(spans, 2), 2), 1);
    wk_tensor *is_label = wk_eq_scalar(wk_remainder_scalar(k, 2), 1), *blank = wk_scalar((double)c->a.blank, WK_I64);
    e->length = column(spans, 1);
    e->inside = wk_lt(k, count);
    e->is_end = wk_logical_and(e->inside, wk_ge(k, wk_sub_scalar(count, 2)));
    wk_tensor *there = wk_logical_and(e->inside, is_label), *padded = labels;
    if (labels && labels->v.size[0] == 0) padded = wk_zeros(WK_SHAPE(1), WK_I64);
    wk_tensor *at = wk_masked_fill(wk_add(wk_div_floor_scalar(k, 2), column(spans, 0)), wk_logical_not(there), 0);
    if (!at) return false;
    wk_tensor *label = wk_view(wk_index_select(padded, 0, wk_reshape(at, WK_SHAPE(-1))), WK_SHAPE(e->n, e->width));
    e->class = wk_where(there, label, blank);
    wk_tensor *two_before = wk_roll_dims(e->class, 1, (int64_t[]){ 2 }, (int[]){ 1 });
    e->skips = wk_logical_and(wk_logical_and(there, wk_gt_scalar(k, 1)), wk_ne(e->class, two_before));
    return e->skips != NULL;
}

/* x[.., k - by], NEVER where there is none */
static wk_tensor *moved(wk_tensor *x, int64_t by)
{
    return wk_pad(x, 2, (int64_t[]){ by, -by }, WK_PAD_CONSTANT, NEVER);
}

static wk_tensor *added(wk_tensor *a, wk_tensor *b, wk_tensor *c)
{
    wk_tensor *parts = wk_stack((wk_tensor *[]){ a, b, c }, 3, 0);
    return parts ? wk_logsumexp(parts, 0, false) : NULL;
}

static wk_tensor *masked(wk_tensor *x, wk_tensor *kept) { return wk_masked_fill(x, wk_logical_not(kept), NEVER); }

/* alpha[t], after the frame before */
static wk_tensor *step(const extended *e, wk_tensor *before, wk_tensor *logp)
{
    if (!before) {
        wk_tensor *first = wk_lt_scalar(wk_unsqueeze(whole(e->width), 0), 2);
        return masked(logp, wk_logical_and(first, e->inside));
    }
    wk_tensor *reached = added(before, moved(before, 1), masked(moved(before, 2), e->skips));
    return masked(wk_add(reached, logp), e->inside);
}

/* beta[t] without the frame's own probability; after: of the frame behind, with its own */
static wk_tensor *step_back(const extended *e, int64_t t, wk_tensor *after, wk_tensor *logp)
{
    wk_tensor *end = masked(wk_zeros_like(logp), e->is_end), *is_last = wk_eq_scalar(e->length, (double)(t + 1));
    if (!after) return masked(end, is_last);
    return wk_where(is_last, end, added(after, moved(after, -1), moved(masked(after, e->skips), -2)));
}

/* alpha[t] + beta[t]: [frames, n, width], from logp [frames, n, width]; all: room for as many tensors as frames */
static wk_tensor *ways_through(const extended *e, wk_tensor *logp, wk_tensor **all)
{
    wk_tensor *after = NULL;
    for (int64_t t = 0; t < e->frames; t++)
        if (!(all[t] = step(e, t ? all[t - 1] : NULL, wk_select(logp, 0, t)))) return NULL;
    for (int64_t t = e->frames - 1; t >= 0; t--) {
        wk_tensor *now = wk_select(logp, 0, t), *beta = step_back(e, t, after, now);
        after = masked(wk_add(beta, now), e->inside);
        all[t] = wk_add(all[t], beta);
        if (!after || !all[t]) return NULL;
    }
    return wk_stack(all, (int)e->frames, 0);
}

/* exp(logp) - posterior, in a graph */
static wk_tensor *slope_with_ops(const ctc *c, wk_tensor *logp, wk_tensor *labels, wk_tensor *spans)
{
    extended e = { .frames = logp->v.size[0], .n = logp->v.size[1], .width = c->width < 3 ? 3 : c->width };
    wk_tensor **all = wki_alloc_array((size_t)e.frames, sizeof *all);
    if (!all || !extend(c, labels, spans, &e)) {
        wki_free(all);
        return NULL;
    }
    wk_tensor *index = wk_expand(wk_unsqueeze(e.class, 0), WK_SHAPE(e.frames, e.n, e.width));
    wk_tensor *ways = ways_through(&e, wk_gather(logp, 2, index), all);
    wki_free(all);
    if (!ways) return NULL;
    wk_tensor *total = wk_logsumexp(wk_select(ways, 0, 0), 1, true);
    wk_tensor *posterior = wk_exp(wk_sub(ways, total));
    wk_tensor *by_class = wk_scatter_add(wk_zeros_like(logp), 2, index, posterior);
    wk_tensor *slope = wk_sub(wk_exp(logp), by_class), *t = wk_unsqueeze(wk_unsqueeze(whole(e.frames), 1), 2);
    wk_tensor *impossible = wk_lt_scalar(total, NEVER / 2);
    slope = wk_masked_fill(slope, wk_unsqueeze(impossible, 0), c->a.zero_infinity ? 0 : NAN);
    return wk_masked_fill(slope, wk_ge(t, wk_unsqueeze(e.length, 0)), 0);
}

/* ---- The op ---- */
static wk_status backward(wki_backward *b, wk_tensor **d)
{
    ctc c = *(const ctc *)wki_attrs(b);
    wk_tensor *logp = wki_saved_at(b, 0), *labels = wki_saved_at(b, 1), *spans = wki_saved_at(b, 2),
              *alpha = wki_saved_at(b, 3);
    if (!logp || !labels || !spans || !alpha) return wk_error();
    if (!wki_is_plain() && wki_numel(&logp->v) > 0) {
        d[0] = wk_mul(slope_with_ops(&c, logp, labels, spans), wk_unsqueeze(wk_unsqueeze(b->g, 0), 2));
        return wk_error();
    }
    wk_tensor *y = wki_new("ctc_loss", logp->v.device, 3, logp->v.size, (wk_dtype)logp->v.dtype);
    c.a.backward = true;
    d[0] = y;
    if (!y) return wk_error();
    return wki_do(WKI_OP_ctc, 1, WKI_VIEWS(&y->v, &b->g->v, &alpha->v, &logp->v, &labels->v, &spans->v), &c.a,
                  sizeof c.a, 32 * wki_numel(&alpha->v) + 16 * wki_numel(&y->v));
}

static wk_tensor *numbers(int n, const int64_t *of) { return wk_from(of, 1, (int64_t[]){ n }, WK_I64); }
#define NUMBERS(...)                                                                                                   \
    numbers((int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]){ __VA_ARGS__ })

static wk_tensor *sample_padded(wk_tensor *const *in)
{
    wk_tensor *targets = wk_view(NUMBERS(1, 1, 2, 0), WK_SHAPE(2, 2));
    return wk_ctc_loss(wk_log_softmax(in[0], 2), targets, NUMBERS(4, 3), NUMBERS(2, 1));
}
static wk_tensor *sample_joined(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), NUMBERS(0, 1, 0), NUMBERS(3, 3), NUMBERS(2, 1), .blank = 2,
                            .reduction = WK_REDUCE_NONE);
}
static const wki_sample samples[] = { { sample_padded, 1, { { 3, { 4, 2, 3 }, -2, 2 } } },
                                      { sample_joined, 1, { { 3, { 3, 2, 3 }, -2, 2 } } },
                                      { 0 } };
static const wki_opdef op = { "ctc_loss", backward, samples };

static wk_tensor *losses_of(wk_tensor *logp, wk_tensor *labels, wk_tensor *spans, const ctc *c)
{
    const int64_t n = logp->v.size[1], shape[] = { n, logp->v.size[0], c->width };
    int64_t numel;
    if (!wki_shape_ok("ctc_loss", 3, shape, WK_F64, &numel)) return NULL;
    wk_tensor *y = wki_new("ctc_loss", logp->v.device, 1, &n, (wk_dtype)logp->v.dtype);
    wk_tensor *alpha = wki_new("ctc_loss", logp->v.device, 3, shape, WK_F64);
    if (!y || !alpha ||
        wki_do(WKI_OP_ctc, 2, WKI_VIEWS(&y->v, &alpha->v, &logp->v, &labels->v, &spans->v), &c->a, sizeof c->a,
               32 * numel))
        return NULL;
    if (!wki_wants_grad(1, &logp)) return y;
    wki_node *node = wki_record(&op, y, 1, &logp, c, sizeof *c);
    wki_save(node, logp);
    wki_save(node, labels);
    wki_save(node, spans);
    wki_save(node, alpha);
    return wki_recorded(node, y);
}

/* ---- Arguments ---- */

/* Whole numbers as WK_I64 */
static wk_tensor *whole_numbers(const char *name, wk_tensor *t, const wk_tensor *like)
{
    if (!wki_tensor_ok(t, "ctc_loss", name) || !wki_same_device("ctc_loss", like, t)) return NULL;
    wki_check(t->v.dtype == WK_I64 || t->v.dtype == WK_I32, NULL, WK_E_DTYPE, "ctc_loss",
              "%s is %s; i64 or i32 is needed", name, wk_dtype_name((wk_dtype)t->v.dtype));
    return wk_to(t, WK_I64);
}

static wk_tensor *lengths_of(const char *name, wk_tensor *t, wk_tensor *logp, bool single)
{
    const int64_t n = logp->v.size[1];
    if (!(t = whole_numbers(name, t, logp))) return NULL;
    const bool fits = (t->v.ndim == 1 && t->v.size[0] == n) || (single && t->v.ndim == 0);
    wki_check(fits, NULL, WK_E_SHAPE, "ctc_loss", "%s is %s; [%lld] is needed, a length for each sequence", name,
              wki_show(&t->v), (long long)n);
    return wk_view(t, WK_SHAPE(n));
}

/* [n, 3]: where in the labels a target starts, its frames, its labels; *room as the kernel wants it */
static wk_tensor *spans_of(wk_tensor *targets, wk_tensor *frames, wk_tensor *labels, int64_t *room)
{
    const int64_t n = frames->v.size[0];
    WKI_BESIDE(here, frames);
    wk_tensor *start;
    *room = targets->v.ndim == 2 ? targets->v.size[1] : -1;
    if (*room >= 0)
        start = wk_mul_scalar(whole(n), (double)*room);
    else
        start = wk_sub(wk_cumsum(labels, 0), labels);
    return start ? wk_stack((wk_tensor *[]){ start, frames, labels }, 3, 1) : NULL;
}

/* Twice the longest target and 1 */
static bool width_of(wk_tensor *targets, wk_tensor *lengths, int64_t *width)
{
    *width = 1;
    if (wki_numel(&lengths->v) == 0) return true;
    const wk_tensor *longest = wk_max(lengths), *shortest = wk_min(lengths);
    if (!longest || !shortest) return false;
    const double least = wki_value_of(shortest, "the lengths of ctc_loss decide about shapes"),
                 most = wki_number_at(&longest->v), room = (double)targets->v.size[targets->v.ndim - 1];
    wki_check(least >= 0 && most <= room, false, WK_E_RANGE, "ctc_loss",
              "target_lengths has %.0f; from 0 to what targets %s hold are possible", least < 0 ? least : most,
              wki_show(&targets->v));
    *width = 2 * (int64_t)most + 1;
    return true;
}

/* Log-probabilities as [t, n, c], *single: n was missing */
static wk_tensor *frames_of(wk_tensor *logp, const wk_loss_opts *o, bool *single)
{
    if (!wki_tensor_ok(logp, "ctc_loss", "log_probs") || !wki_float_ok(logp, "ctc_loss", "log_probs")) return NULL;
    *single = logp->v.ndim == 2;
    wki_check(*single || logp->v.ndim == 3, NULL, WK_E_SHAPE, "ctc_loss",
              "log_probs is %s; [t, n, c] or [t, c] is needed", wki_show(&logp->v));
    const int64_t classes = logp->v.size[logp->v.ndim - 1];
    wki_check(o->blank >= 0 && o->blank < classes, NULL, WK_E_RANGE, "ctc_loss",
              "blank is %lld; it must be one of the %lld classes of log_probs %s", (long long)o->blank,
              (long long)classes, wki_show(&logp->v));
    return *single ? wk_unsqueeze(logp, 1) : logp;
}

wk_tensor *wk_ctc_loss_run(wk_tensor *log_probs, wk_tensor *targets, wk_tensor *input_lengths,
                           wk_tensor *target_lengths, const wk_loss_opts *given)
{
    static const char where[] = "ctc_loss";
    wk_loss_opts o;
    bool single;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_BLANK | WKI_LOSS_ZERO_INFINITY)) return NULL;
    wk_tensor *logp = frames_of(log_probs, &o, &single), *frames, *lengths;
    if (!logp || !(targets = whole_numbers("targets", targets, logp)) ||
        !(frames = lengths_of("input_lengths", input_lengths, logp, single)) ||
        !(lengths = lengths_of("target_lengths", target_lengths, logp, single)))
        return NULL;
    const int64_t n = logp->v.size[1];
    wki_check(targets->v.ndim == 1 || (targets->v.ndim == 2 && targets->v.size[0] == n), NULL, WK_E_SHAPE, where,
              "targets is %s; [%lld, s] or, one after the other, [s] is needed", wki_show(&targets->v), (long long)n);
    ctc c = { .a = { .blank = o.blank, .zero_infinity = o.zero_infinity } };
    wk_tensor *spans = width_of(targets, lengths, &c.width) ? spans_of(targets, frames, lengths, &c.a.room) : NULL;
    wk_tensor *labels = spans ? wk_contiguous(wk_reshape(targets, WK_SHAPE(-1))) : NULL;
    wk_tensor *losses = labels ? losses_of(logp, labels, spans, &c) : NULL;
    if (losses && o.reduction == WK_REDUCE_MEAN)
        losses = wk_div(losses, wk_to(wk_clamp_min(lengths, 1), (wk_dtype)logp->v.dtype));
    wk_tensor *y = losses ? wki_loss_reduce(losses, o.reduction, NULL) : NULL;
    return y && single && o.reduction == WK_REDUCE_NONE ? wk_squeeze(y, 0) : y;
}

wk_tensor *wk_ctc_loss(wk_tensor *log_probs, wk_tensor *targets, wk_tensor *input_lengths, wk_tensor *target_lengths)
{
    return wk_ctc_loss_run(log_probs, targets, input_lengths, target_lengths, NULL);
}

static wk_tensor *wrong_label(void)
{
    return wk_ctc_loss(wk_zeros(WK_SHAPE(4, 1, 3), WK_F32), NUMBERS(1, 3), NUMBERS(4), NUMBERS(2));
}
static wk_tensor *wrong_length(void)
{
    return wk_ctc_loss(wk_zeros(WK_SHAPE(4, 1, 3), WK_F32), NUMBERS(1, 2), NUMBERS(5), NUMBERS(2));
}
static wk_tensor *wrong_blank(void)
{
    return wk_ctc_loss_with(wk_zeros(WK_SHAPE(4, 3), WK_F32), NUMBERS(1, 2), NUMBERS(4), NUMBERS(2), .blank = 3);
}
const wki_error_sample wki_errors_ctc_loss[] = {
    { "ctc_loss", wrong_label, WK_E_RANGE, "label 1 of sequence 0 is 3; expected 0 to 2" },
    { "ctc_loss", wrong_length, WK_E_RANGE, "input_lengths has 5 for sequence 0" },
    { "ctc_loss", wrong_blank, WK_E_RANGE, "blank is 3" },
    { 0 },
};

const wki_family wki_family_ctc_loss = { &op, NULL };
