/* A run's schedule. Each is advanced before a step or an epoch, but for the first, so that its time is the number of
 * those that are done, and a run that goes on finds it where it was. Rests on wick/schedule.h. */
#include "rates.h"
#include "args.h"
#include "say.h"
#include <stdlib.h>
#include <string.h>

enum { ROOM = 512 };
static const char between[] = ", ";

/* What a run's length gives where the text does not: a share of it. */
static const struct {
    const char *name, *length;
    int share;
    bool by_step;
} usual[] = {
    { "cosine", "t_max", 1, false },         { "cosine_restarts", "t_0", 4, false },
    { "one_cycle", "total_steps", 1, true }, { "polynomial", "total_iters", 1, false },
    { "step", "step_size", 3, false },
};
enum { USUAL = sizeof usual / sizeof *usual };

static void name_of(const char *text, char name[64]) { snprintf(name, 64, "%.*s", (int)strcspn(text, ":"), text); }

bool rates_know(const char *text)
{
    const char *const *names;
    const int n = wk_schedule_names(&names);
    char name[64], all[ROOM] = "there are ";
    name_of(text, name);
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    for (int i = 0; i < n; i++) snprintf(all + strlen(all), ROOM - strlen(all), "%s%s", i ? ", " : "", names[i]);
    args_unknown("schedule", name, names, n, all);
    return false;
}

/* Where the value of an option stands; NULL: it is not among them. */
static char *value_of(char *options, const char *name)
{
    const size_t length = strlen(name);
    for (char *at = options + strspn(options, between); *at; at += strspn(at, between)) {
        const size_t n = strcspn(at, between);
        if (n > length && at[length] == '=' && !strncmp(at, name, length)) return at + length + 1;
        at += n;
    }
    return NULL;
}

static void add_option(char options[ROOM], const char *name, const char *value)
{
    const size_t n = strlen(options);
    snprintf(options + n, ROOM - n, "%s%s=%s", n ? "," : "", name, value);
}

/* "every=step" is the command's own, and goes out of the options. */
static wk_status read_every(rates *r, char *options)
{
    char *value = value_of(options, "every");
    if (!value) return WK_OK;
    const size_t n = strcspn(value, between);
    const bool step = n == 4 && !strncmp(value, "step", n);
    if (!step && !(n == 5 && !strncmp(value, "epoch", n)))
        return wk_fail(WK_E_INVALID, "every is '%.*s'; expected step or epoch", (int)n, value);
    if (step && r->by_loss)
        return wk_fail(WK_E_INVALID, "a plateau looks at the validation loss, which comes with each epoch");
    r->by_step = step;
    char *word = value - strlen("every=");
    memmove(word, value + n, strlen(value + n) + 1);
    return WK_OK;
}

/* Milestones at a half and three quarters are those of He et al. 2016. */
static void add_milestones(char options[ROOM], int64_t length)
{
    char text[64];
    const int64_t half = length / 2 > 0 ? length / 2 : 1, later = 3 * length / 4 > half ? 3 * length / 4 : half;
    snprintf(text, sizeof text, "%lld:%lld", (long long)half, (long long)later);
    add_option(options, "milestones", text);
}

static void add_length(rates *r, int k, char options[ROOM], int64_t length)
{
    char text[32];
    const char *given = value_of(options, usual[k].length);
    if (given && !strcmp(usual[k].name, "one_cycle")) r->last = strtoll(given, NULL, 10) - 1;
    if (given) return;
    r->last = length - 1;
    snprintf(text, sizeof text, "%lld", (long long)((length + usual[k].share - 1) / usual[k].share));
    add_option(options, usual[k].length, text);
}

static wk_status complete(rates *r, const char *name, char options[ROOM], double lr, int64_t epochs, int64_t steps)
{
    char text[32];
    int k = 0;
    while (k < USUAL && strcmp(usual[k].name, name) != 0) k++;
    r->by_step = k < USUAL && usual[k].by_step;
    r->by_loss = !strcmp(name, "plateau");
    if (read_every(r, options)) return wk_error();
    const int64_t length = r->by_step ? epochs * steps : epochs;
    if (k < USUAL) add_length(r, k, options, length);
    if (!strcmp(name, "multistep") && !value_of(options, "milestones")) add_milestones(options, length);
    snprintf(text, sizeof text, "%.17g", lr);
    if (!strcmp(name, "one_cycle") && !value_of(options, "max_lr")) add_option(options, "max_lr", text);
    return WK_OK;
}

wk_status rates_make(rates *r, const char *text, wk_optim *opt, int64_t epochs, int64_t steps)
{
    char name[64], options[ROOM] = "";
    *r = (rates){ .last = INT64_MAX };
    if (!text) return WK_OK;
    name_of(text, name);
    const char *given = text + strcspn(text, ":");
    if (strlen(given) > ROOM / 2) return wk_fail(WK_E_INVALID, "the options are longer than %d characters", ROOM / 2);
    if (*given) snprintf(options, sizeof options, "%s", given + 1);
    if (complete(r, name, options, wk_lr(opt), epochs, steps)) return wk_error();
    r->schedule = wk_schedule_by_name(name, opt, options);
    return wk_error();
}

wk_status rates_reach(const rates *r, int64_t epochs, int64_t steps)
{
    const int64_t done = r->by_step ? steps : epochs, time = done < r->last ? done : r->last;
    if (!r->schedule || r->by_loss) return WK_OK;
    while (!wk_failed() && wk_schedule_time(r->schedule) < time) wk_schedule_advance(r->schedule);
    return wk_error();
}

wk_status rates_judge(const rates *r, double valid_loss)
{
    return r->by_loss ? wk_schedule_advance_metric(r->schedule, valid_loss) : WK_OK;
}
