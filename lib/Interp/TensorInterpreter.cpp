// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Interp/TensorInterpreter.h"
#include "Interp/Elements.h"
#include "Scalar/Evaluate.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <einjit/Error.h>

namespace einjit {
namespace {

/// The values of the iterators, or the indices of an element.
using Point = std::vector<std::int64_t>;

/// Calls `visit` for all points of a box, as coordinates [first, first + extents.size()) of `point`, in order: the
/// last coordinate is the fastest. A box without axes has one point, a box with an axis of extent 0 none.
template <class Visit> void forEachPoint(const Point &extents, std::size_t first, Point &point, const Visit &visit) {
  if (std::count(extents.begin(), extents.end(), 0) > 0) return;
  const std::span box = std::span(point).subspan(first, extents.size());
  std::fill(box.begin(), box.end(), 0);
  for (;;) {
    visit();
    std::size_t axis = extents.size();
    while (axis > 0 && ++box[axis - 1] == extents[axis - 1]) box[--axis] = 0;
    if (axis == 0) return;
  }
}

/// An element's distance from the one with all indices 0, in elements.
std::int64_t offsetOf(const Point &indices, const Point &strides) {
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < indices.size(); ++axis) offset += indices[axis] * strides[axis];
  return offset;
}

Point extentsOf(const std::vector<tensor::Iterator> &iterators) {
  Point extents;
  for (const tensor::Iterator &iterator : iterators) extents.push_back(iterator.extent);
  return extents;
}

AnyTensor copy(const ConstTensorRef &source) {
  const TensorType type = source.type();
  AnyTensor target(type);
  const Point strides = type.stridesOrRowMajor();
  Point point(type.rank());
  std::int64_t next = 0;
  forEachPoint(type.shape, 0, point, [&] {
    storeElement(target.data(), next++, loadElement(source.data, type.dtype, offsetOf(point, strides)));
  });
  return target;
}

AnyTensor compute(const TensorType &type, const tensor::Constant &constant) {
  AnyTensor result(type);
  std::int64_t next = 0;
  for (const Scalar &element : constant.elements) storeElement(result.data(), next++, element);
  return result;
}

/// Writes each element of each part to its place.
AnyTensor compute(const TensorType &type, const tensor::Concat &concat, const std::vector<ConstTensorRef> &values) {
  AnyTensor result(type);
  const Point strides = rowMajorStrides(type.shape);
  for (const tensor::Part &part : concat.parts) {
    const ConstTensorRef &value = values[part.value.index()];
    const TensorType partType = value.type();
    const Point from = partType.stridesOrRowMajor();
    Point point(partType.rank());
    forEachPoint(partType.shape, 0, point, [&] {
      Point place;
      for (const Affine &index : part.place)
        place.push_back(einjit::evaluate(index, [&](std::uint32_t axis) { return point[axis]; }));
      storeElement(result.data(), offsetOf(place, strides), loadElement(value.data, type.dtype, offsetOf(point, from)));
    });
  }
  return result;
}

AnyTensor compute(const TensorType &type, const tensor::Reshape &reshape, const std::vector<ConstTensorRef> &values) {
  const AnyTensor rowMajor = copy(values[reshape.value.index()]);
  AnyTensor result(type);
  for (std::int64_t n = 0; n < result.size(); ++n)
    storeElement(result.data(), n, loadElement(rowMajor.data(), type.dtype, n));
  return result;
}

AnyTensor positions(const TensorType &type) {
  AnyTensor result(type);
  for (std::int64_t at = 0; at < elementCount(type).value(); ++at) storeElement(result.data(), at, at);
  return result;
}

/// One generic op over values that are known.
class GenericInterpreter {
public:
  GenericInterpreter(const tensor::Generic &op, const std::vector<ConstTensorRef> &values)
      : op_(op), point_(op.iteratorCount()) {
    for (const tensor::Access &access : op.operands) {
      const ConstTensorRef &value = values[access.value.index()];
      operands_.push_back({value, value.type().stridesOrRowMajor(), access.indices});
    }
  }

