/* pack: an operand of products on tiles, by the kernel that packs it for one product, too. Behind its tiles lies a byte
 * for each group of lines, whether it has odd numbers. */
#include "backends/cpu/once.h"
#include "backends/cpu/walk.h"

enum { SIDE = 16 };

static int64_t groups_of(int64_t lines) { return wki_blocks(lines, SIDE); }

static wk_matmul_mode mode_of(const wki_call *call)
{
    return (wk_matmul_mode)((const wki_pack_attrs *)call->attrs)->matmul;
}

int64_t wki_packed_bytes(wk_matmul_mode mode, int64_t lines, int64_t k)
{
    return (int64_t)wki_packing_on_tiles(mode)->bytes(lines, k) + groups_of(lines);
}

/* Across, it is the columns that pass: those need no room of their own then, and the others stay in the cache. */
wki_packed wki_packed_at(void *bytes, wk_matmul_mode mode, int64_t lines, int64_t k)
{
    return (wki_packed){ bytes, (unsigned char *)bytes + wki_packing_on_tiles(mode)->bytes(lines, k), true };
}

static int64_t units(const wki_call *call) { return groups_of(call->views[1]->size[0]); }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *x = call->views[1];
    const wk_matmul_mode mode = mode_of(call);
    const wki_packed to = wki_packed_at(call->views[0]->data, mode, x->size[0], x->size[1]);
    (void)scratch;
    wki_packing_on_tiles(mode)->pack(&to, x->data, x->stride[0], x->stride[1], x->size[0], x->size[1], begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_pack = { "pack", units, NULL, run };
