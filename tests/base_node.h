/* A kind of object for the tests of base: it owns a child, and its ends are counted. */
#ifndef BASE_NODE_H
#define BASE_NODE_H
#include "base/object.h"
#include "wick_check.h"

typedef struct node {
    wki_object object;
    struct node *child;
    int number;
} node;

static int destroyed;

static inline void node_destroy(void *object)
{
    destroyed++;
    wki_object_unref(((node *)object)->child);
}

static const wki_type node_type = { "node", sizeof(node), node_destroy };

static inline node *node_new(void) { return wki_object_new(&node_type, "node_new"); }
static inline bool is_live(const void *object) { return wki_object_check(object, &node_type, "use", "x"); }
#endif
