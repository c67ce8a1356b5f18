/* Early stopping: a few numbers of the user's. */
#include "base/error.h"
#include "wick/train.h"
#include <math.h>

wk_early_stopping wk_early_stopping_default(void) { return (wk_early_stopping){ WK_EARLY_STOPPING_DEFAULTS }; }

bool wk_early_stopping_step(wk_early_stopping *stop, double value)
{
    if (!stop) return wki_fail(WK_E_INVALID, "early_stopping_step", "stop is NULL") != WK_OK;
    const double gain = stop->maximize ? value - stop->best : stop->best - value;
    stop->improved = !isnan(value) && (isnan(stop->best) || gain > stop->min_delta);
    if (stop->improved) {
        stop->best = value;
        stop->best_at = stop->checks;
    }
    stop->checks++;
    const int64_t since = isnan(stop->best) ? stop->checks : stop->checks - 1 - stop->best_at;
    return !stop->improved && since >= stop->patience;
}
