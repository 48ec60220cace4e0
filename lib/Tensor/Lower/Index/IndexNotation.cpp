// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Index/IndexNotation.h"
#include "Support/ErrorOperands.h"
#include "Support/Overloaded.h"
#include "Tensor/Lower/Index/IndexStatement.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// The op that folds axes of this type, where it is asked to fold with `op`.
ScalarOp folding(ScalarOp op, DType type) {
  if (type != DType::Bool) return op;
  return op == ScalarOp::Add || op == ScalarOp::Max ? ScalarOp::Or : ScalarOp::And;
}

/// Computes the right side: a value with an axis for each index, of size 1 where it does not depend on it.
class RightSide {
public:
  RightSide(Lowering &lowering, IndexStatement &statement, ScalarOp fold)
      : lowering_(lowering), statement_(statement), fold_(fold) {}

  MaybeValue run(const ast::Expr &right) {
    auto outside = std::exchange(lowering_.intercept, [this](const ast::Expr &expr) { return intercept(expr); });
    const bool whole = std::exchange(lowering_.elementsOnly, true);
    const MaybeValue value = lowering_.evaluate(right);
    lowering_.intercept = std::move(outside);
    lowering_.elementsOnly = whole;
    return value;
  }

private:
  /// The value of a part that means something else than in array notation.
  std::optional<MaybeValue> intercept(const ast::Expr &expr) {
    if (const auto summed = statement_.summed.find(&expr);
        summed != statement_.summed.end() && !inside_.contains(&expr)) {
      inside_.insert(&expr);
      const MaybeValue value = lowering_.evaluate(expr);
      inside_.erase(&expr);
      return value ? fold(*value, summed->second, expr.range) : std::nullopt;
    }
    if (const auto element = statement_.elements.find(&expr); element != statement_.elements.end())
      return MaybeValue(this->element(element->second));
    if (const auto index = statement_.values.find(&expr); index != statement_.values.end())
      return MaybeValue(position(index->second));
    if (const auto reduction = statement_.reductions.find(&expr); reduction != statement_.reductions.end())
      return explicitly(reduction->second, expr.range);
    if (const auto instead = statement_.insteadOf.find(&expr); instead != statement_.insteadOf.end())
      return lowering_.evaluate(*instead->second);
    if (statement_.occurringIn(expr).none()) return whole(expr);
    return std::nullopt;
  }

  /// A part without indices means what it means in array notation, and must be a scalar.
  std::optional<MaybeValue> whole(const ast::Expr &expr) {
    if (!std::holds_alternative<ast::Name>(expr.node) && !std::holds_alternative<ast::Postfix>(expr.node) &&
        !std::holds_alternative<ast::List>(expr.node))
      return std::nullopt;
    auto intercept = std::exchange(lowering_.intercept, nullptr);
    lowering_.elementsOnly = false;
    MaybeValue value = lowering_.evaluate(expr);
    lowering_.intercept = std::move(intercept);
    lowering_.elementsOnly = true;
    const auto *id = value ? std::get_if<ValueId>(&*value) : nullptr;
    if (id && lowering_.type(*id).rank() > 0) value = bareTensor(expr, lowering_.type(*id));
    return value;
  }

  std::nullopt_t bareTensor(const ast::Expr &expr, const TensorType &type) {
    std::string subscript;
    for (std::size_t axis = 0; axis < type.rank(); ++axis)
      subscript += (axis == 0 ? "" : ",") +
                   (axis < statement_.indices.size() ? statement_.indices[axis].name : fmt::format("i{}", axis));
    return lowering_.fail(DiagnosticKind::RankMismatch,
                          fmt::format("a tensor of {} ax{} stands where an element is needed", type.rank(),
                                      type.rank() == 1 ? "is" : "es"),
                          {{expr.range, str(type)}},
                          fmt::format("subscript it, as in {}[{}]", ast::print(expr), subscript),
                          {.operands = {{.type = type, .range = expr.range}}});
  }

  Shape shapeOf(const IndexSet &indices) const {
    Shape shape;
    for (std::size_t i = 0; i < statement_.indices.size(); ++i)
      shape.push_back(indices.test(i) ? *statement_.indices[i].extent : 1);
    return shape;
  }

  ExprValue element(const Element &element) {
    IndexSet used;
    std::vector<Affine> map;
    for (const IndexedAxis *axis : element.axes) {
      for (const Affine::Term &term : axis->position.terms) used.set(term.variable);
      const bool broadcasts =
          axis->isPlain && axis->extent() == 1 && *statement_.indices[axis->position.terms[0].variable].extent != 1;
      map.push_back(broadcasts ? Affine::number(0) : axis->position);
    }
    return lowering_.builder.view(element.tensor, shapeOf(used), std::move(map));
  }

