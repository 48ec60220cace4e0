# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions that fold axes, or run along them."""
import numpy as np
from arrays import FUNCTION_ULPS, GRIDS, NAMES, Array, clean, epsilon, is_float, on_grid, require, units, wide
from functions import TABLE, axes_of, function, tensor


def reduced(body):
    """A reduction of one array over several axes."""
    def call(value, axis=None, keepdim=False, dim=None, keepdims=False, **keywords):
        array = tensor(value)
        return body(array, axes_of(array, axis, dim), bool(keepdim or keepdims), **keywords)
    TABLE[body.__name__] = call
    return call


def count_of(array, axes):
    return int(np.prod([array.shape[axis] for axis in axes], dtype=np.int64))


def most(dtype):
    return float(np.finfo(dtype).max)


def added(array, axes, keep):
    if not is_float(array.dtype):
        return Array(array.v.sum(axis=axes, keepdims=keep, dtype=array.dtype))
    value = wide(array.v).sum(axis=axes, keepdims=keep).astype(array.dtype)
    magnitude = (np.abs(wide(array.v)) + array.t).sum(axis=axes, keepdims=keep)
    require(~np.isfinite(magnitude) | (magnitude < most(array.dtype) / 4))  # no order overflows
    carried = array.t.sum(axis=axes, keepdims=keep)
    exact = array.is_exact() and on_grid(wide(array.v), array.dtype).all()
    settled = (magnitude <= GRIDS[NAMES[array.dtype]][1]) & exact
    rounding = np.where(settled, 0.0, (count_of(array, axes) + 1) * units(magnitude, array.dtype))
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
    inexact = (total.t > 0) | (array.dtype.itemsize == 2) | (array.dtype.kind == "c")
    bound = total.t / count + np.where(inexact, 2 * units(value, array.dtype), 0.0)
    require(np.isfinite(value))
    return Array(value.astype(array.dtype), bound)


def multiplied(array, fold):
    """A product of all elements that `fold` brings together; relative errors add up."""
    array = array.cast(np.int64) if array.dtype == np.bool_ else array
    if not is_float(array.dtype):
        return Array(fold(np.multiply, array.v).astype(array.dtype))
    x = wide(array.v)
    require(np.isfinite(x) & ((x != 0) | (array.t == 0)))
    value = fold(np.multiply, x)
    largest = fold(np.multiply, np.maximum(np.abs(x), 1))
    smallest = fold(np.multiply, np.minimum(np.where(x == 0, 1, np.abs(x)), 1))
    require((largest < most(array.dtype) / 16) & (smallest > float(np.finfo(array.dtype).tiny) * 16))
    count = fold(np.add, np.ones(x.shape))
    relative = fold(np.add, array.t / np.where(x == 0, 1, np.abs(x)))
    relative = np.expm1(relative + (2 * count + 1) * epsilon(array.dtype))
    whole = array.dtype.kind == "f" and (x == np.floor(x.real)).all() and array.is_exact()
    settled = (largest <= GRIDS[NAMES[array.dtype]][1]) & whole
    return Array(value.astype(array.dtype), np.where(settled, 0.0, relative * np.abs(value)))


@reduced
def prod(array, axes, keep):
    return multiplied(array, lambda fold, values: fold.reduce(values, axis=axes, keepdims=keep, dtype=values.dtype))


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


def position(name):
    """Where the first extreme element is, in row-major order of the axes."""
    def body(array, axes, keep):
        require(count_of(array, axes) > 0 and array.dtype.kind != "c" and array.is_exact())
        axes = sorted(axes)
        last = np.moveaxis(array.v, axes, range(array.v.ndim - len(axes), array.v.ndim))
        found = getattr(np, name)(last.reshape(last.shape[:last.ndim - len(axes)] + (-1,)), axis=-1)
        return Array(np.expand_dims(found, tuple(axes)) if keep else found)
    body.__name__ = name
    return reduced(body)


position("argmax")
position("argmin")


def rooted(value, bound, dtype):
    """The root of numbers that are not negative, each off by its bound."""
    root = np.sqrt(value)
    moved = np.sqrt(value + bound) - np.sqrt(np.maximum(value - bound, 0))
    return root, moved + units(root, dtype)


def settled_as(dtype, value, bound):
    """What was computed in f64 or f32, rounded to its type in the end."""
    require(np.isfinite(value) & np.isfinite(bound) & (np.abs(value) < most(dtype) / 4))
    return Array(value.astype(dtype), bound + units(value, dtype))


