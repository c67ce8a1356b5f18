/* The laws of scopes and objects: who owns what, when it dies, and how the dead are told. */
#include "base/error.h"
#include "base/thread.h"
#include "base_node.h"

WICK_ON_CPU("it makes no tensors")

static const wki_type other_type = { "other", sizeof(wki_object), NULL };

static void check_dead(const void *object, const char *scope)
{
    CHECK(!is_live(object));
    CHECK_ERROR(WK_E_STATE, "use: x is dead", scope);
}

static node *leave(int way)
{
    for (int i = 0; i < 1; i++) {
        WK_SCOPE(inside);
        node *made = node_new();
        if (way == 0) break;
        if (way == 1) continue;
        if (way == 2) return made;
        goto out;
    }
out:
    return NULL;
}

TEST(scope, closes_on_break_continue_return_and_goto)
{
    const int64_t before = wk_live_objects();
    const int depth = wki_scope_depth();
    for (int way = 0; way < 4; way++) {
        leave(way);
        CHECK(wk_live_objects() == before && wki_scope_depth() == depth);
    }
}

TEST(scope, closes_with_those_opened_inside_it)
{
    wk_scope *outer = wk_scope_open("outer");
    node *a = node_new();
    wk_scope_open("inner");
    node *b = node_new();
    wk_scope_close(outer);
    check_dead(a, "'outer'");
    check_dead(b, "'inner'");
    wk_scope_close(outer);
    CHECK_ERROR(WK_E_STATE, "scope_close");
    wk_scope_guard(&outer);
    CHECK_OK();
}

TEST(scope, nests_deeper_than_any_table)
{
    wk_scope *first = wk_scope_open("first");
    for (int i = 0; i < 200; i++) {
        CHECK(wk_scope_open("deeper") != NULL);
        CHECK(node_new() != NULL);
    }
    wk_scope_close(first);
}

static void make_without_scope(void *made) { *(void **)made = node_new(); }

static void fail_without_scope(void *carried)
{
    void *made;
    make_without_scope(&made);
    CHECK_NULL(made);
    wki_error_take(carried);
}

TEST(scope, is_needed_to_make_an_object)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(fail_without_scope, &carried, "scopeless"));
    wki_error_raise(&carried);
    CHECK_ERROR(WK_E_STATE, "node_new: no scope is open", "WK_SCOPE");
}

static void leave_scope_open(void *unused)
{
    (void)unused;
    wk_scope_open("abandoned");
    node_new();
}

TEST(scope, dies_with_its_thread)
{
    const int64_t before = wk_live_objects();
    wki_thread_join(wki_thread_start(leave_scope_open, NULL, "leaves"));
    CHECK(wk_live_objects() == before);
}

TEST(object, that_died_is_told_with_its_scope)
{
    node *dead[40];
    {
        WK_SCOPE(step);
        for (int i = 0; i < 40; i++) dead[i] = node_new();
    }
    for (int i = 0; i < 30; i++) CHECK(node_new() != NULL);
    for (int i = 0; i < 40; i++) check_dead(dead[i], "it belonged to scope 'step', which has closed");
    CHECK_NULL(wk_keep(dead[0]));
    CHECK_ERROR(WK_E_STATE, "keep", "'step'");
    wk_release(dead[0]);
    CHECK_ERROR(WK_E_STATE, "release", "'step'");
    WK_SCOPE(again);
    CHECK_NULL(wk_escape(again, dead[0]));
    CHECK_ERROR(WK_E_STATE, "escape", "'step'");
}

TEST(object, of_another_type_is_told)
{
    CHECK(!is_live(wki_object_new(&other_type, "other_new")));
    CHECK_ERROR(WK_E_INVALID, "use: x is an other; expected a node");
}

static node *escaped(node *argument)
{
    WK_SCOPE(helper);
    node *made = argument ? argument : node_new();
    return wk_escape(helper, made);
}

TEST(object, that_escapes_lives_in_the_scope_around)
{
    node *far_out = node_new(), *made;
    {
        WK_SCOPE(middle);
        made = escaped(NULL);
        CHECK(is_live(made));
        CHECK(escaped(far_out) == far_out);
    }
    check_dead(made, "'middle'");
    CHECK(is_live(far_out));
    WK_SCOPE(lone);
    CHECK_NULL(wk_escape(lone, NULL));
}

static void escape_from_the_outermost(void *carried)
{
    WK_SCOPE(outermost);
    CHECK_NULL(wk_escape(outermost, node_new()));
    wki_error_take(carried);
}

