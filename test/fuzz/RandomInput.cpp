// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RandomInput.h"
#include "Interp/Elements.h"
#include <algorithm>
#include <numeric>

namespace einjit::test {

std::int64_t randomExtent(Random &random) {
  static constexpr std::int64_t extents[] = {0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 67, 130};
  const std::int64_t extent = random.of(extents);
  return extent == 0 && random.chance(70) ? 4 : extent; // an empty case shows little
}

DType randomDType(Random &random) {
  static constexpr DType mostly[] = {DType::F32, DType::F32, DType::F32, DType::F64, DType::I32};
  return random.chance(75) ? random.of(mostly) : random.of(allDTypes);
}

std::vector<std::int64_t> randomStrides(Random &random, const std::vector<std::int64_t> &shape, bool mayRepeat) {
  if (shape.empty() || random.chance(50)) return {};
  std::vector<std::size_t> order(shape.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (random.chance(60)) random.shuffle(order);
  const bool gaps = random.chance(40), backwards = random.chance(30), repeating = random.chance(25) && mayRepeat;
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = gaps ? random.in(1, 2) : 1;
  for (std::size_t axis : order) {
    strides[axis] = backwards && random.chance(50) ? -stride : stride;
    if (repeating && random.chance(50))
      strides[axis] = 0;
    else
      stride *= std::max<std::int64_t>(1, shape[axis]) + (gaps ? random.in(0, 3) : 0);
  }
  return strides;
}

namespace {

Scalar randomElement(Random &random, DType type, bool exact) {
  if (exact && isFloat(type)) return convert(static_cast<double>(random.in(-1000, 1000)) / 997.0, type);
  return convert(Scalar(random.in(-2, 2)), type);
}

} // namespace

Input randomInput(Random &random, std::string name, TensorType type, bool exact) {
  const std::vector<std::int64_t> strides = type.stridesOrRowMajor();
  std::int64_t low = 0, high = 0;
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    const std::int64_t reach = std::max<std::int64_t>(0, type.shape[axis] - 1) * strides[axis];
    (reach < 0 ? low : high) += reach;
  }
  const auto bytes = static_cast<std::int64_t>(byteSize(type.dtype));
  Input input{{std::move(name), std::move(type), {}}};
  input.memory.resize(static_cast<std::size_t>((high - low + 1) * bytes));
  input.origin = static_cast<std::size_t>(-low * bytes);
  for (std::int64_t i = 0; i <= high - low; ++i)
    storeElement(input.memory.data(), i, randomElement(random, input.binding.type.dtype, exact));
  return input;
}

} // namespace einjit::test
