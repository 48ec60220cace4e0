// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What several passes need to take generic ops apart and put them together again.
#pragma once

#include "Tensor/Kernel.h"
#include <functional>
#include <string>
#include <unordered_set>

namespace einjit::tensor {

/// `access`, whose indices use the iterators of one op, seen from another: iterator i becomes `map(i)`.
Access remap(const Access &access, const std::function<Affine(std::uint32_t)> &map);

using AxisOrder = std::vector<std::uint32_t>; ///< the old axis that stands at each place

/// 0, 1, … count-1.
AxisOrder numbered(std::size_t count);

template <class T> std::vector<T> inOrder(const std::vector<T> &items, const AxisOrder &order) {
  std::vector<T> result;
  for (std::uint32_t item : order) result.push_back(items[item]);
  return result;
}

/// The op with its parallel iterators, and so the axes of its result, in that order.
Generic withParallelOrder(Generic op, const AxisOrder &order);

/// Collects the operands of an op under construction, each access once.
class OperandList {
public:
  std::size_t add(const Access &access);
  std::vector<Access> take() && { return std::move(accesses_); }

private:
  std::vector<Access> accesses_;
};

/// Names for new values: numbers that no value of the kernel has.
class FreshNames {
public:
  explicit FreshNames(const Kernel &kernel);
  std::string next();

private:
  std::unordered_set<std::string> taken_;
  std::size_t number_ = 0;
};

/// The op with its operands in the order in which body and epilogue first use them, without unused and double ones.
Generic withOrderedOperands(Generic op);

/// `consumer` with its operand #number replaced by the body of `producer`, an op without a reduction whose result that
/// operand reads.
Generic inlineProducer(const Generic &consumer, std::size_t number, const Generic &producer);

/// For each value the number of times that others read it, plus one for each time it is a result.
std::vector<std::size_t> countUses(const Kernel &kernel);

/// The kernel with only the values for which `keep` holds; ids in accesses and results follow `replacement` first.
Kernel compact(Kernel kernel, const std::vector<bool> &keep, const std::vector<ValueId> &replacement);

} // namespace einjit::tensor
