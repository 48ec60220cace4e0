// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where an element is, written as bits: C vectors, numbered by the bits V, hold `lanes` elements each, numbered by the
// bits P. P has k low bits for the place inside 128 bits and Q high ones for which 128 bits. With row number r
// (w bits) and column number c (m bits) of a block, columnsOf takes
//
//   V = some bits of r, P = [the others of r | c]     to     V = c, P = r
//
// and rowsOf takes V = c, P = r to V = some bits of r, P = [the others of r | c]. Each stage combines vectors a and b,
// which differ in one bit v of V, by one of three shuffles, each one instruction where bits are those of x86's lanes:
//
//   interleave  [a0 b0 a1 b1], [a2 b2 a3 b3]   v becomes P's lowest bit, the highest goes to v   unpcklps, unpckhps …
//   halve       [a0 a2 b0 b2], [a1 a3 b1 b3]   v becomes P's highest bit, the lowest goes to v   shufps, vshuff32x4
//   exchange    [a0 b0 a2 b2], [a1 b1 a3 b3]   v and P's lowest bit change places                vpermt2q
//
// where P stands for the low k bits (the shuffle repeats in each 128 bits) or for the high Q bits (128 bits stay
// whole).
//
// Rows that lie one behind the other in memory are whole vectors of them, V = the high bits of r. The same stages then
// bring lanes in another order, and one more shuffle of each vector puts them in place, as part of the last or first
// stage.
#include "CodeGen/Transpose.h"
#include <algorithm>
#include <bit>
#include <functional>
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {
namespace {

using llvm::Value;
using Vectors = llvm::SmallVector<Value *>;

int log2(std::int64_t powerOfTwo) { return std::countr_zero(static_cast<std::uint64_t>(powerOfTwo)); }

class Network {
public:
  Network(Builder &ir, const TransposedBlock &block)
      : ir_(ir), lanes_(block.lanes), columns_(block.columns), type_(block.type), parts_(isComplex(block.type) ? 2 : 1),
        near_(std::clamp<std::int64_t>(16 / static_cast<std::int64_t>(byteSize(block.type)), 1, block.lanes)),
        rowBits_(log2(lanes_)), columnBits_(log2(columns_)), nearBits_(log2(near_)) {}

  Vectors columnsOf(llvm::ArrayRef<Value *> rows) {
    join(rows);
    separate();
    return std::move(vectors_);
  }

  Vectors columnsOfAdjacent(llvm::ArrayRef<Value *> vectors) {
    vectors_.assign(vectors.begin(), vectors.end());
    separate();
    std::vector<std::int64_t> lanes(static_cast<std::size_t>(lanes_));
    forEachPiece([&](std::int64_t vector, std::int64_t piece) {
      lanes[static_cast<std::size_t>(adjacentRow(vector, piece))] = joinedRow(vector, piece);
    });
    for (Value *&vector : vectors_)
      vector = shuffle(vector, vector, lanes_, [&](std::int64_t to) { return lanes[static_cast<std::size_t>(to)]; });
    return std::move(vectors_);
  }

  Vectors rowsOf(llvm::ArrayRef<Value *> columns) {
    vectors_.assign(columns.begin(), columns.end());
    interlace();
    return pieces();
  }

  Vectors adjacentRowsOf(llvm::ArrayRef<Value *> columns) {
    vectors_.assign(columns.begin(), columns.end());
    order_.resize(static_cast<std::size_t>(lanes_));
    forEachPiece([&](std::int64_t vector, std::int64_t piece) {
      order_[static_cast<std::size_t>(splitRow(vector, piece))] = adjacentRow(vector, piece);
    });
    interlace();
    return std::move(vectors_);
  }

private:
  /// From vectors of rows to columns.
  void separate() {
    if (columnBits_ < nearBits_) {
      for (int i = 0; i < columnBits_; ++i) halve(i, near_, 1);
    } else {
      for (int i = nearBits_; i > 0; --i) interleave(i - 1);
      for (int i = nearBits_; i < columnBits_; ++i) halve(i, lanes_, near_);
    }
  }

  /// From columns to vectors of rows.
  void interlace() {
    for (int i = std::min(nearBits_, columnBits_); i > 0; --i) interleave(i - 1);
    for (int i = nearBits_; i < columnBits_; ++i)
      columnBits_ == rowBits_ ? halve(i, lanes_, near_) : exchange(i, near_ << (i - nearBits_));
  }

  void forEachPiece(const std::function<void(std::int64_t, std::int64_t)> &use) const {
    for (std::int64_t vector = 0; vector < columns_; ++vector)
      for (std::int64_t piece = 0; piece < lanes_ / columns_; ++piece) use(vector, piece);
  }

  /// The row that a piece of a vector is where rows lie one behind the other.
  std::int64_t adjacentRow(std::int64_t vector, std::int64_t piece) const {
    return vector * (lanes_ / columns_) + piece;
  }

  /// The piece of a row that `vector` holds from element `piece * columns` on, before columnsOf's stages: where columns
  /// are at least 128 bits wide, P = [piece | c] has the rows' bits k, k+1, … in front, which halving moves down.
  std::int64_t joinedRow(std::int64_t vector, std::int64_t piece) const {
    if (columnBits_ < nearBits_) return nearRow(vector, piece);
    const std::int64_t low = vector % near_, high = vector / near_;
    return low | piece << nearBits_ | high << (nearBits_ + rowBits_ - columnBits_);
  }

  /// The same behind rowsOf's stages.
  std::int64_t splitRow(std::int64_t vector, std::int64_t piece) const {
    return columnBits_ < nearBits_ ? nearRow(vector, piece) : vector | piece << columnBits_;
  }

  /// Where several pieces share 128 bits, the vectors' bits are the upper ones of the rows' low k bits.
  std::int64_t nearRow(std::int64_t vector, std::int64_t piece) const {
    const int shift = nearBits_ - columnBits_;
    return piece % (std::int64_t{1} << shift) | vector << shift | (piece >> shift) << nearBits_;
  }

  void join(llvm::ArrayRef<Value *> rows) {
    for (std::int64_t v = 0; v < columns_; ++v) {
      Vectors pieces;
      for (std::int64_t piece = 0; piece < lanes_ / columns_; ++piece)
        pieces.push_back(rows[static_cast<std::size_t>(joinedRow(v, piece))]);
      vectors_.push_back(joined(pieces));
    }
  }

  llvm::Type *vectorOf(std::int64_t elements) const {
    return llvm::FixedVectorType::get(memoryType(ir_.getContext(), realType(type_)),
                                      static_cast<unsigned>(elements * parts_));
  }

  /// Pieces of less than 128 bits as if they were single elements.
  llvm::Type *asElement() const {
    return ir_.getIntNTy(static_cast<unsigned>(columns_ * static_cast<std::int64_t>(byteSize(type_)) * 8));
  }
  bool isSmall() const { return columns_ * static_cast<std::int64_t>(byteSize(type_)) <= 8; }

  Value *joined(Vectors &pieces) {
    if (std::ranges::all_of(pieces, [](Value *piece) { return !piece; }))
      return llvm::PoisonValue::get(vectorOf(lanes_));
    if (pieces.size() > 1 && isSmall()) {
      Value *vector =
          llvm::PoisonValue::get(llvm::FixedVectorType::get(asElement(), static_cast<unsigned>(pieces.size())));
      for (std::size_t i = 0; i < pieces.size(); ++i)
        if (pieces[i]) vector = ir_.CreateInsertElement(vector, ir_.CreateBitCast(pieces[i], asElement()), i);
      return ir_.CreateBitCast(vector, vectorOf(lanes_));
    }
    for (Value *&piece : pieces)
      if (!piece) piece = llvm::PoisonValue::get(vectorOf(columns_));
    for (std::int64_t elements = 2 * columns_; pieces.size() > 1; elements *= 2) {
      for (std::size_t i = 0; i < pieces.size() / 2; ++i)
        pieces[i] = shuffle(pieces[2 * i], pieces[2 * i + 1], elements, [](std::int64_t to) { return to; });
      pieces.resize(pieces.size() / 2);
    }
    return pieces.front();
  }

  Vectors pieces() {
    Vectors rows(static_cast<std::size_t>(lanes_));
    forEachPiece([&](std::int64_t vector, std::int64_t piece) {
      rows[static_cast<std::size_t>(splitRow(vector, piece))] = part(vectors_[static_cast<std::size_t>(vector)], piece);
    });
    return rows;
  }

  Value *part(Value *vector, std::int64_t piece) {
    if (columns_ == lanes_) return vector;
    if (!isSmall()) return shuffle(vector, vector, columns_, [&](std::int64_t to) { return piece * columns_ + to; });
    auto *elements = llvm::FixedVectorType::get(asElement(), static_cast<unsigned>(lanes_ / columns_));
    Value *element = ir_.CreateExtractElement(ir_.CreateBitCast(vector, elements), static_cast<std::uint64_t>(piece));
    return ir_.CreateBitCast(element, vectorOf(columns_));
  }

  /// Element `to` of the result is the one numbered `from(to)` in a, and behind that in b.
  Value *shuffle(Value *a, Value *b, std::int64_t elements, const std::function<std::int64_t(std::int64_t)> &from) {
    llvm::SmallVector<int> mask;
    for (std::int64_t to = 0; to < elements; ++to)
      for (std::int64_t part = 0; part < parts_; ++part) mask.push_back(static_cast<int>(from(to) * parts_ + part));
    return ir_.CreateShuffleVector(a, b, mask);
  }

  /// A stage over the vectors' bit `bit`. `numbered(to, which)` numbers elements of a (from 0) and b (from `lanes`).
  void stage(int bit, const std::function<std::int64_t(std::int64_t, std::int64_t)> &numbered) {
    const std::size_t distance = std::size_t{1} << bit;
    const auto from = [&](std::int64_t to, std::int64_t which) {
      const std::int64_t number = numbered(to, which), lane = number % lanes_;
      return order_.empty() ? number : number - lane + order_[static_cast<std::size_t>(lane)];
    };
    for (std::size_t i = 0; i < vectors_.size(); ++i) {
      if (i & distance) continue;
      Value *a = opaque(vectors_[i]), *b = opaque(vectors_[i + distance]);
      vectors_[i] = shuffle(a, b, lanes_, [&](std::int64_t to) { return from(to, 0); });
      vectors_[i + distance] = shuffle(a, b, lanes_, [&](std::int64_t to) { return from(to, 1); });
    }
    order_.clear();
  }

  /// Hides what a vector is made from. Else LLVM looks through all stages at every shuffle, finds nothing to simplify,
  /// and takes three times as long.
  Value *opaque(Value *vector) {
    const std::uint64_t bits = vector->getType()->getPrimitiveSizeInBits().getFixedValue();
    if (bits < 128 || llvm::isa<llvm::PoisonValue>(vector)) return vector;
    auto *floats = llvm::FixedVectorType::get(ir_.getFloatTy(), static_cast<unsigned>(bits / 32));
    Value *fenced =
        ir_.CreateIntrinsic(llvm::Intrinsic::arithmetic_fence, {floats}, {ir_.CreateBitCast(vector, floats)});
    return ir_.CreateBitCast(fenced, vector->getType());
  }

  void interleave(int bit) {
    stage(bit, [&](std::int64_t to, std::int64_t which) {
      const std::int64_t place = to % near_;
      return to - place + place / 2 + which * near_ / 2 + (place % 2) * lanes_;
    });
  }

  /// Over `span` elements each, of which `unit` stay together.
  void halve(int bit, std::int64_t span, std::int64_t unit) {
    stage(bit, [&, half = span / unit / 2](std::int64_t to, std::int64_t which) {
      const std::int64_t place = to % span / unit;
      return to / span * span + (2 * (place % half) + which) * unit + to % unit + (place / half) * lanes_;
    });
  }

  void exchange(int bit, std::int64_t unit) {
    stage(bit, [&](std::int64_t to, std::int64_t which) {
      const std::int64_t second = to / unit % 2;
      return to + (which - second) * unit + second * lanes_;
    });
  }

  Builder &ir_;
  std::int64_t lanes_, columns_;
  DType type_;
  std::int64_t parts_; ///< that a complex element has
  std::int64_t near_;  ///< elements in 128 bits
  int rowBits_, columnBits_, nearBits_;
  Vectors vectors_;
  std::vector<std::int64_t> order_; ///< of the lanes that the next stage reads; empty: as they are
};

} // namespace

llvm::SmallVector<Value *> columnsOf(Builder &ir, const TransposedBlock &block, llvm::ArrayRef<Value *> rows) {
  return Network(ir, block).columnsOf(rows);
}

llvm::SmallVector<Value *> columnsOfAdjacent(Builder &ir, const TransposedBlock &block,
                                             llvm::ArrayRef<Value *> vectors) {
  return Network(ir, block).columnsOfAdjacent(vectors);
}

llvm::SmallVector<Value *> rowsOf(Builder &ir, const TransposedBlock &block, llvm::ArrayRef<Value *> columns) {
  return Network(ir, block).rowsOf(columns);
}

llvm::SmallVector<Value *> adjacentRowsOf(Builder &ir, const TransposedBlock &block, llvm::ArrayRef<Value *> columns) {
  return Network(ir, block).adjacentRowsOf(columns);
}

} // namespace einjit::codegen
