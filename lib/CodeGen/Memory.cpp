// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Memory.h"
#include <algorithm>
#include <limits>
#include <llvm/IR/Intrinsics.h>
#include <numeric>

namespace einjit::codegen {
namespace {

using llvm::Value;

unsigned asUnsigned(std::int64_t lanes) { return static_cast<unsigned>(lanes); }

llvm::Align alignment(DType type) { return llvm::Align(byteSize(type)); }

llvm::FixedVectorType *vectorType(llvm::Type *element, std::int64_t lanes) {
  return llvm::FixedVectorType::get(element, asUnsigned(lanes));
}

Value *elementPointer(Builder &ir, const Place &place, std::int64_t lane) {
  const std::int64_t bytes = lane * place.stride * static_cast<std::int64_t>(byteSize(place.type));
  return bytes == 0 ? place.pointer : ir.CreatePtrAdd(place.pointer, ir.getInt64(static_cast<std::uint64_t>(bytes)));
}

Value *marked(llvm::Instruction *load, const Place &place) {
  annotateLoad(load, place.alias);
  return load;
}

Value *plainLoad(Builder &ir, const Place &place, Value *pointer, llvm::Type *type) {
  return marked(ir.CreateAlignedLoad(type, pointer, alignment(place.type)), place);
}

void plainStore(Builder &ir, const Place &place, Value *value, Value *pointer) {
  annotateStore(ir.CreateAlignedStore(value, pointer, alignment(place.type)), place.alias);
}

/// Lanes 0…from-1 of a vector, or those and undefined ones behind them.
Value *resize(Builder &ir, Value *vector, std::int64_t from, std::int64_t to) {
  llvm::SmallVector<int> lanes(asUnsigned(to), -1);
  std::iota(lanes.begin(), lanes.begin() + std::min(from, to), 0);
  return ir.CreateShuffleVector(vector, lanes);
}

/// Pointers to every lane's element.
Value *lanePointers(Builder &ir, const Place &place, std::int64_t lanes) {
  llvm::SmallVector<llvm::Constant *> offsets;
  for (std::int64_t lane = 0; lane < lanes; ++lane)
    offsets.push_back(ir.getInt64(static_cast<std::uint64_t>(lane * place.stride)));
  return ir.CreateGEP(memoryType(ir.getContext(), place.type), place.pointer, llvm::ConstantVector::get(offsets));
}

/// A mask of leading lanes that is known is a shorter vector where masking is dear.
bool shorten(const Mask &mask, const Target &target) { return !mask.bits && !mask.isAll() && !target.maskedVectors; }

Value *loadContiguous(Builder &ir, const Place &place, const Mask &mask, const Target &target) {
  llvm::Type *element = memoryType(ir.getContext(), place.type);
  if (mask.isAll()) return plainLoad(ir, place, place.pointer, vectorType(element, mask.lanes));
  if (shorten(mask, target))
    return resize(ir, plainLoad(ir, place, place.pointer, vectorType(element, mask.active)), mask.active, mask.lanes);
  auto *type = vectorType(element, mask.lanes);
  return marked(ir.CreateMaskedLoad(type, place.pointer, alignment(place.type), mask.value(ir),
                                    llvm::Constant::getNullValue(type)),
                place);
}

void storeContiguous(Builder &ir, const Place &place, Value *value, const Mask &mask, const Target &target) {
  if (!mask.isAll() && !shorten(mask, target)) {
    annotateStore(ir.CreateMaskedStore(value, place.pointer, alignment(place.type), mask.value(ir)), place.alias);
    return;
  }
  if (!mask.isAll()) value = resize(ir, value, mask.lanes, mask.active);
  plainStore(ir, place, value, place.pointer);
}

/// The same lanes in the order of memory, where lane order is the reverse.
Mask reversed(Builder &ir, const Mask &mask) {
  if (mask.isAll()) return mask;
  return {mask.lanes, mask.lanes, ir.CreateVectorReverse(mask.value(ir))};
}

Place lastLaneFirst(Builder &ir, const Place &place, std::int64_t lanes) {
  return {elementPointer(ir, place, lanes - 1), place.type, 1, place.alias};
}

Value *gather(Builder &ir, const Place &place, const Mask &mask) {
  llvm::Type *element = memoryType(ir.getContext(), place.type);
  auto *type = vectorType(element, mask.lanes);
  if (mask.bits)
    return marked(ir.CreateMaskedGather(type, lanePointers(ir, place, mask.lanes), alignment(place.type), mask.bits,
                                        llvm::Constant::getNullValue(type)),
                  place);
  Value *vector = llvm::PoisonValue::get(type);
  for (std::int64_t lane = 0; lane < mask.active; ++lane) {
    Value *loaded = plainLoad(ir, place, elementPointer(ir, place, lane), element);
    vector = ir.CreateInsertElement(vector, loaded, static_cast<std::uint64_t>(lane));
  }
  return vector;
}

void scatter(Builder &ir, const Place &place, Value *value, const Mask &mask) {
  if (mask.bits) {
    Value *pointers = lanePointers(ir, place, mask.lanes);
    annotateStore(ir.CreateMaskedScatter(value, pointers, alignment(place.type), mask.bits), place.alias);
    return;
  }
  for (std::int64_t lane = 0; lane < mask.active; ++lane)
    plainStore(ir, place, ir.CreateExtractElement(value, static_cast<std::uint64_t>(lane)),
               elementPointer(ir, place, lane));
}

} // namespace

Value *Mask::value(Builder &ir) const {
  if (bits) return bits;
  llvm::SmallVector<llvm::Constant *> constants;
  for (std::int64_t lane = 0; lane < lanes; ++lane) constants.push_back(ir.getInt1(lane < active));
  return llvm::ConstantVector::get(constants);
}

Mask maskBelow(Builder &ir, std::int64_t lanes, Value *bound, std::int64_t least, std::int64_t most) {
  // 32 bits are enough to count lanes, and half as many vectors to compare. Signed, because AVX2 has no other.
  using Limits = std::numeric_limits<std::int32_t>;
  if (least < Limits::min() || most > Limits::max()) {
    bound = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, bound, ir.getInt64(0));
    bound = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smin, bound, ir.getInt64(static_cast<std::uint64_t>(lanes)));
  }
  llvm::SmallVector<std::uint32_t> numbers(asUnsigned(lanes));
  std::iota(numbers.begin(), numbers.end(), 0U);
  Value *iota = llvm::ConstantDataVector::get(ir.getContext(), numbers);
  return {lanes, lanes, ir.CreateICmpSLT(iota, splat(ir, ir.CreateTrunc(bound, ir.getInt32Ty()), lanes))};
}

