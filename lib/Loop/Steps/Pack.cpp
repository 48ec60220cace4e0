// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one iteration of a loop reads of a buffer is copied to memory of its own, in the order in which it is read:
//
//   for at { for k { for i { … %b[k,4*at + i] … } } }
//     =>  for at { scratch %p[k,i]
//           for k { for i { %p[k,i] = %b[k,4*at + i] } }
//           for k { for i { … %p[k,i] … } } }
//
// Elements that are read in different forms, as those of a remainder are, are copied to memory of their own. A copy may
// read elements that the loops, with their bounds, did not; it is refused unless those exist. Copies into scratch are
// left alone, so that what one step has packed another, around it, does not pack again. The copying loops may have
// names of their own, so that later steps can treat them on their own. Where every read converts, the copy can be
// converted instead.
#include "Loop/Print.h"
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// A read of the buffer, and the loops around it.
struct PlacedRead {
  const Store *store;
  const Access *access; ///< one of its operands
  Nest nest;
};

/// `operand`, converted if its type is another one.
scalar::Expr copied(DType from, DType to) {
  scalar::ExprBuilder builder;
  return builder.take(builder.cast(builder.operand(0, from), to));
}

/// Whether a store moves an element into scratch, perhaps converted, and nothing else.
bool isCopy(const Kernel &kernel, const Store &store) {
  if (kernel[store.target.buffer].storage != Storage::Scratch || store.operands.size() != 1 || store.reduce)
    return false;
  return store.value == copied(kernel[store.operands[0].buffer].type.dtype, store.value.type());
}

/// What is packed of one form of access in one iteration: the element read, and the loops that copy.
struct Packing {
  Access source;
  std::vector<PlacedRead> reads = {}; ///< those of this form
  std::vector<Affine> target = {};    ///< indices of the copy that is read instead
  std::vector<For> loops = {};        ///< those that copy, outermost first, still empty
  bool isExact = true;                ///< whether every read is in just such loops, so that nothing else is copied
};

class Packer {
public:
  Packer(Kernel &kernel, const Pack &step, BufferId buffer) : kernel_(kernel), step_(step), buffer_(buffer) {
    for (const std::string &name : step.over) over_.push_back(*kernel.findVar(name));
    for (const std::string &name : step.by) by_.push_back(kernel.var(name));
    if (by_.empty()) by_ = over_;
  }

  /// Packs in one block, whose statements are inside the loops `outside`; leaves one alone that does not read the
  /// buffer.
  Refusal run(Block &block, const Nest &outside) {
    if (!accesses(block, buffer_)) return std::nullopt;
    std::vector<Packing> packings;
    if (auto reason = plan(block, outside, packings)) return reason;
    for (std::size_t i = 0; i < packings.size(); ++i) rewrite(block, packings[i], 2 * i);
    return std::nullopt;
  }
  bool hasPacked() const { return hasPacked_; }

private:
  Refusal plan(const Block &block, const Nest &outside, std::vector<Packing> &packings) const {
    bool changes = false;
    forEach<Store>(block, [&](const Store &store) { changes |= store.target.buffer == buffer_; });
    forEach<Declare>(block, [&](const Declare &declare) { changes |= declare.buffer == buffer_; });
    if (changes) return fmt::format("%{} is written where it would be packed", step_.buffer);
    for (const PlacedRead &read : readsIn(block, outside)) {
      const auto same = [&](const Packing &packing) { return packing.source == *read.access; };
      auto packing = std::ranges::find_if(packings, same);
      if (packing == packings.end()) packing = packings.insert(packings.end(), Packing{*read.access});
      packing->reads.push_back(read);
    }
    for (VarId var : over_)
      if (!packings.empty() &&
          std::ranges::none_of(packings, [&](const Packing &packing) { return isAround(var, packing, outside); }))
        return fmt::format("{} is not around every read where it would be packed", quoted(kernel_, var));
    for (Packing &packing : packings) {
      for (const PlacedRead &read : packing.reads)
        if (auto reason = checkRead(read, outside)) return reason;
      addLoops(outside, packing);
      if (auto reason = checkCopy(packing, outside)) return reason;
    }
    return std::nullopt;
  }

