// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Register buffers as SSA values: each register of an array is the value last written to it.
#pragma once

#include "CodeGen/Variables.h"

namespace einjit::codegen {

struct Register {
  loop::BufferId buffer;
  std::size_t index = 0; ///< row-major
  friend auto operator<=>(const Register &, const Register &) = default;
};

/// How many leading lanes of each register may ever be written. What the others hold is undefined.
class WrittenLanes {
public:
  /// O(statements of the kernel, unrolled loops repeated).
  explicit WrittenLanes(const loop::Kernel &kernel);
  std::int64_t operator[](const Register &r) const { return lanes_[r.buffer.index()].at(r.index); }

private:
  std::vector<std::vector<std::int64_t>> lanes_;
};

class Registers {
public:
  explicit Registers(std::size_t buffers) : values_(buffers) {}

  /// Begins the life of a buffer's registers, with undefined contents.
  void declare(llvm::LLVMContext &context, loop::BufferId id, const loop::Buffer &buffer);
  llvm::Value *&operator[](const Register &r) { return values_[r.buffer.index()].at(r.index); }

private:
  std::vector<std::vector<llvm::Value *>> values_;
};

/// The register an access to a register buffer names.
Register registerOf(const loop::Kernel &kernel, const loop::Access &access, const Variables &variables);

/// The registers declared outside `body` that it writes, each once, in order: those for which a loop around it needs
/// phis. O(statements of the body, unrolled loops repeated).
std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::Block &body, const Variables &variables);
/// The same for a loop in all its iterations.
std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::For &loop, const Variables &variables);

} // namespace einjit::codegen
