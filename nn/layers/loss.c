/* Losses as layers: inputs are those of the function, in its order. weight and pos_weight are buffers, as in torch. */
#include "base/options.h"
#include "nn/module.h"

typedef wk_tensor *two_run(wk_tensor *a, wk_tensor *b, const wk_loss_opts *o);
typedef wk_tensor *three_run(wk_tensor *a, wk_tensor *b, wk_tensor *c, const wk_loss_opts *o);

typedef wk_tensor *four_run(wk_tensor *a, wk_tensor *b, wk_tensor *c, wk_tensor *d, const wk_loss_opts *o);

typedef struct loss {
    wk_loss_opts o;
    two_run *two;
    three_run *three;
    four_run *four;
} loss;

static wk_status init(wk_module *m, void *state)
{
    loss *l = state;
    *l = *(const loss *)wk_nn_options(m);
    wk_tensor **tensors[] = { &l->o.weight, &l->o.pos_weight };
    static const char *const names[] = { "weight", "pos_weight" };
    for (int i = 0; i < 2; i++)
        if (*tensors[i] && !(*tensors[i] = wk_nn_buffer(m, names[i], wk_clone(*tensors[i])))) return wk_error();
    return WK_OK;
}

static wk_status forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const loss *l = m->state;
    const int needs = l->two ? 2 : l->three ? 3 : 4;
    wki_check(nin == needs && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; %d inputs and one result are needed", nin, nout, needs);
    out[0] = l->two     ? l->two(in[0], in[1], &l->o)
             : l->three ? l->three(in[0], in[1], in[2], &l->o)
                        : l->four(in[0], in[1], in[2], in[3], &l->o);
    return wk_error();
}

static wk_module *make(const wk_module_ops *ops, const char *where, const wk_loss_opts *given, two_run *two,
                       three_run *three, four_run *four)
{
    loss l = { .o = wk_loss_opts_default(), .two = two, .three = three, .four = four };
    if (!wki_options_take(where, &l.o, sizeof l.o, given)) return NULL;
    return wki_layer_new(ops, &l);
}

#define LOSS(NAME, TWO, THREE, FOUR)                                                                                   \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(loss),                                              \
                                              .init = init,                                                            \
                                              .forward_many = forward_many };                                          \
    wk_module *wk_nn_##NAME##_new(const wk_loss_opts *o) { return make(&NAME##_ops, "nn_" #NAME, o, TWO, THREE, FOUR); }

LOSS(cross_entropy_loss, wk_cross_entropy_run, NULL, NULL)
LOSS(nll_loss, wk_nll_loss_run, NULL, NULL)
LOSS(mse_loss, wk_mse_loss_run, NULL, NULL)
LOSS(l1_loss, wk_l1_loss_run, NULL, NULL)
LOSS(smooth_l1_loss, wk_smooth_l1_loss_run, NULL, NULL)
LOSS(huber_loss, wk_huber_loss_run, NULL, NULL)
LOSS(bce_loss, wk_binary_cross_entropy_run, NULL, NULL)
LOSS(bce_with_logits_loss, wk_binary_cross_entropy_with_logits_run, NULL, NULL)
LOSS(kl_div_loss, wk_kl_div_run, NULL, NULL)
LOSS(poisson_nll_loss, wk_poisson_nll_loss_run, NULL, NULL)
LOSS(soft_margin_loss, wk_soft_margin_loss_run, NULL, NULL)
LOSS(hinge_embedding_loss, wk_hinge_embedding_loss_run, NULL, NULL)
LOSS(multi_margin_loss, wk_multi_margin_loss_run, NULL, NULL)
LOSS(gaussian_nll_loss, NULL, wk_gaussian_nll_loss_run, NULL)
LOSS(margin_ranking_loss, NULL, wk_margin_ranking_loss_run, NULL)
LOSS(cosine_embedding_loss, NULL, wk_cosine_embedding_loss_run, NULL)
LOSS(triplet_margin_loss, NULL, wk_triplet_margin_loss_run, NULL)
LOSS(ctc_loss, NULL, NULL, wk_ctc_loss_run)
