/* Reading arguments from a table of options, the help made from the same table, and the nearest word to a mistyped one.
 * Rests on say.h alone. */
#include "args.h"
#include "say.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int least(int a, int b) { return a < b ? a : b; }

/* Insertions, deletions, substitutions and swaps of neighbours (Damerau 1964). */
static int distance(const char *a, const char *b)
{
    int rows[3][33], na = least((int)strlen(a), 32), nb = least((int)strlen(b), 32);
    for (int j = 0; j <= nb; j++) rows[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= nb; j++) {
            row[j] = least(above[j - 1] + (tolower(a[i - 1]) != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], twice[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *args_nearest(const char *word, const char *const *words, int n)
{
    int length = (int)strlen(word), best = (length < 3 ? 1 : length / 3 + 1) + 1;
    const char *nearest = NULL;
    for (int i = 0; i < n; i++) {
        int d = distance(word, words[i]);
        if (length >= 3 && !strncmp(word, words[i], (size_t)length)) d = least(d, 1);
        if (d < best) best = d, nearest = words[i];
    }
    return nearest;
}

bool args_whole(const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    int64_t unit = *end == 'k' || *end == 'K' ? 1000 : *end == 'M' ? 1000000 : *end == 'G' ? 1000000000 : 1;
    if (end == text || errno || end[unit > 1] || isspace((unsigned char)*text)) return false;
    return !__builtin_mul_overflow((int64_t)v, unit, value);
}

bool args_real(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && !isspace((unsigned char)*text) && isfinite(*value);
}

bool args_item(const char **list, char *item, size_t size)
{
    if (!*list) return false;
    size_t n = strcspn(*list, ",");
    snprintf(item, size, "%.*s", (int)n, *list);
    *list = (*list)[n] ? *list + n + 1 : NULL;
    return true;
}

static int count(const args_command *c) { return c->noptions + c->nshared; }

static const args_option *option(const args_command *c, int i)
{
    return i < c->noptions ? &c->options[i] : &c->shared[i - c->noptions];
}

static const args_option *find(const args_command *command, const char *name, size_t length)
{
    for (int i = 0; i < count(command); i++) {
        const args_option *o = option(command, i);
        if (strlen(o->name) == length && !strncmp(o->name, name, length)) return o;
    }
    return NULL;
}

static const args_option *find_letter(const args_command *command, char letter)
{
    for (int i = 0; i < count(command); i++)
        if (option(command, i)->letter == letter) return option(command, i);
    return NULL;
}

static int complain_unknown(const args_command *command, const char *given)
{
    const char *names[40];
    char word[64];
    int n = 0;
    for (; n < count(command) && n < 40; n++) names[n] = option(command, n)->name;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given + strspn(given, "-"));
    word[strcspn(word, "=")] = 0;
    const char *near = args_nearest(word, names, n);
    if (near) return say_usage("unknown option %s; did you mean --%s?", given, near);
    return say_usage("unknown option %s; wick %s --help lists the options", given, command->name);
}

static bool set(const args_option *o, const char *text, void *settings)
{
    void *field = (char *)settings + o->at;
    if (o->kind == ARGS_TEXT) {
        *(const char **)field = text;
    } else if (o->kind == ARGS_WHOLE) {
        int64_t v;
        if (!args_whole(text, &v) || (double)v < o->low || (double)v > o->high)
            return say_usage("--%s is \"%s\"; expected a whole number from %.0f to %.0f", o->name, text, o->low,
                             o->high),
                   false;
        *(int64_t *)field = v;
    } else {
        double v;
        if (!args_real(text, &v) || !(v > o->low && v < o->high))
            return say_usage("--%s is \"%s\"; expected a number between %g and %g", o->name, text, o->low, o->high),
                   false;
        *(double *)field = v;
    }
    return true;
}

/* The option at *i and its value, which may be the next argument. */
static bool read_option(const args_command *command, int argc, char **argv, int *i, void *settings)
{
    const char *given = argv[*i], *value = NULL;
    bool is_long = given[1] == '-';
    size_t length = is_long ? strcspn(given + 2, "=") : 0;
    const args_option *o = is_long ? find(command, given + 2, length) : find_letter(command, given[1]);
    if (!o) return complain_unknown(command, given), false;
    if (is_long && given[2 + length]) value = given + 3 + length;
    if (!is_long && given[2]) value = given + 2 + (given[2] == '=');
    if (o->kind == ARGS_FLAG) {
        if (value) return say_usage("--%s takes no value, but got \"%s\"", o->name, value), false;
        *(bool *)((char *)settings + o->at) = true;
        return true;
    }
    if (!value && *i + 1 >= argc) return say_usage("--%s needs a value: --%s %s", o->name, o->name, o->value), false;
    return set(o, value ? value : argv[++*i], settings);
}

bool args_read(const args_command *command, int argc, char **argv, void *settings, const char *operands[ARGS_OPERANDS])
{
    int n = 0;
    bool ended = false;
    for (int i = 0; i < ARGS_OPERANDS; i++) operands[i] = NULL;
    for (int i = 0; i < argc; i++) {
        if (!ended && !strcmp(argv[i], "--")) {
            ended = true;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            if (!read_option(command, argc, argv, &i, settings)) return false;
        } else if (n < command->most) {
            operands[n++] = argv[i];
        } else {
            return say_usage("\"%s\" is one argument too many; usage: wick %s %s", argv[i], command->name,
                             command->operands),
                   false;
        }
    }
    if (n < command->fewest)
        return say_usage("an argument is missing; usage: wick %s %s", command->name, command->operands), false;
    return true;
}

bool args_want_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return true;
    return false;
}

void args_help(const args_command *command)
{
    printf("wick %s: %s\n\nusage: wick %s %s\n\n%s", command->name, command->about, command->name, command->operands,
           command->text);
    if (count(command)) printf("\noptions:\n");
    for (int i = 0; i < count(command); i++) {
        const args_option *o = option(command, i);
        char left[64];
        int n = o->letter ? snprintf(left, sizeof left, "-%c, ", o->letter) : 0;
        snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-22s  %s\n", left, o->about);
    }
}

static bool is_plain(const char *word)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./,=:+@%";
    return *word && strspn(word, safe) == strlen(word);
}

void args_join(char *text, size_t size, int argc, char **argv)
{
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        bool plain = is_plain(argv[i]);
        if (i && n + 1 < size) text[n++] = ' ';
        if (!plain && n + 1 < size) text[n++] = '\'';
        for (const char *c = argv[i]; *c; c++) {
            for (const char *q = *c == '\'' ? "'\\''" : (char[]){ *c, 0 }; *q && n + 1 < size; q++) text[n++] = *q;
        }
        if (!plain && n + 1 < size) text[n++] = '\'';
    }
    text[n] = 0;
}
