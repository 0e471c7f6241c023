@NullMarked
package dev.lathe.model;

import org.jspecify.annotations.NullMarked;
