/* Laws of the schedules: PyTorch's numbers to the bit; stopped and gone on, the same; what is refused. */
#include "../golden/schedule.h"
#include "optim/schedule.h"
#include "wick_check.h"

enum { GOLDEN = sizeof golden_schedules / sizeof *golden_schedules, STEPS = 500 };

static wk_params *one(const char *name)
{
    wk_tensor *p = wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F32));
    return wk_params_new(&p, &name, 1);
}

static wk_optim *two_groups(void)
{
    wk_optim *opt = wk_optim_sgd(one("a"), .lr = 0.1, .momentum = 0.9);
    wk_optim_add_group(opt, one("b"), "lr=0.003,momentum=0.5");
    return opt;
}

static wk_optim *two_groups_of_adam(void)
{
    wk_optim *opt = wk_optim_adam(one("a"), .lr = 0.1);
    wk_optim_add_group(opt, one("b"), "lr=0.003,beta1=0.5");
    return opt;
}

/* ---- PyTorch's numbers ---- */

static double slower(void *user, int group, int64_t t)
{
    (void)user;
    return 1 / (1 + (group ? 0.2 : 0.1) * (double)t);
}

static double shrinking(void *user, int group, int64_t t)
{
    (void)user, (void)group;
    return 1 - 1 / (double)(t + 10);
}

static wk_schedule *chained(const char *law, wk_optim *opt)
{
    if (!strcmp(law, "chained_warmup")) {
        wk_schedule *parts[] = { wk_schedule_linear(opt, 0.01, 1, 20), wk_schedule_cosine(opt, 300, 1e-4) };
        return wk_schedule_chained(parts, 2);
    }
    if (!strcmp(law, "chained_of_joined")) {
        wk_schedule *first[] = { wk_schedule_linear(opt, 0.1, 1, 20), wk_schedule_exponential(opt, 0.99) };
        wk_schedule *joined[] = { wk_schedule_sequential(first, 2, (const int64_t[]){ 20 }), NULL };
        wk_schedule *second[] = { wk_schedule_step(opt, 100, 0.5), wk_schedule_multiplicative(opt, shrinking, NULL) };
        joined[1] = wk_schedule_chained(second, 2);
        return wk_schedule_chained(joined, 2);
    }
    wk_schedule *parts[] = { wk_schedule_constant(opt, 0.1, 50), wk_schedule_exponential(opt, 0.99),
                             wk_schedule_multistep(opt, (const int64_t[]){ 100, 200 }, 2, 0.1) };
    return wk_schedule_chained(parts, 3);
}

static wk_schedule *unnamed(const char *law, wk_optim *opt)
{
    if (!strcmp(law, "lambda")) return wk_schedule_lambda(opt, slower, NULL);
    if (!strcmp(law, "multiplicative")) return wk_schedule_multiplicative(opt, shrinking, NULL);
    if (!strcmp(law, "sequential")) {
        wk_schedule *parts[] = { wk_schedule_linear(opt, 0.01, 1, 20), wk_schedule_cosine(opt, 200, 1e-4),
                                 wk_schedule_exponential(opt, 0.99) };
        return wk_schedule_sequential(parts, 3, (const int64_t[]){ 20, 220 });
    }
    if (!strcmp(law, "sequential_of_others")) {
        wk_schedule *parts[] = { wk_schedule_constant(opt, 0.1, 10), wk_schedule_step(opt, 30, 0.5),
                                 wk_schedule_multiplicative(opt, shrinking, NULL),
                                 wk_schedule_cosine_restarts(opt, 20, 2, 0) };
        return wk_schedule_sequential(parts, 4, (const int64_t[]){ 10, 200, 300 });
    }
    if (!strcmp(law, "sequential_of_curves")) {
        wk_schedule *parts[] = { wk_schedule_polynomial(opt, 60, 2), wk_schedule_lambda(opt, slower, NULL),
                                 wk_schedule_swa(opt, 0.05, 30, false),
                                 wk_schedule_multistep(opt, (const int64_t[]){ 10, 40 }, 2, 0.1) };
        return wk_schedule_sequential(parts, 4, (const int64_t[]){ 50, 150, 250 });
    }
    if (!strcmp(law, "sequential_of_a_cycle")) {
        wk_schedule *parts[] = { wk_schedule_linear(opt, 0.1, 1, 20), wk_schedule_one_cycle(opt, 0.5, 481) };
        return wk_schedule_sequential(parts, 2, (const int64_t[]){ 20 });
    }
    if (!strcmp(law, "sequential_of_no_time")) {
        wk_schedule *parts[] = { wk_schedule_constant(opt, 0.25, 0), wk_schedule_exponential(opt, 0.99),
                                 wk_schedule_constant(opt, 0.5, 0), wk_schedule_step(opt, 30, 0.5) };
        return wk_schedule_sequential(parts, 4, (const int64_t[]){ 20, 100, 200 });
    }
    return chained(law, opt);
}

