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

/// factor * variable, as a value of its own.
struct Multiple {
  std::int64_t factor;
  llvm::PHINode *phi;
};

class Variables {
public:
  explicit Variables(std::size_t count) : constants_(count), values_(count) {}

  /// Enters an iteration of a loop whose variable is known.
  void bind(loop::VarId var, std::int64_t value) { constants_[var.index()] = value; }
  /// Enters a loop whose variable is not known before it runs. Without a value it can be bounded, but not emitted.
  void bind(const loop::For &loop, llvm::Value *value);
  /// Of the innermost loop entered, multiples of the variable are kept beside it from here on, as phis in `head`: what
  /// an address needs is then added once an iteration and multiplied never.
  void keepMultiples(llvm::BasicBlock *head) { multiples_ = Multiples{ranges_.back().variable, head, {}}; }
  /// The multiples that were asked for; none are kept any longer. Their phis have no incoming values yet.
  std::vector<Multiple> takeMultiples();
  /// Leaves the innermost of the loops entered.
  void unbind(loop::VarId var);

  /// What `expr` is, if all its variables are known.
  std::optional<std::int64_t> valueOf(const Affine &expr) const;
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
  /// `pointer` moved by coefficient * variable elements of so many bytes.
  llvm::Value *advance(Builder &ir, llvm::Value *pointer, const Affine::Term &term, std::int64_t elementBytes);

  /// All LLVM values held, so that they can be replaced by those of another function.
  std::vector<llvm::Value *> &values() { return values_; }

private:
  struct Multiples {
    std::uint32_t variable;
    llvm::BasicBlock *head;
    std::vector<Multiple> kept;
  };
  llvm::Value *emit(Builder &ir, const Affine::Term &term) const;
  llvm::Value *keptMultiple(std::uint32_t variable, std::int64_t factor);

  std::vector<std::optional<std::int64_t>> constants_; ///< by variable
  std::vector<llvm::Value *> values_;                  ///< by variable; null if it is known or not in scope
  std::vector<loop::Range> ranges_;                    ///< of the unknown ones in scope, outermost first
  std::optional<Multiples> multiples_;
};

} // namespace einjit::codegen
