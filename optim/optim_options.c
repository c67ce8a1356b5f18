/* Options of optimizers: fields of a kind's option struct, by name, as text and in their ranges. */
#include "base/options.h"
#include "optim/optim.h"
#include <stdio.h>
#include <string.h>

enum { MOST_OPTIONS = 16 };

double *wki_optim_number(void *opts, const wki_optim_option *option) { return (double *)((char *)opts + option->at); }

bool *wki_optim_flag(void *opts, const wki_optim_option *option) { return (bool *)((char *)opts + option->at); }

double wki_optim_value(void *opts, const wki_optim_option *option)
{
    return option->flag ? *wki_optim_flag(opts, option) : *wki_optim_number(opts, option);
}

static wk_status number_ok(const wki_optim_option *option, double value, const char *where)
{
    if (isfinite(value) && (value >= 0 || option->either_sign) && value < option->below) return WK_OK;
    return wki_fail(WK_E_INVALID, where, "%s is %g; it must be a number, %s", option->name, value,
                    option->below == 1    ? "at least 0 and below 1"
                    : option->either_sign ? "and finite"
                                          : "finite and at least 0");
}

wk_status wki_optim_options_ok(const wki_optim_kind *kind, void *opts, const char *where)
{
    for (const wki_optim_option *option = kind->options; option->name; option++)
        if (!option->flag && number_ok(option, *wki_optim_number(opts, option), where)) return wk_error();
    return kind->check ? kind->check(opts) : WK_OK;
}

void wki_optim_describe(wk_optim *opt)
{
    const size_t room = sizeof opt->text;
    char number[WKI_DOUBLE_TEXT];
    size_t used = (size_t)snprintf(opt->text, room, "%s", opt->kind->name);
    void *opts = opt->groups[0].opts;
    for (const wki_optim_option *option = opt->kind->options; option->name && used < room; option++)
        if (!option->flag)
            used += (size_t)snprintf(opt->text + used, room - used, " %s=%s", option->name,
                                     wki_double_text(*wki_optim_number(opts, option), number));
        else if (*wki_optim_flag(opts, option))
            used += (size_t)snprintf(opt->text + used, room - used, " %s", option->name);
        else if (*(const bool *)((const char *)opt->kind->defaults + option->at))
            used += (size_t)snprintf(opt->text + used, room - used, " %s=false", option->name);
}

/* ---- From text ---- */

/* Says that there is no `word` among n others: the nearest one, or else all of them. */
wk_status wki_optim_fail_unknown(const char *where, const char *what, const char *word, const char *const *others,
                                 int n)
{
    const char *nearest = wki_nearest(word, others, n);
    if (nearest) return wki_fail(WK_E_NOT_FOUND, where, "%s '%s'; did you mean '%s'?", what, word, nearest);
    char all[256] = "";
    for (size_t i = 0, used = 0; i < (size_t)n && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", others[i]);
    return wki_fail(WK_E_NOT_FOUND, where, "%s '%s'; there are %s", what, word, all);
}

const wki_optim_option *wki_optim_option_named(const wki_optim_kind *kind, const char *name, const char *where)
{
    const char *names[MOST_OPTIONS];
    int n = 0;
    for (const wki_optim_option *option = kind->options; option->name && n < MOST_OPTIONS; option++) {
        if (strcmp(option->name, name) == 0) return option;
        names[n++] = option->name;
    }
    char what[64];
    snprintf(what, sizeof what, "%s has no option", kind->name);
    wki_optim_fail_unknown(where, what, name, names, n);
    return NULL;
}

static bool flag_of(const char *text, bool *flag)
{
    static const char *const words[] = { "false", "true", "0", "1", "no", "yes", "off", "on" };
    for (int i = 0; i < 8; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        *flag = i % 2;
        return true;
    }
    return false;
}

typedef struct reading {
    const wki_optim_kind *kind;
    void *opts;
    const char *where;
} reading;

/* lr 1e-3; nesterov, without a value, is true. */
static wk_status read_option(void *user, const char *name, const char *value)
{
    const reading *r = user;
    const wki_optim_option *option = wki_optim_option_named(r->kind, name, r->where);
    if (!option) return wk_error();
    if (option->flag && !value) value = "true";
    wki_check(value, WK_E_INVALID, WK_E_INVALID, r->where, "%s has no value; write %s=0.1", name, name);
    const bool read = option->flag ? flag_of(value, wki_optim_flag(r->opts, option))
                                   : wki_double_of(value, strlen(value), wki_optim_number(r->opts, option));
    wki_check(read, WK_E_INVALID, WK_E_INVALID, r->where, "%s is '%s'; expected %s", name, value,
              option->flag ? "true or false" : "a number");
    return WK_OK;
}

wk_status wki_optim_options_read(const wki_optim_kind *kind, void *opts, const char *text, const char *where)
{
    return wki_options_each(text, read_option, &(reading){ kind, opts, where }, where, "lr=0.1,momentum=0.9");
}
