/* wick/state.h: state dicts: named tensors and text, all that a model, an optimizer or a whole training consists of, in
 * memory and in safetensors files (huggingface.co/docs/safetensors).
 *
 *   wk_state *best = wk_state_copy(wk_state_dict(net));        ... train on ...    wk_load_state_dict(net, best);
 *   wk_state_write(wk_state_dict(net), "net.safetensors");     wk_load_state_dict(net, wk_state_read("net.safetensors"));
 *
 * Names are torch's paths, "encoder.0.weight"; parts are joined by a prefix, "model." and "optim.". Entries keep their
 * order. Names and text are UTF-8. A call that changes a state changes all that it says or, on an error, nothing. */
#ifndef WICK_STATE_H
#define WICK_STATE_H
#include "wick/tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_state wk_state;

WK_API wk_state *wk_state_new(void);                                   /* an empty one, in the innermost scope */
WK_API wk_state *wk_state_copy(const wk_state *s);                     /* its tensors copied too, without history; what had two names has them again */
WK_API wk_status wk_state_set(wk_state *s, const char *name, wk_tensor *t); /* holds t itself; replaces; any name but "" and "__metadata__" */
WK_API wk_tensor *wk_state_get(const wk_state *s, const char *name);   /* borrowed; WK_E_NOT_FOUND tells the nearest name there is */
WK_API bool wk_state_has(const wk_state *s, const char *name);         /* no error; tensors only */
WK_API int64_t wk_state_count(const wk_state *s);                      /* tensors */
WK_API const char *wk_state_name(const wk_state *s, int64_t i);        /* borrowed; WK_E_RANGE */
WK_API wk_tensor *wk_state_at(const wk_state *s, int64_t i);           /* borrowed; WK_E_RANGE */

/* Text beside the tensors (safetensors' __metadata__). Numbers are kept as text, exactly. */
WK_API wk_status wk_state_set_text(wk_state *s, const char *key, const char *text); /* copies; replaces; keys from "wick.file." on are the file's own */
WK_API const char *wk_state_text(const wk_state *s, const char *key);  /* borrowed; NULL, without an error, if there is none */
WK_API int64_t wk_state_text_count(const wk_state *s);
WK_API const char *wk_state_text_key(const wk_state *s, int64_t i);    /* borrowed; WK_E_RANGE */
WK_API wk_status wk_state_set_int(wk_state *s, const char *key, int64_t value);
WK_API wk_status wk_state_set_number(wk_state *s, const char *key, double value);
WK_API int64_t wk_state_int(const wk_state *s, const char *key);       /* WK_E_NOT_FOUND; WK_E_FORMAT if it is none; then 0 */
WK_API double wk_state_number(const wk_state *s, const char *key);     /* the same bits as were set; NaN on an error */

/* Parts: wk_state_add puts all of part into s, text too, under prefix + its name; wk_state_part takes what begins with
 * prefix out again (tensors held, prefix dropped), which may be nothing. */
WK_API wk_status wk_state_add(wk_state *s, const char *prefix, const wk_state *part);
WK_API wk_state *wk_state_part(const wk_state *s, const char *prefix);

/* safetensors. Nothing in a file is executed, and sizes are checked before memory is asked for. Writing puts the file in
 * place at once or leaves the old one there (temporary, fsync, rename, fsync of the folder). Tensors come in the order
 * of the file: by dtype, then name. BF16 and F16 become f32; I8, I16 and U16 i32; U32 and U64 i64 (WK_E_RANGE beyond
 * it). Of other dtypes, F8_E4M3 say, only what they are is kept, until a program asks for one: wk_state_get, a module that
 * loads it, writing; then WK_E_UNSUPPORTED names them. WK_E_UNSUPPORTED: over 8 dims. WK_E_IO and WK_E_FORMAT name the
 * file. A tensor under several names is written once, under the least of them, which the file tells for each of the others
 * as safetensors' save_model does; reading gives it all its names again, the others last.
 * A path that ends in ".index.json" is that of a state in several files: the files beside it are read that it lists, and
 * WK_E_FORMAT or WK_E_NOT_FOUND lists all that is missing in them or not in the list. */
WK_API wk_status wk_state_write(const wk_state *s, const char *path);
WK_API wk_state *wk_state_read(const char *path);

/* What a file, or each of those of an index, has, without reading elements; visit ends it by another status than WK_OK,
 * which is returned. */
typedef struct wk_state_info {
    const char *name, *file;
    const char *type;              /* as the file tells it, "BF16" */
    wk_dtype dtype;                /* what it becomes; WK_DTYPE_COUNT: wick has no such dtype */
    int ndim;
    int64_t shape[WK_MAX_DIMS];    /* the first ones, should ndim be larger */
    int64_t bytes;
} wk_state_info;
WK_API wk_status wk_state_list(const char *path, wk_status (*visit)(void *user, const wk_state_info *info), void *user);

/* For programs that read no safetensors: the tensors alone, written likewise. npz is NumPy's (numpy.load): an npy file
 * for each name, in an archive. wk_state_write_h5 is in wick/hdf5.h. */
WK_API wk_status wk_state_write_npz(const wk_state *s, const char *path);

#ifdef __cplusplus
}
#endif
#endif
