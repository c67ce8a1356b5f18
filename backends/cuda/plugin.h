/* What libwick and libwick-cuda know of each other. The plugin is a shared object of its own, which load.c loads at run
 * time; of libwick it calls nothing but what it is given here, so that a program with a static libwick loads it, too. */
#ifndef WKI_CUDA_PLUGIN_H
#define WKI_CUDA_PLUGIN_H
#include "backends/backend.h"
#include "backends/plan.h"
#include "base/thread.h"
#include "wick/cuda.h"
#include <stdarg.h>

enum { WKI_CUDA_ABI = 3 }; /* counted up whenever this header, backend.h, upload.h, call.h or plan.h changes */

/* The functions of base/ that the plugin needs; host/core.c gives them their names there. */
typedef struct wki_cuda_core {
    wk_status (*fail)(wk_status code, const char *where, const char *format, va_list arguments);
    void *(*alloc)(size_t bytes);
    void *(*grow)(void *memory, size_t old_bytes, size_t bytes);
    void (*free)(void *memory);
    void (*lock)(wki_mutex *mutex);
    void (*unlock)(wki_mutex *mutex);
    double (*clock)(void);
    wki_meter *(*meter)(void); /* the thread's wki_meter_here */
} wki_cuda_core;

typedef struct wki_cuda_plugin {
    const wki_backend *backend;
    int (*count)(void); /* devices */
    wk_status (*properties)(int index, wk_cuda_properties *out);
    void (*stats)(int index, wk_memory *out);
    void (*trim)(int index);
    /* bytes from one device to another, behind what both have been given to do */
    wk_status (*copy_across)(int to_index, void *to, int from_index, const void *from, size_t bytes);
} wki_cuda_plugin;

/* The one symbol of libwick-cuda.so. NULL: there is no device to be had, and `why` tells in a line. */
typedef const wki_cuda_plugin *wki_cuda_open(uint32_t abi, const wki_cuda_core *core, char *why, size_t why_bytes);
wki_cuda_open wki_cuda_plugin_open;

/* load.c. NULL with the reason in wk_cuda_why_not(); asked once, the answer stays. */
const wki_cuda_plugin *wki_cuda(void);
const wki_cuda_plugin *wki_cuda_if_asked(void); /* the same, but NULL where it has not been asked for yet */
#endif
