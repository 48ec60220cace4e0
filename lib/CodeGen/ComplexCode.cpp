// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/ComplexCode.h"
#include "CodeGen/ScalarCode.h"
#include <cmath>
#include <einjit/Error.h>
#include <fmt/format.h>
#include <limits>
#include <llvm/IR/Intrinsics.h>
#include <numeric>

namespace einjit::codegen {
namespace {

using llvm::Value;

unsigned partCount(Value *complex) {
  return llvm::cast<llvm::FixedVectorType>(complex->getType())->getNumElements() / 2;
}

Value *number(Value *like, double value) { return llvm::ConstantFP::get(like->getType(), value); }
Value *magnitude(Builder &ir, Value *x) { return ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x); }
Value *root(Builder &ir, Value *x) { return ir.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x); }
Value *infinity(Value *like) { return llvm::ConstantFP::getInfinity(like->getType()); }
Value *isInfinite(Builder &ir, Value *x) { return ir.CreateFCmpOEQ(magnitude(ir, x), infinity(x)); }
Value *withSign(Builder &ir, Value *x, Value *sign) {
  return ir.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, x, sign);
}

Parts select(Builder &ir, Value *condition, const Parts &yes, const Parts &no) {
  return {ir.CreateSelect(condition, yes.re, no.re), ir.CreateSelect(condition, yes.im, no.im)};
}

Parts product(Builder &ir, const Parts &a, const Parts &b) {
  return {ir.CreateFSub(ir.CreateFMul(a.re, b.re), ir.CreateFMul(a.im, b.im)),
          ir.CreateFAdd(ir.CreateFMul(a.re, b.im), ir.CreateFMul(a.im, b.re))};
}

Parts multiplyAdd(Builder &ir, const Parts &a, const Parts &b, const Parts &c, bool fused) {
  return {fma(ir, a.re, b.re, fma(ir, ir.CreateFNeg(a.im), b.im, c.re, fused), fused),
          fma(ir, a.re, b.im, fma(ir, a.im, b.re, c.im, fused), fused)};
}

/// Smith's method: with the parts of both numbers exchanged where b.im is the larger, but for the imaginary part's
/// sign.
Parts quotient(Builder &ir, const Parts &a, const Parts &b) {
  Value *re = magnitude(ir, b.re), *im = magnitude(ir, b.im);
  Value *swapped = ir.CreateFCmpULT(re, im);
  const Parts x = select(ir, swapped, {a.im, a.re}, a), y = select(ir, swapped, {b.im, b.re}, b);
  Value *ratio = ir.CreateFDiv(y.im, y.re);
  Value *scale = ir.CreateFDiv(number(ratio, 1), ir.CreateFAdd(y.re, ir.CreateFMul(y.im, ratio)));
  Value *scaled = ir.CreateFMul(x.re, ratio);
  Value *difference = ir.CreateFSub(ir.CreateSelect(swapped, scaled, x.im), ir.CreateSelect(swapped, x.im, scaled));
  const Parts result{ir.CreateFMul(ir.CreateFAdd(x.re, ir.CreateFMul(x.im, ratio)), scale),
                     ir.CreateFMul(difference, scale)};
  Value *zero = ir.CreateFCmpOEQ(ir.CreateFAdd(re, im), number(re, 0));
  return select(ir, zero, {ir.CreateFDiv(a.re, re), ir.CreateFDiv(a.im, re)}, result);
}

Value *rootOfSquares(Builder &ir, Value *re, Value *im) {
  return root(ir, ir.CreateFAdd(ir.CreateFMul(re, re), ir.CreateFMul(im, im)));
}

