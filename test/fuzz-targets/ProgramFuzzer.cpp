// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any text is a program, or has errors that lie inside it and can be rendered.
#include "Syntax/Parser.h"
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

static void mustHold(bool condition) {
  if (!condition) std::abort(); // what prints parses
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const auto program = einjit::parseProgram(text);
  if (!program)
    einjit::render(program.errors(), text);
  else
    mustHold(bool(einjit::parseProgram(einjit::ast::print(*program))));
  return 0;
}
