// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Outcome.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace einjit::bench {
namespace {

using Json = nlohmann::ordered_json;

Json json(const Timing &timing) {
  return {{"name", timing.name},
          {"median_s", timing.median()},
          {"min_s", timing.min()},
          {"batch", timing.batch},
          {"samples_s", timing.samples}};
}

Timing timing(const Json &json) {
  return {json.at("name"), json.at("batch"), json.at("samples_s").get<std::vector<double>>()};
}

/// What a reader wants to know, derived from what was measured.
void addDerived(Json &json, const Outcome &outcome) {
  const double median = outcome.einjit.median();
  json["gflops"] = outcome.flops / median / 1e9;
  json["gbps"] = outcome.bytes / median / 1e9;
  json["bound"] = outcome.computeBound() ? "compute" : "memory";
  json["roof_fraction"] = outcome.roofFraction();
  if (const Timing *best = outcome.bestPeer()) {
    json["best_peer"] = best->name;
    json["ratio"] = outcome.ratio();
  }
  if (outcome.oneThread) json["speedup"] = outcome.speedup();
}

void addCompilation(Json &json, const Outcome &outcome) {
  json["compile_ms"] = outcome.compile.total() * 1e3;
  for (const auto &[name, seconds] : compileStages) json["compile_stages_ms"][name] = outcome.compile.*seconds * 1e3;
  json["code_bytes"] = outcome.codeBytes;
}

void readCompilation(const Json &json, Outcome &outcome) {
  for (const auto &[name, seconds] : compileStages)
    outcome.compile.*seconds = json.at("compile_stages_ms").at(name).get<double>() / 1e3;
  outcome.codeBytes = json.at("code_bytes");
}

Json json(const Outcome &outcome) {
  Json json = {{"id", outcome.id}, {"class", outcome.group}, {"program", outcome.program}, {"inputs", outcome.inputs}};
  if (!outcome.error.empty()) {
    json["error"] = outcome.error;
    json["skipped"] = outcome.skipped;
  }
  json["flops"] = outcome.flops;
  json["bytes"] = outcome.bytes;
  if (outcome.compiled()) addCompilation(json, outcome);
  if (!outcome.measured()) return json;
  json["peak_gflops"] = outcome.roof.flops / 1e9;
  json["stream_gbps"] = outcome.roof.bytes / 1e9;
  addDerived(json, outcome);
  json["einjit"] = bench::json(outcome.einjit);
  if (outcome.oneThread) json["one_thread"] = bench::json(*outcome.oneThread);
  json["peers"] = Json::array();
  for (const Timing &peer : outcome.peers) json["peers"].push_back(bench::json(peer));
  return json;
}

Outcome outcome(const Json &json) {
  Outcome outcome;
  outcome.id = json.at("id");
  outcome.group = json.at("class");
  outcome.program = json.at("program");
  outcome.inputs = json.at("inputs").get<std::map<std::string, std::string>>();
  if (json.contains("error")) {
    outcome.error = json.at("error");
    outcome.skipped = json.at("skipped");
  }
  outcome.flops = json.value("flops", 0.0);
  outcome.bytes = json.value("bytes", 0.0);
  if (json.contains("code_bytes")) readCompilation(json, outcome);
  if (!json.contains("einjit")) return outcome;
  outcome.roof = {json.at("peak_gflops").get<double>() * 1e9, json.at("stream_gbps").get<double>() * 1e9};
  outcome.einjit = timing(json.at("einjit"));
  if (json.contains("one_thread")) outcome.oneThread = timing(json.at("one_thread"));
  for (const Json &peer : json.at("peers")) outcome.peers.push_back(timing(peer));
  return outcome;
}

} // namespace

std::string toJson(const Results &results) {
  Json json = {{"threads", results.threads}, {"processor", results.processor}, {"peers", results.peers}};
  json["cases"] = Json::array();
  for (const Outcome &outcome : results.cases) json["cases"].push_back(bench::json(outcome));
  return json.dump(1) + "\n";
}

Results fromJson(const std::string &text) {
  try {
    const Json json = Json::parse(text);
    Results results{
        json.at("threads"), json.at("processor"), json.at("peers").get<std::map<std::string, std::string>>(), {}};
    for (const Json &each : json.at("cases")) results.cases.push_back(outcome(each));
    return results;
  } catch (const nlohmann::json::exception &error) {
    throw std::runtime_error(fmt::format("not the JSON of a run: {}", error.what()));
  }
}

} // namespace einjit::bench
