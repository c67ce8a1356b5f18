/* Blocks of middle size side by side in regions of memory, each 2 MB of which becomes one page of the processor once all
 * of it is taken: products, which go through many such blocks, miss the TLB less, and nothing is held that is not
 * taken. Safe from every thread. */
#ifndef WKI_PAGES_H
#define WKI_PAGES_H
#include <stdbool.h>
#include <stddef.h>

enum { WKI_HUGE_PAGE = 2 << 20 };

void *wki_pages_get(size_t bytes); /* aligned to 64; NULL: of another size, or there is no memory */
bool wki_pages_put(void *memory, size_t bytes); /* false: it is not from here */
void wki_pages_lock(bool take);    /* for fork */
#endif
