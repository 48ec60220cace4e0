// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Functions/CallReader.h"
#include <fmt/format.h>

namespace einjit::tensor {

MaybeValue load(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const ast::Expr *given = reader.find(0, {});
  const auto *path = given ? std::get_if<ast::String>(&given->node) : nullptr;
  if (!path) return reader.fail(DiagnosticKind::BadArguments, "'load' needs the path of a file", "as in load('x.npy')");
  const auto file = reader.lowering.files.find(path->text);
  if (file != reader.lowering.files.end()) return file->second;
  return reader.lowering.fail(DiagnosticKind::FileError, fmt::format("{}: has not been read", path->text),
                              {{given->range}});
}

} // namespace einjit::tensor
