/* Options, checks and reduction of the losses in functional/. */
#include "nn/loss.h"
#include "base/options.h"

wk_loss_opts wk_loss_opts_default(void) { return (wk_loss_opts){ WK_LOSS_DEFAULTS }; }

/* The name of a changed option that the loss does not read, or NULL */
static const char *unread_option(const wk_loss_opts *o, int reads)
{
    const struct {
        int bit;
        bool changed;
        const char *name;
    } options[] = {
        { WKI_LOSS_WEIGHT, o->weight, "weight" },
        { WKI_LOSS_POS_WEIGHT, o->pos_weight, "pos_weight" },
        { WKI_LOSS_IGNORE, o->ignore_index != -100, "ignore_index" },
        { WKI_LOSS_SMOOTHING, o->label_smoothing != 0, "label_smoothing" },
        { WKI_LOSS_BETA, o->beta != 1, "beta" },
        { WKI_LOSS_DELTA, o->delta != 1, "delta" },
        { WKI_LOSS_MARGIN, !isnan(o->margin), "margin" },
        { WKI_LOSS_P, !isnan(o->p), "p" },
        { WKI_LOSS_EPS, !isnan(o->eps), "eps" },
        { WKI_LOSS_LOG_TARGET, o->log_target, "log_target" },
        { WKI_LOSS_FULL, o->full, "full" },
        { WKI_LOSS_SWAP, o->swap, "swap" },
        { WKI_LOSS_LOG_INPUT, !o->log_input, "log_input" },
        { WKI_LOSS_BATCHMEAN, o->reduction == WK_REDUCE_BATCHMEAN, "reduction \"batchmean\"" },
        { WKI_LOSS_BLANK, o->blank != 0, "blank" },
        { WKI_LOSS_ZERO_INFINITY, o->zero_infinity, "zero_infinity" },
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].changed && !(reads & options[i].bit)) return options[i].name;
    return NULL;
}

bool wki_loss_options(const char *where, wk_loss_opts *o, const wk_loss_opts *given, int reads)
{
    *o = wk_loss_opts_default();
    if (!given) return true;
    wki_options_merge(o, sizeof *o, given);
    wki_check((unsigned)o->reduction <= WK_REDUCE_BATCHMEAN, false, WK_E_INVALID, where, "%d is no reduction",
              (int)o->reduction);
    const char *unread = unread_option(o, reads);
    wki_check(!unread, false, WK_E_INVALID, where, "has no option %s", unread);
    const bool takes_tensors = reads & (WKI_LOSS_WEIGHT | WKI_LOSS_POS_WEIGHT);
    return !takes_tensors ||
           (wki_optional_ok(o->weight, where, "weight") && wki_optional_ok(o->pos_weight, where, "pos_weight"));
}

bool wki_loss_pair_ok(const char *where, wk_tensor *input, wk_tensor *target)
{
    if (!wki_tensor_ok(input, where, "input") || !wki_tensor_ok(target, where, "target") ||
        !wki_same_device(where, input, target))
        return false;
    wki_check(wki_same_shape(&input->v, &target->v), false, WK_E_SHAPE, where,
              "shapes differ (input %s, target %s); they must be equal", wki_show(&input->v), wki_show(&target->v));
    return wki_float_ok(input, where, "input");
}

wk_tensor *wki_loss_reduce(wk_tensor *losses, wk_reduction reduction, wk_tensor *count)
{
    if (!losses || reduction == WK_REDUCE_NONE) return losses;
    if (reduction == WK_REDUCE_SUM) return wk_sum(losses);
    if (reduction == WK_REDUCE_MEAN) return count ? wk_div(wk_sum(losses), wk_sum(count)) : wk_mean(losses);
    return wk_div_scalar(wk_sum(losses), (double)(losses->v.ndim ? losses->v.size[0] : 1));
}

wk_tensor *wki_number_like(double value, wk_tensor *x)
{
    WKI_BESIDE(here, x);
    return x ? wk_scalar(value, (wk_dtype)x->v.dtype) : NULL;
}

wk_tensor *wki_raised(wk_tensor *x, double least)
{
    wk_tensor *floor = wk_add_scalar(wk_sub(x, wk_detach(x)), least);
    return wk_where(wk_lt(x, wki_number_like(least, x)), floor, x);
}
