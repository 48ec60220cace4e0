// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text names variables and operands, so it must not depend on how a kernel happens to number them: terms are
// ordered by where a variable's first loop stands, and equal operands of a store are printed as one. That makes
// print, parse, print a fixed point.
#include "Loop/Print.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

namespace einjit::loop {
namespace {

/// The variables by the place of their first loop; those without a loop come last.
class VarOrder {
public:
  explicit VarOrder(const Kernel &kernel) : place_(kernel.vars.size(), unplaced) {
    visit(kernel.body);
    for (std::uint32_t var = 0; var < place_.size(); ++var) add(var);
  }
  std::uint32_t place(std::uint32_t var) const { return var == laneVariable ? laneVariable : place_[var]; }
  std::uint32_t var(std::uint32_t place) const { return place == laneVariable ? laneVariable : byPlace_[place]; }

private:
  static constexpr std::uint32_t unplaced = laneVariable;

  void visit(const Block &block) {
    for (const Stmt &stmt : block)
      if (const For *loop = std::get_if<For>(&stmt.node)) {
        add(loop->var.value);
        visit(loop->body);
      }
  }
  void add(std::uint32_t var) {
    if (var >= place_.size() || place_[var] != unplaced) return; // messages quote malformed kernels, too
    place_[var] = static_cast<std::uint32_t>(byPlace_.size());
    byPlace_.push_back(var);
  }

  std::vector<std::uint32_t> place_;
  std::vector<std::uint32_t> byPlace_;
};

/// `store.value` with the first of several equal operands in place of the others.
scalar::Expr mergeEqualOperands(const Store &store) {
  scalar::ExprBuilder builder;
  const auto leaf = [&](const scalar::Node &node) {
    const auto *operand = std::get_if<scalar::Operand>(&node.kind);
    if (!operand) return builder.accumulator(node.type);
    const auto first = std::find(store.operands.begin(), store.operands.end(), store.operands[operand->index]);
    return builder.operand(static_cast<std::size_t>(first - store.operands.begin()), node.type);
  };
  return builder.take(builder.splice(store.value, leaf));
}

class Printer {
public:
  explicit Printer(const Kernel &kernel) : kernel_(kernel), order_(kernel) {}

  std::string kernel() {
    std::vector<std::string> parameters;
    for (const Buffer &buffer : kernel_.buffers)
      if (buffer.storage == Storage::In || buffer.storage == Storage::Out) parameters.push_back(parameter(buffer));
    line("kernel @{}({}) {{", kernel_.name, fmt::join(parameters, ", "));
    ++depth_;
    for (const Buffer &buffer : kernel_.buffers)
      if (buffer.storage == Storage::Const) constant(buffer);
    for (const Buffer &buffer : kernel_.buffers)
      if (buffer.storage == Storage::Iota) line("iota %{}: {}", buffer.name, str(buffer.type));
    for (const Stmt &stmt : kernel_.body) statement(stmt);
    --depth_;
    line("}}");
    return std::move(out_);
  }

  std::string access(const Access &access) const {
    std::vector<std::string> indices;
    for (const Affine &index : access.indices) indices.push_back(affine(index));
    return fmt::format("%{}[{}]", kernel_[access.buffer].name, fmt::join(indices, ","));
  }

  std::string affine(Affine expr) const {
    for (Affine::Term &term : expr.terms) term.variable = order_.place(term.variable);
    std::sort(expr.terms.begin(), expr.terms.end(),
              [](const Affine::Term &a, const Affine::Term &b) { return a.variable < b.variable; });
    return einjit::print(expr, [&](std::uint32_t place) {
      return place == laneVariable ? std::string("lane") : kernel_.vars[order_.var(place)];
    });
  }

private:
  std::string parameter(const Buffer &buffer) const {
    const std::string_view storage = buffer.storage == Storage::In ? "in" : buffer.stream ? "out stream" : "out";
    const std::string over = buffer.over ? " over %" + kernel_[*buffer.over].name : "";
    return fmt::format("{} %{}: {}{}", storage, buffer.name, str(buffer.type), over);
  }

  void constant(const Buffer &buffer) {
    std::vector<std::string> elements;
    for (const Scalar &element : buffer.elements) elements.push_back(str(element));
    line("const %{}: {} ({})", buffer.name, str(buffer.type), fmt::join(elements, ", "));
  }

  void statement(const Stmt &stmt) {
    std::visit(Overloaded{
                   [&](const Store &store) { this->store(store); },
                   [&](const Prefetch &prefetch) {
                     line("prefetch {}{}", access(prefetch.address), prefetch.toL2 ? " to L2" : "");
                   },
                   [&](const Declare &declare) { this->declare(kernel_[declare.buffer]); },
                   [&](const For &loop) { this->loop(loop); },
               },
               stmt.node);
  }

  void declare(const Buffer &buffer) {
    if (buffer.storage != Storage::Registers)
      line("scratch %{}: {}", buffer.name, str(buffer.type));
    else if (buffer.lanes == 1)
      line("registers %{}: {}", buffer.name, str(buffer.type));
    else
      line("registers %{}: <{} x {}>[{}]", buffer.name, buffer.lanes, name(buffer.type.dtype),
           fmt::join(buffer.type.shape, ","));
  }

  void store(const Store &store) {
    const scalar::Expr value = mergeEqualOperands(store);
    line("{}{} = {}", lanes(store), access(store.target),
         scalar::print(value, [&](std::size_t operand) { return access(store.operands[operand]); }));
  }

  std::string lanes(const Store &store) const {
    if (store.lanes == 1 && !store.laneBound && !store.reduce) return {};
    std::string text = fmt::format("{} lanes", store.lanes);
    if (store.laneBound) text += fmt::format(" if lane < {}", affine(*store.laneBound));
    if (store.reduce) text += fmt::format(" reduce {}", name(*store.reduce));
    return text + ": ";
  }

  void loop(const For &loop) {
    const std::string end =
        loop.bound ? fmt::format("min({}, {})", loop.extent, affine(*loop.bound)) : std::to_string(loop.extent);
    line("{} {} in 0..{} {{", keyword(loop.kind), kernel_.vars[loop.var.index()], end);
    ++depth_;
    for (const Stmt &stmt : loop.body) statement(stmt);
    --depth_;
    line("}}");
  }

  static std::string_view keyword(LoopKind kind) {
    switch (kind) {
    case LoopKind::Serial: return "for";
    case LoopKind::Unrolled: return "unroll";
    case LoopKind::Parallel: return "parallel";
    }
    return {};
  }

  template <class... Args> void line(fmt::format_string<Args...> format, Args &&...args) {
    out_.append(2 * depth_, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  const Kernel &kernel_;
  VarOrder order_;
  std::string out_;
  std::size_t depth_ = 0;
};

} // namespace

std::string print(const Kernel &kernel) { return Printer(kernel).kernel(); }
std::string print(const Kernel &kernel, const Access &access) { return Printer(kernel).access(access); }
std::string print(const Kernel &kernel, const Affine &expr) { return Printer(kernel).affine(expr); }

} // namespace einjit::loop
