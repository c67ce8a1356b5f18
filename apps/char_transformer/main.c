/* A small GPT (Radford et al. 2018) over the bytes of a text: it learns to tell the next one, and then writes.
 *
 *   char_transformer FILE [--steps 1000] [--context 64] [--width 64] [--layers 2] [--heads 4] [--batch 16] [--lr 0.003]
 *                         [--sample 400] [--temperature 0.8] [--seed 0] [--device cpu]
 *
 * The last tenth of the text is kept for validation. A book of some 100 KB or more is needed for anything like words;
 * WICK_THREADS says how many threads compute. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wick/wick.h>

static double steps = 1000, context = 64, width = 64, layers = 2, heads = 4, batch = 16, lr = 3e-3, sample = 400,
              temperature = 0.8, seed = 0;
static const struct {
    const char *name;
    double *value, low, high;
} options[] = { { "--steps", &steps, 1, 1e9 },  { "--context", &context, 2, 4096 },
                { "--width", &width, 1, 8192 }, { "--layers", &layers, 1, 100 },
                { "--heads", &heads, 1, 64 },   { "--batch", &batch, 1, 1e6 },
                { "--lr", &lr, 1e-9, 10 },      { "--sample", &sample, 0, 1e6 },
                { "--seed", &seed, 0, 1e15 },   { "--temperature", &temperature, 1e-3, 100 } };

/* What is made from now on lies there. */
static bool set_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) == WK_OK && wk_set_device(device) == WK_OK) return true;
    fprintf(stderr, "char_transformer: %s\n", wk_error_text());
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
        fprintf(stderr, "char_transformer: %s takes a number from %g to %g, not '%s'\n", name, options[i].low,
                options[i].high, value);
        return false;
    }
    fprintf(stderr, "char_transformer: no option %s; those there are stand at the top of main.c\n", name);
    return false;
}

/* The text as numbers 0 .. count - 1 of the bytes that occur in it. */
typedef struct text {
    int64_t count;
    unsigned char bytes[256];
    wk_tensor *train, *valid; /* WK_I64 */
} text;

static wk_tensor *numbered(text *t, const unsigned char *from, int64_t n)
{
    int64_t numbers[256] = { 0 };
    bool occurs[256] = { false };
    for (int64_t i = 0; i < n; i++) occurs[from[i]] = true;
    for (int b = 0; b < 256; b++) {
        if (!occurs[b]) continue;
        numbers[b] = t->count;
        t->bytes[t->count++] = (unsigned char)b;
    }
    wk_tensor *bytes = wk_to(wk_from(from, WK_SHAPE(n), WK_U8), WK_I64);
    return wk_index(wk_from(numbers, WK_SHAPE(256), WK_I64), 1, &bytes);
}

static wk_status read_text(text *t, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return wk_fail(WK_E_IO, "%s: cannot be opened", path);
    long n = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
    rewind(file);
    unsigned char *bytes = n < 0 || n == LONG_MAX ? NULL : malloc((size_t)n + 1);
    bool whole = bytes && fread(bytes, 1, (size_t)n, file) == (size_t)n;
    fclose(file);
    wk_tensor *all = whole ? numbered(t, bytes, n) : NULL;
    free(bytes);
    if (!whole) return wk_fail(WK_E_IO, "%s: cannot be read", path);
    const int64_t valid = n / 10;
    if (valid <= (int64_t)context)
        return wk_fail(WK_E_INVALID, "%s: %ld bytes are too few: a context of %d needs %d or more", path, n,
                       (int)context, 10 * ((int)context + 1));
    t->train = wk_narrow(all, 0, 0, n - valid);
    t->valid = wk_narrow(all, 0, n - valid, valid);
    return wk_error();
}

/* The model: numbers [n, l] -> logits [n, l, count]. A causal encoder is what GPT calls a decoder. */
typedef struct gpt {
    wk_module *token, *position, *encoder, *head;
} gpt;

static wk_status gpt_init(wk_module *m, void *state)
{
    gpt *g = state;
    const text *t = wk_nn_options(m);
    const int64_t w = (int64_t)width;
    WK_NO_GRAD(start);
    g->token = wk_nn_child(m, "token", wk_nn_embedding(t->count, w));
    g->position = wk_nn_child(m, "position", wk_nn_embedding((int64_t)context, w));
    wk_normal_(wk_parameter(m, "token.weight"), 0, 0.02); /* GPT-2's, so that the layers' share shows from the start */
    wk_normal_(wk_parameter(m, "position.weight"), 0, 0.02);
    g->encoder = wk_nn_child(m, "encoder",
                             wk_nn_transformer_encoder(w, (int64_t)heads, (int)layers, .dim_feedforward = 4 * w,
                                                       .dropout = 0, .activation = "gelu", .batch_first = true,
                                                       .norm_first = true, .is_causal = true, .final_norm = true));
    g->head = wk_nn_child(m, "head", wk_nn_linear(w, t->count));
    return wk_error();
}

