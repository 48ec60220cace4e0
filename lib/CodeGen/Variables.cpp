// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Variables.h"
#include <algorithm>
#include <limits>

namespace einjit::codegen {

void Variables::bind(const loop::For &loop, llvm::Value *value) {
  values_[loop.var.index()] = value;
  std::optional<Affine> bound;
  if (loop.bound) bound = fold(*loop.bound);
  ranges_.push_back({loop.var.value, std::max<std::int64_t>(loop.extent, 1), std::move(bound)});
}

void Variables::unbind(loop::VarId var) {
  if (!constants_[var.index()]) ranges_.pop_back();
  values_[var.index()] = nullptr;
  constants_[var.index()].reset();
}

std::optional<std::int64_t> Variables::valueOf(const Affine &expr) const {
  std::int64_t value = expr.constant;
  for (const Affine::Term &term : expr.terms) {
    if (term.variable == loop::laneVariable || !constants_[term.variable]) return std::nullopt;
    value += term.coefficient * *constants_[term.variable];
  }
  return value;
}

Affine Variables::fold(const Affine &expr) const {
  Affine folded;
  folded.constant = expr.constant;
  for (const Affine::Term &term : expr.terms) {
    const bool known = term.variable != loop::laneVariable && constants_[term.variable];
    if (known)
      folded.constant += term.coefficient * *constants_[term.variable];
    else
      folded.terms.push_back(term);
  }
  return folded;
}

std::int64_t Variables::minimum(const Affine &folded) const {
  return loop::minimum(folded, ranges_).value_or(std::numeric_limits<std::int64_t>::min());
}

std::int64_t Variables::maximum(const Affine &folded) const {
  return loop::maximum(folded, ranges_).value_or(std::numeric_limits<std::int64_t>::max());
}

Iterations Variables::iterations(const loop::For &loop) const {
  if (!loop.bound) return {loop.extent, loop.extent};
  const Affine bound = fold(*loop.bound);
  return {std::clamp<std::int64_t>(minimum(bound), 0, loop.extent),
          std::clamp<std::int64_t>(maximum(bound), 0, loop.extent)};
}

std::vector<Affine::Term> Variables::outermostFirst(const Affine &folded) const {
  std::vector<Affine::Term> terms;
  for (const loop::Range &range : ranges_)
    if (const std::int64_t coefficient = folded.coefficient(range.variable))
      terms.push_back({range.variable, coefficient});
  return terms;
}

llvm::Value *Variables::emit(Builder &ir, const Affine::Term &term) const {
  llvm::Value *value = values_[term.variable];
  return term.coefficient == 1 ? value : ir.CreateMul(value, ir.getInt64(static_cast<std::uint64_t>(term.coefficient)));
}

std::vector<Multiple> Variables::takeMultiples() {
  std::vector<Multiple> kept = multiples_ ? std::move(multiples_->kept) : std::vector<Multiple>{};
  multiples_.reset();
  return kept;
}

/// Null where none is kept, or where as many are kept as leave registers for pointers.
llvm::Value *Variables::keptMultiple(std::uint32_t variable, std::int64_t factor) {
  constexpr std::size_t mostKept = 6;
  if (!multiples_ || multiples_->variable != variable) return nullptr;
  for (const Multiple &multiple : multiples_->kept)
    if (multiple.factor == factor) return multiple.phi;
  if (multiples_->kept.size() == mostKept) return nullptr;
  Builder start(multiples_->head, multiples_->head->begin());
  multiples_->kept.push_back({factor, start.CreatePHI(start.getInt64Ty(), 2)});
  return multiples_->kept.back().phi;
}

// What a processor scales an index by is left to its addressing modes.
llvm::Value *Variables::advance(Builder &ir, llvm::Value *pointer, const Affine::Term &term,
                                std::int64_t elementBytes) {
  const std::int64_t bytes = term.coefficient * elementBytes;
  for (unsigned scale : {1, 2, 4, 8})
    if (bytes == scale) return ir.CreateGEP(ir.getIntNTy(8 * scale), pointer, values_[term.variable]);
  if (llvm::Value *offset = keptMultiple(term.variable, bytes)) return ir.CreateGEP(ir.getInt8Ty(), pointer, offset);
  return ir.CreateGEP(ir.getInt8Ty(), pointer, emit(ir, {term.variable, bytes}));
}

llvm::Value *Variables::emit(Builder &ir, const Affine &folded) const {
  llvm::Value *sum = nullptr;
  for (const Affine::Term &term : outermostFirst(folded)) {
    llvm::Value *value = emit(ir, term);
    sum = sum ? ir.CreateAdd(sum, value) : value;
  }
  llvm::Value *constant = ir.getInt64(static_cast<std::uint64_t>(folded.constant));
  if (!sum) return constant;
  return folded.constant == 0 ? sum : ir.CreateAdd(sum, constant);
}

} // namespace einjit::codegen