  /// Whether the loop is around every read of one form. The others are read without it, and packed without it.
  static bool isAround(VarId var, const Packing &packing, const Nest &outside) {
    return std::ranges::all_of(packing.reads, [&](const PlacedRead &read) {
      return std::ranges::any_of(inside(read, outside), [&](const For *loop) { return loop->var == var; });
    });
  }

  std::vector<PlacedRead> readsIn(const Block &block, const Nest &outside) const {
    std::vector<PlacedRead> reads;
    walk(block, outside, [&](const Stmt &stmt, const Nest &nest) {
      if (const Store *store = std::get_if<Store>(&stmt.node); store && !isCopy(kernel_, *store))
        for (const Access &operand : store->operands)
          if (operand.buffer == buffer_) reads.push_back({store, &operand, nest});
    });
    return reads;
  }

  Refusal checkRead(const PlacedRead &read, const Nest &outside) const {
    for (const For *loop : inside(read, outside))
      if (std::ranges::find(over_, loop->var) == over_.end() && uses(*read.access, loop->var.value))
        return fmt::format("{} depends on {}, which it is not packed over", print(kernel_, *read.access),
                           quoted(kernel_, loop->var));
    if (uses(*read.access, laneVariable)) return "it is read by vectors already; pack before vectorizing";
    const auto operand = static_cast<std::size_t>(read.access - read.store->operands.data());
    if (step_.type && scalar::conversionOf(read.store->value, operand) != step_.type)
      return fmt::format("{} is not only read as {}", print(kernel_, *read.access), name(*step_.type));
    return std::nullopt;
  }

  static std::span<const For *const> inside(const PlacedRead &read, const Nest &outside) {
    return std::span(read.nest).subspan(outside.size());
  }

  static bool uses(const Access &access, std::uint32_t variable) {
    return std::ranges::any_of(access.indices, [&](const Affine &index) { return index.uses(variable); });
  }

  /// For each loop packed over the longest of that name, bounded if all of them are, in the same way, and where the
  /// bound can be said in the copy.
  void addLoops(const Nest &outside, Packing &packing) const {
    Nest around = outside;
    for (std::size_t i = 0; i < over_.size(); ++i) {
      const VarId var = over_[i];
      if (!isAround(var, packing, outside)) continue;
      std::vector<const For *> models;
      for (const PlacedRead &read : packing.reads)
        models.push_back(*std::ranges::find_if(read.nest, [&](const For *loop) { return loop->var == var; }));
      For copy{var, LoopKind::Serial, 0, models.front()->bound, {}};
      for (const For *model : models) {
        copy.extent = std::max(copy.extent, model->extent);
        if (model->bound != copy.bound) copy.bound.reset();
      }
      const auto isKnown = [&](const Affine::Term &term) {
        return std::ranges::any_of(around, [&](const For *loop) { return loop->var.value == term.variable; });
      };
      if (copy.bound && !std::ranges::all_of(copy.bound->terms, isKnown)) copy.bound.reset();
      for (const For *model : models) packing.isExact &= model->extent == copy.extent && model->bound == copy.bound;
      around.push_back(models.front());
      copy.var = by_[i];
      if (copy.bound) copy.bound = inCopy(*copy.bound);
      packing.target.push_back(Affine::variable(var.value));
      packing.loops.push_back(std::move(copy));
    }
  }

  /// What is said in the variables of the packed loops, in those of the loops that copy.
  Affine inCopy(const Affine &expr) const {
    return substituteAll(expr, [&](std::uint32_t variable) {
      const auto place = std::ranges::find(over_, variable, &VarId::value);
      return Affine::variable(place == over_.end() ? variable
                                                   : by_[static_cast<std::size_t>(place - over_.begin())].value);
    });
  }
  Access inCopy(Access access) const {
    for (Affine &index : access.indices) index = inCopy(index);
    return access;
  }

