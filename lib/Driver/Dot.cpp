// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Dot.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit {
namespace {

std::string iterators(const std::vector<tensor::Iterator> &list) {
  std::vector<std::string> parts;
  for (const tensor::Iterator &iterator : list) parts.push_back(fmt::format("{}:{}", iterator.name, iterator.extent));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::string describe(const tensor::Value &value) {
  return std::visit(
      Overloaded{[&](const tensor::Parameter &) { return std::string("parameter"); },
                 [&](const tensor::Constant &) { return std::string("constant"); },
                 [&](const tensor::Iota &) { return std::string("iota"); },
                 [&](const tensor::Generic &op) {
                   auto operand = [](std::size_t i) { return fmt::format("#{}", i); };
                   std::string text = iterators(op.parallel);
                   if (op.reduction && op.reduction->along)
                     text +=
                         fmt::format(" {} along {}", name(op.reduction->op), op.parallel[*op.reduction->along].name);
                   else if (op.reduction)
                     text += fmt::format(" {} over {}", name(op.reduction->op), iterators(op.reduction->iterators));
                   text += "\\n" + scalar::print(op.body, operand);
                   if (op.reduction && op.reduction->epilogue)
                     text += "\\nthen " + scalar::print(*op.reduction->epilogue, operand);
                   return text;
                 },
                 [&](const tensor::Concat &) { return std::string("concat"); },
                 [&](const tensor::Reshape &) { return std::string("reshape"); }},
      value.def);
}

} // namespace

std::string toDot(const tensor::Kernel &kernel) {
  std::string text = fmt::format("digraph {} {{\n  node [shape=box, fontname=monospace]\n", kernel.name);
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    const tensor::Value &value = kernel.values[i];
    const bool isResult =
        std::find(kernel.results.begin(), kernel.results.end(), tensor::ValueId(i)) != kernel.results.end();
    text += fmt::format("  v{} [label=\"%{}: {}\\n{}\"{}]\n", i, value.name, str(value.type), describe(value),
                        isResult ? ", peripheries=2" : "");
    const auto *op = std::get_if<tensor::Generic>(&value.def);
    if (!op)
      for (tensor::ValueId read : reads(value)) text += fmt::format("  v{} -> v{}\n", read.index(), i);
    for (std::size_t k = 0; op && k < op->operands.size(); ++k) {
      std::vector<std::string> indices;
      for (const Affine &index : op->operands[k].indices)
        indices.push_back(print(index, [&](std::uint32_t variable) { return op->iterator(variable).name; }));
      text += fmt::format("  v{} -> v{} [label=\"#{}[{}]\"]\n", op->operands[k].value.index(), i, k,
                          fmt::join(indices, ","));
    }
  }
  return text + "}\n";
}

} // namespace einjit
