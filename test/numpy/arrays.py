# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The language's array notation on NumPy arrays, so that Python itself evaluates a program's text.

An Array is the value NumPy computes in the language's element type, and for each element a bound on how far a correct
implementation may be from it (of a complex number, the distance in the plane). The bound is 0 where the result is
defined to the last bit: integers, bools, views, choices, and floats on a *grid*, multiples of a unit so few that every
sum and product of them is exact in any order. Elsewhere each rounding adds half a unit in the last place of the terms
it adds up, and bounds of operands go through operations as first-order error analysis has it. An operation that jumps
(a comparison, floor, a cast to an integer) refuses operands whose bound reaches across the jump: such a program has no
single right answer, and is drawn again.
"""
import numpy as np

DTYPES = {"bool": np.bool_, "i8": np.int8, "u8": np.uint8, "i32": np.int32, "i64": np.int64,
          "f16": np.float16, "f32": np.float32, "f64": np.float64, "c64": np.complex64, "c128": np.complex128}
NAMES = {np.dtype(type_): name for name, type_ in DTYPES.items()}
# Unit and largest magnitude of the grid: products of two of its numbers are exact in f64.
GRIDS = {"f16": (2.0**-2, 2.0**7), "f32": (2.0**-4, 2.0**16), "f64": (2.0**-4, 2.0**20),
         "c64": (2.0**-4, 2.0**16), "c128": (2.0**-4, 2.0**20)}
# Units in the last place that an approximated function may be off, on either side.
FUNCTION_ULPS = 4


class Reject(Exception):
    """The program is not worth comparing, or not defined: draw another."""


def require(condition):
    if not np.all(condition):
        raise Reject


def is_float(dtype):
    return np.dtype(dtype).kind in "fc"


def epsilon(dtype):
    return float(np.finfo(dtype).eps)


def units(value, dtype):
    """The last place of each number, in which roundings are counted; below the normal numbers it is always the same."""
    return epsilon(dtype) * np.maximum(np.abs(wide(value)), float(np.finfo(dtype).tiny))


def wide(value):
    """In a type that holds every element type's numbers, nearly: f64, or c128."""
    return value.astype(np.complex128 if value.dtype.kind == "c" else np.float64)


def on_grid(value, dtype):
    """Whether each number is one of the grid's; value is wide."""
    if not is_float(dtype):
        return np.ones(value.shape, bool)
    unit, most = GRIDS[NAMES[np.dtype(dtype)]]
    parts = [value.real, value.imag] if value.dtype.kind == "c" else [value]
    return np.logical_and.reduce([(np.abs(part) <= most) & (part == np.floor(part / unit) * unit) for part in parts])


def promote(*dtypes):
    """NumPy's promotion of arrays, by element types alone: floats first, so that their order means nothing."""
    result = np.dtype(bool)
    for dtype in sorted(map(np.dtype, dtypes), key=lambda dtype: not is_float(dtype)):
        result = np.promote_types(result, dtype)
    return np.dtype(np.int32) if result == np.int16 else result  # the language has no i16


class Count(int):
    """`x.size` is a number, and `x.size(0)` an extent."""

    def __new__(cls, shape):
        count = super().__new__(cls, np.prod(shape, dtype=np.int64))
        count.shape = shape
        return count

    def __call__(self, dim=None):
        return list(self.shape) if dim is None else self.shape[dim]


