/* The compute team: threads that stay, the commanding thread being the first. Work is posted as one word (a number and
 * how many take part); members spin for it a while, then yield, then sleep. Rests on the thread seam. */
#define _GNU_SOURCE 1
#include "base/context.h"
#include "base/error.h"
#include "base/thread.h"
#include <sched.h>
#include <stdlib.h>

enum { MOST = 64, SPINS = 2000, YIELDS = 500, WATCHED = 100 /* microseconds */ };
/* posted: a serial above, how many parts below; 0 parts end the members */
enum { PARTS_MASK = 0xFF };

static struct {
    _Alignas(64) atomic_ulong posted; /* this line goes to the members with each work */
    wki_team_work *work;
    void *argument;
    int spins;
    _Alignas(64) atomic_int done;
    _Alignas(64) atomic_int arrived; /* at the barrier */
    _Alignas(64) atomic_int phase;
    _Alignas(64) atomic_int sleepers;
    wki_mutex sleeping;
    wki_cond wake;
    _Alignas(64) wki_mutex command;
    int members;
    unsigned long posted_at_start;
    wki_thread *threads[MOST];
    _Alignas(64) atomic_int size; /* threads wanted, the commander included; 0: not yet known */
} team = { .command = WKI_MUTEX_INIT, .sleeping = WKI_MUTEX_INIT, .wake = { PTHREAD_COND_INITIALIZER } };

static inline void relax(int spins)
{
    if (spins >= team.spins) {
        sched_yield();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Where others want the processor the first look is the last. */
void wki_watch(const _Atomic int64_t *value, int64_t old)
{
    const double until = wki_clock() + 1e-6 * WATCHED;
    while (atomic_load_explicit(value, memory_order_relaxed) == old && wki_clock() < until) sched_yield();
}

static unsigned long await_post(unsigned long seen)
{
    unsigned long posted;
    for (int spins = 0; spins < team.spins + YIELDS; spins++) {
        posted = atomic_load_explicit(&team.posted, memory_order_acquire);
        if (posted != seen) return posted;
        relax(spins);
    }
    wki_lock(&team.sleeping);
    atomic_fetch_add(&team.sleepers, 1);
    while ((posted = atomic_load(&team.posted)) == seen) wki_wait(&team.wake, &team.sleeping);
    atomic_fetch_sub(&team.sleepers, 1);
    wki_unlock(&team.sleeping);
    return posted;
}

static void post(int parts)
{
    const unsigned long last = atomic_load_explicit(&team.posted, memory_order_relaxed);
    atomic_store(&team.posted, ((last | PARTS_MASK) + 1) | (unsigned long)parts);
    if (atomic_load(&team.sleepers) == 0) return;
    wki_lock(&team.sleeping);
    wki_wake_all(&team.wake);
    wki_unlock(&team.sleeping);
}

/* A member that does not take part reads the word only: the rest may already be that of the next work. */
static void serve(void *argument)
{
    const int part = (int)(intptr_t)argument;
    wki_context *here = wki_context_here();
    for (unsigned long seen = team.posted_at_start;;) {
        seen = await_post(seen);
        const int parts = (int)(seen & PARTS_MASK);
        if (parts == 0) return;
        if (part >= parts) continue;
        here->team_parts = parts;
        team.work(team.argument, part, parts);
        here->team_parts = 0;
        atomic_fetch_add_explicit(&team.done, 1, memory_order_acq_rel);
    }
}

static int cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* Fewer threads than wanted still compute the same. Where cores lack, spinning would only hold up those who work. */
static void recruit(int size)
{
    wki_error before = *wki_error_of_thread();
    team.spins = size <= cores() ? SPINS : 0;
    team.posted_at_start = atomic_load(&team.posted);
    while (team.members < size - 1) {
        wki_thread *thread = wki_thread_start(serve, (void *)(intptr_t)(team.members + 1), "wick-team");
        if (!thread) break;
        team.threads[team.members++] = thread;
    }
    if (team.members == 0) atomic_store(&team.size, 1);
    *wki_error_of_thread() = before;
}

static void dismiss(void)
{
    if (team.members > 0) post(0);
    while (team.members > 0) wki_thread_join(team.threads[--team.members]);
}

static bool run_together(wki_context *here, wki_team_work *work, void *argument, int most_parts)
{
    if (here->team_parts > 0 || pthread_mutex_trylock(&team.command.lock) != 0) return false;
    const int size = atomic_load_explicit(&team.size, memory_order_relaxed);
    if (team.members == 0) recruit(size);
    const int parts = most_parts < team.members + 1 ? most_parts : team.members + 1;
    if (parts > 1) {
        team.work = work;
        team.argument = argument;
        atomic_store_explicit(&team.done, 0, memory_order_relaxed);
        post(parts);
        here->team_parts = parts;
        work(argument, 0, parts);
        here->team_parts = 0;
        for (int spins = 0; atomic_load_explicit(&team.done, memory_order_acquire) < parts - 1; spins++) relax(spins);
    }
    wki_unlock(&team.command);
    return parts > 1;
}

void wki_team_run(wki_team_work *work, void *argument, int most_parts)
{
    wki_context *here = wki_context_here();
    if (most_parts > 1 && wk_num_threads() > 1 && run_together(here, work, argument, most_parts)) return;
    const int around = here->team_parts;
    here->team_parts = 1;
    work(argument, 0, 1);
    here->team_parts = around;
}

void wki_team_barrier(void)
{
    const int parts = wki_context_here()->team_parts;
    if (parts <= 1) return;
    const int phase = atomic_load_explicit(&team.phase, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team.arrived, 1, memory_order_acq_rel) + 1 == parts) {
        atomic_store_explicit(&team.arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team.phase, phase ^ 1, memory_order_release);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&team.phase, memory_order_acquire) == phase; spins++) relax(spins);
}

