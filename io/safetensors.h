/* The safetensors format (huggingface.co/docs/safetensors): eight bytes with the length of a header in JSON, the
 * header, the elements. A header from anywhere is read without recursion and in memory bounded by its length; what it
 * says is checked before anything is done with it. Files are little-endian, and so must the machine be. */
#ifndef WKI_SAFETENSORS_H
#define WKI_SAFETENSORS_H
#include "base/file.h"
#include "wick/base.h"

/* Types by their name, bits of an element, in the order in which the reference writer puts them, last first. */
#define WKI_ST_LIST(X)                                                                                                 \
    X(BOOL, 8)                                                                                                         \
    X(F4, 4)                                                                                                           \
    X(F6_E2M3, 6)                                                                                                      \
    X(F6_E3M2, 6)                                                                                                      \
    X(U8, 8)                                                                                                           \
    X(I8, 8)                                                                                                           \
    X(F8_E5M2, 8)                                                                                                      \
    X(F8_E4M3, 8)                                                                                                      \
    X(F8_E8M0, 8)                                                                                                      \
    X(F8_E4M3FNUZ, 8)                                                                                                  \
    X(F8_E5M2FNUZ, 8)                                                                                                  \
    X(I16, 16)                                                                                                         \
    X(U16, 16)                                                                                                         \
    X(F16, 16)                                                                                                         \
    X(BF16, 16)                                                                                                        \
    X(I32, 32)                                                                                                         \
    X(U32, 32)                                                                                                         \
    X(F32, 32)                                                                                                         \
    X(C64, 64)                                                                                                         \
    X(F64, 64)                                                                                                         \
    X(I64, 64)                                                                                                         \
    X(U64, 64)
#define X(name, bits) WKI_ST_##name,
typedef enum wki_st_type { WKI_ST_LIST(X) WKI_ST_TYPES } wki_st_type;
#undef X
WK_API const char *wki_st_type_name(wki_st_type type);
WK_API wk_dtype wki_st_dtype(wki_st_type type); /* what its elements become here; WK_DTYPE_COUNT: nothing */
WK_API wki_st_type wki_st_type_of(wk_dtype dtype);

enum { WKI_ST_DIMS = 8, WKI_ST_HEADER_MOST = 100000000 };
typedef struct wki_st_tensor {
    const char *name;
    wki_st_type type;
    int ndim; /* as the file says; sizes beyond the eighth are not kept */
    int64_t shape[WKI_ST_DIMS];
    int64_t begin, bytes; /* of its elements, from the first one of all on */
    const void *data;     /* for writing */
} wki_st_tensor;
typedef struct wki_st_text {
    const char *key, *text;
    size_t at; /* of text in the header that it was read from */
} wki_st_text;

typedef struct wki_st_header {
    int64_t count, ntexts;
    wki_st_tensor *tensors; /* in the order of their bytes, which leave no gap */
    wki_st_text *texts;
    int64_t ntied;  /* texts, the first ones, that tell another name of a tensor; -1: the file does not say which do */
    uint32_t *sums; /* CRC-32C of each tensor's bytes; NULL: the file tells none */
    char *words;    /* holds all names and text */
} wki_st_header;

/* Reads the n bytes of a header before data_bytes of elements. On an error, WK_E_FORMAT with the place or WK_E_MEMORY,
 * out is empty. file: its name, for messages. */
WK_API wk_status wki_st_parse(const char *json, size_t n, int64_t data_bytes, const char *file, const char *where,
                              wki_st_header *out);
WK_API void wki_st_header_free(wki_st_header *header); /* what it holds; empty allowed */

/* Files that wick writes tell checksums in two entries of __metadata__, "wick.file.version": "1" and
 * "wick.file.crc32c": hexadecimal CRC-32Cs with a space between, first that of the header with its own eight digits as
 * zeros, then that of each tensor in the order of their bytes. Either entry demands the other, so that no single damage
 * hides both. "wick.file.tied" is how many of the other texts, the first ones, tell another name of a tensor: the key is
 * that name, the text the tensor's, as the reference library's save_model has it. */
#define WKI_ST_OWN     "wick.file."
#define WKI_ST_SUMS    WKI_ST_OWN "crc32c"
#define WKI_ST_VERSION WKI_ST_OWN "version"
#define WKI_ST_TIED    WKI_ST_OWN "tied"
enum { WKI_ST_DIGITS = 8 };
/* Checks those of a header just parsed and moves them from texts to sums; WK_E_UNSUPPORTED: a later version. */
wk_status wki_st_take_sums(wki_st_header *header, const char *json, size_t n, const char *file, const char *where);

typedef struct wki_st_reader wki_st_reader;
WK_API wki_st_reader *wki_st_open(const char *path, const char *where);
WK_API const wki_st_header *wki_st_header_of(const wki_st_reader *reader);
WK_API const char *wki_st_path_of(const wki_st_reader *reader);
/* All elements of tensor i, as wki_st_dtype(type) says, row-major; WK_E_FORMAT: its checksum is another. */
WK_API wk_status wki_st_read(wki_st_reader *reader, int64_t i, void *to);
WK_API void wki_st_close(wki_st_reader *reader); /* NULL allowed */

/* Several files as one: an index, NAME.index.json, tells where each tensor is, {"metadata": {..}, "weight_map": {"name":
 * "file"}}, in the folder of the index. Of its metadata what is text is kept, such as other names of tensors. */
typedef struct wki_st_index {
    int64_t count, ntexts;
    wki_st_text *places; /* key: a tensor's name; text: its file's. By file, then name */
    wki_st_text *texts;
    char *words; /* holds all of them */
} wki_st_index;
wk_status wki_st_parse_index(const char *json, size_t n, const char *file, const char *where, wki_st_index *out);
void wki_st_index_free(wki_st_index *index); /* what it holds; empty allowed */

/* The file at path, or the files of the index there, which hold together just what it tells. */
typedef struct wki_st_files {
    int64_t count;
    wki_st_reader **readers;
    wki_st_index index; /* empty: there is none */
} wki_st_files;
WK_API bool wki_st_is_index(const char *path); /* by its name */
WK_API wk_status wki_st_open_files(const char *path, const char *where, wki_st_files *out); /* WK_E_FORMAT lists what is amiss */
WK_API void wki_st_close_files(wki_st_files *files);

/* Writes path at once or not at all, with checksums. Sorts the tensors and sets their begin and bytes. */
WK_API wk_status wki_st_write(const char *path, wki_st_tensor *tensors, int64_t n, const wki_st_text *texts,
                              int64_t ntexts, const char *where);

/* "F8_E4M3 [2, 3]" */
enum { WKI_ST_SHOWN = 192 };
WK_API const char *wki_st_show(const wki_st_tensor *t, char to[WKI_ST_SHOWN]);
/* text in quotes, control characters and cuts shown, for messages; returns to */
enum { WKI_QUOTE = 136 };
WK_API const char *wki_quote(const char *text, char to[WKI_QUOTE]);
#endif
