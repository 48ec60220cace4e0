// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions and methods of the language: one table, each entry a name and the function that lowers a call of it.
// `f(x, …)` and `x.f(…)` are the same call.
#include "Support/Suggest.h"
#include "Tensor/Lower/Functions/CallReader.h"
#include "Tensor/Lower/Functions/Prelude.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

DType sameType(DType type) { return type; }
DType countingType(DType type) { return type == DType::Bool ? DType::I64 : type; }
DType floatingType(DType type) { return isFloat(type) || isComplex(type) ? type : DType::F64; }
DType boolType(DType) { return DType::Bool; }

template <ScalarOp Op, auto Type> MaybeValue reduce(CallReader &reader) { return reduction(reader, Op, Type); }
MaybeValue mean(CallReader &reader) { return reduction(reader, ScalarOp::Add, floatingType, true); }

template <ScalarOp Op> MaybeValue position(CallReader &reader) { return extremePosition(reader, Op); }
template <ScalarOp Op> MaybeValue cumulated(CallReader &reader) { return cumulative(reader, Op); }

template <DType Type> MaybeValue castTo(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  if (!reader.canBecome(reader.type(*operand).dtype, Type)) return std::nullopt;
  return reader.lowering.builder.cast(*operand, Type);
}

/// `op` on a complex tensor; of a real one, which is its own real part and conjugate, `ofReal`.
template <ScalarOp Op, auto OfReal> MaybeValue complexPart(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  if (!isComplex(reader.type(*operand).dtype)) return OfReal(reader.lowering, *operand);
  return reader.lowering.builder.map(Op, {*operand});
}

MaybeValue itself(Lowering &, ValueId value) { return value; }
MaybeValue zerosLike(Lowering &lowering, ValueId value) {
  const TensorType type = lowering.type(value);
  const ValueId zero = lowering.builder.constant({type.dtype, {}}, {convert(false, type.dtype)});
  return lowering.builder.view(zero, type.shape, {});
}

MaybeValue tensorOf(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  return operand ? MaybeValue(*operand) : std::nullopt;
}

constexpr FunctionEntry functions[] = {
    {"sum", reduce<ScalarOp::Add, countingType>},
    {"prod", reduce<ScalarOp::Mul, countingType>},
    {"max", reduce<ScalarOp::Max, sameType>},
    {"min", reduce<ScalarOp::Min, sameType>},
    {"any", reduce<ScalarOp::Or, boolType>},
    {"all", reduce<ScalarOp::And, boolType>},
    {"mean", mean},
    {"var", var},
    {"std", standardDeviation},
    {"norm", norm},
    {"argmax", position<ScalarOp::Max>},
    {"argmin", position<ScalarOp::Min>},
    {"logsumexp", logsumexp},
    {"cumsum", cumulated<ScalarOp::Add>},
    {"cumprod", cumulated<ScalarOp::Mul>},
    {"f32", castTo<DType::F32>},
    {"f64", castTo<DType::F64>},
    {"i32", castTo<DType::I32>},
    {"i64", castTo<DType::I64>},
    {"bool", castTo<DType::Bool>},
    {"i8", castTo<DType::I8>},
    {"u8", castTo<DType::U8>},
    {"f16", castTo<DType::F16>},
    {"bf16", castTo<DType::BF16>},
    {"c64", castTo<DType::C64>},
    {"c128", castTo<DType::C128>},
    {"real", complexPart<ScalarOp::Real, itself>},
    {"imag", complexPart<ScalarOp::Imag, zerosLike>},
    {"conj", complexPart<ScalarOp::Conj, itself>},
    {"tensor", tensorOf},
    {"array", tensorOf},
    {"transpose", transpose},
    {"permute", transpose},
    {"unsqueeze", unsqueeze},
    {"expand_dims", unsqueeze},
    {"squeeze", squeeze},
    {"expand", expand},
    {"broadcast_to", expand},
    {"reshape", reshape},
    {"view", reshape},
    {"flatten", flatten},
    {"ravel", ravel},
    {"flip", flip},
    {"swapaxes", swapaxes},
    {"swapdims", swapaxes},
    {"moveaxis", moveaxis},
    {"movedim", moveaxis},
    {"concat", concat},
    {"concatenate", concat},
    {"cat", concat},
    {"stack", stack},
    {"zeros", zeros},
    {"ones", ones},
    {"full", full},
    {"zeros_like", zerosLikeFirst},
    {"ones_like", onesLikeFirst},
    {"full_like", fullLikeFirst},
    {"arange", arange},
    {"linspace", linspace},
    {"eye", eye},
    {"random", random},
    {"load", load},
    {"einsum", einsumCall},
    {"size", size},
    {"len", length},
    {"numel", elementsOf},
    {"dim", rankOf},
    {"ndim", rankOf},
};

/// The function of that name, or null.
Function functionNamed(const std::string &name) {
  for (const auto &table : {std::span<const FunctionEntry>(functions), elementwiseFunctions()})
    for (const FunctionEntry &entry : table)
      if (name == entry.name) return entry.function;
  return nullptr;
}

