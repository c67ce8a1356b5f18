/* Protobuf's wire format, as far as it is written here: a key of field and type, then the value, little-endian. A
 * message grows in memory; where that fails, it is marked and what comes later is dropped. */
#ifndef WKI_PROTOBUF_H
#define WKI_PROTOBUF_H
#include "wick/base.h"

typedef struct wki_message {
    unsigned char *at; /* freed with wki_free, unless it went into another */
    size_t used, room;
    bool failed;
} wki_message;

void wki_put(wki_message *m, const void *from, size_t bytes); /* as they are */
void wki_put_varint(wki_message *m, uint64_t value);
void wki_put_little(wki_message *m, uint64_t value, int bytes);
void wki_put_int(wki_message *m, int field, int64_t value);
void wki_put_float(wki_message *m, int field, float value);
void wki_put_double(wki_message *m, int field, double value);
void wki_put_doubles(wki_message *m, int field, const double *values, int n); /* packed */
void wki_put_bytes(wki_message *m, int field, const void *from, size_t bytes);
void wki_put_text(wki_message *m, int field, const char *text);
void wki_put_head(wki_message *m, int field, uint64_t bytes);         /* of bytes that the caller puts behind it */
void wki_put_message(wki_message *m, int field, wki_message *inside); /* and frees inside, which is empty afterwards */
#endif
