# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functions of the language, on Arrays. Each is also a method; `dim=` is `axis=`, `keepdim=` is `keepdims=`."""
import numpy as np
from arrays import (DTYPES, FUNCTION_ULPS, GRIDS, NAMES, Array, brought_to, bring, clean, common_type, contract, epsilon,
                    is_float, on_grid, operand, promote, require, wide)

TABLE = Array.functions


def function(*names):
    """Enters a function into the table under its names."""
    def enter(body):
        for name in names or (body.__name__,):
            TABLE[name] = body
        return body
    return enter


def axes_of(array, axis, dim):
    """The axes that `axis=` or `dim=` names, as a tuple without negative numbers; all of them if left out."""
    named = dim if axis is None else axis
    if named is None:
        return tuple(range(array.v.ndim))
    named = named if isinstance(named, (list, tuple)) else [named]
    axes = tuple(np.core.numeric.normalize_axis_tuple(tuple(named), array.v.ndim))
    return axes


def tensor(value):
    value = operand(value)
    require(isinstance(value, Array))
    return value


# Casts.
for name_, type_ in DTYPES.items():
    TABLE[name_] = lambda value, type_=type_: tensor(value).cast(type_)
TABLE["tensor"] = TABLE["array"] = tensor


# Reductions.
def reduced(body):
    """A reduction of one array over several axes."""
    def call(value, axis=None, keepdim=False, dim=None, keepdims=False, **keywords):
        array = tensor(value)
        return body(array, axes_of(array, axis, dim), bool(keepdim or keepdims), **keywords)
    TABLE[body.__name__] = call
    return call


def count_of(array, axes):
    return int(np.prod([array.shape[axis] for axis in axes], dtype=np.int64))


def added(array, axes, keep):
    if not is_float(array.dtype):
        return Array(array.v.sum(axis=axes, keepdims=keep, dtype=array.dtype))
    value = array.v.sum(axis=axes, keepdims=keep, dtype=array.dtype)
    magnitude = (np.abs(wide(array.v)) + array.t).sum(axis=axes, keepdims=keep)
    carried = array.t.sum(axis=axes, keepdims=keep)
    exact = array.is_exact() and on_grid(wide(array.v), array.dtype).all()
    settled = (magnitude <= GRIDS[NAMES[array.dtype]][1]) & exact
    rounding = np.where(settled, 0.0, (count_of(array, axes) + 1) * epsilon(array.dtype) * magnitude)
    return Array(value, clean(carried + rounding, value))


@reduced
def sum(array, axes, keep):
    return added(array.cast(np.int64) if array.dtype == np.bool_ else array, axes, keep)


@reduced
def mean(array, axes, keep):
    array = array if is_float(array.dtype) else array.cast(np.float64)
    count = count_of(array, axes)
    require(count > 0)
    total = added(array, axes, keep)
    value = wide(total.v) / count
    inexact = (total.t > 0) | (array.dtype.itemsize == 2)
    bound = total.t / count + np.where(inexact, 2 * epsilon(array.dtype) * np.abs(value), 0.0)
    require(np.isfinite(value))
    return Array(value.astype(array.dtype), bound)


@reduced
def prod(array, axes, keep):
    array = array.cast(np.int64) if array.dtype == np.bool_ else array
    value = array.v.prod(axis=axes, keepdims=keep, dtype=array.dtype)
    if not is_float(array.dtype):
        return Array(value)
    require(array.dtype.kind == "f")
    x = wide(array.v)
    require(np.isfinite(x) & ((x != 0) | (array.t == 0)))
    largest = np.maximum(np.abs(x), 1).prod(axis=axes, keepdims=keep)
    smallest = np.minimum(np.where(x == 0, 1, np.abs(x)), 1).prod(axis=axes, keepdims=keep)
    most = GRIDS[NAMES[array.dtype]][1]
    whole = (x == np.floor(x)).all() and array.is_exact()
    limits = np.finfo(array.dtype)
    require((largest < float(limits.max) / 16) & (smallest > float(limits.tiny) * 16))
    relative = (array.t / np.where(x == 0, 1, np.abs(x))).sum(axis=axes, keepdims=keep)
    relative = np.expm1(relative + (count_of(array, axes) + 1) * epsilon(array.dtype))
    return Array(value, np.where((largest <= most) & whole, 0.0, relative * np.abs(wide(value))))


