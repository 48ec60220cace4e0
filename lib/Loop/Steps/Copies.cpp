// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Steps/Copies.h"
#include "Loop/Print.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
std::span<const For *const> inside(const PlacedAccess &place, const Nest &outside) {
  return std::span(place.nest).subspan(outside.size());
}

bool CopiedForm::isIn(VarId var, const Nest &outside) const {
  return std::ranges::all_of(places, [&](const PlacedAccess &place) {
    return std::ranges::any_of(inside(place, outside), [&](const For *loop) { return loop->var == var; });
  });
}

Refusal checkNames(const Kernel &kernel, const CopyStep &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  if (auto reason = unlessBufferIsNew(kernel, step.as)) return reason;
  if (!step.at.empty())
    if (auto reason = unlessLoopExists(kernel, step.at)) return reason;
  for (const std::string &name : step.over) {
    if (auto reason = unlessLoopExists(kernel, name)) return reason;
    if (std::ranges::count(step.over, name) > 1) return fmt::format("loop '{}' is named twice", name);
  }
  if (!step.by.empty() && step.by.size() != step.over.size())
    return fmt::format("there must be a name for each loop {} over", step.participle);
  for (const std::string &name : step.by) {
    if (auto reason = unlessLoopIsNew(kernel, name)) return reason;
    if (std::ranges::count(step.by, name) > 1) return fmt::format("a loop '{}' is there already", name);
  }
  if (!step.padded.empty() && std::ranges::count(step.over, step.padded) == 0)
    return fmt::format("loop '{}' is not {} over", step.padded, step.participle);
  for (BufferId buffer : buffersNamed(kernel, step.buffer))
    if (kernel[buffer].storage == Storage::Registers) return fmt::format("%{} is in registers", kernel[buffer].name);
  return std::nullopt;
}

Refusal forEachBlock(Kernel &kernel, const CopyStep &step,
                     const std::function<Refusal(Block &block, const Nest &outside)> &copy) {
  if (step.at.empty()) return copy(kernel.body, {});
  Refusal reason;
  replaceLoops(kernel.body, *kernel.findVar(step.at), [&](For loop, const Nest &outside) {
    Nest nest = outside;
    nest.push_back(&loop);
    if (!reason) reason = copy(loop.body, nest);
    Block result;
    result.push_back({std::move(loop)});
    return result;
  });
  return reason;
}

Copier::Copier(Kernel &kernel, const CopyStep &step) : kernel_(kernel), step_(step) {
  for (const std::string &name : step.over) over_.push_back(*kernel.findVar(name));
  for (const std::string &name : step.by) by_.push_back(kernel.var(name));
  if (by_.empty()) by_ = over_;
}

Refusal Copier::forms(const std::vector<PlacedAccess> &places, const Nest &outside, DType type,
                      std::vector<CopiedForm> &result) const {
  for (const PlacedAccess &place : places) {
    const auto same = [&](const CopiedForm &form) { return form.element == *place.access; };
    auto form = std::ranges::find_if(result, same);
    if (form == result.end()) form = result.insert(result.end(), CopiedForm{*place.access});
    form->places.push_back(place);
  }
  for (VarId var : over_)
    if (!result.empty() &&
        std::ranges::none_of(result, [&](const CopiedForm &form) { return form.isIn(var, outside); }))
      return fmt::format("{} is not around every {} where it would be {}", quoted(kernel_, var), step_.accesses,
                         step_.participle);
  for (CopiedForm &form : result) {
    for (const PlacedAccess &place : form.places)
      if (auto reason = checkPlace(place, outside)) return reason;
    addLoops(outside, form);
    if (!elementCount(scratchType(form, type))) return fmt::format("%{} would be too large", step_.as);
    if (auto reason = checkInside(form.element, form, outside)) return reason;
  }
  return std::nullopt;
}

Refusal Copier::checkPlace(const PlacedAccess &place, const Nest &outside) const {
  for (const For *loop : inside(place, outside))
    if (std::ranges::find(over_, loop->var) == over_.end() && uses(*place.access, loop->var.value))
      return fmt::format("{} depends on {}, which it is not {} over", print(kernel_, *place.access),
                         quoted(kernel_, loop->var), step_.participle);
  return std::nullopt;
}

void Copier::addLoops(const Nest &outside, CopiedForm &form) const {
  Nest around = outside;
  for (std::size_t i = 0; i < over_.size(); ++i) {
    const VarId var = over_[i];
    if (!form.isIn(var, outside)) continue;
    std::vector<const For *> models;
    for (const PlacedAccess &place : form.places)
      models.push_back(*std::ranges::find_if(place.nest, [&](const For *loop) { return loop->var == var; }));
    For copy{var, LoopKind::Serial, 0, models.front()->bound, {}};
    for (const For *model : models) {
      copy.extent = std::max(copy.extent, model->extent);
      if (model->bound != copy.bound) copy.bound.reset();
    }
    const auto isKnown = [&](const Affine::Term &term) {
      return std::ranges::any_of(around, [&](const For *loop) { return loop->var.value == term.variable; });
    };
    if (copy.bound && !std::ranges::all_of(copy.bound->terms, isKnown)) copy.bound.reset();
    for (const For *model : models) form.isExact &= model->extent == copy.extent && model->bound == copy.bound;
    around.push_back(models.front());
    copy.var = by_[i];
    if (copy.bound) copy.bound = inCopy(*copy.bound);
    form.local.push_back(Affine::variable(var.value));
    form.loops.push_back(std::move(copy));
  }
}

Refusal Copier::checkInside(const Access &access, const CopiedForm &form, const Nest &outside) const {
  Nest nest = outside;
  for (const For &loop : form.loops) nest.push_back(&loop);
  const std::vector<Range> values = ranges(nest);
  const std::vector<std::int64_t> &shape = kernel_[access.buffer].type.shape;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const Affine index = inCopy(access.indices[axis]);
    const auto least = minimum(index, values), greatest = maximum(index, values);
    if (!least || !greatest || *least < 0 || *greatest >= shape[axis])
      return fmt::format("the copy of {} could leave the buffer on axis {}", print(kernel_, access), axis);
  }
  return std::nullopt;
}

TensorType Copier::scratchType(const CopiedForm &form, DType type) const {
  const auto padded = std::ranges::find(step_.over, step_.padded);
  TensorType result{type, {}};
  for (const For &loop : form.loops) {
    const bool isLonger =
        padded != step_.over.end() && by_[static_cast<std::size_t>(padded - step_.over.begin())] == loop.var;
    result.shape.push_back(loop.extent + (isLonger ? 1 : 0));
  }
  return result;
}

Access Copier::addScratch(const CopiedForm &form, DType type) const {
  const std::string name = kernel_.findBuffer(step_.as) ? copyName(kernel_, step_.as) : step_.as;
  kernel_.buffers.push_back({name, Storage::Scratch, scratchType(form, type)});
  return {BufferId(kernel_.buffers.size() - 1), form.local};
}

Affine Copier::inCopy(const Affine &expr) const {
  return substituteAll(expr, [&](std::uint32_t variable) {
    const auto place = std::ranges::find(over_, variable, &VarId::value);
    return Affine::variable(place == over_.end() ? variable
                                                 : by_[static_cast<std::size_t>(place - over_.begin())].value);
  });
}

Access Copier::inCopy(Access access) const {
  for (Affine &index : access.indices) index = inCopy(index);
  return access;
}

} // namespace einjit::loop
