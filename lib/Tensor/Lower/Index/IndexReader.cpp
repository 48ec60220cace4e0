// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the right side of an index statement: which names are indices, which elements are read where, what is reduced
// explicitly. A name inside a subscript is an index unless it stands for an integer known while compiling; elsewhere it
// is one if it is an index of the statement. What has no index in it keeps its meaning of array notation.
#include "Support/ErrorOperands.h"
#include "Support/Overloaded.h"
#include "Support/Suggest.h"
#include "Tensor/Lower/Index/IndexStatement.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace einjit::tensor {
namespace {

// The sets are never destroyed: the process may compile as it ends.

/// Functions that fold an axis: only these take indices in square brackets.
const std::set<std::string> &foldingFunctions() {
  static const auto &names = *new const std::set<std::string>{
      "sum", "prod", "max", "min", "any", "all", "mean", "var", "std", "argmax", "argmin", "norm", "logsumexp"};
  return names;
}

/// Functions that see axes, besides those above.
const std::set<std::string> &wholeTensorFunctions() {
  static const auto &names = *new const std::set<std::string>{
      "cumsum",     "transpose",    "permute",   "reshape",     "flatten",  "squeeze",  "unsqueeze", "expand_dims",
      "expand",     "broadcast_to", "concat",    "concatenate", "cat",      "stack",    "flip",      "einsum",
      "zeros",      "ones",         "full",      "arange",      "eye",      "random",   "load",      "tensor",
      "array",      "view",         "ravel",     "swapaxes",    "swapdims", "moveaxis", "movedim",   "cumprod",
      "zeros_like", "ones_like",    "full_like", "logsumexp",   "linspace"};
  return names;
}

class RightReader {
public:
  RightReader(Lowering &lowering, IndexStatement &statement) : lowering_(lowering), statement_(statement), scopes_(1) {
    for (std::size_t i = 0; i < statement.indices.size(); ++i) scopes_[0][statement.indices[i].name] = i;
  }

  bool run(const ast::Expr &right) {
    const std::size_t errorsBefore = lowering_.errors.size();
    collectSubscripts(right);
    read(right);
    return lowering_.errors.size() == errorsBefore;
  }

private:
  // Names.

  /// Names inside subscripts, as far as they can be indices.
  void collectSubscripts(const ast::Expr &expr) {
    std::vector<const ast::Expr *> open{&expr};
    auto add = [&](const ast::ExprPtr &part) { open.push_back(part.get()); };
    while (!open.empty()) {
      const ast::Expr &part = *open.back();
      open.pop_back();
      std::visit(Overloaded{
                     [](const ast::Name &) {},
                     [](const ast::Number &) {},
                     [](const ast::String &) {},
                     [&](const ast::List &list) {
                       for (const ast::Expr &item : list.items) open.push_back(&item);
                     },
                     [&](const ast::Paren &paren) { add(paren.inner); },
                     [&](const ast::Unary &unary) { add(unary.operand); },
                     [&](const ast::Power &power) {
                       add(power.base);
                       for (const ast::Power::Link &link : power.rest) open.push_back(&link.operand);
                     },
                     [&](const ast::Binary &chain) {
                       add(chain.first);
                       for (const ast::Binary::Link &link : chain.rest) open.push_back(&link.operand);
                     },
                     [&](const ast::Postfix &postfix) {
                       add(postfix.base);
                       for (const ast::Suffix &suffix : postfix.suffixes) collectSuffix(suffix, open);
                     },
                 },
                 part.node);
    }
  }

  void collectSuffix(const ast::Suffix &suffix, std::vector<const ast::Expr *> &open) {
    if (const auto *call = std::get_if<ast::Call>(&suffix.suffix))
      for (const ast::Argument &argument : call->arguments) open.push_back(argument.value.get());
    if (const auto *subscript = std::get_if<ast::Subscript>(&suffix.suffix))
      for (const ast::SubscriptItem &item : subscript->items)
        if (const auto *position = std::get_if<ast::ExprPtr>(&item.item))
          forEachName(**position, [&](const ast::Expr &, const ast::Name &name) {
            if (canBeIndex(name.name)) subscriptNames_.insert(name.name);
          });
  }