Value *load(Builder &ir, const Place &place, const Mask &mask, const Target &target) {
  Value *loaded = nullptr;
  if (place.stride == 1)
    loaded = loadContiguous(ir, place, mask, target);
  else if (place.stride == -1)
    loaded =
        ir.CreateVectorReverse(loadContiguous(ir, lastLaneFirst(ir, place, mask.lanes), reversed(ir, mask), target));
  else
    loaded = gather(ir, place, mask);
  return fromMemory(ir, loaded, place.type);
}

void store(Builder &ir, const Place &place, Value *value, const Mask &mask, const Target &target) {
  value = toMemory(ir, value, place.type);
  if (place.stride == 1)
    storeContiguous(ir, place, value, mask, target);
  else if (place.stride == -1)
    storeContiguous(ir, lastLaneFirst(ir, place, mask.lanes), ir.CreateVectorReverse(value), reversed(ir, mask),
                    target);
  else
    scatter(ir, place, value, mask);
}

Value *loadOne(Builder &ir, const Place &place) {
  Value *loaded = plainLoad(ir, place, place.pointer, memoryType(ir.getContext(), place.type));
  return fromMemory(ir, loaded, place.type);
}

void storeOne(Builder &ir, const Place &place, Value *value) {
  plainStore(ir, place, toMemory(ir, value, place.type), place.pointer);
}

} // namespace einjit::codegen
