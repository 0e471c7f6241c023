/** Benchmarks: run by hand, never by tests. */
@NullMarked
package dev.lathe.bench;

import org.jspecify.annotations.NullMarked;
