/* sets.h: the data of an experiment: a file's rows for training, validation and test. */
#ifndef WICK_APP_SETS_H
#define WICK_APP_SETS_H
#include "about.h"
#include "say.h"
#include "wick/hdf5.h"

typedef struct sets_request {
    const char *path;
    const char *train, *test; /* groups; NULL: by convention */
    const char *x, *y;        /* data sets in them, or columns; NULL: by convention */
    bool isolate;             /* a process of its own asks libhdf5 */
} sets_request;

typedef struct sets {
    const char *path;
    wk_dataset *all, *test;    /* as the file has them; test NULL: it has none. In the scope open at the call */
    wk_dataset *train, *valid; /* after sets_open, which takes test rows from all where there are none */
    int64_t train_rows, valid_rows, test_rows;
    wk_field x, y;
    int64_t features, outputs; /* elements of a row; of the model's output */
    int classes;               /* 0: y is a number, or several */
    const char *const *names;  /* of the classes */
    const char *columns;       /* of a CSV file, or what was imported from one, as about_columns has them; NULL: none */
    wk_transform *relabel;     /* of another file's test rows, whose classes have other numbers; NULL: as they are */
    char test_folder[80];      /* of pictures: where test rows are, if it is to be told, "those of val" */
    bool test_split_off;       /* the file has no test group: a fifth of its rows serves */
} sets;

bool sets_ends_in(const char *path, const char *ending); /* in letters of either case */
typedef enum sets_kind { SETS_HDF5, SETS_TABLE, SETS_NPZ, SETS_ARRAY, SETS_FOLDER } sets_kind;
sets_kind sets_kind_of(const char *path); /* by its name; SETS_HDF5: all that is nothing else */
/* Opens a file and checks that it can be trained on; false with the library's error pending. */
bool sets_examine(sets *s, const sets_request *request);
/* The same, and splits. The splits depend on the file alone, not on any seed. */
bool sets_open(sets *s, const sets_request *request);
/* Rows of another file for a run's model, as its test rows alone: those that it calls so, or else all; with targets or,
 * where labels is false, without. false with the library's error pending. */
bool sets_open_rows(sets *s, const sets_request *request, const about *known, bool labels);
/* "x f32 [28, 28], y one of 10 classes" */
void sets_describe(const sets *s, char *text, size_t size);
/* All rows in order, blocks of them as tensors [n, ...] that live for the call; false on error, on a signal, or as soon
 * as visit gives false. */
bool sets_each(wk_dataset *set, bool (*visit)(void *user, wk_tensor *const *fields), void *user);
/* Looks for rows for training, or for test, that hold what is not finite, once a loss is not: false if there are none, else
 * what to say of them, "3 rows of a.h5 are not finite in f32, the first row 7: x[2] is nan". */
bool sets_find_strange(const sets *s, bool test, char *text, size_t size);
#endif
