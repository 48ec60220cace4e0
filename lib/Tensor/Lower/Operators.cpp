// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic operators: types, broadcasting and matrix products.
#include "Scalar/Evaluate.h"
#include "Tensor/Lower/Disagreement.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::tensor {

std::string shapeText(const Shape &shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

namespace {

double asDouble(const Scalar &value) { return std::get<double>(convert(value, DType::F64)); }
std::int64_t asInteger(const Scalar &value) { return std::get<std::int64_t>(convert(value, DType::I64)); }

/// The scalar op of an operator on operands of one type; nothing for those that are no scalar op.
std::optional<ScalarOp> scalarOpOf(ast::BinaryOp op, DType type) {
  const bool logical = type == DType::Bool;
  switch (op) {
  case ast::BinaryOp::Eq: return ScalarOp::Eq;
  case ast::BinaryOp::Ne: return ScalarOp::Ne;
  case ast::BinaryOp::Lt: return ScalarOp::Lt;
  case ast::BinaryOp::Le: return ScalarOp::Le;
  case ast::BinaryOp::Gt: return ScalarOp::Gt;
  case ast::BinaryOp::Ge: return ScalarOp::Ge;
  case ast::BinaryOp::Or: return ScalarOp::Or;
  case ast::BinaryOp::And: return ScalarOp::And;
  case ast::BinaryOp::Add: return logical ? ScalarOp::Or : ScalarOp::Add;
  case ast::BinaryOp::Sub: return ScalarOp::Sub;
  case ast::BinaryOp::Mul: return logical ? ScalarOp::And : ScalarOp::Mul;
  case ast::BinaryOp::Div: return ScalarOp::Div;
  case ast::BinaryOp::FloorDiv: return ScalarOp::FloorDiv;
  case ast::BinaryOp::Mod: return ScalarOp::Rem;
  case ast::BinaryOp::MatMul: return std::nullopt;
  }
  return std::nullopt;
}

bool isFloored(ast::BinaryOp op) { return op == ast::BinaryOp::FloorDiv || op == ast::BinaryOp::Mod; }

/// Comparisons, logic and floored division of literals, in the type that holds both.
Scalar foldLogic(ast::BinaryOp op, const Scalar &left, const Scalar &right) {
  const DType both = std::max(dtypeOfScalar(left), dtypeOfScalar(right));
  const DType type = isFloored(op) && both == DType::Bool ? DType::I64 : both;
  const Scalar arguments[] = {convert(left, type), convert(right, type)};
  return scalar::evaluate(*scalarOpOf(op, type), DType::Bool, arguments);
}

/// Arithmetic on literals: on integers exact while it fits, else in f64, as is division.
Scalar fold(ast::BinaryOp op, const Scalar &left, const Scalar &right) {
  if (isComplex(dtypeOfScalar(left)) || isComplex(dtypeOfScalar(right))) {
    const Scalar arguments[] = {convert(left, DType::C128), convert(right, DType::C128)};
    return scalar::evaluate(*scalarOpOf(op, DType::C128), DType::C128, arguments);
  }
  const bool integers = !std::holds_alternative<double>(left) && !std::holds_alternative<double>(right);
  if (integers) {
    const std::int64_t a = asInteger(left), b = asInteger(right);
    std::int64_t result = 0;
    if (op == ast::BinaryOp::Add && !__builtin_add_overflow(a, b, &result)) return result;
    if (op == ast::BinaryOp::Sub && !__builtin_sub_overflow(a, b, &result)) return result;
    if (op == ast::BinaryOp::Mul && !__builtin_mul_overflow(a, b, &result)) return result;
  }
  const double a = asDouble(left), b = asDouble(right);
  if (op == ast::BinaryOp::Add) return a + b;
  if (op == ast::BinaryOp::Sub) return a - b;
  return op == ast::BinaryOp::Mul ? a * b : a / b;
}

/// What would make two shapes broadcast: an axis put into the one of lower rank, or the last two axes swapped.
std::string broadcastHelp(const Shape &left, const Shape &right) {
  const bool leftIsLower = left.size() < right.size();
  const Shape &lower = leftIsLower ? left : right, &other = leftIsLower ? right : left;
  if (left.size() != right.size())
    for (std::size_t axis = lower.size() + 1; axis-- > 0;) {
      Shape extended = lower;
      extended.insert(extended.begin() + static_cast<std::ptrdiff_t>(axis), 1);
      if (broadcast(extended, other))
        return fmt::format("did you mean `.unsqueeze({})` on the {} operand, making it {}?",
                           axis == lower.size() ? -1 : static_cast<std::int64_t>(axis), leftIsLower ? "left" : "right",
                           shapeText(extended));
    }
  if (right.size() >= 2) {
    Shape swapped = right;
    std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
    if (broadcast(left, swapped)) return "did you mean to transpose the right operand (`.mT`)?";
  }
  return "shapes align from the right; sizes must be equal, or one of them 1";
}

/// What would make the inner sizes of a product agree: an operand transposed, or both swapped.
std::string matmulHelp(const Shape &left, const Shape &right) {
  auto transpose = [](const Shape &shape) { return shape.size() == 2 ? "`.T`" : "`.mT`"; };
  if (right.size() >= 2 && left.back() == right.back())
    return fmt::format("did you mean to transpose the right operand ({})?", transpose(right));
  const std::int64_t inner = right.size() == 1 ? right[0] : right[right.size() - 2];
  if (left.size() >= 2 && left[left.size() - 2] == inner)
    return fmt::format("did you mean to transpose the left operand ({})?", transpose(left));
  if (left.size() >= 2 && right.back() == left[left.size() - 2]) return "did you mean to swap the operands?";
  return "the last axis of the left operand must have the size of the last but one of the right";
}

} // namespace

DType Lowering::commonType(const std::vector<ExprValue> &operands) const {
  std::vector<DType> types;
  bool weakInteger = false, weakFloat = false, weakComplex = false;
  for (const ExprValue &operand : operands) {
    if (const auto *id = std::get_if<ValueId>(&operand)) {
      types.push_back(type(*id).dtype);
    } else {
      const Scalar &value = std::get<Weak>(operand).value;
      weakInteger |= std::holds_alternative<std::int64_t>(value);
      weakFloat |= std::holds_alternative<double>(value);
      weakComplex |= isComplex(dtypeOfScalar(value));
    }
  }
  const DType result = promote(types);
  if (isComplex(result)) return result;
  if (weakComplex && isInteger(result)) return DType::C128;
  if (weakComplex) return complexType(result == DType::Bool ? options.defaultFloat : result);
  if (weakFloat && !isFloat(result)) return isInteger(result) ? DType::F64 : options.defaultFloat;
  if (weakInteger && result == DType::Bool) return DType::I64;
  return result;
}

bool Lowering::applies(ScalarOp op, DType dtype, const std::string &spelling, const std::vector<ExprValue> &operands,
                       const std::vector<SourceRange> &ranges) {
  std::vector<DType> types(arity(op), computeType(dtype));
  if (op == ScalarOp::Select) types.front() = DType::Bool;
  if (resultType(op, types)) return true;
  std::vector<Label> labels;
  DiagnosticParts parts;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    labels.push_back({ranges[i]});
    parts.operands.push_back(errorOperand(operands[i], ranges[i]));
  }
  fail(DiagnosticKind::TypeMismatch, fmt::format("`{}` does not apply to {}", spelling, name(dtype)), std::move(labels),
       isComplex(dtype)       ? "complex numbers have no order; take a part of them, as in `real(x)` or `abs(x)`"
       : dtype == DType::Bool ? "cast it to a number first, as in `i32(x)`"
                              : "",
       std::move(parts));
  return false;
}

