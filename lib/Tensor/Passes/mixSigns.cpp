// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/mixSigns.h"
#include "Scalar/ByteFactor.h"
#include "Support/Checked.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

/// Uses of each byte, on average, that make it worth its time; with fewer, what is loaded counts.
constexpr std::int64_t leastUses = 32;

bool isByte(DType type) { return type == DType::I8 || type == DType::U8; }

bool isUsedOften(const Generic &op, const Value &value) {
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) extents.push_back(op.iterator(i).extent);
  const auto points = checkedProduct(extents), elements = elementCount(value.type);
  return points && elements && *elements > 0 && *points / *elements >= leastUses;
}

bool uses(const Access &access, std::size_t iterator) {
  return std::ranges::any_of(access.indices,
                             [&](const Affine &index) { return index.uses(static_cast<std::uint32_t>(iterator)); });
}

/// What `op` makes of its sum, where the sum is `sum`, made by the same builder.
scalar::Expr epilogueOf(const Generic &op, scalar::ExprBuilder &builder, scalar::NodeId sum) {
  if (!op.reduction->epilogue) return builder.take(sum);
  return builder.take(builder.splice(*op.reduction->epilogue, [&](const scalar::Node &leaf) {
    const auto *operand = std::get_if<scalar::Operand>(&leaf.kind);
    return operand ? builder.operand(operand->index, leaf.type) : sum;
  }));
}

/// The operand, a byte, as an i32: taken as of `type`, its highest bit flipped before or not.
scalar::NodeId factor(scalar::ExprBuilder &builder, std::size_t operand, DType from, DType type, bool flip) {
  scalar::NodeId byte = builder.operand(operand, from);
  const Scalar bit = from == DType::I8 ? Scalar(std::int8_t{-128}) : Scalar(std::uint8_t{128});
  if (flip) byte = builder.apply(ScalarOp::Xor, {byte, builder.literal(bit)});
  return builder.cast(builder.cast(byte, type), DType::I32);
}

/// A product of bytes of one type.
struct Product {
  std::size_t a, b; ///< operands
  DType type;       ///< of both
  DType sum;
};

std::optional<Product> productOf(const Kernel &kernel, const Generic &op) {
  if (!op.reduction || op.reduction->op != ScalarOp::Add || op.reduction->along) return std::nullopt;
  const auto *product = std::get_if<scalar::Apply>(&op.body.root().kind);
  if (!product || product->op != ScalarOp::Mul) return std::nullopt;
  std::optional<std::size_t> operands[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const scalar::NodeId id = product->arguments[i];
    const auto *plain = std::get_if<scalar::Operand>(&op.body[id].kind);
    const auto byte = scalar::byteFactor(op.body, id);
    if (plain && isByte(op.body[id].type)) operands[i] = plain->index;
    if (byte && byte->type == kernel[op.operands[byte->operand].value].type.dtype && !byte->flipped)
      operands[i] = byte->operand;
  }
  if (!operands[0] || !operands[1] || *operands[0] == *operands[1]) return std::nullopt;
  const Value &a = kernel[op.operands[*operands[0]].value], &b = kernel[op.operands[*operands[1]].value];
  if (a.type.dtype != b.type.dtype || !isUsedOften(op, a) || !isUsedOften(op, b)) return std::nullopt;
  return Product{*operands[0], *operands[1], a.type.dtype, op.body.type()};
}

/// The kernel is rebuilt value by value, so that sums stand before what reads them.
class Mixer {
public:
  explicit Mixer(Kernel kernel) : old_(std::move(kernel)), names_(old_) {}

  Kernel run() && {
    new_.name = old_.name;
    new_.exact = old_.exact;
    for (Value &value : old_.values) {
      renumberReads(value, [&](ValueId id) { return newId_[id.index()]; });
      if (auto *op = std::get_if<Generic>(&value.def)) mix(*op);
      newId_.push_back(add(std::move(value)));
    }
    for (ValueId id : old_.results) new_.results.push_back(newId_[id.index()]);
    return std::move(new_);
  }

private:
  ValueId add(Value value) {
    new_.values.push_back(std::move(value));
    return ValueId(new_.values.size() - 1);
  }

