/* A peer: a Python program that trains the same networks in another library. It reads one line from its standard input
 * and answers each with one line. Every function gives false with the reason in peer->error when the peer fails, ends,
 * or is silent for too long; it is dead from then on. */
#ifndef WICK_BENCH_PEER_H
#define WICK_BENCH_PEER_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct bench_peer {
    pid_t pid;
    int ask, answer; /* our ends of the two pipes */
    const char *name;
    char version[128]; /* what it greeted with: "torch 2.9.1" */
    char line[1024];   /* the last answer, without its first word */
    char error[1200];
} bench_peer;

/* Runs `command script`, command split at spaces, for one thread count, and waits for its greeting. */
bool bench_peer_start(bench_peer *peer, const char *name, const char *command, const char *script, int threads);
bool bench_peer_ask(bench_peer *peer, int timeout_seconds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void bench_peer_stop(bench_peer *peer); /* also one that never started */

#endif
