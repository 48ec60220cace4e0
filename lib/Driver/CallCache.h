// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernels that a thread's calls found last. What identifies a call, its program, the parameters and the layout of
// each argument, is a row of words, made on the stack; finding its kernel is a hash of them and a comparison, without a
// lock and without allocating.
#pragma once

#include "Driver/KernelImpl.h"
#include <array>
#include <cstdint>
#include <einjit/detail/Program.h>
#include <memory>
#include <string_view>

namespace einjit {

/// What identifies a call.
class CallKey {
public:
  /// Of a program of C++ code's.
  CallKey(const detail::Program &program, std::span<const std::int64_t> parameters);
  /// Of a text, which the key refers to.
  CallKey(std::string_view text, std::span<const std::int64_t> parameters);
  CallKey(const CallKey &) = delete;
  CallKey &operator=(const CallKey &) = delete;
  void addArgument(const ConstTensorRef &argument) {
    const std::size_t end = size_ + 1 + argument.rank() + argument.strides.size();
    if (end <= capacity) {
      std::uint64_t *at = words_.data() + size_;
      *at++ = static_cast<std::uint64_t>(argument.dtype) | argument.rank() << 8 | argument.strides.size() << 32;
      for (std::int64_t extent : argument.shape) *at++ = static_cast<std::uint64_t>(extent);
      for (std::int64_t stride : argument.strides) *at++ = static_cast<std::uint64_t>(stride);
    }
    size_ = end;
  }
  void addNumber(std::uint64_t number) { add(number); }

  /// Whether the words were enough; a key that is none is never found.
  bool isWhole() const { return size_ <= capacity; }
  std::uint64_t hash() const;
  std::span<const std::uint64_t> words() const { return {words_.data(), size_}; }
  std::string_view text() const { return text_; }

private:
  void add(std::uint64_t word) {
    if (size_ < capacity) words_[size_] = word;
    ++size_;
  }
  void addAll(std::span<const std::int64_t> numbers) {
    for (std::int64_t number : numbers) add(static_cast<std::uint64_t>(number));
  }

  static constexpr std::size_t capacity = 120; ///< eight arguments of six axes with strides
  std::array<std::uint64_t, capacity> words_;
  std::size_t size_ = 0;
  std::string_view text_;
};

/// A kernel as a call finds it.
struct FoundKernel {
  std::shared_ptr<const Kernel::Impl> kernel;
  std::size_t inputCount = 0; ///< of the call's arguments; the rest is outputs
};

/// This thread's kernel for the key, or nothing. What is returned stays until this thread calls keepFoundKernel().
const FoundKernel *findKernel(const CallKey &key);
/// Keeps a kernel, which was found with what held at `epoch` (callEpoch()), for the calls to come, in the place of one
/// that was kept for longer. It stays alive so long. Null if this thread keeps none: the key is not whole, or the
/// thread is ending.
const FoundKernel *keepFoundKernel(const CallKey &key, std::uint64_t epoch, const FoundKernel &found);

} // namespace einjit
