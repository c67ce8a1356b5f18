/* Checkpoints: a training's parts as one state, and a folder of such states of which the newest whole one counts. */
#include "autograd/state.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/options.h"
#include "data/loader.h"
#include "nn/module.h"
#include "optim/optim.h"
#include "optim/schedule.h"
#include "wick/train.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, NAME_BYTES = 64 };

/* ---- A training's parts ---- */

static wk_status put_random(wk_state *s)
{
    const wk_rng_place place = wk_rng_state();
    wk_state_set_int(s, "random.seed", (int64_t)place.seed);
    wk_state_set_int(s, "random.operation", (int64_t)place.operation);
    return wk_state_set_int(s, "random.stream", place.stream);
}

static bool training_ok(const wk_training *t, const char *where)
{
    if (wk_failed()) return false;
    wki_check(t && t->size >= sizeof *t, false, WK_E_INVALID, where, "t is %s",
              t ? "not made by wk_training_of" : "NULL");
    return true;
}

wk_state *wk_training_state_dict(const wk_training *t)
{
    if (!training_ok(t, "training_state_dict")) return NULL;
    wk_state *s = wk_state_new();
    if (!s) return NULL;
    if (t->module) wk_state_add(s, "model.", wk_state_dict(t->module));
    if (t->optim) wk_state_add(s, "optim.", wk_optim_state_dict(t->optim));
    if (t->loader) wk_state_add(s, "loader.", wk_loader_state_dict(t->loader));
    if (t->schedule) wk_state_add(s, "schedule.", wk_schedule_state_dict(t->schedule));
    if (t->average) wk_state_add(s, "average.", wk_average_state_dict(t->average));
    return wk_failed() || put_random(s) ? NULL : s;
}

/* The loader's, which cannot be prepared: as it was, where that is not loaded. */
static bool load_loader(wk_loader *loader, const wk_state *s)
{
    wk_state *before = wk_loader_state_dict(loader), *part = wk_state_part(s, "loader.");
    if (!before || !part) return false;
    if (wk_loader_load_state_dict(loader, part) == WK_OK) return true;
    wki_error why;
    wki_error_take(&why);
    wk_loader_load_state_dict(loader, before);
    wk_error_clear();
    wki_error_raise(&why);
    return false;
}

static wk_rng_place random_of(const wk_state *s)
{
    return (wk_rng_place){ (uint64_t)wk_state_int(s, "random.seed"), (uint64_t)wk_state_int(s, "random.operation"),
                           (uint32_t)wk_state_int(s, "random.stream") };
}

/* All that may fail, before anything is changed; what does not fit of any part, in one error. */
wk_status wk_training_load_state_dict(const wk_training *t, const wk_state *s)
{
    static const char where[] = "training_load_state_dict";
    if (!training_ok(t, where)) return wk_error();
    wki_check(s, WK_E_INVALID, WK_E_INVALID, where, "s is NULL");
    WK_SCOPE(work);
    wki_differences unlike = { 0 };
    wki_module_loading *module = t->module ? wki_module_load_begin(t->module, wk_state_part(s, "model."), NULL) : NULL;
    wki_differ_by_error(&unlike, "model");
    wki_optim_loading *optim = t->optim ? wki_optim_load_begin(t->optim, wk_state_part(s, "optim.")) : NULL;
    wki_differ_by_error(&unlike, "optim");
    wki_schedule_loading *schedule =
        t->schedule ? wki_schedule_load_begin(t->schedule, wk_state_part(s, "schedule.")) : NULL;
    wki_differ_by_error(&unlike, "schedule");
    wki_average_loading *average = t->average ? wki_average_load_begin(t->average, wk_state_part(s, "average.")) : NULL;
    wki_differ_by_error(&unlike, "average");
    if (t->loader) wki_loader_fits(t->loader, wk_state_part(s, "loader."));
    wki_differ_by_error(&unlike, "loader");
    const wk_rng_place place = random_of(s);
    wki_differ_by_error(&unlike, "random");
    const bool fits =
        !wk_failed() && wki_differences_fail(&unlike, where) == WK_OK && (!t->loader || load_loader(t->loader, s));
    wki_module_load_end(module, fits);
    wki_optim_load_end(t->optim, optim, fits);
    wki_schedule_load_end(t->schedule, schedule, fits);
    wki_average_load_end(t->average, average, fits);
    if (fits) wk_set_rng_state(place);
    return wk_error();
}

