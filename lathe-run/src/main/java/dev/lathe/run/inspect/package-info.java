/** {@code lathe data}: what a run is going to be trained on, as text, as a page, as a picture and as lines of JSON. */
@NullMarked
package dev.lathe.run.inspect;

import org.jspecify.annotations.NullMarked;
