/**
 * Row-wise kernels over off-heap memory, where a library call an operation would read and write everything several
 * times. Each has a form in the Vector API and a scalar twin that is its oracle and its stand-in; {@link
 * dev.lathe.tensor.kernel.Kernels} chooses.
 */
@NullMarked
package dev.lathe.tensor.kernel;

import org.jspecify.annotations.NullMarked;
