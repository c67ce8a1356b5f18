/* What the groups of a file hold, a group before its members, in the order of their names. H5Ovisit would not notice a
 * damaged file that never ends. Rests on library.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/hdf5/h5.h"
#include <string.h>

enum { LINKS_MOST = 100000, DEPTH_MOST = 64, TARGET_MOST = 4096 };

/* What tells one object of a file from another, and how many names it has. */
#if H5_VERSION_GE(1, 12, 0)
typedef H5O_token_t identity;
static identity identity_of(hid_t object, unsigned *names)
{
    H5O_info2_t info = { 0 };
    H5Oget_info3(object, &info, H5O_INFO_BASIC);
    *names = info.rc;
    return info.token;
}
#else
typedef haddr_t identity;
static identity identity_of(hid_t object, unsigned *names)
{
    H5O_info_t info = { 0 };
    H5Oget_info1(object, &info);
    *names = info.rc;
    return info.addr;
}
#endif

typedef struct walk {
    wki_h5_catalog *catalog;
    identity *ids; /* of the catalog's objects that have several names; of others zeros */
    bool no_memory;
} walk;

/* Groups on the way from the root: one that holds itself is entered once. */
typedef struct folder {
    const struct folder *parent;
    const char *path;
    identity id;
    walk *walk;
    int depth;
} folder;

static herr_t visit_group(hid_t group, const folder *f);

static bool more_room(walk *w)
{
    wki_h5_catalog *c = w->catalog;
    wki_h5_object *objects = wki_grow_list(c->objects, (size_t)c->count, sizeof *objects);
    if (objects) c->objects = objects;
    identity *ids = objects ? wki_grow_list(w->ids, (size_t)c->count, sizeof *ids) : NULL;
    if (ids) w->ids = ids;
    return ids;
}

static wki_h5_object *add(walk *w, char *path, wki_h5_kind kind)
{
    wki_h5_catalog *c = w->catalog;
    if (!path || !more_room(w)) {
        w->no_memory = true;
        wki_free(path);
        return NULL;
    }
    c->objects[c->count] = (wki_h5_object){ .path = path, .kind = kind, .same_as = -1 };
    return &c->objects[c->count++];
}

/* Objects with one name are met once, unless their group has several. */
static void identify(walk *w, const identity *id, unsigned names)
{
    const int me = w->catalog->count - 1;
    if (names < 2) return;
    w->ids[me] = *id;
    for (int i = 0; i < me && w->catalog->objects[me].same_as < 0; i++)
        if (w->catalog->objects[i].several && !memcmp(&w->ids[i], id, sizeof *id)) w->catalog->objects[me].same_as = i;
    w->catalog->objects[me].several = true;
}

static herr_t add_object(const folder *in, hid_t object, char *path)
{
    walk *w = in->walk;
    unsigned names = 1;
    const H5I_type_t type = object < 0 ? H5I_BADID : H5Iget_type(object);
    const bool set = type == H5I_DATASET, group = type == H5I_GROUP && in->depth < DEPTH_MOST;
    wki_h5_object *o = add(w, path, set ? WKI_H5_SET : group ? WKI_H5_GROUP : WKI_H5_OTHER);
    if (!o) return -1;
    if (!set && !group)
        o->what = type == H5I_GROUP      ? "a group in more than 64 others"
                  : type == H5I_DATATYPE ? "a named type"
                                         : "an object that cannot be opened";
    if (!set && !group) return 0;
    const identity id = identity_of(object, &names);
    identify(w, &id, names);
    return group ? visit_group(object, &(folder){ in, path, id, w, in->depth + 1 }) : 0;
}

static herr_t add_link(const folder *in, hid_t group, const char *name, const H5L_info_t *link, char *path)
{
    const bool soft = link->type == H5L_TYPE_SOFT && link->u.val_size < TARGET_MOST;
    wki_h5_object *o = add(in->walk, path, soft ? WKI_H5_SOFT : WKI_H5_OTHER);
    if (!o) return -1;
    o->what = link->type == H5L_TYPE_EXTERNAL ? "a link to another file" : "a link of an unknown kind";
    if (!soft) return 0;
    o->target = wki_alloc(link->u.val_size + 1);
    in->walk->no_memory = !o->target;
    return o->target && H5Lget_val(group, name, o->target, link->u.val_size, H5P_DEFAULT) >= 0 ? 0 : -1;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link, void *user)
{
    const folder *in = user;
    if (++in->walk->catalog->links > LINKS_MOST) return -1;
    char *path = wki_sprintf("%s/%s", in->path, name);
    if (link->type != H5L_TYPE_HARD) return add_link(in, group, name, link, path);
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    const herr_t code = add_object(in, object, path);
    if (object >= 0) H5Oclose(object);
    return code;
}

static herr_t visit_group(hid_t group, const folder *f)
{
    for (const folder *up = f->parent; up; up = up->parent)
        if (!memcmp(&up->id, &f->id, sizeof f->id)) return 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, (void *)f);
}

static bool visit_root(walk *w, hid_t root)
{
    unsigned names;
    const identity id = identity_of(root, &names);
    if (!add(w, wki_strdup(""), WKI_H5_GROUP)) return false;
    identify(w, &id, 2);
    return visit_group(root, &(folder){ NULL, "", id, w, 0 }) >= 0;
}

wk_status wki_h5_walk(wki_h5_file *file, const char *where, wki_h5_catalog *c)
{
    char reason[160];
    walk w = { .catalog = c };
    *c = (wki_h5_catalog){ 0 };
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t root = H5Gopen2(file->id, "/", H5P_DEFAULT);
    const bool done = root >= 0 && visit_root(&w, root);
    if (!done && !w.no_memory)
        wki_fail(WK_E_FORMAT, where, "%s: its groups cannot be read to the end (%s)", wki_h5_shown(file->path),
                 c->links > LINKS_MOST ? "too many links" : wki_h5_reason(reason));
    if (root >= 0) H5Gclose(root);
    wki_h5_leave(quiet);
    wki_free(w.ids);
    if (!done) wki_h5_catalog_free(c);
    return done ? WK_OK : wk_error();
}

void wki_h5_catalog_free(wki_h5_catalog *c)
{
    for (int i = 0; i < c->count; i++) {
        wki_free(c->objects[i].path);
        wki_free(c->objects[i].target);
    }
    wki_free(c->objects);
    *c = (wki_h5_catalog){ 0 };
}
