#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from einjit import einsum
import numpy

x = numpy.arange(24, dtype="f4").reshape(2, 3, 4)
w = numpy.array([[1, 0, 2], [3, 1, 0]], "f4")[:, ::-1]  # read backwards, not copied

y = einsum("bce,bc->be", x, w)
print(y)
print(numpy.array_equal(y, numpy.einsum("bce,bc->be", x, w)))

try:
    einsum("bce,be->bc", x, w)
except ValueError as error:
    print(error)
