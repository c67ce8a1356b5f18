/* Bytes as changes of a training's state: two choose the optimizer and the schedule, then each change names an entry
 * and gives it another text or a way to be wrong. The state is refused, or the training goes on with it and back to the
 * good one. scripts/fuzz runs it. */
#include "hostile_training.h"
#include <stdio.h>
#include <stdlib.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "%s; pending: %s\n", what, wk_error_text());
    abort();
}

typedef struct input {
    const uint8_t *at, *end;
} input;

static int next(input *in) { return in->at < in->end ? *in->at++ : 0; }

static wk_training chosen(input *in)
{
    const char *const *optims, *const *schedules;
    const int n = wk_optim_names(&optims), m = wk_schedule_names(&schedules), optim = next(in), schedule = next(in);
    return hostile_training(&(hostile_kinds){ optims[optim % n], schedules[schedule % m], schedule >= 128 });
}

static const wk_state *changed(const wk_state *s, input *in)
{
    char text[65];
    const int64_t tensors = wk_state_count(s), texts = wk_state_text_count(s), at = next(in) % (tensors + texts);
    const int how = next(in);
    if (at < tensors) return hostile_tensor(s, at, how % HOSTILE_WAYS);
    const char *key = wk_state_text_key(s, at - tensors);
    if (how > 64) return hostile_text(s, key, how % 2 ? NULL : wk_state_text(s, wk_state_text_key(s, how % texts)));
    for (int i = 0; i < how; i++) text[i] = (char)next(in);
    text[how] = 0;
    return hostile_text(s, key, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    input in = { bytes, bytes + n };
    {
        WK_SCOPE(fuzzing);
        wk_manual_seed(3);
        wk_training t = chosen(&in);
        hostile_train(&t, 2);
        const wk_state *good = wk_state_copy(wk_training_state_dict(&t)), *bad = good;
        demand(!wk_failed(), "the good training fails");
        while (in.at < in.end && wk_state_count(bad) + wk_state_text_count(bad) > 0 && !wk_failed())
            bad = changed(bad, &in);
        const bool made = !wk_failed(); /* text that is no UTF-8 is refused by the state itself */
        wk_error_clear();
        const char *harm = made ? hostile_harm(&t, good, bad) : NULL;
        demand(!harm, harm);
    }
    wk_error_clear();
    demand(wk_live_objects() == 0, "objects are left alive");
    return 0;
}
