// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that differs between LLVM's majors 19 to 22, as far as einjit uses it: where a triple is wanted as text or as a
// Triple, and where absoluteSymbols is declared.
#pragma once

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Triple.h>
#if LLVM_VERSION_MAJOR >= 20
#include <llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>
#else
#include <llvm/ExecutionEngine/Orc/Core.h>
#endif
#include <memory>
#include <string>

namespace einjit::llvmCompat {

#if LLVM_VERSION_MAJOR >= 21
inline const llvm::Triple &tripleArgument(const llvm::Triple &triple) { return triple; }
#else
inline const std::string &tripleArgument(const llvm::Triple &triple) { return triple.str(); }
#endif

inline void setTargetTriple(llvm::Module &module, const llvm::Triple &triple) {
  module.setTargetTriple(tripleArgument(triple));
}

/// The code generator for `triple`, or null and the reason.
inline const llvm::Target *lookupTarget(const llvm::Triple &triple, std::string &error) {
#if LLVM_VERSION_MAJOR >= 22
  return llvm::TargetRegistry::lookupTarget(triple, error);
#else
  return llvm::TargetRegistry::lookupTarget(triple.str(), error);
#endif
}

/// The tables of processors and features that exist for `triple`.
inline std::unique_ptr<llvm::MCSubtargetInfo> subtargetTables(const llvm::Target &target, const llvm::Triple &triple) {
  return std::unique_ptr<llvm::MCSubtargetInfo>(target.createMCSubtargetInfo(tripleArgument(triple), "", ""));
}

/// A machine that makes position-independent code for a JIT.
inline std::unique_ptr<llvm::TargetMachine> createMachine(const llvm::Target &target, const llvm::Triple &triple,
                                                          const std::string &cpu, const std::string &features,
                                                          llvm::CodeGenOptLevel level) {
  return std::unique_ptr<llvm::TargetMachine>(target.createTargetMachine(tripleArgument(triple), cpu, features,
                                                                         llvm::TargetOptions(), llvm::Reloc::PIC_,
                                                                         llvm::CodeModel::Small, level, /*JIT=*/true));
}

} // namespace einjit::llvmCompat
