/* folder.h: the folder of a comparison, which appears under its name only when all its files are written.
 *
 *   folder f;
 *   if (!folder_make(&f, NULL)) ...                 a temporary folder beside the final one
 *   FILE *file = folder_file(&f, "report.html");    ... write ...
 *   folder_end(&f, file);  folder_commit(&f);       or folder_abandon(&f), which removes all of it
 *
 * What fails says so on stderr. */
#ifndef WICK_APP_FOLDER_H
#define WICK_APP_FOLDER_H
#include <stdbool.h>
#include <stdio.h>

enum { FOLDER_PATH = 1024, FOLDER_FILES = 8 };
typedef struct folder {
    char path[FOLDER_PATH], temporary[FOLDER_PATH + 32];
    const char *names[FOLDER_FILES]; /* of the files so far */
    int count;
} folder;

/* The name of a folder that is new or empty, and whose parents are there: given (of --out), or runs/KIND-20251125-083000. */
bool folder_choose(char path[FOLDER_PATH], const char *given, const char *kind);
bool folder_same_file(const char *a, const char *b); /* both are there, and one */
bool folder_is(const char *path);                    /* there is a folder of that name */
bool folder_is_run(const char *path);                /* of a run, which keeps its settings there */
bool folder_make(folder *f, const char *path);  /* NULL: runs/compare-20251125-083000; must be new or empty */
FILE *folder_file(folder *f, const char *name); /* name is borrowed */
bool folder_end(folder *f, FILE *file);         /* flushes, syncs and closes */
bool folder_commit(folder *f);
void folder_abandon(folder *f);
#endif
