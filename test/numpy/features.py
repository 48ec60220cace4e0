# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What programs are made of: FEATURES says how often each way to go on from an expression is taken. A feature gets the
program and the expression so far, and returns the text it becomes and whether that needs no brackets; None where it does
not apply."""


def bracketed(program, drawn, percent=95):
    """The text as an operand; without brackets now and then, so that precedence shows."""
    return drawn.text if drawn.closed or not program.chance(percent) else f"({drawn.text})"


def method(program, drawn, name, arguments=""):
    """`x.f(a)` or `f(x, a)`."""
    if program.chance(70):
        return f"{bracketed(program, drawn)}.{name}({arguments})", True
    prefix = program.pick(["", "", "np.", "torch."]) and ""
    return f"{prefix}{name}({drawn.text}{', ' if arguments else ''}{arguments})", True


def infix(operators):
    def grow(program, drawn):
        other = program.partner(drawn)
        left, right = (drawn, other) if program.chance(65) else (other, drawn)
        operator = program.pick(operators)
        return f"{bracketed(program, left, 75)} {operator} {bracketed(program, right, 75)}", False
    return grow


def comparison(program, drawn):
    other = program.partner(drawn)
    left, right = bracketed(program, drawn, 100), bracketed(program, other, 100)
    return f"({left} {program.pick(['<', '<=', '>', '>=', '==', '!='])} {right})", True


def logic(program, drawn):
    left = drawn.text if drawn.dtype == bool else f"({drawn.text} > 0)"
    other = program.partner(drawn, "bool")
    text = f"({left}) {program.pick(['&', '|'])} {other.text}"
    return (f"~({text})", False) if program.chance(30) else (text, False)


def sign(program, drawn):
    return program.pick(["-", "-", "+", "- -"]) + bracketed(program, drawn, 90), False


def two(names):
    def grow(program, drawn):
        return method(program, drawn, program.pick(names), program.partner(drawn).text)
    return grow


def one(names):
    return lambda program, drawn: method(program, drawn, program.pick(names))


def cast(names):
    return lambda program, drawn: (f"{program.pick(names)}({drawn.text})", True)


def axes(program, drawn, several=True):
    """Some axes, written as one number or a list, from either end."""
    if drawn.rank == 0:
        return None
    count = program.between(1, drawn.rank) if several and program.chance(35) else 1
    chosen = program.random.sample(range(drawn.rank), count)
    chosen = [axis - drawn.rank if program.chance(35) else axis for axis in chosen]
    if count == 1 and program.chance(85):
        return str(chosen[0])
    return str(chosen) if program.chance(80) else f"({', '.join(map(str, chosen))},)" if False else str(chosen)


def reduction(names):
    def grow(program, drawn):
        arguments = []
        chosen = axes(program, drawn)
        if chosen and program.chance(80):
            arguments.append(program.pick(["dim=", "axis=", ""]) + chosen)
        if program.chance(30):
            arguments.append(program.pick(["keepdim=True", "keepdims=True", "keepdim=False"]))
        return method(program, drawn, program.pick(names), ", ".join(arguments))
    return grow


def matmul(program, drawn):
    if drawn.rank == 0:
        return None
    shape = [drawn.shape[-1]]
    if program.chance(75):
        shape.append(program.between(1, 9))
    if len(shape) == 2 and drawn.rank > 2 and program.chance(40):
        shape.insert(0, program.pick([1, drawn.shape[-3]]))
    if program.chance(50) and len(shape) > 1:
        shape[-1], shape[-2] = shape[-2], shape[-1]
        other = program.input(tuple(shape))
        return f"{bracketed(program, drawn)} @ {other.text}.mT", False
    return f"{bracketed(program, drawn)} @ {program.input(tuple(shape)).text}", False


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
    sizes = [program.between(0, 5) if extent == 1 else program.pick([-1, extent]) for extent in drawn.shape]
    if program.chance(30) and drawn.rank < 5:
        sizes.insert(0, program.between(1, 4))
    if not sizes:
        return None
    return method(program, drawn, program.pick(["expand", "broadcast_to"]), ", ".join(map(str, sizes)))


def einsum(program, drawn):
    """A contraction of the value with up to two inputs that share some of its labels."""
    if drawn.rank > 4:
        return None
    letters = program.random.sample("abcdeijkXYZ", 9)
    term, extents = [], {}
    for extent in drawn.shape:
        same = [letter for letter in term if extents[letter] == extent]
        letter = program.pick(same) if same and program.chance(20) else letters.pop()
        term.append(letter)
        extents[letter] = extent
    dots = program.between(0, drawn.rank) if program.chance(35) and len(set(term)) == drawn.rank else 0
    lead = drawn.shape[:dots]
    terms, operands = [("..." if dots else "") + "".join(term[dots:])], [drawn.text]
    labels = list(dict.fromkeys(term[dots:]))
    for _ in range(program.pick([0, 1, 1, 1, 2])):
        own = [letter for letter in labels if program.chance(60)][:3]
        program.random.shuffle(own)
        if program.chance(40) and letters:
            fresh = letters.pop()
            extents[fresh] = program.between(1, 5)
            own.append(fresh)
            labels.append(fresh)
        shape = [1 if program.chance(8) else extents[letter] for letter in own]
        own_lead = list(lead[program.between(0, len(lead)):]) if dots and program.chance(50) else None
        terms.append(("..." if own_lead is not None else "") + "".join(own))
        operands.append(program.input(tuple((own_lead or []) + shape)).text)
    string = ",".join(terms)
    if program.chance(80):
        kept = [letter for letter in labels if program.chance(60)]
        program.random.shuffle(kept)
        string += "->" + ("..." if dots and program.chance(80) else "") + "".join(kept)
    return f"{program.pick(['', 'np.', 'torch.']) and ''}einsum('{string}', {', '.join(operands)})", True


# (how often, how). A new function or operator of the language is a line here, and in functions.py what it means.
FEATURES = {
    "arithmetic": (20, infix(["+", "-", "*", "+", "-", "*", "/"])),
    "comparison": (5, comparison),
    "logic": (3, logic),
    "sign": (3, sign),
    "choice": (4, two(["minimum", "maximum"])),
    "function": (4, one(["abs", "abs", "sqrt"])),
    "cast": (4, cast(["f32", "f64", "i32", "i64", "bool", "f16", "i8", "u8", "c64", "c128"])),
    "reduction": (12, reduction(["sum", "sum", "prod", "max", "min", "mean", "any", "all"])),
    "matmul": (4, matmul),
    "subscript": (10, subscript),
    "permute": (6, permute),
    "unsqueeze": (4, unsqueeze),
    "squeeze": (2, squeeze),
    "expand": (3, expand),
    "einsum": (6, einsum),
}
