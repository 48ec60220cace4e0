# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rules of einsum, slow and obvious: every point of the iteration space is visited, one product at a time.

Shares nothing with the compiler; generate.py holds it against NumPy and PyTorch.
"""
import itertools
import re

import numpy

MAX_AXES = 32


class Refused(Exception):
    """The string or its operands are wrong; `kind` is the stable name of the error."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def tokens(text):
    found = re.findall(r"[A-Za-z]|\.\.\.|,|->| |[\s\S]", text)
    for token in found:
        if not re.fullmatch(r"[A-Za-z]|\.\.\.|,|->| ", token):
            raise Refused("einsum-syntax")
    return [token for token in found if token != " "]


def parse(text):
    """The terms before the arrow, and that after it or None."""
    terms, arrow = [[]], False
    for token in tokens(text):
        if token == ",":
            if arrow:
                raise Refused("einsum-syntax")
            terms.append([])
        elif token == "->":
            if arrow:
                raise Refused("einsum-syntax")
            arrow = True
            terms.append([])
        else:
            if token == "..." and "..." in terms[-1]:
                raise Refused("einsum-syntax")
            terms[-1].append(token)
    if any(len([label for label in term if label != "..."]) > MAX_AXES for term in terms):
        raise Refused("too-many-axes")
    return (terms[:-1], terms[-1]) if arrow else (terms, None)


def expand(term, rank):
    """The term with its ellipsis replaced by axes numbered from the right, negative."""
    letters = len([label for label in term if label != "..."])
    if rank < letters or (rank > letters and "..." not in term):
        raise Refused("rank-mismatch")
    dots = [("dots", k) for k in range(rank - letters, 0, -1)]
    return [label for part in term for label in (dots if part == "..." else [part])]


def sizes_of(terms, operands, strict):
    sizes = {}
    for label in {label for term in terms for label in term}:
        met = [[operand.shape[axis] for axis, other in enumerate(term) if other == label]
               for term, operand in zip(terms, operands)]
        if any(len(set(own)) > 1 for own in met):
            raise Refused("diagonal-mismatch")
        extents = {own[0] for own in met if own}
        if len(extents - {1}) > 1:
            raise Refused("size-mismatch")
        if strict and len(extents) > 1 and not isinstance(label, tuple):
            raise Refused("strict-broadcast")
        sizes[label] = (extents - {1}).pop() if extents - {1} else 1
    return sizes


def output_of(terms, output):
    rank = max((k for term in terms for label in term if isinstance(label, tuple) for k in [label[1]]), default=0)
    dots = [("dots", k) for k in range(rank, 0, -1)]
    if output is None:
        labels = [label for term in terms for label in term if not isinstance(label, tuple)]
        return dots + sorted(label for label in set(labels) if labels.count(label) == 1)
    named = [label for label in output if label != "..."]
    if len(set(named)) != len(named) or not set(named) <= {label for term in terms for label in term}:
        raise Refused("output-label")
    return [label for part in output for label in (dots if part == "..." else [part])]


def evaluate(string, operands, strict):
    terms, output = parse(string)
    if len(terms) != len(operands):
        raise Refused("operand-count")
    terms = [expand(term, operand.ndim) for term, operand in zip(terms, operands)]
    sizes = sizes_of(terms, operands, strict)
    output = output_of(terms, output)
    dtype = numpy.result_type(*[operand.dtype for operand in operands])
    if dtype == numpy.int16:
        dtype = numpy.dtype(numpy.int32)  # of i8 and u8: the narrowest type there is that holds both
    result = numpy.zeros([sizes[label] for label in output], dtype=object)
    labels = list(sizes)
    for point in itertools.product(*[range(sizes[label]) for label in labels]):
        at = dict(zip(labels, point))
        product = 1
        for term, operand in zip(terms, operands):
            product *= operand[tuple(at[label] if extent > 1 else 0 for label, extent in zip(term, operand.shape))].item()
        result[tuple(at[label] for label in output)] += product
    if dtype == bool:
        return (result != 0).astype(bool)
    if dtype.kind in "iu":
        bits = 8 * dtype.itemsize
        wrap = numpy.vectorize(lambda x: (int(x) + (0 if dtype.kind == "u" else 1 << bits - 1)) % (1 << bits)
                               - (0 if dtype.kind == "u" else 1 << bits - 1), otypes=[object])
        result = wrap(result) if result.size else result
    return numpy.array(result.astype(dtype)) if result.shape else numpy.array(result.item(), dtype=dtype)
