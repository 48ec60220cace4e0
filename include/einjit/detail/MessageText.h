// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text that is put together while compiling.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace einjit::detail {

/// A short text that grows at its end; what does not fit any more is replaced by `...`. (std::string would do, but not
/// every compiler that einjit is used with can compute with it while compiling.)
class MessageText {
public:
  static constexpr std::size_t capacity = 480;

  constexpr MessageText() = default;
  constexpr MessageText(std::string_view text) { *this << text; }

  constexpr MessageText &operator<<(std::string_view text) {
    for (const char c : text) {
      if (size_ == capacity) {
        for (std::size_t i = 1; i <= 3; ++i) text_[capacity - i] = '.';
        break;
      }
      text_[size_++] = c;
    }
    return *this;
  }
  constexpr MessageText &operator<<(const MessageText &text) { return *this << text.view(); }
  constexpr MessageText &operator<<(const char *text) { return *this << std::string_view(text); }
  constexpr MessageText &operator<<(char c) { return *this << std::string_view(&c, 1); }
  template <std::integral Number> constexpr MessageText &operator<<(Number number) {
    if (number < 0) *this << '-';
    // Negated as unsigned, since the least number's negative does not exist.
    const auto magnitude = static_cast<std::uint64_t>(number);
    return number_(number < 0 ? 0 - magnitude : magnitude, 10, 1);
  }
  /// The number in hexadecimal, with this many digits at least.
  constexpr MessageText &hexadecimal(std::uint64_t number, std::size_t digits) { return number_(number, 16, digits); }

  constexpr std::string_view view() const { return {text_, size_}; }
  constexpr bool empty() const { return size_ == 0; }

private:
  constexpr MessageText &number_(std::uint64_t number, std::uint64_t base, std::size_t digits) {
    char reversed[20] = {};
    std::size_t length = 0;
    for (; number > 0 || length < digits; number /= base) reversed[length++] = "0123456789abcdef"[number % base];
    while (length > 0) *this << reversed[--length];
    return *this;
  }

  char text_[capacity] = {};
  std::size_t size_ = 0;
};

inline std::string str(const MessageText &text) { return std::string(text.view()); }

} // namespace einjit::detail
