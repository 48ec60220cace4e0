// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a place in C++ code evaluates, and how: the few functions of the library behind einsum strings, einsum literals
// and expression templates. Nothing here is for users.
#pragma once

#include <complex>
#include <einjit/Kernel.h>
#include <source_location>
#include <string>
#include <vector>

namespace einjit::detail {

/// A program as it is compiled: an einsum string, or text in einjit's language with the names of its inputs in the
/// order in which they are passed.
struct ProgramText {
  std::string text;
  bool isEinsum = false;
  std::vector<std::string> inputs = {};
};

/// A program of C++ code's. There is one for each einsum literal and for each type of expression, for good: its address
/// stands for what it says, so that a call need not look at any text.
struct Program {
  /// Writes the program out, which happens when it is compiled. `parameters` are the numbers in an expression that are
  /// part of the program though not of its type: axes, positions, extents.
  ProgramText (*write)(std::span<const std::int64_t> parameters);
};

/// The program's result for these inputs. Looks the kernel up by the inputs' element types, extents and strides and by
/// the parameters, and compiles it where there is none. Throws einjit::Error, which names `where`, also for a result of
/// another rank than `rank`, if that is not dynamicRank.
EINJIT_API AnyTensor evaluate(const Program &program, std::span<const std::int64_t> parameters,
                              std::span<const ConstTensorRef> inputs, const std::source_location &where,
                              int rank = dynamicRank);
/// The same into memory of the result's element type and extents, in any layout; it may overlap the inputs.
EINJIT_API void evaluateInto(const Program &program, std::span<const std::int64_t> parameters,
                             std::span<const ConstTensorRef> inputs, const TensorRef &output,
                             const std::source_location &where);

/// The same into a tensor, whose memory is used again if it has the result's type; else it gets new memory.
EINJIT_API void evaluateAssign(const Program &program, std::span<const std::int64_t> parameters,
                               std::span<const ConstTensorRef> inputs, AnyTensor &result,
                               const std::source_location &where, int rank = dynamicRank);
/// The kernel that evaluate() calls.
EINJIT_API Kernel compileProgram(const Program &program, std::span<const std::int64_t> parameters,
                                 std::span<const ConstTensorRef> inputs, const Options &options,
                                 const std::source_location &where = {});

/// How an einsum's result meets what is in its memory: `output = alpha * result + beta * output`, where a `beta` of 0
/// does not read the memory. The imaginary parts are 0 unless the output is complex.
struct Scaling {
  std::complex<double> alpha = 1, beta = 0;
  bool isNone() const { return alpha == 1.0 && beta == 0.0; }
};

/// The value of an einsum string, or nothing where the last of more arguments than it has operands took it.
EINJIT_API AnyTensor einsum(std::string_view string, std::span<const Argument> arguments,
                            const std::source_location &where);
/// An einsum string into its last argument.
EINJIT_API void einsumInto(std::string_view string, std::span<const ConstTensorRef> inputs, const TensorRef &output,
                           const Scaling &scaling, const std::source_location &where);
/// The same for an einsum literal, whose Program write() is writeEinsum() of its text.
EINJIT_API void einsumInto(const Program &program, std::span<const ConstTensorRef> inputs, const TensorRef &output,
                           const Scaling &scaling, const std::source_location &where);
/// An einsum string as a program; with parameters, scaled in the way that they say.
EINJIT_API ProgramText writeEinsum(std::string_view string, std::span<const std::int64_t> parameters);

} // namespace einjit::detail
