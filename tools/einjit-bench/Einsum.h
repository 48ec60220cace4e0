// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings as far as a peer has to understand them: letters only, no ellipsis.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit::bench {

/// Size of each index.
using Extents = std::map<char, std::int64_t>;

/// `ik,kj->ij` taken apart.
struct Einsum {
  std::vector<std::string> operands;
  std::string output;
  friend bool operator==(const Einsum &, const Einsum &) = default;
};

/// Nothing for a string with an ellipsis or a character that is not a letter, comma, space or the arrow. Without an
/// arrow the output has the letters that occur once, in ASCII order.
std::optional<Einsum> parseEinsum(std::string_view text);

/// Distance of neighbours along each index in a row-major tensor with these indices; an index that occurs twice has the
/// sum of its strides (a diagonal).
std::map<char, std::int64_t> stridesOf(std::string_view indices, const Extents &extents);

/// Product of the extents of these indices, as a double because it may be large.
double spaceOf(std::string_view indices, const Extents &extents);

} // namespace einjit::bench