  ExprValue position(std::size_t index) {
    const ValueId positions = lowering_.builder.iota({*statement_.indices[index].extent});
    return lowering_.builder.view(positions, shapeOf(IndexSet().set(index)),
                                  {Affine::variable(static_cast<std::uint32_t>(index))});
  }

  MaybeValue fold(const ExprValue &value, const IndexSet &indices, SourceRange range) {
    const ValueId id = std::get<ValueId>(value);
    std::vector<std::size_t> axes;
    const Index *empty = nullptr;
    for (std::size_t i = 0; i < statement_.indices.size(); ++i)
      if (indices.test(i)) {
        axes.push_back(i);
        if (*statement_.indices[i].extent == 0) empty = &statement_.indices[i];
      }
    if (empty && (fold_ == ScalarOp::Max || fold_ == ScalarOp::Min))
      return lowering_.fail(DiagnosticKind::EmptyReduction,
                            fmt::format("'{}' of no elements has no value", name(fold_)), {{range}}, {},
                            {empty->name, {}, {0}});
    const DType dtype = lowering_.type(id).dtype;
    const ScalarOp op = folding(fold_, dtype);
    if (!lowering_.applies(op, dtype, std::string(name(op)) + "=", {id}, {range})) return std::nullopt;
    return lowering_.builder.reduce(op, id, axes, true);
  }

  /// The function of that name, told to fold the axes of its indices and to keep them.
  MaybeValue explicitly(const ExplicitReduction &reduction, SourceRange range) {
    const auto &arguments = reduction.call->arguments;
    const MaybeValue value = lowering_.evaluate(*arguments[0].value);
    if (!value) return std::nullopt;
    ast::List axes;
    for (std::size_t index : reduction.indices) axes.items.push_back({range, ast::Number{std::to_string(index), true}});
    const ast::Expr list{range, axes}, keep{range, ast::Name{"True"}};
    const ast::Expr &dim = reduction.indices.size() == 1 ? axes.items[0] : list;
    CallArguments call{reduction.function, reduction.functionRange, range, {}, {}};
    call.positional.push_back({nullptr, value, arguments[0].value->range});
    call.keywords["dim"] = {&dim, {}, range, range};
    call.keywords["keepdim"] = {&keep, {}, range, range};
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const CallArgument argument{arguments[i].value.get(), {}, arguments[i].value->range, arguments[i].keywordRange};
      if (arguments[i].keyword)
        call.keywords[*arguments[i].keyword] = argument;
      else
        call.positional.push_back(argument);
    }
    auto intercept = std::exchange(lowering_.intercept, nullptr);
    lowering_.elementsOnly = false;
    const MaybeValue result = lowering_.call(std::move(call));
    lowering_.intercept = std::move(intercept);
    lowering_.elementsOnly = true;
    return result;
  }

  Lowering &lowering_;
  IndexStatement &statement_;
  ScalarOp fold_;
  std::set<const ast::Expr *> inside_; ///< summed parts that are being evaluated
};

/// The left side, and the assignment.
class Assignment {
public:
  Assignment(Lowering &lowering, const ast::AssignElements &statement) : lowering_(lowering), source_(statement) {}

  MaybeValue run() {
    findTarget();
    const std::size_t errorsBefore = lowering_.errors.size();
    const bool leftIsRight = readLeft();
    const bool rightIsRight = readRightSide(lowering_, statement_, source_.value);
    if (!leftIsRight || !rightIsRight || lowering_.errors.size() != errorsBefore) return std::nullopt;
    const std::vector<IndexedAxis> target = targetAxes();
    const bool changes = hasConstant() || (target_ && source_.op != ast::AssignOp::Set);
    if (changes) lowering_.used.insert(source_.name);
    if (!inferRanges(lowering_, statement_, changes ? target : std::vector<IndexedAxis>{},
                     changes ? std::vector<IndexedAxis>{} : target))
      return std::nullopt;
    placeReductions();
    const MaybeValue right = RightSide(lowering_, statement_, reducer()).run(source_.value);
    if (!right) return std::nullopt;
    const ValueId value = leftShaped(*right);
    return changes ? change(value) : MaybeValue(value);
  }

private:
  void findTarget() {
    const auto known = lowering_.names.values.find(source_.name);
    if (known == lowering_.names.values.end() || !known->second) return;
    if (const auto *weak = std::get_if<Weak>(&*known->second)) target_ = lowering_.materialize(*weak);
    if (const auto *id = std::get_if<ValueId>(&*known->second)) target_ = *id;
  }