class Array:
    """A value with its bounds; see the head of this file."""

    __array_ufunc__ = None
    functions = {}  # by name; functions.py fills it

    def __init__(self, value, bound=None):
        self.v = np.asarray(value)
        self.t = np.broadcast_to(np.asarray(0 if bound is None else bound, np.float64), self.v.shape)

    shape = property(lambda self: self.v.shape)
    dtype = property(lambda self: self.v.dtype)
    size = property(lambda self: Count(self.v.shape))

    def is_exact(self):
        return not self.t.any()

    def cast(self, dtype):
        """To another type; rounding an exact number is defined to the last bit."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        if dtype.kind in "iu" and self.dtype.kind == "f":
            limits = np.iinfo(dtype)
            require(np.isfinite(self.v) & (np.abs(wide(self.v)) < limits.max))
            require(np.trunc(wide(self.v) - 2 * self.t) == np.trunc(wide(self.v) + 2 * self.t))
            require((self.v >= 0) | (dtype.kind == "i"))
            return Array(self.v.astype(dtype))
        if dtype == np.bool_:
            require((self.t == 0) | (np.abs(wide(self.v)) > 2 * self.t))
            return Array(self.v.astype(bool))
        require(dtype.kind == "c" or self.dtype.kind != "c")
        value = self.v.astype(dtype)
        rounding = 0.0
        if is_float(dtype):
            inexact = (self.t > 0) | (wide(value) != wide(self.v)) & (dtype == np.float16)
            require((dtype != np.float16) | np.isfinite(value))
            rounding = np.where(inexact, units(value, dtype), 0.0)
        return Array(value, clean(self.t + rounding, value))

    # Operators. A number meets an array in the array's type.
    def __add__(self, other): return arithmetic("add", self, other)
    def __radd__(self, other): return arithmetic("add", other, self)
    def __sub__(self, other): return arithmetic("subtract", self, other)
    def __rsub__(self, other): return arithmetic("subtract", other, self)
    def __mul__(self, other): return arithmetic("multiply", self, other)
    def __rmul__(self, other): return arithmetic("multiply", other, self)
    def __truediv__(self, other): return divide(self, other)
    def __rtruediv__(self, other): return divide(other, self)
    def __floordiv__(self, other): return floored("floor_divide", self, other)
    def __rfloordiv__(self, other): return floored("floor_divide", other, self)
    def __mod__(self, other): return floored("remainder", self, other)
    def __rmod__(self, other): return floored("remainder", other, self)
    def __pow__(self, other): return power(self, other)
    def __rpow__(self, other): return power(other, self)
    def __matmul__(self, other): return matmul(self, other)
    def __rmatmul__(self, other): return matmul(other, self)
    def __lt__(self, other): return compare("less", self, other)
    def __le__(self, other): return compare("less_equal", self, other)
    def __gt__(self, other): return compare("greater", self, other)
    def __ge__(self, other): return compare("greater_equal", self, other)
    def __eq__(self, other): return compare("equal", self, other)
    def __ne__(self, other): return compare("not_equal", self, other)
    def __and__(self, other): return logic("bitwise_and", self, other)
    def __rand__(self, other): return logic("bitwise_and", other, self)
    def __or__(self, other): return logic("bitwise_or", self, other)
    def __ror__(self, other): return logic("bitwise_or", other, self)

    def __invert__(self):
        require(self.dtype.kind in "biu")
        return Array(~self.v)

    def __neg__(self):
        require(self.dtype != np.bool_)
        return Array(-self.v, self.t)

    def __pos__(self):
        return self

    # Views.
    def viewed(self, change):
        return Array(change(self.v), change(self.t))

    def __getitem__(self, key):
        require(all(not isinstance(item, bool) for item in (key if isinstance(key, tuple) else (key,))))
        return self.viewed(lambda array: array[key])

    T = property(lambda self: self.viewed(np.transpose))

    @property
    def mT(self):
        require(self.v.ndim >= 2)
        return self.viewed(lambda array: np.swapaxes(array, -1, -2))

    def __getattr__(self, name):
        """`x.f(…)` and `f(x, …)` are the same call."""
        if name not in Array.functions:
            raise AttributeError(name)
        return lambda *arguments, **keywords: Array.functions[name](self, *arguments, **keywords)

    def __bool__(self):
        raise Reject


def common_type(operands):
    """The type operands are brought to: that of the arrays, unless a number needs more."""
    arrays = [operand.dtype for operand in operands if isinstance(operand, Array)]
    result = promote(*arrays)
    numbers = [operand for operand in operands if not isinstance(operand, Array)]
    if any(isinstance(number, complex) for number in numbers) and result.kind != "c":
        return np.dtype(np.complex64 if result in (np.bool_, np.float16, np.float32) else np.complex128)
    if any(isinstance(number, float) for number in numbers) and not is_float(result):
        return np.dtype(np.float32 if result == np.bool_ else np.float64)
    if any(isinstance(number, int) and not isinstance(number, bool) for number in numbers) and result == np.bool_:
        return np.dtype(np.int64)
    return result


def literal(items):
    """A bracketed literal: i64, f32 where a fraction is among the numbers, c64 with imaginary ones, or bool."""
    value = np.array(items)
    return Array(value.astype({"b": np.bool_, "i": np.int64, "f": np.float32, "c": np.complex64}[value.dtype.kind]))


def operand(value):
    return literal(value) if isinstance(value, list) else value


def brought_to(dtype, value):
    """An operand as an array of this type."""
    value = operand(value)
    if isinstance(value, Array):
        return value.cast(dtype)
    require(dtype == np.complex64 or dtype == np.complex128 or not isinstance(value, complex))
    if np.dtype(dtype).kind in "iu":
        require(np.iinfo(dtype).min <= value <= np.iinfo(dtype).max)
    return Array(np.asarray(value).astype(dtype))


def bring(values, dtype=None):
    """All operands in their common type, or in this one."""
    values = [operand(value) for value in values]
    dtype = common_type(values) if dtype is None else dtype
    return [brought_to(dtype, value) for value in values]


def arithmetic(name, left, right):
    a, b = bring([left, right])
    if a.dtype == np.bool_:
        require(name != "subtract")
        return Array(getattr(np, name)(a.v, b.v))
    value = getattr(np, name)(a.v, b.v)
    if not is_float(a.dtype):
        return Array(value)
    x, y = wide(a.v), wide(b.v)
    if name == "multiply":
        carried = np.abs(x) * b.t + np.abs(y) * a.t + a.t * b.t
        settled = on_grid(x * y, a.dtype)
        if a.dtype.kind == "c":
            require(np.isfinite(x) & np.isfinite(y))  # what is infinite, and what then is NaN, has no one answer
            # Products of parts are added: these must be few and round, too.
            settled = on_grid(x, a.dtype) & on_grid(y, a.dtype) & (np.abs(x) * np.abs(y) <= GRIDS[NAMES[a.dtype]][1])
    else:
        # One rounding of two exact numbers is defined, but halves may be computed in a wider type.
        carried = a.t + b.t
        # So may a complex product before it, whose parts take two roundings.
        settled = on_grid(wide(value), a.dtype) | (a.dtype.itemsize > 2) & (a.dtype.kind == "f")
    require((a.dtype != np.float16) | np.isfinite(value))
    # A complex product is off by up to sqrt(5)/2 units of its magnitude.
    rounding = np.where((carried == 0) & settled, 0.0, (2 if a.dtype.kind == "c" else 1) * units(value, a.dtype))
    return Array(value, clean(carried + rounding, value))


def clean(bound, value):
    """No bound where nothing finite is compared."""
    return np.where(np.isfinite(value) & np.isfinite(bound), bound, 0.0)


def divide(left, right):
    operands = [operand(left), operand(right)]
    dtype = common_type(operands)
    a, b = bring(operands, dtype if is_float(dtype) else np.float64)
    x, y = wide(a.v), wide(b.v)
    # The sign of a zero is not always defined, so that neither is what is divided by it.
    require((y != 0) & (np.abs(y) > 4 * b.t))
    require((a.dtype.kind == "f") | np.isfinite(x) & np.isfinite(y))
    value = np.divide(a.v, b.v)
    require((a.dtype != np.float16) | np.isfinite(value))
    carried = (a.t + np.abs(wide(value)) * b.t) / (np.abs(y) - b.t)
    inexact = (carried > 0) | (a.dtype.itemsize == 2) | (a.dtype.kind == "c")
    bound = carried + np.where(inexact, 4 * units(value, a.dtype), 0.0)
    return Array(value, clean(bound, value))


def numbers(left, right):
    """Both in their common type; bools are numbers of i8."""
    operands = [operand(left), operand(right)]
    dtype = common_type(operands)
    return bring(operands, np.dtype(np.int8) if dtype == np.bool_ else dtype)


def floored(name, left, right):
    """`//` and `%`: towards minus infinity, the remainder with the divisor's sign; of integers by 0 both are 0."""
    a, b = numbers(left, right)
    require(a.dtype.kind in "iuf")
    if is_float(a.dtype):
        require(a.is_exact() and b.is_exact() and np.all(b.v != 0))
        require(on_grid(wide(a.v), a.dtype) & on_grid(wide(b.v), a.dtype))
    return Array(getattr(np, name)(a.v, b.v))


