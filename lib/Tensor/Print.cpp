// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Overloaded.h"
#include "Tensor/Text.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::tensor {
namespace {

/// The texts of the items, one after the other with `separator` between them.
template <class Items, class Text> std::string joined(const Items &items, std::string_view separator, Text text) {
  std::vector<std::string> texts;
  for (const auto &item : items) texts.push_back(text(item));
  return fmt::format("{}", fmt::join(texts, separator));
}

std::string iteratorsText(const std::vector<Iterator> &iterators) {
  return fmt::format("[{}]", joined(iterators, ", ", [](const Iterator &iterator) {
                       return fmt::format("{}:{}", iterator.name, iterator.extent);
                     }));
}

std::string exprText(const Kernel &kernel, const Generic &op, const scalar::Expr &expr) {
  return scalar::print(expr, [&](std::size_t operand) { return accessText(kernel, op, op.operands.at(operand)); });
}

std::string genericText(const Kernel &kernel, const Generic &op) {
  std::string text = iteratorsText(op.parallel) + " ";
  if (op.reduction && op.reduction->along)
    text +=
        fmt::format("{} along {} of ", name(op.reduction->op), indexText(op, Affine::variable(*op.reduction->along)));
  else if (op.reduction)
    text += fmt::format("{} over {} of ", name(op.reduction->op), iteratorsText(op.reduction->iterators));
  text += exprText(kernel, op, op.body);
  if (op.reduction && op.reduction->epilogue) text += " then " + exprText(kernel, op, *op.reduction->epilogue);
  return text;
}

std::string constantText(const TensorType &type, const Constant &constant) {
  return fmt::format("constant {} ({})", str(type),
                     joined(constant.elements, ", ", [](const Scalar &element) { return str(element); }));
}

/// The place of a part: its axes are i0, i1, …
std::string placeText(const std::vector<Affine> &place) {
  const auto axis = [](std::uint32_t number) { return fmt::format("i{}", number); };
  return fmt::format("[{}]", joined(place, ",", [&](const Affine &index) { return print(index, axis); }));
}

std::string concatText(const Kernel &kernel, const TensorType &type, const Concat &concat) {
  return fmt::format("concat {} ({})", str(rowMajor(type)), joined(concat.parts, ", ", [&](const Part &part) {
                       return fmt::format("{} at {}", valueText(kernel, part.value), placeText(part.place));
                     }));
}

std::string parameterText(const Value &value) { return fmt::format("%{}: {}", value.name, str(value.type)); }

std::string definitionText(const Kernel &kernel, const Value &value) {
  return std::visit(Overloaded{
                        [&](const Parameter &) { return "parameter " + str(value.type); },
                        [&](const Constant &constant) { return constantText(value.type, constant); },
                        [&](const Iota &) { return "iota " + str(value.type); },
                        [&](const Generic &op) { return genericText(kernel, op); },
                        [&](const Concat &concat) { return concatText(kernel, value.type, concat); },
                        [&](const Reshape &reshape) {
                          return fmt::format("reshape {} ({})", str(value.type), valueText(kernel, reshape.value));
                        },
                    },
                    value.def);
}

/// How a result lies in memory; one that is a parameter is copied.
TensorType resultType(const Value &value) {
  return std::holds_alternative<Parameter>(value.def) ? rowMajor(value.type) : value.type;
}

/// `f32[8]`, or `(f32[8], f32[3])` where there is not exactly one result.
std::string resultTypesText(const Kernel &kernel) {
  const std::string types = joined(kernel.results, ", ", [&](ValueId id) {
    return id.index() < kernel.values.size() ? str(resultType(kernel[id])) : std::string("?");
  });
  return kernel.results.size() == 1 ? types : "(" + types + ")";
}

} // namespace

std::string valueText(const Kernel &kernel, ValueId id) {
  if (id.index() < kernel.values.size()) return "%" + kernel[id].name;
  return fmt::format("%?{}", id.index());
}

std::string indexText(const Generic &op, const Affine &index) {
  return print(index, [&](std::uint32_t number) {
    return number < op.iteratorCount() ? op.iterator(number).name : fmt::format("?{}", number);
  });
}

std::string accessText(const Kernel &kernel, const Generic &op, const Access &access) {
  return fmt::format("{}[{}]", valueText(kernel, access.value),
                     joined(access.indices, ",", [&](const Affine &index) { return indexText(op, index); }));
}

std::string print(const Kernel &kernel) {
  const std::size_t parameterCount = kernel.parameterCount();
  const std::span values(kernel.values);
  std::string text = fmt::format("{}kernel @{}({}) -> {} {{\n", kernel.exact ? "exact " : "", kernel.name,
                                 joined(values.first(parameterCount), ", ", parameterText), resultTypesText(kernel));
  for (const Value &value : values.subspan(parameterCount))
    text += fmt::format("  %{} = {}\n", value.name, definitionText(kernel, value));
  text += "  return";
  for (std::string_view separator = " "; ValueId id : kernel.results) {
    text += fmt::format("{}{}", separator, valueText(kernel, id));
    separator = ", ";
  }
  return text + "\n}\n";
}

} // namespace einjit::tensor
