/* pictures.h: a folder of pictures as rows for training and for test. */
#ifndef WICK_APP_PICTURES_H
#define WICK_APP_PICTURES_H
#include "wick/data.h"

typedef struct pictures {
    wk_dataset *train, *test;   /* test NULL: the folder makes no difference */
    const char *test_name;      /* of its folder: "test", "val" .. */
    const char *left_out;       /* a folder that nothing is made of; NULL: none */
} pictures;

/* DIR/train and DIR/test, or what stands in its place, DIR/val, each with a folder a class; else the classes lie in DIR
 * itself. o: as for wk_dataset_images, but for path; a size that is not given is that of the first picture for training.
 * In the scope open at the call; false with the library's error pending. */
bool pictures_open(pictures *p, const char *path, const wk_images_opts *o);
/* Rows without classes: pictures in the folder itself. NULL, and no error, if there are none. */
wk_dataset *pictures_alone(const char *path, const wk_images_opts *o);
/* Of which folder the test rows are, unless it is all as its name says: "those of val"; "". Returns text. */
const char *pictures_describe(const pictures *p, char *text, size_t size);
#endif