/// What NumPy and PyTorch call by a name and the language says otherwise.
struct Foreign {
  const char *name, *instead;
};
constexpr Foreign foreigners[] = {
    {"matmul", "`a @ b`"},
    {"mm", "`a @ b`"},
    {"bmm", "`a @ b`"},
    {"mv", "`a @ b`"},
    {"dot", "`a @ b`"},
    {"inner", "`a @ b.mT`"},
    {"outer", "einsum('i,j', a, b)"},
    {"trace", "einsum('ii', a)"},
    {"diagonal", "einsum('ii->i', a)"},
    {"diag", "einsum('ii->i', a)"},
    {"add", "`a + b`"},
    {"sub", "`a - b`"},
    {"subtract", "`a - b`"},
    {"mul", "`a * b`"},
    {"multiply", "`a * b`"},
    {"div", "`a / b`"},
    {"divide", "`a / b`"},
    {"true_divide", "`a / b`"},
    {"t", "`a.T`"},
    {"amax", "`a.max(…)`"},
    {"amin", "`a.min(…)`"},
    {"identity", "`eye(n)`"},
    {"range", "`arange(n)`"},
    {"rand", "`random(shape, seed)`"},
    {"astype", "a cast, as in `f32(a)`"},
    {"to", "a cast, as in `f32(a)`"},
    {"type", "a cast, as in `f32(a)`"},
    {"float", "a cast, as in `f32(a)`"},
    {"double", "a cast, as in `f64(a)`"},
    {"int", "a cast, as in `i32(a)`"},
    {"long", "a cast, as in `i64(a)`"},
    {"half", "a cast, as in `f16(a)`"},
    {"contiguous", "nothing: views are laid out as is best"},
    {"copy", "nothing: values never change"},
    {"clone", "nothing: values never change"},
    {"detach", "nothing: values never change"},
};

std::string unknownFunctionHelp(const std::string &name, const std::map<std::string, Definition> &definitions) {
  for (const Foreign &foreign : foreigners)
    if (name == foreign.name) return fmt::format("write {}", foreign.instead);
  std::vector<std::string> names = Lowering::functionNames();
  for (const auto &[defined, definition] : definitions) names.push_back(defined);
  const std::string near = closest(name, names);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
}

} // namespace

std::vector<std::string> Lowering::functionNames() {
  std::vector<std::string> names;
  for (const FunctionEntry &entry : functions) names.emplace_back(entry.name);
  for (const FunctionEntry &entry : elementwiseFunctions()) names.emplace_back(entry.name);
  for (std::string &name : preludeNames()) names.push_back(std::move(name));
  return names;
}

MaybeValue Lowering::call(CallArguments arguments) {
  // A program's own definition goes before a function of the language, but not for the prelude.
  if (frames.empty() || !frames.back().definition.isPrelude)
    if (const auto own = definitions.find(arguments.function); own != definitions.end())
      return inlined(own->second, arguments);
  if (const ast::Define *define = preludeDefinition(arguments.function)) return inlined({define, true}, arguments);
  if (elementsOnly && !isElementwise(arguments.function))
    return fail(DiagnosticKind::IndexForm, fmt::format("'{}' is not a function of single elements", arguments.function),
                {{arguments.range}}, "apply it to the whole tensor first");
  if (const Function function = functionNamed(arguments.function)) {
    CallReader reader(*this, arguments);
    return function(reader);
  }
  return fail(DiagnosticKind::UnknownFunction, fmt::format("there is no function '{}'", arguments.function),
              {{arguments.functionRange}}, unknownFunctionHelp(arguments.function, definitions));
}

MaybeValue Lowering::member(const std::string &name, const ExprValue &value, SourceRange valueRange,
                            SourceRange range) {
  const auto *id = std::get_if<ValueId>(&value);
  const std::size_t rank = id ? type(*id).rank() : 0;
  const Shape shape = id ? type(*id).shape : Shape();
  if (name == "shape") { // where Lowering::resolved() has not taken it for a list
    std::vector<Scalar> extents(shape.begin(), shape.end());
    return builder.constant({DType::I64, {static_cast<std::int64_t>(rank)}}, std::move(extents));
  }
  if (name == "ndim") return Weak{static_cast<std::int64_t>(rank)};
  if (name == "size") return Weak{id ? *elementCount(type(*id)) : std::int64_t{1}};
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
  if (name == "T") {
    std::reverse(axes.begin(), axes.end());
  } else if (name == "mT") {
    if (rank < 2)
      return fail(DiagnosticKind::RankMismatch, "`.mT` swaps the last two axes; there are not two", {{range}}, {},
                  {.operands = {errorOperand(value, valueRange)}});
    std::swap(axes[rank - 1], axes[rank - 2]);
  } else {
    const auto names = functionNames();
    const bool isFunction = std::find(names.begin(), names.end(), name) != names.end();
    return fail(DiagnosticKind::UnknownFunction, fmt::format("a tensor has no member '{}'", name), {{range}},
                isFunction ? fmt::format("call it: `.{}(…)`", name)
                           : "members without brackets are `.T`, `.mT`, `.shape`, `.ndim` and `.size`");
  }
  return id ? MaybeValue(permute(*id, axes)) : MaybeValue(value);
}

} // namespace einjit::tensor
