/* CUDA's convolutions beside the CPU's: conv, its transpose, its gradient by the weight; windows of all kinds, by cuDNN
 * and by columns, those in pieces. It runs a second time without cuDNN, WICK_CUDA_DNN=0, and a third where there is
 * none, WICK_EMU_DNN=0. */
#include "backends/cpu/onednn.h"
#include "cuda_check.h"
#include "tests/emu/include/emu_control.h"

WICK_ON_CPU("it compares the CPU with the device")

typedef struct convolution {
    wk_dtype dtype;
    int bits;
    int64_t n, in, out, parts; /* channels of a group */
    wki_conv_attrs attrs;
    twin x, y, w, bias;
} convolution;

static int64_t volume(const int32_t size[3]) { return (int64_t)size[0] * size[1] * size[2]; }

/* A window along `dims` dims, with at least one place. */
static wki_window random_window(int dims)
{
    wki_window w;
    for (int d = 0; d < 3; d++) {
        const bool slides = d >= 3 - dims;
        w.kernel[d] = slides ? 1 + (int32_t)below(3) : 1;
        w.stride[d] = slides ? 1 + (int32_t)below(3) : 1;
        w.dilation[d] = slides ? 1 + (int32_t)below(2) : 1;
        w.padding[d] = slides ? (int32_t)below(3) : 0;
        const int32_t reach = w.dilation[d] * (w.kernel[d] - 1) + 1, least = reach - 2 * w.padding[d];
        w.in[d] = slides ? (least > 1 ? least : 1) + (int32_t)below(6) : 1;
        w.out[d] = (w.in[d] + 2 * w.padding[d] - reach) / w.stride[d] + 1;
    }
    return w;
}

/* all three of a convolution's arrays; weights in so many parts */
static void fill(convolution *c)
{
    const wki_window *w = &c->attrs.window;
    const int64_t groups = c->attrs.groups;
    const int64_t x[] = { c->n, groups * c->in, w->in[0], w->in[1], w->in[2] };
    const int64_t y[] = { c->n, groups * c->out, w->out[0], w->out[1], w->out[2] };
    const int64_t weights[] = { c->parts, groups * c->out * c->in * volume(w->kernel) };
    const int64_t channels = groups * (c->out > c->in ? c->out : c->in);
    c->x = plain_twin(c->dtype, 5, x, c->bits);
    c->y = plain_twin(c->dtype, 5, y, c->bits);
    c->w = plain_twin(c->dtype, 2, weights, c->bits);
    c->bias = plain_twin(c->dtype, 1, &channels, c->bits);
}

static void drop_all(convolution *c) { drop(&c->x), drop(&c->y), drop(&c->w), drop(&c->bias); }

static double run(convolution *c, int op)
{
    const bool weight = op == WKI_OP_conv_weight || c->attrs.by_weight;
    twin *const forward[] = { &c->y, &c->x, &c->w, &c->bias }, *const data[] = { &c->x, &c->y, &c->w, &c->bias };
    twin *const gradient[] = { &c->w, &c->x, &c->y };
    twin *const *views = weight ? gradient : op == WKI_OP_conv_data ? data : forward;
    return run_both(op, 3 + c->attrs.bias, views, &c->attrs, sizeof c->attrs);
}

static void check(convolution *c, int op)
{
    const double off = run(c, op), most = c->dtype == WK_F64 ? 1e-26 : 1e-11;
    const wki_window *w = &c->attrs.window;
    if (!(off <= most))
        printf("%s: x %s, y %s, groups %d, kernel %d %d %d, stride %d %d %d, bias %d: %g\n", wki_op_name(op),
               wki_show(&c->x.cpu), wki_show(&c->y.cpu), c->attrs.groups, w->kernel[0], w->kernel[1], w->kernel[2],
               w->stride[0], w->stride[1], w->stride[2], c->attrs.bias, off),
            fflush(stdout);
    CHECK(off <= most);
    drop_all(c);
}

static convolution random_convolution(int i)
{
    convolution c = { .dtype = i % 4 == 3 ? WK_F64 : WK_F32, .bits = 20, .n = 1 + below(3), .parts = 1 };
    c.attrs.window = random_window(1 + i % 3);
    c.attrs.groups = 1 + (int32_t)below(3);
    c.in = 1 + below(4), c.out = 1 + below(4);
    if (below(4) == 0) c.in = c.out = 1;
    return c;
}

