/* Exported files, read back field by field: nodes, names, bytes and sizes; what is refused leaves nothing.
 * tests/interop runs them. */
#include "base/alloc.h"
#include "base/file.h"
#include "train/protobuf.h"
#include "wick/train.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

/* ---- Reading protobuf ---- */

typedef struct bytes {
    const unsigned char *at;
    size_t n;
} bytes;

static uint64_t take_varint(bytes *b)
{
    uint64_t value = 0;
    for (int shift = 0; b->n; shift += 7) {
        const unsigned char byte = *b->at++;
        b->n--;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return value;
    }
    ck_abort_msg("a number does not end");
    return 0;
}

/* The next field: its number; a counted one's bytes in *inside, a number in *value. 0: the end. */
static int take_field(bytes *b, bytes *inside, uint64_t *value)
{
    if (!b->n) return 0;
    const uint64_t key = take_varint(b);
    *inside = (bytes){ 0 };
    *value = 0;
    if ((key & 7) == 0) {
        *value = take_varint(b);
        return (int)(key >> 3);
    }
    const uint64_t n = (key & 7) == 2 ? take_varint(b) : (key & 7) == 5 ? 4 : 8;
    ck_assert_uint_le(n, b->n);
    *inside = (bytes){ b->at, (size_t)n };
    b->at += n;
    b->n -= (size_t)n;
    return (int)(key >> 3);
}

/* The i-th field of that number. */
static bytes field(bytes b, int number, int i)
{
    bytes inside;
    uint64_t value;
    for (int found; (found = take_field(&b, &inside, &value));)
        if (found == number && !i--) return inside;
    return (bytes){ 0 };
}

static uint64_t number_of(bytes b, int number)
{
    bytes inside;
    uint64_t value;
    for (int found; (found = take_field(&b, &inside, &value));)
        if (found == number) return value;
    return 0;
}

static bool is(bytes b, const char *text) { return b.n == strlen(text) && !memcmp(b.at, text, b.n); }

/* ---- Files ---- */

enum { GRAPH = 7, OPSETS = 8, NODES = 1, INITIALIZERS = 5, INPUT = 11, OUTPUT = 12 };
static char path[64];
static char *file;

static bytes export(wk_module *m, wk_tensor *example)
{
    size_t n = 0;
    snprintf(path, sizeof path, "/tmp/wick-onnx-%d.onnx", (int)getpid());
    wki_free(file);
    file = NULL;
    if (wk_export_onnx(m, example, path) == WK_OK) file = wki_file_slurp(path, 1 << 24, &n, "test");
    unlink(path);
    return (bytes){ (unsigned char *)file, n };
}

static void end(void)
{
    wki_free(file);
    file = NULL;
}

/* "N, 3, ?" of the graph's input or output */
static const char *sizes_of(bytes graph, int which)
{
    static char text[128];
    size_t used = 0;
    bytes shape = field(field(field(field(graph, which, 0), 2, 0), 1, 0), 2, 0);
    text[0] = 0;
    for (int i = 0;; i++) {
        bytes rest = shape, inside, dim = { 0 };
        uint64_t value;
        int at = -1;
        for (int found; at < i && (found = take_field(&rest, &inside, &value));)
            if (found == 1 && ++at == i) dim = inside;
        if (at < i) return text;
        if (field(dim, 2, 0).n)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? ", " : "", (int)field(dim, 2, 0).n,
                                     (const char *)field(dim, 2, 0).at);
        else if (dim.n)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? ", " : "", (int)number_of(dim, 1));
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s?", i ? ", " : "");
    }
}

