// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The closed set of scalar operations, and what is known of each. See ScalarOps.def.
#pragma once

#include <einjit/Type.h>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

namespace einjit {

enum class ScalarOp : std::uint8_t {
#define SCALAR_OP(Op, text, arity, typing) Op,
#include "Scalar/ScalarOps.def"
#undef SCALAR_OP
};

std::string_view name(ScalarOp op);
std::optional<ScalarOp> parseScalarOp(std::string_view text);
std::size_t arity(ScalarOp op);
/// Whether an op is a function rather than an instruction: it takes tens of times longer.
constexpr bool isFunction(ScalarOp op) { return op >= ScalarOp::Exp && op <= ScalarOp::Rem; }
/// The type of `op` applied to arguments of these types, or nothing if they do not fit. Cast has no answer here:
/// canCast.
std::optional<DType> resultType(ScalarOp op, std::span<const DType> arguments);

/// Whether ScalarOp::Cast leads from one type to the other: always, but from a complex type to a real number's.
constexpr bool canCast(DType from, DType to) { return !isComplex(from) || isComplex(to) || to == DType::Bool; }
/// The type in which elements of `type` are computed with: f16 and bf16 become f32, all others are their own.
constexpr DType computeType(DType type) { return isHalf(type) ? DType::F32 : type; }

/// One scalar; the alternative's index is its DType.
using Scalar = std::variant<bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, Half, BFloat16, float, double,
                            std::complex<float>, std::complex<double>>;
template <class T> inline constexpr bool isComplexNumber = false;
template <class T> inline constexpr bool isComplexNumber<std::complex<T>> = true;
template <class T> inline constexpr bool isHalfNumber = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// Calls `use` with a zero of the C++ type of `type`.
template <class Use> decltype(auto) withZero(DType type, const Use &use) {
  switch (type) {
  case DType::Bool: return use(false);
  case DType::I8: return use(std::int8_t{0});
  case DType::U8: return use(std::uint8_t{0});
  case DType::I32: return use(std::int32_t{0});
  case DType::I64: return use(std::int64_t{0});
  case DType::F16: return use(Half{});
  case DType::BF16: return use(BFloat16{});
  case DType::F32: return use(0.0f);
  case DType::F64: return use(0.0);
  case DType::C64: return use(std::complex<float>{});
  case DType::C128: return use(std::complex<double>{});
  }
  __builtin_unreachable();
}

inline DType dtypeOfScalar(const Scalar &value) { return static_cast<DType>(value.index()); }
/// `value` converted to `type` (ScalarOp::Cast); canCast() must allow it.
Scalar convert(const Scalar &value, DType type);
/// Shortest text that reads back as the same value: `0.5`, `-inf`, `nan`, `true`, `7`; `1-2j` with both parts.
std::string str(const Scalar &value);
std::optional<Scalar> parseScalar(std::string_view text, DType type);
/// Whether two scalars have the same type and bits (any NaN equals any NaN).
bool identical(const Scalar &a, const Scalar &b);

/// Whether `op` may reduce elements of `type`: it is associative and commutative and has an identity there.
bool canReduce(ScalarOp op, DType type);
/// The value that leaves every x alone: identity op x == x.
Scalar identity(ScalarOp op, DType type);

} // namespace einjit
