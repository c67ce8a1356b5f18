/* Modules and batches that were sent to a device, while the thread goes on making its tensors on the CPU, as PyTorch's
 * programs do: what layers, losses, backward and optimizers make on the way lies where their operands lie. */
#include "cuda_check.h"
#include "wick/capture.h"
#include "wick/nn.h"
#include "wick/optim.h"

WICK_ON_CPU("the thread makes its tensors on the CPU")

static void train(wk_module *net, wk_tensor *x, wk_tensor *y, double smoothing)
{
    CHECK(wk_current_device() == WK_CPU);
    CHECK(wk_module_to(net, wk_cuda(0), WK_F32) == net);
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 1e-2);
    x = wk_to_device(x, wk_cuda(0));
    y = wk_to_device(y, wk_cuda(0));
    for (int i = 0; i < 3; i++) {
        WK_SCOPE(step);
        wk_zero_grad(opt);
        wk_backward(wk_cross_entropy_with(wk_forward(net, x), y, .label_smoothing = smoothing));
        wk_clip_grad_norm_(wk_parameters(net), 1);
        wk_step(opt);
        CHECK_OK();
    }
    CHECK(wk_current_device() == WK_CPU && wk_device_of(wk_grad(wk_params_at(wk_parameters(net), 0))) == wk_cuda(0));
}

static wk_tensor *classes(int n) { return wk_remainder_scalar(wk_arange(0, n, 1, WK_I64), 3); }

TEST(places, a_perceptron_with_dropout_is_trained_where_it_was_sent)
{
    if (!cuda_here()) return;
    train(wk_nn_sequential(wk_nn_linear(6, 8), wk_nn_rrelu(0.125, 0.333), wk_nn_dropout(0.5), wk_nn_linear(8, 3)),
          wk_randn(WK_SHAPE(5, 6), WK_F32), classes(5), 0.1);
}

TEST(places, a_convolution_is_trained_where_it_was_sent)
{
    if (!cuda_here()) return;
    train(wk_nn_sequential(wk_nn_conv2d(2, 4, WK_DIMS(3)), wk_nn_batch_norm2d(4), wk_nn_relu(), wk_nn_dropout2d(0.3),
                           wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(16, 3)),
          wk_randn(WK_SHAPE(4, 2, 6, 6), WK_F32), classes(4), 0);
}

TEST(places, a_transformer_is_trained_where_it_was_sent)
{
    if (!cuda_here()) return;
    train(wk_nn_sequential(wk_nn_embedding(7, 8), wk_nn_transformer_encoder_layer(8, 2, .dim_feedforward = 16),
                           wk_nn_flatten(), wk_nn_linear(32, 3)),
          wk_remainder_scalar(wk_reshape(wk_arange(0, 12, 1, WK_I64), WK_SHAPE(3, 4)), 7), classes(3), 0);
}

TEST(places, what_backward_makes_lies_beside_the_gradient)
{
    if (!cuda_here()) return;
    wk_tensor *x = wk_requires_grad(wk_to_device(wk_randn(WK_SHAPE(4, 5), WK_F32), wk_cuda(0)));
    wk_tensor *index = wk_to_device(wk_zeros(WK_SHAPE(4, 2), WK_I64), wk_cuda(0)), *sorted = wk_sort(x, 1, true, NULL);
    wk_tensor *parts[] = { wk_gather(x, 1, index),
                           wk_pad(x, 2, (int64_t[]){ 1, 2 }, WK_PAD_CONSTANT, 0),
                           sorted,
                           wk_cumsum(x, 1),
                           wk_cumprod(x, 1),
                           wk_triu(x, 0),
                           wk_diagonal(x, 0, 0, 1),
                           wk_select(x, 0, 1),
                           wk_std(x, 1),
                           wk_amax(x, 1, false),
                           wk_scatter_value(x, 1, index, 2),
                           wk_clamp(x, -1, 1) };
    wk_tensor *sum = NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        wk_tensor *part = wk_sum(wk_square(parts[i]));
        sum = sum ? wk_add(sum, part) : part;
    }
    CHECK(wk_backward(sum) == WK_OK && wk_device_of(wk_grad(x)) == wk_cuda(0));
    CHECK(wk_numel(wk_one_hot(wk_to_device(classes(4), wk_cuda(0)), 3)) == 12);
    CHECK(wk_numel(wk_nonzero(wk_gt_scalar(x, 100))) == 0);
    CHECK_OK();
}

TEST(places, an_optimizer_refuses_parameters_that_left_its_states)
{
    if (!cuda_here()) return;
    wk_module *net = wk_nn_linear(3, 2);
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 1e-2),
             *other = wk_optim_adagrad(wk_parameters(net), .lr = 1e-2);
    wk_tensor *x = wk_ones(WK_SHAPE(4, 3), WK_F32);
    CHECK(wk_backward(wk_sum(wk_forward(net, x))) == WK_OK && wk_step(opt) == WK_OK);
    CHECK(wk_module_to(net, wk_cuda(0), WK_F32) == net);
    wk_zero_grad(opt);
    CHECK(wk_backward(wk_sum(wk_forward(net, wk_to_device(x, wk_cuda(0))))) == WK_OK);
    CHECK(wk_step(opt) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "step: 'weight' went to cuda:0");
    CHECK(wk_step(other) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "step: 'weight' went to cuda:0");
}

static wk_tensor *advance_first(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_optim *opt = user;
    wk_step(opt); /* what begins the recording looks at no tensor */
    return wk_mul_scalar(in[0], 2);
}

TEST(places, what_is_written_may_be_changed_at_once)
{
    setenv("WICK_EMU_HOST_TABLES", "1", 1);
    if (!cuda_here()) return;
    float numbers[1000];
    for (int i = 0; i < 1000; i++) numbers[i] = (float)i;
    wk_tensor *t = wk_to_device(wk_zeros(WK_SHAPE(1000), WK_F32), wk_cuda(0));
    CHECK(wk_write(t, numbers, sizeof numbers) == WK_OK);
    memset(numbers, 0, sizeof numbers);
    CHECK(wk_read(t, numbers, sizeof numbers) == WK_OK && numbers[999] == 999);
}

TEST(places, a_step_is_recorded_where_it_computes)
{
    if (!cuda_here()) return;
    wk_module *net = wk_module_to(wk_nn_linear(3, 2), wk_cuda(0), WK_F32);
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 1e-2);
    wk_tensor *x = wk_to_device(wk_ones(WK_SHAPE(4, 3), WK_F32), wk_cuda(0));
    CHECK(wk_backward(wk_sum(wk_forward(net, x))) == WK_OK);
    wk_plan *plan = wk_capture(advance_first, opt);
    for (int i = 0; i < 4; i++) CHECK(wk_plan_run(plan, &x, 1) != NULL);
    CHECK(wk_plan_stats_of(plan).replays > 0);
}

WICK_TEST_MAIN