TEST(onnx, has_a_node_a_layer_and_the_state_dicts_names_and_bytes)
{
    static const char *const ops[] = { "Conv", "BatchNormalization", "Relu", "Flatten", "Gemm" };
    wk_module *m = wk_nn_sequential(wk_nn_conv2d(1, 2, WK_DIMS(3)), wk_nn_batch_norm2d(2), wk_nn_relu(),
                                    wk_nn_dropout(0.5), wk_nn_flatten(), wk_nn_linear(8, 3));
    bytes model = export(m, wk_randn(WK_SHAPE(2, 1, 4, 4), WK_F32)), graph = field(model, GRAPH, 0);
    ck_assert_uint_eq(number_of(model, 1), 8);
    ck_assert_uint_eq(number_of(field(model, OPSETS, 0), 2), 17);
    for (int i = 0; i < 5; i++) CHECK(is(field(field(graph, NODES, i), 4, 0), ops[i]));
    CHECK(!field(graph, NODES, 5).n);
    CHECK(is(field(field(graph, NODES, 0), 1, 0), "input") && is(field(field(graph, NODES, 4), 2, 0), "output"));
    ck_assert_str_eq(sizes_of(graph, INPUT), "N, 1, 4, 4");
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "N, 3");
    wk_state *s = wk_state_dict(m);
    int found = 0;
    for (int i = 0; field(graph, INITIALIZERS, i).n; i++) {
        char name[64];
        bytes tensor = field(graph, INITIALIZERS, i), raw = field(tensor, 9, 0);
        snprintf(name, sizeof name, "%.*s", (int)field(tensor, 8, 0).n, (const char *)field(tensor, 8, 0).at);
        wk_tensor *t = wk_state_get(s, name);
        CHECK(t && raw.n == 4 * (size_t)wk_numel(t) && !memcmp(raw.at, host_data(t), raw.n));
        ck_assert_uint_eq(number_of(tensor, 1), (uint64_t)wk_size(t, 0));
        found++;
    }
    ck_assert_int_eq(found, 8);
    end();
}

/* "1, 2" of a node's attribute of whole numbers */
static const char *ints_of(bytes node, const char *name)
{
    static char text[64];
    size_t used = text[0] = 0;
    for (int i = 0; field(node, 5, i).n; i++) {
        bytes attribute = field(node, 5, i), inside;
        uint64_t value;
        if (!is(field(attribute, 1, 0), name)) continue;
        for (int found; (found = take_field(&attribute, &inside, &value));)
            if (found == 8)
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", used ? ", " : "", (int)value);
    }
    return text;
}

TEST(onnx, padding_to_the_same_size_is_told_in_numbers)
{
    wk_module *m = wk_nn_conv2d(1, 2, WK_DIMS(4, 3), .padding = WK_SAME, .dilation = WK_DIMS(1, 2));
    bytes graph = field(export(m, wk_randn(WK_SHAPE(2, 1, 6, 7), WK_F32)), GRAPH, 0);
    ck_assert_str_eq(ints_of(field(graph, NODES, 0), "pads"), "1, 2, 2, 2");
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "N, 2, 6, 7");
    end();
}

TEST(onnx, padding_wider_than_a_window_is_a_node_of_its_own)
{
    wk_module *m = wk_nn_max_pool1d(WK_DIMS(3), .padding = WK_DIMS(1), .dilation = WK_DIMS(3), .ceil_mode = true);
    bytes graph = field(export(m, wk_randn(WK_SHAPE(2, 3, 9), WK_F32)), GRAPH, 0);
    CHECK(is(field(field(graph, NODES, 0), 4, 0), "Pad") && is(field(field(graph, NODES, 1), 4, 0), "MaxPool"));
    ck_assert_str_eq(ints_of(field(graph, NODES, 1), "pads"), "0, 0");
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "N, 3, 3");
    end();
}

TEST(onnx, tells_the_dim_that_counts_samples)
{
    wk_tensor *x = wk_randn(WK_SHAPE(6, 2, 4), WK_F32);
    bytes graph = field(export(wk_nn_lstm(4, 5), x), GRAPH, 0);
    ck_assert_str_eq(sizes_of(graph, INPUT), "6, N, 4");
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "6, N, 5");
    graph = field(export(wk_nn_lstm(4, 5, .batch_first = true), x), GRAPH, 0);
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "N, 2, 5");
    graph = field(export(wk_nn_sequential(wk_nn_lstm(4, 5), wk_nn_flatten()), x), GRAPH, 0);
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "6, ?");
    end();
}

