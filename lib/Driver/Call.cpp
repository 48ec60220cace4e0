// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Call.h"
#include "Runtime/Layout.h"
#include "Runtime/Memory.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace einjit {
namespace {

/// Memory that a thread keeps from call to call, as much as the largest wanted.
class Arena {
public:
  char *ofSize(std::int64_t bytes) {
    const auto wanted = static_cast<std::size_t>(bytes);
    if (wanted <= size_) return memory_.get();
    memory_.reset();
    size_ = 0;
    memory_.reset(static_cast<char *>(allocateZeroed(wanted)));
    if (!memory_)
      throwError({{DiagnosticKind::OutOfMemory, fmt::format("{} bytes for temporaries cannot be had", bytes)}}, {});
    size_ = wanted;
    return memory_.get();
  }

private:
  struct Free {
    void operator()(char *memory) const { deallocate(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t size_ = 0;
};

constexpr std::int64_t aligned(std::int64_t bytes) {
  constexpr std::int64_t unit = tensorAlignment;
  return (bytes + unit - 1) / unit * unit;
}

/// `count` pointers: on the stack unless there are uncommonly many.
class Pointers {
public:
  explicit Pointers(std::size_t count) {
    if (count > few_.size()) many_.resize(count);
  }
  void **get() { return many_.empty() ? few_.data() : many_.data(); }

private:
  std::array<void *, 32> few_;
  std::vector<void *> many_;
};

/// Whether output number `n` must be computed beside its place: its elements lie otherwise than the kernel writes them,
/// or it shares memory with an argument before it. Code may assume that nothing overlaps.
bool goesBeside(std::size_t n, const ArgumentLayouts &layouts, std::span<const ConstTensorRef> in,
                std::span<const TensorRef> out) {
  const ArgumentLayout &own = layouts.results[n];
  if (!own.hasStridesOf(out[n])) return true;
  for (std::size_t i = 0; i < in.size(); ++i)
    if (own.overlaps(out[n].data, layouts.inputs[i], in[i].data)) return true;
  for (std::size_t i = 0; i < n; ++i)
    if (own.overlaps(out[n].data, layouts.results[i], out[i].data)) return true;
  return false;
}

bool haveData(const ArgumentLayouts &layouts, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  for (std::size_t i = 0; i < in.size(); ++i)
    if (!in[i].data && !layouts.inputs[i].isEmpty()) return false;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!out[i].data && !layouts.results[i].isEmpty()) return false;
  return true;
}

/// Whether the arguments are plainly right. Outputs with other strides, which are rare and may be senseless, are not.
bool fits(const ArgumentLayouts &layouts, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  if (in.size() != layouts.inputs.size() || out.size() != layouts.results.size()) return false;
  for (std::size_t i = 0; i < in.size(); ++i)
    if (!layouts.inputs[i].admits(in[i])) return false;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!layouts.results[i].admits(out[i])) return false;
  return haveData(layouts, in, out);
}

} // namespace

void checkFit(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  if (!fits(kernel.arguments, in, out))
    if (const auto mismatch = argumentMismatch(kernel.compilation.inputs, kernel.compilation.results, in, out))
      throwError({*mismatch}, {});
}

void callChecked(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  if (!haveData(kernel.arguments, in, out)) checkFit(kernel, in, out);
  call(kernel, in, out);
}

void call(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  const std::vector<LoadedFile> &files = kernel.compilation.files;
  Pointers pointers(in.size() + files.size() + out.size());
  void **const buffers = pointers.get();
  void **next = buffers;
  for (const ConstTensorRef &input : in) *next++ = const_cast<void *>(input.data);
  for (const LoadedFile &file : files) *next++ = const_cast<void *>(file.tensor.data());
  void **const outputs = next;

  // From the first output on that is computed beside its place all are, so that of two in one place the last stays.
  std::size_t direct = 0;
  for (; direct < out.size() && !goesBeside(direct, kernel.arguments, in, out); ++direct)
    outputs[direct] = out[direct].data;
  const std::int64_t scratchBytes = aligned(kernel.compilation.cost.scratchBytes);
  std::int64_t besideBytes = 0;
  for (std::size_t i = direct; i < out.size(); ++i) besideBytes += aligned(kernel.arguments.results[i].byteCount());

  thread_local Arena arena;
  char *memory = scratchBytes + besideBytes > 0 ? arena.ofSize(scratchBytes + besideBytes) : nullptr;
  char *beside = memory + scratchBytes;
  for (std::size_t i = direct; i < out.size(); ++i) {
    outputs[i] = beside;
    beside += aligned(kernel.arguments.results[i].byteCount());
  }
  kernel.code->entry()(buffers, memory);
  for (std::size_t i = direct; i < out.size(); ++i) copyElements({outputs[i], out[i].dtype, out[i].shape}, out[i]);
}

} // namespace einjit
