// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The closed set of scalar operations, and what is known of each. See ScalarOps.def.
#pragma once

#include <einjit/Type.h>
#include <optional>
#include <span>
#include <string_view>
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
/// The type of `op` applied to arguments of these types, or nothing if they do not fit. Cast has no answer here.
std::optional<DType> resultType(ScalarOp op, std::span<const DType> arguments);

/// One scalar; the alternative's index is its DType.
using Scalar = std::variant<bool, std::int32_t, std::int64_t, float, double>;
inline DType dtypeOfScalar(const Scalar &value) { return static_cast<DType>(value.index()); }
/// `value` converted to `type` (ScalarOp::Cast).
Scalar convert(const Scalar &value, DType type);
/// Shortest text that reads back as the same value: `0.5`, `-inf`, `nan`, `true`, `7`.
std::string str(const Scalar &value);
std::optional<Scalar> parseScalar(std::string_view text, DType type);
/// Whether two scalars have the same type and bits (any NaN equals any NaN).
bool identical(const Scalar &a, const Scalar &b);

/// Whether `op` may reduce elements of `type`: it is associative and commutative and has an identity there.
bool canReduce(ScalarOp op, DType type);
/// The value that leaves every x alone: identity op x == x.
Scalar identity(ScalarOp op, DType type);

} // namespace einjit
