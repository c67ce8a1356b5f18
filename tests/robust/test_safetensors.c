/* safetensors files from strangers: what is accepted and what is refused, each as the reference implementation does it
 * but where said; damage anywhere in wick's own files; memory that runs out. */
#define _GNU_SOURCE 1
#include "base/crc32c.h"
#include "base/rng.h"
#include "io/safetensors.h"
#include "wick/state.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

static char path[64];

static const char *new_path(void)
{
    snprintf(path, sizeof path, "/tmp/wick-test-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    return path;
}

static void put(const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static unsigned char *take(size_t *n)
{
    FILE *f = fopen(path, "rb");
    CHECK(f && fseek(f, 0, SEEK_END) == 0);
    *n = (size_t)ftell(f);
    rewind(f);
    unsigned char *bytes = malloc(*n + 1);
    CHECK(fread(bytes, 1, *n, f) == *n && fclose(f) == 0);
    return bytes;
}

/* A file of that header (n bytes) and data_bytes of elements, each float being 1. */
static void put_file(const char *json, size_t n, int64_t told, size_t data_bytes)
{
    static const unsigned char one[4] = { 0, 0, 0x80, 0x3f };
    unsigned char *bytes = calloc(1, 8 + n + data_bytes);
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)told >> 8 * i);
    memcpy(bytes + 8, json, n);
    for (size_t i = 0; i < data_bytes; i++) bytes[8 + n + i] = one[i % 4];
    put(bytes, 8 + n + data_bytes);
    free(bytes);
}

#define ONE                          "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
#define A(entry)                     "{\"a\":" entry "}"
#define ENTRY(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

typedef struct example {
    const char *what, *json;
    size_t data_bytes;
    const char *refused; /* what the error tells; NULL: it is accepted */
} example;

static const example accepted[] = {
    { "a tensor", A(ONE), 4, NULL },
    { "no tensors", "{}", 0, NULL },
    { "no metadata", "{\"__metadata__\":{}}", 0, NULL },
    { "metadata null", "{\"__metadata__\":null}", 0, NULL },
    { "any order of keys", A("{\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"F32\"}"), 4, NULL },
    { "blanks inside", "{ \"a\" :\n{\"dtype\" :\t\"F32\",\"shape\":[ 1 ],\"data_offsets\":[0 ,4]}\r}", 4, NULL },
    { "spaces behind", A(ONE) "    ", 4, NULL },
    { "a scalar", A(ENTRY("F32", "[]", "[0,4]")), 4, NULL },
    { "a size of zero", A(ENTRY("F32", "[3,0]", "[0,0]")), 0, NULL },
    { "zero, then a large size", A(ENTRY("F32", "[0,4294967296]", "[0,0]")), 0, NULL },
    { "another field",
      A("{\"x\":{\"y\":[1,-2.5e3,{\"z\":null}],\"\":\"\\u0041\"},\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"
        "}"),
      4, NULL },
    { "another field twice", A("{\"x\":[],\"dtype\":\"F32\",\"x\":{},\"shape\":[1],\"data_offsets\":[0,4]}"), 4, NULL },
    { "escapes", "{\"\\u00e4\\ud83d\\ude00\\n\\\"\":" ONE "}", 4, NULL },
    { "any order of places", "{\"b\":" ENTRY("F32", "[1]", "[4,8]") ",\"a\":" ONE "}", 8, NULL },
    { "types that become others", A(ENTRY("BF16", "[2]", "[0,4]")), 4, NULL },
    { "types that there are not here", A(ENTRY("F8_E4M3", "[2,2]", "[0,4]")), 4, NULL },
    { "half bytes that add up", A(ENTRY("F4", "[3,2]", "[0,3]")), 3, NULL },
    { "three quarters of bytes that add up", A(ENTRY("F6_E3M2", "[4]", "[0,3]")), 3, NULL },
};

