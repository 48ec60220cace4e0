# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions that give elements other places, and those that make tensors."""
import numpy as np
from arrays import Array, brought_to, bring, common_type, operand, require, units
from functions import TABLE, axes_of, dtype_named, flat, function, tensor


@function("transpose")
def transpose(value, *axes):
    axes = flat(axes)
    return tensor(value).viewed(lambda v: np.swapaxes(v, *axes)) if len(axes) == 2 else permute(value, *axes)


@function("permute")
def permute(value, *axes):
    return tensor(value).viewed(lambda v: np.transpose(v, flat(axes) or None))


@function("unsqueeze", "expand_dims")
def unsqueeze(value, dim=None, axis=None):
    return tensor(value).viewed(lambda v: np.expand_dims(v, dim if axis is None else axis))


@function("squeeze")
def squeeze(value, dim=None, axis=None):
    named = dim if axis is None else axis
    named = tuple(named) if isinstance(named, list) else named
    array = tensor(value)
    require(named is None or array.v.ndim > 0)  # NumPy has an axis -1 even of a scalar
    return array.viewed(lambda v: np.squeeze(v, named))


@function("expand", "broadcast_to")
def expand(value, *sizes):
    array = tensor(value)
    sizes = flat(sizes)
    shift = len(sizes) - array.v.ndim
    require(shift >= 0 and -1 not in sizes[:shift])  # a new axis has no size to keep
    sizes = [array.shape[i - shift] if size == -1 else size for i, size in enumerate(sizes)]
    return array.viewed(lambda v: np.broadcast_to(v, sizes))


@function("reshape", "view")
def reshape(value, *sizes):
    array, sizes = tensor(value), flat(sizes)
    require(array.v.size > 0 or -1 not in sizes)
    return array.viewed(lambda v: np.reshape(v, sizes))


@function("flatten")
def flatten(value, start_dim=0, end_dim=-1):
    array = tensor(value)
    rank = array.v.ndim
    if rank == 0:
        return array.viewed(np.ravel)
    (first,), (last,) = axes_of(array, start_dim, None), axes_of(array, end_dim, None)
    require(first <= last)
    joined = int(np.prod(array.shape[first:last + 1], dtype=np.int64))
    return array.viewed(lambda v: np.reshape(v, array.shape[:first] + (joined,) + array.shape[last + 1:]))


@function("ravel")
def ravel(value):
    return tensor(value).viewed(np.ravel)


@function("flip")
def flip(value, *axes, dims=None, dim=None, axis=None):
    named = [given for given in (dims, dim, axis) if given is not None] or list(axes)
    array = tensor(value)
    return array.viewed(lambda v: np.flip(v, axes_of(array, flat(named), None) if named else None))


@function("swapaxes", "swapdims")
def swapaxes(value, axis1=None, axis2=None, dim0=None, dim1=None):
    first, second = axis1 if dim0 is None else dim0, axis2 if dim1 is None else dim1
    return tensor(value).viewed(lambda v: np.swapaxes(v, first, second))


@function("moveaxis", "movedim")
def moveaxis(value, source, destination):
    return tensor(value).viewed(lambda v: np.moveaxis(v, source, destination))


def joined(join, parts, axis):
    parts = [tensor(part) for part in parts]
    parts = bring(parts, common_type(parts))
    return Array(join([part.v for part in parts], axis), join([part.t for part in parts], axis))


@function("concat", "concatenate", "cat")
def concat(parts, dim=0, axis=None):
    return joined(np.concatenate, parts, dim if axis is None else axis)


@function("stack")
def stack(parts, dim=0, axis=None):
    return joined(np.stack, parts, dim if axis is None else axis)


def filled(shape, value, dtype):
    value = brought_to(dtype, value)
    require(value.v.ndim == 0)
    return value.viewed(lambda v: np.broadcast_to(v, shape))


@function("zeros")
def zeros(*shape, dtype="f32"):
    return filled(flat(shape), 0, dtype_named(dtype))


@function("ones")
def ones(*shape, dtype="f32"):
    return filled(flat(shape), 1, dtype_named(dtype))


@function("full")
def full(shape, value=None, dtype=None, fill_value=None):
    value = operand(value if fill_value is None else fill_value)
    own = value.dtype if isinstance(value, Array) else np.dtype({bool: "?", int: "i8", float: "f4"}[type(value)])
    return filled(flat((shape,)), value, own if dtype is None else dtype_named(dtype))


def like(value, number, dtype):
    array = tensor(value)
    return filled(array.shape, number, array.dtype if dtype is None else dtype_named(dtype))


def sequence(value, dtype, off=0.0):
    """Numbers computed in f64, or i64 where all are whole, and how far they are off."""
    own = np.dtype(np.int64 if value.dtype.kind == "i" else np.float32)
    dtype = own if dtype is None else dtype_named(dtype)
    require(dtype.kind in "iuf")
    return Array(value, off).cast(dtype)


@function("arange")
def arange(start, stop=None, step=1, dtype=None):
    start, stop = (0, start) if stop is None else (start, stop)
    return sequence(np.arange(start, stop, step), dtype)  # exact: programs have round numbers here


@function("linspace")
def linspace(start, stop, num=50, endpoint=True, dtype=None, steps=None):
    value = np.linspace(start, stop, num if steps is None else steps, endpoint=endpoint)
    return sequence(value, dtype, 4 * units(np.float64(max(abs(start), abs(stop))), np.float64))


@function("eye")
def eye(n, m=None, k=0, dtype="f32"):
    return Array(np.eye(n, m, k, dtype=dtype_named(dtype)))


TABLE["zeros_like"] = lambda value, dtype=None: like(value, 0, dtype)
TABLE["ones_like"] = lambda value, dtype=None: like(value, 1, dtype)
TABLE["full_like"] = lambda value, number, dtype=None: like(value, number, dtype)
