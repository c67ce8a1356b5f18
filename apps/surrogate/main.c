/* A simulation and the network that replaces it. The simulation is a damped spring with a mass that is pulled and let
 * go; its runs go to an HDF5 file, in SI units. The network learns from the file what a run gives, and how far to trust
 * it is told by R2 on runs that it never saw.
 *
 *   surrogate RUNS.h5 MODEL.safetensors [--runs 4000] [--epochs 60] [--width 48] [--lr 0.005] [--seed 0]
 *             [--device cpu]
 *
 * The scaling of inputs and results is part of the model, so that the saved file takes and gives the units of the data.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wick/hdf5.h>
#include <wick/wick.h>

enum { INPUTS = 4, RESULTS = 3, BATCH = 64 };
static double runs = 4000, epochs = 60, width = 48, lr = 5e-3, seed = 0;
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--runs", &runs, 50, 1e7 },
                { "--epochs", &epochs, 1, 1e5 },
                { "--width", &width, 1, 8192 },
                { "--lr", &lr, 1e-9, 10 },
                { "--seed", &seed, 0, 1e15 } };

/* What is made from now on lies there. */
static bool set_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) == WK_OK && wk_set_device(device) == WK_OK) return true;
    fprintf(stderr, "surrogate: %s\n", wk_error_text());
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
        fprintf(stderr, "surrogate: %s takes a number from %g to %g, not '%s'\n", name, options[i].low, options[i].high,
                value);
        return false;
    }
    fprintf(stderr, "surrogate: no option %s; there are --runs, --epochs, --width, --lr, --seed and --device\n", name);
    return false;
}

/* ---- the simulation ---- */

static const char *const result_names[RESULTS] = { "highest speed, m/s", "energy lost in 1 s, J",
                                                   "place after 0.2 s, m" };

/* One second of m x'' + c x' + k x = 0 from rest at x = pull, in 2,000 steps of the fourth-order Runge-Kutta method. */
static void simulate(const double in[INPUTS], double out[RESULTS])
{
    const double mass = in[0], stiffness = in[1], damping = in[2], dt = 1.0 / 2000;
    double x = in[3], v = 0, fastest = 0, place = 0;
    for (int step = 1; step <= 2000; step++) {
        double dx[4], dv[4];
        for (int i = 0; i < 4; i++) {
            double h = i == 0 ? 0 : i < 3 ? dt / 2 : dt;
            dx[i] = v + (i ? h * dv[i - 1] : 0);
            dv[i] = -(stiffness * (x + (i ? h * dx[i - 1] : 0)) + damping * dx[i]) / mass;
        }
        x += dt / 6 * (dx[0] + 2 * dx[1] + 2 * dx[2] + dx[3]);
        v += dt / 6 * (dv[0] + 2 * dv[1] + 2 * dv[2] + dv[3]);
        fastest = fmax(fastest, fabs(v));
        if (step == 400) place = x;
    }
    out[0] = fastest;
    out[1] = stiffness * in[3] * in[3] / 2 - (stiffness * x * x + mass * v * v) / 2;
    out[2] = place;
}

static wk_status write_runs(wk_h5_writer *file, const char *x, const char *y, int64_t n)
{
    static const double low[INPUTS] = { 0.5, 20, 0.2, 0.01 }, high[INPUTS] = { 2, 200, 4, 0.1 };
    for (int64_t run = 0; run < n && !wk_failed(); run++) {
        WK_SCOPE(one);
        double in[INPUTS] = { 0 }, out[RESULTS];
        wk_read(wk_rand(WK_SHAPE(INPUTS), WK_F64), in, sizeof in);
        for (int i = 0; i < INPUTS; i++) in[i] = low[i] + (high[i] - low[i]) * in[i];
        simulate(in, out);
        wk_h5_append(file, x, in, 1, 1, (const int64_t[]){ INPUTS }, WK_F64);
        wk_h5_append(file, y, out, 1, 1, (const int64_t[]){ RESULTS }, WK_F64);
    }
    return wk_error();
}

static wk_status write_file(const char *path)
{
    wk_h5_writer *file = wk_h5_writer_new(path);
    write_runs(file, "train/x", "train/y", (int64_t)runs);
    write_runs(file, "test/x", "test/y", (int64_t)runs / 4);
    wk_h5_attribute(file, "source", "damped spring: mass kg, stiffness N/m, damping N s/m, pull m");
    return wk_h5_commit(file);
}

/* ---- the model: a network between two scalings, which are buffers and are saved with it ---- */

static wk_status scaled_init(wk_module *m, void *state)
{
    const int64_t w = (int64_t)width;
    wk_nn_buffer(m, "x_mean", wk_zeros(WK_SHAPE(INPUTS), WK_F64));
    wk_nn_buffer(m, "x_std", wk_ones(WK_SHAPE(INPUTS), WK_F64));
    wk_nn_buffer(m, "y_mean", wk_zeros(WK_SHAPE(RESULTS), WK_F64));
    wk_nn_buffer(m, "y_std", wk_ones(WK_SHAPE(RESULTS), WK_F64));
    *(wk_module **)state = wk_nn_child(m, "net",
                                       wk_nn_sequential(wk_nn_linear(INPUTS, w, .dtype = WK_F64), wk_nn_tanh(),
                                                        wk_nn_linear(w, w, .dtype = WK_F64), wk_nn_tanh(),
                                                        wk_nn_linear(w, RESULTS, .dtype = WK_F64)));
    return wk_error();
}