  void mix(Generic &op) {
    const auto product = productOf(new_, op);
    if (!product) return;
    if (isByte(product->sum))
      widen(op, *product);
    else
      bias(op, *product);
  }

  /// Whether operand a moves with the result's last axis, which becomes vectors: what is done with it depends on that
  /// rather than on the order of factors.
  static bool movesLast(const Generic &op, const Product &product) {
    return !op.parallel.empty() && uses(op.operands[product.a], op.parallel.size() - 1);
  }

  void widen(Generic &op, const Product &product) {
    scalar::ExprBuilder body, epilogue;
    const bool aLast = movesLast(op, product);
    op.body = body.take(
        body.apply(ScalarOp::Mul, {factor(body, product.a, product.type, aLast ? DType::I8 : DType::U8, false),
                                   factor(body, product.b, product.type, aLast ? DType::U8 : DType::I8, false)}));
    const scalar::NodeId sum = epilogue.cast(epilogue.accumulator(DType::I32), product.sum);
    op.reduction->epilogue = epilogueOf(op, epilogue, sum);
  }

  /// Bits are flipped of what moves with the result's last axis; the other operand is summed.
  void bias(Generic &op, const Product &product) {
    const bool isSigned = product.type == DType::I8;
    const bool flipsA = movesLast(op, product);
    const std::size_t flipped = flipsA ? product.a : product.b, summed = flipsA ? product.b : product.a;
    for (std::size_t i = op.parallel.size(); i < op.iteratorCount(); ++i)
      if (!uses(op.operands[summed], i)) return;
    // What two operations read is not packed, so it must have the bytes that are multiplied at once side by side.
    const auto innermost = op.operands[summed].indices.back().asVariable();
    if (!innermost || !op.isReduced(*innermost)) return;
    scalar::ExprBuilder body, epilogue;
    const DType other = isSigned ? DType::U8 : DType::I8;
    op.body = body.take(body.apply(ScalarOp::Mul, {factor(body, flipped, product.type, other, true),
                                                   factor(body, summed, product.type, product.type, false)}));
    op.operands.push_back(sumOf(op, summed));
    const scalar::NodeId sums = epilogue.operand(op.operands.size() - 1, DType::I32);
    const scalar::NodeId moved = epilogue.apply(ScalarOp::Mul, {sums, epilogue.literal(std::int32_t{128})});
    const scalar::NodeId sum =
        epilogue.apply(isSigned ? ScalarOp::Sub : ScalarOp::Add, {epilogue.accumulator(DType::I32), moved});
    op.reduction->epilogue = epilogueOf(op, epilogue, sum);
    op = withOrderedOperands(std::move(op));
  }

  /// A new value, the sum of an operand over the reduced iterators, as the op reads it.
  Access sumOf(const Generic &op, std::size_t operand) {
    Generic sum{{}, Reduction{ScalarOp::Add, op.reduction->iterators, std::nullopt}, {}, {}};
    Access result{{}, {}};
    std::vector<std::uint32_t> number(op.iteratorCount());
    for (std::size_t i = 0; i < op.parallel.size(); ++i) {
      if (!uses(op.operands[operand], i)) continue;
      number[i] = static_cast<std::uint32_t>(sum.parallel.size());
      sum.parallel.push_back(op.parallel[i]);
      result.indices.push_back(Affine::variable(static_cast<std::uint32_t>(i)));
    }
    for (std::size_t i = op.parallel.size(); i < op.iteratorCount(); ++i)
      number[i] = static_cast<std::uint32_t>(sum.parallel.size() + i - op.parallel.size());
    sum.operands = {remap(op.operands[operand], [&](std::uint32_t i) { return Affine::variable(number[i]); })};
    scalar::ExprBuilder builder;
    const DType type = new_[op.operands[operand].value].type.dtype;
    sum.body = builder.take(builder.cast(builder.operand(0, type), DType::I32));
    TensorType sums = resultType(sum);
    result.value = add({names_.next(), std::move(sums), std::move(sum)});
    return result;
  }

  Kernel old_, new_;
  FreshNames names_;
  std::vector<ValueId> newId_;
};

} // namespace

Kernel mixSigns(Kernel kernel) { return Mixer(std::move(kernel)).run(); }

} // namespace einjit::tensor