  /// Not a number known while compiling, nor a scalar, of which nobody would expect it.
  bool canBeIndex(const std::string &name) const {
    if (name == "True" || name == "False") return false;
    const auto known = lowering_.names.values.find(name);
    if (known == lowering_.names.values.end()) return true;
    const auto *id = known->second ? std::get_if<ValueId>(&*known->second) : nullptr;
    return id && lowering_.type(*id).rank() > 0;
  }

  std::optional<std::size_t> find(const std::string &name, SourceRange range) {
    for (std::size_t i = scopes_.size(); i-- > 0;)
      if (const auto known = scopes_[i].find(name); known != scopes_[i].end()) return known->second;
    if (!subscriptNames_.contains(name)) return std::nullopt;
    return scopes_[0][name] = addIndex(name, range);
  }

  bool isIndex(const std::string &name) const {
    return subscriptNames_.contains(name) ||
           std::ranges::any_of(scopes_, [&](const auto &scope) { return scope.contains(name); });
  }

  std::size_t addIndex(const std::string &name, SourceRange range) {
    if (statement_.indices.size() < maxAxes) {
      statement_.indices.push_back({name, range});
      return statement_.indices.size() - 1;
    }
    if (!tooMany_)
      lowering_.fail(DiagnosticKind::TooManyAxes, fmt::format("a statement may have {} indices", maxAxes), {{range}});
    tooMany_ = true;
    return 0;
  }

  bool mentions(const ast::Expr &expr) const {
    return mentionsIndex(
        expr, [&](const std::string &name) { return isIndex(name) ? std::optional<std::size_t>(0) : std::nullopt; });
  }

  // Expressions: each gives the indices in it.

  IndexSet read(const ast::Expr &expr) {
    const IndexSet indices = std::visit(Overloaded{
                                            [&](const ast::Name &name) { return this->name(expr, name); },
                                            [](const ast::Number &) { return IndexSet(); },
                                            [](const ast::String &) { return IndexSet(); },
                                            [&](const ast::List &list) { return this->list(list, expr.range); },
                                            [&](const ast::Paren &paren) { return read(*paren.inner); },
                                            [&](const ast::Unary &unary) { return read(*unary.operand); },
                                            [&](const ast::Power &power) {
                                              IndexSet set = read(*power.base);
                                              for (const ast::Power::Link &link : power.rest) set |= read(link.operand);
                                              return set;
                                            },
                                            [&](const ast::Binary &chain) { return this->chain(chain); },
                                            [&](const ast::Postfix &postfix) { return this->postfix(expr, postfix); },
                                        },
                                        expr.node);
    if (indices.any()) statement_.occurring[&expr] = indices;
    return indices;
  }

  IndexSet name(const ast::Expr &expr, const ast::Name &name) {
    const auto index = find(name.name, expr.range);
    if (!index) return {};
    statement_.values[&expr] = *index;
    return IndexSet().set(*index);
  }

  IndexSet list(const ast::List &list, SourceRange range) {
    IndexSet set;
    for (const ast::Expr &item : list.items) set |= read(item);
    if (set.any()) lowering_.fail(DiagnosticKind::IndexForm, "a list cannot hold elements", {{range}});
    return set;
  }

  IndexSet chain(const ast::Binary &chain) {
    IndexSet set = read(*chain.first);
    for (const ast::Binary::Link &link : chain.rest) {
      set |= read(link.operand);
      if (link.op == ast::BinaryOp::MatMul && set.any())
        lowering_.fail(DiagnosticKind::IndexForm, "`@` multiplies matrices, not elements", {{link.opRange}},
                       "name the index that is summed: y[i,j] = a[i,k] * b[k,j]");
    }
    return set;
  }

