/* wick/profile.h: what takes the time: calls by op, and when each ran on which thread (torch.profiler).
 *
 *   wk_profile *p = wk_profile_new();
 *   for (int i = 0; i < 20 && !wk_failed(); i++) {
 *       WK_PROFILE(on, p);                                until the block ends
 *       train(batch);
 *   }
 *   wk_profile_print(p, stdout);
 *   wk_profile_write_trace(p, "trace.json");              for Perfetto, or chrome://tracing
 *
 * Watched is what the threads do on which it was begun, and the team's members for them: ordinary calls, and those of a
 * plan's replays (wick/capture.h), which are called as they were when the step was recorded, but
 * that ReLU and its gradient may be part of the product before them. A call is "product" or "relu"; what backward runs for an op "linear backward: product", what an optimizer does "adam update". Let the first
 * steps pass before beginning: they ask for memory and record plans. A thread that is not watched pays one comparison
 * a call; watching costs some 0.2 us a call. */
#ifndef WICK_PROFILE_H
#define WICK_PROFILE_H
#include "wick/base.h"
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_profile wk_profile;

typedef struct wk_profile_opts {
    size_t size;
    int64_t most_events; /* 200,000; that a trace will have, 24 bytes each; what comes behind them is in the table alone. 0: no trace */
    bool shapes;         /* false; true: the table has a row for each op and shapes of its operands */
} wk_profile_opts;
WK_API wk_profile_opts wk_profile_opts_default(void);
WK_API wk_profile *wk_profile_new_opts(const wk_profile_opts *o);     /* in the scope; the macro: wk_profile_new(.shapes = true) */
static inline wk_profile *wk_profile_with(wk_profile_opts o) { return wk_profile_new_opts(&o); }
#define WK_PROFILE_DEFAULTS .size = sizeof(wk_profile_opts), .most_events = 200000, .shapes = false
#define wk_profile_new(...) wk_profile_with(WK_WITH(wk_profile_opts, WK_PROFILE_DEFAULTS, __VA_ARGS__))

/* Begins, or goes on, to watch the calling thread. Several threads may begin the same profile. WK_E_STATE: this one is watched
 * already. Until its end a profile is held: it outlives its scope. */
WK_API wk_status wk_profile_begin(wk_profile *p);
WK_API wk_status wk_profile_end(wk_profile *p);                       /* on the thread that began; an error pending does not matter */
WK_API wk_profile *wk_profile_open(wk_profile *p);                    /* begins p and returns it; NULL: nothing, and NULL on an error */
WK_API void wk_profile_guard(wk_profile **p);                         /* ends *p unless NULL: WK_PROFILE's other half */
#define WK_PROFILE(name, p) wk_profile *name WK_CLEANUP(wk_profile_guard) = wk_profile_open(p) /* p NULL: nothing is watched */

/* A range: a part of a step that you name, on a thread that is watched (torch.profiler.record_function). A replay does
 * not run the step's function, and so opens none of the ranges inside it.
 *
 *   { WK_PROFILE_RANGE(loading, "next batch");   batch = wk_loader_next(loader); } */
typedef struct wk_profile_range {
    const char *text; /* copied, cut to 47 bytes, when the range ends */
    double from;
} wk_profile_range;
WK_API wk_profile_range wk_profile_range_begin(const char *text);     /* text NULL, or a thread that is not watched: nothing */
WK_API void wk_profile_range_end(const wk_profile_range *range);      /* on the same thread */
#define WK_PROFILE_RANGE(name, text) wk_profile_range name WK_CLEANUP(wk_profile_range_end) = wk_profile_range_begin(text)

/* What a machine does at most, by as many threads as compute now: multiply-adds of f32 as they come without waiting, two operations
 * each, and bytes of y = a + s b over arrays of 64 MiB. */
typedef struct wk_peak {
    int threads;
    double flops, bytes; /* a second, all threads together */
} wk_peak;
WK_API wk_status wk_measure_peak(wk_peak *out);                       /* takes up to a second, and 192 MiB meanwhile; the best of 10 and more */
WK_API wk_status wk_profile_set_peak(wk_profile *p, const wk_peak *peak); /* copies; from now on rows tell how near they come to it */

typedef enum wk_profile_kind { WK_PROFILE_FORWARD, WK_PROFILE_BACKWARD, WK_PROFILE_UPDATE, WK_PROFILE_OF_RANGE } wk_profile_kind;
typedef struct wk_profile_row {
    char name[80];         /* "product", "linear backward: product", "adam update", "host" (between the calls of a plan) */
    char shapes[104];      /* with .shapes: results before operands, the first three; else "" */
    wk_profile_kind kind;  /* forward: whatever is neither backward nor an optimizer's */
    int64_t calls;
    double seconds;        /* of all threads that took part, each counted; of a range from its beginning to its end */
    double flops, bytes;   /* of all calls: of products and convolutions; read and written, as if there were no cache */
    double share;          /* of the seconds of all calls; of a range: of the time watched */
    double of_peak;        /* the least time that the peak allows / the time it took. Above 1: out of a cache. NAN: no peak is set, or nothing was counted */
} wk_profile_row;
/* The rows that take most come first, ranges behind all calls. Writes at most `most` of them, returns how many there are; -1 on an
 * error. Other threads may go on meanwhile. */
WK_API int wk_profile_rows(const wk_profile *p, wk_profile_row *rows, int most);

typedef struct wk_profile_totals {
    int64_t calls, events; /* events: that the trace has; a call of n threads makes n */
    int64_t left_out;      /* from the trace, because it was full or there was no memory */
    double seconds;        /* of all calls */
    double watched;        /* from begin to end, all threads that began together */
    int threads;           /* compute threads when it was last begun */
} wk_profile_totals;
WK_API wk_profile_totals wk_profile_total(const wk_profile *p);

WK_API wk_status wk_profile_print(const wk_profile *p, FILE *out);    /* an aligned table */
/* All events, in the Trace Event Format: a complete event ("X") for each call and thread, with shapes, flops and bytes. */
WK_API wk_status wk_profile_write_trace(const wk_profile *p, const char *path);
WK_API wk_status wk_profile_reset(wk_profile *p);                     /* forgets what it has seen; keeps the peak */

#ifdef __cplusplus
}
#endif
#endif
