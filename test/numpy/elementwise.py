# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of each element. The approximated ones are computed in f64 and rounded."""
import math

import numpy as np
from arrays import (FUNCTION_ULPS, Array, brought_to, bring, clean, common_type, compare, floored, is_float, logic,
                    operand, power, relative_slope, require, units, wide)
from functions import TABLE, function, tensor


def floating(value):
    """An operand of a function whose results are floats: of integers the least type that holds them."""
    array = tensor(value)
    return array if is_float(array.dtype) else array.cast(np.float16 if array.dtype.itemsize == 1 else np.float64)


def approximated(dtype, value, carried, moves):
    """A function's value in f64, how far its operands' bounds move it, and whether they do."""
    result = value.astype(dtype)
    require((dtype != np.float16) | np.isfinite(result))
    require(~moves | (np.isfinite(result) & np.isfinite(carried)))
    return Array(result, clean(np.where(moves, carried, 0.0) + FUNCTION_ULPS * units(value, dtype), value))


def smooth(compute, defined=lambda x, t: True):
    """A function of one real number that, where `defined`, its operand's bound moves nearly linearly."""
    def call(value):
        array = floating(value)
        require(array.dtype.kind == "f")
        x, t = wide(array.v), array.t
        require((t == 0) | (defined(x, t) & (t <= 1e-2 * (1 + np.abs(x)))))
        at = compute(x)
        # Half as much again for what is not linear.
        moved = 1.5 * np.maximum(np.abs(compute(x + t) - at), np.abs(compute(x - t) - at)) + t * t
        return approximated(array.dtype, at, moved, t > 0)
    return call


def inside(low, high):
    return lambda x, t: (x - 4 * t > low) & (x + 4 * t < high)


for names_, compute_, defined_ in [
        (["exp"], np.exp, inside(-700, 700)), (["exp2"], np.exp2, inside(-1000, 1000)),
        (["expm1"], np.expm1, inside(-700, 700)), (["log"], np.log, inside(0, np.inf)),
        (["log2"], np.log2, inside(0, np.inf)), (["log1p"], np.log1p, inside(-1, np.inf)),
        (["sin"], np.sin, lambda x, t: True), (["cos"], np.cos, lambda x, t: True),
        (["tan"], np.tan, lambda x, t: np.abs(np.cos(x)) > 0.1 + 4 * t),
        (["asin", "arcsin"], np.arcsin, inside(-1, 1)), (["acos", "arccos"], np.arccos, inside(-1, 1)),
        (["atan", "arctan"], np.arctan, inside(-np.inf, np.inf)),
        (["sinh"], np.sinh, inside(-300, 300)), (["cosh"], np.cosh, inside(-300, 300)),
        (["tanh"], np.tanh, inside(-np.inf, np.inf)),
        (["erf"], np.vectorize(math.erf, otypes=[np.float64]), inside(-np.inf, np.inf))]:
    function(*names_)(smooth(compute_, defined_))


@function("sqrt")
def square_root(value):
    array = floating(value)
    x = wide(array.v)
    if array.dtype.kind == "c":
        # On the negative axis the sign of a zero decides, and that is not always defined.
        require((np.abs(x) > 4 * array.t) | (x == 0) & (array.t == 0))
        require((x.real > 2 * array.t) | (np.abs(x.imag) > 2 * array.t) | (x == 0))
        root = np.sqrt(x)
        carried = array.t / np.where(x == 0, 1, np.abs(root))
        return Array(root.astype(array.dtype), clean(carried + 4 * units(root, array.dtype), root))
    require(x >= 2 * array.t)
    root = np.sqrt(array.v)
    inexact = (array.t > 0) | (array.dtype.itemsize == 2)
    carried = np.sqrt(x + array.t) - np.sqrt(np.maximum(x - array.t, 0))
    return Array(root, np.where(inexact, carried + 2 * units(root, array.dtype), 0.0))


def stepped(compute, value):
    """A function with steps, none of which may be within reach."""
    array = floating(value)
    require(array.dtype.kind == "f")
    x = wide(array.v)
    require((array.t == 0) | (compute(x - 2 * array.t) == compute(x + 2 * array.t)))
    return Array(compute(array.v))


