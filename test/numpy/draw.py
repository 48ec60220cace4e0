# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs of array notation. A program's text is evaluated by Python itself, on Arrays."""
import random
import re
import types
import warnings

import elementwise  # noqa: F401 (these five fill Array.functions)
import functions
import numpy as np
import prelude  # noqa: F401
import reductions  # noqa: F401
import shapes  # noqa: F401
from arrays import DTYPES, NAMES, Array, Reject, combined
from features import FEATURES
from indexed import element_statement

EXTENTS = [1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 9, 16, 17, 33]
MOST_ELEMENTS = 1500
# Bodies of functions that programs define.
BODIES = ["a * b + 1", "a - a.mean(dim=-1, keepdim=True) * b", "where(a > b, a, -b)", "a.sum(0) + b",
          "maximum(a, b) ** 2", "(a * b).reshape(-1)", "a[..., None] + b", "a / a.numel() - b", "softmax(a) + b.T"]
ELEMENT_TYPES = {"f32": 8, "f64": 4, "i32": 3, "i64": 3, "bool": 2, "f16": 1, "u8": 1, "i8": 1, "c64": 1, "c128": 1}
PREFIX = types.SimpleNamespace(**Array.functions)
WORDS = {**Array.functions, **functions.NAMES, "np": PREFIX, "numpy": PREFIX, "torch": PREFIX}


class Drawn:
    """A piece of a program: its text, its value, and whether it needs no brackets in front of a suffix."""

    def __init__(self, text, value, closed=True):
        self.text, self.value, self.closed = text, value, closed

    shape = property(lambda self: self.value.shape)
    rank = property(lambda self: self.value.v.ndim)
    dtype = property(lambda self: self.value.dtype)


class Input:
    """Memory with a view of it, which is what the program gets."""

    def __init__(self, memory, view):
        self.memory, self.view = memory, view


