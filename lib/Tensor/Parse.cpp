// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the text of the tensor IR:
//
//   kernel    = ["exact"] "kernel" "@" name "(" {parameter ","} ")" "->" results "{" {op} "return" {value ","} "}"
//   parameter = value ":" type
//   results   = type | "(" {type ","} ")"
//   op        = value "=" ("constant" type "(" {number ","} ")" | "iota" type | "concat" type "(" {part ","} ")"
//                          | "reshape" type "(" value ")" | generic)
//   part      = value "at" "[" {affine ","} "]"                   its variables are i0, i1, …, the axes of the value
//   generic   = "[" {iterator ","} "]" [reducer ("over" "[" {iterator ","} "]" | "along" name) "of"] expr ["then" expr]
//   iterator  = name ":" extent
//   access    = value "[" {affine ","} "]"                        a leaf of expr
//   value     = "%" (name | digits)
//
// Names are resolved here, so an unknown or repeated one is an error with a place in the text; what else a kernel has
// to fulfil is the verifier's to say. The types of results say how they lie in memory; a parameter that is returned is
// copied, and row-major there.
#include "Support/TextReader.h"
#include "Tensor/Passes/Rewrite.h"
#include "Tensor/Text.h"
#include <fmt/format.h>
#include <unordered_map>

namespace einjit::tensor {
namespace {

class KernelReader {
public:
  explicit KernelReader(std::string_view text) : reader_(text) {}

  Result<Kernel> read() {
    if (!readKernel()) return reader_.error();
    return std::move(kernel_);
  }

private:
  bool readKernel() {
    return readHead() && readResultTypes() && reader_.expect("{") && readOps() && readReturn() && reader_.expect("}") &&
           (reader_.atEnd() || reader_.fail("expected the end of the text"));
  }

  bool readHead() {
    kernel_.exact = reader_.accept("exact");
    if (!reader_.expect("kernel") || !reader_.expect("@")) return false;
    const auto name = reader_.identifier("the kernel's name");
    if (!name) return false;
    kernel_.name = *name;
    return readList("(", ")", [&] { return readParameter(); }) && reader_.expect("->");
  }

  bool readParameter() {
    const auto name = readNewName();
    if (!name || !reader_.expect(":")) return false;
    auto type = readType();
    return type && define(*name, std::move(*type), Parameter{});
  }

  bool readResultTypes() {
    if (reader_.peek("(")) return readList("(", ")", [&] { return readResultType(); });
    return readResultType();
  }

  bool readResultType() {
    auto type = readType();
    if (type) resultTypes_.push_back(std::move(*type));
    return type.has_value();
  }

  /// Strides that say no more than row-major are left out, as they are when printed.
  std::optional<TensorType> readType() {
    auto type = reader_.tensorType();
    return type && type->isRowMajor() ? rowMajor(*type) : type;
  }

  bool readOps() {
    while (!reader_.accept("return")) {
      if (!reader_.peek("%")) return reader_.fail("expected an operation or 'return'");
      if (!readOp()) return false;
    }
    return true;
  }

  bool readOp() {
    const auto name = readNewName();
    if (!name || !reader_.expect("=")) return false;
    if (reader_.accept("constant")) return readConstant(*name);
    if (reader_.accept("iota")) return readIota(*name);
    if (reader_.accept("concat")) return readConcat(*name);
    return reader_.accept("reshape") ? readReshape(*name) : readGeneric(*name);
  }

  bool readConcat(const std::string &name) {
    auto type = readType();
    Concat concat;
    return type && readList("(", ")", [&] { return readPart(concat); }) &&
           define(name, std::move(*type), std::move(concat));
  }

  bool readPart(Concat &concat) {
    const auto value = readValue();
    if (!value || !reader_.expect("at")) return false;
    Part part{*value, {}};
    const std::size_t rank = kernel_[*value].type.rank();
    const auto axis = [&](std::string_view name) -> std::optional<std::uint32_t> {
      for (std::uint32_t number = 0; number < rank; ++number)
        if (name == fmt::format("i{}", number)) return number;
      return std::nullopt;
    };
    const auto readPlace = [&] {
      auto index = parseAffine(reader_, axis);
      if (index) part.place.push_back(std::move(*index));
      return index.has_value();
    };
    if (!readList("[", "]", readPlace)) return false;
    concat.parts.push_back(std::move(part));
    return true;
  }

