// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module as text, assembly and object code.
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include <algorithm>
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

template <class T> T valueOf(llvm::Expected<T> value) {
  if (!value) throw InternalError("code generation: not an object file: " + llvm::toString(value.takeError()));
  return std::move(*value);
}

std::unique_ptr<llvm::object::ObjectFile> parse(std::span<const char> object) {
  const llvm::StringRef bytes(object.data(), object.size());
  return valueOf(llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "kernel")));
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
  const auto file = parse(object);
  std::uint64_t bytes = 0;
  for (const llvm::object::SectionRef &section : file->sections())
    if (section.isText()) bytes += section.getSize();
  return static_cast<std::int64_t>(bytes);
}

std::vector<std::string> neededSymbols(std::span<const char> object) {
  const auto file = parse(object);
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->symbols()) {
    const std::uint32_t flags = valueOf(symbol.getFlags());
    const llvm::StringRef name = valueOf(symbol.getName());
    if ((flags & llvm::object::SymbolRef::SF_Undefined) != 0 && !name.empty()) names.push_back(name.str());
  }
  std::ranges::sort(names);
  return names;
}

} // namespace einjit::codegen
