/* picture.h: a row of data as an image within a page. */
#ifndef WICK_APP_PICTURE_H
#define WICK_APP_PICTURE_H
#include "models.h"

bool picture_of_rows(const wk_field *x); /* are rows images? of 8 pixels each way or more, one or three channels */
/* <img> of one row of x, [...], as PNG in its address; false with the library's error pending. */
bool picture_put(FILE *out, wk_tensor *row, const char *name);
#endif
