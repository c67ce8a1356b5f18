/* Element types: names and sizes. Rests on nothing, so that a backend that is loaded has a copy of its own. */
#include "wick/base.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[WK_DTYPE_COUNT] = {
    [WK_F32] = { "f32", 4 }, [WK_F64] = { "f64", 8 }, [WK_I64] = { "i64", 8 },
    [WK_I32] = { "i32", 4 }, [WK_U8] = { "u8", 1 },   [WK_BOOL] = { "bool", 1 },
};

const char *wk_dtype_name(wk_dtype dtype) { return (unsigned)dtype < WK_DTYPE_COUNT ? dtypes[dtype].name : "?"; }

size_t wk_dtype_size(wk_dtype dtype) { return (unsigned)dtype < WK_DTYPE_COUNT ? dtypes[dtype].size : 0; }
