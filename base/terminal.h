/* What stands behind a stream: a terminal, how wide it is, which signs it takes. */
#ifndef WKI_TERMINAL_H
#define WKI_TERMINAL_H
#include "wick/base.h"
#include <stdio.h>

WK_API bool wki_is_terminal(FILE *stream);     /* one on which a line can be drawn anew */
WK_API int wki_terminal_columns(FILE *stream); /* 80 where that is not known */
WK_API bool wki_in_utf8(void);                 /* does the program's locale take more than ASCII? */
#endif
