// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/ScalarOp.h"
#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace einjit {
namespace {

/// The columns of ScalarOps.def; see there.
enum class Typing {
  Same,
  Ordered,
  Whole,
  Field,
  Float,
  Magnitude,
  Part,
  Complex,
  Parts,
  Bits,
  Equate,
  Compare,
  Select,
  Convert
};

struct OpInfo {
  std::string_view name;
  std::size_t arity;
  Typing typing;
};

constexpr auto ops = std::to_array<OpInfo>({
#define SCALAR_OP(Op, text, arity, typing) {text, arity, Typing::typing},
#include "Scalar/ScalarOps.def"
#undef SCALAR_OP
});

const OpInfo &info(ScalarOp op) { return ops[static_cast<std::size_t>(op)]; }

/// The types that ops compute with.
bool isReal(DType type) { return type == DType::F32 || type == DType::F64; }
bool isOrdered(DType type) { return isInteger(type) || isReal(type); }
bool isNumeric(DType type) { return isOrdered(type) || isComplex(type); }
bool isField(DType type) { return isReal(type) || isComplex(type); }

bool allEqual(std::span<const DType> types) {
  return std::all_of(types.begin(), types.end(), [&](DType type) { return type == types.front(); });
}

/// The type if `fits`.
std::optional<DType> typeIf(bool fits, DType type) { return fits ? std::optional(type) : std::nullopt; }

template <class T> T lowest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
}
template <class T> T highest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? Limits::infinity() : Limits::max();
}

/// identity() for a numeric type.
template <class T> Scalar numericIdentity(ScalarOp op) {
  if (op == ScalarOp::Mul) return T{1};
  if constexpr (!isComplexNumber<T>) {
    if (op == ScalarOp::Min) return highest<T>();
    if (op == ScalarOp::Max) return lowest<T>();
  }
  return T{0};
}

} // namespace

std::string_view name(ScalarOp op) { return info(op).name; }

std::optional<ScalarOp> parseScalarOp(std::string_view text) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (ops[i].name == text) return static_cast<ScalarOp>(i);
  return std::nullopt;
}

std::size_t arity(ScalarOp op) { return info(op).arity; }

std::optional<DType> resultType(ScalarOp op, std::span<const DType> arguments) {
  if (arguments.size() != arity(op)) return std::nullopt;
  const DType first = arguments.front();
  switch (info(op).typing) {
  case Typing::Same: return typeIf(isNumeric(first) && allEqual(arguments), first);
  case Typing::Ordered: return typeIf(isOrdered(first) && allEqual(arguments), first);
  case Typing::Whole: return typeIf(isInteger(first) && allEqual(arguments), first);
  case Typing::Field: return typeIf(isField(first) && allEqual(arguments), first);
  case Typing::Float: return typeIf(isReal(first) && allEqual(arguments), first);
  case Typing::Magnitude: return typeIf(isNumeric(first), realType(first));
  case Typing::Part: return typeIf(isComplex(first), realType(first));
  case Typing::Complex: return typeIf(isComplex(first) && allEqual(arguments), first);
  case Typing::Parts: return typeIf(isReal(first) && allEqual(arguments), complexType(first));
  case Typing::Bits: return typeIf((first == DType::Bool || isInteger(first)) && allEqual(arguments), first);
  case Typing::Equate: return typeIf(!isHalf(first) && allEqual(arguments), DType::Bool);
  case Typing::Compare: return typeIf(!isHalf(first) && !isComplex(first) && allEqual(arguments), DType::Bool);
  case Typing::Select: return typeIf(first == DType::Bool && allEqual(arguments.subspan(1)), arguments.back());
  case Typing::Convert: return std::nullopt;
  }
  throw std::logic_error("unknown typing of a scalar op");
}

bool canReduce(ScalarOp op, DType type) {
  const bool ring = op == ScalarOp::Add || op == ScalarOp::Mul, lattice = op == ScalarOp::Min || op == ScalarOp::Max;
  const bool logic = op == ScalarOp::And || op == ScalarOp::Or;
  return type == DType::Bool ? logic : (ring && isNumeric(type)) || (lattice && isOrdered(type));
}

// The identity of floating-point addition is +0, though only -0 leaves -0 alone: an empty sum is to be +0.
Scalar identity(ScalarOp op, DType type) {
  if (!canReduce(op, type)) throw std::logic_error("a scalar op without identity");
  return withZero(type, [op]<class T>(T) -> Scalar {
    if constexpr (std::is_same_v<T, bool>)
      return op == ScalarOp::And;
    else if constexpr (isHalfNumber<T>)
      throw std::logic_error("f16 and bf16 are not computed with"); // canReduce() has refused them
    else
      return numericIdentity<T>(op);
  });
}

} // namespace einjit
