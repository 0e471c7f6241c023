@NullMarked
package dev.lathe.data;

import org.jspecify.annotations.NullMarked;
