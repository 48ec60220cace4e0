// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a conversation remembers: variables that hold tensors, and definitions of functions.
#pragma once

#include "Format.h"
#include <einjit/Kernel.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit::cli {

/// The outcome of a statement. Expressions have values to be shown; an assignment has one, and a definition none.
struct Outcome {
  bool isAssignment = false;
  std::vector<NamedTensor> values;
};

class Session {
public:
  explicit Session(Options options) : options_(std::move(options)) {}

  /// Runs one statement of a program; in the place of an expression there may be an einsum string with its operands,
  /// `bce,bc->be (x, w)`. Throws einjit::Error.
  Outcome run(const std::string &statement);
  /// The text of a stage of a statement's kernel.
  std::string show(const std::string &statement, Stage stage) const;

  const std::map<std::string, AnyTensor> &variables() const { return variables_; }
  /// Throws einjit::Error if there is no such variable.
  const AnyTensor &variable(const std::string &name) const;
  void assign(const std::string &name, AnyTensor value) { variables_.insert_or_assign(name, std::move(value)); }

private:
  /// A kernel and the tensors to call it with.
  struct Call {
    Kernel kernel;
    std::vector<AnyTensor> inputs;
  };

  void define(const std::string &definition);
  /// The definitions that a statement needs, a line each, and the statement.
  std::string withDefinitions(const std::string &statement) const;
  Call compileStatement(const std::string &statement) const;
  Call compileEinsum(std::string_view text) const;
  Call compileWithVariables(const std::string &statement) const;
  AnyTensor evaluate(const std::string &expression) const;

  Options options_;
  std::map<std::string, AnyTensor> variables_;
  std::map<std::string, std::string> definitions_; ///< by the name that is defined
};

} // namespace einjit::cli
