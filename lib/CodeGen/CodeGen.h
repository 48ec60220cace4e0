// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From loop IR to machine code. Loops arrive vectorized, unrolled and register-tiled, and are emitted as what they say:
// an N-lane store becomes code on <N x T> vectors, registers become SSA values. See README.md for the choices made.
//
// The code's entry point is `void(void *const *buffers, void *scratch)`. `buffers` are the kernel's arguments, inputs
// first. `scratch` is aligned to 64 bytes and holds what every thread shares, then one slot for each thread:
//
//   | shared buffers | slot 0 | slot 1 | … |
//     sharedBytes      slotBytes each
//
// An output overlaps neither an input nor another output. Parallel loops call `einjitParallelFor` (lib/Runtime).
#pragma once

#include "Loop/Kernel.h"
#include "Support/Result.h"
#include "Target/Target.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace einjit::codegen {

struct ScratchLayout {
  std::int64_t sharedBytes = 0;
  std::int64_t slotBytes = 0; ///< each a multiple of 64
  std::int64_t slots = 0;     ///< one for each thread, if a parallel loop declares scratch
  std::int64_t totalBytes() const { return sharedBytes + slots * slotBytes; }
  friend bool operator==(const ScratchLayout &, const ScratchLayout &) = default;
};

/// Where the temporaries of a kernel lie that runs with `threads` threads; refused if they cannot be addressed.
Result<ScratchLayout> scratchLayout(const loop::Kernel &kernel, std::int64_t threads);
/// The largest temporary, as `1024 bytes for %t0, a f32[16,16]`; the kernel must have one.
std::string largestScratch(const loop::Kernel &kernel, std::int64_t threads);
/// The arena as a comment before the kernel's text: its size and the largest temporaries with their places, each
/// thread's in its slot. Empty without temporaries.
std::string scratchText(const loop::Kernel &kernel, std::int64_t threads);

/// LLVM code for one kernel. Movable; one thread at a time.
class Module {
public:
  struct Impl;
  explicit Module(std::unique_ptr<Impl> impl);
  Module(Module &&) noexcept;
  Module &operator=(Module &&) noexcept;
  ~Module();
  Impl &impl() { return *impl_; }
  const Impl &impl() const { return *impl_; }

  /// The symbol of the entry point: `einjit.` and the kernel's name, or that of the C function.
  std::string entry() const;
  const ScratchLayout &scratch() const;

private:
  std::unique_ptr<Impl> impl_;
};

/// LLVM code for a kernel that loop::verify accepts, whose parallel loops use `threads` threads (1: none are started).
/// Refused if the code would be too large, its temporaries cannot be addressed, or LLVM does not know the target.
Result<Module> generate(const loop::Kernel &kernel, const Target &target, std::int64_t threads = 1);

/// Object files to be linked together, the first with the entry point.
struct Objects {
  std::vector<std::vector<char>> files; ///< one or two
  std::string entry;
  ScratchLayout scratch;
  double irSeconds = 0; ///< until there was optimized LLVM code for the first
};
/// `generate`, `optimize` and `object` in one, faster: two threads share the work where there is enough of it, each
/// half an object file. They depend on the arguments alone.
Result<Objects> compile(const loop::Kernel &kernel, const Target &target, std::int64_t threads = 1);

/// How often `generate` or `compile` has begun in this process: no code generator is called otherwise.
std::uint64_t generations();

/// The version of the LLVM that is there at run time, such as `19.1.7`.
std::string llvmVersion();

/// An argument of a kernel: its bytes, where the code is to carry them, else it is one of its caller's.
using Argument = std::optional<std::span<const char>>;
/// Gives the module a C function `void symbol(pointer to each argument of the caller's, in order, void *scratch)`. It
/// is then the entry point, and the only symbol that others see. Refused if the module itself calls a function of that
/// name.
Status addCFunction(Module &module, const std::string &symbol, std::span<const Argument> arguments);

/// The few LLVM passes that pay for code of this shape.
void optimize(Module &module);

/// What LLVM's own verifier finds wrong; empty if nothing.
std::string verify(const Module &module);
/// The module as `.ll`.
std::string text(const Module &module);
/// The machine code as `.s`, without comments and directives for debuggers.
std::string assembly(const Module &module);
/// The machine code as an object file. The module is used up: the code generator rewrites what it is given.
std::vector<char> object(Module module);
/// Bytes of instructions in an object file. Throws InternalError for what is none.
std::int64_t codeBytes(std::span<const char> object);
/// The functions that an object file takes from elsewhere, sorted. Throws InternalError for what is none.
std::vector<std::string> neededSymbols(std::span<const char> object);

} // namespace einjit::codegen
