// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The element type that several element types become where they meet: the language's rule, which also is how
// einsum<"…"> knows the type of its result while compiling.
#pragma once

#include <einjit/Type.h>
#include <initializer_list>
#include <span>

namespace einjit {

namespace detail {

/// i32 holds both i8 and u8, neither of which holds the other.
constexpr DType promoteIntegers(DType a, DType b) {
  if (byteSize(a) == byteSize(b)) return DType::I32;
  return byteSize(a) > byteSize(b) ? a : b;
}

/// f32 holds both f16 and bf16, neither of which holds the other.
constexpr DType promoteFloats(DType a, DType b) {
  if (byteSize(a) == byteSize(b)) return a == b ? a : DType::F32;
  return byteSize(a) > byteSize(b) ? a : b;
}

/// All floating-point types hold every i8 and u8; of i32 and i64 only f64 is held to be enough.
constexpr DType promoteToFloat(DType integer, DType floating) { return byteSize(integer) == 1 ? floating : DType::F64; }

constexpr DType promoteReal(DType a, DType b) {
  if (isInteger(a) && isInteger(b)) return promoteIntegers(a, b);
  if (isInteger(a)) return promoteToFloat(a, b);
  return isInteger(b) ? promoteToFloat(b, a) : promoteFloats(a, b);
}

} // namespace detail

/// NumPy's promotion of two arrays: the smallest type both convert to safely. i32 with f32 is f64, bool with x is x. i8
/// with u8 is i32, where NumPy has an i16; bf16, which NumPy does not have, meets others as f16 does, and f16 in f32.
/// Commutative, and defined for all pairs.
constexpr DType promote(DType a, DType b) {
  if (a == b || b == DType::Bool) return a;
  if (a == DType::Bool) return b;
  const DType part = detail::promoteReal(realType(a), realType(b));
  return isComplex(a) || isComplex(b) ? complexType(part) : part;
}

/// The type of several that meet at once, in whatever order: as in NumPy floats meet first, then what is no float meets
/// them. So i8, u8 and f32 are f32. Of none it is bool.
constexpr DType promote(std::span<const DType> types) {
  DType result = DType::Bool;
  for (const bool floats : {true, false})
    for (const DType type : types)
      if ((isFloat(type) || isComplex(type)) == floats) result = promote(result, type);
  return result;
}
/// The same of types in braces.
constexpr DType promote(std::initializer_list<DType> types) {
  return promote(std::span<const DType>(types.begin(), types.size()));
}

} // namespace einjit
