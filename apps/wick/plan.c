/* What train and compare are asked for: the options, checked before any data is opened, and what becomes of them for a
 * data set, the plan of its runs. */
#include "run.h"
#include <string.h>
#include <unistd.h>

enum { BATCH = 128 };

#define AT(field) offsetof(run_settings, field)
const args_option run_options[RUN_OPTIONS] = {
    { "epochs", 0, ARGS_WHOLE, AT(epochs), "N", "passes over the training rows (5)", 1, KEEP_EPOCHS },
    { "schedule", 0, ARGS_TEXT, AT(schedule), "TEXT", "rates that change: cosine, one_cycle:max_lr=.1 ...", 0, 0 },
    { "augment", 0, ARGS_TEXT, AT(augment), "LIST", "training images by chance: flip,crop:4,cutout:8", 0, 0 },
    { "ema", 0, ARGS_REAL, AT(ema), "DECAY", "judge and keep averaged weights, as of 0.999", 0, 1 },
    { "nonfinite", 0, ARGS_TEXT, AT(nonfinite), "WHAT", "gradients of nan or inf: skip, stop or report", 0, 0 },
    { "clip", 0, ARGS_REAL, AT(clip), "NORM", "the most that all gradients together may be", 0, 1e30 },
    { "clip-value", 0, ARGS_REAL, AT(clip_value), "V", "the most that each gradient may be", 0, 1e30 },
    { "bf16", 0, ARGS_FLAG, AT(bf16), NULL, "train with bfloat16 operands, summed in f32", 0, 0 },
    { "matmul", 0, ARGS_TEXT, AT(matmul), "HOW", "f32 products: highest; AMX: split, split3; CUDA: tf32", 0, 0 },
    { "device", 0, ARGS_TEXT, AT(device), "NAME", "cpu, cuda, cuda:N, or auto: a GPU if any (cpu)", 0, 0 },
    { "model", 0, ARGS_TEXT, AT(model), "NAME", "mlp, lenet, cnn or resnet-small (mlp)", 0, 0 },
    { "hidden", 0, ARGS_TEXT, AT(hidden), "N,N", "hidden layers of an mlp (512,256), or none", 0, 0 },
    { "scale", 0, ARGS_TEXT, AT(scale), "NAME", "of numbers: auto, none, standard or minmax (auto)", 0, 0 },
    { "batch-size", 0, ARGS_WHOLE, AT(batch_size), "N", "rows a step (128, or all if there are fewer)", 1, 1e9 },
    { "threads", 0, ARGS_WHOLE, AT(threads), "N", "compute threads (1, or WICK_THREADS)", 1, 64 },
    { "workers", 0, ARGS_WHOLE, AT(workers), "N", "threads that load batches ahead (1)", 0, 64 },
    { "split", 0, ARGS_TEXT, AT(data.train), "GROUP", "where the training rows are (train)", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(data.test), "GROUP", "where the test rows are (test)", 0, 0 },
    { "x", 0, ARGS_TEXT, AT(data.x), "NAME", "inputs (x, data, images, ...); of a table columns A,B", 0, 0 },
    { "y", 0, ARGS_TEXT, AT(data.y), "NAME", "targets (y, label, labels, ...); a column (the last)", 0, 0 },
    { "isolate", 0, ARGS_FLAG, AT(data.isolate), NULL, "ask libhdf5 about FILE in a process of its own", 0, 0 },
    { "no-capture", 0, ARGS_FLAG, AT(no_capture), NULL, "run each step anew instead of replaying a recorded one", 0,
      0 },
    { "json", 0, ARGS_FLAG, AT(json), NULL, "print JSON lines alone", 0, 0 },
    { "quiet", 'q', ARGS_FLAG, AT(quiet), NULL, "print the result alone", 0, 0 },
};

run_settings run_defaults(void)
{
    return (run_settings){ .model = "mlp", .scale = "auto", .epochs = 5, .threads = wk_num_threads(), .workers = -1 };
}

static bool know_matmul(const char *name)
{
    wk_matmul_mode mode;
    if (wk_matmul_precision_by_name(name, &mode) == WK_OK) return true;
    wk_error_clear();
    return say_usage("--matmul is \"%s\"; expected highest, split, split3, bf16 or tf32", name), false;
}

/* One that is not there is no usage error. */
static bool know_device(const char *name)
{
    wk_device device;
    if (wk_device_by_name(name, &device) != WK_E_INVALID) {
        wk_error_clear();
        return true;
    }
    wk_error_clear();
    return say_usage("--device is \"%s\"; expected cpu, cuda, cuda:N or auto", name), false;
}

static wk_status set_device(const run_settings *s)
{
    wk_device device = WK_CPU;
    if (s->device && wk_device_by_name(s->device, &device)) return wk_error();
    return wk_set_device(device);
}

const char *run_describe_place(say_room room, const run_settings *s)
{
    say_room threads;
    wk_cuda_properties gpu;
    const wk_device device = wk_current_device();
    room[0] = 0;
    if (device == WK_CPU)
        snprintf(room, sizeof(say_room), "%s (%s)", say_plural(threads, s->threads, "thread"), wk_cpu_isa());
    else if (wk_cuda_get_device_properties(device, &gpu) == WK_OK)
        snprintf(room, sizeof(say_room), "%s (%.40s)", wk_device_name(device), gpu.name);
    return room;
}

