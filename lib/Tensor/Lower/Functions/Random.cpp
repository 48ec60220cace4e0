// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random numbers without a state: element n of random(shape, seed) is a hash of seed and n, so that any loop can
// compute any element, and all of them get the same.
//
// The hash is that of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood: Fast splittable pseudorandom number generators,
// OOPSLA 2014, with the constants of variant 13 of D. Stafford's): on 64 bits, all arithmetic modulo 2^64,
//
//   mix(z) = z3,  z1 = (z ^ z >> 30) * 0xbf58476d1ce4e5b9,  z2 = (z1 ^ z1 >> 27) * 0x94d049bb133111eb,
//            z3 = z2 ^ z2 >> 31
//   bits(seed, n) = mix(mix(seed) + (n + 1) * 0x9e3779b97f4a7c15)
//
// and the element is the first p bits as a fraction, p the precision of its type. The seed is mixed by itself first:
// streams whose seeds are near each other would otherwise be near each other.
#include "Scalar/Evaluate.h"
#include "Tensor/Lower/Functions/Creation.h"
#include <cmath>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

using Operand = Builder::Operand;

Operand apply(Builder &builder, ScalarOp op, const Operand &a, const Operand &b) {
  if (std::holds_alternative<ValueId>(a) || std::holds_alternative<ValueId>(b)) return builder.map(op, {a, b});
  const Scalar numbers[] = {std::get<Scalar>(a), std::get<Scalar>(b)};
  return scalar::evaluate(op, DType::I64, numbers);
}

Scalar bits(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Operand mix(Builder &builder, Operand z) {
  auto folded = [&](const Operand &value, std::int64_t shift) {
    return apply(builder, ScalarOp::Xor, value, apply(builder, ScalarOp::Shr, value, Scalar(shift)));
  };
  z = apply(builder, ScalarOp::Mul, folded(z, 30), bits(0xbf58476d1ce4e5b9));
  z = apply(builder, ScalarOp::Mul, folded(z, 27), bits(0x94d049bb133111eb));
  return folded(z, 31);
}

/// Bits of the significand, with the one that is not stored.
int precision(DType type) {
  switch (type) {
  case DType::F64: return 53;
  case DType::F32: return 24;
  case DType::F16: return 11;
  default: return 8; // bf16
  }
}

/// A number of the text, or an integer scalar of the program's.
std::optional<Operand> seedOf(CallReader &reader, const ast::Expr &expr) {
  const MaybeValue value = reader.lowering.evaluate(expr);
  if (!value) return std::nullopt;
  if (const auto *weak = std::get_if<Weak>(&*value))
    if (const auto *seed = std::get_if<std::int64_t>(&weak->value)) return Scalar(*seed);
  const auto *id = std::get_if<ValueId>(&*value);
  if (id && isInteger(reader.type(*id).dtype) && reader.type(*id).rank() == 0)
    return reader.lowering.builder.cast(*id, DType::I64);
  return reader.lowering.fail(DiagnosticKind::BadArguments, "a seed is an integer", {{expr.range}});
}

} // namespace

MaybeValue random(CallReader &reader) {
  if (!reader.arity(0, 2)) return std::nullopt;
  const ast::Expr *given = reader.find(1, {"seed"});
  if (!given)
    return reader.fail(DiagnosticKind::BadArguments, "'random' needs a shape and a seed",
                       "as in random((2, 3), 42); another seed gives other numbers");
  const auto shape = firstShape(reader);
  const auto seed = seedOf(reader, *given);
  const auto type = typeArgument(reader, reader.lowering.options.defaultFloat);
  if (!shape || !seed || !type || !reader.noKeywordsLeft() || isLarge(reader, *shape, *type)) return std::nullopt;
  if (!isFloat(*type))
    return reader.fail(DiagnosticKind::TypeMismatch, fmt::format("'random' makes floats, not {}", name(*type)));

  Builder &builder = reader.lowering.builder;
  const std::uint64_t step = 0x9e3779b97f4a7c15;
  const ValueId steps = builder.map(ScalarOp::Mul, {builder.iota(*shape), bits(step)});
  const Operand first = apply(builder, ScalarOp::Add, mix(builder, *seed), bits(step));
  const Operand hash = mix(builder, builder.map(ScalarOp::Add, {steps, first}));
  const int p = precision(*type);
  const ValueId whole = builder.map(ScalarOp::Shr, {hash, Scalar(std::int64_t{64 - p})});
  const DType working = computeType(*type);
  const Scalar unit = convert(std::ldexp(1.0, -p), working);
  return builder.cast(builder.map(ScalarOp::Mul, {builder.cast(whole, working), unit}), *type);
}

} // namespace einjit::tensor
