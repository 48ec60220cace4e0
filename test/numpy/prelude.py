# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions that are made of others, and those that give sizes."""
from arrays import require
from functions import TABLE, function, tensor


def call(name, *arguments, **keywords):
    return TABLE[name](*arguments, **keywords)


@function("rsqrt")
def rsqrt(x):
    return 1 / call("sqrt", tensor(x))


@function("sigmoid")
def sigmoid(x):
    return 1 / (1 + call("exp", -tensor(x)))


@function("softplus")
def softplus(x):
    return call("maximum", tensor(x), 0) + call("log1p", call("exp", -call("abs", tensor(x))))


@function("logsigmoid")
def logsigmoid(x):
    return -softplus(-tensor(x))


@function("relu")
def relu(x):
    return call("maximum", tensor(x), 0)


@function("leaky_relu")
def leaky_relu(x, slope=0.01):
    return call("where", tensor(x) > 0, x, slope * tensor(x))


@function("elu")
def elu(x, alpha=1):
    return call("where", tensor(x) > 0, x, alpha * call("expm1", call("minimum", tensor(x), 0)))


@function("silu")
def silu(x):
    return tensor(x) * sigmoid(x)


@function("gelu")
def gelu(x):
    return 0.5 * tensor(x) * (1 + call("erf", tensor(x) * 0.5**0.5))


@function("gelu_tanh")
def gelu_tanh(x):
    x = tensor(x)
    return 0.5 * x * (1 + call("tanh", 0.7978845608028654 * (x + 0.044715 * x**3)))


def centred(x, dim):
    """Less the largest, so that no exponential overflows."""
    return tensor(x) - call("max", tensor(x), dim=dim, keepdim=True)


@function("softmax")
def softmax(x, dim=-1):
    powers = call("exp", centred(x, dim))
    return powers / call("sum", powers, dim=dim, keepdim=True)


@function("log_softmax")
def log_softmax(x, dim=-1):
    return centred(x, dim) - call("log", call("sum", call("exp", centred(x, dim)), dim=dim, keepdim=True))


@function("layernorm")
def layernorm(x, dim=-1, eps=1e-5):
    x = tensor(x)
    spread = call("var", x, dim=dim, keepdim=True)
    return (x - call("mean", x, dim=dim, keepdim=True)) / call("sqrt", spread + eps)


@function("rmsnorm")
def rmsnorm(x, dim=-1, eps=1e-5):
    x = tensor(x)
    return x / call("sqrt", call("mean", x * x, dim=dim, keepdim=True) + eps)


@function("size")
def size(x, dim):
    return tensor(x).shape[dim]


@function("len")
def length(x):
    require(tensor(x).v.ndim > 0)
    return tensor(x).shape[0]


TABLE["numel"] = lambda x: tensor(x).v.size
TABLE["dim"] = TABLE["ndim"] = lambda x: tensor(x).v.ndim
