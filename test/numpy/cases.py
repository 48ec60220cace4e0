# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cases.py FIRST COUNT OUT: writes the programs of COUNT seeds from FIRST on with NumPy's results. OUT.txt lists them:

    case SEED
    input NAME TYPE EXTENTS STRIDES OFFSET      lists as 2,3 or -; strides in elements; offset of the first element
    statement NAME TYPE EXTENTS OFFSET BOUNDS TEXT     TEXT with the name, which it assigns to
    result STATEMENT                            by number, one line each

and OUT.npy is one array of 64-bit words that holds all elements; offsets into it are in bytes. BOUNDS is where an f64
for each element says how far it may be off, or - where the result is defined to the last bit."""
import re
import sys

import numpy as np
from arrays import NAMES
from draw import draw


class Data:
    """Bytes of all arrays, each beginning at a multiple of 64."""

    def __init__(self):
        self.pieces, self.size = [], 0

    def add(self, array):
        piece = np.ascontiguousarray(array).tobytes()
        piece += bytes(-len(piece) % 64)
        at = self.size
        self.pieces.append(piece)
        self.size += len(piece)
        return at

    def save(self, path):
        np.save(path, np.frombuffer(b"".join(self.pieces) or bytes(8), np.int64))


def listed(numbers):
    return ",".join(map(str, numbers)) or "-"


def input_line(data, name, given):
    itemsize = given.memory.dtype.itemsize
    base = given.memory.__array_interface__["data"][0]
    first = given.view.__array_interface__["data"][0] - base if given.view.size else 0
    strides = [stride // itemsize for stride in given.view.strides]
    return f"input {name} {NAMES[given.view.dtype]} {listed(given.view.shape)} {listed(strides)} " \
           f"{data.add(given.memory) + first}"


def statement_line(data, name, text, value):
    bounds = "-" if value.is_exact() else str(data.add(value.t))
    return f"statement {name} {NAMES[value.dtype]} {listed(value.shape)} {data.add(value.v)} {bounds} {text}"


def write_case(data, seed):
    program = draw(seed)
    lines = [f"case {seed}"]
    lines += [input_line(data, name, given) for name, given in program.inputs.items()]
    lines += [statement_line(data, name, text, value)
              for (name, text), value in zip(program.statements, program.values)]
    return lines + [f"result {number}" for number in program.results]


def main():
    first, count, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    data, lines = Data(), []
    for seed in range(first, first + count):
        lines += write_case(data, seed)
    data.save(out + ".npy")
    with open(out + ".txt", "w") as file:
        file.write("\n".join(lines) + "\n")


main()
