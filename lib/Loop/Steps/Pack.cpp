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
// converted instead. An axis of the scratch may be one longer than its loop: where the copy would jump by multiples of
// 4096 bytes, which share few places of L1, it then does not.
#include "Loop/Print.h"
#include "Loop/Steps/Copies.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

CopyStep copyStep(const Pack &step) {
  return {"packed", "read", step.buffer, step.at, step.over, step.as, step.by, step.padded};
}

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

class Packer {
public:
  Packer(Kernel &kernel, const Pack &step, BufferId buffer)
      : kernel_(kernel), step_(step), buffer_(buffer), copier_(kernel, copyStep(step)),
        type_(step.type.value_or(kernel[buffer].type.dtype)) {}

  /// Packs in one block, whose statements are inside the loops `outside`; leaves one alone that does not read the
  /// buffer.
  Refusal run(Block &block, const Nest &outside) {
    if (!accesses(block, buffer_)) return std::nullopt;
    std::vector<CopiedForm> forms;
    if (auto reason = plan(block, outside, forms)) return reason;
    for (std::size_t i = 0; i < forms.size(); ++i) rewrite(block, forms[i], 2 * i);
    return std::nullopt;
  }
  bool isDone() const { return isDone_; }

private:
  Refusal plan(const Block &block, const Nest &outside, std::vector<CopiedForm> &forms) const {
    bool changes = false;
    forEach<Store>(block, [&](const Store &store) { changes |= store.target.buffer == buffer_; });
    forEach<Declare>(block, [&](const Declare &declare) { changes |= declare.buffer == buffer_; });
    if (changes) return fmt::format("%{} is written where it would be packed", step_.buffer);
    const std::vector<PlacedAccess> reads = readsIn(block, outside);
    for (const PlacedAccess &read : reads)
      if (auto reason = checkRead(read)) return reason;
    if (auto reason = copier_.forms(reads, outside, type_, forms)) return reason;
    for (const CopiedForm &form : forms)
      if (kernel_[buffer_].storage == Storage::Scratch && !form.isExact)
        return fmt::format("the copy of {} could read elements before they are written", print(kernel_, form.element));
    return std::nullopt;
  }

  std::vector<PlacedAccess> readsIn(const Block &block, const Nest &outside) const {
    std::vector<PlacedAccess> reads;
    walk(block, outside, [&](const Stmt &stmt, const Nest &nest) {
      if (const Store *store = std::get_if<Store>(&stmt.node); store && !isCopy(kernel_, *store))
        for (const Access &operand : store->operands)
          if (operand.buffer == buffer_) reads.push_back({store, &operand, nest});
    });
    return reads;
  }

  Refusal checkRead(const PlacedAccess &read) const {
    if (uses(*read.access, laneVariable)) return "it is read by vectors already; pack before vectorizing";
    const auto operand = static_cast<std::size_t>(read.access - read.store->operands.data());
    if (step_.type && scalar::conversionOf(read.store->value, operand) != step_.type)
      return fmt::format("{} is not only read as {}", print(kernel_, *read.access), name(*step_.type));
    return std::nullopt;
  }

  /// Puts declaration and copy where statement `at` of the block is.
  void rewrite(Block &block, const CopiedForm &form, std::size_t at) {
    const Access packed = copier_.addScratch(form, type_);
    forEach<Store>(block, [&](Store &store) {
      if (isCopy(kernel_, store)) return;
      for (std::size_t i = 0; i < store.operands.size(); ++i) {
        if (store.operands[i] != form.element) continue;
        store.operands[i] = packed;
        if (step_.type) store.value = scalar::withConverted(store.value, i, type_);
      }
    });
    Stmt copy = inLoops(
        form.loops,
        {Store{copier_.inCopy(packed), {copier_.inCopy(form.element)}, copied(kernel_[buffer_].type.dtype, type_)}});
    block.insert(block.begin() + static_cast<std::ptrdiff_t>(at), {{Declare{packed.buffer}}, std::move(copy)});
    isDone_ = true;
  }

  Kernel &kernel_;
  const Pack &step_;
  const BufferId buffer_;
  const Copier copier_;
  const DType type_; ///< of the copy
  bool isDone_ = false;
};

Refusal check(const Kernel &kernel, const Pack &step) {
  if (auto reason = checkNames(kernel, copyStep(step))) return reason;
  for (BufferId buffer : buffersNamed(kernel, step.buffer))
    if (step.type == kernel[buffer].type.dtype)
      return fmt::format("%{} is of type {} already", kernel[buffer].name, name(*step.type));
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Pack &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  return applyCopies<Packer>(std::move(kernel), step, copyStep(step), "read");
}

} // namespace einjit::loop
