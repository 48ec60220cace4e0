// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions and methods of the language: one table, each entry a name and the function that lowers a call of it.
// `f(x, …)` and `x.f(…)` are the same call.
#include "Support/Checked.h"
#include "Support/Suggest.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Einsum.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// Reads the arguments of one call; what it does not find or cannot use it records as an error.
class Reader {
public:
  Reader(Lowering &lowering, CallArguments &call) : lowering(lowering), call(call) {}
  Lowering &lowering;
  CallArguments &call;

  MaybeValue value(std::size_t position) {
    CallArgument &argument = call.positional[position];
    return argument.expr ? lowering.evaluate(*argument.expr) : argument.receiver;
  }
  std::optional<ValueId> tensor(std::size_t position) {
    const MaybeValue any = value(position);
    if (!any) return std::nullopt;
    if (const auto *weak = std::get_if<Weak>(&*any)) return lowering.materialize(*weak);
    return std::get<ValueId>(*any);
  }
  /// The argument at this position or of one of these names; takes it off the keywords.
  const ast::Expr *find(std::size_t position, std::initializer_list<const char *> names) {
    const ast::Expr *found = position < call.positional.size() ? call.positional[position].expr : nullptr;
    for (const char *name : names)
      if (auto keyword = call.keywords.extract(name); !keyword.empty()) {
        if (found)
          lowering.fail(DiagnosticKind::BadArguments, fmt::format("'{}' is given twice", name),
                        {{keyword.mapped().range}});
        found = keyword.mapped().expr;
      }
    return found;
  }
  /// An integer, or a bracketed list of them.
  std::optional<std::vector<std::int64_t>> integers(const ast::Expr &expr, const std::string &what) {
    std::vector<std::int64_t> result;
    const auto *list = std::get_if<ast::List>(&expr.node);
    const std::size_t count = list ? list->items.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const auto integer = lowering.evaluateInteger(list ? list->items[i] : expr, what);
      if (!integer) return std::nullopt;
      result.push_back(*integer);
    }
    return result;
  }
  /// All arguments from `position` on, given one by one or as one list.
  std::optional<std::vector<std::int64_t>> integersFrom(std::size_t position, const std::string &what) {
    std::vector<std::int64_t> result;
    for (std::size_t i = position; i < call.positional.size(); ++i) {
      const auto some = integers(*call.positional[i].expr, what);
      if (!some) return std::nullopt;
      result.insert(result.end(), some->begin(), some->end());
    }
    return result;
  }
  std::optional<bool> flag(std::size_t position, std::initializer_list<const char *> names) {
    const ast::Expr *expr = find(position, names);
    if (!expr) return false;
    const MaybeValue any = lowering.evaluate(*expr);
    if (!any) return std::nullopt;
    if (const auto *weak = std::get_if<Weak>(&*any))
      if (const auto *truth = std::get_if<bool>(&weak->value)) return *truth;
    return lowering.fail(DiagnosticKind::BadArguments, "this must be True or False", {{expr->range}});
  }
  std::optional<std::vector<std::size_t>> axes(const std::vector<std::int64_t> &given, std::size_t rank,
                                               SourceRange range) {
    std::vector<std::size_t> result;
    for (std::int64_t axis : given) {
      const auto resolved = resolveAxis(lowering, axis, rank, range);
      if (!resolved) return std::nullopt;
      if (std::find(result.begin(), result.end(), *resolved) != result.end())
        return lowering.fail(DiagnosticKind::BadArguments, fmt::format("axis {} is named twice", axis), {{range}});
      result.push_back(*resolved);
    }
    return result;
  }
  /// Whether between `least` and `most` positional arguments were given, and no keyword is left over.
  bool arity(std::size_t least, std::size_t most) {
    const std::size_t given = call.positional.size();
    if (given >= least && given <= most) return true;
    const std::string wanted = least == most      ? std::to_string(least)
                               : most == SIZE_MAX ? fmt::format("at least {}", least)
                                                  : fmt::format("{} to {}", least, most);
    lowering.fail(
        DiagnosticKind::BadArguments,
        fmt::format("'{}' takes {} argument{}, not {}", call.function, wanted, wanted == "1" ? "" : "s", given),
        {{call.range}});
    return false;
  }
  bool noKeywordsLeft() {
    for (const auto &[name, argument] : call.keywords)
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("'{}' has no argument '{}'", call.function, name),
                    {{argument.range}});
    return call.keywords.empty();
  }
  const TensorType &type(ValueId id) const { return lowering.type(id); }
  std::nullopt_t fail(DiagnosticKind kind, std::string message, std::string help = {}) {
    return lowering.fail(kind, std::move(message), {{call.range}}, std::move(help));
  }
};

