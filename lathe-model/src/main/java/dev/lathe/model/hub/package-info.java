/** Models by their names on the hub: its own cache, and downloads that go on where they stopped. */
@NullMarked
package dev.lathe.model.hub;

import org.jspecify.annotations.NullMarked;
