// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/TransposedAccesses.h"
#include <algorithm>
#include <bit>
#include <cstdlib>

namespace einjit::codegen {
namespace {

/// More vectors than this do not stay in registers.
constexpr std::int64_t mostVectors = 16;

class Finder {
public:
  Finder(const loop::Kernel &kernel, const loop::For &loop, const Target &target)
      : kernel_(kernel), loop_(loop), target_(target) {}

  TransposedAccesses find() {
    if (loop_.kind != loop::LoopKind::Unrolled || loop_.extent < 2 || !collectStores()) return {};
    for (const loop::Store *store : stores_) {
      for (const loop::Access &operand : store->operands)
        if (isBlock(operand, *store) && !isWritten(operand.buffer)) add(found_.reads, operand, *store);
      const bool apart = std::abs(laneStride(kernel_, store->target)) >= loop_.extent;
      if (apart && isBlock(store->target, *store) && touches(store->target.buffer) == 1)
        add(found_.writes, store->target, *store);
    }
    return std::move(found_);
  }

private:
  bool collectStores() {
    for (const loop::Stmt &stmt : loop_.body) {
      const auto *store = std::get_if<loop::Store>(&stmt.node);
      if (!store || (!stores_.empty() && store->laneBound != stores_.front()->laneBound)) return false;
      if (store->laneBound && store->laneBound->uses(loop_.var.value)) return false;
      stores_.push_back(store);
    }
    return true;
  }

  bool isBlock(const loop::Access &access, const loop::Store &store) const {
    const loop::Buffer &buffer = kernel_[access.buffer];
    if (buffer.storage == loop::Storage::Registers || buffer.storage == loop::Storage::Iota) return false;
    const Affine offset = loop::linearOffset(kernel_, access);
    return std::abs(offset.coefficient(loop::laneVariable)) > 1 && offset.coefficient(loop_.var.value) == 1 &&
           blockLanes(target_, buffer.type.dtype, store.lanes) > 1;
  }

  bool isWritten(loop::BufferId buffer) const {
    return std::ranges::any_of(stores_, [&](const loop::Store *store) { return store->target.buffer == buffer; });
  }

  std::int64_t touches(loop::BufferId buffer) const {
    std::int64_t count = 0;
    for (const loop::Store *store : stores_) {
      count += store->target.buffer == buffer;
      count += std::ranges::count(store->operands, buffer, &loop::Access::buffer);
    }
    return count;
  }

  void add(std::vector<TransposedAccesses::Member> &members, const loop::Access &access, const loop::Store &store) {
    const std::int64_t columns =
        std::min(mostVectors, blockLanes(target_, kernel_[access.buffer].type.dtype, store.lanes));
    found_.mostColumns = found_.empty() ? columns : std::min(found_.mostColumns, columns);
    members.push_back({&access, store.lanes});
  }

  const loop::Kernel &kernel_;
  const loop::For &loop_;
  const Target &target_;
  std::vector<const loop::Store *> stores_;
  TransposedAccesses found_;
};

} // namespace

std::int64_t blockLanes(const Target &target, DType type, std::int64_t lanes) {
  const auto fit = static_cast<std::uint64_t>(target.lanes(static_cast<std::int64_t>(byteSize(type))));
  return static_cast<std::int64_t>(std::min(std::bit_floor(fit), std::bit_ceil(static_cast<std::uint64_t>(lanes))));
}

TransposedAccesses transposedAccesses(const loop::Kernel &kernel, const loop::For &loop, const Target &target) {
  return Finder(kernel, loop, target).find();
}

} // namespace einjit::codegen
