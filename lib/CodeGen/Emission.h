// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's way from a module to a file, without the passes that earn nothing in code of this shape.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

namespace einjit::codegen {

/// The passes of one code generator, set up once for any number of modules.
class Emission {
public:
  /// The code generator must outlive it. Throws InternalError if it writes no such files.
  Emission(llvm::TargetMachine &machine, llvm::CodeGenFileType type);
  Emission(const Emission &) = delete;
  Emission &operator=(const Emission &) = delete;

  /// The module's machine code, until the next run; rewrites the module on the way.
  llvm::ArrayRef<char> run(llvm::Module &module);

private:
  llvm::SmallVector<char, 0> bytes_;
  llvm::raw_svector_ostream out_;
  llvm::legacy::PassManager passes_;
};

} // namespace einjit::codegen