/* ---- The folder ---- */

static char *path_of(const char *folder, const char *name) { return wki_sprintf("%s/%s", folder, name); }

static const char *name_of(int64_t step, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "ckpt-%08lld.safetensors", (long long)step);
    return name;
}

/* The step that a file is named for; -1: another file. */
static int64_t step_of(const char *name)
{
    long long step;
    char again[NAME_BYTES];
    if (sscanf(name, "ckpt-%lld.", &step) != 1 || step < 0) return -1;
    return strcmp(name_of(step, again), name) ? -1 : step;
}

typedef struct steps {
    int64_t *at;
    int count;
    bool failed;
} steps;

static bool add_step(void *user, const char *name)
{
    steps *s = user;
    const int64_t step = step_of(name);
    if (step < 0) return true;
    int64_t *grown = wki_grow_list(s->at, (size_t)s->count, sizeof *grown);
    s->failed = !grown;
    if (!grown) return false;
    s->at = grown;
    s->at[s->count++] = step;
    return true;
}

static int newest_first(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static wk_status list_steps(const char *folder, steps *s, const char *where)
{
    *s = (steps){ 0 };
    if (wki_list_folder(folder, add_step, s, where) || s->failed) {
        wki_free(s->at);
        return wk_error();
    }
    if (s->count) qsort(s->at, (size_t)s->count, sizeof *s->at, newest_first);
    return WK_OK;
}

static char *checkpoint_path(const char *folder, int64_t step)
{
    char name[NAME_BYTES];
    return path_of(folder, name_of(step, name));
}

/* What processes that were killed left of any step and of the best. */
static wk_status sweep(const char *folder)
{
    static const char *const families[] = { "ckpt-", "best.safetensors." };
    for (int i = 0; i < 2; i++) {
        char *begin = path_of(folder, families[i]);
        if (!begin) return wk_error();
        wki_sweep_temporaries(begin);
        wki_free(begin);
    }
    return WK_OK;
}

/* Written, and read again from the file. */
static wk_status write_checked(const wk_state *s, char *path)
{
    WK_SCOPE(check);
    if (!path || wk_state_write(s, path)) return wk_error();
    wk_state *back = wk_state_read(path);
    wki_check(!back || wk_state_count(back) == wk_state_count(s), WK_E_IO, WK_E_IO, "checkpoint_save",
              "%s does not hold what was written", path);
    return wk_error();
}

static wk_status prune(const wk_checkpoint_opts *o)
{
    steps s;
    if (o->keep <= 0) return WK_OK;
    if (list_steps(o->folder, &s, "checkpoint_save")) return wk_error();
    int kept = 0;
    for (int i = 0; i < s.count; i++) {
        if (s.at[i] == o->step || kept < o->keep - 1) { /* the one just saved stays, whatever its number */
            kept += s.at[i] != o->step;
            continue;
        }
        char *path = checkpoint_path(o->folder, s.at[i]);
        if (path) wki_remove_file(path);
        wki_free(path);
    }
    wki_free(s.at);
    return wk_error();
}

static wk_status finite_ok(const wk_checkpoint_opts *o)
{
    for (int64_t i = 0; i < wk_state_count(o->state) && !o->nonfinite; i++) {
        wk_tensor *t = wk_state_at(o->state, i);
        if (!wki_is_float((wk_dtype)t->v.dtype) || wki_all_finite(t)) continue;
        return wk_failed()
                   ? wk_error()
                   : wki_fail(WK_E_STATE, "checkpoint_save",
                              "'%s' of step %lld is not finite; %s stays as it was (.nonfinite = true saves it)",
                              wk_state_name(o->state, i), (long long)o->step, o->folder);
    }
    return wk_error();
}

wk_checkpoint_opts wk_checkpoint_opts_default(void) { return (wk_checkpoint_opts){ WK_CHECKPOINT_DEFAULTS }; }

wk_status wk_checkpoint_save_new(const wk_checkpoint_opts *given)
{
    static const char where[] = "checkpoint_save";
    wk_checkpoint_opts o = wk_checkpoint_opts_default();
    if (wk_failed()) return wk_error();
    if (!wki_options_take(where, &o, sizeof o, given)) return WK_E_INVALID;
    wki_check(o.folder && *o.folder && o.state && o.step >= 0, WK_E_INVALID, WK_E_INVALID, where,
              "folder is %s, state %s, step %lld; a name, a state and a step of 0 or more are needed",
              o.folder ? o.folder : "NULL", o.state ? "given" : "NULL", (long long)o.step);
    if (finite_ok(&o) || wki_make_folder(o.folder, where) || sweep(o.folder)) return wk_error();
    WK_SCOPE(saving);
    wk_state *s = wk_state_new();
    if (!s || wk_state_add(s, "", o.state) || wk_state_set_int(s, "checkpoint.version", VERSION) ||
        wk_state_set_int(s, "checkpoint.step", o.step))
        return wk_error();
    char *path = checkpoint_path(o.folder, o.step), *best = o.best ? path_of(o.folder, "best.safetensors") : NULL;
    /* The best first: whoever goes on from the other file takes it for written. */
    wk_status status = WKI_FAULT(218) ? write_checked(s, path) : WK_OK;
    if (status == WK_OK && o.best) status = write_checked(s, best);
    if (status == WK_OK) status = write_checked(s, path);
    wki_free(path);
    wki_free(best);
    return status ? status : prune(&o);
}

/* Is folder the name of one checkpoint's file, or of the index of its files? */
static bool is_file(const char *folder)
{
    static const char *const endings[] = { ".safetensors", ".index.json" };
    const size_t n = strlen(folder);
    for (int i = 0; i < 2; i++) {
        const size_t tail = strlen(endings[i]);
        if (n > tail && !strcmp(folder + n - tail, endings[i])) return !wki_is_folder(folder);
    }
    return false;
}

static wk_state *read_checkpoint(const char *path, int64_t *step)
{
    wk_state *s = wk_state_read(path);
    if (!s) return NULL;
    wki_check(wk_state_text(s, "checkpoint.version") || WKI_FAULT(258), NULL, WK_E_FORMAT, "checkpoint_load",
              "%s holds tensors alone; expected a checkpoint", path);
    const int64_t version = wki_state_times(s, "checkpoint.version"), at = wki_state_times(s, "checkpoint.step");
    if (wk_failed()) return NULL;
    wki_check(version <= VERSION, NULL, WK_E_UNSUPPORTED, "checkpoint_load",
              "%s has version %lld; this library reads up to %d", path, (long long)version, VERSION);
    if (step) *step = at;
    return s;
}

wk_state *wk_checkpoint_load(const char *folder, int64_t *step)
{
    static const char where[] = "checkpoint_load";
    steps all;
    if (wk_failed()) return NULL;
    wki_check(folder && *folder, NULL, WK_E_INVALID, where, "folder is %s", folder ? "empty" : "NULL");
    if (is_file(folder)) return read_checkpoint(folder, step);
    if (list_steps(folder, &all, where)) return NULL;
    wk_state *s = NULL;
    wki_error first = { .code = WK_OK };
    for (int i = 0; i < all.count && !s; i++) {
        char *path = checkpoint_path(folder, all.at[i]);
        s = path ? read_checkpoint(path, step) : NULL;
        wki_free(path);
        if (s || wk_error() == WK_E_MEMORY || wk_error() == WK_E_UNSUPPORTED) break;
        wki_log(WK_LOG_WARNING, "%s; an older one is tried", wk_error_text());
        if (first.code == WK_OK) wki_error_take(&first);
        wk_error_clear();
    }
    wki_free(all.at);
    if (s || wk_failed()) return s;
    if (first.code != WK_OK) return wki_error_raise(&first), NULL;
    wki_fail(WK_E_NOT_FOUND, where, "%s has no ckpt-STEP.safetensors", folder);
    return NULL;
}

wk_state *wk_checkpoint_load_best(const char *folder, int64_t *step)
{
    if (wk_failed()) return NULL;
    wki_check(folder && *folder, NULL, WK_E_INVALID, "checkpoint_load_best", "folder is %s", folder ? "empty" : "NULL");
    if (is_file(folder)) return read_checkpoint(folder, step);
    char *path = path_of(folder, "best.safetensors");
    wk_state *s = path ? read_checkpoint(path, step) : NULL;
    wki_free(path);
    return s;
}
