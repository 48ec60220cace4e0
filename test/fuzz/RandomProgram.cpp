// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each statement is one operation on values that are there. The type of its result is the compiler's own answer; a
// statement that is an error, or whose numbers could grow beyond what sums represent exactly, is drawn again.
#include "RandomProgram.h"
#include "RandomInput.h"
#include "RandomView.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::test {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::int64_t maxElements = 20'000;

/// A value's elements are multiples of `unit`, at most `magnitude`.
struct Numbers {
  double magnitude = 2, unit = 1;
  bool areExact() const { return magnitude / unit <= maxUnits; }
};

struct Value {
  std::string name;
  TensorType type;
  Numbers numbers;
  std::size_t rank() const { return type.rank(); }
};

struct Expression {
  std::string text;
  Numbers numbers;
};

class ProgramMaker {
public:
  ProgramMaker(Random &random, Case &result) : random_(random), case_(result) {}

  void run() {
    keep(input(randomShape(random_.in(1, 4))));
    const std::int64_t wanted = random_.in(1, 7);
    for (int attempt = 0; attempt < 40 && statements_ < wanted; ++attempt) tryStatement(operation());
    if (random_.chance(30)) tryStatement(inexact());
    chooseResults();
  }

private:
  static std::int64_t count(const Shape &shape) { return elementCount({DType::F64, shape}).value_or(INT64_MAX); }
  std::int64_t number(std::size_t n) { return random_.in(0, static_cast<std::int64_t>(n) - 1); }

  Shape randomShape(std::int64_t rank) {
    Shape shape;
    while (rank-- > 0) {
      shape.push_back(random_.chance(15) ? 1 : randomExtent(random_));
      while (count(shape) > maxElements / 4) shape.back() /= 2;
    }
    return shape;
  }

  // Values.

  /// A new input; it joins the program with the statement that reads it.
  Value input(const Shape &shape) {
    const TensorType type{random_.chance(70) ? inputType_ : randomDType(random_), shape, randomStrides(random_, shape)};
    case_.inputs.push_back(randomInput(random_, fmt::format("x{}", case_.inputs.size()), type, case_.exact));
    return {case_.inputs.back().binding.name, type, {}};
  }
  void keep(Value value) { values_.push_back(std::move(value)); }
  /// The newer the likelier, so that chains get long.
  const Value &anyValue() {
    return random_.chance(60) ? values_.back() : values_[static_cast<std::size_t>(number(values_.size()))];
  }
  /// A value that may broadcast with this shape: a known one, or an input with some of its axes.
  Value partner(const Shape &shape) {
    if (random_.chance(50)) return anyValue();
    Shape own(shape.begin() + random_.in(0, static_cast<std::int64_t>(shape.size())), shape.end());
    for (std::int64_t &extent : own)
      if (random_.chance(20)) extent = 1;
    if (random_.chance(10) && count(shape) < 500) own.insert(own.begin(), random_.in(2, 5));
    return input(own);
  }

  // Operations.

  Expression operation() {
    const Value value = anyValue();
    switch (random_.in(0, 13)) {
    case 0:
    case 1:
    case 2: return arithmetic(value);
    case 3: return literal(value);
    case 4: return unary(value);
    case 5:
    case 6: return {value.name + randomView(random_, value.type.shape), value.numbers};
    case 7:
    case 8: return reduction(value);
    case 9:
    case 10: return joined(value);
    case 11: return {value.name + reshaped(value.type.shape), value.numbers};
    case 12: return alongAxis(value);
    default: return random_.chance(60) ? matmul(value) : cast(value);
    }
  }

  Expression arithmetic(const Value &left) {
    const Value right = partner(left.type.shape);
    const Numbers &a = left.numbers, &b = right.numbers;
    const bool swap = random_.chance(30);
    const std::string &x = swap ? right.name : left.name, &y = swap ? left.name : right.name;
    static constexpr const char *forms[] = {"{} + {}", "{} - {}", "{} * {}", "minimum({}, {})", "maximum({}, {})"};
    const char *form = random_.of(forms);
    const bool product = std::string(form) == "{} * {}";
    return {fmt::format(fmt::runtime(form), x, y),
            {product ? a.magnitude * b.magnitude : a.magnitude + b.magnitude,
             product ? a.unit * b.unit : std::min(a.unit, b.unit)}};
  }

  Expression literal(const Value &value) {
    const auto [magnitude, unit] = value.numbers;
    switch (random_.in(0, 5)) {
    case 0: return {fmt::format("{} * 2", value.name), {magnitude * 2, unit * 2}};
    case 1: return {fmt::format("0.5 * {}", value.name), {magnitude / 2, unit / 2}};
    case 2: return {fmt::format("{} - 3", value.name), {magnitude + 3, std::min(unit, 1.0)}};
    case 3: return {fmt::format("{} / 4", value.name), {magnitude / 4, unit / 4}};
    case 4: return positions(value);
    default: return {fmt::format("{} + [[1, -2, 3]]", value.name), {magnitude + 3, std::min(unit, 1.0)}};
    }
  }

