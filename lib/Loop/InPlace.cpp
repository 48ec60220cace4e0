// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/InPlace.h"
#include "Loop/Bounds.h"
#include "Loop/Print.h"
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// The elements that one store writes: along each axis the least and the greatest index.
struct Box {
  std::vector<std::int64_t> low, high;
};

bool areApart(const Box &a, const Box &b) {
  for (std::size_t axis = 0; axis < a.low.size(); ++axis)
    if (a.high[axis] < b.low[axis] || b.high[axis] < a.low[axis]) return true;
  return false;
}

class InPlaceChecker {
public:
  InPlaceChecker(const Kernel &kernel, BufferId out, BufferId in) : kernel_(kernel), out_(out), in_(in) {}

  std::optional<std::string> run() {
    checkBuffers();
    if (!problem_) block(kernel_.body);
    for (std::size_t i = 0; i < boxes_.size() && !problem_; ++i)
      for (std::size_t j = 0; j < i && !problem_; ++j)
        if (!areApart(boxes_[i], boxes_[j])) complain("two stores may write one element");
    return problem_;
  }

private:
  static constexpr std::size_t mostStores = 256; ///< which are compared with each other

  void checkBuffers() {
    const Buffer &out = kernel_[out_], &in = kernel_[in_];
    if (in.storage != Storage::In || out.storage != Storage::Out) return complain("an out is over an in");
    if (in.type.dtype != out.type.dtype) return complain("its elements are of another type");
    for (const Buffer &other : kernel_.buffers)
      if (&other != &out && other.over == in_) return complain("another out is over it, too");
  }

  void block(const Block &block) {
    for (const Stmt &stmt : block) {
      if (problem_) return;
      std::visit(Overloaded{
                     [&](const Store &store) { this->store(store); },
                     [](const Prefetch &) {}, // changes nothing
                     [](const Declare &) {},
                     [&](const For &loop) { this->loop(loop); },
                 },
                 stmt.node);
    }
  }

  void loop(const For &loop) {
    if (loop.extent <= 0) return;
    ranges_.push_back({loop.var.value, loop.extent, loop.bound});
    block(loop.body);
    ranges_.pop_back();
  }

  void store(const Store &store) {
    const bool isTarget = store.target.buffer == out_;
    if (isTarget && store.reduce) return complain("lanes are folded into it");
    for (const Access &operand : store.operands) {
      if (operand.buffer == out_ && isTarget) return complain("what is stored depends on the output");
      if (operand.buffer != in_) continue;
      if (!isTarget || linearOffset(kernel_, operand) != linearOffset(kernel_, store.target))
        return complain(fmt::format("{} is read elsewhere than where the output is stored", print(kernel_, operand)));
    }
    if (!isTarget) return;
    if (boxes_.size() == mostStores) return complain("there are too many stores");
    if (store.lanes > 1) ranges_.push_back({laneVariable, store.lanes, store.laneBound});
    checkIterations(store.target);
    if (!problem_) addBox(store.target);
    if (store.lanes > 1) ranges_.pop_back();
  }

  /// That no two iterations of the enclosing loops, or lanes, store to one element.
  void checkIterations(const Access &target) {
    for (const Range &range : ranges_) {
      const bool moves = std::ranges::any_of(target.indices, [&](const Affine &i) { return i.uses(range.variable); });
      if (range.extent > 1 && !moves) return complain("an element is stored more than once");
    }
    for (const Affine &index : target.indices)
      if (!isInjective(index)) return complain("two iterations may store to one element");
  }

  /// Whether two different settings of the variables give two different values: where the first variable that differs,
  /// in the order of falling coefficients, moves the index by more than all behind it together can.
  bool isInjective(const Affine &index) const {
    std::vector<Affine::Term> terms = index.terms;
    std::erase_if(terms, [&](const Affine::Term &term) { return extentOf(term.variable) == 1; });
    std::ranges::stable_sort(terms, std::greater(),
                             [](const Affine::Term &term) { return std::abs(term.coefficient); });
    Affine rest = index;
    for (const Affine::Term &term : terms) {
      std::erase_if(rest.terms, [&](const Affine::Term &other) { return other.variable == term.variable; });
      const auto least = minimum(rest, ranges_), most = maximum(rest, ranges_);
      const auto reach = least && most ? checkedAdd(*most, -*least) : std::nullopt;
      if (!reach || *reach >= std::abs(term.coefficient)) return false;
    }
    return true;
  }

  std::int64_t extentOf(std::uint32_t variable) const {
    return std::ranges::find(ranges_, variable, &Range::variable)->extent;
  }

  void addBox(const Access &target) {
    Box box;
    for (const Affine &index : target.indices) {
      const auto least = minimum(index, ranges_), most = maximum(index, ranges_);
      if (!least || !most) return complain("an index may not fit 64 bits");
      box.low.push_back(*least);
      box.high.push_back(*most);
    }
    boxes_.push_back(std::move(box));
  }

  void complain(std::string problem) { problem_ = std::move(problem); }

  const Kernel &kernel_;
  const BufferId out_, in_;
  std::vector<Range> ranges_; ///< of the enclosing loops' variables and the lane
  std::vector<Box> boxes_;    ///< of the stores so far
  std::optional<std::string> problem_;
};

} // namespace

std::optional<std::string> inPlaceProblem(const Kernel &kernel, BufferId out, BufferId in) {
  return InPlaceChecker(kernel, out, in).run();
}

} // namespace einjit::loop
