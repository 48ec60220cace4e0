// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"
#include "Elements.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <einjit/Npy.h>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

template <class... Fs> struct Overloaded : Fs... {
  using Fs::operator()...;
};

Argument parseArgument(const std::string &text) {
  const auto [name, value] = splitName(text);
  if (value.ends_with(".npy")) return {std::string(name), loadNpy(std::string(value))};
  if (std::optional<TensorType> type = parseTensorType(value)) {
    if (!type->strides.empty()) usageError(fmt::format("argument '{}': strides cannot be chosen", text));
    return {std::string(name), *std::move(type)};
  }
  usageError(fmt::format("argument '{}' is neither FILE.npy nor DTYPE[d0,d1,...], such as f32[32,128]", text));
}

/// The pattern repeats every 13 elements, whatever the place it starts at.
template <class T, class FromInteger> void fill(AnyTensor &tensor, std::size_t k, FromInteger fromInteger) {
  auto *elements = static_cast<T *>(tensor.data());
  for (std::int64_t n = 0; n < tensor.size(); ++n) {
    const auto phase = static_cast<int>((n % 13 * 7 + static_cast<std::int64_t>(k % 13) * 3) % 13);
    elements[n] = fromInteger(phase - 6);
  }
}

/// A real part like that of real numbers, and an imaginary part that is not a multiple of it.
template <class T> std::complex<T> complexPattern(int v) {
  return {static_cast<T>(v) / 4, static_cast<T>((v + 11) % 5 - 2) / 4};
}

} // namespace

std::vector<Argument> parseArguments(const std::vector<std::string> &texts) {
  std::vector<Argument> arguments;
  for (const std::string &text : texts) {
    Argument argument = parseArgument(text);
    if (!arguments.empty() && arguments.front().name.empty() != argument.name.empty())
      usageError("either all arguments have names (for a program) or none (for an einsum string)");
    const auto same = [&](const Argument &other) { return other.name == argument.name; };
    if (!argument.name.empty() && std::any_of(arguments.begin(), arguments.end(), same))
      usageError(fmt::format("two arguments are named '{}'", argument.name));
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

TensorType typeOf(const Argument &argument) {
  return std::visit(
      Overloaded{[](const AnyTensor &tensor) { return tensor.type(); }, [](const TensorType &type) { return type; }},
      argument.value);
}

std::optional<std::int64_t> valueOf(const Argument &argument, std::size_t k) {
  if (typeOf(argument).rank() != 0) return std::nullopt;
  return std::visit(Overloaded{[](const AnyTensor &tensor) { return integerScalar(tensor); },
                               [&](const TensorType &type) { return integerScalar(patterned(type, k)); }},
                    argument.value);
}

std::vector<AnyTensor> materialise(std::vector<Argument> arguments) {
  std::vector<AnyTensor> tensors;
  for (std::size_t k = 0; k < arguments.size(); ++k)
    tensors.push_back(std::visit(Overloaded{[](AnyTensor &tensor) { return std::move(tensor); },
                                            [&](TensorType &type) { return patterned(type, k); }},
                                 arguments[k].value));
  return tensors;
}

AnyTensor patterned(const TensorType &type, std::size_t k) {
  AnyTensor tensor(type);
  switch (type.dtype) {
  case DType::Bool: fill<bool>(tensor, k, [](int v) { return v % 2 != 0; }); break;
  case DType::I8: fill<std::int8_t>(tensor, k, [](int v) { return static_cast<std::int8_t>(v); }); break;
  case DType::U8: fill<std::uint8_t>(tensor, k, [](int v) { return static_cast<std::uint8_t>(v + 6); }); break;
  case DType::I32: fill<std::int32_t>(tensor, k, [](int v) { return v; }); break;
  case DType::I64: fill<std::int64_t>(tensor, k, [](int v) { return v; }); break;
  case DType::F16: fill<Half>(tensor, k, [](int v) { return Half(static_cast<float>(v) / 4); }); break;
  case DType::BF16: fill<BFloat16>(tensor, k, [](int v) { return BFloat16(static_cast<float>(v) / 4); }); break;
  case DType::F32: fill<float>(tensor, k, [](int v) { return static_cast<float>(v) / 4; }); break;
  case DType::F64: fill<double>(tensor, k, [](int v) { return v / 4.0; }); break;
  case DType::C64: fill<std::complex<float>>(tensor, k, complexPattern<float>); break;
  case DType::C128: fill<std::complex<double>>(tensor, k, complexPattern<double>); break;
  }
  return tensor;
}

} // namespace einjit::cli