TEST(onnx, pictures_without_channels_get_them_by_a_reshape)
{
    wk_module *m = wk_nn_sequential(wk_nn_unflatten(-2, WK_SHAPE(1, -1)), wk_nn_conv2d(1, 2, WK_DIMS(3)));
    bytes graph = field(export(m, wk_randn(WK_SHAPE(2, 5, 4), WK_F32)), GRAPH, 0);
    CHECK(is(field(field(graph, NODES, 0), 4, 0), "Reshape"));
    bytes shape = { 0 }, name = field(field(graph, NODES, 0), 1, 1);
    for (int i = 0; field(graph, INITIALIZERS, i).n; i++) {
        bytes tensor = field(graph, INITIALIZERS, i), own = field(tensor, 8, 0);
        if (own.n == name.n && !memcmp(own.at, name.at, name.n)) shape = field(tensor, 9, 0);
    }
    CHECK(shape.n == 32 && !memcmp(shape.at, ((int64_t[]){ 0, 1, 5, 4 }), 32)); /* 0: as many as there are */
    ck_assert_str_eq(sizes_of(graph, INPUT), "N, 5, 4");
    ck_assert_str_eq(sizes_of(graph, OUTPUT), "N, 2, 3, 2");
    end();
}

TEST(onnx, is_of_evaluation_and_leaves_each_modules_mode)
{
    wk_module *m = wk_nn_sequential(wk_nn_batch_norm1d(3), wk_nn_dropout(0.5));
    wk_train(wk_module_child(m, "1"), false);
    wk_tensor *mean = wk_state_get(wk_state_dict(m), "0.running_mean"), *before = wk_clone(mean);
    CHECK(export(m, wk_randn(WK_SHAPE(4, 3), WK_F32)).n);
    CHECK(wk_equal(mean, before));
    CHECK(wk_is_training(wk_module_child(m, "0")) && !wk_is_training(wk_module_child(m, "1")));
    CHECK(export(wk_nn_identity(), wk_randn(WK_SHAPE(4, 3), WK_F32)).n);
    CHECK(export(wk_module_clone(m), wk_randn(WK_SHAPE(4, 3), WK_F32)).n);
    end();
}

/* ---- What is refused ---- */

static void refuses(wk_module *m, wk_tensor *x, const char *where, const char *why)
{
    CHECK(!export(m, x).n);
    CHECK_ERROR(WK_E_UNSUPPORTED, "export_onnx", where, why);
    CHECK(access(path, F_OK) != 0);
}

TEST(onnx, scaling_is_part_of_the_graph)
{
    static const char *const ops[] = { "Sub", "Div", "Gemm", "Mul", "Add" };
    wk_tensor *two = wk_full(WK_SHAPE(3), WK_F64, 2), *ten = wk_full(WK_SHAPE(1), WK_F64, 10);
    wk_module *m = wk_nn_sequential(wk_nn_scale(two, two), wk_nn_linear(3, 1), wk_nn_unscale(ten, ten));
    bytes graph = field(export(m, wk_ones(WK_SHAPE(2, 3), WK_F32)), GRAPH, 0);
    for (int i = 0; i < 5; i++) CHECK(is(field(field(graph, NODES, i), 4, 0), ops[i]));
    CHECK(is(field(field(graph, NODES, 0), 1, 1), "0.offset") && is(field(field(graph, NODES, 4), 1, 1), "2.offset"));
    end();
}

TEST(onnx, names_the_module_that_has_no_form_there)
{
    wk_tensor *image = wk_randn(WK_SHAPE(2, 3, 7, 7), WK_F32), *row = wk_randn(WK_SHAPE(2, 3), WK_F32);
    refuses(wk_nn_unfold(WK_DIMS(2)), image, "a unfold", "no form");
    refuses(wk_nn_glu(0), row, "a glu", "dim 0 counts the samples");
    refuses(wk_nn_unflatten(0, 2, (int64_t[]){ -1, 1 }), row, "a unflatten", "dim 0 is not behind the samples");
    refuses(wk_nn_sequential(wk_nn_batch_norm1d(3, .track_running_stats = false)), row, "0 is a batch_norm1d",
            "running");
    refuses(wk_nn_sequential(wk_nn_adaptive_avg_pool2d(WK_DIMS(3))), image, "0 is a adaptive", "multiple");
    refuses(wk_nn_conv2d(2, 3, WK_DIMS(2)), wk_randn(WK_SHAPE(2, 7, 7), WK_F32), "a conv2d", "without a batch");
    refuses(wk_nn_gru(3, 4), row, "a gru", "without a batch");
    refuses(wk_nn_transformer_decoder(4, 2, 1), wk_randn(WK_SHAPE(3, 1, 4), WK_F32), "a transformer_decoder",
            "no form");
    refuses(wk_nn_circular_pad1d(WK_SHAPE(1)), image, "a circular_pad1d", "goes around");
    refuses(wk_nn_zero_pad2d(WK_SHAPE(1)), row, "a zero_pad2d", "without a batch");
    refuses(wk_nn_channel_shuffle(1), row, "a channel_shuffle", "images in a batch");
    refuses(wk_nn_lp_pool2d(2, WK_DIMS(2)), image, "a lp_pool2d", "no form");
    refuses(wk_nn_max_unpool2d(WK_DIMS(2)), image, "a max_unpool2d", "no form");
    refuses(wk_nn_gru_cell(3, 4), row, "a gru_cell", "no form");
    refuses(wk_nn_linear(3, 4), wk_randn(WK_SHAPE(3), WK_F32), "a linear", "without a batch");
}