using Function = MaybeValue (*)(Reader &);

/// The axes that `dim=`/`axis=` names, ascending; all of them if it is left out.
std::optional<std::vector<std::size_t>> reductionAxes(Reader &reader, std::size_t rank) {
  std::vector<std::size_t> axes;
  const ast::Expr *given = reader.find(1, {"dim", "axis"});
  if (!given) {
    for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
    return axes;
  }
  const auto integers = reader.integers(*given, "an axis");
  if (!integers) return std::nullopt;
  auto resolved = reader.axes(*integers, rank, given->range);
  if (resolved) std::sort(resolved->begin(), resolved->end());
  return resolved;
}

/// A reduction by `op`; `type` gives the type to sum in.
MaybeValue reduction(Reader &reader, ScalarOp op, DType (*type)(DType), bool mean = false) {
  if (!reader.arity(1, 3)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const Shape shape = reader.type(*operand).shape;
  const auto axes = reductionAxes(reader, shape.size());
  const auto keep = reader.flag(2, {"keepdim", "keepdims"});
  if (!axes || !keep || !reader.noKeywordsLeft()) return std::nullopt;

  std::int64_t count = 1; // the product of some extents of a type whose element count fits
  for (std::size_t axis : *axes) count *= shape[axis];
  if (count == 0 && (op == ScalarOp::Min || op == ScalarOp::Max))
    return reader.fail(DiagnosticKind::EmptyReduction,
                       fmt::format("'{}' of no elements has no value", reader.call.function));

  const DType dtype = type(reader.type(*operand).dtype);
  if (dtype == DType::Bool && (op == ScalarOp::Min || op == ScalarOp::Max))
    op = op == ScalarOp::Min ? ScalarOp::And : ScalarOp::Or;
  const ValueId result =
      reader.lowering.builder.reduce(op, reader.lowering.builder.cast(*operand, dtype), *axes, *keep);
  if (!mean) return result;
  return reader.lowering.builder.map(ScalarOp::Div, {result, convert(static_cast<double>(count), dtype)});
}

DType sameType(DType type) { return type; }
DType countingType(DType type) { return type == DType::Bool ? DType::I64 : type; }
DType floatingType(DType type) { return isFloat(type) ? type : DType::F64; }
DType boolType(DType) { return DType::Bool; }

template <ScalarOp Op, auto Type> MaybeValue reduce(Reader &reader) { return reduction(reader, Op, Type); }
MaybeValue mean(Reader &reader) { return reduction(reader, ScalarOp::Add, floatingType, true); }

/// An elementwise function whose operands are brought to one type by `Type` of their common one.
template <ScalarOp Op, auto Type> MaybeValue elementwise(Reader &reader) {
  const std::size_t count = arity(Op);
  if (!reader.arity(count, count) || !reader.noKeywordsLeft()) return std::nullopt;
  std::vector<ExprValue> operands;
  std::vector<SourceRange> ranges;
  bool anyTensor = false;
  for (std::size_t i = 0; i < count; ++i) {
    const MaybeValue operand = reader.value(i);
    if (!operand) return std::nullopt;
    anyTensor |= std::holds_alternative<ValueId>(*operand);
    operands.push_back(*operand);
    ranges.push_back(reader.call.positional[i].range);
  }
  const DType type = Type(reader.lowering.commonType(operands));
  if (type == DType::Bool)
    return reader.fail(DiagnosticKind::TypeMismatch,
                       fmt::format("'{}' needs numbers, not bools", reader.call.function));
  if (!anyTensor) operands[0] = reader.lowering.materialize(std::get<Weak>(operands[0]));
  return reader.lowering.elementwise(Op, type, operands, ranges);
}

template <DType Type> MaybeValue castTo(Reader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  return reader.lowering.builder.cast(*operand, Type);
}

MaybeValue tensorOf(Reader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  return operand ? MaybeValue(*operand) : std::nullopt;
}

MaybeValue transpose(Reader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const std::size_t rank = reader.type(*operand).rank();
  auto given = reader.integersFrom(1, "an axis");
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"dims", "axes"})) given = reader.integers(*keyword, "an axis");
  if (!given || !reader.noKeywordsLeft()) return std::nullopt;
  std::vector<std::size_t> order;
  for (std::size_t axis = 0; axis < rank; ++axis) order.push_back(rank - 1 - axis);
  if (!given->empty()) {
    const auto axes = reader.axes(*given, rank, reader.call.range);
    if (!axes) return std::nullopt;
    if (reader.call.function == "transpose" && axes->size() == 2 && rank != 2) { // PyTorch's form: swap two axes
      std::reverse(order.begin(), order.end());
      std::swap(order[(*axes)[0]], order[(*axes)[1]]);
    } else if (axes->size() != rank) {
      return reader.fail(DiagnosticKind::BadArguments,
                         fmt::format("{} axes are named, but the tensor has {}", axes->size(), rank));
    } else {
      order = *axes;
    }
  }
  return reader.lowering.permute(*operand, order);
}

