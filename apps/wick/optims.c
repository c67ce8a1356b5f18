/* The optimizers of the command, with rates and options that serve many tasks. Rests on wick/optim.h. */
#include "optims.h"
#include "args.h"
#include "say.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *key, *name, *options;
    double lr;
} optimizers[] = {
    { "sgd", "SGD (momentum 0.9)", "momentum=0.9", 0.05 },
    { "adagrad", "AdaGrad", "", 0.02 },
    { "rmsprop", "RMSProp", "", 0.001 },
    { "adam", "Adam", "", 0.001 },
    { "adamw", "AdamW", "", 0.001 },
    { "adamax", "Adamax", "", 0.002 },
    { "nadam", "NAdam", "", 0.002 },
    { "radam", "RAdam", "", 0.001 },
    { "adadelta", "Adadelta", "", 1 },
    { "asgd", "ASGD", "", 0.05 },
    { "rprop", "Rprop", "", 0.01 },
    { "lion", "Lion", "", 0.0001 },
    { "lamb", "LAMB", "", 0.005 },
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

static int find(const char *key)
{
    const char *keys[OPTIMIZERS];
    char all[200] = "there are";
    for (int i = 0; i < OPTIMIZERS; i++) {
        const size_t n = strlen(all);
        if (!strcmp(optimizers[i].key, key)) return i;
        snprintf(all + n, sizeof all - n, "%s %s", i ? "," : "", keys[i] = optimizers[i].key);
    }
    if (!strcmp(key, "lbfgs"))
        say_usage("lbfgs asks for the loss several times a step, which the command does not do; see wk_step_closure");
    else if (!strcmp(key, "muon"))
        say_usage("muon trains matrices alone, and every model here has biases too; see wk_optim_muon");
    else
        args_unknown("optimizer", key, keys, OPTIMIZERS, all);
    return -1;
}

/* Are they options of this optimizer? A trial tells. */
static bool check(const optims_kind *o)
{
    WK_SCOPE(trial);
    wk_tensor *leaf = wk_requires_grad(wk_ones(WK_SHAPE(2, 2), WK_F32));
    if (optims_make(o, wk_params_new(&leaf, NULL, 1), o->lr)) return true;
    say_usage("--optim %s: %s", o->key, say_reason());
    wk_error_clear();
    return false;
}

bool optims_read(optims_kind *o, const char *text)
{
    char key[32];
    const size_t n = strcspn(text, ":");
    snprintf(key, sizeof key, "%.*s", (int)n, text);
    const int i = find(key);
    if (i < 0) return false;
    if (strlen(text) >= sizeof o->key / 2) return say_usage("--optim %.40s... is too long", text), false;
    *o = (optims_kind){ .kind = optimizers[i].key, .lr = optimizers[i].lr };
    snprintf(o->key, sizeof o->key, "%s", text);
    snprintf(o->name, sizeof o->name, "%s", optimizers[i].name);
    snprintf(o->options, sizeof o->options, "%s", optimizers[i].options);
    if (!text[n] || !text[n + 1]) return true;
    const char *given = text + n + 1;
    if (!strncmp(given, "lr=", 3) || strstr(given, ":lr=") || strstr(given, ",lr="))
        return say_usage("--optim %s: the rate is for --lr", text), false;
    const int bare = (int)strcspn(o->name, " ");
    snprintf(o->name, sizeof o->name, "%.*s (%s)", bare, optimizers[i].name, given);
    snprintf(o->options, sizeof o->options, "%s,%s", optimizers[i].options, given);
    for (char *at = o->options; (at = strchr(at, ':'));) *at = ',';
    return check(o);
}

wk_optim *optims_make(const optims_kind *o, wk_params *params, double lr)
{
    char options[sizeof o->options + 40];
    snprintf(options, sizeof options, "lr=%.17g,%s", lr, o->options);
    return wk_optim_by_name(o->kind, params, options);
}
