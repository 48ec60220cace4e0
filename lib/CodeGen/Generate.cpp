// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Functions.h"
#include "CodeGen/Halves.h"
#include "CodeGen/LlvmCompat.h"
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include "CodeGen/Size.h"
#include "Support/Stopwatch.h"
#include <algorithm>
#include <atomic>
#include <future>
#include <system_error>

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

namespace {

/// What the modules of a kernel have in common.
class Generation {
public:
  Generation(const loop::Kernel &kernel, const Target &target, Layout layout, std::int64_t threads)
      : kernel_(kernel), target_(target), layout_(std::move(layout)), writtenLanes_(kernel), threads_(threads) {}

  /// The module with the entry point, which calls what `calls` names.
  Result<Module> first(Calls *calls) const {
    return module([&](const ModuleContext &context, Module::Impl &impl) {
      ModuleContext calling = context;
      calling.calls = calls;
      impl.entry = emitEntry(calling)->getName();
    });
  }

  /// The module with the functions that the first one calls.
  Result<Module> second(const Calls &calls) const {
    return module([&](const ModuleContext &context, Module::Impl &) { calls.emitFunctions(context); });
  }

private:
  template <class Emit> Result<Module> module(const Emit &emit) const {
    const Result<Machine> machine = Machine::borrow(target_);
    if (!machine) return machine.errors();
    auto impl = std::make_unique<Module::Impl>(target_);
    impl->scratch = layout_.arena;
    impl->hasTransient = std::ranges::find(layout_.transient, true) != layout_.transient.end();
    impl->module.setDataLayout((*machine)->createDataLayout());
    llvmCompat::setTargetTriple(impl->module, (*machine)->getTargetTriple());
    const AliasScopes aliases(impl->context, kernel_, layout_);
    emit({kernel_, target_, layout_, aliases, writtenLanes_, threads_, **machine, impl->module}, *impl);
    return Module(std::move(impl));
  }

  const loop::Kernel &kernel_;
  const Target &target_;
  const Layout layout_;
  const WrittenLanes writtenLanes_;
  const std::int64_t threads_;
};

Result<Generation> begin(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  ++generationCount;
  if (const Status size = checkSize(kernel, target); !size) return size.errors();
  Result<Layout> layout = layOut(kernel, threads);
  if (!layout) return layout.errors();
  return Generation(kernel, target, *std::move(layout), threads);
}

/// The result of `work`, later: done on a thread of its own, or here and now where none can be had.
template <class Work> auto start(const Work &work) {
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error &) {
    std::promise<std::invoke_result_t<Work>> done;
    done.set_value(work());
    return done.get_future();
  }
}

} // namespace

Result<Module> generate(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  const Result<Generation> generation = begin(kernel, target, threads);
  if (!generation) return generation.errors();
  return generation->first(nullptr);
}

Result<Objects> compile(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  Stopwatch watch;
  const Result<Generation> generation = begin(kernel, target, threads);
  if (!generation) return generation.errors();
  Calls calls(secondHalf(kernel, target, threads));
  Result<Module> first = generation->first(&calls);
  if (!first) return first.errors();
  const auto makeSecond = [&]() -> Result<std::vector<char>> {
    Result<Module> second = generation->second(calls);
    if (!second) return second.errors();
    optimize(*second);
    return object(*std::move(second));
  };
  std::future<Result<std::vector<char>>> second;
  if (!calls.empty()) second = start(makeSecond);

  optimize(*first);
  Objects made{{}, first->entry(), first->scratch(), watch.lap()};
  made.files.push_back(object(*std::move(first)));
  if (!second.valid()) return made;
  auto other = second.get();
  if (!other) return other.errors();
  made.files.push_back(*std::move(other));
  return made;
}

} // namespace einjit::codegen
