/* ctc: the negative logarithm of the probability of all alignments of a target with t frames, and its gradient; a block
 * a sequence, a thread for each element of the extended target, which has a blank around each label, frame after frame.
 * A sequence whose lengths or labels are out of range is left out. */
#include "backends/cuda/kernels/kernel.h"
#include <math.h>

enum { START, FRAMES, LABELS, SPAN }; /* of a span */

template <class T> struct task {
    const T *logp, *g;
    T *out; /* losses, or d */
    double *alpha;
    const int64_t *labels, *spans;
    int64_t step[3], g_step;                   /* of logp */
    int64_t sequences, frames, classes, width; /* width: elements of the longest extended target */
    int64_t nlabels, room, blank;
    bool zero_infinity;
    wki_cuda_fault *fault;
};

typedef struct sequence {
    const int64_t *labels;
    int64_t frames, states, blank; /* states: of the extended target; 0: the sequence is left out */
    double *alpha;
} sequence;

/* log(exp(a) + exp(b) + exp(c)) */
WKI_DEVICE double larger(double a, double b) { return a != a ? b : b != b || a > b ? a : b; }
WKI_DEVICE double added(double a, double b, double c)
{
    const double top = larger(larger(a, b), c);
    if (top == -INFINITY) return top;
    return top + f64::wki_log(f64::wki_exp(a - top) + f64::wki_exp(b - top) + f64::wki_exp(c - top));
}

WKI_DEVICE int64_t class_of(const sequence &s, int64_t k) { return k % 2 ? s.labels[k / 2] : s.blank; }
WKI_DEVICE bool may_skip_to(const sequence &s, int64_t k)
{
    return k % 2 && k > 1 && s.labels[k / 2] != s.labels[k / 2 - 1];
}

WKI_DEVICE bool within(wki_cuda_fault *fault, int64_t value, int64_t low, int64_t high)
{
    if (value >= low && value <= high) return true;
    wki_out_of_range(fault, WKI_OP_ctc, value, low, high);
    return false;
}

/* Its lengths and labels, checked by all of the block. */
template <class T> WKI_DEVICE sequence sequence_of(const task<T> &t, int64_t b)
{
    const int64_t *span = t.spans + SPAN * b, start = span[START];
    sequence s = { t.labels + start, span[FRAMES], 0, t.blank, t.alpha + b * t.frames * t.width };
    const int64_t room = t.room < 0 ? t.nlabels - start : t.room, fits = (t.width - 1) / 2;
    bool right = within(t.fault, s.frames, 0, t.frames) && within(t.fault, start, 0, t.nlabels) &&
                 within(t.fault, span[LABELS], 0, room < fits ? room : fits) &&
                 within(t.fault, start + span[LABELS], 0, t.nlabels);
    for (int64_t i = threadIdx.x; right && i < span[LABELS]; i += blockDim.x)
        right = within(t.fault, s.labels[i], 0, t.classes - 1);
    if (__syncthreads_and(right)) s.states = 2 * span[LABELS] + 1;
    return s;
}

template <class T> WKI_DEVICE double logp_at(const task<T> &t, int64_t b, int64_t frame, int64_t c)
{
    return (double)t.logp[frame * t.step[0] + b * t.step[1] + c * t.step[2]];
}

/* Minus the logarithm, from the last alphas */
WKI_DEVICE double loss_of(const sequence &s, int64_t width)
{
    if (s.frames == 0) return s.states == 1 ? 0 : INFINITY;
    const double *last = s.alpha + (s.frames - 1) * width;
    return -added(last[s.states - 1], s.states > 1 ? last[s.states - 2] : -INFINITY, -INFINITY);
}

