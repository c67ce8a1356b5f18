/* Protobuf's wire format: see protobuf.h. Rests on base alone. */
#include "train/protobuf.h"
#include "base/alloc.h"
#include <string.h>

enum { VARINT = 0, EIGHT_BYTES = 1, COUNTED = 2, FOUR_BYTES = 5 };

void wki_put(wki_message *m, const void *from, size_t bytes)
{
    if (m->failed) return;
    unsigned char *at = wki_grow_bytes(m->at, m->used, bytes, &m->room);
    m->failed = !at;
    if (m->failed) return;
    m->at = at;
    if (bytes) memcpy(m->at + m->used, from, bytes);
    m->used += bytes;
}

void wki_put_varint(wki_message *m, uint64_t value)
{
    do {
        unsigned char byte = (unsigned char)(value & 127);
        value >>= 7;
        if (value) byte |= 128;
        wki_put(m, &byte, 1);
    } while (value);
}

void wki_put_little(wki_message *m, uint64_t value, int bytes)
{
    unsigned char out[8];
    for (int i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> 8 * i);
    wki_put(m, out, (size_t)bytes);
}

static void put_key(wki_message *m, int field, int type) { wki_put_varint(m, (uint64_t)field << 3 | (uint64_t)type); }

void wki_put_int(wki_message *m, int field, int64_t value)
{
    put_key(m, field, VARINT);
    wki_put_varint(m, (uint64_t)value);
}

static uint64_t bits(double value)
{
    uint64_t b;
    memcpy(&b, &value, sizeof b);
    return b;
}

void wki_put_double(wki_message *m, int field, double value)
{
    put_key(m, field, EIGHT_BYTES);
    wki_put_little(m, bits(value), 8);
}

void wki_put_doubles(wki_message *m, int field, const double *values, int n)
{
    wki_put_head(m, field, 8 * (uint64_t)n);
    for (int i = 0; i < n; i++) wki_put_little(m, bits(values[i]), 8);
}

void wki_put_float(wki_message *m, int field, float value)
{
    uint32_t b;
    memcpy(&b, &value, sizeof b);
    put_key(m, field, FOUR_BYTES);
    wki_put_little(m, b, 4);
}

void wki_put_head(wki_message *m, int field, uint64_t bytes)
{
    put_key(m, field, COUNTED);
    wki_put_varint(m, bytes);
}

void wki_put_bytes(wki_message *m, int field, const void *from, size_t bytes)
{
    wki_put_head(m, field, bytes);
    wki_put(m, from, bytes);
}

void wki_put_text(wki_message *m, int field, const char *text) { wki_put_bytes(m, field, text, strlen(text)); }

void wki_put_message(wki_message *m, int field, wki_message *inside)
{
    wki_put_bytes(m, field, inside->at, inside->used);
    m->failed = m->failed || inside->failed;
    wki_free(inside->at);
    *inside = (wki_message){ 0 };
}
