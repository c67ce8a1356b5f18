/* What real numbers become as integers: truncated, saturated, NaN 0. */
#ifndef WKI_CPU_SATURATE_H
#define WKI_CPU_SATURATE_H
#include "base/on_device.h"
#include <stdint.h>

WKI_ON_DEVICE static inline double wki_saturated(double x, double low, double high)
{
    return x >= high ? high : x > low ? x : x <= low ? low : 0;
}

WKI_ON_DEVICE static inline uint8_t wki_to_u8(double x) { return (uint8_t)wki_saturated(x, 0, UINT8_MAX); }
WKI_ON_DEVICE static inline int32_t wki_to_i32(double x) { return (int32_t)wki_saturated(x, INT32_MIN, INT32_MAX); }
WKI_ON_DEVICE static inline int64_t wki_to_i64(double x) /* whose largest value is no double */
{
    return x >= 0x1p63 ? INT64_MAX : x >= -0x1p63 ? (int64_t)x : x < 0 ? INT64_MIN : 0;
}
#endif
