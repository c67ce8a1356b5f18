/* Sorting of keys with their places, stable and the same everywhere: short runs by merging, long ones by radix. A key
 * is an unsigned number in the order wanted; narrow ones carry the place in their lower half, so that no two are equal.
 */
#ifndef WKI_CPU_ORDER_H
#define WKI_CPU_ORDER_H
#include "wick/base.h"

typedef uint64_t wki_narrow; /* key << 32 | place */
typedef struct wki_wide {
    uint64_t key, place;
} wki_wide;

/* Sorts a; spare has room for n as well. placed: entries are in the order of their places so far, which is what radix
 * needs. The answer is a or spare, whichever holds the result. */
wki_narrow *wki_sort_narrow(int64_t n, bool placed, wki_narrow *a, wki_narrow *spare);
wki_wide *wki_sort_wide(int64_t n, bool placed, wki_wide *a, wki_wide *spare);

/* The k smallest, in any order, to the front of a. */
void wki_select_narrow(int64_t n, int64_t k, wki_narrow *a);
void wki_select_wide(int64_t n, int64_t k, wki_wide *a);
#endif
