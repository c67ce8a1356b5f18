/* Where chunks lie. libhdf5 looks one up for a read, which the armed driver only notes: H5Dget_chunk_info_by_coord
 * would walk the whole index for each. Where a process of its own did so, the places that it listed are searched. */
#include "base/error.h"
#include "data/hdf5/h5.h"
#if H5_VERSION_GE(2, 0, 0)
#undef H5Dread_chunk
#define H5Dread_chunk H5Dread_chunk1
#endif

enum { SPARSE = 16, FEW_CELLS = 1 << 20 }; /* cells of a grid that are looked at for each chunk, and in any case */

/* False: there is none, or the index is damaged. */
static bool probe(wki_h5_table *t, const hsize_t *offset, wki_h5_chunk *chunk)
{
    unsigned char unused[8];
    wki_h5_file *f = t->file;
    f->armed = true;
    f->hits = 0;
    const bool found = H5Dread_chunk(t->set, H5P_DEFAULT, offset, &chunk->mask, unused) >= 0 && f->hits == 1;
    f->armed = false;
    chunk->address = f->hit_address;
    chunk->size = found ? f->hit_size : 0;
    return found;
}

static bool ask_library(wki_h5_table *t, const hsize_t *offset, wki_h5_chunk *chunk)
{
    unsigned mask;
    haddr_t address = 0;
    hsize_t size;
    const wki_h5_quiet quiet = wki_h5_enter();
    const bool known =
        probe(t, offset, chunk) ||
        (H5Dget_chunk_info_by_coord(t->set, offset, &mask, &address, &size) >= 0 && address == HADDR_UNDEF);
    wki_h5_leave(quiet);
    return known;
}

static void search_places(const wki_h5_table *t, const hsize_t *offset, wki_h5_chunk *chunk)
{
    uint64_t cell = 0, low = 0, high = t->nplaces;
    for (int k = 0; k < t->rank; k++) cell = cell * t->grid[k] + offset[k] / t->chunk[k];
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (t->places[middle].cell < cell)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == t->nplaces || t->places[low].cell != cell) return;
    const wki_h5_place *p = &t->places[low];
    *chunk = (wki_h5_chunk){ p->address, p->size, p->mask };
}

bool wki_h5_find_chunk(wki_h5_table *t, const hsize_t *offset, wki_h5_chunk *chunk)
{
    *chunk = (wki_h5_chunk){ 0 };
    if (t->set >= 0) return ask_library(t, offset, chunk);
    search_places(t, offset, chunk);
    return true;
}

static bool count_chunks(const wki_h5_table *t, hsize_t *count)
{
    const hid_t space = H5Dget_space(t->set);
    const bool known = space >= 0 && H5Dget_num_chunks(t->set, space, count) >= 0;
    if (space >= 0) H5Sclose(space);
    return known;
}

wk_status wki_h5_each_chunk(wki_h5_table *t, wk_status (*visit)(void *user, const wki_h5_place *place), void *user)
{
    uint64_t cells;
    hsize_t count, found = 0, offset[WK_MAX_DIMS] = { 0 };
    wk_status status = WK_OK;
    if (!wki_h5_count_cells(t, &cells) || !count_chunks(t, &count))
        return wki_h5_fail(t, WK_E_FORMAT, "its chunk index is damaged");
    if (cells > FEW_CELLS && cells / SPARSE > count)
        return wki_h5_fail(t, WK_E_UNSUPPORTED,
                           "has %llu chunks in room for %llu, which .isolate does not look through",
                           (unsigned long long)count, (unsigned long long)cells);
    for (uint64_t cell = 0; cell < cells && found < count && !status; cell++) {
        wki_h5_chunk c;
        if (probe(t, offset, &c)) {
            found++;
            const uint32_t size = c.size < UINT32_MAX ? (uint32_t)c.size : UINT32_MAX;
            status = visit(user, &(wki_h5_place){ cell, c.address, size, c.mask });
        }
        for (int k = t->rank - 1; k >= 0; offset[k--] = 0)
            if ((offset[k] += t->chunk[k]) < t->dims[k]) break;
    }
    if (status || found == count) return status;
    return wki_h5_fail(t, WK_E_FORMAT, "its chunk index is damaged: of %llu chunks it leads to %llu",
                       (unsigned long long)count, (unsigned long long)found);
}