static wk_schedule *make(const golden_schedule *golden, wk_optim *opt)
{
    return *golden->name ? wk_schedule_by_name(golden->name, opt, golden->options) : unnamed(golden->law, opt);
}

static wk_status advance(const golden_schedule *golden, wk_schedule *s, uint32_t *x)
{
    if (strcmp(golden->name, "plateau")) return wk_schedule_advance(s);
    const double along = golden->slope * (double)(wk_schedule_time(s) + 1);
    *x = *x * 1664525u + 1013904223u;
    return wk_schedule_advance_metric(s, (golden->slope < 0 ? 2 : 0) + along + (*x >> 16) % 1000 / 1000.0);
}

static uint64_t add_to(uint64_t checksum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 64; i += 8) checksum = (checksum ^ (bits >> i & 255)) * 0x100000001B3u;
    return checksum;
}

TEST(golden, five_hundred_steps_match_pytorch_to_the_bit)
{
    for (int k = 0; k < GOLDEN; k++) {
        WK_SCOPE(following);
        const golden_schedule *golden = &golden_schedules[k];
        const bool adam = strstr(golden->law, "_adam");
        wk_optim *opt = adam ? two_groups_of_adam() : two_groups();
        const char *momentum = adam ? "beta1" : "momentum";
        wk_schedule *s = make(golden, opt);
        uint64_t checksum = 0xCBF29CE484222325u;
        uint32_t x = 1;
        for (int t = 0; t <= STEPS; t++) {
            if (t) CHECK(advance(golden, s, &x) == WK_OK);
            const double now[] = { wk_group_lr(opt, 0), wk_group_lr(opt, 1), wk_group_option(opt, 0, momentum),
                                   wk_group_option(opt, 1, momentum) };
            for (int i = 0; i < 4; i++) {
                checksum = add_to(checksum, now[i]);
                if (t % 25) continue;
                const double expected = golden->every_25th[t / 25][i];
                wick_check_near(now[i], expected, 1e-13 * expected, golden->law, __FILE__, __LINE__);
            }
        }
#ifdef __GLIBC__ /* cosines and powers of other C libraries may differ in the last bit */
        wick_check(checksum == golden->checksum, golden->law, __FILE__, __LINE__);
#endif
        CHECK(wk_schedule_time(s) == STEPS);
    }
}

