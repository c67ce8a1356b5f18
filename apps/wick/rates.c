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
    { "step", "step_size", 3, false },       { "cyclic", "step_size_up", 10, true },
};
enum { USUAL = sizeof usual / sizeof *usual };

/* One schedule of the text: those before the last have a length of their own. */
typedef struct phase {
    char name[64], options[ROOM];
    int64_t length;
} phase;
enum { PHASES = 8 };

static void name_of(const char *text, char name[64]) { snprintf(name, 64, "%.*s", (int)strcspn(text, ":/"), text); }

static const char *next_phase(const char *text)
{
    text += strcspn(text, "/");
    return *text ? text + 1 : NULL;
}

static bool know(const char *name)
{
    const char *const *names;
    const int n = wk_schedule_names(&names);
    char all[ROOM] = "there are ";
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    for (int i = 0; i < n; i++) snprintf(all + strlen(all), ROOM - strlen(all), "%s%s", i ? ", " : "", names[i]);
    args_unknown("schedule", name, names, n, all);
    return false;
}

bool rates_know(const char *text)
{
    char name[64];
    for (; text; text = next_phase(text)) {
        name_of(text, name);
        if (!know(name)) return false;
    }
    return true;
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

static void add_whole(char options[ROOM], const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add_option(options, name, text);
}

/* An option of the command's own, which goes out of the others; false: it is not among them. */
static bool take_option(char *options, const char *name, char value[32])
{
    char *at = value_of(options, name);
    if (!at) return false;
    const size_t n = strcspn(at, between);
    snprintf(value, 32, "%.*s", (int)n, at);
    char *word = at - strlen(name) - 1;
    memmove(word, at + n, strlen(at + n) + 1);
    return true;
}

static int usual_of(const char *name)
{
    int k = 0;
    while (k < USUAL && strcmp(usual[k].name, name) != 0) k++;
    return k;
}

/* ---- Reading ---- */

static wk_status read_phase(phase *p, const char *text)
{
    const char *given = text + strcspn(text, ":/");
    const size_t n = *given == ':' ? strcspn(given + 1, "/") : 0;
    *p = (phase){ .length = 0 };
    name_of(text, p->name);
    if (n > ROOM / 2) return wk_fail(WK_E_INVALID, "the options are longer than %d characters", ROOM / 2);
    snprintf(p->options, sizeof p->options, "%.*s", (int)n, *given ? given + 1 : "");
    return WK_OK;
}

/* "every=step" of any phase is that of all. */
static wk_status read_every(rates *r, phase *p, bool *told)
{
    char value[32];
    if (!take_option(p->options, "every", value)) return WK_OK;
    const bool step = !strcmp(value, "step");
    if (!step && strcmp(value, "epoch") != 0)
        return wk_fail(WK_E_INVALID, "every is '%s'; expected step or epoch", value);
    if (step && r->by_loss)
        return wk_fail(WK_E_INVALID, "a plateau looks at the validation loss, which comes with each epoch");
    if (*told && step != r->by_step) return wk_fail(WK_E_INVALID, "every is step in one phase and epoch in another");
    r->by_step = step;
    *told = true;
    return WK_OK;
}

/* "for=5", or what the schedule's own length tells. */
static wk_status read_length(phase *p, bool last)
{
    static const char *const lengths[] = { "total_iters", "total_steps", "t_max" };
    char value[32] = "", *end = value;
    const bool told = take_option(p->options, "for", value);
    if (last && told)
        return wk_fail(WK_E_INVALID, "%s is the last and goes on to the end; for is of those before", p->name);
    for (int i = 0; i < 3 && !told && !last && !*value; i++) {
        const char *own = value_of(p->options, lengths[i]);
        if (own) snprintf(value, sizeof value, "%.*s", (int)strcspn(own, between), own);
    }
    if (last) return WK_OK;
    p->length = strtoll(value, &end, 10);
    if (end != value && !*end && p->length > 0 && p->length <= INT64_C(1) << 53) return WK_OK;
    return wk_fail(WK_E_INVALID, "%s: for is '%s'; expected how long it lasts, %s:for=5", p->name, value, p->name);
}

static wk_status read_phases(rates *r, phase *phases, int *n, const char *text)
{
    bool told = false;
    for (*n = 0; text; text = next_phase(text)) {
        phase *p = &phases[*n];
        if (*n == PHASES) return wk_fail(WK_E_INVALID, "more than %d schedules are joined", PHASES);
        if (read_phase(p, text)) return wk_error();
        const int k = usual_of(p->name);
        r->by_loss = r->by_loss || !strcmp(p->name, "plateau");
        if (!told) r->by_step = r->by_step || (k < USUAL && usual[k].by_step);
        if (read_every(r, p, &told) || read_length(p, !next_phase(text))) return wk_error();
        ++*n;
    }
    if (r->by_loss && *n > 1) return wk_fail(WK_E_INVALID, "a plateau cannot be joined: it has no times");
    return WK_OK;
}

/* ---- What the text does not tell ---- */

/* Milestones at a half and three quarters are those of He et al. 2016. */
static void add_milestones(char options[ROOM], int64_t length)
{
    char text[64];
    const int64_t half = length / 2 > 0 ? length / 2 : 1, later = 3 * length / 4 > half ? 3 * length / 4 : half;
    snprintf(text, sizeof text, "%lld:%lld", (long long)half, (long long)later);
    add_option(options, "milestones", text);
}

/* Returns the last of the phase's times at which its schedule is defined. */
static int64_t add_length(phase *p, int k)
{
    const char *given = value_of(p->options, usual[k].length);
    if (given) return strcmp(usual[k].name, "one_cycle") ? INT64_MAX : strtoll(given, NULL, 10) - 1;
    add_whole(p->options, usual[k].length, (p->length + usual[k].share - 1) / usual[k].share);
    return p->length - 1;
}

static int64_t complete(phase *p, double lr, bool last)
{
    char text[32];
    const int k = usual_of(p->name);
    const int64_t end = k < USUAL ? add_length(p, k) : INT64_MAX;
    const bool warms = !strcmp(p->name, "linear") || !strcmp(p->name, "constant");
    if (warms && !last && !value_of(p->options, "total_iters")) add_whole(p->options, "total_iters", p->length);
    if (!strcmp(p->name, "multistep") && !value_of(p->options, "milestones")) add_milestones(p->options, p->length);
    const bool cyclic = !strcmp(p->name, "cyclic"), has_top = cyclic || !strcmp(p->name, "one_cycle");
    snprintf(text, sizeof text, "%.17g", lr);
    if (has_top && !value_of(p->options, "max_lr")) add_option(p->options, "max_lr", text);
    snprintf(text, sizeof text, "%.17g", lr / 10);
    if (cyclic && !value_of(p->options, "base_lr")) add_option(p->options, "base_lr", text);
    return end;
}

wk_status rates_make(rates *r, const char *text, wk_optim *opt, int64_t epochs, int64_t steps)
{
    phase phases[PHASES];
    wk_schedule *made[PHASES];
    int64_t begins[PHASES] = { 0 };
    int n = 0;
    *r = (rates){ .last = INT64_MAX };
    if (!text) return WK_OK;
    if (read_phases(r, phases, &n, text)) return wk_error();
    const double lr = wk_lr(opt);
    const int64_t length = r->by_step ? epochs * steps : epochs;
    for (int i = 0; i < n - 1; i++) begins[i + 1] = begins[i] + phases[i].length;
    phases[n - 1].length = length - begins[n - 1];
    if (phases[n - 1].length < 1)
        return wk_fail(WK_E_INVALID, "%s begins after %lld %s, of which the run has %lld", phases[n - 1].name,
                       (long long)begins[n - 1], r->by_step ? "steps" : "epochs", (long long)length);
    for (int i = 0; i < n && !wk_failed(); i++) {
        const int64_t end = complete(&phases[i], lr, i == n - 1);
        if (i == n - 1 && end < INT64_MAX) r->last = begins[i] + end;
        made[i] = wk_schedule_by_name(phases[i].name, opt, phases[i].options);
    }
    if (!wk_failed()) r->schedule = n == 1 ? made[0] : wk_schedule_sequential(made, n, begins + 1);
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
