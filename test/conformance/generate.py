#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes cases.json: einsum strings with operands, and what must come out.

Each case is put to NumPy and to PyTorch (Debian's python3-numpy and python3-torch). rules.py says what the language's
rules make of it, by visiting every point of the iteration space. A case is written only if
  - all three agree, or
  - each library that disagrees does so for a reason stated in REASONS, which the case then names.
Everything is integer-valued and small, so that results are exact in every type and every order of summation.

Run it as `/usr/bin/python3 generate.py` in this folder; the same cases come out every time.
"""
import itertools
import json
import math
import random
import warnings

import numpy
import torch

import rules

warnings.filterwarnings("ignore")

# Which library differs, a part of its message (or 'value' where it gives another result), and why einjit does not
# follow it.
REASONS = {
    "sums-ellipsis": ("numpy", "no '...' ellipsis provided to broadcast the extra dimensions",
                      "an explicit output without '...' sums the ellipsis axes, as in PyTorch; NumPy refuses it"),
    "mixed-types": ("torch", "expected scalar type|expected m1 and m2 to have the same dtype|same dtype|expected both",
                    "operands are promoted to a common type, as in NumPy; PyTorch multiplies matrices of one type only"),
    "types-of-products": ("torch", "not implemented for",
                          "every element type is accepted, as in NumPy; PyTorch lacks matrix products of some"),
    "bool": ("torch", "value",
             "on bools sum is `or` and product is `and`, as in NumPy; PyTorch counts in i64"),
    "wrapping": ("torch", "value", "a sum keeps the type of its operands, as in NumPy; PyTorch's narrow sums are i64"),
    "strict": ("numpy torch", "value",
               "--strict is einjit's own: it forbids that a named index of size 1 broadcasts, which is legal otherwise"),
    "operands": ("numpy", "too many operands|more operands", "any number of operands; NumPy's limit is 32"),
    "labels": ("numpy torch", "too many subscripts|maximum supported dimension|only subscripts in",
               "any number of distinct labels; NumPy stops at 32 axes in all, PyTorch at label 51"),
    "no-i16": ("numpy torch", "value", "i8 and u8 meet in i32, because there is no i16"),
    "nul": ("numpy", "value", "a NUL is no letter, as in PyTorch; NumPy stops reading at it"),
}

VALUES = [1, -2, 3, 2, -1, 2, -3]
NUMPY = {"bool": "bool", "i8": "int8", "u8": "uint8", "i32": "int32", "i64": "int64", "f16": "float16",
         "f32": "float32", "f64": "float64", "c64": "complex64", "c128": "complex128"}
NAMES = {numpy.dtype(long): short for short, long in NUMPY.items()}
EXACT = {"f16": 2 ** 11, "f32": 2 ** 24, "f64": 2 ** 53, "c64": 2 ** 24, "c128": 2 ** 53}


def element(operand, k, dtype):
    """Element k, row-major, of an operand; ConformanceTest.cpp fills its operands by the same formula."""
    value = VALUES[(3 * k + 5 * operand) % 7]
    if dtype == "bool":
        return value > 0
    if dtype == "u8":
        return abs(value)
    if dtype.startswith("c"):
        return complex(value, VALUES[(3 * k + 5 * operand + 3) % 7])
    return value


def tensor(operand, shape, dtype):
    count = math.prod(shape)
    return numpy.array([element(operand, k, dtype) for k in range(count)], dtype=NUMPY[dtype]).reshape(shape)


def attempt(compute):
    try:
        return numpy.array(compute()), None
    except Exception as error:  # whatever a library throws is its answer
        return None, f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"


def oracles(subscripts, operands):
    tensors = [torch.tensor(operand) for operand in operands]
    calls = {"numpy": lambda: numpy.einsum(subscripts, *operands),
             "torch": lambda: torch.einsum(subscripts, *tensors).numpy()}
    return {name: attempt(call) for name, call in calls.items()}


def listed(array):
    """The elements, row-major; a complex number as its two parts."""
    flat = array.reshape(-1)
    if array.dtype.kind == "c":
        return [int(part) for value in flat for part in (value.real, value.imag)]
    return [int(value) for value in flat]


def same(a, b):
    return a is not None and a.dtype == b.dtype and a.shape == b.shape and numpy.array_equal(a, b)


def reason(name, subscripts, array, message, dtypes, strict):
    """The key of the reason why a library differs."""
    if array is not None:
        if strict:
            return "strict"
        if {"i8", "u8"} <= set(dtypes):
            return "no-i16"
        if "\0" in subscripts:
            return "nul"
        if name == "torch" and set(dtypes) == {"bool"}:
            return "bool"
        if name == "torch":
            return "wrapping"
        raise SystemExit(f"{name} gives another result")
    for key, (who, texts, _) in REASONS.items():
        if name in who.split() and texts != "value" and texts:
            if any(text in message for text in texts.split("|")):
                return key
    raise SystemExit(f"{name} refuses it: {message}")


cases = []
seen = set()


def case(group, subscripts, *shapes, dtype="i64", strict=False):
    dtypes = [dtype] * len(shapes) if isinstance(dtype, str) else list(dtype)
    key = json.dumps([subscripts, shapes, dtypes, strict])
    if key in seen:
        return
    seen.add(key)
    types = [f"{d}[{','.join(map(str, shape))}]" for d, shape in zip(dtypes, shapes)]
    entry = {"group": group, "einsum": subscripts, "operands": types}
    if strict:
        entry["strict"] = True
    operands = [tensor(i, shape, d) for i, (shape, d) in enumerate(zip(shapes, dtypes))]
    result = None
    try:
        result = rules.evaluate(subscripts, operands, strict)
        limit = EXACT.get(NAMES[result.dtype])
        assert limit is None or result.size == 0 or numpy.abs(result).max() <= limit, (subscripts, "is not exact")
        entry.update({"result": f"{NAMES[result.dtype]}[{','.join(map(str, result.shape))}]", "data": listed(result)})
    except rules.Refused as refused:
        entry["error"] = refused.kind
    for name, (array, message) in oracles(subscripts, operands).items():
        entry[name] = message if array is None else "same" if result is not None and same(array, result) else \
            {"result": f"{array.dtype}{list(array.shape)}", "data": listed(array)}
        agrees = array is None if result is None else same(array, result)
        if not agrees:
            try:
                why = reason(name, subscripts, array, message, dtypes, strict)
            except SystemExit as unexplained:
                raise SystemExit(f"{subscripts} {types}: {unexplained}")
            entry.setdefault("differs", {})[name] = why
    cases.append(entry)


# ---- The rules, one after the other ---------------------------------------------------------------------------------

def shape_of(term, sizes):
    return tuple(sizes[letter] for letter in term.replace(" ", ""))


def sized(group, string, sizes={}, **options):
    """A case whose operands have the sizes of their letters: a is 2, b is 3, c is 2 and so on."""
    all_sizes = {letter: 2 + i % 2 for i, letter in enumerate("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    all_sizes.update(sizes)
    terms = string.split("->")[0].split(",")
    case(group, string, *[shape_of(term, all_sizes) for term in terms], **options)


def labels_rule():
    for string in ["a->a", "ab->ab", "ab->ba", "Ab->bA", "aA->Aa", "aA,Aa->a", "zZ,Zy->zy", "xX->X", "Zz->z"]:
        sized("labels", string)
    for spaced in [" a->a", "a ->a", "a-> a", "a->a ", " a , b -> b a ", "a b->b a", "a b , b c", "  ab  ", "a,b ",
                   "   ->  ", " , ", " a,->a"]:
        sized("spaces", spaced)
    case("spaces", " ... a -> a ... ", (2, 3))
    case("spaces", "a ... , ... b", (2, 3), (3, 2))
    case("spaces", "...  ,  ...", (2, 3), (3,))


def implicit_rule():
    for string in ["ba", "ab", "aB", "Ba", "bA", "cab", "CaB", "bac,b", "ab,bc", "ab,cb", "ba,bc", "ab,ab", "a,a", "a,b",
                   "b,a", "B,a", "a,B", "abc,cd", "cba,ad", "ab,bc,cd", "ab,bc,ca", "zyx", "aab", "aba", "baa", "aa",
                   "aaa", "aabb", "abab", "abba", "ab,ba", "aab,b", "abc,abc", "Zz,zA"]:
        sized("implicit", string, {letter: 3 for letter in "abcABzZ"} if "aa" in string or "aba" in string else {})
    for rank in range(7):
        sized("implicit", "fedcba"[:rank], {letter: 2 for letter in "abcdef"})
    case("implicit", "ab", (2, 3)), case("implicit", "ba", (2, 3)), case("implicit", "aB", (2, 3))


def permutations_rule():
    for rank in range(1, 4):
        for order in itertools.permutations("abc"[:rank]):
            sized("permute", f"{'abc'[:rank]}->{''.join(order)}")
    draw = random.Random(4)
    for rank in (4, 5, 6):
        for _ in range(4):
            sized("permute", f"{'abcdef'[:rank]}->{''.join(draw.sample('abcdef'[:rank], rank))}",
                  {letter: 2 for letter in "def"})
    for rank in range(1, 5):
        for kept in range(rank + 1):
            for subset in itertools.combinations("abcd"[:rank], kept):
                sized("sum", f"{'abcd'[:rank]}->{''.join(subset)}")


def ellipsis_rule():
    case("ellipsis", "...", ()), case("ellipsis", "...->...", ()), case("ellipsis", "...->", ())
    for shape in [(2,), (2, 3), (2, 3, 2)]:
        for string in ["...", "...->...", "...->", "...a", "a...", "...a->a...", "a...->...a", "...a->a", "a...->",
                       "...a->...", "a...->..."]:
            case("ellipsis", string, shape)
    for string in ["a...b->b...a", "a...b", "a...b->...", "a...b->ab", "a...b->b", "...ab->...ba", "ab...->ba..."]:
        for shape in [(2, 3), (2, 3, 2), (2, 3, 2, 2)]:
            case("ellipsis", string, shape)
    for string in ["...,...", "...,...->...", "...,...->", "...a,...a->...", "...a,a...", "a...,a...->a...",
                   "...a,...a->...a"]:
        for left, right in [((2, 3), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1, 3), (2, 3)), ((2, 2, 3), (2, 3))]:
            case("ellipsis-pairs", string, left, right)
    case("ellipsis-ranks", "...ab,...bc->...ac", (2, 2, 3), (3, 2))
    case("ellipsis-ranks", "...ab,...bc->...ac", (2, 3), (3, 2, 3, 2))
    case("ellipsis-ranks", "...ab,...bc->...ac", (3, 1, 2, 3), (2, 3, 2))
    case("ellipsis-ranks", "...ab,bc->...ac", (2, 2, 3), (3, 2))
    case("ellipsis-ranks", "ab,...bc->a...c", (2, 3), (2, 3, 2))
    case("ellipsis-ranks", "...,...,...", (2, 1), (3,), ())
    case("ellipsis-ranks", "...a,b...,...->ab...", (2, 2), (3, 2), (2,))
    for string, shapes in [("a->a...", [(3,)]), ("a->...a", [(3,)]), ("ab->b...a", [(2, 3)]), ("->...", [()]),
                           (",->...", [(), ()]), ("ab,b->...a", [(2, 3), (3,)]), ("aa->...", [(2, 2)]),
                           ("aa->a...", [(2, 2)]), ("a,a->...", [(3,), (3,)])]:
        case("empty-output-ellipsis", string, *shapes)
    for string, shapes in [("...a->a", [(0, 2)]), ("...a,...a->a", [(2, 3), (3,)]), ("...,...->", [(2, 3), (2, 1)]),
                           ("a...,...->a", [(2, 3), (3,)]), ("...ab,...bc->ac", [(2, 2, 3), (3, 2)]),
                           ("...->", [(2, 2, 2)]), ("...aa->", [(3, 2, 2)]), ("...aa->a", [(3, 2, 2)])]:
        case("summed-ellipsis", string, *shapes)


def diagonals_rule():
    for string in ["aa", "aa->a", "aa->", "aaa->a", "aaa", "aab->b", "aab->a", "aab->ab", "aba->b", "aba->ba", "baa->b",
                   "aabb->ab", "aabb->ba", "abab->ab", "abba->", "aab,b->a", "aab,b", "aa,a->a", "aa,aa->a", "aa,aa",
                   "aa,ab->b", "aa,bb", "aa,bb->ab", "aab,bbc->ac", "aaaa->a", "aabbcc->abc", "aabbcc"]:
        sized("diagonal", string)
    for string in ["...aa->...a", "...aa", "aa...->a...", "a...a->...a", "a...a", "...aa->..."]:
        case("diagonal", string, (2, 2)), case("diagonal", string, (2, 3, 2) if string[0] == "a" and string[-1] != "." and
                                               "a...a" in string else (2, 2, 2))
    case("diagonal", "aa->a", (1, 1)), case("diagonal", "aa", (0, 0)), case("diagonal", "aa->a", (0, 0))
    case("diagonal", "aa,a->a", (1, 1), (3,)), case("diagonal", "aa,a->a", (3, 3), (1,)), case("diagonal", "aa,a", (1, 1), (3,))
    for string, shape in [("aa->a", (1, 3)), ("aa->a", (3, 1)), ("aa", (2, 3)), ("aa", (1, 0)), ("aab->b", (2, 3, 2)),
                          ("aab->b", (2, 1, 2)), ("aba->b", (2, 2, 3)), ("abb->a", (2, 3, 1)), ("aaa->a", (2, 2, 3)),
                          ("aaa->a", (2, 3, 2)), ("abab->ab", (2, 3, 2, 2)), ("abab->ab", (2, 3, 1, 3)),
                          ("...aa->a...", (2, 2, 3)), ("a...a->...", (2, 3, 3)), ("aa...->...", (3, 1, 2))]:
        case("diagonal-mismatch", string, shape)
    case("diagonal-mismatch", "aa,a->a", (1, 3), (3,)), case("diagonal-mismatch", "a,aa->a", (3,), (3, 1))


def broadcast_rule():
    pairs = [("a,a->a", [(1,), (3,)]), ("a,a->a", [(3,), (1,)]), ("a,a->", [(1,), (3,)]), ("a,a", [(3,), (1,)]),
             ("a,a->", [(1,), (0,)]), ("a,a->a", [(1,), (0,)]), ("a,a->a", [(0,), (1,)]), ("a,a->", [(0,), (0,)]),
             ("ab,ab->a", [(2, 1), (2, 3)]), ("ab,ab->b", [(1, 3), (2, 3)]), ("ab,ab->ab", [(1, 3), (2, 1)]),
             ("ab,bc->ac", [(2, 1), (3, 2)]), ("ab,bc->ac", [(2, 3), (1, 2)]), ("ab,bc->ac", [(2, 1), (1, 2)]),
             ("ab,bc->ac", [(2, 1), (0, 2)]), ("abc,cd->abd", [(1, 2, 1), (3, 2)]), ("a,a,a->a", [(1,), (1,), (3,)]),
             ("a,a,a->", [(1,), (3,), (1,)]), ("a,a,a", [(1,), (1,), (1,)]), ("ab,b,a->", [(2, 1), (3,), (1,)]),
             ("ab,ab,ab->ab", [(1, 1), (2, 1), (1, 3)]), ("bce,bc->be", [(2, 3, 2), (2, 1)]),
             ("bce,bc->be", [(2, 1, 2), (2, 3)]), ("bce,bc->be", [(1, 3, 2), (2, 3)]), ("a,ab->b", [(1,), (2, 3)]),
             ("a->a", [(1,)]), ("a->", [(1,)]), ("ab->b", [(1, 1)]), ("a,b->", [(1,), (3,)]),
             ("aab,b->a", [(2, 2, 1), (3,)]), ("ab,cb->", [(2, 1), (2, 3)])]
    for string, shapes in pairs:
        case("broadcast", string, *shapes)
        case("strict", string, *shapes, strict=True)
    case("strict", "...a,...a->...", (1, 3), (2, 3), strict=True)
    case("strict", "ab,bc->ac", (2, 3), (3, 2), strict=True)


def sizes_rule():
    for string, shapes in [("a,a->a", [(2,), (3,)]), ("a,a", [(2,), (0,)]), ("ab,bc->ac", [(2, 3), (2, 2)]),
                           ("ab,bc", [(2, 3), (4, 2)]), ("ab,ab->", [(2, 3), (3, 2)]), ("bce,bc->be", [(2, 3, 4), (2, 2)]),
                           ("a,a,a->a", [(2,), (1,), (3,)]), ("a,a,a->a", [(2,), (2,), (3,)]),
                           ("ab,bc,cd->ad", [(2, 3), (3, 2), (3, 2)]), ("ab,b->", [(2, 3), (0,)]),
                           ("abc,abd->cd", [(2, 3, 2), (3, 3, 2)]), ("aB,Bc", [(2, 3), (2, 2)]),
                           ("aa,a->a", [(2, 2), (3,)])]:
        case("size-mismatch", string, *shapes)
    for string, shapes in [("...,...", [(2,), (3,)]), ("...,...->", [(2, 3), (2, 2)]), ("...a,...a->", [(2, 2), (3, 2)]),
                           ("...ab,...bc->...ac", [(2, 2, 3), (3, 3, 2)]), ("a...,b...", [(2, 3), (2, 2)]),
                           ("...,...,...", [(2,), (1,), (3,)]), ("...a,a...", [(2, 3), (3, 3)]), ("...,...", [(2,), (0,)])]:
        case("ellipsis-mismatch", string, *shapes)


def output_rule():
    for string in ["a->b", "a->A", "A->a", "ab->abc", "ab->c", "ab,bc->ad", "ab,bc->aC", "->a", ",->z", "aa->b", "ab->zb",
                   "a,b->abc", "ab->aB", "abc->abz", "a,a,a->x"]:
        sized("output-unknown", string)
    for string in ["a->aa", "ab->aab", "ab->aba", "ab->abb", "aa->aa", "ab,bc->aca", "a,b->aabb", "abc->cbac", "a,a->aa"]:
        sized("output-twice", string)
    case("output-unknown", "...->a", (2,)), case("output-unknown", "...a->...b", (2, 3))
    case("output-twice", "...a->a...a", (2, 3)), case("output-twice", "...a->aa", (2, 3))


def scalars_rule():
    for string in ["", "->", ",", ",->", ",,", ",,->", ",,,->"]:
        case("scalar", string, *[()] * (string.count(",") + 1))
    for string in ["a,", ",a", "a,->a", ",a->a", "a,->", ",a->", "a,,->a", ",a,->a", ",,a->", "ab,,b->a", ",aa", ",aa->a",
                   ",ab->ba"]:
        sized("scalar", string)
    for string, shapes in [(",...", [(), (2, 3)]), ("...,", [(2,), ()]), (",...->", [(), (2, 3)]), ("...,->...", [(2,), ()])]:
        case("scalar", string, *shapes)
    for dtype in NUMPY:
        case("scalar", ",->", (), (), dtype=dtype), case("scalar", "->", (), dtype=dtype)


def zero_rule():
    for string, shapes in [("a->a", [(0,)]), ("a->", [(0,)]), ("a", [(0,)]), ("ab->ba", [(0, 3)]), ("ab->b", [(0, 3)]),
                           ("ab->a", [(0, 3)]), ("ab->", [(2, 0)]), ("ab,bc->ac", [(2, 0), (0, 3)]),
                           ("ab,bc->ac", [(0, 2), (2, 3)]), ("ab,bc->ac", [(2, 2), (2, 0)]), ("a,b->ab", [(0,), (3,)]),
                           ("a,b->b", [(0,), (3,)]), ("a,b->", [(0,), (0,)]), ("abc->b", [(2, 3, 0)]),
                           ("abc->ca", [(2, 0, 3)]), ("...->", [(0,)]), ("...a->...", [(2, 0)]), ("...,...", [(0,), (1,)]),
                           ("...,...", [(2, 0), (1,)]), ("ab,bc,cd->ad", [(2, 3), (3, 0), (0, 2)]), (",a->", [(), (0,)]),
                           ("aab->b", [(0, 0, 2)]), ("ab,ab->b", [(0, 2), (1, 2)])]:
        for dtype in ("i64", "f32", "bool"):
            case("zero-size", string, *shapes, dtype=dtype)


def types_rule():
    for dtype in NUMPY:
        for string in ["ab,bc->ac", "ab->a", "a,a->a", "aa", "ab->ba", "a,b"]:
            sized("types", string, {"a": 2, "b": 3, "c": 2}, dtype=dtype)
    for left, right in itertools.combinations(["bool", "i8", "u8", "i32", "i64", "f16", "f32", "f64", "c64", "c128"], 2):
        case("mixed-types", "ab,b->a", (2, 3), (3,), dtype=[left, right])
    case("mixed-types", "a,a,a->", (3,), (3,), (3,), dtype=["bool", "i32", "f64"])
    case("mixed-types", "a,b,c->abc", (2,), (2,), (2,), dtype=["f32", "i8", "u8"])
    case("types", "a,a,a,a,a,a->", (7,), (7,), (7,), (7,), (7,), (7,), dtype="i8")
    case("types", "a,a,a,a,a,a->a", (7,), (7,), (7,), (7,), (7,), (7,), dtype="u8")


def operands_rule():
    for string in ["ab,bc,cd->ad", "ab,bc,cd,de->ae", "ab,bc,cd,de,ef->af", "a,b,c,d,e->edcba", "a,b,c,d,e->",
                   "ab,ab,ab,ab->ab", "abc,a,b,c->", "abc,a,b,c->abc", "ab,bc,ca", "ab,bc,ca->b", "ab,cb,cd,ed->ae",
                   "abcd,cdef->abef", "abcd,ab,cd->bd", "abc,abd,acd,bcd->", "ab,ac,ad->bcd", "ab,ac,ad,ae->",
                   "ae,be,ce,de->abcd", "abcdef,f->abcde", "abcdef,abc->def", "abcdef,fedcba->", "ij,ij,jk,kl,l->i"]:
        sized("operands", string, {letter: 2 for letter in "def"})
    for count in (8, 13, 33, 40):
        case("operands", ",".join(["a"] * count) + "->a", *[(3,)] * count)
        chain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
        case("operands", ",".join(chain[i:i + 2] for i in range(count)) + f"->{chain[0]}{chain[count]}",
             *[(2, 2) if i % 16 == 0 else (2, 1) if i % 16 == 1 else (1, 1) if i % 16 < 15 else (1, 2) for i in range(count)])
    for string, count in [("a,a", 1), ("a,a", 3), ("a", 2), ("", 2), ("a,", 1), (",", 1), ("a->a", 2), ("a,b->ab", 3),
                          ("ab,bc,cd->ad", 2), ("...,...", 1), ("...", 2), (",,", 2)]:
        terms = string.split("->")[0].split(",")
        shapes = [shape_of(term, {"a": 2, "b": 3, "c": 2, "d": 3}) if "." not in term else (2,) for term in terms]
        case("operand-count", string, *(shapes + [(2,)] * 2)[:count])


def ranks_rule():
    for string, shapes in [("a", [()]), ("a", [(2, 3)]), ("", [(2,)]), ("ab", [(2,)]), ("ab", [(2, 3, 2)]), ("ab->a", [()]),
                           ("a,b->ab", [(2,), (2, 3)]), ("a,b->ab", [(2, 3), (2,)]), ("ab,bc->ac", [(2, 3), (3,)]),
                           (",a->a", [(2,), (2,)]), ("abc->", [(2, 3)]), ("...ab", [(2,)]), ("a...b->", [(2,)]),
                           ("ab...->", [(2,)]), ("...a->a", [()]), ("a,...b", [(2,), ()]), ("aa", [(2,)]), ("->", [(1,)]),
                           ("aaa->a", [(2, 2)]), ("abcdef->", [(1, 1, 1, 1, 1)]), ("bce,bc->be", [(2, 3, 2), (2, 3, 1)])]:
        case("rank-mismatch", string, *shapes)


def malformed_rule():
    one = ["a\t->a", "a\n->a", "\ta->a", "a->a\n", "a\r->a", "a->\ta", "\n", "a\v", "a\f->a", "a\u00a0->a",
           "a- >a", "a - > a", "a-", "a->a->a", "a->->a", "a>a", "a-a", "-a", ">a", "a=>a", "a→a", "a->a>", "a-->a", "a->>a",
           "a<-a", "a--a", "a->-", "-", ">", "a -", "a- ",
           "..", ".", "....", "a..", "a..b", ". . .", ".. .", ". ..", "a. ..", "...a...", "......", "... ...", "a...->a......",
           "a->....", "a->..", "a->.", "a->...a...", "…", "a…", "..a.", "....a", "a....", ".a", "a.", ". a", "a . a",
           "a1", "1", "0", "a_", "_", "a*", "a+a", "(a)", "[a]", "{a}", "a;", "a:", "a!", "a?", "'a'", '"a"', "a|a", "a&a",
           "a/a", "a\\a", "a@", "a#", "a$", "a%", "a^", "a~", "a`", "é", "ä->ä", "α", "a->α", "名", "a\u0301", "\u200ba",
           "a->a,", "a->,a", "a->,", "a->a,a", "->,", "a->a ,", "a->1", "a->a1", "a->_", "a-> >a", "a->a;", "a->(a)",
           "a2->a", "2a", "a.b", "ij.k", "a'->a", "a->a.", "a->.a", "a,b->ab"[:1] + "\x00", "\x7f"]
    for string in one:
        count = string.split("->")[0].count(",") + 1
        case("malformed", string, *[(2,)] * count)
    for string in ["a;a", "a,\tb", "a,b\n->ab", "a.,b", "a,b..->ab", "a,b->a,b", "a,b=>ab", "a,b- >ab", "a,1", "a,(b)", "a,b->a b\t",
                   "a,,b.->a", "...a,b......->ab", "a|b", "a,b->ab->", "a,b>ab", "a，b", "a,b->a,", "a,b->,ab", "a,b-ab", "a,b--ab",
                   "a, b\t-> ab", "a,b -> a.b", "a,b->a_b", "a,b→ab"]:
        case("malformed", string, *[(2,)] * (string.split("->")[0].count(",") + 1))
    case("axes", "".join("abcdefghijklmnopqrstuvwxyzABCDEFG"), (1,) * 32)
    case("axes", "a" * 33, (1,) * 32)
    case("axes", "a->" + "a" * 33, (1,))


# ---- And what nobody thinks of --------------------------------------------------------------------------------------

def random_case(draw):
    letters = draw.sample("abcdABCD", draw.randint(1, 4))
    sizes = {letter: draw.choice([1, 2, 2, 3]) for letter in letters}
    terms, shapes, dots = [], [], [draw.choice([1, 2, 3]) for _ in range(2)]
    for _ in range(draw.randint(1, 5)):
        term = [draw.choice(letters) for _ in range(draw.choice([0, 1, 2, 2, 3]))]
        narrow = {letter: 1 if draw.random() < 0.15 else sizes[letter] for letter in term}
        shape = [narrow[letter] for letter in term]
        if draw.random() < 0.3:
            at, rank = draw.randint(0, len(term)), draw.randint(0, 2)
            term[at:at] = ["..."]
            shape[at:at] = [1 if draw.random() < 0.2 else size for size in dots[2 - rank:]]
        terms.append(term), shapes.append(tuple(shape))
    used = sorted({part for term in terms for part in term})
    string = draw.choice([",", ", "]).join("".join(term) for term in terms)
    if draw.random() < 0.7:
        output = draw.sample(used, draw.randint(0, min(4, len(used))))
        if draw.random() < 0.08:
            output.append(draw.choice("abxA"))
        string += draw.choice(["->", " -> "]) + "".join(output)
    if draw.random() < 0.08:
        at = draw.randint(0, len(string))
        string = string[:at] + draw.choice(["\t", ".", "-", ">", "1", ",", "->", " ", "a"]) + string[at:]
    case("random", string, *shapes, dtype=draw.choice(["i64", "i32", "f64"]))


def main():
    for rule in [labels_rule, implicit_rule, permutations_rule, ellipsis_rule, diagonals_rule, broadcast_rule, sizes_rule,
                 output_rule, scalars_rule, zero_rule, types_rule, operands_rule, ranks_rule, malformed_rule]:
        rule()
    draw = random.Random(0)
    for _ in range(220):
        random_case(draw)
    used = {why for entry in cases for why in entry.get("differs", {}).values()}
    with open("cases.json", "w") as file:
        file.write('{"reasons": ' + json.dumps({key: REASONS[key][2] for key in sorted(used)}, indent=1) + ',\n"cases": [\n')
        file.write(",\n".join(json.dumps(entry) for entry in cases) + "\n]}\n")
    invalid = sum("error" in entry for entry in cases)
    print(f"{len(cases)} cases, {invalid} of them invalid; NumPy {numpy.__version__}, PyTorch {torch.__version__}")
    for key in sorted(used):
        print(f"  {sum(key in entry.get('differs', {}).values() for entry in cases):4} {key}")


if __name__ == "__main__":
    main()
