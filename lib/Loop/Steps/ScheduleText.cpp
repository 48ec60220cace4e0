// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of schedules: one line for each step, with its reason as a comment behind it.
//
//   split i1 by 16 as i1o, i1l [masked | even 8]
//   join i1r, i3 as i3j
//   divide i1 at 128 as i1p, i1q with x
//   order i0, i1o, k0
//   privatize %acc over k0 as %partial [by k0f]
//   localize %partial at k0 as %sum
//   stage %acc over k0o [at i0] as %partial
//   keep %acc in registers
//   pack %b [at i0] [over k0, i1] as [f32] %panel [by k0p, i1p] [pad k0] [in first i1o]
//   unpack %out [at i1o] [over i1t, i0] as %rows [of %acc] [by i1u, i0u] [pad i0]
//   vectorize i1l        unroll i1v        parallelize i0
//   prefetch i1v every 16 [at i0]
//   fetch %a ahead of i0 [by 2] in k0 every 16 [of rows of 80 [apart 960]] [by k0o] [to L2]
//   stream %out
#include "Loop/Steps/Step.h"
#include "Support/Overloaded.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::loop {
namespace {

template <class Action> constexpr std::string_view keyword = {};
#define STEP(Name, text) template <> constexpr std::string_view keyword<Name> = text;
#include "Loop/Steps/Steps.def"
#undef STEP

// Printing: what follows the keyword.

std::string arguments(const Split &step) {
  const std::string rest = step.masked ? " masked" : step.evenUnit > 0 ? fmt::format(" even {}", step.evenUnit) : "";
  return fmt::format("{} by {} as {}, {}{}", step.loop, step.factor, step.outer, step.inner, rest);
}
std::string arguments(const Join &step) { return fmt::format("{}, {} as {}", step.outer, step.inner, step.as); }
std::string arguments(const Divide &step) {
  return fmt::format("{} at {} as {}, {} with {}", step.loop, step.at, step.first, step.second, step.suffix);
}
std::string arguments(const Reorder &step) { return fmt::format("{}", fmt::join(step.loops, ", ")); }
std::string optional(std::string_view word, const std::string &name) {
  return name.empty() ? "" : fmt::format(" {} {}", word, name);
}
std::string arguments(const Privatize &step) {
  return fmt::format("%{} over {} as %{}{}", step.buffer, step.loop, step.as, optional("by", step.by));
}
std::string arguments(const Localize &step) { return fmt::format("%{} at {} as %{}", step.buffer, step.at, step.as); }
std::string optional(std::string_view word, const std::vector<std::string> &names) {
  return optional(word, fmt::format("{}", fmt::join(names, ", ")));
}
std::string arguments(const Stage &step) {
  return fmt::format("%{} over {}{} as %{}", step.buffer, fmt::join(step.over, ", "), optional("at", step.at), step.as);
}
std::string arguments(const Keep &step) { return fmt::format("%{} in registers", step.buffer); }
std::string arguments(const Pack &step) {
  const std::string type = step.type ? fmt::format("{} ", name(*step.type)) : "";
  return fmt::format("%{}{}{} as {}%{}{}{}{}", step.buffer, optional("at", step.at), optional("over", step.over), type,
                     step.as, optional("by", step.by), optional("pad", step.padded), optional("in first", step.first));
}
std::string arguments(const Unpack &step) {
  const std::string of = step.of.empty() ? "" : " of %" + step.of;
  return fmt::format("%{}{}{} as %{}{}{}{}", step.buffer, optional("at", step.at), optional("over", step.over), step.as,
                     of, optional("by", step.by), optional("pad", step.padded));
}
std::string arguments(const Vectorize &step) { return step.loop; }
std::string arguments(const Unroll &step) { return step.loop; }
std::string arguments(const PrefetchStores &step) {
  return fmt::format("{} every {}{}", step.loop, step.every, optional("at", step.at));
}
std::string arguments(const Fetch &step) {
  const std::string rows = step.row ? fmt::format(" of rows of {}", *step.row) : "";
  const std::string apart = step.apart ? fmt::format(" apart {}", *step.apart) : "";
  const std::string by = step.by.empty() ? "" : " by " + step.by;
  const std::string distance = step.distance == 1 ? "" : fmt::format(" by {}", step.distance);
  return fmt::format("%{} ahead of {}{} in {} every {}{}{}{}{}", step.buffer, step.ahead, distance, step.in, step.every,
                     rows, apart, by, step.toL2 ? " to L2" : "");
}
std::string arguments(const Stream &step) { return "%" + step.buffer; }
std::string arguments(const Parallelize &step) { return step.loop; }

std::string lineOf(const Step &step) {
  return std::visit(
      []<class Action>(const Action &action) { return fmt::format("  {} {}", keyword<Action>, arguments(action)); },
      step.action);
}

/// A comment ends with its line.
std::string oneLine(std::string reason) {
  std::replace_if(reason.begin(), reason.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return reason;
}

// Parsing. Each function leaves its error, if any, in the reader.

class ScheduleParser {
public:
  explicit ScheduleParser(std::string_view text) : reader_(text) {}

  Result<Schedule> parse() {
    Schedule schedule;
    reader_.expect("schedule") && reader_.expect("{");
    while (!reader_.failed() && !reader_.accept("}")) schedule.steps.push_back(step());
    if (!reader_.atEnd()) reader_.fail("nothing may follow the schedule");
    if (reader_.failed()) return reader_.error();
    return schedule;
  }

private:
  Step step() {
    Step step{action()};
    step.reason = reader_.trailingComment();
    return step;
  }

  decltype(Step::action) action() {
#define STEP(Name, text)                                                                                               \
  if (reader_.accept(text)) {                                                                                          \
    Name step{};                                                                                                       \
    read(step);                                                                                                        \
    return step;                                                                                                       \
  }
#include "Loop/Steps/Steps.def"
#undef STEP
    reader_.fail("expected a step or '}'");
    return {};
  }

  void read(Split &step) {
    step.loop = loop();
    reader_.expect("by");
    step.factor = reader_.integer("the factor").value_or(1);
    reader_.expect("as");
    step.outer = loop();
    reader_.expect(",");
    step.inner = loop();
    step.masked = reader_.accept("masked");
    if (!step.masked && reader_.accept("even")) step.evenUnit = reader_.integer("the unit").value_or(1);
  }
  void read(Join &step) {
    step.outer = loop();
    reader_.expect(",");
    step.inner = loop();
    reader_.expect("as");
    step.as = loop();
  }
  void read(Divide &step) {
    step.loop = loop();
    reader_.expect("at");
    step.at = reader_.integer("the number of iterations").value_or(1);
    reader_.expect("as");
    step.first = loop();
    reader_.expect(",");
    step.second = loop();
    reader_.expect("with");
    step.suffix = reader_.identifier("a suffix").value_or("");
  }
  void read(Reorder &step) { step.loops = loops(); }
  void read(Privatize &step) {
    step.buffer = buffer();
    reader_.expect("over");
    step.loop = loop();
    reader_.expect("as");
    step.as = buffer();
    if (reader_.accept("by")) step.by = loop();
  }
  void read(Localize &step) {
    step.buffer = buffer();
    reader_.expect("at");
    step.at = loop();
    reader_.expect("as");
    step.as = buffer();
  }
  void read(Stage &step) {
    step.buffer = buffer();
    reader_.expect("over");
    step.over = loops();
    if (reader_.accept("at")) step.at = loop();
    reader_.expect("as");
    step.as = buffer();
  }
  void read(Keep &step) {
    step.buffer = buffer();
    reader_.expect("in") && reader_.expect("registers");
  }
  void read(Pack &step) {
    step.buffer = buffer();
    if (reader_.accept("at")) step.at = loop();
    if (reader_.accept("over")) step.over = loops();
    reader_.expect("as");
    if (!reader_.peek("%")) step.type = type();
    step.as = buffer();
    if (reader_.accept("by")) step.by = loops();
    if (reader_.accept("pad")) step.padded = loop();
    if (reader_.accept("in") && reader_.expect("first")) step.first = loop();
  }
  void read(Unpack &step) {
    step.buffer = buffer();
    if (reader_.accept("at")) step.at = loop();
    if (reader_.accept("over")) step.over = loops();
    reader_.expect("as");
    step.as = buffer();
    if (reader_.accept("of")) step.of = buffer();
    if (reader_.accept("by")) step.by = loops();
    if (reader_.accept("pad")) step.padded = loop();
  }
  void read(Vectorize &step) { step.loop = loop(); }
  void read(Unroll &step) { step.loop = loop(); }
  void read(PrefetchStores &step) {
    step.loop = loop();
    reader_.expect("every");
    step.every = reader_.integer("the number of lanes").value_or(1);
    if (reader_.accept("at")) step.at = loop();
  }
  void read(Fetch &step) {
    step.buffer = buffer();
    reader_.expect("ahead") && reader_.expect("of");
    step.ahead = loop();
    if (reader_.accept("by")) step.distance = reader_.integer("the number of iterations").value_or(1);
    reader_.expect("in");
    step.in = loop();
    reader_.expect("every");
    step.every = reader_.integer("the number of elements").value_or(1);
    if (reader_.accept("of") && reader_.expect("rows") && reader_.expect("of"))
      step.row = reader_.integer("the length of a row").value_or(1);
    if (reader_.accept("apart")) step.apart = reader_.integer("the distance of rows").value_or(1);
    if (reader_.accept("by")) step.by = loop();
    step.toL2 = reader_.accept("to") && reader_.expect("L2");
  }
  void read(Stream &step) { step.buffer = buffer(); }
  void read(Parallelize &step) { step.loop = loop(); }

  std::string loop() { return reader_.identifier("a loop's name").value_or(""); }
  std::vector<std::string> loops() {
    std::vector<std::string> names{loop()};
    while (reader_.accept(",")) names.push_back(loop());
    return names;
  }
  std::optional<DType> type() {
    const std::uint32_t begin = reader_.position();
    const auto type = parseDType(reader_.identifier("a buffer's name or its type").value_or(""));
    if (!type) reader_.failSince(begin, "expected an element type");
    return type;
  }
  std::string buffer() {
    reader_.expect("%");
    return reader_.identifier("a buffer's name").value_or("");
  }

  TextReader reader_;
};

} // namespace

std::string print(const Schedule &schedule) {
  std::size_t commentColumn = 0;
  for (const Step &step : schedule.steps)
    if (!step.reason.empty()) commentColumn = std::max(commentColumn, lineOf(step).size() + 2);
  std::string text = "schedule {\n";
  for (const Step &step : schedule.steps) {
    const std::string line = lineOf(step);
    text += step.reason.empty() ? line + "\n" : fmt::format("{:<{}}# {}\n", line, commentColumn, oneLine(step.reason));
  }
  return text + "}\n";
}

Result<Schedule> parseSchedule(std::string_view text) { return ScheduleParser(text).parse(); }

} // namespace einjit::loop
