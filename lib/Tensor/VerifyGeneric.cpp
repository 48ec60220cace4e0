// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the checks: each may rely on what those before it have established, and ends the list where it fails.
#include "Tensor/VerifyGeneric.h"
#include "Scalar/Verify.h"
#include "Support/Checked.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace einjit::tensor {
namespace {

/// The values an index takes on, both ends included.
struct Interval {
  std::int64_t low, high;
};

/// Adds `value` to one of two sums, one of the negative and one of the positive values; false if it overflows.
bool accumulate(Interval &sums, std::optional<std::int64_t> value) {
  if (!value) return false;
  std::int64_t &sum = *value < 0 ? sums.low : sums.high;
  const auto total = checkedAdd(sum, *value);
  if (total) sum = *total;
  return total.has_value();
}

/// All values of `index` over a space that is not empty, or nothing if evaluating it might overflow. A term c*i with
/// 0 <= i < n takes on 0 and c*(n-1) at its ends, and the terms are independent, so both bounds are reached. Every
/// partial sum, in whatever order, lies between the sum of all that is negative and the sum of all that is positive.
std::optional<Interval> valuesOf(const Affine &index, const Generic &op) {
  Interval sums{0, 0};
  for (const Affine::Term &term : index.terms)
    if (!accumulate(sums, checkedMul(term.coefficient, op.iterator(term.variable).extent - 1))) return std::nullopt;
  Interval withConstant = sums;
  if (!accumulate(withConstant, index.constant)) return std::nullopt;
  return Interval{sums.low + index.constant, sums.high + index.constant};
}

bool isEmpty(const std::vector<Iterator> &space) {
  return std::any_of(space.begin(), space.end(), [](const Iterator &iterator) { return iterator.extent == 0; });
}

class GenericVerifier {
public:
  GenericVerifier(const Kernel &kernel, ValueId id, const Generic &op) : kernel_(kernel), id_(id), op_(op) {}

  std::vector<std::string> verify() && {
    using Self = GenericVerifier;
    for (auto check : {&Self::checkIterators, &Self::checkOperands, &Self::checkExpressions, &Self::checkReducer,
                       &Self::checkUses, &Self::checkBounds, &Self::checkType})
      if (!(this->*check)()) break;
    return std::move(complaints_);
  }

private:
  template <class... Args> bool complain(fmt::format_string<Args...> format, Args &&...args) {
    complaints_.push_back(
        fmt::format("{}: {}", valueText(kernel_, id_), fmt::format(format, std::forward<Args>(args)...)));
    return false;
  }

  bool checkIterators() {
    std::set<std::string> names;
    for (std::size_t number = 0; number < op_.iteratorCount(); ++number) {
      const Iterator &iterator = op_.iterator(number);
      if (!isIdentifier(iterator.name)) complain("'{}' does not name an iterator", iterator.name);
      if (!names.insert(iterator.name).second) complain("a second iterator '{}'", iterator.name);
      if (iterator.extent < 0) complain("iterator '{}' has the extent {}", iterator.name, iterator.extent);
    }
    if (!op_.reduction) return complaints_.empty();
    const auto &along = op_.reduction->along;
    if (!along && op_.reduction->iterators.empty()) complain("the reduction has no iterators");
    if (along && !op_.reduction->iterators.empty()) complain("the scan has reduced iterators");
    if (along && *along >= op_.parallel.size()) complain("the scan runs along no parallel iterator");
    return complaints_.empty();
  }

  bool checkOperands() {
    for (std::size_t i = 0; i < op_.operands.size(); ++i) checkOperand(i);
    return complaints_.empty();
  }

  bool checkOperand(std::size_t number) {
    const Access &access = op_.operands[number];
    if (access.value >= id_)
      return complain("operand {} is value {}, which is not defined before", number, access.value.index());
    const std::size_t rank = kernel_[access.value].type.rank();
    if (access.indices.size() != rank)
      return complain("number of indices of {} is {}, of axes {}", text(access), access.indices.size(), rank);
    for (const Affine &index : access.indices)
      if (!isWellFormed(index)) return complain("operand {} has a malformed index", number);
    if (std::find(op_.operands.begin(), op_.operands.end(), access) - op_.operands.begin() !=
        static_cast<std::ptrdiff_t>(number))
      return complain("{} is an operand twice", text(access));
    return true;
  }

