/* Messages that are no errors go to the host's callback, if it has set one. Rests on the thread seam. */
#include "base/error.h"
#include "base/thread.h"
#include <stdio.h>

static wki_mutex setting = WKI_MUTEX_INIT;
static void (*callback)(void *user, wk_log_level level, const char *text);
static void *callback_user;

void wk_set_log(void (*log)(void *user, wk_log_level level, const char *text), void *user)
{
    wki_lock(&setting);
    callback = log;
    callback_user = user;
    wki_unlock(&setting);
}

void wki_log(wk_log_level level, const char *format, ...)
{
    wki_lock(&setting);
    void (*log)(void *, wk_log_level, const char *) = callback;
    void *user = callback_user;
    wki_unlock(&setting);
    if (!log) return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log(user, level, text);
}
