// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Call.h"
#include "Driver/InlineList.h"
#include "Runtime/Layout.h"
#include "Runtime/Memory.h"
#include "Support/ThreadsOwn.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace {

struct Free {
  void operator()(char *memory) const { deallocate(memory); }
};
using Memory = std::unique_ptr<char, Free>;

Memory allocate(std::size_t bytes) {
  Memory memory(static_cast<char *>(allocateZeroed(bytes)));
  if (!memory)
    throwError({{DiagnosticKind::OutOfMemory, fmt::format("{} bytes for temporaries cannot be had", bytes)}}, {});
  return memory;
}

/// Memory that a thread keeps from call to call, as much as the largest wanted.
class Arena {
public:
  char *ofSize(std::size_t bytes) {
    if (bytes <= size_) return memory_.get();
    memory_.reset();
    size_ = 0;
    memory_ = allocate(bytes);
    size_ = bytes;
    return memory_.get();
  }

private:
  Memory memory_;
  std::size_t size_ = 0;
};

/// At least so many bytes, until this thread asks again or `ofCall`, which owns them where the thread is ending, goes.
char *threadsMemory(std::int64_t bytes, Memory &ofCall) {
  const auto wanted = static_cast<std::size_t>(bytes);
  if (Arena *arena = threadsOwn<Arena>()) return arena->ofSize(wanted);
  ofCall = allocate(wanted);
  return ofCall.get();
}

constexpr std::int64_t aligned(std::int64_t bytes) {
  constexpr std::int64_t unit = tensorAlignment;
  return (bytes + unit - 1) / unit * unit;
}

/// Whether the kernel was compiled so that output number `n` may be the memory of input `i`.
bool isOver(const Kernel::Impl &kernel, std::size_t n, std::size_t i) {
  const std::size_t out = kernel.compilation.inputs.size() + kernel.compilation.files.size() + n;
  return kernel.compilation.loops.buffers[out].over == loop::BufferId(i);
}

/// Whether output number `n` must be computed beside its place: its elements lie otherwise than the kernel writes them,
/// or it shares memory with an argument before it, other than the input that it may be over. Code may assume that
/// nothing else overlaps.
bool goesBeside(std::size_t n, const Kernel::Impl &kernel, std::span<const ConstTensorRef> in,
                std::span<const TensorRef> out) {
  const ArgumentLayouts &layouts = kernel.arguments;
  const ArgumentLayout &own = layouts.results[n];
  if (!own.hasStridesOf(out[n])) return true;
  for (std::size_t i = 0; i < in.size(); ++i)
    if (own.overlaps(out[n].data, layouts.inputs[i], in[i].data) &&
        !(out[n].data == in[i].data && isOver(kernel, n, i)))
      return true;
  for (std::size_t i = 0; i < n; ++i)
    if (own.overlaps(out[n].data, layouts.results[i], out[i].data)) return true;
  return false;
}

bool haveData(const ArgumentLayouts &layouts, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  for (std::size_t i = 0; i < in.size(); ++i)
    if (!layouts.inputs[i].admitsData(in[i].data)) return false;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!layouts.results[i].admitsData(out[i].data)) return false;
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

bool callPlainly(const Kernel::Impl &kernel, std::span<const detail::Argument> arguments) {
  constexpr std::size_t most = 16;
  const auto &[inputs, results] = kernel.arguments;
  const std::size_t inputCount = inputs.size(), count = inputCount + results.size();
  if (!kernel.isPlain() || arguments.size() != count || count > most) return false;
  void *buffers[most];
  ArgumentLayout::Bytes bytes[most];
  for (std::size_t i = 0; i < count; ++i) {
    const auto &[tensor, isWritable] = arguments[i];
    const ArgumentLayout &layout = i < inputCount ? inputs[i] : results[i - inputCount];
    if (!layout.admits(tensor) || !layout.admitsData(tensor.data)) return false;
    buffers[i] = const_cast<void *>(tensor.data);
    bytes[i] = layout.bytesAt(tensor.data);
    if (i < inputCount) continue;
    if (!isWritable) return false;
    for (std::size_t other = 0; other < i; ++other)
      if (bytes[i].meet(bytes[other])) return false;
  }
  kernel.code->entry()(buffers, nullptr);
  return true;
}

void call(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  const std::vector<LoadedFile> &files = kernel.compilation.files;
  InlineList<void *, 32> buffers(in.size() + files.size() + out.size());
  for (const ConstTensorRef &input : in) buffers.push(const_cast<void *>(input.data));
  for (const LoadedFile &file : files) buffers.push(const_cast<void *>(file.tensor.data()));

  // From the first output on that is computed beside its place all are, so that of two in one place the last stays.
  std::size_t direct = 0;
  for (; direct < out.size() && !goesBeside(direct, kernel, in, out); ++direct) buffers.push(out[direct].data);
  const auto resultBytes = [&](std::size_t i) { return aligned(kernel.arguments.results[i].byteCount()); };
  std::int64_t bytes = aligned(kernel.compilation.cost.scratchBytes);
  for (std::size_t i = direct; i < out.size(); ++i) bytes += resultBytes(i);
  if (bytes == 0 && direct == out.size()) return kernel.code->entry()(buffers.data(), nullptr);

  Memory ofCall;
  char *const memory = threadsMemory(bytes, ofCall);
  char *end = memory + bytes; // results are behind the temporaries
  for (std::size_t i = out.size(); i-- > direct;) end -= resultBytes(i);
  for (std::size_t i = direct; i < out.size(); end += resultBytes(i++))
    buffers.push(kernel.arguments.results[i].originFrom(end));
  kernel.code->entry()(buffers.data(), memory);
  void *const *const outputs = buffers.data() + (buffers.size() - out.size());
  for (std::size_t i = direct; i < out.size(); ++i) copyElements(kernel.arguments.results[i].at(outputs[i]), out[i]);
}

} // namespace einjit
