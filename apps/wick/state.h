/* state.h: what a state's file holds: a model's weights, a checkpoint, several files with an index. */
#ifndef WICK_APP_STATE_H
#define WICK_APP_STATE_H
#include <stdbool.h>

/* path: a file, an index or a run, whose best checkpoint it is then. Returns the exit code. */
int state_tell(const char *path, bool json);
#endif
