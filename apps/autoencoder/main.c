/* An autoencoder: images squeezed into a few numbers and drawn again from them (Hinton and Salakhutdinov 2006, with
 * convolutions).
 *
 *   wick synth digits -o digits.h5
 *   autoencoder digits.h5 PICTURE.pgm [--code 16] [--epochs 5] [--batch 64] [--lr 0.004] [--seed 0]
 *               [--device cpu]
 *
 * The picture shows ten test images over what was made of them; a PGM file opens in any viewer, and the first few are
 * drawn on the terminal too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wick/hdf5.h>
#include <wick/wick.h>

enum { SIDE = 28, SHOWN = 10, DRAWN = 3 };
static double code = 16, epochs = 5, batch = 64, lr = 4e-3, seed = 0;
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--code", &code, 1, 1024 },
                { "--epochs", &epochs, 1, 1000 },
                { "--batch", &batch, 1, 1e6 },
                { "--lr", &lr, 1e-9, 10 },
                { "--seed", &seed, 0, 1e15 } };

/* What is made from now on lies there. */
static bool set_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) == WK_OK && wk_set_device(device) == WK_OK) return true;
    fprintf(stderr, "autoencoder: %s\n", wk_error_text());
    return false;
}

static bool set_option(const char *name, const char *value)
{
    if (!strcmp(name, "--device")) return set_device(value);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) != 0) continue;
        char *end;
        *options[i].value = strtod(value, &end);
        if (end != value && !*end && *options[i].value >= options[i].low && *options[i].value <= options[i].high)
            return true;
        fprintf(stderr, "autoencoder: %s takes a number from %g to %g, not '%s'\n", name, options[i].low,
                options[i].high, value);
        return false;
    }
    fprintf(stderr, "autoencoder: no option %s; there are --code, --epochs, --batch, --lr, --seed and --device\n",
            name);
    return false;
}

/* [n, 28, 28] -> [n, code]: each convolution halves the image, to 14 x 14 and 7 x 7. */
static wk_module *encoder(void)
{
    return wk_nn_sequential(wk_nn_unflatten(1, WK_SHAPE(1, SIDE)),
                            wk_nn_conv2d(1, 8, WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)), wk_nn_relu(),
                            wk_nn_conv2d(8, 16, WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)), wk_nn_relu(),
                            wk_nn_flatten(), wk_nn_linear(16 * 7 * 7, (int64_t)code));
}

/* [n, code] -> [n, 1, 28, 28], logits of the pixels: the same way back. */
static wk_module *decoder(void)
{
    return wk_nn_sequential(
        wk_nn_linear((int64_t)code, 16 * 7 * 7), wk_nn_relu(), wk_nn_unflatten(1, WK_SHAPE(16, 7, 7)),
        wk_nn_conv_transpose2d(16, 8, WK_DIMS(4), .stride = WK_DIMS(2), .padding = WK_DIMS(1)), wk_nn_relu(),
        wk_nn_conv_transpose2d(8, 1, WK_DIMS(4), .stride = WK_DIMS(2), .padding = WK_DIMS(1)));
}

static wk_tensor *logits_of(wk_module *net, wk_tensor *x) { return wk_squeeze(wk_forward(net, x), 1); }

static wk_dataset *images(const char *path, const char *group)
{
    wk_dataset *set = wk_dataset_h5(path, .split = group);
    const wk_field *x;
    if (!set || wk_dataset_fields(set, &x) < 1) return NULL;
    if (x->ndim == 2 && x->shape[0] == SIDE && x->shape[1] == SIDE && x->dtype == WK_F32) return set;
    wk_fail(WK_E_SHAPE, "%s: expected x [n, %d, %d] in group %s, grey values of images", path, SIDE, SIDE, group);
    return NULL;
}

/* The share of the pixels' variance that the model draws again: 1 is all, 0 as much as one grey for all pixels. */
static double variance_kept(wk_module *net, wk_loader *test)
{
    WK_SCOPE(all);
    WK_NO_GRAD(test_pass);
    wk_scores *s = wk_scores_new(0);
    for (wk_batch *b; (b = wk_loader_next(test));) {
        WK_SCOPE(one);
        wk_scores_add(s, wk_sigmoid(logits_of(net, wk_batch_x(b))), wk_batch_x(b));
    }
    return wk_scores_r2(s);
}

