// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Elements.h"
#include "Format.h"
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace einjit::cli {
namespace {

using Buffer = fmt::memory_buffer;

template <std::integral T> void append(Buffer &out, T element) {
  fmt::format_to(std::back_inserter(out), "{}", element);
}

/// fmt's `{}` is the shortest text that reads back as the same value of this type; JSON readers take what has neither
/// point nor exponent for an integer.
template <std::floating_point T> void append(Buffer &out, T element) {
  if (std::isnan(element)) return out.append(std::string_view("\"NaN\""));
  if (std::isinf(element)) return out.append(std::string_view(element > 0 ? "\"Infinity\"" : "\"-Infinity\""));
  const std::size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", element);
  if (std::string_view(out.data() + begin, out.size() - begin).find_first_of(".e") == std::string_view::npos)
    out.append(std::string_view(".0"));
}

void append(Buffer &out, Half element) { append(out, static_cast<float>(element)); }
void append(Buffer &out, BFloat16 element) { append(out, static_cast<float>(element)); }

/// A complex number is a list of its two parts.
template <class T> void append(Buffer &out, std::complex<T> element) {
  out.push_back('[');
  append(out, element.real());
  out.append(std::string_view(", "));
  append(out, element.imag());
  out.push_back(']');
}

void flush(std::FILE *out, Buffer &buffer) {
  std::fwrite(buffer.data(), 1, buffer.size(), out);
  buffer.clear();
}

void writeData(std::FILE *out, const AnyTensor &tensor, Buffer &buffer) {
  constexpr std::size_t flushAt = 1 << 16;
  withElements(tensor, [&](const auto *elements) {
    for (std::int64_t n = 0; n < tensor.size(); ++n) {
      if (n > 0) buffer.append(std::string_view(", "));
      append(buffer, elements[n]);
      if (buffer.size() > flushAt) flush(out, buffer);
    }
  });
}

void writeTensor(std::FILE *out, const NamedTensor &result, bool withName) {
  Buffer buffer;
  const std::string name = withName ? fmt::format("\"name\": {}, ", nlohmann::json(result.name).dump()) : "";
  fmt::format_to(std::back_inserter(buffer), R"({{{}"shape": [{}], "dtype": "{}", "data": [)", name,
                 fmt::join(result.tensor.shape(), ", "), einjit::name(result.tensor.type().dtype));
  writeData(out, result.tensor, buffer);
  buffer.append(std::string_view("]}"));
  flush(out, buffer);
}

} // namespace

void writeJson(std::FILE *out, const std::vector<NamedTensor> &results) {
  const bool several = results.size() != 1;
  if (several) std::fputs("[", out);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i > 0) std::fputs(",\n ", out);
    writeTensor(out, results[i], several);
  }
  std::fputs(several ? "]\n" : "\n", out);
}

} // namespace einjit::cli
