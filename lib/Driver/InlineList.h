// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace einjit {

/// A list that is as long as it is going to be from the start: on the stack, and without writing to it, unless it is
/// uncommonly long. What calls are made of.
template <class T, std::size_t Few> class InlineList {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
  /// Room for `most` elements, none of them there yet.
  explicit InlineList(std::size_t most) {
    if (most <= Few) return;
    many_.reset(new std::byte[most * sizeof(T)]); // memory for any type, from a new of bytes
    at_ = many_.get();
  }
  InlineList(const InlineList &) = delete;
  InlineList &operator=(const InlineList &) = delete;

  void push(const T &element) { std::construct_at(data() + size_++, element); }
  T *data() { return reinterpret_cast<T *>(at_); }
  const T &operator[](std::size_t place) const { return reinterpret_cast<const T *>(at_)[place]; }
  std::size_t size() const { return size_; }
  std::span<const T> span() const { return {reinterpret_cast<const T *>(at_), size_}; }

private:
  alignas(T) std::array<std::byte, Few * sizeof(T)> few_;
  std::unique_ptr<std::byte[]> many_;
  std::byte *at_ = few_.data();
  std::size_t size_ = 0;
};

} // namespace einjit