const char run_usual_hidden[] = "512,256";

/* Options that a model has no use for are a mistake: all of them, here. What an mlp has unasked stands in its
 * config.json, of which another model may be made. */
static bool check_uses(const run_settings *s)
{
    const bool mlp = !strcmp(s->model, "mlp"),
               hidden = s->hidden && strcmp(s->hidden, "none") && strcmp(s->hidden, run_usual_hidden);
    if (s->augment && mlp)
        return say_usage("--augment is for images; expected --model lenet, cnn or resnet-small"), false;
    if (hidden && !mlp)
        return say_usage("--hidden %s is for an mlp; %s has layers of its own (--hidden none takes it back)", s->hidden,
                         s->model),
               false;
    return true;
}

static bool read_hidden(run_plan *p, const char *sizes)
{
    const char *list = strcmp(sizes, "none") ? sizes : NULL;
    char item[32];
    while (args_item(&list, item, sizeof item)) {
        int64_t size;
        if (!args_whole(item, &size) || size < 1 || size > 1000000)
            return say_usage("--hidden is \"%s\"; expected sizes from 1 to 1000000 like 512,256, or none", sizes),
                   false;
        if (p->nsizes > RUN_SIZES - 2) return say_usage("--hidden has more than %d sizes", RUN_SIZES - 2), false;
        p->sizes[p->nsizes++] = size;
    }
    p->nsizes++;
    return true;
}

bool run_prepare(run_plan *p, run_settings *settings)
{
    *p = (run_plan){ .settings = settings, .nsizes = 1, .kind = settings->model };
    if (settings->schedule && !rates_know(settings->schedule)) return false;
    if (settings->augment && !augment_know(settings->augment)) return false;
    if (settings->nonfinite && !run_know_nonfinite(settings->nonfinite)) return false;
    if (settings->matmul && !know_matmul(settings->matmul)) return false;
    if (settings->device && !know_device(settings->device)) return false;
    if (!models_know(settings->model))
        return say_usage("no model \"%s\"; there are mlp, lenet, cnn and resnet-small", settings->model), false;
    if (!scale_know(settings->scale))
        return say_usage("--scale is \"%s\"; expected auto, none, standard or minmax", settings->scale), false;
    if (!check_uses(settings)) return false;
    const bool mlp = !strcmp(settings->model, "mlp");
    if (mlp && !settings->hidden) settings->hidden = run_usual_hidden;
    if (!mlp) settings->hidden = NULL;
    return read_hidden(p, mlp ? settings->hidden : "none");
}

static int plan_images(run_plan *p)
{
    WK_SCOPE(counting);
    p->parameters = wk_parameter_count(models_make(p->kind, &p->image, p->nsizes, p->sizes));
    snprintf(p->model, sizeof p->model, "%s for %lldx%lldx%lld", p->kind, (long long)p->image.channels,
             (long long)p->image.height, (long long)p->image.width);
    return wk_failed() ? say_error() : EXIT_DONE;
}

static wk_status set_matmul(const run_settings *s)
{
    wk_matmul_mode mode = WK_MATMUL_HIGHEST;
    if (s->matmul && wk_matmul_precision_by_name(s->matmul, &mode)) return wk_error();
    return wk_set_matmul_precision(mode);
}

int run_plan_for(run_plan *p, const sets *data, const wk_state *saved)
{
    const run_settings *s = p->settings;
    p->data = data;
    p->sizes[0] = data->features;
    p->sizes[p->nsizes - 1] = data->outputs;
    p->batch_size = s->batch_size ? s->batch_size : data->train_rows < BATCH ? data->train_rows : BATCH;
    if (p->batch_size > data->train_rows)
        return say_usage("--batch-size is %lld, but %s has %lld training rows; expected at most as many",
                         (long long)s->batch_size, data->path, (long long)data->train_rows);
    if (wk_set_num_threads((int)s->threads) || set_device(s) || set_matmul(s)) return say_error();
    p->workers = s->workers >= 0 ? (int)s->workers : sysconf(_SC_NPROCESSORS_ONLN) > 1;
    p->batches = (data->train_rows + p->batch_size - 1) / p->batch_size;
    const bool images = strcmp(p->kind, "mlp") != 0;
    if (images && !models_image_of(p->kind, data, &p->image)) return EXIT_USAGE;
    if (saved ? !scale_recall(&p->scales, saved)
              : !scale_measure(&p->scales, s->scale, data, images ? &p->image : NULL))
        return say_error();
    if (images) return plan_images(p);
    size_t n = (size_t)snprintf(p->model, sizeof p->model, "MLP ");
    for (int i = 0; i < p->nsizes; i++) {
        if (i) p->parameters += (p->sizes[i - 1] + 1) * p->sizes[i];
        if (n < sizeof p->model)
            n += (size_t)snprintf(p->model + n, sizeof p->model - n, "%s%lld", i ? "-" : "", (long long)p->sizes[i]);
    }
    if (p->nsizes > 2 && n < sizeof p->model) snprintf(p->model + n, sizeof p->model - n, ", ReLU");
    return EXIT_DONE;
}