class Program:
    """Statements `(name, text)`; inputs by name, values of all statements, results."""

    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.numbers = np.random.RandomState(seed % 2**32)
        self.inputs, self.names, self.drawn_inputs = {}, {}, 0
        self.statements, self.values, self.results = [], [], []
        self.main_type = self.pick_weighted(ELEMENT_TYPES)

    # Choices.
    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, choices):
        return self.random.choice(choices)

    def pick_weighted(self, weights):
        return self.random.choices(list(weights), list(weights.values()))[0]

    def between(self, low, high):
        return self.random.randint(low, high)

    # Values that a program starts from.
    def shape_of(self, rank, most=400):
        shape = []
        for _ in range(rank):
            extent = 0 if self.chance(1) else self.pick(EXTENTS)
            while extent > 1 and int(np.prod(shape, dtype=np.int64)) * extent > most:
                extent //= 2
            shape.append(extent)
        return tuple(shape)

    def elements(self, shape, name):
        dtype = np.dtype(DTYPES[name])
        if dtype.kind == "b":
            return self.numbers.randint(0, 2, shape).astype(bool)
        if dtype.kind in "iu":
            low, high = self.pick([(-3, 3), (-9, 9), (-100, 100)])
            return self.numbers.randint(0 if dtype.kind == "u" else low, high + 1, shape).astype(dtype)
        kind = self.between(0, 9)
        parts = []
        for _ in range(2 if dtype.kind == "c" else 1):
            if kind < 6:
                parts.append(self.numbers.randint(-3, 4, shape).astype(np.float64))
            elif kind < 8:
                parts.append(self.numbers.randint(-12, 13, shape) / 4)
            else:
                parts.append(self.numbers.uniform(-3, 3, shape))
        value = parts[0] + 1j * parts[1] if len(parts) > 1 else parts[0]
        return np.asarray(value).astype(dtype)

    def input(self, shape, name=None):
        """A new input: row-major, or a view of memory with its axes in another order, gaps or backwards."""
        name = name or (self.main_type if self.chance(70) else self.pick_weighted(ELEMENT_TYPES))
        steps = [1] * len(shape)
        order = list(range(len(shape)))
        if self.chance(30):
            self.random.shuffle(order)
            steps = [self.pick([1, 1, 1, 2, -1, -2]) for _ in shape]
        memory = self.elements(tuple(shape[axis] * abs(steps[axis]) for axis in order), name)
        view = memory[tuple(slice(None, None, steps[axis]) for axis in order) + (...,)]
        view = view.transpose(np.argsort(order)) if shape else view
        label = f"x{self.drawn_inputs}"
        self.drawn_inputs += 1
        self.inputs[label] = Input(memory, view)
        self.names[label] = Array(view)
        return Drawn(label, self.names[label])

    def literal(self):
        """A number, or a bracketed literal."""
        if self.chance(60):
            text = self.pick(["2", "3", "0.5", "-1", "1", "4", "0.25", "-2", "1.5", "True", "2j", "(1 - 2j)"])
            return Drawn(text, eval(text), not text.startswith("-"))
        count = self.between(1, 3)
        numbers = [self.pick(["1", "2", "-3", "0", "5"]) for _ in range(count)]
        if self.chance(30):
            numbers[0] = "0.5"
        text = "[" + ", ".join(numbers) + "]"
        text = f"[{text}, {text}]" if self.chance(20) else text
        written = text if self.chance(50) else f"{self.pick(['array', 'np.array', 'torch.tensor'])}({text})"
        return Drawn(written, self.evaluate(f"array({text})"))

    def value(self):
        """A name, an input, or an expression of those."""
        known = [name for name in self.names if not name.startswith("x")]
        if known and self.chance(55):
            name = self.pick(known)
            return Drawn(name, self.names[name])
        if self.inputs and self.chance(25):
            name = self.pick(list(self.inputs))
            return Drawn(name, self.names[name])
        return self.input(self.shape_of(self.pick([0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5])))

    def partner(self, drawn, name=None):
        """Something that broadcasts with a value: often some of its axes, some of them 1, perhaps one more in front."""
        if self.chance(15) and name is None:
            return self.literal()
        known = [label for label, value in self.names.items() if broadcasts(value.shape, drawn.shape)]
        if known and self.chance(40) and name is None:
            label = self.pick(known)
            return Drawn(label, self.names[label])
        return self.input(self.partner_shape(drawn), name)

    def partner_shape(self, drawn):
        shape = list(drawn.shape[self.between(0, drawn.rank):])
        shape = [1 if self.chance(20) else extent for extent in shape]
        if self.chance(10) and drawn.value.v.size <= 300 and len(shape) == drawn.rank < 5:
            shape.insert(0, self.between(2, 4))
        return tuple(shape)

    def input_type(self, shape, kinds):
        """An input of this shape whose type is of one of these kinds."""
        return self.input(shape, self.pick([name for name in ELEMENT_TYPES if np.dtype(DTYPES[name]).kind in kinds]))

    # Growing.
    def evaluate(self, text):
        """What Python makes of the text."""
        return eval(text, dict(WORDS), self.names)

    def drop_inputs(self):
        """Forgets inputs that no statement reads."""
        read = set(self.inputs_read())
        for name in [name for name in self.inputs if name not in read]:
            del self.inputs[name]
            self.names.pop(name, None)

    def expression(self):
        """An expression grown from a value, evaluated at each step."""
        drawn = self.value()
        for _ in range(self.pick([1, 1, 2, 2, 3, 4])):
            name = self.pick_weighted({name: weight for name, (weight, _) in FEATURES.items()})
            grown = FEATURES[name][1](self, drawn)
            if grown is None:
                continue
            text, closed = grown
            drawn = Drawn(text, self.checked(self.evaluate(text)), closed)
        return drawn

    @staticmethod
    def checked(value):
        if not isinstance(value, Array) or value.v.size > MOST_ELEMENTS or value.v.ndim > 6 or value.dtype not in NAMES:
            raise Reject
        return value

    def new_name(self):
        """Mostly a new one; sometimes a name gets another value."""
        known = [name for name, _ in self.statements] + self.inputs_read()
        return self.pick(known) if known and self.chance(15) else f"t{len(self.statements)}"

    def inputs_read(self):
        return re.findall(r"\bx\d+\b", " ".join(text for _, text in self.statements))

    def statement(self):
        """The name that gets a value, the text, and the value."""
        if self.chance(12):
            return element_statement(self)
        drawn = self.expression()
        value, known = self.evaluate(drawn.text), [name for name, _ in self.statements]
        if known and self.chance(15):
            name, operator = self.pick(known), self.pick(["+", "*", "max", "min"])
            return name, f"{name} {operator}= {drawn.text}", self.checked(combined(operator, self.names[name], value))
        name = self.new_name()
        if self.chance(8):
            definition, call, value = self.defined(drawn)
            return name, f"{definition}; {name} = {call}", self.checked(value)
        return name, f"{name} = {drawn.text}", value

    def defined(self, drawn):
        """A definition, a call of it, and the call's value."""
        function, body, given = f"f{len(self.statements)}", self.pick(BODIES), self.partner(drawn)
        default = self.pick(["", "", "=2", "=0.5"])
        arguments = [drawn.text]
        if not default or self.chance(50):
            arguments.append(self.pick(["", "b="]) + given.text)
        value = self.evaluate(f"(lambda a, b{default}: {body})({', '.join(arguments)})")
        return f"def {function}(a, b{default}) = {body}", f"{function}({', '.join(arguments)})", value

    def declare(self):
        """Says what one input of the first statement is; one of its sizes perhaps by a name."""
        name, text = self.statements[0]
        read = [label for label in self.inputs if re.search(rf"\b{label}\b", text)]
        if not read:
            return
        label = self.pick(read)
        shape = list(map(str, self.inputs[label].view.shape))
        size = ""
        if shape and self.chance(50):
            size, shape[0] = f"rows = {shape[0]}; ", "rows"
        dtype = NAMES[self.inputs[label].view.dtype]
        text = f"{size}{self.pick(['', 'param '])}{label}: {dtype}[{', '.join(shape)}]; {text}"
        self.statements[0] = (name, text)

    def grow(self):
        wanted, attempts = self.between(1, 4), 0
        while len(self.statements) < wanted and attempts < 40:
            attempts += 1
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    name, text, value = self.statement()
            except (Reject, ValueError, OverflowError, IndexError, AttributeError, TypeError, SyntaxError):
                self.drop_inputs()
                continue
            self.statements.append((name, text))
            self.values.append(value)
            self.drop_inputs()
            self.names[name] = value
        if not self.statements:
            raise Reject
        self.choose_results()
        if self.chance(8):
            self.declare()
        return self

    def choose_results(self):
        """Mostly the last value, by its place or by its name; sometimes several by name."""
        last = len(self.statements) - 1
        latest = {name: number for number, (name, _) in enumerate(self.statements)}
        self.results = [last]
        if self.chance(30):
            self.results += [number for number in latest.values() if number != last and self.chance(60)]
            self.random.shuffle(self.results)


def broadcasts(left, right):
    return all(a == b or a == 1 or b == 1 for a, b in zip(reversed(left), reversed(right)))


def draw(seed):
    """The program of a seed."""
    for attempt in range(100):
        try:
            return Program(seed + attempt * 2**40).grow()
        except Reject:
            continue
    raise RuntimeError(f"no program for seed {seed}")
