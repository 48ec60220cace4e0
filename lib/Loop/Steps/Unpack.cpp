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
// along j and those of %c along i, the copy can be done in blocks that are transposed. The scratch can hold what e
// makes elements of instead; e is then evaluated in the copy, so that what else it reads is read along i, too:
//
//   %c[j,4*at + i] = e(%acc[], %d[j,4*at + i])
//     =>  %u[i,j] = %acc[];  %c[j,4*at + i] = e(%u[i,j], %d[j,4*at + i])
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
#include <iterator>

namespace einjit::loop {
namespace {

CopyStep copyStep(const Unpack &step) {
  return {"unpacked", "store", step.buffer, step.at, step.over, step.as, step.by, step.padded};
}

class Unpacker {
public:
  Unpacker(Kernel &kernel, const Unpack &step, BufferId buffer)
      : kernel_(kernel), step_(step), buffer_(buffer), copier_(kernel, copyStep(step)),
        sources_(step.of.empty() ? std::vector<BufferId>() : buffersNamed(kernel, step.of)),
        type_(kernel[sources_.empty() ? buffer : sources_.front()].type.dtype) {}

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
      if (auto reason = checkForm(form, block, outside)) return reason;
    for (std::size_t i = 0; i < forms.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!areAllApart(forms[i], forms[j], outside))
          return fmt::format("{} and {} might be the same element", print(kernel_, forms[j].element),
                             print(kernel_, forms[i].element));
    rewrite(block, forms);
    return std::nullopt;
  }
  bool isDone() const { return isDone_; }

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
        if (operand.buffer == over && step_.of.empty())
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

  Refusal checkForm(const CopiedForm &form, const Block &block, const Nest &outside) const {
    if (!step_.of.empty())
      for (const PlacedAccess &place : form.places)
        if (auto reason = checkRest(place, form, block, outside)) return reason;
    const std::string element = print(kernel_, form.element);
    if (!form.isExact) return fmt::format("the copy of {} could have other elements than are written", element);
    if (std::ranges::none_of(form.places, [&](const PlacedAccess &place) { return isSure(place, form, outside); }))
      return fmt::format("{} might not be written in every iteration", element);
    if (form.loops.empty()) return std::nullopt;
    const Stmt stmt = inLoops(form.loops, {Store{copier_.inCopy(form.element), {}, {}}});
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
      const auto least = loop->bound ? minimum(*loop->bound, ranges(around)) : 1;
      if (!isCopiedOver(loop->var, form) && (loop->extent < 1 || !least || *least < 1)) return false;
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

  bool isSource(const Access &access) const { return std::ranges::find(sources_, access.buffer) != sources_.end(); }

  /// What is done to the sources can be done in the copy: alike by all stores of the form, and of what else is there.
  Refusal checkRest(const PlacedAccess &place, const CopiedForm &form, const Block &block, const Nest &outside) const {
    const Store &store = *place.store;
    const std::string element = print(kernel_, form.element);
    const auto source = std::ranges::find_if(store.operands, [&](const Access &access) { return isSource(access); });
    if (source == store.operands.end()) return fmt::format("{} is not computed of %{}", element, step_.of);
    if (!doTheSame(store, *form.places.front().store))
      return fmt::format("{} is not always computed in the same way", element);
    for (const Access &operand : store.operands) {
      if (operand == *source) continue;
      if (isSource(operand)) return fmt::format("{} is computed of several elements of %{}", element, step_.of);
      const std::string text = print(kernel_, operand);
      bool changes = false;
      forEach<Store>(block, [&](const Store &other) { changes |= other.target.buffer == operand.buffer; });
      forEach<Declare>(block, [&](const Declare &declare) { changes |= declare.buffer == operand.buffer; });
      if (changes) return fmt::format("{} is written where it would be unpacked, and read in the copy", text);
      for (const For *loop : inside(place, outside))
        if (uses(operand, loop->var.value) && !isCopiedOver(loop->var, form))
          return fmt::format("{} depends on {}, which it is not unpacked over", text, quoted(kernel_, loop->var));
      if (auto reason = copier_.checkInside(operand, form, outside)) return reason;
    }
    return std::nullopt;
  }

  bool doTheSame(const Store &a, const Store &b) const {
    return a.value == b.value && std::ranges::equal(a.operands, b.operands, [&](const Access &inA, const Access &inB) {
             return inA == inB || (isSource(inA) && isSource(inB));
           });
  }

  static bool isCopiedOver(VarId var, const CopiedForm &form) {
    return std::ranges::any_of(form.local, [&](const Affine &index) { return index.asVariable() == var.value; });
  }

  /// What the copy does with an element of the scratch.
  Store fromScratch(const CopiedForm &form, const Access &scratch) const {
    if (step_.of.empty()) return {form.element, {scratch}, scalar::identityExpr(type_)};
    Store store = *form.places.front().store;
    for (Access &operand : store.operands)
      if (isSource(operand)) operand = scratch;
    return store;
  }
  /// What is stored to it instead.
  Store toScratch(Store store, const Access &scratch) const {
    if (step_.of.empty()) {
      store.target = scratch;
      return store;
    }
    const auto source = std::ranges::find_if(store.operands, [&](const Access &access) { return isSource(access); });
    return {scratch, {*source}, scalar::identityExpr(type_)};
  }

  /// Puts the declarations at the beginning of the block, and the copies at its end.
  void rewrite(Block &block, const std::vector<CopiedForm> &forms) {
    Block declarations, copies;
    for (const CopiedForm &form : forms) {
      const Access scratch = copier_.addScratch(form, type_);
      Store copy = fromScratch(form, scratch);
      copy.target = copier_.inCopy(copy.target);
      for (Access &operand : copy.operands) operand = copier_.inCopy(operand);
      declarations.push_back({Declare{scratch.buffer}});
      copies.push_back(inLoops(form.loops, {std::move(copy)}));
      forEach<Store>(block, [&](Store &store) {
        if (store.target == form.element) store = toScratch(std::move(store), scratch);
      });
    }
    block.insert(block.begin(), std::make_move_iterator(declarations.begin()),
                 std::make_move_iterator(declarations.end()));
    std::ranges::move(copies, std::back_inserter(block));
    isDone_ = true;
  }

  Kernel &kernel_;
  const Unpack &step_;
  const BufferId buffer_;
  const Copier copier_;
  const std::vector<BufferId> sources_; ///< whose elements the scratch holds; empty if they are the buffer's own
  const DType type_;                    ///< of the scratch
  bool isDone_ = false;
};

Refusal check(const Kernel &kernel, const Unpack &step) {
  if (auto reason = checkNames(kernel, copyStep(step))) return reason;
  return step.of.empty() ? std::nullopt : unlessBufferExists(kernel, step.of);
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Unpack &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  return applyCopies<Unpacker>(std::move(kernel), step, copyStep(step), "written");
}

} // namespace einjit::loop
