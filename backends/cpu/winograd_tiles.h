/* What Winograd's convolutions share: how planes are cut into tiles, and how these and pixels lie in scratch. */
#ifndef WKI_CPU_WINOGRAD_TILES_H
#define WKI_CPU_WINOGRAD_TILES_H
#include "backends/cpu/conv_winograd.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

enum { WKI_WINOGRAD_SEEN = 4, WKI_WINOGRAD_MADE = 2, WKI_WINOGRAD_TAPS = 9 };
enum { WKI_WINOGRAD_STEP = 16 }; /* channels come in steps */

/* Planes of channels, and how their pixels and tiles lie in scratch. */
typedef struct wki_winograd_plane {
    const float *from;                /* of the first image; NULL: they are made */
    int64_t channels, all;            /* that are of interest, and of an image */
    int64_t height, width, before[2]; /* rows and columns of zeros in front of them */
    int64_t side;                     /* of a tile */
    int64_t ld, line;                 /* from pixel to pixel, and from row to row */
    int64_t apart;                    /* from number to number of the tiles */
} wki_winograd_plane;

typedef struct wki_winograd_plan {
    const wki_conv_attrs *attrs;
    const wki_winograd *loops;
    const wki_windows *windows;
    const wki_moves *moves;
    bool turned;                 /* the weights, for conv_data */
    int64_t n, down, across;     /* images; tiles of a plane */
    int64_t band, bands, images; /* rows of tiles at once, and how often; images at once, where bands == 1 */
    int64_t tiles;               /* at once, at most */
    int64_t panels, at_once;     /* of what is made; those whose products are at hand */
    wki_winograd_plane x, y;     /* what is read and made; conv_weight reads both */
} wki_winograd_plan;

/* Rows of tiles of some images; those of several are whole. */
typedef struct wki_winograd_block {
    int64_t image, images, row, rows;
} wki_winograd_block;

/* A plan for so many images, with the loops for the instruction set in use; its planes, down and across come next. */
void wki_winograd_begin(wki_winograd_plan *p, const wki_conv_attrs *attrs, int64_t images);

/* How many tiles at once, with so many channels: as many as the second cache holds and `least` at least, in whole rows of
 * planes or whole images; and so many bands of planes at least, where they have as many rows. Then p->tiles stands. */
void wki_winograd_cut(wki_winograd_plan *p, int64_t channels, int64_t least, int64_t bands);
/* How so many channels lie, a tile having `side` pixels along each side. */
void wki_winograd_lie(const wki_winograd_plan *p, wki_winograd_plane *x, int64_t side, int64_t channels);

/* reals of a block's pixels, and of the copy on which wki_winograd_read works besides */
int64_t wki_winograd_pixels(const wki_winograd_plan *p, const wki_winograd_plane *x);
int64_t wki_winograd_aside(const wki_winograd_plan *p, const wki_winograd_plane *x);
/* A block's pixels, and what `make` makes of them: its tiles. Is one of the numbers odd? */
bool wki_winograd_read(const wki_winograd_plan *p, const wki_winograd_plane *x, const wki_winograd_block *b,
                       void (*make)(const wki_tile_row *r), float *aside, float *pixels, float *tiles);

static inline int64_t wki_winograd_whole(int64_t channels)
{
    return (channels + WKI_WINOGRAD_STEP - 1) / WKI_WINOGRAD_STEP * WKI_WINOGRAD_STEP;
}

static inline float *wki_reals(wki_room *r, int64_t count) { return wki_room_take(r, count, sizeof(float)); }
#endif
