/* Tables on the screen. Rests on say.h for the width of texts. */
#include "grid.h"
#include "say.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

void grid_add(grid *g, const char *format, ...)
{
    if (g->count == g->room) {
        int room = g->room ? 2 * g->room : 64;
        char(*cells)[GRID_CELL] = realloc(g->cells, (size_t)room * sizeof *cells);
        if (!cells) return;
        g->cells = cells;
        g->room = room;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(g->cells[g->count], GRID_CELL, format, args);
    va_end(args);
    say_clean(g->cells[g->count++]);
}

void grid_add_loss(grid *g, double v) { isnan(v) ? grid_add(g, "-") : grid_add(g, "%#.4g", v); }
void grid_add_share(grid *g, double v) { isnan(v) ? grid_add(g, "-") : grid_add(g, "%.2f %%", 100 * v); }

void grid_put(grid *g, FILE *out)
{
    int width[GRID_COLUMNS] = { 0 };
    for (int i = 0; i < g->count; i++) {
        int w = say_width(g->cells[i]);
        if (w > width[i % g->columns]) width[i % g->columns] = w;
    }
    for (int i = 0, blanks = 0; i < g->count; i++) { /* blanks: those due, which none follows at a line's end */
        const int c = i % g->columns, pad = width[c] - say_width(g->cells[i]);
        const int before = g->right >> c & 1 ? pad : 0;
        blanks += (c ? 2 : g->indent) + before;
        if (*g->cells[i]) fprintf(out, "%*s%s", blanks, "", g->cells[i]), blanks = 0;
        blanks += pad - before;
        if (c == g->columns - 1) fputc('\n', out), blanks = 0;
    }
    free(g->cells);
    *g = (grid){ .columns = g->columns };
}
