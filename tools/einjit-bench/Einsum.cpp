// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Einsum.h"
#include <algorithm>
#include <cctype>

namespace einjit::bench {
namespace {

std::string implicitOutput(const std::vector<std::string> &operands) {
  std::map<char, int> counts;
  for (const std::string &operand : operands)
    for (char index : operand) ++counts[index];
  std::string output;
  for (const auto &[index, count] : counts)
    if (count == 1) output += index;
  return output;
}

std::vector<std::string> splitAtCommas(std::string_view text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

} // namespace

std::optional<Einsum> parseEinsum(std::string_view text) {
  std::string compact(text);
  std::erase(compact, ' ');
  const std::size_t arrow = compact.find("->");
  Einsum einsum;
  einsum.operands = splitAtCommas(std::string_view(compact).substr(0, arrow));
  einsum.output = arrow == std::string::npos ? implicitOutput(einsum.operands) : compact.substr(arrow + 2);
  const auto lettersOnly = [](const std::string &term) {
    return std::all_of(term.begin(), term.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  };
  if (!lettersOnly(einsum.output) || !std::all_of(einsum.operands.begin(), einsum.operands.end(), lettersOnly))
    return std::nullopt;
  return einsum;
}

std::map<char, std::int64_t> stridesOf(std::string_view indices, const Extents &extents) {
  std::map<char, std::int64_t> strides;
  std::int64_t stride = 1;
  for (auto index = indices.rbegin(); index != indices.rend(); ++index) {
    strides[*index] += stride;
    stride *= extents.at(*index);
  }
  return strides;
}

double spaceOf(std::string_view indices, const Extents &extents) {
  double space = 1;
  for (char index : indices) space *= static_cast<double>(extents.at(index));
  return space;
}

} // namespace einjit::bench
