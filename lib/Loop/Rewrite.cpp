// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Rewrite.h"
#include <algorithm>
#include <iterator>

namespace einjit::loop {
namespace {

void walkInside(std::span<const Stmt> block, Nest &nest, const std::function<void(const Stmt &, const Nest &)> &visit) {
  for (const Stmt &stmt : block) {
    visit(stmt, nest);
    if (const For *loop = std::get_if<For>(&stmt.node)) {
      nest.push_back(loop);
      walkInside(loop->body, nest, visit);
      nest.pop_back();
    }
  }
}

void replaceInside(Block &block, VarId var, Nest &nest, const std::function<Block(For, const Nest &)> &rewrite) {
  Block result;
  for (Stmt &stmt : block) {
    For *loop = std::get_if<For>(&stmt.node);
    if (loop && loop->var == var) {
      std::ranges::move(rewrite(std::move(*loop), nest), std::back_inserter(result));
      continue;
    }
    if (loop) {
      nest.push_back(loop);
      replaceInside(loop->body, var, nest, rewrite);
      nest.pop_back();
    }
    result.push_back(std::move(stmt));
  }
  block = std::move(result);
}

/// `name` without the suffix of a copy.
std::string_view withoutCopySuffix(std::string_view name) {
  const std::size_t dot = name.rfind(".r");
  if (dot == std::string_view::npos || dot == 0) return name;
  const std::string_view number = name.substr(dot + 2);
  const bool isCopy = std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return isCopy ? name.substr(0, dot) : name;
}

} // namespace

std::vector<Range> ranges(const Nest &nest) {
  std::vector<Range> result;
  for (const For *loop : nest)
    result.push_back({loop->var.value, std::max<std::int64_t>(loop->extent, 1), loop->bound});
  return result;
}

void walk(std::span<const Stmt> block, const Nest &outside,
          const std::function<void(const Stmt &, const Nest &)> &visit) {
  Nest nest = outside;
  walkInside(block, nest, visit);
}

std::vector<PlacedLoop> loopsNamed(const Kernel &kernel, std::string_view name) {
  std::vector<PlacedLoop> result;
  const auto var = kernel.findVar(name);
  walk(kernel.body, {}, [&](const Stmt &stmt, const Nest &nest) {
    const For *loop = std::get_if<For>(&stmt.node);
    if (loop && loop->var == var) result.push_back({loop, nest});
  });
  return result;
}

void Site::surround(Block before, Block behind) const {
  const auto at = [&](std::size_t position) { return block->begin() + static_cast<std::ptrdiff_t>(position); };
  block->insert(at(last + 1), std::make_move_iterator(behind.begin()), std::make_move_iterator(behind.end()));
  block->insert(at(first), std::make_move_iterator(before.begin()), std::make_move_iterator(before.end()));
}

std::optional<Site> siteOf(Block &block, const std::function<bool(const Stmt &)> &belongs) {
  const auto begin = std::ranges::find_if(block, belongs);
  if (begin == block.end()) return std::nullopt;
  const auto end = std::find_if(block.rbegin(), block.rend(), belongs).base();
  return Site{&block, static_cast<std::size_t>(begin - block.begin()),
              static_cast<std::size_t>(end - block.begin()) - 1};
}

bool uses(const Access &access, std::uint32_t variable) {
  return std::ranges::any_of(access.indices, [&](const Affine &index) { return index.uses(variable); });
}

bool containsLoop(std::span<const Stmt> block, VarId var) {
  bool found = false;
  forEach<For>(block, [&](const For &loop) { found |= loop.var == var; });
  return found;
}

bool accesses(std::span<const Stmt> block, BufferId buffer) {
  bool found = false;
  forEachAccess(block, [&](const Access &access) { found |= access.buffer == buffer; });
  return found;
}

void replaceLoops(Block &block, VarId var, const std::function<Block(For loop, const Nest &outside)> &rewrite) {
  Nest nest;
  replaceInside(block, var, nest, rewrite);
}

void substitute(Block &block, VarId var, const Affine &by) {
  const auto replace = [&](Affine &expr) { expr = einjit::substitute(expr, var.value, by); };
  forEachStmt(block, [&](Stmt &stmt) {
    forEachAccessOf(stmt, [&](Access &access) { std::ranges::for_each(access.indices, replace); });
    std::visit(Overloaded{
                   [&](Store &store) {
                     if (store.laneBound) replace(*store.laneBound);
                   },
                   [](Prefetch &) {},
                   [](Declare &) {},
                   [&](For &loop) {
                     if (loop.bound) replace(*loop.bound);
                   },
               },
               stmt.node);
  });
}

Stmt inLoops(const std::vector<For> &loops, Stmt stmt) {
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    For around = *loop;
    around.body.push_back(std::move(stmt));
    stmt = {std::move(around)};
  }
  return stmt;
}

std::vector<BufferId> buffersNamed(const Kernel &kernel, std::string_view name) {
  std::vector<BufferId> result;
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i) {
    const std::string_view candidate = kernel.buffers[i].name;
    if (candidate == name || withoutCopySuffix(candidate) == name) result.push_back(BufferId(i));
  }
  return result;
}

std::string copySuffix(const Kernel &kernel, BufferId buffer, std::string_view name) {
  return kernel[buffer].name.substr(name.size());
}

std::string copyName(const Kernel &kernel, std::string_view name) {
  const std::string base(withoutCopySuffix(name));
  for (std::size_t number = buffersNamed(kernel, base).size();; ++number) {
    std::string candidate = base + ".r" + (number > 1 ? std::to_string(number) : "");
    if (!kernel.findBuffer(candidate)) return candidate;
  }
}

Block duplicate(Kernel &kernel, Block block) {
  std::vector<std::pair<BufferId, BufferId>> copies;
  forEach<Declare>(block, [&](Declare &declare) {
    Buffer copy = kernel[declare.buffer];
    copy.name = copyName(kernel, copy.name);
    kernel.buffers.push_back(std::move(copy));
    copies.emplace_back(declare.buffer, BufferId(kernel.buffers.size() - 1));
    declare.buffer = copies.back().second;
  });
  forEachAccess(block, [&](Access &access) {
    for (const auto &[original, copy] : copies)
      if (access.buffer == original) access.buffer = copy;
  });
  return block;
}

Block hoistDeclarations(Kernel &kernel, For &loop) {
  Block declarations, rest;
  for (Stmt &stmt : loop.body) {
    const bool declares = std::holds_alternative<Declare>(stmt.node);
    (declares ? declarations : rest).push_back(std::move(stmt));
  }
  loop.body = std::move(rest);
  forEach<Declare>(declarations, [&](const Declare &declare) {
    TensorType &type = kernel[declare.buffer].type;
    type.shape.insert(type.shape.begin(), loop.extent);
    type.strides.clear();
    forEachAccess(loop.body, [&](Access &access) {
      if (access.buffer != declare.buffer) return;
      access.indices.insert(access.indices.begin(), Affine::variable(loop.var.value));
    });
  });
  return declarations;
}

} // namespace einjit::loop
