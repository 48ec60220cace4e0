// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Mutate.h"
#include "Corpus.h"
#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace einjit::test {
namespace {

using Tokens = std::vector<std::string>;

constexpr std::string_view brackets = "()[]";
constexpr const char *pieces[] = {"(",      ")",        "[",     "]",    ",",         ":",        "::",      "...",
                                  "->",     "=",        "==",    "!=",   "<",         ">=",       "&",       "|",
                                  "~",      "//",       "%",     "**",   "@",         "+",        "-",       "*",
                                  "/",      "+=",       "*=",    "max=", "min=",      ".",        ".T",      ".mT",
                                  ".sum(",  ".shape",   "None",  "True", "False",     "dim=",     "axis=-1", "keepdim=",
                                  ";",      "\n",       "#",     "'",    "\"",        "def ",     "x",       "y",
                                  "i",      "param",    "f32",   "i64",  "c64",       "einsum('", "sum[k](", "max[i]",
                                  "where(", "reshape(", "2j",    "1e5",  "arange(",   "softmax(", "concat(", "cumsum(",
                                  "eye(",   "random(",  "norm(", "[i]",  "[:, None]", "[::-1]",   "np.",     "torch."};
constexpr const char *oddBytes[] = {"\0",           "\t",           "\r\n",         "\xC3\xA9",         "\xE2\x86\x92",
                                    "\xE2\x88\x92", "\xE2\x80\x9C", "\xEF\xBB\xBF", "\xF0\x9F\x94\xB9", "e\xCC\x81",
                                    "\xFF",         "\xC3",         "\xE2\x82",     "\x1B[31m",         "\x7F"};
constexpr const char *numbers[] = {"0",
                                   "1",
                                   "-1",
                                   "2",
                                   "3",
                                   "31",
                                   "32",
                                   "33",
                                   "255",
                                   "256",
                                   "65536",
                                   "2147483647",
                                   "2147483648",
                                   "4294967296",
                                   "4611686018427387904",
                                   "9223372036854775807",
                                   "9223372036854775808",
                                   "-9223372036854775808",
                                   "18446744073709551616",
                                   "1e308",
                                   "1e309",
                                   "1e-400",
                                   "0.5",
                                   "1e18",
                                   "999999999999999999999999999999",
                                   "0x10",
                                   "1.",
                                   ".5",
                                   "007",
                                   "1_000",
                                   "nan",
                                   "inf"};

/// Words, numbers, runs of space, and single other characters.
Tokens tokensOf(const std::string &text) {
  Tokens tokens;
  auto kind = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) || c == '_' ? 1 : std::isspace(byte) ? 2 : 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool joins = i > 0 && kind(text[i]) != 0 && kind(text[i]) == kind(text[i - 1]);
    if (joins)
      tokens.back() += text[i];
    else
      tokens.emplace_back(1, text[i]);
  }
  return tokens;
}

std::string joined(const Tokens &tokens) {
  std::string text;
  for (const std::string &token : tokens) text += token;
  return text;
}

std::size_t below(Random &random, std::size_t bound) {
  return static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(bound) - 1));
}

std::string mutateBytes(Random &random, std::string text) {
  const std::size_t at = below(random, text.size() + 1);
  switch (random.in(0, 3)) {
  case 0: return text.insert(at, 1, static_cast<char>(random.in(0, 255)));
  case 1: return text.erase(at, static_cast<std::size_t>(random.in(1, 3)));
  case 2: return text.insert(at, random.of(oddBytes));
  default:
    return text.insert(at, text.substr(below(random, text.size() + 1), static_cast<std::size_t>(random.in(1, 12))));
  }
}

std::string mutateTokens(Random &random, const std::string &text) {
  Tokens tokens = tokensOf(text);
  if (tokens.empty()) return random.of(pieces);
  const std::size_t at = below(random, tokens.size()), other = below(random, tokens.size());
  switch (random.in(0, 4)) {
  case 0: std::swap(tokens[at], tokens[other]); break;
  case 1: tokens[at].clear(); break;
  case 2: tokens[at] = tokens[other]; break;
  case 3: tokens[at] = random.of(pieces); break;
  default: tokens[at] += random.of(pieces); break;
  }
  return joined(tokens);
}

/// The beginning of this text with the end of another, or a part of another inside.
std::string splice(Random &random, const std::string &text) {
  Tokens mine = tokensOf(text);
  const Tokens others = tokensOf(random.of(corpus()));
  const std::size_t cut = below(random, mine.size() + 1), from = below(random, others.size() + 1);
  const bool inside = random.chance(50);
  const std::size_t to = inside ? std::min(others.size(), from + below(random, 12)) : others.size();
  if (!inside) mine.resize(cut);
  const auto at = [](const Tokens &tokens, std::size_t place) {
    return tokens.begin() + static_cast<std::ptrdiff_t>(place);
  };
  mine.insert(at(mine, cut), at(others, from), at(others, to));
  return joined(mine);
}

std::string mutateBrackets(Random &random, std::string text) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (brackets.find(text[i]) != brackets.npos) places.push_back(i);
  if (places.empty()) return "(" + text + ")";
  const std::size_t at = random.of(places);
  if (random.chance(50))
    text[at] = random.of(brackets);
  else
    std::swap(text[at], text[random.of(places)]);
  return text;
}

std::string mutateNumber(Random &random, const std::string &text) {
  Tokens tokens = tokensOf(text);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (std::isdigit(static_cast<unsigned char>(tokens[i][0]))) places.push_back(i);
  if (places.empty()) return text + random.of(numbers);
  tokens[random.of(places)] = random.of(numbers);
  return joined(tokens);
}

/// One token many times, or in many brackets.
std::string repeatToken(Random &random, const std::string &text) {
  Tokens tokens = tokensOf(text);
  if (tokens.empty()) return text;
  std::string &token = tokens[below(random, tokens.size())];
  const std::int64_t times = random.chance(80) ? random.in(2, 40) : random.in(200, 2000);
  const bool nested = random.chance(50);
  std::string before, behind;
  for (std::int64_t i = 0; i < times; ++i) {
    before += nested ? "(" : token;
    behind += nested ? ")" : "";
  }
  token = before + token + behind;
  return joined(tokens);
}

std::string mutate(Random &random, const std::string &text) {
  switch (random.in(0, 11)) {
  case 0:
  case 1: return mutateBytes(random, text);
  case 2:
  case 3:
  case 4:
  case 5: return mutateTokens(random, text);
  case 6:
  case 7: return splice(random, text);
  case 8: return mutateBrackets(random, text);
  case 9:
  case 10: return mutateNumber(random, text);
  default: return random.chance(30) ? repeatToken(random, text) : mutateTokens(random, text);
  }
}

} // namespace

std::string mutatedText(Random &random) {
  std::string text = random.of(corpus());
  for (std::int64_t edits = random.in(0, 4); edits > 0; --edits) text = mutate(random, text);
  return text;
}

} // namespace einjit::test
