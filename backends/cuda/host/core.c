/* The functions of base/ under their own names, as libwick gave them to the plugin. */
#include "backends/cuda/host/device.h"
#include "base/alloc.h"

const wki_cuda_core *wki_cuda_core_here;

wk_status wki_fail(wk_status code, const char *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wki_cuda_core_here->fail(code, where, format, arguments);
    va_end(arguments);
    return code;
}

void *wki_alloc(size_t bytes) { return wki_cuda_core_here->alloc(bytes); }
void *wki_grow(void *memory, size_t old_bytes, size_t bytes)
{
    return wki_cuda_core_here->grow(memory, old_bytes, bytes);
}
void wki_free(void *memory) { wki_cuda_core_here->free(memory); }
void wki_lock(wki_mutex *mutex) { wki_cuda_core_here->lock(mutex); }
void wki_unlock(wki_mutex *mutex) { wki_cuda_core_here->unlock(mutex); }
double wki_clock(void) { return wki_cuda_core_here->clock(); }
