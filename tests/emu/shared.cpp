/* A block's shared arrays: cut from one buffer, each between red zones, full of NaNs. Under ASan the red zones are
 * poisoned; elsewhere they hold a pattern, looked at when the block ends. Under TSan each array is allocated anew, so
 * that what an earlier block's threads did in the same place counts for nothing. */
#include "emu_core.h"
#include <cstdlib>

namespace wki_emu
{

constexpr size_t red = 64, most = 32;
[[maybe_unused]] constexpr unsigned char pattern = 0xA5;
struct Array {
    const void *key;
    const char *name;
    char *at;
    size_t size;
};
static Array arrays[most];
static unsigned count;
static size_t dynamic_size, used, taken;
[[maybe_unused]] alignas(128) static char buffer[shared_optin + most * 3 * red];
static const char dynamic_key = 0;

void shared_begin(size_t dynamic)
{
    dynamic_size = dynamic;
    count = 0;
    used = taken = 0;
}

static void fill(char *at, size_t size, int byte)
{
#ifdef WKI_EMU_TSAN
    for (size_t i = 0; i < size; i++) ((volatile char *)at)[i] = (char)byte;
#else
    memset(at, byte, size);
#endif
}

static char *make(size_t size, size_t align)
{
#ifdef WKI_EMU_TSAN
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    void *at = nullptr;
    if (posix_memalign(&at, align < 16 ? 16 : align, size ? size : 1)) at = nullptr;
    if (at) fill((char *)at, size, 0xFF);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    return (char *)at;
#else
    size_t start = (used + red + align - 1) / align * align, end = start + size;
    unpoison(buffer + used, end + red - used);
    fill(buffer + used, start - used, pattern);
    fill(buffer + start, size, 0xFF);
    fill(buffer + end, red, pattern);
    poison(buffer + used, start - used);
    poison(buffer + end, red);
    used = end;
    return buffer + start;
#endif
}

static void *find(const void *key, const char *name, size_t size, size_t align)
{
    for (unsigned i = 0; i < count; i++)
        if (arrays[i].key == key) return arrays[i].at;
    taken += size;
    if (count == most) kernel_fault(cudaErrorLaunchOutOfResources, "more than %zu shared arrays", most);
    if (taken - (key == &dynamic_key ? size : 0) > shared_limit || taken > shared_optin)
        kernel_fault(cudaErrorLaunchOutOfResources, "shared array %s: %zu bytes in all are too many", name, taken);
    char *at = make(size, align);
    arrays[count++] = { key, name, at, size };
    return at;
}

void *shared_array(const void *key, const char *name, size_t size, size_t align)
{
    return find(key, name, size, align);
}
void *shared_dynamic(const char *name) { return find(&dynamic_key, name, dynamic_size, 16); }

const char *shared_end()
{
    const char *wrong = nullptr;
#ifdef WKI_EMU_TSAN
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    for (unsigned i = 0; i < count; i++) free(arrays[i].at);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
#else
    for (unsigned i = 0; i < count && !asan; i++)
        for (size_t k = 1; k <= red; k++) {
            const char *after = arrays[i].at + arrays[i].size;
            if ((unsigned char)arrays[i].at[-(long)k] != pattern || (unsigned char)after[k - 1] != pattern)
                wrong = arrays[i].name;
        }
    if (count) poison(buffer, used + red);
#endif
    count = 0;
    return wrong;
}
} // namespace wki_emu
