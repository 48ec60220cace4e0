// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/splitContractions.h"
#include "Tensor/Contraction/Order.h"
#include "Tensor/Contraction/Report.h"
#include "Tensor/Contraction/TreeWriter.h"

namespace einjit::tensor {
namespace {

/// An op that is to be split, and how.
struct Split {
  Product product;
  PairModel model;
  ContractionTree tree;
};

/// Nothing unless the best order takes less time than visiting the whole space at once.
std::optional<Split> splitOf(const Kernel &kernel, const Generic &op, const PassOptions &options) {
  auto product = asProduct(kernel, op);
  if (!product) return std::nullopt;
  product->network.mostBytes = options.mostIntermediateBytes;
  const PairModel model(options.rates, product->element);
  auto tree = chooseOrder(product->network, model);
  if (!tree || tree->steps() < 2 || !(tree->total.cycles < nestEstimate(*product, model).cycles)) return std::nullopt;
  if (tree->largestIntermediate() > options.mostIntermediateBytes) return std::nullopt; // a factor's own sums
  return Split{*std::move(product), model, *std::move(tree)};
}

} // namespace

Kernel splitContractions(Kernel kernel, const PassOptions &options) {
  if (kernel.exact) return kernel; // there the order is part of the meaning
  FreshNames names(kernel);
  Kernel result{kernel.name, kernel.exact, {}, {}};
  std::vector<ValueId> newId;
  for (Value &value : kernel.values) {
    renumberReads(value, [&](ValueId id) { return newId[id.index()]; });
    if (auto *op = std::get_if<Generic>(&value.def))
      if (const auto split = splitOf(result, *op, options))
        *op = writeTree(*op, split->product, split->tree, result.values, names);
    newId.emplace_back(result.values.size());
    result.values.push_back(std::move(value));
  }
  for (ValueId id : kernel.results) result.results.push_back(newId[id.index()]);
  return result;
}

std::string describeContractions(const Kernel &kernel, const PassOptions &options) {
  std::string text;
  if (kernel.exact) return text;
  for (const Value &value : kernel.values)
    if (const auto *op = std::get_if<Generic>(&value.def))
      if (const auto split = splitOf(kernel, *op, options))
        text += describeOrder(kernel, *op, split->product, split->tree, split->model);
  return text;
}

} // namespace einjit::tensor