/* ---- Modules of one's own ---- */

static wk_tensor *pass(wk_module *m, wk_tensor *x) { return (void)m, x; }
static wk_tensor *rotate(wk_module *m, wk_tensor *x) { return (void)m, wk_flip(x, 1, (int[]){ 1 }); }
static wk_tensor *shift(wk_module *m, wk_tensor *x) { return (void)m, wk_add(x, wk_ones_like(x)); }
static wk_tensor *drop(wk_module *m, wk_tensor *x) { return (void)m, wk_zeros_like(x); }
static wk_tensor *twice(wk_module *m, wk_tensor *x) { return wk_add(wk_forward(wk_module_child(m, "f"), x), x); }
static wk_status with_child(wk_module *m, void *state)
{
    (void)state;
    return wk_nn_child(m, "f", wk_nn_linear(3, 3)) ? WK_OK : wk_error();
}

static wk_module *own(const char *name, wk_tensor *(*forward)(wk_module *, wk_tensor *),
                      wk_status (*init)(wk_module *, void *))
{
    static wk_module_ops ops[16];
    static int n;
    ops[n] = (wk_module_ops){ .size = sizeof *ops, .name = name, .init = init, .forward = forward };
    return wk_nn_custom(&ops[n++], NULL);
}

TEST(onnx, a_module_of_ones_own_is_what_its_forward_calls)
{
    static const char *const ops[] = { "Gemm", "Add", "Relu" };
    wk_module *mine = own("mine", twice, with_child);
    wk_module *m = wk_nn_sequential(mine, own("conv2d", pass, NULL), wk_nn_relu());
    wk_tensor *x = wk_randn(WK_SHAPE(2, 3), WK_F32);
    bytes graph = field(export(m, x), GRAPH, 0);
    for (int i = 0; i < 3; i++) CHECK(is(field(field(graph, NODES, i), 4, 0), ops[i]));
    CHECK(!field(graph, NODES, 3).n && is(field(field(graph, NODES, 0), 1, 1), "0.f.weight"));
    CHECK(is(field(field(graph, NODES, 1), 1, 1), "input"));
    CHECK(!wk_needs_grad(x) && !wk_grad(x));
    CHECK(wk_module_remove_hook(wk_module_child(mine, "f"), 1) == WK_E_NOT_FOUND); /* none is left behind */
    wk_error_clear();
    end();
}

static wk_tensor *rearrange(wk_module *m, wk_tensor *x) /* [n, 3, 4] */
{
    (void)m;
    wk_tensor *last = wk_select(wk_transpose(x, 1, 2), 1, -1), *flat = wk_flatten(wk_mul_scalar(x, 3), 1, -1);
    return wk_softmax(wk_cat((wk_tensor *[]){ last, flat }, 2, 1), 1);
}

/* The whole numbers of an initializer are `wanted`. */
static bool holds(bytes graph, const char *name, int n, const int64_t *wanted)
{
    bytes t = { 0 };
    for (int i = 0; (t = field(graph, INITIALIZERS, i)).n && !is(field(t, 8, 0), name);) i++;
    const bytes raw = field(t, 9, 0);
    return raw.n == (size_t)n * sizeof *wanted && !memcmp(raw.at, wanted, raw.n);
}

