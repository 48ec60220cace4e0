// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `a ** b`: small constant powers are products and roots, all others the scalar operation.
#include "Scalar/Evaluate.h"
#include "Tensor/Lower/Lowering.h"
#include <cmath>

namespace einjit::tensor {
namespace {

/// As in Python: of integers exact while it fits and the exponent is not negative, else in f64.
Scalar foldPower(const Scalar &base, const Scalar &exponent) {
  const DType type = std::max(dtypeOfScalar(base), dtypeOfScalar(exponent));
  if (isComplex(type))
    return std::pow(std::get<std::complex<double>>(convert(base, DType::C128)),
                    std::get<std::complex<double>>(convert(exponent, DType::C128)));
  const double power =
      std::pow(std::get<double>(convert(base, DType::F64)), std::get<double>(convert(exponent, DType::F64)));
  if (isFloat(type) || std::get<double>(convert(exponent, DType::F64)) < 0 || !(std::abs(power) < 0x1p63)) return power;
  const Scalar arguments[] = {convert(base, DType::I64), convert(exponent, DType::I64)};
  return scalar::evaluate(ScalarOp::Pow, DType::I64, arguments);
}

/// value^exponent by repeated squaring; the exponent is positive.
ValueId product(Builder &builder, ValueId value, std::int64_t exponent) {
  std::optional<ValueId> result;
  for (ValueId square = value;; square = builder.map(ScalarOp::Mul, {square, square})) {
    if (exponent % 2 == 1) result = result ? builder.map(ScalarOp::Mul, {*result, square}) : square;
    exponent /= 2;
    if (exponent == 0) return *result;
  }
}

/// Integer powers are exact modulo 2^n however they are multiplied; of floats only a few factors are, for each rounds.
std::int64_t mostFactors(DType type) { return isInteger(type) ? 64 : 4; }

/// Powers with constant exponents that are cheaper otherwise, or nothing.
std::optional<ValueId> constantPower(Builder &builder, ValueId base, DType type, double exponent) {
  if (exponent >= 1 && exponent <= static_cast<double>(mostFactors(type)) && exponent == std::floor(exponent))
    return product(builder, builder.cast(base, type), static_cast<std::int64_t>(exponent));
  if (exponent == -1 && !isInteger(type))
    return builder.map(ScalarOp::Div, {convert(std::int64_t{1}, type), builder.cast(base, type)});
  if (exponent == 0.5 && isFloat(type)) return builder.map(ScalarOp::Sqrt, {builder.cast(base, type)});
  return std::nullopt;
}

} // namespace

MaybeValue Lowering::power(const ExprValue &left, SourceRange leftRange, const ExprValue &right,
                           SourceRange rightRange) {
  const auto *base = std::get_if<Weak>(&left), *exponent = std::get_if<Weak>(&right);
  if (base && exponent) return Weak{foldPower(base->value, exponent->value)};
  const DType common = commonType({left, right}), dtype = common == DType::Bool ? DType::I8 : common;
  if (exponent && !isComplex(dtypeOfScalar(exponent->value))) {
    const double number = std::get<double>(convert(exponent->value, DType::F64));
    if (isInteger(dtype) && number < 0)
      return fail(DiagnosticKind::TypeMismatch, "integers have no negative powers",
                  {{leftRange, std::string(name(dtype))}, {rightRange}}, "make the base a float, as in `f64(x)`",
                  {.operands = {errorOperand(left, leftRange), errorOperand(right, rightRange)}});
    if (const auto value = constantPower(builder, std::get<ValueId>(left), dtype, number)) return *value;
  }
  if (!applies(ScalarOp::Pow, dtype, "**", {left, right}, {leftRange, rightRange})) return std::nullopt;
  return elementwise(ScalarOp::Pow, dtype, {left, right}, {leftRange, rightRange});
}

MaybeValue Lowering::evaluatePower(const ast::Power &chain) {
  MaybeValue exponent;
  SourceRange range;
  for (std::size_t link = chain.rest.size(); link-- > 0;) {
    const ast::Power::Link &here = chain.rest[link];
    MaybeValue value = evaluate(here.operand);
    const bool last = link + 1 == chain.rest.size();
    if (!last) value = value && exponent ? power(*value, here.operand.range, *exponent, range) : std::nullopt;
    range = last ? here.operand.range : join(here.operand.range, range);
    exponent = applySigns(here.signs, value, range);
  }
  const MaybeValue base = evaluate(*chain.base);
  return base && exponent ? power(*base, chain.base->range, *exponent, range) : std::nullopt;
}

} // namespace einjit::tensor
