# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of each element, reductions, and what runs along axes; as in operators.py."""
from operators import bracketed, method, prefix, truth


def two(names):
    def grow(program, drawn):
        return method(program, drawn, program.pick(names), program.partner(drawn).text)
    return grow


def one(names):
    return lambda program, drawn: method(program, drawn, program.pick(names))


def one_real(names):
    """Functions that complex numbers do not have."""
    return lambda program, drawn: None if drawn.dtype.kind == "c" else method(program, drawn, program.pick(names))


def bits(names):
    """Functions of integers and bools."""
    def grow(program, drawn):
        left = drawn.text if drawn.dtype.kind in "biu" else f"{program.pick(['i32', 'i64', 'bool'])}({drawn.text})"
        name = program.pick(names)
        other = "" if name == "bitwise_not" else ", " + program.input_type(program.partner_shape(drawn), "biu").text
        return f"{prefix(program)}{name}({left}{other})", True
    return grow


def cast(names):
    return lambda program, drawn: method(program, drawn, program.pick(names))


def clip(program, drawn):
    low, high = program.pick(["-1", "0", "-2.5", "1"]), program.pick(["1", "2", "2.5", "5"])
    if program.chance(30):
        low = program.partner(drawn).text
    arguments = program.pick([[low, high], [f"min={low}", f"max={high}"], [f"max={high}"], [low]])
    return method(program, drawn, program.pick(["clip", "clamp"]), *arguments)


def where(program, drawn):
    other = program.partner(drawn)
    if program.chance(50):
        return f"{prefix(program)}where({truth(program, drawn)}, {other.text}, {program.partner(drawn).text})", True
    left, right = (drawn, other) if program.chance(50) else (other, drawn)
    return f"{prefix(program)}where({program.partner(drawn, 'bool').text}, {left.text}, {right.text})", True


def axes(program, drawn, several=True):
    """Some axes, written as one number or a list, from either end."""
    if drawn.rank == 0:
        return None
    count = program.between(1, drawn.rank) if several and program.chance(35) else 1
    chosen = program.random.sample(range(drawn.rank), count)
    chosen = [axis - drawn.rank if program.chance(35) else axis for axis in chosen]
    if count == 1 and program.chance(85):
        return str(chosen[0])
    return str(chosen) if count == 1 or program.chance(70) else f"({', '.join(map(str, chosen))})"


def folded(program, drawn, named=("dim=", "axis=", "")):
    """Arguments that say which axes, and whether they stay."""
    arguments = []
    chosen = axes(program, drawn)
    if chosen and program.chance(80):
        arguments.append(program.pick(named) + chosen)
    if program.chance(30):
        arguments.append(program.pick(["keepdim=True", "keepdims=True", "keepdim=False"]))
    return arguments


def reduction(names):
    return lambda program, drawn: method(program, drawn, program.pick(names), *folded(program, drawn))


def statistic(program, drawn):
    less = program.pick(["", "ddof=1", "correction=1", "unbiased=True", "ddof=0", "unbiased=False"])
    return method(program, drawn, program.pick(["var", "std"]), *folded(program, drawn), less)


def norm(program, drawn):
    order = program.pick(["", "ord=2", "ord=1", "ord=0", "ord=inf", "ord=-inf", "p=1", "ord='inf'"])
    return method(program, drawn, "norm", *folded(program, drawn, ("dim=", "axis=")), order)


def running(program, drawn):
    chosen = axes(program, drawn, several=False)
    where = program.pick(["dim=", "axis=", ""]) + chosen if chosen and "[" not in chosen and program.chance(80) else ""
    return method(program, drawn, program.pick(["cumsum", "cumsum", "cumprod"]), where)


def normalization(program, drawn):
    chosen = axes(program, drawn)
    if drawn.rank == 0 or drawn.dtype.kind == "c":
        return None
    where = program.pick(["dim=", ""]) + chosen if program.chance(70) else ""
    return method(program, drawn, program.pick(["softmax", "log_softmax", "layernorm", "rmsnorm"]), where)


def size(program, drawn):
    """Arithmetic with what is known of the shape."""
    if drawn.rank == 0:
        return None
    axis = program.between(-drawn.rank, drawn.rank - 1)
    value = bracketed(program, drawn)
    number = program.pick([f"{value}.shape[{axis}]", f"{value}.size({axis})", f"size({drawn.text}, {axis})",
                           f"len({drawn.text})", f"{value}.numel()", f"numel({drawn.text})", f"{value}.size",
                           f"{value}.dim()", f"ndim({drawn.text})", f"dim({drawn.text})"])
    return f"{bracketed(program, drawn, 90)} {program.pick(['*', '+', '-'])} {number}", False
