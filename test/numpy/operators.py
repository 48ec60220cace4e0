# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operators, and the ways to write calls. Each function here is a way to go on from an expression: it gets the program
and the expression so far, and returns the text it becomes and whether that needs no brackets; None where it does not
apply."""


def bracketed(program, drawn, percent=95):
    """The text as an operand; without brackets now and then, so that precedence shows."""
    return drawn.text if drawn.closed or not program.chance(percent) else f"({drawn.text})"


def prefix(program):
    """What may stand before a function's name and means nothing."""
    return program.pick(["", "", "", "", "np.", "torch.", "numpy."])


def method(program, drawn, name, *arguments):
    """`x.f(a)` or `f(x, a)`."""
    arguments = [argument for argument in arguments if argument]
    if program.chance(70):
        return f"{bracketed(program, drawn)}.{name}({', '.join(arguments)})", True
    return f"{prefix(program)}{name}({', '.join([drawn.text] + arguments)})", True


def infix(operators):
    def grow(program, drawn):
        other = program.partner(drawn)
        left, right = (drawn, other) if program.chance(65) else (other, drawn)
        operator = program.pick(operators)
        return f"{bracketed(program, left, 75)} {operator} {bracketed(program, right, 75)}", False
    return grow


def whole_infix(operators):
    """Operators of integers and bools."""
    def grow(program, drawn):
        left = drawn.text if drawn.dtype.kind in "biu" else f"{program.pick(['i32', 'i64', 'i8'])}({drawn.text})"
        other = program.input_type(program.partner_shape(drawn), "biu") if program.chance(70) else program.literal()
        return f"({left}) {program.pick(operators)} {bracketed(program, other)}", False
    return grow


def comparison(program, drawn):
    other = program.partner(drawn)
    left, right = bracketed(program, drawn, 100), bracketed(program, other, 100)
    return f"({left} {program.pick(['<', '<=', '>', '>=', '==', '!='])} {right})", True


def truth(program, drawn):
    """The value as bools."""
    if drawn.dtype == bool:
        return drawn.text
    return f"({drawn.text} > 0)" if drawn.dtype.kind != "c" else f"bool({drawn.text})"


def logic(program, drawn):
    other = program.partner(drawn, "bool")
    text = f"({truth(program, drawn)}) {program.pick(['&', '|'])} {other.text}"
    return (f"~({text})", False) if program.chance(30) else (text, False)


def inverse(program, drawn):
    return f"~{bracketed(program, drawn)}" if drawn.dtype.kind in "biu" else f"~i32({drawn.text})", False


def sign(program, drawn):
    return program.pick(["-", "-", "+", "- -"]) + bracketed(program, drawn, 90), False


def power(program, drawn):
    exponent = program.pick(["2", "2", "3", "4", "0.5", "-1", "1", "0", "2.0", "1.5", "-2", "5"])
    if program.chance(25):
        exponent = bracketed(program, program.partner(drawn))
    text = f"{bracketed(program, drawn, 90)} ** {exponent}"
    return (f"-{text}", False) if program.chance(20) else (text, False)


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
    return f"{prefix(program)}einsum('{string}', {', '.join(operands)})", True
