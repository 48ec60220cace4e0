// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/Passes.h"
#include "Tensor/Passes/dropUnitAxes.h"
#include "Tensor/Passes/foldViews.h"
#include "Tensor/Passes/fuse.h"
#include "Tensor/Passes/keepPrecision.h"
#include "Tensor/Passes/materializeResults.h"
#include "Tensor/Passes/mergeAxes.h"
#include "Tensor/Passes/mixSigns.h"
#include "Tensor/Passes/nameCanonically.h"
#include "Tensor/Passes/orderFactors.h"
#include "Tensor/Passes/orderReductions.h"
#include "Tensor/Passes/orderResults.h"
#include "Tensor/Passes/orderSums.h"
#include "Tensor/Passes/removeDead.h"
#include "Tensor/Passes/shareCommon.h"
#include "Tensor/Passes/splitContractions.h"
#include <type_traits>
#include <utility>

namespace einjit::tensor {

namespace {

/// A pass as the table has it, with options whether it asks for them or not.
template <auto pass> Kernel runPass(Kernel kernel, const PassOptions &options) {
  if constexpr (std::is_invocable_v<decltype(pass), Kernel>)
    return pass(std::move(kernel));
  else
    return pass(std::move(kernel), options);
}

/// What stands before the products are split, so that all spellings of a product are split alike.
Kernel beforeSplit(Kernel kernel) {
  kernel = foldViews(std::move(kernel));    // first: what is left reads the data itself
  kernel = dropUnitAxes(std::move(kernel)); // before comparing: x[b,c,0] and x[b,c] are the same then
  kernel =
      orderResults(std::move(kernel)); // before whatever looks at the order of a result's axes; unit axes have none
  kernel = orderFactors(std::move(kernel)); // before comparing, too; after the views, which hide how a factor is read
  kernel = orderReductions(std::move(kernel)); // the split's intermediates have the sums' order
  kernel = shareCommon(std::move(kernel));     // before fusing, which would make copies of what is shared
  return removeDead(std::move(kernel));        // before fusing: a dead reader must not forbid it
}

} // namespace

std::span<const Pass> passes() {
  static constexpr Pass table[] = {
#define TENSOR_PASS(function, name, summary) {name, summary, runPass<function>},
#include "Tensor/Passes/Passes.def"
#undef TENSOR_PASS
  };
  return table;
}

const Pass *findPass(std::string_view name) {
  for (const Pass &pass : passes())
    if (pass.name == name) return &pass;
  return nullptr;
}

Kernel canonicalize(Kernel kernel, const PassOptions &options) {
  kernel = beforeSplit(std::move(kernel));
  kernel =
      splitContractions(std::move(kernel), options); // before fusing, which joins the elementwise parts of the tree
  kernel = keepPrecision(std::move(kernel));         // before fusing, which hides what the program asked to be rounded
  kernel = fuse(std::move(kernel));
  kernel = removeDead(std::move(kernel));         // and again, before merging
  kernel = mixSigns(std::move(kernel));           // after fusing, when it shows what is added up
  kernel = orderFactors(std::move(kernel));       // and again: fusing brings factors together, and products under sums
  kernel = orderReductions(std::move(kernel));    // brings axes together that can merge
  kernel = orderSums(std::move(kernel), options); // after fusing, which would make the transpositions a part of readers
  kernel = mergeAxes(std::move(kernel));
  kernel = materializeResults(std::move(kernel)); // after sharing, which can make two results one
  return nameCanonically(std::move(kernel));      // last: names follow the final structure
}

std::string describeOrders(Kernel kernel, const PassOptions &options) {
  return describeContractions(beforeSplit(std::move(kernel)), options);
}

} // namespace einjit::tensor
