// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Case.h"
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace einjit::bench {
namespace {

Extents extentsOf(const nlohmann::json &sizes) {
  Extents extents;
  for (const auto &[name, size] : sizes.items()) {
    if (name.size() != 1) throw std::runtime_error(fmt::format("index '{}' is not one letter", name));
    extents[name[0]] = size.get<std::int64_t>();
  }
  return extents;
}

std::vector<Binding> bindingsOf(const Formula &formula, DType dtype, bool named) {
  std::vector<Binding> bindings;
  for (const Access &input : formula.inputs) {
    Binding binding{named ? input.name : "", TensorType{dtype, {}}};
    for (char index : input.indices) binding.type.shape.push_back(formula.extents.at(index));
    bindings.push_back(std::move(binding));
  }
  return bindings;
}

/// A case's own arithmetic: an einsum's flops are in the file, a formula may have more reductions than that.
void translate(Case &which, const std::string &text, const Einsum &einsum, const Extents &extents, DType dtype) {
  which.isEinsum = false;
  which.program = text;
  try {
    which.formula = parseFormula(text, einsum, extents);
    which.program = programText(*which.formula);
    which.inputs = bindingsOf(*which.formula, dtype, true);
    which.flops = std::max(which.flops, reductionFlops(*which.formula));
    which.bytes = 0; // einjit's count: the file's is of the einsum alone
  } catch (const FormulaError &error) {
    which.defect = fmt::format("the notation is not understood: {}", error.what());
  }
}

Case caseOf(const nlohmann::json &json) {
  Case which;
  which.id = json.at("id");
  which.group = json.value("class", "none");
  which.tier = json.value("tier", 1);
  which.program = json.at("einsum");
  which.flops = json.value("flops", 0.0);
  which.bytes = json.value("min_bytes", 0.0);
  const auto dtype = parseDType(json.value("dtype", "f32"));
  if (!dtype) throw std::runtime_error(fmt::format("case '{}': no such dtype", which.id));
  const std::optional<Einsum> einsum = parseEinsum(which.program);
  if (!einsum) throw std::runtime_error(fmt::format("case '{}': an einsum of letters is needed", which.id));
  const Extents extents = extentsOf(json.at("sizes"));
  for (const std::string &operand : einsum->operands)
    for (char index : operand)
      if (!extents.contains(index))
        throw std::runtime_error(fmt::format("case '{}': index '{}' has no size", which.id, index));
  if (json.contains("expr")) {
    translate(which, json.at("expr"), *einsum, extents, *dtype);
  } else {
    which.einsum = einsum;
    which.formula = formulaOf(*einsum, extents);
    which.inputs = bindingsOf(*which.formula, *dtype, false);
  }
  return which;
}

/// Sizes of an einsum's indices by its operands' types; nothing where they disagree or broadcast, which peers do not.
std::optional<Extents> extentsOf(const Einsum &einsum, const std::vector<Binding> &inputs) {
  Extents extents;
  if (einsum.operands.size() != inputs.size()) return std::nullopt;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto &shape = inputs[i].type.shape;
    if (einsum.operands[i].size() != shape.size()) return std::nullopt;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      const auto [known, isNew] = extents.emplace(einsum.operands[i][axis], shape[axis]);
      if (known->second != shape[axis]) return std::nullopt;
    }
  }
  const auto hasSize = [&](char index) { return extents.contains(index); };
  return std::all_of(einsum.output.begin(), einsum.output.end(), hasSize) ? std::optional(extents) : std::nullopt;
}

Binding bindingOf(const std::string &text) {
  const std::size_t equals = text.find('=');
  const std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
  const auto type = parseTensorType(equals == std::string::npos ? text : text.substr(equals + 1));
  if (!type) throw std::runtime_error(fmt::format("'{}' is no type such as f32[32,128]", text));
  return {name, *type};
}

} // namespace

std::vector<Case> parseCases(const std::string &text) {
  std::vector<Case> cases;
  for (const nlohmann::json &json : nlohmann::json::parse(text)) cases.push_back(caseOf(json));
  return cases;
}

std::vector<Case> readCases(const std::string &path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(fmt::format("cannot read '{}'", path));
  try {
    return parseCases(text.str());
  } catch (const std::exception &error) {
    throw std::runtime_error(fmt::format("'{}': {}", path, error.what()));
  }
}

Case caseFromArguments(const std::string &program, const std::vector<std::string> &types) {
  Case which;
  which.id = which.program = program;
  for (const std::string &type : types) which.inputs.push_back(bindingOf(type));
  const auto unnamed = [](const Binding &input) { return input.name.empty(); };
  const auto count = std::count_if(which.inputs.begin(), which.inputs.end(), unnamed);
  if (count != 0 && count != std::ssize(which.inputs))
    throw std::runtime_error("either all arguments have names (for a program) or none (for an einsum string)");
  which.isEinsum = count == std::ssize(which.inputs);
  if (!which.isEinsum) return which;
  const std::optional<Einsum> einsum = parseEinsum(program);
  const std::optional<Extents> extents = einsum ? extentsOf(*einsum, which.inputs) : std::nullopt;
  if (extents) {
    which.einsum = einsum;
    which.formula = formulaOf(*einsum, *extents);
  }
  return which;
}

} // namespace einjit::bench
