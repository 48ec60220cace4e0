// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Layout.h"
#include "Syntax/Operators.h"
#include "Tensor/Lower/Program.h"
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <einjit/detail/ExpressionWriter.h>
#include <fmt/format.h>
#include <utility>

namespace einjit::detail {
namespace {

/// Precedences beyond those of the binary operators: of signs, of powers, and of what needs no brackets ever.
constexpr int signPrecedence = 30, powerPrecedence = 40, primaryPrecedence = 50;

int precedenceOf(std::string_view op) {
  return op == "**" ? powerPrecedence : syntax::precedence(*syntax::binaryOperator(op));
}
bool isComparison(std::string_view op) { return op != "**" && ast::isComparison(*syntax::binaryOperator(op)); }

/// The shortest text that is read as this number, and never as an integer.
template <class Float> std::string shortest(Float value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return "inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

} // namespace

ExpressionWriter::ExpressionWriter(std::span<const std::int64_t> parameters, std::size_t leafCount,
                                   const std::set<std::string> &indices)
    : parameters_(parameters), leafCount_(leafCount), reserved_(indices) {}

// --- The stack --------------------------------------------------------------------------------------------------

void ExpressionWriter::push(std::string text, int precedence) { stack_.push_back({std::move(text), precedence}); }

ExpressionWriter::Text ExpressionWriter::pop() {
  Text top = std::move(stack_.back());
  stack_.pop_back();
  return top;
}

std::string ExpressionWriter::popTighterThan(int precedence) {
  Text top = pop();
  return top.precedence > precedence ? std::move(top.text) : '(' + top.text + ')';
}

std::string ExpressionWriter::popAll(std::size_t count, std::string_view separator) {
  std::string all;
  for (std::size_t i = stack_.size() - count; i < stack_.size(); ++i) {
    if (!all.empty()) all += separator;
    all += stack_[i].text;
  }
  stack_.resize(stack_.size() - count);
  return all;
}

// --- Operands ---------------------------------------------------------------------------------------------------

/// The next leaf's input, which has this name if it is a new one.
void ExpressionWriter::inputNamed(const std::string &name) {
  const std::size_t leaf = leaf_++;
  std::size_t place = leaf;
  if (const std::size_t words = sharingWords(leafCount_); words > 0) {
    const std::int64_t word = parameters_[parameters_.size() - words + leaf / 8];
    place = static_cast<std::uint64_t>(word) >> (8 * (leaf % 8)) & 0xFF;
  }
  if (place == inputs_.size()) inputs_.push_back(name);
  push(inputs_[place], primaryPrecedence);
}

void ExpressionWriter::leaf() {
  std::size_t number = 0;
  std::string name;
  do name = tensor::operandName(number++);
  while (reserved_.contains(name) || std::ranges::count(inputs_, name) > 0);
  inputNamed(name);
}

std::string ExpressionWriter::targetName() const {
  std::string name = "out";
  while (reserved_.contains(name)) name += '_';
  return name;
}

void ExpressionWriter::target() {
  inputNamed(targetName());
  pop();
}

void ExpressionWriter::index(std::string_view name) {
  seen_.emplace(name);
  push(std::string(name), primaryPrecedence);
}

void ExpressionWriter::word(std::string_view text) { push(std::string(text), primaryPrecedence); }
void ExpressionWriter::integer() { number(next()); }
void ExpressionWriter::number(bool value) { push(value ? "True" : "False", primaryPrecedence); }

void ExpressionWriter::number(std::int64_t value) {
  push(std::to_string(value), value < 0 ? signPrecedence : primaryPrecedence);
}
void ExpressionWriter::number(float value) {
  push((std::signbit(value) ? "-" : "") + shortest(std::abs(value)),
       std::signbit(value) ? signPrecedence : primaryPrecedence);
}
void ExpressionWriter::number(double value) {
  push((std::signbit(value) ? "-" : "") + shortest(std::abs(value)),
       std::signbit(value) ? signPrecedence : primaryPrecedence);
}
void ExpressionWriter::number(std::complex<double> value) {
  const bool minus = std::signbit(value.imag());
  push(fmt::format("({}{} {} {}j)", std::signbit(value.real()) ? "-" : "", shortest(std::abs(value.real())),
                   minus ? '-' : '+', shortest(std::abs(value.imag()))),
       primaryPrecedence);
}

void ExpressionWriter::integers(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) integer();
  list(count);
}

void ExpressionWriter::slice() {
  const std::int64_t start = next(), stop = next(), step = next();
  const auto bound = [](std::int64_t at) { return at == noBound ? std::string() : std::to_string(at); };
  push(bound(start) + ':' + bound(stop) + (step == 1 ? "" : ':' + std::to_string(step)), primaryPrecedence);
}

// --- Operations -------------------------------------------------------------------------------------------------

void ExpressionWriter::prefix(std::string_view op) {
  push(std::string(op) + popTighterThan(signPrecedence), signPrecedence);
}

void ExpressionWriter::infix(std::string_view op) {
  const int precedence = precedenceOf(op);
  // The same operator on the right was in brackets in C++, too. Powers group from the right, comparisons not at all;
  // an exponent may have a sign.
  const std::string right = popTighterThan(op == "**" ? signPrecedence - 1 : precedence);
  const std::string left = popTighterThan(op == "**" || isComparison(op) ? precedence : precedence - 1);
  push(fmt::format("{} {} {}", left, op, right), precedence);
}

void ExpressionWriter::swap() { std::swap(stack_.back(), stack_[stack_.size() - 2]); }
void ExpressionWriter::list(std::size_t count) { push('[' + popAll(count, ", ") + ']', primaryPrecedence); }

void ExpressionWriter::member(std::string_view name) {
  push(fmt::format("{}.{}", popTighterThan(primaryPrecedence - 1), name), primaryPrecedence);
}

void ExpressionWriter::subscript(std::size_t positions) {
  const std::string inside = popAll(positions, ", ");
  push(fmt::format("{}[{}]", popTighterThan(primaryPrecedence - 1), inside), primaryPrecedence);
}

std::string ExpressionWriter::arguments(std::string operands) {
  for (const Keyword &argument : std::exchange(arguments_, {})) {
    if (!operands.empty()) operands += ", ";
    operands += argument.keyword + (argument.keyword.empty() ? "" : "=") + argument.text;
  }
  return '(' + operands + ')';
}

void ExpressionWriter::call(std::string_view function, std::size_t operands) {
  std::string all = popAll(operands, ", ");
  push(std::string(function) + arguments(std::move(all)), primaryPrecedence);
}

void ExpressionWriter::method(std::string_view function) {
  member(function);
  push(pop().text + arguments(""), primaryPrecedence);
}

void ExpressionWriter::einsum(std::string_view string, std::size_t operands) {
  const std::string all = popAll(operands, ", ");
  push(fmt::format("einsum('{}', {})", string, all), primaryPrecedence);
}

void ExpressionWriter::reduction(std::string_view function, std::size_t indices) {
  const std::string over = popAll(indices, ", ");
  push(fmt::format("{}[{}]", function, over) + arguments(pop().text), primaryPrecedence);
}

// --- Arguments --------------------------------------------------------------------------------------------------

void ExpressionWriter::argument(std::string_view keyword, std::string_view text) {
  arguments_.push_back({std::string(keyword), std::string(text)});
}
void ExpressionWriter::integerArgument(std::string_view keyword) { argument(keyword, std::to_string(next())); }
void ExpressionWriter::doubleArgument(std::string_view keyword) {
  number(std::bit_cast<double>(next()));
  argument(keyword, pop().text);
}
void ExpressionWriter::integersArgument(std::string_view keyword, std::size_t count) {
  if (count == 1) return integerArgument(keyword);
  integers(count);
  argument(keyword, pop().text);
}
void ExpressionWriter::spreadArguments(std::size_t count) {
  if (count == 0) return argument("", "[]");
  for (std::size_t i = 0; i < count; ++i) integerArgument("");
}
std::size_t ExpressionWriter::listLength() { return static_cast<std::size_t>(next()); }
void ExpressionWriter::skip(std::size_t count) { parameter_ += count; }

// --- Statements -------------------------------------------------------------------------------------------------

void ExpressionWriter::declareTarget(std::string_view type, std::size_t rank) {
  integers(rank);
  before_ = fmt::format("{} = zeros({}, dtype={}); ", targetName(), pop().text, type);
}

void ExpressionWriter::assign(std::string_view op, std::size_t positions) {
  const std::string value = pop().text;
  const std::string inside = popAll(positions, ", ");
  push(fmt::format("{}{}[{}] {} {}", before_, targetName(), inside, op, value), 0);
}

ProgramText ExpressionWriter::take() { return {pop().text, false, inputs_}; }

ProgramText writeExpression(void (*write)(ExpressionWriter &), std::span<const std::int64_t> parameters,
                            std::size_t leafCount) {
  const std::set<std::string> none;
  ExpressionWriter first(parameters, leafCount, none); // which finds the names of the indices
  write(first);
  ExpressionWriter writer(parameters, leafCount, first.indices());
  write(writer);
  return writer.take();
}

std::size_t shareInputs(std::span<ConstTensorRef> inputs, std::int64_t *words) {
  if (sharingWords(inputs.size()) == 0) return inputs.size();
  std::size_t count = 0;
  std::fill_n(words, sharingWords(inputs.size()), std::int64_t{0});
  for (std::size_t leaf = 0; leaf < inputs.size(); ++leaf) {
    std::size_t place = 0;
    while (place < count && !isSameTensor(inputs[place], inputs[leaf])) ++place;
    if (place == count) inputs[count++] = inputs[leaf];
    words[leaf / 8] |= static_cast<std::int64_t>(std::uint64_t{place} << (8 * (leaf % 8)));
  }
  return count;
}

} // namespace einjit::detail
