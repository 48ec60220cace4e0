// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Layout.h"
#include <cstring>

namespace einjit {
namespace {

/// One row: `count` elements of `Bytes` bytes, `stride` elements apart, to adjacent places.
template <std::size_t Bytes> void copyRow(const char *from, std::int64_t stride, char *to, std::int64_t count) {
  const std::int64_t step = stride * static_cast<std::int64_t>(Bytes);
  for (std::int64_t i = 0; i < count; ++i, from += step, to += Bytes) std::memcpy(to, from, Bytes);
}

using RowCopy = void (*)(const char *, std::int64_t, char *, std::int64_t);

RowCopy rowCopy(std::size_t bytes) {
  if (bytes <= 2) return bytes == 1 ? copyRow<1> : copyRow<2>;
  return bytes == 4 ? copyRow<4> : bytes == 8 ? copyRow<8> : copyRow<16>;
}

/// Advances a row-major counter over the leading axes and returns the offset that it moves by; an odometer.
std::int64_t advance(std::vector<std::int64_t> &index, const TensorType &type,
                     const std::vector<std::int64_t> &strides) {
  std::int64_t offset = 0;
  for (std::size_t axis = index.size(); axis-- > 0;) {
    offset += strides[axis];
    if (++index[axis] < type.shape[axis]) return offset;
    offset -= strides[axis] * type.shape[axis];
    index[axis] = 0;
  }
  return offset;
}

} // namespace

void copyToRowMajor(const ConstTensorRef &from, void *to) {
  const std::int64_t count = elementCount(from.type).value_or(0);
  if (count == 0) return;
  const std::size_t bytes = byteSize(from.type.dtype);
  if (from.type.isRowMajor()) {
    std::memcpy(to, from.data, static_cast<std::size_t>(count) * bytes);
    return;
  }
  const std::vector<std::int64_t> strides = from.type.stridesOrRowMajor();
  const std::int64_t width = from.type.shape.back();
  const RowCopy copy = rowCopy(bytes);
  std::vector<std::int64_t> index(from.type.rank() - 1);
  auto *row = static_cast<const char *>(from.data);
  auto *target = static_cast<char *>(to);
  for (std::int64_t done = 0; done < count; done += width) {
    copy(row, strides.back(), target, width);
    target += width * static_cast<std::int64_t>(bytes);
    row += advance(index, from.type, strides) * static_cast<std::int64_t>(bytes);
  }
}

} // namespace einjit