  /// A call, an element, an explicit reduction, or a method of one of these.
  IndexSet postfix(const ast::Expr &expr, const ast::Postfix &postfix) {
    if (!mentions(expr) && !isScalarElement(postfix)) return {};
    if (isExplicitReduction(postfix)) return explicitReduction(expr, postfix);
    for (std::size_t i = 0; i < postfix.suffixes.size(); ++i)
      if (const auto *subscript = std::get_if<ast::Subscript>(&postfix.suffixes[i].suffix))
        if (namesElement(*subscript)) return elementChain(expr, postfix, i);
    IndexSet set;
    if (!std::holds_alternative<ast::Name>(postfix.base->node)) set = read(*postfix.base);
    for (const ast::Suffix &suffix : postfix.suffixes) set |= afterElement(suffix, set);
    if (const auto *function = std::get_if<ast::Name>(&postfix.base->node); function && set.any())
      checkFunction(function->name, postfix.base->range);
    return set;
  }

  /// `s[]`
  static bool isScalarElement(const ast::Postfix &postfix) {
    const auto *subscript = std::get_if<ast::Subscript>(&postfix.suffixes[0].suffix);
    return subscript && subscript->items.empty();
  }

  bool namesElement(const ast::Subscript &subscript) const {
    return subscript.items.empty() || std::ranges::any_of(subscript.items, [&](const ast::SubscriptItem &item) {
             const auto *position = std::get_if<ast::ExprPtr>(&item.item);
             return position && mentions(**position);
           });
  }

  /// Arguments of what follows an element; only methods may.
  IndexSet afterElement(const ast::Suffix &suffix, const IndexSet &before) {
    IndexSet set;
    if (const auto *call = std::get_if<ast::Call>(&suffix.suffix))
      for (const ast::Argument &argument : call->arguments) set |= read(*argument.value);
    if (const auto *member = std::get_if<ast::Member>(&suffix.suffix); member && before.any())
      checkFunction(member->name, {suffix.range.begin + 1, suffix.range.end});
    if (std::holds_alternative<ast::Subscript>(suffix.suffix) && before.any())
      lowering_.fail(DiagnosticKind::IndexForm, "an element has no axes of its own", {{suffix.range}});
    return set;
  }

  /// Functions of elements work on each element; what folds axes must say which.
  void checkFunction(const std::string &name, SourceRange range) {
    if (foldingFunctions().contains(name))
      lowering_.fail(DiagnosticKind::IndexForm, fmt::format("'{}' does not say over which index", name), {{range}},
                     fmt::format("write `{}[k](…)` with the index to fold", name));
    else if (!lowering_.isElementwise(name))
      lowering_.fail(DiagnosticKind::IndexForm, fmt::format("'{}' is not a function of single elements", name),
                     {{range}}, "apply it to the whole tensor first");
  }

  // Elements.

  IndexSet elementChain(const ast::Expr &expr, const ast::Postfix &postfix, std::size_t at) {
    const auto &subscript = std::get<ast::Subscript>(postfix.suffixes[at].suffix);
    const SourceRange range = join(postfix.base->range, postfix.suffixes[at].range);
    ast::Expr tensor = *postfix.base;
    if (at > 0)
      tensor = {join(postfix.base->range, postfix.suffixes[at - 1].range),
                ast::Postfix{postfix.base,
                             {postfix.suffixes.begin(), postfix.suffixes.begin() + static_cast<std::ptrdiff_t>(at)}}};
    if (at + 1 == postfix.suffixes.size()) return element(expr, tensor, subscript, range);

    auto own = std::make_shared<const ast::Expr>(ast::Expr{range, ast::Name{}});
    IndexSet set = element(*own, tensor, subscript, range);
    statement_.occurring[own.get()] = set;
    const auto rest = postfix.suffixes.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    for (auto suffix = rest; suffix != postfix.suffixes.end(); ++suffix) set |= afterElement(*suffix, set);
    statement_.made.push_back({expr.range, ast::Postfix{own, {rest, postfix.suffixes.end()}}});
    statement_.occurring[&statement_.made.back()] = set;
    statement_.insteadOf[&expr] = &statement_.made.back();
    return set;
  }

