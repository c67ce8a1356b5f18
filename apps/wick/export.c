/* wick export: the weights of a run as files that other programs read. Rests on wick/train.h and wick/hdf5.h. */
#include "commands.h"
#include "store.h"
#include "trial.h"
#include <string.h>

typedef enum format { ONNX, NPZ, H5, SAFETENSORS, FORMATS } format;

typedef struct settings {
    trial_request trial;
    const char *paths[FORMATS]; /* NULL: not asked for */
    bool force, quiet;
} settings;

/* A run's model as its checkpoint has it. */
typedef struct source {
    const settings *settings;
    trial of;
    const wk_state *weights;
    char shapes[200]; /* of the graph's input and output */
} source;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "onnx", 0, ARGS_TEXT, AT(paths[ONNX]), "FILE", "the whole model, for ONNX runtimes", 0, 0 },
    { "npz", 0, ARGS_TEXT, AT(paths[NPZ]), "FILE", "the weights by name, for NumPy", 0, 0 },
    { "h5", 0, ARGS_TEXT, AT(paths[H5]), "FILE", "the same as HDF5: 0.weight is at /0/weight", 0, 0 },
    { "safetensors", 0, ARGS_TEXT, AT(paths[SAFETENSORS]), "FILE", "the same for PyTorch and wk_load", 0, 0 },
    { "last", 0, ARGS_FLAG, AT(trial.last), NULL, "of the last checkpoint, not the best", 0, 0 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "replace files that exist", 0, 0 },
    { "quiet", 'q', ARGS_FLAG, AT(quiet), NULL, "print nothing", 0, 0 },
};

static int check_paths(const settings *s)
{
    int n = 0;
    for (int f = 0; f < FORMATS; f++) {
        if (!s->paths[f]) continue;
        n++;
        if (!*s->paths[f]) return say_usage("--%s is empty; expected the name of a file to write", options[f].name);
        for (int k = 0; k < f; k++)
            if (s->paths[k] && !strcmp(s->paths[k], s->paths[f])) return say_usage("two files are %s", s->paths[f]);
        const int code = store_check(&(store_settings){ .path = s->paths[f], .force = s->force });
        if (code != EXIT_DONE) return code;
    }
    return n ? EXIT_DONE : say_usage("as what? --onnx, --npz, --h5 or --safetensors FILE names the file to write");
}

static int open_source(source *from)
{
    const int code = trial_read(&from->of, &from->settings->trial);
    if (code != EXIT_DONE) return code;
    from->weights = keep_weights(from->of.state);
    return from->weights ? EXIT_DONE : say_error();
}

/* One row as the model takes it, in a batch of its own. */
static wk_tensor *example(const run_plan *plan)
{
    const models_image *i = &plan->image;
    int64_t shape[WK_MAX_DIMS] = { 1 };
    if (strcmp(plan->kind, "mlp")) return wk_zeros(WK_SHAPE(1, i->channels, i->height, i->width), WK_F32);
    memcpy(shape + 1, plan->data->x.shape, (size_t)plan->data->x.ndim * sizeof *shape);
    return wk_zeros(plan->data->x.ndim + 1, shape, WK_F32);
}

/* The graph needs the shape of a row, which the data tells. */
static int write_onnx(source *from)
{
    WK_SCOPE(graph);
    trial *of = &from->of;
    say_room row;
    const int code = trial_make(of, &from->settings->trial);
    if (code != EXIT_DONE) return code;
    wk_tensor *x = example(&of->plan);
    if (wk_export_onnx(wk_module_child(of->net, "model"), x, from->settings->paths[ONNX])) return say_error();
    say_shape(row, wk_ndim(x) - 1, wk_shape(x) + 1);
    snprintf(from->shapes, sizeof from->shapes, ", from f32 [N, %.150s to [N, %lld]", row + 1,
             (long long)of->data.outputs);
    return EXIT_DONE;
}

static int write_file(source *from, format f)
{
    static wk_status (*const writers[FORMATS])(const wk_state *s, const char *path) = {
        [NPZ] = wk_state_write_npz, [H5] = wk_state_write_h5, [SAFETENSORS] = wk_state_write
    };
    if (f == ONNX) return write_onnx(from);
    return writers[f](from->weights, from->settings->paths[f]) ? say_error() : EXIT_DONE;
}

static void describe(const source *from, format f)
{
    say_room count;
    printf("%s: %s after epoch %lld, %s%s\n", from->settings->paths[f], from->of.kept.config.model,
           (long long)trial_epoch(&from->of), say_plural(count, wk_state_count(from->weights), "tensor"),
           f == ONNX ? from->shapes : "");
}

static int start(int argc, char **argv)
{
    settings s = { .force = false };
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_export, argc, argv, &s, operands)) return EXIT_USAGE;
    s.trial.run = operands[0];
    s.trial.data.path = operands[1];
    s.trial.unlabelled = true;
    WK_SCOPE(exporting);
    source from = { .settings = &s };
    int code = check_paths(&s);
    if (code == EXIT_DONE) code = open_source(&from);
    for (int f = 0; f < FORMATS && code == EXIT_DONE; f++)
        if (s.paths[f]) code = trial_check_out(&from.of, &s.trial, s.paths[f]);
    for (int f = 0; f < FORMATS && code == EXIT_DONE; f++) {
        if (!s.paths[f]) continue;
        code = write_file(&from, (format)f);
        if (code == EXIT_DONE && !s.quiet) describe(&from, (format)f);
    }
    trial_close(&from.of);
    return code;
}

const args_command command_export = {
    .name = "export",
    .about = "writes a run's model for other programs",
    .operands = "RUN [FILE.h5] --onnx FILE, --npz FILE, ... [options]",
    .fewest = 1,
    .most = 2,
    .text = "  wick export runs/train-20251125-083000 --onnx net.onnx\n"
            "  wick export runs/train-20251125-083000 --npz net.npz --h5 net.h5 --last\n\n"
            "A graph takes rows in the data's units, bytes as numbers from 0 to 1 and images\n"
            "as [N, channels, height, width]; of classes it gives logits. The shape of a row\n"
            "comes from the run's own file, or from FILE.h5. All other formats hold the\n"
            "weights alone, by name: of a run with --ema the averages, as eval has them.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = start,
};
