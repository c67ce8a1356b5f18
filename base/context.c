/* The threads' contexts: made on a thread's first call, listed, summed up, and emptied into the shared pools when the
 * thread ends. Rests on a pthread key, whose destructor runs at a thread's end. */
#include "base/context.h"
#include "base/pages.h"
#include "base/thread.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static void forget(void *context);

_Thread_local wki_context *wki_context_pointer;
static wki_context first; /* that of the first thread to come, so that one without any memory can say so */
static atomic_flag first_taken = ATOMIC_FLAG_INIT;

static wki_mutex listing = WKI_MUTEX_INIT;
static wki_context *listed;
static wki_totals ended; /* what threads that have ended leave to the sums */
static pthread_key_t key;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add(wki_totals *sum, wki_context *one)
{
    sum->live += wki_counter_get(&one->live);
    sum->in_use += wki_counter_get(&one->in_use);
    sum->used += wki_counter_get(&one->used);
    sum->cached += wki_counter_get(&one->cached);
    sum->blocks_made += wki_counter_get(&one->blocks_made);
}

static atomic_int forks;

static void unlist(wki_context *one)
{
    if (one->prev) one->prev->next = one->next;
    if (one->next) one->next->prev = one->prev;
    if (listed == one) listed = one->next;
    add(&ended, one);
}

static void before_fork(void)
{
    wki_slots_lock(true);
    wki_blocks_lock(true);
    wki_lock(&listing);
    wki_pages_lock(true);
}

static void after_fork(void)
{
    wki_pages_lock(false);
    wki_unlock(&listing);
    wki_blocks_lock(false);
    wki_slots_lock(false);
}

/* The child has no thread but this one. */
static void after_fork_in_child(void)
{
    for (wki_context *one = listed, *next; one; one = next) {
        next = one->next;
        if (one != wki_context_pointer) unlist(one);
    }
    after_fork();
    wki_team_forget();
    atomic_fetch_add(&forks, 1);
}

int wki_forks(void) { return atomic_load(&forks); }

static void make_key(void)
{
    has_key = pthread_key_create(&key, forget) == 0;
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/* At exit and when the library is unloaded: nothing of it may run in a thread any more, nor at a thread's end. */
__attribute__((destructor)) static void end(void)
{
    wki_team_stop_unless_busy();
    if (has_key) pthread_key_delete(key);
    has_key = false;
}

/* Not from the host's allocator, which it outlives. No caller can do without, so a thread waits until there is room. */
static wki_context *take_storage(void)
{
    if (!atomic_flag_test_and_set(&first_taken)) return memset(&first, 0, sizeof first);
    wki_context *made;
    while (!(made = calloc(1, sizeof *made))) sched_yield();
    return made;
}

static void give_storage(wki_context *here)
{
    if (here == &first)
        atomic_flag_clear(&first_taken);
    else
        free(here);
}

wki_context *wki_context_make(void)
{
    pthread_once(&once, make_key);
    wki_context *here = take_storage();
    wki_context_pointer = here;
    /* Without a key its end would go unseen, so such a thread is not listed: its counts are missing, all else works. */
    if (!has_key || pthread_setspecific(key, here) != 0) return here;
    wki_lock(&listing);
    here->next = listed;
    if (listed) listed->prev = here;
    listed = here;
    wki_unlock(&listing);
    return here;
}

static void forget(void *context)
{
    wki_context *here = context;
    wki_scopes_close_all(here);
    wki_scopes_forget_spare(here);
    wki_slots_give_back(here);
    wki_blocks_give_back(here);
    wki_scratch_free(here);
    wki_lock(&listing);
    unlist(here);
    wki_unlock(&listing);
    wki_context_pointer = NULL;
    give_storage(here);
}

wki_totals wki_context_totals(void)
{
    wki_lock(&listing);
    wki_totals sum = ended;
    for (wki_context *one = listed; one; one = one->next) {
        add(&sum, one);
        sum.threads++;
    }
    wki_unlock(&listing);
    return sum;
}
