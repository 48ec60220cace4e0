// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module as text, assembly and object code.
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include <einjit/Error.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/Cloning.h>

namespace einjit::codegen {
namespace {

Machine borrowFor(const Module &module) {
  Result<Machine> machine = Machine::borrow(module.impl().target);
  if (!machine) throw InternalError("code generation: the target is gone");
  return *std::move(machine);
}

} // namespace

std::string verify(const Module &module) {
  std::string problems;
  llvm::raw_string_ostream out(problems);
  llvm::verifyModule(module.impl().module, &out);
  return out.str();
}

std::string text(const Module &module) {
  std::string result;
  llvm::raw_string_ostream out(result);
  module.impl().module.print(out, nullptr);
  return out.str();
}

std::string assembly(const Module &module) {
  const Machine machine = borrowFor(module);
  const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module.impl().module);
  Emission emission(*machine, llvm::CodeGenFileType::AssemblyFile);
  const llvm::ArrayRef<char> text = emission.run(*copy);
  return std::string(text.begin(), text.end());
}

std::vector<char> object(Module module) {
  Machine machine = borrowFor(module);
  const llvm::ArrayRef<char> bytes = machine.objects().run(module.impl().module);
  return std::vector<char>(bytes.begin(), bytes.end());
}

std::int64_t codeBytes(std::span<const char> object) {
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(llvm::StringRef(object.data(), object.size()), "kernel"));
  if (!file) throw InternalError("code generation: not an object file: " + llvm::toString(file.takeError()));
  std::uint64_t bytes = 0;
  for (const llvm::object::SectionRef &section : (*file)->sections())
    if (section.isText()) bytes += section.getSize();
  return static_cast<std::int64_t>(bytes);
}

} // namespace einjit::codegen
