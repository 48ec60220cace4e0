// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one iteration of a loop writes to a buffer goes to memory of its own, in the order in which it is computed, and
// is copied when it is complete:
//
//   for at { for i { for j { … %c[j,4*at + i] = e } } }
//     =>  for at { scratch %u[i,j]
//           for i { for j { … %u[i,j] = e } }
//           for i { for j { %c[j,4*at + i] = %u[i,j] } } }
//
// The copying loops may have names of their own, so that later steps can treat them on their own: where lanes of e lie
// along j and those of %c along i, the copy can be done in blocks that are transposed.
//
// Just what the iteration wrote is copied: anything else in the scratch is undefined. So each element has to be written
// whatever the loops' bounds are, and by loops that copy can be, too. An element that is written several times gets its
// last value if all of those stores are to one element of the scratch. Others would trade places: it is refused where
// two iterations of the copying loops, or two forms of stores, might write the same element. Iterations of `at` follow
// each other as before; if they run at the same time, each has scratch of its own.
#include "Loop/Dependence.h"
#include "Loop/Print.h"
#include "Loop/Steps/Copies.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

CopyStep copyStep(const Unpack &step) {
  return {"unpacked", "store", step.buffer, step.at, step.over, step.as, step.by};
}

scalar::Expr firstOperand(DType type) {
  scalar::ExprBuilder builder;
  return builder.take(builder.operand(0, type));
}

class Unpacker {
public:
  Unpacker(Kernel &kernel, const Unpack &step, BufferId buffer)
      : kernel_(kernel), step_(step), buffer_(buffer), copier_(kernel, copyStep(step), buffer),
        type_(kernel[buffer].type.dtype) {}

  /// Unpacks in one block, whose statements are inside the loops `outside`; leaves one alone that does not write the
  /// buffer.
  Refusal run(Block &block, const Nest &outside) {
    const std::vector<PlacedAccess> stores = storesIn(block, outside);
    if (stores.empty()) return std::nullopt;
    if (auto reason = checkBlock(block)) return reason;
    for (const PlacedAccess &store : stores)
      if (store.store->lanes != 1) return "it is written by vectors already; unpack before vectorizing";
    std::vector<CopiedForm> forms;
    if (auto reason = copier_.forms(stores, outside, type_, forms)) return reason;
    for (const CopiedForm &form : forms)
      if (auto reason = checkForm(form, outside)) return reason;
    for (std::size_t i = 0; i < forms.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!areAllApart(forms[i], forms[j], outside))
          return fmt::format("{} and {} might be the same element", print(kernel_, forms[j].element),
                             print(kernel_, forms[i].element));
    for (std::size_t i = 0; i < forms.size(); ++i) rewrite(block, forms[i], i);
    return std::nullopt;
  }
  bool hasUnpacked() const { return hasUnpacked_; }

private:
  std::vector<PlacedAccess> storesIn(const Block &block, const Nest &outside) const {
    std::vector<PlacedAccess> stores;
    walk(block, outside, [&](const Stmt &stmt, const Nest &nest) {
      if (const Store *store = std::get_if<Store>(&stmt.node); store && store->target.buffer == buffer_)
        stores.push_back({store, &store->target, nest});
    });
    return stores;
  }

  /// What is written must not be needed before it is copied, nor must its memory.
  Refusal checkBlock(const Block &block) const {
    Refusal reason;
    const std::optional<BufferId> &over = kernel_[buffer_].over;
    forEach<Store>(block, [&](const Store &store) {
      if (store.target.buffer == buffer_ && store.reduce)
        reason = fmt::format("lanes are folded into %{} where it would be unpacked", kernel_[buffer_].name);
      for (const Access &operand : store.operands) {
        if (operand.buffer == buffer_)
          reason = fmt::format("%{} is read where it would be unpacked", kernel_[buffer_].name);
        if (operand.buffer == over)
          reason = fmt::format("%{}, whose memory %{} may have, is read where it would be unpacked",
                               kernel_[*over].name, kernel_[buffer_].name);
      }
    });
    forEach<Declare>(block, [&](const Declare &declare) {
      if (declare.buffer == buffer_)
        reason = fmt::format("%{} is declared where it would be unpacked", kernel_[buffer_].name);
    });
    return reason;
  }

