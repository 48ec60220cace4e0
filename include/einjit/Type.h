// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types and tensor types: the vocabulary shared by the library's users and every stage of the compiler.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <einjit/Export.h>
#include <einjit/Half.h>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace einjit {

/// Element type of a tensor. In memory `Bool` is one byte holding 0 or 1, a complex number its real part and then its
/// imaginary part; the others are the machine's own. `F16` and `BF16` are stored, but computed with in `F32`.
enum class DType : std::uint8_t { Bool, I8, U8, I32, I64, F16, BF16, F32, F64, C64, C128 };

/// All of them, in their order.
inline constexpr DType allDTypes[] = {DType::Bool, DType::I8,  DType::U8,  DType::I32, DType::I64, DType::F16,
                                      DType::BF16, DType::F32, DType::F64, DType::C64, DType::C128};

namespace detail {
struct DTypeInfo {
  std::string_view name;
  std::size_t byteSize;
};
/// In the order of the enumeration.
inline constexpr DTypeInfo dtypeInfos[] = {{"bool", 1}, {"i8", 1},  {"u8", 1},  {"i32", 4}, {"i64", 8},  {"f16", 2},
                                           {"bf16", 2}, {"f32", 4}, {"f64", 8}, {"c64", 8}, {"c128", 16}};
static_assert(std::size(dtypeInfos) == std::size(allDTypes));
} // namespace detail

/// The name used in programs and printed types: `bool i8 u8 i32 i64 f16 bf16 f32 f64 c64 c128`.
constexpr std::string_view name(DType type) { return detail::dtypeInfos[static_cast<std::size_t>(type)].name; }
/// The element type of that name, or nothing.
EINJIT_API std::optional<DType> parseDType(std::string_view text);
/// Bytes of one element in memory.
constexpr std::size_t byteSize(DType type) { return detail::dtypeInfos[static_cast<std::size_t>(type)].byteSize; }
/// An integer, signed or not; a `Bool` is none.
constexpr bool isInteger(DType type) { return type >= DType::I8 && type <= DType::I64; }
/// A real floating-point number, of any width.
constexpr bool isFloat(DType type) { return type >= DType::F16 && type <= DType::F64; }
/// A floating-point number of 16 bits, of either kind.
constexpr bool isHalf(DType type) { return type == DType::F16 || type == DType::BF16; }
/// A complex number, of either width.
constexpr bool isComplex(DType type) { return type == DType::C64 || type == DType::C128; }
/// The type of a complex type's parts; any other type itself.
constexpr DType realType(DType type) {
  return type == DType::C64 ? DType::F32 : type == DType::C128 ? DType::F64 : type;
}

/// The complex type whose parts are of this type, which is F32 or F64.
constexpr DType complexType(DType part) { return part == DType::F64 ? DType::C128 : DType::C64; }

namespace detail {
/// Is never defined: compilers name it where elements are to be of a type that einjit does not have.
template <class T> struct NotAnElementType;

/// The C++ types of elements, in the order of the enumeration.
using ElementTypes = std::tuple<bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, Half, BFloat16, float,
                                double, std::complex<float>, std::complex<double>>;
static_assert(std::tuple_size_v<ElementTypes> == std::size(allDTypes));

/// The place of a type among them, or their number.
template <class T, class Types = ElementTypes> inline constexpr std::size_t elementPlace = 0;
template <class T, class... Types>
inline constexpr std::size_t elementPlace<T, std::tuple<Types...>> = [] {
  std::size_t place = 0;
  static_cast<void>((... && (!std::is_same_v<T, Types> && ++place > 0)));
  return place;
}();
template <class T> inline constexpr bool isElementType = elementPlace<T> < std::size(allDTypes);
} // namespace detail

/// The DType of a C++ element type; defined for `bool`, `std::int8_t`, `std::uint8_t`, `std::int32_t`, `std::int64_t`,
/// `Half`, `BFloat16`, `float`, `double`, `std::complex<float>` and `std::complex<double>`.
///@{
template <class T> inline constexpr DType dtypeOf = detail::NotAnElementType<T>::dtype;
template <class T>
  requires detail::isElementType<T>
inline constexpr DType dtypeOf<T> = allDTypes[detail::elementPlace<T>];
///@}

/// The C++ type of a DType's elements, of which dtypeOf is that DType.
template <DType type> using ElementType = std::tuple_element_t<static_cast<std::size_t>(type), detail::ElementTypes>;

/// Most axes of a tensor.
inline constexpr int maxRank = 32;
/// The rank of a C++ tensor type whose number of axes is known at run time only.
inline constexpr int dynamicRank = -1;

/// Element type, extents and memory layout of a tensor.
struct TensorType {
  /// Type of the elements.
  DType dtype = DType::F32;
  /// Extent of each axis; no axis at all is a scalar, and an extent may be 0.
  std::vector<std::int64_t> shape;
  /// Distance of neighbours along each axis, in elements; may be 0 or negative. Empty means row-major.
  std::vector<std::int64_t> strides = {};

  std::size_t rank() const { return shape.size(); } ///< number of axes
  /// The strides, written out even where `strides` is left empty.
  EINJIT_API std::vector<std::int64_t> stridesOrRowMajor() const;
  /// Whether the elements lie in row-major order without gaps. Strides of axes of extent 0 or 1 do not matter.
  EINJIT_API bool isRowMajor() const;
  friend bool operator==(const TensorType &, const TensorType &) = default;
};

/// `f32[32,20,128]`, followed by ` strides [1,32,640]` where the layout is not row-major.
EINJIT_API std::string str(const TensorType &type);
/// Reads the form `f32[32,20,128]` (spaces allowed between the parts); nothing if it is malformed or an extent is
/// negative.
EINJIT_API std::optional<TensorType> parseTensorType(std::string_view text);

/// Row-major strides of a shape, in elements.
EINJIT_API std::vector<std::int64_t> rowMajorStrides(const std::vector<std::int64_t> &shape);

/// Product of the extents, or nothing where the elements, or their bytes, would not fit below 2^62.
EINJIT_API std::optional<std::int64_t> elementCount(const TensorType &type);

} // namespace einjit
