/* The models of the command, made of the library's layers. */
#include "models.h"
#include "wick/train.h"
#include <string.h>

static const char *const names[] = { "mlp", "lenet", "cnn", "resnet-small" };

bool models_know(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

bool models_image_of(const char *name, const sets *data, models_image *image)
{
    const wk_field *x = &data->x;
    enum { MOST_CHANNELS = 4, LEAST = 12 };
    say_room shape;
    *image = (models_image){ 1, x->shape[0], x->shape[1], false };
    if (x->ndim == 3 && x->shape[0] <= MOST_CHANNELS)
        *image = (models_image){ x->shape[0], x->shape[1], x->shape[2], false };
    else if (x->ndim == 3 && x->shape[2] <= MOST_CHANNELS)
        *image = (models_image){ x->shape[2], x->shape[0], x->shape[1], true };
    else if (x->ndim != 2)
        image->height = 0;
    if (image->height >= LEAST && image->width >= LEAST) return true;
    say_usage("--model %s is for images of %dx%d or more; a row of x is %s", name, LEAST, LEAST,
              say_shape(shape, x->ndim, x->shape));
    return false;
}

wk_tensor *models_as_images(const models_image *image, wk_tensor *x)
{
    if (image->last) return wk_permute(x, 4, (int[]){ 0, 3, 1, 2 });
    return wk_reshape(x, WK_SHAPE(-1, image->channels, image->height, image->width));
}

/* LeNet-5 (LeCun et al. 1998) with ReLU and the largest of each window. */
static wk_module *lenet(const models_image *i, int64_t outputs)
{
    const int64_t h = (i->height / 2 - 4) / 2, w = (i->width / 2 - 4) / 2;
    return wk_nn_sequential(wk_nn_conv2d(i->channels, 6, WK_DIMS(5), .padding = WK_DIMS(2)), wk_nn_relu(),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_conv2d(6, 16, WK_DIMS(5)), wk_nn_relu(),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(16 * h * w, 120), wk_nn_relu(),
                            wk_nn_linear(120, 84), wk_nn_relu(), wk_nn_linear(84, outputs));
}

static wk_module *cnn(const models_image *i, int64_t outputs)
{
    return wk_nn_sequential(wk_nn_conv2d(i->channels, 32, WK_DIMS(3), .padding = WK_DIMS(1)), wk_nn_relu(),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_conv2d(32, 64, WK_DIMS(3), .padding = WK_DIMS(1)),
                            wk_nn_relu(), wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(),
                            wk_nn_linear(64 * (i->height / 4) * (i->width / 4), 128), wk_nn_relu(), wk_nn_dropout(0.25),
                            wk_nn_linear(128, outputs));
}

/* ---- ResNet (He et al. 2016): relu(x's shortcut + two convolutions of x) ---- */

typedef struct block {
    int64_t in, out, stride;
} block;

static wk_module *conv(int64_t in, int64_t out, int64_t kernel, int64_t stride)
{
    return wk_nn_conv2d(in, out, WK_DIMS(kernel), .stride = WK_DIMS(stride), .padding = WK_DIMS(kernel / 2),
                        .bias = false);
}

static wk_status block_init(wk_module *m, void *state)
{
    const block *b = wk_nn_options(m);
    *(block *)state = *b;
    wk_nn_child(m, "conv1", conv(b->in, b->out, 3, b->stride));
    wk_nn_child(m, "bn1", wk_nn_batch_norm2d(b->out));
    wk_nn_child(m, "conv2", conv(b->out, b->out, 3, 1));
    wk_nn_child(m, "bn2", wk_nn_batch_norm2d(b->out));
    if (b->in != b->out || b->stride != 1)
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
    const block *b = wk_nn_state(m);
    wk_tensor *y = wk_relu(through(m, "bn1", through(m, "conv1", x)));
    y = through(m, "bn2", through(m, "conv2", y));
    return wk_escape(work, wk_relu(wk_add(y, b->in != b->out || b->stride != 1 ? through(m, "downsample", x) : x)));
}

static const wk_module_ops block_ops = { .size = sizeof block_ops,
                                         .name = "residual",
                                         .state_size = sizeof(block),
                                         .init = block_init,
                                         .forward = block_forward };

static wk_module *residual(int64_t in, int64_t out, int64_t stride)
{
    return wk_nn_custom(&block_ops, &(block){ in, out, stride });
}

static wk_module *resnet(const models_image *i, int64_t outputs)
{
    return wk_nn_sequential(conv(i->channels, 16, 3, 1), wk_nn_batch_norm2d(16), wk_nn_relu(), residual(16, 16, 1),
                            residual(16, 32, 2), residual(32, 64, 2), wk_nn_adaptive_avg_pool2d(WK_DIMS(1)),
                            wk_nn_flatten(), wk_nn_linear(64, outputs));
}

wk_module *models_make(const char *name, const models_image *image, int n, const int64_t *sizes)
{
    if (!strcmp(name, "lenet")) return lenet(image, sizes[n - 1]);
    if (!strcmp(name, "cnn")) return cnn(image, sizes[n - 1]);
    if (!strcmp(name, "resnet-small")) return resnet(image, sizes[n - 1]);
    return wk_mlp(n, sizes);
}