  /// The copy must stay inside the buffer, read nothing of scratch that may not be written yet, and fit into memory.
  Refusal checkCopy(const Packing &packing, const Nest &outside) const {
    if (kernel_[buffer_].storage == Storage::Scratch && !packing.isExact)
      return fmt::format("the copy of {} could read elements before they are written", print(kernel_, packing.source));
    Nest nest = outside;
    TensorType type{step_.type.value_or(kernel_[buffer_].type.dtype), {}};
    for (const For &loop : packing.loops) {
      nest.push_back(&loop);
      type.shape.push_back(loop.extent);
    }
    if (!elementCount(type)) return fmt::format("%{} would be too large", step_.as);
    const std::vector<Range> values = ranges(nest);
    const Access source = inCopy(packing.source);
    for (std::size_t axis = 0; axis < source.indices.size(); ++axis) {
      const auto least = minimum(source.indices[axis], values);
      const auto greatest = maximum(source.indices[axis], values);
      if (!least || !greatest || *least < 0 || *greatest >= kernel_[buffer_].type.shape[axis])
        return fmt::format("the copy of {} could leave the buffer on axis {}", print(kernel_, packing.source), axis);
    }
    return std::nullopt;
  }

  /// Puts declaration and copy where statement `at` of the block is.
  void rewrite(Block &block, const Packing &packing, std::size_t at) {
    const DType from = kernel_[buffer_].type.dtype, type = step_.type.value_or(from);
    Buffer packed{kernel_.findBuffer(step_.as) ? copyName(kernel_, step_.as) : step_.as, Storage::Scratch, {type, {}}};
    const Access target{BufferId(kernel_.buffers.size()), packing.target};
    for (const For &loop : packing.loops) packed.type.shape.push_back(loop.extent);
    kernel_.buffers.push_back(std::move(packed));
    forEach<Store>(block, [&](Store &store) {
      if (isCopy(kernel_, store)) return;
      for (std::size_t i = 0; i < store.operands.size(); ++i) {
        if (store.operands[i] != packing.source) continue;
        store.operands[i] = target;
        if (step_.type) store.value = scalar::withConverted(store.value, i, type);
      }
    });

    Stmt copy = inLoops(packing.loops, {Store{inCopy(target), {inCopy(packing.source)}, copied(from, type)}});
    block.insert(block.begin() + static_cast<std::ptrdiff_t>(at), {{Declare{target.buffer}}, std::move(copy)});
    hasPacked_ = true;
  }

  Kernel &kernel_;
  const Pack &step_;
  const BufferId buffer_;
  std::vector<VarId> over_, by_; ///< the loops packed over, and those that copy for each of them
  bool hasPacked_ = false;
};

Refusal check(const Kernel &kernel, const Pack &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  if (auto reason = unlessBufferIsNew(kernel, step.as)) return reason;
  if (!step.at.empty())
    if (auto reason = unlessLoopExists(kernel, step.at)) return reason;
  for (const std::string &name : step.over) {
    if (auto reason = unlessLoopExists(kernel, name)) return reason;
    if (std::ranges::count(step.over, name) > 1) return fmt::format("loop '{}' is named twice", name);
  }
  if (!step.by.empty() && step.by.size() != step.over.size()) return "there must be a name for each loop packed over";
  for (const std::string &name : step.by)
    if (kernel.findVar(name) || std::ranges::count(step.by, name) > 1)
      return fmt::format("a loop '{}' is there already", name);
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    if (kernel[buffer].storage == Storage::Registers) return fmt::format("%{} is in registers", kernel[buffer].name);
    if (step.type == kernel[buffer].type.dtype)
      return fmt::format("%{} is of type {} already", kernel[buffer].name, name(*step.type));
  }
  return std::nullopt;
}

/// Packs one buffer wherever the step says.
Refusal pack(Kernel &kernel, const Pack &step, BufferId buffer, bool &done) {
  Packer packer(kernel, step, buffer);
  Refusal reason;
  if (step.at.empty()) {
    reason = packer.run(kernel.body, {});
  } else {
    replaceLoops(kernel.body, *kernel.findVar(step.at), [&](For loop, const Nest &outside) {
      Nest nest = outside;
      nest.push_back(&loop);
      if (!reason) reason = packer.run(loop.body, nest);
      Block result;
      result.push_back({std::move(loop)});
      return result;
    });
  }
  done |= packer.hasPacked();
  return reason;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Pack &step) {
  Refusal reason = check(kernel, step);
  bool done = false;
  for (BufferId buffer : buffersNamed(kernel, step.buffer))
    if (!reason) reason = pack(kernel, step, buffer, done);
  if (!reason && !done) reason = fmt::format("%{} is not read there", step.buffer);
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
