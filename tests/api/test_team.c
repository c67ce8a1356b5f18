/* The laws of the compute team and of a thread's scratch. */
#define _GNU_SOURCE 1
#include "../wick_check.h"
#include "base/thread.h"
#include <stdatomic.h>
#include <time.h>

WICK_ON_CPU("its subject is the CPU's threads")

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { RUNS = 2000 };
#else
enum { RUNS = 10000 };
#endif

typedef struct tally {
    atomic_int runs[64];
    int plain[64]; /* written by the part alone, read by the commander afterwards */
    int parts;
} tally;

static void count_part(void *argument, int part, int parts)
{
    tally *t = argument;
    atomic_fetch_add(&t->runs[part], 1);
    t->plain[part]++;
    if (part == 0) t->parts = parts;
}

static void check_each_ran(tally *t, int times)
{
    for (int part = 0; part < 64; part++) {
        const int expected = part < t->parts ? times : 0;
        CHECK(atomic_load(&t->runs[part]) == expected && t->plain[part] == expected);
    }
}

TEST(team, runs_each_part_once)
{
    for (int threads = 1; threads <= 5; threads++) {
        CHECK(wk_set_num_threads(threads) == WK_OK && wk_num_threads() == threads);
        for (int most = 0; most <= 6; most++) {
            tally t = { .parts = 0 };
            wki_team_run(count_part, &t, most);
            CHECK(t.parts >= 1 && t.parts <= threads && t.parts <= (most < 1 ? 1 : most));
            check_each_ran(&t, 1);
        }
    }
}

TEST(team, runs_again_and_again)
{
    wk_set_num_threads(3);
    tally t = { .parts = 0 };
    for (int i = 0; i < RUNS; i++) wki_team_run(count_part, &t, 3);
    check_each_ran(&t, RUNS);
}

TEST(team, wakes_members_that_sleep)
{
    wk_set_num_threads(2);
    tally t = { .parts = 0 };
    for (int i = 0; i < 20; i++) {
        wki_team_run(count_part, &t, 2);
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    }
    check_each_ran(&t, 20);
}

typedef struct relay {
    int written[64];
    atomic_int mistakes;
} relay;

static void write_then_read_neighbour(void *argument, int part, int parts)
{
    relay *r = argument;
    for (int round = 1; round <= 20; round++) {
        r->written[part] = round;
        wki_team_barrier();
        if (r->written[(part + 1) % parts] != round) atomic_fetch_add(&r->mistakes, 1);
        wki_team_barrier();
    }
}

TEST(team, barrier_waits_for_all_parts)
{
    wk_set_num_threads(3);
    relay r = { .mistakes = 0 };
    for (int i = 0; i < RUNS / 100; i++) {
        wki_team_run(write_then_read_neighbour, &r, 3);
        wki_team_run(write_then_read_neighbour, &r, 2);
    }
    CHECK(atomic_load(&r.mistakes) == 0);
    wki_team_barrier();
}

static void expect_alone(void *argument, int part, int parts)
{
    wki_team_barrier();
    if (part == 0 && parts == 1) atomic_fetch_add((atomic_int *)argument, 1);
}

static void run_inside(void *argument, int part, int parts)
{
    (void)part;
    (void)parts;
    wki_team_run(expect_alone, argument, 4);
    wki_team_barrier();
    if (wk_set_num_threads(1) == WK_E_STATE) wk_error_clear();
}

TEST(team, called_from_inside_a_part_runs_alone)
{
    wk_set_num_threads(3);
    atomic_int alone = 0;
    for (int i = 0; i < 100; i++) wki_team_run(run_inside, &alone, 3);
    CHECK(atomic_load(&alone) == 300 && wk_num_threads() == 3);
}

static void command(void *argument)
{
    long *sum = argument;
    for (int i = 0; i < RUNS; i++) {
        tally t = { .parts = 0 };
        wki_team_run(count_part, &t, 2);
        for (int part = 0; part < 2; part++) *sum += part < t.parts && t.plain[part] == 1;
        *sum += 2 - t.parts;
    }
}

TEST(team, obeys_one_of_two_commanders_and_the_other_computes_alone)
{
    wk_set_num_threads(2);
    long sums[2] = { 0, 0 };
    wki_thread *other = wki_thread_start(command, &sums[1], "commands");
    command(&sums[0]);
    wki_thread_join(other);
    CHECK(sums[0] == 2L * RUNS && sums[1] == 2L * RUNS);
}

static void change_size(void *stop)
{
    for (int n = 1; !atomic_load((atomic_int *)stop); n = n % 4 + 1) wk_set_num_threads(n);
}

TEST(team, survives_changes_of_its_size)
{
    atomic_int stop = 0;
    long sum = 0;
    wki_thread *other = wki_thread_start(change_size, &stop, "changes");
    command(&sum);
    atomic_store(&stop, 1);
    wki_thread_join(other);
    CHECK(sum == 2L * RUNS);
}

TEST(team, refuses_sizes_out_of_range)
{
    CHECK(wk_set_num_threads(0) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "set_num_threads", "n is 0", "1 to 64");
    CHECK(wk_set_num_threads(65) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "n is 65");
}

static void use_scratch(void *argument, int part, int parts)
{
    (void)argument;
    (void)parts;
    for (size_t bytes = 1; bytes < 100000; bytes *= 3) memset(wki_thread_scratch(bytes), part, bytes);
}

TEST(scratch, belongs_to_its_thread_and_is_aligned)
{
    wk_set_num_threads(3);
    for (int i = 0; i < 10; i++) wki_team_run(use_scratch, NULL, 3);
    char *scratch = wki_thread_scratch(1000);
    CHECK((uintptr_t)scratch % 64 == 0 && wki_thread_scratch(10) == scratch);
    CHECK(wk_set_allocator(NULL) == WK_OK);
}

WICK_TEST_MAIN
