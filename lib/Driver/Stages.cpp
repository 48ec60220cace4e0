// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <einjit/Kernel.h>

namespace einjit {
namespace {

struct StageName {
  Stage stage;
  std::string_view name;
};
constexpr StageName names[] = {
    {Stage::Source, "source"},     {Stage::Ast, "ast"},   {Stage::Tensor, "tensor"}, {Stage::TensorOpt, "tensor-opt"},
    {Stage::Schedule, "schedule"}, {Stage::Loop, "loop"}, {Stage::Llvm, "llvm"},     {Stage::LlvmOpt, "llvm-opt"},
    {Stage::Assembly, "asm"},      {Stage::Dot, "dot"}};
static_assert(std::ranges::equal(names, allStages, {}, &StageName::stage));

} // namespace

std::string_view name(Stage stage) { return names[static_cast<std::size_t>(stage)].name; }

std::optional<Stage> parseStage(std::string_view name) {
  const auto *found = std::ranges::find(names, name, &StageName::name);
  return found == std::end(names) ? std::nullopt : std::optional(found->stage);
}

} // namespace einjit
