/* watch.h: some steps of a training under a profile, behind the first ones, which ask for memory and record plans. */
#ifndef WICK_APP_WATCH_H
#define WICK_APP_WATCH_H
#include "wick/profile.h"

typedef struct watch {
    int64_t steps;      /* to be watched; 0: none */
    const char *trace;  /* the file for each call; NULL: none */
    wk_profile *p;      /* NULL: nothing is watched */
    int64_t first, seen; /* steps that go by before; that have begun */
} watch;

/* Makes the profile, in the scope open at the call, for a training of so many steps; and the trace's file, yet empty. */
wk_status watch_make(watch *w, int64_t steps);
/* Around a step, with the wait for its batch; begin: is it watched? w may be NULL. */
bool watch_begin(watch *w);
void watch_end(watch *w);
/* Measures the machine's peak and writes the trace, if there is to be one. */
wk_status watch_finish(watch *w);
void watch_print(const watch *w);    /* the table on stdout */
bool watch_put_json(const watch *w); /* the same as a line of JSON; false if writing failed */
#endif
