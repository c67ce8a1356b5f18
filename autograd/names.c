/* A table of names that keeps their order and finds each by hashing. Rests on base alone. */
#include "autograd/state.h"
#include "base/alloc.h"
#include <string.h>

/* Hashes begin at the table's address, so that a file cannot choose names that all collide. */
static uint64_t hash(const wki_names *n, const char *name)
{
    uint64_t h = n->seed;
    for (; *name; name++) {
        h = (h ^ (unsigned char)*name) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    return h;
}

/* The slot that name has, or would get. */
static int64_t slot_of(const wki_names *n, const char *name)
{
    int64_t slot = (int64_t)(hash(n, name) & (uint64_t)(n->nslots - 1));
    while (n->slots[slot] && strcmp(n->entries[n->slots[slot] - 1].name, name) != 0)
        slot = (slot + 1) & (n->nslots - 1);
    return slot;
}

wki_named *wki_names_find(const wki_names *n, const char *name)
{
    const int64_t number = n->nslots ? n->slots[slot_of(n, name)] : 0;
    return number ? &n->entries[number - 1] : NULL;
}

wk_status wki_names_reserve(wki_names *n, int64_t more)
{
    if (n->count + more <= n->room) return WK_OK;
    int64_t room = n->room ? n->room : 8;
    while (room < n->count + more) room *= 2;
    int64_t *slots = wki_alloc_array((size_t)room, 2 * sizeof *slots);
    wki_named *entries =
        slots ? wki_grow(n->entries, (size_t)n->count * sizeof *entries, (size_t)room * sizeof *entries) : NULL;
    if (!entries) {
        wki_free(slots);
        return WK_E_MEMORY;
    }
    wki_free(n->slots);
    *n = (wki_names){ n->count, room, entries, slots, 2 * room, (uint64_t)(uintptr_t)slots };
    for (int64_t i = 0; i < n->count; i++) n->slots[slot_of(n, entries[i].name)] = i + 1;
    return WK_OK;
}

wki_named *wki_names_put(wki_names *n, char *name)
{
    const int64_t slot = slot_of(n, name);
    if (n->slots[slot]) {
        wki_free(name);
    } else {
        n->entries[n->count] = (wki_named){ .name = name };
        n->slots[slot] = ++n->count;
    }
    return &n->entries[n->slots[slot] - 1];
}