TEST(cuda_conv, of_any_window_and_groups_with_bias_and_relu)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 240; i++) {
        convolution c = random_convolution(i);
        c.attrs.bias = i & 1, c.attrs.relu = i & 2;
        fill(&c);
        check(&c, WKI_OP_conv);
    }
}

/* Its memory is not at a multiple of 16 bytes, and channels end anywhere in what is moved at once. */
static void move_by(twin *t, int64_t elements)
{
    const int64_t bytes = elements * (int64_t)wk_dtype_size((wk_dtype)t->cpu.dtype);
    t->cpu.data = (char *)t->cpu.data + bytes;
    t->gpu.data = (char *)t->gpu.data + bytes;
}

TEST(cuda_conv, has_its_bias_and_relu_wherever_it_lies)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 120; i++) {
        convolution c = random_convolution(i);
        c.attrs.bias = i % 3 != 0, c.attrs.relu = c.attrs.bias ? i & 1 : true;
        fill(&c);
        move_by(&c.y, below(4));
        move_by(&c.bias, below(4));
        check(&c, WKI_OP_conv);
    }
}

TEST(cuda_conv, has_its_transpose_with_bias)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 240; i++) {
        convolution c = random_convolution(i);
        c.attrs.bias = i & 1;
        fill(&c);
        check(&c, WKI_OP_conv_data);
    }
}

TEST(cuda_conv, has_its_gradient_by_the_weight_in_any_number_of_parts)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 240; i++) {
        convolution c = random_convolution(i);
        c.parts = 1 + below(4);
        fill(&c);
        check(&c, WKI_OP_conv_weight);
    }
}

TEST(cuda_conv, of_one_element_at_a_time_takes_planes_as_they_are)
{
    if (!cuda_here()) return;
    static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };
    for (int i = 0; i < 96; i++) {
        convolution c = random_convolution(i);
        wki_window *w = &c.attrs.window;
        for (int d = 0; d < 3; d++)
            w->kernel[d] = w->stride[d] = w->dilation[d] = 1, w->padding[d] = 0, w->out[d] = w->in[d];
        c.in = 2 + below(4), c.out = 2 + below(4);
        c.attrs.bf16 = c.dtype == WK_F32 && i & 8;
        if (c.attrs.bf16) c.bits = 7;
        fill(&c);
        check(&c, ops[i % 3]);
    }
}

TEST(cuda_conv, of_channels_alone_is_conv_depth)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 96; i++) {
        convolution c = random_convolution(i);
        wki_window *w = &c.attrs.window;
        for (int d = 1; d < 3; d++) {
            w->stride[d] = 1;
            w->out[d] = w->in[d] + 2 * w->padding[d] - w->dilation[d] * (w->kernel[d] - 1);
        }
        c.in = c.out = 1;
        c.attrs.by_weight = i & 1;
        c.attrs.bias = !c.attrs.by_weight && i & 2;
        c.parts = c.attrs.by_weight ? 1 + below(3) : 1;
        fill(&c);
        check(&c, WKI_OP_conv_depth);
    }
}

TEST(cuda_conv, of_bfloat16_multiplies_numbers_that_it_has_as_they_are)
{
    if (!cuda_here()) return;
    static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };
    for (int i = 0; i < 150; i++) {
        convolution c = random_convolution(0);
        c.attrs.window = random_window(1 + i % 3), c.attrs.bf16 = true, c.bits = 7;
        c.attrs.bias = i % 2 && ops[i % 3] != WKI_OP_conv_weight;
        fill(&c);
        check(&c, ops[i % 3]);
    }
}

static bool is_off(const char *name)
{
    const char *wish = getenv(name);
    return wish && strcmp(wish, "0") == 0;
}
static bool is_without_cudnn(void) { return is_off("WICK_CUDA_DNN") || is_off("WICK_EMU_DNN"); }

TEST(cuda_conv, keeps_nan_and_infinities_where_they_belong)
{
    if (wki_onednn_chosen()) return; /* spreads them on the CPU */
    if (!cuda_here()) return;
    static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; i < 180; i++) {
        convolution c = random_convolution(i);
        c.attrs.relu = ops[i % 3] == WKI_OP_conv && i % 2;
        fill(&c);
        twin *const at[] = { &c.x, &c.y, &c.w };
        const bool by_cudnn = c.dtype == WK_F32 && c.attrs.groups == 1 && !is_without_cudnn();
        const bool spreads = ops[i % 3] != WKI_OP_conv_weight && by_cudnn; /* below */
        for (int k = 0; k < 3 && !spreads; k++) {
            set_number(at[k], MARGIN + below(wki_numel(&at[k]->cpu)), odd[below(3)]);
            send(at[k]);
        }
        check(&c, ops[i % 3]);
    }
}

