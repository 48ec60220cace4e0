// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CallEpoch.h"
#include "Support/Diagnostic.h"
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <einjit/Options.h>
#include <fmt/format.h>
#include <mutex>

namespace einjit {
namespace {

/// Each gives its option a value, or says what the value would have to be.
struct Variable {
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

constexpr auto variables = std::to_array<Variable>({
    {"EINJIT_TARGET", [](Options &options, std::string_view value) { return !(options.target = value).empty(); }, ""},
    {"EINJIT_THREADS", setThreads, "a number of threads up to 4096, or 0 for all cores"},
    {"EINJIT_DTYPE",
     [](Options &options, std::string_view value) {
       const auto dtype = parseDType(value);
       return dtype ? (options.dtype = *dtype, true) : false;
     },
     "an element type such as f32"},
    {"EINJIT_STRICT", [](Options &options, std::string_view value) { return setSwitch(options.strict, value); },
     "on or off"},
    {"EINJIT_EXACT", [](Options &options, std::string_view value) { return setSwitch(options.exact, value); },
     "on or off"},
    {"EINJIT_MEMORY_LIMIT",
     [](Options &options, std::string_view value) { return (options.memoryLimit = parseByteSize(value)).has_value(); },
     "a number of bytes such as 1000000 or 64KiB"},
    {"EINJIT_CACHE", [](Options &options, std::string_view value) { return setSwitch(options.diskCache, value); },
     "on or off"},
});

Options optionsOfEnvironment() {
  Options options;
  for (const Variable &variable : variables) {
    const char *value = std::getenv(variable.name);
    if (!value || *value == '\0' || variable.set(options, value)) continue;
    throwError({{DiagnosticKind::UnknownOption,
                 fmt::format("{} is '{}', which is not {}", variable.name, value, variable.values)}},
               {});
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

std::atomic<std::uint64_t> epoch = 0;

} // namespace

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

std::uint64_t callEpoch() { return epoch.load(std::memory_order_relaxed); }
void startCallEpoch() { epoch.fetch_add(1, std::memory_order_relaxed); }

} // namespace einjit
