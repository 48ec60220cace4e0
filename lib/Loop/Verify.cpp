// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the loop tree and keeps what is in scope: the enclosing loops with the ranges of their variables, and the
// scratch and register buffers that are alive.
#include "Loop/Bounds.h"
#include "Loop/InPlace.h"
#include "Loop/Print.h"
#include "Loop/VerifyParts.h"
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

class KernelVerifier {
public:
  KernelVerifier(const Kernel &kernel, Form form, Problems &problems)
      : kernel_(kernel), form_(form), problems_(problems), loopOf_(kernel.vars.size(), nullptr),
        declaredAt_(kernel.buffers.size()), declared_(kernel.buffers.size(), false) {}

  void block(const Block &block) {
    std::vector<BufferId> alive;
    for (const Stmt &stmt : block)
      std::visit(Overloaded{
                     [&](const Store &store) { this->store(store); },
                     [&](const Prefetch &prefetch) { this->prefetch(prefetch); },
                     [&](const Declare &declare) { this->declare(declare, alive); },
                     [&](const For &loop) { this->loop(loop); },
                 },
                 stmt.node);
    for (BufferId buffer : alive) declaredAt_[buffer.index()] = std::nullopt;
  }

private:
  // Statements.

  void loop(const For &loop) {
    if (loop.var.index() >= kernel_.vars.size())
      return complain("a loop's variable, #{}, does not exist", loop.var.index());
    const std::string &name = kernel_.vars[loop.var.index()];
    if (loop.extent < 0) return complain("loop {}: its extent is negative", name);
    if (loopOf_[loop.var.index()]) return complain("loop {}: it is inside another loop of that name", name);
    const bool boundFits = !loop.bound || inScope(*loop.bound, 1, "the bound of loop " + name);

    // The body of a loop without iterations reads nothing, so its indices may be anything.
    reached_.push_back(reached_.back() && loop.extent > 0 && !(boundFits && alwaysEmpty(loop.bound)));
    ranges_.push_back({loop.var.value, std::max<std::int64_t>(loop.extent, 1), boundFits ? loop.bound : std::nullopt});
    loops_.push_back(&loop);
    loopOf_[loop.var.index()] = &loop;
    block(loop.body);
    loopOf_[loop.var.index()] = nullptr;
    loops_.pop_back();
    ranges_.pop_back();
    reached_.pop_back();
  }

  void declare(const Declare &declare, std::vector<BufferId> &alive) {
    const std::size_t index = declare.buffer.index();
    if (index >= kernel_.buffers.size()) return complain("a declared buffer, #{}, does not exist", index);
    const Buffer &buffer = kernel_.buffers[index];
    if (buffer.storage != Storage::Scratch && buffer.storage != Storage::Registers)
      return complain("%{} is declared, but neither scratch nor registers", buffer.name);
    if (declared_[index]) return complain("%{} is declared twice", buffer.name);
    declared_[index] = true;
    declaredAt_[index] = loops_.size();
    alive.push_back(declare.buffer);
  }

  void prefetch(const Prefetch &prefetch) {
    if (!wellFormed(prefetch.address, 1)) return;
    const Storage storage = kernel_[prefetch.address.buffer].storage;
    if (storage == Storage::Registers) complain("prefetch {}: registers are not in memory", text(prefetch.address));
    if (storage == Storage::Iota) complain("prefetch {}: an iota is not in memory", text(prefetch.address));
  }

  void store(const Store &store) {
    if (store.lanes < 1 || store.lanes > maxLanes) return complain("a store has {} lanes", store.lanes);
    if (store.laneBound && !inScope(*store.laneBound, 1, "the bound of a store's lanes")) return;
    bool fits = wellFormed(store.target, store.lanes);
    for (const Access &operand : store.operands) fits &= wellFormed(operand, store.lanes);
    if (!fits) return;

    const std::size_t outside = ranges_.size();
    if (store.lanes > 1) ranges_.push_back({laneVariable, store.lanes, store.laneBound});
    inBounds(store.target);
    for (const Access &operand : store.operands) inBounds(operand);
    ranges_.resize(outside);
    verifyStore(kernel_, store, problems_);
  }

  /// Whether a loop with that bound never has an iteration.
  bool alwaysEmpty(const std::optional<Affine> &bound) const {
    const auto greatest = bound ? maximum(*bound, ranges_) : std::nullopt;
    return greatest && *greatest <= 0;
  }

  // Accesses.

  /// Whether everything the access names exists and is in scope.
  bool wellFormed(const Access &access, std::int64_t lanes) {
    const std::size_t problemsBefore = problems_.size();
    if (access.buffer.index() >= kernel_.buffers.size()) {
      complain("an accessed buffer, #{}, does not exist", access.buffer.index());
      return false;
    }
    const Buffer &buffer = kernel_[access.buffer];
    for (const Affine &index : access.indices)
      if (!inScope(index, lanes, "an index of %" + buffer.name)) return false;
    if (access.indices.size() != buffer.type.rank())
      complain("{}: {} indices for {} axes", text(access), access.indices.size(), buffer.type.rank());
    else if (!offsetFits(access))
      complain("{}: its offset may not fit 64 bits", text(access));
    alive(access);
    if (buffer.storage == Storage::Registers && form_ == Form::Final) indexedStatically(access);
    return problems_.size() == problemsBefore;
  }

