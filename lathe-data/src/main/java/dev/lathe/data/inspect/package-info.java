/** What a run is going to be trained on, looked at before anything trains. */
@NullMarked
package dev.lathe.data.inspect;

import org.jspecify.annotations.NullMarked;
