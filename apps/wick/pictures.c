/* Which folders of pictures are for training and which for test. Rests on wick/data.h. */
#include "pictures.h"
#include "folder.h"
#include <stdio.h>
#include <string.h>

enum { PATH = 1100 };

static bool has_folder(char at[PATH], const char *path, const char *name)
{
    snprintf(at, PATH, "%s/%s", path, name);
    return folder_is(at);
}

/* Classes are numbers in order of their folders' names: another list of folders would be other numbers. */
static void check_classes(const pictures *p, const char *path)
{
    const char *const *a, *const *b;
    const int n = wk_dataset_classes(p->train, &a), test = wk_dataset_classes(p->test, &b);
    for (int c = 0; c < n || c < test; c++)
        if (c >= n || c >= test || strcmp(a[c], b[c])) {
            wk_fail(WK_E_INVALID, "%s: %s has other folders than train, '%s' among them; expected the same classes",
                    path, p->test_name, c < n ? a[c] : b[c]);
            return;
        }
}

bool pictures_open(pictures *p, const char *path, const wk_images_opts *given)
{
    static const char *const names[] = { "test", "val", "valid", "validation" };
    char train[PATH], test[PATH], other[PATH];
    wk_images_opts o = *given;
    const wk_field *x;
    *p = (pictures){ .train = NULL };
    const bool parts = has_folder(train, path, "train");
    for (int i = 0; i < 4 && parts && !p->left_out; i++) {
        if (!p->test_name && has_folder(test, path, names[i]))
            p->test_name = names[i];
        else if (p->test_name && has_folder(other, path, names[i]))
            p->left_out = names[i];
    }
    o.path = p->test_name ? train : path;
    p->train = wk_dataset_images_new(&o);
    if (!p->train || !p->test_name) return p->train;
    wk_dataset_fields(p->train, &x);
    o.path = test;
    o.height = x->shape[1];
    o.width = x->shape[2];
    p->test = wk_dataset_images_new(&o);
    if (p->test) check_classes(p, path);
    return !wk_failed();
}

const char *pictures_describe(const pictures *p, char *text, size_t size)
{
    const bool usual = !p->test_name || (!strcmp(p->test_name, "test") && !p->left_out);
    snprintf(text, size, "%s%s%s%s", usual ? "" : "those of ", usual ? "" : p->test_name,
             p->left_out ? "; nothing is made of " : "", p->left_out ? p->left_out : "");
    return text;
}

wk_dataset *pictures_alone(const char *path, const wk_images_opts *given)
{
    wk_images_opts o = *given;
    o.path = path;
    o.unlabelled = true;
    wk_dataset *set = wk_dataset_images_new(&o);
    if (wk_error() == WK_E_INVALID) wk_error_clear();
    return set;
}
