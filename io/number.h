/* Numbers as files hold them: the integer and float types that arrays on disk come in, and their way into ours. */
#ifndef WKI_NUMBER_H
#define WKI_NUMBER_H
#include "wick/base.h"

/* Every stored type with the C type that its bytes are read as; f16 is read as its bits. */
#define WKI_NUMBER_LIST(X)                                                                                             \
    X(U8, "u8", uint8_t)                                                                                               \
    X(I8, "i8", int8_t)                                                                                                \
    X(U16, "u16", uint16_t)                                                                                            \
    X(I16, "i16", int16_t)                                                                                             \
    X(U32, "u32", uint32_t)                                                                                            \
    X(I32, "i32", int32_t)                                                                                             \
    X(U64, "u64", uint64_t)                                                                                            \
    X(I64, "i64", int64_t)                                                                                             \
    X(F16, "f16", uint16_t)                                                                                            \
    X(F32, "f32", float)                                                                                               \
    X(F64, "f64", double)
#define X(kind, name, type) WKI_##kind,
typedef enum wki_number { WKI_NUMBER_LIST(X) WKI_NUMBERS } wki_number;
#undef X

WK_API const char *wki_number_name(wki_number number);
WK_API size_t wki_number_size(wki_number number);
WK_API wki_number wki_number_of(wk_dtype dtype); /* bool: u8 */
static inline bool wki_number_is_integer(wki_number number) { return number < WKI_F16; }

/* Reverses the bytes of n elements in place. */
WK_API void wki_number_swap(wki_number number, void *elements, size_t n);

/* n elements, aligned and in this machine's byte order, as doubles, floats, or integers (from integers only). u64
 * beyond 2^63 wraps around. What does not fit u8, i32 or bool is the caller's to avoid. */
WK_API void wki_number_convert(wki_number number, const void *from, size_t n, wk_dtype dtype, void *to);
/* n elements as a data set delivers them: u8 divided by 255 where `unit`, else by wki_number_convert. */
WK_API void wki_number_deliver(wki_number number, const void *from, size_t n, wk_dtype dtype, bool unit, void *to);
#endif
