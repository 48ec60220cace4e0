// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The public Kernel: calls and texts.
#include "Driver/Call.h"
#include "Driver/Dot.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace einjit {
const std::vector<Binding> &Kernel::inputs() const { return impl_->compilation.inputs; }
const std::vector<Binding> &Kernel::results() const { return impl_->compilation.results; }
const std::vector<LoadedFile> &Kernel::files() const { return impl_->compilation.files; }
Cost Kernel::cost() const { return impl_->compilation.cost; }
CompileTimes Kernel::compileTimes() const { return impl_->compilation.times; }
std::int64_t Kernel::codeBytes() const { return impl_->codeBytes; }

const void *Kernel::entry() const {
  if (!impl_->code)
    throwError({{DiagnosticKind::WrongTarget,
                 fmt::format("this machine cannot run code for target '{}'", impl_->compilation.target.name),
                 {},
                 {},
                 "its stages can be shown; to run it, compile for `host`"}},
               {});
  return reinterpret_cast<const void *>(impl_->code->entry());
}

void Kernel::run(std::span<const ConstTensorRef> in, std::span<const TensorRef> out) const {
  if (!impl_->code) entry(); // throws
  checkFit(*impl_, in, out);
  call(*impl_, in, out);
}

void Kernel::runMixed(std::span<const detail::Argument> arguments) const {
  std::array<ConstTensorRef, 16> fewInputs;
  std::array<TensorRef, 16> fewOutputs;
  std::vector<ConstTensorRef> manyInputs;
  std::vector<TensorRef> manyOutputs;
  if (arguments.size() > fewInputs.size()) {
    manyInputs.resize(arguments.size());
    manyOutputs.resize(arguments.size());
  }
  ConstTensorRef *const in = manyInputs.empty() ? fewInputs.data() : manyInputs.data();
  TensorRef *const out = manyOutputs.empty() ? fewOutputs.data() : manyOutputs.data();
  const std::size_t inputCount = std::min(arguments.size(), inputs().size());
  for (std::size_t i = 0; i < inputCount; ++i) in[i] = arguments[i].tensor;
  for (std::size_t i = inputCount; i < arguments.size(); ++i) {
    if (!arguments[i].isWritable)
      throwError({{DiagnosticKind::ArgumentMismatch, "an output of a kernel must be writable"}}, {});
    const ConstTensorRef &tensor = arguments[i].tensor;
    out[i - inputCount] = {const_cast<void *>(tensor.data), tensor.dtype, tensor.shape, tensor.strides};
  }
  run(std::span(in, inputCount), std::span(out, arguments.size() - inputCount));
}

std::vector<AnyTensor> Kernel::run(std::span<const ConstTensorRef> in) const {
  std::vector<AnyTensor> tensors;
  std::vector<TensorRef> out;
  for (const Binding &result : results()) tensors.emplace_back(result.type);
  for (AnyTensor &tensor : tensors) out.push_back(tensor);
  run(in, out);
  return tensors;
}

std::string Kernel::text(Stage stage) const {
  const Compilation &made = impl_->compilation;
  auto module = [&] { // code is made again: its text is asked for rarely, and keeping it would cost every kernel
    auto generated = codegen::generate(made.loops, made.target, made.threads);
    if (!generated) throwError(generated.errors(), {});
    return *std::move(generated);
  };
  auto optimized = [&] {
    codegen::Module result = module();
    codegen::optimize(result);
    return result;
  };
  switch (stage) {
  case Stage::Source: return made.source.text;
  case Stage::Ast: return made.ast;
  case Stage::Tensor: return print(made.tensor);
  case Stage::TensorOpt: return tensor::describeOrders(made.tensor, made.passes) + print(made.canonical);
  case Stage::Schedule: return print(made.schedule);
  case Stage::Loop: return codegen::scratchText(made.loops, made.threads) + print(made.loops);
  case Stage::Llvm: return codegen::text(module());
  case Stage::LlvmOpt: return codegen::text(optimized());
  case Stage::Assembly: return codegen::assembly(optimized());
  case Stage::Dot: return toDot(made.canonical);
  }
  return {};
}

} // namespace einjit
