"""Golden values of the layers over sequences: results and gradients of RNN, LSTM and GRU in several settings, one of them on packed
sequences, of their cells in a loop, of attention and of transformers, from weights that C makes too. Usage: sequence.py > sequence.h"""
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_default_dtype(torch.float64)


def ramp(*shape, a=7, m=32):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).reshape(shape)


def row(name, ts):
    values = [v for t in ts for v in t.detach().reshape(-1).tolist()]
    print(f"static const double {name}[] = {{ " + ", ".join(f"{v:.17g}" for v in values) + " };")


def fill(net):
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(ramp(*p.shape, a=5 + 2 * i))


def finish(name, net, x, results, more=()):
    loss = sum((y * ramp(*y.shape, a=11 + 2 * i)).sum() for i, y in enumerate(results))
    loss.backward()
    row(f"golden_{name}", [*results, x.grad, *(p.grad for p in net.parameters()), *(t.grad for t in more)])


def recurrent(name, kind, lengths=None, start=False, **options):
    net = kind(3, 2, **options)
    fill(net)
    first = options.get("batch_first", False)
    x = ramp(*((2, 4, 3) if first else (4, 2, 3)), a=3).requires_grad_()
    layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    h = ramp(layers, 2, 2, a=9) if start else None
    if start and kind is torch.nn.LSTM:
        h = (h, ramp(layers, 2, 2, a=13))
    given = pack_padded_sequence(x, torch.tensor(lengths), batch_first=first, enforce_sorted=False) if lengths else x
    y, ends = net(given, h)
    if lengths:
        y = pad_packed_sequence(y, batch_first=first, total_length=4)[0]
    finish(name, net, x, [y, *(ends if isinstance(ends, tuple) else [ends])])


print(f"/* Made by sequence.py with PyTorch {torch.__version__.split('+')[0]}. */")
recurrent("rnn", torch.nn.RNN)
recurrent("rnn_relu_deep", torch.nn.RNN, num_layers=2, bidirectional=True, nonlinearity="relu", start=True)
recurrent("lstm", torch.nn.LSTM, bias=False)
recurrent("lstm_deep", torch.nn.LSTM, num_layers=2, bidirectional=True, batch_first=True, start=True)
recurrent("lstm_packed", torch.nn.LSTM, bidirectional=True, lengths=[2, 4], start=True)
recurrent("gru", torch.nn.GRU)
recurrent("gru_packed", torch.nn.GRU, num_layers=2, bidirectional=True, batch_first=True, lengths=[4, 1])


def cell(name, kind, start=False, **options):
    net = kind(3, 2, **options)
    fill(net)
    x = ramp(4, 2, 3, a=3).requires_grad_()
    state = ramp(2, 2, a=9) if start else None
    if start and kind is torch.nn.LSTMCell:
        state = (state, ramp(2, 2, a=13))
    y = []
    for t in range(4):
        state = net(x[t], state)
        y.append(state[0] if isinstance(state, tuple) else state)
    finish(name, net, x, [torch.stack(y), *(state if isinstance(state, tuple) else [state])])


cell("rnn_cell", torch.nn.RNNCell)
cell("rnn_cell_relu", torch.nn.RNNCell, nonlinearity="relu", bias=False, start=True)
cell("lstm_cell", torch.nn.LSTMCell)
cell("lstm_cell_from", torch.nn.LSTMCell, start=True)
cell("gru_cell", torch.nn.GRUCell, start=True)


def attention(name, masks=None, other=False, weights=True, **options):
    net = torch.nn.MultiheadAttention(4, 2, **options)
    fill(net)
    q = ramp(3, 2, 4, a=3).requires_grad_()
    k, v = (ramp(5, 2, options.get("kdim", 4), a=9), ramp(5, 2, options.get("vdim", 4), a=13)) if other else (q, q)
    given = {}
    if masks is not None:
        given["key_padding_mask"] = torch.tensor([[False] * 4 + [True], [True] + [False] * 4])
        given["attn_mask"] = masks
    y, w = net(q, k, v, need_weights=weights, **given)
    finish(name, net, q, [y, w] if weights else [y])


def encoder(name, layers=0, mask=None, **options):
    net = torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, **options)
    if layers:
        net = torch.nn.TransformerEncoder(net, layers, norm=torch.nn.LayerNorm(4), enable_nested_tensor=False)
    fill(net)
    x = ramp(3, 2, 4, a=3).requires_grad_()
    finish(name, net, x, [net(x, mask)])


def decoder(name, layers=0, padded=False, **options):
    net = torch.nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, **options)
    if layers:
        net = torch.nn.TransformerDecoder(net, layers, norm=torch.nn.LayerNorm(4))
    fill(net)
    x, memory = ramp(3, 2, 4, a=3).requires_grad_(), ramp(*((3, 5, 4) if options.get("batch_first") else (5, 2, 4)), a=9).requires_grad_()
    masks = {}
    if padded:
        masks["tgt_mask"] = torch.ones(3, 3, dtype=torch.bool).triu(1)
        masks["memory_mask"] = torch.tensor([[False] * 4 + [True], [False] * 5, [True] + [False] * 4])
        masks["tgt_key_padding_mask"] = torch.tensor([[False] * 3, [False, False, True]])
        masks["memory_key_padding_mask"] = torch.tensor([[False] * 5, [False, True] + [False] * 3])
    finish(name, net, x, [net(x, memory, **masks)], [memory])


def transformer(name, **options):
    net = torch.nn.Transformer(4, 2, 1, 2, 6, dropout=0.0, **options)
    net.encoder.enable_nested_tensor = False
    fill(net)
    src, tgt = ramp(5, 2, 4, a=9).requires_grad_(), ramp(3, 2, 4, a=3).requires_grad_()
    padding = torch.tensor([[False] * 5, [False] * 4 + [True]])
    y = net(src, tgt, src_mask=torch.ones(5, 5, dtype=torch.bool).tril(-3), tgt_mask=torch.ones(3, 3, dtype=torch.bool).triu(1),
            src_key_padding_mask=padding, memory_key_padding_mask=padding)
    finish(name, net, src, [y], [tgt])


attention("attention")
attention("attention_plain", weights=False, bias=False)
attention("attention_other", other=True, kdim=3, vdim=6)
attention("attention_masked", masks=torch.tensor([[False, False, False, False, True]] * 2 + [[True] + [False] * 4]), other=True)
encoder("encoder_layer")
encoder("encoder_layer_first", norm_first=True, activation="gelu", batch_first=True)
encoder("encoder", layers=2, mask=torch.ones(3, 3, dtype=torch.bool).triu(1))
decoder("decoder_layer")
decoder("decoder_layer_first", norm_first=True, activation="gelu", batch_first=True)
decoder("decoder", layers=2, padded=True)
transformer("transformer")