static wk_tensor *gpt_forward(wk_module *m, wk_tensor *x)
{
    const gpt *g = wk_nn_state(m);
    wk_tensor *places = wk_arange(0, (double)wk_size(x, 1), 1, WK_I64);
    wk_tensor *h = wk_add(wk_forward(g->token, x), wk_forward(g->position, places));
    return wk_forward(g->head, wk_forward(g->encoder, h));
}

static const wk_module_ops gpt_ops = {
    .size = sizeof gpt_ops, .name = "gpt", .state_size = sizeof(gpt), .init = gpt_init, .forward = gpt_forward
};

/* Cross entropy of random windows of the text, each byte from those before it. */
static wk_tensor *loss_on(wk_module *net, wk_tensor *numbers)
{
    const int64_t n = (int64_t)batch, l = (int64_t)context;
    wk_tensor *start = wk_randint(0, wk_numel(numbers) - l, WK_SHAPE(n, 1));
    wk_tensor *at = wk_add(start, wk_arange(0, (double)l, 1, WK_I64));
    wk_tensor *next = wk_add_scalar(at, 1);
    wk_tensor *logits = wk_forward(net, wk_index(numbers, 1, &at));
    return wk_cross_entropy(wk_flatten(logits, 0, 1), wk_flatten(wk_index(numbers, 1, &next), 0, 1));
}

static double validate(wk_module *net, const text *t)
{
    enum { BATCHES = 8 };
    double sum = 0;
    WK_NO_GRAD(validation);
    for (int i = 0; i < BATCHES && !wk_failed(); i++) {
        WK_SCOPE(once);
        sum += wk_item(loss_on(net, t->valid));
    }
    return sum / BATCHES;
}

/* The rate rises over the first tenth of the steps, which a transformer needs, and falls to nothing over the others. */
static double rate(int step) { return lr * fmin(10 * step / steps, (steps - step) / (0.9 * steps)); }

static void train(wk_module *net, const text *t)
{
    wk_optim *opt = wk_optim_adamw(wk_parameters(net), .lr = lr, .beta2 = 0.99, .weight_decay = 0.1);
    const int every = (int)fmax(1, steps / 10);
    double sum = 0;
    for (int step = 1; step <= (int)steps && !wk_failed(); step++) {
        WK_SCOPE(once);
        wk_set_lr(opt, rate(step));
        wk_tensor *loss = loss_on(net, t->train);
        sum += wk_item(loss);
        wk_zero_grad(opt);
        wk_backward(loss);
        wk_step(opt);
        if (step % every != 0 || wk_failed()) continue;
        printf("step %d: training loss %.4f, validation loss %.4f\n", step, sum / every, validate(net, t));
        fflush(stdout);
        sum = 0;
    }
}

/* Writes on from the beginning of the validation text, byte by byte. */
static void write_on(wk_module *net, const text *t)
{
    WK_NO_GRAD(writing);
    WK_SCOPE(all);
    wk_train(net, false);
    const int64_t l = (int64_t)context;
    wk_tensor *seen = wk_reshape(wk_narrow(t->valid, 0, 0, l), WK_SHAPE(1, l));
    for (int i = 0; i < (int)sample && !wk_failed(); i++) {
        WK_SCOPE(once);
        wk_tensor *logits = wk_select(wk_select(wk_forward(net, seen), 0, 0), 0, -1);
        wk_tensor *next = wk_multinomial(wk_softmax(wk_div_scalar(logits, temperature), 0), 1, true);
        const int64_t number = next ? (int64_t)wk_item(next) : 0;
        wk_replace(&seen,
                   wk_cat((wk_tensor *[]){ wk_narrow(seen, 1, 1, l - 1), wk_reshape(next, WK_SHAPE(1, 1)) }, 2, 1));
        if (!wk_failed()) putchar(t->bytes[number]);
    }
    putchar('\n');
}

static int run(const char *path)
{
    WK_SCOPE(program);
    wk_manual_seed((uint64_t)seed);
    text t = { 0 };
    read_text(&t, path);
    wk_module *net = wk_failed() ? NULL : wk_nn_custom(&gpt_ops, &t);
    if (net) {
        printf("%lld bytes, %d different; %lld parameters\n", (long long)(wk_numel(t.train) + wk_numel(t.valid)),
               (int)t.count, (long long)wk_parameter_count(net));
        train(net, &t);
    }
    if (!wk_failed() && sample > 0) write_on(net, &t);
    if (wk_failed()) fprintf(stderr, "char_transformer: %s\n", wk_error_text());
    return wk_failed();
}

int main(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-' || argc % 2) {
        fputs(
            "usage: char_transformer FILE [--steps N] [--context N] [--width N] [--layers N] [--heads N] [--batch N]\n"
            "                        [--lr X] [--sample N] [--temperature X] [--seed N] [--device NAME]\n",
            stderr);
        return 2;
    }
    for (int i = 2; i < argc; i += 2)
        if (!set_option(argv[i], argv[i + 1])) return 2;
    return run(argv[1]);
}
