/* A simulation and a network that learns from it while it runs. The simulation, in a thread of its own, throws a ball
 * against the wind, again and again; the network learns where it lands. Rows go through memory, a replay buffer of the
 * last ones, or, with --list, through HDF5 files, so that simulation and training could be two programs on two
 * machines.
 *
 *   online [--list ROWS.txt] [--throws 20000] [--rounds 12] [--steps 200] [--keep 5000] [--seed 0]
 *
 * A round is some steps on what there is by then; its error is that on throws of its own, which nobody learnt from. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wick/hdf5.h>
#include <wick/wick.h>

enum { INPUTS = 4, BATCH = 64, TESTS = 500, FILE_ROWS = 1024 };
static double throws = 20000, rounds = 12, steps = 200, keep = 5000, seed = 0;
static const char *list;
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--throws", &throws, 64, 1e9 },
                { "--rounds", &rounds, 1, 1e6 },
                { "--steps", &steps, 1, 1e6 },
                { "--keep", &keep, 64, 1e8 },
                { "--seed", &seed, 0, 1e15 } };

static bool set_option(const char *name, const char *value)
{
    if (!strcmp(name, "--list")) {
        list = value;
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
    fprintf(stderr, "online: no option %s; there are --list, --throws, --rounds, --steps, --keep and --seed\n", name);
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

typedef struct simulation {
    wk_replay *replay; /* NULL: to files */
    atomic_bool ended;
    char error[300];
} simulation;

static void *simulate(void *argument)
{
    simulation *s = argument;
    uint64_t state = (uint64_t)seed;
    WK_SCOPE(thread);
    wk_h5_shards *files = s->replay ? NULL : wk_h5_shards_new(list, .fields = fields, .nfields = 2, .rows = FILE_ROWS);
    for (int64_t i = 0; i < (int64_t)throws && !wk_failed(); i++) {
        float in[INPUTS], out;
        throw_ball(&state, in, &out);
        const void *const row[] = { in, &out };
        if (s->replay)
            wk_replay_push(s->replay, row, 1);
        else
            wk_h5_shards_append(files, row, 1);
    }
    if (files) wk_h5_shards_flush(files);
    if (wk_failed()) snprintf(s->error, sizeof s->error, "%s", wk_error_text());
    if (s->replay) wk_replay_close(s->replay);
    atomic_store(&s->ended, true);
    return NULL;
}

/* ---- training ---- */

/* Rows as they are now: of memory, or of the files that the list names by now; and how many there were so far. */
static wk_loader *open_rows(wk_replay *replay, int round, int64_t *so_far)
{
    if (!replay) {
        wk_dataset *files = wk_dataset_h5_list(list);
        *so_far = wk_dataset_len(files);
        return wk_loader_new(files, .batch_size = BATCH, .shuffle = true, .seed = (uint64_t)round);
    }
    *so_far = wk_replay_wait(replay, 0);
    return wk_loader_new(wk_replay_dataset(replay), .batch_size = BATCH, .seed = (uint64_t)round,
                         .sampler = wk_replay_sampler(replay, BATCH * (int64_t)steps));
}

static double train(wk_module *net, wk_optim *opt, wk_loader *loader)
{
    double sum = 0;
    for (int step = 0; step < (int)steps && !wk_failed();) {
        wk_batch *b = wk_loader_next(loader);
        if (!b) continue; /* an epoch is over; few rows make several a round */
        WK_SCOPE(one);
        wk_tensor *loss = wk_mse_loss(wk_forward(net, wk_batch_x(b)), wk_batch_y(b));
        sum += wk_item(loss);
        wk_zero_grad(opt);
        wk_backward(loss);
        wk_step(opt);
        step++;
    }
    return sum / steps;
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

/* Until there are rows to begin with; files are looked for. */
static bool wait_for_rows(wk_replay *replay, simulation *s)
{
    if (replay) return wk_replay_wait(replay, BATCH) >= BATCH;
    while (access(list, R_OK) != 0 && !atomic_load(&s->ended)) nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    return access(list, R_OK) == 0;
}

static void train_rounds(wk_replay *replay)
{
    wk_module *net = wk_nn_sequential(wk_nn_linear(INPUTS, 32), wk_nn_tanh(), wk_nn_linear(32, 32), wk_nn_tanh(),
                                      wk_nn_linear(32, 1));
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 3e-3);
    for (int round = 1; round <= (int)rounds && !wk_failed(); round++) {
        WK_SCOPE(one);
        int64_t so_far;
        wk_loader *loader = open_rows(replay, round, &so_far);
        const double loss = train(net, opt, loader), error = test(net);
        if (!wk_failed())
            printf("round %d: %lld throws so far, loss %.3g, error %.3g m\n", round, (long long)so_far, loss, error);
        fflush(stdout);
    }
}

static int run(void)
{
    simulation s = { .replay = NULL };
    pthread_t thread;
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    if (!list) s.replay = wk_replay_new((int64_t)keep, .fields = fields, .nfields = 2);
    if (!wk_failed() && pthread_create(&thread, NULL, simulate, &s) != 0)
        wk_fail(WK_E_STATE, "no thread to simulate in");
    if (!wk_failed()) {
        if (wait_for_rows(s.replay, &s)) train_rounds(s.replay);
        pthread_join(thread, NULL);
    }
    if (wk_failed()) fprintf(stderr, "online: %s\n", wk_error_text());
    if (*s.error) fprintf(stderr, "online: the simulation: %s\n", s.error);
    return wk_failed() || *s.error;
}

int main(int argc, char **argv)
{
    if (argc % 2 == 0) {
        fputs("usage: online [--list ROWS.txt] [--throws N] [--rounds N] [--steps N] [--keep N] [--seed N]\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i += 2)
        if (!set_option(argv[i], argv[i + 1])) return 2;
    return run();
}