  /// Terms in ascending order, over iterators that exist.
  bool isWellFormed(const Affine &index) const {
    std::size_t next = 0;
    for (const Affine::Term &term : index.terms) {
      if (term.coefficient == 0 || term.variable < next || term.variable >= op_.iteratorCount()) return false;
      next = std::size_t{term.variable} + 1;
    }
    return true;
  }

  bool checkExpressions() {
    std::vector<DType> types;
    for (const Access &access : op_.operands) types.push_back(kernel_[access.value].type.dtype);
    for (const std::string &complaint : scalar::verify(op_.body, types)) complain("body: {}", complaint);
    if (!complaints_.empty() || !epilogue()) return complaints_.empty();
    for (const std::string &complaint : scalar::verify(*epilogue(), types, op_.body.type()))
      complain("epilogue: {}", complaint);
    return complaints_.empty();
  }

  bool checkReducer() {
    if (!op_.reduction || canReduce(op_.reduction->op, op_.body.type())) return true;
    return complain("{} does not reduce {}", name(op_.reduction->op), name(op_.body.type()));
  }

  bool checkUses() {
    inBody_ = usedIn(op_.body);
    inEpilogue_ = epilogue() ? usedIn(*epilogue()) : std::vector<bool>(op_.operands.size());
    for (std::size_t i = 0; i < op_.operands.size(); ++i) {
      const Access &access = op_.operands[i];
      if (!inBody_[i] && !inEpilogue_[i]) complain("{} is an operand, but not used", text(access));
      if (inEpilogue_[i] && usesReduced(access)) complain("{} in the epilogue uses a reduced iterator", text(access));
    }
    return complaints_.empty();
  }

  std::vector<bool> usedIn(const scalar::Expr &expr) const {
    std::vector<bool> used(op_.operands.size());
    for (std::size_t operand : scalar::usedOperands(expr)) used[operand] = true;
    return used;
  }

  bool usesReduced(const Access &access) const {
    return std::any_of(access.indices.begin(), access.indices.end(), [&](const Affine &index) {
      return !index.terms.empty() && op_.isReduced(index.terms.back().variable);
    });
  }

  /// An operand of the body is read at all points, one of the epilogue at those of the parallel space.
  bool checkBounds() {
    const bool noElement = isEmpty(op_.parallel);
    const bool noPoint = noElement || (op_.reduction && isEmpty(op_.reduction->iterators));
    for (std::size_t i = 0; i < op_.operands.size(); ++i) {
      const bool isRead = (inBody_[i] && !noPoint) || (inEpilogue_[i] && !noElement);
      if (isRead) checkIndices(op_.operands[i]);
    }
    return complaints_.empty();
  }

  void checkIndices(const Access &access) {
    const std::vector<std::int64_t> &shape = kernel_[access.value].type.shape;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const auto values = valuesOf(access.indices[axis], op_);
      if (!values)
        complain("{}: index {} overflows", text(access), axis);
      else if (values->low < 0 || values->high >= shape[axis])
        complain("{}: index {} runs from {} to {}, the axis has the extent {}", text(access), axis, values->low,
                 values->high, shape[axis]);
    }
  }

  bool checkType() {
    const TensorType is = resultType(op_);
    const TensorType said = rowMajor(kernel_[id_].type);
    return is == said || complain("it is {}, but is said to be {}", str(is), str(said));
  }

  const scalar::Expr *epilogue() const {
    return op_.reduction && op_.reduction->epilogue ? &*op_.reduction->epilogue : nullptr;
  }
  std::string text(const Access &access) const { return accessText(kernel_, op_, access); }

  const Kernel &kernel_;
  ValueId id_;
  const Generic &op_;
  std::vector<std::string> complaints_;
  std::vector<bool> inBody_, inEpilogue_; ///< of each operand: which expression uses it
};

} // namespace

std::vector<std::string> verifyGeneric(const Kernel &kernel, ValueId id) {
  return GenericVerifier(kernel, id, std::get<Generic>(kernel[id].def)).verify();
}

} // namespace einjit::tensor
