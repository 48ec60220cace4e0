// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Numbers.h"
#include "Interp/Elements.h"
#include "Interp/TensorInterpreter.h"

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
  for (const AnyTensor &result : interpretTensor(kernel, inputs)) {
    text += std::string(name(result.type().dtype)) + ":";
    for (std::int64_t n = 0; n < result.size(); ++n)
      text += " " + shown(loadElement(result.data(), result.type().dtype, n));
    text += "\n";
  }
  return text;
}

} // namespace einjit::test
