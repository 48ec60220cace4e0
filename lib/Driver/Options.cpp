// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CallEpoch.h"
#include "Driver/OptionValues.h"
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <einjit/Options.h>
#include <fmt/format.h>
#include <mutex>
#include <utility>

namespace einjit {
namespace {

/// Each gives its option a value, or says what the value would have to be.
struct OptionName {
  const char *name;
  bool (*set)(Options &options, std::string_view value);
  const char *values;
};

bool setSwitch(bool &option, std::string_view value) {
  option = value == "on" || value == "1";
  return option || value == "off" || value == "0";
}

bool setThreads(Options &options, std::string_view value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.threads);
  return error == std::errc() && end == value.data() + value.size() && options.threads >= 0 && options.threads <= 4096;
}

constexpr OptionName names[] = {
    {"target", [](Options &options, std::string_view value) { return !(options.target = value).empty(); },
     "the name or the text of a target"},
    {"threads", setThreads, "a number of threads up to 4096, or 0 for all cores"},
    {"dtype",
     [](Options &options, std::string_view value) {
       const auto dtype = parseDType(value);
       return dtype ? (options.dtype = *dtype, true) : false;
     },
     "an element type such as f32"},
    {"strict", [](Options &options, std::string_view value) { return setSwitch(options.strict, value); }, "on or off"},
    {"exact", [](Options &options, std::string_view value) { return setSwitch(options.exact, value); }, "on or off"},
    {"memory-limit",
     [](Options &options, std::string_view value) { return (options.memoryLimit = parseByteSize(value)).has_value(); },
     "a number of bytes such as 1000000 or 64KiB"},
    {"cache", [](Options &options, std::string_view value) { return setSwitch(options.diskCache, value); },
     "on or off"},
};

Diagnostic badValue(std::string_view name, std::string_view value, const OptionName &option) {
  return {DiagnosticKind::UnknownOption, fmt::format("{} is '{}', which is not {}", name, value, option.values)};
}

/// The variable of an option: EINJIT_MEMORY_LIMIT for memory-limit.
std::string variableOf(std::string_view name) {
  std::string variable = "EINJIT_";
  for (char c : name) variable += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  return variable;
}

Options optionsOfEnvironment() {
  Options options;
  for (const OptionName &option : names) {
    const std::string variable = variableOf(option.name);
    const char *value = std::getenv(variable.c_str());
    if (value && *value != '\0' && !option.set(options, value)) throwError({badValue(variable, value, option)}, {});
  }
  return options;
}

struct Defaults {
  std::mutex mutex;
  Options options = optionsOfEnvironment();
};
Defaults &defaults() {
  static Defaults &state = *new Defaults; // never destroyed: calls may come while the process ends
  return state;
}

} // namespace

Status setOption(Options &options, std::string_view name, std::string_view value) {
  const auto *option = std::ranges::find(names, name, [](const OptionName &o) { return std::string_view(o.name); });
  if (option == std::end(names))
    return Diagnostic{DiagnosticKind::UnknownOption, fmt::format("there is no option '{}'", name)};
  Options changed = options; // what is refused changes nothing
  if (!option->set(changed, value)) return badValue(name, value, *option);
  options = std::move(changed);
  return Success{};
}

Options defaultOptions() {
  Defaults &state = defaults();
  const std::lock_guard lock(state.mutex);
  return state.options;
}

void setDefaultOptions(Options options) {
  Defaults &state = defaults();
  const std::lock_guard lock(state.mutex);
  state.options = std::move(options);
  startCallEpoch();
}

} // namespace einjit
