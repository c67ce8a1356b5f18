/* Two matrices, ReLU, squared error and gradient descent by hand: PyTorch's classic autograd example, in C.
 *
 *   autograd_mlp [--device cpu] [--start FILE]
 *
 * FILE holds starting matrices x, y, w1, w2 one after the other, as f32 in row-major order; without it they are random.
 */
#include <stdio.h>
#include <string.h>
#include <wick/wick.h>

enum { BATCH = 32, INPUTS = 1000, HIDDEN = 100, OUTPUTS = 2, STEPS = 500 };

static wk_tensor *start(FILE *file, int64_t rows, int64_t columns)
{
    wk_tensor *t = wk_randn(WK_SHAPE(rows, columns), WK_F32);
    if (!file || !t) return t;
    static float values[INPUTS * HIDDEN];
    size_t n = (size_t)(rows * columns);
    if (fread(values, sizeof *values, n, file) != n) {
        wk_fail(WK_E_FORMAT, "the file of starting matrices is too short: x, y, w1, w2 as f32 are needed");
        return NULL;
    }
    return wk_from(values, WK_SHAPE(rows, columns), WK_F32);
}

static int train(FILE *file)
{
    WK_SCOPE(program);
    wk_manual_seed(0);
    wk_tensor *x = start(file, BATCH, INPUTS);
    wk_tensor *y = start(file, BATCH, OUTPUTS);
    wk_tensor *w1 = wk_requires_grad(start(file, INPUTS, HIDDEN));
    wk_tensor *w2 = wk_requires_grad(start(file, HIDDEN, OUTPUTS));
    const double lr = 1e-6;
    for (int t = 1; t <= STEPS && !wk_failed(); t++) {
        WK_SCOPE(step); /* frees what the step makes, on every way out */
        wk_tensor *y_pred = wk_mm(wk_relu(wk_mm(x, w1)), w2);
        wk_tensor *loss = wk_sum(wk_square(wk_sub(y_pred, y)));
        if (t % 100 == 0) printf("%d: loss %.9g\n", t, wk_item(loss));
        wk_backward(loss);
        WK_NO_GRAD(update);
        wk_add_alpha_(w1, wk_grad(w1), -lr); /* w1 += -lr * w1.grad */
        wk_add_alpha_(w2, wk_grad(w2), -lr);
        wk_zero_(wk_grad(w1));
        wk_zero_(wk_grad(w2));
    }
    if (wk_failed()) fprintf(stderr, "autograd_mlp: %s\n", wk_error_text());
    return wk_failed();
}

int main(int argc, char **argv)
{
    FILE *file = NULL;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        wk_device device;
        if (!strcmp(argv[i], "--device") && *value) {
            if (wk_device_by_name(value, &device) == WK_OK) wk_set_device(device);
        } else if (!strcmp(argv[i], "--start") && *value) {
            file = fopen(value, "rb");
            if (!file) perror(value);
            if (!file) return 1;
        } else {
            fputs("usage: autograd_mlp [--device NAME] [--start FILE]\n", stderr);
            return 2;
        }
    }
    if (wk_failed()) fprintf(stderr, "autograd_mlp: %s\n", wk_error_text());
    int status = wk_failed() ? 1 : train(file);
    if (file) fclose(file);
    return status;
}
