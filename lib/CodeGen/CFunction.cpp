// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel as a function for callers in C:
//
//   void symbol(const void *argument0, …, void *scratch):
//     buffers = { argument0, address of carried data, … }
//     entry(buffers, scratch)
//
// The entry point stays a function: it takes `buffers` for memory that nobody writes while it runs.
#include "CodeGen/Module.h"
#include "CodeGen/Types.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// Calls of these come from LLVM's code generator alone, too late to be seen in the module.
constexpr std::string_view generatedCalls[] = {"memcpy", "memmove", "memset"};

llvm::Constant *carry(llvm::Module &module, std::span<const char> bytes) {
  llvm::Type *byte = llvm::Type::getInt8Ty(module.getContext());
  llvm::Constant *data = llvm::ConstantDataArray::getRaw({bytes.data(), bytes.size()}, bytes.size(), byte);
  auto *global =
      new llvm::GlobalVariable(module, data->getType(), true, llvm::GlobalValue::PrivateLinkage, data, "data");
  global->setAlignment(llvm::Align(64));
  return global;
}

llvm::Function *createCFunction(llvm::Module &module, const llvm::Function &entry, llvm::StringRef symbol,
                                std::size_t parameters) {
  llvm::Type *pointer = llvm::PointerType::getUnqual(module.getContext());
  const std::vector<llvm::Type *> types(parameters, pointer);
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(module.getContext()), types, false);
  llvm::Function *function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, symbol, module);
  function->addFnAttrs(llvm::AttrBuilder(module.getContext(), entry.getAttributes().getFnAttrs()));
  return function;
}

} // namespace

Status addCFunction(Module &target, const std::string &symbol, std::span<const Argument> arguments) {
  llvm::Module &module = target.impl().module;
  llvm::GlobalValue *taken = module.getNamedValue(symbol);
  if ((taken && taken->isDeclaration()) || std::ranges::find(generatedCalls, symbol) != std::end(generatedCalls))
    return Diagnostic{DiagnosticKind::BadArguments,
                      fmt::format("a kernel that calls '{}' cannot have that name itself", symbol)};
  if (taken) taken->setName(symbol + ".data"); // a constant, which nobody else sees
  llvm::Function &entry = *module.getFunction(target.impl().entry);
  entry.setLinkage(llvm::GlobalValue::InternalLinkage);
  entry.setName(symbol + ".kernel");

  const auto passed = static_cast<std::size_t>(std::ranges::count_if(arguments, [](const Argument &a) { return !a; }));
  llvm::Function *function = createCFunction(module, entry, symbol, passed + 1);
  Builder ir(llvm::BasicBlock::Create(module.getContext(), "entry", function));
  llvm::Type *pointer = ir.getPtrTy();
  Value *buffers = ir.CreateAlloca(llvm::ArrayType::get(pointer, arguments.size()), nullptr, "buffers");
  auto *parameter = function->arg_begin();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Value *address = arguments[i] ? static_cast<Value *>(carry(module, *arguments[i])) : parameter++;
    ir.CreateStore(address, ir.CreateConstGEP1_64(pointer, buffers, i));
  }
  ir.CreateCall(&entry, {buffers, parameter});
  ir.CreateRetVoid();
  target.impl().entry = symbol;
  return Success{};
}

} // namespace einjit::codegen
