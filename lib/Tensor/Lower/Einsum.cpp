// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Einsum.h"
#include "Support/ErrorOperands.h"
#include "Tensor/Lower/Disagreement.h"
#include "Tensor/Passes/orderFactors.h"
#include <algorithm>
#include <cctype>
#include <einjit/detail/EinsumWords.h>
#include <fmt/format.h>
#include <map>

namespace einjit::tensor {
namespace {

/// One axis of one operand that a label (or a place in the ellipsis) names.
struct Occurrence {
  std::size_t operand, axis;
  std::int64_t extent;
  SourceRange range;
};

/// A label of the string; ellipsis axes are labels too, numbered from the right.
struct Label {
  std::string name;
  std::vector<Occurrence> occurrences;
  std::int64_t extent = 1;
};

/// Labels in order of first occurrence, and for each operand the label of each of its axes.
struct Labels {
  std::vector<Label> all;
  std::vector<std::vector<std::size_t>> ofOperand;
  std::size_t ellipsisRank = 0; ///< the longest ellipsis over all operands

  std::optional<std::size_t> find(const std::string &name) const {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].name == name) return i;
    return std::nullopt;
  }
  std::size_t add(const std::string &name) {
    if (const auto known = find(name)) return *known;
    all.push_back({name, {}});
    return all.size() - 1;
  }
};

/// Name of the ellipsis axis that stands `fromRight` places before the ellipsis' end; no label is called so.
constexpr std::string_view ellipsisPrefix = "dots";
std::string ellipsisName(std::size_t fromRight) { return fmt::format("{}{}", ellipsisPrefix, fromRight); }
bool isOfEllipsis(const std::string &name) { return name.starts_with(ellipsisPrefix); }

/// An iterator cannot be called by a number.
std::string iteratorName(const std::string &label) {
  return std::isdigit(static_cast<unsigned char>(label[0])) ? "i" + label : label;
}

