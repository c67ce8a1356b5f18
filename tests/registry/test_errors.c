/* Every op has a sample; calls that must fail do so with the error that their file foretells; a NULL among the inputs
 * is an error and never a crash. */
#include "registry.h"

#define X(NAME) extern const wki_error_sample wki_errors_##NAME[] __attribute__((weak));
#include "wki_family_list.h"
#undef X

/* NULL where a family has none yet */
static const wki_error_sample *const error_lists[FAMILIES] = {
#define X(NAME) wki_errors_##NAME,
#include "wki_family_list.h"
#undef X
};

TEST(errors, every_op_has_a_sample)
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++) {
            if (!(*op)->samples || !(*op)->samples->call) ck_abort_msg("%s has no sample", (*op)->name);
            for (const wki_sample *sample = (*op)->samples; sample->call; sample++) counts->samples++;
            counts->ops++;
        }
    counts->ops += WKI_ROW_COUNT;
    counts->samples += WKI_ROW_COUNT * ROW_SHAPES;
}

static void must_fail(const wki_error_sample *e)
{
    WK_SCOPE(work);
    char begins[64];
    snprintf(begins, sizeof begins, "%s: ", e->op);
    const wk_tensor *y = e->call();
    const char *text = wk_failed() ? wk_error_text() : "";
    /* what a device finds when it comes to it knows no shapes */
    const bool tells = strstr(text, e->tells) || (wk_error() == WK_E_RANGE && strstr(text, " on cuda:0; expected "));
    if (y || wk_error() != e->status || strncmp(text, begins, strlen(begins)) != 0 || !tells)
        ck_abort_msg("%s: expected \"%s\" telling \"%s\"; %s, \"%s\": %s", e->op, wk_status_text(e->status), e->tells,
                     y ? "a result" : "no result", wk_status_text(wk_error()), text);
    wk_error_clear();
    counts->error_samples++;
    counts->checks++;
}

TEST(errors, tell_what_was_wrong)
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_error_sample *e = error_lists[f]; e && e->call; e++) must_fail(e);
}

/* Ops that no user can call: steps of the gradients of another, which has checked its arguments before. */
static const struct {
    const char *op, *checked_by;
} inner_ops[] = {
    { "unpad", "pad" },
    { "unslice", "slice" },
    { "masked_spread", "masked_select" },
    { "recur", "cumprod" },
    { "scatter_prod", "scatter_reduce" },
    { "conv_weight", "conv" },
    { "nll_backward", "nll_loss" },
    { "max_pool_put", "max_pool" },
    { "max_pool_pick", "max_pool" },
    { "avg_pool_spread", "avg_pool" },
    { "interpolate_back", "interpolate" },
};
enum { INNER_OPS = sizeof inner_ops / sizeof *inner_ops };

static bool is_of(const char *function, const char *op)
{
    static const char *const forms[] = { "", "1d", "2d", "3d", "_dim", "_dims", "_sizes" };
    const size_t length = strlen(op);
    for (size_t i = 0; strncmp(function, op, length) == 0 && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(function + length, forms[i]) == 0) return true;
    return false;
}

static bool has_error_sample(const char *op)
{
    for (int i = 0; i < INNER_OPS; i++)
        if (strcmp(inner_ops[i].op, op) == 0) op = inner_ops[i].checked_by;
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_error_sample *e = error_lists[f]; e && e->call; e++)
            if (is_of(e->op, op)) return true;
    return false;
}

static bool is_an_op(const char *name)
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            if (strcmp((*op)->name, name) == 0) return true;
    return false;
}

TEST(errors, are_sampled_for_every_op)
{
    char missing[1024] = "";
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            if (!has_error_sample((*op)->name))
                snprintf(missing + strlen(missing), sizeof missing - strlen(missing), " %s", (*op)->name);
    if (*missing) ck_abort_msg("without error samples:%s", missing);
    for (int i = 0; i < INNER_OPS; i++)
        if (!is_an_op(inner_ops[i].op)) ck_abort_msg("%s is no op any more", inner_ops[i].op);
}

/* ---- Of all rows ---- */

static void must_refuse(const subject *s, wk_tensor *const *in, wk_status status, const char *what)
{
    char begins[64];
    snprintf(begins, sizeof begins, "%s: ", s->name);
    if (call(s, in) || wk_error() != status || strncmp(wk_error_text(), begins, strlen(begins)) != 0)
        BROKEN(s, "%s is not refused", what);
    wk_error_clear();
    counts->checks++;
}

TEST(errors, rows_refuse_shapes_that_do_not_broadcast)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++) {
        WK_SCOPE(work);
        const subject s = { .name = wki_row_table[row].name, .row = row, .shapes = &row_shape_sets[0] };
        wk_tensor *in[MOST_INPUTS] = { NULL };
        if (!takes_reals(row) || inputs_of(&s) < 2 || row == WKI_ROW_where) continue;
        for (int k = 0; k < MOST_INPUTS; k++) in[k] = wk_zeros(WK_SHAPE(3, k == 1 ? 2 : 3), WK_F32);
        must_refuse(&s, in, WK_E_SHAPE, "[3, 3] and [3, 2]");
    }
}

static void null_input(const subject *s)
{
    WK_SCOPE(work);
    wk_tensor *in[MOST_INPUTS];
    int n = draw(s, in);
    for (int k = 0; k < n; k++) wk_requires_grad(in[k]);
    for (int k = 0; k < n; k++) {
        wk_tensor *kept = in[k];
        in[k] = NULL;
        wk_tensor *y = call(s, in);
        const bool optional = y && !wk_failed(); /* linear's bias */
        if (!optional && (y || !wk_failed())) BROKEN(s, "a NULL input %d is no error", k);
        wk_error_clear();
        in[k] = kept;
        counts->checks++;
    }
}
TEST(errors, a_null_input_is_one) { each(null_input); }

int main(void) { return registry_main("errors"); }
