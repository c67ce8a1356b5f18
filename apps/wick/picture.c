/* Images as PNG (RFC 2083) with stored blocks of deflate (RFC 1951), in base64 (RFC 4648): a page needs no other file.
 */
#include "picture.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 8, MOST_SIDE = 192, STORED = 65535 };

typedef struct layout {
    int64_t height, width, channels, step, down, across; /* steps between channels, rows and columns */
} layout;

static bool lay_out(layout *l, int ndim, const int64_t *n)
{
    if (ndim == 2)
        *l = (layout){ n[0], n[1], 1, 0, n[1], 1 };
    else if (ndim == 3 && (n[0] == 1 || n[0] == 3))
        *l = (layout){ n[1], n[2], n[0], n[1] * n[2], n[2], 1 };
    else if (ndim == 3 && (n[2] == 1 || n[2] == 3))
        *l = (layout){ n[0], n[1], n[2], 1, n[1] * n[2], n[2] };
    else
        return false;
    return l->height >= LEAST && l->width >= LEAST;
}

bool picture_of_rows(const wk_field *x)
{
    layout l;
    return lay_out(&l, x->ndim, x->shape);
}

/* ---- Bytes as base64, with PNG's checksum of the chunk that they are in ---- */

typedef struct writer {
    FILE *out;
    uint32_t crc, pending;
    int count;
} writer;

static void put_digits(writer *w, int n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int k = 0; k < 4; k++) putc(k < n ? digits[w->pending >> (18 - 6 * k) & 63] : '=', w->out);
    w->pending = 0;
    w->count = 0;
}

static void put_byte(writer *w, unsigned byte)
{
    w->crc ^= byte;
    for (int k = 0; k < 8; k++) w->crc = w->crc >> 1 ^ (w->crc & 1 ? UINT32_C(0xedb88320) : 0);
    w->pending |= byte << (16 - 8 * w->count);
    if (++w->count == 3) put_digits(w, 4);
}

static void put_end(writer *w)
{
    if (w->count) put_digits(w, w->count + 1);
}

static void put_number(writer *w, uint32_t n)
{
    for (int shift = 24; shift >= 0; shift -= 8) put_byte(w, n >> shift & 255);
}

static void begin_chunk(writer *w, uint32_t bytes, const char *type)
{
    put_number(w, bytes);
    w->crc = UINT32_MAX;
    while (*type) put_byte(w, (unsigned char)*type++);
}

static void end_chunk(writer *w) { put_number(w, ~w->crc); }

/* ---- The file ---- */

typedef struct image {
    int width, height, channels;
    size_t bytes;
    uint8_t *lines; /* each behind a 0: no filter */
} image;

static void put_data(writer *w, const image *i)
{
    const size_t blocks = (i->bytes + STORED - 1) / STORED;
    uint32_t a = 1, b = 0;
    begin_chunk(w, (uint32_t)(2 + 5 * blocks + i->bytes + 4), "IDAT");
    put_byte(w, 0x78);
    put_byte(w, 0x01);
    for (size_t at = 0; at < i->bytes; at++) {
        const size_t left = i->bytes - at;
        const unsigned n = (unsigned)(left < STORED ? left : STORED);
        if (at % STORED == 0) {
            put_byte(w, left <= STORED);
            for (int k = 0; k < 2; k++) put_byte(w, n >> 8 * k & 255);
            for (int k = 0; k < 2; k++) put_byte(w, ~n >> 8 * k & 255);
        }
        put_byte(w, i->lines[at]);
        a = (a + i->lines[at]) % 65521;
        b = (b + a) % 65521;
    }
    put_number(w, b << 16 | a);
    end_chunk(w);
}

static void put_png(FILE *out, const image *i)
{
    writer w = { .out = out };
    for (const char *sign = "\x89PNG\r\n\x1a\n"; *sign; sign++) put_byte(&w, (unsigned char)*sign);
    begin_chunk(&w, 13, "IHDR");
    put_number(&w, (uint32_t)i->width);
    put_number(&w, (uint32_t)i->height);
    put_byte(&w, 8);
    put_byte(&w, i->channels == 3 ? 2 : 0);
    for (int k = 0; k < 3; k++) put_byte(&w, 0);
    end_chunk(&w);
    put_data(&w, i);
    begin_chunk(&w, 0, "IEND");
    end_chunk(&w);
    put_end(&w);
}

/* ---- From numbers to bytes ---- */

/* 0 .. 1 is black to white; other ranges are stretched to that. */
static void range(const float *x, int64_t n, float *low, float *high)
{
    *low = 0;
    *high = 1;
    float least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        least = fminf(least, x[i]);
        most = fmaxf(most, x[i]);
    }
    if (least >= 0 && most <= 1) return;
    *low = least;
    *high = most > least ? most : least + 1;
}

static bool draw(image *i, const layout *l, const float *x)
{
    const int64_t side = l->height > l->width ? l->height : l->width, skip = (side + MOST_SIDE - 1) / MOST_SIDE;
    float low, high;
    *i =
        (image){ (int)((l->width + skip - 1) / skip), (int)((l->height + skip - 1) / skip), (int)l->channels, 0, NULL };
    i->bytes = (size_t)i->height * (size_t)(1 + i->width * i->channels);
    uint8_t *to = i->lines = malloc(i->bytes);
    if (!to) return wk_fail(WK_E_MEMORY, "no memory for an image"), false;
    range(x, l->height * l->width * l->channels, &low, &high);
    for (int64_t row = 0; row < l->height; row += skip) {
        *to++ = 0;
        for (int64_t column = 0; column < l->width; column += skip) {
            for (int64_t c = 0; c < l->channels; c++) {
                const float v = (x[c * l->step + row * l->down + column * l->across] - low) / (high - low);
                *to++ = v > 0 ? (uint8_t)(255 * fminf(v, 1) + 0.5f) : 0;
            }
        }
    }
    return true;
}

bool picture_put(FILE *out, wk_tensor *row, const char *name)
{
    layout l;
    image i;
    wk_tensor *x = wk_contiguous(wk_to_device(wk_to(row, WK_F32), WK_CPU));
    if (!x || !lay_out(&l, wk_ndim(x), wk_shape(x)) || !draw(&i, &l, wk_data(x))) return !wk_failed();
    fprintf(out, "<img alt=\"%s\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,", name, i.width, i.height);
    put_png(out, &i);
    fputs("\"/>", out);
    free(i.lines);
    return true;
}