MaybeValue unsqueeze(Reader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const ast::Expr *where = reader.find(1, {"dim", "axis"});
  if (!operand || !reader.noKeywordsLeft()) return std::nullopt;
  if (!where) return reader.fail(DiagnosticKind::BadArguments, "'unsqueeze' needs the place of the new axis");
  const auto given = reader.lowering.evaluateInteger(*where, "an axis");
  if (!given) return std::nullopt;
  Shape shape = reader.type(*operand).shape;
  const auto axis = resolveAxis(reader.lowering, *given, shape.size() + 1, where->range);
  if (!axis) return std::nullopt;
  std::vector<Affine> indices;
  for (std::size_t i = 0; i < shape.size(); ++i)
    indices.push_back(Affine::variable(static_cast<std::uint32_t>(i < *axis ? i : i + 1)));
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis), 1);
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

MaybeValue squeeze(Reader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const Shape &from = reader.type(*operand).shape;
  const ast::Expr *where = reader.find(1, {"dim", "axis"});
  if (!reader.noKeywordsLeft()) return std::nullopt;
  std::vector<bool> dropped(from.size());
  for (std::size_t axis = 0; axis < from.size(); ++axis) dropped[axis] = !where && from[axis] == 1;
  if (where) {
    const auto given = reader.integers(*where, "an axis");
    const auto axes = given ? reader.axes(*given, from.size(), where->range) : std::nullopt;
    if (!axes) return std::nullopt;
    for (std::size_t axis : *axes) {
      dropped[axis] = true;
      if (from[axis] != 1)
        return reader.lowering.fail(
            DiagnosticKind::BadShape,
            fmt::format("axis {} has size {}; only axes of size 1 can be squeezed", axis, from[axis]),
            {{where->range, shapeText(from)}});
    }
  }
  Shape shape;
  std::vector<Affine> indices;
  for (std::size_t axis = 0; axis < from.size(); ++axis) {
    indices.push_back(dropped[axis] ? Affine::number(0) : Affine::variable(static_cast<std::uint32_t>(shape.size())));
    if (!dropped[axis]) shape.push_back(from[axis]);
  }
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

MaybeValue expand(Reader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  auto given = reader.integersFrom(1, "a size");
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"shape", "size"})) given = reader.integers(*keyword, "a size");
  if (!operand || !given || !reader.noKeywordsLeft()) return std::nullopt;
  const Shape from = reader.type(*operand).shape;
  if (given->size() < from.size())
    return reader.fail(DiagnosticKind::BadShape,
                       fmt::format("{} sizes for a tensor of {} axes", given->size(), from.size()));
  const std::size_t shift = given->size() - from.size();
  Shape shape = *given;
  std::vector<Affine> indices;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t own = axis < shift ? 1 : from[axis - shift];
    if (shape[axis] == -1 && axis >= shift) shape[axis] = own;
    if (shape[axis] < 0 || (own != 1 && own != shape[axis]))
      return reader.fail(DiagnosticKind::BadShape,
                         fmt::format("{} cannot be expanded to {}", shapeText(from), shapeText(*given)),
                         "only axes of size 1 can be expanded; -1 keeps a size");
    if (axis >= shift)
      indices.push_back(own == 1 ? Affine::number(0) : Affine::variable(static_cast<std::uint32_t>(axis)));
  }
  if (!elementCount({reader.type(*operand).dtype, shape}))
    return reader.fail(DiagnosticKind::TensorTooLarge,
                       fmt::format("a tensor of shape {} is too large", shapeText(shape)));
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