  IndexSet element(const ast::Expr &node, const ast::Expr &tensor, const ast::Subscript &subscript, SourceRange range) {
    const auto *name = std::get_if<ast::Name>(&tensor.node);
    if (name && isIndex(name->name)) {
      lowering_.fail(DiagnosticKind::IndexForm,
                     fmt::format("'{}' is an index and a tensor in one statement", name->name), {{tensor.range}},
                     "give the index another name");
      return {};
    }
    if (mentions(tensor)) {
      lowering_.fail(DiagnosticKind::IndexForm, "an element has no axes of its own", {{tensor.range}});
      return {};
    }
    const auto value = lowering_.evaluateTensor(tensor);
    if (!value) return {};
    const TensorType type = lowering_.type(*value);
    if (subscript.items.size() != type.rank()) {
      lowering_.fail(DiagnosticKind::RankMismatch,
                     fmt::format("{} ind{} for a tensor of {} ax{}", subscript.items.size(),
                                 subscript.items.size() == 1 ? "ex" : "ices", type.rank(),
                                 type.rank() == 1 ? "is" : "es"),
                     {{range, str(type)}}, "an element has one index for each axis",
                     ranksDisagree(lowering_.errorOperand(*value, tensor.range), subscript.items.size()));
      return {};
    }
    Element element{*value, range, {}};
    IndexSet set;
    for (const ast::SubscriptItem &item : subscript.items) set |= position(tensor, type, item, element);
    if (element.axes.size() == type.rank()) statement_.elements[&node] = std::move(element);
    return set;
  }

  IndexSet position(const ast::Expr &tensor, const TensorType &type, const ast::SubscriptItem &item, Element &element) {
    const auto *expr = std::get_if<ast::ExprPtr>(&item.item);
    if (!expr) {
      lowering_.fail(DiagnosticKind::IndexForm, "an element has one index for each axis", {{item.range}},
                     "take the slice first, as in x[1:, :][i,j]");
      return {};
    }
    auto position =
        readPosition(lowering_, **expr, [&](const std::string &name) { return find(name, nameRange(**expr, name)); });
    if (!position) return {};
    const std::size_t axis = element.axes.size();
    const ErrorOperand operand = lowering_.errorOperand(element.tensor, tensor.range, axis);
    if (position->isConstant() && !resolveConstant(*position, operand, item.range)) return {};
    const bool isPlain = std::holds_alternative<ast::Name>((*expr)->node) && !position->isConstant();
    statement_.axes.push_back(
        {ast::print(tensor), type, axis, *position, ast::print(**expr), item.range, isPlain, true});
    element.axes.push_back(&statement_.axes.back());
    IndexSet set;
    for (const Affine::Term &term : position->terms) set.set(term.variable);
    return set;
  }

  static SourceRange nameRange(const ast::Expr &expr, const std::string &wanted) {
    SourceRange range = expr.range;
    bool found = false;
    forEachName(expr, [&](const ast::Expr &node, const ast::Name &name) {
      if (!found && name.name == wanted) {
        range = node.range;
        found = true;
      }
    });
    return range;
  }

  /// A position without an index counts from the end if it is negative, as in array notation.
  bool resolveConstant(Affine &position, const ErrorOperand &operand, SourceRange range) {
    std::int64_t &at = position.constant;
    const std::int64_t extent = *operand.size();
    if (!isInside(lowering_, at, extent, range, operand)) return false;
    if (at < 0) at += extent;
    return true;
  }

  // Explicit reductions.

  bool isExplicitReduction(const ast::Postfix &postfix) const {
    const auto *name = std::get_if<ast::Name>(&postfix.base->node);
    return name && postfix.suffixes.size() > 1 && !lowering_.names.contains(name->name) &&
           std::holds_alternative<ast::Subscript>(postfix.suffixes[0].suffix) &&
           std::holds_alternative<ast::Call>(postfix.suffixes[1].suffix);
  }