void wki_team_await(const _Atomic int64_t *value, int64_t passed, const atomic_bool *stop)
{
    for (int spins = 0; atomic_load_explicit(value, memory_order_acquire) <= passed; spins++) {
        if (atomic_load_explicit(stop, memory_order_relaxed)) return;
        relax(spins);
    }
}

static int size_from_environment(void)
{
    const char *text = getenv("WICK_THREADS");
    char *end = NULL;
    const long n = text && *text ? strtol(text, &end, 10) : 1;
    if (n >= 1 && n <= MOST && !(end && *end)) return (int)n;
    wki_log(WK_LOG_WARNING, "WICK_THREADS=%s is no number from 1 to %d; using 1", text, MOST);
    return 1;
}

int wk_num_threads(void)
{
    int size = atomic_load_explicit(&team.size, memory_order_relaxed), unknown = 0;
    if (size > 0) return size;
    size = size_from_environment();
    return atomic_compare_exchange_strong(&team.size, &unknown, size) ? size : unknown;
}

wk_status wk_set_num_threads(int n)
{
    if (n < 1 || n > MOST) return wki_fail(WK_E_RANGE, "set_num_threads", "n is %d; expected 1 to %d", n, MOST);
    if (wki_context_here()->team_parts > 0)
        return wki_fail(WK_E_STATE, "set_num_threads", "called from inside a kernel; call between steps");
    wki_lock(&team.command);
    dismiss();
    atomic_store(&team.size, n);
    wki_unlock(&team.command);
    return WK_OK;
}

void wki_team_stop(void)
{
    wki_lock(&team.command);
    dismiss();
    wki_unlock(&team.command);
}

void wki_team_stop_unless_busy(void)
{
    if (pthread_mutex_trylock(&team.command.lock) != 0) return;
    dismiss();
    wki_unlock(&team.command);
}

void wki_team_forget(void)
{
    team.members = 0;
    atomic_store(&team.sleepers, 0);
    atomic_store(&team.arrived, 0);
    pthread_mutex_init(&team.command.lock, NULL);
    pthread_mutex_init(&team.sleeping.lock, NULL);
    pthread_cond_init(&team.wake.cond, NULL);
}
