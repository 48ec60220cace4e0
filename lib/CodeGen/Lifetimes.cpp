// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Lifetimes.h"
#include "Loop/Rewrite.h"
#include <optional>

namespace einjit::codegen {
namespace {

using namespace loop;

class LifetimeWalk {
public:
  explicit LifetimeWalk(const Kernel &kernel) : kernel_(kernel), declared_(kernel.buffers.size()) {}

  void walk(const Block &block, std::size_t depth, bool inParallel) {
    open_.resize(std::max(open_.size(), depth + 1));
    for (const Stmt &stmt : block) {
      open_[depth] = {now_++, {}};
      if (const auto *declare = std::get_if<Declare>(&stmt.node)) add(declare->buffer, depth, inParallel);
      forEachAccessOf(stmt, [&](const Access &access) { touch(access.buffer); });
      if (const auto *loop = std::get_if<For>(&stmt.node))
        walk(loop->body, depth + 1, inParallel || loop->kind == LoopKind::Parallel);
      const std::int64_t end = now_++;
      for (std::size_t number : open_[depth].touched) found[number].last = end;
    }
  }

  std::vector<Lifetime> found;

private:
  /// A statement that has begun, and those of the buffers declared in its block that it has touched.
  struct Open {
    std::int64_t begin = 0;
    std::vector<std::size_t> touched;
  };
  struct Declared {
    std::size_t number, depth;
    std::int64_t touchedBy = -1; ///< the statement of its block
  };

  void add(BufferId buffer, std::size_t depth, bool inParallel) {
    if (kernel_[buffer].storage != Storage::Scratch) return;
    declared_[buffer.index()] = {found.size(), depth};
    found.push_back({buffer, inParallel});
  }

  void touch(BufferId buffer) {
    std::optional<Declared> &declared = declared_[buffer.index()];
    if (!declared) return;
    Open &statement = open_[declared->depth];
    if (declared->touchedBy == statement.begin) return;
    if (declared->touchedBy < 0) found[declared->number].first = statement.begin;
    declared->touchedBy = statement.begin;
    statement.touched.push_back(declared->number);
  }

  const Kernel &kernel_;
  std::vector<std::optional<Declared>> declared_; ///< by buffer
  std::vector<Open> open_;                        ///< by depth
  std::int64_t now_ = 0;
};

} // namespace

std::vector<Lifetime> lifetimes(const Kernel &kernel, const Block &block) {
  LifetimeWalk walk(kernel);
  walk.walk(block, 0, false);
  return std::move(walk.found);
}

} // namespace einjit::codegen
