// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `einjit` does, a function a subcommand. Each throws einjit::Error for what is the user's to mend.
#pragma once

#include "Report.h"
#include <einjit/Kernel.h>
#include <string>
#include <vector>

namespace einjit::cli {

/// PROGRAM and ARGs of a command line, as they stand there.
struct Job {
  std::string program;
  std::vector<std::string> arguments;
};

struct EvalFlags {
  std::vector<std::string> outputs; ///< `[NAME=]FILE.npy`
  bool json = false;
};
/// Runs the program, writes the files that were asked for, and prints the results. Nothing is written or printed
/// unless everything was computed.
void eval(const Job &job, const EvalFlags &flags, Options options);

/// The names of all stages, in order, separated by spaces.
std::string stageNames();
/// Prints the text of a stage, or, for `all`, of every stage on the way to the kernel, each under a heading.
void show(const Job &job, const std::string &stage, const Options &options);

struct BenchFlags {
  double seconds = 0.5; ///< at least so long is measured
  bool json = false;
};
/// Times the kernel and prints what it reaches of the machine's roof.
void bench(const Job &job, const BenchFlags &flags, const Options &options);

struct SaveFlags {
  std::string path;   ///< of the object file
  std::string symbol; ///< empty: what the file is called
};
/// Compiles the program for programs without einjit: an object file, and a C header beside it.
void save(const Job &job, const SaveFlags &flags, const Options &options);

/// Reads and evaluates lines: a conversation on a terminal; else standard input is a script.
void interact(const Options &options, Color color);

} // namespace einjit::cli
