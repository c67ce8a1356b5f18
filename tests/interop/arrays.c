/* Writes into the folder named a state of all dtypes and shapes as state.safetensors, state.npz and state.h5, and one
 * of more tensors than a zip file can count in 16 bits as many.npz. */
#include <stdio.h>
#include <wick/hdf5.h>
#include <wick/wick.h>

static wk_state *state(void)
{
    wk_state *s = wk_state_new();
    wk_tensor *t = wk_reshape(wk_arange(0, 24, 1, WK_F32), WK_SHAPE(2, 3, 4));
    char name[32];
    for (int dtype = 0; dtype < WK_DTYPE_COUNT; dtype++) {
        snprintf(name, sizeof name, "kinds.%s", wk_dtype_name((wk_dtype)dtype));
        wk_state_set(s, name, wk_to(t, (wk_dtype)dtype));
    }
    wk_state_set(s, "layers.0.weight", wk_permute(wk_randn(WK_SHAPE(5, 2, 3), WK_F32), 3, (int[]){ 2, 0, 1 }));
    wk_state_set(s, "layers.0.seen", wk_scalar(-7, WK_I64));
    wk_state_set(s, "layers.\xc3\xa4 \xe4\xb8\xad.bias", wk_full(WK_SHAPE(3), WK_F64, -0.0));
    wk_state_set(s, "layers.odd", wk_div(wk_zeros(WK_SHAPE(2), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32)));
    wk_state_set(s, "empty", wk_zeros(WK_SHAPE(3, 0, 2), WK_F32));
    wk_state_set(s, "large", wk_randn(WK_SHAPE(300, 1000), WK_F32));
    wk_state_set_text(s, "made by",
                      "w\xc3\xaf"
                      "ck");
    return s;
}

static wk_state *many(void)
{
    wk_state *s = wk_state_new();
    char name[32];
    for (int i = 0; i < 70000; i++) {
        WK_SCOPE(one);
        snprintf(name, sizeof name, "%d", i);
        wk_state_set(s, name, wk_scalar(i, WK_I32));
    }
    return s;
}

int main(int argc, char **argv)
{
    char path[512];
    if (argc != 2) return 2;
    WK_SCOPE(program);
    wk_manual_seed(1);
    wk_state *s = state();
    snprintf(path, sizeof path, "%s/state.safetensors", argv[1]);
    wk_state_write(s, path);
    snprintf(path, sizeof path, "%s/state.npz", argv[1]);
    wk_state_write_npz(s, path);
    snprintf(path, sizeof path, "%s/state.h5", argv[1]);
    wk_state_write_h5(s, path);
    snprintf(path, sizeof path, "%s/many.npz", argv[1]);
    wk_state_write_npz(many(), path);
    if (wk_failed()) fprintf(stderr, "%s\n", wk_error_text());
    return wk_failed();
}
