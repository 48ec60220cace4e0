# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Views, reshapes and what puts tensors together or makes them; as in operators.py."""
from operators import bracketed, method, prefix


def subscript(program, drawn):
    items = []
    rest = drawn.rank
    for axis in range(drawn.rank):
        if program.chance(12):
            items.append("None")
        if program.chance(15) and "..." not in items:
            items.append("...")
            rest = program.between(0, drawn.rank - axis)
            items += [item_of(program, drawn.shape[-1 - n]) for n in reversed(range(rest))]
            break
        if program.chance(15):
            break
        items.append(item_of(program, drawn.shape[axis]))
    if program.chance(10) or not items:
        items.append(program.pick(["None", "..."]) if "..." not in items else "None")
    return f"{bracketed(program, drawn)}[{', '.join(items)}]", True


def item_of(program, extent):
    """An index or slice for one axis."""
    kind = program.between(0, 9)
    if kind < 2 and extent > 0:
        return str(program.between(-extent, extent - 1))
    if kind < 5:
        return ":"
    bound = lambda: "" if program.chance(45) else str(program.between(-extent - 1, extent + 1))
    step = "" if program.chance(40) else ":" + program.pick(["-1", "2", "-2", "3", "", "1"])
    return f"{bound()}:{bound()}{step}"


def permute(program, drawn):
    kind = program.between(0, 3)
    order = program.random.sample(range(drawn.rank), drawn.rank)
    order = [axis - drawn.rank if program.chance(25) else axis for axis in order]
    if kind == 0:
        return f"{bracketed(program, drawn)}.T", True
    if kind == 1 and drawn.rank >= 2:
        return f"{bracketed(program, drawn)}.mT", True
    if kind == 2 and drawn.rank > 2:
        return method(program, drawn, "transpose", f"{order[0]}, {order[1]}")
    if drawn.rank == 0:
        return None
    return method(program, drawn, "permute", ", ".join(map(str, order)) if program.chance(70) else str(order))


def unsqueeze(program, drawn):
    return method(program, drawn, program.pick(["unsqueeze", "expand_dims"]),
                  program.pick(["", "dim="]) + str(program.between(-drawn.rank - 1, drawn.rank)))


def squeeze(program, drawn):
    ones = [axis for axis, extent in enumerate(drawn.shape) if extent == 1]
    if ones and program.chance(70):
        return method(program, drawn, "squeeze", str(program.pick(ones) - (drawn.rank if program.chance(40) else 0)))
    return method(program, drawn, "squeeze")


def expand(program, drawn):
    sizes = [program.between(0, 5) if extent == 1 else extent for extent in drawn.shape]
    sizes = [-1 if extent == size and program.chance(50) else size for extent, size in zip(drawn.shape, sizes)]
    if program.chance(30) and drawn.rank < 5:
        sizes.insert(0, program.between(1, 4))
    if not sizes:
        return None
    return method(program, drawn, program.pick(["expand", "broadcast_to"]), listed(program, sizes))


def listed(program, numbers):
    """Numbers one by one, or as a list or tuple."""
    text = ", ".join(map(str, numbers))
    if numbers and program.chance(60):
        return text
    return f"({text})" if len(numbers) > 1 and program.chance(50) else f"[{text}]"


def axis_of(program, rank):
    axis = program.between(0, rank - 1)
    return axis - rank if program.chance(35) else axis


def reshape(program, drawn):
    left, sizes = drawn.value.v.size, []
    while left > 1 and len(sizes) < 4 and program.chance(85):
        divisors = [n for n in range(1, left + 1) if left % n == 0]
        sizes.append(program.pick(divisors))
        left //= sizes[-1]
    if left != 1 or not sizes:
        sizes.append(left)
    if drawn.value.v.size == 0:
        sizes = list(drawn.shape[::-1])
    elif program.chance(35):
        sizes[program.between(0, len(sizes) - 1)] = -1
    return method(program, drawn, program.pick(["reshape", "reshape", "view"]), listed(program, sizes))


def flatten(program, drawn):
    if program.chance(30):
        return method(program, drawn, "ravel")
    if drawn.rank == 0 or program.chance(30):
        return method(program, drawn, "flatten")
    start = program.between(0, drawn.rank - 1)
    end = program.pick(["", str(program.between(start, drawn.rank - 1)), "end_dim=-1"])
    keyword = program.pick(["", "start_dim="]) if not end or "=" in end else ""
    return method(program, drawn, "flatten", f"{keyword}{start}", end)


