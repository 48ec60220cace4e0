# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""random(shape, seed), written from its description in docs/language.md."""
import numpy as np
from arrays import Array


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
    return z ^ (z >> np.uint64(31))


def random(shape, seed):
    key = mix(np.array([seed], np.int64).view(np.uint64))
    position = np.arange(1, int(np.prod(shape, dtype=np.int64)) + 1, dtype=np.uint64)
    bits = mix(key + position * np.uint64(0x9e3779b97f4a7c15)) >> np.uint64(40)
    return Array((bits.astype(np.float32) * np.float32(2**-24)).reshape(shape))


Array.functions["random"] = random


def with_random(program, drawn):
    """The value and as many random numbers, joined so that their bits show."""
    numbers = f"random({list(drawn.shape)}, {program.between(-9, 9) * 2**program.between(0, 40)})"
    operators = ["*", "+"] if drawn.dtype.kind == "c" else ["*", "+", "<"]
    return f"{numbers} {program.pick(operators)} ({drawn.text})", False
