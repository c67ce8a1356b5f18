/* A step of 32 numbers along k: two groups of rows times two of columns, in one, two or three parts each, whose sums are
   tiles 0 to 3. product.h has the order. Rests on split.h and tiles.h. */
#ifndef WKI_CPU_STEP_H
#define WKI_CPU_STEP_H

#include "backends/cpu/isa/split.h"
#include "backends/cpu/isa/tiles.h"

/* Rows are tiles 4 and 5, columns 6 and 7; a dot product is as far behind the loads it needs as may be. Behind each
   comes MEANWHILE, which is for others to define. */
#define P0(part) tile_load(4, p0 + (part)*TILE, 64)
#define P1(part) tile_load(5, p1 + (part)*TILE, 64)
#define Q0(part) tile_load(6, q0 + (part)*TILE, 64)
#define Q1(part) tile_load(7, q1 + (part)*TILE, 64)
#define D0                                                                                                             \
    tile_dot(0, 4, 6);                                                                                                 \
    MEANWHILE
#define D1                                                                                                             \
    tile_dot(1, 4, 7);                                                                                                 \
    MEANWHILE
#define D2                                                                                                             \
    tile_dot(2, 5, 6);                                                                                                 \
    MEANWHILE
#define D3                                                                                                             \
    tile_dot(3, 5, 7);                                                                                                 \
    MEANWHILE

/* The first products of parts, and those of another part of the rows, or of the columns; D3 is left to what follows. */
#define BEGIN(P0, P1, Q0, Q1, D1, D2, part)                                                                            \
    P0(part);                                                                                                          \
    Q0(0);                                                                                                             \
    D0;                                                                                                                \
    Q1(0);                                                                                                             \
    D1;                                                                                                                \
    P1(part);                                                                                                          \
    D2
#define OTHER_ROWS(P0, P1, D1, D2, part)                                                                               \
    P0(part);                                                                                                          \
    D3;                                                                                                                \
    P1(part);                                                                                                          \
    D0;                                                                                                                \
    D1;                                                                                                                \
    D2
#define OTHER_COLUMNS(Q0, Q1, D1, D2, part)                                                                            \
    Q0(part);                                                                                                          \
    D3;                                                                                                                \
    Q1(part);                                                                                                          \
    D0;                                                                                                                \
    D2;                                                                                                                \
    D1

/* a1 b1; a2 b1, a1 b1, a1 b2; and a3 b1, a2 b1, a2 b2, a1 b2, a1 b3, a1 b1: of a turned product with rows and columns
   changed */
#define ONE                                                                                                            \
    BEGIN(P0, P1, Q0, Q1, D1, D2, 0);                                                                                  \
    D3
#define THREE(P0, P1, Q0, Q1, D1, D2)                                                                                  \
    BEGIN(P0, P1, Q0, Q1, D1, D2, 1);                                                                                  \
    OTHER_ROWS(P0, P1, D1, D2, 0);                                                                                     \
    OTHER_COLUMNS(Q0, Q1, D1, D2, 1);                                                                                  \
    D3
#define SIX(P0, P1, Q0, Q1, D1, D2)                                                                                    \
    BEGIN(P0, P1, Q0, Q1, D1, D2, 2);                                                                                  \
    OTHER_ROWS(P0, P1, D1, D2, 1);                                                                                     \
    OTHER_COLUMNS(Q0, Q1, D1, D2, 1);                                                                                  \
    OTHER_ROWS(P0, P1, D1, D2, 0);                                                                                     \
    OTHER_COLUMNS(Q0, Q1, D1, D2, 2);                                                                                  \
    OTHER_COLUMNS(Q0, Q1, D1, D2, 0);                                                                                  \
    D3

/* how many tiles a step loads: see tiles_rest */
INLINE int loads_of(const int parts) { return parts == 1 ? 4 : parts == 2 ? 8 : 14; }

/* of tiles at p0, p1, q0 and q1, a part behind the other */
#define STEP(parts, turned)\
    if (parts == 1) {\
        ONE;\
    } else if (parts == 2 && !turned) {\
        THREE(P0, P1, Q0, Q1, D1, D2);\
    } else if (parts == 2) {\
        THREE(Q0, Q1, P0, P1, D2, D1);\
    } else if (!turned) {\
        SIX(P0, P1, Q0, Q1, D1, D2);\
    } else {\
        SIX(Q0, Q1, P0, P1, D2, D1);\
    }

#endif
