// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an index statement says, before anything is computed: its indices, where they occur and how elements are
// reached.
#pragma once

#include "Tensor/Lower/Lowering.h"
#include <bitset>
#include <deque>

namespace einjit::tensor {

/// A set of index numbers. A statement has as many indices as a tensor may have axes, since each becomes one.
using IndexSet = std::bitset<maxAxes>;

struct Index {
  std::string name;
  SourceRange range;                          ///< where it is named first
  std::optional<std::int64_t> extent = {};    ///< it runs over 0 … extent-1
  const struct IndexedAxis *source = nullptr; ///< where its extent comes from
};

/// One axis of a tensor and what stands for it in a subscript.
struct IndexedAxis {
  std::string tensor; ///< the text of what is subscripted
  TensorType type;
  std::size_t axis;
  Affine position;  ///< over index numbers
  std::string text; ///< of the position
  SourceRange range;
  bool isPlain;      ///< an index alone: it runs over the whole axis
  bool mayBroadcast; ///< a plain index may run further than an axis of size 1
  std::int64_t extent() const { return type.shape[axis]; }
};

/// `x[i + k, 0]`: a tensor and, for each of its axes, a position.
struct Element {
  ValueId tensor;
  SourceRange range;
  std::vector<const IndexedAxis *> axes;
};

/// `max[k,l](a[i,k] * b[l])`
struct ExplicitReduction {
  std::string function;
  SourceRange functionRange;
  std::vector<std::size_t> indices;
  const ast::Call *call;
};

struct IndexStatement {
  std::vector<Index> indices; ///< those of the left side first, in their order
  std::size_t leftCount = 0;
  std::deque<IndexedAxis> axes; ///< all of the right side
  std::map<const ast::Expr *, Element> elements;
  std::map<const ast::Expr *, std::size_t> values; ///< indices used as values
  std::map<const ast::Expr *, ExplicitReduction> reductions;
  std::map<const ast::Expr *, IndexSet> occurring; ///< of each part of the right side that has indices
  std::map<const ast::Expr *, IndexSet> summed;    ///< over which a part is reduced where it stands
  std::deque<ast::Expr> made; ///< parts that are not in the text as such, as `x[i]` in `x[i].abs()`
  std::map<const ast::Expr *, const ast::Expr *> insteadOf; ///< what to evaluate for a part

  IndexSet occurringIn(const ast::Expr &expr) const {
    const auto found = occurring.find(&expr);
    return found == occurring.end() ? IndexSet() : found->second;
  }
};

/// One position on the left side: an index, or a constant.
using LeftPosition = std::variant<std::size_t, std::int64_t>;

/// Reads the right side (IndexReader.cpp); the left side's indices are there already. False if errors were recorded.
bool readRightSide(Lowering &lowering, IndexStatement &statement, const ast::Expr &right);
/// Finds where each index that is on the right only is summed (IndexSums.cpp).
void placeSums(IndexStatement &statement, const ast::Expr &right);
/// Gives every index its extent (IndexRanges.cpp): from the axes of the right side and those of `target`, an existing
/// tensor's that is changed; from `fallback` only where nothing else tells. False if errors were recorded.
bool inferRanges(Lowering &lowering, IndexStatement &statement, const std::vector<IndexedAxis> &target,
                 const std::vector<IndexedAxis> &fallback);

/// The number of the index of this name, if there is one.
using FindIndex = std::function<std::optional<std::size_t>(const std::string &)>;
/// A position affine in indices (IndexPosition.cpp); records an error and gives nothing if it is none.
std::optional<Affine> readPosition(Lowering &lowering, const ast::Expr &expr, const FindIndex &find);
/// Every name that stands for a value, also inside subscripts and arguments; names of what is subscripted or called do
/// not.
void forEachName(const ast::Expr &expr, const std::function<void(const ast::Expr &, const ast::Name &)> &visit);
bool mentionsIndex(const ast::Expr &expr, const FindIndex &find);

} // namespace einjit::tensor