  AnyTensor compute(const TensorType &type) {
    AnyTensor result(type);
    std::int64_t next = 0;
    forEachPoint(extentsOf(op_.parallel), 0, point_, [&] { storeElement(result.data(), next++, element()); });
    return result;
  }

private:
  struct Operand {
    ConstTensorRef value;
    Point strides;
    std::vector<Affine> indices;
  };

  /// The result's element at the point's parallel coordinates.
  Scalar element() {
    if (!op_.reduction) return evaluate(op_.body);
    const Scalar folded = op_.reduction->along ? scan(*op_.reduction, *op_.reduction->along) : fold(*op_.reduction);
    return op_.reduction->epilogue ? evaluate(*op_.reduction->epilogue, folded) : folded;
  }

  Scalar fold(const tensor::Reduction &reduction) {
    const DType type = op_.body.type();
    Scalar accumulator = identity(reduction.op, type);
    forEachPoint(extentsOf(reduction.iterators), op_.parallel.size(), point_, [&] {
      const Scalar arguments[] = {accumulator, evaluate(op_.body)};
      accumulator = scalar::evaluate(reduction.op, type, arguments);
    });
    return accumulator;
  }

  /// The fold up to here, made again for each element.
  Scalar scan(const tensor::Reduction &reduction, std::size_t along) {
    const DType type = op_.body.type();
    const std::int64_t here = point_[along];
    Scalar accumulator = identity(reduction.op, type);
    for (point_[along] = 0; point_[along] <= here; ++point_[along]) {
      const Scalar arguments[] = {accumulator, evaluate(op_.body)};
      accumulator = scalar::evaluate(reduction.op, type, arguments);
    }
    point_[along] = here;
    return accumulator;
  }

  Scalar evaluate(const scalar::Expr &expr, const Scalar &accumulator = {}) const {
    return scalar::evaluate(
        expr, {[&](std::size_t operand) { return load(operands_[operand]); }, [&] { return accumulator; }});
  }

  Scalar load(const Operand &operand) const {
    Point indices;
    for (const Affine &index : operand.indices)
      indices.push_back(einjit::evaluate(index, [&](std::uint32_t iterator) { return point_[iterator]; }));
    return loadElement(operand.value.data, operand.value.dtype, offsetOf(indices, operand.strides));
  }

  const tensor::Generic &op_;
  std::vector<Operand> operands_;
  Point point_;
};

void checkInputs(const tensor::Kernel &kernel, std::span<const ConstTensorRef> inputs) {
  if (inputs.size() != kernel.parameterCount()) throw InternalError("the interpreted kernel has other inputs");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TensorType &wanted = kernel.values[i].type;
    if (inputs[i].dtype != wanted.dtype || !std::ranges::equal(inputs[i].shape, wanted.shape))
      throw InternalError("an input of the interpreted kernel is " + str(inputs[i].type()) + ", not " + str(wanted));
  }
}

} // namespace

std::vector<AnyTensor> interpretTensor(const tensor::Kernel &kernel, std::span<const ConstTensorRef> inputs) {
  checkInputs(kernel, inputs);
  std::vector<AnyTensor> computed(kernel.values.size()); // one for each value; a parameter's stays empty
  std::vector<ConstTensorRef> values(inputs.begin(), inputs.end());
  for (std::size_t i = inputs.size(); i < kernel.values.size(); ++i) {
    const TensorType &type = kernel.values[i].type;
    computed[i] =
        std::visit(Overloaded{
                       [](const tensor::Parameter &) -> AnyTensor { throw InternalError("a late parameter"); },
                       [&](const tensor::Constant &constant) { return compute(type, constant); },
                       [&](const tensor::Iota &) { return positions(type); },
                       [&](const tensor::Generic &op) { return GenericInterpreter(op, values).compute(type); },
                       [&](const tensor::Concat &concat) { return compute(type, concat, values); },
                       [&](const tensor::Reshape &reshape) { return compute(type, reshape, values); },
                   },
                   kernel.values[i].def);
    values.push_back(std::as_const(computed)[i]);
  }
  std::vector<AnyTensor> results;
  for (tensor::ValueId id : kernel.results) results.push_back(copy(values[id.index()]));
  return results;
}

} // namespace einjit
