/* Option structs of any age over today's defaults, options as text, and numbers as users type and read them. */
#include "base/options.h"
#include "base/error.h"
#include "base/fault.h"
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wki_options_merge(void *full, size_t full_size, const void *given)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    memcpy(full, given, size < full_size ? size : full_size);
    memcpy(full, &full_size, sizeof full_size);
}

bool wki_options_take(const char *where, void *full, size_t full_size, const void *given)
{
    wki_check(given, false, WK_E_INVALID, where, "the options are NULL");
    wki_options_merge(full, full_size, given);
    return true;
}

wk_status wki_options_each(const char *text, wk_status (*take)(void *user, const char *name, const char *value),
                           void *user, const char *where, const char *example)
{
    static const char between[] = ", ";
    char word[256];
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        const size_t length = strcspn(text, between);
        wki_check(length < sizeof word, WK_E_INVALID, WK_E_INVALID, where,
                  "option '%.20s...' is too long; write options as %s", text, example);
        memcpy(word, text, length);
        word[length] = 0;
        char *equals = strchr(word, '=');
        if (equals) *equals = 0;
        if (take(user, word, equals ? equals + 1 : NULL)) return wk_error();
        text += length;
    }
    return WK_OK;
}

/* Puts `with` in the place of the first `what`; to has `room` bytes, enough for both. */
static void replace(char *to, size_t room, const char *what, const char *with)
{
    char *at = strstr(to, what);
    const size_t old = strlen(what), new = strlen(with);
    if (!at || strlen(to) + new >= room + old) return;
    memmove(at + new, at + old, strlen(at + old) + 1);
    memcpy(at, with, new);
}

bool wki_double_of(const char *text, size_t length, double *number)
{
    enum { MOST = 1100, POINT = 16 }; /* no double needs more digits to be told exactly */
    char copy[MOST + POINT], *end;
    if (length == 0 || length >= (WKI_FAULT(223) ? (size_t)WKI_DOUBLE_TEXT : (size_t)MOST) ||
        isspace((unsigned char)text[0]))
        return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    replace(copy, sizeof copy, ".", localeconv()->decimal_point);
    *number = strtod(copy, &end);
    return *end == 0;
}

static const char *text_of(double number, int digits, char to[WKI_DOUBLE_TEXT])
{
    snprintf(to, WKI_DOUBLE_TEXT, "%.*g", digits, number);
    const char *point = localeconv()->decimal_point;
    if (strcmp(point, ".") != 0) replace(to, WKI_DOUBLE_TEXT, point, ".");
    return to;
}

const char *wki_double_text(double number, char to[WKI_DOUBLE_TEXT]) { return text_of(number, 12, to); }

const char *wki_double_exact(double number, char to[WKI_DOUBLE_TEXT])
{
    double again = 0;
    for (int digits = 15; digits <= 17; digits++) {
        text_of(number, digits, to); /* before its length is taken */
        if (wki_double_of(to, strlen(to), &again) && again == number) break;
    }
    return to;
}

const char *wki_count_text(int64_t number, char to[WKI_DOUBLE_TEXT])
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%lld", (long long)number);
    int used = 0;
    for (int i = 0; i < n; i++) {
        if (i && digits[i - 1] != '-' && (n - i) % 3 == 0) to[used++] = ',';
        to[used++] = digits[i];
    }
    to[used] = 0;
    return to;
}
