/* What a dataset is inside: the description of its rows and the user's table of functions. Immutable once made, so that
 * any thread may read it without a lock. */
#ifndef WKI_DATASET_H
#define WKI_DATASET_H
#include "backends/cpu/lookup.h"
#include "base/object.h"
#include "wick/data.h"

/* What a field's elements are where they come from. */
typedef enum wki_bytes {
    WKI_NO_BYTES,
    WKI_BYTES,    /* delivered as they are */
    WKI_FRACTIONS /* delivered as f32, divided by 255 */
} wki_bytes;

struct wk_dataset {
    wki_object object;
    const wk_dataset_ops *ops;
    void *self;
    int64_t rows;
    int nfields, nclasses;
    int64_t *blocks, nblocks, kept_blocks; /* the first row of each, and `rows` behind the last; 0: rows stand alone */
    wk_field fields[WK_MAX_FIELDS];
    const char **classes;
    char *names; /* the bytes of all names above */
    wk_dataset *(*refresh)(wk_dataset *set); /* NULL: it never grows */
    void *origin;                            /* what refresh looks at */
    void (*forget)(void *origin);
    /* As get_many, but fields that have a table go through it, straight from their bytes; NULL: there is no such way */
    wk_status (*get_through)(void *self, const int64_t *rows, int64_t n, void *const *fields,
                             wki_lookup *const *through);
    wki_bytes bytes[WK_MAX_FIELDS];
    unsigned ragged; /* as in wk_dataset_opts, and so on */
    wk_status (*lengths)(void *self, const int64_t *rows, int64_t n, int64_t *lengths);
    const char *(*file)(const void *self, int64_t row); /* NULL: no row has a file of its own */
};
extern const wki_type wki_dataset_type;
wk_dataset *wki_dataset_first(wk_dataset *set, int64_t n); /* the first rows, in the same blocks: what a set that grew was before */

/* What x and y are called in files whose parts have names. */
#define WKI_X_NAMES "x", "data", "images", "features", "X", "inputs"
#define WKI_Y_NAMES "y", "label", "labels", "targets", "Y", "outputs"
enum { WKI_NAMES = 6 };

size_t wki_field_bytes(const wk_field *field); /* of one row; was checked when the dataset was made */
/* Offsets of rows, from the first one's begin to the last one's end: which of n does not ascend, or is beyond so many items;
 * -1: none. And how long the longest row is. */
WK_API int64_t wki_offsets_wrong(const int64_t *offsets, int64_t n, int64_t items);
WK_API int64_t wki_longest(const int64_t *offsets, int64_t rows);
static inline bool wki_is_ragged(const wk_dataset *set, int f) { return set->ragged >> f & 1; }
size_t wki_item_bytes(const wk_field *field); /* of what a ragged row has `length` of */
/* The shape of n rows of a field; how many dims. */
int wki_field_shape(const wk_field *field, int64_t n, int64_t shape[WK_MAX_DIMS]);
/* Options for a dataset of the same fields and classes. */
wk_dataset_opts wki_dataset_like(const wk_dataset *set);
/* For a set made of others, whose blocks they give: [n + 1], taken, NULL if there was no memory; kept 0: all. */
WK_API wk_status wki_dataset_set_blocks(wk_dataset *set, int64_t *blocks, int64_t n, int64_t kept);
/* Of n ascending starts, the first of which is at most `at`, the last that is; of equal ones, the last. */
int64_t wki_start_at(const int64_t *starts, int64_t n, int64_t at);
int wki_dataset_find(const wk_dataset *set, const char *name); /* the number of the field, -1 if there is none */

/* Of rows that are known to be in range; checked. The sum goes to *items, the largest to *longest, if not NULL; so may
 * lengths be. */
wk_status wki_dataset_lengths(const wk_dataset *set, const int64_t *rows, int64_t n, int64_t *lengths, int64_t *items,
                              int64_t *longest);

/* get_many in a scope of its own, for rows that are known to be in range. A failure is always recorded, also one that
 * the callback only returned or only recorded. Call it without an error pending. */
wk_status wki_dataset_read(wk_dataset *set, const int64_t *rows, int64_t n, void *const *fields);
/* The same; through, if not NULL, is for a set that has get_through. */
wk_status wki_dataset_read_through(wk_dataset *set, const int64_t *rows, int64_t n, void *const *fields,
                                   wki_lookup *const *through);
/* The same, and moves the pointers behind what was read. */
wk_status wki_dataset_read_next(wk_dataset *set, const int64_t *rows, int64_t n, void **fields,
                                wki_lookup *const *through);
/* Shuffled rows lie where no cache expects them: one that comes soon is asked for, a long one's beginning, after which the
 * processor finds the rest itself. Short rows are soon over, so more of them are on their way at once. */
static inline int64_t wki_rows_ahead(size_t bytes) { return bytes < 256 ? 32 : 4; }
static inline void wki_expect_row(const void *row, size_t bytes)
{
    enum { LINE = 64, MOST = 16 * LINE };
    for (size_t at = 0; at < bytes && at < MOST; at += LINE) __builtin_prefetch((const char *)row + at);
}
#endif