/// The order of labels in a result that is not written: letters in ASCII order, numbers by their values.
struct LabelOrder {
  bool operator()(const std::string &a, const std::string &b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

class EinsumLowering {
public:
  EinsumLowering(Builder &builder, const EinsumTerms &einsum, const std::vector<ValueId> &operands, bool strict,
                 SourceRange call)
      : builder_(builder), einsum_(einsum), operands_(operands), strict_(strict), call_(call) {}

  Result<ValueId> run() {
    if (!checkOperandCount()) return errors_;
    for (std::size_t operand = 0; operand < operands_.size(); ++operand) collectTerm(operand);
    if (!errors_.empty()) return errors_;
    for (Label &label : labels_.all) inferExtent(label);
    const std::vector<std::size_t> output = einsum_.output ? explicitOutput(*einsum_.output) : implicitOutput();
    if (!errors_.empty()) return errors_;
    return builder_.generic(makeGeneric(output));
  }

private:
  const TensorType &type(std::size_t operand) const { return builder_.type(operands_[operand]); }

  bool checkOperandCount() {
    const std::size_t terms = einsum_.inputs.size();
    if (terms == operands_.size()) return true;
    // The empty string is one empty term, but it also is what is left of an einsum of nothing.
    Diagnostic error{DiagnosticKind::OperandCount,
                     str(detail::wrongEinsumOperandCount(terms, operands_.size())),
                     {{einsum_.range.begin == einsum_.range.end ? call_ : einsum_.range}},
                     {},
                     "give one operand for each comma-separated term before the arrow",
                     countsDisagree({terms, operands_.size()})};
    errors_.push_back(std::move(error));
    return false;
  }

  /// Assigns a label to each axis of an operand; the ellipsis takes the axes that the letters leave.
  void collectTerm(std::size_t operand) {
    const EinsumTerm &term = einsum_.inputs[operand];
    const std::size_t rank = type(operand).rank(), letters = term.labels.size();
    labels_.ofOperand.emplace_back();
    if (rank < letters || (rank > letters && !term.ellipsis)) return rankError(operand, term);
    const std::size_t dots = rank - letters;
    labels_.ellipsisRank = std::max(labels_.ellipsisRank, dots);

    std::size_t axis = 0;
    auto addDots = [&] {
      for (std::size_t k = 0; k < dots; ++k) addAxis(operand, axis++, ellipsisName(dots - 1 - k), term.ellipsisRange);
    };
    for (std::size_t i = 0; i < letters; ++i) {
      if (term.ellipsis == i) addDots();
      addAxis(operand, axis++, term.labels[i].name, term.labels[i].range);
    }
    if (term.ellipsis == letters) addDots();
  }

  void addAxis(std::size_t operand, std::size_t axis, const std::string &name, SourceRange range) {
    const std::size_t label = labels_.add(name);
    labels_.all[label].occurrences.push_back({operand, axis, type(operand).shape[axis], range});
    labels_.ofOperand[operand].push_back(label);
  }

  void rankError(std::size_t operand, const EinsumTerm &term) {
    const std::size_t rank = type(operand).rank();
    errors_.push_back({DiagnosticKind::RankMismatch,
                       str(detail::wrongEinsumRank(operand, rank, term.labels.size())),
                       {{term.range, fmt::format("{}", str(type(operand)))}},
                       {},
                       rank > term.labels.size() ? "name every axis, or write '...' for the rest"
                                                 : "remove the superfluous indices, or unsqueeze the operand",
                       ranksDisagree(errorOperand(operand), term.labels.size())});
  }

  void inferExtent(Label &label) {
    for (std::size_t i = 0; i < label.occurrences.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!compatible(label, label.occurrences[j], label.occurrences[i])) return;
    for (const Occurrence &occurrence : label.occurrences)
      label.extent = *broadcastExtent(label.extent, occurrence.extent);
  }

  bool compatible(const Label &label, const Occurrence &a, const Occurrence &b) {
    if (a.extent == b.extent) return true;
    const bool ellipsis = isOfEllipsis(label.name);
    if (a.operand == b.operand) {
      mismatch(DiagnosticKind::DiagonalMismatch, fmt::format("index '{}' takes a diagonal of unequal axes", label.name),
               label, a, b, "both axes of a diagonal must have exactly the same size");
      return false;
    }
    if (a.extent != 1 && b.extent != 1) {
      mismatch(DiagnosticKind::SizeMismatch,
               ellipsis ? std::string("the axes of '...' do not broadcast")
                        : fmt::format("index '{}' has two sizes", label.name),
               label, a, b, "sizes of one index must be equal, or one of them 1");
      return false;
    }
    if (strict_ && !ellipsis) {
      mismatch(DiagnosticKind::StrictBroadcast,
               fmt::format("index '{}' broadcasts a size of 1, which --strict forbids", label.name), label, a, b,
               "squeeze the axis of size 1 away, or give it the full size");
      return false;
    }
    return true;
  }

  ErrorOperand errorOperand(std::size_t operand, std::optional<std::size_t> axis = {}) const {
    return {.number = operand, .type = type(operand), .axis = axis, .range = einsum_.inputs[operand].range};
  }
  void mismatch(DiagnosticKind kind, std::string message, const Label &label, const Occurrence &a, const Occurrence &b,
                std::string help) {
    const auto onAxis = [&](const Occurrence &at) { return IndexOnAxis{errorOperand(at.operand, at.axis), at.range}; };
    errors_.push_back(axesDisagree(kind, std::move(message), isOfEllipsis(label.name) ? "..." : label.name, onAxis(a),
                                   onAxis(b), std::move(help)));
  }

  std::vector<std::size_t> explicitOutput(const EinsumTerm &term) {
    std::vector<std::size_t> output;
    auto addDots = [&] {
      for (std::size_t k = labels_.ellipsisRank; k-- > 0;) output.push_back(*labels_.find(ellipsisName(k)));
    };
    for (std::size_t i = 0; i < term.labels.size(); ++i) {
      if (term.ellipsis == i) addDots();
      addOutputLabel(term, i, output);
    }
    if (term.ellipsis == term.labels.size()) addDots();
    return output;
  }

  void addOutputLabel(const EinsumTerm &term, std::size_t place, std::vector<std::size_t> &output) {
    const EinsumLabel &letter = term.labels[place];
    const auto first = std::find_if(term.labels.begin(), term.labels.end(),
                                    [&](const EinsumLabel &other) { return other.name == letter.name; });
    if (first != term.labels.begin() + static_cast<std::ptrdiff_t>(place)) {
      errors_.push_back({DiagnosticKind::OutputLabel,
                         str(detail::repeatedEinsumOutput(letter.name)),
                         {{first->range}, {letter.range}},
                         {},
                         "an output index names one axis of the result",
                         {.index = letter.name}});
    } else if (const auto label = labels_.find(letter.name)) {
      output.push_back(*label);
    } else {
      errors_.push_back({DiagnosticKind::OutputLabel,
                         str(detail::unknownEinsumOutput(letter.name)),
                         {{letter.range}},
                         {},
                         otherCase(letter.name),
                         {.index = letter.name}});
    }
  }

  /// A suggestion where the label exists in the other case.
  std::string otherCase(const std::string &name) const {
    const std::string other(1, static_cast<char>(name[0] ^ 0x20));
    return std::isalpha(static_cast<unsigned char>(name[0])) && labels_.find(other)
               ? fmt::format("upper and lower case differ: did you mean '{}'?", other)
               : "every output index must occur in an operand";
  }

  /// The ellipsis' axes, then the labels that occur exactly once, in order.
  std::vector<std::size_t> implicitOutput() const {
    std::vector<std::size_t> output;
    for (std::size_t k = labels_.ellipsisRank; k-- > 0;) output.push_back(*labels_.find(ellipsisName(k)));
    std::map<std::string, std::size_t, LabelOrder> once;
    for (std::size_t i = 0; i < labels_.all.size(); ++i)
      if (!isOfEllipsis(labels_.all[i].name) && labels_.all[i].occurrences.size() == 1)
        once.emplace(labels_.all[i].name, i);
    for (const auto &[name, label] : once) output.push_back(label);
    return output;
  }

  Generic makeGeneric(const std::vector<std::size_t> &output) {
    Generic result;
    std::vector<std::uint32_t> iteratorOf(labels_.all.size(), 0);
    std::vector<bool> isOutput(labels_.all.size(), false);
    for (std::size_t label : output) {
      isOutput[label] = true;
      iteratorOf[label] = static_cast<std::uint32_t>(result.parallel.size());
      result.parallel.push_back({iteratorName(labels_.all[label].name), labels_.all[label].extent});
    }
    std::vector<Iterator> reduced;
    for (std::size_t label = 0; label < labels_.all.size(); ++label) {
      if (isOutput[label]) continue;
      iteratorOf[label] = static_cast<std::uint32_t>(output.size() + reduced.size());
      reduced.push_back({iteratorName(labels_.all[label].name), labels_.all[label].extent});
    }
    const DType dtype = addProduct(result, iteratorOf);
    if (!reduced.empty())
      result.reduction = Reduction{dtype == DType::Bool ? ScalarOp::Or : ScalarOp::Add, std::move(reduced), {}};
    // An einsum string leaves the order open; where nothing is summed it could not be told from a program's own later.
    if (operands_.size() > 2) result = withOrderedFactors(builder_.values(), result);
    return withResultType(std::move(result), dtype);
  }

  /// The product of all operands in their common type, f16 and bf16 in f32; returns the common type.
  DType addProduct(Generic &result, const std::vector<std::uint32_t> &iteratorOf) {
    std::vector<DType> types;
    for (std::size_t operand = 0; operand < operands_.size(); ++operand) types.push_back(type(operand).dtype);
    const DType dtype = promote(types);
    const ScalarOp times = dtype == DType::Bool ? ScalarOp::And : ScalarOp::Mul;

    scalar::ExprBuilder body;
    std::optional<scalar::NodeId> product;
    for (std::size_t operand = 0; operand < operands_.size(); ++operand) {
      Access access{operands_[operand], {}};
      for (std::size_t axis = 0; axis < type(operand).rank(); ++axis) {
        const std::size_t label = labels_.ofOperand[operand][axis];
        const bool broadcasts = type(operand).shape[axis] == 1 && labels_.all[label].extent != 1;
        access.indices.push_back(broadcasts ? Affine::number(0) : Affine::variable(iteratorOf[label]));
      }
      const auto known = std::find(result.operands.begin(), result.operands.end(), access);
      const auto index = static_cast<std::size_t>(known - result.operands.begin());
      if (known == result.operands.end()) result.operands.push_back(std::move(access));
      const auto factor = body.cast(body.operand(index, type(operand).dtype), computeType(dtype));
      product = product ? body.apply(times, {*product, factor}) : factor;
    }
    result.body = body.take(*product);
    return dtype;
  }

  Builder &builder_;
  const EinsumTerms &einsum_;
  const std::vector<ValueId> &operands_;
  bool strict_;
  SourceRange call_;
  Labels labels_;
  Diagnostics errors_;
};

} // namespace

EinsumTerms termsOf(const ast::Einsum &einsum) {
  auto term = [](const ast::EinsumTerm &from) {
    EinsumTerm result{from.range, {}, from.ellipsis, from.ellipsisRange};
    for (const ast::EinsumLabel &label : from.labels)
      result.labels.push_back({std::string(1, label.name), label.range});
    return result;
  };
  EinsumTerms terms{einsum.range, {}, {}};
  for (const ast::EinsumTerm &input : einsum.inputs) terms.inputs.push_back(term(input));
  if (einsum.output) terms.output = term(*einsum.output);
  return terms;
}

Result<ValueId> lowerEinsum(Builder &builder, const EinsumTerms &einsum, const std::vector<ValueId> &operands,
                            bool strict, SourceRange call) {
  return EinsumLowering(builder, einsum, operands, strict, call).run();
}

} // namespace einjit::tensor