  bool readReshape(const std::string &name) {
    auto type = readType();
    if (!type || !reader_.expect("(")) return false;
    const auto value = readValue();
    return value && reader_.expect(")") && define(name, std::move(*type), Reshape{*value});
  }

  bool readIota(const std::string &name) {
    auto type = readType();
    return type && define(name, std::move(*type), Iota{});
  }

  bool readConstant(const std::string &name) {
    auto type = readType();
    Constant constant;
    return type && readList("(", ")", [&] { return readElement(type->dtype, constant); }) &&
           define(name, std::move(*type), std::move(constant));
  }

  bool readElement(DType dtype, Constant &constant) {
    const std::uint32_t begin = reader_.position();
    const auto element = parseScalar(readWord(), dtype);
    if (!element) return reader_.failSince(begin, fmt::format("expected a number of type {}", einjit::name(dtype)));
    constant.elements.push_back(*element);
    return true;
  }

  bool readGeneric(const std::string &name) {
    Generic op;
    if (!readIterators(op, op.parallel) || !readReduction(op)) return false;
    auto body = readExpr(op, std::nullopt);
    if (!body) return false;
    op.body = std::move(*body);
    if (!readEpilogue(op)) return false;
    op = withOrderedOperands(std::move(op));
    TensorType type = resultType(op);
    return define(name, std::move(type), std::move(op));
  }

  /// `iterators` are some of those of `op`.
  bool readIterators(const Generic &op, std::vector<Iterator> &iterators) {
    return readList("[", "]", [&] { return readIterator(op, iterators); });
  }

  bool readIterator(const Generic &op, std::vector<Iterator> &iterators) {
    const std::uint32_t nameBegin = reader_.position();
    const auto name = reader_.identifier("an iterator's name");
    if (!name) return false;
    if (findIterator(op, *name)) return reader_.failSince(nameBegin, fmt::format("a second iterator '{}'", *name));
    if (!reader_.expect(":")) return false;
    const std::uint32_t extentBegin = reader_.position();
    const auto extent = reader_.integer("the iterator's extent");
    if (!extent) return false;
    if (*extent < 0) return reader_.failSince(extentBegin, "an extent must not be negative");
    iterators.push_back({*name, *extent});
    return true;
  }

  /// A reduction starts with two words, an expression never does.
  bool readReduction(Generic &op) {
    TextReader ahead = reader_;
    const auto word = ahead.identifier();
    if (!word) return true;
    const bool scan = ahead.accept("along");
    if (!scan && (!ahead.accept("over") || !ahead.peek("["))) return true;
    const auto reducer = parseScalarOp(*word);
    if (!reducer) return reader_.fail(fmt::format("unknown reducer '{}'", *word));
    reader_ = ahead;
    op.reduction = Reduction{*reducer, {}, {}};
    return (scan ? readScanned(op) : readIterators(op, op.reduction->iterators)) && reader_.expect("of");
  }

  bool readScanned(Generic &op) {
    const std::uint32_t begin = reader_.position();
    const auto name = reader_.identifier("the name of a parallel iterator");
    if (!name) return false;
    op.reduction->along = findIterator(op, *name);
    return op.reduction->along || reader_.failSince(begin, fmt::format("there is no iterator '{}'", *name));
  }

  bool readEpilogue(Generic &op) {
    if (!reader_.peek("then")) return !reader_.failed();
    if (!op.reduction) return reader_.fail("'then' needs a reduction before it");
    reader_.expect("then");
    op.reduction->epilogue = readExpr(op, op.body.type());
    return op.reduction->epilogue.has_value();
  }

  std::optional<scalar::Expr> readExpr(Generic &op, std::optional<DType> accumulatorType) {
    return scalar::parse(reader_, [&] { return readOperand(op); }, accumulatorType);
  }