/* So that no weight meets zeros beyond the edge: whether these are multiplied is a library's choice. */
static void without_padding(wki_window *w)
{
    for (int d = 0; d < 3; d++) {
        const int32_t reach = w->dilation[d] * (w->kernel[d] - 1) + 1;
        if (w->in[d] < reach) w->in[d] = reach;
        w->padding[d] = 0, w->out[d] = (w->in[d] - reach) / w->stride[d] + 1;
    }
}

/* cuDNN may multiply them by zeros where there is no window. */
TEST(cuda_conv, has_nan_and_infinities_at_least_where_they_belong)
{
    if (!cuda_here()) return;
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; i < 60; i++) {
        const bool forward = i % 2, in_weights = i % 4 < 2;
        convolution c = random_convolution(0);
        c.attrs.window = random_window(1 + i % 3);
        if (in_weights) without_padding(&c.attrs.window);
        fill(&c);
        twin *const from = forward ? &c.x : &c.y, *const to = forward ? &c.y : &c.x,
                    *const place = in_weights ? &c.w : from;
        set_number(place, MARGIN + below(wki_numel(&place->cpu)), odd[below(3)]);
        send(place);
        run(&c, forward ? WKI_OP_conv : WKI_OP_conv_data);
        char *got = malloc(to->bytes);
        CHECK(got && !device_backend()->copy_out(0, got, to->block, to->bytes));
        for (int64_t k = 0; k < wki_numel(&to->cpu); k++) {
            const double want = number_at(to, to->host, MARGIN + k), x = number_at(to, got, MARGIN + k);
            ck_assert_msg(isnan(x) || (isfinite(want) ? fabs(x - want) < 1e-4 : x == want), "%d: %.9g, not %.9g", i, x,
                          want);
        }
        free(got);
        drop_all(&c);
    }
}

TEST(cuda_conv, of_nothing_is_nothing_or_the_bias)
{
    if (!cuda_here()) return;
    static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };
    for (int i = 0; i < 48; i++) {
        convolution c = random_convolution(0);
        c.attrs.window = random_window(2);
        c.attrs.bias = ops[i % 3] != WKI_OP_conv_weight && i & 8;
        switch (i / 3 % 4) {
        case 0: c.n = 0; break;
        case 1: c.in = 0; break;
        case 2: c.out = 0; break;
        default: c.parts = ops[i % 3] == WKI_OP_conv_weight ? 5 : 1;
        }
        fill(&c);
        check(&c, ops[i % 3]);
    }
}

/* Columns of more than 64 MiB come in pieces: of the windows of one image, or of several images. Of few bits, long sums
 * are exact. */
static convolution large(bool one)
{
    convolution c = { .dtype = WK_F32, .bits = 4, .n = one ? 1 : 30, .in = 4, .out = 2, .parts = 1 };
    wki_window *w = &c.attrs.window;
    for (int d = 0; d < 3; d++) {
        w->kernel[d] = d ? 5 : 1, w->stride[d] = w->dilation[d] = 1, w->padding[d] = d ? 2 : 0;
        w->in[d] = w->out[d] = d ? (one ? 300 : 60) : 1;
    }
    c.attrs.groups = 2;
    fill(&c);
    return c;
}

TEST(cuda_conv, comes_in_pieces)
{
    if (!cuda_here()) return;
    for (int one = 0; one < 2; one++) {
        convolution c = large(one);
        check(&c, WKI_OP_conv);
    }
}

TEST(cuda_conv, comes_in_pieces_by_the_data)
{
    if (!cuda_here()) return;
    for (int one = 0; one < 2; one++) {
        convolution c = large(one);
        check(&c, WKI_OP_conv_data);
    }
}

TEST(cuda_conv, comes_in_pieces_by_the_weight)
{
    if (!cuda_here()) return;
    for (int one = 0; one < 2; one++) {
        convolution c = large(one);
        check(&c, WKI_OP_conv_weight);
    }
}

