/* json.h: writing JSON: commas, quotes and escapes are put where they belong; a number that is not finite becomes null.
 *
 *   json j = json_on(stdout);
 *   json_open(&j, NULL, '{');   json_text(&j, "event", "start");   json_close(&j);   json_end_line(&j); */
#ifndef WICK_APP_JSON_H
#define WICK_APP_JSON_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };
typedef struct json {
    FILE *out;
    bool pretty; /* a member a line */
    int depth;
    char open[JSON_DEPTH];
    bool begun[JSON_DEPTH];
} json;

json json_on(FILE *out);
/* Members of objects have a key; elements of arrays, and the outermost value, have NULL. */
void json_open(json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(json *j);
void json_text(json *j, const char *key, const char *text); /* NULL: null */
void json_number(json *j, const char *key, double value);
void json_literal(json *j, const char *key, const char *text); /* a number as it is written */
void json_whole(json *j, const char *key, int64_t value);
void json_bool(json *j, const char *key, bool value);
void json_null(json *j, const char *key);
bool json_end_line(json *j); /* ends the line and flushes; false if writing failed */
#endif
