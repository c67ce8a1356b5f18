/* Trainings whose state somebody changes: one with all its parts, ways to change a state, and what may become of it. */
#ifndef HOSTILE_TRAINING_H
#define HOSTILE_TRAINING_H
#include "wick/train.h"
#include <math.h>
#include <string.h>

/* ---- A training with all its parts ---- */

typedef struct hostile_kinds {
    const char *optim, *schedule;
    bool swa;
} hostile_kinds;

static inline wk_module *hostile_net(bool of_matrices)
{
    if (of_matrices) return wk_nn_sequential(wk_nn_linear(5, 4, .bias = false), wk_nn_linear(4, 3, .bias = false));
    return wk_nn_sequential(wk_nn_linear(5, 4), wk_nn_batch_norm1d(4, .momentum = NAN), wk_nn_relu(),
                            wk_nn_linear(4, 3));
}

/* What a schedule cannot do without. */
static inline const char *hostile_numbers(const char *schedule, bool has_momentum)
{
    static const char *const numbers[][2] = {
        { "cosine", "t_max=5" },    { "cosine_restarts", "t_0=2,t_mult=2" },          { "exponential", "gamma=0.9" },
        { "step", "step_size=2" },  { "one_cycle", "max_lr=0.1,total_steps=100" },    { "swa", "swa_lr=0.01" },
        { "multistep", "milestones=2:4" }, { "cyclic", "base_lr=0.01,max_lr=0.1,step_size_up=2" },
    };
    if (!strcmp(schedule, "one_cycle") && !has_momentum) return "max_lr=0.1,total_steps=100,cycle_momentum=false";
    if (!strcmp(schedule, "cyclic") && !has_momentum) return "base_lr=0.01,max_lr=0.1,cycle_momentum=false";
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(numbers[i][0], schedule)) return numbers[i][1];
    return NULL;
}

static inline wk_training hostile_training(const hostile_kinds *k)
{
    enum { ROWS = 20 };
    const bool sgd = !strcmp(k->optim, "sgd");
    wk_training t = wk_training_of(.module = hostile_net(!strcmp(k->optim, "muon")));
    wk_tensor *fields[] = { wk_rand(WK_SHAPE(ROWS, 5), WK_F32), wk_zeros(WK_SHAPE(ROWS), WK_I64) };
    t.optim = wk_optim_by_name(k->optim, wk_parameters(t.module), sgd ? "momentum=0.9" : NULL);
    t.loader = wk_loader_new(wk_dataset_tensors(fields, (const char *const[]){ "x", "y" }, 2), .batch_size = 8,
                             .shuffle = true);
    t.schedule = wk_schedule_by_name(k->schedule, t.optim, hostile_numbers(k->schedule, sgd));
    t.average = k->swa ? wk_swa_new(wk_parameters(t.module)) : wk_ema_new(wk_parameters(t.module), 0.9);
    return t;
}

typedef struct hostile_batch {
    wk_training *t;
    wk_batch *b;
} hostile_batch;

static inline wk_tensor *hostile_loss(void *user)
{
    const hostile_batch *on = user;
    wk_tensor *loss = wk_cross_entropy(wk_forward(on->t->module, wk_batch_x(on->b)), wk_batch_y(on->b));
    wk_zero_grad(on->t->optim);
    wk_backward(loss);
    return loss;
}

/* An error may end it: a state that was taken may be of no use, as weights without end are. */
static inline void hostile_train(wk_training *t, int steps)
{
    for (int i = 0; i < steps && !wk_failed(); i++) {
        WK_SCOPE(step);
        hostile_batch on = { t, wk_loader_next(t->loader) };
        if (!on.b) on.b = wk_loader_next(t->loader); /* an epoch was over */
        if (!on.b) break;
        wk_step_closure(t->optim, hostile_loss, &on, NULL);
        wk_average_update(t->average);
        if (!strcmp(wk_schedule_name(t->schedule), "plateau"))
            wk_schedule_advance_metric(t->schedule, 1);
        else
            wk_schedule_advance(t->schedule);
    }
}

/* ---- Changes ---- */

/* A copy of s in which key has another text; text NULL: it is missing. */
static inline wk_state *hostile_text(const wk_state *s, const char *key, const char *text)
{
    wk_state *changed = wk_state_new();
    for (int64_t i = 0; i < wk_state_count(s); i++) wk_state_set(changed, wk_state_name(s, i), wk_state_at(s, i));
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *other = wk_state_text_key(s, i), *now = strcmp(other, key) ? wk_state_text(s, other) : text;
        if (now) wk_state_set_text(changed, other, now);
    }
    return changed;
}