TEST(onnx, a_module_of_ones_own_may_rearrange_its_rows)
{
    static const char *const ops[] = { "Transpose", "Slice", "Reshape", "Mul", "Reshape", "Concat", "Softmax" };
    wk_module *m = own("rearrange", rearrange, NULL);
    bytes graph = field(export(m, wk_randn(WK_SHAPE(2, 3, 4), WK_F32)), GRAPH, 0);
    for (int i = 0; i < 7; i++) CHECK(is(field(field(graph, NODES, i), 4, 0), ops[i]));
    CHECK(!field(graph, NODES, 7).n);
    CHECK(holds(graph, "c1", 1, (int64_t[]){ 3 }) && holds(graph, "c2", 1, (int64_t[]){ 4 }));
    CHECK(holds(graph, "c3", 1, (int64_t[]){ 1 }) && holds(graph, "c4", 1, (int64_t[]){ 1 }));
    CHECK(holds(graph, "c5", 2, (int64_t[]){ 0, 3 }) && holds(graph, "c7", 2, (int64_t[]){ 0, 12 }));
    CHECK(!strcmp(sizes_of(graph, OUTPUT), "N, 15"));
    end();
}

static wk_tensor *merge(wk_module *m, wk_tensor *x) { return (void)m, wk_reshape(x, WK_SHAPE(-1)); }
static wk_tensor *turn(wk_module *m, wk_tensor *x) { return (void)m, wk_t(x); }
static wk_tensor *first(wk_module *m, wk_tensor *x) { return (void)m, wk_narrow(x, 0, 0, 1); }
static wk_tensor *total(wk_module *m, wk_tensor *x) { return (void)m, wk_sum_dim(x, 0, true); }

TEST(onnx, tells_what_of_a_module_of_ones_own_has_no_form_there)
{
    wk_tensor *x = wk_randn(WK_SHAPE(2, 3), WK_F32);
    refuses(own("merge", merge, NULL), x, "a merge", "view from [2, 3] to [6]; the samples, dim 0, must stay");
    refuses(own("turn", turn, NULL), x, "a turn", "permute along dim 0, which counts the samples");
    refuses(own("first", first, NULL), x, "a first", "slice along dim 0");
    refuses(own("total", total, NULL), x, "a total", "sum along dim 0");
    wk_module *inner = wk_nn_sequential(wk_nn_relu(), own("rotate", rotate, NULL));
    refuses(wk_nn_sequential(wk_nn_relu(), inner), x, "1.1 is a rotate", "calls flip");
    refuses(own("shift", shift, NULL), x, "a shift", "neither x nor trained");
    refuses(own("drop", drop, NULL), x, "a drop", "does not depend on x");
}

TEST(onnx, refuses_bad_arguments)
{
    wk_tensor *x = wk_randn(WK_SHAPE(2, 3), WK_F32);
    wk_module *m = wk_nn_linear(3, 4);
    CHECK(wk_export_onnx(NULL, x, "x") != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "export_onnx", "m");
    CHECK(wk_export_onnx(m, NULL, "x") != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "export_onnx", "example");
    CHECK(wk_export_onnx(m, x, "") != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "path is empty");
    CHECK(wk_export_onnx(m, wk_zeros(WK_SHAPE(0, 3), WK_F32), "x") != WK_OK);
    CHECK_ERROR(WK_E_SHAPE, "[0, 3]");
    CHECK(wk_export_onnx(m, wk_zeros(WK_SHAPE(2, 4), WK_F32), "x") != WK_OK);
    CHECK_ERROR(WK_E_SHAPE, "[2, 4]");
    CHECK(wk_export_onnx(m, x, "/nowhere/x.onnx") != WK_OK);
    CHECK_ERROR(WK_E_IO, "/nowhere/x.onnx");
}

/* ---- The wire format: protobuf's own examples ---- */

TEST(onnx, writes_protobufs_wire_format)
{
    wki_message m = { 0 }, inside = { 0 };
    wki_put_int(&inside, 1, 150);
    wki_put_message(&m, 3, &inside);
    wki_put_text(&m, 2, "testing");
    wki_put_int(&m, 1, -2);
    wki_put_float(&m, 16, 1);
    static const unsigned char expected[] = { 0x1a, 0x03, 0x08, 0x96, 0x01, 0x12, 0x07, 't',  'e',  's',  't',
                                              'i',  'n',  'g',  0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                              0xff, 0xff, 0x01, 0x85, 0x01, 0x00, 0x00, 0x80, 0x3f };
    CHECK(!m.failed && m.used == sizeof expected && !memcmp(m.at, expected, sizeof expected));
    wki_free(m.at);
}

WICK_TEST_MAIN
