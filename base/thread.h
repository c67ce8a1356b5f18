/* The thread seam: the only place that calls pthreads. Locks and conditions and a clock to wait by, threads, and the compute team. */
#ifndef WKI_THREAD_H
#define WKI_THREAD_H
#include "wick/base.h"
#include <pthread.h>
#include <stdatomic.h>

typedef struct wki_mutex { pthread_mutex_t lock; } wki_mutex;
typedef struct wki_cond { pthread_cond_t cond; } wki_cond;
#define WKI_MUTEX_INIT { PTHREAD_MUTEX_INITIALIZER }
WK_API wk_status wki_mutex_init(wki_mutex *mutex);
WK_API void wki_mutex_destroy(wki_mutex *mutex);
WK_API void wki_lock(wki_mutex *mutex);
WK_API void wki_unlock(wki_mutex *mutex);
WK_API wk_status wki_cond_init(wki_cond *cond);
WK_API void wki_cond_destroy(wki_cond *cond);
WK_API void wki_wait(wki_cond *cond, wki_mutex *mutex);
WK_API double wki_clock(void);                                 /* seconds, of a clock that never goes back */
WK_API bool wki_wait_until(wki_cond *cond, wki_mutex *mutex, double clock); /* false: it is over */
WK_API void wki_wake_one(wki_cond *cond);
WK_API void wki_wake_all(wki_cond *cond);
/* Looks at *value, for a tenth of a millisecond at most, until it is not `old`: to be woken costs the other side more. */
WK_API void wki_watch(const _Atomic int64_t *value, int64_t old);

typedef struct wki_thread wki_thread;
WK_API wki_thread *wki_thread_start(void (*work)(void *), void *argument, const char *name);
WK_API void wki_thread_join(wki_thread *thread);            /* waits and frees; NULL allowed */
WK_API void wki_thread_forget(wki_thread *thread);          /* frees; for one that a fork has left in another process */
WK_API int wki_forks(void);                                 /* how many forks made this process from that which loaded the library */

/* The compute team. wki_team_run calls work(argument, part, parts) for every part at once, the caller doing part 0, and returns
 * when all are done. Called from inside a part, or with one thread, it runs the parts in the caller, one after the other (parts is
 * then 1). Only one thread at a time commands the team; others, finding it busy, compute alone: results do not depend on it. */
typedef void wki_team_work(void *argument, int part, int parts);
WK_API void wki_team_run(wki_team_work *work, void *argument, int most_parts);
/* Inside a part: until *value, which another part counts up, is more than `passed`, or *stop. */
WK_API void wki_team_await(const _Atomic int64_t *value, int64_t passed, const atomic_bool *stop);
WK_API void wki_team_barrier(void);                         /* all parts of the running work must call it; a no-op alone */

/* Scratch that lives with the calling thread and only grows, aligned to 64; contents undefined. NULL with WK_E_MEMORY. */
WK_API void *wki_thread_scratch(size_t bytes);
#endif
