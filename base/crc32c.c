/* CRC-32C by the processor's instruction where there is one, three streams at a time, else by tables of eight bytes;
 * CRC-32 by tables. */
#include "base/crc32c.h"
#include <pthread.h>
#include <string.h>

enum { CRC32C_REVERSED = 0x82F63B78u, CRC32_REVERSED = 0xEDB88320u, STREAM = 4096 };

typedef uint32_t tables[8][256];
static tables castagnoli, zip;
static uint32_t shift_table[4][256]; /* the sum of what STREAM zeros follow */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint32_t of_zeros(uint32_t crc, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) crc = castagnoli[0][crc & 255] ^ crc >> 8;
    return crc;
}

static void make_table(tables table, uint32_t polynomial)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? polynomial ^ crc >> 1 : crc >> 1;
        table[0][i] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++) table[k][i] = table[0][table[k - 1][i] & 255] ^ table[k - 1][i] >> 8;
}

static void make_tables(void)
{
    make_table(castagnoli, CRC32C_REVERSED);
    make_table(zip, CRC32_REVERSED);
    for (int k = 0; k < 4; k++)
        for (uint32_t i = 0; i < 256; i++) shift_table[k][i] = of_zeros(i << 8 * k, STREAM);
}

static uint64_t word(const unsigned char *at)
{
    uint64_t w;
    memcpy(&w, at, sizeof w);
    return w;
}

static uint32_t by_table(tables table, uint32_t crc, const unsigned char *at, size_t bytes)
{
    for (; bytes >= 8; at += 8, bytes -= 8) {
        uint64_t w = word(at) ^ crc;
        crc = 0;
        for (int k = 0; k < 8; k++) crc ^= table[7 - k][w >> 8 * k & 255];
    }
    for (; bytes; bytes--) crc = table[0][(crc ^ *at++) & 255] ^ crc >> 8;
    return crc;
}

#ifdef __x86_64__
static uint32_t shifted(uint32_t crc)
{
    return shift_table[0][crc & 255] ^ shift_table[1][crc >> 8 & 255] ^ shift_table[2][crc >> 16 & 255] ^
           shift_table[3][crc >> 24];
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t start, const unsigned char *at, size_t bytes)
{
    uint64_t crc = start;
    for (; bytes >= 3 * STREAM; at += 3 * STREAM, bytes -= 3 * STREAM) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < STREAM; i += 8) {
            crc = __builtin_ia32_crc32di(crc, word(at + i));
            second = __builtin_ia32_crc32di(second, word(at + STREAM + i));
            third = __builtin_ia32_crc32di(third, word(at + 2 * STREAM + i));
        }
        crc = shifted((uint32_t)crc) ^ second;
        crc = shifted((uint32_t)crc) ^ third;
    }
    for (; bytes >= 8; at += 8, bytes -= 8) crc = __builtin_ia32_crc32di(crc, word(at));
    uint32_t rest = (uint32_t)crc;
    for (; bytes; bytes--) rest = __builtin_ia32_crc32qi(rest, *at++);
    return rest;
}
#endif

uint32_t wki_crc32c_by_table(uint32_t crc, const void *from, size_t bytes)
{
    pthread_once(&once, make_tables);
    return ~by_table(castagnoli, ~crc, from, bytes);
}

uint32_t wki_crc32c(uint32_t crc, const void *from, size_t bytes)
{
#ifdef __x86_64__
    pthread_once(&once, make_tables);
    if (__builtin_cpu_supports("sse4.2")) return ~by_instruction(~crc, from, bytes);
#endif
    return wki_crc32c_by_table(crc, from, bytes);
}

uint32_t wki_crc32(uint32_t crc, const void *from, size_t bytes)
{
    pthread_once(&once, make_tables);
    return ~by_table(zip, ~crc, from, bytes);
}
