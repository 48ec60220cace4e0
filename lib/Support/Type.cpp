// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Checked.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <einjit/Type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit {
namespace {

/// Numbers of elements and of bytes stay below this.
constexpr std::int64_t sizeLimit = std::int64_t{1} << 62;

} // namespace

std::optional<DType> parseDType(std::string_view text) {
  for (DType type : allDTypes)
    if (name(type) == text) return type;
  return std::nullopt;
}

// Axes of extent 0 count as 1, so that strides stay distinct. The product wraps for shapes elementCount() refuses.
std::vector<std::int64_t> rowMajorStrides(const std::vector<std::int64_t> &shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::uint64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = static_cast<std::int64_t>(stride);
    stride *= static_cast<std::uint64_t>(std::max<std::int64_t>(shape[axis], 1));
  }
  return strides;
}

std::vector<std::int64_t> TensorType::stridesOrRowMajor() const {
  return strides.empty() ? rowMajorStrides(shape) : strides;
}

bool TensorType::isRowMajor() const {
  if (strides.empty()) return true;
  if (strides.size() != shape.size()) return false;
  if (std::count(shape.begin(), shape.end(), 0) > 0) return true;
  const std::vector<std::int64_t> wanted = rowMajorStrides(shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] != 1 && strides[axis] != wanted[axis]) return false;
  return true;
}

std::string str(const TensorType &type) {
  std::string text = fmt::format("{}[{}]", name(type.dtype), fmt::join(type.shape, ","));
  if (!type.isRowMajor()) text += fmt::format(" strides [{}]", fmt::join(type.strides, ","));
  return text;
}

std::optional<TensorType> parseTensorType(std::string_view text) {
  if (text.find('#') != std::string_view::npos) return std::nullopt; // TextReader would skip a comment
  TextReader reader(text);
  std::optional<TensorType> type = reader.tensorType();
  if (reader.failed() || !reader.atEnd()) return std::nullopt;
  return type;
}

std::optional<std::int64_t> elementCount(const TensorType &type) {
  const auto count = checkedProduct(type.shape);
  if (!count) return std::nullopt;
  const auto bytes = checkedMul(*count, static_cast<std::int64_t>(byteSize(type.dtype)));
  if (!bytes || *bytes < 0 || *bytes >= sizeLimit) return std::nullopt;
  return count;
}

} // namespace einjit
