// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Data.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

namespace einjit::bench {
namespace {

/// The rest is for what the machine needs besides.
constexpr double mostOfMemory = 0.8;

/// 0 to 4, from well-mixed bits of the element's place (the steps are those of SplitMix64).
int digit(std::uint64_t place) {
  place *= 0x9e3779b97f4a7c15U;
  place = (place ^ (place >> 30U)) * 0xbf58476d1ce4e5b9U;
  return static_cast<int>(((place >> 32U) * 5) >> 32U);
}

template <class T> void fill(AnyTensor &tensor, std::uint64_t which, bool positive) {
  auto *elements = static_cast<T *>(tensor.data());
  const auto size = static_cast<std::uint64_t>(tensor.size());
  for (std::uint64_t n = 0; n < size; ++n) {
    const int v = digit(n + (which << 48U) + 1);
    elements[n] = positive ? static_cast<T>(v + 1) / T(8) : static_cast<T>(v - 2);
  }
}

template <class T> std::optional<Difference> difference(const AnyTensor &a, const AnyTensor &b, double terms) {
  const auto *x = static_cast<const T *>(a.data()), *y = static_cast<const T *>(b.data());
  double largest = 1;
  for (std::int64_t n = 0; n < a.size(); ++n)
    if (std::isfinite(y[n])) largest = std::max(largest, std::abs(static_cast<double>(y[n])));
  const double tolerance = std::numeric_limits<T>::epsilon() * (16 + 4 * std::sqrt(terms)) * largest;
  for (std::int64_t n = 0; n < a.size(); ++n)
    if (!(std::abs(static_cast<double>(x[n]) - static_cast<double>(y[n])) <= tolerance))
      return Difference{n, static_cast<double>(x[n]), static_cast<double>(y[n])};
  return std::nullopt;
}

double availableBytes() {
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("MemAvailable:")) return std::stod(line.substr(line.find(':') + 1)) * 1024;
  return std::numeric_limits<double>::infinity();
}

} // namespace

std::vector<AnyTensor> makeInputs(const std::vector<Binding> &bindings, bool positive) {
  std::vector<AnyTensor> inputs;
  for (const Binding &binding : bindings) {
    AnyTensor &input = inputs.emplace_back(binding.type);
    if (binding.type.dtype == DType::F32)
      fill<float>(input, inputs.size(), positive);
    else if (binding.type.dtype == DType::F64)
      fill<double>(input, inputs.size(), positive);
    else
      throw std::runtime_error(fmt::format("only f32 and f64 are measured, not {}", name(binding.type.dtype)));
  }
  return inputs;
}

std::optional<Difference> firstDifference(const AnyTensor &a, const AnyTensor &b, double terms) {
  if (a.type().dtype == DType::F64) return difference<double>(a, b, terms);
  return difference<float>(a, b, terms);
}

double termsOf(const Case &which) {
  if (!which.formula) return 1;
  return spaceOf(reducedIndices(*which.formula), which.formula->extents);
}

std::string memoryShortage(double bytes) {
  const double available = availableBytes();
  if (bytes <= mostOfMemory * available) return "";
  return fmt::format("skipped: needs {:.1f} GB of memory, {:.1f} GB are free", bytes / 1e9, available / 1e9);
}

} // namespace einjit::bench