TEST(object, cannot_escape_the_outermost_scope)
{
    wki_error carried;
    wki_thread_join(wki_thread_start(escape_from_the_outermost, &carried, "outermost"));
    wki_error_raise(&carried);
    CHECK_ERROR(WK_E_STATE, "escape", "'outermost'");
}

TEST(object, that_is_kept_lives_until_released)
{
    node *kept;
    {
        WK_SCOPE(step);
        kept = wk_keep(node_new());
    }
    CHECK(is_live(kept));
    wk_fail(WK_E_IO, "pending");
    wk_release(kept);
    CHECK_ERROR(WK_E_IO, "pending");
    check_dead(kept, "last reference");
    wk_release(NULL);
    CHECK_NULL(wk_keep(NULL));
}

TEST(object, that_is_not_kept_cannot_be_released)
{
    node *owned = node_new();
    wk_release(owned);
    CHECK_ERROR(WK_E_STATE, "release", "node is not kept");
    CHECK(is_live(owned));
}

static void release_it(void *object) { wk_release(object); }

TEST(object, may_be_released_on_another_thread)
{
    const int64_t before = wk_live_objects();
    for (int i = 0; i < 50; i++) {
        node *kept;
        {
            WK_SCOPE(step);
            kept = wk_keep(node_new());
        }
        wki_thread_join(wki_thread_start(release_it, kept, "releases"));
        CHECK(wk_live_objects() == before);
    }
}

TEST(object, that_replaces_another_lives_where_that_one_did)
{
    node *state = node_new();
    const int64_t before = wk_live_objects();
    for (int i = 0; i < 100; i++) {
        WK_SCOPE(step);
        node *next = node_new();
        next->number = state->number + 1;
        wk_replace(&state, next);
        CHECK(state == next && wk_live_objects() == before);
    }
    CHECK(is_live(state) && state->number == 100);
    wk_replace(&state, state);
    CHECK(is_live(state));
}

TEST(object, that_replaces_a_kept_one_is_kept)
{
    node *state;
    {
        WK_SCOPE(first);
        state = wk_keep(node_new());
    }
    {
        WK_SCOPE(second);
        wk_replace(&state, node_new());
    }
    CHECK(is_live(state));
    wk_release(state);
    check_dead(state, "last reference");
}

TEST(object, is_not_replaced_by_the_null_of_an_error)
{
    node *state = node_new(), *none = NULL;
    wk_fail(WK_E_SHAPE, "pending");
    wk_replace(&state, NULL);
    CHECK_ERROR(WK_E_SHAPE, "pending");
    CHECK(is_live(state));
    wk_replace(&none, state);
    CHECK(none == state);
    wk_replace(&state, NULL);
    CHECK(state == NULL);
    check_dead(none, "last reference");
}

TEST(object, with_a_parent_lives_as_long)
{
    node *parent = node_new();
    {
        WK_SCOPE(build);
        parent->child = node_new();
        wki_object_adopt(parent->child);
    }
    CHECK(is_live(parent->child));
    node *shared = parent->child, *second = node_new();
    second->child = shared;
    wki_object_adopt(shared);
    wki_object_unref(second);
    CHECK(is_live(shared));
    wk_replace(&shared, node_new());
    CHECK_ERROR(WK_E_STATE, "replace", "parent");
    CHECK(shared == parent->child);
}

TEST(object, chain_of_a_million_is_destroyed_without_recursion)
{
    destroyed = 0;
    {
        WK_SCOPE(chain);
        node *head = NULL;
        for (int i = 0; i < 1000000; i++) {
            node *made = wki_object_new_unscoped(&node_type, "chain");
            made->child = head;
            head = made;
        }
        CHECK(wk_live_objects() >= 1000000);
        node *root = node_new();
        root->child = head;
    }
    CHECK(destroyed == 1000001);
}

static void destroy_with_error(void *object)
{
    (void)object;
    wk_fail(WK_E_INVALID, "from a destructor");
}

TEST(object, that_dies_leaves_the_error_alone)
{
    static const wki_type clumsy = { "clumsy", sizeof(wki_object), destroy_with_error };
    wki_object_unref(wki_object_new(&clumsy, "clumsy"));
    CHECK_OK();
    wk_fail(WK_E_IO, "before");
    wki_object_unref(wki_object_new_unscoped(&clumsy, "clumsy"));
    CHECK_ERROR(WK_E_IO, "before");
}

WICK_TEST_MAIN
