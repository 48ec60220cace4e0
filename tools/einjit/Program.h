// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From what the command line says to a kernel.
#pragma once

#include "Arguments.h"
#include "Format.h"
#include <einjit/Kernel.h>
#include <string>
#include <vector>

namespace einjit::cli {

/// All of standard input. Stops beyond what the library would accept as a program, so that it cannot fill memory.
std::string readStandardInput();

/// The text that PROGRAM stands for: itself, the content of a file whose path ends in `.ein`, or, for `-`, standard
/// input. Throws einjit::Error, naming the file.
std::string programText(const std::string &program);

/// Compiles the text for these arguments: an einsum string where they have no names, or where there are none and the
/// text holds `->`; else a program. Throws einjit::Error.
Kernel compileFor(const std::string &text, const std::vector<Argument> &arguments, const Options &options);

/// The kernel's results for these inputs, with their names.
std::vector<NamedTensor> runKernel(const Kernel &kernel, const std::vector<AnyTensor> &inputs);
/// Prints results to standard output, under their names if there are several.
void print(const std::vector<NamedTensor> &results);

/// Throws einjit::Error unless all inputs of the kernel are among its first `bound` ones: a program may declare inputs
/// for which there is no argument.
void requireBound(const Kernel &kernel, std::size_t bound);

} // namespace einjit::cli
