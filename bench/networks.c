/* Networks as a user writes them with wick's layers. peer_torch.py and peer_jax.py have the same ones, with their
 * parameters in the same order. */
#include "networks.h"
#include <string.h>

/* The two-convolution network of PyTorch's MNIST example, without its dropout. */
static wk_module *cnn(const int64_t *sizes)
{
    const int64_t side = (sizes[0] - 4) / 2;
    return wk_nn_sequential(wk_nn_conv2d(1, sizes[1], WK_DIMS(3)), wk_nn_relu(),
                            wk_nn_conv2d(sizes[1], sizes[2], WK_DIMS(3)), wk_nn_relu(), wk_nn_max_pool2d(WK_DIMS(2)),
                            wk_nn_flatten(), wk_nn_linear(sizes[2] * side * side, sizes[3]), wk_nn_relu(),
                            wk_nn_linear(sizes[3], sizes[4]));
}

/* ResNet-18 (He et al. 2016) in its form for small images: a first convolution of 3 x 3, no pooling behind it, then
 * four stages of two basic blocks: relu(x's shortcut + two convolutions of x). */
typedef struct block {
    int64_t in, out, stride;
} block;

static wk_module *conv(int64_t in, int64_t out, int64_t kernel, int64_t stride)
{
    return wk_nn_conv2d(in, out, WK_DIMS(kernel), .stride = WK_DIMS(stride), .padding = WK_DIMS(kernel / 2),
                        .bias = false);
}

static bool same_size(const block *b) { return b->in == b->out && b->stride == 1; }

static wk_status block_init(wk_module *m, void *state)
{
    const block *b = wk_nn_options(m);
    *(block *)state = *b;
    wk_nn_child(m, "conv1", conv(b->in, b->out, 3, b->stride));
    wk_nn_child(m, "bn1", wk_nn_batch_norm2d(b->out));
    wk_nn_child(m, "conv2", conv(b->out, b->out, 3, 1));
    wk_nn_child(m, "bn2", wk_nn_batch_norm2d(b->out));
    if (!same_size(b))
        wk_nn_child(m, "downsample", wk_nn_sequential(conv(b->in, b->out, 1, b->stride), wk_nn_batch_norm2d(b->out)));
    return wk_error();
}

static wk_tensor *through(wk_module *m, const char *child, wk_tensor *x)
{
    return wk_forward(wk_module_child(m, child), x);
}

static wk_tensor *block_forward(wk_module *m, wk_tensor *x)
{
    WK_SCOPE(work); /* what backward does not need is freed here already */
    wk_tensor *y = wk_relu(through(m, "bn1", through(m, "conv1", x)));
    y = through(m, "bn2", through(m, "conv2", y));
    return wk_escape(work, wk_relu(wk_add(y, same_size(wk_nn_state(m)) ? x : through(m, "downsample", x))));
}

static wk_module *residual(int64_t in, int64_t out, int64_t stride)
{
    static const wk_module_ops ops = { .size = sizeof ops,
                                       .name = "residual",
                                       .state_size = sizeof(block),
                                       .init = block_init,
                                       .forward = block_forward };
    return wk_nn_custom(&ops, &(block){ in, out, stride });
}

static wk_module *resnet18(int64_t width, int64_t classes)
{
    wk_module *net = wk_nn_sequential(conv(3, width, 3, 1), wk_nn_batch_norm2d(width), wk_nn_relu());
    for (int stage = 0; stage < 4; stage++) {
        const int64_t in = stage ? width << (stage - 1) : width, out = width << stage;
        wk_module_append(net, residual(in, out, stage ? 2 : 1));
        wk_module_append(net, residual(out, out, 1));
    }
    wk_module_append(net, wk_nn_adaptive_avg_pool2d(WK_DIMS(1)));
    wk_module_append(net, wk_nn_flatten());
    wk_module_append(net, wk_nn_linear(8 * width, classes));
    return net;
}

/* From a sequence [n, t, d] to what is classified, [n, d]: its last value, or the mean of all. */
static wk_tensor *last_forward(wk_module *m, wk_tensor *x)
{
    (void)m;
    return wk_select(x, 1, -1);
}

static wk_tensor *mean_forward(wk_module *m, wk_tensor *x)
{
    (void)m;
    return wk_mean_dims(x, 1, (int[]){ 1 }, false);
}

static const wk_module_ops last_ops = { .size = sizeof last_ops, .name = "last", .forward = last_forward };
static const wk_module_ops mean_ops = { .size = sizeof mean_ops, .name = "mean", .forward = mean_forward };

static wk_module *lstm(const int64_t *sizes)
{
    return wk_nn_sequential(wk_nn_lstm(sizes[1], sizes[2], .num_layers = (int)sizes[3], .batch_first = true),
                            wk_nn_custom(&last_ops, NULL), wk_nn_linear(sizes[2], sizes[4]));
}

static wk_module *encoder(const int64_t *sizes)
{
    return wk_nn_sequential(wk_nn_transformer_encoder(sizes[1], sizes[2], (int)sizes[3], .dim_feedforward = sizes[4],
                                                      .dropout = 0, .batch_first = true),
                            wk_nn_custom(&mean_ops, NULL), wk_nn_linear(sizes[1], sizes[5]));
}

/* sizes: the width of all layers but the last, their number, classes. */
static wk_module *grown(const int64_t *sizes)
{
    wk_module *net = wk_nn_sequential(wk_nn_linear(sizes[0], sizes[0]), wk_nn_relu());
    for (int64_t i = 2; i < sizes[1]; i++) {
        wk_module_append(net, wk_nn_linear(sizes[0], sizes[0]));
        wk_module_append(net, wk_nn_relu());
    }
    wk_module_append(net, wk_nn_linear(sizes[0], sizes[2]));
    return net;
}

wk_module *bench_network(const bench_case *c)
{
    if (!strcmp(c->work, "cnn")) return cnn(c->sizes);
    if (!strcmp(c->work, "resnet18")) return resnet18(c->sizes[1], c->sizes[2]);
    if (!strcmp(c->work, "lstm")) return lstm(c->sizes);
    if (!strcmp(c->work, "encoder")) return encoder(c->sizes);
    if (bench_case_is_grown(c)) return grown(c->sizes);
    return wk_mlp(c->nsizes, c->sizes);
}

int bench_input_shape(const bench_case *c, int64_t shape[WK_MAX_DIMS])
{
    const bool images = !strcmp(c->work, "cnn") || !strcmp(c->work, "resnet18");
    const bool sequences = !strcmp(c->work, "lstm") || !strcmp(c->work, "encoder");
    shape[0] = c->batch;
    shape[1] = images ? (*c->work == 'c' ? 1 : 3) : c->sizes[0];
    shape[2] = images ? c->sizes[0] : c->sizes[1];
    shape[3] = c->sizes[0];
    return images ? 4 : sequences ? 3 : 2;
}