template <class T> static __global__ void forward(const task<T> t)
{
    WKI_BEGIN();
    const int64_t b = blockIdx.x;
    const sequence s = sequence_of(t, b);
    if (s.states == 0) return;
    for (int64_t frame = 0; frame < s.frames; frame++) {
        double *now = s.alpha + frame * t.width;
        const double *before = now - t.width;
        for (int64_t k = threadIdx.x; k < s.states; k += blockDim.x) {
            double reached = frame > 0 || k > 1 ? -INFINITY : 0;
            if (frame > 0)
                reached =
                    added(before[k], k > 0 ? before[k - 1] : -INFINITY, may_skip_to(s, k) ? before[k - 2] : -INFINITY);
            now[k] = reached + logp_at(t, b, frame, class_of(s, k));
        }
        __syncthreads();
    }
    if (threadIdx.x != 0) return;
    const double loss = loss_of(s, t.width);
    t.out[b] = (T)(t.zero_infinity && loss == INFINITY ? 0 : loss);
}

/* ---- Backward ---- */

/* A sequence's share of scratch: for each element beta, without its frame's own probability and with it, the
 * probability of being there, the next element of its class, or -1, and whether it is the first of them, and no blank;
 * the sum of those probabilities by class. */
typedef struct room {
    double *beta, *after, *share, *total;
    int64_t *next, *first;
} room;
static __host__ __device__ inline int64_t room_words(int64_t width, int64_t classes) { return 5 * width + classes; }

template <class T> WKI_DEVICE room room_of(const task<T> &t, double *scratch, int64_t b)
{
    room r;
    r.beta = scratch + b * room_words(t.width, t.classes);
    r.after = r.beta + t.width;
    r.share = r.after + t.width;
    r.next = (int64_t *)(r.share + t.width);
    r.first = r.next + t.width;
    r.total = r.share + 3 * t.width;
    return r;
}

/* Elements of one label are strung up, so that the first may add them in their order. */
template <class T> WKI_DEVICE void string_up(const task<T> &t, const sequence &s, const room &r)
{
    for (int64_t c = threadIdx.x; c < t.classes; c += blockDim.x) r.total[c] = 0;
    for (int64_t k = threadIdx.x; k < s.states; k += blockDim.x) {
        const int64_t mine = class_of(s, k);
        int64_t next = k + 2, before = k - 2;
        while (next < s.states && class_of(s, next) != mine) next += 2;
        while (before >= 0 && class_of(s, before) != mine) before -= 2;
        r.next[k] = next < s.states ? next : -1;
        r.first[k] = before < 0 && mine != s.blank;
    }
    __syncthreads();
}

/* beta of frame t without its own probability; `after` is that of the frame behind, with its own. */
WKI_DEVICE double step_back(const sequence &s, int64_t frame, const double *after, int64_t k)
{
    if (frame == s.frames - 1) return k >= s.states - 2 ? 0 : -INFINITY;
    return added(after[k], k + 1 < s.states ? after[k + 1] : -INFINITY,
                 k + 2 < s.states && may_skip_to(s, k + 2) ? after[k + 2] : -INFINITY);
}

/* The probabilities of being at each element, times g; blanks, half of them all, by a tree, whose branches of warps are
 * left. */
template <class T>
WKI_DEVICE void take_shares(const task<T> &t, const sequence &s, const room &r, int64_t b, int64_t frame, double loss,
                            double g, double *of_warp)
{
    double blanks = 0;
    for (int64_t k = threadIdx.x; k < s.states; k += blockDim.x) {
        const int64_t mine = class_of(s, k);
        r.share[k] = f64::wki_exp(s.alpha[frame * t.width + k] + r.beta[k] + loss) * g;
        r.after[k] = r.beta[k] + logp_at(t, b, frame, mine);
        if (mine == s.blank) blanks += r.share[k];
    }
    for (int far = 16; far; far /= 2) blanks += __shfl_xor_sync(~0u, blanks, far);
    if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = blanks;
}

WKI_DEVICE void add_shares(const sequence &s, const room &r, const double *of_warp)
{
    double sum = 0;
    for (unsigned w = 0; threadIdx.x == 0 && w < blockDim.x / 32; w++) sum += of_warp[w];
    if (threadIdx.x == 0) r.total[s.blank] = sum;
    for (int64_t k = threadIdx.x; k < s.states; k += blockDim.x) {
        if (!r.first[k]) continue;
        sum = 0;
        for (int64_t i = k; i >= 0; i = r.next[i]) sum += r.share[i];
        r.total[class_of(s, k)] = sum;
    }
}