enum { HOSTILE_WAYS = 15 };

static inline wk_tensor *hostile_tensor_of(const wk_state *s, int64_t at, int way)
{
    static const double fills[] = { NAN, INFINITY, -1, 3e38, 0 };
    wk_tensor *t = wk_state_at(s, at);
    const wk_dtype dtype = wk_dtype_of(t);
    switch (way) {
    case 0:
    case 1: return t;
    case 2: return wk_to(t, dtype == WK_I64 ? WK_F32 : WK_I64);
    case 3: return wk_to(t, dtype == WK_F64 ? WK_F32 : WK_F64);
    case 4: return wk_unsqueeze(t, 0);
    case 5: return wk_zeros(WK_SHAPE(0), dtype);
    case 6: return wk_zeros(WK_SHAPE(7, 3), dtype);
    case 7: return wk_state_at(s, (at + 1) % wk_state_count(s));
    case 8: return wk_full(wk_ndim(t), wk_shape(t), WK_BOOL, 1);
    case 9: return dtype == WK_I64 ? wk_from(&(int64_t){ INT64_MAX }, 0, NULL, WK_I64) : wk_neg(t);
    default: return wk_full(wk_ndim(t), wk_shape(t), dtype, dtype == WK_I64 ? -1 : fills[way - 10]);
    }
}

/* A copy of s in which tensor at is missing (way 0), has another name (1), type, shape or numbers. */
static inline wk_state *hostile_tensor(const wk_state *s, int64_t at, int way)
{
    wk_state *changed = wk_state_new();
    for (int64_t i = 0; i < wk_state_count(s); i++)
        if (i != at) wk_state_set(changed, wk_state_name(s, i), wk_state_at(s, i));
    if (way > 0) wk_state_set(changed, way == 1 ? "model.another" : wk_state_name(s, at), hostile_tensor_of(s, at, way));
    for (int64_t i = 0; i < wk_state_text_count(s); i++)
        wk_state_set_text(changed, wk_state_text_key(s, i), wk_state_text(s, wk_state_text_key(s, i)));
    return changed;
}

/* ---- What becomes of them ---- */

static inline bool hostile_error(wk_status s)
{
    return s == WK_E_FORMAT || s == WK_E_INVALID || s == WK_E_SHAPE || s == WK_E_NOT_FOUND || s == WK_E_RANGE ||
           s == WK_E_DTYPE;
}

static inline bool hostile_same_bits(wk_tensor *a, wk_tensor *b)
{
    const size_t bytes = (size_t)wk_numel(a) * wk_dtype_size(wk_dtype_of(a));
    return wk_dtype_of(a) == wk_dtype_of(b) && wk_ndim(a) == wk_ndim(b) && wk_numel(a) == wk_numel(b) &&
           (!bytes || !memcmp(wk_data(wk_to_device(wk_contiguous(a), WK_CPU)), wk_data(wk_to_device(wk_contiguous(b), WK_CPU)), bytes));
}

static inline bool hostile_same(const wk_state *a, const wk_state *b)
{
    bool same = wk_state_count(a) == wk_state_count(b) && wk_state_text_count(a) == wk_state_text_count(b);
    for (int64_t i = 0; i < wk_state_count(a) && same; i++)
        same = hostile_same_bits(wk_state_at(a, i), wk_state_get(b, wk_state_name(a, i)));
    for (int64_t i = 0; i < wk_state_text_count(a) && same; i++)
        same = !strcmp(wk_state_text(a, wk_state_text_key(a, i)), wk_state_text(b, wk_state_text_key(a, i)));
    return same;
}

/* A training takes a state that is not good: it refuses it and is as before, or goes on, and back to the good one. NULL, or what else
 * happened. */
static inline const char *hostile_harm(wk_training *t, const wk_state *good, const wk_state *bad)
{
    WK_SCOPE(taking);
    const wk_state *before = wk_state_copy(wk_training_state_dict(t));
    if (wk_failed()) return "an error is pending";
    const wk_status status = wk_training_load_state_dict(t, bad);
    if (status && (!hostile_error(status) || strncmp(wk_error_text(), "training_load_state_dict: ", 26)))
        return "the error is of another kind";
    if (!status) hostile_train(t, 4);
    wk_error_clear();
    if (status) return hostile_same(before, wk_training_state_dict(t)) ? NULL : "it was refused, but not as a whole";
    if (wk_training_load_state_dict(t, good)) return "the good state is refused after it";
    return hostile_same(good, wk_training_state_dict(t)) ? NULL : "the good state does not come back";
}
#endif
