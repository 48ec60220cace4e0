// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walking and rewriting loop trees: what every schedule step needs and none of it decides.
#pragma once

#include "Loop/Bounds.h"
#include "Loop/Kernel.h"
#include "Support/Overloaded.h"
#include <functional>
#include <optional>
#include <span>
#include <type_traits>

namespace einjit::loop {

/// The loops around a place, outermost first.
using Nest = std::vector<const For *>;
/// What the variables of those loops can be.
std::vector<Range> ranges(const Nest &nest);

/// Calls `visit(stmt)` on every statement of the tree, a loop before its body. `B` is a Block or a span of one.
template <class B, class Visit> void forEachStmt(B &block, const Visit &visit) {
  for (auto &stmt : block) {
    visit(stmt);
    if (auto *loop = std::get_if<For>(&stmt.node)) forEachStmt(loop->body, visit);
  }
}

/// Calls `visit(node)` on every Store, Prefetch, Declare or For of the tree.
template <class Node, class B, class Visit> void forEach(B &block, const Visit &visit) {
  forEachStmt(block, [&](auto &stmt) {
    if (auto *node = std::get_if<Node>(&stmt.node)) visit(*node);
  });
}

/// Calls `visit(access)` on everything a statement itself reads, writes or prefetches.
template <class S, class Visit> void forEachAccessOf(S &stmt, const Visit &visit) {
  using Constness = std::conditional_t<std::is_const_v<S>, const Store, Store>;
  std::visit(
      Overloaded{
          [&](Constness &store) {
            visit(store.target);
            for (auto &operand : store.operands) visit(operand);
          },
          [&](std::conditional_t<std::is_const_v<S>, const Prefetch, Prefetch> &prefetch) { visit(prefetch.address); },
          [](const Declare &) {},
          [](const For &) {},
      },
      stmt.node);
}

/// Calls `visit(access)` on every access of the tree.
template <class B, class Visit> void forEachAccess(B &block, const Visit &visit) {
  forEachStmt(block, [&](auto &stmt) { forEachAccessOf(stmt, visit); });
}

/// Calls `visit(stmt, nest)` on every statement of the tree; `nest` is `outside` and the loops of the tree around it.
void walk(std::span<const Stmt> block, const Nest &outside,
          const std::function<void(const Stmt &, const Nest &)> &visit);

/// A loop and the loops around it.
struct PlacedLoop {
  const For *loop;
  Nest outside;
};
/// Every loop of that name, in the order of the text.
std::vector<PlacedLoop> loopsNamed(const Kernel &kernel, std::string_view name);

/// Statements of a block, side by side: first..last.
struct Site {
  Block *block;
  std::size_t first, last;
  std::span<Stmt> statements() const { return std::span(*block).subspan(first, last - first + 1); }
  /// Puts others in front of them and behind them. Spans of them end.
  void surround(Block before, Block behind) const;
};
/// From the first one to the last one that the predicate holds for.
std::optional<Site> siteOf(Block &block, const std::function<bool(const Stmt &)> &belongs);

/// Whether an index of the access uses the variable.
bool uses(const Access &access, std::uint32_t variable);
/// Whether a loop over `var` is in the tree.
bool containsLoop(std::span<const Stmt> block, VarId var);
/// Whether the tree reads, writes or prefetches the buffer.
bool accesses(std::span<const Stmt> block, BufferId buffer);

/// Replaces every loop over `var` by the statements that `rewrite` makes of it and the loops around it.
void replaceLoops(Block &block, VarId var, const std::function<Block(For loop, const Nest &outside)> &rewrite);

/// Replaces a loop variable in all indices and bounds of the tree.
void substitute(Block &block, VarId var, const Affine &by);

/// The statement inside these loops, which are outermost first and have no bodies yet.
Stmt inLoops(const std::vector<For> &loops, Stmt stmt);

/// Every buffer that a step means by `name`: that one, and the copies that were made of it. Repeating statements makes
/// copies of what they declare, named `name.r`, `name.r2`, …
std::vector<BufferId> buffersNamed(const Kernel &kernel, std::string_view name);
/// The part of a copy's name that tells it from the buffer `name`: empty, `.r`, `.r2` …
std::string copySuffix(const Kernel &kernel, BufferId buffer, std::string_view name);
/// A name for another copy of the buffer.
std::string copyName(const Kernel &kernel, std::string_view name);

/// A copy of the statements, to stand beside them: the buffers they declare are copied too.
Block duplicate(Kernel &kernel, Block block);

/// Takes the declarations out of the loop's body, to be placed in front of it: each declared buffer gets a new first
/// axis that the loop's variable indexes.
Block hoistDeclarations(Kernel &kernel, For &loop);

} // namespace einjit::loop
