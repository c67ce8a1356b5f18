/* How calls are shared out over the compute team: by whoever runs one call (cpu.c) and whoever replays many (replay.c). */
#ifndef WKI_CPU_TEAM_H
#define WKI_CPU_TEAM_H
#include "backends/cpu/cpu.h"
#include "base/error.h"
#include "base/thread.h"
#include <stdatomic.h>

const wki_kernel *wki_cpu_kernel(int op);
size_t wki_cpu_scratch(const wki_kernel *kernel, const wki_call *call); /* bytes a part needs */
int wki_cpu_threads(const wki_call *call, int64_t units);               /* that are worth waking */
int wki_cpu_element_threads(int64_t work, int64_t units);               /* of kernels that go by elements */
int64_t wki_cpu_share(int64_t units, int part, int parts);              /* the first unit of a part */

/* What became of the parts of a team's work: the caller's own error, part 0's, comes first. */
typedef struct wki_failure {
    atomic_bool any;
    wk_status status; /* of part 0, whose error is the caller's already */
    wki_mutex lock;   /* on what follows: the error of the first of the other parts that failed */
    int part;
    wki_error error;
} wki_failure;
void wki_part_failed(wki_failure *f, int part, wk_status status); /* WK_OK: nothing */
wk_status wki_part_raise(const wki_failure *f);                   /* in the caller, at the end */
/* A part's scratch; if bytes is not 0, all parts wait here until each has its own, or one has failed. */
void *wki_part_scratch(wki_failure *f, size_t bytes, int part);

bool wki_cpu_in_place(const wki_call *call); /* see wki_backend */
wk_status wki_cpu_arrange(wki_plan *plan);
wk_status wki_cpu_prepare(wki_plan *plan);
wk_status wki_cpu_replay(wki_plan *plan);
void wki_cpu_forget(wki_plan *plan);
#endif
