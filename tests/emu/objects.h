/* What the fake libraries share: objects behind handles, known by their address and kind, and how a call begins. */
#ifndef WKI_EMU_OBJECTS_H
#define WKI_EMU_OBJECTS_H
#include "emu_core.h"

namespace wki_emu {

enum Tag { LT_HANDLE = 1, DESC, LAYOUT, PREFERENCE, DNN_HANDLE, DNN_TENSOR, DNN_WEIGHTS, DNN_WINDOW };
struct Object {
    Tag tag;
    explicit Object(Tag t) : tag(t) {}
};

/* NULL: no such handle, or of another kind. */
template <class T, class H> T *object(H handle, Tag tag)
{
    T *at = (T *)(void *)handle;
    return at && state().objects.count(at) && at->tag == tag ? at : nullptr;
}
template <class H, class T> void give(H *out, T *made, size_t *count)
{
    *out = (H)(void *)made;
    state().objects.insert(made);
    ++*count;
}
template <class T> void take_back(T *at, size_t *count)
{
    state().objects.erase(at);
    delete at;
    --*count;
}

/* A call's entry: the lock, and planned failures as the library would tell them. */
template <class Status, Status success, Status memory, Status execution, Status other> struct LibraryApi {
    Api api;
    Status status;
    explicit LibraryApi(unsigned flags = 0) : api(flags)
    {
        const cudaError_t e = api.error;
        status = !e ? success : e == cudaErrorMemoryAllocation ? memory : e >= 700 && e < 800 ? execution : other;
    }
};
} // namespace wki_emu
#endif
