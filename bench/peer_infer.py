"""One row through a perceptron: ONNX Runtime from Python, and PyTorch from Python and, compiled here, from C++. The fastest
on the given number of threads races.

    prepare THREADS SIZE...   ok SUM VARIANT (MEDIANS)      the sum of the answer's absolute values
    sample MICROSECONDS       ok MEDIAN P99                 microseconds a row, all threads together
"""
import sys
import threading
import time

import numpy as np
import peer_common

LEAST_CALLS = 500  # as infer.c has it
LIBTORCH = """
#include <torch/extension.h>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
static double now() { return std::chrono::duration<double, std::micro>(
    std::chrono::steady_clock::now().time_since_epoch()).count(); }
static void ask(const std::vector<at::Tensor> &p, float *row, float *answer, double us, std::vector<double> &took)
{
    c10::InferenceMode only;
    at::set_num_threads(1);
    double end = now() + us;
    for (double from = now(), to; from < end || took.size() < 500; from = to) {
        at::Tensor x = at::from_blob(row, {1, p[0].size(1)});
        for (size_t i = 0; i < p.size(); i += 2) {
            x = at::linear(x, p[i], p[i + 1]);
            if (i + 2 < p.size()) x = at::relu_(x);
        }
        std::memcpy(answer, x.data_ptr<float>(), sizeof(float) * x.numel());
        took.push_back((to = now()) - from);
    }
}
std::pair<std::vector<double>, std::vector<float>> run(std::vector<at::Tensor> p, at::Tensor row, int threads, double us)
{
    pybind11::gil_scoped_release others_may;
    std::vector<std::vector<double>> took(threads);
    std::vector<std::vector<float>> answers(threads, std::vector<float>(p.back().numel()));
    std::vector<std::thread> all;
    for (int i = 1; i < threads; i++)
        all.emplace_back([&, i] { ask(p, row.data_ptr<float>(), answers[i].data(), us, took[i]); });
    ask(p, row.data_ptr<float>(), answers[0].data(), us, took[0]);
    for (auto &t : all) t.join();
    for (int i = 1; i < threads; i++) took[0].insert(took[0].end(), took[i].begin(), took[i].end());
    return { took[0], answers[0] };
}
"""


class Network:
    def __init__(self, threads, *sizes):
        self.threads = int(threads)
        sizes = [int(n) for n in sizes]
        self.row = peer_common.values(1, 1, sizes[0])
        self.params = peer_common.params_of(peer_common.shapes_of("mlp", sizes))


def by_python(call):
    """A way of asking from Python: (threads, microseconds) -> latencies, answer."""

    def run(threads, us):
        took, answers = [[] for _ in range(threads)], [None] * threads

        def ask(i):
            end = time.perf_counter() + us / 1e6
            start = time.perf_counter()
            while start < end or len(took[i]) < LEAST_CALLS:
                answers[i] = call()
                stop = time.perf_counter()
                took[i].append(1e6 * (stop - start))
                start = stop

        others = [threading.Thread(target=ask, args=(i,)) for i in range(1, threads)]
        for t in others:
            t.start()
        ask(0)
        for t in others:
            t.join()
        return [us for one in took for us in one], answers[0]

    return run


def by_libtorch(net):
    import torch
    from torch.utils.cpp_extension import load_inline

    torch.set_num_threads(1)
    code = load_inline("wick_bench_infer", LIBTORCH, functions="run", extra_cflags=["-O2"])
    params, row = [torch.from_numpy(p) for p in net.params], torch.from_numpy(net.row)
    return lambda threads, us: code.run(params, row, threads, us)


def by_torch(net):
    import torch

    torch.set_num_threads(1)
    layers = []
    for w, b in zip(net.params[0::2], net.params[1::2]):
        layers += [torch.nn.Linear(w.shape[1], w.shape[0]), torch.nn.ReLU(inplace=True)]
        layers[-2].load_state_dict({"weight": torch.from_numpy(w), "bias": torch.from_numpy(b)})
    model = torch.nn.Sequential(*layers[:-1]).eval()

    def call():
        with torch.inference_mode():
            return model(torch.from_numpy(net.row)).numpy()

    return by_python(call)


def session_of(net):
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, x = [], [], "x"
    for i, (w, b) in enumerate(zip(net.params[0::2], net.params[1::2])):
        weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [x, f"w{i}", f"b{i}"], [f"z{i}"], transB=1))
        x = f"z{i}"
        if 2 * i + 2 < len(net.params):
            nodes.append(helper.make_node("Relu", [x], [f"h{i}"]))
            x = f"h{i}"
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "net", [value("x", TensorProto.FLOAT, [1, net.row.shape[1]])],
                              [value(x, TensorProto.FLOAT, [1, net.params[-1].size])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]), x


def by_onnxruntime(net):
    session, y = session_of(net)
    return by_python(lambda: session.run([y], {"x": net.row})[0])


def by_binding(net):
    """Without the making of dictionaries and arrays at each call; a binding belongs to one thread."""
    import onnxruntime

    session, y = session_of(net)
    local = threading.local()

    def call():
        if not hasattr(local, "binding"):
            local.row = onnxruntime.OrtValue.ortvalue_from_numpy(net.row)
            local.answer = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((1, net.params[-1].size), np.float32))
            local.binding = session.io_binding()
            local.binding.bind_ortvalue_input("x", local.row)
            local.binding.bind_ortvalue_output(y, local.answer)
            local.inner = session._sess
        local.inner.run_with_iobinding(local.binding._iobinding, None)
        return local.answer

    def run(threads, us):
        took, answer = by_python(call)(threads, us)
        return took, answer.numpy()

    return run


WAYS = {"libtorch": by_libtorch, "torch": by_torch, "onnxruntime": by_onnxruntime, "onnxruntime+binding": by_binding}


def fastest(net):
    ready, said = {}, {}
    for name, build in WAYS.items():
        try:
            run = build(net)
            run(net.threads, 50_000)
            medians = [float(np.median(run(net.threads, 20_000)[0])) for _ in range(5)]
            ready[name], said[name] = (min(medians), run), f"{min(medians):.2f}"
        except Exception as error:
            said[name] = "failed, " + type(error).__name__
    if not ready:
        raise RuntimeError("every variant failed: " + ", ".join(f"{n} {s}" for n, s in said.items()))
    best = min(ready, key=lambda name: ready[name][0])
    return ready[best][1], f"{best} ({', '.join(f'{n} {said[n]}' for n in WAYS)})"


def versions():
    said = []
    for name in ("torch", "onnxruntime"):
        try:
            said.append(f"{name} {__import__(name).__version__}")
        except ImportError:
            pass
    return ", ".join(said)


def main():
    out = peer_common.answer_stream()
    print("ok", versions(), file=out)
    for line in sys.stdin:
        word, *args = line.split()
        try:
            if word == "prepare":
                net = Network(*args)
                best, said = fastest(net)
                answer = np.asarray(best(1, 1000)[1], dtype=np.float64)
                print(f"ok {np.abs(answer).sum():.9g} {said}"[:1000], file=out)
            else:
                took = best(net.threads, float(args[0]))[0]
                print(f"ok {np.median(took):.4f} {np.percentile(took, 99):.4f}", file=out)
        except Exception as error:
            print(f"error {type(error).__name__}: {str(error).splitlines()[:1]}"[:900], file=out)
            return


main()
