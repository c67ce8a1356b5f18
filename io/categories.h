/* The different texts of one column, each with a code. */
#ifndef WKI_CATEGORIES_H
#define WKI_CATEGORIES_H
#include "wick/base.h"

enum { WKI_CATEGORIES_MOST = 65536 };
typedef struct wki_categories {
    char **names;       /* copies: in order of appearance, after wki_categories_sort in order of names */
    int count;
    int *place;         /* after wki_categories_sort: place[code by appearance] = code by name */
    int *slots, nslots; /* open addressing; code + 1, or 0 */
} wki_categories;

/* The code of text, a new one if need be; -1: too many (no error recorded), or WK_E_MEMORY. */
int wki_categories_add(wki_categories *set, const char *text);
wk_status wki_categories_sort(wki_categories *set);
void wki_categories_free(wki_categories *set);
#endif
