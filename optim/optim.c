/* Optimizers: made from a kind's options, stepped, asked. A step is one call over all parameters that have a gradient,
 * and what it has to know of an algorithm stands in the kind's table. Rests on tensors and on the update kernel. */
#include "optim/optim.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/options.h"
#include <stdio.h>
#include <string.h>

static const wki_optim_kind *const kinds[] = {
#define X(NAME) &wki_optim_kind_##NAME,
#include "wki_optim_list.h"
#undef X
};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_OPTIONS = 16 };

/* Of all option structs. */
typedef struct head {
    size_t size;
    wk_params *params;
} head;

/* ---- Options ---- */

double *wki_optim_number(void *opts, const wki_optim_option *option) { return (double *)((char *)opts + option->at); }

bool *wki_optim_flag(void *opts, const wki_optim_option *option) { return (bool *)((char *)opts + option->at); }

static wk_status number_ok(const wki_optim_option *option, double value, const char *where)
{
    if (value >= 0 && value < option->below) return WK_OK;
    return wki_fail(WK_E_INVALID, where, "%s is %g; it must be a number, %s", option->name, value,
                    option->below == 1 ? "at least 0 and below 1" : "finite and at least 0");
}

wk_status wki_optim_options_ok(const wki_optim_kind *kind, void *opts)
{
    for (const wki_optim_option *option = kind->options; option->name; option++)
        if (!option->flag && number_ok(option, *wki_optim_number(opts, option), kind->where)) return wk_error();
    return kind->check ? kind->check(opts) : WK_OK;
}

void wki_optim_describe(wk_optim *opt)
{
    const size_t room = sizeof opt->text;
    char number[WKI_DOUBLE_TEXT];
    size_t used = (size_t)snprintf(opt->text, room, "%s", opt->kind->name);
    for (const wki_optim_option *option = opt->kind->options; option->name && used < room; option++)
        if (!option->flag)
            used += (size_t)snprintf(opt->text + used, room - used, " %s=%s", option->name,
                                     wki_double_text(*wki_optim_number(opt->opts, option), number));
        else if (*wki_optim_flag(opt->opts, option))
            used += (size_t)snprintf(opt->text + used, room - used, " %s", option->name);
}

/* ---- Make ---- */

static void optim_destroy(void *object)
{
    wk_optim *opt = object;
    for (int i = 0; opt->slots && i < opt->count; i++)
        for (int k = 0; k < opt->nstates; k++) wki_object_unref(opt->slots[i].state[k]);
    wki_free(opt->slots);
    wki_free(opt->picked);
    wki_free(opt->views);
    wki_free(opt->opts);
    wki_object_unref(opt->params);
}

static const wki_type optim_type = { "optimizer", sizeof(wk_optim), optim_destroy };

bool wki_optim_ok(const wk_optim *opt, const char *where) { return wki_object_check(opt, &optim_type, where, "opt"); }

static wk_status take_parameter(wk_optim *opt, int i)
{
    const char *where = opt->kind->where, *name = wk_params_name(opt->params, i);
    wk_tensor *p = wk_params_at(opt->params, i);
    if (!p) return wk_error();
    wki_check(wki_is_contiguous(&p->v), WK_E_INVALID, WK_E_INVALID, where,
              "parameter '%s' %s is a view with gaps or turned dimensions; make it from a wk_contiguous tensor", name,
              wki_show(&p->v));
    for (int j = 0; j < i; j++)
        wki_check(opt->slots[j].p != p, WK_E_INVALID, WK_E_INVALID, where,
                  "parameters '%s' and '%s' are one tensor; list it once", wk_params_name(opt->params, j), name);
    opt->slots[i].p = p;
    return WK_OK;
}

static wk_status make_states(wk_optim *opt, wki_optim_slot *slot)
{
    WK_SCOPE(states);
    const wki_view *p = &slot->p->v;
    for (int k = 0; k < opt->nstates; k++) {
        if (slot->state[k]) continue;
        const wki_fill_attrs fill = { .value = opt->plan.start[k] };
        wk_tensor *s = wki_new(opt->kind->where, p->device, p->ndim, p->size, p->dtype);
        if (!s || wki_do(WKI_OP_fill, 1, WKI_VIEWS(&s->v), &fill, sizeof fill, wki_numel(p))) return wk_error();
        wki_object_adopt(s);
        slot->state[k] = s;
    }
    return WK_OK;
}

