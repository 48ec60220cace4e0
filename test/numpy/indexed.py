# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Statements of index notation. They are drawn as trees that say themselves what is summed where: no text is read to
find out. Each index has an axis of its own in all arrays that parts of a tree stand for; an element is a gather."""
import numpy as np
from arrays import Array, Reject, combined, require

WORDS = ["i", "j", "k", "l", "m", "row", "col", "n0", "b"]
FOLDS = ["sum", "prod", "max", "min", "any", "all", "mean", "argmax", "logsumexp"]


class Elements:
    """Draws the right side of one statement."""

    def __init__(self, program, sums):
        """`sums`: whether indices may be drawn that the terms they stand in are summed over."""
        self.sums, self.program, self.extents, self.axis = program, {}, {}
        self.words = program.random.sample(WORDS, len(WORDS))

    def index(self, extent=None):
        """A new index and how far it runs."""
        if not self.words:
            raise Reject
        name = self.words.pop()
        self.extents[name] = extent or self.program.pick([1, 2, 2, 3, 4, 5])
        self.axis[name] = len(self.axis)
        return name

    def positions(self, name):
        """What the index is at each of its steps, along its own axis."""
        shape = [1] * len(WORDS)
        shape[self.axis[name]] = -1
        return np.arange(self.extents[name]).reshape(shape)

    def axes(self, names):
        return [self.axis[name] for name in names]

    # Elements.
    def gathered(self, value, positions):
        """The elements of a value at positions, one array of integers for each of its axes."""
        places = tuple(np.broadcast_arrays(*positions)) if positions else ()
        return value.viewed(lambda array: array[places] if places else array.reshape([1] * len(WORDS)))

    def element(self, names):
        """An element that stands at each of these indices alone, in some order, of a new input or a known value."""
        program, names = self.program, list(names)
        program.random.shuffle(names)
        shape = tuple(self.extents[name] for name in names)
        known = [label for label, value in program.names.items() if value.shape == shape]
        label = program.pick(known) if known and program.chance(40) else program.input(shape).text
        text = label
        if len(names) == 2 and names[0] != names[1] and program.chance(15):
            text, names = f"{label}.T", names[::-1]
            value = program.names[label].T
        else:
            value = program.names[label]
        return f"{text}[{', '.join(names)}]", self.gathered(value, [self.positions(name) for name in names])

    def other_element(self, names):
        """An element at sums of these indices times integers, inside its tensor; an axis of size 1 may repeat."""
        program, texts, positions, shape = self.program, [], [], []
        for _ in range(program.between(1, 3)):
            some = program.random.sample(names, min(len(names), program.pick([0, 1, 1, 1, 2])))
            if len(some) == 1 and program.chance(15):
                texts.append(some[0]), positions.append(0 * self.positions(some[0])), shape.append(1)
                continue
            text, place, first = "", 0, True
            for name in some:
                factor = program.pick([1, 1, 2, 3, -1])
                piece = name if abs(factor) == 1 else program.pick([f"{abs(factor)}*{name}", f"{name}*{abs(factor)}"])
                sign = "-" if factor < 0 else "+"
                text += f" {sign} {piece}" if not first else f"-{piece}" if factor < 0 else piece
                place, first = place + factor * self.positions(name), False
            least = int(place.min()) if some else 0
            shift = program.between(0, 2) - least
            if not some:
                text, place = str(shift), self.zero() + shift
            elif shift or len(some) == 1:
                text, place = f"{text} {'+' if shift >= 0 else '-'} {abs(shift)}", place + shift
            texts.append(text), positions.append(place), shape.append(int(place.max()) + 1 + program.between(0, 2))
        given = program.input(tuple(shape))
        return f"{given.text}[{', '.join(texts)}]", self.gathered(given.value, positions)

    def zero(self):
        return np.zeros([1] * len(WORDS), int)

    # Trees.
    def total(self, free, depth):
        """Terms joined by + and -. Indices in `free` have a meaning outside."""
        text, value = self.term(free, depth)
        for _ in range(self.program.pick([0, 0, 1, 1, 2])):
            more, other = self.term(free, depth, plain=self.program.chance(30))
            operator = self.program.pick(["+", "+", "-"])
            text, value = f"{text} {operator} {more}", value + other if operator == "+" else value - other
        return text, value

    def term(self, free, depth, plain=False):
        """A product, summed over indices of its own; each stands in one of its elements at least."""
        program = self.program
        own = [] if plain or not self.sums else [self.index() for _ in range(program.pick([0, 0, 1, 1, 2]))]
        inside = list(free) + own
        factors = []
        if own or not plain:
            factors.append(self.element(own + [name for name in free if program.chance(60)]))
        for _ in range(program.pick([0, 1, 1, 2]) if factors else 1):
            factors.append(self.factor(inside, depth))
        program.random.shuffle(factors)
        text, value = factors[0]
        for more, other in factors[1:]:
            text, value = f"{text} * {more}", value * other
        return text, self.summed(value, own)

    def summed(self, value, names):
        """Over what stands in no other term. Of bools the sum is or."""
        if not names:
            return value
        fold = "any" if value.dtype == bool else "sum"
        return self.folded(fold, value, names)

    def folded(self, fold, value, names):
        shape = list(value.shape)
        for name in names:
            shape[self.axis[name]] = self.extents[name]
        whole = value.viewed(lambda array: np.broadcast_to(array, shape))
        return Array.functions[fold](whole, axis=self.axes(names), keepdim=True)

    def factor(self, names, depth):
        program = self.program
        kind = program.between(0, 11)
        if kind == 0:
            number = program.pick([2, 3, 1])
            return str(number), number
        if kind == 1 and names:
            name = program.pick(names)
            return name, Array(self.positions(name))
        if kind == 2:
            return self.scalar()
        if kind < 5 and depth > 0:
            text, value = self.total(names, depth - 1)
            if not isinstance(value, Array):
                raise Reject
            if program.chance(40):
                return f"({text})", value
            name = program.pick(["abs", "minimum", "maximum", "round"])
            if name in ("abs", "round"):
                return f"{name}({text})", Array.functions[name](value)
            return f"{name}({text}, 2)", Array.functions[name](value, 2)
        if kind < 7 and depth > 0:
            return self.reduction(names, depth)
        if kind == 7 and names:
            return self.element(program.random.sample(names, 1))
        return self.other_element(names)

    def scalar(self):
        """Array notation, as long as it is a scalar."""
        fold = self.program.pick(["sum", "max", "mean"])
        given = self.program.input((self.program.between(1, 4),))
        value = Array.functions[fold](given.value)
        return f"{given.text}.{fold}()", value.viewed(lambda array: array.reshape([1] * len(WORDS)))

    def reduction(self, names, depth):
        """`max[k](…)`: its indices belong to it alone."""
        own = [self.index() for _ in range(self.program.pick([1, 1, 2]))]
        first, value = self.element(own + [name for name in names if self.program.chance(50)])
        if self.program.chance(60):
            more, other = self.total(names + own, depth - 1)
            first, value = f"{first} + {more}", value + other
        fold = self.program.pick(FOLDS)
        return f"{fold}[{', '.join(own)}]({first})", self.folded(fold, value, own)

    def convolved(self, name):
        """The product of a window and its weights, which alone says how far the index `name` runs."""
        step, offset = self.index(), self.program.between(0, 2)
        stride = self.program.pick([1, 1, 2])
        extent = stride * (self.extents[name] - 1) + self.extents[step] + offset + self.program.between(0, stride - 1)
        given = self.program.input((extent,))
        place = stride * self.positions(name) + self.positions(step) + offset
        text = f"{name if stride == 1 else f'{stride}*{name}'} + {step}" + (f" + {offset}" if offset else "")
        weights, factors = self.element([step])
        window = self.gathered(given.value, [place])
        return f"{given.text}[{text}] * {weights}", self.summed(window * factors, [step])


def element_statement(program):
    """`name[indices] = expression`, or an accumulation; see Program.statement."""
    known = [name for name, _ in program.statements if program.names[name].v.ndim <= 3
             and all(0 < extent <= 9 for extent in program.names[name].shape)]
    target = program.pick(known) if known and program.chance(40) else None
    extents = program.names[target].shape if target else [None] * program.pick([0, 1, 1, 2, 2, 3])
    operator = program.pick(["+", "*", "max", "min"]) if target and program.chance(75) else ""
    sums = operator in ("", "+")  # the others fold all of the right side
    elements = Elements(program, sums)
    left = [elements.index(extent) for extent in extents]
    folded = [] if sums else [elements.index() for _ in range(program.pick([0, 1]))]
    if left and sums and program.chance(20):
        alone = program.pick(left)
        text, value = elements.convolved(alone)
        rest = [name for name in left if name != alone]
    else:
        text, value, rest = *elements.element(left + folded), []
    if rest:
        more, other = elements.element(rest)
        text, value = f"{text} + {more}", value + other
    if program.chance(75):
        more, other = elements.total(left + folded, 2)
        text, value = f"{text} + {more}", value + other
    if folded:
        value = elements.folded({"*": "prod", "max": "max", "min": "min"}[operator], value, folded)
    shape = [1] * len(WORDS)
    for name in left:
        shape[elements.axis[name]] = elements.extents[name]
    value = value.viewed(lambda array: np.broadcast_to(array, shape))
    others = [axis for axis in range(len(WORDS)) if axis not in elements.axes(left)]
    extents = [elements.extents[name] for name in left]
    value = value.viewed(lambda array: np.transpose(array, elements.axes(left) + others).reshape(extents))
    require(value.v.size <= 1500)
    name = target or program.new_name()
    if operator:
        value = combined(operator, program.names[name], value)
    return name, f"{name}[{', '.join(left)}] {operator}= {text}", program.checked(value)