  bool readLeft() {
    for (const ast::SubscriptItem &item : source_.indices.items) {
      const auto *expr = std::get_if<ast::ExprPtr>(&item.item);
      if (!expr || !readLeft(**expr, item.range)) {
        if (!expr) leftForm(item.range);
        return false;
      }
    }
    statement_.leftCount = statement_.indices.size();
    const bool fits = !target_ || lowering_.type(*target_).rank() == left_.size() ||
                      (source_.op == ast::AssignOp::Set && !hasConstant());
    if (hasConstant() && !target_)
      return failed(DiagnosticKind::UnknownName, fmt::format("'{}' has no elements yet", source_.name),
                    source_.nameRange, "a number on the left changes a part of a tensor that is there already");
    return fits || failed(DiagnosticKind::RankMismatch,
                          fmt::format("{} indices for '{}', a tensor of {} axes", left_.size(), source_.name,
                                      lowering_.type(*target_).rank()),
                          source_.indicesRange, "an element has one index for each axis",
                          ranksDisagree(errorOperand({}), left_.size()));
  }

  bool readLeft(const ast::Expr &expr, SourceRange range) {
    const auto *name = std::get_if<ast::Name>(&expr.node);
    if (!name) return readConstant(expr, range);
    for (const Index &other : statement_.indices)
      if (other.name == name->name) {
        lowering_.fail(DiagnosticKind::IndexForm, fmt::format("index '{}' occurs twice on the left", name->name),
                       {{other.range}, {range}}, "an index names one axis of the result");
        return false;
      }
    if (statement_.indices.size() == maxAxes)
      return failed(DiagnosticKind::TooManyAxes, fmt::format("a result may have {} axes", maxAxes), range, {});
    left_.push_back(statement_.indices.size());
    statement_.indices.push_back({name->name, range});
    return true;
  }

  bool readConstant(const ast::Expr &expr, SourceRange range) {
    if (mentionsUnknown(expr)) return leftForm(range);
    const auto position = lowering_.evaluateInteger(expr, "a position on the left");
    if (!position) return false;
    const Shape shape = target_ ? lowering_.type(*target_).shape : Shape();
    const std::int64_t extent = left_.size() < shape.size() ? shape[left_.size()] : 0;
    if (left_.size() < shape.size() && !isInside(lowering_, *position, extent, range, errorOperand(left_.size())))
      return false;
    left_.push_back(*position < 0 ? *position + extent : *position);
    return true;
  }

  bool isInteger(const std::string &name) const {
    const auto known = lowering_.names.values.find(name);
    return known != lowering_.names.values.end() && known->second && std::holds_alternative<Weak>(*known->second);
  }
  bool mentionsUnknown(const ast::Expr &expr) const {
    return mentionsIndex(
        expr, [&](const std::string &name) { return isInteger(name) ? std::nullopt : std::optional<std::size_t>(0); });
  }
  bool leftForm(SourceRange range) {
    return failed(DiagnosticKind::IndexForm, "the left side names an index or a number for each axis", range,
                  "move the arithmetic to the right, with the opposite sign: y[i] = x[i - 1]");
  }
  /// The tensor of the left side, which is there already.
  ErrorOperand errorOperand(std::optional<std::size_t> axis) const {
    return lowering_.errorOperand(*target_, source_.nameRange, axis);
  }
  bool failed(DiagnosticKind kind, std::string message, SourceRange range, std::string help,
              DiagnosticParts parts = {}) {
    lowering_.fail(kind, std::move(message), {{range}}, std::move(help), std::move(parts));
    return false;
  }

  bool hasConstant() const {
    return std::ranges::any_of(
        left_, [](const LeftPosition &position) { return std::holds_alternative<std::int64_t>(position); });
  }

  /// The axes of the target that indices stand on.
  std::vector<IndexedAxis> targetAxes() const {
    std::vector<IndexedAxis> axes;
    if (!target_) return axes;
    const TensorType type = lowering_.type(*target_);
    for (std::size_t axis = 0; axis < std::min(left_.size(), type.rank()); ++axis)
      if (const auto *index = std::get_if<std::size_t>(&left_[axis]))
        axes.push_back({source_.name, type, axis, Affine::variable(static_cast<std::uint32_t>(*index)),
                        statement_.indices[*index].name, statement_.indices[*index].range, true, false});
    return axes;
  }