static wk_status take_parameters(wk_optim *opt, wk_params *params)
{
    if (!params) return wki_null_argument(opt->kind->where, "params"), wk_error();
    const int n = wk_params_count(params);
    wki_check(n > 0, wk_error(), WK_E_INVALID, opt->kind->where, "params has no parameters; at least one is needed");
    wki_object_ref(params);
    opt->params = params;
    opt->nstates = wki_rule_states(opt->plan.rule);
    opt->slots = wki_alloc_array((size_t)n, sizeof *opt->slots);
    opt->picked = wki_alloc_array((size_t)n, sizeof *opt->picked);
    opt->views = wki_alloc_array((size_t)n * (size_t)(2 + opt->nstates), sizeof *opt->views);
    if (!opt->slots || !opt->picked || !opt->views) return wk_error();
    opt->count = n;
    for (int i = 0; i < n; i++)
        if (take_parameter(opt, i) || (opt->plan.at_once && make_states(opt, &opt->slots[i]))) return wk_error();
    return WK_OK;
}

static wk_status init(wk_optim *opt, const void *given)
{
    const wki_optim_kind *kind = opt->kind;
    head known;
    memcpy(&known.size, given, sizeof known.size);
    wki_check(known.size >= sizeof known, WK_E_INVALID, WK_E_INVALID, kind->where,
              "o->size is %zu; start from wk_%s_opts_default()", known.size, kind->name);
    opt->opts = wki_alloc(kind->opts_size);
    if (!opt->opts) return wk_error();
    memcpy(opt->opts, kind->defaults, kind->opts_size);
    wki_options_merge(opt->opts, kind->opts_size, given);
    memcpy(&known, opt->opts, sizeof known);
    if (wki_optim_options_ok(kind, opt->opts)) return wk_error();
    opt->plan = kind->plan(opt->opts);
    wki_optim_describe(opt);
    return take_parameters(opt, known.params);
}

wk_optim *wki_optim_new(const wki_optim_kind *kind, const void *given)
{
    if (!given) return wki_null_argument(kind->where, "o"), NULL;
    wk_optim *opt = wki_object_new(&optim_type, kind->where);
    if (!opt) return NULL;
    opt->kind = kind;
    if (init(opt, given) == WK_OK) return opt;
    wki_object_unref(opt);
    return NULL;
}

/* ---- By name ---- */

static const char by_name[] = "optim_by_name";

int wk_optim_names(const char *const **names)
{
    static const char *const all[] = {
#define X(NAME) #NAME,
#include "wki_optim_list.h"
#undef X
    };
    if (names) *names = all;
    return KINDS;
}

