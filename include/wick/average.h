/* wick/average.h: running averages of parameters (torch.optim.swa_utils.AveragedModel), which often do better than the last ones.
 *
 *   wk_average *ema = wk_ema_new(wk_parameters(net), 0.999);
 *   for (...) { ... wk_step(opt);  wk_average_update(ema); }
 *   wk_average_swap(ema);  evaluate(net);  wk_average_swap(ema);        or, at the end, wk_average_apply(ema)
 *
 * An average holds the parameters and owns its copies. A module's buffers stay its own, unless wk_average_buffers takes them in;
 * wk_update_bn (wick/train.h) fits those of BatchNorm to the averages. */
#ifndef WICK_AVERAGE_H
#define WICK_AVERAGE_H
#include "wick/state.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_average wk_average;

/* The first update copies. Then, with n updates before, ema: a += (1 - decay)(p - a), without bias correction; swa: a += (p - a) / (n + 1)
 * (Izmailov et al. 2018), the mean. 0 <= decay <= 1. */
WK_API wk_average *wk_ema_new(wk_params *params, double decay);
WK_API wk_average *wk_swa_new(wk_params *params);

/* Buffers (wk_buffers(m)) are averaged, saved and swapped too, behind the parameters: AveragedModel's use_buffers. Those that are no floats
 * are those of the last update. WK_E_STATE: after an update. */
WK_API wk_status wk_average_buffers(wk_average *a, const wk_state *buffers);
WK_API wk_status wk_average_update(wk_average *a);              /* takes the parameters of now in */
/* Averages and parameters change places, values alone; an even number of times gives both back. WK_E_STATE: before the first update. */
WK_API wk_status wk_average_swap(wk_average *a);
WK_API wk_status wk_average_apply(wk_average *a);               /* copies the averages into the parameters; WK_E_STATE likewise */
WK_API int64_t wk_average_updates(const wk_average *a);         /* how many there were */
WK_API wk_tensor *wk_average_at(wk_average *a, int i);          /* borrowed; the average of parameter, or buffer, i; WK_E_RANGE */

/* "module.NAME", as AveragedModel has it, sharing memory, and n_averaged as text. Loading copies, all or nothing. */
WK_API wk_state *wk_average_state_dict(wk_average *a);
WK_API wk_status wk_average_load_state_dict(wk_average *a, const wk_state *s);

#ifdef __cplusplus
}
#endif
#endif
