@NullMarked
package dev.lathe.base;

import org.jspecify.annotations.NullMarked;