  /// Each occurrence of an access is an operand at first.
  std::optional<scalar::ParsedOperand> readOperand(Generic &op) {
    const auto value = readValue();
    if (!value) return std::nullopt;
    Access access{*value, {}};
    if (!readList("[", "]", [&] { return readIndex(op, access); })) return std::nullopt;
    op.operands.push_back(std::move(access));
    return scalar::ParsedOperand{op.operands.size() - 1, kernel_[*value].type.dtype};
  }

  bool readIndex(const Generic &op, Access &access) {
    auto index = parseAffine(reader_, [&](std::string_view name) { return findIterator(op, name); });
    if (index) access.indices.push_back(std::move(*index));
    return index.has_value();
  }

  static std::optional<std::uint32_t> findIterator(const Generic &op, std::string_view name) {
    for (std::size_t number = 0; number < op.iteratorCount(); ++number)
      if (op.iterator(number).name == name) return static_cast<std::uint32_t>(number);
    return std::nullopt;
  }

  bool readReturn() {
    if (resultTypes_.empty()) return true;
    do {
      if (!readResult()) return false;
    } while (reader_.accept(","));
    return kernel_.results.size() == resultTypes_.size() || reader_.fail("the kernel's head has more results");
  }

  bool readResult() {
    const std::uint32_t begin = reader_.position();
    const auto value = readValue();
    if (!value) return false;
    const std::size_t number = kernel_.results.size();
    if (number == resultTypes_.size()) return reader_.failSince(begin, "the kernel's head has fewer results");
    const TensorType &type = kernel_[*value].type, &result = resultTypes_[number];
    const std::string is = str(rowMajor(type)), said = str(rowMajor(result));
    if (is != said) return reader_.failSince(begin, fmt::format("this is {}, the kernel's head says {}", is, said));
    if (!result.strides.empty() && std::holds_alternative<Parameter>(kernel_[*value].def))
      return reader_.failSince(begin, "a parameter that is returned is copied, and row-major there");
    if (!result.strides.empty()) kernel_[*value].type.strides = result.strides;
    kernel_.results.push_back(*value);
    return true;
  }

  /// Items between `open` and `close`, separated by commas; there may be none.
  template <class ReadItem> bool readList(std::string_view open, std::string_view close, ReadItem readItem) {
    if (!reader_.expect(open)) return false;
    if (reader_.accept(close)) return true;
    do {
      if (!readItem()) return false;
    } while (reader_.accept(","));
    return reader_.expect(close);
  }

  /// Everything up to the next separator.
  std::string readWord() { return reader_.until(" \t\r\n\v\f#%@()[]{}=:,"); }

  std::optional<std::string> readValueName() {
    if (!reader_.expect("%")) return std::nullopt;
    const std::uint32_t begin = reader_.position();
    std::string name = readWord();
    if (isValueName(name)) return name;
    reader_.failSince(begin, "expected a value's name");
    return std::nullopt;
  }

  std::optional<std::string> readNewName() {
    const std::uint32_t begin = reader_.position();
    auto name = readValueName();
    if (!name || !values_.contains(*name)) return name;
    reader_.failSince(begin, fmt::format("a second value '%{}'", *name));
    return std::nullopt;
  }

  std::optional<ValueId> readValue() {
    const std::uint32_t begin = reader_.position();
    const auto name = readValueName();
    if (!name) return std::nullopt;
    const auto known = values_.find(*name);
    if (known != values_.end()) return known->second;
    reader_.failSince(begin, fmt::format("no value '%{}' is defined before this", *name));
    return std::nullopt;
  }

  /// Always true, so that it can end a chain of conditions.
  bool define(const std::string &name, TensorType type, decltype(Value::def) def) {
    values_.emplace(name, ValueId(kernel_.values.size()));
    kernel_.values.push_back({name, std::move(type), std::move(def)});
    return true;
  }

  TextReader reader_;
  Kernel kernel_;
  std::vector<TensorType> resultTypes_;
  std::unordered_map<std::string, ValueId> values_;
};

} // namespace

Result<Kernel> parseKernel(std::string_view text) { return KernelReader(text).read(); }

} // namespace einjit::tensor