  Refusal checkForm(const CopiedForm &form, const Nest &outside) const {
    const std::string element = print(kernel_, form.element);
    if (!form.isExact) return fmt::format("the copy of {} could have other elements than are written", element);
    if (std::ranges::none_of(form.places, [&](const PlacedAccess &place) { return isSure(place, form, outside); }))
      return fmt::format("{} might not be written in every iteration", element);
    if (form.loops.empty()) return std::nullopt;
    const Stmt stmt = copyOf(form, form.element); // the accesses of the buffer are what matters
    const For &copy = std::get<For>(stmt.node);
    const For *loop = &copy;
    for (std::size_t depth = 0; depth < form.loops.size(); ++depth) {
      if (!isDisjoint(copy, outside, *loop, buffer_))
        return fmt::format("{} might be the same element in several iterations of {}", element,
                           quoted(kernel_, VarId(*form.local[depth].asVariable())));
      loop = std::get_if<For>(&loop->body.front().node);
    }
    return std::nullopt;
  }

  /// Whether the loops that are not copied over run at least once, whatever those around them are at.
  static bool isSure(const PlacedAccess &place, const CopiedForm &form, const Nest &outside) {
    Nest around = outside;
    for (const For *loop : inside(place, outside)) {
      const bool isCopiedOver =
          std::ranges::any_of(form.local, [&](const Affine &index) { return index.asVariable() == loop->var.value; });
      const auto least = loop->bound ? minimum(*loop->bound, ranges(around)) : 1;
      if (!isCopiedOver && (loop->extent < 1 || !least || *least < 1)) return false;
      around.push_back(loop);
    }
    return true;
  }

  bool areAllApart(const CopiedForm &a, const CopiedForm &b, const Nest &outside) const {
    return std::ranges::all_of(a.places, [&](const PlacedAccess &inA) {
      return std::ranges::all_of(b.places, [&](const PlacedAccess &inB) {
        return areApart(*inA.access, inA.nest, *inB.access, inB.nest, outside);
      });
    });
  }

  Stmt copyOf(const CopiedForm &form, const Access &source) const {
    return inLoops(form.loops, {Store{copier_.inCopy(form.element), {copier_.inCopy(source)}, firstOperand(type_)}});
  }

  /// Puts the declaration where statement `at` of the block is, and the copy at its end.
  void rewrite(Block &block, const CopiedForm &form, std::size_t at) {
    const Access unpacked = copier_.addScratch(form, type_);
    forEach<Store>(block, [&](Store &store) {
      if (store.target == form.element) store.target = unpacked;
    });
    block.insert(block.begin() + static_cast<std::ptrdiff_t>(at), {Declare{unpacked.buffer}});
    block.push_back(copyOf(form, unpacked));
    hasUnpacked_ = true;
  }

  Kernel &kernel_;
  const Unpack &step_;
  const BufferId buffer_;
  const Copier copier_;
  const DType type_;
  bool hasUnpacked_ = false;
};

} // namespace

Result<Kernel> apply(Kernel kernel, const Unpack &step) {
  if (const Refusal reason = checkNames(kernel, copyStep(step))) return refused({step}, *reason);
  bool done = false;
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    Unpacker unpacker(kernel, step, buffer);
    const auto run = [&](Block &block, const Nest &outside) { return unpacker.run(block, outside); };
    if (const Refusal reason = forEachBlock(kernel, copyStep(step), run)) return refused({step}, *reason);
    done |= unpacker.hasUnpacked();
  }
  if (!done) return refused({step}, fmt::format("%{} is not written there", step.buffer));
  return kernel;
}

} // namespace einjit::loop
