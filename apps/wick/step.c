/* One step of training: loss, gradients, clips, update, average; and what becomes of numbers that are not finite. Rests
 * on wick/train.h. */
#include "run.h"
#include <math.h>
#include <string.h>

static const char *const policies[] = { "skip", "stop", "report" };

bool run_know_nonfinite(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (!strcmp(policies[i], name)) return true;
    return say_usage("--nonfinite is \"%s\"; expected skip, stop or report", name), false;
}

bool run_is_policy(const run_plan *p, const char *name)
{
    return p->settings->nonfinite && !strcmp(p->settings->nonfinite, name);
}

wk_status run_set_policy(const run_plan *p, wk_optim *optim)
{
    return wk_set_nonfinite(optim, run_is_policy(p, "skip")   ? WK_NONFINITE_SKIP
                                   : run_is_policy(p, "stop") ? WK_NONFINITE_STOP
                                                              : WK_NONFINITE_KEEP);
}

/* Backward runs as the forward pass was recorded. */
static wk_tensor *loss_of(const run_parts *with, wk_tensor *x, wk_tensor *y)
{
    const bool before = wk_set_autocast_enabled(with->plan->settings->bf16);
    wk_tensor *output = wk_forward(with->net, x);
    wk_set_autocast_enabled(before);
    return wk_loss(output, scale_targets(&with->plan->scales, y));
}

/* The first half of a step: the loss and its gradients. */
static wk_tensor *find_gradients(void *user, wk_tensor *const *in, int n)
{
    const run_parts *with = user;
    (void)n;
    wk_zero_grad(with->optim);
    wk_tensor *loss = loss_of(with, in[0], in[1]);
    wk_backward(loss);
    return loss;
}

static const char *first_not_finite(const run_parts *with)
{
    WK_NO_GRAD(looking);
    for (int i = 0; i < wk_params_count(with->params) && !wk_failed(); i++) {
        wk_tensor *gradient = wk_grad(wk_params_at(with->params, i));
        if (gradient && !isfinite(wk_item(wk_norm(gradient, INFINITY)))) return wk_params_name(with->params, i);
    }
    return NULL;
}

static void clip(const run_parts *with)
{
    const run_settings *s = with->plan->settings;
    if (s->clip_value > 0) wk_clip_grad_value_(with->params, s->clip_value);
    if (s->clip > 0) wk_clip_grad_norm_(with->params, s->clip);
}

/* Looked for before the clips, which make a finite number of an infinite one; without clips the optimizer looks. */
static const char *find_not_finite(const run_parts *with)
{
    const run_settings *s = with->plan->settings;
    const bool looks = run_is_policy(with->plan, "report") || (s->nonfinite && (s->clip > 0 || s->clip_value > 0));
    return looks ? first_not_finite(with) : NULL;
}

/* The second half. */
static wk_tensor *update(void *user, wk_tensor *const *in, int n)
{
    const run_parts *with = user;
    (void)in, (void)n;
    clip(with);
    wk_step(with->optim);
    return NULL;
}

/* An optimizer that looks at its gradients decides at each step anew, and is not recorded. */
void run_capture(run_parts *with)
{
    if (with->plan->settings->no_capture) return;
    with->gradients = wk_capture(find_gradients, with);
    if (!run_is_policy(with->plan, "skip") && !run_is_policy(with->plan, "stop"))
        with->update = wk_capture(update, with);
}

static double step(run_parts *with, wk_batch *b, const char **bad)
{
    wk_tensor *in[] = { wk_batch_x(b), wk_batch_y(b) };
    wk_tensor *loss = with->gradients ? wk_plan_run(with->gradients, in, 2) : find_gradients(with, in, 2);
    const double value = wk_item(loss);
    if (wk_failed() || !isfinite(value)) return value;
    const int64_t skipped = wk_steps_skipped(with->optim);
    const char *name = find_not_finite(with);
    if (name && run_is_policy(with->plan, "skip")) return NAN;
    if (name && run_is_policy(with->plan, "stop"))
        return wk_fail(WK_E_STATE, "the gradient of '%s' is not finite; nothing was updated", name), NAN;
    if (bad) *bad = name;
    if (with->update)
        wk_plan_run(with->update, NULL, 0);
    else
        update(with, NULL, 0);
    if (wk_steps_skipped(with->optim) > skipped) return NAN;
    if (with->average) wk_average_update(with->average);
    return value;
}

/* A norm's running statistics took part in the forward pass of a step that is skipped. */
static void put_back(wk_state *buffers, const wk_state *before)
{
    WK_NO_GRAD(copying);
    for (int64_t i = 0; i < wk_state_count(before); i++) wk_copy_(wk_state_at(buffers, i), wk_state_at(before, i));
}

double run_step(run_parts *with, wk_batch *b, const char **bad)
{
    if (bad) *bad = NULL;
    if (!run_is_policy(with->plan, "skip")) return step(with, b, bad);
    wk_state *buffers = wk_buffers(with->net), *before = buffers ? wk_state_copy(buffers) : NULL;
    const double value = step(with, b, bad);
    if (!wk_failed() && !isfinite(value)) put_back(buffers, before);
    return value;
}
