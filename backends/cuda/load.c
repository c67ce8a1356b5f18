/* Finds and loads libwick-cuda.so, once, and answers for devices: which there are, which one tensors are made on, what
 * their memory holds. The only place of libwick that calls dlopen. */
#include "backends/cpu/cpu.h"
#include "backends/cuda/plugin.h"
#include "base/alloc.h"
#include "base/context.h"
#include "base/error.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_(x)  #x
#define TEXT(x)   TEXT_(x)
#define FILE_NAME "libwick-cuda.so." TEXT(WK_VERSION_MAJOR) "." TEXT(WK_VERSION_MINOR)

static struct {
    wki_mutex lock;
    atomic_bool asked;
    const wki_cuda_plugin *plugin;
    char why[256];
} loaded = { .lock = WKI_MUTEX_INIT };

static wki_meter *meter(void) { return wki_meter_here; }

static const wki_cuda_core core = {
    wki_fail_list, wki_alloc, wki_grow, wki_free, wki_lock, wki_unlock, wki_clock, meter
};

static bool open_file(const char *path)
{
    void *file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!file) return false;
    wki_cuda_open *plugin_open = (wki_cuda_open *)dlsym(file, "wki_cuda_plugin_open");
    if (plugin_open)
        loaded.plugin = plugin_open(WKI_CUDA_ABI, &core, loaded.why, sizeof loaded.why);
    else
        snprintf(loaded.why, sizeof loaded.why, "%.180s is no plugin of wick", path);
    return true;
}

/* Beside the file that this code came from: libwick.so, or a program with libwick inside. */
static bool open_beside(void)
{
    Dl_info here;
    if (!dladdr((const void *)&loaded, &here) || !here.dli_fname) return false;
    const char *slash = strrchr(here.dli_fname, '/');
    char path[4096];
    if (!slash) return false; /* a program found by PATH: not whatever folder it was started in */
    const int length = snprintf(path, sizeof path, "%.*s/" FILE_NAME, (int)(slash - here.dli_fname), here.dli_fname);
    return length > 0 && (size_t)length < sizeof path && open_file(path);
}

/* Is it the file itself that is missing, or one that it needs? */
static bool is_absent(const char *text)
{
    return !text || (strstr(text, FILE_NAME ": cannot open shared object file: No such file"));
}

static void load(void)
{
    const char *wish = getenv("WICK_CUDA");
    if (wish && *wish) {
        if (!open_file(wish)) snprintf(loaded.why, sizeof loaded.why, "WICK_CUDA: %.220s", dlerror());
        return;
    }
    if (open_beside()) return;
    const char *text = dlerror();
    snprintf(loaded.why, sizeof loaded.why, "%.240s", is_absent(text) ? "" : text);
    if (open_file(FILE_NAME)) return;
    text = dlerror();
    if (!is_absent(text))
        snprintf(loaded.why, sizeof loaded.why, "%.240s", text);
    else if (!*loaded.why)
        snprintf(loaded.why, sizeof loaded.why, "there is no " FILE_NAME);
}

const wki_cuda_plugin *wki_cuda(void)
{
    if (atomic_load_explicit(&loaded.asked, memory_order_acquire)) return loaded.plugin;
    wki_lock(&loaded.lock);
    if (!atomic_load_explicit(&loaded.asked, memory_order_relaxed)) load();
    atomic_store_explicit(&loaded.asked, true, memory_order_release);
    wki_unlock(&loaded.lock);
    return loaded.plugin;
}

bool wk_cuda_is_available(void) { return wki_cuda() != NULL; }
const char *wk_cuda_why_not(void) { return wki_cuda() ? "" : loaded.why; }
int wk_cuda_device_count(void) { return wki_cuda() ? wki_cuda()->count() : 0; }

static bool is_cuda(wk_device device) { return device >> 24 == WK_CUDA >> 24; }
static int index_of(wk_device device) { return device & 0xffffff; }

