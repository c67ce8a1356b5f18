/* A state dict: two tables, of tensors and of text, that keep the order of what was put in and find it by name. */
#ifndef WKI_STATE_H
#define WKI_STATE_H
#include "base/object.h"
#include "wick/state.h"

typedef struct wki_named {
    char *name;
    union {
        wk_tensor *tensor;
        char *text;
    } is;
} wki_named;

typedef struct wki_names {
    int64_t count, room;
    wki_named *entries;
    int64_t *slots; /* open addressing: 1 + the number of an entry, or 0 */
    int64_t nslots; /* a power of two, at least twice the room */
    uint64_t seed;
} wki_names;
wki_named *wki_names_find(const wki_names *n, const char *name); /* NULL: there is none */
wk_status wki_names_reserve(wki_names *n, int64_t more);         /* room for so many new ones, so that put cannot fail */
/* Takes name. The entry is new, with nothing in it, or the one that had the name. */
wki_named *wki_names_put(wki_names *n, char *name);

struct wk_state {
    wki_object object;
    wki_names tensors, texts;
    wki_names foreign; /* what a file has in dtypes that there are not here: text that shows it, "F8_E4M3 [2, 3]" */
};

/* first[i] becomes the number of the tensor with the same elements as tensor i, in the same memory, whose name comes first:
 * i itself where it shares them with none. */
wk_status wki_state_share(const wk_state *s, int64_t *first);
WK_API bool wki_state_ok(const wk_state *s, const char *where, const char *argument);
/* wk_state_int of something that is counted, and goes on being: WK_E_FORMAT below 0 and from 2^62 on. */
WK_API int64_t wki_state_times(const wk_state *s, const char *key);
/* A tensor of that name, should there be one, hides it; NULL: there is none. */
wk_status wki_state_set_foreign(wk_state *s, const char *name, const char *shown);
const char *wki_state_foreign(const wk_state *s, const char *name);
/* Is all of s, which is one, here to be written? */
WK_API bool wki_state_whole(const wk_state *s, const char *where);
#endif