Diagnostic Lowering::broadcastMismatch(const std::vector<ExprValue> &operands, const std::vector<SourceRange> &ranges,
                                       std::size_t last) const {
  ErrorOperand b = errorOperand(operands[last], ranges[last]), a;
  for (std::size_t i = last; i-- > 0 && !a.axis;) { // shapes that broadcast pairwise do so together
    a = errorOperand(operands[i], ranges[i]);
    if (a.type) meanBroadcastAxes(a, b);
  }
  const Shape left = a.type->shape, right = b.type->shape;
  return shapesDisagree(DiagnosticKind::BroadcastMismatch,
                        fmt::format("shapes {} and {} do not broadcast", shapeText(left), shapeText(right)),
                        std::move(a), std::move(b), broadcastHelp(left, right));
}

MaybeValue Lowering::elementwise(ScalarOp op, DType dtype, const std::vector<ExprValue> &operands,
                                 const std::vector<SourceRange> &ranges) {
  Shape shape;
  std::vector<Builder::Operand> typed;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const DType wanted = op == ScalarOp::Select && i == 0 ? DType::Bool : dtype; // the condition
    if (const auto *weak = std::get_if<Weak>(&operands[i])) {
      typed.push_back(convert(weak->value, wanted));
      continue;
    }
    const ValueId id = std::get<ValueId>(operands[i]);
    const auto both = broadcast(shape, type(id).shape);
    if (!both) return record(broadcastMismatch(operands, ranges, i));
    shape = *both;
    typed.push_back(builder.cast(id, wanted));
  }
  if (!elementCount({dtype, shape}))
    return fail(DiagnosticKind::TensorTooLarge, fmt::format("a result of shape {} is too large", shapeText(shape)),
                {{join(ranges.front(), ranges.back())}}, {},
                {.operands = {{.type = TensorType{dtype, shape}, .range = join(ranges.front(), ranges.back())}}});
  return builder.map(op, typed);
}

