/* The thread seam: locks, conditions and threads over pthreads, and scratch that lives with a thread. */
#define _GNU_SOURCE 1
#include "base/thread.h"
#include "base/alloc.h"
#include "base/context.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct wki_thread {
    pthread_t id;
    void (*work)(void *);
    void *argument;
    char name[16];
};

wk_status wki_mutex_init(wki_mutex *mutex)
{
    const int error = pthread_mutex_init(&mutex->lock, NULL);
    return error ? wki_fail(WK_E_MEMORY, "thread", "cannot make a lock: %s", strerror(error)) : WK_OK;
}

void wki_mutex_destroy(wki_mutex *mutex) { pthread_mutex_destroy(&mutex->lock); }

void wki_lock(wki_mutex *mutex) { pthread_mutex_lock(&mutex->lock); }

void wki_unlock(wki_mutex *mutex) { pthread_mutex_unlock(&mutex->lock); }

wk_status wki_cond_init(wki_cond *cond)
{
    pthread_condattr_t attr;
    int error = pthread_condattr_init(&attr);
    if (!error) {
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        error = pthread_cond_init(&cond->cond, &attr);
        pthread_condattr_destroy(&attr);
    }
    return error ? wki_fail(WK_E_MEMORY, "thread", "cannot make a condition: %s", strerror(error)) : WK_OK;
}

void wki_cond_destroy(wki_cond *cond) { pthread_cond_destroy(&cond->cond); }

void wki_wait(wki_cond *cond, wki_mutex *mutex) { pthread_cond_wait(&cond->cond, &mutex->lock); }

double wki_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool wki_wait_until(wki_cond *cond, wki_mutex *mutex, double clock)
{
    const struct timespec until = { .tv_sec = (time_t)clock, .tv_nsec = (long)(1e9 * (clock - (double)(time_t)clock)) };
    return pthread_cond_timedwait(&cond->cond, &mutex->lock, &until) != ETIMEDOUT;
}

void wki_wake_one(wki_cond *cond) { pthread_cond_signal(&cond->cond); }

void wki_wake_all(wki_cond *cond) { pthread_cond_broadcast(&cond->cond); }

static void *enter(void *pointer)
{
    wki_thread *thread = pointer;
    pthread_setname_np(pthread_self(), thread->name);
    thread->work(thread->argument);
    return NULL;
}

/* The host's signals are for the host's threads; only those that a thread causes itself stay open. */
static void signals_to_block(sigset_t *set)
{
    static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF };
    sigfillset(set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(set, own[i]);
}

wki_thread *wki_thread_start(void (*work)(void *), void *argument, const char *name)
{
    wki_thread *thread = wki_alloc(sizeof *thread);
    if (!thread) return NULL;
    thread->work = work;
    thread->argument = argument;
    snprintf(thread->name, sizeof thread->name, "%s", name);
    sigset_t blocked, before;
    signals_to_block(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const int error = pthread_create(&thread->id, NULL, enter, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) return thread;
    wki_fail(WK_E_STATE, "thread", "cannot start %s: %s; the system limits threads", name, strerror(error));
    wki_free(thread);
    return NULL;
}

void wki_thread_join(wki_thread *thread)
{
    if (!thread) return;
    pthread_join(thread->id, NULL);
    wki_free(thread);
}

void wki_thread_forget(wki_thread *thread) { wki_free(thread); }

void *wki_thread_scratch(size_t bytes)
{
    wki_context *here = wki_context_here();
    if (bytes <= here->scratch_bytes && here->scratch) return here->scratch;
    const size_t twice = here->scratch_bytes * 2, wanted = bytes > twice ? bytes : twice;
    void *grown = wki_system_get(wanted, 64);
    if (!grown) {
        wki_fail(WK_E_MEMORY, "memory", "cannot allocate %zu bytes of scratch; free some, or work on smaller batches",
                 wanted);
        return NULL;
    }
    wki_scratch_free(here);
    here->scratch = grown;
    here->scratch_bytes = wanted;
    return grown;
}

void wki_scratch_free(wki_context *here)
{
    wki_system_put(here->scratch, here->scratch_bytes);
    here->scratch = NULL;
    here->scratch_bytes = 0;
}