/* As many channels, and few windows: images lie side by side. And images that are many: their sums are added in pieces.
 */
TEST(cuda_conv, comes_in_pieces_by_the_weight_whatever_is_smaller)
{
    if (!cuda_here()) return;
    for (int many = 0; many < 2; many++) {
        convolution c = {
            .dtype = WK_F32, .bits = 3, .n = many ? 1100 : 40, .in = many ? 1 : 64, .out = 2, .parts = 1
        };
        wki_window *w = &c.attrs.window;
        c.attrs.groups = many ? 1 : 8;
        for (int d = 0; d < 3; d++) {
            w->kernel[d] = !d ? 1 : many ? 3 : 5, w->stride[d] = w->dilation[d] = 1, w->padding[d] = w->kernel[d] / 2;
            w->in[d] = w->out[d] = d ? 6 : 1;
        }
        fill(&c);
        check(&c, WKI_OP_conv_weight);
    }
}

/* ---- cuDNN's part: in f32, without groups, y and the gradient by the data ---- */

static const int three_ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };

/* Two images with a kernel of 3 x 3. */
static convolution of_threes(wk_dtype dtype)
{
    convolution c = { .dtype = dtype, .bits = 20, .n = 2, .in = 3, .out = 4, .parts = 1, .attrs.groups = 1 };
    wki_window *w = &c.attrs.window;
    for (int d = 0; d < 3; d++) {
        w->kernel[d] = d ? 3 : 1, w->stride[d] = w->dilation[d] = 1, w->padding[d] = d ? 1 : 0;
        w->in[d] = w->out[d] = d ? 9 : 1;
    }
    return c;
}

static unsigned long runs_of_cudnn(void)
{
    typeof(wki_emu_dnn_runs) *runs = (typeof(wki_emu_dnn_runs) *)emulator("wki_emu_dnn_runs");
    return runs ? runs() : 0;
}

TEST(cuda_conv, goes_by_cudnn_only_in_what_it_is_good_at)
{
    if (!cuda_here() || !emulator("wki_emu_dnn_runs")) return;
    for (int i = 0; i < 3; i++)
        for (int other = 0; other < 6; other++) {
            convolution c = of_threes(other == 1 ? WK_F64 : WK_F32);
            if (other == 2) c.attrs.bf16 = true, c.bits = 7;
            if (other == 3) c.in = c.out = 1;
            if (other == 4) c.n = 1, c.attrs.window.kernel[1] = c.attrs.window.kernel[2] = 1;
            if (other == 4) c.attrs.window.padding[1] = c.attrs.window.padding[2] = 0;
            if (other == 5) c.attrs.groups = 2;
            fill(&c);
            const unsigned long before = runs_of_cudnn();
            check(&c, three_ops[i]);
            const bool takes = other == 0 && three_ops[i] != WKI_OP_conv_weight;
            CHECK(runs_of_cudnn() - before == (takes && !is_without_cudnn()));
        }
}

/* By one element, within its margins. */
static void shift(twin *t)
{
    t->cpu.data = (char *)t->cpu.data + wk_dtype_size((wk_dtype)t->cpu.dtype);
    t->gpu.data = (char *)t->gpu.data + wk_dtype_size((wk_dtype)t->gpu.dtype);
}

TEST(cuda_conv, of_operands_anywhere_in_memory)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 9; i++) {
        convolution c = of_threes(WK_F32);
        fill(&c);
        twin *const of[] = { &c.x, &c.y, &c.w };
        shift(of[i / 3]);
        const unsigned long before = runs_of_cudnn();
        check(&c, three_ops[i % 3]);
        const bool takes = three_ops[i % 3] != WKI_OP_conv_weight && emulator("wki_emu_dnn_runs");
        CHECK(runs_of_cudnn() - before == (takes && !is_without_cudnn()));
    }
}

static void *bytes_of(const twin *t)
{
    void *bytes = malloc(t->bytes);
    CHECK(bytes && !device_backend()->copy_out(0, bytes, t->block, t->bytes));
    return bytes;
}

