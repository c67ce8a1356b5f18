/* Zip archives as npz files are (PKWARE's APPNOTE 6.3): what reading and writing them share, and reading. */
#ifndef WKI_ZIP_H
#define WKI_ZIP_H
#include "io/source.h"

enum { WKI_ZIP_LOCAL = 0x04034b50, WKI_ZIP_CENTRAL = 0x02014b50, WKI_ZIP_END = 0x06054b50 };
enum { WKI_ZIP_END_64 = 0x06064b50, WKI_ZIP_LOCATOR_64 = 0x07064b50 };
enum { WKI_ZIP_LOCAL_BYTES = 30, WKI_ZIP_CENTRAL_BYTES = 46, WKI_ZIP_END_BYTES = 22 };
enum { WKI_ZIP_END_64_BYTES = 56, WKI_ZIP_LOCATOR_64_BYTES = 20 };
enum { WKI_ZIP_EXTRA_64 = 1, WKI_ZIP_FEW = 0xFFFF };  /* 16 bits of ones: the number stands in zip64's place */
static const uint64_t wki_zip_much = UINT32_MAX;      /* so do 32 */

typedef struct wki_zip_entry {
    const char *name;
    unsigned method, flags;
    uint32_t sum;
    uint64_t packed, size, at; /* at: of its local header */
} wki_zip_entry;

/* An archive's directory, every number of which has been checked against the file's size. */
typedef struct wki_zip {
    const char *path, *where; /* borrowed */
    char *directory;          /* its bytes, with the names in place */
    uint64_t start;           /* of the directory in the file */
    wki_zip_entry *entries;
    int n;
} wki_zip;
/* Freed also after an error. Strict: stored or deflated members, not encrypted, on one disk, nothing behind the end. */
wk_status wki_zip_open(wki_zip *zip, const char *path, const char *where);
void wki_zip_free(wki_zip *zip);
/* The bytes of a member, whose sum is checked by who takes all of them; shown: its name in errors, borrowed. */
wki_source *wki_zip_source(const wki_zip *zip, const wki_zip_entry *entry, const char *shown);
#endif