  /// The value and the positions along its last axis.
  Expression positions(const Value &value) {
    const std::int64_t extent = value.rank() == 0 ? 1 : value.type.shape.back();
    const auto [magnitude, unit] = value.numbers;
    switch (random_.in(0, 2)) {
    case 0: return {fmt::format("{} * eye({})", value.name, extent), value.numbers};
    case 1:
      return {fmt::format("{} + linspace(0, {}, {})", value.name, extent - 1, extent),
              {magnitude + static_cast<double>(extent), std::min(unit, 1.0)}};
    default:
      return {fmt::format("{} - arange({}, 0, -1)", value.name, extent),
              {magnitude + static_cast<double>(extent), std::min(unit, 1.0)}};
    }
  }

  Expression unary(const Value &value) {
    static constexpr const char *forms[] = {"-{}",      "abs({})",   "maximum({}, 0)", "{}.minimum(1)",
                                            "sign({})", "isnan({})", "isfinite({})"};
    return {fmt::format(fmt::runtime(random_.of(forms)), value.name),
            {std::max(1.0, value.numbers.magnitude), std::min(1.0, value.numbers.unit)}};
  }

  Expression cast(const Value &value) {
    const DType type = random_.of(allDTypes);
    if (!isFloat(type) && value.numbers.unit < 1) return {fmt::format("f64({})", value.name), value.numbers};
    return {fmt::format("{}({})", name(type), value.name),
            {std::max(1.0, value.numbers.magnitude), value.numbers.unit}};
  }

  std::string axes(const std::vector<std::int64_t> &list) {
    return list.size() == 1 ? fmt::format("{}", list[0]) : fmt::format("[{}]", fmt::join(list, ", "));
  }

  Expression reduction(const Value &value) {
    std::vector<std::int64_t> dims;
    double folded = 1;
    for (std::size_t axis = 0; axis < value.rank(); ++axis) {
      if (!random_.chance(50)) continue;
      dims.push_back(static_cast<std::int64_t>(axis) -
                     (random_.chance(30) ? static_cast<std::int64_t>(value.rank()) : 0));
      folded *= static_cast<double>(value.type.shape[axis]);
    }
    if (dims.empty()) folded = static_cast<double>(count(value.type.shape));
    random_.shuffle(dims);
    std::string arguments = dims.empty() ? "" : (random_.chance(50) ? "dim=" : "axis=") + axes(dims);
    if (random_.chance(30)) arguments += (arguments.empty() ? "keepdim=True" : ", keepdims=True");

    static constexpr const char *functions[] = {"sum",  "sum", "sum", "max",    "min",
                                                "prod", "any", "all", "argmax", "argmin"};
    const std::string function = random_.of(functions);
    Numbers numbers = value.numbers;
    if (function == "sum") numbers.magnitude *= std::max(1.0, folded);
    if (function == "prod")
      numbers = {std::pow(std::max(1.0, numbers.magnitude), folded), std::pow(numbers.unit, folded)};
    if (function == "any" || function == "all") numbers = {1, 1};
    if (function.starts_with("arg")) numbers = {folded, 1};
    return {fmt::format("{}.{}({})", value.name, function, arguments), numbers};
  }

  /// The value and others of its shape, but for the axis along which they are joined.
  Expression joined(const Value &value) {
    const bool stacked = value.rank() == 0 || random_.chance(30);
    const std::size_t axis = static_cast<std::size_t>(number(value.rank() + (stacked ? 1 : 0)));
    std::vector<std::string> parts{value.name};
    Numbers numbers = value.numbers;
    for (std::int64_t more = random_.in(1, 2); more-- > 0;) {
      if (random_.chance(30)) {
        parts.push_back(random_.chance(50) ? value.name : fmt::format("-{}", value.name));
        continue;
      }
      Shape shape = value.type.shape;
      if (!stacked) shape[axis] = random_.in(0, 5);
      parts.push_back(input(shape).name);
      numbers.magnitude = std::max(numbers.magnitude, Numbers{}.magnitude);
      numbers.unit = std::min(numbers.unit, 1.0);
    }
    random_.shuffle(parts);
    return {fmt::format("{}([{}], dim={})", stacked ? "stack" : "concat", fmt::join(parts, ", "), axis), numbers};
  }

  /// Another shape of as many elements.
  std::string reshaped(const Shape &shape) {
    const auto rank = static_cast<std::int64_t>(shape.size());
    if (rank > 1 && random_.chance(30)) return fmt::format(".flatten({})", random_.in(0, rank - 1));
    std::vector<std::int64_t> factors;
    for (std::int64_t extent : shape)
      for (std::int64_t rest = extent, by = 2; rest > 1; ++by)
        for (; rest > 1 && (rest % by == 0 || by * by > rest);) {
          factors.push_back(rest % by == 0 ? by : rest);
          rest /= factors.back();
        }
    random_.shuffle(factors);
    Shape sizes;
    for (std::int64_t factor : factors)
      if (sizes.empty() || random_.chance(30))
        sizes.push_back(factor);
      else
        sizes[static_cast<std::size_t>(number(sizes.size()))] *= factor;
    if (count(shape) == 0) return fmt::format(".reshape(0, {})", random_.in(1, 4));
    if (sizes.empty() || random_.chance(20)) sizes.insert(sizes.begin(), 1);
    if (random_.chance(30)) sizes[static_cast<std::size_t>(number(sizes.size()))] = -1;
    return fmt::format(".reshape({})", fmt::join(sizes, ", "));
  }

