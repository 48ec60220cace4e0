// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Numbers.h"
#include "Interp/Elements.h"
#include "Interp/TensorInterpreter.h"
#include <fmt/format.h>
#include <map>

namespace einjit::test {
namespace {

/// Elements on both sides of the one with all indices 0.
constexpr std::int64_t reach = 4096;

std::vector<std::byte> patternOf(std::size_t parameter, DType dtype) {
  std::vector<std::byte> memory(static_cast<std::size_t>(2 * reach) * byteSize(dtype));
  for (std::int64_t n = 0; n < 2 * reach; ++n)
    storeElement(memory.data(), n,
                 convert(Scalar((n * 7 + n / 5 + static_cast<std::int64_t>(parameter) * 3) % 11 - 5), dtype));
  return memory;
}

/// How a result lies in memory; one that is a parameter is copied.
TensorType resultType(const tensor::Kernel &kernel, std::size_t result) {
  const tensor::Value &value = kernel[kernel.results[result]];
  if (std::holds_alternative<tensor::Parameter>(value.def)) return {value.type.dtype, value.type.shape};
  return value.type;
}

/// Where the elements lie, in row-major order of their indices.
std::vector<std::int64_t> addresses(const TensorType &type) {
  if (elementCount(type) == 0) return {};
  std::vector<std::int64_t> all{0};
  const auto strides = type.stridesOrRowMajor();
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    std::vector<std::int64_t> next;
    for (std::int64_t address : all)
      for (std::int64_t index = 0; index < type.shape[axis]; ++index) next.push_back(address + index * strides[axis]);
    all = std::move(next);
  }
  return all;
}

} // namespace

std::string numbersOf(const tensor::Kernel &kernel) {
  std::vector<std::vector<std::byte>> memory;
  std::vector<ConstTensorRef> inputs;
  for (std::size_t i = 0; i < kernel.parameterCount(); ++i) {
    const TensorType &type = kernel.values[i].type;
    memory.push_back(patternOf(i, type.dtype));
    inputs.emplace_back(memory.back().data() + static_cast<std::size_t>(reach) * byteSize(type.dtype), type);
  }
  // Reassociating a sum may lose the sign of a zero.
  const auto shown = [&](const Scalar &value) {
    const bool zero = !kernel.exact && identical(convert(value, DType::F64), -0.0);
    return zero ? std::string("0") : str(value);
  };
  std::string text;
  const std::vector<AnyTensor> results = interpretTensor(kernel, inputs);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const DType dtype = results[i].type().dtype;
    std::map<std::int64_t, std::string> byAddress;
    const std::vector<std::int64_t> places = addresses(resultType(kernel, i));
    for (std::int64_t n = 0; n < results[i].size(); ++n)
      byAddress[places[static_cast<std::size_t>(n)]] = shown(loadElement(results[i].data(), dtype, n));
    text += std::string(name(dtype)) + ":";
    for (const auto &[address, number] : byAddress) text += fmt::format(" {}{}", address == 0 ? "|" : "", number);
    text += "\n";
  }
  return text;
}

} // namespace einjit::test