static wk_tensor *scaled_forward(wk_module *m, wk_tensor *x)
{
    wk_state *b = wk_buffers(m);
    wk_tensor *in = wk_div(wk_sub(x, wk_state_get(b, "x_mean")), wk_state_get(b, "x_std"));
    wk_tensor *out = wk_forward(*(wk_module **)wk_nn_state(m), in);
    return wk_add(wk_mul(out, wk_state_get(b, "y_std")), wk_state_get(b, "y_mean"));
}

static const wk_module_ops scaled = { .size = sizeof scaled,
                                      .name = "scaled",
                                      .state_size = sizeof(wk_module *),
                                      .init = scaled_init,
                                      .forward = scaled_forward };

/* All rows of a group as one batch. */
static wk_batch *whole(const char *path, const char *group)
{
    wk_dataset *set = wk_dataset_h5(path, .split = group);
    return wk_loader_next(wk_loader_new(set, .batch_size = wk_dataset_len(set)));
}

static void measure_scales(wk_module *model, const char *path)
{
    wk_state *b = wk_buffers(model);
    wk_batch *all = whole(path, "train");
    wk_tensor *x_mean = NULL, *y_mean = NULL;
    wk_copy_(wk_state_get(b, "x_std"), wk_std_mean_dim(wk_batch_x(all), 0, 1, false, &x_mean));
    wk_copy_(wk_state_get(b, "y_std"), wk_std_mean_dim(wk_batch_y(all), 0, 1, false, &y_mean));
    wk_copy_(wk_state_get(b, "x_mean"), x_mean);
    wk_copy_(wk_state_get(b, "y_mean"), y_mean);
}

/* The loss is taken in scaled units, so that metres and joules weigh the same. */
static void train(wk_module *model, const char *path)
{
    wk_loader *loader = wk_loader_new(wk_dataset_h5(path, .split = "train"), .batch_size = BATCH, .shuffle = true);
    wk_optim *opt = wk_optim_adam(wk_parameters(model), .lr = lr);
    wk_tensor *unit = wk_state_get(wk_buffers(model), "y_std");
    const double steps = epochs * (double)wk_loader_batches(loader);
    while (!wk_failed() && wk_loader_epoch(loader) < (int64_t)epochs) {
        double sum = 0;
        for (wk_batch *b; (b = wk_loader_next(loader));) {
            WK_SCOPE(step);
            wk_set_lr(opt, lr * (1 - (double)wk_steps(opt) / steps));
            wk_tensor *off = wk_div(wk_sub(wk_forward(model, wk_batch_x(b)), wk_batch_y(b)), unit);
            wk_tensor *loss = wk_mean(wk_square(off));
            sum += wk_item(loss);
            wk_zero_grad(opt);
            wk_backward(loss);
            wk_step(opt);
        }
        if (!wk_failed() && wk_loader_epoch(loader) % 10 == 0)
            printf("epoch %d: loss %.3g\n", (int)wk_loader_epoch(loader), sum / (double)wk_loader_batches(loader));
    }
}

static void report(wk_module *model, const char *path)
{
    WK_NO_GRAD(report);
    wk_batch *test = whole(path, "test");
    wk_tensor *y = wk_batch_y(test), *guess = wk_forward(model, wk_batch_x(test));
    for (int i = 0; i < RESULTS && !wk_failed(); i++) {
        wk_scores *s = wk_scores_new(0);
        wk_scores_add(s, wk_select(guess, 1, i), wk_select(y, 1, i));
        printf("%-22s R2 %.5f, mean error %.2g\n", result_names[i], wk_scores_r2(s), wk_scores_mae(s));
    }
}

static int run(const char *path, const char *saved)
{
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    if (write_file(path) == WK_OK) printf("%s: %d runs, and %d for test\n", path, (int)runs, (int)runs / 4);
    wk_module *model = wk_nn_custom(&scaled, NULL);
    measure_scales(model, path);
    train(model, path);
    wk_save(model, saved);
    wk_module *loaded = wk_nn_custom(&scaled, NULL); /* what is reported is what the file holds */
    wk_load(loaded, saved);
    report(loaded, path);
    if (wk_failed()) fprintf(stderr, "surrogate: %s\n", wk_error_text());
    return wk_failed();
}

int main(int argc, char **argv)
{
    if (argc < 3 || argv[1][0] == '-' || argv[2][0] == '-' || argc % 2 == 0) {
        fputs("usage: surrogate RUNS.h5 MODEL.safetensors [--runs N] [--epochs N] [--width N] [--lr X] [--seed N]\n"
              "                 [--device NAME]\n",
              stderr);
        return 2;
    }
    for (int i = 3; i < argc; i += 2)
        if (!set_option(argv[i], argv[i + 1])) return 2;
    return run(argv[1], argv[2]);
}
