// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The builder's operations that put elements elsewhere and compute nothing.
#include "Support/Checked.h"
#include "Tensor/Builder.h"

namespace einjit::tensor {
namespace {

/// The access map of a view that splits the axes of `from` into those of `to`, and drops or adds axes of extent 1:
/// axis a of extent b*c*d, split in three, is read at c*d*i + d*j + k. Nothing if axes would have to join.
std::optional<std::vector<Affine>> splittingMap(const Shape &from, const Shape &to) {
  std::vector<Affine> map;
  std::size_t next = 0;
  for (std::int64_t extent : from) {
    Affine index;
    for (std::int64_t rest = extent; rest != 1;) {
      while (next < to.size() && to[next] == 1) ++next;
      if (next == to.size() || rest % to[next] != 0) return std::nullopt;
      rest /= to[next];
      index = index + Affine::variable(static_cast<std::uint32_t>(next++), rest);
    }
    map.push_back(std::move(index));
  }
  return map;
}

} // namespace

ValueId Builder::reshape(ValueId value, const Shape &shape) {
  const TensorType from = type(value);
  if (elementCount(from) == 0) return view(value, shape, std::vector<Affine>(from.rank())); // nothing is read
  if (auto map = splittingMap(from.shape, shape)) return view(value, shape, std::move(*map));
  return add(std::to_string(nextNumber_++), {from.dtype, shape}, Reshape{value});
}

ValueId Builder::concat(const std::vector<ValueId> &parts, std::size_t axis) {
  if (parts.size() == 1) return parts.front();
  TensorType result{type(parts.front()).dtype, type(parts.front()).shape};
  result.shape[axis] = 0;
  Concat concat;
  for (ValueId part : parts) {
    concat.parts.push_back({part, identityMap(result.rank())});
    concat.parts.back().place[axis].constant = result.shape[axis];
    result.shape[axis] += type(part).shape[axis];
  }
  return add(std::to_string(nextNumber_++), std::move(result), std::move(concat));
}

ValueId Builder::stack(const std::vector<ValueId> &parts, std::size_t axis) {
  TensorType result{type(parts.front()).dtype, type(parts.front()).shape};
  const auto where = static_cast<std::ptrdiff_t>(axis);
  Concat concat;
  for (ValueId part : parts) {
    concat.parts.push_back({part, identityMap(result.rank())});
    const auto number = static_cast<std::int64_t>(concat.parts.size() - 1);
    concat.parts.back().place.insert(concat.parts.back().place.begin() + where, Affine::number(number));
  }
  result.shape.insert(result.shape.begin() + where, static_cast<std::int64_t>(parts.size()));
  return add(std::to_string(nextNumber_++), std::move(result), std::move(concat));
}

} // namespace einjit::tensor
