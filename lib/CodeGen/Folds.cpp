// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors are combined in pairs: of a and b, lanes that are yet to be folded come to lie in pairs above each other,
//
//   [a0 b0 a1 b1] op [a2 b2 a3 b3] = [a02 b02 a13 b13]
//
// so that one vector holds both, half as many of each. After log2(vectors) such stages there is one vector, and each of
// those it was made of has lanes/vectors lanes in it still, which are folded by halving. Stages go first by elements
// inside of 128 bits, then by 128 bits as a whole: on x86 each shuffle is one instruction then.
//
// A vector is [chunks of 128 bits][elements in one]. After stages over elements, an element's number has that of its
// vector in the low bits (copies are outside); after those over chunks, a chunk's number has it in the high bits
// (copies are next to each other).
#include "CodeGen/Folds.h"
#include "CodeGen/ScalarCode.h"
#include <algorithm>
#include <bit>

namespace einjit::codegen {
namespace {

using llvm::Value;

class Folding {
public:
  Folding(Builder &ir, ScalarOp op, DType type, llvm::ArrayRef<Value *> vectors, const Target &target)
      : ir_(ir), op_(op), type_(type), target_(target), vectors_(vectors.begin(), vectors.end()),
        near_(nearOf(type, lanesOf(vectors.front()))), chunks_(lanesOf(vectors.front()) / near_) {}

  Value *run() {
    while (vectors_.size() > 1 && elements_ < near_) {
      combine([&](std::int64_t chunk, std::int64_t place) {
        const std::int64_t pair = place / elements_, copy = pair / 2;
        return Source{pair % 2 == 1, chunk * near_ + copy * elements_ + place % elements_, near_ / 2};
      });
      elements_ *= 2;
    }
    while (vectors_.size() > 1) {
      const std::int64_t copies = chunks_ / indices_, half = chunks_ / 2;
      combine([&](std::int64_t chunk, std::int64_t place) {
        const std::int64_t index = chunk % half / (copies / 2), copy = chunk % (copies / 2);
        return Source{chunk >= half, (index * copies + copy) * near_ + place, copies / 2 * near_};
      });
      indices_ *= 2;
    }
    Value *vector = vectors_.front();
    for (; chunks_ > indices_; chunks_ /= 2) {
      const std::int64_t half = chunks_ / indices_ / 2; // copies
      vector = halved(vector, chunks_ / 2 * near_, half * near_,
                      [&](std::int64_t lane) { return lane + lane / (half * near_) * half * near_; });
    }
    for (; near_ > elements_; near_ /= 2)
      vector = halved(vector, near_ / 2, near_ / 2, [](std::int64_t lane) { return lane; });
    return vector;
  }

  static std::int64_t nearOf(DType type, std::int64_t lanes) {
    return std::min(lanes, 16 / static_cast<std::int64_t>(byteSize(type)));
  }

private:
  static std::int64_t lanesOf(Value *vector) {
    return llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
  }
  std::int64_t lanes() const { return chunks_ * near_; }

  /// The lane of a pair's first or second vector, and how far behind it the one is that it is combined with.
  struct Source {
    bool second;
    std::int64_t lane, distance;
  };

  /// A stage: `source(chunk, place)` is what comes to that lane.
  void combine(const auto &source) {
    llvm::SmallVector<int> low, high;
    for (std::int64_t lane = 0; lane < lanes(); ++lane) {
      const Source from = source(lane / near_, lane % near_);
      const std::int64_t first = from.lane + (from.second ? lanes() : 0);
      low.push_back(static_cast<int>(first));
      high.push_back(static_cast<int>(first + from.distance));
    }
    for (std::size_t i = 0; 2 * i < vectors_.size(); ++i) {
      Value *a = vectors_[2 * i];
      Value *b = 2 * i + 1 < vectors_.size() ? vectors_[2 * i + 1] : llvm::PoisonValue::get(a->getType());
      vectors_[i] = apply(ir_.CreateShuffleVector(a, b, low), ir_.CreateShuffleVector(a, b, high));
    }
    vectors_.resize((vectors_.size() + 1) / 2);
  }

  /// `lane(i)` is what comes to lane i, combined with the one that far behind.
  Value *halved(Value *vector, std::int64_t lanes, std::int64_t distance, const auto &lane) {
    llvm::SmallVector<int> low, high;
    for (std::int64_t i = 0; i < lanes; ++i) {
      low.push_back(static_cast<int>(lane(i)));
      high.push_back(static_cast<int>(lane(i) + distance));
    }
    return apply(ir_.CreateShuffleVector(vector, low), ir_.CreateShuffleVector(vector, high));
  }

  Value *apply(Value *a, Value *b) { return applyOp(ir_, op_, type_, type_, {a, b}, target_); }

  Builder &ir_;
  const ScalarOp op_;
  const DType type_;
  const Target &target_;
  llvm::SmallVector<Value *> vectors_;
  std::int64_t near_, chunks_;              ///< elements in 128 bits, and how many of those a vector has
  std::int64_t elements_ = 1, indices_ = 1; ///< of different vectors, in 128 bits, and in the chunks
};

} // namespace

std::int64_t foldedTogether(DType type, std::int64_t lanes, const Target &target) {
  const auto bytes = static_cast<std::int64_t>(byteSize(type));
  if (isComplex(type) || bytes < 4 || !std::has_single_bit(static_cast<std::uint64_t>(lanes))) return 1;
  return std::min(lanes, static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(target.lanes(bytes)))));
}

Value *foldTogether(Builder &ir, ScalarOp op, DType type, llvm::ArrayRef<Value *> vectors, const Target &target) {
  return Folding(ir, op, type, vectors, target).run();
}

} // namespace einjit::codegen
