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
    return wk_index_fill_tensor(in[0], 1, INTS(2, 0, 2), in[1]);
}
static wk_tensor *case_17(wk_tensor *const *in)
{
    return wk_index_fill_tensor(in[0], -2, INTS(1), in[1]);
}
static wk_tensor *case_18(wk_tensor *const *in)
{
    return wk_index_fill_tensor(in[0], 0, wk_zeros(WK_SHAPE(0), WK_I64), in[1]);
}
static wk_tensor *case_19(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_fill_tensor_(y, 0, INTS(3, 0), in[1]) ? NULL : y;
}
static wk_tensor *case_20(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(INTS(0, -1)), in[1], false) ? NULL : y;
}
static wk_tensor *case_21(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true) ? NULL : y;
}
static wk_tensor *case_22(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false) ? NULL : y;
}
static wk_tensor *case_23(wk_tensor *const *in)
{
    return wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_24(wk_tensor *const *in)
{
    return wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_25(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1)));
}
static wk_tensor *case_26(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(1)));
}
static wk_tensor *case_27(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), NULL, INTS(3, 0)));
}
static wk_tensor *case_28(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), LINE(0, 1, 1)));
}
static wk_tensor *case_29(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(1, 0, 1), GRID(2, 3, 0, 1, 2)));
}
static wk_tensor *case_30(wk_tensor *const *in)
{
    return wk_index(in[0], AT(LINE(0, 0, 0)));
}
static wk_tensor *case_31(wk_tensor *const *in)
{
    return wk_index(in[0], AT(NULL, LINE(1, 0), NULL));
}
static wk_tensor *case_32(wk_tensor *const *in)
{
    return wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], false);
}
static wk_tensor *case_33(wk_tensor *const *in)
{
    return wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], true);
}
static wk_tensor *case_34(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, AT(LINE(1, 0, 1), INTS(2)), in[1], false) ? NULL : y;
}
static wk_tensor *case_35(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_36(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_37(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_38(wk_tensor *const *in)
{
    return wk_to(wk_nonzero(in[0]), WK_F64);
}
static wk_tensor *case_39(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_40(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_41(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_42(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_43(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_44(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_45(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_46(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_47(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_48(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_49(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_50(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_51(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_52(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_53(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_54(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_55(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_56(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_57(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_58(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_59(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_60(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_61(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_62(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_63(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_64(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_65(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_66(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_67(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_68(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_69(wk_tensor *const *in)
{
    return wk_unique(in[0], NULL, NULL);
}
static wk_tensor *case_70(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_71(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_72(wk_tensor *const *in)
{
    return wk_unique_consecutive(in[0], NULL, NULL);
}
static wk_tensor *case_73(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(which, WK_F64) : NULL;
}
static wk_tensor *case_74(wk_tensor *const *in)
{
    wk_tensor *which, *counts;
    return wk_unique_consecutive(in[0], &which, &counts) ? wk_to(counts, WK_F64) : NULL;
}
static wk_tensor *case_75(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], INTS(5, 0, 0));
}
static wk_tensor *case_76(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], GRID(2, 3, 1, 2, 3));
}
static wk_tensor *case_77(wk_tensor *const *in)
{
    return wk_take_along_dim_all(in[0], INTS(0));
}
static wk_tensor *case_78(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_79(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], FLAGS(2, 1, 0), in[1]);
}
static wk_tensor *case_80(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_fill_tensor_(y, FLAGS(2, 1, 0), in[1]) ? NULL : y;
}
static wk_tensor *case_81(wk_tensor *const *in)
{
    return wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_82(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], FLAGS(2, 1, 0, 1, 0, 1, 1), in[1]);
}
static wk_tensor *case_83(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], LINE(1, 0, 1), in[1]);
}
static wk_tensor *case_84(wk_tensor *const *in)
{
    return wk_masked_scatter(in[0], FLAGS(2, 1, 0), in[1]);
}
static wk_tensor *case_85(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_scatter_(y, LINE(1, 0, 1), in[1]) ? NULL : y;
}
static wk_tensor *case_86(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_87(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_88(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], in[2]);
}
static wk_tensor *case_89(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], in[1], NULL);
}
static wk_tensor *case_90(wk_tensor *const *in)
{
    return wk_clamp_tensor(in[0], NULL, in[1]);
}
static wk_tensor *case_91(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_clamp_tensor_(y, in[1], in[2]) ? NULL : y;
}
static wk_tensor *case_92(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 1);
}
static wk_tensor *case_93(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 2);
}
static wk_tensor *case_94(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], -1);
}
static wk_tensor *case_95(wk_tensor *const *in)
{
    return wk_round_decimals(in[0], 0);
}
static wk_tensor *case_96(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_round_decimals_(y, 1) ? NULL : y;
}
static wk_tensor *case_97(wk_tensor *const *in)
{
    return wk_clamp(wk_nan_to_num_with(in[0], .nan = 0.5), -8, 8);
}
static wk_tensor *case_98(wk_tensor *const *in)
{
    return wk_nan_to_num_with(in[0], .posinf = 3, .neginf = -4);
}
static wk_tensor *case_99(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_nan_to_num_with_(y, .nan = 2, .posinf = 3, .neginf = -4) ? NULL : y;
}
static wk_tensor *case_100(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_nan_to_num_run_(y, NULL) ? NULL : y;
}
static wk_tensor *case_101(wk_tensor *const *in)
{
    return wk_nan_to_num_with(in[0], .nan = INFINITY, .posinf = 3, .neginf = -4);
}
static wk_tensor *case_102(wk_tensor *const *in)
{
    return wk_softplus_beta(in[0], 2, 3);
}
static wk_tensor *case_103(wk_tensor *const *in)
{
    return wk_softplus_beta(in[0], 0.5, 20);
}
static wk_tensor *case_104(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_var_mean_dim(in[0], 1, 1, true, &m);
    return v ? wk_cat(WK_LIST(wk_tensor *, v, m), -1) : NULL;
}
static wk_tensor *case_105(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_var_mean_dims(in[0], 2, (int[]){ 0, 2 }, 0.5, false, &m);
    return v ? wk_cat(WK_LIST(wk_tensor *, v, m), -1) : NULL;
}
static wk_tensor *case_106(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_var_mean(in[0], 0, &m);
    return v ? wk_stack(WK_LIST(wk_tensor *, v, m), 0) : NULL;
}
static wk_tensor *case_107(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_std_mean_dim(in[0], 1, 1, true, &m);
    return v ? wk_cat(WK_LIST(wk_tensor *, v, m), -1) : NULL;
}
static wk_tensor *case_108(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_std_mean_dims(in[0], 2, (int[]){ 0, 2 }, 0.5, false, &m);
    return v ? wk_cat(WK_LIST(wk_tensor *, v, m), -1) : NULL;
}
static wk_tensor *case_109(wk_tensor *const *in)
{
    wk_tensor *m, *v = wk_std_mean(in[0], 0, &m);
    return v ? wk_stack(WK_LIST(wk_tensor *, v, m), 0) : NULL;
}
static wk_tensor *case_110(wk_tensor *const *in)
{
    return wk_norm(in[0], -1);
}
static wk_tensor *case_111(wk_tensor *const *in)
{
    return wk_norm(in[0], -1);
}
static wk_tensor *case_112(wk_tensor *const *in)
{
    return wk_norm(in[0], -1);
}
static wk_tensor *case_113(wk_tensor *const *in)
{
    return wk_norm(in[0], -1);
}
static wk_tensor *case_114(wk_tensor *const *in)
{
    return wk_norm_dim(in[0], -1, 0, true);
}
static wk_tensor *case_115(wk_tensor *const *in)
{
    return wk_norm(in[0], -2.5);
}
static wk_tensor *case_116(wk_tensor *const *in)
{
    return wk_norm(in[0], -2.5);
}
static wk_tensor *case_117(wk_tensor *const *in)
{
    return wk_norm(in[0], -2.5);
}
static wk_tensor *case_118(wk_tensor *const *in)
{
    return wk_norm(in[0], -2.5);
}
static wk_tensor *case_119(wk_tensor *const *in)
{
    return wk_norm_dim(in[0], -2.5, 0, true);
}
static wk_tensor *case_120(wk_tensor *const *in)
{
    return wk_norm(in[0], 0.5);
}
static wk_tensor *case_121(wk_tensor *const *in)
{
    return wk_norm(in[0], 0.5);
}
static wk_tensor *case_122(wk_tensor *const *in)
{
    return wk_norm(in[0], 0.5);
}
static wk_tensor *case_123(wk_tensor *const *in)
{
    return wk_norm(in[0], 0.5);
}
static wk_tensor *case_124(wk_tensor *const *in)
{
    return wk_norm_dim(in[0], 0.5, 0, true);
}
static wk_tensor *case_125(wk_tensor *const *in)
{
    return wk_norm(in[0], 0);
}
static wk_tensor *case_126(wk_tensor *const *in)
{
    return wk_norm(in[0], 0);
}
static wk_tensor *case_127(wk_tensor *const *in)
{
    return wk_norm(in[0], 0);
}
static wk_tensor *case_128(wk_tensor *const *in)
{
    return wk_norm(in[0], 0);
}
static wk_tensor *case_129(wk_tensor *const *in)
{
    return wk_norm_dim(in[0], 0, 0, true);
}
static wk_tensor *case_130(wk_tensor *const *in)
{
    return wk_norm(in[0], -INFINITY);
}
static wk_tensor *case_131(wk_tensor *const *in)
{
    return wk_norm(in[0], -INFINITY);
}
static wk_tensor *case_132(wk_tensor *const *in)
{
    return wk_norm(in[0], -INFINITY);
}
static wk_tensor *case_133(wk_tensor *const *in)
{
    return wk_norm(in[0], -INFINITY);
}
static wk_tensor *case_134(wk_tensor *const *in)
{
    return wk_norm_dim(in[0], -INFINITY, 0, true);
}
static wk_tensor *case_135(wk_tensor *const *in)
{
    return wk_sort(wk_topk_with(in[0], 3, .sorted = false), -1, true, NULL);
}
static wk_tensor *case_136(wk_tensor *const *in)
{
    return wk_sort(wk_topk_with(in[0], 2, .dim = 0, .largest = false, .sorted = false), 0, false, NULL);
}
static wk_tensor *case_137(wk_tensor *const *in)
{
    return wk_histogram_with(in[0], .at = in[1]);
}
static wk_tensor *case_138(wk_tensor *const *in)
{
    return wk_histogram_with(in[0], .at = in[1], .weight = in[2]);
}
static wk_tensor *case_139(wk_tensor *const *in)
{
    return wk_histogram_with(in[0], .at = in[1], .density = true);
}
static wk_tensor *case_140(wk_tensor *const *in)
{
    return wk_histogram_with(in[0], .at = in[1]);
}
static wk_tensor *case_141(wk_tensor *const *in)
{
    return wk_conv1d(in[0], in[1], in[2], .padding = WK_SAME);
}
static wk_tensor *case_142(wk_tensor *const *in)
{
    return wk_conv1d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(3));
}
static wk_tensor *case_143(wk_tensor *const *in)
{
    return wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .groups = 2);
}
static wk_tensor *case_144(wk_tensor *const *in)
{
    return wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(2, 1));
}
static wk_tensor *case_145(wk_tensor *const *in)
{
    return wk_conv3d(in[0], in[1], NULL, .padding = WK_SAME);
}
static wk_tensor *case_146(wk_tensor *const *in)
{
    return wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true);
}
static wk_tensor *case_147(wk_tensor *const *in)
{
    return wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true, .padding_idx = 3);
}
static wk_tensor *case_148(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 2, .norm_type = 2);
}
static wk_tensor *case_149(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 3, .norm_type = 1);
}
static wk_tensor *case_150(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 1.5, .norm_type = INFINITY);
}
static wk_tensor *case_151(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 100, .norm_type = 3);
}
static wk_tensor *case_152(wk_tensor *const *in)
{
    return wk_ctc_loss(wk_log_softmax(in[0], 2), GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2));
}
static wk_tensor *case_153(wk_tensor *const *in)
{
    return wk_ctc_loss(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2));
}
static wk_tensor *case_154(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_155(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_SUM);
}
static wk_tensor *case_156(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 0, 0, 1), INTS(5, 5), INTS(2, 0), .blank = 3, .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_157(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2), .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_158(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2), .zero_infinity = true);
}
static wk_tensor *case_159(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(0, 5), INTS(0, 2), .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_160(wk_tensor *const *in)
{
    return wk_ctc_loss(wk_log_softmax(in[0], 1), INTS(1, 2), wk_scalar(4, WK_I64), wk_scalar(2, WK_I64));
}
static wk_tensor *case_161(wk_tensor *const *in)
{
    return wk_ctc_loss_with(wk_log_softmax(in[0], 1), INTS(1, 2), INTS(5), INTS(2), .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_162(wk_tensor *const *in)
{
    return wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_NONE);
}
static wk_tensor *case_163(wk_tensor *const *in)
{
    return wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_MEAN);
}
static wk_tensor *case_164(wk_tensor *const *in)
{
    return wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .zero_infinity = true);
}
static wk_tensor *case_165(wk_tensor *const *in)
{
    return wk_dropout(in[0], 1, true);
}
static wk_tensor *case_166(wk_tensor *const *in)
{
    return wk_alpha_dropout(in[0], 1, true);
}
static wk_tensor *case_167(wk_tensor *const *in)
{
    return wk_feature_alpha_dropout(in[0], 1, true);
}
static wk_tensor *case_168(wk_tensor *const *in)
{
    return wk_dropout1d(in[0], 1, true);
}
static wk_tensor *case_169(wk_tensor *const *in)
{
    return wk_dropout2d(in[0], 1, true);
}
static wk_tensor *case_170(wk_tensor *const *in)
{
    return wk_dropout3d(in[0], 1, true);
}
static wk_tensor *case_171(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = false);
}
static wk_tensor *case_172(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = false);
}
static wk_tensor *case_173(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = false);
}
static wk_tensor *case_174(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = false);
}
static wk_tensor *case_175(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_ZEROS, .align_corners = false);
}
static wk_tensor *case_176(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = false);
}
static wk_tensor *case_177(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = false);
}
static wk_tensor *case_178(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = false);
}
static wk_tensor *case_179(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = false);
}
static wk_tensor *case_180(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_BORDER, .align_corners = false);
}
static wk_tensor *case_181(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = false);
}
static wk_tensor *case_182(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = false);
}
static wk_tensor *case_183(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = false);
}
static wk_tensor *case_184(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = false);
}
static wk_tensor *case_185(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_REFLECTION, .align_corners = false);
}
static wk_tensor *case_186(wk_tensor *const *in)
{
    return wk_affine_grid(in[0], 4, (int64_t[]){ 2, 3, 2, 3 }, false);
}
static wk_tensor *case_187(wk_tensor *const *in)
{
    return wk_affine_grid(in[0], 5, (int64_t[]){ 1, 1, 2, 1, 3 }, false);
}
static wk_tensor *case_188(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = true);
}
static wk_tensor *case_189(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = true);
}
static wk_tensor *case_190(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = true);
}
static wk_tensor *case_191(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = true);
}
static wk_tensor *case_192(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_ZEROS, .align_corners = true);
}
static wk_tensor *case_193(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = true);
}
static wk_tensor *case_194(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = true);
}
static wk_tensor *case_195(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = true);
}
static wk_tensor *case_196(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = true);
}
static wk_tensor *case_197(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_BORDER, .align_corners = true);
}
static wk_tensor *case_198(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = true);
}
static wk_tensor *case_199(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = true);
}
static wk_tensor *case_200(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = true);
}
static wk_tensor *case_201(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = true);
}
static wk_tensor *case_202(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_REFLECTION, .align_corners = true);
}
static wk_tensor *case_203(wk_tensor *const *in)
{
    return wk_affine_grid(in[0], 4, (int64_t[]){ 2, 3, 2, 3 }, true);
}
static wk_tensor *case_204(wk_tensor *const *in)
{
    return wk_affine_grid(in[0], 5, (int64_t[]){ 1, 1, 2, 1, 3 }, true);
}
static wk_tensor *case_205(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1]);
}
static wk_tensor *case_206(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1]);
}
static wk_tensor *case_207(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1]);
}
static wk_tensor *case_208(wk_tensor *const *in)
{
    return wk_grid_sample(in[0], in[1]);
}
static wk_tensor *case_209(wk_tensor *const *in)
{
    return wk_cross(in[0], in[1], -1);
}
static wk_tensor *case_210(wk_tensor *const *in)
{
    return wk_cross(in[0], in[1], 0);
}
static wk_tensor *case_211(wk_tensor *const *in)
{
    return wk_searchsorted(in[0], in[1], false);
}
static wk_tensor *case_212(wk_tensor *const *in)
{
    return wk_searchsorted(in[0], in[1], false);
}
static wk_tensor *case_213(wk_tensor *const *in)
{
    return wk_searchsorted(wk_t(in[0]), wk_t(in[1]), false);
}
static wk_tensor *case_214(wk_tensor *const *in)
{
    return wk_searchsorted(wk_to(in[0], WK_I32), wk_to(in[1], WK_I32), false);
}
static wk_tensor *case_215(wk_tensor *const *in)
{
    return wk_bucketize(in[0], in[1], false);
}
static wk_tensor *case_216(wk_tensor *const *in)
{
    return wk_searchsorted(in[0], in[1], true);
}
static wk_tensor *case_217(wk_tensor *const *in)
{
    return wk_searchsorted(in[0], in[1], true);
}
static wk_tensor *case_218(wk_tensor *const *in)
{
    return wk_searchsorted(wk_t(in[0]), wk_t(in[1]), true);
}
static wk_tensor *case_219(wk_tensor *const *in)
{
    return wk_searchsorted(wk_to(in[0], WK_I32), wk_to(in[1], WK_I32), true);
}
static wk_tensor *case_220(wk_tensor *const *in)
{
    return wk_bucketize(in[0], in[1], true);
}
static wk_tensor *case_221(wk_tensor *const *in)
{
    return wk_bucketize(in[0], in[1], false);
}
static wk_tensor *case_222(wk_tensor *const *in)
{
    return wk_bucketize(in[0], in[1], true);
}
static wk_tensor *case_223(wk_tensor *const *in)
{
    return wk_cholesky(in[0], false);
}
static wk_tensor *case_224(wk_tensor *const *in)
{
    return wk_cholesky(in[0], true);
}
static wk_tensor *case_225(wk_tensor *const *in)
{
    return wk_cholesky(in[0], false);
}
static wk_tensor *case_226(wk_tensor *const *in)
{
    return wk_cholesky(in[0], true);
}
static wk_tensor *case_227(wk_tensor *const *in)
{
    return wk_cholesky(in[0], false);
}
static wk_tensor *case_228(wk_tensor *const *in)
{
    return wk_cholesky(in[0], true);
}
static wk_tensor *case_229(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], false);
}
static wk_tensor *case_230(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], false, .left = false);
}
static wk_tensor *case_231(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], false, .unitriangular = true);
}
static wk_tensor *case_232(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], true);
}
static wk_tensor *case_233(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], true, .left = false);
}
static wk_tensor *case_234(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], true, .unitriangular = true);
}
static wk_tensor *case_235(wk_tensor *const *in)
{
    return wk_solve_triangular(in[0], in[1], false);
}
static wk_tensor *case_236(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_237(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_238(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_239(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_240(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_241(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_242(wk_tensor *const *in)
{
    return wk_solve(in[0], in[1]);
}
static wk_tensor *case_243(wk_tensor *const *in)
{
    return wk_inv(in[0]);
}
static wk_tensor *case_244(wk_tensor *const *in)
{
    return wk_inv(in[0]);
}
static wk_tensor *case_245(wk_tensor *const *in)
{
    return wk_inv(in[0]);
}
static wk_tensor *case_246(wk_tensor *const *in)
{
    return wk_inv(in[0]);
}
static wk_tensor *case_247(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_248(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_249(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_250(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_251(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_252(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_253(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_254(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_255(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_256(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_257(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_258(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_259(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_260(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_261(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_262(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_263(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_264(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_265(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_266(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_267(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
}
static wk_tensor *case_268(wk_tensor *const *in)
{
    return wk_det(in[0]);
}
static wk_tensor *case_269(wk_tensor *const *in)
{
    return wk_slogdet(in[0], NULL);
}
static wk_tensor *case_270(wk_tensor *const *in)
{
    wk_tensor *sign;
    return wk_slogdet(in[0], &sign) ? sign : NULL;
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
    { "wk_index_fill_tensor(in[0], 1, INTS(2, 0, 2), in[1])", case_16, 2, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 2, 0, 4, 0, 6, 0, 8 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 16 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 2.5, -2.25, 2.5, -0.875, 2.5, 3 }, NULL }, true },
    { "wk_index_fill_tensor(in[0], -2, INTS(1), in[1])", case_17, 2, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 0, 0, 5, 6, 7, 8, 0, 0, 11, 12 } }, { 0, { 0 }, (double[]){ INFINITY }, (double[]){ 26 } } },
      { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, INFINITY, INFINITY, -2.875, -0.875, 2, 3, INFINITY, INFINITY, -3, -1.625 }, NULL }, true },
    { "wk_index_fill_tensor(in[0], 0, wk_zeros(WK_SHAPE(0), WK_I64), in[1])", case_18, 2, { { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 1, 2, 3, 4 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 0 } } },
      { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, NULL }, true },
    { "wk_index_fill_tensor_(y, 0, INTS(3, 0), in[1])", case_19, 2, { { 2, { 4, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 3, 4, 5, 6, 0, 0 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 18 } } },
      { 2, { 4, 2 }, (double[]){ 2.5, 2.5, 0.375, -2.25, -2.875, -0.875, 2.5, 2.5 }, NULL }, true },
    { "wk_index_put_(y, AT(INTS(0, -1)), in[1], false)", case_20, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 0, 0, 0, 5, 6, 7, 8, 0, 0, 0, 0 } }, { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 9, 10, 11, 12 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, -2.875, -0.875, 2, 3 }, NULL }, true },
    { "wk_index_put_(y, AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true)", case_21, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } }, { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 2, 10, 2 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 5.625, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, 1.125, -3, -1.625 }, NULL }, true },
    { "wk_index_put_(y, AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false)", case_22, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 3, 0, 5, 0, 7, 8, 9, 10, 11, 0 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 24 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.5, 0.375, 2.5, -2.875, 2.5, 2, 3, 1.25, -1.625, -3, 2.5 }, NULL }, true },
    { "wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_23, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 0, 2, 0, 3, 4 } } },
      { 1, { 4 }, (double[]){ 2.5, 0.375, -2.875, -0.875 }, NULL }, true },
    { "wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_24, 1, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 7, 8 } } },
      { 2, { 4, 2 }, (double[]){ 2.5, 2.75, -2.875, -0.875, 1.25, -1.625, -3, -1.625 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1)))", case_25, 1, { { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 0, 2, 0, 3, 4, 5, 0, 6, 0, 7, 8 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 0.375, -2.875, -0.875, 2, 1.25, -3, -1.625 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(1)))", case_26, 1, { { 4, { 2, 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 8 } } },
      { 2, { 2, 4 }, (double[]){ 2.75, -0.875, -1.625, -1.625, 3, -2.25, 0, -2.75 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), NULL, INTS(3, 0)))", case_27, 1, { { 3, { 3, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0 } } },
      { 2, { 2, 2 }, (double[]){ -2.25, 3, -2.875, 2.5 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), LINE(0, 1, 1)))", case_28, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ 0, 1, 0, 0, 0, 0, 0, 0, 2 } } },
      { 1, { 2 }, (double[]){ 2.75, 1.25 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(1, 0, 1), GRID(2, 3, 0, 1, 2)))", case_29, 1, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 3, 0, 1, 0, 0, 0, 0, 2, 0, 4, 0 } } },
      { 2, { 2, 2 }, (double[]){ -2.25, 1.25, 2.75, -3 }, NULL }, true },
    { "wk_index(in[0], AT(LINE(0, 0, 0)))", case_30, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 2, { 0, 2 }, (double[]){ 0 }, NULL }, true },
    { "wk_index(in[0], AT(NULL, LINE(1, 0), NULL))", case_31, 1, { { 3, { 2, 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 0, 0, 3, 4, 0, 0 } } },
      { 3, { 2, 1, 2 }, (double[]){ 2.5, 2.75, -2.875, -0.875 }, NULL }, true },
    { "wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], false)", case_32, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 4, 0, 0 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 5, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], true)", case_33, 2, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } }, { 1, { 2 }, (double[]){ 0.375, -2.25 }, (double[]){ 26, 30 } } },
      { 3, { 2, 3, 2 }, (double[]){ 2.875, 0.5, 0.375, -2.25, -2.5, -3.125, 2, 3, 1.625, -3.875, -2.625, -3.875 }, NULL }, true },
    { "wk_index_put_(y, AT(LINE(1, 0, 1), INTS(2)), in[1], false)", case_34, 2, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1, 2, 0, 4, 5, 6, 7, 8, 9, 10, 0, 12 } }, { 0, { 0 }, (double[]){ 0.375 }, (double[]){ 14 } } },
      { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, 0.375, -1.625 }, NULL }, true },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_35, 1, { { 2, { 2, 3 }, (double[]){ 0, 2, 0, NAN, 0, -1 }, NULL } },
      { 2, { 3, 2 }, (double[]){ 0, 1, 1, 0, 1, 2 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_36, 1, { { 3, { 2, 2, 3 }, (double[]){ 2, 3, 0, -2, -3, -1, 2, 3, 1, -2, -3, -2 }, NULL } },
      { 2, { 11, 3 }, (double[]){ 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 2, 1, 0, 0, 1, 0, 1, 1, 0, 2, 1, 1, 0, 1, 1, 1, 1, 1, 2 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_37, 1, { { 1, { 3 }, (double[]){ 0, 0, 0 }, NULL } },
      { 2, { 0, 1 }, (double[]){ 0 }, NULL }, false },
    { "wk_to(wk_nonzero(in[0]), WK_F64)", case_38, 1, { { 0, { 0 }, (double[]){ 3 }, NULL } },
      { 2, { 1, 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_39, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 3 }, (double[]){ 1, 2, 3 }, NULL }, false },
    { "wk_unique, inverse", case_40, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 6 }, (double[]){ 2, 0, 2, 1, 0, 0 }, NULL }, false },
    { "wk_unique, counts", case_41, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 3 }, (double[]){ 3, 1, 2 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_42, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 5 }, (double[]){ 3, 1, 3, 2, 1 }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_43, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 6 }, (double[]){ 0, 1, 2, 3, 4, 4 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_44, 1, { { 1, { 6 }, (double[]){ 3, 1, 3, 2, 1, 1 }, NULL } },
      { 1, { 5 }, (double[]){ 1, 1, 1, 1, 2 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_45, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 1, { 2 }, (double[]){ -0, 2 }, NULL }, false },
    { "wk_unique, inverse", case_46, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 2, { 2, 2 }, (double[]){ 1, 1, 0, 0 }, NULL }, false },
    { "wk_unique, counts", case_47, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 1, { 2 }, (double[]){ 2, 2 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_48, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 1, { 2 }, (double[]){ 2, -0 }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_49, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 2, { 2, 2 }, (double[]){ 0, 0, 1, 1 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_50, 1, { { 2, { 2, 2 }, (double[]){ 2, 2, -0, 0 }, NULL } },
      { 1, { 2 }, (double[]){ 2, 2 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_51, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique, inverse", case_52, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique, counts", case_53, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_54, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_55, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_56, 1, { { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_57, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 1, { 1 }, (double[]){ 4 }, NULL }, false },
    { "wk_unique, inverse", case_58, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique, counts", case_59, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 1, { 1 }, (double[]){ 1 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_60, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 1, { 1 }, (double[]){ 4 }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_61, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_62, 1, { { 0, { 0 }, (double[]){ 4 }, NULL } },
      { 1, { 1 }, (double[]){ 1 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_63, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 5 }, (double[]){ -INFINITY, 1, INFINITY, NAN, NAN }, NULL }, false },
    { "wk_unique, inverse", case_64, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 6 }, (double[]){ 3, 1, 4, 2, 1, 0 }, NULL }, false },
    { "wk_unique, counts", case_65, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 5 }, (double[]){ 1, 2, 1, 1, 1 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_66, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_67, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 6 }, (double[]){ 0, 1, 2, 3, 4, 5 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_68, 1, { { 1, { 6 }, (double[]){ NAN, 1, NAN, INFINITY, 1, -INFINITY }, NULL } },
      { 1, { 6 }, (double[]){ 1, 1, 1, 1, 1, 1 }, NULL }, false },
    { "wk_unique(in[0], NULL, NULL)", case_69, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 1, { 19 }, (double[]){ -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, NULL }, false },
    { "wk_unique, inverse", case_70, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 2, { 3, 40 }, (double[]){ 17, 17, 10, 2, 0, 6, 15, 18, 13, 4, 0, 4, 13, 18, 15, 6, 0, 2, 11, 17, 17, 9, 1, 1, 8, 16, 18, 12, 3, 0, 5, 14, 18, 14, 5, 0, 3, 12, 18, 16, 7, 1, 1, 9, 17, 17, 10, 2, 0, 7, 15, 18, 13, 4, 0, 4, 13, 18, 15, 6, 0, 2, 11, 17, 17, 9, 1, 1, 8, 16, 18, 11, 3, 0, 6, 14, 18, 13, 5, 0, 3, 12, 18, 16, 7, 1, 1, 9, 17, 17, 10, 2, 0, 7, 15, 18, 12, 4, 0, 5, 13, 18, 15, 6, 0, 3, 11, 17, 17, 9, 1, 1, 8, 16, 18, 11, 3, 0, 6, 14 }, NULL }, false },
    { "wk_unique, counts", case_71, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 1, { 19 }, (double[]){ 14, 10, 5, 6, 5, 4, 6, 4, 3, 5, 3, 5, 4, 6, 4, 6, 5, 12, 13 }, NULL }, false },
    { "wk_unique_consecutive(in[0], NULL, NULL)", case_72, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 1, { 109 }, (double[]){ 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 0, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, 0, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, -0, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, 0, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, -0, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL }, false },
    { "wk_unique_consecutive, inverse", case_73, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 2, { 3, 40 }, (double[]){ 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 18, 19, 20, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 38, 39, 40, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 58, 59, 60, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 78, 79, 80, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 98, 99, 100, 100, 101, 102, 103, 104, 105, 106, 107, 108 }, NULL }, false },
    { "wk_unique_consecutive, counts", case_74, 1, { { 2, { 3, 40 }, (double[]){ 8, 8, 1, -7, -9, -3, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, 0, -8, -8, -1, 7, 9, 3, -6, -9, -4, 5, 9, 5, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 4, -5, -9, -5, 4, 9, 6, -3, -9, -7, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5, 9, 4, -4, -9, -6, 3, 9, 7, -2, -8, -8, 0, 8, 8, 1, -7, -9, -2, 6, 9, 3, -5, -9, -4, 4, 9, 6, -3, -9, -6, 2, 8, 8, -0, -8, -8, -1, 7, 9, 2, -6, -9, -3, 5 }, NULL } },
      { 1, { 109 }, (double[]){ 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1 }, NULL }, false },
    { "wk_take_along_dim_all(in[0], INTS(5, 0, 0))", case_75, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 5, 0, 0, 0, 0, 1 } } },
      { 1, { 3 }, (double[]){ -0.875, 2.5, 2.5 }, NULL }, true },
    { "wk_take_along_dim_all(in[0], GRID(2, 3, 1, 2, 3))", case_76, 1, { { 1, { 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 0, 2, 3, 5 } } },
      { 1, { 4 }, (double[]){ -2.25, 2.75, 0.375, -2.25 }, NULL }, true },
    { "wk_take_along_dim_all(in[0], INTS(0))", case_77, 1, { { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 1 } } },
      { 1, { 1 }, (double[]){ 2.5 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", case_78, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 14 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 2.5, 2.5, -2.875, 2.5 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], FLAGS(2, 1, 0), in[1])", case_79, 2, { { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 4, 5, 6 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 6 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.5, 2.5, 2.5, 2.75, 0.375 }, NULL }, true },
    { "wk_masked_fill_tensor_(y, FLAGS(2, 1, 0), in[1])", case_80, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 0, 0, 4, 5, 6 } }, { 0, { 0 }, (double[]){ 2.5 }, (double[]){ 6 } } },
      { 2, { 2, 3 }, (double[]){ 2.5, 2.5, 2.5, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", case_81, 2, { { 1, { 3 }, (double[]){ NAN, 1, 2 }, (double[]){ 0, 2, 0 } }, { 0, { 0 }, (double[]){ INFINITY }, (double[]){ 4 } } },
      { 1, { 3 }, (double[]){ INFINITY, 1, INFINITY }, NULL }, true },
    { "wk_masked_scatter(in[0], FLAGS(2, 1, 0, 1, 0, 1, 1), in[1])", case_82, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 4, 0, 0 } }, { 1, { 5 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2 }, (double[]){ 1, 3, 5, 6, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_scatter(in[0], LINE(1, 0, 1), in[1])", case_83, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 2, { 2, 2 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 4, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.875, -2.875, -0.875 }, NULL }, true },
    { "wk_masked_scatter(in[0], FLAGS(2, 1, 0), in[1])", case_84, 2, { { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 4, 5, 6 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 2, 3, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, -2.25, -2.875, 2.5, 2.75, 0.375 }, NULL }, true },
    { "wk_masked_scatter_(y, LINE(1, 0, 1), in[1])", case_85, 2, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 2, 0, 0, 5, 0 } }, { 1, { 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1, 3, 4, 6 } } },
      { 2, { 2, 3 }, (double[]){ 0.375, 2.75, -2.25, -2.875, -2.875, -0.875 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_86, 3, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 1.5, 2, 0, 6, 7, 0 } }, { 1, { 4 }, (double[]){ -1, -1, 0, -0.5 }, (double[]){ 1, 0, 1.5, 8 } }, { 2, { 2, 1 }, (double[]){ 0.5, 1 }, (double[]){ 2, 5 } } },
      { 2, { 2, 4 }, (double[]){ -1, -0.5, 0, 0.5, 1, NAN, 0.25, -0.5 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_87, 3, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 3, 4, 0, 6, 7, 0 } }, { 1, { 4 }, (double[]){ 1, -1, NAN, 0.5 }, (double[]){ 0, 0, 0, 0 } }, { 2, { 2, 1 }, (double[]){ 0.5, 0.25 }, (double[]){ 1, 13 } } },
      { 2, { 2, 4 }, (double[]){ 0.5, -0.5, NAN, 0.5, 0.25, NAN, NAN, 0.25 }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], in[2])", case_88, 3, { { 1, { 8 }, (double[]){ 0.5, 0, 1, NAN, 2, 2, -1, NAN }, (double[]){ 1, 0, 0, 4, 0, 0, 0, 8 } }, { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, 0, NAN, 2, 0, 2 }, (double[]){ 0, 2, 0, 0, 0, 0, 0, 0 } }, { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, 1, 1, 1, NAN, 1 }, (double[]){ 0, 0, 3, 0, 0, 6, 0, 8 } } },
      { 1, { 8 }, (double[]){ 0.5, 0.5, 0.5, NAN, NAN, 1, NAN, NAN }, NULL }, true },
    { "wk_clamp_tensor(in[0], in[1], NULL)", case_89, 2, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 0, 2, 1.5, 4, 5, 6, 7, 0 } }, { 1, { 4 }, (double[]){ -1, -1, 0, -0.5 }, (double[]){ 1, 6, 1.5, 8 } } },
      { 2, { 2, 4 }, (double[]){ -1, -0.5, 0, 0.5, 2, NAN, 0.25, -0.5 }, NULL }, true },
    { "wk_clamp_tensor(in[0], NULL, in[1])", case_90, 2, { { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.5, 2, NAN, 0.25, -1 }, (double[]){ 1, 2, 3, 0, 0, 6, 3.5, 8 } }, { 0, { 0 }, (double[]){ 0.25 }, (double[]){ 18.5 } } },
      { 2, { 2, 4 }, (double[]){ -2, -0.5, 0, 0.25, 0.25, NAN, 0.25, -1 }, NULL }, true },
    { "wk_clamp_tensor_(y, in[1], in[2])", case_91, 3, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 1, 2, 3, 4, 0, 0, 7, 8 } }, { 1, { 4 }, (double[]){ 0.5, 0.75, -1.625, -4.25 }, (double[]){ 5, 6, 0, 0 } }, { 2, { 2, 1 }, (double[]){ 3.5, 3.75 }, (double[]){ 0, 0 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, 0.5, 0.75, 2, 3 }, NULL }, true },
    { "wk_round_decimals(in[0], 1)", case_92, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 4 }, (double[]){ 2.5, 2.7999999999999998, 0.40000000000000002, -2.2000000000000002, -2.8999999999999999, -0.90000000000000002, 2, 3 }, NULL }, true },
    { "wk_round_decimals(in[0], 2)", case_93, 1, { { 1, { 6 }, (double[]){ 0.125, -0.375, INFINITY, NAN, -0, 1e+30 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 1, { 6 }, (double[]){ 0.12, -0.38, INFINITY, NAN, -0, 1e+30 }, NULL }, true },
    { "wk_round_decimals(in[0], -1)", case_94, 1, { { 1, { 7 }, (double[]){ 5, 15, 25, -5, 4.9900000000000002, INFINITY, NAN }, (double[]){ 0, 0, 0, 0, 0, 0, 0 } } },
      { 1, { 7 }, (double[]){ 0, 20, 20, -0, 0, INFINITY, NAN }, NULL }, true },
    { "wk_round_decimals(in[0], 0)", case_95, 1, { { 1, { 3 }, (double[]){ 0.5, 1.5, -2.5 }, (double[]){ 0, 0, 0 } } },
      { 1, { 3 }, (double[]){ 0, 2, -2 }, NULL }, true },
    { "wk_round_decimals_(y, 1)", case_96, 1, { { 1, { 5 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875 }, (double[]){ 0, 0, 0, 0, 0 } } },
      { 1, { 5 }, (double[]){ 2.5, 2.7999999999999998, 0.40000000000000002, -2.2000000000000002, -2.8999999999999999 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .nan = 0.5)", case_97, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0.5, 1, 8, -8, -0.5, 0.5 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .posinf = 3, .neginf = -4)", case_98, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ 0, 1, 3, -4, -0.5, 0 }, NULL }, true },
    { "wk_nan_to_num_with_(y, .nan = 2, .posinf = 3, .neginf = -4)", case_99, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ 2, 1, 3, -4, -0.5, 2 }, NULL }, true },
    { "wk_nan_to_num_run_(y, NULL)", case_100, 1, { { 1, { 3 }, (double[]){ NAN, 1, -0.5 }, (double[]){ 0, 2, 3 } } },
      { 1, { 3 }, (double[]){ 0, 1, -0.5 }, NULL }, true },
    { "wk_nan_to_num_with(in[0], .nan = INFINITY, .posinf = 3, .neginf = -4)", case_101, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, INFINITY, -INFINITY, -0.5, NAN }, (double[]){ 0, 2, 0, 0, 5, 0 } } },
      { 2, { 2, 3 }, (double[]){ INFINITY, 1, 3, -4, -0.5, INFINITY }, NULL }, true },
    { "wk_softplus_beta(in[0], 2, 3)", case_102, 1, { { 1, { 8 }, (double[]){ -3, 0, 1.5, 1.625, 4, NAN, -INFINITY, INFINITY }, (double[]){ 0.0024726231566347748, 1, 2.8577223804672998, 4, 5, NAN, 0, 8 } } },
      { 1, { 8 }, (double[]){ 0.0012378425688652247, 0.34657359027997264, 1.524293675786871, 1.625, 4, NAN, 0, INFINITY }, NULL }, true },
    { "wk_softplus_beta(in[0], 0.5, 20)", case_103, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0.77729986117469119, 1.5963735554792424, 1.6402144559538419, 0.98034005252948686, 0.95966393223618407, 2.3540209810026504, 5.1174100504100339, 6.5405958095491492 } } },
      { 2, { 2, 4 }, (double[]){ 3.0038581626907459, 3.2008253032032958, 1.5825705791111895, 0.56230027249662951, 0.42622007766135189, 0.99626909502875072, 2.6265233750364456, 3.4028265559655049 }, NULL }, true },
    { "wk_var_mean_dim(in[0], 1, 1, true, &m)", case_104, 1, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 1.6041666666666665, 1.7708333333333333, 0.1875, -1.5625, -5.375, -1.375, 4.375, 6.375, 9.8333333333333321, 0.25, -4.333333333333333, 0.25 } } },
      { 2, { 3, 2 }, (double[]){ 5.389322916666667, 0.84375, 7.213541666666667, 0.3125, 3.1979166666666665, -1.25 }, NULL }, true },
    { "wk_var_mean_dims(in[0], 2, (int[]){ 0, 2 }, 0.5, false, &m)", case_105, 1, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0.9642857142857143, 1.1071428571428572, 2.3214285714285712, -0.67857142857142838, 0.16071428571428581, 3.589285714285714, 0.6785714285714286, 1.25, 3.3214285714285712, 0.035714285714285809, -0.053571428571428381, 2.3035714285714284 } } },
      { 1, { 6 }, (double[]){ 0.15625, 2.3258928571428572, 0.8962053571428571, 2.5625, -0.5625, -2.09375 }, NULL }, true },
    { "wk_var_mean(in[0], 0, &m)", case_106, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1.1875, 1.2708333333333333, 0.47916666666666663, -0.39583333333333331, -0.60416666666666674, 0.0625 } } },
      { 1, { 2 }, (double[]){ 4.670572916666667, -0.062500000000000028 }, NULL }, true },
    { "wk_std_mean_dim(in[0], 1, 1, true, &m)", case_107, 1, { { 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0.73781406331552102, 0.77371052570276944, 0.43269413302390913, 0.055781277957800413, -0.18679558244570282, 0.55786046928493427, 1.6283035436477249, 2.0006315695130437, 3.829996062309982, 1.1505005906535026, -0.13099724361698728, 1.1505005906535026 } } },
      { 2, { 3, 2 }, (double[]){ 2.3214915284503337, 0.84375, 2.6858037282472202, 0.3125, 1.7882719778229113, -1.25 }, NULL }, true },
    { "wk_std_mean_dims(in[0], 2, (int[]){ 0, 2 }, 0.5, false, &m)", case_108, 1, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0.95482460485473741, 1.1355261854357876, 1.6012678279045161, 0.61771790977187102, 0.79264166890112431, 2.6034789965142462, 0.59342144369263694, 1.316227766016838, 1.9291178006153977, 0.85189646170821498, 0.6794643359253042, 1.9244149986593255 } } },
      { 1, { 6 }, (double[]){ 0.39528470752104744, 1.5250878194854411, 0.94668123312066199, 2.5625, -0.5625, -2.09375 }, NULL }, true },
    { "wk_std_mean(in[0], 0, &m)", case_109, 1, { { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0.5309518091474309, 0.55023166044636729, 0.36707307310647191, 0.16463463446764026, 0.1164350062202994, 0.27067381661179019 } } },
      { 1, { 2 }, (double[]){ 2.1611508315401466, -0.062500000000000028 }, NULL }, true },
    { "wk_norm(in[0], -1)", case_110, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0.0041639909124030674, 0.0034413148036388989, 0.18506626277346966, -0.0051407295214852683, -0.0031485753590949472, -0.033991762550229121, 0.0065062358006297933, 0.0028916603558354634 } } },
      { 0, { 0 }, (double[]){ 0.16132248201202204 }, NULL }, true },
    { "wk_norm(in[0], -1)", case_111, 1, { { 1, { 3 }, (double[]){ 0, -3, 1 }, (double[]){ 0, -0, 0 } } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_norm(in[0], -1)", case_112, 1, { { 1, { 3 }, (double[]){ 2, NAN, 1 }, (double[]){ NAN, NAN, NAN } } },
      { 0, { 0 }, (double[]){ NAN }, NULL }, true },
    { "wk_norm(in[0], -1)", case_113, 1, { { 1, { 2 }, (double[]){ INFINITY, -2 }, (double[]){ 0, -1 } } },
      { 0, { 0 }, (double[]){ 2 }, NULL }, true },
    { "wk_norm_dim(in[0], -1, 0, true)", case_114, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0.013723585484879848, 0.06948286124435421, 0.60993713266132654, -0.10379538531564023, -0.010377002256997996, -0.68632050698504965 } } },
      { 2, { 1, 2 }, (double[]){ 0.29286926994906626, 0.51257396449704151 }, NULL }, true },
    { "wk_norm(in[0], -2.5)", case_115, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0.0010441318632697226, 0.00074796444017052942, 0.79879611213593205, -0.0015097553111512705, -0.00064019592861736451, -0.041163964396035917, 0.0022800291247506016, 0.00055159584734059308 } } },
      { 0, { 0 }, (double[]){ 0.35168660130253748 }, NULL }, true },
    { "wk_norm(in[0], -2.5)", case_116, 1, { { 1, { 3 }, (double[]){ 0, -3, 1 }, (double[]){ 0, -0, 0 } } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_norm(in[0], -2.5)", case_117, 1, { { 1, { 3 }, (double[]){ 2, NAN, 1 }, (double[]){ NAN, NAN, NAN } } },
      { 0, { 0 }, (double[]){ NAN }, NULL }, true },
    { "wk_norm(in[0], -2.5)", case_118, 1, { { 1, { 2 }, (double[]){ INFINITY, -2 }, (double[]){ 0, -1.0000000000000002 } } },
      { 0, { 0 }, (double[]){ 2 }, NULL }, true },
    { "wk_norm_dim(in[0], -2.5, 0, true)", case_119, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0.0012804175373741864, 0.02983097360667197, 0.97956262685276774, -0.060213385049720049, -0.00078507142937891039, -1.6417373199776282 } } },
      { 2, { 1, 2 }, (double[]){ 0.37279410927268775, 0.8270177243803214 }, NULL }, true },
    { "wk_norm(in[0], 0.5)", case_120, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 7.0386512946379787, 6.7110906881823675, 18.173719495929443, -7.4193899155829728, -6.5635761757768245, -11.897492178427338, 7.8694513823637093, 6.425380147476937 } } },
      { 0, { 0 }, (double[]){ 123.85653011877221 }, NULL }, true },
    { "wk_norm(in[0], 0.5)", case_121, 1, { { 1, { 3 }, (double[]){ 0, -3, 1 }, (double[]){ 0, -1.577350269189626, 2.7320508075688772 } } },
      { 0, { 0 }, (double[]){ 7.4641016151377544 }, NULL }, true },
    { "wk_norm(in[0], 0.5)", case_122, 1, { { 1, { 3 }, (double[]){ 2, NAN, 1 }, (double[]){ NAN, NAN, NAN } } },
      { 0, { 0 }, (double[]){ NAN }, NULL }, true },
    { "wk_norm(in[0], 0.5)", case_123, 1, { { 1, { 2 }, (double[]){ INFINITY, -2 }, (double[]){ NAN, -INFINITY } } },
      { 0, { 0 }, (double[]){ INFINITY }, NULL }, true },
    { "wk_norm_dim(in[0], 0.5, 0, true)", case_124, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 2.4596788640971026, 4.937220217102114, 6.3508635184443039, -5.4583023224949132, -2.2936623674976211, -8.7527559446607661 } } },
      { 2, { 1, 2 }, (double[]){ 15.12505028621503, 16.75859863711127 }, NULL }, true },
    { "wk_norm(in[0], 0)", case_125, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, NULL } },
      { 0, { 0 }, (double[]){ 8 }, NULL }, true },
    { "wk_norm(in[0], 0)", case_126, 1, { { 1, { 3 }, (double[]){ 0, -3, 1 }, NULL } },
      { 0, { 0 }, (double[]){ 2 }, NULL }, true },
    { "wk_norm(in[0], 0)", case_127, 1, { { 1, { 3 }, (double[]){ 2, NAN, 1 }, NULL } },
      { 0, { 0 }, (double[]){ 3 }, NULL }, true },
    { "wk_norm(in[0], 0)", case_128, 1, { { 1, { 2 }, (double[]){ INFINITY, -2 }, NULL } },
      { 0, { 0 }, (double[]){ 2 }, NULL }, true },
    { "wk_norm_dim(in[0], 0, 0, true)", case_129, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, NULL } },
      { 2, { 1, 2 }, (double[]){ 3, 3 }, NULL }, true },
    { "wk_norm(in[0], -INFINITY)", case_130, 1, { { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 1, -0, -0, -0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 0.375 }, NULL }, true },
    { "wk_norm(in[0], -INFINITY)", case_131, 1, { { 1, { 3 }, (double[]){ 0, -3, 1 }, (double[]){ 0, -0, 0 } } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_norm(in[0], -INFINITY)", case_132, 1, { { 1, { 3 }, (double[]){ 2, NAN, 1 }, (double[]){ 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ NAN }, NULL }, true },
    { "wk_norm(in[0], -INFINITY)", case_133, 1, { { 1, { 2 }, (double[]){ INFINITY, -2 }, (double[]){ 0, -1 } } },
      { 0, { 0 }, (double[]){ 2 }, NULL }, true },
    { "wk_norm_dim(in[0], -INFINITY, 0, true)", case_134, 1, { { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0, 0, 1, -0, -0, -2 } } },
      { 2, { 1, 2 }, (double[]){ 0.375, 0.875 }, NULL }, true },
    { "wk_sort(wk_topk_with(in[0], 3, .sorted = false), -1, true, NULL)", case_135, 1, { { 2, { 2, 50 }, (double[]){ 0, 4.625, 9.25, 1.25, 5.875, 10.5, 2.5, 7.125, 11.75, 3.75, 8.375, 0.375, 5, 9.625, 1.625, 6.25, 10.875, 2.875, 7.5, 12.125, 4.125, 8.75, 0.75, 5.375, 10, 2, 6.625, 11.25, 3.25, 7.875, 12.5, 4.5, 9.125, 1.125, 5.75, 10.375, 2.375, 7, 11.625, 3.625, 8.25, 0.25, 4.875, 9.5, 1.5, 6.125, 10.75, 2.75, 7.375, 12, 4, 8.625, 0.625, 5.25, 9.875, 1.875, 6.5, 11.125, 3.125, 7.75, 12.375, 4.375, 9, 1, 5.625, 10.25, 2.25, 6.875, 11.5, 3.5, 8.125, 0.125, 4.75, 9.375, 1.375, 6, 10.625, 2.625, 7.25, 11.875, 3.875, 8.5, 0.5, 5.125, 9.75, 1.75, 6.375, 11, 3, 7.625, 12.25, 4.25, 8.875, 0.875, 5.5, 10.125, 2.125, 6.75, 11.375, 3.375 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 3 }, (double[]){ 12.5, 12.125, 12, 12.375, 12.25, 11.875 }, NULL }, true },
    { "wk_sort(wk_topk_with(in[0], 2, .dim = 0, .largest = false, .sorted = false), 0, false, NULL)", case_136, 1, { { 2, { 5, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2 }, (double[]){ 0, 0, 0, 1, 5, 6, 0, 0, 0, 4, 2, 3, 0, 0, 0 } } },
      { 2, { 2, 3 }, (double[]){ -2.25, -3, -1.625, -1.625, -2.875, -0.875 }, NULL }, true },
    { "wk_histogram_with(in[0], .at = in[1])", case_137, 2, { { 2, { 2, 4 }, (double[]){ -2, -1.5, -1, 0.25, 0.5, 3, 4, NAN }, NULL }, { 1, { 5 }, (double[]){ -2, -1, 0.5, 0.5, 3 }, NULL } },
      { 1, { 4 }, (double[]){ 2, 2, 0, 2 }, NULL }, false },
    { "wk_histogram_with(in[0], .at = in[1], .weight = in[2])", case_138, 3, { { 2, { 2, 4 }, (double[]){ -2, -1.5, -1, 0.25, 0.5, 3, 4, NAN }, NULL }, { 1, { 5 }, (double[]){ -2, -1, 0.5, 0.5, 3 }, NULL }, { 2, { 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, NULL } },
      { 1, { 4 }, (double[]){ 5.25, -1.875, 0, -3.75 }, NULL }, false },
    { "wk_histogram_with(in[0], .at = in[1], .density = true)", case_139, 2, { { 2, { 2, 4 }, (double[]){ -2, -1.5, -1, 0.25, 0.5, 3, 4, NAN }, NULL }, { 1, { 4 }, (double[]){ -2, -1.5, 0, 4 }, NULL } },
      { 1, { 3 }, (double[]){ 0.2857142857142857, 0.19047619047619047, 0.14285714285714285 }, NULL }, false },
    { "wk_histogram_with(in[0], .at = in[1])", case_140, 2, { { 1, { 0 }, (double[]){ 0 }, NULL }, { 1, { 2 }, (double[]){ 0, 1 }, NULL } },
      { 1, { 1 }, (double[]){ 0 }, NULL }, false },
    { "wk_conv1d(in[0], in[1], in[2], .padding = WK_SAME)", case_141, 3, { { 3, { 2, 2, 5 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75 }, (double[]){ 11.875, -41.75, -51.625, -61.5, -119.375, -25.125, 25.125, 32.875, 40.625, 107.5, -5, -189.875, -199.75, -209.625, -321.875, -40.125, 141.375, 149.125, 156.875, 295 } }, { 3, { 3, 2, 3 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75 }, (double[]){ 7, 29.625, 72.5, -76.875, -29.875, -17.75, 22, 40.25, 85.625, -77.5, -24.875, -4, 37, 50.875, 98.75, -78.125, -19.875, 9.75 } }, { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 105, 155, 205 } } },
      { 3, { 2, 3, 5 }, (double[]){ -6.78125, 9.9375, 17.15625, 10.96875, 3.78125, -4.65625, 13.203125, 16.578125, 7.3125, 0.546875, -4.65625, 13.109375, 12.453125, 0.765625, -5.234375, 3.546875, -10.296875, -10.03125, 1.6875, 4.1875, 2.78125, -11.03125, -6.953125, 5.96875, 5.875, -0.671875, -13.453125, -5.875, 7.375, 4.875 }, NULL }, true },
    { "wk_conv1d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(3))", case_142, 2, { { 2, { 2, 5 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625 }, (double[]){ -2.625, -6.75, -11.875, -17, -8.625, 16, 9, 13.25, 17.5, 3.75 } }, { 3, { 1, 2, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625 }, (double[]){ 12.5, 3.5, -12.75, 0, -4.375, 22.5, 0.625, 0 } } },
      { 2, { 1, 5 }, (double[]){ 2.671875, -0.21875, 6.046875, 8.15625, 8 }, NULL }, true },
    { "wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .groups = 2)", case_143, 2, { { 4, { 1, 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ -1.5, -6.25, -11, -17.625, -8.75, -20.875, -21.5, -21.125, -11.75, -23.375, -24, -21.625, -3.625, -43, -46.375, -71, -11.625, -24.375, -25.125, -24.5, -14.625, -27.375, -28.125, -26 } }, { 4, { 2, 1, 2, 3 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3 }, (double[]){ -34, -39, -37.125, -28.25, -24.125, -25.375, 5, -21.625, -41.375, -71, -77.375, -78.25 } } },
      { 4, { 1, 2, 3, 4 }, (double[]){ -21.90625, 0.4375, 20.421875, 9.453125, 6.609375, -18.203125, -22.90625, -6.625, 1.859375, 12.75, 10.8125, 2.53125, -21.375, -5.953125, 15.65625, 6.546875, 14.546875, -13, -23.25, -3.21875, -4.0625, 10.625, 12.3125, 1.34375 }, NULL }, true },
    { "wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(2, 1))", case_144, 2, { { 4, { 1, 1, 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ -15.5, -88.375, -99, -28.25, -120.25, -130.875, -58.875, -56.5, -55.625, -66.75, -53.875, -53 } }, { 4, { 2, 1, 3, 2 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3 }, (double[]){ -21.75, -16.125, -39, -29.25, -19.5, -14.625, -26.25, -23.625, -43.5, -41.25, -19.5, -19.125 } } },
      { 4, { 1, 2, 4, 3 }, (double[]){ 3.40625, 1.515625, 1.421875, -3.265625, -1.84375, -0.734375, -13.625, -9.53125, -3.453125, 12.921875, 10.9375, 4.34375, -0.46875, -1.359375, 0.4375, 0.390625, 1.421875, 0.59375, -12.21875, -8.203125, -3.28125, 11.609375, 9.46875, 3.78125 }, NULL }, true },
    { "wk_conv3d(in[0], in[1], NULL, .padding = WK_SAME)", case_145, 2, { { 5, { 1, 1, 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ -1.5, -7.375, -5.25, -17.625, -9, -27.875, -5.75, -30.875, 0.5, -32.625, 6.75, -34.375 } }, { 5, { 1, 1, 2, 1, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625 }, (double[]){ -18.25, -39, -19.875, 0, -9, -19.5, -10, 0 } } },
      { 5, { 1, 1, 2, 3, 2 }, (double[]){ -3.78125, 7.75, 7.34375, 2.828125, -2.046875, -9.984375, -13.125, -6, 1.859375, 4.125, 11.421875, 2.53125 }, NULL }, true },
    { "wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true)", case_146, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 10, 11, 12, 10, 11, 12, 0, 0, 0, 7, 7.9999999999999991, 9 } } },
      { 3, { 2, 3, 3 }, (double[]){ -1.625, -3, -1.625, -2.25, -2.875, -0.875, -1.625, -3, -1.625, 2.5, 2.75, 0.375, -1.625, -3, -1.625, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true, .padding_idx = 3)", case_147, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 10, 11, 12, 10, 11, 12, 0, 0, 0, 0, 0, 0 } } },
      { 3, { 2, 3, 3 }, (double[]){ -1.625, -3, -1.625, -2.25, -2.875, -0.875, -1.625, -3, -1.625, 2.5, 2.75, 0.375, -1.625, -3, -1.625, -2.25, -2.875, -0.875 }, NULL }, true },
    { "wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 2, .norm_type = 2)", case_148, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 7, 8, 9, 0, 0, 0, 5, 7, 9, 0, 0, 0 } } },
      { 2, { 3, 3 }, (double[]){ 1.0481948238608592, 1.5722922357912887, 0.65512176491303697, 1.0481948238608592, 1.5722922357912887, 0.65512176491303697, 1.3385489269862438, 1.4724038196848683, 0.20078233904793658 }, NULL }, true },
    { "wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 3, .norm_type = 1)", case_149, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 7, 8, 9, 0, 0, 0, 5, 7, 9, 0, 0, 0 } } },
      { 2, { 3, 3 }, (double[]){ 0.95999998464000025, 1.4399999769600003, 0.59999999040000018, 0.95999998464000025, 1.4399999769600003, 0.59999999040000018, 1.3333333096296298, 1.4666666405925928, 0.19999999644444449 }, NULL }, true },
    { "wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 1.5, .norm_type = INFINITY)", case_150, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 7, 8, 9, 0, 0, 0, 5, 7, 9, 0, 0, 0 } } },
      { 2, { 3, 3 }, (double[]){ 0.99999996666666779, 1.4999999500000016, 0.62499997916666739, 0.99999996666666779, 1.4999999500000016, 0.62499997916666739, 1.3636363140495886, 1.4999999454545474, 0.20454544710743827 }, NULL }, true },
    { "wk_embedding_with(INTS(2, 2, 0), y, .max_norm = 100, .norm_type = 3)", case_151, 1, { { 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 7, 8, 9, 0, 0, 0, 5, 7, 9, 0, 0, 0 } } },
      { 2, { 3, 3 }, (double[]){ 2, 3, 1.25, 2, 3, 1.25, 2.5, 2.75, 0.375 }, NULL }, true },
    { "wk_ctc_loss(wk_log_softmax(in[0], 2), GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2))", case_152, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0.06545294626456688, -0.074303058076315293, 0.0082523160426490536, 0.00059779576909935303, 0.00049863278160510577, 0.0037289246198242039, 0.066096770403344107, -0.07032432780477342, 0.06496169384156919, 2.203798200589982e-05, -0.073326131795131325, 0.0083423999715562403, 0.010505016373258475, -0.070609737947637918, 0.058864186965205137, 0.0012405346091743097, -0.073714022315289202, 0.0010064956061072972, -0.076669665816064714, 0.14937719252524662, 0.0063235567103576322, -0.0090537634380489351, 0.0015396510601142052, 0.0011905556675770972, -0.0886738211244186, 0.052188929309757597, 0.023289464022499411, 0.013195427792161599, -0.22157371441101903, -0.020087510315213938, 0.012905514083884458, 0.22875571064234851, 0.058108145089090783, 0.033191958707702113, -0.091625506309926455, 0.00032540251313355407, 0, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 2.8793353259034022 }, NULL }, true },
    { "wk_ctc_loss(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2))", case_153, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0.06545294626456688, -0.074303058076315293, 0.0082523160426490536, 0.00059779576909935303, 0.00049863278160510577, 0.0037289246198242039, 0.066096770403344107, -0.07032432780477342, 0.06496169384156919, 2.203798200589982e-05, -0.073326131795131325, 0.0083423999715562403, 0.010505016373258475, -0.070609737947637918, 0.058864186965205137, 0.0012405346091743097, -0.073714022315289202, 0.0010064956061072972, -0.076669665816064714, 0.14937719252524662, 0.0063235567103576322, -0.0090537634380489351, 0.0015396510601142052, 0.0011905556675770972, -0.0886738211244186, 0.052188929309757597, 0.023289464022499411, 0.013195427792161599, -0.22157371441101903, -0.020087510315213938, 0.012905514083884458, 0.22875571064234851, 0.058108145089090783, 0.033191958707702113, -0.091625506309926455, 0.00032540251313355407, 0, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 2.8793353259034022 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_NONE)", case_154, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0.39271767758740128, -0.44581834845789176, 0.049513896255894335, 0.0035867746145961184, 0.0039890622528408462, 0.029831396958593631, 0.52877416322675286, -0.56259462243818736, 0.3897701630494152, 0.00013222789203540274, -0.43995679077078803, 0.050054399829337452, 0.084040130986067801, -0.56487790358110335, 0.4709134957216411, 0.0099242768733944775, -0.44228413389173526, 0.0060389736366437841, -0.46001799489638834, 0.89626315515147992, 0.050588453682861058, -0.07243010750439148, 0.012317208480913642, 0.0095244453406167773, -0.53204292674651166, 0.31313357585854557, 0.13973678413499652, 0.079172566752969589, -1.7725897152881522, -0.1607000825217115, 0.10324411267107567, 1.8300456851387881, 0.34864887053454474, 0.19915175224621268, -0.54975303785955876, 0.0019524150788013245, 0, 0, 0, 0 } } },
      { 1, { 2 }, (double[]){ 10.686252116880242, 4.3931732256934488 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_SUM)", case_155, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0.39271767758740128, -0.44581834845789176, 0.049513896255894335, 0.0035867746145961184, 0.0019945311264204231, 0.014915698479296816, 0.26438708161337643, -0.28129731121909368, 0.3897701630494152, 0.00013222789203540274, -0.43995679077078803, 0.050054399829337452, 0.042020065493033901, -0.28243895179055167, 0.23545674786082055, 0.0049621384366972388, -0.44228413389173526, 0.0060389736366437841, -0.46001799489638834, 0.89626315515147992, 0.025294226841430529, -0.03621505375219574, 0.0061586042404568209, 0.0047622226703083886, -0.53204292674651166, 0.31313357585854557, 0.13973678413499652, 0.079172566752969589, -0.88629485764407612, -0.080350041260855751, 0.051622056335537833, 0.91502284256939403, 0.34864887053454474, 0.19915175224621268, -0.54975303785955876, 0.0019524150788013245, 0, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 15.079425342573691 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 0, 0, 1), INTS(5, 5), INTS(2, 0), .blank = 3, .reduction = WK_REDUCE_NONE)", case_156, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0.41457477758837163, -0.45446365721920995, 0.049513896255894328, -0.0096250166250560296, 0.0040372405567350913, 0.029831396958593603, 0.5287741632267523, -0.56264280074208106, 0.86418969243541899, -0.44162432754547498, 0.01265573422109887, -0.4352210991110429, 0.22244378461325254, 1.2800755981962655, 0.47091349572164187, -1.9734328785311599, -0.0043747103450663934, -0.0071702199907466681, 0.094465441556335961, -0.082920511220522908, 1.828035821977438, 0.15005431793145574, 0.012317208480913611, -1.9904073483898073, -0.19825518593785404, 0.29333458534040546, 0.58501053723402452, -0.68008993663657591, 0.048769065593240984, 0.017941136596894905, 0.10324411267107578, -0.16995431486121168, -0.1955158815416802, 0.1991517522462127, 0.011235373037144043, -0.014871243741676535, 0.010304247027739823, 0.16118554309867417, 1.1910090202927077, -1.3624988104191218 } } },
      { 1, { 2 }, (double[]){ 5.5124947287043549, 11.223626752149155 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2), .reduction = WK_REDUCE_NONE)", case_157, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ NAN, NAN, NAN, NAN, -0.21081746997280315, -1.7553138925118665, 0.52877416322675219, 1.4373571992579175, NAN, NAN, NAN, NAN, -0.029138619916931827, -0.46454334694158594, 0.46711484538967418, 0.02656712146884356, 0, 0, 0, 0, -0.01215929102117134, 0.0010795242446308669, 0.001487115166351188, 0.0095926516101892852, 0, 0, 0, 0, -0.58046047424128766, -0.0015708282305300354, -1.2480143826669712, 1.830045685138789, 0, 0, 0, 0, -0.0027527192627176994, 0.16118554309867431, -0.79593401341683478, 0.63750118958087831 } } },
      { 1, { 2 }, (double[]){ INFINITY, 7.475395229580351 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2), .zero_infinity = true)", case_158, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0, 0, 0, 0, -0.026352183746600394, -0.21941423656398332, 0.066096770403344024, 0.17966964990723969, 0, 0, 0, 0, -0.0036423274896164783, -0.058067918367698243, 0.058389355673709273, 0.003320890183605445, 0, 0, 0, 0, -0.0015199113776464175, 0.00013494053057885836, 0.00018588939579389851, 0.0011990814512736606, 0, 0, 0, 0, -0.072557559280160958, -0.00019635352881625443, -0.1560017978333714, 0.22875571064234862, 0, 0, 0, 0, -0.00034408990783971243, 0.020148192887334288, -0.099491751677104348, 0.079687648697609789 } } },
      { 0, { 0 }, (double[]){ 1.8688488073950877 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 2), GRID(2, 1, 1, 1, 2), INTS(0, 5), INTS(0, 2), .reduction = WK_REDUCE_NONE)", case_159, 1, { { 3, { 5, 2, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25 }, (double[]){ 0, 0, 0, 0, -0.21081746997280315, -1.7553138925118665, 0.52877416322675219, 1.4373571992579175, 0, 0, 0, 0, -0.029138619916931827, -0.46454334694158594, 0.46711484538967418, 0.02656712146884356, 0, 0, 0, 0, -0.01215929102117134, 0.0010795242446308669, 0.001487115166351188, 0.0095926516101892852, 0, 0, 0, 0, -0.58046047424128766, -0.0015708282305300354, -1.2480143826669712, 1.830045685138789, 0, 0, 0, 0, -0.0027527192627176994, 0.16118554309867431, -0.79593401341683478, 0.63750118958087831 } } },
      { 1, { 2 }, (double[]){ -0, 7.475395229580351 }, NULL }, true },
    { "wk_ctc_loss(wk_log_softmax(in[0], 1), INTS(1, 2), wk_scalar(4, WK_I64), wk_scalar(2, WK_I64))", case_160, 1, { { 2, { 5, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2 }, (double[]){ 0.082645523856328507, -0.10749158922079757, 0.024846065364469063, -0.034346730009600861, -0.088342712458844064, 0.12268944246844492, -0.063085766896183448, 0.1790445817218824, -0.11595881482569895, 0.013660384736307367, 0.05611575637155574, -0.069776141107863093, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 0.89518112284408713 }, NULL }, true },
    { "wk_ctc_loss_with(wk_log_softmax(in[0], 1), INTS(1, 2), INTS(5), INTS(2), .reduction = WK_REDUCE_NONE)", case_161, 1, { { 2, { 5, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2 }, (double[]){ -0.00030518807311191232, -0.049386942655826202, 0.049692130728938112, -0.19005661563027662, -0.31148420954958761, 0.5015408251798642, -0.035493656179182383, 0.13862180450255807, -0.10312814832337569, 0.052341538466989738, 0.057079200036327674, -0.10942073850331741, -0.191533299646658, 0.64865423705164738, -0.45712093740498938 } } },
      { 0, { 0 }, (double[]){ 2.7833203966591995 }, NULL }, true },
    { "wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_NONE)", case_162, 1, { { 3, { 5, 2, 4 }, (double[]){ -0.88050191636316011, -0.63050191636316011, -3.0055019163631602, -5.6305019163631602, -6.2053410314517512, -4.2053410314517512, -INFINITY, -0.33034103145175159, -0.11964486840657541, -INFINITY, -4.3696448684065752, -2.9946448684065756, -2.1962280432816264, -0.44622804328162646, -1.4462280432816264, -4.3212280432816268, -5.7345212091827431, -5.1095212091827431, -2.3595212091827427, -0.10952120918274276, -0.089905111452244432, -2.5899051114522442, -5.0899051114522447, -INFINITY, -INFINITY, -1.1611254195466469, -0.53612541954664705, -2.5361254195466469, -3.7138062494615101, -4.7138062494615101, -2.9638062494615101, -0.088806249461510015, -0.23868817076797047, -1.6136881707679704, -4.4886881707679702, -6.2386881707679702, -5.2683463165020221, -2.5183463165020221, -0.5183463165020219, -1.1433463165020219 }, (double[]){ 0.41457477758837219, -0.467675448458859, 0.049513896255894391, 0.0035867746145961227, 0.0039908102442572568, 0.029831396958593621, 0, -0.56259637042960531, 0.88723546612022575, 0, -0.98734426577889667, 0.050054399829337563, 0.084036973791600328, -0.56494082442484683, 0.4709134957216411, 0.0099903549116054959, -0.99676757034446151, 0.0060389736366437954, 0.094465441556336072, 0.89626315515148158, 0.050527835088399309, -0.072437695179503575, 0.012317208480913633, 0, 0, 0.31313357585854601, -0.41498946276597404, 0.0791725667529697, -1.7726518314505069, -0.16063796635935712, 0.10324411267107569, 1.8300456851387885, -0.19827591331891192, 0.19915175224621276, -0.002828254006101415, 0.0019524150788013254, 0, 0, 0, 0 } } },
      { 1, { 2 }, (double[]){ 11.495318127335588, 4.3932073294097602 }, NULL }, true },
    { "wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .reduction = WK_REDUCE_MEAN)", case_163, 1, { { 3, { 5, 2, 4 }, (double[]){ -0.88050191636316011, -0.63050191636316011, -3.0055019163631602, -5.6305019163631602, -6.2053410314517512, -4.2053410314517512, -INFINITY, -0.33034103145175159, -0.11964486840657541, -INFINITY, -4.3696448684065752, -2.9946448684065756, -2.1962280432816264, -0.44622804328162646, -1.4462280432816264, -4.3212280432816268, -5.7345212091827431, -5.1095212091827431, -2.3595212091827427, -0.10952120918274276, -0.089905111452244432, -2.5899051114522442, -5.0899051114522447, -INFINITY, -INFINITY, -1.1611254195466469, -0.53612541954664705, -2.5361254195466469, -3.7138062494615101, -4.7138062494615101, -2.9638062494615101, -0.088806249461510015, -0.23868817076797047, -1.6136881707679704, -4.4886881707679702, -6.2386881707679702, -5.2683463165020221, -2.5183463165020221, -0.5183463165020219, -1.1433463165020219 }, (double[]){ 0.069095796264728698, -0.0779459080764765, 0.008252316042649064, 0.00059779576909935379, 0.0004988512805321571, 0.0037289246198242026, 0, -0.070324546303700664, 0.14787257768670428, 0, -0.16455737762981609, 0.0083423999715562594, 0.010504621723950041, -0.070617603053105854, 0.058864186965205137, 0.001248794363950687, -0.16612792839074358, 0.0010064956061072992, 0.015744240259389343, 0.14937719252524692, 0.0063159793860499136, -0.0090547118974379469, 0.0015396510601142041, 0, 0, 0.052188929309757666, -0.069164910460995668, 0.013195427792161617, -0.22158147893131336, -0.02007974579491964, 0.012905514083884462, 0.22875571064234856, -0.033045985553151982, 0.033191958707702127, -0.00047137566768356914, 0.00032540251313355423, 0, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 3.0141881869083713 }, NULL }, true },
    { "wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .zero_infinity = true)", case_164, 1, { { 3, { 5, 2, 4 }, (double[]){ -0.88050191636316011, -0.63050191636316011, -3.0055019163631602, -INFINITY, -6.2053410314517512, -4.2053410314517512, -INFINITY, -INFINITY, -0.11964486840657541, -INFINITY, -4.3696448684065752, -INFINITY, -2.1962280432816264, -0.44622804328162646, -1.4462280432816264, -INFINITY, -5.7345212091827431, -5.1095212091827431, -2.3595212091827427, -INFINITY, -0.089905111452244432, -2.5899051114522442, -5.0899051114522447, -INFINITY, -INFINITY, -1.1611254195466469, -0.53612541954664705, -INFINITY, -3.7138062494615101, -4.7138062494615101, -2.9638062494615101, -INFINITY, -0.23868817076797047, -1.6136881707679704, -4.4886881707679702, -INFINITY, -5.2683463165020221, -2.5183463165020221, -0.5183463165020219, -INFINITY }, (double[]){ 0.069095796264728698, -0.0779459080764765, 0.008252316042649064, 0, 0, 0, 0, 0, 0.14787257768670428, 0, -0.16455737762981609, 0, 0, 0, 0, 0, -0.16612792839074358, 0.0010064956061072992, 0.015744240259389343, 0, 0, 0, 0, 0, 0, 0.052188929309757666, -0.069164910460995668, 0, 0, 0, 0, 0, -0.033045985553151982, 0.033191958707702127, -0.00047137566768356914, 0, 0, 0, 0, 0 } } },
      { 0, { 0 }, (double[]){ 1.9158863545559315 }, NULL }, true },
    { "wk_dropout(in[0], 1, true)", case_165, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, -INFINITY, -2, 0, 5 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 3 }, (double[]){ NAN, 0, NAN, -0, 0, 0 }, NULL }, true },
    { "wk_alpha_dropout(in[0], 1, true)", case_166, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, -INFINITY, -2, 0, 5 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 3 }, (double[]){ NAN, 0, NAN, -0, 0, 0 }, NULL }, true },
    { "wk_feature_alpha_dropout(in[0], 1, true)", case_167, 1, { { 2, { 2, 3 }, (double[]){ NAN, 1, -INFINITY, -2, 0, 5 }, (double[]){ 0, 0, 0, 0, 0, 0 } } },
      { 2, { 2, 3 }, (double[]){ NAN, 0, NAN, -0, 0, 0 }, NULL }, true },
    { "wk_dropout1d(in[0], 1, true)", case_168, 1, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 3, { 2, 3, 2 }, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0 }, NULL }, true },
    { "wk_dropout2d(in[0], 1, true)", case_169, 1, { { 4, { 2, 3, 2, 1 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 4, { 2, 3, 2, 1 }, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0 }, NULL }, true },
    { "wk_dropout3d(in[0], 1, true)", case_170, 1, { { 5, { 2, 1, 2, 1, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 5, { 2, 1, 2, 1, 2 }, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = false)", case_171, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.5625, 0, 0, -0.5625, -0.21875, 0, 0, -0.21875, 0, 0, 0, 0, 0, 0, 0, 0 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = false)", case_172, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = false)", case_173, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 0, 0, 0.22154687499999995, 1.9732281249999999, 0, 0, 0, 0.77085000000000015, 0, 0, 0, 0, 0, 0, 1.1077343749999997, 5.6986906250000002, 0, 0, 0, 1.5417000000000003, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.54999999999999805, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.74999999999999734, 0, 0, 0, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -6.8478125000000007, -0.73125000000000062, 0, 0, 0, 0, -0.92187500000000133, 10.125, 0, 0, 0, 0, -8.9375, -1.5867187499999944, 0, 0 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.30777392578125007, 0, 0, -0.05081484374999997, -0.016993652343750051, 0, 0, 0.056520703125000037, 0, 0, 0.020312499999999928, 0, 0, 0, 0, 0 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = false)", case_174, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_ZEROS, .align_corners = false)", case_175, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ -0.1912812306783985, -0.038002925070258133, -0.038535642808100012, 2.7799563032516281, 0.01958337447953892, 0.0038907398824717448, -0.18950842704534895, 0.95679387384570924, 0, 0.011987684216674703, -0.060896967386514789, -0.40812826719377276, -0.57384369203519547, -0.19001462535129066, 0.73719201487037012, 7.9327398701875715, 0.058750123438616762, 0.019453699412358725, -0.46238113966027328, 1.670657666599896, 0, 0.027971263172240975, -0.15033305759468479, -0.89942178163913233, -0.39449399118358214, 0.00032633967095972374, 0, 0, 0.058682058945998289, 0, -0.019593750000015397, 0.452031249999999, 1.1336009622861559e-05, -0.0011677616646789009, -0.15263936957103633, 0.0011222649526573957, -0.56898813021388428, 0.00043511956127963169, 0, 0, 0.084762974033108646, 0, -0.026718750000020997, 0.6164062499999986, 1.5870413472006181e-05, -0.0016348663305504611, -0.21369511739945085, 0.0015711709337203538 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -7.465633489724282, 0.60438604877849744, -0.92254318068485819, -0.13075402643788994, -0.48722244044128332, 2.4300962213035762, -0.41301718363283985, 16.977905950801251, -0.11326208854633522, 1.2913619351434105, 0.65910279444232067, 1.644893171490085, -9.7376953124999943, -1.2312641601562146, 0.25626967713569199, -0.38420720674668762 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.52106406200350674, -0.066813159790583831, 0.053566891574523837, -0.10112670772787963, -0.12714382836467644, -0.036925467497084065, 0.075013059249000397, 0.049196669022823658, 0.00077077392371509539, 0.0046392203107397147, 0.017250976562500402, 7.4115245995055385e-05, 0.019339412951547248, -0.0015736966071606896, 0.0011132812500008749, 0.00030003926984596159 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = false)", case_176, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.5625, 0.625, -0.40625, -0.5625, -0.21875, 0.3125, -0.6875, -0.21875, -0.09375, -0.3125, 0.40625, -0.09375, -0.46875, 0.09375, 0, -0.46875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = false)", case_177, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 2, 3, 2, 3, 2, 3, 2.875, 0.875, 2.875, 0.875, 2.875, 0.875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = false)", case_178, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 2, 0, 0.27499999999999991, 3.2974999999999999, 0, 0, 0, 1.4275000000000002, 0, 0, 0.82499999999999973, 2.1750000000000003, 6, 0, 1.3749999999999996, 8.7699999999999996, 0, 0, 0, 2.8550000000000004, 0, 0, 1.9249999999999994, 5.0750000000000011, 21, 0, 0, 0, 0, 0, 0, 11, 0, 0.099999999999997868, 9.9000000000000021, 0, 29, 0, 0, 0, 0, 0, 0, 15, 0, 0.13999999999999702, 13.860000000000003, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -8.5, 0, 0, -0, 1.1875, 0, -0, 18.75, 0, 0, -31, 0, -0, -31.734375, 0, 0 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.38203125000000004, 0.625, -0.50078124999999996, -0.094101562499999902, -0.021093750000000064, 0.3125, -0.67031249999999998, 0.10466796875000003, -0.09375, -0.30531250000000015, 0.40625, -0.09375, -0.46875, 0.099687499999999873, 0, -0.46875 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = false)", case_179, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 1.3250000000000006, 0, 0, 0, 0, 0, 0, 0.23750000000000071, 0, 0, 0, 8.4074999999999989, 7.2918749999999992, 0, 0, 0, 0.38312499999999994, 0, 0, 0, 0, 0, 0, 3.355, 2.9150000000000014, 0, 0, 0, 0, 0, 0, 0.95000000000000284, 0, 0, 0, 22.162499999999998, 21.403124999999999, 0, 0, 0, 2.6818749999999998, 0, 0, 0, 0, 0, 0, 6.8875000000000002 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ 0, -58.6875, -0, -0, 4.875, -0, -0, -0, -0, -0, -0, -19.25, -0, -0, 8.125, -0, -0, -24 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 1.4253125, 2.4507812499999986, 2, 2.9334375000000001, 1.5693749999999997, 2.625, 0.81570312500000031, 0.96406250000000027, 2.875, 0.73078125000000005, 2.875, 0.0625 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_BORDER, .align_corners = false)", case_180, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 2.1892332877197265, -0.045011833632471514, 0.05607143221689892, 3.7217557811152813, -0.18923328771972511, 0.0038907398824717448, -0.18950842704534895, 1.6985270552659051, 0, -0.12336328124999914, 0.90579461982845011, 1.9718439136188137, 6.5676998631591808, -0.22505916816235755, 1.0765813687533736, 9.8979584903879925, -0.56769986315917542, 0.019453699412358725, -0.46238113966027328, 3.1848962448743823, 0, -0.28784765624999803, 2.1052806459069, 4.6911175147376261, 21.550422953613289, -0.02137500000001679, 0, 0, -0.52904795361327661, 0, -0.019593750000015397, 11.019593750000002, -0.00074250000000386561, 0.076487499999997766, 9.9977625000000074, -0.07350749999999634, 29.792680377441403, -0.028500000000022389, 0, 0, -0.76418037744139966, 0, -0.026718750000020997, 15.026718750000001, -0.0010395000000054117, 0.10708249999999685, 13.996867500000008, -0.10291049999999487 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -9.1998911988326402, 1.6033238825130738, 3.0873972081752568e-15, -3.3532016418457049, 3.8661035156249923, 2.6784468934448729e-15, 1.0364034220665763, 28.812541997466095, 7.9289166884467787e-15, -0.30422999267577333, -43.17073125000006, 3.8837700021374159e-15, -2.3977734374999935, -30.986307861328093, -2.6189062499999842, 1.9628936020338326e-14 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.52880034475043258, 0.75214111518669069, -0.50720642089843759, -0.080189550369323709, -0.10627077697835353, 0.41007341398048341, -0.6974150390624998, 0.14968864646400426, -0.069869363204956333, -0.30386539843750088, 0.40753027343750048, -0.094918945312500766, -0.48895669267272979, 0.10307592968749946, 0.0011132812500008749, -0.46997460937500024 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = false)", case_181, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.5625, 0.625, -0.40625, -0.5625, -0.21875, 0.3125, -0.6875, -0.21875, -0.09375, -0.3125, 0.40625, -0.09375, -0.46875, 0.09375, 0, -0.46875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = false)", case_182, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 2, 3, 2, 3, 2, 3, 2.875, 0.875, 2.875, 0.875, 2.875, 0.875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = false)", case_183, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 1.1200000000000001, 0.87999999999999989, 0.27499999999999991, 3.2974999999999999, 0, 0, 0.16912499999999964, 1.8733749999999993, 0, 0, 0.6558750000000001, 1.7291250000000009, 3.3600000000000003, 2.6399999999999997, 1.3749999999999996, 8.7699999999999996, 0, 0, 0.39462499999999912, 3.8953749999999987, 0, 0, 1.5303750000000003, 4.0346250000000019, 17.887500000000003, 2.857499999999999, 0, 0, 0.25499999999999723, 0.0021249999999999759, 0.21037500000000214, 11, 0, 0.097874999999997894, 9.6896249999999995, 0, 24.532500000000006, 4.1274999999999986, 0, 0, 0.33999999999999631, 0.0029749999999999664, 0.29452500000000303, 15, 0, 0.13702499999999707, 13.565474999999999, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -8.5, 0, -5.5, -0, 2.8659374999999971, 17.951953125000003, -0, 18.75, -29.6875, -0, -30.118124999999988, -15.40499999999999, -0, -31.734375, 0, -0.9375 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.38203125000000004, 0.65249999999999997, -0.25846484375000039, -0.094101562499999902, -0.021093750000000064, 0.505, -0.42367187500000042, 0.10466796875000003, 0.11460937499999993, -0.30555820312500015, 0.40625, -0.10238281249999991, -0.25046875000000002, 0.084274609374999712, 0, -0.46144531250000009 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = false)", case_184, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 1.0566875000000009, 0.26831249999999968, 0, 0, 0, 0, 0.07600000000000029, 0.16150000000000042, 0, 0, 1.9854000000000012, 6.4220999999999977, 5.4627703125000018, 1.8291046874999981, 0, 0, 0.30554218750000006, 0.077582812499999862, 0, 0, 0, 0, 0.36859999999999998, 2.9864000000000002, 2.3247125000000022, 0.5902874999999993, 0, 0, 0, 0, 0.30400000000000116, 0.64600000000000168, 0, 0, 5.6820000000000039, 16.480499999999992, 16.011492187500004, 5.3916328124999939, 0, 0, 2.1387953125000005, 0.54307968749999902, 0, 0, 0, 0, 0.79400000000000004, 6.0934999999999997 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ -6.1887499999999953, -50.48625000000002, -0, -40.965624999999974, -15.405000000000019, -0, 28.5, -0, -0, -68.511875000000018, -0, -18.369999999999997, 49.853750000000019, 0, 10.934687499999999, -84.75, 0, -23.808749999999996 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 1.2407369140625004, 2.0665312499999984, 1.0800000000000005, 2.3485874999999998, 1.0006031250000007, 2.4390625000000004, 0.93158691406250016, 0.24081250000000004, 2.6750000000000003, -0.13146875000000086, 2.6746515625000002, -0.14468749999999991 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_REFLECTION, .align_corners = false)", case_185, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 1.2680587290437499, 1.1056952913209992, -0.36711323878564239, 3.9087207941044873, -0.13327472904374896, -0.14130035093989451, -0.1333576385793738, 2.2811794531821592, 0, -0.10103931538110289, 0.76741250236501501, 1.5450185027133545, 3.8041761871312501, 3.2231239752426921, 0.061242996273499051, 10.304347684125998, -0.3998241871312469, -0.39729869768677978, -0.29058778661998674, 4.4529976367700508, 0, -0.23575840255590674, 1.775369665346485, 3.7022109291039547, 19.61877638213592, 3.2571219620201073, -0.54655762119458973, 2.4365905740944571e-05, -0.86670931466750711, -0.53957706012250306, -0.14704183873916998, 11.390654566068232, -0.0048498252809164163, 0.075384648883628211, 9.8350851669650066, -0.072311431973968526, 26.979867263332789, 4.7514599594830011, -0.78932483020102828, 3.4112268037322401e-05, -1.2748386741204214, -0.77865689197357013, -0.18810449339373458, 15.532666392495525, -0.0065151282748746485, 0.10552906139679627, 13.769119233751006, -0.10123600476355595 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -9.4837486743049606, 2.9181079103851397, -8.0124755256005837, -6.8059525809375065, 4.821939572907711, 21.227615773654172, -0.40405591503571847, 30.912166808684688, -36.612536931616638, 2.1763028546112571, -41.949454597857098, -13.585105002926721, -23.32968750000002, -31.245688476562467, -24.799067305471826, -0.78610363618477863 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.55476943898348752, 0.84843936330292913, -0.25727396587883061, -0.11048174303313385, -0.12045165693740788, 0.66645166320185467, -0.45182701767472899, 0.12876517633056553, 0.21081041895890154, -0.3044916172315219, 0.43185546875000042, -0.12362927904137685, -0.28887267619834894, 0.090699741554987584, 0.022265625000000844, -0.48716554387798355 }, NULL }, true },
    { "wk_affine_grid(in[0], 4, (int64_t[]){ 2, 3, 2, 3 }, false)", case_186, 1, { { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 5.3333333333333339, 9, 36, 5.3333333333333339, 9, 42, 5.3333333333333321, 9, 108, 5.3333333333333357, 9, 114 } } },
      { 4, { 2, 2, 3, 2 }, (double[]){ -2.6666666666666665, 2.0625, -1, 0.5625, 0.66666666666666652, -0.9375, 0.083333333333333481, -0.8125, 1.75, -2.3125, 3.4166666666666665, -3.8125, -1.583333333333333, 0.95833333333333304, -0.25, -0.125, 1.0833333333333333, -1.2083333333333333, 1.4166666666666667, -2.041666666666667, 2.75, -3.125, 4.083333333333333, -4.208333333333333 }, NULL }, true },
    { "wk_affine_grid(in[0], 5, (int64_t[]){ 1, 1, 2, 1, 3 }, false)", case_187, 1, { { 3, { 1, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 8, 0, 13.5, 51, 7.9999999999999991, 0, 13.5, 57, 8, 0, 13.5, 63 } } },
      { 5, { 1, 2, 1, 3, 3 }, (double[]){ -4.1041666666666661, 3.9166666666666665, -0.95833333333333326, -2.4375, 2, -0.125, -0.77083333333333348, 0.083333333333333481, 0.70833333333333304, -3.7291666666666665, 5.9166666666666661, -3.958333333333333, -2.0625, 4, -3.125, -0.39583333333333348, 2.0833333333333335, -2.291666666666667 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = true)", case_188, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ 0.09375, 0, -0.75, 0.75, 0.5, 0, -0.625, 0.6875, 0, -0.3125, 0.40625, -0.09375, 0, 0.09375, 0, -0.46875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_ZEROS, .align_corners = true)", case_189, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0.875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = true)", case_190, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 0.46978750000000008, 0, 0.51427031250000033, 1.9969796874999997, 0.12021250000000001, 0, 0.18697968750000052, 2.3017703124999995, 0, 0, 0.92418750000000016, 0.66581250000000058, 1.4093625000000003, 0, 2.4170015625000003, 4.9942484374999996, 0.36063750000000006, 0, 0.7292484375000009, 4.8595015624999993, 0, 0, 2.1564375000000005, 1.5535625000000015, 8.3123578125000002, 0, 0, 0, 0, 0, 0, 7.2874999999999961, 0, 0.86456249999999879, 5.6604374999999996, 0, 11.430364062500001, 0, 0, 0, 0, 0, 0, 9.9374999999999947, 0, 1.2103874999999982, 7.9246124999999994, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -4.1401171874999996, 1.5933593750000012, 1.9750781250000002, -2.6181250000000005, 0.47203125000000024, 6.3763671874999996, -0.67335937499999909, 12.083749999999997, -9.3396093749999984, -2.6839453125000006, -15.170624999999998, -0.24124999999999741, -6.703125, -14.016015624999993, -8.4417187500000015, -5.7140624999999989 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.020959716796875093, 0.10360722656250002, -0.32120898437500012, 0.19142226562500009, 0.23193383789062491, 0.030202929687500005, -0.34512109375000022, 0.29855039062500005, -0.032551904296875003, -0.14176582031250004, 0.26914062499999986, -0.040526367187499995, -0.16275952148437503, 0.11250527343749991, 0, -0.20263183593749998 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_ZEROS, .align_corners = true)", case_191, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 1.040599347656251, 0, 0, 0, 0.064635750000000061, 0, 0, 0.34530529687499989, 0, 0, 0, 2.8094947031249999, 2.2657061210937512, 0, 0, 0, 0.48678534375000027, 0, 0, 0.064719703125000014, 0, 0, 0, 1.8686677968750005, 2.4628886835937518, 0, 0, 0, 0.22733353125000025, 0, 0, 1.2834215624999996, 0, 0, 0, 6.9275971874999982, 6.4506370976562533, 0, 0, 0, 2.5411391250000013, 0, 0, 0.21807843750000003, 0, 0, 0, 4.0572778125000006 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ -1.1232773437499981, -18.342464843750012, -1.2694904785156258, -16.874997070312499, 0.034710156250000124, -0.66713281249999912, 29.07419677734374, -18.719121093750005, 0.00045117187499954525, -22.615190624999997, 0.041628125000000349, -3.2782749999999981, 54.453673828124998, 18.223444335937508, 1.8115512695312512, -20.418750000000003, -9.2606250000000045, -5.5563750000000036 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 0.53147092285156283, 0.43093794433593713, 0.56315461425781255, 0.97931186718749919, 0.61467328076171912, 1.2154570312500008, -0.1265387597656249, 0.43367166992187478, 0.641434814453125, 0.18873181249999993, 1.282020898437501, 0.028939453125000014 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_ZEROS, .align_corners = true)", case_192, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 0.58643079662827069, -0.18302949818637221, 0.6870058835573597, 2.4362631729803441, 0.1307627872429451, -0.010795430239896184, 0.00072403330622256012, 2.6892731523241955, -0.015851652479385161, -0.19623093585578849, 1.2962699071014212, 0.49030102552860161, 1.7592923898848121, -0.74241684261983054, 3.2924797887725519, 6.2078407348761715, 0.3922883617288353, -0.095005046221717959, 0.36019029268439534, 5.6282422344098331, -0.047554957438155479, -0.44942793420794758, 2.9818663382402328, 1.2515856190211521, 11.309884275374099, -1.6465048152075454, 0, 0, -1.2880914051414376, 0.050026321705559387, -2.2911013300670033, 8.7924002837928974, -0.089181664097847918, 0.95877603117392129, 7.5218124677662006, -0.5838874989047772, 15.512269960279987, -2.2626312781956317, 0, 0, -1.7439979095495179, 0.061879417763776229, -3.1631026042813044, 11.992654342622558, -0.12485432973698708, 1.34228644364349, 10.530537454872681, -0.81744249846668804 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -5.545879065532076, 4.3371202382628988, 1.3920993315768131, -2.8641159207943527, -1.0412696802959076, 10.450702057811595, -5.4123909091273132, 16.751745946742606, -16.139853305277679, -2.2834119354109954, -24.613451434066889, -1.2849768259307293, -7.4365081787109677, -14.622351928710932, -9.6679504927255095, -8.7659371551518266 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.090060335160327021, 0.10637050736967266, -0.50122123326192269, 0.28618720928831531, 0.26672998484976551, 0.013324471067298085, -0.53443277634846631, 0.44259295445828539, -0.067893856448732692, -0.11263921643377593, 0.35637275695800763, -0.072062548225939896, -0.21692550447347766, 0.23972623767810014, 0.06943634033203111, -0.3062358736216988 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = true)", case_193, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ 0.09375, 0.625, -0.75, 0.75, 0.5, 0.3125, -0.625, 0.6875, -0.09375, -0.3125, 0.40625, -0.09375, -0.46875, 0.09375, 0, -0.46875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_BORDER, .align_corners = true)", case_194, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 0.5, 3, 2, 3, 2, 3, -2.5, 0.875, 2.875, 0.875, 2.875, 0.875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = true)", case_195, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 1.5925, 0, 0.51427031250000033, 1.9969796874999997, 0.40749999999999997, 0, 0.18697968750000052, 2.3017703124999995, 0, 0, 1.7437499999999995, 1.2562500000000005, 4.7774999999999999, 0, 2.4170015625000003, 4.9942484374999996, 1.2224999999999999, 0, 0.7292484375000009, 4.8595015624999993, 0, 0, 4.0687499999999988, 2.9312500000000012, 21, 0, 0, 0, 0, 0, 0, 11, 0, 1.3249999999999984, 8.6750000000000007, 0, 29, 0, 0, 0, 0, 0, 0, 15, 0, 1.8549999999999978, 12.145000000000003, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -4.1401171874999996, 1.5933593750000012, 0, -8.875, 0.890625, 0, -0.67335937499999909, 12.083749999999997, 0, 0, -23.25, -0, -0, -21.15625, 0, 0 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.020959716796875093, 0.35121093750000004, -0.60605468749999991, 0.19142226562500009, 0.23193383789062491, 0.10238281250000002, -0.65117187499999996, 0.29855039062500005, -0.09375, -0.21726562500000013, 0.40625, -0.09375, -0.46875, 0.17242187499999989, 0, -0.46875 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_BORDER, .align_corners = true)", case_196, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 2.3974078125000005, 0, 0, 0, 0.16384218750000012, 0, 0, 0.89689687500000026, 0, 0, 0, 6.6893531249999993, 5.3050921874999997, 0, 0, 0, 1.1336578125000001, 0, 0, 0.16810312500000013, 0, 0, 0, 4.2456468750000003, 5.7115734375000011, 0, 0, 0, 0.56217656250000037, 0, 0, 3.3335625000000011, 0, 0, 0, 16.777687499999999, 15.040926562500001, 0, 0, 0, 5.6853234375000001, 0, 0, 0.56643750000000037, 0, 0, 0, 9.3223124999999989 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ 0, -38.768749999999997, -2.6832031249999999, -0, 0.090156249999997051, -1.7328124999999983, -0, -48.62109375, 0.0011718749999993783, -0, 0.10812500000000069, -8.5149999999999988, -0, -0, 4.0625, -0, -0, -12 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 1.1233203125, 1.1193193359374995, 1.4627392578125, 2.5436671874999996, 1.3784375, 2.625, -0.26745312499999985, 1.1264199218750002, 1.6660644531249995, 0.4902125, 2.875, 0.0625 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_BORDER, .align_corners = true)", case_197, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 1.7160520036098312, -0.16362682372765591, 0.61195025336204112, 1.9765665716385932, 0.42784184418415222, -0.010795430239896184, 0.00072403330622256012, 2.638348376479986, -0.051864910293982255, -0.34465170892307978, 2.2715689848161125, 0.92788680578767624, 5.1481560108294939, -0.66385477108521085, 2.9397103355275536, 4.9592784257047242, 1.2835255325524566, -0.095005046221717959, 0.36019029268439534, 5.487062023230953, -0.15559473088194675, -0.79574307136496059, 5.2575641862411784, 2.27471081278309, 25.027763089969937, -2.1389007813761625, 0, 0, -2.0624778965252091, 0.050026321705559387, -2.2911013300670033, 12.305063369730403, -0.12690010756824252, 1.364280233169133, 10.703083654285752, -0.83083655332415285, 34.505361859129806, -2.9249554880360202, 0, 0, -2.8153107615737856, 0.061879417763776229, -3.1631026042813044, 16.782649459810067, -0.17766015059553952, 1.9099923264367864, 14.984317116000053, -1.163171174653814 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -4.6882833175390708, 3.6391569004968582, -1.0289420621650087, -10.997164971508367, 1.426335493467173, 1.9535563208361642, -0.10695423093952264, 15.521853673948412, -5.9749118601751734, 1.1617495500180319, -34.126439203770758, -0.3050927012874658, -0.16099914550784339, -21.216079582214359, -0.20776493413241354, -0.084340892237936477 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.040101427627844313, 0.35005223746109082, -0.77706699450254335, 0.32348458238829481, 0.2526148840496385, 0.075154448809903796, -0.83022573209425199, 0.44933712266343317, -0.11762299846055942, -0.17988803698528286, 0.48610179138183596, -0.13275157706259663, -0.54268131243459738, 0.30896255053308197, 0.06943634033203111, -0.59868310102737676 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = true)", case_198, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, NULL }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, NULL } },
      { 4, { 2, 2, 1, 4 }, (double[]){ 0.09375, 0.6875, -0.75, 0.75, 0.5, 0.75, -0.625, 0.6875, 0.5625, -0.3125, 0.40625, -0.09375, 0.21875, 0.09375, 0, -0.46875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_NEAREST, .padding = WK_GRID_REFLECTION, .align_corners = true)", case_199, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, NULL }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, NULL } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 2.75, 1.25, -0.875, 1.25, -0.875, 3, 0, -1.875, 2.25, -1.875, 2.25, 0.875 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = true)", case_200, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 0.46978750000000008, 1.1227125, 0.51427031250000033, 1.9969796874999997, 0.12021250000000001, 0.28728749999999997, 1.0065421874999998, 2.8922078124999997, 0, 0, 0.92418750000000016, 0.66581250000000058, 1.4093625000000003, 3.3681375, 2.4170015625000003, 4.9942484374999996, 0.36063750000000006, 0.86186249999999998, 2.6415609374999991, 6.2371890624999988, 0, 0, 2.1564375000000005, 1.5535625000000015, 8.3123578125000002, 7.5951421875000005, 0, 0, 3.1195171874999987, 2.4334203125, 6.7270625000000059, 7.2874999999999961, 0, 0.86456249999999879, 5.6604374999999996, 0, 11.430364062500001, 10.677135937500001, 0, 0, 4.1990109374999989, 3.3381015625000003, 9.2828875000000082, 9.9374999999999947, 0, 1.2103874999999982, 7.9246124999999994, 0 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -4.1401171874999996, 1.5933593750000012, -3.8766796875000007, -9.4478124999999995, 3.7767187499999983, 10.7142578125, -0.67335937499999909, 12.083749999999997, -18.5131640625, 14.151582031249998, -12.434062499999996, -12.811874999999997, -25.921875, -10.377343749999989, -12.218906250000003, 9.795312500000005 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.020959716796875093, 0.45811757812499998, -0.037005859375000304, 0.19142226562500009, 0.23193383789062491, 0.37042050781250002, -0.17566406250000025, 0.29855039062500005, 0.21001909179687492, -0.27050371093750009, 0.16367187499999974, -0.1197236328124999, -0.090548828125000064, -0.10755996093750021, -0.21093750000000022, -0.26386718749999993 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_LINEAR, .padding = WK_GRID_REFLECTION, .align_corners = true)", case_201, 2, { { 5, { 1, 2, 2, 3, 4 }, (double[]){ 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75, -0.375, 2.25, 2.875, 0.875, -2, -3, -1.25, 1.625, 3, 1.625, -1.25, -3, -1.875, 0.875, 2.875, 2.25, -0.5, -2.75, -2.5, 0, 2.5, 2.75, 0.375, -2.25, -2.875, -0.75 }, (double[]){ 1.040599347656251, 1.2468397148437498, 0, 0, 0.11666471484374999, 0.15714622265624989, 0.78193532812499988, 0.63996154687499973, 0, 0, 3.3548584218749999, 2.8094947031249999, 2.2657061210937512, 2.8618548164062485, 0, 0, 0.57077981640625008, 0.7404092460937497, 0.33372717187499978, 0.35937595312499987, 0, 0, 1.8519790781249998, 1.8686677968750005, 2.4628886835937518, 3.0067535039062494, 0, 0, 0.3417972539062501, 0.46231055859374981, 2.5108284375000003, 1.8727340624999993, 0, 0, 8.8000903125000001, 6.9275971874999982, 6.4506370976562533, 8.1997207148437461, 0, 0, 2.725926964843751, 3.3499652226562486, 0.80904656249999962, 0.80739093749999968, 0, 0, 4.2150346874999993, 4.0572778125000006 } }, { 5, { 1, 1, 2, 3, 3 }, (double[]){ -1.3512499999999998, -0.41125, 0.93999999999999995, 1.4099999999999999, 0.58749999999999991, -0.76374999999999993, -1.4099999999999999, -0.76374999999999993, 0.58749999999999991, 1.4099999999999999, 0.93999999999999995, -0.41125, -1.3512499999999998, -1.0574999999999999, 0.23499999999999999, 1.2925, 1.1749999999999998, 0 }, (double[]){ -12.832307812499998, -24.373207812500006, -1.8807889648437504, -12.774480468749994, -24.658596875000011, -2.88978125, 8.7339111328124943, -20.441601562500004, 2.7585820312499982, -45.701324999999983, -32.926792187500013, -8.047600000000001, 34.273141406250019, 21.408588671875016, 6.6951791015624993, -46.434375000000024, 33.503437499999983, -8.2934062500000039 } } },
      { 5, { 1, 2, 1, 2, 3 }, (double[]){ 1.18831034375, 1.1677914257812501, 0.42600541015625032, 1.4851003593749992, 0.03441630664062538, 1.4379804687500006, 0.36716945898437481, 0.45960977539062492, 1.6137642285156248, -0.96011509375000026, 2.1019812685546886, -0.4047343750000002 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1], .mode = WK_INTERPOLATE_BICUBIC, .padding = WK_GRID_REFLECTION, .align_corners = true)", case_202, 2, { { 4, { 2, 2, 3, 4 }, (double[]){ 0.625, 0.6875, 0.09375, -0.5625, -0.71875, -0.21875, 0.5, 0.75, 0.3125, -0.40625, -0.75, -0.40625, 0.3125, 0.75, 0.5, -0.21875, -0.71875, -0.5625, 0.125, 0.6875, 0.625, 0, -0.625, -0.6875, -0.09375, 0.5625, 0.71875, 0.21875, -0.5, -0.75, -0.3125, 0.40625, 0.75, 0.40625, -0.3125, -0.75, -0.46875, 0.21875, 0.71875, 0.5625, -0.125, -0.6875, -0.625, 0, 0.625, 0.6875, 0.09375, -0.5625 }, (double[]){ 0.58643079662827069, 1.3789451158432398, 0.20940868816760522, 2.3084227475054147, 0.068814918351114626, 0.012246074763155951, 0.89705471937286552, 3.1345282679816098, -0.015851652479385161, -0.23769671599702688, 1.167396014334535, 0.49030102552860161, 1.7592923898848121, 3.9248730523035089, 1.8707274561725844, 5.9095464087680032, 0.20644475505334389, 0.11205464615626644, 2.2533794996264085, 6.646589095257724, -0.047554957438155479, -0.57382527463166277, 2.6868873098260235, 1.2515856190211521, 11.316634432787119, 8.275993919702918, -2.0593870176074791, 0.044194426836187302, 2.7296839637732577, 0.78003422941569389, 5.3768591605237166, 8.5012568025373341, -0.67880542140167932, 0.72853265703373593, 7.5688903453039869, -0.5838874989047772, 15.521720180658214, 11.681747933527992, -2.8904489719131261, 0.061872197570662223, 3.6504466867830336, 1.063547573496882, 7.43299155210532, 11.585053468864769, -0.91414718110090831, 1.0305797112368507, 10.594079347237018, -0.81744249846668804 } }, { 4, { 2, 1, 4, 2 }, (double[]){ 0.61250000000000004, -0.79625000000000001, -1.47, -0.79625000000000001, 0.61250000000000004, 1.47, 0.97999999999999998, -0.42874999999999996, -1.4087499999999999, -1.1025, 0.245, 1.3474999999999999, 1.2250000000000001, 0, -1.2250000000000001, -1.3474999999999999 }, (double[]){ -7.0264399631244432, 3.6129061833425404, -5.4526542385333396, -9.2203770393475697, 6.3086221264206976, 16.944084212217394, -0.41436059649508727, 18.726594536507335, -27.95573253817394, 8.7836081212138417, -17.394267252318528, -23.979337151045552, -26.140446166992213, -20.68945876693726, -15.018526756212626, 13.763364545127908 } } },
      { 4, { 2, 2, 1, 4 }, (double[]){ -0.17345736668827369, 0.62629482046975027, -0.04938010728425684, 0.2172147970089455, 0.18290983892955182, 0.50409798114005078, -0.25327229591742834, 0.38001888829215036, 0.22483781012866821, -0.31940405494361984, 0.28134245300292937, -0.17645602995594878, -0.15494812621848983, -0.067336024846948728, -0.12660946655273481, -0.38436785499245257 }, NULL }, true },
    { "wk_affine_grid(in[0], 4, (int64_t[]){ 2, 3, 2, 3 }, true)", case_203, 1, { { 3, { 2, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 8, 18, 36, 8, 18, 42, 8, 18, 108, 8, 18, 114 } } },
      { 4, { 2, 2, 3, 2 }, (double[]){ -4.875, 4.25, -2.375, 2, 0.125, -0.25, 0.625, -1.5, 3.125, -3.75, 5.625, -6, -3.75, 3, -1.75, 1.375, 0.25, -0.25, 2.25, -3, 4.25, -4.625, 6.25, -6.25 }, NULL }, true },
    { "wk_affine_grid(in[0], 5, (int64_t[]){ 1, 1, 2, 1, 3 }, true)", case_204, 1, { { 3, { 1, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 12, 0, 27, 51, 12, 0, 27, 57, 12, 0, 27, 63 } } },
      { 5, { 1, 2, 1, 3, 3 }, (double[]){ -5.125, 3.875, 0.125, -2.625, 1, 1.375, -0.125, -1.875, 2.625, -4.375, 7.875, -5.875, -1.875, 5, -4.625, 0.625, 2.125, -3.375 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1])", case_205, 2, { { 4, { 0, 2, 2, 3 }, (double[]){ 0 }, (double[]){ 0 } }, { 4, { 0, 1, 4, 2 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 4, { 0, 2, 1, 4 }, (double[]){ 0 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1])", case_206, 2, { { 4, { 1, 0, 2, 3 }, (double[]){ 0 }, NULL }, { 4, { 1, 1, 2, 2 }, (double[]){ 0, 0, 0, 0 }, NULL } },
      { 4, { 1, 0, 1, 2 }, (double[]){ 0 }, NULL }, false },
    { "wk_grid_sample(in[0], in[1])", case_207, 2, { { 4, { 2, 1, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }, { 4, { 2, 0, 4, 2 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 4, { 2, 1, 0, 4 }, (double[]){ 0 }, NULL }, true },
    { "wk_grid_sample(in[0], in[1])", case_208, 2, { { 4, { 1, 1, 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, NULL }, { 4, { 1, 1, 2, 2 }, (double[]){ NAN, 0.25, 0.5, NAN }, NULL } },
      { 4, { 1, 1, 1, 2 }, (double[]){ NAN, NAN }, NULL }, false },
    { "wk_cross(in[0], in[1], -1)", case_209, 2, { { 3, { 2, 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ -6.625, 10.625, -4.875, 15.625, -24.5, 10, -24.625, 35.75, -12.625, 33.625, -44.75, 13, -41.125, 69.125, -28.875, 50.125, -80, 31, -59.125, 86.75, -29.125, 68.125, -91.25, 25 } }, { 3, { 1, 4, 3 }, (double[]){ -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875 }, (double[]){ -24.5, -0.125, 19.25, 26.375, 10.25, -31.375, -24.75, -27.75, 47.25, 14.875, 57.25, -67.125 } } },
      { 3, { 2, 4, 3 }, (double[]){ 5.828125, -6.078125, 5.71875, 5.765625, -6.28125, 5.8125, 5.78125, -6.25, 5.75, 5.875, -6.296875, 5.75, 7.75, -8.25, 7.53125, 7.484375, -8.171875, 7.53125, 7.5, -8.125, 7.4375, 7.6875, -8.25, 7.5 }, NULL }, true },
    { "wk_cross(in[0], in[1], 0)", case_210, 2, { { 2, { 3, 1 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ 87.625, 23.25, -39.875 } }, { 2, { 3, 4 }, (double[]){ 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25 }, (double[]){ -22.875, -25.25, -27.625, -30, 22.125, 24.25, 26.375, 28.5, -9.75, -9.5, -9.25, -9 } } },
      { 2, { 3, 4 }, (double[]){ -4.140625, -9, -5.59375, 2.96875, 5.09375, 7.640625, 3.21875, -4.203125, -9.75, 3.96875, 13.6875, 11.03125 }, NULL }, true },
    { "wk_searchsorted(in[0], in[1], false)", case_211, 2, { { 2, { 2, 6 }, (double[]){ -2, -1, 0.5, 0.5, 3, INFINITY, -3, -3, 0, 1, 2, NAN }, NULL }, { 2, { 2, 7 }, (double[]){ -2, -1.5, 0.5, 4, INFINITY, NAN, -5, -3, 2, 0, 1.5, 3, NAN, -INFINITY }, NULL } },
      { 2, { 2, 7 }, (double[]){ 0, 1, 2, 5, 5, 6, 0, 0, 6, 2, 6, 6, 6, 0 }, NULL }, false },
    { "wk_searchsorted(in[0], in[1], false)", case_212, 2, { { 1, { 6 }, (double[]){ -2, -1, 0.5, 0.5, 3, INFINITY }, NULL }, { 2, { 2, 7 }, (double[]){ -2, -1.5, 0.5, 4, INFINITY, NAN, -5, -3, 2, 0, 1.5, 3, NAN, -INFINITY }, NULL } },
      { 2, { 2, 7 }, (double[]){ 0, 1, 2, 5, 5, 6, 0, 0, 4, 2, 4, 4, 6, 0 }, NULL }, false },
    { "wk_searchsorted(wk_t(in[0]), wk_t(in[1]), false)", case_213, 2, { { 2, { 2, 3 }, (double[]){ -2.25, -2.875, -0.875, 2.5, 2.75, 0.375 }, NULL }, { 2, { 5, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2 }, NULL } },
      { 2, { 3, 5 }, (double[]){ 1, 0, 1, 1, 1, 1, 0, 2, 0, 2, 1, 0, 2, 0, 2 }, NULL }, false },
    { "wk_searchsorted(wk_to(in[0], WK_I32), wk_to(in[1], WK_I32), false)", case_214, 2, { { 1, { 4 }, (double[]){ -2, 0, 0, 7 }, NULL }, { 1, { 5 }, (double[]){ -3, 0, 1, 7, 8 }, NULL } },
      { 1, { 5 }, (double[]){ 0, 1, 3, 3, 4 }, NULL }, false },
    { "wk_bucketize(in[0], in[1], false)", case_215, 2, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, NULL }, { 1, { 5 }, (double[]){ -2, -1, 0.375, 0.375, 2 }, NULL } },
      { 3, { 2, 3, 2 }, (double[]){ 5, 5, 2, 0, 0, 2, 4, 5, 4, 1, 0, 1 }, NULL }, false },
    { "wk_searchsorted(in[0], in[1], true)", case_216, 2, { { 2, { 2, 6 }, (double[]){ -2, -1, 0.5, 0.5, 3, INFINITY, -3, -3, 0, 1, 2, NAN }, NULL }, { 2, { 2, 7 }, (double[]){ -2, -1.5, 0.5, 4, INFINITY, NAN, -5, -3, 2, 0, 1.5, 3, NAN, -INFINITY }, NULL } },
      { 2, { 2, 7 }, (double[]){ 1, 1, 4, 5, 6, 6, 0, 2, 6, 3, 6, 6, 6, 0 }, NULL }, false },
    { "wk_searchsorted(in[0], in[1], true)", case_217, 2, { { 1, { 6 }, (double[]){ -2, -1, 0.5, 0.5, 3, INFINITY }, NULL }, { 2, { 2, 7 }, (double[]){ -2, -1.5, 0.5, 4, INFINITY, NAN, -5, -3, 2, 0, 1.5, 3, NAN, -INFINITY }, NULL } },
      { 2, { 2, 7 }, (double[]){ 1, 1, 4, 5, 6, 6, 0, 0, 4, 2, 4, 5, 6, 0 }, NULL }, false },
    { "wk_searchsorted(wk_t(in[0]), wk_t(in[1]), true)", case_218, 2, { { 2, { 2, 3 }, (double[]){ -2.25, -2.875, -0.875, 2.5, 2.75, 0.375 }, NULL }, { 2, { 5, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2 }, NULL } },
      { 2, { 3, 5 }, (double[]){ 2, 1, 1, 1, 1, 2, 1, 2, 0, 2, 2, 1, 2, 0, 2 }, NULL }, false },
    { "wk_searchsorted(wk_to(in[0], WK_I32), wk_to(in[1], WK_I32), true)", case_219, 2, { { 1, { 4 }, (double[]){ -2, 0, 0, 7 }, NULL }, { 1, { 5 }, (double[]){ -3, 0, 1, 7, 8 }, NULL } },
      { 1, { 5 }, (double[]){ 0, 3, 3, 4, 4 }, NULL }, false },
    { "wk_bucketize(in[0], in[1], true)", case_220, 2, { { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, NULL }, { 1, { 5 }, (double[]){ -2, -1, 0.375, 0.375, 2 }, NULL } },
      { 3, { 2, 3, 2 }, (double[]){ 5, 5, 4, 0, 0, 2, 5, 5, 4, 1, 0, 1 }, NULL }, false },
    { "wk_bucketize(in[0], in[1], false)", case_221, 2, { { 0, { 0 }, (double[]){ 2 }, NULL }, { 1, { 3 }, (double[]){ 1, 2, 3 }, NULL } },
      { 0, { 0 }, (double[]){ 1 }, NULL }, false },
    { "wk_bucketize(in[0], in[1], true)", case_222, 2, { { 1, { 2 }, (double[]){ 1, 2 }, NULL }, { 1, { 0 }, (double[]){ 0 }, NULL } },
      { 1, { 2 }, (double[]){ 0, 0 }, NULL }, false },
    { "wk_cholesky(in[0], false)", case_223, 1, { { 2, { 3, 3 }, (double[]){ 17.953125, -13.859375, 13.71875, -13.859375, 18.09375, -14.21875, 13.71875, -14.21875, 18.5625 }, (double[]){ -0.63998489438505735, 0.27585362980270611, 1.2706291837549628, 0.27585362980270628, 2.0727192158849088, 2.3506794579274604, 1.2706291837549626, 2.3506794579274604, 1.7929533228031771 } } },
      { 2, { 3, 3 }, (double[]){ 4.2371128141695733, 0, 0, -3.2709478382666766, 2.7193106183991844, 0, 3.2377589650486382, -1.3342386441242506, 2.5098255167984593 }, NULL }, true },
    { "wk_cholesky(in[0], true)", case_224, 1, { { 2, { 3, 3 }, (double[]){ 17.953125, -13.859375, 13.71875, -13.859375, 18.09375, -14.21875, 13.71875, -14.21875, 18.5625 }, (double[]){ -0.13515711351199058, 0.18156006413914566, 0.51472313254000646, 0.18156006413914574, 1.8922862540895988, 1.9829391956588249, 0.51472313254000646, 1.9829391956588251, 1.7929533228031771 } } },
      { 2, { 3, 3 }, (double[]){ 4.2371128141695733, -3.2709478382666766, 3.2377589650486382, 0, 2.7193106183991844, -1.3342386441242506, 0, 0, 2.5098255167984593 }, NULL }, true },
    { "wk_cholesky(in[0], false)", case_225, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 23.015625, -15.59375, 1.1875, 14.09375, -15.59375, 26.03125, -13.046875, -4.84375, 1.1875, -13.046875, 19.84375, -7.890625, 14.09375, -4.84375, -7.890625, 19.328125, 25.140625, -16, -0.140625, 16.34375, -16, 24.0625, -10.53125, -6.34375, -0.140625, -10.53125, 18.234375, -8.171875, 16.34375, -6.34375, -8.171875, 21.203125, 26.203125, -14.546875, -2.84375, 18.25, -14.546875, 21.609375, -8.65625, -6.265625, -2.84375, -8.65625, 18.0625, -9.75, 18.25, -6.265625, -9.75, 23.015625, 25.828125, -13.25, -4.71875, 19.203125, -13.25, 19.84375, -7.515625, -5.90625, -4.71875, -7.515625, 18.84375, -11.8125, 19.203125, -5.90625, -11.8125, 25.140625 }, (double[]){ -1.5833467454506924, -0.71834034911180589, 0.39913158830602624, 1.9274399284070878, -0.71834034911180578, 1.9119943214175021, 2.9473023047145896, 3.8912243174654848, 0.39913158830602663, 2.9473023047145901, 3.5924125476486295, 3.8382838951236842, 1.9274399284070871, 3.8912243174654848, 3.8382838951236846, 3.0469587014929544, -0.60762212649140446, 0.70504727088314134, 2.1363426985104543, 4.2509548408542015, 0.70504727088314145, 6.1992493092706331, 7.4022739305249683, 8.2692805424464453, 2.1363426985104557, 7.4022739305249665, 8.1184551972559706, 7.8650606345658343, 4.2509548408542015, 8.2692805424464435, 7.8650606345658352, 6.0724418567039828, 0.31066010678463446, 1.9380851009909204, 3.6539167296713431, 6.2961902528406872, 1.9380851009909204, 10.487533977459906, 11.799272102933681, 12.604425624402856, 3.6539167296713431, 11.799272102933681, 12.534447830538161, 11.861959514201843, 6.2961902528406863, 12.604425624402856, 11.861959514201843, 9.1661816065835087, 0.95146574870320721, 3.1024990335042952, 5.3031775671273094, 8.6480862916013734, 3.1024990335042935, 14.77055373587543, 16.347957674711509, 17.049135602856989, 5.3031775671273094, 16.347957674711505, 17.246857041357806, 15.927815973881826, 8.6480862916013717, 17.049135602856985, 15.927815973881827, 12.117911988806309 } } },
      { 4, { 2, 2, 4, 4 }, (double[]){ 4.7974602655988718, 0, 0, 0, -3.2504177495367785, 3.9326879425523025, 0, 0, 0.24752680256993503, -3.1129623469426297, 3.176782319978336, 0, 2.9377523147115974, 1.1964265500373492, -1.5403531445263197, 2.6255688979572134, 5.0140427800328951, 0, 0, 0, -3.1910377916430601, 3.7255573827691584, 0, 0, -0.028046230590612835, -2.8507805653052425, 3.1790939868817309, 0, 3.2595952441978917, 1.0891636318534961, -1.5650651243891769, 2.634854376141285, 5.1188988073608179, 0, 0, 0, -2.8417977278789035, 3.6787988085545398, 0, 0, -0.55553940545001113, -2.7821528582522648, 3.1644117055640852, 0, 3.5652199206901818, 1.0508889099931458, -1.5312945062736147, 2.618320368294063, 5.0821378375640309, 0, 0, 0, -2.6071705300993933, 3.6119817035778641, 0, 0, -0.92849705199294441, -2.7509483620577728, 3.227061563362569, 0, 3.7785525725143332, 1.0922206249225472, -1.6422006312645843, 2.6407189645839475 }, NULL }, true },
    { "wk_cholesky(in[0], true)", case_226, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 23.015625, -15.59375, 1.1875, 14.09375, -15.59375, 26.03125, -13.046875, -4.84375, 1.1875, -13.046875, 19.84375, -7.890625, 14.09375, -4.84375, -7.890625, 19.328125, 25.140625, -16, -0.140625, 16.34375, -16, 24.0625, -10.53125, -6.34375, -0.140625, -10.53125, 18.234375, -8.171875, 16.34375, -6.34375, -8.171875, 21.203125, 26.203125, -14.546875, -2.84375, 18.25, -14.546875, 21.609375, -8.65625, -6.265625, -2.84375, -8.65625, 18.0625, -9.75, 18.25, -6.265625, -9.75, 23.015625, 25.828125, -13.25, -4.71875, 19.203125, -13.25, 19.84375, -7.515625, -5.90625, -4.71875, -7.515625, 18.84375, -11.8125, 19.203125, -5.90625, -11.8125, 25.140625 }, (double[]){ -0.2400860642472088, -0.30382147574514662, -0.20912921874017959, 0.24373114076042093, -0.30382147574514684, 1.9261143922676811, 2.5283058270645866, 2.7546312764935328, -0.20912921874017978, 2.5283058270645862, 3.3634646581402983, 3.366108011190212, 0.24373114076042041, 2.7546312764935319, 3.3661080111902115, 3.0469587014929544, 0.74840674583936828, 1.1631533309145881, 1.561890014897479, 2.608583976360388, 1.1631533309145874, 6.2016714212787143, 6.9598477103979155, 7.1029876640921206, 1.5618900148974786, 6.9598477103979164, 7.8861724586778914, 7.3932280916496396, 2.608583976360388, 7.1029876640921206, 7.3932280916496387, 6.0724418567039828, 1.6191862953623808, 2.4133250270286362, 3.125612310002039, 4.7139116128718683, 2.4133250270286388, 10.485741572049404, 11.353463961161932, 11.430455202560797, 3.1256123100020385, 11.35346396116193, 12.305063356721146, 11.387937756109334, 4.7139116128718701, 11.430455202560799, 11.387937756109334, 9.1661816065835087, 2.2903900562562214, 3.6110078417480524, 4.7818940621044481, 7.0700114099810873, 3.6110078417480547, 14.782312448960733, 15.893076677204039, 15.864552230209306, 4.7818940621044508, 15.893076677204041, 17.010317923645989, 15.462996827873031, 7.0700114099810873, 15.864552230209306, 15.462996827873031, 12.117911988806309 } } },
      { 4, { 2, 2, 4, 4 }, (double[]){ 4.7974602655988718, -3.2504177495367785, 0.24752680256993503, 2.9377523147115974, 0, 3.9326879425523025, -3.1129623469426297, 1.1964265500373492, 0, 0, 3.176782319978336, -1.5403531445263197, 0, 0, 0, 2.6255688979572134, 5.0140427800328951, -3.1910377916430601, -0.028046230590612835, 3.2595952441978917, 0, 3.7255573827691584, -2.8507805653052425, 1.0891636318534961, 0, 0, 3.1790939868817309, -1.5650651243891769, 0, 0, 0, 2.634854376141285, 5.1188988073608179, -2.8417977278789035, -0.55553940545001113, 3.5652199206901818, 0, 3.6787988085545398, -2.7821528582522648, 1.0508889099931458, 0, 0, 3.1644117055640852, -1.5312945062736147, 0, 0, 0, 2.618320368294063, 5.0821378375640309, -2.6071705300993933, -0.92849705199294441, 3.7785525725143332, 0, 3.6119817035778641, -2.7509483620577728, 1.0922206249225472, 0, 0, 3.227061563362569, -1.6422006312645843, 0, 0, 0, 2.6407189645839475 }, NULL }, true },
    { "wk_cholesky(in[0], false)", case_227, 1, { { 3, { 2, 0, 0 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 3, { 2, 0, 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_cholesky(in[0], true)", case_228, 1, { { 3, { 2, 0, 0 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 3, { 2, 0, 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], false)", case_229, 2, { { 2, { 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25 }, (double[]){ -0.7885385620915033, 0, 0, -1.552313725490196, -0.63933564013840805, 0, -1.8560000000000001, -0.65694117647058825, 2.755651764705882 } }, { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0.0047058823529411006, 0.16878431372549021, 0.28235294117647042, 0.5270588235294118, 0.80000000000000004, 0.95999999999999996, 0.98917647058823521, 1.1532549019607843, 1.7505882352941176, 1.9952941176470589, 1.76, 1.9199999999999999 } } },
      { 3, { 2, 3, 2 }, (double[]){ 0.33333333333333331, 0.36666666666666664, 0.52941176470588236, -0.67058823529411771, -0.82078431372549021, 0.064549019607843122, 0.26666666666666666, 0.40000000000000002, 0.87058823529411766, -0.3411764705882353, -0.98321568627450973, -0.22423529411764706 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], false, .left = false)", case_230, 2, { { 4, { 2, 1, 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25, 3.375, -3, -1.625, 1.25, 8, 2, -0.875, -2.875, 2.75 }, (double[]){ -0.030786928104575284, 0, 0, 0.71278431372549023, 3.0688996539792415, 0, 0.71733333333333316, 3.3948235294117648, -0.92786196078431438, -2.8131780770669659, 0, 0, 3.3760521885521904, 0.9153185500841754, 0, 7.1784511784511782, 1.9692760942760938, 13.516395010713179 } }, { 3, { 2, 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 7.5407407407407403, 3.1749455337690629, 14.280598534363239, 8.8296296296296291, 5.246350762527233, 15.37223816597346, 10.118518518518519, 7.3177559912854031, 16.463877797583685, 11.407407407407407, 9.3891612200435723, 17.555517429193898, 12.696296296296296, 11.460566448801742, 18.647157060804123, 13.985185185185184, 13.531971677559914, 19.738796692414336, 15.274074074074074, 15.603376906318083, 20.830436324024561, 16.562962962962963, 17.674782135076253, 21.922075955634774 } } },
      { 4, { 2, 2, 4, 3 }, (double[]){ 0.68015686274509801, 1.2094117647058822, 0.059999999999999998, -0.60925490196078425, -1.1552941176470588, -0.14000000000000001, 0.55215686274509801, 1.1294117647058823, 0.20000000000000001, -0.46074509803921565, -1.0447058823529412, -0.26000000000000001, 0.36933333333333335, 0.95999999999999996, 0.32000000000000001, -0.274078431372549, -0.84470588235294108, -0.35999999999999999, 0.17882352941176463, 0.7294117647058822, 0.40000000000000002, -0.049254901960784324, -0.55529411764705883, -0.44, 0.63062920875420858, 0.39275568181818182, 0.13636363636363635, -0.57370580808080796, -0.47372159090909094, -0.31818181818181818, 0.51104797979797978, 0.53835227272727271, 0.45454545454545459, -0.41714015151515144, -0.58735795454545459, -0.59090909090909094, 0.3232323232323232, 0.63636363636363635, 0.72727272727272729, -0.22937710437710437, -0.65340909090909094, -0.81818181818181823, 0.13552188552188554, 0.67045454545454541, 0.90909090909090917, -0.010416666666666666, -0.671875, -1 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], false, .unitriangular = true)", case_231, 2, { { 3, { 2, 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25 }, (double[]){ 0, 0, 0, 68.5, 0, 0, -29, -53.625, 0, 0, 0, 0, -223.9375, 0, 0, -60.5, 98.5, 0 } }, { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ -70.15625, -78.625, 28.625, 30.5, 16, 18 } } },
      { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 6, 3.9375, -25.875, -18.1875, 2.5, 2.75, -2.75, -5.6875, -8.59375, -14.8203125 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], true)", case_232, 2, { { 2, { 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25 }, (double[]){ -1.1760653594771242, 0.86478431372549003, 0.82400000000000007, 0, 3.4488950403690888, 3.1030588235294116, 0, 0, 2.2313882352941179 } }, { 3, { 2, 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 0.13333333333333333, 0.26666666666666666, 1.2392156862745098, 1.5372549019607842, 0.96549019607843156, 1.1592156862745098, 0.93333333333333335, 1.0666666666666667, 3.0274509803921568, 3.3254901960784311, 2.127843137254902, 2.3215686274509806 } } },
      { 3, { 2, 3, 2 }, (double[]){ 0.36107843137254902, 0.78303921568627455, -0.012941176470588246, -1.1164705882352941, -0.46000000000000002, -0.14000000000000001, 0.14745098039215684, 0.73264705882352943, 0.39058823529411768, -0.871764705882353, -0.47999999999999998, -0.26000000000000001 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], true, .left = false)", case_233, 2, { { 4, { 2, 1, 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25, 3.375, -3, -1.625, 1.25, 8, 2, -0.875, -2.875, 2.75 }, (double[]){ 0.075921568627450947, -0.33505882352941163, -0.128, 0, 7.3053010380622805, 2.1985882352941166, 0, 0, 1.2466823529411761, -5.9304152637485963, -0.36868686868686901, -4.5252525252525242, 0, -0.04486268939393967, -0.74242424242424043, 0, 0, 7.0394857667584922 } }, { 3, { 2, 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, (double[]){ 12.533515547633195, 1.93427807486631, 10.298181818181819, 13.824448405624876, 3.6459625668449194, 11.869090909090911, 15.115381263616557, 5.3576470588235292, 13.44, 16.40631412160824, 7.0693315508021382, 15.010909090909092, 17.697246979599921, 8.7810160427807489, 16.581818181818182, 18.988179837591606, 10.492700534759358, 18.152727272727272, 20.279112695583279, 12.204385026737967, 19.723636363636363, 21.570045553574964, 13.916069518716577, 21.294545454545453 } } },
      { 4, { 2, 2, 4, 3 }, (double[]){ 0.33333333333333331, 0.86274509803921573, 0.16078431372549021, -0.29999999999999999, -0.96470588235294108, -0.25705882352941173, 0.26666666666666666, 1.0666666666666667, 0.33333333333333331, -0.21666666666666667, -1.1313725490196078, -0.4053921568627451, 0.16666666666666666, 1.196078431372549, 0.47745098039215694, -0.11666666666666667, -1.2019607843137254, -0.52127450980392154, 0.066666666666666666, 1.2078431372549021, 0.56509803921568635, 0, -1.1764705882352942, -0.6047058823529412, 0.7407407407407407, 0.62152777777777779, 0.12205387205387205, -0.66666666666666663, -0.609375, -0.26893939393939392, 0.59259259259259256, 0.59722222222222221, 0.37037037037037035, -0.48148148148148145, -0.55555555555555558, -0.4713804713804714, 0.37037037037037035, 0.51388888888888884, 0.57239057239057256, -0.25925925925925924, -0.45659722222222221, -0.63930976430976438, 0.14814814814814814, 0.39930555555555558, 0.70622895622895632, 0, -0.3125, -0.77272727272727271 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], true, .unitriangular = true)", case_234, 2, { { 3, { 2, 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25 }, (double[]){ 0, 8.171875, 4.625, 0, 0, -0.59375, 0, 0, 0, 0, -38.875, 27.125, 0, 0, 116, 0, 0, 0 } }, { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 8, 10, 30.25, 32.5, -32.78125, -39.0625 } } },
      { 3, { 2, 3, 2 }, (double[]){ 9.46484375, 11.37109375, -2.140625, -3.015625, -2.875, -0.875, 16.203125, -0.171875, 6.125, -0.5, -2.875, -0.875 }, NULL }, true },
    { "wk_solve_triangular(in[0], in[1], false)", case_235, 2, { { 2, { 2, 2 }, (double[]){ 2, 0, 1, 0 }, NULL }, { 2, { 2, 1 }, (double[]){ 3, 1 }, NULL } },
      { 2, { 2, 1 }, (double[]){ 1.5, -INFINITY }, NULL }, false },
    { "wk_solve(in[0], in[1])", case_236, 2, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ 967.69140625000034, -905.36718750000023, 552.75000000000011, 1863.4609375000005, -1745.5781250000002, 1072.5, 855.05273437500023, -802.01953125000011, 496.125 } }, { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ -22.25, -29.500000000000004, -41.499999999999993, -57, -18.374999999999996, -26.25 } } },
      { 2, { 3, 2 }, (double[]){ 4.2343750000000018, 29.609375000000007, -2.5312500000000009, -28.781250000000004, -3, 21 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_237, 2, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ -1094.9570312500005, 1143.5859375000005, -988.25000000000011, -2115.6796875000005, 2209.6406250000005, -1909.5, -974.32617187500023, 1017.5976562500002, -879.375 } }, { 1, { 3 }, (double[]){ 2.5, 2.75, 0.375 }, (double[]){ -14.750000000000002, -28.5, -13.125 } } },
      { 1, { 3 }, (double[]){ -74.234375000000014, 77.531250000000014, -67 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_238, 2, { { 3, { 2, 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25, 3.375, -3, -1.625, 1.25, 8, 2, -0.875, -2.875, 2.75 }, (double[]){ 0.0019014092727983368, -0.054175925229345015, 0.022363910945264444, 0.0063590700160807423, -0.18118587441847328, 0.074793826646817968, 0.018836575264755285, -0.53670133396290898, 0.22155119245567964, 1.0374336355000402, 0.031798658684426218, 0.68709253638374024, 1.6220655938942423, 0.049718370813312728, 1.0742944174471483, 1.6578656586263971, 0.050815688270876611, 1.0980048085871679 } }, { 2, { 2, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 0.050534703292094835, 0.16900817781505567, 0.50062906269658203, 1.0175187431714576, 1.5909279282673396, 1.6260407640432504 } } },
      { 2, { 2, 3 }, (double[]){ -0.037625812539316426, 1.0720538897043406, -0.44254560704550211, -1.0195720152205854, -0.031251177334890592, -0.67526278114757177 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_239, 2, { { 4, { 2, 1, 3, 3 }, (double[]){ 7.5, 2.75, 0.375, -2.25, 2.125, -0.875, 2, 3, 6.25, 3.375, -3, -1.625, 1.25, 8, 2, -0.875, -2.875, 2.75 }, (double[]){ -0.13308351006256286, 0.76400651051530999, -0.13682249954173425, -0.11389450640123072, 0.58228663960441018, -0.082657132338531586, -0.23284384369355082, 1.1021548909371834, -0.12650796203780068, 1.0404316362305934, -0.098827797390033195, 2.1567130440870153, 1.2993227866449306, -0.1357979854761478, 2.8242753554713396, 1.1151502096964938, -0.12662411607188553, 2.5304897954865826 } }, { 3, { 4, 3, 1 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, (double[]){ 3.32220708395743, 4.6339141793973937, 4.6412311046662156, 4.4202051756054548, 5.8548550776737072, 5.975434133563323, 5.5182032672534813, 7.0757959759500224, 7.3096371624604313, 6.6162013589015061, 8.2967368742263368, 8.6438401913575387 } } },
      { 4, { 2, 4, 3, 1 }, (double[]){ -0.037625812539316426, 1.0720538897043406, -0.44254560704550211, 0.088527469071084094, -1.1092734325854476, 0.36412245753826794, -0.13674250366953236, 1.1416963724051163, -0.30425665758020543, 0.18482648353952608, -1.1251048437827635, 0.2209058502830781, 1.0371472704667897, 0.051614361601928956, 0.52032550955054058, -1.0195720152205854, -0.031251177334890592, -0.67526278114757177, 0.99355762347888332, 0.021474588403722277, 0.79312813171080887, -0.91850958821534856, -0.0084768112119956076, -0.8920242625174245 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_240, 2, { { 2, { 2, 2 }, (double[]){ 0, 1, 2, 0 }, (double[]){ 3.9375, -18.5, 1.03125, -4 } }, { 2, { 2, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25 }, (double[]){ 3, 4, 0.5, 1 } } },
      { 2, { 2, 2 }, (double[]){ 0.1875, -1.125, 2.5, 2.75 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_241, 2, { { 2, { 0, 0 }, (double[]){ 0 }, (double[]){ 0 } }, { 2, { 0, 3 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 2, { 0, 3 }, (double[]){ 0 }, NULL }, true },
    { "wk_solve(in[0], in[1])", case_242, 2, { { 2, { 3, 3 }, (double[]){ 0, 2, 1, 1, 0, 1, 4, 1, 0 }, (double[]){ 3.2222222222222223, -5.8333333333333339, 1.1111111111111112, 5.6527777777777768, -10.041666666666666, 1.6388888888888884, -0.81944444444444442, 1.2916666666666665, 0.027777777777777679 } }, { 2, { 3, 2 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875 }, (double[]){ 1.7777777777777777, 2.2222222222222223, 3.2222222222222219, 3.7777777777777777, -0.55555555555555547, -0.44444444444444442 } } },
      { 2, { 3, 2 }, (double[]){ -0.875, -0.75, 0.625, 2.125, 1.25, -1.5 }, NULL }, true },
    { "wk_inv(in[0])", case_243, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ -1385.2187499999998, 1431.5624999999998, -1184, -2625.8124999999995, 2712.3749999999995, -2240, -1184.203125, 1222.59375, -1008 } } },
      { 2, { 3, 3 }, (double[]){ -7.7500000000000018, -18.500000000000004, -10.625000000000002, 8.5000000000000018, 19.000000000000004, 10.750000000000002, -8, -16, -8 }, NULL }, true },
    { "wk_inv(in[0])", case_244, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 7.5, 2.75, 0.375, -2.25, -2.875, 4.125, 2, 3, 1.25, -1.625, 2, -1.625, 1.25, 3, 2, 4.125, 2.125, -2.25, 0.5, 2.75, 2.5, 5, -2.5, -2.75, -0.375, 2.25, 7.875, 0.875, -2, -3, -1.25, 6.625, 8, 1.625, -1.25, -3, -1.875, 5.875, 2.875, 2.25, -0.5, -2.75, 2.5, 0, 2.5, 2.75, 0.375, 2.75, 2.125, -0.75, 2, 3, 1.25, 3.375, -3, -1.625, 1.25, 3, 6.875, -0.875, -2.875, -2.25, 0.5, 7.75 }, (double[]){ 0.021442044489753592, 0.10205527669484543, 0.31223126006241692, -0.093530126476027764, 0.0052781439329834534, 0.032926359122280272, 0.09006615413416208, -0.030827819968202635, -0.10466198585541148, -0.083529848940457771, -0.82238860691021287, 0.041917252154570955, -0.24637858755835773, -0.21855118652855432, -1.9730292213608625, 0.12059343484872544, -1.4196831133851897, -1.5952909969090343, -0.11390471032002261, -2.0869484478971954, -1.7891065118336438, -1.9693620325261838, -0.14385527588524352, -2.5845646217814853, -1.5321042924734782, -1.6588498407625436, -0.12339980667090646, -2.1827249253633827, -1.1561854756532806, -1.2184081636353958, -0.093375373748928917, -1.6101686365298846, -0.30985643237229343, 0.02772727012003226, -0.56290203301375463, -0.17464190912290956, -0.98748729208018826, 0.065540206754906127, -1.8205514865540238, -0.50141073445045625, -2.4998475779300375, 0.15674088314869652, -4.6194744044552785, -1.2471585736271524, -3.5115679839681087, 0.21639803673146485, -6.4934425403836027, -1.7427697481110149, -2.8338332727572264, -6.2937627448291744, 0.1185387105627263, -5.1359240107328876, -2.5319883818157667, -5.6023081025158685, 0.10686439226640525, -4.5738612952921676, -1.6423899189858131, -3.6139862266839784, 0.070220783169815809, -2.9526290215100151, -0.98424023921400772, -2.1352859764787397, 0.043457846170941894, -1.7477231900715973 } } },
      { 4, { 2, 2, 4, 4 }, (double[]){ 0.060049853134850277, -0.13665461474354024, -0.0048383541305941245, 0.13023362141134992, 0.12202901882021784, 0.21493747633106552, -0.10621769955855669, -0.13160021780129966, -0.01813252342400223, 0.11957718412060214, 0.34483447289636165, 0.03898819112503666, -0.098153776007566543, -0.17288449183150925, -0.088477067746378313, 0.27976539257930627, 0.29165240265941156, 0.082309327759860204, -0.0060539449739644762, -0.086097547791931683, -0.10000720707734996, 0.18237734455235041, 0.081151690960523257, 0.10649808111565558, 0.036936271418533, -0.058890830795841523, 0.0975838273184267, -0.052665717734815591, 0.049728833714707842, 0.09632258878218411, 0.053332372389686675, 0.16324030197654096, 0.079914397544561144, -0.045842367583701749, 0.073972911328245988, 0.12468673443527724, 0.042209894968039875, 0.13082533156872131, -0.12019542139498211, -0.060991749500183039, 0.06241376397375608, 0.13473939120885309, 0.28257961873116882, -0.042153577563145896, -0.1233703150958804, -0.10752400529383607, 0.014413735815053648, 0.31702475149945092, 0.31761115898734288, 0.046634063309247881, -0.063296417551070155, -0.12031451476666934, -0.081062182315066497, 0.23500078051325696, 0.11928238399398966, 0.094120632422449432, -0.010289944637018567, -0.09932405413554414, 0.10546551735198581, -0.0049354098549955908, 0.094953179896544573, 0.091933769707959731, 0.0043452135291815663, 0.11204321263533351 }, NULL }, true },
    { "wk_inv(in[0])", case_245, 1, { { 2, { 2, 2 }, (double[]){ 0, 1, 1, 0 }, (double[]){ -4, -3, -2, -1 } } },
      { 2, { 2, 2 }, (double[]){ 0, 1, 1, 0 }, NULL }, true },
    { "wk_inv(in[0])", case_246, 1, { { 3, { 3, 0, 0 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 3, { 3, 0, 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_det(in[0])", case_247, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ -0.96875, 1.0624999999999998, -1, -2.3125, 2.375, -2.0000000000000004, -1.328125, 1.3437500000000002, -1.0000000000000002 } } },
      { 0, { 0 }, (double[]){ 0.125 }, NULL }, true },
    { "wk_slogdet(in[0], NULL)", case_248, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, (double[]){ -7.75, 8.4999999999999982, -8, -18.5, 19, -16.000000000000004, -10.625, 10.750000000000002, -8.0000000000000018 } } },
      { 0, { 0 }, (double[]){ -2.0794415416798357 }, NULL }, true },
    { "wk_slogdet(in[0], &sign)", case_249, 1, { { 2, { 3, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25 }, NULL } },
      { 0, { 0 }, (double[]){ 1 }, NULL }, false },
    { "wk_det(in[0])", case_250, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 7.5, 2.75, 0.375, -2.25, -2.875, 4.125, 2, 3, 1.25, -1.625, 2, -1.625, 1.25, 3, 2, 4.125, 2.125, -2.25, 0.5, 2.75, 2.5, 5, -2.5, -2.75, -0.375, 2.25, 7.875, 0.875, -2, -3, -1.25, 6.625, 8, 1.625, -1.25, -3, -1.875, 5.875, 2.875, 2.25, -0.5, -2.75, 2.5, 0, 2.5, 2.75, 0.375, 2.75, 2.125, -0.75, 2, 3, 1.25, 3.375, -3, -1.625, 1.25, 3, 6.875, -0.875, -2.875, -2.25, 0.5, 7.75 }, (double[]){ 23.34375, 47.4375, -7.048828125, -38.15625, -53.123046875, 83.5546875, 46.484375, -67.20703125, -1.8808593750000069, -41.291015624999986, 134.05078125, -34.39453125, 50.626953125000007, -51.158203125000007, 15.156249999999995, 108.75585937500001, 505.84375, -173.45312499999997, 64.062500000000028, 86.250000000000085, 142.75781250000006, 316.31640624999994, -102.14062499999999, 167.06250000000006, -10.499999999999979, 140.75, 169.25000000000003, 92.500000000000028, -149.32812499999997, 184.71093749999997, -91.34375, 283.125, 133.03125, 70.265625000000028, 103.89843750000001, -205.37109375000006, -76.312500000000043, 217.78125000000009, 224.29687500000006, -178.99218750000006, 123.14062500000001, -200.08593750000003, 470.40234375000006, 23.994140625000011, 207.56250000000009, -101.53125000000001, -70.171875, 527.74218750000011, 870.28125, -222.1171875, -28.1953125, 260.17968750000011, 127.78125, 643.921875, -272.15625, 251.90625000000003, -173.4375, 326.84375, 288.984375, 11.906249999999957, -329.671875, 257.8984375, -13.523437500000002, 307.00781249999994 } } },
      { 2, { 2, 2 }, (double[]){ 388.739501953125, 867.203125, 554.89062500000011, 685.02099609375 }, NULL }, true },
    { "wk_slogdet(in[0], NULL)", case_251, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 7.5, 2.75, 0.375, -2.25, -2.875, 4.125, 2, 3, 1.25, -1.625, 2, -1.625, 1.25, 3, 2, 4.125, 2.125, -2.25, 0.5, 2.75, 2.5, 5, -2.5, -2.75, -0.375, 2.25, 7.875, 0.875, -2, -3, -1.25, 6.625, 8, 1.625, -1.25, -3, -1.875, 5.875, 2.875, 2.25, -0.5, -2.75, 2.5, 0, 2.5, 2.75, 0.375, 2.75, 2.125, -0.75, 2, 3, 1.25, 3.375, -3, -1.625, 1.25, 3, 6.875, -0.875, -2.875, -2.25, 0.5, 7.75 }, (double[]){ 0.060049853134850291, 0.12202901882021784, -0.01813252342400223, -0.098153776007566529, -0.13665461474354021, 0.21493747633106552, 0.11957718412060214, -0.17288449183150922, -0.0048383541305941245, -0.10621769955855669, 0.34483447289636165, -0.088477067746378313, 0.13023362141134992, -0.13160021780129966, 0.038988191125036646, 0.27976539257930627, 0.58330480531882312, -0.20001441415469992, 0.073872542837065999, 0.099457667429415711, 0.16461865551972035, 0.36475468910470077, -0.117781661591683, 0.19264517756436822, -0.012107889947928874, 0.16230338192104646, 0.1951676546368534, 0.1066647447793734, -0.17219509558386337, 0.21299616223131113, -0.10533143546963117, 0.32648060395308193, 0.23974319263368346, 0.12662968490411963, 0.1872412919212682, -0.3701109452876411, -0.13752710275110525, 0.39247599470616401, 0.40421817362655921, -0.32257201588150813, 0.22191873398473794, -0.36058626418494627, 0.84773885619350653, 0.043241207445160933, 0.37406020330583162, -0.18297524850054908, -0.12646073268943764, 0.95107425449835259, 1.2704446359493713, -0.32424872926026593, -0.041159778548074288, 0.37981271958617846, 0.18653625323699163, 0.94000312205302783, -0.39729621654217662, 0.36773507883183892, -0.25318567020428068, 0.47712953597595875, 0.4218620694079433, 0.017380854116726276, -0.48125805906667724, 0.37648252968979767, -0.019741639419982426, 0.44817285054133404 } } },
      { 2, { 2, 2 }, (double[]){ 5.9629094585066262, 6.7652732342305502, 6.3187710222531095, 6.5294494890242376 }, NULL }, true },
    { "wk_slogdet(in[0], &sign)", case_252, 1, { { 4, { 2, 2, 4, 4 }, (double[]){ 7.5, 2.75, 0.375, -2.25, -2.875, 4.125, 2, 3, 1.25, -1.625, 2, -1.625, 1.25, 3, 2, 4.125, 2.125, -2.25, 0.5, 2.75, 2.5, 5, -2.5, -2.75, -0.375, 2.25, 7.875, 0.875, -2, -3, -1.25, 6.625, 8, 1.625, -1.25, -3, -1.875, 5.875, 2.875, 2.25, -0.5, -2.75, 2.5, 0, 2.5, 2.75, 0.375, 2.75, 2.125, -0.75, 2, 3, 1.25, 3.375, -3, -1.625, 1.25, 3, 6.875, -0.875, -2.875, -2.25, 0.5, 7.75 }, NULL } },
      { 2, { 2, 2 }, (double[]){ 1, 1, 1, 1 }, NULL }, false },
    { "wk_det(in[0])", case_253, 1, { { 2, { 2, 2 }, (double[]){ 0, 1, 1, 0 }, (double[]){ 0, -1, -1, 0 } } },
      { 0, { 0 }, (double[]){ -1 }, NULL }, true },
    { "wk_slogdet(in[0], NULL)", case_254, 1, { { 2, { 2, 2 }, (double[]){ 0, 1, 1, 0 }, (double[]){ 0, 1, 1, 0 } } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, true },
    { "wk_slogdet(in[0], &sign)", case_255, 1, { { 2, { 2, 2 }, (double[]){ 0, 1, 1, 0 }, NULL } },
      { 0, { 0 }, (double[]){ -1 }, NULL }, false },
    { "wk_det(in[0])", case_256, 1, { { 3, { 3, 0, 0 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 1, { 3 }, (double[]){ 1, 1, 1 }, NULL }, true },
    { "wk_slogdet(in[0], NULL)", case_257, 1, { { 3, { 3, 0, 0 }, (double[]){ 0 }, (double[]){ 0 } } },
      { 1, { 3 }, (double[]){ 0, 0, 0 }, NULL }, true },
    { "wk_slogdet(in[0], &sign)", case_258, 1, { { 3, { 3, 0, 0 }, (double[]){ 0 }, NULL } },
      { 1, { 3 }, (double[]){ 1, 1, 1 }, NULL }, false },
    { "wk_det(in[0])", case_259, 1, { { 2, { 2, 2 }, (double[]){ 1, 2, 2, 4 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
    { "wk_slogdet(in[0], NULL)", case_260, 1, { { 2, { 2, 2 }, (double[]){ 1, 2, 2, 4 }, NULL } },
      { 0, { 0 }, (double[]){ -INFINITY }, NULL }, false },
    { "wk_slogdet(in[0], &sign)", case_261, 1, { { 2, { 2, 2 }, (double[]){ 1, 2, 2, 4 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
    { "wk_det(in[0])", case_262, 1, { { 2, { 3, 3 }, (double[]){ 1, 2, 3, 2, 4, 6, 1, 0, 1 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
    { "wk_slogdet(in[0], NULL)", case_263, 1, { { 2, { 3, 3 }, (double[]){ 1, 2, 3, 2, 4, 6, 1, 0, 1 }, NULL } },
      { 0, { 0 }, (double[]){ -INFINITY }, NULL }, false },
    { "wk_slogdet(in[0], &sign)", case_264, 1, { { 2, { 3, 3 }, (double[]){ 1, 2, 3, 2, 4, 6, 1, 0, 1 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
    { "wk_det(in[0])", case_265, 1, { { 2, { 2, 2 }, (double[]){ 0, 0, 0, 0 }, NULL } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_slogdet(in[0], NULL)", case_266, 1, { { 2, { 2, 2 }, (double[]){ 0, 0, 0, 0 }, NULL } },
      { 0, { 0 }, (double[]){ -INFINITY }, NULL }, false },
    { "wk_slogdet(in[0], &sign)", case_267, 1, { { 2, { 2, 2 }, (double[]){ 0, 0, 0, 0 }, NULL } },
      { 0, { 0 }, (double[]){ 0 }, NULL }, false },
    { "wk_det(in[0])", case_268, 1, { { 2, { 3, 3 }, (double[]){ 0, 0, 1, 0, 0, 2, 1, 3, 5 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
    { "wk_slogdet(in[0], NULL)", case_269, 1, { { 2, { 3, 3 }, (double[]){ 0, 0, 1, 0, 0, 2, 1, 3, 5 }, NULL } },
      { 0, { 0 }, (double[]){ -INFINITY }, NULL }, false },
    { "wk_slogdet(in[0], &sign)", case_270, 1, { { 2, { 3, 3 }, (double[]){ 0, 0, 1, 0, 0, 2, 1, 3, 5 }, NULL } },
      { 0, { 0 }, (double[]){ -0 }, NULL }, false },
};
