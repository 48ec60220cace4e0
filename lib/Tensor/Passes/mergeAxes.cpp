// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/mergeAxes.h"
#include "Support/Checked.h"
#include "Tensor/Passes/Rewrite.h"

namespace einjit::tensor {
namespace {

/// For each value (axes k and k+1) and each op (iterators i and i+1), whether the pair at that position merges.
struct Pairs {
  std::vector<std::vector<bool>> ofValue, ofOp;
};

/// Whether products of these extents fit however many merge: beside an axis of size 0 the others may be of any size.
bool productsFit(std::vector<std::int64_t> extents) {
  std::erase(extents, 0);
  return checkedProduct(extents).has_value();
}

bool productsFit(const Generic &op) {
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) extents.push_back(op.iterator(i).extent);
  return productsFit(std::move(extents));
}

/// [a, b] are laid out as one axis: a step along a is a whole length of b.
bool contiguous(const TensorType &type, std::size_t axis) {
  const auto strides = type.stridesOrRowMajor();
  return checkedMul(strides[axis + 1], type.shape[axis + 1]) == strides[axis] && productsFit(type.shape);
}

/// Concats count the axes of what they read and of what they are: those stay. Reshapes count elements.
void keepPlaced(const Kernel &kernel, const Value &value, Pairs &pairs) {
  if (!std::holds_alternative<Concat>(value.def)) return;
  auto keep = [&](std::size_t number) { pairs.ofValue[number].assign(pairs.ofValue[number].size(), false); };
  keep(static_cast<std::size_t>(&value - kernel.values.data()));
  for (ValueId read : reads(value)) keep(read.index());
}

bool isScanned(const Generic &op, std::size_t iterator) { return op.reduction && op.reduction->along == iterator; }

Pairs candidates(const Kernel &kernel) {
  Pairs pairs;
  for (const Value &value : kernel.values) {
    pairs.ofValue.emplace_back();
    for (std::size_t axis = 0; axis + 1 < value.type.rank(); ++axis)
      pairs.ofValue.back().push_back(contiguous(value.type, axis));
    const auto *op = std::get_if<Generic>(&value.def);
    pairs.ofOp.emplace_back();
    for (std::size_t i = 0; op && i + 1 < op->iteratorCount(); ++i)
      pairs.ofOp.back().push_back(op->isReduced(i) == op->isReduced(i + 1) && !isScanned(*op, i) &&
                                  !isScanned(*op, i + 1) && productsFit(*op));
  }
  for (const Value &value : kernel.values) keepPlaced(kernel, value, pairs);
  return pairs;
}

/// The axis that `iterator` alone indexes, if it occurs nowhere else in the access and runs over the whole axis.
struct Place {
  bool absent = false;
  std::optional<std::size_t> axis;
};
Place placeOf(const Kernel &kernel, const Generic &op, const Access &access, std::size_t iterator) {
  Place place{true, {}};
  for (std::size_t axis = 0; axis < access.indices.size(); ++axis) {
    const auto variable = static_cast<std::uint32_t>(iterator);
    if (!access.indices[axis].uses(variable)) continue;
    const bool whole = access.indices[axis].asVariable() == variable &&
                       kernel[access.value].type.shape[axis] == op.iterator(iterator).extent;
    if (!place.absent || !whole) return {false, {}};
    place = {false, axis};
  }
  return place;
}

/// Drops pairs that one op and what it touches do not agree on; says whether any was dropped.
bool agree(const Kernel &kernel, std::size_t valueIndex, const Generic &op, Pairs &pairs) {
  bool changed = false;
  auto drop = [&](std::vector<bool>::reference pair) {
    changed |= pair;
    pair = false;
  };
  std::vector<bool> &opPairs = pairs.ofOp[valueIndex], &resultPairs = pairs.ofValue[valueIndex];
  for (std::size_t i = 0; i < resultPairs.size(); ++i) {
    if (!opPairs[i]) drop(resultPairs[i]);
    if (!resultPairs[i]) drop(opPairs[i]);
  }
  for (const Access &access : op.operands) {
    std::vector<bool> &valuePairs = pairs.ofValue[access.value.index()];
    std::vector<bool> merged(valuePairs.size(), false); // by this access
    for (std::size_t i = 0; i < opPairs.size(); ++i) {
      const Place first = placeOf(kernel, op, access, i), second = placeOf(kernel, op, access, i + 1);
      if (first.absent && second.absent) continue;
      const bool adjacent = first.axis && second.axis && *second.axis == *first.axis + 1 && valuePairs[*first.axis];
      if (!adjacent) drop(opPairs[i]);
      if (adjacent && opPairs[i]) merged[*first.axis] = true;
    }
    for (std::size_t axis = 0; axis < merged.size(); ++axis)
      if (!merged[axis]) drop(valuePairs[axis]);
  }
  return changed;
}

/// Groups 0…count-1 into runs of merged neighbours; element j is the run of number j.
std::vector<std::size_t> runs(std::size_t count, const std::vector<bool> &merged) {
  std::vector<std::size_t> run(count, 0);
  for (std::size_t i = 1; i < count; ++i) run[i] = run[i - 1] + (merged[i - 1] ? 0 : 1);
  return run;
}

TensorType mergedType(const TensorType &type, const std::vector<bool> &merged) {
  TensorType result{type.dtype, {}, {}};
  const auto strides = type.stridesOrRowMajor();
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    const bool joins = axis > 0 && merged[axis - 1];
    if (joins) {
      result.shape.back() *= type.shape[axis];
      result.strides.back() = strides[axis];
    } else {
      result.shape.push_back(type.shape[axis]);
      result.strides.push_back(strides[axis]);
    }
  }
  if (result.isRowMajor()) result.strides.clear();
  return result;
}

