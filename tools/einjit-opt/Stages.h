// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What einjit-opt does: reads a stage's text, goes down the chain as far as asked, prints.
#pragma once

#include "Loop/Kernel.h"
#include "Tensor/Kernel.h"
#include <einjit/Kernel.h>
#include <optional>
#include <string>
#include <vector>

namespace einjit::opt {

struct Request {
  std::string text;
  std::string to;                      ///< stage to stop at; empty: the stage of the text (of a program: tensor)
  std::vector<std::string> passes;     ///< to run on the tensor IR; empty: all that the way to `to` needs
  std::optional<std::string> schedule; ///< instead of the planner's
  std::vector<Binding> inputs;         ///< of a program or einsum string
  Options options;
};

struct Outcome {
  std::string text;
  std::optional<tensor::Kernel> tensor; ///< the last form of each that was reached
  std::optional<loop::Kernel> loops;
  std::vector<TensorType> inputTypes; ///< of the last form
};

/// Throws einjit::Error for text that does not parse or verify, and for what cannot be done to it.
Outcome transform(const Request &request);

/// Runs the interpreter of the last form reached.
std::vector<AnyTensor> interpret(const Outcome &outcome, const std::vector<AnyTensor> &inputs);

std::string stageNames();
/// A line for each pass: name and summary.
std::string passHelp();

} // namespace einjit::opt
