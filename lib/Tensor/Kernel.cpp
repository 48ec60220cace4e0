// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Kernel.h"
#include "Support/Overloaded.h"
#include "Tensor/Text.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isNameCharacter(char c) { return isLetter(c) || isDigit(c); }

} // namespace

/// Elements are equal bit for bit, so that a constant of NaNs equals itself and +0 is not -0.
bool operator==(const Constant &a, const Constant &b) {
  return std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(), identical);
}

std::size_t Kernel::parameterCount() const {
  const auto isParameter = [](const Value &value) { return std::holds_alternative<Parameter>(value.def); };
  return static_cast<std::size_t>(std::find_if_not(values.begin(), values.end(), isParameter) - values.begin());
}

TensorType resultType(const Generic &op) {
  TensorType type{op.finalExpr().type(), {}};
  for (const Iterator &iterator : op.parallel) type.shape.push_back(iterator.extent);
  return type;
}

std::vector<ValueId> reads(const Value &value) {
  std::vector<ValueId> result;
  auto note = [&](ValueId id) {
    result.push_back(id);
    return id;
  };
  renumberReads(const_cast<Value &>(value), note); // every value keeps its number
  return result;
}

void renumberReads(Value &value, const std::function<ValueId(ValueId)> &newId) {
  std::visit(Overloaded{
                 [](const Parameter &) {},
                 [](const Constant &) {},
                 [](const Iota &) {},
                 [&](Generic &op) {
                   for (Access &operand : op.operands) operand.value = newId(operand.value);
                 },
                 [&](Concat &concat) {
                   for (Part &part : concat.parts) part.value = newId(part.value);
                 },
                 [&](Reshape &reshape) { reshape.value = newId(reshape.value); },
             },
             value.def);
}

TensorType rowMajor(const TensorType &type) { return {type.dtype, type.shape}; }

bool isIdentifier(std::string_view text) {
  if (text.empty() || !isLetter(text.front())) return false;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool dotInside = text[at] == '.' && at + 1 < text.size() && isNameCharacter(text[at + 1]);
    if (!isNameCharacter(text[at]) && !dotInside) return false;
  }
  return true;
}

bool isValueName(std::string_view text) {
  return isIdentifier(text) || (!text.empty() && std::all_of(text.begin(), text.end(), isDigit));
}

} // namespace einjit::tensor
