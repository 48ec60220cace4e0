// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "CodeGen/CodeGen.h"
#include "Driver/Arguments.h"
#include "Driver/Pipeline.h"
#include "Jit/Jit.h"
#include <optional>

namespace einjit {

/// A compilation and its code. Immutable once made, so that it may be shared between threads.
struct Kernel::Impl {
  Compilation compilation;
  ArgumentLayouts arguments;
  std::optional<jit::Code> code; ///< nothing where the target is not this machine
  codegen::ScratchLayout scratch;
  std::int64_t codeBytes = 0;

  /// Whether there is code for this machine that needs no temporaries, and no arguments but inputs and results.
  bool isPlain() const { return code && compilation.cost.scratchBytes == 0 && compilation.files.empty(); }
};

/// Lowers, generates code and, if the target can run here, loads it. With `cache` and `diskCache`, code that is on disk
/// is not generated, and code that is not is stored there.
Result<std::shared_ptr<const Kernel::Impl>> buildKernel(Source source, const Options &options);
/// Code for loop IR alone, for loops that einjit writes itself; the target must be able to run here.
Result<std::shared_ptr<const Kernel::Impl>> buildFromLoops(loop::Kernel loops, const Target &target,
                                                           std::int64_t threads);

/// Kernels of this process whose code was generated and linked, and those whose code was on disk.
struct BuildCounts {
  std::uint64_t compiled = 0, loaded = 0;
};
BuildCounts buildCounts();

} // namespace einjit
