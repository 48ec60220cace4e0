// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Program.h"

namespace einjit::cli {

void save(const Job &job, const SaveFlags &flags, const Options &options) {
  const std::vector<Argument> arguments = parseArguments(job.arguments);
  compileFor(programText(job.program), arguments, options).save(flags.path, flags.symbol);
}

} // namespace einjit::cli
