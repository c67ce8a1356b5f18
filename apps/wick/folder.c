/* A folder written aside and renamed when it is complete. Rests on POSIX. */
#include "folder.h"
#include "machine.h"
#include "say.h"
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the folders above the last name of a path. */
static bool make_parents(const char *path)
{
    char part[FOLDER_PATH];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return say_failed("cannot make the folder %s: %s", part, strerror(errno)), false;
    }
    return true;
}

static bool is_free(const char *path)
{
    struct stat known;
    int entries = 0;
    if (stat(path, &known) != 0) return true;
    if (!S_ISDIR(known.st_mode))
        return say_failed("--out is %s, which is a file; expected a new or empty folder", path), false;
    DIR *open = opendir(path);
    while (open && readdir(open)) entries++;
    if (open) closedir(open);
    if (entries == 2) return true; /* . and .. */
    return say_failed("--out is %s, which has files in it; expected a new or empty folder", path), false;
}

bool folder_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool folder_is(const char *path)
{
    struct stat known;
    return stat(path, &known) == 0 && S_ISDIR(known.st_mode);
}

bool folder_is_run(const char *path)
{
    char config[FOLDER_PATH + 16];
    struct stat known;
    snprintf(config, sizeof config, "%s/config.json", path);
    return stat(config, &known) == 0;
}

bool folder_choose(char path[FOLDER_PATH], const char *given, const char *kind)
{
    struct stat known;
    time_t now = time(NULL);
    if (given) {
        size_t n = strlen(given);
        while (n > 1 && given[n - 1] == '/') n--;
        if (n == 0 || n >= FOLDER_PATH)
            return say_failed("--out is %s; expected the path of a new or empty folder", n ? "too long" : "empty"),
                   false;
        snprintf(path, FOLDER_PATH, "%.*s", (int)n, given);
        return is_free(path) && make_parents(path);
    }
    char format[64];
    snprintf(format, sizeof format, "runs/%s-%%Y%%m%%d-%%H%%M%%S", kind);
    do {
        machine_date(path, FOLDER_PATH, format, now++);
    } while (stat(path, &known) == 0);
    return make_parents(path);
}

bool folder_make(folder *f, const char *path)
{
    f->count = 0;
    if (!folder_choose(f->path, path, "compare")) return false;
    snprintf(f->temporary, sizeof f->temporary, "%s.part-%ld", f->path, (long)getpid());
    if (mkdir(f->temporary, 0777) == 0) return true;
    return say_failed("cannot make the folder %s: %s", f->path, strerror(errno)), false;
}

static const char *name_of(const folder *f, const char *name, char path[2 * FOLDER_PATH])
{
    snprintf(path, 2 * FOLDER_PATH, "%s/%s", f->temporary, name);
    return path;
}

FILE *folder_file(folder *f, const char *name)
{
    char path[2 * FOLDER_PATH];
    FILE *file = f->count < FOLDER_FILES ? fopen(name_of(f, name, path), "w") : NULL;
    if (file)
        f->names[f->count++] = name;
    else
        say_failed("cannot write %s/%s: %s", f->path, name, strerror(errno));
    return file;
}

bool folder_end(folder *f, FILE *file)
{
    bool ok = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
    int reason = errno;
    ok = fclose(file) == 0 && ok;
    if (!ok) say_failed("cannot write %s/%s: %s", f->path, f->names[f->count - 1], strerror(reason));
    return ok;
}

bool folder_commit(folder *f)
{
    if (rename(f->temporary, f->path) == 0) return true;
    say_failed("cannot rename %s to %s: %s", f->temporary, f->path, strerror(errno));
    return false;
}

void folder_abandon(folder *f)
{
    char path[2 * FOLDER_PATH];
    for (int i = 0; i < f->count; i++) unlink(name_of(f, f->names[i], path));
    rmdir(f->temporary);
}
