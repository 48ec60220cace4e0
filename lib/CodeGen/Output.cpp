// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module as text, assembly and object code.
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include <einjit/Error.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/Cloning.h>

namespace einjit::codegen {
namespace {

/// Runs the code generator on a copy, because it rewrites what it is given.
void emit(const Module &module, llvm::CodeGenFileType type, llvm::raw_pwrite_stream &out) {
  const Result<Machine> machine = Machine::borrow(module.impl().target);
  if (!machine) throw InternalError("code generation: the target is gone");
  const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module.impl().module);
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr, type, /*DisableVerify=*/true))
    throw InternalError("code generation: LLVM cannot write this kind of file for the target");
  passes.run(*copy);
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
  llvm::SmallString<0> result;
  llvm::raw_svector_ostream out(result);
  emit(module, llvm::CodeGenFileType::AssemblyFile, out);
  return std::string(result);
}

std::vector<char> object(const Module &module) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  emit(module, llvm::CodeGenFileType::ObjectFile, out);
  return {bytes.begin(), bytes.end()};
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