  /// What keeps or finds elements along one axis.
  Expression alongAxis(const Value &value) {
    if (value.rank() == 0) return literal(value);
    const std::int64_t axis = number(value.rank());
    const double extent = static_cast<double>(value.type.shape[static_cast<std::size_t>(axis)]);
    switch (random_.in(0, 3)) {
    case 0: return {fmt::format("{}.flip({})", value.name, axis), value.numbers};
    default:
      return {fmt::format("{}.cumsum({})", value.name, axis),
              {value.numbers.magnitude * std::max(extent, 1.0), value.numbers.unit}};
    }
  }

  Expression matmul(const Value &left) {
    if (left.rank() == 0) return literal(left);
    const std::int64_t inner = left.type.shape.back();
    Shape shape{inner};
    if (random_.chance(80)) shape.push_back(random_.in(1, 20));
    if (shape.size() == 2 && left.rank() > 2 && random_.chance(30))
      shape.insert(shape.begin(), random_.chance(50) ? 1 : left.type.shape[left.rank() - 3]);
    if (count(left.type.shape) * (shape.size() > 1 ? shape.back() : 1) > maxPoints) return literal(left);
    const bool transposed = shape.size() == 2 && random_.chance(50);
    if (transposed) std::reverse(shape.begin(), shape.end());
    const Value right = input(shape);
    return {fmt::format("{} @ {}{}", left.name, right.name, transposed ? ".T" : ""),
            {left.numbers.magnitude * right.numbers.magnitude * static_cast<double>(std::max<std::int64_t>(1, inner)),
             left.numbers.unit * right.numbers.unit}};
  }

  /// What does not give exact numbers comes last: on it nothing is built that could round differently.
  Expression inexact() {
    const Value value = anyValue();
    switch (random_.in(0, 3)) {
    case 0: return {value.name + ".mean()", value.numbers};
    case 2:
      return {fmt::format("{} + random([{}], {})", value.name, fmt::join(value.type.shape, ", "), random_.in(-9, 9)),
              value.numbers};
    case 1: return {fmt::format("sqrt({})", value.name), value.numbers};
    default: return {fmt::format("{} / {}", value.name, partner(value.type.shape).name), value.numbers};
    }
  }

  // Statements.

  void tryStatement(const Expression &expression) {
    const std::string name = fmt::format("t{}", statements_);
    const std::string text = case_.text + fmt::format("{} = {}\n", name, expression.text);
    const auto type = typeOf(text, name);
    if (!type || count(type->shape) > maxElements || !expression.numbers.areExact()) return dropUnusedInputs();
    case_.text = text;
    ++statements_;
    addInputsAsValues();
    keep({name, *type, expression.numbers});
  }

  std::optional<TensorType> typeOf(const std::string &text, const std::string &name) const {
    const auto program = parseProgram(text);
    if (!program) return std::nullopt;
    std::vector<tensor::Input> inputs;
    for (const Input &input : case_.inputs) inputs.push_back({input.binding.name, input.binding.type, {}});
    const auto lowered = tensor::lowerProgram(*program, inputs, {DType::F32, false, {name}});
    if (!lowered) return std::nullopt;
    const TensorType &type = lowered->kernel[lowered->kernel.results[0]].type;
    return TensorType{type.dtype, type.shape};
  }

  /// Inputs that the program reads already stand first.
  std::size_t usedInputs_ = 1;
  void dropUnusedInputs() {
    case_.inputs.erase(case_.inputs.begin() + static_cast<std::ptrdiff_t>(usedInputs_), case_.inputs.end());
  }
  void addInputsAsValues() {
    for (; usedInputs_ < case_.inputs.size(); ++usedInputs_) {
      const Binding &binding = case_.inputs[usedInputs_].binding;
      keep({binding.name, binding.type, {}});
    }
  }

  void chooseResults() {
    if (statements_ == 0) case_.text = "x0\n";
    if (statements_ < 2 || random_.chance(70)) return;
    for (std::int64_t i = 0; i < statements_; ++i)
      if (random_.chance(40)) case_.results.push_back(fmt::format("t{}", i));
    random_.shuffle(case_.results);
  }

  Random &random_;
  Case &case_;
  DType inputType_ = randomDType(random_);
  std::vector<Value> values_;
  std::int64_t statements_ = 0;
};

} // namespace

void makeProgram(Random &random, Case &result) { ProgramMaker(random, result).run(); }

} // namespace einjit::test
