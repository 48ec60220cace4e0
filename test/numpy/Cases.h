// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs with NumPy's results, as cases.py writes them.
#pragma once

#include <einjit/Kernel.h>
#include <optional>
#include <string>
#include <vector>

namespace einjit::test {

/// One statement and the value that NumPy gives it. Offsets are in bytes, into Cases::data.
struct Statement {
  std::string name, text; ///< what is assigned to, and all of the statement
  TensorType type;
  std::int64_t elements = 0;
  std::optional<std::int64_t> bounds = {}; ///< of an f64 for each element; nothing: defined to the last bit
};

struct CaseInput {
  Binding binding;
  std::int64_t first = 0; ///< of the element with all indices 0
};

struct NumpyCase {
  std::uint64_t seed = 0;
  std::vector<CaseInput> inputs = {};
  std::vector<Statement> statements = {};
  std::vector<std::size_t> results = {}; ///< statements

  /// The first `count` statements, a line each.
  std::string text(std::size_t count) const;
  /// The inputs that the first `count` statements read.
  std::vector<CaseInput> inputsOf(std::size_t count) const;
};

struct Cases {
  std::vector<NumpyCase> all;
  AnyTensor data;
  const void *at(std::int64_t offset) const { return static_cast<const std::byte *>(data.data()) + offset; }
};

/// Reads `path`.txt and `path`.npy. A file that is not what cases.py writes is an exception.
Cases readCases(const std::string &path);

} // namespace einjit::test