/* (exp(logp) - the probability of being at the class) * g */
template <class T>
WKI_DEVICE void frame_back(const task<T> &t, const sequence &s, const room &r, int64_t b, int64_t frame, double loss,
                           double g)
{
    WKI_SHARED(double, of_warp, WKI_THREADS / 32);
    for (int64_t k = threadIdx.x; k < s.states; k += blockDim.x) r.beta[k] = step_back(s, frame, r.after, k);
    __syncthreads();
    take_shares(t, s, r, b, frame, loss, g, of_warp);
    __syncthreads();
    add_shares(s, r, of_warp);
    __syncthreads();
    T *d = t.out + (frame * t.sequences + b) * t.classes;
    for (int64_t c = threadIdx.x; c < t.classes; c += blockDim.x) {
        const double whole = loss == INFINITY ? (double)NAN : f64::wki_exp(logp_at(t, b, frame, c)) * g;
        d[c] = (T)(whole - r.total[c]);
    }
}

template <class T> static __global__ void backward(const task<T> t, double *scratch)
{
    WKI_BEGIN();
    const int64_t b = blockIdx.x;
    const sequence s = sequence_of(t, b);
    const room r = room_of(t, scratch, b);
    const double loss = s.states ? loss_of(s, t.width) : INFINITY, g = (double)t.g[b * t.g_step];
    const int64_t end = s.states == 0 || (t.zero_infinity && loss == INFINITY) ? 0 : s.frames;
    for (int64_t i = end; i < t.frames; i++)
        for (int64_t c = threadIdx.x; c < t.classes; c += blockDim.x) t.out[(i * t.sequences + b) * t.classes + c] = 0;
    if (end > 0) string_up(t, s, r);
    for (int64_t frame = end - 1; frame >= 0; frame--) frame_back(t, s, r, b, frame, loss, g);
}

/* ---- Calls ---- */

static const wki_view *alpha_of(const wki_call *call)
{
    return call->views[((const wki_ctc_attrs *)call->attrs)->backward ? 2 : 1];
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_view *alpha = alpha_of(call);
    if (!((const wki_ctc_attrs *)call->attrs)->backward) return 0;
    return (size_t)(alpha->size[0] * room_words(alpha->size[2], call->views[3]->size[2])) * sizeof(double);
}

template <class T> static void launch(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_ctc_attrs *a = (const wki_ctc_attrs *)call->attrs;
    const wki_view *const *in = call->views + (a->backward ? 3 : 2), *logp = in[0], *alpha = alpha_of(call);
    task<T> t;
    t.logp = (const T *)logp->data;
    t.g = a->backward ? (const T *)call->views[1]->data : NULL;
    t.g_step = a->backward ? call->views[1]->stride[0] : 0;
    t.out = (T *)call->views[0]->data;
    t.alpha = (double *)alpha->data;
    t.labels = (const int64_t *)in[1]->data;
    t.spans = (const int64_t *)in[2]->data;
    for (int d = 0; d < 3; d++) t.step[d] = logp->stride[d];
    t.frames = logp->size[0];
    t.sequences = logp->size[1];
    t.classes = logp->size[2];
    t.width = alpha->size[2];
    t.nlabels = in[1]->size[0];
    t.room = a->room;
    t.blank = a->blank;
    t.zero_infinity = a->zero_infinity;
    t.fault = queue->fault;
    if (t.sequences == 0) return;
    const unsigned threads = t.width <= 64 && t.classes <= 64 ? 64 : WKI_THREADS;
    if (a->backward)
        WKI_LAUNCH(backward<T>, (unsigned)t.sequences, threads, 0, queue, t, (double *)scratch);
    else
        WKI_LAUNCH(forward<T>, (unsigned)t.sequences, threads, 0, queue, t);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, call, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(ctc, scratch_bytes, run);