static void train(wk_module *net, wk_loader *loader, wk_loader *test)
{
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = lr);
    while (!wk_failed() && wk_loader_epoch(loader) < (int64_t)epochs) {
        double sum = 0;
        for (wk_batch *b; (b = wk_loader_next(loader));) {
            WK_SCOPE(step);
            wk_tensor *x = wk_batch_x(b);
            wk_tensor *loss = wk_binary_cross_entropy_with_logits(logits_of(net, x), x);
            sum += wk_item(loss);
            wk_zero_grad(opt);
            wk_backward(loss);
            wk_step(opt);
        }
        double kept = variance_kept(net, test);
        if (wk_failed()) return;
        printf("epoch %d: loss %.4f, variance kept on test images %.3f\n", (int)wk_loader_epoch(loader),
               sum / (double)wk_loader_batches(loader), kept);
        fflush(stdout);
    }
}

/* Rows of two images side by side, a character for two pixels, one above the other. */
static void draw(const float *left, const float *right)
{
    static const char greys[] = " .:-=+*#%@";
    for (int row = 0; row < SIDE; row += 2) {
        for (int column = 0; column < 2 * SIDE; column++) {
            const float *at = (column < SIDE ? left : right) + row * SIDE + column % SIDE;
            putchar(greys[(int)(9.99 * fmin(1, fmax(0, (at[0] + at[SIDE]) / 2)))]);
        }
        putchar('\n');
    }
}

static wk_status write_picture(const char *path, const float *pixels, int width, int height)
{
    FILE *file = fopen(path, "wb");
    if (!file) return wk_fail(WK_E_IO, "%s: cannot be opened for writing", path);
    fprintf(file, "P5\n%d %d\n255\n", width, height);
    for (int i = 0; i < width * height; i++) fputc((int)lround(255 * fmin(1, fmax(0, pixels[i]))), file);
    bool failed = ferror(file) != 0;
    if (fclose(file) || failed) return wk_fail(WK_E_IO, "%s: cannot be written", path);
    return WK_OK;
}

/* The first test images, and below them what the model makes of them. */
static void show(wk_module *net, wk_dataset *test, const char *path)
{
    WK_NO_GRAD(shown);
    static float before[SHOWN][SIDE * SIDE], after[SHOWN][SIDE * SIDE], picture[2 * SIDE][SHOWN * SIDE];
    if (!wk_failed() && wk_dataset_len(test) < SHOWN) wk_fail(WK_E_INVALID, "the test group needs %d images", SHOWN);
    wk_tensor *x = wk_batch_x(wk_loader_next(wk_loader_new(test, .batch_size = SHOWN)));
    wk_read(x, before, sizeof before);
    wk_read(wk_sigmoid(logits_of(net, x)), after, sizeof after);
    if (wk_failed()) return;
    for (int i = 0; i < DRAWN; i++) draw(before[i], after[i]);
    for (int i = 0; i < SHOWN * SIDE * SIDE; i++) {
        const int image = i / (SIDE * SIDE), row = i / SIDE % SIDE, column = image * SIDE + i % SIDE;
        picture[row][column] = before[image][row * SIDE + i % SIDE];
        picture[SIDE + row][column] = after[image][row * SIDE + i % SIDE];
    }
    if (write_picture(path, *picture, SHOWN * SIDE, 2 * SIDE) == WK_OK) printf("%s: %d pairs\n", path, SHOWN);
}

static int run(const char *path, const char *picture)
{
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    wk_dataset *test = images(path, "test");
    wk_loader *loader = wk_loader_new(images(path, "train"), .batch_size = (int64_t)batch, .shuffle = true);
    wk_module *net = wk_nn_sequential(encoder(), decoder());
    if (!wk_failed()) printf("%d pixels to %d numbers and back\n", SIDE * SIDE, (int)code);
    train(net, loader, wk_loader_new(test, .batch_size = 500));
    show(net, test, picture);
    if (wk_failed()) fprintf(stderr, "autoencoder: %s\n", wk_error_text());
    return wk_failed();
}

int main(int argc, char **argv)
{
    if (argc < 3 || argv[1][0] == '-' || argv[2][0] == '-' || argc % 2 == 0) {
        fputs("usage: autoencoder FILE.h5 PICTURE.pgm [--code N] [--epochs N] [--batch N] [--lr X] [--seed N]\n"
              "                   [--device NAME]\n",
              stderr);
        return 2;
    }
    for (int i = 3; i < argc; i += 2)
        if (!set_option(argv[i], argv[i + 1])) return 2;
    return run(argv[1], argv[2]);
}
