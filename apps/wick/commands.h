/* commands.h: the subcommands, a file each. */
#ifndef WICK_APP_COMMANDS_H
#define WICK_APP_COMMANDS_H
#include "args.h"

extern const args_command command_synth, command_import, command_inspect, command_repack, command_train, command_compare, command_eval,
    command_predict, command_export, command_show, command_lr_find, command_bench, command_info;
#endif
