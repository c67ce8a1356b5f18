/* Which products are to be made on tiles. */
#include "backends/cpu/cpu.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/tiles.h"
#include "wick/cuda.h"
#include <stdatomic.h>
#include <string.h>

bool wki_has_tiles(void) { return wki_tiles_chosen() && wki_tiles_permitted(); }

enum { MODES = WK_MATMUL_TF32 + 1 };
static const char *const names[MODES] = { "highest", "split", "split3", "bf16", "tf32" };
static atomic_int precision;

wk_matmul_mode wk_matmul_precision(void)
{
    return (wk_matmul_mode)atomic_load_explicit(&precision, memory_order_relaxed);
}

static bool is_mode(wk_matmul_mode mode) { return (int)mode >= 0 && (int)mode < MODES; }

bool wk_matmul_precision_is_available(wk_matmul_mode mode)
{
    if (mode == WK_MATMUL_TF32) return wk_cuda_is_available();
    return is_mode(mode) && (mode == WK_MATMUL_HIGHEST || (wki_has_tiles() || WKI_FAULT(137)));
}

wk_status wk_set_matmul_precision(wk_matmul_mode mode)
{
    wki_check(is_mode(mode), WK_E_INVALID, WK_E_INVALID, "set_matmul_precision", "mode is %d; it must be 0 to %d",
              (int)mode, MODES - 1);
    wki_check(mode != WK_MATMUL_TF32 || wk_cuda_is_available(), WK_E_UNSUPPORTED, WK_E_UNSUPPORTED,
              "set_matmul_precision", "tf32 needs CUDA, which is not to be had (%s)", wk_cuda_why_not());
    wki_check(wk_matmul_precision_is_available(mode), WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "set_matmul_precision",
              "%s needs AMX, which %s", names[mode],
              !wki_tiles_work()     ? "this machine does not have"
              : !wki_tiles_chosen() ? "the instruction set that was chosen leaves out"
                                    : "the system does not allow this process");
    atomic_store_explicit(&precision, (int)mode, memory_order_relaxed);
    return WK_OK;
}

const char *wk_matmul_precision_name(wk_matmul_mode mode) { return is_mode(mode) ? names[mode] : NULL; }

wk_status wk_matmul_precision_by_name(const char *name, wk_matmul_mode *mode)
{
    for (int i = 0; name && i < MODES; i++)
        if (!strcmp(name, names[i])) return *mode = (wk_matmul_mode)i, WK_OK;
    return wki_fail(WK_E_INVALID, "matmul_precision_by_name",
                    "no precision \"%s\"; highest, split, split3, bf16 or tf32", name ? name : "(null)");
}