def power(left, right):
    if isinstance(left, Array) and left.dtype.kind == "c" and isinstance(right, int) and 2 <= right <= 4:
        return left * left if right == 2 else left * power(left, right - 1) if right == 3 else power(left * left, 2)
    a, b = numbers(left, right)
    require(a.dtype.kind in "iuf")
    if not is_float(a.dtype):
        require(b.v >= 0)
        return Array(np.power(a.v, b.v))
    x, y = wide(a.v), wide(b.v)
    value = np.power(x, y).astype(a.dtype)
    require(np.isfinite(value) & (np.abs(x) <= 64) & (np.abs(y) <= 6) & ((x != 0) | (y >= 0)))
    require((b.t == 0) | (x > 0))
    require((a.t == 0) | (np.abs(x) > 4 * a.t))
    whole = (y == np.floor(y)) & (y >= 0) & (a.t == 0) & (b.t == 0) & (x == np.floor(x))
    bound = relative_slope(np.power, x, y, a.t, b.t) + 4 * FUNCTION_ULPS * units(value, a.dtype)
    require(np.isfinite(bound))
    return Array(value, np.where(whole & on_grid(np.power(x, y), a.dtype), 0.0, bound))


def relative_slope(function, x, y, dx, dy):
    """How far the function moves when its arguments move by their bounds."""
    at = function(x, y)
    corners = [function(x + i * dx, y + j * dy) for i in (-1, 1) for j in (-1, 1)]
    return np.maximum.reduce([np.abs(corner - at) for corner in corners])


