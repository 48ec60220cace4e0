// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Cases.h"
#include <einjit/Npy.h>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace einjit::test {
namespace {

/// `2,3`, or `-` for none.
std::vector<std::int64_t> readList(std::istream &line) {
  std::string text, number;
  line >> text;
  std::vector<std::int64_t> numbers;
  std::istringstream list(text == "-" ? std::string() : text);
  while (std::getline(list, number, ',')) numbers.push_back(std::stoll(number));
  return numbers;
}

TensorType readType(std::istream &line) {
  std::string dtype;
  line >> dtype;
  return {parseDType(dtype).value(), readList(line)};
}

CaseInput readInput(std::istream &line) {
  CaseInput input;
  line >> input.binding.name;
  input.binding.type = readType(line);
  input.binding.type.strides = readList(line);
  line >> input.first;
  return input;
}

Statement readStatement(std::istream &line) {
  Statement statement;
  std::string bounds;
  line >> statement.name;
  statement.type = readType(line);
  line >> statement.elements >> bounds >> std::ws;
  if (bounds != "-") statement.bounds = std::stoll(bounds);
  std::getline(line, statement.text);
  return statement;
}

void readLine(const std::string &text, std::vector<NumpyCase> &cases) {
  std::istringstream line(text);
  std::string what;
  line >> what;
  if (what == "case") line >> cases.emplace_back().seed;
  if (what == "input") cases.back().inputs.push_back(readInput(line));
  if (what == "statement") cases.back().statements.push_back(readStatement(line));
  if (what == "result") line >> cases.back().results.emplace_back();
  if (!line) throw std::runtime_error("not a line of a case: " + text);
}

} // namespace

std::string NumpyCase::text(std::size_t count) const {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += statements[i].text + "\n";
  return text;
}

std::vector<CaseInput> NumpyCase::inputsOf(std::size_t count) const {
  const std::string read = text(count);
  std::vector<CaseInput> some;
  for (const CaseInput &input : inputs)
    if (std::regex_search(read, std::regex("\\b" + input.binding.name + "\\b"))) some.push_back(input);
  return some;
}

Cases readCases(const std::string &path) {
  Cases cases{{}, loadNpy(path + ".npy")};
  std::ifstream file(path + ".txt");
  for (std::string line; std::getline(file, line);) readLine(line, cases.all);
  return cases;
}

} // namespace einjit::test
