// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Corpus.h"
#include "Tensor/Lower/Lowering.h"
#include "support/Golden.h"
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>

namespace einjit::test {
namespace {

namespace fs = std::filesystem;

std::string readFile(const fs::path &path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What stands between two of these characters, on one line.
void addQuoted(const std::string &text, char quote, std::set<std::string> &texts) {
  for (std::size_t begin = text.find(quote); begin != text.npos; begin = text.find(quote, begin + 1)) {
    const std::size_t end = text.find(quote, begin + 1);
    if (end == text.npos) return;
    if (text.substr(begin, end - begin).find('\n') == text.npos) texts.insert(text.substr(begin + 1, end - begin - 1));
    begin = end;
  }
}

/// The text between lines of three backquotes, whole and line by line.
void addBlocks(const std::string &text, std::set<std::string> &texts) {
  const std::string fence = "```";
  for (std::size_t begin = text.find(fence); begin != text.npos; begin = text.find(fence, begin)) {
    begin = text.find('\n', begin);
    const std::size_t end = text.find(fence, begin);
    if (begin == text.npos || end == text.npos) return;
    texts.insert(text.substr(begin + 1, end - begin - 1));
    for (std::size_t line = begin + 1; line < end; line = text.find('\n', line) + 1)
      texts.insert(text.substr(line, text.find('\n', line) - line));
    begin = end + fence.size();
  }
}

void addPage(const std::string &text, std::set<std::string> &texts) {
  addQuoted(text, '`', texts);
  addQuoted(text, '\'', texts);
  addBlocks(text, texts);
}

void addFiles(const fs::path &folder, std::set<std::string> &texts) {
  for (const auto &entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".md" || entry.path().extension() == ".txt") addPage(readFile(entry.path()), texts);
    if (entry.path().extension() == ".ein") texts.insert(readFile(entry.path()));
  }
}

/// Calls of every function, most of them with arguments that it takes.
void addCalls(std::set<std::string> &texts) {
  for (const std::string &name : tensor::Lowering::functionNames())
    for (const char *call : {"{0}(x)", "{0}(x, y)", "{0}(x, y, z)", "x.{0}(0)", "{0}(x, dim=-1)", "{0}([x, x], dim=0)",
                             "{0}((2, 3), 4)", "{0}(3, dtype=f64)", "y[i] = {0}(x[i,k])", "y[i] = {0}[k](x[i,k])",
                             "def f(a, b) = a + {0}(b)\nf(x, {0}(y))", "x: f32[2,3]\nparam y: i64[3]\n{0}(x) + y"})
      texts.insert(fmt::format(fmt::runtime(call), name));
}

std::vector<std::string> collect() {
  std::set<std::string> texts;
  addCalls(texts);
  for (const char *folder : {"docs", "examples"}) addFiles(fs::path(EINJIT_SOURCE_DIR) / folder, texts);
  for (const char *folder : {"Syntax/Program", "Syntax/Einsum", "Syntax/Errors", "Driver/Diagnostics",
                             "Driver/Suggestions", "Tensor/Lower/Einsums", "Tensor/Lower/Programs"})
    for (const Golden &golden : goldens(folder)) texts.insert(golden.input);
  if (const char *more = std::getenv("EINJIT_MUTATION_CORPUS")) addFiles(more, texts);
  std::vector<std::string> some(texts.begin(), texts.end());
  std::erase_if(some, [](const std::string &text) { return text.size() > 2000; });
  return some;
}

} // namespace

const std::vector<std::string> &corpus() {
  static const std::vector<std::string> texts = collect();
  return texts;
}

} // namespace einjit::test
