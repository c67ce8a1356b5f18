/* Made by tests/golden/reduce.py with PyTorch 2.15.0. */
/* clang-format off */
static wk_tensor *case_0(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_1(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod_dim(x, 1, false); }
static wk_tensor *case_2(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod_dim(x, 0, true); }
static wk_tensor *case_3(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_4(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod_dim(x, 1, false); }
static wk_tensor *case_5(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod_dim(x, 0, true); }
static wk_tensor *case_6(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_7(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_8(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_9(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod_dims(x, 1, (int[]){ -1 }, false); }
static wk_tensor *case_10(wk_tensor *x, wk_tensor **i) { (void)i; return wk_prod(x); }
static wk_tensor *case_11(wk_tensor *x, wk_tensor **i) { (void)i; return wk_mean_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_12(wk_tensor *x, wk_tensor **i) { (void)i; return wk_mean_dims(x, 0, NULL, false); }
static wk_tensor *case_13(wk_tensor *x, wk_tensor **i) { (void)i; return wk_mean_dim(x, 0, false); }
static wk_tensor *case_14(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_15(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var_dim(x, 1, 0, true); }
static wk_tensor *case_16(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var_dims(x, 2, (int[]){ 0, -1 }, 2, false); }
static wk_tensor *case_17(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_18(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var_dim(x, 1, 0, true); }
static wk_tensor *case_19(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var_dims(x, 2, (int[]){ 0, -1 }, 2, false); }
static wk_tensor *case_20(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_21(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 0); }
static wk_tensor *case_22(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 2); }
static wk_tensor *case_23(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 3); }
static wk_tensor *case_24(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_25(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_26(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_27(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_28(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var(x, 1); }
static wk_tensor *case_29(wk_tensor *x, wk_tensor **i) { (void)i; return wk_var_dim(x, 0, 1, false); }
static wk_tensor *case_30(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_31(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std_dim(x, 1, 0, true); }
static wk_tensor *case_32(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std_dims(x, 2, (int[]){ 0, -1 }, 2, false); }
static wk_tensor *case_33(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_34(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std_dim(x, 1, 0, true); }
static wk_tensor *case_35(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std_dims(x, 2, (int[]){ 0, -1 }, 2, false); }
static wk_tensor *case_36(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_37(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 0); }
static wk_tensor *case_38(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 2); }
static wk_tensor *case_39(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 3); }
static wk_tensor *case_40(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_41(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_42(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_43(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_44(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std(x, 1); }
static wk_tensor *case_45(wk_tensor *x, wk_tensor **i) { (void)i; return wk_std_dim(x, 0, 1, false); }
static wk_tensor *case_46(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0); }
static wk_tensor *case_47(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 0, 1, false); }
static wk_tensor *case_48(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0); }
static wk_tensor *case_49(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 0, 1, false); }
static wk_tensor *case_50(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0.5); }
static wk_tensor *case_51(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 0.5, 1, false); }
static wk_tensor *case_52(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0.5); }
static wk_tensor *case_53(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 0.5, 1, false); }
static wk_tensor *case_54(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0.5); }
static wk_tensor *case_55(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0.5); }
static wk_tensor *case_56(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0.5); }
static wk_tensor *case_57(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_58(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 1, 1, false); }
static wk_tensor *case_59(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_60(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 1, 1, false); }
static wk_tensor *case_61(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_62(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_63(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_64(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1.5); }
static wk_tensor *case_65(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 1.5, 1, false); }
static wk_tensor *case_66(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1.5); }
static wk_tensor *case_67(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 1.5, 1, false); }
static wk_tensor *case_68(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1.5); }
static wk_tensor *case_69(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1.5); }
static wk_tensor *case_70(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1.5); }
static wk_tensor *case_71(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_72(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 2, 1, false); }
static wk_tensor *case_73(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_74(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 2, 1, false); }
static wk_tensor *case_75(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_76(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_77(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_78(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_79(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 3, 1, false); }
static wk_tensor *case_80(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_81(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, 3, 1, false); }
static wk_tensor *case_82(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_83(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_84(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_85(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_86(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, INFINITY, 1, false); }
static wk_tensor *case_87(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_88(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, INFINITY, 1, false); }
static wk_tensor *case_89(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_90(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_91(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_92(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, -INFINITY); }
static wk_tensor *case_93(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, -INFINITY, 1, false); }
static wk_tensor *case_94(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, -INFINITY); }
static wk_tensor *case_95(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, -INFINITY, 1, false); }
static wk_tensor *case_96(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, -1); }
static wk_tensor *case_97(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, -1, 1, false); }
static wk_tensor *case_98(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, -1); }
static wk_tensor *case_99(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dim(x, -1, 1, false); }
static wk_tensor *case_100(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm_dims(x, 2, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_101(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, INFINITY); }
static wk_tensor *case_102(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 0); }
static wk_tensor *case_103(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 1); }
static wk_tensor *case_104(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 2); }
static wk_tensor *case_105(wk_tensor *x, wk_tensor **i) { (void)i; return wk_norm(x, 3); }
static wk_tensor *case_106(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 1, false); }
static wk_tensor *case_107(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_108(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_109(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_110(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_111(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_112(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_113(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, true); }
static wk_tensor *case_114(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, false); }
static wk_tensor *case_115(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, false); }
static wk_tensor *case_116(wk_tensor *x, wk_tensor **i) { (void)i; return wk_logsumexp(x, 0, false); }
static wk_tensor *case_117(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max(x); }
static wk_tensor *case_118(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max(x); }
static wk_tensor *case_119(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max(x); }
static wk_tensor *case_120(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max(x); }
static wk_tensor *case_121(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max(x); }
static wk_tensor *case_122(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amax(x, 1, false); }
static wk_tensor *case_123(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amax_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_124(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amax(x, 1, false); }
static wk_tensor *case_125(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amax_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_126(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amax_dims(x, 0, NULL, false); }
static wk_tensor *case_127(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 1, false, i); }
static wk_tensor *case_128(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 0, true, i); }
static wk_tensor *case_129(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 1, false, i); }
static wk_tensor *case_130(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 0, true, i); }
static wk_tensor *case_131(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 1, false, i); }
static wk_tensor *case_132(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 0, true, i); }
static wk_tensor *case_133(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, -1, true, i); }
static wk_tensor *case_134(wk_tensor *x, wk_tensor **i) { (void)i; return wk_max_dim(x, 1, false, i); }
static wk_tensor *case_135(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(x); }
static wk_tensor *case_136(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(wk_t(x)); }
static wk_tensor *case_137(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 1, true); }
static wk_tensor *case_138(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 0, false); }
static wk_tensor *case_139(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(x); }
static wk_tensor *case_140(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(wk_t(x)); }
static wk_tensor *case_141(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 1, true); }
static wk_tensor *case_142(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 0, false); }
static wk_tensor *case_143(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(x); }
static wk_tensor *case_144(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax_all(wk_t(x)); }
static wk_tensor *case_145(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 1, true); }
static wk_tensor *case_146(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmax(x, 0, false); }
static wk_tensor *case_147(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min(x); }
static wk_tensor *case_148(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min(x); }
static wk_tensor *case_149(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min(x); }
static wk_tensor *case_150(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min(x); }
static wk_tensor *case_151(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min(x); }
static wk_tensor *case_152(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amin(x, 1, false); }
static wk_tensor *case_153(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amin_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_154(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amin(x, 1, false); }
static wk_tensor *case_155(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amin_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_156(wk_tensor *x, wk_tensor **i) { (void)i; return wk_amin_dims(x, 0, NULL, false); }
static wk_tensor *case_157(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 1, false, i); }
static wk_tensor *case_158(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 0, true, i); }
static wk_tensor *case_159(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 1, false, i); }
static wk_tensor *case_160(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 0, true, i); }
static wk_tensor *case_161(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 1, false, i); }
static wk_tensor *case_162(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 0, true, i); }
static wk_tensor *case_163(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, -1, true, i); }
static wk_tensor *case_164(wk_tensor *x, wk_tensor **i) { (void)i; return wk_min_dim(x, 1, false, i); }
static wk_tensor *case_165(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(x); }
static wk_tensor *case_166(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(wk_t(x)); }
static wk_tensor *case_167(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 1, true); }
static wk_tensor *case_168(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 0, false); }
static wk_tensor *case_169(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(x); }
static wk_tensor *case_170(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(wk_t(x)); }
static wk_tensor *case_171(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 1, true); }
static wk_tensor *case_172(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 0, false); }
static wk_tensor *case_173(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(x); }
static wk_tensor *case_174(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin_all(wk_t(x)); }
static wk_tensor *case_175(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 1, true); }
static wk_tensor *case_176(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argmin(x, 0, false); }
static wk_tensor *case_177(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_178(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_179(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_180(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_181(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_182(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_183(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_184(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_185(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any(x); }
static wk_tensor *case_186(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any_dim(x, 1, true); }
static wk_tensor *case_187(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any_dim(x, 1, true); }
static wk_tensor *case_188(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any_dim(x, 1, true); }
static wk_tensor *case_189(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any_dim(x, 1, true); }
static wk_tensor *case_190(wk_tensor *x, wk_tensor **i) { (void)i; return wk_any_dims(x, 2, (int[]){ 0, -1 }, false); }
static wk_tensor *case_191(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_192(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_193(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_194(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_195(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_196(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_197(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_198(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_199(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all(x); }
static wk_tensor *case_200(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all_dim(x, 1, true); }
static wk_tensor *case_201(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all_dim(x, 1, true); }
static wk_tensor *case_202(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all_dim(x, 1, true); }
static wk_tensor *case_203(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all_dim(x, 1, true); }
static wk_tensor *case_204(wk_tensor *x, wk_tensor **i) { (void)i; return wk_all_dims(x, 2, (int[]){ 0, -1 }, false); }
static wk_tensor *case_205(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero(x); }
static wk_tensor *case_206(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero(x); }
static wk_tensor *case_207(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero(x); }
static wk_tensor *case_208(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero(x); }
static wk_tensor *case_209(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero(x); }
static wk_tensor *case_210(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero_dim(x, 0); }
static wk_tensor *case_211(wk_tensor *x, wk_tensor **i) { (void)i; return wk_count_nonzero_dims(x, 2, (int[]){ 0, -1 }); }
static wk_tensor *case_212(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_213(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_214(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_215(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_216(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_217(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_218(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_219(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_220(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, -1); }
static wk_tensor *case_221(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 1); }
static wk_tensor *case_222(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_223(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_224(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_225(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_226(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_227(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_228(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_229(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_230(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_231(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_232(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, -1); }
static wk_tensor *case_233(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 1); }
static wk_tensor *case_234(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_235(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumprod(x, 0); }
static wk_tensor *case_236(wk_tensor *x, wk_tensor **i) { (void)i; return wk_cumsum(x, 0); }
static wk_tensor *case_237(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_238(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_239(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_240(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_241(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_242(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_243(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_244(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_245(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_246(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_247(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_248(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_249(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_250(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_251(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_252(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_253(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_254(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_255(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_256(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_257(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_258(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_259(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_260(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_261(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_262(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_263(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_264(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_265(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_266(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, false); }
static wk_tensor *case_267(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, true, i); }
static wk_tensor *case_268(wk_tensor *x, wk_tensor **i) { (void)i; return wk_argsort(x, 0, true); }
static wk_tensor *case_269(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 1, true, i); }
static wk_tensor *case_270(wk_tensor *x, wk_tensor **i) { (void)i; return wk_sort(x, 0, false, i); }
static wk_tensor *case_271(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 0, 1, true, i); }
static wk_tensor *case_272(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 0, 1, false, i); }
static wk_tensor *case_273(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 1, 1, true, i); }
static wk_tensor *case_274(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 1, 1, false, i); }
static wk_tensor *case_275(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 3, 1, true, i); }
static wk_tensor *case_276(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 3, 1, false, i); }
static wk_tensor *case_277(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 5, 1, true, i); }
static wk_tensor *case_278(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 5, 1, false, i); }
static wk_tensor *case_279(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 2, 0, true, i); }
static wk_tensor *case_280(wk_tensor *x, wk_tensor **i) { (void)i; return wk_topk(x, 1, 0, true, i); }
static wk_tensor *case_281(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 1, 1, false, i); }
static wk_tensor *case_282(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 4, 1, false, i); }
static wk_tensor *case_283(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median_dim(x, -1, true, i); }
static wk_tensor *case_284(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian_dim(x, -1, false, i); }
static wk_tensor *case_285(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 1, 1, false, i); }
static wk_tensor *case_286(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 4, 1, false, i); }
static wk_tensor *case_287(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median_dim(x, -1, true, i); }
static wk_tensor *case_288(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian_dim(x, -1, false, i); }
static wk_tensor *case_289(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 1, 1, false, i); }
static wk_tensor *case_290(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 4, 1, false, i); }
static wk_tensor *case_291(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median_dim(x, -1, true, i); }
static wk_tensor *case_292(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian_dim(x, -1, false, i); }
static wk_tensor *case_293(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 1, 1, false, i); }
static wk_tensor *case_294(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 4, 1, false, i); }
static wk_tensor *case_295(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median_dim(x, -1, true, i); }
static wk_tensor *case_296(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian_dim(x, -1, false, i); }
static wk_tensor *case_297(wk_tensor *x, wk_tensor **i) { (void)i; return wk_kthvalue(x, 1, 0, true, i); }
static wk_tensor *case_298(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_299(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_300(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_301(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_302(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_303(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_304(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_305(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_306(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_307(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_308(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_309(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_310(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median(x); }
static wk_tensor *case_311(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmedian(x); }
static wk_tensor *case_312(wk_tensor *x, wk_tensor **i) { (void)i; return wk_median_dim(x, 0, false, i); }
static wk_tensor *case_313(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, -1, true); }
static wk_tensor *case_314(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, 0, false); }
static wk_tensor *case_315(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, -1, true); }
static wk_tensor *case_316(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, 0, false); }
static wk_tensor *case_317(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, -1, true); }
static wk_tensor *case_318(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, 0, false); }
static wk_tensor *case_319(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, -1, true); }
static wk_tensor *case_320(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, 0, false); }
static wk_tensor *case_321(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_322(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_323(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_324(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_325(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_326(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_327(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_328(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_329(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_330(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, -1, true); }
static wk_tensor *case_331(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, 0, false); }
static wk_tensor *case_332(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, -1, true); }
static wk_tensor *case_333(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, 0, false); }
static wk_tensor *case_334(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, -1, true); }
static wk_tensor *case_335(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, 0, false); }
static wk_tensor *case_336(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, -1, true); }
static wk_tensor *case_337(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, 0, false); }
static wk_tensor *case_338(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_339(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_340(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_341(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_342(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_343(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_344(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_345(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_346(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_347(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, -1, true); }
static wk_tensor *case_348(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, 0, false); }
static wk_tensor *case_349(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, -1, true); }
static wk_tensor *case_350(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, 0, false); }
static wk_tensor *case_351(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, -1, true); }
static wk_tensor *case_352(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, 0, false); }
static wk_tensor *case_353(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, -1, true); }
static wk_tensor *case_354(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, 0, false); }
static wk_tensor *case_355(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_356(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_357(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_358(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_359(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_360(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_361(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_362(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_363(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_364(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, -1, true); }
static wk_tensor *case_365(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, 0, false); }
static wk_tensor *case_366(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, -1, true); }
static wk_tensor *case_367(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, 0, false); }
static wk_tensor *case_368(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, -1, true); }
static wk_tensor *case_369(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, 0, false); }
static wk_tensor *case_370(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, -1, true); }
static wk_tensor *case_371(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, 0, false); }
static wk_tensor *case_372(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_373(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_374(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_375(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_376(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_377(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_378(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_379(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_380(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_381(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, -1, true); }
static wk_tensor *case_382(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, 0, false); }
static wk_tensor *case_383(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, -1, true); }
static wk_tensor *case_384(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, 0, false); }
static wk_tensor *case_385(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, -1, true); }
static wk_tensor *case_386(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, 0, false); }
static wk_tensor *case_387(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, -1, true); }
static wk_tensor *case_388(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, 0, false); }
static wk_tensor *case_389(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_390(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_391(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_392(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_393(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_394(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_395(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_396(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_397(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_398(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, -1, true); }
static wk_tensor *case_399(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, 0, false); }
static wk_tensor *case_400(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, -1, true); }
static wk_tensor *case_401(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, 0, false); }
static wk_tensor *case_402(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, -1, true); }
static wk_tensor *case_403(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, 0, false); }
static wk_tensor *case_404(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, -1, true); }
static wk_tensor *case_405(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, 0, false); }
static wk_tensor *case_406(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_407(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_408(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_409(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_410(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_411(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_412(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_413(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_414(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_415(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, -1, true); }
static wk_tensor *case_416(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0, 0, false); }
static wk_tensor *case_417(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, -1, true); }
static wk_tensor *case_418(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.25, 0, false); }
static wk_tensor *case_419(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, -1, true); }
static wk_tensor *case_420(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 0.3, 0, false); }
static wk_tensor *case_421(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, -1, true); }
static wk_tensor *case_422(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantile(x, 1, 0, false); }
static wk_tensor *case_423(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_424(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_425(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_426(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_427(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_428(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_429(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_430(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_431(wk_tensor *x, wk_tensor **i) { (void)i; return wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_432(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, -1, true); }
static wk_tensor *case_433(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0, 0, false); }
static wk_tensor *case_434(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, -1, true); }
static wk_tensor *case_435(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.25, 0, false); }
static wk_tensor *case_436(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, -1, true); }
static wk_tensor *case_437(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 0.3, 0, false); }
static wk_tensor *case_438(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, -1, true); }
static wk_tensor *case_439(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantile(x, 1, 0, false); }
static wk_tensor *case_440(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR); }
static wk_tensor *case_441(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER); }
static wk_tensor *case_442(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER); }
static wk_tensor *case_443(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER); }
static wk_tensor *case_444(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER); }
static wk_tensor *case_445(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_446(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT); }
static wk_tensor *case_447(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST); }
static wk_tensor *case_448(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST); }
static wk_tensor *case_449(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_450(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_451(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean(x); }
static wk_tensor *case_452(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dim(x, -1, false); }
static wk_tensor *case_453(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_454(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_455(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean(x); }
static wk_tensor *case_456(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dim(x, -1, false); }
static wk_tensor *case_457(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_458(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_459(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean(x); }
static wk_tensor *case_460(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dim(x, -1, false); }
static wk_tensor *case_461(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_462(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_463(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_464(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_465(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean(x); }
static wk_tensor *case_466(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dim(x, -1, false); }
static wk_tensor *case_467(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum(x); }
static wk_tensor *case_468(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dim(x, 0, true); }
static wk_tensor *case_469(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean(x); }
static wk_tensor *case_470(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dim(x, -1, false); }
static wk_tensor *case_471(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nansum_dims(x, 2, (int[]){ 0, -1 }, false); }
static wk_tensor *case_472(wk_tensor *x, wk_tensor **i) { (void)i; return wk_nanmean_dims(x, 2, (int[]){ 0, -1 }, true); }
static wk_tensor *case_473(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_474(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_475(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_476(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_477(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_478(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_479(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_480(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_481(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_482(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_483(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_484(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_485(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_486(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_487(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_488(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 0, 0); }
static wk_tensor *case_489(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, 0); }
static wk_tensor *case_490(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 2, 0); }
static wk_tensor *case_491(wk_tensor *x, wk_tensor **i) { (void)i; return wk_diff(x, 1, -1); }
static wk_tensor *case_492(wk_tensor *x, wk_tensor **i) { (void)i; return wk_trace(x); }
static wk_tensor *case_493(wk_tensor *x, wk_tensor **i) { (void)i; return wk_trace(x); }
static wk_tensor *case_494(wk_tensor *x, wk_tensor **i) { (void)i; return wk_trace(x); }
static wk_tensor *case_495(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, NULL, 0); }
static wk_tensor *case_496(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, NULL, 6); }
static wk_tensor *case_497(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, NULL, 0); }
static wk_tensor *case_498(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, NULL, 2); }
static wk_tensor *case_499(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, wk_from((float[]){ .5f, 1, 2, 4, 8, 16 }, WK_SHAPE(6), WK_F32), 0); }
static wk_tensor *case_500(wk_tensor *x, wk_tensor **i) { (void)i; return wk_bincount(x, wk_to(wk_from((float[]){ .5f, 1, 2, 4, 8, 16 }, WK_SHAPE(6), WK_F32), WK_I32), 0); }
static wk_tensor *case_501(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 4, 0, 0); }
static wk_tensor *case_502(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 4, 0, 2); }
static wk_tensor *case_503(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram(x, 5, i); }
static wk_tensor *case_504(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .edges = i); }
static wk_tensor *case_505(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .density = true, .edges = i); }
static wk_tensor *case_506(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 4, 0, 0); }
static wk_tensor *case_507(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 4, 0, 2); }
static wk_tensor *case_508(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram(x, 5, i); }
static wk_tensor *case_509(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .edges = i); }
static wk_tensor *case_510(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .density = true, .edges = i); }
static wk_tensor *case_511(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram_with(x, .bins = 2, .weight = wk_square(x), .edges = i); }
static wk_tensor *case_512(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 3, 0, 1); }
static wk_tensor *case_513(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histc(x, 3, 0, 0); }
static wk_tensor *case_514(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram(x, 2, i); }
static wk_tensor *case_515(wk_tensor *x, wk_tensor **i) { (void)i; return wk_histogram(x, 10, i); }
static const golden_case golden_reduce[] = {
{ "wk_prod(x)", case_0, WK_F32, 1, { 3 }, (double[]){ 2, 0, 3 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 6, 0 } },
{ "wk_prod_dim(x, 1, false)", case_1, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 1, { 3 }, (double[]){ 0, 0, 8 }, NULL, (double[]){ 0, 6, 0, 0, 0, 0, 24, 12, 6 } },
{ "wk_prod_dim(x, 0, true)", case_2, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 1, 3 }, (double[]){ 0, 0, 0 }, NULL, (double[]){ 0, 20, 0, 2, 0, 36, 0, 0, 0 } },
{ "wk_prod(x)", case_3, WK_F64, 1, { 3 }, (double[]){ 2, 0, 3 }, WK_F64, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 6, 0 } },
{ "wk_prod_dim(x, 1, false)", case_4, WK_F64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F64, 1, { 3 }, (double[]){ 0, 0, 8 }, NULL, (double[]){ 0, 6, 0, 0, 0, 0, 24, 12, 6 } },
{ "wk_prod_dim(x, 0, true)", case_5, WK_F64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F64, 2, { 1, 3 }, (double[]){ 0, 0, 0 }, NULL, (double[]){ 0, 20, 0, 2, 0, 36, 0, 0, 0 } },
{ "wk_prod(x)", case_6, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 1 }, NULL, (double[]){ 0 } },
{ "wk_prod(x)", case_7, WK_F32, 1, { 3 }, (double[]){ 1.0000000150474662e+30, 1.0000000150474662e+30, 1.0000000031710769e-30 }, WK_F32, 0, { 0 }, (double[]){ INFINITY }, NULL, (double[]){ INFINITY, INFINITY, INFINITY } },
{ "wk_prod(x)", case_8, WK_U8, 1, { 2 }, (double[]){ 200, 3 }, WK_I64, 0, { 0 }, (double[]){ 600 }, NULL, NULL },
{ "wk_prod_dims(x, 1, (int[]){ -1 }, false)", case_9, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 3 }, (double[]){ -5.80078125, 15.09375, -9.90234375, -6.5625, 8.89453125, 0 }, NULL, (double[]){ -2.3203125, -2.109375, -15.46875, 2.578125, -10.5, -34.5, 15.09375, 10.0625, -23.765625, 18.28125, 9.90234375, 18.28125, -21, -8.75, -13.125, 30, -15.46875, -19.765625, 88.9453125, 16.171875, 0, 103.125, -0, -0 } },
{ "wk_prod(x)", case_10, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_mean_dims(x, 2, (int[]){ 0, -1 }, true)", case_11, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 1, 3, 1 }, (double[]){ 1.09375, -0.078125, -0.96875 }, NULL, (double[]){ 0.125, 0.125, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.375, 0.375, 0.375, 0.375, 0.125, 0.125, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.375, 0.375, 0.375, 0.375 } },
{ "wk_mean_dims(x, 0, NULL, false)", case_12, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 0.015625 }, NULL, (double[]){ 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099, 0.041666667908430099 } },
{ "wk_mean_dim(x, 0, false)", case_13, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 1, { 2 }, (double[]){ NAN, NAN }, NULL, (double[]){ 0 } },
{ "wk_var(x, 1)", case_14, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 5.1708096590909092 }, NULL, (double[]){ 0.46022727272727276, 0.50568181818181823, 0.073863636363636367, -0.40340909090909094, -0.51704545454545459, -0.15340909090909091, 0.36931818181818182, 0.55113636363636365, 0.23295454545454547, -0.28977272727272729, -0.53977272727272729, -0.28977272727272729 } },
{ "wk_var_dim(x, 1, 0, true)", case_15, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 1 }, (double[]){ 4.0419921875, 5.41015625, 2.3984375 }, NULL, (double[]){ 0.828125, 0.953125, -0.234375, -1.546875, -3.1875, -1.1875, 1.6875, 2.6875, 3.75, -0.5625, -2.625, -0.5625 } },
{ "wk_var_dims(x, 2, (int[]){ 0, -1 }, 2, false)", case_16, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 5.6878906249999996 }, NULL, (double[]){ 0.50624999999999998, 0.55625000000000002, 0.081250000000000003, -0.44375000000000003, -0.56874999999999998, -0.16875000000000001, 0.40625, 0.60625000000000007, 0.25625000000000003, -0.31875000000000003, -0.59375, -0.31875000000000003 } },
{ "wk_var(x, 1)", case_17, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 4.9311308860778809 }, NULL, (double[]){ 0.21603260934352875, 0.23777174949645996, 0.03125, -0.19701087474822998, -0.25135868787765503, -0.077445656061172485, 0.17255434393882751, 0.25951087474822998, 0.10733696073293686, -0.14266304671764374, -0.26222828030586243, -0.14266304671764374, 0.10733696073293686, 0.25951087474822998, 0.17255434393882751, -0.077445656061172485, -0.25135868787765503, -0.19701087474822998, 0.042119566351175308, 0.23777174949645996, 0.21603260934352875, -0.0013586956774815917, -0.21875, -0.24048914015293121 } },
{ "wk_var_dim(x, 1, 0, true)", case_18, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 1, 4 }, (double[]){ 5.2743053436279297, 3.6493055820465088, 4.3368053436279297, 5.4826388359069824, 5.2743053436279297, 4.625, 3.5, 5.2118053436279297 }, NULL, (double[]){ 1.4722222089767456, 3.5555558204650879, 1.1666666269302368, -5.2222223281860352, -2.1111111640930176, -1.2777777910232544, 4.4166665077209473, 8.7777786254882812, 0.63888895511627197, -2.2777779102325439, -5.5833334922790527, -3.5555558204650879, 3.1944446563720703, 11, 9.3333339691162109, -3.1111114025115967, -10.555556297302246, -10, 2.3333334922790527, 16.222223281860352, 7.3611111640930176, -1, -11.666667938232422, -13.111110687255859 } },
{ "wk_var_dims(x, 2, (int[]){ 0, -1 }, 2, false)", case_19, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 1, { 3 }, (double[]){ 4.12890625, 7.1871743202209473, 4.7330727577209473 }, NULL, (double[]){ 0.46875, 0.55208337306976318, -0.2395833432674408, -1.1145833730697632, -1.8645833730697632, -0.53125, 1.3854167461395264, 2.0520834922790527, 2.21875, -0.65625, -2.03125, -0.65625, 0.052083335816860199, 0.63541668653488159, 0.3020833432674408, -0.65625, -1.8645833730697632, -1.4479167461395264, 0.38541668653488159, 1.8854167461395264, 3.46875, 0.96875, -1.53125, -1.78125 } },
{ "wk_var(x, 1)", case_20, WK_F32, 1, { 1 }, (double[]){ 5 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN } },
{ "wk_var(x, 0)", case_21, WK_F32, 1, { 1 }, (double[]){ 5 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_var(x, 2)", case_22, WK_F32, 1, { 2 }, (double[]){ 1, 2 }, WK_F32, 0, { 0 }, (double[]){ INFINITY }, NULL, (double[]){ INFINITY, INFINITY } },
{ "wk_var(x, 3)", case_23, WK_F32, 1, { 2 }, (double[]){ 1, 2 }, WK_F32, 0, { 0 }, (double[]){ INFINITY }, NULL, (double[]){ INFINITY, INFINITY } },
{ "wk_var(x, 1)", case_24, WK_F32, 1, { 5 }, (double[]){ 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0, 0, 0 } },
{ "wk_var(x, 1)", case_25, WK_F32, 1, { 3 }, (double[]){ 1, INFINITY, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ -INFINITY, NAN, -INFINITY } },
{ "wk_var(x, 1)", case_26, WK_F32, 1, { 3 }, (double[]){ 1, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN, NAN } },
{ "wk_var(x, 1)", case_27, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0 } },
{ "wk_var(x, 1)", case_28, WK_F32, 1, { 4 }, (double[]){ 10000.25, 10000.5, 10000.75, 10001 }, WK_F32, 0, { 0 }, (double[]){ 0.1041666641831398 }, NULL, (double[]){ -0.25, -0.083333335816860199, 0.083333335816860199, 0.25 } },
{ "wk_var_dim(x, 0, 1, false)", case_29, WK_F32, 2, { 3, 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_std(x, 1)", case_30, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 2.2739414370407407 }, NULL, (double[]){ 0.10119593786157545, 0.11119059839111377, 0.016241323360499764, -0.088702612199652559, -0.11368926352349835, -0.033731979287191821, 0.081206616802498827, 0.12118525892065209, 0.051222635213883871, -0.063715960875806762, -0.11868659378826751, -0.063715960875806762 } },
{ "wk_std_dim(x, 1, 0, true)", case_31, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 1 }, (double[]){ 2.0104706383083539, 2.3259742582410494, 1.5486889616704833 }, NULL, (double[]){ 0.20595302020844214, 0.23704026854179192, -0.058288590625030799, -0.38470469812520325, -0.68519674899808525, -0.25526937707771802, 0.36275122005780985, 0.57771490601799347, 1.2107014684068926, -0.18160522026103387, -0.84749102788482478, -0.18160522026103387 } },
{ "wk_std_dims(x, 2, (int[]){ 0, -1 }, 2, false)", case_32, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 2.3849298993890784 }, NULL, (double[]){ 0.10613519502809718, 0.11661768342593394, 0.017034043646484733, -0.093032084530801223, -0.11923830552539312, -0.035378398342699062, 0.085170218232423656, 0.1271001718237707, 0.053722753038913384, -0.06682586353620934, -0.12447954972431151, -0.06682586353620934 } },
{ "wk_std(x, 1)", case_33, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 2.2206151485443115 }, NULL, (double[]){ 0.048642516136169434, 0.053537357598543167, 0.0070363385602831841, -0.04435952752828598, -0.056596636772155762, -0.017437882721424103, 0.03885282576084137, 0.058432202786207199, 0.024168293923139572, -0.0321224145591259, -0.059044059365987778, -0.0321224145591259, 0.024168293923139572, 0.058432202786207199, 0.03885282576084137, -0.017437882721424103, -0.056596636772155762, -0.04435952752828598, 0.0094837611541152, 0.053537357598543167, 0.048642516136169434, -0.00030592776602134109, -0.049254368990659714, -0.054149214178323746 } },
{ "wk_std_dim(x, 1, 0, true)", case_34, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 1, 4 }, (double[]){ 2.2965855598449707, 1.9103155136108398, 2.0824997425079346, 2.3415036201477051, 2.2965855598449707, 2.1505813598632812, 1.8708287477493286, 2.2829380035400391 }, NULL, (double[]){ 0.32052412629127502, 0.93062007427215576, 0.28011208772659302, -1.1151429414749146, -0.45961952209472656, -0.33444157242774963, 1.0604243278503418, 1.8743892908096313, 0.13909538090229034, -0.59617847204208374, -1.3405364751815796, -0.75924628973007202, 0.6954769492149353, 2.557448148727417, 2.4944381713867188, -0.68138325214385986, -2.2980976104736328, -2.3249528408050537, 0.62360954284667969, 3.552926778793335, 1.6026206016540527, -0.23249527812004089, -3.1180477142333984, -2.8715434074401855 } },
{ "wk_std_dims(x, 2, (int[]){ 0, -1 }, 2, false)", case_35, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 1, { 3 }, (double[]){ 2.0319709777832031, 2.6808905601501465, 2.1755626201629639 }, NULL, (double[]){ 0.11534368246793747, 0.13584922254085541, -0.058953437954187393, -0.27426165342330933, -0.34775447845458984, -0.099080882966518402, 0.25838738679885864, 0.38272419571876526, 0.50992560386657715, -0.15082305669784546, -0.46683329343795776, -0.15082305669784546, 0.012815965339541435, 0.15635477006435394, 0.074332594871520996, -0.16148115694522858, -0.34775447845458984, -0.27004396915435791, 0.071882210671901703, 0.35163998603820801, 0.79720759391784668, 0.22264356911182404, -0.351920485496521, -0.40937688946723938 } },
{ "wk_std(x, 1)", case_36, WK_F32, 1, { 1 }, (double[]){ 5 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN } },
{ "wk_std(x, 0)", case_37, WK_F32, 1, { 1 }, (double[]){ 5 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_std(x, 2)", case_38, WK_F32, 1, { 2 }, (double[]){ 1, 2 }, WK_F32, 0, { 0 }, (double[]){ INFINITY }, NULL, (double[]){ NAN, NAN } },
{ "wk_std(x, 3)", case_39, WK_F32, 1, { 2 }, (double[]){ 1, 2 }, WK_F32, 0, { 0 }, (double[]){ INFINITY }, NULL, (double[]){ NAN, NAN } },
{ "wk_std(x, 1)", case_40, WK_F32, 1, { 5 }, (double[]){ 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0, 0, 0 } },
{ "wk_std(x, 1)", case_41, WK_F32, 1, { 3 }, (double[]){ 1, INFINITY, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN, NAN } },
{ "wk_std(x, 1)", case_42, WK_F32, 1, { 3 }, (double[]){ 1, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN, NAN } },
{ "wk_std(x, 1)", case_43, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0 } },
{ "wk_std(x, 1)", case_44, WK_F32, 1, { 4 }, (double[]){ 10000.25, 10000.5, 10000.75, 10001 }, WK_F32, 0, { 0 }, (double[]){ 0.32274860143661499 }, NULL, (double[]){ -0.38729837536811829, -0.12909945845603943, 0.12909945845603943, 0.38729837536811829 } },
{ "wk_std_dim(x, 0, 1, false)", case_45, WK_F32, 2, { 3, 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_norm(x, 0)", case_46, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 12 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_norm_dim(x, 0, 1, false)", case_47, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 4, 4, 4 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_norm(x, 0)", case_48, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 23 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_norm_dim(x, 0, 1, false)", case_49, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 3, 3, 3, 3, 3, 2, 3, 3 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_norm(x, 0.5)", case_50, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 273.19724358366136 }, NULL, (double[]){ 10.453654740494569, 9.9671687159514111, 26.991220477958457, -11.019119617659749, -9.7480833091953336, -17.669901562783824, 11.687541306529388, 9.5428375162328152, 14.783700310373215, -12.966162912244647, -9.5428375162328152, -12.966162912244647 } },
{ "wk_norm_dim(x, 0.5, 1, false)", case_51, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 28.642016497986514, 33.376747116495345, 29.155621338030954 }, NULL, (double[]){ 3.3847904808414073, 3.2272710959168815, 8.7394914418001122, -3.5678824406384564, -6.814485555012336, -12.352304051863888, 8.1702811599718324, 6.6710066323352182, 14.488632566043728, -12.707371380841634, -9.3523721062676337, -12.707371380841634 } },
{ "wk_norm(x, 0.5)", case_52, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 1031.0511474609375 }, NULL, (double[]){ 20.308137893676758, 19.36305046081543, 52.435382843017578, -21.406658172607422, -18.937435150146484, -34.327018737792969, 22.705188751220703, 18.538707733154297, 28.720043182373047, -25.189144134521484, -18.538707733154297, -25.189144134521484, 28.720043182373047, 18.538707733154297, 22.705188751220703, -34.327018737792969, -18.937435150146484, -21.406658172607422, 45.410377502441406, 19.36305046081543, 20.308137893676758, 0, -20.308137893676758, -19.36305046081543 } },
{ "wk_norm_dim(x, 0.5, 1, false)", case_53, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 19.313875198364258, 14.965149879455566, 14.127351760864258, 20.311300277709961, 19.313875198364258, 10.446152687072754, 13.708203315734863, 18.079839706420898 }, NULL, (double[]){ 2.7794873714447021, 4.6655645370483398, 18.413484573364258, -12.018149375915527, -2.5918853282928467, -8.2711610794067383, 7.9732728004455566, 10.408021926879883, 3.9307887554168701, -6.0693731307983398, -6.5101499557495117, -14.141717910766602, 19.65394401550293, 11.196152687072754, 18.326238632202148, -36.364971160888672, -12.959426879882812, -12.928203582763672, 36.652477264404297, 20.512609481811523, 13.89743709564209, 0, -16.391485214233398, -20.512609481811523 } },
{ "wk_norm(x, 0.5)", case_54, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, 0.5)", case_55, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 13.928203582763672 }, NULL, (double[]){ 0, 2.1547005176544189, 0, -1.866025447845459 } },
{ "wk_norm(x, 0.5)", case_56, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN } },
{ "wk_norm(x, 1)", case_57, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 24.125 }, NULL, (double[]){ 1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1 } },
{ "wk_norm_dim(x, 1, 1, false)", case_58, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 7.875, 8.75, 7.5 }, NULL, (double[]){ 1, 1, 1, -1, -2, -2, 2, 2, 3, -3, -3, -3 } },
{ "wk_norm(x, 1)", case_59, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 47.375 }, NULL, (double[]){ 1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1, 1, 1, 1, 0, -1, -1 } },
{ "wk_norm_dim(x, 1, 1, false)", case_60, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 6.625, 5.25, 5.375, 6.875, 6.625, 5.25, 5, 6.375 }, NULL, (double[]){ 1, 2, 3, -4, -1, -2, 3, 4, 1, -2, -3, -4, 5, 6, 7, -8, -5, -6, 7, 8, 5, 0, -7, -8 } },
{ "wk_norm(x, 1)", case_61, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, 1)", case_62, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 7 }, NULL, (double[]){ 0, 1, 0, -1 } },
{ "wk_norm(x, 1)", case_63, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 1 } },
{ "wk_norm(x, 1.5)", case_64, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 11.017980453531687 }, NULL, (double[]){ 0.47634214232205591, 0.49959185362369785, 0.18448651843100855, -0.45189783457853522, -0.5108200387952303, -0.28180781180298747, 0.42605336431199864, 0.52180667288025251, 0.33682475900085329, -0.38403931277771253, -0.52180667288025251, -0.38403931277771253 } },
{ "wk_norm_dim(x, 1.5, 1, false)", case_65, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 5.2757428025982858, 5.7304806958555723, 4.8668259732808714 }, NULL, (double[]){ 0.68837992519142177, 0.7219789564434701, 0.26660839861298835, -0.65305453774236399, -1.4166200793226471, -0.78151711834100679, 1.1815428231257943, 1.4470885129528557, 1.5203842172947479, -1.7335047212680592, -2.3553691013676628, -1.7335047212680592 } },
{ "wk_norm(x, 1.5)", case_66, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 17.377872467041016 }, NULL, (double[]){ 0.37929028272628784, 0.39780300855636597, 0.14689850807189941, -0.35982635617256165, -0.40674352645874023, -0.22439116239547729, 0.33924755454063416, 0.41549170017242432, 0.26819872856140137, -0.30579361319541931, -0.41549170017242432, -0.30579361319541931, 0.26819872856140137, 0.41549170017242432, 0.33924755454063416, -0.22439116239547729, -0.40674352645874023, -0.35982635617256165, 0.16962377727031708, 0.39780300855636597, 0.37929028272628784, 0, -0.37929028272628784, -0.39780300855636597 } },
{ "wk_norm_dim(x, 1.5, 1, false)", case_67, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 4.7110123634338379, 3.8146095275878906, 4.0842971801757812, 4.8383722305297852, 4.7110123634338379, 4.1881875991821289, 3.7061443328857422, 4.6227574348449707 }, NULL, (double[]){ 0.72847205400466919, 1.6981314420700073, 0.90903007984161377, -2.727731466293335, -0.78119921684265137, -0.95787531137466431, 2.0993149280548096, 3.1497130393981934, 0.51510751247406006, -1.3053640127182007, -2.5711252689361572, -2.3181259632110596, 2.5755376815795898, 5.0780715942382812, 5.1422343254089355, -3.4805145263671875, -3.9059960842132568, -4.3977394104003906, 2.5711171627044678, 6.170292854309082, 3.6423602104187012, 0, -5.7491931915283203, -6.170292854309082 } },
{ "wk_norm(x, 1.5)", case_68, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, 1.5)", case_69, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 5.5842504501342773 }, NULL, (double[]){ 0, 0.73295652866363525, 0, -0.84634530544281006 } },
{ "wk_norm(x, 1.5)", case_70, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN } },
{ "wk_norm(x, 2)", case_71, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 7.5425874207727945 }, NULL, (double[]){ 0.33145124617512967, 0.36459637079264268, 0.049717686926269454, -0.29830612155761671, -0.38116893310139915, -0.11600793616129539, 0.26516099694010375, 0.39774149541015563, 0.16572562308756483, -0.21544331001383429, -0.39774149541015563, -0.21544331001383429 } },
{ "wk_norm_dim(x, 2, 1, false)", case_72, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 4.3606908856281024, 4.6937458388796465, 3.9804208320226646 }, NULL, (double[]){ 0.57330364971281533, 0.63063401468409686, 0.085995547456922297, -0.51597328474153381, -1.2250343749700072, -0.37283654890391527, 0.85219782606609196, 1.278296739099138, 0.9421114395319915, -1.2247448713915889, -2.2610674548767795, -1.2247448713915889 } },
{ "wk_norm(x, 2)", case_73, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 10.649971008300781 }, NULL, (double[]){ 0.2347424179315567, 0.25821667909622192, 0.035211361944675446, -0.21126818656921387, -0.26995378732681274, -0.082159847021102905, 0.18779394030570984, 0.28169089555740356, 0.11737120896577835, -0.1525825709104538, -0.28169089555740356, -0.1525825709104538, 0.11737120896577835, 0.28169089555740356, 0.18779394030570984, -0.082159847021102905, -0.26995378732681274, -0.21126818656921387, 0.04694848507642746, 0.25821667909622192, 0.2347424179315567, 0, -0.2347424179315567, -0.25821667909622192 } },
{ "wk_norm_dim(x, 2, 1, false)", case_74, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 4.0097537040710449, 3.3119103908538818, 3.625, 4.0869455337524414, 4.0097537040710449, 3.75, 3.2403702735900879, 3.986304759979248 }, NULL, (double[]){ 0.62347966432571411, 1.6606729030609131, 0.31034484505653381, -2.2021336555480957, -0.71700161695480347, -0.52839595079421997, 1.6551723480224609, 2.9361782073974609, 0.31173983216285706, -0.98130673170089722, -2.4827587604522705, -1.5904297828674316, 1.5586991310119629, 4.8000001907348633, 4.3204941749572754, -1.7560122013092041, -3.5850081443786621, -3.6000001430511475, 1.0801235437393188, 5.5188956260681152, 3.1173982620239258, 0, -5.4006171226501465, -5.5188956260681152 } },
{ "wk_norm(x, 2)", case_75, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, 2)", case_76, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 5 }, NULL, (double[]){ 0, 0.60000002384185791, 0, -0.80000001192092896 } },
{ "wk_norm(x, 2)", case_77, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN } },
{ "wk_norm(x, 3)", case_78, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 5.2515821006575436 }, NULL, (double[]){ 0.22662076356421207, 0.27421112391269659, 0.0050989671801947717, -0.18356281848701178, -0.29970595981367043, -0.027761043536615976, 0.14503728868109572, 0.32633389953246539, 0.056655190891053017, -0.095747272605879591, -0.32633389953246539, -0.095747272605879591 } },
{ "wk_norm_dim(x, 3, 1, false)", case_79, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 3.6308368116084857, 3.9025097531781179, 3.3482104126939323 }, NULL, (double[]){ 0.47409629073926457, 0.57365651179451016, 0.010667166541633454, -0.38401799549880433, -1.0854696861945317, -0.10054445108418157, 0.52529345872552002, 1.1819102821324201, 0.4181343006798543, -0.70664696814895378, -2.408453571915961, -0.70664696814895378 } },
{ "wk_norm(x, 3)", case_80, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 6.6235165596008301 }, NULL, (double[]){ 0.14246322214603424, 0.17238050699234009, 0.0032054225448518991, -0.11539521068334579, -0.18840761482715607, -0.01745174452662468, 0.091176465153694153, 0.20514704287052155, 0.03561580553650856, -0.06019071489572525, -0.20514704287052155, -0.06019071489572525, 0.03561580553650856, 0.20514704287052155, 0.091176465153694153, -0.01745174452662468, -0.18840761482715607, -0.11539521068334579, 0.0056985290721058846, 0.17238050699234009, 0.14246322214603424, 0, -0.14246322214603424, -0.17238050699234009 } },
{ "wk_norm_dim(x, 3, 1, false)", case_81, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 3.457772970199585, 2.9532690048217773, 3.2727084159851074, 3.4947307109832764, 3.457772970199585, 3.3734562397003174, 2.8744485378265381, 3.483285665512085 }, NULL, (double[]){ 0.52274155616760254, 1.7341607809066772, 0.039388477802276611, -1.6580499410629272, -0.69132572412490845, -0.17556586861610413, 1.1203833818435669, 2.9476444721221924, 0.13068538904190063, -0.60552304983139038, -2.5208625793457031, -0.86484706401824951, 0.65342700481414795, 4.7450804710388184, 3.3888237476348877, -0.5048099160194397, -3.4566287994384766, -2.6691076755523682, 0.21180148422718048, 4.9862861633300781, 2.6137080192565918, 0, -5.2950372695922852, -4.9862861633300781 } },
{ "wk_norm(x, 3)", case_82, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, 3)", case_83, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 4.4979414939880371 }, NULL, (double[]){ 0, 0.4448513388633728, 0, -0.79084682464599609 } },
{ "wk_norm(x, 3)", case_84, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN } },
{ "wk_norm(x, INFINITY)", case_85, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0.5, 0, -0, -0.5, -0 } },
{ "wk_norm_dim(x, INFINITY, 1, false)", case_86, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 2.75, 3, 3 }, NULL, (double[]){ 0, 1, 0, -0, -0, -0, 0, 2, 0, -0, -3, -0 } },
{ "wk_norm(x, INFINITY)", case_87, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0.3333333432674408, 0, -0, -0.3333333432674408, -0, 0, 0.3333333432674408, 0, -0, -0, -0, 0, 0, 0, 0, -0, -0 } },
{ "wk_norm_dim(x, INFINITY, 1, false)", case_88, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 2.875, 2.75, 3, 3, 2.875, 3, 2.5, 2.75 }, NULL, (double[]){ 0, 2, 0, -0, -1, -0, 0, 4, 0, -0, -3, -0, 0, 6, 0, -0, -5, -0, 0, 4, 0, 0, -7, -4 } },
{ "wk_norm(x, INFINITY)", case_89, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0 } },
{ "wk_norm(x, INFINITY)", case_90, WK_F32, 1, { 4 }, (double[]){ 0, 3, 0, -4 }, WK_F32, 0, { 0 }, (double[]){ 4 }, NULL, (double[]){ 0, 0, 0, -1 } },
{ "wk_norm(x, INFINITY)", case_91, WK_F32, 1, { 2 }, (double[]){ NAN, 1 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0 } },
{ "wk_norm(x, -INFINITY)", case_92, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 0.375 }, NULL, (double[]){ 0, 0, 1, -0, -0, -0, 0, 0, 0, -0, -0, -0 } },
{ "wk_norm_dim(x, -INFINITY, 1, false)", case_93, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 0.375, 0.875, 1.25 }, NULL, (double[]){ 0, 0, 1, -0, -0, -2, 0, 0, 3, -0, -0, -0 } },
{ "wk_norm(x, -INFINITY)", case_94, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0, 0, 0, 0, 0, -0, -0 } },
{ "wk_norm_dim(x, -INFINITY, 1, false)", case_95, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 1.25, 0.875, 0.375, 1.625, 1.25, 0, 0.5, 0.875 }, NULL, (double[]){ 0, 0, 3, -0, -0, -2, 0, 0, 1, -0, -0, -4, 5, 0, 0, -8, -0, -0, 7, 0, 0, 0, -0, -0 } },
{ "wk_norm(x, -1)", case_96, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 0.1167833211096363 }, NULL, (double[]){ 0.0021821350543034276, 0.0018034174002507666, 0.096983780191263441, -0.0026939938942017625, -0.0016500076024978658, -0.017813347382068797, 0.0034095860223491057, 0.0015153715654884913, 0.0087285402172137105, -0.0051648166965761596, -0.0015153715654884913, -0.0051648166965761596 } },
{ "wk_norm_dim(x, -1, 1, false)", case_97, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 0.25808133472367051, 0.43028953229398664, 0.42299349240780909 }, NULL, (double[]){ 0.010656956053240201, 0.0088074016968927287, 0.47364249125512004, -0.013156735868197779, -0.044799777778880071, -0.48365474377607254, 0.092574540800888894, 0.041144240355950615, 0.34353310966916206, -0.20327402939003675, -0.059641164873118414, -0.20327402939003675 } },
{ "wk_norm(x, -1)", case_98, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0, 0, 0, 0, -0, -0, -0, 0, 0, 0, 0, -0, -0 } },
{ "wk_norm_dim(x, -1, 1, false)", case_99, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 2, { 2, 4 }, (double[]){ 0.64606744050979614, 0.47128060460090637, 0.28571429848670959, 0.71779137849807739, 0.64606744050979614, 0, 0.3448275625705719, 0.53472220897674561 }, NULL, (double[]){ 0.066784501075744629, 0.058738619089126587, 1.7414968013763428, -0.4070909321308136, -0.050498679280281067, -0.58019369840621948, 0.061224494129419327, 0.2289886474609375, 0.26713800430297852, -0.1682218611240387, -0.027210887521505356, -0.78045833110809326, 1.335689902305603, 0, 0.20808559656143188, -2.9876539707183838, -0.25249341130256653, -0, 3.3293695449829102, 0.30246910452842712, 0.33392247557640076, 0, -0.13317477703094482, -0.30246910452842712 } },
{ "wk_norm_dims(x, 2, 2, (int[]){ 0, -1 }, true)", case_100, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 1, 3, 1 }, (double[]){ 5.860353946685791, 6.570530891418457, 5.9921822547912598 }, NULL, (double[]){ 0.42659538984298706, 0.46925494074821472, 0.063989311456680298, -0.38393586874008179, -0.87511956691741943, -0.26634073257446289, 0.60877883434295654, 0.91316819190979004, 0.62581539154052734, -0.81356000900268555, -1.5019569396972656, -0.81356000900268555, 0.21329769492149353, 0.51191449165344238, 0.34127631783485413, -0.14930838346481323, -0.87511956691741943, -0.68487614393234253, 0.15219470858573914, 0.83707088232040405, 1.2516307830810547, 0, -1.2516307830810547, -1.3767938613891602 } },
{ "wk_norm(x, INFINITY)", case_101, WK_F32, 1, { 3 }, (double[]){ 2, -2, 1 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 0.5, -0.5, 0 } },
{ "wk_norm(x, 0)", case_102, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_norm(x, 1)", case_103, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_norm(x, 2)", case_104, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_norm(x, 3)", case_105, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_logsumexp(x, 1, false)", case_106, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 3.3805019163631602, 3.3303410314517516, 1.3696448684065754 }, NULL, (double[]){ 0.41457477758837213, 0.53232455154113723, 0.049513896255894391, 0.0035867746145961227, 0.0040372405567350904, 0.029831396958593593, 0.52877416322675264, 1.4373571992579186, 2.6617063983606775, 0.15016319948801277, 0.037967202663296659, 0.15016319948801277 } },
{ "wk_logsumexp_dims(x, 2, (int[]){ 0, -1 }, true)", case_107, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 1, 3, 1 }, (double[]){ 4.1070518493652344, 3.8155350685119629, 2.848534107208252 }, NULL, (double[]){ 0.20047777891159058, 0.25741857290267944, 0.023943657055497169, 0.0017344726948067546, 0.0024852354545146227, 0.018363544717431068, 0.32550159096717834, 0.88480508327484131, 0.60657811164855957, 0.034220792353153229, 0.0086523722857236862, 0.034220792353153229, 0.057437844574451447, 0.33053198456764221, 0.12159591913223267, 0.006859972607344389, 0.0024852354545146227, 0.0046430309303104877, 0.072629228234291077, 0.6890869140625, 2.1171655654907227, 0.17378753423690796, 0.014265349134802818, 0.011109864339232445 } },
{ "wk_logsumexp(x, 0, true)", case_108, WK_F64, 1, { 2 }, (double[]){ -INFINITY, -INFINITY }, WK_F64, 1, { 1 }, (double[]){ -INFINITY }, NULL, (double[]){ NAN, NAN } },
{ "wk_logsumexp(x, 0, true)", case_109, WK_F64, 1, { 2 }, (double[]){ INFINITY, 1 }, WK_F64, 1, { 1 }, (double[]){ INFINITY }, NULL, (double[]){ NAN, 0 } },
{ "wk_logsumexp(x, 0, true)", case_110, WK_F64, 1, { 2 }, (double[]){ -INFINITY, 1 }, WK_F64, 1, { 1 }, (double[]){ 1 }, NULL, (double[]){ 0, 1 } },
{ "wk_logsumexp(x, 0, true)", case_111, WK_F64, 1, { 2 }, (double[]){ NAN, 1 }, WK_F64, 1, { 1 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN } },
{ "wk_logsumexp(x, 0, true)", case_112, WK_F64, 1, { 2 }, (double[]){ 1000, 1000 }, WK_F64, 1, { 1 }, (double[]){ 1000.6931471805599 }, NULL, (double[]){ 0.50000000000002753, 0.50000000000002753 } },
{ "wk_logsumexp(x, 0, true)", case_113, WK_F64, 1, { 2 }, (double[]){ -10000, -10002 }, WK_F64, 1, { 1 }, (double[]){ -9999.8730719889572 }, NULL, (double[]){ 0.88079707797806572, 0.11920292202214236 } },
{ "wk_logsumexp(x, 0, false)", case_114, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 1, { 2 }, (double[]){ -INFINITY, -INFINITY }, NULL, (double[]){ 0 } },
{ "wk_logsumexp(x, 0, false)", case_115, WK_I64, 1, { 3 }, (double[]){ 1, 2, 3 }, WK_F32, 0, { 0 }, (double[]){ 3.4076058864593506 }, NULL, NULL },
{ "wk_logsumexp(x, 0, false)", case_116, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_max(x)", case_117, WK_F32, 1, { 5 }, (double[]){ 1, 3, 3, -2, -2 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 0, 0.5, 0.5, 0, 0 } },
{ "wk_max(x)", case_118, WK_F32, 1, { 4 }, (double[]){ 1, NAN, 3, NAN }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0.5, 0, 0.5 } },
{ "wk_max(x)", case_119, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_max(x)", case_120, WK_I32, 1, { 3 }, (double[]){ 3, -9, 4 }, WK_I32, 0, { 0 }, (double[]){ 4 }, NULL, NULL },
{ "wk_max(x)", case_121, WK_BOOL, 1, { 2 }, (double[]){ 1, 0 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_amax(x, 1, false)", case_122, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 1, { 3 }, (double[]){ 3, NAN, 4 }, NULL, (double[]){ 0, 0.5, 0.5, 0, NAN, NAN, NAN, NAN, 0.75, 0.75, 0.75, 0.75 } },
{ "wk_amax_dims(x, 2, (int[]){ 0, -1 }, true)", case_123, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 2, { 1, 1 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
{ "wk_amax(x, 1, false)", case_124, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 2.75, 3, 1.25 }, NULL, (double[]){ 0, 1, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0 } },
{ "wk_amax_dims(x, 2, (int[]){ 0, -1 }, true)", case_125, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 1, 1 }, (double[]){ 3 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 } },
{ "wk_amax_dims(x, 0, NULL, false)", case_126, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 } },
{ "wk_max_dim(x, 1, false, i)", case_127, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 1, { 3 }, (double[]){ 3, NAN, 4 }, (double[]){ 1, 0, 0 }, (double[]){ 0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0 } },
{ "wk_max_dim(x, 0, true, i)", case_128, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 2, { 1, 4 }, (double[]){ NAN, 5, NAN, 4 }, (double[]){ 1, 1, 1, 2 }, (double[]){ 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 4 } },
{ "wk_max_dim(x, 1, false, i)", case_129, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ 2.75, 3, 1.25 }, (double[]){ 1, 3, 0 }, (double[]){ 0, 1, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0 } },
{ "wk_max_dim(x, 0, true, i)", case_130, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 1, 4 }, (double[]){ 2.5, 2.75, 2, 3 }, (double[]){ 0, 0, 1, 1 }, (double[]){ 1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0 } },
{ "wk_max_dim(x, 1, false, i)", case_131, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 1, { 2 }, (double[]){ 3, 2 }, (double[]){ 0, 0 }, NULL },
{ "wk_max_dim(x, 0, true, i)", case_132, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 2, { 1, 2 }, (double[]){ 3, 1 }, (double[]){ 0, 0 }, NULL },
{ "wk_max_dim(x, -1, true, i)", case_133, WK_F32, 0, { 0 }, (double[]){ 7 }, WK_F32, 0, { 0 }, (double[]){ 7 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_max_dim(x, 1, false, i)", case_134, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0 } },
{ "wk_argmax_all(x)", case_135, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 0, { 0 }, (double[]){ 4 }, NULL, NULL },
{ "wk_argmax_all(wk_t(x))", case_136, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_argmax(x, 1, true)", case_137, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 2, { 3, 1 }, (double[]){ 1, 0, 0 }, NULL, NULL },
{ "wk_argmax(x, 0, false)", case_138, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 1, { 4 }, (double[]){ 1, 1, 1, 2 }, NULL, NULL },
{ "wk_argmax_all(x)", case_139, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 0, { 0 }, (double[]){ 7 }, NULL, NULL },
{ "wk_argmax_all(wk_t(x))", case_140, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 0, { 0 }, (double[]){ 10 }, NULL, NULL },
{ "wk_argmax(x, 1, true)", case_141, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 2, { 3, 1 }, (double[]){ 1, 3, 0 }, NULL, NULL },
{ "wk_argmax(x, 0, false)", case_142, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 1, { 4 }, (double[]){ 0, 0, 1, 1 }, NULL, NULL },
{ "wk_argmax_all(x)", case_143, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_argmax_all(wk_t(x))", case_144, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_argmax(x, 1, true)", case_145, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 2, { 2, 1 }, (double[]){ 0, 0 }, NULL, NULL },
{ "wk_argmax(x, 0, false)", case_146, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 1, { 2 }, (double[]){ 0, 0 }, NULL, NULL },
{ "wk_min(x)", case_147, WK_F32, 1, { 5 }, (double[]){ 1, 3, 3, -2, -2 }, WK_F32, 0, { 0 }, (double[]){ -2 }, NULL, (double[]){ 0, 0, 0, 0.5, 0.5 } },
{ "wk_min(x)", case_148, WK_F32, 1, { 4 }, (double[]){ 1, NAN, 3, NAN }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0.5, 0, 0.5 } },
{ "wk_min(x)", case_149, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_min(x)", case_150, WK_I32, 1, { 3 }, (double[]){ 3, -9, 4 }, WK_I32, 0, { 0 }, (double[]){ -9 }, NULL, NULL },
{ "wk_min(x)", case_151, WK_BOOL, 1, { 2 }, (double[]){ 1, 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_amin(x, 1, false)", case_152, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 1, { 3 }, (double[]){ -2, NAN, 4 }, NULL, (double[]){ 0, 0, 0, 1, NAN, NAN, NAN, NAN, 0.75, 0.75, 0.75, 0.75 } },
{ "wk_amin_dims(x, 2, (int[]){ 0, -1 }, true)", case_153, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 2, { 1, 1 }, (double[]){ NAN }, NULL, (double[]){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
{ "wk_amin(x, 1, false)", case_154, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ -2.25, -2.875, -3 }, NULL, (double[]){ 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 3, 0 } },
{ "wk_amin_dims(x, 2, (int[]){ 0, -1 }, true)", case_155, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 1, 1 }, (double[]){ -3 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 } },
{ "wk_amin_dims(x, 0, NULL, false)", case_156, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ -3 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 } },
{ "wk_min_dim(x, 1, false, i)", case_157, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 1, { 3 }, (double[]){ -2, NAN, 4 }, (double[]){ 3, 0, 0 }, (double[]){ 0, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 0 } },
{ "wk_min_dim(x, 0, true, i)", case_158, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_F32, 2, { 1, 4 }, (double[]){ NAN, 3, NAN, -2 }, (double[]){ 1, 0, 1, 0 }, (double[]){ 0, 2, 0, 4, 1, 0, 3, 0, 0, 0, 0, 0 } },
{ "wk_min_dim(x, 1, false, i)", case_159, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 1, { 3 }, (double[]){ -2.25, -2.875, -3 }, (double[]){ 3, 0, 2 }, (double[]){ 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 3, 0 } },
{ "wk_min_dim(x, 0, true, i)", case_160, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 1, 4 }, (double[]){ -2.875, -1.625, -3, -2.25 }, (double[]){ 1, 2, 2, 0 }, (double[]){ 0, 0, 0, 4, 1, 0, 0, 0, 0, 2, 3, 0 } },
{ "wk_min_dim(x, 1, false, i)", case_161, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 1, { 2 }, (double[]){ 1, 1 }, (double[]){ 1, 1 }, NULL },
{ "wk_min_dim(x, 0, true, i)", case_162, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 2, { 1, 2 }, (double[]){ 2, 1 }, (double[]){ 1, 0 }, NULL },
{ "wk_min_dim(x, -1, true, i)", case_163, WK_F32, 0, { 0 }, (double[]){ 7 }, WK_F32, 0, { 0 }, (double[]){ 7 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_min_dim(x, 1, false, i)", case_164, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0 } },
{ "wk_argmin_all(x)", case_165, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 0, { 0 }, (double[]){ 4 }, NULL, NULL },
{ "wk_argmin_all(wk_t(x))", case_166, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_argmin(x, 1, true)", case_167, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 2, { 3, 1 }, (double[]){ 3, 0, 0 }, NULL, NULL },
{ "wk_argmin(x, 0, false)", case_168, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 1, { 4 }, (double[]){ 1, 0, 1, 0 }, NULL, NULL },
{ "wk_argmin_all(x)", case_169, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 0, { 0 }, (double[]){ 10 }, NULL, NULL },
{ "wk_argmin_all(wk_t(x))", case_170, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 0, { 0 }, (double[]){ 8 }, NULL, NULL },
{ "wk_argmin(x, 1, true)", case_171, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 2, { 3, 1 }, (double[]){ 3, 0, 2 }, NULL, NULL },
{ "wk_argmin(x, 0, false)", case_172, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_I64, 1, { 4 }, (double[]){ 1, 2, 2, 0 }, NULL, NULL },
{ "wk_argmin_all(x)", case_173, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_argmin_all(wk_t(x))", case_174, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 0, { 0 }, (double[]){ 2 }, NULL, NULL },
{ "wk_argmin(x, 1, true)", case_175, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 2, { 2, 1 }, (double[]){ 1, 1 }, NULL, NULL },
{ "wk_argmin(x, 0, false)", case_176, WK_I64, 2, { 2, 2 }, (double[]){ 3, 1, 2, 1 }, WK_I64, 1, { 2 }, (double[]){ 1, 0 }, NULL, NULL },
{ "wk_any(x)", case_177, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_any(x)", case_178, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_any(x)", case_179, WK_I64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_any(x)", case_180, WK_BOOL, 2, { 3, 3 }, (double[]){ 1, 0, 1, 0, 1, 0, 1, 1, 1 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_any(x)", case_181, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_any(x)", case_182, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_any(x)", case_183, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_any(x)", case_184, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_any(x)", case_185, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_any_dim(x, 1, true)", case_186, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 1, 1, 1 }, NULL, NULL },
{ "wk_any_dim(x, 1, true)", case_187, WK_I64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 1, 1, 1 }, NULL, NULL },
{ "wk_any_dim(x, 1, true)", case_188, WK_BOOL, 2, { 3, 3 }, (double[]){ 1, 0, 1, 0, 1, 0, 1, 1, 1 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 1, 1, 1 }, NULL, NULL },
{ "wk_any_dim(x, 1, true)", case_189, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, WK_BOOL, 2, { 2, 1 }, (double[]){ 0, 0 }, NULL, NULL },
{ "wk_any_dims(x, 2, (int[]){ 0, -1 }, false)", case_190, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_BOOL, 1, { 3 }, (double[]){ 1, 1, 1 }, NULL, NULL },
{ "wk_all(x)", case_191, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_all(x)", case_192, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_all(x)", case_193, WK_I64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_all(x)", case_194, WK_BOOL, 2, { 3, 3 }, (double[]){ 1, 0, 1, 0, 1, 0, 1, 1, 1 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_all(x)", case_195, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_all(x)", case_196, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_all(x)", case_197, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_all(x)", case_198, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_BOOL, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_all(x)", case_199, WK_F32, 1, { 3 }, (double[]){ 0, 0, 0 }, WK_BOOL, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_all_dim(x, 1, true)", case_200, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 0, 0, 1 }, NULL, NULL },
{ "wk_all_dim(x, 1, true)", case_201, WK_I64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 0, 0, 1 }, NULL, NULL },
{ "wk_all_dim(x, 1, true)", case_202, WK_BOOL, 2, { 3, 3 }, (double[]){ 1, 0, 1, 0, 1, 0, 1, 1, 1 }, WK_BOOL, 2, { 3, 1 }, (double[]){ 0, 0, 1 }, NULL, NULL },
{ "wk_all_dim(x, 1, true)", case_203, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, WK_BOOL, 2, { 2, 1 }, (double[]){ 1, 1 }, NULL, NULL },
{ "wk_all_dims(x, 2, (int[]){ 0, -1 }, false)", case_204, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_BOOL, 1, { 3 }, (double[]){ 1, 1, 0 }, NULL, NULL },
{ "wk_count_nonzero(x)", case_205, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_I64, 0, { 0 }, (double[]){ 6 }, NULL, NULL },
{ "wk_count_nonzero(x)", case_206, WK_F32, 2, { 3, 4 }, (double[]){ 1, 3, 3, -2, NAN, 5, NAN, 0, 4, 4, 4, 4 }, WK_I64, 0, { 0 }, (double[]){ 11 }, NULL, NULL },
{ "wk_count_nonzero(x)", case_207, WK_I64, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_I64, 0, { 0 }, (double[]){ 6 }, NULL, NULL },
{ "wk_count_nonzero(x)", case_208, WK_BOOL, 2, { 3, 3 }, (double[]){ 1, 0, 1, 0, 1, 0, 1, 1, 1 }, WK_I64, 0, { 0 }, (double[]){ 6 }, NULL, NULL },
{ "wk_count_nonzero(x)", case_209, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_I64, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_count_nonzero_dim(x, 0)", case_210, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_I64, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, NULL },
{ "wk_count_nonzero_dims(x, 2, (int[]){ 0, -1 })", case_211, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_I64, 1, { 3 }, (double[]){ 8, 8, 7 }, NULL, NULL },
{ "wk_cumsum(x, 0)", case_212, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -0.375, 1.875, 2.375, 0.75, 0.875, 0.25, -0.625, -0.875 }, NULL, (double[]){ 15, 18, 21, 24, 14, 16, 18, 20, 9, 10, 11, 12 } },
{ "wk_cumsum(x, 0)", case_213, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 3.75, 5.75, 2.375, -3.125, -5.75, -3.125, 2.5, 5.75, 3.75, -1.625, -5.5, -4.375 }, NULL, (double[]){ 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 } },
{ "wk_cumsum(x, 0)", case_214, WK_F32, 1, { 4 }, (double[]){ 2, 0, 3, 4 }, WK_F32, 1, { 4 }, (double[]){ 2, 2, 5, 9 }, NULL, (double[]){ 10, 9, 7, 4 } },
{ "wk_cumsum(x, 0)", case_215, WK_F64, 1, { 4 }, (double[]){ 0, 2, 0, 3 }, WK_F64, 1, { 4 }, (double[]){ 0, 2, 2, 5 }, NULL, (double[]){ 10, 9, 7, 4 } },
{ "wk_cumsum(x, 0)", case_216, WK_F32, 1, { 3 }, (double[]){ 1, NAN, 2 }, WK_F32, 1, { 3 }, (double[]){ 1, NAN, NAN }, NULL, (double[]){ 6, 5, 3 } },
{ "wk_cumsum(x, 0)", case_217, WK_F32, 1, { 3 }, (double[]){ INFINITY, -INFINITY, 1 }, WK_F32, 1, { 3 }, (double[]){ INFINITY, NAN, NAN }, NULL, (double[]){ 6, 5, 3 } },
{ "wk_cumsum(x, 0)", case_218, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_cumsum(x, 0)", case_219, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_cumsum(x, -1)", case_220, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 5.25, 5.625, 3.375, -2.875, -3.75, -1.75, 1.25, 1.25, -0.375, -3.375, -5, 1.25, 4.25, 6.25, 5.375, -2.875, -5.125, -4.625, -1.875, 2.5, 2.5, 0, -2.75 }, NULL, (double[]){ 10, 9, 7, 4, 26, 21, 15, 8, 42, 33, 23, 12, 58, 45, 31, 16, 74, 57, 39, 20, 90, 69, 47, 24 } },
{ "wk_cumsum(x, 1)", case_221, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 3, 3 }, (double[]){ 2, 2, 5, 0, 5, 5, 1, 3, 7 }, NULL, (double[]){ 6, 5, 3, 15, 11, 6, 24, 17, 9 } },
{ "wk_cumsum(x, 0)", case_222, WK_U8, 1, { 3 }, (double[]){ 200, 100, 3 }, WK_I64, 1, { 3 }, (double[]){ 200, 300, 303 }, NULL, NULL },
{ "wk_cumsum(x, 0)", case_223, WK_BOOL, 1, { 3 }, (double[]){ 1, 1, 0 }, WK_I64, 1, { 3 }, (double[]){ 1, 2, 2 }, NULL, NULL },
{ "wk_cumprod(x, 0)", case_224, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -7.1875, -2.40625, 0.75, -6.75, -8.984375, 3.91015625, -2.25, 10.96875 }, NULL, (double[]){ -45.71875, 10.96875, -49, -30.5, 40.625, -28.1875, -9.75, 25.875, -64.6875, -24.0625, 8.25, -81 } },
{ "wk_cumprod(x, 0)", case_225, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 3.125, 8.25, 0.75, 1.96875, 8.265625, 1.96875, 1, 8.25, 3.125, -0, 7.5, 4.46875 }, NULL, (double[]){ 17.25, 44, 33, -10, -43.875, -34.5, 16.5, 63, 61.5, 10, -46.5, -54, 32.5, 38.5, 5.625, -36, -48.875, -15.75, 38, 60, 26.25, -35.75, -69, -39 } },
{ "wk_cumprod(x, 0)", case_226, WK_F32, 1, { 4 }, (double[]){ 2, 0, 3, 4 }, WK_F32, 1, { 4 }, (double[]){ 2, 0, 0, 0 }, NULL, (double[]){ 1, 118, 0, 0 } },
{ "wk_cumprod(x, 0)", case_227, WK_F64, 1, { 4 }, (double[]){ 0, 2, 0, 3 }, WK_F64, 1, { 4 }, (double[]){ 0, 0, 0, 0 }, NULL, (double[]){ 5, 0, 0, 0 } },
{ "wk_cumprod(x, 0)", case_228, WK_F32, 1, { 3 }, (double[]){ 1, NAN, 2 }, WK_F32, 1, { 3 }, (double[]){ 1, NAN, NAN }, NULL, NULL },
{ "wk_cumprod(x, 0)", case_229, WK_F32, 1, { 3 }, (double[]){ INFINITY, -INFINITY, 1 }, WK_F32, 1, { 3 }, (double[]){ INFINITY, -INFINITY, -INFINITY }, NULL, NULL },
{ "wk_cumprod(x, 0)", case_230, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_cumprod(x, 0)", case_231, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_cumprod(x, -1)", case_232, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 6.875, 2.578125, -5.80078125, -2.875, 2.515625, 5.03125, 15.09375, 1.25, -2.03125, 6.09375, -9.90234375, 1.25, 3.75, 7.5, -6.5625, -2.875, 6.46875, 3.234375, 8.89453125, 2.5, 0, -0, 0 }, NULL, (double[]){ 0.3125, -0.625, -41.25, 10.3125, -54.5, -195.5, 77.984375, 40.25, -48.6875, 44.375, 17.265625, 73.125, 61, 20, 3.75, 120, -106.75, -158.125, 478.6875, 64.6875, 21, 323.75, 0, 0 } },
{ "wk_cumprod(x, 1)", case_233, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 0, 0, 0, 0, 1, 2, 8 }, NULL, (double[]){ 1, 22, 0, 29, 0, 0, 95, 44, 18 } },
{ "wk_cumprod(x, 0)", case_234, WK_U8, 1, { 3 }, (double[]){ 200, 100, 3 }, WK_I64, 1, { 3 }, (double[]){ 200, 20000, 60000 }, NULL, NULL },
{ "wk_cumprod(x, 0)", case_235, WK_BOOL, 1, { 3 }, (double[]){ 1, 1, 0 }, WK_I64, 1, { 3 }, (double[]){ 1, 1, 0 }, NULL, NULL },
{ "wk_cumsum(x, 0)", case_236, WK_F32, 1, { 3 }, (double[]){ 16777216, 1, 1 }, WK_F32, 1, { 3 }, (double[]){ 16777216, 16777216, 16777218 }, NULL, (double[]){ 6, 5, 3 } },
{ "wk_sort(x, 0, false, i)", case_237, WK_F32, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_F32, 1, { 10 }, (double[]){ -INFINITY, -5, -0, 0, 1, 1, 3, INFINITY, NAN, NAN }, (double[]){ 6, 9, 2, 4, 3, 7, 0, 5, 1, 8 }, (double[]){ 7, 9, 3, 5, 4, 8, 1, 6, 10, 2 } },
{ "wk_argsort(x, 0, false)", case_238, WK_F32, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_I64, 1, { 10 }, (double[]){ 6, 9, 2, 4, 3, 7, 0, 5, 1, 8 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_239, WK_F32, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_F32, 1, { 10 }, (double[]){ NAN, NAN, INFINITY, 3, 1, 1, -0, 0, -5, -INFINITY }, (double[]){ 1, 8, 5, 0, 3, 7, 2, 4, 9, 6 }, (double[]){ 4, 1, 7, 5, 8, 3, 10, 6, 2, 9 } },
{ "wk_argsort(x, 0, true)", case_240, WK_F32, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_I64, 1, { 10 }, (double[]){ 1, 8, 5, 0, 3, 7, 2, 4, 9, 6 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_241, WK_F64, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_F64, 1, { 10 }, (double[]){ -INFINITY, -5, -0, 0, 1, 1, 3, INFINITY, NAN, NAN }, (double[]){ 6, 9, 2, 4, 3, 7, 0, 5, 1, 8 }, (double[]){ 7, 9, 3, 5, 4, 8, 1, 6, 10, 2 } },
{ "wk_argsort(x, 0, false)", case_242, WK_F64, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_I64, 1, { 10 }, (double[]){ 6, 9, 2, 4, 3, 7, 0, 5, 1, 8 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_243, WK_F64, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_F64, 1, { 10 }, (double[]){ NAN, NAN, INFINITY, 3, 1, 1, -0, 0, -5, -INFINITY }, (double[]){ 1, 8, 5, 0, 3, 7, 2, 4, 9, 6 }, (double[]){ 4, 1, 7, 5, 8, 3, 10, 6, 2, 9 } },
{ "wk_argsort(x, 0, true)", case_244, WK_F64, 1, { 10 }, (double[]){ 3, NAN, -0, 1, 0, INFINITY, -INFINITY, 1, NAN, -5 }, WK_I64, 1, { 10 }, (double[]){ 1, 8, 5, 0, 3, 7, 2, 4, 9, 6 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_245, WK_I64, 1, { 5 }, (double[]){ 3, -1, 3, 2, -1 }, WK_I64, 1, { 5 }, (double[]){ -1, -1, 2, 3, 3 }, (double[]){ 1, 4, 3, 0, 2 }, NULL },
{ "wk_argsort(x, 0, false)", case_246, WK_I64, 1, { 5 }, (double[]){ 3, -1, 3, 2, -1 }, WK_I64, 1, { 5 }, (double[]){ 1, 4, 3, 0, 2 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_247, WK_I64, 1, { 5 }, (double[]){ 3, -1, 3, 2, -1 }, WK_I64, 1, { 5 }, (double[]){ 3, 3, 2, -1, -1 }, (double[]){ 0, 2, 3, 1, 4 }, NULL },
{ "wk_argsort(x, 0, true)", case_248, WK_I64, 1, { 5 }, (double[]){ 3, -1, 3, 2, -1 }, WK_I64, 1, { 5 }, (double[]){ 0, 2, 3, 1, 4 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_249, WK_I32, 1, { 3 }, (double[]){ 3, -1, 3 }, WK_I32, 1, { 3 }, (double[]){ -1, 3, 3 }, (double[]){ 1, 0, 2 }, NULL },
{ "wk_argsort(x, 0, false)", case_250, WK_I32, 1, { 3 }, (double[]){ 3, -1, 3 }, WK_I64, 1, { 3 }, (double[]){ 1, 0, 2 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_251, WK_I32, 1, { 3 }, (double[]){ 3, -1, 3 }, WK_I32, 1, { 3 }, (double[]){ 3, 3, -1 }, (double[]){ 0, 2, 1 }, NULL },
{ "wk_argsort(x, 0, true)", case_252, WK_I32, 1, { 3 }, (double[]){ 3, -1, 3 }, WK_I64, 1, { 3 }, (double[]){ 0, 2, 1 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_253, WK_U8, 1, { 4 }, (double[]){ 9, 255, 0, 9 }, WK_U8, 1, { 4 }, (double[]){ 0, 9, 9, 255 }, (double[]){ 2, 0, 3, 1 }, NULL },
{ "wk_argsort(x, 0, false)", case_254, WK_U8, 1, { 4 }, (double[]){ 9, 255, 0, 9 }, WK_I64, 1, { 4 }, (double[]){ 2, 0, 3, 1 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_255, WK_U8, 1, { 4 }, (double[]){ 9, 255, 0, 9 }, WK_U8, 1, { 4 }, (double[]){ 255, 9, 9, 0 }, (double[]){ 1, 0, 3, 2 }, NULL },
{ "wk_argsort(x, 0, true)", case_256, WK_U8, 1, { 4 }, (double[]){ 9, 255, 0, 9 }, WK_I64, 1, { 4 }, (double[]){ 1, 0, 3, 2 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_257, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 1 }, WK_BOOL, 1, { 3 }, (double[]){ 0, 1, 1 }, (double[]){ 1, 0, 2 }, NULL },
{ "wk_argsort(x, 0, false)", case_258, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 1 }, WK_I64, 1, { 3 }, (double[]){ 1, 0, 2 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_259, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 1 }, WK_BOOL, 1, { 3 }, (double[]){ 1, 1, 0 }, (double[]){ 0, 2, 1 }, NULL },
{ "wk_argsort(x, 0, true)", case_260, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 1 }, WK_I64, 1, { 3 }, (double[]){ 0, 2, 1 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_261, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0 } },
{ "wk_argsort(x, 0, false)", case_262, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_I64, 1, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_263, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0 } },
{ "wk_argsort(x, 0, true)", case_264, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_I64, 1, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_sort(x, 0, false, i)", case_265, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_argsort(x, 0, false)", case_266, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_I64, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_sort(x, 0, true, i)", case_267, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_argsort(x, 0, true)", case_268, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_I64, 0, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_sort(x, 1, true, i)", case_269, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 2, 3, 1.25, -0.875, 0.375, -1.625, -2.875, -1.625, -3, -2.25, 2.5, 3, 2, 2.75, 1.25, 0, 0.5, -0.875, -2.875, -2.25, -2.5, -2.75 }, (double[]){ 0, 0, 1, 1, 2, 1, 0, 2, 1, 2, 2, 0, 2, 0, 0, 1, 0, 2, 1, 0, 1, 1, 2, 2 }, (double[]){ 1, 2, 7, 12, 9, 6, 3, 4, 5, 10, 11, 8, 17, 14, 15, 20, 21, 22, 19, 16, 13, 18, 23, 24 } },
{ "wk_sort(x, 0, false, i)", case_270, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 4 }, (double[]){ -2.875, -1.625, -3, -2.25, 1.25, -0.875, 0.375, -1.625, 2.5, 2.75, 2, 3 }, (double[]){ 1, 2, 2, 0, 2, 1, 0, 2, 0, 0, 1, 1 }, (double[]){ 9, 10, 7, 4, 1, 6, 11, 12, 5, 2, 3, 8 } },
{ "wk_topk(x, 0, 1, true, i)", case_271, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_topk(x, 0, 1, false, i)", case_272, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 0 }, (double[]){ 0 }, (double[]){ 0 }, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
{ "wk_topk(x, 1, 1, true, i)", case_273, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 1 }, (double[]){ NAN, INFINITY }, (double[]){ 1, 3 }, (double[]){ 0, 1, 0, 0, 0, 0, 0, 0, 2, 0 } },
{ "wk_topk(x, 1, 1, false, i)", case_274, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 1 }, (double[]){ -2, -INFINITY }, (double[]){ 2, 4 }, (double[]){ 0, 0, 1, 0, 0, 0, 0, 0, 0, 2 } },
{ "wk_topk(x, 3, 1, true, i)", case_275, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 3 }, (double[]){ NAN, 3, 1, INFINITY, 9, 8 }, (double[]){ 1, 0, 3, 3, 0, 1 }, (double[]){ 2, 1, 0, 3, 0, 5, 6, 0, 4, 0 } },
{ "wk_topk(x, 3, 1, false, i)", case_276, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 3 }, (double[]){ -2, 0.5, 1, -INFINITY, 7, 8 }, (double[]){ 2, 4, 3, 4, 2, 1 }, (double[]){ 0, 0, 1, 3, 2, 0, 6, 5, 0, 4 } },
{ "wk_topk(x, 5, 1, true, i)", case_277, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 5 }, (double[]){ NAN, 3, 1, 0.5, -2, INFINITY, 9, 8, 7, -INFINITY }, (double[]){ 1, 0, 3, 4, 2, 3, 0, 1, 2, 4 }, (double[]){ 2, 1, 5, 3, 4, 7, 8, 9, 6, 10 } },
{ "wk_topk(x, 5, 1, false, i)", case_278, WK_F32, 2, { 2, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 2, 5 }, (double[]){ -2, 0.5, 1, 3, NAN, -INFINITY, 7, 8, 9, INFINITY }, (double[]){ 2, 4, 3, 0, 1, 4, 2, 1, 0, 3 }, (double[]){ 4, 5, 1, 3, 2, 9, 8, 7, 10, 6 } },
{ "wk_topk(x, 2, 0, true, i)", case_279, WK_F64, 2, { 4, 3 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 2, 3 }, (double[]){ 2.5, 3, 1.25, 2, 2.75, 0.375 }, (double[]){ 0, 2, 2, 2, 0, 0 }, (double[]){ 1, 5, 6, 0, 0, 0, 4, 2, 3, 0, 0, 0 } },
{ "wk_topk(x, 1, 0, true, i)", case_280, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_kthvalue(x, 1, 1, false, i)", case_281, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 2 }, (double[]){ -2, -1 }, (double[]){ 2, 3 }, (double[]){ 0, 0, 1, 0, 0, 0, 0, 0, 2, 0 } },
{ "wk_kthvalue(x, 4, 1, false, i)", case_282, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 2 }, (double[]){ 3, 8 }, (double[]){ 0, 1 }, (double[]){ 1, 0, 0, 0, 0, 0, 2, 0, 0, 0 } },
{ "wk_median_dim(x, -1, true, i)", case_283, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, (double[]){ 0, 0, 0, 1, 0, 0, 0, 2, 0, 0 } },
{ "wk_nanmedian_dim(x, -1, false, i)", case_284, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 2 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, (double[]){ 0, 0, 0, 1, 0, 0, 0, 2, 0, 0 } },
{ "wk_kthvalue(x, 1, 1, false, i)", case_285, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 1, { 2 }, (double[]){ -2, -1 }, (double[]){ 2, 3 }, NULL },
{ "wk_kthvalue(x, 4, 1, false, i)", case_286, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 1, { 2 }, (double[]){ 3, 8 }, (double[]){ 0, 1 }, NULL },
{ "wk_median_dim(x, -1, true, i)", case_287, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 2, { 2, 1 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, NULL },
{ "wk_nanmedian_dim(x, -1, false, i)", case_288, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 1, { 2 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, NULL },
{ "wk_kthvalue(x, 1, 1, false, i)", case_289, WK_F32, 2, { 2, 4 }, (double[]){ 3, 4, -2, 1, 9, 8, 7, -1 }, WK_F32, 1, { 2 }, (double[]){ -2, -1 }, (double[]){ 2, 3 }, (double[]){ 0, 0, 1, 0, 0, 0, 0, 2 } },
{ "wk_kthvalue(x, 4, 1, false, i)", case_290, WK_F32, 2, { 2, 4 }, (double[]){ 3, 4, -2, 1, 9, 8, 7, -1 }, WK_F32, 1, { 2 }, (double[]){ 4, 9 }, (double[]){ 1, 0 }, (double[]){ 0, 1, 0, 0, 2, 0, 0, 0 } },
{ "wk_median_dim(x, -1, true, i)", case_291, WK_F32, 2, { 2, 4 }, (double[]){ 3, 4, -2, 1, 9, 8, 7, -1 }, WK_F32, 2, { 2, 1 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, (double[]){ 0, 0, 0, 1, 0, 0, 2, 0 } },
{ "wk_nanmedian_dim(x, -1, false, i)", case_292, WK_F32, 2, { 2, 4 }, (double[]){ 3, 4, -2, 1, 9, 8, 7, -1 }, WK_F32, 1, { 2 }, (double[]){ 1, 7 }, (double[]){ 3, 2 }, (double[]){ 0, 0, 0, 1, 0, 0, 2, 0 } },
{ "wk_kthvalue(x, 1, 1, false, i)", case_293, WK_F32, 2, { 1, 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ -INFINITY }, (double[]){ 4 }, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_kthvalue(x, 4, 1, false, i)", case_294, WK_F32, 2, { 1, 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 9 }, (double[]){ 0 }, (double[]){ 1, 0, 0, 0, 0 } },
{ "wk_median_dim(x, -1, true, i)", case_295, WK_F32, 2, { 1, 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 1, 1 }, (double[]){ 8 }, (double[]){ 1 }, (double[]){ 0, 1, 0, 0, 0 } },
{ "wk_nanmedian_dim(x, -1, false, i)", case_296, WK_F32, 2, { 1, 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 8 }, (double[]){ 1 }, (double[]){ 0, 1, 0, 0, 0 } },
{ "wk_kthvalue(x, 1, 0, true, i)", case_297, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, (double[]){ 0 }, (double[]){ 1 } },
{ "wk_median(x)", case_298, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 0, { 0 }, (double[]){ 1 }, NULL, (double[]){ 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 } },
{ "wk_nanmedian(x)", case_299, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 0, { 0 }, (double[]){ 1 }, NULL, (double[]){ 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 } },
{ "wk_median(x)", case_300, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_nanmedian(x)", case_301, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I32, 0, { 0 }, (double[]){ 1 }, NULL, NULL },
{ "wk_median(x)", case_302, WK_F64, 1, { 4 }, (double[]){ 3, 4, -2, 1 }, WK_F64, 0, { 0 }, (double[]){ 1 }, NULL, (double[]){ 0, 0, 0, 1 } },
{ "wk_nanmedian(x)", case_303, WK_F64, 1, { 4 }, (double[]){ 3, 4, -2, 1 }, WK_F64, 0, { 0 }, (double[]){ 1 }, NULL, (double[]){ 0, 0, 0, 1 } },
{ "wk_median(x)", case_304, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 8 }, NULL, (double[]){ 0, 1, 0, 0, 0 } },
{ "wk_nanmedian(x)", case_305, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 8 }, NULL, (double[]){ 0, 1, 0, 0, 0 } },
{ "wk_median(x)", case_306, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_nanmedian(x)", case_307, WK_F32, 0, { 0 }, (double[]){ 3 }, WK_F32, 0, { 0 }, (double[]){ 3 }, NULL, (double[]){ 1 } },
{ "wk_median(x)", case_308, WK_F32, 1, { 5 }, (double[]){ 3, NAN, -2, 1, 0.5 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nanmedian(x)", case_309, WK_F32, 1, { 5 }, (double[]){ 3, NAN, -2, 1, 0.5 }, WK_F32, 0, { 0 }, (double[]){ 0.5 }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_median(x)", case_310, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nanmedian(x)", case_311, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_median_dim(x, 0, false, i)", case_312, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5 }, (double[]){ 2, 0, 2, 2, 0 }, (double[]){ 0, 2, 0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 3, 4, 0 } },
{ "wk_quantile(x, 0, -1, true)", case_313, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ -2, -1 }, NULL, (double[]){ 0, 0, 1, 0, 0, 0, 0, 0, 2, 0 } },
{ "wk_quantile(x, 0, 0, false)", case_314, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 1, 2, 3, 0, 0, 0, 0, 0, 4, 5 } },
{ "wk_quantile(x, 0.25, -1, true)", case_315, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 0.5, 0.25 }, NULL, (double[]){ 0, 0, 0, 0, 1, 0, 0, 0, 0, 2 } },
{ "wk_quantile(x, 0.25, 0, false)", case_316, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 4.5, 5, 0.25, -0.5, 0.3125 }, NULL, (double[]){ 0.75, 1.5, 2.25, 1, 1.25, 0.25, 0.5, 0.75, 3, 3.75 } },
{ "wk_quantile(x, 0.3, -1, true)", case_317, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 0.59999999999999998, 1.5999999999999996 }, NULL, (double[]){ 0, 0, 0, 0.19999999999999996, 0.80000000000000004, 0, 0, 0.39999999999999991, 0, 1.6000000000000001 } },
{ "wk_quantile(x, 0.3, 0, false)", case_318, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 4.7999999999999998, 5.2000000000000002, 0.69999999999999996, -0.40000000000000002, 0.32500000000000001 }, NULL, (double[]){ 0.69999999999999996, 1.3999999999999999, 2.0999999999999996, 1.2, 1.5, 0.29999999999999999, 0.59999999999999998, 0.89999999999999991, 2.7999999999999998, 3.5 } },
{ "wk_quantile(x, 1, -1, true)", case_319, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 4, 9 }, NULL, (double[]){ 0, 1, 0, 0, 0, 2, 0, 0, 0, 0 } },
{ "wk_quantile(x, 1, 0, false)", case_320, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 4, 5, 1, 2, 3, 0, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_321, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 3.75, 4.5, -0.875, -0.75, 0.28125, 7.8000000000000007, 7.2000000000000002, 5.2000000000000002, 0.60000000000000009, 0.45000000000000001 }, NULL, (double[]){ 7.9499999999999993, 9.5249999999999986, 11.1, 14.325000000000001, 15.75, 10.050000000000001, 11.475000000000001, 12.9, 12.674999999999999, 14.25 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_322, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 18, 21, 24, 0, 0, 0, 0, 0, 27, 30 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_323, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 18, 21, 24, 0, 0, 0, 0, 0, 27, 30 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_324, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 27, 30, 18, 21, 24, 0, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_325, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 27, 30, 18, 21, 24, 0, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_326, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375 }, NULL, (double[]){ 9, 10.5, 12, 13.5, 15, 9, 10.5, 12, 13.5, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_327, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375 }, NULL, (double[]){ 9, 10.5, 12, 13.5, 15, 9, 10.5, 12, 13.5, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_328, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 7, 9, 11, 14, 15, 11, 12, 13, 13, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_329, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 7, 9, 11, 14, 15, 11, 12, 13, 13, 15 } },
{ "wk_nanquantile(x, 0, -1, true)", case_330, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ -2, -1 }, NULL, (double[]){ 0, 0, 1, 0, 0, 0, 0, 0, 2, 0 } },
{ "wk_nanquantile(x, 0, 0, false)", case_331, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 1, 2, 3, 0, 0, 0, 0, 0, 4, 5 } },
{ "wk_nanquantile(x, 0.25, -1, true)", case_332, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 0.5, 0.25 }, NULL, (double[]){ 0, 0, 0, 0, 1, 0, 0, 0, 0, 2 } },
{ "wk_nanquantile(x, 0.25, 0, false)", case_333, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 4.5, 5, 0.25, -0.5, 0.3125 }, NULL, (double[]){ 0.75, 1.5, 2.25, 1, 1.25, 0.25, 0.5, 0.75, 3, 3.75 } },
{ "wk_nanquantile(x, 0.3, -1, true)", case_334, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 0.59999999999999998, 1.5999999999999996 }, NULL, (double[]){ 0, 0, 0, 0.19999999999999996, 0.80000000000000004, 0, 0, 0.39999999999999991, 0, 1.6000000000000001 } },
{ "wk_nanquantile(x, 0.3, 0, false)", case_335, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 4.7999999999999998, 5.2000000000000002, 0.69999999999999996, -0.40000000000000002, 0.32500000000000001 }, NULL, (double[]){ 0.69999999999999996, 1.3999999999999999, 2.0999999999999996, 1.2, 1.5, 0.29999999999999999, 0.59999999999999998, 0.89999999999999991, 2.7999999999999998, 3.5 } },
{ "wk_nanquantile(x, 1, -1, true)", case_336, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 2, 1 }, (double[]){ 4, 9 }, NULL, (double[]){ 0, 1, 0, 0, 0, 2, 0, 0, 0, 0 } },
{ "wk_nanquantile(x, 1, 0, false)", case_337, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 1, { 5 }, (double[]){ 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 4, 5, 1, 2, 3, 0, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_338, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 3.75, 4.5, -0.875, -0.75, 0.28125, 7.8000000000000007, 7.2000000000000002, 5.2000000000000002, 0.60000000000000009, 0.45000000000000001 }, NULL, (double[]){ 7.9499999999999993, 9.5249999999999986, 11.1, 14.325000000000001, 15.75, 10.050000000000001, 11.475000000000001, 12.9, 12.674999999999999, 14.25 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_339, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 18, 21, 24, 0, 0, 0, 0, 0, 27, 30 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_340, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25 }, NULL, (double[]){ 18, 21, 24, 0, 0, 0, 0, 0, 27, 30 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_341, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 27, 30, 18, 21, 24, 0, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_342, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 0, 0, 0, 27, 30, 18, 21, 24, 0, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_343, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375 }, NULL, (double[]){ 9, 10.5, 12, 13.5, 15, 9, 10.5, 12, 13.5, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_344, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375, 6, 6, 2.5, 0, 0.375 }, NULL, (double[]){ 9, 10.5, 12, 13.5, 15, 9, 10.5, 12, 13.5, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_345, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 2, { 3, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 7, 9, 11, 14, 15, 11, 12, 13, 13, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_346, WK_F64, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0.5, 9, 8, 7, -1, 0.25 }, WK_F64, 3, { 3, 1, 5 }, (double[]){ 3, 4, -2, -1, 0.25, 3, 4, -2, -1, 0.25, 9, 8, 7, 1, 0.5 }, NULL, (double[]){ 7, 9, 11, 14, 15, 11, 12, 13, 13, 15 } },
{ "wk_quantile(x, 0, -1, true)", case_347, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ NAN, NAN, NAN }, NULL, NULL },
{ "wk_quantile(x, 0, 0, false)", case_348, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, NAN }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 0 } },
{ "wk_quantile(x, 0.25, -1, true)", case_349, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ NAN, 7, NAN }, NULL, NULL },
{ "wk_quantile(x, 0.25, 0, false)", case_350, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, -INFINITY }, NULL, (double[]){ 0, 0, 0, 0, 2.5, 0, 0, 0, 0, 2.5, 1, 2, 3, 4, 0 } },
{ "wk_quantile(x, 0.3, -1, true)", case_351, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ NAN, 7.1999998092651367, NAN }, NULL, NULL },
{ "wk_quantile(x, 0.3, 0, false)", case_352, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, -INFINITY }, NULL, (double[]){ 0, 0, 0, 0, 3, 0, 0, 0, 0, 1.9999998807907104, 1, 2, 3, 4, 0 } },
{ "wk_quantile(x, 1, -1, true)", case_353, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ NAN, NAN, NAN }, NULL, NULL },
{ "wk_quantile(x, 1, 0, false)", case_354, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ NAN, NAN, NAN, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_355, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1.4000000953674316 }, NULL, (double[]){ 0, 0, 0, 0, 13.5, 0, 0, 0, 0, 7.5, 18, 21, 24, 27, 9 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_356, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 0.5 }, NULL, (double[]){ 0, 0, 0, 0, 20, 0, 0, 0, 0, 10, 18, 21, 24, 27, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_357, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 0.5 }, NULL, (double[]){ 0, 0, 0, 0, 20, 0, 0, 0, 0, 10, 18, 21, 24, 27, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_358, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 18, 21, 24, 27, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_359, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 18, 21, 24, 27, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_360, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 1.25 }, NULL, (double[]){ 0, 0, 0, 0, 17.5, 0, 0, 0, 0, 5, 18, 21, 24, 27, 7.5 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_361, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 1.25 }, NULL, (double[]){ 0, 0, 0, 0, 17.5, 0, 0, 0, 0, 5, 18, 21, 24, 27, 7.5 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_362, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 5, 0, 0, 0, 0, 10, 18, 21, 24, 27, 15 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_363, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ NAN, NAN, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, -INFINITY, NAN, NAN, NAN, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 5, 0, 0, 0, 0, 10, 18, 21, 24, 27, 15 } },
{ "wk_nanquantile(x, 0, -1, true)", case_364, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ -2, NAN, 2 }, NULL, NULL },
{ "wk_nanquantile(x, 0, 0, false)", case_365, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ 3, 8, -2, 1, NAN }, NULL, (double[]){ 1, 0, 3, 4, 0, 0, 2, 0, 0, 5, 0, 0, 0, 0, 0 } },
{ "wk_nanquantile(x, 0.25, -1, true)", case_366, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ -0.125, 7, 2 }, NULL, NULL },
{ "wk_nanquantile(x, 0.25, 0, false)", case_367, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ 4.5, 8, 0.25, INFINITY, -INFINITY }, NULL, (double[]){ 0.75, 0, 2.25, 3, 2.5, 0.25, 2, 0.75, 1, 2.5, 0, 0, 0, 0, 0 } },
{ "wk_nanquantile(x, 0.3, -1, true)", case_368, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ 0.25000008940696716, 7.1999998092651367, 2 }, NULL, NULL },
{ "wk_nanquantile(x, 0.3, 0, false)", case_369, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ 4.8000001907348633, 8, 0.7000001072883606, INFINITY, -INFINITY }, NULL, (double[]){ 0.69999998807907104, 0, 2.0999999046325684, 2.7999999523162842, 3, 0.30000001192092896, 2, 0.90000003576278687, 1.2000000476837158, 1.9999998807907104, 0, 0, 0, 0, 0 } },
{ "wk_nanquantile(x, 1, -1, true)", case_370, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 1 }, (double[]){ 3, NAN, 2 }, NULL, NULL },
{ "wk_nanquantile(x, 1, 0, false)", case_371, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, NAN, 2 }, NULL, (double[]){ 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 5 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_372, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ 6, 8, 2.5, NAN, 0.5, 3.75, 8, -0.875, INFINITY, NAN, 7.8000001907348633, 8, 5.2000002861022949, NAN, 1.4000000953674316 }, NULL, (double[]){ 7.9499998092651367, 0, 11.100000381469727, 12.674999237060547, 13.5, 10.050000190734863, 21, 12.90000057220459, 14.324999809265137, 7.5, 0, 0, 0, 0, 9 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_373, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ 3, 8, -2, 1, 0.5, 3, 8, -2, 1, -INFINITY, 3, 8, -2, 1, 0.5 }, NULL, (double[]){ 18, 0, 24, 27, 20, 0, 21, 0, 0, 10, 0, 0, 0, 0, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_374, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ 3, 8, -2, 1, 0.5, 3, 8, -2, 1, -INFINITY, 3, 8, -2, 1, 0.5 }, NULL, (double[]){ 18, 0, 24, 27, 20, 0, 21, 0, 0, 10, 0, 0, 0, 0, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_375, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ 9, 8, 7, INFINITY, 0.5, 9, 8, 7, INFINITY, 0.5, 9, 8, 7, INFINITY, 2 }, NULL, (double[]){ 0, 0, 0, 0, 15, 18, 21, 24, 27, 0, 0, 0, 0, 0, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_376, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ 9, 8, 7, INFINITY, 0.5, 9, 8, 7, INFINITY, 0.5, 9, 8, 7, INFINITY, 2 }, NULL, (double[]){ 0, 0, 0, 0, 15, 18, 21, 24, 27, 0, 0, 0, 0, 0, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_377, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ 6, 8, 2.5, NAN, 0.5, 6, 8, 2.5, NAN, -INFINITY, 6, 8, 2.5, NAN, 1.25 }, NULL, (double[]){ 9, 0, 12, 13.5, 17.5, 9, 21, 12, 13.5, 5, 0, 0, 0, 0, 7.5 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_378, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ 6, 8, 2.5, NAN, 0.5, 6, 8, 2.5, NAN, -INFINITY, 6, 8, 2.5, NAN, 1.25 }, NULL, (double[]){ 9, 0, 12, 13.5, 17.5, 9, 21, 12, 13.5, 5, 0, 0, 0, 0, 7.5 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_379, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 3, 5 }, (double[]){ 3, 8, -2, 1, 0.5, 3, 8, -2, 1, -INFINITY, 9, 8, 7, INFINITY, 2 }, NULL, (double[]){ 7, 0, 11, 13, 5, 11, 21, 13, 14, 10, 0, 0, 0, 0, 15 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_380, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 3, { 3, 1, 5 }, (double[]){ 3, 8, -2, 1, 0.5, 3, 8, -2, 1, -INFINITY, 9, 8, 7, INFINITY, 2 }, NULL, (double[]){ 7, 0, 11, 13, 5, 11, 21, 13, 14, 10, 0, 0, 0, 0, 15 } },
{ "wk_quantile(x, 0, -1, true)", case_381, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_quantile(x, 0, 0, false)", case_382, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_quantile(x, 0.25, -1, true)", case_383, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 7 }, NULL, (double[]){ 0, 0, 1, 0, 0 } },
{ "wk_quantile(x, 0.25, 0, false)", case_384, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 7 }, NULL, (double[]){ 0, 0, 1, 0, 0 } },
{ "wk_quantile(x, 0.3, -1, true)", case_385, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 7.1999998092651367 }, NULL, (double[]){ 0, 0.20000004768371582, 0.79999995231628418, 0, 0 } },
{ "wk_quantile(x, 0.3, 0, false)", case_386, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 7.1999998092651367 }, NULL, (double[]){ 0, 0.20000004768371582, 0.79999995231628418, 0, 0 } },
{ "wk_quantile(x, 1, -1, true)", case_387, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 1, 0 } },
{ "wk_quantile(x, 1, 0, false)", case_388, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 1, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_389, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, INFINITY }, NULL, (double[]){ 2.3999998569488525, 1, 1, 0.60000014305114746, 1 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_390, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_391, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_392, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, 7, INFINITY }, NULL, (double[]){ 0, 1, 2, 3, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_393, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, 7, INFINITY }, NULL, (double[]){ 0, 1, 2, 3, 0 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_394, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, NAN }, NULL, (double[]){ 1.5, 1, 1, 1.5, 1 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_395, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, NAN }, NULL, (double[]){ 1.5, 1, 1, 1.5, 1 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_396, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_397, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_nanquantile(x, 0, -1, true)", case_398, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_nanquantile(x, 0, 0, false)", case_399, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 0, 1 } },
{ "wk_nanquantile(x, 0.25, -1, true)", case_400, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 7 }, NULL, (double[]){ 0, 0, 1, 0, 0 } },
{ "wk_nanquantile(x, 0.25, 0, false)", case_401, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 7 }, NULL, (double[]){ 0, 0, 1, 0, 0 } },
{ "wk_nanquantile(x, 0.3, -1, true)", case_402, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ 7.1999998092651367 }, NULL, (double[]){ 0, 0.20000004768371582, 0.79999995231628418, 0, 0 } },
{ "wk_nanquantile(x, 0.3, 0, false)", case_403, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ 7.1999998092651367 }, NULL, (double[]){ 0, 0.20000004768371582, 0.79999995231628418, 0, 0 } },
{ "wk_nanquantile(x, 1, -1, true)", case_404, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 1 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 1, 0 } },
{ "wk_nanquantile(x, 1, 0, false)", case_405, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0, 0, 0, 1, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_406, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, INFINITY }, NULL, (double[]){ 2.3999998569488525, 1, 1, 0.60000014305114746, 1 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_407, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_408, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_409, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, 7, INFINITY }, NULL, (double[]){ 0, 1, 2, 3, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_410, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, 7, INFINITY }, NULL, (double[]){ 0, 1, 2, 3, 0 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_411, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, NAN }, NULL, (double[]){ 1.5, 1, 1, 1.5, 1 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_412, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, NAN }, NULL, (double[]){ 1.5, 1, 1, 1.5, 1 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_413, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 1, { 3 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_414, WK_F32, 1, { 5 }, (double[]){ 9, 8, 7, INFINITY, -INFINITY }, WK_F32, 2, { 3, 1 }, (double[]){ 8, -INFINITY, 9 }, NULL, (double[]){ 3, 1, 0, 0, 2 } },
{ "wk_quantile(x, 0, -1, true)", case_415, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 0, 0, false)", case_416, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 0.25, -1, true)", case_417, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 0.25, 0, false)", case_418, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 0.3, -1, true)", case_419, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 0.3, 0, false)", case_420, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 1, -1, true)", case_421, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantile(x, 1, 0, false)", case_422, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_423, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_424, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_425, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_426, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_427, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_428, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_429, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_430, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_quantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_431, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantile(x, 0, -1, true)", case_432, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 0, 0, false)", case_433, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 0.25, -1, true)", case_434, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 0.25, 0, false)", case_435, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 0.3, -1, true)", case_436, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 0.3, 0, false)", case_437, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 1, -1, true)", case_438, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantile(x, 1, 0, false)", case_439, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 0, { 0 }, (double[]){ 2 }, NULL, (double[]){ 1 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LINEAR)", case_440, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_LOWER)", case_441, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_LOWER)", case_442, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_HIGHER)", case_443, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_HIGHER)", case_444, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_MIDPOINT)", case_445, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_MIDPOINT)", case_446, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, false, WK_QUANTILE_NEAREST)", case_447, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nanquantiles(x, 3, (double[]){ 0.5, 0.125, 0.8 }, 0, true, WK_QUANTILE_NEAREST)", case_448, WK_F32, 0, { 0 }, (double[]){ 2 }, WK_F32, 1, { 3 }, (double[]){ 2, 2, 2 }, NULL, (double[]){ 6 } },
{ "wk_nansum(x)", case_449, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 0, { 0 }, (double[]){ 17 }, NULL, (double[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
{ "wk_nansum_dim(x, 0, true)", case_450, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 1, 3 }, (double[]){ 3, 7, 7 }, NULL, (double[]){ 1, 2, 3, 1, 2, 3, 1, 2, 3 } },
{ "wk_nanmean(x)", case_451, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 0, { 0 }, (double[]){ 1.8888888359069824 }, NULL, (double[]){ 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534, 0.1111111119389534 } },
{ "wk_nanmean_dim(x, -1, false)", case_452, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 1, { 3 }, (double[]){ 1.6666666269302368, 1.6666666269302368, 2.3333332538604736 }, NULL, (double[]){ 0.3333333432674408, 0.3333333432674408, 0.3333333432674408, 0.66666668653488159, 0.66666668653488159, 0.66666668653488159, 1, 1, 1 } },
{ "wk_nansum(x)", case_453, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1 } },
{ "wk_nansum_dim(x, 0, true)", case_454, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 2, { 1, 5 }, (double[]){ 12, 8, 5, INFINITY, -INFINITY }, NULL, (double[]){ 1, 0, 3, 4, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 5 } },
{ "wk_nanmean(x)", case_455, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0.10000000149011612, 0, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0.10000000149011612, 0, 0, 0, 0, 0.10000000149011612 } },
{ "wk_nanmean_dim(x, -1, false)", case_456, WK_F32, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F32, 1, { 3 }, (double[]){ 0.625, NAN, 2 }, NULL, (double[]){ 0.25, 0, 0.25, 0.25, 0.25, 0.40000000596046448, 0.40000000596046448, 0.40000000596046448, 0.40000000596046448, 0.40000000596046448, 0, 0, 0, 0, 3 } },
{ "wk_nansum(x)", case_457, WK_F64, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F64, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1 } },
{ "wk_nansum_dim(x, 0, true)", case_458, WK_F64, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F64, 2, { 1, 5 }, (double[]){ 12, 8, 5, INFINITY, -INFINITY }, NULL, (double[]){ 1, 0, 3, 4, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 5 } },
{ "wk_nanmean(x)", case_459, WK_F64, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F64, 0, { 0 }, (double[]){ NAN }, NULL, (double[]){ 0.10000000000000001, 0, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0.10000000000000001, 0, 0, 0, 0, 0.10000000000000001 } },
{ "wk_nanmean_dim(x, -1, false)", case_460, WK_F64, 2, { 3, 5 }, (double[]){ 3, NAN, -2, 1, 0.5, 9, 8, 7, INFINITY, -INFINITY, NAN, NAN, NAN, NAN, 2 }, WK_F64, 1, { 3 }, (double[]){ 0.625, NAN, 2 }, NULL, (double[]){ 0.25, 0, 0.25, 0.25, 0.25, 0.40000000000000002, 0.40000000000000002, 0.40000000000000002, 0.40000000000000002, 0.40000000000000002, 0, 0, 0, 0, 3 } },
{ "wk_nansum(x)", case_461, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I64, 0, { 0 }, (double[]){ 29 }, NULL, NULL },
{ "wk_nansum_dim(x, 0, true)", case_462, WK_I32, 2, { 2, 5 }, (double[]){ 3, 4, -2, 1, 0, 9, 8, 7, -1, 0 }, WK_I64, 2, { 1, 5 }, (double[]){ 12, 12, 5, 0, 0 }, NULL, NULL },
{ "wk_nansum(x)", case_463, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_nansum_dim(x, 0, true)", case_464, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 1 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_nanmean(x)", case_465, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nanmean_dim(x, -1, false)", case_466, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nansum(x)", case_467, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_nansum_dim(x, 0, true)", case_468, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_nanmean(x)", case_469, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nanmean_dim(x, -1, false)", case_470, WK_F32, 0, { 0 }, (double[]){ NAN }, WK_F32, 0, { 0 }, (double[]){ NAN }, NULL, NULL },
{ "wk_nansum_dims(x, 2, (int[]){ 0, -1 }, false)", case_471, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 1, { 3 }, (double[]){ 8.75, -0.625, -7.75 }, NULL, (double[]){ 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3 } },
{ "wk_nanmean_dims(x, 2, (int[]){ 0, -1 }, true)", case_472, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 1, 3, 1 }, (double[]){ 1.09375, -0.078125, -0.96875 }, NULL, (double[]){ 0.125, 0.125, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.375, 0.375, 0.375, 0.375, 0.125, 0.125, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.375, 0.375, 0.375, 0.375 } },
{ "wk_diff(x, 0, 0)", case_473, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, NULL, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } },
{ "wk_diff(x, 1, 0)", case_474, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 2, 4 }, (double[]){ -5.375, -3.625, 1.625, 5.25, 4.125, -0.75, -5, -4.625 }, NULL, (double[]){ -1, -2, -3, -4, -4, -4, -4, -4, 5, 6, 7, 8 } },
{ "wk_diff(x, 2, 0)", case_475, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 2, { 1, 4 }, (double[]){ 9.5, 2.875, -6.625, -9.875 }, NULL, (double[]){ 1, 2, 3, 4, -2, -4, -6, -8, 1, 2, 3, 4 } },
{ "wk_diff(x, 0, 0)", case_476, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, NULL, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9 } },
{ "wk_diff(x, 1, 0)", case_477, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 2, 3 }, (double[]){ -2, 5, -3, 1, -3, 4 }, NULL, (double[]){ -1, -2, -3, -3, -3, -3, 4, 5, 6 } },
{ "wk_diff(x, 2, 0)", case_478, WK_F32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_F32, 2, { 1, 3 }, (double[]){ 3, -8, 7 }, NULL, (double[]){ 1, 2, 3, -2, -4, -6, 1, 2, 3 } },
{ "wk_diff(x, 0, 0)", case_479, WK_U8, 1, { 3 }, (double[]){ 9, 255, 0 }, WK_U8, 1, { 3 }, (double[]){ 9, 255, 0 }, NULL, NULL },
{ "wk_diff(x, 1, 0)", case_480, WK_U8, 1, { 3 }, (double[]){ 9, 255, 0 }, WK_U8, 1, { 2 }, (double[]){ 246, 1 }, NULL, NULL },
{ "wk_diff(x, 2, 0)", case_481, WK_U8, 1, { 3 }, (double[]){ 9, 255, 0 }, WK_U8, 1, { 1 }, (double[]){ 11 }, NULL, NULL },
{ "wk_diff(x, 0, 0)", case_482, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 0 }, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 0 }, NULL, NULL },
{ "wk_diff(x, 1, 0)", case_483, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 0 }, WK_BOOL, 1, { 2 }, (double[]){ 1, 0 }, NULL, NULL },
{ "wk_diff(x, 2, 0)", case_484, WK_BOOL, 1, { 3 }, (double[]){ 1, 0, 0 }, WK_BOOL, 1, { 1 }, (double[]){ 1 }, NULL, NULL },
{ "wk_diff(x, 0, 0)", case_485, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_diff(x, 1, 0)", case_486, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_diff(x, 2, 0)", case_487, WK_F32, 1, { 0 }, (double[]){ 0 }, WK_F32, 1, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_diff(x, 0, 0)", case_488, WK_F32, 2, { 1, 2 }, (double[]){ 0, 0 }, WK_F32, 2, { 1, 2 }, (double[]){ 0, 0 }, NULL, (double[]){ 1, 2 } },
{ "wk_diff(x, 1, 0)", case_489, WK_F32, 2, { 1, 2 }, (double[]){ 0, 0 }, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, NULL, (double[]){ 0, 0 } },
{ "wk_diff(x, 2, 0)", case_490, WK_F32, 2, { 1, 2 }, (double[]){ 0, 0 }, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, NULL, (double[]){ 0, 0 } },
{ "wk_diff(x, 1, -1)", case_491, WK_F32, 3, { 2, 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625, 1.25, 3, 2, -0.875, -2.875, -2.25, 0.5, 2.75, 2.5, 0, -2.5, -2.75 }, WK_F32, 3, { 2, 3, 3 }, (double[]){ 0.25, -2.375, -2.625, 2, 2.875, 1, -2.875, -1.375, 1.375, 1.75, -1, -2.875, 0.625, 2.75, 2.25, -2.5, -2.5, -0.25 }, NULL, (double[]){ -1, -1, -1, 3, -4, -1, -1, 6, -7, -1, -1, 9, -10, -1, -1, 12, -13, -1, -1, 15, -16, -1, -1, 18 } },
{ "wk_trace(x)", case_492, WK_F64, 2, { 3, 4 }, (double[]){ 2.5, 2.75, 0.375, -2.25, -2.875, -0.875, 2, 3, 1.25, -1.625, -3, -1.625 }, WK_F64, 0, { 0 }, (double[]){ -1.375 }, NULL, (double[]){ 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0 } },
{ "wk_trace(x)", case_493, WK_I32, 2, { 3, 3 }, (double[]){ 2, 0, 3, 0, 5, 0, 1, 2, 4 }, WK_I64, 0, { 0 }, (double[]){ 11 }, NULL, NULL },
{ "wk_trace(x)", case_494, WK_F32, 2, { 0, 2 }, (double[]){ 0 }, WK_F32, 0, { 0 }, (double[]){ 0 }, NULL, (double[]){ 0 } },
{ "wk_bincount(x, NULL, 0)", case_495, WK_I64, 1, { 6 }, (double[]){ 1, 3, 1, 0, 3, 3 }, WK_I64, 1, { 4 }, (double[]){ 1, 2, 0, 3 }, NULL, NULL },
{ "wk_bincount(x, NULL, 6)", case_496, WK_U8, 1, { 6 }, (double[]){ 1, 3, 1, 0, 3, 3 }, WK_I64, 1, { 6 }, (double[]){ 1, 2, 0, 3, 0, 0 }, NULL, NULL },
{ "wk_bincount(x, NULL, 0)", case_497, WK_I64, 1, { 0 }, (double[]){ 0 }, WK_I64, 1, { 0 }, (double[]){ 0 }, NULL, NULL },
{ "wk_bincount(x, NULL, 2)", case_498, WK_I64, 1, { 0 }, (double[]){ 0 }, WK_I64, 1, { 2 }, (double[]){ 0, 0 }, NULL, NULL },
{ "wk_bincount(x, wk_from((float[]){ .5f, 1, 2, 4, 8, 16 }, WK_SHAPE(6), WK_F32), 0)", case_499, WK_I64, 1, { 6 }, (double[]){ 1, 3, 1, 0, 3, 3 }, WK_F32, 1, { 4 }, (double[]){ 4, 2.5, 0, 25 }, NULL, NULL },
{ "wk_bincount(x, wk_to(wk_from((float[]){ .5f, 1, 2, 4, 8, 16 }, WK_SHAPE(6), WK_F32), WK_I32), 0)", case_500, WK_I64, 1, { 6 }, (double[]){ 1, 3, 1, 0, 3, 3 }, WK_F64, 1, { 4 }, (double[]){ 4, 2, 0, 25 }, NULL, NULL },
{ "wk_histc(x, 4, 0, 0)", case_501, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 4 }, (double[]){ 1, 2, 2, 3 }, NULL, NULL },
{ "wk_histc(x, 4, 0, 2)", case_502, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 4 }, (double[]){ 1, 1, 1, 3 }, NULL, NULL },
{ "wk_histogram(x, 5, i)", case_503, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 5 }, (double[]){ 1, 2, 1, 3, 1 }, (double[]){ -1, -0.19999998807907104, 0.60000002384185791, 1.3999999761581421, 2.2000000476837158, 3 }, NULL },
{ "wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .edges = i)", case_504, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 3 }, (double[]){ 1, 2, 4 }, (double[]){ -1, 0, 1, 2 }, NULL },
{ "wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .density = true, .edges = i)", case_505, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 3 }, (double[]){ 0.1428571492433548, 0.28571429848670959, 0.57142859697341919 }, (double[]){ -1, 0, 1, 2 }, NULL },
{ "wk_histc(x, 4, 0, 0)", case_506, WK_F64, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F64, 1, { 4 }, (double[]){ 1, 2, 2, 3 }, NULL, NULL },
{ "wk_histc(x, 4, 0, 2)", case_507, WK_F64, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F64, 1, { 4 }, (double[]){ 1, 1, 1, 3 }, NULL, NULL },
{ "wk_histogram(x, 5, i)", case_508, WK_F64, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F64, 1, { 5 }, (double[]){ 1, 2, 1, 3, 1 }, (double[]){ -1, -0.19999999999999996, 0.60000000000000009, 1.3999999999999999, 2.2000000000000002, 3 }, NULL },
{ "wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .edges = i)", case_509, WK_F64, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F64, 1, { 3 }, (double[]){ 1, 2, 4 }, (double[]){ -1, 0, 1, 2 }, NULL },
{ "wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .density = true, .edges = i)", case_510, WK_F64, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F64, 1, { 3 }, (double[]){ 0.14285714285714285, 0.2857142857142857, 0.5714285714285714 }, (double[]){ -1, 0, 1, 2 }, NULL },
{ "wk_histogram_with(x, .bins = 2, .weight = wk_square(x), .edges = i)", case_511, WK_F32, 1, { 8 }, (double[]){ 0, 0.5, 1, 1.5, 2, 2, 3, -1 }, WK_F32, 1, { 2 }, (double[]){ 1.25, 20.25 }, (double[]){ -1, 1, 3 }, NULL },
{ "wk_histc(x, 3, 0, 1)", case_512, WK_F32, 1, { 4 }, (double[]){ NAN, 0.5, 2, 1 }, WK_F32, 1, { 3 }, (double[]){ 0, 1, 1 }, NULL, NULL },
{ "wk_histc(x, 3, 0, 0)", case_513, WK_F32, 1, { 2 }, (double[]){ 2, 2 }, WK_F32, 1, { 3 }, (double[]){ 0, 2, 0 }, NULL, NULL },
{ "wk_histogram(x, 2, i)", case_514, WK_F32, 1, { 2 }, (double[]){ 2, 2 }, WK_F32, 1, { 2 }, (double[]){ 0, 2 }, (double[]){ 1.5, 2, 2.5 }, NULL },
{ "wk_histogram(x, 10, i)", case_515, WK_F32, 1, { 31 }, (double[]){ 0, 0.033333335071802139, 0.066666670143604279, 0.10000000149011612, 0.13333334028720856, 0.1666666716337204, 0.20000000298023224, 0.23333333432674408, 0.26666668057441711, 0.30000001192092896, 0.3333333432674408, 0.36666667461395264, 0.40000000596046448, 0.43333333730697632, 0.46666666865348816, 0.5, 0.53333336114883423, 0.56666666269302368, 0.60000002384185791, 0.63333332538604736, 0.66666668653488159, 0.69999998807907104, 0.73333334922790527, 0.76666665077209473, 0.80000001192092896, 0.83333331346511841, 0.86666667461395264, 0.89999997615814209, 0.93333333730697632, 0.96666663885116577, 1 }, WK_F32, 1, { 10 }, (double[]){ 3, 3, 3, 3, 3, 3, 3, 3, 3, 4 }, (double[]){ 0, 0.10000000149011612, 0.20000000298023224, 0.30000001192092896, 0.40000000596046448, 0.5, 0.60000002384185791, 0.69999998807907104, 0.80000001192092896, 0.89999997615814209, 1 }, NULL },
};