TEST(golden, every_option_of_every_schedule_has_numbers)
{
    static const wki_schedule_kind *const kinds[] = {
#define X(NAME) &wki_schedule_kind_##NAME,
#include "wki_schedule_list.h"
#undef X
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (const wki_schedule_option *option = kinds[k]->options; option->name; option++) {
            bool found = false;
            for (int i = 0; i < GOLDEN; i++)
                found |= !strcmp(golden_schedules[i].name, kinds[k]->name) &&
                         strstr(golden_schedules[i].options, option->name);
            ck_assert_msg(found, "no numbers for %s of %s", option->name, kinds[k]->name);
        }
}

/* ---- State dicts ---- */

TEST(state, goes_on_with_the_same_bits)
{
    for (int k = 0; k < GOLDEN; k++) {
        WK_SCOPE(following);
        const golden_schedule *golden = &golden_schedules[k];
        wk_optim *straight = two_groups(), *first = two_groups(), *second = two_groups();
        wk_schedule *a = make(golden, straight), *b = make(golden, first), *c = make(golden, second);
        uint32_t x = 1, y = 1;
        for (int t = 0; t < 300; t++) CHECK(advance(golden, a, &x) == WK_OK);
        for (int t = 0; t < 137; t++) CHECK(advance(golden, b, &y) == WK_OK);
        CHECK(wk_optim_load_state_dict(second, wk_optim_state_dict(first)) == WK_OK);
        CHECK(wk_schedule_load_state_dict(c, wk_schedule_state_dict(b)) == WK_OK);
        for (int t = 137; t < 300; t++) CHECK(advance(golden, c, &y) == WK_OK);
        for (int g = 0; g < 2; g++)
            wick_check(wk_group_lr(straight, g) == wk_group_lr(second, g), golden->law, __FILE__, __LINE__);
        CHECK(wk_schedule_time(c) == 300);
    }
}

TEST(state, of_others_is_refused_and_nothing_changes)
{
    wk_optim *opt = two_groups();
    wk_schedule *cosine = wk_schedule_cosine(opt, 10, 0), *step = wk_schedule_step(opt, 10, 0.5);
    wk_schedule_advance(step);
    wk_state *d = wk_schedule_state_dict(step);
    CHECK(wk_schedule_load_state_dict(cosine, d) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "the state is of step; this is cosine");
    wk_state_set_number(d, "option.gamma", -1);
    wk_schedule *other = wk_schedule_step(opt, 10, 0.5);
    CHECK(wk_schedule_load_state_dict(other, d) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "gamma is -1");
    wk_state_set_number(d, "option.gamma", 0.25);
    wk_state_set_int(d, "groups", 1);
    CHECK(wk_schedule_load_state_dict(other, d) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "the state has 1 groups; this has 2");
    CHECK(wk_schedule_time(other) == 0);
    CHECK(wk_schedule_load_state_dict(other, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "d is NULL");
}

/* ---- Use ---- */

TEST(schedule, goes_on_from_an_lr_set_by_hand)
{
    wk_optim *opt = two_groups();
    wk_schedule *s = wk_schedule_exponential(opt, 0.5);
    wk_set_group_lr(opt, 0, 8);
    CHECK(wk_schedule_advance(s) == WK_OK && wk_group_lr(opt, 0) == 4 && wk_group_lr(opt, 1) == 0.0015);
}

TEST(schedule, keeps_its_optimizer_and_parts_alive)
{
    WK_SCOPE(program);
    wk_schedule *s;
    {
        WK_SCOPE(inner);
        wk_schedule *part = wk_schedule_exponential(two_groups(), 0.5);
        s = wk_escape(inner, wk_schedule_chained(&part, 1));
    }
    CHECK(wk_schedule_advance(s) == WK_OK && wk_schedule_time(s) == 1);
}

TEST(plateau, counts_nan_as_bad_and_takes_values_below_0)
{
    wk_optim *opt = two_groups();
    wk_schedule *s = wk_schedule_plateau(opt, .patience = 1);
    wk_schedule_advance_metric(s, -1);
    wk_schedule_advance_metric(s, (double)NAN);
    CHECK(wk_group_lr(opt, 0) == 0.1);
    wk_schedule_advance_metric(s, -0.99999);
    CHECK(wk_group_lr(opt, 0) == 0.1 * 0.1);
    CHECK(wk_schedule_advance(s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "wk_schedule_advance_metric");
}

TEST(one_cycle, ends_with_its_steps)
{
    wk_optim *opt = two_groups();
    wk_schedule *s = wk_schedule_one_cycle(opt, 1.0, 5, .pct_start = 0.4);
    for (int t = 1; t < 5; t++) CHECK(wk_schedule_advance(s) == WK_OK);
    const double lr = wk_lr(opt), momentum = wk_group_option(opt, 0, "momentum");
    CHECK(wk_schedule_advance(s) == WK_OK); /* behind the last step, as loops have it */
    CHECK(wk_lr(opt) == lr && wk_group_option(opt, 0, "momentum") == momentum && wk_schedule_time(s) == 5);
    CHECK(wk_schedule_advance(s) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "schedule_one_cycle", "total_steps is 5");
    CHECK(wk_lr(opt) == lr && wk_schedule_time(s) == 5);
}

TEST(one_cycle, within_others_ends_with_its_steps)
{
    wk_optim *opt = two_groups();
    wk_schedule *cycle = wk_schedule_one_cycle(opt, 1.0, 5, .pct_start = 0.4);
    wk_schedule *parts[] = { wk_schedule_sequential(&cycle, 1, NULL), wk_schedule_exponential(opt, 0.5) };
    wk_schedule *s = wk_schedule_chained(parts, 2);
    for (int t = 1; t <= 5; t++) CHECK(wk_schedule_advance(s) == WK_OK);
    const double lr = wk_lr(opt);
    CHECK(wk_schedule_advance(s) == WK_E_RANGE);
    wk_error_clear();
    CHECK(wk_lr(opt) == lr && wk_schedule_time(s) == 5 && wk_schedule_time(parts[0]) == 5);
}

TEST(one_cycle, cycles_no_momentum_to_where_there_is_none)
{
    wk_optim *opt = two_groups(), *adam = wk_optim_adam(one("c"), .beta1 = 0);
    CHECK_NULL(wk_schedule_one_cycle(opt, 1.0, 10, .base_momentum = 0));
    CHECK_ERROR(WK_E_INVALID, "schedule_one_cycle", "base_momentum 0 and max_momentum 0.95", "sgd", "above 0");
    CHECK_NULL(wk_schedule_one_cycle(opt, 1.0, 10, .base_momentum = 0.5, .max_momentum = 0));
    CHECK_ERROR(WK_E_INVALID, "max_momentum 0 ");
    wk_schedule *s = wk_schedule_one_cycle(adam, 1.0, 10, .base_momentum = 0);
    for (int t = 1; t < 10; t++) CHECK(wk_schedule_advance(s) == WK_OK);
    CHECK(wk_group_option(adam, 0, "beta1") == 0.95);
}

/* ---- Refusals ---- */

static double negative(void *user, int group, int64_t t)
{
    (void)user;
    return t && group ? -1 : 1;
}

TEST(schedule, refuses_an_lr_below_0_and_sets_none)
{
    wk_optim *opt = two_groups();
    wk_schedule *s = wk_schedule_lambda(opt, negative, NULL);
    CHECK(wk_schedule_advance(s) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "schedule_lambda", "lr of group 1 would be -0.003");
    CHECK(wk_schedule_time(s) == 0 && wk_group_lr(opt, 0) == 0.1 && wk_group_lr(opt, 1) == 0.003);
}

TEST(make, refuses_numbers_out_of_their_ranges)
{
    wk_optim *opt = two_groups(), *plain = wk_optim_sgd(one("c"));
    CHECK_NULL(wk_schedule_step(NULL, 10, 0.1));
    CHECK_ERROR(WK_E_INVALID, "schedule_step", "opt is NULL");
    CHECK_NULL(wk_schedule_step(opt, 0, 0.1));
    CHECK_ERROR(WK_E_INVALID, "schedule_step", "step_size is 0", "from 1 on");
    CHECK_NULL(wk_schedule_exponential(opt, (double)NAN));
    CHECK_ERROR(WK_E_INVALID, "gamma is");
    CHECK_NULL(wk_schedule_linear(opt, 0, 1, 5));
    CHECK_ERROR(WK_E_INVALID, "schedule_linear", "start_factor is 0");
    CHECK_NULL(wk_schedule_cosine(opt, -1, 0));
    CHECK_ERROR(WK_E_INVALID, "t_max is -1", "whole");
    CHECK_NULL(wk_schedule_multistep(opt, (const int64_t[]){ 5, 3 }, 2, 0.1));
    CHECK_ERROR(WK_E_INVALID, "milestone 1 is 3", "rise");
    CHECK_NULL(wk_schedule_one_cycle(opt, 1.0, 10, .pct_start = 0.1));
    CHECK_ERROR(WK_E_INVALID, "pct_start 0.1", "phase 1");
    CHECK_NULL(wk_schedule_one_cycle(plain, 1.0, 10));
    CHECK_ERROR(WK_E_INVALID, "no momentum to cycle");
    CHECK_NULL(wk_schedule_plateau(opt, .factor = 1));
    CHECK_ERROR(WK_E_INVALID, "factor is 1");
    CHECK_NULL(wk_schedule_lambda(opt, NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "fn is NULL");
    CHECK(wk_lr(opt) == 0.1);
}

TEST(make, refuses_parts_that_do_not_belong_together)
{
    wk_optim *opt = two_groups();
    wk_schedule *step = wk_schedule_step(opt, 5, 0.5), *plateau = wk_schedule_plateau(opt);
    wk_schedule *foreign = wk_schedule_step(two_groups(), 5, 0.5);
    CHECK_NULL(wk_schedule_chained((wk_schedule *[]){ step, foreign }, 2));
    CHECK_ERROR(WK_E_INVALID, "schedule_chained", "part 1 is of another optimizer");
    CHECK_NULL(wk_schedule_chained((wk_schedule *[]){ step, plateau }, 2));
    CHECK_ERROR(WK_E_INVALID, "part 1 is plateau");
    CHECK_NULL(wk_schedule_chained((wk_schedule *[]){ step, step }, 2));
    CHECK_ERROR(WK_E_INVALID, "parts 0 and 1 are one schedule");
    CHECK_NULL(wk_schedule_sequential((wk_schedule *[]){ step }, 0, NULL));
    CHECK_ERROR(WK_E_INVALID, "schedule_sequential", "0 parts");
    CHECK_NULL(wk_schedule_sequential((wk_schedule *[]){ step, wk_schedule_exponential(opt, 1) }, 2, NULL));
    CHECK_ERROR(WK_E_INVALID, "milestones is NULL");
}

TEST(by_name, suggests_what_was_meant)
{
    wk_optim *opt = two_groups();
    CHECK_NULL(wk_schedule_by_name("cosin", opt, "t_max=10"));
    CHECK_ERROR(WK_E_NOT_FOUND, "schedule_by_name", "did you mean 'cosine'?");
    CHECK_NULL(wk_schedule_by_name("cosine", opt, "t_mx=10"));
    CHECK_ERROR(WK_E_NOT_FOUND, "cosine has no option 't_mx'", "did you mean 't_max'?");
    CHECK_NULL(wk_schedule_by_name("cosine", opt, NULL));
    CHECK_ERROR(WK_E_INVALID, "schedule_cosine", "t_max is not given");
    CHECK_NULL(wk_schedule_by_name("multistep", opt, "milestones=3:x"));
    CHECK_ERROR(WK_E_INVALID, "milestones is '3:x'");
    CHECK_NULL(wk_schedule_by_name("multistep", opt, "gamma=0.5"));
    CHECK_ERROR(WK_E_INVALID, "no milestones");
    CHECK_NULL(wk_schedule_by_name("step", opt, "step_size=soon"));
    CHECK_ERROR(WK_E_INVALID, "step_size is 'soon'", "a number");
}

WICK_TEST_MAIN
