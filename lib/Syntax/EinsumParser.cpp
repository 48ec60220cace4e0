// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings. The grammar is four lines; what is wrong with a string it refuses is said in the words of
// einjit/detail/EinsumWords.h, as it is while compiling C++.
#include "Support/ErrorOperands.h"
#include "Syntax/Parser.h"
#include "Syntax/Primitives.h"
#include <algorithm>
#include <einjit/Type.h>
#include <einjit/detail/EinsumWords.h>

namespace einjit {
namespace syntax {
namespace {

constexpr std::size_t maxAxes = maxRank;
constexpr std::size_t maxOperands = detail::maxEinsumOperands;

constexpr auto startTerm = [](auto &ctx) { x3::_val(ctx).range = lastBytes(0, ctx); };
constexpr auto addLabel = [](auto &ctx) {
  ast::EinsumTerm &term = x3::_val(ctx);
  term.labels.push_back({x3::_attr(ctx), lastBytes(1, ctx)});
  term.range.end = term.labels.back().range.end;
};
/// A second ellipsis is left unread.
constexpr auto setEllipsis = [](auto &ctx) {
  ast::EinsumTerm &term = x3::_val(ctx);
  x3::_pass(ctx) = !term.ellipsis;
  if (term.ellipsis) return;
  term.ellipsis = term.labels.size();
  term.ellipsisRange = lastBytes(3, ctx);
  term.range.end = term.ellipsisRange.end;
};
constexpr auto addInput = [](auto &ctx) { x3::_val(ctx).inputs.push_back(std::move(x3::_attr(ctx))); };
constexpr auto setOutput = [](auto &ctx) { x3::_val(ctx).output = std::move(x3::_attr(ctx)); };

// Spaces are skipped before each token and nowhere inside one; nothing else is skipped.
const x3::rule<struct TermId, ast::EinsumTerm> term = "a term";
const x3::rule<struct EinsumId, ast::Einsum> einsum = "an einsum string";

constexpr CharacterClass<isLetter> label;
const auto term_def = x3::eps[startTerm] >> *(label[addLabel] | x3::lit("...")[setEllipsis]);
const auto einsum_def = term[addInput] % ',' >> -("->" >> term[setOutput]);

BOOST_SPIRIT_DEFINE(term, einsum)

// ---- Errors -------------------------------------------------------------------------------------------------------

Diagnostic syntaxError(std::string_view text, std::size_t at, std::uint32_t offset, const ast::Einsum &read) {
  const detail::EinsumComplaint what = detail::einsumSyntax(text, at, read.output.has_value());
  const SourceRange range{offset + static_cast<std::uint32_t>(what.begin),
                          offset + static_cast<std::uint32_t>(what.end)};
  return {DiagnosticKind::EinsumSyntax, str(what.message), {{range}}, {}, std::string(what.help)};
}

Diagnostics beyondLimits(const ast::Einsum &einsum) {
  Diagnostics errors;
  const auto checkAxes = [&](const ast::EinsumTerm &term) {
    if (term.labels.size() > maxAxes)
      errors.push_back({DiagnosticKind::TooManyAxes,
                        str(detail::tooManyEinsumAxes(term.labels.size(), maxAxes)),
                        {{term.range}},
                        {},
                        {},
                        countsDisagree({term.labels.size(), maxAxes})});
  };
  if (einsum.inputs.size() > maxOperands)
    errors.push_back({DiagnosticKind::TooManyOperands,
                      str(detail::tooManyEinsumOperands(einsum.inputs.size())),
                      {{einsum.inputs[maxOperands].range}},
                      {},
                      {},
                      countsDisagree({einsum.inputs.size(), maxOperands})});
  std::for_each(einsum.inputs.begin(), einsum.inputs.end(), checkAxes);
  if (einsum.output) checkAxes(*einsum.output);
  return errors;
}

} // namespace
} // namespace syntax

Result<ast::Einsum> parseEinsum(std::string_view text, std::uint32_t offset) {
  if (text.size() > maxTextBytes)
    return Diagnostic{DiagnosticKind::TextTooLong,
                      str(detail::einsumTooLong(text.size())),
                      {},
                      {},
                      {},
                      countsDisagree({text.size(), maxTextBytes})};
  const char *begin = text.data(), *at = begin, *end = begin + text.size();
  const syntax::Origin origin{begin, offset};
  ast::Einsum result;
  const bool matched = syntax::x3::phrase_parse(at, end, syntax::x3::with<syntax::Origin>(origin)[syntax::einsum],
                                                syntax::x3::lit(' '), result);
  if (!matched || at != end) return syntax::syntaxError(text, static_cast<std::size_t>(at - begin), offset, result);
  result.range = origin.range(begin, end);
  if (Diagnostics errors = syntax::beyondLimits(result); !errors.empty()) return errors;
  return result;
}

} // namespace einjit
