/* The thread's error record: the first error stays, in a fixed buffer, until it is cleared. Rests on the context alone,
 * allocates nothing, so that running out of memory can be told too. */
#include "base/error.h"
#include "base/context.h"
#include <stdio.h>
#include <string.h>

bool wk_failed(void) { return wki_context_pointer && wki_context_pointer->error.code != WK_OK; }

wk_status wk_error(void) { return wki_context_pointer ? wki_context_pointer->error.code : WK_OK; }

const char *wk_error_text(void) { return wki_context_pointer ? wki_context_pointer->error.text : ""; }

void wk_error_clear(void)
{
    if (!wki_context_pointer) return;
    wki_context_pointer->error.code = WK_OK;
    wki_context_pointer->error.text[0] = 0;
}

const char *wk_status_text(wk_status code)
{
#define X(name, text) text,
    static const char *const texts[] = { WK_STATUS_LIST(X) };
#undef X
    return (unsigned)code < WK_STATUS_COUNT ? texts[code] : "unknown error";
}

wki_error *wki_error_of_thread(void) { return &wki_context_here()->error; }

/* Marks a cut with "...", which never splits a UTF-8 character. */
static void end_with_dots(char *text, size_t size)
{
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
    memcpy(text + end, "...", 4);
}

static void record(wk_status code, const char *where, const char *format, va_list arguments)
{
    wki_error *error = wki_error_of_thread();
    if (code == WK_OK || error->code != WK_OK) return;
    error->code = code;
    const int size = sizeof error->text;
    int used = where ? snprintf(error->text, (size_t)size, "%s: ", where) : 0;
    if (used >= 0 && used < size) used += vsnprintf(error->text + used, (size_t)(size - used), format, arguments);
    if (used >= size) end_with_dots(error->text, (size_t)size);
}

wk_status wki_fail_list(wk_status code, const char *where, const char *format, va_list arguments)
{
    record(code, where, format, arguments);
    return code;
}

wk_status wki_fail(wk_status code, const char *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(code, where, format, arguments);
    va_end(arguments);
    return code;
}

wk_status wk_fail(wk_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(code, NULL, format, arguments);
    va_end(arguments);
    return code;
}

void wki_error_rename(const char *from, const char *to)
{
    wki_error *error = wki_error_of_thread(), was = *error;
    const size_t length = strlen(from), size = sizeof error->text;
    if (error->code == WK_OK || strncmp(was.text, from, length) != 0 || was.text[length] != ':') return;
    const int used = snprintf(error->text, size, "%s%s", to, was.text + length);
    if (used >= (int)size) end_with_dots(error->text, size);
}

void wki_error_within(const char *place)
{
    wki_error *error = wki_error_of_thread(), was = *error;
    const size_t size = sizeof error->text;
    if (error->code == WK_OK) return;
    const int used = snprintf(error->text, size, "%s: %s", place, was.text);
    if (used >= (int)size) end_with_dots(error->text, size);
}

void wki_error_take(wki_error *out)
{
    *out = *wki_error_of_thread();
    wk_error_clear();
}

wk_status wki_error_raise(const wki_error *error) { return wk_fail(error->code, "%s", error->text); }

void wki_null_argument(const char *where, const char *argument)
{
    wki_fail(WK_E_INVALID, where, "%s is NULL though no error is pending; pass a live object", argument);
}
