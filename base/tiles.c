/* Tiles, found by cpuid and asked for by arch_prctl(2). */
#include "base/tiles.h"
#include <stdatomic.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ASK_SUPPORTED = 0x1021, ASK_PERMISSION = 0x1023, TILE_DATA = 18 }; /* of arch_prctl(2) */

static bool processor_has_tiles(void)
{
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, AVX512_BF16 = 1 << 5 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & (AMX_BF16 | AMX_TILE)) != (AMX_BF16 | AMX_TILE)) return false;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & AVX512_BF16;
}

bool wki_tiles_work(void)
{
    static atomic_int known; /* 1: no, 2: yes */
    unsigned long long supported = 0;
    int now = atomic_load_explicit(&known, memory_order_relaxed);
    if (now) return now == 2;
    const bool yes =
        processor_has_tiles() && !syscall(SYS_arch_prctl, ASK_SUPPORTED, &supported) && supported >> TILE_DATA & 1;
    atomic_store_explicit(&known, yes ? 2 : 1, memory_order_relaxed);
    return yes;
}

bool wki_tiles_permitted(void)
{
    static atomic_int known;
    int now = atomic_load_explicit(&known, memory_order_relaxed);
    if (now) return now == 2;
    const bool yes = !syscall(SYS_arch_prctl, ASK_PERMISSION, TILE_DATA);
    atomic_store_explicit(&known, yes ? 2 : 1, memory_order_relaxed);
    return yes;
}
#else
bool wki_tiles_work(void) { return false; }
bool wki_tiles_permitted(void) { return false; }
#endif
