/* The checksums in a safetensors file's __metadata__: found, checked against the header, and taken out of its text. */
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/fault.h"
#include "io/safetensors.h"
#include <string.h>

enum { DIGITS = WKI_ST_DIGITS };

static bool is_own(const wki_st_text *t) { return !strncmp(t->key, WKI_ST_OWN, sizeof WKI_ST_OWN - 1); }

static const wki_st_text *find(const wki_st_header *h, const char *key)
{
    for (int64_t i = 0; i < h->ntexts; i++)
        if (!strcmp(h->texts[i].key, key)) return &h->texts[i];
    return NULL;
}

/* Lower case alone: 'A' for 'a' is damage. */
static bool number(const char *digits, uint32_t *to)
{
    *to = 0;
    for (int i = 0; i < DIGITS; i++) {
        const char c = digits[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return false;
        *to = *to << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static uint32_t sum_of(const char *json, size_t n, size_t own)
{
    uint32_t sum = wki_crc32c(0, json, own);
    sum = wki_crc32c(sum, "00000000", DIGITS);
    return wki_crc32c(sum, json + own + DIGITS, n - own - DIGITS);
}

/* Is the text as long as count sums are, and the first of them the header's? */
static bool header_holds(const wki_st_text *t, int64_t count, const char *json, size_t n)
{
    uint32_t stored;
    return strlen(t->text) == DIGITS + (size_t)count * (DIGITS + 1) && t->at + DIGITS <= n &&
           number(t->text, &stored) && (stored == sum_of(json, n, t->at) || WKI_FAULT(64));
}

static void drop_own_texts(wki_st_header *h)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < h->ntexts; i++)
        if (!is_own(&h->texts[i])) h->texts[kept++] = h->texts[i];
    h->ntexts = kept;
}

static bool has_own_texts(const wki_st_header *h)
{
    for (int64_t i = 0; i < h->ntexts; i++)
        if (is_own(&h->texts[i])) return true;
    return false;
}

/* How many of the texts that are not own are other names; -1: no such number. */
static int64_t tied_count(const wki_st_header *h)
{
    const wki_st_text *tied = find(h, WKI_ST_TIED);
    int64_t n = 0, others = 0;
    for (int64_t i = 0; i < h->ntexts; i++) others += !is_own(&h->texts[i]);
    for (const char *c = tied ? tied->text : "0"; *c; c++) {
        if (*c < '0' || *c > '9') return -1;
        n = 10 * n + (*c - '0');
        if (n > others) return -1;
    }
    return n;
}

wk_status wki_st_take_sums(wki_st_header *h, const char *json, size_t n, const char *file, const char *where)
{
    char quoted[WKI_QUOTE];
    h->ntied = -1;
    if (!has_own_texts(h)) return WK_OK;
    const wki_st_text *sums = find(h, WKI_ST_SUMS), *version = find(h, WKI_ST_VERSION);
    wki_check(sums && version && header_holds(sums, h->count, json, n), WK_E_FORMAT, WK_E_FORMAT, where,
              "%s is damaged: its header has not the checksum that it tells; another program that writes such a file "
              "anew must leave out " WKI_ST_OWN "*",
              file);
    wki_check(!strcmp(version->text, "1"), WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, where,
              "%s is of version %s; this wick reads version 1", file, wki_quote(version->text, quoted));
    h->sums = wki_alloc_array((size_t)h->count, sizeof *h->sums);
    if (!h->sums) return WK_E_MEMORY;
    for (int64_t i = 0; i < h->count; i++)
        wki_check(number(sums->text + DIGITS + 1 + i * (DIGITS + 1), &h->sums[i]), WK_E_FORMAT, WK_E_FORMAT, where,
                  "%s: a checksum is no number; expected eight hexadecimal digits", file);
    h->ntied = tied_count(h);
    wki_check(h->ntied >= 0, WK_E_FORMAT, WK_E_FORMAT, where,
              "%s: " WKI_ST_TIED " is %s; expected how many of its texts are other names of tensors", file,
              wki_quote(find(h, WKI_ST_TIED)->text, quoted));
    drop_own_texts(h);
    return WK_OK;
}
