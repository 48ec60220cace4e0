// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The element types of results, while compiling: the language's rules, which a test holds against what programs are
// lowered to. A rule says what becomes of the operands' common type, or nothing where there is no such operation.
#pragma once

#include <einjit/Promotion.h>
#include <optional>

namespace einjit::detail {

using MaybeType = std::optional<DType>;
using TypeRule = MaybeType (*)(DType);
/// A rule of two operands that are not brought to one type.
using PairRule = MaybeType (*)(DType, DType);

constexpr bool isField(DType type) { return isFloat(type) || isComplex(type); }
/// What bools become where they are numbers.
constexpr DType numberType(DType type) { return type == DType::Bool ? DType::I8 : type; }
constexpr MaybeType unless(bool refused, DType type) { return refused ? MaybeType() : MaybeType(type); }
constexpr DType leastFloat(DType type) {
  if (isField(type)) return type;
  return byteSize(type) == 1 ? DType::F16 : DType::F64;
}
constexpr DType fieldType(DType type) { return isField(type) ? type : DType::F64; }

/// A number of the program's text, or of C++ code's.
enum class NumberKind { Bool, Integer, Float, Complex };

/// The type that a number and a tensor of this type have in common: a number takes the other side's, if it can.
constexpr DType withNumber(DType type, NumberKind number) {
  if (isComplex(type)) return type;
  if (number == NumberKind::Complex && isInteger(type)) return DType::C128;
  if (number == NumberKind::Complex) return complexType(type == DType::Bool ? DType::F32 : type);
  if (number == NumberKind::Float && !isFloat(type)) return isInteger(type) ? DType::F64 : DType::F32;
  return number == NumberKind::Integer && type == DType::Bool ? DType::I64 : type;
}

// Operators.
constexpr MaybeType sameType(DType type) { return type; }
constexpr MaybeType subType(DType type) { return unless(type == DType::Bool, type); }
constexpr MaybeType divType(DType type) { return fieldType(type); }
constexpr MaybeType floorType(DType type) { return unless(isComplex(type), numberType(type)); }
constexpr MaybeType powType(DType type) { return unless(isComplex(type), numberType(type)); }
/// With an exponent that is an integer known while compiling.
constexpr MaybeType wholePowType(DType type) { return numberType(type); }
constexpr MaybeType boolType(DType) { return DType::Bool; }
constexpr MaybeType orderType(DType type) { return unless(isComplex(type), DType::Bool); }
constexpr MaybeType bitsType(DType type) { return unless(isField(type), type); }

// Functions of each element.
constexpr MaybeType realFunctionType(DType type) { return unless(isComplex(type), leastFloat(type)); }
constexpr MaybeType sqrtType(DType type) { return leastFloat(type); }
constexpr MaybeType absType(DType type) { return realType(type); }
constexpr MaybeType roundType(DType type) { return unless(isComplex(type), isInteger(type) ? type : leastFloat(type)); }
constexpr MaybeType signType(DType type) { return unless(type == DType::Bool || isComplex(type), type); }
constexpr MaybeType orderedType(DType type) { return unless(isComplex(type), type); }
constexpr MaybeType clipType(DType type) { return unless(isComplex(type), numberType(type)); }
constexpr MaybeType rsqrtType(DType type) { return leastFloat(type); }
/// Of what negates its operand, and takes the exponential of it.
constexpr MaybeType sigmoidType(DType type) { return unless(type == DType::Bool || isComplex(type), leastFloat(type)); }
constexpr MaybeType reluType(DType type) { return unless(isComplex(type), type == DType::Bool ? DType::I64 : type); }
/// `where(x > 0, x, slope * x)`
constexpr MaybeType leakyReluType(DType x, DType slope) { return unless(isComplex(x), promote(x, slope)); }
/// `where(x > 0, x, alpha * expm1(minimum(x, 0)))`
constexpr MaybeType eluType(DType x, DType alpha) {
  return unless(isComplex(x), promote(promote(leastFloat(x == DType::Bool ? DType::I64 : x), alpha), x));
}
/// Of what multiplies its operand by a fraction.
constexpr MaybeType fractionType(DType type) { return unless(isComplex(type), withNumber(type, NumberKind::Float)); }
/// The same of its powers, too, which of a bool are integers.
constexpr MaybeType powerFractionType(DType type) { return fractionType(type == DType::Bool ? DType::I64 : type); }

// Reductions.
constexpr MaybeType countingType(DType type) { return type == DType::Bool ? DType::I64 : type; }
constexpr MaybeType meanType(DType type) { return fieldType(type); }
constexpr MaybeType positionType(DType type) { return unless(isComplex(type), DType::I64); }
constexpr MaybeType statisticType(DType type) { return unless(isComplex(type), fieldType(type)); }
constexpr MaybeType rmsnormType(DType type) { return fieldType(type); }

} // namespace einjit::detail
