/* Made by tests/golden/calls.py with PyTorch 2.15.0 in double precision. */
typedef struct golden_tensor {
    int ndim;
    int64_t shape[5];
    const double *values, *grad;
} golden_tensor;
typedef struct golden_call {
    const char *text;
    wk_tensor *(*call)(wk_tensor *const *in);
    int inputs;
    golden_tensor in[3], y;
    bool differentiable;
} golden_call;

static wk_tensor *case_0(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_(y, 1, GRID(2, 3, 0, 1, 2), in[1]) ? NULL : y;
}
static wk_tensor *case_1(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_(y, 0, GRID(1, 2, 0, 1), in[1]) ? NULL : y;
}
static wk_tensor *case_2(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_value_(y, 0, GRID(1, 2, 0, 1), 1.5) ? NULL : y;
}
static wk_tensor *case_3(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_add_(y, 0, GRID(2, 2, 0, 2, 2, 1, 0), in[1]) ? NULL : y;
}
static wk_tensor *case_4(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_add_(y, 1, GRID(2, 1, 1, 1, 3, 0, 3), in[1]) ? NULL : y;
}
static wk_tensor *case_5(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_scatter_add_(y, 0, wk_scalar(0, WK_I64), in[1]) ? NULL : y;
}
static wk_tensor *case_6(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_add_(y, 1, INTS(2, 0, 2), in[1], 0.5) ? NULL : y;
}
static wk_tensor *case_7(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_add_(y, 0, INTS(1, 1), in[1], 1) ? NULL : y;
}
static wk_tensor *case_8(wk_tensor *const *in)
{
    return wk_index_copy(in[0], 1, INTS(2, 0), in[1]);
}
static wk_tensor *case_9(wk_tensor *const *in)
{
    return wk_index_copy(in[0], 0, INTS(2), in[1]);
}
static wk_tensor *case_10(wk_tensor *const *in)
{
    return wk_index_copy(in[0], -1, INTS(1), in[1]);
}
static wk_tensor *case_11(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_copy_(y, 0, INTS(3, 0), in[1]) ? NULL : y;
}
static wk_tensor *case_12(wk_tensor *const *in)
{
    return wk_index_fill(in[0], 1, INTS(2, 0, 2), -1);
}
static wk_tensor *case_13(wk_tensor *const *in)
{
    return wk_index_fill(in[0], 0, INTS(1), 0.5);
}
static wk_tensor *case_14(wk_tensor *const *in)
{
    return wk_index_fill(in[0], 1, wk_zeros(WK_SHAPE(0), WK_I64), 0.5);
}
static wk_tensor *case_15(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_fill_(y, 0, INTS(3, 0), 2) ? NULL : y;
}
static wk_tensor *case_16(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(INTS(0, -1)), in[1], false) ? NULL : y;
}
static wk_tensor *case_17(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true) ? NULL : y;
}
static wk_tensor *case_18(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false) ? NULL : y;
}
static wk_tensor *case_19(wk_tensor *const *in)
{
    return wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_20(wk_tensor *const *in)
{
    return wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_21(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_22(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(1)));
}
static wk_tensor *case_23(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), NULL, INTS(3, 0)));
}
static wk_tensor *case_24(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), LINE(0, 1, 1)));
}
static wk_tensor *case_25(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), GRID(2, 3, 0, 1, 2)));
}
static wk_tensor *case_26(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(0, 0, 0)));
}
static wk_tensor *case_27(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, LINE(1, 0), NULL));
}
static wk_tensor *case_28(wk_tensor *const *in)
{
    return wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], false);
}
static wk_tensor *case_29(wk_tensor *const *in)
{
    return wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], true);
}
static wk_tensor *case_30(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(LINE(1, 0, 1), INTS(2)), in[1], false) ? NULL : y;
}
static wk_tensor *case_31(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_32(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_33(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_34(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_35(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], INTS(5, 0, 0));
}
static wk_tensor *case_36(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], GRID(2, 3, 1, 2, 3));
}
static wk_tensor *case_37(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], INTS(0));
}
static wk_tensor *case_38(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_39(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], FLAGS(2, 1, 0), in[1]);
}
static wk_tensor *case_40(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_fill_tensor_(y, FLAGS(2, 1, 0), in[1]) ? NULL : y;
}
static wk_tensor *case_41(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_42(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], FLAGS(2, 1, 0, 1, 0, 1, 1), in[1]);
}
static wk_tensor *case_43(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_44(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], FLAGS(2, 1, 0), in[1]);
}
static wk_tensor *case_45(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_scatter_(y, LINE(1, 0, 1), in[1]) ? NULL : y;
}
static wk_tensor *case_46(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_47(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_48(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_49(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], NULL);
}
static wk_tensor *case_50(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], NULL, in[1]);
}
static wk_tensor *case_51(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_clamp_tensor_(y, in[1], in[2]) ? NULL : y;
}
static wk_tensor *case_52(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 1);
}
static wk_tensor *case_53(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 2);
}
static wk_tensor *case_54(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], -1);
}
static wk_tensor *case_55(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 0);
}
static wk_tensor *case_56(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_round_decimals_(y, 1) ? NULL : y;
}
static wk_tensor *case_57(wk_tensor *const *in)
{
    return wk_clamp(wk_nan_to_num_with(in[0], .nan = 0.5), -8, 8);
}
static wk_tensor *case_58(wk_tensor *const *in)
{
    return wk_nan_to_num_with(in[0], .posinf = 3, .neginf = -4);
}
static wk_tensor *case_59(wk_tensor *const *in)
{
    return wk_nan_to_num_with(in[0], .nan = INFINITY, .posinf = 3, .neginf = -4);
}
static wk_tensor *case_60(wk_tensor *const *in)
{
    return wk_softplus_beta(in[0], 2, 3);
}
static wk_tensor *case_61(wk_tensor *const *in)
{
    return wk_softplus_beta(in[0], 0.5, 20);
}
static const golden_call golden_calls[] = {
    { "wk_scatter_(y, 1, GRID(2, 3, 0, 1, 2), in[1])", case_0, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 2, 3, 0, 5, 0, 0, 8, 9, 10, 11, 12 } }, { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 4, 1, 6, 7 } } },
      { 2, { 3, 4 }, (double[]){ 2.75, 2.75, 0.375, 2.5, -2.875, 0.375, -2.25, 3, 1.25, -1.625, -3, -1.625 }, NULL }, true },
    { "wk_scatter_(y, 0, GRID(1, 2, 0, 1), in[1])", case_1, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 3, 4, 5, 6, 0, 8, 0, 10, 11, 12 } }, { 2, { 1, 3 }, (double[]){ 0.375, -2.25, -2.875 }, (double[]){ 9, 2, 7 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, -2.25, 0.375, -2.25, -2.875, -0.875, -2.875, 3, 0.375, -1.625, -3, -1.625 }, NULL }, true },
    { "wk_scatter_value_(y, 0, GRID(1, 2, 0, 1), 1.5)", case_2, 1, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 3, 4, 5, 6, 0, 8, 0, 10, 11, 12 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 1.5, 0.375, -2.25, -2.875, -0.875, 1.5, 3, 1.5, -1.625, -3, -1.625 }, NULL }, true },
    { "wk_scatter_add_(y, 0, GRID(2, 2, 0, 2, 2, 1, 0), in[1])", case_3, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } }, { 2, { 2, 3 }, (double[]){ 2.75, 0.375, -2.25, -2.875, -0.875, 2 }, (double[]){ 9, 2, 11, 9, 6, 3 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 3.125, 2.375, -2.25, -2.875, -1.75, 2, 3, 1.125, -1.625, -5.25, -1.625 }, NULL }, true },
    { "wk_scatter_add_(y, 1, GRID(2, 1, 1, 1, 3, 0, 3), in[1])", case_4, 2, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8 } }, { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 2, 2, 2, 8, 5, 8 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 8.375, 0.375, -2.25, -5.75, -0.875, 2, -0.125 }, NULL }, true },
    { "wk_scatter_add_(y, 0, wk_scalar(0, WK_I64), in[1])", case_5, 2, { { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 1 } }, { 0, { 0 }, (double[]){ 2.75 }, (double[]){ 1 } } },
      { 0, { 0 }, (double[]){ 5.25 }, NULL }, true },
    { "wk_index_add_(y, 1, INTS(2, 0, 2), in[1], 0.5)", case_6, 2, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8 } }, { 2, { 2, 3 }, (double[]){ -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ 1.5, 0.5, 1.5, 3.5, 2.5, 3.5 } } },
      { 2, { 2, 4 }, (double[]){ 1.0625, 2.75, -1.1875, -2.25, -1.375, -0.875, 3.625, 3 }, NULL }, true },
    { "wk_index_add_(y, 0, INTS(1, 1), in[1], 1)", case_7, 2, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 2, 3, 4, 5, 6 } }, { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 3, 4, 3, 4 } } },
      { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 3.25, -1.75, -2.875, -0.875 }, NULL }, true },
    { "wk_index_copy(in[0], 1, INTS(2, 0), in[1])", case_8, 2, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 2, 0, 4, 0, 6, 0, 8 } }, { 2, { 2, 2 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 3, 1, 7, 5 } } },
      { 2, { 2, 4 }, (double[]){ -2.25, 2.75, 0.375, -2.25, -0.875, -0.875, -2.875, 3 }, NULL }, true },
    { "wk_index_copy(in[0], 0, INTS(2), in[1])", case_9, 2, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 2, 3, 4, 0, 0 } }, { 2, { 1, 2 }, (double[]){ 0.375, -2.25 }, (double[]){ 5, 6 } } },
      { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, 0.375, -2.25 }, NULL }, true },
    { "wk_index_copy(in[0], -1, INTS(1), in[1])", case_10, 2, { { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12 } }, { 3, { 2, 2, 1 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 2, 5, 8, 11 } } },
      { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.5, 0.375, -2.25, 2.75, -0.875, 2, 0.375, 1.25, -1.625, -2.25, -1.625 }, NULL }, true },
    { "wk_index_copy_(y, 0, INTS(3, 0), in[1])", case_11, 2, { { 2, { 4, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 3, 4, 5, 6, 0, 0 } }, { 2, { 2, 2 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 7, 8, 1, 2 } } },
      { 2, { 4, 2 }, (double[]){ -2.875, -0.875, 0.375, -2.25, -2.875, -0.875, 0.375, -2.25 }, NULL }, true },
    { "wk_index_fill(in[0], 1, INTS(2, 0, 2), -1)", case_12, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 2, 0, 4, 0, 6, 0, 8 } } },
      { 2, { 2, 4 }, (double[]){ -1, 2.75, -1, -2.25, -1, -0.875, -1, 3 }, NULL }, true },
    { "wk_index_fill(in[0], 0, INTS(1), 0.5)", case_13, 1, { { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 1, 0, 3 } } },
      { 1, { 3 }, (double[]){ 2.5, 0.5, 0.375 }, NULL }, true },
    { "wk_index_fill(in[0], 1, wk_zeros(WK_SHAPE(0), WK_I64), 0.5)", case_14, 1, { { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 1, 2, 3, 4 } } },
      { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, NULL }, true },
    { "wk_index_fill_(y, 0, INTS(3, 0), 2)", case_15, 1, { { 2, { 4, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 3, 4, 5, 6, 0, 0 } } },
      { 2, { 4, 2 }, (double[]){ 2, 2, 0.375, -2.25, -2.875, -0.875, 2, 2 }, NULL }, true },
    { "wk_index_put_(y, AT(INTS(0, -1)), in[1], false)", case_16, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 0, 0, 0, 5, 6, 7, 8, 0, 0, 0, 0 } }, { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 9, 10, 11, 12 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, -2.875, -0.875, 2, 3 }, NULL }, true },
    { "wk_index_put_(y, AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true)", case_17, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } }, { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 2, 10, 2 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 5.625, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, 1.125, -3, -1.625 }, NULL }, true },
    { "wk_index_put_(y, AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false)", case_18, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 3, 0, 5, 0, 7, 8, 9, 10, 11, 0 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 24 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.5, 0.375, 2.5, -2.875, 2.5, 2, 3, 1.25, -1.625, -3, 2.5 }, NULL }, true },
    { "wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_19, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 0, 2, 0, 3, 4 } } },
      { 1, { 4 }, (double[]){ 2.5, 0.375, -2.875, -0.875 }, NULL }, true },
    { "wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_20, 1, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 7, 8 } } },
      { 2, { 4, 2 }, (double[]){ 2.5, 2.75, -2.875, -0.875, 1.25, -1.625, -3, -1.625 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_21, 1, { { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 2, 0, 3, 4, 5, 0, 6, 0, 7, 8 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 0.375, -2.875, -0.875, 2, 1.25, -3, -1.625 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(1)))", case_22, 1, { { 4, { 2, 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 8 } } },
      { 2, { 2, 4 }, (double[]){ 2.75, -0.875, -1.625, -1.625, 3, -2.25, 0, -2.75 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), NULL, INTS(3, 0)))", case_23, 1, { { 3, { 3, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0 } } },
      { 2, { 2, 2 }, (double[]){ -2.25, 3, -2.875, 2.5 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), LINE(0, 1, 1)))", case_24, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ 0, 1, 0, 0, 0, 0, 0, 0, 2 } } },
      { 1, { 2 }, (double[]){ 2.75, 1.25 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), GRID(2, 3, 0, 1, 2)))", case_25, 1, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 3, 0, 1, 0, 0, 0, 0, 2, 0, 4, 0 } } },
      { 2, { 2, 2 }, (double[]){ -2.25, 1.25, 2.75, -3 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(0, 0, 0)))", case_26, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 2, { 0, 2 }, (double[]){ 0 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, LINE(1, 0), NULL))", case_27, 1, { { 3, { 2, 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 0, 0, 3, 4, 0, 0 } } },
      { 3, { 2, 1, 2 }, (double[]){ 2.5, 2.75, -2.875, -0.875 }, NULL }, true },
    { "wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], false)", case_28, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 4, 0, 0 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 5, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], true)", case_29, 2, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } }, { 1, { 2 }, (double[]){ 0.375, -2.25 }, (double[]){ 26, 30 } } },
      { 3, { 2, 3, 2 }, (double[]){ 2.875, 0.5, 0.375, -2.25, -2.5, -3.125, 2, 3, 1.625, -3.875, -2.625, -3.875 }, NULL }, true },
    { "wk_index_put_(y, AT(LINE(1, 0, 1), INTS(2)), in[1], false)", case_30, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 0, 4, 5, 6, 7, 8, 9, 10, 0, 12 } }, { 0, { 0 }, (double[]){ 0.375 }, (double[]){ 14 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, 0.375, -1.625 }, NULL }, true },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_31, 1, { { 2, { 2, 3 }, (double[]){ 0, 2, 0, NAN, 0, -1 }, NULL } },
      { 2, { 3, 2 }, (double[]){ 0, 1, 1, 0, 1, 2 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_32, 1, { { 3, { 2, 2, 3 }, (double[]){ 2, 3, 0, -2, -3, -1, 2, 3, 1, -2, -3, -2 }, NULL } },
      { 2, { 11, 3 }, (double[]){ 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 2, 1, 0, 0, 1, 0, 1, 1, 0, 2, 1, 1, 0, 1, 1, 1, 1, 1, 2 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_33, 1, { { 1, { 3 }, (double[]){ 0, 0, 0 }, NULL } },
      { 2, { 0, 1 }, (double[]){ 0 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_34, 1, { { 0, { 0 }, (double[]){ 3 }, NULL } },
      { 2, { 1, 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_take_along_dim_all(in[0], INTS(5, 0, 0))", case_35, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 5, 0, 0, 0, 0, 1 } } },
      { 1, { 3 }, (double[]){ -0.875, 2.5, 2.5 }, NULL }, true },
    { "wk_take_along_dim_all(in[0], GRID(2, 3, 1, 2, 3))", case_36, 1, { { 1, { 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 0, 2, 3, 5 } } },
      { 1, { 4 }, (double[]){ -2.25, 2.75, 0.375, -2.25 }, NULL }, true },
    { "wk_take_along_dim_all(in[0], INTS(0))", case_37, 1, { { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 1 } } },
      { 1, { 1 }, (double[]){ 2.5 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", case_38, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 14 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 2.5, 2.5, -2.875, 2.5 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], FLAGS(2, 1, 0), in[1])", case_39, 2, { { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 4, 5, 6 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 6 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.5, 2.5, 2.5, 2.75, 0.375 }, NULL }, true },
    { "wk_masked_fill_tensor_(y, FLAGS(2, 1, 0), in[1])", case_40, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 0, 0, 4, 5, 6 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 6 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.5, 2.5, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", case_41, 2, { { 1, { 3 }, (double[]){ NAN, 1, 2 }, (double[]){ 0, 2, 0 } }, { 0, { 0 }, (double[]){ INFINITY }, (double[]){ 4 } } },
      { 1, { 3 }, (double[]){ INFINITY, 1, INFINITY }, NULL }, true },
    { "wk_masked_scatter(in[0], FLAGS(2, 1, 0, 1, 0, 1, 1), in[1])", case_42, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 4, 0, 0 } }, { 1, { 5 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2 }, (double[]){ 1, 3, 5, 6, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_scatter(in[0], LINE(1, 0, 1), in[1])", case_43, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 2, { 2, 2 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 4, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.875, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_scatter(in[0], FLAGS(2, 1, 0), in[1])", case_44, 2, { { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 4, 5, 6 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 2, 3, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, -2.25, -2.875, 2.5, 2.75, 0.375 }, NULL }, true },
    { "wk_masked_scatter_(y, LINE(1, 0, 1), in[1])", case_45, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 4, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.875, -2.875, -0.875 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_46, 3, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 1.5, 2, 0, 6, 7, 0 } }, { 1, { 4 }, (double[]){ -1, -1, 0, -0.5 }, (double[]){ 1, 0, 1.5, 8 } }, { 2, { 2, 1 }, (double[]){ 0.5, 1 }, (double[]){ 2, 5 } } },
      { 2, { 2, 4 }, (double[]){ -1, -0.5, 0, 0.5, 1, NAN, 0.25, -0.5 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_47, 3, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 3, 4, 0, 6, 7, 0 } }, { 1, { 4 }, (double[]){ 1, -1, NAN, 0.5 }, (double[]){ 0, 0, 0, 0 } }, { 2, { 2, 1 }, (double[]){ 0.5, 0.25 }, (double[]){ 1, 13 } } },
      { 2, { 2, 4 }, (double[]){ 0.5, -0.5, NAN, 0.5, 0.25, NAN, NAN, 0.25 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_48, 3, { { 1, { 8 }, (double[]){ 0.5, 0, 1, NAN, 2, 2, -1, NAN }, (double[]){ 1, 0, 0, 4, 0, 0, 0, 8 } }, { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, 0, NAN, 2, 0, 2 }, (double[]){ 0, 2, 0, 0, 0, 0, 0, 0 } }, { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, 1, 1, 1, NAN, 1 }, (double[]){ 0, 0, 3, 0, 0, 6, 0, 8 } } },
      { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, NAN, NAN, 1, NAN, NAN }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], NULL)", case_49, 2, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 1.5, 4, 5, 6, 7, 0 } }, { 1, { 4 }, (double[]){ -1, -1, 0, -0.5 }, (double[]){ 1, 6, 1.5, 8 } } },
      { 2, { 2, 4 }, (double[]){ -1, -0.5, 0, 0.5, 2, NAN, 0.25, -0.5 }, NULL }, true },
    { "wk_clamp_tensor(in[0], NULL, in[1])", case_50, 2, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 1, 2, 3, 0, 0, 6, 3.5, 8 } }, { 0, { 0 }, (double[]){ 0.25 }, (double[]){ 18.5 } } },
      { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.25, 0.25, NAN, 0.25, -1 }, NULL }, true },
    { "wk_clamp_tensor_(y, in[1], in[2])", case_51, 3, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 0, 0, 7, 8 } }, { 1, { 4 }, (double[]){ 0.5, 0.75, -1.625, -4.25 }, (double[]){ 5, 6, 0, 0 } }, { 2, { 2, 1 }, (double[]){ 3.5, 3.75 }, (double[]){ 0, 0 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, 0.5, 0.75, 2, 3 }, NULL }, true },
    { "wk_round_decimals(in[0], 1)", case_52, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 2.7999999999999998, 0.40000000000000002, -2.2000000000000002, -2.8999999999999999, -0.90000000000000002, 2, 3 }, NULL }, true },
    { "wk_round_decimals(in[0], 2)", case_53, 1, { { 1, { 6 }, (double[]){ 0.125, -0.375, INFINITY, NAN, -0, 1e+30 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 1, { 6 }, (double[]){ 0.12, -0.38, INFINITY, NAN, -0, 1e+30 }, NULL }, true },
    { "wk_round_decimals(in[0], -1)", case_54, 1, { { 1, { 7 }, (double[]){ 5, 15, 25, -5, 4.9900000000000002, INFINITY, NAN }, (double[]){ 0, 0, 0, 0, 0, 0, 0 } } },
      { 1, { 7 }, (double[]){ 0, 20, 20, -0, 0, INFINITY, NAN }, NULL }, true },
    { "wk_round_decimals(in[0], 0)", case_55, 1, { { 1, { 3 }, (double[]){ 0.5, 1.5, -2.5 }, (double[]){ 0, 0, 0 } } },
      { 1, { 3 }, (double[]){ 0, 2, -2 }, NULL }, true },
    { "wk_round_decimals_(y, 1)", case_56, 1, { { 1, { 5 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875 }, (double[]){ 0, 0, 0, 0, 0 } } },
      { 1, { 5 }, (double[]){ 2.5, 2.7999999999999998, 0.40000000000000002, -2.2000000000000002, -2.8999999999999999 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .nan = 0.5)", case_57, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.5, 1, 8, -8, -0.5, 0.5 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .posinf = 3, .neginf = -4)", case_58, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0, 1, 3, -4, -0.5, 0 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .nan = INFINITY, .posinf = 3, .neginf = -4)", case_59, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ INFINITY, 1, 3, -4, -0.5, INFINITY }, NULL }, true },
    { "wk_softplus_beta(in[0], 2, 3)", case_60, 1, { { 1, { 8 }, (double[]){ -3, 0, 1.5, 1.625, 4, NAN, -INFINITY, INFINITY }, (double[]){ 0.0024726231566347748, 1, 2.8577223804672998, 4, 5, NAN, 0, 8 } } },
      { 1, { 8 }, (double[]){ 0.0012378425688652247, 0.34657359027997264, 1.524293675786871, 1.625, 4, NAN, 0, INFINITY }, NULL }, true },
    { "wk_softplus_beta(in[0], 0.5, 20)", case_61, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0.77729986117469119, 1.5963735554792424, 1.6402144559538419, 0.98034005252948686, 0.95966393223618407, 2.3540209810026504, 5.1174100504100339, 6.5405958095491492 } } },
      { 2, { 2, 4 }, (double[]){ 3.0038581626907459, 3.2008253032032958, 1.5825705791111895, 0.56230027249662951, 0.42622007766135189, 0.99626909502875072, 2.6265233750364456, 3.4028265559655049 }, NULL }, true },
};
