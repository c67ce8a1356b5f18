/* Which seeded fault is on, as the environment says: once asked, never again. */
#include "base/fault.h"
#include <stdatomic.h>
#include <stdlib.h>

#ifdef WICK_FAULTS
bool wki_fault(int number)
{
    static atomic_int chosen = -1;
    int on = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (on < 0) {
        const char *text = getenv("WICK_FAULT");
        on = text ? (int)strtol(text, NULL, 10) : 0;
        atomic_store_explicit(&chosen, on, memory_order_relaxed);
    }
    return on == number;
}
#endif
