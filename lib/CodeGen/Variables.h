// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the loop variables stand for at one point of emission: a constant in an unrolled loop, an LLVM value in others.
#pragma once

#include "CodeGen/Types.h"
#include "Loop/Bounds.h"
#include "Loop/Kernel.h"
#include <vector>

namespace einjit::codegen {

/// How often a loop runs, as far as can be told.
struct Iterations {
  std::int64_t least = 0, most = 0;
};

class Variables {
public:
  explicit Variables(std::size_t count) : constants_(count), values_(count) {}

  /// Enters an iteration of a loop whose variable is known.
  void bind(loop::VarId var, std::int64_t value) { constants_[var.index()] = value; }
  /// Enters a loop whose variable is not known before it runs. Without a value it can be bounded, but not emitted.
  void bind(const loop::For &loop, llvm::Value *value);
  /// Leaves the innermost of the loops entered.
  void unbind(loop::VarId var);

  /// `expr` with known variables replaced by their values.
  Affine fold(const Affine &expr) const;
  /// Bounds of a folded expression; as far as can be told.
  std::int64_t minimum(const Affine &folded) const;
  std::int64_t maximum(const Affine &folded) const;
  Iterations iterations(const loop::For &loop) const;
  /// A folded expression, computed. Its terms are added from the outermost variable inwards, so that what does not
  /// change in an inner loop can be hoisted out of it.
  llvm::Value *emit(Builder &ir, const Affine &folded) const;
  /// The terms of a folded expression, outermost variable first.
  std::vector<Affine::Term> outermostFirst(const Affine &folded) const;
  /// coefficient * variable.
  llvm::Value *emit(Builder &ir, const Affine::Term &term) const;

  /// All LLVM values held, so that they can be replaced by those of another function.
  std::vector<llvm::Value *> &values() { return values_; }

private:
  std::vector<std::optional<std::int64_t>> constants_; ///< by variable
  std::vector<llvm::Value *> values_;                  ///< by variable; null if it is known or not in scope
  std::vector<loop::Range> ranges_;                    ///< of the unknown ones in scope, outermost first
};

} // namespace einjit::codegen
