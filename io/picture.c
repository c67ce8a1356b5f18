/* Pictures as bytes: which decoder, grey from colour, another size. Rests on png.c and jpeg.c. */
#include "io/picture.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include <math.h>
#include <string.h>

static const size_t file_most = (size_t)256 << 20;

wk_status wki_picture_room(wki_picture_job *job, uint64_t height, uint64_t width, int channels, uint64_t least)
{
    const bool fits = height > 0 && width > 0 && height <= WKI_PICTURE_SIDE_MOST && width <= WKI_PICTURE_SIDE_MOST &&
                      height * width <= WKI_PICTURE_PIXELS_MOST;
    if (!fits)
        return wki_fail(WK_E_FORMAT, job->where,
                        "%s: a picture of %llu x %llu; expected sides of 1 to %d and at most %d pixels", job->path,
                        (unsigned long long)height, (unsigned long long)width, WKI_PICTURE_SIDE_MOST,
                        WKI_PICTURE_PIXELS_MOST);
    if (least > job->n)
        return wki_fail(WK_E_FORMAT, job->where, "%s: claims %llu x %llu pixels in %zu bytes", job->path,
                        (unsigned long long)height, (unsigned long long)width, job->n);
    if (job->height && (height != (uint64_t)job->height || width != (uint64_t)job->width))
        return wki_fail(WK_E_SHAPE, job->where, "%s: a picture of %llu x %llu; expected %d x %d, or ask for resize",
                        job->path, (unsigned long long)height, (unsigned long long)width, job->height, job->width);
    job->out->height = (int)height;
    job->out->width = (int)width;
    job->out->channels = channels;
    job->out->pixels = wki_alloc(height * width * (size_t)channels);
    return job->out->pixels ? WK_OK : wk_error();
}

/* Luma of ITU-R BT.601 from red, green and blue, or grey three times. */
static wk_status convert(wki_picture *p, int channels)
{
    if (p->channels == channels) return WK_OK;
    const size_t n = (size_t)p->height * (size_t)p->width;
    uint8_t *to = wki_alloc(n * (size_t)channels);
    if (!to) return wk_error();
    for (size_t i = 0; i < n && channels == 1; i++) {
        const uint8_t *rgb = p->pixels + 3 * i;
        to[i] = (uint8_t)((19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u) >> 16);
    }
    for (size_t i = 0; i < n && channels == 3; i++) memset(to + 3 * i, p->pixels[i], 3);
    wki_free(p->pixels);
    p->pixels = to;
    p->channels = channels;
    return WK_OK;
}

static wk_status decode(wki_picture_job *job)
{
    static const unsigned char png[] = { 0x89, 'P', 'N', 'G' }, jpeg[] = { 0xff, 0xd8, 0xff };
    if (job->n >= sizeof png && !memcmp(job->bytes, png, sizeof png)) return wki_png_read(job);
    if (job->n >= sizeof jpeg && !memcmp(job->bytes, jpeg, sizeof jpeg)) return wki_jpeg_read(job);
    return wki_fail(WK_E_FORMAT, job->where, "%s: %s; expected a picture, PNG or JPEG", job->path,
                    job->n ? "its first bytes are others" : "is empty");
}

wk_status wki_picture_read(const char *path, int channels, int height, int width, wki_picture *out, const char *where)
{
    size_t n;
    *out = (wki_picture){ 0 };
    char *bytes = wki_file_slurp(path, file_most, &n, where);
    if (!bytes) return wk_error();
    wki_picture_job job = { path, where, (const unsigned char *)bytes, n, height, width, out };
    wk_status status = decode(&job);
    if (!status) status = convert(out, channels);
    wki_free(bytes);
    if (!status) return WK_OK;
    wki_free(out->pixels);
    *out = (wki_picture){ 0 };
    return status;
}

/* ---- Another size ---- */

/* One direction of a picture: `lines` of them lie `line` bytes apart, and the pixels along one `step`. */
typedef struct axis {
    uint8_t *bytes;
    int n;
    size_t step, line;
} axis;

/* The weights of the pixels under pixel `at` of n; returns how many, the first being *first. */
static int weigh(int at, int n, int from_n, float *weights, int *first)
{
    const double scale = (double)from_n / n, reach = scale > 1 ? scale : 1, center = (at + 0.5) * scale;
    const int low = (int)fmax(center - reach + 0.5, 0), high = (int)fmin(center + reach + 0.5, from_n);
    double sum = 0;
    for (int i = low; i < high; i++) sum += fmax(1 - fabs(i + 0.5 - center) / reach, 0);
    for (int i = low; i < high; i++) weights[i - low] = (float)(fmax(1 - fabs(i + 0.5 - center) / reach, 0) / sum);
    *first = low;
    return high - low;
}

static wk_status fit_axis(axis from, axis to, int lines, int channels)
{
    const size_t most = 2 * ((size_t)from.n / (size_t)to.n + 2);
    float *weights = wki_alloc_array(most, sizeof *weights);
    if (!weights) return wk_error();
    for (int at = 0; at < to.n; at++) {
        int first;
        const int n = weigh(at, to.n, from.n, weights, &first);
        for (int line = 0; line < lines; line++)
            for (int c = 0; c < channels; c++) {
                const uint8_t *p = from.bytes + (size_t)line * from.line + (size_t)first * from.step + c;
                float sum = 0.5f;
                for (int i = 0; i < n; i++) sum += weights[i] * (float)p[(size_t)i * from.step];
                to.bytes[(size_t)line * to.line + (size_t)at * to.step + (size_t)c] = (uint8_t)(sum > 255 ? 255 : sum);
            }
    }
    wki_free(weights);
    return WK_OK;
}

wk_status wki_picture_fit(wki_picture *p, int height, int width)
{
    if (p->height == height && p->width == width) return WK_OK;
    const size_t c = (size_t)p->channels, old_row = (size_t)p->width * c, row = (size_t)width * c;
    uint8_t *wide = wki_alloc((size_t)p->height * row), *to = wki_alloc((size_t)height * row);
    wk_status status = wide && to ? WK_OK : wk_error();
    if (!status)
        status =
            fit_axis((axis){ p->pixels, p->width, c, old_row }, (axis){ wide, width, c, row }, p->height, p->channels);
    if (!status) status = fit_axis((axis){ wide, p->height, row, c }, (axis){ to, height, row, c }, width, p->channels);
    wki_free(wide);
    if (status) {
        wki_free(to);
        return status;
    }
    wki_free(p->pixels);
    *p = (wki_picture){ height, width, p->channels, to };
    return WK_OK;
}
