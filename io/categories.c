/* A set of texts: a hash table (FNV-1a, open addressing) over an array of names. Rests on base/alloc.h. */
#include "io/categories.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

static unsigned hash(const char *text)
{
    unsigned h = 2166136261u;
    for (; *text; text++) h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static int *slot_of(const wki_categories *set, const char *text)
{
    for (unsigned i = hash(text);; i++) {
        int *slot = &set->slots[i & (unsigned)(set->nslots - 1)];
        if (!*slot || !strcmp(set->names[*slot - 1], text)) return slot;
    }
}

/* Names fill at most half of the slots. */
static bool grow(wki_categories *set)
{
    const int nslots = set->nslots ? 2 * set->nslots : 16;
    char **names = wki_grow(set->names, (size_t)set->count * sizeof *names, (size_t)nslots / 2 * sizeof *names);
    if (!names) return false;
    set->names = names;
    int *slots = wki_alloc_array((size_t)nslots, sizeof *slots);
    if (!slots) return false;
    wki_free(set->slots);
    set->slots = slots;
    set->nslots = nslots;
    for (int i = 0; i < set->count; i++) *slot_of(set, set->names[i]) = i + 1;
    return true;
}

int wki_categories_add(wki_categories *set, const char *text)
{
    if (set->count == set->nslots / 2 && !grow(set)) return -1;
    int *slot = slot_of(set, text);
    if (!*slot) {
        if (set->count == WKI_CATEGORIES_MOST) return -1;
        if (!(set->names[set->count] = wki_strdup(text))) return -1;
        *slot = ++set->count;
    }
    return *slot - 1;
}

typedef struct named {
    char *name;
    int code;
} named;

static int by_name(const void *a, const void *b) { return strcmp(((const named *)a)->name, ((const named *)b)->name); }

wk_status wki_categories_sort(wki_categories *set)
{
    if (!set->count) return WK_OK;
    named *all = wki_alloc_array((size_t)set->count, sizeof *all);
    set->place = wki_alloc_array((size_t)set->count, sizeof *set->place);
    if (!all || !set->place) {
        wki_free(all);
        return wk_error();
    }
    for (int i = 0; i < set->count; i++) all[i] = (named){ set->names[i], i };
    qsort(all, (size_t)set->count, sizeof *all, by_name);
    for (int i = 0; i < set->count; i++) {
        set->names[i] = all[i].name;
        set->place[all[i].code] = i;
    }
    wki_free(all);
    return WK_OK;
}

void wki_categories_free(wki_categories *set)
{
    for (int i = 0; i < set->count; i++) wki_free(set->names[i]);
    wki_free(set->names);
    wki_free(set->place);
    wki_free(set->slots);
}
