// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// The candidate a misspelt name most likely meant: nearest by edit distance (insertions, deletions, substitutions and
/// swaps of neighbours), at most a third of its length away. Empty if none is near. O(candidates * length^2).
std::string closest(std::string_view name, const std::vector<std::string> &candidates);

} // namespace einjit
