@NullMarked
package dev.lathe.train;

import org.jspecify.annotations.NullMarked;
