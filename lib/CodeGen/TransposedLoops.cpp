// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled loops whose accesses read or write blocks (TransposedAccesses.h):
//
//   load rows, one for each lane, of the next `columns` iterations; transpose them into columns
//   iterations, one after the other: compute with columns, keep the columns that they write
//   transpose these into rows; store a row for each lane
//
// Of two unrolled loops, one in the other, the outer one becomes the inner one where only it writes blocks.
//
// Nothing outside of what the iterations access is touched. Lanes from a run-time bound E on read row E-1 again, and
// their rows are not stored. Iterations from a run-time bound on are masked columns; where masking is dear, a block
// that is not full is done iteration by iteration, and what is known to remain becomes smaller and smaller blocks.
#include "CodeGen/Emitter.h"
#include "CodeGen/Transpose.h"
#include "Loop/Dependence.h"
#include <algorithm>
#include <bit>
#include <limits>
#include <llvm/Analysis/VectorUtils.h>
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {

using llvm::Value;

namespace {

/// Lanes first…first+to-1 of a vector of `from` lanes in memory's form; those it does not have are undefined.
Value *lanesOf(Builder &ir, Value *vector, DType type, std::int64_t from, std::int64_t first, std::int64_t to) {
  if (first == 0 && from == to) return vector;
  const std::int64_t parts = isComplex(type) ? 2 : 1;
  llvm::SmallVector<int> lanes;
  for (std::int64_t i = first * parts; i < (first + to) * parts; ++i)
    lanes.push_back(i < from * parts ? static_cast<int>(i) : -1);
  return ir.CreateShuffleVector(vector, lanes);
}

/// Of a streamed place's element in a later lane; 0 of others.
std::int64_t alignmentBehind(const Place &place, std::int64_t lane) {
  const std::int64_t bits =
      place.streamAlignment | (lane * place.stride * static_cast<std::int64_t>(byteSize(place.type)));
  return place.streamAlignment == 0 ? 0 : bits & -bits;
}

} // namespace

/// Iterations that are transposed together, from `first` on, and the rows they have.
struct Emitter::IterationBlock {
  std::int64_t first = 0;
  std::int64_t width = 0;        ///< iterations that may run
  std::int64_t columns = 0;      ///< the power of two they are transposed as
  Value *running = nullptr;      ///< how many of them run; null if all do
  std::int64_t certainRows = 0;  ///< lanes below take part
  std::int64_t possibleRows = 0; ///< lanes from here on do not
  Value *rows = nullptr;         ///< those in between do so below this

  /// Whether iteration number `i` of the block runs; null if it does.
  Value *runs(Builder &ir, std::int64_t i) const {
    return running ? ir.CreateICmpSGT(running, ir.getInt64(static_cast<std::uint64_t>(i))) : nullptr;
  }

  /// Whether rows so far apart lie one behind the other, whole, and all lanes below `end` take part.
  bool isAdjacent(std::int64_t stride, std::int64_t end) const {
    return stride == columns && width == columns && !running && end <= certainRows;
  }
};

/// The loop inside of the one in it, if it writes blocks there and its iterations may trade places.
std::optional<loop::For> Emitter::interchanged(const loop::For &loop) const {
  const auto *inner = loop.body.size() == 1 ? std::get_if<loop::For>(&loop.body.front().node) : nullptr;
  if (!inner || inner->kind != loop::LoopKind::Unrolled || loop.bound || inner->bound) return std::nullopt;
  loop::For innermost = loop;
  innermost.body = inner->body;
  if (transposedAccesses(kernel_, innermost, context_.target).writes.empty()) return std::nullopt;
  if (!transposedAccesses(kernel_, *inner, context_.target).empty()) return std::nullopt;
  std::vector<loop::For> others; // whose variables are the same in all iterations
  for (std::uint32_t i = 0; i < kernel_.vars.size(); ++i)
    if (const loop::VarId var(i); var != loop.var && var != inner->var)
      others.push_back({var, loop::LoopKind::Serial, std::numeric_limits<std::int32_t>::max(), {}, {}});
  loop::Nest outside;
  for (const loop::For &other : others) outside.push_back(&other);
  if (loop::sharedBuffer(loop, outside)) return std::nullopt;
  loop::For result = *inner;
  result.body.clear();
  result.body.push_back({std::move(innermost)});
  return result;
}

void Emitter::emitTransposed(const loop::For &loop, const TransposedAccesses &accesses, const Iterations &iterations,
                             Value *count) {
  IterationBlock block;
  Value *any = nullptr;
  block.certainRows = block.possibleRows = std::numeric_limits<std::int64_t>::max();
  if (const auto &bound = std::get<loop::Store>(loop.body.front().node).laneBound) {
    const Affine lanes = scope_.variables.fold(*bound);
    block.certainRows = scope_.variables.minimum(lanes);
    block.possibleRows = scope_.variables.maximum(lanes);
    if (block.possibleRows <= 0) return;
    block.rows = scope_.variables.emit(ir_, lanes);
    if (block.certainRows <= 0) any = ir_.CreateICmpSGT(block.rows, ir_.getInt64(0));
  }
  emitIf(any, any ? writtenBy(loop) : Places{}, [&] {
    const auto powerOfTwo =
        context_.target.maskedVectors ? std::bit_ceil<std::uint64_t> : std::bit_floor<std::uint64_t>;
    for (; block.first < iterations.most; block.first += block.width) {
      const std::int64_t remaining = iterations.most - block.first;
      const auto enough = static_cast<std::int64_t>(powerOfTwo(static_cast<std::uint64_t>(remaining)));
      block.columns = std::min(accesses.mostColumns, enough);
      block.width = std::min(block.columns, remaining);
      const bool isFull = block.first + block.width <= iterations.least;
      block.running = isFull ? nullptr : ir_.CreateSub(count, ir_.getInt64(static_cast<std::uint64_t>(block.first)));
      emitBlock(loop, accesses, block);
    }
  });
}

void Emitter::emitBlock(const loop::For &loop, const TransposedAccesses &accesses, const IterationBlock &block) {
  const auto oneByOne = [&] {
    for (std::int64_t i = 0; i < block.width; ++i) emitIteration(loop, block.first + i, block.runs(ir_, i));
  };
  if (block.columns == 1) return oneByOne();
  if (!block.running || context_.target.maskedVectors) return emitColumns(loop, accesses, block);
  IterationBlock full = block;
  full.running = nullptr;
  emitIf(block.runs(ir_, block.width - 1), writtenBy(loop), [&] { emitColumns(loop, accesses, full); }, oneByOne);
}

void Emitter::emitColumns(const loop::For &loop, const TransposedAccesses &accesses, const IterationBlock &block) {
  const Mask mask = block.running ? maskBelow(ir_, block.columns, block.running,
                                              std::numeric_limits<std::int64_t>::min(), loop.extent)
                                  : Mask{block.columns, block.width};
  std::vector<llvm::SmallVector<Value *>> read, written(accesses.writes.size());
  scope_.variables.bind(loop.var, block.first);
  for (const auto &member : accesses.reads) read.push_back(readColumns(member, block, mask));
  scope_.variables.unbind(loop.var);

  for (std::int64_t i = 0; i < block.width; ++i) {
    Places kept;
    for (std::size_t k = 0; k < read.size(); ++k)
      transposedReads_[accesses.reads[k].access] = read[k][static_cast<std::size_t>(i)];
    for (const auto &member : accesses.writes) {
      Value *&place = transposedWrites_[member.access];
      const DType type = kernel_[member.access->buffer].type.dtype;
      place = llvm::PoisonValue::get(registerType(ir_.getContext(), type, member.lanes));
      kept.push_back(&place);
    }
    emitIteration(loop, block.first + i, block.runs(ir_, i), kept);
    for (std::size_t k = 0; k < kept.size(); ++k) written[k].push_back(*kept[k]);
  }
  transposedReads_.clear();
  transposedWrites_.clear();

  scope_.variables.bind(loop.var, block.first);
  for (std::size_t k = 0; k < written.size(); ++k) writeColumns(accesses.writes[k], block, mask, written[k]);
  scope_.variables.unbind(loop.var);
}

/// Where a lane's row begins, or the last one that takes part if it may not.
Place Emitter::row(const Place &place, const IterationBlock &block, std::int64_t lane) {
  const std::int64_t bytes = place.stride * static_cast<std::int64_t>(byteSize(place.type));
  Value *offset = ir_.getInt64(static_cast<std::uint64_t>(lane * bytes));
  if (lane >= block.certainRows) {
    Value *last =
        ir_.CreateMul(ir_.CreateSub(block.rows, ir_.getInt64(1)), ir_.getInt64(static_cast<std::uint64_t>(bytes)));
    offset = ir_.CreateBinaryIntrinsic(bytes > 0 ? llvm::Intrinsic::smin : llvm::Intrinsic::smax, offset, last);
  }
  return {ir_.CreatePtrAdd(place.pointer, offset), place.type, 1, place.alias};
}

llvm::SmallVector<Value *> Emitter::readColumns(const TransposedAccesses::Member &read, const IterationBlock &block,
                                                const Mask &mask) {
  const Place from = place(*read.access);
  const std::int64_t lanes = blockLanes(context_.target, from.type, read.lanes);
  std::vector<llvm::SmallVector<Value *>> columns(static_cast<std::size_t>(block.columns));
  const TransposedBlock shape{from.type, lanes, block.columns};
  for (std::int64_t group = 0; group < read.lanes; group += lanes) {
    const std::int64_t end = std::min({group + lanes, read.lanes, block.possibleRows});
    const bool areAdjacent = end == group + lanes && block.isAdjacent(from.stride, end);
    const std::int64_t step = areAdjacent ? lanes / block.columns : 1; // rows in a vector
    const Mask part = areAdjacent ? Mask::all(lanes) : mask;
    llvm::SmallVector<Value *> vectors(static_cast<std::size_t>(lanes / step));
    for (std::int64_t lane = group; lane < end; lane += step)
      vectors[static_cast<std::size_t>((lane - group) / step)] =
          loadAdjacent(ir_, row(from, block, lane), part, context_.target);
    const auto transposed = areAdjacent ? columnsOfAdjacent(ir_, shape, vectors) : columnsOf(ir_, shape, vectors);
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_back(transposed[i]);
  }
  llvm::SmallVector<Value *> result;
  for (llvm::ArrayRef<Value *> groups : columns) {
    const auto filled = static_cast<std::int64_t>(groups.size()) * lanes;
    Value *vector = lanesOf(ir_, llvm::concatenateVectors(ir_, groups), from.type, filled, 0, read.lanes);
    result.push_back(fromAdjacent(ir_, vector, read.lanes, from.type));
  }
  return result;
}

void Emitter::writeColumns(const TransposedAccesses::Member &write, const IterationBlock &block, const Mask &mask,
                           llvm::ArrayRef<Value *> columns) {
  const Place to = place(*write.access);
  const std::int64_t lanes = blockLanes(context_.target, to.type, write.lanes);
  llvm::SmallVector<Value *> vectors;
  for (Value *column : columns) vectors.push_back(toAdjacent(ir_, column, write.lanes, to.type));
  const TransposedBlock shape{to.type, lanes, block.columns};
  for (std::int64_t group = 0; group < write.lanes; group += lanes) {
    countStores(lanes);
    llvm::SmallVector<Value *> part;
    for (Value *vector : vectors) part.push_back(lanesOf(ir_, vector, to.type, write.lanes, group, lanes));
    part.resize(static_cast<std::size_t>(block.columns), llvm::PoisonValue::get(part.front()->getType()));
    const std::int64_t end = std::min({group + lanes, write.lanes, block.possibleRows});
    const bool areAdjacent = end == group + lanes && block.isAdjacent(to.stride, end);
    const std::int64_t step = areAdjacent ? lanes / block.columns : 1;
    const Mask whole = areAdjacent ? Mask::all(lanes) : mask;
    const bool isWholeLines =
        areAdjacent || block.columns * static_cast<std::int64_t>(byteSize(to.type)) % streamLineBytes == 0;
    const auto rows = areAdjacent ? adjacentRowsOf(ir_, shape, part) : rowsOf(ir_, shape, part);
    for (std::int64_t lane = group; lane < end; lane += step) {
      Value *number = ir_.getInt64(static_cast<std::uint64_t>(lane));
      emitIf(lane < block.certainRows ? nullptr : ir_.CreateICmpSGT(block.rows, number), {}, [&] {
        Place at = row(to, block, lane);
        if (isWholeLines) at.streamAlignment = alignmentBehind(to, lane);
        storeAdjacent(ir_, at, rows[static_cast<std::size_t>((lane - group) / step)], whole, context_.target);
      });
    }
  }
}

} // namespace einjit::codegen