/// Floats in double, whose range their squares stay in; doubles scaled by powers of two.
Value *finiteAbsolute(Builder &ir, const Parts &z) {
  if (z.re->getType()->getScalarType()->isFloatTy()) {
    llvm::Type *wide = z.re->getType()->getWithNewType(ir.getDoubleTy());
    Value *result = rootOfSquares(ir, ir.CreateFPExt(z.re, wide), ir.CreateFPExt(z.im, wide));
    return ir.CreateFPTrunc(result, z.re->getType());
  }
  Value *re = magnitude(ir, z.re), *im = magnitude(ir, z.im);
  Value *larger = ir.CreateSelect(ir.CreateFCmpOLT(re, im), im, re);
  Value *isLarge = ir.CreateFCmpOGT(larger, number(re, 0x1p500));
  Value *isSmall = ir.CreateFCmpOLT(larger, number(re, 0x1p-400));
  Value *scale =
      ir.CreateSelect(isLarge, number(re, 0x1p-600), ir.CreateSelect(isSmall, number(re, 0x1p600), number(re, 1)));
  return ir.CreateFDiv(rootOfSquares(ir, ir.CreateFMul(z.re, scale), ir.CreateFMul(z.im, scale)), scale);
}

Value *absolute(Builder &ir, const Parts &z) {
  Value *infinite = ir.CreateOr(isInfinite(ir, z.re), isInfinite(ir, z.im));
  return ir.CreateSelect(infinite, infinity(z.re), finiteAbsolute(ir, z));
}

/// The root of a number that is finite and not 0.
Parts ordinaryRoot(Builder &ir, const Parts &z) {
  const bool wide = z.re->getType()->getScalarType()->isDoubleTy();
  Value *absRe = magnitude(ir, z.re), *absIm = magnitude(ir, z.im);
  Value *larger = ir.CreateSelect(ir.CreateFCmpOLT(absRe, absIm), absIm, absRe);
  const auto limit = wide ? std::sqrt(std::numeric_limits<double>::max())
                          : static_cast<double>(std::sqrt(std::numeric_limits<float>::max()));
  const auto inverse = wide ? 1 / limit : static_cast<double>(1 / static_cast<float>(limit));
  Value *isLarge = ir.CreateFCmpOGT(larger, number(larger, limit));
  Value *isSmall = ir.CreateFCmpOLT(larger, number(larger, inverse));
  const auto scaleOf = [&](double large, double small) {
    return ir.CreateSelect(isLarge, number(larger, large),
                           ir.CreateSelect(isSmall, number(larger, small), number(larger, 1)));
  };
  Value *scale = scaleOf(1.0 / 16, 0x1p60), *back = scaleOf(4, 0x1p-30);
  Value *re = ir.CreateFMul(z.re, scale), *im = ir.CreateFMul(z.im, scale);
  Value *sum = ir.CreateFAdd(magnitude(ir, re), absolute(ir, {re, im}));
  Value *t = root(ir, ir.CreateFMul(sum, number(sum, 0.5)));
  Value *other = ir.CreateFDiv(magnitude(ir, im), ir.CreateFMul(t, number(t, 2)));
  Value *right = ir.CreateFCmpOGE(re, number(re, 0));
  return {ir.CreateFMul(ir.CreateSelect(right, t, other), back),
          ir.CreateFMul(withSign(ir, ir.CreateSelect(right, other, t), im), back)};
}

/// What ordinaryRoot() does not answer, the rarest last: 0, an infinite real part, an infinite imaginary part.
Parts squareRoot(Builder &ir, const Parts &z) {
  Value *zero = number(z.re, 0), *infinite = infinity(z.re);
  Value *imIsNan = ir.CreateFCmpUNO(z.im, z.im);
  const auto unlessNan = [&](Value *value) { return ir.CreateSelect(imIsNan, z.im, value); };
  Value *isZero = ir.CreateAnd(ir.CreateFCmpOEQ(z.re, zero), ir.CreateFCmpOEQ(z.im, zero));
  Parts result = select(ir, isZero, {zero, z.im}, ordinaryRoot(ir, z));
  result = select(ir, ir.CreateFCmpOEQ(z.re, ir.CreateFNeg(infinite)), {unlessNan(zero), withSign(ir, infinite, z.im)},
                  result);
  result = select(ir, ir.CreateFCmpOEQ(z.re, infinite), {infinite, unlessNan(withSign(ir, zero, z.im))}, result);
  return select(ir, isInfinite(ir, z.im), {infinite, z.im}, result);
}

} // namespace

