// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels given as text, compiled for every target this machine can run, beside the loop interpreter.
#pragma once

#include "CodeGen/CodeGen.h"
#include "Jit/Jit.h"
#include <cstddef>
#include <einjit/Tensor.h>
#include <string_view>
#include <vector>

namespace einjit::test {

/// Memory laid out as a buffer says, filled with values that tell elements apart and are small enough for exact sums;
/// guard bytes on both sides.
class Memory {
public:
  explicit Memory(const TensorType &type, int seed = 0);
  void *data() { return bytes_.data() + guardBytes + origin_; }
  const void *data() const { return bytes_.data() + guardBytes + origin_; }
  /// Element `index` counted in memory from the lowest.
  Scalar at(std::size_t index) const;
  void set(std::size_t index, const Scalar &value);
  std::size_t size() const { return count_; }
  DType dtype() const { return dtype_; }
  bool guardsIntact() const;

private:
  static constexpr std::size_t guardBytes = 64;
  DType dtype_;
  std::size_t count_ = 0;
  std::size_t origin_ = 0; ///< in bytes from the lowest element to the one with all indices 0
  std::vector<std::byte> bytes_;
};

/// The kernel of a text, which must be well-formed.
loop::Kernel kernelOf(std::string_view text);
/// Memory for each argument of a kernel.
std::vector<Memory> argumentsOf(const loop::Kernel &kernel);

/// Runs the kernel's machine code.
void runCompiled(const loop::Kernel &kernel, std::vector<Memory> &arguments, const Target &target,
                 std::int64_t threads = 1);
/// The same once for each of `runs`, the arguments in memory of the caller's.
void runCompiled(const loop::Kernel &kernel, const std::vector<std::vector<void *>> &runs, const Target &target,
                 std::int64_t threads = 1);
void runInterpreted(const loop::Kernel &kernel, std::vector<Memory> &arguments);
/// Fails the test unless all elements agree (any NaN with any NaN) and all guards are intact. `tolerance` is relative.
void expectSame(const std::vector<Memory> &actual, const std::vector<Memory> &expected, double tolerance = 0);

/// The presets that can run here, and the host if it is none of them.
const std::vector<Target> &runnableTargets();

/// Compiled code must leave in `arguments` what is expected, on all the targets; where it has parallel loops, with 1
/// and with 2 threads.
void expectResults(const loop::Kernel &kernel, const std::vector<Memory> &arguments,
                   const std::vector<Memory> &expected, const std::vector<Target> &targets, double tolerance = 0);
/// Compiled code must do what the interpreter does, on all targets.
void expectLikeInterpreter(const loop::Kernel &kernel, const std::vector<Memory> &arguments, double tolerance = 0);
void expectLikeInterpreter(std::string_view text, double tolerance = 0);

/// The assembly of an optimized kernel.
std::string assemblyFor(std::string_view text, std::string_view target, std::int64_t threads = 1);
/// How many lines of a text hold all the words.
int lines(const std::string &text, std::initializer_list<std::string_view> words);

} // namespace einjit::test
