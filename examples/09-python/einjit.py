# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""einsum on NumPy arrays: einjit's C API through ctypes. The arrays are read where they are, whatever their strides."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint64, c_void_p, pointer
import numpy

library = ctypes.CDLL("libeinjit.so.0.1")
library.einjit_last_error.restype = c_char_p


class Tensor(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("device_type", c_int32), ("device_id", c_int32), ("ndim", c_int32),
                ("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16), ("shape", POINTER(c_int64)),
                ("strides", POINTER(c_int64)), ("byte_offset", c_uint64)]


CODES = {"i": 0, "u": 1, "f": 2, "c": 5, "b": 6}
KINDS = {code: kind for kind, code in CODES.items()}


def tensor(array):
    axes = c_int64 * array.ndim
    return Tensor(array.ctypes.data, 1, 0, array.ndim, CODES[array.dtype.kind], 8 * array.itemsize, 1,
                  axes(*array.shape), axes(*(step // array.itemsize for step in array.strides)), 0)


def pointers(tensors):
    return (POINTER(Tensor) * len(tensors))(*map(pointer, tensors)), c_size_t(len(tensors))


def check(status):
    if status != 0:
        raise ValueError(library.einjit_last_error().decode())


def einsum(string, *arrays):
    inputs, kernel, result = pointers([tensor(array) for array in arrays]), c_void_p(), Tensor()
    check(library.einjit_compile(string.encode(), *inputs, None, byref(kernel)))
    try:
        check(library.einjit_kernel_result(kernel, c_size_t(0), None, byref(result)))
        out = numpy.empty(result.shape[:result.ndim], KINDS[result.code] + str(result.bits // 8))
        check(library.einjit_kernel_run(kernel, *inputs, *pointers([tensor(out)])))
    finally:
        library.einjit_kernel_release(kernel)
    return out
