/* What the plugin opens at run time it finds here: the emulator's cuDNN, by the names that its header declares, and nothing else. */
#ifndef WKI_EMU_DLFCN_H
#define WKI_EMU_DLFCN_H
#include_next <dlfcn.h>
#ifdef __cplusplus
extern "C" {
#endif
void *wki_emu_dlopen(const char *file, int mode);
void *wki_emu_dlsym(void *library, const char *name);
#ifdef __cplusplus
}
#endif
#define dlopen wki_emu_dlopen
#define dlsym wki_emu_dlsym
#endif
