@NullMarked
package dev.lathe.tensor;

import org.jspecify.annotations.NullMarked;