def spread(array, axes, keep, less):
    """Variance as the mean square of distances from the mean, and its bound."""
    count = count_of(array, axes)
    require(count > less and array.dtype.kind != "c")
    array = array if is_float(array.dtype) else array.cast(np.float64)
    x, unit = wide(array.v), epsilon(array.dtype)
    middle = x.mean(axis=axes, keepdims=True)
    off = (array.t + (count + 2) * unit * np.abs(x)).mean(axis=axes, keepdims=True)  # of the mean
    distance = x - middle
    error = array.t + off + units(distance, array.dtype)
    squares = 2 * np.abs(distance) * error + error * error + units(distance * distance, array.dtype)
    total = (distance * distance).sum(axis=axes, keepdims=keep)
    bound = squares.sum(axis=axes, keepdims=keep) + (count + 2) * units(total, array.dtype)
    return array.dtype, total / (count - less), bound / (count - less)


@reduced
def logsumexp(array, axes, keep):
    count = count_of(array, axes)
    require(count > 0 and array.dtype.kind != "c")
    array = array if is_float(array.dtype) else array.cast(np.float64)
    x, unit = wide(array.v), epsilon(array.dtype)
    largest = x.max(axis=axes, keepdims=True)
    require(np.isfinite(x) & (array.t < 1e-2))
    sums = np.exp(x - largest).sum(axis=axes, keepdims=keep)
    value = np.log(sums) + largest.reshape(sums.shape)
    # The differences round to a unit of what the exponentials still feel: they vanish below -746.
    error = array.t.max(axis=axes, keepdims=keep) + (count + FUNCTION_ULPS + 4) * unit
    error = error + units(np.abs(x).max(axis=axes, keepdims=keep), array.dtype)
    return settled_as(array.dtype, value, 2 * error + 2 * units(value, array.dtype))


def correction(ddof=None, correction=None, unbiased=False):
    """How many less than n the squares are divided by."""
    given = [number for number in (ddof, correction) if number is not None]
    return given[0] if given else int(unbiased)


@reduced
def var(array, axes, keep, **less):
    return settled_as(*spread(array, axes, keep, correction(**less)))


@reduced
def std(array, axes, keep, **less):
    dtype, value, bound = spread(array, axes, keep, correction(**less))
    return settled_as(dtype, *rooted(value, bound, dtype))


@function("norm")
def norm(value, ord=None, axis=None, keepdim=False, dim=None, keepdims=False, p=None):
    array = tensor(value)
    require(array.dtype.kind != "c")
    array = array if is_float(array.dtype) else array.cast(np.float64)
    axes, keep = axes_of(array, axis, dim), bool(keepdim or keepdims)
    order = {"inf": np.inf, "-inf": -np.inf}.get(ord if p is None else p, ord if p is None else p)
    count, size, dtype = count_of(array, axes), np.abs(wide(array.v)), array.dtype
    if order in (np.inf, -np.inf):
        require(count > 0)
        fold = np.max if order > 0 else np.min
        return Array(fold(size, axis=axes, keepdims=keep).astype(dtype), array.t.max(axis=axes, keepdims=keep))
    if order == 0:
        return Array(wide(array.cast(np.bool_).v).sum(axis=axes, keepdims=keep).astype(dtype))
    terms = size if order == 1 else size * size
    carried = array.t if order == 1 else 2 * size * array.t + array.t * array.t
    total = terms.sum(axis=axes, keepdims=keep)
    bound = carried.sum(axis=axes, keepdims=keep) + (count + 2) * units(total, dtype)
    return settled_as(dtype, *((total, bound) if order == 1 else rooted(total, bound, dtype)))


def running(array, axis, dim):
    """The array and the axis to run along: the elements in row-major order if none is named."""
    axis = dim if axis is None else axis
    require(axis is None or array.v.ndim > 0)  # NumPy has an axis 0 even of a scalar
    return (array, axis) if axis is not None else (array.viewed(np.ravel), 0)


@function("cumsum")
def cumsum(value, axis=None, dim=None):
    array, axis = running(tensor(value), axis, dim)
    array = array.cast(np.int64) if array.dtype == np.bool_ else array
    if not is_float(array.dtype):
        return Array(np.cumsum(array.v, axis=axis, dtype=array.dtype))
    value = np.cumsum(wide(array.v), axis=axis).astype(array.dtype)
    magnitude = np.cumsum(np.abs(wide(array.v)) + array.t, axis=axis)
    require(~np.isfinite(magnitude) | (magnitude < most(array.dtype) / 4))
    settled = (magnitude <= GRIDS[NAMES[array.dtype]][1]) & on_grid(wide(array.v), array.dtype).all() & array.is_exact()
    terms = np.cumsum(np.ones(array.shape), axis=axis)
    rounding = np.where(settled, 0.0, (terms + 1) * units(magnitude, array.dtype))
    return Array(value, clean(np.cumsum(array.t, axis=axis) + rounding, value))


@function("cumprod")
def cumprod(value, axis=None, dim=None):
    array, axis = running(tensor(value), axis, dim)
    return multiplied(array, lambda fold, values: fold.accumulate(values, axis=axis, dtype=values.dtype))
