// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings. The grammar is four lines; most of the file is saying what is wrong with a string it refuses.
#include "Syntax/Parser.h"
#include "Syntax/Primitives.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace syntax {
namespace {

constexpr std::size_t maxAxes = 32;
constexpr std::size_t maxOperands = 1024;

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

struct Complaint {
  std::string message;
  std::string help = {};
};

std::string_view nameOfSpace(char c) {
  switch (c) {
  case '\t': return "a tab";
  case '\n': return "a newline";
  case '\r': return "a carriage return";
  default: return {};
  }
}

/// What is wrong with `token`, at which the grammar stopped after it had read `read`.
Complaint complaint(std::string_view token, const ast::Einsum &read) {
  if (const std::string_view space = nameOfSpace(token[0]); !space.empty())
    return {fmt::format("{} may not stand in an einsum string", space),
            "only the space character may stand between its parts"};
  if (token == "->") return {"a second '->'", "an einsum string has one output"};
  if (token == ",") return {"',' in the output", "the output is a single term"};
  if (token == "...") return {fmt::format("a second '...' in one {}", read.output ? "output" : "operand")};
  if (token[0] == '.') return {fmt::format("{} is not an ellipsis: write '...'", quoted(token))};
  if (token == "-") return {"'-' must be followed by '>'"};
  if (token == ">") return {"'>' must follow '-'"};
  if (token == "→") return {"'→' is not an arrow: write '->'"};
  if (token == "…") return {"'…' is not an ellipsis: write '...'"};
  return {fmt::format("{} is not an index: indices are letters", quoted(token)),
          isNameStart(token[0]) ? "the letters are a to z and A to Z" : ""};
}

/// The token at `at`, for which the grammar has no use. Dots that make no ellipsis are one token together with the
/// ellipsis right before them.
SourceRange guiltyToken(std::string_view text, std::size_t at) {
  std::size_t begin = at, end = at + characterLength(text.substr(at));
  if (text.substr(at).starts_with("->") || text.substr(at).starts_with("...")) {
    end = at + punctuation(text.substr(at)).size();
  } else if (text[at] == '.') {
    begin = text.find_last_not_of('.', at) + 1; // npos + 1 is 0
    end = std::min(text.find_first_not_of('.', at), text.size());
  }
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

Diagnostic syntaxError(std::string_view text, std::size_t at, std::uint32_t offset, const ast::Einsum &read) {
  const SourceRange range = guiltyToken(text, at);
  Complaint what = complaint(text.substr(range.begin, range.end - range.begin), read);
  return {DiagnosticKind::EinsumSyntax,
          std::move(what.message),
          {{{offset + range.begin, offset + range.end}}},
          {},
          std::move(what.help)};
}

Diagnostics beyondLimits(const ast::Einsum &einsum) {
  Diagnostics errors;
  const auto checkAxes = [&](const ast::EinsumTerm &term) {
    if (term.labels.size() > maxAxes)
      errors.push_back({DiagnosticKind::TooManyAxes,
                        fmt::format("{} indices in one term, more than {}", term.labels.size(), maxAxes),
                        {{term.range}}});
  };
  if (einsum.inputs.size() > maxOperands)
    errors.push_back({DiagnosticKind::TooManyOperands,
                      fmt::format("{} operands, more than {}", einsum.inputs.size(), maxOperands),
                      {{einsum.inputs[maxOperands].range}}});
  std::for_each(einsum.inputs.begin(), einsum.inputs.end(), checkAxes);
  if (einsum.output) checkAxes(*einsum.output);
  return errors;
}

} // namespace
} // namespace syntax

Result<ast::Einsum> parseEinsum(std::string_view text, std::uint32_t offset) {
  if (text.size() > maxTextBytes)
    return Diagnostic{DiagnosticKind::TextTooLong,
                      fmt::format("the einsum string has {} bytes, more than {}", text.size(), maxTextBytes)};
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
