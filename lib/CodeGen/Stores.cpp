// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stores, prefetches and declarations.
#include "CodeGen/Emitter.h"
#include "CodeGen/ScalarCode.h"
#include "Support/Overloaded.h"
#include <einjit/Error.h>
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {

using llvm::Value;

void Emitter::emit(const loop::Declare &declare) {
  const loop::Buffer &buffer = kernel_[declare.buffer];
  if (context_.layout.transient[declare.buffer.index()]) scope_.memory[declare.buffer.index()] = onStack(buffer);
  if (buffer.storage == loop::Storage::Registers) scope_.registers.declare(ir_.getContext(), declare.buffer, buffer);
}

/// Memory of the function's frame, which is there from its beginning.
Value *Emitter::onStack(const loop::Buffer &buffer) {
  llvm::BasicBlock &entry = function_->getEntryBlock();
  const auto count = static_cast<std::uint64_t>(*elementCount(buffer.type));
  auto *type = llvm::ArrayType::get(memoryType(ir_.getContext(), buffer.type.dtype), count);
  llvm::AllocaInst *memory = Builder(&entry, entry.begin()).CreateAlloca(type, nullptr, buffer.name);
  memory->setAlignment(llvm::Align(64));
  return memory;
}

// The address may lie outside the buffer, so its computation must not promise otherwise.
void Emitter::emit(const loop::Prefetch &prefetch) {
  if (context_.streams && kernel_[prefetch.address.buffer].stream) return; // its lines are not wanted
  const Place at = place(prefetch.address);
  constexpr std::uint32_t read = 0, inL2 = 2, inL1 = 3, data = 1;
  ir_.CreateIntrinsic(llvm::Intrinsic::prefetch, {at.pointer->getType()},
                      {at.pointer, ir_.getInt32(read), ir_.getInt32(prefetch.toL2 ? inL2 : inL1), ir_.getInt32(data)});
}

void Emitter::emit(const loop::Store &store) {
  const Mask mask = maskOf(store);
  if (mask.isNone()) return;
  store.reduce ? write(store.target, reduce(store, mask), Mask::all(1))
               : write(store.target, evaluate(store, mask), mask);
}

Mask Emitter::maskOf(const loop::Store &store) {
  if (!store.laneBound) return Mask::all(store.lanes);
  const Affine bound = scope_.variables.fold(*store.laneBound);
  const std::int64_t least = scope_.variables.minimum(bound), most = scope_.variables.maximum(bound);
  if (least >= store.lanes) return Mask::all(store.lanes);
  if (most <= 0) return {store.lanes, 0};
  if (bound.isConstant()) return {store.lanes, bound.constant};
  return maskBelow(ir_, store.lanes, scope_.variables.emit(ir_, bound), least, most);
}

// What is the same for all lanes is computed once, as a scalar. It may be read even where no lane takes part: such an
// element always lies inside its buffer.
Emitter::Lanes Emitter::evaluate(const loop::Store &store, const Mask &mask) {
  std::vector<Lanes> values;
  values.reserve(store.value.nodes.size());
  for (const scalar::Node &node : store.value.nodes)
    values.push_back(std::visit(
        Overloaded{
            [&](const scalar::Operand &operand) { return read(store.operands[operand.index], mask); },
            [&](const scalar::Literal &literal) { return Lanes{constant(ir_.getContext(), literal.value), true}; },
            [&](const scalar::Apply &) { return apply(store, node, values); },
            [&](const scalar::Accumulator &) -> Lanes {
              throw InternalError("code generation: an accumulator in the loop IR");
            },
        },
        node.kind));
  return values.back();
}

Emitter::Lanes Emitter::apply(const loop::Store &store, const scalar::Node &node, llvm::ArrayRef<Lanes> values) {
  const auto &application = std::get<scalar::Apply>(node.kind);
  bool uniform = true;
  for (scalar::NodeId id : application.arguments) uniform = uniform && values[id.index()].uniform;
  llvm::SmallVector<Value *, 3> arguments;
  for (scalar::NodeId id : application.arguments)
    arguments.push_back(widen(values[id.index()], uniform ? 1 : store.lanes, store.value[id].type));
  const DType argumentType = store.value[application.arguments.back()].type; // of a select, not the condition's
  return {applyOp(ir_, application.op, argumentType, node.type, arguments, context_.target), uniform};
}

Value *Emitter::widen(const Lanes &value, std::int64_t lanes, DType type) {
  return value.uniform ? splat(ir_, value.value, lanes, type) : value.value;
}

/// What a store folds: its value, the operator's identity in lanes that take no part.
Value *Emitter::foldable(const loop::Store &store, const Mask &mask) {
  const DType type = store.value.type();
  Value *neutral = splat(ir_, constant(ir_.getContext(), identity(*store.reduce, type)), store.lanes, type);
  if (mask.isNone()) return neutral;
  Value *value = widen(evaluate(store, mask), store.lanes, type);
  return mask.isAll() ? value : ir_.CreateSelect(selectMask(ir_, mask.value(ir_), type), value, neutral);
}

/// target op (lanes folded with op).
Emitter::Lanes Emitter::reduce(const loop::Store &store, const Mask &mask) {
  const DType type = store.value.type();
  Value *folded = foldable(store, mask);
  if (store.lanes > 1) folded = foldLanes(ir_, *store.reduce, type, folded, context_.target);
  Value *old = read(store.target, Mask::all(1)).value;
  return {applyOp(ir_, *store.reduce, type, type, {old, folded}, context_.target), true};
}

Emitter::Lanes Emitter::read(const loop::Access &access, const Mask &mask) {
  const loop::Buffer &buffer = kernel_[access.buffer];
  if (buffer.storage == loop::Storage::Registers)
    return {scope_.registers[registerOf(kernel_, access, scope_.variables)], buffer.lanes == 1};
  if (buffer.storage == loop::Storage::Iota) return position(access, mask.lanes);
  if (const auto found = transposedReads_.find(&access); found != transposedReads_.end()) return {found->second, false};
  const Place from = place(access);
  if (from.stride == 0 || mask.lanes == 1) return {loadOne(ir_, from), true};
  return {load(ir_, from, mask, context_.target), false};
}

/// An element of an iota: base, or base + stride * <0, 1, 2, …>.
Emitter::Lanes Emitter::position(const loop::Access &access, std::int64_t lanes) {
  const Affine offset = scope_.variables.fold(loop::linearOffset(kernel_, access));
  const std::int64_t stride = offset.coefficient(loop::laneVariable);
  Value *base = scope_.variables.emit(ir_, offset);
  if (stride == 0 || lanes == 1) return {base, true};
  llvm::SmallVector<std::uint64_t> steps;
  for (std::int64_t lane = 0; lane < lanes; ++lane) steps.push_back(static_cast<std::uint64_t>(lane * stride));
  Value *numbers = llvm::ConstantDataVector::get(ir_.getContext(), steps);
  return {ir_.CreateAdd(splat(ir_, base, lanes, DType::I64), numbers), false};
}

void Emitter::write(const loop::Access &access, const Lanes &value, const Mask &mask) {
  const loop::Buffer &buffer = kernel_[access.buffer];
  if (buffer.storage == loop::Storage::Registers) return writeRegister(access, value, mask);
  if (const auto found = transposedWrites_.find(&access); found != transposedWrites_.end()) {
    found->second = widen(value, mask.lanes, buffer.type.dtype);
    return;
  }
  const std::int64_t stride = laneStride(kernel_, access);
  countStores(stride >= -1 && stride <= 1 ? 1 : mask.lanes);
  if (mask.lanes == 1)
    storeOne(ir_, place(access), value.value);
  else
    store(ir_, place(access), widen(value, mask.lanes, buffer.type.dtype), mask, context_.target);
}

// Lanes that are never written hold nothing that a mask would have to keep.
void Emitter::writeRegister(const loop::Access &access, const Lanes &value, const Mask &mask) {
  const Register which = registerOf(kernel_, access, scope_.variables);
  Value *&target = scope_.registers[which];
  const DType type = kernel_[access.buffer].type.dtype;
  Value *written = widen(value, mask.lanes, type);
  const bool isWhole = !mask.bits && mask.active >= context_.writtenLanes[which];
  target = isWhole ? written : ir_.CreateSelect(selectMask(ir_, mask.value(ir_), type), written, target);
}

/// The variable part of the address first, from the outermost variable inwards: it is shared by the copies an unrolled
/// loop makes, and they become displacements of one base register.
Place Emitter::place(const loop::Access &access) {
  const loop::Buffer &buffer = kernel_[access.buffer];
  const DType dtype = buffer.type.dtype;
  const Affine offset = scope_.variables.fold(loop::linearOffset(kernel_, access));
  const auto bytes = static_cast<std::int64_t>(byteSize(dtype));
  Value *pointer = scope_.memory[access.buffer.index()];
  for (const Affine::Term &term : scope_.variables.outermostFirst(offset))
    pointer = scope_.variables.advance(ir_, pointer, term, bytes);
  if (offset.constant != 0)
    pointer = ir_.CreatePtrAdd(pointer, ir_.getInt64(static_cast<std::uint64_t>(offset.constant * bytes)));
  return {pointer, dtype, offset.coefficient(loop::laneVariable), context_.aliases[access.buffer],
          streamAlignment(buffer, offset)};
}

/// The largest power of two, up to a cache line, of which lane 0's place in a streamed buffer is a multiple in bytes.
std::int64_t Emitter::streamAlignment(const loop::Buffer &buffer, const Affine &offset) const {
  if (!context_.streams || !buffer.stream) return 0;
  const auto bytes = static_cast<std::int64_t>(byteSize(buffer.type.dtype));
  std::int64_t bits = streamLineBytes | (offset.constant * bytes);
  for (const Affine::Term &term : offset.terms)
    if (term.variable != loop::laneVariable) bits |= term.coefficient * bytes;
  return bits & -bits;
}

} // namespace einjit::codegen
