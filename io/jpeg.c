/* JPEG through libjpeg, where the library was built with it. libjpeg fills what is missing or damaged with grey and
 * only warns; here a warning is an error. It leaves by longjmp. */
#include "base/alloc.h"
#include "base/error.h"
#include "io/picture.h"
#ifdef WICK_WITH_JPEG
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

enum { SCANS_MOST = 200, ARITHMETIC_FREE = 4 << 20 }; /* each goes over all of a progressive picture */

typedef struct reader {
    struct jpeg_error_mgr errors; /* first: libjpeg hands it back */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    wki_picture_job *job;
    char why[JMSG_LENGTH_MAX];
    jmp_buf failed;
} reader;

static void leave(reader *r, const char *why)
{
    if (why)
        snprintf(r->why, sizeof r->why, "%s", why);
    else
        r->errors.format_message((j_common_ptr)&r->jpeg, r->why);
    longjmp(r->failed, 1);
}

static void on_error(j_common_ptr jpeg) { leave((reader *)jpeg->err, NULL); }

static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) leave((reader *)jpeg->err, NULL);
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr jpeg)
{
    reader *r = (reader *)jpeg->err;
    if (r->jpeg.input_scan_number > SCANS_MOST) leave(r, "more than 200 scans");
}

static void read_pixels(reader *r)
{
    const j_decompress_ptr jpeg = &r->jpeg;
    jpeg_create_decompress(jpeg);
    r->progress.progress_monitor = on_progress;
    jpeg->progress = &r->progress;
    jpeg_mem_src(jpeg, r->job->bytes, (unsigned long)r->job->n);
    jpeg_read_header(jpeg, TRUE);
    const int channels = jpeg->num_components == 1 ? 1 : 3;
    const uint64_t height = jpeg->image_height, width = jpeg->image_width;
    /* A bit for each block of 64; arithmetic coding may take less, which is believed of small pictures. */
    const uint64_t free = jpeg->arith_code ? ARITHMETIC_FREE : 0, pixels = height * width;
    const uint64_t least = pixels > free ? (pixels - free) / 512 : 0;
    if (wki_picture_room(r->job, height, width, channels, least)) leave(r, "no room");
    jpeg->out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(jpeg);
    const size_t row = (size_t)jpeg->output_width * (size_t)channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW to = r->job->out->pixels + jpeg->output_scanline * row;
        jpeg_read_scanlines(jpeg, &to, 1);
    }
    jpeg_finish_decompress(jpeg);
}

wk_status wki_jpeg_read(wki_picture_job *job)
{
    reader *r = wki_alloc(sizeof *r);
    if (!r) return wk_error();
    r->job = job;
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->errors.output_message = on_output;
    if (!setjmp(r->failed))
        read_pixels(r);
    else
        wki_fail(WK_E_FORMAT, job->where, "%s: damaged or strange JPEG (%s)", job->path, r->why);
    jpeg_destroy_decompress(&r->jpeg);
    wki_free(r);
    return wk_error();
}
#else
wk_status wki_jpeg_read(wki_picture_job *job)
{
    return wki_fail(WK_E_UNSUPPORTED, job->where, "%s: is JPEG, and wick was built without libjpeg", job->path);
}
#endif
