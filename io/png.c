/* PNG through libpng, where the library was built with it: 8 bits a channel, grey or colour, no transparency. libpng
 * leaves by longjmp where it fails. */
#include "base/alloc.h"
#include "base/error.h"
#include "io/picture.h"
#ifdef WICK_WITH_PNG
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_MOST = 8 << 20, CHUNKS_MOST = 256 };

typedef struct reader {
    wki_picture_job *job;
    png_structp png;
    png_infop info;
    size_t at;
    char why[120];
    jmp_buf failed;
} reader;

static void on_error(png_structp png, png_const_charp message)
{
    reader *r = png_get_error_ptr(png);
    snprintf(r->why, sizeof r->why, "%s", message);
    longjmp(r->failed, 1);
}

static void on_warning(png_structp png, png_const_charp message) { (void)png, (void)message; }

static png_voidp allocate(png_structp png, png_alloc_size_t n)
{
    (void)png;
    return wki_alloc(n);
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    wki_free(memory);
}

static void take(png_structp png, png_bytep to, size_t n)
{
    reader *r = png_get_io_ptr(png);
    if (r->job->n - r->at < n) png_error(png, "truncated");
    memcpy(to, r->job->bytes + r->at, n);
    r->at += n;
}

static void read_pixels(reader *r)
{
    const png_structp png = r->png;
    png_set_read_fn(png, r, take);
    png_set_user_limits(png, WKI_PICTURE_SIDE_MOST, WKI_PICTURE_SIDE_MOST);
    png_set_chunk_malloc_max(png, CHUNK_MOST);
    png_set_chunk_cache_max(png, CHUNKS_MOST);
    png_read_info(png, r->info);
    const int channels = png_get_color_type(png, r->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    const png_uint_32 height = png_get_image_height(png, r->info), width = png_get_image_width(png, r->info);
    const uint64_t least = (uint64_t)height * png_get_rowbytes(png, r->info) / 1032; /* the most that deflate packs */
    if (wki_picture_room(r->job, height, width, channels, least)) png_error(png, "no room");
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, r->info);
    const size_t row = (size_t)width * (size_t)channels;
    if (png_get_rowbytes(png, r->info) != row) png_error(png, "rows of another length");
    for (int pass = 0; pass < passes; pass++)
        for (png_uint_32 y = 0; y < height; y++) png_read_row(png, r->job->out->pixels + y * row, NULL);
    png_read_end(png, NULL);
}

wk_status wki_png_read(wki_picture_job *job)
{
    reader *r = wki_alloc(sizeof *r);
    if (!r) return wk_error();
    r->job = job;
    if (!setjmp(r->failed)) {
        r->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, r, on_error, on_warning, NULL, allocate, release);
        r->info = r->png ? png_create_info_struct(r->png) : NULL;
        if (r->info)
            read_pixels(r);
        else
            wki_fail(WK_E_MEMORY, job->where, "%s: no memory for libpng", job->path);
    } else {
        wki_fail(WK_E_FORMAT, job->where, "%s: damaged PNG (%s)", job->path, r->why);
    }
    png_destroy_read_struct(&r->png, &r->info, NULL);
    wki_free(r);
    return wk_error();
}
#else
wk_status wki_png_read(wki_picture_job *job)
{
    return wki_fail(WK_E_UNSUPPORTED, job->where, "%s: is PNG, and wick was built without libpng", job->path);
}
#endif
