// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With v = f*outer + inner, 0 <= inner < f, each v in 0..n has exactly one pair (outer, inner), and counting the pairs
// row by row counts v in order: a split never changes what a kernel computes. Parts of an even split come one after the
// other, so that they too count v in order.
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include "Support/Checked.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// A remainder repeats the loop's body, so that many splits of one nest could make a kernel of any size.
constexpr std::size_t maxStatements = 4096;

std::size_t statementCount(const Block &block) {
  std::size_t count = 0;
  forEachStmt(block, [&](const Stmt &) { ++count; });
  return count;
}

/// Whether indices and bounds stay in 64 bits with f*q for the variable, f*q <= extent.
bool indicesFit(const For &loop) {
  bool fit = true;
  const auto check = [&](const Affine &expr) {
    const auto product = checkedMul(expr.coefficient(loop.var.value), loop.extent);
    fit &= product && checkedAdd(expr.constant, *product);
  };
  forEachStmt(loop.body, [&](const Stmt &stmt) {
    forEachAccessOf(stmt, [&](const Access &access) { std::ranges::for_each(access.indices, check); });
    if (const For *inner = std::get_if<For>(&stmt.node); inner && inner->bound) check(*inner->bound);
    if (const Store *store = std::get_if<Store>(&stmt.node); store && store->laneBound) check(*store->laneBound);
  });
  return fit;
}

/// Refuses a new name that a loop around the split one, or inside it, has.
Refusal ifNameIsTaken(const Kernel &kernel, const PlacedLoop &place, const std::string &name) {
  const auto var = kernel.findVar(name);
  if (!var || *var == place.loop->var) return std::nullopt;
  const auto isVar = [&](const For *loop) { return loop->var == *var; };
  if (!std::any_of(place.outside.begin(), place.outside.end(), isVar) && !containsLoop(place.loop->body, *var))
    return std::nullopt;
  return fmt::format("a loop '{}' is around or inside loop '{}' already", name, kernel.vars[place.loop->var.index()]);
}

/// A bound on v becomes the bound B - f*outer of the inner loop. That leaves out the iterations from the extent on only
/// if B never lets them in.
Refusal ifBoundIsLost(const Split &step, const PlacedLoop &place) {
  const For &loop = *place.loop;
  if (!loop.bound) return std::nullopt;
  if (!step.masked) return "the loop has a bound, so that only a masked split keeps it";
  const auto greatest = maximum(*loop.bound, ranges(place.outside));
  if (loop.extent % step.factor == 0 || (greatest && *greatest <= loop.extent)) return std::nullopt;
  return fmt::format("the factor does not divide the extent {} of a loop whose bound may be larger", loop.extent);
}

Refusal check(const Kernel &kernel, const Split &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  if (step.factor < 1) return "the factor must be at least 1";
  if (step.evenUnit < 0 || (step.evenUnit > 0 && step.factor % step.evenUnit != 0))
    return "the unit of an even split must divide the factor";
  if (step.outer == step.inner) return "the two loops need different names";
  if (step.outer == "lane" || step.inner == "lane") return "'lane' is the lane of a vector, not a loop";
  std::size_t statements = statementCount(kernel.body);
  for (const PlacedLoop &place : loopsNamed(kernel, step.loop)) {
    for (const std::string *name : {&step.outer, &step.inner})
      if (auto reason = ifNameIsTaken(kernel, place, *name)) return reason;
    if (auto reason = ifBoundIsLost(step, place)) return reason;
    if (!indicesFit(*place.loop)) return "indices would not fit into 64 bits";
    statements += (step.evenUnit > 0 ? 2 : 1) * statementCount(place.loop->body);
  }
  if (statements > maxStatements) return fmt::format("the kernel would have more than {} statements", maxStatements);
  return std::nullopt;
}

class Splitter {
public:
  Splitter(Kernel &kernel, const Split &step)
      : kernel_(kernel), factor_(step.factor), outer_(kernel.var(step.outer)), inner_(kernel.var(step.inner)) {}

