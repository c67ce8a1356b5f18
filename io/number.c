/* Stored numbers: names, sizes, byte order, and conversion loops, one for each pair of types. Rests on nothing but C.
 */
#include "io/number.h"
#include <string.h>

const char *wki_number_name(wki_number number)
{
#define X(kind, name, type) name,
    static const char *const names[] = { WKI_NUMBER_LIST(X) };
#undef X
    return number < WKI_NUMBERS ? names[number] : "?";
}

wki_number wki_number_of(wk_dtype dtype)
{
    switch (dtype) {
    case WK_F32: return WKI_F32;
    case WK_F64: return WKI_F64;
    case WK_I64: return WKI_I64;
    case WK_I32: return WKI_I32;
    default: return WKI_U8;
    }
}

size_t wki_number_size(wki_number number)
{
#define X(kind, name, type) sizeof(type),
    static const unsigned char sizes[] = { WKI_NUMBER_LIST(X) };
#undef X
    return number < WKI_NUMBERS ? sizes[number] : 0;
}

void wki_number_swap(wki_number number, void *elements, size_t n)
{
    uint16_t *by2 = elements;
    uint32_t *by4 = elements;
    uint64_t *by8 = elements;
    switch (wki_number_size(number)) {
    case 2:
        for (size_t i = 0; i < n; i++) by2[i] = __builtin_bswap16(by2[i]);
        break;
    case 4:
        for (size_t i = 0; i < n; i++) by4[i] = __builtin_bswap32(by4[i]);
        break;
    case 8:
        for (size_t i = 0; i < n; i++) by8[i] = __builtin_bswap64(by8[i]);
        break;
    default: break;
    }
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: moved into place, the exponent is 112 short, which one exact product mends for denormals too. */
static float from_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = (uint32_t)(half & 0x7fff) << 13;
    if (rest >= 0x7c00u << 13) return float_of_bits(sign | 0x7f800000u | rest);
    return float_of_bits(sign | rest) * 0x1p112f;
}

#define FROM(kind, type)                                                                                               \
    case WKI_##kind:                                                                                                   \
        for (size_t i = 0; i < n; i++) to[i] = (TARGET)((const type *)from)[i];                                        \
        break;
#define FROM_INTEGERS                                                                                                  \
    FROM(U8, uint8_t)                                                                                                  \
    FROM(I8, int8_t)                                                                                                   \
    FROM(U16, uint16_t)                                                                                                \
    FROM(I16, int16_t)                                                                                                 \
    FROM(U32, uint32_t)                                                                                                \
    FROM(I32, int32_t)                                                                                                 \
    FROM(U64, uint64_t)                                                                                                \
    FROM(I64, int64_t)
#define FROM_FLOATS                                                                                                    \
    FROM(F32, float)                                                                                                   \
    FROM(F64, double)                                                                                                  \
    case WKI_F16:                                                                                                      \
        for (size_t i = 0; i < n; i++) to[i] = (TARGET)from_half(((const uint16_t *)from)[i]);                         \
        break;

#define TARGET float
static void to_f32(wki_number number, const void *from, size_t n, float *to)
{
    switch (number) {
        FROM_INTEGERS
        FROM_FLOATS
    default: break;
    }
}
#undef TARGET

#define TARGET double
static void to_f64(wki_number number, const void *from, size_t n, double *to)
{
    switch (number) {
        FROM_INTEGERS
        FROM_FLOATS
    default: break;
    }
}
#undef TARGET

#define TARGET int64_t
static void to_i64(wki_number number, const void *from, size_t n, int64_t *to)
{
    switch (number) {
        FROM_INTEGERS
    default: break;
    }
}
#undef TARGET

#define TARGET int32_t
static void to_i32(wki_number number, const void *from, size_t n, int32_t *to)
{
    switch (number) {
        FROM_INTEGERS
    default: break;
    }
}
#undef TARGET

void wki_number_convert(wki_number number, const void *from, size_t n, wk_dtype dtype, void *to)
{
    if (number == wki_number_of(dtype)) {
        memcpy(to, from, n * wki_number_size(number));
        return;
    }
    switch (dtype) {
    case WK_F32: to_f32(number, from, n, to); break;
    case WK_F64: to_f64(number, from, n, to); break;
    case WK_I64: to_i64(number, from, n, to); break;
    case WK_I32: to_i32(number, from, n, to); break;
    case WK_U8:
    case WK_BOOL: memcpy(to, from, n); break;
    default: break;
    }
}

/* Bytes become what they are divided by 255: 1 / 255 in two parts, the product with the first of which is exact, makes
 * the same numbers for all of them faster than a division. */
void wki_number_deliver(wki_number number, const void *from, size_t n, wk_dtype dtype, bool unit, void *to)
{
    const uint8_t *bytes = from;
    float *x = to;
    if (!unit)
        wki_number_convert(number, from, n, dtype, to);
    else
        for (size_t i = 0; i < n; i++) {
            const float byte = bytes[i];
            x[i] = byte * 0x1.01p-8f + byte * 0x1.010102p-24f;
        }
}
