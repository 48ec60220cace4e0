// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Functions.h"
#include "CodeGen/LlvmCompat.h"
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include "CodeGen/Size.h"
#include <atomic>

namespace einjit::codegen {
namespace {

using llvm::Value;

llvm::GlobalVariable *emitConst(llvm::Module &module, const loop::Buffer &buffer) {
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *element = memoryType(context, buffer.type.dtype);
  std::vector<llvm::Constant *> elements;
  for (const Scalar &value : buffer.elements) {
    const bool *flag = std::get_if<bool>(&value);
    elements.push_back(flag ? llvm::ConstantInt::get(element, *flag) : constant(context, value));
  }
  auto *type = llvm::ArrayType::get(element, elements.size());
  auto *global = new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::PrivateLinkage,
                                          llvm::ConstantArray::get(type, elements), buffer.name);
  global->setAlignment(llvm::Align(64));
  return global;
}

/// What names stand for at the start of the entry point. Scratch of parallel loops gets its place later.
Scope entryScope(Builder &ir, const ModuleContext &context, Value *buffers, Value *arena) {
  Scope scope(context.kernel);
  scope.arena = arena;
  for (std::size_t i = 0; i < context.kernel.buffers.size(); ++i) {
    const loop::Buffer &buffer = context.kernel.buffers[i];
    Value *&place = scope.memory[i];
    if (i < context.kernel.argumentCount())
      place = loadField(ir, arena->getType(), ir.CreateConstGEP1_64(arena->getType(), buffers, i), buffer.name);
    else if (buffer.storage == loop::Storage::Const)
      place = emitConst(context.module, buffer);
    else if (const auto &offset = context.layout.shared[i])
      place = addBytes(ir, arena, *offset, buffer.name);
  }
  return scope;
}

/// Whether all streamed outs begin at whole lines; null if there are none.
Value *streamsAreAligned(Builder &ir, const loop::Kernel &kernel, const Scope &scope) {
  Value *bits = nullptr;
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i) {
    if (!kernel.buffers[i].stream) continue;
    Value *address = ir.CreatePtrToInt(scope.memory[i], ir.getInt64Ty());
    bits = bits ? ir.CreateOr(bits, address) : address;
  }
  if (!bits) return nullptr;
  return ir.CreateICmpEQ(ir.CreateAnd(bits, ir.getInt64(streamLineBytes - 1)), ir.getInt64(0));
}

/// The kernel's statements from the end of the entry point on.
void emitBody(const ModuleContext &context, llvm::Function *entry, const Scope &scope) {
  Emitter emitter(context, entry, scope);
  emitter.emit(context.kernel.body);
  finishStreams(emitter.builder(), context);
  emitter.builder().CreateRetVoid();
}

/// void entry(void *const *buffers, void *scratch). The symbol's dot keeps it apart from every name of C, so that a
/// kernel may be called `memcpy`.
llvm::Function *emitEntry(const ModuleContext &context) {
  llvm::Type *pointer = llvm::PointerType::getUnqual(context.module.getContext());
  llvm::Function *entry = createFunction(context, "einjit." + context.kernel.name, {pointer, pointer}, false);
  entry->getArg(0)->setName("buffers");
  entry->getArg(1)->setName("scratch");
  Builder ir(&entry->back());
  const Scope scope = entryScope(ir, context, entry->getArg(0), entry->getArg(1));
  if (Value *aligned = streamsAreAligned(ir, context.kernel, scope)) {
    llvm::BasicBlock *first = ir.GetInsertBlock();
    llvm::BasicBlock *streamed = llvm::BasicBlock::Create(ir.getContext(), "streamed", entry);
    ModuleContext streams = context;
    streams.streams = true;
    emitBody(streams, entry, scope);
    llvm::BasicBlock *plain = llvm::BasicBlock::Create(ir.getContext(), "plain", entry);
    Builder(first).CreateCondBr(aligned, streamed, plain);
  }
  emitBody(context, entry, scope);
  return entry;
}

} // namespace

Module::Module(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Module::Module(Module &&) noexcept = default;
Module &Module::operator=(Module &&) noexcept = default;
Module::~Module() = default;
std::string Module::entry() const { return impl_->entry; }
const ScratchLayout &Module::scratch() const { return impl_->scratch; }

namespace {
std::atomic<std::uint64_t> generationCount = 0;
}

std::uint64_t generations() { return generationCount; }

Result<Module> generate(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  ++generationCount;
  if (const Status size = checkSize(kernel, target); !size) return size.errors();
  const Result<Layout> layout = layOut(kernel, threads);
  if (!layout) return layout.errors();
  const Result<Machine> machine = Machine::borrow(target);
  if (!machine) return machine.errors();

  auto impl = std::make_unique<Module::Impl>(target);
  impl->scratch = layout->arena;
  impl->module.setDataLayout((*machine)->createDataLayout());
  llvmCompat::setTargetTriple(impl->module, (*machine)->getTargetTriple());
  const AliasScopes aliases(impl->context, kernel, *layout);
  const WrittenLanes writtenLanes(kernel);
  const ModuleContext context{kernel, target, *layout, aliases, writtenLanes, threads, **machine, impl->module};
  impl->entry = emitEntry(context)->getName();
  return Module(std::move(impl));
}

} // namespace einjit::codegen
