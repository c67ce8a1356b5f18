/* "Did you mean": the word of a list that is nearest to a mistyped one. Rests on nothing. */
#include "base/error.h"
#include <ctype.h>
#include <string.h>

enum { LONGEST = 64 };

static int smaller(int a, int b) { return a < b ? a : b; }

/* Insertions, deletions, substitutions and swaps of neighbours, upper and lower case alike (Damerau 1964). */
static int distance(const char *a, int na, const char *b, int nb)
{
    int rows[3][LONGEST + 1];
    for (int j = 0; j <= nb; j++) rows[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice_above = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= nb; j++) {
            const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            row[j] = smaller(above[j - 1] + (x != y), smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2]))
                row[j] = smaller(row[j], twice_above[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *wki_nearest(const char *word, const char *const *candidates, int n)
{
    if (!word) return NULL;
    const int length = (int)strlen(word);
    if (length > LONGEST) return NULL;
    int best = (length < 3 ? 1 : length / 3) + 1;
    const char *nearest = NULL;
    for (int i = 0; i < n; i++) {
        const int other = (int)strlen(candidates[i]);
        if (other > LONGEST) continue;
        const int d = distance(word, length, candidates[i], other);
        if (d >= best) continue;
        best = d;
        nearest = candidates[i];
    }
    return nearest;
}