  IndexSet explicitReduction(const ast::Expr &expr, const ast::Postfix &postfix) {
    const std::string &function = std::get<ast::Name>(postfix.base->node).name;
    if (!foldingFunctions().contains(function)) {
      lowering_.fail(DiagnosticKind::IndexForm, fmt::format("'{}' does not fold an index", function),
                     {{postfix.base->range}}, foldHelp(function));
      return {};
    }
    if (postfix.suffixes.size() == 2) return fold(expr, postfix);
    const std::vector<ast::Suffix> first(postfix.suffixes.begin(), postfix.suffixes.begin() + 2);
    const SourceRange range = join(postfix.base->range, first.back().range);
    auto own = std::make_shared<const ast::Expr>(ast::Expr{range, ast::Postfix{postfix.base, first}});
    IndexSet set = fold(*own, std::get<ast::Postfix>(own->node));
    statement_.occurring[own.get()] = set;
    for (auto suffix = postfix.suffixes.begin() + 2; suffix != postfix.suffixes.end(); ++suffix)
      set |= afterElement(*suffix, IndexSet().set());
    statement_.made.push_back({expr.range, ast::Postfix{own, {postfix.suffixes.begin() + 2, postfix.suffixes.end()}}});
    statement_.occurring[&statement_.made.back()] = set;
    statement_.insteadOf[&expr] = &statement_.made.back();
    return set;
  }

  static std::string foldHelp(const std::string &function) {
    const std::vector<std::string> names(foldingFunctions().begin(), foldingFunctions().end());
    const std::string near = closest(function, names);
    return near.empty() ? fmt::format("these do: {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", near);
  }

  /// The indices in brackets are the reduction's own.
  IndexSet fold(const ast::Expr &expr, const ast::Postfix &postfix) {
    ExplicitReduction reduction{std::get<ast::Name>(postfix.base->node).name,
                                postfix.base->range,
                                {},
                                &std::get<ast::Call>(postfix.suffixes[1].suffix)};
    std::map<std::string, std::size_t> scope;
    for (const ast::SubscriptItem &item : std::get<ast::Subscript>(postfix.suffixes[0].suffix).items) {
      const auto *position = std::get_if<ast::ExprPtr>(&item.item);
      const auto *name = position ? std::get_if<ast::Name>(&(*position)->node) : nullptr;
      if (!name || scope.contains(name->name)) {
        lowering_.fail(DiagnosticKind::IndexForm, "a reduction folds indices, each named once", {{item.range}},
                       "as in sum[k,l](x[k,l])");
        return {};
      }
      reduction.indices.push_back(addIndex(name->name, item.range));
      scope.emplace(name->name, reduction.indices.back());
    }
    if (reduction.call->arguments.empty() || reduction.indices.empty()) {
      lowering_.fail(DiagnosticKind::IndexForm, "a reduction folds an expression over indices", {{expr.range}},
                     "as in sum[k](x[k])");
      return {};
    }
    scopes_.push_back(std::move(scope));
    const IndexSet set = read(*reduction.call->arguments[0].value);
    scopes_.pop_back();
    for (std::size_t index : reduction.indices)
      if (!set.test(index) && !tooMany_)
        lowering_.fail(DiagnosticKind::IndexUnbound,
                       fmt::format("nothing that '{}' folds has the index '{}'", reduction.function,
                                   statement_.indices[index].name),
                       {{statement_.indices[index].range}}, "it must occur between the round brackets",
                       {.index = statement_.indices[index].name});
    statement_.reductions[&expr] = std::move(reduction);
    return set;
  }

  Lowering &lowering_;
  IndexStatement &statement_;
  std::vector<std::map<std::string, std::size_t>> scopes_; ///< the statement's indices, then those of open reductions
  std::set<std::string> subscriptNames_;
  bool tooMany_ = false;
};

} // namespace

bool Lowering::isElementwise(const std::string &function) {
  return !foldingFunctions().contains(function) && !wholeTensorFunctions().contains(function);
}

bool readRightSide(Lowering &lowering, IndexStatement &statement, const ast::Expr &right) {
  return RightReader(lowering, statement).run(right);
}

} // namespace einjit::tensor
