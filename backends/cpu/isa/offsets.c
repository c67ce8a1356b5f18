/* Offsets of floats and their squares, folded in double, as squares leave what floats hold where their root does not.
 * Compiled for each instruction set with doubles as `real`. */
#define ITEM float
#include "backends/cpu/isa/fold.h"

OFFSET_FOLDS

#define BOTH(FORM)                                                                                                     \
    {                                                                                                                  \
        [WKI_FOLD_OFFSETS] = offsets_##FORM, [WKI_FOLD_OFFSET_SQUARES] = offset_squares_##FORM                         \
    }
const wki_folds JOIN(wki_offset_folds_f, 32,
                     WKI_ISA) = { .line = BOTH(line), .four = BOTH(four), .columns = BOTH(columns) };