wk_status wki_device_ok(const char *where, wk_device device)
{
    if (device == WK_CPU) return WK_OK;
    wki_check(is_cuda(device), WK_E_DEVICE, WK_E_DEVICE, where, "there is no %s; use cpu", wk_device_name(device));
    wki_check(wki_cuda(), WK_E_DEVICE, WK_E_DEVICE, where, "%s is not to be had (%s); use cpu", wk_device_name(device),
              loaded.why);
    const int count = wki_cuda()->count();
    wki_check(index_of(device) < count, WK_E_DEVICE, WK_E_DEVICE, where, "there is no %s; cuda:0 to cuda:%d are here",
              wk_device_name(device), count - 1);
    return WK_OK;
}

const wki_backend *wki_backend_of(wk_device device)
{
    if (device == WK_CPU) return &wki_cpu_backend;
    return wki_device_ok("device", device) ? NULL : wki_cuda()->backend;
}

wk_status wki_copy_bytes(wk_device to_device, void *to, wk_device from_device, const void *from, size_t bytes)
{
    const wki_backend *target = wki_backend_of(to_device), *source = wki_backend_of(from_device);
    if (!target || !source) return wk_error();
    if (bytes == 0) return WK_OK;
    if (from_device == WK_CPU) return target->copy_in(index_of(to_device), to, from, bytes);
    if (to_device == WK_CPU) return source->copy_out(index_of(from_device), to, from, bytes);
    return wki_cuda()->copy_across(index_of(to_device), to, index_of(from_device), from, bytes);
}

wk_status wk_set_device(wk_device device)
{
    if (wki_device_ok("set_device", device)) return wk_error();
    wki_context_here()->device = device;
    return WK_OK;
}

wk_status wk_cuda_get_device_properties(wk_device device, wk_cuda_properties *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "cuda_get_device_properties", "out is NULL");
    memset(out, 0, sizeof *out);
    wki_check(is_cuda(device), WK_E_DEVICE, WK_E_DEVICE, "cuda_get_device_properties", "%s is no CUDA device",
              wk_device_name(device));
    if (wki_device_ok("cuda_get_device_properties", device)) return wk_error();
    return wki_cuda()->properties(index_of(device), out);
}

wk_status wk_cuda_synchronize(wk_device device)
{
    if (wki_device_ok("cuda_synchronize", device)) return wk_error();
    return wki_backend_of(device)->synchronize(index_of(device));
}

static bool index_text(const char *text, int *index)
{
    char *end;
    const long n = strtol(text, &end, 10);
    *index = (int)n;
    return *text >= '0' && *text <= '9' && !*end && n <= 0xffff;
}

wk_status wk_device_by_name(const char *name, wk_device *device)
{
    wki_check(name && device, WK_E_INVALID, WK_E_INVALID, "device_by_name", "%s is NULL", name ? "device" : "name");
    int index = 0;
    wk_device found = WK_CPU;
    if (strcmp(name, "auto") == 0) {
        if (wk_cuda_is_available()) found = wk_cuda(0);
    } else if (strncmp(name, "cuda", 4) == 0 && (!name[4] || (name[4] == ':' && index_text(name + 5, &index)))) {
        found = wk_cuda(index);
    } else {
        wki_check(strcmp(name, "cpu") == 0, WK_E_INVALID, WK_E_INVALID, "device_by_name",
                  "no device is called \"%s\"; cpu, cuda, cuda:N or auto", name);
    }
    if (wki_device_ok("device_by_name", found)) return wk_error();
    *device = found;
    return WK_OK;
}

wk_status wk_memory_stats(wk_device device, wk_memory *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "memory_stats", "out is NULL; give it a wk_memory to fill");
    memset(out, 0, sizeof *out);
    if (wki_device_ok("memory_stats", device)) return wk_error();
    if (is_cuda(device))
        wki_cuda()->stats(index_of(device), out);
    else
        wki_block_stats(out);
    return WK_OK;
}

void wk_memory_trim(void)
{
    wki_blocks_trim(wki_context_here());
    const wki_cuda_plugin *plugin = atomic_load_explicit(&loaded.asked, memory_order_acquire) ? loaded.plugin : NULL;
    for (int i = 0; plugin && i < plugin->count(); i++) plugin->trim(i);
}