/* Says that there is no `word` among n others: the nearest one, or else all of them. */
static wk_status fail_unknown(const char *what, const char *word, const char *const *others, int n)
{
    const char *nearest = wki_nearest(word, others, n);
    if (nearest) return wki_fail(WK_E_NOT_FOUND, by_name, "%s '%s'; did you mean '%s'?", what, word, nearest);
    char all[256] = "";
    for (size_t i = 0, used = 0; i < (size_t)n && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", others[i]);
    return wki_fail(WK_E_NOT_FOUND, by_name, "%s '%s'; there are %s", what, word, all);
}

static const wki_optim_option *option_named(const wki_optim_kind *kind, const char *name)
{
    const char *names[MOST_OPTIONS];
    int n = 0;
    for (const wki_optim_option *option = kind->options; option->name && n < MOST_OPTIONS; option++) {
        if (strcmp(option->name, name) == 0) return option;
        names[n++] = option->name;
    }
    char what[64];
    snprintf(what, sizeof what, "%s has no option", kind->name);
    fail_unknown(what, name, names, n);
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

/* "lr=1e-3", or "nesterov" for "nesterov=true"; the word is cut in two. */
static wk_status read_option(const wki_optim_kind *kind, void *opts, char *word)
{
    char *equals = strchr(word, '=');
    const char *value = equals ? equals + 1 : NULL;
    if (equals) *equals = 0;
    const wki_optim_option *option = option_named(kind, word);
    if (!option) return wk_error();
    if (option->flag && !value) value = "true";
    wki_check(value, WK_E_INVALID, WK_E_INVALID, by_name, "%s has no value; write %s=0.1", word, word);
    const bool read = option->flag ? flag_of(value, wki_optim_flag(opts, option))
                                   : wki_double_of(value, strlen(value), wki_optim_number(opts, option));
    wki_check(read, WK_E_INVALID, WK_E_INVALID, by_name, "%s is '%s'; expected %s", word, value,
              option->flag ? "true or false" : "a number");
    return WK_OK;
}

static wk_status read_options(const wki_optim_kind *kind, void *opts, const char *text)
{
    static const char between[] = ", ";
    char word[96];
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        const size_t length = strcspn(text, between);
        wki_check(length < sizeof word, WK_E_INVALID, WK_E_INVALID, by_name,
                  "option '%.20s...' is too long; write options as lr=0.1,momentum=0.9", text);
        memcpy(word, text, length);
        word[length] = 0;
        if (read_option(kind, opts, word)) return wk_error();
        text += length;
    }
    return WK_OK;
}

static const wki_optim_kind *kind_named(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    const char *const *names;
    const int n = wk_optim_names(&names);
    fail_unknown("there is no optimizer", name, names, n);
    return NULL;
}

wk_optim *wk_optim_by_name(const char *name, wk_params *params, const char *options)
{
    if (!name) return wki_null_argument(by_name, "name"), NULL;
    const wki_optim_kind *kind = kind_named(name);
    if (!kind) return NULL;
    const head known = { kind->opts_size, params };
    void *opts = wki_alloc(kind->opts_size);
    if (!opts) return NULL;
    memcpy(opts, kind->defaults, kind->opts_size);
    memcpy(opts, &known, sizeof known);
    wk_optim *opt = read_options(kind, opts, options ? options : "") ? NULL : wki_optim_new(kind, opts);
    wki_free(opts);
    return opt;
}

/* ---- Step ---- */

static wk_status fail_unfit(const wk_optim *opt, int i)
{
    const wk_tensor *p = opt->slots[i].p, *g = p->grad;
    const char *name = wk_params_name(opt->params, i);
    if (g->v.dtype != p->v.dtype)
        return wki_fail(WK_E_DTYPE, "step", "the gradient of '%s' is %s; it must be %s as the parameter", name,
                        wk_dtype_name(g->v.dtype), wk_dtype_name(p->v.dtype));
    if (g->v.device != p->v.device)
        return wki_fail(WK_E_DEVICE, "step", "the gradient of '%s' is on another device than the parameter", name);
    return wki_fail(WK_E_SHAPE, "step", "the gradient of '%s' is %s; it must be %s as the parameter", name,
                    wki_show(&g->v), wki_show(&p->v));
}

/* Takes note of a parameter's gradient, as the kernel wants it: contiguous, and no memory of the parameter itself. */
static wk_status take_gradient(wk_optim *opt, int i)
{
    wki_optim_slot *slot = &opt->slots[i];
    const wk_tensor *p = slot->p;
    wk_tensor *g = p->grad;
    slot->g = NULL;
    if (!g) return WK_OK;
    if (g->v.dtype != p->v.dtype || g->v.device != p->v.device || !wki_same_shape(&g->v, &p->v))
        return fail_unfit(opt, i);
    for (int k = 0; k < opt->nstates && slot->t; k++)
        wki_check(slot->state[k]->v.dtype == p->v.dtype && wki_same_shape(&slot->state[k]->v, &p->v), WK_E_STATE,
                  WK_E_STATE, "step", "'%s' became %s %s after the first step; make a new optimizer",
                  wk_params_name(opt->params, i), wk_dtype_name((wk_dtype)p->v.dtype), wki_show(&p->v));
    if (g->storage == p->storage) g = wk_clone(g);
    g = wk_contiguous(g);
    if (!g || (slot->t == 0 && make_states(opt, slot))) return wk_error();
    slot->g = &g->v;
    return WK_OK;
}

/* One call for all that are like the first: of one dtype, device and step count. */
static wk_status update_alike(wk_optim *opt, int first)
{
    const wki_optim_slot like = opt->slots[first];
    const int most = UINT16_MAX / (1 + opt->nstates);
    const wki_view **view = opt->views;
    int64_t work = 0;
    int n = 0;
    for (int i = first; i < opt->count && n < most; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        const wki_view *p = &slot->p->v;
        if (!slot->g || slot->t != like.t || p->dtype != like.p->v.dtype || p->device != like.p->v.device) continue;
        *view++ = p;
        for (int k = 0; k < opt->nstates; k++) *view++ = &slot->state[k]->v;
        work += wki_numel(p) * (4 + 4 * opt->nstates);
        opt->picked[n++] = slot;
    }
    const int nout = (int)(view - opt->views);
    for (int i = 0; i < n; i++) *view++ = opt->picked[i]->g;
    opt->kind->prepare(opt->opts, like.t + 1, opt->numbers);
    const wki_update_attrs attrs = { opt->plan.rule, n, opt->numbers };
    if (wki_do(WKI_OP_update, nout, nout + n, opt->views, &attrs, sizeof attrs, work)) return wk_error();
    for (int i = 0; i < n; i++) {
        opt->picked[i]->t += !WKI_FAULT(31);
        opt->picked[i]->g = NULL;
        wki_bump(opt->picked[i]->p);
    }
    return WK_OK;
}

wk_status wk_step(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "step") || wk_failed()) return wk_error();
    WK_SCOPE(step);
    WK_NO_GRAD(update);
    for (int i = 0; i < opt->count; i++)
        if (take_gradient(opt, i)) return wk_error();
    for (int i = 0; i < opt->count; i++)
        if (opt->slots[i].g && update_alike(opt, i)) return wk_error();
    opt->steps++;
    return WK_OK;
}

