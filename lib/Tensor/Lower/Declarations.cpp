// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Declarations.h"
#include "Support/ErrorOperands.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

std::nullopt_t malformed(Lowering &lowering, SourceRange range) {
  return lowering.fail(DiagnosticKind::BadDeclaration, "this is not a type", {{range}},
                       "as in x: f32[32, 128], or x: i64 for a scalar");
}

/// Type and extents as they are written: `f32`, `f32[]`, `f32[2*n, 3]`.
std::optional<TensorType> readType(Lowering &lowering, const ast::Expr &expr) {
  const auto *postfix = std::get_if<ast::Postfix>(&expr.node);
  const ast::Expr &base = lowering.resolved(postfix ? *postfix->base : expr);
  const auto *name = std::get_if<ast::Name>(&base.node);
  const auto dtype = name ? parseLongDType(name->name) : std::nullopt;
  const auto *extents =
      postfix && postfix->suffixes.size() == 1 ? std::get_if<ast::Subscript>(&postfix->suffixes[0].suffix) : nullptr;
  if (!dtype || (postfix && !extents)) return malformed(lowering, expr.range);

  TensorType type{*dtype, {}};
  if (extents)
    for (const ast::SubscriptItem &item : extents->items) {
      const auto *size = std::get_if<ast::ExprPtr>(&item.item);
      if (!size) return malformed(lowering, item.range);
      const auto extent = lowering.evaluateInteger(**size, "a size");
      if (!extent) return std::nullopt;
      if (*extent < 0)
        return lowering.fail(DiagnosticKind::BadShape, fmt::format("a size of {}", *extent), {{item.range}},
                             "sizes are not negative", {.sizes = {*extent}});
      type.shape.push_back(*extent);
    }
  if (type.rank() > maxAxes)
    return lowering.fail(DiagnosticKind::TooManyAxes,
                         fmt::format("{} axes; at most {} are supported", type.rank(), maxAxes), {{expr.range}}, {},
                         countsDisagree({type.rank(), maxAxes}));
  if (!elementCount(type))
    return lowering.fail(DiagnosticKind::TensorTooLarge, fmt::format("a tensor of type {} is too large", str(type)),
                         {{expr.range}}, {}, {.operands = {{.type = type}}});
  return type;
}

} // namespace

void declare(Lowering &lowering, const ast::Declare &declaration, std::vector<Input> &inputs) {
  const auto type = readType(lowering, declaration.type);
  const auto &[name, range] = std::tie(declaration.name, declaration.nameRange);
  auto fail = [&](DiagnosticKind kind, std::string message, SourceRange place, std::string help) {
    lowering.fail(kind, std::move(message), {{place}}, std::move(help));
  };
  if (!lowering.declared.insert(name).second)
    return fail(DiagnosticKind::BadDeclaration, fmt::format("'{}' is declared twice", name), range, {});
  const auto bound = std::ranges::find(inputs, name, &Input::name);
  if (bound == inputs.end()) {
    if (lowering.names.contains(name))
      return fail(DiagnosticKind::BadDeclaration, fmt::format("'{}' has a value already", name), range,
                  "declare inputs before anything is assigned to their names");
    Names names;
    names.values[name] = type ? MaybeValue(lowering.builder.parameter(name, *type)) : std::nullopt;
    lowering.names.merge(std::move(names));
    if (type) inputs.push_back({name, *type});
  } else if (type && (type->dtype != bound->type.dtype || type->shape != bound->type.shape)) {
    const TensorType own{bound->type.dtype, bound->type.shape};
    lowering.fail(DiagnosticKind::DeclarationMismatch,
                  fmt::format("'{}' is declared as {} and bound to {}", name, str(*type), str(own)),
                  {{declaration.type.range}},
                  type->dtype == own.dtype ? "" : "a cast makes one type of another, as in f32(x)",
                  typesDisagree({.name = name, .type = own, .expected = *type, .range = range}));
  }
}

} // namespace einjit::tensor
