// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arguments of one call, as the functions that lower calls want them.
#pragma once

#include "Tensor/Lower/Lowering.h"
#include <initializer_list>
#include <span>

namespace einjit::tensor {

/// Reads the arguments of one call; what it does not find or cannot use it records as an error.
class CallReader {
public:
  CallReader(Lowering &lowering, CallArguments &call) : lowering(lowering), call(call) {}
  Lowering &lowering;
  CallArguments &call;

  MaybeValue value(std::size_t position);
  std::optional<ValueId> tensor(std::size_t position);
  /// The argument at this position or of one of these names, resolved; takes it off the keywords. None is no argument.
  const ast::Expr *find(std::size_t position, std::initializer_list<const char *> names);
  /// An integer, or a bracketed list of them.
  std::optional<std::vector<std::int64_t>> integers(const ast::Expr &expr, const std::string &what);
  /// All arguments from `position` on, given one by one or as one list.
  std::optional<std::vector<std::int64_t>> integersFrom(std::size_t position, const std::string &what);
  std::optional<bool> flag(std::size_t position, std::initializer_list<const char *> names, bool otherwise = false);
  /// An axis number, negative counting from the back, brought into 0…rank-1; records AxisOutOfRange.
  std::optional<std::size_t> axis(std::int64_t given, std::size_t rank, SourceRange range);
  std::optional<std::vector<std::size_t>> axes(const std::vector<std::int64_t> &given, std::size_t rank,
                                               SourceRange range);
  /// Whether between `least` and `most` positional arguments were given.
  bool arity(std::size_t least, std::size_t most);
  /// Whether all keywords have been taken; called when everything that the function knows has been looked for.
  bool noKeywordsLeft();
  /// Whether elements of a type can be made those of another; records it if they cannot.
  bool canBecome(DType from, DType to);
  const TensorType &type(ValueId id) const { return lowering.type(id); }
  /// Records an error of the whole call. Of a shape it is one of the first argument's.
  std::nullopt_t fail(DiagnosticKind kind, std::string message, std::string help = {},
                      std::vector<std::int64_t> sizes = {}, std::optional<std::size_t> axis = {});

  /// The first argument as errors speak of it, if it is a tensor that has been read.
  std::vector<ErrorOperand> concerned(std::optional<std::size_t> axis = {}) const;

private:
  std::optional<ValueId> first_;      ///< the first argument, once it has been read as a tensor
  std::vector<std::string> keywords_; ///< all that were looked for
};

/// How one function of the language is lowered.
using Function = MaybeValue (*)(CallReader &);
struct FunctionEntry {
  const char *name;
  Function function;
};

/// Functions of each element (ElementwiseFunctions.cpp).
std::span<const FunctionEntry> elementwiseFunctions();

// Functions that change only how elements are reached (ShapeFunctions.cpp).
MaybeValue transpose(CallReader &reader);
MaybeValue unsqueeze(CallReader &reader);
MaybeValue squeeze(CallReader &reader);
MaybeValue expand(CallReader &reader);

// What is known of a shape while compiling (Sizes.cpp).
MaybeValue size(CallReader &reader);
MaybeValue length(CallReader &reader);
MaybeValue elementsOf(CallReader &reader);
MaybeValue rankOf(CallReader &reader);

/// einsum('ij,jk->ik', a, b), einsum(a, [0, 1], b, [1, 2], [0, 2]) (EinsumCall.cpp)
MaybeValue einsumCall(CallReader &reader);

// Functions that give the elements another shape or order (Reshaping.cpp), and that join tensors (Joining.cpp).
MaybeValue reshape(CallReader &reader);
MaybeValue flatten(CallReader &reader);
MaybeValue ravel(CallReader &reader);
MaybeValue flip(CallReader &reader);
MaybeValue swapaxes(CallReader &reader);
MaybeValue moveaxis(CallReader &reader);
MaybeValue concat(CallReader &reader);
MaybeValue stack(CallReader &reader);

/// What a reduction folds: the axes that `dim=`/`axis=` names, ascending, or all of them.
struct Folding {
  ValueId operand;
  std::vector<std::size_t> axes;
  bool keep;
  std::int64_t count; ///< of the elements that make one of the result
};
/// Reads it, with `dim` at position `dimPosition`; keywords of the function's own are taken before.
std::optional<Folding> readFolding(CallReader &reader, std::size_t dimPosition = 1);

// Reductions in several steps (Statistics.cpp).
MaybeValue var(CallReader &reader);
MaybeValue standardDeviation(CallReader &reader);
MaybeValue norm(CallReader &reader);
MaybeValue logsumexp(CallReader &reader);
/// Position of the first extreme element, `op` Max or Min (Extremes.cpp).
MaybeValue extremePosition(CallReader &reader, ScalarOp op);
/// All values of a fold along one axis (Cumulative.cpp).
MaybeValue cumulative(CallReader &reader, ScalarOp op);

// What kind of number each element is (Classes.cpp).
MaybeValue isNan(CallReader &reader);
MaybeValue isInf(CallReader &reader);
MaybeValue isFinite(CallReader &reader);
MaybeValue sign(CallReader &reader);

// Tensors of one value (Creation.cpp), of what follows from positions (Sequences.cpp), of random numbers (Random.cpp).
MaybeValue zeros(CallReader &reader);
MaybeValue ones(CallReader &reader);
MaybeValue full(CallReader &reader);
MaybeValue zerosLikeFirst(CallReader &reader);
MaybeValue onesLikeFirst(CallReader &reader);
MaybeValue fullLikeFirst(CallReader &reader);
MaybeValue arange(CallReader &reader);
MaybeValue linspace(CallReader &reader);
MaybeValue eye(CallReader &reader);
MaybeValue random(CallReader &reader);

/// The tensor of a file that the driver has read.
MaybeValue load(CallReader &reader);

/// Folds the axes that `dim=`/`axis=` names, or all (Reductions.cpp); `type` says in which type, given the operand's.
/// With `mean` the result is divided by the number of elements.
MaybeValue reduction(CallReader &reader, ScalarOp op, DType (*type)(DType), bool mean = false);

} // namespace einjit::tensor