Parts split(Builder &ir, Value *complex) {
  const unsigned count = partCount(complex);
  if (count == 1)
    return {ir.CreateExtractElement(complex, std::uint64_t{0}), ir.CreateExtractElement(complex, std::uint64_t{1})};
  llvm::SmallVector<int> low(count), high(count);
  std::iota(low.begin(), low.end(), 0);
  std::iota(high.begin(), high.end(), static_cast<int>(count));
  return {ir.CreateShuffleVector(complex, low), ir.CreateShuffleVector(complex, high)};
}

Value *join(Builder &ir, const Parts &parts) {
  const auto *vector = llvm::dyn_cast<llvm::FixedVectorType>(parts.re->getType());
  if (!vector) {
    Value *pair = llvm::PoisonValue::get(llvm::FixedVectorType::get(parts.re->getType(), 2));
    return ir.CreateInsertElement(ir.CreateInsertElement(pair, parts.re, std::uint64_t{0}), parts.im, std::uint64_t{1});
  }
  llvm::SmallVector<int> all(2 * vector->getNumElements());
  std::iota(all.begin(), all.end(), 0);
  return ir.CreateShuffleVector(parts.re, parts.im, all);
}

Value *applyComplex(Builder &ir, ScalarOp op, llvm::ArrayRef<Value *> x, const Target &target) {
  const auto parts = [&](std::size_t i) { return split(ir, x[i]); };
  switch (op) {
  case ScalarOp::Add: return ir.CreateFAdd(x[0], x[1]);
  case ScalarOp::Sub: return ir.CreateFSub(x[0], x[1]);
  case ScalarOp::Neg: return ir.CreateFNeg(x[0]);
  case ScalarOp::Mul: return join(ir, product(ir, parts(0), parts(1)));
  case ScalarOp::Div: return join(ir, quotient(ir, parts(0), parts(1)));
  case ScalarOp::Fma: return join(ir, multiplyAdd(ir, parts(0), parts(1), parts(2), target.fusedMultiplyAdd));
  case ScalarOp::Abs: return absolute(ir, parts(0));
  case ScalarOp::Sqrt: return join(ir, squareRoot(ir, parts(0)));
  case ScalarOp::Real: return parts(0).re;
  case ScalarOp::Imag: return parts(0).im;
  case ScalarOp::Conj: return join(ir, {parts(0).re, ir.CreateFNeg(parts(0).im)});
  case ScalarOp::Complex: return join(ir, {x[0], x[1]});
  case ScalarOp::Eq:
    return ir.CreateAnd(ir.CreateFCmpOEQ(parts(0).re, parts(1).re), ir.CreateFCmpOEQ(parts(0).im, parts(1).im));
  case ScalarOp::Ne:
    return ir.CreateOr(ir.CreateFCmpUNE(parts(0).re, parts(1).re), ir.CreateFCmpUNE(parts(0).im, parts(1).im));
  default: throw InternalError(fmt::format("code generation: '{}' has no complex form", name(op)));
  }
}

// A product of complex numbers is no lane-wise operation on parts, so the lanes are taken one by one.
Value *foldComplex(Builder &ir, ScalarOp op, DType type, Value *vector, const Target &target) {
  const Parts all = split(ir, vector);
  if (op == ScalarOp::Add)
    return join(ir,
                {foldLanes(ir, op, realType(type), all.re, target), foldLanes(ir, op, realType(type), all.im, target)});
  Value *folded = nullptr;
  for (std::uint64_t lane = 0; lane < partCount(vector); ++lane) {
    Value *one = join(ir, {ir.CreateExtractElement(all.re, lane), ir.CreateExtractElement(all.im, lane)});
    folded = folded ? applyComplex(ir, op, {folded, one}, target) : one;
  }
  return folded;
}

} // namespace einjit::codegen
