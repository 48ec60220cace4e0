// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CHeader.h"
#include "Support/Version.h"
#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

namespace einjit {
namespace {

/// Of C and of C++, without those that begin with `_`; a space before and behind each.
constexpr std::string_view keywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t "
    "class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue "
    "decltype default delete do double dynamic_cast else enum explicit export extern false float for friend "
    "goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
    "protected public register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast struct switch template this thread_local throw true try typedef typeid "
    "typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq ";

bool isKeyword(std::string_view name) { return keywords.find(fmt::format(" {} ", name)) != std::string_view::npos; }

/// The C type of an element, of a complex number that of its parts.
std::string_view cType(DType type) {
  switch (type) {
  case DType::Bool: return "bool";
  case DType::I8: return "int8_t";
  case DType::U8: return "uint8_t";
  case DType::I32: return "int32_t";
  case DType::I64: return "int64_t";
  case DType::F16:
  case DType::BF16: return "uint16_t";
  case DType::F32:
  case DType::C64: return "float";
  case DType::F64:
  case DType::C128: return "double";
  }
  return {};
}

/// What the C type does not say of elements.
std::string_view remark(DType type) {
  if (isHalf(type)) return ", the bits of each number";
  if (isComplex(type)) return ", the real part of each number and then the imaginary one";
  return "";
}

struct Parameter {
  std::string name;
  const Binding *binding;
  bool isResult;
};

/// Names for the pointers that are different from each other, and that C allows.
std::vector<Parameter> parametersOf(const Compilation &made) {
  std::vector<Parameter> parameters;
  std::set<std::string> taken = {"scratch"};
  const auto add = [&](const Binding &binding, const std::string &otherwise, bool isResult) {
    std::string name = binding.name.empty() ? otherwise : binding.name;
    while (isKeyword(name) || !taken.insert(name).second) name += '_';
    parameters.push_back({name, &binding, isResult});
  };
  const auto unnamed = [](const char *word, std::size_t index, std::size_t count) {
    return count == 1 ? std::string(word) : word + std::to_string(index);
  };
  for (std::size_t i = 0; i < made.inputs.size(); ++i) add(made.inputs[i], unnamed("in", i, made.inputs.size()), false);
  for (std::size_t i = 0; i < made.results.size(); ++i)
    add(made.results[i], unnamed("out", i, made.results.size()), true);
  return parameters;
}

std::string upperCase(std::string text) {
  for (char &c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Text inside of a comment: nothing that begins or ends one, every line behind the margin.
std::string inComment(std::string_view text) {
  std::string out;
  for (char c : text) {
    const char before = out.empty() ? ' ' : out.back();
    if ((before == '*' && c == '/') || (before == '/' && c == '*')) out += ' ';
    if (c == '\n')
      out += "\n *   ";
    else
      out += std::isprint(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ? c : ' ';
  }
  return out;
}

std::string_view withoutEnd(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

/// How the object is linked.
std::string linking(const std::vector<std::string> &needed) {
  if (needed.empty()) return " * The object file needs no library.\n";
  const bool onlyMemory = std::ranges::all_of(needed, [](const std::string &name) { return name.starts_with("mem"); });
  return fmt::format(" * The object file calls {} of the C library{}.\n", fmt::join(needed, ", "),
                     onlyMemory ? "" : ": link it with -lm");
}

std::string describe(const Parameter &parameter, std::size_t width) {
  const Binding &binding = *parameter.binding;
  std::string line = fmt::format(" *   {:{}}  {}  {}{}", parameter.name, width, parameter.isResult ? "out" : "in ",
                                 str(binding.type), remark(binding.type.dtype));
  if (binding.value) line += fmt::format(", which must be {}", *binding.value);
  return line + "\n";
}

std::string describeArguments(const std::vector<Parameter> &parameters, const std::string &upper) {
  std::size_t width = std::string_view("scratch").size();
  for (const Parameter &parameter : parameters) width = std::max(width, parameter.name.size());
  std::string text;
  for (const Parameter &parameter : parameters) text += describe(parameter, width);
  return text + fmt::format(" *   {:{}}       {}_SCRATCH_BYTES bytes, aligned to {}_SCRATCH_ALIGNMENT; null where that "
                            "is 0\n",
                            "scratch", width, upper, upper);
}

std::string declaration(const std::string &symbol, const std::vector<Parameter> &parameters) {
  std::string text = "void " + symbol + "(";
  for (const Parameter &parameter : parameters)
    text += fmt::format("{}{} *{}, ", parameter.isResult ? "" : "const ", cType(parameter.binding->type.dtype),
                        parameter.name);
  return text + "void *scratch);\n";
}

} // namespace

bool isCName(std::string_view text) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto isPart = [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && isLetter(text[0]) && std::ranges::all_of(text, isPart) && !isKeyword(text);
}

std::string cHeader(const Compilation &made, const SavedFunction &function) {
  const std::vector<Parameter> parameters = parametersOf(made);
  const std::string upper = upperCase(function.symbol);
  const auto uses = [&](auto matches) {
    return std::ranges::any_of(parameters, [&](const Parameter &p) { return matches(cType(p.binding->type.dtype)); });
  };
  std::string includes;
  if (uses([](std::string_view type) { return type == "bool"; })) includes += "#include <stdbool.h>\n";
  if (uses([](std::string_view type) { return type.ends_with("_t"); })) includes += "#include <stdint.h>\n";
  if (!includes.empty()) includes += "\n";
  return fmt::format(R"(/* {symbol} computes
 *
 *   {source}
 *
 * It was compiled by einjit {version} for {target}, and needs neither einjit nor LLVM.
{linking} *
{arguments} *
 * Behind the element type stand the extents, and the strides in elements where the memory is not row-major. A pointer
 * points at the element with all indices 0, and is aligned to the size of an element's C type. No result overlaps
 * anything else. The function runs in the thread that calls it, never fails and allocates nothing; calls may run at the
 * same time if each has its own scratch, whose contents mean nothing before and after a call.
 */
#ifndef {upper}_H
#define {upper}_H

{includes}#define {upper}_SCRATCH_BYTES {scratch}
#define {upper}_SCRATCH_ALIGNMENT 64

#ifdef __cplusplus
extern "C" {{
#endif

{declaration}
#ifdef __cplusplus
}}
#endif

#endif
)",
                     fmt::arg("symbol", function.symbol), fmt::arg("source", inComment(withoutEnd(made.source.text))),
                     fmt::arg("version", versionText()), fmt::arg("target", inComment(made.target.name)),
                     fmt::arg("linking", linking(function.needed)),
                     fmt::arg("arguments", describeArguments(parameters, upper)), fmt::arg("upper", upper),
                     fmt::arg("includes", includes), fmt::arg("scratch", function.scratchBytes),
                     fmt::arg("declaration", declaration(function.symbol, parameters)));
}

} // namespace einjit
