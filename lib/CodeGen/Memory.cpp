// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Memory.h"
#include <algorithm>
#include <bit>
#include <limits>
#include <llvm/IR/Intrinsics.h>
#include <numeric>

namespace einjit::codegen {
namespace {

using llvm::Value;

constexpr std::int64_t leastRegisterBytes = 16;

unsigned asUnsigned(std::int64_t lanes) { return static_cast<unsigned>(lanes); }

llvm::Align alignment(DType type) { return llvm::Align(byteSize(realType(type))); }

llvm::FixedVectorType *vectorType(llvm::Type *element, std::int64_t lanes) {
  return llvm::FixedVectorType::get(element, asUnsigned(lanes));
}

/// `offset` elements behind lane 0's.
Value *offsetPointer(Builder &ir, const Place &place, std::int64_t offset) {
  const std::int64_t bytes = offset * static_cast<std::int64_t>(byteSize(place.type));
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

/// Lanes of the vector that takes known leading ones from memory or to it: just those where masking is dear, else those
/// of the shortest register. A masked load or store waits for every line that the whole vector would touch.
std::int64_t lanesInMemory(const Place &place, const Mask &mask, const Target &target) {
  if (mask.bits || mask.isAll()) return mask.lanes;
  if (!target.maskedVectors) return mask.active;
  const std::int64_t least = leastRegisterBytes / static_cast<std::int64_t>(byteSize(place.type));
  return std::min(mask.lanes, std::max(least, static_cast<std::int64_t>(std::bit_ceil(asUnsigned(mask.active)))));
}

Value *loadContiguous(Builder &ir, const Place &place, const Mask &mask, const Target &target) {
  auto *type = vectorType(memoryType(ir.getContext(), place.type), mask.lanes);
  if (mask.isAll()) return plainLoad(ir, place, place.pointer, type);
  if (const std::int64_t lanes = lanesInMemory(place, mask, target); lanes < mask.lanes)
    return resize(ir, loadContiguous(ir, place, {lanes, mask.active}, target), lanes, mask.lanes);
  return marked(ir.CreateMaskedLoad(type, place.pointer, alignment(place.type), mask.value(ir),
                                    llvm::Constant::getNullValue(type)),
                place);
}

/// Past the caches, if the place allows it and the vector has whole registers of x86.
void vectorStore(Builder &ir, const Place &place, Value *value) {
  const std::uint64_t bytes = value->getType()->getPrimitiveSizeInBits().getFixedValue() / 8;
  const auto alignment = static_cast<std::uint64_t>(place.streamAlignment);
  if (bytes < 16 || alignment == 0 || alignment % std::min<std::uint64_t>(bytes, 64) != 0)
    return plainStore(ir, place, value, place.pointer);
  llvm::StoreInst *store = ir.CreateAlignedStore(value, place.pointer, llvm::Align(std::min<std::uint64_t>(bytes, 64)));
  annotateStore(store, place.alias);
  llvm::Metadata *one = llvm::ConstantAsMetadata::get(ir.getInt32(1));
  store->setMetadata(llvm::LLVMContext::MD_nontemporal, llvm::MDNode::get(ir.getContext(), {one}));
}

/// Known leading lanes that are one shorter register, or two.
bool areShortRegisters(const Place &place, const Mask &mask) {
  if (mask.bits || mask.isAll() ||
      mask.active * static_cast<std::int64_t>(byteSize(place.type)) % leastRegisterBytes != 0)
    return false;
  return std::popcount(static_cast<std::uint64_t>(mask.active)) <= 2;
}

/// The longest register first.
void storeShortRegisters(Builder &ir, const Place &place, Value *value, const Mask &mask) {
  std::int64_t length = 0;
  for (std::int64_t begin = 0; begin < mask.active; begin += length) {
    length = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(mask.active - begin)));
    llvm::SmallVector<int> lanes(asUnsigned(length));
    std::iota(lanes.begin(), lanes.end(), static_cast<int>(begin));
    plainStore(ir, place, ir.CreateShuffleVector(value, lanes), offsetPointer(ir, place, begin));
  }
}

void storeContiguous(Builder &ir, const Place &place, Value *value, const Mask &mask, const Target &target) {
  if (mask.isAll()) return vectorStore(ir, place, value);
  if (areShortRegisters(place, mask)) return storeShortRegisters(ir, place, value, mask);
  if (const std::int64_t lanes = lanesInMemory(place, mask, target); lanes < mask.lanes)
    return storeContiguous(ir, place, resize(ir, value, mask.lanes, lanes), {lanes, mask.active}, target);
  annotateStore(ir.CreateMaskedStore(value, place.pointer, alignment(place.type), mask.value(ir)), place.alias);
}

/// The same lanes in the order of memory, where lane order is the reverse.
Mask reversed(Builder &ir, const Mask &mask) {
  if (mask.isAll()) return mask;
  return {mask.lanes, mask.lanes, ir.CreateVectorReverse(mask.value(ir))};
}

Place lastLaneFirst(Builder &ir, const Place &place, std::int64_t lanes) {
  return {offsetPointer(ir, place, (lanes - 1) * place.stride), place.type, 1, place.alias};
}

/// Elements apart from each other: of a vector register's lanes in order, `offsets` behind `place` (in elements).
struct Apart {
  Place place;
  llvm::SmallVector<std::int64_t> offsets;
  std::int64_t lanes; ///< offsets come in rounds of so many lanes
};

/// Of complex numbers first all real parts, then all imaginary ones: the planar order of registers.
Apart apart(const Place &place, std::int64_t lanes) {
  const std::int64_t parts = isComplex(place.type) ? 2 : 1;
  Apart elements{{place.pointer, realType(place.type), 0, place.alias}, {}, lanes};
  for (std::int64_t part = 0; part < parts; ++part)
    for (std::int64_t lane = 0; lane < lanes; ++lane) elements.offsets.push_back(lane * place.stride * parts + part);
  return elements;
}

Value *pointersTo(Builder &ir, const Apart &elements) {
  llvm::SmallVector<llvm::Constant *> offsets;
  for (std::int64_t offset : elements.offsets) offsets.push_back(ir.getInt64(static_cast<std::uint64_t>(offset)));
  return ir.CreateGEP(memoryType(ir.getContext(), elements.place.type), elements.place.pointer,
                      llvm::ConstantVector::get(offsets));
}

/// Calls `visit` with number and address of each element that takes part.
template <class Visit> void forEach(Builder &ir, const Apart &elements, const Mask &mask, const Visit &visit) {
  for (std::size_t i = 0; i < elements.offsets.size(); ++i)
    if (static_cast<std::int64_t>(i) % elements.lanes < mask.active)
      visit(i, offsetPointer(ir, elements.place, elements.offsets[i]));
}

Value *gather(Builder &ir, const Place &place, const Mask &mask) {
  const Apart elements = apart(place, mask.lanes);
  llvm::Type *element = memoryType(ir.getContext(), elements.place.type);
  auto *type = vectorType(element, static_cast<std::int64_t>(elements.offsets.size()));
  if (mask.bits)
    return marked(ir.CreateMaskedGather(type, pointersTo(ir, elements), alignment(place.type),
                                        selectMask(ir, mask.bits, place.type), llvm::Constant::getNullValue(type)),
                  place);
  Value *vector = llvm::PoisonValue::get(type);
  forEach(ir, elements, mask, [&](std::size_t i, Value *pointer) {
    vector = ir.CreateInsertElement(vector, plainLoad(ir, elements.place, pointer, element), i);
  });
  return vector;
}

void scatter(Builder &ir, const Place &place, Value *value, const Mask &mask) {
  const Apart elements = apart(place, mask.lanes);
  if (mask.bits) {
    annotateStore(ir.CreateMaskedScatter(value, pointersTo(ir, elements), alignment(place.type),
                                         selectMask(ir, mask.bits, place.type)),
                  place.alias);
    return;
  }
  forEach(ir, elements, mask, [&](std::size_t i, Value *pointer) {
    plainStore(ir, elements.place, ir.CreateExtractElement(value, i), pointer);
  });
}

/// Complex numbers side by side, as twice as many parts side by side.
Place partsOf(const Place &place) {
  return {place.pointer, realType(place.type), 1, place.alias, place.streamAlignment};
}

Mask partsOf(Builder &ir, const Mask &mask) {
  Mask parts{2 * mask.lanes, 2 * mask.active, nullptr};
  if (!mask.bits) return parts;
  llvm::SmallVector<int> each(asUnsigned(parts.lanes));
  for (std::size_t i = 0; i < each.size(); ++i) each[i] = static_cast<int>(i / 2);
  parts.bits = ir.CreateShuffleVector(mask.bits, each);
  return parts;
}

/// From memory's order, re im re im …, to registers': re re … im im ….
Value *toPlanar(Builder &ir, Value *vector, std::int64_t lanes) {
  llvm::SmallVector<int> from(asUnsigned(2 * lanes));
  for (std::size_t i = 0; i < from.size(); ++i)
    from[i] = static_cast<int>(i < from.size() / 2 ? 2 * i : 2 * i - from.size() + 1);
  return ir.CreateShuffleVector(vector, from);
}

Value *toInterleaved(Builder &ir, Value *vector, std::int64_t lanes) {
  llvm::SmallVector<int> from(asUnsigned(2 * lanes));
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<int>(i / 2 + (i % 2) * from.size() / 2);
  return ir.CreateShuffleVector(vector, from);
}

/// Lanes in the opposite order; complex numbers stay whole.
Value *reverse(Builder &ir, Value *vector, std::int64_t lanes, DType type) {
  if (!isComplex(type)) return ir.CreateVectorReverse(vector);
  llvm::SmallVector<int> from(asUnsigned(2 * lanes));
  for (std::size_t i = 0; i < from.size(); ++i)
    from[i] = static_cast<int>(i < from.size() / 2 ? from.size() / 2 - 1 - i : 3 * from.size() / 2 - 1 - i);
  return ir.CreateShuffleVector(vector, from);
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
  return {lanes, lanes, ir.CreateICmpSLT(iota, splat(ir, ir.CreateTrunc(bound, ir.getInt32Ty()), lanes, DType::I32))};
}

Value *loadAdjacent(Builder &ir, const Place &place, const Mask &mask, const Target &target) {
  return isComplex(place.type) ? loadContiguous(ir, partsOf(place), partsOf(ir, mask), target)
                               : loadContiguous(ir, place, mask, target);
}

void storeAdjacent(Builder &ir, const Place &place, Value *value, const Mask &mask, const Target &target) {
  isComplex(place.type) ? storeContiguous(ir, partsOf(place), value, partsOf(ir, mask), target)
                        : storeContiguous(ir, place, value, mask, target);
}

Value *fromAdjacent(Builder &ir, Value *vector, std::int64_t lanes, DType type) {
  return isComplex(type) ? toPlanar(ir, vector, lanes) : fromMemory(ir, vector, type);
}

Value *toAdjacent(Builder &ir, Value *vector, std::int64_t lanes, DType type) {
  return isComplex(type) ? toInterleaved(ir, vector, lanes) : toMemory(ir, vector, type);
}

Value *load(Builder &ir, const Place &place, const Mask &mask, const Target &target) {
  if (place.stride == 1) return fromAdjacent(ir, loadAdjacent(ir, place, mask, target), mask.lanes, place.type);
  if (place.stride != -1) return fromMemory(ir, gather(ir, place, mask), place.type);
  Value *loaded = loadAdjacent(ir, lastLaneFirst(ir, place, mask.lanes), reversed(ir, mask), target);
  return reverse(ir, fromAdjacent(ir, loaded, mask.lanes, place.type), mask.lanes, place.type);
}

void store(Builder &ir, const Place &place, Value *value, const Mask &mask, const Target &target) {
  if (place.stride == 1) return storeAdjacent(ir, place, toAdjacent(ir, value, mask.lanes, place.type), mask, target);
  if (place.stride != -1) return scatter(ir, place, toMemory(ir, value, place.type), mask);
  value = toAdjacent(ir, reverse(ir, value, mask.lanes, place.type), mask.lanes, place.type);
  storeAdjacent(ir, lastLaneFirst(ir, place, mask.lanes), value, reversed(ir, mask), target);
}

// The parts of a complex number are loaded on their own, so that each can be broadcast to a register from memory.
Value *loadOne(Builder &ir, const Place &place) {
  if (isComplex(place.type)) return gather(ir, place, Mask::all(1));
  Value *loaded = plainLoad(ir, place, place.pointer, memoryType(ir.getContext(), place.type));
  return fromMemory(ir, loaded, place.type);
}

void storeOne(Builder &ir, const Place &place, Value *value) {
  plainStore(ir, place, toMemory(ir, value, place.type), place.pointer);
}

} // namespace einjit::codegen
