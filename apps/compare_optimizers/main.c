/* Optimizers side by side: each trains the same network, from the same start, on the same batches in the same order.
 *
 *   compare_optimizers [--data spirals] [--epochs 30] [--batch 32] [--seed 0] [--device cpu]
 *                      [OPTIMIZER[:OPTIONS] ...]
 *   compare_optimizers sgd:lr=0.1,momentum=0.9 adam:lr=0.003
 *
 * The data are drawn: spirals, moons, blobs or digits. The command wick compare does this for files, with several seeds
 * and a report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wick/wick.h>

enum { TRAIN_ROWS = 4000, TEST_ROWS = 1000, HIDDEN = 64, MOST = 32 };
static double epochs = 30, batch = 32, seed = 0;
static const char *data = "spirals";
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--epochs", &epochs, 1, 1e6 }, { "--batch", &batch, 1, TRAIN_ROWS }, { "--seed", &seed, 0, 1e15 } };

static const char *const usual[] = { "sgd:lr=0.1,momentum=0.9", "adagrad:lr=0.05", "rmsprop:lr=0.003", "adam:lr=0.003",
                                     "adamw:lr=0.003" };

/* What is made from now on lies there. */
static bool set_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) == WK_OK && wk_set_device(device) == WK_OK) return true;
    fprintf(stderr, "compare_optimizers: %s\n", wk_error_text());
    return false;
}

static bool set_option(const char *name, const char *value)
{
    if (!strcmp(name, "--device")) return set_device(value);
    if (!strcmp(name, "--data")) {
        data = value;
        return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) != 0) continue;
        char *end;
        *options[i].value = strtod(value, &end);
        if (end != value && !*end && *options[i].value >= options[i].low && *options[i].value <= options[i].high)
            return true;
        fprintf(stderr, "compare_optimizers: %s takes a number from %g to %g, not '%s'\n", name, options[i].low,
                options[i].high, value);
        return false;
    }
    fprintf(stderr, "compare_optimizers: no option %s; there are --data, --epochs, --batch, --seed and --device\n",
            name);
    return false;
}

/* "adam:lr=0.003" is the name and the options that wk_optim_by_name takes. */
static wk_optim *optimizer(const char *text, wk_module *net)
{
    char name[64];
    const char *colon = strchr(text, ':');
    snprintf(name, sizeof name, "%.*s", colon ? (int)(colon - text) : (int)strlen(text), text);
    return wk_optim_by_name(name, wk_parameters(net), colon ? colon + 1 : NULL);
}

static double seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Trains a copy of `start` from the loader's first epoch on and prints a row of the table. */
static void measure(const char *text, wk_module *start, wk_loader *train, wk_loader *test)
{
    WK_SCOPE(one);
    wk_module *net = wk_module_clone(start);
    wk_optim *opt = optimizer(text, net);
    wk_loader_reset(train, 0);
    double began = seconds(), sum = 0;
    while (!wk_failed() && wk_loader_epoch(train) < (int64_t)epochs) {
        sum = 0;
        for (wk_batch *b; (b = wk_loader_next(train));) {
            WK_SCOPE(step);
            wk_tensor *loss = wk_loss(wk_forward(net, wk_batch_x(b)), wk_batch_y(b));
            sum += wk_item(loss);
            wk_zero_grad(opt);
            wk_backward(loss);
            wk_step(opt);
        }
    }
    double took = seconds() - began;
    wk_metrics m;
    if (wk_evaluate(net, test, &m) != WK_OK) return;
    printf("%-28s %13.4f %10.4f %14.2f %8.2f\n", text, sum / (double)wk_loader_batches(train), m.loss, 100 * m.accuracy,
           took);
    fflush(stdout);
}

/* As many inputs as a row has numbers, as many outputs as there are classes. */
static wk_module *net_for(wk_dataset *set)
{
    const wk_field *x;
    const int64_t classes = wk_dataset_classes(set, NULL);
    if (wk_failed() || wk_dataset_fields(set, &x) < 1) return NULL;
    if (classes < 2) {
        wk_fail(WK_E_INVALID, "--data %s has no classes; expected spirals, moons, blobs or digits", data);
        return NULL;
    }
    int64_t inputs = 1;
    for (int d = 0; d < x->ndim; d++) inputs *= x->shape[d];
    return wk_mlp(4, (const int64_t[]){ inputs, HIDDEN, HIDDEN, classes });
}

static int run(const char *const *optimizers, int n)
{
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    wk_dataset *set = wk_dataset_synth(data, TRAIN_ROWS, 0, (uint64_t)seed);
    wk_dataset *more = wk_dataset_synth(data, TEST_ROWS, TRAIN_ROWS, (uint64_t)seed);
    wk_loader *train = wk_loader_new(set, .batch_size = (int64_t)batch, .shuffle = true);
    wk_loader *test = wk_loader_new(more, .batch_size = TEST_ROWS);
    wk_module *start = net_for(set);
    if (!wk_failed())
        printf("%-28s %13s %10s %14s %8s\n", "optimizer", "training loss", "test loss", "test accuracy", "seconds");
    for (int i = 0; i < n && !wk_failed(); i++) measure(optimizers[i], start, train, test);
    if (wk_failed()) fprintf(stderr, "compare_optimizers: %s\n", wk_error_text());
    return wk_failed();
}

int main(int argc, char **argv)
{
    const char *chosen[MOST];
    int n = 0;
    for (int i = 1; i < argc; i++) {
        const bool option = argv[i][0] == '-';
        if ((option && i + 1 == argc) || n == MOST) {
            fputs("usage: compare_optimizers [--data KIND] [--epochs N] [--batch N] [--seed N]\n"
                  "                          [--device NAME] [OPTIMIZER[:OPTIONS] ...]\n",
                  stderr);
            return 2;
        }
        if (!option) {
            chosen[n++] = argv[i];
        } else if (!set_option(argv[i], argv[i + 1])) {
            return 2;
        } else {
            i++;
        }
    }
    return n ? run(chosen, n) : run(usual, (int)(sizeof usual / sizeof *usual));
}