static const example refused[] = {
    { "broken UTF-8", "{\"\xff\":" ONE "}", 4, "text in UTF-8" },
    { "an open object", "{\"a\":" ONE, 4, "a comma or the end of an object" },
    { "more behind", A(ONE) "{}", 4, "nothing but spaces" },
    { "no object", "[]", 0, "an opening brace" },
    { "a comma too many", "{\"a\":" ONE ",}", 4, "a string" },
    { "a control character", "{\"a\001\":" ONE "}", 4, "no control characters" },
    { "half a surrogate pair", "{\"\\ud800\":" ONE "}", 4, "surrogate" },
    { "an unknown escape", "{\"\\x\":" ONE "}", 4, "a known escape" },
    { "an unknown dtype", A(ENTRY("F31", "[1]", "[0,4]")), 4, "a known dtype" },
    { "no shape", A("{\"dtype\":\"F32\",\"data_offsets\":[0,4]}"), 4, "the fields dtype, shape and data_offsets" },
    { "an entry that is none", A("[]"), 0, "a tensor's dtype" },
    { "a field twice", A("{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"), 4,
      "each field once" },
    { "a negative size", A(ENTRY("F32", "[-1]", "[0,4]")), 4, "a whole number" },
    { "minus zero", A(ENTRY("F32", "[1]", "[-0,4]")), 4, "a whole number" },
    { "a fraction", A(ENTRY("F32", "[1]", "[0,4.0]")), 4, "a whole number" },
    { "an exponent", A(ENTRY("F32", "[1e0]", "[0,4]")), 4, "a whole number" },
    { "a leading zero", A(ENTRY("F32", "[01]", "[0,4]")), 4, "a whole number" },
    { "a size beyond 64 bits", A(ENTRY("F32", "[18446744073709551617]", "[0,4]")), 4, "a whole number" },
    { "more elements than memory", A(ENTRY("F32", "[4294967296,4294967296,4]", "[0,4]")), 4, "fewer elements" },
    { "the same, then zero", A(ENTRY("F32", "[4294967296,4294967296,0]", "[0,0]")), 0, "fewer elements" },
    { "more bytes than memory", A(ENTRY("F64", "[4294967296,1073741824]", "[0,0]")), 0, "as far apart" },
    { "offsets of another size", A(ENTRY("F32", "[2]", "[0,4]")), 4, "as far apart" },
    { "an end before the beginning", A(ENTRY("F32", "[1]", "[4,0]")), 4, "behind the beginning" },
    { "three offsets", A(ENTRY("F32", "[1]", "[0,4,8]")), 4, "two offsets" },
    { "one offset", A(ENTRY("F32", "[1]", "[0]")), 4, "two offsets" },
    { "a gap", "{\"a\":" ONE ",\"b\":" ENTRY("F32", "[1]", "[8,12]") "}", 12, "begin at 8; expected 4" },
    { "an overlap", "{\"a\":" ONE ",\"b\":" ENTRY("F32", "[1]", "[2,6]") "}", 12, "begin at 2; expected 4" },
    { "the same place twice", "{\"a\":" ONE ",\"b\":" ONE "}", 4, "begin at 0; expected 4" },
    { "a gap in front", A(ENTRY("F32", "[1]", "[4,8]")), 8, "begin at 4; expected 0" },
    { "more data than told", A(ONE), 5, "has 5 bytes of elements" },
    { "less data than told", A(ONE), 3, "has 3 bytes of elements" },
    { "a key that is no text", A("{\"x\":{1:2},\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"), 4,
      "a string" },
    { "metadata twice", "{\"__metadata__\":{},\"__metadata__\":{},\"a\":" ONE "}", 4, "__metadata__ once" },
    { "metadata that is no text", "{\"__metadata__\":{\"n\":1},\"a\":" ONE "}", 4, "a string" },
    { "half bytes that do not add up", A(ENTRY("F4", "[1]", "[0,1]")), 1, "as far apart" },
    { "quarters of bytes that do not", A(ENTRY("F6_E2M3", "[6]", "[0,4]")), 4, "as far apart" },
    /* The reference takes these: one of two names is lost, or the header begins and ends otherwise than specified. */
    { "a name twice", "{\"a\":" ONE ",\"a\":" ENTRY("F32", "[1]", "[4,8]") "}", 8, "\"a\" twice" },
    { "a key of metadata twice", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "\"k\" twice" },
    { "a space in front", " " A(ONE), 4, "an opening brace" },
    { "a line's end behind", A(ONE) "\n", 4, "nothing but spaces" },
    { "a zero in a name", "{\"\\u0000\":" ONE "}", 4, "zero characters" },
    { "an entry as a list", A("[\"F32\",[1],[0,4]]"), 4, "a tensor's dtype" },
};

