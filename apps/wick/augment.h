/* augment.h: --augment flip,vflip,crop:4,cutout:8,erase, what happens by chance to the images of training, in this order. */
#ifndef WICK_APP_AUGMENT_H
#define WICK_APP_AUGMENT_H
#include "models.h"
#include "wick/data.h"

bool augment_know(const char *text); /* false after a usage error on stderr */
/* For rows of x as the data set has them; text NULL: NULL. */
wk_transform *augment_make(const char *text, const models_image *image, const wk_field *x);
#endif
