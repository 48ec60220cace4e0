// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Spelling.h"
#include "Syntax/Parser.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>

namespace einjit::test {
namespace {

std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<std::int64_t> integers(const std::string &bracketed) {
  std::vector<std::int64_t> values;
  for (const std::string &part : split(bracketed.substr(1, bracketed.size() - 2), ','))
    values.push_back(std::stoll(part));
  return values;
}

/// `f32[3,4]@[1,3]`, `i64[]=5`.
void setType(tensor::Input &input, std::string text) {
  if (const auto value = text.find('='); value != std::string::npos) {
    input.value = std::stoll(text.substr(value + 1));
    text.resize(value);
  }
  std::vector<std::int64_t> strides;
  if (const auto layout = text.find('@'); layout != std::string::npos) {
    strides = integers(text.substr(layout + 1));
    text.resize(layout);
  }
  const auto type = parseTensorType(text);
  EXPECT_TRUE(type) << text;
  if (type) input.type = *type;
  input.type.strides = std::move(strides);
}

/// `x.npy=f32[3]`, in `--file=x.npy=f32[3]`: what `load` of this path gives.
void addFile(Spelling &spelling, const std::string &value) {
  const auto equals = value.find('=');
  tensor::Input file{"file" + std::to_string(spelling.inputs.size()), {}, {}, value.substr(0, equals)};
  setType(file, value.substr(equals + 1));
  spelling.inputs.push_back(std::move(file));
}

void setInputs(Spelling &spelling, const std::string &words) {
  for (const std::string &word : split(words, ' ')) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "--strict")
      spelling.options.strict = true;
    else if (name == "--dtype")
      spelling.options.defaultFloat = parseDType(value).value();
    else if (name == "--results")
      spelling.options.results = split(value, ',');
    else if (name == "--file")
      addFile(spelling, value);
    else
      setType(spelling.inputs.emplace_back(tensor::Input{name, {}, {}}), value);
  }
}

} // namespace

std::vector<Spelling> spellings(const std::string &input) {
  constexpr std::string_view inputsLine = "inputs";
  std::vector<Spelling> found(1);
  bool first = true;
  for (const std::string &line : split(input, '\n')) {
    if (line == "--") {
      found.push_back({{}, false, found.back().inputs, found.back().options});
      first = true;
    } else if (line.starts_with(inputsLine)) {
      found.back() = {};
      setInputs(found.back(), line.substr(std::min(line.size(), inputsLine.size() + 1)));
    } else {
      found.back().text += (first ? "" : "\n") + line;
      first = false;
    }
  }
  for (Spelling &spelling : found) spelling.isEinsum = looksLikeEinsum(spelling.text);
  return found;
}

Result<tensor::LoweredProgram> lower(const Spelling &spelling) {
  if (spelling.isEinsum) {
    const auto einsum = parseEinsum(spelling.text);
    if (!einsum) return einsum.errors();
    std::vector<TensorType> types;
    for (const tensor::Input &input : spelling.inputs) types.push_back(input.type);
    return tensor::lowerEinsumProgram(*einsum, types, spelling.options);
  }
  const auto program = parseProgram(spelling.text);
  if (!program) return program.errors();
  return tensor::lowerProgram(*program, spelling.inputs, spelling.options);
}

} // namespace einjit::test
