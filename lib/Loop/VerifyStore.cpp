// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Print.h"
#include "Loop/VerifyParts.h"
#include "Scalar/Verify.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

bool usesLane(const Access &access) {
  return std::any_of(access.indices.begin(), access.indices.end(),
                     [](const Affine &index) { return index.uses(laneVariable); });
}

class StoreVerifier {
public:
  StoreVerifier(const Kernel &kernel, const Store &store, Problems &problems)
      : kernel_(kernel), store_(store), problems_(problems) {}

  void verify() {
    verifyTypes();
    verifyRegisterLanes(store_.target, store_.reduce ? 1 : store_.lanes);
    for (const Access &operand : store_.operands) verifyRegisterLanes(operand, store_.lanes);
    for (const Access &operand : store_.operands)
      if (kernel_[operand.buffer].stream)
        complain(fmt::format("it reads {}, which is streamed", print(kernel_, operand)));
    if (target().stream && store_.reduce) complain("it reads its target, which is streamed");
    if (store_.lanes == 1)
      verifyScalarStore();
    else if (store_.reduce)
      verifyReduction(*store_.reduce);
    else
      verifyVectorTarget();
  }

private:
  const Buffer &target() const { return kernel_[store_.target.buffer]; }

  void verifyTypes() {
    if (target().storage == Storage::In || target().storage == Storage::Const || target().storage == Storage::Iota)
      complain("it is read-only");
    std::vector<DType> operandTypes;
    for (const Access &operand : store_.operands) operandTypes.push_back(kernel_[operand.buffer].type.dtype);
    const Problems wrong = scalar::verify(store_.value, operandTypes);
    for (const std::string &problem : wrong) complain(problem);
    if (wrong.empty() && store_.value.type() != target().type.dtype)
      complain(fmt::format("the value is {}, the buffer {}", name(store_.value.type()), name(target().type.dtype)));
  }

  /// A vector register is read and written whole; a scalar one is read by all lanes.
  void verifyRegisterLanes(const Access &access, std::int64_t lanes) {
    const Buffer &buffer = kernel_[access.buffer];
    if (buffer.storage != Storage::Registers) return;
    if (usesLane(access)) complain(fmt::format("'lane' indexes the registers {}", print(kernel_, access)));
    if (buffer.lanes != 1 && buffer.lanes != lanes)
      complain(fmt::format("{} has {} lanes instead of {}", print(kernel_, access), buffer.lanes, lanes));
  }

  void verifyScalarStore() {
    if (store_.laneBound) complain("a store of one lane has no lane to mask");
    if (store_.reduce) complain("a store of one lane has no lanes to reduce");
  }

  void verifyReduction(ScalarOp op) {
    if (usesLane(store_.target)) complain("a reduction of lanes has one target");
    if (!canReduce(op, target().type.dtype))
      complain(fmt::format("{} does not reduce {}", name(op), name(target().type.dtype)));
  }

  /// Each lane has an element of its own to write.
  void verifyVectorTarget() {
    const bool isRegister = target().storage == Storage::Registers;
    if (isRegister ? target().lanes == 1 : laneStride(kernel_, store_.target) == 0)
      complain("all lanes write the same element");
  }

  void complain(std::string_view what) {
    problems_.push_back(fmt::format("store to {}: {}", print(kernel_, store_.target), what));
  }

  const Kernel &kernel_;
  const Store &store_;
  Problems &problems_;
};

} // namespace

void verifyStore(const Kernel &kernel, const Store &store, Problems &problems) {
  StoreVerifier(kernel, store, problems).verify();
}

} // namespace einjit::loop
