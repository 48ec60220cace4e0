// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Emission.h"
#include "CodeGen/ProcessEnd.h"
#include "CodeGen/SchedulingRegions.h"
#include <algorithm>
#include <einjit/Error.h>
#include <llvm/Pass.h>
#include <llvm/PassInfo.h>
#include <llvm/PassRegistry.h>

namespace einjit::codegen {
namespace {

/// By the names that LLVM's command lines have for them. README.md has the times.
constexpr llvm::StringRef omitted[] = {
    "loop-reduce",             // addresses are emitted strength-reduced
    "canon-freeze",            // prepares for it
    "codegenprepare",          // moves addresses to where they are used, as `optimize` does, and joins blocks again
    "machine-scheduler",       // the order of emission keeps few registers alive; the processor reorders the rest
    "machine-cse",             // EarlyCSE has found what is equal
    "machine-combiner",        // reassociates chains that the planner has made as long as they are to be
    "x86-domain-reassignment", // moves integer code to mask registers
};

/// Passes on what it is given, except for the passes that are left out.
class Filter : public llvm::legacy::PassManagerBase {
public:
  explicit Filter(llvm::legacy::PassManager &passes) : passes_(passes) {}

  void add(llvm::Pass *pass) override {
    const llvm::PassInfo *info = llvm::PassRegistry::getPassRegistry()->getPassInfo(pass->getPassID());
    const llvm::StringRef name = info ? info->getPassArgument() : llvm::StringRef();
    if (std::ranges::find(omitted, name) != std::end(omitted)) return delete pass;
    const bool schedules = name == "post-RA-sched";
    if (schedules) passes_.add(createRegionCuts());
    passes_.add(pass);
    if (schedules) passes_.add(createRegionJoins());
  }

private:
  llvm::legacy::PassManager &passes_;
};

} // namespace

Emission::Emission(llvm::TargetMachine &machine, llvm::CodeGenFileType type) : out_(bytes_) {
  Filter filter(passes_);
  if (machine.addPassesToEmitFile(filter, out_, nullptr, type, /*DisableVerify=*/true))
    throw InternalError("code generation: LLVM cannot write this kind of file for the target");
}

llvm::ArrayRef<char> Emission::run(llvm::Module &module) {
  bytes_.clear();
  passes_.run(module);
  noteGeneration();
  return bytes_;
}

} // namespace einjit::codegen
