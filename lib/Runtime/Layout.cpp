// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Layout.h"
#include "Scalar/ScalarOp.h"
#include "Support/Layout.h"
#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <type_traits>

namespace einjit {
namespace {

using Numbers = std::array<std::int64_t, maxRank>; // one for each axis

/// One row: `count` elements of `Bytes` bytes, which lie these many bytes apart.
template <std::size_t Bytes>
void copyRow(const char *from, std::int64_t fromStep, char *to, std::int64_t toStep, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, from += fromStep, to += toStep) std::memcpy(to, from, Bytes);
}

using RowCopy = decltype(&copyRow<1>);

RowCopy rowCopy(std::size_t bytes) {
  if (bytes <= 2) return bytes == 1 ? copyRow<1> : copyRow<2>;
  return bytes == 4 ? copyRow<4> : bytes == 8 ? copyRow<8> : copyRow<16>;
}

/// Bytes between neighbours along each axis that has any.
Numbers byteSteps(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides, std::size_t bytes) {
  Numbers steps{};
  auto next = static_cast<std::int64_t>(bytes);
  for (std::size_t axis = shape.size(); axis-- > 0; next *= shape[axis])
    if (shape[axis] > 1) steps[axis] = strides.empty() ? next : strides[axis] * static_cast<std::int64_t>(bytes);
  return steps;
}

} // namespace

Reach reachOf(const TensorType &type) {
  if (std::ranges::count(type.shape, 0) > 0) return {};
  const auto strides = type.stridesOrRowMajor();
  Reach reach{0, 1};
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    const std::int64_t distance = (type.shape[axis] - 1) * strides[axis];
    (distance < 0 ? reach.first : reach.end) += distance;
  }
  return reach;
}

void checkReadable(const ConstTensorRef &tensor) {
  const TensorType type = tensor.type();
  if (const auto mistake = typeMistake("the tensor", {.type = type})) throwError({*mistake}, {});
  if (!tensor.data && elementCount(type) != 0)
    throwError({{.kind = DiagnosticKind::ArgumentMismatch,
                 .message = fmt::format("the tensor of type {} has no data", str(type)),
                 .parts = {.operands = {{.type = type}}}}},
               {});
}

bool isSameTensor(const ConstTensorRef &a, const ConstTensorRef &b) {
  return a.data == b.data && a.dtype == b.dtype && std::ranges::equal(a.shape, b.shape) &&
         std::ranges::equal(a.strides, b.strides);
}

std::optional<std::int64_t> integerValue(const ConstTensorRef &tensor) {
  if (tensor.rank() != 0 || !isInteger(tensor.dtype) || !tensor.data) return std::nullopt;
  return withZero(tensor.dtype, [&]<class T>(T value) -> std::optional<std::int64_t> {
    if constexpr (std::is_integral_v<T>) {
      std::memcpy(&value, tensor.data, sizeof value);
      return value;
    }
    return std::nullopt;
  });
}

void copyElements(const ConstTensorRef &from, const TensorRef &to) {
  if (std::ranges::count(from.shape, 0) > 0) return;
  const std::size_t rank = from.rank(), bytes = byteSize(from.dtype);
  const Numbers source = byteSteps(from.shape, from.strides, bytes), target = byteSteps(to.shape, to.strides, bytes);
  auto *read = static_cast<const char *>(from.data);
  auto *write = static_cast<char *>(to.data);
  if (rank == 0) return void(std::memcpy(write, read, bytes));
  const std::size_t last = rank - 1;
  const RowCopy copy = rowCopy(bytes);
  Numbers index{};
  for (;;) { // an odometer over all axes but the last
    copy(read, source[last], write, target[last], from.shape[last]);
    std::size_t axis = last;
    for (; axis-- > 0;) {
      read += source[axis], write += target[axis];
      if (++index[axis] < from.shape[axis]) break;
      read -= source[axis] * from.shape[axis], write -= target[axis] * from.shape[axis];
      index[axis] = 0;
    }
    if (axis == static_cast<std::size_t>(-1)) return;
  }
}

void copyToRowMajor(const ConstTensorRef &from, void *to) {
  const TensorType type = from.type();
  if (type.isRowMajor())
    std::memcpy(to, from.data, static_cast<std::size_t>(elementCount(type).value_or(0)) * byteSize(type.dtype));
  else
    copyElements(from, {to, from.dtype, from.shape});
}

} // namespace einjit
