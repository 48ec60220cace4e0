// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The public Kernel: calls and texts.
#include "Driver/Call.h"
#include "Driver/Dot.h"
#include "Driver/InlineList.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
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

void Kernel::runHere(std::span<const ConstTensorRef> in, std::span<const TensorRef> out) const {
  if (!impl_->code) entry(); // throws
  checkFit(*impl_, in, out);
  call(*impl_, in, out);
}

void Kernel::run(std::span<const ConstTensorRef> in, std::span<const TensorRef> out,
                 const std::source_location &where) const try {
  runHere(in, out);
} catch (const Error &error) {
  throw error.at(where);
}

void Kernel::runMixed(std::span<const detail::Argument> arguments) const {
  if (callPlainly(*impl_, arguments)) return;
  InlineList<ConstTensorRef, 16> in(arguments.size());
  InlineList<TensorRef, 16> out(arguments.size());
  const std::size_t inputCount = std::min(arguments.size(), inputs().size());
  for (const detail::Argument &argument : arguments.first(inputCount)) in.push(argument.tensor);
  for (const detail::Argument &argument : arguments.subspan(inputCount)) {
    if (!argument.isWritable)
      throwError({{DiagnosticKind::ArgumentMismatch, "an output of a kernel must be writable"}}, {});
    out.push(writable(argument.tensor));
  }
  runHere(in.span(), out.span());
}

std::vector<AnyTensor> Kernel::run(std::span<const ConstTensorRef> in, const std::source_location &where) const try {
  std::vector<AnyTensor> tensors;
  std::vector<TensorRef> out;
  for (const Binding &result : results()) tensors.emplace_back(result.type);
  for (AnyTensor &tensor : tensors) out.push_back(tensor);
  runHere(in, out);
  return tensors;
} catch (const Error &error) {
  throw error.at(where);
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
