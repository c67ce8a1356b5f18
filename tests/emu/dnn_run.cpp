/* What a convolution of the fake cuDNN does when its turn in the stream comes: every range is looked at first, as the
 * device would fault, then plain sums in float, channel after channel and tap after tap. Outside of a plane there are
 * zeros, which are multiplied too, and so does the data's gradient where it sees no window: a NaN among the weights
 * then shows in all of its channel. */
#include "dnn.h"
#include <algorithm>

namespace wki_emu
{

/* Ten bits of fraction, halves away from zero. */
static float to_tf32(float v)
{
    uint32_t u = bits<uint32_t>(v);
    if ((u >> 23 & 0xff) == 0xff) return v;
    return bits<float>((u + 0x1000) & ~0x1fffu);
}

static std::vector<float> operand(const char *at, int64_t count, bool tf32)
{
    std::vector<float> v((const float *)at, (const float *)at + count);
    if (tf32)
        for (float &one : v) one = to_tf32(one);
    return v;
}

/* For each tap and window the place in x's plane that it sees; -1: outside. */
static std::vector<int64_t> places(const Convolution &c)
{
    std::vector<int64_t> at;
    int64_t k[3], o[3], p[3];
    for (k[0] = 0; k[0] < c.taps[0]; k[0]++)
        for (k[1] = 0; k[1] < c.taps[1]; k[1]++)
            for (k[2] = 0; k[2] < c.taps[2]; k[2]++)
                for (o[0] = 0; o[0] < c.y[0]; o[0]++)
                    for (o[1] = 0; o[1] < c.y[1]; o[1]++)
                        for (o[2] = 0; o[2] < c.y[2]; o[2]++) {
                            bool inside = true;
                            for (int d = 0; d < 3; d++) {
                                p[d] = o[d] * c.stride[d] - c.pad[d] + k[d] * c.dilation[d];
                                inside = inside && p[d] >= 0 && p[d] < c.x[d];
                            }
                            at.push_back(inside ? (p[0] * c.x[1] + p[1]) * c.x[2] + p[2] : -1);
                        }
    return at;
}

struct Sums {
    const Convolution &c;
    std::vector<int64_t> at;
    std::vector<float> x, y, w; /* of the one that is written: its sums */
    bool backwards;

    int64_t turn(int64_t i, int64_t n) const { return backwards ? n - 1 - i : i; }
    /* what channel `o` of the outputs and `i` of the inputs have to do with each other, in image n */
    void pair(int64_t n, int64_t o, int64_t i)
    {
        const int64_t windows = c.windows();
        float *xs = &x[(n * c.in + i) * c.plane()];
        float *ys = &y[(n * c.out + o) * windows];
        const float *ws = &w[(o * c.in + i) * c.volume()];
        for (int64_t step = 0; step < c.volume(); step++) {
            const int64_t tap = turn(step, c.volume()), *seen = &at[tap * windows];
            if (c.kind == DNN_FORWARD)
                for (int64_t p = 0; p < windows; p++) ys[p] += ws[tap] * (seen[p] < 0 ? 0 : xs[seen[p]]);
            else
                for (int64_t p = 0; p < windows; p++)
                    if (seen[p] >= 0) xs[seen[p]] += ws[tap] * ys[p];
            if (c.kind == DNN_DATA && ws[tap] * 0 != 0)
                for (int64_t p = 0; p < c.plane(); p++) xs[p] += ws[tap] * 0;
        }
    }
    void run()
    {
        for (int64_t image = 0; image < c.n; image++)
            for (int64_t o = 0; o < c.out; o++)
                for (int64_t i = 0; i < c.in; i++) pair(image, turn(o, c.out), turn(i, c.in));
    }
};

static bool inside(const ConvolutionWork &w, const char *what, const void *at, size_t size)
{
    Place place = memory_find(at, size);
    if (place.kind == Place::DEVICE && place.device == w.device) return true;
    tell("a convolution of %lld images: %s, %zu bytes at %p, is not in the device's memory", (long long)w.c.n, what,
         size, at);
    return false;
}

/* The library may write to all of its workspace; it does so at both ends. */
static void scribble(char *at, size_t size)
{
    const size_t some = std::min(size, (size_t)16384);
    memset(at, 0xFF, some);
    memset(at + size - some, 0xFF, some);
}

cudaError_t ConvolutionWork::run()
{
    static unsigned long shuffled;
    const int64_t counts[] = { c.x_count(), c.y_count(), c.w_count() };
    memory_open(1u << device);
    if (!inside(*this, "x", x, (size_t)counts[0] * 4) || !inside(*this, "y", y, (size_t)counts[1] * 4) ||
        !inside(*this, "w", w, (size_t)counts[2] * 4))
        return cudaErrorIllegalAddress;
    if (workspace_size && !inside(*this, "the workspace", workspace, workspace_size)) return cudaErrorIllegalAddress;
    if (workspace_size) scribble(workspace, workspace_size);
    const int which = c.kind == DNN_DATA ? 0 : 1;
    char *const all[] = { x, y, w };
    std::vector<float> of[3];
    for (int i = 0; i < 3; i++)
        of[i] = i == which ? std::vector<float>((size_t)counts[i]) : operand(all[i], counts[i], c.tf32);
    Sums sums = { c, places(c), of[0], of[1], of[2], c.shuffles && shuffled++ % 2 };
    sums.run();
    const std::vector<float> &result = which == 0 ? sums.x : sums.y;
    float *to = (float *)all[which];
    for (int64_t i = 0; i < counts[which]; i++) to[i] = alpha * result[(size_t)i] + (beta != 0 ? beta * to[i] : 0);
    return cudaSuccess;
}
} // namespace wki_emu
