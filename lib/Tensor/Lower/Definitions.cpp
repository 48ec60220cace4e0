// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that are defined in the language. A call is inlined: its arguments are evaluated where it stands, each
// once, and the body with the parameters standing for them. A body sees the program's names as they are at the call;
// one of the prelude sees its parameters and the language's functions only.
#include "Tensor/Lower/Functions/Prelude.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

constexpr std::size_t maxFrames = 64;     ///< definitions that call each other
constexpr std::size_t maxInlined = 10000; ///< calls in a program
constexpr std::size_t maxCallsShown = 4;
/// A definition that has failed so often is not tried again: definitions that call each other would fail exponentially.
constexpr std::size_t maxFailures = 16;

/// Whether two keywords are one word of NumPy's and of PyTorch's.
bool isSameKeyword(const std::string &a, const std::string &b) {
  auto oneWord = [](const std::string &word) {
    return word == "axis" ? std::string("dim") : word == "keepdims" ? std::string("keepdim") : word;
  };
  return oneWord(a) == oneWord(b);
}

bool isNumber(const ast::Expr &expr) {
  const auto *unary = std::get_if<ast::Unary>(&expr.node);
  return std::holds_alternative<ast::Number>((unary ? *unary->operand : expr).node);
}

std::string signature(const ast::Define &define) {
  std::string text = define.name + '(';
  for (const ast::Parameter &parameter : define.parameters) {
    if (&parameter != &define.parameters.front()) text += ", ";
    text += parameter.name + (parameter.standard ? '=' + ast::print(*parameter.standard) : "");
  }
  return text + ')';
}

/// Hands each argument of a call to the parameter that it is for.
class ArgumentBinder {
public:
  ArgumentBinder(Lowering &lowering, const Definition &definition, CallArguments &call)
      : lowering_(lowering), define_(*definition.define), isPrelude_(definition.isPrelude), call_(call),
        given_(define_.parameters.size(), nullptr) {}

  /// What the parameters stand for, as far as the call says; nothing if it does not fit the definition.
  std::optional<Names> run() {
    if (!assign()) return std::nullopt;
    Names names;
    for (std::size_t i = 0; i < given_.size(); ++i) {
      const std::string &name = define_.parameters[i].name;
      if (!given_[i]) continue;
      if (!given_[i]->expr) {
        names.values[name] = given_[i]->receiver;
        continue;
      }
      names.merge(lowering_.meaning(name, *given_[i]->expr));
      // The prelude sees a number as it is written, too: what is wrong with it is shown where it stands.
      const ast::Expr &written = lowering_.resolved(*given_[i]->expr);
      if (isPrelude_ && isNumber(written)) names.parts.emplace(name, written);
    }
    return names;
  }

private:
  bool assign() {
    if (call_.positional.size() > given_.size())
      return failed(fmt::format("'{}' takes {} argument{}, not {}", define_.name, given_.size(),
                                given_.size() == 1 ? "" : "s", call_.positional.size()),
                    call_.range);
    for (std::size_t i = 0; i < call_.positional.size(); ++i) given_[i] = &call_.positional[i];
    for (auto &[keyword, argument] : call_.keywords) {
      const auto parameter = std::ranges::find_if(
          define_.parameters, [&](const ast::Parameter &some) { return isSameKeyword(some.name, keyword); });
      if (parameter == define_.parameters.end())
        return failed(fmt::format("'{}' has no argument '{}'", define_.name, keyword), argument.keywordRange);
      const CallArgument *&place = given_[static_cast<std::size_t>(parameter - define_.parameters.begin())];
      if (place) return failed(fmt::format("'{}' is given twice", parameter->name), argument.range);
      place = &argument;
    }
    for (std::size_t i = 0; i < given_.size(); ++i)
      if (!given_[i] && !define_.parameters[i].standard)
        return failed(fmt::format("'{}' is called without its argument '{}'", define_.name, define_.parameters[i].name),
                      call_.range);
    return true;
  }

  bool failed(std::string message, SourceRange range) {
    lowering_.fail(DiagnosticKind::BadArguments, std::move(message), {{range}},
                   "it is defined as " + signature(define_));
    return false;
  }

  Lowering &lowering_;
  const ast::Define &define_;
  bool isPrelude_;
  CallArguments &call_;
  std::vector<const CallArgument *> given_; ///< for each parameter; null where its own value stands
};

bool isInside(SourceRange range, SourceRange of) { return range.begin >= of.begin && range.end <= of.end; }

} // namespace

MaybeValue Lowering::inlined(const Definition &definition, CallArguments &call) {
  const ast::Define &define = *definition.define;
  for (const Frame &frame : frames)
    if (frame.definition.define == &define)
      return fail(DiagnosticKind::RecursiveDefinition, fmt::format("'{}' calls itself", define.name), {{call.range}},
                  "definitions are inlined, and so cannot be recursive");
  if (frames.size() == maxFrames)
    return fail(DiagnosticKind::NestingTooDeep, fmt::format("definitions call each other more than {} deep", maxFrames),
                {{call.range}});
  if (inlinedCount_ == maxInlined) {
    if (!std::exchange(hasInlinedTooMuch_, true))
      fail(DiagnosticKind::KernelTooLarge,
           fmt::format("definitions are inlined, and are called more than {} times", maxInlined), {{call.range}});
    return std::nullopt;
  }
  if (failures_[&define] == maxFailures) return std::nullopt;
  ++inlinedCount_;

  auto arguments = ArgumentBinder(*this, definition, call).run();
  if (!arguments) return std::nullopt;
  auto outside = std::exchange(intercept, nullptr);
  frames.push_back({definition, call.range, {}});
  for (const ast::Parameter &parameter : define.parameters)
    if (!arguments->contains(parameter.name)) arguments->merge(meaning(parameter.name, *parameter.standard));
  frames.back().names = *std::move(arguments);
  const MaybeValue value = limited(evaluate(define.body), define.body.range);
  if (!value) ++failures_[&define];
  frames.pop_back();
  intercept = std::move(outside);
  return value;
}

std::nullopt_t Lowering::record(Diagnostic error) {
  std::vector<Label> calls;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    const ast::Define &define = *frame->definition.define;
    if (frame->definition.isPrelude) {
      // What is wrong there is the call's fault, and stands in a text that the user does not see.
      if (isInPrelude(frame->call)) continue;
      std::erase_if(error.labels, [](const Label &label) { return isInPrelude(label); });
      if (error.labels.empty()) error.labels.push_back({frame->call});
      for (ErrorOperand &operand : error.parts.operands)
        if (isInPrelude(operand.range)) operand.range = {};
      error.notes.push_back(fmt::format("{} = {}", signature(define), ast::print(define.body)));
    }
    const bool concernsBody =
        std::ranges::any_of(error.labels, [&](const Label &label) { return isInside(label, define.body.range); });
    if (concernsBody && calls.size() < maxCallsShown) calls.push_back({frame->call, "called here"});
  }
  error.labels.insert(error.labels.end(), calls.begin(), calls.end());
  const bool isKnown = std::ranges::any_of(errors, [&](const Diagnostic &other) {
    return other.kind == error.kind && other.message == error.message && other.labels == error.labels;
  });
  if (!isKnown) errors.push_back(std::move(error));
  return std::nullopt;
}

} // namespace einjit::tensor
