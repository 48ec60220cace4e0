/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The structures of DLPack 1.x, the in-memory exchange format of tensor libraries, under names of einjit's own: C99 and
 * C++. They have the layout of DLPack's, so that a pointer to one may be cast to a pointer to the other, and stand
 * beside <dlpack/dlpack.h> in any order. */
#ifndef EINJIT_DLTENSOR_H
#define EINJIT_DLTENSOR_H

#include <stdint.h>

/** The major version of DLPack whose structures these are, and the minor version that einjit's own tensors state. */
enum { EINJIT_DL_MAJOR_VERSION = 1, EINJIT_DL_MINOR_VERSION = 0 };

/** Kinds of memory: DLDeviceType. einjit reads and writes this one. */
enum { EINJIT_DL_CPU = 1 };

/** Kinds of elements: DLDataTypeCode, with 8, 16, 32 or 64 bits. Complex numbers have 64 or 128, bools 8. */
enum {
  EINJIT_DL_INT = 0,
  EINJIT_DL_UINT = 1,
  EINJIT_DL_FLOAT = 2,
  EINJIT_DL_BFLOAT = 4,
  EINJIT_DL_COMPLEX = 5,
  EINJIT_DL_BOOL = 6
};

/** Bits of einjit_dl_managed_tensor_versioned::flags. */
enum { EINJIT_DL_READ_ONLY = 1, EINJIT_DL_IS_COPIED = 2 };

/** Where memory is: DLDevice. */
typedef struct einjit_dl_device {
  int32_t device_type; /**< EINJIT_DL_CPU */
  int32_t device_id;   /**< 0 */
} einjit_dl_device;

/** An element type: DLDataType. */
typedef struct einjit_dl_type {
  uint8_t code;   /**< EINJIT_DL_FLOAT … */
  uint8_t bits;   /**< of an element */
  uint16_t lanes; /**< 1 */
} einjit_dl_type;

/** Memory described as a tensor: DLTensor. */
typedef struct einjit_dl_tensor {
  void *data;              /**< byte_offset before the element with all indices 0 */
  einjit_dl_device device; /**< where it is */
  int32_t ndim;            /**< number of axes */
  einjit_dl_type dtype;    /**< of the elements */
  int64_t *shape;          /**< extent of each axis */
  int64_t *strides;        /**< distance of neighbours along each axis, in elements; null means row-major */
  uint64_t byte_offset;    /**< of the element with all indices 0 */
} einjit_dl_tensor;

/** A tensor that changes hands, as before DLPack 1.0: DLManagedTensor. Its user calls `deleter` on it once. */
typedef struct einjit_dl_managed_tensor {
  einjit_dl_tensor dl_tensor;                             /**< the tensor */
  void *manager_ctx;                                      /**< its maker's */
  void (*deleter)(struct einjit_dl_managed_tensor *self); /**< may be null */
} einjit_dl_managed_tensor;

/** DLPackVersion. */
typedef struct einjit_dl_version {
  uint32_t major; /**< with another one, nothing but the deleter may be touched */
  uint32_t minor; /**< newer ones only add */
} einjit_dl_version;

/** A tensor that changes hands: DLManagedTensorVersioned. Its user calls `deleter` on it once. */
typedef struct einjit_dl_managed_tensor_versioned {
  einjit_dl_version version;                                        /**< read before all else */
  void *manager_ctx;                                                /**< its maker's */
  void (*deleter)(struct einjit_dl_managed_tensor_versioned *self); /**< may be null */
  uint64_t flags;                                                   /**< EINJIT_DL_READ_ONLY … */
  einjit_dl_tensor dl_tensor;                                       /**< the tensor */
} einjit_dl_managed_tensor_versioned;

#endif
