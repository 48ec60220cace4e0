// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the forms of the library that do not throw give.
#pragma once

#include <einjit/Error.h>
#include <type_traits>
#include <utility>
#include <variant>

namespace einjit {

/// A value, or the error that says why there is none. As C++23's `std::expected<T, einjit::Error>`, but that value()
/// throws the error itself.
template <class T> class [[nodiscard]] Expected {
public:
  using value_type = T;     ///< what is held where all went well
  using error_type = Error; ///< what is held else

  /// Holds the value.
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  /// Holds the error.
  Expected(Error error) noexcept : state_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  bool has_value() const noexcept { return state_.index() == 0; }
  /// Whether there is a value.
  explicit operator bool() const noexcept { return has_value(); }

  ///@{
  /// The value; throws the error if there is none.
  T &value() & { return requireValue(), **this; }
  const T &value() const & { return requireValue(), **this; }
  T &&value() && { return requireValue(), *std::move(*this); }
  ///@}
  ///@{
  /// The value, or another if there is none.
  template <class U> T value_or(U &&otherwise) const & {
    return has_value() ? **this : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U> T value_or(U &&otherwise) && {
    return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(otherwise));
  }
  ///@}
  ///@{
  /// The value, which must be there.
  T &operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T &operator*() const & noexcept { return *std::get_if<0>(&state_); }
  T &&operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T *operator->() noexcept { return std::get_if<0>(&state_); }
  const T *operator->() const noexcept { return std::get_if<0>(&state_); }
  ///@}
  /// The error, which must be there.
  const Error &error() const noexcept { return *std::get_if<1>(&state_); }

private:
  void requireValue() const {
    if (!has_value()) throw error();
  }
  std::variant<T, Error> state_;
};

/// The outcome of something that gives no value.
template <> class [[nodiscard]] Expected<void> {
public:
  using value_type = void;  ///< nothing
  using error_type = Error; ///< what is held where it failed

  /// Success.
  Expected() noexcept = default;
  /// Holds the error.
  Expected(Error error) noexcept : error_(std::move(error)) {}

  /// Whether all went well.
  bool has_value() const noexcept { return !error_; }
  /// Whether all went well.
  explicit operator bool() const noexcept { return has_value(); }
  /// Throws the error if there is one.
  void value() const {
    if (error_) throw *error_;
  }
  /// The error, which must be there.
  const Error &error() const noexcept { return *error_; }

private:
  std::optional<Error> error_;
};

/// What `action` gives, or the einjit::Error that it throws, as a value: any entry of the library in a form that does
/// not throw. Those that are called most have one of their own, named `try…`.
template <class Action> auto attempt(Action &&action) -> Expected<decltype(action())> {
  try {
    if constexpr (std::is_void_v<decltype(action())>)
      return action(), Expected<void>();
    else
      return action();
  } catch (const Error &error) {
    return error;
  }
}

} // namespace einjit
