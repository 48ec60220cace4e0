// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a conversation remembers: variables that hold tensors.
#pragma once

#include <einjit/Kernel.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit::cli {

/// The outcome of a statement. An expression has a value to be shown; an assignment a name too.
struct Outcome {
  std::string assigned; ///< empty where the statement was an expression
  AnyTensor value;
};

class Session {
public:
  explicit Session(Options options) : options_(std::move(options)) {}

  /// Runs one statement: an expression, `name = expr`, or in the place of `expr` an einsum string with its operands,
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

  Call compileStatement(const std::string &statement) const;
  Call compileEinsum(std::string_view text) const;
  Call compileWithVariables(const std::string &statement) const;
  AnyTensor evaluate(const std::string &expression) const;

  Options options_;
  std::map<std::string, AnyTensor> variables_;
};

} // namespace einjit::cli