TEST(safetensors, accepts_what_is_well_formed)
{
    new_path();
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        put_file(accepted[i].json, strlen(accepted[i].json), (int64_t)strlen(accepted[i].json), accepted[i].data_bytes);
        const wk_state *s = wk_state_read(path);
        if (!s) ck_abort_msg("%s: %s", accepted[i].what, wk_error_text());
        for (int64_t k = 0; k < wk_state_count(s); k++)
            if (wk_dtype_of(wk_state_at(s, k)) == WK_F32 && wk_numel(wk_state_at(s, k)) == 1)
                CHECK_NEAR(wk_item(wk_sum(wk_state_at(s, k))), 1, 0);
    }
    unlink(path);
}

TEST(safetensors, refuses_what_is_not_and_tells_why)
{
    new_path();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        put_file(refused[i].json, strlen(refused[i].json), (int64_t)strlen(refused[i].json), refused[i].data_bytes);
        if (wk_state_read(path)) ck_abort_msg("%s is accepted", refused[i].what);
        CHECK_ERROR(WK_E_FORMAT, "state_read", path, refused[i].refused);
    }
    put_file(A(ONE) "\0", sizeof A(ONE), sizeof A(ONE), 4);
    CHECK_NULL(wk_state_read(path));
    CHECK_ERROR(WK_E_FORMAT, "nothing but spaces");
    unlink(path);
}

TEST(safetensors, believes_no_length_that_the_file_has_not)
{
    new_path();
    const struct {
        int64_t told;
        const char *tells;
    } lengths[] = { { 3, "ends inside its header" },
                    { 100000001, "too long" },
                    { -1, "too long" },
                    { INT64_MIN, "too long" },
                    { 100000000, "ends inside its header" } };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        put_file("{}", 2, lengths[i].told, 0);
        CHECK_NULL(wk_state_read(path));
        CHECK_ERROR(WK_E_FORMAT, path, lengths[i].tells);
    }
    for (size_t n = 0; n < 8; n++) {
        put("\2\0\0\0\0\0\0\0", n);
        CHECK_NULL(wk_state_read(path));
        CHECK_ERROR(WK_E_FORMAT, path, "no safetensors file");
    }
    unlink(path);
}

static const struct {
    const char *json;
    size_t data_bytes;
    wk_status status;
    const char *tells;
} unsupported[] = {
    { A(ENTRY("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]")), 4, WK_E_UNSUPPORTED, "9 dimensions" },
    { "{\"\":" ONE "}", 4, WK_E_UNSUPPORTED, "no name" },
    { A(ENTRY("F32", "[0,4611686018427387904,2]", "[0,0]")), 0, WK_E_SHAPE, "more elements" },
};

TEST(safetensors, what_wick_cannot_hold_is_told_so)
{
    new_path();
    for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++) {
        put_file(unsupported[i].json, strlen(unsupported[i].json), (int64_t)strlen(unsupported[i].json),
                 unsupported[i].data_bytes);
        CHECK_NULL(wk_state_read(path));
        CHECK_ERROR(unsupported[i].status, "state_read", unsupported[i].tells);
    }
    unlink(path);
}

static void check_type(const char *type, const void *bytes, size_t n, int elements, wk_dtype dtype,
                       const double *values)
{
    char json[128];
    const int length = snprintf(json, sizeof json, "{\"a\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%zu]}}",
                                type, elements, n);
    unsigned char file[256] = { (unsigned char)length };
    memcpy(file + 8, json, (size_t)length);
    memcpy(file + 8 + length, bytes, n);
    put(file, 8 + (size_t)length + n);
    wk_tensor *t = wk_state_get(wk_state_read(path), "a");
    CHECK(wk_dtype_of(t) == dtype && wk_numel(t) == elements);
    for (int i = 0; i < elements; i++) {
        const double value = wk_item(wk_select(t, 0, i));
        CHECK(value == values[i] || (isnan(value) && isnan(values[i])));
    }
}
#define CHECK_TYPE(type, ctype, n, dtype, numbers, ...)                                                                \
    check_type(type, (ctype[n])UNPACK numbers, sizeof(ctype[n]), n, dtype, (double[]){ __VA_ARGS__ })
