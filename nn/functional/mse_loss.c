/* Mean squared error, composed of ops: its gradients of any order come from theirs. */
#include "autograd/op.h"
#include "wick/nn.h"

wk_tensor *wk_mse_loss(wk_tensor *input, wk_tensor *target)
{
    if (!wki_tensor_ok(input, "mse_loss", "input") || !wki_tensor_ok(target, "mse_loss", "target")) return NULL;
    wki_check(wki_same_shape(&input->v, &target->v), NULL, WK_E_SHAPE, "mse_loss",
              "shapes differ (input %s, target %s); they must be equal", wki_show(&input->v), wki_show(&target->v));
    return wk_mean(wk_square(wk_sub(input, target)));
}

static wk_tensor *sample(wk_tensor *const *in) { return wk_mse_loss(in[0], in[1]); }
static const wki_sample samples[] = { { sample, 2, { { 2, { 3, 5 }, -2, 2 }, { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "mse_loss", NULL, samples };
const wki_family wki_family_mse_loss = { &op, NULL };
