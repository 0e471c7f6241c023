@NullMarked
package dev.lathe.text;

import org.jspecify.annotations.NullMarked;