#define UNPACK(...)                                                                                                    \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

TEST(safetensors, other_types_become_the_nearest)
{
    new_path();
    CHECK_TYPE("I8", int8_t, 3, WK_I32, (-128, 0, 127), -128, 0, 127);
    CHECK_TYPE("U8", uint8_t, 3, WK_U8, (0, 1, 255), 0, 1, 255);
    CHECK_TYPE("I16", int16_t, 3, WK_I32, (-32768, 1, 32767), -32768, 1, 32767);
    CHECK_TYPE("U16", uint16_t, 2, WK_I32, (1, 65535), 1, 65535);
    CHECK_TYPE("U32", uint32_t, 2, WK_I64, (1, 4294967295u), 1, 4294967295.0);
    CHECK_TYPE("U64", uint64_t, 2, WK_I64, (1, UINT64_C(1) << 40), 1, 1099511627776.0);
    CHECK_TYPE("F16", uint16_t, 5, WK_F32, (0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00), 1, -2, 0x1p-24, INFINITY, NAN);
    CHECK_TYPE("BF16", uint16_t, 4, WK_F32, (0x3f80, 0xc000, 0x0001, 0xff80), 1, -2, 0x1p-133, -INFINITY);
    CHECK_TYPE("BOOL", uint8_t, 4, WK_BOOL, (0, 1, 2, 255), 0, 1, 1, 1);
    CHECK_NULL(({
        put_file(A(ENTRY("U64", "[1]", "[0,8]")), strlen(A(ENTRY("U64", "[1]", "[0,8]"))),
                 (int64_t)strlen(A(ENTRY("U64", "[1]", "[0,8]"))), 0);
        FILE *f = fopen(path, "ab");
        fwrite("\xff\xff\xff\xff\xff\xff\xff\xff", 1, 8, f);
        fclose(f);
        wk_state_read(path);
    }));
    CHECK_ERROR(WK_E_RANGE, "state_read", "\"a\"", "2^63 - 1");
    unlink(path);
}