Generic mergedOp(const Generic &op, std::size_t valueIndex, const Pairs &pairs) {
  const std::vector<bool> &opPairs = pairs.ofOp[valueIndex];
  const std::vector<std::size_t> run = runs(op.iteratorCount(), opPairs);
  Generic result{{}, {}, {}, op.body};
  if (op.reduction) result.reduction = Reduction{op.reduction->op, {}, op.reduction->epilogue};
  if (op.reduction && op.reduction->along)
    result.reduction->along = static_cast<std::uint32_t>(run[*op.reduction->along]);
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) {
    auto &list = op.isReduced(i) ? result.reduction->iterators : result.parallel;
    if (i > 0 && opPairs[i - 1])
      list.back().extent *= op.iterator(i).extent;
    else
      list.push_back(op.iterator(i));
  }
  for (const Access &operand : op.operands) {
    const std::vector<bool> &valuePairs = pairs.ofValue[operand.value.index()];
    Access access{operand.value, {}};
    for (std::size_t axis = 0; axis < operand.indices.size(); ++axis)
      if (axis == 0 || !valuePairs[axis - 1])
        access.indices.push_back(substituteAll(operand.indices[axis], [&](std::uint32_t iterator) {
          return Affine::variable(static_cast<std::uint32_t>(run[iterator]));
        }));
    result.operands.push_back(std::move(access));
  }
  return result;
}

} // namespace

Kernel mergeAxes(Kernel kernel) {
  Pairs pairs = candidates(kernel);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < kernel.values.size(); ++i)
      if (const auto *op = std::get_if<Generic>(&kernel.values[i].def)) changed |= agree(kernel, i, *op, pairs);
  }
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    Value &value = kernel.values[i];
    value.type = mergedType(value.type, pairs.ofValue[i]);
    if (auto *op = std::get_if<Generic>(&value.def)) *op = withOrderedOperands(mergedOp(*op, i, pairs));
  }
  return kernel;
}

} // namespace einjit::tensor
