/* CRC-32C and CRC-32 against their definitions and published values. */
#include "base/crc32c.h"
#include "wick_check.h"
#include <string.h>

WICK_ON_CPU("it makes no tensors")

/* Bit by bit, as the polynomial's definition says. */
static uint32_t by_definition(uint32_t polynomial, const unsigned char *at, size_t bytes)
{
    uint32_t crc = 0;
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    }
    return ~crc;
}

TEST(crc32c, gives_the_known_answers)
{
    unsigned char bytes[32]; /* RFC 3720, appendix B.4 */
    ck_assert_uint_eq(wki_crc32c(0, "123456789", 9), 0xE3069283u);
    memset(bytes, 0, sizeof bytes);
    ck_assert_uint_eq(wki_crc32c(0, bytes, sizeof bytes), 0x8A9136AAu);
    memset(bytes, 255, sizeof bytes);
    ck_assert_uint_eq(wki_crc32c(0, bytes, sizeof bytes), 0x62A8AB43u);
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
    ck_assert_uint_eq(wki_crc32c(0, bytes, sizeof bytes), 0x46DD794Eu);
    ck_assert_uint_eq(wki_crc32(0, "123456789", 9), 0xCBF43926u); /* ITU-T V.42 */
}

TEST(crc32c, any_length_cut_anywhere_with_and_without_the_instruction)
{
    static unsigned char bytes[3 * 4096 * 2 + 100];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 131 + i / 251);
    static const size_t lengths[] = { 0, 1, 7, 8, 9, 4095, 3 * 4096 - 1, 3 * 4096, 3 * 4096 + 9, sizeof bytes };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const size_t n = lengths[i];
        const uint32_t right = by_definition(0x82F63B78u, bytes, n);
        ck_assert_uint_eq(wki_crc32c(0, bytes, n), right);
        ck_assert_uint_eq(wki_crc32c_by_table(0, bytes, n), right);
        ck_assert_uint_eq(wki_crc32c(wki_crc32c(0, bytes, n / 3), bytes + n / 3, n - n / 3), right);
        ck_assert_uint_eq(wki_crc32(wki_crc32(0, bytes, n / 3), bytes + n / 3, n - n / 3),
                          by_definition(0xEDB88320u, bytes, n));
    }
}
WICK_TEST_MAIN
