@NullMarked
package dev.lathe.run;

import org.jspecify.annotations.NullMarked;
