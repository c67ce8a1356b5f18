/* wick/capture.h: a training step recorded once and run again, without dispatch, allocation or graph (torch.cuda.graph).
 *
 *   static wk_tensor *step(void *user, wk_tensor *const *in, int n)
 *   {
 *       struct model *m = user;
 *       wk_zero_grad(m->opt);
 *       wk_tensor *loss = wk_cross_entropy(wk_forward(m->net, in[0]), in[1]);
 *       wk_backward(loss);
 *       wk_step(m->opt);
 *       return loss;
 *   }
 *   wk_plan *plan = wk_capture(step, &model);
 *   for (wk_batch *b; (b = wk_loader_next(train));) {
 *       wk_tensor *loss = wk_plan_run(plan, (wk_tensor *[]){ wk_batch_x(b), wk_batch_y(b) }, 2);
 *       total += wk_item(loss);
 *   }
 *
 * For inputs of one form the first run is an ordinary one, the second is recorded, and all after it are replays: the
 * same calls on the same memory, with the same bits. The step function itself is not called by a replay. So
 *
 * - what changes from run to run comes in as an input, or lives in a tensor: numbers of the host (a weight in wk_mul_scalar, an
 *   `if`) stay those of the recorded run, and so do the tensors themselves, modules and optimizers that the step finds by a
 *   pointer: where two of them are swapped that both live on, replays go on with those of the recorded run (swap what is in them).
 *   One that was freed is missed, and the step recorded anew. Learning rates and other options of optimizers, their step counts, schedules that
 *   are advanced inside, and random numbers (dropout, wk_randn) go on as they would;
 * - values are read behind the step. Inside, wk_item, wk_read, wk_data and wk_equal are WK_E_STATE, and so are copies from
 *   host memory (wk_from, wk_write); batches are taken outside and given as inputs. wk_clip_grad_norm_ clips in each
 *   replay; the norm that it returns is the recorded run's. What must look at values itself (wk_nonzero, a boolean mask's
 *   selection, a histogram without bounds) keeps the step ordinary, and so does what host memory fills (wk_dataset_get);
 * - an input is the run's own: a step that keeps it, or a view of it, stays ordinary, and so does one that asks for its gradient
 *   itself. Clone it: gradients of wk_requires_grad(wk_clone(in[0])), and gradients of those, are replayed;
 * - prints, hooks with side effects, counters of one's own happen in the recorded run and in no replay.
 *
 * A plan records again by itself, at the cost of an ordinary step, when inputs have another shape, dtype or strides
 * (WK_PLAN_FORMS are kept side by side, in one arena: a last, smaller batch, sequences of many lengths, or the first of several
 * runs that gather gradients for one wk_step, cost nothing), and
 * when what it has recorded does not hold any more: modules of the step in another mode (wk_train) or with new members, another
 * set of parameters that require grad, memory that moved (wk_module_to), options that choose another rule, a new optimizer,
 * hooks, autocast, the number of threads, the instruction set. What is put back is as it was. Where recordings are for nothing
 * again and again the step runs as it is, and is recorded more and more rarely. wk_plan_why says what it was. */
#ifndef WICK_CAPTURE_H
#define WICK_CAPTURE_H
#include "wick/tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_plan wk_plan;

/* A step: the loss, or whatever else it wants to give, of its inputs. The tensor is the step's; it must not be one of the
 * inputs. NULL without an error pending: it gives nothing. More results: copy them into tensors made before (wk_copy_). */
typedef wk_tensor *wk_step_function(void *user, wk_tensor *const *inputs, int n);

enum { WK_PLAN_MOST_INPUTS = 16, WK_PLAN_FORMS = 32 };

/* In the scope. user is handed to step; both must live as long as the plan. A plan belongs to one thread at a time. */
WK_API wk_plan *wk_capture(wk_step_function *step, void *user);
/* One step, with whatever effect step has. Returns what step gave, without its history, owned by the plan and good until
 * its next run; NULL if it gave nothing, or with the error pending. inputs: at most WK_PLAN_MOST_INPUTS, of any form; one that requires
 * grad keeps the plan from recording. An error in a replay (a label out of range) leaves parameters and optimizers as an ordinary run would; random
 * numbers have gone on by a whole step, and what only the step writes may be half written. */
WK_API wk_tensor *wk_plan_run(wk_plan *plan, wk_tensor *const *inputs, int n);

typedef struct wk_plan_stats {
    int64_t runs, recordings, replays; /* so far; runs - recordings - replays were ordinary */
    int calls;                         /* in the recording that ran last; 0: it was ordinary */
    size_t bytes;                      /* that it needs besides tensors that outlive the step; forms share them */
} wk_plan_stats;
WK_API wk_plan_stats wk_plan_stats_of(const wk_plan *plan);
/* In a sentence, why the last run was or was not a replay: "replayed"; "recorded: the number of threads changed". Owned by the plan. */
WK_API const char *wk_plan_why(const wk_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
