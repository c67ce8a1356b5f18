/* The training steps that are timed, as a user of wick writes them. Sizes and learning rates stand here once; a peer is
 * told them in one line (README.md, "The talk with a peer"). */
#ifndef WICK_BENCH_CASES_H
#define WICK_BENCH_CASES_H
#include <wick/wick.h>

enum { BENCH_MAX_SIZES = 6 };

typedef struct bench_case {
    const char *work, *optimizer; /* "mlp", "momentum"; "...-bf16": the forward pass is under autocast */
    const char *wick_optimizer;   /* for wk_optim_by_name; NULL: gradient descent by hand on two matrices */
    const char *wick_options;
    double lr;
    int batch, nsizes;
    /* Of layers, inputs first. Instead of the inputs "cnn" and "resnet18" have the side of an image. resnet18: side, width, classes.
     * lstm: steps, inputs, width, layers, classes. encoder: tokens, width, heads, layers, inner width, classes. grown: width, layers,
     * classes. */
    int64_t sizes[BENCH_MAX_SIZES];
} bench_case;

/* A network in the state that training left it in; it lives in the scope it was made in. */
typedef struct bench_run {
    wk_module *net;
    wk_optim *optimizer;
    wk_tensor *x, *y, *w1, *w2; /* w1 and w2: the two-layer example, which has no net */
    double lr;
    wk_plan *plan; /* NULL: eager */
    bool bf16;
    int at_once; /* steps in a run, each on its own rows of x and y, which has the batch so many times */
} bench_run;

/* Uniform in [-1, 1), 24 bits, a function of (salt, i) alone; peers compute the same. */
float bench_value(uint32_t salt, uint32_t i);

/* Weights are uniform in +-gain / sqrt(inputs of the layer), biases in +-1 / sqrt(inputs of the weight before them); the weights of
 * norms, which have one dim, stay as they are. */
void bench_fill_params(wk_params *params, double gain);

bool bench_case_is_bf16(const bench_case *c);
bool bench_case_is_grown(const bench_case *c); /* one of those that step --growth goes through */
/* What a peer is told: WORK OPTIMIZER LR THREADS STEPS BATCH SIZE... */
void bench_case_text(const bench_case *c, int threads, char *text, size_t bytes);
int bench_case_count(void);
const bench_case *bench_case_at(int i);

/* The case with its starting weights and its one batch; false: see wk_error_text. */
bool bench_begin(const bench_case *c, bool eager, bench_run *run);
/* From now on bench_step makes so many steps. */
void bench_take_at_once(bench_run *run, int steps);
/* A full training step: zero_grad, forward, loss, backward, optimizer. */
void bench_step(bench_run *run);
/* The loss after bench_check_steps(), which a peer must agree on before it is timed. */
int bench_check_steps(const bench_case *c);
double bench_check(const bench_case *c, bench_run *run);

#endif
