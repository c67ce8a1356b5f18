/* The facts of this build: its version, what devices are called and which one a thread's tensors are made on. Rests on
 * the context alone. */
#include "base/context.h"
#include <stdio.h>

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

const char *wk_version(void) { return TEXT(WK_VERSION_MAJOR) "." TEXT(WK_VERSION_MINOR) "." TEXT(WK_VERSION_PATCH); }

const char *wk_device_name(wk_device device)
{
    const int kind = device >> 24, index = device & 0xFFFFFF;
    if (device == WK_CPU) return "cpu";
    wki_context *here = wki_context_here();
    char *name = here->device_name;
    if (kind == WK_CUDA >> 24)
        snprintf(name, sizeof here->device_name, "cuda:%d", index);
    else
        snprintf(name, sizeof here->device_name, "device %d:%d", kind, index);
    return name;
}

wk_device wk_current_device(void) { return wki_context_here()->device; }
