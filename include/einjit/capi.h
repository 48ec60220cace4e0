/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * einjit for C and for every language that can call C.
 *
 * Tensors are described as DLPack describes them; elements are never copied. Functions that can fail return a status;
 * einjit_last_error() then says what was wrong. No function throws, aborts, or keeps a pointer that it is given, except
 * to handles. Text is UTF-8 and ends with a null byte.
 *
 * All functions may be called by several threads at once. A kernel may be run by several threads at once; options must
 * not be changed while another thread uses them. */
#ifndef EINJIT_CAPI_H
#define EINJIT_CAPI_H

#include <einjit/Export.h>
#include <einjit/dltensor.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A tensor: DLPack's DLTensor, under that name if <dlpack/dlpack.h> was included before, else under einjit's own, to
 * whose pointers those to a DLTensor may be cast. */
#ifdef DLPACK_DLPACK_H_
typedef DLTensor einjit_tensor;
#else
typedef einjit_dl_tensor einjit_tensor;
#endif

/** What became of a call. 1 to 4 are also the exit codes of the command-line tools. */
typedef enum einjit_status {
  EINJIT_OK = 0,
  EINJIT_ERROR_RUNTIME = 1,  /**< a file, memory, an argument that does not fit a kernel */
  EINJIT_ERROR_USAGE = 2,    /**< syntax, an unknown name or option, a null pointer */
  EINJIT_ERROR_SHAPE = 3,    /**< shapes or element types that do not fit each other */
  EINJIT_ERROR_RESOURCE = 4, /**< a limit of the compiler's */
  EINJIT_ERROR_INTERNAL = 5  /**< a defect of einjit; please report it */
} einjit_status;

/** How to compile. Made by einjit_options_create(), freed by einjit_options_free(). */
typedef struct einjit_options einjit_options;

/** A compiled program. Counted: einjit_kernel_retain() and einjit_kernel_release(). */
typedef struct einjit_kernel einjit_kernel;

/** What one call of a kernel has to do at least. */
typedef struct einjit_cost {
  int64_t flops;         /**< arithmetic operations; a multiply-add counts as two */
  int64_t bytes;         /**< inputs read once plus results written once */
  int64_t scratch_bytes; /**< memory for temporaries, which einjit has for each thread */
} einjit_cost;

/** einjit's version, such as `0.1.0`. Valid for good. */
EINJIT_API const char *einjit_version(void);

/** What was wrong with the last call of this thread that failed: several lines, carets included, ready to be shown.
 * Empty if none has failed, and where the thread is ending. Valid until the next call of this thread that fails. */
EINJIT_API const char *einjit_last_error(void);
/** The stable name of the kind of that error, such as `size-mismatch`; `internal` for a defect of einjit. */
EINJIT_API const char *einjit_last_error_kind(void);

/** Makes options that are those of the environment (`EINJIT_TARGET` and so on), or the defaults. */
EINJIT_API einjit_status einjit_options_create(einjit_options **options);
/** Sets an option: `target` (`host`, `haswell`, …), `threads` (0 means all cores), `dtype`, `strict`, `exact`, `cache`
 * (on disk; these three are `on` or `off`), `memory-limit` (`1000000`, `64KiB`). Fails with EINJIT_ERROR_USAGE for
 * another name or value. */
EINJIT_API einjit_status einjit_options_set(einjit_options *options, const char *name, const char *value);
/** Says which names' values a program returns, instead of its last statement's. */
EINJIT_API einjit_status einjit_options_set_results(einjit_options *options, const char *const *names, size_t count);
/** Null is allowed. */
EINJIT_API void einjit_options_free(einjit_options *options);

/** Evaluates an einsum string such as `ij,jk->ik` into `output`, which has the result's element type and shape and any
 * strides, and may overlap the inputs. Compiles on the first call; later ones with the same element types, shapes and
 * strides find the kernel again, in some tens of nanoseconds. */
EINJIT_API einjit_status einjit_einsum(const char *einsum, const einjit_tensor *const *inputs, size_t count,
                                       const einjit_tensor *output);

/** Compiles an einsum string for operands of these element types, shapes and strides; their data may be null. `options`
 * may be null: the environment's. The caller owns the kernel. */
EINJIT_API einjit_status einjit_compile(const char *einsum, const einjit_tensor *const *operands, size_t count,
                                        const einjit_options *options, einjit_kernel **kernel);
/** Compiles a program in einjit's language whose inputs have these names and types. The data of an input that is one
 * integer (no axes) is read unless it is null: the program may then use it as an extent, and the kernel is compiled for
 * that value. */
EINJIT_API einjit_status einjit_compile_program(const char *program, const char *const *names,
                                                const einjit_tensor *const *inputs, size_t count,
                                                const einjit_options *options, einjit_kernel **kernel);

/** One owner more; returns the kernel. */
EINJIT_API einjit_kernel *einjit_kernel_retain(einjit_kernel *kernel);
/** One owner less; the last frees the kernel. Null is allowed. */
EINJIT_API void einjit_kernel_release(einjit_kernel *kernel);

/** How many inputs a call takes: those that were bound, then those that the program declares and that were not. */
EINJIT_API size_t einjit_kernel_input_count(const einjit_kernel *kernel);
EINJIT_API size_t einjit_kernel_result_count(const einjit_kernel *kernel);
/** Describes an input: its name (empty if it has none) and its type, a tensor without data, whose strides may be null
 * if it is row-major. Either may be null if it is not wanted. They belong to the kernel; do not write to them. */
EINJIT_API einjit_status einjit_kernel_input(const einjit_kernel *kernel, size_t index, const char **name,
                                             einjit_tensor *type);
/** The same for a result. */
EINJIT_API einjit_status einjit_kernel_result(const einjit_kernel *kernel, size_t index, const char **name,
                                              einjit_tensor *type);

/** Runs the kernel on inputs of the types that it was compiled for. Outputs have the results' element types and shapes
 * and any strides, and may overlap the inputs. Allocates nothing once the thread has had memory for temporaries. */
EINJIT_API einjit_status einjit_kernel_run(const einjit_kernel *kernel, const einjit_tensor *const *inputs,
                                           size_t input_count, const einjit_tensor *const *outputs,
                                           size_t output_count);

/** The text of a stage: `source ast tensor tensor-opt schedule loop llvm llvm-opt asm dot`. The caller frees it with
 * einjit_string_free(). */
EINJIT_API einjit_status einjit_kernel_text(const einjit_kernel *kernel, const char *stage, char **text);
/** Null is allowed. */
EINJIT_API void einjit_string_free(char *text);

EINJIT_API einjit_status einjit_kernel_cost(const einjit_kernel *kernel, einjit_cost *cost);

/** Writes the kernel as an object file `path`, which ends in `.o`, and beside it a C header: a function `symbol` (if
 * null, the file's name) that needs neither einjit nor LLVM. See Kernel::save() in einjit/Kernel.h. */
EINJIT_API einjit_status einjit_kernel_save(const einjit_kernel *kernel, const char *path, const char *symbol);

#ifdef __cplusplus
}
#endif

#endif
