/* Pictures in PNG and JPEG files, told by their first bytes. */
#ifndef WKI_PICTURE_H
#define WKI_PICTURE_H
#include "wick/base.h"

enum { WKI_PICTURE_SIDE_MOST = 32768, WKI_PICTURE_PIXELS_MOST = 1 << 26 };
typedef struct wki_picture {
    int height, width, channels; /* 1: grey, 3: red, green, blue */
    uint8_t *pixels;             /* [height, width, channels]; freed with wki_free */
} wki_picture;

/* Into `channels`, 1 or 3; transparency is dropped. height and width 0: any; else any other size is refused before a
 * pixel has room. */
wk_status wki_picture_read(const char *path, int channels, int height, int width, wki_picture *out, const char *where);
/* Another size, each pixel a mean of those under it: a triangle that is at least a pixel wide on both sides. */
wk_status wki_picture_fit(wki_picture *picture, int height, int width);

/* A file in memory on its way to pixels: what picture.c asks of png.c and jpeg.c. */
typedef struct wki_picture_job {
    const char *path, *where;
    const unsigned char *bytes;
    size_t n;
    int height, width; /* wanted, or 0 */
    wki_picture *out;
} wki_picture_job;
wk_status wki_png_read(wki_picture_job *job);
wk_status wki_jpeg_read(wki_picture_job *job);
/* Room for the pixels, once the header has told their number and it is one that is wanted. No whole file of such a picture has less than
 * `least` bytes. */
wk_status wki_picture_room(wki_picture_job *job, uint64_t height, uint64_t width, int channels, uint64_t least);
#endif
