/* wick: finds the subcommand and runs it; help and version. Exit codes: 0 done, 1 failed, 2 wrong usage, 128 + n ended
 * by signal n. */
#include "commands.h"
#include "machine.h"
#include "say.h"
#include "wick/wick.h"
#include <locale.h>
#include <string.h>

static const args_command *const commands[] = { &command_synth, &command_import,  &command_inspect, &command_repack,
                                                &command_train, &command_eval,    &command_predict, &command_export,
                                                &command_show,  &command_lr_find, &command_compare, &command_bench,
                                                &command_info };
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    printf("wick %s: training neural networks in plain C\n\n"
           "  wick synth digits -o digits.h5      make a data set, no download needed\n"
           "  wick compare digits.h5              train with four optimizers, write a report\n\n"
           "usage: wick COMMAND [arguments]\n\ncommands:\n",
           wk_version());
    for (int i = 0; i < COMMANDS; i++) printf("  %-9s %s\n", commands[i]->name, commands[i]->about);
    printf("\nwick COMMAND --help explains a command and lists its options.\n");
    return say_output();
}

static const args_command *find(const char *name)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++) {
        if (!strcmp(commands[i]->name, name)) return commands[i];
        names[i] = commands[i]->name;
    }
    args_unknown("command", name, names, COMMANDS, "wick --help lists them");
    return NULL;
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (argc < 2) return help(), EXIT_USAGE;
    if (is_one_of(argv[1], "--version", "version", "-v")) {
        printf("wick %s\n", wk_version());
        return say_output();
    }
    bool wants_help = is_one_of(argv[1], "--help", "help", "-h");
    if (wants_help && argc == 2) return help();
    if (argv[1][0] == '-' && !wants_help) return say_usage("the command comes first: wick COMMAND [arguments]");
    const args_command *command = find(argv[wants_help ? 2 : 1]);
    if (!command) return EXIT_USAGE;
    say_start(command->name);
    if (wants_help || args_want_help(argc - 2, argv + 2)) {
        args_help(command);
        return say_output();
    }
    say_catch_signals();
    int code = command->run(argc - 2, argv + 2);
    machine_quiet_hdf5();
    return code == EXIT_DONE ? say_output() : code;
}
