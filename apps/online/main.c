/* A simulation and a network that learns from it while it runs. The simulation throws a ball against the wind, again
 * and again; the network learns where it lands. Throws go from one to the other in one of three ways:
 *
 *   online                   a thread simulates into a replay buffer, from which training draws the last throws
 *   online --queue           a thread simulates into a queue: each throw is learnt from once, and neither gets far
 * ahead online --write ROWS.txt  only simulates, into HDF5 files of a list, and meanwhile, in another program, online
 * --read ROWS.txt   only trains: an epoch has the throws that were there when it began. Also from ROWS.h5, one file
 * with x [n, 4] and y [n, 1] that any program is appending to
 *
 *   and of all: [--throws 20000] [--rounds 12] [--steps 200] [--keep 5000] [--seed 0] [--device cpu]
 *
 * A round is some steps on what there is by then; its error is that on throws of its own, which nobody learnt from. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wick/hdf5.h>
#include <wick/wick.h>

enum { INPUTS = 4, BATCH = 64, TESTS = 500, FILE_ROWS = 1024 };
static double throws = 20000, rounds = 12, steps = 200, keep = 5000, seed = 0;
static const char *from, *to;
static bool queue;
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--throws", &throws, 64, 1e9 },
                { "--rounds", &rounds, 1, 1e6 },
                { "--steps", &steps, 1, 1e6 },
                { "--keep", &keep, 128, 1e8 },
                { "--seed", &seed, 0, 1e15 } };

/* What is made from now on lies there. */
static bool set_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) == WK_OK && wk_set_device(device) == WK_OK) return true;
    fprintf(stderr, "online: %s\n", wk_error_text());
    return false;
}

static bool set_option(const char *name, const char *value)
{
    if (!strcmp(name, "--device")) return set_device(value);
    if (!strcmp(name, "--read") || !strcmp(name, "--write")) {
        *(name[2] == 'r' ? &from : &to) = value;
        return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) != 0) continue;
        char *end;
        *options[i].value = strtod(value, &end);
        if (end != value && !*end && *options[i].value >= options[i].low && *options[i].value <= options[i].high)
            return true;
        fprintf(stderr, "online: %s takes a number from %g to %g, not '%s'\n", name, options[i].low, options[i].high,
                value);
        return false;
    }
    fprintf(stderr,
            "online: no option %s; there are --queue, --write, --read, --throws, --rounds, --steps, --keep, "
            "--seed and --device\n",
            name);
    return false;
}

/* ---- the simulation ---- */

static const wk_field fields[] = { { "x", WK_F32, 1, { INPUTS } }, { "y", WK_F32, 1, { 1 } } };

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
    return (double)(*state >> 11) * 0x1p-53;
}

/* Speed m/s, angle, headwind m/s and drag 1/m of a throw, and how far it goes, in units of 10 m. */
static void throw_ball(uint64_t *state, float in[INPUTS], float *out)
{
    const double speed = 5 + 20 * uniform(state), angle = 0.2 + 1.1 * uniform(state), wind = 10 * uniform(state);
    const double drag = 0.02 * uniform(state), dt = 1e-3;
    double x = 0, y = 0, vx = speed * cos(angle), vy = speed * sin(angle);
    while (y >= 0) {
        const double rx = vx + wind, air = drag * sqrt(rx * rx + vy * vy);
        vx -= dt * air * rx;
        vy -= dt * (9.81 + air * vy);
        x += dt * vx;
        y += dt * vy;
    }
    const double numbers[INPUTS] = { speed / 10 - 1.5, 2 * angle - 1.5, wind / 5 - 1, 100 * drag - 1 };
    for (int i = 0; i < INPUTS; i++) in[i] = (float)numbers[i];
    *out = (float)(x / 10);
}

/* To memory, or to files. */
static void simulate(wk_replay *memory, wk_h5_shards *files)
{
    uint64_t state = (uint64_t)seed;
    for (int64_t i = 0; i < (int64_t)throws && !wk_failed(); i++) {
        float in[INPUTS], out;
        throw_ball(&state, in, &out);
        const void *const row[] = { in, &out };
        if (memory)
            wk_replay_push(memory, row, 1);
        else
            wk_h5_shards_append(files, row, 1);
    }
}

/* Closing tells the training what the simulation failed with, if it did. */
static void *simulate_beside(void *memory)
{
    simulate(memory, NULL);
    wk_replay_close(memory);
    return NULL;
}

static void simulate_alone(void)
{
    wk_h5_shards *files = wk_h5_shards_new(to, .fields = fields, .nfields = 2, .rows = FILE_ROWS);
    simulate(NULL, files);
    if (!wk_failed()) wk_h5_shards_flush(files);
}

/* ---- training ---- */

/* Where throws come from: memory itself where it is a queue, else a loader of memory or of files; and how many came. */
typedef struct source {
    wk_replay *memory;
    wk_loader *loader;
    int64_t so_far;
} source;