MaybeValue Lowering::negate(const ExprValue &value, SourceRange range) {
  if (const auto *weak = std::get_if<Weak>(&value)) {
    if (const auto *complex = std::get_if<std::complex<double>>(&weak->value)) return Weak{-*complex};
    if (std::holds_alternative<double>(weak->value)) return Weak{-asDouble(weak->value)};
    return Weak{fold(ast::BinaryOp::Sub, std::int64_t{0}, weak->value)};
  }
  const ValueId id = std::get<ValueId>(value);
  if (type(id).dtype == DType::Bool)
    return fail(DiagnosticKind::TypeMismatch, "a bool has no negative", {{range, str(type(id))}},
                "cast it to a number first, as in `f32(x)`", {.operands = {errorOperand(value, range)}});
  return builder.map(ScalarOp::Neg, {id});
}

MaybeValue Lowering::binary(ast::BinaryOp op, const ExprValue &left, SourceRange leftRange, const ExprValue &right,
                            SourceRange rightRange) {
  const auto both = [&] {
    return DiagnosticParts{.operands = {errorOperand(left, leftRange), errorOperand(right, rightRange)}};
  };
  if (op == ast::BinaryOp::MatMul) {
    if (std::holds_alternative<Weak>(left) || std::holds_alternative<Weak>(right))
      return fail(DiagnosticKind::RankMismatch, "`@` multiplies matrices, not numbers",
                  {{std::holds_alternative<Weak>(left) ? leftRange : rightRange}}, "use `*`", both());
    return matmul(std::get<ValueId>(left), leftRange, std::get<ValueId>(right), rightRange);
  }
  DType dtype = commonType({left, right});
  const std::vector<Label> places = {{leftRange}, {rightRange}};
  const auto scalarOp = scalarOpOf(op, dtype);
  if (!scalarOp)
    return fail(DiagnosticKind::TypeMismatch, fmt::format("`{}` does not apply here", ast::text(op)), places, {},
                both());
  const bool logic = op == ast::BinaryOp::And || op == ast::BinaryOp::Or;
  if (logic && dtype != DType::Bool && !isInteger(dtype))
    return fail(DiagnosticKind::TypeMismatch,
                fmt::format("`{}` joins bools or integers, not {}", ast::text(op), name(dtype)), places,
                "it binds tighter than comparisons: write `(a < b) & (c < d)`", both());
  if (isComplex(dtype) &&
      !applies(*scalarOp, dtype, std::string(ast::text(op)), {left, right}, {leftRange, rightRange}))
    return std::nullopt;
  if (std::holds_alternative<Weak>(left) && std::holds_alternative<Weak>(right)) {
    const Scalar &a = std::get<Weak>(left).value, &b = std::get<Weak>(right).value;
    return Weak{ast::isComparison(op) || logic || isFloored(op) ? foldLogic(op, a, b) : fold(op, a, b)};
  }
  if (op == ast::BinaryOp::Div && !isFloat(dtype) && !isComplex(dtype)) dtype = DType::F64;
  if (isFloored(op) && dtype == DType::Bool) dtype = DType::I8; // as in NumPy
  if (op == ast::BinaryOp::Sub && dtype == DType::Bool)
    return fail(DiagnosticKind::TypeMismatch, "bools cannot be subtracted", {{leftRange, "bool"}, {rightRange, "bool"}},
                "cast them to numbers first, as in `i32(x)`", both());
  if (!applies(*scalarOp, dtype, std::string(ast::text(op)), {left, right}, {leftRange, rightRange}))
    return std::nullopt;
  return elementwise(*scalarOp, dtype, {left, right}, {leftRange, rightRange});
}

