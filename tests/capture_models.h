/* A model and the same once more, of which one is trained in a plan: they agree to the bit after each run. */
#ifndef CAPTURE_MODELS_H
#define CAPTURE_MODELS_H
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

typedef struct model {
    wk_module *net;
    wk_optim *opt;
    wk_schedule *schedule; /* advanced in the step; or NULL */
    wk_average *ema;
    double clip;          /* the norm's bound, 0: none */
    bool classes, clears; /* clears: .grad is zeroed in place, and not dropped */
    int calls;            /* of the step function */
} model;

static inline wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    model *m = user;
    (void)n;
    m->calls++;
    if (!m->clears) wk_zero_grad(m->opt);
    wk_tensor *y = wk_forward(m->net, in[0]);
    wk_tensor *loss = m->classes ? wk_cross_entropy(y, in[1]) : wk_mean(wk_square(y));
    wk_backward(loss);
    if (m->clip > 0) wk_clip_grad_norm_(wk_parameters(m->net), m->clip);
    wk_step(m->opt);
    if (m->schedule) wk_schedule_advance(m->schedule);
    if (m->ema) wk_average_update(m->ema);
    wk_params *p = m->clears ? wk_parameters(m->net) : NULL;
    for (int i = 0; p && i < wk_params_count(p); i++) wk_zero_(wk_grad(wk_params_at(p, i)));
    return loss;
}

static inline bool same_bits(wk_tensor *a, wk_tensor *b)
{
    const size_t bytes = (size_t)wk_numel(a) * wk_dtype_size(wk_dtype_of(a));
    return wk_numel(a) == wk_numel(b) && !memcmp(host_data(wk_contiguous(a)), host_data(wk_contiguous(b)), bytes);
}

static inline void compare_models(const model *a, const model *b, const char *what, int run)
{
    wk_state *x = wk_state_dict(a->net), *y = wk_state_dict(b->net);
    ck_assert_msg(x && y, "%s: %s", what, wk_error_text());
    for (int64_t i = 0; i < wk_state_count(x); i++)
        ck_assert_msg(same_bits(wk_state_at(x, i), wk_state_at(y, i)), "%s, run %d: %s differs", what, run,
                      wk_state_name(x, i));
    ck_assert_msg(wk_steps(a->opt) == wk_steps(b->opt), "%s, run %d: steps differ", what, run);
}

static inline void compare_states(const model *a, const model *b, const char *what)
{
    wk_state *x = wk_optim_state_dict(a->opt), *y = wk_optim_state_dict(b->opt);
    ck_assert_msg(x && y && wk_state_count(x) == wk_state_count(y), "%s: %s", what, wk_error_text());
    for (int64_t i = 0; i < wk_state_count(x); i++)
        ck_assert_msg(same_bits(wk_state_at(x, i), wk_state_at(y, i)), "%s: %s differs", what, wk_state_name(x, i));
}

typedef struct form {
    int ndim, batch, classes;
    int64_t shape[5]; /* of one input */
} form;

static inline void draw(const form *f, int run, wk_tensor *in[2])
{
    wk_manual_seed((uint64_t)run + 1000);
    int64_t shape[6] = { f->batch };
    for (int d = 0; d < f->ndim; d++) shape[d + 1] = f->shape[d];
    in[0] = wk_randn(f->ndim + 1, shape, WK_F32);
    in[1] = wk_randint(0, f->classes ? f->classes : 1, 1, shape);
}

/* Runs steps of both, one in a plan; they must agree after each. Returns how many were replays. */
static inline int64_t run_both(model *plain, model *planned, const form *f, int runs, const char *what)
{
    wk_plan *plan = wk_capture(step, planned);
    for (int run = 0; run < runs; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(f, run, in);
        wk_manual_seed((uint64_t)run);
        wk_tensor *loss = step(plain, in, 2);
        wk_manual_seed((uint64_t)run);
        wk_tensor *again = wk_plan_run(plan, in, 2);
        ck_assert_msg(loss && again, "%s, run %d: %s", what, run, wk_error_text());
        ck_assert_msg(same_bits(loss, again), "%s, run %d: %.9g instead of %.9g; %s", what, run, wk_item(again),
                      wk_item(loss), wk_plan_why(plan));
        compare_models(plain, planned, what, run);
    }
    const wk_plan_stats stats = wk_plan_stats_of(plan);
    if (stats.replays < runs - 3) fprintf(stderr, "%s: %s\n", what, wk_plan_why(plan));
    return stats.replays;
}

static inline wk_module *net_of(uint64_t seed, bool bias)
{
    wk_manual_seed(seed);
    return wk_nn_sequential(wk_nn_linear(12, 16, .bias = bias), wk_nn_relu(), wk_nn_linear(16, 4, .bias = bias));
}

static inline model mlp(const char *optimizer, const char *options)
{
    model m = { .net = net_of(5, strcmp(optimizer, "muon")), .classes = true };
    m.opt = wk_optim_by_name(optimizer, wk_parameters(m.net), options);
    return m;
}

static const form flat __attribute__((unused)) = { .ndim = 1, .batch = 6, .classes = 4, .shape = { 12 } };

static inline wk_module *convolutions(void)
{
    return wk_nn_sequential(wk_nn_conv2d(2, 4, WK_DIMS(3)), wk_nn_batch_norm2d(4), wk_nn_rrelu(0.125, 0.375),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_dropout2d(0.2), wk_nn_flatten(), wk_nn_linear(36, 5));
}

static inline model model_of(wk_module *(*make)(void), const char *optimizer, bool classes)
{
    wk_manual_seed(9);
    model m = { .net = make(), .classes = classes };
    m.opt = wk_optim_by_name(optimizer, wk_parameters(m.net), "");
    return m;
}

/* ---- What a plan tells ---- */

static inline bool tells(const wk_plan *plan, const char *words)
{
    const bool so = strstr(wk_plan_why(plan), words) != NULL;
    if (!so) fprintf(stderr, "why: %s\n", wk_plan_why(plan));
    return so;
}

static inline void run_some(wk_plan *plan, const form *f, int from, int to)
{
    for (int run = from; run < to; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(f, run, in);
        CHECK(wk_plan_run(plan, in, 2) != NULL);
    }
}
#endif
