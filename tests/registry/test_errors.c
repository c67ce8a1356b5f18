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
    if (y || wk_error() != e->status || strncmp(text, begins, strlen(begins)) != 0 || !strstr(text, e->tells))
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

/* Which ops no error sample is about: told, and kept from growing by the floor under the samples. */
static bool has_error_sample(const char *op)
{
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_error_sample *e = error_lists[f]; e && e->call; e++)
            if (strncmp(e->op, op, strlen(op)) == 0) return true;
    return false;
}

TEST(errors, are_wanted_for_every_op)
{
    int missing = 0;
    for (int f = 0; f < FAMILIES; f++)
        for (const wki_opdef *const *op = families[f]; *op; op++)
            if (!has_error_sample((*op)->name))
                printf("%s %s", missing++ ? "," : "without error samples:", (*op)->name);
    if (missing) printf(" (%d)\n", missing);
    fflush(stdout);
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
