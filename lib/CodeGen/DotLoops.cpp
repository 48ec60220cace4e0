// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled loops that add four products of bytes to one register:
//
//   unroll k in 0..4 { 16 lanes: %acc[] = add(%acc[], mul(i32(%a[k]), i32(%b[k,lane]))) }
//
// are one sum of fours (DotCode.h). Whatever order the elements have in memory, the four bytes of a lane are brought
// side by side; it costs nothing where they are, and one shuffle where rows of lanes follow one another.
#include "CodeGen/DotCode.h"
#include "CodeGen/Emitter.h"
#include "Scalar/ByteFactor.h"
#include <numeric>

namespace einjit::codegen {
namespace {

using llvm::Value;

constexpr std::int64_t dotLength = 4;

struct ByteDot {
  const loop::Store *store;
  scalar::ByteFactor a, b;
};

const std::vector<scalar::NodeId> *arguments(const scalar::Expr &expr, scalar::NodeId id, ScalarOp op) {
  const auto *apply = std::get_if<scalar::Apply>(&expr[id].kind);
  return apply && apply->op == op ? &apply->arguments : nullptr;
}

bool isMemory(const loop::Kernel &kernel, const loop::Access &access) {
  const loop::Storage storage = kernel[access.buffer].storage;
  return storage != loop::Storage::Registers && storage != loop::Storage::Iota;
}

std::optional<ByteDot> matchDot(const loop::Kernel &kernel, const loop::For &loop) {
  if (loop.extent != dotLength || loop.bound || loop.body.size() != 1) return std::nullopt;
  const auto *store = std::get_if<loop::Store>(&loop.body[0].node);
  if (!store || store->reduce || kernel[store->target.buffer].storage != loop::Storage::Registers) return std::nullopt;
  for (const Affine &index : store->target.indices)
    if (index.uses(loop.var.value)) return std::nullopt;
  const scalar::Expr &value = store->value;
  const auto *sum = arguments(value, scalar::NodeId(value.nodes.size() - 1), ScalarOp::Add);
  for (std::size_t i = 0; sum && i < 2; ++i) {
    const auto *old = std::get_if<scalar::Operand>(&value[(*sum)[i]].kind);
    const auto *product = arguments(value, (*sum)[1 - i], ScalarOp::Mul);
    if (!old || !product || store->operands[old->index] != store->target) continue;
    const auto a = scalar::byteFactor(value, (*product)[0]), b = scalar::byteFactor(value, (*product)[1]);
    if (a && b && isMemory(kernel, store->operands[a->operand]) && isMemory(kernel, store->operands[b->operand]))
      return ByteDot{store, *a, *b};
  }
  return std::nullopt;
}

/// Whether the rows of an access, `var` being their number, are whole rows of memory of the kernel's own: then lanes
/// that take no part may be read as well.
bool readsWholeRows(const loop::Kernel &kernel, const loop::Access &access, loop::VarId var, std::int64_t lanes) {
  const loop::Buffer &buffer = kernel[access.buffer];
  const std::size_t rank = access.indices.size();
  return buffer.storage == loop::Storage::Scratch && rank >= 2 && buffer.type.shape[rank - 1] == lanes &&
         buffer.type.shape[rank - 2] == dotLength && access.indices[rank - 2] == Affine::variable(var.value) &&
         access.indices[rank - 1] == Affine::variable(loop::laneVariable);
}

/// The lanes of a, then those of b.
Value *concatenate(Builder &ir, Value *a, Value *b) {
  const unsigned lanes = 2 * llvm::cast<llvm::FixedVectorType>(a->getType())->getNumElements();
  llvm::SmallVector<int> all(lanes);
  std::iota(all.begin(), all.end(), 0);
  return ir.CreateShuffleVector(a, b, all);
}

/// From four rows of lanes to the four elements of each lane.
Value *interleaveRows(Builder &ir, Value *rows, std::int64_t lanes) {
  llvm::SmallVector<int> from(static_cast<std::size_t>(dotLength * lanes));
  for (std::size_t i = 0; i < from.size(); ++i)
    from[i] = static_cast<int>(i % dotLength * static_cast<std::size_t>(lanes) + i / dotLength);
  return ir.CreateShuffleVector(rows, from);
}

} // namespace

bool Emitter::emitDot(const loop::For &loop) {
  const auto dot = matchDot(kernel_, loop);
  if (!dot) return false;
  const DotSupport support = dotSupport(context_.machine, dot->store->lanes);
  if (support == DotSupport::None) return false;
  const Mask mask = maskOf(*dot->store);
  if (mask.isNone()) return true;
  const auto bytes = [&](const scalar::ByteFactor &factor) {
    Value *read = readFours(dot->store->operands[factor.operand], loop.var, mask);
    return Bytes{factor.flipped ? flipSigns(ir_, read) : read, factor.type};
  };
  Value *sum = widen(read(dot->store->target, mask), mask.lanes, DType::I32);
  write(dot->store->target, {addProducts(ir_, support, sum, bytes(dot->a), bytes(dot->b)), false}, mask);
  return true;
}

/// For each lane the elements that four values of `var` select.
Value *Emitter::readFours(const loop::Access &access, loop::VarId var, const Mask &mask) {
  const Affine offset = loop::linearOffset(kernel_, access);
  const std::int64_t step = offset.coefficient(var.value), laneStride = offset.coefficient(loop::laneVariable);
  const auto at = [&](std::int64_t i, const auto &read) {
    scope_.variables.bind(var, i);
    Value *value = read();
    scope_.variables.unbind(var);
    return value;
  };
  const auto adjacent = [&](std::int64_t count) { // from the first element on
    return at(0, [&] {
      const Place first = place(access);
      return load(ir_, {first.pointer, first.type, 1, first.alias}, Mask::all(count), context_.target);
    });
  };
  const std::int64_t lanes = mask.lanes;
  auto *type = llvm::FixedVectorType::get(ir_.getInt8Ty(), static_cast<unsigned>(dotLength * lanes));
  if (laneStride == dotLength && step == 1 && mask.isAll()) return adjacent(dotLength * lanes);
  if (laneStride == 1 && step == lanes && (mask.isAll() || readsWholeRows(kernel_, access, var, lanes)))
    return interleaveRows(ir_, adjacent(dotLength * lanes), lanes);
  if (laneStride == 0) {
    Value *fours = llvm::PoisonValue::get(llvm::FixedVectorType::get(ir_.getInt8Ty(), dotLength));
    if (step == 1)
      fours = adjacent(dotLength);
    else
      for (std::int64_t i = 0; i < dotLength; ++i)
        fours = ir_.CreateInsertElement(fours, at(i, [&] { return read(access, mask).value; }),
                                        static_cast<std::uint64_t>(i));
    return ir_.CreateBitCast(splat(ir_, ir_.CreateBitCast(fours, ir_.getInt32Ty()), lanes, DType::I32), type);
  }
  const auto row = [&](std::int64_t i) { return at(i, [&] { return read(access, mask).value; }); };
  Value *low = concatenate(ir_, row(0), row(1)), *high = concatenate(ir_, row(2), row(3));
  return interleaveRows(ir_, concatenate(ir_, low, high), lanes);
}

} // namespace einjit::codegen
