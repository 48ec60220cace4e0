// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Page.h"
#include <algorithm>
#include <regex>
#include <sstream>

namespace einjit::test {
namespace {

std::vector<std::string> splitLines(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string onOneLine(const std::string &text) {
  static const std::regex space("\\s+"), afterBracket("\\[ ");
  std::string line = std::regex_replace(text, space, " ");
  line = std::regex_replace(line, afterBracket, "[");
  return line.ends_with(' ') ? line.substr(0, line.size() - 1) : line;
}

std::string quoted(const std::string &text) {
  static const std::regex quote("'");
  return "'" + std::regex_replace(text, quote, "'\\''") + "'";
}

/// Goes through a page line by line and writes it anew.
class Refresher {
public:
  Refresher(const std::string &page, const RunCommand &run) : lines_(splitLines(page)), run_(run) {}

  std::string refresh() {
    while (at_ < lines_.size()) {
      if (line() == "```console")
        console();
      else if (line().starts_with("```"))
        copyBlock();
      else if (line().starts_with("| program | gives |"))
        table();
      else
        copy();
    }
    return std::move(out_);
  }

private:
  const std::string &line() const { return lines_[at_]; }
  bool in() const { return at_ < lines_.size() && line() != "```"; }
  void copy() { out_ += lines_[at_++] + "\n"; }

  void copyBlock() {
    copy();
    while (in()) copy();
    if (at_ < lines_.size()) copy();
  }

  void console() {
    copy();
    while (in()) {
      if (line().starts_with("$ "))
        command();
      else
        ++at_; // what a command printed earlier
    }
    if (at_ < lines_.size()) copy();
  }

  void command() {
    std::string text = line().substr(2);
    copy();
    while (in() && line().starts_with("> ")) {
      text += "\n" + line().substr(2);
      copy();
    }
    out_ += run_(text);
    if (!out_.ends_with('\n')) out_ += '\n';
  }

  void table() {
    copy();
    static const std::regex row("\\| `([^`]*)` \\| `[^`]*` \\|(.*)");
    for (std::smatch match; at_ < lines_.size() && line().starts_with("|"); ++at_) {
      if (std::regex_match(line(), match, row))
        out_ += "| `" + match[1].str() + "` | `" + onOneLine(run_("einjit eval " + quoted(match[1]))) + "` |" +
                match[2].str() + "\n";
      else
        out_ += line() + "\n";
    }
  }

  std::vector<std::string> lines_;
  const RunCommand &run_;
  std::size_t at_ = 0;
  std::string out_;
};

} // namespace

std::string refreshed(const std::string &page, const RunCommand &run) { return Refresher(page, run).refresh(); }

std::vector<std::string> blocks(const std::string &page, const std::string &language) {
  std::vector<std::string> found;
  const std::vector<std::string> lines = splitLines(page);
  const auto end = lines.end();
  for (auto at = std::find(lines.begin(), end, "```" + language); at != end;
       at = std::find(at, end, "```" + language)) {
    std::string text;
    for (++at; at != end && *at != "```"; ++at) text += *at + "\n";
    found.push_back(std::move(text));
  }
  return found;
}

std::vector<std::string> linkedFiles(const std::string &page) {
  static const std::regex link("\\]\\(([^)#:]+)(#[^)]*)?\\)"), code("`[^`\n]*`");
  const std::string text = std::regex_replace(page, code, "");
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

} // namespace einjit::test
