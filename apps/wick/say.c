/* The command's voice: errors of one line, numbers as people read them, and the signals that ask to stop. */
#include "say.h"
#include "wick/base.h"
#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *speaker = "";
static volatile sig_atomic_t stop_signal;

char *say_clean(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    return text;
}

static void say_line(const char *format, va_list args)
{
    char text[4096];
    vsnprintf(text, sizeof text, format, args);
    fflush(stdout);
    fprintf(stderr, "wick%s%s: %s\n", *speaker ? " " : "", speaker, say_clean(text));
}

int say_failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(format, args);
    va_end(args);
    return EXIT_FAILED;
}

int say_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(format, args);
    va_end(args);
    return EXIT_USAGE;
}

int say_stopped(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(format, args);
    va_end(args);
    return EXIT_SIGNAL + stop_signal;
}

/* Functions that deal with files and options name these themselves; what they are called says nothing to a user. */
static const char *without_function(const char *text)
{
    static const char *const functions[] = {
        "dataset_h5: ",
        "dataset_csv: ",
        "dataset_npz: ",
        "dataset_idx: ",
        "dataset_images: ",
        "h5_",
        "read_",
        "state_",
        "export_",
        "checkpoint_",
        "optim_",
        "schedule_",
        "logger_",
        "profile_",
        "device_by_name: ",
        "load_state_dict: ",
        "ema_new: ",
        "set_matmul_precision: ",
        "training_load_state_dict: ",
    };
    const char *colon = strstr(text, ": ");
    for (size_t i = 0; i < sizeof functions / sizeof *functions && colon; i++)
        if (!strncmp(text, functions[i], strlen(functions[i])) && !memchr(text, '.', (size_t)(colon - text)))
            return colon + 2;
    return text;
}

/* Options are fields of a struct for the library, words for who reads this. */
static void put_word(char *text, size_t size, const char *field, const char *word)
{
    char rest[1024];
    char *at = strstr(text, field);
    if (!at) return;
    snprintf(rest, sizeof rest, "%s", at + strlen(field));
    snprintf(at, size - (size_t)(at - text), "%s%s", word, rest);
}

const char *say_reason(void)
{
    static const char *const words[][2] = {
        { "; its signature is missing",
          "; its signature is missing (wick import reads tables and arrays of any name)" },
        { "; name one with .", "; name one with --" },
        { ", or .y = \"\" for none", "" },
        { " for .x in ", " for --x in " },
        { " for .y in ", " for --y in " },
        { " for .x; ", " for --x; " },
        { " for .y; ", " for --y; " },
        { " for .split; ", "; " },
        { "let libhdf5 undo it with .allow = ", "with wick repack --allow " },
        { ".growing = true reads the rows that it has", "wick repack copies the rows that it has" },
        { ", or ask for resize", ", or --height and --width" },
        { "; .skip leaves", "; --skip leaves" },
        { " (missing_as_nan of wk_csv_opts takes it as NaN)",
          ", or leave the row out, as wick import csv --skip-missing does" },
    };
    static char text[1024];
    snprintf(text, sizeof text, "%s", without_function(wk_error_text()));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) put_word(text, sizeof text, words[i][0], words[i][1]);
    return text;
}

static void warn(void *user, wk_log_level level, const char *text)
{
    (void)user;
    if (level == WK_LOG_WARNING) say_failed("%s", without_function(text));
}

void say_start(const char *command)
{
    speaker = command;
    wk_set_log(warn, NULL);
}

int say_error(void)
{
    bool stopped = wk_error() == WK_E_INTERRUPTED && stop_signal;
    int code = stopped ? say_stopped("stopped") : say_failed("%s", say_reason());
    wk_error_clear();
    return code;
}

int say_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return EXIT_DONE;
    return say_failed("cannot write to standard output: %s", strerror(errno));
}

bool say_in_utf8(void) { return !strcmp(nl_langinfo(CODESET), "UTF-8"); }

const char *say_pm(void) { return say_in_utf8() ? "±" : "+-"; }

const char *say_count(say_room room, int64_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n), to = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0) room[to++] = ',';
        room[to++] = digits[i];
    }
    room[to] = 0;
    return room;
}

const char *say_bytes(say_room room, int64_t n)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
    double v = (double)n / 1024;
    int unit = 0;
    for (; v >= 999.95 && unit < 4; unit++) v /= 1024;
    if (n < 1000)
        snprintf(room, sizeof(say_room), "%lld B", (long long)n);
    else
        snprintf(room, sizeof(say_room), "%.1f %s", v, units[unit]);
    return room;
}

const char *say_exact(say_room room, double v)
{
    enum { ENOUGH = 17 };
    for (int digits = 1; digits <= ENOUGH; digits++) {
        snprintf(room, sizeof(say_room), "%.*g", digits, v);
        if (strtod(room, NULL) == v) break;
    }
    return room;
}

const char *say_seconds(say_room room, double s)
{
    long long whole = isfinite(s) && s < 1e12 ? llround(s) : 0;
    if (!isfinite(s))
        snprintf(room, sizeof(say_room), "-");
    else if (s < 0.0995)
        snprintf(room, sizeof(say_room), "%.1f ms", 1000 * s);
    else if (s < 9.95)
        snprintf(room, sizeof(say_room), "%.2f s", s);
    else if (s < 59.5)
        snprintf(room, sizeof(say_room), "%.1f s", s);
    else if (whole < 3600)
        snprintf(room, sizeof(say_room), "%lld min %02lld s", whole / 60, whole % 60);
    else
        snprintf(room, sizeof(say_room), "%lld h %02lld min", whole / 3600, whole / 60 % 60);
    return room;
}

const char *say_shape(say_room room, int n, const int64_t *sizes)
{
    size_t to = 0, size = sizeof(say_room);
    to += (size_t)snprintf(room, size, "[");
    for (int i = 0; i < n && to < size; i++)
        to += (size_t)snprintf(room + to, size - to, "%s%lld", i ? ", " : "", (long long)sizes[i]);
    if (to < size) snprintf(room + to, size - to, "]");
    return room;
}

const char *say_plural(say_room room, int64_t n, const char *what)
{
    const size_t digits = strlen(say_count(room, n));
    snprintf(room + digits, sizeof(say_room) - digits, " %s%s", what, n == 1 ? "" : "s");
    return room;
}

int say_width(const char *text)
{
    int n = 0;
    for (; *text; text++) n += (*text & 0xC0) != 0x80;
    return n;
}

static void note(int signal_number) { stop_signal = signal_number; }

/* One that was ignored at the start, as nohup and background jobs have it, stays ignored. */
static void catch_signal(int signal_number)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART | SA_ONSTACK | (int)SA_RESETHAND }, old;
    if (sigaction(signal_number, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(signal_number, &action, NULL);
}

/* On a stack of their own: oneDNN's products keep numbers below the stack pointer, where a handler's frame would lie.
 */
void say_catch_signals(void)
{
    static char stack[1 << 16];
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);     /* the terminal went away */
    signal(SIGPIPE, SIG_IGN); /* writing tells of a reader that went away, and of files that may not grow */
    signal(SIGXFSZ, SIG_IGN);
}

int say_stop_signal(void) { return stop_signal; }

double say_plain(double number) { return isnan(number) ? NAN : number; }