TEST(safetensors, brackets_inside_one_another_need_no_stack)
{
    enum { DEEP = 1000000 };
    static char json[2 * DEEP + 200];
    new_path();
    for (int depth = 60; depth <= DEEP; depth = depth == 60 ? 61 : DEEP + (depth == DEEP)) {
        size_t n = (size_t)sprintf(json, "{\"a\":{\"x\":");
        memset(json + n, '[', (size_t)depth);
        memset(json + n + depth, ']', (size_t)depth);
        n += 2 * (size_t)depth;
        n += (size_t)sprintf(json + n, ",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        put_file(json, n, (int64_t)n, 4);
        CHECK((wk_state_read(path) != NULL) == (depth == 60));
        if (depth > 60) CHECK_ERROR(WK_E_FORMAT, "at most 60 brackets");
    }
    unlink(path);
}

/* Small, with every feature of the header that wick writes. */
static void write_example(void)
{
    wk_state *s = wk_state_new();
    wk_state_set(s, "0.weight", wk_reshape(wk_arange(0, 12, 1, WK_F32), WK_SHAPE(3, 4)));
    wk_state_set(s, "0.bias", wk_arange(0, 1.5, 0.5, WK_F64));
    wk_state_set(s, "steps", wk_scalar(1000, WK_I64));
    wk_state_set(s, "mask", wk_ones(WK_SHAPE(5), WK_BOOL));
    wk_state_set(s, "none", wk_zeros(WK_SHAPE(0), WK_F32));
    wk_state_set_text(s, "lr", "0.001");
    wk_state_set_text(s, "wick", "X");
    CHECK(wk_state_write(s, path) == WK_OK);
}

/* The file with one bit changed, which no read may accept. */
static void check_refused(const unsigned char *bytes, size_t n, size_t at, const char *how)
{
    put(bytes, n);
    if (wk_state_read(path)) ck_abort_msg("%s at %zu goes unseen", how, at);
    const wk_status status = wk_error();
    if (status != WK_E_FORMAT) ck_abort_msg("%s at %zu: %s", how, at, wk_error_text());
    CHECK_ERROR(status, "state_read", path);
}

static FILE *open_in_place(void)
{
    FILE *f = fopen(path, "r+b");
    CHECK(f != NULL);
    setbuf(f, NULL);
    return f;
}

static void check_bit_is_seen(FILE *f, const unsigned char *bytes, size_t at, int bit)
{
    WK_SCOPE(reading);
    const unsigned char changed = (unsigned char)(bytes[at] ^ 1 << bit);
    CHECK(fseek(f, (long)at, SEEK_SET) == 0 && fwrite(&changed, 1, 1, f) == 1);
    if (wk_state_read(path)) ck_abort_msg("bit %d of byte %zu goes unseen", bit, at);
    if (wk_error() != WK_E_FORMAT) ck_abort_msg("bit %d of byte %zu: %s", bit, at, wk_error_text());
    wk_error_clear();
    CHECK(fseek(f, (long)at, SEEK_SET) == 0 && fwrite(bytes + at, 1, 1, f) == 1);
}

TEST(safetensors, every_bit_changed_is_damage)
{
    size_t n;
    new_path();
    write_example();
    unsigned char *bytes = take(&n);
    FILE *f = open_in_place();
    for (size_t bit = 0; bit < 8 * n; bit++) check_bit_is_seen(f, bytes, bit / 8, (int)(bit % 8));
    CHECK(wk_state_read(path) != NULL);
    fclose(f);
    free(bytes);
    unlink(path);
}

TEST(safetensors, a_file_cut_or_made_longer_anywhere_is_damage)
{
    size_t n;
    new_path();
    write_example();
    unsigned char *bytes = take(&n);
    for (size_t cut = 0; cut < n; cut++) check_refused(bytes, cut, cut, "a cut");
    bytes[n] = 0;
    check_refused(bytes, n + 1, n, "one byte more");
    free(bytes);
    unlink(path);
}

TEST(safetensors, the_damaged_tensor_is_named)
{
    size_t n;
    new_path();
    write_example();
    unsigned char *bytes = take(&n);
    bytes[n - 1] ^= 1; /* the smallest type comes last */
    put(bytes, n);
    free(bytes);
    CHECK_NULL(wk_state_read(path));
    CHECK_ERROR(WK_E_FORMAT, "state_read", path, "\"mask\" is damaged", "checksum");
    unlink(path);
}

/* The header as a wick of that version would have written it, whose checksum holds. */
static void put_version(unsigned char *bytes, size_t n, char version)
{
    static const char before_sum[] = "\"wick.file.crc32c\":\"", before_version[] = "\"wick.file.version\":\"";
    const size_t length = bytes[0] | (size_t)bytes[1] << 8;
    char *json = (char *)bytes + 8, digits[9];
    char *sum = memmem(json, length, before_sum, sizeof before_sum - 1),
         *told = memmem(json, length, before_version, sizeof before_version - 1);
    CHECK(sum && told);
    told[sizeof before_version - 1] = version;
    sum += sizeof before_sum - 1;
    memcpy(sum, "00000000", 8);
    snprintf(digits, sizeof digits, "%08x", (unsigned)wki_crc32c(0, json, length));
    memcpy(sum, digits, 8);
    put(bytes, n);
}

TEST(safetensors, of_a_newer_version_is_refused)
{
    size_t n;
    new_path();
    write_example();
    unsigned char *bytes = take(&n);
    put_version(bytes, n, '2');
    CHECK_NULL(wk_state_read(path));
    CHECK_ERROR(WK_E_UNSUPPORTED, "state_read", path, "is of version \"2\"; this wick reads version 1");
    put_version(bytes, n, '1');
    CHECK(wk_state_read(path) != NULL);
    free(bytes);
    unlink(path);
}

/* 100,000 bits of a larger file; WICK_FUZZ times as many. */
TEST(safetensors, random_damage_is_seen)
{
    const int rounds = 100000 * (getenv("WICK_FUZZ") ? atoi(getenv("WICK_FUZZ")) : 1);
    size_t n;
    new_path();
    wk_state *s = wk_state_new();
    char name[32];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        wk_state_set(s, name, wk_randn(WK_SHAPE(5, i), WK_F32));
    }
    CHECK(wk_state_write(s, path) == WK_OK);
    unsigned char *bytes = take(&n);
    wk_rng rng = wki_rng_at(17, 0, 0);
    FILE *f = open_in_place();
    for (int round = 0; round < rounds; round++)
        check_bit_is_seen(f, bytes, wki_rng_below(&rng, n), (int)wki_rng_below(&rng, 8));
    CHECK(wk_state_read(path) != NULL);
    fclose(f);
    free(bytes);
    unlink(path);
}