  bool inScope(const Affine &expr, std::int64_t lanes, std::string_view what) {
    for (const Affine::Term &term : expr.terms) {
      if (term.variable == laneVariable) {
        if (lanes > 1) continue;
        complain("{} uses 'lane', but there are no lanes", what);
      } else if (term.variable >= kernel_.vars.size()) {
        complain("{} uses variable #{}, which does not exist", what, term.variable);
      } else {
        if (loopOf_[term.variable]) continue;
        complain("{} uses '{}' outside its loop", what, kernel_.vars[term.variable]);
      }
      return false;
    }
    return true;
  }

  /// Whether linearOffset() does not overflow.
  bool offsetFits(const Access &access) const {
    const std::vector<std::int64_t> strides = kernel_[access.buffer].type.stridesOrRowMajor();
    std::optional<std::int64_t> sum = 0; // of all magnitudes, which no coefficient of the offset exceeds
    const auto add = [&](std::int64_t factor, std::int64_t stride) {
      const auto product = checkedMul(factor, stride);
      const auto magnitude = product && *product < 0 ? checkedMul(*product, -1) : product;
      sum = sum && magnitude ? checkedAdd(*sum, *magnitude) : std::nullopt;
    };
    for (std::size_t axis = 0; axis < access.indices.size(); ++axis) {
      add(access.indices[axis].constant, strides[axis]);
      for (const Affine::Term &term : access.indices[axis].terms) add(term.coefficient, strides[axis]);
    }
    return sum.has_value();
  }

  void alive(const Access &access) {
    const Storage storage = kernel_[access.buffer].storage;
    if (storage != Storage::Scratch && storage != Storage::Registers) return;
    const auto depth = declaredAt_[access.buffer.index()];
    if (!depth) return complain("{}: it is not declared here", text(access));
    const bool crossesThreads = std::any_of(loops_.begin() + static_cast<std::ptrdiff_t>(*depth), loops_.end(),
                                            [](const For *loop) { return loop->kind == LoopKind::Parallel; });
    if (storage == Storage::Registers && crossesThreads)
      complain("{}: the registers are outside of the parallel loop", text(access));
  }

  void indexedStatically(const Access &access) {
    for (const Affine &index : access.indices)
      for (const Affine::Term &term : index.terms)
        if (term.variable != laneVariable && loopOf_[term.variable]->kind != LoopKind::Unrolled)
          complain("{}: the loop over '{}', which indexes registers, is not unrolled", text(access),
                   kernel_.vars[term.variable]);
  }

  void inBounds(const Access &access) {
    if (!reached_.back()) return;
    for (std::size_t axis = 0; axis < access.indices.size(); ++axis) {
      const std::int64_t extent = kernel_[access.buffer].type.shape[axis];
      const auto smallest = minimum(access.indices[axis], ranges_);
      const auto largest = maximum(access.indices[axis], ranges_);
      if (!smallest || !largest)
        complain("{}: index {} may not fit 64 bits", text(access), axis);
      else if (*largest >= extent)
        complain("{}: index {} goes up to {}, but the extent is {}", text(access), axis, *largest, extent);
      else if (*smallest < 0)
        complain("{}: index {} goes down to {}", text(access), axis, *smallest);
    }
  }

  std::string text(const Access &access) const { return print(kernel_, access); }

  template <class... Args> void complain(fmt::format_string<Args...> format, Args &&...args) {
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  const Kernel &kernel_;
  const Form form_;
  Problems &problems_;
  std::vector<const For *> loops_;                     ///< enclosing ones, outermost first
  std::vector<const For *> loopOf_;                    ///< the enclosing loop of each variable
  std::vector<Range> ranges_;                          ///< of the enclosing loops' variables
  std::vector<bool> reached_{true};                    ///< whether the enclosing blocks are ever executed
  std::vector<std::optional<std::size_t>> declaredAt_; ///< how many loops enclose the Declare of each live buffer
  std::vector<bool> declared_;
};

} // namespace

std::vector<std::string> verify(const Kernel &kernel, Form form) {
  Problems problems;
  verifyTables(kernel, problems);
  if (problems.empty()) KernelVerifier(kernel, form, problems).block(kernel.body);
  for (std::size_t i = 0; i < kernel.buffers.size() && problems.empty(); ++i)
    if (const auto &over = kernel.buffers[i].over)
      if (const auto problem = inPlaceProblem(kernel, BufferId(i), *over))
        problems.push_back(fmt::format("%{} over %{}: {}", kernel.buffers[i].name, kernel[*over].name, *problem));
  return problems;
}

} // namespace einjit::loop
