/* args.h: what a subcommand is, and how its arguments are read: a table of options, each the field of a settings
 * struct.
 *
 *   static const args_option options[] = { { "epochs", 0, ARGS_WHOLE, offsetof(settings, epochs), 1, 1e6, "N", "..." }
 * }; settings s = { .epochs = 5 }; if (!args_read(&command_train, argc, argv, &s, operands)) return EXIT_USAGE;
 *
 * Options come as --name value, --name=value or -n value, in any order, later ones in the place of earlier ones; --
 * ends them. Errors are one line on stderr. */
#ifndef WICK_APP_ARGS_H
#define WICK_APP_ARGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The field is a bool, a const char *, an int64_t within low .. high (20k, 3M allowed), a double between low and high.
 * ARGS_CONFIG, a file of options, keeps it in a config *; ARGS_SET is one option as NAME=VALUE and has no field. */
typedef enum args_kind { ARGS_FLAG, ARGS_TEXT, ARGS_WHOLE, ARGS_REAL, ARGS_CONFIG, ARGS_SET } args_kind;

typedef struct args_option {
    const char *name; /* "batch-size" */
    char letter;      /* 'o'; 0: none */
    args_kind kind;
    size_t at;                 /* of the field in the settings */
    const char *value, *about; /* "N", "rows a step (128)": for the help */
    double low, high;          /* of a number */
} args_option;

enum { ARGS_OPERANDS = 32 };
typedef struct args_command {
    const char *name, *about;            /* "synth", "makes a data set on the spot" */
    const char *operands;                /* "KIND -o FILE.h5": for the usage line */
    int fewest, most;                    /* operands */
    const char *text;                    /* what the help says besides, examples first */
    const args_option *options, *shared; /* shared ones are fields of a struct that begins the settings */
    int noptions, nshared;
    int (*run)(int argc, char **argv); /* arguments behind the name; returns the exit code */
} args_command;
#define ARGS_COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

bool args_read(const args_command *command, int argc, char **argv, void *settings, const char *operands[ARGS_OPERANDS]);
/* The option that is called so, "batch-size" or "batch_size"; NULL if there is none. */
const args_option *args_option_named(const args_command *command, const char *name);
bool args_want_help(int argc, char **argv);
void args_help(const args_command *command);
/* The nearest of n words to a mistyped one, NULL if none is near. */
const char *args_nearest(const char *word, const char *const *words, int n);
/* Says that there is no such thing, and the nearest of the names or, where none is near, what to do; EXIT_USAGE. */
int args_unknown(const char *thing, const char *name, const char *const *names, int n, const char *otherwise);
/* A whole text as a number; false if it is none. */
bool args_whole(const char *text, int64_t *value);
bool args_real(const char *text, double *value);
/* The next item of a list separated by commas, copied into item; false at the end. An item too long is cut. */
bool args_item(const char **list, char *item, size_t size);
/* A command line as a shell takes it, into text; cut if too long. */
void args_join(char *text, size_t size, int argc, char **argv);
/* One word as a shell takes it. */
const char *args_word(char *text, size_t size, const char *word);
#endif
