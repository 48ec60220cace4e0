// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/NpyHeader.h"
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace einjit {
namespace {

struct ElementCode {
  std::string_view code; ///< without byte order
  DType dtype;
};
constexpr ElementCode elementCodes[] = {{"b1", DType::Bool}, {"?", DType::Bool},  {"i1", DType::I8},
                                        {"u1", DType::U8},   {"i4", DType::I32},  {"i8", DType::I64},
                                        {"f2", DType::F16},  {"f4", DType::F32},  {"f8", DType::F64},
                                        {"c8", DType::C64},  {"c16", DType::C128}};

/// Reads the dictionary. After the first error every read fails and the first error is kept.
class HeaderReader {
public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Result<NpyHeader> read() {
    expect('{');
    while (!error_ && !accept('}')) {
      readEntry();
      if (!accept(',') && !peek('}')) fail("expected ',' or '}'");
    }
    skipSpace();
    if (at_ != text_.size()) fail("text after the dictionary");
    for (const auto &[key, seen] :
         {std::pair{"descr", seenDescr_}, {"fortran_order", seenOrder_}, {"shape", seenShape_}})
      if (!seen) fail(fmt::format("no '{}'", key));
    if (error_) return Diagnostic{.kind = DiagnosticKind::NpyFormat, .message = *error_};
    return header_;
  }

private:
  void readEntry() {
    const std::string_view key = string();
    expect(':');
    if (error_) return;
    if (key == "descr") {
      once(seenDescr_, key);
      readDescr();
    } else if (key == "fortran_order") {
      once(seenOrder_, key);
      readOrder();
    } else if (key == "shape") {
      once(seenShape_, key);
      readShape();
    } else {
      fail(fmt::format("unknown key '{}'", printable(key)));
    }
  }

  void once(bool &seen, std::string_view key) {
    if (seen) fail(fmt::format("'{}' twice", key));
    seen = true;
  }

  void readDescr() {
    if (peek('[') || peek('(')) return fail("records are not supported, only plain element types");
    const std::string_view descr = string();
    if (error_) return;
    const bool hasOrder = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
    const std::string_view code = hasOrder ? descr.substr(1) : descr;
    const auto *found = std::find_if(std::begin(elementCodes), std::end(elementCodes),
                                     [&](const ElementCode &element) { return element.code == code; });
    if (found == std::end(elementCodes))
      return fail(fmt::format("element type '{}' is none of bool, i8, u8, i32, i64, f16, f32, f64, c64, c128",
                              printable(descr)));
    if (descr[0] == '>' && byteSize(found->dtype) > 1)
      return fail(fmt::format("element type '{}' is big-endian; save it little-endian", descr));
    header_.dtype = found->dtype;
  }

  void readOrder() {
    if (acceptWord("True"))
      header_.fortranOrder = true;
    else if (!acceptWord("False"))
      fail("'fortran_order' is neither True nor False");
  }

  /// A tuple: `()`, `(3,)`, `(3, 4)`; `(3)` is a number in brackets.
  void readShape() {
    bool comma = true;
    expect('(');
    while (!error_ && !accept(')')) {
      if (!comma) return fail("expected ',' or ')' in 'shape'");
      readExtent();
      comma = accept(',');
    }
    if (header_.shape.size() == 1 && !comma) fail("'shape' is not a tuple");
  }

  void readExtent() {
    skipSpace();
    std::int64_t extent = 0;
    const char *begin = text_.data() + at_;
    const auto [end, status] = std::from_chars(begin, text_.data() + text_.size(), extent);
    if (status == std::errc::result_out_of_range) return fail("an extent in 'shape' is too large");
    if (status != std::errc()) return fail("expected an extent in 'shape'");
    if (*begin == '-') return fail("a negative extent in 'shape'");
    at_ += static_cast<std::size_t>(end - begin);
    acceptWord("L"); // Python 2 wrote long integers so.
    if (header_.shape.size() == maxRank) return fail(fmt::format("more than {} axes", maxRank));
    header_.shape.push_back(extent);
  }

  std::string_view string() {
    skipSpace();
    if (!peek('\'') && !peek('"')) return fail("expected a string"), "";
    const std::size_t begin = at_ + 1;
    const std::size_t end = text_.find(text_[at_], begin);
    if (end == std::string_view::npos) return fail("a string without end"), "";
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }

  bool acceptWord(std::string_view word) {
    skipSpace();
    if (error_ || !text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool accept(char token) { return acceptWord({&token, 1}); }
  bool peek(char token) {
    skipSpace();
    return at_ < text_.size() && text_[at_] == token;
  }
  void expect(char token) {
    if (!accept(token)) fail(fmt::format("expected '{}'", token));
  }
  void skipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  void fail(std::string message) {
    if (!error_) error_ = "malformed header: " + std::move(message);
  }
  /// What a file says, fit for a terminal.
  static std::string printable(std::string_view text) {
    std::string shown(text.substr(0, 40));
    std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return shown;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool seenDescr_ = false, seenOrder_ = false, seenShape_ = false;
  std::optional<std::string> error_;
};

std::string littleEndian(std::size_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string_view descr(DType dtype) {
  switch (dtype) {
  case DType::Bool: return "|b1";
  case DType::I8: return "|i1";
  case DType::U8: return "|u1";
  case DType::F16: return "<f2";
  case DType::BF16: break; // saveNpy() writes f32
  case DType::C64: return "<c8";
  case DType::C128: return "<c16";
  case DType::I32: return "<i4";
  case DType::I64: return "<i8";
  case DType::F32: return "<f4";
  case DType::F64: return "<f8";
  }
  throw InternalError("element type without a .npy code");
}

} // namespace

Result<NpyHeader> parseNpyHeader(std::string_view text) { return HeaderReader(text).read(); }

std::string npyPreamble(DType dtype, const std::vector<std::int64_t> &shape) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr(dtype),
                                 fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t alignment = 64;
  const bool longText = text.size() + alignment > 0xffff;
  const std::size_t fixed = npyMagic.size() + 2 + (longText ? 4 : 2);
  text.append((alignment - (fixed + text.size() + 1) % alignment) % alignment, ' ');
  text += '\n';
  return std::string(npyMagic) + (longText ? '\2' : '\1') + '\0' + littleEndian(text.size(), longText ? 4 : 2) + text;
}

} // namespace einjit