def compare(name, left, right):
    a, b = bring([left, right])
    require(a.dtype.kind != "c" or name in ("equal", "not_equal"))
    x, y = wide(a.v), wide(b.v)
    with np.errstate(invalid="ignore"):
        require((a.t + b.t == 0) | (np.abs(x - y) > 2 * (a.t + b.t)))
    return Array(getattr(np, name)(a.v, b.v))


def logic(name, left, right):
    a, b = bring([left, right])
    require(a.dtype.kind in "biu")
    return Array(getattr(np, name)(a.v, b.v))


def contract(inputs, multiply):
    """A sum of products, with `multiply` for how the operands combine; bounds are sums of products, too."""
    arrays = bring(inputs)
    dtype = arrays[0].dtype
    value = multiply(*[array.v for array in arrays])
    if not is_float(dtype):
        return Array(value)
    magnitudes = [np.abs(wide(array.v)) for array in arrays]
    require(dtype.kind == "f" or all(np.isfinite(magnitude).all() for magnitude in magnitudes))
    terms = multiply(*magnitudes)
    grown = multiply(*[magnitude + array.t for magnitude, array in zip(magnitudes, arrays)])
    count = multiply(*[np.ones(array.shape) for array in arrays])
    unit, most = GRIDS[NAMES[dtype]]
    whole = dtype.kind == "f" and all(np.all(array.v == np.floor(array.v)) for array in arrays)
    exact = whole and all(array.is_exact() for array in arrays)
    require(~np.isfinite(grown) | (grown < float(np.finfo(dtype).max) / 4))  # no order overflows
    rounding = (count + 2 * len(arrays)) * units(grown, dtype)
    bound = grown - terms + np.where((terms <= most) & exact, 0.0, rounding)
    return Array(value, clean(bound, value))


def matmul(left, right):
    a, b = operand(left), operand(right)
    require(isinstance(a, Array) and isinstance(b, Array) and a.v.ndim > 0 and b.v.ndim > 0)
    return contract([a, b], np.matmul)


def combined(operator, old, value):
    """What `old operator= value` makes of the old value."""
    if operator in "+*":
        return old + value if operator == "+" else old * value
    return Array.functions[operator + "imum"](old, value)