MaybeValue Lowering::invert(const ExprValue &value, SourceRange range) {
  if (const auto *weak = std::get_if<Weak>(&value))
    if (!isFloat(dtypeOfScalar(weak->value)) && !isComplex(dtypeOfScalar(weak->value)))
      return Weak{scalar::evaluate(ScalarOp::Not, dtypeOfScalar(weak->value), {&weak->value, 1})};
  const auto *id = std::get_if<ValueId>(&value);
  if (!id || !(type(*id).dtype == DType::Bool || isInteger(type(*id).dtype)))
    return fail(DiagnosticKind::TypeMismatch, "`~` is the opposite of a bool, or of each bit of an integer",
                {{range, id ? str(type(*id)) : std::string("a number")}}, {},
                {.operands = {errorOperand(value, range)}});
  return builder.map(ScalarOp::Not, {*id});
}

std::optional<ValueId> Lowering::matmul(ValueId left, SourceRange leftRange, ValueId right, SourceRange rightRange) {
  const TensorType a = type(left), b = type(right);
  ErrorOperand x = errorOperand(left, leftRange), y = errorOperand(right, rightRange);
  const auto doNotFit = [&](DiagnosticKind kind, std::string message, std::string help) {
    return record(shapesDisagree(kind, std::move(message), std::move(x), std::move(y), std::move(help)));
  };
  if (a.rank() == 0 || b.rank() == 0)
    return doNotFit(DiagnosticKind::RankMismatch, "`@` needs at least one axis on both sides", "use `*` to scale");
  const bool vectorLeft = a.rank() == 1, vectorRight = b.rank() == 1;
  const std::int64_t inner = a.shape.back();
  const std::int64_t innerRight = vectorRight ? b.shape[0] : b.shape[b.rank() - 2];
  if (inner != innerRight) {
    x.axis = a.rank() - 1;
    y.axis = vectorRight ? 0 : b.rank() - 2;
    return doNotFit(DiagnosticKind::SizeMismatch,
                    fmt::format("`@` sums over axes of sizes {} and {}", inner, innerRight),
                    matmulHelp(a.shape, b.shape));
  }
  const Shape leftBatch(a.shape.begin(), a.shape.end() - (vectorLeft ? 1 : 2));
  const Shape rightBatch(b.shape.begin(), b.shape.end() - (vectorRight ? 1 : 2));
  const auto batch = broadcast(leftBatch, rightBatch);
  if (!batch) {
    meanBroadcastAxes(x, y, 2);
    return doNotFit(DiagnosticKind::BroadcastMismatch,
                    fmt::format("batch axes {} and {} do not broadcast", shapeText(leftBatch), shapeText(rightBatch)),
                    "all axes but the last two align from the right; sizes must be equal, or one of them 1");
  }

  const DType dtype = promote(a.dtype, b.dtype);
  Shape shape = *batch;
  const auto row = static_cast<std::uint32_t>(shape.size());
  if (!vectorLeft) shape.push_back(a.shape[a.rank() - 2]);
  const auto column = static_cast<std::uint32_t>(shape.size());
  if (!vectorRight) shape.push_back(b.shape.back());
  const auto sum = static_cast<std::uint32_t>(shape.size());

  auto batchMap = [&](const Shape &own) {
    std::vector<Affine> map;
    for (std::size_t axis = 0; axis < own.size(); ++axis)
      map.push_back(own[axis] == 1 ? Affine::number(0)
                                   : Affine::variable(static_cast<std::uint32_t>(axis + batch->size() - own.size())));
    return map;
  };
  std::vector<Affine> leftMap = batchMap(leftBatch), rightMap = batchMap(rightBatch);
  if (!vectorLeft) leftMap.push_back(Affine::variable(row));
  leftMap.push_back(Affine::variable(sum));
  rightMap.push_back(Affine::variable(sum));
  if (!vectorRight) rightMap.push_back(Affine::variable(column));

  Generic product{numberedIterators(shape), {}, {{builder.cast(left, dtype), leftMap}}, {}};
  const Access rightAccess{builder.cast(right, dtype), rightMap};
  const bool same = product.operands[0] == rightAccess;
  if (!same) product.operands.push_back(rightAccess);
  scalar::ExprBuilder body;
  const auto factorOf = [&](std::size_t operand) {
    return body.cast(body.operand(operand, dtype), computeType(dtype));
  };
  const auto factor = factorOf(0);
  const bool logical = dtype == DType::Bool;
  product.body = body.take(body.apply(logical ? ScalarOp::And : ScalarOp::Mul, {factor, same ? factor : factorOf(1)}));
  product.reduction = Reduction{logical ? ScalarOp::Or : ScalarOp::Add, {{"k0", inner}}, {}};
  return builder.generic(withResultType(std::move(product), dtype));
}

} // namespace einjit::tensor
