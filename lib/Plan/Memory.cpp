// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Memory.h"
#include "Tensor/Builder.h"

namespace einjit::plan {
namespace {

using tensor::ValueId;

/// `indices` in the axes that `by` gives: (f . g)(i) = f(g(i)).
std::vector<Affine> compose(const std::vector<Affine> &indices, const std::vector<Affine> &by) {
  std::vector<Affine> result;
  for (const Affine &index : indices)
    result.push_back(substituteAll(index, [&](std::uint32_t variable) { return by[variable]; }));
  return result;
}

/// The place of an element in row-major order.
Affine rowMajorOffset(const TensorType &type) {
  Affine offset;
  const auto strides = rowMajorStrides(type.shape);
  for (std::uint32_t axis = 0; axis < type.rank(); ++axis) offset = offset + Affine::variable(axis, strides[axis]);
  return offset;
}

} // namespace

Memory::Memory(const tensor::Kernel &kernel) : kernel_(kernel), flat_(kernel.values.size(), false) {
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    places_.push_back({ValueId(i), tensor::identityMap(kernel.values[i].type.rank())});
    const auto *reshape = std::get_if<tensor::Reshape>(&kernel.values[i].def);
    if (!reshape) continue;
    places_[i].memory = places_[reshape->value.index()].memory;
    flat_[places_[i].memory.index()] = true;
  }
  for (std::size_t i = 0; i < kernel.values.size(); ++i)
    if (flat_[places_[i].memory.index()]) places_[i].indices = {rowMajorOffset(kernel.values[i].type)};
  // From the last concat to the first, so that what stands in another knows its place before its parts ask for it.
  for (std::size_t i = kernel.values.size(); i-- > 0;)
    if (const auto *concat = std::get_if<tensor::Concat>(&kernel.values[i].def))
      for (const tensor::Part &part : concat->parts)
        places_[part.value.index()] = {places_[i].memory, compose(places_[i].indices, part.place)};
}

TensorType Memory::type(ValueId id) const {
  const TensorType &type = kernel_[id].type;
  if (!flat_[id.index()]) return type;
  return {type.dtype, {*elementCount(type)}};
}

std::vector<Affine> Memory::indices(const tensor::Access &access) const {
  return compose(place(access.value).indices, access.indices);
}

} // namespace einjit::plan
