// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's scheduler behind register allocation compares each instruction of a block with the others: long ones, as those
// of unrolled transposes and results, would take longer than the rest of code generation. Cut into regions they take
// time in proportion to their length, and processors reorder what is further apart themselves.
#pragma once

namespace llvm {
class Pass;
}

namespace einjit::codegen {

/// A pass for before that scheduler, where the processor's model asks for it: puts labels between regions.
llvm::Pass *createRegionCuts();
/// And for behind it: takes them out.
llvm::Pass *createRegionJoins();

} // namespace einjit::codegen
