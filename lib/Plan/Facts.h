// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a plan is made from: for each iterator of an op, how each operand moves in memory as it counts, and so what part
// it plays.
#pragma once

#include "Plan/Memory.h"
#include <string>
#include <vector>

namespace einjit::plan {

/// The part an iterator plays. Batch, M, N and K are those of a product of two operands: in both and in the result, in
/// the first and the result, in the second and the result, in both but summed.
enum class Role { Parallel, Reduced, Batch, M, N, K };
std::string_view name(Role role);

struct IteratorFacts {
  std::string name;
  std::int64_t extent;
  bool reduced;
  Role role;
  std::vector<std::int64_t> strides; ///< of each operand, in elements; 0 where the iterator does not move it
  std::int64_t resultStride;         ///< 0 for a reduced iterator
  /// So many rows, of iterations of another iterator, stand side by side along this one in a panel (Joining.h).
  std::int64_t rows = 1;
};

struct OpFacts {
  std::vector<IteratorFacts> iterators; ///< parallel ones first
  std::size_t operandCount = 0;
  std::int64_t elementBytes = 1;   ///< of the widest type that the op computes with or loads
  std::int64_t laneBytes = 1;      ///< of the widest number among them: a complex one is two, in a register each
  std::int64_t bodyNodes = 1;      ///< size of the body: a measure of the code that one point takes
  std::int64_t bodyOperations = 0; ///< arithmetic instructions of one point, what adds it to a sum aside; at least 1
  /// Iterations of a reduced iterator that instructions for sums of products of bytes take at once: 4, or 1.
  std::int64_t productsAtOnce = 1;
  bool hasReduction = false;
  std::vector<std::int64_t> operandBytes; ///< of the whole operand
  std::vector<bool> bodyOperand;          ///< whether the body (not only the epilogue) reads the operand
  bool hasOwnMemory = true;               ///< whether the result's memory holds nothing else, in no other shape
  /// Whether it is an input that nothing else in the kernel reads, and that moves with each iterator of its indices:
  /// one with a stride of 0 is the same element at several indices.
  std::vector<bool> isPackable;
  /// The type that the body converts the operand to wherever it reads it, if that takes instructions.
  std::vector<std::optional<DType>> convertedTo;
  /// Of an op that is a block of a larger one, for each operand: blocks of it begin a multiple of so many elements
  /// apart. Empty if it is all of an op.
  std::vector<std::int64_t> blocksApart;

  std::int64_t registersPerVector() const { return elementBytes / laneBytes; }
  std::int64_t points(bool reduced) const; ///< product of the extents of the reduced, or of the parallel iterators
  /// How often each element is read: iterations of the parallel iterators that leave it in place.
  std::int64_t reuse(std::size_t operand) const;
  /// Bytes of operands and result, each once; may be so large that only the magnitude counts.
  double bytesTouched() const;
  /// Whether the iterator moves all operands that the body reads.
  bool movesAll(std::size_t iterator) const;
  /// Bytes of the operand that one point of the batch reads: of the parallel iterators that move all operands.
  std::int64_t bytesInBatch(std::size_t operand) const;
};

/// `value` is one of the kernel's, a generic op.
OpFacts collectFacts(const tensor::Kernel &kernel, const Memory &memory, const tensor::Value &value);

/// The parts that the iterators play, for the schedule's text: `i0 batch, i1 N, k0 K`.
std::string describeRoles(const OpFacts &facts);
/// What is contiguous along an iterator, for the schedule's text: `contiguous in %a, the result`.
std::string describeContiguous(const IteratorFacts &iterator, const tensor::Kernel &kernel, const tensor::Generic &op);

} // namespace einjit::plan