def chosen(name):
    def body(array, axes, keep):
        require(count_of(array, axes) > 0 and array.dtype.kind != "c")
        value = getattr(np, name)(array.v, axis=axes, keepdims=keep)
        return Array(value, array.t.max(axis=axes, keepdims=keep))
    body.__name__ = name
    return reduced(body)


chosen("max")
chosen("min")


@reduced
def any(array, axes, keep):
    return Array(array.cast(np.bool_).v.any(axis=axes, keepdims=keep))


@reduced
def all(array, axes, keep):
    return Array(array.cast(np.bool_).v.all(axis=axes, keepdims=keep))


# Functions of each element.
@function("minimum")
def minimum(left, right):
    return smaller(np.minimum, left, right)


@function("maximum")
def maximum(left, right):
    return smaller(np.maximum, left, right)


def smaller(choose, left, right):
    a, b = bring([tensor_or_number(left), tensor_or_number(right)])
    require(a.dtype != np.bool_ and a.dtype.kind != "c")
    return Array(choose(a.v, b.v), np.maximum(a.t, b.t))


def tensor_or_number(value):
    return operand(value)


@function("abs")
def absolute(value):
    array = tensor(value)
    require(array.dtype.kind in "iuf")
    return Array(np.abs(array.v), array.t)


@function("sqrt")
def square_root(value):
    array = tensor(value)
    array = array if is_float(array.dtype) else array.cast(np.float16 if array.dtype.itemsize == 1 else np.float64)
    x = wide(array.v)
    require((array.dtype.kind == "f") & (x >= 2 * array.t))
    result = np.sqrt(array.v)
    inexact = (array.t > 0) | (array.dtype.itemsize == 2)
    carried = np.sqrt(x + array.t) - np.sqrt(np.maximum(x - array.t, 0))
    return Array(result, np.where(inexact, carried + 2 * epsilon(array.dtype) * np.sqrt(x), 0.0))


# Views.
@function("transpose")
def transpose(value, *axes):
    axes = axes[0] if len(axes) == 1 and isinstance(axes[0], (list, tuple)) else axes
    return tensor(value).view(lambda v: np.swapaxes(v, *axes)) if len(axes) == 2 else permute(value, *axes)


@function("permute")
def permute(value, *axes):
    array = tensor(value)
    axes = axes[0] if len(axes) == 1 and isinstance(axes[0], (list, tuple)) else axes
    return array.view(lambda v: np.transpose(v, axes or None))


@function("unsqueeze", "expand_dims")
def unsqueeze(value, dim=None, axis=None):
    return tensor(value).view(lambda v: np.expand_dims(v, dim if axis is None else axis))


@function("squeeze")
def squeeze(value, dim=None, axis=None):
    named = dim if axis is None else axis
    named = tuple(named) if isinstance(named, list) else named
    array = tensor(value)
    require(named is None or array.v.ndim > 0)  # NumPy has an axis -1 even of a scalar
    return array.view(lambda v: np.squeeze(v, named))


@function("expand", "broadcast_to")
def expand(value, *sizes):
    array = tensor(value)
    sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (list, tuple)) else list(sizes)
    shift = len(sizes) - array.v.ndim
    sizes = [array.shape[i - shift] if size == -1 else size for i, size in enumerate(sizes)]
    return array.view(lambda v: np.broadcast_to(v, sizes))


# Contractions.
@function("einsum")
def einsum(string, *operands):
    arrays = [tensor(value) for value in operands]
    return contract(arrays, lambda *values: np.einsum(string, *values))
