/* CUDA's convolutions beside the CPU's: conv, its transpose, its gradient by the weight; windows of all kinds, columns
 * in pieces. */
#include "cuda_check.h"

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

TEST(cuda_conv, keeps_nan_and_infinities_where_they_belong)
{
    if (!cuda_here()) return;
    static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; i < 180; i++) {
        convolution c = random_convolution(i);
        c.attrs.relu = ops[i % 3] == WKI_OP_conv && i % 2;
        fill(&c);
        twin *const at[] = { &c.x, &c.y, &c.w };
        for (int k = 0; k < 3; k++) {
            set_number(at[k], MARGIN + below(wki_numel(&at[k]->cpu)), odd[below(3)]);
            send(at[k]);
        }
        check(&c, ops[i % 3]);
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
