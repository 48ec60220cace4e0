// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The public Kernel: calls and texts.
#include "Driver/Dot.h"
#include "Driver/KernelImpl.h"
#include "Runtime/Layout.h"
#include "Runtime/Memory.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace {

[[noreturn]] void argumentError(std::string message) {
  throwError({{DiagnosticKind::ArgumentMismatch, std::move(message)}}, {});
}

/// Equal element types and extents, and equal strides along all axes that are ever stepped along. `b` may be malformed.
bool sameLayout(const TensorType &a, const TensorType &b) {
  if (a.dtype != b.dtype || a.shape != b.shape) return false;
  if (!b.strides.empty() && b.strides.size() != b.rank()) return false;
  if (a.strides == b.strides || std::ranges::count(a.shape, 0) > 0) return true;
  const auto x = a.stridesOrRowMajor(), y = b.stridesOrRowMajor();
  for (std::size_t axis = 0; axis < a.rank(); ++axis)
    if (a.shape[axis] > 1 && x[axis] != y[axis]) return false;
  return true;
}

void checkArgument(const char *what, std::size_t number, const Binding &wanted, const TensorType &given,
                   const void *data) {
  const std::string label = fmt::format("{} {}{}", what, number, wanted.name.empty() ? "" : " ('" + wanted.name + "')");
  if (!sameLayout(wanted.type, given))
    argumentError(fmt::format("{} is {}, but the kernel was compiled for {}", label, str(given), str(wanted.type)));
  if (!data && elementCount(given) != 0) argumentError(fmt::format("{} has no data", label));
}

/// The bytes that a tensor touches: [first, last).
struct Extent {
  const char *first, *last;
};
Extent extentOf(const void *data, const TensorType &type) {
  std::int64_t low = 0, high = 1;
  const auto strides = type.stridesOrRowMajor();
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    if (type.shape[axis] == 0) return {nullptr, nullptr};
    const std::int64_t reach = (type.shape[axis] - 1) * strides[axis];
    (reach < 0 ? low : high) += reach;
  }
  const auto bytes = static_cast<std::int64_t>(byteSize(type.dtype));
  const char *base = static_cast<const char *>(data);
  return {base + low * bytes, base + high * bytes};
}
bool overlap(const Extent &a, const Extent &b) { return a.first < b.last && b.first < a.last; }

/// Memory for a kernel's temporaries; each thread keeps its last one for the next call.
class Arena {
public:
  void *ofSize(std::int64_t bytes) {
    const auto wanted = static_cast<std::size_t>(bytes);
    if (wanted <= size_) return memory_.get();
    memory_.reset(allocateZeroed(wanted));
    size_ = memory_ ? wanted : 0;
    if (!memory_)
      throwError({{DiagnosticKind::OutOfMemory, fmt::format("{} bytes for temporaries cannot be had", bytes)}}, {});
    return memory_.get();
  }

private:
  struct Free {
    void operator()(void *memory) const { deallocate(memory); }
  };
  std::unique_ptr<void, Free> memory_;
  std::size_t size_ = 0;
};

using EntryPoint = void (*)(void *const *, void *);

} // namespace

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
  const auto entryPoint = reinterpret_cast<EntryPoint>(const_cast<void *>(entry()));
  if (in.size() != inputs().size() || out.size() != results().size())
    argumentError(fmt::format("the kernel takes {} inputs and {} outputs, not {} and {}", inputs().size(),
                              results().size(), in.size(), out.size()));
  std::vector<void *> buffers;
  std::vector<Extent> taken;
  for (std::size_t i = 0; i < in.size(); ++i) {
    checkArgument("input", i, inputs()[i], in[i].type, in[i].data);
    buffers.push_back(const_cast<void *>(in[i].data));
    taken.push_back(extentOf(in[i].data, in[i].type));
  }
  for (const LoadedFile &file : files()) buffers.push_back(const_cast<void *>(file.tensor.data()));
  // An output that shares memory with another argument is computed beside it: code may assume that nothing overlaps.
  std::vector<std::pair<std::size_t, AnyTensor>> beside;
  for (std::size_t i = 0; i < out.size(); ++i) {
    checkArgument("output", i, results()[i], out[i].type, out[i].data);
    const Extent extent = extentOf(out[i].data, out[i].type);
    const bool overlaps = std::ranges::any_of(taken, [&](const Extent &other) { return overlap(extent, other); });
    taken.push_back(extent);
    if (overlaps) beside.emplace_back(i, AnyTensor(results()[i].type));
    buffers.push_back(overlaps ? beside.back().second.data() : out[i].data);
  }
  thread_local Arena arena;
  entryPoint(buffers.data(), cost().scratchBytes > 0 ? arena.ofSize(cost().scratchBytes) : nullptr);
  for (const auto &[i, tensor] : beside) copyToRowMajor(tensor, out[i].data);
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