def flip(program, drawn):
    if drawn.rank == 0 or program.chance(25):
        return method(program, drawn, "flip")
    axes = program.random.sample(range(drawn.rank), program.between(1, drawn.rank))
    axes = [axis - drawn.rank if program.chance(30) else axis for axis in axes]
    if program.chance(50):
        return method(program, drawn, "flip", f"{program.pick(['', 'dims=', 'axis='])}{axes}")
    return method(program, drawn, "flip", ", ".join(map(str, axes)))


def swap(program, drawn):
    if drawn.rank == 0:
        return None
    name = program.pick(["swapaxes", "swapdims", "moveaxis", "movedim"])
    if name.startswith("move") and program.chance(40):
        count = program.between(1, drawn.rank)
        lists = [program.random.sample(range(drawn.rank), count) for _ in range(2)]
        return method(program, drawn, name, str(lists[0]), str(lists[1]))
    return method(program, drawn, name, str(axis_of(program, drawn.rank)), str(axis_of(program, drawn.rank)))


def together(program, drawn):
    """The value beside others of its shape, but for the size along the axis where they are joined."""
    stacks = drawn.rank == 0 or program.chance(45)
    axis = axis_of(program, drawn.rank + 1 if stacks else drawn.rank)
    parts = [drawn.text]
    for _ in range(program.pick([0, 1, 1, 2])):
        shape = list(drawn.shape)
        if not stacks and program.chance(60):
            shape[axis] = program.between(0, 4)
        same = [name for name, value in program.names.items() if value.shape == tuple(shape)]
        parts.append(program.pick(same) if same and program.chance(40) else program.input(tuple(shape)).text)
    program.random.shuffle(parts)
    name = "stack" if stacks else program.pick(["concat", "concatenate", "cat"])
    where = "" if axis == 0 and program.chance(50) else program.pick([", dim=", ", axis=", ", "]) + str(axis)
    brackets = "()" if len(parts) > 1 and program.chance(30) else "[]"
    return f"{prefix(program)}{name}({brackets[0]}{', '.join(parts)}{brackets[1]}{where})", True


def made(program, drawn):
    """The value with a tensor that holds one number."""
    dtype = program.pick(["", ", dtype=f32", ", dtype=f64", ", dtype=int32", ", dtype=i64", ", dtype=bool",
                          ", dtype='f32'", ", dtype='float64'", ", dtype=c64", ", dtype=u8"])
    number = program.pick(["1", "2", "0.5", "True", "3"])
    kind = program.pick(["zeros", "ones", "full", "zeros_like", "ones_like", "full_like"])
    if kind.endswith("like"):
        text = f"{prefix(program)}{kind}({drawn.text}{', ' + number if kind == 'full_like' else ''}{dtype})"
    else:
        shape = list(drawn.shape[program.between(0, drawn.rank):])
        sizes = str(shape) if kind == "full" or not shape else listed(program, shape)
        text = f"{prefix(program)}{kind}({sizes}{', ' + number if kind == 'full' else ''}{dtype})"
    return f"{text} {program.pick(['+', '*', '-'])} {bracketed(program, drawn, 90)}", False


def sequence(program, drawn):
    """The value with numbers that follow from their positions."""
    extent = drawn.shape[-1] if drawn.rank else program.between(1, 4)
    dtype = program.pick(["", "", ", dtype=f64", ", dtype=i32", ", dtype=f32", ", dtype=i64"])
    kind = program.between(0, 3)
    if kind == 0:
        text = f"eye({extent}{program.pick(['', f', {extent}', ', k=1', f', {extent}, k=-1'])}{dtype})"
    elif kind == 1:
        ends = program.pick(["0, 1", "-2, 2", "1, 0.5", "3, 7"])
        text = f"linspace({ends}, {program.pick(['', 'num='])}{extent}{program.pick(['', ', endpoint=False'])}{dtype})"
    else:
        start, step = program.pick([0, 1, -2]), program.pick([1, 1, 2, -1, 0.5, -0.25])
        whole = f"{start}, {start + step * extent}, {step}"
        text = f"arange({program.pick([whole, str(extent)])}{dtype})"
    return f"{prefix(program)}{text} {program.pick(['+', '*', '-'])} {bracketed(program, drawn, 90)}", False
