/* Asks the system about terminals and the time. */
#include "base/terminal.h"
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool wki_is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

int wki_terminal_columns(FILE *stream)
{
    enum { USUAL = 80 };
    struct winsize size;
    return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL;
}

bool wki_in_utf8(void) { return !strcmp(nl_langinfo(CODESET), "UTF-8"); }
