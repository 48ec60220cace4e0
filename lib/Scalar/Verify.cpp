// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Verify.h"
#include "Support/Overloaded.h"
#include <fmt/format.h>

namespace einjit::scalar {
namespace {

/// The complaint about one node, or nothing.
using Complaint = std::optional<std::string>;

class ExprVerifier {
public:
  ExprVerifier(const Expr &expr, std::span<const DType> operandTypes, std::optional<DType> accumulatorType)
      : expr_(expr), operandTypes_(operandTypes), accumulatorType_(accumulatorType), used_(expr.nodes.size(), false) {}

  std::vector<std::string> verify() {
    if (expr_.nodes.empty()) return {"the expression is empty"};
    used_.back() = true;
    std::vector<std::string> complaints;
    for (std::size_t at = 0; at < expr_.nodes.size(); ++at)
      if (Complaint complaint = check(at)) complaints.push_back(fmt::format("node {}: {}", at, *complaint));
    for (std::size_t at = 0; at < used_.size(); ++at)
      if (!used_[at]) complaints.push_back(fmt::format("node {}: nothing uses it", at));
    return complaints;
  }

private:
  Complaint check(std::size_t at) {
    const Node &node = expr_.nodes[at];
    return std::visit(Overloaded{
                          [&](const Operand &leaf) { return checkOperand(leaf, node.type); },
                          [&](const Accumulator &) { return checkAccumulator(node.type); },
                          [&](const Literal &leaf) { return checkType(dtypeOfScalar(leaf.value), node.type); },
                          [&](const Apply &apply) { return checkApply(apply, at); },
                      },
                      node.kind);
  }

  static Complaint checkType(DType is, DType written) {
    if (is == written) return std::nullopt;
    return fmt::format("it is {}, but is said to be {}", name(is), name(written));
  }

  Complaint checkOperand(const Operand &leaf, DType written) const {
    if (leaf.index < operandTypes_.size()) return checkType(operandTypes_[leaf.index], written);
    return fmt::format("operand {} of {}", leaf.index, operandTypes_.size());
  }

  Complaint checkAccumulator(DType written) const {
    if (accumulatorType_) return checkType(*accumulatorType_, written);
    return "there is no accumulator here";
  }

  Complaint checkApply(const Apply &apply, std::size_t at) {
    if (apply.arguments.size() != arity(apply.op))
      return fmt::format("{} takes {} arguments, not {}", name(apply.op), arity(apply.op), apply.arguments.size());
    std::vector<DType> types;
    for (NodeId argument : apply.arguments) {
      if (argument.index() >= at) return fmt::format("argument {} does not stand before it", argument.index());
      used_[argument.index()] = true;
      types.push_back(expr_[argument].type);
    }
    if (apply.op == ScalarOp::Cast)
      return canCast(types[0], expr_.nodes[at].type) ? std::nullopt : Complaint("a complex number becomes a real one");
    if (const auto type = resultType(apply.op, types)) return checkType(*type, expr_.nodes[at].type);
    return fmt::format("{} does not take the types of its arguments", name(apply.op));
  }

  const Expr &expr_;
  std::span<const DType> operandTypes_;
  std::optional<DType> accumulatorType_;
  std::vector<bool> used_;
};

} // namespace

std::vector<std::string> verify(const Expr &expr, std::span<const DType> operandTypes,
                                std::optional<DType> accumulatorType) {
  return ExprVerifier(expr, operandTypes, accumulatorType).verify();
}

} // namespace einjit::scalar