typedef struct faults {
    long left;
    size_t used, peak; /* bytes */
} faults;

static void *failing_allocate(void *user, size_t bytes, size_t align)
{
    faults *f = user;
    if (f->left > 0 && --f->left == 0) return NULL;
    void *memory = NULL;
    if (posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes ? bytes : 1)) return NULL;
    f->used += bytes;
    if (f->used > f->peak) f->peak = f->used;
    return memory;
}

static void failing_release(void *user, void *memory, size_t bytes)
{
    faults *f = user;
    f->used -= bytes;
    free(memory);
}

/* Bytes of memory for a byte of a header that repeats a piece between a beginning and an end. */
static double memory_for(faults *f, const char *beginning, const char *piece, const char *end)
{
    enum { LENGTH = 1000000 };
    static char json[LENGTH + 200];
    wki_st_header header;
    size_t n = (size_t)sprintf(json, "%s", beginning);
    while (n < LENGTH) n += (size_t)sprintf(json + n, piece, (unsigned)n);
    n += (size_t)sprintf(json + n, "%s", end);
    f->peak = f->used;
    const size_t before = f->used;
    wki_st_parse(json, n, 0, "file", "test", &header);
    wki_st_header_free(&header);
    wk_error_clear();
    return (double)(f->peak - before) / (double)n;
}

TEST(safetensors, memory_is_bounded_by_the_length_of_the_header)
{
    faults f = { 0 };
    const wk_allocator allocator = { failing_allocate, failing_release, &f };
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(&allocator) == WK_OK);
    CHECK(memory_for(&f, "{", "\"%x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},", "\"\":0}") < 10);
    CHECK(memory_for(&f, "{\"__metadata__\":{", "\"%x\":\"\",", "\"\":\"\"}}") < 10);
    CHECK(memory_for(&f, "{\"a\":{\"x\":[", "{},", "{}]}}") < 2);
    CHECK(memory_for(&f, "{\"a\":{\"x\":[", "\"\",", "{}]}}") < 2);
    CHECK(memory_for(&f, "{\"a\":{", "\"x\":0,", "\"y\":0}}") < 2);
    CHECK(memory_for(&f, "{\"a\":{\"shape\":[", "1,", "1]}}") < 2);
    CHECK(memory_for(&f, "{\"", "a", "\":0}") < 2);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("again");
}

/* Writes, reads and puts together, the n-th allocation failing; true once none did. */
static bool survives(faults *f, long n)
{
    WK_SCOPE(trying);
    wk_state *s = wk_state_new(), *all = wk_state_new();
    wk_tensor *t = wk_ones(WK_SHAPE(3, 4), WK_F32);
    wk_state_set(all, "model.w", t);
    const int64_t before = wk_state_count(all);
    f->left = n;
    wk_state_set(s, "w", wk_t(t));
    wk_state_set_text(s, "k", "v");
    wk_status status = wk_state_add(all, "optim.", s);
    CHECK(wk_state_count(all) == before + (status == WK_OK));
    wk_state_write(wk_state_copy(s), path);
    const wk_state *back = wk_failed() ? NULL : wk_state_part(wk_state_read(path), "");
    const bool done = f->left > 0;
    f->left = 0;
    CHECK(back ? !wk_failed() : wk_error() == WK_E_MEMORY); /* what a writer can do without may fail unseen */
    CHECK(back || !done);
    wk_error_clear();
    return done;
}

TEST_ON_CPU(safetensors, memory_that_runs_out_anywhere_is_an_error_and_loses_nothing,
            "an allocator comes before all else")
{
    faults f = { 0 };
    const wk_allocator allocator = { failing_allocate, failing_release, &f };
    new_path();
    wk_scope_close(wick_test_scope);
    CHECK(wk_set_allocator(&allocator) == WK_OK);
    long n = 1;
    while (!survives(&f, n)) n++;
    CHECK(n > 20);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("again");
    unlink(path);
}

WICK_TEST_MAIN