wk_status wk_zero_grad(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "zero_grad") || wk_failed()) return wk_error();
    for (int i = 0; i < opt->count; i++) wk_set_grad(opt->slots[i].p, NULL);
    return WK_OK;
}

/* ---- Ask ---- */

double wk_lr(const wk_optim *opt)
{
    return wki_optim_ok(opt, "lr") ? *wki_optim_number(opt->opts, opt->kind->options) : (double)NAN;
}

wk_status wk_set_lr(wk_optim *opt, double lr)
{
    if (!wki_optim_ok(opt, "set_lr") || wk_failed() || number_ok(opt->kind->options, lr, "set_lr")) return wk_error();
    *wki_optim_number(opt->opts, opt->kind->options) = lr;
    wki_optim_describe(opt);
    return WK_OK;
}

int64_t wk_steps(const wk_optim *opt) { return wki_optim_ok(opt, "steps") ? opt->steps : 0; }

const char *wk_optim_name(const wk_optim *opt) { return wki_optim_ok(opt, "optim_name") ? opt->kind->name : NULL; }

const char *wk_optim_describe(const wk_optim *opt) { return wki_optim_ok(opt, "optim_describe") ? opt->text : NULL; }

wk_tensor *wk_optim_state(wk_optim *opt, int i, const char *name)
{
    static const char where[] = "optim_state";
    if (!wki_optim_ok(opt, where)) return NULL;
    if (!name) return wki_null_argument(where, "name"), NULL;
    wki_check(i >= 0 && i < opt->count, NULL, WK_E_RANGE, where, "parameter %d of %d; the first is 0", i, opt->count);
    for (int k = 0; k < opt->nstates; k++)
        if (strcmp(opt->plan.states[k], name) == 0) return opt->slots[i].state[k];
    const char *nearest = wki_nearest(name, opt->plan.states, opt->nstates);
    wki_fail(WK_E_NOT_FOUND, where, "%s has no state '%s'%s%s%s", opt->kind->name, name,
             nearest ? "; did you mean '" : " with these options", nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}
