// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one file that asks this machine what it is.
#include "Support/Suggest.h"
#include "Target/Target.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>
#include <llvm/TargetParser/X86TargetParser.h>
#include <thread>
#include <unistd.h>

namespace einjit {
namespace {

/// The x86 instruction sets that code generation may choose for vector code. Others (privileged, cryptographic, cache
/// control) do not occur in kernels, and virtual machines often hide them.
constexpr std::string_view relevantFeatures[] = {
    "sse3",         "ssse3",      "sse4.1",      "sse4.2",
    "sse4a",        "popcnt",     "lzcnt",       "bmi",
    "bmi2",         "tbm",        "movbe",       "xop",
    "fma4",         "avx",        "avx2",        "fma",
    "f16c",         "gfni",       "avxvnni",     "avxifma",
    "avxneconvert", "avx512f",    "avx512cd",    "avx512bw",
    "avx512dq",     "avx512vl",   "avx512er",    "avx512pf",
    "avx512ifma",   "avx512vbmi", "avx512vnni",  "avx512vpopcntdq",
    "avx512bf16",   "avx512fp16", "avx512vbmi2", "avx512bitalg",
};

using FeatureSet = llvm::StringMap<bool>;

bool isX86(const llvm::Triple &triple) { return triple.getArch() == llvm::Triple::x86_64; }

llvm::Triple hostTriple() { return llvm::Triple(llvm::sys::getProcessTriple()); }

const FeatureSet &hostFeatures() {
  static const FeatureSet &features = *new const FeatureSet([] { // never destroyed, as hostTarget() is not
    FeatureSet set;
    for (const auto &entry : llvm::sys::getHostCPUFeatures()) set[entry.getKey()] = entry.getValue();
    return set;
  }());
  return features;
}

/// What an x86 processor has, changed by a list such as `+fma,-avx512f`.
FeatureSet x86Features(llvm::StringRef cpu, llvm::StringRef changes) {
  FeatureSet set;
  llvm::SmallVector<llvm::StringRef, 64> implied;
  if (llvm::X86::parseArchX86(cpu) != llvm::X86::CK_None) llvm::X86::getFeaturesForCPU(cpu, implied);
  for (llvm::StringRef feature : implied) set[feature] = true;
  llvm::SmallVector<llvm::StringRef, 8> list;
  changes.split(list, ',', -1, false);
  for (llvm::StringRef change : list) {
    const bool enable = !change.consume_front("-");
    change.consume_front("+");
    set[change] = enable;
    llvm::X86::updateImpliedFeatures(change, enable, set);
  }
  return set;
}

/// Relevant features that `cpu` stands for but this machine lacks, as changes to take them away.
std::string missingFeatures(llvm::StringRef cpu) {
  const FeatureSet implied = x86Features(cpu, "");
  std::vector<std::string> changes;
  for (std::string_view feature : relevantFeatures)
    if (implied.lookup(feature) && !hostFeatures().lookup(feature)) changes.push_back(fmt::format("-{}", feature));
  return fmt::format("{}", fmt::join(changes, ","));
}

/// Everything relevant this machine has, for a processor LLVM has no name for.
std::string allFeatures() {
  std::vector<std::string> changes;
  for (std::string_view feature : relevantFeatures)
    if (hostFeatures().lookup(feature)) changes.push_back(fmt::format("+{}", feature));
  return fmt::format("{}", fmt::join(changes, ","));
}

/// The vector unit, as far as the instruction set tells it. Ports and latency are those of most processors that have
/// these instructions.
void deriveVectors(Target &target, const FeatureSet &features) {
  const bool avx512 = features.lookup("avx512f") && features.lookup("avx512vl") && features.lookup("avx512bw") &&
                      features.lookup("avx512dq");
  target.fusedMultiplyAdd = features.lookup("fma") || avx512;
  target.halfConversions = features.lookup("f16c") || avx512;
  target.maskedVectors = avx512;
  target.vectorBits = avx512 ? 512 : features.lookup("avx") ? 256 : 128;
  target.vectorRegisters = avx512 ? 32 : 16;
  target.fmaPerCycle = target.fusedMultiplyAdd ? 2 : 1;
  target.fmaLatency = 4;
}

/// Bytes of cache `index` of the first core as Linux describes it (`32K`), or 0.
std::int64_t cacheFromSys(int index) {
  std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/size", index));
  std::int64_t size = 0;
  char unit = 0;
  if (!(file >> size) || size < 0 || size > (1 << 30)) return 0;
  file >> unit;
  return unit == 'M' ? size << 20 : unit == 'K' ? size << 10 : size;
}

/// Replaces a preset's cache size where the machine knows better; virtual machines often say 0. Linux is asked before
/// the C library, which counts an L3 of the whole package where cores share a part of it each.
void askCache(std::int64_t &bytes, int sysconfName, int sysIndex) {
  std::int64_t size = cacheFromSys(sysIndex);
  if (size <= 0) size = ::sysconf(sysconfName);
  if (size > 0) bytes = size;
}

void askCaches(Target &target) {
  askCache(target.l1Bytes, _SC_LEVEL1_DCACHE_SIZE, 0);
  askCache(target.l2Bytes, _SC_LEVEL2_CACHE_SIZE, 2);
  askCache(target.l3Bytes, _SC_LEVEL3_CACHE_SIZE, 3);
  if (const long line = ::sysconf(_SC_LEVEL1_DCACHE_LINESIZE); line > 0) target.cacheLineBytes = line;
}

const Target *presetOfCpu(std::string_view cpu) {
  const auto &presets = presetTargets();
  const auto found = std::find_if(presets.begin(), presets.end(), [&](const Target &t) { return t.cpu == cpu; });
  return found == presets.end() ? nullptr : &*found;
}

void askX86(Target &target) {
  const bool unknown = llvm::X86::parseArchX86(target.cpu, true) == llvm::X86::CK_None;
  if (unknown) target.cpu = "x86-64";
  target.features = unknown ? allFeatures() : missingFeatures(target.cpu);
  if (!presetOfCpu(target.cpu) || !target.features.empty()) deriveVectors(target, hostFeatures());
}

Target askHost() {
  const std::string cpu = llvm::sys::getHostCPUName().str();
  const Target *preset = presetOfCpu(cpu);
  Target target = preset ? *preset : Target{};
  target.name = "host";
  target.cpu = cpu;
  target.triple = hostTriple().str();
  if (isX86(hostTriple())) askX86(target);
  askCaches(target);
  target.cores = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
  return target;
}

Diagnostic unknownTarget(std::string_view name) {
  std::vector<std::string> names = {"host"};
  for (const Target &preset : presetTargets()) names.push_back(preset.name);
  const std::string near = closest(name, names);
  Diagnostic diagnostic{DiagnosticKind::UnknownTarget, fmt::format("there is no target '{}'", name)};
  diagnostic.notes.push_back(fmt::format("targets: {}", fmt::join(names, ", ")));
  diagnostic.help =
      near.empty() ? "or the text of a target, as `target name { … }`" : fmt::format("did you mean '{}'?", near);
  return diagnostic;
}

bool looksLikeText(std::string_view nameOrText) { return nameOrText.find('{') != std::string_view::npos; }

} // namespace

const Target &hostTarget() {
  static const Target &target = *new const Target(askHost()); // never destroyed: the process may compile as it ends
  return target;
}

Result<Target> findTarget(std::string_view nameOrText) {
  if (looksLikeText(nameOrText)) return parseTarget(nameOrText);
  if (nameOrText == "host") return hostTarget();
  for (const Target &preset : presetTargets())
    if (preset.name == nameOrText) return preset;
  return unknownTarget(nameOrText);
}

bool runsOnHost(const Target &target) {
  const llvm::Triple triple(target.triple), host = hostTriple();
  if (triple.getArch() != host.getArch() || triple.getOS() != host.getOS()) return false;
  if (!isX86(triple)) return target.cpu == "generic" || target.cpu == hostTarget().cpu;
  const FeatureSet wanted = x86Features(target.cpu, target.features);
  return std::all_of(std::begin(relevantFeatures), std::end(relevantFeatures), [&](std::string_view feature) {
    return !wanted.lookup(feature) || hostFeatures().lookup(feature);
  });
}

} // namespace einjit