TEST(cuda_conv, has_the_same_bits_each_time)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 60; i++) {
        convolution c = random_convolution(4 * i);
        c.in = 2 + below(6), c.out = 2 + below(6), c.n = 1 + below(6);
        if (i / 3 % 2) c.attrs.groups = 1;
        fill(&c);
        const twin *to[] = { &c.y, &c.x, &c.w };
        void *bytes[3];
        for (int k = 0; k < 3; k++) {
            run(&c, three_ops[i % 3]);
            bytes[k] = bytes_of(to[i % 3]);
        }
        CHECK(!memcmp(bytes[0], bytes[1], to[i % 3]->bytes) && !memcmp(bytes[0], bytes[2], to[i % 3]->bytes));
        for (int k = 0; k < 3; k++) free(bytes[k]);
        drop_all(&c);
    }
}

/* Each block of memory ends where it is said to end. */
TEST(cuda_conv, has_all_the_scratch_that_it_needs)
{
    setenv("WICK_CUDA_CACHE", "0", 1);
    for (int i = 0; cuda_here() && i < 24; i++) {
        convolution c = i < 3 ? of_threes(WK_F32) : random_convolution(4 * i);
        fill(&c);
        if (i % 2) shift(&c.x);
        check(&c, three_ops[i % 3]);
    }
    unsetenv("WICK_CUDA_CACHE");
}

TEST(cuda_conv, goes_by_columns_where_cudnn_refuses)
{
    typeof(wki_emu_dnn_refuse) *refuse = NULL;
    if (!cuda_here() || !(refuse = (typeof(wki_emu_dnn_refuse) *)emulator("wki_emu_dnn_refuse"))) return;
    for (int i = 0; i < 12; i++) {
        convolution c = of_threes(WK_F32);
        const unsigned long before = runs_of_cudnn();
        fill(&c);
        refuse(i / 3 % 2);
        check(&c, three_ops[i % 3]);
        if (i / 3 % 2) CHECK(runs_of_cudnn() == before);
    }
    refuse(0);
}

TEST(cuda_conv, tells_what_cudnn_failed_at)
{
    if (!cuda_here() || is_without_cudnn()) return;
    typeof(wki_emu_fail) *let_fail = (typeof(wki_emu_fail) *)emulator("wki_emu_fail");
    if (!let_fail) return;
    convolution c = of_threes(WK_F32);
    fill(&c);
    const wki_view *views[] = { &c.y.gpu, &c.x.gpu, &c.w.gpu };
    const wki_call call = { WKI_OP_conv, 1, 3, views, &c.attrs, sizeof c.attrs, 1 };
    CHECK(!wki_run(&call));
    let_fail(WKI_EMU_FAIL_LAUNCH, 1, 999);
    CHECK(wki_run(&call) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "cuda:0: CUDNN_STATUS_EXECUTION_FAILED by cuDNN (in conv)");
    check(&c, WKI_OP_conv);
}

/* What cuDNN was about to be asked for is done by columns; what cannot go on says so. */
TEST(cuda_conv, is_right_or_an_error_whatever_call_fails)
{
    typeof(wki_emu_fail) *let_fail = NULL;
    if (!cuda_here() || !(let_fail = (typeof(wki_emu_fail) *)emulator("wki_emu_fail"))) return;
    int errors = 0, right = 0;
    for (int i = 0; i < 90; i++) {
        convolution c = of_threes(WK_F32);
        c.n = 1 + i;
        fill(&c);
        const wki_view *views[] = { &c.y.gpu, &c.x.gpu, &c.w.gpu };
        const wki_call call = { WKI_OP_conv, 1, 3, views, &c.attrs, sizeof c.attrs, 1 };
        let_fail(WKI_EMU_FAIL_CALL, (unsigned long)(i + 1) % 30 + 1, i % 2 ? 2 : 999);
        const wk_status status = wki_run(&call);
        CHECK((status != WK_OK) == wk_failed());
        let_fail(WKI_EMU_FAIL_CALL, 0, 0);
        wk_error_clear();
        errors += status != WK_OK, right += status == WK_OK;
        check(&c, WKI_OP_conv);
    }
    CHECK(errors > 0 && right > 0);
}

TEST(cuda_conv, refuses_weights_in_slices)
{
    if (!cuda_here()) return;
    convolution c = random_convolution(1);
    fill(&c);
    c.attrs.sliced = true;
    const wki_view *views[] = { &c.y.gpu, &c.x.gpu, &c.w.gpu };
    const wki_call call = { WKI_OP_conv, 1, 3, views, &c.attrs, sizeof c.attrs, 1 };
    CHECK(wki_run(&call) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "conv: weights in slices");
    drop_all(&c);
}

WICK_TEST_MAIN
