// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boxes inside the result that do not overlap and have as many elements as it has fill it.
#include "Tensor/VerifyPlaces.h"
#include "Support/Checked.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

struct Box {
  std::vector<std::int64_t> low, size; ///< along each axis of the result
};

bool overlap(const Box &a, const Box &b) {
  for (std::size_t axis = 0; axis < a.low.size(); ++axis) {
    const bool apart = a.low[axis] + a.size[axis] <= b.low[axis] || b.low[axis] + b.size[axis] <= a.low[axis];
    if (apart || a.size[axis] == 0 || b.size[axis] == 0) return false;
  }
  return true;
}

class ConcatVerifier {
public:
  ConcatVerifier(const Kernel &kernel, ValueId id, const Concat &concat) : kernel_(kernel), id_(id), concat_(concat) {}

  std::vector<std::string> verify() && {
    if (concat_.parts.empty()) complain("the concat has no parts");
    for (std::size_t i = 0; i < concat_.parts.size() && complaints_.empty(); ++i) checkPart(i);
    if (complaints_.empty()) checkOverlaps();
    if (complaints_.empty()) checkCovering();
    return std::move(complaints_);
  }

private:
  bool complain(std::string_view complaint) {
    complaints_.push_back(fmt::format("{}: {}", valueText(kernel_, id_), complaint));
    return false;
  }

  bool checkPart(std::size_t number) {
    const Part &part = concat_.parts[number];
    if (part.value >= id_) return complain(fmt::format("part {} is not defined before", number));
    const TensorType &type = kernel_[part.value].type, &result = kernel_[id_].type;
    if (type.dtype != result.dtype)
      return complain(fmt::format("part {} is {}, the concat {}", number, name(type.dtype), name(result.dtype)));
    if (part.place.size() != result.rank())
      return complain(fmt::format("the place of part {} has {} indices, the concat {} axes", number, part.place.size(),
                                  result.rank()));
    Box box;
    std::vector<bool> used(type.rank(), false);
    for (const Affine &index : part.place)
      if (!placeAxis(index, type, used, box)) return complain(fmt::format("part {} does not fill a box", number));
    for (std::size_t axis = 0; axis < type.rank(); ++axis)
      if (!used[axis] && type.shape[axis] != 1)
        return complain(fmt::format("part {} has an axis {} that no index has", number, axis));
    for (std::size_t axis = 0; axis < result.rank(); ++axis)
      if (box.low[axis] < 0 || box.low[axis] > result.shape[axis] ||
          box.size[axis] > result.shape[axis] - box.low[axis])
        return complain(fmt::format("part {} reaches beyond axis {}", number, axis));
    boxes_.push_back(std::move(box));
    return true;
  }

  /// An index is an axis of the part that no other index has, or none, plus a number.
  static bool placeAxis(const Affine &index, const TensorType &type, std::vector<bool> &used, Box &box) {
    box.low.push_back(index.constant);
    box.size.push_back(1);
    if (index.isConstant()) return true;
    const Affine::Term &term = index.terms.front();
    if (index.terms.size() > 1 || term.coefficient != 1 || term.variable >= type.rank() || used[term.variable])
      return false;
    used[term.variable] = true;
    box.size.back() = type.shape[term.variable];
    return true;
  }

  void checkOverlaps() {
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      for (std::size_t j = i + 1; j < boxes_.size(); ++j)
        if (overlap(boxes_[i], boxes_[j])) complain(fmt::format("parts {} and {} overlap", i, j));
  }

  void checkCovering() {
    std::int64_t filled = 0; // cannot overflow: the boxes lie in the result, without overlap
    for (const Box &box : boxes_) filled += *checkedProduct(box.size);
    const std::int64_t all = *elementCount(kernel_[id_].type);
    if (filled != all) complain(fmt::format("the parts fill {} of {} elements", filled, all));
  }

  const Kernel &kernel_;
  ValueId id_;
  const Concat &concat_;
  std::vector<Box> boxes_;
  std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> verifyConcat(const Kernel &kernel, ValueId id) {
  return ConcatVerifier(kernel, id, std::get<Concat>(kernel[id].def)).verify();
}

std::vector<std::string> verifyReshape(const Kernel &kernel, ValueId id) {
  const ValueId source = std::get<Reshape>(kernel[id].def).value;
  const std::string place = valueText(kernel, id) + ": ";
  if (source >= id) return {place + "what it reshapes is not defined before"};
  const TensorType &from = kernel[source].type, &to = kernel[id].type;
  if (from.dtype == to.dtype && elementCount(from) == elementCount(to)) return {};
  return {fmt::format("{}it is {}, what it reshapes {}", place, str(to), str(from))};
}

} // namespace einjit::tensor
