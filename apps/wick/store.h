/* store.h: writing data sets as the HDF5 files that wick reads: groups train and test, x and y, class names. */
#ifndef WICK_APP_STORE_H
#define WICK_APP_STORE_H
#include "args.h"
#include "progress.h"
#include "wick/hdf5.h"

/* What synth and import have in common: the beginning of their settings, and the options for it. */
typedef struct store_settings {
    const char *path;
    int64_t deflate, workers; /* workers 0: one less than there are cores */
    bool shuffle, force, quiet;
} store_settings;
enum { STORE_OPTIONS = 6 };
extern const args_option store_options[STORE_OPTIONS];

typedef struct store {
    const store_settings *settings;
    wk_h5_writer *writer;
    progress progress;
} store;

/* Threads that deflate beside the caller, on this machine. */
int store_workers(int64_t given);
/* Is there a path, and is it free or to be replaced? EXIT_DONE, or another code after saying what is wrong. */
int store_check(const store_settings *settings);
/* The same, and that it is none of the files that are read, a list that ends in NULL. */
int store_check_sources(const store_settings *settings, const char *const *sources);
bool store_open(store *s, const store_settings *settings, const char *source); /* in the scope open at the call */
/* Writes a data set's rows as group/x and group/y; pixels: f32 in 0 .. 1 as u8. False with an error pending. */
bool store_rows(store *s, const char *group, wk_dataset *set, bool pixels);
/* Class names, then commits and says what was written. Returns the exit code. */
int store_close(store *s, wk_dataset *train, wk_dataset *test, bool pixels);
#endif
