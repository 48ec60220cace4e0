// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Functions/Prelude.h"
#include "Support/Diagnostic.h"
#include "Syntax/Parser.h"

namespace einjit::tensor {
namespace {

const std::vector<ast::Define> &prelude() {
  // Never destroyed: the process may compile as it ends.
  static const auto &definitions = *new const std::vector<ast::Define>([] {
    auto program = parseProgram(preludeText, preludeBegin);
    if (!program) throw InternalError("the prelude is malformed: " + render(program.errors(), preludeText));
    std::vector<ast::Define> result;
    for (ast::Statement &statement : program->statements)
      result.push_back(std::get<ast::Define>(std::move(statement.statement)));
    return result;
  }());
  return definitions;
}

} // namespace

const ast::Define *preludeDefinition(const std::string &name) {
  for (const ast::Define &define : prelude())
    if (define.name == name) return &define;
  return nullptr;
}

std::vector<std::string> preludeNames() {
  std::vector<std::string> names;
  for (const ast::Define &define : prelude()) names.push_back(define.name);
  return names;
}

} // namespace einjit::tensor
