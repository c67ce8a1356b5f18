/* Temporaries that a killed process has left beside its files. A writer holds a lock on its temporary, which ends with
 * the process; one without a lock is nobody's. Rests on the file seam. */
#define _GNU_SOURCE 1
#include "base/file.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 60 }; /* old enough not to be one that is just being opened */

static const char *skip_digits(const char *at)
{
    while (*at >= '0' && *at <= '9') at++;
    return at;
}

/* As wki_temporary_name makes them: ".PROCESS-NUMBER.tmp" at the end. */
static bool is_temporary(const char *name)
{
    const char *end = name + strlen(name) - strlen(".tmp"), *dot = end;
    if (end <= name || strcmp(end, ".tmp") != 0) return false;
    while (dot > name && *--dot != '.') continue;
    const char *dash = skip_digits(dot + 1);
    return *dot == '.' && dash > dot + 1 && *dash == '-' && dash + 1 < end && skip_digits(dash + 1) == end;
}

static void remove_if_left(int folder, const char *name)
{
    struct stat facts;
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_mtime < time(NULL) - SECONDS &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

void wki_sweep_temporaries(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder[PATH_MAX] = ".";
    const size_t n = slash == path ? 1 : (size_t)(name - path); /* the slash may stay */
    if (n >= sizeof folder) return;
    if (slash) memcpy(folder, path, n);
    DIR *entries = opendir(folder);
    if (!entries) return;
    for (struct dirent *entry; (entry = readdir(entries));)
        if (!strncmp(entry->d_name, name, strlen(name)) && is_temporary(entry->d_name))
            remove_if_left(dirfd(entries), entry->d_name);
    closedir(entries);
}
