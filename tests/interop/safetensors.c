/* Reads state files and writes them again: lines "IN OUT" on standard input, one answer a line, "ok" or the error. */
#include "wick/state.h"
#include <stdio.h>

int main(void)
{
    char in[512], out[512];
    while (scanf("%511s %511s", in, out) == 2) {
        WK_SCOPE(file);
        wk_state_write(wk_state_read(in), out);
        printf("%s\n", wk_failed() ? wk_error_text() : "ok");
        fflush(stdout);
        wk_error_clear();
    }
    return 0;
}
