// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Functions.h"
#include "CodeGen/LlvmCompat.h"
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include "CodeGen/Size.h"

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

/// The buffers that the kernel's own function gets as parameters: the arguments, then shared scratch.
std::vector<loop::BufferId> parameterBuffers(const ModuleContext &context) {
  std::vector<loop::BufferId> buffers;
  for (std::size_t i = 0; i < context.kernel.argumentCount(); ++i) buffers.emplace_back(i);
  for (std::size_t i = 0; i < context.layout.shared.size(); ++i)
    if (context.layout.shared[i]) buffers.emplace_back(i);
  return buffers;
}

/// The function that does the work; its last parameter is the arena.
llvm::Function *emitBody(const ModuleContext &context, const std::vector<loop::BufferId> &buffers) {
  llvm::Type *pointer = llvm::PointerType::getUnqual(context.module.getContext());
  llvm::Function *function = createFunction(context, context.kernel.name + ".body",
                                            std::vector<llvm::Type *>(buffers.size() + 1, pointer), true);
  Scope scope(context.kernel);
  for (std::size_t i = 0; i < buffers.size(); ++i)
    receiveBuffer(context.kernel, buffers[i], *function->getArg(static_cast<unsigned>(i)),
                  scope.memory[buffers[i].index()]);
  scope.arena = function->getArg(static_cast<unsigned>(buffers.size()));
  scope.arena->setName("arena");
  for (std::size_t i = 0; i < context.kernel.buffers.size(); ++i)
    if (context.kernel.buffers[i].storage == loop::Storage::Const)
      scope.memory[i] = emitConst(context.module, context.kernel.buffers[i]);
  Emitter emitter(context, function, std::move(scope));
  emitter.emit(context.kernel.body);
  emitter.builder().CreateRetVoid();
  return function;
}

/// void entry(void *const *buffers, void *scratch)
llvm::Function *emitEntry(const ModuleContext &context) {
  llvm::Type *pointer = llvm::PointerType::getUnqual(context.module.getContext());
  llvm::Function *entry = createFunction(context, context.kernel.name, {pointer, pointer}, false);
  const std::vector<loop::BufferId> buffers = parameterBuffers(context);
  llvm::Function *body = emitBody(context, buffers);
  Builder ir(&entry->back());
  Value *array = entry->getArg(0), *arena = entry->getArg(1);
  array->setName("buffers");
  arena->setName("scratch");
  std::vector<Value *> arguments;
  for (loop::BufferId id : buffers) {
    if (const auto &offset = context.layout.shared[id.index()])
      arguments.push_back(ir.CreatePtrAdd(arena, ir.getInt64(static_cast<std::uint64_t>(*offset))));
    else
      arguments.push_back(ir.CreateLoad(pointer, ir.CreateConstGEP1_64(pointer, array, id.index())));
  }
  arguments.push_back(arena);
  llvm::CallInst *call = ir.CreateCall(body, arguments);
  call->setTailCall();
  ir.CreateRetVoid();
  return entry;
}

} // namespace

Module::Module(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Module::Module(Module &&) noexcept = default;
Module &Module::operator=(Module &&) noexcept = default;
Module::~Module() = default;
std::string Module::entry() const { return impl_->entry; }
const ScratchLayout &Module::scratch() const { return impl_->scratch; }

Result<Module> generate(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  if (const Status size = checkSize(kernel, target); !size) return size.errors();
  const Result<Layout> layout = layOut(kernel, threads);
  if (!layout) return layout.errors();
  const Result<Machine> machine = Machine::borrow(target);
  if (!machine) return machine.errors();

  auto impl = std::make_unique<Module::Impl>(target);
  impl->scratch = layout->arena;
  impl->module.setDataLayout((*machine)->createDataLayout());
  llvmCompat::setTargetTriple(impl->module, (*machine)->getTargetTriple());
  const ModuleContext context{kernel, target, *layout, threads, impl->module};
  impl->entry = emitEntry(context)->getName();
  return Module(std::move(impl));
}

} // namespace einjit::codegen
