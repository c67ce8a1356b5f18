/* say.h: how the command speaks: errors, exit codes, and numbers as people read them. */
#ifndef WICK_APP_SAY_H
#define WICK_APP_SAY_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SIGNAL = 128 };

/* The name that errors begin with, "" for wick itself; the library's warnings are said like them from here on. */
void say_start(const char *command);
/* One line on stderr, "wick train: ..."; return EXIT_FAILED and EXIT_USAGE. */
int say_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
int say_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *say_reason(void); /* the library's pending error, for people */
int say_error(void);          /* prints and clears it; returns EXIT_FAILED, or 128 + n after a signal */
char *say_clean(char *text);  /* without what could end a line or move a terminal's cursor: files choose their names */
int say_output(void);         /* EXIT_DONE if all of stdout was written */

bool say_in_utf8(void);   /* does the locale take more than ASCII? */
const char *say_pm(void); /* "±" or "+-" */

/* Numbers into a buffer of their own, which is returned. */
typedef char say_room[80];
const char *say_count(say_room room, int64_t n);                    /* 20,000 */
const char *say_bytes(say_room room, int64_t n);                    /* 18.0 MiB */
const char *say_exact(say_room room, double v);                     /* 0.1: as short as it reads back the same */
const char *say_seconds(say_room room, double s);                   /* 0.31 s, 2 min 05 s */
const char *say_shape(say_room room, int n, const int64_t *sizes);  /* [20000, 28, 28] */
const char *say_plural(say_room room, int64_t n, const char *what); /* 20,000 rows */
int say_width(const char *text);                                    /* columns on a terminal */

/* A signal that asks to stop, 0 while there is none. The second one ends the process at once. */
void say_catch_signals(void);
int say_stop_signal(void);
int say_stopped(const char *format, ...) __attribute__((format(printf, 1, 2))); /* one line; returns 128 + n */
/* A number to print: nan has no sign, which depends on the instructions that made it. */
double say_plain(double number);
#endif
