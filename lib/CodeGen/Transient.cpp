// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Transient.h"
#include "Loop/Rewrite.h"
#include <algorithm>
#include <optional>

namespace einjit::codegen {
namespace {

using namespace loop;

/// More than all vector registers hold is no use.
constexpr std::int64_t mostBytes = 4096;
/// Of all together: stacks are small.
constexpr std::int64_t mostOfStack = 32768;

class Search {
public:
  explicit Search(const Kernel &kernel)
      : kernel_(kernel), declaredIn_(kernel.buffers.size()), found_(kernel.buffers.size(), false),
        isInLoop_(kernel.buffers.size(), false) {}

  std::vector<bool> run() {
    walk(kernel_.body, {}, [&](const Stmt &stmt, const Nest &nest) {
      if (const auto *declare = std::get_if<Declare>(&stmt.node)) add(declare->buffer, nest.size());
      forEachAccessOf(stmt, [&](const Access &access) {
        const std::size_t id = access.buffer.index();
        if (!isStatic(access, nest) || std::holds_alternative<Prefetch>(stmt.node)) found_[id] = false;
        if (declaredIn_[id] && nest.size() > *declaredIn_[id]) isInLoop_[id] = true;
      });
    });
    std::int64_t total = 0;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      found_[i] = found_[i] && isInLoop_[i] && total + bytesOf(kernel_.buffers[i]) <= mostOfStack;
      if (found_[i]) total += bytesOf(kernel_.buffers[i]);
    }
    return std::move(found_);
  }

private:
  /// More than are allowed, if they are.
  static std::int64_t bytesOf(const Buffer &buffer) {
    const std::int64_t count = elementCount(buffer.type).value_or(mostBytes + 1);
    return std::min(count, mostBytes + 1) * static_cast<std::int64_t>(byteSize(buffer.type.dtype));
  }

  void add(BufferId id, std::size_t depth) {
    const Buffer &buffer = kernel_[id];
    const std::int64_t bytes = bytesOf(buffer);
    found_[id.index()] = buffer.storage == Storage::Scratch && bytes > 0 && bytes <= mostBytes;
    declaredIn_[id.index()] = depth;
  }

  /// Whether the loops inside of the declaration's block are unrolled and all that the indices depend on.
  bool isStatic(const Access &access, const Nest &nest) const {
    const auto depth = declaredIn_[access.buffer.index()];
    if (!depth) return false;
    const auto begin = nest.begin() + static_cast<std::ptrdiff_t>(*depth);
    const auto isUnrolled = [](const For *loop) { return loop->kind == LoopKind::Unrolled; };
    const auto isInside = [&](const Affine::Term &term) {
      return term.variable == laneVariable ||
             std::any_of(begin, nest.end(), [&](const For *loop) { return loop->var.value == term.variable; });
    };
    return std::all_of(begin, nest.end(), isUnrolled) && std::ranges::all_of(access.indices, [&](const Affine &index) {
             return std::ranges::all_of(index.terms, isInside);
           });
  }

  const Kernel &kernel_;
  std::vector<std::optional<std::size_t>> declaredIn_; ///< loops around the declaration, by buffer
  std::vector<bool> found_, isInLoop_;
};

} // namespace

std::vector<bool> transientScratch(const Kernel &kernel) { return Search(kernel).run(); }

} // namespace einjit::codegen
