/** {@code lathe bench}: measures training, generation and the machine underneath them. */
@NullMarked
package dev.lathe.bench.measure;

import org.jspecify.annotations.NullMarked;
