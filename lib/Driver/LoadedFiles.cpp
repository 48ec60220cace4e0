// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/LoadedFiles.h"
#include "Runtime/Layout.h"
#include "Runtime/NpyReader.h"
#include "Syntax/Walk.h"
#include <algorithm>
#include <set>

namespace einjit {
namespace {

/// The string of `load("…")`, if that is what the expression begins with.
const ast::Expr *loadedPath(const ast::Expr &expr) {
  const auto *postfix = std::get_if<ast::Postfix>(&expr.node);
  const auto *function = postfix ? std::get_if<ast::Name>(&postfix->base->node) : nullptr;
  if (!function || function->name != "load") return nullptr;
  const auto *call = std::get_if<ast::Call>(&postfix->suffixes[0].suffix);
  if (!call || call->arguments.size() != 1 || call->arguments[0].keyword) return nullptr;
  const ast::Expr &argument = *call->arguments[0].value;
  return std::holds_alternative<ast::String>(argument.node) ? &argument : nullptr;
}

} // namespace

Result<std::vector<LoadedFile>> loadFiles(const ast::Program &program) {
  std::vector<LoadedFile> files;
  Diagnostics errors;
  std::set<std::string> seen;
  ast::forEachExpr(program, [&](const ast::Expr &expr) {
    const ast::Expr *string = loadedPath(expr);
    if (!string || !seen.insert(std::get<ast::String>(string->node).text).second) return;
    const std::string &path = std::get<ast::String>(string->node).text;
    if (Result<AnyTensor> tensor = readNpy(path)) {
      files.push_back({path, *std::move(tensor)});
    } else {
      errors.push_back(tensor.errors().front());
      errors.back().labels = {{string->range}};
    }
  });
  if (!errors.empty()) return errors;
  return files;
}

std::vector<tensor::Input> inputsOf(const std::vector<LoadedFile> &files, const std::vector<Binding> &others) {
  std::vector<tensor::Input> inputs;
  std::size_t number = 0;
  for (const LoadedFile &file : files) {
    std::string name;
    do name = "file" + std::to_string(number++);
    while (std::ranges::find(others, name, &Binding::name) != others.end());
    inputs.push_back({name, file.tensor.type(), integerValue(file.tensor), file.path}); // an integer may be an extent
  }
  return inputs;
}

} // namespace einjit
