// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Support/Diagnostic.h"
#include <optional>
#include <utility>

namespace einjit {

/// A value, or the diagnostics that say why there is none.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(Diagnostic diagnostic) : errors_{std::move(diagnostic)} {}
  Result(Diagnostics diagnostics) : errors_(std::move(diagnostics)) {}

  explicit operator bool() const { return value_.has_value(); }
  T &operator*() & { return *value_; }
  const T &operator*() const & { return *value_; }
  T &&operator*() && { return *std::move(value_); }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }
  const Diagnostics &errors() const { return errors_; }

private:
  // Not a variant: libstdc++'s destroys what it could not copy for want of memory, if vectors are among its types.
  std::optional<T> value_;
  Diagnostics errors_;
};

/// The outcome of something that has no value: nothing, or why it failed.
struct Success {};
using Status = Result<Success>;

} // namespace einjit
