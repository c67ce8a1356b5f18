/* Processes of our own over posix_spawn, which neither copies the calling process nor runs its fork handlers; a socket
 * pair is the channel, since writing to one whose other end is gone can be asked to raise no signal. Linux. */
#include "base/process.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/thread.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHANNEL = 0, SHARED_FILE = 3, DESCRIPTORS = 4 }; /* of the started process */
enum { LOOK_AFTER = 100, LAST_BREATH = 2000 };          /* milliseconds */

struct wki_process {
    int fd;
    pid_t pid; /* 0: the one that started us */
    bool gone;
};

static wki_process *process_of(int fd, pid_t pid)
{
    wki_process *p = wki_alloc(sizeof *p);
    if (p) *p = (wki_process){ fd, pid, false };
    return p;
}

/* ---- Starting ---- */

/* Whatever the host did to signals and descriptors stays behind; a group of its own keeps the terminal's signals off.
 */
static int spawn(const char *path, const char *const *arguments, int channel, int file, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files)) return ENOMEM;
    if (posix_spawnattr_init(&how)) return posix_spawn_file_actions_destroy(&files), ENOMEM;
    int error = posix_spawn_file_actions_adddup2(&files, channel, CHANNEL);
    if (!error) error = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&files, 1, 2);
    if (!error) error = posix_spawn_file_actions_adddup2(&files, file, SHARED_FILE);
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 34)
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&files, DESCRIPTORS);
#endif
#endif
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (!error) error = posix_spawn(pid, path, &files, &how, (char *const *)(const void *)arguments, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static void close_some(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        if (fds[i] >= 0) close(fds[i]);
}

wki_process *wki_process_start(const char *path, const char *const *arguments, const wki_file *file, const char *where)
{
    int ends[2] = { -1, -1 }, theirs[2] = { -1, -1 };
    wki_process *p = process_of(-1, 0);
    if (!p) return NULL;
    int error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? errno : 0;
    /* Copies above those that the child's are put on, lest one is put on another. */
    if (!error && (theirs[0] = fcntl(ends[1], F_DUPFD_CLOEXEC, DESCRIPTORS)) < 0) error = errno;
    if (!error && (theirs[1] = fcntl(wki_file_descriptor(file), F_DUPFD_CLOEXEC, DESCRIPTORS)) < 0) error = errno;
    if (!error) error = spawn(path, arguments, theirs[0], theirs[1], &p->pid);
    close_some(theirs, 2);
    close_some(&ends[1], 1);
    p->fd = ends[0];
    if (!error) return p;
    close_some(&ends[0], 1);
    wki_free(p);
    wki_fail(error == ENOENT ? WK_E_NOT_FOUND : WK_E_IO, where, "cannot start %s: %s", path, strerror(error));
    return NULL;
}

/* ---- In the started process ---- */

wki_process *wki_process_starter(void) { return process_of(CHANNEL, 0); }

wki_file *wki_process_file(const char *path, const char *where) { return wki_file_adopt(SHARED_FILE, path, where); }

/* `most` asks or warns where the kernel does, a little later it is final. */
static bool limit(int what, rlim_t most, rlim_t grace)
{
    struct rlimit now;
    if (getrlimit((unsigned)what, &now)) return false;
    if (now.rlim_max > most + grace) now.rlim_max = most + grace;
    now.rlim_cur = now.rlim_max < most ? now.rlim_max : most;
    return setrlimit((unsigned)what, &now) == 0;
}

#if WKI_SANITIZED
static bool limit_memory(uint64_t most) { return most > 0; } /* their shadows alone are terabytes */
#else
/* What the program and its libraries take of addresses, some tens of MiB or hundreds; 0 where no /proc tells. */
static uint64_t mapped(void)
{
    char pages[32] = "";
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const ssize_t n = read(fd, pages, sizeof pages - 1);
    close(fd);
    return n > 0 ? strtoull(pages, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static bool limit_memory(uint64_t most) { return limit(RLIMIT_AS, most + (WKI_FAULT(231) ? 0 : mapped()), 0); }
#endif

bool wki_process_limit(uint64_t memory, int seconds)
{
    return limit_memory(memory) && limit(RLIMIT_CPU, (rlim_t)seconds, 1) && limit(RLIMIT_NOFILE, DESCRIPTORS, 0) &&
           limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 0, 0);
}

/* ---- Talking ---- */

int64_t wki_process_clock(void) { return (int64_t)(1e3 * wki_clock()); }

bool wki_process_send(wki_process *p, const void *from, size_t bytes)
{
    for (const char *at = from; bytes > 0;) {
        const ssize_t n = send(p->fd, at, bytes, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) p->gone = true;
        if (n <= 0) return false;
        at += n;
        bytes -= (size_t)n;
    }
    return true;
}

/* Has it died, though a process that the host forked meanwhile keeps the channel open? */
static bool has_died(const wki_process *p)
{
    siginfo_t facts = { 0 };
    return p->pid && waitid(P_PID, (id_t)p->pid, &facts, WEXITED | WNOHANG | WNOWAIT) == 0 && facts.si_pid == p->pid;
}

static wki_heard await(wki_process *p, int64_t until)
{
    for (;;) {
        struct pollfd one = { p->fd, POLLIN, 0 };
        const int64_t left = until < 0 ? LOOK_AFTER : until - wki_process_clock();
        if (left <= 0) return WKI_LATE;
        const int n = poll(&one, 1, left < LOOK_AFTER ? (int)left : LOOK_AFTER);
        if (n > 0) return WKI_HEARD;
        if ((n < 0 && errno != EINTR) || (n == 0 && has_died(p))) return WKI_GONE;
    }
}

wki_heard wki_process_receive(wki_process *p, void *to, size_t bytes, int64_t until)
{
    for (char *at = to; bytes > 0;) {
        wki_heard heard = await(p, until);
        const ssize_t n = heard == WKI_HEARD ? recv(p->fd, at, bytes, MSG_DONTWAIT) : 0;
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (heard == WKI_HEARD && n <= 0) heard = WKI_GONE;
        p->gone = p->gone || heard == WKI_GONE;
        if (heard != WKI_HEARD) return heard;
        at += n;
        bytes -= (size_t)n;
    }
    return WKI_HEARD;
}

/* ---- Ending ---- */

/* Only a child that is still ours is killed: its number may be another's once the host has waited for it. */
static int reap(const wki_process *p)
{
    int status = 0;
    pid_t ended = 0;
    for (int ms = p->gone ? LAST_BREATH : 0;; ms--) {
        ended = waitpid(p->pid, &status, WNOHANG);
        if (ended < 0 && errno == EINTR) continue;
        if (ended || ms <= 0) break;
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    if (ended > 0) return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
    if (ended < 0) return 0;
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR) continue;
    return 0;
}

int wki_process_end(wki_process *p)
{
    if (!p) return 0;
    close(p->fd);
    const int end = p->pid ? reap(p) : 0;
    wki_free(p);
    return end;
}
