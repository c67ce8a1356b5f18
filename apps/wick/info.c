/* wick info: the build and the machine, as a report of a fault should name them; or what a state's file holds. */
#include "commands.h"
#include "json.h"
#include "machine.h"
#include "say.h"
#include "state.h"
#include "wick/wick.h"

typedef struct settings {
    bool json;
} settings;

static const args_option options[] = {
    { "json", 0, ARGS_FLAG, offsetof(settings, json), NULL, "print one JSON object", 0, 0 },
};

static void put_names(json *j, const char *key, int (*names_of)(const char *const **names))
{
    const char *const *names;
    const int n = names_of(&names);
    json_open(j, key, '[');
    for (int i = 0; i < n; i++) json_text(j, NULL, names[i]);
    json_close(j);
}

static bool device_at(int index, wk_cuda_properties *gpu)
{
    if (wk_cuda_get_device_properties(wk_cuda(index), gpu) == WK_OK) return true;
    wk_error_clear();
    return false;
}

static void put_devices(json *j)
{
    wk_cuda_properties gpu;
    json_open(j, "devices", '[');
    for (int i = 0; i < wk_cuda_device_count(); i++) {
        if (!device_at(i, &gpu)) continue;
        json_open(j, NULL, '{');
        json_text(j, "name", gpu.name);
        json_whole(j, "compute_capability", 10 * gpu.major + gpu.minor);
        json_whole(j, "multiprocessors", gpu.multiprocessors);
        json_whole(j, "memory", (int64_t)gpu.memory);
        json_whole(j, "free", (int64_t)gpu.free);
        json_whole(j, "driver", gpu.driver);
        json_whole(j, "runtime", gpu.runtime);
        json_close(j);
    }
    json_close(j);
}

static void say_devices(void)
{
    wk_cuda_properties gpu;
    if (!wk_cuda_is_available()) printf("%-11snone: %s\n", "CUDA", wk_cuda_why_not());
    for (int i = 0; i < wk_cuda_device_count(); i++)
        if (device_at(i, &gpu))
            printf("%-11s%s, sm_%d%d, %d multiprocessors, %zu of %zu MiB free, CUDA %d.%d\n",
                   wk_device_name(wk_cuda(i)), gpu.name, gpu.major, gpu.minor, gpu.multiprocessors, gpu.free >> 20,
                   gpu.memory >> 20, gpu.runtime / 1000, gpu.runtime % 1000 / 10);
}

static void as_json(const char *cpu)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "wick", wk_version());
    json_text(&j, "compiler", machine_compiler());
    json_text(&j, "hdf5", machine_hdf5());
    json_text(&j, "cpu", cpu);
    json_whole(&j, "cores", machine_cores());
    json_text(&j, "isa", wk_cpu_isa());
    json_whole(&j, "threads", wk_num_threads());
    json_bool(&j, "cuda", wk_cuda_is_available());
    if (!wk_cuda_is_available()) json_text(&j, "cuda_why_not", wk_cuda_why_not());
    put_devices(&j);
    put_names(&j, "optimizers", wk_optim_names);
    put_names(&j, "synth", wk_synth_names);
    json_close(&j);
    json_end_line(&j);
}

static void put_list(const char *what, int (*names_of)(const char *const **names))
{
    const char *const *names;
    const int n = names_of(&names);
    printf("%-11s", what);
    for (int i = 0; i < n; i++) printf("%s%s", i ? ", " : "", names[i]);
    printf("\n");
}

static int run(int argc, char **argv)
{
    settings s = { 0 };
    const char *operands[ARGS_OPERANDS];
    char cpu[128];
    if (!args_read(&command_info, argc, argv, &s, operands)) return EXIT_USAGE;
    if (operands[0]) return state_tell(operands[0], s.json);
    machine_cpu(cpu, sizeof cpu);
    if (s.json) {
        as_json(cpu);
        return EXIT_DONE;
    }
    say_room cores;
    printf("%-11s%s, built by %s with HDF5 %s\n", "wick", wk_version(), machine_compiler(), machine_hdf5());
    printf("%-11s%s, %s\n", "machine", cpu, say_plural(cores, machine_cores(), "core"));
    printf("%-11s%s (WICK_ISA), %d compute thread%s (WICK_THREADS)\n", "kernels", wk_cpu_isa(), wk_num_threads(),
           wk_num_threads() == 1 ? "" : "s");
    say_devices();
    put_list("optimizers", wk_optim_names);
    put_list("synth", wk_synth_names);
    return EXIT_DONE;
}

const args_command command_info = {
    .name = "info",
    .about = "shows version and machine, or what a file of weights holds",
    .operands = "[FILE.safetensors | FILE.index.json | RUN] [--json]",
    .most = 1,
    .text = "  wick info\n"
            "  wick info runs/train-20251125-083000\n\n"
            "Please add its output to a report of a fault. Of a file of weights, of the index\n"
            "of several, or of a run's best checkpoint: names, types, shapes and sizes of the\n"
            "tensors, and what model, optimizer and average take.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = run,
};
