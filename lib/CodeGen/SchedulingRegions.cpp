// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/SchedulingRegions.h"
#include <llvm/ADT/STLExtras.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/MC/MCContext.h>

namespace einjit::codegen {
namespace {

/// Instructions of a region. With 128, batches of products of 8 by 8 took 1.05 of the time.
constexpr unsigned longest = 256;

constexpr unsigned boundary = llvm::TargetOpcode::ANNOTATION_LABEL;

class RegionCuts : public llvm::MachineFunctionPass {
public:
  static char ID;
  RegionCuts() : MachineFunctionPass(ID) {}

  bool runOnMachineFunction(llvm::MachineFunction &function) override {
    if (!function.getSubtarget().enablePostRAScheduler()) return false;
    for (llvm::MachineBasicBlock &block : function)
      if (block.size() > longest) cut(block);
    return true;
  }

private:
  static void cut(llvm::MachineBasicBlock &block) {
    llvm::MachineFunction &function = *block.getParent();
    const llvm::MCInstrDesc &label = function.getSubtarget().getInstrInfo()->get(boundary);
    unsigned length = 0;
    for (auto at = block.begin(), end = block.getFirstTerminator(); at != end; ++at) {
      if (++length <= longest) continue;
      llvm::BuildMI(block, at, llvm::DebugLoc(), label).addSym(function.getContext().createTempSymbol());
      length = 0;
    }
  }
};
char RegionCuts::ID = 0;

class RegionJoins : public llvm::MachineFunctionPass {
public:
  static char ID;
  RegionJoins() : MachineFunctionPass(ID) {}

  bool runOnMachineFunction(llvm::MachineFunction &function) override {
    for (llvm::MachineBasicBlock &block : function)
      for (llvm::MachineInstr &instruction : llvm::make_early_inc_range(block))
        if (instruction.getOpcode() == boundary) instruction.eraseFromParent();
    return true;
  }
};
char RegionJoins::ID = 0;

} // namespace

llvm::Pass *createRegionCuts() { return new RegionCuts; }
llvm::Pass *createRegionJoins() { return new RegionJoins; }

} // namespace einjit::codegen
