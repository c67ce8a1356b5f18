/* Transforms inside: a list is planned for a dataset's fields once, and then runs row by row. */
#ifndef WKI_TRANSFORM_H
#define WKI_TRANSFORM_H
#include "base/rng.h"
#include "data/dataset.h"

struct wk_transform {
    wki_object object;
    const wk_transform_ops *ops; /* NULL: a list */
    void *self;
    char *field;
    wk_transform **parts; /* of a list; held */
    int nparts;
    int64_t channels; /* 0: a function of rows; else of elements, alike in each of so many parts of a row */
    bool own;         /* the user's, which may do what it likes with ragged rows */
};
extern const wki_type wki_transform_type;
/* One of the library's; self is taken, also on error. */
wk_transform *wki_transform_new(const char *field, const wk_transform_ops *ops, void *self, int64_t channels);

struct wk_row {
    int64_t number, epoch;
    wk_rng rng; /* of the transform at work */
};

/* One transform of a field, and the field behind it; `number` is its own in the whole list. Or several that go from
 * bytes element by element, as one table. */
typedef struct wki_step {
    const wk_transform *of;
    int field, number;
    wk_field after;
    wki_lookup *lookup; /* instead of `of`, or NULL */
} wki_step;

typedef struct wki_pipeline {
    wki_step *steps; /* field by field, of each in order */
    int nsteps;
    int first[WK_MAX_FIELDS + 1];       /* the steps of field f are first[f] .. first[f + 1] - 1 */
    wk_field fields[WK_MAX_FIELDS];     /* as they are delivered */
    size_t between;                     /* bytes of the largest row between two steps */
    wki_lookup *through[WK_MAX_FIELDS]; /* all of a field's steps, which the dataset does as it reads; or NULL */
    bool any_through;
    unsigned ragged;                      /* of the set */
    unsigned char pad[WK_MAX_FIELDS][8];  /* an element of each field, behind the end of ragged rows */
} wki_pipeline;

/* transform NULL: all fields as they are. The set and the transform must outlive it. */
wk_status wki_pipeline_plan(wki_pipeline *p, const wk_dataset *set, const wk_transform *transform, const char *where);
wk_status wki_pipeline_fuse(wki_pipeline *p, const wk_dataset *set); /* transform_bytes.c: of sorted steps, fewer */
void wki_pipeline_forget(wki_pipeline *p);
static inline bool wki_pipeline_changes(const wki_pipeline *p, int f) { return p->first[f] < p->first[f + 1]; }
/* Memory that a batch of so many rows, with so many items in each ragged field, needs on its way; false: more than there
 * can be. */
bool wki_pipeline_room(const wki_pipeline *p, const wk_dataset *set, int64_t rows, int64_t items, size_t *bytes);
/* What stands behind the end of shorter rows; false: the dtype has no such element. */
bool wki_pad_of(wk_dtype dtype, double value, unsigned char pad[8]);

/* Which rows are read: n of them, that stand at positions from on of an epoch. */
typedef struct wki_drawn {
    const int64_t *rows;
    int64_t n, epoch, from;
    uint64_t seed;
    const int64_t *lengths; /* of ragged rows; NULL: there are none */
    int64_t items, longest; /* their sum; what they are padded to, -1: they are delivered one behind the other */
} wki_drawn;
/* Reads them into the fields; room as above. An error is recorded in the calling thread. */
wk_status wki_pipeline_read(const wki_pipeline *p, wk_dataset *set, const wki_drawn *drawn, void *room,
                            void *const *fields);
/* The same into new tensors, of lengths that are found here; one_row drops the leading dimension. On failure all are NULL. */
wk_status wki_pipeline_tensors(const wki_pipeline *p, wk_dataset *set, wki_drawn drawn, const char *where, bool one_row,
                               wk_tensor **tensors);
#endif
