// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the values of a kernel are. Most have memory of their own. A part of a concat is where the concat has it, and a
// reshape is the memory of what it reshapes, which then has one axis:
//
//   %0 = [i0:2, i1:3] …                              at [3*i0 + i1]     of the memory of %2: f32[12]
//   %1 = [i2:2, i3:3] …                              at [3*i2 + i3 + 6] of the memory of %2
//   %2 = concat f32[4,3] (%0 at [i0,i1], %1 at [i0 + 2,i1])
//   %3 = reshape f32[12] (%2)
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::plan {

struct Place {
  tensor::ValueId memory;      ///< the value that has the memory
  std::vector<Affine> indices; ///< one for each axis of the memory; variables are axes of the value
};

class Memory {
public:
  /// The kernel is materialized (materializeResults.h).
  explicit Memory(const tensor::Kernel &kernel);

  const Place &place(tensor::ValueId id) const { return places_[id.index()]; }
  bool isShared(tensor::ValueId id) const { return place(id).memory != id; }
  /// Of the memory that a value has.
  TensorType type(tensor::ValueId id) const;
  /// The element of the memory that an access reads.
  std::vector<Affine> indices(const tensor::Access &access) const;

private:
  const tensor::Kernel &kernel_;
  std::vector<bool> flat_; ///< of each value that has memory: it has one axis
  std::vector<Place> places_;
};

} // namespace einjit::plan
