/* Finds and loads libwick-cuda.so, once. The only place of libwick that calls dlopen. */
#include "backends/cuda/plugin.h"
#include "base/alloc.h"
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

const wki_cuda_plugin *wki_cuda_if_asked(void)
{
    return atomic_load_explicit(&loaded.asked, memory_order_acquire) ? loaded.plugin : NULL;
}

const char *wk_cuda_why_not(void) { return wki_cuda() ? "" : loaded.why; }
