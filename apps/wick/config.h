/* config.h: options from a file: one JSON object of names and values, as a run's config.json is.
 *
 *   { "data": "digits.h5", "optim": "adamw", "lr": 3e-4, "hidden": "256,128", "schedule": "cosine", "tensorboard": true
 * } */
#ifndef WICK_APP_CONFIG_H
#define WICK_APP_CONFIG_H
#include <stdbool.h>

/* The texts of a file that was read, after which others may hang; options point into them. */
typedef struct config {
    struct config *next;
    char text[];
} config;

/* Hands over each member, a number as it is written; null ones are left out. *chain grows by what was read, and false
 * is after an error on stderr, which take says itself. */
typedef bool config_take(void *user, const char *path, const char *name, const char *value);
bool config_read(config **chain, const char *path, config_take *take, void *user);
void config_free(config *chain);
#endif