for names_, compute_ in [("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc), ("rint", np.rint)]:
    TABLE[names_] = lambda value, compute=compute_: stepped(compute, value)


@function("round")
def rounded(value):
    array = tensor(value)
    return array if array.dtype.kind in "iu" else stepped(np.rint, array)


@function("atan2", "arctan2")
def atan2(left, right):
    operands = [operand(left), operand(right)]
    a, b = (floating(array) for array in bring(operands))
    y, x = wide(a.v), wide(b.v)
    require(a.dtype.kind == "f")
    # At 0 and on the negative axis the sign of a zero decides.
    require((np.abs(y) > 4 * a.t) | (x > 4 * b.t))
    require((a.t + b.t == 0) | (np.hypot(x, y) > 16 * (a.t + b.t)))
    return approximated(a.dtype, np.arctan2(y, x), 1.5 * relative_slope(np.arctan2, y, x, a.t, b.t), a.t + b.t > 0)


TABLE["pow"] = TABLE["power"] = lambda left, right: power(operand(left), operand(right))


def smaller(choose, left, right):
    a, b = bring([left, right])
    require(a.dtype.kind != "c")
    return Array(choose(a.v, b.v), np.maximum(a.t, b.t))


TABLE["minimum"] = lambda left, right: smaller(np.minimum, left, right)
TABLE["maximum"] = lambda left, right: smaller(np.maximum, left, right)


@function("clip", "clamp")
def clip(value, min=None, max=None, a_min=None, a_max=None):
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    result = tensor(value)
    for choose, bound in [(np.maximum, low), (np.minimum, high)]:
        if bound is not None:
            require(common_type([result, operand(bound)]) != np.bool_)  # NumPy clips no bools
            result = smaller(choose, result, bound)
    return result


@function("where")
def where(condition, left, right):
    condition = operand(condition)
    require(isinstance(condition, Array))
    a, b = bring([left, right])
    condition = condition.cast(np.bool_).v
    return Array(np.where(condition, a.v, b.v), np.where(condition, a.t, b.t))


@function("abs", "absolute")
def absolute(value):
    array = tensor(value)
    size = np.abs(array.v) if array.dtype != np.bool_ else array.v
    bound = array.t + 4 * units(size, size.dtype) if array.dtype.kind == "c" else array.t
    return Array(size, clean(bound, size) if array.dtype.kind == "c" else bound)


@function("sign")
def sign(value):
    array = tensor(value)
    require(array.dtype.kind in "iuf")
    require((array.t == 0) | (np.abs(wide(array.v)) > 2 * array.t))
    return Array(np.sign(array.v))


for names_ in ["isnan", "isinf", "isfinite"]:
    TABLE[names_] = lambda value, name=names_: Array(getattr(np, name)(tensor(value).v))


@function("real")
def real(value):
    return tensor(value).viewed(np.real)


@function("imag")
def imag(value):
    array = tensor(value)
    return Array(np.imag(array.v), array.t if array.dtype.kind == "c" else None)


@function("conj")
def conj(value):
    array = tensor(value)
    return Array(np.conj(array.v) if array.dtype.kind == "c" else array.v, array.t)


# Operators under their names.
TABLE["negative"] = TABLE["neg"] = lambda value: -tensor(value)
TABLE["bitwise_not"] = lambda value: ~tensor(value)
for name_ in ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]:
    TABLE[name_] = lambda left, right, name=name_: compare(name, left, right)
for name_ in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    TABLE[name_] = lambda left, right, name=name_: logic(name, left, right)
TABLE["floor_divide"] = lambda left, right: floored("floor_divide", left, right)
TABLE["remainder"] = TABLE["mod"] = lambda left, right: floored("remainder", left, right)


def truths(name):
    """Of what is not 0."""
    return lambda *values: Array(getattr(np, name)(*(brought_to(np.bool_, value).v for value in values)))


for name_ in ["logical_and", "logical_or", "logical_xor", "logical_not"]:
    TABLE[name_] = truths(name_)
