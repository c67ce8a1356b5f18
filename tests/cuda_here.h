/* Is there a device, and is it tests/emu? Without CUDA, or the emulator in its place, laws about devices have nothing to say: each
 * begins with `if (!cuda_here()) return;`. */
#ifndef WICK_CUDA_HERE_H
#define WICK_CUDA_HERE_H
#include "wick/cuda.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static inline bool cuda_here(void)
{
    const bool here = wk_cuda_is_available();
    if (!here) printf("no CUDA here (%s): nothing was tested\n", wk_cuda_why_not());
    return here;
}

/* A function of tests/emu's emu_control.h; NULL where a real device is at work. */
static inline void *emulator(const char *name)
{
    const char *path = getenv("WICK_CUDA");
    void *plugin = path && wk_cuda_is_available() ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    return plugin ? dlsym(plugin, name) : NULL;
}

/* The emulator's order of blocks, threads and streams; a GPU has one of its own each time. */
static inline void sow(unsigned seed)
{
    void (*const set)(unsigned) = (void (*)(unsigned))(uintptr_t)emulator("wki_emu_seed");
    if (set) set(seed);
}
#endif
