/* The running statistics of BatchNorm, gathered anew for weights that no batch has passed through. */
#include "base/alloc.h"
#include "base/error.h"
#include "nn/module.h"
#include "wick/train.h"
#include <math.h>
#include <string.h>

static const char where[] = "update_bn";
enum { BUFFERS = 3 };
static const char *const buffers[BUFFERS] = { "running_mean", "running_var", "num_batches_tracked" };
static const double fresh[BUFFERS] = { 0, 1, 0 };

typedef struct norm {
    wk_batch_norm_opts *options; /* the module's own */
    double momentum;
    wk_tensor *running[BUFFERS], *before[BUFFERS];
} norm;

typedef struct norms {
    norm *at;
    int count;
} norms;

static bool is_known(const norms *all, const wk_module *m)
{
    for (int i = 0; i < all->count; i++)
        if (all->at[i].options == m->state) return true;
    return false;
}

static wk_status take(void *user, const char *name, wk_module *m)
{
    (void)name;
    norms *all = user;
    const bool tracks = m->own && !strncmp(m->ops->name, "batch_norm", 10) && wki_module_find(m, buffers[0]);
    if (!tracks || is_known(all, m)) return WK_OK;
    norm n = { .options = m->state, .momentum = ((const wk_batch_norm_opts *)m->state)->momentum };
    for (int i = 0; i < BUFFERS; i++) {
        n.running[i] = wki_module_find(m, buffers[i])->object;
        if (!(n.before[i] = wk_clone(n.running[i]))) return wk_error();
    }
    norm *more = wki_grow_list(all->at, (size_t)all->count, sizeof *more);
    if (!more) return wk_error();
    all->at = more;
    all->at[all->count++] = n;
    return WK_OK;
}

/* As before a first batch, and so that each batch counts the same. */
static void begin(const norms *all)
{
    for (int i = 0; i < all->count; i++) {
        all->at[i].options->momentum = (double)NAN;
        for (int k = 0; k < BUFFERS; k++) wk_fill_(all->at[i].running[k], fresh[k]);
    }
}

/* Momenta as they were; after an error the statistics too. */
static void end(const norms *all)
{
    const bool failed = wk_failed();
    wki_error error;
    if (failed) wki_error_take(&error);
    for (int i = 0; i < all->count; i++) {
        all->at[i].options->momentum = all->at[i].momentum;
        for (int k = 0; failed && k < BUFFERS; k++) wk_copy_(all->at[i].running[k], all->at[i].before[k]);
    }
    if (failed) wki_error_raise(&error);
}

static int64_t pass(wk_module *m, wk_loader *loader)
{
    int64_t batches = 0;
    for (wk_batch *b; (b = wk_loader_next(loader)); batches++) {
        WK_SCOPE(step);
        if (!wk_forward(m, wk_batch_x(b))) break;
    }
    return batches;
}

wk_status wk_update_bn(wk_module *m, wk_loader *loader)
{
    if (wk_failed() || !wki_module_ok(m, where, "m")) return wk_error();
    WK_SCOPE(work);
    WK_NO_GRAD(gathering);
    norms all = { 0 };
    if (wk_module_apply(m, take, &all) == WK_OK && all.count) {
        begin(&all);
        wki_module_keep_modes(m);
        wk_train(m, true);
        if (!pass(m, loader) && !wk_failed() && !pass(m, loader)) /* it stood at the very end of an epoch */
            wki_fail(WK_E_STATE, where, "the loader had no rows");
        wki_module_restore_modes(m);
        end(&all);
    }
    wki_free(all.at);
    return wk_error();
}
