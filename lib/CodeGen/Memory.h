// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes to and from memory, and the masks that leave some of them out.
#pragma once

#include "CodeGen/AliasScopes.h"
#include "CodeGen/Types.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// The lanes 0…active-1 of a store take part; if `bits` is set, only those of them it names.
struct Mask {
  std::int64_t lanes = 1;
  std::int64_t active = 1;
  llvm::Value *bits = nullptr; ///< <lanes x i1>; null if `active` says all

  static Mask all(std::int64_t lanes) { return {lanes, lanes}; }
  bool isAll() const { return active == lanes && !bits; }
  bool isNone() const { return active <= 0; }
  /// The mask as a value, a constant where it is known.
  llvm::Value *value(Builder &ir) const;
};

/// The lanes below a bound that is only known at run time and lies between `least` and `most`.
Mask maskBelow(Builder &ir, std::int64_t lanes, llvm::Value *bound, std::int64_t least, std::int64_t most);

/// Streamed outs begin at a multiple of this.
inline constexpr std::int64_t streamLineBytes = 64;

/// An element for each lane: lane l is `stride * l` elements behind lane 0's.
struct Place {
  llvm::Value *pointer; ///< of lane 0's element
  DType type;
  std::int64_t stride; ///< in elements
  AliasInfo alias;
  /// If not 0, whole vectors are stored past the caches where that is a multiple of their bytes: so the address is.
  std::int64_t streamAlignment = 0;
};

/// Loads the lanes that take part; the others are zero or undefined.
llvm::Value *load(Builder &ir, const Place &place, const Mask &mask, const Target &target);
/// Stores the lanes that take part.
void store(Builder &ir, const Place &place, llvm::Value *value, const Mask &mask, const Target &target);

// The same in memory's form, for whoever arranges elements himself: side by side from the place's pointer on, whatever
// its stride, a bool as a byte, complex numbers as re im re im ….
llvm::Value *loadAdjacent(Builder &ir, const Place &place, const Mask &mask, const Target &target);
void storeAdjacent(Builder &ir, const Place &place, llvm::Value *value, const Mask &mask, const Target &target);
/// Between memory's form and registers'.
llvm::Value *fromAdjacent(Builder &ir, llvm::Value *vector, std::int64_t lanes, DType type);
llvm::Value *toAdjacent(Builder &ir, llvm::Value *vector, std::int64_t lanes, DType type);

/// One element, at the place's pointer.
llvm::Value *loadOne(Builder &ir, const Place &place);
void storeOne(Builder &ir, const Place &place, llvm::Value *value);

} // namespace einjit::codegen