/* False: there are no more. */
static bool next(source *s, wk_tensor *batch[2])
{
    if (!s->loader) {
        const int64_t n = wk_replay_take(s->memory, BATCH, batch, 2);
        s->so_far += n;
        return n > 0;
    }
    wk_batch *b;
    while (!(b = wk_loader_next(s->loader)) && !wk_failed()) {} /* an epoch is over */
    if (!b) return false;
    s->so_far = s->memory ? wk_replay_wait(s->memory, 0) : wk_loader_batches(s->loader) * BATCH;
    batch[0] = wk_batch_x(b);
    batch[1] = wk_batch_y(b);
    return true;
}

/* The mean loss of some steps, fewer at the end. */
static double train(wk_module *net, wk_optim *opt, source *s, int *done)
{
    double sum = 0;
    for (*done = 0; *done < (int)steps; ++*done) {
        WK_SCOPE(step);
        wk_tensor *batch[2];
        if (!next(s, batch)) break;
        wk_tensor *loss = wk_mse_loss(wk_forward(net, batch[0]), batch[1]);
        sum += wk_item(loss);
        wk_zero_grad(opt);
        wk_backward(loss);
        wk_step(opt);
    }
    return *done ? sum / *done : 0;
}

/* Root mean square error in metres, on throws of its own. */
static double test(wk_module *net)
{
    static float x[TESTS][INPUTS], y[TESTS];
    uint64_t state = (uint64_t)seed + 1;
    WK_SCOPE(testing);
    WK_NO_GRAD(looking);
    for (int i = 0; i < TESTS; i++) throw_ball(&state, x[i], &y[i]);
    wk_tensor *off =
        wk_sub(wk_forward(net, wk_from(x, WK_SHAPE(TESTS, INPUTS), WK_F32)), wk_from(y, WK_SHAPE(TESTS, 1), WK_F32));
    return 10 * sqrt(wk_item(wk_mean(wk_square(off))));
}

static void train_rounds(source *s)
{
    wk_module *net = wk_nn_sequential(wk_nn_linear(INPUTS, 32), wk_nn_tanh(), wk_nn_linear(32, 32), wk_nn_tanh(),
                                      wk_nn_linear(32, 1));
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 3e-3);
    int done = (int)steps;
    for (int round = 1; round <= (int)rounds && done == (int)steps && !wk_failed(); round++) {
        const double loss = train(net, opt, s, &done), error = test(net);
        if (wk_failed() || !done) break;
        printf("round %d: %lld throws so far, loss %.3g, error %.3g m\n", round, (long long)s->so_far, loss, error);
        fflush(stdout);
    }
}

/* With the simulation beside it, in a thread that goes on until one of the two ends. */
static void train_beside(void)
{
    pthread_t thread;
    source s = { wk_replay_new((int64_t)keep, .fields = fields, .nfields = 2,
                               .keep = queue ? WK_REPLAY_UNTIL_TAKEN : WK_REPLAY_LAST),
                 NULL, 0 };
    if (!queue)
        s.loader = wk_loader_new(wk_replay_dataset(s.memory), .batch_size = BATCH,
                                 .sampler = wk_replay_sampler(s.memory, BATCH * (int64_t)steps));
    if (wk_failed()) return;
    if (pthread_create(&thread, NULL, simulate_beside, s.memory) != 0) {
        wk_fail(WK_E_STATE, "no thread to simulate in");
        return;
    }
    wk_replay_wait(s.memory, BATCH);
    train_rounds(&s);
    wk_replay_close(s.memory);
    pthread_join(thread, NULL);
}

/* The rows that another program is writing, as soon as there are some. */
static wk_dataset *wait_for_rows(void)
{
    const char *ending = strrchr(from, '.');
    const bool one_file = ending && !strcmp(ending, ".h5");
    wk_dataset *set = NULL;
    for (int tries = 0; tries < 1000 && !wk_failed(); tries++) {
        if (set)
            set = wk_dataset_refresh(set);
        else if (access(from, R_OK) == 0)
            set = one_file ? wk_dataset_h5(from, .growing = true) : wk_dataset_h5_list(from);
        if (set && wk_dataset_len(set) >= BATCH) return set;
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    }
    wk_fail(WK_E_TIMEOUT, "%s: no %d rows came in 10 seconds", from, BATCH);
    return NULL;
}

static void train_alone(void)
{
    source s = { NULL, NULL, 0 };
    wk_dataset *set = wait_for_rows();
    if (set) s.loader = wk_loader_new(set, .batch_size = BATCH, .shuffle = true, .drop_last = true, .refresh = true);
    if (!wk_failed()) train_rounds(&s);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--queue"))
            queue = true;
        else if (i + 1 == argc) {
            fputs("usage: online [--queue | --write ROWS.txt | --read ROWS.txt] [--throws N] [--rounds N] [--steps N] "
                  "[--keep N] [--seed N] [--device NAME]\n",
                  stderr);
            return 2;
        } else if (!set_option(argv[i], argv[i + 1]))
            return 2;
        else
            i++;
    }
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    if (to)
        simulate_alone();
    else if (from)
        train_alone();
    else
        train_beside();
    if (wk_failed()) fprintf(stderr, "online: %s\n", wk_error_text());
    return wk_failed();
}
