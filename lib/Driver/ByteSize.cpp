// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <charconv>
#include <einjit/Options.h>
#include <limits>

namespace einjit {
namespace {

struct Unit {
  std::string_view name;
  int shift;
};
constexpr Unit units[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

} // namespace

std::optional<std::int64_t> parseByteSize(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto &[name, shift] : units)
    if (rest == name && number <= std::numeric_limits<std::int64_t>::max() >> shift) return number << shift;
  return std::nullopt;
}

} // namespace einjit
