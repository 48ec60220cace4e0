// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes tensor IR. Every front end drives this one builder, so that equal programs become equal kernels whichever
// notation they were written in.
//
// The builder does not explain errors: a front end checks shapes and types first, where it can point at the user's
// text, and what it passes on must fit.
#pragma once

#include "Tensor/Kernel.h"
#include "Tensor/Types.h"
#include <optional>
#include <utility>
#include <variant>

namespace einjit::tensor {

class Builder {
public:
  /// An operand of an elementwise operation: a value, or a literal of the operation's type.
  using Operand = std::variant<ValueId, Scalar>;

  ValueId parameter(std::string name, TensorType type);
  ValueId constant(TensorType type, std::vector<Scalar> elements);
  /// The positions 0, 1, … of a tensor of this shape in row-major order, as i64; the same value for the same shape.
  ValueId iota(const Shape &shape);

  /// `op` on each element, shapes broadcast; all operands have the type the op wants, f16 and bf16 where it wants f32.
  /// At least one is a value.
  ValueId map(ScalarOp op, const std::vector<Operand> &operands);
  /// canCast() must allow it.
  ValueId cast(ValueId value, DType type);
  /// Folds the axes (ascending, each once), f16 and bf16 in f32; with keepAxes they stay, with extent 1.
  ValueId reduce(ScalarOp op, ValueId value, const std::vector<std::size_t> &axes, bool keepAxes);
  /// Folds the elements up to each along `axis`.
  ValueId scan(ScalarOp op, ValueId value, std::size_t axis);
  /// Element [i0,i1,…] of the result, of this shape, is element `indices` of `value`, affine in the result's axes.
  ValueId view(ValueId value, const Shape &shape, std::vector<Affine> indices);
  /// The same elements in row-major order; a view where the axes of `shape` are parts of the value's axes.
  ValueId reshape(ValueId value, const Shape &shape);
  /// The parts one after the other along `axis`; all other extents are equal, and so are the types.
  ValueId concat(const std::vector<ValueId> &parts, std::size_t axis);
  /// The parts, all of one type, along a new axis.
  ValueId stack(const std::vector<ValueId> &parts, std::size_t axis);
  /// A generic op as it stands; it must satisfy the verifier's rules.
  ValueId generic(Generic op);

  const TensorType &type(ValueId id) const { return kernel_[id].type; }
  const std::vector<Value> &values() const { return kernel_.values; }
  /// The type of a value, made since this was last asked, that does not stay below 2^62 elements or bytes.
  std::optional<TensorType> takeTooLarge() { return std::exchange(tooLarge_, std::nullopt); }
  /// The kernel, its parameters in the order in which they were made, but `last` behind all others.
  Kernel finish(std::vector<ValueId> results, const std::vector<ValueId> &last = {}) &&;

private:
  ValueId add(std::string name, TensorType type, decltype(Value::def) def);
  Kernel kernel_;
  std::size_t nextNumber_ = 0;
  std::optional<TensorType> tooLarge_;
};

/// `op` on values of one stored type: in f32 where that is f16 or bf16, and then rounded back once.
scalar::NodeId applyStored(scalar::ExprBuilder &builder, ScalarOp op, std::vector<scalar::NodeId> arguments);
/// The op with its final expression converted to `type`.
Generic withResultType(Generic op, DType type);
/// Iterators `i0`, `i1`, … of these extents.
std::vector<Iterator> numberedIterators(const Shape &extents);
/// For each axis the variable of its number: the access map of a value by iterators in the order of its axes.
std::vector<Affine> identityMap(std::size_t rank);

} // namespace einjit::tensor
