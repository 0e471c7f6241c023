/** Talking with a model: one conversation, and the console it is held in. */
@NullMarked
package dev.lathe.run.chat;

import org.jspecify.annotations.NullMarked;
