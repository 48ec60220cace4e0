// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/materializeResults.h"
#include "Tensor/Builder.h"
#include "Tensor/Passes/Rewrite.h"
#include <map>
#include <set>

namespace einjit::tensor {
namespace {

template <class Def> bool is(const Value &value) { return std::holds_alternative<Def>(value.def); }
bool hasMemory(const Value &value) { return is<Generic>(value) || is<Concat>(value); }

/// The kernel is rebuilt value by value, so that copies stand before what reads them.
class Materializer {
public:
  explicit Materializer(Kernel kernel) : old_(std::move(kernel)), names_(old_) {
    partUses_.resize(old_.values.size());
    for (const Value &value : old_.values)
      for (ValueId read : reads(value)) {
        if (is<Concat>(value)) ++partUses_[read.index()];
        if (is<Generic>(value)) readByOps_.insert(read);
        if (is<Reshape>(value)) reshaped_.insert(read);
      }
    results_.insert(old_.results.begin(), old_.results.end());
  }

  Kernel run() && {
    new_.name = old_.name;
    new_.exact = old_.exact;
    for (Value &value : old_.values) {
      const bool isConcat = is<Concat>(value), isReshape = is<Reshape>(value);
      renumberReads(value, [&](ValueId id) {
        return isConcat ? asPart(id) : isReshape ? asSource(id) : newId_[id.index()];
      });
      newId_.push_back(add(std::move(value)));
    }
    for (ValueId id : old_.results) new_.results.push_back(asResult(newId_[id.index()]));
    return std::move(new_);
  }

private:
  ValueId add(Value value) {
    new_.values.push_back(std::move(value));
    return ValueId(new_.values.size() - 1);
  }

  ValueId copy(ValueId id) {
    const TensorType type{new_[id].type.dtype, new_[id].type.shape};
    Generic op{numberedIterators(type.shape), {}, {{id, identityMap(type.rank())}}, scalar::identityExpr(type.dtype)};
    return add({names_.next(), type, std::move(op)});
  }

  /// A part that an op reads has memory of its own, for the op may be another part: none reads what it writes.
  ValueId asPart(ValueId old) {
    const ValueId id = newId_[old.index()];
    const auto *op = std::get_if<Generic>(&new_[id].def);
    const bool isView = op && !op->reduction && scalar::isIdentity(op->body);
    const bool elsewhere = !hasMemory(new_[id]) || results_.contains(old) || reshaped_.contains(old) ||
                           readByOps_.contains(old) || (partUses_[old.index()] > 1 && !isView);
    if (!elsewhere && taken_.insert(id).second) return id;
    return isView && !elsewhere ? add({names_.next(), new_[id].type, new_[id].def}) : copy(id);
  }

  ValueId asSource(ValueId old) {
    const ValueId id = newId_[old.index()];
    if (new_[id].type.strides.empty()) return id;
    const auto known = copies_.find(id);
    return known != copies_.end() ? known->second : copies_[id] = copy(id);
  }

  ValueId asResult(ValueId id) {
    ValueId memory = id;
    while (const auto *reshape = std::get_if<Reshape>(&new_[memory].def)) memory = reshape->value;
    return hasMemory(new_[memory]) && taken_.insert(memory).second ? id : copy(id);
  }

  Kernel old_, new_;
  FreshNames names_;
  std::vector<ValueId> newId_;
  std::set<ValueId> results_, reshaped_, readByOps_; ///< in the old kernel
  std::vector<std::size_t> partUses_;                ///< of its values
  std::set<ValueId> taken_;                          ///< values whose memory is a part's or a result's
  std::map<ValueId, ValueId> copies_;                ///< of strided parameters
};

} // namespace

Kernel materializeResults(Kernel kernel) { return Materializer(std::move(kernel)).run(); }

} // namespace einjit::tensor
