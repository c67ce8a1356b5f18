/* JSON of a known shape, read front to back: each call takes what it is named for and steps behind it, or remembers, once
 * for the whole text, what it expected where. */
#ifndef WKI_JSON_H
#define WKI_JSON_H
#include "wick/base.h"

typedef struct wki_json {
    const char *start, *at, *end;
    char *word;        /* where the next text is put; as much room as the JSON is long is enough */
    const char *wrong; /* what was expected at `at`; NULL: nothing so far */
} wki_json;

bool wki_json_wrong(wki_json *j, const char *what); /* remembers it, unless something was before; false */
void wki_json_blanks(wki_json *j);
bool wki_json_accept(wki_json *j, char c); /* behind blanks; false without an error where it is not there */
bool wki_json_demand(wki_json *j, char c, const char *what);
bool wki_json_word(wki_json *j, const char *word); /* likewise, "null" */
const char *wki_json_string(wki_json *j);          /* NULL where there is none */
bool wki_json_size(wki_json *j, int64_t *to);      /* digits alone: no sign, point, exponent or leading zero */
bool wki_json_skip(wki_json *j);                   /* any value, at most 60 brackets inside one another */
/* A key and its colon, after a comma unless it is the first; NULL at the end of the object or where it is wrong. */
const char *wki_json_key(wki_json *j, bool *first);

/* Is this UTF-8, without surrogates, overlong forms or code points beyond U+10FFFF? */
WK_API bool wki_utf8_ok(const char *text, size_t n);
#endif
