#include "base/cache.h"
#include <unistd.h>

int wki_first_cache_ways(void)
{
#ifdef _SC_LEVEL1_DCACHE_ASSOC
    const long ways = sysconf(_SC_LEVEL1_DCACHE_ASSOC); /* 0 or -1 where the system does not say */
    return ways > 0 && ways < 1024 ? (int)ways : 0;
#else
    return 0;
#endif
}
