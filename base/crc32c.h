/* CRC-32C (Castagnoli; RFC 3720, appendix B.4): what tells a damaged file from a whole one; and CRC-32, zip's. */
#ifndef WKI_CRC32C_H
#define WKI_CRC32C_H
#include "wick/base.h"

/* Of the bytes behind those whose sum is `crc`; 0 for the first. */
WK_API uint32_t wki_crc32c(uint32_t crc, const void *from, size_t bytes);
WK_API uint32_t wki_crc32c_by_table(uint32_t crc, const void *from, size_t bytes); /* the same, on any processor */
WK_API uint32_t wki_crc32(uint32_t crc, const void *from, size_t bytes); /* ITU-T V.42, likewise */
#endif
