// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels as object files, for programs without einjit.
#include "CodeGen/CodeGen.h"
#include "Driver/CHeader.h"
#include "Driver/KernelImpl.h"
#include "Runtime/FileWriter.h"
#include <filesystem>
#include <fmt/format.h>

namespace einjit {
namespace {

[[noreturn]] void refuse(std::string message, std::string help) {
  throwError({{DiagnosticKind::BadArguments, std::move(message), {}, {}, std::move(help)}}, {});
}

/// The kernel's arguments: the files that it loads are carried by the code, everything else is passed.
std::vector<codegen::Argument> argumentsOf(const Compilation &made) {
  // Code addresses its data in 32 bits.
  constexpr std::int64_t mostBytes = std::int64_t{1} << 30;
  std::vector<codegen::Argument> arguments(made.inputs.size());
  std::int64_t total = 0;
  for (const LoadedFile &file : made.files) {
    const auto bytes = static_cast<std::size_t>(file.tensor.size()) * byteSize(file.tensor.type().dtype);
    total += static_cast<std::int64_t>(bytes);
    arguments.push_back(std::span(static_cast<const char *>(file.tensor.data()), bytes));
  }
  if (total > mostBytes)
    throwError({{DiagnosticKind::KernelTooLarge,
                 fmt::format("the files that the program loads have {} bytes, and an object file takes at most {}",
                             total, mostBytes),
                 {},
                 {},
                 "declare them as inputs instead"}},
               {});
  arguments.resize(arguments.size() + made.results.size());
  return arguments;
}

} // namespace

void Kernel::save(const std::string &path, const std::string &symbol) const {
  const std::filesystem::path object(path);
  const std::string name = symbol.empty() ? object.stem().string() : symbol;
  if (object.extension() != ".o")
    refuse(fmt::format("'{}' is no name of an object file", path),
           "it ends in .o; the header gets the same name with .h");
  if (!isCName(name)) refuse(fmt::format("'{}' is no name of a function in C", name), "give the function another name");

  const Compilation &made = impl_->compilation;
  auto module = codegen::generate(made.loops, made.target); // for one thread: no other would be there
  if (!module) throwError(module.errors(), {});
  if (const Status added = codegen::addCFunction(*module, name, argumentsOf(made)); !added)
    throwError(added.errors(), {});
  codegen::optimize(*module);
  const std::int64_t scratchBytes = module->scratch().totalBytes();
  const std::vector<char> code = codegen::object(*std::move(module));
  const std::string header = cHeader(made, {name, scratchBytes, codegen::neededSymbols(code)});
  writeFile(path, {{code.data(), code.size()}});
  writeFile(std::filesystem::path(object).replace_extension(".h").string(), {header});
}

} // namespace einjit