  /// f divides n: no remainder. Also for n == 0, where both loops stay, to be named by later steps.
  Block exact(For loop) const {
    const std::int64_t count = loop.extent / factor_;
    return {nest(std::move(loop), count, factor_, std::nullopt)};
  }

  Block even(const For &loop, std::int64_t unit) const {
    Block result;
    for (const EvenPart &part : evenParts(loop.extent, factor_, unit)) {
      const Affine begin = Affine::variable(loop.var.value) + Affine::number(part.begin);
      For piece{loop.var, loop.kind, part.count * part.length, {}, loop.body};
      if (!result.empty()) piece.body = duplicate(kernel_, std::move(piece.body));
      if (part.begin > 0) substitute(piece.body, loop.var, begin);
      result.push_back(nest(std::move(piece), part.count, part.length, std::nullopt));
    }
    return result;
  }

  /// n = f*q + r: q rows of f, then a loop over the r that are left.
  Block withRemainder(For loop) const {
    const std::int64_t count = loop.extent / factor_;
    const std::int64_t done = factor_ * count;
    For rest{inner_, loop.kind, loop.extent - done, {}, loop.body};
    substitute(rest.body, loop.var, Affine::variable(inner_.value) + Affine::number(done));
    if (count == 0) return {{std::move(rest)}};
    rest.body = duplicate(kernel_, std::move(rest.body));
    Block result{nest(std::move(loop), count, factor_, std::nullopt)};
    result.push_back({std::move(rest)});
    return result;
  }

  /// q rows of f, of which the last ends early. A single row needs no term in `outer`.
  Block masked(For loop) const {
    const Affine end = loop.bound ? *loop.bound : Affine::number(loop.extent);
    const std::int64_t count = loop.extent / factor_ + (loop.extent % factor_ != 0);
    return {nest(std::move(loop), count, factor_, count > 1 ? end - Affine::variable(outer_.value, factor_) : end)};
  }

private:
  /// `for outer { for inner { body } }`. The inner loop of a parallel one runs in order.
  Stmt nest(For loop, std::int64_t count, std::int64_t extent, std::optional<Affine> bound) const {
    const Affine row = count > 1 ? Affine::variable(outer_.value, extent) : Affine::number(0);
    substitute(loop.body, loop.var, row + Affine::variable(inner_.value));
    const LoopKind innerKind = loop.kind == LoopKind::Parallel ? LoopKind::Serial : loop.kind;
    For inner{inner_, innerKind, extent, std::move(bound), std::move(loop.body)};
    return {For{outer_, loop.kind, count, {}, {{std::move(inner)}}}};
  }

  Kernel &kernel_;
  std::int64_t factor_;
  VarId outer_, inner_;
};

} // namespace

std::vector<EvenPart> evenParts(std::int64_t extent, std::int64_t factor, std::int64_t unit) {
  if (extent == 0) return {{0, 0, factor}};
  const auto up = [](std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); };
  const std::int64_t units = up(extent, unit), runs = up(units, factor / unit);
  const std::int64_t length = units / runs, longer = units % runs;
  std::vector<EvenPart> parts;
  if (longer > 0) parts.push_back({0, longer, (length + 1) * unit});
  const std::int64_t begin = longer * (length + 1) * unit,
                     whole = units * unit == extent ? runs - longer : runs - longer - 1;
  if (whole > 0) parts.push_back({begin, whole, length * unit});
  const std::int64_t done = begin + whole * length * unit;
  if (done < extent) parts.push_back({done, 1, extent - done});
  return parts;
}

Result<Kernel> apply(Kernel kernel, const Split &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  const Splitter splitter(kernel, step);
  replaceLoops(kernel.body, *kernel.findVar(step.loop), [&](For loop, const Nest &) {
    if (step.evenUnit > 0) return splitter.even(loop, step.evenUnit);
    const bool divides = loop.extent % step.factor == 0;
    if (divides && !loop.bound) return splitter.exact(std::move(loop));
    return step.masked ? splitter.masked(std::move(loop)) : splitter.withRemainder(std::move(loop));
  });
  return kernel;
}

} // namespace einjit::loop