  ScalarOp reducer() const {
    switch (source_.op) {
    case ast::AssignOp::Set:
    case ast::AssignOp::Add: return ScalarOp::Add;
    case ast::AssignOp::Mul: return ScalarOp::Mul;
    case ast::AssignOp::Max: return ScalarOp::Max;
    case ast::AssignOp::Min: return ScalarOp::Min;
    }
    return ScalarOp::Add;
  }

  /// A sum is taken over the smallest term; of the other operations everything on the right is folded.
  void placeReductions() {
    if (reducer() == ScalarOp::Add) return placeSums(statement_, source_.value);
    IndexSet rest = statement_.occurringIn(source_.value);
    for (std::size_t i = 0; i < statement_.leftCount; ++i) rest.reset(i);
    for (const auto &[node, reduction] : statement_.reductions)
      for (std::size_t index : reduction.indices) rest.reset(index);
    if (rest.any()) statement_.summed[&source_.value] = rest;
  }

  /// The value with the axes of the left side's indices only, each in its full extent.
  ValueId leftShaped(const ExprValue &value) {
    const auto *weak = std::get_if<Weak>(&value);
    const ValueId id = weak ? lowering_.materialize(*weak) : std::get<ValueId>(value);
    const Shape from = lowering_.type(id).shape;
    Shape shape;
    std::vector<Affine> map;
    for (std::size_t i = 0; i < statement_.leftCount; ++i) shape.push_back(*statement_.indices[i].extent);
    if (from == shape) return id;
    for (std::size_t i = 0; i < from.size(); ++i)
      map.push_back(i < shape.size() && from[i] == shape[i] ? Affine::variable(static_cast<std::uint32_t>(i))
                                                            : Affine::number(0));
    return lowering_.builder.view(id, shape, std::move(map));
  }

  /// The target with `value` assigned to, or combined with, the elements that the left side names.
  MaybeValue change(ValueId value) {
    const SourceRange left = join(source_.nameRange, source_.indicesRange), right = source_.value.range;
    const ExprValue fitting = hasConstant() ? ExprValue(alongTarget(value)) : ExprValue(value);
    MaybeValue result = fitting;
    if (source_.op == ast::AssignOp::Add)
      result = lowering_.binary(ast::BinaryOp::Add, *target_, left, fitting, right);
    else if (source_.op == ast::AssignOp::Mul)
      result = lowering_.binary(ast::BinaryOp::Mul, *target_, left, fitting, right);
    else if (source_.op != ast::AssignOp::Set)
      result = lowering_.elementwise(folding(reducer(), lowering_.commonType({*target_, fitting})),
                                     lowering_.commonType({*target_, fitting}), {*target_, fitting}, {left, right});
    if (!result || !hasConstant()) return result;
    const DType type = lowering_.type(*target_).dtype;
    return lowering_.builder.map(ScalarOp::Select,
                                 {*mask(), lowering_.builder.cast(std::get<ValueId>(*result), type), *target_});
  }

  /// The value with an axis of size 1 for each number on the left.
  ValueId alongTarget(ValueId value) {
    Shape shape;
    std::vector<Affine> map;
    for (std::size_t axis = 0; axis < left_.size(); ++axis) {
      const auto *index = std::get_if<std::size_t>(&left_[axis]);
      shape.push_back(index ? *statement_.indices[*index].extent : 1);
      if (index) map.push_back(Affine::variable(static_cast<std::uint32_t>(axis)));
    }
    return lowering_.builder.view(value, shape, std::move(map));
  }

  /// Whether an element of the target is one that the left side names.
  std::optional<ValueId> mask() {
    std::optional<ValueId> all;
    const Shape target = lowering_.type(*target_).shape;
    for (std::size_t axis = 0; axis < left_.size(); ++axis) {
      const auto *number = std::get_if<std::int64_t>(&left_[axis]);
      if (!number) continue;
      Shape shape(target.size(), 1);
      shape[axis] = target[axis];
      const ValueId positions = lowering_.builder.view(lowering_.builder.iota({target[axis]}), shape,
                                                       {Affine::variable(static_cast<std::uint32_t>(axis))});
      const ValueId here = lowering_.builder.map(ScalarOp::Eq, {positions, Scalar(*number)});
      all = all ? lowering_.builder.map(ScalarOp::And, {*all, here}) : here;
    }
    return all;
  }

  Lowering &lowering_;
  const ast::AssignElements &source_;
  IndexStatement statement_;
  std::vector<LeftPosition> left_;
  std::optional<ValueId> target_;
};

} // namespace

MaybeValue assignElements(Lowering &lowering, const ast::AssignElements &statement) {
  return Assignment(lowering, statement).run();
}

} // namespace einjit::tensor
