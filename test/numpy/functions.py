# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functions of the language, on Arrays: one table. Each is also a method; `dim=` is `axis=`, `keepdim=` is
`keepdims=`. Here are casts and contractions; the others are in the modules that draw.py imports."""
import numpy as np
from arrays import DTYPES, Array, contract, operand, require

TABLE = Array.functions
# What programs name besides functions and inputs.
NAMES = {"inf": float("inf"), **{np.dtype(type_).name: name for name, type_ in DTYPES.items()}}


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
    return tuple(np.core.numeric.normalize_axis_tuple(tuple(named), array.v.ndim))


def flat(arguments):
    """`f(x, 1, 2)` and `f(x, [1, 2])` as one list."""
    return list(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)) else list(arguments)


def tensor(value):
    value = operand(value)
    require(isinstance(value, Array))
    return value


class Cast:
    """The name of a type: a function, and what `dtype=` says."""

    def __init__(self, type_):
        self.dtype = np.dtype(type_)

    def __call__(self, value):
        return tensor(value).cast(self.dtype)


for name_, type_ in DTYPES.items():
    TABLE[name_] = Cast(type_)
TABLE["tensor"] = TABLE["array"] = tensor


def dtype_named(given):
    """The type that `dtype=` names: f32, float32, or either in quotes."""
    if isinstance(given, Cast):
        return given.dtype
    return np.dtype(DTYPES[NAMES.get(given, given)])


@function("einsum")
def einsum(string, *operands):
    arrays = [tensor(value) for value in operands]
    return contract(arrays, lambda *values: np.einsum(string, *values))
