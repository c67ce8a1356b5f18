/* Reading arguments from a table of options, the help made from the same table, and the nearest word to a mistyped one.
 * Rests on say.h and config.h. */
#include "args.h"
#include "config.h"
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

int args_unknown(const char *thing, const char *name, const char *const *names, int n, const char *otherwise)
{
    const char *near = args_nearest(name, names, n);
    if (near) return say_usage("no %s \"%s\"; did you mean %s?", thing, name, near);
    return say_usage("no %s \"%s\"; %s", thing, name, otherwise);
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

/* In files, names are written as C has them: batch_size for batch-size. */
static bool same_name(const char *name, const char *given, size_t length)
{
    if (strlen(name) != length) return false;
    for (size_t i = 0; i < length; i++)
        if (name[i] != given[i] && !(name[i] == '-' && given[i] == '_')) return false;
    return true;
}

static const args_option *find(const args_command *command, const char *name, size_t length)
{
    for (int i = 0; i < count(command); i++)
        if (same_name(option(command, i)->name, name, length)) return option(command, i);
    return NULL;
}

const args_option *args_option_named(const args_command *command, const char *name)
{
    return find(command, name, strlen(name));
}

static const args_option *find_letter(const args_command *command, char letter)
{
    for (int i = 0; i < count(command); i++)
        if (option(command, i)->letter == letter) return option(command, i);
    return NULL;
}

static const char *nearest_option(const args_command *command, const char *word)
{
    const char *names[64];
    int n = 0;
    for (; n < count(command) && n < 64; n++) names[n] = option(command, n)->name;
    return args_nearest(word, names, n);
}

static int complain_unknown(const args_command *command, const char *given)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given + strspn(given, "-"));
    word[strcspn(word, "=")] = 0;
    const char *near = word[0] && word[1] ? nearest_option(command, word) : NULL; /* any letter is near to another */
    if (near) return say_usage("unknown option %s; did you mean --%s?", given, near);
    return say_usage("unknown option %s; wick %s --help lists the options", given, command->name);
}

/* The option's value from text; where: how it was given, "--lr" or "run.json: lr". */
static bool set(const args_option *o, const char *where, const char *text, void *settings)
{
    void *field = (char *)settings + o->at;
    int64_t whole;
    double real;
    if (o->kind == ARGS_TEXT) {
        *(const char **)field = text;
    } else if (o->kind == ARGS_FLAG) {
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return say_usage("%s is \"%s\"; expected true or false", where, text), false;
        *(bool *)field = *text == 't';
    } else if (o->kind == ARGS_WHOLE) {
        if (!args_whole(text, &whole) || (double)whole < o->low || (double)whole > o->high)
            return say_usage("%s is \"%s\"; expected a whole number from %.0f to %.0f", where, text, o->low, o->high),
                   false;
        *(int64_t *)field = whole;
    } else {
        if (!args_real(text, &real) || !(real > o->low && real < o->high))
            return say_usage("%s is \"%s\"; expected a number between %g and %g", where, text, o->low, o->high), false;
        *(double *)field = real;
    }
    return true;
}

/* ---- Options that are not on the command line ---- */

typedef struct target {
    const args_command *command;
    void *settings;
} target;

static bool assign(const target *to, const char *where, const char *name, size_t length, const char *value)
{
    const args_option *o = find(to->command, name, length);
    char place[600], word[64];
    snprintf(place, sizeof place, "%s: %s", where, o ? o->name : "");
    if (o && o->kind != ARGS_CONFIG && o->kind != ARGS_SET) return set(o, place, value, to->settings);
    snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), name);
    for (char *c = word; *c; c++) *c = *c == '_' ? '-' : *c;
    const char *near = o ? NULL : nearest_option(to->command, word);
    if (near) return say_usage("%s: unknown option \"%.*s\"; did you mean %s?", where, (int)length, name, near), false;
    if (!o)
        say_usage("%s: unknown option \"%.*s\"; wick %s --help lists them", where, (int)length, name,
                  to->command->name);
    if (o) say_usage("%s: %s is for the command line alone", where, o->name);
    return false;
}

/* "wick" tells the version that wrote the file. */
static bool take_member(void *user, const char *path, const char *name, const char *value)
{
    return !strcmp(name, "wick") || assign(user, path, name, strlen(name), value);
}

static bool take_option(const target *to, const args_option *o, const char *value)
{
    char where[40];
    snprintf(where, sizeof where, "--%s", o->name);
    if (o->kind == ARGS_CONFIG)
        return config_read((config **)(void *)((char *)to->settings + o->at), value, take_member, (void *)to);
    if (o->kind != ARGS_SET) return set(o, where, value, to->settings);
    const size_t length = strcspn(value, "=");
    if (!value[length]) return say_usage("%s is \"%s\"; expected NAME=VALUE", where, value), false;
    return assign(to, where, value, length, value + length + 1);
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
    return take_option(&(target){ command, settings }, o, value ? value : argv[++*i]);
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

const char *args_word(char *text, size_t size, const char *word)
{
    args_join(text, size, 1, (char *[]){ (char *)word });
    return text;
}
