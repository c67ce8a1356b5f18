/* Words that say what happens to images, as transforms of wick/data.h. */
#include "augment.h"
#include "args.h"
#include "say.h"
#include <string.h>

enum { MOST = 8 };
static const char *const names[] = { "flip", "vflip", "crop", "cutout", "erase" };
enum { FLIP, VFLIP, CROP, CUTOUT, ERASE, NAMES };

typedef struct word {
    int name;
    int64_t number; /* of crop: the padding; of cutout: the side */
} word;

static bool read_word(const char *text, word *w)
{
    const size_t n = strcspn(text, ":");
    for (w->name = 0; w->name < NAMES; w->name++)
        if (strlen(names[w->name]) == n && !strncmp(names[w->name], text, n)) break;
    const bool takes = w->name == CROP || w->name == CUTOUT;
    if (w->name == NAMES || takes != (text[n] == ':')) return false;
    w->number = 0;
    return !takes || (args_whole(text + n + 1, &w->number) && w->number > 0 && w->number <= 1024);
}

bool augment_know(const char *text)
{
    char item[32];
    word w;
    for (int n = 0; args_item(&text, item, sizeof item); n++)
        if (n == MOST || !read_word(item, &w))
            return say_usage(
                       "--augment has \"%s\"; expected flip, vflip, crop:PIXELS, cutout:PIXELS or erase, at most %d",
                       item, MOST),
                   false;
    return true;
}

wk_transform *augment_make(const char *text, const models_image *image, const wk_field *x)
{
    char item[32];
    word w;
    wk_transform *list[MOST + 2];
    int n = 0;
    if (!text) return NULL;
    if (image->last) list[n++] = wk_transform_channels_first(x->name);
    while (args_item(&text, item, sizeof item) && read_word(item, &w))
        list[n++] = w.name == FLIP    ? wk_transform_random_horizontal_flip(x->name, 0.5)
                    : w.name == VFLIP ? wk_transform_random_vertical_flip(x->name, 0.5)
                    : w.name == CROP  ? wk_transform_random_crop(x->name, image->height, image->width, w.number)
                    : w.name == ERASE ? wk_transform_random_erasing(x->name, 0.5, NULL, NULL, 0)
                                      : wk_transform_cutout(x->name, w.number);
    if (image->last) list[n++] = wk_transform_channels_last(x->name);
    return wk_failed() ? NULL : wk_transforms_new(list, n);
}
