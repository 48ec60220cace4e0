// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that differs between LLVM's majors 19 to 22, as far as einjit uses it: where a triple is wanted as text or as a
// Triple, and where absoluteSymbols and SelfExecutorProcessControl are declared.
#pragma once

#include <llvm/IR/Module.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Triple.h>
#if __has_include(<llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>)
#include <llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>
#else
#include <llvm/ExecutionEngine/Orc/Core.h>
#endif
#if __has_include(<llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h>)
#include <llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h>
#else
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#endif
#include <memory>
#include <string>
#include <type_traits>

namespace einjit::llvmCompat {

/// Calls `function` with the triple as a Triple where LLVM takes one, else as text: majors differ from call to call.
template <class Function> auto withTriple(const llvm::Triple &triple, const Function &function) {
  if constexpr (std::is_invocable_v<Function, const llvm::Triple &>)
    return function(triple);
  else
    return function(triple.str());
}

inline void setTargetTriple(llvm::Module &module, const llvm::Triple &triple) {
  withTriple(triple, [&](const auto &t) -> decltype(module.setTargetTriple(t)) { module.setTargetTriple(t); });
}

/// The code generator for `triple`, or null and the reason.
inline const llvm::Target *lookupTarget(const llvm::Triple &triple, std::string &error) {
  return withTriple(triple, [&](const auto &t) -> decltype(llvm::TargetRegistry::lookupTarget(t, error)) {
    return llvm::TargetRegistry::lookupTarget(t, error);
  });
}

/// The tables of processors and features that exist for `triple`.
inline std::unique_ptr<llvm::MCSubtargetInfo> subtargetTables(const llvm::Target &target, const llvm::Triple &triple) {
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      withTriple(triple, [&](const auto &t) -> decltype(target.createMCSubtargetInfo(t, "", "")) {
        return target.createMCSubtargetInfo(t, "", "");
      }));
}

/// A machine that makes position-independent code for a JIT.
inline std::unique_ptr<llvm::TargetMachine> createMachine(const llvm::Target &target, const llvm::Triple &triple,
                                                          const std::string &cpu, const std::string &features,
                                                          llvm::CodeGenOptLevel level) {
  const llvm::TargetOptions options;
  const auto create = [&](const auto &t) -> decltype(target.createTargetMachine(t, cpu, features, options, {})) {
    return target.createTargetMachine(t, cpu, features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small, level,
                                      /*JIT=*/true);
  };
  return std::unique_ptr<llvm::TargetMachine>(withTriple(triple, create));
}

} // namespace einjit::llvmCompat
