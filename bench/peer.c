/* The parent's side of the talk with a peer: a child process, two pipes, and a time limit for every answer. Linux only.
 */
#include "peer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 32, START_SECONDS = 180 };

static bool failed(bench_peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool failed(bench_peer *peer, const char *format, ...)
{
    int n = snprintf(peer->error, sizeof peer->error, "%s: ", peer->name);
    va_list args;
    va_start(args, format);
    vsnprintf(peer->error + n, sizeof peer->error - (size_t)n, format, args);
    va_end(args);
    bench_peer_stop(peer);
    return false;
}

/* What Python and the libraries below a peer read before it can say anything itself. */
static void set_environment(int threads)
{
    static const char *const variables[] = { "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC" };
    char number[16], flags[96];
    snprintf(number, sizeof number, "%d", threads);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) setenv(variables[i], number, 1);
    snprintf(flags, sizeof flags, "--xla_cpu_multi_thread_eigen=%s", threads > 1 ? "true" : "false");
    setenv("XLA_FLAGS", flags, 1);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1); /* the scripts lie in the source tree */
}

static void run_child(char **words, int from, int to, int threads)
{
    int quiet = open("/dev/null", O_WRONLY);
    dup2(from, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    if (quiet >= 0) dup2(quiet, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_environment(threads);
    execvp(words[0], words);
    dprintf(STDOUT_FILENO, "error cannot run %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool launch(bench_peer *peer, char **words, int threads)
{
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC)) return failed(peer, "no pipe: %s", strerror(errno));
    if (pipe2(up, O_CLOEXEC)) {
        close(down[0]);
        close(down[1]);
        return failed(peer, "no pipe: %s", strerror(errno));
    }
    fflush(NULL);
    peer->pid = fork();
    if (peer->pid == 0) run_child(words, down[0], up[1], threads);
    close(down[0]);
    close(up[1]);
    peer->ask = down[1];
    peer->answer = up[0];
    return peer->pid > 0 || failed(peer, "no process: %s", strerror(errno));
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One line into peer->line. A peer never says more than it was asked for, so what is read ends with the line. */
static bool read_line(bench_peer *peer, int timeout_seconds)
{
    double end = seconds_now() + timeout_seconds;
    for (size_t n = 0; n < sizeof peer->line - 1;) {
        struct pollfd wait = { peer->answer, POLLIN, 0 };
        double left = end - seconds_now();
        int ready = left > 0 ? poll(&wait, 1, (int)(1000 * left) + 1) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return failed(peer, "no answer within %d seconds", timeout_seconds);
        ssize_t got = read(peer->answer, peer->line + n, sizeof peer->line - 1 - n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failed(peer, "ended without an answer; run its script by hand to see why");
        n += (size_t)got;
        peer->line[n] = 0;
        if (peer->line[n - 1] != '\n') continue;
        peer->line[n - 1] = 0;
        return true;
    }
    return failed(peer, "its answer is too long");
}

static bool hear(bench_peer *peer, int timeout_seconds)
{
    if (!read_line(peer, timeout_seconds)) return false;
    if (!strncmp(peer->line, "error ", 6)) return failed(peer, "%s", peer->line + 6);
    if (strncmp(peer->line, "ok ", 3)) return failed(peer, "an answer begins with ok or error, not: %.80s", peer->line);
    memmove(peer->line, peer->line + 3, strlen(peer->line + 3) + 1);
    return true;
}

bool bench_peer_start(bench_peer *peer, const char *name, const char *command, const char *script, int threads)
{
    *peer = (bench_peer){ .pid = -1, .ask = -1, .answer = -1, .name = name };
    char text[1024], *words[MAX_WORDS + 2], *rest = NULL;
    int n = 0;
    if (snprintf(text, sizeof text, "%s", command) >= (int)sizeof text) return failed(peer, "the command is too long");
    for (char *word = strtok_r(text, " ", &rest); word && n < MAX_WORDS; word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    if (!n) return failed(peer, "the command to run it with is empty");
    words[n] = strdup(script);
    words[n + 1] = NULL;
    bool ok = launch(peer, words, threads) && hear(peer, START_SECONDS);
    free(words[n]);
    if (ok) snprintf(peer->version, sizeof peer->version, "%.127s", peer->line);
    return ok;
}

bool bench_peer_ask(bench_peer *peer, int timeout_seconds, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (peer->pid <= 0 || n < 0 || n >= (int)sizeof line - 1) return false;
    line[n++] = '\n';
    if (write(peer->ask, line, (size_t)n) != n) return failed(peer, "ended");
    return hear(peer, timeout_seconds);
}

void bench_peer_stop(bench_peer *peer)
{
    if (peer->ask >= 0) close(peer->ask);
    if (peer->answer >= 0) close(peer->answer);
    peer->ask = peer->answer = -1;
    if (peer->pid <= 0) return;
    kill(-peer->pid, SIGKILL); /* its whole group: a compiler may be running below it */
    kill(peer->pid, SIGKILL);
    while (waitpid(peer->pid, NULL, 0) < 0 && errno == EINTR) continue;
    peer->pid = -1;
}
