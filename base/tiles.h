/* AMX: tiles for products. Has this machine them, and may this process use them? */
#ifndef WKI_TILES_H
#define WKI_TILES_H
#include <stdbool.h>

bool wki_tiles_work(void); /* AMX and AVX512-BF16; nothing is asked for */
/* The kernel grants tiles to a process that asks, once for all its threads. It makes the frames of signal handlers
 * larger, and is refused where a thread's alternate stack has no room for that: so nobody asks before tiles are wanted. */
bool wki_tiles_permitted(void);
#endif