MaybeValue einsumCall(Reader &reader) {
  if (!reader.arity(1, SIZE_MAX) || !reader.noKeywordsLeft()) return std::nullopt;
  const ast::Expr *first = reader.call.positional[0].expr;
  const auto *string = first ? std::get_if<ast::String>(&first->node) : nullptr;
  if (!string)
    return reader.fail(DiagnosticKind::BadArguments, "'einsum' needs a string first",
                       "as in einsum('ij,jk->ik', a, b)");
  auto einsum = parseEinsum(string->text, string->textRange.begin);
  std::vector<ValueId> operands;
  for (std::size_t i = 1; i < reader.call.positional.size(); ++i)
    if (const auto operand = reader.tensor(i)) operands.push_back(*operand);
  auto record = [&](const Diagnostics &errors) {
    reader.lowering.errors.insert(reader.lowering.errors.end(), errors.begin(), errors.end());
    return std::nullopt;
  };
  if (!einsum) return record(einsum.errors());
  if (operands.size() + 1 != reader.call.positional.size()) return std::nullopt;
  const auto result =
      lowerEinsum(reader.lowering.builder, *einsum, operands, reader.lowering.options.strict, reader.call.range);
  return result ? MaybeValue(*result) : record(result.errors());
}

struct Entry {
  const char *name;
  Function function;
};

constexpr Entry functions[] = {
    {"sum", reduce<ScalarOp::Add, countingType>},
    {"prod", reduce<ScalarOp::Mul, countingType>},
    {"max", reduce<ScalarOp::Max, sameType>},
    {"min", reduce<ScalarOp::Min, sameType>},
    {"any", reduce<ScalarOp::Or, boolType>},
    {"all", reduce<ScalarOp::And, boolType>},
    {"mean", mean},
    {"minimum", elementwise<ScalarOp::Min, sameType>},
    {"maximum", elementwise<ScalarOp::Max, sameType>},
    {"abs", elementwise<ScalarOp::Abs, sameType>},
    {"sqrt", elementwise<ScalarOp::Sqrt, floatingType>},
    {"f32", castTo<DType::F32>},
    {"f64", castTo<DType::F64>},
    {"i32", castTo<DType::I32>},
    {"i64", castTo<DType::I64>},
    {"bool", castTo<DType::Bool>},
    {"tensor", tensorOf},
    {"array", tensorOf},
    {"transpose", transpose},
    {"permute", transpose},
    {"unsqueeze", unsqueeze},
    {"expand_dims", unsqueeze},
    {"squeeze", squeeze},
    {"expand", expand},
    {"broadcast_to", expand},
    {"einsum", einsumCall},
};

} // namespace

std::optional<std::size_t> resolveAxis(Lowering &lowering, std::int64_t axis, std::size_t rank, SourceRange range) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis >= -axes && axis < axes) return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
  return lowering.fail(DiagnosticKind::AxisOutOfRange, fmt::format("there is no axis {}", axis), {{range}},
                       rank == 0 ? "a scalar has no axes" : fmt::format("valid axes are {} to {}", -axes, axes - 1));
}

std::vector<std::string> Lowering::functionNames() {
  std::vector<std::string> names;
  for (const Entry &entry : functions) names.emplace_back(entry.name);
  return names;
}

MaybeValue Lowering::call(CallArguments arguments) {
  for (const Entry &entry : functions) {
    if (arguments.function != entry.name) continue;
    Reader reader(*this, arguments);
    return entry.function(reader);
  }
  const std::string near = closest(arguments.function, functionNames());
  return fail(DiagnosticKind::UnknownFunction, fmt::format("there is no function '{}'", arguments.function),
              {{arguments.range}}, near.empty() ? std::string() : fmt::format("did you mean '{}'?", near));
}

MaybeValue Lowering::member(const std::string &name, const ExprValue &value, SourceRange range) {
  const auto *id = std::get_if<ValueId>(&value);
  const std::size_t rank = id ? type(*id).rank() : 0;
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
  if (name == "T") {
    std::reverse(axes.begin(), axes.end());
  } else if (name == "mT") {
    if (rank < 2)
      return fail(DiagnosticKind::RankMismatch, "`.mT` swaps the last two axes; there are not two", {{range}});
    std::swap(axes[rank - 1], axes[rank - 2]);
  } else {
    const auto names = functionNames();
    const bool isFunction = std::find(names.begin(), names.end(), name) != names.end();
    return fail(DiagnosticKind::UnknownFunction, fmt::format("a tensor has no member '{}'", name), {{range}},
                isFunction ? fmt::format("call it: `.{}(…)`", name) : "members without brackets are `.T` and `.mT`");
  }
  return id ? MaybeValue(permute(*id, axes)) : MaybeValue(value);
}

} // namespace einjit::tensor
